"""What the window analysis tells: an interval, a verdict and a witness for each way to each node."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field

from bascule.ir.project import Entry
from bascule.passes.interval import Interval
from bascule.passes.window.runs import Runs
from bascule.passes.witness import Step, Witnesses

__all__ = ["Arrival", "Verdict", "WindowReport", "judge"]


class Verdict(enum.Enum):
    """Where a send stands: window surely open, surely closed (or never opened), or it depends."""

    INSIDE = "inside"
    OUTSIDE = "outside"
    EITHER = "either"


def judge(interval: Interval, limit: float) -> Verdict:
    """The verdict on a clock: at ``limit`` seconds the window is closed."""
    if interval.high < limit:
        return Verdict.INSIDE
    return Verdict.OUTSIDE if interval.low >= limit else Verdict.EITHER


@dataclass(frozen=True, slots=True)
class Arrival:
    """How one entry reaches one node. ``entry`` is None for a flow that nothing enters.

    The witness is made when it is asked for: a long flow has as many late sends as nodes, and a path to each.
    """

    flow: str
    node: str
    entry: Entry | None
    interval: Interval
    verdict: Verdict
    witnesses: Witnesses | None = field(default=None, compare=False, repr=False)
    runs: Runs | None = field(default=None, compare=False, repr=False)

    @property
    def witness(self) -> tuple[Step, ...]:
        """The shortest timed path on which the send stands outside the window; empty for one inside.

        A call of another flow is one step of it.
        """
        return self.witnesses.to(self.node) if self.witnesses is not None else ()

    @property
    def run(self) -> tuple[Step, ...]:
        """The witness from an entry of the project on and with the steps inside the flows that it calls.

        Each step is one that a simulator can take. Empty for a send inside the window, and where recursion is so deep
        that no such run was found. A flow that no other runs, and that runs none, has its witness as its run.
        """
        return self.runs.to(self.flow, self.node) if self.runs is not None else self.witness

    def told(self, most: int) -> tuple[tuple[Step, ...], int]:
        """The last ``most`` steps of the run, or of the witness where no run was found, and how many stand before."""
        if self.runs is not None and (steps := self.runs.to(self.flow, self.node, most)):
            return steps, self.runs.length(self.flow, self.node) - len(steps)
        if self.witnesses is None:
            return (), 0
        steps = self.witnesses.to(self.node, most)
        return steps, self.witnesses.length(self.node) - len(steps)

    @property
    def crossing(self) -> Step | None:
        """The step of the witness that takes the clock past the window; None when it never was inside."""
        return self.witnesses.crossing(self.node) if self.witnesses is not None else None


@dataclass(frozen=True)
class WindowReport:
    """The result. ``arrivals`` maps (flow id, node id) to one arrival per entry that reaches the node."""

    limit: float
    arrivals: Mapping[tuple[str, str], tuple[Arrival, ...]]

    def verdict(self, flow: str, node: str) -> Verdict | None:
        """The verdict over all entries; None when no entry reaches the node."""
        verdicts = {arrival.verdict for arrival in self.arrivals.get((flow, node), ())}
        if not verdicts:
            return None
        return verdicts.pop() if len(verdicts) == 1 else Verdict.EITHER

    def reached(self, flow: str, node: str) -> bool:
        """Some entry reaches the node."""
        return (flow, node) in self.arrivals
