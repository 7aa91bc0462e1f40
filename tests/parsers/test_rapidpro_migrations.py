"""Steps between versions: judged by the engine's own before-and-after files, pure, and true to places."""

from __future__ import annotations

import copy
import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bascule.language.rapidpro_expression import rename_references
from bascule.parsers.rapidpro.located import Obj, Rewritten, locate, pointers, rewritten
from bascule.parsers.rapidpro.migrations import NEWEST, migrate, steps, version_of
from bascule.source.place import split_pointer

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures" / "rapidpro"
BY_NAME = {step.name: step for step in steps()}


def first_flow(name: str) -> dict[str, Any]:
    data = json.loads((FIXTURES / f"{name}.json").read_text(encoding="utf-8"))
    found: dict[str, Any] = data["flows"][0] if "flows" in data else data
    inner: dict[str, Any] = found.get("definition", found)
    return inner


def without_made_ids(value: Any) -> Any:
    """The engine draws random uuids for templating; bascule derives them. Neither is compared."""
    if isinstance(value, list):
        return [without_made_ids(item) for item in value]
    if not isinstance(value, dict):
        return value
    changed = {key: without_made_ids(item) for key, item in value.items()}
    templating = changed.get("templating")
    if isinstance(templating, dict) and "uuid" in templating:
        changed["templating"] = {**templating, "uuid": "made"}
    return changed


def cases(corpus: Path) -> list[tuple[str, dict[str, Any]]]:
    found = []
    for path in sorted((corpus / "goflow-migrations").glob("*.json")):
        found += [(path.stem, case) for case in json.loads(path.read_text(encoding="utf-8"))]
    return found


@pytest.mark.corpus
def test_every_step_with_an_oracle_gives_what_the_engine_gives(corpus: Path) -> None:
    checked = set()
    for version, case in cases(corpus):
        if "too many quick replies" in case["description"]:
            continue
        original = locate(case["original"])
        result = BY_NAME[version].change(original).having({"spec_version": version})
        assert without_made_ids(result) == without_made_ids(case["migrated"]), (version, case["description"])
        checked.add(version)
    assert checked == {"13.1.0", "13.3.0", "13.5.0", "13.6.1", "14.1.0", "14.3.0", "14.4.0", "14.4.2"}


@pytest.mark.corpus
def test_quick_replies_after_the_tenth_are_kept_unlike_in_the_engine(corpus: Path) -> None:
    (case,) = [case for _, case in cases(corpus) if "too many quick replies" in case["description"]]
    result = BY_NAME["14.1.0"].change(locate(case["original"]))
    replies = [action.get("quick_replies", []) for action in result["nodes"][0]["actions"]]
    cut = [action.get("quick_replies", []) for action in case["migrated"]["nodes"][0]["actions"]]
    assert [len(items) for items in replies] == [11, 0]
    assert [items[:10] for items in replies] == cut


@pytest.mark.corpus
def test_steps_in_a_row_reach_the_newest_shape_of_the_oracles(corpus: Path) -> None:
    """What the engine gives at one step, brought further, is what the original gives when brought all the way."""
    for version, case in cases(corpus):
        if version == "13.1.0" or "too many quick replies" in case["description"]:
            continue
        one = migrate(locate(case["original"])).flow.lacking("spec_version")
        two = migrate(locate(case["migrated"])).flow.lacking("spec_version")
        assert one == two, (version, case["description"])


def test_steps_are_in_order_unique_and_each_says_why() -> None:
    versions = [step.version for step in steps()]
    assert versions == sorted(set(versions))
    assert versions[-1] == NEWEST
    for step in steps():
        assert step.title
        assert len((step.change.__doc__ or "").split()) > 15, step.name


@pytest.mark.parametrize("name", ["rendez_vous", "flux_seul", "voix", "glific_export", "ancien_editeur"])
def test_migrating_changes_nothing_of_what_it_was_given(name: str) -> None:
    data = first_flow(name)
    located = locate(data)
    before = copy.deepcopy(data)
    migrate(located)
    assert located == before == data


@pytest.mark.parametrize("name", ["rendez_vous", "flux_seul", "voix", "glific_export", "ancien_editeur"])
def test_the_newest_shape_comes_out_as_it_is(name: str) -> None:
    newest = migrate(locate(first_flow(name))).flow.having({"spec_version": ".".join(map(str, NEWEST))})
    again = migrate(newest)
    assert again.flow is newest
    assert again.lost == {}


@pytest.mark.parametrize("version", ["14.5.0", "15.0", 16])
def test_later_versions_are_left_alone(version: Any) -> None:
    flow = locate(
        {"spec_version": version, "nodes": [{"uuid": "n", "actions": [{"type": "send_msg", "all_urns": True}]}]}
    )
    assert migrate(flow).flow is flow


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("13.1.0", (13, 1, 0)),
        ("13", (13, 0, 0)),
        (13.1, (13, 1, 0)),
        (14, (14, 0, 0)),
        ("x", None),
        (None, None),
        (True, None),
        ("1.2.3.4", None),
    ],
)
def test_versions_are_read_as_they_are_written(written: Any, read: Any) -> None:
    assert version_of({"spec_version": written}) == read


@pytest.mark.parametrize("name", ["rendez_vous", "flux_seul", "voix", "glific_export", "ancien_editeur"])
def test_everything_in_a_migrated_flow_points_into_the_file(name: str) -> None:
    data = first_flow(name)
    known = {"", *pointers(locate(data))}
    for pointer in pointers(migrate(locate(data)).flow):
        value: Any = data
        for token in split_pointer(pointer):
            parent = value
            value = (
                parent.get(token, parent)
                if isinstance(parent, dict)
                else parent[int(token)]
                if int(token) < len(parent)
                else parent
            )
        assert pointer in known or pointer.rsplit("/", 1)[0] in known, pointer


