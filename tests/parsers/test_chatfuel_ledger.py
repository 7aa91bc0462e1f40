"""The Chatfuel ledger accounts for everything: counted here by a walk of its own, on files, made-up and damaged ones."""

from __future__ import annotations

import copy
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bascule.ir.ledger import Fate
from bascule.parsers.base import Parsed
from bascule.source.json import read_json
from bascule.source.place import escape_token
from tests.parsers.chatfuel import FIXTURES, fixture, read

FLOW = ("__typename", "id", "name", "blocks")
BLOCK = ("__typename", "id", "name", "positionX", "positionY", "blockElements")
CONNECTION = ("__typename", "id", "sourceBlockID", "sourceBlockElementID", "sourceHandleID", "targetBlockID")
NAMED = ("__typename", "id", "name")
BUTTONS = {"WhatsAppTextAndButtons": "buttons", "WidgetTextAndButton": "buttons", "WhatsAppTextAndURL": "buttons",
           "WhatsAppList": "rows"}  # fmt: skip
LISTS = ("flows", "flowsWithoutGroup", "defaultReplyFlows")


def under(at: str, value: Any, known: tuple[str, ...] = ()) -> list[str]:
    return [f"{at}/{escape_token(key)}" for key in value if key not in known] if isinstance(value, dict) else []


def items(at: str, value: Any) -> list[tuple[str, Any]]:
    return [(f"{at}/{index}", item) for index, item in enumerate(value)] if isinstance(value, list) else []


def whole(value: Any) -> bool:
    return isinstance(value, dict) and isinstance(value.get("blocks"), list)


def has_elements(value: Any) -> bool:
    """Whether the file is of flows rather than answers."""
    if isinstance(value, list):
        return any(has_elements(item) for item in value)
    if not isinstance(value, dict):
        return False
    blocks = value.get("blocks")
    if isinstance(blocks, list) and any(isinstance(item, dict) and "blockElements" in item for item in blocks):
        return True
    names = ("data", "bot", "flow", "flowGroups", *LISTS)
    return any(has_elements(value[name]) for name in names if name in value)


def answer_like(value: Any) -> bool:
    if not isinstance(value, dict):
        return False
    return isinstance(value.get("messages"), list) or (
        bool(value) and set(value) <= {"messages", "set_attributes", "redirect_to_blocks"}
    )


def expected_places(value: Any) -> list[str]:
    within = value if isinstance(value, list) else list(value.values()) if isinstance(value, dict) else []
    if not has_elements(value) and (answer_like(value) or any(map(answer_like, within))):
        if answer_like(value):
            return answer("", value)
        named = value.items() if isinstance(value, dict) else enumerate(value)
        return [place for key, item in named for place in answer(f"/{escape_token(str(key))}", item)]
    return inside("", value, 0)


def answer(at: str, value: Any) -> list[str]:
    if not answer_like(value):
        return [at]
    places = [at, *under(at, value)]
    for here, message in items(f"{at}/messages", value.get("messages")):
        places += [here, *under(here, message)]
        if not isinstance(message, dict):
            continue
        places += taps(f"{here}/quick_replies", message.get("quick_replies"))
        places += under(f"{here}/quick_reply_options", message.get("quick_reply_options"))
        attachment, box = message.get("attachment"), f"{here}/attachment"
        if not isinstance(attachment, dict):
            continue
        payload, inner = attachment.get("payload"), f"{box}/payload"
        places += [*under(box, attachment), *under(inner, payload)]
        if attachment.get("type") != "template" or not isinstance(payload, dict):
            continue
        kind = payload.get("template_type")
        if kind in ("button", "list"):
            places += taps(f"{inner}/buttons", payload.get("buttons"))
        if kind in ("generic", "list", "media"):
            for card, item in items(f"{inner}/elements", payload.get("elements")):
                places += [card, *under(card, item)]
                if isinstance(item, dict):
                    places += taps(f"{card}/buttons", item.get("buttons"))
    return places


