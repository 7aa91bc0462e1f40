"""Nodes of a fitted flow as blocks of one element each.

Elements and their members: https://github.com/chatfuel-lab/wizard (``content/schema/schema.graphql``).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from bascule.backends.chatfuel.conditions import Untestable, decisions, segment_shown
from bascule.backends.chatfuel.model import MEDIA, Block, Canvas, Handle
from bascule.backends.chatfuel.requests import request_values
from bascule.backends.chatfuel.words import Words, in_two
from bascule.backends.layout import lay_out
from bascule.ir.content import Choice, ChoiceKind, Content, Media, MediaKind
from bascule.ir.expr import Ref
from bascule.ir.ledger import Ledger
from bascule.ir.nodes import (
    Always,
    Ask,
    Case,
    Chosen,
    Edge,
    End,
    Handover,
    HttpRequest,
    Message,
    Node,
    Otherwise,
    RunFlow,
    SetVariable,
    Success,
    When,
)
from bascule.ir.project import Flow
from bascule.ir.text import EMPTY_TEXT, Literal, Localized, LocalizedText, Segment, holes, join_text
from bascule.source import Place
from bascule.targets import Capabilities
from bascule.whatsapp.policy import load_policy

__all__ = ["Builder"]

_KINDS = {
    MediaKind.IMAGE: "Image",
    MediaKind.GIF: "Image",
    MediaKind.VIDEO: "Video",
    MediaKind.AUDIO: "Audio",
    MediaKind.DOCUMENT: "Document",
    MediaKind.FILE: "Document",
    MediaKind.STICKER: "Image",
}
_PARTS = ("header", "body", "footer")
"""Parts of a template whose values are texts."""
_FILES = ("image", "video", "document", "location")
"""Values of a template's header that are none."""
_RIGHT, _DOWN = 400, 350
_NOTHING = "…"
"""What a message says that has to say something and says nothing."""


