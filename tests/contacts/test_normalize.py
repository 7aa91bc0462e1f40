"""Files: every row and cell kept as it was, six columns added, nothing half written, no number in any message."""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bascule.contacts.extra import installed
from bascule.contacts.normalize import Request, Summary, normalize
from bascule.contacts.phones.vocabulary import COLUMNS
from bascule.contacts.tabular import delimited
from bascule.contacts.tabular.problems import ContactsError

ENGINES = ["exact", "numpy", *(["numba"] if installed("numba") else [])]
ADDED = [f"phone_{name}" for name in COLUMNS]
AWA = "+33612345678,FR,mobile,valid,,national_with_hint"
FIXTURES = Path(__file__).resolve().parents[2] / "fixtures" / "contacts"

Run = Callable[..., tuple[int, bytes, bytes]]


def done(
    folder: Path, data: bytes, name: str = "in.csv", out: str = "out.csv", **options: Any
) -> tuple[bytes, Summary]:
    """Normalise bytes; gives the output's bytes and the summary, whose counts are checked."""
    (folder / name).write_bytes(data)
    summary = normalize(Request(str(folder / name), str(folder / out), **options))
    assert summary.rows == sum(summary.statuses.values())
    assert {path.name for path in folder.iterdir()} <= {name, out}, "nothing else is left behind"
    return (folder / out).read_bytes(), summary


def refusal(folder: Path, data: bytes, name: str = "in.csv", out: str = "out.csv", **options: Any) -> ContactsError:
    (folder / name).write_bytes(data)
    with pytest.raises(ContactsError) as caught:
        normalize(Request(str(folder / name), str(folder / out), **options))
    assert not (folder / out).exists()
    assert not re.search(r"\d{6}", str(caught.value) + caught.value.help)
    return caught.value


@pytest.mark.parametrize("engine", ENGINES)
def test_rows_get_six_columns_and_keep_their_bytes(tmp_path: Path, engine: str) -> None:
    data = 'nom;tél;pays\r\nAwa;06 12 34 56 78;FR\r\n\r\n"O""Neil; B";"+221 77 123 45 67";\r\nX;;FR\r\n'.encode()
    out, summary = done(tmp_path, data, engine=engine, region_column="pays", phone_column="tel")
    assert out.decode().split("\r\n") == [
        "nom;tél;pays;" + ";".join(ADDED),
        "Awa;06 12 34 56 78;FR;" + AWA.replace(",", ";"),
        "",
        '"O""Neil; B";"+221 77 123 45 67";;+221771234567;SN;mobile;valid;;explicit_plus',
        "X;;FR;;;;empty;;",
        "",
    ]
    assert (summary.rows, summary.blank, summary.statuses) == (3, 1, {"valid": 2, "empty": 1})


CELL = st.text('ab ,"\n\r+0612345678é=', max_size=12)


@pytest.mark.parametrize("engine", ENGINES)
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(st.lists(CELL, min_size=1, max_size=5), min_size=1, max_size=8),
    broken=st.text('",\n\ra', max_size=10),
    block=st.integers(5, 60),
)
def test_any_rows_keep_their_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, engine: str, rows: list[list[str]], broken: str, block: int
) -> None:
    """Also ragged rows, broken quotes and blocks that end anywhere: each record starts with the bytes it had."""
    from bascule.contacts.tabular import split_plain

    monkeypatch.setattr(delimited, "BLOCK", block)
    text = io.StringIO(newline="")
    import csv

    csv.writer(text, lineterminator="\n").writerows([["id", "phone"], *rows])
    data = (text.getvalue() + broken).encode()
    out, summary = done(tmp_path, data, engine=engine, phone_column="phone", delimiter=",")
    import numpy as np

    before = split_plain.split(np.frombuffer(data, np.uint8), 44, (0,), True)
    after = split_plain.split(np.frombuffer(out, np.uint8), 44, (0,), True)
    assert len(before) == len(after)
    for row in range(len(before)):
        old = data[int(before.begin[row]) : int(before.end[row])]
        new = out[int(after.begin[row]) : int(after.end[row])]
        assert new.startswith(old)
        assert bool(before.width[row]) == bool(after.width[row])
    widths = {int(width) for width in after.width if width}
    assert len(widths) == 1, "the new cells stand below their names in every row"
    assert summary.rows == int((before.width[1:] > 0).sum())