def taps(at: str, value: Any) -> list[str]:
    return [place for here, item in items(at, value) for place in (here, *under(here, item))]


def inside(at: str, value: Any, depth: int) -> list[str]:
    if isinstance(value, list):
        return flows(at, value, depth)
    if whole(value):
        return flow(at, value)
    return wrapper(at, value, depth) if isinstance(value, dict) else []


def wrapper(at: str, value: dict[str, Any], depth: int) -> list[str]:
    places = under(at, value, ("__typename",))
    for name in ("data", "bot"):
        if depth < 6 and isinstance(value.get(name), dict) and value[name]:
            found = inside(f"{at}/{name}", value[name], depth + 1)
            places += found[1:] if whole(value[name]) else found
    if isinstance(value.get("flow"), dict) and value["flow"]:
        places += flow(f"{at}/flow", value["flow"])[1:]
    for name in LISTS:
        places += flows(f"{at}/{name}", value.get(name), depth)
    for here, group in items(f"{at}/flowGroups", value.get("flowGroups")):
        if isinstance(group, dict):
            places += [*under(here, group, NAMED), *flows(f"{here}/flows", group.get("flows"), depth)]
    for here, rule in items(f"{at}/keywordRules", value.get("keywordRules")):
        places += [here, *under(here, rule, ("__typename", "id", "botID"))]
    return places


def flows(at: str, value: Any, depth: int) -> list[str]:
    places: list[str] = []
    for here, item in items(at, value):
        wraps = isinstance(item, dict) and not whole(item) and "name" not in item
        if wraps and depth < 6 and any(isinstance(item.get(name), dict) for name in ("data", "bot", "flow")):
            places += wrapper(here, item, depth + 1)
        else:
            places += flow(here, item)
    return places


def flow(at: str, value: Any) -> list[str]:
    if not whole(value):
        return [at, *under(at, value, NAMED)]
    linked = isinstance(value.get("connections"), list)
    places = [at, *under(at, value, (*FLOW, "connections") if linked else FLOW)]
    for here, block in items(f"{at}/blocks", value["blocks"]):
        places += [here, *under(here, block, BLOCK)]
        if isinstance(block, dict):
            for spot, item in items(f"{here}/blockElements", block.get("blockElements")):
                places += element(spot, item)
    for here, item in items(f"{at}/connections", value.get("connections")):
        places += [here, *under(here, item, CONNECTION)]
    return places


def element(at: str, value: Any) -> list[str]:
    places = [at, *under(at, value, ("__typename", "id"))]
    if not isinstance(value, dict) or not isinstance(value.get("__typename"), str):
        return places
    kind = value["__typename"].removesuffix("BlockElement")
    if kind in BUTTONS:
        for here, item in items(f"{at}/{BUTTONS[kind]}", value.get(BUTTONS[kind])):
            places += [here, *under(here, item, ("__typename", "id"))]
    if kind == "TriggeredMessage" and isinstance(value.get("trigger"), dict):
        places += under(f"{at}/trigger", value["trigger"], ("__typename", "id"))
    inner: list[tuple[str, tuple[str, ...]]] = []
    if kind == "SendJson":
        inner.append(("headers", ("title", "value")))
        inner += [("encodedURLPayload", ("title", "value"))] if value.get("payloadType") == "ENCODED_URL" else []
        if value.get("responseParsingRulesEnabled") is not False:
            inner.append(("responseParsingRules", ("jsonPath", "attribute")))
    if kind == "SummarizeChat":
        inner.append(("entries", ("description", "attribute")))
    for name, known in inner:
        for here, item in items(f"{at}/{name}", value.get(name)):
            places += under(here, item, ("__typename", "id", *known))
    return places


