"""Dates and times of other programs as the store has them (ISO 8601 UTC, seconds). What is not understood is unknown.

Texts of RFC 2822, ISO 8601, seconds or milliseconds since 1970, and what people's spreadsheets write. Whether
``03/04/2026`` is in March or April is decided once per file, by the dates in it that have only one reading.
"""

from __future__ import annotations

import enum
import re
import unicodedata
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo

from bascule.contacts.clock import instant

__all__ = ["Moments", "Order", "evidence", "zone_of"]

_FIRST, _LAST = 1990, 2100
"""Years outside these are no dates of messages or contacts but other numbers."""

_ISO = re.compile(
    r"(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d)?)(?:[.,]\d{1,9})?)?\s?(Z|UTC|GMT|[+-]\d\d:?\d\d)?", re.I
)
_RFC = re.compile(
    r"(?:[A-Za-z]{3},\s+)?(\d{1,2})\s+([A-Za-z]{3})\s+(\d{4})\s+(\d\d):(\d\d)(?::(\d\d))?\s*([+-]\d{4}|UTC?|GMT|Z)?"
)
_EPOCH = re.compile(r"(\d{9,10})(\d{3})?(\d{3})?(?:[.,]\d{1,6})?")
_TIME = (
    r"(?:[,T]?\s*(?:um\s+|à\s+|at\s+|в\s+)?(\d{1,2})[:hH.](\d\d)(?:[:.](\d\d)(?:[.,]\d{1,9})?)?"
    r"\s*([aApP])?\.?\s*(?:[mM]\.?)?)?"
)
_ZONE = r"\s*(?:\(?(Z|UTC|GMT|[+-]\d\d:?\d\d)\)?)?"
_NUMERIC = re.compile(rf"(\d{{1,4}})([./-])(\d{{1,2}})\2(\d{{2,4}}){_TIME}{_ZONE}")
_WORDS = re.compile(
    rf"(?:[^\W\d_]+\.?,?\s+)?(?:(\d{{1,2}})(?:er|st|nd|rd|th|\.|º)?\s*(?:de\s+)?((?:[^\W\d_]|[\u0900-\u097f]){{3,12}})|((?:[^\W\d_]|[\u0900-\u097f]){{3,12}})\.?\s+(\d{{1,2}})"
    rf"(?:st|nd|rd|th)?)\.?,?\s*(?:de\s+)?(\d{{4}})(?:\s*г\.?)?{_TIME}{_ZONE}"
)
_MONTHS: dict[str, int] = {}
for _number, _names in enumerate(
    (
        "jan january janvier janv enero ene janeiro januar gennaio gen январь января янв يناير जनवरी",
        "feb february fevrier fevr fev febrero fevereiro februar febbraio февраль февраля фев فبراير फरवरी",
        "mar march mars marzo marco marz maerz mrz март марта мар مارس मार्च",
        "apr april avril avr abril abr aprile апрель апреля апр أبريل ابريل अप्रैल",
        "may mai mayo maio maggio mag май мая مايو मई",
        "jun june juin junio junho juni giugno giu июнь июня июн يونيو जून",
        "jul july juillet juil julio julho juli luglio lug июль июля июл يوليو जुलाई",
        "aug august aout agosto ago август августа авг أغسطس اغسطس अगस्त",
        "sep sept september septembre septiembre setembro set settembre сентябрь сентября сен سبتمبر सितंबर",
        "oct october octobre octubre outubro out oktober okt ottobre ott октябрь октября окт أكتوبر اكتوبر अक्टूबर",
        "nov november novembre noviembre novembro ноябрь ноября ноя نوفمبر नवंबर",
        "dec december decembre diciembre dic dezembro dez dezember dicembre декабрь декабря дек ديسمبر दिसंबर",
    ),
    1,
):
    _MONTHS.update(dict.fromkeys(_names.split(), _number))


class Order(enum.StrEnum):
    """Which comes first in ``03/04/2026``."""

    DAY = "day-first"
    MONTH = "month-first"
    UNKNOWN = "unknown"
    """No date of the file says; then such dates are unknown."""


def evidence(texts: Iterable[str]) -> tuple[Order, bool]:
    """What the dates themselves say, and whether any of them needs an answer.

    A file whose dates contradict each other has no order: ``UNKNOWN``.
    """
    days = months = needed = False
    for text in texts:
        match = _NUMERIC.fullmatch(_ascii(text.strip()))
        if match is None or len(match.group(1)) > 2 or match.group(2) == ".":
            continue
        first, second = int(match.group(1)), int(match.group(3))
        needed = True
        days = days or (12 < first <= 31 and second <= 12)
        months = months or (12 < second <= 31 and first <= 12)
        if days and months:
            break
    if days == months:
        return Order.UNKNOWN, needed
    return (Order.DAY if days else Order.MONTH), needed


