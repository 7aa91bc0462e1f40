"""One flow: its members, nodes, editor, and which waits belong to the message before them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from bascule.diagnostics import Label
from bascule.ir.nodes import Duration, Node
from bascule.ir.project import Flow
from bascule.parsers.rapidpro.catalogue import CHANGES, FLOW_TYPES, LIMITS, close_to
from bascule.parsers.rapidpro.chain import Source
from bascule.parsers.rapidpro.exits import read_exits
from bascule.parsers.rapidpro.graph import build, report_exits
from bascule.parsers.rapidpro.located import Arr, Obj
from bascule.parsers.rapidpro.losses import VoiceAction
from bascule.parsers.rapidpro.members import Members
from bascule.parsers.rapidpro.migrations import NEWEST, Migrated
from bascule.parsers.rapidpro.reading import Reading, clip, json_text, number_of, unique
from bascule.parsers.rapidpro.routers import Router, read_router
from bascule.parsers.rapidpro.rules import (
    DuplicateUuid,
    TooManyParts,
    UnknownFlowType,
    UnknownSpecVersion,
    WrongShape,
)
from bascule.parsers.rapidpro.scene import Assets, Scene, shown
from bascule.parsers.rapidpro.translations import Translations
from bascule.parsers.rapidpro.uses import ResultUses
from bascule.source import Place

__all__ = ["FlowSource", "language_of", "read_flow"]

_UNDETERMINED = ("und", "base", "")
_MINUTE = 60.0


@dataclass(frozen=True, slots=True)
class FlowSource:
    """A flow in the newest shape with the id it gets. ``place`` is where it stands in the file, ``legacy`` the version
    of one that was in the shape before 13."""

    id: str
    migrated: Migrated
    place: Place
    wrapper: Obj | None = None
    legacy: str = ""


def language_of(flow: Obj) -> str:
    """The flow's own language as it is written, ``""`` when nobody determined it."""
    language = flow.get("language")
    return language if isinstance(language, str) and language not in _UNDETERMINED else ""


