"""The output formats of ``check``, by name. A module is imported when its format is asked for."""

from __future__ import annotations

from importlib import import_module

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
    hidden = f" ({report.suppressed} suppressed)" if report.suppressed else ""
    gap = "\n" if findings else ""
    summary = f"{count} file{'s' if count != 1 else ''} checked: {summary_line(findings)}{hidden}"
    return f"{render_text(findings, report.documents, report.colour)}{gap}{summary}\n"
