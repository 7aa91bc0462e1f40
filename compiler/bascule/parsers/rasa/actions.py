"""What the bot does by name: default actions, hand-over, custom actions, responses that nothing defines."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from bascule.ir.nodes import End, Handover, HttpRequest, Node, RunFlow, SetVariable, Unsupported
from bascule.ir.text import literal
from bascule.parsers.rasa.drafts import Draft, Speeches, assign, go, speak
from bascule.parsers.rasa.losses import CustomAction, DynamicStep, StaticBack, TwoStageFallback
from bascule.parsers.rasa.model import DEFAULT_ACTIONS, MappingKind, Scene, SlotMapping
from bascule.parsers.rasa.network import ACTIVE_LOOP
from bascule.parsers.rasa.rules import UnknownAction
from bascule.source import Place

__all__ = ["SAID", "Actions", "is_handover"]

SAID = ("action", "response")
"""The variable that says which response a custom action chose (``responses`` in the action server's answer,
https://legacy-docs-oss.rasa.com/docs/rasa/pages/action-server-api)."""

_HANDOVER = re.compile(r"(?:action_)?(?:human_)?hand[_-]?(?:off|over)(?:_to(?:_a)?(?:_human|_agent|_operator))?")
_UNDOING = (
    "action_back",
    "action_revert_fallback_events",
    "action_default_ask_affirmation",
    "action_repeat_bot_messages",
    "action_correct_flow_slot",
    "action_continue_interrupted_flow",
)
_ENDING = ("action_hangup", "action_block_user")


def is_handover(name: str) -> bool:
    """Whether an action or intent of this name passes the conversation to a person."""
    return _HANDOVER.fullmatch(name.strip().lower()) is not None


class Actions:
    """All actions of a project. ``intent_mappings`` are the slots that an intent sets, by intent."""

    def __init__(self, scene: Scene, speeches: Speeches) -> None:
        self.scene = scene
        self.speeches = speeches
        self.custom: dict[str, None] = {}
        self.intent_mappings: dict[str, list[tuple[str, SlotMapping]]] = {}
        self._fills: dict[str, list[str]] = {}
        for slot in scene.domain.slots.values():
            self._note(slot.name, slot.mappings, (MappingKind.INTENT, MappingKind.TRIGGER))
        for form in scene.domain.forms.values():
            for needed in form.needed:
                self._note(needed.slot, needed.mappings, (MappingKind.TRIGGER,))

    def _note(self, slot: str, mappings: Sequence[SlotMapping], kinds: tuple[str, ...]) -> None:
        for one in mappings:
            if one.kind in kinds:
                for intent in one.intents:
                    self.intent_mappings.setdefault(intent, []).append((slot, one))
            elif one.action:
                self._fills.setdefault(one.action, []).append(slot)

    def check(self, name: str, place: Place, at: Place | None = None) -> None:
        """Put down what becomes of an action where a story or flow names it; ``at`` is where its name stands."""
        book, domain = self.scene.reading.book, self.scene.domain
        at = at or place
        if name in domain.responses or self.speeches.keys(name) or name in domain.forms:
            return
        if "{{" in name:
            code = self.scene.reading.find(
                DynamicStep, at, f"the action `{name[:60]}` is computed while the flow runs", help="name the action"
            )
            book.degraded(place, "computed while the flow runs", "name the action", code)
        elif name.startswith("utter_"):
            code = self.scene.miss_response(name, at)
            book.degraded(place, "what is said there is not in the files", "add the response", code)
        elif name == "action_two_stage_fallback":
            code = self.scene.reading.find_once(
                TwoStageFallback,
                name,
                at,
                lambda count: "the two-stage fallback asks to rephrase, but not which intent was meant",
                help="a menu of the usual requests",
            )
            book.degraded(place, "it no longer asks which intent was meant", "a menu", code)
        elif name in _UNDOING:
            code = self.scene.reading.find_once(
                StaticBack,
                name,
                at,
                lambda count: f"`{name}` has no counterpart in a flow",
                help="lead the choice to the message it should go back to",
            )
            book.degraded(place, "nothing takes back what happened", "lead to the message itself", code)
        elif name in DEFAULT_ACTIONS and name not in domain.actions:
            book.emulated(place, "a default action, as nodes")
        elif is_handover(name):
            book.emulated(place, "a hand-over")
        else:
            self._custom(name, place, at)

    def _custom(self, name: str, place: Place, at: Place) -> None:
        scene = self.scene
        if scene.domain.read and name not in scene.domain.actions:
            known = (*scene.domain.actions, *scene.domain.responses, *scene.domain.forms)
            close = scene.reading.close_to(name, known)
            scene.reading.find_once(
                UnknownAction,
                name,
                at,
                lambda count: f"the action `{name[:60]}` is declared nowhere",
                help=f"did you mean `{close}`?" if close else "list it under `actions`",
            )
        code = scene.reading.find_once(
            CustomAction,
            name,
            at,
            lambda count: (
                f"what the custom action `{name[:60]}` says or does is not in the files"
                + (f" (it runs at {count} places)" if count > 1 else "")
            ),
            help="write it into the converted flow, or let the flow call the action server",
        )
        scene.reading.book.degraded(place, "a request; its code is elsewhere", "write what it does", code)

    def add(
        self,
        draft: Draft,
        name: str,
        id_: str,
        place: Place,
        target: str | None,
        results: Iterable[str] = (),
    ) -> None:
        """Add the nodes of an action that is no response, the first one called ``id_``."""
        own = name in self.scene.domain.actions
        if self.speeches.keys(name):
            node: Node = RunFlow(id=id_, flow=name, edges=go(target), at=place)
        elif "{{" in name or (name in _UNDOING and not own) or name.startswith("utter_"):
            construct = "response" if name.startswith("utter_") else "action"
            why = {"utter_": "no file defines it"}.get(name[:6], "no counterpart in a flow")
            node = Unsupported(
                id=id_, construct=construct, source=name, language="text", reason=why, edges=go(target), at=place
            )
        elif is_handover(name):
            node = Handover(id=id_, to=name.removeprefix("action_"), edges=go(target), at=place)
        elif own or name not in DEFAULT_ACTIONS:
            self.custom[name] = None
            node = self._request(name, id_, place, target, results)
        elif name == "action_restart":
            self._restart(draft, id_, place)
            return
        elif name in ("action_default_fallback", "action_default_ask_rephrase"):
            said = "utter_default" if name == "action_default_fallback" else "utter_ask_rephrase"
            speech = self.speeches.get(said)
            if speech is not None:
                speak(draft, speech, id_, place, target, None)
                return
            draft.skip(id_, target)
            return
        elif name in ("action_deactivate_loop", "action_deactivate_form"):
            changes = (assign(ACTIVE_LOOP, None, place),)
            node = SetVariable(id=id_, assignments=changes, edges=go(target), at=place)
        elif name in _ENDING:
            node = End(id=id_, reason=name.removeprefix("action_"), at=place)
        else:
            draft.skip(id_, target)
            return
        draft.put(node)

    def _request(self, name: str, id_: str, place: Place, target: str | None, results: Iterable[str]) -> HttpRequest:
        """A call of the action server. ``results`` are slots that are looked at afterwards."""
        slots = [*self._fills.get(name, ()), *(result for result in results if result in self.scene.domain.slots)]
        return HttpRequest(
            id=id_,
            service="custom",
            name=name,
            method="POST" if self.scene.server else "",
            url=literal(self.scene.server),
            mapping=tuple((slot, (slot,)) for slot in dict.fromkeys(slots)),
            edges=go(target),
            at=place,
        )

    def _restart(self, draft: Draft, id_: str, place: Place) -> None:
        """Forget everything, and say so when there is a response for it."""
        speech = self.speeches.get("utter_restart")
        first = id_
        if speech is not None:
            first = draft.name(f"{id_}.clear")
            speak(draft, speech, id_, place, first, None)
        slots = [name for name in self.scene.domain.slots if name != "requested_slot"]
        changes = [assign(name, None, place) for name in (*slots, ACTIVE_LOOP)]
        end = draft.name(f"{id_}.end")
        draft.put(SetVariable(id=first, assignments=tuple(changes), edges=go(end), at=place))
        draft.put(End(id=end, reason="restart", at=place))

    def say_afterwards(self, draft: Draft, flow: str) -> None:
        """After each custom action run the flow that says what the action chose to say."""
        made: list[Node] = []
        for node in draft.nodes:
            if isinstance(node, HttpRequest) and node.service == "custom" and node.name in self.custom:
                said = draft.name(f"{node.id}.said")
                made.append(replace(node, into=SAID[:1], edges=go(said)))
                made.append(RunFlow(id=said, flow=flow, edges=node.edges, at=node.at))
            else:
                made.append(node)
        draft.nodes = made
