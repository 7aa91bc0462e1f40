"""The engine on random timed projects: it always stops, is deterministic, and agrees with the window proof."""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bascule.ir.content import MediaKind
from bascule.ir.expr import Call, Const
from bascule.ir.nodes import Ask, Case, Delay, Failure, Message, Node, RunFlow, Timeout, When
from bascule.ir.project import Entry, Flow, Initiator, Project
from bascule.passes.window import Arrival, Verdict, WindowReport, analyse_window
from bascule.passes.witness import Step
from bascule.simulator.channels.base import Moment, Shown
from bascule.simulator.channels.source import SourceChannel
from bascule.simulator.engine import Simulator
from bascule.simulator.events import Doubt, Ended, Question, Ran, Status, Waiting
from bascule.simulator.inputs import (
    Decide,
    Expire,
    Fail,
    Input,
    Locate,
    Pass,
    Say,
    SendContact,
    SendMedia,
    Tap,
)
from bascule.simulator.steps import Stepper
from bascule.simulator.stubs import Stub
from tests.passes.window_graphs import HOUR, random_project

WINDOW = 86_400.0


def asking_project(seed: int) -> Project:
    """A random project whose branches ask for a decision, but for those on counters: both sides can be taken."""

    def asking(node: Node) -> Node:
        if not isinstance(node, Case):
            return node
        nobody_knows = When(Call("meteo"))
        edges = [replace(edge, guard=nobody_knows) if edge.guard == When(Const(True)) else edge for edge in node.edges]
        return replace(node, edges=tuple(edges))

    project = random_project(seed)
    flows = [replace(flow, nodes=tuple(asking(node) for node in flow.nodes)) for flow in project.flows]
    return replace(project, flows=tuple(flows))


inputs = st.one_of(
    st.sampled_from(["oui", "2", "", "stop", "नमस्ते", "نعم", "👍"]).map(Say),
    st.sampled_from(["1", "Oui"]).map(Tap),
    st.sampled_from([0.0, 60.0, HOUR, 6 * HOUR, 24 * HOUR, 1e6, 1e12]).map(Pass),
    st.just(Fail()),
    st.just(Expire()),
    st.integers(0, 3).map(Decide),
    st.just(Locate(14.7, -17.4, "Dakar")),
    st.sampled_from(list(MediaKind)).map(SendMedia),
    st.just(SendContact("Awa", "+221771234567")),
)
stubs = st.sampled_from([(), (Stub(),), (Stub(status=500),), (Stub(body={"x": 3}, sets=(("x", 1),), once=True),)])
variables = st.fixed_dictionaries(
    {}, optional={"x": st.integers(0, 4), "y": st.sampled_from(["deux", 2]), "delai": st.sampled_from([0, 1800, "?"])}
)


def answered(simulator: Simulator, step: Input) -> Input:
    """The input, a decision among those that are asked for."""
    question = simulator.session.question
    return Decide(question.edges[step.edge % len(question.edges)]) if isinstance(step, Decide) and question else step


def assert_stands_well(simulator: Simulator) -> None:
    session = simulator.session
    if session.waiting is not None:
        assert session.status is Status.WAITING
        assert session.question is None
        assert session.flow is not None
        assert isinstance(session.flow.by_id[session.node or ""], Ask)
    elif session.question is not None:
        assert session.status is Status.ASKING
        assert session.question.edges
    else:
        assert session.node is None
        assert session.status in (Status.COMPLETED, Status.FAILED)
        assert session.events == [] or any(isinstance(event, Ended) for event in session.events)


