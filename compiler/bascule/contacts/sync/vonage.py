"""Webhooks of Vonage: the Messages API, and the older SMS API.

https://developer.vonage.com/api/messages
"""

from __future__ import annotations

from typing import Any

from bascule.contacts.sync.events import Event, Kind, Who, digest, moment_of, phone_of, text_of

__all__ = ["looks_like", "read"]

_PROVIDER = "vonage"
_CHANNELS = {"whatsapp": "whatsapp", "sms": "sms", "viber_service": "viber"}
_STATUSES = {
    "submitted": "sent", "delivered": "delivered", "read": "read", "rejected": "failed", "undeliverable": "failed",
}  # fmt: skip
_OLD_STATUSES = {
    "delivered": "delivered", "accepted": "sent", "buffered": "sent", "failed": "failed", "rejected": "failed",
    "expired": "failed",
}  # fmt: skip


def looks_like(body: Any) -> bool:
    """Whether a body is of this provider."""
    return isinstance(body, dict) and ("message_uuid" in body or ("msisdn" in body and "messageId" in body))


def read(body: Any) -> list[Event]:
    """The event of a webhook; a list of them is read one by one."""
    if isinstance(body, list) and body:
        return [event for item in body for event in read(item)]
    if not looks_like(body):
        return [Event(_PROVIDER, Kind.OTHER, digest(body), "", "", (), {}, body)]
    if "message_uuid" not in body:
        return [_older(body)]
    if "status" in body:
        return [_status(body)]
    named = text_of(body, "channel")
    channel = _CHANNELS.get(named, named)
    kind = text_of(body, "message_type")
    reply = body.get(kind) if isinstance(body.get(kind), dict) else {}
    data = {
        "button": text_of(reply, "id") or text_of(reply, "payload"),
        "name": text_of(body, "profile", "name"),
        "text": text_of(body, "text") or text_of(reply, "title") or text_of(reply, "text") or text_of(reply, "caption"),
        "type": kind,
    }
    kept = {name: value for name, value in data.items() if value}
    at, native = moment_of(body.get("timestamp")), text_of(body, "message_uuid")
    event = Kind.MESSAGE if channel in _CHANNELS.values() else Kind.OTHER
    return [Event(_PROVIDER, event, native, at, channel, _who(channel, text_of(body, "from")), kept, body)]


def _who(channel: str, address: str) -> tuple[Who, ...]:
    phone = phone_of(address)
    if channel == "whatsapp":
        return (("wa_id", "", phone[1:]),) if phone else (("bsuid", "", address),) if "." in address else ()
    return (("phone", "", phone),) if phone else ()


def _status(body: dict[str, Any]) -> Event:
    named = text_of(body, "channel")
    channel = _CHANNELS.get(named, named)
    status = _STATUSES.get(text_of(body, "status"), "")
    native = text_of(body, "message_uuid")
    data = {
        "category": text_of(body, "whatsapp", "pricing", "category"),
        "error_code": text_of(body, "error", "title"),
        "message_id": native,
        "status": status,
    }
    kind = Kind.STATUS if status and channel in _CHANNELS.values() else Kind.OTHER
    at, who = moment_of(body.get("timestamp")), _who(channel, text_of(body, "to"))
    return Event(_PROVIDER, kind, f"{native}:{text_of(body, 'status')}", at, channel, who, data, body)


def _older(body: dict[str, Any]) -> Event:
    """The SMS API: ``msisdn`` is the person in both directions."""
    phone = phone_of(body.get("msisdn"))
    who: tuple[Who, ...] = (("phone", "", phone),) if phone else ()
    at = moment_of(body.get("message-timestamp"))
    native = text_of(body, "messageId")
    status = text_of(body, "status")
    if not status:
        data = {"text": text_of(body, "text"), "type": text_of(body, "type") or "text"}
        return Event(_PROVIDER, Kind.MESSAGE, native, at, "sms", who, data, body)
    code = text_of(body, "err-code")
    read_as = _OLD_STATUSES.get(status, "")
    data = {"error_code": "" if code in ("", "0") else code, "message_id": native, "status": read_as}
    kind = Kind.STATUS if read_as else Kind.OTHER
    return Event(_PROVIDER, kind, f"{native}:{status}", at, "sms", who, data, body)
