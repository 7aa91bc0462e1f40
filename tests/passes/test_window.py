"""The window proof: hand-made cases, and brute force over random graphs."""

from __future__ import annotations

import math
import random

import pytest

from bascule.ir.content import Content
from bascule.ir.expr import Const
from bascule.ir.nodes import (
    Always,
    Ask,
    Case,
    Delay,
    Duration,
    Edge,
    End,
    HttpRequest,
    Message,
    Node,
    Otherwise,
    RunFlow,
    SetVariable,
    Timeout,
    When,
)
from bascule.ir.project import Entry, EntryKind, Flow, Project
from bascule.ir.text import LocalizedText, literal
from bascule.passes.interval import NEVER, Interval
from bascule.passes.window import HTTP_BOUND, Verdict, WindowReport, analyse_window

HOUR = 3600.0
DAY = 24 * HOUR


def said(text: str) -> Content:
    return Content(text=LocalizedText.of(literal(text)))


def say(name: str, *targets: str | None) -> Message:
    return Message(id=name, content=said(name), edges=tuple(Edge(Always(), target) for target in targets))


def ask(name: str, reply: str | None, *, timeout: float | None = None, late: str | None = None) -> Ask:
    edges = [Edge(Otherwise(), reply)]
    if timeout is not None:
        edges.append(Edge(Timeout(Duration(timeout)), late))
    return Ask(id=name, content=said(name), edges=tuple(edges))


def wait(name: str, seconds: float, target: str | None) -> Delay:
    return Delay(id=name, duration=Duration(seconds), edges=(Edge(Always(), target),))


def flow(*nodes: Node, entry: EntryKind = EntryKind.KEYWORD, name: str = "f") -> Flow:
    return Flow(name, tuple(nodes), (Entry(entry),))


def analyse(*flows: Flow) -> WindowReport:
    return analyse_window(Project(flows=flows), DAY)


def interval(report: WindowReport, node: str, name: str = "f") -> Interval:
    (arrival,) = report.arrivals[(name, node)]
    return arrival.interval


def test_a_reply_to_the_user_is_inside() -> None:
    report = analyse(flow(say("a", "b"), say("b")))
    assert report.verdict("f", "b") is Verdict.INSIDE
    assert interval(report, "b") == Interval(0, 0)


def test_a_campaign_start_is_outside_and_stays_so_until_the_user_answers() -> None:
    report = analyse(flow(say("a", "q"), ask("q", "b"), say("b"), entry=EntryKind.BROADCAST))
    assert interval(report, "a") == NEVER
    assert [report.verdict("f", node) for node in "aqb"] == [Verdict.OUTSIDE, Verdict.OUTSIDE, Verdict.INSIDE]


def test_two_waits_of_13_hours_in_a_row_are_outside_with_their_clock() -> None:
    report = analyse(flow(ask("q", None, timeout=13 * HOUR, late="w"), wait("w", 13 * HOUR, "late"), say("late")))
    assert report.verdict("f", "late") is Verdict.OUTSIDE
    (arrival,) = report.arrivals[("f", "late")]
    assert [(step.node, step.clock / HOUR) for step in arrival.witness] == [("q", 0), ("w", 13), ("late", 26)]


def test_a_set_or_a_branch_between_wait_and_send_changes_nothing() -> None:
    branch = Case(id="c", edges=(Edge(When(Const(True)), "late"), Edge(Otherwise(), "other")))
    set_ = SetVariable(id="s", edges=(Edge(Always(), "c"),))
    report = analyse(
        flow(ask("q", None, timeout=DAY, late="s"), set_, branch, say("late"), say("other")),
    )
    assert [report.verdict("f", node) for node in ("late", "other")] == [Verdict.OUTSIDE] * 2


def test_an_exact_tie_with_the_window_counts_as_closed() -> None:
    report = analyse(flow(ask("q", None, timeout=DAY, late="late"), say("late")))
    assert report.verdict("f", "late") is Verdict.OUTSIDE


