"""JUnit XML, as CI systems read it: a suite per file, a case per finding, a passing case per clean file.

Findings below ``--fail-on`` are cases that pass, with the finding as their output, so that report and exit code agree.
"""

from __future__ import annotations

from collections.abc import Mapping

from bascule.diagnostics.render_model import CheckReport, Result, region
from bascule.diagnostics.rules import Rule, registry
from bascule.diagnostics.xml_text import HEAD, element

__all__ = ["render_junit"]


def render_junit(report: CheckReport) -> str:
    """The report as one ``testsuites`` document, without times."""
    by_file: dict[str, list[Result]] = {file: [] for file in report.files}
    for result in report.results:
        by_file.setdefault(result.finding.place.file, []).append(result)
    suites = [_suite(report, file, by_file[file]) for file in sorted(by_file)]
    totals = {key: sum(suite[1][key] for suite in suites) for key in ("tests", "failures", "errors", "skipped")}
    return HEAD + element("testsuites", {"name": "bascule", **totals}, [suite[0] for suite in suites])


def _suite(report: CheckReport, file: str, results: list[Result]) -> tuple[str, dict[str, int]]:
    rules = registry()
    counts = {"tests": max(len(results), 1), "failures": 0, "errors": 0, "skipped": 0}
    name = report.path(file)
    cases = []
    for result in results:
        outcome, child = _outcome(report, result, rules)
        if outcome:
            counts[outcome] += 1
        rule = rules.get(result.finding.code)
        line, column, _, _ = region(result.finding.span)
        attributes: dict[str, str | int] = {
            "name": f"{result.finding.code} {rule.name if rule else ''} ({line}:{column})".replace("  ", " "),
            "classname": name,
            "file": name,
            "line": line,
        }
        cases.append(element("testcase", attributes, [child], indent=2))
    if not results:
        cases.append(element("testcase", {"name": "no findings", "classname": name, "file": name}, indent=2))
    return element("testsuite", {"name": name, **counts}, cases, indent=1), counts


def _outcome(report: CheckReport, result: Result, rules: Mapping[str, type[Rule]]) -> tuple[str, str]:
    """The count that a case belongs to (``""``: it passes) and the element that says so."""
    finding = result.finding
    line, column, _, _ = region(finding.span)
    body = [f"{report.path(finding.place.file)}:{line}:{column}: {finding.severity}[{finding.code}] {finding.message}"]
    body += [f"note: {note}" for note in finding.notes]
    body += [f"help: {finding.help}"] if finding.help else []
    text = "\n".join(body)
    if result.suppression is not None:
        return "skipped", element("skipped", {"message": f"suppressed: {result.suppression.reason}"}, indent=3)
    rule = rules.get(finding.code)
    if rule is not None and rule.unreadable:
        return "errors", element("error", {"message": finding.message, "type": finding.code}, text=text, indent=3)
    if report.fails(finding):
        return "failures", element("failure", {"message": finding.message, "type": finding.code}, text=text, indent=3)
    return "", element("system-out", {}, text=text, indent=3)
