"""Cut texts into words, and find the things that people write in messages: numbers, e-mail addresses."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from decimal import Decimal

from bascule.simulator.evaluation.scope import Environment
from bascule.simulator.evaluation.values import number

__all__ = ["fields", "find_email", "find_numbers", "words"]

_ZEROS = "٠۰०০੦૦୦௦౦೦൦๐໐၀០０߀"


def words(text: str) -> list[str]:
    """The words: runs of letters, digits, combining marks, ``_`` and ``'``; a symbol such as an emoji is a word."""
    found: list[str] = []
    start = -1
    for at, char in enumerate(text):
        kind = "L" if char in "_'" else unicodedata.category(char)[0]
        if kind in "LNM":
            start = at if start < 0 else start
            continue
        if start >= 0:
            found.append(text[start:at])
            start = -1
        if kind == "S":
            found.append(char)
    if start >= 0:
        found.append(text[start:])
    return found


def fields(text: str, delimiters: str) -> list[str]:
    """The parts between any of the characters, empty ones left out."""
    separators = frozenset(delimiters)
    found: list[str] = []
    start = 0
    for at, char in enumerate(text):
        if char in separators:
            if at > start:
                found.append(text[start:at])
            start = at + 1
    if start < len(text):
        found.append(text[start:])
    return found


def _digit(char: str) -> str:
    """A digit of any script as one of ours; ``""`` for what is none."""
    if "0" <= char <= "9":
        return char
    if ord(char) < 0x660:
        return ""
    for zero in _ZEROS:
        if 0 <= ord(char) - ord(zero) < 10:
            return chr(48 + ord(char) - ord(zero))
    return ""


def find_numbers(text: str, environment: Environment) -> Iterator[Decimal]:
    """The numbers that a text holds, in order: a sign, digits of any script with grouping symbols, a fraction."""
    group, point = environment.digit_grouping_symbol, environment.decimal_symbol
    at = 0
    while at < len(text):
        if not _digit(text[at]) and not (text[at] == point and _begins_fraction(text, at)):
            at += 1
            continue
        start = at
        spelled = ""
        while at < len(text) and (_digit(text[at]) or (text[at] == group and group)):
            spelled += _digit(text[at])
            at += 1
        if at + 1 < len(text) and text[at] == point and _digit(text[at + 1]):
            spelled += "."
            at += 1
            while at < len(text) and _digit(text[at]):
                spelled += _digit(text[at])
                at += 1
        sign = text[start - 1] if start else ""
        value = number(("-" if sign == "-" else "") + spelled) if len(spelled) <= 100 else None
        if isinstance(value, Decimal):
            yield value


def _begins_fraction(text: str, at: int) -> bool:
    """Whether ``.5`` begins here: no word character may stand right before the point."""
    return bool(
        at + 1 < len(text) and _digit(text[at + 1]) and (at == 0 or not (text[at - 1].isalnum() or text[at - 1] == "_"))
    )


def find_email(text: str) -> str | None:
    """The first e-mail address in a text. Linear."""
    at = 0
    while (sign := text.find("@", at)) >= 0:
        start = sign
        while start > at and (_named(text[start - 1]) or text[start - 1] in "-_.+$~"):
            start -= 1
        while start < sign and not _named(text[start]):
            start += 1
        end = sign + 1
        while end < len(text) and (_named(text[end]) or text[end] in "-_."):
            end += 1
        domain = _domain(text[sign + 1 : end])
        if start < sign and domain:
            return text[start : sign + 1] + domain
        at = sign + 1
    return None


def _domain(text: str) -> str:
    """The longest beginning that is a domain with a dot in it; each label starts with a letter or a digit."""
    labels: list[str] = []
    for label in text.split("."):
        if not label or not _named(label[0]):
            break
        labels.append(label)
    return ".".join(labels) if len(labels) > 1 else ""


def _named(char: str) -> bool:
    return unicodedata.category(char)[0] in "LN"
