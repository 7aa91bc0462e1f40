"""The one finding type. Every stage reports through it; renderers and exit codes read it."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from bascule.source import Document, Place, Span

__all__ = ["Applicability", "Edit", "Finding", "Fix", "Label", "Severity", "locate"]


class Severity(enum.IntEnum):
    """How bad: ``ERROR`` fails or is forbidden, ``WARNING`` may fail, ``INFO`` is advice."""

    INFO = 1
    WARNING = 2
    ERROR = 3

    def __str__(self) -> str:
        return self.name.lower()

    @classmethod
    def parse(cls, text: str) -> Severity:
        """Read ``error``, ``warning`` or ``info``; raises KeyError on anything else."""
        return cls[text.upper()]


class Applicability(enum.Enum):
    """Whether a fix keeps the meaning (``SAFE``) or a person must look (``UNSAFE``)."""

    SAFE = "safe"
    UNSAFE = "unsafe"


@dataclass(frozen=True, slots=True)
class Edit:
    """Replace the text at ``place`` (a value, or a range inside it) by ``replacement`` (decoded text).

    ``replaces`` is what must stand there, or else the edit is not made; where ``place`` is a mapping, it is the one
    key or text in it that says this.
    """

    place: Place
    replacement: str
    replaces: str | None = None


@dataclass(frozen=True, slots=True)
class Fix:
    """A change that would remove the finding."""

    message: str
    edits: tuple[Edit, ...]
    applicability: Applicability


@dataclass(frozen=True, slots=True)
class Label:
    """A second place that explains the finding; in a witness, ``clock`` is seconds since the last reply."""

    place: Place
    text: str
    clock: float | None = None
    span: Span | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found. ``span`` stays ``None`` until :func:`locate` fills it from the document."""

    code: str
    severity: Severity
    message: str
    place: Place
    labels: tuple[Label, ...] = ()
    notes: tuple[str, ...] = ()
    help: str = ""
    fix: Fix | None = None
    data: Mapping[str, Any] = field(default_factory=dict)
    span: Span | None = None

    @property
    def sort_key(self) -> tuple[Any, ...]:
        """Order of output: file, line, column, code, message."""
        where = (self.span.line, self.span.column) if self.span else (0, 0)
        return (self.place.file, *where, self.code, self.message, self.place.pointer)


def locate(finding: Finding, documents: Mapping[str, Document]) -> Finding:
    """Fill the spans of a finding and of its labels from the documents they name."""
    document = documents.get(finding.place.file)
    span = finding.span or (document.locate(finding.place) if document else None)
    labels = tuple(
        replace(label, span=documents[label.place.file].locate(label.place))
        if label.span is None and label.place.file in documents
        else label
        for label in finding.labels
    )
    return replace(finding, span=span, labels=labels)
