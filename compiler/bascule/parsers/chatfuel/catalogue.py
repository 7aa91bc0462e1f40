"""The catalogue of Chatfuel: elements of flows, operators of segments, buttons of JSON API answers, as data.

Facts from the vendor's published schema (https://github.com/chatfuel-lab/wizard) and from the documentation of the
JSON API (https://docs.chatfuel.com/en/articles/735122-json-api).
"""

from __future__ import annotations

from bascule.ir.content import MediaKind
from bascule.ir.project import EntryKind

__all__ = [
    "ATTACHMENTS",
    "BUTTON_LISTS",
    "DEFAULT_METHOD",
    "ELEMENTS",
    "ENTRY_POINTS",
    "INACTIVE",
    "MATCHES",
    "MEDIA",
    "OPERATORS",
    "PLATFORMS",
    "SUFFIX",
    "UNITS",
    "element_kind",
]

SUFFIX = "BlockElement"

PLATFORMS = ("WhatsApp", "Widget", "Instagram", "Facebook", "TikTok")
"""What names of elements begin with where an element is one platform's."""

MEDIA = {
    "Image": ("image", MediaKind.IMAGE),
    "Video": ("video", MediaKind.VIDEO),
    "Audio": ("audio", MediaKind.AUDIO),
    "Document": ("document", MediaKind.DOCUMENT),
}
"""Media elements without their platform: the member that holds the file, and its kind."""

ENTRY_POINTS = {
    "DefaultReply": EntryKind.ANY_MESSAGE,
    "WidgetEntryPoint": EntryKind.CHAT_OPENED,
    "TriggeredMessage": EntryKind.CONTACT_EVENT,
    "OneTimeNotification": EntryKind.BROADCAST,
    "ScheduledMessage": EntryKind.SCHEDULE,
}
"""Elements that start a flow, without their platform."""

BUTTON_LISTS = {"buttons": "button", "rows": "row"}
"""Members of elements whose items lead on by themselves."""

ELEMENTS = frozenset(
    {
        *("Text", "TextAndButtons", "TextAndButton", "TextAndURL", "List", "Template", "SetCondition"),
        *("SetContactProperty", "ClearContactProperty", "SendJson", "SummarizeChat", "SwitchToChatWithHumanAgent"),
        *("RedirectToFlow", "FuelyAIAgent", "AiAgent", "AiAgentCustom", *MEDIA, *ENTRY_POINTS),
    }
)
"""All elements, without platform and suffix."""

OPERATORS = {"IS": "eq", "IS_NOT": "eq", "STARTS_WITH": "starts_with", "CONTAINS": "contains", "LT": "lt", "GT": "gt"}
"""Operators of segments to tests; ``IS_NOT`` is spelled with ``not``, ``IS_EMPTY`` with ``is_blank``."""

MATCHES = {"similarTo": "word", "contains": "contains", "matches": "exact"}
"""How keywords are compared."""

UNITS = {"Immediately": 0, "Seconds": 1, "Minutes": 60, "Hours": 3600, "Days": 86400}
"""Units of the delay of a trigger, in seconds."""

INACTIVE = ("Draft", "Paused", "Finished")
"""States of a broadcast that is not being sent."""

DEFAULT_METHOD = "POST"

ATTACHMENTS = {
    "image": MediaKind.IMAGE,
    "video": MediaKind.VIDEO,
    "audio": MediaKind.AUDIO,
    "file": MediaKind.DOCUMENT,
}
"""Attachments of JSON API answers."""


def element_kind(typename: str) -> str:
    """The kind of an element, without platform and suffix (``WhatsAppTextBlockElement``: ``Text``); ``""`` if none."""
    name = typename.removesuffix(SUFFIX)
    if name in ELEMENTS:
        return name
    for platform in PLATFORMS:
        if name.startswith(platform) and name[len(platform) :] in ELEMENTS:
            return name[len(platform) :]
    return ""
