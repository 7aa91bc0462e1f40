"""Tables: what is read, what is repaired, and where every cell stands."""

from __future__ import annotations

import csv
import datetime
import io
import zipfile

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bascule.source import Place
from bascule.source.delimited import Dialect, read_records, scan_cells, sniff_dialect
from bascule.source.table import TableDocument, read_table
from bascule.source.workbook import SheetDocument, read_workbook

CELLS = st.text(st.sampled_from(list('ab" ,;\n\r\té€🎉ن\u00a0x1')), max_size=8)
ROWS = st.lists(st.lists(CELLS, min_size=1, max_size=4), min_size=1, max_size=6)


def written(rows: list[list[str]], delimiter: str) -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, quoting=csv.QUOTE_ALL).writerows(rows)
    return out.getvalue()


def kinds(table: TableDocument) -> list[str]:
    return [problem.kind for problem in table.problems]


def shown(table: TableDocument, place: Place) -> str:
    span = table.locate(place)
    return table.text[span.start : span.end]


# Reading


@given(ROWS, st.sampled_from([",", ";", "\t", "|"]))
def test_what_csv_writes_is_read_back(rows: list[list[str]], delimiter: str) -> None:
    records = read_records(written(rows, delimiter), Dialect(delimiter))
    assert records.rows == [row for row in rows if any(cell.strip() for cell in row)]
    assert records.problems == []


@given(st.text(st.sampled_from(list('ab",;\n\r x')), max_size=60), st.sampled_from([",", ";"]))
def test_well_formed_text_gives_what_csv_gives(text: str, delimiter: str) -> None:
    lines = text.replace("\r\n", "\n").replace("\r", "\n").splitlines(keepends=True)
    try:
        expected = [row for row in csv.reader(lines, delimiter=delimiter, strict=True) if any(c.strip() for c in row)]
    except csv.Error:
        return
    found = read_records(text, Dialect(delimiter))
    assert [[cell.replace("\r\n", "\n").replace("\r", "\n") for cell in row] for row in found.rows] == expected


@given(ROWS, st.sampled_from([",", ";", "\t"]))
def test_the_scanner_agrees_with_csv_on_every_cell(rows: list[list[str]], delimiter: str) -> None:
    text = written(rows, delimiter)
    records = read_records(text, Dialect(delimiter))
    for row, (start, end) in zip(records.rows, records.bounds, strict=True):
        cells, after = scan_cells(text, start, delimiter)
        assert after == end
        assert [cell.value(text) for cell in cells] == row


@given(st.text(max_size=300))
def test_any_text_is_read_without_an_exception(text: str) -> None:
    table = read_table("t.csv", text)
    assert isinstance(table.problems, tuple)
    for row in range(len(table.rows)):
        for column in range(len(table.columns)):
            span = table.locate(table.place(row, column))
            assert 0 <= span.start <= span.end <= len(text)


@given(st.text(st.sampled_from(list('ab",\n')), max_size=80))
def test_every_letter_of_a_broken_table_is_kept_in_order(text: str) -> None:
    table = read_table("t.csv", text, header_row=None, delimiter=",")
    kept = "".join(cell for row in table.records for cell in row)
    assert [char for char in kept if char in "ab"] == [char for char in text if char in "ab"]


# Delimiters


@pytest.mark.parametrize(
    ("text", "delimiter"),
    [
        ("cle;texte\na;Bonjour, Awa\nb;Merci, Bob\n", ";"),
        ('id,text\n1,"Bonjour; Awa"\n2,Merci\n', ","),
        ("id\ttext\n1\tBonjour, Awa; merci\n", "\t"),
        ("a|b\n1|2\n", "|"),
        ("message\nBonjour, Awa\nSalut, toi\n", ""),
        ("Bonjour, Awa\nSalut\nMerci, Bob, et à demain\n", ""),
        ("Liste des SMS\n\ncle;texte\na;Bonjour, Awa\n", ";"),
        ("sep=,\na,b\n", ","),
        ("list_name, name, label::Français (fr)\nouinon, oui, Oui\n", ","),
        ("Bonjour, Awa, merci\nSalut, Bob, merci\n", ""),
        ("", ""),
    ],
)
def test_the_delimiter_is_the_one_that_cuts_alike(text: str, delimiter: str) -> None:
    assert sniff_dialect(text).delimiter == delimiter


