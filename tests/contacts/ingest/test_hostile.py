"""Files nobody would want: each is read as far as it can be, or refused with a reason. No record goes missing, nothing is
said of anybody."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.contacts.ingest.support import imported, new_store, snapshot

from bascule.contacts.extra import installed

PHONE = "+33612345678"
GOOD = f"phone,name\n{PHONE},Awa\n"
Run = Callable[..., tuple[int, bytes, bytes]]


@dataclass(frozen=True)
class Case:
    """A file, and what must become of it: ``records`` counted by hand, of which ``kept`` identify somebody, or the
    ``refused`` kind."""

    name: str
    data: bytes
    records: int = 0
    kept: int = 0
    refused: str = ""
    suffix: str = ".csv"


def _workbook(members: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def _sheet(rows: list[list[object]]) -> bytes:
    import openpyxl

    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def text(name: str, content: str, records: int, kept: int, encoding: str = "utf-8", suffix: str = ".csv") -> Case:
    return Case(name, content.encode(encoding), records, kept, suffix=suffix)


WIDE = ",".join(f"c{number}" for number in range(200))
CASES = [
    Case("empty", b"", refused="contacts-empty"),
    Case("blank", b"\n \n\t\n", refused="contacts-empty"),
    Case("header-only", b"phone,name\n", refused="contacts-empty"),
    Case("bom-only", b"\xef\xbb\xbf", refused="contacts-empty"),
    Case("binary", b"\x00\x01\x02\x03" * 100, refused="contacts-binary"),
    Case("nul-in-a-cell", f"phone,name\n{PHONE},A\0wa\n".encode(), refused="contacts-binary"),
    text("nul-behind-the-sample", GOOD + f"{PHONE},Awa\n" * 80_000 + f"{PHONE},A\0wa\n", 80_002, 80_002),
    text("ragged", f"phone,name\n{PHONE}\n{PHONE},a,b,c\n,\n,x\n", 4, 2),
    text("blank-lines-between", f"phone,name\n\n{PHONE},a\n\n\n{PHONE},b\n\n", 2, 2),
    text("mixed-line-ends", f"phone,name\r\n{PHONE},a\r{PHONE},b\n{PHONE},c\r\n{PHONE},d", 4, 4),
    text("old-mac-line-ends", f"phone,name\r{PHONE},a\r{PHONE},b\r", 2, 2),
    text("lone-quote", f'phone,name\n{PHONE},"a\n{PHONE},b\n{PHONE},c"d\n{PHONE},e\n', 4, 4),
    text("quote-at-the-end", f'phone,name\n{PHONE},a\n{PHONE},"b', 2, 2),
    text("line-in-a-cell", f'phone,name\n{PHONE},"a\nb, c"\n"{PHONE}",""""\n', 2, 2),
    text("duplicate-headers", f"phone,phone,phone,name,name\n{PHONE},,x,a,b\n", 1, 1),
    text("nameless-headers", f",,phone\n,,{PHONE}\n", 1, 1),
    text("two-hundred-columns", f"phone,{WIDE}\n{PHONE}{',x' * 200}\n", 1, 1),
    Case("too-many-columns", ("phone," + ",".join("c" * 5 for _ in range(5_000)) + "\n").encode(), refused="contacts-too-wide"),
    text("wide-header-many-short-rows", f"phone,{WIDE}\n" + f"{PHONE}\n" * 30_000, 30_000, 30_000),
    text("formulas", f"phone,name\n=cmd|'/c calc'!A1,x\n{PHONE},=HYPERLINK(\"http://evil\")\n@SUM(1),y\n", 3, 1),
    text("utf8-bom", "\ufeff" + GOOD, 1, 1),
    text("utf16", "\ufeff" + GOOD, 1, 1, "utf-16-le"),
    text("utf16-without-mark", GOOD * 1, 1, 1, "utf-16-le"),
    text("utf16-big-endian", "\ufeff" + GOOD, 1, 1, "utf-16-be"),
    text("utf32", "\ufeff" + GOOD, 1, 1, "utf-32-le"),
    Case("utf16-cut", ("\ufeff" + GOOD).encode("utf-16-le")[:-1], refused="contacts-undecodable"),
    text("latin1", f"phone,name\n{PHONE},Zoé Müller-Lüdenscheidt à côté\n", 1, 1, "latin-1"),
    Case("broken-utf8-behind-the-sample", (GOOD + f"{PHONE},Zoé\n" * 80_000).encode() + f"{PHONE},Zoé\n".encode("latin-1"), 80_002, 80_002),
    text("sep-line", f"sep=;\nphone;name\n{PHONE};a\n", 1, 1),
    text("one-huge-line", f"phone,name\n{PHONE},{'x' * 3_000_000}\n{PHONE},b\n", 2, 2),
    Case("a-line-without-end", b"phone,name\n" + b"x" * (18 << 20), refused="contacts-endless-line"),
    text("huge-quoted-cell", f'phone,name\n{PHONE},"{"x" * 200_000}"\n{PHONE},b\n', 2, 2),
    text("long-phone-cell", f"phone,name\n{'1' * 100_000},a\n{PHONE},b\n", 2, 1),
    text("arabic-digits", "phone,name\n+٣٣٦١٢٣٤٥٦٧٨,فاطمة\n", 1, 1),
    text("json-array-cut", f'[{{"phone": "{PHONE}"}}, {{"phone": "{PHONE}"}}, {{"phone": "+3361', 3, 2, suffix=".json"),
    text("json-array-not-closed", f'[{{"phone": "{PHONE}"}}', 2, 1, suffix=".json"),
    text("json-missing-comma", f'[{{"phone": "{PHONE}"}} {{"phone": "{PHONE}"}}]', 2, 1, suffix=".json"),
    text("json-odd-elements", f'[1, "x", null, [2], {{"phone": "{PHONE}"}}, true, {{}}]', 7, 1, suffix=".json"),
    text("json-deep", f'[{{"phone": "{PHONE}"}}, {"[" * 200_000}', 2, 1, suffix=".json"),
    text("json-deep-member", f'{{"phone": "{PHONE}"}}\n{{"a": {"[" * 100_000}{"]" * 100_000}}}\n{{"phone": "{PHONE}"}}\n', 3, 2, suffix=".jsonl"),
    text("json-lines-some-broken", f'{{"phone": "{PHONE}"}}\n{{"phone": \n\nnull\n{{"phone": "{PHONE}"}} x\n{{"phone": "{PHONE}"}}\n', 5, 2, suffix=".jsonl"),
    text("json-duplicate-members", f'{{"phone": "x", "phone": "{PHONE}"}}\n', 1, 1, suffix=".jsonl"),
    text("json-huge-number", f'{{"phone": {"9" * 50_000}}}\n{{"phone": "{PHONE}"}}\n', 2, 1, suffix=".jsonl"),
    text("json-numbers-as-phones", '{"phone": 33612345678}\n{"phone": 3.36e10}\n', 2, 1, suffix=".jsonl"),
    text("json-nan", f'[{{"phone": "{PHONE}", "x": NaN, "y": Infinity}}]', 1, 1, suffix=".json"),
    text("json-half-surrogates", f'{{"phone": "{PHONE}", "name": "\\ud83d", "\\udc00": "x"}}\n', 1, 1, suffix=".jsonl"),
    text("json-many-members", json.dumps([{"phone": PHONE, **{f"k{row}_{at}": at for at in range(50)}} for row in range(400)]), 400, 400, suffix=".json"),
    text("json-empty-page", '{"messages": [], "page": 0, "next_page_uri": null}', 0, 0, suffix=".json"),
    text("json-scalar", '"hello"', 1, 0, suffix=".json"),
    Case("not-a-workbook", b"PK\x03\x04" + b"\0" * 60, refused="contacts-bad-workbook", suffix=".xlsx"),
    Case("workbook-without-sheets", _workbook({"xl/workbook.xml": b"<workbook/>"}), refused="contacts-bad-workbook", suffix=".xlsx"),
    Case("workbook-bomb", _workbook({"xl/workbook.xml": b"<workbook/>", "xl/worksheets/sheet1.xml": b"0" * (40 << 20)}), refused="contacts-bad-workbook", suffix=".xlsx"),
    Case("old-workbook", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, refused="contacts-bad-workbook", suffix=".xls"),
    Case("workbook", _sheet([[], ["phone", "name"], [33612345678, "Awa"], [], ["+33623456789", "=1+1"], [3.36e10, None]]), 3, 3, suffix=".xlsx"),
    Case("gzip-of-nothing", b"\x1f\x8b\x08\x00", refused="contacts-archive", suffix=".csv.gz"),
    Case("zip-of-nothing", b"PK\x05\x06" + b"\0" * 18, refused="contacts-bad-workbook", suffix=".zip"),
]  # fmt: skip
REFUSED_EMPTY = {"json-empty-page", "json-scalar"}


