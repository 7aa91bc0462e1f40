"""Raw nodes of an export: identified, sorted into containers, every member put down."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from bascule.diagnostics import Label
from bascule.ir.expr import Call, Const, Expression, Opaque, Ref
from bascule.language.reading import Reading, json_text
from bascule.language.viber_pieces import JsonPiece, file_piece
from bascule.parsers.node_red.rules import BadValue, NodeTwice, NotANode
from bascule.source import Place, join_pointer

__all__ = ["ITEM_LISTS", "RawNode", "Wire", "nodes_of", "path_of", "read_nodes", "typed_value"]

ITEM_LISTS = ("rules", "buttons", "message", "elements", "props", "headers")
"""Members whose items are constructs of their own when they are objects."""

_PATH = re.compile(r"[^.\[\]'\"]+")
_SHOWN = 60
_NUMBER = re.compile(r"\s*-?\d{1,15}(?:\.\d{1,9})?\s*")


@dataclass(frozen=True, slots=True)
class Wire:
    """One wire: the id it leads to and where it stands."""

    target: str
    place: Place


@dataclass(slots=True)
class RawNode:
    """One node. ``wires`` are per output port. Members are taken one by one; the rest become facts."""

    reading: Reading
    id: str
    type: str
    data: dict[str, Any]
    piece: JsonPiece
    wires: list[list[Wire]] = field(default_factory=list)
    facts: list[tuple[str, str]] = field(default_factory=list)
    taken: set[str] = field(default_factory=set)

    @property
    def z(self) -> str:
        """The id of the tab or subflow it stands in; ``""`` for none."""
        value = self.data.get("z")
        return value if isinstance(value, str) else ""

    @property
    def place(self) -> Place:
        """Where the node stands."""
        return self.piece.place

    @property
    def disabled(self) -> bool:
        """Whether the editor has switched it off."""
        return self.data.get("d") is True or (self.type == "tab" and self.data.get("disabled") is True)

    @property
    def title(self) -> str:
        """A name to read: its own, else its label; ``""`` for none."""
        for name in ("name", "label", "title"):
            value = self.data.get(name)
            if isinstance(value, str) and value.strip():
                return " ".join(value.split())[:_SHOWN]
        return ""

    @property
    def shown(self) -> str:
        """The title, or the type and the id, for messages."""
        return self.title or f"{self.type[:40]} {self.id[:30]}"

    def at(self, name: str) -> Place:
        """Where a member stands."""
        return self.place.child(name)

    def piece_of(self, name: str) -> JsonPiece:
        """A member as a piece."""
        return JsonPiece(self.data.get(name), join_pointer(self.piece.pointer, name), self.piece.locate)

    def take(self, name: str) -> Any:
        """The value of a member (None when it is missing), counted as exact unless decided otherwise."""
        if name in self.data and name not in self.taken:
            self.taken.add(name)
            self.reading.book.exact(self.at(name))
        return self.data.get(name)

    def text(self, name: str) -> str:
        """A member that is a text; numbers as text; other types stay a fact with a finding."""
        value = self.data.get(name)
        if isinstance(value, str):
            self.take(name)
            return value
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            self.take(name)
            return json_text(value)
        if value not in (None, False, [], {}):
            self.bad(name, "a text")
        return ""

    def number(self, name: str, default: float) -> float:
        """A member that is a number, as number or as text."""
        value = self.take(name)
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            try:
                number = float(value)
            except OverflowError:
                number = float("inf")
            if abs(number) < 1e15:
                return number
        if isinstance(value, str) and _NUMBER.fullmatch(value):
            return float(value)
        if value not in (None, ""):
            self.bad(name, f"a number; {default:g} is used")
        return default

    def bad(self, name: str, wanted: str) -> None:
        """Report a member that cannot be read; it stays a fact."""
        code = self.reading.find(
            BadValue, self.at(name), f"`{name[:40]}` of `{self.shown}` is not {wanted}", help="correct it in Node-RED"
        )
        self.taken.add(name)
        self.keep(name)
        self.reading.book.degraded(self.at(name), f"not {wanted}: kept as a fact", "correct it", code)

    def objects(self, name: str) -> Iterator[tuple[dict[str, Any], Place]]:
        """The objects of a list member, each put down as exact. Other items stay facts."""
        value = self.data.get(name)
        if value is None:
            return
        if not isinstance(value, list):
            if value != "":
                self.bad(name, "a list")
            return
        self.take(name)
        for index, item in enumerate(value):
            place = self.at(name).child(index)
            if isinstance(item, dict):
                self.reading.book.exact(place)
                yield item, place
            else:
                self.facts.append((f"{name}/{index}", json_text(self.reading.safe(item, place, name))))

    def keep(self, name: str, reason: str = "kept as a fact") -> None:
        """Keep a member as a fact; secrets in it are covered."""
        self.taken.add(name)
        value = self.reading.safe(self.data[name], self.at(name), name)
        self.facts.append((name, json_text(value)))
        self.reading.book.exact(self.at(name), reason)

    def keep_rest(self) -> tuple[tuple[str, str], ...]:
        """Keep every member that nobody took, and return all facts."""
        for name, value in self.data.items():
            if name in ("id", "type", "wires"):
                continue
            if name not in self.taken:
                if value in ("", None, False, [], {}):
                    self.take(name)
                else:
                    self.keep(name)
            if name in ITEM_LISTS and isinstance(value, list):
                for index, item in enumerate(value):
                    place = self.at(name).child(index)
                    if isinstance(item, dict) and self.reading.book.is_open(place):
                        self.reading.book.exact(place, "kept with the list")
        return tuple(self.facts)

    def position(self) -> tuple[float, float] | None:
        """Where the editor shows it."""
        x, y = self.take("x"), self.take("y")
        self.take("w")
        self.take("h")
        numbers = all(isinstance(value, (int, float)) and not isinstance(value, bool) for value in (x, y))
        return (float(x), float(y)) if numbers and abs(x) < 1e9 and abs(y) < 1e9 else None


def nodes_of(value: Any) -> tuple[list[Any], str] | None:
    """The list of nodes of a document and its pointer: a bare list, or the answer of the admin API."""
    if isinstance(value, list):
        return value, ""
    if isinstance(value, dict):
        for name in ("flows", "nodes"):
            if isinstance(value.get(name), list):
                return value[name], f"/{name}"
    return None


def read_nodes(reading: Reading, items: list[Any], pointer: str) -> dict[str, RawNode]:
    """Bring the items into shape, in order, by id; put down every construct."""
    nodes: dict[str, RawNode] = {}
    root = file_piece(items, reading.path, pointer)
    for index, item in enumerate(root.items()):
        data = item.value
        place = item.place
        id_ = data.get("id") if isinstance(data, dict) else None
        kind = data.get("type") if isinstance(data, dict) else None
        if (
            not isinstance(data, dict)
            or not isinstance(kind, str)
            or not isinstance(id_, (str, int))
            or id_ in ("", True)
        ):
            reading.book.open("item", place)
            code = reading.find(NotANode, place, f"item {index + 1} is no node", help="export the flows again")
            reading.book.dropped(place, "no node", "export the flows again", code)
            continue
        reading.book.open(f"node {kind[:_SHOWN]}", place)
        known = nodes.get(str(id_))
        if known is not None:
            code = reading.find(
                NodeTwice,
                place.child("id"),
                f"a second node has the id `{str(id_)[:40]}`; it is not read",
                help="import both exports into Node-RED and export again",
                labels=[Label(known.place, "the first one is here")],
            )
            reading.book.dropped(place, "its id is taken", "export again", code)
            continue
        node = RawNode(reading, str(id_), kind, data, item)
        _put_down(reading, node)
        nodes[node.id] = node
    return nodes


def _put_down(reading: Reading, node: RawNode) -> None:
    for name, value in node.data.items():
        if name in ("id", "type", "wires"):
            continue
        reading.book.open(f"property {name[:_SHOWN]}", node.at(name))
        if name in ITEM_LISTS and isinstance(value, list):
            for index, item in enumerate(value):
                if isinstance(item, dict):
                    reading.book.open(f"item of {name}", node.at(name).child(index))
    wires = node.data.get("wires")
    if isinstance(wires, list):
        at = node.at("wires")
        for port, targets in enumerate(wires):
            row: list[Wire] = []
            for index, target in enumerate(targets if isinstance(targets, list) else [targets]):
                place = at.child(port, index) if isinstance(targets, list) else at.child(port)
                reading.book.open("wire", place)
                if isinstance(target, str):
                    row.append(Wire(target, place))
                    continue
                code = reading.find(BadValue, place, f"a wire of `{node.shown}` names no node", help="export again")
                reading.book.dropped(place, "names no node", "export again", code)
            node.wires.append(row)


def path_of(text: str) -> tuple[str, ...]:
    """A property path (``payload.items[0].name``) as its parts; never empty."""
    return tuple(part.strip() for part in _PATH.findall(text) if part.strip()) or ("payload",)


def typed_value(value: Any, kind: str) -> Expression:
    """A value with Node-RED's type beside it (``str``, ``num``, ``msg``, ``flow``, ``jsonata`` …)."""
    if kind in ("msg", "flow", "global", "env") and isinstance(value, str):
        return Ref((kind, *path_of(value)))
    if kind in ("jsonata", "re", "bin", "cred"):
        return Opaque("jsonata" if kind == "jsonata" else "node-red", str(value))
    if kind == "date":
        return Call("now", ())
    if kind == "prev":
        return Opaque("node-red", "previous value")
    if kind == "num" and isinstance(value, str) and _NUMBER.fullmatch(value):
        number = float(value)
        return Const(int(number) if number.is_integer() else number)
    if kind == "bool" and isinstance(value, str):
        return Const(value.strip().lower() == "true")
    if value is None or isinstance(value, (str, int, float, bool)):
        return Const(value)
    return Const(json_text(value))
