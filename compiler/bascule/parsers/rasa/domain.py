"""The domain: intents, entities, slots, forms, actions, responses, session settings, from any file of a project."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bascule.language.reading import json_text
from bascule.parsers.rasa.located import At, keep_unknown, mapping, plain, refuse, sequence, text_of
from bascule.parsers.rasa.model import Scene
from bascule.parsers.rasa.rules import DeclaredTwice, EmptyResponse
from bascule.parsers.rasa.slots import read_forms, read_slots, twice

__all__ = ["DOMAIN_KEYS", "DOMAIN_READERS", "response_name"]

_INTENT_OPTIONS = ("use_entities", "ignore_entities", "is_retrieval_intent")
_ENTITY_OPTIONS = ("roles", "groups", "influence_conversation")


def _declared(scene: Scene, at: At, what: str) -> list[tuple[str, At, list[tuple[str, At]]]]:
    """The items of ``intents`` or ``entities``: names, each with its place and options."""
    found: list[tuple[str, At, list[tuple[str, At]]]] = []
    for item in sequence(scene.reading, at, f"{what} list"):
        name = text_of(item)
        if name is not None:
            scene.reading.book.open(what, item.place)
            found.append((name, item, []))
        elif isinstance(item.value, dict) and item.value:
            for key, options in item.members():
                scene.reading.book.open(what, options.place)
                found.append((key, options, mapping(scene.reading, options, f"{what} options")))
        else:
            refuse(scene.reading, item, what, "a name, or a name with its options")
    return found


def read_intents(scene: Scene, at: At) -> None:
    """``intents``: names, some with options. ``triggers`` (Rasa 1) is a rule of one step."""
    domain, book = scene.domain, scene.reading.book
    for name, item, options in _declared(scene, at, "intent"):
        first = domain.intents.get(name)
        if first is not None:
            twice(scene, "intent", name, item, first, True)
        else:
            domain.intents[name] = item.place
            book.exact(item.place)
        facts = domain.intent_facts.setdefault(name, [])
        for key, option in options:
            if not book.has(option.place):
                book.open("intent option", option.place)
            action = text_of(option)
            if key == "triggers" and action is not None:
                domain.triggers.append((name, action, option.place))
                book.emulated(option.place, "a rule of one step")
            elif key in _INTENT_OPTIONS:
                facts.append((key, json_text(plain(option.value))))
                book.exact(option.place, "kept as a fact: what the model looks at")
            else:
                facts.append(
                    keep_unknown(scene.reading, option, key, "intent", (*_INTENT_OPTIONS, "triggers"), "intent option")
                )


def read_entities(scene: Scene, at: At) -> None:
    """``entities``: names, some with roles and groups."""
    domain, book = scene.domain, scene.reading.book
    for name, item, options in _declared(scene, at, "entity"):
        first = domain.entities.get(name)
        if first is not None:
            twice(scene, "entity", name, item, first, True)
        else:
            domain.entities[name] = item.place
            book.exact(item.place)
        facts = domain.entity_facts.setdefault(name, [])
        for key, option in options:
            book.open("entity option", option.place)
            if key in _ENTITY_OPTIONS:
                facts.append((key, json_text(plain(option.value))))
                book.exact(option.place, "kept as a fact")
            else:
                facts.append(keep_unknown(scene.reading, option, key, "entity", _ENTITY_OPTIONS, "entity option"))


def read_actions(scene: Scene, at: At) -> None:
    """``actions``: names, some with options (``send_domain``)."""
    book = scene.reading.book
    for name, item, options in _declared(scene, at, "action"):
        first = scene.domain.actions.get(name)
        if first is not None:
            twice(scene, "action", name, item, first, True)
        else:
            scene.domain.actions[name] = item.place
            book.exact(item.place)
        for key, option in options:
            book.open("action option", option.place)
            if key == "send_domain":
                book.exact(option.place, "how the action server is called")
            else:
                scene.keep(option, key, "action", ("send_domain",), "action option")


def read_e2e_actions(scene: Scene, at: At) -> None:
    """``e2e_actions``: texts that stories have the bot say."""
    for item in sequence(scene.reading, at, "end-to-end actions"):
        scene.reading.book.open("end-to-end action", item.place)
        if text_of(item) is None:
            refuse(scene.reading, item, "end-to-end action", "a text")
        else:
            scene.reading.book.exact(item.place, "said where a story says it")


def response_name(name: str) -> str:
    """The full name of a response: those of retrieval intents may be written without ``utter_``."""
    return f"utter_{name}" if "/" in name and not name.startswith("utter_") else name


def read_responses(scene: Scene, at: At) -> None:
    """``responses`` (``templates`` in Rasa 1): name to variants. What they say is read where it is said."""
    book = scene.reading.book
    for key, item in mapping(scene.reading, at, "responses"):
        book.open("response", item.place)
        name = response_name(key)
        first = scene.domain.responses.get(name)
        if first is not None:
            same = bool(first.value == item.value)
            twice(scene, "response", key, item, first.place, same)
            _shadowed(scene, item, same)
            continue
        if item.null or item.value == []:
            code = scene.reading.find(
                EmptyResponse, item.place.at_key(), f"`{key[:60]}` has no variant", help="write its text, or remove it"
            )
            book.dropped(item.place, "it says nothing", "write its text", code)
        elif not isinstance(item.value, list):
            refuse(scene.reading, item, "response", "a list of variants")
            continue
        else:
            book.exact(item.place)
        scene.domain.responses[name] = item


def _shadowed(scene: Scene, item: At, same: bool) -> None:
    """The variants of a response that is declared before; their members are accounted for with them."""
    from bascule.parsers.rasa.responses import account

    for variant in item.items():
        for construct, place in account(variant):
            scene.reading.book.open(construct, place)
            if same:
                scene.reading.book.exact(place, "the same again")
            else:
                scene.reading.book.dropped(
                    place, "the response is declared before", "remove one of them", DeclaredTwice.code
                )


def read_session(scene: Scene, at: At) -> None:
    """``session_config``: when a conversation is over (minutes, 0: never), and whether slots outlive it."""
    book = scene.reading.book
    for key, item in mapping(scene.reading, at, "session settings"):
        book.open("session setting", item.place)
        value = item.scalar
        if key == "session_expiration_time" and isinstance(value, (int, float)) and not isinstance(value, bool):
            if value > 0 and value < 1e9:
                scene.domain.expires = float(value) * 60
            book.exact(item.place, "the flow expires then" if value > 0 else "a conversation never ends by itself")
        elif key == "carry_over_slots_to_new_session":
            if value is False:
                book.emulated(item.place, "a flow that is entered again begins with the contact's own data only")
            else:
                book.exact(item.place, "variables of a contact are kept")
        elif key in ("session_expiration_time", "start_session_after_expiry"):
            book.exact(item.place, "kept by the platform")
        else:
            scene.keep(
                item,
                key,
                "session_config",
                ("session_expiration_time", "carry_over_slots_to_new_session"),
                "session setting",
            )


def read_domain_config(scene: Scene, at: At) -> None:
    """``config`` of the domain: whether entities fill the slots of their name."""
    for key, item in mapping(scene.reading, at, "domain settings"):
        scene.reading.book.open("domain setting", item.place)
        if key == "store_entities_as_slots":
            scene.domain.stores_entities = item.scalar is not False
            scene.reading.book.exact(item.place)
        else:
            scene.keep(item, key, "config", ("store_entities_as_slots",), "domain setting")


DOMAIN_READERS: dict[str, Callable[[Scene, At], Any]] = {
    "intents": read_intents,
    "entities": read_entities,
    "slots": read_slots,
    "forms": read_forms,
    "actions": read_actions,
    "e2e_actions": read_e2e_actions,
    "responses": read_responses,
    "templates": read_responses,
    "session_config": read_session,
    "config": read_domain_config,
}
DOMAIN_KEYS = tuple(DOMAIN_READERS)
