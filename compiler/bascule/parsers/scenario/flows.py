"""Flows and the ways into them."""

from __future__ import annotations

from typing import Any

from bascule.ir.nodes import Duration, Node
from bascule.ir.project import Entry, EntryKind, Flow
from bascule.ir.text import Localized
from bascule.parsers.scenario.longform import kept_whole, read_long_node
from bascule.parsers.scenario.reader import Reader, is_nothing, scalar
from bascule.parsers.scenario.rules import ConflictingKeys
from bascule.parsers.scenario.shortform import read_short_node
from bascule.source import Place

__all__ = ["ENTRY_WORDS", "FLOW_KEYS", "MATCH_WORDS", "read_flows"]

ENTRY_WORDS = tuple(kind.value for kind in EntryKind)
MATCH_WORDS = ("word", "only", "exact", "contains")
FLOW_KEYS = ("title", "locale", "expires", "facts", "entries", "nodes", "at")
_ENTRY_KEYS = ("name", "intent", "keywords", "match", "when", "schedule", "offset", "then", "facts", "at")
_OWN_FIELD = {"keyword": "keywords", "intent": "intent", "schedule": "schedule"}
"""Where the value of a short entry's kind goes; for the other kinds it is the name."""


def read_flows(r: Reader, value: Any, place: Place) -> tuple[Flow, ...]:
    """The value of ``flows``."""
    return tuple(_flow(r, id, item, at) for id, item, at in r.keyed(value, place, "id", "flows"))


def _flow(r: Reader, id: str, value: Any, place: Place) -> Flow:
    members = r.fields(value, place, FLOW_KEYS, "a flow") or {}
    found: list[tuple[str, Any, Place]] = []
    if "nodes" in members:
        found = r.keyed(members["nodes"], place.child("nodes"), "id", "nodes")
    r.node_ids = frozenset(name for name, _, _ in found)
    taken = set(r.node_ids)
    nodes = [node for name, item, at in found for node in _nodes(r, name, item, at, taken)]
    entries: list[Entry] = []
    if "entries" in members:
        for item, at in r.items(members["entries"], place.child("entries"), "entries"):
            entry = _entry(r, item, at)
            if entry is not None:
                entries.append(entry)
    expires: Duration | None = None
    if "expires" in members:
        expires = r.duration(members["expires"], place.child("expires"))
    r.ledger.exact("flow", place)
    return Flow(
        id,
        tuple(nodes),
        tuple(entries),
        title=(r.string(members["title"], place.child("title")) or "") if "title" in members else "",
        locale=(r.string(members["locale"], place.child("locale")) or "") if "locale" in members else "",
        expires=expires,
        facts=r.facts(members["facts"], place.child("facts")) if "facts" in members else (),
        at=place,
    )


def _nodes(r: Reader, id: str, value: Any, place: Place, taken: set[str]) -> list[Node]:
    if isinstance(value, dict) and "type" in value:
        return [read_long_node(r, id, value, place)]
    if isinstance(value, (dict, str)) or is_nothing(value):
        return read_short_node(r, id, value, place, taken)
    r.wrong(value, place, "a text or a mapping (a node)")
    return [kept_whole(id, value, place, "node", "a node is a text or a mapping")]


def _entry(r: Reader, value: Any, place: Place) -> Entry | None:
    """An entry: ``{type: keyword, keywords: …}``, or in short ``{keyword: …}``."""
    if isinstance(value, dict) and "type" in value:
        members = r.fields(value, place, ("type", *_ENTRY_KEYS), "an entry")
        if members is None or "type" not in members:
            return None
        kind = r.word(members["type"], place.child("type"), ENTRY_WORDS, "kind of entry")
    else:
        members = r.fields(value, place, (*ENTRY_WORDS, *_ENTRY_KEYS), "an entry")
        if members is None:
            return None
        kind = _short_kind(r, members, place)
    if kind not in ENTRY_WORDS:
        r.ledger.dropped("entry", place, "its kind is not known", f"write one of: {', '.join(ENTRY_WORDS)}")
        return None
    return _entry_of(r, EntryKind(kind), members, place)


def _short_kind(r: Reader, members: dict[str, Any], place: Place) -> str | None:
    kinds = [key for key in members if key in ENTRY_WORDS]
    if not kinds:
        listed = ", ".join(f"`{word}`" for word in ENTRY_WORDS)
        r.missing(place, "the entry does not say how the flow is entered", f"write one of {listed}")
        return None
    for extra in kinds[1:]:
        message = f"an entry has one kind: `{kinds[0]}` and `{extra}` exclude each other"
        r.report(ConflictingKeys, place.child(extra).at_key(), message, "write two entries", lost="key")
        members.pop(extra)
    kind = kinds[0]
    own = _OWN_FIELD.get(kind, "name")
    value = members.pop(kind)
    if scalar(value) is True:
        return kind
    if own in members:
        message = f"`{kind}` and `{own}` say the same"
        r.report(ConflictingKeys, place.child(own).at_key(), message, "remove one", lost="key")
    members[own] = value
    members[f"{own} at"] = place.child(kind)
    return kind


def _entry_of(r: Reader, kind: EntryKind, members: dict[str, Any], place: Place) -> Entry:
    def at(key: str) -> Place:
        where = members.get(f"{key} at")
        return where if isinstance(where, Place) else place.child(key)

    def word(key: str, expected: str = "text") -> str:
        return (r.string(members[key], at(key), expected) or "") if key in members else ""

    keywords: Localized[tuple[str, ...]] = Localized()
    if "keywords" in members:
        keywords = r.localized(members["keywords"], at("keywords"), r.strings)
    target: str | None = None
    if "then" in members:
        value = members["then"]
        if isinstance(value, dict):
            _, target = r.target(value, at("then"))
        else:
            target = r.string(value, at("then"), "the id of a node")
    match = "only"
    if "match" in members:
        match = r.word(members["match"], at("match"), MATCH_WORDS, "way to compare keywords") or match
    r.ledger.exact("entry", place)
    return Entry(
        kind,
        target,
        keywords,
        match,
        intent=word("intent"),
        condition=r.expression(members["when"], at("when")) if "when" in members else None,
        name=word("name", "text or `true`"),
        offset=r.duration(members["offset"], at("offset"), negative=True) if "offset" in members else None,
        schedule=word("schedule"),
        facts=r.facts(members["facts"], at("facts")) if "facts" in members else (),
        at=place,
    )
