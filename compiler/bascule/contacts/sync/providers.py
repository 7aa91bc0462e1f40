"""Whose webhook a body is, and its events."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bascule.contacts.sync import bird, infobip, meta, twilio, viber, vonage
from bascule.contacts.sync.events import Event, Kind, clean, digest

__all__ = ["PROVIDERS", "provider_of", "read_events"]

_READERS: dict[str, Callable[[Any], list[Event]]] = {
    "bird": bird.read,
    "infobip": infobip.read,
    "meta": meta.read,
    "twilio": twilio.read,
    "viber": viber.read,
    "vonage": vonage.read,
}
PROVIDERS = tuple(_READERS)
"""360dialog passes the platform's own webhooks on: they are read as ``meta``."""

_SIGNS = (
    ("meta", meta.looks_like),
    ("twilio", twilio.looks_like),
    ("vonage", vonage.looks_like),
    ("bird", bird.looks_like),
    ("infobip", infobip.looks_like),
    ("viber", viber.looks_like),
)


def provider_of(body: Any) -> str:
    """The provider by the form of the body; empty for none that is known."""
    return next((name for name, sign in _SIGNS if sign(body)), "")


def read_events(provider: str, body: Any) -> list[Event]:
    """The events of a body. What is not understood is an event of kind ``other`` that holds all of it. Raises
    RecursionError for a body that is nested too deeply to be kept as one."""
    body = clean(body)
    reader = _READERS.get(provider)
    if reader is None or not isinstance(body, (dict, list)):
        return [Event(provider or "unknown", Kind.OTHER, digest(body), "", "", (), {}, body)]
    try:
        return reader(body)
    except (TypeError, ValueError, KeyError, AttributeError):
        return [Event(provider, Kind.OTHER, digest(body), "", "", (), {"unreadable": "form"}, body)]
