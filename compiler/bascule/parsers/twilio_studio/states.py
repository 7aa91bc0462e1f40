"""Raw states: the lists of a definition brought into one shape, with everything in them put down in the book.

Studio writes lists of objects. People also write objects by name, single items without their list, numbers
for names; what can be read is read, with a finding, and what cannot is kept as text.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from bascule.diagnostics import Label
from bascule.parsers.twilio_studio.losses import UnknownMember
from bascule.parsers.twilio_studio.reading import Properties, Reading, as_text, json_text, unique
from bascule.parsers.twilio_studio.rules import HandWrittenDialect, NamelessState, StateNameTwice
from bascule.parsers.twilio_studio.widgets import DIALECT_TYPES, KIND_OF, WidgetKind
from bascule.source import Place

__all__ = ["Condition", "State", "Transition", "keep_member", "read_states"]

_STATE_MEMBERS = ("name", "type", "transitions", "properties")
_TRANSITION_MEMBERS = ("event", "next", "conditions")
_CONDITION_MEMBERS = ("friendly_name", "arguments", "type", "value")
_SHOWN = 60


@dataclass(slots=True)
class Condition:
    """One condition of a split's transition. ``key`` names it in unread: ``transitions/1/conditions/0``."""

    place: Place
    data: dict[str, Any]
    key: str


@dataclass(slots=True)
class Transition:
    """One transition. ``event`` is ``""`` and ``target`` None where the file does not say."""

    place: Place
    event: str
    target: str | None
    conditions: list[Condition] = field(default_factory=list)


@dataclass(slots=True)
class State:
    """One state. ``widget`` is the type as it is understood, ``type`` as it is written.

    ``unread`` collects what is kept as JSON text without being understood.
    """

    id: str
    name: str
    type: str
    widget: str
    place: Place
    properties: Properties
    transitions: list[Transition] = field(default_factory=list)
    unread: list[tuple[str, str]] = field(default_factory=list)

    @property
    def kind(self) -> WidgetKind | None:
        """What the widget becomes; None for a type that does not exist."""
        return KIND_OF.get(self.widget)

    @property
    def shown(self) -> str:
        """The id, short enough for a message."""
        return self.id if len(self.id) <= _SHOWN else self.id[:_SHOWN] + "…"


def read_states(reading: Reading, value: Any, place: Place) -> tuple[list[State], list[tuple[str, str]]]:
    """Bring ``states`` into shape. Returns the states and, as facts, the items that are none."""
    taken: dict[str, int] = {}
    first: dict[str, Place] = {}
    states: list[State] = []
    unread: list[tuple[str, str]] = []
    items = list(_states_of(reading, value, place))
    for _, name, data, _ in items:
        if isinstance(data, dict) and name:
            taken.setdefault(name, 1)
    for index, (at, name, data, key) in enumerate(items):
        kind = data.get("type") if isinstance(data, dict) else None
        reading.book.open(f"widget {kind[:_SHOWN]}" if isinstance(kind, str) and kind else "widget", at)
        if not isinstance(data, dict):
            code = reading.wrong_shape(at, f"state {index + 1}", data, "an object", "it is kept as text only")
            reading.book.dropped(at, "not an object: nothing to read", "write the state as an object", code)
            unread.append((f"states/{key}", json_text(data)))
            continue
        states.append(_state(reading, at, name, data, index, taken, first))
    return states, unread


def _states_of(reading: Reading, value: Any, place: Place) -> Iterator[tuple[Place, str, Any, str]]:
    """The place, name, data and key of every item of ``states``."""
    if isinstance(value, list):
        for index, data in enumerate(value):
            yield place.child(index), _name(data), data, str(index)
    elif isinstance(value, dict):
        reading.find(
            HandWrittenDialect,
            place,
            "`states` is an object; it is read as one state per member",
            help="write a list of states that have a `name`",
        )
        for key, data in value.items():
            yield place.child(key), _name(data) or key.strip(), data, key


def _name(data: Any) -> str:
    """The name a state gives itself, as text; ``""`` for none."""
    name = data.get("name") if isinstance(data, dict) else None
    if isinstance(name, str):
        return name if name.strip() else ""
    return as_text(name) if isinstance(name, (int, float)) and not isinstance(name, bool) else ""


