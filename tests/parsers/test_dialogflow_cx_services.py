"""Dialogflow CX: webhooks and generators as requests, and the credentials that are not carried."""

from __future__ import annotations

from typing import Any

import pytest

from bascule.ir.nodes import HttpRequest
from bascule.parsers.base import Parsed
from tests.parsers.dialogflow_cx_support import (
    agent,
    entry_at,
    everything_shown,
    found,
    only_flow,
    read,
    read_files,
    request,
    route,
    say,
    source_at,
    words,
)

SECRETS = (
    "fournil-7Qx2Lm9ZpR4t",
    "levain-mere",
    "Gustave-30-ans-de-levain",
    "c3Vpdmk6bGV2YWluLW1lcmUtMjAyNA",
    "recette-Z8kq3VtW0pLs",
)


def service(**members: Any) -> dict[str, Any]:
    return {"uri": "https://exemple.fr/prix", "webhookType": "FLEXIBLE", "httpMethod": "POST", **members}


def called(web: dict[str, Any], does: dict[str, Any] | None = None) -> tuple[Parsed, HttpRequest]:
    files = agent(
        route("Prix", does={"webhook": "Prix", **(does or say("Fait."))}),
        more={"webhooks/Prix.json": {"displayName": "Prix", **web}},
    )
    parsed = read_files(files)
    return parsed, request(only_flow(parsed), "Prix")


def test_a_flexible_webhook_is_a_request_with_body_and_mapping() -> None:
    body = '{"ville": "$session.params.ville", "n": $session.params.n}'
    mapping = [{"key": "prix", "value": "$.total.ttc"}, {"key": "$flow.devise", "value": "devise"}]
    headers = [
        {"key": "Content-Type", "value": "application/json; charset=utf-8"},
        {"key": "Accept-Language", "value": "fr"},
    ]
    web = {
        "genericWebService": service(requestBody=body, parameterMapping=mapping, requestHeaders=headers),
        "timeout": {"seconds": 4, "nanos": 500000000},
    }
    parsed, node = called(web, {"tag": "calculer", "messages": []})
    assert node.service == "http"
    assert node.method == "POST"
    assert words(node.url) == "https://exemple.fr/prix"
    assert words(node.body) == '{"ville": "{session.params.ville}", "n": {session.params.n}}'
    assert node.content_type == "application/json; charset=utf-8"
    assert [name for name, _ in node.headers] == ["Content-Type", "Accept-Language"]
    assert node.mapping == (("total.ttc", ("session", "params", "prix")), ("devise", ("flow", "devise")))
    assert node.timeout == 4.5
    assert {one.name for one in parsed.project.variables} >= {
        "session.params.prix",
        "session.params.ville",
        "flow.devise",
    }
    assert not found(parsed, "LOS551")
    assert dict(node.facts)["tag"] == '"calculer"'


def test_references_in_the_address_are_holes() -> None:
    _, node = called(
        {
            "genericWebService": service(
                uri="https://exemple.fr/$session.params.ville?n=$sys.func.ADD($session.params.n, 1)"
            )
        }
    )
    assert words(node.url) == "https://exemple.fr/{session.params.ville}?n={?}"


def test_a_standard_webhook_is_a_request_with_a_warning() -> None:
    parsed, node = called({"genericWebService": service(webhookType="STANDARD")}, {"tag": "prix", "messages": []})
    assert node.service == "webhook"
    assert [(name, words(value)) for name, value in node.parameters] == [("tag", "prix")]
    assert node.mapping == ()
    (finding,) = found(parsed, "LOS551")
    assert finding.severity.name == "WARNING"
    assert source_at(parsed, finding.place) == '"Prix"'
    assert entry_at(parsed, "/transitionRoutes/0/triggerFulfillment/webhook").fate.value == "degraded"


def test_a_service_directory_webhook_is_read_too() -> None:
    _, node = called({"serviceDirectory": {"service": "projects/p/services/s", "genericWebService": service()}})
    assert words(node.url) == "https://exemple.fr/prix"
    assert dict(node.facts)["service"] == '"projects/p/services/s"'


