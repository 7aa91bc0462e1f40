"""Whether a known answer passes a case, as the engine decides it; None where only a run can tell.

Tests: https://docs.nyaruka.com/goflow/expressions.html. Words are runs of letters, marks, digits, underscores and
apostrophes; any other sign (an emoji) is a word of its own.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence

__all__ = ["answers_of", "passes", "words_of"]

_NUMBER = re.compile(r"-?\d+(?:[.,]\d+)?")
_EMAIL = re.compile(r"[\w.+-]{1,100}@[\w-]{1,100}\.[\w.-]{1,100}")


def words_of(text: str) -> list[str]:
    """The words of a text, case-folded."""
    words: list[str] = []
    run: list[str] = []
    for char in text.casefold():
        kind = unicodedata.category(char)
        if kind[0] in "LNM" or char in "_'":
            if kind == "Mn" and not run and words:
                # The mark after an emoji (a keycap, a variation sign) belongs to it.
                continue
            run.append(char)
            continue
        if run:
            words.append("".join(run))
            run = []
        if kind[0] == "S":
            words.append(char)
    if run:
        words.append("".join(run))
    return words


def _number(text: str) -> float | None:
    plain = "".join(str(unicodedata.decimal(char)) if char.isdecimal() else char for char in text)
    found = _NUMBER.search(plain)
    return float(found.group().replace(",", ".")) if found and len(found.group()) < 40 else None


def _phrase(text: str, wanted: str) -> bool:
    words, phrase = words_of(text), words_of(wanted)
    if not phrase:
        return True
    return any(words[at : at + len(phrase)] == phrase for at in range(len(words) - len(phrase) + 1))


def _compare(holds: Callable[[float, float], bool]) -> Callable[[str, Sequence[str]], bool | None]:
    def test(text: str, arguments: Sequence[str]) -> bool | None:
        number, bound = _number(text), _exact(arguments[0])
        if bound is None:
            return None
        return number is not None and holds(number, bound)

    return test


def _exact(text: str) -> float | None:
    text = text.strip()
    return float(text) if re.fullmatch(r"-?\d{1,15}(?:\.\d{1,15})?", text) else None


def _between(text: str, arguments: Sequence[str]) -> bool | None:
    low, high, number = _exact(arguments[0]), _exact(arguments[1]), _number(text)
    if low is None or high is None:
        return None
    return number is not None and low <= number <= high


_TESTS: dict[str, tuple[int, Callable[[str, Sequence[str]], bool | None]]] = {
    "has_text": (0, lambda text, _: bool(text.strip())),
    "has_value": (0, lambda text, _: bool(text)),
    "has_number": (0, lambda text, _: _number(text) is not None),
    "has_email": (0, lambda text, _: bool(_EMAIL.search(text))),
    "has_any_word": (1, lambda text, args: bool(set(words_of(text)) & set(words_of(args[0])))),
    "has_all_words": (1, lambda text, args: set(words_of(args[0])) <= set(words_of(text))),
    "has_phrase": (1, lambda text, args: _phrase(text, args[0])),
    "has_only_phrase": (1, lambda text, args: words_of(text) == words_of(args[0])),
    "has_only_text": (1, lambda text, args: text == args[0]),
    "has_beginning": (1, lambda text, args: text.strip().casefold().startswith(args[0].strip().casefold())),
    "has_number_eq": (1, _compare(lambda number, bound: number == bound)),
    "has_number_lt": (1, _compare(lambda number, bound: number < bound)),
    "has_number_lte": (1, _compare(lambda number, bound: number <= bound)),
    "has_number_gt": (1, _compare(lambda number, bound: number > bound)),
    "has_number_gte": (1, _compare(lambda number, bound: number >= bound)),
    "has_number_between": (2, _between),
}


def passes(test: str, text: str, arguments: Sequence[str]) -> bool | None:
    """Whether ``text`` passes the test; None when an argument is an expression, or the test needs more than the
    text."""
    known = _TESTS.get(test)
    if known is None or any("@" in argument for argument in arguments):
        return None
    count, check = known
    return check(text, arguments) if len(arguments) >= count else None


def answers_of(test: str, arguments: Sequence[str]) -> tuple[str, ...]:
    """The words that a test is written for, one per alternative, as they are spelled; empty when it names none."""
    if not arguments or any("@" in argument for argument in arguments):
        return ()
    text = arguments[0].strip()
    if test == "has_any_word":
        return tuple(dict.fromkeys(word.strip(".,;:!?") for word in text.split() if word.strip(".,;:!?")))
    if test in ("has_only_phrase", "has_only_text", "has_phrase", "has_beginning", "has_all_words", "has_number_eq"):
        return (text,) if text else ()
    return ()
