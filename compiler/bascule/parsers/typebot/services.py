"""Integrations: what the bot calls."""

from __future__ import annotations

from typing import Any

from bascule.ir.content import Content
from bascule.ir.nodes import Handover, HttpRequest, Message, Node, Unsupported
from bascule.ir.text import Text, join_text, literal
from bascule.language.members import EMPTY, as_text, clip
from bascule.language.reading import json_text
from bascule.parsers.typebot.catalogue import HANDOVERS, LLMS, SERVICES, TRACKERS, WEB_REQUESTS
from bascule.parsers.typebot.graph import Block
from bascule.parsers.typebot.losses import BrowserOnly
from bascule.parsers.typebot.reading import BotMembers
from bascule.parsers.typebot.rules import RequestMissing
from bascule.parsers.typebot.scene import Scene, said
from bascule.source import Place

__all__ = ["service"]

_LISTS = {
    "responseMapping": ("item", "valueToExtract", "fieldName"),
    "cellsToExtract": ("column",),
    "variablesToExtract": ("description", "type"),
    "responseVariableMapping": ("bodyPath",),
}
"""Members that are lists of answers and the variables that take them, and what names the answer."""

_CALENDAR = "https://cal.com"
_DEEPEST = 40

Mapping = list[tuple[str, tuple[str, ...]]]


def service(scene: Scene, block: Block) -> list[Node]:
    """The call of an integration block."""
    scene.reading.book.exact(block.place)
    block.options.credentials()
    if block.type in WEB_REQUESTS:
        return [_request(scene, block)]
    if block.type in HANDOVERS:
        return [_handover(scene, block)]
    if block.type == "cal-com":
        return [_calendar(scene, block)]
    name = "llm" if block.type in LLMS else SERVICES.get(block.type) or TRACKERS.get(block.type, block.type)
    return [_call(scene, block, name)]


def _mapping(scene: Scene, options: BotMembers) -> Mapping:
    """All answers that are kept: lists of pairs, and single variables."""
    found: Mapping = []
    for name, keys in _LISTS.items():
        place = options.at(name)
        for index, item in enumerate(options.items(name)):
            data: dict[str, Any] = item if isinstance(item, dict) else {}
            path = scene.reading.variable(data.get("variableId"), place.child(index, "variableId"))
            label = next((as_text(data[key]) for key in keys if data.get(key) not in EMPTY), "")
            if path:
                found.append((label, path))
            rest = {key: value for key, value in data.items() if key not in ("id", "variableId", *keys[:1])}
            if (data and not path) or rest.keys() - set(keys) or not isinstance(item, dict):
                options.facts.append((f"{name}/{index}", json_text(scene.reading.safe(item, place.child(index)))))
    for name in [name for name in options.data if name.endswith("VariableId") and name != "dialogueVariableId"]:
        path = scene.into(options, name)
        if path:
            found.append((name.removesuffix("VariableId"), path))
    return found


def _in_body(path: str) -> str:
    """A path into the answer's body: Typebot writes ``data`` for the body itself."""
    return path.removeprefix("data.") if path != "data" else ""


def _request(scene: Scene, block: Block) -> HttpRequest:
    """``Webhook``, ``Zapier``, ``Make.com``, ``Pabbly``: one HTTP request."""
    options = block.options
    mapping = _mapping(scene, options)
    timeout = options.number("timeout")
    custom = options.boolean("isCustomBody")
    options.fact("isExecutedOnClient", "isAdvancedConfig", "variablesForTest", reason="kept as a fact")
    value = options.object("webhook")
    place = options.at("webhook")
    inner = BotMembers(scene.reading, value, place, "request", block.facts, prefix="webhook/")
    inner.skip("id")
    url = scene.reading.sent(inner.string("url").strip(), inner.at("url"))
    method = inner.string("method").strip().upper() or "POST"
    headers = scene.pairs(inner, "headers")
    parameters = scene.pairs(inner, "queryParams")
    body: Text = ()
    if custom:
        body = scene.reading.sent(inner.string("body"), inner.at("body"), "body")
    elif inner.take("body") not in EMPTY:
        inner.fact("body", reason="not sent: the block does not use a body of its own")
    if not custom and method not in ("GET", "HEAD"):
        scene.reading.book.emulated(block.place, "the old bot sends all answers so far; name them in the body")
    inner.close()
    if not url:
        code = scene.reading.find(
            RequestMissing,
            block.place,
            f"`{clip(block.node)}` calls an address that is not in the file",
            help="export the bot from a newer builder",
        )
        scene.reading.book.degraded(block.place, "its address is not in the file", "export it again", code)
    return HttpRequest(
        **scene.common(block),
        service="http",
        name=WEB_REQUESTS[block.type],
        method=method,
        url=url,
        headers=headers,
        parameters=parameters,
        body=body,
        mapping=tuple((_in_body(path), target) for path, target in mapping),
        timeout=timeout if timeout is not None and timeout >= 0 else None,
        edges=scene.on(block),
    )