def test_a_webhook_that_is_switched_off_is_not_called() -> None:
    files = agent(
        route("Prix", does={"webhook": "Prix", **say("Fait.")}),
        more={"webhooks/Prix.json": {"displayName": "Prix", "disabled": True, "genericWebService": service()}},
    )
    parsed = read_files(files)
    assert not [node for node in only_flow(parsed).nodes if isinstance(node, HttpRequest)]
    assert entry_at(parsed, "/transitionRoutes/0/triggerFulfillment/webhook").reason == "the webhook is switched off"


def test_a_webhook_that_is_not_there_is_reported_with_the_one_that_is_meant() -> None:
    files = agent(
        route("Prix", does={"webhook": "Prix du pin", **say("Fait.")}),
        more={"webhooks/Prix.json": {"displayName": "Prix du pain", "genericWebService": service()}},
    )
    parsed = read_files(files)
    (finding,) = found(parsed, "PAR555")
    assert finding.help == "did you mean `Prix du pain`?"
    assert request(only_flow(parsed), "Prix du pin").service == "webhook"


def test_a_webhook_that_nothing_calls_is_a_fact() -> None:
    parsed = read_files(
        agent(
            route("Prix", does=say("Dix.")),
            more={"webhooks/Prix.json": {"displayName": "Prix", "genericWebService": service()}},
        )
    )
    assert found(parsed, "LOS572")
    assert "https://exemple.fr/prix" in dict(parsed.project.facts)["webhook Prix"]
    assert entry_at(parsed, "/genericWebService/uri").fate.value == "degraded"


@pytest.mark.parametrize(
    ("members", "pointer", "secret"),
    [
        ({"username": "marie-du-four"}, "/genericWebService/username", "marie-du-four"),
        ({"password": "levure-de-biere"}, "/genericWebService/password", "levure-de-biere"),
        ({"requestHeaders": [{"key": "X-Cle", "value": "petit-epeautre"}]}, "/genericWebService/requestHeaders/0", "petit-epeautre"),
        ({"requestHeaders": {"Authorization": "Bearer petit.epeautre"}}, "/genericWebService/requestHeaders/Authorization", "petit.epeautre"),
        ({"oauthConfig": {"clientId": "c", "clientSecret": "farine-complete"}}, "/genericWebService/oauthConfig", "farine-complete"),
        ({"allowedCaCerts": ["MIIC0farine"]}, "/genericWebService/allowedCaCerts", "MIIC0farine"),
    ],
)  # fmt: skip
def test_credentials_are_dropped_and_reported(members: dict[str, Any], pointer: str, secret: str) -> None:
    parsed, _ = called({"genericWebService": service(**members)})
    entry = entry_at(parsed, pointer)
    assert (entry.fate.value, entry.code) == ("dropped", "LOS552")
    (finding,) = found(parsed, "LOS552")
    assert finding.data["sensitive"]
    assert secret not in everything_shown(parsed)


def test_the_bakery_s_credentials_are_shown_nowhere() -> None:
    parsed = read("boulangerie")
    shown = everything_shown(parsed)
    for secret in SECRETS:
        assert secret not in shown
    assert found(parsed, "LOS552")[0].data["count"] == 4


def test_a_generator_is_a_request_to_a_language_model() -> None:
    generator = {
        "name": "g-1",
        "displayName": "Conseil",
        "placeholders": [{"id": "q", "name": "question"}],
        "llmModelSettings": {"model": "m"},
    }
    does = {
        "generators": [{
            "generator": "projects/p/locations/l/agents/a/generators/g-1",
            "inputParameters": {"question": "$session.params.q"},
            "outputParameter": "$request.generative.conseil",
        }],
        "messages": [{"text": {"text": ["$request.generative.conseil"]}}],
    }  # fmt: skip
    files = agent(
        route("Aide", does=does),
        more={
            "generators/Conseil/Conseil.json": generator,
            "generators/Conseil/phrases/fr.json": {"promptTexts": [{"text": "Réponds à $question en une phrase."}]},
        },
    )
    parsed = read_files(files)
    node = request(only_flow(parsed), "Conseil")
    assert node.service == "llm"
    assert words(node.body) == "Réponds à {session.params.q} en une phrase."
    assert node.into == ("request", "generative", "conseil")
    assert dict(node.facts)["llmModelSettings"] == '{"model": "m"}'
    assert found(parsed, "LOS556")
