"""Reading flows, pages, groups, routes and handlers out of their files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

from bascule.ir.expr import Call, Const, Ref, walk
from bascule.language.members import Facts, clip, slug
from bascule.language.names import template_slug
from bascule.language.reading import unique
from bascule.parsers.dialogflow_cx.forms import FormReader
from bascule.parsers.dialogflow_cx.losses import FormStatus, GenerativePart, RecognitionSetting, VoiceOnly
from bascule.parsers.dialogflow_cx.model import (
    STAY,
    FlowModel,
    Handler,
    Kind,
    Page,
    Route,
    Target,
    is_final,
    target_of,
)
from bascule.parsers.dialogflow_cx.package import FlowPart
from bascule.parsers.dialogflow_cx.reading import FORM_STATUS, AgentMembers, AgentReading, Part, hollow
from bascule.parsers.dialogflow_cx.rules import RouteWithoutCause, UnknownName, UnknownTarget, WrongShape
from bascule.parsers.dialogflow_cx.services import Services
from bascule.parsers.dialogflow_cx.steps import read_fulfillment
from bascule.source import Place

__all__ = ["FlowReader", "Names", "silence"]

_SYMBOLS = ("Current Page", "End Flow", "End Session", "Previous Page", "Start Page")


@dataclass(frozen=True, slots=True)
class Names:
    """What routes may refer to, by display name. ``groups`` are the agent's own route groups, already read."""

    flows: Mapping[str, Any]
    intents: Mapping[str, Any]
    entities: Mapping[str, Any]
    groups: dict[str, list[Route]] = field(default_factory=dict)


def silence(settings: Any) -> float | None:
    """Seconds without speech that ``advancedSettings`` allow, if they say."""
    speech = settings.get("speechSettings") if isinstance(settings, dict) else None
    timeout = speech.get("noSpeechTimeout") if isinstance(speech, dict) else None
    seconds = timeout.get("seconds") if isinstance(timeout, dict) else None
    if isinstance(seconds, (int, float)) and not isinstance(seconds, bool) and 0 < seconds < 1e9:
        return float(seconds)
    return None


def _article(what: str) -> str:
    return f"{'an' if what[:1] in 'aeiou' else 'a'} {what}"


def _lists(value: Mapping[str, Any], *names: str) -> tuple[str, ...]:
    return tuple(name for name in names if isinstance(value.get(name), list))


