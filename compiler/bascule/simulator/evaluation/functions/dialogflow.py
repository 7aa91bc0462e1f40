"""System functions that only Dialogflow CX has
(https://cloud.google.com/dialogflow/cx/docs/reference/system-functions).
"""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP
from typing import Any

from bascule.simulator.evaluation.faults import Fault
from bascule.simulator.evaluation.functions.base import ANY, Argument, Context, Registry
from bascule.simulator.evaluation.functions.numbers import rounded
from bascule.simulator.evaluation.functions.operators import divide
from bascule.simulator.evaluation.layouts import java_format
from bascule.simulator.evaluation.moments import add_months, add_seconds, to_date
from bascule.simulator.evaluation.scope import descend
from bascule.simulator.evaluation.values import Value, primary

__all__ = ["DIALOGFLOW"]

DIALOGFLOW = Registry()


@DIALOGFLOW.add("mid", 3)
def _mid(context: Context, args: tuple[Argument, ...]) -> Value:
    """So many characters of a text from a position on, counted from 1."""
    text, start, size = context.text(args[0]), context.integer(args[1]), context.integer(args[2])
    if start < 1 or size < 0:
        context.fail("the position is before the text", "index")
    return text[start - 1 : start - 1 + size]


@DIALOGFLOW.add("dialogflow_join", 2, 3)
def _dialogflow_join(context: Context, args: tuple[Argument, ...]) -> Value:
    """The texts of a list's items with a delimiter, and another one before the last."""
    parts = [context.text(item) for item in context.items(args[1])]
    delimiter = context.text(args[0])
    last = context.text(args[2]) if len(args) > 2 else delimiter
    context.room(sum(map(len, parts)) + len(parts) * max(len(delimiter), len(last)))
    return delimiter.join(parts[:-1]) + (last if len(parts) > 1 else "") + "".join(parts[-1:])


@DIALOGFLOW.add("identity", 1)
def _identity(context: Context, args: tuple[Argument, ...]) -> Value:
    """The value itself."""
    return context.value(args[0])


@DIALOGFLOW.add("contain", 2)
def _contain(context: Context, args: tuple[Argument, ...]) -> Value:
    """Whether a value is among the items of a list; the two may stand in any order."""
    first, second = primary(context.value(args[0])), primary(context.value(args[1]))
    listed, wanted = (first, second) if isinstance(first, list) else (second, first)
    return any(context.same(item, wanted) for item in context.items(listed))


@DIALOGFLOW.add("match", 2)
def _match(context: Context, args: tuple[Argument, ...]) -> Value:
    """The position of a value among the items of a list, -1 when it is not."""
    items = context.items(args[0])
    return next((at for at, item in enumerate(items) if context.same(item, args[1])), -1)


_STEP = re.compile(r"([^\[\]]*)((?:\[[0-9]{1,6}\])*)")


@DIALOGFLOW.add("nested_field", 1, ANY)
def _nested_field(context: Context, args: tuple[Argument, ...]) -> Value:
    """The member below a path of names, each of which may have a position after it (``c[0]``)."""
    value: Any = context.value(args[0])
    for argument in args[1:]:
        match = _STEP.fullmatch(context.text(argument))
        if match is None:
            context.fail("the name of a member is not readable", "arguments")
        steps = [part for part in (match.group(1), *re.findall(r"[0-9]+", match.group(2))) if part]
        value = descend(value, steps)
    found: Value = value
    return found


@DIALOGFLOW.add("divide", 2, 3)
def _divide(context: Context, args: tuple[Argument, ...]) -> Value:
    """The quotient with so many places (three)."""
    places = context.integer(args[2]) if len(args) > 2 else 3
    quotient = divide(context, context.number(args[0]), context.number(args[1]))
    return rounded(context, quotient, places, ROUND_HALF_UP)


