"""The Typebot ledger accounts for everything: counted here by a walk of its own, on files, made-up and damaged ones."""

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
from tests.parsers.typebot import FIXTURES, bot, fixture, read

BLOCK = ("id", "type", "groupId", "outgoingEdgeId", "options", "content", "items")
ITEM = ("id", "blockId", "type", "outgoingEdgeId")
GROUP = ("id", "title", "graphCoordinates", "blocks")
EVENT = ("id", "type", "outgoingEdgeId", "graphCoordinates", "options")


def under(at: str, value: Any, known: tuple[str, ...] = ()) -> list[str]:
    return [f"{at}/{escape_token(key)}" for key in value if key not in known] if isinstance(value, dict) else []


def listed(at: str, value: Any) -> list[tuple[str, Any]]:
    return [(f"{at}/{index}", item) for index, item in enumerate(value)] if isinstance(value, list) else []


def expected_places(value: Any) -> list[str]:
    if isinstance(value, list):
        return [place for at, item in listed("", value) for place in [at, *wrapped(item, at)]]
    return wrapped(value, "")


def wrapped(value: Any, at: str) -> list[str]:
    if not isinstance(value, dict):
        return []
    for name in ("typebot", "publicTypebot"):
        if isinstance(value.get(name), dict):
            return (
                bot_places(value, at)
                if "groups" in value
                else [*under(at, value), *bot_places(value[name], f"{at}/{name}")]
            )
    return bot_places(value, at)


def bot_places(value: dict[str, Any], at: str) -> list[str]:
    places = under(at, value)
    blocks = value.get("blocks")
    old = isinstance(blocks, list) and any(isinstance(item, dict) and "steps" in item for item in blocks)
    if old and not isinstance(value.get("groups"), list):
        return places
    setting = value.get("settings")
    places += under(f"{at}/settings", setting)
    for name in ("general", "whatsApp"):
        places += under(f"{at}/settings/{name}", setting.get(name) if isinstance(setting, dict) else None)
    for here, item in listed(f"{at}/variables", value.get("variables")):
        named = isinstance(item, dict) and isinstance(item.get("name"), str) and item["name"]
        places += [here, *(under(here, item, ("id", "name", "isSessionVariable", "value")) if named else [])]
    for here, item in listed(f"{at}/events", value.get("events")):
        places += [here, *under(here, item, EVENT), *part(item, "options", here)]
    for here, item in listed(f"{at}/edges", value.get("edges")):
        places += [here, *under(here, item, ("id", "from", "to"))]
    for here, item in listed(f"{at}/groups", value.get("groups")):
        places += [here, *under(here, item, GROUP)]
        for there, inner in listed(f"{here}/blocks", item.get("blocks") if isinstance(item, dict) else None):
            places += [there, *block_places(inner, there)]
    return places


def part(value: Any, name: str, at: str) -> list[str]:
    """The members of an object, or the member itself where it is none."""
    inner = value.get(name) if isinstance(value, dict) else None
    return [f"{at}/{name}"] if inner is not None and not isinstance(inner, dict) else under(f"{at}/{name}", inner)


def block_places(value: Any, at: str) -> list[str]:
    if not isinstance(value, dict):
        return []
    places = under(at, value, BLOCK) + part(value, "options", at) + part(value, "content", at)
    items = value.get("items")
    if items is not None and not isinstance(items, list):
        places.append(f"{at}/items")
    if value.get("type") in ("Webhook", "Zapier", "Make.com", "Pabbly") and isinstance(value.get("options"), dict):
        places += under(f"{at}/options/webhook", value["options"].get("webhook"))
    for here, item in listed(f"{at}/items", items):
        places += [here, *under(here, item, ITEM)]
        for there, path in listed(f"{here}/paths", item.get("paths") if isinstance(item, dict) else None):
            places += [there, *under(there, path, ITEM)]
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


@pytest.mark.corpus
def test_every_construct_of_the_corpus_has_one_entry_and_most_are_carried(corpus: Path) -> None:
    files = sorted((corpus / "targets" / "typebot").glob("*.json"))
    assert len(files) == 26
    total: Counter[str] = Counter()
    for path in files:
        text = path.read_text(encoding="utf-8")
        parsed = read(text, path.name)
        assert not parsed.unreadable
        check(read_json(path.name, text).value, parsed)
        total.update(parsed.ledger.counts())
    assert sum(total.values()) > 2000
    assert (total["exact"] + total["emulated"]) / sum(total.values()) > 0.95


def test_a_plain_bot_loses_nothing() -> None:
    parsed = fixture("avis.json")
    assert parsed.ledger.losses() == []


def test_the_salon_names_every_loss() -> None:
    lost = Counter(entry.code for entry in fixture("salon.json").ledger.losses())
    assert set(lost) == {
        "LOS802", "LOS803", "LOS804", "LOS805", "LOS806", "LOS807", "LOS808", "LOS809", "LOS810", "LOS811", "LOS812",
        "LOS813", "LOS814", "PAR801", "PAR802", "PAR806", "PAR807", "PAR810",
    }  # fmt: skip


