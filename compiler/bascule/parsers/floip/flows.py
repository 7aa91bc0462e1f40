"""Containers and flows: from the members of a file to flows of the graph."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from bascule.diagnostics import Label
from bascule.ir.nodes import Duration, Node, RunFlow
from bascule.ir.project import Entry, EntryKind, Flow
from bascule.language.reading import unique
from bascule.parsers.floip.blocks import Block, read_blocks, turn_dsl
from bascule.parsers.floip.catalogue import FLOW_FACTS
from bascule.parsers.floip.losses import RecordedSession
from bascule.parsers.floip.reading import Facts, Reading, json_text, number_of, slug, stripped
from bascule.parsers.floip.resources import Languages, Library
from bascule.parsers.floip.rules import BlockTwice, EntryChosen, FirstBlock, NoFlows
from bascule.parsers.floip.scene import Scene
from bascule.parsers.floip.steps import build
from bascule.source import Place

__all__ = ["Draft", "link", "read_container"]

_STACK = "stack"
"""What Turn calls every flow: no name to tell flows apart by."""
_SESSION = frozenset(
    {
        *("contact", "groups", "user_id", "interactions", "session_vars", "cursor", "reversible_operations"),
        *("nested_flow_block_interaction_id_stack", "delivery_status", "entry_at", "exit_at"),
    }
)
"""Members that an engine adds to a container when it records a run: https://github.com/FLOIP/flow-runner."""

_CONTAINER_FACTS = ("uuid", "description", "vendor_metadata", "specification_version", "name")
_NO_RESULT = ("Core.Log", "Core.Case", "MobilePrimitives.Message")
_CHAT = frozenset({"TEXT", "SMS", "USSD", "RICH_MESSAGING", "OFFLINE"})
_SHOWN = 60


@dataclass(slots=True)
class Draft:
    """A flow before its entry is known. ``names`` are the UUIDs it is called by, ``runs`` the flows it runs."""

    flow: Flow
    names: tuple[str, ...]
    modes: tuple[str, ...]
    start: str | None
    start_at: Place
    runs: list[tuple[str, str, Duration | None]] = field(default_factory=list)
    cards: int = 0


def is_turn(container: dict[str, Any]) -> bool:
    """Whether Turn wrote a container: one of its own blocks, or its notes, stand in it."""
    for flow in _flows(container.get("flows")):
        blocks = flow.get("blocks")
        for block in blocks if isinstance(blocks, list) else ():
            if not isinstance(block, dict):
                continue
            kind = block.get("type")
            if (isinstance(kind, str) and kind.startswith("Io.Turn.")) or turn_dsl(block.get("vendor_metadata"))[1]:
                return True
    return False


def _flows(value: Any) -> Iterator[dict[str, Any]]:
    return (item for item in (value if isinstance(value, list) else ()) if isinstance(item, dict))


def _leave_out(reading: Reading, place: Place, value: Any) -> None:
    """A member of a recorded session: it is about one person."""
    if value in (None, "", [], {}):
        reading.book.exact(place, "empty")
        return
    reading.secrets.append(place)
    code = reading.find_once(
        RecordedSession,
        "session",
        place,
        lambda count: (
            f"the file is the recorded session of one person; {count} member(s) about the person are left out"
        ),
        help="export the flow itself; people are moved with `bascule contacts`",
    )
    reading.book.dropped(place, "what one person did in a run", "people belong to the contacts", code)


def read_container(
    reading: Reading, value: dict[str, Any], place: Place, stem: str, taken: dict[str, int], locale: str
) -> tuple[list[Draft], Facts]:
    """Read the flows of one container, or a flow without one. ``taken`` are the flow ids of the file.

    Returns them and what was kept of the container.
    """
    facts: Facts = []
    if "blocks" in value and "flows" not in value:
        reading.book.open("flow", place)
        reader = _FlowReader(reading, value, place, Library(reading), is_turn({"flows": [value]}))
        draft = reader.read("", "", stem, taken, locale)
        return [draft] if draft is not None else [], facts
    for name in value:
        reading.book.open(f"container {name[:_SHOWN]}", place.child(name))
        reading.book.exact(place.child(name))
    store = Library(reading)
    store.add(value.get("resources"), place.child("resources"), facts)
    for name in _CONTAINER_FACTS:
        if value.get(name) not in (None, "", {}):
            facts.append((f"container {name}", json_text(reading.safe(value[name], place.child(name), name))))
    recorded = "contact" in value and isinstance(value.get("interactions"), list)
    for name, item in value.items():
        if recorded and name in _SESSION:
            _leave_out(reading, place.child(name), item)
        elif name not in (*_CONTAINER_FACTS, "flows", "resources"):
            reading.keep(place.child(name), "a container", name, item, facts)
    listed = value.get("flows")
    turn = is_turn(value)
    drafts: list[Draft] = []
    items = listed if isinstance(listed, list) else []
    if listed is not None and not isinstance(listed, list):
        reading.misshapen(place.child("flows"), "`flows`", listed, "a list", facts, "flows")
    for index, item in enumerate(items):
        at = place.child("flows", index)
        reading.book.open("flow", at)
        if not isinstance(item, dict):
            reading.misshapen(at, "a flow", item, "an object", facts, f"flows/{index}")
            continue
        reader = _FlowReader(reading, item, at, Library(reading, store), turn)
        own = stripped(value.get("name")) if len(items) == 1 else ""
        draft = reader.read(own, stripped(value.get("uuid")) if len(items) == 1 else "", stem, taken, locale)
        if draft is not None:
            drafts.append(draft)
    store.close()
    return drafts, facts


