"""Steps as nodes: each leads to the next, and the last one to where the owner goes on."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from bascule.ir.nodes import (
    Always,
    Ask,
    Case,
    Edge,
    End,
    Failure,
    Handover,
    Message,
    Node,
    Otherwise,
    SetVariable,
    Success,
    Unsupported,
    When,
)
from bascule.language.members import Facts
from bascule.language.reading import unique
from bascule.parsers.dialogflow_cx.model import Handler, Page, settled
from bascule.parsers.dialogflow_cx.pieces import Said
from bascule.parsers.dialogflow_cx.steps import Branch, Cases, Change, Request, Step
from bascule.source import Place

if TYPE_CHECKING:
    from bascule.parsers.dialogflow_cx.waits import Point

__all__ = ["Goto", "Listen", "Owner", "Tail", "Weaver"]


@dataclass(frozen=True, slots=True)
class Goto:
    """Go on at a node, or (None) leave the flow."""

    target: str | None


@dataclass(frozen=True, slots=True)
class Listen:
    """Wait for the person at a point: what is said last asks."""

    point: Point


Tail = Goto | Listen


@dataclass(slots=True)
class Owner:
    """Whose steps these are: where its nodes are filed, on which page they run (None: on any), what its first node
    carries. ``guarded``: requests in it call the handlers of webhook errors."""

    slug: str
    page: Page | None
    title: str = ""
    facts: Facts = field(default_factory=list)
    place: Place | None = None
    guarded: bool = True


class Weaver:
    """Makes nodes. Ids are given when a node is first asked for, the node itself is made later, so that ways may lead
    round in circles and no depth of the agent exhausts the stack."""

    def __init__(self, slugs: Sequence[str]) -> None:
        self.taken: dict[str, int] = {}
        self.nodes: dict[str, list[Node]] = {}
        for slug in slugs:
            self.nodes[unique(slug, self.taken)] = []
        self.memo: dict[Hashable, str] = {}
        self.queue: deque[Callable[[], None]] = deque()

    def claim(self, key: Hashable, hint: str, build: Callable[[str], None], *, own: bool = False) -> str:
        """The id of the node for ``key``; ``build`` is called with it once. ``own``: the hint is reserved for it."""
        known = self.memo.get(key)
        if known is None:
            known = self.memo[key] = hint if own else unique(hint, self.taken)
            made = known
            self.queue.append(lambda: build(made))
        return known

    def run(self) -> None:
        """Make everything that was asked for."""
        while self.queue:
            self.queue.popleft()()

    def add(self, owner: str, node: Node) -> None:
        """File a node."""
        self.nodes[owner].append(node)

    def plain(self, point: Point) -> str:
        """The node that waits at a point and says nothing."""
        raise NotImplementedError

    def ask(self, owner: Owner, id_: str, point: Point, said: Said | None, common: dict[str, Any]) -> Ask:
        """The question at a point."""
        raise NotImplementedError

    def errors(self, page: Page | None) -> list[tuple[str, Handler]]:
        """The handlers of webhook errors on a page, each with its reason (``""``: any)."""
        raise NotImplementedError

    def handled(self, handler: Handler, page: Page | None) -> str | None:
        """Where a handler leads."""
        raise NotImplementedError

    def end_session(self, owner: str, place: Place) -> str | None:
        """Where the session ends."""
        raise NotImplementedError

    def after(self, tail: Tail) -> str | None:
        """The node a tail goes on at when there is nothing left to say."""
        return tail.target if isinstance(tail, Goto) else self.plain(tail.point)

    def chain(self, owner: Owner, first: str, steps: Sequence[Step], tail: Tail) -> None:
        """Make the nodes of steps (at least one); the first gets the id ``first``."""
        ids = [first, *(unique(f"{first}_{number}", self.taken) for number in range(2, len(steps) + 1))]
        for index, step in enumerate(steps):
            last = index == len(steps) - 1
            follow: Tail = tail if last else Goto(ids[index + 1])
            common: dict[str, Any] = {"id": ids[index], "at": step.place}
            if index == 0:
                common["title"] = owner.title
                common["facts"] = tuple(owner.facts)
                common["at"] = owner.place or step.place
            self._step(owner, step, follow, common)

    def _step(self, owner: Owner, step: Step, tail: Tail, common: dict[str, Any]) -> None:
        if isinstance(step, Change):
            common["facts"] = (*common.get("facts", ()), *step.facts)
            node: Node = SetVariable(**common, assignments=tuple(step.assignments), edges=self._on(tail, step.place))
        elif isinstance(step, Request):
            node = self._request(owner, step, tail, common)
        elif isinstance(step, Cases):
            node = self._cases(owner, step, tail, common)
        else:
            node = self._said(owner, step, tail, common)
        self.add(owner.slug, node)

    def _on(self, tail: Tail, place: Place) -> tuple[Edge, ...]:
        return (Edge(Always(), self.after(tail), at=place),)

    def _said(self, owner: Owner, said: Said, tail: Tail, common: dict[str, Any]) -> Node:
        common["facts"] = (*common.get("facts", ()), *said.facts)
        if said.kind == "handover":
            return Handover(**common, to=said.to, parameters=tuple(said.parameters), edges=self._on(tail, said.place))
        if said.kind == "end":
            target = self.end_session(owner.slug, said.place)
            if target is not None:
                return SetVariable(**common, edges=(Edge(Always(), target, at=said.place),))
            return End(**common, reason="end of the interaction")
        if said.kind == "unsupported":
            return Unsupported(
                **common,
                construct=said.construct,
                source=said.source,
                reason=said.reason,
                edges=self._on(tail, said.place),
            )
        if isinstance(tail, Listen):
            return self.ask(owner, common["id"], tail.point, said, common)
        return Message(**common, content=said.content, edges=self._on(tail, said.place))

    def _request(self, owner: Owner, request: Request, tail: Tail, common: dict[str, Any]) -> Node:
        target = self.after(tail)
        errors = self.errors(owner.page) if owner.guarded else []
        edges: list[Edge] = []
        for reason, handler in errors:
            edges.append(Edge(Failure(reason), self.handled(handler, owner.page), at=handler.place))
        if errors:
            if all(reason for reason, _ in errors):
                edges.append(Edge(Failure(), target, at=request.place))
            edges.insert(0, Edge(Success(), target, at=request.place))
        else:
            edges.append(Edge(Always(), target, at=request.place))
        facts = (*common.pop("facts", ()), *request.node.facts)
        return replace(request.node, **common, facts=facts, edges=tuple(edges))

    def _cases(self, owner: Owner, cases: Cases, tail: Tail, common: dict[str, Any]) -> Node:
        edges: list[Edge] = []
        inner = Owner(owner.slug, owner.page, guarded=owner.guarded)
        for number, branch in enumerate(cases.branches, 1):
            target = self._branch(inner, branch, tail, f"{common['id']}.case_{number}")
            if branch.condition is None:
                edges.append(Edge(Otherwise(), target, at=branch.place))
            else:
                condition = settled(branch.condition, owner.page) if owner.page is not None else branch.condition
                edges.append(Edge(When(condition), target, at=branch.place))
        if cases.branches[-1].condition is not None:
            edges.append(Edge(Otherwise(), self.after(tail), at=cases.place))
        return Case(**common, edges=tuple(edges))

    def _branch(self, owner: Owner, branch: Branch, tail: Tail, hint: str) -> str | None:
        if not branch.steps:
            return self.after(tail)
        id_ = unique(hint, self.taken)
        self.queue.append(lambda: self.chain(owner, id_, branch.steps, tail))
        return id_
