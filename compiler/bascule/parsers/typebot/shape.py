"""A bot brought into shape: groups, blocks, items and edges, with everything put down in the book."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from bascule.language.members import EMPTY, Facts, clip, number_of, slug, type_name
from bascule.language.reading import json_text, unique
from bascule.parsers.typebot.catalogue import INPUTS, JUMPING
from bascule.parsers.typebot.graph import Block, Event, Graph, Group, Item, Link
from bascule.parsers.typebot.reading import BotMembers, Reading
from bascule.parsers.typebot.rules import IdTwice, WrongShape
from bascule.source import Place

__all__ = ["read_graph"]

_GROUP = frozenset({"id", "title", "graphCoordinates", "blocks"})
_BLOCK = frozenset({"id", "type", "groupId", "outgoingEdgeId", "options", "content", "items"})
_ITEM = frozenset({"id", "blockId", "type", "outgoingEdgeId"})
_EVENT = frozenset({"id", "type", "outgoingEdgeId", "graphCoordinates", "options"})


def read_graph(reading: Reading, bot: Mapping[str, Any], place: Place) -> Graph:
    """Bring the groups, events and edges of a bot into shape."""
    graph = Graph(reading)
    for at, data, key in _objects(graph, bot.get("events"), place.child("events"), "event", "events"):
        graph.events.append(_event(graph, data, at, key))
    for at, data, key in _objects(graph, bot.get("groups"), place.child("groups"), "group", "groups"):
        _group(graph, data, at, key)
    for at, data, key in _objects(graph, bot.get("edges"), place.child("edges"), "edge", "edges"):
        _edge(graph, data, at, key)
    _name(graph)
    return graph


def _name(graph: Graph) -> None:
    """Give every block the id of its node: the group's title, numbered. A text just before an input, which is what the
    question says, has the question's; nothing else may lead to the input alone."""
    targeted = graph.targeted()
    for group in graph.groups:
        stem = slug(group.title) or "group"
        for block in group.blocks:
            following = block.after
            if block.type not in JUMPING and not block.node:
                block.node = unique(stem, graph.taken)
            if following is None or block.type != "text" or block.edge or following.type not in INPUTS:
                continue
            if following.type != "payment input" and following.id not in targeted:
                block.asks = following
                following.node = block.node


def _objects(
    graph: Graph, value: Any, place: Place, what: str, key: str
) -> Iterator[tuple[Place, dict[str, Any], str]]:
    """The objects of a list; what is none is kept as a fact."""
    for index, item in enumerate(value if isinstance(value, list) else []):
        at = place.child(index)
        kind = item.get("type") if isinstance(item, dict) and what in ("block", "event") else None
        graph.reading.book.open(f"{what} {clip(kind)}" if isinstance(kind, str) else what, at)
        if isinstance(item, dict):
            yield at, item, f"{key}/{index}"
            continue
        code = graph.reading.find(
            WrongShape, at, f"item {index + 1} is {type_name(item)}, not an object; kept as a fact", help=f"a {what}"
        )
        graph.reading.book.degraded(at, "not an object: kept as a fact", f"write a {what}", code)
        graph.facts.append((f"{key}/{index}", json_text(graph.reading.safe(item, at))))


def _string(graph: Graph, data: Mapping[str, Any], name: str, place: Place, what: str, key: str) -> str:
    value = data.get(name)
    if value is None or isinstance(value, str):
        return value or ""
    graph.reading.find(
        WrongShape, place.child(name), f"`{name}` of a {what} is {type_name(value)}, not a text; kept as a fact"
    )
    graph.facts.append((f"{key}/{name}", json_text(graph.reading.safe(value, place.child(name), name))))
    return ""


def _position(value: Any) -> tuple[float, float] | None:
    x, y = (number_of(value.get(name)) for name in ("x", "y")) if isinstance(value, dict) else (None, None)
    return (x, y) if x is not None and y is not None else None


def _first(graph: Graph, known: Mapping[str, Any], id_: str, place: Place, what: str) -> None:
    if id_ and id_ in known:
        graph.reading.find_once(
            IdTwice,
            what,
            place.child("id"),
            lambda count: f"{count} {what}(s) have the id of another one; what leads there leads to the first",
            help="duplicate them again in the editor, which gives new ids",
        )


def _event(graph: Graph, data: dict[str, Any], place: Place, key: str) -> Event:
    facts: Facts = []
    kind = _string(graph, data, "type", place, "event", key)
    rest = BotMembers(graph.reading, data, place, "event", graph.facts, _EVENT, f"{key}/")
    rest.close()
    options = _part(graph, data, place, "options", "event option", facts, key)
    graph.reading.book.exact(place)
    return Event(
        _string(graph, data, "id", place, "event", key),
        kind,
        place,
        options,
        _string(graph, data, "outgoingEdgeId", place, "event", key),
        facts,
    )


def _part(
    graph: Graph, data: Mapping[str, Any], place: Place, name: str, what: str, facts: Facts, key: str
) -> BotMembers:
    """``options`` or ``content`` of a block; another type is kept as a fact."""
    value = data.get(name)
    at = place.child(name)
    if value is not None and not isinstance(value, dict):
        graph.reading.book.open(f"{what}s", at)
        if value in EMPTY:
            graph.reading.book.exact(at, "empty")
        else:
            code = graph.reading.find(
                WrongShape, at, f"`{name}` is {type_name(value)}, not an object; kept as a fact", help="an object"
            )
            graph.reading.book.degraded(at, "not an object: kept as a fact", "write an object", code)
            facts.append((name, json_text(graph.reading.safe(value, at, name))))
        value = None
    return BotMembers(graph.reading, value or {}, at, what, facts, prefix="content/" if name == "content" else "")


