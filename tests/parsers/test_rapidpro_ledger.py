"""The RapidPro ledger accounts for everything: counted here by a walk of its own, on files, made-up and damaged flows."""

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
from bascule.parsers.base import ParseOptions
from bascule.parsers.rapidpro import parse, sniff
from bascule.source import SourceFile
from bascule.source.json import read_json
from tests.parsers.rapidpro_walk import check, read

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures" / "rapidpro"
FILES = sorted(FIXTURES.rglob("*.json"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_construct_of_a_fixture_has_one_entry(path: Path) -> None:
    file = SourceFile(path.name, path.read_bytes())
    if file.json is None:
        assert parse(file, ParseOptions()).unreadable
        return
    check(file.json.value, parse(file, ParseOptions(locale="fr")))


def corpus_files(corpus: Path) -> list[SourceFile]:
    names = ("rapidpro-export", "rapidpro-single-flow", "goflow-runner", "goflow-broken", "glific")
    paths = [path for name in names for path in sorted((corpus / name).glob("*.json"))]
    files = [SourceFile(path.name, path.read_bytes()) for path in paths]
    return [file for file in files if (match := sniff(file)) is not None and match.confidence >= 50]


@pytest.mark.corpus
def test_every_construct_of_the_corpus_has_one_entry(corpus: Path) -> None:
    files = corpus_files(corpus)
    assert len(files) == 83
    for file in files:
        assert file.json is not None
        check(file.json.value, parse(file, ParseOptions()))


@pytest.mark.corpus
def test_the_corpus_is_carried_over_almost_whole(corpus: Path) -> None:
    counts: Counter[str] = Counter()
    for file in corpus_files(corpus):
        parsed = parse(file, ParseOptions())
        counts.update(parsed.ledger.counts())
        assert "LOS356" not in {finding.code for finding in parsed.findings}, file.path
    total = sum(counts.values())
    assert total > 10_000
    assert (counts["exact"] + counts["emulated"]) / total > 0.997


def test_the_appointment_export_loses_nothing_but_what_it_says() -> None:
    parsed = read((FIXTURES / "rendez_vous.json").read_text(encoding="utf-8"))
    assert {(entry.construct, entry.code) for entry in parsed.ledger.losses()} == set()
    assert {entry.fate for entry in parsed.ledger} == {Fate.EXACT, Fate.EMULATED}


def test_voice_airtime_and_channels_are_named_as_losses() -> None:
    parsed = read((FIXTURES / "voix.json").read_text(encoding="utf-8"))
    losses = {entry.construct: entry.code for entry in parsed.ledger.losses()}
    assert losses == {
        "flow type": "LOS350",
        "action say_msg": "LOS350",
        "say_msg text": "LOS350",
        "say_msg audio_url": "LOS350",
        "translation text": "LOS350",
        "action play_audio": "LOS350",
        "play_audio audio_url": "LOS350",
        "wait dial": "LOS350",
        "wait phone": "LOS352",
        "action transfer_airtime": "LOS351",
        "transfer_airtime amounts": "LOS351",
        "action set_contact_channel": "LOS354",
        "action add_contact_urn": "LOS354",
        "send_msg topic": "LOS357",
        "send_msg all_urns": "LOS354",
    }


def test_a_joined_wait_is_emulated_and_its_cases_stay_exact() -> None:
    parsed = read((FIXTURES / "flux_seul.json").read_text(encoding="utf-8"))
    fates = {entry.place.pointer: entry for entry in parsed.ledger}
    assert fates["/nodes/1"].fate is Fate.EMULATED
    assert "part of the question" in fates["/nodes/1"].reason
    assert fates["/nodes/1/router/cases/0"].fate is Fate.EXACT


# Made-up flows

WORDS = ["a", "b", "oui", "Oui", "1", "", "نعم", "@input.text", "@(upper(contact.name))", "@(", "1. Oui\n2. Non", "é"]
TYPES = [
    *("send_msg", "send_broadcast", "send_email", "set_run_result", "set_run_local", "set_contact_field"),
    *("set_contact_name", "set_contact_language", "set_contact_status", "set_contact_channel", "add_contact_groups"),
    *("remove_contact_groups", "add_contact_urn", "add_input_labels", "enter_flow", "start_session", "call_webhook"),
    *("call_resthook", "call_classifier", "call_llm", "open_ticket", "transfer_airtime", "request_optin", "say_msg"),
    *("send_interactive_msg", "wait_for_time", "zut"),
]
KEYS = [
    *("text", "quick_replies", "attachments", "name", "value", "category", "field", "groups", "labels", "flow", "url"),
    *("method", "headers", "body", "result_name", "topic", "note", "template", "template_variables", "templating"),
    *("addresses", "subject", "terminal", "all_urns", "language", "status", "channel", "legacy_vars", "delay", "zut"),
]
scalars = st.one_of(st.none(), st.booleans(), st.integers(-5, 9999), st.sampled_from(WORDS), st.text(max_size=4))
anything = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["uuid", "name", "key", "type", "text", "name_match"]), inner, max_size=3)
    ),
    max_leaves=5,
)
uuids = st.sampled_from(["u1", "u2", "u3", "u4"])
actions = st.fixed_dictionaries(
    {"uuid": uuids, "type": st.sampled_from(TYPES)},
    optional={key: st.sampled_from(WORDS) | st.lists(st.sampled_from(WORDS), max_size=3) | anything for key in KEYS},
)
cases = st.fixed_dictionaries(
    {
        "uuid": uuids,
        "type": st.sampled_from(["has_any_word", "has_only_phrase", "has_number_eq", "has_text", "has_group", "zut"]),
    },
    optional={
        "arguments": st.lists(st.sampled_from(WORDS), max_size=2) | anything,
        "category_uuid": uuids | scalars,
        "exit_uuid": uuids,
        "zut": scalars,
    },
)
categories = st.fixed_dictionaries({"uuid": uuids}, optional={"name": scalars, "exit_uuid": uuids, "zut": scalars})
waits = st.fixed_dictionaries(
    {"type": st.sampled_from(["msg", "dial", "zut"])},
    optional={
        "timeout": st.fixed_dictionaries({"seconds": st.integers(-1, 400)}, optional={"category_uuid": uuids})
        | anything,
        "hint": anything,
        "zut": scalars,
    },
)
routers = st.fixed_dictionaries(
    {"type": st.sampled_from(["switch", "switch", "random", "zut"])},
    optional={
        "operand": st.sampled_from(
            ["@input.text", "@input", "@contact.groups", "@child.run.status", "@results.a", "@("]
        )
        | scalars,
        "cases": st.lists(cases | anything, max_size=3) | anything,
        "categories": st.lists(categories | anything, max_size=3) | anything,
        "default_category_uuid": uuids | scalars,
        "default_exit_uuid": uuids,
        "result_name": scalars,
        "wait": waits | anything,
        "zut": scalars,
    },
)
exits = st.fixed_dictionaries(
    {"uuid": uuids}, optional={"destination_uuid": uuids | scalars, "name": scalars, "zut": scalars}
)
nodes = st.fixed_dictionaries(
    {"uuid": uuids, "exits": st.lists(exits | anything, max_size=3)},
    optional={
        "actions": st.lists(actions | anything, max_size=4) | anything,
        "router": routers | anything,
        "zut": scalars,
    },
)
entries = st.dictionaries(
    st.sampled_from(["text", "quick_replies", "arguments", "name", "attachments", "variables", "zut"]),
    st.lists(st.sampled_from(WORDS), max_size=3) | anything,
    max_size=3,
)
localizations = st.dictionaries(
    st.sampled_from(["eng", "fra", "hi", "zut!"]),
    st.dictionaries(uuids, entries | anything, max_size=3) | anything,
    max_size=3,
)
flows = st.fixed_dictionaries(
    {
        "nodes": st.lists(nodes | anything, max_size=4),
        "spec_version": st.sampled_from(
            ["13.0.0", "13.1.0", "13.4.0", "13.6.1", "14.0.0", "14.3.0", "14.4.2", "15.0", "x"]
        ),
    },
    optional={
        "uuid": uuids,
        "name": scalars,
        "language": st.sampled_from(["fra", "base", "hi", ""]) | scalars,
        "type": st.sampled_from(["messaging", "voice", "zut"]),
        "localization": localizations | anything,
        "expire_after_minutes": scalars,
        "_ui": st.fixed_dictionaries(
            {}, optional={"nodes": st.dictionaries(uuids, anything, max_size=2), "zut": scalars}
        )
        | anything,
        "zut": anything,
    },
)
wrapped = st.fixed_dictionaries({"definition": flows}, optional={"keywords": st.lists(scalars, max_size=2) | scalars})
triggers = st.fixed_dictionaries(
    {"trigger_type": st.sampled_from("KCNMVSRTIOZ")},
    optional={
        "flow": st.fixed_dictionaries({"uuid": uuids, "name": st.sampled_from(WORDS)}) | anything,
        "keyword": scalars,
        "keywords": st.lists(scalars, max_size=2),
        "groups": anything,
        "schedule": anything,
        "zut": scalars,
    },
)
events = st.fixed_dictionaries(
    {},
    optional={
        "event_type": st.sampled_from(["F", "M", "Z"]),
        "offset": scalars,
        "unit": st.sampled_from(["M", "D", "Z"]),
        "message": anything,
        "flow": st.fixed_dictionaries({"uuid": uuids, "name": st.sampled_from(WORDS)}) | anything,
        "relative_to": anything,
        "zut": scalars,
    },
)
campaigns = st.fixed_dictionaries(
    {}, optional={"name": scalars, "group": anything, "events": st.lists(events | anything, max_size=3), "zut": scalars}
)
exports = st.fixed_dictionaries(
    {"flows": st.lists(flows | wrapped | anything, max_size=3)},
    optional={
        "version": scalars,
        "campaigns": st.lists(campaigns | anything, max_size=2) | scalars,
        "triggers": st.lists(triggers | anything, max_size=3),
        "fields": st.lists(anything, max_size=2),
        "groups": st.lists(anything, max_size=2),
        "zut": anything,
    },
)


