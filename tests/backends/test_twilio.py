"""Twilio: one numbering for all parts of a Content, the type that says all of it, the SMS beside it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bascule.backends.twilio.content import Unfit, message_types, template_types
from bascule.backends.twilio.variables import Numbers
from bascule.compiling import Compilation
from bascule.source import SourceFile
from bascule.workspace import InputFile, analyse, load


def template(*components: dict[str, Any], category: str = "UTILITY") -> dict[str, Any]:
    return {"name": "x", "language": "fr", "category": category, "components": list(components)}


BODY = {"type": "BODY", "text": "Bonjour {{1}}, colis {{2}}.", "example": {"body_text": [["Awa", "C-42"]]}}
LINK = {"type": "URL", "text": "Suivre", "url": "https://x.example/{{1}}", "example": ["https://x.example/C-42"]}


def test_header_body_and_link_share_one_numbering() -> None:
    numbers = Numbers()
    header = {"type": "HEADER", "format": "TEXT", "text": "Colis {{1}}", "example": {"header_text": ["C-42"]}}
    footer = {"type": "FOOTER", "text": "La Boutique"}
    types, todo = template_types(template(header, BODY, footer, {"type": "BUTTONS", "buttons": [LINK]}), numbers, {})
    assert types == {
        "whatsapp/card": {
            "body": "Bonjour {{1}}, colis {{2}}.",
            "header_text": "Colis {{4}}",
            "footer": "La Boutique",
            "actions": [{"type": "URL", "title": "Suivre", "url": "https://x.example/{{3}}"}],
        }
    }
    assert numbers.samples == {"1": "Awa", "2": "C-42", "3": "C-42", "4": "C-42"}
    assert numbers.values == {"1": "body.1", "2": "body.2", "3": "button.0.1", "4": "header.1"}
    assert todo == []


@pytest.mark.parametrize(
    ("components", "kind"),
    [
        ([BODY], "twilio/text"),
        ([BODY, {"type": "BUTTONS", "buttons": [LINK]}], "twilio/call-to-action"),
        ([BODY, {"type": "BUTTONS", "buttons": [{"type": "QUICK_REPLY", "text": "Oui"}]}], "twilio/quick-reply"),
        ([BODY, {"type": "BUTTONS", "buttons": [LINK, {"type": "QUICK_REPLY", "text": "Oui"}]}], "whatsapp/card"),
        (
            [{"type": "HEADER", "format": "IMAGE", "example": {"header_handle": ["https://x.example/a.jpg"]}}, BODY],
            "twilio/media",
        ),
    ],
)
def test_the_plainest_type_that_says_all_is_taken(components: list[dict[str, Any]], kind: str) -> None:
    assert list(template_types(template(*components), Numbers(), {})[0]) == [kind]


def test_a_one_time_code_is_an_authentication_content() -> None:
    body = template(
        {"type": "BODY", "add_security_recommendation": True},
        {"type": "FOOTER", "code_expiration_minutes": 10},
        {"type": "BUTTONS", "buttons": [{"type": "OTP", "otp_type": "COPY_CODE", "text": "Copier le code"}]},
        category="AUTHENTICATION",
    )
    assert template_types(body, Numbers(), {})[0] == {
        "whatsapp/authentication": {
            "add_security_recommendation": True,
            "actions": [{"type": "COPY_CODE", "copy_code_text": "Copier le code"}],
            "code_expiration_minutes": 10,
        }
    }


def test_what_twilio_has_no_type_for_is_said() -> None:
    with pytest.raises(Unfit, match="limited_time_offer"):
        template_types(template(BODY, {"type": "LIMITED_TIME_OFFER"}), Numbers(), {})
    with pytest.raises(Unfit, match="contacts"):
        message_types({"type": "contacts", "contacts": []}, Numbers())


def test_a_list_is_flat_and_its_markers_are_variables() -> None:
    numbers = Numbers()
    rows = [{"id": "a", "title": "{{ville}}", "description": "Ouvert"}, {"id": "b", "title": "Lyon"}]
    message = {
        "type": "interactive",
        "interactive": {
            "type": "list",
            "body": {"text": "Bonjour {{nom}}, quelle boutique ?"},
            "action": {
                "button": "Choisir",
                "sections": [{"title": "Nord", "rows": rows[:1]}, {"title": "Sud", "rows": rows[1:]}],
            },
        },
    }
    assert message_types(message, numbers) == {
        "twilio/list-picker": {
            "body": "Bonjour {{1}}, quelle boutique ?",
            "button": "Choisir",
            "items": [{"id": "a", "item": "{{2}}", "description": "Ouvert"}, {"id": "b", "item": "Lyon"}],
        }
    }
    assert numbers.values == {"1": "{{nom}}", "2": "{{ville}}"}


def test_the_sms_stands_beside_the_whatsapp_type_in_the_sources_own_words(root: Path) -> None:
    path = root / "fixtures" / "boutique" / "notifications.csv"
    made = Compilation(analyse(load([InputFile(SourceFile(path.name, path.read_bytes()), path.name)]))).write("twilio")
    files = {artefact.path: artefact.text for artefact in made.emitted.artefacts}
    contents = [json.loads(text)["body"] for name, text in files.items() if "/contents/" in name]
    assert contents
    for content in contents:
        if "whatsapp/authentication" not in content["types"]:
            assert "twilio/text" in content["types"]
    table = json.loads(files["twilio/content-map.json"])["contents"]
    binds = {bind for name, text in files.items() if "/contents/" in name for bind in json.loads(text)["binds"]}
    assert {row["content"] for row in table} <= binds
    assert "TWILIO_BASIC_AUTH" in files["twilio/plan.json"]


def code_content(**more: Any) -> dict[str, Any]:
    action = {"type": "COPY_CODE", "copy_code_text": "Copier"}
    types = {"whatsapp/authentication": {"add_security_recommendation": True, "actions": [action]}}
    return {"friendly_name": "code", "language": "fr", "types": types, **more}


def written(value: dict[str, Any]) -> dict[str, dict[str, Any]]:
    file = SourceFile("contents.json", json.dumps({"contents": [value]}).encode())
    made = Compilation(analyse(load([InputFile(file, "contents.json")]))).write("twilio")
    return {item.path: json.loads(item.text) for item in made.emitted.artefacts if "/requests/" in item.path}


def test_every_send_of_a_one_time_code_has_the_code() -> None:
    approval = {"name": "code", "category": "AUTHENTICATION", "status": "unsubmitted"}
    files = written(code_content(approval_requests=approval))
    assert files["twilio/requests/contents/code.fr.json"]["body"] == code_content()
    submitted = files["twilio/requests/approvals/code.fr.json"]
    assert submitted["body"] == {"name": "code", "category": "AUTHENTICATION"}
    assert submitted["url"].endswith("/{{content_code_fr}}/ApprovalRequests/whatsapp")
    (send,) = [call for path, call in files.items() if "/messages/" in path]
    form = {item["name"]: item["value"] for item in send["form"]}
    assert form["ContentSid"] == "{{content_code_fr}}"
    assert json.loads(form["ContentVariables"]) == {"1": "{{code.1}}"}


def test_a_content_of_the_account_is_not_made_again() -> None:
    approval = {"name": "code", "category": "AUTHENTICATION", "status": "approved"}
    sid = "HX" + "0" * 32
    files = written(code_content(sid=sid, approval_requests=approval))
    assert not any("/contents/" in path or "/approvals/" in path for path in files)


def test_a_code_made_from_words_is_sent_with_its_value(root: Path) -> None:
    path = root / "fixtures" / "boutique" / "securite.json"
    made = Compilation(analyse(load([InputFile(SourceFile(path.name, path.read_bytes()), path.name)]))).write("twilio")
    sends = [json.loads(item.text) for item in made.emitted.artefacts if "/messages/code_connexion" in item.path]
    assert sends
    for send in sends:
        form = {item["name"]: item["value"] for item in send["form"]}
        assert list(json.loads(form["ContentVariables"])) == ["1"]
        assert json.loads(form["ContentVariables"])["1"].startswith("{{")


def test_what_a_content_has_no_member_for_is_in_the_ledger() -> None:
    from bascule.compiling import Compilation
    from bascule.source import SourceFile
    from bascule.workspace import InputFile, analyse, load

    source = json.dumps({
        "name": "code_connexion", "language": "fr", "category": "AUTHENTICATION", "message_send_ttl_seconds": 300,
        "components": [
            {"type": "BODY", "add_security_recommendation": True},
            {"type": "BUTTONS", "buttons": [{
                "type": "OTP", "otp_type": "ONE_TAP", "text": "Copier",
                "supported_apps": [{"package_name": "sn.exemple.app", "signature_hash": "K8a/AINcGX7"}],
            }]},
        ],
    })  # fmt: skip
    analysis = analyse(load([InputFile(SourceFile.of_text(source, "t.json"), "t.json")]), locale="fr")
    written = Compilation(analysis).write("twilio")
    found = {(entry.construct, entry.fate.value) for entry in (*written.lowered, *written.emitted.ledger)}
    assert {("time to live", "dropped"), ("one-time code button", "degraded")} <= found
