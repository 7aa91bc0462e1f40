"""Checkstyle XML, which many CI plugins and review tools read: https://checkstyle.org"""

from __future__ import annotations

from bascule.diagnostics.finding import Finding
from bascule.diagnostics.render_model import CheckReport, region
from bascule.diagnostics.xml_text import HEAD, element

__all__ = ["render_checkstyle"]


def render_checkstyle(report: CheckReport) -> str:
    """One ``file`` element per file that was read, with its findings; clean files are empty."""
    by_file: dict[str, list[Finding]] = {file: [] for file in report.files}
    for finding in report.findings:
        by_file.setdefault(finding.place.file, []).append(finding)
    files = [
        element("file", {"name": report.path(file)}, [_error(finding) for finding in by_file[file]], indent=1)
        for file in sorted(by_file)
    ]
    return HEAD + element("checkstyle", {"version": "10.0"}, files)


def _error(finding: Finding) -> str:
    line, column, _, _ = region(finding.span)
    return element(
        "error",
        {
            "line": line,
            "column": column,
            "severity": str(finding.severity),
            "message": f"{finding.message} ({finding.help})" if finding.help else finding.message,
            "source": f"bascule.{finding.code}",
        },
        indent=2,
    )
