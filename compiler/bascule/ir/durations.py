"""Lengths of time as people write them: ``90s``, ``2h``, ``1d12h``, ``500ms``, and ISO 8601 ``PT2H``.

Arithmetic is exact (fractions), so every float survives printing and reading.
"""

from __future__ import annotations

import math
import re
from fractions import Fraction

__all__ = ["DURATION_EXAMPLES", "UNKNOWN", "DurationError", "parse_duration", "print_duration"]

DURATION_EXAMPLES = "`90s`, `15min`, `2h`, `1d12h` or `PT2H`"
"""For messages: the spellings to show to somebody who wrote something else."""

FOREVER = "forever"
UNKNOWN = "unknown"
"""What a length that is no number prints as; it does not read back as a length."""

_UNITS: tuple[tuple[str, int], ...] = (("d", 86_400), ("h", 3_600), ("min", 60))
_SECONDS = {
    "w": Fraction(604_800),
    "d": Fraction(86_400),
    "j": Fraction(86_400),
    "h": Fraction(3_600),
    "m": Fraction(60),
    "min": Fraction(60),
    "mn": Fraction(60),
    "s": Fraction(1),
    "sec": Fraction(1),
    "ms": Fraction(1, 1_000),
}
_NUMBER = r"[0-9]{1,400}(?:[.,][0-9]{1,400})?"
_PART = re.compile(rf"({_NUMBER}) ?([a-zé]{{1,12}}) ?")
_ISO = re.compile(
    rf"P(?:({_NUMBER})Y)?(?:({_NUMBER})M)?(?:({_NUMBER})W)?(?:({_NUMBER})D)?"
    rf"(?:T(?:({_NUMBER})H)?(?:({_NUMBER})M)?(?:({_NUMBER})S)?)?"
)
_ISO_SECONDS = (None, None, 604_800, 86_400, 3_600, 60, 1)


class DurationError(ValueError):
    """The text is no duration; the message says why, for the person who wrote it."""


def parse_duration(text: str) -> float:
    """Read a duration; return seconds (negative with a leading ``-``, infinite for ``forever``).

    Units are ``w d h min s ms`` (also ``m`` for minutes, ``j`` for *jours*), in any order but each
    once; ISO 8601 durations (https://www.iso.org/iso-8601-date-and-time-format.html) without years
    and months. Raises :class:`DurationError`.
    """
    body = text.strip()
    sign = 1
    if body[:1] in ("-", "+"):
        sign = -1 if body[0] == "-" else 1
        body = body[1:]
    if body == FOREVER:
        return sign * math.inf
    if not body:
        raise DurationError("it is empty")
    total = _iso(body) if body[0] in "Pp" else _parts(body)
    try:
        return sign * float(total)
    except OverflowError:
        raise DurationError("it is too long") from None


def _fraction(number: str) -> Fraction:
    return Fraction(number.replace(",", "."))


def _parts(body: str) -> Fraction:
    if re.fullmatch(_NUMBER, body):
        raise DurationError(f"it has no unit: write `{body}s` for seconds or `{body}min` for minutes")
    total = Fraction(0)
    seen: set[Fraction] = set()
    at = 0
    while at < len(body):
        part = _PART.match(body, at)
        if part is None:
            raise DurationError(f"`{body[at : at + 20]}` is not a number with a unit")
        unit = _SECONDS.get(part.group(2))
        if unit is None:
            raise DurationError(f"`{part.group(2)}` is no unit: the units are w, d, h, min, s and ms")
        if unit in seen:
            raise DurationError(f"the unit `{part.group(2)}` stands twice")
        seen.add(unit)
        total += _fraction(part.group(1)) * unit
        at = part.end()
    return total


def _iso(body: str) -> Fraction:
    match = _ISO.fullmatch(body.upper())
    if match is None or not any(match.groups()) or body[-1] in "Tt":
        raise DurationError("it is no ISO 8601 duration")
    total = Fraction(0)
    for number, seconds in zip(match.groups(), _ISO_SECONDS, strict=True):
        if number is None:
            continue
        if seconds is None:
            raise DurationError("years and months have no fixed length: write days")
        total += _fraction(number) * seconds
    return total


def print_duration(seconds: float) -> str:
    """Print seconds with the largest units first: ``1d12h``, ``1min30s``, ``500ms``; zero is ``0s``.

    ``parse_duration(print_duration(x)) == x`` for every float but NaN, which prints as ``unknown``.
    """
    if math.isnan(seconds):
        return UNKNOWN
    sign = "-" if seconds < 0 else ""
    if math.isinf(seconds):
        return sign + FOREVER
    rest = abs(Fraction(repr(seconds)))
    parts: list[str] = []
    for unit, size in _UNITS:
        count, rest = divmod(rest, size)
        if count:
            parts.append(f"{count}{unit}")
    if rest.denominator != 1 and (rest * 1000).denominator == 1 and rest < 1:
        parts.append(f"{rest * 1000}ms")
    elif rest or not parts:
        parts.append(f"{_decimal(rest)}s")
    return sign + "".join(parts)


def _decimal(value: Fraction) -> str:
    """A fraction with a power of ten below the line, without an exponent."""
    whole, rest = divmod(value, 1)
    digits: list[str] = []
    while rest:
        digit, rest = divmod(rest * 10, 1)
        digits.append(str(digit))
    return f"{whole}.{''.join(digits)}" if digits else str(whole)
