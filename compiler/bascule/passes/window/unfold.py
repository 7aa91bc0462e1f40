"""A flow unfolded by its counters: a state is a node with the counters' values that matter there."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from bascule.ir.nodes import Case, Edge, End, Node, RunFlow, When
from bascule.ir.project import Flow
from bascule.passes.interval import IDENTITY, Effect
from bascule.passes.window.counters import NO_COUNTERS, Counters, Values
from bascule.passes.window.steps import ANYTHING, end_effect, falls_off, step_effect

__all__ = ["END", "Hop", "Unfolded", "unfold"]

END = -1
"""The target of a hop that ends the flow: its caller, if there is one, goes on."""

_STATES_PER_NODE = 4
_STATES_AT_LEAST = 5_000


@dataclass(frozen=True, slots=True)
class Hop:
    """A way out of a state. ``edge`` is None where no edge applies. A text is the flow whose effect it is."""

    edge: Edge | None
    target: int
    effect: Effect | str


@dataclass(frozen=True, slots=True, eq=False)
class Unfolded:
    """The states met from one start node, the start first, and the hops out of each.

    ``values`` are the counters' at each state; it is empty where the counters made too many states to be followed.
    """

    flow: Flow
    nodes: list[Node] = field(default_factory=list)
    hops: list[tuple[Hop, ...]] = field(default_factory=list)
    values: list[Values] = field(default_factory=list)

    @property
    def runs(self) -> Iterator[tuple[int, RunFlow]]:
        """The states that run another flow."""
        return ((number, node) for number, node in enumerate(self.nodes) if isinstance(node, RunFlow))


def unfold(flow: Flow, start: str, counters: Counters) -> Unfolded:
    """Unfold from ``start``. When the counters make too many states they are not followed: the loops have no bound."""
    most = max(_STATES_AT_LEAST, _STATES_PER_NODE * len(flow.nodes)) if counters.counters else None
    result = _unfold(flow, start, counters, most)
    if result is None:
        result = _unfold(flow, start, NO_COUNTERS, None)
    assert result is not None
    return result


def _unfold(flow: Flow, start: str, counters: Counters, most: int | None) -> Unfolded | None:
    by_id = flow.by_id
    result = Unfolded(flow)
    numbers: dict[tuple[str, Values], int] = {}
    pending: list[tuple[str, Values]] = []

    def state(node: str, values: Values) -> int:
        key = (node, counters.at(node, values))
        if key not in numbers:
            numbers[key] = len(numbers)
            pending.append(key)
        return numbers[key]

    state(start, counters.start())
    done = 0
    while done < len(pending):
        if most is not None and len(pending) > most:
            return None
        name, values = pending[done]
        done += 1
        node = by_id[name]
        result.nodes.append(node)
        if counters.counters:
            result.values.append(values)
        result.hops.append(tuple(_hops(node, by_id, counters, values, state)))
    return result


def _hops(
    node: Node,
    by_id: Mapping[str, Node],
    counters: Counters,
    values: Values,
    state: Callable[[str, Values], int],
) -> Iterator[Hop]:
    if isinstance(node, End):
        yield Hop(None, END, IDENTITY)
        return
    if isinstance(node, RunFlow) and node.mode == "jump":
        yield Hop(None, END, node.flow)
        return
    after = counters.after(node, values)
    for edge in node.edges:
        holds = None
        if isinstance(node, Case) and isinstance(edge.guard, When):
            holds = counters.holds(edge.guard.condition, values)
        if holds is False:
            continue
        effect = step_effect(node, edge)
        known = counters.start() if effect is ANYTHING else after
        target = END if edge.target is None or edge.target not in by_id else state(edge.target, known)
        yield Hop(edge, target, effect)
        if holds:
            return
    if falls_off(node):
        yield Hop(None, END, end_effect(node))
