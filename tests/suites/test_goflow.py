"""Recorded runs of RapidPro's engine."""

from __future__ import annotations

import copy
import json
from functools import lru_cache
from typing import Any

import pytest

from bascule.simulator.inputs import Expire, Fail, Pass, Say, SendMedia
from bascule.suites.model import Case
from bascule.trying import Trial
from tests.suites.support import lines_of, read, run_all, trial_of, wrong


def _uuid(number: int) -> str:
    return f"00000000-0000-4000-8000-{number:012d}"


FLOW = {
    "uuid": _uuid(1),
    "name": "Avis",
    "spec_version": "13.6.0",
    "language": "fra",
    "type": "messaging",
    "revision": 1,
    "expire_after_minutes": 60,
    "localization": {},
    "nodes": [
        {
            "uuid": _uuid(2),
            "actions": [
                {
                    "uuid": _uuid(3),
                    "type": "send_msg",
                    "text": "Content, @contact.first_name ?",
                    "quick_replies": ["Oui", "Non"],
                }
            ],
            "exits": [{"uuid": _uuid(4), "destination_uuid": _uuid(5)}],
        },
        {
            "uuid": _uuid(5),
            "actions": [],
            "router": {
                "type": "switch",
                "operand": "@input.text",
                "wait": {"type": "msg", "timeout": {"seconds": 600, "category_uuid": _uuid(9)}},
                "cases": [
                    {"uuid": _uuid(6), "type": "has_any_word", "arguments": ["oui да"], "category_uuid": _uuid(7)}
                ],
                "categories": [
                    {"uuid": _uuid(7), "name": "Oui", "exit_uuid": _uuid(10)},
                    {"uuid": _uuid(8), "name": "Other", "exit_uuid": _uuid(11)},
                    {"uuid": _uuid(9), "name": "No Response", "exit_uuid": _uuid(12)},
                ],
                "default_category_uuid": _uuid(8),
                "result_name": "Avis",
            },
            "exits": [
                {"uuid": _uuid(10), "destination_uuid": _uuid(13)},
                {"uuid": _uuid(11), "destination_uuid": None},
                {"uuid": _uuid(12), "destination_uuid": None},
            ],
        },
        {
            "uuid": _uuid(13),
            "actions": [{"uuid": _uuid(14), "type": "send_msg", "text": "Merci 🙏 @results.avis.value"}],
            "exits": [{"uuid": _uuid(15), "destination_uuid": None}],
        },
    ],
}


def says(text: str, *replies: str) -> dict[str, Any]:
    shown = [{"type": "text", "text": reply} for reply in replies]
    return {"type": "msg_created", "msg": {"text": text, "quick_replies": shown}}


def output(status: str, *events: dict[str, Any], **results: str) -> dict[str, Any]:
    kept = {key: {"value": value, "category": "Oui"} for key, value in results.items()}
    return {"events": [{"type": "run_started"}, *events], "session": {"status": status, "runs": [{"results": kept}]}}


def heard(text: str) -> dict[str, Any]:
    return {"type": "msg", "event": {"type": "msg_received", "msg": {"text": text, "urn": "tel:+221770000000"}}}


RUN: dict[str, Any] = {
    "contact": {
        "uuid": _uuid(20),
        "id": 7,
        "name": "Awa Diop",
        "language": "fra",
        "timezone": "Africa/Dakar",
        "urns": ["tel:+221770000000"],
        "fields": {"ville": {"text": "Thiès"}},
        "groups": [{"uuid": _uuid(21), "name": "Clients"}],
    },
    "environment": {"date_format": "DD-MM-YYYY", "time_format": "tt:mm", "allowed_languages": ["fra"]},
    "http_mocks": {"https://api.exemple.sn/a?b=[1]*": [{"status": 200, "body": "{}"}]},
    "trigger": {"type": "manual", "flow": {"uuid": _uuid(1), "name": "Avis"}, "params": {"source": "test"}},
    "resumes": [heard("oui")],
    "outputs": [
        output("waiting", says("Content, Awa ?", "Oui", "Non")),
        output("completed", says("Merci 🙏 oui"), avis="oui"),
    ],
}


@lru_cache(maxsize=1)
def survey() -> Trial:
    return trial_of(json.dumps({"version": "13", "site": "https://exemple.sn", "flows": [FLOW]}), "flux.json")


def cases_of(value: Any) -> list[Case]:
    suite, findings = read(survey(), "flux.test.json", json.dumps(value))
    assert suite is not None
    assert findings == []
    return suite.cases


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_a_recording_passes_on_both_sides(ending: str, mark: str) -> None:
    whole = mark + json.dumps(RUN, indent=1, ensure_ascii=False).replace("\n", ending)
    (result,) = run_all(survey(), "dossier/flux.test.json", whole)
    assert result.case.name == "flux.test"
    assert result.mismatches == []
    assert result.passed
    assert result.checked == 5


