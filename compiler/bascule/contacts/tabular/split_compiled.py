"""Cutting and putting together blocks with numba."""

# Written for numba, which compiles plain comparisons and loops best.
# ruff: noqa: SIM109

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from bascule.contacts.phones.jit import inlined, jitted
from bascule.contacts.phones.slots import SLOT, Answers
from bascule.contacts.tabular.split import QUOTE_LIMIT, Endings, Split

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Bytes = NDArray[np.uint8]
    Ints = NDArray[np.int64]
    Bools = NDArray[np.bool_]
else:
    Bytes = Ints = Bools = Any

__all__ = ["assemble", "gather", "split"]

_QUOTE, _LF, _CR, _PLUS, _APOSTROPHE = 34, 10, 13, 43, 39
_I: Any = np.int64


def split(data: Bytes, delimiter: int, wanted: tuple[int, ...], final: bool) -> Split:
    """Cut a block (:class:`bascule.contacts.tabular.split.Cutter`)."""
    most = _line_ends(data) + 1
    slots = np.full(max(wanted, default=-1) + 1, -1, np.int64)
    slots[list(wanted)] = range(len(wanted))
    begin, end, after, width = (np.zeros(most, np.int64) for _ in range(4))
    first, last = (np.zeros(most * len(wanted), np.int64) for _ in range(2))
    quoted, odd = np.zeros(most * len(wanted), np.bool_), np.zeros(most, np.bool_)
    rows, consumed = _split(
        data, delimiter, final, slots, len(wanted), begin, end, after, width, first, last, quoted, odd
    )
    shape = (-1, len(wanted))
    return Split(
        begin[:rows],
        end[:rows],
        after[:rows],
        width[:rows],
        first.reshape(shape)[:rows],
        last.reshape(shape)[:rows],
        quoted.reshape(shape)[:rows],
        odd[:rows],
        int(consumed),
    )


@jitted
def _line_ends(data: Bytes) -> int:
    found = _I(0)
    for at in range(data.size):
        found += _I(data[at] == _LF) + _I(data[at] == _CR)
    return int(found)


@inlined
def _ends_cell(data: Bytes, at: int, delimiter: int) -> bool:
    byte = data[at]
    return bool(byte == delimiter or byte == _LF or byte == _CR)


@jitted
def _closing(data: Bytes, opening: int, delimiter: int, final: bool) -> int:
    """The quote that closes the one at ``opening``; -1 where it is an ordinary character, -2 where that is not known
    yet.
    """
    size = data.size
    at = opening + 1
    lines = False
    while at < size:
        if at - opening > QUOTE_LIMIT:
            return -1
        byte = data[at]
        if byte == _QUOTE:
            if at + 1 < size and data[at + 1] == _QUOTE:
                at += 2
                continue
            if at + 1 >= size:
                return at if final else -2
            if lines and not _ends_cell(data, at + 1, delimiter):
                return -1
            return at
        if byte == _LF or byte == _CR:
            lines = True
        at += 1
    return -1 if final else -2


@jitted
def _split(
    data: Bytes,
    delimiter: int,
    final: bool,
    slots: Ints,
    wanted: int,
    begin: Ints,
    end: Ints,
    after: Ints,
    width: Ints,
    first: Ints,
    last: Ints,
    quoted: Bools,
    odd: Bools,
) -> tuple[int, int]:
    size = data.size
    rows = 0
    at = 0
    while at < size:
        start = at
        column = 0
        strange = False
        complete = False
        while True:
            cell = at
            closing = _I(-1)
            if at < size and data[at] == _QUOTE:
                closing = _closing(data, at, delimiter, final)
                if closing == -2:
                    return rows, start
                if closing < 0:
                    strange = True
                else:
                    at = closing + 1
            while at < size and not _ends_cell(data, at, delimiter):
                at += 1
            inside = closing >= 0 and at == closing + 1
            if closing >= 0 and not inside:
                strange = True
            if column < slots.size and slots[column] >= 0:
                slot = rows * wanted + slots[column]
                first[slot] = cell + 1 if inside else cell
                last[slot] = closing if inside else at
                quoted[slot] = inside
            column += 1
            if at >= size:
                break
            if data[at] != delimiter:
                complete = True
                break
            at += 1
        stop = at
        if complete:
            if data[at] == _CR and at + 1 >= size and not final:
                return rows, start
            at += 2 if data[at] == _CR and at + 1 < size and data[at + 1] == _LF else 1
        elif not final:
            return rows, start
        begin[rows] = start
        end[rows] = stop
        after[rows] = at
        width[rows] = 0 if stop == start else column
        odd[rows] = strange
        rows += 1
    return rows, at


