"""What the builders of blocks share: the flow's languages, resources and names, and exits as edges."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from bascule.ir.content import Content
from bascule.ir.expr import Call, Const, Expression, Opaque, Ref
from bascule.ir.nodes import Always, Chosen, Duration, Edge, Failure, Guard, Otherwise, Timeout, When
from bascule.ir.text import Localized
from bascule.language.floip_expression import FLOIP
from bascule.parsers.floip.blocks import Block, Exit
from bascule.parsers.floip.catalogue import NO_ANSWER, REFUSED_ANSWER
from bascule.parsers.floip.modes import in_writing
from bascule.parsers.floip.reading import Reading, json_text
from bascule.parsers.floip.resources import Languages, Library, Said, is_uuid
from bascule.parsers.floip.rules import ExitWithoutTest, ResourceMissing
from bascule.source import Place

__all__ = ["ANSWERS", "Scene"]

ANSWERS = (("block", "value"), ("block", "response"))
"""What tests call the answer to the block they stand in."""


@dataclass(slots=True)
class Scene:
    """One flow while it is read. ``ids`` is block UUID to node id, ``results`` the names of blocks that have a result,
    ``runs`` the flows that this one runs (raw id, mode, time)."""

    reading: Reading
    languages: Languages
    store: Library
    ids: Mapping[str, str]
    results: frozenset[str]
    turn: bool
    expires: float | None = None
    runs: list[tuple[str, str, Duration | None]] = field(default_factory=list)

    def renamer(self, block: Block) -> Callable[[tuple[str, ...]], tuple[str, ...]]:
        """Gives variables their one name: ``block.value``, ``flow.age.value`` and ``age`` are all ``age``."""
        variable = block.variable

        def rename(path: tuple[str, ...]) -> tuple[str, ...]:
            root = path[0].lower()
            rest = path[1:]
            if root == "block" and rest and variable and rest[0] in ("value", "response"):
                return (*variable, *rest[1:])
            if root in ("flow", "results") and rest and rest[0] in self.results:
                path = rest
            if len(path) == 2 and path[0] in self.results and path[1] == "value":
                return path[:1]
            return (root, *path[1:]) if root == "contact" else path

        return rename

    def say(self, block: Block, name: str) -> Said:
        """What the resource says that a member of the block's config names."""
        return self.say_value(block.config.string(name), block.config.at(name), block)

    def say_value(self, written: str, place: Place, block: Block) -> Said:
        """What a resource, or a text in the place of one, says."""
        if not written.strip():
            return Said()
        resource = self.store.get(written)
        if resource is not None:
            return self.store.said(resource, self.languages)
        if is_uuid(written):
            code = self.reading.find(
                ResourceMissing,
                place,
                f"`{block.shown}` names the resource `{written.strip()}`, which is not in the file",
                help="export the container again",
            )
            self.reading.book.degraded(place, "the resource is not in the file", "add it", code)
            return Said()
        text = self.reading.text(written, place)
        self.reading.book.emulated(place, "a text where a resource is named; it is read as the text")
        return Said(Content(text=Localized.of(text, self.languages.main), at=place))

    def edges(
        self,
        block: Block,
        chosen: Callable[[Expression], tuple[str, ...]] | None = None,
        valid: Guard | None = None,
    ) -> tuple[Edge, ...]:
        """The exits as edges, in order, the default one last. ``chosen`` gives the choices that a test names.

        ``valid`` is for questions: what an answer must be. An exit for errors without a test is then for answers that
        are not, and the exits that take any answer take the valid ones.
        Source: https://floip.gitbook.io/flow-specification/layers/2-mobile-primitives (invalid input)
        """
        first: list[Edge] = []
        last: list[Edge] = []
        refused = [item for item in block.exits if valid is not None and len(block.exits) > 1 and _is_refusal(item)]
        for exit_ in block.exits:
            if refused and exit_ is refused[0]:
                self.reading.book.exact(exit_.place)
                last.append(Edge(Otherwise(), self._target(exit_), exit_.name, exit_.place))
                continue
            guard = self._guard(block, exit_, chosen)
            if refused and valid is not None and isinstance(guard, Otherwise):
                first.append(Edge(valid, self._target(exit_), exit_.name, exit_.place))
                continue
            label = exit_.name if not isinstance(guard, (Failure, Timeout)) else ""
            edge = Edge(guard, self._target(exit_), label, exit_.place)
            (last if isinstance(guard, Otherwise) and exit_.default else first).append(edge)
        if last and not any(isinstance(edge.guard, (When, Chosen, Otherwise)) for edge in first):
            # Nothing is tested: the default exit is simply the way on.
            last[0] = Edge(Always(), last[0].target, last[0].label, last[0].at)
        return (*first, *last)

    def _target(self, exit_: Exit) -> str | None:
        """The node an exit leads to; a UUID that is no block stays as it is, for linking to report."""
        return None if exit_.target is None else self.ids.get(exit_.target, exit_.target)

    def _guard(self, block: Block, exit_: Exit, chosen: Callable[[Expression], tuple[str, ...]] | None) -> Guard:
        book = self.reading.book
        book.exact(exit_.place)
        plain = exit_.name.casefold().replace("_", " ").strip()
        if exit_.default:
            if exit_.test and exit_.test != "true":
                block.facts.append((f"test of the default exit {exit_.name}".rstrip(), json_text(exit_.test)))
                book.emulated(exit_.place, "the test of a default exit has no effect; it is kept as a fact")
            return Otherwise()
        if exit_.timeout is not None or (plain in NO_ANSWER and not exit_.test):
            seconds = exit_.timeout if exit_.timeout is not None else self.expires
            return Timeout(Duration(seconds) if seconds is not None and seconds >= 0 else Duration())
        if not exit_.test:
            if len(block.exits) == 1:
                return Always()
            if plain in REFUSED_ANSWER:
                return Failure(exit_.name)
            if _is_rest(exit_, block):
                book.emulated(exit_.place, "the last exit, and the only one without a test: it takes the rest")
                return Otherwise()
            code = self.reading.find(
                ExitWithoutTest,
                exit_.place,
                f"the exit `{exit_.name[:60]}` of `{block.shown}` has no test and is not the default one",
                help="write a test, or make it the default exit",
            )
            book.degraded(exit_.place, "never taken; kept with an opaque condition", "write a test", code)
            return When(Opaque(FLOIP, f"exit {exit_.name}"))
        written = self.reading.expression(exit_.test, exit_.place.child("test"))
        condition = in_writing(written)
        if condition != written:
            book.emulated(exit_.place, "what its test asks of calls is left out: nobody calls")
        names = chosen(condition) if chosen is not None else ()
        if names:
            return Chosen(names)
        if condition == Const(True):
            return Otherwise()
        if isinstance(condition, Opaque):
            book.emulated(exit_.place, "the test cannot be read; it is kept as an opaque condition")
        return When(condition)

    def answer_is(self, expression: Expression, block: Block) -> tuple[Expression, ...]:
        """The values an expression compares the answer of the block with, or none when it does something else."""
        answers = {*ANSWERS, block.variable}
        found: list[Expression] = []
        items = expression.args if isinstance(expression, Call) and expression.name == "or" else (expression,)
        for item in items:
            if not isinstance(item, Call) or len(item.args) != 2 or item.name not in _EQUAL:
                return ()
            left, right = item.args
            if not _is_answer(left, answers) and item.name == "eq":
                left, right = right, left
            if not _is_answer(left, answers):
                return ()
            found.append(right)
        return tuple(found)


def _is_refusal(exit_: Exit) -> bool:
    """Whether an exit is named for errors and nothing else says when it is taken."""
    if exit_.default or exit_.test or exit_.timeout is not None:
        return False
    return exit_.name.casefold().replace("_", " ").strip() in REFUSED_ANSWER


def _is_rest(exit_: Exit, block: Block) -> bool:
    """Whether an exit is the way for everything else, in files from before exits could say ``default``."""
    others = [item for item in block.exits if item is not exit_]
    return block.exits[-1] is exit_ and all(item.test and not item.default for item in others)


_EQUAL = frozenset({"eq", "same_text", "has_only_phrase", "has_only_text"})


def _is_answer(expression: Expression, answers: set[tuple[str, ...]]) -> bool:
    """Whether an expression is the answer, in whatever case."""
    while isinstance(expression, Call) and expression.name in ("lower", "upper", "trim", "text") and expression.args:
        expression = expression.args[0]
    return isinstance(expression, Ref) and expression.path in answers
