"""The Studio ledger accounts for everything: counted here by a walk of its own, on files, made-up and damaged flows."""

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
from bascule.parsers.base import Parsed, ParseOptions
from bascule.parsers.twilio_studio import parse
from bascule.source import SourceFile
from bascule.source.json import read_json
from bascule.source.place import escape_token

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures" / "studio"
PLAIN = sorted(
    path for path in FIXTURES.rglob("*.json") if "terraform" not in path.name and not path.name.endswith(".tf.json")
)


def expected_places(value: Any) -> list[str]:
    """Pointers of every construct of a JSON file, found by walking it generically."""
    places: list[str] = []
    if isinstance(value, list):
        for index, item in enumerate(value):
            at = f"/{index}"
            if isinstance(item, dict) and ("states" in item or "initial_state" in item):
                places += flow_places(item, at)
            elif isinstance(item, dict) and ("definition" in item or is_record(item)):
                places += record_places(item, at)
            else:
                inside = buried(item, at)
                places += inside or [at]
    elif "states" in value or "initial_state" in value:
        places += flow_places(value, "")
    elif "definition" in value or is_record(value):
        places += record_places(value, "")
    else:
        places += buried(value, "")
    return places


def is_record(item: dict[str, Any]) -> bool:
    sid = item.get("sid")
    return isinstance(sid, str) and sid.startswith("FW") and "friendly_name" in item


def buried(value: Any, at: str) -> list[str]:
    """Flows deeper inside a document that is not one itself."""
    if isinstance(value, list):
        return [place for index, item in enumerate(value) for place in buried(item, f"{at}/{index}")]
    if not isinstance(value, dict):
        return []
    if isinstance(value.get("states"), (list, dict)) and "initial_state" in value:
        return flow_places(value, at)
    inner = value.get("definition")
    text = isinstance(inner, str) and inner.lstrip().startswith("{") and '"states"' in inner
    tree = isinstance(inner, dict) and ("states" in inner or "initial_state" in inner)
    if text or tree or (inner is None and ("definition" in value or is_record(value)) and is_flow_like(value)):
        return record_places(value, at)
    return [place for key, item in value.items() for place in buried(item, f"{at}/{escape_token(key)}")]


def is_flow_like(value: dict[str, Any]) -> bool:
    return "definition" in value or is_record(value)


def record_places(record: dict[str, Any], at: str) -> list[str]:
    places = [f"{at}/{escape_token(key)}" for key in record]
    inner = record.get("definition")
    if isinstance(inner, str):
        inner = read_json("inner", inner).value
    if isinstance(inner, dict):
        places += flow_places(inner, f"{at}/definition")
    return places


def flow_places(flow: dict[str, Any], at: str) -> list[str]:
    places = [f"{at}/{escape_token(key)}" for key in flow]
    for key, state in members(flow.get("states")):
        here = f"{at}/states/{escape_token(key)}"
        places.append(here)
        if isinstance(state, dict):
            places += state_places(state, here)
    return places


def members(value: Any) -> list[tuple[str, Any]]:
    if isinstance(value, dict):
        return list(value.items())
    return [(str(index), item) for index, item in enumerate(value)] if isinstance(value, list) else []


def state_places(state: dict[str, Any], at: str) -> list[str]:
    places = [f"{at}/{escape_token(key)}" for key in state if key not in ("name", "type", "transitions", "properties")]
    properties = state.get("properties")
    if isinstance(properties, dict):
        places += [f"{at}/properties/{escape_token(key)}" for key in properties]
        kind = state.get("type")
        if isinstance(kind, str) and kind.strip().lower().replace("_", "-") == "split-based-on":
            places += [f"{at}/properties/cases/{escape_token(key)}" for key, _ in members(properties.get("cases"))]
    elif properties is not None:
        places.append(f"{at}/properties")
    transitions = state.get("transitions")
    here = f"{at}/transitions"
    if isinstance(transitions, list) or (isinstance(transitions, dict) and "event" not in transitions):
        for key, item in members(transitions):
            places += transition_places(item, f"{here}/{escape_token(key)}")
    elif transitions is not None:
        places += transition_places(transitions, here)
    return places


