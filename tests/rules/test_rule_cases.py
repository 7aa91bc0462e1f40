"""Every check rule against its cases: ``tests/rules/CODE/cases.yaml``.

A file holds ``pass`` (the rule says nothing), ``fail`` (exactly the findings listed under ``expect``, in order
of place: severity, line:column, a part of the message) and, for rules that offer one, ``fix`` (the text after
the fix). ``format`` is ``scenario`` unless given: ``sms-csv``, ``sms-json``, ``studio`` or ``templates``. ``fill: N`` puts N
letters where the source says ``%fill%``; ``repeat: N`` repeats its last line, with ``%n%`` counting from 1.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from bascule.diagnostics import Finding, Severity
from bascule.diagnostics.fixes import apply_fixes, source_of
from bascule.passes.rules import rules

CASES = Path(__file__).parent
CODES = [rule.code for rule in rules()]


def read(code: str) -> dict[str, Any]:
    path = CASES / code / "cases.yaml"
    data = yaml.safe_load(path.read_text(encoding="utf-8")) if path.is_file() else {}
    assert isinstance(data, dict), path
    return data


def cases(kind: str) -> list[Any]:
    return [
        pytest.param(code, case, id=f"{code}-{case['name'].replace(' ', '-')}")
        for code in CODES
        for case in read(code).get(kind, ())
    ]


def source(case: dict[str, Any]) -> str:
    text = str(case["source"]).replace("%fill%", "x" * case.get("fill", 0))
    if "repeat" in case:
        *lines, last = text.splitlines()
        lines += [last.replace("%n%", str(number)) for number in range(1, case["repeat"] + 1)]
        text = "\n".join(lines) + "\n"
    return text


def seen(finding: Finding) -> tuple[str, str]:
    assert finding.span is not None, f"{finding.code} has no place in the file: {finding.message}"
    return str(finding.severity), f"{finding.span.line}:{finding.span.column}"


@pytest.mark.parametrize("code", CODES)
def test_rule_has_passing_and_failing_cases(code: str) -> None:
    data = read(code)
    assert data.get("code") == code, f"write {CASES / code / 'cases.yaml'}"
    assert set(data) <= {"code", "pass", "fail", "fix"}
    assert data.get("pass"), f"{code} has no case in which it says nothing"
    assert data.get("fail"), f"{code} has no case that it reports"


def test_there_are_no_cases_for_rules_that_do_not_exist() -> None:
    folders = {path.name for path in CASES.iterdir() if path.is_dir() and not path.name.startswith(("_", "."))}
    assert folders <= set(CODES)


@pytest.mark.parametrize(("code", "case"), cases("pass"))
def test_rule_says_nothing(code: str, case: dict[str, Any], run_text: Callable[..., Any]) -> None:
    outcome = run_text(source(case), case.get("format", "scenario"), case.get("locale", ""))
    assert not outcome.of(code), outcome.describe()
    doubts = [item for item in outcome.findings if item.code.startswith("PAR") and item.severity > Severity.INFO]
    assert not doubts, f"the case itself is wrong:\n{outcome.describe()}"


@pytest.mark.parametrize(("code", "case"), cases("fail"))
def test_rule_reports(code: str, case: dict[str, Any], run_text: Callable[..., Any]) -> None:
    outcome = run_text(source(case), case.get("format", "scenario"), case.get("locale", ""))
    found = outcome.of(code)
    expected = case["expect"]
    assert expected, "a failing case expects at least one finding"
    assert [seen(finding) for finding in found] == [(item["severity"], item["at"]) for item in expected], (
        outcome.describe()
    )
    for finding, item in zip(found, expected, strict=True):
        assert item["message"] in finding.message
        assert "\n" not in finding.message
        assert finding.help, f"{code} does not say what to do"
        for text in item.get("labels", ()):
            assert any(text in label.text for label in finding.labels), [label.text for label in finding.labels]


@pytest.mark.parametrize(("code", "case"), cases("fix"))
def test_fix_removes_the_finding(code: str, case: dict[str, Any], run_text: Callable[..., Any]) -> None:
    format, locale = case.get("format", "scenario"), case.get("locale", "")
    outcome = run_text(source(case), format, locale)
    text = source(case)
    path = outcome.document.path
    sources = {path: source_of(outcome.document, text.encode("utf-8"))}
    done = apply_fixes(outcome.of(code), sources, unsafe=True)
    assert done.fixed, outcome.describe()
    assert not done.refused, done.refused
    assert done.texts[path] == case["becomes"]
    assert not run_text(done.texts[path], format, locale).of(code)


def test_rules_with_a_fix_have_a_case_for_it() -> None:
    offering = {rule.code for rule in rules() if "Fix safety:" in rule.page()}
    assert offering == {code for code in CODES if read(code).get("fix")}


def test_codes_and_names_are_those_of_their_folder() -> None:
    families = {"template": {"TPL"}, "interactive": {"INT", "MED"}, "graph": {"GRF"}, "window": {"WIN"},
                "variables": {"VAR", "LOC"}, "keywords": {"GRF"}, "languages": {"LOC"}, "consent": {"CON"}, "definition": {"TPL"}}  # fmt: skip
    for rule in rules():
        folder = rule.__module__.split(".")[3]
        assert rule.code[:3] in families[folder], rule
