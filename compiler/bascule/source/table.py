"""Tables with places: rows and named columns over delimited text (and, in ``workbook``, over sheets).

Pointers are ``/ROW/COLUMN-NAME``: ROW counts data rows from 0 (blank ones left out), the name is the
header cell without outer blanks; a second column ``name`` is ``name#2``, a column without a name is
``columnN`` (N counts from 1). Rows above the header are at ``/preamble/ROW/columnN``.
"""

from __future__ import annotations

import copy
from collections import Counter
from functools import cached_property
from typing import ClassVar

from bascule.source.delimited import Dialect, Records, capped, read_records, scan_cells, sniff_dialect
from bascule.source.place import Place, join_pointer, split_pointer
from bascule.source.problem import Problem
from bascule.source.text import Document

__all__ = ["PREAMBLE", "TableDocument", "read_table"]

PREAMBLE = "preamble"


class TableDocument(Document):
    """A table. :attr:`records` are all non-blank rows as read; :attr:`header_row` says which one names the
    columns (None: none does). :meth:`with_header` gives the same table under another header."""

    _ragged_help: ClassVar[str] = "put quotes round a text that holds the delimiter, or name the column"

    def __init__(self, path: str, text: str, dialect: Dialect, records: Records, header_row: int | None = 0) -> None:
        super().__init__(path, text)
        self.dialect = dialect
        self.records = records.rows
        self.header_row = header_row if records.rows else None
        self._records = records

    def with_header(self, header_row: int | None) -> TableDocument:
        """The same table with the record ``header_row`` as its header, or with none."""
        other = copy.copy(self)
        for name in ("columns", "headers", "rows", "problems", "_index"):
            other.__dict__.pop(name, None)
        other.header_row = header_row
        return other

    @property
    def delimiter(self) -> str:
        """The delimiter character; ``""`` for one column, and for a sheet."""
        return self.dialect.delimiter

    @property
    def usable(self) -> bool:
        """Whether there is any record at all."""
        return bool(self.records)

    @property
    def first(self) -> int:
        """Index in :attr:`records` of the first data row."""
        return 0 if self.header_row is None else self.header_row + 1

    @cached_property
    def headers(self) -> tuple[str, ...]:
        """Header cells as they are written, ``""`` where there is none; one per column."""
        written = [] if self.header_row is None else self.records[self.header_row]
        width = max((len(row) for row in self.records[self.first :]), default=0)
        return (*written, *[""] * (width - len(written)))

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """Unique column names, in order."""
        taken: set[str] = set()
        names = []
        again: Counter[str] = Counter()
        for number, header in enumerate(self.headers, 1):
            base = header.replace("\ufeff", "").strip() or f"column{number}"
            name = base
            while name in taken:
                again[base] += 1
                name = f"{base}#{again[base] + 1}"
            taken.add(name)
            names.append(name)
        return tuple(names)

    @cached_property
    def rows(self) -> list[list[str]]:
        """The data rows; a row may be shorter than :attr:`columns`."""
        return self.records[self.first :]

    @property
    def preamble(self) -> list[list[str]]:
        """The records above the header."""
        return self.records[: self.header_row or 0]

    def cell(self, row: int, column: int) -> str:
        """Text of a cell; ``""`` where the row is too short."""
        cells = self.rows[row]
        return cells[column] if column < len(cells) else ""

    def place(self, row: int, column: int) -> Place:
        """Place of a data cell."""
        return Place(self.path, join_pointer("", row, self.columns[column]))

    def row_place(self, row: int) -> Place:
        """Place of a whole data row."""
        return Place(self.path, join_pointer("", row))

    def header_place(self, column: int) -> Place:
        """Place of a header cell."""
        return Place(self.path, join_pointer("", 0, self.columns[column]), None, True)

    def preamble_place(self, row: int, column: int) -> Place:
        """Place of a cell above the header."""
        return Place(self.path, join_pointer("", PREAMBLE, row, f"column{column + 1}"))

    @cached_property
    def problems(self) -> tuple[Problem, ...]:
        """What is wrong with the table: broken quotes, ragged rows, NUL characters, nothing in it."""
        found = list(self._records.problems)
        end = len(self.text)
        if not self.records:
            if not any(problem.kind.startswith("sheet-") for problem in found):
                found.append(Problem("table-empty", "the table is empty", 0, 0, "export it again"))
            return tuple(found)
        if self.header_row is not None and not self.rows:
            message = "the table has a header and no rows"
            found.append(Problem("table-header-only", message, 0, end, "export it again with its rows"))
        found.extend(self._ragged())
        if "\0" in self.text:
            at = self.text.index("\0")
            message = f"the table holds {self.text.count(chr(0))} NUL character(s)"
            found.append(Problem("table-nul", message, at, at + 1, "export the table again as UTF-8 text"))
        return tuple(capped(found))

    def _ragged(self) -> list[Problem]:
        if self.header_row is None:
            return []
        width = len(self.records[self.header_row])
        found = []
        for row, cells in enumerate(self.rows):
            extra = next((column for column in range(width, len(cells)) if cells[column].strip()), None)
            if extra is not None:
                start, end = self._cell_range(row + self.first, extra)
                found.append(
                    Problem(
                        "table-ragged-row",
                        f"the row has {len(cells)} cells, the header has {width}",
                        start,
                        end,
                        f"{self._ragged_help}; the extra cell was kept as `{self.columns[extra]}`",
                    )
                )
        return found

    @cached_property
    def _index(self) -> dict[str, int]:
        return {name: index for index, name in enumerate(self.columns)}

    def _range(self, place: Place) -> tuple[int, int]:
        tokens = split_pointer(place.pointer)
        record: int | None = None
        column: int | None = None
        if tokens and tokens[0] == PREAMBLE:
            record = int(tokens[1]) if len(tokens) > 1 and tokens[1].isdecimal() else 0
            number = tokens[2].removeprefix("column") if len(tokens) > 2 else ""
            column = int(number) - 1 if number.isdecimal() else None
        elif tokens:
            column = self._index.get(tokens[1]) if len(tokens) > 1 else None
            if place.key and self.header_row is not None:
                record = self.header_row
            elif tokens[0].isdecimal():
                record = int(tokens[0]) + self.first
        if record is None or record >= len(self.records):
            return 0, 0
        if column is None or not 0 <= column < len(self.records[record]):
            return self._record_range(record)
        return self._cell_range(record, column, place.sub)

    def _record_range(self, record: int) -> tuple[int, int]:
        start, end = self._records.bounds[record]
        return start, start + len(self.text[start:end].rstrip("\r\n"))

    def _cell_range(self, record: int, column: int, sub: tuple[int, int] | None = None) -> tuple[int, int]:
        """Offsets of a cell's content, or of a range of its decoded text."""
        at = self._records.bounds[record][0]
        cells, _ = scan_cells(self.text, at, self.delimiter, self.dialect.skip_blanks, self._records.letters)
        if column >= len(cells):
            return self._record_range(record)
        cell = cells[column]
        if sub is None:
            return cell.start, cell.end
        return cell.offset(self.text, sub[0]), cell.offset(self.text, sub[1])


def read_table(path: str, text: str, *, header_row: int | None = 0, delimiter: str = "") -> TableDocument:
    """Read delimited text. Never raises; look at ``problems`` and ``usable``.

    ``delimiter`` overrides the guess of :func:`bascule.source.delimited.sniff_dialect`.
    """
    dialect = Dialect(delimiter) if delimiter else sniff_dialect(text)
    return TableDocument(path, text, dialect, read_records(text, dialect), header_row)
