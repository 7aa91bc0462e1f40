"""The work of the window proof grows with the flow and not with its square: counted in lines run, not seconds."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.work import lines_run

from bascule.ir.content import Content
from bascule.ir.expr import Call, Const, Ref
from bascule.ir.nodes import (
    Always,
    Ask,
    Assignment,
    Case,
    Delay,
    Duration,
    Edge,
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
from bascule.passes.window import analyse_window

DAY = 86_400.0
SAID = Content(text=LocalizedText.of(literal("Bonjour")))


def _project(nodes: list[Node], *others: Flow) -> Project:
    return Project(flows=(Flow("f", tuple(nodes), (Entry(EntryKind.KEYWORD),)), *others))


def looped(size: int) -> Project:
    """Questions with timeouts, waits, and branches that lead back a few nodes: one large loop."""
    nodes: list[Node] = []
    for index in range(size):
        name, after = f"n{index}", f"n{index + 1}" if index + 1 < size else None
        on = Edge(Always(), after)
        if index % 5 == 0:
            edges = (Edge(Otherwise(), after), Edge(Timeout(Duration(300.0)), after))
            nodes.append(Ask(id=name, content=SAID, edges=edges))
        elif index % 5 == 1:
            nodes.append(Delay(id=name, duration=Duration(60.0), edges=(on,)))
        elif index % 5 == 2:
            back = Edge(Otherwise(), f"n{max(0, index - 7)}")
            nodes.append(Case(id=name, edges=(Edge(When(Const(True)), after), back)))
        else:
            nodes.append(Message(id=name, content=SAID, edges=(on,)))
    return _project(nodes)


def forked(size: int) -> Project:
    """Branches that meet again after waits of different length: each one more way to be late."""
    nodes: list[Node] = []
    for index in range(0, size, 4):
        after = f"n{index + 4}" if index + 4 < size else None
        fork = (Edge(When(Const(True)), f"n{index + 1}"), Edge(Otherwise(), f"n{index + 2}"))
        nodes.append(Case(id=f"n{index}", edges=fork))
        for number, seconds in ((1, 1800.0), (2, 3600.0)):
            wait = Duration(seconds)
            nodes.append(Delay(id=f"n{index + number}", duration=wait, edges=(Edge(Always(), f"n{index + 3}"),)))
        nodes.append(Message(id=f"n{index + 3}", content=SAID, edges=(Edge(Always(), after),)))
    return _project(nodes)


def counted(size: int) -> Project:
    """Loops that counters bound, one after the other."""
    nodes: list[Node] = []
    count = Assignment(("n",), Call("add", (Ref(("n",)), Const(1))))
    for index in range(0, size, 4):
        after = f"n{index + 4}" if index + 4 < size else None
        zero = Assignment(("n",), Const(0))
        nodes.append(SetVariable(id=f"n{index}", assignments=(zero,), edges=(Edge(Always(), f"n{index + 1}"),)))
        edges = (Edge(Otherwise(), after), Edge(Timeout(Duration(3600.0)), f"n{index + 2}"))
        nodes.append(Ask(id=f"n{index + 1}", content=SAID, edges=edges))
        nodes.append(SetVariable(id=f"n{index + 2}", assignments=(count,), edges=(Edge(Always(), f"n{index + 3}"),)))
        test = When(Call("ge", (Ref(("n",)), Const(3))))
        nodes.append(Case(id=f"n{index + 3}", edges=(Edge(test, after), Edge(Otherwise(), f"n{index + 1}"))))
    return _project(nodes)


def called(size: int) -> Project:
    """As many flows as nodes, each of which runs the next."""
    flows = tuple(
        Flow(f"g{index}", (RunFlow(id="r", flow=f"g{index + 1}", edges=(Edge(Always(), "w"),)),
             Delay(id="w", duration=Duration(60.0))), (Entry(EntryKind.SUBFLOW),))
        for index in range(size // 4)
    )  # fmt: skip
    return _project([RunFlow(id="r", flow="g0", edges=(Edge(Always(), "m"),)), Message(id="m", content=SAID)], *flows)


@pytest.mark.parametrize("build", [looped, forked, counted, called])
def test_the_proof_and_all_its_causes_take_linear_work(build: Callable[[int], Project]) -> None:
    def work(size: int) -> int:
        project = build(size)
        return lines_run(lambda: _everything(project))

    small, large = work(1_000), work(4_000)
    assert large < 5.2 * small


def _everything(project: Project) -> None:
    report = analyse_window(project, DAY)
    for arrivals in report.arrivals.values():
        for arrival in arrivals:
            if arrival.witnesses is not None:
                assert arrival.crossing is not None or arrival.interval.never
                assert arrival.witnesses.to(arrival.node, 5)[-1].clock >= DAY


def test_the_counted_loops_are_proved() -> None:
    report = analyse_window(counted(400), DAY)
    assert report.arrivals["f", "n1"][0].interval.high == 2 * 3600.0