def transition_places(transition: Any, at: str) -> list[str]:
    places = [at]
    if not isinstance(transition, dict):
        return places
    places += [f"{at}/{escape_token(key)}" for key in transition if key not in ("event", "next", "conditions")]
    conditions = transition.get("conditions")
    if conditions is None:
        return places
    listed = isinstance(conditions, list)
    for key, item in members(conditions) if listed else [("", conditions)]:
        here = f"{at}/conditions/{key}" if listed else f"{at}/conditions"
        places.append(here)
        if isinstance(item, dict):
            known = ("friendly_name", "arguments", "type", "value")
            places += [f"{here}/{escape_token(name)}" for name in item if name not in known]
    return places


def read(data: Any, name: str = "flow.json") -> Parsed:
    text = data if isinstance(data, str) else json.dumps(data, ensure_ascii=False)
    return parse(SourceFile.of_text(text, name), ParseOptions(locale="fr"))


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
    assert sum(parsed.ledger.counts().values()) == len(parsed.ledger)


@pytest.mark.parametrize("path", PLAIN, ids=lambda path: path.stem)
def test_every_construct_of_a_fixture_has_one_entry(path: Path) -> None:
    document = SourceFile(path.name, path.read_bytes()).json
    if document is None:
        return
    check(document.value, read(path.read_text(encoding="utf-8"), path.name))


@pytest.mark.corpus
def test_every_construct_of_the_corpus_has_one_entry(corpus: Path) -> None:
    files = sorted((corpus / "twilio-studio").glob("*.json"))
    assert len(files) >= 14
    for path in files:
        check(json.loads(path.read_text(encoding="utf-8")), read(path.read_text(encoding="utf-8"), path.name))


def test_the_support_flow_carries_most_and_names_every_loss() -> None:
    parsed = read((FIXTURES / "support_commande.json").read_text(encoding="utf-8"))
    counts = parsed.ledger.counts()
    assert counts == {"exact": 176, "emulated": 65, "degraded": 2, "dropped": 5}
    assert {(entry.construct, entry.code) for entry in parsed.ledger.losses()} == {
        ("transition deliveryFailure", "LOS205"),
        ("property to", "LOS204"),
        ("widget say-play", "LOS200"),
        ("property voice", "LOS200"),
        ("property language", "LOS200"),
        ("property loop", "LOS200"),
        ("property say", "LOS200"),
    }


def test_a_merged_split_is_emulated_in_all_its_parts() -> None:
    parsed = read((FIXTURES / "support_commande.json").read_text(encoding="utf-8"))
    merged = [entry for entry in parsed.ledger if entry.place.pointer.startswith("/states/3")]
    assert merged[0].construct == "widget split-based-on"
    assert {entry.fate for entry in merged} == {Fate.EMULATED}
    assert all("`menu_principal`" in entry.reason for entry in merged)


