"""The customer service window, proved per flow: for each send, may free-form text go there?

For every node and every way into its flow the analysis computes the interval of seconds since the
user last wrote (DESIGN §5). The effect of reaching a node from a start node is computed once (it
does not depend on who starts), then applied to each entry's clock. Subflows are summarised by the
effect of running them to their end; the summaries are iterated over the call graph, so recursion is
covered. Loops widen at the window's length and then to infinity, and narrow afterwards.

Source of the rule: https://developers.facebook.com/documentation/business-messaging/whatsapp/messages/send-messages
"""

from __future__ import annotations

import enum
import math
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from bascule.ir.nodes import Ask, Delay, Edge, End, Failure, Handover, HttpRequest, Message, Node, RunFlow, Timeout
from bascule.ir.project import Entry, EntryKind, Flow, Initiator, Project
from bascule.passes.interval import IDENTITY, NEVER, Effect, Interval, hull
from bascule.passes.witness import Step, Witnesses

__all__ = ["Arrival", "Verdict", "WindowReport", "analyse_window", "edge_effect", "sends"]

HTTP_BOUND = 60.0
"""Seconds a request may take when the source gives no limit of its own."""

_UNREACHED = Effect(None, None)
_ROUNDS_BEFORE_WIDENING = 4


class Verdict(enum.Enum):
    """Where a send stands: window surely open, surely closed (or never opened), or it depends."""

    INSIDE = "inside"
    OUTSIDE = "outside"
    EITHER = "either"


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

    @property
    def witness(self) -> tuple[Step, ...]:
        """The shortest timed path on which the send stands outside the window; empty for one inside."""
        return self.witnesses.to(self.node) if self.witnesses is not None else ()

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


def sends(node: Node) -> bool:
    """Whether the node sends something to the person in the conversation."""
    return isinstance(node, (Message, Ask)) and not node.content.empty and getattr(node, "audience", None) is None


def edge_effect(node: Node, edge: Edge, before: Effect, summaries: Mapping[str, Effect]) -> Effect:
    """The effect after leaving ``node`` by ``edge`` when it was ``before`` at the node."""
    guard = edge.guard
    if isinstance(node, Ask):
        if isinstance(guard, Timeout):
            return before.plus(guard.after.low, guard.after.high)
        if isinstance(guard, Failure):
            longest = max((e.guard.after.high for e in node.edges if isinstance(e.guard, Timeout)), default=0.0)
            return before.plus(0, longest)
        return before.written()
    if isinstance(node, Delay):
        return before.plus(node.duration.low, node.duration.high)
    if isinstance(node, HttpRequest):
        return before.plus(0, node.timeout if node.timeout is not None else HTTP_BOUND)
    if isinstance(node, Handover):
        # While a human has the conversation the person may write, or nobody may for days.
        return before.plus(0, math.inf).join(before.written())
    if isinstance(node, RunFlow):
        if node.mode == "call":
            if isinstance(guard, Failure) or node.flow not in summaries:
                return before.plus(0, math.inf).join(before.written())
            return before.then(summaries[node.flow])
        if node.mode == "jump":
            return _UNREACHED
        return before
    if isinstance(guard, Timeout):
        return before.plus(guard.after.low, guard.after.high)
    return before


def _widen(old: Effect, new: Effect, limit: float) -> Effect:
    return Effect(_widen_interval(old.reset, new.reset, limit), _widen_interval(old.added, new.added, limit))


def _widen_interval(old: Interval | None, new: Interval | None, limit: float) -> Interval | None:
    if old is None or new is None or new.high <= old.high:
        return new
    return Interval(new.low, limit if new.high <= limit else math.inf)


def _successors(node: Node) -> Iterator[Edge]:
    if not isinstance(node, End):
        yield from node.edges


