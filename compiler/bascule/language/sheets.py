"""The tables of a file: the one of a delimited file, the sheets of a workbook.

A :class:`Grid` is one table with its name and the pointer it stands under: ``""`` for a delimited file (cells are at
``/ROW/COLUMN``), ``/SHEET`` for a sheet of a workbook. The file's :class:`BookDocument` puts the tables' texts one
after the other, so that every cell has a line of its own.
"""

from __future__ import annotations

import difflib
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from bascule.diagnostics import Finding
from bascule.diagnostics.parse_rules import findings_of
from bascule.language.locale_names import plain_name
from bascule.source import Document, Place, Problem, SourceFile, join_pointer, split_pointer
from bascule.source.table import TableDocument, read_table
from bascule.source.workbook import SheetDocument

__all__ = [
    "MAX_SHEETS",
    "BookDocument",
    "Grid",
    "Opened",
    "is_workbook",
    "list_items",
    "nearest",
    "open_tables",
    "sheet_notes",
]

MAX_SHEETS = 60
"""Most sheets of a workbook that are read: each is opened on its own."""

_OLE = b"\xd0\xcf\x11\xe0"


class BookDocument(Document):
    """Several tables under one text. ``parts`` are (token, table, offset of its text); pointers begin with the token.

    ``blocks`` are further ranges by token (prose between tables). Lines count through the whole text;
    :func:`sheet_notes` says the row inside a sheet.
    """

    def __init__(
        self,
        path: str,
        text: str,
        parts: Sequence[tuple[str, TableDocument, int]],
        blocks: dict[str, tuple[int, int]] | None = None,
    ) -> None:
        super().__init__(path, text)
        self.parts = {token: (table, start) for token, table, start in parts}
        self.blocks = blocks or {}
        self._starts = [start for _, _, start in parts]
        self._tables = [table for _, table, _ in parts]

    def _range(self, place: Place) -> tuple[int, int]:
        tokens = split_pointer(place.pointer)
        if not tokens:
            return 0, 0
        block = self.blocks.get(tokens[0])
        if block is not None:
            start, end = block
            sub = place.sub or (0, end - start)
            return min(start + sub[0], end), min(start + sub[1], end)
        table, start = self.parts.get(tokens[0], (None, 0))
        if table is None:
            return 0, 0
        if len(tokens) == 1:
            return start, start
        inner = table.locate(Place(place.file, join_pointer("", *tokens[1:]), place.sub, place.key))
        return start + inner.start, start + inner.end

    def line_column(self, offset: int) -> tuple[int, int]:
        """Line of the whole text; in a sheet the column is the number of the cell's column."""
        line, column = super().line_column(offset)
        at = bisect_right(self._starts, offset) - 1
        if at >= 0 and isinstance(self._tables[at], SheetDocument):
            start = self._line_starts[line - 1]
            return line, self.text.count("\t", start, start + column - 1) + 1
        return line, column


@dataclass(frozen=True, slots=True)
class Grid:
    """One table under its header, its name (the sheet's, or a heading's) and its pointer in the document."""

    name: str
    table: TableDocument
    pointer: str = ""

    @property
    def columns(self) -> tuple[str, ...]:
        """Unique column names."""
        return self.table.columns

    @property
    def height(self) -> int:
        """Number of data rows."""
        return len(self.table.rows)

    def cell(self, row: int, column: int) -> str:
        """Text of a data cell; ``""`` where there is none."""
        return self.table.cell(row, column)

    def place(self, row: int, column: int) -> Place:
        """Place of a data cell."""
        return self._moved(self.table.place(row, column))

    def row_place(self, row: int) -> Place:
        """Place of a data row."""
        return self._moved(self.table.row_place(row))

    def header_place(self, column: int) -> Place:
        """Place of a header cell."""
        return self._moved(self.table.header_place(column))

    def preamble_place(self, row: int, column: int) -> Place:
        """Place of a cell above the header."""
        return self._moved(self.table.preamble_place(row, column))

    @property
    def whole(self) -> Place:
        """Place of the table itself."""
        return Place(self.table.path, self.pointer)

    def with_header(self, row: int | None) -> Grid:
        """The same table under another header row."""
        return replace(self, table=self.table.with_header(row))

    def _moved(self, place: Place) -> Place:
        return replace(place, pointer=self.pointer + place.pointer) if self.pointer else place


