"""Which routes and handlers are in scope on which page, and which pages wait at all."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Iterator, Mapping

from bascule.ir.expr import Const, Expression
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
    settled,
)

__all__ = ["Scopes"]

_MOST_WAYS = 50_000
"""Most ways from the places where pages wait to the routes of one flow that are written out."""

_BACK = frozenset({Kind.STAY, Kind.CURRENT, Kind.PREVIOUS, Kind.FLOW})
"""Targets that come back to the page that was active."""


class Scopes:
    """The scopes of one flow, worked out once."""

    def __init__(self, flow: FlowModel) -> None:
        self.flow = flow
        self.start = flow.start
        shared = len(flow.start.routes) + self._in_groups(flow.start)
        own = sum(self._asks(page) * len(page.routes) for page in flow.contexts)
        ways = own + sum(self._asks(page) * (self._in_groups(page) + shared) for page in flow.contexts)
        self.capped = ways > _MOST_WAYS
        self.crowded = own > _MOST_WAYS
        if self.capped:
            for page in flow.contexts:
                page.crowded = True
        self.own_groups = {page.slug: [] if self.capped else flow.group_routes(page) for page in flow.contexts}
        inherited = [*flow.start.routes, *self.own_groups[flow.start.slug]]
        self.inherited = [route for route in inherited if route.intent]
        self._conditions = {page.slug: self._condition_routes(page) for page in flow.contexts}
        self.waiting = [page for page in flow.contexts if self._waits(page)]
        self.waits = frozenset(page.slug for page in self.waiting)
        self._pages = self._pages_of_routes()
        self._handler_pages = {id(handler): page for page in flow.contexts for handler in page.handlers.values()}
        self.before = self._predecessors()
        self.counts = any(numbered(page.handlers, NO_MATCH) for page in flow.contexts)
        self.tracks_previous = any(
            target.kind is Kind.PREVIOUS and (page is None or page.slug not in self.before)
            for page, target in self._all_targets()
        )
        self.keeps_place = self.counts or self.tracks_previous or self._comes_back()

    def _in_groups(self, page: Page) -> int:
        return sum(len(self.flow.groups.get(name, ())) for name, _ in page.groups)

    def _asks(self, page: Page) -> int:
        """How often a page may wait, each time with all its routes."""
        offers = sum(offers_replies(route.steps) for route in page.routes if route.target.kind is Kind.STAY)
        asked = sum(1 + len(parameter.reprompts) for parameter in page.required)
        return 2 + len(page.handlers) + offers + asked

    def _condition_routes(self, page: Page) -> list[tuple[Route, Expression | None]]:
        """The routes without an intent that a page tries, with their conditions; those that do nothing are left out."""
        found: list[tuple[Route, Expression | None]] = []
        for route in (*page.routes, *self.own_groups[page.slug]):
            if route.intent or (not route.steps and route.target.kind is Kind.STAY):
                continue
            found.append((route, settled(route.condition, page) if route.condition is not None else None))
        return found

    def conditions(self, page: Page) -> list[tuple[Route, Expression | None]]:
        """Condition routes of a page in order: its own, then those of its groups. They are not inherited."""
        return self._conditions[page.slug]

    def intents(self, page: Page) -> list[Route]:
        """Intent routes of a page in order: its own, its groups', the flow's, the flow's groups'."""
        if self.capped:
            return [] if self.crowded else [route for route in page.routes if route.intent]
        own = [route for route in (*page.routes, *self.own_groups[page.slug]) if route.intent]
        return own if page.is_start else [*own, *self.inherited]

    def _waits(self, page: Page) -> bool:
        """Whether nothing leads on from the page at once, whatever the values."""
        return not any(
            (condition is None or condition == Const(True)) and route.target.kind is not Kind.STAY
            for route, condition in self.conditions(page)
        )

    def handlers(self, page: Page | None) -> Mapping[str, Handler]:
        """The handlers in scope: the page's, then the flow's."""
        if page is None or page.is_start:
            return self.start.handlers
        return ChainMap(page.handlers, self.start.handlers)

    def _pages_of_routes(self) -> dict[int, list[Page]]:
        pages: dict[int, list[Page]] = {}
        for page in self.flow.contexts:
            for route in page.routes:
                pages[id(route)] = [page]
            if not page.is_start:
                for route in self.own_groups[page.slug]:
                    pages.setdefault(id(route), []).append(page)
        for route in self.own_groups[self.start.slug]:
            pages.setdefault(id(route), []).insert(0, self.start)
        for route in self.inherited:
            pages[id(route)] = self.waiting
        return pages

    def page_of_route(self, route: Route) -> Page | None:
        """The one page on which a route runs; None where there are several."""
        pages = self._pages.get(id(route), ())
        return pages[0] if len(pages) == 1 else None

    def page_of_handler(self, handler: Handler) -> Page | None:
        """The one page on which a handler runs; None where there are several."""
        page = self._handler_pages.get(id(handler))
        if page is not None and not page.is_start:
            return page
        return self.waiting[0] if len(self.waiting) == 1 else None

    def _all_targets(self) -> Iterator[tuple[Page | None, Target]]:
        """Every target with the one page on which it is taken (None: several)."""
        for route in self.flow.all_routes():
            yield self.page_of_route(route), route.target
        for page in self.flow.contexts:
            for handler in page.handlers.values():
                yield self.page_of_handler(handler), handler.target
            for parameter in page.parameters:
                for handler in parameter.reprompts.values():
                    yield page, handler.target

    def _predecessors(self) -> dict[str, Page]:
        """For each page that only one other page leads to: that page."""
        sources: dict[str, list[Page | None]] = {}
        for page, target in self._all_targets():
            if target.kind is Kind.PAGE and target.name in self.flow.pages:
                known = sources.setdefault(self.flow.pages[target.name].slug, [])
                if len(known) < 2 and all(other is not page for other in known):
                    known.append(page)
        return {slug: pages[0] for slug, pages in sources.items() if len(pages) == 1 and pages[0] is not None}

    def _comes_back(self) -> bool:
        """Some route or handler that several pages share comes back to the page."""
        return any(page is None and target.kind in _BACK for page, target in self._all_targets())
