"""Messages are read as typed values, and written back as they stood."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from bascule.diagnostics.finding import Finding, Severity
from bascule.source import Place
from bascule.whatsapp.messages import (
    BodyValues,
    ButtonSubType,
    ButtonValues,
    CarouselMessage,
    Contacts,
    CtaUrl,
    Document,
    FlowMessage,
    HeaderType,
    Image,
    Interactive,
    ListAction,
    ListMessage,
    Location,
    Message,
    PaymentInteractive,
    Reaction,
    ReadReceipt,
    Reply,
    ReplyButton,
    ReplyButtons,
    ReplyButtonsAction,
    Row,
    Section,
    TemplateMessage,
    Text,
    TextParameter,
    TextPart,
    TypingIndicator,
    UnknownContent,
    UnknownInteractive,
    UnknownParameter,
    UnknownValues,
    read_message,
)

HERE = Place("messages.json")


def message(kind: str, content: Any, **members: Any) -> dict[str, Any]:
    return {"messaging_product": "whatsapp", "to": "+221770000000", **members, "type": kind, kind: content}


def interactive(kind: str, action: Any, **members: Any) -> dict[str, Any]:
    return message("interactive", {"type": kind, "body": {"text": "Choisissez"}, "action": action, **members})


def codes(findings: list[Finding]) -> list[tuple[str, str]]:
    return [(finding.code, finding.place.pointer) for finding in findings]


CTA = {"name": "cta_url", "parameters": {"display_text": "Payer", "url": "https://example.com"}}
HEADER = {"type": "image", "image": {"link": "https://example.com/a.jpg"}}

GOOD: dict[str, dict[str, Any]] = {
    "text": message("text", {"body": "Bonjour {{nom}}, नमस्ते 😀", "preview_url": False}),
    "context": message("text", {"body": "oui"}, context={"message_id": "wamid.x"}, recipient_type="individual"),
    "callback": {**message("text", {"body": "oui"}), "biz_opaque_callback_data": "abc"},
    "bsuid": {"messaging_product": "whatsapp", "recipient": "US.1349", "type": "text", "text": {"body": "x"}},
    "image": message("image", {"link": "https://example.com/a.jpg", "caption": "Reçu"}),
    "video": message("video", {"id": "4490"}),
    "document": message("document", {"id": "4490", "filename": "facture.pdf", "caption": "x"}),
    "audio": message("audio", {"id": "4490", "voice": True}),
    "sticker": message("sticker", {"id": "4490"}),
    "location": message("location", {"latitude": 14.7, "longitude": -17.4, "name": "Dakar", "address": "Plateau"}),
    "location text": message("location", {"latitude": "{{lat}}", "longitude": "{{lon}}"}),
    "contacts": message(
        "contacts",
        [
            {
                "name": {"formatted_name": "Awa Diop", "first_name": "Awa"},
                "phones": [{"phone": "+221770000000", "wa_id": "221770000000"}],
            }
        ],
    ),
    "reaction": message("reaction", {"message_id": "wamid.x", "emoji": ""}),
    "read": {"messaging_product": "whatsapp", "status": "read", "message_id": "wamid.x"},
    "typing": {
        "messaging_product": "whatsapp",
        "status": "read",
        "message_id": "wamid.x",
        "typing_indicator": {"type": "text"},
    },
    "button": interactive(
        "button",
        {"buttons": [{"type": "reply", "reply": {"id": "1", "title": "Oui"}}]},
        header=HEADER,
        footer={"text": "x"},
    ),
    "list": interactive(
        "list",
        {
            "button": "Voir",
            "sections": [{"title": "A", "rows": [{"id": "1", "title": "Solde", "description": "Votre solde"}]}],
        },
    ),
    "cta_url": interactive("cta_url", CTA),
    "location_request_message": interactive("location_request_message", {"name": "send_location"}),
    "address_message": interactive(
        "address_message", {"name": "address_message", "parameters": {"country": "IN", "values": {"name": "Asha"}}}
    ),
    "flow": interactive(
        "flow",
        {
            "name": "flow",
            "parameters": {
                "flow_message_version": "3",
                "flow_id": "77",
                "flow_cta": "Remplir",
                "flow_token": "t",
                "flow_action": "navigate",
                "flow_action_payload": {"screen": "A", "data": {"x": [1]}},
                "mode": "draft",
            },
        },
    ),
    "product": message("interactive", {"type": "product", "action": {"catalog_id": "1", "product_retailer_id": "2"}}),
    "product_list": interactive(
        "product_list",
        {"catalog_id": "1", "sections": [{"title": "A", "product_items": [{"product_retailer_id": "2"}]}]},
        header={"type": "text", "text": "Nos produits"},
    ),
    "catalog_message": interactive(
        "catalog_message", {"name": "catalog_message", "parameters": {"thumbnail_product_retailer_id": "2"}}
    ),
    "carousel": interactive(
        "carousel",
        {
            "cards": [
                {"card_index": n, "type": "cta_url", "header": HEADER, "body": {"text": "x"}, "action": CTA}
                for n in (0, 1)
            ]
        },
    ),
    "carousel replies": interactive(
        "carousel",
        {
            "cards": [
                {
                    "card_index": n,
                    "type": "cta_url",
                    "header": HEADER,
                    "action": {"buttons": [{"type": "quick_reply", "quick_reply": {"id": "1", "title": "Oui"}}]},
                }
                for n in (0, 1)
            ]
        },
    ),
    "carousel products": interactive(
        "carousel",
        {
            "cards": [
                {"card_index": n, "type": "product", "action": {"product_retailer_id": "2", "catalog_id": "1"}}
                for n in (0, 1)
            ]
        },
    ),
    "voice_call": interactive(
        "voice_call",
        {"name": "voice_call", "parameters": {"display_text": "Appeler", "ttl_minutes": 100, "payload": "x"}},
    ),
    "voice_call bare": interactive("voice_call", {"name": "voice_call"}),
    "call_permission_request": interactive("call_permission_request", {"name": "call_permission_request"}),
    "order_status": interactive("order_status", {"name": "review_order", "parameters": {"x": [1, {"y": None}]}}),
    "template": message("template", {"name": "rappel", "language": {"code": "fr"}}),
    "template values": message(
        "template",
        {
            "name": "rappel",
            "language": {"code": "fr", "policy": "deterministic"},
            "components": [
                {
                    "type": "header",
                    "parameters": [
                        {"type": "document", "document": {"link": "https://example.com/a.pdf", "filename": "a.pdf"}}
                    ],
                },
                {
                    "type": "body",
                    "parameters": [
                        {"type": "text", "parameter_name": "nom", "text": "Awa"},
                        {
                            "type": "currency",
                            "currency": {"fallback_value": "100 F", "code": "XOF", "amount_1000": 100000},
                        },
                        {
                            "type": "date_time",
                            "date_time": {"fallback_value": "23 novembre", "day_of_week": "MONDAY", "year": 2026},
                        },
                    ],
                },
                {
                    "type": "button",
                    "sub_type": "quick_reply",
                    "index": "0",
                    "parameters": [{"type": "payload", "payload": "oui"}],
                },
                {"type": "button", "sub_type": "url", "index": 1, "parameters": [{"type": "text", "text": "A-1042"}]},
                {
                    "type": "button",
                    "sub_type": "COPY_CODE",
                    "index": "2",
                    "parameters": [{"type": "coupon_code", "coupon_code": "25OFF"}],
                },
                {
                    "type": "button",
                    "sub_type": "flow",
                    "index": "3",
                    "parameters": [{"type": "action", "action": {"flow_token": "t", "flow_action_data": {"a": 1}}}],
                },
                {
                    "type": "button",
                    "sub_type": "mpm",
                    "index": "4",
                    "parameters": [
                        {
                            "type": "action",
                            "action": {
                                "thumbnail_product_retailer_id": "2",
                                "sections": [{"title": "A", "product_items": [{"product_retailer_id": "2"}]}],
                            },
                        }
                    ],
                },
                {
                    "type": "button",
                    "sub_type": "voice_call",
                    "index": "5",
                    "parameters": [{"type": "ttl_minutes", "ttl_minutes": 10}, {"type": "payload", "payload": "x"}],
                },
                {
                    "type": "limited_time_offer",
                    "parameters": [
                        {"type": "limited_time_offer", "limited_time_offer": {"expiration_time_ms": 1790000000000}}
                    ],
                },
                {
                    "type": "tap_target_configuration",
                    "parameters": [
                        {
                            "type": "tap_target_configuration",
                            "tap_target_configuration": [{"url": "https://example.com", "title": "x"}],
                        }
                    ],
                },
                {
                    "type": "carousel",
                    "cards": [
                        {
                            "card_index": 0,
                            "components": [{"type": "header", "parameters": [{"type": "image", "image": {"id": "1"}}]}],
                        },
                        {
                            "card_index": 1,
                            "components": [
                                {
                                    "type": "header",
                                    "parameters": [
                                        {"type": "product", "product": {"product_retailer_id": "2", "catalog_id": "1"}}
                                    ],
                                }
                            ],
                        },
                    ],
                },
            ],
        },
    ),
    "template gif and location": message(
        "template",
        {
            "name": "a",
            "language": {"code": "fr"},
            "components": [
                {
                    "type": "header",
                    "parameters": [
                        {"type": "gif", "gif": {"id": "1"}},
                        {"type": "video", "video": {"id": "1"}},
                        {"type": "location", "location": {"latitude": 1, "longitude": 2}},
                    ],
                }
            ],
        },
    ),
}


@pytest.mark.parametrize("name", GOOD)
def test_every_kind_reads_without_a_finding_and_comes_back(name: str) -> None:
    read, findings = read_message(GOOD[name], HERE)
    assert findings == []
    assert read is not None
    assert read.to_json() == GOOD[name]
    assert json.dumps(read.to_json(), sort_keys=True) == json.dumps(GOOD[name], sort_keys=True)
    assert read.place == HERE


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("text", Text),
        ("image", Image),
        ("document", Document),
        ("location", Location),
        ("contacts", Contacts),
        ("reaction", Reaction),
        ("read", ReadReceipt),
        ("button", ReplyButtons),
        ("list", ListMessage),
        ("cta_url", CtaUrl),
        ("flow", FlowMessage),
        ("carousel", CarouselMessage),
        ("order_status", PaymentInteractive),
        ("template values", TemplateMessage),
    ],
)
def test_content_has_the_class_of_its_kind(name: str, kind: type) -> None:
    read, _ = read_message(GOOD[name], HERE)
    assert read is not None
    assert type(read.content) is kind


def test_made_messages_are_written_in_a_fixed_order() -> None:
    made = Message(
        ListMessage(
            TextPart("Que souhaitez-vous ?"),
            ListAction("Choisir", (Section((Row("1", "Solde"), Row("2", "Aide", "Parler à quelqu'un"))),)),
        ),
        to="+221770000000",
    )
    assert json.dumps(made.to_json(), ensure_ascii=False) == (
        '{"messaging_product": "whatsapp", "to": "+221770000000", "type": "interactive", "interactive": {"type": '
        '"list", "body": {"text": "Que souhaitez-vous ?"}, "action": {"button": "Choisir", "sections": [{"rows": '
        '[{"id": "1", "title": "Solde"}, {"id": "2", "title": "Aide", "description": "Parler à quelqu\'un"}]}]}}}'
    )
    assert made.kind == "interactive"
    assert isinstance(made.content, Interactive)
    assert made.content.body_text == "Que souhaitez-vous ?"
    again, findings = read_message(made.to_json(), HERE)
    assert (again, findings) == (made, [])


def test_made_template_messages_write_the_index_as_text() -> None:
    made = Message(
        TemplateMessage(
            "rappel",
            language=read_language("fr"),
            components=(
                BodyValues((TextParameter("Awa", "nom"),)),
                ButtonValues(ButtonSubType.URL, 1, (TextParameter("A-1042"),)),
            ),
        )
    )
    assert made.to_json() == {
        "messaging_product": "whatsapp",
        "type": "template",
        "template": {
            "name": "rappel",
            "language": {"code": "fr"},
            "components": [
                {"type": "body", "parameters": [{"type": "text", "text": "Awa", "parameter_name": "nom"}]},
                {"type": "button", "sub_type": "url", "index": "1", "parameters": [{"type": "text", "text": "A-1042"}]},
            ],
        },
    }


def read_language(code: str) -> Any:
    from bascule.whatsapp.messages import LanguageChoice

    return LanguageChoice(code)


def test_reply_buttons_need_no_type_when_made() -> None:
    made = ReplyButtons(TextPart("Continuer ?"), ReplyButtonsAction((ReplyButton(Reply("oui", "Oui")),)))
    assert made.to_json() == {
        "type": "button",
        "body": {"text": "Continuer ?"},
        "action": {"buttons": [{"reply": {"id": "oui", "title": "Oui"}, "type": "reply"}]},
    }


def test_read_receipts() -> None:
    read, _ = read_message(GOOD["typing"], HERE)
    assert read is not None
    assert read == Message(ReadReceipt("wamid.x", typing_indicator=TypingIndicator()))
    assert read.kind == "status"


@pytest.mark.parametrize(
    ("value", "severity"),
    [
        ({"messaging_product": "whatsapp", "text": {"body": "x"}}, Severity.INFO),
        ({"messaging_product": "whatsapp", "image": {"id": "1"}}, Severity.WARNING),
    ],
)
def test_a_message_without_type_is_read_by_its_content(value: dict[str, Any], severity: Severity) -> None:
    read, findings = read_message(value, HERE)
    assert read is not None
    assert read.to_json() == value
    assert [(finding.code, finding.severity) for finding in findings] == [("INT930", severity)]
    other = replace(read, content=Text("y"))
    assert other.to_json()["text"] == {"body": "y"}


def test_upper_case_types_come_back_as_they_stood() -> None:
    value = interactive("BUTTON", {"buttons": [{"type": "reply", "reply": {"id": "1", "title": "Oui"}}]})
    read, findings = read_message(value, HERE)
    assert findings == []
    assert read is not None
    assert isinstance(read.content, ReplyButtons)
    assert read.to_json() == value


@pytest.mark.parametrize(
    ("value", "found", "kept"),
    [
        (message("picture", {"id": "1"}), ("INT910", "/type"), UnknownContent),
        (message("text", {"preview_url": True}), ("INT900", "/text"), UnknownContent),
        (message("text", {"body": 3}), ("INT901", "/text/body"), UnknownContent),
        (message("text", "Bonjour"), ("INT901", "/text"), UnknownContent),
        ({"messaging_product": "whatsapp", "type": "text"}, ("INT900", ""), UnknownContent),
        (message("image", {"caption": "x"}), ("INT900", "/image"), Image),
        (message("contacts", {}), ("INT901", "/contacts"), UnknownContent),
        (message("contacts", [{"phones": []}]), ("INT900", "/contacts/0"), UnknownContent),
        (interactive("buttons", {}), ("INT911", "/interactive/type"), UnknownInteractive),
        (
            interactive("button", {"buttons": [{"type": "reply"}]}),
            ("INT900", "/interactive/action/buttons/0"),
            UnknownInteractive,
        ),
        (interactive("list", {"button": "x"}), ("INT900", "/interactive/action"), UnknownInteractive),
        (interactive("cta_url", {**CTA, "name": "link"}), ("INT913", "/interactive/action/name"), UnknownInteractive),
        (message("interactive", []), ("INT901", "/interactive"), UnknownInteractive),
        (
            interactive("list", {"button": "x", "sections": []}, header={"type": "title"}),
            ("INT913", "/interactive/header/type"),
            ListMessage,
        ),
        (
            interactive("list", {"button": "x", "sections": []}, header={"type": "text"}),
            ("INT900", "/interactive/header"),
            ListMessage,
        ),
        (message("text", {"body": "x", "previewUrl": True}), ("INT920", "/text/previewUrl"), Text),
        (message("text", {"body": "x"}, recipient_type="crowd"), ("INT913", "/recipient_type"), Text),
        (message("text", {"body": "x"}, to=True), ("INT901", "/to"), Text),
    ],
)
def test_broken_messages_are_reported_and_kept(value: dict[str, Any], found: tuple[str, str], kept: type) -> None:
    read, findings = read_message(value, HERE)
    assert found in codes(findings)
    assert read is not None
    assert type(read.content) is kept
    assert read.to_json() == value
    assert all(finding.message and finding.help for finding in findings)


@pytest.mark.parametrize(
    ("value", "found"),
    [
        (None, ("INT901", "")),
        ("x", ("INT901", "")),
        ({}, ("INT900", "")),
        ({"messaging_product": "whatsapp", "type": 3}, ("INT901", "/type")),
        ({"type": "text", "text": {"body": "x"}}, ("INT900", "")),
        ({"messaging_product": "sms", "type": "text", "text": {"body": "x"}}, ("INT913", "/messaging_product")),
        ({"messaging_product": "whatsapp", "text": {}, "image": {}}, ("INT900", "")),
        ({"messaging_product": "whatsapp", "status": "read"}, ("INT900", "")),
    ],
)
def test_what_is_no_message_gives_none_and_an_error(value: Any, found: tuple[str, str]) -> None:
    read, findings = read_message(value, HERE)
    assert read is None
    assert found in codes(findings)
    assert any(finding.severity is Severity.ERROR for finding in findings)


def test_unknown_parts_of_a_template_send_are_kept() -> None:
    value = message(
        "template",
        {
            "name": "a",
            "language": {"code": "fr"},
            "components": [
                {"type": "title"},
                {"type": "body", "parameters": [{"type": "txt", "text": "x"}, {"type": "text"}]},
                {"type": "button", "index": "0"},
            ],
        },
    )
    read, findings = read_message(value, HERE)
    assert read is not None
    assert read.to_json() == value
    assert isinstance(read.content, TemplateMessage)
    first, body, button = read.content.components
    assert isinstance(first, UnknownValues)
    assert isinstance(body, BodyValues)
    assert all(isinstance(item, UnknownParameter) for item in body.parameters)
    assert isinstance(button, UnknownValues)
    assert codes(findings) == [
        ("INT912", "/template/components/0/type"),
        ("INT912", "/template/components/1/parameters/0/type"),
        ("INT900", "/template/components/1/parameters/1"),
        ("INT900", "/template/components/2"),
    ]


def test_headers_hold_what_their_type_names() -> None:
    read, _ = read_message(GOOD["button"], HERE)
    assert read is not None
    assert isinstance(read.content, ReplyButtons)
    header = read.content.header
    assert header is not None
    assert header.type is HeaderType.IMAGE
    assert header.image == Image(link="https://example.com/a.jpg")


def test_results_share_nothing_with_the_value() -> None:
    read, _ = read_message(GOOD["flow"], HERE)
    assert read is not None
    read.to_json()["interactive"]["action"]["parameters"]["flow_action_payload"]["data"]["x"].append(2)
    assert read.to_json() == GOOD["flow"]
