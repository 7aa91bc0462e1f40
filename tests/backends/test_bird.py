"""Bird: channel templates with named variables, what only the 2026 API says, sends with one kind of content."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bascule.backends.bird.authored import authored_template
from bascule.backends.bird.blocks import channel_template
from bascule.backends.bird.sends import message_body
from bascule.backends.cloud import TemplateBody
from bascule.backends.cloud.parts import Unfit
from bascule.compiling import Compilation
from bascule.parsers.base import ParseOptions
from bascule.parsers.wa_templates import parse
from bascule.source import Place, SourceFile
from bascule.whatsapp.schema import validate
from bascule.workspace import InputFile, analyse, load

from .bird import assert_comes_back

BODY = {"type": "BODY", "text": "Bonjour {{1}}, colis {{2}}.", "example": {"body_text": [["Awa", "C-42"]]}}
LINK = {"type": "URL", "text": "Suivre", "url": "https://x.example/{{1}}", "example": ["https://x.example/C-42"]}
REPLY = {"type": "QUICK_REPLY", "text": "Oui"}
CALL = {"type": "PHONE_NUMBER", "text": "Appeler", "phone_number": "+33298000000"}


def body(*components: dict[str, Any], language: str = "fr", category: str = "UTILITY") -> TemplateBody:
    data = {"name": "colis", "language": language, "category": category, "components": list(components)}
    return TemplateBody("colis", language, data, None, Place("x"), "colis")


def blocks(*bodies: TemplateBody) -> dict[str, Any]:
    made = channel_template(bodies, "colis", {}).body
    assert validate("bird_channel_template", made) == []
    return made


def compiled(*paths: Path) -> dict[str, str]:
    files = [InputFile(SourceFile(path.name, path.read_bytes()), path.name) for path in paths]
    emitted = Compilation(analyse(load(files))).write("bird").emitted
    return {artefact.path: artefact.text for artefact in emitted.artefacts}


def test_languages_stand_in_one_template_with_named_variables() -> None:
    header = {"type": "HEADER", "format": "TEXT", "text": "Colis {{1}}", "example": {"header_text": ["C-42"]}}
    arabic = {"type": "BODY", "text": "مرحبا {{1}}، الطرد {{2}}.", "example": {"body_text": [["ليلى", "C-42"]]}}
    buttons = {"type": "BUTTONS", "buttons": [REPLY, CALL, LINK]}
    made = blocks(body(header, BODY, buttons), body(arabic, language="ar"))
    first, second = made["platformContent"]
    assert [block["type"] for block in first["blocks"]] == [
        "text",
        "text",
        "link-action",
        "call-phone-number-action",
        "reply-action",
    ]
    assert first["blocks"][1]["text"]["text"] == "Bonjour {{body_1}}, colis {{body_2}}."
    assert second["blocks"][0]["text"]["text"] == "مرحبا {{body_1}}، الطرد {{body_2}}."
    examples = {item["key"]: item["examplesLocale"] for item in made["variables"]}
    assert examples["body_1"] == {
        "fr": {"exampleValueStrings": ["Awa"]},
        "ar": {"exampleValueStrings": ["ليلى"]},
    }
    assert examples["button_2_1"]["fr"]["exampleValueStrings"] == ["C-42"]


def test_links_calls_and_replies_come_in_the_order_that_bird_takes() -> None:
    made = channel_template([body(BODY, {"type": "BUTTONS", "buttons": [REPLY, LINK]})], "s", {"fr": {"Oui": "menu.1"}})
    assert made.reordered
    assert made.body["platformContent"][0]["blocks"][-1]["replyAction"] == {"text": "Oui", "payload": "menu.1"}


@pytest.mark.parametrize(
    ("handle", "address"),
    [
        ("https://cdn.exemple.fr/a.jpg", "https://cdn.exemple.fr/a.jpg"),
        ("<upload https://cdn.exemple.fr/a.jpg>", "https://cdn.exemple.fr/a.jpg"),
        ("<upload 4711>", "{{SAMPLE_S_FR}}"),
        ("4::aW1hZ2U=", "{{SAMPLE_S_FR}}"),
        ("https://scontent.xx.fbcdn.net/v/a.jpg?oe=1", "{{SAMPLE_S_FR}}"),
        ("<upload {{photo}}>", "{{SAMPLE_S_FR}}"),
    ],
)
def test_a_sample_is_a_public_address_or_a_setting_to_fill_in(handle: str, address: str) -> None:
    header = {"type": "HEADER", "format": "IMAGE", "example": {"header_handle": [handle]}}
    made = channel_template([body(header, BODY)], "s", {})
    (example,) = (item for item in made.body["variables"] if item["key"] == "header_1")
    assert example["examplesLocale"]["fr"]["exampleValueStrings"] == [address]
    assert made.body["platformContent"][0]["blocks"][0]["image"] == {"mediaUrl": "{{header_1}}"}
    assert [item.setting for item in made.missing] == (["SAMPLE_S_FR"] if address == "{{SAMPLE_S_FR}}" else [])


def test_a_document_and_a_video_are_files() -> None:
    for kind, mime in (("DOCUMENT", "application/pdf"), ("VIDEO", "video/mp4")):
        handle = f"https://x.example/f.{mime[-3:]}"
        header = {"type": "HEADER", "format": kind, "example": {"header_handle": [handle]}}
        file = blocks(body(header, BODY))["platformContent"][0]["blocks"][0]["file"]
        assert (file["contentType"], file["filename"]) == (mime, f"f.{mime[-3:]}")


def test_a_category_of_its_own_for_a_language() -> None:
    made = blocks(body(BODY), body(BODY, language="pt_BR", category="MARKETING"))
    assert made["deployments"][1:] == [
        {"key": "whatsappCategory", "platform": "whatsapp", "value": "UTILITY", "locale": "fr"},
        {"key": "whatsappCategory", "platform": "whatsapp", "value": "MARKETING", "locale": "pt-BR"},
    ]
    read = parse(SourceFile.of_text(json.dumps(made), "modele.json"), ParseOptions())
    assert {one.language: one.category for one in read.project.templates} == {"fr": "UTILITY", "pt_BR": "MARKETING"}


def test_one_time_codes_and_coupons_are_made_with_the_2026_api() -> None:
    code = body(
        {"type": "BODY", "add_security_recommendation": True},
        {"type": "FOOTER", "code_expiration_minutes": 10},
        {"type": "BUTTONS", "buttons": [{"type": "OTP", "otp_type": "COPY_CODE"}]},
        category="AUTHENTICATION",
    )
    with pytest.raises(Unfit, match="one-time code"):
        channel_template([code], "s", {})
    made = authored_template([code], "s").body
    assert validate("bird_template", made) == []
    assert made["languages"]["fr"]["components"][2] == {
        "type": "buttons",
        "buttons": [{"type": "otp", "otp_type": "copy_code"}],
    }
    coupon = {"type": "COPY_CODE", "example": "PROMO10"}
    offer = body(BODY, {"type": "BUTTONS", "buttons": [coupon, LINK]}, category="MARKETING")
    with pytest.raises(Unfit, match="COPY_CODE"):
        channel_template([offer], "s", {})
    made = authored_template([offer], "s").body
    assert validate("bird_template", made) == []
    assert made["languages"]["fr"]["components"][0]["example_parameters"][1] == {"type": "text", "text": "C-42"}


def test_what_bird_has_no_form_for_is_said() -> None:
    for wrong in ({"type": "LIMITED_TIME_OFFER"}, {"type": "BUTTONS", "buttons": [{"type": "CATALOG", "text": "x"}]}):
        with pytest.raises(Unfit):
            authored_template([body(BODY, wrong)], "s")
    with pytest.raises(Unfit, match="product"):
        message_body({"type": "interactive", "interactive": {"type": "product", "action": {}}}, {}, False)


def test_a_send_has_one_kind_of_content() -> None:
    sections = [{"rows": [{"id": "a", "title": "Lyon"}]}]
    menu = {"type": "list", "body": {"text": "Où ?"}, "action": {"button": "Choisir", "sections": sections}}
    made = message_body({"type": "interactive", "interactive": menu}, {}, False)
    assert validate("bird_message", made) == []
    assert made["interactive"]["list"] == {
        "button_text": "Choisir",
        "sections": [{"title": "Choisir", "rows": [{"slug": "a", "text": "Lyon"}]}],
    }
    place = {"type": "location", "location": {"latitude": "{{lat}}", "longitude": "4.83", "name": "Lyon"}}
    made = message_body(place, {}, False)
    assert made["location"] == {"latitude": "{{lat}}", "longitude": 4.83, "name": "Lyon"}
    assert validate("bird_message", made) == []


def test_a_code_is_sent_once_and_named_values_by_name() -> None:
    code = [
        {"type": "body", "parameters": [{"type": "text", "text": "{{code}}"}]},
        {"type": "button", "sub_type": "url", "index": "0", "parameters": [{"type": "text", "text": "{{code}}"}]},
    ]
    send = {"type": "template", "template": {"name": "code", "language": {"code": "pt_BR"}, "components": code}}
    made = message_body(send, {}, True)
    assert made["template"] == {
        "slug": "code",
        "language": "pt-BR",
        "components": [{"type": "body", "parameters": [{"type": "text", "text": "{{code}}"}]}],
    }
    made = message_body(send, {"body.1": "code_client"}, False)
    assert [item["type"] for item in made["template"]["components"]] == ["body", "button"]
    assert made["template"]["components"][0]["parameters"][0]["name"] == "code_client"


def test_ids_of_answers_are_bound_before_they_are_used(root: Path) -> None:
    files = compiled(*sorted((root / "fixtures" / "boutique").iterdir()))
    plan = json.loads(files["bird/plan.json"])
    bound: set[str] = set()
    used = 0
    for step in plan["steps"]:
        assert set(step.get("uses", ())) <= bound, step
        used += len(step.get("uses", ()))
        bound |= set(step.get("binds", {}))
    assert used > 20
    phases = [step["phase"] for step in plan["steps"]]
    order = list(dict.fromkeys(phases))
    assert order == ["lookup", "project", "template", "activate", "create", "submit", "check", "send"]
    assert phases == sorted(phases, key=order.index)
    done: set[str] = set()
    for step in plan["steps"]:
        assert set(step["after"]) <= done
        done.add(step["file"])
        call = json.loads(files[f"bird/{step['file']}"])
        markers = set(re.findall(r"\{\{([A-Z0-9_]+)\}\}", json.dumps(call)))
        assert markers <= {item["name"] for item in plan["settings"]}, markers
    assert {item["name"] for item in plan["settings"] if item["secret"]} == {"BIRD_ACCESS_KEY", "BIRD_API_KEY"}


def test_the_projects_own_language_is_the_default(root: Path) -> None:
    files = compiled(*sorted((root / "fixtures" / "boutique").iterdir()))
    made = [json.loads(text)["body"] for path, text in files.items() if "/channel-templates/" in path]
    several = [one for one in made if len(one["platformContent"]) > 1]
    assert several
    assert all(one["defaultLocale"] == one["platformContent"][0]["locale"] == "fr" for one in several)


# -- out and back ----------------------------------------------------------------------------------------------------


WORD = st.text(st.sampled_from("abcéàçßñ अआदеждمرحبا 0123456789😀'.,!?-"), min_size=1, max_size=12).map(
    lambda text: " ".join(text.split()) or "x"
)


@st.composite
def templates(draw: st.DrawFn, language: str) -> TemplateBody:
    def text(component: str, most: int, example: str) -> dict[str, Any]:
        words = draw(st.lists(WORD, min_size=1, max_size=4))
        count = draw(st.integers(0, min(len(words) - 1, most)))
        parts = [f"{words[0]}"]
        for number, word in enumerate(words[1:], start=1):
            parts.append(f"{{{{{number}}}}} {word}" if number <= count else word)
        told: dict[str, Any] = {"type": component, "text": " ".join(parts)}
        if count:
            samples = [draw(WORD) for _ in range(count)]
            told["example"] = {example: [samples] if example == "body_text" else samples}
        return told

    components: list[dict[str, Any]] = []
    shape = draw(st.sampled_from(["", "TEXT", "IMAGE", "VIDEO", "DOCUMENT"]))
    if shape == "TEXT":
        header = text("HEADER", 1, "header_text")
        header["text"] = header["text"][:60].strip()
        components.append({**header, "format": "TEXT"})
    elif shape:
        handle = draw(st.sampled_from(["https://x.example/a.bin", "<upload 17>", "4::YQ=="]))
        components.append({"type": "HEADER", "format": shape, "example": {"header_handle": [handle]}})
    components.append(text("BODY", 3, "body_text"))
    if draw(st.booleans()):
        components.append({"type": "FOOTER", "text": draw(WORD)})
    chosen = draw(st.lists(st.sampled_from(["URL", "VAR", "PHONE", "REPLY"]), max_size=3, unique=True))
    buttons: list[dict[str, Any]] = []
    for kind in chosen:
        title = draw(WORD)
        if kind == "URL":
            buttons.append({"type": "URL", "text": title, "url": "https://x.example/suivi"})
        elif kind == "VAR":
            sample = draw(st.text(st.sampled_from("abc/123-"), min_size=1, max_size=8))
            buttons.append({**LINK, "text": title, "example": [f"https://x.example/{sample}"]})
        else:
            buttons.append({**(CALL if kind == "PHONE" else REPLY), "text": title})
    if buttons:
        components.append({"type": "BUTTONS", "buttons": buttons})
    return body(*components, language=language, category=draw(st.sampled_from(["UTILITY", "MARKETING"])))


@given(templates("fr"), templates("pt_BR"))
@settings(max_examples=150, deadline=None)
def test_a_template_comes_back_as_it_went(first: TemplateBody, second: TemplateBody) -> None:
    assert_comes_back(channel_template([first, second], "", {}).body, [first, second])
