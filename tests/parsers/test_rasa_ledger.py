"""The Rasa ledger accounts for everything: counted here by a walk of its own, made with another YAML reader."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml

from bascule.ir.ledger import Fate
from bascule.parsers import rasa
from bascule.parsers.base import Parsed, ParseOptions
from bascule.source import SourceFile, Tree
from bascule.source.place import escape_token
from tests.parsers.rasa_support import FIXTURES, PROJECTS, SINGLE, fixture, folder, tree_of

VARIANT_LISTS = ("buttons", "quick_replies", "elements", "condition")
KINDS = ("or", "checkpoint", "intent", "user", "action", "bot", "slot_was_set", "active_loop", "form")
STEPS = ("collect", "action", "link", "call", "set_slots", "noop", "generation_prompt", "intent", "user")


def under(at: str, value: Any) -> list[tuple[str, Any]]:
    if isinstance(value, dict):
        return [(f"{at}/{escape_token(key)}", item) for key, item in value.items()]
    return [(f"{at}/{index}", item) for index, item in enumerate(value)] if isinstance(value, list) else []


def of(at: str, value: Any, key: str) -> list[tuple[str, Any]]:
    return under(f"{at}/{key}", value.get(key)) if isinstance(value, dict) else []


def extra(at: str, value: Any, *known: str) -> list[str]:
    return [place for place, _ in under(at, value) if place.rsplit("/", 1)[1] not in known]


def names(at: str, value: Any) -> list[str]:
    """Items of `intents`, `entities`, `actions`: names, or names with options."""
    found: list[str] = []
    for place, item in under(at, value):
        if isinstance(item, str):
            found.append(place)
        for inner, options in under(place, item) if isinstance(item, dict) else ():
            found += [inner, *(option for option, _ in under(inner, options))]
    return found


def slots(at: str, value: Any) -> list[str]:
    found: list[str] = []
    for place, slot in under(at, value):
        found.append(place)
        found += [one for one, _ in of(place, slot, "mappings")]
        for key, part in under(f"{place}/validation", slot.get("validation") if isinstance(slot, dict) else None):
            found += [one for one, _ in under(key, part)] if key.endswith("/rejections") else []
    return found


def forms(at: str, value: Any) -> list[str]:
    found: list[str] = []
    for place, form in under(at, value):
        found.append(place)
        if not isinstance(form, dict):
            continue
        if "ignored_intents" in form:
            found.append(f"{place}/ignored_intents")
        needed = (
            under(f"{place}/required_slots", form["required_slots"])
            if "required_slots" in form
            else [item for item in under(place, form) if not item[0].endswith("/ignored_intents")]
        )
        for slot, mappings in needed:
            found.append(slot)
            found += [one for one, _ in under(slot, mappings)] if isinstance(mappings, list) else []
    return found


def responses(at: str, value: Any) -> list[str]:
    found: list[str] = []
    for place, variants in under(at, value):
        found.append(place)
        for variant, content in under(place, variants):
            found.append(variant)
            for member, part in under(variant, content) if isinstance(content, dict) else ():
                key = member.rsplit("/", 1)[1]
                if (key in VARIANT_LISTS and isinstance(part, list)) or (
                    key == "translation" and isinstance(part, dict)
                ):
                    found += [item for item, _ in under(member, part)]
                else:
                    found.append(member)
    return found


def nlu(at: str, value: Any) -> list[str]:
    found: list[str] = []
    for place, item in under(at, value):
        found.append(place)
        examples = item.get("examples")
        if isinstance(examples, list):
            found += [one for one, _ in under(f"{place}/examples", examples)]
        elif isinstance(examples, str):
            found += [f"{place}/examples"] * len([line for line in examples.split("\n") if line.strip()])
        found += extra(place, item, "intent", "synonym", "regex", "lookup", "examples")
    return found


def step(place: str, value: Any) -> list[str]:
    found = [place, *extra(place, value, *KINDS, "entities")]
    if "or" in value:
        for inner, item in of(place, value, "or"):
            found += step(inner, item)
    return found


def stories(at: str, value: Any) -> list[str]:
    found: list[str] = []
    for place, story in under(at, value):
        found.append(place)
        for one, item in of(place, story, "steps"):
            found += step(one, item)
        found += [one for one, _ in of(place, story, "condition")]
        found += extra(place, story, "story", "rule", "steps", "condition")
    return found


def flow_steps(at: str, value: Any) -> list[str]:
    found: list[str] = []
    for place, item in under(at, value):
        found.append(place)
        found += extra(
            place,
            item,
            *STEPS,
            "id",
            "next",
            "utter",
            "ask_before_filling",
            "reset_after_flow_ends",
            "rejections",
        )
        found += [one for one, _ in of(place, item, "rejections")]
        following = item.get("next")
        for branch, inner in under(f"{place}/next", following) if isinstance(following, list) else ():
            found += [branch, *extra(branch, inner, "if", "then", "else")]
            for key in ("then", "else"):
                if isinstance(inner.get(key), list):
                    found += flow_steps(f"{branch}/{key}", inner[key])
    return found


def flows(at: str, value: Any) -> list[str]:
    found: list[str] = []
    for place, item in under(at, value):
        found += [place, *flow_steps(f"{place}/steps", item.get("steps")), *extra(place, item, "steps")]
    return found


def config(value: Any) -> list[str]:
    found: list[str] = []
    for place, item in under("", value):
        found += [one for one, _ in under(place, item)] if place in ("/pipeline", "/policies") else [place]
    return found


READERS = {
    "intents": names,
    "entities": names,
    "actions": names,
    "slots": slots,
    "forms": forms,
    "responses": responses,
    "nlu": nlu,
    "stories": stories,
    "rules": stories,
    "flows": flows,
}
ITEMS = ("session_config", "config", "e2e_actions")
TESTS = ("stories", "rules", "test_cases", "fixtures")


def expected(path: str, data: bytes, at_root: Any = None) -> list[str]:
    """Pointers of every construct of a file, one per ledger entry."""
    if path.endswith(".py"):
        return [""]
    value = yaml.load(data.decode(), Loader=yaml.BaseLoader)
    name = path.rsplit("/", 1)[-1]
    if name.startswith("config."):
        return config(value)
    if name.startswith(("endpoints.", "credentials.")):
        return [place for place, _ in under("", value)]
    test = name.startswith("test_") or any(part in ("tests", "test_stories") for part in path.split("/")[:-1])
    if isinstance(value, list):
        return stories("", value)
    found: list[str] = []
    for place, item in under("", value):
        key = place[1:]
        if key in TESTS and (test or key in ("test_cases", "fixtures")):
            found += [one for one, _ in under(place, item)]
        elif key in READERS:
            found += READERS[key](place, item)
        elif key in ITEMS:
            found += [one for one, _ in under(place, item)]
        else:
            found.append(place)
    return found


def by_file(parsed: Parsed) -> dict[str, Counter[str]]:
    found: dict[str, Counter[str]] = {}
    for entry in parsed.ledger:
        found.setdefault(entry.place.file, Counter())[entry.place.pointer] += 1
    return found


def check(parsed: Parsed, tree: Tree) -> int:
    """Every construct of every file is in the ledger, and nothing else is."""
    found = by_file(parsed)
    total = 0
    for name, file in tree.files.items():
        wanted = Counter(expected(name, file.data))
        total += sum(wanted.values())
        got = found.get(file.path, Counter())
        assert got == wanted, (name, "missing", wanted - got, "too many", got - wanted)
    assert total == len(list(parsed.ledger))
    for entry in parsed.ledger:
        if entry.fate in (Fate.DEGRADED, Fate.DROPPED):
            assert entry.reason, entry
            assert entry.code, entry
        if entry.fate is Fate.EMULATED:
            assert entry.reason, entry
    assert sum(parsed.ledger.counts().values()) == total
    return total


@pytest.mark.parametrize("name", PROJECTS)
def test_every_construct_of_a_project_is_in_the_ledger_once(name: str) -> None:
    assert check(fixture(name), folder(FIXTURES / name)) > 50


@pytest.mark.parametrize("name", SINGLE)
def test_every_construct_of_a_single_file_is_in_the_ledger_once(name: str) -> None:
    file = SourceFile(name.rsplit("/", 1)[-1], (FIXTURES / name).read_bytes())
    assert check(rasa.parse(file, ParseOptions()), Tree("", {file.path: file})) > 3


def test_what_conflicts_or_is_never_reached_is_dropped_with_its_step() -> None:
    tree = tree_of(
        {
            "domain.yml": "intents: [a, b]\nresponses:\n  utter_x:\n  - text: X\n  utter_y:\n  - text: Y\n",
            "data/stories.yml": """
            stories:
            - story: un
              steps:
              - intent: a
              - action: utter_x
            - story: deux
              steps:
              - intent: a
              - action: utter_y
              - intent: b
              - action: utter_x
            - story: trois
              steps:
              - checkpoint: jamais
              - intent: b
              - action: utter_y
            """,
        }
    )
    parsed = rasa.parse_project(tree, ParseOptions())
    check(parsed, tree)
    lost = {entry.place.pointer: entry.code for entry in parsed.ledger.losses()}
    assert lost == {
        "/stories/1/steps/1": "PAR611",
        "/stories/1/steps/2": "LOS609",
        "/stories/1/steps/3": "LOS609",
        "/stories/2/steps/1": "LOS609",
        "/stories/2/steps/2": "LOS609",
    }


def corpus_projects(corpus: Path) -> list[tuple[str, Parsed, Tree]]:
    whole = folder(corpus / "rasa", "rasa")
    claims = rasa.find_projects(whole)
    found: list[tuple[str, Parsed, Tree]] = []
    for claim in claims:
        part = whole.only(claim.files).within(claim.root)
        found.append((claim.root, rasa.parse_project(part, ParseOptions()), part))
    claimed = {name for claim in claims for name in claim.files}
    for name, file in whole.files.items():
        match = rasa.sniff(file) if name not in claimed else None
        if match is not None and match.confidence >= 50:
            single = Tree("", {file.name: file})
            found.append((name, rasa.parse(file, ParseOptions()), single))
    return found


@pytest.mark.corpus
def test_every_construct_of_real_projects_is_in_the_ledger_once(corpus: Path) -> None:
    total = 0
    for name, parsed, tree in corpus_projects(corpus):
        if "invalid_format" in name:
            continue  # not YAML: nothing of it can be counted
        total += check(parsed, tree)
    assert total > 10_000