def test_engines_write_the_same_bytes(tmp_path: Path) -> None:
    import sys

    sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "benchmarks"))
    import contacts_data

    contacts_data.write_contacts(str(tmp_path / "in.csv"), 3000, 4)
    outputs = set()
    for engine in ENGINES:
        for threads in (1, 3):
            normalize(Request(str(tmp_path / "in.csv"), str(tmp_path / "out.csv"), engine=engine, threads=threads))
            outputs.add((tmp_path / "out.csv").read_bytes())
    assert len(outputs) == 1


@pytest.mark.parametrize(
    ("encoding", "mark"),
    [
        ("utf-8", b""),
        ("utf-8", b"\xef\xbb\xbf"),
        ("utf-16-le", b"\xff\xfe"),
        ("utf-16-be", b"\xfe\xff"),
        ("utf-32-le", b"\xff\xfe\0\0"),
    ],
)
def test_marked_encodings_are_kept(tmp_path: Path, encoding: str, mark: bytes) -> None:
    text = "nom,tel,pays\nAïcha 😀,06 12 34 56 78,FR\n"
    out, summary = done(tmp_path, mark + text.encode(encoding), region_column="pays")
    assert out == mark + text.replace("\n", "," + ",".join(ADDED) + "\n", 1).replace("FR\n", f"FR,{AWA}\n").encode(
        encoding
    )
    assert summary.encoding == encoding


@pytest.mark.parametrize(
    ("encoding", "name"),
    [
        ("cp1252", "Aïcha"),
        ("cp1251", "Ольга Иванова"),
        ("shift_jis", "表計算ソ"),
        ("gb18030", "张伟"),
        ("cp1256", "فاطمة"),
    ],
)
def test_named_encodings_are_kept(tmp_path: Path, encoding: str, name: str) -> None:
    text = f"name|phone|country\n{name}|06 12 34 56 78|FR\n"
    out, summary = done(tmp_path, text.encode(encoding), encoding=encoding, delimiter="|", region_column="country")
    assert out.decode(encoding).splitlines()[1] == f"{name}|06 12 34 56 78|FR|" + AWA.replace(",", "|")
    assert not summary.remarks


def test_a_phone_cell_in_a_code_page_is_decoded(tmp_path: Path) -> None:
    out, summary = done(tmp_path, "nom,tel\nAïcha,06\xa012\xa034\xa056\xa078\n".encode("cp1252"), default_region="FR")
    assert b"+33612345678" in out
    assert out.startswith(b"nom,tel,phone_e164")
    assert "Aïcha,06\xa012".encode("cp1252") in out
    assert [remark.kind for remark in summary.remarks] == ["contacts-encoding-guessed"]


def test_bytes_that_do_not_decode_are_copied_where_they_can_be(tmp_path: Path) -> None:
    out, _ = done(tmp_path, b"nom,tel\n\xc3\x28\xff,0612345678\n", encoding="utf-8", default_region="FR")
    assert b"\n\xc3\x28\xff,0612345678,+33612345678" in out
    error = refusal(tmp_path / "..", b"\xff\xfen\0o", name="cut.csv", out="cut-out.csv")
    assert error.kind in ("contacts-undecodable", "contacts-empty", "contacts-column-unknown")


def test_a_utf16_file_without_a_mark_is_seen(tmp_path: Path) -> None:
    out, summary = done(tmp_path, "name,phone\nAwa,+33612345678\n".encode("utf-16-le"))
    assert "+33612345678,FR" in out.decode("utf-16-le")
    assert summary.remarks[0].kind == "contacts-encoding-guessed"


def test_excels_separator_line_stays_first(tmp_path: Path) -> None:
    out, _ = done(tmp_path, b"sep=;\r\nnom;tel\r\nAwa;+33612345678\r\n")
    assert out.splitlines()[:2] == [b"sep=;", b"nom;tel;" + ";".join(ADDED).encode()]


