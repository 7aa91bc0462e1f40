"""What a reading of real files showed to be false, misplaced or silent in the readers (docs/false-errors.md)."""

from __future__ import annotations

import json
from typing import Any

from bascule.parsers import rapidpro
from bascule.parsers.base import ParseOptions
from bascule.parsers.dialogflow_cx import reading as cx_reading
from bascule.source import Place, SourceFile
from tests.parsers import dialogflow_es_support as es
from tests.parsers import floip


def _cx(source: str) -> list[Any]:
    reading = cx_reading.AgentReading("agent")
    reading.condition(source, Place("agent/page.json", "/condition"))
    return list(reading.finish())


def test_one_condition_of_cx_with_many_bare_words_is_one_finding() -> None:
    findings = [one for one in _cx("$session.params.a = Mon AND Compte AND Vite") if one.code == "PAR557"]
    assert len(findings) == 1
    assert "2 of this kind" in findings[0].message
    assert len(findings[0].labels) == 1


def test_a_foreign_reference_of_cx_is_shown_where_it_stands() -> None:
    source = '$sys.any = "a" OR $sys.any = "b"'
    (finding,) = [one for one in _cx(source) if one.code == "PAR558"]
    assert "2 place(s)" in finding.message
    assert finding.place.sub == (0, 8)
    assert [label.place.sub for label in finding.labels] == [(18, 26)]


def test_a_field_of_every_contact_is_not_missing_from_a_rapidpro_export() -> None:
    event = {"uuid": "e", "relative_to": {"key": "last_seen_on", "label": "Last Seen On"}, "offset": 1, "unit": "D",
             "event_type": "M", "message": {"fra": "Bonjour"}, "delivery_hour": -1, "base_language": "fra"}  # fmt: skip
    export = {
        "version": "13", "site": "https://exemple.sn", "flows": [], "triggers": [], "fields": [], "groups": [],
        "campaigns": [{"uuid": "c", "name": "Suivi", "group": {"uuid": "g", "name": "Clients"}, "events": [event]}],
    }  # fmt: skip
    parsed = rapidpro.parse(SourceFile("export.json", json.dumps(export).encode()), ParseOptions())
    assert "last_seen_on" not in " ".join(one.message for one in parsed.findings if one.code == "PAR366")


def test_the_address_of_a_webhook_that_no_intent_uses_is_a_fact() -> None:
    settings = {"language": "fr", "webhook": {"url": "https://exemple.sn/robot", "available": False}}
    parsed = es.read_files({**es.agent(es.intent("Menu", "Oui ?")), "agent.json": settings})
    assert dict(parsed.project.facts)["webhook url"] == '"https://exemple.sn/robot"'


def test_the_group_of_a_floip_block_that_does_not_say_what_to_do_is_a_fact() -> None:
    parsed = floip.read(
        floip.container(floip.block("g", "Core.SetGroupMembership", floip.way(), group_key="k", group_name="Abonnés", is_member=None))
    )  # fmt: skip
    assert dict(floip.node(parsed, "g").facts)["group_name"] == '"Abonnés"'
    parsed = floip.read(
        floip.container(floip.block("g", "Core.SetGroupMembership", floip.way(), group_key="", is_member=None))
    )
    (finding,) = [one for one in floip.coded(parsed, "PAR451") if "group of" in one.message]
    assert not finding.place.pointer.endswith("is_member")