def test_the_sep_line_of_excel_is_obeyed_and_is_no_row() -> None:
    table = read_table("t.csv", "sep=;\r\na;b,c\r\n1;2,5\r\n")
    assert table.columns == ("a", "b,c")
    assert table.rows == [["1", "2,5"]]
    assert table.locate(table.place(0, 1)).line == 3


def test_blanks_before_quotes_are_no_part_of_the_cell() -> None:
    table = read_table("t.csv", 'id, text\n1, "Bonjour, Awa"\n2, "Merci"\n')
    assert table.rows == [["1", "Bonjour, Awa"], ["2", "Merci"]]


# Columns


def test_column_names_are_unique_and_never_empty() -> None:
    table = read_table("t.csv", "texte, texte ,,texte\na,b,c,d,e\n")
    assert table.columns == ("texte", "texte#2", "column3", "texte#3", "column5")


def test_a_title_above_the_header_is_kept_as_preamble() -> None:
    table = read_table("t.csv", "Nos SMS\n\ncle;texte\na;Bonjour\n").with_header(1)
    assert table.preamble == [["Nos SMS"]]
    assert table.rows == [["a", "Bonjour"]]
    assert shown(table, table.preamble_place(0, 0)) == "Nos SMS"


def test_a_table_without_a_header_has_numbered_columns() -> None:
    table = read_table("t.csv", "a;b\nc;d\n", header_row=None)
    assert table.columns == ("column1", "column2")
    assert len(table.rows) == 2


# Places


def test_a_cell_is_found_by_line_and_column() -> None:
    table = read_table("t.csv", 'cle;texte\nx;"Bonjour ""Awa"",\nça va ?"\n\ny;Salut\n')
    span = table.locate(Place("t.csv", "/0/texte"))
    assert (span.line, span.column, span.end_line) == (2, 4, 3)
    assert shown(table, Place("t.csv", "/1/texte")) == "Salut"
    assert table.locate(Place("t.csv", "/1/texte")).line == 5


def test_a_range_inside_a_cell_skips_doubled_quotes() -> None:
    table = read_table("t.csv", 'cle;texte\nx;"Bonjour ""Awa"",\nça va ?"\n')
    text = table.cell(0, 1)
    start = text.index("ça")
    assert shown(table, Place("t.csv", "/0/texte", (start, start + 2))) == "ça"
    start = text.index("Awa")
    assert shown(table, Place("t.csv", "/0/texte", (start, start + 3))) == "Awa"


def test_the_header_cell_is_the_key_of_its_column() -> None:
    table = read_table("t.csv", "cle;texte\nx;y\n")
    assert shown(table, Place("t.csv", "/0/texte", None, True)) == "texte"
    assert shown(table, table.header_place(0)) == "cle"


def test_a_pointer_that_is_not_there_gives_its_row() -> None:
    table = read_table("t.csv", "cle;texte\nx;y\n")
    assert shown(table, Place("t.csv", "/0/autre")) == "x;y"
    assert table.locate(Place("t.csv", "/7/texte")).line == 1


@given(ROWS.filter(lambda rows: all(any(cell.strip() for cell in row) for row in rows)))
def test_every_character_of_every_cell_is_located(rows: list[list[str]]) -> None:
    text = written(rows, ",")
    table = read_table("t.csv", text, header_row=None, delimiter=",")
    for number, row in enumerate(rows):
        for column, cell in enumerate(row):
            for index, char in enumerate(cell):
                place = table.place(number, column).within(index, index + 1)
                found = shown(table, place)
                assert found == (char if char != '"' else '""')


# Broken tables


def test_a_quote_that_is_never_closed_costs_no_row() -> None:
    table = read_table("t.csv", 'cle,texte,langue\na,"Bonjour Awa,fr\nb,"Salut, toi",fr\nc,Fin,fr\n')
    assert table.rows == [["a", "Bonjour Awa", "fr"], ["b", "Salut, toi", "fr"], ["c", "Fin", "fr"]]
    assert kinds(table) == ["table-unclosed-quote"]
    problem = table.problems[0]
    assert table.line_column(problem.start) == (2, 3)


def test_a_quote_inside_a_cell_is_kept() -> None:
    table = read_table("t.csv", 'cle,texte\na,"Il a dit "oui" hier"\n')
    assert table.rows == [["a", 'Il a dit "oui" hier']]
    assert kinds(table) == ["table-stray-quote"]
    assert shown(table, Place("t.csv", "/0/texte", (10, 13))) == "oui"


