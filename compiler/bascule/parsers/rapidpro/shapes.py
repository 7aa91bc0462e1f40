"""Where the flows stand in a file: exports, bare flows, wrappers, asset files of the engine, Glific exports; flows in
the shape before version 13 among them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from bascule.parsers.rapidpro.legacy.versions import guess_version, legacy_version, read_version
from bascule.parsers.rapidpro.located import Arr, Obj
from bascule.parsers.rapidpro.migrations import Version

__all__ = ["Found", "Located", "find_flows", "find_written", "is_flow", "legacy_version", "looks_like_node"]

_SEEN = 50


@dataclass(slots=True)
class Found:
    """One item that is, or should be, a flow. ``wrapper`` is the object round its definition, if any;
    ``legacy`` the version of a flow in the shape before 13, as it is written."""

    value: Any
    pointer: str
    wrapper: Obj | None = None
    legacy: str | None = None

    @property
    def start(self) -> Version | None:
        """The version that a flow in the older shape has to be upgraded from."""
        if self.legacy is None:
            return None
        return read_version(self.legacy) or guess_version(self.value)


@dataclass(slots=True)
class Located:
    """What a file holds: its flows, the objects round them, and what shape it is."""

    shape: str
    flows: list[Found] = field(default_factory=list)
    exports: list[Obj] = field(default_factory=list)
    strays: list[tuple[Any, str]] = field(default_factory=list)


def looks_like_node(value: Any) -> bool:
    """Whether a value has what only nodes of a version 13 flow have."""
    if not isinstance(value, dict) or not isinstance(value.get("exits"), list):
        return False
    return "actions" in value or "router" in value or "uuid" in value


def is_flow(value: Any) -> bool:
    """Whether a value is a flow definition of version 13 or later."""
    if not isinstance(value, dict) or not isinstance(value.get("nodes"), list):
        return False
    if "specification_version" in value or "states" in value:
        return False
    return "spec_version" in value or any(looks_like_node(node) for node in value["nodes"][:_SEEN])


def find_flows(root: Any) -> Located:
    """Find the flows of a located document."""
    if isinstance(root, Arr):
        located = Located("list of flows")
        for index, item in enumerate(root):
            if isinstance(item, Obj) and isinstance(item.get("flows"), Arr):
                _joined(located, find_flows(item))
            else:
                _item(located, item, root.at(index), None)
        return located
    if not isinstance(root, Obj):
        return Located("nothing")
    if is_flow(root) or (legacy_version(root) and not isinstance(root.get("flows"), list)):
        located = Located("flow")
        _item(located, root, root.pointer, None)
        return located
    flows = root.get("flows")
    if isinstance(flows, Arr):
        located = Located(_export_shape(root, flows), exports=[root])
        for index, item in enumerate(flows):
            _item(located, item, flows.at(index), root)
        return located
    results = root.get("results")
    if isinstance(results, Arr) and any(isinstance(item, Obj) and "definition" in item for item in results):
        located = Located("listing of definitions", exports=[root])
        for index, item in enumerate(results):
            _item(located, item, results.at(index), root)
        return located
    if isinstance(root.get("definition"), Obj):
        located = Located("definition")
        _item(located, root, root.pointer, None)
        return located
    located = Located("nothing")
    if isinstance(root.get("nodes"), Arr):
        _item(located, root, root.pointer, None)
    return located


def find_written(root: Any) -> Located:
    """Find the flows in the literals of a program module, each under its name."""
    located = Located("program")
    for value in root.values() if isinstance(root, Obj) else ():
        _joined(located, find_flows(value))
    return located


def _joined(located: Located, other: Located) -> None:
    located.flows.extend(other.flows)
    located.exports.extend(other.exports)
    located.strays.extend(other.strays)


def _export_shape(root: Obj, flows: Arr) -> str:
    if any(key in root for key in ("interactive_templates", "contact_field", "collections")):
        return "glific export"
    if any(isinstance(item, Obj) and "keywords" in item and "definition" in item for item in flows):
        return "glific export"
    return "export" if "version" in root or "site" in root else "assets"


def _item(located: Located, value: Any, pointer: str, envelope: Obj | None) -> None:
    legacy = legacy_version(value, envelope)
    if legacy is not None:
        located.flows.append(Found(value, pointer, legacy=legacy))
        return
    inner = value.get("definition") if isinstance(value, Obj) else None
    if isinstance(value, Obj) and isinstance(inner, Obj) and "nodes" not in value:
        located.flows.append(Found(inner, value.at("definition"), wrapper=value))
    elif isinstance(value, Obj) and isinstance(value.get("nodes"), Arr):
        located.flows.append(Found(value, pointer))
    else:
        located.strays.append((value, pointer))