@settings(max_examples=300, deadline=None)
@given(
    st.integers(0, 10**6), st.integers(0, 20), st.booleans(), st.lists(inputs, max_size=12), stubs, variables,
    st.integers(0, 12),
)  # fmt: skip
def test_a_conversation_stops_after_every_input_and_can_be_run_again(
    seed: int, way: int, writes: bool, steps: list[Input], answers: tuple[Stub, ...], known: dict[str, object], at: int
) -> None:
    project = asking_project(seed) if at % 2 else random_project(seed)
    flow = project.flows[way % len(project.flows)]
    entry = way % len(flow.entries) if flow.entries else None

    def begun() -> Simulator:
        simulator = Simulator(project, SourceChannel(), variables=known, stubs=answers, seed=seed)
        simulator.start(flow.id, entry, Say("bonjour") if writes else None)
        return simulator

    simulator = begun()
    assert_stands_well(simulator)
    clocks: list[datetime] = [simulator.session.now]
    copied = simulator.session.copy()
    taken: list[Input] = []
    for number, step in enumerate(steps):
        if number == at:
            copied = simulator.session.copy()
        taken.append(answered(simulator, step))
        before = len(simulator.session.events)
        events = simulator.feed(taken[-1])
        assert events == simulator.session.events[before:]
        assert_stands_well(simulator)
        clocks.append(simulator.session.now)
    assert clocks == sorted(clocks)

    again = begun()
    for step in taken:
        again.feed(step)
    assert again.session.events == simulator.session.events
    assert again.session.now == simulator.session.now
    assert again.session.memory.dump() == simulator.session.memory.dump()

    other = begun()
    other.session = copied
    rest = taken[at:] if at < len(steps) else taken
    for step in rest:
        other.feed(step)
    assert other.session.events == simulator.session.events
    assert other.session.now == simulator.session.now
    assert other.session.memory.dump() == simulator.session.memory.dump()


# Against the proof


