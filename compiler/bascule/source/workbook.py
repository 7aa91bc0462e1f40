"""XLSX workbooks as tables: openpyxl reads the cells, and nothing is ever calculated.

An XLSX file is a zip archive of XML made by somebody else, so its declared sizes are checked before
it is opened. A :class:`SheetDocument` looks like a delimited table whose lines are the sheet's rows
and whose columns are the sheet's columns.
"""

from __future__ import annotations

import datetime
import io
import zipfile
from dataclasses import dataclass
from itertools import islice
from typing import Any, ClassVar

from bascule.source.delimited import MAX_CELLS, MAX_ROWS, Dialect, Records
from bascule.source.problem import Problem
from bascule.source.table import TableDocument

__all__ = ["MAX_MEMBERS", "MAX_UNPACKED", "SheetDocument", "read_workbook"]

MAX_MEMBERS = 10_000
"""Most members an archive may have; workbooks of real life have a few dozen."""

MAX_UNPACKED = 256 * 1024 * 1024
"""Most bytes an archive may say it unpacks to."""

_MAX_RATIO = 200
_RATIO_FROM = 4 * 1024 * 1024
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_FLAT = str.maketrans({"\t": " ", "\n": " ", "\r": " "})


class SheetDocument(TableDocument):
    """One sheet of a workbook. Spans give the sheet's row as the line and its column number as the column;
    :meth:`line_text` is the row's cells joined by tabs. ``others`` are the sheets that were not read; ``height`` is the
    number of rows with something in them."""

    _ragged_help: ClassVar[str] = "name the column"

    def __init__(
        self,
        path: str,
        text: str,
        records: Records,
        sheet: str = "",
        others: tuple[str, ...] = (),
        names: tuple[str, ...] = (),
        height: int = 0,
    ) -> None:
        super().__init__(path, text, Dialect("\t"), records)
        self.height = height
        self.sheet = sheet
        self.others = others
        self.names = names

    @property
    def delimiter(self) -> str:
        """A sheet has none."""
        return ""

    def line_column(self, offset: int) -> tuple[int, int]:
        """Sheet row and column number, both from 1."""
        line, column = super().line_column(offset)
        start = self._line_starts[line - 1]
        return line, self.text.count("\t", start, start + column - 1) + 1

    def _cell_range(self, record: int, column: int, sub: tuple[int, int] | None = None) -> tuple[int, int]:
        start, end = self._records.bounds[record]
        for _ in range(column):
            tab = self.text.find("\t", start, end)
            if tab < 0:
                return self._records.bounds[record]
            start = tab + 1
        tab = self.text.find("\t", start, end)
        stop = (end if tab < 0 else tab) - (tab < 0 and self.text.endswith("\n", start, end))
        if sub is None:
            return start, stop
        return min(start + sub[0], stop), min(start + sub[1], stop)


@dataclass(slots=True)
class _Row:
    number: int
    cells: list[str]
    formulas: dict[int, str]


def read_workbook(path: str, data: bytes, sheet: str = "", max_rows: int = MAX_ROWS) -> SheetDocument:
    """Read one sheet (by name; else the first visible one). Never raises; look at ``problems`` and ``usable``."""
    refusal = _refuse(data)
    if refusal is None:
        try:
            import openpyxl
        except ImportError:
            refusal = Problem(
                "sheet-extra-missing",
                "reading a workbook needs openpyxl, which is not installed",
                0,
                0,
                "run `pip install 'bascule[xlsx]'`, or save the sheet as CSV (UTF-8)",
            )
    if refusal is not None:
        return SheetDocument(path, "", Records(problems=[refusal]))
    try:
        return _read(path, data, sheet, max_rows, openpyxl)
    except Exception as error:  # openpyxl lets through whatever its XML, zip and number parsers raise
        message = f"the workbook cannot be read: {type(error).__name__}: {str(error)[:200]}"
        help = "open it in a spreadsheet and save it again, or save it as CSV"
        problem = Problem("sheet-damaged", message, 0, 0, help)
        return SheetDocument(path, "", Records(problems=[problem]))


def _refuse(data: bytes) -> Problem | None:
    """What makes the bytes no workbook, or one that is not safe to open."""
    if data.startswith(_OLE):
        if "EncryptedPackage".encode("utf-16-le") in data:
            return Problem(
                "sheet-encrypted", "the workbook is protected by a password", 0, 0, "save it without its password"
            )
        return Problem(
            "sheet-legacy",
            "the file is a workbook of the old binary kind (.xls)",
            0,
            0,
            "open it in a spreadsheet and save it as .xlsx or as CSV (UTF-8)",
        )
    if not data.startswith(b"PK"):
        return Problem(
            "sheet-not-a-workbook",
            "the file is named like a workbook but is no zip archive",
            0,
            0,
            "if it is text, give it its own suffix (`.csv`, `.tsv`, `.txt`)",
        )
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, UnicodeError, EOFError) as error:
        help = "the download or the copy was cut off: export it again"
        return Problem("sheet-damaged", f"the archive is damaged: {error}", 0, 0, help)
    total = sum(member.file_size for member in members)
    for member in members:
        if member.flag_bits & 1:
            return Problem("sheet-encrypted", "the archive is encrypted", 0, 0, "save it without its password")
        ratio = member.file_size // max(member.compress_size, 1)
        if member.file_size > _RATIO_FROM and ratio > _MAX_RATIO:
            message = f"`{member.filename[:60]}` unpacks to {ratio} times its size"
            return Problem("sheet-bomb", message, 0, 0, "save the sheet as CSV (UTF-8)")
    if len(members) > MAX_MEMBERS or total > MAX_UNPACKED:
        message = f"the archive says it holds {len(members)} members and {total} bytes"
        return Problem("sheet-bomb", message, 0, 0, "save the sheet as CSV (UTF-8)")
    if "xl/workbook.xml" not in {member.filename for member in members}:
        return Problem(
            "sheet-not-a-workbook",
            "the archive holds no workbook (`xl/workbook.xml`)",
            0,
            0,
            "an .ods or another archive: save the sheet as .xlsx or as CSV (UTF-8)",
        )
    return None


