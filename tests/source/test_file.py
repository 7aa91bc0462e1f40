"""A source file reads its sheets once for everybody who asks."""

from __future__ import annotations

import io
from typing import Any

import pytest

from bascule.source import SourceFile
from bascule.source import file as file_module


def workbook(**sheets: int) -> SourceFile:
    """A workbook of sheets with so many rows each."""
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in range(rows):
            sheet.append([f"clé {row}", f"Bonjour à tous, ligne {row}"])
    data = io.BytesIO()
    book.save(data)
    return SourceFile("messages.xlsx", data.getvalue())


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The sheets that were really read, by the name that was asked for."""
    from bascule.source import workbook as module

    seen: list[str] = []
    real = module.read_workbook

    def read(path: str, data: bytes, sheet: str = "", max_rows: int = module.MAX_ROWS) -> Any:
        seen.append(sheet)
        return real(path, data, sheet, max_rows)

    monkeypatch.setattr(module, "read_workbook", read)
    return seen


def test_a_sheet_that_was_read_whole_serves_every_request_that_it_fits(opened: list[str]) -> None:
    file = workbook(menu=10, suite=10)
    first = file.sheet(max_rows=50)
    assert first.height == 10
    assert file.sheet() is first
    assert file.sheet("menu", 200) is first
    assert file.sheet("suite").sheet == "suite"
    assert file.sheet("suite", 20).sheet == "suite"
    assert opened == ["", "suite"]


def test_a_sheet_that_was_cut_is_read_again_for_more_or_fewer_rows(opened: list[str]) -> None:
    file = workbook(menu=60)
    assert [len(file.sheet(max_rows=most).records) for most in (50, 20, 50)] == [50, 20, 50]
    whole = file.sheet()
    assert len(whole.records) == 60
    assert file.sheet("menu", 61) is whole
    assert len(file.sheet(max_rows=60).records) == 60
    assert len(opened) == 4


def test_what_is_kept_has_a_bound(opened: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file_module, "MAX_KEPT", 100)
    file = workbook(menu=10)
    assert file.sheet().records == file.sheet().records
    assert len(opened) == 2


def test_a_sheet_that_is_not_there_is_no_answer_for_one_that_is() -> None:
    file = workbook(menu=3)
    assert file.sheet("absent").problems[0].kind == "sheet-unknown"
    assert file.sheet().sheet == "menu"
    assert file.sheet("absent").problems[0].kind == "sheet-unknown"
