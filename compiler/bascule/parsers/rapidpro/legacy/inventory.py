"""Put every construct of an older flow down in the book, before it is upgraded.

What counts: the flow and its members, its metadata and each note; action sets, actions and their members; rule sets
and their members, rules and theirs; each translation (a text in a language that is not the flow's own). Ids,
coordinates and what makes a construct what it is (a rule's test, category and destination) count with it. Members that
hold nothing do not count: those editors wrote every member, used or not.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from bascule.parsers.rapidpro.legacy.draft import is_empty, own_language
from bascule.parsers.rapidpro.legacy.walk import LOCALIZED_TESTS, definition_of, localized_members, test_of
from bascule.parsers.rapidpro.located import Arr, Obj, text_of
from bascule.parsers.rapidpro.reading import Reading, clip

__all__ = ["ACTION", "ACTION_SET", "RULE", "RULE_SET", "open_legacy_flow"]

ACTION_SET = ("uuid", "x", "y", "actions", "destination", "exit_uuid")
ACTION = ("uuid", "type")
RULE_SET = ("uuid", "x", "y", "rules", "ruleset_type")
RULE = ("uuid", "test", "category", "destination", "destination_type")
_FLOW = ("action_sets", "rule_sets")


def open_legacy_flow(reading: Reading, value: Any, pointer: str) -> None:
    """A flow and everything in it."""
    reading.book.open("flow", reading.place(pointer))
    if not isinstance(value, Obj):
        return
    definition = definition_of(value)
    if definition is not value:
        _rest(reading, value, "flow", ("definition",))
    _rest(reading, definition, "flow", _FLOW)
    metadata = definition.get("metadata")
    notes = metadata.get("notes") if isinstance(metadata, Obj) else None
    if isinstance(notes, Arr):
        for index in range(len(notes)):
            reading.book.open("editor note", reading.at(notes, index))
    language = text_of(definition.get("base_language"))
    for item in _items(reading, definition, "action_sets", "action set", "flow action_sets"):
        _rest(reading, item, "action set", ACTION_SET)
        for action in _items(reading, item, "actions", "action", "action set actions"):
            _action(reading, action, language)
    for item in _items(reading, definition, "rule_sets", "rule set", "flow rule_sets"):
        _rule_set(reading, item, language)


def _rest(reading: Reading, item: Obj, what: str, own: Collection[str]) -> None:
    for key, value in item.items():
        if key not in own and not is_empty(value):
            reading.book.open(f"{what} {clip(key, 40)}", reading.at(item, key))


def _items(reading: Reading, owner: Obj, key: str, what: str, whole: str) -> list[Obj]:
    """Open the items of a list, with their types; returns those that are objects. A member of another type is a
    construct itself."""
    items = owner.get(key)
    if not isinstance(items, Arr):
        if not is_empty(items):
            reading.book.open(whole, reading.at(owner, key))
        return []
    for index, item in enumerate(items):
        kind = ""
        if isinstance(item, Obj):
            source = test_of(item) if what == "rule" else item
            kind = text_of(source.get("ruleset_type" if what == "rule set" else "type"))
        reading.book.open(f"{what} {clip(kind, 40)}".rstrip(), reading.at(items, index))
    return [item for item in items if isinstance(item, Obj)]


def _translations(reading: Reading, texts: Any, language: str, key: str) -> None:
    if not isinstance(texts, Obj):
        return
    own = own_language(texts, language)
    for code, text in texts.items():
        if code != own and not is_empty(text):
            # A text of no language beside the flow's own was never said.
            what = "unused text" if code == "base" else "translation"
            reading.book.open(f"{what} {key}", reading.at(texts, code))


def _action(reading: Reading, action: Obj, language: str) -> None:
    _rest(reading, action, clip(text_of(action.get("type")) or "action", 40), ACTION)
    for key, texts in localized_members(action):
        _translations(reading, texts, language, key)


def _rule_set(reading: Reading, item: Obj, language: str) -> None:
    _rest(reading, item, "rule set", RULE_SET)
    config = item.get("config")
    if isinstance(config, Obj):
        _translations(reading, config.get("ussd_message"), language, "ussd_message")
    for rule in _items(reading, item, "rules", "rule", "rule set rules"):
        _rest(reading, rule, "rule", RULE)
        _translations(reading, rule.get("category"), language, "category")
        _translations(reading, rule.get("label"), language, "label")
        test = test_of(rule)
        if text_of(test.get("type")) in LOCALIZED_TESTS:
            _translations(reading, test.get("test"), language, "test")
