"""Raw blocks and exits: the members of a container brought into one shape, with everything put down in the book."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bascule.diagnostics import Label
from bascule.language.reading import unique
from bascule.parsers.floip.catalogue import BLOCK_MEMBERS
from bascule.parsers.floip.reading import Facts, Reading, as_text, json_text, number_of, slug, stripped
from bascule.parsers.floip.rules import BlockTwice
from bascule.source import Place

__all__ = ["Block", "Config", "Exit", "read_blocks", "turn_dsl"]

_EXIT_MEMBERS = frozenset({"uuid", "name", "destination_block", "test", "default"})
_NOTES = ("label", "semantic_label", "tag", "tags")
_SHOWN = 60


@dataclass(slots=True)
class Exit:
    """One way out. ``target`` is the UUID of a block, or None; ``test`` is ``""`` without one."""

    place: Place
    name: str
    test: str
    default: bool
    target: str | None
    timeout: float | None = None


class Config:
    """The ``config`` of a block. Taking a member makes it exact; what is left is unknown."""

    def __init__(self, reading: Reading, values: Mapping[str, Any], place: Place, what: str, facts: Facts) -> None:
        self.reading = reading
        self.values = values
        self.place = place
        self.what = what
        self.facts = facts
        self._taken: set[str] = set()

    def __contains__(self, name: str) -> bool:
        return self.values.get(name) not in (None, "")

    def at(self, name: str) -> Place:
        """Where a member stands."""
        return self.place.child(name)

    def take(self, name: str) -> Any:
        """The value of a member (None when it is missing), counted as exact unless decided otherwise later."""
        if name in self.values and name not in self._taken:
            self._taken.add(name)
            self.reading.book.exact(self.at(name))
        return self.values.get(name)

    def string(self, name: str) -> str:
        """A member that is a text. Other scalars are read as text, other types become facts, with a finding."""
        value = self.take(name)
        if value is None or isinstance(value, str):
            return value or ""
        if isinstance(value, (bool, int, float)):
            self.reading.wrong_shape(self.at(name), f"`{name}` of {self.what}", value, "a text", "read as text")
            return as_text(value)
        self.misshapen(name, "a text")
        return ""

    def number(self, name: str) -> float | None:
        """A member that is a number; None when it is missing, a fact when it is something else."""
        value = self.take(name)
        number = number_of(value)
        if number is None and value not in (None, ""):
            self.misshapen(name, "a number")
        return number

    def misshapen(self, name: str, expected: str) -> None:
        """Keep a member of the wrong type as a fact, with a finding."""
        what = f"`{name}` of {self.what}"
        self.reading.misshapen(self.at(name), what, self.take(name), expected, self.facts, f"config/{name}")

    def fact(self, name: str, reason: str) -> None:
        """A member kept as a fact: emulated for ``reason`` where it says something."""
        if name not in self.values:
            return
        value = self.take(name)
        if value in (None, "", [], {}):
            return
        self.facts.append((name, json_text(self.reading.safe(value, self.at(name), name))))
        self.reading.book.emulated(self.at(name), reason)

    def close(self) -> None:
        """Keep what nobody took."""
        for name, value in self.values.items():
            if name not in self._taken:
                self.reading.keep(self.at(name), self.what, name, value, self.facts, f"config/{name}")


@dataclass(slots=True)
class Block:
    """One block. ``id`` is the node's, unique in its flow; ``name`` the variable of its result."""

    id: str
    uuid: str
    name: str
    type: str
    place: Place
    data: Mapping[str, Any]
    config: Config
    exits: list[Exit] = field(default_factory=list)
    facts: Facts = field(default_factory=list)
    title: str = ""
    position: tuple[float, float] | None = None
    turn: Mapping[str, Any] = field(default_factory=dict)
    turn_at: Place | None = None

    @property
    def shown(self) -> str:
        """The id, short enough for a message."""
        return self.id if len(self.id) <= _SHOWN else self.id[:_SHOWN] + "…"

    @property
    def variable(self) -> tuple[str, ...]:
        """The variable that takes the result; empty for a block without a name."""
        return (self.name,) if self.name else ()