def _solve(flow: Flow, start: str, summaries: Mapping[str, Effect], limit: float) -> dict[str, Effect]:
    """The effect at each node reached from ``start`` (a post-fixpoint, narrowed)."""
    nodes = flow.by_id
    state: dict[str, Effect] = {start: IDENTITY}
    rounds: dict[str, int] = {}
    queue: deque[str] = deque([start])
    queued = {start}
    while queue:
        here = queue.popleft()
        queued.discard(here)
        node = nodes[here]
        for edge in _successors(node):
            if edge.target is None or edge.target not in nodes:
                continue
            after = edge_effect(node, edge, state[here], summaries)
            if not after.reached:
                continue
            old = state.get(edge.target, _UNREACHED)
            new = old.join(after)
            if new == old:
                continue
            rounds[edge.target] = rounds.get(edge.target, 0) + 1
            if rounds[edge.target] > _ROUNDS_BEFORE_WIDENING:
                new = _widen(old, new, limit)
            state[edge.target] = new
            if edge.target not in queued:
                queued.add(edge.target)
                queue.append(edge.target)
    for _ in range(2):
        state = _narrow(nodes, start, state, summaries)
    return state


def _narrow(
    nodes: Mapping[str, Node], start: str, state: dict[str, Effect], summaries: Mapping[str, Effect]
) -> dict[str, Effect]:
    """One descending step: recompute every node from its predecessors' states; still sound."""
    fresh: dict[str, Effect] = {start: IDENTITY}
    for here, before in state.items():
        node = nodes[here]
        for edge in _successors(node):
            if edge.target is None or edge.target not in nodes:
                continue
            after = edge_effect(node, edge, before, summaries)
            if after.reached:
                fresh[edge.target] = fresh.get(edge.target, _UNREACHED).join(after)
    return fresh


def _exit_effect(flow: Flow, state: Mapping[str, Effect], summaries: Mapping[str, Effect]) -> Effect:
    """The effect of running the flow to its end (where a caller goes on)."""
    total = _UNREACHED
    for here, before in state.items():
        node = flow.by_id[here]
        if isinstance(node, End) or not node.edges:
            last = before
            if isinstance(node, Delay):
                last = before.plus(node.duration.low, node.duration.high)
            elif isinstance(node, Ask):
                last = before.written()
            elif isinstance(node, RunFlow) and node.mode != "start":
                last = before.then(summaries[node.flow]) if node.flow in summaries else before.plus(0, math.inf)
            total = total.join(last)
            continue
        for edge in node.edges:
            if edge.target is None or edge.target not in flow.by_id:
                total = total.join(edge_effect(node, edge, before, summaries))
            elif isinstance(node, RunFlow) and node.mode == "jump":
                total = total.join(before.then(summaries.get(node.flow, _UNREACHED)))
    return total


def _first(flow: Flow) -> str | None:
    for entry in flow.entries:
        if entry.initiator is Initiator.SUBFLOW:
            node = flow.start_of(entry)
            return node.id if node else None
    return flow.nodes[0].id if flow.nodes else None


def _summaries(project: Project, limit: float) -> dict[str, Effect]:
    """The effect of calling each flow, iterated until stable over the call graph."""
    called = {node.flow for flow in project.flows for node in flow.nodes if isinstance(node, RunFlow)}
    flows = [flow for flow in project.flows if flow.id in called and flow.nodes]
    result: dict[str, Effect] = {flow.id: _UNREACHED for flow in flows}
    for round_number in range(12):
        changed = False
        for flow in flows:
            start = _first(flow)
            if start is None:
                continue
            effect = _exit_effect(flow, _solve(flow, start, result, limit), result)
            old = result[flow.id]
            effect = old.join(effect)
            if round_number > _ROUNDS_BEFORE_WIDENING:
                effect = _widen(old, effect, limit)
            if effect != old:
                result[flow.id] = effect
                changed = True
        if not changed:
            break
    else:
        # Not stable after widening twice per component: give up precision, never soundness.
        for flow_id in result:
            result[flow_id] = Effect(Interval(0, math.inf), Interval(0, math.inf))
    return result


def _judge(interval: Interval, limit: float) -> Verdict:
    if interval.high < limit:
        return Verdict.INSIDE
    return Verdict.OUTSIDE if interval.low >= limit else Verdict.EITHER


def _starting_clock(entry: Entry | None, calls: Interval | None) -> Interval | None:
    if entry is None:
        return NEVER
    if entry.initiator is Initiator.USER:
        return Interval(0, 0)
    if entry.initiator is Initiator.BUSINESS:
        return NEVER
    return calls


