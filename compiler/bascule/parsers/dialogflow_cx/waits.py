"""Where a flow waits for the person: what an answer leads to, in Dialogflow CX's order.

Routes with an intent are tried first: the page's own, those of its groups, the flow's, those of the flow's groups. Then
the answer fills the parameter that was asked for. What fits nothing is a no-match; silence may be a no-input.
Facts: https://cloud.google.com/dialogflow/cx/docs/reference/rest/v3/projects.locations.agents.flows.pages
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from bascule.ir.content import Choice, ChoiceKind, Content
from bascule.ir.expr import Call, Const, Expression
from bascule.ir.nodes import Ask, Chosen, Duration, Edge, Otherwise, ReplyKind, Timeout, Validation, When
from bascule.ir.text import plain_text
from bascule.language.names import template_slug
from bascule.parsers.dialogflow_cx.calls import said_key
from bascule.parsers.dialogflow_cx.chain import Goto, Listen, Owner, Tail
from bascule.parsers.dialogflow_cx.losses import SilenceTimer
from bascule.parsers.dialogflow_cx.model import (
    NO_INPUT,
    NO_MATCH,
    NO_SPEECH,
    Handler,
    Kind,
    Page,
    Parameter,
    Route,
    numbered,
    reply_kind,
    settled,
)
from bascule.parsers.dialogflow_cx.pieces import Said

if TYPE_CHECKING:
    from bascule.parsers.dialogflow_cx.graph import FlowGraph

__all__ = ["Point", "Waits"]


@dataclass(frozen=True, slots=True)
class Point:
    """A point of waiting: a page (by slug), the parameter asked for (-1: none), and how often nothing fitted so far."""

    page: str
    parameter: int = -1
    level: int = 0


def intent_test(name: str) -> Expression:
    """The condition that a message was recognised as an intent."""
    return Call("intent", (Const(name),))


def _all_choices(content: Content) -> tuple[Choice, ...]:
    return (*(choice for card in content.cards for choice in card.choices), *content.choices)


def _words(choice: Choice) -> list[str]:
    """What a tap sends: the channel's own payload, and the words on the choice."""
    return [*([choice.payload] if choice.payload else []), *(plain_text(title) for _, title in choice.title)]


