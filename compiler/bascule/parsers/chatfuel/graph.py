"""Blocks, elements and connections of a flow in one shape, with everything put down in the book."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from bascule.language.members import Facts, as_text, clip, number_of, slug, type_name
from bascule.language.reading import json_text, unique
from bascule.parsers.chatfuel.catalogue import ENTRY_POINTS, element_kind
from bascule.parsers.chatfuel.reading import Fields, Reading
from bascule.parsers.chatfuel.rules import ConnectionNowhere, ElementError, IdTwice, WrongShape
from bascule.source import Place

__all__ = ["Block", "Element", "Graph", "read_graph"]

_BLOCK = frozenset({"__typename", "id", "name", "positionX", "positionY", "blockElements"})
_CONNECTION = frozenset(
    {"__typename", "id", "sourceBlockID", "sourceBlockElementID", "sourceHandleID", "targetBlockID"}
)


@dataclass(slots=True)
class Element:
    """One element of a block. ``kind`` is its name without platform and suffix, ``""`` for an unknown one."""

    id: str
    typename: str
    kind: str
    place: Place
    data: Mapping[str, Any]
    fields: Fields
    facts: Facts
    node: str = ""


@dataclass(slots=True)
class Block:
    """One block. ``start`` is the id of the node it begins with, ``""`` where it has none (empty blocks, entry points);
    ``enabled`` is False where its entry is switched off."""

    id: str
    title: str
    place: Place
    fields: Fields
    facts: Facts
    position: tuple[float, float] | None
    starting: bool = False
    enabled: bool | None = None
    elements: list[Element] = field(default_factory=list)
    start: str = ""


@dataclass(slots=True)
class _Way:
    target: str
    place: Place
    used: bool = False
    reported: bool = False


class Graph:
    """A flow's blocks, and where each place of them leads."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self.blocks: list[Block] = []
        self.facts: Facts = []
        self.taken: dict[str, int] = {}
        self._by_id: dict[str, Block] = {}
        self._targets: set[str] = set()
        self._starts: dict[str, str | None] = {}
        self._of_element: dict[str, list[str]] = {}
        self._next: dict[str, _Way] = {}
        self._handles: dict[tuple[str, str], _Way] = {}

    def has(self, id_: str) -> bool:
        """Whether a block of this id is in the flow."""
        return id_ in self._by_id

    def block(self, id_: str) -> Block | None:
        """The block of an id."""
        return self._by_id.get(id_)

    def led_to(self, block: Block) -> bool:
        """Whether a connection leads to a block."""
        return block.id in self._targets

    def start(self, block: Block) -> str | None:
        """The node a block begins with; for a block without nodes, that of the block behind it."""
        passed: list[str] = []
        at: Block | None = block
        while at is not None and not at.start and at.id not in self._starts:
            passed.append(at.id)
            self._starts[at.id] = None
            way = self._next.get(at.id)
            if way is not None:
                way.used = True
            at = self._by_id.get(way.target) if way is not None else None
        found = None if at is None else at.start or self._starts.get(at.id)
        self._starts.update(dict.fromkeys(passed, found))
        return found

    def next(self, block: Block) -> tuple[str | None, Place | None]:
        """The node of the block that follows, and the place of the connection; Nones where none follows."""
        return self._lead(self._next.get(block.id))

    def handle(self, element: Element, id_: Any) -> tuple[bool, str | None, Place | None]:
        """Whether a handle of an element is connected, the node it leads to, and the place of the connection."""
        way = self._handles.get((element.id, as_text(id_))) if id_ else None
        target, place = self._lead(way)
        return way is not None, target, place

    def handles_of(self, element: Element) -> list[str]:
        """The connected handles of an element whose kind does not say which it has."""
        return self._of_element.get(element.id, [])

    def _lead(self, way: _Way | None) -> tuple[str | None, Place | None]:
        if way is None:
            return None, None
        way.used = True
        target = self._by_id.get(way.target)
        if target is None and way.reported:
            return None, way.place
        if target is None:
            way.reported = True
            code = self.reading.find(
                ConnectionNowhere,
                way.place,
                f"it leads to the block `{clip(way.target)}`, which is not in the flow; the flow ends there",
                help="read the flow again from the API",
            )
            self.reading.book.degraded(way.place, "its target is not in the flow", "read the flow again", code)
            return None, way.place
        self.reading.book.exact(way.place)
        return self.start(target), way.place

    def unused(self) -> None:
        """Report the connections that nothing followed."""
        for way in (*self._next.values(), *self._handles.values()):
            if not way.used:
                self.nowhere(way.place, "starts at nothing that leads on")

    def nowhere(self, place: Place, what: str) -> None:
        """Report a connection without effect."""
        code = self.reading.find(
            ConnectionNowhere, place, f"the connection {what}; it has no effect", help="read the flow again"
        )
        self.reading.book.dropped(place, f"it {what}: no effect", "read the flow again", code)


def read_graph(reading: Reading, flow: Mapping[str, Any], place: Place, platform: str) -> Graph:
    """Bring the blocks and connections of a flow into shape."""
    graph = Graph(reading)
    for at, data, key in _objects(graph, flow.get("blocks"), place.child("blocks"), "block", "blocks"):
        _block(graph, data, at, key, platform)
    for at, data, key in _objects(
        graph, flow.get("connections"), place.child("connections"), "connection", "connections"
    ):
        _connection(graph, data, at, key)
    return graph


