"""What the builders of nodes share: the raw nodes, where outputs lead, and what a builder gives back."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from bascule.ir.content import Content
from bascule.ir.nodes import Always, Edge, Guard, Message, Node
from bascule.language.reading import Reading
from bascule.parsers.node_red.catalogue import Role, role_of
from bascule.parsers.node_red.nodes import RawNode, Wire
from bascule.parsers.node_red.rules import DanglingWire, Disabled, ParallelWires

__all__ = ["Context", "common", "message_node"]

_MOST_ENDS = 50
"""Most nodes that one wire leads to past nodes that only pass messages on."""


@dataclass(slots=True)
class Context:
    """One file on its way into flows. ``names`` maps a container's id to its flow's id, ``home`` a node's
    id to its container's; ``tracked`` are the nodes whose
    sender waits for the answer, ``called`` the links that are called from elsewhere."""

    reading: Reading
    nodes: dict[str, RawNode]
    names: dict[str, str] = field(default_factory=dict)
    home: dict[str, str] = field(default_factory=dict)
    tracked: set[str] = field(default_factory=set)
    called: set[str] = field(default_factory=set)
    _resolved: dict[str, tuple[tuple[str, ...], bool]] = field(default_factory=dict)
    _fed: frozenset[str] | None = None

    def linked(self, node: RawNode) -> list[Wire]:
        """Where a link leads: its ``links`` as wires."""
        links = node.data.get("links")
        node.take("links")
        return (
            [Wire(item, node.at("links")) for item in links if isinstance(item, str)] if isinstance(links, list) else []
        )

    def outputs(self, node: RawNode) -> list[Wire]:
        """All wires of a node, those of links too."""
        wires = [wire for row in node.wires for wire in row]
        return [*wires, *self.linked(node)] if node.type == "link out" else wires

    def reach(self, id_: str) -> tuple[tuple[str, ...], bool]:
        """The nodes that a wire to ``id_`` leads to, past nodes that only pass messages on; and whether one on the way
        sends the message and waits for the answer."""
        node = self.nodes.get(id_)
        if node is None or not self.awake(id_):
            return (), False
        if not self.passes(node):
            return (id_,), False
        if id_ not in self._resolved:
            self._settle(id_)
        return self._resolved[id_]

    def awake(self, id_: str) -> bool:
        """Whether a node takes part in a flow and is not switched off."""
        node = self.nodes[id_]
        return id_ in self.home and not node.disabled and not self.sleeping(node)

    def _next(self, id_: str) -> list[str]:
        """Where a passing node passes messages on to."""
        wires = self.outputs(self.nodes[id_])
        return [wire.target for wire in wires if wire.target in self.nodes and self.awake(wire.target)]

    def _settle(self, start: str) -> None:
        """Work out :meth:`reach` for a passing node and all that it passes messages to, each ring of nodes at once.

        Tarjan's algorithm with a stack of its own: https://doi.org/10.1137/0201010. Linear in the wires.
        """
        number: dict[str, int] = {}
        low: dict[str, int] = {}
        ring: list[str] = []
        stack: list[tuple[str, list[str], int]] = [(start, self._next(start), 0)]
        number[start] = low[start] = 0
        ring.append(start)
        open_: set[str] = {start}
        while stack:
            here, following, at = stack.pop()
            descended = False
            while at < len(following):
                target = following[at]
                at += 1
                if target in self._resolved or not self.passes(self.nodes[target]):
                    continue
                if target not in number:
                    stack.append((here, following, at))
                    number[target] = low[target] = len(number)
                    ring.append(target)
                    open_.add(target)
                    stack.append((target, self._next(target), 0))
                    descended = True
                    break
                if target in open_:
                    low[here] = min(low[here], number[target])
            if descended:
                continue
            if low[here] == number[here]:
                members = []
                while True:
                    member = ring.pop()
                    open_.discard(member)
                    members.append(member)
                    if member == here:
                        break
                self._close(members[::-1])
            if stack:
                parent = stack[-1][0]
                low[parent] = min(low[parent], low[here])

    def _close(self, members: list[str]) -> None:
        """Give the nodes of a ring what all of them reach together."""
        found: dict[str, None] = {}
        tracks = False
        inside = set(members)
        for member in members:
            node = self.nodes[member]
            tracks = tracks or (role_of(node.type) is Role.SEND and node.data.get("track") is True)
            for target in self._next(member):
                if target in inside:
                    continue
                ends, waits = self._resolved.get(target, ((target,), False))
                tracks = tracks or waits
                found.update(dict.fromkeys(ends))
        ends = tuple(found)
        if len(ends) > _MOST_ENDS:
            node = self.nodes[members[0]]
            self.reading.find(
                ParallelWires,
                node.place,
                f"`{node.shown}` passes messages on to {len(ends)} nodes; the first {_MOST_ENDS} are kept",
                help="wire the nodes one after the other",
            )
        for member in members:
            self._resolved[member] = (ends[:_MOST_ENDS], tracks)

    def sleeping(self, node: RawNode) -> bool:
        """Whether the node stands in a tab that is switched off."""
        tab = self.nodes.get(node.z)
        return tab is not None and tab.disabled

    def passes(self, node: RawNode) -> bool:
        """Whether a node only passes messages on."""
        role = role_of(node.type)
        if role is Role.REQUEST:
            return self.delivers(node)
        if node.type == "link out":
            return all(
                wire.target not in self.nodes or self.nodes[wire.target].z == node.z for wire in self.linked(node)
            )
        return role in (Role.SEND, Role.PASS, Role.RECEIVE, Role.START)

    def delivers(self, node: RawNode) -> bool:
        """Whether an HTTP request only delivers messages to Viber: the message itself stands in the node before it."""
        url = node.data.get("url")
        if isinstance(url, str) and "viber.com/pa/" in url:
            return "send_message" in url or "broadcast_message" in url
        if url not in ("", None):
            return False
        if self._fed is None:
            programs = [node for node in self.nodes.values() if "viber.com/pa/" in str(node.data.get("func", ""))]
            self._fed = frozenset(wire.target for node in programs for row in node.wires for wire in row)
        return node.id in self._fed

    def targets(self, node: RawNode, port: int) -> list[tuple[str, Wire]]:
        """The nodes an output leads to, each with the wire that leaves it. Accounts for the wires."""
        if port >= len(node.wires):
            return []
        found: dict[str, Wire] = {}
        book = self.reading.book
        for wire in node.wires[port]:
            target = self.nodes.get(wire.target)
            if target is None:
                code = self.reading.find(
                    DanglingWire,
                    wire.place,
                    f"`{node.shown}` is wired to `{wire.target[:40]}`, which is not in the file",
                    help="export all flows together",
                )
                book.dropped(wire.place, "its other end is not in the file", "export all flows together", code)
                continue
            if target.disabled:
                book.emulated(wire.place, "leads to a node that is switched off")
                continue
            ends, tracks = self.reach(wire.target)
            if tracks:
                self.tracked.add(node.id)
            book.exact(wire.place)
            for end in ends:
                if self.here(end, node):
                    found.setdefault(end, wire)
                    continue
                code = self.reading.find(
                    DanglingWire,
                    wire.place,
                    f"`{node.shown}` is wired into another tab, which only links can lead to",
                    help="use link nodes",
                )
                book.dropped(wire.place, "wires do not leave a tab", "use link nodes", code)
        return list(found.items())

    def here(self, id_: str, node: RawNode) -> bool:
        """Whether a node stands in the same tab or subflow as another."""
        return self.home.get(id_) == self.home.get(node.id)

    def edges(self, node: RawNode, port: int, guard: Guard, label: str = "") -> list[Edge]:
        """The edges of one output. More than one target is reported: a conversation follows the first."""
        targets = self.targets(node, port)
        if not targets:
            return [] if isinstance(guard, Always) else [Edge(guard, None, label, node.place)]
        found = [Edge(guard, end, label, wire.place) for end, wire in targets]
        if len(found) > 1:
            names = ", ".join(f"`{self.nodes[end].shown}`" for end, _ in targets[:4])
            code = self.reading.find(
                ParallelWires,
                targets[1][1].place,
                f"`{node.shown}` goes to {len(targets)} nodes at once ({names}); a conversation follows the first",
                help="wire the nodes one after the other",
            )
            for _, wire in targets[1:]:
                self.reading.book.degraded(
                    wire.place, "a conversation is at one place at a time", "wire them one after the other", code
                )
        return found

    def on(self, node: RawNode) -> tuple[Edge, ...]:
        """The edges of a node with one output that always goes on."""
        edges: list[Edge] = []
        for port in range(max(len(node.wires), 1)):
            edges.extend(self.edges(node, port, Always()))
        return tuple(edges)

    def note_disabled(self, node: RawNode) -> None:
        """Report what is switched off, once per kind."""
        what = "tab" if node.type == "tab" else "node"
        code = self.reading.find_once(
            Disabled, what, node.place, lambda count: f"{count} {what}(s) are switched off; nothing leads to them"
        )
        self.reading.book.dropped(node.place, "switched off", "delete it, or switch it on", code)


def common(context: Context, node: RawNode) -> dict[str, Any]:
    """The fields every node of the graph takes from a raw one. Call it last: it keeps what nobody took."""
    position = node.position()
    node.take("name")
    node.take("z")
    node.take("g")
    title = node.title
    facts = node.keep_rest()
    if context.reading.book.is_open(node.place):
        context.reading.book.exact(node.place)
    return {
        "id": node.id,
        "title": title,
        "facts": (("type", f'"{node.type}"'), *facts) if node.type.startswith("subflow:") else facts,
        "position": position,
        "at": node.place,
    }


def message_node(context: Context, node: RawNode, content: Content) -> list[Node]:
    """A node that says something; whether it waits for an answer is decided when all wires are known."""
    edges = context.on(node)
    return [Message(**common(context, node), content=content, edges=edges)]
