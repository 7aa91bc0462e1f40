"""``intents/<Name>.json``: from JSON to :class:`Intent`, each member with its fate.

Members: https://cloud.google.com/dialogflow/es/docs/reference/rest/v2/projects.agent.intents
"""

from __future__ import annotations

from typing import Any

from bascule.ir.expr import Const, Expression
from bascule.language.reading import json_text
from bascule.parsers.dialogflow_es.layout import Part
from bascule.parsers.dialogflow_es.losses import ConditionalAnswer, DisabledIntent, SlotWebhook, UnknownMember
from bascule.parsers.dialogflow_es.model import DEFAULT_LIFESPAN, Event, Input, Intent, Output
from bascule.parsers.dialogflow_es.parameters import read_parameters
from bascule.parsers.dialogflow_es.phrases import add_phrases, add_templates
from bascule.parsers.dialogflow_es.reading import Reading, counted, shown
from bascule.parsers.dialogflow_es.tags import platform_name
from bascule.source import Place

__all__ = ["read_intent"]

_NORMAL = 500_000
"""Priority of an intent whose author changed nothing."""

_MOST_TURNS = 10_000
_PLAIN = frozenset({"id", "name", "parentId", "rootParentId", "fallbackIntent", "endInteraction", "webhookUsed"})
_NOTES = frozenset({"lastUpdate", "cortanaCommand", "description", "labels", "followUpIntents"})
_CONDITIONAL = frozenset({"condition", "conditionalResponses", "conditionalFollowupEvents"})
_RESPONSE = frozenset({
    "resetContexts", "action", "affectedContexts", "parameters", "messages", "defaultResponsePlatforms", "speech",
})  # fmt: skip


def read_intent(reading: Reading, part: Part, language: str) -> Intent | None:
    """Read one intent; None (with a finding) where the file holds none. ``language`` is the agent's."""
    place = Place(part.file.path)
    value = reading.open_file(part.file, part.kind.value)
    if value is None:
        return None
    if not isinstance(value, dict):
        code = reading.wrong_shape(place, "the intent", value, "an object")
        reading.book.dropped(place, "no intent", "export the agent again", code)
        return None
    intent = Intent(place, stem=part.stem)
    for name in value:
        reading.book.open(f"intent {shown(name)}", place.child(name))
    _head(reading, intent, value)
    if not intent.name:
        intent.name = part.stem.rpartition("/")[2]
    _lists(reading, intent, value)
    responses = reading.list_of(value, "responses", place, "an intent", intent.facts)
    if "responses" in value and (value["responses"] is None or isinstance(value["responses"], list)):
        reading.book.exact(place.child("responses"))
    for index, response in enumerate(responses):
        _response(reading, intent, response, place.child("responses", index), index)
    if "userSays" in value:
        add_phrases(reading, intent, value["userSays"], place.child("userSays"), language)
    if "templates" in value:
        add_templates(reading, intent, value["templates"], place.child("templates"), language)
    return intent


def _head(reading: Reading, intent: Intent, value: dict[str, Any]) -> None:
    """The plain members."""
    place, book = intent.place, reading.book
    for name, item in value.items():
        at = place.child(name)
        if name in _PLAIN:
            book.exact(at)
        elif name == "auto":
            book.exact(at)
            if item is not None and not reading.flag(value, name, place, "an intent"):
                intent.facts.append(("auto", "false"))
                if item is False:
                    book.emulated(at, "only the very words of the training phrases count; kept as a fact")
        elif name == "priority":
            _priority(reading, intent, item, at)
        elif name == "webhookForSlotFilling":
            _slot_webhook(reading, intent, item, at)
        elif name in _CONDITIONAL:
            reading.lose(ConditionalAnswer, at, name, item, intent.facts, f"`{name}` of an intent is not read")
        elif name in _NOTES:
            reading.keep(at, name, item, intent.facts)
        elif name not in ("contexts", "events", "responses", "userSays", "templates"):
            reading.unknown(at, "intent", name, item, intent.facts, open_=False)
    intent.key = reading.string(value, "id", place, "an intent")
    intent.name = reading.string(value, "name", place, "an intent").strip()
    intent.parent = reading.string(value, "parentId", place, "an intent")
    for fact, member in (("id", intent.key), ("parentId", intent.parent)):
        if member:
            intent.facts.append((fact, json_text(member)))
    intent.fallback = reading.flag(value, "fallbackIntent", place, "an intent")
    intent.ends = reading.flag(value, "endInteraction", place, "an intent")
    intent.webhook = reading.flag(value, "webhookUsed", place, "an intent")