TEXTS = ["", "Bonjour", "{{Nom}}", "{{ Nom }}", "{{=1+1=}}", "{{", "}}", "oui", "a", "b", "g1", "v1", "3", "नमस्ते 🙏",
         "مرحبا", "https://exemple.fr/a.pdf", "return 1", "x => 1", "Bearer abcdefgh12345678", "current"]  # fmt: skip
KINDS = ["text", "image", "video", "audio", "embed", "text input", "number input", "email input", "url input", "date input",
         "time input", "phone number input", "choice input", "picture choice input", "payment input", "rating input",
         "file input", "cards", "Condition", "Set variable", "Redirect", "Code", "Typebot link", "Wait", "Jump", "AB test",
         "webhook", "Return", "Webhook", "Zapier", "openai", "OpenAI", "Google Sheets", "Email", "Pixel", "Chatwoot",
         "zendesk", "cal-com", "qr-code", "start", "zut"]  # fmt: skip
NAMES = ["variableId", "content", "url", "webhook", "type", "items", "labels", "expressionToEvaluate", "item", "groupId",
         "blockId", "secondsToWaitFor", "typebotId", "responseVariableMapping", "responseMapping", "credentialsId", "min",
         "max", "isMultipleChoice", "dynamicVariableId", "dynamicItems", "saveResponseMapping", "mapListItemParams",
         "richText", "plainText", "html", "clickLink", "waitForEvent", "aPercent", "allowedFileTypes", "audioClip", "task",
         "action", "cellsToExtract", "isCustomBody", "timeout", "isRange", "retryMessageContent", "zut", "length"]  # fmt: skip
scalars = st.none() | st.booleans() | st.integers(-5, 9999) | st.floats() | st.sampled_from(TEXTS)
anything = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["text", "children", "type", "bold", "url", "id", "variableId", "key", "value", "headers",
                             "comparisons", "comparisonOperator", "isEnabled", "condition", "types", "field", "zut"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=8,
)  # fmt: skip
parts = st.dictionaries(st.sampled_from(NAMES), scalars | anything, max_size=5)
paths = st.fixed_dictionaries({"id": scalars}, optional={"text": scalars, "outgoingEdgeId": scalars, "zut": anything})
items = st.fixed_dictionaries(
    {"id": st.sampled_from(["i1", "i2"]) | scalars},
    optional={
        "content": scalars | anything, "value": scalars, "title": scalars, "path": scalars, "outgoingEdgeId": scalars,
        "displayCondition": anything, "paths": st.lists(paths | anything, max_size=2) | anything, "options": anything,
        "imageUrl": scalars, "pictureSrc": scalars, "zut": anything,
    },
)  # fmt: skip
blocks = st.fixed_dictionaries(
    {"type": st.sampled_from(KINDS), "id": st.sampled_from(["a", "b", "c", "d"])},
    optional={
        "options": parts | anything, "content": parts | anything, "outgoingEdgeId": scalars, "zut": anything,
        "items": st.lists(items | anything, max_size=3) | anything, "webhookId": scalars, "label": scalars,
    },
)  # fmt: skip
groups = st.fixed_dictionaries(
    {"id": st.sampled_from(["g1", "g2"]), "blocks": st.lists(blocks | anything, max_size=5) | anything},
    optional={"title": scalars, "graphCoordinates": anything, "zut": anything},
)
edges = st.fixed_dictionaries(
    {"id": st.sampled_from(["oui", "a", "e1"])},
    optional={
        "from": st.fixed_dictionaries({}, optional={"blockId": scalars, "itemId": scalars, "eventId": scalars})
        | anything,
        "to": st.fixed_dictionaries({}, optional={"groupId": scalars, "blockId": scalars, "zut": scalars}) | anything,
    },
)
events = st.fixed_dictionaries(
    {"type": st.sampled_from(["start", "command", "reply", "invalidReply", "zut"]) | scalars, "id": scalars},
    optional={"outgoingEdgeId": scalars, "options": parts | anything, "zut": anything},
)
variables = st.fixed_dictionaries(
    {"id": st.sampled_from(["v1", "Nom"])}, optional={"name": scalars, "value": anything, "zut": scalars}
)
bots = st.fixed_dictionaries(
    {"groups": st.lists(groups | anything, max_size=3) | anything},
    optional={
        "version": scalars, "id": scalars, "name": scalars, "edges": st.lists(edges | anything, max_size=4) | anything,
        "events": st.lists(events | anything, max_size=3) | anything, "theme": anything, "zut": anything,
        "variables": st.lists(variables | anything, max_size=3) | anything,
        "settings": st.dictionaries(st.sampled_from(["general", "whatsApp", "zut"]), anything) | anything,
    },
)  # fmt: skip
files = (
    bots | st.lists(bots | anything, min_size=1, max_size=2) | st.fixed_dictionaries({"typebot": bots, "zut": scalars})
)


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


def test_a_bot_in_an_answer_of_the_api_keeps_what_stands_beside_it() -> None:
    parsed = read({"typebot": bot({"id": "a", "type": "text"}), "workspaceId": "w"})
    assert dict(parsed.project.facts) == {"workspaceId": '"w"'}
