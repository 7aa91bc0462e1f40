"""The window proof against brute force, on random timed graphs.

``python benchmarks/window_soundness.py --graphs N --seed S`` makes N random projects (loops, subflows, recursion,
counters, mixed entries), proves them, and runs all their conversations on a virtual clock. It prints every send that
stands outside its proved interval, every witness that the simulator cannot take step by step, and how many of the
verdicts *either* brute force shows to be both. Exit status 1 when a proof or a witness is wrong.
"""

from __future__ import annotations

import argparse
import math
import sys
from collections import Counter
from itertools import chain
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests.passes.window_graphs import random_project
from tests.passes.window_simulation import (
    CAP,
    FORGETFUL,
    OWN,
    SHARED,
    UNKNOWN,
    Session,
    explore,
    first_sessions,
    replays,
)

from bascule.ir.nodes import RunFlow
from bascule.ir.project import Initiator, Project
from bascule.passes.window import Arrival, Verdict, WindowReport, analyse_window

WINDOW = 86_400.0
MOST = 6_000
"""Sessions explored per graph: a graph with more is cut short, which can hide what is both, never invent it."""

Key = tuple[str, str, object]


def arrivals_by_way(project: Project, report: WindowReport) -> dict[Key, list[Arrival]]:
    """The arrivals under (flow, node, way), as the simulator names ways."""
    found: dict[Key, list[Arrival]] = {}
    for (flow, node), arrivals in report.arrivals.items():
        numbers = {id(entry): number for number, entry in enumerate(project.by_id[flow].entries)}
        for arrival in arrivals:
            entry = arrival.entry
            way: object = None
            if entry is not None:
                way = "called" if entry.initiator is Initiator.SUBFLOW else numbers[id(entry)]
            found.setdefault((flow, node, way), []).append(arrival)
    return found


def holds(arrival: Arrival, clock: float) -> bool:
    """Whether the proved interval and the verdict allow a clock; at the cap it stands for any time from there."""
    interval = arrival.interval
    if clock == CAP:
        return interval.high >= CAP and arrival.verdict is not Verdict.INSIDE
    within = interval.low <= clock <= interval.high
    return within and arrival.verdict is not (Verdict.OUTSIDE if clock < WINDOW else Verdict.INSIDE)


def check(seed: int, counts: Counter[str], witnesses: bool = True) -> list[str]:
    """Prove and run one graph; what is wrong with the proof."""
    project = random_project(seed)
    report = analyse_window(project, WINDOW)
    found = arrivals_by_way(project, report)
    unknown = sorted({flow for flow, _, way in found if way is None})
    first = [first_sessions(project, unknown, scope) for scope in (OWN, SHARED, UNKNOWN)]
    calls = any(isinstance(node, RunFlow) for flow in project.flows for node in flow.nodes)
    seen: dict[Key, set[float]] = {}
    complete = True
    for sessions in first[: 2 if calls else 1]:
        explored = explore(project, sessions, MOST)
        complete = complete and explored.complete
        for key, clocks in explored.clocks.items():
            seen.setdefault(key, set()).update(clocks)
    wrong = [
        f"seed {seed}: {key} at {clock} is not in {[arrival.interval for arrival in found.get(key, [])]}"
        for key, clocks in seen.items()
        for clock in sorted(clocks)
        if not any(holds(arrival, clock) for arrival in found.get(key, []))
    ]
    counts["graphs"] += 1
    counts["graphs cut short"] += not complete
    for key, arrivals in found.items():
        for arrival in arrivals:
            counts[arrival.verdict.value] += 1
            if arrival.verdict is Verdict.EITHER:
                clocks = seen.get(key, set())
                both = min(clocks, default=math.inf) < WINDOW <= max(clocks, default=0.0)
                counts["either shown both"] += both
                counts["either not shown, graph cut short"] += not both and not complete
            if arrival.witnesses is not None and witnesses:
                wrong += check_witness(seed, project, arrival, list(chain(*first)), unknown, counts)
    return wrong


def check_witness(
    seed: int, project: Project, arrival: Arrival, first: list[Session], unknown: list[str], counts: Counter[str]
) -> list[str]:
    """Replay what a late arrival shows."""
    where = f"seed {seed}: {arrival.flow}/{arrival.node} {arrival.entry}"
    short, run = arrival.witness, arrival.run
    counts["witnesses"] += 1
    wrong: list[str] = []
    if not short or short[-1].node != arrival.node or short[-1].clock < WINDOW:
        wrong.append(f"{where}: no witness")
    calls = any(isinstance(node, RunFlow) for flow in project.flows for node in flow.nodes)
    if not calls and run != short:
        wrong.append(f"{where}: the run is not the witness")
    if not run:
        counts["witnesses too deep to replay"] += 1
    elif (run[-1].flow, run[-1].node) != (arrival.flow, arrival.node) or run[-1].clock < WINDOW:
        wrong.append(f"{where}: the run ends elsewhere")
    elif replays(project, first, run):
        counts["witnesses replayed"] += 1
    elif replays(project, first_sessions(project, unknown, FORGETFUL), run):
        counts["witnesses replayed but for a counter that went too far to follow"] += 1
    else:
        wrong.append(f"{where}: {[(step.flow, step.node, step.clock, step.repeat) for step in run]} does not replay")
    return wrong


def main() -> int:
    """Run the seeds from ``--seed`` on and print the counts."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--graphs", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    counts: Counter[str] = Counter()
    wrong: list[str] = []
    for seed in range(options.seed, options.seed + options.graphs):
        found = check(seed, counts)
        for line in found[:3]:
            print(line, flush=True)
        wrong += found
    for name in sorted(counts):
        print(f"{name}: {counts[name]}")
    print(f"wrong: {len(wrong)}")
    if counts["either"]:
        print(f"precision of either: {counts['either shown both'] / counts['either']:.4f}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
