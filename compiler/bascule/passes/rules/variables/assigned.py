"""Which variables have a value at each node: set on every way to it, and set on some way to it.

Two forward analyses over all flows at once. Sets of variables are whole numbers, one bit for each variable that is
used. What is *surely* set is found by visiting nodes in reverse postorder from a heap, so that joins wait for the
ways into them; what is *maybe* set by one pass over the strongly connected components.
"""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from bascule.ir.expr import TESTS, Call, Const, Expression, Ref
from bascule.ir.nodes import (
    Ask,
    Edge,
    End,
    Failure,
    HttpRequest,
    Node,
    Otherwise,
    RunFlow,
    SetVariable,
    Timeout,
    Unsupported,
    When,
)
from bascule.ir.project import Initiator
from bascule.passes.rules import CheckContext
from bascule.passes.rules.graph.network import Network, components, network, ways_out
from bascule.passes.rules.variables.uses import Path, set_by, uses

__all__ = ["Assigned", "State", "assigned"]

_NO_VALUE = frozenset({"is_blank", "has_error", "chance", "intent", "has_intent", "has_top_intent"})
_COMPARE = frozenset({"eq", "lt", "le", "gt", "ge"})
_MOST_PARTS = 200


@dataclass(frozen=True, slots=True)
class State:
    """Bits of the variables that are ``surely`` set, and of those that are ``maybe`` set."""

    surely: int
    maybe: int


