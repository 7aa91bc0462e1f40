"""Flows while they are built: unique node ids in reading order, and messages that say a response."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from bascule.ir.content import Choice, ChoiceKind, Content
from bascule.ir.expr import Call, Const, Expression
from bascule.ir.nodes import (
    Always,
    Ask,
    Assignment,
    Case,
    Edge,
    Message,
    Node,
    Otherwise,
    ReplyKind,
    SetVariable,
    Unsupported,
    Validation,
    When,
)
from bascule.ir.project import Entry, Flow
from bascule.language.reading import json_text, unique
from bascule.parsers.rasa.model import Scene
from bascule.parsers.rasa.responses import Group, Speech, read_speech
from bascule.parsers.rasa.rich import Button
from bascule.source import Place

__all__ = ["Draft", "Speeches", "Wait", "assign", "constant", "go", "speak"]


def constant(value: object) -> Expression:
    """A value of the files as a constant; lists and mappings as their JSON text."""
    if isinstance(value, float) and value not in (float("inf"), float("-inf")) and value == value:
        return Const(value)
    if value is None or isinstance(value, (str, int, bool)):
        return Const(value)
    return Const(str(value) if isinstance(value, float) else json_text(value))


def go(target: str | None, place: Place | None = None) -> tuple[Edge, ...]:
    """The one way out of a node."""
    return (Edge(Always(), target, at=place),)


def assign(name: str, value: object, place: Place | None = None) -> Assignment:
    """Set a slot; ``None`` clears it."""
    if value is None:
        return Assignment((name,), op="clear", at=place)
    return Assignment((name,), constant(value), at=place)


@dataclass(slots=True)
class Draft:
    """A flow being built. ``skipped`` are ids at which nothing is done, with what comes next; ``last`` are nodes that
    many ways lead to, which stand at the end."""

    id: str
    place: Place
    title: str = ""
    nodes: list[Node] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    facts: list[tuple[str, str]] = field(default_factory=list)
    taken: dict[str, int] = field(default_factory=dict)
    setters: dict[tuple[str, str | None], str] = field(default_factory=dict)
    skipped: dict[str, str | None] = field(default_factory=dict)
    last: tuple[str, ...] = ()

    def name(self, wanted: str) -> str:
        """A free node id."""
        return unique(wanted or "node", self.taken)

    def put(self, node: Node) -> str:
        """Add a node whose id was given out by :meth:`name`."""
        self.nodes.append(node)
        return node.id

    def set(
        self, wanted: str, assignments: Sequence[Assignment], target: str | None, place: Place | None
    ) -> str | None:
        """A node that sets variables and goes on; the same changes before the same target share one."""
        if not assignments:
            return target
        key = (json_text([[item.target, item.op, repr(item.value)] for item in assignments]), target)
        if key not in self.setters:
            self.setters[key] = self.name(wanted)
            self.put(SetVariable(id=self.setters[key], assignments=tuple(assignments), edges=go(target), at=place))
        return self.setters[key]

    def skip(self, id_: str, target: str | None) -> None:
        """Nothing is done at a node: ways to it lead on."""
        self.skipped[id_] = target

    def leads_to(self, id_: str) -> bool:
        """Whether a way of a node, or a node that does nothing, leads to a node."""
        return id_ in self.skipped.values() or any(edge.target == id_ for node in self.nodes for edge in node.edges)

    def _resolved(self, target: str | None) -> str | None:
        seen: set[str] = set()
        while target in self.skipped and target not in seen:
            seen.add(target)
            target = self.skipped[target]
        return None if target in seen else target

    def _arranged(self, nodes: dict[str, Node], starts: list[str]) -> list[Node]:
        """The nodes in the order in which people get to them."""
        order: dict[str, None] = {}
        for start in (*starts, *(name for name in nodes if name not in self.last), *self.last):
            stack = [start]
            while stack:
                here = stack.pop()
                if here in order or here not in nodes or (here in self.last and start not in self.last):
                    continue
                order[here] = None
                stack.extend(edge.target for edge in reversed(nodes[here].edges) if edge.target is not None)
        return [nodes[name] for name in order]

    def flow(self, locale: str, expires: float | None) -> Flow:
        """The flow as it is now."""
        from bascule.ir.nodes import Duration

        nodes: dict[str, Node] = {}
        for node in self.nodes:
            edges = tuple(
                replace(edge, target=self._resolved(edge.target)) if edge.target in self.skipped else edge
                for edge in node.edges
            )
            nodes[node.id] = node if edges == node.edges else replace(node, edges=edges)
        entries = [replace(entry, target=self._resolved(entry.target)) for entry in self.entries]
        known = [entry for entry in entries if entry.target is not None]
        entries = known if len(known) == len(entries) or nodes else entries
        arranged = self._arranged(nodes, [entry.target for entry in known if entry.target is not None])
        first = arranged[0].id if arranged else None
        return Flow(
            self.id,
            tuple(arranged),
            tuple(replace(entry, target=None) if entry.target == first else entry for entry in entries),
            self.title,
            locale,
            Duration(expires) if expires else None,
            tuple(dict(self.facts).items()),
            self.place,
        )


class Speeches:
    """The responses as they are said, each read once."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self._read: dict[str, Speech] = {}
        self._keys: dict[str, list[str]] = {}
        for name in scene.domain.responses:
            base, slash, _ = name.partition("/")
            if slash:
                self._keys.setdefault(base, []).append(name)

    def get(self, name: str) -> Speech | None:
        """A response by name; None when nothing defines it. It counts as used from now on."""
        at = self.scene.domain.responses.get(name)
        if at is None:
            return None
        self.scene.used_responses.add(name)
        if name not in self._read:
            self._read[name] = read_speech(self.scene, name, at)
        return self._read[name]

    def keys(self, name: str) -> list[str]:
        """The responses of a retrieval intent, ``utter_faq/…`` for ``utter_faq``."""
        return self._keys.get(name, [])

    def unused(self) -> list[str]:
        """Responses that nothing used so far, in the order of the files."""
        return [name for name in self.scene.domain.responses if name not in self.scene.used_responses]


