"""Rows of a workbook as chunks of records. Nothing is calculated; cells are the text a person sees."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from bascule.contacts.extra import installed
from bascule.contacts.ingest.records import CHUNK, Chunk, Table, packed_rows
from bascule.contacts.tabular.problems import ContactsError, Remark
from bascule.contacts.tabular.sheets import check_workbook, largest_sheet, sheet_rows

__all__ = ["LARGE", "Sheet"]

LARGE = 128 << 20
"""Bytes of a sheet's XML from which on it is read row by row: about 3.5 million cells, 300 MB in memory."""

_SAMPLE = 200
_SLICE = 12_500
_MIDNIGHT = " 00:00:00"
_CLOCK_DAY = ("1899-12-30 ", "1899-12-31 ", "1900-01-00 ")
"""What the reader puts in front of a time of day."""


class Sheet:
    """One sheet. ``header`` names its columns; leading blank rows are skipped, and count."""

    def __init__(self, path: Path, sheet: str = "", header: bool = True) -> None:
        self.path = path
        self.sheet = sheet
        self.remarks: list[Remark] = []
        self.blank = 0
        check_workbook(path)
        # The fast reader holds the whole sheet; the other one a row, and takes ten times as long.
        self._streamed = installed("openpyxl") and installed("defusedxml") and largest_sheet(path) > LARGE
        rows = self._numbered()
        first = next(rows, None)
        if first is None:
            raise ContactsError("contacts-empty", "the sheet holds no rows", "--sheet names another one")
        self._with_header = header
        width = len(first[1])
        self.header = first[1] if header else [f"column{number}" for number in range(1, width + 1)]
        self._first = first[0]
        self.sample = [row for _, row in islice(rows, _SAMPLE)]
        if not header:
            self.sample.insert(0, first[1])

    def chunks(self, wanted: frozenset[str], kept: frozenset[str] = frozenset(), size: int = CHUNK) -> Iterator[Chunk]:
        """All records below the header."""
        self.blank = 0
        rows = self._numbered()
        if self._with_header:
            next(rows, None)
        return packed_rows(rows, Table(self.header, wanted, kept), size)

    def _numbered(self) -> Iterator[tuple[int, list[str]]]:
        """Rows that hold something, with their number in the sheet."""
        rows = self._fast() if installed("fastexcel") and not self._streamed else self._plainly()
        for number, row in enumerate(rows, 1):
            while row and not row[-1]:
                row.pop()
            if row:
                yield number, row
            else:
                self.blank += 1

    def _plainly(self) -> Iterator[list[str]]:
        rows, self.remarks = sheet_rows(self.path, self.sheet)
        return rows

    def _fast(self) -> Iterator[list[str]]:
        import fastexcel

        try:
            book = fastexcel.read_excel(self.path)
            names = book.sheet_names
            name, self.remarks = _chosen(names, self.sheet, lambda one: _visible(book, one))
            found = book.load_sheet(name, header_row=None, skip_rows=0, dtypes="string")
            batch = found.to_arrow()
        except ContactsError:
            raise
        except BaseException as error:  # a reader written in Rust panics with a class of its own
            if isinstance(error, KeyboardInterrupt | SystemExit | GeneratorExit):
                raise
            raise ContactsError(
                "contacts-bad-workbook",
                f"the workbook cannot be read: {type(error).__name__}",
                "open it in a spreadsheet and save it again, or save it as CSV",
            ) from error
        for start in range(0, batch.num_rows, _SLICE):
            part = batch.slice(start, _SLICE)
            columns = [[_cell(value) for value in column.to_pylist()] for column in part.columns]
            yield from map(list, zip(*columns, strict=True))


def _visible(book: Any, name: str) -> bool:
    return bool(book.load_sheet(name, n_rows=0, header_row=None).visible == "visible")


def _chosen(names: list[str], wanted: str, visible: Any) -> tuple[str, list[Remark]]:
    if wanted:
        named = [name for name in names if name.strip() == wanted.strip()]
        if named:
            return named[0], []
        titles = ", ".join(f"`{name}`" for name in names[:20])
        message = f"the workbook has no sheet {wanted!r}"
        raise ContactsError("contacts-sheet-unknown", message, f"its sheets are {titles}")
    shown = [name for name in names if visible(name)] if len(names) > 1 else names
    shown = shown or names
    if not shown:
        raise ContactsError("contacts-empty", "the workbook has no sheets", "export it again")
    remarks = []
    if len(shown) > 1:
        remarks.append(
            Remark("contacts-other-sheets", f"the first of {len(shown)} sheets was read", "--sheet names another one")
        )
    return shown[0], remarks


def _cell(value: str | None) -> str:
    if not value:
        return ""
    if value.endswith(_MIDNIGHT):
        return value[: -len(_MIDNIGHT)]
    if value.startswith(_CLOCK_DAY):
        return value[11:]
    return value
