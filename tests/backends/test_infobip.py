"""Infobip: Meta's template as a structure, sends with their SMS, and what reads back to the same template."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from bascule.backends import EmitJob, SmsText, load_backend
from bascule.backends.cloud.parts import Unfit
from bascule.backends.infobip.message import content_of
from bascule.backends.infobip.parts import Tasks
from bascule.backends.infobip.send import failover_message, template_message, values_of
from bascule.backends.infobip.template import submission
from bascule.compiling import Compilation
from bascule.ir.settings import ProjectSettings
from bascule.source import SourceFile
from bascule.targets import load_capabilities
from bascule.whatsapp.policy import load_policy
from bascule.whatsapp.schema import validate
from bascule.workspace import InputFile, analyse, load

from .meta_templates import meta_templates, read_back

SUBMIT = "{{INFOBIP_BASE_URL}}/whatsapp/2/senders/{{INFOBIP_SENDER}}/templates"
BODY = {"type": "BODY", "text": "Bonjour {{1}}, colis {{2}}.", "example": {"body_text": [["Awa", "C-42"]]}}
LINK = {"type": "URL", "text": "Suivre", "url": "https://x.example/{{1}}", "example": ["https://x.example/C-42"]}
YES = {"type": "QUICK_REPLY", "text": "Oui"}


def template(*components: dict[str, Any], category: str = "UTILITY", **more: Any) -> dict[str, Any]:
    return {"name": "colis", "language": "fr", "category": category, "components": list(components), **more}


def structure(*components: dict[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = submission(template(*components)).body["structure"]
    return made


def compiled(path: Path, target: str = "infobip") -> dict[str, str]:
    job = Compilation(analyse(load([InputFile(SourceFile(path.name, path.read_bytes()), path.name)])))
    return {artefact.path: artefact.text for artefact in job.write(target).emitted.artefacts}


def inline(text: str, name: str = "liste.json") -> Compilation:
    return Compilation(analyse(load([InputFile(SourceFile.of_text(text, name), name)])))


def test_a_template_becomes_a_structure() -> None:
    header = {"type": "HEADER", "format": "TEXT", "text": "Colis {{1}}", "example": {"header_text": ["C-42"]}}
    footer = {"type": "FOOTER", "text": "La Boutique"}
    call = {"type": "PHONE_NUMBER", "text": "Appeler", "phone_number": "+33123456789"}
    buttons = {"type": "BUTTONS", "buttons": [YES, LINK, call]}
    assert submission(template(header, BODY, footer, buttons)).body == {
        "name": "colis",
        "language": "fr",
        "category": "UTILITY",
        "structure": {
            "header": {"format": "TEXT", "text": "Colis {{1}}", "example": "C-42"},
            "body": {"text": "Bonjour {{1}}, colis {{2}}.", "examples": ["Awa", "C-42"]},
            "footer": {"text": "La Boutique"},
            "buttons": [
                {"type": "QUICK_REPLY", "text": "Oui"},
                {
                    "type": "URL",
                    "text": "Suivre",
                    "url": "https://x.example/{{1}}",
                    "example": "https://x.example/C-42",
                },
                {"type": "PHONE_NUMBER", "text": "Appeler", "phoneNumber": "+33123456789"},
            ],
        },
    }


def test_names_and_repetitions_are_numbered_in_reading_order() -> None:
    named = [{"param_name": "nom", "example": "आशा"}, {"param_name": "ville", "example": "Лион"}]
    body = {"type": "BODY", "text": "{{nom}}, {{ville}} ? {{nom}} !", "example": {"body_text_named_params": named}}
    made = submission(template(body))
    assert made.body["structure"]["body"] == {"text": "{{1}}, {{2}} ? {{3}} !", "examples": ["आशा", "Лион", "आशा"]}
    assert made.registered.body == ("nom", "ville", "nom")
    send = {
        "name": "colis",
        "language": {"code": "fr"},
        "components": [
            {
                "type": "body",
                "parameters": [
                    {"type": "text", "parameter_name": "ville", "text": "{{ville}}"},
                    {"type": "text", "parameter_name": "nom", "text": "{{nom}}"},
                ],
            }
        ],
    }
    assert values_of(send, made.registered).body == ("{{nom}}", "{{ville}}", "{{nom}}")


@pytest.mark.parametrize(
    ("button", "made"),
    [
        ({"type": "COPY_CODE", "example": ["ETE20"]}, {"type": "COPY_CODE", "example": "ETE20"}),
        ({"type": "CATALOG", "text": "View catalog"}, {"type": "CATALOG"}),
        ({"type": "MPM", "text": "View items"}, {"type": "MULTI_PRODUCT"}),
        (
            {"type": "FLOW", "text": "Réserver", "flow_id": "123", "navigate_screen": "DATE"},
            {"type": "FLOW", "text": "Réserver", "flowId": 123, "flowAction": "NAVIGATE", "navigateScreen": "DATE"},
        ),
        ({"type": "VOICE_CALL", "text": "اتصل بنا"}, {"type": "VOICE_CALL", "text": "اتصل بنا"}),
        ({"type": "REQUEST_CONTACT_INFO"}, {"type": "REQUEST_CONTACT_INFO"}),
    ],
)
def test_each_kind_of_button(button: dict[str, Any], made: dict[str, Any]) -> None:
    body = submission(template(BODY, {"type": "BUTTONS", "buttons": [button]}, category="MARKETING")).body
    assert body["structure"]["buttons"] == [made]
    assert validate("infobip", {"method": "POST", "url": SUBMIT, "body": body}) == []


def test_a_file_is_its_public_address_or_a_setting_to_fill_in() -> None:
    def header(handle: str) -> dict[str, Any]:
        return {"type": "HEADER", "format": "IMAGE", "example": {"header_handle": [handle]}}

    assert structure(header("<upload https://x.example/a.jpg>"), BODY)["header"] == {
        "format": "IMAGE",
        "example": "https://x.example/a.jpg",
    }
    for handle in ("4::aW1hZ2U", "https://scontent.whatsapp.net/a.jpg?oe=1", "<upload {{photo}}>"):
        made = submission(template(header(handle), BODY))
        assert made.body["structure"]["header"]["example"] == "{{SAMPLE_COLIS_FR}}"
        assert [item.setting for item in made.tasks.missing] == ["SAMPLE_COLIS_FR"]
        assert validate("infobip", {"method": "POST", "url": SUBMIT, "body": made.body}) == []
    assert submission(template(header("4::aW1hZ2U"), BODY), "https://x.example/b.jpg").body["structure"]["header"] == {
        "format": "IMAGE",
        "example": "https://x.example/b.jpg",
    }


def test_one_time_codes_have_a_structure_of_their_own() -> None:
    app = {"package_name": "fr.boutique.app", "signature_hash": "K8a/AINcGX7"}
    otp = {"type": "OTP", "otp_type": "ZERO_TAP", "autofill_text": "Remplir", "supported_apps": [app, app]}
    made = submission(
        template(
            {"type": "BODY", "add_security_recommendation": True},
            {"type": "FOOTER", "code_expiration_minutes": 10},
            {"type": "BUTTONS", "buttons": [otp]},
            category="AUTHENTICATION",
            message_send_ttl_seconds=600,
        )
    )
    assert made.body["structure"] == {
        "body": {"addSecurityRecommendation": True},
        "footer": {"codeExpirationMinutes": 10},
        "buttons": [
            {
                "otpType": "ONE_TAP",
                "autofillText": "Remplir",
                "packageName": "fr.boutique.app",
                "signatureHash": "K8a/AINcGX7",
            }
        ],
    }
    assert made.body["validityPeriod"] == {"amount": 600, "timeUnit": "SECONDS"}
    assert [construct for construct, _, _ in made.tasks.losses] == ["zero-tap code", "supported apps"]


def test_what_infobip_has_nothing_for_is_said() -> None:
    for components, said in (
        ([{"type": "HEADER", "format": "PRODUCT"}, BODY], "a header with a product"),
        ([BODY, {"type": "BUTTONS", "buttons": [{"type": "SPM", "text": "View"}]}], "a button of type SPM"),
        ([BODY, {"type": "BUTTONS", "buttons": [{"type": "FLOW", "text": "x", "flow_name": "rdv"}]}], "its Flow"),
        ([BODY, {"type": "TAP_TARGET"}], "tap_target"),
    ):
        with pytest.raises(Unfit, match=said):
            structure(*components)
    with pytest.raises(Unfit, match="by the id of an upload"):
        content_of({"type": "image", "image": {"id": "1"}}, Tasks())
    with pytest.raises(Unfit, match="interactive message of type flow"):
        content_of({"type": "interactive", "interactive": {"type": "flow"}}, Tasks())


def test_a_send_names_every_button_that_takes_a_value() -> None:
    buttons = [{"type": "QUICK_REPLY", "text": "Oui"}, {"type": "QUICK_REPLY", "text": "STOP"}, LINK,
               {"type": "URL", "text": "Site", "url": "https://x.example/"}]  # fmt: skip
    registered = submission(template(BODY, {"type": "BUTTONS", "buttons": buttons})).registered
    send = {
        "name": "colis",
        "language": {"code": "fr"},
        "components": [
            {"type": "body", "parameters": [{"type": "text", "text": "Awa"}, {"type": "text", "text": "C-42"}]},
            {"type": "button", "sub_type": "quick_reply", "index": "0",
             "parameters": [{"type": "payload", "payload": "colis.oui"}]},
            {"type": "button", "sub_type": "url", "index": "2", "parameters": [{"type": "text", "text": "C-42"}]},
        ],
    }  # fmt: skip
    values = values_of(send, registered)
    content = template_message(values, "colis/ask", "SMS")["messages"][0]["content"]
    assert content["templateData"]["buttons"] == [
        {"type": "QUICK_REPLY", "parameter": "colis.oui"},
        {"type": "QUICK_REPLY", "parameter": "STOP"},
        {"type": "URL", "parameter": "C-42"},
    ]
    message = failover_message(values, "colis/ask", "SMS")["messages"][0]
    assert message["content"] == {
        "body": {"type": "TEXT", "1": "Awa", "2": "C-42"},
        "buttons": [
            {"type": "QUICK_REPLY", "postbackData": "colis.oui"},
            {"type": "QUICK_REPLY", "postbackData": "STOP"},
            {"type": "OPEN_URL", "suffix": "C-42"},
        ],
    }
    assert message["failover"] == [
        {
            "channel": "SMS",
            "sender": "{{INFOBIP_SMS_SENDER}}",
            "content": {"body": {"type": "TEXT", "text": "SMS"}},
        }
    ]


def test_a_value_that_the_source_does_not_give_is_something_to_do() -> None:
    card = {"components": [{"type": "HEADER", "format": "IMAGE", "example": {"header_handle": ["https://x.example/a"]}},
                           BODY, {"type": "BUTTONS", "buttons": [YES]}]}  # fmt: skip
    registered = submission(
        template(BODY, {"type": "CAROUSEL", "cards": [card, card]}, category="MARKETING")
    ).registered
    values = values_of({"name": "colis", "language": {"code": "fr"}}, registered)
    assert values.body == ("{{colis.1}}", "{{colis.2}}")
    assert len(values.todo) == 3
    assert "cards" in values.todo[-1]


def test_a_path_in_an_archive_is_never_sent_as_an_address() -> None:
    header = {"type": "HEADER", "format": "DOCUMENT", "example": {"header_handle": ["<upload pieces/facture.pdf>"]}}
    registered = submission(template(header, BODY)).registered
    send = {"name": "colis", "language": {"code": "fr"}}
    for link, told in (
        ("pieces/facture.pdf", "{{SAMPLE_COLIS_FR}}"),
        ("https://x.example/f.pdf", "https://x.example/f.pdf"),
        ("{{facture}}", "{{facture}}"),
    ):
        given = [{"type": "header", "parameters": [{"type": "document", "document": {"link": link}}]}]
        content = template_message(values_of({**send, "components": given}, registered), "f/n", "")["messages"][0][
            "content"
        ]
        assert content["templateData"]["header"]["mediaUrl"] == told


def test_contact_cards_keep_all_their_members() -> None:
    tasks = Tasks()
    card = {
        "name": {"formatted_name": "Awa Diop", "last_name": "Diop", "prefix": "Dr"},
        "phones": [{"phone": "+221770000000", "type": "CELL", "wa_id": "221770000000"}, {"phone": "1", "type": "FAX"}],
        "addresses": [{"street": "1 rue X", "country_code": "sn", "type": "home"}],
        "org": {"company": "La Boutique"},
    }
    path, content = content_of({"type": "contacts", "contacts": [card]}, tasks)
    assert path == "contact"
    assert content["contacts"] == [
        {
            "name": {"formattedName": "Awa Diop", "lastName": "Diop", "namePrefix": "Dr", "firstName": "Awa Diop"},
            "addresses": [{"street": "1 rue X", "countryCode": "sn", "type": "HOME"}],
            "phones": [{"phone": "+221770000000", "waId": "221770000000", "type": "CELL"}, {"phone": "1"}],
            "org": {"company": "La Boutique"},
        }
    ]
    assert len(tasks.losses) == 1


def test_the_sms_of_a_send_is_the_one_of_its_node(root: Path) -> None:
    files = compiled(root / "fixtures" / "boutique" / "notifications.csv")
    sends = [json.loads(text)["body"]["messages"][0] for path, text in files.items() if "/requests/messages/" in path]
    assert sends
    for send in sends:
        assert send["smsFailover"]["from"] == "{{INFOBIP_SMS_SENDER}}"
        assert send["smsFailover"]["text"]
    texts = {send["smsFailover"]["text"] for send in sends}
    assert any("Votre colis {{numero}} est expédié" in text for text in texts)
    assert len(texts) == len(sends)


@pytest.mark.parametrize(("name", "most"), [("infobip", 4096), ("vonage", 1000)])
def test_an_sms_that_is_too_long_does_not_hold_the_template_up(root: Path, name: str, most: int) -> None:
    path = root / "fixtures" / "boutique" / "notifications.csv"
    analysis = analyse(load([InputFile(SourceFile(path.name, path.read_bytes()), path.name)]))

    def sends(length: int) -> tuple[list[dict[str, Any]], int]:
        origins = [(item.name, item.language, item.origins[0]) for item in analysis.plan.templates]
        sms = tuple(SmsText(template, language, origin.flow, origin.node, "x" * length, "GSM-7", 9)
                    for template, language, origin in origins)  # fmt: skip
        job = EmitJob(analysis.project, analysis.plan, load_capabilities(name), ProjectSettings(), sms=sms)
        made = load_backend(name).emit(job)
        calls = [json.loads(item.text) for item in made.artefacts if "/requests/messages/" in item.path]
        return calls, sum(entry.construct == "sms fallback" for entry in made.ledger)

    fits, none_lost = sends(most)
    too_long, lost = sends(most + 1)
    assert len(fits) == len(too_long) == lost > 5
    assert none_lost == 0
    assert all("ailover" in json.dumps(call) for call in fits)
    assert not any("ailover" in json.dumps(call) for call in too_long)


def test_the_plan_submits_checks_and_sends_in_this_order(root: Path) -> None:
    files = compiled(root / "fixtures" / "boutique" / "notifications.csv")
    plan = json.loads(files["infobip/plan.json"])
    phases = [step["phase"] for step in plan["steps"]]
    assert phases == sorted(phases, key=["submit", "check", "send", "alternative", "report"].index)
    assert set(phases) == {"submit", "check", "send", "alternative", "report"}
    done: set[str] = set()
    for step in plan["steps"]:
        assert set(step["after"]) <= done
        done.add(step["file"])
        assert f"infobip/{step['file']}" in files
    assert [item["name"] for item in plan["settings"] if item["secret"]] == ["INFOBIP_API_KEY"]
    bindings = json.loads(files["infobip/bindings.json"])
    assert bindings["variables"]["contact.msisdn"]["expression"] == 'replace(contact.phone, "+", "")'


def test_a_definition_in_infobips_own_form_is_submitted_as_it_stands() -> None:
    body = {
        "name": "soldes",
        "language": "fr",
        "category": "MARKETING",
        "structure": {
            "body": {"text": "Soldes d'été, {{1}} !", "examples": ["Awa"]},
            "buttons": [{"type": "COPY_CODE", "example": "ETE20"}],
            "limitedTimeOffer": {"text": "Fin ce soir", "hasExpiration": True},
        },
    }
    made = inline(json.dumps({"templates": [body]})).write("infobip").emitted
    calls = {item.path: json.loads(item.text) for item in made.artefacts if "/requests/" in item.path
             and item.path.endswith(".json")}  # fmt: skip
    assert calls["infobip/requests/templates/soldes.fr.json"]["body"] == body
    (send,) = [call for path, call in calls.items() if "/messages/" in path]
    assert send["after"] == ["requests/statuses/soldes.fr.json"]
    assert any("expirationTime" in item for item in send["todo"])


def test_a_language_that_infobip_does_not_list_is_reported() -> None:
    made = inline(
        json.dumps([{"intent": "x", "response": "Дзень добры, ваш заказ гатовы.", "language": "be"}]), "be.json"
    ).write("infobip")
    assert not any("/templates/" in item.path for item in made.emitted.artefacts)


@given(meta_templates())
@settings(max_examples=150)
def test_a_template_reads_back_from_infobips_list_as_the_same_template(body: dict[str, Any]) -> None:
    made = submission(body)
    assert not made.tasks.todo
    assert not made.tasks.losses
    assert not made.tasks.missing
    assert validate("infobip", {"method": "POST", "url": SUBMIT, "body": made.body}) == []
    assert read_back(made.body, "templates") == read_back(body, "data")


def limits(schema: Any) -> Iterator[tuple[str, Any, str]]:
    """Each limit that says which fact it is: keyword, value, fact."""
    if isinstance(schema, dict):
        for keyword, fact in schema.get("x-policy", {}).items():
            yield keyword, schema[keyword], fact
        for inner in schema.values():
            yield from limits(inner)
    elif isinstance(schema, list):
        for inner in schema:
            yield from limits(inner)


@pytest.mark.parametrize("name", ["infobip", "vonage"])
def test_the_limits_of_the_schema_are_those_of_the_column(root: Path, name: str) -> None:
    schema = json.loads((root / "schemas" / f"{name}.schema.json").read_text(encoding="utf-8"))
    policy = load_capabilities(name).policy(load_policy())
    found = list(limits(schema))
    assert len(found) > (20 if name == "infobip" else 1)
    for _, value, fact in found:
        assert policy.fact(fact).value == value, fact


def test_lowering_follows_the_column(root: Path) -> None:
    long = "Bonjour ! " + "Voici une phrase assez longue pour la liste. " * 40
    choices = {f"Choix numéro {number}": "fin" for number in range(1, 6)}
    scenario = {"bascule": 1, "locale": "fr", "flows": {"f": {"entries": [{"keyword": ["menu"]}], "nodes": {
        "menu": {"say": long, "ask": {"into": "x"}, "choices": choices}, "fin": {"say": "Merci."}}}}}  # fmt: skip
    compilation = inline(json.dumps(scenario, ensure_ascii=False), "f.json")
    texts = {}
    for target in ("meta", "infobip"):
        files = [json.loads(item.text) for item in compilation.write(target).emitted.artefacts
                 if "messages/" in item.path and item.path.endswith(".json")]  # fmt: skip
        bodies = [file.get("body", file) for file in files]
        lists = [body for body in bodies if "sections" in json.dumps(body)]
        (texts[target],) = [(body.get("interactive") or body["content"])["body"]["text"] for body in lists]
    assert len(texts["meta"]) > 1024
    assert len(texts["infobip"]) <= 1024
