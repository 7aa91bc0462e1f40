"""How conversations with an agent start: opening the chat, any message, events of a program.

Facts: https://cloud.google.com/dialogflow/es/docs/events-overview
"""

from __future__ import annotations

from collections.abc import Container, Sequence

from bascule.ir.expr import Call, Const, Ref
from bascule.ir.nodes import Case, Edge, Node, When
from bascule.ir.project import Entry, EntryKind
from bascule.parsers.dialogflow_es.graph import EVENTS, INTENTS
from bascule.parsers.dialogflow_es.losses import GoogleAction, OtherPlatform
from bascule.parsers.dialogflow_es.model import Event, Intent
from bascule.parsers.dialogflow_es.reading import Reading, shown
from bascule.parsers.dialogflow_es.rules import EventByProgram
from bascule.parsers.dialogflow_es.tags import is_google_event, is_welcome

__all__ = ["read_entries"]

_MOST_ENTRIES = 20
"""Most events that are entries of their own: each entry is proved apart."""

_WELCOME = ("VIBER_WELCOME", "WELCOME")
"""The events of the two channels that are carried, the nearer one first."""


def _rank(event: Event) -> tuple[int, bool]:
    name = event.name.upper()
    return (_WELCOME.index(name) if name in _WELCOME else len(_WELCOME), name.startswith("GOOGLE"))


def read_entries(
    reading: Reading, intents: Sequence[Intent], buttons: Container[str], alone: bool
) -> tuple[list[Entry], list[Node]]:
    """The entries, and what became of each event. Many events of programs share one entry and a branch.

    ``buttons`` are the events (without case) that buttons of the agent send: the ways of the buttons stand for them.
    """
    entries = _opened(reading, intents)
    if alone and intents:
        intent = intents[0]
        entries.append(Entry(EntryKind.INTENT, intent.id, intent=intent.id, name=intent.name, at=intent.place))
    elif intents:
        entries.append(Entry(EntryKind.ANY_MESSAGE, INTENTS, name="message", at=intents[0].place))
    own: dict[str, tuple[Event, Intent]] = {}
    for intent in intents:
        for event in intent.events:
            if is_welcome(event.name):
                continue
            if is_google_event(event.name):
                code = reading.find_once(
                    GoogleAction,
                    "event",
                    event.place,
                    lambda count: f"{count} event(s) are sent by Google Assistant only; nothing sends them on WhatsApp",
                    help="ask with buttons or a list, and let an intent recognise the answer",
                )
                reading.book.dropped(event.place, "only Google Assistant sends it", "buttons or a list", code)
                continue
            if event.name.casefold() in buttons:
                reading.book.emulated(event.place, "a button of the agent sends it: the way of the button")
                continue
            reading.find_once(
                EventByProgram,
                "event",
                event.place,
                lambda count: f"{count} event(s) of your own start intents; read as started by the business",
                help="remove the entry where only the webhook sends the event",
            )
            if event.name.casefold() in own:
                reading.book.emulated(event.place, "an entry of that name is there already")
            else:
                own[event.name.casefold()] = (event, intent)
    if len(own) <= _MOST_ENTRIES:
        started = [Entry(EntryKind.API, intent.id, name=event.name, at=event.place) for event, intent in own.values()]
        return [*entries, *started], []
    branch = _branch(list(own.values()))
    return [*entries, Entry(EntryKind.API, EVENTS, name=EVENTS, at=branch.at)], [branch]


def _branch(events: Sequence[tuple[Event, Intent]]) -> Case:
    """One way per event, by the name that comes with the call."""
    name = Ref(("event", "name"))
    edges = [
        Edge(When(Call("eq", (name, Const(event.name)))), intent.id, label=event.name, at=event.place)
        for event, intent in events
    ]
    return Case(id=EVENTS, title="all events", subject=name, edges=tuple(edges), at=events[0][0].place)


def _opened(reading: Reading, intents: Sequence[Intent]) -> list[Entry]:
    """The welcome: on Viber if there is one, else the default one; those of other channels open nothing here."""
    welcomes = [(event, intent) for intent in intents for event in intent.events if is_welcome(event.name)]
    if not welcomes:
        return []
    chosen, target = min(welcomes, key=lambda item: (_rank(item[0]), bool(item[1].inputs)))
    for event, intent in welcomes:
        if event is chosen:
            continue
        if intent is target:
            reading.book.emulated(event.place, "the same entry: the chat is opened")
        else:
            code = reading.find_once(
                OtherPlatform,
                "welcome",
                event.place,
                lambda count: f"{count} welcome event(s) of other intents open nothing; one intent welcomes",
                help=f"`{shown(target.name)}` welcomes; move what the others say into it",
            )
            reading.book.dropped(event.place, "another intent welcomes", "one welcome", code)
    return [Entry(EntryKind.CHAT_OPENED, target.id, name=chosen.name, at=chosen.place)]