def test_cells_beyond_the_header_are_kept_and_reported() -> None:
    table = read_table("t.csv", "cle,texte\na,Bonjour, votre colis\nb\nc,Merci,,\n", delimiter=",")
    assert table.cell(0, 2) == " votre colis"
    assert table.cell(1, 1) == ""
    assert kinds(table) == ["table-ragged-row"]
    assert "column3" in table.problems[0].help


def test_empty_tables_say_so() -> None:
    assert kinds(read_table("t.csv", "")) == ["table-empty"]
    assert kinds(read_table("t.csv", ";;;\n\n;;\n")) == ["table-empty"]
    assert kinds(read_table("t.csv", "cle;texte\n")) == ["table-header-only"]


def test_nul_characters_and_huge_cells_are_reported() -> None:
    assert kinds(read_table("t.csv", "a;b\nx;y\0z\n")) == ["table-nul"]
    huge = "x" * 140_000
    table = read_table("t.csv", f"a;b\nx;{huge}\n")
    assert kinds(table) == ["table-huge-cell"]
    assert table.cell(0, 1) == huge


def test_many_problems_of_a_kind_are_capped_with_their_number() -> None:
    table = read_table("t.csv", "a,b\n" + "x,y,z\n" * 50, delimiter=",")
    assert kinds(table) == ["table-ragged-row"] * 20
    assert "30 more" in table.problems[-1].message


@pytest.mark.parametrize("piece", ['"a\n', '"a,', '""x\n', '"a"x,b\n', '"', ",", "\n", 'a"b"c,'])
def test_hostile_text_is_read_in_linear_time(piece: str) -> None:
    text = piece * (200_000 // len(piece))
    table = read_table("t.csv", text)
    assert isinstance(table.problems, tuple)


def test_a_table_above_the_limits_is_cut_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bascule.source.delimited.MAX_ROWS", 5)
    table = read_table("t.csv", "a,b\n" + "x,y\n" * 10)
    assert len(table.records) == 5
    assert "table-too-big" in kinds(table)


# Workbooks


def workbook(rows: list[list[object]], **sheets: list[list[object]]) -> bytes:
    book = openpyxl.Workbook()
    book.active.title = "SMS"
    for row in rows:
        book.active.append(row)
    for name, more in sheets.items():
        sheet = book.create_sheet(name)
        for row in more:
            sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_a_sheet_is_a_table_with_rows_and_columns_of_the_sheet() -> None:
    data = workbook([["Titre"], [], ["Clé", "Texte"], ["a", "Bonjour\n[nom]"], [None], ["b", "Merci"]])
    table = read_workbook("t.xlsx", data).with_header(1)
    assert isinstance(table, SheetDocument)
    assert table.columns == ("Clé", "Texte")
    assert table.rows == [["a", "Bonjour\n[nom]"], ["b", "Merci"]]
    span = table.locate(table.place(0, 1))
    assert (span.line, span.column) == (4, 2)
    assert table.line_text(4) == "a\tBonjour [nom]"
    assert shown(table, table.place(0, 1).within(8, 13)) == "[nom]"
    assert table.locate(table.place(1, 0)).line == 6
    assert table.locate(table.header_place(1)).line == 3


def test_values_of_cells_keep_a_form_people_type() -> None:
    moment = datetime.datetime(2026, 3, 1, 10, 30)
    data = workbook(
        [["a", "b", "c", "d", "e", "f", "g"],
         [3.0, 2.5, True, datetime.datetime(2026, 3, 1), moment, datetime.time(8, 5), datetime.timedelta(minutes=90)]]
    )  # fmt: skip
    assert read_workbook("t.xlsx", data).rows == [
        ["3", "2.5", "TRUE", "2026-03-01", "2026-03-01 10:30", "08:05", "1:30"]
    ]


def test_a_formula_is_never_calculated() -> None:
    table = read_workbook("t.xlsx", workbook([["cle", "texte"], ["a", '=CONCATENATE("x";"y")']]))
    assert table.cell(0, 1) == '=CONCATENATE("x";"y")'
    assert kinds(table) == ["table-formula-cell"]
    assert table.line_column(table.problems[0].start) == (2, 2)


def test_the_saved_result_of_a_formula_is_read() -> None:
    source = workbook([["cle", "texte"], ["a", "=1+1"]])
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(source)) as old, zipfile.ZipFile(out, "w") as new:
        for item in old.infolist():
            data = old.read(item.filename)
            if item.filename == "xl/worksheets/sheet1.xml":
                data = data.replace(b"<f>1+1</f><v />", b"<f>1+1</f><v>2</v>").replace(
                    b"<f>1+1</f><v></v>", b"<f>1+1</f><v>2</v>"
                )
                assert b"<v>2</v>" in data
            new.writestr(item, data)
    table = read_workbook("t.xlsx", out.getvalue())
    assert table.cell(0, 1) == "2"
    assert "last saved result" in table.problems[0].message


