"""The analysis itself: effects per node, clocks per way in, verdicts and where their witnesses come from."""

from __future__ import annotations

import math
from collections.abc import Iterator

from bascule.ir.project import Flow, Initiator, Project
from bascule.passes.interval import Interval, hull
from bascule.passes.window.calls import Prover, call_clocks, uncalled, ways_in
from bascule.passes.window.report import Arrival, Verdict, WindowReport, judge
from bascule.passes.window.runs import Purse, Root, Runs
from bascule.passes.window.solve import components
from bascule.passes.window.steps import sends
from bascule.passes.window.unfold import END
from bascule.passes.witness import Move, Search, Witnesses

__all__ = ["analyse_window"]


def analyse_window(project: Project, limit: float) -> WindowReport:
    """Prove each send. ``limit`` is the window in seconds (less its safety margin, if any).

    A flow that others run has one clock at its entry, the hull over the places that run it; what comes back to each
    of them is its own.
    """
    prover = Prover(project)
    clocks, unknown = call_clocks(prover)
    ways = [
        (flow, entry, start, clock if clock is not None else clocks[flow.id])
        for flow in project.flows
        for entry, start, clock in ways_in(flow, flow.id in clocks, flow.id in unknown)
    ]
    known = [
        Root(flow.id, start, clock.high, entered=False)
        for flow in project.flows
        for _, start, clock in ways_in(flow, False, flow.id in unknown)
        if clock is not None
    ]
    outer = [Root(flow.id, start, math.inf, entered=True) for flow, start in uncalled(project)]
    purse = Purse()
    runs_of_called = Runs(prover, (*known, *outer), limit, purse, entered=True)
    arrivals: dict[tuple[str, str], list[Arrival]] = {}
    for flow, entry, start, clock in ways:
        unfolded = prover.unfolded(flow, start)
        reached: dict[str, Interval] = {}
        for node, effect in zip(unfolded.nodes, prover.effects(flow, start), strict=True):
            interval = hull(reached.get(node.id), effect.apply(clock))
            if interval is not None:
                reached[node.id] = interval
        witnesses = _witnesses(prover, flow, start, clock.high, limit)
        runs: Runs | None = runs_of_called
        if entry is None or entry.initiator is not Initiator.SUBFLOW:
            root = Root(flow.id, start, clock.high, entered=False)
            runs = Runs(prover, (root,), limit, purse, entered=False) if any(unfolded.runs) else None
        for node_id, interval in reached.items():
            verdict = judge(interval, limit)
            told = verdict is not Verdict.INSIDE and sends(flow.by_id[node_id])
            arrival = Arrival(flow.id, node_id, entry, interval, verdict, *((witnesses, runs) if told else ()))
            arrivals.setdefault((flow.id, node_id), []).append(arrival)
    return WindowReport(limit, {key: tuple(value) for key, value in arrivals.items()})


def _witnesses(prover: Prover, flow: Flow, start: str, clock: float, limit: float) -> Witnesses:
    unfolded = prover.unfolded(flow, start)

    def moves(state: int) -> Iterator[Move[int]]:
        for hop in unfolded.hops[state]:
            if hop.target != END:
                yield Move(hop.edge, hop.target, prover.effect_of(hop.effect))

    def ranks() -> dict[int, int]:
        """The order in which a loop comes after all that leads to it and before all that it leads to."""
        parts = components([[move.target for move in moves(state)] for state in range(len(unfolded.nodes))])
        return {state: rank for rank, part in enumerate(parts) for state in part}

    def name(state: int) -> str:
        return unfolded.nodes[state].id

    def search() -> Search[int]:
        return Search([(0, clock)], limit, moves, name, size=len(unfolded.nodes), ranks=ranks)

    return Witnesses(flow.id, search, name)
