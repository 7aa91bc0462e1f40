"""What a Rasa project declares: intents, entities, slots, forms, actions, responses, and who refers to them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from bascule.ir.expr import Call, Const, Expression, Ref
from bascule.language.reading import Reading, json_text, unique
from bascule.parsers.base import ParseOptions
from bascule.parsers.rasa.located import At, keep_unknown, plain
from bascule.parsers.rasa.rules import MissingResponse, UnknownEntity, UnknownIntent, UnknownSlot
from bascule.source import Place

__all__ = [
    "DEFAULT_ACTIONS",
    "DEFAULT_INTENTS",
    "LISTEN",
    "OWN_RESPONSES",
    "Domain",
    "Form",
    "MappingKind",
    "Needed",
    "Scene",
    "Slot",
    "SlotMapping",
]

DEFAULT_INTENTS = ("restart", "back", "session_start", "nlu_fallback", "out_of_scope")
"""Intents every assistant has (https://legacy-docs-oss.rasa.com/docs/rasa/domain#intents); the last one by custom."""

LISTEN = "action_listen"
"""The action that waits for the next message."""

DEFAULT_ACTIONS = (
    LISTEN,
    "action_restart",
    "action_session_start",
    "action_default_fallback",
    "action_deactivate_loop",
    "action_deactivate_form",
    "action_two_stage_fallback",
    "action_default_ask_affirmation",
    "action_default_ask_rephrase",
    "action_revert_fallback_events",
    "action_back",
    "action_unlikely_intent",
    "action_extract_slots",
    "action_validate_slot_mappings",
    "action_run_slot_rejections",
    "action_trigger_flow",
    "action_clean_stack",
    "action_cancel_flow",
    "action_correct_flow_slot",
    "action_clarify_flows",
    "action_trigger_search",
    "action_trigger_chitchat",
    "action_reset_routing",
    "action_repeat_bot_messages",
    "action_block_user",
    "action_hangup",
    "action_continue_interrupted_flow",
)
"""https://legacy-docs-oss.rasa.com/docs/rasa/default-actions, https://rasa.com/docs/reference/primitives/default-actions/"""

OWN_RESPONSES = (
    "utter_ask_rephrase",
    "utter_ask_still_there",
    "utter_boolean_slot_rejection",
    "utter_can_do_something_else",
    "utter_cannot_handle",
    "utter_categorical_slot_rejection",
    "utter_clarification_options_rasa",
    "utter_corrected_previous_input",
    "utter_float_slot_rejection",
    "utter_flow_cancelled_rasa",
    "utter_flow_continue_interrupted",
    "utter_free_chitchat_response",
    "utter_human_handoff_not_available",
    "utter_internal_error_rasa",
    "utter_no_knowledge_base",
    "utter_skip_question_answer",
)
"""Responses that CALM assistants have without declaring them: https://rasa.com/docs/reference/primitives/patterns/"""

_TYPES = {
    "text": "text",
    "bool": "boolean",
    "boolean": "boolean",
    "float": "number",
    "list": "list",
    "categorical": "text",
    "strict_categorical": "text",
}


class MappingKind:
    """The kinds of slot mappings. ``controlled`` is the later name of ``custom``."""

    ENTITY = "from_entity"
    INTENT = "from_intent"
    TEXT = "from_text"
    TRIGGER = "from_trigger_intent"
    CUSTOM = "custom"
    CONTROLLED = "controlled"
    MODEL = "from_llm"
    ALL = (ENTITY, INTENT, TEXT, TRIGGER, CUSTOM, CONTROLLED, MODEL)


@dataclass(slots=True)
class SlotMapping:
    """One way a slot is filled. ``conditions`` are pairs (active loop, requested slot), ``""`` where not said."""

    kind: str
    place: Place
    entity: str = ""
    role: str = ""
    group: str = ""
    intents: tuple[str, ...] = ()
    not_intents: tuple[str, ...] = ()
    value: Any = None
    conditions: tuple[tuple[str, str], ...] = ()
    action: str = ""

    def takes(self, intent: str) -> bool:
        """Whether the filters let an intent through."""
        base = intent.split("/", 1)[0]
        allowed = not self.intents or intent in self.intents or base in self.intents
        return allowed and intent not in self.not_intents and base not in self.not_intents

    def holds(self, form: str, slot: str) -> bool:
        """Whether the conditions hold while ``form`` (or none: ``""``) is active and asks for ``slot``."""
        return not self.conditions or any(
            loop in ("", form) and wanted in ("", slot) and (loop or wanted) for loop, wanted in self.conditions
        )


@dataclass(slots=True)
class Slot:
    """A variable of the assistant. ``initial`` is its value before anybody sets it."""

    name: str
    place: Place
    type: str = "any"
    influences: bool = True
    initial: Any = None
    values: tuple[Any, ...] = ()
    auto_fill: bool = True
    mappings: list[SlotMapping] = field(default_factory=list)
    mapped: bool = False
    rejections: list[At] = field(default_factory=list)
    refill: str = ""

    @property
    def variable_type(self) -> str:
        """The variable's type in the project."""
        return _TYPES.get(self.type, "")

    @property
    def decides(self) -> str:
        """What stories can tell apart: ``""`` nothing, ``set`` whether there is a value, ``value`` the value itself."""
        if not self.influences or self.type == "any":
            return ""
        return "set" if self.type in ("text", "list") else "value"


@dataclass(slots=True)
class Needed:
    """A slot that a form asks for; ``mappings`` are those of Rasa 2, which stand in the form."""

    slot: str
    place: Place
    mappings: list[SlotMapping] = field(default_factory=list)


@dataclass(slots=True)
class Form:
    """A form. ``declared`` is False for a loop that only stories name."""

    name: str
    place: Place
    needed: list[Needed] = field(default_factory=list)
    ignored: tuple[str, ...] = ()
    declared: bool = True


@dataclass(slots=True)
class Domain:
    """All domain sections of the project together. ``read`` says that there was one at all."""

    intents: dict[str, Place] = field(default_factory=dict)
    intent_facts: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    triggers: list[tuple[str, str, Place]] = field(default_factory=list)
    entities: dict[str, Place] = field(default_factory=dict)
    entity_facts: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    slots: dict[str, Slot] = field(default_factory=dict)
    forms: dict[str, Form] = field(default_factory=dict)
    actions: dict[str, Place] = field(default_factory=dict)
    responses: dict[str, At] = field(default_factory=dict)
    expires: float | None = None
    stores_entities: bool = True
    read: bool = False


@dataclass(slots=True)
class Scene:
    """What all readers of a project share. ``phrases`` holds the intents and entities that training data names;
    ``asked`` the slots that a form or flow asks for."""

    reading: Reading
    options: ParseOptions
    domain: Domain = field(default_factory=Domain)
    phrases: set[str] = field(default_factory=set)
    annotated: set[str] = field(default_factory=set)
    retrieval: dict[str, list[str]] = field(default_factory=dict)
    verbatim: dict[str, set[str]] = field(default_factory=dict)
    used_responses: set[str] = field(default_factory=set)
    server: str = ""
    server_place: Place | None = None
    locale: str = ""
    flow_names: tuple[str, ...] = ()
    facts: list[tuple[str, str]] = field(default_factory=list)
    fact_names: dict[str, int] = field(default_factory=dict)

    def keep(self, at: At, key: str, what: str, known: tuple[str, ...], construct: str = "") -> None:
        """A member that is not known there: reported, and a fact of the project."""
        _, value = keep_unknown(self.reading, at, key, what, known, construct)
        self._fact(at.place, value)

    def note(self, at: At, construct: str, reason: str = "kept as a fact") -> None:
        """A member that has no effect on the conversation: a fact of the project."""
        self.reading.book.open(construct, at.place)
        self.reading.book.exact(at.place, reason)
        value = json_text(self.reading.safe(plain(at.value), at.place))
        self._fact(at.place, value)

    def _fact(self, place: Place, value: str) -> None:
        name = f"{place.file.rsplit('/', 1)[-1]}#{place.pointer}"
        self.facts.append((unique(name, self.fact_names), value))

    def slot(self, name: str) -> Expression:
        """A slot's value in an expression: its initial value stands in while nobody has set it."""
        known = self.domain.slots.get(name)
        reference: Expression = Ref((name,))
        if known is not None and known.initial is not None and isinstance(known.initial, (str, int, float, bool)):
            return Call("default", (reference, Const(known.initial)))
        return reference

    def filled(self, name: str) -> Expression:
        """Whether a slot has a value."""
        return Call("not", (self.empty(name),))

    def empty(self, name: str) -> Expression:
        """Whether a slot has no value."""
        return Call("is_blank", (self.slot(name),))

    def equals(self, name: str, value: Any) -> Expression:
        """Whether a slot has just this value; ``None`` means none at all."""
        if value is None:
            return self.empty(name)
        if isinstance(value, (str, int, float, bool)):
            return Call("eq", (self.slot(name), Const(value)))
        return self.filled(name)

    def see_intent(self, name: str, place: Place) -> None:
        """Check an intent that somebody refers to."""
        known = self.domain.intents
        if not self.domain.read and not self.phrases:
            return
        if name in known or name in self.phrases or name in DEFAULT_INTENTS or name in self.retrieval:
            return
        if name.split("/", 1)[0] in known and name in self._keys():
            return
        close = self.reading.close_to(name, (*known, *sorted(self.phrases - known.keys())))
        self.reading.find_once(
            UnknownIntent,
            name,
            place,
            lambda count: f"the intent `{name[:60]}` is declared nowhere and has no phrases",
            help=f"did you mean `{close}`?" if close else "list it under `intents` and write phrases for it",
        )

    def _keys(self) -> set[str]:
        """The full names of retrieval intents that have a response."""
        return {name.removeprefix("utter_") for name in self.domain.responses if "/" in name}

    def see_entity(self, name: str, place: Place) -> None:
        """Check an entity that somebody refers to."""
        if not self.domain.read or name in self.domain.entities or name in self.annotated:
            return
        close = self.reading.close_to(name, tuple(self.domain.entities))
        self.reading.find_once(
            UnknownEntity,
            name,
            place,
            lambda count: f"the entity `{name[:60]}` is declared nowhere and no phrase annotates it",
            help=f"did you mean `{close}`?" if close else "list it under `entities`",
        )

    def see_slot(self, name: str, place: Place) -> None:
        """Check a slot that somebody refers to."""
        if not self.domain.read or name in self.domain.slots or name == "requested_slot":
            return
        close = self.reading.close_to(name, tuple(self.domain.slots))
        self.reading.find_once(
            UnknownSlot,
            name,
            place,
            lambda count: f"the slot `{name[:60]}` is declared nowhere",
            help=f"did you mean `{close}`?" if close else "declare it under `slots`",
        )

    def miss_response(self, name: str, place: Place) -> str:
        """Report a response that nothing defines; returns the finding's code."""
        close = self.reading.close_to(name, tuple(self.domain.responses))
        where = "is one of Rasa's own, which the files do not have" if name in OWN_RESPONSES else "is defined nowhere"
        return self.reading.find_once(
            MissingResponse,
            name,
            place,
            lambda count: f"the response `{name[:60]}` {where}{f' (used {count} times)' if count > 1 else ''}",
            help=f"did you mean `{close}`?" if close and name not in OWN_RESPONSES else "add it under `responses`",
        )