@dataclass(slots=True)
class Wait:
    """How the last message of a response waits. ``edges`` gets the node's id and its buttons; ``value`` says what a
    button stores in ``into``."""

    edges: Callable[[str, list[Button]], tuple[Edge, ...]]
    into: tuple[str, ...] = ()
    reply: ReplyKind = ReplyKind.ANY
    validation: Validation | None = None
    value: Callable[[Button], Expression | None] | None = None


def speak(draft: Draft, speech: Speech, id_: str, place: Place, target: str | None, wait: Wait | None) -> None:
    """Add the nodes that say a response, the first one called ``id_``. With ``wait`` the last one waits for an answer,
    else it goes on to ``target``."""
    if not speech.groups:
        _end(draft, id_, Content(), [], speech, place, target, wait)
        return
    if speech.unconditional:
        _group(draft, speech.groups[0], id_, speech, place, target, wait)
        return
    edges: list[Edge] = []
    for number, group in enumerate(speech.groups, 1):
        inner = draft.name(f"{id_}.{number}" if group.condition is not None else f"{id_}.else")
        guard = When(group.condition) if group.condition is not None else Otherwise()
        edges.append(Edge(guard, inner, at=group.at))
    if all(group.condition is not None for group in speech.groups):
        other = target
        if wait is not None:
            other = draft.name(f"{id_}.else")
        edges.append(Edge(Otherwise(), other))
    draft.put(Case(id=id_, edges=tuple(edges), at=place))
    for group, edge in zip(speech.groups, edges, strict=False):
        _group(draft, group, edge.target or "", speech, place, target, wait)
    if wait is not None and len(edges) > len(speech.groups):
        _end(draft, edges[-1].target or "", Content(), [], speech, place, target, wait)


def _group(
    draft: Draft, group: Group, id_: str, speech: Speech, place: Place, target: str | None, wait: Wait | None
) -> None:
    """What is said under one condition; of several sets of messages one is picked at random."""
    sets = [(group.contents, group.buttons), *group.others]
    if len(sets) > 1:
        inner = [draft.name(f"{id_}.{letter}") for letter in _letters(len(sets))]
        shares = range(len(sets), 1, -1)
        edges = [
            Edge(When(Call("chance", (Const(round(1 / share, 6)),))), name)
            for share, name in zip(shares, inner, strict=False)
        ]
        edges.append(Edge(Otherwise(), inner[-1]))
        draft.put(Case(id=id_, edges=tuple(edges), title=speech.name, at=place))
        for name, (contents, buttons) in zip(inner, sets, strict=True):
            _contents(draft, contents, buttons, group.strange, name, speech, place, target, wait)
        return
    _contents(draft, group.contents, group.buttons, group.strange, id_, speech, place, target, wait)


def _letters(count: int) -> list[str]:
    return [chr(ord("a") + number) if number < 26 else f"v{number + 1}" for number in range(count)]


def _contents(
    draft: Draft,
    contents: list[Content],
    buttons: list[Button],
    strange: str,
    id_: str,
    speech: Speech,
    place: Place,
    target: str | None,
    wait: Wait | None,
) -> None:
    """The messages of one set, in order."""
    if strange and all(content.empty for content in contents):
        after = target if wait is None else draft.name(f"{id_}.ask")
        why = "a payload of one channel"
        draft.put(
            Unsupported(id=id_, construct="custom payload", source=strange, reason=why, edges=go(after), at=place)
        )
        if wait is not None:
            _end(draft, after or "", Content(), [], speech, place, target, wait)
        return
    here = id_
    for content in contents[:-1]:
        following = draft.name(f"{id_}.more")
        draft.put(Message(id=here, content=content, edges=go(following), at=place))
        here = following
    _end(draft, here, contents[-1], buttons, speech, place, target, wait)


def _end(
    draft: Draft,
    id_: str,
    content: Content,
    buttons: list[Button],
    speech: Speech | None,
    place: Place,
    target: str | None,
    wait: Wait | None,
) -> None:
    facts = tuple(dict(speech.facts).items()) if speech is not None else ()
    if wait is None:
        draft.put(Message(id=id_, content=content, edges=go(target), facts=facts, at=place))
        return
    edges = wait.edges(id_, buttons)
    if wait.value is not None:
        content = _valued(content, buttons, wait.value)
    draft.put(
        Ask(
            id=id_,
            content=content,
            reply=wait.reply,
            into=wait.into,
            validation=wait.validation,
            edges=edges,
            facts=facts,
            at=place,
        )
    )


def _valued(content: Content, buttons: list[Button], value: Callable[[Button], Expression | None]) -> Content:
    by_id = {button.choice.id: button for button in buttons}

    def valued(choice: Choice) -> Choice:
        button = by_id.get(choice.id)
        found = value(button) if button is not None and choice.kind is ChoiceKind.REPLY else None
        return replace(choice, value=found) if found is not None else choice

    return replace(content, choices=tuple(valued(choice) for choice in content.choices))
