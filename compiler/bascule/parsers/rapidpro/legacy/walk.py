"""Parts of older flows: where they stand, and copies of a flow with some of them changed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from bascule.parsers.rapidpro.legacy.scan import apply, rename_references
from bascule.parsers.rapidpro.located import Arr, Obj, inner_of, listed, rewritten, text_of

__all__ = [
    "LOCALIZED_TESTS",
    "MESSAGES",
    "OLD_RULE",
    "WAITS",
    "deep_texts",
    "definition_of",
    "is_legacy",
    "localized_members",
    "map_actions",
    "map_localized",
    "map_messages",
    "map_rule_sets",
    "map_rules",
    "map_sets",
    "map_templates",
    "objects",
    "referenced",
    "renamed",
    "test_of",
]

Change = Callable[[Obj], Obj]

LOCALIZED_TESTS = frozenset({"contains", "contains_any", "contains_phrase", "contains_only_phrase", "starts", "regex"})
"""Tests whose words are translated."""

MESSAGES = frozenset({"reply", "send", "say", "email"})
"""Actions whose `msg` is said."""

WAITS = frozenset(
    (
        *("wait_message", "wait_menu", "wait_ussd", "wait_recording", "wait_digit", "wait_digits", "wait_photo"),
        *("wait_video", "wait_audio", "wait_gps"),
    )
)
"""Types of rule sets that wait for somebody."""

OLD_RULE = "_before"
"""The member of a rule that keeps the category and test it had before an upgrade gave it others."""

_LOCALIZED = ("msg", "media", "recording")


def is_legacy(flow: Any) -> bool:
    """Whether a value is a flow, or the definition of one, in the shape before version 13."""
    if not isinstance(flow, dict) or isinstance(flow.get("nodes"), list):
        return False
    if any(isinstance(flow.get(key), list) for key in ("action_sets", "rule_sets")):
        return True
    # A flow that was never drawn.
    kind = flow.get("flow_type")
    if isinstance(flow.get("definition"), dict):
        return False
    return isinstance(kind, str) and len(kind) == 1 and ("base_language" in flow or "metadata" in flow)


def definition_of(flow: Obj) -> Obj:
    """The definition of a flow: a member of it up to version 6, the flow itself later."""
    inner = flow.get("definition")
    return inner if isinstance(inner, Obj) and not is_legacy(flow) else flow


def _in_definition(flow: Obj, change: Change) -> Obj:
    inner = definition_of(flow)
    if inner is flow:
        return change(flow)
    changed = change(inner)
    return flow if changed is inner else flow.having({"definition": changed})


def objects(owner: Obj, key: str) -> Iterator[Obj]:
    """The items of a list that are objects."""
    return (item for item in listed(owner.get(key)) if isinstance(item, Obj))


def referenced(item: Any, word: str, keep: bool = False) -> Any:
    """A reference by number as one by uuid (`flow-12`); anything else as it is. ``keep`` leaves the number with it."""
    number = item.get("id") if isinstance(item, Obj) else None
    if not isinstance(item, Obj) or not isinstance(number, (int, str)) or isinstance(number, bool) or number == "":
        return item
    if item.get("uuid") not in (None, ""):
        return item
    new = item.having({"uuid": f"{word}-{number}"}, {"uuid": item.at("id")})
    return new if keep else new.lacking("id")


def test_of(rule: Obj) -> Obj:
    """The test of a rule, empty when it has none."""
    return inner_of(rule, "test")


def _mapped(owner: Obj, key: str, change: Change) -> Obj:
    items = listed(owner.get(key))
    changed = items.mapped(lambda item: change(item) if isinstance(item, Obj) else item)
    return owner if changed is items else owner.having({key: changed})


def map_sets(flow: Obj, change: Change) -> Obj:
    """The flow with each action set changed."""
    return _in_definition(flow, lambda inner: _mapped(inner, "action_sets", change))


def map_actions(flow: Obj, change: Change) -> Obj:
    """The flow with each action changed."""
    return map_sets(flow, lambda item: _mapped(item, "actions", change))


def map_rule_sets(flow: Obj, change: Change) -> Obj:
    """The flow with each rule set changed."""
    return _in_definition(flow, lambda inner: _mapped(inner, "rule_sets", change))


def map_rules(rule_set: Obj, change: Change) -> Obj:
    """The rule set with each rule changed."""
    return _mapped(rule_set, "rules", change)


def deep_texts(value: Any, change: Callable[[str], str], skip: frozenset[str] = frozenset()) -> Any:
    """A value with every text in it changed, except in members that are to be skipped. Recursion is bounded by the
    depth the JSON reader accepts."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, Arr):
        return value.mapped(lambda item: deep_texts(item, change, skip))
    if isinstance(value, Obj):
        changed = {
            key: new
            for key, item in value.items()
            if key not in skip and (new := deep_texts(item, change, skip)) is not item
        }
        return value.having(changed) if changed else value
    return value


