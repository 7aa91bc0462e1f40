"""An event, whichever provider told of it."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from bascule.contacts.clock import instant

__all__ = [
    "Event",
    "Kind",
    "Who",
    "clean",
    "compact",
    "decode",
    "encode",
    "moment_of",
    "phone_of",
    "text_of",
    "unreadable",
]

Who = tuple[str, str, str]
"""Kind, scope and value of an identifier, as in the table of identities."""

_DIGITS = re.compile(r"\+?[0-9]{6,15}")
_ISO = re.compile(
    r"(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}:\d{2})(?:\.\d{1,9})?\s?(Z|UTC|[+-]\d{2}:?\d{2})?", re.ASCII | re.IGNORECASE
)
_SECONDS = re.compile(r"[0-9]{9,10}", re.ASCII)
_MILLISECONDS = re.compile(r"[0-9]{12,13}", re.ASCII)
_FUTURE = timedelta(days=1)
_DEEPEST = 100


class Kind:
    """Kinds of events (column ``kind`` of the inbox)."""

    MESSAGE = "message"
    """A person wrote, pressed a button or sent a file."""
    ECHO = "echo"
    """The business wrote by hand, in its own app."""
    STATUS = "status"
    """What became of a message to a person."""
    NUMBER_CHANGED = "number_changed"
    BSUID_CHANGED = "bsuid_changed"
    PREFERENCE = "preference"
    """A person stopped or resumed marketing in the app, or a carrier's list did."""
    SUBSCRIBED = "subscribed"
    UNSUBSCRIBED = "unsubscribed"
    OTHER = "other"
    """Anything else: kept, and acted on by nobody."""


@dataclass(frozen=True, slots=True)
class Event:
    """``native`` = what makes the event the same when it comes again: the provider's id, or a digest of its words.
    ``at`` = when it happened (ISO 8601 UTC), empty where the provider does not say. ``who`` = identifiers of the
    person, the surest first. ``raw`` = all that was said, as it came."""

    provider: str
    kind: str
    native: str
    at: str
    channel: str
    who: tuple[Who, ...] = ()
    data: Mapping[str, Any] = field(default_factory=dict)
    raw: Any = None


def encode(event: Event) -> str:
    """As JSON, keys sorted."""
    return compact(
        {
            "at": event.at,
            "channel": event.channel,
            "data": dict(event.data),
            "kind": event.kind,
            "native": event.native,
            "provider": event.provider,
            "raw": event.raw,
            "who": [list(item) for item in event.who],
        }
    )


def decode(text: str) -> Event:
    """The inverse of :func:`encode`."""
    data = json.loads(text)
    return Event(
        data["provider"], data["kind"], data["native"], data["at"], data["channel"],
        tuple((kind, scope, value) for kind, scope, value in data["who"]), data["data"], data["raw"],
    )  # fmt: skip


def compact(value: Any) -> str:
    """JSON, the same for the same value."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def clean(value: Any) -> Any:
    """A JSON value whose texts can be stored: halves of surrogate pairs and NUL become U+FFFD. The same object where
    there is nothing to replace. Raises RecursionError for one that is nested too deeply."""
    _measure(value)
    text = json.dumps(value, ensure_ascii=False)
    try:
        text.encode()
        broken = "\\u0000" in text
    except UnicodeEncodeError:
        broken = True
    if not broken:
        return value
    text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return _without_nul(json.loads(text))


def _measure(value: Any) -> None:
    """Raise RecursionError for what is nested deeper than any webhook: reading it again might fail elsewhere."""
    waiting = [(value, 0)]
    while waiting:
        item, depth = waiting.pop()
        inside = item.values() if isinstance(item, dict) else item if isinstance(item, list) else ()
        if depth > _DEEPEST:
            raise RecursionError("nested too deeply")
        waiting.extend((found, depth + 1) for found in inside if isinstance(found, (dict, list)))


def _without_nul(value: Any) -> Any:
    if isinstance(value, str):
        return value.replace("\0", "\ufffd")
    if isinstance(value, list):
        return [_without_nul(item) for item in value]
    if isinstance(value, dict):
        return {_without_nul(key): _without_nul(item) for key, item in value.items()}
    return value


def digest(value: Any) -> str:
    """What stands for an id where the provider gives none: the same for the same words."""
    return hashlib.sha256(compact(value).encode("utf-8", "surrogatepass")).hexdigest()[:32]


def text_of(value: Any, *path: str) -> str:
    """A text (or number) inside objects; empty where there is none."""
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        return ""
    return str(value)


def moment_of(value: Any) -> str:
    """A time as the providers write it: seconds or milliseconds since 1970, ISO 8601 with or without a zone (then UTC).
    Empty for anything else, and for times more than a day ahead."""
    text = text_of(value).strip()
    try:
        if _SECONDS.fullmatch(text):
            moment = datetime.fromtimestamp(int(text), UTC)
        elif _MILLISECONDS.fullmatch(text):
            moment = datetime.fromtimestamp(int(text) / 1000, UTC)
        else:
            match = _ISO.fullmatch(text)
            if match is None:
                return ""
            zone = match[3] or "Z"
            moment = datetime.fromisoformat(
                f"{match[1]}T{match[2]}{'+00:00' if zone.upper() in ('Z', 'UTC') else zone}"
            )
    except (ValueError, OverflowError, OSError):
        return ""
    if moment > datetime.now(UTC) + _FUTURE:
        return ""
    return instant(moment)


def phone_of(value: Any) -> str:
    """E.164 with plus of digits that are said to be one; empty for short codes, names and business-scoped ids."""
    text = text_of(value).strip()
    return f"+{text.removeprefix('+')}" if _DIGITS.fullmatch(text) and len(text.removeprefix("+")) > 6 else ""


def unreadable(provider: str, body: bytes, why: str) -> Event:
    """A genuine webhook that cannot be read: kept as it came."""
    text = body.decode("utf-8", "replace")
    return Event(provider, Kind.OTHER, hashlib.sha256(body).hexdigest()[:32], "", "", (), {"unreadable": why}, text)
