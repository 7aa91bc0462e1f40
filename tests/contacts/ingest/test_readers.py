"""Readers: rows of tables, sheets and JSON, whatever the size of the blocks they come in."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.contacts.ingest.support import converted, custom

from bascule.contacts.extra import installed
from bascule.contacts.ingest import read_delimited, read_json
from bascule.contacts.ingest.read_delimited import Delimited
from bascule.contacts.ingest.read_json import Objects, flat
from bascule.contacts.ingest.read_sheet import Sheet
from bascule.contacts.ingest.records import Broken
from bascule.contacts.tabular.detect import detect
from bascule.contacts.tabular.problems import ContactsError

SLOW = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
CELL = st.text(st.sampled_from("ab é,;\"\n\r'=🦄"), max_size=6)


def table(path: Path, delimiter: str = "") -> tuple[list[str], dict[int, list[str]]]:
    """Header and rows by number, cells beyond the header behind the others."""
    reader = Delimited(path, detect(path, delimiter=delimiter))
    keys = [f"c{number}" for number in range(len(reader.header))]
    reader.header = keys
    rows: dict[int, list[str]] = {}
    for chunk in reader.chunks(frozenset(keys)):
        for at, number in enumerate(chunk.numbers):
            rest = json.loads(f"{{{chunk.rest[at]}}}")
            rows[number] = [*(chunk.cells[key][at] for key in keys), *rest.get("extra_cells", [])]
    return keys, rows


@SLOW
@given(rows=st.lists(st.lists(CELL, min_size=3, max_size=3), min_size=1, max_size=30), block=st.integers(1, 40))
def test_what_a_csv_writer_writes_is_read(
    rows: list[list[str]], block: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.csv"
    text = io.StringIO(newline="")
    csv.writer(text, quoting=csv.QUOTE_ALL).writerows([["h1", "h2", "h3"], *rows])
    path.write_text(text.getvalue(), "utf-8", newline="")
    monkeypatch.setattr(read_delimited, "_BLOCK", block)
    _, found = table(path, ",")
    assert list(found.values()) == rows
    assert list(found) == list(range(2, len(rows) + 2))


@SLOW
@given(text=st.text(st.sampled_from('ab,"\n\r'), max_size=60), block=st.integers(1, 30))
def test_any_text_gives_the_same_rows_in_any_blocks(
    text: str, block: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f"h1,h2\n{text}", "utf-8", newline="")
    _, whole = table(path, ",")
    monkeypatch.setattr(read_delimited, "_BLOCK", block)
    assert table(path, ",")[1] == whole


def test_broken_quotes_cost_one_row_and_are_counted(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    good = "".join(f"x{number},y\n" for number in range(3_000))
    path.write_text(f'h1,h2\n{good}"open,z\n{good}', "utf-8")
    reader = Delimited(path, detect(path))
    numbers = [number for chunk in reader.chunks(frozenset()) for number in chunk.numbers]
    assert numbers == list(range(2, 6_003))
    assert reader.odd == 1


RECORDS = st.lists(
    st.one_of(
        st.dictionaries(
            st.text(max_size=4), st.one_of(st.none(), st.booleans(), st.text(max_size=8), st.integers()), max_size=4
        ),
        st.integers(),
        st.none(),
        st.text(max_size=5),
    ),
    max_size=12,
)


def values(path: Path) -> list[Any]:
    return [value.reason if isinstance(value, Broken) else value for value in Objects(path, detect(path)).values()]


def spelled(value: Any) -> Any:
    """As the reader gives values: numbers as text."""
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return value
    return {key: spelled(item) for key, item in value.items()} if isinstance(value, dict) else str(value)


@SLOW
@given(records=RECORDS, block=st.integers(1, 30))
def test_arrays_are_read_in_any_blocks(
    records: list[Any], block: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(read_json, "_READ", block)
    path = tmp_path / "a.json"
    path.write_text(json.dumps(records, indent=1), "utf-8")
    if records:
        assert values(path) == [spelled(record) for record in records]


@SLOW
@given(
    records=st.lists(
        st.dictionaries(st.text(min_size=1, max_size=4), st.text(max_size=8), min_size=1, max_size=3),
        min_size=1,
        max_size=9,
    ),
    block=st.integers(1, 30),
)
def test_lines_and_values_in_a_row_are_the_same(
    records: list[Any], block: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(read_json, "_READ", block)
    (tmp_path / "a.jsonl").write_text("".join(json.dumps(record) + "\n" for record in records), "utf-8")
    (tmp_path / "a.json").write_text("".join(json.dumps(record, indent=2) + "\n" for record in records), "utf-8")
    assert values(tmp_path / "a.jsonl") == values(tmp_path / "a.json") == [spelled(record) for record in records]


@SLOW
@given(text=st.text(st.sampled_from('[]{},:"a1\\ \n'), max_size=60), suffix=st.sampled_from([".json", ".jsonl"]))
def test_no_json_is_too_odd(text: str, suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"a{suffix}"
    path.write_text(text, "utf-8")
    try:
        reader = Objects(path, detect(path))
        for chunk in reader.chunks(frozenset({"a"})):
            assert len(chunk.rest) == len(chunk.numbers)
    except ContactsError:
        pass


def test_members_by_dotted_names() -> None:
    assert flat({"a": {"b": {"c": "1"}, "d": []}, "a.b.c": "2", "e": {}}) == {
        "a.b.c": "2", "a.d": [], "a.b.c#2": "1", "e": {}
    }  # fmt: skip
    deep: dict[str, Any] = {"x": "1"}
    for _ in range(50):
        deep = {"n": deep}
    assert len(flat(deep)) == 1


def test_an_object_of_one_list_is_a_page_and_a_contact_with_a_list_is_none(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text(json.dumps({"abonnés": [{"phone": "+33612345678"}, {"phone": "+33623456789"}]}), "utf-8")
    assert [row["phone_e164"] for row in converted(path)[0]] == ["+33612345678", "+33623456789"]
    path.write_text(json.dumps({"phone": "+33612345678", "orders": [{"sku": "1"}]}), "utf-8")
    (row,) = converted(path)[0]
    assert custom(row)["orders"] == [{"sku": "1"}]


def workbook(path: Path, sheets: dict[str, list[list[Any]]], hidden: str = "") -> Path:
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
        sheet.sheet_state = "hidden" if name == hidden else "visible"
    book.save(path)
    return path


@pytest.fixture(params=["fastexcel", "openpyxl"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Both readers of workbooks."""
    if not installed(request.param):
        pytest.skip(f"needs {request.param}")
    if request.param == "openpyxl":
        monkeypatch.setattr("bascule.contacts.ingest.read_sheet.installed", lambda package: False)
    return str(request.param)


