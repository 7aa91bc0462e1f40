"""Meta's sends as bodies of Bird's ``POST /v1/whatsapp/messages`` (2026 API): exactly one kind of content.

Shapes: https://github.com/messagebird/bird-sdk-python (0.106), https://bird.com/docs/api
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from bascule.backends.cloud.parts import Unfit

__all__ = ["message_body"]

_MEDIA = ("image", "video", "audio", "sticker", "document")


def message_body(data: Mapping[str, Any], names: Mapping[str, str], stored_code: bool) -> dict[str, Any]:
    """The whole body. Raises :class:`Unfit` where the API has no form for the content.

    ``names`` are the names of a template's parameters by slot (``body.1``) where it was made with names;
    ``stored_code`` is true for a template with a one-time code, which takes the code once.
    """
    kind = str(data["type"])
    whole: dict[str, Any] = {"to": "{{contact.phone}}", "from": "{{BIRD_SENDER}}"}
    if kind == "template":
        whole["template"] = _template(data["template"], names, stored_code)
    elif kind == "text":
        text = data["text"]
        preview = {"preview_url": text["preview_url"]} if isinstance(text.get("preview_url"), bool) else {}
        whole["text"] = {"body": str(text["body"]), **preview}
    elif kind in _MEDIA:
        whole[kind] = _media(kind, data[kind])
    elif kind == "location":
        whole["location"] = _location(data["location"])
    elif kind == "contacts":
        whole["contact_cards"] = [_card(contact) for contact in data["contacts"]]
    elif kind == "interactive":
        whole["interactive"] = _interactive(data["interactive"])
    else:
        raise Unfit(f"a message of type {kind}")
    return whole


def _link(kind: str, media: Mapping[str, Any]) -> str:
    link = str(media.get("link", ""))
    if not link:
        raise Unfit(f"{kind} by the id of an upload")
    return link


def _media(kind: str, media: Mapping[str, Any]) -> dict[str, Any]:
    told: dict[str, Any] = {"url": _link(kind, media)}
    for name in ("caption", "filename"):
        if media.get(name) and kind in ("image", "video", "document") and (name == "caption" or kind == "document"):
            told[name] = str(media[name])
    if kind == "audio" and media.get("voice"):
        told["voice"] = True
    return told


def _location(place: Mapping[str, Any]) -> dict[str, Any]:
    told = {name: _number(place[name]) for name in ("latitude", "longitude")}
    return told | {name: str(place[name]) for name in ("name", "address") if place.get(name)}


def _number(value: Any) -> Any:
    """A coordinate as a number, or the run-time marker."""
    try:
        number = float(value)
    except ValueError:
        return str(value)
    return number if math.isfinite(number) else str(value)


def _card(contact: Mapping[str, Any]) -> dict[str, Any]:
    name = {key: str(text) for key, text in contact["name"].items()}
    told: dict[str, Any] = {"name": name}
    phones = [
        {"phone_number": str(item["phone"]), **({"type": str(item["type"])} if item.get("type") else {})}
        for item in contact.get("phones", [])
        if item.get("phone")
    ]
    if phones:
        told["phone_numbers"] = phones
    for member in ("emails", "urls"):
        if contact.get(member):
            told[member] = [dict(item) for item in contact[member]]
    return told


def _interactive(message: Mapping[str, Any]) -> dict[str, Any]:
    kind, action = str(message["type"]), message.get("action", {})
    told: dict[str, Any] = {"type": kind}
    header = message.get("header")
    if header:
        told["header"] = _header(header)
    told["body_text"] = str(message.get("body", {}).get("text", ""))
    footer = str(message.get("footer", {}).get("text", ""))
    if footer:
        told["footer_text"] = footer
    if kind == "button":
        replies = [item["reply"] for item in action["buttons"]]
        told["buttons"] = [
            {"type": "quick_reply", "quick_reply": {"slug": str(reply["id"]), "text": str(reply["title"])}}
            for reply in replies
        ]
    elif kind == "list":
        told["list"] = _list(action)
    elif kind == "cta_url":
        given = action["parameters"]
        told["cta_url"] = {"text": str(given["display_text"]), "url": str(given["url"])}
    elif kind != "location_request_message":
        raise Unfit(f"a message of type {kind}")
    return told


def _header(header: Mapping[str, Any]) -> dict[str, Any]:
    kind = str(header["type"])
    if kind == "text":
        return {"type": "text", "text": str(header["text"])}
    if kind not in ("image", "video", "document"):
        raise Unfit(f"a header with {kind}")
    return {"type": kind, "url": _link(kind, header[kind])}


def _list(action: Mapping[str, Any]) -> dict[str, Any]:
    """A menu. Bird wants a title for each section: the button's words stand where there is none."""
    button = str(action["button"])
    return {
        "button_text": button,
        "sections": [
            {
                "title": str(section.get("title") or button),
                "rows": [
                    {
                        "slug": str(row["id"]),
                        "text": str(row["title"]),
                        **({"description": str(row["description"])} if row.get("description") else {}),
                    }
                    for row in section["rows"]
                ],
            }
            for section in action["sections"]
        ],
    }


def _template(template: Mapping[str, Any], names: Mapping[str, str], stored_code: bool) -> dict[str, Any]:
    told: dict[str, Any] = {"slug": str(template["name"])}
    told["language"] = str(template["language"]["code"]).replace("_", "-")
    components = _components(template.get("components", []), names, stored_code)
    return told | ({"components": components} if components else {})


def _components(components: Any, names: Mapping[str, str], stored_code: bool) -> list[dict[str, Any]]:
    made: list[dict[str, Any]] = []
    for component in components:
        kind = str(component["type"]).lower()
        if kind == "carousel":
            cards = sorted(component["cards"], key=lambda card: int(card.get("card_index", 0)))
            told = [{"components": _components(card.get("components", []), {}, False)} for card in cards]
            made.append({"type": "carousel", "cards": told})
            continue
        if kind not in ("header", "body", "button"):
            raise Unfit(f"`{kind}`")
        if kind == "button" and stored_code:
            continue
        if kind == "button" and str(component.get("sub_type", "")).lower() == "quick_reply":
            continue  # a tap says the button's own words: there is no payload
        given = component.get("parameters", [])
        parameters = [
            _parameter(item, names.get(f"{kind}.{number}", "") if kind != "button" else "")
            for number, item in enumerate(given, start=1)
        ]
        if parameters:
            made.append({"type": kind, "parameters": parameters})
    return made


def _parameter(item: Mapping[str, Any], name: str) -> dict[str, Any]:
    kind = str(item["type"])
    if kind in ("text", "coupon_code"):
        named = str(item.get("parameter_name") or name)
        return {"type": "text", "text": str(item[kind]), **({"name": named} if named else {})}
    if kind in ("currency", "date_time"):
        return {"type": "text", "text": str(item[kind]["fallback_value"]), **({"name": name} if name else {})}
    if kind in ("image", "video", "gif", "document"):
        told = {"type": kind, "url": _link(kind, item[kind])}
        filename = item[kind].get("filename")
        return told | ({"filename": str(filename)} if filename and kind == "document" else {})
    if kind == "location":
        return {"type": "location", "location": _location(item["location"])}
    raise Unfit(f"a parameter of type {kind}")
