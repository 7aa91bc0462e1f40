"""Meta's templates and messages as Twilio Content: the type that says all of it.

Types and limits: https://www.twilio.com/docs/content/content-types-overview; field names and required keys:
https://github.com/twilio/twilio-oai/blob/main/spec/json/twilio_content_v1.json
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bascule.backends.cloud.parts import MediaSample, Missing, Unfit, link_sample, media_sample, sample_setting
from bascule.backends.twilio.variables import Numbers

__all__ = ["Unfit", "message_types", "template_types"]

_SPOT = ("latitude", "longitude")


def _number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def template_types(
    body: dict[str, Any], numbers: Numbers, ids: Mapping[str, str], address: str = ""
) -> tuple[dict[str, Any], list[Missing]]:
    """The ``types`` of a template's Content, and the samples without a public address. Raises :class:`Unfit`.

    ``ids`` are the reply ids by button text: Twilio fixes them with the template, Meta takes them with each send.
    ``address`` is that of the header's file where the body has a handle instead.
    """
    parts = {component["type"].upper(): component for component in body.get("components", [])}
    if str(body.get("category", "")).upper() == "AUTHENTICATION":
        return {"whatsapp/authentication": _authentication(parts)}, []
    strange = sorted(set(parts) - {"HEADER", "BODY", "FOOTER", "BUTTONS", "CAROUSEL"})
    if strange:
        raise Unfit(f"`{strange[0].lower()}`")
    text = _text(parts.get("BODY", {}), "body", numbers)
    setting = sample_setting(str(body.get("name", "")), str(body.get("language", "")))
    if "CAROUSEL" in parts:
        return _carousel(text, parts["CAROUSEL"], numbers, ids, setting)
    header, footer = parts.get("HEADER"), parts.get("FOOTER", {}).get("text", "")
    buttons = parts.get("BUTTONS", {}).get("buttons", [])
    flow = next((button for button in buttons if button["type"].upper() == "FLOW"), None)
    if flow is not None:
        return _flow(text, flow, header, footer, buttons)
    actions = [_action(button, index, numbers, ids) for index, button in enumerate(buttons)]
    missing: list[Missing] = []
    media: list[str] = []
    title = ""
    if header is not None:
        kind = str(header.get("format", "")).upper()
        if kind == "TEXT":
            title = _text(header, "header", numbers)
        elif kind == "LOCATION":
            raise Unfit("a header with a location")
        else:
            media = [_sample(media_sample(header, address), "header.1", numbers, missing, setting)]
    return _of_parts(text, title, media, footer, actions), missing


def _of_parts(text: str, title: str, media: list[str], footer: str, actions: list[dict[str, Any]]) -> dict[str, Any]:
    if title or footer or (media and actions) or len({action["type"] == "QUICK_REPLY" for action in actions}) > 1:
        card: dict[str, Any] = {"body": text}
        card |= {key: value for key, value in (("header_text", title), ("footer", footer)) if value}
        card |= {key: value for key, value in (("media", media), ("actions", actions)) if value}
        return {"whatsapp/card": card}
    if media:
        return {"twilio/media": {"body": text, "media": media} if text else {"media": media}}
    if actions and actions[0]["type"] == "QUICK_REPLY":
        return {"twilio/quick-reply": {"body": text, "actions": actions}}
    if actions:
        return {"twilio/call-to-action": {"body": text, "actions": actions}}
    return {"twilio/text": {"body": text}}


def _samples(component: dict[str, Any], part: str) -> list[str]:
    example = component.get("example") or {}
    given = example.get("body_text") or example.get("header_text") or []
    if part == "body" and given and isinstance(given[0], list):
        given = given[0]
    return [str(item) for item in given]


def _text(component: dict[str, Any], part: str, numbers: Numbers) -> str:
    return numbers.template_text(str(component.get("text", "")), part, _samples(component, part))


def _sample(sample: MediaSample, slot: str, numbers: Numbers, missing: list[Missing], setting: str) -> str:
    """The address of a header's file: a variable whose sample is the example, or a setting to be filled in by hand."""
    if not sample.address:
        missing.append(Missing(setting, sample))
    return "{{" + numbers.of(slot, slot, sample.address or "{{" + setting + "}}") + "}}"


def _action(button: dict[str, Any], index: int, numbers: Numbers, ids: Mapping[str, str]) -> dict[str, Any]:
    kind, title = str(button["type"]).upper(), str(button.get("text", ""))
    if kind == "QUICK_REPLY":
        return {"type": "QUICK_REPLY", "title": title, "id": ids.get(title) or f"button_{index}"}
    if kind == "URL":
        url = numbers.template_text(str(button.get("url", "")), f"button.{index}", [link_sample(button) or "sample"])
        return {"type": "URL", "title": title, "url": url}
    if kind == "PHONE_NUMBER":
        return {"type": "PHONE_NUMBER", "title": title, "phone": str(button.get("phone_number", ""))}
    if kind == "COPY_CODE":
        example = button.get("example")
        code = str(example[0] if isinstance(example, list) and example else example or "CODE")
        marker = "{{" + numbers.of(f"button.{index}.1", f"button.{index}.1", code) + "}}"
        return {"type": "COPY_CODE", "title": title or "Copy", "code": marker}
    if kind == "VOICE_CALL":
        return {"type": "VOICE_CALL", "title": title}
    raise Unfit(f"a button of type {kind}")


