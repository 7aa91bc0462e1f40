"""Helpers of the tests of the Landbot parser: small drafts, and what they were read to."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from bascule.diagnostics import Finding, locate
from bascule.ir.expr_text import print_text
from bascule.ir.nodes import Node
from bascule.ir.text import LocalizedText
from bascule.parsers.base import Parsed, ParseOptions
from bascule.parsers.landbot import parse
from bascule.source import SourceFile

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures" / "landbot"


def fixture(name: str) -> Parsed:
    return parse(SourceFile(name, (FIXTURES / name).read_bytes()), ParseOptions())


def read(data: Any, name: str = "draft.json") -> Parsed:
    text = data if isinstance(data, str) else json.dumps(data, ensure_ascii=False)
    return parse(SourceFile.of_text(text, name), ParseOptions())


def block(id: str, kind: str, /, **params: Any) -> dict[str, Any]:
    return {"id": id, "type": kind, "params": params}


def link(source: str, target: str, kind: str = "$success") -> dict[str, str]:
    return {"sourcePath": source, "targetPath": target, "type": kind}


def draft(*blocks: dict[str, Any], links: tuple[dict[str, str], ...] = (), **members: Any) -> dict[str, Any]:
    return {"blocks": list(blocks), "connections": list(links), **members}


def node(parsed: Parsed, name: str, flow: int = 0) -> Any:
    return parsed.project.flows[flow].by_id[name]


def coded(parsed: Parsed, code: str) -> list[Finding]:
    documents = {parsed.document.path: parsed.document}
    return [locate(finding, documents) for finding in parsed.findings if finding.code == code]


def guards(item: Node) -> list[tuple[str, str | None]]:
    return [(type(edge.guard).__name__, edge.target) for edge in item.edges]


def said(text: LocalizedText) -> str:
    return print_text(text.first) if text else ""
