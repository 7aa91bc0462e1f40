"""Forms: a loop that asks for the first slot without a value, until none is left.

Source: https://legacy-docs-oss.rasa.com/docs/rasa/forms
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from bascule.ir.content import Content
from bascule.ir.expr import Call, Const, Expression
from bascule.ir.nodes import Ask, Case, Chosen, Edge, Otherwise, ReplyKind, SetVariable, Validation, When
from bascule.parsers.rasa.actions import Actions
from bascule.parsers.rasa.drafts import Draft, Speeches, Wait, assign, constant, go, speak
from bascule.parsers.rasa.intents import Filler
from bascule.parsers.rasa.losses import CodedQuestion
from bascule.parsers.rasa.model import Form, MappingKind, Needed, Scene, SlotMapping
from bascule.parsers.rasa.network import ACTIVE_LOOP, User
from bascule.parsers.rasa.responses import Speech, reply_buttons
from bascule.parsers.rasa.rich import Button
from bascule.source import Place

__all__ = ["FormPart", "Ways", "build_form", "reply_kind"]

_REPLIES = {
    "number": ReplyKind.NUMBER,
    "email": ReplyKind.EMAIL,
    "phone-number": ReplyKind.PHONE,
    "phone_number": ReplyKind.PHONE,
    "time": ReplyKind.DATE,
}
_ERRORS = ("utter_invalid_{form}_{slot}", "utter_invalid_{slot}", "utter_wrong_{slot}", "utter_{slot}_invalid")
"""Responses that say, by their name, that the answer for a slot is not accepted."""


class Ways(Protocol):
    """What a form needs to know of the conversation around it."""

    hub: str | None

    def interruptions(self, form: str, slot: str) -> list[tuple[str, str | None, Place]]:
        """What can be said while the form asks for the slot, and only then."""

    def tapped(self, button: Button, users: list[tuple[User, int, Place]], id_: str) -> str | None:
        """Where a tap leads that is no answer to the question."""

    def meant(self, button: Button) -> str:
        """The intent of a button that sends words."""


@dataclass(slots=True)
class FormPart:
    """A form on its way into a flow. ``id`` is the node that enters it; ``around`` is None where nothing is around."""

    scene: Scene
    draft: Draft
    speeches: Speeches
    actions: Actions
    filler: Filler
    name: str
    id: str
    around: Ways | None

    @property
    def hub(self) -> str | None:
        """Where an unexpected message goes."""
        return self.around.hub if self.around is not None else None


def build_form(part: FormPart, form: Form | None, target: str | None, place: Place) -> None:
    """Add the nodes of a form; ``target`` is where it leads when every slot has a value."""
    draft = part.draft
    choose, done = draft.name(f"{part.id}.next"), draft.name(f"{part.id}.done")
    changes = (assign(ACTIVE_LOOP, part.name, place),)
    draft.put(SetVariable(id=part.id, assignments=changes, edges=go(choose), at=place))
    if form is None or not form.needed:
        _coded_form(part, form, choose, done, place)
    else:
        _questions(part, form, choose, done)
    draft.put(SetVariable(id=done, assignments=(assign(ACTIVE_LOOP, None, place),), edges=go(target), at=place))


def _coded_form(part: FormPart, form: Form | None, choose: str, done: str, place: Place) -> None:
    """A loop whose questions are in code: its action runs, and any answer ends it."""
    ask = part.draft.name(f"{part.id}.ask")
    code = part.scene.reading.find_once(
        CodedQuestion,
        f"form {part.name}",
        form.place if form is not None else place,
        lambda count: f"what the form `{part.name[:60]}` asks is in code",
        help="write its questions in the converted flow",
    )
    if form is not None:
        part.scene.reading.book.degraded(form.place, "its questions are in code", "write them", code)
    part.actions.custom[part.name] = None
    part.draft.put(part.actions._request(part.name, choose, place, ask, ()))
    around = part.around
    waiting = around.interruptions(part.name, "") if around is not None else []
    edges = [Edge(When(Call("intent", (Const(intent),))), node, at=at) for intent, node, at in waiting]
    part.draft.put(Ask(id=ask, edges=(*edges, Edge(Otherwise(), done)), at=place))


def _questions(part: FormPart, form: Form, choose: str, done: str) -> None:
    """One question per slot, in order: the first slot without a value is asked for."""
    draft, scene = part.draft, part.scene
    edges: list[Edge] = []
    seen: set[str] = set()
    validate = f"validate_{form.name}"
    after = choose
    if validate in scene.domain.actions:
        after = draft.name(f"{part.id}.validate")
        part.actions.add(draft, validate, after, scene.domain.actions[validate], choose)
        part.actions.check(validate, scene.domain.actions[validate])
    asks: list[tuple[Needed, str]] = []
    for needed in form.needed:
        scene.see_slot(needed.slot, needed.place)
        if needed.slot in seen:
            scene.reading.book.exact(needed.place, "the same again")
            continue
        seen.add(needed.slot)
        ask = draft.name(f"{part.id}.{needed.slot}")
        edges.append(Edge(When(scene.empty(needed.slot)), ask, at=needed.place))
        asks.append((needed, ask))
        scene.reading.book.exact(needed.place)
    draft.put(Case(id=choose, edges=(*edges, Edge(Otherwise(), done)), at=form.place))
    for needed, ask in asks:
        _Question(part, form, needed, ask, after, choose).build()


def reply_kind(scene: Scene, slot: str, entities: list[str], buttons: bool, free: bool) -> ReplyKind:
    """What an answer looks like: by the kind of slot and the entity that fills it."""
    if buttons and not free:
        return ReplyKind.CHOICE
    known = scene.domain.slots.get(slot)
    if known is not None and known.type == "float":
        return ReplyKind.NUMBER
    kinds = {_REPLIES[entity] for entity in entities if entity in _REPLIES}
    return kinds.pop() if len(kinds) == 1 and len(entities) == 1 and not buttons else ReplyKind.ANY


@dataclass(slots=True)
class _Question:
    """One slot of a form. ``after`` is where an answer leads, ``again`` where the form looks for the next question."""

    part: FormPart
    form: Form
    needed: Needed
    id: str
    after: str
    again: str

    @property
    def slot(self) -> str:
        return self.needed.slot

    def mappings(self) -> list[SlotMapping]:
        """How the slot can be filled here. Without mappings (Rasa 2) the entity of its name does."""
        known = self.part.scene.domain.slots.get(self.slot)
        found = list(self.needed.mappings)
        if known is not None:
            found += [one for one in known.mappings if one.holds(self.form.name, self.slot)]
        if not found and self.slot in self.part.scene.domain.entities:
            found.append(SlotMapping(MappingKind.ENTITY, self.needed.place, entity=self.slot))
        return found

    def build(self) -> None:
        part = self.part
        mappings = self.mappings()
        texts = [one for one in mappings if one.kind == MappingKind.TEXT]
        entities = list(dict.fromkeys(one.entity for one in mappings if one.kind == MappingKind.ENTITY and one.entity))
        for one in mappings:
            if one.entity and one.kind == MappingKind.ENTITY:
                part.scene.see_entity(one.entity, one.place)
            for intent in (*one.intents, *one.not_intents):
                if intent not in part.scene.domain.forms:
                    part.scene.see_intent(intent, one.place)
        only_intents = bool(mappings) and all(one.kind in (MappingKind.INTENT, MappingKind.TRIGGER) for one in mappings)
        stores = not only_intents
        speech = self._prompt()
        buttons = speech is not None and any(reply_buttons(group.buttons) for group in speech.groups)
        error = self._error()
        validation = None
        if entities and not texts:
            validation = Validation(entity=entities[0], error=error)
        elif error is not None:
            validation = Validation(error=error)
        wait = Wait(
            lambda id_, found: self._edges(id_, found, mappings, texts, entities, stores),
            into=(self.slot,) if stores else (),
            reply=reply_kind(part.scene, self.slot, entities, buttons, bool(texts) or stores),
            validation=validation,
            value=(lambda button: self._value(button, mappings)) if stores else None,
        )
        self._ask(speech, wait)

    def _ask(self, speech: Speech | None, wait: Wait) -> None:
        part = self.part
        if speech is not None:
            speak(part.draft, speech, self.id, self.needed.place, None, wait)
            return
        ask = self.id
        action = self._action()
        if action:
            ask = part.draft.name(f"{self.id}.ask")
            part.actions.add(part.draft, action, self.id, self.needed.place, ask)
        code = part.scene.reading.find_once(
            CodedQuestion,
            f"{self.form.name} {self.slot}",
            self.needed.place,
            lambda count: (
                f"what asks for `{self.slot[:60]}` is "
                + (f"the code of `{action[:60]}`" if action else "not in the files")
            ),
            help=f"write a response `utter_ask_{self.slot[:60]}`",
        )
        part.scene.reading.book.degraded(self.needed.place, "its question is not in the files", "write it", code)
        edges = wait.edges(ask, [])
        part.draft.put(
            Ask(
                id=ask,
                reply=wait.reply,
                into=wait.into,
                validation=wait.validation,
                edges=edges,
                at=self.needed.place,
            )
        )

    def _names(self) -> list[str]:
        return [f"utter_ask_{self.form.name}_{self.slot}", f"utter_ask_{self.slot}"]

    def _action(self) -> str:
        """The action that asks, if code does."""
        names = [f"action_ask_{self.form.name}_{self.slot}", f"action_ask_{self.slot}"]
        return next((name for name in names if name in self.part.scene.domain.actions), "")

    def _prompt(self) -> Speech | None:
        """The response that asks. Where code would ask, the response of the slot's name does it here."""
        part = self.part
        found = next((name for name in self._names() if name in part.scene.domain.responses), "")
        if not found:
            return None
        coded = self._action()
        if coded and not (found == self._names()[0] and coded == f"action_ask_{self.slot}"):
            code = part.scene.reading.find_once(
                CodedQuestion,
                f"{self.form.name} {self.slot}",
                self.needed.place,
                lambda count: f"the code of `{coded[:60]}` asks for `{self.slot[:60]}`; here `{found[:60]}` does",
                help="check that it asks the same",
            )
            part.scene.reading.book.degraded(self.needed.place, "code asks; here a response does", "check it", code)
        return part.speeches.get(found)

    def _error(self) -> Content | None:
        """What is said about an answer that is not accepted."""
        names = [name.format(form=self.form.name, slot=self.slot) for name in _ERRORS]
        found = next((name for name in names if name in self.part.scene.domain.responses), "")
        speech = self.part.speeches.get(found) if found else None
        return speech.groups[-1].contents[0] if speech is not None and speech.groups else None

    def _value(self, button: Button, mappings: list[SlotMapping]) -> Expression | None:
        """What a tap stores in the slot; None where it is no answer to this question."""
        payload = button.payload
        for slot, value in payload.slots:
            if slot == self.slot:
                return constant(value)
        if payload.intent:
            for entity, value in payload.entities:
                filled = any(one.kind == MappingKind.ENTITY and one.entity == entity for one in mappings)
                if filled or entity == self.slot:
                    return constant(value)
            for one in mappings:
                if one.kind == MappingKind.INTENT and one.intents and one.takes(payload.intent):
                    return constant(one.value)
            return None
        if payload.words and not payload.broken:
            return constant(payload.words)
        return None

    def _edges(
        self,
        id_: str,
        buttons: list[Button],
        mappings: list[SlotMapping],
        texts: list[SlotMapping],
        entities: list[str],
        stores: bool,
    ) -> tuple[Edge, ...]:
        edges = [self._tap(id_, button, mappings, stores) for button in reply_buttons(buttons)]
        taken: set[str] = set()
        around = self.part.around
        for intent, node, place in around.interruptions(self.form.name, self.slot) if around is not None else ():
            if intent not in taken:
                taken.add(intent)
                edges.append(Edge(When(_said(intent)), node, at=place))
        for one in mappings:
            if one.kind == MappingKind.INTENT:
                changes = [assign(self.slot, one.value, one.place)]
                for intent in one.intents:
                    if intent not in taken and intent not in self.form.ignored:
                        taken.add(intent)
                        node = self.part.draft.set(f"{id_}.set", changes, self.after, one.place)
                        edges.append(Edge(When(_said(intent)), node, at=one.place))
        return (*edges, *self._last(texts, entities, stores, taken))

    def _last(self, texts: list[SlotMapping], entities: list[str], stores: bool, taken: set[str]) -> list[Edge]:
        """What becomes of words: they fill the slot, but for intents that must not; or only what they hold does."""
        other = self.part.hub or self.again
        free = [one for one in texts if not one.intents]
        if texts and not free:
            wanted = dict.fromkeys(intent for one in texts for intent in one.intents)
            found = [
                Edge(When(_said(intent)), self.after, at=texts[0].place) for intent in wanted if intent not in taken
            ]
            if entities:
                found.append(Edge(When(self.part.scene.filled(self.slot)), self.after))
            return [*found, Edge(Otherwise(), other)]
        if free:
            blocked = dict.fromkeys((*free[0].not_intents, *self.form.ignored))
            found = [Edge(When(_said(intent)), other, at=free[0].place) for intent in blocked if intent not in taken]
            return [*found, Edge(Otherwise(), self.after)]
        if entities:
            return [Edge(When(self.part.scene.filled(self.slot)), self.after), Edge(Otherwise(), other)]
        return [Edge(Otherwise(), self.after if stores else other)]

    def _tap(self, id_: str, button: Button, mappings: list[SlotMapping], stores: bool) -> Edge:
        choice = button.choice
        value = self._value(button, mappings)
        around = self.part.around
        if value is None:
            target = around.tapped(button, [], id_) if around is not None else self.again
            return Edge(Chosen((choice.id,)), target, at=choice.at)
        changes = []
        if not stores:
            raw = next((one.value for one in mappings if one.takes(button.payload.intent)), button.payload.words)
            changes = [assign(self.slot, value.value if isinstance(value, Const) else raw, choice.at)]
        for slot, other in button.payload.slots:
            if slot != self.slot:
                changes.append(assign(slot, other, choice.at))
        filler = self.part.filler
        for entity, other in button.payload.entities:
            for slot in filler.slots(entity, intent=button.payload.intent):
                if slot != self.slot:
                    changes.append(assign(slot, other, choice.at))
        node = self.part.draft.set(f"{id_}.{choice.id}", changes, self.after, choice.at)
        return Edge(Chosen((choice.id,)), node, at=choice.at)


def _said(intent: str) -> Expression:
    return Call("intent", (Const(intent),))
