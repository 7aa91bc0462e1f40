"""Workflow commands of GitHub Actions, which show findings beside the lines of a pull request.

https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
"""

from __future__ import annotations

from collections import Counter

from bascule.diagnostics.finding import Finding, Severity
from bascule.diagnostics.render_model import CheckReport, region
from bascule.diagnostics.rules import Rule, registry

__all__ = ["SHOWN_PER_LEVEL", "render_github"]

SHOWN_PER_LEVEL = 10
"""Annotations of one level that GitHub shows for one step; the others stay in the log only.
https://docs.github.com/en/actions/reference/limits"""

_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}


def render_github(report: CheckReport) -> str:
    """One command per finding, the severe ones first; a plain line says what GitHub will not show."""
    findings = sorted(report.findings, key=lambda finding: -finding.severity)
    rules = registry()
    lines = [_command(report, finding, rules.get(finding.code)) for finding in findings]
    counts = Counter(finding.severity for finding in findings)
    for severity, count in sorted(counts.items(), reverse=True):
        if count > SHOWN_PER_LEVEL:
            lines.append(
                f"bascule: GitHub shows {SHOWN_PER_LEVEL} annotations of a level; {count - SHOWN_PER_LEVEL} of {count} "
                f"{severity}s stand in this log only (`--format sarif` has no such limit)"
            )
    return "".join(f"{line}\n" for line in lines)


def _command(report: CheckReport, finding: Finding, rule: type[Rule] | None) -> str:
    line, column, end_line, end_column = region(finding.span)
    properties = {"file": report.path(finding.place.file), "line": str(line), "endLine": str(end_line)}
    if line == end_line:  # columns of a range over several lines would be taken for one line's
        properties |= {"col": str(column), "endColumn": str(max(end_column, column))}
    properties["title"] = f"{finding.code} {rule.name}" if rule is not None else finding.code
    said = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    text = "\n".join([finding.message, *([f"help: {finding.help}"] if finding.help else [])])
    return f"::{_COMMANDS[finding.severity]} {said}::{_data(text)}"


def _data(text: str) -> str:
    """Escaped as the runner unescapes a command's message."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    """Escaped as the runner unescapes a command's property."""
    return _data(text).replace(":", "%3A").replace(",", "%2C")
