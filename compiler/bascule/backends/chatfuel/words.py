"""Texts and names of attributes as Chatfuel writes them: ``{{first name}}``."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import groupby
from typing import Any

from bascule.ir.expr import Call, Const, Expression, Lambda, Ref
from bascule.ir.project import Project
from bascule.ir.text import Hole, Text
from bascule.ir.walk import map_expressions

__all__ = ["Words", "attributes_of", "constant", "in_two", "parts_of"]

_MARKER = re.compile(r"\{\{([^{}%\n]+)\}\}")
_BRACE = re.compile(r"\{(?=\{)")
_BREAKS = ("\n\n", "\n", " ")


class Words:
    """Prints texts and values of one project.

    Attributes of Chatfuel belong to the contact: ``contact.city`` is written ``city``, unless the project has
    another variable ``city``. ``braces`` counts the texts whose own braces had to be kept apart,
    ``computed`` the values that Chatfuel would have to compute: they are written ``…``.
    """

    def __init__(self, project: Project) -> None:
        self.braces = 0
        self.computed = 0
        self._names = {path: ".".join(path) for path in _paths(project)}
        other = {name.casefold() for path, name in self._names.items() if not _own(path)}
        for path in self._names:
            bare = ".".join(path[1:])
            if _own(path) and bare.casefold() not in other:
                self._names[path] = bare

    def attribute(self, path: tuple[str, ...]) -> str:
        """The attribute that stands for a variable."""
        return self._names.get(path, ".".join(path)).strip() or "value"

    def text(self, text: Text) -> str:
        """A text with ``{{attribute}}``. Braces that the source says are kept apart by an
        invisible sign (word joiner), so that they stay braces."""
        pieces: list[str | Ref] = []
        for part in text:
            self._pieces(part.expression if isinstance(part, Hole) else Const(part.text), pieces)
        return self._printed(pieces)

    def value(self, value: Expression | None) -> str:
        """A value as text: a constant, an attribute, or both joined."""
        pieces: list[str | Ref] = []
        self._pieces(value, pieces)
        return self._printed(pieces)

    def _pieces(self, value: Expression | None, pieces: list[str | Ref]) -> None:
        if isinstance(value, Call) and value.name == "concat":
            for part in value.args:
                self._pieces(part, pieces)
        elif isinstance(value, Ref):
            pieces.append(value)
        elif isinstance(value, Const):
            pieces.append(constant(value.value))
        elif value is not None:
            self.computed += 1
            pieces.append("…")

    def _printed(self, pieces: list[str | Ref]) -> str:
        shown: list[str] = []
        for is_text, group in groupby(pieces, key=lambda piece: isinstance(piece, str)):
            if is_text:
                text = "".join(str(piece) for piece in group)
                apart = _BRACE.sub("{\u2060", text) if _MARKER.search(text) else text
                self.braces += apart != text
                shown.append(apart)
            else:
                shown.extend("{{" + self.attribute(piece.path) + "}}" for piece in group if isinstance(piece, Ref))
        return "".join(shown)


def constant(value: object) -> str:
    """A constant as Chatfuel compares and keeps it: a text."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def _own(path: tuple[str, ...]) -> bool:
    return len(path) > 1 and path[0] == "contact"


def _paths(project: Project) -> Iterable[tuple[str, ...]]:
    """Every variable of the flows, in the order of first use."""
    seen: dict[tuple[str, ...], None] = {}

    def note(expression: Expression) -> Expression:
        stack: list[Expression] = [expression]
        while stack:
            item = stack.pop()
            if isinstance(item, Ref):
                seen.setdefault(item.path)
            elif isinstance(item, Call):
                stack.extend(reversed(item.args))
            elif isinstance(item, Lambda):
                stack.append(item.body)
        return expression

    def path(old: tuple[str, ...]) -> tuple[str, ...]:
        if old:
            seen.setdefault(old)
        return old

    map_expressions(project.flows, note, path)
    return seen


def parts_of(text: str) -> dict[str, Any]:
    """A text as the API gives it back: ``TemplateStr`` with its parts."""
    parts: list[dict[str, Any]] = []
    at = 0
    for match in _MARKER.finditer(text):
        if match.start() > at:
            parts.append({"__typename": "TemplateStrText", "text": text[at : match.start()]})
        parts.append({"__typename": "TemplateStrAttribute", "attribute": {"name": match.group(1)}})
        at = match.end()
    if at < len(text) or not parts:
        parts.append({"__typename": "TemplateStrText", "text": text[at:]})
    return {"__typename": "TemplateStr", "parts": parts}


def in_two(text: str, limit: int) -> tuple[str, str]:
    """What does not fit, and the end that does: parted at a paragraph, a line or a word, never inside a marker."""
    if len(text) <= limit:
        return "", text
    for mark in _BREAKS:
        at = text.find(mark, len(text) - limit - len(mark))
        while at != -1 and any(match.start() < at < match.end() for match in _MARKER.finditer(text)):
            at = text.find(mark, at + 1)
        if 0 < at < len(text) - len(mark) and text[at:].strip() and text[:at].strip():
            return text[:at].rstrip(), text[at + len(mark) :].lstrip()
    spans = [match.span() for match in _MARKER.finditer(text)]
    at = len(text) - limit
    at = next((end for start, end in spans if start < at < end), at)
    return text[:at], text[at:]


def attributes_of(value: Any) -> set[str]:
    """The attributes that the texts and segments in a value name."""
    found: set[str] = set()
    stack = [value]
    while stack:
        item = stack.pop()
        if isinstance(item, str):
            found.update(match.group(1) for match in _MARKER.finditer(item))
        elif isinstance(item, dict):
            if isinstance(item.get("byAttribute"), dict):
                found.add(item["byAttribute"]["name"])
            stack.extend(item.values())
        elif isinstance(item, (list, tuple)):
            stack.extend(item)
    return found
