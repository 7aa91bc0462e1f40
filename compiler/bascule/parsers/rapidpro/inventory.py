"""Put every construct of a file down in the book, before anything is read or migrated.

What counts: flows and their members; nodes, actions and their members, exits, routers and their members, cases,
categories, waits; each translation (language, thing, property); each node and note of the editor; every item of the
lists of an export. Ids and what makes a construct what it is (an action's type, a case's arguments) count with it.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from bascule.parsers.rapidpro.located import Arr, Obj
from bascule.parsers.rapidpro.reading import Reading, clip

__all__ = ["CAMPAIGN", "EVENT", "TRIGGER", "open_export", "open_flow", "open_wrapper"]

_FLOW = ("uuid", "nodes", "localization", "_ui")
_NODE = ("uuid", "actions", "exits", "router")
_ACTION = ("uuid", "type")
_EXIT = ("uuid", "destination_uuid")
_ROUTER = ("type", "cases", "categories", "wait")
_WAIT = ("type", "timeout", "hint")
_CASE = ("uuid", "type", "arguments", "category_uuid")
_CATEGORY = ("uuid", "name", "exit_uuid")

CAMPAIGN = ("uuid", "id", "name", "group", "events")
EVENT = (
    *("uuid", "id", "offset", "unit", "event_type", "delivery_hour", "message", "relative_to", "start_mode", "flow"),
    "base_language",
)
TRIGGER = (
    *("uuid", "trigger_type", "flow", "groups", "exclude_groups", "contacts", "channel", "keyword", "keywords"),
    *("match_type", "schedule", "referrer_id"),
)
"""Members that count with the campaign, event or trigger they belong to."""


def open_export(reading: Reading, export: Obj, flows: str) -> None:
    """The members of an export; the items of ``flows`` are opened one by one as they are found."""
    for key, value in export.items():
        if key == flows:
            continue
        if not isinstance(value, Arr):
            reading.book.open(f"export {clip(key, 40)}", reading.at(export, key))
            continue
        word = key[:40].removesuffix("s")
        for index, item in enumerate(value):
            reading.book.open(word, reading.at(value, index))
            if isinstance(item, Obj) and key == "campaigns":
                _campaign(reading, item)
            elif isinstance(item, Obj) and key == "triggers":
                _rest(reading, item, "trigger", TRIGGER)


def _campaign(reading: Reading, campaign: Obj) -> None:
    _rest(reading, campaign, "campaign", CAMPAIGN)
    events = campaign.get("events")
    if not isinstance(events, Arr):
        return
    for index, event in enumerate(events):
        reading.book.open("campaign event", reading.at(events, index))
        if isinstance(event, Obj):
            _rest(reading, event, "campaign event", EVENT)


def open_wrapper(reading: Reading, wrapper: Obj) -> None:
    """The members of the object round a definition; each of its keywords."""
    for key, value in wrapper.items():
        if key == "definition":
            continue
        if key == "keywords" and isinstance(value, Arr):
            for index in range(len(value)):
                reading.book.open("keyword", reading.at(value, index))
        else:
            reading.book.open(f"definition {clip(key, 40)}", reading.at(wrapper, key))


def open_flow(reading: Reading, value: Any, pointer: str) -> None:
    """A flow and everything in it."""
    reading.book.open("flow", reading.place(pointer))
    if not isinstance(value, Obj):
        return
    _rest(reading, value, "flow", _FLOW)
    nodes = value.get("nodes")
    for place, node in _items(reading, value, "nodes", "flow nodes"):
        reading.book.open("node", place)
        if isinstance(node, Obj):
            _node(reading, node)
    if nodes is not None and not isinstance(nodes, Arr):
        reading.book.open("flow nodes", reading.at(value, "nodes"))
    _localization(reading, value)
    _editor(reading, value)


def _rest(reading: Reading, item: Obj, what: str, known: Collection[str]) -> None:
    for key in item:
        if key not in known:
            reading.book.open(f"{what} {clip(key, 40)}", reading.at(item, key))


def _items(reading: Reading, item: Obj, key: str, what: str) -> list[tuple[Any, Any]]:
    """Places and values of a member that is a list. A member of another type is a construct itself."""
    value = item.get(key)
    if isinstance(value, Arr):
        return [(reading.at(value, index), child) for index, child in enumerate(value)]
    if value is not None:
        reading.book.open(what, reading.at(item, key))
    return []


def _node(reading: Reading, node: Obj) -> None:
    _rest(reading, node, "node", _NODE)
    for place, action in _items(reading, node, "actions", "node actions"):
        kind = action.get("type") if isinstance(action, Obj) else None
        name = clip(kind, 40) if isinstance(kind, str) else ""
        reading.book.open(f"action {name}".rstrip(), place)
        if isinstance(action, Obj):
            _rest(reading, action, name or "action", _ACTION)
    router = node.get("router")
    if isinstance(router, Obj):
        _router(reading, router, node)
    elif router is not None:
        reading.book.open("router", reading.at(node, "router"))
    for place, way in _items(reading, node, "exits", "node exits"):
        reading.book.open("exit", place)
        if isinstance(way, Obj):
            _rest(reading, way, "exit", _EXIT)


def _router(reading: Reading, router: Obj, node: Obj) -> None:
    kind = router.get("type")
    name = f"router {clip(kind, 40)}" if isinstance(kind, str) else "router"
    reading.book.open(name, reading.at(node, "router"))
    _rest(reading, router, "router", _ROUTER)
    wait = router.get("wait")
    if isinstance(wait, Obj):
        kind = wait.get("type")
        reading.book.open(f"wait {clip(kind, 40)}" if isinstance(kind, str) else "wait", reading.at(router, "wait"))
        _rest(reading, wait, "wait", _WAIT)
    elif wait is not None:
        reading.book.open("wait", reading.at(router, "wait"))
    for place, case in _items(reading, router, "cases", "router cases"):
        kind = case.get("type") if isinstance(case, Obj) else None
        reading.book.open(f"case {clip(kind, 40)}" if isinstance(kind, str) else "case", place)
        if isinstance(case, Obj):
            _rest(reading, case, "case", _CASE)
    for place, category in _items(reading, router, "categories", "router categories"):
        reading.book.open("category", place)
        if isinstance(category, Obj):
            _rest(reading, category, "category", _CATEGORY)


def _localization(reading: Reading, flow: Obj) -> None:
    localization = flow.get("localization")
    if localization is None or localization == {}:
        return
    if not isinstance(localization, Obj):
        reading.book.open("localization", reading.at(flow, "localization"))
        return
    for language, things in localization.items():
        if not isinstance(things, Obj) or not things:
            reading.book.open("translations", reading.at(localization, language))
            continue
        for uuid, entry in things.items():
            if not isinstance(entry, Obj) or not entry:
                reading.book.open("translations", reading.at(things, uuid))
                continue
            for key in entry:
                reading.book.open(f"translation {clip(key, 40)}", reading.at(entry, key))


def _editor(reading: Reading, flow: Obj) -> None:
    editor = flow.get("_ui")
    if editor is None:
        return
    if not isinstance(editor, Obj):
        reading.book.open("editor", reading.at(flow, "_ui"))
        return
    for key, value in editor.items():
        if key in ("nodes", "stickies") and isinstance(value, Obj):
            word = "editor node" if key == "nodes" else "editor note"
            for uuid in value:
                reading.book.open(word, reading.at(value, uuid))
        else:
            reading.book.open(f"editor {clip(key, 40)}", reading.at(editor, key))
