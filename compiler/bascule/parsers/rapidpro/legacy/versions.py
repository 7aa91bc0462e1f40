"""Which version a flow of the older shape has: what it says, what its export says, else what it looks like."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bascule.parsers.rapidpro.legacy.walk import definition_of, is_legacy, objects
from bascule.parsers.rapidpro.located import Obj
from bascule.parsers.rapidpro.migrations.base import Version, parse_version

__all__ = ["guess_version", "legacy_version", "read_version"]

_FIRST_NEW: Version = (13, 0, 0)


def read_version(value: Any) -> Version | None:
    """A version as an export writes it: a number or a text. None for anything else."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    return parse_version(str(value))


def legacy_version(value: Any, envelope: Mapping[str, Any] | None = None) -> str | None:
    """The version of a flow in the shape before 13 as it is written, ``"unknown"`` when none is; None for anything
    else. Up to version 6 the definition is a member of the flow."""
    if not isinstance(value, dict):
        return None
    inner = value.get("definition")
    inside = inner if isinstance(inner, dict) and is_legacy(inner) else None
    if inside is None and not is_legacy(value):
        return None
    for item in (value.get("version"), (inside or {}).get("version"), (envelope or {}).get("version")):
        version = read_version(item)
        if version is not None and version < _FIRST_NEW:
            return str(item)
    return "unknown"


def guess_version(flow: Obj) -> Version:
    """The version of a flow that carries none, by its shape; it may be a little older than the flow really is."""
    definition = definition_of(flow)
    if definition is not flow:
        return (5, 0, 0) if _typed(definition) else (3, 0, 0)
    if any("webhook" in item or "webhook_action" in item for item in objects(flow, "rule_sets")):
        return (7, 0, 0)
    sets = list(objects(flow, "action_sets"))
    if sets and not any("exit_uuid" in item for item in sets):
        return (10, 0, 0)
    return (11, 12, 0)


def _typed(definition: Obj) -> bool:
    return any(item.get("ruleset_type") for item in objects(definition, "rule_sets"))
