"""What a parser is: two functions in a module, and the types they exchange.

``sniff(file)`` says how sure it is that a file is of its format, with the reason; ``parse(file,
options)`` turns it into a project, findings and a ledger. Both take a :class:`SourceFile` and touch
nothing else: no file is opened, no clock is read, and no input makes them raise. A format that is a
folder of files has two more functions (:class:`ProjectParser`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Protocol

from bascule.diagnostics.finding import Finding
from bascule.ir.ledger import Ledger
from bascule.ir.project import Project
from bascule.source import Document, SourceFile, Tree

__all__ = [
    "CERTAIN",
    "LIKELY",
    "NEAR",
    "POSSIBLE",
    "Claim",
    "Match",
    "ParseOptions",
    "Parsed",
    "Parser",
    "ProjectParser",
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
class Claim:
    """A project found in a folder or archive. ``root`` is its folder, ``files`` all files that belong to it; both
    relative to the tree that was searched (``""`` is the tree's own root)."""

    root: str
    files: tuple[str, ...]
    match: Match


@dataclass(frozen=True, slots=True)
class ParseOptions:
    """What the user said about the input. ``locale`` is used where a file names no language."""

    locale: str = ""
    placeholder: str = ""
    sheet: str = ""


@dataclass(frozen=True, slots=True)
class Parsed:
    """One file or project read: its part of the graph, what was found, what became of each construct, and the
    document that turns places into lines. ``unreadable`` files give an empty project and exit code 2.
    ``documents`` are those of a project's further files; each one's ``path`` is its file's."""

    project: Project
    findings: tuple[Finding, ...]
    ledger: Ledger
    document: Document
    unreadable: bool = False
    facts: tuple[tuple[str, str], ...] = field(default=())
    documents: tuple[Document, ...] = ()


class Parser(Protocol):
    """The interface of a parser module (and of a plugin found by the entry point group ``bascule.parsers``)."""

    def sniff(self, file: SourceFile) -> Match | None:
        """How sure the parser is, or None when the file has nothing to do with its format."""

    def parse(self, file: SourceFile, options: ParseOptions) -> Parsed:
        """Read the file. Never raises on content."""


class ProjectParser(Parser, Protocol):
    """A parser whose format is made of several files. A single file goes through :meth:`parse` as ever."""

    def find_projects(self, tree: Tree) -> list[Claim]:
        """The projects of a folder or archive, with the files of each. Never raises on content."""

    def parse_project(self, tree: Tree, options: ParseOptions) -> Parsed:
        """Read one project: ``tree`` holds its files alone, relative to its root. Never raises on content."""


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