def _authentication(parts: dict[str, Any]) -> dict[str, Any]:
    button: dict[str, Any] = next(iter(parts.get("BUTTONS", {}).get("buttons", [])), {})
    made: dict[str, Any] = {
        "add_security_recommendation": bool(parts.get("BODY", {}).get("add_security_recommendation", False)),
        "actions": [{"type": "COPY_CODE", "copy_code_text": str(button.get("text") or "Copy Code")}],
    }
    minutes = parts.get("FOOTER", {}).get("code_expiration_minutes")
    if isinstance(minutes, int):
        made["code_expiration_minutes"] = minutes
    return made


def _carousel(
    text: str, component: dict[str, Any], numbers: Numbers, ids: Mapping[str, str], setting: str
) -> tuple[dict[str, Any], list[Missing]]:
    cards: list[dict[str, Any]] = []
    missing: list[Missing] = []
    for index, card in enumerate(component.get("cards", [])):
        inner = {part["type"].upper(): part for part in card.get("components", [])}
        made: dict[str, Any] = {}
        if "BODY" in inner:
            samples = _samples(inner["BODY"], "body")
            made["body"] = numbers.template_text(str(inner["BODY"].get("text", "")), f"card.{index}.body", samples)
        header = inner.get("HEADER")
        if header is None:
            raise Unfit("a card without a picture")
        slot = f"card.{index}.header.1"
        sample = media_sample({"format": "image", **header})
        made["media"] = _sample(sample, slot, numbers, missing, f"{setting}_CARD{index + 1}")
        buttons = inner.get("BUTTONS", {}).get("buttons", [])
        made["actions"] = [
            _action(button, 100 * (index + 1) + place, numbers, ids) for place, button in enumerate(buttons)
        ]
        cards.append(made)
    return {"twilio/carousel": {"body": text, "cards": cards}}, missing


def _flow(
    text: str, flow: dict[str, Any], header: dict[str, Any] | None, footer: str, buttons: Sequence[Any]
) -> tuple[dict[str, Any], list[Missing]]:
    if len(buttons) > 1 or footer or header is not None:
        raise Unfit("a Flow button beside other buttons, a header or a footer")
    if not flow.get("flow_id"):
        raise Unfit("a Flow button without the id of its Flow")
    return {
        "whatsapp/flows": {"body": text, "button_text": str(flow.get("text", "")), "flow_id": str(flow["flow_id"])}
    }, []


def message_types(body: dict[str, Any], numbers: Numbers) -> dict[str, Any] | None:
    """The ``types`` of a free-form message's Content; None where the Messages API says it without one (a text).

    Raises :class:`Unfit`.
    """
    kind = body["type"]
    if kind == "text":
        return None
    if kind in ("image", "video", "document", "audio", "sticker"):
        link = str(body[kind].get("link", ""))
        if not link:
            raise Unfit(f"{kind} by the id of an upload")
        made: dict[str, Any] = {"media": [numbers.message_text(link)]}
        caption = body[kind].get("caption")
        return {"twilio/media": {"body": numbers.message_text(caption), **made} if caption else made}
    if kind == "location":
        place = body["location"]
        if not all(isinstance(place[key], (int, float)) or _number(str(place[key])) for key in _SPOT):
            return None  # said with PersistentAction: its numbers are known at run time only
        told: dict[str, Any] = {key: float(place[key]) for key in _SPOT}
        if "name" in place:
            told["label"] = numbers.message_text(str(place["name"]))
        if "address" in place:
            told["address"] = numbers.message_text(str(place["address"]))
        return {"twilio/location": told}
    if kind == "interactive":
        return _interactive(body["interactive"], numbers)
    raise Unfit(f"a message of type {kind}")


def _interactive(message: dict[str, Any], numbers: Numbers) -> dict[str, Any]:
    kind, action = message["type"], message.get("action", {})
    text = numbers.message_text(str(message.get("body", {}).get("text", "")))
    header = message.get("header") or {}
    footer = numbers.message_text(str(message.get("footer", {}).get("text", "")))
    title = numbers.message_text(str(header.get("text", "")))
    media = [
        numbers.message_text(str(header[name].get("link", "")))
        for name in ("image", "video", "document")
        if name in header
    ]
    if kind == "button":
        actions = [
            {"type": "QUICK_REPLY", "title": numbers.message_text(item["reply"]["title"]), "id": item["reply"]["id"]}
            for item in action["buttons"]
        ]
        return _of_parts(text, title, media, footer, actions)
    if kind == "cta_url":
        given = action["parameters"]
        url = {"type": "URL", "title": given["display_text"], "url": numbers.message_text(given["url"])}
        return _of_parts(text, title, media, footer, [url])
    if kind == "list":
        rows = [row for section in action["sections"] for row in section["rows"]]
        items = [
            {
                "id": row["id"],
                "item": numbers.message_text(row["title"]),
                **({"description": numbers.message_text(row["description"])} if row.get("description") else {}),
            }
            for row in rows
        ]
        whole = "\n\n".join(part for part in (title, text, footer) if part)
        return {"twilio/list-picker": {"body": whole, "button": numbers.message_text(action["button"]), "items": items}}
    raise Unfit(f"a message of type {kind}")
