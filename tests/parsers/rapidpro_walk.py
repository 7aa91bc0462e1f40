"""What a RapidPro file is made of, counted by a walk of its own: the constructs that its ledger has to hold."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

from bascule.ir.ledger import Fate
from bascule.parsers.base import Parsed, ParseOptions
from bascule.parsers.rapidpro import parse
from bascule.source import SourceFile
from bascule.source.place import escape_token

__all__ = ["check", "expected_places", "is_old", "read", "said_in"]

# What makes up a thing and therefore is no construct of its own.
OWN = {
    "flow": {"uuid", "nodes", "localization", "_ui"},
    "node": {"uuid", "actions", "exits", "router"},
    "action": {"uuid", "type"},
    "exit": {"uuid", "destination_uuid"},
    "router": {"type", "cases", "categories", "wait"},
    "wait": {"type", "timeout", "hint"},
    "case": {"uuid", "type", "arguments", "category_uuid"},
    "category": {"uuid", "name", "exit_uuid"},
    "campaign": {"uuid", "id", "name", "group", "events"},
    "event": {
        *(
            "uuid",
            "id",
            "offset",
            "unit",
            "event_type",
            "delivery_hour",
            "message",
            "relative_to",
            "start_mode",
            "flow",
        ),
        "base_language",
    },
    "trigger": {
        *("uuid", "trigger_type", "flow", "groups", "exclude_groups", "contacts", "channel", "keyword", "keywords"),
        *("match_type", "schedule", "referrer_id"),
    },
}


def below(at: str, *tokens: Any) -> str:
    return at + "".join(f"/{escape_token(str(token))}" for token in tokens)


def members(kind: str, value: dict[str, Any], at: str) -> Iterator[str]:
    return (below(at, key) for key in value if key not in OWN[kind])


def items(value: dict[str, Any], key: str, at: str) -> Iterator[tuple[str, Any]]:
    """The items of a list; a member that should be one and is not counts once, as an item that is no object."""
    inner = value.get(key)
    if isinstance(inner, list):
        yield from ((below(at, key, index), item) for index, item in enumerate(inner))
    elif inner is not None:
        yield below(at, key), None


def parts(value: dict[str, Any], key: str, kind: str, at: str) -> Iterator[str]:
    for place, item in items(value, key, at):
        yield place
        if isinstance(item, dict):
            yield from members(kind, item, place)


def flow_places(flow: Any, at: str) -> Iterator[str]:
    yield at
    if not isinstance(flow, dict):
        return
    yield from members("flow", flow, at)
    for place, node in items(flow, "nodes", at):
        yield place
        if isinstance(node, dict):
            yield from node_places(node, place)
    localization = flow.get("localization")
    if localization not in (None, {}):
        yield from leaves(localization, below(at, "localization"), 3)
    editor = flow.get("_ui")
    if isinstance(editor, dict):
        for key, value in editor.items():
            if key in ("nodes", "stickies") and isinstance(value, dict):
                yield from (below(at, "_ui", key, name) for name in value)
            else:
                yield below(at, "_ui", key)
    elif editor is not None:
        yield below(at, "_ui")


def leaves(value: Any, at: str, depth: int) -> Iterator[str]:
    """Language, thing, property: whatever stops being an object, or is empty, is one construct."""
    if depth and isinstance(value, dict) and value:
        for key, inner in value.items():
            yield from leaves(inner, below(at, key), depth - 1)
    else:
        yield at


def node_places(node: dict[str, Any], at: str) -> Iterator[str]:
    yield from members("node", node, at)
    yield from parts(node, "actions", "action", at)
    yield from parts(node, "exits", "exit", at)
    router = node.get("router")
    if router is None:
        return
    here = below(at, "router")
    yield here
    if not isinstance(router, dict):
        return
    yield from members("router", router, here)
    yield from parts(router, "cases", "case", here)
    yield from parts(router, "categories", "category", here)
    wait = router.get("wait")
    if wait is not None:
        yield below(here, "wait")
        if isinstance(wait, dict):
            yield from members("wait", wait, below(here, "wait"))


# Flows before version 13

SAID = ("msg", "media", "recording")
LOCALIZED = {"contains", "contains_any", "contains_phrase", "contains_only_phrase", "starts", "regex"}
OLD_OWN = {
    "action set": {"uuid", "x", "y", "actions", "destination", "exit_uuid"},
    "action": {"uuid", "type"},
    "rule set": {"uuid", "x", "y", "rules", "ruleset_type"},
    "rule": {"uuid", "test", "category", "destination", "destination_type"},
}


def has_sets(value: Any) -> bool:
    """Whether a value is a flow, or a definition, in the shape before 13."""
    if not isinstance(value, dict) or isinstance(value.get("nodes"), list):
        return False
    if any(isinstance(value.get(key), list) for key in ("action_sets", "rule_sets")):
        return True
    kind = value.get("flow_type")
    undrawn = isinstance(kind, str) and len(kind) == 1 and ("base_language" in value or "metadata" in value)
    return undrawn and not isinstance(value.get("definition"), dict)


def is_old(value: Any) -> bool:
    return isinstance(value, dict) and (has_sets(value) or has_sets(value.get("definition")))


def holds(value: Any) -> bool:
    """Whether a member of an older file holds anything: those editors wrote every member."""
    return not (value is None or value is False or value == "" or value == [] or value == {})


def old_members(own: set[str], value: dict[str, Any], at: str) -> Iterator[str]:
    return (below(at, key) for key, member in value.items() if key not in own and holds(member))


def old_items(value: dict[str, Any], key: str, at: str) -> Iterator[tuple[str, Any]]:
    inner = value.get(key)
    if isinstance(inner, list):
        yield from ((below(at, key, index), item) for index, item in enumerate(inner))
    elif holds(inner):
        yield below(at, key), None


def texts(value: Any, language: str, at: str) -> Iterator[str]:
    """The translations of a text: every language but the flow's own."""
    if isinstance(value, dict):
        own = language if language in value else "base"
        yield from (below(at, code) for code, text in value.items() if code != own and holds(text))


