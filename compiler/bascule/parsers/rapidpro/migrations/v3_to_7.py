"""The steps of versions 3 to 7: waits become visible, texts get languages, the definition becomes the flow.

What each version changed is told by the platform's own upgrade (https://github.com/rapidpro/rapidpro, legacy
migrations), whose earliest import is version 3.
"""

from __future__ import annotations

from typing import Any

from bascule.parsers.rapidpro.legacy.walk import definition_of, is_legacy, map_rule_sets, map_rules
from bascule.parsers.rapidpro.located import Arr, Obj, inner_of, listed, made_at, text_of
from bascule.parsers.rapidpro.migrations.base import migration, unchanged

__all__ = ["to_5_0_0", "to_6_0_0", "to_7_0_0", "unwrapped"]

unchanged("3.0.0", "the earliest version that a platform imports; files of version 2 are read as this one")
unchanged("4.0.0", "flows are the same; exports no longer hold the flows of single messages of campaigns")

_ANSWER = "@step.value"
_VOICE_WAITS = {"K": "wait_digits", "M": "wait_digit", "R": "wait_recording"}
_LATER = 60
"""How far below the rule set a part of it is drawn that became one of its own."""


@migration("5.0.0", "rule sets say whether they wait")
def to_5_0_0(flow: Obj) -> Obj:
    """Until then a rule set waited when its operand looked at the answer, and it called a webhook by the way.

    Its type now says so. One that waits *and* computes becomes a wait and a split; one that calls a webhook becomes a
    wait, the call, and a split. The first of them has the old uuid, so that what leads to it still does. The
    platform's own upgrade puts some calls in front of the wait; those versions called when the answer was there.
    """
    definition = definition_of(flow)
    items = definition.get("rule_sets")
    if not isinstance(items, Arr):
        return flow
    made = Arr(pointer=items.pointer)
    for index, item in enumerate(items):
        for part in _parts(item) if isinstance(item, Obj) else [item]:
            made.moved[len(made)] = items.at(index)
            made.append(part)
    if all(new is old for new, old in zip(made, items, strict=False)) and len(made) == len(items):
        return flow
    new = definition.having({"rule_sets": made})
    return new if definition is flow else flow.having({"definition": new})


def _parts(item: Obj) -> list[Obj]:
    """A rule set as the rule sets that version 5 has for it, in the order they run."""
    letter = text_of(item.get("response_type"))
    if not letter or item.get("ruleset_type"):
        return [item]
    operand = text_of(item.get("operand")).strip() or _ANSWER
    webhook = bool(text_of(item.get("webhook")))
    waits = "@step" in operand or (operand.startswith("=(") and "step" in operand)
    wait = _VOICE_WAITS.get(letter, "wait_message")
    split = item.lacking("response_type")
    if waits and not webhook and (operand == _ANSWER or letter in _VOICE_WAITS):
        return [split.having({"ruleset_type": wait})]
    split = split.having({"ruleset_type": "expression" if waits else _data_type(operand)})
    if not waits and not webhook:
        return [split]
    before = [_whole(item, wait, " Response")]
    if webhook:
        called = {key: item[key] for key in ("webhook", "webhook_action") if key in item}
        before.append(_whole(item, "webhook", " Webhook").having(called))
        split = split.lacking("webhook", "webhook_action")
    return _in_a_row([*before, split])


def _in_a_row(parts: list[Obj]) -> list[Obj]:
    """Rule sets that lead from one to the next; those after the first get uuids of their own and stand lower."""
    uuid, top = text_of(parts[0].get("uuid")), parts[0].get("y")
    result: list[Obj] = []
    for number, part in enumerate(parts, 1):
        if number < len(parts):
            following = f"{uuid}-{number + 1}"
            part = map_rules(part, lambda rule, to=following: rule.having({"destination": to}))  # type: ignore[misc]
        if number > 1:
            lower = {"y": top + _LATER * (number - 1)} if isinstance(top, (int, float)) else {}
            part = part.having({"uuid": f"{uuid}-{number}", **lower})
        result.append(part)
    return result