def test_a_timeout_loop_is_either_and_its_witness_counts_the_rounds() -> None:
    report = analyse(flow(ask("q", None, timeout=300, late="q")))
    assert report.verdict("f", "q") is Verdict.EITHER
    (arrival,) = report.arrivals[("f", "q")]
    assert arrival.interval == Interval(0, math.inf)
    assert arrival.witness[-1].clock >= DAY
    assert sum(step.repeat for step in arrival.witness) >= DAY / 300


def test_a_tap_resets_the_clock() -> None:
    nodes = (ask("q", None, timeout=20 * HOUR, late="again"), ask("again", "b"), wait("b", 20 * HOUR, "c"), say("c"))
    report = analyse(flow(*nodes))
    assert interval(report, "c") == Interval(20 * HOUR, 20 * HOUR)
    assert report.verdict("f", "c") is Verdict.INSIDE


def test_an_unbounded_duration_may_be_any_length_and_a_bound_limits_it() -> None:
    dynamic = Delay(id="w", duration=Duration(expression=Const("x")), edges=(Edge(Always(), "a"),))
    assert analyse(flow(dynamic, say("a"))).verdict("f", "a") is Verdict.EITHER
    bounded = Delay(id="w", duration=Duration(expression=Const("x"), bound=HOUR), edges=(Edge(Always(), "a"),))
    assert analyse(flow(bounded, say("a"))).verdict("f", "a") is Verdict.INSIDE


def test_a_request_takes_up_to_its_bound() -> None:
    call = HttpRequest(id="h", edges=(Edge(Always(), "a"),))
    assert interval(analyse(flow(call, say("a"))), "a") == Interval(0, HTTP_BOUND)


def test_a_subflow_between_adds_its_waits_and_a_reply_in_it_resets() -> None:
    call = RunFlow(id="r", flow="g", edges=(Edge(Always(), "after"),))
    main = flow(wait("w", 13 * HOUR, "r"), call, say("after"))
    silent = Flow("g", (wait("gw", 13 * HOUR, None),))
    report = analyse(main, silent)
    assert report.verdict("f", "after") is Verdict.OUTSIDE
    assert interval(report, "gw", "g") == Interval(13 * HOUR, 13 * HOUR)
    asking = Flow("g", (ask("gq", "gw"), wait("gw", 2 * HOUR, None)))
    assert interval(analyse(main, asking), "after") == Interval(2 * HOUR, 2 * HOUR)


def test_recursion_ends_and_is_sound() -> None:
    again = RunFlow(id="r", flow="f", edges=(Edge(Always(), "z"),))
    choose = Case(id="c", edges=(Edge(When(Const(True)), "r"), Edge(Otherwise(), None)))
    report = analyse(flow(wait("w", HOUR, "c"), choose, again, say("z")))
    assert any(arrival.interval.high == math.inf for arrival in report.arrivals[("f", "z")])


def test_a_session_started_for_others_is_business_initiated() -> None:
    start = RunFlow(id="r", flow="g", mode="start", edges=(Edge(Always(), "b"),))
    report = analyse(flow(start, say("b")), Flow("g", (say("x"),)))
    assert report.verdict("g", "x") is Verdict.OUTSIDE
    assert report.verdict("f", "b") is Verdict.INSIDE


def test_a_flow_that_nothing_enters_is_judged_as_business_initiated() -> None:
    assert analyse(Flow("f", (say("a"),))).verdict("f", "a") is Verdict.OUTSIDE


def test_one_node_reached_by_user_and_by_business_is_either() -> None:
    both = Flow("f", (say("a"),), (Entry(EntryKind.KEYWORD), Entry(EntryKind.API)))
    assert analyse(both).verdict("f", "a") is Verdict.EITHER


DURATIONS = (60.0, HOUR, 6 * HOUR, 13 * HOUR, DAY, 2 * DAY)


