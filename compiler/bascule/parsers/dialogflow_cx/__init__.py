"""Dialogflow CX: an agent exported as a JSON package, as a folder or a zip; the binary export is refused with advice.

Format: https://cloud.google.com/dialogflow/cx/docs/reference/json-export
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from bascule.diagnostics.parse_rules import findings_of
from bascule.ir.project import Project
from bascule.parsers.base import CERTAIN, LIKELY, Claim, Match, Parsed, ParseOptions
from bascule.parsers.dialogflow_cx import losses, rules
from bascule.parsers.dialogflow_cx.agent import read_agent
from bascule.parsers.dialogflow_cx.package import FOLDERS, is_blob, shape_of
from bascule.parsers.dialogflow_cx.reading import AgentReading, covered
from bascule.parsers.dialogflow_cx.rules import BinaryExport, BrokenPart, PartAlone
from bascule.source import Place, SourceFile, TextDocument, Tree

__all__ = ["find_projects", "losses", "parse", "parse_project", "rules", "sniff"]

_NEAR = 30
_FLOW_FILE = re.compile(r"(?:(.*)/)?flows/([^/]+)/\2\.json")
_AGENT_FILE = re.compile(r"(?:(.*)/)?agent\.json")
_PARTS = {
    "agent": "the settings of a Dialogflow CX agent: name the agent's folder or zip",
    "phrases": "training phrases of a Dialogflow CX intent: name the agent's folder or zip",
    "webhook": "a webhook of a Dialogflow CX agent: name the agent's folder or zip",
    "test": "a test case of a Dialogflow CX agent: name the agent's folder or zip",
    "group": "a route group of a Dialogflow CX agent: name the agent's folder or zip",
}
_FACTS = (("format", "dialogflow-cx"),)


def _value(file: SourceFile) -> Any:
    return file.json.value if file.json is not None else None


def _is_agent(value: Any) -> bool:
    return isinstance(value, dict) and "defaultLanguageCode" in value and bool({"startFlow", "timeZone"} & value.keys())


def sniff(file: SourceFile) -> Match | None:
    """Say whether one file is a flow or page of an agent, or its binary export. Whole agents are folders or zips."""
    if is_blob(file.data):
        return Match(CERTAIN, "it is a binary export of Dialogflow CX, which has to be exported as a JSON package")
    value = _value(file)
    shape = shape_of(value)
    if shape in ("flow", "page") and any(
        name in value for name in ("transitionRoutes", "eventHandlers", "nluSettings")
    ):
        return Match(LIKELY, f"it is one {shape} of a Dialogflow CX agent")
    if shape == "page":
        return Match(LIKELY, "it is one page of a Dialogflow CX agent")
    if shape == "agent" and not _is_agent(value):
        return None
    return Match(_NEAR, f"it holds {_PARTS[shape]}") if shape in _PARTS else None


def find_projects(tree: Tree) -> list[Claim]:
    """The agents of a folder or archive: below each root its own file and the folders of an export."""
    roots: dict[str, str] = {}
    for name, file in tree.files.items():
        agent = _AGENT_FILE.fullmatch(name)
        if agent is not None and _is_agent(_value(file)):
            roots[agent.group(1) or ""] = "agent.json"
            continue
        flow = _FLOW_FILE.fullmatch(name)
        if flow is not None and shape_of(_value(file)) == "flow":
            roots.setdefault(flow.group(1) or "", "flows/")
    found: dict[str, list[str]] = {}
    for name in tree.files:
        root = _root_of(name, roots)
        if root is not None:
            found.setdefault(root, []).append(name)
    claims = []
    for root in sorted(found, key=lambda root: (root.count("/") + 1 if root else 0, root)):
        if roots[root] == "agent.json":
            match = Match(CERTAIN, "it has the `agent.json` of a Dialogflow CX agent")
        else:
            match = Match(LIKELY, "it has flows of a Dialogflow CX agent, without its `agent.json`")
        claims.append(Claim(root, tuple(found[root]), match))
    return claims


def _root_of(name: str, roots: Mapping[str, str]) -> str | None:
    """The root that a file belongs to: the outermost one of whose export it is a part."""
    end = -1
    while True:
        root = name[: max(end, 0)]
        if root in roots and _belongs(name[end + 1 :]):
            return root
        end = name.find("/", end + 1)
        if end < 0:
            return None


def _belongs(name: str) -> bool:
    return name == "agent.json" or (name.split("/", 1)[0] in FOLDERS and "/" in name)


def parse(file: SourceFile, options: ParseOptions) -> Parsed:
    """Read one file: a flow or page alone, or a zip. The binary export is refused. Never raises on content."""
    if is_blob(file.data):
        return _refused(file)
    if file.is_zip:
        return _archive(file, options)
    if file.json is None:
        return _unreadable(file)
    tree = Tree(file.path, {file.name: file})
    reading = AgentReading(file.path)
    reading.alone = True
    reading.find(
        PartAlone,
        Place(file.path),
        "one file of an agent is read alone: the pages, intents and webhooks that it names are elsewhere",
        help="name the agent's folder or zip",
    )
    return _parsed(reading, tree, options)


def parse_project(tree: Tree, options: ParseOptions) -> Parsed:
    """Read the files of one agent. Never raises on content."""
    main = tree.get("agent.json") or next(iter(tree.files.values()), None)
    if main is None:
        return _unreadable(SourceFile(tree.path, b""))
    return _parsed(AgentReading(main.path), tree, options)


def _parsed(reading: AgentReading, tree: Tree, options: ParseOptions) -> Parsed:
    read = read_agent(reading, tree, options)
    findings = reading.finish()
    documents = covered(reading, read.documents)
    main = next((document for document in documents if document.path == reading.path), documents[0])
    rest = tuple(document for document in documents if document is not main)
    return Parsed(read.project, findings, read.ledger, main, read.empty, _FACTS, rest)


def _archive(file: SourceFile, options: ParseOptions) -> Parsed:
    """The first agent of a zip that was named as a file of this format."""
    from bascule.source.archive import read_archive

    tree, problems = read_archive(file)
    claims = find_projects(tree)
    if not claims:
        parsed = _unreadable(file)
        findings = (*findings_of(problems, parsed.document), *parsed.findings)
        return Parsed(Project(), findings, parsed.ledger, parsed.document, True, _FACTS)
    parsed = parse_project(tree.only(claims[0].files).within(claims[0].root), options)
    outer = TextDocument(file.path, "")
    findings = (*findings_of(problems, outer), *parsed.findings)
    documents = (parsed.document, *parsed.documents)
    return Parsed(parsed.project, findings, parsed.ledger, outer, parsed.unreadable, _FACTS, documents)


def _refused(file: SourceFile) -> Parsed:
    reading = AgentReading(file.path)
    place = Place(file.path)
    code = reading.find(
        BinaryExport,
        place,
        "this is the binary export of a Dialogflow CX agent; its layout is not documented",
        help="export the agent again as a JSON package: in the console *Export*, then *JSON package*",
    )
    reading.book.open("binary export", place)
    reading.book.dropped(place, "its layout is not documented", "export a JSON package", code)
    return Parsed(Project(), reading.finish(), reading.close(), TextDocument(file.path, ""), True, _FACTS)


def _unreadable(file: SourceFile) -> Parsed:
    from bascule.source.json import read_json

    reading = AgentReading(file.path)
    text = "" if file.is_zip or file.encoding == "binary" else file.text
    document = TextDocument(file.path, text)
    problems = [] if file.is_zip else list(file.encoding_problems)
    if text.lstrip("\ufeff \t\r\n").startswith(("{", "[", "//", "/*")):
        problems.extend(read_json(file.path, text).problems)
    reading.findings.extend(findings_of(problems, document))
    reading.find(
        BrokenPart,
        Place(file.path),
        "this is no part of a Dialogflow CX agent: no JSON object, and no zip of an export",
        help="name the agent's folder or zip",
    )
    return Parsed(Project(), reading.finish(), reading.close(), document, True, _FACTS)
