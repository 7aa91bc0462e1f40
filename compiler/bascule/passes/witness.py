"""Witnesses: the shortest timed path on which a send stands outside the window."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

from bascule.ir.nodes import Edge, Node
from bascule.ir.project import Flow

__all__ = ["Step", "Witnesses"]

_VISITS_BEFORE_ACCELERATION = 24


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a witness: a node, the edge taken out of it, the clock after it in seconds.

    ``repeat`` above 1 says that the loop which this step closes runs that many times. ``edge`` is
    None at the last node. A clock of infinity means *the user never wrote, as far as is known*.
    """

    flow: str
    node: str
    edge: Edge | None
    clock: float
    repeat: int = 1


@dataclass(slots=True, eq=False)
class _State:
    node: str
    clock: float
    parent: _State | None
    edge: Edge | None
    repeat: int
    crossing: _State | None = None


class Witnesses:
    """Breadth-first search over (node, clock) from one way into a flow, run once for all targets.

    A state is kept only when its clock is later than any seen before at its node, so the search ends;
    a loop that adds little each time is run in one step with its number of repeats. ``step_out`` gives
    the latest clock after an edge.
    """

    def __init__(
        self,
        flow: Flow,
        start: str,
        clock: float,
        limit: float,
        step_out: Callable[[Node, Edge, float], float | None],
    ) -> None:
        self._flow = flow
        self._start = start
        self._clock = clock
        self._limit = limit
        self._step_out = step_out
        self._found: dict[str, _State] | None = None

    def to(self, node: str, most: int | None = None) -> tuple[Step, ...]:
        """The steps from the entry to ``node`` with a clock at or past the limit; empty when there is none.

        ``most`` keeps only that many last steps.
        """
        if self._found is None:
            self._found = self._search()
        state = self._found.get(node)
        if state is None:
            return ()
        chain: list[_State] = []
        while state is not None and (most is None or len(chain) < most):
            chain.append(state)
            state = state.parent
        chain.reverse()
        steps = [
            Step(self._flow.id, here.node, after.edge, here.clock, after.repeat) for here, after in pairwise(chain)
        ]
        return (*steps, Step(self._flow.id, chain[-1].node, None, chain[-1].clock))

    def crossing(self, node: str) -> Step | None:
        """The step of :meth:`to` whose edge takes the clock to the limit; None when the start was past it.

        Unlike the whole path it costs nothing extra, so every late send can be asked for its cause.
        """
        if self._found is None:
            self._found = self._search()
        state = self._found.get(node)
        if state is None or state.crossing is None or state.crossing.parent is None:
            return None
        before = state.crossing.parent
        return Step(self._flow.id, before.node, state.crossing.edge, before.clock, state.crossing.repeat)

    def _search(self) -> dict[str, _State]:
        nodes = self._flow.by_id
        first = _State(self._start, self._clock, None, None, 1)
        latest: dict[str, float] = {self._start: self._clock}
        visits: dict[str, int] = {}
        found: dict[str, _State] = {}
        if self._clock >= self._limit:
            found[self._start] = first
        queue: deque[_State] = deque([first])
        while queue:
            state = queue.popleft()
            node = nodes[state.node]
            for edge in node.edges:
                if edge.target is None or edge.target not in nodes:
                    continue
                clock = self._step_out(node, edge, state.clock)
                if clock is None:
                    continue
                clock = clock if math.isinf(clock) and math.isinf(state.clock) else min(clock, 10 * self._limit)
                if edge.target in latest and clock <= latest[edge.target]:
                    continue
                if edge.target in found:
                    continue
                repeat = 1
                visits[edge.target] = visits.get(edge.target, 0) + 1
                if visits[edge.target] > _VISITS_BEFORE_ACCELERATION and clock < self._limit:
                    before = _last_at(edge.target, state)
                    if before is not None and clock > before:
                        extra = math.ceil((self._limit - clock) / (clock - before))
                        clock += extra * (clock - before)
                        repeat += extra
                latest[edge.target] = clock
                after = _State(edge.target, clock, state, edge, repeat, state.crossing)
                if clock >= self._limit > state.clock:
                    after.crossing = after
                if clock >= self._limit:
                    found[edge.target] = after
                queue.append(after)
        return found


def _last_at(node: str, state: _State) -> float | None:
    """The clock when this path was last at ``node``."""
    current: _State | None = state
    while current is not None:
        if current.node == node:
            return current.clock
        current = current.parent
    return None
