"""The last step before version 13: action sets and rule sets become nodes, what stands round them the flow's own."""

from __future__ import annotations

from typing import Any

from bascule.parsers.rapidpro.legacy.actions import action_of
from bascule.parsers.rapidpro.legacy.draft import Context, Draft, is_empty
from bascule.parsers.rapidpro.legacy.references import Keys, new_keys
from bascule.parsers.rapidpro.legacy.rule_sets import node_of
from bascule.parsers.rapidpro.legacy.walk import definition_of, objects
from bascule.parsers.rapidpro.located import Arr, Obj, inner_of, listed, text_of

__all__ = ["FLOW_TYPES", "keys_of", "nodes_of_sets", "with_keys"]

_KEYS = "_keys"
"""The member that hands a flow the keys of results of all flows of its file."""

FLOW_TYPES = {"F": "messaging", "M": "messaging", "V": "voice", "S": "messaging_offline", "U": "messaging"}
"""Letter to type: message flow, single message, telephone, survey, USSD."""

_BESIDE = ("entry", "id", "last_saved", "saved_on", "saved_by", "expires", "ignore_triggers", "archived", "created_on")
"""Members of a flow that say nothing about the conversation."""


def _labels(flow: Obj) -> list[str]:
    """The labels of the rule sets of a flow: the names of its results."""
    return [text_of(item.get("label")) for item in objects(definition_of(flow), "rule_sets")]


def keys_of(flows: list[Obj]) -> dict[str, str]:
    """The keys of results of several flows that are spelled otherwise after the upgrade, old to new."""
    return new_keys([label for flow in flows for label in _labels(flow)])


def with_keys(flow: Obj, keys: dict[str, str]) -> Obj:
    """The flow with the keys of all flows of its file: what the results of its parents and children are called."""
    return flow.having({_KEYS: keys}, {_KEYS: flow.pointer})


def nodes_of_sets(flow: Obj) -> Obj:
    """The flow in the shape of version 13.0. It must be the definition itself (version 7 and later)."""
    metadata = flow.get("metadata")
    known = inner_of(flow, "metadata")
    language = text_of(flow.get("base_language")) or "base"
    others = flow.get(_KEYS)
    # A file that has a member of that name holds no keys: theirs are no plain objects.
    known_keys = others if isinstance(others, dict) and not isinstance(others, Obj) else {}
    context = Context(language, Keys(keys_of([flow]), known_keys))
    draft = Draft(flow, (_KEYS,))
    _member(draft, known, "uuid", "uuid")
    _member(draft, known, "name", "name")
    _member(draft, known, "revision", "revision")
    _member(draft, known, "expires", "expire_after_minutes", "expires")
    draft.move("base_language", "language")
    kind = flow.get("flow_type")
    if "flow_type" in flow:
        draft.move("flow_type", "type", FLOW_TYPES.get(kind, kind) if isinstance(kind, str) and kind else kind)
        if is_empty(kind):
            draft.put("type", "messaging", flow.at("flow_type"))
    else:
        draft.put("type", "messaging", flow.pointer)
    if isinstance(metadata, Obj):
        draft.move("metadata")
    draft.keep(*_BESIDE)
    nodes = _nodes(context, draft, flow)
    draft.put("nodes", nodes, flow.at("action_sets") if "action_sets" in flow else flow.at("rule_sets"))
    draft.put("localization", context.localization.done(flow.pointer), flow.pointer)
    draft.put("_ui", _editor(flow, known), flow.pointer)
    return draft.done()


def _member(draft: Draft, metadata: Obj, old: str, new: str, other: str = "") -> None:
    """A member that stands in the metadata, or on the flow itself."""
    own = new if not is_empty(draft.source.get(new)) else other or new
    if not is_empty(metadata.get(old)):
        draft.put(new, metadata[old], metadata.at(old))
        if own in draft.source:
            draft.keep(own)
    elif own in draft.source:
        draft.move(own, new)


def _nodes(context: Context, draft: Draft, flow: Obj) -> Arr:
    """The nodes, the entry first, then from top to bottom as they are drawn."""
    made: list[tuple[Any, str, Any]] = []
    for key in ("action_sets", "rule_sets"):
        items = flow.get(key)
        if not isinstance(items, Arr):
            continue
        draft.use(key)
        for index, item in enumerate(items):
            node = item
            if isinstance(item, Obj):
                node = _actions(context, item, index + 1) if key == "action_sets" else node_of(context, item, index + 1)
            made.append((node, items.at(index), item))
    entry = flow.get("entry")
    first = next((place for node, place, item in made if isinstance(item, Obj) and item.get("uuid") == entry), None)
    made.sort(key=lambda one: (one[1] != first, *_height(one[2])))
    return Arr([node for node, _, _ in made], flow.pointer, {index: one[1] for index, one in enumerate(made)})


def _height(item: Any) -> tuple[float, float]:
    values = [item.get(key) if isinstance(item, Obj) else None for key in ("y", "x")]
    top, left = (
        float(value) if isinstance(value, (int, float)) and abs(value) < 1e9 else float("inf") for value in values
    )
    return top, left


def _actions(context: Context, item: Obj, number: int) -> Obj:
    """An action set as a node with one exit."""
    name = text_of(item.get("uuid")) or f"action-set-{number}"
    draft = Draft(item, ("uuid", "x", "y", "actions", "destination", "exit_uuid"))
    draft.put("uuid", item.get("uuid"), item.at("uuid"))
    actions = item.get("actions")
    if isinstance(actions, Arr):
        counted = enumerate(actions, 1)
        made = [action_of(context, one, index, name) if isinstance(one, Obj) else one for index, one in counted]
        draft.put("actions", Arr(made, actions.pointer, actions.moved), item.at("actions"))
    elif not is_empty(actions):
        draft.put("actions", actions, item.at("actions"))
    else:
        draft.put("actions", Arr(pointer=item.pointer), item.pointer)
    way = Obj({"uuid": text_of(item.get("exit_uuid")) or f"{name}-exit"}, item.pointer)
    if not is_empty(item.get("destination")):
        way = way.having({"destination_uuid": item["destination"]}, {"destination_uuid": item.at("destination")})
    draft.put("exits", Arr([way], item.pointer, {0: item.pointer}), item.pointer)
    return draft.done()


def _editor(flow: Obj, metadata: Obj) -> Obj:
    """Where things are drawn, and the author's notes."""
    nodes: dict[str, Obj] = {}
    places: dict[str, str] = {}
    for key in ("action_sets", "rule_sets"):
        for item in objects(flow, key):
            uuid = item.get("uuid")
            if isinstance(uuid, str) and uuid and uuid not in nodes and ("x" in item or "y" in item):
                position = Obj({"left": item.get("x"), "top": item.get("y")}, item.pointer,
                               {"left": item.at("x"), "top": item.at("y")})  # fmt: skip
                nodes[uuid] = Obj({"position": position}, item.pointer, {"position": item.pointer})
                places[uuid] = item.pointer
    parts: dict[str, Any] = {"nodes": Obj(nodes, flow.pointer, places)}
    notes = listed(metadata.get("notes"))
    if notes:
        stickies = {f"note-{index + 1}": note for index, note in enumerate(notes)}
        at = {f"note-{index + 1}": notes.at(index) for index in range(len(notes))}
        parts["stickies"] = Obj(stickies, notes.pointer, at)
    return Obj(parts, flow.pointer, dict.fromkeys(parts, flow.pointer))
