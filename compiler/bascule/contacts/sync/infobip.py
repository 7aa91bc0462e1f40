"""Webhooks of Infobip: WhatsApp, SMS, Viber and its Messages API.

https://www.infobip.com/docs/api/channels/whatsapp/whatsapp-inbound-messages
"""

from __future__ import annotations

from typing import Any

from bascule.contacts.sync.events import Event, Kind, Who, digest, moment_of, phone_of, text_of

__all__ = ["looks_like", "read"]

_PROVIDER = "infobip"
_CHANNELS = {
    "WHATSAPP": "whatsapp", "SMS": "sms", "VIBER": "viber", "VIBER_BM": "viber", "VIBER_BOT": "viber",
}  # fmt: skip
_GROUPS = {
    "PENDING": "sent", "DELIVERED": "delivered", "UNDELIVERABLE": "failed", "EXPIRED": "failed", "REJECTED": "failed",
}  # fmt: skip
_BOT = {
    "SUBSCRIBED": Kind.SUBSCRIBED, "UNSUBSCRIBED": Kind.UNSUBSCRIBED, "MESSAGE": Kind.MESSAGE,
}  # fmt: skip


def looks_like(body: Any) -> bool:
    """Whether a body is of this provider."""
    if not isinstance(body, dict):
        return False
    if isinstance(body.get("results"), list):
        return True
    return "createdAt" in body and isinstance(body.get("content"), dict)


def read(body: Any) -> list[Event]:
    """All events of a webhook."""
    results = body.get("results") if isinstance(body, dict) else None
    if isinstance(results, list):
        return [_result(item) if isinstance(item, dict) else _other(item) for item in results] or [_other(body)]
    if looks_like(body) and "notificationMessagesStatus" in body["content"]:
        return [_preference(body)]
    return [_other(body)]


def _other(raw: Any) -> Event:
    at = moment_of(text_of(raw, "receivedAt") or text_of(raw, "createdAt") or text_of(raw, "timestamp"))
    return Event(_PROVIDER, Kind.OTHER, digest(raw), at, "", (), {}, raw)


def _channel(item: dict[str, Any], fallback: str = "sms") -> str:
    named = text_of(item, "channel") or text_of(item, "integrationType")
    return _CHANNELS.get(named.upper(), named.lower() or fallback)


def _who(channel: str, address: str, contact: Any = None) -> tuple[Who, ...]:
    found: list[Who] = []
    user, parent = text_of(contact, "userId"), text_of(contact, "parentUserId")
    if channel == "whatsapp" and user:
        found.append(("bsuid", "", user))
    phone = phone_of(address) or phone_of(text_of(contact, "phoneNumber"))
    if phone and channel == "whatsapp":
        found.append(("wa_id", "", phone[1:]))
    elif phone:
        found.append(("phone", "", phone))
    elif channel == "viber" and address:
        found.append(("viber", "", address))
    elif "." in address and not found:
        found.append(("bsuid", "", address))
    if channel == "whatsapp" and parent:
        found.append(("parent_bsuid", "", parent))
    return tuple(found)


def _result(item: dict[str, Any]) -> Event:
    event = text_of(item, "event")
    if event in ("BLOCK", "UNBLOCK"):
        return _block(item, event)
    if "seenAt" in item:
        return _report(item, "read", "seenAt")
    if isinstance(item.get("status"), dict) and ("doneAt" in item or "sentAt" in item):
        return _report(item, _GROUPS.get(text_of(item, "status", "groupName"), ""), "doneAt")
    if "receivedAt" in item and event in ("", "MO"):
        return _inbound(item)
    return _other(item)


def _report(item: dict[str, Any], status: str, moment: str) -> Event:
    contact = item.get("contact")
    fallback = "whatsapp" if isinstance(contact, dict) else ""
    channel = _channel(item, fallback)
    to = text_of(item, "to") or text_of(item, "destination")
    code = text_of(item, "error", "id")
    data = {
        "error_code": code if code not in ("", "0") else "",
        "message_id": text_of(item, "messageId"),
        "status": status,
    }
    at = moment_of(item.get(moment)) or moment_of(item.get("sentAt"))
    native = f"{text_of(item, 'messageId')}:{status}"
    kind = Kind.STATUS if status else Kind.OTHER
    return Event(_PROVIDER, kind, native, at, channel, _who(channel, to, contact), data, item)


