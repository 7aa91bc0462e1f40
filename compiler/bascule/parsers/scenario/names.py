"""Ids derived from titles and from nodes, and the nearest known word for a wrong one."""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Collection, Iterable

__all__ = ["Ids", "nearest", "slug"]

_HABITS = {
    "action": "type",
    "answer": "then",
    "answers": "choices",
    "api": "http",
    "attendre": "wait",
    "body": "text",
    "buttons": "choices",
    "choix": "choices",
    "condition": "when",
    "default": "else",
    "delay": "wait",
    "dire": "say",
    "entities": "entities",
    "fallback": "else",
    "goto": "then",
    "if": "when",
    "input": "ask",
    "keywords": "keyword",
    "label": "title",
    "lang": "locale",
    "language": "locale",
    "message": "say",
    "messages": "nodes",
    "name": "title",
    "next": "then",
    "options": "choices",
    "otherwise": "else",
    "question": "ask",
    "quick_replies": "choices",
    "request": "http",
    "response": "say",
    "sleep": "wait",
    "states": "nodes",
    "steps": "nodes",
    "switch": "case",
    "text": "say",
    "to": "then",
    "transition": "then",
    "transitions": "edges",
    "triggers": "entries",
    "variable": "into",
    "vars": "variables",
    "webhook": "http",
}
"""Words of other tools (and of French) for ours."""

_LONGEST = 40


def nearest(word: str, known: Collection[str]) -> str | None:
    """The known word that was probably meant, or None."""
    habit = _HABITS.get(word.casefold())
    if habit in known:
        return habit
    match = difflib.get_close_matches(word.casefold()[:_LONGEST], sorted(known), n=1, cutoff=0.6)
    return match[0] if match else None


def slug(title: str) -> str:
    """A readable id from a title: small letters and digits of any script, Latin accents removed, ``_`` between."""
    decomposed = unicodedata.normalize("NFKD", title)
    plain = "".join(char for char in decomposed if not "\u0300" <= char <= "\u036f")
    words: list[str] = [""]
    for char in unicodedata.normalize("NFC", plain).lower():
        if unicodedata.category(char)[0] in "LMN":
            words[-1] += char
        elif words[-1]:
            words.append("")
    return "_".join(word for word in words if word)[:_LONGEST].rstrip("_")


class Ids:
    """Ids of one scope. Derived ones keep clear of those written anywhere in it; amortised constant time."""

    def __init__(self, written: Iterable[str] = ()) -> None:
        self._written = frozenset(written)
        self._used: set[str] = set()
        self._numbers: dict[str, int] = {}

    def use(self, id: str) -> bool:
        """Take a written id; False when it was taken before."""
        fresh = id not in self._used
        self._used.add(id)
        return fresh

    def derive(self, title: str) -> str:
        """Take a free id made from a title: its slug, with the first free number when that is taken."""
        base = slug(title) or "choice"
        number = self._numbers.get(base, 1)
        name = base if number == 1 else f"{base}_{number}"
        while name in self._written or name in self._used:
            number += 1
            name = f"{base}_{number}"
        self._numbers[base] = number
        self._used.add(name)
        return name
