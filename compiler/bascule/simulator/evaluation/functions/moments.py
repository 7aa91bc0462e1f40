"""Functions of dates and times."""

from __future__ import annotations

import calendar
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from decimal import Decimal

from bascule.simulator.evaluation.faults import Fault
from bascule.simulator.evaluation.functions.base import Argument, Context, Registry
from bascule.simulator.evaluation.functions.numbers import grouped
from bascule.simulator.evaluation.layouts import layout_format, layout_parse, strftime_format
from bascule.simulator.evaluation.moments import add_months, add_seconds, home_zone, to_moment
from bascule.simulator.evaluation.scope import zone
from bascule.simulator.evaluation.values import ARITHMETIC, Value, number, primary

__all__ = ["MOMENTS"]

MOMENTS = Registry()

_SECONDS = {"s": 1, "m": 60, "h": 3600}
_UNITS = "s, m, h, D, W, M, Y"


@MOMENTS.add("date", 1)
def _date(context: Context, args: tuple[Argument, ...]) -> Value:
    """The day that a value is or names."""
    return context.date(args[0])


@MOMENTS.add("datetime", 1)
def _datetime(context: Context, args: tuple[Argument, ...]) -> Value:
    """The moment that a value is or names."""
    return context.moment(args[0])


@MOMENTS.add("time", 1)
def _time(context: Context, args: tuple[Argument, ...]) -> Value:
    """The time of day that a value is or holds."""
    return context.time(args[0])


@MOMENTS.add("now", 0)
def _now(context: Context, args: tuple[Argument, ...]) -> Value:
    """The present moment in the time zone of the workspace."""
    return context.scope.now.astimezone(home_zone(context.environment))


def _present_day(context: Context) -> date:
    return context.scope.now.astimezone(home_zone(context.environment)).date()


@MOMENTS.add("today", 0)
def _today(context: Context, args: tuple[Argument, ...]) -> Value:
    """The present day."""
    return _present_day(context)


@MOMENTS.add("tomorrow", 0)
def _tomorrow(context: Context, args: tuple[Argument, ...]) -> Value:
    """The next day."""
    return _present_day(context) + timedelta(days=1)


@MOMENTS.add("yesterday", 0)
def _yesterday(context: Context, args: tuple[Argument, ...]) -> Value:
    """The day before."""
    return _present_day(context) - timedelta(days=1)


@MOMENTS.add("moment_of_the_day", 0)
def _moment_of_the_day(context: Context, args: tuple[Argument, ...]) -> Value:
    """``morning``, ``afternoon``, ``evening`` or ``night``."""
    hour = context.scope.now.astimezone(home_zone(context.environment)).hour
    return "morning" if 6 <= hour < 12 else "afternoon" if 12 <= hour < 18 else "evening" if hour >= 18 else "night"


@MOMENTS.add("date_from_parts", 3)
def _date_from_parts(context: Context, args: tuple[Argument, ...]) -> Value:
    """The date of a year, a month and a day; a day too many goes on into the next month."""
    year, month, day = (context.integer(argument) for argument in args)
    if not 1 <= month <= 12:
        context.fail("a month is between 1 and 12", "arguments")
    if not (1 <= year <= 9998 and -1000 <= day <= 1000):
        context.fail("the date is out of range", "range")
    return date(year, month, 1) + timedelta(days=day - 1)


@MOMENTS.add("time_from_parts", 3)
def _time_from_parts(context: Context, args: tuple[Argument, ...]) -> Value:
    """The time of an hour, a minute and a second."""
    hour, minute, second = (context.integer(argument) for argument in args)
    if not (0 <= hour < 24 and 0 <= minute < 60 and 0 <= second < 60):
        context.fail("the time is out of range", "arguments")
    return time(hour, minute, second)


@MOMENTS.add("replace_time", 2)
def _replace_time(context: Context, args: tuple[Argument, ...]) -> Value:
    """The moment of the same day at another time."""
    moment = context.moment(args[0])
    return datetime.combine(moment.date(), context.time(args[1]), tzinfo=moment.tzinfo)


@MOMENTS.add("datetime_add", 3)
def _datetime_add(context: Context, args: tuple[Argument, ...]) -> Value:
    """The moment so many units (s, m, h, D, W, M, Y) later."""
    moment, offset, unit = context.moment(args[0]), context.integer(args[1]), context.text(args[2])
    if unit in _SECONDS:
        return add_seconds(moment, offset * _SECONDS[unit])
    if unit in ("D", "W"):
        return _days_later(context, moment, offset * (7 if unit == "W" else 1))
    if unit in ("M", "Y"):
        return add_months(moment, offset * (12 if unit == "Y" else 1))
    return context.fail(f"`{unit[:20]}` is no unit: {_UNITS}", "arguments")


