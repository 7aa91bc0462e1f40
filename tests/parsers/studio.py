"""Helpers of the tests of the Studio parser: small flows, and what they were read to."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from bascule.diagnostics import Finding, locate
from bascule.ir.nodes import Node
from bascule.parsers.base import Parsed, ParseOptions
from bascule.parsers.twilio_studio import parse
from bascule.source import SourceFile

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures" / "studio"


def fixture(name: str) -> Parsed:
    return parse(SourceFile(name, (FIXTURES / name).read_bytes()), ParseOptions(locale="fr"))


def read(data: Any, name: str = "flow.json") -> Parsed:
    text = data if isinstance(data, str) else json.dumps(data, ensure_ascii=False)
    return parse(SourceFile.of_text(text, name), ParseOptions())


def flow_of(*states: dict[str, Any], start: str = "a") -> dict[str, Any]:
    trigger = {"name": "Trigger", "type": "trigger", "transitions": [{"event": "incomingMessage", "next": start}]}
    return {"description": "Essai", "initial_state": "Trigger", "states": [trigger, *states]}


def state(name: str, kind: str, edges: dict[str, str | None] | None = None, **properties: Any) -> dict[str, Any]:
    transitions = [{"event": event, "next": target} for event, target in (edges or {}).items()]
    return {"name": name, "type": kind, "transitions": transitions, "properties": properties}


def node(parsed: Parsed, name: str) -> Node:
    return parsed.project.flows[0].by_id[name]


def coded(parsed: Parsed, code: str) -> list[Finding]:
    documents = {parsed.document.path: parsed.document}
    return [locate(finding, documents) for finding in parsed.findings if finding.code == code]


def guards(item: Node) -> list[tuple[str, str | None]]:
    return [(type(edge.guard).__name__, edge.target) for edge in item.edges]