def _state(
    reading: Reading,
    place: Place,
    name: str,
    data: dict[str, Any],
    index: int,
    taken: dict[str, int],
    first: dict[str, Place],
) -> State:
    unread: list[tuple[str, str]] = []
    written = data.get("name")
    if not name:
        id_ = unique(f"state_{index + 1}", taken)
        reading.find(
            NamelessState, place, f"state {index + 1} has no name; it is kept as `{id_}`", help="give it a name"
        )
        if written not in (None, "") and not isinstance(written, str):
            unread.append(("name", json_text(written)))
    elif name in first:
        id_ = unique(name, taken)
        reading.find(
            StateNameTwice,
            place.child("name"),
            f"a second state is called `{name[:_SHOWN]}`; it is kept as `{id_[:_SHOWN]}`, where no transition leads",
            help="rename one of the two and the transitions that mean it",
            labels=[Label(first[name], "the first one is here")],
        )
    else:
        id_ = name
        first[name] = place
    if isinstance(written, (int, float)) and not isinstance(written, bool):
        reading.wrong_shape(place.child("name"), "the name of a state", written, "a text", "read as text")
    reading.state = id_
    kind = data.get("type")
    written_type = kind if isinstance(kind, str) else ""
    if kind is not None and not isinstance(kind, str):
        reading.wrong_shape(place.child("type"), f"the type of `{id_[:_SHOWN]}`", kind, "a text")
        unread.append(("type", json_text(kind)))
    state = State(
        id_,
        name or id_,
        written_type,
        _widget(reading, written_type, place, id_),
        place,
        _properties(reading, data, place, id_, unread),
        unread=unread,
    )
    for member, value in data.items():
        if member not in _STATE_MEMBERS:
            at = place.child(member)
            reading.book.open(f"state member {member[:_SHOWN]}", at)
            keep_member(reading, at, f"states: {member}", f"`{member[:_SHOWN]}` of a state", unread, member, value)
    for transition in _transitions(reading, data, state):
        state.transitions.append(transition)
    return state


def keep_member(
    reading: Reading, place: Place, key: str, what: str, unread: list[tuple[str, str]], name: str, value: Any
) -> None:
    """Keep a member that is not understood, and report it once per ``key``."""
    unread.append((name, json_text(value)))

    def message(count: int) -> str:
        return f"{what} is not known here; it is kept as a hint" + (f" ({count} places)" if count > 1 else "")

    code = reading.find_once(UnknownMember, key, place, message)
    reading.book.degraded(place, "not known to the reader; kept as a hint", "check what it does", code)


def _widget(reading: Reading, written: str, place: Place, id_: str) -> str:
    """The widget a type means, tolerating case, blanks, underscores and the hand-written dialect."""
    if written in KIND_OF:
        return written
    plain = written.strip().lower().replace("_", "-")
    meant = plain if plain in KIND_OF else DIALECT_TYPES.get(plain, "")
    if not meant:
        return written
    reading.find(
        HandWrittenDialect,
        place.child("type"),
        f"`{id_[:_SHOWN]}` has the type `{written[:_SHOWN]}`; it is read as `{meant}`",
        help=f"write `{meant}`",
        widget=meant,
    )
    return meant


def _properties(
    reading: Reading, data: dict[str, Any], place: Place, id_: str, unread: list[tuple[str, str]]
) -> Properties:
    value = data.get("properties")
    at = place.child("properties")
    if isinstance(value, dict):
        for name in value:
            reading.book.open(f"property {name[:_SHOWN]}", at.child(name))
        return Properties(reading, value, at, unread)
    if value is not None:
        reading.book.open("properties", at)
        code = reading.wrong_shape(at, f"`properties` of `{id_[:_SHOWN]}`", value, "an object", "kept as a hint")
        reading.book.dropped(at, "not an object: nothing to read", "write the settings as an object", code)
        unread.append(("properties", json_text(value)))
    return Properties(reading, {}, at, unread)


