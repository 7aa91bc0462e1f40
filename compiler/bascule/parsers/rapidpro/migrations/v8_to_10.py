"""The steps of versions 8 to 10: one language of expressions, uuids instead of numbers, webhooks that can fail.

What each version changed is told by the platform's own upgrade (https://github.com/rapidpro/rapidpro, legacy
migrations).
"""

from __future__ import annotations

from functools import partial
from typing import Any

from bascule.parsers.rapidpro.legacy.old_templates import migrate_old_template
from bascule.parsers.rapidpro.legacy.walk import (
    OLD_RULE,
    deep_texts,
    definition_of,
    map_actions,
    map_rule_sets,
    map_rules,
    map_sets,
    objects,
    referenced,
    renamed,
)
from bascule.parsers.rapidpro.located import Arr, Obj, inner_of, listed, made_at, text_of
from bascule.parsers.rapidpro.migrations.base import migration

__all__ = [
    "to_8_0_0",
    "to_9_0_0",
    "to_10_0_0",
    "to_10_1_0",
    "to_10_2_0",
    "to_10_3_0",
    "to_10_4_0",
]

_NO_TEXT = frozenset({"type", "uuid", "destination", "field", "lang", "channel"})


@migration("8.0.0", "expressions are written in one way")
def to_8_0_0(flow: Obj) -> Obj:
    """`=UPPER(contact)` and `@contact|upper_case` become `@(UPPER(contact))`, in everything that may hold an
    expression: actions, tests, operands and addresses of webhooks."""

    def rule(item: Obj) -> Obj:
        test = item.get("test")
        changed = deep_texts(test, migrate_old_template, _NO_TEXT)
        return item if changed is test else item.having({"test": changed})

    def rule_set(item: Obj) -> Obj:
        changed = {
            key: new
            for key in ("operand", "webhook")
            if isinstance(item.get(key), str) and (new := migrate_old_template(item[key])) is not item[key]
        }
        return map_rules(item.having(changed) if changed else item, rule)

    return map_rule_sets(
        map_actions(flow, lambda item: deep_texts(item, migrate_old_template, _NO_TEXT)),
        rule_set,
    )


def _parent(path: str, alone: bool) -> str | None:
    for old, new in (("extra.flow", "parent"), ("extra.contact", "parent.contact")):
        if path == old or path.startswith(f"{old}."):
            return ("@" if alone else "") + new + path[len(old) :]
    return None


@migration("9.0.0", "things are named by uuid, and the flow before is the parent")
def to_9_0_0(flow: Obj) -> Obj:
    """Flows, groups, contacts and labels were named by their number in one database. The uuid each gets is drawn at
    random by the platform; here it is made from the number (`flow-12`), so that references still meet.

    `@extra.flow` and `@extra.contact` become `@parent` and `@parent.contact`.
    """

    def action(item: Obj) -> Obj:
        kind = text_of(item.get("type"))
        if kind in ("flow", "trigger-flow") and not isinstance(item.get("flow"), Obj):
            moved = {key: item.at(key) for key in ("id", "name") if key in item}
            if moved:
                reference = Obj({key: item[key] for key in moved}, item.pointer, moved)
                at = {"flow": next(iter(moved.values()))}
                item = item.having({"flow": reference}, at)
        if isinstance(item.get("flow"), Obj):
            item = _with(item, {"flow": referenced(item["flow"], "flow")})
        for key, word in (("groups", "group"), ("contacts", "contact"), ("labels", "label")):
            if isinstance(item.get(key), Arr):
                item = _with(item, {key: item[key].mapped(partial(referenced, word=word))})
        if isinstance(item.get("group"), Obj):
            item = _with(item, {"group": referenced(item["group"], "group")})
        return item

    changed: Obj = deep_texts(flow, renamed(_parent), _NO_TEXT)
    changed = map_actions(changed, action)
    metadata = changed.get("metadata")
    return _with(changed, {"metadata": referenced(metadata, "flow", keep=True)}) if metadata is not None else changed


def _with(item: Obj, changes: dict[str, Any]) -> Obj:
    changed = {key: value for key, value in changes.items() if value is not item.get(key)}
    return item.having(changed) if changed else item


