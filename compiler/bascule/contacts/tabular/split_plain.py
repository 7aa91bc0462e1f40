"""Cutting and putting together blocks without numba: the same behaviour, written with the methods of ``bytes``."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from bascule.contacts.phones.slots import SLOT, Answers
from bascule.contacts.tabular.split import QUOTE_LIMIT, Endings, Split

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Bytes = NDArray[np.uint8]

__all__ = ["assemble", "gather", "split"]


@cache
def _cell_end(delimiter: int) -> re.Pattern[bytes]:
    return re.compile(b"[\r\n" + re.escape(bytes([delimiter])) + b"]")


_LINE_END = re.compile(rb"[\r\n]")


class _Cut:
    """Growing lists of what :class:`Split` holds."""

    def __init__(self, wanted: tuple[int, ...]) -> None:
        self.wanted = wanted
        self.records: list[tuple[int, int, int, int, bool]] = []
        self.cells: list[tuple[int, int, bool]] = []

    def add(self, record: tuple[int, int, int, int, bool], cells: list[tuple[int, int, bool]]) -> None:
        self.records.append(record)
        for column in self.wanted:
            self.cells.append(cells[column] if column < len(cells) else (0, 0, False))

    def done(self, consumed: int) -> Split:
        records = np.array(self.records, np.int64).reshape(-1, 5)
        cells = np.array(self.cells, np.int64).reshape(-1, len(self.wanted), 3)
        begin, end, after, width, odd = (records[:, index] for index in range(5))
        return Split(begin, end, after, width, cells[:, :, 0], cells[:, :, 1], cells[:, :, 2] > 0, odd > 0, consumed)


def split(data: Bytes, delimiter: int, wanted: tuple[int, ...], final: bool) -> Split:
    """Cut a block (:class:`bascule.contacts.tabular.split.Cutter`)."""
    block = data.tobytes()
    cut = _Cut(wanted)
    size = len(block)
    mark = bytes([delimiter])
    at = 0
    while at < size:
        ends = _LINE_END.search(block, at)
        if ends is None and not final:
            break
        stop = ends.start() if ends else size
        line = block[at:stop]
        if b'"' not in line:
            after = _after(block, stop, final)
            if after < 0:
                break
            pieces = line.split(mark)
            cells = []
            start = at
            for piece in pieces:
                cells.append((start, start + len(piece), False))
                start += len(piece) + 1
            cut.add((at, stop, after, len(pieces) if line else 0, False), cells)
        else:
            found = _quoted_record(block, at, delimiter, final)
            if found is None:
                break
            cells, stop, odd = found
            after = _after(block, stop, final)
            if after < 0:
                break
            cut.add((at, stop, after, len(cells), odd), cells)
        at = after
    return cut.done(at)


def _after(block: bytes, stop: int, final: bool) -> int:
    """Where the next record starts; -1 where a line feed may still follow."""
    if stop >= len(block):
        return len(block) if final else -1
    if block[stop : stop + 1] == b"\r":
        if stop + 1 >= len(block) and not final:
            return -1
        return stop + (2 if block[stop + 1 : stop + 2] == b"\n" else 1)
    return stop + 1


def _quoted_record(
    block: bytes, at: int, delimiter: int, final: bool
) -> tuple[list[tuple[int, int, bool]], int, bool] | None:
    """Cells of a record with quotes, where it ends, and whether a quote was odd; None where it is not all there."""
    cells: list[tuple[int, int, bool]] = []
    odd = False
    ends = _cell_end(delimiter)
    while True:
        cell = at
        closing = -1
        if block[at : at + 1] == b'"':
            closing = _closing(block, at, delimiter, final)
            if closing == -2:
                return None
            if closing < 0:
                odd = True
            else:
                at = closing + 1
        found = ends.search(block, at)
        at = found.start() if found else len(block)
        inside = closing >= 0 and at == closing + 1
        odd = odd or (closing >= 0 and not inside)
        cells.append((cell + 1, closing, True) if inside else (cell, at, False))
        if found is None:
            return (cells, at, odd) if final else None
        if block[at] != delimiter:
            return cells, at, odd
        at += 1


def _closing(block: bytes, opening: int, delimiter: int, final: bool) -> int:
    """The closing quote; -1 where the opening one is an ordinary character, -2 where that is not known yet."""
    size = len(block)
    at = opening + 1
    while True:
        quote = block.find(b'"', at, min(size, opening + QUOTE_LIMIT + 1))
        if quote < 0:
            return -2 if not final and size - opening - 1 <= QUOTE_LIMIT else -1
        if block[quote + 1 : quote + 2] == b'"':
            at = quote + 2
            continue
        if quote + 1 >= size:
            return quote if final else -2
        lines = _LINE_END.search(block, opening + 1, quote) is not None
        follows = block[quote + 1]
        return -1 if lines and follows not in (delimiter, 10, 13) else quote


def gather(data: Bytes, cut: Split, column: int) -> tuple[Bytes, NDArray[np.int32]]:
    """The decoded cells of one wanted column."""
    block = data.tobytes()
    cells = [
        block[first:last].replace(b'""', b'"') if quoted else block[first:last]
        for first, last, quoted in zip(
            cut.first[:, column].tolist(), cut.last[:, column].tolist(), cut.quoted[:, column].tolist(), strict=True
        )
    ]
    offsets = np.zeros(len(cells) + 1, np.int32)
    np.cumsum([len(cell) for cell in cells], out=offsets[1:])
    return np.frombuffer(b"".join(cells) or b" ", np.uint8), offsets


def assemble(data: Bytes, cut: Split, answers: Answers, width: int, endings: Endings) -> Bytes:
    """The block's records as they are, each with its further cells; short ones are filled up to ``width`` cells."""
    block = data.tobytes()
    slots = answers.slots.tobytes()
    mark = endings.delimiter
    pieces: list[bytes] = []
    rows = zip(
        cut.begin.tolist(),
        cut.end.tolist(),
        cut.after.tolist(),
        cut.width.tolist(),
        answers.lengths.tolist(),
        answers.places.tolist(),
        answers.verdicts.tolist(),
        answers.hows.tolist(),
        strict=True,
    )
    for row, (begin, end, after, cells, length, place, verdict, how) in enumerate(rows):
        if not cells:
            pieces.append(block[begin:after])
            continue
        number = slots[row * SLOT : row * SLOT + length]
        if length and not 8 <= length <= 16:
            number = b"'" + number
        further = (number, endings.places[place], endings.verdicts[verdict], endings.hows[how])
        pieces.append(block[begin:end] + mark * max(width - cells, 0) + mark + mark.join(further) + block[end:after])
    return np.frombuffer(b"".join(pieces), np.uint8)
