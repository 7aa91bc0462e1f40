"""Node-RED exports: the skeleton from wires and switches, RedBot's chat nodes, messages out of function nodes.

Format: https://nodered.org/docs/user-guide/editor/workspace/import-export
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from bascule.diagnostics.parse_rules import findings_of
from bascule.ir.project import Project
from bascule.language.placeholders import syntax_names
from bascule.language.reading import Reading, json_text
from bascule.language.secrets import MaskedDocument
from bascule.parsers.base import CERTAIN, LIKELY, Match, Parsed, ParseOptions
from bascule.parsers.node_red import losses, rules
from bascule.parsers.node_red.flows import read_flows
from bascule.parsers.node_red.nodes import nodes_of, read_nodes
from bascule.parsers.node_red.rules import BadValue, NoNodes
from bascule.source import Place, SourceFile, TextDocument
from bascule.source.json import read_json

__all__ = ["losses", "parse", "rules", "sniff"]

_NEAR = 20
_SEEN = 200
_SYNTAX = "double-brace"
_MESSAGE = ("session", "a member of the message that Node-RED passes on")
_CHAT = ("contact", "what RedBot keeps of the chat")
_PROVIDED: dict[str, tuple[str, str]] = {
    **dict.fromkeys(("msg", "payload", "originalMessage", "req"), _MESSAGE),
    **dict.fromkeys(("firstName", "lastName", "username", "chatId", "userId", "language", "topic", "transport"), _CHAT),
    **dict.fromkeys(("global", "env"), ("global", "a value of the Node-RED server")),
    "secrets": ("global", "a secret of the new platform's own store"),
}
"""What Node-RED and RedBot fill themselves, by the first word of the path."""


def sniff(file: SourceFile) -> Match | None:
    """Say whether a file is a Node-RED export, and why (not)."""
    document = file.json
    if document is None:
        return None
    value = document.value
    if isinstance(value, dict) and value.keys() == {"$"}:
        return Match(_NEAR, "it holds encrypted credentials of Node-RED, no flows")
    located = nodes_of(value)
    if located is None:
        return None
    items = [item for item in located[0][:_SEEN] if isinstance(item, dict)]
    nodes = [item for item in items if isinstance(item.get("id"), str) and isinstance(item.get("type"), str)]
    if not nodes:
        return None
    wired = [item for item in nodes if _is_wired(item.get("wires"))]
    placed = any("z" in item for item in wired) or any(item["type"] in ("tab", "subflow") for item in nodes)
    if wired and placed and len(nodes) * 2 > len(items):
        return Match(CERTAIN, "it lists nodes with `id`, `type`, `z` and `wires`")
    if wired and len(nodes) * 2 > len(items):
        return Match(LIKELY, "it lists nodes with `id`, `type` and `wires`")
    if any(item["type"] == "tab" and "label" in item for item in nodes):
        return Match(LIKELY, "it lists tabs of Node-RED, though no node has wires")
    if any("z" in item for item in nodes):
        return Match(_NEAR, "its items have `id`, `type` and `z`, but no `wires`")
    return None


def _is_wired(wires: Any) -> bool:
    return isinstance(wires, list) and all(isinstance(row, list) for row in wires)


def parse(file: SourceFile, options: ParseOptions) -> Parsed:
    """Read the flows of a Node-RED export. Never raises on content."""
    document = file.json
    facts = (("format", "node-red"),)
    if document is None:
        return _unreadable(file, facts)
    reading = Reading(file.path)
    reading.provided.update(_PROVIDED)
    reading.findings.extend(findings_of((*file.encoding_problems, *document.problems), document))
    items, pointer = nodes_of(document.value) or ([], "")
    project_facts: list[tuple[str, str]] = []
    if isinstance(document.value, dict):
        for name, value in document.value.items():
            if f"/{name}" != pointer:
                place = Place(file.path).child(name)
                reading.book.open(f"file member {name[:60]}", place)
                project_facts.append((name, json_text(reading.safe(value, place, name))))
                reading.book.exact(place, "kept as a fact")
    nodes = read_nodes(reading, items, pointer)
    _choose(reading, options)
    flows, configuration = read_flows(reading, nodes, file.stem, options.locale)
    if not flows:
        reading.find(
            NoNodes,
            Place(file.path),
            "the file has no nodes that a conversation could be made of",
            help="export the flows: menu, *Export*, *all flows*",
        )
    for entry in reading.book.undecided():
        reading.book.exact(entry.place, "kept with its node")
    project = Project(
        flows=tuple(flows),
        locale=options.locale,
        locales=(options.locale,) if options.locale else (),
        variables=tuple(reading.variables.values()),
        facts=(*project_facts, *configuration),
    )
    findings = reading.finish()
    parsed = Parsed(project, findings, reading.book.close(), document, not flows, facts)
    if reading.secrets:
        return replace(parsed, document=MaskedDocument(document, reading.secrets))
    return parsed


def _choose(reading: Reading, options: ParseOptions) -> None:
    """The placeholder syntax: the user's, else Node-RED's own (``{{name}}``)."""
    known = options.placeholder in syntax_names()
    if options.placeholder and not known:
        what = f"there is no placeholder syntax `{options.placeholder[:40]}`"
        reading.find(BadValue, Place(reading.path), what, help=f"the syntaxes are {', '.join(syntax_names())}")
    reading.choose((), options.placeholder if known else _SYNTAX)


def _unreadable(file: SourceFile, facts: tuple[tuple[str, str], ...]) -> Parsed:
    text = "" if file.encoding == "binary" or file.is_zip else file.text
    document = TextDocument(file.path, text)
    problems = list(file.encoding_problems)
    if text.lstrip("\ufeff \t\r\n").startswith(("{", "[", "//", "/*")):
        problems.extend(read_json(file.path, text).problems)
    found = NoNodes.at(Place(file.path), "the file is no JSON", help="export the flows as JSON")
    findings = (*findings_of(problems, document), found)
    return Parsed(Project(), findings, Reading(file.path).book.close(), document, True, facts)
