"""The ledger counts what the files hold: an independent walk agrees, every loss has its reason and its code."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from bascule.diagnostics import registry
from bascule.diagnostics.pages import page_sections
from bascule.parsers import dialogflow_cx
from bascule.parsers.base import Parsed, ParseOptions
from tests.parsers.dialogflow_cx_support import (
    AGENT,
    FIXTURES,
    START,
    agent,
    flow_files,
    found,
    page,
    parameter,
    payload,
    read,
    read_files,
    route,
    say,
    source_at,
    text,
    tree_from,
    tree_of,
    walk_agent,
)


@pytest.fixture(scope="module")
def parsed() -> Parsed:
    return read("boulangerie")


def entries(parsed: Parsed) -> Counter[tuple[str, str]]:
    return Counter((entry.place.file, entry.place.pointer) for entry in parsed.ledger)


def test_every_construct_ends_in_the_ledger_once() -> None:
    tree = tree_of(FIXTURES / "boulangerie")
    parsed = dialogflow_cx.parse_project(tree, ParseOptions())
    assert entries(parsed) == Counter(walk_agent(tree))
    assert max(entries(parsed).values()) == 1


def test_parts_that_nothing_leads_to_are_counted_as_well() -> None:
    dead = page(route("Oui", to="End Session"), entry="Jamais.", form=[parameter("a", prompt="?")])
    files = agent(
        route("Aller", to="Seule", condition="false"),
        route("Aller", does=say("Un.")),
        route("Aller", does=say("Deux.", payload({"richContent": [[{"type": "chips", "options": [{"text": "a"}]}]]}))),
        pages={"Perdue": dead},
        more=flow_files("Orphelin", {"transitionRoutes": [route("Non", does=say("Non."))]}),
    )
    tree = tree_from(files)
    assert entries(dialogflow_cx.parse_project(tree, ParseOptions())) == Counter(walk_agent(tree))


def test_the_bakery_holds_as_much_as_ever(parsed: Parsed) -> None:
    counts = parsed.ledger.counts()
    assert sum(counts.values()) == 567
    assert counts == {"exact": 467, "emulated": 39, "degraded": 48, "dropped": 13}


def test_losses_have_a_reason_a_code_and_a_finding(parsed: Parsed) -> None:
    reported = {finding.code for finding in parsed.findings}
    for entry in parsed.ledger.losses():
        assert entry.reason
        assert entry.code in reported


def test_emulated_constructs_say_how(parsed: Parsed) -> None:
    assert all(entry.reason for entry in parsed.ledger if entry.fate.value == "emulated")


SPEECH = {"speechSettings": {"noSpeechTimeout": {"seconds": 9}}}
WRITTEN = {"displayName": "x", "kind": "KIND_MAP"}


def one(does: Any = None, **members: Any) -> dict[str, Any]:
    """An agent of one route with more members."""
    return agent({**route("Aller", does=does or say("Oui.")), **members})


@pytest.mark.parametrize(
    ("files", "codes"),
    [
        ({**one(), "agent.json": {**AGENT, "startFlow": START, "couleur": "vert"}}, ["LOS550"]),
        ({**one(), "agent.json": {**AGENT, "startFlow": START, "speechToTextSettings": {"a": 1}}}, ["LOS553"]),
        ({**one(), "agent.json": {**AGENT, "startFlow": START, "enableSpellCorrection": True}}, ["LOS562"]),
        ({**one(), "agent.json": {**AGENT, "startFlow": START, "genAppBuilderSettings": {"engine": "e"}}}, ["LOS556"]),
        ({**one(), "agent.json": {**AGENT, "startFlow": START, "gitIntegrationSettings": {"a": 1}}}, ["LOS571"]),
        (one(inconnu=1), ["LOS550"]),
        (one(targetPage={"a": 1}), ["PAR553"]),
        (one({"messages": [text("Oui.")], "advancedSettings": SPEECH}), ["LOS553"]),
        (one({"messages": [text("Oui.")], "enableGenerativeFallback": True}), ["LOS556"]),
        (one({"messages": [text("Oui."), 3]}), ["PAR553"]),
        (one({"messages": [{**text("Oui."), "inconnu": {"a": 1}}]}), ["LOS550"]),
        (one({"messages": [{"mixedAudio": {"segments": [{"uri": "gs://a"}]}}, text("Oui.")]}), ["LOS553"]),
        (one({"messages": [text("Oui.")], "generators": [{"generator": "x"}]}), ["LOS556"]),
        ({**one(), "entityTypes/x/x.json": {**WRITTEN, "enableFuzzyExtraction": True}}, ["LOS562"]),
        ({**one(), "entityTypes/x/x.json": {**WRITTEN, "couleur": 1}}, ["LOS550"]),
        ({**one(), "entityTypes/x/x.json": WRITTEN, "entityTypes/x/entities/fr.json": {"entities": [1]}}, ["PAR553"]),
        ({**one(), "testCases/a.json": {"displayName": "a", "testCaseConversationTurns": []}}, ["LOS557"]),
        ({**one(), "playbooks/a/a.json": {"displayName": "a"}}, ["LOS556"]),
        ({**one(), "tools/a/schema.yaml": "openapi: 3.0.0\n"}, ["LOS556"]),
        ({**one(), "generativeSettings/fr.json": {"languageCode": "fr"}}, ["LOS556"]),
        ({**one(), "webhooks/x.json": "bonjour"}, ["PAR552"]),
        ({**one(), "intents/x/x.json": "[1]"}, ["PAR552"]),
        ({**one(), "flows/notes.txt": "x"}, ["PAR564"]),
        ({**one(), f"flows/{START}/autre/x.json": {"a": 1}}, ["PAR564"]),
    ],
)  # fmt: skip
def test_each_loss_is_reported_and_counted(files: dict[str, Any], codes: list[str]) -> None:
    parsed = read_files(files)
    for code in codes:
        assert found(parsed, code)
    assert [entry.code for entry in parsed.ledger.losses()] == codes


def test_nothing_is_lost_of_a_plain_agent() -> None:
    parsed = read_files(one())
    assert not parsed.ledger.losses()
    assert not parsed.findings


def test_every_rule_of_the_format_has_its_page_and_is_in_the_register() -> None:
    codes = registry()
    own = [code for code in codes if code[:5] in ("PAR55", "PAR56", "LOS55", "LOS56", "LOS57")]
    own = [code for code in own if codes[code].__module__.startswith("bascule.parsers.dialogflow_cx")]
    assert len(own) == 18 + 23
    for code in own:
        sections = page_sections(codes[code])
        assert [
            title for title in ("What it does", "Why", "Example", "Use instead", "Sources") if title not in sections
        ] == []


def test_every_finding_of_the_fixtures_points_at_something(parsed: Parsed) -> None:
    for name in ("boulangerie", "hostile"):
        parsed = read(name)
        for finding in parsed.findings:
            if finding.place.pointer:
                assert source_at(parsed, finding.place)
