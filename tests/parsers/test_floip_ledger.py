"""The FLOIP ledger accounts for everything: counted here by a walk of its own, on files, made-up and damaged ones."""

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
from tests.parsers.floip import FIXTURES, fixture, read

SELECT = (
    "mobileprimitives.selectoneresponse",
    "mobileprimitives.selectmanyresponses",
    "mobileprimitives.selectmanyresponse",
)


def under(at: str, value: Any, known: tuple[str, ...] = ()) -> list[str]:
    return [f"{at}/{escape_token(key)}" for key in value if key not in known] if isinstance(value, dict) else []


def members(at: str, value: Any) -> list[tuple[str, Any]]:
    if isinstance(value, dict):
        return [(f"{at}/{escape_token(key)}", item) for key, item in value.items()]
    return [(f"{at}/{index}", item) for index, item in enumerate(value)] if isinstance(value, list) else []


def expected_places(value: Any) -> list[str]:
    if isinstance(value, list):
        return [place for at, item in members("", value) for place in {at: None} | dict.fromkeys(whole(item, at))]
    return whole(value, "")


def whole(value: Any, at: str) -> list[str]:
    if not isinstance(value, dict):
        return []
    if "blocks" in value and "flows" not in value:
        return [at, *flow_places(value, at)]
    places = under(at, value) + resource_places(value.get("resources"), f"{at}/resources")
    for here, flow in members(f"{at}/flows", value.get("flows") if isinstance(value.get("flows"), list) else None):
        places += [here, *flow_places(flow, here)]
    return places


def flow_places(flow: Any, at: str) -> list[str]:
    if not isinstance(flow, dict):
        return []
    places = under(at, flow) + resource_places(flow.get("resources"), f"{at}/resources")
    languages = flow.get("languages")
    for here, item in members(f"{at}/languages", languages if isinstance(languages, list) else None):
        places.append(here)
        if isinstance(item, dict) and isinstance(item.get("id"), (str, int)):
            places += under(here, item, ("id", "label", "iso_639_3", "variant", "bcp_47"))
    for here, block in members(f"{at}/blocks", flow.get("blocks")):
        places += [here, *block_places(block, here)]
    return places


def resource_places(value: Any, at: str) -> list[str]:
    places: list[str] = []
    for here, item in members(at, value):
        places += [here, *under(here, item, ("uuid", "values"))]
        values = item if isinstance(item, list) else item.get("values") if isinstance(item, dict) else None
        inside = here if isinstance(item, list) else f"{here}/values"
        for there, data in members(inside, values if isinstance(values, list) else None):
            places.append(there)
            if isinstance(data, dict) and not isinstance(data.get("value"), (dict, list)):
                places += under(there, data, ("language_id", "content_type", "mime_type", "modes", "value"))
    return places


def block_places(block: Any, at: str) -> list[str]:
    if not isinstance(block, dict):
        return []
    places = under(at, block, ("uuid", "name", "type", "config", "exits")) + under(f"{at}/config", block.get("config"))
    for here, item in members(f"{at}/exits", block.get("exits")):
        places += [here, *under(here, item, ("uuid", "name", "destination_block", "test", "default"))]
    config = block.get("config")
    kind = block.get("type")
    if isinstance(config, dict) and isinstance(kind, str) and kind.strip().casefold() in SELECT:
        for here, item in members(f"{at}/config/choices", config.get("choices")):
            places += [here, *under(here, item, ("name", "prompt", "test", "text_tests"))]
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
def test_every_construct_of_the_corpus_has_one_entry(corpus: Path) -> None:
    files = sorted([*(corpus / "floip").glob("*.json"), *(corpus / "floip").glob("*.flow")])
    assert len(files) == 23
    total: Counter[str] = Counter()
    for path in files:
        text = path.read_text(encoding="utf-8")
        parsed = read(text, path.name)
        check(read_json(path.name, text).value, parsed)
        total.update(parsed.ledger.counts())
    assert sum(total.values()) > 8000


def test_the_clinic_carries_most_and_names_every_loss() -> None:
    parsed = fixture("clinique.json")
    assert {(entry.construct, entry.code) for entry in parsed.ledger.losses()} == {
        ("resource value AUDIO", "LOS451"),
        ("choice member ivr_test", "LOS451"),
        ("config ivr", "LOS451"),
        ("block Core.Log", "LOS452"),
    }


