"""One template in one language as a listing gives it, whoever wrote the listing."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from bascule.ir.content import Card, ChoiceKind, GeoPoint, Media
from bascule.source import Place

__all__ = ["Button", "Listed", "Said", "canonical", "said", "text_of"]


@dataclass(frozen=True, slots=True)
class Said:
    """A text and where it stands."""

    text: str
    place: Place


@dataclass(frozen=True, slots=True)
class Button:
    """A button. ``slot`` names its parameter (``button.0``), ``""`` where it takes none."""

    kind: ChoiceKind
    title: str
    place: Place
    title_place: Place
    url: Said | None = None
    phone: Said | None = None
    payload: str = ""
    description: Said | None = None
    slot: str = ""


@dataclass(slots=True)
class Listed:
    """A template. ``samples`` are example values by slot: ``1`` or a name, with ``header.`` or ``button.`` before.

    ``whole`` are the constructs that the graph has no form for: the definition keeps them. ``shared``: one numbering
    for all parts (Twilio), not one for each component (Meta). ``session``: it can only be sent inside the window.
    ``prefix`` stands before the slots of a card; ``extra_slots`` are parameters that stand in no text (header files,
    codes, values of cards). ``media_link`` is the header file's address where it takes parameters. ``declared`` are
    names of parameters that the listing declares: they may be written in ways that Meta does not take.
    """

    place: Place
    name: str
    language: str = ""
    provider: str = ""
    provider_id: str = ""
    category: str = ""
    status: str = ""
    reason: str = ""
    header: Said | None = None
    body: Said | None = None
    footer: Said | None = None
    media: Media | None = None
    media_link: Said | None = None
    location: GeoPoint | None = None
    buttons: list[Button] = field(default_factory=list)
    cards: list[Card] = field(default_factory=list)
    list_label: Said | None = None
    samples: dict[str, Said] = field(default_factory=dict)
    extra_slots: list[str] = field(default_factory=list)
    whole: list[tuple[str, Place]] = field(default_factory=list)
    shared: bool = False
    prefix: str = ""
    session: bool = False
    definition: str = ""
    facts: list[tuple[str, str]] = field(default_factory=list)
    status_place: Place | None = None
    declared: frozenset[str] = frozenset()

    def keep_whole(self, construct: str, place: Place) -> None:
        """Note a construct that only the definition holds."""
        self.whole.append((construct, place))

    def slot(self, component: str, name: str) -> str:
        """The slot of a parameter of a component (``""`` for the body)."""
        return name if self.shared or not component else f"{component}.{name}"

    def path(self, slot: str) -> tuple[str, ...]:
        """The variable that a slot is bound to."""
        return (self.name, *f"{self.prefix}{slot}".split("."))


def text_of(value: Any) -> str:
    """A text, or the digits of a whole number; ``""`` for anything else."""
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else ""


def said(holder: Any, name: str, place: Place) -> Said | None:
    """A member that is a text and not empty, with its place."""
    text = text_of(holder.get(name)) if isinstance(holder, dict) else ""
    return Said(text, place.child(name)) if text else None


def canonical(value: Any) -> str:
    """JSON text with sorted members and no blanks: equal values give equal texts."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
