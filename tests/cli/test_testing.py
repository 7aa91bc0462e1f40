"""``bascule test`` and ``bascule simulate`` as a user runs them."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from .conftest import Run

ROOT = Path(__file__).parents[2]
SCENARIO = ROOT / "fixtures" / "scenarios" / "suivi_commande.yaml"
SUITE = ROOT / "fixtures" / "suites" / "suivi_commande.yaml"


def failing(tmp_path: Path) -> Path:
    path = tmp_path / "t.yaml"
    path.write_text(
        "bascule-test: 1\ntests:\n  échoue: {start: suivi, steps: [{bot: 'Bonsoir & <b>'}]}\n"
        "  réussit: {start: suivi, variables: {nom: Ben}, steps: [{bot: 'Bonjour Ben*'}]}\n",
        encoding="utf-8",
    )
    return path


def test_the_suite_of_the_fixtures_passes_on_every_provider(run: Run) -> None:
    result = run("test", SCENARIO, "--suite", SUITE, "--to", "all")
    assert result.code == 0, result.out + result.err
    assert "24 passed, 0 failed" in result.out
    assert "14 of 14 ways (100%)" in result.out
    assert result.out.count("0 differ otherwise") == 7


def test_made_up_users_find_nothing_unannounced_in_the_fixtures(run: Run) -> None:
    result = run("test", ROOT / "fixtures" / "scenarios", ROOT / "fixtures" / "rapidpro", "--fail-on", "warning")
    assert "0 differ otherwise" in result.out
    assert "TST020" not in result.err
    assert "TST021" not in [line.split("[")[1][:6] for line in result.err.splitlines() if line.startswith("error[")]


def test_a_failure_is_shown_with_its_conversation_and_its_place(run: Run, tmp_path: Path) -> None:
    result = run("test", SCENARIO, "--suite", failing(tmp_path), "--to", "none")
    assert result.code == 1
    assert "FAIL  échoue" in result.out
    assert "ok    réussit" in result.out
    assert "user > suivi" in result.out
    assert "expected “Bonsoir & <b>”" in result.out
    assert "1 passed, 1 failed" in result.out
    assert "error[TST010]" in result.err
    assert "t.yaml:3:" in result.err


def test_reports_for_programs(run: Run, tmp_path: Path) -> None:
    suite = failing(tmp_path)
    data = json.loads(run("test", SCENARIO, "--suite", suite, "--format", "json").out)
    assert [test["status"] for test in data["suites"][0]["tests"]] == ["failed", "passed"]
    assert data["users"] == {"count": 7, "cut": False, "ways": 14, "walked": 14}
    assert data["conversions"][0]["differences"] == []
    assert data["findings"][0]["line"] == 3
    report = tmp_path / "junit.xml"
    assert run("test", SCENARIO, "--suite", suite, "--format", "junit", "-o", report).code == 1
    root = ElementTree.parse(report).getroot()
    counts = [(item.get("tests"), item.get("failures")) for item in root]
    assert counts == [("2", "1"), ("2", "1"), ("7", "0")]
    failure = root.find(".//failure")
    assert failure is not None
    assert "user > suivi" in (failure.text or "")
    tap = run("test", SCENARIO, "--suite", suite, "--format", "tap").out.splitlines()
    assert tap[:3] == ["TAP version 14", "1..5", "not ok 1 - échoue (source)"]
    assert tap[-1] == "ok 5 - conversion to meta"


def test_the_same_run_gives_the_same_bytes(run: Run) -> None:
    first = run("test", SCENARIO, "--suite", SUITE, "--format", "json").out
    assert first == run("test", SCENARIO, "--suite", SUITE, "--format", "json").out


def test_coverage_can_be_asked_for(run: Run, tmp_path: Path) -> None:
    suite = failing(tmp_path)
    result = run("test", SCENARIO, "--suite", suite, "--to", "none", "--coverage", "50", "--fail-on", "error")
    assert result.code == 1
    assert "ways of `Suivi de commande` were not walked" in result.err
    full = run("test", SCENARIO, "--coverage", "100")
    assert full.code == 0, full.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--suite", "absent.yaml"), "there is no such file"),
        (("--suite", str(SCENARIO)), "no test file of a known format"),
        (("--to", "typebot"), "is no provider"),
        (("--to", "mta"), "Did you mean 'meta'"),
        (("--users", "-1"), "--users"),
    ],
)
def test_mistakes_end_with_2(run: Run, arguments: tuple[str, ...], said: str) -> None:
    result = run("test", SCENARIO, *arguments)
    assert result.code == 2
    assert said in result.err


def test_a_test_without_sense_is_not_passed_over(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "t.yaml"
    path.write_text("bascule-test: 1\ntests: {a: {start: suivi, steps: [{but: Bonjour}]}}\n", encoding="utf-8")
    result = run("test", SCENARIO, "--suite", path)
    assert result.code == 2
    assert "error[TST002]" in result.err
    assert "did you mean `bot`?" in result.err


def test_a_chat_on_standard_input(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = "suivi\n/tap Suivre ma commande\n/way 1\n5\n/show\n/dance\n/wait bientôt\n/restart\n/quit\n"
    monkeypatch.setattr(sys, "stdin", io.StringIO(lines))
    result = run("simulate", SCENARIO, "--on", "meta", "--set", "nom=Ben")
    assert result.code == 0
    assert "bot  < Bonjour Ben, que souhaitez-vous ?" in result.out
    assert "cannot be told offline" in result.out
    assert "Merci Ben ! 🙏 {image}" in result.out
    assert "note = 5" in result.out
    assert "`/dance` is no command here" in result.out
    assert "is no length of time" in result.out


def test_a_chat_with_a_broadcast(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("/wait 26h\n"))
    result = run("simulate", SCENARIO, "--on", "meta", "--flow", "suivi_commande", "--entry", "broadcast")
    assert "Toujours là ? {suivi_commande_rappel_say}" in result.out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--on", "typebot"), "is no provider"),
        (("--flow", "suivi_comande"), "Did you mean 'suivi_commande'"),
        (("--flow", "suivi_commande", "--entry", "7"), "its entries are: 1 (keyword), 2 (broadcast)"),
        (("--entry", "1"), "--entry needs --flow"),
        (("--set", "x"), "write NAME=VALUE"),
    ],
)
def test_a_chat_that_cannot_begin(run: Run, arguments: tuple[str, ...], said: str) -> None:
    result = run("simulate", SCENARIO, *arguments)
    assert result.code == 2
    assert said in result.err
