"""Webhooks of Bird's Channels API: ``<channel>.inbound``, ``<channel>.outbound`` and ``<channel>.interaction``.

https://docs.bird.com/api/channels-api/message-status-and-interactions and
https://docs.bird.com/api/channels-api/supported-channels/programmable-whatsapp/receiving-messages
"""

from __future__ import annotations

from typing import Any

from bascule.contacts.sync.events import Event, Kind, Who, digest, moment_of, phone_of, text_of

__all__ = ["looks_like", "read"]

_PROVIDER = "bird"
_CHANNELS = ("whatsapp", "sms", "viber")
_STATUSES = {
    "sent": "sent", "delivered": "delivered", "sending_failed": "failed", "delivery_failed": "failed",
    "rejected": "failed",
}  # fmt: skip
"""What says something of the person's phone: `accepted` and `processing` speak of Bird's own queue."""
_SEEN = ("opened", "read")


def looks_like(body: Any) -> bool:
    """Whether a body is of this provider."""
    return isinstance(body, dict) and body.get("service") == "channels" and isinstance(body.get("payload"), dict)


def read(body: Any) -> list[Event]:
    """The event of a webhook; a list of them is read one by one."""
    if isinstance(body, list) and body:
        return [event for item in body for event in read(item)]
    if not looks_like(body):
        return [Event(_PROVIDER, Kind.OTHER, digest(body), "", "", (), {}, body)]
    channel, _, what = text_of(body, "event").partition(".")
    payload = body["payload"]
    if channel in _CHANNELS and text_of(payload, "id"):
        if what == "inbound" and text_of(payload, "direction") in ("", "incoming"):
            return [_message(body, payload, channel)]
        if what == "outbound":
            return [_status(body, payload, channel)]
    if channel in _CHANNELS and what == "interaction" and text_of(payload, "messageId"):
        return [_interaction(body, payload, channel)]
    return [Event(_PROVIDER, Kind.OTHER, digest(body), "", channel, (), {}, body)]


def _message(body: Any, payload: dict[str, Any], channel: str) -> Event:
    kind = text_of(payload, "body", "type")
    actions = (_of(_of(payload, "body"), kind)).get("actions")
    action = actions[0] if isinstance(actions, list) and actions and isinstance(actions[0], dict) else {}
    data = {
        "button": text_of(action, "postback", "payload"),
        "name": text_of(payload, "sender", "contact", "annotations", "name"),
        "text": text_of(payload, "body", kind, "text") or text_of(action, "postback", "text"),
        "type": "button" if action else kind,
    }
    kept = {name: value for name, value in data.items() if value}
    # The platform's own time is nearer than that of the queue.
    at = moment_of(text_of(payload, "meta", "extraInformation", "timestamp")) or moment_of(payload.get("createdAt"))
    who = _who(_of(_of(payload, "sender"), "contact"), payload)
    return Event(_PROVIDER, Kind.MESSAGE, text_of(payload, "id"), at, channel, who, kept, body)


def _status(body: Any, payload: dict[str, Any], channel: str) -> Event:
    native, said = text_of(payload, "id"), text_of(payload, "status")
    status = _STATUSES.get(said, "")
    contacts = _of(payload, "receiver").get("contacts")
    # One message to several people has one status: it says nothing of any of them.
    alone = contacts[0] if isinstance(contacts, list) and len(contacts) == 1 and isinstance(contacts[0], dict) else {}
    alone = alone or _of(_of(payload, "receiver"), "contact")
    data = {
        "error_code": text_of(payload, "failure", "code") or text_of(payload, "reason") if status == "failed" else "",
        "message_id": native,
        "status": status,
    }
    at = moment_of(payload.get("lastStatusAt")) or moment_of(payload.get("updatedAt"))
    kind = Kind.STATUS if status else Kind.OTHER
    return Event(_PROVIDER, kind, f"{native}:{said}", at, channel, _who(alone, payload), data, body)


def _interaction(body: Any, payload: dict[str, Any], channel: str) -> Event:
    """That a message was read. Who read it stands in the message's own events."""
    native, said = text_of(payload, "messageId"), text_of(payload, "type")
    at = moment_of(payload.get("createdAt"))
    if said not in _SEEN:
        return Event(_PROVIDER, Kind.OTHER, digest(body), at, channel, (), {}, body)
    data = {"error_code": "", "message_id": native, "status": "read"}
    return Event(_PROVIDER, Kind.STATUS, f"{native}:read", at, channel, (), data, body)


def _who(contact: dict[str, Any], payload: dict[str, Any]) -> tuple[Who, ...]:
    """A number, a business-scoped id, or both; never a WhatsApp id, which is not told."""
    found: list[Who] = []
    value, key = text_of(contact, "identifierValue"), text_of(contact, "identifierKey")
    bsuid = text_of(payload, "meta", "extraInformation", "whatsappbsuid") or (value if key == "whatsappbsuid" else "")
    if bsuid:
        found.append(("bsuid", "", bsuid))
    phone = phone_of(value) if key in ("", "phonenumber") else ""
    if phone:
        found.append(("phone", "", phone))
    return tuple(found)


def _of(value: Any, name: str) -> dict[str, Any]:
    found = value.get(name) if isinstance(value, dict) else None
    return found if isinstance(found, dict) else {}