def check(value: Any, parsed: Parsed) -> None:
    """Every construct has one entry, no entry is made up, and every loss says why."""
    found = Counter(entry.place.pointer for entry in parsed.ledger)
    assert found == Counter(expected_places(value))
    codes = {finding.code for finding in parsed.findings}
    for entry in parsed.ledger:
        if entry.fate is not Fate.EXACT:
            assert entry.reason, entry
        if entry.fate in (Fate.DEGRADED, Fate.DROPPED):
            assert entry.code in codes, entry


@pytest.mark.parametrize("path", sorted(FIXTURES.iterdir()), ids=lambda path: path.stem)
def test_every_construct_of_a_fixture_has_one_entry(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    check(json.loads(text), read(text, path.name))


def test_the_bakery_is_carried_over_and_every_loss_of_the_others_has_a_name() -> None:
    counts = fixture("boulangerie.json").ledger.counts()
    assert (counts["degraded"], counts["dropped"]) == (0, 0)
    assert {entry.code for entry in fixture("toutes.json").ledger.losses()} == {
        "LOS861", "LOS863", "PAR868", "PAR869", "PAR873",
    }  # fmt: skip


TEXTS = ["", "Bonjour", "{{nom}}", "{{nom", "{{nom}", "{{a}}{{b}}", "h", "e", "a", "b", "always", "IS", "Hours", "Live",
         "ENCODED_URL", "template", "generic", "list", "button", "media", "image", "show_block", "web_url", "json_plugin_url",
         "element_share", "नमस्ते 🙏", "مرحبا", "Bearer abcdefgh12345678", "https://a.fr/?token=4f9a8c7b6d5e4f3a2b1c0d9e",
         "WhatsAppTextBlockElement", "switchToFlow"]  # fmt: skip
KINDS = ["WhatsAppText", "WhatsAppTextAndButtons", "WhatsAppTextAndURL", "WhatsAppList", "WhatsAppTemplate", "WhatsAppImage",
         "WhatsAppDocument", "WidgetTextAndButton", "SetCondition", "SetContactProperty", "ClearContactProperty", "SendJson",
         "SummarizeChat", "WhatsAppSwitchToChatWithHumanAgent", "RedirectToFlow", "FuelyAIAgent", "DefaultReply",
         "WidgetEntryPoint", "TriggeredMessage", "WhatsAppOneTimeNotification", "WhatsAppScheduledMessage", "Zut"]  # fmt: skip
NAMES = ["text", "bodyText", "headerText", "footerText", "buttonTitle", "buttons", "rows", "image", "document", "caption",
         "fileName", "waitForReplies", "saveContactReply", "savingToAttribute", "handleID", "nextBlockHandleID", "segment",
         "attribute", "value", "httpMethod", "url", "headers", "payloadType", "customRequestPayload", "encodedURLPayload",
         "responseParsingRules", "responseParsingRulesEnabled", "entries", "flow", "whatsAppTemplate", "rules", "trigger",
         "status", "firstSendTime", "replyFrequency", "errors", "platform", "zut"]  # fmt: skip
INNER = ["parts", "text", "attribute", "name", "id", "title", "value", "filters", "byAttribute", "byTag", "defaultStrategy",
         "operator", "comparableValues", "tagNames", "url", "type", "payload", "template_type", "elements", "buttons",
         "block_names", "block_name", "set_attributes", "jsonPath", "enabled", "delayUnit", "delayValue", "body", "errCode",
         "quick_replies", "quick_reply_options", "attachment", "text_attribute_name", "image_url", "zut"]  # fmt: skip
scalars = st.none() | st.booleans() | st.integers(-5, 9999) | st.floats() | st.sampled_from(TEXTS)
anything = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(INNER), inner, max_size=4),
    max_leaves=8,
)
names = st.sampled_from(["a", "b", "c"])
elements = st.builds(
    lambda kind, members: {"__typename": f"{kind}BlockElement", **members},
    st.sampled_from(KINDS),
    st.dictionaries(st.sampled_from([*NAMES, "id"]), scalars | anything | names, max_size=6),
)
blocks = st.fixed_dictionaries(
    {"id": names | scalars, "blockElements": st.lists(elements | anything, max_size=3) | scalars},
    optional={"name": scalars, "positionX": scalars, "isStartingPoint": scalars, "isEntryPointEnabled": scalars,
              "errors": anything, "zut": anything},
)  # fmt: skip
links = st.fixed_dictionaries(
    {"sourceBlockID": names | scalars},
    optional={
        "targetBlockID": names | scalars,
        "sourceBlockElementID": scalars,
        "sourceHandleID": scalars,
        "zut": anything,
    },
)
flow_bodies = st.fixed_dictionaries(
    {"blocks": st.lists(blocks | anything, max_size=4) | scalars},
    optional={"id": names | scalars, "name": scalars, "connections": st.lists(links | anything, max_size=4) | anything,
              "platform": scalars, "startingPointBlock": anything, "inboundLinks": anything, "zut": anything},
)  # fmt: skip
rules = st.fixed_dictionaries(
    {"keywords": st.lists(scalars, max_size=3) | scalars},
    optional={"id": scalars, "matchType": scalars, "flowID": names, "actions": anything, "zut": anything},
)
replies = st.fixed_dictionaries(
    {"messages": st.lists(st.dictionaries(st.sampled_from(INNER), anything, max_size=4) | anything, max_size=3)},
    optional={"set_attributes": anything, "redirect_to_blocks": anything, "zut": anything},
)
lists = st.lists(flow_bodies | anything, max_size=3)
files = (
    flow_bodies
    | replies
    | lists
    | st.dictionaries(st.sampled_from(["Menu", "Prix"]), replies | anything, max_size=2)
    | st.fixed_dictionaries(
        {},
        optional={"data": anything | st.fixed_dictionaries({"bot": st.fixed_dictionaries({"flow": flow_bodies})}),
                  "flows": lists | scalars, "keywordRules": st.lists(rules | anything, max_size=2), "zut": anything,
                  "flowGroups": st.lists(st.fixed_dictionaries({"flows": lists, "name": scalars}) | anything, max_size=2)},
    )
)  # fmt: skip


