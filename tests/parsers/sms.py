"""Helpers of the SMS tests: read a fixture or a text, and look at what became of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from bascule.diagnostics import Finding, locate
from bascule.ir.expr import Ref
from bascule.ir.nodes import Ask, Message
from bascule.ir.project import Flow
from bascule.ir.text import Text, holes, plain_text
from bascule.parsers.base import Parsed, ParseOptions
from bascule.parsers.sms import parse
from bascule.source import SourceFile

__all__ = ["FIXTURES", "codes", "facts", "found", "names", "node", "read", "read_json", "read_text", "said", "where"]

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures" / "sms"


def read(name: str, **options: str) -> Parsed:
    path = FIXTURES / name
    return parse(SourceFile(path.name, path.read_bytes()), ParseOptions(**options))


def read_text(text: str, name: str = "sms.csv", **options: str) -> Parsed:
    return parse(SourceFile.of_text(text, name), ParseOptions(**options))


def read_json(value: Any, name: str = "sms.json", **options: str) -> Parsed:
    return read_text(json.dumps(value, ensure_ascii=False), name, **options)


def node(parsed: Parsed, flow_id: str) -> Message | Ask:
    found = parsed.project.by_id[flow_id].nodes[0]
    assert isinstance(found, (Message, Ask))
    return found


def names(text: Text) -> list[str]:
    return [hole.expression.name for hole in holes(text) if isinstance(hole.expression, Ref)]


def said(parsed: Parsed, flow_id: str, locale: str = "") -> str:
    text = node(parsed, flow_id).content.text.get(locale)
    assert text is not None
    return plain_text(text)


def facts(flow: Flow) -> dict[str, Any]:
    return {name: json.loads(value) for name, value in flow.nodes[0].facts}


def codes(parsed: Parsed) -> list[str]:
    return [finding.code for finding in parsed.findings]


def found(parsed: Parsed, code: str) -> Finding:
    finding = next(finding for finding in parsed.findings if finding.code == code)
    return locate(finding, {parsed.document.path: parsed.document})


def where(parsed: Parsed, code: str) -> tuple[int, int, str]:
    span = found(parsed, code).span
    assert span is not None
    return span.line, span.column, parsed.document.text[span.start : span.end]
