"""Vonage: Meta's templates at its address, shapes of the Messages API, custom objects, the SMS as failover."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from bascule.backends.cloud.parts import Unfit
from bascule.backends.vonage.message import NAMESPACE, message_of, template_of
from bascule.compiling import Compilation
from bascule.source import SourceFile
from bascule.whatsapp.schema import validate
from bascule.workspace import InputFile, analyse, load

from .meta_templates import meta_templates, read_back

SUBMIT = "https://api.nexmo.com/v2/whatsapp-manager/wabas/{{VONAGE_WABA_ID}}/templates"


def compiled(root: Path, *names: str) -> dict[str, str]:
    paths = [root / "fixtures" / name for name in names]
    files = [InputFile(SourceFile(path.name, path.read_bytes()), path.name) for path in paths]
    return {item.path: item.text for item in Compilation(analyse(load(files))).write("vonage").emitted.artefacts}


def send(*components: dict[str, Any]) -> dict[str, Any]:
    template: dict[str, Any] = {"name": "colis", "language": {"code": "pt_BR"}}
    return {"type": "template", "template": {**template, **({"components": list(components)} if components else {})}}


def none_lost(construct: str, reason: str, alternative: str) -> None:
    pytest.fail(f"{construct}: {reason}")


def test_a_template_with_texts_in_its_body_has_a_shape() -> None:
    texts = [{"type": "text", "text": "{{nom}}"}, {"type": "text", "text": "C-42"}]
    assert template_of(send({"type": "body", "parameters": texts})) == {
        "message_type": "template",
        "template": {"name": f"{NAMESPACE}:colis", "parameters": ["{{nom}}", "C-42"]},
        "whatsapp": {"policy": "deterministic", "locale": "pt_BR"},
    }
    assert template_of(send())["template"] == {"name": f"{NAMESPACE}:colis"}


@pytest.mark.parametrize(
    "component",
    [
        {"type": "header", "parameters": [{"type": "image", "image": {"link": "https://x.example/a.jpg"}}]},
        {"type": "button", "sub_type": "url", "index": "0", "parameters": [{"type": "text", "text": "C-42"}]},
        {"type": "body", "parameters": [{"type": "text", "parameter_name": "nom", "text": "Awa"}]},
    ],
)
def test_what_the_shape_cannot_fill_goes_as_a_custom_object(component: dict[str, Any]) -> None:
    made = template_of(send(component))
    assert made == {
        "message_type": "custom",
        "custom": {
            "type": "template",
            "template": {
                "name": "colis",
                "language": {"policy": "deterministic", "code": "pt_BR"},
                "components": [component],
            },
        },
    }


@pytest.mark.parametrize(
    ("message", "made"),
    [
        ({"type": "text", "text": {"body": "नमस्ते 😀"}}, {"message_type": "text", "text": "नमस्ते 😀"}),
        (
            {"type": "image", "image": {"link": "https://x.example/a.jpg", "caption": "Нова"}},
            {"message_type": "image", "image": {"url": "https://x.example/a.jpg", "caption": "Нова"}},
        ),
        (
            {"type": "document", "document": {"link": "https://x.example/a.pdf", "filename": "facture.pdf"}},
            {"message_type": "file", "file": {"url": "https://x.example/a.pdf", "name": "facture.pdf"}},
        ),
        (
            {"type": "sticker", "sticker": {"link": "https://x.example/a.webp"}},
            {"message_type": "sticker", "sticker": {"url": "https://x.example/a.webp"}},
        ),
        (
            {"type": "location", "location": {"latitude": 48.8, "longitude": 2.3}},
            {
                "message_type": "custom",
                "custom": {"type": "location", "location": {"latitude": 48.8, "longitude": 2.3}},
            },
        ),
    ],
)
def test_each_kind_of_message(message: dict[str, Any], made: dict[str, Any]) -> None:
    assert message_of(message, none_lost) == made
    body = {"to": "{{contact.msisdn}}", "from": "33123456789", "channel": "whatsapp", **made}
    assert validate("vonage", {"method": "POST", "url": "https://api.nexmo.com/v1/messages", "body": body}) == []


def test_what_vonage_cannot_say_is_said() -> None:
    with pytest.raises(Unfit, match="by the id of an upload"):
        message_of({"type": "video", "video": {"id": "1"}}, none_lost)
    with pytest.raises(Unfit, match="type reaction"):
        message_of({"type": "reaction", "reaction": {}}, none_lost)
    lost: list[str] = []
    message_of(
        {"type": "text", "text": {"body": "https://x.example", "preview_url": True}}, lambda *it: lost.append(it[0])
    )
    message_of(
        {"type": "audio", "audio": {"link": "https://x.example/a.ogg", "voice": True}}, lambda *it: lost.append(it[0])
    )
    assert lost == ["link preview", "voice message"]


def test_the_sms_of_a_template_is_its_failover_in_the_sources_own_words(root: Path) -> None:
    files = compiled(root, "boutique/notifications.csv", "boutique/securite.json")
    calls = [json.loads(text) for path, text in files.items() if "/requests/messages/" in path]
    assert len(calls) > 10
    for call in calls:
        (sms,) = call["body"]["failover"]
        assert sms == {
            "to": "{{contact.msisdn}}",
            "from": "{{VONAGE_SMS_SENDER}}",
            "channel": "sms",
            "message_type": "text",
            "text": sms["text"],
        }
        assert any("segment" in note for note in call["notes"])
    assert any("est votre code" in call["body"]["failover"][0]["text"] for call in calls)
    assert len({call["body"]["failover"][0]["text"] for call in calls}) == len(calls)


def test_a_free_form_message_has_no_failover_and_names_its_step(root: Path) -> None:
    files = compiled(root, "scenarios/livraison.yaml")
    calls = {path: json.loads(text) for path, text in files.items() if "/requests/messages/" in path}
    texts = [call["body"] for call in calls.values() if call["body"]["message_type"] == "text"]
    assert texts
    for body in texts:
        assert "failover" not in body
        assert body["client_ref"].startswith("livraison/")


def test_a_reference_that_is_too_long_is_left_out() -> None:
    name = "suivi_de_commande_" * 7
    scenario = {"bascule": 1, "locale": "fr", "flows": {name: {"entries": [{"keyword": ["menu"]}], "nodes": {
        "fin": {"say": "Merci, à bientôt."}}}}}  # fmt: skip
    source = SourceFile.of_text(json.dumps(scenario, ensure_ascii=False), "f.json")
    made = Compilation(analyse(load([InputFile(source, "f.json")]))).write("vonage").emitted
    (call,) = [json.loads(item.text) for item in made.artefacts if "/requests/messages/" in item.path]
    assert "client_ref" not in call["body"]
    assert call["body"]["text"] == "Merci, à bientôt."


def test_the_plan_submits_checks_and_sends_in_this_order(root: Path) -> None:
    files = compiled(root, "boutique/notifications.csv")
    plan = json.loads(files["vonage/plan.json"])
    phases = [step["phase"] for step in plan["steps"]]
    assert phases == sorted(phases, key=["submit", "check", "send"].index)
    done: set[str] = set()
    for step in plan["steps"]:
        assert set(step["after"]) <= done
        done.add(step["file"])
        assert f"vonage/{step['file']}" in files
    assert [item["name"] for item in plan["settings"] if item["secret"]] == ["VONAGE_JWT"]
    check = json.loads(files["vonage/requests/statuses/colis_expedie.fr.json"])
    assert check["url"] == f"{SUBMIT}?name_or_content=colis_expedie&language=fr"


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"to": "+33612345678"}, "$.body.to"),
        ({"channel": "sms"}, "$.body.channel"),
        ({"text": "x" * 4097}, "$.body.text"),
        ({"failover": [{"channel": "sms"}]}, "$.body.failover[0]"),
        ({"txt": "x"}, "$.body"),
        ({"message_type": "txt"}, "$.body.message_type"),
    ],
)
def test_the_schema_refuses(change: dict[str, Any], where: str) -> None:
    body = {"to": "33612345678", "from": "33123456789", "channel": "whatsapp", "message_type": "text", "text": "x"}
    call = {"method": "POST", "url": "https://api.nexmo.com/v1/messages", "body": {**body, **change}}
    problems = validate("vonage", call)
    assert any(problem.startswith(where) for problem in problems), problems


@given(meta_templates().filter(lambda body: body["components"]))
@settings(max_examples=40)
def test_a_template_reads_back_from_vonages_list_as_the_same_template(body: dict[str, Any]) -> None:
    assert validate("vonage", {"method": "POST", "url": SUBMIT, "body": body}) == []
    assert read_back(body, "templates") == read_back(body, "data")
