"""Twilio Studio flow definitions: exports of the editor, REST envelopes, Terraform in JSON and text.

Format: https://www.twilio.com/docs/studio/flow-definition
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from bascule.diagnostics import Finding
from bascule.diagnostics.parse_rules import findings_of
from bascule.ir.nodes import Node, RunFlow
from bascule.ir.project import Flow, Project
from bascule.language.cover import covered
from bascule.language.secrets import MaskedDocument
from bascule.parsers.base import CERTAIN, LIKELY, NEAR, POSSIBLE, Match, Parsed, ParseOptions
from bascule.parsers.twilio_studio import losses, rules
from bascule.parsers.twilio_studio.document import StudioDocument
from bascule.parsers.twilio_studio.flows import read_flow, templates_of
from bascule.parsers.twilio_studio.hcl import (
    RESOURCE_TYPES,
    is_json_template,
    is_template,
    read_hcl,
    read_template,
)
from bascule.parsers.twilio_studio.reading import Reading
from bascule.parsers.twilio_studio.shapes import (
    Located,
    empty_file_finding,
    holds_flow,
    is_definition,
    is_envelope,
    locate_hcl,
    locate_json,
)
from bascule.parsers.twilio_studio.widgets import KIND_OF
from bascule.source import SourceFile, TextDocument
from bascule.source.json import read_json
from bascule.source.script import ScriptDocument

__all__ = ["losses", "parse", "rules", "sniff"]

_RESOURCE = re.compile(r'\bresource\s{1,8}"(?:' + "|".join(RESOURCE_TYPES) + r')"')
_OTHER = 10
"""Below every near miss: the file looks like Studio to the eye only."""
_SEEN_STATES = 50


def sniff(file: SourceFile) -> Match | None:
    """Say whether a file holds Studio flows, and why (not)."""
    document = file.json
    if document is None:
        return _sniff_text(file)
    value = document.value
    if document.problems and is_definition(value) and is_json_template(file.text):
        return Match(CERTAIN, "it is a Terraform template of a Studio definition")
    if isinstance(value, list):
        value = next((item for item in value if is_definition(item) or is_envelope(item)), value)
    if is_definition(value):
        return _sniff_definition(value)
    if is_envelope(value):
        return _sniff_envelope(value)
    if any(f'"{kind}"' in file.text for kind in RESOURCE_TYPES):
        found = locate_json(document)
        if found.flows:
            return Match(CERTAIN, "it is a Terraform document with a Studio flow resource")
        return Match(NEAR, "it names a Studio flow resource, but no definition stands in it")
    if '"initial_state"' in file.text and '"transitions"' in file.text and locate_json(document).flows:
        return Match(LIKELY, "Studio definitions stand inside it")
    return None


def _sniff_text(file: SourceFile) -> Match | None:
    if file.encoding == "binary" or file.is_zip:
        return None
    if _RESOURCE.search(file.text):
        return Match(CERTAIN, "it is Terraform text with a Studio flow resource")
    if is_template(file.text):
        return Match(CERTAIN, "it is a Terraform template that makes a Studio flow with `jsonencode`")
    if _script_of(file) is not None:
        return Match(CERTAIN, "it is a program module with a Studio definition written out in it")
    return None


def _script_of(file: SourceFile) -> ScriptDocument | None:
    """The module with its Studio flows, or None where it has none."""
    if not all(word in file.text for word in ("states", "initial_state", "transitions")) or file.script is None:
        return None
    document = file.script.keep(holds_flow)
    return document if document.value else None


def _sniff_definition(value: dict[str, Any]) -> Match:
    states = value.get("states")
    items: list[Any] = list(states.values()) if isinstance(states, dict) else states if isinstance(states, list) else []
    objects = [item for item in items[:_SEEN_STATES] if isinstance(item, dict)]
    known = any(isinstance(item.get("type"), str) and item["type"] in KIND_OF for item in objects)
    moves = any("transitions" in item for item in objects)
    if "states" not in value:
        return Match(NEAR, "it has `initial_state` but no `states`")
    if "initial_state" not in value:
        if known:
            return Match(LIKELY, "its `states` are Studio widgets, though `initial_state` is missing")
        if moves:
            return Match(NEAR, "it has `states` with `transitions`, but no widget type and no `initial_state`")
        return Match(_OTHER, "it has `states` but no state has `transitions`: a state machine, not Studio")
    if objects and not known and not moves:
        return Match(_OTHER, "it has `states` but no state has `transitions`: a state machine, not Studio")
    return Match(CERTAIN, "it has `states` and `initial_state`")


def _sniff_envelope(value: dict[str, Any]) -> Match | None:
    inner = value.get("definition")
    if isinstance(inner, dict) and is_definition(inner):
        return _sniff_definition(inner)
    if isinstance(inner, str) and '"states"' in inner and '"initial_state"' in inner:
        return Match(CERTAIN, "its `definition` is the text of a Studio flow")
    if isinstance(value.get("sid"), str) and value["sid"].startswith("FW"):
        confidence = POSSIBLE if "definition" in value else NEAR
        return Match(confidence, "it is the record of a Studio flow, but its `definition` is not readable or not there")
    return None


def parse(file: SourceFile, options: ParseOptions) -> Parsed:
    """Read the Studio flows of a file. Never raises on content."""
    document = file.json
    problems: list[Finding]
    if document is not None and document.problems and is_json_template(file.text):
        hcl = read_template(file.path, file.text)
        located = locate_hcl(hcl)
        problems = findings_of(file.encoding_problems, hcl)
    elif document is not None:
        located = locate_json(document)
        problems = findings_of((*file.encoding_problems, *document.problems), document)
    elif _RESOURCE.search(file.text):
        hcl = read_hcl(file.path, file.text)
        located = locate_hcl(hcl)
        problems = findings_of(file.encoding_problems, hcl)
    elif is_template(file.text):
        hcl = read_template(file.path, file.text)
        located = locate_hcl(hcl)
        problems = findings_of(file.encoding_problems, hcl)
    elif (script := _script_of(file)) is not None:
        located = locate_json(script)
        located.shape = "program"
        problems = findings_of(file.encoding_problems, script)
        problems.append(
            rules.DefinitionInProgram.at(
                located.flows[0].place,
                "the flow is read from a literal of this program; the program is not run",
                help="if the program changes the definition before it deploys it, export the deployed flow",
            )
        )
    else:
        return _unreadable(file)
    reading = Reading(_language_of(located), located.document.source_of)
    reading.findings.extend(problems)
    reading.findings.extend(located.findings)
    _account_strays(reading, located)
    taken: dict[str, int] = {}
    flows: list[Flow] = []
    ids: dict[str, str] = {}
    for found in located.flows:
        flow = read_flow(reading, found, file.stem, taken, options.locale)
        if flow is not None:
            flows.append(flow)
            sid = (found.envelope or {}).get("sid")
            if isinstance(sid, str) and sid:
                ids.setdefault(sid, flow.id)
            if found.address:
                ids.setdefault("${" + found.address + ".sid}", flow.id)
                ids.setdefault("${" + found.address + ".id}", flow.id)
    if not located.flows and not located.findings:
        reading.findings.append(empty_file_finding(file.path))
    flows = [_linked(flow, ids) for flow in flows]
    project = Project(
        flows=tuple(flows),
        locale=options.locale,
        locales=(options.locale,) if options.locale else (),
        variables=tuple(reading.variables.values()),
        templates=templates_of(flows),
    )
    facts = (("format", "twilio-studio"), ("shape", located.shape))
    shown = MaskedDocument(located.document, reading.secrets) if reading.secrets else located.document
    return Parsed(covered(project), reading.finish(), reading.book.close(), shown, not flows, facts)


def _language_of(located: Located) -> Callable[[str], str]:
    if isinstance(located.document, StudioDocument):
        return located.document.language_of
    language = str(getattr(located.document, "language", "json"))
    return lambda pointer: language


def _account_strays(reading: Reading, located: Located) -> None:
    """Put down what is no flow: list items that are something else, and further copies of a flow."""
    for place in located.strays:
        reading.book.open("list item", place)
        code = reading.find(
            rules.NoStates,
            place,
            "an item of the list is no Studio flow",
            help="a flow has `states` and `initial_state`, or a `definition`",
        )
        reading.book.dropped(place, "not a flow", "take it out of the list", code)
    for copy in located.copies:
        reading.book.open("terraform copy of a flow", copy.place)
        if copy.same:
            reading.book.exact(copy.place, f"the same flow as at {copy.of.pointer}")
            continue
        code = reading.find(
            losses.EarlierVersion,
            copy.place,
            f"another version of the flow at {copy.of.pointer[:200]}; that one is read",
        )
        reading.book.dropped(copy.place, "another version of a flow that was read", "compile the one you mean", code)


def _linked(flow: Flow, ids: dict[str, str]) -> Flow:
    """Let calls of flows that stand in the same file name them by id."""

    def linked(node: Node) -> Node:
        if isinstance(node, RunFlow) and node.flow in ids:
            return replace(node, flow=ids[node.flow])
        return node

    return replace(flow, nodes=tuple(linked(node) for node in flow.nodes))


def _unreadable(file: SourceFile) -> Parsed:
    text = "" if file.encoding == "binary" or file.is_zip else file.text
    document = TextDocument(file.path, text)
    problems = list(file.encoding_problems)
    if text.lstrip("\ufeff \t\r\n").startswith(("{", "[", "//", "/*")):
        problems.extend(read_json(file.path, text).problems)
    findings = [*findings_of(problems, document), empty_file_finding(file.path)]
    reading = Reading(lambda pointer: "json", lambda pointer: "")
    return Parsed(Project(), tuple(findings), reading.book.close(), document, True, (("format", "twilio-studio"),))
