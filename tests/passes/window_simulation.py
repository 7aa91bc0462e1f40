"""Brute force: all runs of a small project on a virtual clock, written without the analysis it checks."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from bascule.ir.expr import Call, Const, Expression, Ref
from bascule.ir.nodes import (
    Always,
    Ask,
    Case,
    Delay,
    Duration,
    Edge,
    End,
    Failure,
    Handover,
    HttpRequest,
    Node,
    RunFlow,
    SetVariable,
    Timeout,
    When,
)
from bascule.ir.project import Flow, Initiator, Project
from bascule.passes.window import FAILURE_BOUND, HTTP_BOUND
from bascule.passes.witness import Step

__all__ = [
    "CAP",
    "FORGETFUL",
    "OWN",
    "SHARED",
    "UNKNOWN",
    "Outcome",
    "Session",
    "explore",
    "first_sessions",
    "outcomes",
    "replays",
]

CAP = 60 * 3600.0
"""Clocks stop here in an exploration: it stands for any time from here on."""

OWN, SHARED, UNKNOWN, FORGETFUL = 0.0, 1.0, 2.0, 3.0
"""Whose variables a flow that is called has. Platforms differ, and the proof holds on each of them. In a forgetful
session nobody knows, and a variable that goes far loses its value: a condition on it may hold or not."""

_DEEPEST = 5
_FARTHEST = 12

Frame = tuple[str, str | None, tuple[tuple[str, float], ...], object]
"""A caller: flow, node where it goes on (None: its end), its variables, what it was entered by."""


@dataclass(frozen=True, slots=True)
class Session:
    """Where a conversation stands. ``way`` is the entry's number in its flow, ``None`` for a flow that nobody is known
    to start, and ``"called"`` in a flow that another ran."""

    flow: str
    node: str | None
    clock: float
    frames: tuple[Frame, ...] = ()
    variables: tuple[tuple[str, float], ...] = ()
    way: object = 0


@dataclass(frozen=True, slots=True)
class Outcome:
    """One thing that can happen next: by ``edge``, after ``low`` to ``high`` seconds.

    They are added to the clock, or are its new reading where the person writes meanwhile (``written``; an infinite
    one is a session started for somebody who did not write).
    """

    edge: Edge | None
    low: float
    high: float
    written: bool
    after: Session


def _length(duration: Duration) -> tuple[float, float]:
    if duration.seconds is not None:
        return duration.seconds, duration.seconds
    return 0.0, duration.bound if duration.bound is not None else math.inf


def first_sessions(project: Project, unknown: Sequence[str], scope: float) -> list[Session]:
    """All ways to begin. ``unknown`` are the flows without an entry that nothing else reaches; ``scope`` says
    whether flows that are called have their own variables or those of their caller, or nobody knows."""
    variables = (("scope", scope),) if scope else ()
    return [replace(session, variables=variables) for session in _first_sessions(project, unknown)]


def _first_sessions(project: Project, unknown: Sequence[str]) -> Iterator[Session]:
    run = {node.flow for flow in project.flows for node in flow.nodes if isinstance(node, RunFlow)}
    for flow in project.flows:
        for number, entry in enumerate(flow.entries):
            node = flow.start_of(entry)
            if node is None:
                continue
            if entry.initiator is not Initiator.SUBFLOW:
                yield Session(flow.id, node.id, 0.0 if entry.initiator is Initiator.USER else math.inf, way=number)
            elif flow.id not in run:
                for clock in (0.0, 23 * 3600.0, CAP):
                    yield Session(flow.id, node.id, clock, way="called")
        if flow.id in unknown:
            yield Session(flow.id, flow.nodes[0].id, math.inf, way=None)


def _value(expression: Expression, variables: dict[str, float]) -> float | None:
    if isinstance(expression, Const):
        return float(expression.value) if isinstance(expression.value, (int, float)) else None
    if isinstance(expression, Ref):
        return variables.get(expression.name)
    if isinstance(expression, Call) and expression.name in ("add", "sub"):
        left, right = (_value(item, variables) for item in expression.args)
        if left is None or right is None:
            return None
        return left + right if expression.name == "add" else left - right
    return None


def _holds(condition: Expression, variables: dict[str, float]) -> bool | None:
    """Whether a condition holds; None when it may and may not."""
    if not isinstance(condition, Call):
        return None
    if condition.name == "not":
        inner = _holds(condition.args[0], variables)
        return None if inner is None else not inner
    left, right = (_value(item, variables) for item in condition.args)
    if left is None or right is None:
        return None
    return {
        "lt": left < right, "le": left <= right, "gt": left > right, "ge": left >= right,
        "eq": left == right, "ne": left != right,
    }[condition.name]  # fmt: skip


def _on(session: Session, target: str | None) -> Session:
    """Go on at a node, or end the flow and go on in its callers."""
    while target is None and session.frames:
        flow, target, variables, way = session.frames[-1]
        scope = dict(session.variables).get("scope")
        if scope:
            variables = session.variables if scope == SHARED else (("scope", scope),)
        session = replace(session, flow=flow, frames=session.frames[:-1], variables=variables, way=way)
    return replace(session, node=target)


def _entry_for_callers(flow: Flow) -> str | None:
    for entry in flow.entries:
        if entry.initiator is Initiator.SUBFLOW:
            node = flow.start_of(entry)
            return node.id if node is not None else None
    return flow.nodes[0].id if flow.nodes else None


def _without(session: Session, *names: str) -> Session:
    kept = tuple(item for item in session.variables if item[0] == "scope" or (names and item[0] not in names))
    return replace(session, variables=kept)


def outcomes(project: Project, session: Session) -> Iterator[Outcome]:
    """Everything that can happen next in a session."""
    flow = project.by_id[session.flow]
    node = flow.by_id[session.node or ""]
    for edge, low, high, written, target, after in _steps(project, flow, node, session):
        inside = target if target in flow.by_id else None
        yield Outcome(edge, low, high, written, _on(after, inside) if after.flow == flow.id else after)


_Next = tuple[Edge | None, float, float, bool, str | None, Session]


def _steps(project: Project, flow: Flow, node: Node, session: Session) -> Iterator[_Next]:
    edges: list[Edge | None] = list(node.edges)
    waits_only = all(isinstance(edge.guard, (Timeout, Failure)) for edge in node.edges)
    if waits_only and not isinstance(node, (Case, End)):
        edges.append(None)
    if isinstance(node, End):
        yield None, 0, 0, False, None, session
    elif isinstance(node, Case):
        yield from _branches(node, session)
    elif isinstance(node, RunFlow):
        yield from _runs(project, node, session, edges)
    elif isinstance(node, SetVariable):
        values = dict(session.variables)
        for item in node.assignments:
            value = _value(item.value, values) if item.value is not None else None
            values.pop(item.target[0], None)
            lost = value is None or (values.get("scope") == FORGETFUL and abs(value) > _FARTHEST)
            if value is not None and not lost:
                values[item.target[0]] = value
        after = replace(session, variables=tuple(sorted(values.items())))
        yield from ((edge, 0, 0, False, edge.target if edge else None, after) for edge in edges)
    else:
        for edge in edges:
            target, guard = (edge.target, edge.guard) if edge else (None, Always())
            if isinstance(node, Ask):
                after = _without(session, *node.into) if node.into else session
                if isinstance(guard, Timeout):
                    yield edge, *_length(guard.after), False, target, after
                elif isinstance(guard, Failure):
                    longest = [_length(e.guard.after)[1] for e in node.edges if isinstance(e.guard, Timeout)]
                    yield edge, 0, min(max(longest, default=math.inf), FAILURE_BOUND), False, target, after
                else:
                    yield edge, 0, 0, True, target, after
            elif isinstance(node, Delay):
                yield edge, *_length(node.duration), False, target, session
            elif isinstance(node, HttpRequest):
                after = _without(session, *node.into) if node.into else session
                yield edge, 0, HTTP_BOUND if node.timeout is None else node.timeout, False, target, after
            elif isinstance(node, Handover):
                yield edge, 0, math.inf, False, target, _without(session)
                yield edge, 0, math.inf, True, target, _without(session)
            else:
                yield edge, 0, 0, False, target, session


def _branches(node: Case, session: Session) -> Iterator[_Next]:
    values = dict(session.variables)
    for edge in node.edges:
        holds: bool | None = True
        if isinstance(edge.guard, When):
            holds = _holds(edge.guard.condition, values)
        if holds is not False:
            yield edge, 0, 0, False, edge.target, session
        if holds:
            return
    yield None, 0, 0, False, None, session


def _runs(project: Project, node: RunFlow, session: Session, edges: Sequence[Edge | None]) -> Iterator[_Next]:
    callee = project.by_id.get(node.flow)
    start = _entry_for_callers(callee) if callee is not None else None
    scope = tuple(item for item in session.variables if item[0] == "scope")
    inherited = session.variables if scope == (("scope", SHARED),) else scope
    if node.mode == "start":
        if callee is not None and start is not None:
            fresh = Session(callee.id, start, math.inf, (), scope, "called")
            yield None, math.inf, math.inf, True, start, fresh
        yield from ((edge, 0, 0, False, edge.target if edge else None, session) for edge in edges)
        return
    for edge in (None,) if node.mode == "jump" else edges:
        target = edge.target if edge else None
        failed = edge is not None and isinstance(edge.guard, Failure)
        if callee is None or start is None or failed:
            after = _without(session)
            yield edge, 0, math.inf, False, target, after
            yield edge, 0, math.inf, True, target, after
            continue
        frames = session.frames
        if node.mode == "call":
            inside = target if target in project.by_id[session.flow].by_id else None
            frames = (*frames, (session.flow, inside, session.variables, session.way))
        yield (
            edge,
            0,
            0,
            False,
            start,
            replace(session, flow=callee.id, node=start, frames=frames, variables=inherited, way="called"),
        )


@dataclass
class Seen:
    """The clocks seen at each (flow, node, way); ``complete`` says that nothing was left out."""

    clocks: dict[tuple[str, str, object], set[float]] = field(default_factory=dict)
    complete: bool = True


def explore(project: Project, first: Sequence[Session], most: int) -> Seen:
    """All sessions, up to ``most``: every way, and of every time between two lengths the least and the most."""
    seen = Seen()
    ways: dict[Session, list[tuple[Session, bool, float]]] = {}  # what can happen does not depend on the clock
    queue = deque((replace(session, clock=0.0), session.clock) for session in first)
    known = set(queue)
    while queue:
        session, clock = queue.popleft()
        if session.node is None:
            continue
        seen.clocks.setdefault((session.flow, session.node, session.way), set()).add(clock)
        if session not in ways:
            ways[session] = list(_ends(project, session))
        for after, written, spent in ways[session]:
            reading = spent if written else clock + spent
            if math.isfinite(clock) and not (written and math.isinf(spent)):
                reading = min(reading, CAP)
            if (after, reading) not in known:
                if len(known) >= most:
                    seen.complete = False
                    return seen
                known.add((after, reading))
                queue.append((after, reading))
    return seen


def _ends(project: Project, session: Session) -> Iterator[tuple[Session, bool, float]]:
    """The outcomes with their least and their most seconds, but those too far to follow. A session for somebody who
    never wrote is the only one whose clock is set to infinity."""
    for outcome in outcomes(project, session):
        far = any(abs(value) > _FARTHEST for _, value in outcome.after.variables)
        if far or len(outcome.after.frames) > _DEEPEST:
            continue
        for spent in {outcome.low, outcome.high}:
            never = outcome.written and math.isinf(outcome.low)
            yield outcome.after, outcome.written, spent if never or not outcome.written else min(spent, CAP)


def unrolled(steps: Sequence[Step]) -> Iterator[tuple[str, str, Edge | None, float]]:
    """The steps of a witness one by one, each loop as often as it runs: flow, node, edge, clock at the node."""
    for index, step in enumerate(steps):
        yield step.flow, step.node, step.edge, step.clock
        if step.repeat > 1:
            loop = steps[index - step.loop + 1 : index + 1]
            gained = (steps[index + 1].clock - loop[0].clock) / step.repeat
            for turn in range(1, step.repeat):
                for again in loop:
                    yield again.flow, again.node, again.edge, again.clock + turn * gained


def replays(project: Project, first: Sequence[Session], steps: Sequence[Step]) -> bool:
    """Whether the simulator can take every step of a run, in order and at its time."""
    walk = list(unrolled(steps))
    flow, node, _, clock = walk[0]
    now = {
        replace(session, clock=clock)
        for session in first
        if (session.flow, session.node) == (flow, node) and (session.clock == clock or session.way == "called")
    }
    for (_, _, edge, before), (flow, node, _, clock) in pairwise(walk):
        after: set[Session] = set()
        for session in now:
            for outcome in outcomes(project, session):
                if outcome.edge is not edge or (outcome.after.flow, outcome.after.node) != (flow, node):
                    continue
                spent = clock if outcome.written else clock - before
                never = not outcome.written and math.isinf(before) and math.isinf(clock)
                if never or outcome.low <= spent <= outcome.high:
                    after.add(replace(outcome.after, clock=clock))
        if not after:
            return False
        now = after
    return True
