"""The catalogue of Studio widgets: types, events and properties, as data.

Facts from the vendor's widget library (https://www.twilio.com/docs/studio/widget-library) and its JSON
schemas (https://www.twilio.com/docs/studio/rest-api/v2/schemas).
"""

from __future__ import annotations

import difflib
import enum
from functools import lru_cache

from bascule.ir.content import MediaKind
from bascule.ir.project import EntryKind

__all__ = [
    "CALL_LIMIT",
    "CONDITIONS",
    "DEFAULT_DESCRIPTION",
    "DIALECT_TYPES",
    "KIND_OF",
    "LIST_CONDITIONS",
    "REPLY_TIMEOUT",
    "TRIGGER_EVENTS",
    "UNSUPPORTED_ADVICE",
    "WidgetKind",
    "close_to",
    "media_kind",
    "same_event",
]

REPLY_TIMEOUT = 3600.0
"""Seconds ``send-and-wait-for-reply`` waits when the file does not say
(https://www.twilio.com/docs/studio/widget-library/send-wait-reply)."""

CALL_LIMIT = 10.0
"""Seconds after which Studio gives up an HTTP request or a function
(https://www.twilio.com/blog/gracefully-handle-long-running-asynchronous-operations-twilio-studio)."""

DEFAULT_DESCRIPTION = "A New Flow"
"""What the editor writes when nobody described the flow: no name to tell flows apart by."""


class WidgetKind(enum.Enum):
    """What a widget becomes."""

    TRIGGER = "trigger"
    MESSAGE = "message"
    ASK = "ask"
    SPLIT = "split"
    SET = "set"
    HTTP = "http"
    FUNCTION = "function"
    SUBFLOW = "subflow"
    HANDOVER = "handover"
    VOICE = "voice"
    CHANNEL = "channel"
    RETIRED = "retired"


KIND_OF: dict[str, WidgetKind] = {
    "trigger": WidgetKind.TRIGGER,
    "send-message": WidgetKind.MESSAGE,
    "send-and-wait-for-reply": WidgetKind.ASK,
    "split-based-on": WidgetKind.SPLIT,
    "set-variables": WidgetKind.SET,
    "make-http-request": WidgetKind.HTTP,
    "run-function": WidgetKind.FUNCTION,
    "run-subflow": WidgetKind.SUBFLOW,
    "send-to-flex": WidgetKind.HANDOVER,
    "enqueue-call": WidgetKind.HANDOVER,
    "start-conversation": WidgetKind.CHANNEL,
    "resume-conversation": WidgetKind.CHANNEL,
    "add-twiml-redirect": WidgetKind.CHANNEL,
    "send-to-auto-pilot": WidgetKind.RETIRED,
    "connect-virtual-agent": WidgetKind.RETIRED,
    "say-play": WidgetKind.VOICE,
    "gather-input-on-call": WidgetKind.VOICE,
    "connect-call-to": WidgetKind.VOICE,
    "make-outgoing-call-v1": WidgetKind.VOICE,
    "make-outgoing-call-v2": WidgetKind.VOICE,
    "record-voicemail": WidgetKind.VOICE,
    "record-call": WidgetKind.VOICE,
    "capture-payments": WidgetKind.VOICE,
    "fork-stream": WidgetKind.VOICE,
    "connect-virtual-agent-v2": WidgetKind.VOICE,
    "run-conversation-relay": WidgetKind.VOICE,
}

DIALECT_TYPES = {"http-request": "make-http-request"}
"""Types that only hand-written files use, and the widget whose members they carry."""

UNSUPPORTED_ADVICE: dict[str, str] = {
    "say-play": "send the same words as a message",
    "gather-input-on-call": "ask the same in a message with choices",
    "connect-call-to": "hand over to a person, or offer a button that calls the number",
    "make-outgoing-call-v1": "send a template instead of calling",
    "make-outgoing-call-v2": "send a template instead of calling",
    "record-voicemail": "ask for a voice message",
    "record-call": "nothing: messages are kept anyway",
    "capture-payments": "send a link to a payment page",
    "fork-stream": "nothing: there is no call to stream",
    "connect-virtual-agent": "read the agent's own export as intents, or call it by an HTTP request",
    "connect-virtual-agent-v2": "read the agent's own export as intents, or call it by an HTTP request",
    "run-conversation-relay": "call the same service by an HTTP request, one message at a time",
    "send-to-auto-pilot": "use intents, or an HTTP request to the assistant that took its place",
    "start-conversation": "hand over to a person",
    "resume-conversation": "nothing: the conversation goes on by itself",
    "add-twiml-redirect": "call the same code by an HTTP request, or run it as a subflow",
}

