"""Words of the export in one spelling: language tags, platforms, message types, entity names."""

from __future__ import annotations

import re
from typing import Any

__all__ = [
    "DEFAULT",
    "GOOGLE",
    "VIBER",
    "entity_name",
    "is_google_event",
    "is_welcome",
    "locale_tag",
    "message_type",
    "platform_name",
]

DEFAULT, VIBER, GOOGLE = "", "viber", "google"
"""Platforms that are treated apart; the default one has no name in exports."""

_TAG = re.compile(r"([A-Za-z]{2,3})(?:[-_]([A-Za-z0-9]{2,8}))?(?:[-_]([A-Za-z0-9]{2,8}))?")
_MOST = 40
_PLATFORMS = {"platform_unspecified": DEFAULT, "actions_on_google": GOOGLE, "google_assistant": GOOGLE}
_BY_MEMBER = {
    "speech": "text",
    "text": "text",
    "quickReplies": "quick_replies",
    "replies": "quick_replies",
    "card": "card",
    "buttons": "card",
    "subtitle": "card",
    "image": "image",
    "imageUrl": "image",
    "payload": "payload",
    "simpleResponses": "simple_response",
    "suggestions": "suggestion_chips",
    "basicCard": "basic_card",
    "linkOutSuggestion": "link_out_chip",
    "listSelect": "list_card",
    "carouselSelect": "carousel_card",
}
"""Kinds by the member that tells them, where a message has no type (the spelling of the REST API)."""

_KINDS = {
    "0": "text",
    "1": "card",
    "2": "quick_replies",
    "3": "image",
    "4": "payload",
    "14": "telephony",
    "text": "text",
    "quickreplies": "quick_replies",
    "custom_payload": "payload",
}
_GOOGLE_EVENT = re.compile(r"(?i)actions[._]intent[._]")


def locale_tag(value: Any) -> str:
    """A language tag with BCP 47's usual case (``pt-br`` gives ``pt-BR``); ``""`` for what is none."""
    if not isinstance(value, str):
        return ""
    match = _TAG.fullmatch(value.strip())
    if match is None:
        return ""
    parts = [match.group(1).lower()]
    for part in match.groups()[1:]:
        if part is not None:
            parts.append(part.upper() if len(part) == 2 else part.title() if len(part) == 4 else part.lower())
    return "-".join(parts)


def platform_name(value: Any) -> str:
    """A platform in lower case; ``""`` is the default one, whichever way it is written."""
    if not isinstance(value, str):
        return DEFAULT
    plain = value.strip().lower()[:_MOST]
    return _PLATFORMS.get(plain, plain)


def message_type(message: dict[str, Any]) -> str:
    """The kind of a message: by its ``type`` (a number or a text), else by the member that tells it, else ``""``."""
    kind = message.get("type")
    if isinstance(kind, (int, str)) and not isinstance(kind, bool):
        plain = str(kind)[:_MOST].strip().lower()
        return _KINDS.get(plain, plain)
    return next((name for member, name in _BY_MEMBER.items() if member in message), "")


def entity_name(value: Any) -> str:
    """The name of an entity without its at sign; anything is taken where none is named."""
    plain = value.strip().lstrip("@") if isinstance(value, str) else ""
    return plain or "sys.any"


def is_welcome(event: str) -> bool:
    """Whether a channel sends the event when somebody opens the chat."""
    plain = event.strip().upper()
    return plain == "WELCOME" or plain.endswith("_WELCOME")


def is_google_event(event: str) -> bool:
    """Whether only Google Assistant sends the event."""
    return _GOOGLE_EVENT.match(event.strip()) is not None