def _read(path: str, data: bytes, wanted: str, max_rows: int, openpyxl: Any) -> SheetDocument:
    values = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
    try:
        sheets = values.worksheets
        names = tuple(sheet.title for sheet in sheets)
        shown = [sheet for sheet in sheets if sheet.sheet_state == "visible"] or sheets
        named = [sheet for sheet in sheets if sheet.title == wanted or sheet.title.strip() == wanted.strip()]
        if not shown or (wanted and not named):
            what = f"the workbook has no sheet `{wanted}`" if wanted else "the workbook has no sheet of cells"
            listed = f"its sheets are {', '.join(f'`{name}`' for name in names)}" if names else ""
            problem = Problem("sheet-unknown", what, 0, 0, listed)
            return SheetDocument(path, "", Records(problems=[problem]), names=names)
        chosen = named[0] if wanted else shown[0]
        records = Records()
        rows = _rows(chosen, max_rows, records)
        if rows and _has_formulas(data):
            again = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=False)
            try:
                _mark_formulas(again[chosen.title], rows)
            finally:
                again.close()
        others = tuple(sheet.title for sheet in sheets if sheet is not chosen and _any_cell(sheet))
    finally:
        values.close()
    text = _lay_out(rows, records)
    return SheetDocument(path, text, records, chosen.title, others, names, len(rows))


def _rows(sheet: Any, max_rows: int, records: Records) -> list[_Row]:
    """Rows with something in them. The stated dimensions are not believed."""
    sheet.reset_dimensions()
    rows: list[_Row] = []
    width = 0
    for number, cells in enumerate(islice(sheet.iter_rows(values_only=True), MAX_ROWS), 1):
        width += len(cells)
        if len(rows) >= max_rows:
            break
        if width > MAX_CELLS:
            message = f"the sheet holds more than {MAX_CELLS} cells; the rest was not read"
            records.problems.append(Problem("table-too-big", message, 0, 0, "cut the sheet into smaller ones"))
            break
        texts = [_text(value) for value in cells]
        while texts and not texts[-1]:
            texts.pop()
        if texts or any(value is not None for value in cells):
            rows.append(_Row(number, texts, {}))
    return rows


def _text(value: Any) -> str:
    """A cell's value as a person would type it: ISO dates, no `.0` after whole numbers."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, datetime.datetime):
        if value.time() == datetime.time():
            return value.date().isoformat()
        return value.isoformat(" ", "minutes" if value.second == 0 and value.microsecond == 0 else "seconds")
    if isinstance(value, datetime.time):
        return value.isoformat("minutes" if value.second == 0 else "seconds")
    if isinstance(value, datetime.timedelta):
        minutes, seconds = divmod(int(value.total_seconds()), 60)
        return f"{minutes // 60}:{minutes % 60:02d}" + (f":{seconds:02d}" if seconds else "")
    return str(value)


def _has_formulas(data: bytes) -> bool:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for name in archive.namelist():
            if name.startswith("xl/worksheets/") and name.endswith(".xml"):
                with archive.open(name) as member:
                    tail = b""
                    while chunk := member.read(1 << 20):
                        if b"<f>" in tail + chunk or b"<f " in tail + chunk or b":f>" in tail + chunk:
                            return True
                        tail = chunk[-4:]
    return False


def _mark_formulas(sheet: Any, rows: list[_Row]) -> None:
    """Note which cells hold a formula. One that was saved without its result stands for itself, as text."""
    sheet.reset_dimensions()
    wanted = {row.number: row for row in rows}
    last = rows[-1].number
    for number, cells in enumerate(islice(sheet.iter_rows(), last), 1):
        row = wanted.get(number)
        if row is None:
            continue
        for column, cell in enumerate(cells):
            if getattr(cell, "data_type", "") == "f":
                formula = str(getattr(cell.value, "text", None) or cell.value or "=")
                row.formulas[column] = formula if formula.startswith("=") else f"={formula}"
                row.cells.extend([""] * (column + 1 - len(row.cells)))


def _any_cell(sheet: Any) -> bool:
    sheet.reset_dimensions()
    return any(any(value is not None for value in cells) for cells in islice(sheet.iter_rows(values_only=True), 1000))


def _lay_out(rows: list[_Row], records: Records) -> str:
    """The sheet as text: line N is row N, tabs between cells, line breaks inside cells shown as blanks."""
    lines: list[str] = []
    at = 0
    for row in rows:
        gap = row.number - 1 - len(lines)
        lines.extend([""] * gap)
        at += gap
        for column, formula in row.formulas.items():
            start = at + sum(len(cell) + 1 for cell in row.cells[:column])
            known = row.cells[column]
            row.cells[column] = known or formula
            message = f"the cell holds the formula `{formula[:60]}`"
            read = "its last saved result was read" if known else "it was saved without a result and is kept as text"
            records.problems.append(
                Problem("table-formula-cell", f"{message}; {read}", start, start + 1, "paste it as a value")
            )
        line = "\t".join(cell.translate(_FLAT) for cell in row.cells)
        if any(cell.strip() for cell in row.cells):
            records.rows.append(row.cells)
            records.bounds.append((at, at + len(line) + 1))
        lines.append(line)
        at += len(line) + 1
    return "\n".join(lines) + "\n" if lines else ""
