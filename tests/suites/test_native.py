"""bascule's own suites: reading them, their mistakes, and what a test says when something else happens."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest
import yaml

from bascule.compiling import Compilation
from bascule.diagnostics import Finding, locate
from bascule.resources import read_text
from bascule.source import SourceFile
from bascule.suites.findings import suite_findings
from bascule.suites.model import Suite, Weight
from bascule.suites.read import read_suite
from bascule.suites.run import CaseResult
from bascule.suites.shape import suite_schema
from bascule.trying import SOURCE, Trial
from bascule.workspace import InputFile, analyse, load

ROOT = Path(__file__).parents[2]
SCENARIO = """
bascule: 1
locale: fr
flows:
  avis:
    entries: [{keyword: avis}, {broadcast: sondage}]
    nodes:
      note:
        say: Content ?
        ask: {into: note, timeout: 1h}
        choices: {Oui: merci, Non: pourquoi}
        timeout: rappel
        else: note
      pourquoi: {say: Pourquoi ?, ask: raison, then: merci}
      merci: [{say: Merci !}]
      rappel: {say: Un petit avis ?, then: note}
""".replace("merci: [{say: Merci !}]", "merci: {say: [Merci !, À bientôt.]}")


def trial() -> Trial:
    analysis = analyse(load([InputFile(SourceFile.of_text(SCENARIO, "avis.yaml"), "avis.yaml")]))
    return Trial(analysis, Compilation(analysis))


def read(text: str) -> tuple[Suite | None, list[Finding]]:
    made = read_suite(SourceFile.of_text(text, "tests.yaml"), trial().analysis.project)
    assert made is not None
    suite, findings = made
    documents = {"tests.yaml": suite.document} if suite is not None and suite.document is not None else {}
    return suite, [locate(finding, documents) for finding in findings]


def run(steps: str, start: str = "avis", side: str = SOURCE) -> CaseResult:
    text = f"bascule-test: 1\ntests:\n  t:\n    start: {start}\n    steps:\n{steps}"
    suite, findings = read(text)
    assert findings == []
    assert suite is not None
    return trial().run_suite(suite, side).results[0]


@pytest.mark.parametrize("side", [SOURCE, "meta"])
def test_a_test_passes(side: str) -> None:
    result = run(
        "      - bot: {text: content ?, buttons: [Oui, Non]}\n"
        "      - tap: Non\n        node: pourquoi\n        bot: Pourquoi ?\n"
        "      - user: trop cher\n"
        "      - bot: Merci*\n      - bot: À bientôt.\n"
        "      - end: true\n        variables: {raison: trop cher}\n",
        side=side,
    )
    assert result.passed
    assert result.mismatches == []
    assert result.checked == 7


@pytest.mark.parametrize(
    ("steps", "wanted", "came"),
    [
        ("      - bot: Bonjour\n", "“Bonjour”", "“Content ?” [Oui] [Non]"),
        ("      - bot: {text: Content ?, buttons: [Oui]}\n", "“Content ?” [Oui]", "“Content ?” [Oui] [Non]"),
        ("      - tap: Oui\n        bot: Merci !\n", "nothing more", "“À bientôt.”"),
        ("      - tap: Oui\n        node: note\n", "to wait at note", "the end"),
        ("      - silence: true\n", "silence", "“Content ?” [Oui] [Non]"),
        ("      - user: bof\n        variables: {note: oui}\n", "`note` to be “oui”", "bof"),
        ("      - tap: Non\n        handover: true\n", "a handover", "no"),
        ("      - tap: Non\n        end: true\n", "the end", "it waits at pourquoi"),
        ("      - called: 'https://*'\n", "a request to https://*", "no request"),
        ("      - blocked: true\n", "a message to be kept back", "it was sent"),
        ("      - bot: {text: Content ?, not: true}\n", "not “Content ?”", "“Content ?” [Oui] [Non]"),
        ("      - consent: opt_in\n", "the consent opt_in", "none"),
    ],
)
def test_a_test_fails_and_says_what_came(steps: str, wanted: str, came: str) -> None:
    result = run(steps)
    assert not result.passed
    wrong = [item for item in result.mismatches if item.weight is Weight.WRONG]
    assert [(item.wanted, item.came) for item in wrong] == [(wanted, came)]


def test_more_and_wildcards() -> None:
    assert run("      - tap: Oui\n        bot: Merc*\n        more: true\n").passed
    assert run("      - bot: {text: [Salut, Content ?]}\n").passed
    assert run("      - bot: {text: '^content', how: regexp}\n").passed
    assert run("      - bot: {text: 'content ?', how: equals}\n").mismatches
    assert run("      - bot: '[Content] ?'\n").mismatches, "brackets are brackets"


def test_time_goes_by() -> None:
    assert run("      - bot: Content ?\n      - wait: 2h\n        bot: Un petit avis ?\n        more: true\n").passed
    late = run(
        "      - bot: {kind: template, template: avis_note}\n", start="{flow: avis, entry: broadcast}", side="meta"
    )
    assert late.passed, late.mismatches


@pytest.mark.parametrize(
    ("text", "said", "line"),
    [
        ("bascule-test: 1\ntests:\n  t:\n    start: avis\n    steps: [{tapp: Oui}]\n", "there is no key `tapp`", 5),
        ("bascule-test: 1\ntests:\n  t:\n    start: {flow: avi}\n    steps: []\n", "no flow is called `avi`", 4),
        ("bascule-test: 1\ntests:\n  t:\n    start: {flow: avis, entry: 9}\n    steps: []\n", "has no entry `9`", 4),
        (
            "bascule-test: 1\ntests:\n  t:\n    start: avis\n    steps:\n      - {wait: demain}\n",
            "no length of time",
            6,
        ),
        ("bascule-test: 1\ntests:\n  t:\n    start: avis\n    steps:\n      - {node: merco}\n", "no node is called", 6),
        ("bascule-test: 1\ntests:\n  t:\n    start: avis\n    steps:\n      - {user: a, tap: b}\n", "in one step", 6),
        ("bascule-test: 1\ntests:\n  t:\n    steps:\n      - {location: ici}\n", "is no place", 5),
        (
            "bascule-test: 1\nhttp: [{url: '*', status: bof}]\ntests:\n  t: {start: avis, steps: []}\n",
            "`bof` is no HTTP status",
            2,
        ),
        ("bascule-test: 1\ntests:\n  t:\n    start: avis\n", "the key `steps` is missing", 3),
    ],
)
def test_mistakes_are_found_where_they_stand(text: str, said: str, line: int) -> None:
    suite, findings = read(text)
    assert suite is not None
    assert suite.cases == []
    assert [said in finding.message for finding in findings] == [True]
    assert findings[0].span is not None
    assert findings[0].span.line == line
    assert findings[0].help


def test_a_mistake_leaves_the_other_tests_alone() -> None:
    suite, findings = read(
        "bascule-test: 1\ntests:\n  ab: {start: avis, steps: [{bat: x}]}\n  a: {start: avis, steps: []}\n"
    )
    assert len(findings) == 1
    assert suite is not None
    assert [case.name for case in suite.cases] == ["a"]


def test_nothing_is_passed_where_nothing_was_looked_at() -> None:
    assert run("      - tap: Oui\n").status == "unchecked"


def test_what_comes_after_a_question_nobody_answered_is_not_checked() -> None:
    scenario = (
        "bascule: 1\nlocale: fr\nflows:\n  a:\n    entries: [{keyword: salut}]\n    nodes:\n"
        "      demande: {http: {get: 'https://exemple.sn'}, into: r, then: tri}\n"
        "      tri: {case: {'r.ok == \"oui\"': bien, else: mal}}\n"
        "      bien: {say: Bien.}\n      mal: {say: Mal.}\n"
    )
    analysis = analyse(load([InputFile(SourceFile.of_text(scenario, "a.yaml"), "a.yaml")]))
    assert analysis.project.flows
    known = Trial(analysis, Compilation(analysis))
    text = "bascule-test: 1\ntests: {t: {start: salut, steps: [{bot: Bien.}, {user: salut, bot: Tiens.}, {user: x, end: true}]}}\n"
    made = read_suite(SourceFile.of_text(text, "tests.yaml"), analysis.project)
    assert made is not None
    assert made[0] is not None
    result = known.run_suite(made[0], SOURCE).results[0]
    assert {item.weight for item in result.mismatches} == {Weight.UNCHECKED}
    assert [item.step for item in result.mismatches] == [0, 1, 2]


def test_a_failure_is_a_finding_at_its_step() -> None:
    text = "bascule-test: 1\ntests:\n  t:\n    start: avis\n    steps:\n      - bot: Content ?\n      - {tap: Oui, bot: Non}\n"
    suite, _ = read(text)
    assert suite is not None
    assert suite.document is not None
    results = trial().run_suite(suite, SOURCE).results
    found = [locate(item, {"tests.yaml": suite.document}) for item in suite_findings(suite, SOURCE, results, False)]
    assert [(item.code, item.span.line if item.span else 0) for item in found] == [("TST010", 7)]


def test_the_published_schema_is_the_shape() -> None:
    published = json.loads(read_text("schemas", "test-suite.schema.json"))
    assert published == suite_schema()
    jsonschema.Draft7Validator.check_schema(published)


@pytest.mark.parametrize("path", sorted((ROOT / "fixtures" / "suites").glob("*.yaml")), ids=lambda path: path.name)
def test_our_suites_fit_the_schema(path: Path) -> None:
    jsonschema.validate(yaml.safe_load(path.read_text(encoding="utf-8")), suite_schema())


def test_words_that_the_ledger_announced_are_a_remark_and_others_are_not() -> None:
    source = '{"rdv": "Votre rendez-vous est demain. Répondez 1 pour confirmer, 2 pour annuler."}'
    workspace = load([InputFile(SourceFile.of_text(source, "t.json"), "t.json")])
    analysis = analyse(workspace, locale="fr")
    made = Trial(analysis, Compilation(analysis))
    for words, status in (("Votre rendez-vous est demain. Répondez 1 *", "passed"), ("Bonsoir", "failed")):
        text = f"bascule-test: 1\ntests:\n  t:\n    start: {{flow: rdv}}\n    steps:\n      - bot: '{words}'\n"
        read_ = read_suite(SourceFile.of_text(text, "tests.yaml"), analysis.project)
        assert read_ is not None
        suite, findings = read_
        assert findings == []
        assert suite is not None
        (result,) = made.run_suite(suite, "meta").results
        assert result.status == status, result.mismatches
