"""Tabs and subflows as flows: entries from the nodes that receive or start, nodes from the rest."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from bascule.ir.nodes import Node
from bascule.ir.project import Entry, EntryKind, Flow
from bascule.ir.text import Localized
from bascule.language.names import template_slug
from bascule.language.reading import Reading, json_text, unique
from bascule.parsers.node_red import core, redbot, sms
from bascule.parsers.node_red.catalogue import Role, role_of
from bascule.parsers.node_red.context import Context
from bascule.parsers.node_red.functions import function
from bascule.parsers.node_red.losses import PersonalData
from bascule.parsers.node_red.nodes import RawNode
from bascule.parsers.node_red.routes import with_answers
from bascule.parsers.node_red.rules import DanglingWire, GuessedEntry
from bascule.source import Place

__all__ = ["read_flows"]

Builder = Callable[[Context, RawNode], list[Node]]
_BUILDERS: dict[str, Builder] = {**core.BUILDERS, **redbot.BUILDERS, **sms.BUILDERS, "function": function}
_SERVICES = frozenset(
    {
        *(
            "sqlite",
            "mysql",
            "postgresql",
            "postgres",
            "mongodb",
            "mongodb in",
            "mongodb out",
            "redis",
            "file",
            "file in",
        ),
        *("exec", "mqtt out", "e-mail", "email", "websocket out", "tcp out", "udp out"),
    }
)
_WEBHOOK = ("viber", "webhook", "bot", "callback", "telegram", "whatsapp", "chat", "message")
_PEOPLE = ("chatId", "chatid", "userId", "contact_id")


@dataclass(slots=True)
class _Container:
    """A tab, a subflow, or what stands in neither (``raw`` is None)."""

    id: str
    raw: RawNode | None
    members: list[RawNode] = field(default_factory=list)


def _builder(kind: str) -> Builder:
    if kind.startswith("subflow:"):
        return core.call_flow
    return _BUILDERS.get(kind) or (core.service if kind in _SERVICES else core.unsupported)


def _containers(nodes: dict[str, RawNode]) -> list[_Container]:
    """Nodes by tab and subflow, in file order. What stands in no known one is a flow of its own."""
    found = {id_: _Container(id_, node) for id_, node in nodes.items() if role_of(node.type) is Role.CONTAINER}
    loose = _Container("", None)
    for node in nodes.values():
        role = role_of(node.type)
        if (
            role is Role.CONTAINER
            or role is Role.CONFIGURATION
            or (not node.wires and node.z not in found and not _acts(node))
        ):
            continue
        found.get(node.z, loose).members.append(node)
    return [*found.values(), *([loose] if loose.members else [])]


def _acts(node: RawNode) -> bool:
    """Whether a node without wires can still do something (an export keeps the empty list for such nodes)."""
    return isinstance(node.data.get("wires"), list)


class _FlowReader:
    def __init__(self, context: Context, container: _Container) -> None:
        self.context = context
        self.container = container
        self.reading = context.reading
        self.facts: list[tuple[str, str]] = []
        self.entries: list[Entry] = []
        self.received: list[str] = []

    def read(self, id_: str, locale: str) -> Flow:
        raw = self.container.raw
        off = raw is not None and raw.disabled
        nodes: list[Node] = []
        for node in self.container.members:
            role = role_of(node.type)
            if node.disabled or off:
                self.context.note_disabled(node)
            if role is Role.NOTE:
                self.note(node)
            elif role in (Role.RECEIVE, Role.START):
                self.entry(node, silent=node.disabled or off)
            elif self.context.passes(node):
                self.passing(node)
            else:
                nodes.extend(_builder(node.type)(self.context, node))
        if raw is not None:
            self.describe(raw)
            self.subflow(raw)
        self.linked_in(off)
        return Flow(
            id=id_,
            nodes=tuple(with_answers(self.context, nodes, self.received)),
            entries=tuple(self.entries),
            title=raw.title if raw is not None else "",
            locale=locale,
            facts=tuple(self.facts),
            at=raw.place if raw is not None else Place(self.reading.path),
        )

    def describe(self, raw: RawNode) -> None:
        if raw.disabled:
            self.context.note_disabled(raw)
        else:
            self.reading.book.exact(raw.place)
        for name in ("label", "name"):
            raw.take(name)
        self.facts[:0] = [("id", json_text(raw.id)), *raw.keep_rest()]

    def keep(self, node: RawNode) -> None:
        """What a node says that is none of the graph's: its members, under its name, as facts of the flow."""
        node.position()
        for name in ("z", "g", "name"):
            node.take(name)
        for name in _PEOPLE:
            value = node.data.get(name)
            if isinstance(value, (str, int)) and value not in ("", True, False):
                node.take(name)
                self.reading.secrets.append(node.at(name))
                code = self.reading.find(
                    PersonalData,
                    node.at(name),
                    f"`{node.shown}` names the chat of one person; it is left out",
                    help="choose the people when the flow is sent",
                )
                self.reading.book.dropped(
                    node.at(name), "a person's id on the old platform", "choose people then", code
                )
        self.facts.extend((f"{node.shown}/{name}", value) for name, value in node.keep_rest())

    def note(self, node: RawNode) -> None:
        """Comments and groups are facts."""
        if not node.disabled:
            self.reading.book.exact(node.place, "kept as a fact")
        if node.type == "comment" and node.title:
            self.facts.append(("comment", json_text(str(node.data.get("name", "")))))
        self.keep(node)

    def passing(self, node: RawNode) -> None:
        """Nodes that only pass messages on disappear; their wires are followed."""
        reasons = {
            Role.SEND: "the message node sends itself",
            Role.REQUEST: "the message node sends itself",
            Role.LINK: "its wires are followed",
        }
        reason = reasons.get(role_of(node.type), "passes messages on; nobody sees it")
        if self.reading.book.is_open(node.place):
            self.reading.book.emulated(node.place, reason)
        if node.type == "link out":
            self.context.linked(node)
        self.wires(node)
        self.keep(node)

    def wires(self, node: RawNode) -> None:
        """Account for the wires of a node that is no node of the graph."""
        for row in node.wires:
            for wire in row:
                if wire.target in self.context.nodes:
                    self.reading.book.exact(wire.place)
                    continue
                code = self.reading.find(
                    DanglingWire,
                    wire.place,
                    f"`{node.shown}` is wired to `{wire.target[:40]}`, which is not in the file",
                    help="export all flows together",
                )
                self.reading.book.dropped(
                    wire.place, "its other end is not in the file", "export all flows together", code
                )

    def entry(self, node: RawNode, silent: bool) -> None:
        """A node that receives or starts: one entry per node it leads to."""
        self.wires(node)
        kind, name, schedule = (EntryKind.API, "", "") if silent else self.kind(node)
        keywords = _command_of(node) if kind is EntryKind.ANY_MESSAGE else ()
        ends: dict[str, int] = {}
        only_receivers = True
        for port, row in enumerate(node.wires):
            for wire in row:
                found, _ = self.context.reach(wire.target)
                for end in found:
                    ends.setdefault(end, port)
                target = self.context.nodes.get(wire.target)
                only_receivers = only_receivers and target is not None and role_of(target.type) is Role.RECEIVE
        if self.reading.book.is_open(node.place):
            self.reading.book.exact(node.place, "an entry of the flow" if ends else "starts nothing")
        feeds = only_receivers and any(node.wires) and role_of(node.type) is Role.RECEIVE
        if not silent and not feeds:
            for end, port in ends.items():
                if self.context.here(end, node):
                    if keywords and not port:
                        words = Localized.of(keywords)
                        self.entries.append(Entry(EntryKind.KEYWORD, end, words, "word", name=name, at=node.place))
                        continue
                    self.entries.append(Entry(kind, end, name=name, schedule=schedule, at=node.place))
                    if kind is EntryKind.ANY_MESSAGE and end not in self.received:
                        self.received.append(end)
        self.keep(node)

    def kind(self, node: RawNode) -> tuple[EntryKind, str, str]:
        """How a node starts the flow: entry kind, name, schedule."""
        name = node.title or node.type
        if node.type == "inject":
            return self.injected(node, name)
        if role_of(node.type) is Role.RECEIVE and node.type != "http in":
            return EntryKind.ANY_MESSAGE, name, ""
        if node.type == "http in":
            url, method = str(node.data.get("url", "")), str(node.data.get("method", "")).lower()
            words = f"{url} {node.title}".lower()
            is_hook = method in ("post", "") and (any(word in words for word in _WEBHOOK) or self.answers_viber())
            kind = EntryKind.ANY_MESSAGE if is_hook else EntryKind.API
            what = "the bot's webhook: a message of the user" if is_hook else "another system: the business starts"
            self.reading.find_once(
                GuessedEntry,
                kind.value,
                node.place,
                lambda count: f"{count} HTTP node(s) are taken to be called by {what}",
                help="correct the entry in the converted scenario if that is wrong",
            )
            return kind, f"{method} {url}".strip() or name, ""
        return EntryKind.API, name, ""

    def answers_viber(self) -> bool:
        """Whether this flow delivers to Viber."""
        return any(
            "viber.com/pa/" in str(node.data.get("url", "")) + str(node.data.get("func", ""))
            for node in self.container.members
        )

    def injected(self, node: RawNode, name: str) -> tuple[EntryKind, str, str]:
        cron, repeat = str(node.data.get("crontab") or "").strip(), str(node.data.get("repeat") or "").strip()
        if cron:
            return EntryKind.SCHEDULE, name, f"cron {cron}"
        if repeat and repeat != "0":
            return EntryKind.SCHEDULE, name, f"every {repeat} s"
        self.reading.find_once(
            GuessedEntry,
            "inject",
            node.place,
            lambda count: f"{count} inject node(s) are pressed by hand; they are read as started by the business",
            help="remove test buttons before the export",
        )
        return EntryKind.API, name, ""

    def subflow(self, raw: RawNode) -> None:
        """The inputs of a subflow are its entries."""
        if raw.type != "subflow":
            return
        ends: dict[str, None] = {}
        given = raw.data.get("in")
        for item in given if isinstance(given, list) else []:
            wires = item.get("wires") if isinstance(item, dict) else None
            for wire in wires if isinstance(wires, list) else []:
                target = wire.get("id") if isinstance(wire, dict) else wire
                if isinstance(target, str):
                    ends.update(dict.fromkeys(self.context.reach(target)[0]))
        for end in ends:
            if self.context.home.get(end) == raw.id:
                self.entries.append(Entry(EntryKind.SUBFLOW, end, name=raw.title, at=raw.place))

    def linked_in(self, off: bool) -> None:
        """Links from other tabs are entries of the called flow."""
        for node in self.container.members:
            if node.type != "link in" or off or node.disabled:
                continue
            links = node.data.get("links")
            others = [link for link in links if isinstance(link, str)] if isinstance(links, list) else []
            called = node.id in self.context.called
            away = [link for link in others if link in self.context.nodes and self.context.nodes[link].z != node.z]
            if away or called:
                for end in self.context.reach(node.id)[0]:
                    if self.context.here(end, node):
                        self.entries.append(Entry(EntryKind.SUBFLOW, end, name=node.title or node.id, at=node.place))