class _FlowReader:
    def __init__(self, reading: Reading, data: dict[str, Any], place: Place, store: Library, turn: bool) -> None:
        self.reading = reading
        self.data = data
        self.place = place
        self.store = store
        self.turn = turn
        self.facts: Facts = []

    def read(self, container: str, container_uuid: str, stem: str, taken: dict[str, int], locale: str) -> Draft | None:
        reading, data, place = self.reading, self.data, self.place
        reading.book.exact(place)
        for name in data:
            reading.book.open(f"flow {name[:_SHOWN]}", place.child(name))
            reading.book.exact(place.child(name))
        languages = Languages(reading, data.get("languages"), place.child("languages"), self.facts)
        self.store.add(data.get("resources"), place.child("resources"), self.facts)
        blocks, ids = read_blocks(reading, data.get("blocks"), place.child("blocks"), self.facts)
        modes = self._modes()
        expires = self._expires()
        self._rest(container_uuid)
        if not blocks:
            help_ = "export the journey again and look at the size of the file"
            code = reading.find(NoFlows, place, "the flow has no blocks", help=help_)
            reading.book.dropped(place, "a flow without blocks", "export it again", code)
            self.store.close()
            return None
        scene = Scene(reading, languages, self.store, ids, _results(blocks), self.turn, expires)
        nodes = [node for block in blocks for node in build(scene, block)]
        self.store.close()
        start, start_at = self._start(blocks, ids)
        if start is not None:
            # The first node is where a flow without a target of its own begins.
            nodes.sort(key=lambda node: node.id != start)
        name, label = stripped(data.get("name")), stripped(data.get("label"))
        title = label or (name if name.lower() != _STACK else "") or container or name
        id_ = unique(slug(container if self.turn and container else title) or slug(stem) or "flow", taken)
        cards = sum(bool(block.turn) for block in blocks)
        if cards:
            self.facts.append(("turn cards", json_text(cards)))
        flow = Flow(
            id=id_,
            nodes=tuple(nodes),
            title=title if title != id_ else "",
            locale=languages.main or locale,
            expires=Duration(expires) if expires else None,
            facts=tuple(self.facts),
            at=place,
        )
        names = tuple(dict.fromkeys(uuid for uuid in (stripped(data.get("uuid")), container_uuid) if uuid))
        return Draft(flow, names, modes, start, start_at, scene.runs, cards)

    def _modes(self) -> tuple[str, ...]:
        value = self.data.get("supported_modes")
        if isinstance(value, list):
            return tuple(stripped(mode).upper() for mode in value if stripped(mode))
        return (value.strip().upper(),) if isinstance(value, str) and value.strip() else ()

    def _expires(self) -> float | None:
        value = self.data.get("interaction_timeout")
        if value in (None, ""):
            return None
        seconds = number_of(value)
        place = self.place.child("interaction_timeout")
        if seconds is None or seconds < 0:
            name = "interaction_timeout"
            self.reading.misshapen(place, f"`{name}`", value, "a number of seconds", self.facts, name)
            return None
        if seconds == 0:
            self.reading.book.exact(place, "no limit")
        return seconds or None

    def _rest(self, container_uuid: str) -> None:
        """Members that are facts, and those that are not known."""
        reading, data = self.reading, self.data
        for name in (*FLOW_FACTS, "vendor_metadata"):
            value = data.get(name)
            if value in (None, "", [], {}):
                continue
            self.facts.append((name, json_text(reading.safe(value, self.place.child(name), name))))
            if name == "exit_block_id":
                reading.book.emulated(self.place.child(name), "where an error leads; kept as a fact")
        # Calls from other files name the flow by this one: Turn's by the container.
        own = container_uuid if self.turn and container_uuid else stripped(data.get("uuid"))
        if own:
            self.facts.append(("sid", json_text(own)))
        known = {
            *FLOW_FACTS, "vendor_metadata", "name", "label", "interaction_timeout", "languages", "blocks",
            "first_block_id", "resources",
        }  # fmt: skip
        for name, value in data.items():
            if name not in known:
                reading.keep(self.place.child(name), "a flow", name, value, self.facts)

    def _start(self, blocks: list[Block], ids: dict[str, str]) -> tuple[str, Place]:
        written = self.data.get("first_block_id")
        place = self.place.child("first_block_id") if "first_block_id" in self.data else self.place
        if isinstance(written, str) and written in ids:
            return ids[written], place
        named = isinstance(written, str) and bool(written)
        what = (
            f"`first_block_id` names `{str(written)[:_SHOWN]}`, which is no block"
            if named
            else "no first block is named"
        )
        code = self.reading.find(
            FirstBlock,
            place,
            f"{what}; it is taken to start with `{blocks[0].shown}`",
            help="let `first_block_id` name the block that comes first",
        )
        if "first_block_id" in self.data:
            self.reading.book.degraded(place, "no block: the first one in the file is taken", "name a block", code)
        return blocks[0].id, place


