"""Fold text for word matching, keeping the way back to the original offsets.

Case, accents, Arabic vowel signs, typographic apostrophes and hyphens differ from one author to
the next and never change what a message is about; the folded form has none of them.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

__all__ = ["HOLE_MARK", "Folded", "fold", "fold_text", "is_word", "split_name"]

HOLE_MARK = "<>"
"""How a placeholder stands in folded text: its name is evidence of its own, not a word of the text."""

_HOLE = re.compile(r"\{[^{}\n]{0,120}\}")
_MAPPED = {
    "œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "đ": "d", "ı": "i",
    "ى": "ي", "ی": "ي", "ة": "ه", "ک": "ك", "\u0640": "", "\u0901": "\u0902",
}  # fmt: skip
_HYPHENS = "-\u2010\u2011\u2012\u2013\u2014\u2212"
_APOSTROPHES = "'\u2018\u2019\u02bc`\u00b4"
_NUKTA = "\u093c"


@dataclass(frozen=True, slots=True)
class Folded:
    """Folded text; ``starts[i]`` and ``ends[i]`` are the original offsets of folded character ``i``."""

    text: str
    starts: tuple[int, ...]
    ends: tuple[int, ...]

    def original(self, start: int, end: int) -> tuple[int, int]:
        """The original span of the folded span ``[start, end)``, which must not be empty."""
        return self.starts[start], self.ends[end - 1]


def _indic(char: str) -> bool:
    # Vowel signs and the virama of the Indic scripts are combining marks, yet they are letters of the word.
    return "\u0900" <= char <= "\u0dff"


def is_word(char: str) -> bool:
    """True for a character that continues a word."""
    return char.isalnum() or char == "_" or (_indic(char) and char not in "\u0964\u0965")


@lru_cache(maxsize=4096)
def _fold_char(char: str) -> str:
    if char in _HYPHENS:
        return "-"
    if char in _APOSTROPHES or char.isspace():
        return " "
    folded = []
    for part in unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", char).casefold()):
        part = _MAPPED.get(part, part)
        if not part:
            continue
        category = unicodedata.category(part[0])
        if category == "Cf" or (category == "Mn" and (not _indic(part) or part == _NUKTA)):
            continue
        if part.isspace():
            part = " "
        elif part.isdecimal():
            part = str(unicodedata.decimal(part))
        folded.append(part)
    return "".join(folded)


def fold(text: str) -> str:
    """The folded form of a word or phrase, blanks collapsed; a hole is not special here."""
    return " ".join("".join(map(_fold_char, text)).split())


def fold_text(text: str) -> tuple[Folded, tuple[tuple[str, int, int], ...]]:
    """Fold a message whose holes are written ``{name}``: the folded text, and each hole (name, start, end)."""
    parts: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    holes: list[tuple[str, int, int]] = []

    def put(folded: str, start: int, end: int) -> None:
        if folded == " " and parts and parts[-1] == " ":
            ends[-1] = end
            return
        for char in folded:
            parts.append(char)
            starts.append(start)
            ends.append(end)

    def run(start: int, end: int) -> None:
        for at in range(start, end):
            folded = _fold_char(text[at])
            if folded:
                put(folded, at, at + 1)
            elif ends and unicodedata.category(text[at]) == "Mn":
                ends[-1] = at + 1  # a combining mark belongs to the letter before it

    done = 0
    for match in _HOLE.finditer(text):
        run(done, match.start())
        holes.append((match[0][1:-1], match.start(), match.end()))
        put(HOLE_MARK, match.start(), match.end())
        done = match.end()
    run(done, len(text))
    return Folded("".join(parts), tuple(starts), tuple(ends)), tuple(holes)


_CAMEL = re.compile(r"(?<=[^\W\d_])(?=[A-Z][a-z])|(?<=[a-z])(?=[A-Z])")


def split_name(name: str, keep: Callable[[str], bool] | None = None) -> tuple[str, ...]:
    """The folded words of an identifier: ``contact.firstName`` is ``contact``, ``first``, ``name``.

    Digits are dropped unless ``keep`` wants the word as it stands (``2fa``).
    """
    words: list[str] = []
    run: list[str] = []
    folded = fold(_CAMEL.sub(" ", name[:200]))
    for char in f"{folded} ":
        if char != "_" and is_word(char):
            run.append(char)
            continue
        word = "".join(run)
        run = []
        if word and not (keep and keep(word)):
            word = word.strip("0123456789")
        if word:
            words.append(word)
    return tuple(words)
