"""The books of the ContentRepo parser, and every text of the corpus byte for byte."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bascule.ir.content import Content
from bascule.ir.nodes import Ask, Message
from bascule.ir.text import Hole, Text, plain_text
from bascule.parsers.base import CERTAIN, Parsed, ParseOptions
from bascule.parsers.contentrepo import parse, sniff
from bascule.parsers.contentrepo.columns import KNOWN
from bascule.parsers.contentrepo.rules import NoPages
from bascule.source import SourceFile

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures" / "contentrepo"
FILES = sorted(path for path in FIXTURES.rglob("*.csv"))


def rows_of(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline="")))


def assert_booked(parsed: Parsed, rows: list[list[str]]) -> None:
    counted = Counter((entry.place.pointer, entry.place.key) for entry in parsed.ledger)
    assert max(counted.values()) == 1
    assert len(parsed.ledger) == sum(bool(cell.strip()) for row in rows for cell in row)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_filled_cell_is_booked_once(path: Path) -> None:
    parsed = parse(SourceFile(path.name, path.read_bytes()), ParseOptions())
    if parsed.ledger.entries:
        assert_booked(parsed, rows_of(path.read_text(encoding="utf-8")))


def test_every_filled_cell_of_a_workbook_is_booked_once() -> None:
    path = FIXTURES / "pages.xlsx"
    parsed = parse(SourceFile(path.name, path.read_bytes()), ParseOptions())
    sheet = openpyxl.load_workbook(path).worksheets[0]
    filled = sum(cell.value is not None for row in sheet.iter_rows() for cell in row)
    assert len(parsed.ledger) == filled + 1  # the sheet `notes`, as one construct


def spelled(text: Text, source: str) -> str:
    """A text with its placeholders as the source spells them."""

    def show(hole: Hole) -> str:
        assert hole.at is not None
        assert hole.at.sub is not None
        return source[slice(*hole.at.sub)]

    return plain_text(text, show)


def contents(parsed: Parsed) -> Iterator[Content]:
    for flow in parsed.project.flows:
        for node in flow.nodes:
            if isinstance(node, (Ask, Message)):
                yield node.content
                yield from (variant.content for variant in node.content.variants)


def said_with(parsed: Parsed, source: str) -> bool:
    for content in contents(parsed):
        for _, text in content.text:
            if any(isinstance(part, Hole) for part in text):
                if spelled(text, source) == source:
                    return True
            elif plain_text(text) == source:
                return True
    return False


def assert_every_body_is_said(parsed: Parsed, rows: list[list[str]]) -> int:
    header = [name.strip().lower() for name in rows[0]]
    count = 0
    for row in rows[1:]:
        for name, cell in zip(header, row, strict=False):
            if name.endswith("_body") and cell.strip():
                assert said_with(parsed, cell), (name, cell)
                count += 1
    return count


@pytest.mark.parametrize("name", ["pages.csv", "langues.csv", "ancien.csv"])
def test_every_body_of_the_fixtures_is_said_byte_for_byte(name: str) -> None:
    path = FIXTURES / name
    parsed = parse(SourceFile(path.name, path.read_bytes()), ParseOptions())
    assert assert_every_body_is_said(parsed, rows_of(path.read_text(encoding="utf-8"))) > 4


@pytest.mark.corpus
def test_every_real_sheet_is_taken_read_and_booked_to_the_last_cell(corpus: Path) -> None:
    files = sorted((corpus / "parallel-content").glob("*.csv"))
    assert len(files) == 31
    fates: Counter[str] = Counter()
    bodies = 0
    for path in files:
        file = SourceFile(path.name, path.read_bytes())
        match = sniff(file)
        assert match is not None
        assert match.confidence == CERTAIN
        parsed = parse(file, ParseOptions())
        assert not parsed.unreadable
        rows = rows_of(path.read_text(encoding="utf-8"))
        assert_booked(parsed, rows)
        fates.update(parsed.ledger.counts())
        bodies += assert_every_body_is_said(parsed, rows)
    assert bodies > 80
    assert fates["dropped"] == 0
    assert (fates["exact"] + fates["emulated"]) / fates.total() > 0.99


@pytest.mark.corpus
def test_real_sheets_as_workbooks_give_the_same_pages(corpus: Path) -> None:
    for path in sorted((corpus / "parallel-content").glob("*.csv"))[::5]:
        rows = rows_of(path.read_text(encoding="utf-8"))
        book = openpyxl.Workbook()
        sheet = book.active
        assert sheet is not None
        for row in rows:
            sheet.append([None, *[cell or None for cell in row]])
        out = io.BytesIO()
        book.save(out)
        first = parse(SourceFile(path.name, path.read_bytes()), ParseOptions())
        second = parse(SourceFile(path.stem + ".xlsx", out.getvalue()), ParseOptions())
        assert first.project == second.project


CELLS = st.sampled_from(
    ["", "", "", "a", "b", "Bonjour {nom}", "Hi {{1}}", "fr", "en", "French", "x", "[]", "Bouton", '[{"type": "next_message", "title": "OK"}]',
     '[{"type": "go_to_page", "title": "Go", "slug": "b"}]', '[{"title": 1}]', "a, b", "gender: male", "hommes", "https://a.org",
     "+221 33 800 00 00", "1. Oui\n2. Non ?", "مرحبا", "हाँ", "👋", "UTILITY", '"a, b", c', " x "]
)  # fmt: skip


@settings(max_examples=250)
@given(
    st.lists(st.sampled_from([*KNOWN, "Slug", "A json code", ""]), min_size=6, max_size=20, unique=True),
    st.lists(st.lists(CELLS, max_size=24), max_size=6),
)
def test_every_cell_of_any_sheet_is_booked_once(columns: list[str], rows: list[list[str]]) -> None:
    out = io.StringIO()
    csv.writer(out, quoting=csv.QUOTE_ALL).writerows([["web_title", "whatsapp_body", "slug", *columns], *rows])
    parsed = parse(SourceFile.of_text(out.getvalue(), "t.csv"), ParseOptions())
    if parsed.unreadable:
        return
    assert not [entry for entry in parsed.ledger if entry.code == NoPages.code]
    assert_booked(parsed, rows_of(out.getvalue()))