def old_places(flow: dict[str, Any], at: str) -> Iterator[str]:
    yield at
    definition, here = flow, at
    if not has_sets(flow):
        yield from old_members({"definition"}, flow, at)
        definition, here = flow["definition"], below(at, "definition")
    yield from old_members({"action_sets", "rule_sets"}, definition, here)
    metadata = definition.get("metadata")
    if isinstance(metadata, dict) and isinstance(metadata.get("notes"), list):
        yield from (below(here, "metadata", "notes", index) for index in range(len(metadata["notes"])))
    language = definition.get("base_language")
    language = language if isinstance(language, str) else ""
    for place, item in old_items(definition, "action_sets", here):
        yield place
        if isinstance(item, dict):
            yield from action_set_places(item, language, place)
    for place, item in old_items(definition, "rule_sets", here):
        yield place
        if isinstance(item, dict):
            yield from rule_set_places(item, language, place)


def action_set_places(item: dict[str, Any], language: str, at: str) -> Iterator[str]:
    yield from old_members(OLD_OWN["action set"], item, at)
    for place, action in old_items(item, "actions", at):
        yield place
        if isinstance(action, dict):
            yield from old_members(OLD_OWN["action"], action, place)
            for key in SAID:
                yield from texts(action.get(key), language, below(place, key))
            replies = action.get("quick_replies")
            for index, reply in enumerate(replies if isinstance(replies, list) else []):
                yield from texts(reply, language, below(place, "quick_replies", index))


def rule_set_places(item: dict[str, Any], language: str, at: str) -> Iterator[str]:
    yield from old_members(OLD_OWN["rule set"], item, at)
    config = item.get("config")
    if isinstance(config, dict):
        yield from texts(config.get("ussd_message"), language, below(at, "config", "ussd_message"))
    for place, rule in old_items(item, "rules", at):
        yield place
        if not isinstance(rule, dict):
            continue
        yield from old_members(OLD_OWN["rule"], rule, place)
        yield from texts(rule.get("category"), language, below(place, "category"))
        yield from texts(rule.get("label"), language, below(place, "label"))
        test = rule.get("test")
        if isinstance(test, dict) and isinstance(test.get("type"), str) and test["type"] in LOCALIZED:
            yield from texts(test.get("test"), language, below(place, "test", "test"))


# Files