def test_a_file_of_one_column_gets_more(tmp_path: Path) -> None:
    out, _ = done(tmp_path, b"phone\n0612345678\n+221771234567", default_region="FR")
    assert out.decode().splitlines()[1:] == [
        "0612345678,+33612345678,FR,mobile,valid,,national_with_default",
        "+221771234567,+221771234567,SN,mobile,valid,,explicit_plus",
    ]
    assert not out.endswith(b"\n"), "a last line without an end stays one"


def test_a_file_without_a_header(tmp_path: Path) -> None:
    data = b"Awa,0612345678\nIvan,+79161234567\n"
    assert refusal(tmp_path, data).kind == "contacts-no-header"
    out, summary = done(tmp_path, data, header=False, phone_column="2", default_region="FR")
    assert out.decode().splitlines()[0] == "Awa,0612345678,+33612345678,FR,mobile,valid,,national_with_default"
    assert summary.rows == 2


def test_rows_that_are_too_wide_get_columns_and_nothing_moves(tmp_path: Path) -> None:
    rows = [b"id,phone\n", *[b"1,+33612345678\n"] * 300, b"2,+33612345678,x,y\n", b"3\n"]
    out, summary = done(tmp_path, b"".join(rows))
    lines = out.decode().splitlines()
    assert lines[0] == "id,phone,extra_1,extra_2," + ",".join(ADDED)
    assert lines[1].startswith("1,+33612345678,,,+33612345678,FR")
    assert lines[301].startswith("2,+33612345678,x,y,+33612345678,FR")
    assert lines[302] == "3,,,,,,,empty,,"
    assert {remark.kind for remark in summary.remarks} == {"contacts-ragged"}
    assert [remark.row for remark in summary.remarks] == [0, 302]
    assert summary.rows == 302


@pytest.mark.parametrize(
    ("header", "options", "kind"),
    [
        ("name,phone,mobile", {}, "contacts-column-unknown"),
        ("a,b", {}, "contacts-column-unknown"),
        ("name,phone", {"phone_column": "telephone"}, "contacts-column-unknown"),
        ("name,phone", {"phone_column": "3"}, "contacts-column-unknown"),
        ("phone,phone", {"phone_column": "phone"}, "contacts-column-unknown"),
        ("phone,phone_e164", {}, "contacts-column-taken"),
        ("phone,name", {"default_region": "Maroc"}, "contacts-region-unknown"),
        ("phone,name", {"prefix": "=x"}, "contacts-usage"),
        ("phone,name", {"delimiter": "a"}, "contacts-usage"),
        ("phone,name", {"encoding": "klingon"}, "contacts-encoding-unknown"),
        ("phone,name", {"out": "out.xlsx"}, "contacts-usage"),
        ("phone,name", {"out": "out.tsv"}, "contacts-usage"),
    ],
)
def test_what_is_unclear_is_asked(tmp_path: Path, header: str, options: dict[str, str], kind: str) -> None:
    assert refusal(tmp_path, f"{header}\nx,y,z\n".encode(), **options).kind == kind


@pytest.mark.parametrize(
    ("header", "cells", "column"),
    [
        ("Nom,Téléphone portable", "Awa,0612345678", "`Téléphone portable`"),
        ("имя,Номер телефона", "Ольга,+79161234567", "`Номер телефона`"),
        ("नाम,मोबाइल नंबर", "प्रिया,9876543210", "`मोबाइल नंबर`"),
        ("الاسم,رقم الهاتف", "فاطمة,0612345678", "`رقم الهاتف`"),
        ("nome,Celular", "João,11987654321", "`Celular`"),
        ("id,msisdn", "1,33612345678", "`msisdn`"),
        ("a,b", "Awa,06 12 34 56 78", "`b`"),
    ],
)
def test_the_phone_column_is_found(tmp_path: Path, header: str, cells: str, column: str) -> None:
    _, summary = done(tmp_path, f"{header}\n{cells}\n{cells}\n".encode())
    assert summary.phone_column == column


