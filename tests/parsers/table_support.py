"""Helpers of the table tests: read a fixture or a text, and look at what became of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from bascule.diagnostics import Finding, locate
from bascule.ir.encode import encode_project
from bascule.ir.nodes import Ask, Message, Node
from bascule.ir.text import plain_text
from bascule.parsers.base import Parsed, ParseOptions
from bascule.parsers.table import parse
from bascule.source import SourceFile

__all__ = ["FIXTURES", "codes", "edges", "found", "node", "nodes", "read", "read_text", "said", "titles", "where"]

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures" / "table"


def read(name: str, **options: str) -> Parsed:
    path = FIXTURES / name
    return parse(SourceFile(path.name, path.read_bytes()), ParseOptions(**options))


def read_text(text: str, name: str = "t.csv", **options: str) -> Parsed:
    return parse(SourceFile.of_text(text, name), ParseOptions(**options))


def nodes(parsed: Parsed) -> dict[str, Any]:
    """All nodes of a file as the scenario file writes them."""
    return {
        name: item for flow in encode_project(parsed.project)["flows"].values() for name, item in flow["nodes"].items()
    }


def node(parsed: Parsed, id_: str) -> Node:
    return next(flow.by_id[id_] for flow in parsed.project.flows if id_ in flow.by_id)


def said(parsed: Parsed, id_: str, locale: str = "") -> str:
    item = node(parsed, id_)
    assert isinstance(item, (Ask, Message))
    text = item.content.text.get(locale)
    assert text is not None
    return plain_text(text)


def titles(parsed: Parsed, id_: str, locale: str = "") -> list[str]:
    item = node(parsed, id_)
    assert isinstance(item, (Ask, Message))
    return [plain_text(choice.title.get(locale) or ()) for choice in item.content.choices]


def edges(parsed: Parsed, id_: str) -> list[Any]:
    return list(nodes(parsed)[id_]["edges"])


def codes(parsed: Parsed) -> list[str]:
    return [finding.code for finding in parsed.findings]


def found(parsed: Parsed, code: str) -> Finding:
    finding = next(finding for finding in parsed.findings if finding.code == code)
    return locate(finding, {parsed.document.path: parsed.document})


def where(parsed: Parsed, code: str) -> tuple[int, int, str]:
    span = found(parsed, code).span
    assert span is not None
    return span.line, span.column, parsed.document.text[span.start : span.end]
