"""What a check found, ready to be printed: the value that every output format takes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from bascule.diagnostics.finding import Finding, Severity
from bascule.source import Document, Span

__all__ = ["CheckReport", "Result", "Suppression", "region", "snippet"]

_LONGEST = 400
"""Longest source text that is repeated in a machine-readable report."""


@dataclass(frozen=True, slots=True)
class Suppression:
    """Why a finding is not reported. ``in_source`` tells a comment in the file from configuration and baseline;
    ``file`` (display path) and ``span`` are where that is said."""

    in_source: bool
    reason: str
    file: str = ""
    span: Span | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """One finding; ``fingerprint`` is stable across edits elsewhere and unique within a report."""

    finding: Finding
    fingerprint: str
    suppression: Suppression | None = None


@dataclass(frozen=True)
class CheckReport:
    """The outcome of ``bascule check``.

    ``results`` are sorted and hold suppressed findings too; ``documents`` (by display path) show secrets covered;
    ``files`` are the display paths of the files that were read; ``shown`` maps display paths to paths that name no
    folder of this machine; ``fail_on`` is the lowest severity that fails (None: none does); ``readable`` is false when
    something could not be read. ``docs_url`` is where the pages of the rules are published (``""``: nowhere). ``width``
    is that of the terminal (0: none); ``passed_over`` counts the files that nothing was read from; ``baseline`` is the
    display path of the baseline (``""``: none is used).
    """

    results: tuple[Result, ...]
    documents: Mapping[str, Document]
    files: tuple[str, ...]
    version: str
    shown: Mapping[str, str] = field(default_factory=dict)
    fail_on: Severity | None = Severity.ERROR
    readable: bool = True
    colour: bool = False
    docs_url: str = ""
    width: int = 0
    passed_over: int = 0
    baseline: str = ""

    @property
    def findings(self) -> list[Finding]:
        """What is reported: everything that is not suppressed."""
        return [result.finding for result in self.results if result.suppression is None]

    @property
    def reported(self) -> list[Result]:
        """The results that are not suppressed."""
        return [result for result in self.results if result.suppression is None]

    @property
    def suppressed(self) -> int:
        """Number of suppressed findings."""
        return len(self.results) - len(self.findings)

    def path(self, file: str) -> str:
        """How a file is called in reports for other machines."""
        return self.shown.get(file, file)

    def fails(self, finding: Finding) -> bool:
        """Whether a reported finding makes the run fail."""
        return self.fail_on is not None and finding.severity >= self.fail_on


def region(span: Span | None) -> tuple[int, int, int, int]:
    """First line and column, last line and column (past the end), from 1, in code points."""
    return (span.line, span.column, span.end_line, span.end_column) if span is not None else (1, 1, 1, 1)


def snippet(report: CheckReport, file: str, span: Span | None) -> str:
    """The text at a place, secrets covered; ``""`` when it is long or not there."""
    document = report.documents.get(file)
    if document is None or span is None or not 0 < span.end - span.start <= _LONGEST:
        return ""
    return document.text[span.start : span.end]
