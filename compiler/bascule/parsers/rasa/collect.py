"""The ``collect`` step of a flow: ask for a slot, unless it has a value; refuse what a condition refuses."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bascule.ir.expr import Expression
from bascule.ir.nodes import Ask, Case, Chosen, Edge, Otherwise, Validation, When
from bascule.parsers.rasa.actions import Actions
from bascule.parsers.rasa.drafts import Draft, Speeches, Wait, assign, constant, go, speak
from bascule.parsers.rasa.forms import reply_kind
from bascule.parsers.rasa.located import At, refuse, sequence, text_of
from bascule.parsers.rasa.losses import CodedQuestion
from bascule.parsers.rasa.model import Scene
from bascule.parsers.rasa.responses import reply_buttons
from bascule.parsers.rasa.rich import Button
from bascule.source import Place

__all__ = ["Collect"]


@dataclass(slots=True)
class Collect:
    """Adds the nodes of one ``collect`` step. ``condition`` reads a predicate."""

    scene: Scene
    draft: Draft
    speeches: Speeches
    actions: Actions
    condition: Callable[[At], Expression]

    def add(self, at: At, slot: str, id_: str, target: str | None) -> None:
        """Add the step; its first node is ``id_``, a good answer leads to ``target``."""
        self.scene.see_slot(slot, at.child("collect").place)
        known = self.scene.domain.slots.get(slot)
        rejections = self._rejections(at)
        if known is not None:
            rejections += [one for one in known.rejections if one.place not in {item.place for item in rejections}]
        before = at.get("ask_before_filling")
        always = before is not None and before.scalar is True
        ask = id_
        if not always:
            ask = self.draft.name(f"{id_}.ask")
            skip = (Edge(When(self.scene.empty(slot)), ask), Edge(Otherwise(), target))
            self.draft.put(Case(id=id_, edges=skip, at=at.place))
        after = target
        if rejections:
            after = self._checks(rejections, slot, id_, ask, target, at.place)
        self._ask(at, slot, ask, after)

    def _rejections(self, at: At) -> list[At]:
        holder = at.get("rejections")
        found = sequence(self.scene.reading, holder, "rejections") if holder is not None else []
        for item in found:
            self.scene.reading.book.open("rejection", item.place)
        return found

    def _checks(self, items: list[At], slot: str, id_: str, ask: str, target: str | None, place: Place) -> str:
        """Conditions under which the answer is refused: say why, forget it, ask again."""
        check = self.draft.name(f"{id_}.check")
        edges: list[Edge] = []
        for item in items:
            test, utter = item.get("if"), item.get("utter")
            if test is None:
                refuse(self.scene.reading, item, "rejection", "a mapping with `if` and `utter`")
                continue
            again = self.draft.set(f"{id_}.again", [assign(slot, None, item.place)], ask, item.place)
            said = again
            name = text_of(utter) if utter is not None else None
            if name is not None:
                self.actions.check(name, utter.place if utter is not None else item.place)
                said = self.draft.name(name)
                speech = self.speeches.get(name)
                if speech is None:
                    self.actions.add(self.draft, name, said, item.place, again)
                else:
                    speak(self.draft, speech, said, item.place, again, None)
            self.scene.reading.book.exact(item.place)
            edges.append(Edge(When(self.condition(test)), said, at=item.place))
        self.draft.put(Case(id=check, edges=(*edges, Edge(Otherwise(), target)), at=place))
        return check

    def _ask(self, at: At, slot: str, id_: str, target: str | None) -> None:
        utter = at.get("utter")
        named = (text_of(utter) or "") if utter is not None else ""
        name = named or f"utter_ask_{slot}"
        speech = self.speeches.get(name)
        action = f"action_ask_{slot}"
        buttons = speech is not None and any(reply_buttons(group.buttons) for group in speech.groups)
        known = self.scene.domain.slots.get(slot)
        validation = Validation(entity=slot) if known is not None and known.values else None
        wait = Wait(
            lambda here, found: self._edges(here, found, slot, target),
            into=(slot,),
            reply=reply_kind(self.scene, slot, [], buttons, True),
            validation=validation,
            value=lambda button: self._value(button, slot),
        )
        if speech is not None:
            speak(self.draft, speech, id_, at.place, None, wait)
            return
        ask = id_
        if action in self.scene.domain.actions:
            ask = self.draft.name(f"{id_}.question")
            self.actions.add(self.draft, action, id_, at.place, ask)
        code = self.scene.reading.find_once(
            CodedQuestion,
            f"collect {slot}",
            at.child("collect").place,
            lambda count: (
                f"what asks for `{slot[:60]}` is "
                + (f"the code of `{action[:60]}`" if action in self.scene.domain.actions else "not in the files")
            ),
            help=f"write a response `{name[:60]}`",
        )
        self.scene.reading.book.degraded(at.place, "its question is not in the files", "write it", code)
        edges = wait.edges(ask, [])
        node = Ask(id=ask, into=wait.into, reply=wait.reply, validation=validation, edges=edges, at=at.place)
        self.draft.put(node)

    def _value(self, button: Button, slot: str) -> Expression | None:
        """What a tap stores."""
        for name, value in button.payload.slots:
            if name == slot:
                return constant(value)
        for name, value in button.payload.entities:
            if name == slot:
                return constant(value)
        return constant(button.payload.words) if button.payload.words and not button.payload.broken else None

    def _edges(self, id_: str, buttons: list[Button], slot: str, target: str | None) -> tuple[Edge, ...]:
        edges: list[Edge] = []
        for button in reply_buttons(buttons):
            changes = [
                assign(name, value, button.choice.at)
                for name, value in (*button.payload.slots, *button.payload.entities)
                if name != slot
            ]
            node = self.draft.set(f"{id_}.{button.choice.id}", changes, target, button.choice.at)
            edges.append(Edge(Chosen((button.choice.id,)), node, at=button.choice.at))
        return (*edges, Edge(Otherwise(), target)) if edges else go(target)