TRIGGER_EVENTS: dict[str, EntryKind] = {
    "incomingMessage": EntryKind.ANY_MESSAGE,
    "incomingCall": EntryKind.CALL,
    "incomingConversationMessage": EntryKind.ANY_MESSAGE,
    "incomingRequest": EntryKind.API,
    "incomingParent": EntryKind.SUBFLOW,
}

CONDITIONS: dict[str, tuple[str, bool]] = {
    "equal_to": ("same_text", False),
    "not_equal_to": ("same_text", True),
    "matches_any_of": ("same_text", False),
    "does_not_match_any_of": ("same_text", True),
    "contains": ("contains", False),
    "does_not_contain": ("contains", True),
    "starts_with": ("starts_with", False),
    "does_not_start_with": ("starts_with", True),
    "is_blank": ("is_blank", False),
    "is_not_blank": ("is_blank", True),
    "regex": ("matches", False),
    "less_than": ("has_number_lt", False),
    "greater_than": ("has_number_gt", False),
    "is_before_date": ("before_date", False),
    "is_after_date": ("after_date", False),
    "is_before_time": ("before_time", False),
    "is_after_time": ("after_time", False),
}
"""Type of a condition to the test of ``ir.expr.TESTS`` it means, and whether it is negated."""

LIST_CONDITIONS = frozenset({"matches_any_of", "does_not_match_any_of"})

_EVENT_SENSE = {
    "success": ("success", "sent", "completed", "callComplete", "next", "audioComplete"),
    "failure": ("failed", "fail", "failedToEnqueue", "callFailure", "deliveryFailure"),
    "reply": ("incomingMessage",),
    "timeout": ("timeout",),
    "else": ("noMatch",),
    "match": ("match",),
}
_SAID_AS = {
    "success": {"success", "succeeded", "ok", "done", "complete", "completed", "sent", "next", "finished", "return"},
    "failure": {"failure", "failed", "fail", "error", "notsent", "undelivered", "failedtosend"},
    "reply": {"incomingmessage", "reply", "replied", "response", "messagereceived", "incoming", "answer"},
    "timeout": {"timeout", "timedout", "noreply", "noresponse", "expired"},
    "else": {"nomatch", "else", "default", "otherwise", "nomatches"},
    "match": {"match", "matches", "matched"},
}

_MEDIA: dict[MediaKind, str] = {
    MediaKind.IMAGE: "jpg jpeg png webp bmp tif tiff heic svg",
    MediaKind.GIF: "gif",
    MediaKind.VIDEO: "mp4 3gp 3gpp mov avi webm mkv m4v mpeg mpg",
    MediaKind.AUDIO: "mp3 ogg oga opus amr m4a aac wav",
    MediaKind.DOCUMENT: "pdf doc docx xls xlsx ppt pptx txt csv odt ods rtf ics",
}
_KIND_OF_SUFFIX = {suffix: kind for kind, names in _MEDIA.items() for suffix in names.split()}


def media_kind(url: str) -> MediaKind:
    """The kind of a media file by the extension of its URL's path; ``FILE`` when it has none that is known."""
    path = url.split("?", 1)[0].split("#", 1)[0].rsplit("/", 1)[-1]
    suffix = path.rsplit(".", 1)[1].strip().lower() if "." in path else ""
    return _KIND_OF_SUFFIX.get(suffix, MediaKind.FILE)


@lru_cache(maxsize=1024)
def close_to(word: str, known: tuple[str, ...]) -> str:
    """The known word nearest to a misspelt one, or ``""``."""
    plain = word[:60].casefold().replace("_", "-").strip()
    by_plain = {name.casefold().replace("_", "-"): name for name in known}
    close = difflib.get_close_matches(plain, by_plain, n=1, cutoff=0.6)
    return by_plain[close[0]] if close else ""


def same_event(event: str, known: tuple[str, ...]) -> str:
    """The widget's own event that a hand-written one means (``fail`` for ``failed``), or ``""``."""
    plain = "".join(char for char in event.casefold() if char.isalnum())
    for name in known:
        if name.casefold() == plain:
            return name
    sense = next((sense for sense, words in _SAID_AS.items() if plain in words), "")
    return next((name for name in known if name in _EVENT_SENSE.get(sense, ())), "")
