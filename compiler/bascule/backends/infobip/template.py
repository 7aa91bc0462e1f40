"""Meta's templates as Infobip's ``structure``.

https://www.infobip.com/docs/api/channels/whatsapp/whatsapp-service-management/template-management; member names and
types: ``TemplatePublicApiRequest`` of https://api.infobip.com/platform/1/openapi/whatsapp
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from bascule.backends.cloud.parts import (
    Missing,
    Unfit,
    buttons_of,
    components_of,
    link_sample,
    media_sample,
    sample_setting,
    sample_texts,
)
from bascule.backends.infobip.parts import Registered, Tasks, first_text, numbered

__all__ = ["Submission", "registered_of", "submission"]

_MEDIA = ("IMAGE", "VIDEO", "GIF", "DOCUMENT")
_PARTS = {"HEADER", "BODY", "FOOTER", "BUTTONS", "CAROUSEL", "LIMITED_TIME_OFFER", "CALL_PERMISSION_REQUEST"}


@dataclass(frozen=True, slots=True)
class Submission:
    """The body of ``POST /whatsapp/2/senders/{sender}/templates``, and what a send of the template has to fill in."""

    body: dict[str, Any]
    registered: Registered
    tasks: Tasks


def submission(template: dict[str, Any], address: str = "") -> Submission:
    """A template as Meta takes it, as Infobip takes it; ``address`` is that of the header's file, where it is known.

    Raises :class:`Unfit` for what Infobip has nothing for.
    """
    parts = components_of(template)
    category = str(template.get("category", "")).upper()
    tasks = Tasks()
    body: dict[str, Any] = {"name": template["name"], "language": template["language"], "category": category}
    seconds = template.get("message_send_ttl_seconds")
    if category == "AUTHENTICATION":
        body["structure"] = _authentication(parts, tasks)
        if isinstance(seconds, int) and not isinstance(seconds, bool):
            body["validityPeriod"] = {"amount": seconds, "timeUnit": "SECONDS"}
        return Submission(body, registered_of(body), tasks)
    strange = sorted(set(parts) - _PARTS)
    if strange:
        raise Unfit(f"a part of type `{strange[0].lower()}`")
    writing = _Writing(tasks, (template["name"], template["language"]), address)
    body["structure"], names, header_names = _structure(parts, writing)
    if category == "UTILITY" and template.get("sub_category") == "ORDER_STATUS":
        body["subCategory"] = "ORDER_STATUS"
    if seconds is not None:
        reason = "Infobip takes a lifetime with authentication templates only"
        tasks.losses.append(("message_send_ttl_seconds", reason, "end the offer in its words"))
    return Submission(body, replace(registered_of(body), body=names, header_names=header_names), tasks)


@dataclass(frozen=True, slots=True)
class _Writing:
    """What is noted while a structure is written: tasks, whose template it is, the known address of its file."""

    tasks: Tasks
    owner: tuple[str, ...]
    address: str = ""


def registered_of(body: dict[str, Any]) -> Registered:
    """What a send has to fill in for a body that Infobip takes; values are named by their numbers."""
    if body["category"] == "AUTHENTICATION":
        return Registered(body=("1",), buttons=(("URL", 0, ""),))
    structure = body["structure"]
    header, names = structure.get("header", {}), tuple[str, ...]()
    kind = header.get("format", "")
    if kind == "TEXT":
        names = numbered(header.get("text", ""))[1]
        kind = "TEXT" if names else ""
    by_hand = []
    if kind == "LOCATION":
        by_hand.append("the place: `content.templateData.header` with latitude and longitude")
    buttons = structure.get("buttons", [])
    if any(button["type"] == "MULTI_PRODUCT" for button in buttons):
        by_hand.append("the products: `content.templateData.buttons` with their sections")
    if "carousel" in structure:
        by_hand.append("the cards: `content.templateData.carousel.cards`")
    if structure.get("limitedTimeOffer", {}).get("hasExpiration"):
        by_hand.append("the end of the offer: `content.templateData.limitedTimeOffer.expirationTime`")
    wanted = tuple((button["type"], index, button.get("text", "")) for index, button in enumerate(buttons)
                   if _takes_value(button))  # fmt: skip
    sample = "" if kind == "TEXT" else header.get("example", "")
    return Registered(kind, sample, names, numbered(structure["body"]["text"])[1], wanted, tuple(by_hand))


def _takes_value(button: dict[str, Any]) -> bool:
    kind = button["type"]
    return kind in ("QUICK_REPLY", "COPY_CODE", "FLOW") or (kind == "URL" and bool(numbered(button["url"])[1]))


def _structure(
    parts: dict[str, dict[str, Any]], writing: _Writing
) -> tuple[dict[str, Any], tuple[str, ...], tuple[str, ...]]:
    """The structure, and what the values of body and header were called."""
    structure: dict[str, Any] = {}
    header_names = tuple[str, ...]()
    if "HEADER" in parts:
        structure["header"], header_names = _header(parts["HEADER"], "structure.header", writing)
    structure["body"], names = _body(parts.get("BODY", {}), "structure.body", writing.tasks)
    footer = first_text(parts.get("FOOTER", {}).get("text"))
    if footer:
        structure["footer"] = {"text": footer}
    buttons = buttons_of(parts)
    if buttons:
        structure["buttons"] = [
            _button(button, f"structure.buttons[{index}]", writing.tasks) for index, button in enumerate(buttons)
        ]
    if "CAROUSEL" in parts:
        cards = parts["CAROUSEL"].get("cards", [])
        structure["carousel"] = {"cards": [_card(card, index, writing) for index, card in enumerate(cards)]}
    if "LIMITED_TIME_OFFER" in parts:
        offer = parts["LIMITED_TIME_OFFER"].get("limited_time_offer") or {}
        ends = bool(offer.get("has_expiration"))
        structure["limitedTimeOffer"] = {"text": str(offer.get("text", "")), "hasExpiration": ends}
    if "CALL_PERMISSION_REQUEST" in parts:
        structure["callPermissionRequest"] = {}
    return structure, names, header_names


def _card(card: dict[str, Any], index: int, writing: _Writing) -> dict[str, Any]:
    parts = components_of(card)
    where = f"structure.carousel.cards[{index}]"
    if "HEADER" not in parts:
        raise Unfit("a card without a picture")
    if "BODY" not in parts:
        raise Unfit("a card without a text")
    tasks = writing.tasks
    inner = _Writing(tasks, (*writing.owner, f"card{index + 1}"))
    return {
        "header": _header(parts["HEADER"], f"{where}.header", inner)[0],
        "body": _body(parts["BODY"], f"{where}.body", tasks)[0],
        "buttons": [_button(button, f"{where}.buttons[{at}]", tasks) for at, button in enumerate(buttons_of(parts))],
    }


def _header(component: dict[str, Any], where: str, writing: _Writing) -> tuple[dict[str, Any], tuple[str, ...]]:
    """The header, and what its values were called."""
    kind = str(component.get("format", "")).upper()
    if kind == "TEXT":
        text, names = numbered(first_text(component.get("text")))
        made = {"format": "TEXT", "text": text}
        if names:
            made["example"] = _sample(sample_texts(component).get(names[0], ""), f"{where}.example", writing.tasks)
        return made, names
    if kind == "LOCATION":
        return {"format": "LOCATION"}, ()
    if kind not in _MEDIA:
        raise Unfit(f"a header with a {kind.lower() or 'format that is not named'}")
    sample = media_sample(component, writing.address)
    if sample.address:
        return {"format": kind, "example": sample.address}, ()
    missing = Missing(sample_setting(*writing.owner), sample)
    writing.tasks.missing.append(missing)
    return {"format": kind, "example": "{{" + missing.setting + "}}"}, ()


def _sample(given: str, where: str, tasks: Tasks) -> str:
    if given:
        return given
    tasks.todo.append(f"write a sample value into `{where}`")
    return "sample"


def _body(component: dict[str, Any], where: str, tasks: Tasks) -> tuple[dict[str, Any], tuple[str, ...]]:
    text, names = numbered(first_text(component.get("text")))
    made: dict[str, Any] = {"text": text}
    if names:
        samples = sample_texts(component)
        made["examples"] = [
            _sample(samples.get(name, ""), f"{where}.examples[{index}]", tasks) for index, name in enumerate(names)
        ]
    return made, names


def _button(button: dict[str, Any], where: str, tasks: Tasks) -> dict[str, Any]:
    kind = str(button.get("type", "")).upper()
    make = _BUTTONS.get(kind)
    if make is None:
        raise Unfit(f"a button of type {kind or '?'}")
    return make(button, where, tasks)


def _quick_reply(button: dict[str, Any], where: str, tasks: Tasks) -> dict[str, Any]:
    return {"type": "QUICK_REPLY", "text": str(button.get("text", ""))}


def _url(button: dict[str, Any], where: str, tasks: Tasks) -> dict[str, Any]:
    url, names = numbered(first_text(button.get("url")))
    made = {"type": "URL", "text": str(button.get("text", "")), "url": url}
    if names:
        made["example"] = url.partition("{{")[0] + _sample(link_sample(button), f"{where}.example", tasks)
    return made


def _phone(button: dict[str, Any], where: str, tasks: Tasks) -> dict[str, Any]:
    return {"type": "PHONE_NUMBER", "text": str(button.get("text", "")), "phoneNumber": str(button["phone_number"])}


def _copy_code(button: dict[str, Any], where: str, tasks: Tasks) -> dict[str, Any]:
    return {"type": "COPY_CODE", "example": _sample(first_text(button.get("example")), f"{where}.example", tasks)}


def _flow(button: dict[str, Any], where: str, tasks: Tasks) -> dict[str, Any]:
    flow = str(button.get("flow_id") or "")
    if not (flow.isascii() and flow.isdecimal()):
        raise Unfit("a Flow button without the number of its Flow")
    action = str(button.get("flow_action") or "navigate").upper()
    made: dict[str, Any] = {"type": "FLOW", "text": str(button.get("text", "")), "flowId": int(flow)}
    made["flowAction"] = action
    if button.get("navigate_screen"):
        made["navigateScreen"] = str(button["navigate_screen"])
    return made


def _voice_call(button: dict[str, Any], where: str, tasks: Tasks) -> dict[str, Any]:
    made: dict[str, Any] = {"type": "VOICE_CALL", "text": str(button.get("text", ""))}
    if isinstance(button.get("ttl_minutes"), int):
        made["callValidityPeriod"] = button["ttl_minutes"]
    return made


def _bare(kind: str) -> Callable[[dict[str, Any], str, Tasks], dict[str, Any]]:
    """A button whose label WhatsApp writes."""
    return lambda button, where, tasks: {"type": kind}


_BUTTONS: dict[str, Callable[[dict[str, Any], str, Tasks], dict[str, Any]]] = {
    "QUICK_REPLY": _quick_reply,
    "URL": _url,
    "PHONE_NUMBER": _phone,
    "COPY_CODE": _copy_code,
    "FLOW": _flow,
    "VOICE_CALL": _voice_call,
    "CATALOG": _bare("CATALOG"),
    "MPM": _bare("MULTI_PRODUCT"),
    "REQUEST_CONTACT_INFO": _bare("REQUEST_CONTACT_INFO"),
}


def _authentication(parts: dict[str, dict[str, Any]], tasks: Tasks) -> dict[str, Any]:
    """The structure of a one-time code: body, footer and one button, all three always there."""
    given = buttons_of(parts)
    otp: dict[str, Any] = given[0] if given else {}
    minutes = parts.get("FOOTER", {}).get("code_expiration_minutes")
    footer = {"codeExpirationMinutes": minutes} if isinstance(minutes, int) else {}
    advice = bool(parts.get("BODY", {}).get("add_security_recommendation", False))
    return {
        "body": {"addSecurityRecommendation": advice},
        "footer": footer,
        "buttons": [_otp_button(otp, tasks)],
    }


def _otp_button(otp: dict[str, Any], tasks: Tasks) -> dict[str, Any]:
    kind = str(otp.get("otp_type") or "COPY_CODE").upper()
    text = {"text": str(otp["text"])} if otp.get("text") else {}
    if kind == "COPY_CODE":
        return {"otpType": "COPY_CODE", **text}
    apps = [app for app in otp.get("supported_apps") or [] if isinstance(app, dict)] or [otp]
    if kind == "ZERO_TAP":
        reason = "Infobip has no zero-tap: the person taps once to hand the code over"
        tasks.losses.append(("zero-tap code", reason, "submit it at Meta directly"))
    if len(apps) > 1:
        reason = f"Infobip takes one app, the source names {len(apps)}"
        tasks.losses.append(("supported apps", reason, "a template for each app"))
    made: dict[str, Any] = {"otpType": "ONE_TAP", **text}
    if otp.get("autofill_text"):
        made["autofillText"] = str(otp["autofill_text"])
    made["packageName"] = str(apps[0].get("package_name", ""))
    made["signatureHash"] = str(apps[0].get("signature_hash", ""))
    return made
