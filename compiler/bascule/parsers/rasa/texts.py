"""Texts of responses: ``{slot}`` is filled, doubled braces are said as one.

Source of the rules: https://legacy-docs-oss.rasa.com/docs/rasa/responses#using-variables-in-responses
"""

from __future__ import annotations

import re

from bascule.ir.expr import Expression, Ref
from bascule.ir.text import Hole, Literal, Segment, Text, join_text
from bascule.language.html_text import has_html, without_html
from bascule.language.placeholder_rules import UnbalancedPlaceholder
from bascule.parsers.rasa.losses import HtmlInText
from bascule.parsers.rasa.model import Scene
from bascule.source import Place

__all__ = ["read_text", "unescape"]

_PIECE = re.compile(r"\{\{|\}\}|\{([^\n{}]+)\}|[{}]")


def unescape(text: str) -> str:
    """Doubled braces as single ones, as Rasa's formatting leaves them."""
    return text.replace("{{", "{").replace("}}", "}")


def read_text(scene: Scene, text: str, place: Place) -> Text:
    """A text of the project; ``place`` is its own place. ``--placeholder`` takes the place of Rasa's own syntax."""
    if scene.options.placeholder and scene.reading.syntax.name not in (None, "brace"):
        return scene.reading.text(text, place)
    parts: list[Segment] = []
    base = place.sub[0] if place.sub else 0
    last = 0
    for piece in _PIECE.finditer(text):
        at = place.within(base + piece.start(), base + piece.end())
        parts.append(Literal(text[last : piece.start()]))
        last = piece.end()
        name = piece.group(1)
        if name is not None and name.strip():
            expression = _variable(scene, name.strip())
            parts.append(Hole(expression, at))
            scene.reading.note(expression, at)
        elif piece.group() in ("{{", "}}"):
            parts.append(Literal(piece.group()[0]))
        else:
            parts.append(Literal(piece.group()))
            scene.reading.findings.append(
                UnbalancedPlaceholder.at(
                    at, f"`{piece.group()[:20]}` is half a placeholder; it stays text", help="double it if it is said"
                )
            )
    parts.append(Literal(text[last:]))
    return _plain(scene, join_text(parts), place)


def _plain(scene: Scene, text: Text, place: Place) -> Text:
    """A text without HTML, which assistants for web chats hold."""
    if not has_html(text):
        return text
    plain = without_html(text)
    code = scene.reading.find_once(
        HtmlInText,
        "html",
        place,
        lambda count: f"{count} text(s) hold HTML; breaks, lists, links and bold words are written as WhatsApp does",
        help="check how they look, above all tables",
    )
    if scene.reading.book.has(place):
        if plain.lost:
            names = ", ".join(f"<{name}>" for name in dict.fromkeys(plain.lost))
            scene.reading.book.degraded(place, f"{names} in its HTML is left out", "send the file as media", code)
        else:
            scene.reading.book.emulated(place, "its HTML is written as WhatsApp writes it")
    return plain.text


def _variable(scene: Scene, name: str) -> Expression:
    if name in scene.domain.slots:
        return scene.slot(name)
    if name.startswith("slots.") and name[6:] in scene.domain.slots:
        return scene.slot(name[6:])
    parts = tuple(part for part in name.split(".") if part)
    return Ref(parts if parts and len(parts) == name.count(".") + 1 else (name,))