@pytest.mark.parametrize(
    ("number", "wrongly", "wanted", "came"),
    [
        (
            0,
            output("waiting", says("Content ?", "Oui", "Non")),
            "“Content ?” [Oui] [Non]",
            "“Content, Awa ?” [Oui] [Non]",
        ),
        (0, output("waiting", says("Content, Awa ?", "Oui")), "“Content, Awa ?” [Oui]", "“Content, Awa ?” [Oui] [Non]"),
        (0, output("waiting"), "nothing more", "“Content, Awa ?” [Oui] [Non]"),
        (1, output("completed", says("Merci 🙏 oui"), avis="non"), "`results.avis` to be “non”", "oui"),
        (1, output("waiting", says("Merci 🙏 oui")), "to wait for an answer", "completed"),
    ],
)
def test_a_recording_fails_where_the_output_differs(number: int, wrongly: Any, wanted: str, came: str) -> None:
    value = copy.deepcopy(RUN)
    value["outputs"][number] = wrongly
    whole = json.dumps(value, indent=1)
    suite, _ = read(survey(), "flux.test.json", whole)
    assert suite is not None
    (result,) = run_all(survey(), "flux.test.json", whole)
    assert (wanted, came) in wrong(result)
    outputs = next(line for line, said in enumerate(whole.split("\n"), 1) if '"outputs"' in said)
    assert all(line > outputs for line in lines_of(suite, result))


def test_what_a_person_does() -> None:
    kinds = [
        heard("oui"),
        {"type": "wait_timeout"},
        {"type": "wait_expiration"},
        {"type": "dial"},
        {"type": "msg", "msg": {"text": "ancien"}},
        {"type": "msg", "event": {"msg": {"text": "", "attachments": ["image/jpeg:https://exemple.sn/a.jpg"]}}},
        {"type": "msg"},
    ]
    (case,) = cases_of({**RUN, "resumes": kinds, "outputs": [output("waiting")] * 8})
    inputs = [turn.input for turn in case.turns[1:]]
    assert inputs[:2] == [Say("oui"), Pass(10 * 365 * 86_400.0)]
    assert inputs[2:5] == [Expire(), Fail(), Say("ancien")]
    assert isinstance(inputs[5], SendMedia)
    assert (inputs[5].kind.value, inputs[5].url) == ("image", "https://exemple.sn/a.jpg")
    assert inputs[6] == Say("")


def test_time_and_expiry_are_what_the_recording_says() -> None:
    waited = {**RUN, "resumes": [{"type": "wait_timeout"}], "outputs": [RUN["outputs"][0], output("completed")]}
    assert run_all(survey(), "flux.test.json", json.dumps(waited))[0].passed
    expired = {**waited, "resumes": [{"type": "wait_expiration"}]}
    assert run_all(survey(), "flux.test.json", json.dumps(expired))[0].passed


def test_who_the_person_is() -> None:
    (case,) = cases_of(RUN)
    assert case.locale == "fra"
    assert case.groups == ((_uuid(21), "Clients"),)
    assert case.languages == ("fra",)
    assert case.variables["fields.ville"] == "Thiès"
    assert case.variables["urns.tel"] == "tel:+221770000000"
    assert case.environment is not None
    assert case.environment.time_zone == "Africa/Dakar"
    assert case.stubs[0].match == "https://api.exemple.sn/a[?]b=[[]1][*]"
    assert case.stubs[0].once


def test_a_message_may_start_it() -> None:
    trigger = {"type": "msg", "flow": RUN["trigger"]["flow"], "event": {"msg": {"text": "salut"}}}
    assert cases_of({**RUN, "trigger": trigger})[0].start.first == Say("salut")


def test_identifiers_that_the_recording_made_up_are_not_compared() -> None:
    value = copy.deepcopy(RUN)
    value["outputs"][1]["session"]["runs"][0]["results"]["billet"] = {"value": _uuid(99)}
    assert run_all(survey(), "flux.test.json", json.dumps(value))[0].passed


def test_a_flow_that_is_not_there_is_a_finding_at_the_trigger() -> None:
    value = {**RUN, "trigger": {"type": "manual", "flow": {"uuid": _uuid(77), "name": "Absent"}}}
    suite, findings = read(survey(), "flux.test.json", json.dumps(value, indent=1))
    assert suite is not None
    assert suite.cases == []
    assert [finding.code for finding in findings] == ["TST001"]
    assert "`Absent`" in findings[0].message
    assert findings[0].span is not None
    assert findings[0].span.line > 1


def test_a_recording_with_too_few_outputs_is_skipped() -> None:
    (case,) = cases_of({**RUN, "outputs": RUN["outputs"][:1]})
    assert case.skipped == "1 resumes make 2 outputs, it has 1"
    assert case.at.pointer == "/outputs"


def test_other_json_files_are_none() -> None:
    for value in ({}, {"trigger": 1, "outputs": []}, {"trigger": {}, "outputs": {}}, [{"trigger": {}, "outputs": []}]):
        assert read(survey(), "flux.test.json", json.dumps(value)) == (None, [])