def _named(scene: Scene, value: Any, place: Place, name: str = "", depth: int = 0) -> Any:
    """Plain data whose variable ids are names, so that it can be read outside the bot."""
    if name.endswith(("VariableId", "variableId")) and isinstance(value, str):
        path = scene.reading.variable(value, place)
        return path[0] if path else value
    if depth > _DEEPEST:
        return value
    if isinstance(value, dict):
        return {key: _named(scene, item, place.child(key), key, depth + 1) for key, item in value.items()}
    if isinstance(value, list):
        return [_named(scene, item, place.child(index), name, depth + 1) for index, item in enumerate(value)]
    return value


def _parameter(scene: Scene, name: str, value: Any, place: Place) -> Text:
    """A setting as a text: words as they are, lists of words joined, all else as JSON text."""
    if isinstance(value, str):
        return scene.reading.sent(value, place, name)
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        parts = [scene.reading.sent(item, place.child(index), name) for index, item in enumerate(value)]
        return join_text(
            piece for number, part in enumerate(parts) for piece in (*literal(", " if number else ""), *part)
        )
    plain = _named(scene, scene.reading.safe(value, place, name), place, name)
    return scene.reading.text(json_text(plain), Place(place.file, place.pointer))


def _parameters(scene: Scene, options: BotMembers) -> tuple[tuple[str, Text], ...]:
    """All settings that nothing else took."""
    found: list[tuple[str, Text]] = []
    for name, value in options.data.items():
        if options.taken(name):
            continue
        options.take(name)
        if value not in EMPTY:
            found.append((name, _parameter(scene, name, value, options.at(name))))
    return tuple(found)


def _call(scene: Scene, block: Block, name: str) -> HttpRequest:
    """A service: its action, its settings as parameters, its answers as variables."""
    options = block.options
    title = options.string("action") or options.string("task")
    mapping = _mapping(scene, options)
    node = HttpRequest(
        **scene.common(block),
        service=name,
        name=f"{block.type}: {title}" if title else block.type,
        mapping=tuple(mapping),
        parameters=_parameters(scene, options),
        edges=scene.on(block),
    )
    if block.type in TRACKERS:
        code = scene.lost(
            block, BrowserOnly, "are trackers of a web page", "there is no web page", "send the event yourself"
        )
        scene.reading.book.degraded(block.place, "there is no web page; kept as a call", "send it yourself", code)
    else:
        scene.reading.book.emulated(block.place, "a call of the service by the program that runs the flow")
    return node


def _handover(scene: Scene, block: Block) -> Node:
    """``Chatwoot``, ``zendesk``: a chat with people."""
    options = block.options
    task = options.string("task") or options.string("action")
    if task == "Close widget":
        options.facts.extend((name, json_text(value)) for name, value in options.data.items() if name == "task")
        scene.lost(block, BrowserOnly, "close a widget of the web page", "there is no web page", "nothing")
        source = scene.reading.safe(dict(block.data), block.place, report=False)
        for name in options.data:
            options.take(name)
        return Unsupported(
            **scene.common(block),
            construct=block.type,
            source=json_text(source),
            reason="there is no web page",
            edges=scene.on(block),
        )
    scene.reading.book.emulated(block.place, "people take over on the new platform")
    return Handover(
        **scene.common(block),
        to=block.type.capitalize(),
        parameters=_parameters(scene, options),
        edges=scene.on(block),
    )


def _calendar(scene: Scene, block: Block) -> Node:
    """``cal-com``: the booking page as a link."""
    options = block.options
    options.skip("action")
    link = options.string("link").strip().strip("/")
    base = options.string("baseUrl").strip().rstrip("/") or _CALENDAR
    url = link if link.startswith(("http://", "https://")) else f"{base}/{link}" if link else ""
    saved = scene.into(options, "saveBookedDateInVariableId")
    options.look("layout")
    code = scene.lost(
        block, BrowserOnly, "show a calendar in the web page; they become a link", "", "send the date by a call"
    )
    scene.reading.book.degraded(block.place, "a link; the date that was booked is not known", "", code)
    if saved:
        block.facts.append(("saveBookedDateInVariableId", json_text(saved[0])))
    place = options.at("link")
    content = Content(text=said(scene.reading.text(url, place) if "{{" in link else literal(url)), at=place)
    node = Message(**scene.common(block), content=content, edges=scene.on(block))
    for name in ("name", "email", "phone", "additionalNotes", "anyPrefilledInformations"):
        options.fact(name, reason="filled in by the old bot; kept as a fact")
    return node
