"""How people type a word: without its case, its accents and the marks that phones leave out."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from bascule.ir.project import Entry, EntryKind, Flow
from bascule.passes.rules import CheckContext
from bascule.source import Place

__all__ = ["Keyword", "fold", "keywords", "same_case", "words_of"]

_TATWEEL = "\u0640"
# Marks that are left out without making another word. Vowel signs of Hindi and the like are letters: they stay.
_LATIN_MARKS = range(0x0300, 0x0370)
_ARABIC_MARKS = (*range(0x064B, 0x0656), 0x0670)
_KEPT_BASES = "\u0438"
"""``й`` is a letter of its own, ``ё`` is written ``е`` by most people."""


def same_case(text: str) -> str:
    """The text without case and outer or double blanks; accents stay."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def fold(text: str) -> str:
    """The text without case, accents, Arabic vowel marks and tatweel: `ARRÊT` and `arret`, `إيقاف` and `ايقاف`."""
    kept: list[str] = []
    for char in unicodedata.normalize("NFKD", same_case(text)):
        if char == _TATWEEL or ord(char) in _ARABIC_MARKS:
            continue
        if ord(char) in _LATIN_MARKS and not (kept and kept[-1] in _KEPT_BASES):
            continue
        kept.append(char)
    return unicodedata.normalize("NFC", "".join(kept))


def words_of(text: str) -> tuple[str, ...]:
    """The words of a folded text without the punctuation round them."""
    bare = (
        "".join(char if char.isalnum() or unicodedata.category(char)[0] == "M" else " " for char in word)
        for word in text.split()
    )
    return tuple(word for part in bare for word in part.split())


@dataclass(frozen=True, slots=True)
class Keyword:
    """One keyword of one entry. ``locale`` is the language it is listened for."""

    word: str
    locale: str
    entry: Entry
    flow: Flow

    @property
    def place(self) -> Place:
        """Where the entry stands."""
        return self.entry.at or self.flow.at or Place("")


def keywords(context: CheckContext) -> Iterator[Keyword]:
    """All keywords that start a flow whatever else holds, in the project's order."""
    for flow in context.project.flows:
        for entry in flow.entries:
            if entry.kind is not EntryKind.KEYWORD or entry.condition is not None:
                continue
            for locale, words in entry.keywords:
                for word in words:
                    if word.strip():
                        yield Keyword(word, locale or flow.locale or context.project.locale, entry, flow)