@settings(max_examples=300)
@given(exports | flows | wrapped | st.lists(flows | anything, min_size=1, max_size=2))
def test_every_construct_of_a_made_up_file_has_one_entry(value: Any) -> None:
    text = json.dumps(value)
    check(read_json("x", text).value, read(text))


def mutate(value: Any, draw: Any, rounds: int) -> Any:
    """Damage a copy: delete, retype, nest, duplicate, rename and swap members at random places."""
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
            box[key] = {"uuid": box[key]}
        elif action == 4 and isinstance(box, list):
            box.insert(key, copy.deepcopy(box[key]))
        elif action == 5 and isinstance(box, dict):
            box["zut"] = box.pop(key)
        else:
            other, there = spots[draw(st.integers(0, len(spots) - 1))]
            box[key] = copy.deepcopy(other[there])
    return value


SEEDS = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(FIXTURES.glob("*.json"))]


@settings(max_examples=200)
@given(st.data())
def test_every_construct_of_a_damaged_file_has_one_entry(data: Any) -> None:
    value = mutate(data.draw(st.sampled_from(SEEDS)), data.draw, data.draw(st.integers(1, 8)))
    text = json.dumps(value)
    again = read_json("x", text).value
    if isinstance(again, (dict, list)):
        check(again, read(text))
