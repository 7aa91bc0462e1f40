"""A delimited file as blocks of records, in the bytes that are worked in.

Those are the file's own bytes where ASCII can be found in them without decoding, and UTF-8 otherwise; what is written
is turned back. A file is read once or, when rows turn out wider than the header, from the start again.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from bascule.contacts.tabular import split_plain
from bascule.contacts.tabular.detect import SAMPLE, Encoding, Shape
from bascule.contacts.tabular.problems import ContactsError
from bascule.contacts.tabular.split import Cutter, Split

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["BLOCK", "Block", "Head", "blocks", "encoded", "head", "to_utf8", "widest"]

BLOCK = 2 << 20
"""Bytes that are read at once: much more, and the arrays of a block are taken from the system and zeroed each time."""

_HEAD = 128 << 10
"""Bytes that the header and the sample rows are looked for in, before all of what was read."""

_LONGEST = 64 << 20
_MAX_COLUMNS = 16_384


@dataclass(frozen=True, slots=True)
class Head:
    """The start of a table: the bytes up to the first row (mark and ``sep=`` line not counted), the header's bytes
    without its line end, its cells, and some rows. ``body`` is where the rows begin."""

    lead: bytes
    header_bytes: bytes
    line_end: bytes
    header: list[str]
    sample: list[list[str]]
    body: int
    lines: int


@dataclass(frozen=True, slots=True)
class Block:
    """Records of one stretch of the file; ``first`` is the number of the first one (1 = the file's first record)."""

    data: NDArray[np.uint8]
    cut: Split
    first: int


def _working(encoding: Encoding) -> str:
    """Name of the encoding of the bytes that are worked in."""
    return encoding.name if encoding.transparent else "utf-8"


def _chunks(path: Path, encoding: Encoding, size: int) -> Iterator[bytes]:
    """The file behind its mark, in working bytes. Raises ContactsError where it does not decode."""
    with path.open("rb") as file:
        file.seek(len(encoding.mark))
        if encoding.transparent:
            while chunk := file.read(size):
                yield chunk
            return
        decoder = codecs.getincrementaldecoder(encoding.name)("strict")
        read = len(encoding.mark)
        while chunk := file.read(size):
            try:
                yield decoder.decode(chunk).encode("utf-8")
            except UnicodeError as error:
                raise _undecodable(encoding, read) from error
            read += len(chunk)
        try:
            decoder.decode(b"", True)
        except UnicodeError as error:
            raise _undecodable(encoding, read) from error


def _undecodable(encoding: Encoding, at: int) -> ContactsError:
    return ContactsError(
        "contacts-undecodable",
        f"the file is not {encoding.name} somewhere behind byte {at}",
        "name its encoding with --encoding, or save it as UTF-8",
    )


def encoded(data: bytes | memoryview, encoding: Encoding) -> bytes | memoryview:
    """Working bytes in the file's own encoding."""
    return data if encoding.transparent else bytes(data).decode("utf-8").encode(encoding.name)


def head(path: Path, shape: Shape, header: bool) -> Head:
    """Read the start of a file. Without ``header`` the columns are numbered and the first record is a row."""
    working = _working(shape.encoding)
    sample = b""
    whole = True
    for chunk in _chunks(path, shape.encoding, SAMPLE):
        if sample:
            whole = False
            break
        sample = chunk
    mark = ord(shape.delimiter)
    lead = sample[: shape.skip]
    data = np.frombuffer(sample[shape.skip :] or b"\n", np.uint8)
    widths = split_plain.split(data[:_HEAD], mark, (0,), whole and data.size <= _HEAD)
    if not widths.width.any():
        widths = split_plain.split(data, mark, (0,), whole)
    used = np.flatnonzero(widths.width)[:200]
    if not used.size:
        raise ContactsError("contacts-empty", "the file holds no rows", "export it again")
    columns = int(widths.width[used[0]])
    if columns > _MAX_COLUMNS:
        raise ContactsError("contacts-too-wide", f"the first row has {columns} cells", "is the delimiter right?")
    cut = split_plain.split(data[: widths.after[used[-1]]], mark, tuple(range(columns)), True)
    cells: list[list[str]] = [[] for _ in used]
    for column in range(columns):
        text, offsets = split_plain.gather(data, cut, column)
        for place, row in enumerate(used.tolist()):
            if column < int(cut.width[row]):
                cells[place].append(text[offsets[row] : offsets[row + 1]].tobytes().decode(working, "replace"))
    first = int(used[0])
    begin, end, after = (int(array[first]) for array in (cut.begin, cut.end, cut.after))
    if not header:
        names = [f"column{number}" for number in range(1, columns + 1)]
        return Head(lead, b"", b"", names, cells, shape.skip, 0)
    raw = data.tobytes()
    return Head(
        lead + raw[:begin],
        raw[begin:end],
        raw[end:after],
        cells[0],
        cells[1:],
        shape.skip + after,
        first + 1,
    )


def blocks(path: Path, shape: Shape, start: Head, cutter: Cutter, wanted: tuple[int, ...]) -> Iterator[Block]:
    """The rows behind the header, in order."""
    mark = ord(shape.delimiter)
    skip = start.body
    number = start.lines + 1
    carry = b""
    chunks = _chunks(path, shape.encoding, BLOCK)
    ahead = next(chunks, b"")
    while ahead or carry:
        chunk, ahead = ahead, next(chunks, b"")
        if skip:
            chunk, skip = chunk[skip:], max(skip - len(chunk), 0)
        data = np.frombuffer(carry + chunk if carry else chunk, np.uint8)
        cut = cutter.split(data, mark, wanted, not ahead)
        if len(cut):
            yield Block(data, cut, number)
            number += len(cut)
        carry = data[cut.consumed :].tobytes()
        if len(carry) > _LONGEST:
            raise ContactsError(
                "contacts-endless-line", f"record {number} does not end within 64 MiB", "is this a table of text?"
            )
        if not ahead and not len(cut):
            return


def widest(path: Path, shape: Shape, start: Head, cutter: Cutter) -> int:
    """Most cells of any row."""
    most = max((int(block.cut.width.max()) for block in blocks(path, shape, start, cutter, (0,))), default=0)
    if most > _MAX_COLUMNS:
        raise ContactsError("contacts-too-wide", f"a row has {most} cells", "is the delimiter right?")
    return most


def to_utf8(
    cells: tuple[NDArray[np.uint8], NDArray[np.int32]], encoding: Encoding
) -> tuple[NDArray[np.uint8], NDArray[np.int32]]:
    """Cells in working bytes as UTF-8; what does not decode becomes U+FFFD."""
    data, offsets = cells
    if _working(encoding) == "utf-8" or not (data > 127).any():
        return data, offsets
    raw = data.tobytes()
    texts = [
        raw[offsets[row] : offsets[row + 1]].decode(encoding.name, "replace").encode("utf-8")
        for row in range(len(offsets) - 1)
    ]
    changed = np.zeros(len(offsets), np.int32)
    np.cumsum([len(cell) for cell in texts], out=changed[1:])
    return np.frombuffer(b"".join(texts) or b" ", np.uint8), changed
