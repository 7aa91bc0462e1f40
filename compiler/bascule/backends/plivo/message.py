"""Meta's sends as bodies of Plivo's ``POST /v1/Account/{auth_id}/Message/``.

https://www.plivo.com/docs/messaging/api/messages/, https://github.com/plivo/plivo-python
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bascule.backends.cloud.parts import Unfit

__all__ = ["message_body"]

_MEDIA = ("image", "video", "audio", "sticker", "document")
_BUTTONS = ("quick_reply", "url")


def message_body(data: Mapping[str, Any]) -> dict[str, Any]:
    """The whole body. Raises :class:`Unfit` where the API has no form for the content."""
    kind = str(data["type"])
    whole: dict[str, Any] = {"src": "{{PLIVO_SENDER}}", "dst": "{{contact.phone}}", "type": "whatsapp"}
    if kind == "template":
        whole["template"] = _template(data["template"])
    elif kind == "text":
        whole["text"] = str(data["text"]["body"])
    elif kind in _MEDIA:
        if data[kind].get("caption"):
            whole["text"] = str(data[kind]["caption"])
        whole["media_urls"] = [_link(kind, data[kind])]
    elif kind == "location":
        whole["location"] = _location(data["location"])
    elif kind == "interactive" and data["interactive"]["type"] == "location_request_message":
        whole["text"] = str(data["interactive"]["body"]["text"])
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


def _location(place: Mapping[str, Any]) -> dict[str, str]:
    """All four members are texts, and none may be empty: what has no name is called by its address or coordinates."""
    spot = {name: str(place[name]) for name in ("latitude", "longitude")}
    name, address = str(place.get("name") or ""), str(place.get("address") or "")
    plain = ", ".join(spot.values())
    return {**spot, "name": name or address or plain, "address": address or name or plain}


def _interactive(message: Mapping[str, Any]) -> dict[str, Any]:
    kind, action = str(message["type"]), message.get("action", {})
    told: dict[str, Any] = {"type": kind}
    header = message.get("header")
    if header:
        name = str(header["type"])
        told["header"] = (
            {"type": "text", "text": str(header["text"])}
            if name == "text"
            else {"type": "media", "media": _link(name, header.get(name, {}))}
        )
    told["body"] = {"text": str(message.get("body", {}).get("text", ""))}
    footer = str(message.get("footer", {}).get("text", ""))
    if footer:
        told["footer"] = {"text": footer}
    if kind == "button":
        replies = [item["reply"] for item in action["buttons"]]
        told["action"] = {"buttons": [{"id": str(item["id"]), "title": str(item["title"])} for item in replies]}
    elif kind == "list":
        told["action"] = {"buttons": [{"title": str(action["button"])}], "sections": _sections(action["sections"])}
    elif kind == "cta_url":
        given = action["parameters"]
        told["action"] = {"buttons": [{"title": str(given["display_text"]), "cta_url": str(given["url"])}]}
    else:
        raise Unfit(f"a message of type {kind}")
    return told


def _sections(sections: Any) -> list[dict[str, Any]]:
    return [
        {
            **({"title": str(section["title"])} if section.get("title") else {}),
            "rows": [
                {name: str(row[name]) for name in ("id", "title", "description") if row.get(name)}
                for row in section["rows"]
            ],
        }
        for section in sections
    ]


def _template(template: Mapping[str, Any]) -> dict[str, Any]:
    told: dict[str, Any] = {"name": str(template["name"]), "language": str(template["language"]["code"])}
    components = [_component(component) for component in template.get("components", [])]
    return told | ({"components": components} if components else {})


def _component(component: Mapping[str, Any]) -> dict[str, Any]:
    kind = str(component["type"]).lower()
    parameters = [_parameter(item) for item in component.get("parameters", [])]
    if kind in ("header", "body"):
        return {"type": kind, "parameters": parameters}
    if kind != "button":
        raise Unfit(f"`{kind}`")
    sub_type = str(component["sub_type"]).lower()
    if sub_type not in _BUTTONS:
        raise Unfit(f"a button of type {sub_type}")
    return {"type": "button", "sub_type": sub_type, "index": str(component["index"]), "parameters": parameters}


def _parameter(item: Mapping[str, Any]) -> dict[str, Any]:
    kind = str(item["type"])
    if kind == "text":
        named = {"parameter_name": str(item["parameter_name"])} if item.get("parameter_name") else {}
        return {"type": "text", "text": str(item["text"]), **named}
    if kind == "payload":
        return {"type": "payload", "payload": str(item["payload"])}
    if kind in ("image", "video", "document", "gif"):
        return {"type": "media", "media": _link(kind, item[kind])}
    if kind == "location":
        return {"type": "location", "location": _location(item["location"])}
    if kind == "currency":
        money = item["currency"]
        told = {"fallback_value": str(money["fallback_value"]), "currency_code": str(money["code"])}
        return {"type": "currency", "currency": {**told, "amount_1000": int(money["amount_1000"])}}
    if kind == "date_time":
        return {"type": "date_time", "date_time": {"fallback_value": str(item["date_time"]["fallback_value"])}}
    raise Unfit(f"a parameter of type {kind}")
