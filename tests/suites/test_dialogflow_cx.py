"""Recorded test cases of Dialogflow CX."""

from __future__ import annotations

import copy
import json
from functools import lru_cache
from typing import Any

import pytest

from bascule.simulator.inputs import Pass, Say
from bascule.suites.model import Case, Weight
from bascule.trying import Trial
from tests.suites.support import lines_of, read, run_all, trial_of_tree, wrong


def _said(*texts: str) -> dict[str, Any]:
    return {"messages": [{"text": {"text": list(texts)}, "languageCode": "fr"}]}


def _intent(name: str, *phrases: str) -> dict[str, str]:
    parts = [{"parts": [{"text": phrase, "auto": True}], "repeatCount": 1, "languageCode": "fr"} for phrase in phrases]
    return {
        f"intents/{name}/{name}.json": json.dumps(
            {"name": name, "displayName": name, "numTrainingPhrases": len(parts)}
        ),
        f"intents/{name}/trainingPhrases/fr.json": json.dumps({"trainingPhrases": parts}),
    }


FLOW = {
    "name": "f1",
    "displayName": "Default Start Flow",
    "transitionRoutes": [
        {"name": "r1", "intent": "Accueil", "triggerFulfillment": _said("Bonjour !", "Salut à vous !")},
        {"name": "r2", "intent": "Commander", "targetPage": "Livraison", "triggerFulfillment": _said("Avec plaisir.")},
    ],
    "eventHandlers": [
        {"name": "e1", "event": "sys.no-match-default", "triggerFulfillment": _said("Je n'ai pas compris.", "Pardon ?")}
    ],
}
PAGE = {
    "name": "p1",
    "displayName": "Livraison",
    "form": {
        "parameters": [
            {
                "displayName": "jour",
                "required": True,
                "entityType": "@sys.date",
                "fillBehavior": {"initialPromptFulfillment": _said("Quel jour ?")},
            }
        ]
    },
    "transitionRoutes": [
        {
            "name": "r3",
            "condition": '$page.params.status = "FINAL"',
            "targetPage": "Merci",
            "triggerFulfillment": _said("Livré le $session.params.jour."),
        }
    ],
}
FILES = {
    "agent.json": json.dumps(
        {"displayName": "Boulangerie", "defaultLanguageCode": "fr", "startFlow": "Default Start Flow"}
    ),
    "flows/Default Start Flow/Default Start Flow.json": json.dumps(FLOW),
    "flows/Default Start Flow/pages/Livraison.json": json.dumps(PAGE),
    "flows/Default Start Flow/pages/Merci.json": json.dumps({"name": "p2", "displayName": "Merci"}),
    **_intent("Accueil", "bonjour", "добрый день"),
    **_intent("Commander", "je veux du pain", "commander"),
}


@lru_cache(maxsize=1)
def bakery() -> Trial:
    return trial_of_tree(FILES)


def turn(
    said: dict[str, Any], intent: str = "", page: str = "", texts: tuple[str, ...] = (), **kept: Any
) -> dict[str, Any]:
    output: dict[str, Any] = {"sessionParameters": kept, "textResponses": [{"text": [text]} for text in texts]}
    if intent:
        output["triggeredIntent"] = {"name": intent}
    if page:
        output["currentPage"] = {"name": page, "flow": "Default Start Flow"}
    return {"userInput": {"input": said, "isWebhookEnabled": True}, "virtualAgentOutput": output}


def text(said: str) -> dict[str, Any]:
    return {"text": {"text": said}, "languageCode": "fr"}


DAY = {"year": 2026, "month": 3, "day": 5}
RECORDED: dict[str, Any] = {
    "name": "0001",
    "displayName": "Commander du pain",
    "testConfig": {"flow": "Default Start Flow", "page": "Start Page"},
    "testCaseConversationTurns": [
        turn(text("bonjour"), "Accueil", "Start Page", ("Salut à vous !",)),
        turn(text("il me faudrait des croissants, svp"), "Commander", "Livraison", ("Avec plaisir.", "Quel jour ?")),
        turn(text("jeudi prochain"), "", "Merci", ("Livré le 2026-03-05.",), jour=DAY),
    ],
}


