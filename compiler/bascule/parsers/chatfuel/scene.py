"""What making the nodes of one flow shares."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from bascule.ir.project import TemplateAsset
from bascule.ir.text import Localized, LocalizedText, Text
from bascule.parsers.chatfuel.graph import Element, Graph
from bascule.parsers.chatfuel.reading import Reading

__all__ = ["Scene", "common", "said"]


@dataclass(slots=True)
class Scene:
    """One flow while its nodes are made. ``runs`` are the flows it redirects to."""

    reading: Reading
    graph: Graph
    runs: set[str] = field(default_factory=set)
    templates: list[TemplateAsset] = field(default_factory=list)


def said(text: Text) -> LocalizedText:
    """A text in the bot's own language; nothing for the empty text."""
    return Localized.of(text) if text else Localized()


def common(element: Element) -> dict[str, Any]:
    """Id and place of the node of an element."""
    return {"id": element.node, "at": element.place}
