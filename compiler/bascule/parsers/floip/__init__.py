"""FLOIP containers: journeys of Turn, flows of Viamo and of the FLOIP flow builder, rc.1 to rc4.

Format: https://floip.gitbook.io/flow-specification
"""

from __future__ import annotations

import re
from typing import Any

from bascule.diagnostics import Finding
from bascule.diagnostics.parse_rules import findings_of
from bascule.ir.project import Project, TemplateAsset
from bascule.language.secrets import MaskedDocument
from bascule.parsers.base import CERTAIN, LIKELY, NEAR, Match, Parsed, ParseOptions
from bascule.parsers.floip import losses, rules
from bascule.parsers.floip.catalogue import NAMESPACES, VERSION
from bascule.parsers.floip.flows import Draft, link, read_container
from bascule.parsers.floip.reading import Facts, Reading
from bascule.source import Document, Place, SourceFile, TextDocument
from bascule.source.json import read_json

__all__ = ["losses", "parse", "rules", "sniff"]

_SEEN = 50
_FORMAT = ("format", "floip")


def sniff(file: SourceFile) -> Match | None:
    """Say whether a file holds FLOIP flows, and why (not)."""
    if file.json is None:
        return None
    value = file.json.value
    if isinstance(value, list):
        return next((match for item in value[:_SEEN] if (match := _sniff(item)) is not None), None)
    return _sniff(value)


def _sniff(value: Any) -> Match | None:
    if not isinstance(value, dict):
        return None
    flows = value.get("flows")
    if "specification_version" in value:
        if isinstance(flows, list):
            return Match(CERTAIN, "it has `specification_version` and `flows`")
        return Match(NEAR, "it has a `specification_version` but no list of `flows`")
    if isinstance(flows, list) and any(_is_flow(item) for item in flows[:_SEEN]):
        return Match(LIKELY, "its `flows` have FLOIP blocks, though `specification_version` is missing")
    if _is_flow(value):
        if "first_block_id" in value:
            return Match(LIKELY, "it is one FLOIP flow without its container")
        return Match(NEAR, "it is a group of FLOIP blocks from an editor, not a flow: export the whole container")
    return None


def _is_flow(value: Any) -> bool:
    """An object whose ``blocks`` have types of the specification."""
    blocks = value.get("blocks") if isinstance(value, dict) else None
    items = blocks[:_SEEN] if isinstance(blocks, list) else []
    kinds = [item.get("type") for item in items if isinstance(item, dict) and "exits" in item]
    return any(isinstance(kind, str) and kind.startswith(NAMESPACES) for kind in kinds)


def parse(file: SourceFile, options: ParseOptions) -> Parsed:
    """Read the flows of a file. Never raises on content."""
    document = file.json
    if document is None:
        return _unreadable(file)
    reading = Reading(file.path)
    reading.findings.extend(findings_of((*file.encoding_problems, *document.problems), document))
    drafts: list[Draft] = []
    facts: Facts = []
    taken: dict[str, int] = {}
    root = Place(file.path)
    value = document.value
    listed = isinstance(value, list)
    items = [(root.child(index), item) for index, item in enumerate(value)] if listed else [(root, value)]
    for place, item in items:
        if listed:
            reading.book.open("list item", place)
        if not isinstance(item, dict):
            reading.misshapen(place, "an item of the list", item, "a container", facts, place.pointer)
            continue
        reading.book.exact(place)
        _check_container(reading, item, place)
        found, kept = read_container(reading, item, place, file.stem, taken, options.locale)
        facts.extend(kept)
        drafts.extend(found)
        if not found and not any(finding.code == rules.NoFlows.code for finding in reading.findings):
            _no_flows(reading, place)
    if not drafts and not any(finding.code == rules.NoFlows.code for finding in reading.findings):
        _no_flows(reading, root)
    turn = any(draft.cards for draft in drafts)
    flows = link(reading, drafts)
    reading.book.drop_rest("nothing of it could be read", "export the container again", rules.NoFlows.code)
    locale = next((flow.locale for flow in flows if flow.locale), options.locale)
    locales = tuple(dict.fromkeys(locale for flow in flows for locale in _locales(flow) if locale))
    project = Project(
        flows=tuple(flows),
        locale=locale,
        locales=locales,
        variables=tuple(reading.variables.values()),
        templates=_templates(flows),
        facts=tuple(dict(facts).items()),
    )
    shown: Document = MaskedDocument(document, reading.secrets) if reading.secrets else document
    known = (
        _FORMAT,
        ("dialect", "turn" if turn else "floip"),
        ("turn cards", str(sum(draft.cards for draft in drafts))),
    )
    return Parsed(project, reading.finish(), reading.book.close(), shown, not flows, known)


def _check_container(reading: Reading, item: dict[str, Any], place: Place) -> None:
    """Say what is unusual about a container, or that the file is only a piece of one."""
    if "flows" in item or "blocks" not in item:
        version = item.get("specification_version")
        if not isinstance(version, str) or not re.fullmatch(VERSION, version.strip()):
            known = f"`{version[:40]}`" if isinstance(version, str) else "not given"
            at = place.child("specification_version") if "specification_version" in item else place
            message = f"the version of the specification is {known}; the file is read as rc4"
            reading.find(rules.UnknownVersion, at, message)
        return
    what = "a flow without its container" if "first_block_id" in item else "a group of blocks from an editor"
    reading.find(
        rules.NotAContainer,
        place,
        f"the file is {what}; languages or resources may be missing",
        help="export the whole container",
    )


def _no_flows(reading: Reading, place: Place) -> None:
    reading.find(
        rules.NoFlows,
        place,
        "there is no flow with blocks in it",
        help="export the journey again and look at the size of the file",
    )


def _locales(flow: Any) -> list[str]:
    found = [flow.locale]
    for node in flow.nodes:
        content = getattr(node, "content", None)
        if content is not None:
            texts = (content.text, *(choice.title for choice in content.choices))
            found += [locale for text in texts for locale in text.locales]
    return found


def _templates(flows: Any) -> tuple[TemplateAsset, ...]:
    """The templates that flows send by name, each once, in order of first use."""
    seen: dict[tuple[str, str], TemplateAsset] = {}
    for flow in flows:
        for node in flow.nodes:
            use = getattr(getattr(node, "content", None), "template", None)
            if use is not None and use.name:
                asset = TemplateAsset(use.name, use.language, provider="turn", at=use.at)
                seen.setdefault((use.name, use.language), asset)
    return tuple(seen.values())


def _unreadable(file: SourceFile) -> Parsed:
    text = "" if file.encoding == "binary" or file.is_zip else file.text
    document = TextDocument(file.path, text)
    problems = list(file.encoding_problems)
    if text.lstrip("\ufeff \t\r\n").startswith(("{", "[", "//", "/*")):
        problems.extend(read_json(file.path, text).problems)
    reading = Reading(file.path)
    _no_flows(reading, Place(file.path))
    findings: list[Finding] = [*findings_of(problems, document), *reading.finish()]
    return Parsed(Project(), tuple(findings), reading.book.close(), document, True, (_FORMAT,))
