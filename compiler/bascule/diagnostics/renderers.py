"""The output formats of ``check``, by name. A module is imported when its format is asked for."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module

from bascule.diagnostics.finding import Applicability, Finding
from bascule.diagnostics.render_model import CheckReport
from bascule.diagnostics.render_text import summary_line

__all__ = ["FORMATS", "render"]

FORMATS: dict[str, str] = {
    "text": "findings with the lines they stand on, for people",
    "concise": "one line per finding",
    "json": "all there is to a finding (schemas/findings.schema.json)",
    "sarif": "SARIF 2.1.0, for code scanning",
    "github": "workflow commands of GitHub Actions",
    "gitlab": "GitLab Code Quality",
    "junit": "JUnit XML, for test reports",
    "checkstyle": "Checkstyle XML",
}


_MANY = 50
"""From here on, findings are hard to survey one by one."""


def render(name: str, report: CheckReport) -> str:
    """The report in a format of :data:`FORMATS`."""
    if name == "text":
        return _text(report)
    if name == "concise":
        from bascule.diagnostics.render_text import render_concise

        return render_concise(report.findings)
    if name == "json":
        from bascule.diagnostics.render_json import findings_data, render_json

        return render_json(findings_data(report.findings, len(report.files), report.suppressed))
    module = import_module(f"bascule.diagnostics.render_{name}")
    text: str = getattr(module, f"render_{name}")(report)
    return text


def _text(report: CheckReport) -> str:
    from bascule.diagnostics.render_text import render_text

    findings = report.findings
    count = len(report.files)
    notes = [f"{report.suppressed} suppressed"] if report.suppressed else []
    if report.passed_over:
        notes.append(f"{report.passed_over} file{'s' if report.passed_over != 1 else ''} not read as scenarios")
    gap = "\n" if findings else ""
    summary = f"{count} file{'s' if count != 1 else ''} checked: {summary_line(findings)}"
    lines = [summary + (f" ({', '.join(notes)})" if notes else ""), *_advice(findings)]
    body = render_text(findings, report.documents, report.colour, report.width)
    return body + gap + "".join(f"{line}\n" for line in lines)


def _advice(findings: Sequence[Finding]) -> list[str]:
    """What can be done about the findings at once, and how to see many of them in less space."""
    safe = sum(1 for finding in findings if _can(finding, Applicability.SAFE))
    unsafe = sum(1 for finding in findings if _can(finding, Applicability.UNSAFE))
    lines = [f"{safe} can be mended with --fix"] if safe else []
    if unsafe:
        lines = [f"{f'{safe} can be mended with --fix, ' if safe else ''}{unsafe} {'more ' if safe else ''}"
                 f"{'' if safe else 'can be mended '}with --fix --unsafe-fixes"]  # fmt: skip
    if len(findings) > _MANY:
        lines.append("--statistics counts them by code; --format concise prints one line each")
    return lines


def _can(finding: Finding, applicability: Applicability) -> bool:
    return finding.fix is not None and bool(finding.fix.edits) and finding.fix.applicability is applicability
