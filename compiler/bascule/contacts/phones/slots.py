"""The answers of a batch as arrays: what evaluators write and columns are made of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from bascule.contacts.phones.vocabulary import How, Reading, Verdict

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["SLOT", "Answers"]

_VERDICTS, _HOWS = tuple(Verdict), tuple(How)

SLOT = 24
"""Bytes of the fixed place that each row's E.164 number is written to; the longest number has 21."""


@dataclass(frozen=True, slots=True)
class Answers:
    """One entry per row: :class:`Verdict`, :class:`How`, place, and the number as ``lengths[i]`` ASCII bytes at
    ``slots[SLOT * i]``. Rows without a number have how, place and length 0."""

    verdicts: NDArray[np.uint8]
    hows: NDArray[np.uint8]
    places: NDArray[np.uint16]
    lengths: NDArray[np.uint8]
    slots: NDArray[np.uint8]

    @classmethod
    def empty(cls, rows: int) -> Answers:
        """All undecided."""
        return cls(
            np.zeros(rows, np.uint8),
            np.zeros(rows, np.uint8),
            np.zeros(rows, np.uint16),
            np.zeros(rows, np.uint8),
            np.empty(rows * SLOT, np.uint8),
        )

    def __len__(self) -> int:
        return len(self.verdicts)

    def put(self, row: int, reading: Reading) -> None:
        """Set one row."""
        self.verdicts[row] = reading.verdict
        self.hows[row] = reading.how
        self.places[row] = reading.place
        self.lengths[row] = len(reading.e164)
        if reading.e164:
            self.slots[row * SLOT : row * SLOT + len(reading.e164)] = np.frombuffer(reading.e164.encode(), np.uint8)

    def all(self) -> list[Reading]:
        """All rows, without further numbers of their cells."""
        text = self.slots.tobytes().decode("latin-1")
        columns = (self.verdicts.tolist(), self.hows.tolist(), self.places.tolist(), self.lengths.tolist())
        return [
            Reading(_VERDICTS[verdict], _HOWS[how], place, text[row * SLOT : row * SLOT + length])
            for row, (verdict, how, place, length) in enumerate(zip(*columns, strict=True))
        ]

    def get(self, row: int) -> Reading:
        """One row, without further numbers of its cell."""
        e164 = self.slots[row * SLOT : row * SLOT + int(self.lengths[row])].tobytes().decode()
        return Reading(Verdict(self.verdicts[row]), How(self.hows[row]), int(self.places[row]), e164)
