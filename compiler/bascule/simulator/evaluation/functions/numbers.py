"""Functions of numbers and chance."""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal

from bascule.simulator.evaluation.functions.base import ANY, Argument, Context, Registry, plain
from bascule.simulator.evaluation.functions.operators import OPERATIONS, divide
from bascule.simulator.evaluation.scope import Environment
from bascule.simulator.evaluation.values import ARITHMETIC, Value, plain_number, primary

__all__ = ["NUMBERS", "grouped", "rounded"]

NUMBERS = Registry()


@NUMBERS.add("number", 1)
def _number(context: Context, args: tuple[Argument, ...]) -> Value:
    """The number that the value is or spells."""
    return context.number(args[0])


def rounded(context: Context, value: Decimal, places: int, rounding: str) -> Decimal:
    """A number with so many places; negative places round before the point."""
    if places >= -int(value.as_tuple().exponent):
        return value
    if places < -400:
        return Decimal(0)
    return value.quantize(Decimal(1).scaleb(-places), rounding=rounding, context=ARITHMETIC)


def _places(context: Context, args: tuple[Argument, ...]) -> int:
    return context.integer(args[1]) if len(args) > 1 else 0


@NUMBERS.add("round", 1, 2)
def _round(context: Context, args: tuple[Argument, ...]) -> Value:
    """The number rounded to so many places, halves away from zero."""
    return rounded(context, context.number(args[0]), _places(context, args), ROUND_HALF_UP)


@NUMBERS.add("round_up", 1, 2)
def _round_up(context: Context, args: tuple[Argument, ...]) -> Value:
    """The number rounded up to so many places."""
    return rounded(context, context.number(args[0]), _places(context, args), ROUND_CEILING)


@NUMBERS.add("round_down", 1, 2)
def _round_down(context: Context, args: tuple[Argument, ...]) -> Value:
    """The number rounded down to so many places."""
    return rounded(context, context.number(args[0]), _places(context, args), ROUND_FLOOR)


@NUMBERS.add("floor", 1)
def _floor(context: Context, args: tuple[Argument, ...]) -> Value:
    """The whole number below."""
    return rounded(context, context.number(args[0]), 0, ROUND_FLOOR)


@NUMBERS.add("ceil", 1)
def _ceil(context: Context, args: tuple[Argument, ...]) -> Value:
    """The whole number above."""
    return rounded(context, context.number(args[0]), 0, ROUND_CEILING)


@NUMBERS.add("abs", 1)
def _abs(context: Context, args: tuple[Argument, ...]) -> Value:
    """The number without its sign."""
    return abs(context.number(args[0]))


def _numbers(context: Context, args: tuple[Argument, ...]) -> list[Decimal]:
    """The numbers of the arguments; those of its items when the only one is a list."""
    only = primary(context.value(args[0]))
    values = only if len(args) == 1 and isinstance(only, list) else args
    found = [context.number(value) for value in values]
    return found or context.fail("there is no number", "arguments")


@NUMBERS.add("max", 1, ANY)
def _max(context: Context, args: tuple[Argument, ...]) -> Value:
    """The greatest of the numbers."""
    return max(_numbers(context, args))


@NUMBERS.add("min", 1, ANY)
def _min(context: Context, args: tuple[Argument, ...]) -> Value:
    """The least of the numbers."""
    return min(_numbers(context, args))


def _total(values: list[Decimal]) -> Decimal:
    total = Decimal(0)
    for value in values:
        total = ARITHMETIC.add(total, value)
    return total


@NUMBERS.add("sum", 1, ANY)
def _sum(context: Context, args: tuple[Argument, ...]) -> Value:
    """The sum of the numbers, or of a list of them; of a member of each item when its name is given."""
    first = primary(context.value(args[0]))
    if isinstance(first, list):
        if len(args) == 2 and isinstance(args[1], str):
            first = [item.get(args[1]) if isinstance(item, dict) else None for item in first]
        return plain(_total([context.number(item) for item in first]))
    return plain(_total([context.number(value) for value in args]))


