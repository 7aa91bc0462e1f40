"""SARIF 2.1.0, for code scanning: https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html"""

from __future__ import annotations

import json
import math
from typing import Any

from bascule.diagnostics.finding import Finding, Fix, Label, Severity
from bascule.diagnostics.pages import page_sections
from bascule.diagnostics.render_model import CheckReport, Result, Suppression, region, snippet
from bascule.diagnostics.render_text import clock_text
from bascule.diagnostics.rules import FAMILIES, Rule, registry
from bascule.source import Document, Span

__all__ = ["FINGERPRINT", "ROOT", "SCHEMA", "render_sarif"]

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
ROOT = "SRCROOT"
"""Names the folder that paths start from; which one it is, only the reader knows."""

FINGERPRINT = "basculeFinding/v1"
_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
_PROBLEMS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "recommendation"}


def render_sarif(report: CheckReport) -> str:
    """The report as one SARIF log. Suppressed findings are results with their justification."""
    codes = sorted({result.finding.code for result in report.results})
    index = {code: number for number, code in enumerate(codes)}
    rules = registry()
    run = {
        "tool": {
            "driver": {
                "name": "bascule",
                "semanticVersion": report.version,
                "rules": [_rule(code, rules.get(code), report.docs_url) for code in codes],
            }
        },
        "invocations": [{"executionSuccessful": report.readable}],
        "originalUriBaseIds": {ROOT: {"description": {"text": "The folder in which bascule was run."}}},
        "language": "en",
        "columnKind": "utf16CodeUnits",
        "results": [_result(report, result, index) for result in report.results],
    }
    log = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(log, ensure_ascii=False, indent=2) + "\n"


def _rule(code: str, rule: type[Rule] | None, docs_url: str) -> dict[str, Any]:
    if rule is None:
        return {"id": code}
    sections = page_sections(rule)
    severity = rule.severity
    return {
        "id": code,
        "name": "".join(word.capitalize() for word in rule.name.split("-")),
        "shortDescription": {"text": rule.title()},
        "fullDescription": {"text": " ".join(sections.get("What it does", rule.title()).split())},
        "help": {"text": _help_text(sections), "markdown": _help_markdown(rule, sections)},
        **({"helpUri": f"{docs_url.partition('#')[0]}#{code.lower()}-{rule.name}"} if docs_url else {}),
        "defaultConfiguration": {"level": _LEVELS[severity]},
        "properties": {"tags": [FAMILIES[code[:3]]], "problem.severity": _PROBLEMS[severity]},
    }


def _help_text(sections: dict[str, str]) -> str:
    return "\n\n".join(f"{heading}: {text}" for heading, text in sections.items())


def _help_markdown(rule: type[Rule], sections: dict[str, str]) -> str:
    return "\n\n".join(
        [f"# {rule.code} {rule.name}", *(f"**{heading}.** {text}" for heading, text in sections.items())]
    )


def _result(report: CheckReport, result: Result, index: dict[str, int]) -> dict[str, Any]:
    finding = result.finding
    data: dict[str, Any] = {
        "ruleId": finding.code,
        "ruleIndex": index[finding.code],
        "level": _LEVELS[finding.severity],
        "message": {"text": _message(finding)},
        "locations": [_location(report, finding.place.file, finding.span, finding.place.pointer)],
        "partialFingerprints": {FINGERPRINT: result.fingerprint},
    }
    if finding.labels:
        data["relatedLocations"] = [
            _location(report, label.place.file, label.span, label.place.pointer, _label(label), number)
            for number, label in enumerate(finding.labels, start=1)
        ]
    if any(label.clock is not None for label in finding.labels):
        data["codeFlows"] = [_code_flow(report, finding)]
    fix = _fix(report, finding.fix) if finding.fix is not None else None
    if fix is not None:
        data["fixes"] = [fix]
    if result.suppression is not None:
        data["suppressions"] = [_suppression(report, result.suppression)]
    if report.baseline:
        known = result.suppression is not None and result.suppression.file == report.baseline
        data["baselineState"] = "unchanged" if known else "new"
    return data


