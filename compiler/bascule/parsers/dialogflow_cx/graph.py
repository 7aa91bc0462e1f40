"""One flow of the export as a flow of the graph.

A page is a small graph: its entry, the conditions that may lead on at once, its form, the place where it waits. Routes
and handlers that pages share stand once; where they come back to depends on the page, which a variable remembers.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any

from bascule.ir.expr import Call, Const, Expression, Ref
from bascule.ir.nodes import (
    Always,
    Ask,
    Assignment,
    Case,
    Edge,
    End,
    Handover,
    Node,
    Otherwise,
    RunFlow,
    SetVariable,
    Success,
    Unsupported,
    When,
)
from bascule.language.names import template_slug
from bascule.language.reading import json_text
from bascule.parsers.dialogflow_cx.calls import DONE, ENDED, ESCALATED, RESULT, Agent, handler_of, returns
from bascule.parsers.dialogflow_cx.chain import Goto, Listen, Owner, Tail, Weaver
from bascule.parsers.dialogflow_cx.losses import PageUnknown
from bascule.parsers.dialogflow_cx.model import (
    NO_MATCH,
    FlowModel,
    Handler,
    Kind,
    Page,
    Route,
    Target,
    numbered,
    offers_replies,
)
from bascule.parsers.dialogflow_cx.pageparts import PageParts, route_name
from bascule.parsers.dialogflow_cx.pieces import Said
from bascule.parsers.dialogflow_cx.reading import AgentReading
from bascule.parsers.dialogflow_cx.scopes import Scopes
from bascule.parsers.dialogflow_cx.steps import Change, Step
from bascule.parsers.dialogflow_cx.waits import Point, Waits, intent_test
from bascule.source import Place

__all__ = ["FlowGraph"]

_ERRORS = ("bad-request", "not-found", "rejected", "timeout", "unavailable", "")
"""Kinds of webhook errors (https://cloud.google.com/dialogflow/cx/docs/concept/handler#event-built-in)."""


class FlowGraph(Weaver):
    """Makes the nodes of one flow. ``ids`` are the flow ids by display name; ``used`` are the routes, handlers and
    parameters that something leads to."""

    def __init__(self, reading: AgentReading, agent: Agent, flow: FlowModel, ids: dict[str, str]) -> None:
        super().__init__([page.slug for page in flow.contexts])
        self.reading = reading
        self.agent = agent
        self.flow = flow
        self.ids = ids
        self.by_slug = {page.slug: page for page in flow.contexts}
        self.scopes = Scopes(flow)
        self.waits = Waits(self)
        self.parts = PageParts(self)
        self.used: set[int] = set()
        self.headless = set(self.by_slug)
        self.place = ("session", "page", flow.id)
        self.previous = ("session", "previous_page", flow.id)
        self.misses = ("session", "misses", flow.id)

    # What the weaver asks for.

    def plain(self, point: Point, own: bool = False) -> str:
        page = self.by_slug[point.page]
        parameter = page.required[point.parameter] if point.parameter >= 0 else None
        name = (template_slug(parameter.name) or "value") if parameter is not None else "wait"

        def build(id_: str) -> None:
            common = self.parts.heading(page, id_)
            if parameter is not None:
                common["at"] = parameter.place
            self.add(page.slug, self.waits.ask(id_, point, None, common))

        return self.claim(("plain", point), page.slug if own else f"{page.slug}.{name}", build, own=own)

    def ask(self, owner: Owner, id_: str, point: Point, said: Said | None, common: dict[str, Any]) -> Ask:
        return self.waits.ask(id_, point, said, common)

    def errors(self, page: Page | None) -> list[tuple[str, Handler]]:
        found = []
        handlers = self.scopes.handlers(page)
        for reason in _ERRORS:
            handler = handlers.get(f"webhook.error.{reason}" if reason else "webhook.error")
            if handler is not None:
                self.used.add(id(handler))
                if not handler.idle:
                    found.append((reason, handler))
        return found

    def end_session(self, owner: str, place: Place) -> str | None:
        if not self.flow.callers or not returns(self.flow):
            return None
        return self._ended(ENDED, place)

    def _ended(self, result: str, place: Place) -> str:
        def build(id_: str) -> None:
            assignment = Assignment(RESULT, Const(result), at=place)
            edges = (Edge(Always(), None, at=place),)
            self.add(self.flow.start.slug, SetVariable(id=id_, assignments=(assignment,), edges=edges, at=place))

        return self.claim(("ended", result), f"end.{result}", build)

    def _end_flow(self, result: str, place: Place) -> str | None:
        flow = self.flow
        if result == ESCALATED and ESCALATED not in flow.results:
            return self._escalate(place)
        if not flow.callers or len(flow.results) < 2:
            return None
        return self._ended(result if result in flow.results else DONE, place)

    def _escalate(self, place: Place) -> str:
        """A person is wanted, and no caller has a handler for it: they take over here."""

        def build(id_: str) -> None:
            edges = (Edge(Always(), self.end_session(self.flow.start.slug, place), at=place),)
            self.add(self.flow.start.slug, Handover(id=id_, edges=edges, at=place))

        return self.claim(("escalate",), "handover", build)

    # Pages.

    def enter(self, page: Page) -> str | None:
        """The node at which a page begins."""
        return self.parts.enter(page)

    def resume(self, page: Page) -> str | None:
        """Where a page goes on after something happened on it."""
        return self.parts.resume(page)

    def prompt(self, page: Page, number: int) -> str:
        """The question for a parameter."""
        return self.parts.prompt(page, number)

    def intent_routes(self, page: Page) -> list[Route]:
        """The intent routes that a page tries, in order."""
        return self.scopes.intents(page)

    def handler(self, page: Page, event: str) -> Handler | None:
        """The handler of an event on a page."""
        return self.scopes.handlers(page).get(event)

    def called(self) -> str | None:
        """The node at which the flow begins when another flow runs it: the message that led here is tried again."""
        start = self.flow.start
        if not self.scopes.intents(start):
            return self.enter(start)
        steps: list[Step] = self.parts.with_place(start, [])
        if not steps:
            return self._first_intents(own=True)

        def build(id_: str) -> None:
            self.parts.heading(start, id_)
            self.chain(Owner(start.slug, start, place=start.place), id_, steps, Goto(self._first_intents()))

        return self.claim(("called",), start.slug, build, own=True)

    def _first_intents(self, own: bool = False) -> str:
        start = self.flow.start

        def build(id_: str) -> None:
            edges = [
                Edge(When(self._test(route)), self.route(route, start), label=route.label, at=route.place)
                for route in self.first_routes()
            ]
            edges.append(Edge(Otherwise(), self.resume(start), at=start.place))
            self.add(start.slug, Case(**self.parts.heading(start, id_), edges=tuple(edges)))

        return self.claim(("first intents",), start.slug if own else f"{start.slug}.intents", build, own=own)

    def first_routes(self) -> list[Route]:
        """The intent routes of the start page, each intent once where it needs no condition."""
        seen: set[str] = set()
        found = []
        for route in self.scopes.intents(self.flow.start):
            if route.intent not in seen:
                found.append(route)
                if route.always:
                    seen.add(route.intent)
        return found

    def _test(self, route: Route) -> Expression:
        test = intent_test(route.intent)
        if route.always or route.condition is None:
            return test
        return Call("and", (test, route.condition))

    # Routes and handlers.

    def route(self, route: Route, page: Page) -> str | None:
        """Where a route leads that was taken on ``page``."""
        self.used.add(id(route))
        ctx = self.scopes.page_of_route(route)
        slug = ctx.slug if ctx is not None else self.flow.start.slug
        steps = route.steps
        if self.scopes.counts and route.intent and route.target.kind is Kind.STAY:
            steps = [Change([Assignment(self.misses, Const(0), at=route.place)], route.place), *steps]
        if not steps:
            return self.after(self.transition(route.target, ctx, route.place, slug))
        name = template_slug(route.intent)[:40].strip("_") if route.intent else route_name(route)

        def build(id_: str) -> None:
            # What the route says last may be answered by a tap: then it is the question itself.
            stay = (
                "listen" if ctx is not None and offers_replies(steps) and not self.scopes.conditions(ctx) else "resume"
            )
            tail = self.transition(route.target, ctx, route.place, slug, stay)
            self.chain(Owner(slug, ctx, place=route.place), id_, steps, tail)

        return self.claim(("route", id(route)), f"{slug}.{name or 'route'}", build)

    def handled(self, handler: Handler, page: Page | None) -> str | None:
        """Where a handler leads."""
        self.used.add(id(handler))
        ctx = self.scopes.page_of_handler(handler)
        slug = ctx.slug if ctx is not None else self.flow.start.slug
        stay = "resume" if handler.event.startswith(("webhook.error", "flow.")) else "listen"
        if not handler.steps:
            return self.after(self.transition(handler.target, ctx, handler.place, slug, stay))
        name = template_slug(handler.event.removeprefix("sys.").removesuffix("-default"))[:40].strip("_")

        def build(id_: str) -> None:
            tail = self.transition(handler.target, ctx, handler.place, slug, stay)
            guarded = not handler.event.startswith("webhook.error")
            self.chain(Owner(slug, ctx, place=handler.place, guarded=guarded), id_, handler.steps, tail)

        return self.claim(("handler", id(handler)), f"{slug}.{name or 'event'}", build)

    def missed(self, page: Page) -> str | None:
        """What a no-match leads to on a page."""
        if self.scopes.capped:
            return self._hub()
        handlers = self.scopes.handlers(page)
        default = handlers.get(f"{NO_MATCH}-default")
        if numbered(handlers, NO_MATCH):
            return self._counted(page)
        return self._answer(default, page)

    def _answer(self, handler: Handler | None, page: Page | None) -> str | None:
        if handler is not None and not handler.idle:
            return self.handled(handler, page)
        if handler is not None:
            self.used.add(id(handler))
        return self._listening(page) if page is not None else self._back("listen")

    def _listening(self, page: Page) -> str | None:
        """Where a page waits without saying anything; with values still missing, they are asked for again."""
        return self.resume(page) if page.required else self.plain(Point(page.slug))

    def _counted(self, page: Page) -> str:
        """No-match handlers for the first, second … time: a variable counts."""
        own = any(event.startswith(NO_MATCH) for event in page.handlers) and not page.is_start
        ctx = page if own or len(self.scopes.waiting) == 1 else None
        slug = ctx.slug if ctx is not None else self.flow.start.slug
        handlers = self.scopes.handlers(ctx)
        times = numbered(handlers, NO_MATCH)
        place = page.place

        def build(id_: str) -> None:
            count = Call("add", (Call("default", (Ref(self.misses), Const(0))), Const(1)))
            case = f"{id_}.times"
            assignment = Assignment(self.misses, count, at=place)
            edges = (Edge(Always(), case, at=place),)
            self.add(slug, SetVariable(id=id_, assignments=(assignment,), edges=edges, at=place))
            ways = [
                Edge(
                    When(Call("eq", (Ref(self.misses), Const(number)))),
                    self._answer(times[number], ctx),
                    at=times[number].place,
                )
                for number in sorted(times)
            ]
            rest = self._answer(handlers.get(f"{NO_MATCH}-default"), ctx)
            self.taken[case] = 1
            self.add(slug, Case(id=case, edges=(*ways, Edge(Otherwise(), rest, at=place)), at=place))

        return self.claim(("missed", slug), f"{slug}.missed", build)

    def _hub(self) -> str:
        """Inherited routes in one place, for flows with too many of them."""
        start = self.flow.start

        def build(id_: str) -> None:
            own = [route for page in self.flow.pages.values() for route in page.routes] if self.scopes.crowded else []
            groups = [route for routes in self.flow.groups.values() for route in routes]
            seen: set[str] = set()
            edges = []
            for route in (*own, *self.scopes.inherited, *groups):
                if route.intent and route.always and route.intent not in seen:
                    seen.add(route.intent)
                    edges.append(Edge(When(intent_test(route.intent)), self.route(route, start), at=route.place))
            default = start.handlers.get(f"{NO_MATCH}-default")
            edges.append(Edge(Otherwise(), self._answer(default, None), at=start.place))
            self.add(start.slug, Case(id=id_, edges=tuple(edges), at=start.place))

        return self.claim(("hub",), f"{start.slug}.inherited", build)

    # Transitions.

    def transition(self, target: Target, ctx: Page | None, place: Place, slug: str, stay: str = "resume") -> Tail:
        """Where a target leads; ``ctx`` is the active page, None where it is known at run time only."""
        kind = target.kind
        if kind is Kind.PAGE:
            return Goto(self.enter(self.flow.pages[target.name]))
        if kind is Kind.START:
            return Goto(self.enter(self.flow.start))
        if kind is Kind.END_SESSION:
            return Goto(self.end_session(slug, place))
        if kind is Kind.END_FLOW:
            return Goto(self._end_flow(target.name, place))
        if kind is Kind.FLOW:
            return Goto(self._call(target, ctx, place, slug))
        if kind is Kind.PLAYBOOK:
            return Goto(self._playbook(target, ctx, place, slug))
        if kind is Kind.CURRENT:
            return Goto(self.enter(ctx) if ctx is not None else self._back("again"))
        if kind is Kind.PREVIOUS:
            before = self.scopes.before.get(ctx.slug) if ctx is not None else None
            return Goto(self.enter(before) if before is not None else self._back("previous"))
        if ctx is None:
            return Goto(self._back(stay))
        if stay == "listen" and not ctx.required:
            return Listen(Point(ctx.slug))
        return Goto(self.resume(ctx))

    def _back(self, how: str) -> str | None:
        """Back to the page that is active: go on there, wait there, enter it again, or enter the one before it."""
        known = self.memo.get(("back", how))
        if known is not None:
            return known
        pages = self.flow.contexts if how == "previous" else self.scopes.waiting or self.flow.contexts
        if how == "listen" and self._only_resumes:
            how = "resume"
        ways = {"resume": self.resume, "listen": self._listening}
        way = ways.get(how, self.enter)
        if len(pages) == 1:
            return way(pages[0])
        variable = self.previous if how == "previous" else self.place
        start = self.flow.start

        def build(id_: str) -> None:
            last = pages[0]
            edges = [
                Edge(When(Call("eq", (Ref(variable), Const(page.slug)))), way(page), label=page.name, at=page.place)
                for page in pages[1:]
            ]
            edges.append(Edge(Otherwise(), way(last), label=last.name, at=last.place))
            self.add(start.slug, Case(id=id_, edges=tuple(edges), at=start.place, subject=Ref(variable)))

        return self.claim(("back", how), f"{start.slug}.back_to_{how}", build)

    @cached_property
    def _only_resumes(self) -> bool:
        """Going on and waiting are the same on all pages."""
        pages = self.scopes.waiting or self.flow.contexts
        return all(page.required or not self.scopes.conditions(page) for page in pages)

    def _call(self, target: Target, ctx: Page | None, place: Place, slug: str) -> str | None:
        """Run another flow. One that never comes back is a jump."""
        callee = self.agent.flows.get(target.name)
        if callee is self.flow:
            return self.enter(self.flow.start)
        name = template_slug(target.name)[:40].strip("_") or "flow"

        def build(id_: str) -> None:
            common: dict[str, Any] = {
                "id": id_,
                "flow": self.ids.get(target.name) or template_slug(target.name) or target.name,
                "flow_title": target.name,
                "at": target.place or place,
            }
            if callee is not None and not returns(callee):
                self.add(slug, RunFlow(**common, mode="jump"))
                return
            back = self._returned(target.name, ctx, place)
            results = callee.results if callee is not None else {DONE}
            following = back if results == {DONE} else self._outcome(id_, results, ctx, back, place, slug)
            self.add(slug, RunFlow(**common, mode="call", edges=(Edge(Success(), following, at=place),)))

        return self.claim(("call", place.file, place.pointer), f"{slug}.run_{name}", build)

    def _returned(self, name: str, ctx: Page | None, place: Place) -> str | None:
        """Where a call comes back to. A flow that ran this one again has moved the page variable."""
        # The flow calls that one; if that one may call this one, they are in one circle.
        circles = self.agent.circles
        again = self.scopes.keeps_place and name in circles and circles[name] == circles[self.flow.name]
        if ctx is None:
            if again:
                self.reading.find_once(
                    PageUnknown,
                    self.flow.name,
                    place,
                    lambda count: f"{count} shared route(s) call flows that call this one again",
                    help="end the inner flow with `End Flow` instead of calling back",
                )
            return self._back("resume")
        remembered = self.parts.remembered(ctx) if again else []
        if not remembered:
            return self.resume(ctx)

        def build(id_: str) -> None:
            edges = (Edge(Always(), self.resume(ctx), at=place),)
            self.add(ctx.slug, SetVariable(id=id_, assignments=tuple(remembered), edges=edges, at=place))

        return self.claim(("returned", ctx.slug), f"{ctx.slug}.back", build)

    def _outcome(
        self, id_: str, results: set[str], ctx: Page | None, back: str | None, place: Place, slug: str
    ) -> str | None:
        """What follows a call by how the other flow ended."""
        handlers = self.scopes.handlers(ctx)
        ways: dict[str, str | None] = {}
        for result in sorted(results - {DONE, ENDED}):
            handler = handler_of(handlers, result)
            ways[result] = self._answer(handler, ctx) if handler is not None else back
        if ENDED in results:
            ways[ENDED] = self.end_session(slug, place)
        if len(results) == 1:
            return next(iter(ways.values()), back)
        case = f"{id_}.returned"
        self.taken[case] = 1
        edges = [
            Edge(When(Call("eq", (Ref(RESULT), Const(result)))), target, label=result, at=place)
            for result, target in ways.items()
        ]
        self.add(slug, Case(id=case, edges=(*edges, Edge(Otherwise(), back, at=place)), at=place))
        return case

    def _playbook(self, target: Target, ctx: Page | None, place: Place, slug: str) -> str:
        """A playbook is kept as what it is: nothing here can speak for it."""

        def build(id_: str) -> None:
            tail = self.transition(Target(Kind.STAY), ctx, place, slug)
            node: Node = Unsupported(
                id=id_,
                construct="playbook",
                source=json_text(target.name),
                reason="a language model decides what is said",
                edges=(Edge(Always(), self.after(tail), at=place),),
                at=target.place or place,
            )
            self.add(slug, node)

        return self.claim(("playbook", place.file, place.pointer), f"{slug}.playbook", build)

    def solid(self, target: str | None, place: Place) -> str:
        """A node for an entry: one that only ends where there is none."""
        if target is not None:
            return target

        def build(id_: str) -> None:
            self.add(self.flow.start.slug, End(id=id_, at=place))

        return self.claim(("over",), f"{self.flow.start.slug}.over", build)