def read_blocks(reading: Reading, value: Any, place: Place, facts: Facts) -> tuple[list[Block], dict[str, str]]:
    """Bring ``blocks`` into shape. Returns the blocks, and block UUID to node id."""
    items: list[tuple[Place, Any, str]] = []
    if isinstance(value, list):
        items = [(place.child(index), item, str(index)) for index, item in enumerate(value)]
    elif isinstance(value, dict):
        items = [(place.child(key), item, key) for key, item in value.items()]
        reading.wrong_shape(place, "`blocks`", value, "a list", "each member is read as a block")
    taken: dict[str, int] = {}
    ids: dict[str, str] = {}
    first: dict[str, Place] = {}
    blocks: list[Block] = []
    for at, data, key in items:
        kind = data.get("type") if isinstance(data, dict) else None
        reading.book.open(f"block {stripped(kind)[:_SHOWN]}".rstrip(), at)
        if not isinstance(data, dict):
            reading.misshapen(at, "a block", data, "an object", facts, f"blocks/{key}")
            continue
        block = _block(reading, data, at, taken)
        blocks.append(block)
        if not block.uuid:
            continue
        if block.uuid in first:
            reading.find(
                BlockTwice,
                at.child("uuid"),
                f"`{block.shown}` has the UUID of another block; no exit leads to it",
                help="give it a UUID of its own",
                labels=[Label(first[block.uuid], "the first one is here")],
            )
            continue
        first[block.uuid] = at
        ids[block.uuid] = block.id
    return blocks, ids


def _block(reading: Reading, data: dict[str, Any], place: Place, taken: dict[str, int]) -> Block:
    facts: Facts = []
    kind = _text_member(reading, data, "type", place, "a block", facts)
    name = _text_member(reading, data, "name", place, "a block", facts).strip()
    label = stripped(data.get("label"))
    id_ = unique(slug(name or label or kind.rpartition(".")[2]) or "block", taken)
    uuid = _text_member(reading, data, "uuid", place, "a block", facts)
    what = f"`{id_[:_SHOWN]}`"
    values = data.get("config")
    at = place.child("config")
    if isinstance(values, dict):
        for member in values:
            reading.book.open(f"config {member[:_SHOWN]}", at.child(member))
    elif values is not None and values != []:
        # An empty list is how some languages write an empty object.
        reading.wrong_shape(at, f"`config` of {what}", values, "an object", "kept as a fact")
        facts.append(("config", json_text(reading.safe(values, at, "config"))))
    config = Config(reading, values if isinstance(values, dict) else {}, at, what, facts)
    block = Block(id_, uuid, name, kind, place, data, config, facts=facts)
    block.title = label or (name if name != id_ else "")
    for member, value in data.items():
        if member not in BLOCK_MEMBERS:
            _member(reading, block, member, value, place.child(member))
    _exits(reading, block, data.get("exits"), place.child("exits"))
    return block


def _text_member(reading: Reading, data: dict[str, Any], name: str, place: Place, what: str, facts: Facts) -> str:
    value = data.get(name)
    if value is None or isinstance(value, str):
        return value or ""
    reading.wrong_shape(place.child(name), f"`{name}` of {what}", value, "a text", "kept as a fact")
    facts.append((name, json_text(reading.safe(value, place.child(name), name))))
    return ""


def _member(reading: Reading, block: Block, name: str, value: Any, place: Place) -> None:
    """A member of a block that is none of its parts: notes of editors and vendors."""
    reading.book.open(f"block member {name[:_SHOWN]}", place)
    if name == "ui_metadata":
        _canvas(reading, block, value, place)
    elif name == "vendor_metadata":
        _vendor(reading, block, value, place)
    elif name in _NOTES:
        reading.book.exact(place)
        if value not in (None, "", [], block.title):
            block.facts.append((name, json_text(reading.safe(value, place, name))))
    else:
        reading.keep(place, "a block", name, value, block.facts)


def _canvas(reading: Reading, block: Block, value: Any, place: Place) -> None:
    canvas = value.get("canvas_coordinates") if isinstance(value, dict) else None
    x = number_of(canvas.get("x")) if isinstance(canvas, dict) else None
    y = number_of(canvas.get("y")) if isinstance(canvas, dict) else None
    if x is not None and y is not None:
        block.position = (x, y)
    reading.book.exact(place)
    whole = isinstance(value, dict) and len(value) == 1 and isinstance(canvas, dict) and len(canvas) == 2
    if value in (None, {}) or (block.position is not None and whole):
        return
    block.facts.append(("ui_metadata", json_text(reading.safe(value, place, "ui_metadata"))))


