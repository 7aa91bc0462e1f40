"""Running nodes: what each kind does, and which of its ways is taken."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from bascule.ir.expr import Call, Const, Expression, Ref
from bascule.ir.nodes import (
    Always,
    Ask,
    Assignment,
    Chosen,
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
    SetConsent,
    SetVariable,
    Success,
    Timeout,
    Unsupported,
    When,
)
from bascule.simulator.dialects import dialect_of
from bascule.simulator.evaluation import holds, show, test
from bascule.simulator.evaluation.values import DEFAULT, Fault, Unknown, Value, number, primary
from bascule.simulator.events import (
    Called,
    Consented,
    Doubt,
    HandedOver,
    Kept,
    Question,
    Ran,
    Skipped,
    Status,
    Waiting,
)
from bascule.simulator.inputs import Answer
from bascule.simulator.session import Frame

if TYPE_CHECKING:
    from bascule.simulator.engine import Simulator

__all__ = ["Stepper"]

_DEEPEST = 50
"""Flows in flows; more is a recursion without an end."""


class Stepper:
    """Runs a simulator's session node by node until it waits, asks or ends."""

    def __init__(self, simulator: Simulator) -> None:
        self._sim = simulator

    # -- running ---------------------------------------------------------------------------------------------------

    def run(self, most: int, first: Answer | None = None) -> None:
        """Go on until the person, the clock or a decision is needed; ``first`` may answer the first question."""
        session = self._sim.session
        for _ in range(most):
            if session.node is None or session.waiting is not None or session.question is not None:
                return
            flow = session.flow
            node = flow.by_id.get(session.node) if flow is not None else None
            if node is None:
                self._sim.finish("failed", f"the flow goes on at `{session.node}`, which is not there")
                return
            self._visit(node, first)
        self._sim.finish("failed", f"{most} steps without an answer of the person: a loop")

    def _visit(self, node: Node, first: Answer | None) -> None:
        session, sim = self._sim.session, self._sim
        flow = session.flow
        assert flow is not None
        session.visits[(flow.id, node.id)] = session.visits.get((flow.id, node.id), 0) + 1
        ok: bool | None = None
        if isinstance(node, Message):
            if node.audience is not None:
                sim.show(flow, node, _people(node))
            else:
                ok = sim.show(flow, node)
            ok = True if ok is None else ok
        elif isinstance(node, Ask):
            self._ask(node, first)
            return
        elif isinstance(node, SetVariable):
            for assignment in node.assignments:
                self._assign(assignment)
        elif isinstance(node, HttpRequest):
            self._request(node)
            return
        elif isinstance(node, Delay):
            self._wait(node)
        elif isinstance(node, RunFlow):
            self._run_flow(node)
            return
        elif isinstance(node, Handover):
            sim.say(HandedOver(node.to, sim.render(node.note)))
        elif isinstance(node, SetConsent):
            sim.say(Consented(node.state, node.channel, node.purpose))
        elif isinstance(node, End):
            self.end("completed", node.reason)
            return
        elif isinstance(node, Unsupported):
            sim.say(Skipped(flow.id, node.id, node.construct))
        edge = self.choose(node, ok=ok)
        if session.question is None:
            self.follow(node, edge)

    def _ask(self, node: Ask, first: Answer | None) -> None:
        session, sim = self._sim.session, self._sim
        flow = session.flow
        assert flow is not None
        session.tries = 0
        if first is not None and session.unheard and node.content.empty:
            session.unheard = False
            session.waiting = Waiting(flow.id, node.id, node.reply.value, None)
            sim.take(node, first)
            return
        session.unheard = False
        sent = sim.show(flow, node) if not node.content.empty else True
        if not sent:
            edge = next((way for way in node.edges if isinstance(way.guard, Failure)), None)
            if edge is not None:
                self.follow(node, edge)
                return
        session.since = session.now
        session.waiting = Waiting(flow.id, node.id, node.reply.value, self.patience(node))
        session.status = Status.WAITING
        sim.say(session.waiting)

    def patience(self, ask: Ask) -> float | None:
        """Seconds until the first timeout of a question."""
        waits = [self.seconds(edge.guard.after) for edge in ask.edges if isinstance(edge.guard, Timeout)]
        known = [wait for wait in waits if wait is not None]
        return min(known) if known else None

    def seconds(self, duration: Duration) -> float | None:
        """A duration now; None when it cannot be told and has no bound, or never comes."""
        if duration.seconds is not None:
            return duration.seconds if math.isfinite(duration.seconds) else None
        if duration.expression is not None:
            value = number(self._sim.compute(duration.expression))
            if not isinstance(value, Fault) and 0 <= value < 10**10:
                return float(value)
        return duration.bound if duration.bound is not None and math.isfinite(duration.bound) else None

    # -- ways ------------------------------------------------------------------------------------------------------

    def choose(self, node: Node, *, picked: str = "", ok: bool | None = None) -> Edge | None:
        """The way that is taken: the first whose guard holds, ``Otherwise`` after all others; None: there is none.

        What failed takes its failure way first. Where a condition cannot be told, the session gets a question.
        """
        session, sim = self._sim.session, self._sim
        if ok is False:
            failing = next((edge for edge in node.edges if isinstance(edge.guard, Failure)), None)
            if failing is not None:
                return failing
        for number_, edge in enumerate(node.edges):
            guard = edge.guard
            if isinstance(guard, Always) or (isinstance(guard, Success) and ok is not False):
                return edge
            if isinstance(guard, Chosen) and picked and picked in guard.choices:
                return edge
            if isinstance(guard, When):
                held = holds(guard.condition, sim.scope)
                if held is True:
                    self._remember_match(guard.condition)
                    return edge
                if isinstance(held, Unknown):
                    left = [
                        index
                        for index, way in enumerate(node.edges)
                        if index >= number_ and isinstance(way.guard, (When, Otherwise, Always, Success))
                    ]
                    flow = session.flow
                    session.question = Question(flow.id if flow else "", node.id, held.reason, tuple(left))
                    session.status = Status.ASKING
                    sim.say(session.question)
                    return None
                if isinstance(held, Fault):
                    flow = session.flow
                    sim.say(Doubt(flow.id if flow else "", node.id, held.reason))
        return next((edge for edge in node.edges if isinstance(edge.guard, Otherwise)), None)

    def _remember_match(self, condition: Expression) -> None:
        """What a test found in a text: RapidPro keeps it as the value of the result that the test files."""
        parts = [condition]
        while parts:
            part = parts.pop()
            if not isinstance(part, Call) or not part.args:
                continue
            if part.name == "if" and len(part.args) == 3:
                chosen = part.args[1] if holds(part.args[0], self._sim.scope) is True else part.args[2]
                parts.append(chosen)
            elif isinstance(part.args[0], Ref):
                found = test(part, self._sim.scope)
                if found.held is True:
                    self._sim.session.matches[part.args[0].path] = found.match

    def follow(self, node: Node, edge: Edge | None) -> None:
        """Leave a node by an edge (None: no way applies, and the flow ends there)."""
        session, sim = self._sim.session, self._sim
        if session.question is not None:
            return
        sim.leave(node, next((index for index, way in enumerate(node.edges) if way is edge), -1))
        if edge is None or edge.target is None:
            self.end("completed")
            return
        session.node = edge.target

    def decided(self, node: Node, number_: int) -> None:
        """Go the way that was decided from outside."""
        edge = node.edges[number_]
        if isinstance(edge.guard, When):
            self._remember_match(edge.guard.condition)
        self.follow(node, edge)

    def end(self, status: str, reason: str = "") -> None:
        """The flow is over: go on in its caller, or finish."""
        session, sim = self._sim.session, self._sim
        if not session.frames:
            sim.finish(status, reason)
            return
        frame = session.frames.pop()
        ended = session.flow
        if ended is not None and dialect_of(sim.habits(ended)).own_results:
            results = session.memory.snapshot("results")
            for root, kept in frame.kept.items():
                session.memory.restore(root, kept)
            session.memory.put(("child",), {"results": results or {}, "status": status, "run": {"status": status}})
        sim.enter(frame.flow)
        session.node = frame.node.id
        sim.say(Ran(frame.flow.id, "return"))
        edge = self.choose(frame.node, ok=status == "completed")
        if session.question is None:
            self.follow(frame.node, edge)

    # -- kinds of nodes --------------------------------------------------------------------------------------------

    def _assign(self, change: Assignment) -> None:
        session, sim = self._sim.session, self._sim
        value: Value = sim.compute(change.value) if change.value is not None else None
        if change.category and isinstance(change.value, Ref) and change.value.path in session.matches:
            value = session.matches.pop(change.value.path)
        if isinstance(value, Fault) and not isinstance(value, Unknown):
            sim.doubts((value,))
        if change.target[:1] == ("groups",) or change.target == ("contact", "groups"):
            self._group(change, value)
        elif change.op == "clear" or (change.op == "remove" and change.value is None):
            session.memory.drop(change.target)
            value = None
        elif change.op in ("add", "remove"):
            known = session.memory.get(change.target)
            items = list(known) if isinstance(known, list) else ([] if known is None else [known])
            value = [*items, value] if change.op == "add" else [item for item in items if item != value]
            session.memory.put(change.target, value)
        elif change.category:
            session.memory.put(change.target, self.result(change.target, value, change.category))
        else:
            session.memory.put(change.target, value)
        sim.say(Kept(change.target, value, change.category))

    def result(self, path: tuple[str, ...], value: Value, category: str) -> Value:
        """A result as RapidPro keeps it: it counts as its value, and has a category and the words it came from."""
        session = self._sim.session
        plain = primary(value)
        said = session.memory.get(("message", "text"))
        name = session.result_names.get(path[-1], path[-1])
        return {
            DEFAULT: plain,
            "value": plain,
            "category": category,
            "category_localized": category,
            "input": said,
            "name": name,
        }

    def _group(self, change: Assignment, value: Value) -> None:
        session = self._sim.session
        name = show(value, self._sim.scope) if value is not None else ".".join(change.target[1:])
        kept = [group for group in session.groups if name not in group]
        session.groups[:] = kept if change.op in ("remove", "clear") else [*kept, (name, name)]
        if change.op == "clear" and change.value is None and len(change.target) == 1:
            session.groups.clear()

    def _request(self, node: HttpRequest) -> None:
        session, sim = self._sim.session, self._sim
        flow = session.flow
        assert flow is not None
        url = sim.render(node.url)
        body = sim.render(node.body)
        names = (node.name, node.service, node.id)
        reply = session.stubs.answer(node.method or "GET", url, names)
        outcome = "unknown" if reply is None else "stub" if reply.ok else "failed"
        sim.say(Called(flow.id, node.id, node.service, node.method, url, body, outcome))
        if reply is None:
            self._unknown_answer(node)
            return
        table = dict(reply.body) if isinstance(reply.body, dict) else {}
        table.setdefault("status", reply.status)
        table.setdefault("status_code", reply.status)
        for name in ("json", "body", "parsed"):
            table.setdefault(name, reply.body)
        if not isinstance(reply.body, dict):
            table["__default__"] = reply.body
        if node.into:
            session.memory.put(node.into, table)
            sim.say(Kept(node.into, reply.body))
        for where, target in node.mapping:
            value = _inside(table, where)
            session.memory.put(target, value)
            sim.say(Kept(target, value))
        for name, value in reply.sets:
            session.memory.put(tuple(name.split(".")), value)
            sim.say(Kept(tuple(name.split(".")), value))
        self.follow(node, self.choose(node, ok=reply.ok))

    def _unknown_answer(self, node: HttpRequest) -> None:
        """Nobody said what comes back: its values are unknown, and which way is taken is asked."""
        session, sim = self._sim.session, self._sim
        unknown = Unknown(f"what `{node.name or node.id}` answers is not given (a stub can say it)")
        if node.into:
            session.memory.put(node.into, unknown)
        for _, target in node.mapping:
            session.memory.put(target, unknown)
        ways = [index for index, edge in enumerate(node.edges) if not isinstance(edge.guard, Timeout)]
        if len({node.edges[index].target for index in ways}) <= 1:
            self.follow(node, node.edges[ways[0]] if ways else None)
            return
        flow = session.flow
        session.question = Question(flow.id if flow else "", node.id, unknown.reason, tuple(ways))
        session.status = Status.ASKING
        sim.say(session.question)

    def _wait(self, node: Delay) -> None:
        seconds = self.seconds(node.duration)
        if seconds is None:
            flow = self._sim.session.flow
            self._sim.say(
                Doubt(flow.id if flow else "", node.id, "the length of the wait cannot be told: no time passes")
            )
            return
        self._sim.session.pass_time(seconds)

    def _run_flow(self, node: RunFlow) -> None:
        session, sim = self._sim.session, self._sim
        flow = session.flow
        assert flow is not None
        called = sim.project.by_id.get(node.flow)
        if node.mode == "start":
            sim.say(Ran(node.flow, "start"))
            self.follow(node, self.choose(node, ok=True))
            return
        if called is None or not called.nodes or len(session.frames) >= _DEEPEST:
            why = "is not among the files" if called is None else "is empty" if not called.nodes else "calls itself"
            sim.say(Doubt(flow.id, node.id, f"the flow `{node.flow}` {why}"))
            endless = called is not None and called.nodes and len(session.frames) >= _DEEPEST
            if endless and not any(isinstance(edge.guard, Failure) for edge in node.edges):
                sim.finish("failed", f"flows call each other more than {_DEEPEST} deep")
                return
            self.follow(node, self.choose(node, ok=called is not None and not endless))
            return
        sim.say(Ran(called.id, node.mode))
        values = [(name, sim.compute(value)) for name, value in node.parameters]
        if node.mode == "call":
            session.frames.append(self._frame(node))
        elif session.frames and node.mode == "jump":
            pass  # the caller's caller goes on when the new flow is over
        for name, value in values:
            session.memory.put(tuple(name.split(".")), value)
        sim.enter(called)
        way = next((entry for entry in called.entries if entry.initiator.value == "subflow"), None)
        start = called.start_of(way) if way is not None else called.nodes[0]
        session.node = (start or called.nodes[0]).id

    def _frame(self, node: RunFlow) -> Frame:
        """Remember the caller; where flows have results of their own, they are put aside."""
        session, sim = self._sim.session, self._sim
        flow = session.flow
        assert flow is not None
        frame = Frame(flow, node)
        if dialect_of(sim.habits(flow)).own_results:
            for root in ("results", "parent", "child"):
                frame.kept[root] = session.memory.snapshot(root)
            results = frame.kept["results"]
            session.memory.restore("results", None)
            session.memory.restore("child", None)
            session.memory.put(("parent",), {"results": results or {}})
        return frame

    # -- words -----------------------------------------------------------------------------------------------------

    def keep_heard(self, said: str) -> None:
        """Where the platforms keep the last words of the person."""
        memory = self._sim.session.memory
        memory.put(("message", "text"), said)
        memory.put(("input",), {"__default__": said, "text": said})
        if memory.get(("trigger", "message", "Body")) is None:
            memory.put(("trigger", "message", "Body"), said)

    def pattern(self, pattern: str, said: str) -> str:
        """Why a text does not fit the question's pattern, or an empty text."""
        held = holds(Call("matches", (Const(said), Const(pattern))), self._sim.scope)
        return "it does not fit the pattern" if held is False else ""


def _inside(table: dict[str, Value], where: str) -> Value:
    """A member of an answer by its dotted path (JSONPath's ``$.`` is taken off); None: it is not there."""
    from bascule.simulator.evaluation.scope import descend

    path = tuple(part for part in where.removeprefix("$").replace("[", ".").replace("]", "").split(".") if part)
    return descend(table, path) if path else table


def _people(node: Message) -> str:
    """Whom a message goes to, in words."""
    audience = node.audience
    if audience is None:
        return ""
    parts: Sequence[str] = [*audience.groups, *([audience.query] if audience.query else [])]
    count = len(audience.contacts)
    named = [*parts, *([f"{count} contact(s)"] if count else [])]
    return ", ".join(named) or "others"
