"""Transitions as edges: every event of a widget has its guard, and what is none is kept all the same."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bascule.ir.expr import Opaque
from bascule.ir.nodes import Edge, Guard, When
from bascule.parsers.twilio_studio.losses import UnknownMember
from bascule.parsers.twilio_studio.reading import Reading, json_text, number_of
from bascule.parsers.twilio_studio.rules import HandWrittenDialect, TransitionTwice, UnknownEvent
from bascule.parsers.twilio_studio.states import State, Transition
from bascule.parsers.twilio_studio.widgets import close_to, same_event
from bascule.source import Place

__all__ = ["UNKNOWN_EVENT", "edges_of", "event_of", "keep_conditions", "position_of"]

UNKNOWN_EVENT = "an event the widget does not have; kept as an edge with an opaque condition"


def event_of(reading: Reading, state: State, transition: Transition, known: tuple[str, ...], main: str) -> str:
    """The widget's own event that a transition is for, or ``""`` when it has none like it."""
    event = transition.event
    if event in known:
        return event
    if not event.strip():
        meant = "match" if transition.conditions and "match" in known else main
        reading.find(
            UnknownEvent,
            transition.place,
            f"a transition of `{state.shown}` has no event; it is read as `{meant}`",
            help=f"the events are: {', '.join(known)}",
        )
        return meant
    place = transition.place.child("event")
    meant = same_event(event, known)
    if meant:
        reading.find(
            HandWrittenDialect,
            place,
            f"`{state.shown}` has the event `{event[:40]}`; it is read as `{meant}`",
            help=f"write `{meant}`",
        )
        return meant
    close = close_to(event, known)
    reading.find(
        UnknownEvent,
        place,
        f"`{state.shown}` is a `{state.widget[:40]}`, which has no event `{event[:40]}`",
        help=f"did you mean `{close}`?" if close else f"its events are: {', '.join(known)}",
    )
    return ""


def edges_of(reading: Reading, state: State, guards: Mapping[str, Guard], main: str) -> list[Edge]:
    """The edges of a state, in file order. ``main`` is the event of a transition that names none."""
    known = tuple(guards)
    seen: set[str] = set()
    edges: list[Edge] = []
    for transition in state.transitions:
        event = event_of(reading, state, transition, known, main)
        if event and event in seen:
            reading.find(
                TransitionTwice,
                transition.place,
                f"`{state.shown}` has a second transition for `{event}`; only the first is ever taken",
                help="remove one of them",
            )
        seen.add(event)
        guard = guards[event] if event else When(Opaque("twilio-studio", f"event {transition.event}"))
        if event:
            reading.book.exact(transition.place)
        else:
            reading.book.emulated(transition.place, UNKNOWN_EVENT)
        keep_conditions(reading, state, transition)
        edges.append(Edge(guard, transition.target, "" if event else transition.event, transition.place))
    return edges


def keep_conditions(reading: Reading, state: State, transition: Transition) -> None:
    """Keep the conditions of a transition that does not look at them."""
    for condition in transition.conditions:
        state.unread.append((condition.key, json_text(condition.data)))
        code = reading.find_once(
            UnknownMember,
            "conditions outside a split",
            condition.place,
            lambda count: f"conditions outside a split have no effect; {count} kept as facts",
        )
        reading.book.degraded(condition.place, "a condition outside a split has no effect", "use a split", code)


def position_of(reading: Reading, state: State) -> tuple[float, float] | None:
    """Where the editor shows the state; an unreadable ``offset`` becomes a hint."""
    properties = state.properties
    if "offset" not in properties:
        return None
    value: Any = properties.take("offset")
    place: Place = properties.at("offset")
    x = number_of(value.get("x")) if isinstance(value, dict) else None
    y = number_of(value.get("y")) if isinstance(value, dict) else None
    if x is None or y is None or len(value) > 2:
        state.unread.append(("offset", json_text(value)))
        reading.book.emulated(place, "kept as a hint: the place in the editor")
    return (x, y) if x is not None and y is not None else None