def test_a_country_column_is_used_only_where_its_cells_say_so(tmp_path: Path) -> None:
    good, summary = done(tmp_path, b"phone,country\n0612345678,FR\n0612345678,MA\n")
    assert b"+33612345678" in good
    assert b"+212612345678" in good
    assert summary.region_column == "`country`"
    bad, summary = done(tmp_path, b"phone,country\n0612345678,France\n0612345678,FR\n")
    assert b"+33612345678" not in bad
    assert summary.region_column == ""
    assert {remark.kind for remark in summary.remarks} == {"contacts-region-guessed", "contacts-no-country"}


def test_a_country_that_is_not_understood_does_not_get_the_default(tmp_path: Path) -> None:
    out, summary = done(
        tmp_path, b"phone,country\n0612345678,Maroc\n0612345678,\n", region_column="country", default_region="FR"
    )
    assert [line.split(",")[-2] for line in out.decode().splitlines()[1:]] == ["region_unknown", ""]
    assert "contacts-regions-unknown" in {remark.kind for remark in summary.remarks}


OBJECTS = [
    {"nom": "Awa", "contact": {"tel": "06 12 34 56 78"}, "pays": "FR", "n": 1},
    {"contact": {"tel": 221771234567}, "x": None, "f": 1.50},
]


@pytest.mark.parametrize("form", ["lines", "array", "indented", "object"])
def test_objects_keep_their_spelling(tmp_path: Path, form: str) -> None:
    text = {
        "lines": '{"nom": "Awa", "tel": "06 12 34 56 78", "n": 1.50}\n\n{"tel": 221771234567, "nom":"\\u00e9"}\n',
        "array": '[{"nom": "Awa", "tel": "06 12 34 56 78", "n": 1.50},{"tel": 221771234567, "nom":"\\u00e9"}]',
        "indented": '[\n  {\n    "nom": "Awa",\n    "tel": "06 12 34 56 78",\n    "n": 1.50\n  },\n  {"tel": 221771234567, "nom":"\\u00e9"}\n]\n',
        "object": '{"count": 2, "items": [{"nom": "Awa", "tel": "06 12 34 56 78", "n": 1.50}, {"tel": 221771234567, "nom":"\\u00e9"}], "next": null}',
    }[form]
    out, summary = done(
        tmp_path, text.encode(), "in.jsonl" if form == "lines" else "in.json", "out.jsonl", default_region="FR"
    )
    first, second = out.decode().splitlines()
    assert first.startswith(
        '{"nom":"Awa","tel":"06 12 34 56 78","n":1.50,"phone_e164":"+33612345678","phone_region":"FR"'
    )
    assert second.startswith('{"tel":221771234567,"nom":"\\u00e9","phone_e164":"+221771234567"')
    assert json.loads(second)["phone_reason"] is None
    assert summary.rows == 2


@pytest.mark.parametrize("chunk", [1, 2, 7, 100])
def test_an_array_may_come_in_any_pieces(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, chunk: int) -> None:
    from bascule.contacts.tabular import objects

    monkeypatch.setattr(objects, "_CHUNK", chunk)
    rows = [{"phone": f"+33 6 12 34 56 {number:02}", "n": {"é": [number]}} for number in range(5)]
    out, _ = done(tmp_path, json.dumps(rows, ensure_ascii=False, indent=1).encode(), "in.json", "out.jsonl")
    assert [json.loads(line)["n"] for line in out.decode().splitlines()] == [row["n"] for row in rows]


def test_nested_numbers_are_found_by_their_path(tmp_path: Path) -> None:
    out, _ = done(
        tmp_path, json.dumps(OBJECTS).encode(), "in.json", "out.jsonl", phone_column="contact.tel", region_column="pays"
    )
    assert [json.loads(line)["phone_e164"] for line in out.decode().splitlines()] == ["+33612345678", "+221771234567"]
    (tmp_path / "out.jsonl").unlink()
    out, _ = done(
        tmp_path, json.dumps(OBJECTS).encode(), "in.json", "out.csv", phone_column="contact.tel", region_column="pays"
    )
    assert out.decode().splitlines()[0].startswith("nom,contact,pays,n,x,f,contact.tel,phone_e164")


