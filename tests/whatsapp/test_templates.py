"""Templates are read as typed values, and written back as they stood."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from bascule.diagnostics.finding import Finding, Severity
from bascule.source import Place
from bascule.whatsapp.templates import (
    Body,
    BodyExample,
    Buttons,
    Card,
    Carousel,
    Category,
    CopyCodeButton,
    Footer,
    Header,
    HeaderExample,
    HeaderFormat,
    NamedExample,
    OtpButton,
    OtpType,
    ParameterFormat,
    PhoneNumberButton,
    QualityScore,
    QuickReplyButton,
    SpmButton,
    Template,
    TemplateStatus,
    UnknownButton,
    UnknownComponent,
    UrlButton,
    fold,
    is_stored_otp,
    read_template,
    read_template_list,
)

HERE = Place("modeles.json")


def minimal(*components: Any, **members: Any) -> dict[str, Any]:
    return {"name": "rappel", "language": "fr", "category": "UTILITY", "components": list(components), **members}


def codes(findings: list[Finding]) -> list[tuple[str, str]]:
    return [(finding.code, finding.place.pointer) for finding in findings]


BODY = {"type": "BODY", "text": "Bonjour"}


def test_a_whole_template_is_typed() -> None:
    value = minimal(
        {"type": "HEADER", "format": "TEXT", "text": "Commande {{1}}", "example": {"header_text": ["A-1042"]}},
        {"type": "BODY", "text": "مرحبا {{1}} 😀, ok.", "example": {"body_text": [["عائشة"]]}},
        {"type": "FOOTER", "text": "Boutique"},
        {
            "type": "BUTTONS",
            "buttons": [
                {"type": "QUICK_REPLY", "text": "Oui"},
                {"type": "URL", "text": "Suivre", "url": "https://example.com/{{1}}", "example": ["A-1042"]},
                {"type": "PHONE_NUMBER", "text": "Appeler", "phone_number": "+221338000000"},
            ],
        },
        message_send_ttl_seconds=3600,
    )
    template, findings = read_template(value, HERE)
    assert findings == []
    assert template is not None
    assert template == Template(
        "rappel",
        "fr",
        Category.UTILITY,
        message_send_ttl_seconds=3600,
        components=(
            Header(HeaderFormat.TEXT, "Commande {{1}}", HeaderExample(("A-1042",))),
            Body("مرحبا {{1}} 😀, ok.", example=BodyExample((("عائشة",),))),
            Footer("Boutique"),
            Buttons(
                (
                    QuickReplyButton("Oui"),
                    UrlButton("Suivre", "https://example.com/{{1}}", ("A-1042",)),
                    PhoneNumberButton("Appeler", "+221338000000"),
                )
            ),
        ),
    )
    assert template.key == ("rappel", "fr")
    assert template.header is not None
    assert template.header.format is HeaderFormat.TEXT
    assert template.body_text == "مرحبا {{1}} 😀, ok."
    assert template.footer is not None
    assert template.footer.text == "Boutique"
    assert [button.label_text for button in template.buttons] == ["Oui", "Suivre", "Appeler"]
    assert template.carousel is None
    assert template.limited_time_offer is None
    assert template.to_json() == value


def test_members_come_in_a_fixed_order() -> None:
    template, _ = read_template(
        {"components": [{"text": "x", "type": "BODY"}], "category": "UTILITY", "language": "fr", "name": "a"}, HERE
    )
    assert template is not None
    assert json.dumps(template.to_json()) == (
        '{"name": "a", "language": "fr", "category": "UTILITY", "components": [{"type": "BODY", "text": "x"}]}'
    )


def test_elements_know_their_place() -> None:
    template, _ = read_template(
        minimal(BODY, {"type": "BUTTONS", "buttons": [{"type": "QUICK_REPLY", "text": "a"}]}), HERE
    )
    assert template is not None
    assert template.place == HERE
    assert template.buttons[0].place == HERE.child("components", 1, "buttons", 0)


def test_named_parameters() -> None:
    value = minimal(
        {
            "type": "body",
            "text": "Bonjour {{first_name}}, merci.",
            "example": {"body_text_named_params": [{"param_name": "first_name", "example": "Awa"}]},
        },
        parameter_format="named",
    )
    template, findings = read_template(value, HERE)
    assert findings == []
    assert template is not None
    assert template.parameter_format is ParameterFormat.NAMED
    assert template.body is not None
    assert template.body.example == BodyExample(None, (NamedExample("first_name", "Awa"),))
    assert template.to_json() == value


@pytest.mark.parametrize(
    ("text", "declared", "expected"),
    [
        ("{{1}} x", None, ParameterFormat.POSITIONAL),
        ("{{nom}} x", None, ParameterFormat.NAMED),
        ("x", None, ParameterFormat.POSITIONAL),
        ("{{1}} x", "NAMED", ParameterFormat.NAMED),
    ],
)
def test_parameter_format_is_declared_or_seen(text: str, declared: str | None, expected: ParameterFormat) -> None:
    members = {"parameter_format": declared} if declared else {}
    template, _ = read_template(minimal({"type": "BODY", "text": text}, **members), HERE)
    assert template is not None
    assert template.format is expected


@pytest.mark.parametrize(
    "example",
    [{"body_text": [["Awa", "3"]]}, {"body_text": ["Awa", "3"]}, {"body_text": "Awa"}, {"body_text": []}],
)
def test_all_shapes_of_body_examples_read_and_come_back(example: dict[str, Any]) -> None:
    value = minimal({"type": "BODY", "text": "a {{1}} b {{2}} c", "example": example})
    template, findings = read_template(value, HERE)
    assert findings == []
    assert template is not None
    assert template.to_json() == value
    assert template.body is not None
    assert template.body.example is not None
    rows = template.body.example.body_text
    assert rows is not None
    assert all(isinstance(row, tuple) for row in rows)


def test_a_change_wins_over_the_way_it_was_written() -> None:
    value = minimal({"type": "body", "text": "x", "example": {"body_text": ["Awa"]}}, category="utility")
    template, _ = read_template(value, HERE)
    assert template is not None
    changed = replace(template, category=Category.MARKETING)
    assert changed.to_json() == {**value, "category": "MARKETING"}
    body = template.body
    assert body is not None
    assert replace(body, example=BodyExample((("Moussa",),))).to_json()["example"] == {"body_text": [["Moussa"]]}


def test_unknown_parts_are_kept_whole_and_named() -> None:
    value = minimal(
        BODY,
        {"type": "BOTTOM", "text": "x"},
        {
            "type": "BUTTONS",
            "buttons": [{"type": "LINK", "x": [1]}, {"type": "QUICK_REPLY", "text": "a", "emoji": "😀"}],
        },
        new_member={"a": 1},
    )
    template, findings = read_template(value, HERE)
    assert template is not None
    assert template.to_json() == value
    assert codes(findings) == [
        ("TPL910", "/components/1/type"),
        ("TPL911", "/components/2/buttons/0/type"),
        ("TPL920", "/components/2/buttons/1/emoji"),
        ("TPL920", "/new_member"),
    ]
    assert [finding.severity for finding in findings] == [Severity.WARNING, Severity.WARNING, *[Severity.INFO] * 2]
    assert template.components[1] == UnknownComponent("BOTTOM", {"type": "BOTTOM", "text": "x"})
    assert template.buttons[0] == UnknownButton("LINK", {"type": "LINK", "x": [1]})
    assert template.extra == {"new_member": {"a": 1}}


@pytest.mark.parametrize(
    ("value", "found"),
    [
        (3, ("TPL901", "")),
        ([], ("TPL901", "")),
        ({"language": "fr", "category": "UTILITY", "components": [BODY]}, ("TPL900", "")),
        ({"name": "a", "language": 3, "category": "UTILITY", "components": [BODY]}, ("TPL901", "/language")),
    ],
)
def test_what_is_no_template_gives_none_and_an_error(value: Any, found: tuple[str, str]) -> None:
    template, findings = read_template(value, HERE)
    assert template is None
    assert found in codes(findings)
    assert findings[0].severity is Severity.ERROR


@pytest.mark.parametrize(
    ("component", "found"),
    [
        ({"type": "HEADER"}, ("TPL900", "/components/0")),
        ({"type": "HEADER", "format": "TEXT"}, ("TPL900", "/components/0")),
        ({"type": "HEADER", "format": "AUDIO"}, ("TPL912", "/components/0/format")),
        ({"type": "HEADER", "format": 3}, ("TPL901", "/components/0/format")),
        ({"type": "BODY"}, ("TPL900", "/components/0")),
        ({"type": "BODY", "text": 7}, ("TPL901", "/components/0/text")),
        ({"type": "BODY", "text": "a", "example": {"body_text": [[1]]}}, ("TPL901", "/components/0/example/body_text")),
        ({"type": "FOOTER"}, ("TPL900", "/components/0")),
        ({"type": "BUTTONS"}, ("TPL900", "/components/0")),
        ({"type": "BUTTONS", "buttons": {}}, ("TPL901", "/components/0/buttons")),
        ({"type": "BUTTONS", "buttons": ["x"]}, ("TPL901", "/components/0/buttons/0")),
        ({"type": "BUTTONS", "buttons": [{"text": "x"}]}, ("TPL900", "/components/0/buttons/0")),
        ({"type": "BUTTONS", "buttons": [{"type": "FLOW", "text": "x"}]}, ("TPL900", "/components/0/buttons/0")),
        (
            {"type": "BUTTONS", "buttons": [{"type": "OTP", "otp_type": "X"}]},
            ("TPL912", "/components/0/buttons/0/otp_type"),
        ),
        ({"type": "CAROUSEL", "cards": [{"components": 1}]}, ("TPL901", "/components/0/cards/0/components")),
        ({"type": 3}, ("TPL901", "/components/0/type")),
        ({}, ("TPL900", "/components/0")),
        (None, ("TPL901", "/components/0")),
    ],
)
def test_broken_components_are_reported_and_kept(component: Any, found: tuple[str, str]) -> None:
    value = minimal(component)
    template, findings = read_template(value, HERE)
    assert found in codes(findings)
    assert template is not None
    assert template.to_json() == value
    assert all(finding.message and finding.help for finding in findings)


def test_creation_needs_category_and_components_but_a_listing_does_not() -> None:
    _, findings = read_template({"name": "a", "language": "fr"}, HERE)
    assert codes(findings) == [("TPL900", ""), ("TPL900", "")]
    _, findings = read_template({"name": "a", "language": "fr", "id": "7"}, HERE)
    assert findings == []
    _, findings = read_template(
        {"name": "a", "language": "fr", "category": "UTILITY", "library_template_name": "x"}, HERE
    )
    assert findings == []


@pytest.mark.parametrize(("old", "now"), [("TRANSACTIONAL", Category.UTILITY), ("otp", Category.AUTHENTICATION)])
def test_retired_categories_read_as_todays_and_come_back(old: str, now: Category) -> None:
    value = minimal(BODY, category=old)
    template, findings = read_template(value, HERE)
    assert template is not None
    assert template.category is now
    assert template.to_json() == value
    assert codes(findings) == [("TPL930", "/category")]
    assert now.value in findings[0].help
    assert "developers.facebook.com" in findings[0].notes[0]


def test_listing_keeps_cursors_and_what_is_no_template() -> None:
    listed = {
        **minimal(BODY, category="MARKETING"),
        "id": 920070352646140,
        "status": "PAUSED",
        "sub_category": "CUSTOM",
        "previous_category": "ACCOUNT_UPDATE",
        "quality_score": {"score": "YELLOW", "date": 1712000000},
        "rejected_reason": None,
    }
    value = {"data": ["x", listed, {"name": "y"}], "paging": {"cursors": {"after": "Mj"}}, "summary": 1}
    result, findings = read_template_list(value, HERE)
    assert result is not None
    assert result.to_json() == value
    (template,) = result.templates
    assert template.status is TemplateStatus.PAUSED
    assert template.id == "920070352646140"
    assert template.quality_score is not None
    assert template.quality_score.score is QualityScore.YELLOW
    assert template.place == HERE.child("data", 1)
    assert [position for position, _ in result.unread] == [0, 2]
    assert codes(findings) == [("TPL901", "/data/0"), ("TPL900", "/data/2"), ("TPL920", "/summary")]
    bare, findings = read_template_list([listed], HERE)
    assert bare is not None
    assert findings == []
    assert bare.to_json() == [listed]


@pytest.mark.parametrize("value", [None, "x", {}, {"data": 3}])
def test_what_is_no_listing_gives_none_and_an_error(value: Any) -> None:
    result, findings = read_template_list(value, HERE)
    assert result is None
    assert findings[0].severity is Severity.ERROR


def test_creation_form_drops_what_reading_back_added() -> None:
    listed = {**minimal(BODY), "id": "1", "status": "APPROVED", "rejected_reason": None, "x_new": 3}
    template, _ = read_template(listed, HERE)
    assert template is not None
    assert template.creation().to_json() == {**minimal(BODY), "x_new": 3}


def test_product_carousel() -> None:
    card = {
        "components": [
            {"type": "HEADER", "format": "PRODUCT"},
            {"type": "BUTTONS", "buttons": [{"type": "SPM", "text": "View"}]},
        ]
    }
    template, findings = read_template(minimal(BODY, {"type": "CAROUSEL", "cards": [card, card]}), HERE)
    assert findings == []
    assert template is not None
    carousel = template.carousel
    assert carousel is not None
    assert isinstance(carousel, Carousel)
    assert len(carousel.cards) == 2
    first: Card = carousel.cards[0]
    assert first.header is not None
    assert first.header.format is HeaderFormat.PRODUCT
    assert first.body is None
    assert first.buttons == (SpmButton("View"),)


def stored(url: str, **button: Any) -> dict[str, Any]:
    return {
        "name": "code_connexion",
        "language": "fr",
        "category": "AUTHENTICATION",
        "components": [
            {
                "type": "BODY",
                "text": "*{{1}}* est votre code de vérification.",
                "add_security_recommendation": True,
                "example": {"body_text": [["123456"]]},
            },
            {"type": "FOOTER", "text": "Ce code expire dans 10 minutes.", "code_expiration_minutes": 10},
            {"type": "BUTTONS", "buttons": [{"type": "URL", "text": "Copier le code", "url": url, **button}]},
        ],
        "id": "594425479261596",
        "status": "APPROVED",
    }


OTP = "https://www.whatsapp.com/otp/code/?otp_type="


def test_stored_authentication_templates_fold_back_to_the_form_that_creates_them() -> None:
    value = stored(
        OTP + "COPY_CODE&code_expiration_minutes=10&code=otp{{1}}", example=[OTP + "COPY_CODE&code=otp123456"]
    )
    template, findings = read_template(value, HERE)
    assert findings == []
    assert template is not None
    assert template.to_json() == value
    assert is_stored_otp(template.buttons[0])
    assert fold(template).creation().to_json() == {
        "name": "code_connexion",
        "language": "fr",
        "category": "AUTHENTICATION",
        "components": [
            {"type": "BODY", "add_security_recommendation": True},
            {"type": "FOOTER", "code_expiration_minutes": 10},
            {"type": "BUTTONS", "buttons": [{"type": "OTP", "otp_type": "COPY_CODE", "text": "Copier le code"}]},
        ],
    }


def test_stored_apps_fold_back_with_their_hashes() -> None:
    url = (
        OTP + "ZERO_TAP&cta_display_name=Remplir&package_name=com.example.a%2Ccom.example.b"
        "&signature_hash=K8a%2FAINcGX7%2CU4hoZi+kgMN&code_expiration_minutes=5&code=otp{{1}}"
    )
    value = stored(url)
    del value["components"][1]
    template, _ = read_template(value, HERE)
    assert template is not None
    folded = fold(template)
    (button,) = folded.buttons
    assert isinstance(button, OtpButton)
    assert button.otp_type is OtpType.ZERO_TAP
    assert button.zero_tap_terms_accepted is True
    assert button.autofill_text == "Remplir"
    assert [(app.package_name, app.signature_hash) for app in button.supported_apps] == [
        ("com.example.a", "K8a/AINcGX7"),
        ("com.example.b", "U4hoZi+kgMN"),
    ]
    assert folded.footer is not None
    assert folded.footer.code_expiration_minutes == 5


@pytest.mark.parametrize(
    "url",
    [
        "https://example.com/otp/code/?otp_type=COPY_CODE",
        "https://www.whatsapp.com/otp/code/?otp_type=THREE_TAP",
        "http://www.whatsapp.com/otp/code/?otp_type=COPY_CODE",
        "https://www.whatsapp.com/otp/code/",
        "https://[broken/otp/code/?otp_type=COPY_CODE",
        OTP + "COPY_CODE" + "&a=1" * 500,
    ],
)
def test_other_links_are_not_folded(url: str) -> None:
    template, _ = read_template(stored(url), HERE)
    assert template is not None
    assert not is_stored_otp(template.buttons[0])
    assert fold(template) is template


def test_a_copy_code_example_may_be_read_back_as_a_list() -> None:
    value = minimal(BODY, {"type": "BUTTONS", "buttons": [{"type": "COPY_CODE", "text": "Copy", "example": ["25OFF"]}]})
    template, findings = read_template(value, HERE)
    assert findings == []
    assert template is not None
    assert template.buttons == (CopyCodeButton("Copy", "25OFF"),)
    assert template.to_json() == value


def test_templates_can_be_keys() -> None:
    value = minimal(BODY, {"type": "BUTTONS", "buttons": [{"type": "LINK", "x": [1]}]}, x_new=[1])
    first, _ = read_template(value, HERE)
    second, _ = read_template(value, Place("other.json"))
    assert first == second
    assert len({first, second}) == 1