def _transitions(reading: Reading, data: dict[str, Any], state: State) -> Iterator[Transition]:
    value = data.get("transitions")
    place = state.place.child("transitions")
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from _transition(reading, state, place.child(index), f"transitions/{index}", "", item)
    elif isinstance(value, dict):
        reading.find(
            HandWrittenDialect,
            place,
            f"`transitions` of `{state.shown}` is an object; it is read as "
            + ("one transition" if "event" in value else "one transition per event"),
            help="write a list of objects that have an `event`",
        )
        if "event" in value:
            yield from _transition(reading, state, place, "transitions", "", value)
        else:
            for event, item in value.items():
                target = {"next": item} if item is None or isinstance(item, (str, int, float)) else item
                yield from _transition(reading, state, place.child(event), f"transitions/{event}", event, target)
    elif value is not None:
        yield from _transition(reading, state, place, "transitions", "", value)


def _transition(reading: Reading, state: State, place: Place, key: str, event: str, data: Any) -> Iterator[Transition]:
    written = data.get("event") if isinstance(data, dict) else None
    event = written if isinstance(written, str) else event
    reading.book.open(f"transition {event[:_SHOWN]}".rstrip(), place)
    if not isinstance(data, dict):
        code = reading.wrong_shape(place, f"a transition of `{state.shown}`", data, "an object", "kept as a hint")
        reading.book.dropped(place, "not an object: nothing to read", "write the transition as an object", code)
        state.unread.append((key, json_text(data)))
        return
    if written is not None and not isinstance(written, str):
        reading.wrong_shape(place.child("event"), f"an event of `{state.shown}`", written, "a text", "kept as a hint")
        state.unread.append((f"{key}/event", json_text(written)))
    transition = Transition(place, event, _target(reading, state, place, key, data))
    for member, value in data.items():
        if member not in _TRANSITION_MEMBERS:
            at = place.child(member)
            reading.book.open(f"transition member {member[:_SHOWN]}", at)
            what = f"`{member[:_SHOWN]}` of a transition"
            keep_member(reading, at, f"transitions: {member}", what, state.unread, f"{key}/{member}", value)
    transition.conditions.extend(_conditions(reading, state, place.child("conditions"), key, data))
    yield transition


def _target(reading: Reading, state: State, place: Place, key: str, data: dict[str, Any]) -> str | None:
    value = data.get("next")
    if value is None:
        return None
    if isinstance(value, str):
        return value if value.strip() else None
    what = f"`next` of `{state.shown}`"
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        reading.wrong_shape(place.child("next"), what, value, "a text", "read as text")
        return as_text(value)
    reading.wrong_shape(place.child("next"), what, value, "the name of a state", "the branch ends here")
    state.unread.append((f"{key}/next", json_text(value)))
    return None


def _conditions(reading: Reading, state: State, place: Place, key: str, data: dict[str, Any]) -> Iterator[Condition]:
    value = data.get("conditions")
    if value is None:
        return
    if isinstance(value, dict):
        reading.find(
            HandWrittenDialect, place, f"`conditions` of `{state.shown}` is one object; it is read as one condition"
        )
    items = enumerate(value) if isinstance(value, list) else [(None, value)]
    for index, item in items:
        at = place if index is None else place.child(index)
        name = f"{key}/conditions" if index is None else f"{key}/conditions/{index}"
        kind = item.get("type") if isinstance(item, dict) else None
        reading.book.open(f"condition {kind[:_SHOWN]}" if isinstance(kind, str) else "condition", at)
        if not isinstance(item, dict):
            code = reading.wrong_shape(at, f"a condition of `{state.shown}`", item, "an object", "kept as a hint")
            reading.book.dropped(at, "not an object: nothing to read", "write the condition as an object", code)
            state.unread.append((name, json_text(item)))
            continue
        for member, part in item.items():
            if member not in _CONDITION_MEMBERS:
                inside = at.child(member)
                reading.book.open(f"condition member {member[:_SHOWN]}", inside)
                what = f"`{member[:_SHOWN]}` of a condition"
                keep_member(reading, inside, f"conditions: {member}", what, state.unread, f"{name}/{member}", part)
        yield Condition(at, item, name)
