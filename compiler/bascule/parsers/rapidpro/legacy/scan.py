"""Cut a text of an older flow into what is said and what is filled in. Linear in the text.

The signs are those of version 13 (``@name``, ``@(…)``, ``@@``); the first names are others, and quotes in an
expression are escaped by writing them twice.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal as OneOf

from bascule.language.rapidpro_expression import Change
from bascule.language.rapidpro_expression.names import ROOTS, is_address

__all__ = ["TOP_LEVELS", "Piece", "apply", "closing", "cut", "rename_references"]

TOP_LEVELS = frozenset({"channel", "child", "contact", "date", "extra", "flow", "parent", "step"})
"""The first names that ``@name`` knows before version 13
(https://github.com/rapidpro/rapidpro, allowed top levels)."""

Kind = OneOf["text", "escape", "reference", "expression", "literal"]

_PATH = re.compile(r"[\w.]+")
_PAREN = re.compile(r'[()"]')
_NAME = re.compile(r'"(?:[^"]|"")*+"?|[^\W\d_][\w.]*+')
_PATIENCE = 32
"""How many ``@(`` without an end are looked for before the rest counts as text: keeps a hostile text linear."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a text. ``escape`` is ``@@``; ``reference`` is ``@contact.name``; ``expression`` is ``@(…)``;
    ``literal`` is ``@results.x``, which an older flow says as it stands."""

    kind: Kind
    start: int
    end: int


def cut(text: str) -> Iterator[Piece]:
    """The pieces of a text in order, covering all of it."""
    at, failures, done = 0, 0, 0
    while (at := text.find("@", at)) >= 0:
        piece = _piece(text, at, failures < _PATIENCE)
        if piece is None:
            failures += text[at + 1 : at + 2] == "("
            at += 1
            continue
        if at > done:
            yield Piece("text", done, at)
        yield piece
        at = done = piece.end
    if done < len(text):
        yield Piece("text", done, len(text))


def _piece(text: str, at: int, patient: bool) -> Piece | None:
    following = text[at + 1 : at + 2]
    if following == "@":
        return Piece("escape", at, at + 2)
    if following == "(":
        end = closing(text, at + 1) if patient else -1
        return Piece("expression", at, end) if end > 0 else None
    found = _PATH.match(text, at + 1)
    if found is None:
        return None
    tokens = tuple(found.group().rstrip(".").split("."))
    tokens = tokens[: tokens.index("")] if "" in tokens else tokens
    if not tokens:
        return None
    root = tokens[0].lower()
    end = at + 1 + len(".".join(tokens))
    if root in TOP_LEVELS:
        # Any name after `contact.` may be a field, so only the end tells an address: `info@contact.org`.
        if at and is_address(text[at - 1], ("", *tokens[1:])):
            return Piece("literal", at, end) if root in ROOTS else None
        return Piece("reference", at, end)
    return Piece("literal", at, end) if root in ROOTS else None


def closing(text: str, opening: int) -> int:
    """The offset after the parenthesis that closes the one at ``opening``, or -1. Those in quotes do not count."""
    depth, at = 0, opening
    while (found := _PAREN.search(text, at)) is not None:
        at = found.end()
        if found.group() == "(":
            depth += 1
        elif found.group() == ")":
            depth -= 1
            if depth == 0:
                return at
        else:
            at = text.find('"', at) + 1
            if at == 0:
                return -1
    return -1


def apply(text: str, changes: list[Change]) -> str:
    """The text with changes made; they are in order and do not overlap."""
    parts: list[str] = []
    done = 0
    for change in changes:
        parts += (text[done : change.start], change.replacement)
        done = change.end
    return "".join((*parts, text[done:]))


def rename_references(text: str, rename: Callable[[str, bool], str | None]) -> list[Change]:
    """The changes that rename variables: ``rename`` gets each dotted path in lower case, and whether it stands alone
    after an at sign; it returns what takes the place of the path (with the sign, when it stands alone), or None."""
    changes: list[Change] = []
    if "@" not in text:
        return changes
    for piece in cut(text):
        if piece.kind == "reference":
            new = rename(text[piece.start + 1 : piece.end].lower(), True)
            if new is not None:
                changes.append(Change(piece.start, piece.end, new))
        elif piece.kind == "expression":
            for match in _NAME.finditer(text, piece.start + 2, piece.end - 1):
                name = match.group()
                if name[0] == '"' or text[match.end() : piece.end].lstrip()[:1] == "(":
                    continue
                new = rename(name.rstrip(".").lower(), False)
                if new is not None:
                    changes.append(Change(match.start(), match.start() + len(name.rstrip(".")), new))
    return changes
