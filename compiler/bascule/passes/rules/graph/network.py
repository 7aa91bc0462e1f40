"""All flows of a project as one graph of numbered nodes, with what it takes to go along each arc."""

from __future__ import annotations

import enum
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from bascule.ir.nodes import (
    Ask,
    Delay,
    Edge,
    End,
    Failure,
    Handover,
    HttpRequest,
    Node,
    RunFlow,
    Timeout,
    Unsupported,
)
from bascule.ir.project import Flow, Initiator, Project
from bascule.passes.rules import CheckContext
from bascule.passes.window import sends
from bascule.source import Place

__all__ = ["Arc", "Network", "Vertex", "Way", "components", "network"]


class Way(enum.IntEnum):
    """What has to happen on an arc: nothing, a failed send, time, or a person's doing."""

    FREE = 0
    FAILED = 1
    TIMED = 2
    REPLY = 3


@dataclass(frozen=True, slots=True)
class Arc:
    """A way from one vertex to another. ``edge`` is None for the step into a called flow."""

    target: int
    way: Way
    seconds: float
    edge: Edge | None


@dataclass(slots=True)
class Vertex:
    """One node of one flow."""

    flow: Flow
    node: Node
    arcs: list[Arc] = field(default_factory=list)

    @property
    def place(self) -> Place:
        """Where the node stands."""
        return self.node.at or self.flow.at or Place("")

    @property
    def sends(self) -> bool:
        """The node sends something to the person in the conversation."""
        return sends(self.node)