class FlowReader:
    """Reads one flow with its pages and groups."""

    def __init__(self, reading: AgentReading, services: Services, names: Names, flow: FlowPart) -> None:
        self.reading = reading
        self.services = services
        self.names = names
        self.source = flow
        self.slugs: dict[str, int] = {}

    def read(self, id_: str) -> FlowModel:
        """The flow; ``id_`` is its id in the graph."""
        source = self.source
        start = Page("Start Page", unique("start", self.slugs), source.place, is_start=True)
        model = FlowModel(source.name, id_, source.place, start)
        if source.part is not None:
            self._flow_file(source.part, start, model.facts)
        for number, (name, part) in enumerate(source.pages.items(), 1):
            page_slug = unique(template_slug(name)[:60].strip("_") or slug(name) or f"page_{number}", self.slugs)
            model.pages[name] = self._page_file(name, page_slug, part)
        model.groups = {name: self.group(part) for name, part in source.groups.items()}
        for page in model.contexts:
            self._settle_groups(page, model)
        return model

    def group(self, part: Part) -> list[Route]:
        """The routes of a route group."""
        self.reading.file(part, "route group")
        structural = _lists(part.value, "transitionRoutes")
        facts: Facts = []
        members = AgentMembers(self.reading, part.value, part.place, "route group", facts, structural)
        members.skip("displayName")
        members.skip("name")
        routes: list[Route] = []
        if structural:
            routes = self._routes(part.value["transitionRoutes"], part.place.child("transitionRoutes"), facts)
        else:
            members.items("transitionRoutes")
        members.close()
        return routes

    def _flow_file(self, part: Part, start: Page, facts: Facts) -> None:
        reading = self.reading
        reading.file(part, "flow")
        structural = _lists(part.value, "transitionRoutes", "eventHandlers", "transitionRouteGroups")
        members = AgentMembers(reading, part.value, part.place, "flow", facts, structural)
        members.skip("displayName")
        members.fact("name", "description")
        start.no_speech = self.settings(members)
        for name in ("nluSettings", "nluSettingsList", "multiLanguageSettings"):
            reason = "how the old platform recognises; kept as a fact"
            members.lose(
                name, RecognitionSetting, f"flow {name}", f"set how the old platform recognises (`{name}`)", reason
            )
        self._routing(part.value, part.place, members, start)
        members.close()

    def _page_file(self, name: str, page_slug: str, part: Part) -> Page:
        reading = self.reading
        reading.file(part, "page")
        page = Page(name, page_slug, part.place)
        form, entry = part.value.get("form"), part.value.get("entryFulfillment")
        structural = [
            *_lists(part.value, "transitionRoutes", "eventHandlers", "transitionRouteGroups"),
            *(("entryFulfillment",) if isinstance(entry, dict) else ()),
            *(("form",) if isinstance(form, dict) else ()),
        ]
        members = AgentMembers(reading, part.value, part.place, "page", page.facts, structural)
        members.skip("displayName")
        members.fact("name", "description")
        page.no_speech = self.settings(members)
        if isinstance(entry, dict):
            page.entry = read_fulfillment(
                reading, self.services, entry, part.place.child("entryFulfillment"), page.facts
            )
        else:
            members.object("entryFulfillment")
        if isinstance(form, dict):
            inner = _lists(form, "parameters")
            rest = AgentMembers(reading, form, part.place.child("form"), "form", page.facts, inner)
            if not inner:
                rest.items("parameters")
            rest.close()
            FormReader(self).read(page, form["parameters"] if inner else [], part.place.child("form", "parameters"))
        else:
            members.object("form")
        self._routing(part.value, part.place, members, page)
        members.close()
        return page

    def settings(self, members: AgentMembers) -> float | None:
        """The ``advancedSettings`` of an object, kept as a fact; returns the seconds of silence that they set."""
        value = members.data.get("advancedSettings")
        if hollow(value):
            members.skip("advancedSettings")
        else:
            what = f"{members.what} settings"
            members.lose(
                "advancedSettings", VoiceOnly, what, "have settings for calls and logs", "for calls and logs; kept"
            )
        return silence(value)

    def _routing(self, value: Mapping[str, Any], place: Place, members: AgentMembers, page: Page) -> None:
        """Routes, handlers and groups of a page or flow."""
        members.lose(
            "knowledgeConnectorSettings",
            GenerativePart,
            "knowledge connector",
            "answer from documents with a language model",
            "a language model answers; kept as a fact",
        )
        if isinstance(value.get("transitionRoutes"), list):
            page.routes = self._routes(value["transitionRoutes"], place.child("transitionRoutes"), page.facts)
        else:
            members.items("transitionRoutes")
        if isinstance(value.get("eventHandlers"), list):
            page.handlers = self.handlers(value["eventHandlers"], place.child("eventHandlers"), page.facts)
        else:
            members.items("eventHandlers")
        groups = value.get("transitionRouteGroups")
        if not isinstance(groups, list):
            members.items("transitionRouteGroups")
            return
        for index, name in enumerate(groups):
            at = place.child("transitionRouteGroups", index)
            self.reading.book.open("use of a route group", at)
            self.reading.book.exact(at)
            if isinstance(name, str):
                page.groups.append((name, at))
            else:
                code = self.reading.find(
                    WrongShape, at, "a route group is named by something that is no text", help="write its name"
                )
                self.reading.book.dropped(at, "no name", "write the group's name", code)

    def _settle_groups(self, page: Page, model: FlowModel) -> None:
        """Keep the groups that exist: the flow's own, else the agent's."""
        kept = []
        for name, place in page.groups:
            if name not in model.groups and name in self.names.groups:
                model.groups[name] = self.names.groups[name]
            if name in model.groups:
                kept.append((name, place))
            else:
                self.unknown(
                    place, "route group", name, chain(model.groups, self.names.groups), "its routes are missing"
                )
        page.groups = kept

    def unknown(self, place: Place, what: str, name: str, known: Iterable[str], reason: str) -> None:
        """Report a reference to something that does not exist; ``reason`` says what comes of it."""
        guess = self.reading.nearest(name, known)
        code = self.reading.find(
            UnknownName,
            place,
            f"there is no {what} `{clip(name)}`",
            help=f"did you mean `{clip(guess)}`?" if guess else "export the whole agent",
        )
        self.reading.book.degraded(place, reason, "export the whole agent", code)

    def no_object(self, place: Place, what: str) -> None:
        """Report an item of a list that should be an object."""
        self.reading.book.open(what, place)
        code = self.reading.find(
            WrongShape, place, f"{_article(what)} is no object; it is left out", help="write an object"
        )
        self.reading.book.dropped(place, "no object", "write an object", code)

    def _routes(self, items: list[Any], place: Place, facts: Facts) -> list[Route]:
        found = []
        for index, item in enumerate(items):
            at = place.child(index)
            if not isinstance(item, dict):
                self.no_object(at, "route")
                continue
            trigger = item.get("triggerFulfillment")
            structural = ("triggerFulfillment",) if isinstance(trigger, dict) else ()
            members = AgentMembers(self.reading, item, at, "route", facts, structural, prefix=f"route {index + 1} ")
            self._id(members)
            route = Route(at, item, intent=members.string("intent"), description=members.string("description").strip())
            if route.label != route.description:
                members.keep("description")
            written = members.string("condition")
            if written.strip():
                route.condition = self.reading.condition(written, members.at("condition"))
                self._check_status(route, members.at("condition"))
            route.target = self._target(members)
            if isinstance(trigger, dict):
                route.steps = read_fulfillment(
                    self.reading, self.services, trigger, at.child("triggerFulfillment"), facts
                )
            else:
                members.object("triggerFulfillment")
            members.close()
            if route.intent and route.intent not in self.names.intents:
                known = self.names.intents
                self.unknown(members.at("intent"), "intent", route.intent, known, "nothing is recognised as it")
            if not route.intent and route.condition is None:
                self._without_cause(at, "a route has neither an intent nor a condition, so nothing takes it")
                continue
            found.append(route)
        return found

    def _id(self, members: AgentMembers) -> None:
        """The id of a route or handler; its place in the graph is what it is here."""
        if "name" in members:
            members.take("name")
            reason = "an id of the old platform; the place in the graph stands for it"
            self.reading.book.emulated(members.at("name"), reason)

    def _without_cause(self, place: Place, message: str) -> None:
        help_ = "give it an intent, a condition or an event, or remove it"
        code = self.reading.find(RouteWithoutCause, place, message, help=help_)
        self.reading.bury(place, "nothing takes it", help_, code, kept=False)

    def _check_status(self, route: Route, place: Place) -> None:
        """Conditions on the state of a form or value other than being filled."""
        for item in walk(route.condition or Const(True)):
            if not isinstance(item, Call) or item.name not in ("eq", "ne", "contains") or is_final(item):
                continue
            left, right = item.args[0], item.args[-1]
            if not isinstance(left, Ref) or left.path[:2] != FORM_STATUS[:2] or left.path[-1] != "status":
                continue
            value = right.value if isinstance(right, Const) else None
            if len(left.path) > 3 and isinstance(value, str) and value.upper() in ("FILLED", "EMPTY"):
                continue
            if left.path == FORM_STATUS and item.name == "ne" and str(value).upper() == "FINAL":
                continue
            code = self.reading.find(
                FormStatus,
                place,
                f"the state `{clip(str(value))}` of a form or value is known to Dialogflow only",
                help="test a variable that is set after the question",
            )
            self.reading.book.degraded(place, "the state is not carried", "test a variable", code)

    def _target(self, members: AgentMembers) -> Target:
        page, flow, playbook = (members.string(name) for name in ("targetPage", "targetFlow", "targetPlaybook"))
        if page:
            place = members.at("targetPage")
            target = target_of(page, self.source.pages, place)
            if target.kind is not Kind.PAGE or page in self.source.pages:
                return target
            return self._dangling(place, "page", page, chain(self.source.pages, _SYMBOLS))
        if flow:
            place = members.at("targetFlow")
            if flow not in self.names.flows:
                self._dangling(place, "flow", flow, self.names.flows)
            return Target(Kind.FLOW, flow, place)
        if playbook:
            place = members.at("targetPlaybook")
            code = self.reading.find(
                GenerativePart,
                place,
                f"the conversation goes on in the playbook `{clip(playbook)}`, which a language model speaks for",
                help="write what happens there as a flow",
            )
            self.reading.book.dropped(place, "a language model decides what is said", "write it as a flow", code)
            return Target(Kind.PLAYBOOK, playbook, place)
        return STAY

    def _dangling(self, place: Place, what: str, name: str, known: Iterable[str]) -> Target:
        guess = self.reading.nearest(name, known)
        where = f"the flow `{clip(self.source.name)}` has" if what == "page" else "the agent has"
        code = self.reading.find(
            UnknownTarget,
            place,
            f"{where} no {what} `{clip(name)}`",
            help=f"did you mean `{clip(guess)}`?" if guess else f"name an existing {what}, or export the whole agent",
        )
        reason = "it leads nowhere; the conversation stays" if what == "page" else "what the flow says is not here"
        self.reading.book.degraded(place, reason, f"name an existing {what}", code)
        return STAY

    def handlers(self, items: list[Any], place: Place, facts: Facts) -> dict[str, Handler]:
        """Event handlers by event; the first of an event is the one that is called."""
        found: dict[str, Handler] = {}
        for index, item in enumerate(items):
            at = place.child(index)
            if not isinstance(item, dict):
                self.no_object(at, "event handler")
                continue
            trigger = item.get("triggerFulfillment")
            structural = ("triggerFulfillment",) if isinstance(trigger, dict) else ()
            prefix = f"handler {index + 1} "
            members = AgentMembers(self.reading, item, at, "event handler", facts, structural, prefix=prefix)
            self._id(members)
            event = members.string("event").strip()
            members.fact("description")
            handler = Handler(event, at, item, target=self._target(members))
            if isinstance(trigger, dict):
                handler.steps = read_fulfillment(
                    self.reading, self.services, trigger, at.child("triggerFulfillment"), facts
                )
            else:
                members.object("triggerFulfillment")
            members.close()
            if not event:
                self._without_cause(at, "a handler names no event, so nothing calls it")
            elif event in found:
                self._without_cause(at, f"a second handler of `{clip(event)}`; the first one is called")
            else:
                found[event] = handler
        return found