def _vendor(reading: Reading, block: Block, value: Any, place: Place) -> None:
    """Vendors' own notes are facts; the source text of Turn's cards is only counted, its message shapes are used."""
    reading.book.exact(place)
    if value in (None, {}):
        return
    version, dsl = turn_dsl(value)
    if dsl is None:
        block.facts.append(("vendor_metadata", json_text(reading.safe(value, place, "vendor_metadata"))))
        return
    block.turn = dsl
    block.turn_at = place.child("io", "turn", "stacks_dsl", version)
    card = dsl.get("card")
    name = stripped(card.get("name")) if isinstance(card, dict) else ""
    if name:
        block.facts.append(("card", json_text(name)))
    reading.book.emulated(place, "Turn's own source of the block: its message shapes are read, its text is left out")
    if set(value) != {"io"} or set(value["io"]) != {"turn"} or set(value["io"]["turn"]) != {"stacks_dsl"}:
        rest = {key: item for key, item in value.items() if key != "io"}
        rest["io"] = {
            key: {k: v for k, v in item.items() if k != "stacks_dsl"} if key == "turn" else item
            for key, item in value["io"].items()
        }
        block.facts.append(("vendor_metadata", json_text(reading.safe(rest, place, "vendor_metadata"))))


def turn_dsl(value: Any) -> tuple[str, dict[str, Any] | None]:
    """The newest version of ``io.turn.stacks_dsl`` in a vendor's notes, with its number."""
    for key in ("io", "turn", "stacks_dsl"):
        value = value.get(key) if isinstance(value, dict) else None
    versions = [key for key in sorted(value) if isinstance(value[key], dict)] if isinstance(value, dict) else []
    return (versions[-1], value[versions[-1]]) if versions and isinstance(value, dict) else ("", None)


def _exits(reading: Reading, block: Block, value: Any, place: Place) -> None:
    if isinstance(value, dict):
        reading.wrong_shape(place, f"`exits` of `{block.shown}`", value, "a list", "each member is read as an exit")
        items = [(place.child(key), item, f"exits/{key}") for key, item in value.items()]
    elif isinstance(value, list):
        items = [(place.child(index), item, f"exits/{index}") for index, item in enumerate(value)]
    else:
        if value is not None:
            reading.wrong_shape(place, f"`exits` of `{block.shown}`", value, "a list", "kept as a fact")
            block.facts.append(("exits", json_text(reading.safe(value, place, "exits"))))
        return
    for at, data, key in items:
        found = _exit(reading, block, data, at, key)
        if found is not None:
            block.exits.append(found)


def _exit(reading: Reading, block: Block, data: Any, place: Place, key: str) -> Exit | None:
    default = isinstance(data, dict) and data.get("default") is True
    reading.book.open("exit default" if default else "exit", place)
    if not isinstance(data, dict):
        reading.misshapen(place, f"an exit of `{block.shown}`", data, "an object", block.facts, key)
        return None
    label = stripped(data.get("label"))
    name = stripped(data.get("name")) or (label if label != stripped(data.get("uuid")) else "")
    name = name or stripped(data.get("tag")) or label
    for member in ("name", "test", "destination_block"):
        value = data.get(member)
        if value is not None and not isinstance(value, str):
            what = f"`{member}` of an exit of `{block.shown}`"
            reading.wrong_shape(place.child(member), what, value, "a text", "read as text")
            block.facts.append((f"{key}/{member}", json_text(reading.safe(value, place.child(member), member))))
    if data.get("default") not in (None, True, False):
        reading.wrong_shape(place.child("default"), f"`default` of an exit of `{block.shown}`", data["default"], "true")
        block.facts.append((f"{key}/default", json_text(reading.safe(data["default"], place.child("default")))))
    test = data.get("test")
    test = as_text(test) if isinstance(test, (str, bool, int, float)) else ""
    target = data.get("destination_block")
    seconds: float | None = None
    for member, value in data.items():
        if member in _EXIT_MEMBERS:
            continue
        at = place.child(member)
        reading.book.open(f"exit member {member[:_SHOWN]}", at)
        if member == "config" and isinstance(value, dict):
            seconds = number_of(value.get("timeout", value.get("timeout_seconds")))
        if member in (*_NOTES, "config", "vendor_metadata"):
            reading.book.exact(at)
            if value not in (None, "", [], {}, name):
                block.facts.append((f"{key}/{member}", json_text(reading.safe(value, at, member))))
        else:
            reading.keep(at, "an exit", member, value, block.facts, f"{key}/{member}")
    place_target = target.strip() if isinstance(target, str) and target.strip() else None
    return Exit(place, name, test.strip() if test.strip() != "null" else "", default, place_target, seconds)
