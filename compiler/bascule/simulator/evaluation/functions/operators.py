"""Operators as functions. ``and``, ``or`` and ``not`` are not among them: they look at one value at a time."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from decimal import Context as Arithmetic
from typing import Any

from bascule.simulator.evaluation.faults import Fault
from bascule.simulator.evaluation.functions.base import ANY, Argument, Context, Failed, Registry, plain
from bascule.simulator.evaluation.moments import add_seconds
from bascule.simulator.evaluation.values import ARITHMETIC, Value, compare, equal, number, primary, show

__all__ = ["OPERATIONS", "divide"]

OPERATIONS = Registry()

_PLACES = Decimal("1e-16")
"""Quotients are rounded to so many places, as the decimals of RapidPro's engine are."""
_POWERS = Arithmetic(prec=60, rounding=ROUND_HALF_UP, Emax=999_999, Emin=-999_999)


@OPERATIONS.add("concat", 0, ANY)
def _concat(context: Context, args: tuple[Argument, ...]) -> Value:
    """The texts of all values, one after another."""
    parts: list[str] = []
    size = 0
    for argument in args:
        parts.append(context.text(argument))
        size += len(parts[-1])
        context.room(size)
    return "".join(parts)


@OPERATIONS.add("add", 2, ANY)
def _add(context: Context, args: tuple[Argument, ...]) -> Value:
    """The sum of numbers; a date and a number of days; a moment and a time of day."""
    first = primary(context.value(args[0]))
    second = primary(context.value(args[1]))
    if context.dialect != "rapidpro" and len(args) == 2:
        if isinstance(first, date):
            return _later(context, first, second, 1)
        if isinstance(second, date):
            return _later(context, second, first, 1)
    total = Decimal(0)
    for argument in args:
        total = ARITHMETIC.add(total, context.number(argument))
    return plain(total)


def _later(context: Context, moment: date, offset: Value, sign: int) -> Value:
    """A date moved by days, or by the hours, minutes and seconds of a time."""
    if isinstance(offset, time):
        seconds = offset.hour * 3600 + offset.minute * 60 + offset.second
        at = context.moment(moment)
        return add_seconds(at, sign * seconds)
    days = context.number(offset)
    if abs(days) > 4_000_000:
        context.fail("the date is out of range", "range")
    return moment + timedelta(days=sign * float(days)) if isinstance(moment, datetime) else _day(moment, sign * days)


def _day(day: date, days: Decimal) -> date:
    return day + timedelta(days=int(days))


@OPERATIONS.add("sub", 2)
def _sub(context: Context, args: tuple[Argument, ...]) -> Value:
    """The difference of two numbers; a date and a number of days; the days between two dates."""
    first = primary(context.value(args[0]))
    second = primary(context.value(args[1]))
    if context.dialect != "rapidpro" and isinstance(first, date):
        if isinstance(second, date):
            return (context.date(first) - context.date(second)).days
        return _later(context, first, second, -1)
    return plain(ARITHMETIC.subtract(context.number(first), context.number(second)))


@OPERATIONS.add("mul", 2, ANY)
def _mul(context: Context, args: tuple[Argument, ...]) -> Value:
    """The product of numbers."""
    total = Decimal(1)
    for argument in args:
        product = plain(ARITHMETIC.multiply(total, context.number(argument)))
        if not isinstance(product, Decimal):
            return product
        total = product
    return total


def divide(context: Context, left: Decimal, right: Decimal) -> Decimal:
    """The quotient, rounded to 16 places. Raises :class:`Failed` for a division by zero."""
    if not right:
        context.fail("division by zero", "division")
    quotient = plain(ARITHMETIC.divide(left, right))
    if not isinstance(quotient, Decimal):
        raise Failed(quotient if isinstance(quotient, Fault) else Fault("the number is out of range", "range"))
    return quotient.quantize(_PLACES, context=ARITHMETIC)