class Watching(SourceChannel):
    """Writes down the clock of each send."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, str, float]] = []

    def show(self, flow: Flow, node: Message | Ask, moment: Moment) -> Shown:
        clock = math.inf if moment.since_written is None else moment.since_written
        self.sent.append((flow.id, node.id, clock))
        return super().show(flow, node, moment)


class Checked(Watching):
    """Compares the clock of each send with the proof."""

    def __init__(self, report: WindowReport, entry: Entry | None) -> None:
        super().__init__()
        self.report = report
        self.entry = entry
        self.simulator: Simulator | None = None
        self.wrong: list[str] = []
        self._read = 0
        self._called = False
        self._callers: list[bool] = []

    def called(self) -> bool:
        """Whether the present run of a flow was begun by another flow."""
        assert self.simulator is not None
        events = self.simulator.session.events
        for event in events[self._read :]:
            if isinstance(event, Ran) and event.mode == "call":
                self._callers.append(self._called)
            if isinstance(event, Ran) and event.mode != "start":
                self._called = self._callers.pop() if event.mode == "return" else True
        self._read = len(events)
        return self._called

    def show(self, flow: Flow, node: Message | Ask, moment: Moment) -> Shown:
        shown = super().show(flow, node, moment)
        called = self.called()
        clock = self.sent[-1][2]
        arrivals = [
            arrival
            for arrival in self.report.arrivals.get((flow.id, node.id), ())
            if (arrival.entry is not None and arrival.entry.initiator is Initiator.SUBFLOW if called else
                arrival.entry is self.entry)
        ]  # fmt: skip
        if not any(_allows(arrival, clock) for arrival in arrivals):
            self.wrong.append(f"{flow.id}/{node.id} at {clock}: {[arrival.interval for arrival in arrivals]}")
        return shown


def _allows(arrival: Arrival, clock: float) -> bool:
    late = clock >= WINDOW
    within = arrival.interval.low <= clock <= arrival.interval.high
    return within and arrival.verdict is not (Verdict.INSIDE if late else Verdict.OUTSIDE)


def ways_in(project: Project, report: WindowReport) -> Iterator[tuple[Flow, int | None, Entry | None]]:
    """How conversations begin: by an entry from outside, or in a flow that nothing enters."""
    for flow in project.flows:
        for number, entry in enumerate(flow.entries):
            if entry.initiator is not Initiator.SUBFLOW:
                yield flow, number, entry
        first = flow.nodes[0].id
        if not flow.entries and any(one.entry is None for one in report.arrivals.get((flow.id, first), ())):
            yield flow, None, None


def proved(seed: int, choices: Sequence[int], counts: Counter[str]) -> list[str]:
    """Hold conversations by all ways in, with answers by ``choices``; the sends that the proof denies."""
    project = asking_project(seed)
    report = analyse_window(project, WINDOW)
    wrong: list[str] = []
    counts["graphs"] += 1
    for flow, number, entry in ways_in(project, report):
        channel = Checked(report, entry)
        known = {"delai": 1800} if choices[0] % 2 else {}
        simulator = Simulator(project, channel, variables=known)
        channel.simulator = simulator
        simulator.start(flow.id, number)
        for choice in choices:
            step = _next(simulator, choice)
            if step is None or _gave_up(simulator):
                break
            simulator.feed(step)
        counts["conversations"] += 1
        counts["sends checked"] += len(channel.sent)
        wrong += [] if _gave_up(simulator) else channel.wrong
    return [f"seed {seed}: {line}" for line in wrong]


def _gave_up(simulator: Simulator) -> bool:
    """A flow in 50 others is not run any more, which no platform does at the same depth and no proof foresees."""
    return any(isinstance(event, Doubt) and event.reason.endswith("calls itself") for event in simulator.session.events)


def _next(simulator: Simulator, choice: int) -> Input | None:
    """What may happen next as the proof understands it: a decision takes no time, a refused message is told soon.

    Time passes up to a timeout, not over it: time that is left while a decision is asked for would count as a wait.
    """
    session = simulator.session
    if isinstance(session.question, Question):
        return Decide(session.question.edges[choice % len(session.question.edges)])
    if session.waiting is None:
        return None
    due = math.inf
    if session.waiting.timeout is not None:
        due = session.waiting.timeout - (session.now - session.since).total_seconds()
    long, longer = (Pass(min(HOUR * hours, due)) for hours in (1 + choice, 30))
    steps: tuple[Input, ...] = (Say("oui"), long, longer, Locate(1.0, 2.0))
    return Fail() if choice % 7 == 0 and session.now == session.since else steps[choice % 4]


BLOCKS = 6
GRAPHS = 240


@pytest.mark.parametrize("block", range(BLOCKS))
def test_every_send_stands_in_its_proved_interval(block: int) -> None:
    counts: Counter[str] = Counter()
    size = GRAPHS // BLOCKS
    wrong: list[str] = []
    for seed in range(block * size, (block + 1) * size):
        for round_ in range(3):
            choices = [(seed * 31 + round_ * 17 + at * (5 + round_)) % 29 for at in range(14)]
            wrong += proved(seed, choices, counts)
    assert wrong == []
    assert counts["sends checked"] > 10 * size


def test_the_comparison_with_the_proof_can_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    """An engine whose waits are an hour too long is found out."""
    true = Stepper.seconds

    def longer(self: Stepper, duration: object) -> float | None:
        seconds = true(self, duration)  # type: ignore[arg-type]
        return None if seconds is None else seconds + HOUR

    monkeypatch.setattr(Stepper, "seconds", longer)
    assert any(proved(seed, [1] * 12, Counter()) for seed in range(40))


# Witnesses


class Walker(Stepper):
    """Writes down the nodes that are visited, with the clock there."""

    visited: list[tuple[str, str, float]]

    def _visit(self, node: Node, first: object) -> None:
        session = self._sim.session
        clock = math.inf if session.since_written is None else session.since_written
        assert session.flow is not None
        self.visited.append((session.flow.id, node.id, clock))
        super()._visit(node, first)  # type: ignore[arg-type]


def unrolled(run: Sequence[Step], most: int = 1_500) -> list[Step] | None:
    """The steps with the rounds of loops written out; the clocks of the rounds before the last are not known (NaN)."""
    steps: list[Step] = []
    for step in run:
        steps.append(step)
        if step.repeat > 1:
            if len(steps) + step.loop * step.repeat > most or any(one.repeat > 1 for one in steps[-step.loop : -1]):
                return None
            steps += steps[-step.loop :] * (step.repeat - 1)
    return steps


def told_in_words(project: Project, steps: Sequence[Step]) -> str:
    """Why nobody can take the steps as they are: what takes them lies outside the engine. Empty: it can be tried."""
    for step in steps[:-1]:
        node = project.by_id[step.flow].by_id[step.node]
        if node.kind in ("http", "handover"):
            return "time of a request or a person"
        if isinstance(node, Delay) and node.duration.seconds is None:
            return "wait of no fixed length"
        if isinstance(node, RunFlow):
            if node.mode == "start" and step.edge is None:
                return "session of another person"
            if node.flow not in project.by_id or (step.edge and isinstance(step.edge.guard, Failure)):
                return "call that fails"
        if step.edge is not None and isinstance(step.edge.guard, Failure) and any(one.repeat > 1 for one in steps):
            return "message that fails in a loop"
        guard = step.edge.guard if step.edge is not None else None
        if isinstance(guard, Timeout) and guard.after.seconds is None:
            return "wait of no fixed length"
    return ""


def replayed(project: Project, run: Sequence[Step], steps: Sequence[Step], known: dict[str, object]) -> str:
    """Take the steps of a witness in the engine: empty when it took them all with their clocks."""
    first = steps[0]
    flow = project.by_id[first.flow]
    entry = None
    if flow.entries:
        kinds = (Initiator.USER,) if first.clock == 0 else (Initiator.BUSINESS, Initiator.SUBFLOW)
        begun = [(kind, number) for kind in kinds for number, one in enumerate(flow.entries)
                 if one.initiator is kind and (start := flow.start_of(one)) is not None and start.id == first.node]  # fmt: skip
        if not begun:
            return "no entry"
        entry = begun[0][1]
    simulator = Simulator(project, SourceChannel(), variables=known)
    walker = Walker(simulator)
    walker.visited = []
    simulator._stepper = walker
    simulator.start(flow.id, entry)
    while True:
        here = len(walker.visited)
        wanted = [(step.flow, step.node) for step in steps[:here]]
        if [visit[:2] for visit in walker.visited[: len(steps)]] != wanted[: len(steps)]:
            return "another way"
        if here >= len(steps):
            break
        step = steps[here - 1]
        question = simulator.session.question
        if question is not None:
            edges = project.by_id[step.flow].by_id[step.node].edges
            way = next((number for number, edge in enumerate(edges) if edge is step.edge), -1)
            if way not in question.edges:
                return "no way applies"
            simulator.feed(Decide(way))
            continue
        waiting = simulator.session.waiting
        if waiting is None:
            return "stopped"
        timed = step.edge is not None and isinstance(step.edge.guard, Timeout)
        assert not timed or isinstance(waiting, Waiting)
        if step.edge is not None and isinstance(step.edge.guard, Failure):
            after = steps[here].clock - step.clock if math.isfinite(step.clock) else 0.0
            if waiting.timeout is not None and after >= waiting.timeout:
                return "failure told when time is up"
            simulator.feed(Pass(after))
            simulator.feed(Fail())
        else:
            simulator.feed(Pass(waiting.timeout or 0.0) if timed else Say("oui"))
    rounds = len(steps) - len(run)
    exact = [
        (visit[2], step.clock)
        for visit, step in zip(walker.visited, steps, strict=False)
        if not rounds and not math.isclose(visit[2], step.clock)
    ]
    return f"clocks {exact}" if exact or walker.visited[len(steps) - 1][2] < WINDOW else ""


def witnesses(seed: int, counts: Counter[str]) -> list[str]:
    """Replay the witnesses of one graph; those that the engine does not take though nothing stands in its way."""
    project = asking_project(seed)
    wrong: list[str] = []
    for arrivals in analyse_window(project, WINDOW).arrivals.values():
        for arrival in arrivals:
            run = arrival.run
            if arrival.witnesses is None or not run:
                continue
            counts["witnesses"] += 1
            steps = unrolled(run)
            why = "loop in a loop" if steps is None else told_in_words(project, steps)
            if steps is None or why:
                counts[why] += 1
                continue
            values: tuple[object, ...] = (None, 0, 1, 2, 3, 4)
            branches = any(project.by_id[step.flow].by_id[step.node].kind == "case" for step in steps[:-1])
            tries = list(itertools.product(values, values)) if branches else [(None, None)]
            for x, y in tries:
                known = {name: value for name, value in (("x", x), ("y", y)) if value is not None}
                why = replayed(project, run, steps, known)
                if not why or why.startswith("clocks"):
                    break
            counts[f"branches: {why}" if branches and why else why or "replayed"] += 1
            if why.startswith("clocks") or (why and not branches and not why.startswith("failure told")):
                wrong.append(f"seed {seed}: {arrival.flow}/{arrival.node}: {why}")
    return wrong


@pytest.mark.parametrize("block", range(BLOCKS))
def test_witnesses_of_late_sends_are_replayed(block: int) -> None:
    counts: Counter[str] = Counter()
    size = GRAPHS // BLOCKS
    assert [line for seed in range(block * size, (block + 1) * size) for line in witnesses(seed, counts)] == []
    assert counts["replayed"] > size / 3
