"""Tests of people: their addresses, groups, results and intents; and chance."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from bascule.ir.expr import Expression, Ref
from bascule.simulator.evaluation.faults import Fault
from bascule.simulator.evaluation.functions.base import ANY, Context
from bascule.simulator.evaluation.functions.phones import find_phone
from bascule.simulator.evaluation.predicates.base import NOT_HELD, Body, TestResult, folded, predicate
from bascule.simulator.evaluation.values import Value, number, primary, show
from bascule.simulator.evaluation.words import find_email, words

__all__: list[str] = []


@predicate("has_email", 1)
def _has_email(context: Context, args: list[Value], sources: Sequence[Expression]) -> TestResult:
    found = find_email(context.text(args[0]))
    return NOT_HELD if found is None else TestResult(True, found)


@predicate("has_phone", 1, 2)
def _has_phone(context: Context, args: list[Value], sources: Sequence[Expression]) -> TestResult:
    region = context.text(args[1]) if len(args) > 1 else ""
    found = find_phone(context.text(args[0]), region or context.scope.region)
    if isinstance(found, Fault):
        return TestResult(found)
    return NOT_HELD if found is None else TestResult(True, found)


def _area(context: Context, args: list[Value], sources: Sequence[Expression]) -> TestResult:
    if not words(context.text(args[0])):
        return NOT_HELD
    return context.unknown("the states, districts and wards of the workspace are not in the file")


predicate("has_state", 1)(_area)
predicate("has_district", 1, 2)(_area)
predicate("has_ward", 1, 3)(_area)

_COORDINATES = re.compile(r"(?:geo:)?\s*-?[0-9]{1,3}(?:\.[0-9]{1,15})?\s*,\s*-?[0-9]{1,3}(?:\.[0-9]{1,15})?")


@predicate("has_location", 1)
def _has_location(context: Context, args: list[Value], sources: Sequence[Expression]) -> TestResult:
    value = args[0]
    if isinstance(value, dict) and {"latitude", "longitude"} <= set(value):
        return TestResult(True, value)
    text = context.text(value).strip()
    return TestResult(True, text) if _COORDINATES.fullmatch(text) else NOT_HELD


@predicate("has_group", 1, 3)
def _has_group(context: Context, args: list[Value], sources: Sequence[Expression]) -> TestResult:
    """The group's name or uuid, and its uuid after the name. A group of the contact that has no uuid goes by name."""
    listed = primary(args[0])
    known: list[tuple[str, str, Value]] = [
        (uuid, name, {"name": name, "uuid": uuid}) for uuid, name in context.scope.groups()
    ]
    for item in listed if isinstance(listed, list) else ():
        if isinstance(item, dict):
            known.append((show(item.get("uuid")), show(item.get("name")), item))
        else:
            known.append(("", show(item), item))
    wanted = [context.text(argument) for argument in args[1:] if primary(argument) is not None]
    if not wanted:
        return TestResult(True, known[0][2]) if known else NOT_HELD
    uuids, names = frozenset(wanted), frozenset(folded(text) for text in wanted[:1])
    for uuid, name, item in known:
        if (uuid and uuid in uuids) or (name and folded(name) in names and (not uuid or len(wanted) == 1)):
            return TestResult(True, item)
    return NOT_HELD


def _of_result(context: Context, value: Value, source: Expression | None, member: str) -> Value:
    """A member of a result: of the value itself, or below its path."""
    if isinstance(value, dict) and member in value:
        found: Value = value[member]
        return found
    return context.scope.lookup((*source.path, member)) if isinstance(source, Ref) else None


@predicate("has_category", 2, ANY)
def _has_category(context: Context, args: list[Value], sources: Sequence[Expression]) -> TestResult:
    category = context.text(_of_result(context, args[0], sources[0] if sources else None, "category"))
    held = bool(category) and any(category == context.text(argument) for argument in args[1:])
    return TestResult(held, category if held else None)


def _intents(context: Context, value: Value, source: Expression | None) -> list[tuple[str, Decimal]]:
    """The intents of a classifier's result, best first; those of the last message where the result has none."""
    extra = _of_result(context, value, source, "extra")
    listed = extra.get("intents") if isinstance(extra, dict) else None
    found: list[tuple[str, Decimal]] = []
    for item in listed if isinstance(listed, list) else ():
        if isinstance(item, dict):
            confidence = number(item.get("confidence"))
            found.append((show(item.get("name")), confidence if isinstance(confidence, Decimal) else Decimal(0)))
    if listed is not None:
        return found
    for name, share in context.scope.intent():
        confidence = number(Decimal(repr(float(share))))
        found.append((name, confidence if isinstance(confidence, Decimal) else Decimal(0)))
    return found


def _entities(context: Context, value: Value, source: Expression | None) -> Value:
    """The first value of each entity that a classifier found, as RapidPro keeps them."""
    extra = _of_result(context, value, source, "extra")
    entities = extra.get("entities") if isinstance(extra, dict) else None
    found: dict[str, Any] = {}
    for name, listed in entities.items() if isinstance(entities, dict) else ():
        first = listed[0] if isinstance(listed, list) and listed else None
        if isinstance(first, dict):
            found[str(name)] = first.get("value")
    return found


def _by_intent(top: bool) -> Body:
    def body(context: Context, args: list[Value], sources: Sequence[Expression]) -> TestResult:
        wanted = folded(context.text(args[1]))
        least = context.number(args[2]) if len(args) > 2 else Decimal(0)
        known = _intents(context, args[0], sources[0] if sources else None)
        for name, confidence in known[:1] if top else known:
            if folded(name) == wanted and confidence >= least:
                return TestResult(True, name, _entities(context, args[0], sources[0] if sources else None))
        return NOT_HELD

    return body


predicate("has_intent", 2, 3)(_by_intent(False))
predicate("has_top_intent", 2, 3)(_by_intent(True))


@predicate("intent", 1)
def _intent(context: Context, args: list[Value], sources: Sequence[Expression]) -> TestResult:
    known = context.scope.intent()
    held = bool(known) and known[0][0] == context.text(args[0])
    return TestResult(held, known[0][0] if held else None)


@predicate("chance", 1)
def _chance(context: Context, args: list[Value], sources: Sequence[Expression]) -> TestResult:
    share = context.number(args[0])
    return TestResult(Decimal(repr(context.scope.draw())) < share)
