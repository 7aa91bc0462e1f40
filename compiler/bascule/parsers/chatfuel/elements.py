"""Elements of blocks as nodes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from bascule.ir.content import Choice, ChoiceKind, Content, Media
from bascule.ir.expr import Const, Expression, Opaque
from bascule.ir.expr_text import print_expression
from bascule.ir.nodes import (
    Always,
    Ask,
    Assignment,
    Case,
    Chosen,
    Edge,
    End,
    Handover,
    Message,
    Node,
    Otherwise,
    ReplyKind,
    RunFlow,
    SetVariable,
    Unsupported,
    When,
)
from bascule.ir.text import plain_text
from bascule.language.members import EMPTY, as_text, clip, objects_of, slug
from bascule.language.reading import json_text, unique
from bascule.parsers.chatfuel.catalogue import MEDIA
from bascule.parsers.chatfuel.graph import Element
from bascule.parsers.chatfuel.losses import AgentKept, ButtonsLater
from bascule.parsers.chatfuel.rules import UnknownElement, WrongShape
from bascule.parsers.chatfuel.scene import Scene, common, said
from bascule.parsers.chatfuel.segments import LANGUAGE, read_segment
from bascule.parsers.chatfuel.services import request, summary
from bascule.parsers.chatfuel.templates import read_template
from bascule.source import Place

__all__ = ["build"]


def build(scene: Scene, element: Element, following: tuple[str | None, Place | None]) -> list[Node]:
    """The nodes of an element; ``following`` is the node after it, and the place that says so."""
    builder = _BUILDERS.get(element.kind) or (_media if element.kind in MEDIA else _unknown)
    nodes = builder(scene, element, _on(element, following))
    element.fields.close()
    return [replace(nodes[0], facts=(*nodes[0].facts, *element.facts)), *nodes[1:]]


def _on(element: Element, following: tuple[str | None, Place | None]) -> tuple[Edge, ...]:
    target, place = following
    return (Edge(Always(), target, at=place or element.place),) if target is not None or place is not None else ()


def _waits(element: Element) -> tuple[bool, tuple[str, ...]]:
    """Whether the flow waits for an answer after an element, and the attribute that takes it."""
    fields = element.fields
    waits = fields.boolean("waitForReplies") is True
    saves = fields.boolean("saveContactReply") is True
    attribute = fields.take("savingToAttribute")
    path = fields.reading.declare(attribute, fields.at("savingToAttribute")) if saves else ()
    if not saves and attribute not in EMPTY:
        fields.keep("savingToAttribute")
        fields.reading.book.emulated(fields.at("savingToAttribute"), "answers are not saved; kept as a fact")
    return waits or bool(path), path


def _say(element: Element, content: Content, on: tuple[Edge, ...], waits: bool, into: tuple[str, ...]) -> Node:
    """A message, or a question where the flow waits. A wait that nothing follows is the end of the flow."""
    if not waits or not (on or into):
        return Message(**common(element), content=content, edges=on)
    edges = on or (Edge(Always(), None, at=element.place),)
    reply = ReplyKind.TEXT if into else ReplyKind.ANY
    return Ask(**common(element), content=content, reply=reply, into=into, edges=edges)


def _text(scene: Scene, element: Element, on: tuple[Edge, ...]) -> list[Node]:
    """``Text``."""
    waits, into = _waits(element)
    content = Content(text=said(element.fields.words("text")), at=element.fields.at("text"))
    return [_say(element, content, on, waits, into)]


def _media(scene: Scene, element: Element, on: tuple[Edge, ...]) -> list[Node]:
    """``Image``, ``Video``, ``Audio``, ``Document``."""
    fields = element.fields
    name, kind = MEDIA[element.kind]
    waits, into = _waits(element)
    file = fields.object(name)
    place = fields.at(name)
    url = scene.reading.sent(as_text(file.get("url")), place.child("url"))
    rest = {key: value for key, value in file.items() if key not in ("id", "url", "type", "size", "__typename")}
    if rest:
        element.facts.append((name, json_text(scene.reading.safe(rest, place))))
    size = file.get("size")
    media = Media(
        kind,
        url=said(url),
        asset=as_text(file.get("id")),
        size=size if isinstance(size, int) and not isinstance(size, bool) and size >= 0 else None,
        filename=fields.string("fileName"),
        at=place,
    )
    caption = fields.words("caption")
    content = Content(text=said(caption), media=(media,) if file else (), at=place if file else element.place)
    return [_say(element, content, on, waits, into)]


def _choices(scene: Scene, element: Element, name: str) -> list[tuple[Choice, Any]]:
    """Buttons or rows, each with its handle."""
    fields = element.fields
    place = fields.at(name)
    found: list[tuple[Choice, Any]] = []
    taken: dict[str, int] = {}
    for index, item in enumerate(fields.items(name)):
        at = place.child(index)
        scene.reading.book.open("row" if name == "rows" else "button", at)
        if not isinstance(item, dict):
            code = scene.reading.find(WrongShape, at, "a button is not an object; kept as a fact")
            scene.reading.book.degraded(at, "not an object: kept as a fact", "write a button", code)
            element.facts.append((f"{name}/{index}", json_text(scene.reading.safe(item, at))))
            continue
        parts = type(fields)(scene.reading, item, at, "button", element.facts, {"__typename", "id"}, f"{name}/{index}/")
        title, description = parts.words("title"), parts.words("description")
        url, phone = parts.words("url"), parts.words("phone")
        parts.close()
        words = plain_text(title, lambda hole: print_expression(hole.expression))
        id_ = unique(slug(words) or f"choix_{index + 1}", taken)
        kind = ChoiceKind.URL if url else ChoiceKind.CALL if phone else ChoiceKind.REPLY
        scene.reading.book.exact(at)
        choice = Choice(id_, said(title), kind, said(description), url=url, phone=phone, at=at)
        found.append((choice, item.get("id")))
    return found


def _buttons(scene: Scene, element: Element, on: tuple[Edge, ...]) -> list[Node]:
    """``TextAndButtons``, ``TextAndURL``, ``List``, and the widget's text with buttons."""
    fields = element.fields
    waits, into = _waits(element)
    name = "rows" if element.kind == "List" else "buttons"
    body = "bodyText" if "bodyText" in fields.data else "text"
    choices = _choices(scene, element, name)
    content = Content(
        text=said(fields.words(body)),
        header=said(fields.words("headerText")),
        footer=said(fields.words("footerText")),
        choices=tuple(choice for choice, _ in choices),
        list_label=said(fields.words("buttonTitle")),
        at=fields.at(body) if body in fields.data else element.place,
    )
    return [_asked(scene, element, content, choices, on, waits, into)]