class Assigned:
    """``before(flow, node)`` is the state in which a node is entered; None where nobody gets."""

    def __init__(self, context: CheckContext) -> None:
        self._net: Network = network(context)
        self._bit: dict[Path, int] = {}
        self._below: dict[Path, int] = {}
        for use in uses(context).items:
            if use.path not in self._bit:
                bit = 1 << len(self._bit)
                self._bit[use.path] = bit
                for size in range(1, len(use.path) + 1):
                    self._below[use.path[:size]] = self._below.get(use.path[:size], 0) | bit
        self._all = (1 << len(self._bit)) - 1
        self._order = _positions(len(self._net.vertices), self._next)
        self._gives = [self._given(vertex.node) for vertex in self._net.vertices]
        self._spared = [self._left(vertex.node) for vertex in self._net.vertices]
        self._returns: dict[str, int] = {}
        self._summaries()
        self._surely = self._run(self._entries(), whole=True)
        self._maybe = self._possible()

    def bit(self, path: Path) -> int:
        """The bit of a variable that is used."""
        return self._bit.get(path, 0)

    def before(self, flow: str, node: str) -> State | None:
        """The state at a node."""
        number = self._net.number(flow, node)
        if number is None or number not in self._surely:
            return None
        return State(self._surely[number], self._maybe[number])

    def given_by(self, node: Node, steps: int) -> int:
        """What the first assignments of a node set."""
        if not isinstance(node, SetVariable):
            return 0
        return self._bits(item.target for item in node.assignments[:steps] if item.op != "clear")

    def sets(self, flow: str, node: str, path: Path) -> bool:
        """The node gives the variable a value."""
        number = self._net.number(flow, node)
        return number is not None and bool(self._gives[number][0] & self.bit(path))

    def _bits(self, paths: Iterable[Path]) -> int:
        """The used variables that get a value when these paths do: themselves, those above and those below."""
        bits = 0
        for path in paths:
            bits |= self._below.get(path, 0)
            for size in range(1, len(path)):
                bits |= self._bit.get(path[:size], 0)
        return bits

    def _given(self, node: Node) -> tuple[int, int]:
        """Bits that a node sets, and bits that it clears."""
        if self._opaque(node):
            return self._all, 0
        cleared = 0
        if isinstance(node, SetVariable):
            cleared = self._bits(item.target for item in node.assignments if item.op == "clear")
        return self._bits(set_by(node)), cleared

    def _left(self, node: Node) -> int:
        """What has a value when no condition of the node holds (`else` after `is_blank(x)`)."""
        conditions = [edge.guard.condition for edge in node.edges if isinstance(edge.guard, When)]
        return self._bits(path for condition in conditions for path in _with_value(condition, False))

    def _opaque(self, node: Node) -> bool:
        """Nobody knows what it sets: another program, or a flow that is in none of the files."""
        if isinstance(node, HttpRequest):
            return not node.into and not node.mapping
        if isinstance(node, RunFlow):
            return node.mode != "start" and node.flow not in self._net.starts
        return isinstance(node, Unsupported)

    def _after(self, number: int, edge: Edge, state: int) -> int:
        """What is surely set after an edge."""
        node = self._net.vertices[number].node
        given, cleared = self._gives[number]
        guard = edge.guard
        if isinstance(node, Ask) and isinstance(guard, (Timeout, Failure)):
            given = 0
        elif isinstance(node, HttpRequest) and isinstance(guard, Failure) and node.into:
            given = self._bits([node.into])
        after = state & ~cleared | given
        if isinstance(guard, When):
            after |= self._bits(_with_value(guard.condition, True))
        elif isinstance(guard, Otherwise):
            after |= self._spared[number]
        if isinstance(node, RunFlow) and node.mode == "call":
            after |= self._returns.get(node.flow, 0)
        return after

    def _entries(self) -> dict[int, int]:
        """Where flows are entered from outside: with nothing set."""
        called = {vertex.node.flow for vertex in self._net.vertices if isinstance(vertex.node, RunFlow)}
        found: dict[int, int] = {}
        for flow in self._net.project.flows:
            for entry in flow.entries:
                node = flow.start_of(entry)
                number = self._net.number(flow.id, node.id) if node is not None else None
                if number is not None and (entry.initiator is not Initiator.SUBFLOW or flow.id not in called):
                    found[number] = 0
            if not flow.entries and flow.id not in called and flow.id in self._net.starts:
                found[self._net.starts[flow.id]] = 0
        return found

    def _run(self, entries: dict[int, int], whole: bool) -> dict[int, int]:
        """What is surely set at all vertices that can be reached; ``whole`` goes into called flows too."""
        states = dict(entries)
        heap = [(self._order[number], number) for number in entries]
        heapq.heapify(heap)
        waiting = set(entries)
        while heap:
            _, number = heapq.heappop(heap)
            waiting.discard(number)
            for target, state in self._onward(number, states[number], whole):
                known = states.get(target)
                new = state if known is None else known & state
                if new != known:
                    states[target] = new
                    if target not in waiting:
                        waiting.add(target)
                        heapq.heappush(heap, (self._order[target], target))
        return states

    def _onward(self, number: int, state: int, whole: bool) -> Iterator[tuple[int, int]]:
        vertex = self._net.vertices[number]
        node = vertex.node
        if whole and isinstance(node, RunFlow) and node.flow in self._net.starts:
            given = self._bits((name,) for name, _ in node.parameters)
            yield self._net.starts[node.flow], (0 if node.mode == "start" else state) | given
        for edge in ways_out(node):
            target = self._net.number(vertex.flow.id, edge.target) if edge.target is not None else None
            if target is not None:
                yield target, self._after(number, edge, state)

    def _summaries(self) -> None:
        """For each flow that others call: what it sets on every way through it (the greatest fixed point)."""
        callers: dict[str, list[str]] = {}
        for vertex in self._net.vertices:
            node = vertex.node
            if isinstance(node, RunFlow) and node.mode == "call" and node.flow in self._net.starts:
                callers.setdefault(node.flow, []).append(vertex.flow.id)
        self._returns = dict.fromkeys(callers, self._all)
        pending = deque(callers)
        waiting = set(pending)
        while pending:
            name = pending.popleft()
            waiting.discard(name)
            new = self._through(name)
            if new == self._returns[name]:
                continue
            self._returns[name] = new
            again = [caller for caller in dict.fromkeys(callers[name]) if caller in callers and caller not in waiting]
            waiting.update(again)
            pending.extend(again)

    def _through(self, flow: str) -> int:
        surely = self._all
        for number, state in self._run({self._net.starts[flow]: 0}, whole=False).items():
            node = self._net.vertices[number].node
            if isinstance(node, RunFlow) and node.mode == "jump":
                continue  # it does not come back from here
            if isinstance(node, End) or not node.edges:
                surely &= state | self._gives[number][0]
            for edge in ways_out(node):
                if edge.target is None:
                    surely &= self._after(number, edge, state)
        return surely

    def _possible(self) -> list[int]:
        """What is maybe set when a vertex is entered."""
        vertices = self._net.vertices
        flows = {flow.id: number for number, flow in enumerate(self._net.project.flows)}
        sets = [0] * len(flows)
        callers: list[list[int]] = [[] for _ in flows]
        for number, vertex in enumerate(vertices):
            sets[flows[vertex.flow.id]] |= self._gives[number][0]
            if isinstance(vertex.node, RunFlow) and vertex.node.flow in flows:
                callers[flows[vertex.node.flow]].append(flows[vertex.flow.id])
        inside = _unions(len(flows), lambda number: callers[number], sets)
        own = [self._gives[number][0] if number in self._surely else 0 for number in range(len(vertices))]
        for number, vertex in enumerate(vertices):
            node = vertex.node
            if isinstance(node, RunFlow) and number in self._surely:
                own[number] |= self._bits((name,) for name, _ in node.parameters)
                if node.flow in flows:
                    own[number] |= inside[flows[node.flow]] | sets[flows[node.flow]]
        return _unions(len(vertices), self._next, own)

    def _next(self, number: int) -> Sequence[int]:
        return [arc.target for arc in self._net.vertices[number].arcs]


