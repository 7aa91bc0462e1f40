"""Bird's templates of the 2026 API, for what the blocks of the 2023 platform have no published form for.

One-time codes, coupon codes, carousels, places. Shapes: https://github.com/messagebird/bird-sdk-python (0.106),
https://bird.com/docs/api
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from bascule.backends.bird.blocks import locale_of
from bascule.backends.cloud import TemplateBody
from bascule.backends.cloud.parts import (
    Missing,
    Unfit,
    buttons_of,
    components_of,
    filled,
    link_sample,
    media_sample,
    sample_setting,
    sample_texts,
)

__all__ = ["Authored", "authored_template"]

_MEDIA = ("IMAGE", "VIDEO", "GIF", "DOCUMENT")


@dataclass
class Authored:
    """A body of ``POST /v1/whatsapp/templates``. ``missing`` as in :class:`bascule.backends.bird.blocks`."""

    body: dict[str, Any]
    missing: list[Missing] = field(default_factory=list)


def authored_template(bodies: Sequence[TemplateBody], stem: str) -> Authored:
    """The body for one template in its languages. Raises :class:`Unfit` where the API has no form for a part."""
    made = Authored({})
    categories = {str(template.data.get("category", "")).lower() for template in bodies}
    if len(categories) > 1:
        raise Unfit("another category in each language")
    languages: dict[str, Any] = {}
    for template in bodies:
        if "library_template_name" in template.data:
            raise Unfit("a template of Meta's library")
        setting = sample_setting(stem, template.language)
        components = [_component(item, made, setting) for item in template.data.get("components", [])]
        languages[locale_of(template.language)] = {"components": components}
    category = next(iter(categories))
    made.body = {
        "waba": "{{BIRD_WABA_ID}}",
        "slug": bodies[0].name,
        **({"category": category} if category else {}),
        "default_language": locale_of(bodies[0].language),
        "languages": languages,
    }
    return made


def _component(component: dict[str, Any], made: Authored, setting: str) -> dict[str, Any]:
    kind = str(component["type"]).upper()
    if kind == "HEADER":
        return _header(component, made, setting)
    if kind == "BODY" and "text" not in component:
        told = component.get("add_security_recommendation")
        return {"type": "body", **({"add_security_recommendation": told} if isinstance(told, bool) else {})}
    if kind == "BODY":
        return _text("body", component)
    if kind == "FOOTER" and "code_expiration_minutes" in component:
        return {"type": "footer", "code_expiration_minutes": component["code_expiration_minutes"]}
    if kind == "FOOTER":
        return {"type": "footer", "text": str(component.get("text", ""))}
    if kind == "BUTTONS":
        return {"type": "buttons", "buttons": [_button(button) for button in component.get("buttons", [])]}
    if kind == "CAROUSEL":
        cards = [
            _card(card, made, f"{setting}_CARD{at}") for at, card in enumerate(component.get("cards", []), start=1)
        ]
        return {"type": "carousel", "cards": cards}
    raise Unfit(f"`{kind.lower()}`")


def _text(kind: str, component: dict[str, Any]) -> dict[str, Any]:
    samples = sample_texts(component)
    used: list[str] = []

    def note(name: str) -> str:
        used.append(name)
        return name

    text = filled(str(component.get("text", "")), note)
    examples = [
        {"type": "text", "text": samples.get(name) or name, **({} if name.isdecimal() else {"name": name})}
        for name in dict.fromkeys(used)
    ]
    return {"type": kind, "text": text, **({"example_parameters": examples} if examples else {})}


def _header(component: dict[str, Any], made: Authored, setting: str) -> dict[str, Any]:
    kind = str(component.get("format", "")).upper()
    if kind == "TEXT":
        told = _text("header", component)
        return {"type": "header", "format": "text", **{key: told[key] for key in told if key != "type"}}
    if kind == "LOCATION":
        return {"type": "header", "format": "location"}
    if kind not in _MEDIA:
        raise Unfit(f"a header with a {kind.lower() or 'part of unknown kind'}")
    sample = media_sample(component)
    if not sample.address:
        made.missing.append(Missing(setting, sample))
    example = {"type": kind.lower(), "url": sample.address or "{{" + setting + "}}"}
    return {"type": "header", "format": kind.lower(), "example_parameters": [example]}


def _card(card: dict[str, Any], made: Authored, setting: str) -> dict[str, Any]:
    parts = components_of(card)
    components: list[dict[str, Any]] = []
    if "HEADER" in parts:
        components.append(_header(parts["HEADER"], made, setting))
    if "BODY" in parts:
        components.append(_text("body", parts["BODY"]))
    if "BUTTONS" in parts:
        components.append({"type": "buttons", "buttons": [_button(button) for button in buttons_of(parts)]})
    return {"components": components}


def _button(button: dict[str, Any]) -> dict[str, Any]:
    kind, title = str(button["type"]).upper(), str(button.get("text", ""))
    if kind == "QUICK_REPLY":
        return {"type": "quick_reply", "text": title}
    if kind == "URL":
        url = filled(str(button.get("url", "")), lambda name: "1")
        made: dict[str, Any] = {"type": "url", "text": title, "url": url}
        if "{{1}}" in url:
            made["example_parameters"] = [{"type": "text", "text": link_sample(button) or "1"}]
        return made
    if kind == "PHONE_NUMBER":
        return {"type": "phone_number", "text": title, "phone_number": str(button.get("phone_number", ""))}
    if kind == "OTP":
        if str(button.get("otp_type", "COPY_CODE")).upper() != "COPY_CODE":
            raise Unfit("a code that an app fills in by itself")
        return {"type": "otp", "otp_type": "copy_code"}
    if kind == "COPY_CODE":
        given = button.get("example") or ""
        code = str(given[0] if isinstance(given, list) and given else given)
        return {"type": "copy_code", "example_parameters": [{"type": "text", "text": code}]}
    if kind == "REQUEST_CONTACT_INFO":
        return {"type": "request_contact_info"}
    raise Unfit(f"a button of type {kind}")
