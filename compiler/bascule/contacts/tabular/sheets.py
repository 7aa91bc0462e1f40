"""Rows of a workbook, one at a time. Nothing is calculated; cells become the text a person sees or would type."""

from __future__ import annotations

import datetime
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bascule.contacts.extra import require
from bascule.contacts.tabular.problems import ContactsError, Remark

__all__ = ["cell_text", "check_workbook", "largest_sheet", "sheet_rows"]

_MAX_MEMBERS = 10_000
_MAX_UNPACKED = 8 << 30
_MAX_RATIO = 400
_RATIO_FROM = 16 << 20
_MAX_STRINGS = 512 << 20
_ROWS = 1_048_576
_BLANK_RUN = 10_000


def cell_text(value: Any) -> str:
    """The text of a cell. Whole numbers have no ``.0``; a number that lost digits keeps its exponent."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, datetime.datetime):
        return value.date().isoformat() if value.time() == datetime.time() else value.isoformat(" ")
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    return str(value)


def check_workbook(path: Path) -> None:
    """Refuse what is no workbook, or one that would unpack to far more than it is."""
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, EOFError) as error:
        raise ContactsError(
            "contacts-bad-workbook",
            "the file is no workbook that can be read",
            "save it as .xlsx without a password, or as CSV (UTF-8)",
        ) from error
    names = {member.filename for member in members}
    if "xl/workbook.xml" not in names or any(member.flag_bits & 1 for member in members):
        raise ContactsError(
            "contacts-bad-workbook", "the archive is no open .xlsx workbook", "save it as .xlsx without a password"
        )
    swollen = any(
        member.file_size > _RATIO_FROM and member.file_size > _MAX_RATIO * max(member.compress_size, 1)
        for member in members
    )
    strings = sum(member.file_size for member in members if "sharedstrings" in member.filename.lower())
    total = sum(member.file_size for member in members)
    if swollen or len(members) > _MAX_MEMBERS or total > _MAX_UNPACKED or strings > _MAX_STRINGS:
        raise ContactsError("contacts-bad-workbook", "the workbook unpacks to far too much", "save the sheet as CSV")


def largest_sheet(path: Path) -> int:
    """Bytes of the XML of the largest sheet. The file has passed :func:`check_workbook`."""
    with zipfile.ZipFile(path) as archive:
        sizes = [member.file_size for member in archive.infolist() if member.filename.startswith("xl/worksheets/")]
    return max(sizes, default=0)


def sheet_rows(path: Path, sheet: str = "") -> tuple[Iterator[list[str]], list[Remark]]:
    """The rows of one sheet (by name, else the first visible one) without blank ones at its end, and remarks.

    Raises ContactsError; while rows are taken too, where the workbook is damaged further on.
    """
    require("openpyxl", "defusedxml")
    import openpyxl

    check_workbook(path)
    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
        sheets = book.worksheets
    except Exception as error:  # whatever openpyxl's XML, zip and number parsers raise
        raise _damaged(error) from error
    named = [found for found in sheets if found.title.strip() == sheet.strip()]
    shown = [found for found in sheets if found.sheet_state == "visible"] or sheets
    if (sheet and not named) or not shown:
        titles = ", ".join(f"`{found.title}`" for found in sheets[:20])
        message = f"the workbook has no sheet {sheet!r}"
        raise ContactsError("contacts-sheet-unknown", message, f"its sheets are {titles}")
    chosen = named[0] if sheet else shown[0]
    remarks = []
    if len(shown) > 1 and not sheet:
        remarks.append(
            Remark("contacts-other-sheets", f"the first of {len(shown)} sheets was read", "--sheet names another one")
        )
    return _rows(chosen, book), remarks


def _damaged(error: Exception) -> ContactsError:
    return ContactsError(
        "contacts-bad-workbook",
        f"the workbook cannot be read: {type(error).__name__}",
        "open it in a spreadsheet and save it again, or save it as CSV",
    )


def _rows(sheet: Any, book: Any) -> Iterator[list[str]]:
    blank = 0
    try:
        sheet.reset_dimensions()
        for number, cells in enumerate(sheet.iter_rows(values_only=True)):
            texts = [cell_text(value) for value in cells]
            while texts and not texts[-1]:
                texts.pop()
            if not texts:
                blank += 1
                if blank > _BLANK_RUN or number >= _ROWS:
                    return
                continue
            # A blank row between others is a row; those at the end are none.
            for _ in range(blank):
                yield []
            blank = 0
            yield texts
    except Exception as error:
        raise _damaged(error) from error
    finally:
        book.close()
