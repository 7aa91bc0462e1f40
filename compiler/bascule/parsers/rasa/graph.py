"""The state machine of stories and rules as one flow.

Each intent that begins something is an entry. A state that waits is a question whose ways are the intents expected
there; any other message goes to the ``hub``, which tries what can be said at any time, and from there to the fallback.
After an answer given in the middle of a form the form goes on (``resume``).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from bascule.ir.content import Content
from bascule.ir.expr import Call, Const, Ref
from bascule.ir.nodes import Ask, Assignment, Case, Chosen, Edge, Message, Otherwise, When
from bascule.ir.project import Entry, EntryKind
from bascule.ir.text import Localized
from bascule.parsers.rasa.actions import Actions, is_handover
from bascule.parsers.rasa.drafts import Draft, Speeches, Wait, assign, go, speak
from bascule.parsers.rasa.forms import FormPart, build_form
from bascule.parsers.rasa.guards import Guards, count_intents
from bascule.parsers.rasa.intents import Filler
from bascule.parsers.rasa.model import MappingKind, Scene, SlotMapping
from bascule.parsers.rasa.moves import Kind, Machine, Move
from bascule.parsers.rasa.network import ACTIVE_LOOP, Act, Bot, Enter, User
from bascule.parsers.rasa.payloads import Payload
from bascule.parsers.rasa.responses import reply_buttons
from bascule.parsers.rasa.rich import Button
from bascule.parsers.rasa.rules import UnknownForm, WordPayload
from bascule.parsers.rasa.texts import read_text
from bascule.source import Place

__all__ = ["Graph"]

EXTERNAL = "EXTERNAL_"
"""Intents that a program triggers: https://legacy-docs-oss.rasa.com/docs/rasa/reaching-out-to-user#external-events"""

FALLBACK = "nlu_fallback"
_OPENED = ("session_start",)


