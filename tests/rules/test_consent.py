"""What ``bascule.toml`` says about consent and opt-out, and the words that the rules know."""

from __future__ import annotations

import pytest
import yaml

from bascule.diagnostics.fixes import apply_fixes, source_of
from bascule.ir.settings import ProjectSettings
from bascule.language.optout import find_opt_out
from bascule.passes.rules.consent.policy_words import _classes
from bascule.passes.rules.consent.words import _lines, opt_out_line
from bascule.source import SourceFile
from bascule.whatsapp.policy import load_policy
from bascule.workspace import Analysis, InputFile, analyse, load

SOLDES = '{"soldes": "Soldes : -20 % sur tout le magasin ce week-end."}'


def checked(text: str, settings: ProjectSettings) -> Analysis:
    workspace = load([InputFile(SourceFile.of_text(text, "sms.json"), "sms.json")])
    workspace.settings = settings
    return analyse(workspace, locale="fr")


def codes(text: str, settings: ProjectSettings) -> set[str]:
    return {finding.code for finding in checked(text, settings).findings}


def test_a_statement_of_consent_answers_the_question() -> None:
    assert {"CON200", "WIN013"} <= codes(SOLDES, ProjectSettings())
    assert not {"CON200", "WIN013"} & codes(SOLDES, ProjectSettings(consent="bon de commande, case 3"))


def test_the_wording_of_the_project_is_recognised() -> None:
    own = SOLDES.replace("week-end.", "week-end. Assez ? Écrivez NON au 36180.")
    assert "CON201" in codes(own, ProjectSettings())
    assert "CON201" not in codes(own, ProjectSettings(opt_out_line={"fr": "Assez ? Écrivez NON au 36180."}))


@pytest.mark.parametrize(
    ("settings", "line"),
    [
        (ProjectSettings(), "Répondez STOP pour ne plus recevoir nos offres."),
        (ProjectSettings(opt_out_line={"": "Assez ? STOP au 36180"}), "Assez ? STOP au 36180"),
    ],
)
def test_the_fix_adds_the_wording_and_removes_the_finding(settings: ProjectSettings, line: str) -> None:
    analysis = checked(SOLDES, settings)
    document = analysis.workspace.documents["sms.json"]
    wanted = [finding for finding in analysis.findings if finding.code == "CON201"]
    fixed = apply_fixes(wanted, {"sms.json": source_of(document, SOLDES.encode())}, unsafe=True)
    text = fixed.texts["sms.json"]
    assert text == SOLDES.replace("week-end.", f"week-end. {line}")
    assert "CON201" not in codes(text, settings)


@pytest.mark.parametrize("language", sorted(_lines()))
def test_every_sentence_is_understood_as_an_opt_out(language: str) -> None:
    line = _lines()[language]
    found = find_opt_out(f"24/7. {line}")
    assert found is not None
    assert line[: found.start - 6] + line[found.end - 6 :] in ("", ".")


def test_a_language_without_a_sentence_gets_the_english_one() -> None:
    assert opt_out_line(ProjectSettings(), "wo") == _lines()["en"]
    assert opt_out_line(ProjectSettings(), "pt_BR") == _lines()["pt"]


def test_classes_are_those_that_the_webhook_names() -> None:
    assert set(_classes()) <= set(load_policy().list("category.violations"))


def test_no_word_of_a_list_is_read_as_something_else(root: object) -> None:
    """YAML 1.1 takes bare words such as `no` for a truth value; the lists are read without that."""
    from importlib.resources import files

    for name in ("opt_in_words", "opt_out_lines", "policy_words"):
        text = files("bascule.passes.rules.consent").joinpath(f"data/{name}.yaml").read_text(encoding="utf-8")
        assert yaml.safe_load(text) == yaml.load(text, Loader=yaml.BaseLoader)
