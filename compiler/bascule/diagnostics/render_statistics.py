"""How often each code was found: ``check --statistics``."""

from __future__ import annotations

from collections import Counter
from typing import Any

from bascule.diagnostics.finding import Severity
from bascule.diagnostics.render_json import render_json
from bascule.diagnostics.render_model import CheckReport
from bascule.diagnostics.rules import registry

__all__ = ["render_statistics", "statistics_data"]


def statistics_data(report: CheckReport) -> list[dict[str, Any]]:
    """One entry per code, the most frequent first: code, name, severity (the highest), count, fixable, suppressed."""
    findings = report.findings
    counts = Counter(finding.code for finding in findings)
    fixable = Counter(finding.code for finding in findings if finding.fix is not None)
    hidden = Counter(result.finding.code for result in report.results if result.suppression is not None)
    highest: dict[str, Severity] = {}
    for finding in findings:
        highest[finding.code] = max(finding.severity, highest.get(finding.code, finding.severity))
    rules = registry()
    entries = []
    for code in sorted({*counts, *hidden}, key=lambda code: (-counts[code], code)):
        rule = rules.get(code)
        severity = highest.get(code) or (rule.severity if rule else None)
        entries.append(
            {
                "code": code,
                "name": rule.name if rule else "",
                "severity": str(severity) if severity else "",
                "count": counts[code],
                "fixable": fixable[code],
                "suppressed": hidden[code],
            }
        )
    return entries


def render_statistics(report: CheckReport, *, as_json: bool = False) -> str:
    """A table, or the same as JSON."""
    entries = statistics_data(report)
    if as_json:
        return render_json(entries)
    if not entries:
        return "no findings\n"
    width = max((len(str(entry["count"])) for entry in entries), default=1)
    lines = []
    for entry in entries:
        more = f"  ({entry['fixable']} with a fix)" if entry["fixable"] else ""
        more += f"  ({entry['suppressed']} suppressed)" if entry["suppressed"] else ""
        lines.append(f"{entry['count']:>{width}}  {entry['code']}  {entry['severity']:<7}  {entry['name']}{more}")
    return "".join(f"{line}\n" for line in lines)
