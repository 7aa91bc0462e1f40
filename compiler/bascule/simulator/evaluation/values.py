"""Values at run time: how they print, compare, and turn into one another.

The rules are those of RapidPro's engine (https://docs.nyaruka.com/goflow/ - types), which is the strictest and best
documented of the sources; where another platform differs, ``Environment.dialect`` decides (see ``scope``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import TYPE_CHECKING, Any, TypeAlias

from bascule.simulator.evaluation.faults import Fault, Unknown

if TYPE_CHECKING:
    from bascule.simulator.evaluation.scope import Scope

__all__ = [
    "ARITHMETIC",
    "DEFAULT",
    "MAX_ITEMS",
    "MAX_TEXT",
    "Fault",
    "Unknown",
    "Value",
    "bounded",
    "compare",
    "equal",
    "is_empty",
    "iso",
    "number",
    "plain_number",
    "primary",
    "show",
    "text_of",
    "truth",
]

Value: TypeAlias = bool | int | Decimal | str | datetime | date | time | list[Any] | dict[str, Any] | Fault | None
"""Lists hold values, dicts have texts for keys. A dict's ``__default__`` is what it prints and counts as."""

DEFAULT = "__default__"

MAX_TEXT = 100_000
"""Longest text that is computed, in characters; ten times what any platform sends in a message."""
MAX_ITEMS = 10_000
"""Longest list or dict that is computed."""

_MAX_DEPTH = 60
"""Lists in lists are printed and compared this deep."""
_MAX_DIGITS = 400
"""Longest number, digits before and after the point; as long as the longest literal that is read."""

ARITHMETIC = Context(prec=2 * _MAX_DIGITS, rounding=ROUND_HALF_UP, Emax=999_999, Emin=-999_999)
"""Arithmetic is exact for any numbers that are let in; results are rounded where an operation says so."""

_NUMBER = re.compile(r"\s*[-+]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)\s*")


def primary(value: Value) -> Value:
    """What a value counts as: a dict's ``__default__``, else the value itself."""
    for _ in range(4):
        if not isinstance(value, dict) or DEFAULT not in value:
            break
        value = value[DEFAULT]
    return value


def bounded(value: Decimal) -> Decimal | Fault:
    """The number, or a fault when it is none or too long to print."""
    if not value.is_finite():
        return Fault("the result is no number", "number")
    if value and (value.adjusted() > _MAX_DIGITS or value.adjusted() < -_MAX_DIGITS):
        return Fault("the number is out of range", "range")
    return value


def number(value: Value) -> Decimal | Fault:
    """The number that a value is or that a text spells, blanks around it ignored. No grouping, no exponent."""
    value = primary(value)
    if isinstance(value, Fault):
        return value
    if isinstance(value, bool):
        return Fault(f"`{'true' if value else 'false'}` is no number", "number")
    if isinstance(value, Decimal):
        return bounded(value)
    if isinstance(value, int):
        if value.bit_length() > 4 * _MAX_DIGITS:
            return Fault("the number is out of range", "range")
        return Decimal(value)
    if isinstance(value, float):
        return bounded(Decimal(repr(value)))
    if isinstance(value, str):
        if len(value) > 2 * _MAX_DIGITS:
            return Fault("the text is no number", "number")
        if _NUMBER.fullmatch(value):
            return bounded(Decimal(value.strip()))
        return Fault(f"`{_clip(value)}` is no number", "number")
    return Fault(f"{_kind(value)} is no number", "number")


def truth(value: Value) -> bool | Fault:
    """Whether a value counts as true: not unset, not ``false``, not zero, not empty, not the text ``false``."""
    value = primary(value)
    if isinstance(value, Fault):
        return value
    if value is None:
        return False
    if isinstance(value, bool):
        return value
    if isinstance(value, str):
        return value != "" and value.lower() != "false"
    if isinstance(value, (list, dict)):
        return bool(value)
    if isinstance(value, (int, Decimal, float)):
        return bool(value)
    return True


def is_empty(value: Value) -> bool:
    """Whether a value is unset, or a text, list or dict with nothing in it. A fault is not empty."""
    value = primary(value)
    return value is None or (isinstance(value, (str, list, dict)) and not value)


def show(value: Value, scope: Scope | None = None) -> str:
    """How a value prints in a message; a fault and an unset value print nothing. Never longer than ``MAX_TEXT``.

    Decimals have neither exponent nor trailing zeros; dates are ISO 8601, moments with six digits of a second and
    their own offset; lists are ``[a, b]`` (in Liquid, their items one after another), dicts ``{a: 1, b: 2}`` with
    sorted keys, or their ``__default__``.
    """
    value = primary(value)
    if isinstance(value, str):
        return value[:MAX_TEXT]
    if not isinstance(value, (list, dict)):
        return _scalar(value)
    if isinstance(value, list) and scope is not None and scope.environment.dialect == "liquid":
        return "".join(show(item) for item in value[:MAX_ITEMS])[:MAX_TEXT]
    pieces: list[str] = []
    size = 0
    for piece in _nested(value, 0):
        pieces.append(piece)
        size += len(piece)
        if size > MAX_TEXT:
            break
    return "".join(pieces)[:MAX_TEXT]