@dataclass(slots=True)
class Opened:
    """The tables of a file. ``problems`` are those of the file as a whole; ``skipped`` names sheets past
    :data:`MAX_SHEETS`; ``text`` is that of a file without any table."""

    path: str
    kind: str
    grids: list[Grid] = field(default_factory=list)
    problems: tuple[Problem, ...] = ()
    skipped: tuple[str, ...] = ()
    text: str = ""

    def document(self) -> Document:
        """The document of all tables, under the headers they have now."""
        if self.kind == "delimited" and self.grids:
            return self.grids[0].table
        if not self.grids:
            return Document(self.path, self.text)
        text, parts = "", []
        for grid in self.grids:
            parts.append((split_pointer(grid.pointer)[0], grid.table, len(text)))
            text += grid.table.text
        return BookDocument(self.path, text, parts)

    def findings(self, document: Document) -> list[Finding]:
        """What was wrong with the file and with each table, as findings of ``document``."""
        problems = list(self.problems)
        for grid in self.grids:
            shift = 0
            if isinstance(document, BookDocument):
                shift = document.parts[split_pointer(grid.pointer)[0]][1]
            problems.extend(
                replace(problem, start=problem.start + shift, end=problem.end + shift)
                for problem in grid.table.problems
            )
        return findings_of(problems, document)


def is_workbook(file: SourceFile) -> bool:
    """Whether a file is, or is named like, a workbook."""
    return file.is_zip or file.data.startswith(_OLE) or file.suffix in (".xlsx", ".xlsm", ".xls")


def open_tables(file: SourceFile, sheet: str = "", max_rows: int | None = None) -> Opened:
    """The tables of a delimited file or a workbook. ``sheet`` asks for one sheet; ``max_rows`` bounds what is read of
    each (for sniffing). Never raises; a file that cannot be read has no grids and says why in ``problems``."""
    if not is_workbook(file):
        if file.encoding == "binary":
            return Opened(file.path, "binary", problems=file.encoding_problems, text=file.text)
        table = read_table(file.path, file.text)
        if not table.usable:
            return Opened(file.path, "delimited", problems=table.problems, text=file.text)
        return Opened(file.path, "delimited", [Grid("", table)])
    first = file.sheet(sheet, max_rows)
    opened = Opened(file.path, "workbook")
    if not first.names or (sheet and not first.sheet):
        opened.problems = first.problems
        return opened
    wanted = [first.sheet] if sheet else [name for name in first.names if name == first.sheet or name in first.others]
    for name in wanted[:MAX_SHEETS]:
        table = first if name == first.sheet else file.sheet(name, max_rows)
        if table.usable:
            opened.grids.append(Grid(name, table, join_pointer("", name)))
        elif name == first.sheet and len(wanted) == 1:
            opened.problems = table.problems
    opened.skipped = tuple(wanted[MAX_SHEETS:])
    return opened


def sheet_notes(findings: Iterable[Finding], document: Document) -> tuple[Finding, ...]:
    """The findings of a workbook with the sheet and the row of each in a note."""
    if not isinstance(document, BookDocument) or not any(
        isinstance(table, SheetDocument) for table, _ in document.parts.values()
    ):
        return tuple(findings)
    return tuple(_noted(finding, document) for finding in findings)


def _noted(finding: Finding, document: BookDocument) -> Finding:
    tokens = split_pointer(finding.place.pointer)
    table, start = document.parts.get(tokens[0], (None, 0)) if tokens else (None, 0)
    if table is None or len(tokens) < 2:
        return finding
    before = document.text.count("\n", 0, start)
    row = document.locate(finding.place).line - before
    return replace(finding, notes=(*finding.notes, f"sheet `{tokens[0]}`, row {row}"))


def list_items(cell: str) -> Iterator[tuple[str, int, int]]:
    """The items of a comma-separated cell (quotes protect commas) with their range: (text, start, end).

    Blank items are left out. ``""`` inside quotes is one quote; its range is that of the raw item.
    """
    at = 0
    size = len(cell)
    while at <= size:
        start = at
        while start < size and cell[start] in " \t\r\n":
            start += 1
        if start < size and cell[start] == '"':
            end = start + 1
            while end < size:
                if cell[end] == '"':
                    if cell[end + 1 : end + 2] != '"':
                        break
                    end += 1
                end += 1
            comma = cell.find(",", end)
            comma = size if comma < 0 else comma
            if end < size and not cell[end + 1 : comma].strip():
                text = cell[start + 1 : end].replace('""', '"').strip()
                if text:
                    yield text, start + 1, end
                at = comma + 1
                continue
        comma = cell.find(",", start)
        comma = size if comma < 0 else comma
        text = cell[start:comma].strip()
        if text:
            yield text, start, start + len(text)
        at = comma + 1


def nearest(name: str, known: Sequence[str]) -> str:
    """The known name that a misspelt one is nearest to, or ``""``. Case, accents and blanks do not count."""
    plain = plain_name(name)
    by_plain: dict[str, str] = {}
    for other in known:
        by_plain.setdefault(plain_name(other), other)
    if not plain:
        return ""
    if plain in by_plain:
        return by_plain[plain]
    close = difflib.get_close_matches(plain[:60], list(by_plain), n=1, cutoff=0.75)
    return by_plain[close[0]] if close else ""
