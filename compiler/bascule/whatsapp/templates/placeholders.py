"""Parameters in template texts: ``{{1}}`` and ``{{first_name}}``, and what only looks like one.

https://developers.facebook.com/documentation/business-messaging/whatsapp/templates/overview
"""

from __future__ import annotations

import enum
import re
from collections.abc import Mapping
from dataclasses import dataclass

__all__ = ["Placeholder", "PlaceholderKind", "PlaceholderProblem", "fill", "parameters"]

_BRACES = re.compile(r"\{+|\}+")
_POSITION = re.compile(r"0|[1-9][0-9]{0,8}")
_NAME = re.compile(r"[a-z_][a-z0-9_]*")


class PlaceholderKind(enum.Enum):
    """Which of the two syntaxes, or neither."""

    POSITIONAL = "positional"
    NAMED = "named"
    MALFORMED = "malformed"


class PlaceholderProblem(enum.Enum):
    """Why a placeholder is malformed."""

    UNCLOSED = "braces open and never close"
    UNOPENED = "braces close and never opened"
    BRACES = "not exactly two braces on each side"
    EMPTY = "nothing between the braces"
    SPACES = "spaces inside the braces"
    UPPER_CASE = "upper-case letters in the name"
    CHARACTERS = "characters that a name cannot have"


@dataclass(frozen=True, slots=True)
class Placeholder:
    """One stretch of braces. ``start`` and ``end`` are half-open offsets; ``name`` is what stands inside, trimmed."""

    start: int
    end: int
    text: str
    name: str
    kind: PlaceholderKind
    problem: PlaceholderProblem | None = None

    @property
    def number(self) -> int | None:
        """The position that ``{{3}}`` names; None for the other kinds."""
        return int(self.name) if self.kind is PlaceholderKind.POSITIONAL else None


def parameters(text: str) -> tuple[Placeholder, ...]:
    """All placeholders of a text in order, malformed ones included. Linear in the length of the text.

    Every brace belongs to exactly one placeholder, so a text without ``MALFORMED`` ones has balanced braces.
    """
    found: list[Placeholder] = []
    opened: re.Match[str] | None = None
    for run in _BRACES.finditer(text):
        if run.group()[0] == "{":
            if opened is not None:
                found.append(_malformed(text, opened.start(), opened.end(), PlaceholderProblem.UNCLOSED))
            opened = run
        elif opened is None:
            found.append(_malformed(text, run.start(), run.end(), PlaceholderProblem.UNOPENED))
        else:
            found.append(_between(text, opened, run))
            opened = None
    if opened is not None:
        found.append(_malformed(text, opened.start(), opened.end(), PlaceholderProblem.UNCLOSED))
    return tuple(found)


def fill(text: str, values: Mapping[str, str]) -> str:
    """The text with its parameters replaced; those that ``values`` does not name stay as they are."""
    parts = []
    at = 0
    for item in parameters(text):
        if item.kind is not PlaceholderKind.MALFORMED and item.name in values:
            parts += [text[at : item.start], values[item.name]]
            at = item.end
    return "".join([*parts, text[at:]])


def _malformed(text: str, start: int, end: int, problem: PlaceholderProblem, name: str = "") -> Placeholder:
    return Placeholder(start, end, text[start:end], name, PlaceholderKind.MALFORMED, problem)


def _between(text: str, opened: re.Match[str], closed: re.Match[str]) -> Placeholder:
    start, end = opened.start(), closed.end()
    inner = text[opened.end() : closed.start()]
    name = inner.strip()
    if len(opened.group()) != 2 or len(closed.group()) != 2:
        return _malformed(text, start, end, PlaceholderProblem.BRACES, name)
    if _POSITION.fullmatch(inner):
        return Placeholder(start, end, text[start:end], inner, PlaceholderKind.POSITIONAL)
    if _NAME.fullmatch(inner):
        return Placeholder(start, end, text[start:end], inner, PlaceholderKind.NAMED)
    if not name:
        problem = PlaceholderProblem.EMPTY
    elif _POSITION.fullmatch(name) or _NAME.fullmatch(name):
        problem = PlaceholderProblem.SPACES
    elif _NAME.fullmatch(name.lower()):
        problem = PlaceholderProblem.UPPER_CASE
    else:
        problem = PlaceholderProblem.CHARACTERS
    return _malformed(text, start, end, problem, name)