def test_there_are_enough_of_them() -> None:
    assert len(CASES) >= 50
    assert len({case.name for case in CASES}) == len(CASES)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_nothing_is_lost_and_nothing_is_said(case: Case, tmp_path: Path, run: Run) -> None:
    if case.suffix == ".xlsx" and not installed("openpyxl"):
        pytest.skip("needs openpyxl")
    path = tmp_path / f"f{case.suffix}"
    path.write_bytes(case.data)
    code, out, err = run("import", path, "--store", tmp_path / "cli.db", "--format", "json", "--part-rows", "20000")
    assert not re.search(
        rb"\d[\d .-]{6,}\d", re.sub(rb'"id": "\w+"|[0-9a-f]{20}|"delimiter.*|.*sha256.*|\S*\.csv\b', b"", out + err)
    ), out
    assert b"Traceback" not in out + err
    with new_store(tmp_path) as store:
        (done, *_) = imported(store, path, part=20_000)
        if case.refused or case.name in REFUSED_EMPTY:
            assert code == 2
            assert done.error is not None
            assert not case.refused or done.error.kind == case.refused
            return
        assert done.error is None, (done.error.kind, done.error.message)
        assert code in (0, 1)
        assert (done.counts.taken, done.counts.kept) == (case.records, case.kept)
        rows = snapshot(store, done).select(["row", "part", "rejected"]).to_pylist()
    assert len([row for row in rows if row["part"] == 0]) == case.records
    assert sum(row["rejected"] is not None for row in rows) == case.records - case.kept
    assert len({(row["row"], row["part"]) for row in rows}) == len(rows)
