"""Callbacks of a Viber bot. Users have an id that belongs to the bot, and no number unless they share it.

https://creators.viber.com/docs/bots-api/callbacks
"""

from __future__ import annotations

from typing import Any

from bascule.contacts.sync.events import Event, Kind, Who, digest, moment_of, phone_of, text_of

__all__ = ["looks_like", "read"]

_PROVIDER = "viber"
_STATUSES = {"delivered": "delivered", "seen": "read", "failed": "failed"}


def looks_like(body: Any) -> bool:
    """Whether a body is of this platform."""
    return isinstance(body, dict) and "event" in body and ("message_token" in body or "timestamp" in body)


def read(body: Any) -> list[Event]:
    """The event of a callback."""
    name = text_of(body, "event")
    at, native = moment_of(text_of(body, "timestamp")), text_of(body, "message_token") or digest(body)
    person = body.get("sender") if name == "message" else body.get("user") if isinstance(body, dict) else None
    user = text_of(person, "id") or text_of(body, "user_id")
    who: tuple[Who, ...] = (("viber", "", user),) if user else ()
    data = {
        "country": text_of(person, "country"),
        "language": text_of(person, "language"),
        "name": text_of(person, "name"),
    }
    if name in _STATUSES:
        status = {
            "error_code": "",
            "message_id": text_of(body, "message_token"),
            "status": _STATUSES[name],
        }
        return [Event(_PROVIDER, Kind.STATUS, f"{native}:{name}:{user}", at, "viber", who, status, body)]
    kind = {
        "message": Kind.MESSAGE, "subscribed": Kind.SUBSCRIBED, "unsubscribed": Kind.UNSUBSCRIBED,
    }.get(name, Kind.OTHER)  # fmt: skip
    if kind == Kind.MESSAGE:
        message = body.get("message")
        data |= {
            "phone": phone_of(text_of(message, "contact", "phone_number")),
            "text": text_of(message, "text"),
            "type": text_of(message, "type"),
        }
    kept = {key: value for key, value in data.items() if value}
    return [Event(_PROVIDER, kind, f"{native}:{name}", at, "viber", who, kept or {"event": name}, body)]