def _fix(report: CheckReport, fix: Fix) -> dict[str, Any] | None:
    """A fix with the characters to write into each file; None when it cannot be written, or would show a secret."""
    from bascule.diagnostics.literals import Refused, inner_document, resolve, splice

    changes: dict[str, list[dict[str, Any]]] = {}
    for edit in fix.edits:
        document = report.documents.get(edit.place.file)
        if document is None:
            return None
        try:
            text = inner_document(document, edit.place.pointer).text
            part = splice(document, text, resolve(document, edit))
        except Refused:
            return None
        if document.text[part.start : part.end] != text[part.start : part.end]:
            return None
        replacement: dict[str, Any] = {"deletedRegion": _region(document, document.span(part.start, part.end))}
        if part.text:
            replacement["insertedContent"] = {"text": part.text}
        changes.setdefault(edit.place.file, []).append(replacement)
    return {
        "description": {"text": f"{fix.message} ({fix.applicability.value})"},
        "artifactChanges": [
            {"artifactLocation": {"uri": _uri(report.path(file)), "uriBaseId": ROOT}, "replacements": replacements}
            for file, replacements in changes.items()
        ],
    }


def _message(finding: Finding) -> str:
    lines = [finding.message, *(f"note: {note}" for note in finding.notes)]
    return "\n".join([*lines, f"help: {finding.help}"] if finding.help else lines)


def _label(label: Label) -> str:
    return label.text if label.clock is None else f"{label.text} (+{clock_text(label.clock)})"


def _region(document: Document | None, span: Span | None) -> dict[str, Any]:
    """A region with its columns in UTF-16 code units (``columnKind``): viewers written in JavaScript or C# count so,
    and few of them look at the property."""
    line, column, end_line, end_column = region(span)
    if document is not None and span is not None:
        column += _astral(document.line_text(line)[: column - 1])
        end_column += _astral(document.line_text(end_line)[: end_column - 1])
    return {"startLine": line, "startColumn": column, "endLine": end_line, "endColumn": end_column}


def _astral(text: str) -> int:
    """Characters that take two UTF-16 code units."""
    return 0 if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2 - len(text)


def _location(
    report: CheckReport, file: str, span: Span | None, pointer: str = "", text: str = "", number: int = 0
) -> dict[str, Any]:
    place = _region(report.documents.get(file), span)
    shown = snippet(report, file, span)
    if shown:
        place["snippet"] = {"text": shown}
    location: dict[str, Any] = {"id": number} if number else {}
    location["physicalLocation"] = {
        "artifactLocation": {"uri": _uri(report.path(file)), "uriBaseId": ROOT},
        "region": place,
    }
    if pointer:
        location["logicalLocations"] = [{"fullyQualifiedName": pointer, "kind": "value"}]
    if text:
        location["message"] = {"text": text}
    return location


def _uri(path: str) -> str:
    from urllib.parse import quote

    return quote(path.encode("utf-8", "surrogateescape"), safe="/")


def _code_flow(report: CheckReport, finding: Finding) -> dict[str, Any]:
    """The witness: the steps with their clock, and the finding at the end."""
    steps: list[dict[str, Any]] = []
    for label in finding.labels:
        step: dict[str, Any] = {
            "location": _location(report, label.place.file, label.span, label.place.pointer, _label(label))
        }
        if label.clock is not None and math.isfinite(label.clock):
            step["properties"] = {"secondsSinceLastReply": label.clock}
        steps.append(step)
    end = _location(report, finding.place.file, finding.span, finding.place.pointer, finding.message)
    return {"threadFlows": [{"locations": [*steps, {"location": end}]}]}


def _suppression(report: CheckReport, suppression: Suppression) -> dict[str, Any]:
    data: dict[str, Any] = {
        "kind": "inSource" if suppression.in_source else "external",
        "status": "accepted",
        "justification": suppression.reason,
    }
    if suppression.file:
        data["location"] = _location(report, suppression.file, suppression.span)
    return data