class Waits:
    """Makes the questions of one flow."""

    def __init__(self, graph: FlowGraph) -> None:
        self.graph = graph
        self.told: set[int] = set()

    def _of(self, point: Point) -> tuple[Page, Parameter | None]:
        page = self.graph.by_slug[point.page]
        return page, page.required[point.parameter] if point.parameter >= 0 else None

    def ask(self, id_: str, point: Point, said: Said | None, common: dict[str, Any]) -> Ask:
        """The question at a point, in the words of ``said`` if there are any."""
        page, parameter = self._of(point)
        content = said.content if said is not None else Content()
        facts = common.pop("facts", ())
        if parameter is not None and id(parameter) not in self.told:
            self.told.add(id(parameter))
            facts = (*facts, *parameter.facts)
        reply, validation = ReplyKind.ANY, None
        if parameter is not None:
            kind = reply_kind(parameter.entity)
            reply = kind or ReplyKind.TEXT
            if kind is None:
                validation = Validation(
                    entity=parameter.entity, pattern=self.graph.agent.patterns.get(parameter.entity, "")
                )
            content = self._with_values(content, parameter)
        edges = self._edges(point, page, parameter, content, said.events if said is not None else {})
        return Ask(
            **{**common, "id": id_, "facts": facts},
            content=content,
            reply=reply,
            into=parameter.path if parameter is not None else (),
            validation=validation,
            edges=tuple(edges),
        )

    def _with_values(self, content: Content, parameter: Parameter) -> Content:
        """Choices that mean a value of the parameter's entity store that value."""
        known = self.graph.agent.values.get(parameter.entity)
        if not known:
            return content
        choices = []
        for choice in content.choices:
            words = _words(choice)
            value = next((known[said_key(word)] for word in words if said_key(word) in known), None)
            titled = value in [plain_text(title) for _, title in choice.title]
            keep = choice.kind is not ChoiceKind.REPLY or value is None or titled
            choices.append(choice if keep else replace(choice, value=Const(value)))
        return replace(content, choices=tuple(choices))

    def _edges(
        self, point: Point, page: Page, parameter: Parameter | None, content: Content, events: dict[str, str]
    ) -> Iterator[Edge]:
        routes = self._routes(page)
        yield from self._chosen(page, routes, _all_choices(content), events)
        for route in routes:
            test = intent_test(route.intent)
            if not route.always and route.condition is not None:
                test = Call("and", (test, settled(route.condition, page)))
            own = self.graph.scopes.page_of_route(route) is page
            label = route.label if own else ""
            yield Edge(When(test), self.graph.route(route, page), label=label, at=route.place)
        if parameter is not None:
            yield Edge(When(parameter.filled), self.graph.resume(page), at=parameter.place)
        timer = self._silence(point, page, parameter)
        if timer is not None:
            yield timer
        place = parameter.place if parameter is not None else page.place
        yield Edge(Otherwise(), self._missed(point, page, parameter), at=place)

    def _routes(self, page: Page) -> list[Route]:
        """The intent routes that a page tries, in order, each intent once where it needs no condition."""
        seen: set[str] = set()
        found = []
        for route in self.graph.intent_routes(page):
            if route.intent in seen:
                continue
            if route.always:
                seen.add(route.intent)
            found.append(route)
        return found

    def _chosen(
        self, page: Page, routes: list[Route], choices: tuple[Choice, ...], events: dict[str, str]
    ) -> Iterator[Edge]:
        """Ways of the choices whose words are a training phrase of a route's intent, or that raise an event."""
        first: dict[str, Route] = {}
        for route in routes:
            first.setdefault(route.intent, route)
        order = {intent: number for number, intent in enumerate(first)}
        for choice in choices:
            if choice.kind is not ChoiceKind.REPLY:
                continue
            event = events.get(choice.id)
            handler = self.graph.handler(page, event) if event else None
            if handler is not None:
                yield Edge(Chosen((choice.id,)), self.graph.handled(handler, page), at=choice.at)
                continue
            meant: set[str] = set()
            for word in _words(choice):
                meant |= self.graph.agent.phrases.get(said_key(word), set())
            hits = sorted((name for name in meant if name in order), key=lambda name: order[name])
            if hits and first[hits[0]].always:
                yield Edge(Chosen((choice.id,)), self.graph.route(first[hits[0]], page), at=choice.at)

    def _silence(self, point: Point, page: Page, parameter: Parameter | None) -> Edge | None:
        """A timeout where silence ends the talk or calls a person. Anything else belongs to the telephone: in a chat
        Dialogflow itself never raises no-input, and seconds of silence are nothing there."""
        scopes = [parameter.reprompts] if parameter is not None else []
        scopes += [page.handlers, self.graph.flow.start.handlers]
        for handlers in scopes:
            handler = handlers.get(f"{NO_INPUT}-1") or handlers.get(f"{NO_INPUT}-default")
            if handler is None:
                continue
            if not handler.closes:
                return None
            reading = self.graph.reading
            if id(handler) not in self.told:
                self.told.add(id(handler))
                reading.find_once(
                    SilenceTimer,
                    "closes",
                    handler.place,
                    lambda count: f"{count} handler(s) end the talk or call a person when nobody speaks",
                    help="say after how many hours without an answer that should happen in a chat",
                    seconds=self._seconds(page, parameter),
                )
            code = SilenceTimer.code
            place = handler.place.child("event")
            reading.book.degraded(place, "a timeout whose length has to be chosen", "choose its length", code)
            own = parameter is not None and handlers is parameter.reprompts
            target = self._reprompt(point, page, handler, point.level) if own else self.graph.handled(handler, page)
            return Edge(Timeout(Duration()), target, at=handler.place)
        return None

    def _seconds(self, page: Page, parameter: Parameter | None) -> float:
        """Seconds without speech after which Dialogflow CX raises no-input there."""
        times = (parameter.no_speech if parameter else None, page.no_speech, self.graph.flow.start.no_speech)
        return next((time for time in (*times, self.graph.agent.no_speech) if time is not None), NO_SPEECH)

    def _missed(self, point: Point, page: Page, parameter: Parameter | None) -> str | None:
        """Where an answer leads that fits nothing."""
        if parameter is None:
            return self.graph.missed(page)
        times = numbered(parameter.reprompts, NO_MATCH)
        most = max(times, default=0)
        following = min(point.level + 1, most)
        handler = times.get(point.level + 1) or parameter.reprompts.get(f"{NO_MATCH}-default")
        if handler is None or (handler.idle and not parameter.prompt):
            # Without a handler of its own the first question is asked again.
            return self.graph.prompt(page, point.parameter)
        return self._reprompt(point, page, handler, following)

    def _reprompt(self, point: Point, page: Page, handler: Handler, level: int) -> str | None:
        """What a parameter's own handler says, and the question again."""
        graph = self.graph
        graph.used.add(id(handler))
        then = Point(point.page, point.parameter, level)
        tail: Tail = Listen(then)
        if handler.target.kind is not Kind.STAY:
            if not handler.steps:
                return graph.after(graph.transition(handler.target, page, handler.place, page.slug))
            tail = Goto(None)
        elif not handler.steps:
            return graph.plain(then)
        parameter = page.required[point.parameter]
        short = template_slug(handler.event.removeprefix("sys."))
        hint = f"{page.slug}.{template_slug(parameter.name) or 'value'}.{short}"

        def build(id_: str) -> None:
            target = tail
            if handler.target.kind is not Kind.STAY:
                target = graph.transition(handler.target, page, handler.place, page.slug)
            graph.chain(Owner(page.slug, page, place=handler.place), id_, handler.steps, target)

        return graph.claim(("reprompt", id(handler), level), hint, build)
