"""Lengths of time and waits as people write them in cells: ``24h``, ``2 jours``, ``1h30``, ``00:30``, ``attendre une
réponse``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

from bascule.ir.durations import DurationError, parse_duration
from bascule.language.locale_names import plain_name
from bascule.parsers.table.columns import UNITS
from bascule.parsers.table.phrases import has_phrase, strip_phrase

__all__ = ["Wait", "length_of_time", "read_wait"]

_LONGEST = 80
_CLOCK = re.compile(r"(\d{1,3}):(\d{2})(?::(\d{2}))?")
_LETTER = r"(?:[^\W\d_]|[\u0300-\u036f\u064b-\u065f\u0900-\u0963])"
_PART = re.compile(rf"(\d{{1,9}}(?:[.,]\d{{1,6}})?)\s*({_LETTER}{{1,12}})\.?(?=[\s\d,]|$)")
_TAIL = re.compile(r"\d{1,2}")
_ALONE = re.compile(r"\d{1,9}(?:[.,]\d{1,6})?")
_JOIN = re.compile(r"\s*(?:,|\bet\b|\band\b|\by\b|\be\b|\bи\b|\bund\b|و|और)?\s*")
_SECONDS = {"s": 1, "min": 60, "h": 3600, "d": 86_400, "w": 604_800}
_SMALLER = {"h": 60, "min": 1}
_ONES = frozenset(plain_name(word) for word in "un une a an one uno una um uma один одна одну एक ein eine".split())  # noqa: SIM905
_WHOLE = {
    plain_name(word): seconds
    for word, seconds in {
        "ساعة": 3600, "ساعتين": 7200, "يوم": 86_400, "يومين": 172_800, "أسبوع": 604_800, "أسبوعين": 1_209_600,
        "دقيقة": 60, "دقيقتين": 120, "сутки": 86_400, "час": 3600, "день": 86_400, "полчаса": 1800,
        "demi-heure": 1800, "une demi-heure": 1800, "half an hour": 1800, "media hora": 1800, "meia hora": 1800,
        "quinzaine": 1_209_600, "une quinzaine": 1_209_600,
    }.items()
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Wait:
    """What a waiting cell says: a length in ``seconds`` (None where it cannot be told), that a ``reply`` is awaited,
    or both. ``problem`` says what could not be read."""

    seconds: float | None = None
    reply: bool = False
    problem: str = ""


def length_of_time(text: str, unit: str = "") -> float | None:
    """Seconds of a length of time, or None when the text is none. A bare number needs a ``unit``; ``00:30`` is hours
    and minutes."""
    body = text.strip().strip(".")
    if not body or len(body) > _LONGEST:
        return None
    clock = _CLOCK.fullmatch(body)
    if clock is not None:
        hours, minutes, rest = (int(part or 0) for part in clock.groups())
        return float(hours * 3600 + minutes * 60 + rest)
    if _ALONE.fullmatch(body):
        return float(Fraction(_ascii(body)) * _SECONDS[unit]) if unit in _SECONDS else None
    if plain_name(body) in _WHOLE:
        return float(_WHOLE[plain_name(body)])
    first, _, word = body.partition(" ")
    if plain_name(first) in _ONES and plain_name(word) in UNITS:
        return float(_SECONDS[UNITS[plain_name(word)]])
    found = _parts(body)
    if found is not None:
        return found
    try:
        seconds = parse_duration(body)
    except DurationError:
        return None
    return seconds if 0 <= seconds < float("inf") else None


def _ascii(number: str) -> str:
    return "".join(str(int(char)) if char.isdigit() else "." for char in number)


def _parts(body: str) -> float | None:
    """``2 jours``, ``1h30``, ``1 heure et 30 minutes``: numbers with units, one after the other."""
    total = Fraction(0)
    seen: set[str] = set()
    at = 0
    last = ""
    while at < len(body):
        part = _PART.match(body, at)
        if part is None:
            tail = _TAIL.fullmatch(body, at)
            if tail is None or last not in _SMALLER:
                return None
            return float(total + Fraction(_ascii(tail.group())) * _SMALLER[last])
        unit = UNITS.get(plain_name(part.group(2)))
        if unit is None:
            # `1h30`: the unit's letters end where a digit follows.
            return None
        if unit in seen:
            return None
        seen.add(unit)
        last = unit
        total += Fraction(_ascii(part.group(1))) * _SECONDS[unit]
        joined = _JOIN.match(body, part.end())
        at = joined.end() if joined else part.end()
    return float(total) if seen else None


def read_wait(text: str, unit: str = "") -> Wait:
    """Read a waiting cell (without its target). Never raises."""
    body = text.strip()
    if has_phrase(body, "reply"):
        return Wait(reply=True)
    reply = False
    for _ in range(3):
        awaited = strip_phrase(body, "reply") or strip_phrase(body, "timeout")
        cut = awaited or strip_phrase(body, "after")
        if not cut:
            break
        reply = reply or bool(awaited)
        body = body[cut:].lstrip(" :,-–")
    seconds = length_of_time(body, unit)
    if seconds is not None:
        return Wait(seconds, reply)
    # `24h sans réponse`, `2 jours d'attente`: the length stands first.
    words = body.split()
    for count in range(min(len(words) - 1, 5), 0, -1):
        head, tail = " ".join(words[:count]), " ".join(words[count:])
        seconds = length_of_time(head, unit)
        if seconds is not None:
            if has_phrase(tail, "timeout") or has_phrase(tail, "reply"):
                return Wait(seconds, True)
            if len(tail) <= 20 and plain_name(tail) in _AFTER:
                return Wait(seconds, reply)
    if _ALONE.fullmatch(body):
        return Wait(None, reply, "the number has no unit")
    return Wait(None, reply, "it is no length of time")


_AFTER = frozenset(
    plain_name(word)
    for word in (
        "d'attente", "attente", "après", "later", "after", "plus tard", "max", "maximum", "de espera", "después",
        "depois", "спустя", "बाद", "के बाद", "wait", "delay", "de délai",
    )
)  # fmt: skip
