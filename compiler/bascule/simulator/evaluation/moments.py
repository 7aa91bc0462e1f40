"""Dates, times and moments: read as people write them, and move them along the calendar.

The rules of reading are those of RapidPro's engine (https://docs.nyaruka.com/goflow/): ISO 8601 first, then the
order of day, month and year of the workspace; two digits of a year are of this century unless that is still to come.
"""

from __future__ import annotations

import calendar
import re
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo

from bascule.simulator.evaluation.faults import Fault
from bascule.simulator.evaluation.scope import Environment, Scope, zone
from bascule.simulator.evaluation.values import Value, primary, show

__all__ = [
    "add_months",
    "add_seconds",
    "home_zone",
    "to_date",
    "to_moment",
    "to_time",
]

_MOMENT = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})[Tt ]([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:[.,]([0-9]{1,9}))?)?"
    r"\s?(?:([Zz]|UTC)|([-+])([0-9]{2}):?([0-9]{2}))"
)
_ISO_DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_SEPARATOR = r"[-.\\/_ ]"
_DAY_FIRST = re.compile(rf"\b([0-9]{{1,2}}){_SEPARATOR}([0-9]{{1,2}}){_SEPARATOR}([0-9]{{4}}|[0-9]{{2}})\b", re.ASCII)
_YEAR_FIRST = re.compile(rf"\b([0-9]{{4}}|[0-9]{{2}}){_SEPARATOR}([0-9]{{1,2}}){_SEPARATOR}([0-9]{{1,2}})\b", re.ASCII)
_TIME = re.compile(
    r"\b([0-9]{1,2})(?::?([0-9]{2})(?::([0-9]{2})(?:\.([0-9]{1,30}))?)?)?(?:[^\w]{0,20}([ap]m))?\b",
    re.ASCII | re.IGNORECASE,
)
_MAX_TEXT = 10_000


def home_zone(environment: Environment) -> tzinfo:
    """The time zone of the workspace; UTC where its name is not known."""
    return zone(environment.time_zone) or UTC


def to_moment(value: Value, scope: Scope, fill: bool = False) -> datetime | Fault:
    """The moment that a value is or that a text names; a day without a time begins at midnight, or has the present
    time with ``fill``. Moments that name no time zone are in that of the workspace."""
    value = primary(value)
    if isinstance(value, Fault):
        return value
    home = home_zone(scope.environment)
    if isinstance(value, datetime):
        return value if value.tzinfo is not None else value.replace(tzinfo=home)
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day, tzinfo=home)
    if not isinstance(value, str) or len(value) > _MAX_TEXT:
        return Fault(f"{_named(value)} is no date", "date")
    text = value.strip(" \n\r\t")
    exact = _MOMENT.fullmatch(text)
    if exact is not None:
        found = _exact(exact)
        if found is not None:
            return found
    day = _day(text, scope)
    if day is None:
        return Fault(f"`{_clip(value)}` is no date", "date")
    when, rest = day
    at = _time(rest)
    if at is None:
        at = scope.now.astimezone(home).time() if fill else time()
    return datetime.combine(when, at, tzinfo=home)


def to_date(value: Value, scope: Scope) -> date | Fault:
    """The day that a value is or that a text names; a moment's day is that of the workspace's time zone."""
    value = primary(value)
    if isinstance(value, Fault):
        return value
    if isinstance(value, datetime):
        home = home_zone(scope.environment)
        return (value.astimezone(home) if value.tzinfo is not None else value).date()
    if isinstance(value, date):
        return value
    if not isinstance(value, str) or len(value) > _MAX_TEXT:
        return Fault(f"{_named(value)} is no date", "date")
    found = _day(value.strip(" \n\r\t"), scope)
    return found[0] if found is not None else Fault(f"`{_clip(value)}` is no date", "date")


def to_time(value: Value, scope: Scope) -> time | Fault:
    """The time of day that a value is or that a text holds (``10:30``, ``1030``, ``10 pm``, ``10:30:45.5``)."""
    value = primary(value)
    if isinstance(value, Fault):
        return value
    if isinstance(value, datetime):
        return value.time()
    if isinstance(value, time):
        return value.replace(tzinfo=None)
    if value is None or isinstance(value, (bool, list, dict, date)):
        return Fault(f"{_named(value)} is no time", "time")
    text = show(value)
    if len(text) > _MAX_TEXT:
        return Fault("the text is no time", "time")
    exact = _MOMENT.fullmatch(text.strip())
    found = _exact(exact) if exact is not None else None
    at = found.timetz().replace(tzinfo=None) if found is not None else _time(text)
    return at if at is not None else Fault(f"`{_clip(text)}` is no time", "time")


