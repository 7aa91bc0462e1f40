"""Where the flows of a file stand: alone, in an answer of the API, in groups, in lists."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from bascule.language.members import Facts, as_text, type_name
from bascule.language.reading import json_text
from bascule.parsers.chatfuel.reading import Fields, Reading
from bascule.parsers.chatfuel.rules import WrongShape
from bascule.source import Place

__all__ = ["Document", "Found", "find_flows", "is_flow"]

_INSIDE = ("data", "bot")
_LISTS = ("flows", "flowsWithoutGroup", "defaultReplyFlows")
_DEEPEST = 6
_BOT_FACTS = ("id", "title", "name")


@dataclass(frozen=True, slots=True)
class Found:
    """A flow or a keyword rule as it stands in the file. ``group`` is the folder of a flow."""

    data: dict[str, Any]
    place: Place
    group: str = ""


@dataclass(slots=True)
class Document:
    """What was found in a file."""

    flows: list[Found] = field(default_factory=list)
    keywords: list[Found] = field(default_factory=list)
    facts: Facts = field(default_factory=list)


def is_flow(value: Any) -> bool:
    """Whether a value is a flow with its blocks."""
    return isinstance(value, dict) and isinstance(value.get("blocks"), list)


def find_flows(reading: Reading, value: Any, place: Place) -> Document:
    """Find the flows and keyword rules of a file; everything around them is kept as facts."""
    document = Document()
    _inside(reading, value, place, document, 0)
    return document


def _inside(reading: Reading, value: Any, place: Place, document: Document, depth: int) -> None:
    if isinstance(value, list):
        _flows(reading, value, place, document, "", depth)
    elif is_flow(value):
        reading.book.open("flow", place)
        document.flows.append(Found(value, place))
    elif isinstance(value, dict):
        _wrapper(reading, value, place, document, depth)


def _wrapper(reading: Reading, value: dict[str, Any], place: Place, document: Document, depth: int) -> None:
    prefix = f"{place.pointer.lstrip('/')}/" if place.pointer else ""
    fields = Fields(reading, value, place, "answer", document.facts, {"__typename"}, prefix)
    for name in _INSIDE:
        if depth < _DEEPEST and (inner := fields.object(name)):
            _inside(reading, inner, fields.at(name), document, depth + 1)
    flow = fields.object("flow")
    if flow:
        reading.book.open("flow", fields.at("flow"))
        document.flows.append(Found(flow, fields.at("flow")))
    for name in _LISTS:
        _flows(reading, fields.items(name), fields.at(name), document, "", depth)
    for index, group in enumerate(fields.items("flowGroups")):
        at = fields.at("flowGroups").child(index)
        if not isinstance(group, dict):
            _no_object(reading, group, at, "a group", document.facts)
            continue
        inner_prefix = f"{at.pointer.lstrip('/')}/"
        parts = Fields(reading, group, at, "group", document.facts, {"__typename", "id", "name"}, inner_prefix)
        _flows(reading, parts.items("flows"), parts.at("flows"), document, as_text(group.get("name")), depth)
        parts.close()
    for index, rule in enumerate(fields.items("keywordRules")):
        at = fields.at("keywordRules").child(index)
        reading.book.open("keyword rule", at)
        if isinstance(rule, dict):
            document.keywords.append(Found(rule, at))
        else:
            _no_object(reading, rule, at, "a keyword rule", document.facts)
    fields.fact(*_BOT_FACTS)
    fields.close()


def _flows(reading: Reading, items: list[Any], place: Place, document: Document, group: str, depth: int) -> None:
    for index, item in enumerate(items):
        at = place.child(index)
        if _wraps(item) and depth < _DEEPEST:
            _wrapper(reading, item, at, document, depth + 1)
            continue
        reading.book.open("flow", at)
        if isinstance(item, dict):
            document.flows.append(Found(item, at, group))
        else:
            _no_object(reading, item, at, "a flow", document.facts)


def _wraps(value: Any) -> bool:
    """An item of a list that is an answer of the API with a flow inside."""
    if not isinstance(value, dict) or is_flow(value) or "name" in value:
        return False
    return any(isinstance(value.get(name), dict) for name in (*_INSIDE, "flow"))


def _no_object(reading: Reading, value: Any, place: Place, what: str, facts: Facts) -> None:
    code = reading.find(WrongShape, place, f"{what} is {type_name(value)}, not an object; kept as a fact")
    reading.book.degraded(place, "not an object: kept as a fact", f"write {what}", code)
    facts.append((place.pointer.lstrip("/"), json_text(reading.safe(value, place))))
