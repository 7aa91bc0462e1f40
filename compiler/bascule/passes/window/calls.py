"""Flows that run flows: what running each does to the clock (summaries), and the clock when each is run."""

from __future__ import annotations

import math
from collections.abc import Mapping

from bascule.ir.nodes import RunFlow
from bascule.ir.project import Entry, EntryKind, Flow, Initiator, Project
from bascule.passes.interval import NEVER, UNREACHED, Effect, Interval, hull
from bascule.passes.window.counters import find_counters, writes_of_flows
from bascule.passes.window.solve import components, spread
from bascule.passes.window.steps import ANYTHING
from bascule.passes.window.unfold import END, Unfolded, unfold

__all__ = ["Prover", "call_clocks", "first_node", "uncalled", "ways_in"]

_ROUNDS = 24
"""Rounds over flows that call each other before a time that still grows is taken to grow for ever."""


def first_node(flow: Flow) -> str | None:
    """Where a caller enters."""
    for entry in flow.entries:
        if entry.initiator is Initiator.SUBFLOW:
            node = flow.start_of(entry)
            return node.id if node else None
    return flow.nodes[0].id if flow.nodes else None


class Prover:
    """The effects of one project: each flow is unfolded and solved once per start node, when it is asked for."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self._writes = writes_of_flows(project)
        self._unfolded: dict[tuple[str, str], Unfolded] = {}
        self._solved: dict[tuple[str, str], list[Effect]] = {}
        self.summaries: dict[str, Effect] = {}
        self._summarise()

    def unfolded(self, flow: Flow, start: str) -> Unfolded:
        """The flow unfolded from a start node."""
        key = (flow.id, start)
        if key not in self._unfolded:
            self._unfolded[key] = unfold(flow, start, find_counters(flow, self.project, self._writes))
        return self._unfolded[key]

    def effects(self, flow: Flow, start: str) -> list[Effect]:
        """The effect at each state of the unfolded flow."""
        key = (flow.id, start)
        if key not in self._solved:
            self._solved[key] = solve(self.unfolded(flow, start), self.summaries)
        return self._solved[key]

    def effect_of(self, effect: Effect | str) -> Effect:
        """The effect of a hop."""
        return self.summaries.get(effect, ANYTHING) if isinstance(effect, str) else effect

    def _summarise(self) -> None:
        """The effect of calling each flow: callees before callers, flows that call each other until it is stable."""
        project = self.project
        called = {node.flow for flow in project.flows for node in _returning(flow)}
        flows = [flow for flow in project.flows if flow.id in called and first_node(flow) is not None]
        number = {flow.id: index for index, flow in enumerate(flows)}
        runs = [sorted({number[node.flow] for node in _returning(flow) if node.flow in number}) for flow in flows]
        self.summaries = {flow.id: UNREACHED for flow in flows}
        for part in reversed(components(runs)):
            members = [flows[index] for index in sorted(part)]
            if len(members) == 1 and part[0] not in runs[part[0]]:
                self.summaries[members[0].id] = self._summary(members[0])
            else:
                self._stabilise(members)

    def _summary(self, flow: Flow) -> Effect:
        start = first_node(flow)
        assert start is not None
        unfolded = self.unfolded(flow, start)
        return _at_end(unfolded, solve(unfolded, self.summaries), self.summaries)

    def _stabilise(self, members: list[Flow]) -> None:
        inside = {flow.id for flow in members}
        callers: dict[str, set[str]] = {}
        for flow in members:
            for node in _returning(flow):
                if node.flow in inside:
                    callers.setdefault(node.flow, set()).add(flow.id)
        dirty = inside
        for turn in range(4 * _ROUNDS):
            changed: set[str] = set()
            for flow in members:
                if flow.id not in dirty:
                    continue
                old = self.summaries[flow.id]
                new = old.join(self._summary(flow))
                if turn >= min(2 * len(members) + 2, _ROUNDS):
                    new = Effect(_grown(old.reset, new.reset), _grown(old.added, new.added))
                if new != old:
                    self.summaries[flow.id] = new
                    changed.add(flow.id)
            if not changed:
                return
            dirty = {caller for callee in changed for caller in callers.get(callee, ())}
        for flow in members:  # not stable after all that: give up precision, never soundness
            self.summaries[flow.id] = ANYTHING


def _returning(flow: Flow) -> list[RunFlow]:
    """The nodes whose flow comes back to this one, or to its caller."""
    return [node for node in flow.nodes if isinstance(node, RunFlow) and node.mode != "start"]


def _grown(old: Interval | None, new: Interval | None) -> Interval | None:
    if old is None or new is None or new.high <= old.high:
        return new
    return Interval(new.low, math.inf)


def solve(unfolded: Unfolded, summaries: Mapping[str, Effect]) -> list[Effect]:
    """The effect at each state: how long since the start on the paths without a reply, and since the last reply."""
    added: list[list[tuple[int, float, float]]] = []
    resets: list[list[tuple[int, Interval]]] = []
    for hops in unfolded.hops:
        adding: list[tuple[int, float, float]] = []
        resetting: list[tuple[int, Interval]] = []
        for hop in hops:
            if hop.target == END:
                continue
            effect = summaries.get(hop.effect, ANYTHING) if isinstance(hop.effect, str) else hop.effect
            if effect.added is not None:
                adding.append((hop.target, effect.added.low, effect.added.high))
            if effect.reset is not None:
                resetting.append((hop.target, effect.reset))
        added.append(adding)
        resets.append(resetting)
    sources: dict[int, Interval] = {}
    reached = bytearray(len(added))
    reached[0] = 1
    pending = [0]
    while pending:
        here = pending.pop()
        for target, reset in resets[here]:
            sources[target] = hull(sources.get(target), reset) or reset
        for target in (*(hop[0] for hop in added[here]), *(hop[0] for hop in resets[here])):
            if not reached[target]:
                reached[target] = 1
                pending.append(target)
    order = components([[hop[0] for hop in hops] for hops in added])
    silent = spread(added, order, {0: Interval(0, 0)})
    spoken = spread(added, order, sources)
    return [Effect(reset, since) for reset, since in zip(spoken, silent, strict=True)]


def _at_end(unfolded: Unfolded, effects: list[Effect], summaries: Mapping[str, Effect]) -> Effect:
    """The effect of running the flow to its end (where a caller goes on)."""
    total = UNREACHED
    for before, hops in zip(effects, unfolded.hops, strict=True):
        for hop in hops:
            if hop.target == END and before.reached:
                step = summaries.get(hop.effect, ANYTHING) if isinstance(hop.effect, str) else hop.effect
                total = total.join(before.then(step))
    return total


def ways_in(flow: Flow, called: bool, unknown: bool = False) -> list[tuple[Entry | None, str, Interval | None]]:
    """Each entry with its start node and clock; the clock is None where it is the callers'.

    ``called`` says that there are callers; ``unknown`` that nobody knows who starts the flow, which is an entry of
    its own (None).
    """
    found: list[tuple[Entry | None, str, Interval | None]] = []
    seen_subflow = False
    for entry in flow.entries:
        node = flow.start_of(entry)
        if node is None:
            continue
        if entry.initiator is Initiator.SUBFLOW:
            seen_subflow = True
            if called:
                found.append((entry, node.id, None))
        else:
            found.append((entry, node.id, Interval(0, 0) if entry.initiator is Initiator.USER else NEVER))
    if called and flow.nodes and not seen_subflow:
        found.append((Entry(kind=EntryKind.SUBFLOW), flow.nodes[0].id, None))
    if unknown and flow.nodes:
        found.append((None, flow.nodes[0].id, NEVER))
    return found


def uncalled(project: Project) -> list[tuple[Flow, str]]:
    """Flows with a subflow entry that no file here runs, with its start nodes: their callers are not known."""
    called = {node.flow for flow in project.flows for node in flow.nodes if isinstance(node, RunFlow)}
    return [
        (flow, node.id)
        for flow in project.flows
        for entry in flow.entries
        if flow.id not in called and entry.initiator is Initiator.SUBFLOW and (node := flow.start_of(entry)) is not None
    ]


def call_clocks(prover: Prover) -> tuple[dict[str, Interval], frozenset[str]]:
    """The clock at the entry of each flow that is run by another, and the flows that nobody is known to start.

    The clock is the hull over the sites that are reached. A flow with a subflow entry that no file here runs may
    have any clock.
    """
    project = prover.project
    vertices: list[tuple[Flow, str]] = []
    hops: list[list[tuple[int, float, float]]] = []
    sources: dict[int, Interval] = {}
    entry_of: dict[str, int] = {}
    pending: list[int] = []

    def vertex(flow: Flow, start: str, clock: Interval | None) -> int:
        vertices.append((flow, start))
        hops.append([])
        if clock is not None:
            sources[len(vertices) - 1] = clock
        pending.append(len(vertices) - 1)
        return len(vertices) - 1

    def entry(flow: Flow, clock: Interval | None) -> int:
        """The vertex of the clock at a flow's entry for callers, and one for each place where callers come in."""
        if flow.id not in entry_of:
            starts = [start for _, start, own in ways_in(flow, True) if own is None]
            entry_of[flow.id] = vertex(flow, starts[0] if starts else "", clock)
            for start in starts[1:]:
                hops[entry_of[flow.id]].append((vertex(flow, start, None), 0, 0))
        number = entry_of[flow.id]
        if clock is not None:
            sources[number] = hull(sources.get(number), clock) or clock
        return number

    def follow() -> None:
        while pending:
            here = pending.pop()
            flow, start = vertices[here]
            unfolded = prover.unfolded(flow, start) if start else None
            if unfolded is None:
                continue
            effects: list[Effect] | None = None
            for state, node in unfolded.runs:
                callee = project.by_id.get(node.flow)
                if callee is None:
                    continue
                effects = effects or prover.effects(flow, start)
                effect = effects[state]
                if not effect.reached:
                    continue
                target = entry(callee, NEVER if node.mode == "start" else effect.reset)
                if node.mode != "start" and effect.added is not None:
                    hops[here].append((target, effect.added.low, effect.added.high))

    for flow, _ in uncalled(project):
        entry(flow, Interval(0, math.inf))
    for flow in project.flows:
        for _, start, clock in ways_in(flow, False):
            vertex(flow, start, clock)
    follow()
    unknown: set[str] = set()
    for flow in project.flows:
        if flow.nodes and not flow.entries and flow.id not in entry_of:
            unknown.add(flow.id)
            vertex(flow, flow.nodes[0].id, NEVER)
            follow()
    clocks = spread(hops, components([[hop[0] for hop in out] for out in hops]), sources)
    known = {name: clock for name, number in entry_of.items() if (clock := clocks[number]) is not None}
    return known, frozenset(unknown)