@migration("10.0.0", "a webhook can fail")
def to_10_0_0(flow: Obj) -> Obj:
    """The address of a webhook moves into the configuration of its rule set, whose one rule becomes two: for success,
    which keeps the uuid, and for failure. Both lead where the one led.

    Addresses that rule sets of other types still carry had no effect; what leads nowhere is taken out.
    """
    base = text_of(definition_of(flow).get("base_language")) or "base"

    def rule_set(item: Obj) -> Obj:
        if item.get("ruleset_type") != "webhook":
            return item.lacking("webhook", "webhook_action") if "webhook" in item or "webhook_action" in item else item
        config = inner_of(item, "config")
        moved = {key: item.at(key) for key in ("webhook", "webhook_action") if item.get(key) is not None}
        config = config.having({key: item[key] for key in moved}, moved)
        item = item.lacking("webhook", "webhook_action").having({"config": config})
        rules = listed(item.get("rules"))
        first = rules[0] if rules and isinstance(rules[0], Obj) else None
        tests = [rule["test"].get("type") for rule in objects(item, "rules") if isinstance(rule.get("test"), Obj)]
        if first is None or "webhook_status" in tests:
            return item
        return item.having({"rules": _outcomes(first, rules, base)})

    return map_rule_sets(flow, rule_set)


def _outcomes(first: Obj, rules: Arr, base: str) -> Arr:
    made = Arr(pointer=rules.pointer)
    for status in ("success", "failure"):
        test = made_at({"type": "webhook_status", "status": status}, first.at("test"))
        category = made_at({base: status.capitalize()}, first.at("category"))
        uuid = text_of(first.get("uuid"))
        rule = first.having({"uuid": uuid if status == "success" else f"{uuid}-failure"})
        rule = rule.having({"test": test, "category": category})
        if status == "success":
            before = {key: first[key] for key in ("category", "test") if key in first}
            rule = rule.having({OLD_RULE: Obj(before, first.pointer)}, {OLD_RULE: first.pointer})
        made.moved[len(made)] = rules.at(0)
        made.append(rule)
    return made


@migration("10.1.0", "actions have uuids")
def to_10_1_0(flow: Obj) -> Obj:
    """Each action without a uuid gets one. The platform draws it; here it is made from that of the action set."""

    def change(item: Obj) -> Obj:
        counter = iter(range(1, 10_000_000))
        base = text_of(item.get("uuid")) or item.pointer.strip("/").replace("/", "-")

        def action(one: Any) -> Any:
            number = next(counter)
            if not isinstance(one, Obj) or text_of(one.get("uuid")):
                return one
            return one.having({"uuid": f"{base}-a{number}"})

        actions = listed(item.get("actions"))
        changed = actions.mapped(action)
        return item if changed is actions else item.having({"actions": changed})

    return map_sets(flow, change)


@migration("10.2.0", "every flow has a base language")
def to_10_2_0(flow: Obj) -> Obj:
    """A flow whose base language is empty has the language `base`. Messages that are plain texts in spite of a base
    language (revisions of single messages) become texts of that language."""
    definition = definition_of(flow)
    language = text_of(definition.get("base_language")) or "base"
    if definition.get("base_language") != language and definition.get("base_language") in (None, ""):
        changed = definition.having({"base_language": language})
        flow = changed if definition is flow else flow.having({"definition": changed})

    def action(item: Obj) -> Obj:
        if item.get("type") != "reply" or not isinstance(item.get("msg"), str):
            return item
        at = item.at("msg")
        return item.having({"msg": Obj({language: item["msg"]}, at, {language: at})})

    return map_actions(flow, action)


@migration("10.3.0", "exits of action sets have uuids")
def to_10_3_0(flow: Obj) -> Obj:
    """Each action set gets the uuid of its exit, so that an upgrade gives the same every time."""
    return map_sets(
        flow,
        lambda item: (
            item
            if text_of(item.get("exit_uuid")) or not text_of(item.get("uuid"))
            else item.having({"exit_uuid": f"{item['uuid']}-exit"})
        ),
    )


@migration("10.4.0", "exits and actions that still have no uuid")
def to_10_4_0(flow: Obj) -> Obj:
    """Flows were saved without the uuids of 10.1 and 10.3 for a while after those versions; they get them now."""
    return to_10_3_0(to_10_1_0(flow))
