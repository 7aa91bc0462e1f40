"""Whether a file holds RapidPro flows, and why (not)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bascule.parsers.base import CERTAIN, LIKELY, Match
from bascule.parsers.rapidpro.shapes import is_flow, legacy_version
from bascule.source import SourceFile

__all__ = ["RECORDED_RUN", "is_recorded_run", "sniff"]

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
        return None
    return _sniff(document.value)


def _sniff(value: Any) -> Match | None:
    if isinstance(value, list):
        answers = [
            match for item in value[:_SEEN] if isinstance(item, dict) and (match := _sniff_flow(item)) is not None
        ]
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
    return _sniff_flow(value)


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