@dataclass(slots=True)
class Graph:
    """The flow of a machine. ``fallback`` is the action that answers what nobody expects."""

    scene: Scene
    machine: Machine
    draft: Draft
    speeches: Speeches
    actions: Actions
    filler: Filler
    guards: Guards
    fallback: str = ""
    names: dict[tuple[int, bool], str] = field(default_factory=dict)
    queue: list[tuple[int, bool]] = field(default_factory=list)
    forms: dict[str, str] = field(default_factory=dict)
    form_queue: list[str] = field(default_factory=list)
    hub: str | None = None
    resume: str | None = None
    rephrase: str | None = None
    rest: str | None = None

    def build(self) -> None:
        """Add everything that can be reached from the entries."""
        start = self.machine.moves[self.machine.start]
        if not start.users and not self._has_default():
            return
        loops = any(move.kind == Kind.ENTER for move in self.machine.moves)
        self.hub = self.draft.name("hub")
        self.resume = self.draft.name("resume") if loops else None
        self.guards.loops = loops
        self._entries(start)
        self._drain()
        self._finish()
        self.draft.last = tuple(name for name in (self.hub, self.resume) if name is not None)

    def _drain(self) -> None:
        while self.queue or self.form_queue:
            if self.queue:
                self._move(*self.queue.pop(0))
            else:
                self._form(self.form_queue.pop(0))

    def _finish(self) -> None:
        """The hub and the way back into a form, when anything leads there. Building the hub may lead to more."""
        hub, resume = self.hub, self.resume
        targets = {edge.target for node in self.draft.nodes for edge in node.edges}
        if hub in targets:
            edges = tuple(self._hub_edges())
            self._drain()
            self.draft.put(Case(id=hub or "", edges=edges, at=self.draft.place))
        targets = {edge.target for node in self.draft.nodes for edge in node.edges}
        if resume is not None and resume in targets:
            loop = Ref((ACTIVE_LOOP,))
            edges = tuple(
                Edge(When(Call("eq", (loop, Const(form)))), f"{name}.next" if self._known(form) else name)
                for form, name in self.forms.items()
            )
            self.draft.put(Case(id=resume, edges=(*edges, Edge(Otherwise(), None)), at=self.draft.place))

    def _known(self, form: str) -> bool:
        known = self.scene.domain.forms.get(form)
        return known is not None and bool(known.needed)

    # --- entries and the hub ---

    def _entries(self, start: Move) -> None:
        """One entry per intent that begins something, then the fallback."""
        entries = self.draft.entries
        counts = count_intents(start.users)
        seen: set[str] = set()
        for user, target, place in start.users:
            intent = self.guards.intent_of(user)
            if user.loop or user.requested or intent in seen:
                continue
            node = self._turn(user, target, place)
            if node is None:
                continue
            condition = self.guards.entry(user, counts)
            if condition is None:
                seen.add(intent)
            if intent.startswith(EXTERNAL):
                entries.append(Entry(EntryKind.API, node, name=intent, condition=condition, at=place))
            elif intent == FALLBACK:
                entries.append(Entry(EntryKind.ANY_MESSAGE, node, condition=condition, at=place))
            elif intent in _OPENED:
                entries.append(Entry(EntryKind.CHAT_OPENED, node, name=intent, condition=condition, at=place))
            else:
                entries.append(Entry(EntryKind.INTENT, node, intent=intent, condition=condition, at=place))
        if not any(entry.kind is EntryKind.ANY_MESSAGE for entry in entries) and self._has_default():
            self.rest = self._default()
            entries.append(Entry(EntryKind.ANY_MESSAGE, self.rest, at=self._default_place()))
        entries.sort(key=lambda entry: entry.kind is EntryKind.ANY_MESSAGE)

    def _default_place(self) -> Place:
        at = self.scene.domain.responses.get("utter_default")
        return at.place if at is not None else self.draft.place

    def _has_default(self) -> bool:
        custom = bool(self.fallback) and self.fallback != "action_default_fallback"
        return custom or "utter_default" in self.scene.domain.responses

    def _default(self) -> str:
        """What is answered to a message that no rule and no story expects."""
        place = self._default_place()
        if self.fallback and self.fallback != "action_default_fallback":
            id_ = self.draft.name(self.fallback)
            self.actions.add(self.draft, self.fallback, id_, place, self.idle())
            return id_
        id_ = self.draft.name("utter_default")
        speech = self.speeches.get("utter_default")
        if speech is not None:
            buttons = any(reply_buttons(group.buttons) for group in speech.groups)
            speak(self.draft, speech, id_, place, self.idle(), self._wait(None) if buttons else None)
        return id_

    def _hub_edges(self) -> Iterator[Edge]:
        """What can be said at any time: in the order of the rules, what asks for more first."""
        users = [item for item in self.machine.moves[self.machine.start].users if not self._elsewhere(item[0])]
        counts = count_intents(users)
        other: str | None = None
        for user, target, place in users:
            node = self._turn(user, target, place)
            intent = self.guards.intent_of(user)
            if intent == FALLBACK and not (user.loop or user.tests):
                other = other or node
                continue
            yield Edge(When(self.guards.message(user, counts)), node, at=place)
        if other is None and self._has_default():
            self.rest = self.rest or self._default()
            other = self.rest
        yield Edge(Otherwise(), other if other is not None else self.idle())

    def _elsewhere(self, user: User) -> bool:
        """Not for the hub: only at the start, from a program, or at one question of a form (it has an edge there)."""
        intent = self.guards.intent_of(user)
        asked = user.requested and user.loop and self.guards.asks(user.loop, user.requested)
        return user.start or intent.startswith(EXTERNAL) or intent in _OPENED or bool(asked)

    def interruptions(self, form: str, slot: str) -> list[tuple[str, str | None, Place]]:
        """What can be said while ``form`` asks for ``slot``, and only then: intents with their targets."""
        known = self._known(form)
        return [
            (self.guards.intent_of(user), self._turn(user, target, place), place)
            for user, target, place in self.machine.moves[self.machine.start].users
            if user.loop == form and (not known or (user.requested == slot and self.guards.asks(form, slot)))
        ]

    # --- turns: what a message sets, then where it leads ---

    def _turn(self, user: User, target: int, place: Place) -> str | None:
        """Where a message leads: first to the slots that its intent sets."""
        assignments = self._sets(user.intent, user.loop or "", target) if user.intent else []
        # What a program starts is over when it is said: it does not go on with a form.
        node = self.entry(target, over=user.intent.startswith(EXTERNAL))
        if not assignments:
            return node
        return self.draft.set(f"set_{assignments[0].target[0]}", assignments, node, place)

    def _sets(self, intent: str, loop: str, target: int) -> list[Assignment]:
        """Slots that the mappings set for an intent: at once, or when the form it starts needs them."""
        form = self._entered(target)
        found: dict[str, Assignment] = {}
        for name, one in self._intent_mappings(intent):
            if one.kind == MappingKind.INTENT:
                free = not one.conditions or any(known and known == loop and not slot for known, slot in one.conditions)
            else:
                free = bool(form) and self.guards.asks(form, name)
            if free:
                found.setdefault(name, assign(name, one.value, one.place))
        return list(found.values())

    def _intent_mappings(self, intent: str) -> Iterator[tuple[str, SlotMapping]]:
        kinds = (MappingKind.INTENT, MappingKind.TRIGGER)
        for name, one in self.actions.intent_mappings.get(intent, ()):
            if one.kind in kinds:
                yield name, one

    def _entered(self, state: int) -> str:
        """The form that a turn leads into before the bot waits again."""
        seen: set[int] = set()
        while state >= 0 and state not in seen:
            seen.add(state)
            move = self.machine.moves[state]
            if move.kind == Kind.ENTER and isinstance(move.symbol, Enter):
                return move.symbol.form
            if move.kind != Kind.ACT:
                return ""
            state = move.next
        return ""

    # --- states ---

    def idle(self) -> str | None:
        """Where a conversation rests: back in the form that is active, else nowhere."""
        return self.resume

    def entry(self, state: int, over: bool = False) -> str | None:
        """The node that begins a state; it is built later. ``over``: a form is just done, so that none is active."""
        rest = None if over else self.idle()
        if state < 0:
            return rest
        move = self.machine.moves[state]
        if move.kind == Kind.IDLE:
            return rest
        if isinstance(move.symbol, Enter):
            return self.form(move.symbol.form)
        key = (state, over and move.kind != Kind.LISTEN and self.resume is not None)
        if key not in self.names:
            self.names[key] = self.draft.name(_wanted(move))
            self.queue.append(key)
        return self.names[key]

    def _move(self, state: int, over: bool) -> None:
        move = self.machine.moves[state]
        id_ = self.names[(state, over)]
        place = move.place or self.draft.place
        if move.kind == Kind.CASE:
            edges = [Edge(When(self.guards.tests(tests)), self.entry(target, over)) for tests, target in move.tests]
            if move.next >= 0:
                edges.append(Edge(Otherwise(), self.entry(move.next, over)))
            self.draft.put(Case(id=id_, edges=tuple(edges), at=place))
        elif move.kind == Kind.LISTEN:
            self.draft.put(Ask(id=id_, edges=self._ways(state, id_, []), at=place))
        elif isinstance(move.symbol, Bot):
            self._say_words(move, id_, place, over)
        elif isinstance(move.symbol, Act):
            self._act(move, move.symbol.name, id_, place, over)

    def _say_words(self, move: Move, id_: str, place: Place, over: bool) -> None:
        words = move.symbol.words if isinstance(move.symbol, Bot) else ""
        text = read_text(self.scene, words, place.child("bot"))
        content = Content(text=Localized.of(text) if text else Localized(), at=place.child("bot"))
        following = self.machine.moves[move.next] if move.next >= 0 else None
        if following is not None and following.kind == Kind.LISTEN:
            self.draft.put(Ask(id=id_, content=content, edges=self._ways(move.next, id_, []), at=place))
        else:
            self.draft.put(Message(id=id_, content=content, edges=go(self.entry(move.next, over)), at=place))

    def _act(self, move: Move, name: str, id_: str, place: Place, over: bool) -> None:
        following = self.machine.moves[move.next] if move.next >= 0 else None
        waits = following is not None and following.kind == Kind.LISTEN
        rests = following is None or following.kind == Kind.IDLE
        keys = self.speeches.keys(name)
        speech = self.speeches.get(name) if not keys or name in self.scene.domain.responses else None
        if speech is None:
            results = [test[0] for tests, _ in following.tests for test in tests] if following is not None else []
            if name == "action_two_stage_fallback":
                self._rephrase(id_, place)
            else:
                # A person takes over: what the bot would wait for is said to that person.
                left = is_handover(name) and (waits or rests)
                target = None if left else self.entry(move.next, over)
                self.actions.add(self.draft, name, id_, place, target, results=results)
            return
        buttons = any(reply_buttons(group.buttons) for group in speech.groups)
        if waits or (rests and buttons):
            speak(self.draft, speech, id_, place, None, self._wait(move.next if waits else None))
        else:
            speak(self.draft, speech, id_, place, self.entry(move.next, over), None)

    def _wait(self, state: int | None) -> Wait:
        return Wait(lambda id_, buttons: self._ways(state, id_, buttons))

    def _ways(self, state: int | None, id_: str, buttons: list[Button]) -> tuple[Edge, ...]:
        """The ways out of a question: buttons, the intents expected here, anything else."""
        users = self.machine.moves[state].users if state is not None else []
        counts = count_intents(users)
        edges: list[Edge] = []
        for button in reply_buttons(buttons):
            tapped = self.tapped(button, users, id_)
            edges.append(Edge(Chosen((button.choice.id,)), tapped, at=button.choice.at))
        for user, target, place in users:
            node = self._turn(user, target, place)
            if self.guards.intent_of(user) == FALLBACK and not user.tests:
                continue
            edges.append(Edge(When(self.guards.message(user, counts)), node, user.words, place))
        other = self.hub
        for user, target, place in users:
            if self.guards.intent_of(user) == FALLBACK and not user.tests:
                other = self._turn(user, target, place)
        return (*edges, Edge(Otherwise(), other))

    # --- buttons ---

    def tapped(self, button: Button, users: Iterable[tuple[User, int, Place]], id_: str) -> str | None:
        """Where a tap leads: as the message that it sends would."""
        payload = button.payload
        intent = payload.intent
        if payload.slots:
            assignments = [assign(slot, value, button.choice.at) for slot, value in payload.slots]
            for slot, _ in payload.slots:
                self.scene.see_slot(slot, button.choice.at or self.draft.place)
            return self.draft.set(f"{id_}.{button.choice.id}", assignments, self.idle(), button.choice.at)
        if not intent and payload.words:
            intent = self.meant(button)
        if not intent:
            return self.hub
        if payload.intent:
            self.scene.see_intent(intent, button.choice.at or self.draft.place)
        target = self._routed(intent, payload, users)
        assignments = self.entity_assignments(payload, button.choice.at)
        return self.draft.set(f"{id_}.{button.choice.id}", assignments, target, button.choice.at)

    def meant(self, button: Button) -> str:
        """The intent of a button that sends words: the only one that has them as a phrase."""
        words = button.payload.words
        known = self.scene.verbatim.get(" ".join(words.casefold().strip(" .!?…").split()), set())
        place = button.choice.at or self.draft.place
        self.scene.reading.find_once(
            WordPayload,
            "words",
            place,
            lambda count: f"{count} button(s) send words as if they were typed",
            help="send an intent: `payload: /name`",
        )
        return next(iter(known)) if len(known) == 1 else ""

    def entity_assignments(self, payload: Payload, place: Place | None, but: str = "") -> list[Assignment]:
        """The slots that a payload's entities fill."""
        found: dict[str, Assignment] = {}
        for entity, value in payload.entities:
            slots = self.filler.slots(entity, intent=payload.intent) or [self.filler.variable(entity)]
            for slot in slots:
                if slot != but:
                    found[slot] = assign(slot, value, place)
        return list(found.values())

    def _routed(self, intent: str, payload: Payload, users: Iterable[tuple[User, int, Place]]) -> str | None:
        given = {entity for entity, value in payload.entities if value is not None}
        start = self.machine.moves[self.machine.start].users
        for user, target, place in (*users, *(item for item in start if not item[0].start)):
            if user.loop or user.requested or user.intent not in (intent, intent.split("/", 1)[0]):
                continue
            if all(there == (entity in given) for entity, there in user.entities) or len(user.entities) == 0:
                return self.hub if user.tests else self._turn(user, target, place)
        return self.hub

    # --- forms ---

    def form(self, name: str) -> str:
        """The node that enters a form; it is built later."""
        if name not in self.forms:
            self.forms[name] = self.draft.name(name)
            self.form_queue.append(name)
        return self.forms[name]

    def _form(self, name: str) -> None:
        known = self.scene.domain.forms.get(name)
        done = self.machine.done.get(name, -1)
        target = None
        if done >= 0 and self.machine.moves[done].kind != Kind.IDLE:
            target = self.entry(done, over=True)
        if known is None:
            place = self._loop_place(name)
            close = self.scene.reading.close_to(name, tuple(self.scene.domain.forms))
            if self.scene.domain.read:
                self.scene.reading.find_once(
                    UnknownForm,
                    name,
                    place,
                    lambda count: f"the loop `{name[:60]}` is no form of the domain: what it asks is not in the files",
                    help=f"did you mean `{close}`?" if close else "declare it under `forms`",
                )
        part = FormPart(self.scene, self.draft, self.speeches, self.actions, self.filler, name, self.forms[name], self)
        build_form(part, known, target, self._loop_place(name))

    def _loop_place(self, name: str) -> Place:
        known = self.scene.domain.forms.get(name)
        for move in self.machine.moves:
            if isinstance(move.symbol, Enter) and move.symbol.form == name and move.place is not None:
                return move.place
        return known.place if known is not None else self.draft.place

    # --- the two-stage fallback ---

    def _rephrase(self, id_: str, place: Place) -> None:
        """Ask to rephrase; what is not understood then gets the default answer."""
        last = self._default() if self._has_default() else self.idle()
        edges = (
            Edge(When(Call("intent", (Const(FALLBACK),))), last, at=place),
            Edge(Otherwise(), self.hub),
        )
        speech = self.speeches.get("utter_ask_rephrase")
        if speech is None:
            self.draft.put(Ask(id=id_, edges=edges, at=place))
        else:
            speak(self.draft, speech, id_, place, None, Wait(lambda _, buttons: edges))


def _wanted(move: Move) -> str:
    """The id a state would like to have."""
    if isinstance(move.symbol, Act):
        return move.symbol.name
    if isinstance(move.symbol, Bot):
        return "bot"
    if move.kind == Kind.CASE:
        return f"if_{move.tests[0][0][0][0]}"
    return "listen"