@dataclass
class Builder:
    """Builds one canvas. ``name`` gives a name that no other block of the bot has; ``by_hand`` is left to a person."""

    flow: Flow
    words: Words
    target: Capabilities
    ledger: Ledger
    name: Callable[[str], str]
    by_hand: list[str]
    canvas: Canvas
    flows: set[str]
    _taken: set[str] = field(default_factory=set)
    _skipped: dict[str, str | None] = field(default_factory=dict)
    _mine: list[Block] = field(default_factory=list)
    _stop: Block | None = None
    _known: frozenset[str] = frozenset()

    def build(self, start: str | None) -> Canvas:
        """The canvas, its blocks connected and laid out; ``start`` is the node it begins with."""
        self._taken = {node.id for node in self.flow.nodes}
        for node in self.flow.nodes:
            self._mine, braces, computed = [], self.words.braces, self.words.computed
            place = node.at or self.flow.at or Place("")
            self._node(node, place)
            self.canvas.blocks.extend(self._mine)
            if self._mine:
                self.ledger.exact(node.kind, place, "" if len(self._mine) == 1 else f"{len(self._mine)} blocks")
            if self.words.braces > braces:
                reason = "an invisible sign between its double braces: Chatfuel would read an attribute"
                self.ledger.emulated("text", place, reason, "write the words without braces")
            if self.words.computed > computed:
                self.ledger.degraded("value", place, "“…”: Chatfuel does not compute it", "set an attribute before")
        self._resolve()
        self.canvas.start = self._onward(start)
        if self.canvas.start is None:
            self.ledger.exact("flow", self.flow.at or Place(""), "it ends at once: there is nothing to build")
            self.canvas.blocks.clear()
        self._places()
        return self.canvas

    def _node(self, node: Node, place: Place) -> None:
        onward = _leads(node)
        if isinstance(node, Message) and node.audience is None:
            self._says(node, node.content, place, onward)
        elif isinstance(node, Ask):
            self._asks(node, place)
        elif isinstance(node, Case):
            self._decides(node, place)
        elif isinstance(node, SetVariable):
            self._sets(node, place, onward)
        elif isinstance(node, HttpRequest):
            block = self._add(node, "SendJson", request_values(node, self.words, self.ledger, place))
            block.following = onward
        elif isinstance(node, Handover):
            self._hands_over(node, place, onward)
        elif isinstance(node, RunFlow):
            self._jumps(node, place)
        elif isinstance(node, End):
            self._skip(node, None)
        else:
            what = "a message to others" if isinstance(node, Message) else node.kind
            reason = "a flow speaks to the person in the chat only" if isinstance(node, Message) else "nothing like it"
            self.ledger.dropped(what, place, f"Chatfuel: {reason}", "send it as a scheduled message or by your program")
            self._skip(node, onward)

    def _skip(self, node: Node, target: str | None) -> None:
        self._skipped[node.id] = target

    def _fresh(self, stem: str) -> str:
        name, number = f"{stem}_2", 3
        while name in self._taken:
            name = f"{stem}_{number}"
            number += 1
        self._taken.add(name)
        return name

    def _add(self, node: Node, kind: str, values: dict[str, object]) -> Block:
        """A further block of a node; the first one has the node's id. What was added before leads here."""
        id_ = self._fresh(node.id) if self._mine else node.id
        block = Block(id_, self.name(" ".join((node.title or node.id).split())), kind, dict(values))
        if self._mine:
            self._mine[-1].following = id_
        self._mine.append(block)
        return block

    def _said(self, text: LocalizedText) -> str:
        return self.words.text(text.first if text else EMPTY_TEXT)

    def _says(self, node: Message, content: Content, place: Place, onward: str | None) -> None:
        self._files(node, content, place)
        link = next((choice for choice in content.choices if choice.kind is ChoiceKind.URL), None)
        text = self._said(_joined(content))
        if content.template is not None:
            self._template(node, content, place)
        elif link is not None:
            self._linked(node, content, link, place)
        elif text:
            self._add(node, "Text", {"text": text})
        if self._mine:
            self._mine[-1].following = onward
        else:
            self._skip(node, onward)

    def _files(self, node: Message | Ask, content: Content, place: Place) -> None:
        """A block per file. Files are uploaded once: an address that is made at run time becomes a link."""
        for media in content.media:
            where = media.at or place
            url = self._said(media.url)
            if media.url and any(isinstance(part.expression, Ref) for part in holes(media.url.first)):
                self.ledger.degraded(media.kind.value, where, "a link: its address is made at run time", "")
                self._add(node, "Text", {"text": url})
                continue
            self._add(node, _KINDS[media.kind], {"url": url, "name": _file_name(media, url), "asset": media.asset})

    def _linked(self, node: Node, content: Content, link: Choice, place: Place) -> None:
        title, url = self._said(link.title), self.words.text(link.url)
        header, body, footer = self._frame(node, content, place, "interactive.button.body.max_length", title)
        self._add(
            node, "TextAndURL", {"header": header, "body": body, "footer": footer, "title": title or url, "url": url}
        )

    def _frame(self, node: Node, content: Content, place: Place, limit: str, instead: str = "") -> tuple[str, str, str]:
        """Header, body and footer of a message with buttons; text that is too long for it is said before."""
        header, body, footer = self._said(content.header), self._said(content.text), self._said(content.footer)
        if len(header) > self.target.count("text.header"):
            header, body = "", "\n\n".join(part for part in (header, body) if part)
        if len(footer) > self.target.count("text.footer"):
            footer, body = "", "\n\n".join(part for part in (body, footer) if part)
        if not body.strip():
            self.ledger.degraded("text", place, f"“{instead or _NOTHING}”: a message with buttons needs words", "")
        before, body = in_two(body, load_policy().limit(limit))
        if before:
            self._add(node, "Text", {"text": before})
            self.ledger.emulated("text", place, "said in two messages: the second one has the buttons")
        return header, body if body.strip() else instead or _NOTHING, footer

    def _asks(self, node: Ask, place: Place) -> None:
        content, rest = node.content, _leads(node)
        self._files(node, content, place)
        replies = content.replies
        if content.template is not None:
            block = self._template(node, content, place)
        elif replies:
            block = self._offers(node, content, place)
        else:
            text = self._said(_joined(content))
            if not text.strip():
                self.ledger.degraded("ask", place, f"“{_NOTHING}”: a question needs words", "say something first")
            block = self._add(node, "Text", {"text": text if text.strip() else _NOTHING})
        block.waits, block.following = True, rest
        block.saves = self.words.attribute(node.into) if node.into else ""
        for choice, handle in zip(replies, block.handles, strict=False):
            edge = next((edge for edge in node.edges if _names(edge, choice.id)), None)
            handle.target = edge.target if edge is not None else rest
            if edge is not None and edge.target is None and rest is not None:
                # A button that leads nowhere would go where every other answer goes.
                handle.target = self._end()

    def _offers(self, node: Ask, content: Content, place: Place) -> Block:
        """Buttons, or a list where they are too many or were fitted for one."""
        replies = content.replies
        titles = [self._said(choice.title) or choice.id for choice in replies]
        listed = len(replies) > self.target.count("choice.buttons") or any(
            ("form", '"list"') in choice.hints for choice in replies
        )
        if not listed:
            header, body, footer = self._frame(node, content, place, "interactive.button.body.max_length")
            block = self._add(node, "TextAndButtons", {"header": header, "body": body, "footer": footer})
            block.handles = [Handle(f"{block.id}.{number}", title) for number, title in enumerate(titles, start=1)]
            return block
        lines = [self._said(part) for part in (content.header, content.text, content.footer)]
        if lines[0] or lines[2]:
            self.ledger.emulated("header and footer", place, "lines of the text: Chatfuel's lists have none")
        whole = Content(text=_joined(content))
        _, body, _ = self._frame(node, whole, place, "interactive.list.body.max_length")
        label = self._said(content.list_label) or _NOTHING
        block = self._add(node, "List", {"body": body, "button": label})
        described = [self._said(choice.description) for choice in replies]
        block.handles = [
            Handle(f"{block.id}.{number}", title, description)
            for number, (title, description) in enumerate(zip(titles, described, strict=True), start=1)
        ]
        return block

    def _template(self, node: Message | Ask, content: Content, place: Place) -> Block:
        use = content.template
        assert use is not None
        values = [(*_slot(slot), self.words.value(value)) for slot, value in use.parameters]
        others = [f"{slot} = {value}" for part, slot, value in values if part not in _PARTS]
        values = [item for item in values if item[0] in _PARTS]
        name = use.name or use.provider_id or node.id
        held: dict[str, object] = {"template": name, "id": use.provider_id, "language": use.language, "values": values}
        block = self._add(node, "Template", held)
        replies = [choice for choice in content.choices if choice.kind is ChoiceKind.REPLY]
        block.handles = [
            Handle(f"{block.id}.{number}", self._said(choice.title) or choice.id)
            for number, choice in enumerate(replies, start=1)
        ]
        self.by_hand.append(f"“{block.name}”: choose the template `{name}` of the workspace")
        if others:
            told = ", ".join(others)
            self.ledger.degraded("template values", place, f"entered by hand: {told}", "enter them in the product")
            self.by_hand.append(f"“{block.name}”: values of the template: {told}")
        if replies:
            reason = "its buttons are the template's: connect them by hand"
            self.ledger.degraded("template buttons", place, reason, "connect them in the product")
        return block

    def _decides(self, node: Case, place: Place) -> None:
        rest = next((edge.target for edge in node.edges if isinstance(edge.guard, (Otherwise, Always))), None)
        tests = [edge for edge in node.edges if isinstance(edge.guard, When)]
        following = rest
        heads = [node.id, *(self._fresh(node.id) for _ in tests[1:])]
        made: list[Block] = []
        for head, edge in reversed(list(zip(heads, tests, strict=False))):
            assert isinstance(edge.guard, When)
            try:
                found, start = decisions(edge.guard.condition, edge.target, following, self.words, head, self._fresh)
            except Untestable as error:
                reason = f"Chatfuel cannot test {error}"
                self.ledger.dropped("condition", edge.at or place, reason, "rebuild it by hand")
                self._skipped[head] = following
                continue
            blocks = []
            for decision in found:
                name = self.name(" ".join((node.title or node.id).split()))
                block = Block(decision.id, name, "SetCondition", {"segment": decision.segment})
                block.handles = [Handle(f"{decision.id}.1", segment_shown(decision.segment), "", decision.yes)]
                block.following = decision.no
                blocks.append(block)
            made = [*blocks, *made]
            if start != head:
                self._skipped[head] = start
            following = head
        if not tests:
            self._skip(node, rest)
        self._mine.extend(made)

    def _sets(self, node: SetVariable, place: Place, onward: str | None) -> None:
        for assignment in node.assignments:
            name, value = self.words.attribute(assignment.target), self.words.value(assignment.value)
            if assignment.op in ("add", "remove"):
                reason = "the attribute is set: Chatfuel neither adds to a value nor takes away from it"
                self.ledger.degraded("assignment", assignment.at or place, reason, "compute it elsewhere")
            if assignment.value is None or not value:
                self._add(node, "ClearContactProperty", {"attribute": name})
            else:
                self._add(node, "SetContactProperty", {"attribute": name, "value": value})
        if node.assignments:
            self._mine[-1].following = onward
        else:
            self._skip(node, onward)

    def _hands_over(self, node: Handover, place: Place, onward: str | None) -> None:
        block = self._add(node, "SwitchToChatWithHumanAgent", {})
        block.following = onward
        if node.to or node.note:
            self.ledger.degraded("handover", place, "the team and the note are not passed on", "set up assignment")
            told = " – ".join(part for part in (node.to, self.words.text(node.note)) if part)
            self.by_hand.append(f"“{block.name}”: who takes over: {told}")

    def _jumps(self, node: RunFlow, place: Place) -> None:
        if node.flow not in self.flows:
            self.ledger.dropped("jump to a flow", place, "the other flow says nothing here", "add it")
            self._skip(node, None)
            return
        self._add(node, "RedirectToFlow", {"flow": node.flow})
        if node.parameters:
            self.ledger.dropped("values of a call", place, "a redirect passes none", "set attributes before it")

    def _end(self) -> str:
        """A block after which nothing follows."""
        if self._stop is None:
            values: dict[str, object] = {"attribute": self.words.attribute(("flow end",)), "value": self.canvas.name}
            self._stop = Block(self._fresh("end"), self.name("End"), "SetContactProperty", values)
        return self._stop.id

    def _onward(self, target: str | None) -> str | None:
        """The block that stands for a node; None for what says and does nothing."""
        seen: set[str] = set()
        while target is not None and target in self._skipped and target not in seen:
            seen.add(target)
            target = self._skipped[target]
        return target if target in self._known else None

    def _resolve(self) -> None:
        if self._stop is not None:
            self.canvas.blocks.append(self._stop)
        self._known = frozenset(block.id for block in self.canvas.blocks)
        for block in self.canvas.blocks:
            block.following = self._onward(block.following)
            for handle in block.handles:
                handle.target = self._onward(handle.target)

    def _places(self) -> None:
        """Columns by steps from the start."""
        blocks = sorted(self.canvas.blocks, key=lambda block: block.id != self.canvas.start)
        nodes = [
            Message(id=block.id, content=Content(), edges=tuple(Edge(Always(), target) for target in block.targets))
            for block in blocks
        ]
        places = lay_out(Flow("", tuple(nodes)), _RIGHT, _DOWN)
        for block in self.canvas.blocks:
            block.x, block.y = places[block.id]


def _slot(slot: str) -> tuple[str, str]:
    """The part of a template that a value belongs to, and its name there; other parts than texts keep their name."""
    part, dot, name = slot.partition(".")
    if not dot:
        return ("", slot) if slot in (*_PARTS, "button") else ("body", slot)
    return (part, name) if part in _PARTS and name not in _FILES else ("", slot)


def _leads(node: Node) -> str | None:
    for kind in (Always, Success, Otherwise):
        for edge in node.edges:
            if isinstance(edge.guard, kind):
                return edge.target
    return None


def _names(edge: Edge, choice: str) -> bool:
    return isinstance(edge.guard, Chosen) and choice in edge.guard.choices


def _file_name(media: Media, url: str) -> str:
    """The name of a file: its own, or the end of its address."""
    last = url.split("?")[0].split("#")[0].rsplit("/", 1)[-1]
    return media.filename or last or MEDIA[_KINDS[media.kind]]


def _joined(content: Content) -> LocalizedText:
    """Header, text and footer as one text."""

    parts: list[Segment] = []
    for text in (content.header, content.text, content.footer):
        if text and text.first:
            parts.extend([Literal("\n\n"), *text.first] if parts else text.first)
    return Localized.of(join_text(parts)) if parts else Localized()
