"""Groups, blocks, items and edges of a bot in one shape, and where each thing leads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from bascule.language.members import Facts, clip
from bascule.parsers.typebot.catalogue import CONDITION, JUMPING
from bascule.parsers.typebot.reading import BotMembers, Reading
from bascule.parsers.typebot.rules import (
    EdgeByItsSource,
    EdgeMissing,
    EdgeUnused,
    JumpNowhere,
)
from bascule.source import Place

__all__ = ["Block", "Event", "Graph", "Group", "Item", "Link"]


@dataclass(slots=True)
class Item:
    """One item of a block, or one path of a card. ``edge`` is the id of the edge it names."""

    id: str
    place: Place
    members: BotMembers
    edge: str
    paths: list[Item] = field(default_factory=list)


@dataclass(slots=True)
class Block:
    """One block. ``node`` is the id of its node in the graph; ``after`` the block that comes next in its group.
    ``asks`` is the input whose words a text is."""

    id: str
    type: str
    place: Place
    data: Mapping[str, Any]
    facts: Facts
    options: BotMembers
    content: BotMembers
    edge: str
    items: list[Item] = field(default_factory=list)
    node: str = ""
    after: Block | None = None
    asks: Block | None = None
    group: Group | None = None

    @property
    def first(self) -> bool:
        """It is the first block of its group."""
        return self.group is not None and self.group.blocks[0] is self


@dataclass(slots=True)
class Group:
    """One group of blocks."""

    id: str
    title: str
    place: Place
    position: tuple[float, float] | None
    blocks: list[Block] = field(default_factory=list)


@dataclass(slots=True)
class Event:
    """One event. ``type`` is ``start`` for the start block of older versions too."""

    id: str
    type: str
    place: Place
    options: BotMembers
    edge: str
    facts: Facts


@dataclass(slots=True)
class Link:
    """One edge. ``source`` is what it starts at."""

    id: str
    place: Place
    group: str
    block: str
    source: tuple[str, ...]
    used: bool = False


class Graph:
    """A bot's groups, events and edges, and where each thing leads."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self.groups: list[Group] = []
        self.events: list[Event] = []
        self.facts: Facts = []
        self.taken: dict[str, int] = {}
        self.known_groups: dict[str, Group] = {}
        self.known_blocks: dict[str, Block] = {}
        self.known_edges: dict[str, Link] = {}
        self.edges: list[Link] = []
        self.edge_from: dict[tuple[str, ...], Link] = {}
        self._named: set[int] = set()
        self._starts: dict[int, str | None] = {}

    @property
    def blocks(self) -> Iterator[Block]:
        """All blocks in order."""
        return (block for group in self.groups for block in group.blocks)

    @cached_property
    def conditions(self) -> dict[str, Block]:
        """The condition blocks by their nodes; complete once all blocks have theirs."""
        return {block.node: block for block in self.blocks if block.type == CONDITION}

    def targeted(self) -> frozenset[str]:
        """Ids of the blocks that something leads to by name."""
        found = {edge.block for edge in self.known_edges.values() if edge.block}
        for block in self.blocks:
            if block.type in JUMPING:
                value = block.options.data.get("blockId")
                found.update([value] if isinstance(value, str) else [])
        return frozenset(found)

    def has_group(self, id_: str) -> bool:
        """Whether a group of this id is in the file."""
        return id_ in self.known_groups

    def next(self, block: Block) -> str | None:
        """The node after a block: where its edge leads, else the next block of its group; None ends the flow."""
        found = self._follow(block.edge, (block.id,), block.place)
        if found is not None:
            return found[0]
        return self.start(block.after) if block.after is not None else None

    def item(self, block: Block, item: Item, path: Item | None = None) -> tuple[bool, str | None]:
        """Whether an item (or a path of it) has a way of its own, and where that leads."""
        source = (block.id, item.id, *((path.id,) if path is not None else ()))
        own = path if path is not None else item
        found = self._follow(own.edge, source, own.place)
        return (False, None) if found is None else (True, found[0])

    def event(self, event: Event) -> tuple[bool, str | None]:
        """Whether an event leads somewhere, and where."""
        found = self._follow(event.edge, (event.id,), event.place)
        return (False, None) if found is None else (True, found[0])

    def _follow(self, id_: str, source: tuple[str, ...], place: Place) -> tuple[str | None] | None:
        """Where an edge leads (None in a tuple: the flow ends there); None where there is no edge to follow."""
        edge = self.known_edges.get(id_) if id_ else self.edge_from.get(source)
        if edge is None:
            if id_:
                self.reading.find(
                    EdgeMissing,
                    place.child("outgoingEdgeId"),
                    f"the edge `{clip(id_)}` is not in the file; the flow goes on with the next block of the group",
                    help="draw the edge again in the editor",
                )
            return None
        if not edge.used:
            self.reading.book.exact(edge.place)
        if not id_ and not edge.used:
            code = self.reading.find_once(
                EdgeByItsSource,
                "edge",
                edge.place,
                lambda count: f"{count} edge(s) are not named by where they start; they are followed all the same",
                help="draw them again, or remove them",
            )
            self.reading.book.degraded(edge.place, "not followed by the old bot", "draw it again", code)
        edge.used = True
        return (self.to(edge.group, edge.block, edge.place),)

    def to(self, group: str, block: str, place: Place) -> str | None:
        """The node of a group, or of one of its blocks."""
        if block and block in self.known_blocks:
            return self.start(self.known_blocks[block])
        found = self.known_groups.get(group)
        if found is None:
            code = self.reading.find(
                EdgeMissing,
                place,
                f"it leads to the group `{clip(group)}`, which is not in the file; the flow ends there",
                help="draw the edge again in the editor",
            )
            self.reading.book.degraded(place, "its group is not in the file: the flow ends", "draw it again", code)
            return None
        return self.start(found.blocks[0]) if found.blocks else None

    def start(self, block: Block) -> str | None:
        """The node a block begins with; a jump is what it leads to."""
        jumps: dict[int, Block] = {}
        here: Block | None = block
        while here is not None and here.type in JUMPING and id(here) not in self._starts:
            if id(here) in jumps:
                self._nowhere(here, "goes round in a ring")
                here = None
                break
            jumps[id(here)] = here
            here = self._landing(here)
        node = None if here is None else self._starts[id(here)] if here.type in JUMPING else here.node
        for known in jumps:
            self._starts[known] = node
        return node

    def _landing(self, jump: Block) -> Block | None:
        """The block a jump leads to; None where it leads nowhere, or to an empty group."""
        group, inner = jump.options.data.get("groupId"), jump.options.data.get("blockId")
        if isinstance(inner, str) and inner in self.known_blocks:
            return self.known_blocks[inner]
        if isinstance(group, str) and group in self.known_groups:
            return next(iter(self.known_groups[group].blocks), None)
        self._nowhere(jump, "leads to no group")
        return None

    def _nowhere(self, block: Block, what: str) -> None:
        if id(block) in self._named:
            return
        self._named.add(id(block))
        code = self.reading.find(JumpNowhere, block.place, f"a jump {what}; the flow ends there", help="choose a group")
        self.reading.book.degraded(block.place, f"it {what}: the flow ends", "choose a group", code)

    def unused(self) -> None:
        """Report the edges that nothing followed."""
        for edge in self.edges:
            if edge.used:
                continue
            code = self.reading.find_once(
                EdgeUnused,
                "edge",
                edge.place,
                lambda count: f"{count} edge(s) start at nothing that is in the file; nothing follows them",
            )
            self.reading.book.dropped(edge.place, "nothing follows it", "", code)