@NUMBERS.add("mean", 1, ANY)
def _mean(context: Context, args: tuple[Argument, ...]) -> Value:
    """The mean of the numbers."""
    found = _numbers(context, args)
    return divide(context, _total(found), Decimal(len(found)))


def _remainder(context: Context, args: tuple[Argument, ...], floored: bool) -> Value:
    left, right = context.number(args[0]), context.number(args[1])
    if not right:
        context.fail("division by zero", "division")
    rest = ARITHMETIC.remainder(left, right)
    return plain(ARITHMETIC.add(rest, right) if floored and rest and (rest < 0) != (right < 0) else rest)


@NUMBERS.add("mod", 2)
def _mod(context: Context, args: tuple[Argument, ...]) -> Value:
    """The remainder of a division, with the sign of the first number."""
    return _remainder(context, args, False)


@NUMBERS.add("modulo", 2)
def _modulo(context: Context, args: tuple[Argument, ...]) -> Value:
    """The remainder of a division, with the sign of the second number."""
    return _remainder(context, args, True)


@NUMBERS.add("power", 2)
def _power(context: Context, args: tuple[Argument, ...]) -> Value:
    """A number raised to the power of another."""
    raised: Value = OPERATIONS["pow"].body(context, args)
    return raised


@NUMBERS.add("rand", 0)
def _rand(context: Context, args: tuple[Argument, ...]) -> Value:
    """A number from 0 up to 1."""
    return plain(context.scope.draw())


@NUMBERS.add("rand_between", 2)
def _rand_between(context: Context, args: tuple[Argument, ...]) -> Value:
    """A whole number between two numbers, both possible."""
    low, high = context.number(args[0]), context.number(args[1])
    drawn = plain(context.scope.draw())
    assert isinstance(drawn, Decimal)
    span = ARITHMETIC.add(ARITHMETIC.subtract(high, low), Decimal(1))
    return rounded(context, ARITHMETIC.add(low, ARITHMETIC.multiply(drawn, span)), 0, ROUND_FLOOR)


NUMBERS["randbetween"] = NUMBERS["rand_between"]


def grouped(value: Decimal, environment: Environment, places: int | None, group: bool) -> str:
    """A number with the symbols of the workspace; with so many places when they are given."""
    if places is not None:
        value = value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP, context=ARITHMETIC)
    text = plain_number(abs(value))
    whole, _, fraction = text.partition(".")
    if places is not None:
        fraction = fraction.ljust(places, "0")
    if group:
        parts = [whole[max(0, at - 3) : at] for at in range(len(whole), 0, -3)]
        whole = environment.digit_grouping_symbol.join(reversed(parts))
    sign = "-" if value < 0 else ""
    return sign + whole + (environment.decimal_symbol + fraction if fraction else "")


@NUMBERS.add("format_number", 1, 3)
def _format_number(context: Context, args: tuple[Argument, ...]) -> Value:
    """The number as people write it, with so many places; without grouping when the third argument is false."""
    value = context.number(args[0])
    places = context.integer(args[1]) if len(args) > 1 and args[1] is not None else None
    if places is not None and not 0 <= places <= 9:
        context.fail("a number has 0 to 9 places", "arguments")
    group = context.truth(args[2]) if len(args) > 2 else True
    return grouped(value, context.environment, places, group)


@NUMBERS.add("fixed", 1, 3)
def _fixed(context: Context, args: tuple[Argument, ...]) -> Value:
    """The number with so many places (two when not said), grouped when the third argument is true."""
    places = context.integer(args[1]) if len(args) > 1 else 2
    if not 0 <= places <= 30:
        context.fail("a number has 0 to 30 places", "arguments")
    group = context.truth(args[2]) if len(args) > 2 else False
    return grouped(context.number(args[0]), context.environment, places, group)


@NUMBERS.add("int", 1)
def _int(context: Context, args: tuple[Argument, ...]) -> Value:
    """The whole part of a number."""
    return rounded(context, context.number(args[0]), 0, "ROUND_DOWN")


NUMBERS["float"] = NUMBERS["number"]
NUMBERS["parse_float"] = NUMBERS["number"]
