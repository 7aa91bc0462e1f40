"""One flow: envelope, definition, states, entries."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from bascule.diagnostics import Label
from bascule.ir.nodes import Ask, Edge, Message, Node
from bascule.ir.project import Entry, EntryKind, Flow, TemplateAsset
from bascule.parsers.twilio_studio import actions, messages
from bascule.parsers.twilio_studio.choices import add_choices
from bascule.parsers.twilio_studio.edges import event_of, keep_conditions
from bascule.parsers.twilio_studio.reading import Reading, json_text, slug, unique
from bascule.parsers.twilio_studio.rules import InitialState, NoStates, RefusedByVendor, WayIntoTrigger
from bascule.parsers.twilio_studio.shapes import Found
from bascule.parsers.twilio_studio.splits import Split, split
from bascule.parsers.twilio_studio.states import State, keep_member, read_states
from bascule.parsers.twilio_studio.widgets import DEFAULT_DESCRIPTION, TRIGGER_EVENTS, WidgetKind
from bascule.source import Place

__all__ = ["read_flow", "templates_of"]

_FLOW_MEMBERS = ("description", "states", "initial_state", "flags", "$schema")
_ENVELOPE_MEMBERS = frozenset(
    (
        *("sid", "account_sid", "friendly_name", "definition", "status", "revision", "commit_message"),
        *("valid", "errors", "warnings", "date_created", "date_updated", "webhook_url", "url", "links"),
        *("id", "validate", "lifecycle", "depends_on", "count", "for_each", "provider", "timeouts"),
    )
)
_EVENTS = tuple(TRIGGER_EVENTS)

_BUILDERS: dict[WidgetKind | None, Callable[[Reading, State], Node]] = {
    WidgetKind.MESSAGE: messages.message,
    WidgetKind.ASK: messages.ask,
    WidgetKind.SET: actions.set_variables,
    WidgetKind.HTTP: actions.request,
    WidgetKind.FUNCTION: actions.function,
    WidgetKind.SUBFLOW: actions.subflow,
    WidgetKind.HANDOVER: actions.handover,
    WidgetKind.VOICE: actions.unsupported,
    WidgetKind.CHANNEL: actions.unsupported,
    WidgetKind.RETIRED: actions.unsupported,
    None: actions.unsupported,
}


class _FlowReader:
    """Reads one flow. ``facts`` grow while reading."""

    def __init__(self, reading: Reading, found: Found) -> None:
        self.reading = reading
        self.found = found
        self.facts: list[tuple[str, str]] = []
        self.states: list[State] = []

    def read(self, stem: str, taken: dict[str, int], locale: str) -> Flow | None:
        """The flow, or None (with a finding) when it has no states."""
        found, book = self.found, self.reading.book
        for name in found.envelope or {}:
            assert found.envelope_place is not None
            book.open(f"envelope {name[:60]}", found.envelope_place.child(name))
        definition = found.definition or {}
        for name, value in definition.items():
            book.open(f"flow {name[:60]}", found.place.child(name))
            if name == "states":
                self.states, unread = read_states(self.reading, value, found.place.child("states"))
                self.facts.extend(unread)
        if not self.states:
            self._nothing()
            return None
        self._envelope()
        title, name = self._names()
        id_ = unique(slug(name) or slug(found.name) or slug(stem) or "flow", taken)
        self._definition()
        nodes, entries = self._graph()
        return Flow(
            id=id_,
            nodes=tuple(nodes),
            entries=tuple(entries),
            title=title,
            locale=locale,
            facts=tuple(self.facts),
            at=found.envelope_place or found.place,
        )

    def _nothing(self) -> None:
        found, book = self.found, self.reading.book
        place = found.place if found.definition is not None else (found.envelope_place or found.place)
        if not found.reported:
            what = "holds no states" if found.definition is not None else "is listed without its definition"
            self.reading.find(
                NoStates,
                place,
                f"the flow {what}",
                help="export the flow itself: *Show JSON* in the editor, or `GET /v2/Flows/FW…`",
            )
        book.drop_rest("nothing of the flow could be read", "export it again", found.reported or NoStates.code)

    def _names(self) -> tuple[str, str]:
        """Title, and the name the id is made from."""
        envelope, definition = self.found.envelope or {}, self.found.definition or {}
        for value in (envelope.get("friendly_name"), definition.get("description")):
            if isinstance(value, str) and value.strip():
                telling = value.strip() != DEFAULT_DESCRIPTION and "${" not in value
                return value, value if telling else ""
        return "", ""

    def _envelope(self) -> None:
        found, reading = self.found, self.reading
        if found.address:
            self.facts.append(("terraform", json_text(found.address)))
        for name, value in (found.envelope or {}).items():
            assert found.envelope_place is not None
            place = found.envelope_place.child(name)
            if name not in _ENVELOPE_MEMBERS:
                keep_member(reading, place, f"envelope: {name}", f"`{name[:60]}` of a flow", self.facts, name, value)
                continue
            reading.book.exact(place)
            if name != "definition":
                self.facts.append((name, json_text(value)))
            if (name == "valid" and value is False) or (name == "errors" and value):
                reading.find(
                    RefusedByVendor,
                    place,
                    "the export itself says that this flow is not valid",
                    help="export the published revision",
                )

    def _definition(self) -> None:
        found, reading = self.found, self.reading
        for name, value in (found.definition or {}).items():
            place = found.place.child(name)
            if name not in _FLOW_MEMBERS:
                keep_member(reading, place, f"flow: {name}", f"`{name[:60]}` of a flow", self.facts, name, value)
                continue
            reading.book.exact(place)
            if name != "states":
                self.facts.append((name, json_text(value)))
            if name == "description" and value is not None and not isinstance(value, str):
                reading.wrong_shape(place, "`description`", value, "a text", "kept as a fact")

    def _graph(self) -> tuple[list[Node], list[Entry]]:
        reading = self.reading
        nodes: list[Node] = []
        entries: list[Entry] = []
        splits: dict[str, Split] = {}
        triggers = [state for state in self.states if state.kind is WidgetKind.TRIGGER]
        for state in self.states:
            reading.state = state.id
            if state.kind is WidgetKind.TRIGGER:
                entries.extend(self._trigger(state))
                continue
            if state.kind is WidgetKind.SPLIT:
                node, splits[state.id] = split(reading, state)
            else:
                node = _BUILDERS[state.kind](reading, state)
            nodes.append(self._finish(state, node))
        self._start(triggers, entries, nodes)
        nodes = self._past_triggers(triggers, entries, nodes)
        by_id = {state.id: state for state in self.states}
        entered = [entry.target for entry in entries if entry.target is not None]
        return add_choices(reading, nodes, by_id, splits, entered), entries

    def _finish(self, state: State, node: Node) -> Node:
        """Keep the members that no builder took."""
        self._keep_rest(state)
        title = state.name if state.name != state.id else ""
        return replace(node, facts=(*node.facts, *state.unread), title=title)

    def _keep_rest(self, state: State) -> None:
        for name in state.properties.left():
            keep_member(
                self.reading,
                state.properties.at(name),
                f"{state.widget}: {name}",
                f"`{name[:60]}` of `{state.widget[:60] or 'a state'}`",
                state.unread,
                name,
                state.properties.values[name],
            )

    def _trigger(self, state: State) -> list[Entry]:
        """A trigger is no node: each of its events that leads somewhere is an entry."""
        reading = self.reading
        entries: list[Entry] = []
        for transition in state.transitions:
            event = event_of(reading, state, transition, _EVENTS, "incomingMessage")
            reading.book.exact(transition.place, "" if transition.target else "starts nothing")
            keep_conditions(reading, state, transition)
            if transition.target is None:
                continue
            # An unknown start is read as the strict case: the business writes first.
            kind = TRIGGER_EVENTS.get(event, EntryKind.API)
            if not event:
                reading.book.emulated(transition.place, "an unknown start, read as started by the business")
            entries.append(Entry(kind, transition.target, name=transition.event or event, at=transition.place))
        reading.book.exact(state.place, "its events are the entries of the flow")
        if "offset" in state.properties:
            state.properties.take("offset")
        self.facts.append(("trigger", json_text({"name": state.name, "properties": state.properties.values})))
        self._keep_rest(state)
        self.facts.extend((f"{state.id}/{name}", value) for name, value in state.unread)
        return entries

    def _start(self, triggers: list[State], entries: list[Entry], nodes: list[Node]) -> None:
        """Check ``initial_state`` and make an entry where no trigger gives one."""
        definition = self.found.definition or {}
        written = definition.get("initial_state")
        name = written if isinstance(written, str) else ""
        place = self.found.place.child("initial_state") if "initial_state" in definition else self.found.place
        known = {state.id: state for state in self.states}
        starter = known.get(name)
        if starter is not None and starter.kind is WidgetKind.TRIGGER:
            for extra in triggers:
                if extra is not starter:
                    self.reading.find(
                        InitialState,
                        extra.place,
                        f"`{extra.shown}` is a second trigger; its events are read as entries too",
                        help="a flow has one trigger",
                        labels=[Label(starter.place, "the trigger that the flow names")],
                    )
            return
        if starter is not None:
            self._report_start(place, f"the flow starts with `{starter.shown}`, which is no trigger", not triggers)
            if all(entry.target != starter.id for entry in entries):
                entries.insert(0, Entry(EntryKind.ANY_MESSAGE, starter.id, name="initial_state", at=place))
            return
        what = f"`initial_state` names `{name[:60]}`, which is no state" if name else "the flow has no `initial_state`"
        if triggers:
            self._report_start(place, f"{what}; it is taken to start with `{triggers[0].shown}`", False)
            return
        first = nodes[0]
        self._report_start(place, f"{what} and no trigger; its first state is `{first.id[:60]}`", True)
        entries.append(Entry(EntryKind.ANY_MESSAGE, first.id, name="initial_state", at=place))

    def _report_start(self, place: Place, what: str, guessed: bool) -> None:
        tail = "; it is taken to start with a message of the user" if guessed else ""
        self.reading.find(InitialState, place, what + tail, help="let `initial_state` name the trigger")

    def _past_triggers(self, triggers: list[State], entries: list[Entry], nodes: list[Node]) -> list[Node]:
        """Lead transitions that go back to a trigger to the one state after it."""
        ids = {state.id for state in triggers}
        after = {entry.target for entry in entries if entry.target not in ids}
        only = next(iter(after)) if len(after) == 1 else None
        result: list[Node] = []
        for node in nodes:
            if any(edge.target in ids for edge in node.edges):
                node = replace(node, edges=tuple(self._past(edge, ids, only) for edge in node.edges))
            result.append(node)
        return result

    def _past(self, edge: Edge, ids: set[str], only: str | None) -> Edge:
        if edge.target not in ids or edge.at is None:
            return edge
        help_ = f"it is led to `{only[:60]}`" if only else "name the state that should be shown again"
        code = self.reading.find(WayIntoTrigger, edge.at, "a transition leads back to the trigger", help=help_)
        if only is None:
            self.reading.book.degraded(edge.at, "the trigger is no node; kept as it is written", "name a state", code)
            return edge
        self.reading.book.emulated(edge.at, "led to the state after the trigger")
        return replace(edge, target=only)


def read_flow(reading: Reading, found: Found, stem: str, taken: dict[str, int], locale: str) -> Flow | None:
    """Read one flow; its id is unique among ``taken``."""
    return _FlowReader(reading, found).read(stem, taken, locale)


def templates_of(flows: list[Flow]) -> tuple[TemplateAsset, ...]:
    """The templates that flows send by id, each once, in order of first use."""
    seen: dict[str, TemplateAsset] = {}
    for flow in flows:
        for node in flow.nodes:
            use: Any = node.content.template if isinstance(node, (Message, Ask)) else None
            if use is not None and use.provider_id and use.provider_id not in seen:
                seen[use.provider_id] = TemplateAsset("", provider="twilio", provider_id=use.provider_id, at=use.at)
    return tuple(seen.values())