def random_flow(rng: random.Random, name: str, others: list[str]) -> Flow:
    """A flow of up to eight nodes with loops, waits, questions and calls."""
    names = [f"n{index}" for index in range(rng.randint(1, 8))]

    def target() -> str | None:
        return rng.choice([*names, None])

    nodes: list[Node] = []
    for node in names:
        kind = rng.randrange(6 if others else 5)
        if kind == 0:
            nodes.append(ask(node, target(), timeout=rng.choice([None, *DURATIONS]), late=target()))
        elif kind == 1:
            nodes.append(wait(node, rng.choice(DURATIONS), target()))
        elif kind == 2:
            nodes.append(Case(id=node, edges=(Edge(When(Const(True)), target()), Edge(Otherwise(), target()))))
        elif kind == 3:
            nodes.append(End(id=node))
        elif kind == 4:
            nodes.append(say(node, target()))
        else:
            nodes.append(RunFlow(id=node, flow=rng.choice(others), edges=(Edge(Always(), target()),)))
    entry = rng.choice([EntryKind.KEYWORD, EntryKind.BROADCAST, EntryKind.SUBFLOW])
    return Flow(name, tuple(nodes), (Entry(entry),))


def walk(rng: random.Random, project: Project, start: Flow, clock: float, seen: list[tuple[str, str, float]]) -> None:
    """One random run, independent of the analysis: a stack machine on a virtual clock."""
    stack: list[tuple[Flow, str | None]] = []
    current: Flow = start
    node_id: str | None = start.nodes[0].id
    for _ in range(60):
        while node_id is None:
            if not stack:
                return
            current, node_id = stack.pop()
        node = current.by_id[node_id]
        seen.append((current.id, node.id, clock))
        if isinstance(node, End):
            node_id = None
        elif isinstance(node, Ask):
            edge = rng.choice(node.edges)
            clock = clock + edge.guard.after.low if isinstance(edge.guard, Timeout) else 0.0
            node_id = edge.target
        elif isinstance(node, Delay):
            clock += node.duration.low
            node_id = node.edges[0].target
        elif isinstance(node, RunFlow):
            stack.append((current, node.edges[0].target))
            current = project.by_id[node.flow]
            node_id = current.nodes[0].id
        else:
            node_id = rng.choice(node.edges).target if node.edges else None


@pytest.mark.parametrize("block", range(10))
def test_no_random_run_leaves_the_proved_interval(block: int) -> None:
    for seed in range(block * 150, (block + 1) * 150):
        rng = random.Random(seed)
        names = ["f", "g", "h"][: rng.randint(1, 3)]
        project = Project(flows=tuple(random_flow(rng, name, names) for name in names))
        report = analyse_window(project, DAY)
        for start in project.flows:
            initiator = start.entries[0].kind
            if initiator is EntryKind.SUBFLOW:
                continue
            first = 0.0 if initiator is EntryKind.KEYWORD else math.inf
            seen: list[tuple[str, str, float]] = []
            for _ in range(12):
                walk(rng, project, start, first, seen)
            for flow_id, node_id, clock in seen:
                arrivals = report.arrivals.get((flow_id, node_id), ())
                assert any(a.interval.low <= clock <= a.interval.high for a in arrivals), (seed, node_id, clock)


def test_every_witness_of_random_flows_ends_past_the_window() -> None:
    count = 0
    for seed in range(600):
        rng = random.Random(seed)
        project = Project(flows=(random_flow(rng, "f", []),))
        report = analyse_window(project, DAY)
        for arrivals in report.arrivals.values():
            for arrival in arrivals:
                if arrival.witness:
                    count += 1
                    assert arrival.witness[-1].node == arrival.node
                    assert arrival.witness[-1].clock >= DAY
                    assert all(step.edge is not None for step in arrival.witness[:-1])
    assert count > 100