def map_messages(flow: Obj, change: Callable[[str], str], kinds: frozenset[str] = MESSAGES) -> Obj:
    """The flow with what its messages say changed, in each language."""

    def action(item: Obj) -> Obj:
        if text_of(item.get("type")) not in kinds:
            return item
        changed = deep_texts(item.get("msg"), change)
        return item if changed is item.get("msg") else item.having({"msg": changed})

    return map_actions(flow, action)


def map_templates(flow: Obj, change: Callable[[str], str]) -> Obj:
    """The flow with each text changed that may hold expressions: what is said and saved, addresses that are called,
    operands, and the words of tests."""

    def member(item: Obj, key: str) -> Obj:
        value = item.get(key)
        changed = change(value) if isinstance(value, str) else value
        return item if changed is value else item.having({key: changed})

    def action(item: Obj) -> Obj:
        kind = text_of(item.get("type"))
        return member(item, "value") if kind == "save" else member(item, "webhook") if kind == "api" else item

    def rule(item: Obj) -> Obj:
        test = test_of(item)
        words = test.get("test")
        changed = deep_texts(words, change) if isinstance(words, Obj) else words
        return item if changed is words else item.having({"test": test.having({"test": changed})})

    def rule_set(item: Obj) -> Obj:
        new = member(item, "operand")
        if new is not item and new.get("ruleset_type") == "flow_field":
            # It no longer looks at one result.
            new = new.having({"ruleset_type": "expression"})
        config = new.get("config")
        if isinstance(config, Obj):
            changed = member(config, "webhook")
            new = new if changed is config else new.having({"config": changed})
        return map_rules(new, rule)

    return map_rule_sets(map_actions(map_messages(flow, change), action), rule_set)


def renamed(rename: Callable[[str, bool], str | None]) -> Callable[[str], str]:
    """A change of texts that renames the variables in them; see :func:`bascule.parsers.rapidpro.legacy.scan`."""

    def change(text: str) -> str:
        changes = rename_references(text, rename)
        return rewritten(text, apply(text, changes), changes) if changes else text

    return change


def localized_members(item: Obj) -> Iterator[tuple[str, Obj]]:
    """The members of an action that hold one text per language, and each quick reply that does."""
    for key in _LOCALIZED:
        value = item.get(key)
        if isinstance(value, Obj):
            yield key, value
    for reply in objects(item, "quick_replies"):
        yield "quick_replies", reply


def map_localized(flow: Obj, change: Change) -> Obj:
    """The flow with each object that holds one text per language changed."""

    def member(item: Obj, key: str) -> Obj:
        value = item.get(key)
        changed = change(value) if isinstance(value, Obj) else value
        return item if changed is value else item.having({key: changed})

    def action(item: Obj) -> Obj:
        for key in _LOCALIZED:
            item = member(item, key)
        return _mapped(item, "quick_replies", change)

    def rule(item: Obj) -> Obj:
        item = member(member(item, "category"), "label")
        test = test_of(item)
        if text_of(test.get("type")) not in LOCALIZED_TESTS:
            return item
        changed = member(test, "test")
        return item if changed is test else item.having({"test": changed})

    def rule_set(item: Obj) -> Obj:
        config = item.get("config")
        if isinstance(config, Obj):
            changed = member(config, "ussd_message")
            item = item if changed is config else item.having({"config": changed})
        return map_rules(item, rule)

    return map_rule_sets(map_actions(flow, action), rule_set)
