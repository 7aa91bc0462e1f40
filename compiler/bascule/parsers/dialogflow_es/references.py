"""References in texts: ``$name``, ``$name.original`` and ``#context.name``.

Syntax: https://cloud.google.com/dialogflow/es/docs/intents-actions-parameters#reference
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from bascule.ir.expr import Ref
from bascule.ir.text import Hole, Literal, Segment, Text, join_text
from bascule.source import Place

__all__ = [
    "CONTEXTS",
    "TURN",
    "UNTIL",
    "WEBHOOK",
    "Reference",
    "Scope",
    "context_path",
    "parameter_path",
    "read_references",
]

TURN, UNTIL, CONTEXTS, WEBHOOK = "turn", "until", "contexts", "webhook"
"""Variables of the converted flow: the number of the turn, the last turn of each open context, the parameters that
contexts keep, the answer of the webhook."""

_OWN = frozenset({TURN, UNTIL, CONTEXTS, WEBHOOK, "contact", "groups", "labels", "message", "parameters", "event"})
"""Names that mean something else in a flow: a parameter called so becomes ``parameters.name``."""

_NAME = r"[^\W\d][\w-]{0,120}"
_REFERENCE = re.compile(rf"\$({_NAME})|#({_NAME})\.({_NAME})")
_FIELD = re.compile(r"\.([A-Za-z][\w-]{0,40})")
_FIELDS = frozenset({
    "original", "partial", "name", "amount", "currency", "unit", "number", "city", "country", "street-address",
    "zip-code", "admin-area", "subadmin-area", "business-name", "island", "shortcut", "date_time", "startDate",
    "endDate", "startTime", "endTime", "startDateTime", "endDateTime", "given-name", "last-name",
})  # fmt: skip
"""Parts of a value: what the person wrote, and the members of composite system entities
(https://cloud.google.com/dialogflow/es/docs/reference/system-entities)."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What names mean in one intent. ``parameters`` are its own, ``contexts`` all of the agent (lower case)."""

    intent: str = ""
    parameters: frozenset[str] = frozenset()
    contexts: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Reference:
    """One reference found: to a parameter, or to a parameter of a ``context``. ``known``: the intent has it."""

    path: tuple[str, ...]
    place: Place
    name: str
    context: str = ""
    known: bool = True


@dataclass(slots=True)
class _Reader:
    value: str
    scope: Scope
    locate: Callable[[int, int], Place]
    found: list[Reference] = field(default_factory=list)

    def segments(self) -> Iterator[Segment]:
        at = 0
        while True:
            match = _REFERENCE.search(self.value, at)
            if match is None:
                break
            path, end, name, context, known = self._parameter(match) if match.group(1) else self._context(match)
            yield Literal(self.value[at : match.start()])
            place = self.locate(match.start(), end)
            self.found.append(Reference(path, place, name, context, known))
            yield Hole(Ref(path), place)
            at = end
        yield Literal(self.value[at:])

    def _parameter(self, match: re.Match[str]) -> tuple[tuple[str, ...], int, str, str, bool]:
        written = match.group(1).rstrip("-")
        name = _longest(written, self.scope.parameters)
        end = match.start(1) + len(name or written)
        path = parameter_path(name or written)
        end, part = self._field(end)
        return (*path, *part), end, name or written, "", bool(name)

    def _context(self, match: re.Match[str]) -> tuple[tuple[str, ...], int, str, str, bool]:
        context, name = match.group(2).lower(), match.group(3).rstrip("-")
        end, part = self._field(match.start(3) + len(name))
        return (*context_path(context, name), *part), end, name, context, context in self.scope.contexts

    def _field(self, end: int) -> tuple[int, tuple[str, ...]]:
        match = _FIELD.match(self.value, end)
        if match is None or match.group(1) not in _FIELDS:
            return end, ()
        return match.end(), (match.group(1),)


def _longest(written: str, known: frozenset[str]) -> str:
    """The longest known name that the written one is or begins with, cut at a hyphen; ``""`` for none."""
    name = written
    while name:
        if name in known:
            return name
        name = name.rpartition("-")[0].rstrip("-")
    return ""


def parameter_path(name: str) -> tuple[str, ...]:
    """The variable of a parameter."""
    return ("parameters", name) if name in _OWN else (name,)


def context_path(context: str, name: str) -> tuple[str, ...]:
    """The variable of a parameter that a context keeps."""
    return (CONTEXTS, context.lower(), name)


def read_references(value: str, place: Place, scope: Scope) -> tuple[Text, list[Reference]]:
    """A text with its references as holes, each at its own place inside ``place``."""
    base = place.sub[0] if place.sub else 0
    reader = _Reader(value, scope, lambda start, end: place.within(base + start, base + end))
    return join_text(reader.segments()), reader.found
