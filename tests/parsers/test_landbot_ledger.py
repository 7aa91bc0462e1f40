"""The Landbot ledger accounts for everything: counted here by a walk of its own, on files, made-up and damaged ones."""

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
from tests.parsers.landbot import FIXTURES, fixture, read

BLOCK = ("id", "type", "template", "name", "top", "left", "params")
CONNECTION = ("id", "sourcePath", "targetPath", "type")


def under(at: str, value: Any, known: tuple[str, ...] = ()) -> list[str]:
    return [f"{at}/{escape_token(key)}" for key in value if key not in known] if isinstance(value, dict) else []


def members(at: str, value: Any) -> list[tuple[str, Any]]:
    if isinstance(value, dict):
        return [(f"{at}/{escape_token(key)}", item) for key, item in value.items()]
    return [(f"{at}/{index}", item) for index, item in enumerate(value)] if isinstance(value, list) else []


def expected_places(value: Any) -> list[str]:
    if isinstance(value, list):
        return [place for at, item in members("", value) for place in [at, *wrapped(item, at, 4)]]
    return wrapped(value, "", 4)


def wrapped(value: Any, at: str, left: int) -> list[str]:
    if not isinstance(value, dict) or not left:
        return []
    name = next((name for name in ("blocks", "nodes") if isinstance(value.get(name), (list, dict))), "")
    places = under(at, value)
    if name:
        change = name == "blocks" and isinstance(value["blocks"], dict) and value["blocks"]
        if change and set(value["blocks"]) <= {"add", "update", "delete"}:
            return places
        for here, item in members(f"{at}/{name}", value[name]):
            params = item.get("params") if isinstance(item, dict) else None
            whole = (
                [f"{here}/params"]
                if params is not None and not isinstance(params, dict)
                else under(f"{here}/params", params)
            )
            places += [here, *under(here, item, BLOCK), *whole]
        for here, item in members(f"{at}/connections", value.get("connections")):
            places += [here, *under(here, item, CONNECTION)]
        return places
    inner = next((key for key in ("data", "diagram", "draft") if isinstance(value.get(key), dict)), "")
    return places + (wrapped(value[inner], f"{at}/{inner}", left - 1) if inner else [])


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
def test_every_construct_of_the_corpus_has_one_entry(corpus: Path) -> None:
    (path,) = (corpus / "targets" / "landbot").iterdir()
    text = path.read_text(encoding="utf-8")
    parsed = read(text, path.name)
    check(json.loads(text), parsed)
    assert parsed.ledger.counts() == {"exact": 11, "emulated": 0, "degraded": 0, "dropped": 9}


def test_the_clinic_carries_most_and_names_every_loss() -> None:
    ledger = fixture("clinique.json").ledger
    assert {entry.code for entry in ledger.losses()} == {"LOS832", "LOS833", "LOS834", "LOS836"}
    counts = ledger.counts()
    assert (counts["exact"] + counts["emulated"]) / sum(counts.values()) > 0.85


TEXTS = ["", "Bonjour", "@nom", "@nom @", "${chat_uuid}", "a@b.fr", "$success", "$0", "true", "false", "default", "a", "b",
         "hidden", "welcome", "Concat(@a, 1)", "If(", "<p>Bonjour</p>", "<p><b>gras</b> @nom</p>", "नमस्ते 🙏", "مرحبا",
         "Bearer abcdefgh12345678", "3"]  # fmt: skip
KINDS = ["send_text", "ask_question", "ask_email", "ask_phone", "ask_number", "ask_date", "ask_url", "ask_yes_no", "buttons",
         "set_a_field", "conditions", "formulas", "webhook", "ai_agent", "human_takeover", "code", "chat", "ask_file",
         "reply_buttons", "note", "hidden", "zut", ""]  # fmt: skip
NAMES = ["text", "richText", "rawText", "errorText", "richErrorText", "destination", "buttons", "options", "field", "value",
         "variables", "conditions", "rules", "operator", "variable", "formula", "url", "method", "headers", "body", "messages",
         "assistantId", "outputs", "code", "team", "format", "pickerFormat", "min", "maxChars", "minChars", "version",
         "responses", "timeout", "params", "logic", "yesText", "zut"]  # fmt: skip
scalars = st.none() | st.booleans() | st.integers(-5, 9999) | st.floats() | st.sampled_from(TEXTS)
anything = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["text", "id", "title", "url", "type", "field", "variable", "operator", "value", "name",
                             "key", "path", "conditions", "logic", "zut"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=8,
)  # fmt: skip
blocks = st.fixed_dictionaries(
    {"id": st.sampled_from(["a", "b", "c", "welcome", "hidden"]) | scalars},
    optional={
        "type": st.sampled_from(KINDS) | scalars, "template": st.sampled_from(["var_text", "chat", "hidden", "note"]) | scalars,
        "params": st.dictionaries(st.sampled_from(NAMES), scalars | anything, max_size=6) | anything,
        "name": scalars, "top": scalars, "left": scalars, "zut": anything,
    },
)  # fmt: skip
connections = st.fixed_dictionaries(
    {"sourcePath": st.sampled_from(["a", "b", "hidden", "a.$success"]) | scalars},
    optional={
        "targetPath": st.sampled_from(["a", "b", "c"]) | scalars,
        "type": scalars,
        "id": scalars,
        "zut": anything,
    },
)
held = st.lists(blocks | anything, max_size=5) | st.dictionaries(
    st.sampled_from(["a", "b", "hidden", "add"]), blocks | scalars
)
linked = st.lists(connections | anything, max_size=5) | st.dictionaries(
    st.sampled_from(["x", "y"]), connections | scalars
)
drafts = st.fixed_dictionaries(
    {},
    optional={
        "blocks": held | scalars, "nodes": held | scalars, "connections": linked | scalars, "violations": anything,
        "language": scalars, "name": scalars, "channel_family": scalars, "save_state": scalars, "zut": anything,
    },
)  # fmt: skip
files = (
    drafts
    | st.lists(drafts | anything, min_size=1, max_size=3)
    | st.fixed_dictionaries({"data": drafts | st.fixed_dictionaries({"diagram": drafts}), "zut": scalars})
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