@settings(max_examples=300)
@given(files)
def test_every_construct_of_a_made_up_file_has_one_entry(value: Any) -> None:
    text = json.dumps(value)
    check(read_json("x", text).value, read(text))


def mutate(value: Any, draw: Any, rounds: int) -> Any:
    """Damage a copy: delete, retype, duplicate, nest, rename and swap members at random places."""
    value = copy.deepcopy(value)
    for _ in range(rounds):
        spots: list[tuple[Any, Any]] = []
        stack: list[Any] = [value]
        while stack:
            item = stack.pop()
            for key, child in list(item.items()) if isinstance(item, dict) else list(enumerate(item)):
                spots.append((item, key))
                if isinstance(child, (dict, list)) and child:
                    stack.append(child)
        if not spots:
            return value
        box, key = spots[draw(st.integers(0, len(spots) - 1))]
        action = draw(st.integers(0, 5))
        if action == 0:
            del box[key]
        elif action == 1:
            box[key] = draw(scalars | st.just({}) | st.just([]))
        elif action == 2:
            box[key] = [box[key]]
        elif action == 3 and isinstance(box, list):
            box.insert(key, copy.deepcopy(box[key]))
        elif action == 4 and isinstance(box, dict):
            box["zut"] = box.pop(key)
        else:
            other, there = spots[draw(st.integers(0, len(spots) - 1))]
            box[key] = copy.deepcopy(other[there])
    return value


SEEDS = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(FIXTURES.iterdir())]


@settings(max_examples=200)
@given(st.data())
def test_every_construct_of_a_damaged_file_has_one_entry(data: Any) -> None:
    value = mutate(data.draw(st.sampled_from(SEEDS)), data.draw, data.draw(st.integers(1, 6)))
    text = json.dumps(value)
    again = read_json("x", text).value
    if isinstance(again, (dict, list)):
        check(again, read(text))