def test_what_the_steps_take_out_is_told_with_the_step() -> None:
    flow = {
        "spec_version": "13.1.0",
        "language": "fra",
        "nodes": [
            {"uuid": "n", "actions": [{"uuid": "a", "type": "send_msg", "text": "x", "all_urns": True}], "exits": []}
        ],
    }
    lost = migrate(locate(flow)).lost
    assert {pointer: step.name for pointer, step in lost.items()} == {"/nodes/0/actions/0/all_urns": "14.4.0"}


def test_a_webhook_branch_that_leads_elsewhere_is_not_taken_out() -> None:
    def case(uuid: str, category: str) -> dict[str, Any]:
        return {"uuid": uuid, "type": "has_only_text", "arguments": [uuid], "category_uuid": category}

    router = {
        "type": "switch",
        "operand": "@webhook.status",
        "cases": [case("success", "k1"), case("response_error", "k2")],
        "categories": [{"uuid": key, "name": key, "exit_uuid": "e"} for key in ("k1", "k2")],
        "default_category_uuid": "k1",
    }
    node = {
        "uuid": "n",
        "actions": [{"uuid": "a", "type": "call_webhook", "url": "https://x"}],
        "router": router,
        "exits": [{"uuid": "e"}],
    }
    flow = locate({"spec_version": "14.4.0", "nodes": [node]})
    assert BY_NAME["14.4.1"].change(flow) is flow
    router["default_category_uuid"] = "k2"
    changed = BY_NAME["14.4.1"].change(locate({"spec_version": "14.4.0", "nodes": [node]}))
    assert [item["arguments"] for item in changed["nodes"][0]["router"]["cases"]] == [["200", "299"]]


def test_two_letter_languages_survive_and_base_becomes_undetermined() -> None:
    step = BY_NAME["13.2.0"]
    assert step.change(locate({"language": "hi"})) == {"language": "hi"}
    assert step.change(locate({"language": "base", "localization": {"und": {}, "fra": {}}})) == {
        "language": "und",
        "localization": {"fra": {}},
    }


def test_several_arguments_of_a_text_test_are_joined_in_all_languages() -> None:
    case = {"uuid": "c", "type": "has_any_word", "arguments": ["oui", "o"], "category_uuid": "k"}
    other = {"uuid": "d", "type": "has_number_between", "arguments": ["1", "2"], "category_uuid": "k"}
    flow = {
        "nodes": [{"uuid": "n", "router": {"type": "switch", "cases": [case, other]}}],
        "localization": {"eng": {"c": {"arguments": ["yes", "y"]}, "d": {"arguments": ["3", "4"]}}},
    }
    changed = BY_NAME["14.3.1"].change(locate(flow))
    assert [item["arguments"] for item in changed["nodes"][0]["router"]["cases"]] == [["oui o"], ["1", "2"]]
    assert changed["localization"] == {"eng": {"c": {"arguments": ["yes y"]}, "d": {"arguments": ["3", "4"]}}}


def test_early_flows_get_their_categories() -> None:
    flow = migrate(locate(first_flow("ancien_editeur"))).flow
    router = flow["nodes"][1]["router"]
    assert [(item["name"], item["exit_uuid"]) for item in router["categories"]] == [("Oui", "x1"), ("Autre", "x2")]
    assert router["cases"][0]["category_uuid"] == "x1"
    assert router["default_category_uuid"] == "x2"
    child = flow["nodes"][2]["router"]
    assert (child["operand"], child["cases"][0]["type"], child["cases"][0]["arguments"]) == (
        "@child.run.status",
        "has_only_text",
        ["completed"],
    )


def rename(path: tuple[str, ...]) -> tuple[str, ...] | None:
    return ("webhook", "json", *path[1:]) if path[0] == "webhook" else None


def shorten(path: tuple[str, ...]) -> tuple[str, ...] | None:
    return ("r", *path[1:]) if path[0] == "results" else None


pieces = st.sampled_from(
    [
        "@webhook",
        "@webhook.a",
        "@(webhook & results.b)",
        "@results.x",
        " ",
        "été",
        "@@",
        "a@webhook.org",
        "(",
        "@contact.name",
        "نعم",
    ]
)


@given(st.lists(pieces, max_size=8).map(" ".join))
def test_a_rewritten_text_knows_where_each_piece_came_from(text: str) -> None:
    once, changes = rename_references(text, rename)
    first = rewritten(text, once, changes)
    twice, more = rename_references(first, shorten)
    second = rewritten(first, twice, more)
    assert str(second) == twice
    if not isinstance(second, Rewritten):
        assert second == text
        return
    # Words that no renaming touches stand where they stood.
    for match in re.finditer(r"été|نعم|contact|name|@@", second):
        start, end = second.original(*match.span())
        assert text[start:end] == match.group()
    start, end = second.original(0, len(second))
    assert (start, end) == (0, len(text))


def test_objects_are_copied_when_they_change() -> None:
    one = locate({"a": 1, "b": {"c": 2}}, "/x")
    two = one.having({"a": 2}, {"a": "/elsewhere"}).lacking("b")
    assert one == {"a": 1, "b": {"c": 2}}
    assert two == {"a": 2}
    assert (two.at("a"), two.at("d"), one["b"].at("c")) == ("/elsewhere", "/x/d", "/x/b/c")
    assert isinstance(two, Obj)