@OPERATIONS.add("div", 2)
def _div(context: Context, args: tuple[Argument, ...]) -> Value:
    """The quotient of two numbers."""
    return divide(context, context.number(args[0]), context.number(args[1]))


@OPERATIONS.add("neg", 1)
def _neg(context: Context, args: tuple[Argument, ...]) -> Value:
    """The number with the other sign."""
    return -context.number(args[0])


@OPERATIONS.add("pow", 2)
def _pow(context: Context, args: tuple[Argument, ...]) -> Value:
    """A number raised to the power of another."""
    base, exponent = context.number(args[0]), context.number(args[1])
    if not base:
        if exponent < 0:
            context.fail("division by zero", "division")
        return Decimal(1) if not exponent else Decimal(0)
    if abs(exponent) * (abs(base.adjusted()) + 1) > 10_000:
        context.fail("the number is out of range", "range")
    if exponent == exponent.to_integral_value() and exponent >= 0:
        return plain(ARITHMETIC.power(base, exponent))
    if exponent == exponent.to_integral_value():
        return plain(divide(context, Decimal(1), ARITHMETIC.power(base, -exponent)))
    return plain(_POWERS.power(base, exponent).quantize(_PLACES, context=ARITHMETIC))


def _equals(context: Context, left: Argument, right: Argument) -> bool:
    """Whether two values are equal in the dialect: RapidPro compares texts, Liquid never a text with a number,
    Dialogflow turns the right side into the kind of the left one."""
    first, second = primary(context.value(left)), primary(context.value(right))
    if context.dialect == "rapidpro":
        return show(first) == show(second)
    if context.dialect == "liquid" and _kind(first) != _kind(second):
        return False
    if context.dialect == "dialogflow-cx":
        if first is None or second is None:
            return first is second
        if isinstance(first, str):
            return first == show(second)
    found = equal(first, second)
    if isinstance(found, Fault):
        raise Failed(found)
    return found


def _kind(value: Value) -> str:
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, (int, Decimal)):
        return "number"
    return "date" if isinstance(value, date) else type(value).__name__


@OPERATIONS.add("eq", 2)
def _eq(context: Context, args: tuple[Argument, ...]) -> Value:
    """Whether two values are equal."""
    return _equals(context, args[0], args[1])


@OPERATIONS.add("ne", 2)
def _ne(context: Context, args: tuple[Argument, ...]) -> Value:
    """Whether two values differ."""
    return not _equals(context, args[0], args[1])


def _ordered(context: Context, args: tuple[Argument, ...]) -> int | None:
    """-1, 0 or 1, or None when one side is unset, for then no comparison holds."""
    left, right = primary(context.value(args[0])), primary(context.value(args[1]))
    if context.dialect == "rapidpro":
        first, second = number(left), number(right)
        for side in (first, second):
            if isinstance(side, Fault):
                raise Failed(side)
        return compare(first, second)  # type: ignore[return-value]
    if left is None or right is None:
        return None
    found: Any = compare(left, right)
    if isinstance(found, Fault) and (_dated(left) or _dated(right)):
        found = compare(context.moment(left), context.moment(right))
    if isinstance(found, Fault):
        raise Failed(found)
    result: int = found
    return result


def _dated(value: Value) -> bool:
    return isinstance(value, date)


@OPERATIONS.add("lt", 2)
def _lt(context: Context, args: tuple[Argument, ...]) -> Value:
    """Whether the first value is below the second."""
    return _ordered(context, args) == -1


@OPERATIONS.add("le", 2)
def _le(context: Context, args: tuple[Argument, ...]) -> Value:
    """Whether the first value is not above the second."""
    return _ordered(context, args) in (-1, 0)


@OPERATIONS.add("gt", 2)
def _gt(context: Context, args: tuple[Argument, ...]) -> Value:
    """Whether the first value is above the second."""
    return _ordered(context, args) == 1


@OPERATIONS.add("ge", 2)
def _ge(context: Context, args: tuple[Argument, ...]) -> Value:
    """Whether the first value is not below the second."""
    return _ordered(context, args) in (0, 1)
