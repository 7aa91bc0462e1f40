"""Witnesses: the shortest timed path on which a send stands outside the window."""

from __future__ import annotations

import heapq
import math
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise, zip_longest
from typing import Generic, TypeVar

from bascule.ir.nodes import Edge
from bascule.passes.interval import Effect

__all__ = ["FAR", "Move", "Search", "Step", "Witnesses", "steps_of"]

P = TypeVar("P", bound=Hashable)

FAR = 10
"""Where any time may pass, a witness takes this many windows."""

_VISITS_BEFORE_ACCELERATION = 24
_LOOK_BACK = 200
"""Steps in which a loop is looked for; a longer one is run as often as it takes."""
_STATES_PER_POSITION = 4
_STATES_AT_LEAST = 4_000


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a witness: a node, the edge taken out of it, the clock at it in seconds.

    ``edge`` is None at the last node, and where the flow ends or runs another without an edge. A clock of infinity
    means *the user never wrote, as far as is known*. ``repeat`` above 1 says that this step closes a loop of
    ``loop`` steps (this one is the last of them) that runs that many times.
    """

    flow: str
    node: str
    edge: Edge | None
    clock: float
    repeat: int = 1
    loop: int = 0


@dataclass(frozen=True, slots=True)
class Move(Generic[P]):
    """A way from one position to the next. The effect says what it does to the clock."""

    edge: Edge | None
    target: P
    effect: Effect


@dataclass(slots=True, eq=False)
class _State(Generic[P]):
    position: P
    clock: float
    parent: _State[P] | None
    edge: Edge | None
    segment: object
    repeat: int = 1
    loop: int = 0
    crossing: _State[P] | None = None
    depth: int = 1


class Search(Generic[P]):
    """Search over (position, clock) for the first path to each key with a clock at or past the limit.

    A state is kept only when its clock is later than any seen before at its position; a loop that adds little each
    time is run in one step with its number of repeats. Breadth first, so that a path has the fewest steps; where that
    keeps too many states, once more by ``ranks`` (by which most positions come after all that lead to them).
    """

    def __init__(
        self,
        start: Iterable[tuple[P, float]],
        limit: float,
        moves: Callable[[P], Iterable[Move[P]]],
        key: Callable[[P], Hashable],
        *,
        size: int,
        ranks: Callable[[], Mapping[P, int]] | None = None,
        wanted: Hashable = None,
    ) -> None:
        self._limit = limit
        self._moves = moves
        self._key = key
        self._wanted = wanted
        self.found: dict[Hashable, _State[P]] = {}
        self.states = 0
        first = [_State(position, clock, None, None, object()) for position, clock in start]
        most = _STATES_PER_POSITION * size + _STATES_AT_LEAST
        if not self._run(first, None, most) and ranks is not None:
            self._run(first, ranks(), 4 * most)

    def path(self, key: Hashable, most: int | None = None) -> list[_State[P]]:
        """The states of the path to a key, or the last ``most`` of them; empty when none was found."""
        chain: list[_State[P]] = []
        state = self.found.get(key)
        while state is not None and (most is None or len(chain) < most):
            chain.append(state)
            state = state.parent
        chain.reverse()
        return chain

    def length(self, key: Hashable) -> int:
        """The number of states of the whole path to a key, without walking it; 0 when none was found."""
        state = self.found.get(key)
        return state.depth if state is not None else 0

    def _run(self, first: list[_State[P]], ranks: Mapping[P, int] | None, most: int) -> bool:
        """Whether the search came to its end within ``most`` states."""
        latest: dict[P, float] = {}
        visits: dict[P, int] = {}
        late: set[P] = set()
        heap: list[tuple[int, int, _State[P]]] = []
        patience = _VISITS_BEFORE_ACCELERATION if ranks is None else 1
        count = 0

        def keep(state: _State[P]) -> None:
            nonlocal count
            latest[state.position] = state.clock
            if state.clock >= self._limit:
                late.add(state.position)
                self.found.setdefault(self._key(state.position), state)
            heapq.heappush(heap, (ranks[state.position] if ranks is not None else 0, count, state))
            count += 1
            self.states += 1

        for state in first:
            if state.clock > latest.get(state.position, -1.0):
                keep(state)
        while heap:
            if count > most:
                return False
            if self._wanted is not None and self._wanted in self.found:
                return True
            state = heapq.heappop(heap)[2]
            if ranks is not None and state.clock < latest[state.position]:
                continue  # a later one has come in the meantime
            for move in self._moves(state.position):
                if move.target in late:
                    continue
                after = self._after(state, move)
                if after is None or after.clock <= latest.get(move.target, -1.0):
                    continue
                seen = visits[move.target] = visits.get(move.target, 0) + 1
                if seen > patience and after.clock < self._limit:
                    _accelerate(after, self._limit)
                if after.clock >= self._limit > state.clock:
                    after.crossing = after
                keep(after)
        return True

    def _after(self, state: _State[P], move: Move[P]) -> _State[P] | None:
        """The latest the clock can be after a move."""
        reset, added = move.effect.reset, move.effect.added
        clock, least, segment = -1.0, 0.0, state.segment
        if added is not None:
            clock, least = state.clock + added.high, state.clock + added.low
        if reset is not None and reset.high > clock:
            clock, least, segment = reset.high, reset.low, object()
        if clock < 0:
            return None
        if math.isinf(clock) and not math.isinf(state.clock):
            clock = max(FAR * self._limit, least)
        return _State(move.target, clock, state, move.edge, segment, crossing=state.crossing, depth=state.depth + 1)


def _accelerate(state: _State[P], limit: float) -> None:
    """Run the loop that the state closes until the limit is passed, if there is one without a reply in it."""
    before, length = state.parent, 1
    while before is not None and length <= _LOOK_BACK and before.segment is state.segment:
        if before.position == state.position:
            gained = state.clock - before.clock
            if gained > 0:
                extra = math.ceil((limit - state.clock) / gained)
                state.clock += extra * gained
                state.repeat, state.loop = 1 + extra, length
            return
        before, length = before.parent, length + 1


class Witnesses:
    """The witnesses of one way into a flow: searched once, for all nodes, when the first is asked for."""

    def __init__(self, flow: str, search: Callable[[], Search[int]], node_of: Callable[[int], str]) -> None:
        self._flow = flow
        self._make = search
        self._node_of = node_of
        self._search: Search[int] | None = None

    def _made(self) -> Search[int]:
        if self._search is None:
            self._search = self._make()
        return self._search

    def to(self, node: str, most: int | None = None) -> tuple[Step, ...]:
        """The steps from the entry to ``node`` with a clock at or past the limit; empty when there is none.

        ``most`` keeps only that many last steps.
        """
        return steps_of(self._made().path(node, most), lambda position: (self._flow, self._node_of(position)))

    def length(self, node: str) -> int:
        """The number of steps of the whole path to ``node``; it costs nothing extra."""
        return self._made().length(node)

    def crossing(self, node: str) -> Step | None:
        """The step of :meth:`to` whose edge takes the clock to the limit; None when the start was past it.

        Unlike the whole path it costs nothing extra, so every late send can be asked for its cause.
        """
        state = self._made().found.get(node)
        after = state.crossing if state is not None else None
        if after is None or after.parent is None:
            return None
        return self._step(after)

    def slowest(self, node: str) -> Step | None:
        """The step that :meth:`crossing` gives; where it closes a loop, the step of that loop that takes most time."""
        state = self._made().found.get(node)
        after = state.crossing if state is not None else None
        if after is None or after.parent is None:
            return None
        chain = [after]
        while len(chain) <= after.loop and (parent := chain[-1].parent) is not None:
            chain.append(parent)
        if after.loop < 2 or len(chain) <= after.loop:
            return self._step(after)
        gains = [late.clock - early.clock for late, early in pairwise(chain)]
        gains[0] = (after.clock - chain[-1].clock) / after.repeat - sum(gains[1:])
        return self._step(chain[max(range(len(gains)), key=gains.__getitem__)])

    def _step(self, after: _State[int]) -> Step:
        before = after.parent
        assert before is not None
        return Step(self._flow, self._node_of(before.position), after.edge, before.clock, after.repeat, after.loop)


def steps_of(chain: list[_State[P]], place: Callable[[P], tuple[str, str]]) -> tuple[Step, ...]:
    """The steps of a path; ``place`` gives the flow and the node of a position."""
    steps: list[Step] = []
    for here, after in zip_longest(chain, chain[1:]):
        flow, node = place(here.position)
        if after is None:
            steps.append(Step(flow, node, None, here.clock))
        else:
            steps.append(Step(flow, node, after.edge, here.clock, after.repeat, after.loop))
    return tuple(steps)
