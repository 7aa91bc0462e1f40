"""From the bytes of a cell to its digits, compiled: the part of reading that needs no numbering plan.

What :mod:`bascule.contacts.phones.cells` and libphonenumber make of a text, for the texts that need no repair, no
splitting and no extension; every other text is undecided.
"""

# Written for numba, which compiles plain comparisons and loops best.
# ruff: noqa: SIM109

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from bascule.contacts.phones.jit import inlined, jitted

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Bytes = NDArray[np.uint8]
else:
    Bytes = Any

__all__ = [
    "HAS_JUNK",
    "HAS_LETTERS",
    "HAS_PLUS",
    "MAX_BYTES",
    "SOFT_MARK",
    "UNDECIDED",
    "scan_exponent",
    "scan_plainly",
    "scan_slowly",
    "trimmed",
    "without_decimals",
]

MAX_BYTES = 64
"""Longer cells are undecided; a scratch array of this size holds all digits of a shorter one."""

PLUS = 10
PUNCTUATION = 11
SOFT = 12
LETTER = 13
OTHER = 14
WIDE = 15


HAS_PLUS = 1
SOFT_MARK = 2
HAS_LETTERS = 4
HAS_JUNK = 8
"""Flags of a scan. ``SOFT_MARK``: the text may hold more than one number. ``HAS_JUNK``: something stands before or
behind the number. Of a cell with either, only a valid reading is final."""

UNDECIDED = -1

_TOGETHER = 1
_APART = 2
"""What the last sign was: one that never parts two numbers, or a blank or dash, which does before another blank."""

_NO_POINT = -1
"""For counting the zeros since a decimal point: there is none."""

_INVISIBLE = 16
_UNKNOWN = 17


def _classes() -> NDArray[np.uint8]:
    """0-9 the digits, then plus, punctuation inside numbers, punctuation that may also part two numbers, letters,
    other ASCII, and bytes above it."""
    table = np.full(256, WIDE, np.uint8)
    for code in range(128):
        character = chr(code)
        if character.isdigit():
            table[code] = code - 48
        elif character == "+":
            table[code] = PLUS
        elif character in " -.()":
            table[code] = PUNCTUATION
        elif character in "/[]":
            table[code] = SOFT
        else:
            table[code] = LETTER if character.isalpha() else OTHER
    return table


CLASSES = _classes()
_I: Any = np.int64


@inlined
def trimmed(data: Bytes, start: int, stop: int) -> tuple[int, int]:
    """The range without outer blanks, as ``str.strip`` sees them in ASCII."""
    while start < stop and (data[start] == 32 or 9 <= data[start] <= 13 or 28 <= data[start] <= 31):
        start += 1
    while stop > start and (data[stop - 1] == 32 or 9 <= data[stop - 1] <= 13 or 28 <= data[stop - 1] <= 31):
        stop -= 1
    return start, stop


@inlined
def without_decimals(data: Bytes, start: int, stop: int) -> int:
    """End of the text without ``.0`` or ``.00`` behind 7 to 15 plain digits."""
    if stop - start < 9 or data[stop - 1] != 48:
        return stop
    point = stop - 2 if data[stop - 2] == 46 else stop - 3
    if data[point] != 46 or (point == stop - 3 and data[stop - 2] != 48):
        return stop
    first = start + 1 if data[start] == 43 else start
    if not 7 <= point - first <= 15:
        return stop
    for index in range(first, point):
        if not 48 <= data[index] <= 57:
            return stop
    return point


@inlined
def scan_plainly(data: Bytes, start: int, stop: int, digits: Bytes) -> tuple[int, int]:
    """Digits of a text of ASCII digits, one plus and punctuation; goes over to :func:`scan_slowly` for others.

    Returns how many digits stand in ``digits`` (or ``UNDECIDED``) and the flags.
    """
    count = 0
    flags = 0
    at = start
    parted = 0
    if at < stop and data[at] == 43:
        flags = HAS_PLUS
        at += 1
    while at < stop:
        kind = CLASSES[data[at]]
        if kind < 10:
            digits[count] = kind
            count += 1
            parted = 0
        elif kind == PUNCTUATION:
            if parted == _APART and data[at] == 32:
                flags |= SOFT_MARK
            parted = _APART if data[at] == 32 or data[at] == 45 else _TOGETHER
        else:
            return scan_slowly(data, start, stop, digits)
        at += 1
    return count, flags