class _FlowReader:
    def __init__(self, reading: Reading, source: FlowSource, assets: Assets, uses: ResultUses) -> None:
        self.reading = reading
        self.source = source
        self.flow = source.migrated.flow
        self.locale = language_of(self.flow)
        self.facts: list[tuple[str, str]] = []
        self.seen: dict[tuple[str, str], Place] = {}
        self.sources: list[Source] = []
        translations = Translations(reading, self.flow, self.locale)
        kind = self.flow.get("type")
        self.scene = Scene(reading, translations, assets, uses, self.locale, kind if isinstance(kind, str) else "")

    def read(self) -> Flow:
        reading, flow = self.reading, self.flow
        reading.book.exact(self.source.place)
        members = Members(reading, flow, "flow", ("uuid", "nodes", "localization", "_ui"))
        title = members.string("name")
        expires = self._members(members)
        editor = self._editor()
        self._nodes(editor)
        nodes = self._graph()
        self.scene.translations.finish({uuid for _, uuid in self.seen})
        self.facts.extend(members.facts)
        self.facts.extend(self.scene.translations.facts)
        return Flow(
            id=self.source.id,
            nodes=tuple(nodes),
            title=title,
            locale=self.locale,
            expires=expires,
            facts=tuple(self.facts),
            at=self.source.place,
        )

    def _members(self, members: Members) -> Duration | None:
        reading, flow = self.reading, self.flow
        for key in ("uuid", "spec_version", "version", "language", "type", "revision", "metadata", "vars"):
            if key in flow:
                members.fact(key)
        for key in (
            "entry",
            "id",
            "ignore_triggers",
            "_dependencies",
            "_results",
            "_waiting_exits",
            "parent_refs",
            "issues",
        ):
            members.fact(key)
        self._version()
        kind = flow.get("type")
        if kind is not None and kind not in FLOW_TYPES:
            written = kind if isinstance(kind, str) else json_text(kind)
            close = close_to(written, FLOW_TYPES)
            code = reading.find(
                UnknownFlowType,
                members.at("type"),
                f"a flow has the type `{clip(written, 30)}`; it is read as a messaging flow",
                help=f"did you mean `{close}`?" if close else f"the types are: {', '.join(FLOW_TYPES[:4])}",
            )
            reading.book.degraded(members.at("type"), "no known type: read as messaging", "write `messaging`", code)
        elif kind == "voice":
            code = reading.find(
                VoiceAction, members.at("type"), "the flow is a telephone menu", help="rewrite it as a conversation"
            )
            reading.book.degraded(members.at("type"), "its calls are read as a chat", "rewrite it", code)
        minutes = number_of(members.take("expire_after_minutes"))
        if minutes is None:
            if flow.get("expire_after_minutes") is not None:
                members.misshapen("expire_after_minutes", "a number")
            members.keep_rest()
            return None
        members.keep_rest()
        return Duration(minutes * _MINUTE) if minutes > 0 else None

    def _version(self) -> None:
        reading, version = self.reading, self.source.migrated.version
        if self.source.legacy:
            if self.source.legacy == "unknown" and version is not None:
                reading.find(
                    UnknownSpecVersion,
                    self.source.place,
                    f"a flow carries no version; by its shape it is read as version {'.'.join(map(str, version[:2]))}",
                    help="export it again",
                )
            return
        place = reading.at(self.flow, "spec_version") if "spec_version" in self.flow else self.source.place
        if version is None:
            written = self.flow.get("spec_version")
            what = "carries no version" if written is None else f"has the version `{clip(str(written), 20)}`"
            reading.find(
                UnknownSpecVersion, place, f"a flow {what}; it is read as the first form of 13", help="export it again"
            )
        elif version > (14, 6, 99):
            reading.find(
                UnknownSpecVersion,
                place,
                f"a flow has version {'.'.join(map(str, version))}; the newest that is known is "
                f"{'.'.join(map(str, NEWEST))}, and it is read as that",
                help="look at what the report says was not known",
            )

    # The editor

    def _editor(self) -> dict[str, tuple[float, float]]:
        """Positions of nodes; everything else of the editor becomes facts."""
        reading = self.reading
        editor = self.flow.get("_ui")
        positions: dict[str, tuple[float, float]] = {}
        if not isinstance(editor, Obj):
            if editor is not None:
                place = reading.at(self.flow, "_ui")
                reading.book.emulated(place, "nothing of the editor can be read from it; kept as a fact")
                self.facts.append(("_ui", json_text(editor)))
            return positions
        for key, value in editor.items():
            place = reading.at(editor, key)
            if key == "nodes" and isinstance(value, Obj):
                for uuid, entry in value.items():
                    self._editor_node(value, uuid, entry, positions)
            elif key == "stickies" and isinstance(value, Obj):
                for uuid in value:
                    reading.book.exact(reading.at(value, uuid), "a note of the author; kept as a fact")
                if value:
                    self.facts.append((key, json_text(value)))
            else:
                reading.book.exact(place, "a setting of the editor; kept as a fact")
                self.facts.append((f"_ui/{key}", json_text(value)))
        return positions

    def _editor_node(self, box: Obj, uuid: str, entry: Any, positions: dict[str, tuple[float, float]]) -> None:
        place = self.reading.at(box, uuid)
        position = entry.get("position") if isinstance(entry, Obj) else None
        left = number_of(position.get("left")) if isinstance(position, Obj) else None
        top = number_of(position.get("top")) if isinstance(position, Obj) else None
        if left is not None and top is not None:
            positions[uuid] = (left, top)
        drawn = "" if self.source.legacy else "its position; the node itself says of what type it is"
        self.reading.book.exact(place, drawn)
        rest = (
            {key: value for key, value in entry.items() if key not in ("position", "type")}
            if isinstance(entry, Obj)
            else entry
        )
        config = rest.pop("config", None) if isinstance(rest, dict) else None
        bare = not config or (isinstance(config, dict) and not any(config.values()))
        if left is None or top is None or rest or not bare:
            self.facts.append((f"_ui/nodes/{uuid}", json_text(entry)))

    # Nodes

    def _nodes(self, positions: dict[str, tuple[float, float]]) -> None:
        reading = self.reading
        nodes = self.flow.get("nodes")
        if not isinstance(nodes, Arr):
            if nodes is not None:
                place = reading.at(self.flow, "nodes")
                code = reading.wrong_shape(place, "`nodes`", nodes, "a list")
                reading.book.dropped(place, "not a list: nothing to read", "write a list of nodes", code)
                self.facts.append(("nodes", json_text(nodes)))
            return
        if len(nodes) > LIMITS["nodes"]:
            self._too_many("a flow", "nodes", len(nodes), reading.at(self.flow, "nodes"))
        taken: dict[str, int] = {}
        for node in nodes:
            uuid = node.get("uuid") if isinstance(node, Obj) else None
            if isinstance(uuid, str) and uuid:
                taken[uuid] = 1
        for index, node in enumerate(nodes):
            place = reading.at(nodes, index)
            if not isinstance(node, Obj):
                code = reading.find(
                    WrongShape, place, f"node {index + 1} is not an object", help="write the node, or remove the item"
                )
                reading.book.dropped(place, "not an object: nothing to read", "write the node", code)
                self.facts.append((f"nodes/{index}", json_text(node)))
                continue
            self.sources.append(self._node(node, place, index, taken, positions))

    def _too_many(self, owner: str, what: str, count: int, place: Place) -> None:
        self.reading.find(
            TooManyParts,
            place,
            f"{owner} has {count} {what}; the engine takes at most {LIMITS[what]}",
            help="cut it into several nodes or subflows",
        )

    def _node(
        self, node: Obj, place: Place, index: int, taken: dict[str, int], positions: dict[str, tuple[float, float]]
    ) -> Source:
        reading = self.reading
        uuid = node.get("uuid")
        members = Members(reading, node, "node", ("uuid", "actions", "exits", "router"))
        if isinstance(uuid, str) and uuid:
            first = self.seen.setdefault(("node", uuid), place)
            id_ = uuid
            if first is not place:
                id_ = unique(uuid, taken)
                reading.find(
                    DuplicateUuid,
                    reading.at(node, "uuid"),
                    f"a second node has the uuid `{clip(uuid, 40)}`; no exit leads to it as `{clip(id_, 45)}`",
                    help="give the copy a uuid of its own",
                    labels=[Label(first, "the first one is here")],
                )
        else:
            id_ = unique(f"node_{index + 1}", taken)
            reading.wrong_shape(place, f"the uuid of node {index + 1}", uuid, "a text")
        reading.book.exact(place)
        for key in ("actions", "exits"):
            value = node.get(key)
            if isinstance(value, Arr) and len(value) > LIMITS[key]:
                self._too_many(f"`{shown(id_)}`", key, len(value), reading.at(node, key))
        facts: list[tuple[str, str]] = []
        exits = read_exits(self.scene, node, self.seen, facts)
        ways = node.get("exits")
        if ways is not None and not isinstance(ways, Arr):
            at = reading.at(node, "exits")
            code = reading.wrong_shape(at, f"the exits of `{shown(id_)}`", ways, "a list")
            reading.book.dropped(at, "not a list: nothing to read", "write a list of exits", code)
            facts.append(("exits", json_text(ways)))
        source = Source(id_, node, place, exits, self._router(node, exits, id_, facts), facts, positions.get(id_))
        report_exits(self.scene, source)
        members.keep_rest()
        source.facts.extend(members.facts)
        actions = node.get("actions")
        for action in actions if isinstance(actions, Arr) else ():
            inner = action.get("uuid") if isinstance(action, Obj) else None
            if isinstance(inner, str) and inner:
                self.seen.setdefault(("action", inner), place)
        return source

    def _router(self, node: Obj, exits: dict[str, Any], id_: str, facts: list[tuple[str, str]]) -> Router | None:
        reading = self.reading
        value = node.get("router")
        if value is None:
            return None
        if not isinstance(value, Obj):
            place = reading.at(node, "router")
            code = reading.wrong_shape(place, f"the router of `{shown(id_)}`", value, "an object")
            reading.book.dropped(place, "not an object: nothing to read", "write the router", code)
            facts.append(("router", json_text(value)))
            return None
        for key in ("cases", "categories"):
            items = value.get(key)
            if isinstance(items, Arr) and len(items) > LIMITS[key]:
                self._too_many(f"`{shown(id_)}`", key, len(items), reading.at(value, key))
        return read_router(self.scene, node, value, exits, self.seen)

    # The graph

    def _graph(self) -> list[Node]:
        ids: dict[str, str] = {}
        for source in self.sources:
            uuid = source.node.get("uuid")
            if isinstance(uuid, str):
                ids.setdefault(uuid, source.id)
        self._join()
        result: list[Node] = []
        for source in self.sources:
            result.extend(build(self.scene, source, ids))
        return result

    def _join(self) -> None:
        """Let a message take in the wait it leads to, when the wait does nothing else and nothing else leads to it."""
        by_id = {source.id: source for source in self.sources}
        incoming: Counter[str] = Counter()
        if self.sources:
            incoming[self.sources[0].id] += 1
        for source in self.sources:
            incoming.update(way.target for way in source.exits.values() if way.target is not None)
        joined: set[str] = set()
        for source in self.sources:
            ways = list(source.exits.values())
            target = ways[0].target if len(ways) == 1 and source.router is None else None
            other = by_id.get(target) if target is not None else None
            if other is None or other is source or not _ends_in_message(source.node) or not _only_waits(other):
                continue
            if incoming[other.id] != 1 or source.id in joined:
                continue
            source.joined = other
            joined.add(other.id)
            self.reading.book.emulated(ways[0].place, "inside the question it leads to")
            self.reading.book.emulated(other.place, f"the wait is part of the question `{shown(source.id)}`")
        self.sources = [source for source in self.sources if source.id not in joined]


def _ends_in_message(node: Obj) -> bool:
    """Whether the last thing a node does is to say something, but for changes of data."""
    actions = node.get("actions")
    for action in reversed(actions) if isinstance(actions, Arr) else ():
        kind = action.get("type") if isinstance(action, Obj) else None
        if not isinstance(kind, str) or kind not in CHANGES:
            return kind in ("send_msg", "send_interactive_msg")
    return False


def _only_waits(source: Source) -> bool:
    router = source.router
    actions = source.node.get("actions")
    if actions not in (None, []) or router is None or router.kind != "switch" or router.wait is None:
        return False
    return router.wait.kind == "msg"


def read_flow(reading: Reading, source: FlowSource, assets: Assets, uses: ResultUses) -> Flow:
    """Read one flow. Entries are added by the caller, who knows the whole file."""
    return _FlowReader(reading, source, assets, uses).read()
