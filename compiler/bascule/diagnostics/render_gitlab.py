"""GitLab Code Quality: https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format"""

from __future__ import annotations

import json

from bascule.diagnostics.finding import Severity
from bascule.diagnostics.render_model import CheckReport, region

__all__ = ["render_gitlab"]

_SEVERITIES = {Severity.ERROR: "critical", Severity.WARNING: "minor", Severity.INFO: "info"}


def render_gitlab(report: CheckReport) -> str:
    """One array. Fingerprints do not depend on lines, so a merge request shows only what it changes."""
    issues = []
    for result in report.reported:
        finding = result.finding
        line, column, end_line, end_column = region(finding.span)
        issues.append(
            {
                "description": finding.message,
                "check_name": finding.code,
                "fingerprint": result.fingerprint,
                "severity": _SEVERITIES[finding.severity],
                "location": {
                    "path": report.path(finding.place.file),
                    "lines": {"begin": line, "end": end_line},
                    "positions": {
                        "begin": {"line": line, "column": column},
                        "end": {"line": end_line, "column": end_column},
                    },
                },
            }
        )
    return json.dumps(issues, ensure_ascii=False, indent=2) + "\n"