class Network:
    """The vertices of a project in its order; ``starts`` maps a flow id to the vertex where calls enter it."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.vertices = [Vertex(flow, node) for flow in project.flows for node in flow.nodes]
        self._numbers: dict[tuple[str, str], int] = {}
        for number, vertex in enumerate(self.vertices):
            self._numbers.setdefault((vertex.flow.id, vertex.node.id), number)
        self.starts = {flow.id: start for flow in project.flows if (start := self._start(flow)) is not None}
        passable = _Passable(self)
        for vertex in self.vertices:
            vertex.arcs.extend(self._arcs(vertex, passable.of))

    def number(self, flow: str, node: str) -> int | None:
        """The vertex of a node."""
        return self._numbers.get((flow, node))

    def _start(self, flow: Flow) -> int | None:
        for entry in flow.entries:
            if entry.initiator is Initiator.SUBFLOW:
                node = flow.start_of(entry)
                return self.number(flow.id, node.id) if node is not None else None
        return self.number(flow.id, flow.nodes[0].id) if flow.nodes else None

    def _arcs(self, vertex: Vertex, passable: Callable[[str], Way]) -> Iterable[Arc]:
        node = vertex.node
        if isinstance(node, RunFlow) and node.mode != "start" and node.flow in self.starts:
            yield Arc(self.starts[node.flow], Way.FREE, 0.0, None)
        for edge in ways_out(node):
            target = self.number(vertex.flow.id, edge.target) if edge.target is not None else None
            if target is not None:
                way, seconds = _way(node, edge, passable)
                yield Arc(target, way, seconds, edge)


def ways_out(node: Node) -> Sequence[Edge]:
    """The edges that can be taken: none after an end or a jump."""
    if isinstance(node, End) or (isinstance(node, RunFlow) and node.mode == "jump"):
        return ()
    return node.edges


def _way(node: Node, edge: Edge, passable: Callable[[str], Way]) -> tuple[Way, float]:
    guard = edge.guard
    if isinstance(guard, Timeout):
        return Way.TIMED, guard.after.low
    if isinstance(node, Ask):
        return (Way.FAILED, 0.0) if isinstance(guard, Failure) else (Way.REPLY, 0.0)
    if isinstance(node, Delay):
        return (Way.TIMED, node.duration.low) if node.duration.high > 0 else (Way.FREE, 0.0)
    if isinstance(node, (Handover, Unsupported)):
        return Way.REPLY, 0.0
    if isinstance(node, RunFlow) and node.mode == "call":
        return passable(node.flow), 0.0
    if isinstance(guard, Failure) and not isinstance(node, (HttpRequest, RunFlow)):
        return Way.FAILED, 0.0
    return Way.FREE, 0.0


class _Passable:
    """For each flow the least that has to happen to get through it: nothing, time, or a reply.

    Flows that no file defines, and flows that never come back, count as waiting for a reply.
    """

    def __init__(self, network: Network) -> None:
        self._network = network
        project = network.project
        self._known: dict[str, Way] = {}
        callers: dict[str, list[str]] = {}
        for flow in project.flows:
            for node in flow.nodes:
                if isinstance(node, RunFlow) and node.mode in ("call", "jump"):
                    callers.setdefault(node.flow, []).append(flow.id)
        pending = deque(flow.id for flow in project.flows if flow.id in callers)
        waiting = set(pending)
        while pending:
            flow_id = pending.popleft()
            waiting.discard(flow_id)
            flow = project.by_id[flow_id]
            way = next((way for way in (Way.FREE, Way.TIMED) if self._gets_through(flow, way)), Way.REPLY)
            if way < self.of(flow_id):
                self._known[flow_id] = way
                again = [name for name in dict.fromkeys(callers[flow_id]) if name in callers and name not in waiting]
                waiting.update(again)
                pending.extend(again)

    def of(self, flow: str) -> Way:
        """What the flow needs, as far as is known by now."""
        return self._known.get(flow, Way.REPLY)

    def _gets_through(self, flow: Flow, most: Way) -> bool:
        first = self._network.starts.get(flow.id)
        if first is None:
            return True
        start = self._network.vertices[first].node.id
        seen, stack = {start}, [start]
        while stack:
            node = flow.by_id[stack.pop()]
            if self._exits(node, most):
                return True
            for edge in ways_out(node):
                target = edge.target
                if target in seen or target not in flow.by_id or _way(node, edge, self.of)[0] > most:
                    continue
                seen.add(target)
                stack.append(target)
        return False

    def _exits(self, node: Node, most: Way) -> bool:
        """The flow is over at this node, or along one of its edges, with at most that much happening."""
        if isinstance(node, RunFlow) and node.mode == "jump":
            return self.of(node.flow) <= most
        if isinstance(node, End):
            return True
        if not node.edges:
            waits = isinstance(node, (Ask, Handover, Unsupported)) or (isinstance(node, Delay) and most is Way.FREE)
            return not waits and (not isinstance(node, RunFlow) or self.of(node.flow) <= most)
        return any(edge.target is None and _way(node, edge, self.of)[0] <= most for edge in node.edges)


def network(context: CheckContext) -> Network:
    """The project's graph, made once."""
    return context.once(_network)


def _network(context: CheckContext) -> Network:
    return Network(context.project)


def components(count: int, successors: Callable[[int], Iterable[int]]) -> list[list[int]]:
    """The cyclic strongly connected components: those with more than one vertex or with an arc to itself.

    Each is sorted; they come in the order of their first vertex. Iterative (Tarjan 1972), linear.
    """
    index = [0] * count
    low = [0] * count
    on_stack = [False] * count
    stack: list[int] = []
    found: list[list[int]] = []
    clock = 0
    for root in range(count):
        if index[root]:
            continue
        clock += 1
        index[root] = low[root] = clock
        stack.append(root)
        on_stack[root] = True
        work = [(root, iter(tuple(successors(root))))]
        while work:
            here, rest = work[-1]
            after = next(rest, None)
            if after is not None:
                if not index[after]:
                    clock += 1
                    index[after] = low[after] = clock
                    stack.append(after)
                    on_stack[after] = True
                    work.append((after, iter(tuple(successors(after)))))
                elif on_stack[after]:
                    low[here] = min(low[here], index[after])
                continue
            work.pop()
            if work:
                low[work[-1][0]] = min(low[work[-1][0]], low[here])
            if low[here] == index[here]:
                members = []
                while True:
                    top = stack.pop()
                    on_stack[top] = False
                    members.append(top)
                    if top == here:
                        break
                if len(members) > 1 or here in successors(here):
                    found.append(sorted(members))
    return sorted(found)
