"""Where the flows stand in a file: bare, in REST envelopes, in lists, in Terraform's JSON or text."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from bascule.diagnostics import Finding
from bascule.diagnostics.parse_rules import findings_of
from bascule.parsers.twilio_studio.document import JSON_STRING, Escapes, Mount, Offsets, StudioDocument
from bascule.parsers.twilio_studio.hcl import RESOURCE_TYPES, HclDocument, HclValue
from bascule.parsers.twilio_studio.rules import (
    DefinitionChosen,
    DefinitionElsewhere,
    DefinitionUnreadable,
    NoStates,
    PartOfFile,
)
from bascule.source import Place, join_pointer
from bascule.source.json import JsonDocument

__all__ = [
    "Copy",
    "Found",
    "Located",
    "empty_file_finding",
    "holds_flow",
    "is_definition",
    "is_envelope",
    "locate_hcl",
    "locate_json",
]

_SECTIONS = ("planned_values", "values", "resources", "resource")
"""Parts of a Terraform document that hold a flow as it is meant to be, best first."""


@dataclass(slots=True)
class Found:
    """One flow: its definition (None when there is none to read) and the envelope round it, if any.

    ``address`` is the Terraform address, ``name`` the resource's own name; ``reported`` is the code of
    the finding that tells already why there is no definition.
    """

    definition: dict[str, Any] | None
    place: Place
    envelope: dict[str, Any] | None = None
    envelope_place: Place | None = None
    name: str = ""
    address: str = ""
    reported: str = ""


@dataclass(frozen=True, slots=True)
class Copy:
    """A further occurrence of a flow that was read elsewhere in the file."""

    place: Place
    of: Place
    same: bool


@dataclass(slots=True)
class Located:
    """What :func:`locate_json` and :func:`locate_hcl` found. ``strays`` are list items that are no flow."""

    document: JsonDocument | HclDocument | StudioDocument
    shape: str
    flows: list[Found] = field(default_factory=list)
    copies: list[Copy] = field(default_factory=list)
    strays: list[Place] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)


def is_definition(value: Any) -> bool:
    """Whether a top-level object is meant as a flow definition."""
    return isinstance(value, dict) and ("states" in value or "initial_state" in value)


def is_envelope(value: Any) -> bool:
    """Whether a top-level object is meant as a flow resource of the REST API."""
    if not isinstance(value, dict):
        return False
    sid = value.get("sid")
    return "definition" in value or (isinstance(sid, str) and sid.startswith("FW") and "friendly_name" in value)


def holds_flow(value: Any) -> bool:
    """Whether a definition or an envelope of one stands in a value, at any depth."""
    stack = [value]
    while stack:
        item = stack.pop()
        if isinstance(item, dict):
            if _surely_definition(item):
                return True
            stack.extend(item.values())
        elif isinstance(item, list):
            stack.extend(item)
    return False


class _JsonSearch:
    """Collects the flows of one JSON document. Iterative; every value is looked at once."""

    def __init__(self, document: JsonDocument) -> None:
        self.document = document
        self.mounts: list[Mount] = []
        self.flows: list[Found] = []
        self.findings: list[Finding] = []
        self.others: dict[str, None] = {}

    def take(self, value: dict[str, Any], place: Place, name: str = "", address: str = "") -> None:
        """Read one definition or envelope."""
        if is_definition(value):
            self.flows.append(Found(value, place, None, None, name, address))
            return
        inner = value.get("definition")
        inner_place = place.child("definition")
        if isinstance(inner, str) and inner.strip():
            inner = self._mounted(inner, inner_place)
        definition = inner if isinstance(inner, dict) else None
        reported = self.findings[-1].code if isinstance(value.get("definition"), str) and inner is None else ""
        self.flows.append(Found(definition, inner_place, value, place, name, address, reported))

    def _mounted(self, text: str, place: Place) -> Any:
        if text.lstrip().startswith("${"):
            self.findings.append(_elsewhere(place))
            return None
        document = self.document

        def offsets() -> Escapes:
            span = document.locate(place)
            return Escapes(document.text, span.start + 1, max(span.end - 1, span.start + 1), JSON_STRING)

        mount = Mount(place.file, place.pointer, text, offsets)
        value = _object_of(mount, place, self.findings)
        if value is not None:
            self.mounts.append(mount)
            self.findings.extend(findings_of(mount.problems(), document))
        return value

    def deep(self, value: Any, place: Place) -> None:
        """Search a value for definitions and envelopes at any depth, in document order."""
        stack: list[tuple[Any, Place, str, str]] = [(value, place, "", "")]
        while stack:
            item, at, name, address = stack.pop()
            if isinstance(item, list):
                stack.extend(
                    (child, at.child(index), name, address)
                    for index, child in reversed(list(enumerate(item)))
                    if isinstance(child, (dict, list))
                )
                continue
            kind = item.get("type")
            if isinstance(kind, str) and isinstance(item.get("name"), str) and _is_resource(item):
                if kind in RESOURCE_TYPES:
                    name = item["name"]
                    address = item["address"] if isinstance(item.get("address"), str) else f"{kind}.{name}"
                else:
                    self.others[kind] = None
            if _surely_definition(item) or _surely_envelope(item, bool(address)):
                self.take(item, at, name, address)
                continue
            inside_type = at.pointer.rsplit("/", 1)[-1] in RESOURCE_TYPES
            for key, child in reversed(item.items()):
                if isinstance(child, (dict, list)):
                    own = (key, f"{at.pointer.rsplit('/', 1)[-1]}.{key}") if inside_type else (name, address)
                    stack.append((child, at.child(key), *own))


def _is_resource(item: dict[str, Any]) -> bool:
    return any(key in item for key in ("values", "instances", "change", "expressions"))


def _surely_definition(item: dict[str, Any]) -> bool:
    return isinstance(item.get("states"), (list, dict)) and "initial_state" in item


def _surely_envelope(item: dict[str, Any], in_resource: bool) -> bool:
    inner = item.get("definition")
    if isinstance(inner, str):
        text = inner.lstrip()
        return (text.startswith("{") and '"states"' in text) or (in_resource and text.startswith("${"))
    if isinstance(inner, dict):
        return is_definition(inner)
    return inner is None and is_envelope(item) and not in_resource


def _elsewhere(place: Place) -> Finding:
    return DefinitionElsewhere.at(
        place,
        "the definition is a Terraform expression that is not evaluated here",
        help="compile the JSON file itself, or the evaluated plan: `terraform show -json plan.out > plan.json`",
    )


def _object_of(mount: Mount, place: Place, findings: list[Finding]) -> dict[str, Any] | None:
    """The object in a mounted text, or None with a finding."""
    value = mount.document.value
    if mount.document.usable and isinstance(value, dict):
        return value
    findings.append(
        DefinitionUnreadable.at(
            place,
            "the definition is a text, but not the text of a JSON object",
            help="export the flow again: the definition must be the JSON that the editor shows",
        )
    )
    return None


def locate_json(document: JsonDocument) -> Located:
    """Find the flows of a JSON document whose value is an object or a list."""
    search = _JsonSearch(document)
    root = Place(document.path)
    value = document.value
    located = Located(document, "")
    if is_definition(value):
        located.shape = "definition"
        search.take(value, root)
    elif is_envelope(value):
        located.shape = "rest-envelope"
        search.take(value, root)
    elif isinstance(value, list):
        located.shape = "list"
        for index, item in enumerate(value):
            before = len(search.flows)
            if is_definition(item) or is_envelope(item):
                search.take(item, root.child(index))
            elif isinstance(item, (dict, list)):
                search.deep(item, root.child(index))
            if len(search.flows) == before:
                located.strays.append(root.child(index))
    elif isinstance(value, dict):
        located.shape = "document"
        search.deep(value, root)
        if search.flows:
            located.shape = "terraform-json" if any(found.address for found in search.flows) else "document"
            located.findings.extend(_part_of_file(value, search, root))
    located.flows, located.copies = _without_copies(search.flows)
    located.findings.extend(search.findings)
    if search.mounts:
        located.document = StudioDocument(document, search.mounts)
    return located


def _part_of_file(value: dict[str, Any], search: _JsonSearch, root: Place) -> list[Finding]:
    """What was not read: other resources of a Terraform document, other members of a wrapper."""
    if any(found.address for found in search.flows):
        rest, what = sorted(search.others), "resources that are no flows"
    else:
        read = {found.place.pointer.split("/")[1] for found in search.flows}
        rest, what = [key[:40] for key in value if key not in read], "the members"
    if not rest:
        return []
    shown = f"{', '.join(rest[:6])}{' …' if len(rest) > 6 else ''}"
    return [PartOfFile.at(root, f"the document holds more than Studio flows; not read: {what} {shown}")]


def _without_copies(flows: list[Found]) -> tuple[list[Found], list[Copy]]:
    """Keep one of each Terraform flow: the planned one first. Flows without an address are never compared."""
    if sum(1 for found in flows if found.address) < 2:
        return flows, []

    def rank(found: Found) -> tuple[int, bool]:
        section = (found.envelope_place or found.place).pointer.split("/")[1:2]
        at = _SECTIONS.index(section[0]) if section and section[0] in _SECTIONS else len(_SECTIONS)
        return at, "/before/" in found.place.pointer + "/"

    kept: dict[str, Found] = {}
    copies: list[Copy] = []
    for found in sorted(flows, key=rank):
        if not found.address:
            continue
        known = kept.get(found.address)
        if known is None:
            kept[found.address] = found
        else:
            copies.append(Copy(found.envelope_place or found.place, known.place, _same(known, found)))
    chosen = {id(found) for found in kept.values()}
    return [found for found in flows if id(found) in chosen or not found.address], copies


def _same(one: Found, other: Found) -> bool:
    return json.dumps(one.definition, sort_keys=True) == json.dumps(other.definition, sort_keys=True)


def locate_hcl(document: HclDocument) -> Located:
    """Find the flows of a Terraform text."""
    located = Located(document, "terraform-hcl")
    located.findings.extend(findings_of(document.problems, document))
    mounts: list[Mount] = []
    used: dict[str, Place] = {}
    root = Place(document.path)
    template = document.find("/template")
    if template is not None:
        located.shape = "terraform-template"
        located.flows.append(Found(template.plain(), root.child("template")))
    resources = document.find("/resource")
    for kind, (_, _, names) in (resources.parts if resources else {}).items():
        for name, (_, _, block) in names.parts.items():
            place = root.child("resource", kind, name)
            found = _hcl_flow(document, located, mounts, block, place)
            found.name, found.address = name, f"{kind}.{name}"
            if found.definition is not None and found.place.pointer in used:
                located.copies.append(Copy(place, used[found.place.pointer], True))
                continue
            used[found.place.pointer] = found.place
            located.flows.append(found)
    if document.others:
        kinds = sorted(set(document.others))
        shown = f"{', '.join(kinds[:6])}{' …' if len(kinds) > 6 else ''}"
        message = f"the file holds more than Studio flows; not read: resources that are no flows {shown}"
        located.findings.append(PartOfFile.at(root, message))
    if mounts:
        located.document = StudioDocument(document, mounts)
        for mount in mounts:
            located.findings.extend(findings_of(mount.problems(), document))
    return located


def _hcl_flow(document: HclDocument, located: Located, mounts: list[Mount], block: HclValue, place: Place) -> Found:
    envelope = block.plain()
    at = place.child("definition")
    part = block.parts.get("definition")
    if part is None:
        located.findings.append(
            NoStates.at(place, "the resource has no `definition`", help="add `definition = jsonencode({…})`")
        )
        return Found(None, at, envelope, place, reported=located.findings[-1].code)
    node: HclValue = part[2]
    if node.kind == "expression" and node.value.startswith("${local."):
        local = join_pointer("/locals", node.value[8:-1].strip())
        known = document.find(local)
        if known is not None and (known.kind in ("object", "text", "heredoc") or known.inside is not None):
            node, at = known, Place(place.file, local)
    if node.inside is not None:
        located.findings.append(
            DefinitionChosen.at(
                at,
                "Terraform chooses between definitions; the one that is written here is read",
                help="compile the evaluated plan to have the one that is deployed: `terraform show -json plan.out`",
            )
        )
        node = node.inside
    if node.kind == "object":
        return Found(node.plain(), at, envelope, place)
    if node.kind in ("text", "heredoc"):
        text = str(node.value)
        mount = Mount(document.path, at.pointer, text, lambda: _offsets(document, node))
        value = _object_of(mount, at, located.findings)
        if value is not None:
            mounts.append(mount)
        return Found(value, at, envelope, place, reported="" if value is not None else located.findings[-1].code)
    located.findings.append(_elsewhere(at))
    return Found(None, at, envelope, place, reported=located.findings[-1].code)


def _offsets(document: HclDocument, node: HclValue) -> Offsets:
    offsets = document.offsets(node)
    assert offsets is not None  # only texts are mounted
    return offsets


def empty_file_finding(path: str) -> Finding:
    """The finding for a file in which nothing looks like a flow."""
    return NoStates.at(
        Place(path),
        "the file holds no Studio flow: no object with `states` and `initial_state`",
        help="export the flow with *Show JSON* in the editor, or `GET /v2/Flows/FW…`",
    )
