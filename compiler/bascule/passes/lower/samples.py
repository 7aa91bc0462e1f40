"""Example values for template variables, such as a reviewer accepts and a reader understands.

Meta refuses a template whose variables have no example, and judges the text with the examples filled in:
https://developers.facebook.com/documentation/business-messaging/whatsapp/templates/components
A value is chosen by the variable's name, its declared type and the words around it, written as the locale
writes it, and never changes: no clock, no chance. What people would type in (full card numbers, bank
accounts) is never shown in full, which the review page asks for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache, lru_cache
from typing import Any

from bascule.passes.lower.folding import fold, fold_text, split_name
from bascule.passes.lower.lexicon import load_data

__all__ = ["Sample", "sample_for"]

_NEAR = 60  # characters of context that are read on each side
_FIRST_DAY = date(2026, 3, 12)
_DAYS_APART, _DAYS = 9, 2700
_FIRST_MINUTE, _MINUTES_APART, _OPENS, _OPEN = 390, 75, 8 * 60, 12 * 60  # 14:30, within 8:00 to 20:00
_STEP = 7  # between the numbers of two variables; coprime to ten, so that patterns repeat late


@dataclass(frozen=True, slots=True)
class Sample:
    """``value`` to show, and the rule that chose it: ``name: heure``, ``type: date``, ``text before``,
    ``text after`` or ``fallback``."""

    value: str
    how: str


def sample_for(
    name: str,
    *,
    type: str = "",
    locale: str = "",
    before: str = "",
    after: str = "",
    max_length: int | None = None,
    index: int = 0,
    company: str = "",
) -> Sample:
    """A value for the variable ``name`` (dotted paths welcome).

    ``type`` is the declared type in any spelling, ``locale`` a WhatsApp or BCP 47 code, ``before`` and ``after`` the
    text beside the hole (other holes as ``{name}`` or an ellipsis). ``index`` tells variables of one text apart:
    the same arguments give the same value, another index another value. The value is one line, not empty, and at
    most ``max_length`` characters long (less than one is read as one). ``company`` is the real name of the company,
    shown where the variable stands for it and has room.
    """
    left = fold_text(before[-_NEAR:].replace("…", "{}"))[0].text
    right = fold_text(after[:_NEAR].replace("…", "{}"))[0].text
    kind, how = _choose(name, fold(type), _locale(locale), left, right)
    if kind == "company" and company and (max_length is None or len(company) <= max_length):
        return Sample(company, f"{how} (settings)")
    return Sample(_fit(kind, _locale(locale), max(index, 0), max_length), how)


def _choose(name: str, declared: str, locale: str, before: str, after: str) -> tuple[str, str]:
    """The kind of value, and how it was found: name, declared type, text around, soft name, type, fallback."""
    data = load_data("samples_names")
    kind, words = _kind_of_name(name, locale.split("_")[0])
    typed = data["types"].get(declared)
    if typed and kind not in typed["family"]:
        kind, how = typed["kind"], f"type: {declared}"
    else:
        how = f"name: {words}"
    if kind and kind not in data["soft"]:
        for rule in _around()["format"]:
            if kind in rule.kinds and rule.matches(before, after):
                return rule.kind, how
        return (_numeric(kind), how) if declared in data["numeric"] else (kind, how)
    takes = data["soft_takes"].get(kind)  # None: any kind
    for rule in (*(rule for rule in _around()["format"] if kind in rule.kinds), *_around()["rules"]):
        if (takes is None or rule.kind in takes) and rule.matches(before, after):
            return rule.kind, rule.how
    if kind == "minutes" or (kind and declared not in data["numeric"]):
        return kind, how
    if declared in data["numeric"]:
        return "number", f"type: {declared}"
    if declared in data["alphanumeric"]:
        return "reference", f"type: {declared}"
    return "fallback", "fallback"


def _numeric(kind: str) -> str:
    """The kind that writes the same thing with digits only, for a variable declared as a number."""
    digits = {"amount": "amount_digits", "percent": "percent_digits", "duration": "minutes", "phone": "phone_digits"}
    if kind in digits:
        return digits[kind]
    if kind in ("date", "time", "datetime", "year", "otp"):
        return kind
    values = _pick(load_data("samples_values").get(kind, {}), "")
    return kind if isinstance(values, list) and all(re.fullmatch(r"#+", value) for value in values) else "number"


# -- names ---------------------------------------------------------------------------------------------------


@cache
def _phrases() -> tuple[Mapping[tuple[str, ...], tuple[tuple[str, str, int], ...]], frozenset[str]]:
    """Each known phrase (sorted words) with its (language, kind, rank), and every word of a phrase."""
    table: dict[tuple[str, ...], list[tuple[str, str, int]]] = {}
    for rank, (kind, entries) in enumerate(load_data("samples_names")["kinds"].items()):
        for entry in entries:
            phrase, _, language = entry.partition("@")
            table.setdefault(tuple(sorted(fold(phrase).split())), []).append((language, kind, rank))
    return {key: tuple(value) for key, value in table.items()}, frozenset(word for key in table for word in key)


@lru_cache(maxsize=1024)
def _kind_of_name(name: str, language: str) -> tuple[str, str]:
    """The kind a name speaks of and the words that say so, or two empty strings.

    The last segment of a path is asked first; a soft word there (``order.id``) asks the segments before it too.
    """
    soft = load_data("samples_names")["soft"]
    segments = [words for part in re.split(r"[.\[\]/|:>]+", name[-200:]) if (words := _words(part))]
    found = ("", "")
    for count in range(1, min(len(segments), 4) + 1):
        match = _match([word for segment in segments[-count:] for word in segment], language)
        if match[0] and match[0] not in soft:
            return match
        found = found if found[0] else match
    return found


def _words(part: str) -> list[str]:
    """The words of one segment, run-together ones split, words that only say where a value is kept left out."""
    known, ignored = _phrases()[1], load_data("samples_names")["ignored"]
    words: list[str] = []
    for word in split_name(part, keep=known.__contains__):
        words.extend(_split_known(word))
    return [word for word in words if word not in ignored] or words[:1]


def _split_known(word: str) -> tuple[str, ...]:
    table, known = _phrases()
    if word in known:
        return (word,)
    if word.endswith("s") and word[:-1] in known:
        return (word[:-1],)
    for cut in range(len(word) - 3, 2, -1):
        if (word[:cut],) in table and (word[cut:],) in table:
            return (word[:cut], word[cut:])
    return (word,)


def _match(words: Sequence[str], language: str) -> tuple[str, str]:
    best: tuple[int, int] = (0, 0)
    found = ("", "")
    present = set(words)
    for phrase, uses in _phrases()[0].items():
        if len(phrase) < best[0] or not present.issuperset(phrase):
            continue
        for only, kind, rank in uses:
            if only in ("", language) and (len(phrase), -rank) > best:
                best = (len(phrase), -rank)
                found = (kind, " ".join(word for word in words if word in phrase))
    return found


# -- the text around -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Rule:
    kind: str
    kinds: tuple[str, ...]
    before: re.Pattern[str] | None
    after: re.Pattern[str] | None

    def matches(self, before: str, after: str) -> bool:
        return (self.before is None or self.before.search(before) is not None) and (
            self.after is None or self.after.search(after) is not None
        )

    @property
    def how(self) -> str:
        return "text before" if self.before is not None else "text after"


@cache
def _around() -> Mapping[str, tuple[_Rule, ...]]:
    def pattern(source: str | None) -> re.Pattern[str] | None:
        # Letters are folded as the text is; ASCII, which holds the syntax of the pattern, is folded already.
        return re.compile("".join(fold(c) or c if c > "\x7f" else c for c in source)) if source else None

    return {
        name: tuple(
            _Rule(rule["kind"], tuple(rule.get("kinds", ())), pattern(rule.get("before")), pattern(rule.get("after")))
            for rule in rules
        )
        for name, rules in load_data("samples_around").items()
    }


# -- values --------------------------------------------------------------------------------------------------


def _locale(code: str) -> str:
    language, *rest = re.split(r"[-_]", code.strip()) if code else [""]
    return "_".join((language.lower(), *(part.upper() for part in rest[-1:])))


def _pick(table: Mapping[str, Any], locale: str) -> Any:
    """The entry of the locale, of its language, or of everybody."""
    for key in (locale, locale.split("_")[0], ""):
        if key in table:
            return table[key]
    return None


def _fit(kind: str, locale: str, index: int, max_length: int | None) -> str:
    if max_length is None:
        return _value(kind, locale, index)
    room = max(max_length, 1)
    candidates = [_value(kind, locale, index + offset) for offset in range(10)]
    whole = next((value for value in candidates if len(value) <= room), "")
    return whole or candidates[0][:room].strip() or str(index % 10)


def _value(kind: str, locale: str, index: int) -> str:
    formats = load_data("samples_formats")
    if kind in ("date", "birth_date"):
        return _date(_day(index, born=kind == "birth_date"), _pick(formats["date"], locale))
    if kind == "datetime":
        return f"{_date(_day(index), _pick(formats['date'], locale))} {_time(index, _pick(formats['time'], locale))}"
    if kind == "time":
        return _time(index, _pick(formats["time"], locale))
    if kind in ("hour_digits", "minute_digits"):
        return _time(index, "HH" if kind == "hour_digits" else "MM")
    if kind in ("amount", "amount_digits"):
        return _amount(index, locale, kind == "amount_digits")
    entry = load_data("samples_values")[kind]
    if "as" in entry:
        return _value(entry["as"], locale, index)
    if "join" in entry:
        return " ".join(_value(part, locale, index) for part in entry["join"])
    return _nth(_pick(entry, locale), index, int(entry.get("seed", 0)), int(entry.get("step", _STEP)))


def _nth(values: Sequence[str], index: int, seed: int, step: int) -> str:
    value, again = values[index % len(values)], index // len(values)
    width = value.count("#")
    if not width:
        return f"{value} {again + 1}" if again else value
    if len(values) > 1:
        return value
    number = seed + index * step
    digits = str(number % 10**width if width > 1 else number).zfill(width)
    filler = _digits(digits, width)
    return "".join(next(filler) if char == "#" else char for char in value)


def _digits(digits: str, width: int) -> Iterator[str]:
    """One text per place; what a number has beyond its places goes into the first."""
    yield digits[: len(digits) - width + 1]
    yield from digits[len(digits) - width + 1 :]


def _day(index: int, born: bool = False) -> date:
    day = _FIRST_DAY + timedelta(days=index * _DAYS_APART % _DAYS)
    return day.replace(year=day.year - 36, day=min(day.day, 28)) if born else day


def _date(day: date, form: str) -> str:
    return form.replace("yyyy", f"{day.year:04}").replace("mm", f"{day.month:02}").replace("dd", f"{day.day:02}")


def _time(index: int, form: str) -> str:
    minute = _OPENS + (_FIRST_MINUTE + index * _MINUTES_APART) % _OPEN
    hour, rest = divmod(minute, 60)
    text = form.replace("HH", f"{hour:02}").replace("MM", f"{rest:02}").replace("h", str((hour - 1) % 12 + 1))
    return text.replace("ap", "AM" if hour < 12 else "PM")


def _amount(index: int, locale: str, digits_only: bool) -> str:
    formats = load_data("samples_formats")
    money, (point, group) = _pick(formats["money"], locale), _pick(formats["number"], locale)
    values = money["values"]
    number = float(values[index % len(values)]) + index // len(values)
    plain = f"{number:,.{int(money['decimals'])}f}"
    text = plain.replace(",", "\0").replace(".", point).replace("\0", group)
    return text if digits_only else str(money["form"]).replace("{n}", text)