def _command_of(node: RawNode) -> tuple[str, ...]:
    """The word that a ``telegram command`` answers to. Its second output takes all further messages."""
    command = node.data.get("command")
    if node.type != "telegram command" or node.data.get("useregex") is True or not isinstance(command, str):
        return ()
    return (command.strip(),) if command.strip() else ()


def read_flows(
    reading: Reading, nodes: dict[str, RawNode], stem: str, locale: str
) -> tuple[list[Flow], list[tuple[str, str]]]:
    """The flows of an export, and its configuration as facts of the project."""
    context = Context(reading, nodes)
    for node in nodes.values():
        if node.type == "link call":
            context.called.update(wire.target for wire in context.linked(node))
    containers = _containers(nodes)
    taken: dict[str, int] = {}
    for container in containers:
        title = container.raw.title if container.raw is not None else ""
        context.names[container.id] = unique(template_slug(title) if title else template_slug(stem) or "flow", taken)
    context.home = {node.id: container.id for container in containers for node in container.members}
    facts: list[tuple[str, str]] = []
    for node in nodes.values():
        if node.id not in context.home and role_of(node.type) is not Role.CONTAINER:
            reading.book.exact(node.place, "configuration; kept as a fact")
            facts.extend((f"{node.type} {node.id}/{name}", value) for name, value in node.keep_rest())
    flows = [_FlowReader(context, container).read(context.names[container.id], locale) for container in containers]
    return [flow for flow in flows if flow.nodes or flow.entries], facts
