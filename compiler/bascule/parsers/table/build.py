"""From steps to nodes. A block becomes a chain: wait, condition, consent, assignments, call, what is said, wait after
it, handover; its last node has the ways out."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Any

from bascule.ir.content import Choice, ChoiceKind, Content, TemplateUse
from bascule.ir.expr import Call, Const, Expression, Opaque, Ref
from bascule.ir.nodes import (
    Always,
    Ask,
    Case,
    Delay,
    Edge,
    End,
    Failure,
    Handover,
    HttpRequest,
    Message,
    Node,
    Otherwise,
    ReplyKind,
    Success,
    Validation,
    When,
)
from bascule.ir.project import TemplateAsset, Variable
from bascule.ir.text import Localized, literal
from bascule.language.reading import Reading, json_text, unique
from bascule.parsers.table import rules
from bascule.parsers.table.answers import (
    variable_path,
)
from bascule.parsers.table.chain import Chain, begin
from bascule.parsers.table.conditions import LANGUAGE, read_condition
from bascule.parsers.table.content import Said, Speaker
from bascule.parsers.table.exits import Exits
from bascule.parsers.table.leftovers import keep_rest
from bascule.parsers.table.model import Block, FlowDraft, Step
from bascule.parsers.table.phrases import kind_of
from bascule.parsers.table.targets import Targets
from bascule.parsers.table.vocabulary import NO, YES, Role, is_word
from bascule.parsers.table.ways import Way, Ways, menu_choices, read_ways, unread
from bascule.source import Place

__all__ = ["FlowBuilder"]

_MARKS = ("?", "؟", "？", "?*", "?_")


class FlowBuilder:
    """Builds the nodes of one flow. ``known`` are the variables of the file; ``assets`` collects templates."""

    def __init__(
        self, reading: Reading, speaker: Speaker, flow: FlowDraft, targets: Targets, assets: list[TemplateAsset]
    ) -> None:
        self.reading = reading
        self.speaker = speaker
        self.flow = flow
        self.targets = targets
        self.assets = assets
        self.nodes: list[Node] = []
        self.exits = Exits(reading, flow, targets)
        self.said: dict[int, Said] = {}
        self.last_into: tuple[str, ...] = ()

    @property
    def known(self) -> Collection[str]:
        """The variables that conditions may name."""
        return self.reading.variables.keys()

    def prepare(self) -> None:
        """Read what all steps say, and note the variables they keep answers in; conditions need their names."""
        for step in self.flow.steps:
            for block in step.blocks:
                said = self.speaker.say(block, self.targets)
                self.said[id(block)] = said
                for offer in said.offers:
                    leads = offer.target is not None and offer.choice.kind is ChoiceKind.REPLY
                    self.flow.follows = self.flow.follows and not leads
                for row in block.all_rows():
                    for cell in row.of(Role.SAVE):
                        variable_path(self.reading, cell)

    def build(self) -> tuple[Node, ...]:
        """All nodes, each step's in the order of the rows."""
        for number, step in enumerate(self.flow.steps):
            ids = [step.id, *(unique(step.id, self.flow.ids) for _ in step.blocks[1:])]
            following = self.flow.steps[number + 1].id if number + 1 < len(self.flow.steps) else None
            for at, block in enumerate(step.blocks):
                after = ids[at + 1] if at + 1 < len(ids) else None
                self._block(step, block, ids[at], after, following)
        return tuple(self.nodes)

    def _block(self, step: Step, block: Block, id_: str, after: str | None, following: str | None) -> None:
        said = self.said[id(block)]
        ways = read_ways(self.reading, block, said, self.targets, self.known)
        chain = begin(self.reading, block, said.text is not None, self.known)
        self._speak(chain, step, block, said, ways)
        falls = after if after is not None else following if self.flow.follows and not chain.ends else None
        self._close(chain, step, block, said, ways, falls, after or following)
        keep_rest(self.speaker, block, said, chain.facts)
        self._link(chain, step, block, id_)

    # What is said.

    def _speak(self, chain: Chain, step: Step, block: Block, said: Said, ways: Ways) -> None:
        for bubble in said.before:
            chain.add("say", Message(id="", content=bubble, at=bubble.at))
        content = self._template(said, step)
        choices = self._choices(chain, said, ways)
        content = replace(content, choices=choices) if choices != content.choices else content
        replies = bool(content.replies)
        if said.text is None and not replies and not content.media:
            self._wordless(chain, block, said, ways)
            if content.empty:
                return
        asks = replies or ways.typed or (chain.into and not block.cells(Role.HTTP))
        asks = asks or chain.asks or chain.kind in ("ask", "menu")
        asks = asks or (ways.timeout is not None and (ways.decides or ways.default is not None))
        asks = asks or self._questions(chain, said, ways)
        asks = asks or (ways.otherwise is not None and not ways.whens and not block.cells(Role.CONDITION))
        facts = tuple(said.facts)
        if not asks:
            chain.asks = False
            chain.add("say", Message(id="", content=content, facts=facts, at=said.content.at))
            return
        chain.asks = True
        if not chain.into and (not replies or ways.typed):
            chain.into = ("answers", step.id)
            name = ".".join(chain.into)
            self.reading.variables.setdefault(name, Variable(name, scope="session", at=step.place))
        error = self.speaker.error(block)
        validation = replace(chain.validation or Validation(), error=error) if error else chain.validation
        node = Ask(
            id="",
            content=content,
            reply=self._reply(chain, content.replies),
            into=chain.into,
            validation=validation,
            facts=facts,
            at=said.content.at,
        )
        self.last_into = chain.into or self.last_into
        chain.add("ask", node)

    def _questions(self, chain: Chain, said: Said, ways: Ways) -> bool:
        """A text that ends with a question mark and leads on waits for its answer, unless its type says otherwise."""
        if said.text is None or chain.kind or ways.default is None or not said.text.text.rstrip().endswith(_MARKS):
            return False
        self.reading.find_once(
            rules.GuessedQuestion,
            "question",
            said.text.place,
            lambda count: f"{count} text(s) end with a question mark and lead on; they wait for an answer",
            help="say so in a column `type` (`question`, `message`) or `attente` (`réponse`)",
        )
        return True

    @staticmethod
    def _reply(chain: Chain, replies: tuple[Choice, ...]) -> ReplyKind:
        if replies and all(choice.kind is ChoiceKind.SHARE_LOCATION for choice in replies):
            return ReplyKind.LOCATION
        if chain.reply is not None:
            return chain.reply
        return ReplyKind.CHOICE if replies else ReplyKind.TEXT

    def _choices(self, chain: Chain, said: Said, ways: Ways) -> tuple[Choice, ...]:
        choices = said.content.choices
        if ways.answers:
            choices = (*choices, *ways.answers)
        elif not choices and said.menu is not None and said.text is not None:
            waits = chain.asks or chain.into or chain.kind in ("ask", "menu")
            choices = tuple(menu_choices(said.menu, said.text)) if waits else choices
        return tuple(_accepting(choice, ways.accepts.get(choice.id, ())) for choice in choices)

    def _template(self, said: Said, step: Step) -> Content:
        use = said.content.template
        if use is None or not said.content.text:
            return said.content
        known = {asset.name for asset in self.assets}
        if use.name not in known:
            self.assets.append(TemplateAsset(name=use.name, text=said.content.text, at=use.at))
        return replace(said.content, template=TemplateUse(name=use.name, at=use.at))

    def _wordless(self, chain: Chain, block: Block, said: Said, ways: Ways) -> None:
        """A row without words: what its type says, and answers that must be those of the last question."""
        if ways.typed:
            if self.last_into:
                tests: list[tuple[Expression, Way]] = [
                    (Call("same_text", (Ref(self.last_into), Const(word))), way) for word, way in ways.typed
                ]
            else:
                tests = [(Opaque(LANGUAGE, word), way) for word, way in ways.typed]
                for word, way in ways.typed:
                    unread(self.reading, word, way.place)
            ways.whens.extend(tests)
            ways.typed.clear()

    # How it goes on.

    def _close(
        self, chain: Chain, step: Step, block: Block, said: Said, ways: Ways, falls: str | None, below: str | None
    ) -> None:
        for cell in block.cells(Role.HANDOVER):
            self.reading.book.exact(cell.place)
            if not is_word(cell.text, NO):
                named = not is_word(cell.text, YES) and not kind_of(cell.text, "target")
                chain.handover = (cell.text.strip() if named else "", cell.place)
        for cell in block.cells(Role.END):
            self.reading.book.exact(cell.place)
            chain.ends = chain.ends or not is_word(cell.text, NO)
        if chain.kind == "handover" and chain.handover is None:
            chain.handover = ("", block.main.place)
        chain.ends = chain.ends or chain.kind == "end"
        condition = self._condition(chain, block, ways)
        falls = None if chain.ends else falls
        if condition is not None and not chain.pieces and ways.default is None:
            falls = below
        decided = chain.asks or bool(ways.whens) or bool(ways.typed)
        calls = any(isinstance(node, HttpRequest) for _, node in chain.pieces)
        taken = not decided and ways.otherwise is not None and (condition is not None or calls)
        if taken and calls and condition is None and ways.otherwise is not None:
            chain.failure = Edge(Failure(), self.exits.lead(ways.otherwise, step), at=ways.otherwise.place)
        edges = self.exits.edges(chain, step, block.main.place, ways, falls, taken)
        if chain.pause is not None and not chain.asks:
            chain.add("wait", Delay(id="", duration=chain.pause, at=chain.patience_at))
        elif ways.timeout is not None and not chain.asks:
            edges = self._later(chain, ways, edges, step)
        if not chain.asks and (ways.whens or (ways.otherwise is not None and not taken)):
            chain.add("case", Case(id="", at=block.main.place))
        if chain.handover is not None:
            team, place = chain.handover
            chain.add("handover", Handover(id="", to=team, at=place))
        if chain.ends and not chain.pieces:
            chain.add("end", End(id="", at=block.main.place))
        if condition is not None:
            self._guarded(chain, condition, ways.otherwise if taken else None, edges, step, below)
        elif not chain.pieces:
            self._nothing(chain, block, edges, ways)
        else:
            self._set_last(chain, edges)

    def _condition(self, chain: Chain, block: Block, ways: Ways) -> tuple[Expression, Place] | None:
        tests = []
        for cell in block.cells(Role.CONDITION):
            self.reading.book.exact(cell.place)
            found = read_condition(cell.text, cell.place, self.known)
            if not found.whole:
                unread(self.reading, cell.text, cell.place)
            tests.append((found.expression, cell.place))
        if not tests:
            return None
        return tests[0] if len(tests) == 1 else (Call("and", tuple(test for test, _ in tests)), tests[0][1])

    def _later(self, chain: Chain, ways: Ways, edges: list[Edge], step: Step) -> list[Edge]:
        """``24h -> relance`` behind a message that asks nothing: a wait, then the step."""
        assert ways.timeout is not None
        length, way, place = ways.timeout
        chain.add("wait", Delay(id="", duration=length, at=place))
        return [Edge(Always(), self.exits.lead(way, step), at=place)] if way is not None else edges

    def _guarded(
        self,
        chain: Chain,
        condition: tuple[Expression, Place],
        otherwise: Way | None,
        edges: list[Edge],
        step: Step,
        below: str | None,
    ) -> None:
        """A condition guards its row: where it does not hold, the row is passed over, or ``else`` is taken."""
        test, place = condition
        other = self.exits.lead(otherwise, step) if otherwise is not None else below
        at = otherwise.place if otherwise is not None else place
        if not chain.pieces:
            default = next((edge.target for edge in edges if isinstance(edge.guard, (Always, Otherwise))), None)
            case = Case(id="", edges=(Edge(When(test), default, at=place), Edge(Otherwise(), other, at=at)), at=place)
            chain.add("if", case)
            return
        self._set_last(chain, edges)
        case = Case(id="", edges=(Edge(When(test), "", at=place), Edge(Otherwise(), other, at=at)), at=place)
        chain.pieces.insert(0, ("if", case))

    def _nothing(self, chain: Chain, block: Block, edges: list[Edge], ways: Ways) -> None:
        """A row with nothing to say or do."""
        place = block.main.place
        if not ways.decides and ways.default is None and chain.kind not in ("condition", "jump", "start"):
            self.reading.find(
                rules.EmptyStep, place, "the row says and does nothing", help="write its text, or remove the row"
            )
        chain.add("pass", Case(id="", at=place))
        self._set_last(chain, edges)

    @staticmethod
    def _set_last(chain: Chain, edges: list[Edge]) -> None:
        word, node = chain.pieces[-1]
        if isinstance(node, (Case, Ask)):
            always = [replace(edge, guard=Otherwise()) if isinstance(edge.guard, Always) else edge for edge in edges]
            chain.pieces[-1] = (word, replace(node, edges=tuple(always if isinstance(node, Case) else edges)))
            return
        if isinstance(node, End):
            return
        plain = [edge for edge in edges if isinstance(edge.guard, (Always, Otherwise))]
        target = plain[0].target if plain else None
        at = plain[0].at if plain else node.at
        if isinstance(node, HttpRequest):
            failure = chain.failure or Edge(Failure(), target, at=at)
            chain.pieces[-1] = (word, replace(node, edges=(Edge(Success(), target, at=at), failure)))
        else:
            chain.pieces[-1] = (word, replace(node, edges=(Edge(Always(), target, at=at),)))

    def _link(self, chain: Chain, step: Step, block: Block, id_: str) -> None:
        """Give the nodes of a chain their ids, and lead each to the next."""
        ids = [id_, *(unique(f"{id_}.{word}", self.flow.ids) for word, _ in chain.pieces[1:])]
        title = ""
        if id_ == step.id:
            title = self._title(step, chain)
        facts = tuple(chain.facts)
        spoken = [at for at, (_, node) in enumerate(chain.pieces) if isinstance(node, (Message, Ask))]
        home = spoken[-1] if spoken else len(chain.pieces) - 1
        for at, (_, node) in enumerate(chain.pieces):
            changes: dict[str, Any] = {"id": ids[at]}
            if at + 1 < len(ids):
                changes["edges"] = self._onward(node, ids[at + 1], chain.failure)
            if not at:
                changes["title"] = title
            if at == home:
                changes["facts"] = (*node.facts, *facts)
            self.nodes.append(replace(node, **changes))
        self.nodes.extend(self.exits.extra)
        self.exits.extra.clear()

    @staticmethod
    def _title(step: Step, chain: Chain) -> str:
        """The title of a step's first node: its title cell, else its name; what else names it becomes facts."""
        named = next((cell for cell in step.labels if cell.column.role is Role.TITLE), None)
        title = named.text.strip() if named is not None else step.name
        if named is not None and step.name != step.id:
            chain.facts.append(("step", json_text(step.name)))
        for cell in step.labels:
            if cell is not named and cell.text.strip() not in (title, step.name):
                chain.facts.append((cell.column.name, json_text(cell.text.strip())))
        return title if title != step.id else ""

    @staticmethod
    def _onward(node: Node, target: str, failure: Edge | None) -> tuple[Edge, ...]:
        if isinstance(node, HttpRequest):
            return (Edge(Success(), target, at=node.at), failure or Edge(Failure(), target, at=node.at))
        if isinstance(node, Case):
            return tuple(
                replace(edge, target=target) if isinstance(edge.guard, When) and edge.target == "" else edge
                for edge in node.edges
            )
        return (Edge(Always(), target, at=node.at),)


def _accepting(choice: Choice, words: tuple[str, ...]) -> Choice:
    """A choice that is meant by more words than its title."""
    titles = {literal(word) for word in words} & {text for _, text in choice.title}
    extra = [word for word in words if literal(word) not in titles]
    if not extra:
        return choice
    known = choice.accepts.first if choice.accepts else ()
    locale = choice.accepts.items[0][0] if choice.accepts else ""
    merged = tuple(dict.fromkeys((*known, *extra)))
    return replace(choice, accepts=Localized.of(merged, locale))
