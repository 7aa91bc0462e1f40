"""The catalogue of FLOIP: block types, modes, the members of each object, as data.

Facts from the specification (https://floip.gitbook.io/flow-specification) and from Turn's documentation
(https://whatsapp.turn.io/docs/build/stacks_and_journeys).
"""

from __future__ import annotations

from bascule.ir.content import MediaKind

__all__ = [
    "BLOCK_MEMBERS",
    "CHANNELS",
    "CONTENT_KINDS",
    "FLOW_FACTS",
    "MAIN_ORDER",
    "MEMBERSHIP",
    "NAMESPACES",
    "NO_ANSWER",
    "REFUSED_ANSWER",
    "VERSION",
    "media_kind",
    "mime_kind",
]

VERSION = r"1\.0\.0-?rc\.?[1-4]"
"""Versions met so far: ``1.0.0-rc.1``, ``1.0.0-rc1`` … ``1.0.0-rc4``."""

NAMESPACES = ("Core.", "MobilePrimitives.", "ConsoleIO.", "Console.", "SmartDevices.", "Io.")
"""First parts of the block types of the specification and of Turn."""

BLOCK_MEMBERS = frozenset({"uuid", "name", "type", "config", "exits"})
"""Members of a block that are the block itself; others are constructs of their own."""

FLOW_FACTS = ("uuid", "last_modified", "exit_block_id", "supported_modes")
"""Members of a flow that are kept as facts."""

MAIN_ORDER = ("RICH_MESSAGING", "TEXT", "", "SMS", "OFFLINE", "USSD", "IVR")
"""Whose wording is the message, the best first: WhatsApp is a rich channel. ``""`` is a value without modes."""

CHANNELS = {
    "RICH_MESSAGING": "whatsapp",
    "TEXT": "text",
    "": "any",
    "SMS": "sms",
    "OFFLINE": "offline",
    "USSD": "ussd",
    "IVR": "ivr",
}
"""Mode to the channel name of a variant."""

CONTENT_KINDS = {"AUDIO": MediaKind.AUDIO, "IMAGE": MediaKind.IMAGE, "VIDEO": MediaKind.VIDEO}

NO_ANSWER = frozenset({"timeout", "timed out", "no response", "no answer", "no input", "no reply", "expired"})
"""Names of exits that are taken when nobody answers."""

REFUSED_ANSWER = frozenset({"error", "invalid", "invalid response", "no valid response", "failed", "failure"})
"""Names of exits without a test that are taken when the step goes wrong."""

MEMBERSHIP = {True: "add", False: "remove"}
"""`is_member` to the operation on the group."""


def mime_kind(mime: str) -> MediaKind | None:
    """The kind that a MIME type names, or None for text and for nothing."""
    plain = mime.strip().lower()
    if not plain or plain.startswith("text/") or "/" not in plain:
        return None
    known = {"image": MediaKind.IMAGE, "video": MediaKind.VIDEO, "audio": MediaKind.AUDIO}
    return known.get(plain.split("/")[0], MediaKind.DOCUMENT)


def media_kind(content_type: str, mime: str) -> MediaKind | None:
    """The kind of a value, or None for words. The content type comes first, then the MIME type."""
    return CONTENT_KINDS.get(content_type) or mime_kind(mime)
