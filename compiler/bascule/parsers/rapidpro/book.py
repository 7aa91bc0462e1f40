"""The constructs of a file, each with the one fate it ends with: the worst that was said of it."""

from __future__ import annotations

from bascule.ir.ledger import Fate, Ledger, LedgerEntry
from bascule.source import Place

__all__ = ["Book"]

_ORDER = {Fate.EXACT: 0, Fate.EMULATED: 1, Fate.DEGRADED: 2, Fate.DROPPED: 3}


class Book:
    """Puts constructs down in reading order and keeps the worst fate of each.

    A place inside a construct speaks for the construct: the fate of ``quick_replies/2`` is a fate of
    ``quick_replies``. What nobody decided is told by :meth:`undecided`.
    """

    def __init__(self) -> None:
        self._entries: dict[str, LedgerEntry] = {}
        self._open: set[str] = set()

    def open(self, construct: str, place: Place) -> None:
        """Put a construct down. Its fate is still open."""
        if place.pointer not in self._entries:
            self._entries[place.pointer] = LedgerEntry(construct, Fate.EXACT, place)
            self._open.add(place.pointer)

    def _of(self, pointer: str) -> str | None:
        """The pointer of the construct at or round a place."""
        while pointer not in self._entries:
            if not pointer:
                return None
            pointer = pointer[: pointer.rfind("/")]
        return pointer

    def _decide(self, place: Place, fate: Fate, reason: str, alternative: str = "", code: str = "") -> None:
        pointer = self._of(place.pointer)
        if pointer is None:
            return
        entry = self._entries[pointer]
        if pointer in self._open:
            self._open.discard(pointer)
        elif _ORDER[fate] <= _ORDER[entry.fate]:
            return
        self._entries[pointer] = LedgerEntry(entry.construct, fate, entry.place, reason, alternative, code)

    def exact(self, place: Place, reason: str = "") -> None:
        """Carried as it is."""
        self._decide(place, Fate.EXACT, reason)

    def emulated(self, place: Place, reason: str, alternative: str = "") -> None:
        """The same effect by other means."""
        self._decide(place, Fate.EMULATED, reason, alternative)

    def degraded(self, place: Place, reason: str, alternative: str, code: str) -> None:
        """The user sees or can do less."""
        self._decide(place, Fate.DEGRADED, reason, alternative, code)

    def dropped(self, place: Place, reason: str, alternative: str, code: str) -> None:
        """Nothing of it is left but its text."""
        self._decide(place, Fate.DROPPED, reason, alternative, code)

    def undecided(self) -> list[LedgerEntry]:
        """Constructs that are still open, in order."""
        return [entry for pointer, entry in self._entries.items() if pointer in self._open]

    def close(self) -> Ledger:
        """The ledger, in the order things were put down."""
        return Ledger(list(self._entries.values()))
