"""Helpers of the tests of the Typebot parser: small bots, and what they were read to."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from bascule.diagnostics import Finding, locate
from bascule.ir.expr_text import print_text
from bascule.ir.nodes import Node
from bascule.ir.text import LocalizedText
from bascule.parsers.base import Parsed, ParseOptions
from bascule.parsers.typebot import parse
from bascule.source import SourceFile

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures" / "typebot"


def fixture(name: str) -> Parsed:
    return parse(SourceFile(name, (FIXTURES / name).read_bytes()), ParseOptions())


def read(data: Any, name: str = "bot.json") -> Parsed:
    text = data if isinstance(data, str) else json.dumps(data, ensure_ascii=False)
    return parse(SourceFile.of_text(text, name), ParseOptions())


def said_by(*texts: str) -> list[dict[str, Any]]:
    return [{"type": "p", "children": [{"text": text}]} for text in texts]


def text(id: str, *lines: str, **more: Any) -> dict[str, Any]:
    return {"id": id, "type": "text", "content": {"richText": said_by(*lines)}, **more}


def block(id: str, kind: str, /, **options: Any) -> dict[str, Any]:
    return {"id": id, "type": kind, "options": options}


def bot(*blocks: dict[str, Any], variables: tuple[str, ...] = (), **members: Any) -> dict[str, Any]:
    """A bot of one group that the start leads to; variables have their own names as ids."""
    return {
        "version": "6.1", "id": "bot1", "name": "Essai",
        "events": [{"id": "ev", "type": "start", "outgoingEdgeId": "e0"}],
        "groups": [{"id": "g1", "title": "Bloc", "blocks": list(blocks)}],
        "edges": [{"id": "e0", "from": {"eventId": "ev"}, "to": {"groupId": "g1"}}],
        "variables": [{"id": name, "name": name} for name in variables],
        "theme": {}, "settings": {"whatsApp": {"isEnabled": True}}, **members,
    }  # fmt: skip


def node(parsed: Parsed, name: str, flow: int = 0) -> Any:
    return parsed.project.flows[flow].by_id[name]


def coded(parsed: Parsed, code: str) -> list[Finding]:
    documents = {parsed.document.path: parsed.document}
    return [locate(finding, documents) for finding in parsed.findings if finding.code == code]


def guards(item: Node) -> list[tuple[str, str | None]]:
    return [(type(edge.guard).__name__, edge.target) for edge in item.edges]


def said(text: LocalizedText) -> str:
    return print_text(text.first) if text else ""
