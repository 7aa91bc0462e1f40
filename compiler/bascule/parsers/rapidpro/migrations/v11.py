"""The steps of version 11: dates and places are formatted, languages have three letters, webhooks are rule sets.

What each version changed is told by the platform's own upgrade (https://github.com/rapidpro/rapidpro, legacy
migrations). Some of its steps only look things up in the database of one workspace; they are put down as such.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bascule.parsers.rapidpro.legacy.references import label_slug
from bascule.parsers.rapidpro.legacy.walk import (
    WAITS,
    definition_of,
    map_actions,
    map_localized,
    map_messages,
    map_rule_sets,
    map_templates,
    objects,
    renamed,
    test_of,
)
from bascule.parsers.rapidpro.located import Arr, Obj, listed, made_at, text_of
from bascule.parsers.rapidpro.migrations.base import migration, unchanged

__all__ = [
    "to_11_0_0",
    "to_11_1_0",
    "to_11_2_0",
    "to_11_3_0",
    "to_11_4_0",
    "to_11_5_0",
    "to_11_7_0",
    "to_11_8_0",
]

unchanged("11.6.0", "groups get the uuids of the workspace; a file names them anyway")
unchanged("11.9.0", "actions that enter archived flows of the workspace go; a file does not say which those are")
unchanged("11.10.0", "flows of another kind are started, not entered; on WhatsApp all kinds are conversations")
unchanged("11.11.0", "labels get the uuids of the workspace; a file names them anyway")
unchanged("11.12.0", "actions that set channels missing from the workspace go; channels have no effect on WhatsApp")
unchanged("12.0.0", "the first version of a new engine, which was never exported; the shape is still that of 11.12")

_DATES = frozenset({"date", "date_before", "date_after", "date_equal"})
_PLACES = frozenset({"state", "district", "ward"})
_SAID = frozenset({"reply", "send", "say"})

_LANGUAGES = {
    "alb": "sqi", "arm": "hye", "baq": "eus", "bur": "mya", "chi": "zho", "cze": "ces", "dut": "nld", "fre": "fra",
    "geo": "kat", "ger": "deu", "gre": "ell", "ice": "isl", "mac": "mkd", "mao": "mri", "may": "msa", "per": "fas",
    "rum": "ron", "slo": "slk", "tib": "bod", "wel": "cym",
}  # fmt: skip
"""The bibliographic codes of ISO 639-2 and the ISO 639-3 ones (https://www.loc.gov/standards/iso639-2/)."""


@migration("11.0.0", "dates and places are formatted where they are said")
def to_11_0_0(flow: Obj) -> Obj:
    """Results that are dates or places, the time of any result, and `@date` itself used to be printed the way people
    write them; now a message asks for that with `format_date` or `format_location`.

    The platform does the same for contact fields, whose types an export of that time does not hold. Some single
    messages had a language inside a language; the inner one is gone.
    """
    kinds: dict[str, str] = {}
    for item in objects(flow, "rule_sets"):
        label = item.get("label")
        if not isinstance(label, str):
            continue
        key = label_slug(label)
        kinds[f"flow.{key}.time"] = "format_date"
        tests = {text_of(test_of(rule).get("type")) for rule in objects(item, "rules")} - {"true"}
        if len(tests) == 1 and tests <= _DATES:
            kinds[f"flow.{key}"] = "format_date"
        elif len(tests) == 1 and tests <= _PLACES:
            kinds[f"flow.{key}"] = "format_location"
    kinds["date"] = kinds["date.now"] = "format_date"

    def rename(path: str, alone: bool) -> str | None:
        return f"@({kinds[path]}({path}))" if alone and path in kinds else None

    def action(item: Obj) -> Obj:
        said = item.get("msg")
        if text_of(item.get("type")) not in _SAID or not isinstance(said, Obj):
            return item
        inner = {key: value for key, value in said.items() if isinstance(value, Obj) and value}
        if not inner:
            return item
        firsts = {key: next(iter(value)) for key, value in inner.items()}
        places = {key: inner[key].at(first) for key, first in firsts.items()}
        return item.having({"msg": said.having({key: inner[key][first] for key, first in firsts.items()}, places)})

    return map_messages(map_actions(flow, action), renamed(rename), _SAID)


@migration("11.1.0", "translations have codes of ISO 639-3")
def to_11_1_0(flow: Obj) -> Obj:
    """Translations were filed under codes of ISO 639-2, of which twenty differ (`fre` is `fra`). The platform also
    asks the country of the workspace which dialect was meant; a file does not say it."""

    def change(texts: Obj) -> Obj:
        for old, new in _LANGUAGES.items():
            if old in texts and new not in texts:
                moved = {new: texts.at(old)}
                kept = {new if key == old else key: value for key, value in texts.items()}
                texts = Obj(kept, texts.pointer, {**texts.moved, **moved})
        return texts

    def action(item: Obj) -> Obj:
        language = _LANGUAGES.get(text_of(item.get("lang"))) if item.get("type") == "lang" else None
        return item.having({"lang": language}) if language else item

    return map_actions(map_localized(flow, change), action)


@migration("11.2.0", "the base language has a code of ISO 639-3")
def to_11_2_0(flow: Obj) -> Obj:
    """The flow's own language changes its code as those of translations did in 11.1. Only the twenty codes that the
    two lists spell differently change."""
    definition = definition_of(flow)
    language = _LANGUAGES.get(text_of(definition.get("base_language")))
    if language is None:
        return flow
    changed = definition.having({"base_language": language})
    return changed if definition is flow else flow.having({"definition": changed})


@migration("11.3.0", "webhooks that post say that they do it in the old form")
def to_11_3_0(flow: Obj) -> Obj:
    """Webhooks that `POST` are marked: what they send is what the platform always sent with them."""

    def action(item: Obj) -> Obj:
        if item.get("type") != "api" or (item.get("action") or "POST") != "POST":
            return item
        return item.having({"action": "POST", "legacy_format": True})

    def rule_set(item: Obj) -> Obj:
        config = item.get("config")
        if item.get("ruleset_type") != "webhook" or not isinstance(config, Obj):
            return item
        if (config.get("webhook_action") or "POST") != "POST":
            return item
        return item.having({"config": config.having({"legacy_format": True})})

    return map_rule_sets(map_actions(flow, action), rule_set)


def _labels(flow: Obj, wanted: Callable[[str], bool]) -> set[str]:
    """The keys of results of the rule sets whose type is wanted."""
    return {
        label_slug(text_of(item.get("label")))
        for item in objects(flow, "rule_sets")
        if text_of(item.get("label")) and wanted(text_of(item.get("ruleset_type")))
    }


@migration("11.4.0", "a result that nobody typed has no text")
def to_11_4_0(flow: Obj) -> Obj:
    """`@flow.x.text` was the last answer even where the rule set of `x` does not wait; messages now say `@step.value`
    for it, because the text of a result has become its operand."""
    passive = _labels(flow, lambda kind: bool(kind) and kind not in WAITS)

    def rename(path: str, alone: bool) -> str | None:
        parts = path.split(".")
        if len(parts) != 3 or parts[0] != "flow" or parts[2] != "text" or parts[1] not in passive:
            return None
        return "@step.value" if alone else "step.value"

    return map_messages(flow, renamed(rename)) if passive else flow


@migration("11.5.0", "what a webhook answers is extra")
def to_11_5_0(flow: Obj) -> Obj:
    """`@flow.x` of a rule set that calls a webhook was the answer of the server; it is `@extra.x` now."""
    calls = _labels(flow, lambda kind: kind in ("webhook", "resthook"))
    calls -= _labels(flow, lambda kind: kind not in ("webhook", "resthook"))

    def rename(path: str, alone: bool) -> str | None:
        parts = path.split(".")
        if parts[0] != "flow" or len(parts) < 2 or parts[1] not in calls or parts[2:] not in ([], ["value"]):
            return None
        return f"{'@' if alone else ''}extra.{parts[1]}"

    return map_templates(flow, renamed(rename)) if calls else flow


@migration("11.7.0", "webhooks are rule sets")
def to_11_7_0(flow: Obj) -> Obj:
    """An action that calls a webhook becomes a rule set with a way for success and one for failure; an action set
    with other actions beside it is cut into a row of nodes. The first keeps the uuid, the last leads on."""
    definition = definition_of(flow)
    items = definition.get("action_sets")
    if not isinstance(items, Arr) or not any(_calls(item) for item in items):
        return flow
    language = text_of(definition.get("base_language")) or "base"
    action_sets, rule_sets = Arr(pointer=items.pointer), listed(definition.get("rule_sets"))
    called = Arr(rule_sets, rule_sets.pointer, rule_sets.moved)
    labels = {text_of(item.get("label")) for item in objects(definition, "rule_sets")}
    count = 0
    for index, item in enumerate(items):
        for node in _cut(item) if _calls(item) else [item]:
            if isinstance(node, Obj) and "call" in node:
                count += 1
                while f"Migrated Webhook {count}" in labels:
                    count += 1
                called.moved[len(called)] = node["call"].pointer
                called.append(_called(node, f"Migrated Webhook {count}", language))
            else:
                action_sets.moved[len(action_sets)] = items.at(index)
                action_sets.append(node)
    changed = definition.having({"action_sets": action_sets, "rule_sets": called})
    return changed if definition is flow else flow.having({"definition": changed})


def _calls(item: Any) -> bool:
    return isinstance(item, Obj) and any(action.get("type") == "api" for action in objects(item, "actions"))


def _cut(item: Obj) -> list[Obj]:
    """An action set as a row of nodes: runs of other actions, and each webhook with its action under ``call``."""
    actions = listed(item.get("actions"))
    groups: list[Arr | Obj] = []
    for index, action in enumerate(actions):
        if isinstance(action, Obj) and action.get("type") == "api":
            groups.append(action)
            continue
        if not groups or not isinstance(groups[-1], Arr):
            groups.append(Arr(pointer=actions.pointer))
        last = groups[-1]
        assert isinstance(last, Arr)
        last.moved[len(last)] = actions.at(index)
        last.append(action)
    uuid = text_of(item.get("uuid"))
    result: list[Obj] = []
    for number, group in enumerate(groups, 1):
        parts: dict[str, Any] = dict(item) if number == 1 else {key: item[key] for key in ("x", "y") if key in item}
        if number > 1:
            parts["uuid"] = f"{uuid}-{number}"
        last_one = number == len(groups)
        parts["exit_uuid"] = item.get("exit_uuid") if last_one else f"{uuid}-{number}-exit"
        parts["destination"] = item.get("destination") if last_one else f"{uuid}-{number + 1}"
        if isinstance(group, Arr):
            parts["actions"] = group
        else:
            parts.pop("actions", None)
            parts["call"] = group
        result.append(Obj(parts, item.pointer, item.moved))
    return result


def _called(node: Obj, label: str, language: str) -> Obj:
    action: Obj = node["call"]
    uuid = text_of(action.get("uuid")) or text_of(node.get("uuid"))
    moved = {
        new: action.at(old)
        for new, old in (("webhook", "webhook"), ("webhook_action", "action"), ("webhook_headers", "webhook_headers"))
    }
    # Members that are not known stay with the call.
    rest = {key: value for key, value in action.items() if key not in ("uuid", "type", "webhook", "action")}
    parts = {"webhook": action.get("webhook") or "", "webhook_action": action.get("action") or "POST", **rest}
    config = Obj(parts, action.pointer, moved)
    rules = Arr(pointer=action.pointer)
    for status in ("success", "failure"):
        rules.moved[len(rules)] = action.pointer
        rule = {
            "uuid": f"{uuid}-{status}",
            "category": made_at({language: status.capitalize()}, action.pointer),
            "destination": node.get("destination"),
            "test": made_at({"type": "webhook_status", "status": status}, action.pointer),
        }
        rules.append(made_at(rule, action.pointer))
    made = {
        **{key: value for key, value in node.items() if key not in ("call", "exit_uuid", "destination", "actions")},
        "label": label,
        "rules": rules,
        "ruleset_type": "webhook",
        "operand": "@step.value",
        "config": config,
    }
    return Obj(made, action.pointer, {**{key: node.at(key) for key in node}, "config": action.pointer})


@migration("11.8.0", "no two rules have one uuid")
def to_11_8_0(flow: Obj) -> Obj:
    """Copied rules kept the uuid of the original; the later ones get one of their own."""
    seen: dict[str, int] = {}
    taken = {text_of(rule.get("uuid")) for item in objects(flow, "rule_sets") for rule in objects(item, "rules")}

    def rule(item: Any, owner: str) -> Any:
        if not isinstance(item, Obj):
            return item
        uuid = text_of(item.get("uuid"))
        base = uuid or f"{owner}-rule"
        if uuid and uuid not in seen:
            seen[uuid] = 1
            return item
        while True:
            seen[base] = seen.get(base, 0) + 1
            name = f"{base}-{seen[base]}"
            if name not in taken:
                taken.add(name)
                return item.having({"uuid": name})

    def rule_set(item: Obj) -> Obj:
        owner = text_of(item.get("uuid"))
        rules = listed(item.get("rules"))
        changed = rules.mapped(lambda one: rule(one, owner))
        return item if changed is rules else item.having({"rules": changed})

    return map_rule_sets(flow, rule_set)