def test_sheet_rows_keep_their_numbers(way: str, tmp_path: Path) -> None:
    import datetime

    rows = [
        [], [], ["phone", "name", "opt in", "opt in date", "n"],
        [33612345678, "Zoé", True, datetime.datetime(2026, 11, 23, 9, 30), 1.5],
        [],
        ["06 12 34 56 79", "=1+1", True, datetime.date(2026, 1, 2), None],
    ]  # fmt: skip
    path = workbook(tmp_path / "a.xlsx", {"Clients": rows})
    found, _ = converted(path, default_region="FR")
    assert [(row["row"], row["phone_e164"], row["consent_action"], row["occurred_at"]) for row in found] == [
        (4, "+33612345678", "opt_in", "2026-11-23T09:30:00Z"),
        (6, "+33612345679", "opt_in", "2026-01-02T00:00:00Z"),
    ]
    assert custom(found[0])["n"] == "1.5"


def test_a_hidden_sheet_is_not_the_first_and_any_can_be_named(way: str, tmp_path: Path) -> None:
    sheets = {name: [["phone"], [f"+3361234567{number}"]] for number, name in enumerate(("Old", "New", "Été"))}
    path = workbook(tmp_path / "a.xlsx", sheets, hidden="Old")
    found, source = converted(path)
    assert found[0]["phone_e164"] == "+33612345671"
    assert [remark.kind for remark in source.remarks] == ["contacts-other-sheets"]
    assert converted(path, sheet="Été")[0][0]["phone_e164"] == "+33612345672"
    with pytest.raises(ContactsError) as caught:
        Sheet(path, "None")
    assert caught.value.kind == "contacts-sheet-unknown"


@pytest.mark.skipif(not installed("fastexcel") or not installed("openpyxl"), reason="needs both readers")
def test_a_large_sheet_is_read_row_by_row_and_to_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import fastexcel

    rows = [["phone", "name", "n"], *([f"+3361234{number:04}", "Zoé", number / 2] for number in range(3000))]
    path = workbook(tmp_path / "a.xlsx", {"Clients": rows})
    expected, _ = converted(path)
    assert len(expected) == 3000
    monkeypatch.setattr("bascule.contacts.ingest.read_sheet.LARGE", 1000)
    monkeypatch.setattr(fastexcel, "read_excel", lambda *_: pytest.fail("the whole sheet was read"))
    found, _ = converted(path)
    assert [row | {"import_id": ""} for row in found] == [row | {"import_id": ""} for row in expected]
