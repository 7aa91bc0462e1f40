"""What the counters of a flow say about a loop in it: that they end it, that they do not, or nothing.

The counters are those of the window proof (``passes.window.counters``), followed by value.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from bascule.ir.expr import Ref, references
from bascule.ir.nodes import Case, Edge, HttpRequest, SetVariable, When
from bascule.ir.project import Flow, Initiator
from bascule.passes.rules import CheckContext
from bascule.passes.rules.graph.network import Network, Way, calls_of, components, leads_out
from bascule.passes.window.calls import first_node
from bascule.passes.window.counters import Counters, find_counters, writes_of_flows
from bascule.passes.window.unfold import Unfolded, unfold

__all__ = ["Rounds", "counted_by", "counted_rounds"]

Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rounds:
    """Nodes (vertices) that are gone round for ever though counters are tested in them.

    ``leaves``: another condition may lead out. ``set_anew``: the counters that the round itself sets.
    """

    members: tuple[int, ...]
    leaves: bool
    counters: tuple[str, ...]
    set_anew: tuple[str, ...]


def counted_by(net: Network, members: Sequence[int]) -> frozenset[Path]:
    """What the nodes both change and test: a counter, a date, an answer of a server."""
    changed: set[Path] = set()
    tested: set[Path] = set()
    for number in members:
        node = net.vertices[number].node
        if isinstance(node, SetVariable):
            changed.update(item.target for item in node.assignments)
        elif isinstance(node, HttpRequest):
            changed.update(path for path in (node.into, *(path for _, path in node.mapping)) if path)
        tested.update(ref.path for ref in _refs(node.edges))
        if isinstance(node, Case) and node.subject is not None:
            tested.update(ref.path for ref in references(node.subject))
    above = {path[:size] for path in changed for size in range(1, len(path))}
    return frozenset(
        path for path in tested if path in above or any(path[:size] in changed for size in range(1, len(path) + 1))
    )


def _refs(edges: Sequence[Edge]) -> Iterator[Ref]:
    for edge in edges:
        if isinstance(edge.guard, When):
            yield from references(edge.guard.condition)


def counted_rounds(
    context: CheckContext, net: Network, members: Sequence[int], by: frozenset[Path], most: Way, ways: frozenset[Way]
) -> list[Rounds]:
    """The parts of a loop that go on whatever its counters say.

    None where the counters end it, nor where that cannot be told: the loop runs through several flows, tests something
    that is no counter, or a counter whose value is not known.
    """
    flow = net.vertices[members[0]].flow
    if any(net.vertices[number].flow is not flow for number in members):
        return []
    unfoldings = context.once(_Unfoldings)
    counters = unfoldings.counters(flow)
    place = {counter.path: index for index, counter in enumerate(counters.counters)}
    if not by or not by <= place.keys() or _loses(net, members, counters, {place[path] for path in by}):
        return []
    watched = {place[path]: ".".join(path) for path in sorted(by)}
    found: dict[tuple[int, ...], Rounds] = {}
    for start in _starts(context, flow):
        states = unfoldings.states(flow, start)
        if not states.values:
            return []
        circles = unfoldings.circles(net, flow, start, most, ways)
        for rounds in (
            rounds
            for number in members
            for part in circles.get(number, ())
            if (rounds := _rounds(net, states, counters, part, watched)) is not None
        ):
            known = found.get(rounds.members)
            found[rounds.members] = rounds if known is None or not known.leaves else known
    return [found[key] for key in sorted(found)]


class _Unfoldings:
    """The flows of a project unfolded by their counters, and the circles in them: each made once."""

    def __init__(self, context: CheckContext) -> None:
        self._project = context.project
        self._writes = writes_of_flows(context.project)
        self._counters: dict[str, Counters] = {}
        self._states: dict[tuple[str, str], Unfolded] = {}
        self._circles: dict[tuple[str, str, Way, frozenset[Way]], dict[int, list[list[int]]]] = {}

    def counters(self, flow: Flow) -> Counters:
        """The counters of a flow."""
        if flow.id not in self._counters:
            self._counters[flow.id] = find_counters(flow, self._project, self._writes)
        return self._counters[flow.id]

    def states(self, flow: Flow, start: str) -> Unfolded:
        """The flow unfolded from a node."""
        if (flow.id, start) not in self._states:
            self._states[flow.id, start] = unfold(flow, start, self.counters(flow))
        return self._states[flow.id, start]

    def circles(
        self, net: Network, flow: Flow, start: str, most: Way, ways: frozenset[Way]
    ) -> dict[int, list[list[int]]]:
        """The circles of states that the given ways make, by the first vertex of each."""
        key = (flow.id, start, most, ways)
        if key in self._circles:
            return self._circles[key]
        states = self.states(flow, start)
        vertex = [net.number(flow.id, node.id) for node in states.nodes]
        following: list[list[int]] = []
        for here, hops in zip(vertex, states.hops, strict=True):
            arcs = net.vertices[here].arcs if here is not None else []
            open_ = {id(arc.edge) for arc in arcs if arc.way in ways and arc.way <= most}
            following.append([hop.target for hop in hops if hop.target >= 0 and id(hop.edge) in open_])
        found: dict[int, list[list[int]]] = {}
        for part in components(len(following), following.__getitem__):
            numbers = [number for state in part if (number := vertex[state]) is not None]
            found.setdefault(min(numbers), []).append(part)
        self._circles[key] = found
        return found


def _starts(context: CheckContext, flow: Flow) -> list[str]:
    """The nodes at which the flow may begin."""
    starts = [
        node.id
        for entry in flow.entries
        if entry.initiator is not Initiator.SUBFLOW and (node := flow.start_of(entry)) is not None
    ]
    first = first_node(flow)
    if first is not None and (not starts or flow.id in context.once(calls_of)):
        starts.append(first)
    return list(dict.fromkeys(starts))


def _loses(net: Network, members: Sequence[int], counters: Counters, watched: set[int]) -> bool:
    """A step of the loop after which nobody knows what a counter is."""
    return any(
        index in watched and what == "lose"
        for number in members
        for index, what, _ in counters.changes.get(net.vertices[number].node.id, ())
    )


def _rounds(
    net: Network, states: Unfolded, counters: Counters, part: Sequence[int], watched: Mapping[int, str]
) -> Rounds | None:
    """A circle of states as rounds of nodes; None where a counter's value is not known there."""
    for state in part:
        values, name = states.values[state], states.nodes[state].id
        if any(values[index] is None and name in counters.live[index] for index in watched):
            return None
    inside = set(part)
    leaves = any(
        hop.target not in inside and hop.edge is not None and leads_out(states.nodes[state], hop.edge)
        for state in part
        for hop in states.hops[state]
    )
    names = list(dict.fromkeys(states.nodes[state].id for state in part))
    numbers = (net.number(states.flow.id, name) for name in names)
    set_anew = {index for name in names for index, what, _ in counters.changes.get(name, ()) if what == "set"}
    return Rounds(
        tuple(sorted(number for number in numbers if number is not None)),
        leaves or any(_may_end(states, state) for state in part),
        tuple(watched.values()),
        tuple(name for index, name in watched.items() if index in set_anew),
    )


def _may_end(states: Unfolded, state: int) -> bool:
    """A case of which no condition need hold: the flow is over."""
    node = states.nodes[state]
    return isinstance(node, Case) and any(hop.edge is None for hop in states.hops[state])