@jitted
def scan_slowly(data: Bytes, start: int, stop: int, digits: Bytes) -> tuple[int, int]:
    """Like :func:`scan_plainly`, for labels, wide digits and signs, invisible marks and trailing junk."""
    count = 0
    flags = 0
    started = False
    parted = 0
    zeros = _NO_POINT
    ended = False
    at = start
    while at < stop:
        kind = _I(CLASSES[data[at]])
        width = 1
        if kind == WIDE:
            kind, width = _wide(data, at, stop)
        if kind < 10:
            digits[count] = kind
            count += 1
            started = True
            parted = 0
            zeros = zeros + 1 if zeros >= 0 and kind == 0 and not ended else _NO_POINT
        elif kind == PLUS:
            if count or (started and parted != 0):
                return UNDECIDED, 0
            started = True
            flags |= HAS_PLUS
        elif kind == _UNKNOWN:
            return UNDECIDED, 0
        elif kind == _INVISIBLE:
            pass
        elif started:
            if kind == PUNCTUATION or kind == SOFT:
                blank = width > 1 or data[at] == 32
                if kind == SOFT or (blank and parted == _APART):
                    flags |= SOFT_MARK
                parted = _APART if blank or data[at] == 45 else _TOGETHER
                ended = zeros > 0
                if zeros <= 0:
                    zeros = 0 if data[at] == 46 else _NO_POINT
            elif _only_junk(data, at, stop):
                return count, flags | HAS_JUNK
            else:
                return UNDECIDED, 0
        elif kind != PUNCTUATION:
            # A slash may belong to a link, an equals sign to a formula.
            if kind == SOFT or data[at] == 61:
                return UNDECIDED, 0
            if kind == LETTER and width == 1:
                flags |= HAS_LETTERS
            flags |= HAS_JUNK
        at += width
    # `.0` or `.00` at the end: a repair may be due, and it is not made here.
    return (UNDECIDED, 0) if 1 <= zeros <= 2 else (count, flags)


@jitted
def scan_exponent(data: Bytes, start: int, stop: int, digits: Bytes) -> tuple[int, int]:
    """A number in scientific notation: how many digits its fraction lacks (below 0: has too many), and its digits.

    Both are ``UNDECIDED`` for a text that is none; the digits only stand in ``digits`` when none is lacking.
    """
    at = start + 1 if data[start] == 43 else start
    if at >= stop or CLASSES[data[at]] >= 10:
        return UNDECIDED, UNDECIDED
    digits[0] = CLASSES[data[at]]
    count = 1
    at += 1
    if at < stop and (data[at] == 46 or data[at] == 44):
        at += 1
        while at < stop and CLASSES[data[at]] < 10:
            digits[count] = CLASSES[data[at]]
            count += 1
            at += 1
        if count == 1 or count > 41:
            return UNDECIDED, UNDECIDED
    if at >= stop or (data[at] != 69 and data[at] != 101):
        return UNDECIDED, UNDECIDED
    at += 1
    if at < stop and data[at] == 43:
        at += 1
    if not 1 <= stop - at <= 2:
        return UNDECIDED, UNDECIDED
    exponent = 0
    while at < stop:
        if CLASSES[data[at]] >= 10:
            return UNDECIDED, UNDECIDED
        exponent = exponent * 10 + _I(CLASSES[data[at]])
        at += 1
    return exponent - (count - 1), count


@jitted
def _only_junk(data: Bytes, at: int, stop: int) -> bool:
    """Whether what is left is punctuation that libphonenumber cuts off behind a number."""
    for index in range(at, stop):
        kind = CLASSES[data[index]]
        if kind <= PLUS or kind == LETTER or kind == WIDE or data[index] == 35:
            return False
    return True


@jitted
def _wide(data: Bytes, at: int, stop: int) -> tuple[int, int]:
    """Class and width of a UTF-8 character above ASCII; letters are those that labels are written with."""
    first = data[at]
    second = data[at + 1] if at + 1 < stop else 0
    third = data[at + 2] if at + 2 < stop else 0
    if first == 0xC2 and (second == 0xA0 or second == 0xAD):
        return PUNCTUATION, 2
    if first == 0xD9 and 0xA0 <= second <= 0xA9:
        return _I(second) - 0xA0, 2
    if first == 0xDB and 0xB0 <= second <= 0xB9:
        return _I(second) - 0xB0, 2
    if first == 0xC3 or 0xD0 <= first <= 0xD3 or 0xD8 <= first <= 0xDB:
        return (LETTER, 2) if 0x80 <= second <= 0xBF else (_UNKNOWN, 1)
    if first == 0xE2 and second == 0x80:
        if third == 0x8B or 0x90 <= third <= 0x95:
            return PUNCTUATION, 3
        if third == 0x8E or third == 0x8F or 0xAA <= third <= 0xAE:
            return _INVISIBLE, 3
    if first == 0xE2 and second == 0x81:
        if third == 0xA0:
            return PUNCTUATION, 3
        if 0xA6 <= third <= 0xA9:
            return _INVISIBLE, 3
    if (first == 0xE2 and second == 0x88 and third == 0x92) or (first == 0xE3 and second == 0x80 and third == 0x80):
        return PUNCTUATION, 3
    if first == 0xEF and second == 0xBB and third == 0xBF:
        return _INVISIBLE, 3
    if first == 0xEF and second == 0xBC:
        if 0x90 <= third <= 0x99:
            return _I(third) - 0x90, 3
        if third == 0x8B:
            return PLUS, 3
        if third == 0x8D or third == 0x8E or third == 0x88 or third == 0x89:
            return PUNCTUATION, 3
        if third == 0x8F:
            return SOFT, 3
    return _UNKNOWN, 1
