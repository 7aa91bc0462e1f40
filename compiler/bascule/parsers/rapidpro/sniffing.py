"""Whether a file holds RapidPro flows, and why (not)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from bascule.parsers.base import CERTAIN, LIKELY, Match
from bascule.parsers.rapidpro.shapes import is_flow, legacy_version, looks_like_node
from bascule.source import SourceFile
from bascule.source.script import ScriptDocument

__all__ = ["RECORDED_RUN", "is_recorded_run", "program_of", "sniff"]

_NEAR = 20
_SEEN = 50
RECORDED_RUN = "it is a recorded run of the engine, not a flow"


def is_recorded_run(value: Any) -> bool:
    """Whether a file tells what the engine did: a contact, what came in, and the events that went out."""
    return (
        isinstance(value, dict) and isinstance(value.get("outputs"), list) and "contact" in value and "trigger" in value
    )


def sniff(file: SourceFile) -> Match | None:
    """Say whether a file holds RapidPro flows, and why (not)."""
    document = file.json
    if document is None:
        program = program_of(file)
        return Match(CERTAIN, "it is a program module with RapidPro flows written out in it") if program else None
    return _sniff(document.value)


def program_of(file: SourceFile) -> ScriptDocument | None:
    """The module with its literals that hold flows, or None where it has none."""
    if not re.search(r"\b(?:nodes|action_sets|rule_sets)\b", file.text) or file.script is None:
        return None
    document = file.script.keep(_holds_flows)
    return document if document.value else None


def _holds_flows(value: Any) -> bool:
    items = value[:_SEEN] if isinstance(value, list) else [value]
    matches = [_sniff(item) for item in items]
    return any(match is not None and match.confidence >= LIKELY for match in matches)


def _sniff(value: Any) -> Match | None:
    if isinstance(value, list):
        answers = [
            match for item in value[:_SEEN] if isinstance(item, dict) and (match := _sniff_flow(item)) is not None
        ]
        exports = [item for item in value[:_SEEN] if isinstance(item, dict) and isinstance(item.get("flows"), list)]
        if exports and not answers:
            inside = [match for item in exports if (match := _sniff(item)) is not None]
            best = max(inside, key=lambda match: match.confidence, default=None)
            return Match(min(best.confidence, LIKELY), f"a list of exports: {best.reason}") if best else None
        return Match(LIKELY, f"a list of flows: {answers[0].reason}") if answers else None
    if not isinstance(value, dict) or "states" in value:
        return None
    if "specification_version" in value:
        return Match(_NEAR, "it has a `specification_version`: a FLOIP container") if "flows" in value else None
    flows = value.get("flows")
    if isinstance(flows, list):
        return _sniff_export(value, flows)
    if is_recorded_run(value):
        return Match(_NEAR, RECORDED_RUN)
    results = value.get("results")
    if isinstance(results, list):
        inner = [item.get("definition") for item in results[:_SEEN] if isinstance(item, dict)]
        if any(is_flow(item) for item in inner):
            return Match(CERTAIN, "its `results` hold flow definitions with `nodes`")
        if any(legacy_version(item) is not None for item in inner):
            return Match(CERTAIN, "its `results` hold flow definitions with `action_sets` and `rule_sets`")
        return None
    return _sniff_flow(value) or _sniff_part(value)


def _sniff_part(value: Mapping[str, Any]) -> Match | None:
    """What somebody cut out of an export."""
    actions = value.get("actions")
    items = actions[:_SEEN] if isinstance(actions, list) else []
    if looks_like_node(value) and any(isinstance(item, dict) and "type" in item for item in items):
        return Match(_NEAR, "it is one node of a RapidPro flow: export the whole flow")
    events = value.get("events")
    if isinstance(events, list) and isinstance(value.get("group"), dict) and "uuid" in value:
        return Match(_NEAR, "it is one campaign of RapidPro: export it with its flows")
    return None


def _sniff_export(value: Mapping[str, Any], flows: list[Any]) -> Match | None:
    for item in flows[:_SEEN]:
        match = _sniff_flow(item, value) if isinstance(item, dict) else None
        if match is not None:
            return Match(max(match.confidence, LIKELY), f"its `flows` are RapidPro's: {match.reason}")
    if any(isinstance(value.get(key), list) for key in ("campaigns", "triggers")) and "version" in value:
        return Match(CERTAIN, "it has the lists of a RapidPro export (`flows`, `campaigns`, `triggers`)")
    if "nodes" in value or not flows:
        return Match(_NEAR, "it has `flows`, but none with `nodes` that have exits")
    return None


def _sniff_flow(item: Mapping[str, Any], envelope: Mapping[str, Any] | None = None) -> Match | None:
    legacy = legacy_version(item, envelope)
    if legacy is not None:
        return Match(CERTAIN, f"it is a RapidPro flow of version {legacy}, with `action_sets` and `rule_sets`")
    inner = item.get("definition")
    if isinstance(inner, dict) and is_flow(inner):
        return Match(CERTAIN, "its `definition` has `nodes` with actions, routers and exits")
    if not is_flow(item):
        return None
    if "spec_version" in item:
        return Match(CERTAIN, "it has `nodes` and a `spec_version`")
    return Match(LIKELY, "its `nodes` have actions, routers and exits, though it has no `spec_version`")
