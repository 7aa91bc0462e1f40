"""A block of delimited text cut into records. The bytes stay where they are: records and cells are ranges.

How quotes are read: a cell that starts with ``"`` ends at the next quote that is not doubled; what follows up to the
delimiter belongs to the cell. A quote that nothing answers within :data:`QUOTE_LIMIT` bytes, and one whose answer
stands on another line and is followed by more text, is an ordinary character: else one stray quote would swallow the
file.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Bytes = NDArray[np.uint8]
    Ints = NDArray[np.int64]

__all__ = ["QUOTE_LIMIT", "Cutter", "Endings", "Split"]

QUOTE_LIMIT = 65_536
"""Most bytes of a quoted cell."""


@dataclass(frozen=True, slots=True)
class Split:
    """Records of a block: ``begin[i]:end[i]`` is one without its line end, ``after[i]`` where the next one starts.

    ``width[i]`` counts its cells (0 = a blank line). Cells of the wanted column number ``k`` lie at
    ``first[i, k]:last[i, k]``, inside their quotes where ``quoted[i, k]``; a cell that is not there is empty.
    ``odd[i]`` marks broken quotes. ``consumed`` bytes were cut; the rest is the start of a record.
    """

    begin: Ints
    end: Ints
    after: Ints
    width: Ints
    first: Ints
    last: Ints
    quoted: NDArray[np.bool_]
    odd: NDArray[np.bool_]
    consumed: int

    def __len__(self) -> int:
        return len(self.begin)


@dataclass(frozen=True, slots=True)
class Endings:
    """The cells behind each record, by answer: ``places[place]`` is ``region,type``, ``verdicts[verdict]`` is
    ``status,reason``, ``hows[how]`` the last one. All are bytes with the file's delimiter."""

    delimiter: bytes
    places: tuple[bytes, ...]
    verdicts: tuple[bytes, ...]
    hows: tuple[bytes, ...]


class Cutter(Protocol):
    """Two implementations, one behaviour."""

    def split(self, data: Bytes, delimiter: int, wanted: tuple[int, ...], final: bool) -> Split:
        """Cut a block. ``final``: nothing follows it."""

    def gather(self, data: Bytes, split: Split, column: int) -> tuple[Bytes, NDArray[np.int32]]:
        """The decoded cells of wanted column number ``column``: bytes and offsets."""
