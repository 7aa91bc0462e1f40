"""The parts of a page: entering it, its condition routes, its form, its questions."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from bascule.ir.expr import Call, Const, Expression, Ref
from bascule.ir.nodes import Always, Assignment, Case, Edge, Otherwise, SetVariable, When
from bascule.language.members import Facts
from bascule.language.names import template_slug
from bascule.parsers.dialogflow_cx.chain import Goto, Listen, Owner, Tail
from bascule.parsers.dialogflow_cx.model import Kind, Page, Route, is_final, offers_replies
from bascule.parsers.dialogflow_cx.pieces import Said
from bascule.parsers.dialogflow_cx.steps import Change, Step
from bascule.parsers.dialogflow_cx.waits import Point

if TYPE_CHECKING:
    from bascule.parsers.dialogflow_cx.graph import FlowGraph

__all__ = ["PageParts", "route_name"]

After = Callable[[bool], "str | None"]
"""Where to go on when no condition holds; told whether the page's own id is still free."""

_DEEPEST = 20
"""How many pages that only lead on are followed in one go."""


class PageParts:
    """Makes the parts of pages. ``own`` says that the page's own id is for the node that is asked for."""

    def __init__(self, graph: FlowGraph) -> None:
        self.graph = graph
        self.entering: list[str] = []

    def heading(self, page: Page, id_: str) -> dict[str, Any]:
        """Title and facts for the node that has the page's own id."""
        common: dict[str, Any] = {"id": id_, "at": page.place}
        if id_ == page.slug and page.slug in self.graph.headless:
            self.graph.headless.discard(page.slug)
            common["title"] = "" if page.is_start else page.name
            common["facts"] = () if page.is_start else tuple(page.facts)
        return common

    def remembered(self, page: Page) -> list[Assignment]:
        """What is set when a page becomes the active one."""
        graph = self.graph
        scopes = graph.scopes
        if not scopes.keeps_place or (page.slug not in scopes.waits and not page.groups):
            return []
        found = []
        if scopes.tracks_previous:
            found.append(Assignment(graph.previous, Ref(graph.place), at=page.place))
        found.append(Assignment(graph.place, Const(page.slug), at=page.place))
        if scopes.counts:
            found.append(Assignment(graph.misses, Const(0), at=page.place))
        return found

    def with_place(self, page: Page, steps: list[Step]) -> list[Step]:
        """Steps that first remember the page."""
        remembered = self.remembered(page)
        if not remembered:
            return steps
        first = steps[0] if steps else None
        if isinstance(first, Change):
            return [Change([*remembered, *first.assignments], first.place, first.facts), *steps[1:]]
        return [Change(remembered, page.place), *steps]

    def enter(self, page: Page) -> str | None:
        """The node at which a page begins."""
        graph = self.graph
        key = ("enter", page.slug)
        if key in graph.memo:
            return graph.memo[key]
        steps = self.with_place(page, page.entry[:-1] if self._delayed(page) else page.entry)
        if not steps:
            if page.slug in self.entering or len(self.entering) >= _DEEPEST:
                return self._passing(page)
            self.entering.append(page.slug)
            target = self._after_entry(page, own=page.slug in graph.headless)
            self.entering.pop()
            if target is not None:
                graph.memo[key] = target
            return target

        def build(id_: str) -> None:
            facts: Facts = self.heading(page, id_).get("facts", [])
            title = "" if page.is_start else page.name
            tail: Tail = Listen(Point(page.slug)) if self._only_waits(page) else Goto(self._after_entry(page))
            graph.chain(Owner(page.slug, page, title, list(facts), page.place), id_, steps, tail)

        return graph.claim(key, page.slug, build, own=page.slug in graph.headless)

    def _passing(self, page: Page) -> str:
        """A node of its own for a page that only leads on: in a circle of such pages, or a long row of them."""
        graph = self.graph
        own = page.slug in graph.headless

        def build(id_: str) -> None:
            edges = (Edge(Always(), self._after_entry(page), at=page.place),)
            graph.add(page.slug, SetVariable(**self.heading(page, id_), edges=edges))

        return graph.claim(("enter", page.slug), page.slug if own else f"{page.slug}.enter", build, own=own)

    def _only_waits(self, page: Page) -> bool:
        return not page.required and not self.graph.scopes.conditions(page)

    def _delayed(self, page: Page) -> bool:
        """The last words with something to tap are said after the conditions, so that the taps are answers to them."""
        graph = self.graph
        return (
            bool(graph.scopes.conditions(page))
            and not page.required
            and page.slug in graph.scopes.waits
            and offers_replies(page.entry)
        )

    def _after_entry(self, page: Page, own: bool = False) -> str | None:
        if not self._delayed(page):
            return self.resume(page, own)
        return self.ladder(page, "entry", 0, lambda free: self._question(page, free), own)

    def _question(self, page: Page, own: bool) -> str:
        graph = self.graph
        said = page.entry[-1]
        assert isinstance(said, Said)

        def build(id_: str) -> None:
            common = {**self.heading(page, id_), "at": said.place}
            graph.add(page.slug, graph.waits.ask(id_, Point(page.slug), said, common))

        hint = page.slug if own else f"{page.slug}.ask"
        return graph.claim(("question", page.slug), hint, build, own=own)

    def resume(self, page: Page, own: bool = False) -> str | None:
        """Where a page goes on after something happened: its conditions, its form, waiting."""
        return self.ladder(page, "", 0, lambda free: self._settle(page, free), own)

    def _settle(self, page: Page, own: bool) -> str:
        return self.form(page, own) if page.required else self.graph.plain(Point(page.slug), own)

    def ladder(self, page: Page, variant: str, index: int, after: After, own: bool = False) -> str | None:
        """The condition routes of a page from the ``index``-th on, in order; ``variant`` tells copies apart."""
        graph = self.graph
        routes = graph.scopes.conditions(page)
        if index >= len(routes):
            return after(own)
        _, condition = routes[index]
        if _always(condition):
            return self._fired(page, variant, index, after)

        def build(id_: str) -> None:
            edges: list[Edge] = []
            at = index
            while at < len(routes):
                following, tested = routes[at]
                target = self._fired(page, variant, at, after)
                if _always(tested):
                    edges.append(Edge(Otherwise(), target, label=following.label, at=following.place))
                    break
                assert tested is not None
                edges.append(Edge(When(tested), target, label=following.label, at=following.place))
                at += 1
                if following.target.kind is Kind.STAY:
                    rest = self.ladder(page, variant, at, after)
                    edges.append(Edge(Otherwise(), rest, at=following.place))
                    break
            else:
                edges.append(Edge(Otherwise(), after(False), at=page.place))
            graph.add(page.slug, Case(**self.heading(page, id_), edges=tuple(edges)))

        name = "_".join(part for part in ("routes", variant) if part)
        hint = page.slug if own else f"{page.slug}.{name}"
        return graph.claim(("ladder", page.slug, variant, index), hint, build, own=own)

    def _fired(self, page: Page, variant: str, index: int, after: After) -> str | None:
        """Where a condition route leads when its condition holds; one that stays goes on with the next."""
        graph = self.graph
        route, _ = graph.scopes.conditions(page)[index]
        if route.target.kind is not Kind.STAY:
            return graph.route(route, page)
        graph.used.add(id(route))

        def build(id_: str) -> None:
            tail = self._stay_tail(page, variant, index + 1, after)
            graph.chain(Owner(page.slug, page, place=route.place), id_, route.steps, tail)

        return graph.claim(("stay", id(route), page.slug, variant), f"{page.slug}.{route_name(route)}", build)

    def _stay_tail(self, page: Page, variant: str, index: int, after: After) -> Tail:
        """After a route that stays: the next conditions; where there are none, what it said may ask."""
        if index >= len(self.graph.scopes.conditions(page)) and not page.required:
            return Listen(Point(page.slug)) if variant != "first" else Goto(after(False))
        return Goto(self.ladder(page, variant, index, after))

    def form(self, page: Page, own: bool = False) -> str:
        """The first required parameter without a value is asked for."""
        graph = self.graph
        complete = any(
            _always(condition) or (route.condition is not None and is_final(route.condition))
            for route, condition in graph.scopes.conditions(page)
            if route.target.kind is not Kind.STAY
        )
        if complete and len(page.required) == 1:
            return self.prompt(page, 0, own)

        def build(id_: str) -> None:
            edges: list[Edge] = []
            for number, parameter in enumerate(page.required):
                target = self.prompt(page, number)
                if complete and number == len(page.required) - 1:
                    edges.append(Edge(Otherwise(), target, label=parameter.name, at=parameter.place))
                else:
                    empty: Expression = Call("not", (parameter.filled,))
                    edges.append(Edge(When(empty), target, label=parameter.name, at=parameter.place))
            if not complete:
                edges.append(Edge(Otherwise(), graph.plain(Point(page.slug)), at=page.place))
            graph.add(page.slug, Case(**self.heading(page, id_), edges=tuple(edges)))

        hint = page.slug if own else f"{page.slug}.form"
        return graph.claim(("form", page.slug), hint, build, own=own)

    def prompt(self, page: Page, number: int, own: bool = False) -> str:
        """The question for a parameter."""
        graph = self.graph
        parameter = page.required[number]
        graph.used.add(id(parameter))
        point = Point(page.slug, number)
        if not parameter.prompt:
            return graph.plain(point, own)

        def build(id_: str) -> None:
            heading = self.heading(page, id_)
            owner = Owner(page.slug, page, heading.get("title", ""), list(heading.get("facts", ())))
            graph.chain(owner, id_, parameter.prompt, Listen(point))

        hint = page.slug if own else f"{page.slug}.{template_slug(parameter.name) or 'value'}"
        return graph.claim(("prompt", page.slug, number), hint, build, own=own)


def _always(condition: Expression | None) -> bool:
    return condition is None or condition == Const(True)


def route_name(route: Route) -> str:
    """A short name for the nodes of a condition route."""
    target = route.target
    if target.kind in (Kind.PAGE, Kind.FLOW, Kind.PLAYBOOK):
        return f"to_{template_slug(target.name)[:40].strip('_') or 'page'}"
    return "always" if route.always else "when"
