"""Random timed projects: loops, subflows, recursion, counters, every kind of entry."""

from __future__ import annotations

import random
from collections.abc import Callable

from bascule.ir.content import Content
from bascule.ir.expr import Call, Const, Expression, Ref
from bascule.ir.nodes import (
    Always,
    Ask,
    Assignment,
    Case,
    Delay,
    Duration,
    Edge,
    End,
    Failure,
    Handover,
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

__all__ = ["HOUR", "random_project"]

HOUR = 3600.0
_HOURS = (1, 2, 5, 6, 12, 13, 23, 24, 30)
_SAID = Content(text=LocalizedText.of(literal("Bonjour")))
_KINDS = (
    EntryKind.KEYWORD, EntryKind.KEYWORD, EntryKind.BUTTON, EntryKind.CALL, EntryKind.BROADCAST, EntryKind.SCHEDULE,
    EntryKind.CAMPAIGN, EntryKind.SUBFLOW,
)  # fmt: skip
_TESTS = ("ge", "gt", "lt", "le", "eq", "ne")

Target = Callable[[], str | None]


def _duration(rng: random.Random) -> Duration:
    if rng.random() < 0.9:
        return Duration(rng.choice(_HOURS) * HOUR)
    bound = rng.choice((None, 1.0, 6.0, 25.0))
    return Duration(expression=Ref(("delai",)), bound=bound * HOUR if bound is not None else None)


def _counted(rng: random.Random, name: str) -> Expression:
    sides: list[Expression] = [Ref((name,)), Const(rng.randint(0, 4))]
    if rng.random() < 0.1:
        sides.reverse()
    test = Call(rng.choice(_TESTS), tuple(sides))
    return Call("not", (test,)) if rng.random() < 0.1 else test


def _set(name: str, value: Expression) -> Assignment:
    return Assignment((name,), value)


def _moved(rng: random.Random, name: str) -> Assignment:
    step = rng.choice((1, 1, 1, 2, -1))
    return _set(name, Call("sub", (Ref((name,)), Const(-step))) if rng.random() < 0.2 else _up(name, step))


def _up(name: str, step: int) -> Expression:
    return Call("add", (Ref((name,)), Const(step)))


def _node(rng: random.Random, name: str, target: Target, flows: list[str], counters: list[str]) -> Node:
    kind = rng.randrange(20)
    counter = rng.choice(counters)
    if kind < 4:
        edges = [Edge(Otherwise(), target())] if rng.random() < 0.95 else []
        if rng.random() < 0.7:
            edges.append(Edge(Timeout(_duration(rng)), target()))
        if rng.random() < 0.15:
            edges.append(Edge(Failure(), target()))
        return Ask(id=name, content=_SAID, into=(counter,) if rng.random() < 0.1 else (), edges=tuple(edges))
    if kind < 7:
        return Delay(id=name, duration=_duration(rng), edges=(Edge(Always(), target()),))
    if kind < 9:
        edges = [Edge(When(Const(True)), target())]
        if rng.random() < 0.9:
            edges.append(Edge(Otherwise(), target()))
        return Case(id=name, edges=tuple(edges))
    if kind < 11:
        edges = [Edge(When(_counted(rng, counter)), target()) for _ in range(rng.randint(1, 2))]
        return Case(id=name, edges=(*edges, Edge(Otherwise(), target())))
    if kind < 13:
        change = _set(counter, Const(rng.randint(0, 2))) if rng.random() < 0.4 else _moved(rng, counter)
        return SetVariable(id=name, assignments=(change,), edges=(Edge(Always(), target()),))
    if kind == 13:
        bound = rng.choice((None, HOUR))
        return HttpRequest(id=name, timeout=bound, edges=(Edge(Always(), target()), Edge(Failure(), target())))
    if kind == 14:
        return Handover(id=name, edges=(Edge(Always(), target()),) if rng.random() < 0.6 else ())
    if kind == 15:
        return End(id=name)
    if kind < 18:
        return Message(id=name, content=_SAID, edges=(Edge(Always(), target()),))
    mode = rng.choice(("call", "call", "call", "jump", "start"))
    edges = [Edge(Always(), target())] if mode != "jump" else []
    if mode == "call" and rng.random() < 0.15:
        edges.append(Edge(Failure(), target()))
    return RunFlow(id=name, flow=rng.choice(flows), mode=mode, edges=tuple(edges))


def _loop(rng: random.Random, first: int, counter: str, target: Target) -> list[Node]:
    """A loop that a counter bounds: set it, wait, send, count, compare, and round again."""
    zero, body, send, count, test = (f"n{first + index}" for index in range(5))
    wait: Node = Delay(id=body, duration=_duration(rng), edges=(Edge(Always(), send),))
    if rng.random() < 0.5:
        wait = Ask(id=body, content=_SAID, edges=(Edge(Otherwise(), target()), Edge(Timeout(_duration(rng)), send)))
    most = rng.randint(1, 4)
    stop, on = Edge(When(Call("ge", (Ref((counter,)), Const(most)))), target()), Edge(Otherwise(), body)
    if rng.random() < 0.3:
        stop, on = Edge(Otherwise(), stop.target), Edge(When(Call("lt", (Ref((counter,)), Const(most)))), body)
    edges = (on, stop) if isinstance(stop.guard, Otherwise) else (stop, on)
    return [
        SetVariable(id=zero, assignments=(_set(counter, Const(0)),), edges=(Edge(Always(), body),)),
        wait,
        Message(id=send, content=_SAID, edges=(Edge(Always(), count),)),
        SetVariable(id=count, assignments=(_set(counter, _up(counter, 1)),), edges=(Edge(Always(), test),)),
        Case(id=test, edges=edges),
    ]


def _flow(rng: random.Random, name: str, flows: list[str]) -> Flow:
    looped = rng.random() < 0.3
    size = rng.randint(1, 8)
    names = [f"n{index}" for index in range(size + (5 if looped else 0))]
    counters = ["x", "y"] if rng.random() < 0.3 else ["x"]

    def target() -> str | None:
        return rng.choice([*names, names[0], None])

    nodes = [_node(rng, node, target, flows, counters) for node in names[:size]]
    if looped:
        nodes += _loop(rng, size, rng.choice(counters), target)
    kinds = [] if rng.random() < 0.08 else rng.sample(_KINDS, rng.choice((1, 1, 1, 2)))
    entries = [Entry(kind, rng.choice((None, rng.choice(names)))) for kind in dict.fromkeys(kinds)]
    return Flow(name, tuple(nodes), tuple(entries))


def random_project(seed: int) -> Project:
    """The project of a seed: one to three flows of one to thirteen nodes."""
    rng = random.Random(seed)
    names = ["f", "g", "h"][: rng.choice((1, 1, 2, 2, 3))]
    called = [*names, "absent"] if rng.random() < 0.1 else names
    return Project(flows=tuple(_flow(rng, name, called) for name in names))