def _asked(
    scene: Scene,
    element: Element,
    content: Content,
    choices: list[tuple[Choice, Any]],
    on: tuple[Edge, ...],
    waits: bool,
    into: tuple[str, ...],
) -> Node:
    """A question with buttons: each leads on by its handle, any other answer to the next block."""
    edges: list[Edge] = []
    others: list[str] = []
    for choice, handle in choices:
        connected, target, place = scene.graph.handle(element, handle)
        if choice.kind is not ChoiceKind.REPLY:
            continue
        if connected:
            edges.append(Edge(Chosen((choice.id,)), target, at=place or choice.at))
        else:
            others.append(choice.id)
    if not edges and not others:
        return _say(element, content, on, waits, into)
    if edges and not waits:
        code = scene.reading.find(
            ButtonsLater,
            element.fields.at("waitForReplies") if "waitForReplies" in element.fields.data else element.place,
            f"`{clip(element.node)}` has buttons that lead on, and does not wait; here it waits",
            help="wait for the answer, or make the buttons links",
        )
        scene.reading.book.degraded(element.place, "it waits for an answer here", "wait for the answer", code)
    for edge in on:
        edges.extend([Edge(Chosen(tuple(others)), edge.target, at=edge.at)] if others else [])
        edges.append(Edge(Otherwise(), edge.target, at=edge.at))
    if others and not on:
        edges.append(Edge(Chosen(tuple(others)), None, at=element.place))
    return Ask(**common(element), content=content, reply=ReplyKind.CHOICE, into=into, edges=tuple(edges))


def _template(scene: Scene, element: Element, on: tuple[Edge, ...]) -> list[Node]:
    """``Template``: a template of the account, with its values."""
    waits, into = _waits(element)
    value = element.fields.object("whatsAppTemplate")
    found = read_template(scene.reading, value, element.fields.at("whatsAppTemplate"), element.facts)
    if found.asset is not None:
        scene.templates.append(found.asset)
    replies = [(choice, handle) for choice, handle in found.choices if choice.kind is ChoiceKind.REPLY]
    content = Content(template=found.use, choices=tuple(choice for choice, _ in replies), at=found.at)
    if not replies:
        return [_say(element, content, on, waits, into)]
    return [_asked(scene, element, content, replies, on, waits, into)]


def _condition(scene: Scene, element: Element, on: tuple[Edge, ...]) -> list[Node]:
    """``SetCondition``: its handle is for those it fits, all others go on."""
    fields = element.fields
    handle = fields.take("handleID")
    segment = fields.take("segment")
    place = fields.at("segment")
    condition: Expression = Const(False)
    if segment is None:
        code = scene.reading.find(WrongShape, element.place, "a condition has no segment; it is taken as never true")
        scene.reading.book.degraded(element.place, "no segment: never true", "choose a condition", code)
    else:
        condition, code = read_segment(scene.reading, segment, place)
        if code:
            scene.reading.book.degraded(place, "a part of it stays opaque", "write it anew", code)
    fields.fact("segmentErrors")
    connected, target, at = scene.graph.handle(element, handle)
    edges = [Edge(When(condition), target if connected else None, at=at or element.place)]
    edges.extend(Edge(Otherwise(), edge.target, at=edge.at) for edge in on)
    if not on:
        edges.append(Edge(Otherwise(), None, at=element.place))
    return [Case(**common(element), edges=tuple(edges))]


