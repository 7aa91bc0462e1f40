"""What Meta took, or prints as a sample of its own, gives no error when it is submitted again; what it refuses does."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from benchmarks.labelled import Labelled, labelled

from bascule.diagnostics import Finding, Severity
from bascule.source import SourceFile
from bascule.workspace import InputFile, analyse, load

# Samples that break the rules of their own documentation: a hash that is written as in a URL, in the form before v21.0.
SLIPS = {"authentication_code_autofill_button": {"TPL076"}}


def found(value: dict[str, Any]) -> list[Finding]:
    text = json.dumps(value, ensure_ascii=False)
    return list(analyse(load([InputFile(SourceFile.of_text(text, "t.json"), "t.json")])).findings)


def errors(value: dict[str, Any]) -> list[str]:
    return [f"{item.code} {item.message}" for item in found(value) if item.severity is Severity.ERROR]


@pytest.fixture(scope="module")
def templates(corpus: Path) -> list[Labelled]:
    return labelled([corpus])


@pytest.mark.corpus
def test_the_corpus_holds_templates_that_were_approved_and_samples(templates: list[Labelled]) -> None:
    assert sum(item.status == "APPROVED" for item in templates) >= 2
    assert sum(not item.status for item in templates) >= 20


@pytest.mark.corpus
def test_approved_templates_give_no_error(templates: list[Labelled]) -> None:
    wrong = {item.value["name"]: errors(item.again()) for item in templates if item.status == "APPROVED"}
    assert not {name: said for name, said in wrong.items() if said}


@pytest.mark.corpus
def test_samples_of_the_documentation_give_no_error(templates: list[Labelled]) -> None:
    wrong: dict[str, list[str]] = {}
    for item in templates:
        name = item.value["name"]
        said = [line for line in errors(item.again()) if line.split()[0] not in SLIPS.get(name, set())]
        if said and not item.status:
            wrong[name] = said
    assert not wrong


def body(text: str, *examples: str) -> dict[str, Any]:
    part: dict[str, Any] = {"type": "BODY", "text": text}
    return {**part, "example": {"body_text": [list(examples)]}} if examples else part


def refused(*components: dict[str, Any], category: str = "UTILITY") -> dict[str, Any]:
    return {
        "name": "suivi",
        "language": "fr",
        "category": category,
        "status": "REJECTED",
        "rejected_reason": "INVALID_FORMAT",
        "components": list(components),
    }


REFUSED: dict[str, tuple[dict[str, Any], str, str]] = {
    "a variable at the end": (refused(body("Votre commande est prête, numéro {{1}}", "A1")), "TPL020", "ends with"),
    "two variables that touch": (
        refused(body("Bonjour, votre commande {{1}}{{2}} est prête et vous attend.", "A", "1")),
        "TPL022",
        "side by side",
    ),
    "braces that do not pair": (
        refused(body("Bonjour {{1}, votre commande est prête et vous attend.", "Awa")),
        "TPL071",
        "`{{1}`",
    ),
    "a sign in the braces": (refused(body("Bonjour {{#1}}, votre commande vous attend.", "A")), "TPL071", "`{{#1}}`"),
    "a gap in the numbers": (
        refused(body("Bonjour {{1}}, votre commande {{3}} est prête et vous attend.", "Awa", "A1")),
        "TPL071",
        "without gaps",
    ),
    "a footer that is too long": (
        refused(body("Bonjour, votre commande est prête."), {"type": "FOOTER", "text": "x" * 61}),
        "TPL031",
        "61 characters",
    ),
    "a header with formatting": (
        refused({"type": "HEADER", "format": "TEXT", "text": "*Suivi*"}, body("Bonjour, votre commande est prête.")),
        "TPL030",
        "formatting mark",
    ),
    "no room between quick replies": (
        refused(
            body("Bonjour, votre commande est prête."),
            {
                "type": "BUTTONS",
                "buttons": [
                    {"type": "QUICK_REPLY", "text": "Oui"},
                    {"type": "URL", "text": "Voir", "url": "https://boutique.example"},
                    {"type": "QUICK_REPLY", "text": "Non"},
                ],
            },
        ),
        "TPL042",
        "not next to each other",
    ),
    "words of its own beside a code": (
        refused(
            body("Voici le code {{1}} de votre compte", "123456"),
            {"type": "BUTTONS", "buttons": [{"type": "OTP", "otp_type": "COPY_CODE"}]},
            category="AUTHENTICATION",
        ),
        "TPL076",
        "words of its own",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_refusal_for_its_form_is_an_error_that_names_the_fault(name: str) -> None:
    value, code, words = REFUSED[name]
    said = [item for item in found(value) if item.severity is Severity.ERROR]
    assert [item.code for item in said] == [code]
    assert words in said[0].message
    assert said[0].span is not None