def _days_later(context: Context, moment: datetime, days: int) -> Value:
    """So many days later at the same time by the clock of its zone."""
    if abs(days) > 4_000_000:
        context.fail("the date is out of range", "range")
    return moment + timedelta(days=days)


@MOMENTS.add("datetime_diff", 3)
def _datetime_diff(context: Context, args: tuple[Argument, ...]) -> Value:
    """The time between two moments in whole units (s, m, h, D, W, M, Y)."""
    first, second, unit = context.moment(args[0]), context.moment(args[1]), context.text(args[2])
    if unit in _SECONDS:
        # Two moments of one zone would be subtracted by their clocks, which jump twice a year.
        seconds = (second.astimezone(UTC) - first.astimezone(UTC)) // timedelta(microseconds=1)
        whole = abs(seconds) // (_SECONDS[unit] * 1_000_000)
        return whole if seconds >= 0 else -whole
    days = (second.date() - first.date()).days
    if unit == "D":
        return days
    if unit == "W":
        return int(days / 7)
    if unit == "M":
        return (second.year - first.year) * 12 + second.month - first.month - _unfinished(first, second)
    if unit == "Y":
        return second.year - first.year
    return context.fail(f"`{unit[:20]}` is no unit: {_UNITS}", "arguments")


def _unfinished(first: date, second: date) -> int:
    """1 or -1 when the last month between two days is not over, in the direction of the second."""
    if second >= first:
        return int(second.day < first.day)
    return -int(second.day > first.day)


@MOMENTS.add("datetime_from_epoch", 1)
def _datetime_from_epoch(context: Context, args: tuple[Argument, ...]) -> Value:
    """The moment so many seconds after the beginning of 1970."""
    seconds = context.number(args[0])
    if not -62_000_000_000 < seconds < 253_000_000_000:
        context.fail("the date is out of range", "range")
    start = datetime.fromtimestamp(0, home_zone(context.environment))
    micro = int(ARITHMETIC.multiply(seconds, Decimal(1_000_000)))
    return add_seconds(start, 0) if not micro else _shifted(context, start, micro)


def _shifted(context: Context, start: datetime, micro: int) -> Value:
    utc = zone("UTC")
    assert utc is not None
    return (start.astimezone(utc) + timedelta(microseconds=micro)).astimezone(home_zone(context.environment))


@MOMENTS.add("epoch", 1)
def _epoch(context: Context, args: tuple[Argument, ...]) -> Value:
    """The seconds of a moment since the beginning of 1970."""
    utc = zone("UTC")
    start = datetime(1970, 1, 1, tzinfo=utc)
    micro = (context.moment(args[0]) - start) // timedelta(microseconds=1)
    return Decimal(micro).scaleb(-6)


@MOMENTS.add("tz", 1)
def _tz(context: Context, args: tuple[Argument, ...]) -> Value:
    """The name of a moment's time zone."""
    moment = context.moment(args[0])
    name = getattr(moment.tzinfo, "key", None)
    if isinstance(name, str):
        return name
    return "UTC" if not moment.utcoffset() else ""


@MOMENTS.add("tz_offset", 1)
def _tz_offset(context: Context, args: tuple[Argument, ...]) -> Value:
    """A moment's offset from UTC (``+0200``)."""
    return strftime_format(context.moment(args[0]), "%z", "")


@MOMENTS.add("weekday", 1)
def _weekday(context: Context, args: tuple[Argument, ...]) -> Value:
    """The day of the week, 0 for Sunday (1 for Monday to 7 in FLOIP)."""
    day = context.date(args[0])
    return day.isoweekday() if context.dialect == "floip" else day.isoweekday() % 7


@MOMENTS.add("week_number", 1)
def _week_number(context: Context, args: tuple[Argument, ...]) -> Value:
    """The number of the week; weeks begin on Sunday, and that of the first of January is the first."""
    day = context.date(args[0])
    before = date(day.year, 1, 1).isoweekday() % 7
    return (day.timetuple().tm_yday - 1 + before) // 7 + 1


@MOMENTS.add("parse_datetime", 2, 3)
def _parse_datetime(context: Context, args: tuple[Argument, ...]) -> Value:
    """The moment that a text names in a layout, in a time zone."""
    where = _zone(context, args)
    found = layout_parse(context.text(args[0]), context.text(args[1]), "datetime", where)
    return found if isinstance(found, Fault) else found.astimezone(where)


@MOMENTS.add("parse_time", 2)
def _parse_time(context: Context, args: tuple[Argument, ...]) -> Value:
    """The time of day that a text names in a layout."""
    found = layout_parse(context.text(args[0]), context.text(args[1]), "time", home_zone(context.environment))
    return found if isinstance(found, Fault) else found.time()


