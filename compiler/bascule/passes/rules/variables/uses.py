"""Where variables are used, and where they get their values: one walk over the project."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from bascule.ir.content import Choice, Content, Media
from bascule.ir.expr import TESTS, Call, Expression, Lambda, references, walk
from bascule.ir.nodes import (
    Ask,
    Audience,
    Case,
    Delay,
    Duration,
    Edge,
    Handover,
    HttpRequest,
    Message,
    Node,
    RunFlow,
    SetVariable,
    Timeout,
    When,
)
from bascule.ir.project import Flow
from bascule.ir.text import LocalizedText, Text, holes
from bascule.passes.rules import CheckContext
from bascule.source import Place

__all__ = ["Path", "Use", "Uses", "dotted", "expressions_of", "set_by", "uses"]

Path = tuple[str, ...]
Used = tuple[Expression, Place | None]
_LOOKING = frozenset({"if", "eq", "ne", "lt", "le", "gt", "ge"})
"""Calls that look at their first argument before anything else is done with it, besides the tests. What stands in
``if`` is used in some cases only, which the ways through the flow do not tell."""


@dataclass(frozen=True, slots=True)
class Use:
    """One use of a variable in a flow. ``optional``: the text says something else when it has no value.

    ``tested``: a condition looks at it, so that having no value is foreseen. ``step``: how many assignments of
    its node come before it. ``own``: its value is only made from itself (a counter).
    """

    path: Path
    flow: str
    node: str
    place: Place
    optional: bool = False
    tested: bool = False
    step: int = 0
    own: bool = False


@dataclass(slots=True)
class Uses:
    """All uses in order; per flow the paths it sets; the paths that any flow sets."""

    items: list[Use] = field(default_factory=list)
    set_in: dict[str, set[Path]] = field(default_factory=dict)
    given: set[Path] = field(default_factory=set)


def dotted(path: Path) -> str:
    """A path as people write it."""
    return ".".join(path)


def uses(context: CheckContext) -> Uses:
    """The uses of the project, gathered once."""
    return context.once(_uses)


def _uses(context: CheckContext) -> Uses:
    found = Uses()
    for intent in context.project.intents:
        found.given.update((name,) for name, _ in intent.parameters)
    for flow in context.project.flows:
        here = found.set_in.setdefault(flow.id, set())
        for entry in flow.entries:
            if entry.condition is not None:
                _add(found, flow, "", entry.at or flow.at or Place(""), [(entry.condition, entry.at)])
            if entry.offset is not None:
                _add(found, flow, "", entry.at or flow.at or Place(""), _duration(entry.offset))
        for node in flow.nodes:
            place = node.at or flow.at or Place("")
            here.update(set_by(node))
            _add(found, flow, node.id, place, _tested_by(node), tested=True)
            _add(found, flow, node.id, place, _used_by(node))
            if isinstance(node, SetVariable):
                for step, item in enumerate(node.assignments):
                    if item.value is not None:
                        _add(found, flow, node.id, place, [(item.value, item.at)], step=step, target=item.target)
            if isinstance(node, RunFlow):
                found.set_in.setdefault(node.flow, set()).update((name,) for name, _ in node.parameters)
    for paths in found.set_in.values():
        found.given |= paths
    return found


def _add(
    found: Uses,
    flow: Flow,
    node: str,
    place: Place,
    used: Iterable[Used],
    *,
    tested: bool = False,
    step: int = 0,
    target: Path = (),
) -> None:
    for expression, at in used:
        parts = list(walk(expression))
        names = {name for part in parts if isinstance(part, Lambda) for name in part.parameters}
        spare = {part.args[0] for part in parts if isinstance(part, Call) and part.name == "default" and part.args}
        asked = {
            ref
            for part in parts
            if isinstance(part, Call) and (part.name in TESTS or part.name in _LOOKING) and part.args
            for ref in references(part if part.name == "if" else part.args[0])
        }
        for ref in references(expression):
            if ref.path and ref.path[0] not in names:
                foreseen = tested or ref in asked
                use = Use(ref.path, flow.id, node, at or place, ref in spare, foreseen, step, ref.path == target)
                found.items.append(use)


def set_by(node: Node) -> Iterator[Path]:
    """The paths that a node may give a value."""
    if isinstance(node, SetVariable):
        yield from (item.target for item in node.assignments if item.op != "clear")
    elif isinstance(node, Ask) and node.into:
        yield node.into
    elif isinstance(node, HttpRequest):
        if node.into:
            yield node.into
        yield from (path for _, path in node.mapping)


def expressions_of(node: Node) -> Iterator[Used]:
    """All expressions of a node with their places."""
    yield from _tested_by(node)
    yield from _used_by(node)
    if isinstance(node, SetVariable):
        yield from ((item.value, item.at) for item in node.assignments if item.value is not None)


def _tested_by(node: Node) -> Iterator[Used]:
    for edge in node.edges:
        yield from _edge(edge)
    if isinstance(node, Case) and node.subject is not None:
        yield node.subject, node.at
    if isinstance(node, Ask) and node.validation is not None and node.validation.error is not None:
        yield from _content(node.validation.error)


def _used_by(node: Node) -> Iterator[Used]:
    if isinstance(node, (Message, Ask)):
        yield from _content(node.content)
    if isinstance(node, (Message, RunFlow)) and node.audience is not None:
        yield from _audience(node.audience)
    if isinstance(node, HttpRequest):
        for text in (node.url, node.body, *(text for _, text in (*node.headers, *node.parameters))):
            yield from _text(text)
    if isinstance(node, Delay):
        yield from _duration(node.duration)
    if isinstance(node, RunFlow):
        yield from ((value, node.at) for _, value in node.parameters)
    if isinstance(node, Handover):
        for text in (node.note, *(text for _, text in node.parameters)):
            yield from _text(text)


def _edge(edge: Edge) -> Iterator[Used]:
    if isinstance(edge.guard, When):
        yield edge.guard.condition, edge.at
    elif isinstance(edge.guard, Timeout):
        yield from _duration(edge.guard.after)


def _duration(duration: Duration) -> list[Used]:
    return [(duration.expression, None)] if duration.expression is not None else []


def _audience(audience: Audience) -> Iterator[Used]:
    yield from ((contact, None) for contact in audience.contacts)


def _text(text: Text) -> Iterator[Used]:
    yield from ((hole.expression, hole.at) for hole in holes(text))


def _localized(*texts: LocalizedText) -> Iterator[Used]:
    for localized in texts:
        for _, text in localized:
            yield from _text(text)


def _content(content: Content) -> Iterator[Used]:
    yield from _localized(content.text, content.header, content.footer, content.list_label, *content.alternatives)
    for media in content.media:
        yield from _media(media)
    for choice in content.choices:
        yield from _choice(choice)
    for card in content.cards:
        yield from _localized(card.title, card.text)
        if card.media is not None:
            yield from _media(card.media)
        for choice in card.choices:
            yield from _choice(choice)
    if content.location is not None:
        yield from ((side, content.at) for side in (content.location.latitude, content.location.longitude))
        yield from _text(content.location.name)
        yield from _text(content.location.address)
    for contact in content.contacts:
        yield from _text(contact.name)
        yield from _text(contact.phone)
    if content.template is not None:
        yield from ((value, content.template.at) for _, value in content.template.parameters)
    for variant in content.variants:
        if not variant.content.variants:
            yield from _content(variant.content)


def _media(media: Media) -> Iterator[Used]:
    yield from _localized(media.url, media.caption)


def _choice(choice: Choice) -> Iterator[Used]:
    yield from _localized(choice.title, choice.description, choice.section)
    yield from _text(choice.url)
    yield from _text(choice.phone)
    if choice.value is not None:
        yield choice.value, choice.at
    if choice.media is not None:
        yield from _media(choice.media)