def _group(graph: Graph, data: dict[str, Any], place: Place, key: str) -> None:
    id_ = _string(graph, data, "id", place, "group", key)
    title = " ".join(_string(graph, data, "title", place, "group", key).split())
    BotMembers(graph.reading, data, place, "group", graph.facts, _GROUP, f"{key}/").close()
    graph.reading.book.exact(place)
    group = Group(id_, title, place, _position(data.get("graphCoordinates")))
    _first(graph, graph.known_groups, id_, place, "group")
    graph.known_groups.setdefault(id_, group)
    value = data.get("blocks")
    if value is not None and not isinstance(value, list):
        graph.reading.find(WrongShape, place.child("blocks"), f"`blocks` is {type_name(value)}, not a list")
        graph.facts.append((f"{key}/blocks", json_text(graph.reading.safe(value, place.child("blocks")))))
    for at, item, inner in _objects(graph, value, place.child("blocks"), "block", f"{key}/blocks"):
        block = _block(graph, item, at, inner)
        if block.type == "start":
            graph.events.append(Event(block.id, "start", at, block.options, block.edge, block.facts))
            graph.reading.book.exact(at, "where the bot starts")
            block.options.close()
            block.content.close()
            continue
        block.group = group
        if group.blocks:
            group.blocks[-1].after = block
        group.blocks.append(block)
    graph.groups.append(group)


def _block(graph: Graph, data: dict[str, Any], place: Place, key: str) -> Block:
    facts: Facts = []
    kind = _string(graph, data, "type", place, "block", key)
    rest = BotMembers(graph.reading, data, place, "block", facts, _BLOCK)
    rest.fact("webhookId", reason="where version 3 kept the request")
    if kind == "start":
        rest.skip("label")
    rest.close()
    block = Block(
        _string(graph, data, "id", place, "block", key),
        kind,
        place,
        data,
        facts,
        _part(graph, data, place, "options", "option", facts, key),
        _part(graph, data, place, "content", "content", facts, key),
        _string(graph, data, "outgoingEdgeId", place, "block", key),
    )
    _first(graph, graph.known_blocks, block.id, place, "block")
    if kind != "start":
        graph.known_blocks.setdefault(block.id, block)
    block.items = _items(graph, data.get("items"), place.child("items"), f"{key}/items", facts)
    return block


def _items(graph: Graph, value: Any, place: Place, key: str, facts: Facts) -> list[Item]:
    if value is not None and not isinstance(value, list):
        graph.reading.book.open("items", place)
        code = graph.reading.find(WrongShape, place, f"`items` is {type_name(value)}, not a list; kept as a fact")
        graph.reading.book.degraded(place, "not a list: kept as a fact", "write a list", code)
        facts.append(("items", json_text(graph.reading.safe(value, place))))
    found: list[Item] = []
    for at, data, inner in _objects(graph, value, place, "item", key):
        members = BotMembers(graph.reading, data, at, "item", facts, _ITEM, f"items/{len(found)}/")
        item = Item(
            _string(graph, data, "id", at, "item", inner),
            at,
            members,
            _string(graph, data, "outgoingEdgeId", at, "item", inner),
        )
        graph.reading.book.exact(at)
        if isinstance(data.get("paths"), list):
            members.skip("paths")
            for there, path, last in _objects(graph, data["paths"], at.child("paths"), "path", f"{inner}/paths"):
                parts = BotMembers(graph.reading, path, there, "path", facts, _ITEM, f"items/{len(found)}/paths/")
                edge = _string(graph, path, "outgoingEdgeId", there, "path", last)
                item.paths.append(Item(_string(graph, path, "id", there, "path", last), there, parts, edge))
                graph.reading.book.exact(there)
        found.append(item)
    return found


def _edge(graph: Graph, data: dict[str, Any], place: Place, key: str) -> None:
    id_ = _string(graph, data, "id", place, "edge", key)
    BotMembers(graph.reading, data, place, "edge", graph.facts, {"id", "from", "to"}, f"{key}/").close()
    ends: list[tuple[str, ...]] = []
    for name in ("from", "to"):
        value = data.get(name)
        if value is not None and not isinstance(value, dict):
            graph.reading.find(WrongShape, place.child(name), f"`{name}` is {type_name(value)}, not an object")
            graph.facts.append((f"{key}/{name}", json_text(graph.reading.safe(value, place.child(name)))))
        inside = value if isinstance(value, dict) else {}
        known = ("blockId", "itemId", "pathId", "eventId", "groupId") if name == "from" else ("groupId", "blockId")
        found = {part: _string(graph, inside, part, place.child(name), "edge", f"{key}/{name}") for part in known}
        if inside.keys() - set(known):
            rest = {part: item for part, item in inside.items() if part not in known}
            graph.facts.append((f"{key}/{name}", json_text(graph.reading.safe(rest, place.child(name)))))
        if name == "from":
            blocks = tuple(part for part in (found["blockId"], found["itemId"], found["pathId"]) if part)
            ends.append(blocks or tuple(part for part in (found["eventId"],) if part))
        else:
            ends.append((found["groupId"], found["blockId"]))
    edge = Link(id_, place, ends[1][0], ends[1][1], ends[0])
    _first(graph, graph.known_edges, id_, place, "edge")
    graph.known_edges.setdefault(id_ or f"\n{key}", edge)
    graph.edges.append(edge)
    if edge.source:
        graph.edge_from.setdefault(edge.source, edge)
