"""Write and read dates by a layout, in the three notations of the sources: RapidPro's (``YYYY-MM-DD tt:mm``), that of
``strftime`` (``%Y-%m-%d``: Liquid, Turn) and that of Unicode and Java (``yyyy-MM-dd``: Dialogflow)."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from itertools import groupby

from bascule.simulator.evaluation.calendar_names import day_name, half_day, month_name
from bascule.simulator.evaluation.faults import Fault

__all__ = ["java_format", "layout_format", "layout_parse", "strftime_format"]

_SEPARATORS = frozenset(" :/.,T-_")
_MAX_LAYOUT = 200

# RapidPro's letters: sequences that mean something, longest first, with the part of a moment that they need.
_DATES = ("YYYY", "YY", "MMMM", "MMM", "MM", "M", "DD", "D", "EEEE", "EEE")
_TIMES = ("tt", "t", "hh", "h", "mm", "m", "ss", "s", "fffffffff", "ffffff", "fff", "aa", "AA")
_ZONES = ("ZZZ", "Z")


def _pieces(layout: str, kind: str) -> list[str] | Fault:
    """A layout of RapidPro cut into sequences and separators; ``kind`` is date, time or datetime."""
    if len(layout) > _MAX_LAYOUT:
        return Fault("the layout is too long", "arguments")
    allowed = (
        *(_DATES if kind != "time" else ()),
        *(_TIMES if kind != "date" else ()),
        *(_ZONES if kind == "datetime" else ()),
    )
    found: list[str] = []
    for char, group in groupby(layout):
        run = char * len(list(group))
        while run:
            known = next((name for name in sorted(allowed, key=len, reverse=True) if run.startswith(name)), "")
            if known and not (char in "Yt" and len(run) not in (1, 2, 4)):
                found.append(known)
                run = run[len(known) :]
            elif char in _SEPARATORS:
                found.append(run)
                run = ""
            else:
                return Fault(f"`{layout[:40]}` is no layout: `{char}` means nothing", "arguments")
    return found


def layout_format(value: date | time, layout: str, kind: str, locale: str) -> str | Fault:
    """A date, time or moment by a layout of RapidPro; ``kind`` (``date``, ``time``, ``datetime``) says which letters
    are allowed."""
    pieces = _pieces(layout, kind)
    if isinstance(pieces, Fault):
        return pieces
    return "".join(_field(value, piece, locale) for piece in pieces)


def _field(value: date | time, piece: str, locale: str) -> str:
    if isinstance(value, date) and piece in _DATES:
        year = f"{value.year:04}"
        return {
            "YYYY": year, "YY": year[2:], "M": str(value.month), "MM": f"{value.month:02}", "D": str(value.day),
            "DD": f"{value.day:02}", "MMM": month_name(value.month, locale, True),
            "MMMM": month_name(value.month, locale), "EEE": day_name(value.weekday(), locale, True),
            "EEEE": day_name(value.weekday(), locale),
        }[piece]  # fmt: skip
    if piece in _TIMES and isinstance(value, (datetime, time)):
        half = value.hour % 12 or 12
        micro = f"{value.microsecond:06}"
        return {
            "t": str(value.hour), "tt": f"{value.hour:02}", "h": str(half), "hh": f"{half:02}", "m": str(value.minute),
            "mm": f"{value.minute:02}", "s": str(value.second), "ss": f"{value.second:02}", "fff": micro[:3],
            "ffffff": micro, "fffffffff": micro + "000", "aa": half_day(value.hour, locale).lower(),
            "AA": half_day(value.hour, locale),
        }[piece]  # fmt: skip
    if piece in _ZONES and isinstance(value, datetime):
        text = _offset(value, ":")
        return "Z" if piece == "Z" and text == "+00:00" else text
    return piece


def _offset(value: datetime, between: str) -> str:
    minutes = round((value.utcoffset() or timedelta()).total_seconds() / 60)
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}{between}{abs(minutes) % 60:02}"


_READ = {
    "YYYY": r"(?P<Y>[0-9]{4})", "YY": r"(?P<y>[0-9]{2})", "MM": r"(?P<M>[0-9]{2})", "M": r"(?P<M>[0-9]{1,2})",
    "DD": r"(?P<D>[0-9]{2})", "D": r"(?P<D>[0-9]{1,2})", "tt": r"(?P<t>[0-9]{2})", "t": r"(?P<t>[0-9]{1,2})",
    "hh": r"(?P<h>[0-9]{2})", "h": r"(?P<h>[0-9]{1,2})", "mm": r"(?P<m>[0-9]{2})", "m": r"(?P<m>[0-9]{1,2})",
    "ss": r"(?P<s>[0-9]{2})(?:\.(?P<e>[0-9]{1,9}))?", "s": r"(?P<s>[0-9]{1,2})(?:\.(?P<e>[0-9]{1,9}))?",
    "fff": r"(?P<f>[0-9]{3})", "ffffff": r"(?P<f>[0-9]{6})", "fffffffff": r"(?P<f>[0-9]{9})",
    "aa": r"(?P<a>[ap]m)", "AA": r"(?P<a>[AP]M)", "Z": r"(?P<z>Z|[-+][0-9]{2}:[0-9]{2})",
    "ZZZ": r"(?P<z>[-+][0-9]{2}:[0-9]{2})",
}  # fmt: skip


def layout_parse(text: str, layout: str, kind: str, where: tzinfo) -> datetime | Fault:
    """Read a text by a layout of RapidPro; what the layout does not name is of the first day of the year 1, midnight.
    Moments without a zone of their own are in ``where``."""
    pieces = _pieces(layout, kind)
    if isinstance(pieces, Fault):
        return pieces
    used: set[str] = set()
    pattern = ""
    for piece in pieces:
        reader = _READ.get(piece, re.escape(piece))
        names = set(re.findall(r"\?P<(\w)>", reader))
        if names & used or (piece in (*_DATES, *_TIMES) and piece not in _READ):
            return Fault(f"`{layout[:40]}` is no layout for reading", "arguments")
        used |= names
        pattern += reader
    match = re.compile(pattern).fullmatch(text[: 4 * _MAX_LAYOUT])
    if match is None:
        return Fault(f"`{text[:40]}` is not written as `{layout[:40]}`", "date")
    return _read(match.groupdict(), where, text)


def _read(parts: dict[str, str | None], where: tzinfo, text: str) -> datetime | Fault:
    year = int(parts.get("Y") or 1)
    short = parts.get("y")
    if short is not None:
        year = int(short) + (1900 if int(short) >= 69 else 2000)
    hour = int(parts.get("t") or parts.get("h") or 0)
    half = (parts.get("a") or "").lower()
    if half and not 1 <= hour <= 12:
        return Fault(f"`{text[:40]}` is no time", "time")
    if half:
        hour = hour % 12 + (12 if half == "pm" else 0)
    micro = int((parts.get("f") or parts.get("e") or "0").ljust(6, "0")[:6])
    zone = parts.get("z")
    if zone is not None and zone != "Z":
        minutes = int(zone[1:3]) * 60 + int(zone[4:6])
        if minutes >= 24 * 60:
            return Fault(f"`{text[:40]}` is no date", "date")
        where = timezone(timedelta(minutes=-minutes if zone[0] == "-" else minutes))
    elif zone == "Z":
        where = UTC
    try:
        return datetime(
            year, int(parts.get("M") or 1), int(parts.get("D") or 1), hour, int(parts.get("m") or 0),
            int(parts.get("s") or 0), micro, where,
        )  # fmt: skip
    except ValueError:
        return Fault(f"`{text[:40]}` is no date", "date")


_DIRECTIVE = re.compile(r"%([-0^#_]?)([0-9]{0,2})(:?[A-Za-z%+])")


def strftime_format(value: date | time, layout: str, locale: str) -> str | Fault:
    """A date, time or moment by the directives of ``strftime``, those of Ruby included (``%-d``, ``%^B``)."""
    if len(layout) > _MAX_LAYOUT:
        return Fault("the layout is too long", "arguments")
    moment = _moment(value)
    return _DIRECTIVE.sub(lambda found: _directive(moment, found, locale), layout)


def _moment(value: date | time) -> datetime:
    if isinstance(value, datetime):
        return value
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day)
    return datetime.combine(date(1900, 1, 1), value)


_COMPOSED = {
    "D": "%m/%d/%y", "F": "%Y-%m-%d", "T": "%H:%M:%S", "X": "%H:%M:%S", "R": "%H:%M", "r": "%I:%M:%S %p",
    "x": "%m/%d/%y", "c": "%a %b %e %H:%M:%S %Y", "v": "%e-%^b-%Y",
}  # fmt: skip


def _directive(value: datetime, found: re.Match[str], locale: str) -> str:
    flag, width, letter = found.groups()
    if letter in _COMPOSED:
        return _DIRECTIVE.sub(lambda inner: _directive(value, inner, locale), _COMPOSED[letter])
    text = _strf(value, letter, locale)
    if text is None:
        return found.group()
    if flag == "-":
        text = text.lstrip("0 ") or "0"
    elif flag in ("^", "#") and flag:
        text = text.upper()
    elif flag == "_":
        text = (text.lstrip("0") or "0").rjust(len(text))
    return text.rjust(int(width), "0" if text.isdigit() else " ") if width else text


def _strf(value: datetime, letter: str, locale: str) -> str | None:
    half = value.hour % 12 or 12
    day = value.timetuple().tm_yday
    known: dict[str, str] = {
        "Y": f"{value.year:04}", "C": f"{value.year // 100:02}", "y": f"{value.year % 100:02}",
        "m": f"{value.month:02}", "B": month_name(value.month, locale), "b": month_name(value.month, locale, True),
        "h": month_name(value.month, locale, True), "d": f"{value.day:02}", "e": f"{value.day:2}", "j": f"{day:03}",
        "H": f"{value.hour:02}", "k": f"{value.hour:2}", "I": f"{half:02}", "l": f"{half:2}",
        "M": f"{value.minute:02}", "S": f"{value.second:02}", "L": f"{value.microsecond // 1000:03}",
        "f": f"{value.microsecond:06}", "N": f"{value.microsecond:06}000", "p": "PM" if value.hour > 11 else "AM",
        "P": "pm" if value.hour > 11 else "am", "A": day_name(value.weekday(), locale),
        "a": day_name(value.weekday(), locale, True), "u": str(value.isoweekday()), "w": str(value.isoweekday() % 7),
        "G": f"{value.isocalendar().year:04}", "V": f"{value.isocalendar().week:02}",
        "U": f"{(day + 6 - (value.weekday() + 1) % 7) // 7:02}", "W": f"{(day + 6 - value.weekday()) // 7:02}",
        "z": _offset(value, ""), ":z": _offset(value, ":"), "Z": value.tzname() or "UTC", "n": "\n", "t": "\t",
        "%": "%",
    }  # fmt: skip
    if letter == "s":
        return str(int(value.timestamp())) if value.tzinfo else None
    return known.get(letter)


_JAVA = re.compile(r"'(?:[^']|'')*'|([A-Za-z])\1*|[^A-Za-z']+|'")


def java_format(value: date | time, layout: str, locale: str) -> str | Fault:
    """A date, time or moment by a pattern of Unicode's (``EEEE, d MMMM yyyy HH:mm``)."""
    if len(layout) > _MAX_LAYOUT:
        return Fault("the layout is too long", "arguments")
    moment = _moment(value)
    pieces: list[str] = []
    for match in _JAVA.finditer(layout):
        piece = match.group()
        if piece.startswith("'"):
            pieces.append(piece[1:-1].replace("''", "'") or "'")
        elif match.group(1):
            text = _java(moment, piece[0], len(piece), locale)
            if text is None:
                return Fault(f"`{layout[:40]}` is no layout: `{piece[0]}` means nothing", "arguments")
            pieces.append(text)
        else:
            pieces.append(piece)
    return "".join(pieces)


def _java(value: datetime, letter: str, size: int, locale: str) -> str | None:
    if letter in "yu":
        return f"{value.year % 100:02}" if size == 2 else f"{value.year:0{size}}"
    if letter in "ML":
        return month_name(value.month, locale, size == 3) if size > 2 else f"{value.month:0{size}}"
    if letter == "E":
        return day_name(value.weekday(), locale, size < 4)
    if letter in "XxZ":
        text = _offset(value, ":" if size == 3 or size > 4 else "")
        return "Z" if letter == "X" and text.replace(":", "") == "+0000" else text
    if letter == "S":
        return f"{value.microsecond:06}".ljust(size, "0")[:size]
    numbers = {
        "d": value.day, "H": value.hour, "k": value.hour or 24, "h": value.hour % 12 or 12, "K": value.hour % 12,
        "m": value.minute, "s": value.second, "D": value.timetuple().tm_yday, "w": value.isocalendar().week,
        "e": value.isoweekday(),
    }  # fmt: skip
    if letter in numbers:
        return f"{numbers[letter]:0{size}}"
    if letter == "a":
        return half_day(value.hour, locale)
    return (value.tzname() or "UTC") if letter in "zV" else None