def test_a_sheet_is_chosen_by_name_and_the_others_are_named() -> None:
    data = workbook([["a"], ["x"]], Autre=[["b"], ["y"]], Vide=[])
    first = read_workbook("t.xlsx", data)
    assert (first.sheet, first.others, first.names) == ("SMS", ("Autre",), ("SMS", "Autre", "Vide"))
    assert read_workbook("t.xlsx", data, "Autre").rows == [["y"]]
    unknown = read_workbook("t.xlsx", data, "Nope")
    assert kinds(unknown) == ["sheet-unknown"]
    assert "`Autre`" in unknown.problems[0].help


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"cle;texte\n", "sheet-not-a-workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "sheet-legacy"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "sheet-encrypted"),
        (b"PK\x03\x04" + b"x" * 100, "sheet-damaged"),
        (workbook([["a"]])[:2000], "sheet-damaged"),
        (b"", "sheet-not-a-workbook"),
    ],
)
def test_what_is_no_workbook_says_what_it_is(data: bytes, kind: str) -> None:
    assert kinds(read_workbook("t.xlsx", data)) == [kind]


def archive(members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as made:
        for name, data in members.items():
            made.writestr(name, data)
    return out.getvalue()


def test_an_archive_that_unpacks_to_too_much_is_not_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    bomb = archive({"xl/workbook.xml": b"<x/>", "xl/sharedStrings.xml": b" " * (8 << 20)})
    assert kinds(read_workbook("t.xlsx", bomb)) == ["sheet-bomb"]
    assert kinds(read_workbook("t.xlsx", archive({"readme.txt": b"x"}))) == ["sheet-not-a-workbook"]
    monkeypatch.setattr("bascule.source.workbook.MAX_MEMBERS", 3)
    many = archive({f"xl/{number}.xml": b"" for number in range(5)})
    assert kinds(read_workbook("t.xlsx", many)) == ["sheet-bomb"]


def test_without_openpyxl_the_finding_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "openpyxl", None)
    table = read_workbook("t.xlsx", workbook([["a"], ["b"]]))
    assert kinds(table) == ["sheet-extra-missing"]
    assert "pip install 'bascule[xlsx]'" in table.problems[0].help


def sheet_xml(body: str) -> bytes:
    source = workbook([["cle", "texte"], ["a", "x"]])
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(source)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for item in old.infolist():
            data = old.read(item.filename)
            if item.filename == "xl/worksheets/sheet1.xml":
                data = (
                    '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
                    f"<dimension ref='A1:XFD1048576'/><sheetData>{body}</sheetData></worksheet>"
                ).encode()
            new.writestr(item, data)
    return out.getvalue()


def test_sparse_and_lying_sheets_are_bounded() -> None:
    far = sheet_xml('<row r="999999999"><c r="A999999999" t="inlineStr"><is><t>x</t></is></c></row>')
    assert read_workbook("t.xlsx", far).records == []
    wide = "".join(f'<row r="{n}"><c r="ZZZ{n}"><v>1</v></c></row>' for n in range(1, 2000))
    table = read_workbook("t.xlsx", sheet_xml(wide))
    assert "table-too-big" in kinds(table)


def test_entities_in_a_sheet_are_refused() -> None:
    body = '<row r="1"><c r="A1" t="inlineStr"><is><t>&a;</t></is></c></row>'
    assert kinds(read_workbook("t.xlsx", sheet_xml(body))) == ["sheet-damaged"]


@given(st.binary(max_size=400), st.integers(0, 4000), st.integers(1, 60))
def test_damaged_workbooks_never_raise(noise: bytes, at: int, size: int) -> None:
    good = workbook([["cle", "texte"], ["a", "Bonjour"]])
    for data in (noise, b"PK\x03\x04" + noise, good[:at] + noise[:size] + good[at + size :]):
        table = read_workbook("t.xlsx", data)
        assert isinstance(table.problems, tuple)
