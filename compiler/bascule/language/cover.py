"""Secrets of a source are covered in the graph itself, so that nothing that is written from it can hold one.

Parsers report them (``PAR405`` and the like) and cover them in what is shown; a parser that keeps the value all the
same does no harm here.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from bascule.ir.content import Content
from bascule.ir.expr import Const
from bascule.ir.nodes import Assignment, Edge, HttpRequest, Unsupported
from bascule.ir.project import Project, TemplateAsset
from bascule.ir.text import Literal, Text
from bascule.ir.walk import KEEP, rewrite
from bascule.language.secrets import Secret, mask, secret_in_text, secret_under_name

__all__ = ["covered"]

_DEEPEST = 40


def covered(project: Project) -> Project:
    """The project with passwords, tokens and keys covered, length for length: in requests, in values that are set
    under a secret's name, in facts of flows and nodes, and in what is kept of unknown nodes. Linear."""

    def change(part: Any) -> Any:
        if isinstance(part, (Content, Edge)):
            return part  # what people read, and where answers lead
        facts = getattr(part, "facts", ())
        if facts and not isinstance(part, TemplateAsset):
            kept = tuple((name, _fact(name, value)) for name, value in facts)
            if kept != facts:
                return rewrite(replace(part, facts=kept), change)
        if isinstance(part, HttpRequest):
            return _request(part)
        if isinstance(part, Assignment):
            return _assignment(part)
        if isinstance(part, Unsupported):
            source = _plain("", part.source)
            return replace(part, source=source) if source != part.source else KEEP
        return KEEP

    return rewrite(project, change)


def _request(node: HttpRequest) -> HttpRequest:
    made = replace(
        node,
        url=_text("", node.url),
        body=_text("", node.body),
        headers=tuple((name, _text(name, value)) for name, value in node.headers),
        parameters=tuple((name, _text(name, value)) for name, value in node.parameters),
    )
    return node if made == node else made


def _assignment(part: Assignment) -> Any:
    value = part.value
    if not isinstance(value, Const) or not isinstance(value.value, str) or not part.target:
        return KEEP
    made = _plain(part.target[-1], value.value)
    return replace(part, value=Const(made)) if made != value.value else KEEP


def _text(name: str, text: Text) -> Text:
    """A text without its secrets; a name speaks for the whole of it."""
    named = name if len(text) == 1 else ""
    return tuple(Literal(_plain(named, part.text)) if isinstance(part, Literal) else part for part in text)


def _plain(name: str, value: str) -> str:
    return mask(value, _secrets(name, value))


def _secrets(name: str, value: str) -> list[Secret]:
    found = secret_under_name(name, value) if name else None
    inside = secret_in_text(value)
    if found is None or any(hit.start <= found.start and hit.end >= found.end for hit in inside):
        return inside
    return [found, *(hit for hit in inside if hit.start >= found.end)]


def _fact(name: str, text: str) -> str:
    """A fact is JSON: its texts are covered under the names of their members."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return _plain(name, text)
    made = _data(name, value, 0)
    return text if made == value else json.dumps(made, ensure_ascii=False)


def _data(name: str, value: Any, depth: int) -> Any:
    if isinstance(value, str):
        return _plain(name, value)
    if depth > _DEEPEST:
        return value
    if isinstance(value, dict):
        named = str(value.get("key") or value.get("name") or "")
        return {
            key: _data(named if key == "value" and named else str(key), item, depth + 1) for key, item in value.items()
        }
    if isinstance(value, list):
        return [_data(name, item, depth + 1) for item in value]
    return value