def _set(scene: Scene, element: Element, on: tuple[Edge, ...]) -> list[Node]:
    """``SetContactProperty``, ``ClearContactProperty``."""
    fields = element.fields
    path = scene.reading.declare(fields.take("attribute"), fields.at("attribute"))
    value = fields.string("value") if element.kind == "SetContactProperty" else ""
    assignments: tuple[Assignment, ...] = ()
    if path and value:
        assignments = (Assignment(path, scene.reading.value(value, fields.at("value")), at=fields.at("value")),)
    elif path:
        assignments = (Assignment(path, op="clear", at=element.place),)
    else:
        code = scene.reading.find(WrongShape, element.place, "no attribute is named; nothing is changed")
        scene.reading.book.degraded(element.place, "no attribute is named", "choose one", code)
        if value:
            fields.keep("value")
    return [SetVariable(**common(element), assignments=assignments, edges=on)]


def _handover(scene: Scene, element: Element, on: tuple[Edge, ...]) -> list[Node]:
    """``SwitchToChatWithHumanAgent``."""
    return [Handover(**common(element), edges=on)]


def _redirect(scene: Scene, element: Element, on: tuple[Edge, ...]) -> list[Node]:
    """``RedirectToFlow``: another flow, for good."""
    flow = element.fields.object("flow")
    target, title = as_text(flow.get("id")), as_text(flow.get("name"))
    if not target and not title:
        code = scene.reading.find(WrongShape, element.place, "a redirection names no flow; the flow ends there")
        scene.reading.book.degraded(element.place, "no flow is named", "choose one", code)
        return [End(**common(element))]
    scene.runs |= {name for name in (target, title) if name}
    return [RunFlow(**common(element), flow=target or title, flow_title=title, mode="jump")]


def _agent(scene: Scene, element: Element, on: tuple[Edge, ...]) -> list[Node]:
    """The AI agents: kept whole."""
    code = scene.reading.find_once(
        AgentKept,
        element.kind,
        element.place,
        lambda count: f"{count} block(s) let an AI agent talk; what it knows is not in the file",
        help="use an agent of the new platform",
    )
    return [_kept(scene, element, on, "an agent of the old platform", "use another agent", code)]


def _unknown(scene: Scene, element: Element, on: tuple[Edge, ...]) -> list[Node]:
    shown = f"`{clip(element.typename)}`, which is not known" if element.typename else "not named"
    code = scene.reading.find(
        UnknownElement,
        element.place.child("__typename") if "__typename" in element.data else element.place,
        f"the kind of an element is {shown}; it is kept as it is",
        help="write the step on the new platform",
    )
    return [_kept(scene, element, on, "an element that is not known; kept as source text", "write it anew", code)]


def _ways(scene: Scene, element: Element) -> tuple[Edge, ...]:
    """The connections of an element that is kept whole: when they are taken is for the new step to say."""
    titles = {as_text(rule.get("id")): rule for rule in objects_of(element.data.get("rules"))}
    edges: list[Edge] = []
    for handle in scene.graph.handles_of(element):
        _, target, place = scene.graph.handle(element, handle)
        rule = titles.get(handle, {})
        words = as_text(rule.get("prompt")) or as_text(rule.get("title")) or handle
        edges.append(Edge(When(Opaque(LANGUAGE, words)), target, as_text(rule.get("title")), place))
    return tuple(edges)


def _kept(
    scene: Scene, element: Element, on: tuple[Edge, ...], reason: str, alternative: str, code: str
) -> Unsupported:
    scene.reading.book.dropped(element.place, reason, alternative, code)
    for name in element.fields.data:
        if name in ("__typename", "id") or element.fields.taken(name):
            continue
        element.fields.take(name)
        scene.reading.book.dropped(element.fields.at(name), reason, alternative, code)
    return Unsupported(
        **common(element),
        construct=element.typename or "element",
        source=json_text(scene.reading.safe(dict(element.data), element.place)),
        reason=reason,
        edges=(*_ways(scene, element), *on),
    )


_BUILDERS: dict[str, Callable[[Scene, Element, tuple[Edge, ...]], list[Node]]] = {
    "Text": _text,
    "TextAndButtons": _buttons,
    "TextAndButton": _buttons,
    "TextAndURL": _buttons,
    "List": _buttons,
    "Template": _template,
    "SetCondition": _condition,
    "SetContactProperty": _set,
    "ClearContactProperty": _set,
    "SendJson": request,
    "SummarizeChat": summary,
    "SwitchToChatWithHumanAgent": _handover,
    "RedirectToFlow": _redirect,
    "FuelyAIAgent": _agent,
    "AiAgent": _agent,
    "AiAgentCustom": _agent,
}