@pytest.mark.parametrize(
    "text",
    ['[{"phone": 1}, 2]', '[{"phone": 1}', '{"phone": 1}\n[1]', "{}{}", '{"a": [1]}', "[]", '[{"phone": 1},]', '[{"phone": 1} {"phone": 2}]',
     '{"phone": ' + "[" * 100_000, '{"items": [{"a": 1}], "others": [{"b": 1}]}', '{"a" 1}', "{\"a\": 1"],
)  # fmt: skip
def test_what_is_no_row_is_refused_and_nothing_is_written(tmp_path: Path, text: str) -> None:
    name = "in.jsonl" if "\n" in text or text.startswith("{}") else "in.json"
    assert refusal(tmp_path, text.encode(), name, "out.jsonl").kind in ("contacts-bad-json", "contacts-empty")


def workbook(rows: list[list[Any]], path: Path, **others: list[list[Any]]) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    for name, more in others.items():
        sheet = book.create_sheet(name)
        for row in more:
            sheet.append(row)
    book.save(path)


def test_a_workbook_becomes_csv_json_lines_and_parquet(tmp_path: Path) -> None:
    import datetime

    import pyarrow.parquet as pq

    path = tmp_path / "in.xlsx"
    rows = [
        ["nom", "tel", "né"],
        ["Awa", 612345678, datetime.date(2001, 2, 3)],
        [],
        ["=1+1", "+221 77 123 45 67", 1.5],
        ["Ivan", 33612345678.0, True, "more"],
    ]
    workbook(rows, path, Autres=[["tel"], ["+33687654321"]])
    summary = normalize(Request(str(path), str(tmp_path / "out.csv"), default_region="FR"))
    lines = (tmp_path / "out.csv").read_text(encoding="utf-8").splitlines()
    assert lines[0] == "nom,tel,né,extra_1," + ",".join(ADDED)
    assert lines[1] == "Awa,612345678,2001-02-03,,+33612345678,FR,mobile,valid,,national_with_default"
    assert lines[2].endswith(",empty,,")
    assert lines[3].split(",")[1] == "'+221 77 123 45 67"
    assert lines[4].startswith("Ivan,33612345678,TRUE,more,+33612345678")
    assert summary.rows == 4
    assert {"contacts-other-sheets", "contacts-ragged"} <= {remark.kind for remark in summary.remarks}
    normalize(Request(str(path), str(tmp_path / "out.jsonl"), default_region="FR"))
    last = json.loads((tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines()[-1])
    assert (last["nom"], last["extra_cells"], last["phone_e164"]) == ("Ivan", ["more"], "+33612345678")
    normalize(Request(str(path), str(tmp_path / "out.parquet"), default_region="FR"))
    table = pq.read_table(tmp_path / "out.parquet").to_pylist()
    assert [row["phone_e164"] for row in table] == ["+33612345678", None, "+221771234567", "+33612345678"]
    normalize(Request(str(path), str(tmp_path / "out.csv"), sheet="Autres"))
    assert "+33687654321,FR" in (tmp_path / "out.csv").read_text(encoding="utf-8")
    with pytest.raises(ContactsError, match="no sheet"):
        normalize(Request(str(path), str(tmp_path / "out.csv"), sheet="Clients"))


@pytest.mark.parametrize("data", [b"PK\x03\x04rubbish", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)])
def test_a_damaged_workbook_is_refused(tmp_path: Path, data: bytes) -> None:
    assert refusal(tmp_path, data, "in.xlsx").kind == "contacts-bad-workbook"


def test_text_to_parquet_keeps_what_is_missing_apart_from_what_is_empty(tmp_path: Path) -> None:
    import pyarrow.parquet as pq

    done(tmp_path, b"id,phone,name,name\n1,+33612345678,,x\n2,+33612345678\n\n3,,a,b,c\n", out="out.parquet")
    rows = pq.read_table(tmp_path / "out.parquet").to_pylist()
    assert [(row["name"], row["name#2"], row["extra_cells"]) for row in rows] == [
        ("", "x", None),
        (None, None, None),
        ("a", "b", ["c"]),
    ]
    assert [row["phone_status"] for row in rows] == ["valid", "valid", "empty"]


