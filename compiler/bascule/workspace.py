"""From files to a checked project: what every command shares, without touching the disk.

``load`` sniffs and parses :class:`SourceFile` objects; ``analyse`` links, proves the window, lowers
and runs the rules. Integrators call the same two functions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bascule.diagnostics import Finding, Severity, locate
from bascule.diagnostics.render_json import dedupe
from bascule.ir.ledger import Ledger
from bascule.ir.project import Project
from bascule.loading import InputFile, InputTree, LoadedFile, Workspace, load
from bascule.source import Document

if TYPE_CHECKING:
    from bascule.passes.window import WindowReport
    from bascule.whatsapp.plan import Plan

__all__ = ["Analysis", "InputFile", "InputTree", "LoadedFile", "Workspace", "analyse", "load", "located"]


@dataclass
class Analysis:
    """The checked project: graph, window proof, WhatsApp plan, all findings with places, all ledgers."""

    workspace: Workspace
    project: Project
    window: WindowReport
    plan: Plan
    findings: list[Finding]
    ledger: Ledger

    def reaches(self, level: Severity | None) -> bool:
        """Some finding is at or above ``level`` (None: never)."""
        return level is not None and any(finding.severity >= level for finding in self.findings)


def located(findings: Sequence[Finding], documents: dict[str, Document]) -> list[Finding]:
    """Findings with spans, sorted, without repeats."""
    return dedupe(locate(finding, documents) for finding in findings)


def analyse(workspace: Workspace, *, locale: str = "") -> Analysis:
    """Link, prove, lower, check. Pure: the same files and settings give the same analysis.

    ``locale`` (else that of ``workspace.settings``) is used where a source names no language.
    """
    from bascule.passes import run_passes

    projects = [file.parsed.project for file in workspace.files if file.parsed]
    settings = workspace.settings
    result = run_passes(projects, locale=locale or settings.default_locale, settings=settings)
    ledger = Ledger()
    for file in workspace.files:
        if file.parsed:
            ledger.extend(file.parsed.ledger.entries)
    findings = located([*workspace.findings, *result.findings], workspace.documents)
    return Analysis(workspace, result.project, result.window, result.plan, findings, ledger)