def text_of(value: Value, scope: Scope | None = None) -> str | Fault:
    """The value as a text; a fault stays one, and a text longer than ``MAX_TEXT`` becomes one."""
    value = primary(value)
    if isinstance(value, Fault):
        return value
    if isinstance(value, str):
        return value if len(value) <= MAX_TEXT else Fault("the text is too long", "size")
    text = show(value, scope)
    return text if len(text) < MAX_TEXT else Fault("the text is too long", "size")


def plain_number(value: Decimal | int | float) -> str:
    """Digits without exponent, trailing zeros or a negative zero."""
    if isinstance(value, int):
        return str(value) if value.bit_length() <= 4 * _MAX_DIGITS else ""
    found = Decimal(repr(value)) if isinstance(value, float) else value
    if isinstance(bounded(found), Fault):
        return ""
    text = format(found, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def iso(value: datetime | date | time) -> str:
    """ISO 8601: ``2017-06-12``, ``10:30:45.123456``, ``2017-06-12T11:56:59.000000-05:00`` (``Z`` for UTC)."""
    if isinstance(value, datetime):
        text = value.strftime("%H:%M:%S.%f")
        offset = value.utcoffset()
        return f"{value.year:04}-{value.month:02}-{value.day:02}T{text}{'' if offset is None else _offset(offset)}"
    if isinstance(value, date):
        return f"{value.year:04}-{value.month:02}-{value.day:02}"
    return value.strftime("%H:%M:%S.%f")


def _offset(offset: timedelta) -> str:
    minutes = round(offset.total_seconds() / 60)
    if minutes == 0:
        return "Z"
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"


def _scalar(value: Value) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, Decimal, float)):
        return plain_number(value)
    if isinstance(value, (datetime, date, time)):
        return iso(value)
    return value if isinstance(value, str) else ""


def _nested(value: Value, depth: int) -> Iterator[str]:
    """The pieces of a printed value. Lazy, so that a caller can stop; the depth is bounded."""
    value = primary(value)
    if not isinstance(value, (list, dict)):
        yield _scalar(value)
    elif depth > _MAX_DEPTH:
        yield "…"
    elif isinstance(value, list):
        yield "["
        for position, item in enumerate(value):
            if position:
                yield ", "
            yield from _nested(item, depth + 1)
        yield "]"
    else:
        yield "{"
        for position, key in enumerate(sorted(value)):
            yield f", {key}: " if position else f"{key}: "
            yield from _nested(value[key], depth + 1)
        yield "}"


def equal(left: Value, right: Value) -> bool | Fault:
    """Whether two values are equal: numbers by value (a text that spells a number too, beside a number), moments by
    instant, else by how they print. Texts compare exactly; an unset value equals the empty text."""
    left, right = primary(left), primary(right)
    for side in (left, right):
        if isinstance(side, Fault):
            return side
    if isinstance(left, str) and isinstance(right, str):
        return left == right
    if _numeric(left) or _numeric(right):
        first, second = number(left), number(right)
        if not isinstance(first, Fault) and not isinstance(second, Fault):
            return first == second
        return False
    if isinstance(left, datetime) and isinstance(right, datetime) and (left.tzinfo is None) == (right.tzinfo is None):
        return left == right
    if isinstance(left, bool) or isinstance(right, bool):
        return show(left).lower() == show(right).lower()
    if (
        isinstance(left, (list, dict))
        and isinstance(right, (list, dict))
        and (type(left) is not type(right) or len(left) != len(right))
    ):
        return False
    return show(left) == show(right)


def compare(left: Value, right: Value) -> int | Fault:
    """-1, 0 or 1: numbers and texts that spell numbers by value, dates and times by the calendar, two other texts by
    the order of their characters. A fault for anything else."""
    left, right = primary(left), primary(right)
    for side in (left, right):
        if isinstance(side, Fault):
            return side
    if isinstance(left, (datetime, date)) and isinstance(right, (datetime, date)):
        if isinstance(left, datetime) and isinstance(right, datetime) and _zoned(left) == _zoned(right):
            return _sign(left.astimezone(UTC), right.astimezone(UTC)) if _zoned(left) else _sign(left, right)
        return _sign(_day(left), _day(right))
    if isinstance(left, time) and isinstance(right, time):
        return _sign(left.replace(tzinfo=None), right.replace(tzinfo=None))
    first, second = number(left), number(right)
    if not isinstance(first, Fault) and not isinstance(second, Fault):
        return _sign(first, second)
    if isinstance(left, str) and isinstance(right, str):
        return _sign(left, right)
    if isinstance(first, Fault):
        return first
    assert isinstance(second, Fault)
    return second


def _numeric(value: Value) -> bool:
    return isinstance(value, (int, Decimal, float)) and not isinstance(value, bool)


def _zoned(value: date) -> bool:
    return isinstance(value, datetime) and value.tzinfo is not None


def _day(value: date) -> date:
    return value.date() if isinstance(value, datetime) else value


def _sign(left: Any, right: Any) -> int:
    return int(left > right) - int(left < right)


def _kind(value: Value) -> str:
    if value is None:
        return "an unset value"
    if isinstance(value, (list, dict)):
        return "a list" if isinstance(value, list) else "an object"
    return "a date" if isinstance(value, date) else "a time"


def _clip(text: str, size: int = 40) -> str:
    flat = " ".join(text[: 4 * size].split())
    return flat if len(flat) <= size else flat[: size - 1] + "…"
