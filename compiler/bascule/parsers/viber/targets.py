"""Where an answer leads: the message, state or ``tracking_data`` that a button's ``ActionBody`` names."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any

from bascule.language.names import template_slug
from bascule.language.viber_pieces import Piece

__all__ = ["STATE_KEYS", "Index", "tracked_data", "tracked_state"]

STATE_KEYS = ("state", "step", "goto", "go_to", "next", "screen", "menu", "node", "id", "action", "intent")
"""Members of a JSON payload or of ``tracking_data`` that name a state, the most telling first."""

_WHAT_IT_IS = re.compile(r"_(?:keyboard|kb|kbd|buttons|message|msg|rich_media|carousel|screen|state)$")
_LONGEST = 4000
"""Viber's own bound on ``tracking_data``; longer texts name nothing."""


def _object(text: str) -> dict[str, Any] | None:
    """A short JSON object in a text; None for anything else. Never raises."""
    stripped = text.strip()
    if not stripped.startswith("{") or len(stripped) > _LONGEST or stripped.count("{") > 100:
        return None
    try:
        value = json.loads(stripped)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _named(data: dict[str, Any]) -> tuple[str, str]:
    """The key and the state it names, or two empty texts."""
    for key in STATE_KEYS:
        value = data.get(key)
        if isinstance(value, (str, int)) and not isinstance(value, bool) and str(value).strip():
            return key, str(value)
    return "", ""


def _tracking(piece: Piece | None) -> tuple[str, dict[str, Any] | None]:
    if piece is None:
        return "", None
    value = piece.plain()
    if isinstance(value, dict):
        return "", value
    if not isinstance(value, str) or not piece.fixed:
        return ("" if not isinstance(value, (int, float)) else json.dumps(value)), None
    data = _object(value)
    return ("", data) if data is not None else (value.strip(), None)


def tracked_state(piece: Piece | None) -> str:
    """The state that ``tracking_data`` names: the text itself, or a member of the JSON object it holds."""
    text, data = _tracking(piece)
    return _named(data)[1] if data is not None else text


def tracked_data(piece: Piece | None) -> dict[str, Any]:
    """What a JSON ``tracking_data`` holds besides the state."""
    _, data = _tracking(piece)
    if data is None:
        return {}
    key, _ = _named(data)
    return {name: value for name, value in data.items() if name != key}


@dataclass(slots=True)
class Index:
    """Names of a flow's states, each with the node it starts with."""

    exact: dict[str, str] = field(default_factory=dict)
    like: dict[str, str] = field(default_factory=dict)
    tracking: dict[str, str] = field(default_factory=dict)
    short: dict[str, str] = field(default_factory=dict)

    def add(self, name: str, node: str) -> None:
        """Register a state's name; the first of equal names wins."""
        if name:
            self.exact.setdefault(name, node)
            slug = template_slug(name)
            self.like.setdefault(slug, node)
            self.short.setdefault(_WHAT_IT_IS.sub("", slug), node)

    def add_tracking(self, state: str, node: str) -> None:
        """Register the state that a message's ``tracking_data`` names."""
        if state:
            self.tracking.setdefault(state, node)

    def find(self, payload: str) -> tuple[str | None, str]:
        """The node an ``ActionBody`` leads to, and how it was found: ``""`` for the exact name."""
        node, how = self._by_name(payload.strip())
        if node is not None:
            return node, how
        data = _object(payload)
        if data is not None:
            for key in STATE_KEYS:
                value = data.get(key)
                if isinstance(value, (str, int)) and not isinstance(value, bool):
                    node, _ = self._by_name(str(value).strip())
                    if node is not None:
                        return node, f"the member `{key}` of its JSON payload"
        return None, ""

    def _by_name(self, name: str) -> tuple[str | None, str]:
        if not name:
            return None, ""
        if name in self.exact:
            return self.exact[name], ""
        if name in self.tracking:
            return self.tracking[name], "the `tracking_data` of the message"
        slug = template_slug(name) if len(name) <= 200 else ""
        if slug in self.like:
            return self.like[slug], "the same words in another spelling"
        if slug in self.short:
            return self.short[slug], "the same words, without what it is (`_keyboard`)"
        return None, ""
