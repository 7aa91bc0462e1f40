"""The order of things: selection, severity, suppression, baseline; and what nothing of it touches."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from bascule.diagnostics import Finding, Severity, locate
from bascule.diagnostics.parse_rules import JsonComment, JsonSyntax, JsonTruncated
from bascule.settings import Judged, Layer, Paths, Selection, Settings, baseline_text, judge, read_baseline
from bascule.settings.model import FileRules, Override
from bascule.source import Document, Place
from bascule.source.json import read_json
from bascule.source.yaml import read_yaml

JSON = read_json("a.json", '{"liste": ["Bonjour {nom}", "Bonjour {nom}"], "fin": "x"}')
YAML = read_yaml(
    "b.yaml", "a: x # bascule: ignore[PAR020] vu en revue\nb: y\nc: z # bascule: ignore[PAR024, PAR021] vu\n"
)
DOCUMENTS: dict[str, Document] = {"a.json": JSON, "b.yaml": YAML, "bascule.toml": read_json("bascule.toml", "{}")}
PATHS = Paths(lambda file: f"/p/{file}", folders=("/p",))


def at(file: str, pointer: str, message: str = "m") -> Finding:
    return locate(JsonSyntax.at(Place(file, pointer), message), DOCUMENTS)


FIRST, SECOND, END = at("a.json", "/liste/0"), at("a.json", "/liste/1"), at("a.json", "/fin")
TRUNCATED = locate(JsonTruncated.at(Place("a.json"), "cut off"), DOCUMENTS)


def judged(*findings: Finding, settings: Settings | None = None, baseline: str = "") -> Judged:
    known = read_baseline("known.json", baseline)[0] if baseline else None
    return judge(
        findings, DOCUMENTS, settings or Settings(), PATHS, files=("a.json", "b.yaml"), baseline=known, want_keys=True
    )


def codes(made: Judged) -> list[str]:
    return [finding.code for finding in made.findings]


def override(pointer: str, *wanted: str, file: str = "a.json", number: int = 0) -> Override:
    place = Place("bascule.toml", f"/overrides/{number}/codes")
    return Override("/p", file, pointer, tuple((place.child(at), code) for at, code in enumerate(wanted)), "vu", place)


QUIET = Settings(selection=Selection((Layer(ignore=("CFG",)),)))


def test_equal_findings_beyond_the_number_in_the_baseline_are_new() -> None:
    one = baseline_text(judged(FIRST, settings=QUIET).keys)
    made = judged(FIRST, SECOND, settings=QUIET, baseline=one)
    assert [finding.place.pointer for finding in made.findings] == ["/liste/1"]
    assert [item.finding.place.pointer for item in made.suppressed] == ["/liste/0"]
    both = baseline_text(judged(FIRST, SECOND, settings=QUIET).keys)
    assert both.count('"count": 2') == 1
    assert judged(FIRST, SECOND, settings=QUIET, baseline=both).findings == ()


def test_what_is_suppressed_or_off_does_not_go_into_the_baseline() -> None:
    settings = replace(QUIET, overrides=(override("/fin", "PAR020"),))
    assert sum(judged(FIRST, END, settings=settings).keys.values()) == 1
    off = Settings(selection=Selection((Layer(ignore=("PAR", "CFG")),)))
    made = judged(FIRST, END, settings=off)
    assert (made.findings, made.deselected, dict(made.keys)) == ((), 3, {})  # and CFG014


def test_severities_are_those_of_the_settings_then_of_the_file_then_of_the_command_line() -> None:
    def severity(**more: object) -> Severity:
        settings = replace(QUIET, severities=({"PAR": Severity.INFO},), **more)
        return judged(END, settings=settings).findings[0].severity

    assert severity() is Severity.INFO
    file = FileRules("/p", ("*.json",), Layer(), {"PAR020": Severity.WARNING})
    assert severity(per_file=(file,)) is Severity.WARNING
    assert severity(per_file=(file,), forced={"": Severity.ERROR}) is Severity.ERROR


def test_nothing_touches_what_says_that_something_was_not_read() -> None:
    settings = Settings(
        selection=Selection((Layer(select=("WIN",), ignore=("PAR021",)),)),
        forced={"PAR021": Severity.INFO},
        overrides=(override("", "PAR021"),),
    )
    keys = baseline_text(judged(TRUNCATED, FIRST, settings=QUIET).keys)
    made = judged(TRUNCATED, settings=settings, baseline=keys)
    assert [(finding.code, finding.severity) for finding in made.findings] == [("PAR021", Severity.ERROR)]
    assert "PAR021" not in keys


def test_a_comment_suppresses_its_line_and_unused_codes_are_told() -> None:
    made = judged(at("b.yaml", "/a"), at("b.yaml", "/b"), locate(JsonComment.at(Place("b.yaml", "/c"), "m"), DOCUMENTS))
    assert [(item.finding.place.pointer, item.by, item.reason) for item in made.suppressed] == [
        ("/a", "comment", "vu en revue"),
        ("/c", "comment", "vu"),
    ]
    assert codes(made) == ["PAR020", "CFG014"]
    assert sorted(codes(judged())) == ["CFG011", "CFG011", "CFG014"]


def test_overrides_that_overlap_are_both_needed() -> None:
    settings = replace(Settings(), overrides=(override("/liste", "PAR020"), override("/liste/0", "PAR020", number=1)))
    made = judged(FIRST, SECOND, settings=settings)
    assert "PAR020" not in codes(made)
    assert not [finding for finding in made.findings if finding.place.file == "bascule.toml"]


@given(
    st.lists(st.sampled_from([FIRST, SECOND, END, TRUNCATED]), max_size=8),
    st.lists(st.sampled_from(["", "PAR", "PAR020"]), max_size=2),
)
def test_every_finding_is_reported_suppressed_or_off_and_counted_once(
    findings: list[Finding], ignore: list[str]
) -> None:
    settings = Settings(selection=Selection((Layer(ignore=(*ignore, "CFG")),)), overrides=(override("/fin", "PAR020"),))
    base = baseline_text(judged(FIRST, settings=QUIET).keys)
    made = judged(*findings, settings=settings, baseline=base)
    off = made.deselected - judged(settings=settings, baseline=base).deselected
    notes = sum(finding.code.startswith("CFG") for finding in made.findings)
    unread = findings.count(TRUNCATED)
    assert sum(finding.code == "PAR021" for finding in made.findings) == unread
    if not ignore:
        assert len(made.findings) - notes + len(made.suppressed) == len(findings)
    else:
        assert len(made.findings) - notes == unread
        assert off <= len(findings)