def _results(blocks: list[Block]) -> frozenset[str]:
    return frozenset(block.name for block in blocks if block.name and block.type not in _NO_RESULT)


def link(reading: Reading, drafts: list[Draft]) -> list[Flow]:
    """Lead calls to flows of the file, and give every flow its way in.

    The format has no triggers: a flow that another one runs is entered by that; one that another one only schedules
    is started by the business; all others by a message (or a call, where they speak only).
    """
    known: dict[str, str] = {}
    first: dict[str, Draft] = {}
    for draft in drafts:
        uuid = draft.names[0] if draft.names else ""
        if uuid in first and uuid:
            reading.find(
                BlockTwice,
                draft.flow.at or Place(reading.path),
                f"a second flow has the UUID of `{first[uuid].flow.id[:_SHOWN]}`",
                help="give it a UUID of its own",
                labels=[Label(first[uuid].flow.at or Place(reading.path), "the first one is here")],
            )
        first.setdefault(uuid, draft)
        for name in draft.names:
            known.setdefault(name, draft.flow.id)
    run: set[str] = set()
    scheduled: dict[str, Duration | None] = {}
    for draft in drafts:
        for target, mode, duration in draft.runs:
            id_ = known.get(target)
            if id_ is None or id_ == draft.flow.id:
                continue
            if mode == "start":
                scheduled.setdefault(id_, duration)
            else:
                run.add(id_)
    entered = [draft for draft in drafts if draft.flow.id not in run and draft.flow.id not in scheduled]
    roots = {draft.flow.id for draft in (entered or drafts[:1])}
    return [_entered(reading, draft, known, roots, run, scheduled) for draft in drafts]


def _entered(
    reading: Reading,
    draft: Draft,
    known: dict[str, str],
    roots: set[str],
    run: set[str],
    scheduled: dict[str, Duration | None],
) -> Flow:
    flow = draft.flow
    kinds: list[tuple[EntryKind, str]] = []
    if flow.id in roots:
        spoken = bool(draft.modes) and not _CHAT & set(draft.modes)
        kinds.append((EntryKind.CALL, "a call") if spoken else (EntryKind.ANY_MESSAGE, "a message of the user"))
    if flow.id in run:
        kinds.append((EntryKind.SUBFLOW, "another flow of the file"))
    if flow.id in scheduled:
        kinds.append((EntryKind.SCHEDULE, "a schedule of another flow of the file"))
    place = draft.start_at
    reading.find(
        EntryChosen,
        place,
        (
            f"what starts `{flow.id[:_SHOWN]}` is not in the file; it is taken to be started by "
            if flow.id in roots
            else f"no trigger of `{flow.id[:_SHOWN]}` is in the file; it is started by "
        )
        + " and by ".join(words for _, words in kinds),
        help="look at what starts the journey on the old platform, and write the entry in the scenario",
    )
    entries = tuple(
        Entry(kind, draft.start, offset=scheduled[flow.id] if kind is EntryKind.SCHEDULE else None, at=place)
        for kind, _ in kinds
    )

    def linked(node: Node) -> Node:
        if isinstance(node, RunFlow) and node.flow in known:
            return replace(node, flow=known[node.flow])
        return node

    return replace(flow, entries=entries, nodes=tuple(linked(node) for node in flow.nodes))