def _priority(reading: Reading, intent: Intent, value: Any, at: Place) -> None:
    if not isinstance(value, int) or isinstance(value, bool):
        if value is not None:
            reading.misshapen(at, "`priority` of an intent", value, "a whole number", intent.facts, "priority")
        else:
            reading.book.exact(at)
        return
    intent.priority = max(-_NORMAL * 10, min(value, _NORMAL * 10))
    if value == _NORMAL:
        reading.book.exact(at)
        return
    intent.facts.append(("priority", json_text(value)))
    if value < 0:
        code = reading.find_once(
            DisabledIntent, "off", at, lambda count: f"{count} intent(s) are switched off (negative priority)"
        )
        reading.book.degraded(at, "switched off: nothing leads to the intent", "give it a priority", code)
    else:
        reading.book.emulated(at, "decides the order in which intents are tried")


def _slot_webhook(reading: Reading, intent: Intent, value: Any, at: Place) -> None:
    reading.book.exact(at)
    name = "webhookForSlotFilling"
    intent.slot_webhook = reading.flag({name: value}, name, intent.place, "an intent")
    if not intent.slot_webhook:
        return
    intent.facts.append(("webhookForSlotFilling", "true"))
    code = reading.find_once(
        SlotWebhook,
        "slots",
        at,
        counted("the webhook of ", " intent(s) also takes part while values are asked for; this is not carried"),
        help="add a request after the question that needs the check",
    )
    reading.book.degraded(at, "the webhook is called once, when all values are there", "a request of its own", code)


def _lists(reading: Reading, intent: Intent, value: dict[str, Any]) -> None:
    place = intent.place
    inputs: list[Input] = []
    for index, item in enumerate(reading.list_of(value, "contexts", place, "an intent", intent.facts)):
        at = place.child("contexts", index)
        reading.book.open("input context", at)
        if isinstance(item, str) and item.strip():
            reading.book.emulated(at, "a condition on the way to the intent")
            inputs.append(Input(_context_name(item), at))
        else:
            reading.misshapen(at, "an input context", item, "a name", intent.facts, f"contexts/{index}")
    events: list[Event] = []
    for index, item in enumerate(reading.list_of(value, "events", place, "an intent", intent.facts)):
        at = place.child("events", index)
        reading.book.open("event", at)
        name = item.get("name") if isinstance(item, dict) else item
        if isinstance(name, str) and name.strip():
            reading.book.exact(at)
            events.append(Event(name.strip(), at))
        else:
            reading.misshapen(at, "an event", item, "an object with a name", intent.facts, f"events/{index}")
    for name in ("contexts", "events"):
        if isinstance(value.get(name), list) or (name in value and value[name] is None):
            reading.book.exact(place.child(name))
    intent.inputs, intent.events = tuple(inputs), tuple(events)


def _context_name(name: str) -> str:
    """Lower case, without the path that the REST API puts before it."""
    return name.strip().lower().rpartition("/")[2] or name.strip().lower()


