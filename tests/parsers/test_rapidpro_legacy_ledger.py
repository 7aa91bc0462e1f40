"""The ledger of flows before version 13 accounts for everything: on files, made-up flows and damaged ones."""

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
from bascule.parsers.rapidpro import parse
from bascule.parsers.rapidpro.legacy.actions import ACTIONS
from bascule.parsers.rapidpro.legacy.cases import NO_CASE, TESTS
from bascule.parsers.rapidpro.legacy.rule_sets import RULE_SETS
from bascule.source import SourceFile
from bascule.source.json import read_json
from tests.parsers.rapidpro_walk import check, read

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures" / "rapidpro"
FILES = sorted((*FIXTURES.glob("ancienne_*.json"), *FIXTURES.glob("hostile/ancien_*.json")))
SEEDS = [json.loads(path.read_text(encoding="utf-8")) for path in FILES]


def corpus_files(corpus: Path) -> list[SourceFile]:
    return [SourceFile(path.name, path.read_bytes()) for path in sorted((corpus / "rapidpro-legacy").glob("*.json"))]


@pytest.mark.corpus
def test_every_construct_of_the_corpus_has_one_entry(corpus: Path) -> None:
    files = corpus_files(corpus)
    assert len(files) == 21
    for file in files:
        assert file.json is not None
        check(file.json.value, parse(file, ParseOptions()))


@pytest.mark.corpus
def test_the_corpus_is_carried_over_almost_whole(corpus: Path) -> None:
    counts: Counter[str] = Counter()
    for file in corpus_files(corpus):
        parsed = parse(file, ParseOptions())
        assert not parsed.unreadable
        counts.update(parsed.ledger.counts())
        assert {"LOS352", "LOS356", "LOS360"} & {finding.code for finding in parsed.findings} == set(), file.path
    total = sum(counts.values())
    assert total > 800
    assert (counts["exact"] + counts["emulated"]) / total > 0.99


def test_sound_fixtures_lose_only_what_they_name() -> None:
    found = {
        path.stem: {(entry.construct, entry.code) for entry in load(path).ledger.losses()}
        for path in FILES
        if path.parent == FIXTURES
    }
    assert found == {
        "ancienne_seule": set(),
        "ancienne_v11": {("action channel", "LOS354"), ("action save", "LOS354")},
        "ancienne_v4": set(),
        "ancienne_voix": {
            ("flow flow_type", "LOS350"),
            ("flow flow_type", "LOS361"),
            ("action say", "LOS350"),
            ("say msg", "LOS350"),
            ("say recording", "LOS350"),
            ("translation msg", "LOS350"),
            ("action play", "LOS350"),
            ("play url", "LOS350"),
            ("rule set airtime", "LOS351"),
            ("rule set config", "LOS351"),
            ("rule interrupted_status", "LOS361"),
        },
    }


def load(path: Path) -> Any:
    return parse(SourceFile(path.name, path.read_bytes()), ParseOptions())


def test_what_nobody_knows_is_named_and_kept_at_every_level() -> None:
    for level in ("flow", "action set", "action", "rule set", "rule", "config", "test"):
        flow = copy.deepcopy(json.loads((FIXTURES / "ancienne_v11.json").read_text(encoding="utf-8"))["flows"][0])
        item = flow["rule_sets"][0]
        owner = {
            "flow": flow,
            "action set": flow["action_sets"][0],
            "action": flow["action_sets"][0]["actions"][0],
            "rule set": item,
            "rule": item["rules"][0],
            "config": next(one["config"] for one in flow["rule_sets"] if one["ruleset_type"] == "webhook"),
            "test": item["rules"][0]["test"],
        }[level]
        owner["couleur"] = "bleu roi"
        parsed = read(flow)
        check(flow, parsed)
        assert "LOS352" in {finding.code for finding in parsed.findings}, level
        kept = [value for node in parsed.project.flows[0].nodes for _, value in node.facts]
        kept += [value for _, value in parsed.project.flows[0].facts]
        assert any("bleu roi" in value for value in kept), level


