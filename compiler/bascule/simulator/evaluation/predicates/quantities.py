"""Tests of the numbers, dates and times in texts."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import date, time
from decimal import Decimal
from typing import Any

from bascule.ir.expr import Expression
from bascule.simulator.evaluation.faults import Fault
from bascule.simulator.evaluation.functions.base import Context
from bascule.simulator.evaluation.moments import home_zone, to_date, to_moment, to_time
from bascule.simulator.evaluation.predicates.base import NOT_HELD, Body, TestResult, predicate
from bascule.simulator.evaluation.scope import Scope
from bascule.simulator.evaluation.values import Value, number, primary
from bascule.simulator.evaluation.words import find_numbers

__all__: list[str] = []


def _by_number(count: int, check: Callable[[Decimal, list[Decimal]], bool]) -> Body:
    """A test of the numbers in a text: the first that passes is the match."""

    def body(context: Context, args: list[Value], sources: Sequence[Expression]) -> TestResult:
        bounds = [context.number(argument) for argument in args[1 : 1 + count]]
        value = primary(args[0])
        known = number(value) if isinstance(value, (int, Decimal)) and not isinstance(value, bool) else None
        found = [known] if isinstance(known, Decimal) else find_numbers(context.text(value), context.environment)
        match = next((candidate for candidate in found if check(candidate, bounds)), None)
        return NOT_HELD if match is None else TestResult(True, match)

    return body


predicate("has_number", 1)(_by_number(0, lambda found, bounds: True))
predicate("has_number_eq", 2)(_by_number(1, lambda found, bounds: found == bounds[0]))
predicate("has_number_lt", 2)(_by_number(1, lambda found, bounds: found < bounds[0]))
predicate("has_number_lte", 2)(_by_number(1, lambda found, bounds: found <= bounds[0]))
predicate("has_number_gt", 2)(_by_number(1, lambda found, bounds: found > bounds[0]))
predicate("has_number_gte", 2)(_by_number(1, lambda found, bounds: found >= bounds[0]))
predicate("has_number_between", 3)(_by_number(2, lambda found, bounds: bounds[0] <= found <= bounds[1]))


def _by_date(count: int, check: Callable[[date, date], bool]) -> Body:
    """A test of the date in a text: days are compared; the match is the moment, at the present time if it has none."""

    def body(context: Context, args: list[Value], sources: Sequence[Expression]) -> TestResult:
        home = home_zone(context.environment)
        bound = context.moment(args[1]).astimezone(home).date() if count else date.min
        found = to_moment(args[0], context.scope, fill=True)
        if isinstance(found, Fault):
            return NOT_HELD
        return TestResult(True, found) if check(found.astimezone(home).date(), bound) else NOT_HELD

    return body


predicate("has_date", 1)(_by_date(0, lambda found, bound: True))
predicate("has_date_eq", 2)(_by_date(1, lambda found, bound: found == bound))
predicate("has_date_lt", 2)(_by_date(1, lambda found, bound: found < bound))
predicate("has_date_gt", 2)(_by_date(1, lambda found, bound: found > bound))


@predicate("has_time", 1)
def _has_time(context: Context, args: list[Value], sources: Sequence[Expression]) -> TestResult:
    found = to_time(args[0], context.scope)
    return NOT_HELD if isinstance(found, Fault) else TestResult(True, found)


def _day_and_time(value: Value, scope: Scope) -> tuple[Any, bool]:
    """A value as a moment where it names a time, else as a day; and whether it is a moment."""
    value = primary(value)
    if isinstance(value, str) and (re.search(r"[0-9]:[0-9]", value)):
        found = to_moment(value, scope)
        return found, True
    if isinstance(value, date) and not hasattr(value, "hour"):
        return value, False
    if isinstance(value, str):
        return to_date(value, scope), False
    return to_moment(value, scope), True


def _by_moment(sign: int) -> Body:
    def body(context: Context, args: list[Value], sources: Sequence[Expression]) -> TestResult:
        left, exact = _day_and_time(args[0], context.scope)
        right, exact_too = _day_and_time(args[1], context.scope)
        for side in (left, right):
            if isinstance(side, Fault):
                return TestResult(side)
        if not (exact and exact_too):
            left, right = context.date(left), context.date(right)
        held = left < right if sign < 0 else left > right
        return TestResult(held, args[0] if held else None)

    return body


def _by_time(sign: int) -> Body:
    def body(context: Context, args: list[Value], sources: Sequence[Expression]) -> TestResult:
        left: time = context.time(args[0])
        right: time = context.time(args[1])
        held = left < right if sign < 0 else left > right
        return TestResult(held, args[0] if held else None)

    return body


predicate("before_date", 2)(_by_moment(-1))
predicate("after_date", 2)(_by_moment(1))
predicate("before_time", 2)(_by_time(-1))
predicate("after_time", 2)(_by_time(1))
