"""Whether a number may have passed to somebody else: what its rows call its owner, and how long it was silent."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

__all__ = ["LONG_GAP", "NAME_CONFLICT", "Naming", "doubt_of", "names_agree"]

LONG_GAP = "long_gap"
NAME_CONFLICT = "name_conflict"
_SHORTENED = 3
_REMEMBERED = 1 << 15


@dataclass(frozen=True, slots=True)
class Naming:
    """A name that rows of a number give its owner, and between which moments (None: no row of it has a date)."""

    name: str
    first: str | None
    last: str | None


@lru_cache(_REMEMBERED)
def _words(name: str) -> tuple[str, ...]:
    """The words of a name without accents and case; single letters are left out where there are longer words."""
    plain = "".join(
        char
        for char in unicodedata.normalize("NFKD", name).casefold()
        if unicodedata.category(char) not in ("Mn", "Cf") and char != "\u0640"
    )
    words = "".join(char if unicodedata.category(char)[0] in "LMN" else " " for char in plain).split()
    return tuple(word for word in words if len(word) > 1) or tuple(words)


def _scripts(words: Iterable[str]) -> set[str]:
    """``LATIN``, ``ARABIC`` ...: the first word of the Unicode name of each letter."""
    return {
        unicodedata.name(char, "?").split(" ", 1)[0]
        for word in words
        for char in word
        if unicodedata.category(char)[0] == "L"
    }


def names_agree(left: str, right: str) -> bool:
    """Whether two names can be one person's: they share a word, one word is the beginning of another (three letters or
    more), they differ in blanks alone, or they are in different scripts, in which case nothing can be said. Only names
    that have nothing in common disagree."""
    one, other = _words(left), _words(right)
    if not one or not other or set(one) & set(other) or "".join(one) == "".join(other):
        return True
    if not _scripts(one) & _scripts(other):
        return True
    return any(a.startswith(b) or b.startswith(a) for a in one for b in other if min(len(a), len(b)) >= _SHORTENED)


def doubt_of(names: Sequence[Naming], gap: tuple[str, str] | None) -> str | None:
    """Why a number may have a new owner: ``name_conflict``, ``long_gap`` or both, joined by a comma; None if nothing
    says so.

    ``gap`` is the longest silence, if it was too long: the moments before and after it. The same name before and
    after says that the owner is the same.
    """
    reasons = []
    if gap is not None:
        before = [item.name for item in names if item.first is None or item.first <= gap[0]]
        after = [item.name for item in names if item.last is not None and item.last >= gap[1]]
        if not any(names_agree(old, new) for old in before for new in after):
            reasons.append(LONG_GAP)
    distinct = sorted({item.name for item in names})
    if any(not names_agree(a, b) for place, a in enumerate(distinct) for b in distinct[place + 1 :]):
        reasons.append(NAME_CONFLICT)
    return ",".join(reasons) or None