TYPES = [
    "trigger", "send-message", "send-and-wait-for-reply", "split-based-on", "set-variables", "make-http-request",
    "run-function", "run-subflow", "send-to-flex", "enqueue-call", "say-play", "gather-input-on-call",
    "add-twiml-redirect", "send-to-auto-pilot", "http-request", "hangup", "Send_Message",
]  # fmt: skip
EVENTS = [
    "incomingMessage", "incomingRequest", "timeout", "deliveryFailure", "sent", "failed", "fail", "success", "match",
    "noMatch", "next", "completed", "callComplete", "audioComplete", "reply", "zut",
]  # fmt: skip
NAMES = ["Trigger", "a", "b", "c", "menu", "نعم", "", "état"]
TEXTS = [
    "", "Bonjour", "1. Oui\n2. Non", "Répondez oui ou non", "{{widgets.a.inbound.Body}}", "{{flow.variables.x | plus: 1}}",
    "{{", "{% if %}", "नमस्ते 🙏", "3600", "https://a.example/x.png", "{{contact.channel.address}}", "oui, o", "1",
]  # fmt: skip
scalars = st.one_of(
    st.none(), st.booleans(), st.integers(-5, 9999), st.floats(), st.sampled_from(TEXTS), st.text(max_size=4)
)
anything = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["key", "value", "x", "y", "next", "event", "type", "a"]), inner, max_size=3)
    ),
    max_leaves=5,
)
conditions = st.fixed_dictionaries(
    {},
    optional={
        "type": st.sampled_from(["equal_to", "matches_any_of", "contains", "regex", "is_blank", "less_than", "equals"]),
        "value": st.sampled_from(TEXTS) | anything,
        "arguments": st.lists(st.sampled_from(TEXTS), max_size=2) | anything,
        "friendly_name": scalars,
        "note": scalars,
    },
)
transitions = st.fixed_dictionaries(
    {"event": st.sampled_from(EVENTS)},
    optional={
        "next": st.sampled_from(NAMES) | scalars,
        "conditions": st.lists(conditions, max_size=3) | conditions | anything,
        "note": scalars,
    },
)
properties = st.dictionaries(
    st.sampled_from(
        [
            "body", "timeout", "input", "variables", "parameters", "url", "method", "to", "from", "offset", "cases",
            "media_url", "message_type", "content_sid", "content_variables", "attributes", "flow_sid", "workflow",
            "service", "say", "zut",
        ]
    ),
    st.sampled_from(TEXTS)
    | anything
    | st.lists(st.fixed_dictionaries({"key": st.sampled_from(["x", "y", ""]), "value": st.sampled_from(TEXTS)}), max_size=3),
    max_size=5,
)  # fmt: skip
states = st.fixed_dictionaries(
    {"type": st.sampled_from(TYPES)},
    optional={
        "name": st.sampled_from(NAMES) | scalars,
        "transitions": st.lists(transitions | anything, max_size=4)
        | st.dictionaries(st.sampled_from(EVENTS), st.sampled_from(NAMES) | transitions, max_size=3)
        | transitions,
        "properties": properties | anything,
        "note": scalars,
    },
)
flows = st.fixed_dictionaries(
    {"states": st.lists(states | anything, max_size=7) | st.dictionaries(st.sampled_from(NAMES), states, max_size=4)},
    optional={
        "initial_state": st.sampled_from(NAMES) | scalars,
        "description": scalars,
        "flags": anything,
        "note": anything,
    },
)
records = st.fixed_dictionaries(
    {"sid": st.just("FW1"), "friendly_name": scalars},
    optional={
        "definition": flows | flows.map(json.dumps) | anything,
        "status": scalars,
        "errors": anything,
        "valid": st.booleans(),
    },
)
files = flows | records | st.lists(flows | records | anything, min_size=1, max_size=3)


@settings(max_examples=300)
@given(files)
def test_every_construct_of_a_made_up_flow_has_one_entry(value: Any) -> None:
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
            pairs = list(item.items()) if isinstance(item, dict) else list(enumerate(item))
            for key, child in pairs:
                spots.append((item, key))
                if isinstance(child, (dict, list)) and child:
                    stack.append(child)
        if not spots:
            return value
        box, key = spots[draw(st.integers(0, len(spots) - 1))]
        action = draw(st.integers(0, 6))
        if action == 0:
            del box[key]
        elif action == 1:
            box[key] = draw(scalars | st.just({}) | st.just([]))
        elif action == 2:
            box[key] = [box[key]]
        elif action == 3:
            box[key] = {"next": box[key]}
        elif action == 4 and isinstance(box, list):
            box.insert(key, copy.deepcopy(box[key]))
        elif action == 5 and isinstance(box, dict):
            box["zut"] = box.pop(key)
        else:
            other, there = spots[draw(st.integers(0, len(spots) - 1))]
            box[key] = copy.deepcopy(other[there])
    return value


SEEDS = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(FIXTURES.glob("*.json"))]


@settings(max_examples=150)
@given(st.data())
def test_every_construct_of_a_damaged_flow_has_one_entry(data: Any) -> None:
    seeds = [seed for seed in SEEDS if isinstance(seed, list) or "states" in seed]
    value = mutate(data.draw(st.sampled_from(seeds)), data.draw, data.draw(st.integers(1, 6)))
    text = json.dumps(value)
    again = read_json("x", text).value
    if isinstance(again, (dict, list)):
        check(again, read(text))