def test_fates_say_what_older_engines_did_that_newer_ones_do_not() -> None:
    parsed = load(FIXTURES / "ancienne_v11.json")
    reasons = {entry.construct: entry.reason for entry in parsed.ledger if entry.fate is Fate.EMULATED}
    assert "one mistake" in reasons["rule contains_any"]


# Made-up flows

WORDS = [
    "a",
    "oui",
    "1",
    "",
    "نعم",
    "@contact.âge",
    "@(UPPER(flow.x))",
    "@(",
    "@(1 + )",
    "=SUM(1, 2)",
    "@contact|x",
    "é",
]
scalars = st.one_of(st.none(), st.booleans(), st.integers(-5, 99), st.sampled_from(WORDS), st.text(max_size=3))
anything = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["uuid", "name", "id", "type", "fra", "eng", "base"]), inner, max_size=3)
    ),
    max_leaves=5,
)
uuids = st.sampled_from(["u1", "u2", "u3", "u4"])
said = st.sampled_from(WORDS) | st.dictionaries(st.sampled_from(["fra", "eng", "base", "fre"]), scalars, max_size=3)
references = st.lists(
    st.sampled_from(WORDS)
    | st.fixed_dictionaries({}, optional={"id": scalars, "uuid": uuids, "name": st.sampled_from(WORDS)}),
    max_size=2,
)
actions = st.fixed_dictionaries(
    {"type": st.sampled_from(sorted([*ACTIONS, "zut"]))},
    optional={
        "uuid": uuids,
        "msg": said | anything,
        "media": said | anything,
        "quick_replies": st.lists(said, max_size=3) | anything,
        "send_all": scalars,
        "recording": said,
        "url": scalars,
        "groups": references | anything,
        "group": anything,
        "labels": references,
        "contacts": references,
        "variables": st.lists(st.fixed_dictionaries({"id": scalars}), max_size=2) | anything,
        "flow": anything,
        "id": scalars,
        "name": scalars,
        "field": st.sampled_from(["name", "first_name", "tel_e164", "telegram", "ville", ""]) | scalars,
        "label": scalars,
        "value": scalars,
        "lang": scalars,
        "channel": scalars,
        "emails": anything,
        "subject": scalars,
        "webhook": scalars,
        "action": scalars,
        "webhook_headers": anything,
        "zut": anything,
    },
)
leaves = st.fixed_dictionaries(
    {"type": st.sampled_from(sorted([*TESTS, *NO_CASE, "zut"]))},
    optional={
        "test": said | anything,
        "min": scalars,
        "max": scalars,
        "minutes": scalars,
        "status": scalars,
        "exit_type": scalars,
        "exit_status": st.sampled_from(["success", "failed"]),
        "state": scalars,
        "district": scalars,
        "zut": scalars,
    },
)
tests = leaves | st.fixed_dictionaries(
    {"type": st.sampled_from(["and", "or"]), "tests": st.lists(leaves | anything, max_size=3)}
)
rules = st.fixed_dictionaries(
    {"test": tests | anything},
    optional={
        "uuid": uuids,
        "category": said | anything,
        "destination": uuids | scalars,
        "destination_type": scalars,
        "label": said,
        "config": anything,
        "zut": scalars,
    },
)
configs = st.fixed_dictionaries(
    {},
    optional={
        "webhook": scalars,
        "webhook_action": scalars,
        "webhook_headers": st.lists(st.fixed_dictionaries({"name": scalars, "value": scalars}), max_size=2) | anything,
        "resthook": scalars,
        "flow": anything,
        "field_index": scalars,
        "field_delimiter": scalars,
        "ussd_message": said,
        "RW": st.fixed_dictionaries({"currency_code": scalars, "amount": scalars}),
        "zut": scalars,
    },
)
rule_sets = st.fixed_dictionaries(
    {"rules": st.lists(rules | anything, max_size=4) | anything},
    optional={
        "uuid": uuids,
        "x": scalars,
        "y": scalars,
        "label": st.sampled_from(["Prénom", "Âge", ""]) | scalars,
        "ruleset_type": st.sampled_from(sorted([*RULE_SETS, "zut"])) | scalars,
        "response_type": st.sampled_from(["", "C", "K", "M", "R"]),
        "operand": st.sampled_from(["@step.value", "@contact.groups", "@flow.pr_nom", "=(step.value)"]) | scalars,
        "config": configs | anything,
        "webhook": scalars,
        "webhook_action": scalars,
        "finished_key": scalars,
        "zut": scalars,
    },
)
action_sets = st.fixed_dictionaries(
    {"actions": st.lists(actions | anything, max_size=4) | anything},
    optional={
        "uuid": uuids,
        "x": scalars,
        "y": scalars,
        "destination": uuids | scalars,
        "exit_uuid": uuids,
        "zut": scalars,
    },
)
versions = st.sampled_from(
    [2, 3, 4, "5", 6, 7, 7.2, 8, "9", 10, "10.1", "10.3", "11.0", "11.4", "11.12", 12, "x", None]
)
metadata = st.fixed_dictionaries(
    {},
    optional={
        "name": scalars,
        "uuid": uuids,
        "id": scalars,
        "expires": scalars,
        "revision": scalars,
        "notes": st.lists(anything, max_size=2) | anything,
        "zut": scalars,
    },
)
definitions = st.fixed_dictionaries(
    {"action_sets": st.lists(action_sets | anything, max_size=4)},
    optional={
        "rule_sets": st.lists(rule_sets | anything, max_size=4) | anything,
        "base_language": st.sampled_from(["fra", "base", "fre", ""]) | scalars,
        "flow_type": st.sampled_from(["F", "M", "V", "S", "U", "Z", ""]) | scalars,
        "entry": uuids | scalars,
        "version": versions,
        "metadata": metadata | anything,
        "name": scalars,
        "zut": anything,
    },
)
wrapped = st.fixed_dictionaries(
    {"definition": definitions},
    optional={
        "name": scalars,
        "id": scalars,
        "flow_type": st.sampled_from(["F", "V"]),
        "expires": scalars,
        "version": versions,
        "zut": scalars,
    },
)
triggers = st.fixed_dictionaries(
    {"trigger_type": st.sampled_from("KCFUMZ")},
    optional={"flow": anything, "keyword": scalars, "groups": references, "channel": scalars, "id": scalars},
)
events = st.fixed_dictionaries(
    {"event_type": st.sampled_from("FM")},
    optional={
        "id": scalars,
        "offset": scalars,
        "unit": st.sampled_from("MHDW"),
        "message": st.sampled_from(['{"fra": "@contact.x", "eng": "\\u00e9 @contact.y"}', '{"fra": ', "{}"]) | said,
        "flow": anything,
    },
)
campaigns = st.fixed_dictionaries(
    {}, optional={"id": scalars, "name": scalars, "group": anything, "events": st.lists(events | anything, max_size=2)}
)
exports = st.fixed_dictionaries(
    {"flows": st.lists(definitions | wrapped | anything, max_size=3)},
    optional={
        "version": versions,
        "triggers": st.lists(triggers | anything, max_size=2),
        "campaigns": st.lists(campaigns | anything, max_size=2),
    },
)


@settings(max_examples=300)
@given(exports | definitions | wrapped)
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
            box[key] = {"fra": box[key]}
        elif action == 4 and isinstance(box, list):
            box.insert(key, copy.deepcopy(box[key]))
        elif action == 5 and isinstance(box, dict):
            box["zut"] = box.pop(key)
        else:
            other, there = spots[draw(st.integers(0, len(spots) - 1))]
            box[key] = copy.deepcopy(other[there])
    return value


@settings(max_examples=200)
@given(st.data())
def test_every_construct_of_a_damaged_file_has_one_entry(data: Any) -> None:
    value = mutate(data.draw(st.sampled_from(SEEDS)), data.draw, data.draw(st.integers(1, 8)))
    text = json.dumps(value)
    again = read_json("x", text).value
    if isinstance(again, (dict, list)):
        check(again, read(text))
