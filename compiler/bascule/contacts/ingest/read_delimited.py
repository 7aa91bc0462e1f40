"""Delimited text as chunks of records.

Text in which every quote has its place is cut by the standard library's reader; a block with stray quotes by the cutter
of :mod:`bascule.contacts.tabular`, so that one broken row stays one broken row. Both give the same cells.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np

from bascule.contacts.ingest.records import CHUNK, Chunk, Table
from bascule.contacts.tabular import split_plain
from bascule.contacts.tabular.delimited import head
from bascule.contacts.tabular.detect import Shape
from bascule.contacts.tabular.problems import ContactsError
from bascule.contacts.tabular.split import QUOTE_LIMIT

__all__ = ["Delimited"]

_BLOCK = 1 << 20
_LONGEST = 16 << 20
HEAVY = 32
"""Blocks of text that a chunk may hold."""

_MAX_COLUMNS = 4_096
_ROWS_AT_ONCE = 1 << 16


@cache
def _clean(delimiter: str) -> re.Pattern[str]:
    """Whole records whose quotes stand round cells. Possessive throughout: linear."""
    mark = re.escape(delimiter)
    cell = rf'(?:"(?:[^"]|"")*+"|[^"{mark}\r\n][^{mark}\r\n]*+)?+'
    return re.compile(rf"(?:{cell}(?:{mark}{cell})*+(?:\r?\n))*+")


class Delimited:
    """A delimited file. ``header`` names its columns, ``sample`` has some rows."""

    def __init__(self, path: Path, shape: Shape, header: bool = True) -> None:
        self.path = path
        self.shape = shape
        self._start = head(path, shape, header)
        self.header = self._start.header
        self.sample = self._start.sample
        if len(self.header) > _MAX_COLUMNS:
            raise ContactsError(
                "contacts-too-wide", f"the first row has {len(self.header)} cells", "is the delimiter right?"
            )
        self.odd = 0
        """Records with broken quotes that were read so far."""
        self.blank = 0
        self.replaced = 0

    def chunks(self, wanted: frozenset[str], kept: frozenset[str] = frozenset(), size: int = CHUNK) -> Iterator[Chunk]:
        """All records behind the header."""
        self.odd = self.blank = self.replaced = 0
        table = Table(self.header, wanted, kept)
        numbers: list[int] = []
        held: list[list[str]] = []
        number = self._start.lines
        weight = 0
        for rows in self._rows():
            # Rows come in blocks of text; long ones fill a chunk before it has many.
            weight += 1
            if weight > HEAVY and held:
                yield table.chunk(numbers, held)
                numbers, held, weight = [], [], 0
            for row in rows:
                number += 1
                if row:
                    numbers.append(number)
                    held.append(row)
                else:
                    self.blank += 1
                if number % size == 0 and held:
                    yield table.chunk(numbers, held)
                    numbers, held, weight = [], [], 0
        if held:
            yield table.chunk(numbers, held)

    def _texts(self) -> Iterator[str]:
        """The file behind its header as text; what does not decode becomes U+FFFD."""
        encoding = self.shape.encoding
        decoder = codecs.getincrementaldecoder(encoding.name)("replace")
        skip = self._start.body if encoding.transparent else 0
        drop = 0 if encoding.transparent else self._start.body
        with self.path.open("rb") as file:
            file.seek(len(encoding.mark) + skip)
            while True:
                data = file.read(_BLOCK)
                text = decoder.decode(data, not data)
                if drop:
                    # ``body`` counts bytes of UTF-8, which the head was read in.
                    raw = text.encode("utf-8", "replace")
                    text, drop = raw[drop:].decode("utf-8", "replace"), max(drop - len(raw), 0)
                self.replaced += text.count("\ufffd")
                if text:
                    yield text
                if not data:
                    return

    def _rows(self) -> Iterator[list[list[str]]]:
        pattern = _clean(self.shape.delimiter)
        carry = ""
        texts = self._texts()
        ahead = next(texts, "")
        while ahead or carry:
            text, ahead = carry + ahead, next(texts, "")
            final = not ahead
            if final and text and not text.endswith(("\n", "\r")):
                text += "\n"
            match = pattern.match(text)
            end = match.end() if match else 0
            if end:
                yield self._read(text[:end])
            carry = text[end:]
            # What is left is the start of a record, unless its quotes are broken.
            if carry and (final or len(carry) > QUOTE_LIMIT + _BLOCK // 8 or "\r" in carry):
                rows, used = self._cut(carry, final)
                yield from rows
                carry = carry[used:]
                if len(carry) > _LONGEST:
                    raise ContactsError(
                        "contacts-endless-line", "a record does not end within 16 MiB", "is this a table of text?"
                    )
                if final:
                    return

    def _read(self, text: str) -> list[list[str]]:
        """Rows of clean text. A blank line is an empty row."""
        delimiter = self.shape.delimiter
        if '"' not in text:
            lines = text.split("\n")
            lines.pop()
            if "\r" in text:
                lines = [line[:-1] if line.endswith("\r") else line for line in lines]
            return [line.split(delimiter) if line else [] for line in lines]
        limit = csv.field_size_limit(len(text) + 1)
        try:
            return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
        finally:
            csv.field_size_limit(limit)

    def _cut(self, text: str, final: bool) -> tuple[list[list[list[str]]], int]:
        """Rows of text with broken quotes or other line ends, a few at a time, and how much text they took."""
        raw = text.encode("utf-8", "replace")
        data = np.frombuffer(raw or b" ", np.uint8)
        mark = ord(self.shape.delimiter)
        cut = split_plain.split(data, mark, (0,), final)
        found: list[list[list[str]]] = []
        self.odd += int(cut.odd.sum())
        first = 0
        while first < len(cut):
            widest = int(cut.width[first])
            last = first + 1
            while last < len(cut) and last - first < _ROWS_AT_ONCE:
                wider = max(widest, int(cut.width[last]))
                if wider * (last - first + 1) > 4 * _ROWS_AT_ONCE:
                    break
                widest = wider
                last += 1
            found.append(_cells(data[int(cut.begin[first]) : int(cut.after[last - 1])], mark, widest))
            first = last
        return found, len(raw[: cut.consumed].decode("utf-8", "replace"))


def _cells(data: np.ndarray[tuple[int], np.dtype[np.uint8]], mark: int, width: int) -> list[list[str]]:
    again = split_plain.split(data, mark, tuple(range(max(width, 1))), True)
    columns = []
    for column in range(width):
        text, offsets = split_plain.gather(data, again, column)
        places = offsets.tolist()
        raw = text.tobytes()
        columns.append([raw[start:stop].decode("utf-8", "replace") for start, stop in pairwise(places)])
    widths = again.width.tolist()
    if not columns:
        return [[] for _ in widths]  # blank lines
    return [list(row[:cells]) for row, cells in zip(zip(*columns, strict=True), widths, strict=True)]