def test_text_to_json_lines(tmp_path: Path) -> None:
    out, summary = done(
        tmp_path, "nom,tel\nAïcha,+33612345678\nX\n".encode("cp1252"), out="out.jsonl", encoding="cp1252"
    )
    first, second = (json.loads(line) for line in out.decode().splitlines())
    assert (first["nom"], first["phone_e164"]) == ("Aïcha", "+33612345678")
    assert "tel" not in second
    assert summary.rows == 2


@pytest.mark.parametrize(
    ("cell", "guarded"),
    [("=1+1", "'=1+1"), ("+33612345678", "+33612345678"), ("+33 6", "'+33 6"), ("-5", "-5"), ("-5,5", "-5,5"), ("-x", "'-x"),
     ("@a", "'@a"), ("\tx", "'\tx"), ("+12", "'+12"), ("a=b", "a=b"), ("", "")],
)  # fmt: skip
def test_cells_that_are_written_anew_are_no_formulas(cell: str, guarded: str) -> None:
    from bascule.contacts.tabular.sinks import guarded as guard

    assert guard(cell, phone=True) == guarded
    if cell.startswith("+"):
        assert guard(cell).startswith("'")


def test_a_failing_run_leaves_the_old_output(tmp_path: Path) -> None:
    (tmp_path / "out.jsonl").write_text("old", encoding="utf-8")
    (tmp_path / "in.jsonl").write_text('{"phone": "+33612345678"}\n' * 30_000 + "rubbish", encoding="utf-8")
    with pytest.raises(ContactsError):
        normalize(Request(str(tmp_path / "in.jsonl"), str(tmp_path / "out.jsonl")))
    assert (tmp_path / "out.jsonl").read_text(encoding="utf-8") == "old"
    assert len(list(tmp_path.iterdir())) == 2


@pytest.mark.skipif(os.name != "posix", reason="permission bits")
def test_a_new_output_is_its_owners_and_an_old_one_keeps_its_mode(tmp_path: Path) -> None:
    done(tmp_path, b"phone\n+33612345678\n")
    assert (tmp_path / "out.csv").stat().st_mode & 0o777 == 0o600
    (tmp_path / "out.csv").chmod(0o640)
    done(tmp_path, b"phone\n+33612345678\n")
    assert (tmp_path / "out.csv").stat().st_mode & 0o777 == 0o640


def test_the_output_is_not_the_input(tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_bytes(b"phone\n+33612345678\n")
    with pytest.raises(ContactsError, match="the output is the input"):
        normalize(Request(str(tmp_path / "in.csv"), str(tmp_path / "in.csv")))
    assert (tmp_path / "in.csv").read_bytes() == b"phone\n+33612345678\n"


@pytest.mark.parametrize("data", [b"", b"\n\n", b"\xef\xbb\xbf", b"\0\1\2\3" * 100, b"PAR1xxxx"])
def test_what_is_no_contact_file_is_refused(tmp_path: Path, data: bytes) -> None:
    assert refusal(tmp_path, data).kind in ("contacts-empty", "contacts-binary", "contacts-usage")


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    data=st.binary(max_size=200),
    name=st.sampled_from(["in.csv", "in.json", "in.jsonl", "in.xlsx", "in.tsv", "in"]),
    head=st.sampled_from([b"", b"phone\n", b"\xff\xfe", b"PK\x03\x04", b'[{"phone":', b'{"phone":1}\n']),
)
def test_no_bytes_raise_anything_else(tmp_path: Path, data: bytes, name: str, head: bytes) -> None:
    (tmp_path / name).write_bytes(head + data)
    for out in ("out.csv", "out.jsonl"):
        with contextlib.suppress(ContactsError):
            normalize(Request(str(tmp_path / name), str(tmp_path / out), phone_column="1"))


@pytest.mark.parametrize("fixture", sorted(FIXTURES.iterdir()) if FIXTURES.is_dir() else [], ids=lambda path: path.name)
def test_no_message_holds_a_number(run: Run, tmp_path: Path, fixture: Path) -> None:
    for shown in ("text", "json"):
        code, out, err = run(
            "normalize", fixture, "-o", tmp_path / "out.csv", "--default-region", "FR", "--format", shown
        )
        assert code in (0, 2)
        assert not re.search(rb"\d{2}(?:[ .-]?\d){5}", out + err.replace(str(tmp_path).encode(), b""))
        assert b"Traceback" not in err