def _ascii(text: str) -> str:
    """With the decimal digits of all scripts as ASCII, without bidirectional marks."""
    if text.isascii():
        return text
    return "".join(
        str(unicodedata.decimal(character)) if character.isdecimal() else character
        for character in text
        if character not in "\u200e\u200f\u202f\u00a0"
    )


def zone_of(name: str) -> tzinfo:
    """The time zone. UTC needs no table of zones, which Windows has none of. Raises KeyError, ValueError, OSError."""
    if name == "UTC":
        return UTC
    from zoneinfo import ZoneInfo

    return ZoneInfo(name)


class Moments:
    """Reads the moments of one file. ``zone`` is that of times which name none; ``form`` a strptime format that is
    tried first."""

    def __init__(self, order: Order = Order.UNKNOWN, zone: tzinfo = UTC, form: str = "") -> None:
        self.order = order
        self.zone = zone
        self.form = form

    def read(self, text: str) -> str | None:
        """The moment, or None where the text is none that is understood."""
        text = text.strip()
        if not text or len(text) > 60:
            return None
        try:
            if len(text) == 20 and text[19] == "Z" and text[10] == "T" and not self.form:
                # The store's own form: nothing to change.
                return text if _FIRST <= datetime.fromisoformat(text).year <= _LAST else None
            found = self._read(_ascii(text))
            return None if found is None or not _FIRST <= found.year <= _LAST else instant(found)
        except (ValueError, OverflowError):
            return None

    def _read(self, text: str) -> datetime | None:
        if self.form:
            try:
                return self._zoned(datetime.strptime(text, self.form))
            except ValueError:
                pass
        match = _ISO.fullmatch(text)
        if match:
            day, time, zone = match.groups()
            return self._with(datetime.fromisoformat(f"{day}T{time or '00:00'}"), zone)
        match = _RFC.fullmatch(text)
        if match and match.group(2).lower() in _MONTHS:
            days, month, year, hour, minute, second, zone = match.groups()
            return self._with(
                datetime(int(year), _MONTHS[month.lower()], int(days), int(hour), int(minute), int(second or 0)), zone
            )
        match = _EPOCH.fullmatch(text)
        if match:
            return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=int(match.group(1)))
        match = _NUMERIC.fullmatch(text)
        if match:
            return self._numeric(match)
        match = _WORDS.fullmatch(text)
        if match:
            return self._words(match)
        return None

    def _numeric(self, match: re.Match[str]) -> datetime | None:
        first, mark, second, third, *time = match.groups()
        if len(first) == 4:
            day = date(int(first), int(second), int(third))
        else:
            one, two = int(first), int(second)
            year = int(third) + (2000 if len(third) == 2 else 0)
            # Nobody writes the month first with dots.
            if one > 12 or (two <= 12 and (self.order is Order.DAY or one == two or mark == ".")):
                day = date(year, two, one)
            elif two > 12 or self.order is Order.MONTH:
                day = date(year, one, two)
            else:
                return None
        return self._timed(day, time)

    def _words(self, match: re.Match[str]) -> datetime | None:
        day, month, other_month, other_day, year, *time = match.groups()
        name = unicodedata.normalize("NFKD", (month or other_month).casefold())
        bare = "".join(character for character in name if not unicodedata.combining(character))
        number = _MONTHS.get(bare) or _MONTHS.get((month or other_month).casefold())
        return self._timed(date(int(year), number, int(day or other_day)), time) if number else None

    def _timed(self, day: date, time: list[str | None]) -> datetime:
        hour, minute, second, half, zone = time
        hours = int(hour or 0)
        if half:
            hours = hours % 12 + (12 if half in "pP" else 0)
        return self._with(datetime(day.year, day.month, day.day, hours, int(minute or 0), int(second or 0)), zone)

    def _with(self, moment: datetime, zone: str | None) -> datetime:
        if not zone:
            return self._zoned(moment)
        if zone[0] not in "+-":
            return moment.replace(tzinfo=UTC)
        digits = zone[1:].replace(":", "")
        offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
        return moment.replace(tzinfo=timezone(-offset if zone[0] == "-" else offset))

    def _zoned(self, moment: datetime) -> datetime:
        return moment if moment.tzinfo else moment.replace(tzinfo=self.zone)
