"""Helpers of the tests of the Chatfuel parser: small flows and answers, and what they were read to."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from bascule.diagnostics import Finding, locate
from bascule.ir.expr_text import print_text
from bascule.ir.nodes import Node
from bascule.ir.text import LocalizedText
from bascule.parsers.base import Parsed, ParseOptions
from bascule.parsers.chatfuel import parse
from bascule.source import SourceFile

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures" / "chatfuel"


def fixture(name: str) -> Parsed:
    return parse(SourceFile(name, (FIXTURES / name).read_bytes()), ParseOptions())


def read(data: Any, name: str = "bot.json") -> Parsed:
    text = data if isinstance(data, str) else json.dumps(data, ensure_ascii=False)
    return parse(SourceFile.of_text(text, name), ParseOptions())


def words(*parts: str) -> dict[str, Any]:
    """A text in parts; ``@name`` is an attribute."""
    return {"parts": [{"attribute": {"name": part[1:]}} if part[:1] == "@" else {"text": part} for part in parts]}


def element(kind: str, id: str = "e", /, **members: Any) -> dict[str, Any]:
    return {"__typename": f"{kind}BlockElement", "id": id, **members}


def say(text: str, id: str = "e", /, **members: Any) -> dict[str, Any]:
    return element("WhatsAppText", id, text=words(text), **members)


def block(id: str, *elements: dict[str, Any], **members: Any) -> dict[str, Any]:
    return {"id": id, "name": id, "blockElements": list(elements), **members}


def then(source: str, target: str) -> dict[str, str]:
    return {"sourceBlockID": source, "targetBlockID": target}


def tap(source: str, element: str, handle: str, target: str) -> dict[str, str]:
    return {
        "sourceBlockID": source,
        "sourceBlockElementID": element,
        "sourceHandleID": handle,
        "targetBlockID": target,
    }


def flow(*blocks: dict[str, Any], links: tuple[dict[str, str], ...] = (), **members: Any) -> dict[str, Any]:
    return {"id": "f", "name": "Essai", "blocks": list(blocks), "connections": list(links), **members}


def reply(*messages: Any, **members: Any) -> dict[str, Any]:
    return {"messages": list(messages), **members}


def template(kind: str, **payload: Any) -> dict[str, Any]:
    return {"attachment": {"type": "template", "payload": {"template_type": kind, **payload}}}


def node(parsed: Parsed, name: str, at: int = 0) -> Any:
    return parsed.project.flows[at].by_id[name]


def coded(parsed: Parsed, code: str) -> list[Finding]:
    documents = {parsed.document.path: parsed.document}
    return [locate(finding, documents) for finding in parsed.findings if finding.code == code]


def codes(parsed: Parsed) -> set[str]:
    return {finding.code for finding in parsed.findings}


def guards(item: Node) -> list[tuple[str, str | None]]:
    return [(type(edge.guard).__name__, edge.target) for edge in item.edges]


def said(text: LocalizedText) -> str:
    return print_text(text.first) if text else ""
