"""The loss ledger: what became of every construct of a source."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from bascule.source import Place

__all__ = ["Fate", "Ledger", "LedgerEntry"]


class Fate(enum.Enum):
    """*exact*: same thing; *emulated*: same effect by other means; *degraded*: the user sees less; *dropped*: gone."""

    EXACT = "exact"
    EMULATED = "emulated"
    DEGRADED = "degraded"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """One construct. ``construct`` is the format's own name for it (``widget send-message``, ``column text``).

    ``reason`` and ``alternative`` may be empty only for exact ones. ``code`` is the ``LOS`` (or other)
    finding that reported it, when one did.
    """

    construct: str
    fate: Fate
    place: Place
    reason: str = ""
    alternative: str = ""
    code: str = ""


@dataclass(slots=True)
class Ledger:
    """A growing list of entries with the shortcuts that parsers and passes use."""

    entries: list[LedgerEntry] = field(default_factory=list)

    def exact(self, construct: str, place: Place, reason: str = "") -> None:
        """The construct is carried as it is."""
        self.entries.append(LedgerEntry(construct, Fate.EXACT, place, reason))

    def emulated(self, construct: str, place: Place, reason: str, alternative: str = "") -> None:
        """The same effect by other means."""
        self.entries.append(LedgerEntry(construct, Fate.EMULATED, place, reason, alternative))

    def degraded(self, construct: str, place: Place, reason: str, alternative: str = "", code: str = "") -> None:
        """The user sees or can do less."""
        self.entries.append(LedgerEntry(construct, Fate.DEGRADED, place, reason, alternative, code))

    def dropped(self, construct: str, place: Place, reason: str, alternative: str = "", code: str = "") -> None:
        """Nothing of it is left."""
        self.entries.append(LedgerEntry(construct, Fate.DROPPED, place, reason, alternative, code))

    def extend(self, entries: Iterable[LedgerEntry]) -> None:
        """Add entries of another ledger."""
        self.entries.extend(entries)

    def counts(self) -> dict[str, int]:
        """Entries per fate, all four keys present."""
        result = {fate.value: 0 for fate in Fate}
        for entry in self.entries:
            result[entry.fate.value] += 1
        return result

    def losses(self) -> list[LedgerEntry]:
        """The degraded and dropped entries."""
        return [entry for entry in self.entries if entry.fate in (Fate.DEGRADED, Fate.DROPPED)]

    def __iter__(self) -> Iterator[LedgerEntry]:
        return iter(self.entries)

    def __len__(self) -> int:
        return len(self.entries)