def _objects(
    graph: Graph, value: Any, place: Place, what: str, key: str
) -> Iterator[tuple[Place, dict[str, Any], str]]:
    """The objects of a list; what is none is kept as a fact."""
    for index, item in enumerate(value if isinstance(value, list) else []):
        at = place.child(index)
        kind = item.get("__typename") if isinstance(item, dict) else None
        graph.reading.book.open(f"{what} {clip(kind)}" if isinstance(kind, str) else what, at)
        if isinstance(item, dict):
            yield at, item, f"{key}/{index}"
            continue
        article = "an" if what[0] in "aeiou" else "a"
        code = graph.reading.find(
            WrongShape, at, f"{article} {what} is {type_name(item)}, not an object; kept as a fact"
        )
        graph.reading.book.degraded(at, "not an object: kept as a fact", f"write a {what}", code)
        graph.facts.append((f"{key}/{index}", json_text(graph.reading.safe(item, at))))


def _string(reading: Reading, data: Mapping[str, Any], name: str, place: Place, facts: Facts) -> str:
    value = data.get(name)
    if value is None or isinstance(value, str):
        return value or ""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return as_text(value)
    reading.find(WrongShape, place.child(name), f"`{name}` is {type_name(value)}, not a text; kept as a fact")
    facts.append((name, json_text(reading.safe(value, place.child(name), name))))
    return ""


def _number(reading: Reading, data: Mapping[str, Any], name: str, place: Place, facts: Facts) -> float | None:
    value = data.get(name)
    number = number_of(value)
    if number is None and value is not None:
        reading.find(WrongShape, place.child(name), f"`{name}` is {type_name(value)}, not a number; kept as a fact")
        facts.append((name, json_text(reading.safe(value, place.child(name), name))))
    return number


def _common(fields: Fields, platform: str) -> None:
    """Members that blocks and elements share."""
    if fields.data.get("platform") == platform:
        fields.skip("platform")
    else:
        fields.fact("platform")
    fields.fact("createdAt", "stats")
    for index, item in enumerate(fields.items("errors")):
        data = item if isinstance(item, dict) else {}
        shown = [f"`{clip(as_text(data[name]))}`" for name in ("code", "message") if data.get(name)]
        fields.reading.find(
            ElementError,
            fields.at("errors").child(index),
            f"the platform reports {', '.join(shown) or 'an error'} here",
            help="correct it in the product",
        )
    if "errors" in fields:
        fields.keep("errors")


def _block(graph: Graph, data: dict[str, Any], place: Place, key: str, platform: str) -> None:
    reading = graph.reading
    facts: Facts = []
    id_ = _string(reading, data, "id", place, facts)
    title = " ".join(_string(reading, data, "name", place, facts).split())
    fields = Fields(reading, data, place, "block", facts, _BLOCK)
    _common(fields, platform)
    x, y = (_number(reading, data, name, place, facts) for name in ("positionX", "positionY"))
    block = Block(id_, title, place, fields, facts, (x or 0.0, y or 0.0) if x is not None or y is not None else None)
    block.starting = fields.boolean("isStartingPoint") is True
    block.enabled = fields.boolean("isEntryPointEnabled")
    fields.skip("showToggle")
    fields.close()
    reading.book.exact(place)
    for at, item, _inner in _objects(
        graph, data.get("blockElements"), place.child("blockElements"), "element", f"{key}/blockElements"
    ):
        _element(graph, block, item, at, platform)
    if data.get("blockElements") is not None and not isinstance(data.get("blockElements"), list):
        reading.find(WrongShape, place.child("blockElements"), "`blockElements` is not a list; kept as a fact")
        facts.append(("blockElements", json_text(reading.safe(data["blockElements"], place.child("blockElements")))))
    graph.blocks.append(block)
    stem = slug(title) or "bloc"
    for element in block.elements:
        if element.kind not in ENTRY_POINTS:
            element.node = unique(stem, graph.taken)
            block.start = block.start or element.node
    if not id_:
        return
    if id_ in graph._by_id:
        reading.find_once(
            IdTwice,
            "block",
            place.child("id"),
            lambda count: f"{count} block(s) have the id of another one; connections lead to the first",
            help="read the flow again from the API",
        )
        return
    graph._by_id[id_] = block


def _element(graph: Graph, block: Block, data: dict[str, Any], place: Place, platform: str) -> None:
    facts: Facts = []
    id_ = _string(graph.reading, data, "id", place, facts)
    typename = _string(graph.reading, data, "__typename", place, facts)
    fields = Fields(graph.reading, data, place, "element", facts, {"__typename", "id"})
    _common(fields, platform)
    graph.reading.book.exact(place)
    block.elements.append(Element(id_, typename, element_kind(typename), place, data, fields, facts))


def _connection(graph: Graph, data: dict[str, Any], place: Place, key: str) -> None:
    facts: Facts = []
    Fields(graph.reading, data, place, "connection", facts, _CONNECTION).close()
    names = ("sourceBlockID", "sourceBlockElementID", "sourceHandleID", "targetBlockID")
    source, element, handle, target = (_string(graph.reading, data, name, place, facts) for name in names)
    graph.facts.extend((f"{key}/{name}", item) for name, item in facts)
    way = _Way(target, place)
    if source not in graph._by_id:
        graph.nowhere(place, f"starts at the block `{clip(source)}`, which is not in the flow")
        return
    if element or handle:
        known: dict[Any, _Way] = graph._handles
        spot: Any = (element, handle)
    else:
        known, spot = graph._next, source
    if spot in known:
        graph.nowhere(place, "is the second one from the same place")
        return
    known[spot] = way
    graph._targets.add(target)
    if known is graph._handles:
        graph._of_element.setdefault(element, []).append(handle)