def gather(data: Bytes, cut: Split, column: int) -> tuple[Bytes, NDArray[np.int32]]:
    """The decoded cells of one wanted column."""
    first, last = np.ascontiguousarray(cut.first[:, column]), np.ascontiguousarray(cut.last[:, column])
    text = np.empty(int((last - first).sum()) + 1, np.uint8)
    offsets = np.zeros(len(cut) + 1, np.int32)
    size = _gather(data, first, last, np.ascontiguousarray(cut.quoted[:, column]), text, offsets)
    return text[: max(size, 1)], offsets


@jitted
def _gather(data: Bytes, first: Ints, last: Ints, quoted: Bools, text: Bytes, offsets: NDArray[np.int32]) -> int:
    size = 0
    for row in range(first.size):
        at = first[row]
        stop = last[row]
        while at < stop:
            byte = data[at]
            text[size] = byte
            size += 1
            at += 1
            if byte == _QUOTE and quoted[row] and at < stop and data[at] == _QUOTE:
                at += 1
        offsets[row + 1] = size
    return size


def assemble(data: Bytes, cut: Split, answers: Answers, width: int, endings: Endings) -> Bytes:
    """The block's records as they are, each with its further cells; short ones are filled up to ``width`` cells."""
    texts = (*endings.places, *endings.verdicts, *endings.hows)
    starts = np.zeros(len(texts) + 1, np.int32)
    np.cumsum([len(text) for text in texts], out=starts[1:])
    longest = max(map(len, endings.places)) + max(map(len, endings.verdicts)) + max(map(len, endings.hows))
    room = cut.consumed + len(cut) * (longest + SLOT + 5) + int(np.maximum(width - cut.width, 0).sum())
    out = np.empty(room, np.uint8)
    size = _assemble(
        data,
        cut.begin,
        cut.end,
        cut.after,
        cut.width,
        width,
        endings.delimiter[0],
        answers.verdicts,
        answers.hows,
        answers.places,
        answers.lengths,
        answers.slots,
        np.frombuffer(b"".join(texts) or b" ", np.uint8),
        starts,
        len(endings.places),
        len(endings.places) + len(endings.verdicts),
        out,
    )
    return out[:size]


@inlined
def _copy(source: Bytes, start: int, stop: int, out: Bytes, at: int) -> int:
    for index in range(start, stop):
        out[at] = source[index]
        at += 1
    return at


@jitted
def _assemble(
    data: Bytes,
    begin: Ints,
    end: Ints,
    after: Ints,
    cells: Ints,
    width: int,
    delimiter: int,
    verdicts: Bytes,
    hows: Bytes,
    places: NDArray[np.uint16],
    lengths: Bytes,
    slots: Bytes,
    text: Bytes,
    starts: NDArray[np.int32],
    first_verdict: int,
    first_how: int,
    out: Bytes,
) -> int:
    at: int = _I(0)
    for row in range(begin.size):
        at = _copy(data, begin[row], end[row], out, at)
        if cells[row]:
            for _ in range(cells[row], width):
                out[at] = delimiter
                at += 1
            out[at] = delimiter
            at += 1
            length = _I(lengths[row])
            if length and not 8 <= length <= 16:
                # A cell that starts with a plus is a formula, unless it is a plus and 7 to 15 digits.
                out[at] = _APOSTROPHE
                at += 1
            at = _copy(slots, row * SLOT, row * SLOT + length, out, at)
            for index in (_I(places[row]), first_verdict + _I(verdicts[row]), first_how + _I(hows[row])):
                out[at] = delimiter
                at = _copy(text, starts[index], starts[index + 1], out, at + 1)
        at = _copy(data, end[row], after[row], out, at)
    return at
