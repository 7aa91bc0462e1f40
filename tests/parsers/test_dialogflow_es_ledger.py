"""The ledger counts what the files hold: an independent walk agrees, every loss has its reason, no secret is shown."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from bascule.parsers import dialogflow_es
from bascule.parsers.base import Parsed, ParseOptions
from tests.parsers.dialogflow_es_support import (
    AGENT,
    FIXTURES,
    agent,
    documents,
    everything_shown,
    found,
    intent,
    read,
    read_files,
    source_at,
    tree_of,
    walk_agent,
)

SECRETS = ("Xk82-baobab-2019", "5f0c1d9e8b7a4f3e", "Tournesol77")


@pytest.fixture(scope="module")
def parsed() -> Parsed:
    return read("librairie")


@pytest.mark.parametrize("name", ["librairie", "ancien", "rest"])
def test_every_construct_ends_in_the_ledger_once(name: str) -> None:
    tree = tree_of(FIXTURES / name)
    parsed = dialogflow_es.parse_project(tree, ParseOptions())
    entries = Counter((entry.place.file, entry.place.pointer) for entry in parsed.ledger)
    assert entries == Counter(walk_agent(tree))
    assert max(entries.values()) == 1


def test_the_bookshop_holds_as_much_as_ever(parsed: Parsed) -> None:
    assert parsed.ledger.counts() == {"exact": 419, "emulated": 19, "degraded": 8, "dropped": 6}


def test_losses_have_a_reason_a_code_and_a_finding(parsed: Parsed) -> None:
    reported = {finding.code for finding in parsed.findings}
    for entry in parsed.ledger.losses():
        assert entry.reason
        assert entry.code in reported
    assert Counter(entry.code for entry in parsed.ledger.losses()) == {
        "LOS511": 3,
        "LOS507": 2,
        "LOS515": 2,
        "LOS501": 1,
        "LOS502": 1,
        "LOS503": 1,
        "LOS504": 1,
        "LOS510": 1,
        "PAR507": 1,
        "PAR516": 1,
    }


def test_credentials_are_dropped_and_shown_nowhere(parsed: Parsed) -> None:
    shown = everything_shown(parsed)
    for secret in SECRETS:
        assert secret not in shown
    assert [finding.place.pointer for finding in found(parsed, "LOS511")] == [
        "/webhook/username",
        "/webhook/headers",
        "/secondaryKey",
    ]
    (finding,) = found(parsed, "PAR405")
    assert finding.place.pointer == "/webhook/url"
    assert all(finding.data["sensitive"] for finding in (*found(parsed, "LOS511"), *found(parsed, "PAR405")))


def test_empty_headers_are_no_credentials() -> None:
    settings = {
        **AGENT,
        "webhook": {"url": "https://exemple.fr", "username": "", "headers": {"": ""}, "available": True},
    }
    parsed = read_files({**agent(intent("Menu", "Oui ?")), "agent.json": settings})
    assert not parsed.ledger.losses()
    assert not found(parsed, "LOS511")


def test_covering_a_secret_moves_no_other_place(parsed: Parsed) -> None:
    raw = (FIXTURES / "librairie" / "agent.json").read_text(encoding="utf-8")
    masked = documents(parsed)["librairie/agent.json"]
    assert len(masked.text) == len(raw)
    assert source_at(parsed, found(parsed, "LOS507")[0].place) == '"use.after"'


@pytest.mark.parametrize(
    ("files", "code"),
    [
        ({"agent.json": {**AGENT, "couleur": "vert"}}, "LOS500"),
        ({"agent.json": {**AGENT, "enabledKnowledgeBaseNames": ["faq"]}}, "LOS505"),
        ({"agent.json": {**AGENT, "activeAssistantAgents": ["smalltalk-domain-on"]}}, "LOS504"),
        ({"agent.json": {**AGENT, "mlMinConfidence": 0.3}}, "LOS507"),
        ({"agent.json": {**AGENT, "googleAssistant": {"googleAssistantCompatible": True}}}, "LOS513"),
        ({"agent.json": {**AGENT, "webhook": {"url": "https://x.fr", "headers": {"cle": "abc"}}}}, "LOS511"),
        ({"agent.json": {**AGENT, "webhook": "x"}}, "PAR502"),
        ({"intents/A.json": intent("A", "a", conditionalResponses=[{"condition": "$x"}])}, "LOS506"),
        ({"intents/A.json": intent("A", "a", couleur="vert")}, "LOS500"),
        ({"intents/A.json": intent("A", "a", webhookUsed=True)}, "LOS502"),
        ({"intents/A.json": intent("A", "a", webhookForSlotFilling=True)}, "LOS503"),
        ({"intents/A.json": intent("A", "a", contexts="x")}, "PAR502"),
        ({"intents/A.json": intent("A", "a", priority="haute")}, "PAR502"),
        ({"intents/A.json": intent("A", "a", parameters=[3])}, "PAR502"),
        (
            {"intents/A.json": intent("A", "a", {"type": "14", "platform": "telephony", "lang": "fr", "x": "allô"})},
            "LOS512",
        ),
        ({"entities/a.json": {"name": "a", "isEnum": False, "allowFuzzyExtraction": True}}, "LOS510"),
        ({"entities/a.json": {"name": "a", "isEnum": False, "couleur": "vert"}}, "LOS500"),
        ({"NOTES.md": "x"}, "PAR516"),
        ({"intents/B.json": "[1]"}, "PAR502"),
        ({"intents/B.json": "bonjour"}, "PAR503"),
    ],
)
def test_each_loss_is_reported_and_counted(files: dict[str, Any], code: str) -> None:
    parsed = read_files({**agent(intent("Menu", "Oui ?")), **files})
    assert found(parsed, code)
    assert [entry.code for entry in parsed.ledger.losses()] == [code]


def test_members_of_the_wrong_type_are_kept_as_facts() -> None:
    parsed = read_files(agent(intent("Menu", "Oui ?", contexts="menu", priority="haute", inconnu={"a": [1]})))
    facts = dict(parsed.project.intents[0].facts)
    assert facts["contexts"] == '"menu"'
    assert facts["priority"] == '"haute"'
    assert facts["inconnu"] == '{"a": [1]}'


def test_findings_point_at_what_they_are_about(parsed: Parsed) -> None:
    assert source_at(parsed, found(parsed, "LOS502")[0].place) == "true"
    assert source_at(parsed, found(parsed, "PAR508")[0].place) == "{"
    assert found(parsed, "PAR508")[0].place.file.endswith("merci 2_usersays_fr.json")
    assert source_at(parsed, found(parsed, "LOS510")[0].place) == "true"