def item_places(value: Any, at: str) -> Iterator[str]:
    """One item of a list of flows."""
    if not isinstance(value, dict):
        yield at
        return
    if is_old(value):
        yield from old_places(value, at)
        return
    inner = value.get("definition")
    if isinstance(inner, dict) and "nodes" not in value:
        for key, member in value.items():
            if key == "keywords" and isinstance(member, list):
                yield from (below(at, key, index) for index in range(len(member)))
            elif key != "definition":
                yield below(at, key)
        yield from flow_places(inner, below(at, "definition"))
    elif isinstance(value.get("nodes"), list):
        yield from flow_places(value, at)
    else:
        yield at


def export_places(value: dict[str, Any], flows: str) -> Iterator[str]:
    for key, member in value.items():
        if key == flows:
            for index, item in enumerate(member):
                yield from item_places(item, below("", key, index))
        elif not isinstance(member, list):
            yield below("", key)
        elif key == "campaigns":
            for index, item in enumerate(member):
                yield from campaign_places(item, below("", key, index))
        else:
            for index, item in enumerate(member):
                yield below("", key, index)
                if key == "triggers" and isinstance(item, dict):
                    yield from members("trigger", item, below("", key, index))


def campaign_places(value: Any, at: str) -> Iterator[str]:
    yield at
    if isinstance(value, dict):
        yield from members("campaign", value, at)
        if isinstance(value.get("events"), list):
            yield from parts(value, "events", "event", at)


def is_flow(value: Any) -> bool:
    if not isinstance(value, dict) or not isinstance(value.get("nodes"), list):
        return False
    if "specification_version" in value or "states" in value:
        return False
    nodes = [node for node in value["nodes"][:50] if isinstance(node, dict)]
    alike = any(isinstance(node.get("exits"), list) and {"actions", "router", "uuid"} & set(node) for node in nodes)
    return "spec_version" in value or alike


def expected_places(value: Any) -> list[str]:
    """Pointers of every construct of a JSON file."""
    if isinstance(value, list):
        return [place for index, item in enumerate(value) for place in item_places(item, below("", index))]
    if not isinstance(value, dict):
        return []
    if is_flow(value) or (is_old(value) and not isinstance(value.get("flows"), list)):
        return list(item_places(value, ""))
    if isinstance(value.get("flows"), list):
        return list(export_places(value, "flows"))
    results = value.get("results")
    if isinstance(results, list) and any(isinstance(item, dict) and "definition" in item for item in results):
        return list(export_places(value, "results"))
    if isinstance(value.get("definition"), dict) or isinstance(value.get("nodes"), list):
        return list(item_places(value, ""))
    return []


def read(data: Any, name: str = "flux.json") -> Parsed:
    text = data if isinstance(data, str) else json.dumps(data, ensure_ascii=False)
    return parse(SourceFile.of_text(text, name), ParseOptions(locale="fr"))


def check(value: Any, parsed: Parsed) -> None:
    """Every construct has one entry, no entry is made up, and every loss says why with a code that was reported."""
    found = Counter(entry.place.pointer for entry in parsed.ledger)
    assert found == Counter(expected_places(value))
    codes = {finding.code for finding in parsed.findings}
    for entry in parsed.ledger:
        if entry.fate is not Fate.EXACT:
            assert entry.reason, entry
        if entry.fate in (Fate.DEGRADED, Fate.DROPPED):
            assert entry.code in codes, entry
    assert sum(parsed.ledger.counts().values()) == len(parsed.ledger)


# What an older flow says


def said_in(value: Any) -> list[str]:
    """Every message, category and quick reply of an older flow, in every language."""
    if isinstance(value, list):
        return [text for item in value for text in said_in(item)]
    if not isinstance(value, dict):
        return []
    found = [
        text for key, item in value.items() if key not in ("msg", "category", "quick_replies") for text in said_in(item)
    ]
    for key in ("msg", "category", "quick_replies"):
        for item in value[key] if isinstance(value.get(key), list) else [value.get(key)]:
            found += [item] if isinstance(item, str) else in_languages(item)
    return found


def in_languages(texts: Any) -> list[str]:
    """The texts of each language; one of no language beside others was never said."""
    found = texts if isinstance(texts, dict) else {}
    return [text for language, text in found.items() if language != "base" or len(found) == 1]
