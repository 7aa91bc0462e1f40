"""A collection of messages as one flow: states become runs of messages, buttons become ways between them."""

from __future__ import annotations

import re
from collections import deque
from dataclasses import dataclass, field, replace
from typing import Any

from bascule.ir.content import Choice, ChoiceKind
from bascule.ir.expr import Const
from bascule.ir.nodes import (
    Always,
    Ask,
    Assignment,
    Chosen,
    Edge,
    Message,
    Node,
    ReplyKind,
    SetVariable,
    Unsupported,
)
from bascule.ir.project import Entry, EntryKind, Flow, Variable
from bascule.ir.text import plain_text
from bascule.language.names import template_slug
from bascule.language.reading import Reading, json_text, unique
from bascule.language.viber_fields import shown
from bascule.language.viber_message import Body, read_body
from bascule.language.viber_rules import UnknownValue
from bascule.parsers.viber.losses import ConversationStarted, KeyboardReplaced, NotSendable, TrackingData
from bascule.parsers.viber.rules import GuessedEntry, TargetByLikeness, UnresolvedAction
from bascule.parsers.viber.shapes import State
from bascule.parsers.viber.targets import Index, tracked_data, tracked_state
from bascule.source import Place

__all__ = ["read_flow"]

_PLAIN_NAME = re.compile(r"[^\W_][\w.\-]{0,59}")
_STARTS = frozenset(
    {
        *("welcome", "start", "menu", "main", "home", "hello", "hi", "begin", "index", "main_menu", "menu_principal"),
        *("bienvenue", "accueil", "debut", "demarrer", "commencer", "bonjour", "salut", "menu_accueil"),
        *("inicio", "bienvenida", "bem_vindo", "boas_vindas", "comecar", "menu_inicial", "ola", "hola"),
        *("start_menu", "welcome_message", "message_bienvenue", "message_de_bienvenue", "root", "default"),
        *("privet", "glavnaya", "glavnoe_menyu", "menyu", "nachalo", "startovoe_soobshchenie", "willkommen"),
    }
)
"""Names, as slugs, of messages that answer whatever a person writes first."""

_OPENED = frozenset({"conversation_started", "on_conversation_started", "conversationstarted", "conversation_start"})
_SUBSCRIBED = frozenset({"subscribed", "on_subscribed", "subscribe"})
_UNSUBSCRIBED = frozenset({"unsubscribed", "on_unsubscribed"})
_BROADCAST = frozenset({"broadcast", "broadcast_message"})


@dataclass(slots=True)
class _Run:
    """One state on its way into the flow. ``id`` is the node of its first message, ``start`` the node before which
    nothing of it is done."""

    state: State
    bodies: list[Body]
    name: str = ""
    id: str = ""
    start: str = ""
    broadcast: bool = False
    entered: bool = False


