"""Findings as plain data: what ``check --format json`` prints (``schemas/findings.schema.json``)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from bascule.diagnostics.finding import Finding, Label, Severity

__all__ = ["dedupe", "finding_data", "findings_data", "render_json"]


def _position(span: Any) -> dict[str, Any]:
    if span is None:
        return {"line": 1, "column": 1, "end_line": 1, "end_column": 1}
    return {
        "line": span.line,
        "column": span.column,
        "end_line": span.end_line,
        "end_column": span.end_column,
    }


def _label(label: Label) -> dict[str, Any]:
    data: dict[str, Any] = {"file": label.place.file, **_position(label.span), "pointer": label.place.pointer}
    data["text"] = label.text
    if label.clock is not None:
        data["clock"] = label.clock if label.clock != float("inf") else None
    return data


def finding_data(finding: Finding) -> dict[str, Any]:
    """One finding as a JSON object with a fixed key order. Lines and columns are 1-based, in code points."""
    data: dict[str, Any] = {
        "code": finding.code,
        "severity": str(finding.severity),
        "message": finding.message,
        "file": finding.place.file,
        **_position(finding.span),
        "pointer": finding.place.pointer,
        "labels": [_label(label) for label in finding.labels],
        "notes": list(finding.notes),
        "help": finding.help,
    }
    if finding.fix is not None:
        data["fix"] = {
            "message": finding.fix.message,
            "applicability": finding.fix.applicability.value,
            "edits": [
                {
                    "file": edit.place.file,
                    "pointer": edit.place.pointer,
                    **({"range": list(edit.place.sub)} if edit.place.sub else {}),
                    "replacement": edit.replacement,
                }
                for edit in finding.fix.edits
            ],
        }
    if finding.data:
        data["data"] = dict(sorted(finding.data.items()))
    return data


def findings_data(findings: Sequence[Finding], files: int, suppressed: int = 0) -> dict[str, Any]:
    """All findings with a summary; ``files`` is the number of files read, ``suppressed`` that of findings left out."""
    counts = {f"{severity}s": 0 for severity in sorted(Severity, reverse=True)}
    for finding in findings:
        counts[f"{finding.severity}s"] += 1
    return {
        "findings": [finding_data(finding) for finding in findings],
        "summary": {"files": files, "findings": len(findings), **counts, "suppressed": suppressed},
    }


def render_json(data: Any) -> str:
    """Data as text: two spaces, Unicode kept, one line break at the end."""
    return json.dumps(data, ensure_ascii=False, indent=2) + "\n"


def dedupe(findings: Iterable[Finding]) -> list[Finding]:
    """Sorted findings without exact repeats (same code, place, span and message)."""
    seen: set[tuple[Any, ...]] = set()
    result = []
    for finding in sorted(findings, key=lambda item: item.sort_key):
        key = (finding.code, finding.place, finding.span, finding.message)
        if key not in seen:
            seen.add(key)
            result.append(finding)
    return result
