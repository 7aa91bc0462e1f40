"""One flow of Chatfuel as every artefact needs it: blocks of one element each, and where they lead."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

__all__ = ["ACTIONS", "MEDIA", "Block", "Canvas", "Handle", "block_type", "element_type"]

MEDIA = {"Image": "image", "Video": "video", "Audio": "audio", "Document": "document"}
"""Elements that send a file: kind and the member that holds it."""

ACTIONS = ("SetCondition", "SetContactProperty", "ClearContactProperty", "SendJson", "RedirectToFlow")
"""Elements that all platforms have: their names do not start with ``WhatsApp``."""

_OWN_BLOCKS = ("TextAndButtons", "TextAndURL", "List", "Template")


@dataclass(slots=True)
class Handle:
    """A button, a row or the way of a condition. ``target`` is a block id, or None where nothing follows."""

    id: str
    title: str = ""
    description: str = ""
    target: str | None = None


@dataclass(slots=True)
class Block:
    """A block with its one element. ``kind`` is the element's name without ``WhatsApp`` and ``BlockElement``;
    ``values`` are what it holds, texts with ``{{attribute}}``. ``saves`` is the attribute that takes the answer,
    ``following`` the block that comes next."""

    id: str
    name: str
    kind: str
    values: dict[str, Any] = field(default_factory=dict)
    handles: list[Handle] = field(default_factory=list)
    following: str | None = None
    waits: bool = False
    saves: str = ""
    x: int = 0
    y: int = 0

    @property
    def element(self) -> str:
        """The id of its element."""
        return f"{self.id}.element"

    @property
    def targets(self) -> list[str]:
        """The blocks it leads to, its handles first."""
        ways = [*(handle.target for handle in self.handles), self.following]
        return [target for target in ways if target is not None]


@dataclass(slots=True)
class Canvas:
    """A flow being written. ``start`` is None for a flow that says nothing. ``keywords`` are (match, words)."""

    id: str
    name: str
    blocks: list[Block] = field(default_factory=list)
    start: str | None = None
    keywords: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)
    default_reply: bool = False

    def block(self, id_: str) -> Block | None:
        """The block of an id."""
        return next((block for block in self.blocks if block.id == id_), None)


def element_type(kind: str) -> str:
    """The ``__typename`` of an element."""
    return f"{'' if kind in ACTIONS else 'WhatsApp'}{kind}BlockElement"


def block_type(kind: str) -> str:
    """The ``__typename`` of the block around an element."""
    if kind in _OWN_BLOCKS:
        return f"WhatsApp{kind}Block"
    if kind in ("SetCondition", "SetContactProperty", "ClearContactProperty", "RedirectToFlow"):
        return f"{kind}Block"
    return "RegularContentBlock" if kind == "Text" or kind in MEDIA else "RegularActionBlock"
