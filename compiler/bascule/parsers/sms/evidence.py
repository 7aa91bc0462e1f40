"""What a value looks like: a message, a word, or a code (number, link, date, identifier)."""

from __future__ import annotations

import enum
import re
import unicodedata
from collections.abc import Iterable

__all__ = ["Look", "is_sentence", "look_of", "placeholder_share", "sentence_share", "text_share"]


class Look(enum.Enum):
    """``TEXT`` is something a person would be sent; ``WORD`` might be; ``CODE`` is not."""

    EMPTY = "empty"
    CODE = "code"
    WORD = "word"
    TEXT = "text"


_CODES = re.compile(
    r"""(?:
      (?:https?|ftp|mailto|tel|sms|file|data)://?\S*          # a link and nothing else
    | www\.\S+
    | [\w.+-]+@[\w-]+(?:\.[\w-]+)+                            # an address
    | [+(]?[\d][\d\s().+/:,_-]*                               # a number, date, time or phone number
    | \d{4}-\d\d-\d\d[T ]\d\d:\d\d.*                          # a timestamp
    | [\da-fA-F]{8}-(?:[\da-fA-F]{4}-){3}[\da-fA-F]{12}       # a UUID
    | \#?[\da-fA-F]{6,8}                                      # a colour or hash
    | [vV]?\d+(?:\.\d+)+[\w.+-]*                              # a version
    | true|false|null|none|yes|no|on|off
    | \.{0,2}/[\w./-]+ | [A-Za-z]:\\\S+ | [\w.-]+/[\w./-]+    # a path
    | [\w-]+\.[A-Za-z]{2,4}                                   # a file name
    | [a-z]{2}[_-][A-Z]{2}                                    # a locale
    | [A-Za-z]+[_:.\d-][\w:.-]*                               # an identifier
    | [a-z]+[A-Z]\w*
    | [\W\d_]+
    )""",
    re.VERBOSE,
)
_HOLE = re.compile(
    r"\{[^{}\n]{0,60}\}|%%?[^\s%]{1,40}%|\[[^\[\]\n]{1,40}\]|<%|\$\{?[A-Za-z]\w*|#\w+#|\*\||\(\(|%[sd@]|@\w"
)
_WORD = re.compile(r"[^\W\d_]+")
_MARKUP = re.compile(r"</?[a-zA-Z][^<>\n]{0,200}>|[{};]\s*$|=>|function\b|\bvar\b|\bconst\b", re.MULTILINE)


def look_of(value: str) -> Look:
    """What a value looks like. Cheap: reads the first 2,000 characters."""
    text = value[:2000].strip()
    if not text:
        return Look.EMPTY
    if any(char >= "\u2600" and unicodedata.category(char) == "So" for char in text[:50]):
        return Look.TEXT  # an emoji: somebody is meant to see it
    if _CODES.fullmatch(text[:300]) and (len(text) < 300 or " " not in text[:300]):
        return Look.CODE
    if text[0] in "{[" and text[-1] in "}]" and ('":' in text or '", "' in text):
        return Look.CODE
    words = _WORD.findall(text)
    if _HOLE.search(text) and words:
        return Look.TEXT
    if len(words) > 1 or (words and not text.isascii() and len(text) > 5):
        return Look.TEXT
    return Look.WORD if words else Look.CODE


def is_sentence(value: str) -> bool:
    """Whether a value reads like a message rather than a label: several words, or a placeholder among words."""
    if look_of(value) is not Look.TEXT:
        return False
    words = _WORD.findall(value[:2000])
    unspaced = any("\u3040" <= char <= "\u9fff" or "\u0e00" <= char <= "\u0eff" for char in value[:200])
    return len(words) > 3 or bool(_HOLE.search(value[:2000])) or (unspaced and len(value) > 7)


def _share(values: Iterable[str], test: Look | None) -> float:
    total = hits = 0
    for value in values:
        look = look_of(value)
        if look is Look.EMPTY:
            continue
        total += 1
        hits += is_sentence(value) if test is None else look is test
    return hits / total if total else 0.0


def text_share(values: Iterable[str]) -> float:
    """Share of the non-empty values that look like a message or a label (0 when there are none)."""
    return _share(values, Look.TEXT)


def sentence_share(values: Iterable[str]) -> float:
    """Share of the non-empty values that read like a message (0 when there are none)."""
    return _share(values, None)


def placeholder_share(values: Iterable[str]) -> float:
    """Share of the values with something like a placeholder."""
    listed = list(values)
    return sum(_HOLE.search(value[:2000]) is not None for value in listed) / len(listed) if listed else 0.0


def looks_like_code(value: str) -> bool:
    """Whether a value is markup or program text rather than a message."""
    return len(_MARKUP.findall(value[:2000])) > 2