def _moment_like(context: Context, value: Argument) -> Value:
    """A date, time or moment; Dialogflow keeps them as objects of numbers too."""
    known = context.value(value)
    inner = primary(known)
    if isinstance(inner, (date, time)):
        return inner
    if isinstance(known, dict) and {"year", "month", "day"} <= set(known):
        parts = [int(context.number(known.get(name) or 0)) for name in
                 ("year", "month", "day", "hours", "minutes", "seconds")]  # fmt: skip
        if "hours" in known:
            return context.moment(datetime(parts[0], parts[1], parts[2], parts[3], parts[4], parts[5]))
        return date(parts[0], parts[1], parts[2])
    if isinstance(inner, str) and len(inner) > 10:
        return context.moment(inner)
    return context.date(inner)


@DIALOGFLOW.add("dialogflow_format_date", 2, 3)
def _dialogflow_format_date(context: Context, args: tuple[Argument, ...]) -> Value:
    """The date or moment by a pattern of Java, in a language (English)."""
    value = _moment_like(context, args[0])
    assert isinstance(value, (date, time))
    language = context.text(args[2]) if len(args) > 2 else "en"
    return java_format(value, context.text(args[1]), language)


_UNITS = {"SECOND": 1, "MINUTE": 60, "HOUR": 3600, "DAY": 86400, "WEEK": 604800}


@DIALOGFLOW.add("add_date", 3)
def _add_date(context: Context, args: tuple[Argument, ...]) -> Value:
    """The date or moment so many units (YEARS, MONTHS, WEEKS, DAYS, HOURS, MINUTES, SECONDS) later."""
    value, count = _moment_like(context, args[0]), context.integer(args[1])
    unit = context.text(args[2]).strip().upper().removesuffix("S")
    if not isinstance(value, date):
        value = context.moment(value)
    if unit in ("MONTH", "YEAR"):
        return add_months(value, count * (12 if unit == "YEAR" else 1))
    if unit not in _UNITS:
        context.fail(f"`{unit[:20]}` is no unit", "arguments")
    if isinstance(value, datetime) or _UNITS[unit] < 86400:
        return add_seconds(context.moment(value), count * _UNITS[unit])
    days = count * _UNITS[unit] // 86400
    if abs(days) > 4_000_000:
        context.fail("the date is out of range", "range")
    return value + timedelta(days=days)


@DIALOGFLOW.add("is_date", 1, 3)
def _is_date(context: Context, args: tuple[Argument, ...]) -> Value:
    """Whether the value is or names a date."""
    return not isinstance(to_date(context.value(args[0]), context.scope), Fault)


def _compared_with_now(context: Context, value: Argument) -> int:
    known = _moment_like(context, value)
    if isinstance(known, datetime):
        moment = context.moment(known)
        return (moment > context.scope.now) - (moment < context.scope.now)
    today = context.date(context.scope.now)
    day = context.date(known)
    return (day > today) - (day < today)


@DIALOGFLOW.add("is_past_date", 1)
def _is_past_date(context: Context, args: tuple[Argument, ...]) -> Value:
    """Whether the date or moment is over."""
    return _compared_with_now(context, args[0]) < 0


@DIALOGFLOW.add("is_future_date", 1)
def _is_future_date(context: Context, args: tuple[Argument, ...]) -> Value:
    """Whether the date or moment is still to come."""
    return _compared_with_now(context, args[0]) > 0


@DIALOGFLOW.add("is_credit_card_number", 1)
def _is_credit_card_number(context: Context, args: tuple[Argument, ...]) -> Value:
    """Whether the digits pass the check of card numbers (Luhn)."""
    text = re.sub(r"[ -]", "", context.text(args[0]))
    if not (text.isascii() and text.isdigit() and 12 <= len(text) <= 19):
        return False
    doubled = [int(digit) * (1 + at % 2) for at, digit in enumerate(reversed(text))]
    return sum(value // 10 + value % 10 for value in doubled) % 10 == 0