def _positions(count: int, successors: Callable[[int], Sequence[int]]) -> list[int]:
    """The place of each vertex in reverse postorder: joins come after the ways into them, loops apart."""
    order = [0] * count
    seen = [False] * count
    left = count
    for root in range(count):
        if seen[root]:
            continue
        seen[root] = True
        work = [(root, iter(successors(root)))]
        while work:
            here, rest = work[-1]
            after = next(rest, None)
            if after is None:
                work.pop()
                left -= 1
                order[here] = left
            elif not seen[after]:
                seen[after] = True
                work.append((after, iter(successors(after))))
    return order


def _unions(count: int, successors: Callable[[int], Sequence[int]], own: Sequence[int]) -> list[int]:
    """For each vertex the union of ``own`` over all vertices that lead to it (itself only inside a cycle)."""
    order = _positions(count, successors)
    group = list(range(count))
    members: dict[int, list[int]] = {}
    for part in components(count, successors):
        head = min(part, key=lambda number: order[number])
        members[head] = part
        for number in part:
            group[number] = head
    before = [0] * count
    for head in sorted(set(group), key=lambda number: order[number]):
        part = members.get(head, [])
        for number in part:
            before[head] |= own[number]
        for number in part or [head]:
            after = before[head] | own[number]
            for target in successors(number):
                if group[target] != head:
                    before[group[target]] |= after
    return [before[group[number]] for number in range(count)]


def _with_value(condition: Expression, holds: bool) -> Iterator[Path]:
    """The variables that have a value wherever the condition holds (or does not)."""
    stack: list[tuple[Expression, bool]] = [(condition, holds)]
    parts = 0
    while stack and parts < _MOST_PARTS:
        part, holds = stack.pop()
        parts += 1
        if isinstance(part, Ref):
            if holds:
                yield part.path
            continue
        if not isinstance(part, Call) or not part.args:
            continue
        first = part.args[0]
        if part.name == "not":
            stack.append((first, not holds))
        elif part.name == ("and" if holds else "or"):
            stack.extend((argument, holds) for argument in part.args)
        elif part.name == "or" and holds:
            firsts = {arg.args[0] for arg in part.args if _says_value(arg, True) and isinstance(arg, Call)}
            if len(firsts) == 1 and all(_says_value(arg, True) for arg in part.args):
                yield from _paths(firsts.pop())
        elif _says_value(part, holds):
            yield from _paths(first)


def _says_value(part: Expression, holds: bool) -> bool:
    """The test tells that its first argument has a value, when it holds (or does not)."""
    if not isinstance(part, Call) or not part.args:
        return False
    if not holds:
        return part.name == "is_blank"
    if part.name == "ne":
        return _is_empty(part.args[-1])
    if part.name in _COMPARE:
        return not _is_empty(part.args[-1])
    return part.name in TESTS and part.name not in _NO_VALUE


def _is_empty(expression: Expression) -> bool:
    return isinstance(expression, Const) and expression.value in (None, "")


def _paths(expression: Expression) -> Iterator[Path]:
    """The variable that is tested, itself or through functions of one argument (`upper(x)`)."""
    while isinstance(expression, Call) and expression.args:
        expression = expression.args[0]
    if isinstance(expression, Ref):
        yield expression.path


def assigned(context: CheckContext) -> Assigned:
    """The analysis, made once."""
    return context.once(Assigned)
