"""Helpers of the tests of the FLOIP parser: small containers, and what they were read to."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from bascule.diagnostics import Finding, locate
from bascule.ir.expr_text import print_text
from bascule.ir.nodes import Node
from bascule.ir.text import LocalizedText
from bascule.parsers.base import Parsed, ParseOptions
from bascule.parsers.floip import parse
from bascule.source import SourceFile

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures" / "floip"


def fixture(name: str) -> Parsed:
    return parse(SourceFile(name, (FIXTURES / name).read_bytes()), ParseOptions())


def read(data: Any, name: str = "flow.json") -> Parsed:
    text = data if isinstance(data, str) else json.dumps(data, ensure_ascii=False)
    return parse(SourceFile.of_text(text, name), ParseOptions())


def container(*blocks: dict[str, Any], **members: Any) -> dict[str, Any]:
    resources = members.pop("resources", [])
    flow = {
        "uuid": "f", "name": "essai", "languages": [{"id": "fra", "iso_639_3": "fra"}], "supported_modes": ["RICH_MESSAGING"],
        "blocks": list(blocks), "first_block_id": blocks[0]["uuid"] if blocks else "", **members,
    }  # fmt: skip
    return {"specification_version": "1.0.0-rc4", "uuid": "c", "name": "Essai", "flows": [flow], "resources": resources}


def block(name: str, kind: str, *exits: dict[str, Any], **config: Any) -> dict[str, Any]:
    return {"uuid": name, "name": name, "type": kind, "config": config, "exits": list(exits)}


def way(to: str | None = None, test: str | None = None, name: str = "suite", **members: Any) -> dict[str, Any]:
    default = {"default": True} if test is None and "default" not in members else {}
    return {"uuid": f"x{name}", "name": name, "destination_block": to, "test": test, **default, **members}


def words(uuid: str, *values: tuple[str, str, str]) -> dict[str, Any]:
    """A resource of (language, mode, text)."""
    items = [
        {"language_id": language, "content_type": "TEXT", "modes": [mode], "value": text}
        for language, mode, text in values
    ]
    return {"uuid": uuid, "values": items}


def node(parsed: Parsed, name: str, flow: int = 0) -> Any:
    return parsed.project.flows[flow].by_id[name]


def coded(parsed: Parsed, code: str) -> list[Finding]:
    documents = {parsed.document.path: parsed.document}
    return [locate(finding, documents) for finding in parsed.findings if finding.code == code]


def guards(item: Node) -> list[tuple[str, str | None]]:
    return [(type(edge.guard).__name__, edge.target) for edge in item.edges]


def said(text: LocalizedText) -> dict[str, str]:
    return {locale: print_text(value) for locale, value in text}