def _exact(match: re.Match[str]) -> datetime | None:
    year, month, day, hour, minute, second, fraction, utc, sign, hours, minutes = match.groups()
    micro = int((fraction or "0").ljust(6, "0")[:6])
    if utc is None and int(hours) * 60 + int(minutes) >= 24 * 60:
        return None
    offset = timedelta() if utc is not None else timedelta(hours=int(hours), minutes=int(minutes))
    where = timezone(-offset if sign == "-" else offset) if offset else UTC
    try:
        return datetime(int(year), int(month), int(day), int(hour), int(minute), int(second or 0), micro, where)
    except ValueError:
        return None


def _day(text: str, scope: Scope) -> tuple[date, str] | None:
    """The day that a text holds, and what follows it."""
    leading = _ISO_DATE.match(text)
    if leading is not None:
        found = _valid(int(leading.group(1)), int(leading.group(2)), int(leading.group(3)), strict=True)
        if found is not None:
            return found, text[leading.end() :]
    order = scope.environment.date_format
    year_first = order.startswith("YYYY")
    for match in (_YEAR_FIRST if year_first else _DAY_FIRST).finditer(text):
        first, second, third = match.groups()
        years, month, day = (first, second, third) if year_first else (third, second, first)
        if order.startswith("MM"):
            month, day = day, month
        year = int(years)
        if len(years) == 2:
            year += 1900 if year > scope.now.year % 100 else 2000
        found = _valid(year, int(month), int(day), strict=False)
        if found is not None:
            return found, text[match.end() :]
    return None


def _valid(year: int, month: int, day: int, strict: bool) -> date | None:
    """The day; one that its month does not have rolls over into the next month, unless ``strict``."""
    if not (1 <= month <= 12 and 1 <= day <= 31 and 1 <= year <= 9998):
        return None
    last = calendar.monthrange(year, month)[1]
    if day > last:
        return None if strict else date(year, month, last) + timedelta(days=day - last)
    return date(year, month, day)


def _time(text: str) -> time | None:
    for match in _TIME.finditer(text[:_MAX_TEXT]):
        hours, minutes, seconds, fraction, half = match.groups()
        hour, minute, second = int(hours), int(minutes or 0), int(seconds or 0)
        if half and half.lower() == "pm" and hour < 12:
            hour += 12
        elif half and half.lower() == "am" and hour == 12:
            hour = 0
        micro = int((fraction or "0").ljust(6, "0")[:6])
        if (hour, minute, second, micro) == (24, 0, 0, 0):
            hour = 0
        if hour < 24 and minute < 60 and second < 60:
            return time(hour, minute, second, micro)
    return None


def add_months(value: date, months: int) -> date | Fault:
    """The same day so many months later; a day that the month does not have rolls over into the next one, as the
    engines of RapidPro do. Moments keep their time and zone."""
    place = value.year * 12 + value.month - 1 + months
    year, month = divmod(place, 12)
    month += 1
    if not 1 <= year <= 9998:
        return Fault("the date is out of range", "range")
    last = calendar.monthrange(year, month)[1]
    moved = value.replace(year=year, month=month, day=min(value.day, last))
    return moved + timedelta(days=max(0, value.day - last))


def add_seconds(value: datetime, seconds: float) -> datetime | Fault:
    """The moment so many seconds later, by the clock of the world."""
    try:
        moved = value.astimezone(UTC) + timedelta(seconds=seconds)
        return moved.astimezone(value.tzinfo)
    except (OverflowError, ValueError):
        return Fault("the date is out of range", "range")


def _named(value: Value) -> str:
    return "an unset value" if value is None else f"`{_clip(show(value))}`"


def _clip(text: str, size: int = 40) -> str:
    flat = " ".join(text[: 4 * size].split())
    return flat if len(flat) <= size else flat[: size - 1] + "…"