def test_the_command_says_what_it_did(run: Run, tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text("nom,tel\nAwa,06 12 34 56 78\nX,n/a\nY,3.36E+10\n", encoding="utf-8")
    code, out, err = run("normalize", tmp_path / "in.csv", "-o", tmp_path / "out.csv", "--default-region", "FR")
    text = out.decode()
    assert (code, err) == (0, b"")
    assert "3 rows in, 3 rows out" in text
    assert re.search(r"valid +1 +33\.3 %", text)
    assert re.search(r"digits_lost +1", text)
    assert "warning[CON019]" in text
    assert run("normalize", tmp_path / "in.csv", "-o", tmp_path / "out.csv", "--fail-on", "warning")[0] == 1


def test_the_command_writes_to_standard_output_and_says_the_rest_elsewhere(run: Run, tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text("tel\n+33612345678\n", encoding="utf-8")
    code, out, err = run("normalize", tmp_path / "in.csv", "-o", "-", "--format", "json")
    assert code == 0
    assert out.decode().splitlines()[1] == "+33612345678,+33612345678,FR,mobile,valid,,explicit_plus"
    assert json.loads(err)["rows"] == {"blank": 0, "in": 1, "out": 1}


def test_the_command_reads_standard_input(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Stdin:
        buffer = io.BytesIO(b"phone\n+33612345678\n")

    monkeypatch.setattr("sys.stdin", Stdin)
    assert run("normalize", "-", "-o", tmp_path / "out.jsonl")[0] == 0
    assert json.loads((tmp_path / "out.jsonl").read_text(encoding="utf-8"))["phone_region"] == "FR"


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (("normalize", "missing.csv", "-o", "x.csv"), b"CON001"),
        (("normalize", "missing.csv"), b"--output"),
        (("normalise",), b"Did you mean"),
    ],
)
def test_bad_usage_ends_with_2(run: Run, arguments: tuple[str, ...], text: bytes) -> None:
    code, _, err = run(*arguments)
    assert code == 2
    assert text in err


def test_a_missing_extra_is_named(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    (tmp_path / "in.csv").write_text("tel\n+33612345678\n", encoding="utf-8")
    monkeypatch.setitem(sys.modules, "phonenumbers", None)
    code, _, err = run("normalize", tmp_path / "in.csv", "-o", tmp_path / "out.csv")
    assert code == 2
    assert b"pip install 'bascule[contacts]'" in err


def test_the_command_line_stays_light() -> None:
    """Neither the base commands nor the group's help load a package of the extra."""
    import subprocess
    import sys

    code = (
        "import sys\nfrom bascule.cli.contacts import group\nimport bascule.cli.contacts.rules\n"
        "import bascule.cli.contacts.normalize_command, bascule.cli.contacts.status_command\n"
        "print(sorted({'numpy', 'numba', 'pyarrow', 'phonenumbers', 'duckdb', 'openpyxl', 'sqlalchemy', 'httpx'} & set(sys.modules)))"
    )
    assert (
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"
    )


def test_warming_up_says_what_is_kept(run: Run) -> None:
    code, out, _ = run("warm-up")
    assert code == 0
    assert b"phone tables" in out


def test_every_kind_of_remark_has_a_rule() -> None:
    """And every rule is used: kinds are written in the package as they are named in the rules."""
    import bascule.cli.contacts
    import bascule.contacts
    from bascule.cli.contacts.errors import _USAGE
    from bascule.cli.contacts.rules import RULES

    folders = [Path(package.__file__).parent for package in (bascule.contacts, bascule.cli.contacts)]
    paths = [path for folder in folders for path in folder.rglob("*.py") if path.parent.name != "rules"]
    text = "".join(path.read_text(encoding="utf-8") for path in paths)
    used = set(re.findall(r'"(contacts-[a-z0-9-]+)"', text))
    assert used == {rule.name for rule in RULES} | _USAGE
