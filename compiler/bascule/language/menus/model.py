"""What a menu is, and the keys it is answered with."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from bascule.language.words import CHOOSE, FUNCTION_WORDS, NUMBERS, REPLY, YES_NO

__all__ = ["KEYCAPS", "Menu", "MenuItem", "guess_languages", "key_value", "spellings_of"]


@dataclass(frozen=True, slots=True)
class MenuItem:
    """One option. ``key`` is what the customer types, as the text spells it; ``title`` what it means (the key
    itself where the text says no more); ``start`` and ``end`` the option's range, marker included;
    ``spellings`` the other ways people type the key."""

    key: str
    title: str
    start: int
    end: int
    spellings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Menu:
    """Options of a text and their range (half-open, in characters). ``cue`` says what made it a menu."""

    items: tuple[MenuItem, ...]
    start: int
    end: int
    cue: str = ""


KEYCAPS = r"(?:[0-9#*]\ufe0f?\u20e3|\U0001f51f|[\u2460-\u2468\u2776-\u277e\u2780-\u2788])"
"""Digits in boxes and circles."""

_SCRIPTS = (("DEVANAGARI", "hi"), ("ARABIC", "ar"), ("HEBREW", "he"), ("CYRILLIC", "ru"))


def key_value(key: str) -> int | None:
    """The number a key stands for (``A`` is 1), or None for a word. ``*`` and ``#`` are None too."""
    if not key:
        return None
    if key[0] == "\U0001f51f":
        return 10
    bare = key.rstrip("\ufe0f\u20e3")
    if len(bare) == 1 and "\u2460" <= bare <= "\u2788":
        return int(unicodedata.numeric(bare, 0)) or None
    if bare.isdecimal():
        return int(bare)
    if len(bare) == 1 and bare.isascii() and bare.isalpha():
        return ord(bare.upper()) - ord("A") + 1
    return None


def spellings_of(key: str, languages: tuple[str, ...]) -> tuple[str, ...]:
    """Ways to type a key: the digit with its signs, the digit of the other script, the number's name."""
    value = key_value(key)
    if value is None or not key[0].isdecimal():
        if len(key) == 1 and key.isalpha():
            forms = [key, key.lower() if key.isupper() else key.upper(), f"{key}.", f"{key})"]
            return tuple(dict.fromkeys(forms))
        return (key,)
    forms = [key, *(f"{key}{sign}" for sign in ".)-")]
    if not key.isascii():
        forms.append(str(value))
    for language in languages:
        names = NUMBERS.get(language, "").split()
        if value < len(names):
            forms.append(names[value])
    return tuple(dict.fromkeys(forms))


_WORD = re.compile(r"[^\W\d_]+")


def guess_languages(text: str) -> tuple[str, ...]:
    """The language a text seems to be in, by script and frequent small words; several when they tie."""
    for char in text:
        if not char.isascii() and char.isalpha():
            name = unicodedata.name(char, "")
            for script, language in _SCRIPTS:
                if name.startswith(script):
                    if language == "ru" and any(letter in "іїєґ" for letter in text.lower()):
                        return ("uk",)
                    return (language,)
    words = _WORD.findall(text.casefold())
    scores = {language: sum(table.get(word, 0) for word in words) for language, table in _WEIGHTS.items()}
    best = max(scores.values(), default=0)
    if not best:
        return ()
    return tuple(language for language, score in scores.items() if score == best)[:2]


def _weights(language: str) -> dict[str, int]:
    table = dict.fromkeys(FUNCTION_WORDS[language].split(), 1)
    table |= dict.fromkeys((word for word in CHOOSE.get(language, ()) if " " not in word), 2)
    table |= {word: 2 for side in YES_NO.get(language, ()) for word in side.split() if len(word) > 1}
    return table | dict.fromkeys((verb for verb in REPLY.get(language, ()) if " " not in verb), 3)


_WEIGHTS = {language: _weights(language) for language in FUNCTION_WORDS}
