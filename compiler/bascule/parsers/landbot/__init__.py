"""Landbot: drafts of the Bots API, as they are sent and as they are stored.

Format: https://github.com/landbot-org/landbot-ai-skills, https://dev.landbot.io
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from bascule.diagnostics import Finding
from bascule.diagnostics.parse_rules import findings_of
from bascule.ir.nodes import Node
from bascule.ir.project import Entry, EntryKind, Flow, Project
from bascule.language.members import Facts, as_text, slug, type_name
from bascule.language.reading import json_text, unique
from bascule.language.secrets import MaskedDocument
from bascule.parsers.base import CERTAIN, LIKELY, NEAR, POSSIBLE, Match, Parsed, ParseOptions
from bascule.parsers.landbot import losses, rules
from bascule.parsers.landbot.blocks import Scene, build
from bascule.parsers.landbot.catalogue import BLOCKS, HEADS, HIDDEN, TEMPLATES
from bascule.parsers.landbot.graph import Block, Draft, is_change, read_draft
from bascule.parsers.landbot.reading import Reading
from bascule.source import Document, Place, SourceFile, TextDocument
from bascule.source.json import read_json

__all__ = ["losses", "parse", "rules", "sniff"]

_SEEN = 50
_LOW = 20
_WEB_VERSION = "3"
_FORMAT = ("format", "landbot")


def sniff(file: SourceFile) -> Match | None:
    """Say whether a file holds a Landbot draft, and why (not)."""
    if file.json is None:
        return None
    value = file.json.value
    if isinstance(value, list):
        return next((match for item in value[:_SEEN] if (match := _sniff(item)) is not None), None)
    return _sniff(value)


def _sniff(value: Any, depth: int = 0) -> Match | None:
    if not isinstance(value, dict):
        return None
    if is_change(value) and "connections" in value:
        return Match(_LOW, "it is the body of a change to a draft (`add`, `update`, `delete`), not a draft")
    connections = value.get("connections")
    links = _values(connections)
    wired = sum(1 for item in links if isinstance(item, dict) and "sourcePath" in item and "targetPath" in item)
    blocks = _values(value.get("blocks"))
    known = sum(1 for item in blocks if isinstance(item, dict) and _kind(item.get("type")) in BLOCKS)
    nodes = _values(value.get("nodes"))
    stored = sum(
        1
        for item in nodes
        if isinstance(item, dict) and (_kind(item.get("template")) in {*TEMPLATES, HIDDEN} or item.get("id") in HEADS)
    )
    if isinstance(value.get("blocks"), list) and known and (wired or connections == []):
        return Match(CERTAIN, f"it has `blocks` of Landbot's types ({known} seen) and `connections` between them")
    if isinstance(value.get("nodes"), dict) and (wired or stored) and isinstance(connections, dict):
        return Match(CERTAIN, "it has `nodes` and `connections` by id, as Landbot's diagrams have")
    if isinstance(value.get("blocks"), list) and known * 2 > len(blocks):
        return Match(LIKELY, f"its `blocks` have Landbot's types ({known} seen)")
    if wired and (blocks or nodes):
        return Match(POSSIBLE, "it has blocks and connections with `sourcePath` and `targetPath`")
    if depth < 3:
        for name in ("data", "diagram", "draft"):
            if isinstance(value.get(name), dict) and (match := _sniff(value[name], depth + 1)) is not None:
                return match
    if _first_generation(value):
        return Match(_LOW, "it is a bot of Landbot's first generation (`__send_message__`), not a draft")
    if "channelToken" in value or ("brandID" in value and "welcome" in value):
        return Match(_LOW, "it holds the settings of a Landbot web chat (`index.json`), which has no flow in it")
    if known:
        return Match(NEAR, f"some of its `blocks` have Landbot's types ({known} seen)")
    return None


def _kind(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _first_generation(value: Mapping[str, Any]) -> bool:
    blocks = [item for item in list(value.values())[:_SEEN] if isinstance(item, dict)]
    named = [item.get("function") for item in blocks if isinstance(item.get("next"), dict)]
    return any(isinstance(name, str) and name.startswith("__") and name.endswith("__") for name in named)


def _values(value: Any) -> list[Any]:
    items = list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else []
    return items[:_SEEN]


def parse(file: SourceFile, options: ParseOptions) -> Parsed:
    """Read the drafts of a file. Never raises on content."""
    document = file.json
    if document is None:
        return _unreadable(file)
    findings: list[Finding] = list(findings_of((*file.encoding_problems, *document.problems), document))
    reading = Reading(file.path)
    facts: Facts = []
    flows: list[Flow] = []
    taken: dict[str, int] = {}
    variables: dict[str, Any] = {}
    value, root = document.value, Place(file.path)
    items = list(enumerate(value)) if isinstance(value, list) else [(None, value)]
    for index, item in items:
        place = root if index is None else root.child(index)
        if index is not None:
            reading.book.open("list item", place)
        if not isinstance(item, dict):
            code = reading.find(rules.WrongShape, place, f"item {index} is {type_name(item)}, no draft; kept as a fact")
            reading.book.degraded(place, "not a draft: kept as a fact", "write a draft", code)
            facts.append((place.pointer, json_text(reading.safe(item, place))))
            continue
        if index is not None:
            reading.book.exact(place)
        reading.variables = {}
        flow = _flow(reading, item, place, file.stem, taken, options)
        if flow is None:
            _no_draft(reading, place, item)
            reading.book.drop_rest("nothing of it could be read", "export the draft", rules.NoDraft.code)
        else:
            flows.append(flow)
        for name, variable in reading.variables.items():
            variables.setdefault(name, variable)
    if not flows and not any(finding.code == rules.NoDraft.code for finding in reading.findings):
        _no_draft(reading, root, {})
    locales = dict.fromkeys(flow.locale for flow in flows if flow.locale)
    project = Project(
        flows=tuple(flows),
        locale=next(iter(locales), options.locale),
        locales=tuple(locales),
        variables=tuple(variables.values()),
        facts=tuple(dict(facts).items()),
    )
    shown: Document = MaskedDocument(document, reading.secrets) if reading.secrets else document
    found = (*findings, *reading.finish())
    return Parsed(project, found, reading.book.close(), shown, not flows, (_FORMAT, ("drafts", str(len(flows)))))


def _flow(
    reading: Reading, value: Mapping[str, Any], place: Place, stem: str, taken: dict[str, int], options: ParseOptions
) -> Flow | None:
    """The flow of a draft; None where it has no block."""
    draft = read_draft(reading, value, place)
    if not draft.blocks:
        return None
    scene = Scene(reading, draft.taken)
    nodes: list[Node] = []
    for block in draft.blocks:
        made = build(scene, block)
        title = block.title if block.title != made[0].id else ""
        own = replace(made[0], title=title, position=block.position, facts=(*made[0].facts, *block.facts))
        nodes.extend([own, *made[1:]])
    id_ = unique(slug(draft.title) or slug(stem) or "landbot", taken)
    return Flow(
        id=id_,
        nodes=tuple(nodes),
        entries=tuple(_entries(reading, draft, place)),
        title=draft.title if draft.title != id_ else "",
        locale=draft.locale or options.locale,
        facts=tuple(dict(draft.facts).items()),
        at=place,
    )


def _entries(reading: Reading, draft: Draft, place: Place) -> list[Entry]:
    """How the bot is entered: by its greeting, by its start point, or, unless it says, by blocks nothing leads to."""
    head = draft.head
    if head is not None:
        web = head.id == "welcome" and (draft.family == "landbot" or (not draft.family and _greets(head)))
        if web:
            reading.find(
                losses.WebGreeting,
                head.place,
                "the bot greets visitors of a web page; on WhatsApp the person writes first",
                help="a click-to-chat link with a prefilled text; or give the entry its keywords",
            )
        kind = EntryKind.CHAT_OPENED if web else EntryKind.ANY_MESSAGE
        return [Entry(kind, head.node, name=head.id, at=head.place)]
    starts = [out for out in draft.starts if out.target is not None]
    if starts:
        return [Entry(EntryKind.ANY_MESSAGE, out.target, name="start", at=out.place) for out in starts[:1]]
    roots = [block for block in draft.blocks if not block.incoming] or draft.blocks[:1]
    reading.find(
        rules.StartGuessed,
        roots[0].place,
        f"where the bot starts is not said; it is taken to start with {len(roots)} block(s) that nothing leads to",
        help="add the whole draft",
    )
    return [Entry(EntryKind.ANY_MESSAGE, block.node, name=block.id, at=block.place) for block in roots]


def _greets(head: Block) -> bool:
    """Whether a first block greets visitors of a web page: a stored one does; one that is sent only in the version
    without which no web bot is published."""
    return "type" not in head.data or as_text(head.params.data.get("version")) == _WEB_VERSION


def _no_draft(reading: Reading, place: Place, value: Mapping[str, Any]) -> None:
    what = "there is no block in it"
    if is_change(value):
        what = "it is the body of a change to a draft, not a draft"
    elif "channelToken" in value or "welcomeUrl" in value:
        what = "it holds the settings of a web chat; the flow is not in it"
    reading.find(
        rules.NoDraft,
        place,
        f"no draft to read: {what}",
        help="save the answer of `GET /v0-alpha/bots/{id}/draft`",
    )


def _unreadable(file: SourceFile) -> Parsed:
    text = "" if file.encoding == "binary" or file.is_zip else file.text
    document = TextDocument(file.path, text)
    problems = list(file.encoding_problems)
    if text.lstrip("\ufeff \t\r\n").startswith(("{", "[", "//", "/*")):
        problems.extend(read_json(file.path, text).problems)
    reading = Reading(file.path)
    _no_draft(reading, Place(file.path), {})
    findings = (*findings_of(problems, document), *reading.finish())
    return Parsed(Project(), findings, reading.book.close(), document, True, (_FORMAT,))
