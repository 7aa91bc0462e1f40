"""Elements that call something outside: HTTP requests, the model that reads a conversation."""

from __future__ import annotations

from collections.abc import Iterator

from bascule.ir.expr_text import print_expression
from bascule.ir.nodes import Edge, HttpRequest, Node
from bascule.ir.text import Text, plain_text
from bascule.language.members import as_text
from bascule.language.reading import json_text
from bascule.parsers.chatfuel.catalogue import DEFAULT_METHOD
from bascule.parsers.chatfuel.graph import Element
from bascule.parsers.chatfuel.reading import Fields
from bascule.parsers.chatfuel.rules import WrongShape
from bascule.parsers.chatfuel.scene import Scene, common

__all__ = ["request", "summary"]


def request(scene: Scene, element: Element, on: tuple[Edge, ...]) -> list[Node]:
    """``SendJson``: an HTTP request."""
    fields = element.fields
    kind = fields.string("payloadType")
    body: Text = ()
    if kind == "CUSTOM_REQUEST":
        body = fields.words("customRequestPayload", "")
    elif "customRequestPayload" in fields:
        fields.fact("customRequestPayload", reason="not sent: another kind of payload is chosen")
    parameters: tuple[tuple[str, Text], ...] = ()
    if kind == "ENCODED_URL":
        parameters = _pairs(scene, element, "encodedURLPayload")
    else:
        fields.fact("encodedURLPayload", reason="not sent: another kind of payload is chosen")
    if kind == "ALL_PROPERTIES":
        scene.reading.book.emulated(fields.at("payloadType"), "all attributes are sent; name them in the body")
        element.facts.append(("payloadType", json_text(kind)))
    elif kind not in ("", "CUSTOM_REQUEST", "ENCODED_URL"):
        fields.misshapen("payloadType", "a kind of payload")
    mapping: tuple[tuple[str, tuple[str, ...]], ...] = ()
    if fields.boolean("responseParsingRulesEnabled") is not False:
        mapping = _filled(scene, element, "responseParsingRules", "jsonPath")
    else:
        fields.fact("responseParsingRules", reason="switched off")
    return [
        HttpRequest(
            **common(element),
            method=fields.string("httpMethod").strip().upper() or DEFAULT_METHOD,
            url=fields.words("url", ""),
            headers=_pairs(scene, element, "headers"),
            parameters=parameters,
            body=body,
            mapping=mapping,
            edges=on,
        )
    ]


def _parts(scene: Scene, element: Element, name: str, known: tuple[str, ...]) -> Iterator[Fields]:
    """The objects of a list; what is none, and their unknown members, are kept as facts."""
    place = element.fields.at(name)
    for index, item in enumerate(element.fields.items(name)):
        at = place.child(index)
        if not isinstance(item, dict):
            scene.reading.find(WrongShape, at, f"an item of `{name}` is not an object; kept as a fact")
            element.facts.append((f"{name}/{index}", json_text(scene.reading.safe(item, at))))
            continue
        prefix = f"{name}/{index}/"
        fields = Fields(scene.reading, item, at, "item", element.facts, {"__typename", "id", *known}, prefix)
        yield fields
        fields.close()


def _pairs(scene: Scene, element: Element, name: str) -> tuple[tuple[str, Text], ...]:
    """``headers`` and ``encodedURLPayload``: titles and values."""
    found: list[tuple[str, Text]] = []
    for parts in _parts(scene, element, name, ("title", "value")):
        title = plain_text(parts.words("title"), lambda hole: print_expression(hole.expression))
        found.append((title, parts.words("value", title)))
    return tuple(found)


def _filled(scene: Scene, element: Element, name: str, source: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Attributes that are filled, each with what fills it (the member ``source``)."""
    found: list[tuple[str, tuple[str, ...]]] = []
    for parts in _parts(scene, element, name, (source, "attribute")):
        path = scene.reading.declare(parts.data.get("attribute"), parts.at("attribute"))
        if path:
            found.append((as_text(parts.data.get(source)), path))
        else:
            element.facts.append((parts.prefix.rstrip("/"), json_text(scene.reading.safe(parts.data, parts.place))))
    return tuple(found)


def summary(scene: Scene, element: Element, on: tuple[Edge, ...]) -> list[Node]:
    """``SummarizeChat``: a model reads the conversation and fills attributes."""
    mapping = _filled(scene, element, "entries", "description")
    scene.reading.book.emulated(element.place, "a call of a model by the program that runs the flow")
    return [HttpRequest(**common(element), service="llm", name="SummarizeChat", mapping=mapping, edges=on)]