def _inbound(item: dict[str, Any]) -> Event:
    channel = _channel(item)
    message = item.get("message")
    address = text_of(item, "from") or text_of(item, "sender")
    at = moment_of(item.get("receivedAt"))
    native = text_of(item, "messageId") or digest(item)
    kind = text_of(message, "type")
    if kind in ("SUBSCRIBED", "UNSUBSCRIBED", "MESSAGE", "CONVERSATION_STARTED", "DELIVERED"):
        return _bot(item, message, kind, at, native)
    content = item.get("content")
    parts = content if isinstance(content, list) else [message]
    text = next((found for found in (_words(part) for part in parts) if found), "") or text_of(item, "text")
    button = next((found for found in (_button(part) for part in parts) if found), "")
    contact = item.get("contact")
    data = {
        "button": button,
        "name": text_of(contact, "name"),
        "text": text,
        "type": (kind or text_of(parts[0] if parts else None, "type") or "text").lower(),
    }
    kept = {name: value for name, value in data.items() if value}
    return Event(_PROVIDER, Kind.MESSAGE, native, at, channel, _who(channel, address, contact), kept, item)


def _words(part: Any) -> str:
    return text_of(part, "text") or text_of(part, "title") or text_of(part, "caption")


def _button(part: Any) -> str:
    return text_of(part, "payload") or text_of(part, "id") or text_of(part, "postbackData")


def _bot(item: dict[str, Any], message: Any, kind: str, at: str, native: str) -> Event:
    """A Viber bot: users have an id, and no number unless they share it."""
    user = text_of(message, "sender", "id") or text_of(message, "user", "id") or text_of(message, "userId")
    user = user or text_of(item, "sender")
    at = moment_of(text_of(message, "timestamp")) or at
    nested = message.get("message") if isinstance(message, dict) else None
    data = {
        "name": text_of(message, "sender", "name") or text_of(message, "user", "name"),
        "phone": phone_of(text_of(nested, "contact", "phoneNumber")),
        "text": text_of(nested, "text"),
        "type": text_of(nested, "type").lower(),
    }
    kept = {name: value for name, value in data.items() if value}
    who: tuple[Who, ...] = (("viber", "", user),) if user else ()
    return Event(_PROVIDER, _BOT.get(kind, Kind.OTHER), native, at, "viber", who, kept, item)


def _preference(body: dict[str, Any]) -> Event:
    content = body["content"]
    value = text_of(content, "notificationMessagesStatus").lower()
    data = {
        "action": {"stop": "opt_out", "resume": "opt_in"}.get(value, ""),
        "purpose": "marketing",
        "source": "platform_list",
        "value": value,
        "wording": text_of(content, "description"),
    }
    who = _who("whatsapp", text_of(content, "from"), content)
    return Event(
        _PROVIDER, Kind.PREFERENCE, digest(body), moment_of(body.get("createdAt")), "whatsapp", who, data, body
    )


def _block(item: dict[str, Any], event: str) -> Event:
    """The provider's own do-not-contact list; who is on it is the destination."""
    content = item.get("content")
    source = text_of(content, "sourceType")
    address = text_of(content, "destination")
    channel = _channel(content, "sms") if isinstance(content, dict) else "sms"
    data = {
        "action": "opt_out" if event == "BLOCK" else "opt_in",
        "purpose": "*",
        "source": "platform_list",
        "value": event.lower(),
        "wording": source,
    }
    known = channel in ("sms", "whatsapp", "viber")
    who = _who(channel, address) if known else ()
    kind = Kind.PREFERENCE if known else Kind.OTHER
    native = f"{text_of(item, 'messageId')}:{event}" if text_of(item, "messageId") else digest(item)
    return Event(_PROVIDER, kind, native, moment_of(item.get("receivedAt")), channel, who, data, item)
