"""The Excel-like functions that only FLOIP and Turn have
(https://whatsapp.turn.io/docs/build/stacks_and_journeys/expressions).
"""

from __future__ import annotations

import re
from datetime import date, time

from bascule.simulator.evaluation.faults import Fault
from bascule.simulator.evaluation.functions.base import ANY, Argument, Context, Registry
from bascule.simulator.evaluation.functions.lists import LISTS
from bascule.simulator.evaluation.functions.moments import MOMENTS
from bascule.simulator.evaluation.functions.texts import TEXTS, replaced
from bascule.simulator.evaluation.values import MAX_TEXT, Value, primary, show
from bascule.simulator.evaluation.words import words

__all__ = ["FLOIP"]

FLOIP = Registry()


@FLOIP.add("floip_date", 3)
def _floip_date(context: Context, args: tuple[Argument, ...]) -> Value:
    """The date of a year, a month and a day."""
    year, month, day = (context.integer(argument) for argument in args)
    try:
        return date(year, month, day)
    except ValueError:
        context.fail("there is no such date", "date")


@FLOIP.add("floip_time", 3)
def _floip_time(context: Context, args: tuple[Argument, ...]) -> Value:
    """The time of an hour, a minute and a second."""
    found: Value = MOMENTS["time_from_parts"].body(context, args)
    return found


@FLOIP.add("timevalue", 1)
def _timevalue(context: Context, args: tuple[Argument, ...]) -> Value:
    """The time of day that a text holds."""
    return context.time(args[0])


@FLOIP.add("datetimevalue", 1)
def _datetimevalue(context: Context, args: tuple[Argument, ...]) -> Value:
    """The moment that a text names."""
    return context.moment(args[0])


_STRPTIME = re.compile(r"%[-0]?([A-Za-z])")


@FLOIP.add("parse_datevalue", 1, 2)
def _parse_datevalue(context: Context, args: tuple[Argument, ...]) -> Value:
    """The moment that a text names, by directives of ``strftime`` when they are given."""
    if len(args) < 2:
        return context.moment(args[0])
    names = {"Y": "YYYY", "y": "YY", "m": "MM", "d": "DD", "H": "tt", "M": "mm", "S": "ss", "I": "hh", "p": "AA"}
    layout = context.text(args[1])
    if any(letter not in names for letter in _STRPTIME.findall(layout)):
        context.fail("the layout has a directive that cannot be read back", "arguments")
    plain = _STRPTIME.sub(lambda found: names[found.group(1)], layout)
    found: Value = MOMENTS["parse_datetime"].body(context, (context.text(args[0]), plain))
    return found


def _part(name: str) -> None:
    def body(context: Context, args: tuple[Argument, ...]) -> Value:
        value = primary(context.value(args[0]))
        if isinstance(value, (date, time)) and hasattr(value, name):
            return int(getattr(value, name))
        if name in ("year", "month", "day"):
            return int(getattr(context.date(value), name))
        return int(getattr(context.time(value), name))

    body.__doc__ = f"The {name} of a date or time."
    FLOIP.add(name, 1)(body)


for _name in ("year", "month", "day", "hour", "minute", "second"):
    _part(_name)


@FLOIP.add("days", 2)
def _days(context: Context, args: tuple[Argument, ...]) -> Value:
    """The days from the second date to the first."""
    return (context.date(args[0]) - context.date(args[1])).days


@FLOIP.add("datedif", 3)
def _datedif(context: Context, args: tuple[Argument, ...]) -> Value:
    """The time between two dates in whole days, months or years (d, m, y)."""
    first, second = context.date(args[0]), context.date(args[1])
    unit = context.text(args[2]).lower()
    months = (second.year - first.year) * 12 + second.month - first.month - (second.day < first.day)
    found = {"d": (second - first).days, "m": months, "y": months // 12}
    return found[unit] if unit in found else context.fail(f"`{unit[:20]}` is no unit: d, m, y", "arguments")


@FLOIP.add("first_word", 1)
def _first_word(context: Context, args: tuple[Argument, ...]) -> Value:
    """The first word."""
    found = words(context.text(args[0]))
    return found[0] if found else ""


@FLOIP.add("left", 2)
def _left(context: Context, args: tuple[Argument, ...]) -> Value:
    """The first characters."""
    return context.text(args[0])[: max(0, context.integer(args[1]))]


@FLOIP.add("right", 2)
def _right(context: Context, args: tuple[Argument, ...]) -> Value:
    """The last characters."""
    size = context.integer(args[1])
    return context.text(args[0])[-size:] if size > 0 else ""


_NAMES = ("plus", "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_SPOKEN = dict(zip("+0123456789", _NAMES, strict=True))


@FLOIP.add("read_digits", 1)
def _read_digits(context: Context, args: tuple[Argument, ...]) -> Value:
    """The digits of a text as words."""
    return context.sized(" ".join(_SPOKEN[char] for char in context.text(args[0])[:MAX_TEXT] if char in _SPOKEN))


@FLOIP.add("regex_capture", 2)
def _regex_capture(context: Context, args: tuple[Argument, ...]) -> Value:
    """What the groups of a pattern match first in a text."""
    pattern = context.pattern(context.text(args[1]))
    if isinstance(pattern, Fault):
        return pattern
    found = context.search(pattern, context.text(args[0]))
    return None if found is None else [group or "" for group in (found.groups[1:] or found.groups)]


@FLOIP.add("regex_named_capture", 2)
def _regex_named_capture(context: Context, args: tuple[Argument, ...]) -> Value:
    """What the named groups of a pattern match first in a text, by name."""
    pattern = context.pattern(context.text(args[1]))
    if isinstance(pattern, Fault):
        return pattern
    found = context.search(pattern, context.text(args[0]))
    return {} if found is None else {name: found.groups[number] or "" for name, number in pattern.names}


@FLOIP.add("substitute", 3, 4)
def _substitute(context: Context, args: tuple[Argument, ...]) -> Value:
    """The text with a part replaced everywhere, or only the occurrence of that number (counted from 1)."""
    text, old, new = (context.text(argument) for argument in args[:3])
    if len(args) < 4:
        return replaced(context, text, old, new)
    at = -1
    for _ in range(min(max(1, context.integer(args[3])), len(text) + 1)):
        at = text.find(old, at + 1)
        if at < 0:
            return text
    return context.sized(text[:at] + new + text[at + len(old) :])


FLOIP["rept"] = TEXTS["repeat"]
FLOIP["unichar"] = TEXTS["char"]
FLOIP["unicode"] = TEXTS["code"]
FLOIP["floip_split"] = TEXTS["split"]
FLOIP["floip_index"] = LISTS["index"]


@FLOIP.add("capture", 1, ANY)
def _capture(context: Context, args: tuple[Argument, ...]) -> Value:
    """A function made of what stands for ``&1``; as a value it prints nothing."""
    return show(context.value(args[0]))