@dataclass(slots=True)
class _Builder:
    reading: Reading
    index: Index = field(default_factory=Index)
    taken: dict[str, int] = field(default_factory=dict)
    nodes: list[Node] = field(default_factory=list)
    runs: list[_Run] = field(default_factory=list)
    reached: set[str] = field(default_factory=set)

    def read(self, states: list[State]) -> None:
        for number, state in enumerate(states, 1):
            bodies = [read_body(self.reading, piece) for piece in state.bodies]
            for body in bodies:
                self.reading.book.exact(body.place)
            self.runs.append(_Run(state, _settle(self.reading, bodies)))
            self._name(self.runs[-1], number)
        for run in self.runs:
            self._nodes(run)
        self.nodes = [self._led(node) if isinstance(node, Ask) else node for node in self.nodes]

    def _name(self, run: _Run, number: int) -> None:
        """Give a state its ids before anything leads to it."""
        tracked = next((name for body in run.bodies if (name := tracked_state(body.tracking))), "")
        name = run.name = run.state.name or tracked
        short = name if _PLAIN_NAME.fullmatch(name) else template_slug(name)[:60] if name else ""
        run.id = run.start = unique(short or f"message_{number}", self.taken)
        if tracked_data(run.bodies[0].tracking):
            run.start = unique(f"{run.id}_data", self.taken)
        self.index.add(run.state.name, run.start)
        self.index.like.setdefault(run.id, run.start)
        for body in run.bodies:
            self.index.add_tracking(tracked_state(body.tracking), run.start)
        run.broadcast = any(body.broadcast for body in run.bodies)

    def _nodes(self, run: _Run) -> None:
        title = run.state.name if run.state.name != run.id else ""
        for position, body in enumerate(run.bodies):
            id_ = unique(run.id, self.taken) if position else run.id
            data = tracked_data(body.tracking)
            before = id_
            if data:
                before = unique(f"{id_}_data", self.taken) if position else run.start
            if position:
                self._relink(before)
            if data:
                self.nodes.append(self._tracking(before, data, body, id_))
            following = position + 1 < len(run.bodies)
            self.nodes.append(self._node(run, id_, body, following, "" if position else title))

    def _relink(self, target: str) -> None:
        """Lead the node before to the next one of the run."""
        before = self.nodes[-1]
        self.nodes[-1] = replace(before, edges=(*before.edges, Edge(Always(), target, at=before.at)))

    def _tracking(self, id_: str, data: dict[str, Any], body: Body, target: str) -> Node:
        assert body.tracking is not None
        assignments = []
        for name, value in data.items():
            path = ("tracking", name)
            scalar = value if value is None or isinstance(value, (str, int, float, bool)) else json_text(value)
            assignments.append(Assignment(path, Const(scalar), at=body.tracking.place))
            dotted = ".".join(path)
            self.reading.variables.setdefault(dotted, Variable(dotted, scope="session", at=body.tracking.place))
        return SetVariable(
            id=id_,
            edges=(Edge(Always(), target, at=body.tracking.place),),
            assignments=tuple(assignments),
            at=body.tracking.place,
        )

    def _node(self, run: _Run, id_: str, body: Body, following: bool, title: str) -> Node:
        facts = list(body.facts)
        if body.tracking is not None:
            facts.append(("tracking_data", json_text(body.tracking.plain())))
            self.reading.find_once(
                TrackingData,
                "tracking",
                body.tracking.place,
                lambda count: (
                    f"{count} message(s) carry `tracking_data`; on WhatsApp the state has to be kept elsewhere"
                ),
                help="the flow keeps the place; other members became variables",
            )
            self.reading.book.emulated(
                body.tracking.place, "the state is the place in the flow; other data became variables"
            )
        common: dict[str, Any] = {
            "id": id_,
            "title": title,
            "facts": tuple(facts),
            "hints": tuple(body.hints),
            "at": body.place,
        }
        if body.problem:
            source = json_text(self.reading.safe(body.piece.plain(), body.place, report=False))
            self.reading.book.dropped(body.place, body.problem, "rebuild it by hand", UnknownValue.code)
            return Unsupported(**common, construct=f"message {body.kind}".strip(), source=source, reason=body.problem)
        answers = body.answers
        if answers and not following:
            return Ask(**common, content=body.content, reply=_reply(body, answers))
        target = self._awaited(run, body) if not following and not answers else None
        if target is not None:
            self.reached.update([target] if target else [])
            edge = Edge(Always(), target or None, at=body.place)
            state = tracked_state(body.tracking)
            into = ("answers", template_slug(state)) if state else ()
            if into:
                self.reading.variables.setdefault(".".join(into), Variable(".".join(into), scope="session"))
            return Ask(**common, content=body.content, reply=ReplyKind.TEXT, into=into, edges=(edge,))
        return Message(**common, content=body.content)

    def _awaited(self, run: _Run, body: Body) -> str | None:
        """Where free text leads that the message asks for: a node, ``""`` for nowhere known, None for no question.

        ``tracking_data`` that names another state says where the reply is read; a question with ``tracking_data`` is
        one whose reply the bot's code reads.
        """
        state = tracked_state(body.tracking)
        if not state:
            return None
        target, _ = self.index.find(state)
        if target is not None and target != run.start:
            return target
        asks = plain_text(body.content.text.first).rstrip().endswith(("?", "؟", "？")) if body.content.text else False
        return "" if asks else None

    def _led(self, node: Ask) -> Ask:
        """Give an ask its ways out: each answer to the message it names."""
        edges: list[Edge] = []
        choices = [*(choice for card in node.content.cards for choice in card.choices), *node.content.choices]
        for choice in choices:
            if choice.kind in (ChoiceKind.REPLY, ChoiceKind.SHARE_LOCATION, ChoiceKind.SHARE_PHONE):
                edges.append(Edge(Chosen((choice.id,)), self._target(choice), at=choice.at))
        return replace(node, edges=(*edges, *node.edges)) if edges else node

    def _target(self, choice: Choice) -> str | None:
        target, how = self.index.find(choice.payload)
        place = choice.at or Place(self.reading.path)
        if target is None:
            if choice.kind is ChoiceKind.REPLY:
                self.reading.find_once(
                    UnresolvedAction,
                    "action",
                    place,
                    lambda count: f"{count} button(s) answer with an `ActionBody` that names nothing in the file",
                    help="the branch ends there; add it in the converted scenario",
                )
            return None
        self.reached.add(target)
        if how:
            self.reading.find_once(
                TargetByLikeness,
                how,
                place,
                lambda count: f"{count} button(s) were led to a message by {how}",
                help="look whether the branches are right",
            )
        return target

    def entries(self) -> list[Entry]:
        """How the flow is entered: by its events, by its names, and for what is left by the business."""
        entries: list[Entry] = []
        for run in self.runs:
            found = self._by_event(run)
            if found is not None:
                entries.append(found)
                run.entered = True
        for run in self.runs:
            slug = template_slug(run.name) if run.name else ""
            words = (slug, slug.removesuffix("_message"), slug.removeprefix("on_"))
            if not run.entered and any(word in _STARTS for word in words):
                entries.append(self._guess(run, EntryKind.ANY_MESSAGE, "its name says it answers the first message"))
        for run in self.runs:
            gone = template_slug(run.state.name or "") in _UNSUBSCRIBED or run.state.event == "unsubscribed"
            if not run.entered and run.start not in self.reached and not gone:
                entries.append(self._guess(run, EntryKind.API, "nothing in the file leads to it"))
        return [*entries, *self._unreached(entries)]

    def _by_event(self, run: _Run) -> Entry | None:
        name = run.state.event or template_slug(run.state.name or "")
        place = run.state.piece.place
        if run.broadcast or name in _BROADCAST:
            return Entry(EntryKind.BROADCAST, run.start, name="broadcast", at=place)
        if name in _OPENED or name in _SUBSCRIBED:
            kind = "conversation_started" if name in _OPENED else "subscribed"
            self.reading.find(
                ConversationStarted,
                place,
                f"`{shown(run.state.name)}` is shown before the user wrote; on WhatsApp the user writes first",
                help="let it answer the first message: a click-to-chat link with a prefilled text, or ice breakers",
            )
            return Entry(EntryKind.CHAT_OPENED, run.start, name=kind, at=place)
        if name in _UNSUBSCRIBED:
            self.reading.find(
                NotSendable,
                place,
                f"`{shown(run.state.name)}` is for people who left; it cannot be sent",
                help="remove it",
            )
            return None
        if name == "message" and run.state.event:
            return Entry(EntryKind.ANY_MESSAGE, run.start, name="message", at=place)
        return None

    def _guess(self, run: _Run, kind: EntryKind, why: str) -> Entry:
        run.entered = True
        started = "the user's first message" if kind is EntryKind.ANY_MESSAGE else "a send of the business"
        self.reading.find_once(
            GuessedEntry,
            kind.value,
            run.state.piece.place,
            lambda count: f"{count} message(s) are taken to start with {started} (here: {why})",
            help="give them their entries in the converted scenario: keyword, intent, schedule or campaign",
        )
        return Entry(kind, run.start, name=run.state.name or run.start, at=run.state.piece.place)

    def _unreached(self, entries: list[Entry]) -> list[Entry]:
        """Entries for rings of states that only lead to each other."""
        ways: dict[str, list[str]] = {
            node.id: [edge.target for edge in node.edges if edge.target is not None] for node in self.nodes
        }
        seen: set[str] = set()

        def walk(start: str) -> None:
            queue = deque([start])
            while queue:
                here = queue.popleft()
                if here not in seen:
                    seen.add(here)
                    queue.extend(ways.get(here, ()))

        for entry in entries:
            walk(entry.target or "")
        extra: list[Entry] = []
        for run in self.runs:
            gone = template_slug(run.state.name or "") in _UNSUBSCRIBED or run.state.event == "unsubscribed"
            if run.start not in seen and not gone:
                extra.append(self._guess(run, EntryKind.API, "only messages that nothing leads to lead to it"))
                walk(run.start)
        return extra


