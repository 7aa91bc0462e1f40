"""``bascule test`` on the examples of the other tools' formats."""

from __future__ import annotations

from pathlib import Path

import pytest

from .conftest import Run

FIXTURES = Path(__file__).parents[2] / "fixtures"


@pytest.mark.parametrize(
    ("source", "suite", "target", "passed"),
    [
        ("scenarios/suivi_commande.yaml", "annulation.convo.txt", "meta,twilio", 3),
        ("rasa/boutique", "teranga.yml", "meta", 6),
        ("dialogflow-cx/boulangerie", "boulangerie_accueil.json", "meta", 2),
        # On WhatsApp “Ответьте да или нет” goes where buttons say it: the recording holds for the source.
        ("rapidpro/flux_seul.json", "flux_seul.non.json", "none", 1),
    ],
)
def test_the_examples_of_other_formats_pass(run: Run, source: str, suite: str, target: str, passed: int) -> None:
    result = run("test", FIXTURES / source, "--suite", FIXTURES / "suites" / suite, "--to", target, "--users", "0")
    assert result.code == 0, result.out + result.err
    assert f"{passed} passed, 0 failed" in result.out


def test_a_conversation_of_botium_fails_at_its_line(run: Run, tmp_path: Path) -> None:
    text = (FIXTURES / "suites" / "annulation.convo.txt").read_text(encoding="utf-8")
    suite = tmp_path / "annulation.convo.txt"
    suite.write_text(text.replace("Un conseiller vous répond.", "Au revoir."), encoding="utf-8")
    result = run("test", FIXTURES / "scenarios" / "suivi_commande.yaml", "--suite", suite, "--to", "none")
    assert result.code == 1
    assert "annulation.convo.txt:14:1" in result.err
    assert "expected “Au revoir.”" in result.out


def test_a_broken_suite_ends_with_2(run: Run, tmp_path: Path) -> None:
    suite = tmp_path / "vide.convo.txt"
    suite.write_text("sans parties\n", encoding="utf-8")
    result = run("test", FIXTURES / "scenarios" / "suivi_commande.yaml", "--suite", suite, "--to", "none")
    assert result.code == 2
    assert "error[TST001]" in result.err
    assert "vide.convo.txt:1:1" in result.err


def test_a_suite_named_as_a_source_says_where_it_belongs(run: Run) -> None:
    result = run("check", FIXTURES / "suites" / "annulation.convo.txt")
    assert result.code == 2
    assert "this is a test suite, not a scenario" in result.err + result.out
    assert "bascule test SOURCE --suite FILE" in result.err + result.out
