"""What a parser is: two functions in a module, and the types they exchange.

``sniff(file)`` says how sure it is that a file is of its format, with the reason; ``parse(file,
options)`` turns it into a project, findings and a ledger. Both take a :class:`SourceFile` and touch
nothing else: no file is opened, no clock is read, and no input makes them raise.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Protocol

from bascule.diagnostics.finding import Finding
from bascule.ir.ledger import Ledger
from bascule.ir.project import Project
from bascule.source import Document, SourceFile

__all__ = [
    "CERTAIN",
    "LIKELY",
    "NEAR",
    "POSSIBLE",
    "Match",
    "ParseOptions",
    "Parsed",
    "Parser",
    "best_match",
    "only_near_miss",
]

CERTAIN, LIKELY, POSSIBLE, NEAR = 95, 75, 50, 42
"""Confidence levels of a sniff. Below :data:`POSSIBLE` a match is a near miss: explained, and chosen only for a
file that the user named, when it is the only one of at least :data:`NEAR`."""


@dataclass(frozen=True, slots=True)
class Match:
    """A sniffer's answer. ``reason`` completes "read as X because …" or, for a near miss, "not X because …"."""

    confidence: int
    reason: str


@dataclass(frozen=True, slots=True)
class ParseOptions:
    """What the user said about the input. ``locale`` is used where a file names no language."""

    locale: str = ""
    placeholder: str = ""
    sheet: str = ""


@dataclass(frozen=True, slots=True)
class Parsed:
    """One file read: its part of the graph, what was found, what became of each construct, and the
    document that turns places into lines. ``unreadable`` files give an empty project and exit code 2."""

    project: Project
    findings: tuple[Finding, ...]
    ledger: Ledger
    document: Document
    unreadable: bool = False
    facts: tuple[tuple[str, str], ...] = field(default=())


class Parser(Protocol):
    """The interface of a parser module (and of a plugin found by the entry point group ``bascule.parsers``)."""

    def sniff(self, file: SourceFile) -> Match | None:
        """How sure the parser is, or None when the file has nothing to do with its format."""

    def parse(self, file: SourceFile, options: ParseOptions) -> Parsed:
        """Read the file. Never raises on content."""


def best_match(candidates: Iterable[tuple[str, Match]]) -> tuple[str, Match] | None:
    """The surest candidate of at least :data:`POSSIBLE`; ties go to the one listed first."""
    best: tuple[str, Match] | None = None
    for name, match in candidates:
        if match.confidence >= POSSIBLE and (best is None or match.confidence > best[1].confidence):
            best = (name, match)
    return best


def only_near_miss(answers: Iterable[tuple[str, Match]]) -> tuple[str, Match] | None:
    """The near miss that a file named by the user may be read as: the only one of at least :data:`NEAR`."""
    near = [answer for answer in answers if NEAR <= answer[1].confidence < POSSIBLE]
    return near[0] if len(near) == 1 else None
