"""From the model of a flow to the flow itself: its nodes in order, its entries, and what nothing leads to."""

from __future__ import annotations

from bascule.ir.nodes import Node
from bascule.ir.parts import FILE, as_part
from bascule.ir.project import Entry, EntryKind, Flow
from bascule.language.members import Facts, clip
from bascule.language.reading import json_text
from bascule.parsers.dialogflow_cx.calls import Agent
from bascule.parsers.dialogflow_cx.graph import FlowGraph
from bascule.parsers.dialogflow_cx.losses import EventFromOutside, HandlerUnused, SilenceTimer, VoiceOnly, WebhookCheck
from bascule.parsers.dialogflow_cx.model import NO_INPUT, FlowModel, Handler, Kind, Page, Route
from bascule.parsers.dialogflow_cx.reading import AgentReading, unpacked
from bascule.parsers.dialogflow_cx.rules import RouteNeverTaken, TooManyWays
from bascule.source import Place

__all__ = ["build_flow", "bury_routes"]

_PLATFORM = ("sys.", "webhook.", "flow.")
_VOICE = "what is said when nobody speaks; kept as a fact"


def build_flow(
    reading: AgentReading, agent: Agent, model: FlowModel, ids: dict[str, str], shared: set[int]
) -> tuple[Flow, set[int]]:
    """The flow, and the routes, handlers and parameters that something in it leads to (by identity). Routes of groups
    that several flows share (``shared``) are judged by the caller."""
    graph = FlowGraph(reading, agent, model, ids)
    is_start = agent.start == model.name
    if graph.scopes.capped:
        reading.find(
            TooManyWays,
            model.place,
            f"the pages and inherited routes of `{clip(model.name)}` multiply to too many ways",
            help="split the flow",
        )
    first = ""
    if model.callers - {model.name} or not is_start:
        first = graph.solid(graph.called(), model.place)
    for page in model.pages.values():
        graph.enter(page)
    entries = _entries(graph, agent, model)
    graph.run()
    facts: Facts = [*model.facts, *model.start.facts]
    for page in model.pages.values():
        if page.slug in graph.headless:
            # A page that only leads on has no node of its own.
            facts += [(f"page {page.name}: {name}", value) for name, value in page.facts]
    _unused(reading, graph, model, facts, shared)
    nodes: list[Node] = [node for page in model.contexts for node in graph.nodes[page.slug]]
    # Where other flows come in is the first node.
    nodes.sort(key=lambda node: node.id != first)
    flow = Flow(
        id=model.id,
        nodes=tuple(nodes),
        entries=tuple(entries),
        title=model.name,
        locale=reading.language,
        facts=tuple(facts),
        at=model.place,
    )
    return as_part(flow, FILE) if reading.alone else flow, graph.used


def _entries(graph: FlowGraph, agent: Agent, model: FlowModel) -> list[Entry]:
    entries: list[Entry] = []
    start = model.start
    if agent.start == model.name:
        for route in graph.first_routes():
            target = graph.solid(graph.route(route, start), route.place)
            condition = None if route.always else route.condition
            entries.append(Entry(EntryKind.INTENT, target, intent=route.intent, condition=condition, at=route.place))
        first = graph.parts.ladder(start, "first", 0, lambda _: graph.missed(start))
        entries.append(Entry(EntryKind.ANY_MESSAGE, graph.solid(first, start.place), at=start.place))
    for page in model.contexts:
        for event, handler in page.handlers.items():
            if event.startswith(_PLATFORM) or handler.idle:
                if handler.idle:
                    graph.used.add(id(handler))
                continue
            entries.append(_event(graph, page, handler, agent.start == model.name))
    return entries


def _event(graph: FlowGraph, page: Page, handler: Handler, is_start: bool) -> Entry:
    """An event that a program or channel sends."""
    target = graph.solid(graph.handled(handler, page), handler.place)
    plain = handler.event.upper().replace("-", "_")
    if page.is_start and is_start and (plain == "WELCOME" or plain.endswith("_WELCOME")):
        return Entry(EntryKind.CHAT_OPENED, target, name=handler.event, at=handler.place)
    reading = graph.reading
    reading.find_once(
        EventFromOutside,
        "event",
        handler.place,
        lambda count: f"{count} event(s) are sent by a program; each is an entry of its flow",
        help="let the program start the flow at that entry",
    )
    reading.book.emulated(handler.place.child("event"), "an entry that a program uses")
    return Entry(EntryKind.API, target, name=handler.event, at=handler.place)


def bury_routes(reading: AgentReading, routes: list[Route], used: set[int], facts: Facts) -> None:
    """Account for the routes that nothing takes."""
    for route in routes:
        if id(route) in used or (not route.steps and route.target.kind is Kind.STAY):
            continue
        code = reading.find(
            RouteNeverTaken,
            route.place,
            f"the route for `{clip(route.intent)}` is never taken"
            if route.intent
            else "a condition route is never taken",
            help="an earlier route takes its place, or no page waits for it: remove one of them",
        )
        reading.bury(route.place, "nothing takes the route; kept as a fact", "remove it", code)
        data = json_text(reading.safe(dict(route.data), route.place, report=False))
        facts.append((f"route {route.place.pointer}", data))


def _unused(reading: AgentReading, graph: FlowGraph, model: FlowModel, facts: Facts, shared: set[int]) -> None:
    own = [route for route in model.all_routes() if id(route) not in shared]
    bury_routes(reading, own, graph.used, facts)
    for page in model.contexts:
        owner = "" if page.is_start else f"page {page.name}: "
        for handler in page.handlers.values():
            _unused_handler(reading, graph, handler, owner, facts)
        for parameter in page.required:
            if id(parameter) in graph.used:
                for handler in parameter.reprompts.values():
                    _unused_handler(reading, graph, handler, f"{owner}{parameter.name}: ", facts)
                continue
            code = _count(reading, HandlerUnused, "parameter", parameter.place, "form parameter(s) are never asked for")
            reading.bury(parameter.place, "the page leads on before it is asked for", "remove it", code)
            facts.append((f"{owner}parameter {parameter.name}", json_text(unpacked(parameter.facts))))


def _unused_handler(reading: AgentReading, graph: FlowGraph, handler: Handler, owner: str, facts: Facts) -> None:
    if id(handler) in graph.used or handler.idle:
        return
    event, place = handler.event, handler.place
    if event.startswith(NO_INPUT) and handler.moves:
        code = _count(reading, SilenceTimer, "leads on", place, "handler(s) lead on when nobody speaks")
        reading.bury(place, "in a chat seconds of silence are nothing; kept as a fact", "a timeout after hours", code)
    elif event.startswith(NO_INPUT):
        code = _count(reading, VoiceOnly, "no-input", place, "handler(s) say something when nobody speaks")
        reading.bury(place, _VOICE, "a timeout after hours", code)
    elif event == "sys.invalid-parameter":
        code = _count(reading, WebhookCheck, "check", place, "handler(s) wait for a webhook to reject a value")
        reading.bury(place, "only a standard webhook raises it; kept as a fact", "a case after the request", code)
    else:
        code = _count(reading, HandlerUnused, "handler", place, "handler(s) wait for events that nothing raises here")
        reading.bury(place, "nothing raises the event; kept as a fact", "remove it", code)
    data = json_text(reading.safe(dict(handler.data), place, report=False))
    facts.append((f"{owner}handler {event}", data))


def _count(reading: AgentReading, rule: type, key: str, place: Place, what: str) -> str:
    return reading.find_once(rule, key, place, lambda count: f"{count} {what}")
