"""Read messages from plain JSON values."""

from __future__ import annotations

from typing import Any

from bascule.diagnostics.finding import Finding, Severity
from bascule.source import Place
from bascule.whatsapp.messages.content import (
    Audio,
    Contacts,
    Content,
    Document,
    Image,
    Location,
    Reaction,
    ReadReceipt,
    Sticker,
    Text,
    UnknownContent,
    Video,
)
from bascule.whatsapp.messages.interactive import Interactive
from bascule.whatsapp.messages.model import Message
from bascule.whatsapp.messages.rules import MESSAGE_RULES, MessageTooDeep, MessageTypeAbsent
from bascule.whatsapp.messages.template import TemplateMessage
from bascule.whatsapp.reader import Reader
from bascule.whatsapp.shape import ABSENT, Written, read_shape, too_deep

__all__ = ["CONTENT_KINDS", "read_message"]

_KINDS: tuple[type[Content], ...] = (
    Text,
    Image,
    Video,
    Document,
    Audio,
    Sticker,
    Location,
    Contacts,
    Reaction,
    Interactive,
    TemplateMessage,
)
CONTENT_KINDS: dict[str, type[Content]] = {kind.KIND: kind for kind in _KINDS}
"""The content shapes by the ``type`` that names them."""


def read_message(value: object, place: Place) -> tuple[Message | None, list[Finding]]:
    """Read one request body of ``/messages``, or a read receipt.

    Returns None, with an error finding, when ``value`` is not an object, names no content at all, or lacks
    ``messaging_product``. ``message.to_json()`` equals ``value`` otherwise. Content that cannot be read is kept whole.
    """
    reader = Reader(MESSAGE_RULES)
    if too_deep(value):
        return None, [MessageTooDeep.at(place, "this nests far deeper than any message does", help="export it again")]
    if not isinstance(value, dict):
        reader.wrong_type(place, "an object", value)
        return None, reader.findings
    message = _read(value, place, reader)
    return message, reader.findings if message is not None else reader.refused()


def _read(value: dict[str, Any], place: Place, reader: Reader) -> Message | None:
    if "type" not in value and "status" in value:
        return _receipt(value, place, reader)
    kind, written = _kind(value, place, reader)
    if kind is None:
        return None
    known = CONTENT_KINDS.get(kind)
    content: Content | None = None
    if known is None:
        reader.unknown_kind(place.child("type"), "message", kind, tuple(CONTENT_KINDS))
    elif kind not in value:
        reader.missing(place, f"{kind} message", (kind,))
    else:
        content = known.read(value[kind], place.child(kind), reader)
    if content is None:
        content = UnknownContent(kind, value.get(kind), present=kind in value, place=place)
    return _envelope(value, place, reader, content, written, frozenset({"type", kind}))


def _kind(value: dict[str, Any], place: Place, reader: Reader) -> tuple[str | None, Written | None]:
    """The type of the message, and how it was written where that is not our way."""
    if "type" in value:
        raw = value["type"]
        if not isinstance(raw, str):
            reader.wrong_type(place.child("type"), "a text", raw)
            return None, None
        kind = raw.lower() if raw.lower() in CONTENT_KINDS else raw
        return kind, Written(kind, raw) if kind != raw else None
    present = [kind for kind in CONTENT_KINDS if kind in value]
    if len(present) != 1:
        reader.missing(place, "message", ("type",))
        return None, None
    reader.findings.append(
        MessageTypeAbsent.at(
            place,
            f"this message has no `type`; its content is `{present[0]}`",
            help=f'add `"type": "{present[0]}"`',
            severity=Severity.INFO if present[0] == Text.KIND else None,
        )
    )
    return present[0], Written(present[0], ABSENT)


def _receipt(value: dict[str, Any], place: Place, reader: Reader) -> Message | None:
    members = {name: value[name] for name in ("message_id", "status", "typing_indicator") if name in value}
    receipt = read_shape(ReadReceipt, members, place, reader)
    if receipt is None:
        return None
    return _envelope(value, place, reader, receipt, None, frozenset(members))


def _envelope(
    value: dict[str, Any],
    place: Place,
    reader: Reader,
    content: Content,
    written: Written | None,
    skip: frozenset[str],
) -> Message | None:
    return read_shape(
        Message,
        value,
        place,
        reader,
        skip,
        {"content": content},
        {"type": written} if written is not None else {},
    )