def analyse_window(project: Project, limit: float) -> WindowReport:
    """Prove each send. ``limit`` is the window in seconds (less its safety margin, if any).

    The clock at a call site is taken as the hull over the caller's entries, and a subflow's entry as
    the hull over its call sites.
    """
    summaries = _summaries(project, limit)
    solved: dict[tuple[str, str], dict[str, Effect]] = {}

    def effects(flow: Flow, start: str) -> dict[str, Effect]:
        key = (flow.id, start)
        if key not in solved:
            solved[key] = _solve(flow, start, summaries, limit)
        return solved[key]

    def step_out(node: Node, edge: Edge, clock: float) -> float | None:
        """The latest the clock can read after the edge (the worst case a witness shows), or None."""
        after = edge_effect(node, edge, IDENTITY, summaries)
        if not after.reached:
            return None
        late = after.apply(Interval(clock, clock))
        return late.high if late is not None else None

    calls = _call_clocks(project, effects, limit)
    arrivals: dict[tuple[str, str], list[Arrival]] = {}
    for flow in project.flows:
        for entry, start, clock in _ways_in(flow, calls):
            reached = effects(flow, start)
            witnesses = Witnesses(flow, start, clock.high, limit, step_out)
            for node_id, effect in reached.items():
                interval = effect.apply(clock)
                if interval is None:
                    continue
                verdict = _judge(interval, limit)
                told = witnesses if verdict is not Verdict.INSIDE and sends(flow.by_id[node_id]) else None
                arrivals.setdefault((flow.id, node_id), []).append(
                    Arrival(flow.id, node_id, entry, interval, verdict, told)
                )
    return WindowReport(limit, {key: tuple(value) for key, value in arrivals.items()})


def _ways_in(flow: Flow, calls: Mapping[str, Interval]) -> Iterator[tuple[Entry | None, str, Interval]]:
    """Each entry with its start node and clock; a flow without entries is called, or started by nobody knows whom."""
    seen_subflow = False
    for entry in flow.entries:
        node = flow.start_of(entry)
        if node is None:
            continue
        seen_subflow = seen_subflow or entry.initiator is Initiator.SUBFLOW
        clock = _starting_clock(entry, calls.get(flow.id))
        if clock is not None:
            yield entry, node.id, clock
    if flow.nodes and not seen_subflow and flow.id in calls:
        yield Entry(kind=EntryKind.SUBFLOW), flow.nodes[0].id, calls[flow.id]
    elif flow.nodes and not flow.entries:
        yield None, flow.nodes[0].id, NEVER


def _uncalled_subflows(project: Project) -> dict[str, Interval]:
    """Flows with a subflow entry that no file here calls: nothing is known of their caller's clock."""
    called = {node.flow for flow in project.flows for node in flow.nodes if isinstance(node, RunFlow)}
    return {
        flow.id: Interval(0, math.inf)
        for flow in project.flows
        if flow.id not in called and any(entry.initiator is Initiator.SUBFLOW for entry in flow.entries)
    }


def _call_clocks(
    project: Project, effects: Callable[[Flow, str], dict[str, Effect]], limit: float
) -> dict[str, Interval]:
    """The clock at the entry of each called flow: hull over all call sites, iterated over the call graph."""
    clocks = _uncalled_subflows(project)
    rounds: dict[str, int] = {}
    callers = [
        (flow, [node for node in flow.nodes if isinstance(node, RunFlow) and node.flow in project.by_id])
        for flow in project.flows
    ]
    changed = True
    while changed:
        changed = False
        for flow, runs in callers:
            for _, start, clock in list(_ways_in(flow, clocks)) if runs else ():
                reached = effects(flow, start)
                for node in runs:
                    if node.id not in reached:
                        continue
                    here = NEVER if node.mode == "start" else reached[node.id].apply(clock)
                    old = clocks.get(node.flow)
                    new = hull(old, here)
                    if new is None or new == old:
                        continue
                    rounds[node.flow] = rounds.get(node.flow, 0) + 1
                    if rounds[node.flow] > _ROUNDS_BEFORE_WIDENING:
                        new = _widen_interval(old, new, limit) or new
                    clocks[node.flow] = new
                    changed = True
    return clocks
