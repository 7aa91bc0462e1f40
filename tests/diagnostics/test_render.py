"""What findings look like as text and as JSON."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from tests.work import lines_run

from bascule.diagnostics import Applicability, Edit, Finding, Fix, Label, Rule, Severity, locate
from bascule.diagnostics.parse_rules import JsonSyntax, findings_of
from bascule.diagnostics.render_json import dedupe, finding_data, findings_data
from bascule.diagnostics.render_text import clock_text, render_concise, render_text, summary_line
from bascule.source import Place, Problem, TextDocument
from bascule.source.json import read_json
from bascule.source.workbook import read_workbook

TEXT = '{\n  "états": [\n    {"body": "Toujours là, {nom} ? 😀", "timeout": 3600}\n  ]\n}\n'
DOCUMENT = read_json("flux.json", TEXT)
BODY = Place("flux.json", "/états/0/body")


def finding(**changes: object) -> Finding:
    made = JsonSyntax.at(
        BODY.within(13, 18),
        "free-form message may be sent 26 h after the last reply",
        help="use a template",
        notes=["WhatsApp service window, policy pack 2026-11"],
        labels=[Label(Place("flux.json", "/états/0/timeout"), "no answer", 26 * 3600.0)],
    )
    return locate(made, {"flux.json": DOCUMENT})


def test_a_finding_as_text() -> None:
    assert render_text([finding()], {"flux.json": DOCUMENT}) == (
        "error[PAR020] free-form message may be sent 26 h after the last reply\n"
        " --> flux.json:3:28\n"
        "  |\n"
        '3 |     {"body": "Toujours là, {nom} ? 😀", "timeout": 3600}\n'
        "  |                                                    ---- no answer [+26 h]\n"
        "  |                            ^^^^^\n"
        "  = note: WhatsApp service window, policy pack 2026-11\n"
        "  = help: use a template\n"
    )


def test_wide_characters_before_the_caret_keep_it_in_place() -> None:
    text = '["😀😀 नम {x}"]'
    document = read_json("f.json", text)
    made = locate(JsonSyntax.at(Place("f.json", "/0", (6, 9)), "m"), {"f.json": document})
    lines = render_text([made], {"f.json": document}).splitlines()
    assert lines[-1].index("^") - lines[-2].index("{") == 2


def test_control_characters_of_a_file_do_not_reach_the_terminal() -> None:
    document = read_json("f.json", '["a\x1b[31m\u202eb"]')
    made = locate(JsonSyntax.at(Place("f.json", "/0"), "bad \x1b[2J name"), {"f.json": document})
    shown = render_text([made], {"f.json": document})
    assert "\x1b" not in shown
    assert "\u202e" not in shown


def test_colours_only_when_asked() -> None:
    assert "\x1b[" in render_text([finding()], {"flux.json": DOCUMENT}, colour=True)


def test_a_long_line_is_shown_around_the_place() -> None:
    text = '["' + "x" * 5000 + '{nom}"]'
    document = read_json("f.json", text)
    made = locate(JsonSyntax.at(Place("f.json", "/0", (5000, 5005)), "m"), {"f.json": document})
    shown = render_text([made], {"f.json": document})
    assert "{nom}" in shown
    assert max(map(len, shown.splitlines())) < 200


def test_what_is_left_out_of_a_line_is_marked_on_both_sides_and_the_caret_stays_below_its_text() -> None:
    text = '["' + "é" * 300 + "{nom}" + "😀" * 300 + '"]'
    document = read_json("f.json", text)
    made = locate(JsonSyntax.at(Place("f.json", "/0", (300, 305)), "m"), {"f.json": document})
    for width in (0, 50, 100, 300):
        line, caret = render_text([made], {"f.json": document}, width=width).splitlines()[3:5]
        source = line.split("| ", 1)[1]
        assert source.startswith("…")
        assert source.endswith("…")
        assert caret.index("^") - caret.index("|") - 2 == source.index("{nom}")
        columns = sum(2 if char == "😀" else 1 for char in line)
        assert columns <= (width or 170)


@pytest.mark.parametrize(
    ("before", "columns"),
    [
        ("नमस्ते ", 5),
        ("\u0627\u0644\u200f\u0645\u064f ", 4),
        ("👨\u200d👩 ", 5),
        ("e\u0301\u200b ", 2),
        ("日本 ", 5),
        ("\t", 4),
    ],
)
def test_the_caret_counts_columns_not_characters(before: str, columns: int) -> None:
    document = TextDocument("f.txt", f"{before}{{nom}}\n")
    made = JsonSyntax.at(Place("f.txt", "", (len(before), len(before) + 5)), "m")
    caret = render_text([locate(made, {"f.txt": document})], {"f.txt": document}).splitlines()[4]
    assert caret == f"  | {' ' * columns}^^^^^"


def test_a_file_of_one_long_line_is_not_measured_for_each_finding() -> None:
    def work(length: int) -> int:
        document = read_json("f.json", '["' + "é" * length + '"]')
        places = [Place("f.json", "/0", (at, at + 1)) for at in range(100, 130)]
        made = [locate(JsonSyntax.at(place, "m"), {"f.json": document}) for place in places]
        return lines_run(lambda: render_text(made, {"f.json": document}))

    assert work(40_000) < work(10_000) * 1.2


def test_the_caret_stands_below_the_text_in_a_cell_of_a_workbook(tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    book.active.append(["id", "texte", "langue"])
    book.active.append(["rdv", "Bonjour {nom}", "fr"])
    book.save(tmp_path / "sms.xlsx")
    document = read_workbook("sms.xlsx", (tmp_path / "sms.xlsx").read_bytes())
    offset = document.text.index("{nom}")
    made = replace(JsonSyntax.at(Place("sms.xlsx"), "m"), span=document.span(offset, offset + 5))
    lines = render_text([made], {"sms.xlsx": document}).splitlines()
    assert lines[1].endswith("sms.xlsx:2:2")
    assert lines[4].index("^") == lines[3].index("{nom}")
    assert lines[4].count("^") == 5


def test_a_file_name_steers_no_terminal() -> None:
    made = JsonSyntax.at(Place("a\x1b[31m\n.json"), "m")
    for text in (render_text([made], {}), render_concise([made])):
        assert "\x1b" not in text
        assert "a\ufffd[31m\ufffd.json" in text


def test_concise_is_one_line_each() -> None:
    assert render_concise([finding()]) == (
        "flux.json:3:28: error[PAR020] free-form message may be sent 26 h after the last reply\n"
    )


def test_a_finding_as_json() -> None:
    data = finding_data(finding())
    assert list(data)[:6] == ["code", "severity", "message", "file", "line", "column"]
    assert (data["line"], data["column"], data["end_column"]) == (3, 28, 33)
    assert data["pointer"] == "/états/0/body"
    assert data["labels"][0]["clock"] == 93600.0


def test_the_summary_counts_by_severity() -> None:
    data = findings_data([finding()], 3)
    assert data["summary"] == {"files": 3, "findings": 1, "errors": 1, "warnings": 0, "infos": 0, "suppressed": 0}
    assert summary_line([finding(), finding()]) == "2 errors"
    assert summary_line([]) == "no findings"


def test_repeats_are_dropped_and_order_is_by_place() -> None:
    first = locate(JsonSyntax.at(Place("flux.json", "/états"), "z"), {"flux.json": DOCUMENT})
    assert dedupe([finding(), first, finding()]) == [first, finding()]


def test_fixes_are_told_with_their_safety() -> None:
    fix = Fix("write it so", (Edit(BODY, "x"),), Applicability.UNSAFE)
    made = JsonSyntax.at(BODY, "m", fix=fix)
    assert "= unsafe fix: write it so" in render_text([made], {})
    assert finding_data(made)["fix"]["applicability"] == "unsafe"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (26 * 3600, "26 h"),
        (5400, "1 h 30 min"),
        (45, "45 s"),
        (0, "0 s"),
        (4 * 86400, "4 d"),
        (float("inf"), "no bound"),
    ],
)
def test_clocks_are_told_in_the_usual_units(seconds: float, text: str) -> None:
    assert clock_text(seconds) == text


def test_every_problem_kind_of_the_readers_has_a_rule() -> None:
    import re
    from pathlib import Path

    import bascule.source

    folder = Path(bascule.source.__file__).parent
    kinds = set()
    for path in folder.glob("*.py"):
        text = path.read_text(encoding="utf-8")
        kinds |= set(re.findall(r'(?:Problem|problem)\(\s*"([a-z0-9-]+)"', text))
    assert len(kinds) >= 15
    for kind in sorted(kinds):
        assert findings_of([Problem(kind, "m", 0, 0)], DOCUMENT)[0].code.startswith("PAR")


def test_one_code_cannot_be_taken_twice() -> None:
    with pytest.raises(TypeError, match="PAR020"):
        type("Again", (Rule,), {"code": "PAR020", "name": "again"})
    with pytest.raises(TypeError, match="json-syntax"):
        type("Again", (Rule,), {"code": "PAR098", "name": "json-syntax"})
    with pytest.raises(TypeError, match="three digits"):
        type("Again", (Rule,), {"code": "XYZ1", "name": "again"})


def test_severities_order() -> None:
    assert Severity.ERROR > Severity.WARNING > Severity.INFO
    assert str(Severity.parse("warning")) == "warning"
