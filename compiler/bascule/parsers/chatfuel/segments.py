"""Segments: filters on attributes and tags, joined by AND or OR, as expressions."""

from __future__ import annotations

from typing import Any

from bascule.ir.expr import Call, Const, Expression, Opaque, Ref
from bascule.language.members import EMPTY, as_text, number_of
from bascule.language.reading import json_text
from bascule.parsers.chatfuel.catalogue import OPERATORS
from bascule.parsers.chatfuel.reading import Reading
from bascule.parsers.chatfuel.rules import SegmentNotRead
from bascule.source import Place

__all__ = ["LANGUAGE", "attribute_filter", "read_segment"]

LANGUAGE = "chatfuel"

_DEEPEST = 8
_TAGS = Ref(("contact", "tags"))


def read_segment(reading: Reading, value: Any, place: Place, depth: int = 0) -> tuple[Expression, str]:
    """Read a segment; returns the condition, and the code of the finding where a part of it stays opaque."""
    filters = value.get("filters") if isinstance(value, dict) else None
    if not isinstance(filters, list) or depth > _DEEPEST:
        return _opaque(reading, value, place)
    if not filters:
        return Const(True), ""
    parts: list[Expression] = []
    code = ""
    for index, item in enumerate(filters):
        part, found = _filter(reading, item, place.child("filters", index), depth)
        parts.append(part)
        code = code or found
    name = "or" if value.get("resultOperator") == "OR" else "and"
    return (parts[0] if len(parts) == 1 else Call(name, tuple(parts))), code


def _opaque(reading: Reading, value: Any, place: Place) -> tuple[Expression, str]:
    code = reading.find(
        SegmentNotRead,
        place,
        "a condition is stored elsewhere, or spelled in no way that is known; it is kept as it is",
        help="write the condition on the new platform",
    )
    return Opaque(LANGUAGE, json_text(reading.safe(value, place, report=False))), code


def _filter(reading: Reading, item: Any, place: Place, depth: int) -> tuple[Expression, str]:
    data = item if isinstance(item, dict) else {}
    if data.get("byAttribute") not in EMPTY:
        return attribute_filter(reading, data["byAttribute"], place.child("byAttribute"))
    if data.get("byTag") not in EMPTY:
        return _tag(reading, data["byTag"], place.child("byTag"))
    if data.get("byInFlightSegment") not in EMPTY:
        return read_segment(reading, data["byInFlightSegment"], place.child("byInFlightSegment"), depth + 1)
    return _opaque(reading, item, place)


def attribute_filter(reading: Reading, value: Any, place: Place) -> tuple[Expression, str]:
    """A comparison of an attribute; of several values one is enough (for ``IS_NOT`` none may be equal)."""
    data = value if isinstance(value, dict) else {}
    attribute = data.get("attribute")
    name = attribute.get("name") if isinstance(attribute, dict) else data.get("name")
    dated = isinstance(data.get("dateStrategy"), dict)
    key = "dateStrategy" if dated else "defaultStrategy"
    strategy = data.get(key)
    operator = strategy.get("operator") if isinstance(strategy, dict) else None
    if not isinstance(name, str) or not name.strip() or not isinstance(operator, str):
        return _opaque(reading, value, place)
    subject = reading.attribute(name, place.within(0, 0))
    if operator in ("IS_EMPTY", "IS_NOT_EMPTY"):
        blank = Call("is_blank", (subject,))
        return (blank if operator == "IS_EMPTY" else Call("not", (blank,))), ""
    test = OPERATORS.get(operator)
    if test is None or not isinstance(strategy, dict):
        return _opaque(reading, value, place)
    values = [strategy.get("comparableDate")] if dated else strategy.get("comparableValues")
    if not isinstance(values, list) or not values:
        return _opaque(reading, value, place)
    at = place.child(key, "comparableDate" if dated else "comparableValues")
    if dated and test in ("lt", "gt"):
        test = "before_date" if test == "lt" else "after_date"
    found: list[Expression] = []
    for index, item in enumerate(values):
        number = number_of(item) if test in ("lt", "gt") else None
        spot = at if dated else at.child(index)
        plain: Expression = reading.value(item, spot)
        if number is not None:
            plain = Const(int(number) if number == int(number) else number)
        found.append(Call(test, (subject, plain)))
    joined = found[0] if len(found) == 1 else Call("or", tuple(found))
    return (Call("not", (joined,)) if operator == "IS_NOT" else joined), ""


def _tag(reading: Reading, value: Any, place: Place) -> tuple[Expression, str]:
    data = value if isinstance(value, dict) else {}
    names = data.get("tagNames")
    operator = data.get("operator")
    if not isinstance(names, list) or not names or operator not in ("IS", "IS_NOT"):
        return _opaque(reading, value, place)
    tests = tuple(Call("has_group", (_TAGS, Const(as_text(name)))) for name in names)
    joined = tests[0] if len(tests) == 1 else Call("or", tests)
    return (Call("not", (joined,)) if operator == "IS_NOT" else joined), ""
