"""Webhooks of Twilio: forms, for WhatsApp and SMS.

https://www.twilio.com/docs/messaging/guides/webhook-request
"""

from __future__ import annotations

from typing import Any

from bascule.contacts.sync.events import Event, Kind, Who, digest, phone_of, text_of

__all__ = ["looks_like", "read"]

_PROVIDER = "twilio"
_OPT_OUT = {"STOP": "opt_out", "START": "opt_in", "HELP": "help"}
_STATUSES = {"undelivered": "failed"}


def looks_like(body: Any) -> bool:
    """Whether a form is of this provider."""
    return isinstance(body, dict) and any(name in body for name in ("MessageSid", "SmsSid", "SmsMessageSid"))


def read(body: Any) -> list[Event]:
    """The event of a form. Twilio does not say when it happened."""
    if not looks_like(body):
        return [Event(_PROVIDER, Kind.OTHER, digest(body), "", "", (), {}, body)]
    native = text_of(body, "MessageSid") or text_of(body, "SmsSid") or text_of(body, "SmsMessageSid")
    status = (text_of(body, "MessageStatus") or text_of(body, "SmsStatus")).lower()
    if status and status not in ("received", "receiving"):
        return [_status(body, native, status)]
    channel, who = _party(text_of(body, "From"), text_of(body, "WaId"))
    data = {
        "button": text_of(body, "ButtonPayload") or text_of(body, "ListId"),
        "name": text_of(body, "ProfileName"),
        "text": text_of(body, "Body") or text_of(body, "ButtonText") or text_of(body, "ListTitle"),
        "type": text_of(body, "MessageType") or "text",
    }
    keyword = _OPT_OUT.get(text_of(body, "OptOutType").upper(), "")
    if keyword:
        data["opt"] = keyword
    kept = {name: value for name, value in data.items() if value}
    return [Event(_PROVIDER, Kind.MESSAGE, native, "", channel, who, kept, body)]


def _status(body: dict[str, Any], native: str, status: str) -> Event:
    channel, who = _party(text_of(body, "To"), "")
    data = {
        "error_code": text_of(body, "ErrorCode"),
        "message_id": native,
        "status": _STATUSES.get(status, status),
    }
    return Event(_PROVIDER, Kind.STATUS, f"{native}:{status}", "", channel, who, data, body)


def _party(address: str, wa_id: str) -> tuple[str, tuple[Who, ...]]:
    """Channel and identifiers of ``whatsapp:+33…``, ``whatsapp:FR.123…`` or a number."""
    found: list[Who] = []
    if address.startswith("whatsapp:"):
        rest = address.removeprefix("whatsapp:")
        phone = phone_of(rest)
        if not phone and "." in rest:
            found.append(("bsuid", "", rest))
        digits = wa_id if wa_id.isdecimal() else ""
        if digits:
            found.append(("wa_id", "", digits))
        if phone:
            found.append(("phone", "", phone))
        return "whatsapp", tuple(found)
    phone = phone_of(address)
    return "sms", (("phone", "", phone),) if phone else ()
