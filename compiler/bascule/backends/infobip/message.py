"""Free-form messages: one endpoint of Infobip's WhatsApp API for each kind.

https://www.infobip.com/docs/api/channels/whatsapp/whatsapp-outbound-messages
"""

from __future__ import annotations

from typing import Any

from bascule.backends.cloud.parts import Unfit
from bascule.backends.infobip.parts import Tasks

__all__ = ["content_of"]

_CAPTIONED = ("image", "video", "document")
_PHONES = {"CELL", "MAIN", "IPHONE", "HOME", "WORK"}
_PLACES = {"HOME", "WORK"}
_NAMES = {
    "first_name": "firstName",
    "last_name": "lastName",
    "middle_name": "middleName",
    "suffix": "nameSuffix",
    "prefix": "namePrefix",
    "formatted_name": "formattedName",
}


def content_of(body: dict[str, Any], tasks: Tasks) -> tuple[str, dict[str, Any]]:
    """Path below ``/whatsapp/1/message/`` and ``content`` of a message as Meta has it. Raises :class:`Unfit`."""
    kind = body["type"]
    if kind == "text":
        return "text", _text(body["text"])
    if kind in ("image", "video", "document", "audio", "sticker"):
        return kind, _media(kind, body[kind])
    if kind == "location":
        return "location", _location(body["location"], tasks)
    if kind == "contacts":
        return "contact", {"contacts": [_contact(card, tasks) for card in body["contacts"]]}
    if kind == "interactive":
        return _interactive(body["interactive"])
    raise Unfit(f"a message of type {kind}")


def _text(text: dict[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = {"text": text["body"]}
    if text.get("preview_url") and ("https://" in text["body"] or "http://" in text["body"]):
        made["previewUrl"] = True
    return made


def _link(kind: str, media: dict[str, Any]) -> str:
    link = str(media.get("link") or "")
    if not link:
        raise Unfit(f"{kind} by the id of an upload")
    return link


def _media(kind: str, media: dict[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = {"mediaUrl": _link(kind, media)}
    if kind in _CAPTIONED and media.get("caption"):
        made["caption"] = media["caption"]
    if kind == "document" and media.get("filename"):
        made["filename"] = media["filename"]
    if kind == "audio" and media.get("voice"):
        made["voice"] = True
    return made


def _location(place: dict[str, Any], tasks: Tasks) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for name in ("latitude", "longitude"):
        value = place[name]
        if isinstance(value, str):
            try:
                value = float(value)
            except ValueError:
                tasks.todo.append(f"`content.{name}` is a JSON number: put it in place of the marker and its quotes")
        made[name] = value
    return made | {name: place[name] for name in ("name", "address") if place.get(name)}


def _contact(card: dict[str, Any], tasks: Tasks) -> dict[str, Any]:
    names = card.get("name", {})
    made_name = {ours: names[theirs] for theirs, ours in _NAMES.items() if names.get(theirs)}
    made_name.setdefault("firstName", made_name.get("formattedName", ""))
    made: dict[str, Any] = {"name": made_name}
    for member, known in (("addresses", _PLACES), ("emails", _PLACES), ("phones", _PHONES), ("urls", _PLACES)):
        if card.get(member):
            made[member] = [_entry(entry, known, tasks) for entry in card[member]]
    if card.get("org"):
        made["org"] = card["org"]
    if card.get("birthday"):
        made["birthday"] = card["birthday"]
    return made


def _entry(entry: dict[str, Any], known: set[str], tasks: Tasks) -> dict[str, Any]:
    renamed = {"country_code": "countryCode", "wa_id": "waId"}
    made = {renamed.get(name, name): value for name, value in entry.items() if value and name != "type"}
    kind = str(entry.get("type") or "").upper()
    if kind in known:
        made["type"] = kind
    elif kind:
        reason = f"Infobip has no type {kind} for it: its value goes without one"
        tasks.losses.append(("type in a contact card", reason, f"one of {', '.join(sorted(known))}"))
    return made


def _interactive(message: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    kind, action = message["type"], message.get("action", {})
    body = {"text": message.get("body", {}).get("text", "")}
    if kind == "location_request_message":
        return "interactive/location-request", {"body": body}
    if kind == "button":
        path = "interactive/buttons"
        replies = [item["reply"] for item in action["buttons"]]
        told: dict[str, Any] = {
            "buttons": [{"type": "REPLY", "id": reply["id"], "title": reply["title"]} for reply in replies]
        }
    elif kind == "list":
        path = "interactive/list"
        told = {"title": action["button"], "sections": [_section(section) for section in action["sections"]]}
    elif kind == "cta_url":
        path = "interactive/url-button"
        told = {"displayText": action["parameters"]["display_text"], "url": action["parameters"]["url"]}
    else:
        raise Unfit(f"an interactive message of type {kind}")
    made: dict[str, Any] = {"body": body, "action": told}
    if message.get("header"):
        made["header"] = _header(message["header"])
    if message.get("footer"):
        made["footer"] = {"text": message["footer"]["text"]}
    return path, made


def _section(section: dict[str, Any]) -> dict[str, Any]:
    rows = [{name: row[name] for name in ("id", "title", "description") if row.get(name)} for row in section["rows"]]
    return {**({"title": section["title"]} if section.get("title") else {}), "rows": rows}


def _header(header: dict[str, Any]) -> dict[str, Any]:
    kind = header["type"]
    if kind == "text":
        return {"type": "TEXT", "text": header["text"]}
    media = header[kind]
    made = {"type": kind.upper(), "mediaUrl": _link(kind, media)}
    if kind == "document" and media.get("filename"):
        made["filename"] = media["filename"]
    return made
