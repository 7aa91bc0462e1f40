"""Cut a RapidPro text into what is said and what is filled in; find and rename references. Linear in the text."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal as OneOf

from bascule.language.rapidpro_expression.names import ROOTS, is_address

__all__ = ["Change", "Piece", "cut", "rename_references"]

Kind = OneOf["text", "escape", "reference", "expression", "address", "unclosed"]

_PATH = re.compile(r"[\w.]+")
_PAREN = re.compile(r'[()"]')
_QUOTED = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"', re.DOTALL)
_TOKEN = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"|(?:\.\s*)?[^\W\d]\w*(?:\s*\.\s*\w+)*+', re.DOTALL)
_PATIENCE = 32
"""How many ``@(`` without an end are looked for before the rest counts as text: keeps a hostile text linear."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a text. ``escape`` is ``@@``; ``reference`` is ``@contact.name``; ``expression`` is ``@(…)``;
    ``address`` is what RapidPro would read as a reference although it ends an e-mail address; ``unclosed`` is ``@(``
    that nothing ends."""

    kind: Kind
    start: int
    end: int


def cut(text: str) -> Iterator[Piece]:
    """The pieces of a text in order, covering all of it."""
    at, failures = 0, 0
    done = 0
    while (at := text.find("@", at)) >= 0:
        piece = _piece(text, at, failures < _PATIENCE)
        if piece is None:
            at += 1
            continue
        failures += piece.kind == "unclosed"
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
        end = _closing(text, at + 1) if patient else -1
        return Piece("expression", at, end) if end > 0 else Piece("unclosed", at, at + 2)
    found = _PATH.match(text, at + 1)
    if found is None:
        return None
    path = found.group().rstrip(".")
    tokens = tuple(path.split("."))
    if not path or tokens[0].lower() not in ROOTS or "" in tokens:
        # `@contact..name` reads as far as it makes sense.
        tokens = tokens[: tokens.index("")] if "" in tokens else ()
        if not tokens or tokens[0].lower() not in ROOTS:
            return None
        path = ".".join(tokens)
    end = at + 1 + len(path)
    if at and is_address(text[at - 1], tokens):
        return Piece("address", at, end)
    return Piece("reference", at, end)


def _closing(text: str, opening: int) -> int:
    """The offset after the parenthesis that closes the one at ``opening``, or -1. Parentheses in quotes do not
    count; where quotes do not match, all count, as in early versions of the engine."""
    for quotes in (True, False):
        depth, at = 0, opening
        while (found := _PAREN.search(text, at)) is not None:
            char = found.group()
            at = found.end()
            if char == "(":
                depth += 1
            elif char == ")":
                depth -= 1
                if depth == 0:
                    return at
            elif quotes:
                quoted = _QUOTED.match(text, found.start())
                if quoted is None:
                    break
                at = quoted.end()
        if '"' not in text[opening:]:
            break
    return -1


@dataclass(frozen=True, slots=True)
class Change:
    """``text[start:end]`` became ``replacement``."""

    start: int
    end: int
    replacement: str


def rename_references(
    text: str, rename: Callable[[tuple[str, ...]], tuple[str, ...] | None]
) -> tuple[str, list[Change]]:
    """Rename variables in a text: ``rename`` gets each dotted path (as spelled) and returns a new one, or None.

    Returns the new text and the changes in order. Quoted texts and names of members are left alone.
    """
    changes: list[Change] = []
    if "@" not in text:
        return text, changes
    for piece in cut(text):
        if piece.kind == "reference":
            new = rename(tuple(text[piece.start + 1 : piece.end].split(".")))
            if new is not None:
                changes.append(Change(piece.start + 1, piece.end, ".".join(new)))
        elif piece.kind == "expression":
            changes.extend(_renamed_inside(text, piece, rename))
    if not changes:
        return text, changes
    parts: list[str] = []
    done = 0
    for change in changes:
        parts += (text[done : change.start], change.replacement)
        done = change.end
    return "".join((*parts, text[done:])), changes


def _renamed_inside(
    text: str, piece: Piece, rename: Callable[[tuple[str, ...]], tuple[str, ...] | None]
) -> Iterator[Change]:
    for match in _TOKEN.finditer(text, piece.start + 2, piece.end - 1):
        token = match.group()
        if token[0] in '".':
            continue
        path = tuple(part.strip() for part in token.split("."))
        if len(path) == 1 and text[match.end() : piece.end].lstrip()[:1] == "(":
            continue
        new = rename(path)
        if new is not None:
            yield Change(match.start(), match.end(), ".".join(new))
