"""``bascule test --format json`` writes what schemas/test-report.schema.json says, and broken reports do not fit it."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from bascule.diagnostics import Severity
from bascule.resources import read_text
from bascule.simulator.compare import Kind
from bascule.suites.model import Weight
from bascule.suites.read import READERS
from tests.broken import broken_copies, changed

from .conftest import Run

ROOT = Path(__file__).parents[2]
FIXTURES = ROOT / "fixtures"
SCENARIO = FIXTURES / "scenarios" / "suivi_commande.yaml"
STATES = """bascule-test: 1
tests:
  échoue: {start: suivi, steps: [{bot: 'Bonsoir & <b>'}]}
  réussit: {start: suivi, variables: {nom: Ben}, steps: [{bot: 'Bonjour Ben*'}]}
"""
UNTOLD = "bascule-test: 1\ntests: {'لا يعرف': {start: suivi, steps: [{wait: 1h}]}}\n"
WRONG = {"weight": "wrong", "step": 1, "expected": "« Bonsoir »", "came": "« Bonjour »"}
SKIPPED = "annule\n\n#me\nsuivi\n\n#include AUTRE\n"


@cache
def schema() -> Draft202012Validator:
    return Draft202012Validator(json.loads(read_text("schemas", "test-report.schema.json")))


def report(run: Run, *arguments: object) -> Any:
    """A report that fits."""
    result = run("test", *arguments, "--format", "json")
    data = json.loads(result.out)
    assert [f"{error.json_path}: {error.message}" for error in schema().iter_errors(data)] == []
    return data


@pytest.fixture
def suites(tmp_path: Path) -> Path:
    folder = tmp_path / "essais"
    folder.mkdir()
    (folder / "a.yaml").write_text(STATES, encoding="utf-8")
    (folder / "b.yaml").write_text(UNTOLD, encoding="utf-8")
    (folder / "c.convo.txt").write_text(SKIPPED, encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("source", "suite"),
    [
        ("scenarios/suivi_commande.yaml", "suivi_commande.yaml"),
        ("scenarios/suivi_commande.yaml", "annulation.convo.txt"),
        ("boutique", "boutique.yaml"),
        ("dialogflow-cx/boulangerie", "boulangerie_accueil.json"),
        ("rapidpro/flux_seul.json", "flux_seul.non.json"),
        ("rasa", "teranga.yml"),
    ],
)
def test_reports_of_every_format_of_tests_fit(run: Run, source: str, suite: str) -> None:
    data = report(
        run, FIXTURES / source, "--suite", FIXTURES / "suites" / suite, "--to", "meta,twilio", "--users", "20"
    )
    assert [item["side"] for item in data["suites"]] == ["source", "meta", "twilio"]
    assert all(item["tests"] for item in data["suites"])
    assert [item["target"] for item in data["conversions"]] == ["meta", "twilio"]


def test_reports_without_tests_or_without_users_fit(run: Run) -> None:
    only = report(run, SCENARIO, "--to", "none", "--suite", FIXTURES / "suites" / "suivi_commande.yaml")
    assert "users" not in only
    assert only["conversions"] == []
    assert report(run, SCENARIO)["suites"] == []
    assert report(run, SCENARIO, "--to", "none") == {"suites": [], "conversions": [], "findings": []}


def test_every_state_of_a_test_fits(run: Run, suites: Path) -> None:
    data = report(run, SCENARIO, "--suite", suites)
    found = {test["status"] for item in data["suites"] for test in item["tests"]}
    assert found == {"passed", "failed", "unchecked", "skipped"}


def test_reports_with_differences_fit(run: Run) -> None:
    sources = (FIXTURES / "scenarios", FIXTURES / "typebot", FIXTURES / "chatfuel", FIXTURES / "landbot")
    data = report(run, *sources, "--to", "meta,plivo")
    found = [item for conversion in data["conversions"] for item in conversion["differences"]]
    assert found
    assert any(item["announced"] for item in found)


def test_no_broken_report_fits(run: Run, suites: Path) -> None:
    data = report(run, SCENARIO, "--suite", suites)
    difference = {
        "kind": "words", "flow": "suivi", "node": "accueil", "source": "Bonjour", "target": "", "detail": "« Bonjour » manque",
        "announced": "", "user": ["suivi"],
    }  # fmt: skip
    data = changed(data, ("conversions", 0, "differences"), [difference])
    data["suites"] = data["suites"][:4]
    assert schema().is_valid(data)
    seen: dict[str, int] = {}
    for how, where, copy in broken_copies(data):
        assert not schema().is_valid(copy), (how, where)
        seen[where] = seen.get(where, 0) + 1
    for path in (".suites[].tests[].mismatches[].step", ".users.cut", ".conversions[].differences[].user[]",
                 ".findings[].line"):  # fmt: skip
        assert seen[path] >= 3, path


def find(data: Any, status: str) -> tuple[str | int, ...]:
    for at, item in enumerate(data["suites"]):
        for index, test in enumerate(item["tests"]):
            if test["status"] == status:
                return ("suites", at, "tests", index)
    raise AssertionError(status)


@pytest.mark.parametrize(
    ("status", "where", "value"),
    [
        ("passed", ("status",), "ok"),
        ("passed", ("status",), "failed"),
        ("passed", ("status",), "skipped"),
        ("passed", ("status",), "unchecked"),
        ("passed", ("checked",), 0),
        ("passed", ("checked",), -1),
        ("passed", ("reason",), "parce que"),
        ("failed", ("status",), "passed"),
        ("failed", ("status",), "unchecked"),
        ("failed", ("mismatches",), []),
        ("failed", ("mismatches", 0, "weight"), "wording"),
        ("failed", ("mismatches", 0, "weight"), "bad"),
        ("failed", ("mismatches", 0, "step"), -1),
        ("failed", ("mismatches",), [WRONG, {**WRONG, "weight": "bad"}]),
        ("failed", ("checked",), -1),
        ("skipped", ("reason",), ""),
        ("skipped", ("status",), "passed"),
        ("skipped", ("checked",), 1),
        ("skipped", ("mismatches",), [{**WRONG, "weight": "wording"}]),
        ("skipped", ("transcript",), ["user > suivi"]),
        ("unchecked", ("status",), "passed"),
        ("unchecked", ("checked",), 1),
    ],
)
def test_a_state_and_what_it_rests_on_belong_together(
    run: Run, suites: Path, status: str, where: tuple[str | int, ...], value: Any
) -> None:
    data = report(run, SCENARIO, "--suite", suites, "--to", "none")
    assert not schema().is_valid(changed(data, (*find(data, status), *where), value))


@pytest.mark.parametrize(
    ("where", "value"),
    [
        (("suites", 0, "format"), "cucumber"),
        (("suites", 0, "side"), "Meta Cloud"),
        (("suites", 0, "path"), ""),
        (("users", "walked"), -1),
        (("users", "count"), -1),
        (("users", "ways"), -1),
        (("conversions", 0, "messages"), -1),
        (("conversions", 0, "same"), -1),
        (("users", "ways"), 1.5),
        (("conversions",), []),
        (("conversions", 0, "target"), ""),
        (("findings", 0, "code"), "TST10"),
        (("findings", 0, "severity"), "fatal"),
        (("findings", 0, "message"), ""),
        (("findings", 0, "line"), 0),
        (("findings", 0, "line"), None),
        (("findings", 0, "column"), None),
        (("findings", 0, "column"), 0),
    ],
)
def test_values_without_sense_are_refused(run: Run, suites: Path, where: tuple[str | int, ...], value: Any) -> None:
    data = report(run, SCENARIO, "--suite", suites)
    assert not schema().is_valid(changed(data, where, value))


def test_a_finding_without_a_place_fits(run: Run, suites: Path) -> None:
    finding = report(run, SCENARIO, "--suite", suites)["findings"][0]
    bare = {**finding, "file": "", "line": None, "column": None}
    assert schema().is_valid({"suites": [], "conversions": [], "findings": [bare]})


def test_conversions_need_the_users_that_made_them(run: Run) -> None:
    data = report(run, SCENARIO)
    assert data["conversions"]
    assert not schema().is_valid({key: value for key, value in data.items() if key != "users"})


def test_the_words_of_the_schema_are_those_of_the_program() -> None:
    found = schema().schema
    parts = found["$defs"]
    formats = found["properties"]["suites"]["items"]["properties"]["format"]["enum"]
    assert sorted(formats) == sorted(name for name, *_ in READERS)
    assert parts["difference"]["properties"]["kind"]["enum"] == [kind.name.lower() for kind in Kind]
    mismatch = parts["test"]["properties"]["mismatches"]["items"]["properties"]
    assert mismatch["weight"]["enum"] == [weight.value for weight in Weight]
    assert sorted(parts["finding"]["properties"]["severity"]["enum"]) == sorted(str(level) for level in Severity)
