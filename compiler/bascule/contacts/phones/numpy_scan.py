"""From cells to digits with numpy alone: a matrix of bytes, one class per byte, the digits moved together.

Decides less than :mod:`bascule.contacts.phones.scan` (labels and exponents are left to the tail) and nothing otherwise.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Bools = NDArray[np.bool_]

__all__ = ["MAX_DIGITS", "Scanned", "scan"]

MAX_BYTES = 40
MAX_DIGITS = 24
"""Longer cells, and cells of more digits, are undecided."""

_PLUS, _PUNCTUATION, _SOFT, _OTHER = 10, 11, 12, 13
_BLANK, _APOSTROPHE = 32, 39


def _classes() -> NDArray[np.uint8]:
    table = np.full(256, _OTHER, np.uint8)
    table[48:58] = np.arange(10)
    for characters, kind in (("+", _PLUS), (" -.()", _PUNCTUATION), ("/[]", _SOFT)):
        for character in characters:
            table[ord(character)] = kind
    return table


_CLASSES = _classes()
_TRANSLATED = {
    **dict.fromkeys((0xA0, 0x3000), " "),
    **dict.fromkeys((0xAD, 0x200B, *range(0x2010, 0x2016), 0x2060, 0x2212, 0xFF0D, 0xFF0E), "-"),
    **dict.fromkeys((0xFF08, 0xFF09), "-"),
    **dict.fromkeys((0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A), 0xFEFF)),
    **{zero + digit: str(digit) for zero in (0x0660, 0x06F0, 0xFF10) for digit in range(10)},
    0xFF0B: "+",
    0xFF0F: "/",
}
_SEPARATOR = "\x00"


@dataclass(frozen=True, slots=True)
class Scanned:
    """``digits[i, :count[i]]`` of each row; ``known`` marks rows that were understood. ``soft`` rows may hold more than
    one number, ``empty`` ones hold nothing."""

    digits: NDArray[np.uint8]
    count: Ints
    plus: Bools
    soft: Bools
    empty: Bools
    known: Bools


def scan(data: NDArray[np.uint8], starts: Ints, stops: Ints, single: bool = False) -> Scanned:
    """Scan the cells ``data[starts[i]:stops[i]]``. Wide characters are translated first, for all rows at once.

    With ``single`` the texts are repaired already.
    """
    scanned = _scan_ascii(data, starts, stops, single)
    wide = np.flatnonzero(~scanned.known & ((stops - starts) < 3 * MAX_BYTES))
    if wide.size:
        cells = [bytes(data[starts[row] : stops[row]]) for row in wide.tolist()]
        wide = wide[[not cell.isascii() and _SEPARATOR.encode() not in cell for cell in cells]]
    if wide.size:
        again = _scan_ascii(*_translated(data, starts[wide], stops[wide]), single)
        for name in ("digits", "count", "plus", "soft", "empty", "known"):
            getattr(scanned, name)[wide] = getattr(again, name)
        # What was only made of invisible marks is left to the tail.
        scanned.known[wide[again.empty]] = False
    return scanned


def _trimmed(data: NDArray[np.uint8], starts: Ints, stops: Ints) -> tuple[Ints, Ints, Bools]:
    """The cells without outer blanks; the flags mark those that still have some."""
    starts, stops = starts.copy(), stops.copy()
    for _ in range(MAX_BYTES):
        before = (starts < stops) & (data[np.minimum(starts, len(data) - 1)] == _BLANK)
        behind = (starts + before < stops) & (data[stops - 1] == _BLANK)
        if not before.any() and not behind.any():
            return starts, stops, before
        starts += before
        stops -= behind
    return starts, stops, before | behind


def _translated(data: NDArray[np.uint8], starts: Ints, stops: Ints) -> tuple[NDArray[np.uint8], Ints, Ints]:
    cells = [bytes(data[start:stop]) for start, stop in zip(starts.tolist(), stops.tolist(), strict=True)]
    text = _SEPARATOR.encode().join(cells).decode("utf-8", "replace").translate(_TRANSLATED)
    encoded = [cell.encode() for cell in text.split(_SEPARATOR)]
    ends = np.cumsum([len(cell) for cell in encoded], dtype=np.int64)
    return np.frombuffer(b"".join(encoded) or b" ", np.uint8), np.concatenate(([0], ends[:-1])), ends


def _scan_ascii(data: NDArray[np.uint8], starts: Ints, stops: Ints, single: bool) -> Scanned:
    rows = len(starts)
    starts, stops, left = _trimmed(data, starts, stops)
    if not single:
        quoted = (starts < stops) & (data[np.minimum(starts, len(data) - 1)] == _APOSTROPHE)
        if quoted.any():
            starts, stops, again = _trimmed(data, starts + quoted, stops)
            left |= again
    sizes = stops - starts
    columns = np.arange(MAX_BYTES)
    inside = columns < sizes[:, None]
    where = np.minimum(starts[:, None] + columns, len(data) - 1)
    kinds = np.where(inside, _CLASSES[data[where]], _PUNCTUATION).astype(np.uint8)
    is_digit = kinds < _PLUS
    is_plus = kinds == _PLUS
    count = is_digit.sum(axis=1, dtype=np.int64)
    known = (sizes <= MAX_BYTES) & ~(kinds > _SOFT).any(axis=1) & ~left

    pluses = is_plus.sum(axis=1, dtype=np.int64)
    first_plus = is_plus.argmax(axis=1)
    last_plus = MAX_BYTES - 1 - is_plus[:, ::-1].argmax(axis=1)
    first_digit = is_digit.argmax(axis=1)
    known &= (pluses == 0) | ((last_plus - first_plus == pluses - 1) & (last_plus < first_digit))

    parting = (kinds == _PUNCTUATION) & inside
    soft = (parting[:, 1:] & parting[:, :-1]).any(axis=1) | (kinds == _SOFT).any(axis=1)
    signs = (parting | (kinds == _SOFT)).sum(axis=1)
    lost = _decimals(data, starts, stops, first_digit, pluses, count, signs) * (not single)
    known &= (count <= MAX_DIGITS) & (lost >= 0)

    digits = np.zeros((rows, MAX_DIGITS), np.uint8)
    row, column = np.nonzero(is_digit & known[:, None])
    firsts = np.cumsum(np.where(known, count, 0)) - np.where(known, count, 0)
    digits[row, np.arange(len(row)) - firsts[row]] = kinds[row, column]
    empty = sizes == 0
    return Scanned(digits, count - np.maximum(lost, 0), pluses > 0, soft, empty, known)


def _decimals(
    data: NDArray[np.uint8], starts: Ints, stops: Ints, first_digit: Ints, pluses: Ints, count: Ints, signs: Ints
) -> Ints:
    """How many zeros behind a decimal point are to be dropped from the digits; -1 where that is not clear."""
    last = [data[np.clip(stops - back, 0, len(data) - 1)] for back in (1, 2, 3)]
    long_enough = stops - starts >= 3
    one = long_enough & (last[0] == 48) & (last[1] == 46)
    two = long_enough & (last[0] == 48) & (last[1] == 48) & (last[2] == 46)
    zeros = np.where(one, 1, np.where(two, 2, 0))
    before = count - zeros
    # The point and at most one plus are the only signs: `612345678.0`, but not `06.12.34.56.00`.
    plain = (zeros > 0) & (first_digit == pluses) & (pluses <= 1) & (signs == 1)
    # `-+612345678.0`: a part of the cell may be such a number.
    unclear = (zeros > 0) & ~plain & (signs <= 2)
    fits = plain & (before >= 7) & (before <= 15)
    return np.where(unclear, -1, np.where(fits, zeros, 0)).astype(np.int64)