TEXTS = [
    "",
    "Bonjour",
    "@contact.name",
    "@(",
    'block.value == "a"',
    "a",
    "b",
    "r",
    "s",
    "true",
    "नमस्ते 🙏",
    "@@x",
    "3600",
    "60 * 2",
]
KINDS = [
    "MobilePrimitives.Message", "MobilePrimitives.SelectOneResponse", "MobilePrimitives.SelectManyResponses",
    "MobilePrimitives.NumericResponse", "MobilePrimitives.OpenResponse", "Io.Turn.DynamicSelectOneResponse", "Core.Case",
    "Core.Log", "Core.Output", "Core.SetContactProperty", "Core.SetGroupMembership", "Core.RunFlow", "Core.Webhook",
    "Io.Turn.ScheduleFlow", "Io.Turn.WhatsAppTemplateMessage", "Io.Turn.SendContentMessage",
    "Io.Turn.SetMessageProperty", "Com.Zut", " core.case",
]  # fmt: skip
scalars = st.none() | st.booleans() | st.integers(-5, 9999) | st.floats() | st.sampled_from(TEXTS)
anything = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["name", "prompt", "test", "property_key", "property_value", "uuid", "io", "turn", "zut"]),
            inner,
            max_size=3,
        )
    ),
    max_leaves=6,
)
choices = st.fixed_dictionaries(
    {"name": scalars},
    optional={"prompt": scalars, "test": scalars, "text_tests": anything, "ivr_test": anything, "zut": scalars},
)
config = st.dictionaries(
    st.sampled_from(
        [
            "prompt", "choices", "message", "value", "set_contact_property", "group_key", "is_member", "flow_id", "schedule_in",
            "url", "headers", "query", "timeout", "body", "template", "labels", "ivr", "text", "validation_minimum", "zut",
            "choice_expression", "destination_block", "max_response_characters", "schedule_at", "question_prompt", "content",
        ]
    ),
    scalars | anything | st.lists(choices, max_size=3) | st.dictionaries(st.sampled_from(["a", "b"]), choices | scalars),
    max_size=5,
)  # fmt: skip
exits = st.fixed_dictionaries(
    {"name": scalars},
    optional={"test": scalars, "default": scalars, "destination_block": scalars, "config": anything, "zut": anything},
)
blocks = st.fixed_dictionaries(
    {"type": st.sampled_from(KINDS), "uuid": st.sampled_from(["a", "b", "c"])},
    optional={
        "name": scalars,
        "config": config | anything,
        "exits": st.lists(exits | anything, max_size=4) | anything,
        "vendor_metadata": anything,
        "ui_metadata": anything,
        "zut": anything,
        "label": scalars,
    },
)
values = st.fixed_dictionaries(
    {"value": scalars | anything},
    optional={
        "language_id": st.sampled_from(["fra", "ara", "xx"]) | scalars,
        "modes": st.lists(st.sampled_from(["SMS", "RICH_MESSAGING", "IVR", "zut"]), max_size=3) | anything,
        "content_type": st.sampled_from(["TEXT", "audio", "IMAGE", "zut"]) | scalars,
        "mime_type": st.sampled_from(["text/plain", "application/pdf"]) | scalars,
        "zut": scalars,
    },
)
resources = st.lists(
    st.fixed_dictionaries(
        {"uuid": st.sampled_from(["r", "s"]) | scalars}, optional={"values": st.lists(values | anything)}
    )
    | anything,
    max_size=3,
)
languages = st.lists(
    st.fixed_dictionaries({"id": st.sampled_from(["fra", "ara", "x"]) | scalars}, optional={"iso_639_3": st.sampled_from(["fra", "ara"]) | scalars, "bcp_47": scalars, "zut": scalars})
    | anything,
    max_size=3,
)  # fmt: skip
flows = st.fixed_dictionaries(
    {"blocks": st.lists(blocks | anything, max_size=5) | anything},
    optional={
        "uuid": st.sampled_from(["a", "b"]),
        "languages": languages | anything,
        "resources": resources | anything,
        "first_block_id": scalars,
        "interaction_timeout": scalars,
        "supported_modes": anything,
        "zut": anything,
    },
)
containers = st.fixed_dictionaries(
    {"flows": st.lists(flows | anything, max_size=3) | anything},
    optional={"specification_version": scalars, "resources": resources | anything, "name": scalars, "zut": anything},
)
files = containers | flows | st.lists(containers | flows | anything, min_size=1, max_size=3)


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
