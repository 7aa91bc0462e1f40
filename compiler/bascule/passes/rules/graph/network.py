"""All flows of a project as one graph of numbered nodes, with what it takes to go along each arc."""

from __future__ import annotations

import enum
import heapq
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace

from bascule.ir.nodes import (
    Ask,
    Case,
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
    When,
)
from bascule.ir.project import Flow, Initiator, Project
from bascule.passes.rules import CheckContext
from bascule.passes.window import sends
from bascule.source import Place

__all__ = ["Arc", "Network", "Vertex", "Way", "calls_of", "components", "leads_out", "network", "ways_out"]


_OVER = -1
"""In place of a vertex: the flow is over."""


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
    """One node of one flow. ``messages``: how many it sends to the person in the conversation, those of the flow that
    it calls included (on the quickest way through it)."""

    flow: Flow
    node: Node
    arcs: list[Arc] = field(default_factory=list)
    messages: int = 0

    @property
    def place(self) -> Place:
        """Where the node stands."""
        return self.node.at or self.flow.at or Place("")

    @property
    def sends(self) -> bool:
        """Something is sent to the person in the conversation."""
        return self.messages > 0

    @property
    def name(self) -> str:
        """How messages call what is sent."""
        node = self.node
        return f"what `{node.flow_title or node.flow}` says" if isinstance(node, RunFlow) else f"`{node.id}`"


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
            vertex.messages = int(sends(vertex.node))
        self._call_through(passable.of)

    def number(self, flow: str, node: str) -> int | None:
        """The vertex of a node."""
        return self._numbers.get((flow, node))

    def _call_through(self, passable: Callable[[str], Way]) -> None:
        """Give calls the time and the messages of the flows they call, callees first; a circle adds nothing."""
        calls: dict[str, list[Vertex]] = {}
        for vertex in self.vertices:
            node = vertex.node
            if isinstance(node, RunFlow) and node.mode == "call" and passable(node.flow) < Way.REPLY:
                calls.setdefault(vertex.flow.id, []).append(vertex)
        done: dict[str, tuple[float, int]] = {}
        opened: set[str] = set()
        for caller in calls:
            stack = [(caller, False)]
            while stack:
                name, ready = stack.pop()
                if ready:
                    for vertex in calls.get(name, ()):
                        assert isinstance(vertex.node, RunFlow)
                        seconds, vertex.messages = done.get(vertex.node.flow, (0.0, 0))
                        vertex.arcs = [replace(arc, seconds=seconds) if arc.edge else arc for arc in vertex.arcs]
                    done[name] = self._passage(name, passable)
                elif name not in opened:
                    opened.add(name)
                    stack.append((name, True))
                    callees = [vertex.node.flow for vertex in calls.get(name, ()) if isinstance(vertex.node, RunFlow)]
                    stack.extend((callee, False) for callee in reversed(callees))

    def _passage(self, flow: str, passable: Callable[[str], Way]) -> tuple[float, int]:
        """The quickest way through a flow without a reply: its seconds and its messages."""
        start = self.starts.get(flow)
        if start is None or passable(flow) is Way.REPLY:
            return 0.0, 0
        most = passable(flow)
        heap = [(0.0, 0, start)]
        seen: set[int] = set()
        while heap:
            seconds, messages, here = heapq.heappop(heap)
            if here == _OVER:
                return seconds, messages
            if here in seen:
                continue
            seen.add(here)
            vertex = self.vertices[here]
            messages += vertex.messages
            if passes_end(vertex.node, most, passable):
                heapq.heappush(heap, (seconds + _to_end(vertex.node, most, passable), messages, _OVER))
            for arc in vertex.arcs:
                if arc.edge is not None and arc.way <= most and arc.way is not Way.FAILED:
                    heapq.heappush(heap, (seconds + arc.seconds, messages, arc.target))
        return 0.0, 0

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
            if passes_end(node, most, self.of):
                return True
            for edge in ways_out(node):
                target = edge.target
                if target in seen or target not in flow.by_id or _way(node, edge, self.of)[0] > most:
                    continue
                seen.add(target)
                stack.append(target)
        return False


def passes_end(node: Node, most: Way, passable: Callable[[str], Way]) -> bool:
    """The flow is over at this node, or along one of its edges, with at most that much happening."""
    if isinstance(node, RunFlow) and node.mode == "jump":
        return passable(node.flow) <= most
    if isinstance(node, End):
        return True
    if not node.edges:
        waits = isinstance(node, (Ask, Handover, Unsupported)) or (isinstance(node, Delay) and most is Way.FREE)
        return not waits and (not isinstance(node, RunFlow) or passable(node.flow) <= most)
    return any(edge.target is None and _way(node, edge, passable)[0] <= most for edge in node.edges)


def _to_end(node: Node, most: Way, passable: Callable[[str], Way]) -> float:
    """The seconds from a node to the end of its flow."""
    if isinstance(node, Delay):
        return node.duration.low
    ways = (_way(node, edge, passable) for edge in node.edges if edge.target is None)
    return min((seconds for way, seconds in ways if way <= most), default=0.0)


def leads_out(node: Node, edge: Edge) -> bool:
    """Whether a condition decides that the edge is taken: no reply, no failed send."""
    if not isinstance(node, (Case, HttpRequest)) and not isinstance(edge.guard, When):
        return False
    return not isinstance(edge.guard, Failure) or isinstance(node, HttpRequest)


def calls_of(context: CheckContext) -> frozenset[str]:
    """The flows that another node runs."""
    return frozenset(node.flow for _, node, _ in context.nodes() if isinstance(node, RunFlow))


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
