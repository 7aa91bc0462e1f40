"""What the readers of sheets share: names of languages, tables and their places, comma lists, entries for flows."""

from __future__ import annotations

import io

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bascule.ir.content import Content
from bascule.ir.nodes import Message, RunFlow
from bascule.ir.project import Entry, EntryKind, Flow
from bascule.language import sheets
from bascule.language.entries import settle_entries
from bascule.language.locale_names import is_everyday_word, locale_of, peel_locale, plain_name, word_parts
from bascule.language.sheets import list_items, nearest, open_tables
from bascule.source import SourceFile


@pytest.mark.parametrize(
    ("value", "locale"),
    [
        ("fr", "fr"), ("EN", "en"), ("English", "en"), ("Français", "fr"), ("pt-BR", "pt_BR"), ("Portuguese (Brazil)", "pt_BR"),
        ("العربية", "ar"), ("हिंदी", "hi"), ("русский", "ru"), ("zh_Hans", "zh_Hans"), ("es-419", "es_419"), ("fra", "fr"),
        ("NotEnglish", ""), ("", ""), ("x" * 50, ""), ("klingon", ""),
    ],
)  # fmt: skip
def test_languages_are_known_by_code_and_by_name(value: str, locale: str) -> None:
    assert locale_of(value) == locale


def test_a_language_is_taken_off_the_end_or_the_front_of_a_name() -> None:
    assert peel_locale(word_parts("texte (ar)")) == (("texte",), "ar")
    assert peel_locale(word_parts("textePt-BR")) == (("texte",), "pt_BR")
    assert peel_locale(word_parts("fr_message")) == (("message",), "fr")
    assert peel_locale(word_parts("message")) == (("message",), "")
    assert is_everyday_word("id")
    assert not is_everyday_word("fr")
    assert plain_name("Bouton n° 1") == "boutonn1"


@pytest.mark.parametrize(
    ("cell", "items"),
    [
        ("a, b ,c", ["a", "b", "c"]), ('"x, y",z', ["x, y", "z"]), ("", []), (",, ,", []), ('a "b" c, d', ['a "b" c', "d"]),
        ('"say ""hi""", b', ['say "hi"', "b"]), ('"open, b', ['"open', "b"]), ("مرحبا, شكرا", ["مرحبا", "شكرا"]),
    ],
)  # fmt: skip
def test_comma_lists_protect_commas_in_quotes(cell: str, items: list[str]) -> None:
    assert [text for text, _, _ in list_items(cell)] == items


@given(st.text(st.sampled_from(list('ab",é \n')), max_size=60))
def test_items_stand_where_they_say(cell: str) -> None:
    last = 0
    for text, start, end in list_items(cell):
        assert last <= start <= end <= len(cell)
        assert cell[start:end].replace('""', '"').strip() == text or text in cell[start:end]
        last = end


def test_the_nearest_name_ignores_case_accents_and_blanks() -> None:
    assert nearest("Étape 2", ["etape2", "autre"]) == "etape2"
    assert nearest("confirmtion", ["confirmation", "menu"]) == "confirmation"
    assert nearest("zzz", ["confirmation"]) == ""
    assert nearest("", ["a"]) == ""


def workbook(**tables: list[list[str]]) -> SourceFile:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, rows in tables.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return SourceFile("b.xlsx", out.getvalue())


def test_cells_of_every_sheet_are_found_in_one_document() -> None:
    file = workbook(A=[["x", "y"], ["un", "deux"]], B=[["z"], ["trois"], ["quatre"]])
    opened = open_tables(file)
    document = opened.document()
    shown = []
    for grid in opened.grids:
        for row in range(grid.height):
            for column in range(len(grid.columns)):
                span = document.locate(grid.place(row, column))
                shown.append((grid.name, span.line, span.column, document.text[span.start : span.end]))
    assert shown == [("A", 2, 1, "un"), ("A", 2, 2, "deux"), ("B", 4, 1, "trois"), ("B", 5, 1, "quatre")]
    header = document.locate(opened.grids[1].header_place(0))
    assert document.text[header.start : header.end] == "z"


def test_sheets_past_the_bound_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "MAX_SHEETS", 2)
    opened = open_tables(workbook(A=[["a"]], B=[["b"]], C=[["c"]]))
    assert [grid.name for grid in opened.grids] == ["A", "B"]
    assert opened.skipped == ("C",)


def test_files_without_tables_say_why() -> None:
    assert [problem.kind for problem in open_tables(SourceFile("a.csv", b"")).problems] == ["table-empty"]
    assert [problem.kind for problem in open_tables(SourceFile("a.xlsx", b"PK\x03\x04")).problems] == ["sheet-damaged"]
    assert open_tables(SourceFile("a.xlsx", b"PK\x03\x04")).document().text == ""


def flow(name: str, *targets: str, entry: EntryKind | None = None) -> Flow:
    nodes = (Message(id="m", content=Content()), *(RunFlow(id=f"to_{target}", flow=target) for target in targets))
    return Flow(name, nodes, (Entry(entry),) if entry else ())


def test_flows_without_entries_get_one() -> None:
    flows = [
        flow("a", "b"),
        flow("b"),
        flow("c", "d"),
        flow("d", "c"),
        flow("e", entry=EntryKind.KEYWORD),
        flow("f", "f"),
    ]
    settled = settle_entries(flows, lambda item: Entry(EntryKind.API, name=item.id))
    assert [item.entries[0].kind.value for item in settled] == ["api", "subflow", "api", "subflow", "keyword", "api"]