def _response(reading: Reading, intent: Intent, response: Any, place: Place, index: int) -> None:
    """One item of ``responses``; exports have exactly one."""
    book = reading.book
    book.open("response", place)
    if not isinstance(response, dict):
        reading.misshapen(place, "a response", response, "an object", intent.facts, f"responses/{index}")
        return
    if index:
        code = reading.find_once(
            UnknownMember, "second response", place, lambda _: "an intent has a second response; kept as a fact"
        )
        book.dropped(place, "exports have one response per intent; kept as a fact", "look what it is for", code)
        intent.facts.append((f"responses/{index}", json_text(reading.safe(response, place))))
        return
    book.exact(place)
    for name, item in response.items():
        at = place.child(name)
        book.open(f"response {shown(name)}", at)
        if name not in _RESPONSE:
            reading.unknown(at, "response", name, item, intent.facts, open_=False)
        elif not isinstance(item, list) or name not in ("affectedContexts", "parameters", "messages"):
            book.exact(at)
    intent.resets = reading.flag(response, "resetContexts", place, "a response")
    intent.action = reading.string(response, "action", place, "a response")
    if intent.action:
        intent.facts.append(("action", json_text(intent.action)))
    intent.outputs = _outputs(reading, intent, response, place)
    intent.parameters = read_parameters(reading, intent, response, place)
    intent.together = _together(response.get("defaultResponsePlatforms"))
    messages = reading.list_of(response, "messages", place, "a response", intent.facts)
    for name in ("affectedContexts", "parameters", "messages"):
        if isinstance(response.get(name), list):
            book.exact(place.child(name))
    found = [(item, place.child("messages", number)) for number, item in enumerate(messages)]
    if not found:
        found = _old_speech(response.get("speech"), place.child("speech"))
    intent.messages = tuple(found)


def _old_speech(value: Any, place: Place) -> list[tuple[Any, Place]]:
    """``speech`` of the first API.AI exports: the answer, where there are no messages. Read as a text message."""
    texts = value if isinstance(value, list) else [value]
    words = [item for item in texts if isinstance(item, str) and item.strip()]
    return [({"type": 0, "speech": words}, place)] if words else []


def _together(value: Any) -> frozenset[str]:
    if isinstance(value, dict):
        return frozenset(platform_name(name) for name, flag in value.items() if flag is True)
    items = value if isinstance(value, list) else []
    return frozenset(platform_name(name) for name in items if isinstance(name, str))


def _outputs(reading: Reading, intent: Intent, response: dict[str, Any], place: Place) -> tuple[Output, ...]:
    found: list[Output] = []
    for index, item in enumerate(reading.list_of(response, "affectedContexts", place, "a response", intent.facts)):
        at = place.child("affectedContexts", index)
        reading.book.open("output context", at)
        name = item.get("name") if isinstance(item, dict) else None
        if not isinstance(name, str) or not name.strip():
            reading.misshapen(at, "an output context", item, "an object with a name", intent.facts, f"outputs/{index}")
            continue
        reading.book.emulated(at, "ways to the intents that need it, and a variable that counts its turns")
        for member, value in item.items():
            if member not in ("name", "lifespan", "parameters"):
                reading.unknown(at.child(member), "output context", member, value, intent.facts)
        lifespan = _lifespan(reading, item, at)
        found.append(Output(_context_name(name), lifespan, _values(item.get("parameters")), at))
    return tuple(found)


def _lifespan(reading: Reading, item: dict[str, Any], at: Place) -> int:
    value = item.get("lifespan")
    if value is None:
        return DEFAULT_LIFESPAN
    if isinstance(value, bool) or not isinstance(value, (int, float)) or value != value:
        reading.wrong_shape(
            at.child("lifespan"), "`lifespan` of a context", value, "a whole number", f"read as {DEFAULT_LIFESPAN}"
        )
        return DEFAULT_LIFESPAN
    return int(max(0, min(value, _MOST_TURNS)))


def _values(value: Any) -> tuple[tuple[str, Expression], ...]:
    if not isinstance(value, dict):
        return ()
    plain = (str, int, float, bool, type(None))
    return tuple(
        (name, Const(item if isinstance(item, plain) else json_text(item))) for name, item in value.items() if name
    )