def _data_type(operand: str) -> str:
    if " " not in operand and "|" not in operand and operand != "@contact.groups":
        for prefix, kind in (("@contact.", "contact_field"), ("@flow.", "flow_field")):
            if operand.startswith(prefix):
                return kind
    return "expression"


def _whole(item: Obj, kind: str, suffix: str) -> Obj:
    """A rule set in front of another one, with one way that everything takes."""
    rules = listed(item.get("rules"))
    index = next((number for number, rule in enumerate(rules) if _takes_all(rule)), None)
    at = item.pointer if index is None else rules.at(index)
    rule = made_at({"uuid": "", "category": "All Responses", "test": made_at({"type": "true"}, at)}, at)
    label = text_of(item.get("label"))
    parts = {
        "uuid": item.get("uuid"),
        "ruleset_type": kind,
        "label": f"{label}{suffix}" if label else "",
        "operand": _ANSWER,
        "rules": Arr([rule], rules.pointer, {0: at}),
        **{key: item[key] for key in ("x", "y") if key in item},
    }
    return Obj(parts, item.pointer)


def _takes_all(rule: Any) -> bool:
    test = rule.get("test") if isinstance(rule, Obj) else None
    return isinstance(test, Obj) and test.get("type") == "true"


@migration("6.0.0", "texts are written per language")
def to_6_0_0(flow: Obj) -> Obj:
    """A flow without a base language had plain texts. Each becomes the text of the language `base`, which means that
    nobody said which one it is.

    Numbers between two bounds need not have had a category; it is named after the bounds.
    """
    definition = definition_of(flow)
    if "base_language" in definition:
        return flow

    def action(item: Obj) -> Obj:
        keys = ("msg", "recording") if item.get("type") == "say" else ("msg",)
        return _localized(item, *keys) if item.get("type") in ("send", "reply", "say") else item

    def rule(item: Obj) -> Obj:
        test = item.get("test")
        if isinstance(test, Obj) and test.get("type") == "between" and "category" not in item:
            name = f"{test.get('min')}-{test.get('max')}"
            item = item.having({"category": name}, {"category": test.pointer})
        item = _localized(item, "category")
        if isinstance(test, Obj) and test.get("type") in ("contains", "contains_any", "starts", "regex"):
            item = item.having({"test": _localized(test, "test")})
        return item

    changed = definition.having({"base_language": "base"})
    changed = _map_list(changed, "action_sets", lambda item: _map_list(item, "actions", action))
    changed = map_rule_sets(changed, lambda item: map_rules(item, rule))
    return changed if definition is flow else flow.having({"definition": changed})


def _map_list(owner: Obj, key: str, change: Any) -> Obj:
    items = listed(owner.get(key))
    changed = items.mapped(lambda item: change(item) if isinstance(item, Obj) else item)
    return owner if changed is items else owner.having({key: changed})


def _localized(item: Obj, *keys: str) -> Obj:
    """The object with plain texts as texts of the language `base`."""
    for key in keys:
        if isinstance(item.get(key), str):
            at = item.at(key)
            item = item.having({key: Obj({"base": item[key]}, at, {"base": at})})
    return item


@migration("7.0.0", "the definition is the flow")
def to_7_0_0(flow: Obj) -> Obj:
    """Name, id and expiration move into the `metadata` of the definition, which becomes the flow itself."""
    return unwrapped(flow)


def unwrapped(flow: Obj) -> Obj:
    """The definition of a flow with what stood round it: the flow itself when nothing did."""
    inner = definition_of(flow)
    if inner is flow or not is_legacy(inner):
        return flow
    known = inner_of(inner, "metadata")
    added: dict[str, Any] = {}
    moved: dict[str, str] = {}
    for key, new in (("name", "name"), ("id", "id"), ("uuid", "uuid"), ("revision", "revision"),
                     ("last_saved", "saved_on"), ("expires", "expires")):  # fmt: skip
        if flow.get(key) is not None and known.get(new) is None:
            added[new] = flow[key]
            moved[new] = flow.at(key)
    outer = {key: value for key, value in flow.items() if key != "definition" and key not in inner}
    places = {key: flow.at(key) for key in outer}
    # What stands round it stays with the flow too: nothing of it is told by the metadata alone.
    return inner.having({**outer, "metadata": known.having(added, moved)}, places)
