"""The vocabulary of RapidPro and of its Glific dialect, as data.

Facts from the engine's documentation (https://docs.nyaruka.com/goflow/flows.html).
"""

from __future__ import annotations

import difflib
from functools import lru_cache

from bascule.ir.content import MediaKind
from bascule.ir.expr import TESTS
from bascule.ir.project import EntryKind

__all__ = [
    "ARGUMENTS",
    "CHANGES",
    "FIELD_TYPES",
    "FLOW_TYPES",
    "HINT_REPLIES",
    "KNOWN_TESTS",
    "LIMITS",
    "MEDIA_KINDS",
    "PAUSE_SECONDS",
    "TEST_REPLIES",
    "TRIGGERS",
    "UNITS",
    "close_to",
]

PAUSE_SECONDS = 2.0
"""A wait that gives up after so few seconds is a pause between two messages: nobody answers that fast."""

LIMITS: dict[str, int] = {"nodes": 1000, "actions": 100, "exits": 100, "cases": 100, "categories": 100, "arguments": 10}
"""Most parts the engine accepts: nodes of a flow, parts of a node, arguments of a case."""

FLOW_TYPES = ("messaging", "messaging_background", "messaging_offline", "voice", "message")
"""Types of flows; ``message`` is what early editors wrote for ``messaging``."""

TRIGGERS: dict[str, tuple[EntryKind, str]] = {
    "K": (EntryKind.KEYWORD, "keyword"),
    "C": (EntryKind.ANY_MESSAGE, "catch-all"),
    "N": (EntryKind.CHAT_OPENED, "new conversation"),
    "M": (EntryKind.CALL, "missed call"),
    "V": (EntryKind.CALL, "incoming call"),
    "S": (EntryKind.SCHEDULE, "schedule"),
    "R": (EntryKind.AD_REFERRAL, "referral"),
    "T": (EntryKind.CONTACT_EVENT, "closed ticket"),
    "I": (EntryKind.CONTACT_EVENT, "opt-in"),
    "O": (EntryKind.CONTACT_EVENT, "opt-out"),
    "F": (EntryKind.CONTACT_EVENT, "new follower"),
    "U": (EntryKind.KEYWORD, "USSD code"),
}
"""Type of a trigger to the kind of entry and its name in words."""

UNITS: dict[str, tuple[int, str]] = {
    "M": (60, "minute"),
    "H": (3600, "hour"),
    "D": (86_400, "day"),
    "W": (604_800, "week"),
}
"""Units of campaign offsets: seconds and word."""

FIELD_TYPES = {
    "text": "text",
    "number": "number",
    "numeric": "number",
    "datetime": "datetime",
    "state": "text",
    "district": "text",
    "ward": "text",
}
"""Types of contact fields to types of variables; places are names."""

MEDIA_KINDS: dict[str, MediaKind] = {
    "image": MediaKind.IMAGE,
    "video": MediaKind.VIDEO,
    "audio": MediaKind.AUDIO,
    "document": MediaKind.DOCUMENT,
    "application": MediaKind.DOCUMENT,
    "text": MediaKind.DOCUMENT,
    "file": MediaKind.FILE,
    "sticker": MediaKind.STICKER,
}
"""What stands before the colon (or the slash) of an attachment."""

HINT_REPLIES = {"digits": "digits", "audio": "audio", "image": "image", "video": "video", "location": "location"}
"""Hints of a wait to kinds of reply."""

_GLIFIC_TESTS = {
    "has_location": "location",
    "has_media": "any",
    "has_audio": "audio",
    "has_video": "video",
    "has_image": "image",
    "has_file": "file",
}
"""Tests of the Glific dialect, which look at what kind of message came, with the kind of reply they wait for."""

TEST_REPLIES = {
    "has_number": "number",
    "has_number_eq": "number",
    "has_number_lt": "number",
    "has_number_lte": "number",
    "has_number_gt": "number",
    "has_number_gte": "number",
    "has_number_between": "number",
    "has_date": "date",
    "has_date_eq": "date",
    "has_date_lt": "date",
    "has_date_gt": "date",
    "has_time": "time",
    "has_email": "email",
    "has_phone": "phone",
    **_GLIFIC_TESTS,
}
"""Tests that tell what kind of answer a question wants."""

KNOWN_TESTS = frozenset([*(name for name in TESTS if name.startswith("has_")), *_GLIFIC_TESTS])

ARGUMENTS: dict[str, tuple[int, int]] = {
    "has_text": (0, 0),
    "has_value": (0, 0),
    "has_error": (0, 0),
    "has_number": (0, 0),
    "has_date": (0, 0),
    "has_time": (0, 0),
    "has_email": (0, 0),
    "has_state": (0, 0),
    "has_number_between": (2, 2),
    "has_group": (1, 2),
    "has_phone": (0, 1),
    "has_district": (0, 1),
    "has_ward": (0, 2),
    "has_category": (1, 10),
    "has_intent": (2, 2),
    "has_top_intent": (2, 2),
    **dict.fromkeys(
        (
            *("has_any_word", "has_all_words", "has_phrase", "has_only_phrase", "has_only_text", "has_beginning"),
            *("has_pattern", "has_number_eq", "has_number_lt", "has_number_lte", "has_number_gt", "has_number_gte"),
            *("has_date_eq", "has_date_lt", "has_date_gt"),
        ),
        (1, 1),
    ),
}
"""Fewest and most arguments of each test."""

CHANGES = frozenset(
    (
        *("set_run_result", "set_run_local", "set_contact_field", "set_contact_name", "set_contact_language"),
        *("set_contact_timezone", "set_contact_property", "set_contact_channel", "add_contact_groups"),
        *("remove_contact_groups", "add_input_labels", "add_contact_urn"),
    )
)
"""Actions that change data and do nothing else."""


@lru_cache(maxsize=1024)
def close_to(word: str, known: tuple[str, ...]) -> str:
    """The known word nearest to a misspelt one, or ``""``."""
    close = difflib.get_close_matches(word[:60].casefold(), known, n=1, cutoff=0.6)
    return close[0] if close else ""