def cases_of(value: Any) -> list[Case]:
    suite, findings = read(bakery(), "cas.json", json.dumps(value))
    assert suite is not None
    assert findings == []
    return suite.cases


def changed(number: int, **output: Any) -> dict[str, Any]:
    value = copy.deepcopy(RECORDED)
    value["testCaseConversationTurns"][number]["virtualAgentOutput"].update(output)
    return value


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_a_recording_passes_on_both_sides(ending: str, mark: str) -> None:
    whole = mark + json.dumps(RECORDED, indent=1, ensure_ascii=False).replace("\n", ending)
    (result,) = run_all(bakery(), "cas.json", whole)
    assert result.case.name == "Commander du pain"
    assert [(item.wanted, item.came) for item in result.mismatches if item.step < 2] == []
    assert wrong(result) == []
    assert result.checked == 7


def test_another_page_is_wrong_and_other_words_are_only_wording() -> None:
    value = changed(1, currentPage={"name": "Paiement"}, textResponses=[{"text": ["D'accord."]}])
    whole = json.dumps(value, indent=1)
    suite, _ = read(bakery(), "cas.json", whole)
    assert suite is not None
    (result,) = run_all(bakery(), "cas.json", whole)
    assert [item.weight for item in result.mismatches] == [Weight.WORDING, Weight.WRONG]
    assert result.status == "failed"
    assert [whole.split("\n")[line - 1].strip() for line in lines_of(suite, result)] == ["{", '"currentPage": {']


def test_the_recorded_intent_is_believed_and_that_there_was_none() -> None:
    value = copy.deepcopy(RECORDED)
    value["testCaseConversationTurns"][1] = turn(text("je veux du pain"), "", "Start Page", ("Pardon ?",))
    del value["testCaseConversationTurns"][2]
    (result,) = run_all(bakery(), "cas.json", json.dumps(value))
    assert result.mismatches == [], "the platform did not understand it, though a phrase says the same"


def test_an_answer_that_the_platform_did_not_take_is_not_kept() -> None:
    value = copy.deepcopy(RECORDED)
    value["testCaseConversationTurns"].insert(2, turn(text("bientôt"), "", "Livraison"))
    (result,) = run_all(bakery(), "cas.json", json.dumps(value))
    assert wrong(result) == []
    assert result.checked == 8


def test_what_a_person_does() -> None:
    turns = [
        turn(text("bonjour")),
        turn({"dtmf": {"digits": "12"}}),
        turn({"event": {"event": "sys.no-input-default"}}),
        turn({"event": {"event": "fin"}}),
        turn({}),
    ]
    (case,) = cases_of({**RECORDED, "testCaseConversationTurns": turns})
    assert case.start.first == Say("bonjour")
    assert [item.input for item in case.turns] == [None, Say("12"), Pass(30.0), Say("fin"), Say("")]


def test_dates_and_times_print_as_recorded() -> None:
    hour = {"hours": 9, "minutes": 5, "seconds": 0, "nanos": 0}
    value = copy.deepcopy(RECORDED)
    value["testCaseConversationTurns"][2]["userInput"]["injectedParameters"] = {
        "jour": DAY,
        "heure": hour,
        "n": {"a": 1},
    }
    (case,) = cases_of(value)
    kept = dict(case.turns[2].sets)
    assert kept["session.params.jour"]["__default__"] == "2026-03-05"
    assert kept["session.params.heure"]["__default__"] == "09:05:00"
    assert kept["session.params.n"] == {"a": 1}


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"testCaseConversationTurns": []}, "it holds no turns"),
        ({"testConfig": {"flow": "Ailleurs"}}, "the flow `Ailleurs` of the test is not among the sources"),
    ],
)
def test_what_cannot_be_held_is_skipped(change: dict[str, Any], reason: str) -> None:
    (case,) = cases_of({**RECORDED, **change})
    assert case.skipped == reason


def test_other_json_files_are_none() -> None:
    for value in ({}, [], {"testCaseConversationTurns": {}}, ["testCaseConversationTurns"]):
        assert read(bakery(), "cas.json", json.dumps(value)) == (None, [])
