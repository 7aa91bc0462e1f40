"""Run a small source text through the whole pipeline: what all rule tests share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from bascule.diagnostics import Finding
from bascule.parsers import ParseOptions
from bascule.source import Document, SourceFile
from bascule.workspace import InputFile, analyse, load

FORMATS = {
    "scenario": ("case.yaml", "scenario"),
    "sms-csv": ("case.csv", "sms"),
    "sms-json": ("case.json", "sms"),
    "studio": ("case.json", "twilio-studio"),
    "templates": ("case.json", "wa-templates"),
}
"""Format of a case to the file name it gets and the parser that reads it."""


@dataclass(frozen=True)
class Outcome:
    """What the pipeline found in one text."""

    findings: tuple[Finding, ...]
    document: Document

    def of(self, code: str) -> list[Finding]:
        """The findings of one rule, in the order of output."""
        return [finding for finding in self.findings if finding.code == code]

    def describe(self) -> str:
        """All findings, one a line, for a failing test."""
        return "\n".join(
            f"{finding.span.line if finding.span else '?'}:{finding.span.column if finding.span else '?'} "
            f"{finding.severity} {finding.code} {finding.message}"
            for finding in self.findings
        )


Run = Callable[..., Outcome]


@pytest.fixture(scope="session")
def run_text() -> Run:
    """A function (text, format, locale) that gives the outcome."""

    def run(text: str, format: str = "scenario", locale: str = "") -> Outcome:
        path, parser = FORMATS[format]
        item = InputFile(SourceFile.of_text(text, path), path)
        workspace = load([item], ParseOptions(locale=locale), from_format=parser)
        analysis = analyse(workspace, locale=locale)
        return Outcome(tuple(analysis.findings), workspace.documents[path])

    return run