def _zone(context: Context, args: tuple[Argument, ...]) -> tzinfo:
    if len(args) < 3:
        return home_zone(context.environment)
    name = context.text(args[2])
    return zone(name) or context.fail(f"`{name[:40]}` is no time zone", "arguments")


@MOMENTS.add("format_date", 1, 2)
def _format_date(context: Context, args: tuple[Argument, ...]) -> Value:
    """The date in a layout; directives of ``strftime`` when it has a percent sign."""
    layout = context.text(args[1]) if len(args) > 1 else context.environment.date_format
    if "%" in layout:
        return strftime_format(_any_moment(context, args[0]), layout, _names(context))
    return layout_format(context.date(args[0]), layout, "date", context.scope.locale)


def _any_moment(context: Context, value: Argument) -> date | time:
    """A value as the date, time or moment that it is, or that its text names."""
    known = primary(context.value(value))
    if isinstance(known, (date, time)):
        return known
    if isinstance(known, (int, Decimal)) and not isinstance(known, bool):
        found = _datetime_from_epoch(context, (known,))
        if isinstance(found, datetime):
            return found
    if isinstance(known, str) and known.strip().lower() in ("now", "today"):
        return context.scope.now.astimezone(home_zone(context.environment))
    return context.moment(known)


def _names(context: Context) -> str:
    # Neither Liquid nor the engine of FLOIP translates the names of months.
    return "en" if context.dialect in ("liquid", "floip") else context.scope.locale


MOMENTS["liquid_date"] = MOMENTS["format_date"]


@MOMENTS.add("datevalue", 1, 2)
def _datevalue(context: Context, args: tuple[Argument, ...]) -> Value:
    """The date as text, by directives of ``strftime``."""
    layout = context.text(args[1]) if len(args) > 1 else "%Y-%m-%d %H:%M:%S"
    return strftime_format(_any_moment(context, args[0]), layout, _names(context))


@MOMENTS.add("format_datetime", 1, 3)
def _format_datetime(context: Context, args: tuple[Argument, ...]) -> Value:
    """The moment in a layout and a time zone."""
    environment = context.environment
    given = context.text(args[1]) if len(args) > 1 else ""
    layout = given or f"{environment.date_format} {environment.time_format}"
    moment = context.moment(args[0]).astimezone(_zone(context, args))
    return layout_format(moment, layout, "datetime", context.scope.locale)


@MOMENTS.add("format_time", 1, 2)
def _format_time(context: Context, args: tuple[Argument, ...]) -> Value:
    """The time of day in a layout."""
    layout = context.text(args[1]) if len(args) > 1 else context.environment.time_format
    return layout_format(context.time(args[0]), layout, "time", context.scope.locale)


@MOMENTS.add("format", 1)
def _format(context: Context, args: tuple[Argument, ...]) -> Value:
    """The value as the workspace writes its kind."""
    value = primary(context.value(args[0]))
    if isinstance(value, datetime):
        return _format_datetime(context, (value,))
    if isinstance(value, date):
        return _format_date(context, (value,))
    if isinstance(value, time):
        return _format_time(context, (value,))
    if isinstance(value, (int, Decimal)) and not isinstance(value, bool):
        return grouped(context.number(value), context.environment, None, True)
    return context.text(value)


@MOMENTS.add("legacy_add", 2)
def _legacy_add(context: Context, args: tuple[Argument, ...]) -> Value:
    """The sum of two numbers, or the moment so many days after a date."""
    values = [context.value(argument) for argument in args]
    dates = [to_moment(value, context.scope) for value in values]
    numbers = [number(value) for value in values]
    if not any(isinstance(found, Fault) for found in dates):
        context.fail("two dates cannot be added", "type")
    for at, other in ((0, 1), (1, 0)):
        moment, days = dates[at], numbers[other]
        if isinstance(moment, datetime) and isinstance(days, Decimal):
            return _days_later(context, moment, context.integer(days))
    return ARITHMETIC.add(context.number(values[0]), context.number(values[1]))


@MOMENTS.add("edate", 2)
def _edate(context: Context, args: tuple[Argument, ...]) -> Value:
    """The date so many months later; the last day of the month where the month is too short."""
    value = _any_moment(context, args[0])
    if not isinstance(value, date):
        context.fail("a time has no month", "type")
    place = value.year * 12 + value.month - 1 + context.integer(args[1])
    year, month = divmod(place, 12)
    if not 1 <= year <= 9998:
        context.fail("the date is out of range", "range")
    last = calendar.monthrange(year, month + 1)[1]
    return value.replace(year=year, month=month + 1, day=min(value.day, last))
