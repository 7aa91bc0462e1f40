"""A flow as boxes and arrows: what every diagram shows, before its notation."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bascule.ir.content import Content
from bascule.ir.durations import print_duration
from bascule.ir.expr_text import print_expression, print_path
from bascule.ir.nodes import (
    Always,
    Ask,
    Case,
    Chosen,
    Delay,
    Edge,
    End,
    Failure,
    Handover,
    HttpRequest,
    Message,
    Node,
    Otherwise,
    RunFlow,
    SetConsent,
    SetVariable,
    Success,
    Timeout,
    Unsupported,
    When,
)
from bascule.ir.project import Entry, Flow
from bascule.ir.text import Hole, Text, plain_text

__all__ = ["Arrow", "Box", "Drawing", "draw_flow"]

_LONGEST = 60


@dataclass(frozen=True, slots=True)
class Box:
    """One box with its text. ``shape`` is ``entry``, ``say``, ``ask``, ``branch``, ``step``, ``end`` or ``warn``."""

    id: str
    shape: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Arrow:
    """One arrow between boxes; ``dashed`` for what happens only when something fails or nobody answers."""

    source: str
    target: str
    label: str = ""
    dashed: bool = False


@dataclass(frozen=True, slots=True)
class Drawing:
    """A flow's boxes and arrows, in the flow's order. Box ids are ``n0``, ``n1`` … and ``e0`` … for entries."""

    title: str
    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]


def draw_flow(flow: Flow, language: str = "") -> Drawing:
    """Boxes for entries and nodes, arrows for edges. Edges to nodes that do not exist lead to a warning box."""
    ids = {node.id: f"n{number}" for number, node in enumerate(flow.nodes)}
    boxes: list[Box] = []
    arrows: list[Arrow] = []
    for number, entry in enumerate(flow.entries):
        box = f"e{number}"
        boxes.append(Box(box, "entry", (_entry(entry, language),)))
        start = flow.start_of(entry)
        if start is not None:
            arrows.append(Arrow(box, ids[start.id]))
    missing: dict[str, str] = {}
    for node in flow.nodes:
        shape, lines = _box(node, language)
        title = node.title or node.id
        boxes.append(Box(ids[node.id], shape, (_short(title), *lines)))
        for edge in node.edges:
            if edge.target is None:
                continue
            if edge.target not in ids:
                missing.setdefault(edge.target, f"m{len(missing)}")
            target = ids.get(edge.target) or missing[edge.target]
            dashed = isinstance(edge.guard, (Failure, Timeout))
            arrows.append(Arrow(ids[node.id], target, _guard(node, edge, language), dashed))
    boxes.extend(Box(id_, "warn", (f"missing: {_short(name)}",)) for name, id_ in missing.items())
    return Drawing(flow.title or flow.id, tuple(boxes), tuple(arrows))


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else line[: _LONGEST - 1].rstrip() + "…"


def _text(text: Text) -> str:
    def hole(part: Hole) -> str:
        return "{" + print_expression(part.expression) + "}"

    return _short(plain_text(text, hole))


def _entry(entry: Entry, language: str) -> str:
    words = entry.keywords.best(language) or ()
    told = ", ".join(words) or entry.intent or entry.name
    kind = entry.kind.value.replace("_", " ")
    return _short(f"{kind}: {told}" if told else kind)


def _content(content: Content, language: str) -> Iterator[str]:
    said = content.text.best(language) or content.header.best(language)
    if said:
        yield _text(said)
    for media in content.media:
        yield f"[{media.kind.value}]"
    if content.location is not None:
        yield "[location]"
    if content.contacts:
        yield "[contact]"
    if content.template is not None:
        yield f"[template {content.template.name or content.template.provider_id}]"
    for card in content.cards[:3]:
        title = card.title.best(language)
        yield f"[card {_text(title)}]" if title else "[card]"
    for choice in content.choices[:10]:
        yield f"[ {_text(choice.title.best(language) or ()) or choice.id} ]"
    if len(content.choices) > 10:
        yield f"… {len(content.choices) - 10} more"


def _box(node: Node, language: str) -> tuple[str, list[str]]:
    if isinstance(node, Message):
        return "say", list(_content(node.content, language))
    if isinstance(node, Ask):
        into = [f"→ {print_path(node.into)}"] if node.into else []
        return "ask", [*_content(node.content, language), *into]
    if isinstance(node, Case):
        return "branch", [_short(print_expression(node.subject))] if node.subject is not None else []
    if isinstance(node, SetVariable):
        lines = []
        for item in node.assignments[:5]:
            value = f" = {print_expression(item.value)}" if item.value is not None else ""
            lines.append(_short(f"{'' if item.op == 'set' else item.op + ' '}{print_path(item.target)}{value}"))
        return "step", lines
    if isinstance(node, HttpRequest):
        return "step", [_short(f"{node.service} {node.method} {_text(node.url)}")]
    if isinstance(node, Delay):
        seconds = node.duration.seconds
        return "step", [f"wait {print_duration(seconds)}" if seconds is not None else "wait"]
    if isinstance(node, RunFlow):
        return "step", [_short(f"{node.mode} {node.flow_title or node.flow}")]
    if isinstance(node, Handover):
        return "end", [_short(f"hand over {node.to}".strip())]
    if isinstance(node, SetConsent):
        return "step", [f"{node.state} {node.channel}".strip()]
    if isinstance(node, End):
        return "end", [_short(f"end {node.reason}".strip())]
    assert isinstance(node, Unsupported)
    return "warn", [_short(f"not supported: {node.construct}")]


def _guard(node: Node, edge: Edge, language: str) -> str:
    guard = edge.guard
    if isinstance(guard, Chosen):
        choices = {}
        if isinstance(node, (Message, Ask)):
            offered = [*node.content.choices, *(choice for card in node.content.cards for choice in card.choices)]
            choices = {choice.id: _text(choice.title.best(language) or ()) for choice in offered}
        return _short(", ".join(choices.get(name) or name for name in guard.choices))
    if isinstance(guard, When):
        return edge.label or _short(print_expression(guard.condition))
    if isinstance(guard, Timeout):
        seconds = guard.after.seconds
        return f"no answer {print_duration(seconds)}" if seconds is not None else "no answer"
    if isinstance(guard, Failure):
        return _short(guard.reason or "failed")
    if isinstance(guard, Success):
        return "" if len(node.edges) == 1 else "done"
    if isinstance(guard, Otherwise):
        return "" if len(node.edges) == 1 else "else"
    assert isinstance(guard, Always)
    return ""