def _reply(body: Body, answers: tuple[Choice, ...]) -> ReplyKind:
    kinds = {choice.kind for choice in answers}
    if kinds == {ChoiceKind.SHARE_LOCATION}:
        return ReplyKind.LOCATION
    if kinds == {ChoiceKind.SHARE_PHONE}:
        return ReplyKind.PHONE
    hidden = ("InputFieldState", json_text("hidden")) in body.content.hints
    return ReplyKind.CHOICE if hidden else ReplyKind.ANY


def _settle(reading: Reading, bodies: list[Body]) -> list[Body]:
    """Bring the choices of a run to its last message, which is where people answer.

    A carousel before the last message joins it; a keyboard stays for the messages after it, until another replaces it.
    """
    for position in range(len(bodies) - 1):
        body, last = bodies[position], bodies[-1]
        if body.content.choices:
            if last.content.choices:
                code = reading.find(
                    KeyboardReplaced,
                    body.place,
                    "the keyboard of this message is replaced at once by that of a later one",
                    help="leave the keyboard of the last message only",
                )
                reading.book.degraded(body.place, "its keyboard is replaced at once", "leave the last one", code)
                body.hints.append(
                    ("keyboard", json_text([plain_text(item.title.first) for item in body.content.choices]))
                )
            elif not last.problem:
                hints = (*body.content.hints, *last.content.hints)
                last.content = replace(last.content, choices=body.content.choices, hints=hints)
                body.content = replace(body.content, hints=())
                reading.book.emulated(body.place, "its keyboard moved to the last message of the run")
            body.content = replace(body.content, choices=())
        cards = any(choice.kind is ChoiceKind.REPLY for card in body.content.cards for choice in card.choices)
        if cards and not last.content.cards and not last.problem:
            ids = {choice.id: 1 for card in body.content.cards for choice in card.choices}
            renamed = tuple(replace(choice, id=unique(choice.id, ids)) for choice in last.content.choices)
            hints = (*body.content.hints, *last.content.hints)
            last.content = replace(last.content, cards=body.content.cards, choices=renamed, hints=hints)
            body.content = replace(body.content, cards=(), hints=())
            reading.book.emulated(body.place, "its cards joined the last message of the run")
    kept: list[Body] = []
    for body in bodies[:-1]:
        if body.content.empty and not body.problem:
            bodies[-1].facts[:0] = body.facts
            bodies[-1].hints[:0] = [*body.hints, *body.content.hints]
            bodies[-1].tracking = bodies[-1].tracking or body.tracking
        else:
            kept.append(body)
    return [*kept, bodies[-1]]


def read_flow(reading: Reading, states: list[State], id_: str, locale: str, facts: list[tuple[str, str]]) -> Flow:
    """One flow out of the states of a collection."""
    builder = _Builder(reading)
    builder.read(states)
    return Flow(
        id=id_,
        nodes=tuple(builder.nodes),
        entries=tuple(builder.entries()),
        locale=locale,
        facts=tuple(facts),
        at=states[0].piece.place if len(states) == 1 else Place(reading.path),
    )
