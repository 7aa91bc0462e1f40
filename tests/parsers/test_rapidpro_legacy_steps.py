"""Each step between versions before 13: what it changes, what it leaves alone, and that places stay true."""

from __future__ import annotations

import copy
import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from bascule.parsers.rapidpro.legacy.versions import guess_version, legacy_version
from bascule.parsers.rapidpro.located import Obj, locate, pointers
from bascule.parsers.rapidpro.migrations import migrate, steps, unchanged_versions
from bascule.source.place import split_pointer
from tests.parsers.rapidpro_walk import said_in

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures" / "rapidpro"
BY_NAME = {step.name: step for step in steps()}
FLOWS = [
    (path.stem, index)
    for path in sorted(FIXTURES.glob("ancienne_*.json"))
    for index in range(len(json.loads(path.read_text(encoding="utf-8")).get("flows", [None])))
]
PLATFORM = [
    *(f"{major}.0.0" for major in range(3, 11)),
    *(f"10.{minor}.0" for minor in range(1, 5)),
    *(f"11.{minor}.0" for minor in range(13)),
    "12.0.0",
    "13.0.0",
]
"""Every version of a flow before 13.1 (https://github.com/rapidpro/rapidpro, legacy migrations)."""


def run(name: str, flow: dict[str, Any]) -> Obj:
    located = locate(flow)
    before = copy.deepcopy(flow)
    changed = BY_NAME[name].change(located)
    assert located == before
    return changed


def one_set(**members: Any) -> dict[str, Any]:
    return {"base_language": "fra", "action_sets": [], "rule_sets": [{"uuid": "r", "y": 100, "rules": [], **members}]}


def one_action(**members: Any) -> dict[str, Any]:
    return {"base_language": "fra", "rule_sets": [], "action_sets": [{"uuid": "a", "actions": [members]}]}


def rule(kind: str, **members: Any) -> dict[str, Any]:
    return {"uuid": "x", "category": {"fra": "Tout"}, "destination": "d", "test": {"type": kind, **members}}


def test_every_version_of_the_platform_is_a_step_or_says_why_not() -> None:
    told = unchanged_versions()
    old = [step.name for step in steps() if step.version <= (13, 0, 0)]
    assert set(old) & set(told) == set()
    assert sorted({*old, *told}, key=order) == sorted(PLATFORM, key=order)
    assert all(len(reason.split()) > 5 for reason in told.values())


def order(name: str) -> list[int]:
    return [int(part) for part in name.split(".")]


# 5


@pytest.mark.parametrize(
    ("members", "kinds"),
    [
        ({"operand": "@step.value", "response_type": "C"}, ["wait_message"]),
        ({"operand": "@step.value", "response_type": "K"}, ["wait_digits"]),
        ({"operand": "@step.value", "response_type": "M"}, ["wait_digit"]),
        ({"operand": "@step.value", "response_type": "R"}, ["wait_recording"]),
        ({"operand": "@contact.age", "response_type": "C"}, ["contact_field"]),
        ({"operand": "@flow.avis", "response_type": "C"}, ["flow_field"]),
        ({"operand": "@contact.groups", "response_type": "C"}, ["expression"]),
        ({"operand": "@flow.avis|upper_case", "response_type": "C"}, ["expression"]),
        ({"operand": "=(step.value * 2)", "response_type": "C"}, ["wait_message", "expression"]),
        ({"operand": "@step.value", "response_type": "C", "webhook": "https://x"}, ["wait_message", "webhook", "expression"]),
        ({"operand": "@step.value", "response_type": "C", "ruleset_type": "wait_message"}, ["wait_message"]),
    ],
)  # fmt: skip
def test_rule_sets_of_version_4_say_what_they_wait_for(members: dict[str, Any], kinds: list[str]) -> None:
    flow = one_set(label="Avis", **members)
    flow["rule_sets"][0]["rules"] = [rule("number"), rule("true")]
    changed = run("5.0.0", flow)["rule_sets"]
    assert [item["ruleset_type"] for item in changed] == kinds
    assert changed[0]["uuid"] == "r"
    assert changed[-1]["rules"] == flow["rule_sets"][0]["rules"]
    assert changed[-1].get("operand") == members["operand"]
    for one, following in pairwise(changed):
        assert [item["destination"] for item in one["rules"]] == [following["uuid"]]
        assert following["y"] > one["y"]
    assert [item["label"] for item in changed] == {
        1: ["Avis"],
        2: ["Avis Response", "Avis"],
        3: ["Avis Response", "Avis Webhook", "Avis"],
    }[len(kinds)]


def test_the_call_of_a_split_rule_set_has_the_address_and_the_split_has_not() -> None:
    flow = one_set(operand="@step.value", response_type="C", webhook="https://x", webhook_action="GET")
    flow["rule_sets"][0]["rules"] = [rule("true")]
    _, call, split = run("5.0.0", flow)["rule_sets"]
    assert (call["webhook"], call["webhook_action"]) == ("https://x", "GET")
    assert {"webhook", "webhook_action"} & set(split) == set()


# 6 and 7


def test_plain_texts_become_texts_of_no_language() -> None:
    flow = {
        "action_sets": [{"uuid": "a", "actions": [{"type": "reply", "msg": "Été 👋"}, {"type": "say", "msg": "Un", "recording": "r.wav"}]}],
        "rule_sets": [{"uuid": "r", "rules": [
            {"category": "Oui", "test": {"type": "contains", "test": "oui"}},
            {"test": {"type": "between", "min": "1", "max": "5"}},
            {"category": "Tout", "test": {"type": "true", "test": "true"}},
        ]}],
    }  # fmt: skip
    changed = run("6.0.0", flow)
    assert changed["base_language"] == "base"
    assert changed["action_sets"][0]["actions"] == [
        {"type": "reply", "msg": {"base": "Été 👋"}},
        {"type": "say", "msg": {"base": "Un"}, "recording": {"base": "r.wav"}},
    ]
    assert [item["category"] for item in changed["rule_sets"][0]["rules"]] == [
        {"base": "Oui"},
        {"base": "1-5"},
        {"base": "Tout"},
    ]
    assert [item["test"].get("test") for item in changed["rule_sets"][0]["rules"]] == [{"base": "oui"}, None, "true"]


def test_flows_that_have_a_language_have_texts_per_language_already() -> None:
    flow = locate(one_action(type="reply", msg={"fra": "Été"}))
    assert BY_NAME["6.0.0"].change(flow) is flow


def test_the_definition_becomes_the_flow_with_all_that_stood_round_it() -> None:
    flow = {"id": 12, "name": "Sondage", "expires": 720, "flow_type": "F", "couleur": 3,
            "definition": {"base_language": "fra", "action_sets": [], "rule_sets": [], "metadata": {"notes": [1]}}}  # fmt: skip
    changed = run("7.0.0", flow)
    assert changed["metadata"] == {"notes": [1], "name": "Sondage", "id": 12, "expires": 720}
    assert (changed["flow_type"], changed["couleur"], "definition" in changed) == ("F", 3, False)
    assert changed["metadata"].at("name") == "/name"
    assert changed.at("action_sets") == "/definition/action_sets"


# 8 to 10


def test_both_older_spellings_of_expressions_become_one_wherever_they_stand() -> None:
    flow = one_set(
        operand="=UPPER(step.value)",
        webhook="https://x?n==SUM(1,2)",
        rules=[rule("gt", test="=contact.seuil"), rule("contains", test={"fra": "@contact|lower_case"})],
    )
    flow["action_sets"] = [
        {"uuid": "a", "actions": [{"type": "reply", "msg": {"fra": "@contact|title_case", "eng": "plain = text"}}]}
    ]
    changed = run("8.0.0", flow)
    item = changed["rule_sets"][0]
    assert (item["operand"], item["webhook"]) == ("@(UPPER(step.value))", "https://x?n=@(SUM(1,2))")
    assert [one["test"]["test"] for one in item["rules"]] == ["@contact.seuil", {"fra": "@(LOWER(contact))"}]
    assert changed["action_sets"][0]["actions"][0]["msg"] == {"fra": "@(PROPER(contact))", "eng": "plain = text"}


def test_numbers_become_uuids_that_still_meet() -> None:
    flow = {
        "metadata": {"id": 12, "name": "Sondage"}, "rule_sets": [],
        "action_sets": [{"uuid": "a", "actions": [
            {"type": "flow", "id": 13, "name": "Suite"},
            {"type": "add_group", "groups": [{"id": 5, "name": "VIP"}, "@contact.ville"]},
            {"type": "send", "msg": {"fra": "@extra.flow.avis @(extra.contact.name)"}, "contacts": [{"id": 7}], "groups": []},
        ]}],
    }  # fmt: skip
    changed = run("9.0.0", flow)
    enter, group, send = changed["action_sets"][0]["actions"]
    assert changed["metadata"]["uuid"] == "flow-12"
    assert enter["flow"] == {"uuid": "flow-13", "name": "Suite"}
    assert group["groups"] == [{"uuid": "group-5", "name": "VIP"}, "@contact.ville"]
    assert send["contacts"] == [{"uuid": "contact-7"}]
    assert send["msg"] == {"fra": "@parent.avis @(parent.contact.name)"}


def test_a_webhook_of_version_9_gets_a_way_for_failure() -> None:
    flow = one_set(ruleset_type="webhook", webhook="https://x", webhook_action="POST", rules=[rule("true")])
    (item,) = run("10.0.0", flow)["rule_sets"]
    assert item["config"] == {"webhook": "https://x", "webhook_action": "POST"}
    assert item["config"].at("webhook") == "/rule_sets/0/webhook"
    assert [(one["uuid"], one["test"]["status"], one["category"], one["destination"]) for one in item["rules"]] == [
        ("x", "success", {"fra": "Success"}, "d"),
        ("x-failure", "failure", {"fra": "Failure"}, "d"),
    ]


def test_actions_and_exits_get_uuids_that_are_the_same_every_time() -> None:
    flow = one_action(type="reply", msg={"fra": "x"})
    changed = run("10.4.0", flow)
    assert changed["action_sets"][0]["actions"][0]["uuid"] == "a-a1"
    assert changed["action_sets"][0]["exit_uuid"] == "a-exit"
    assert run("10.1.0", run("10.3.0", flow)) == changed
    again = BY_NAME["10.4.0"].change(changed)
    assert again is changed


def test_an_empty_base_language_is_written_out() -> None:
    flow = {**one_action(type="reply", msg="Été"), "base_language": None}
    changed = run("10.2.0", flow)
    assert changed["base_language"] == "base"
    assert changed["action_sets"][0]["actions"][0]["msg"] == {"base": "Été"}


# 11


def test_dates_and_places_are_formatted_where_they_are_said() -> None:
    flow = one_set(label="Né le", rules=[rule("date"), rule("true")])
    flow["rule_sets"].append({"uuid": "s", "label": "Région", "rules": [rule("state"), rule("true")]})
    flow["rule_sets"].append({"uuid": "t", "label": "Avis", "rules": [rule("date"), rule("number")]})
    said = "@flow.n_le @flow.r_gion @flow.avis @flow.avis.time @date @(flow.n_le)"
    flow["action_sets"] = [
        {"uuid": "a", "actions": [{"type": "reply", "msg": {"fra": said}}, {"type": "save", "value": "@flow.n_le"}]}
    ]
    reply, save = run("11.0.0", flow)["action_sets"][0]["actions"]
    assert reply["msg"]["fra"] == (
        "@(format_date(flow.n_le)) @(format_location(flow.r_gion)) @flow.avis @(format_date(flow.avis.time)) "
        "@(format_date(date)) @(flow.n_le)"
    )
    assert save["value"] == "@flow.n_le"


def test_a_language_inside_a_language_is_unpacked() -> None:
    flow = one_action(type="reply", msg={"fra": {"fra": "Été"}, "eng": "Summer"})
    message = run("11.0.0", flow)["action_sets"][0]["actions"][0]["msg"]
    assert message == {"fra": "Été", "eng": "Summer"}
    assert message.at("fra") == "/action_sets/0/actions/0/msg/fra/fra"


def test_bibliographic_language_codes_become_terminological_ones() -> None:
    flow = {**one_action(type="reply", msg={"fre": "Été", "eng": "Summer", "ger": "Sommer"}), "base_language": "fre"}
    flow["action_sets"][0]["actions"].append({"type": "lang", "lang": "dut"})
    changed = BY_NAME["11.2.0"].change(run("11.1.0", flow))
    assert changed["base_language"] == "fra"
    message, language = changed["action_sets"][0]["actions"]
    assert message["msg"] == {"fra": "Été", "eng": "Summer", "deu": "Sommer"}
    assert message["msg"].at("fra") == "/action_sets/0/actions/0/msg/fre"
    assert language["lang"] == "nld"


def test_languages_that_are_there_already_are_not_written_over() -> None:
    flow = one_action(type="reply", msg={"fre": "ancien", "fra": "neuf"})
    assert run("11.1.0", flow)["action_sets"][0]["actions"][0]["msg"] == {"fre": "ancien", "fra": "neuf"}


@pytest.mark.parametrize(("method", "marked"), [("POST", True), (None, True), ("GET", False)])
def test_webhooks_that_post_are_marked(method: str | None, marked: bool) -> None:
    action = run("11.3.0", one_action(type="api", webhook="https://x", action=method))["action_sets"][0]["actions"][0]
    item = run("11.3.0", one_set(ruleset_type="webhook", config={"webhook_action": method}))["rule_sets"][0]
    assert action.get("legacy_format", False) is item["config"].get("legacy_format", False) is marked


def test_the_text_of_a_result_that_nobody_typed_is_the_answer() -> None:
    flow = one_set(label="Calcul", ruleset_type="expression")
    flow["rule_sets"].append({"uuid": "w", "label": "Avis", "ruleset_type": "wait_message", "rules": []})
    flow["action_sets"] = [
        {
            "uuid": "a",
            "actions": [{"type": "reply", "msg": {"fra": "@flow.calcul.text @(flow.calcul.text) @flow.avis.text"}}],
        }
    ]
    message = run("11.4.0", flow)["action_sets"][0]["actions"][0]["msg"]
    assert message == {"fra": "@step.value @(step.value) @flow.avis.text"}


def test_what_a_webhook_answers_is_extra() -> None:
    flow = one_set(label="Dossier", ruleset_type="webhook", config={"webhook": "https://x?a=@flow.dossier"})
    flow["rule_sets"].append({"uuid": "f", "ruleset_type": "flow_field", "operand": "@flow.dossier", "rules": []})
    flow["action_sets"] = [
        {
            "uuid": "a",
            "actions": [
                {"type": "reply", "msg": {"fra": "@flow.dossier @(flow.dossier.value) @flow.dossier.category"}}
            ],
        }
    ]
    changed = run("11.5.0", flow)
    assert changed["action_sets"][0]["actions"][0]["msg"] == {
        "fra": "@extra.dossier @(extra.dossier) @flow.dossier.category"
    }
    assert changed["rule_sets"][0]["config"]["webhook"] == "https://x?a=@extra.dossier"
    assert (changed["rule_sets"][1]["operand"], changed["rule_sets"][1]["ruleset_type"]) == (
        "@extra.dossier",
        "expression",
    )


def test_a_row_of_actions_with_webhooks_becomes_a_row_of_nodes() -> None:
    flow = one_action(type="reply", msg={"fra": "un"})
    item = flow["action_sets"][0]
    item["actions"] += [
        {"type": "api", "uuid": "c1", "webhook": "https://x/1", "action": "GET"},
        {
            "type": "api",
            "uuid": "c2",
            "webhook": "https://x/2",
            "action": "POST",
            "webhook_headers": [{"name": "A", "value": "b"}],
        },
        {"type": "reply", "msg": {"fra": "deux"}},
    ]
    item.update({"destination": "fin", "exit_uuid": "e"})
    changed = run("11.7.0", flow)
    first, last = changed["action_sets"]
    one, two = changed["rule_sets"]
    assert [first["destination"], one["rules"][0]["destination"], two["rules"][1]["destination"], last["destination"]] == [
        one["uuid"], two["uuid"], last["uuid"], "fin"
    ]  # fmt: skip
    assert (first["uuid"], last["exit_uuid"]) == ("a", "e")
    assert [one["label"], two["label"]] == ["Migrated Webhook 1", "Migrated Webhook 2"]
    assert two["config"] == {
        "webhook": "https://x/2",
        "webhook_action": "POST",
        "webhook_headers": [{"name": "A", "value": "b"}],
    }
    assert two["config"].at("webhook") == "/action_sets/0/actions/2/webhook"


def test_copied_rules_get_uuids_of_their_own() -> None:
    flow = one_set(rules=[rule("number"), rule("true")])
    flow["rule_sets"].append({"uuid": "s", "rules": [rule("number"), {**rule("true"), "uuid": "x-2"}]})
    changed = run("11.8.0", flow)
    assert [[one["uuid"] for one in item["rules"]] for item in changed["rule_sets"]] == [["x", "x-3"], ["x-4", "x-2"]]


# All of them


def old_flow(name: str, index: int) -> dict[str, Any]:
    data = json.loads((FIXTURES / f"{name}.json").read_text(encoding="utf-8"))
    found: dict[str, Any] = data["flows"][index] if "flows" in data else data
    return found


def start_of(flow: dict[str, Any]) -> tuple[int, int, int]:
    return guess_version(locate(flow))


@pytest.mark.parametrize(("name", "index"), FLOWS)
def test_an_old_flow_ends_in_the_newest_shape_and_stays_as_it_was(name: str, index: int) -> None:
    flow = old_flow(name, index)
    located = locate(flow)
    before = copy.deepcopy(flow)
    newest = migrate(located, start_of(flow)).flow
    assert located == before
    assert {"action_sets", "rule_sets", "definition"} & set(newest) == set()
    assert newest["nodes"]
    assert all("router" in node or len(node["exits"]) == 1 for node in newest["nodes"])
    uuids = [node["uuid"] for node in newest["nodes"]]
    assert len(uuids) == len(set(uuids))
    again = migrate(newest.having({"spec_version": "14.4.2"}))
    assert again.flow["nodes"] == newest["nodes"]


@pytest.mark.parametrize(("name", "index"), FLOWS)
def test_everything_in_it_points_into_the_file(name: str, index: int) -> None:
    flow = old_flow(name, index)
    known = {"", *pointers(locate(flow))}
    for pointer in pointers(migrate(locate(flow), start_of(flow)).flow):
        assert pointer in known or pointer.rsplit("/", 1)[0] in known, pointer
        value: Any = flow
        for token in split_pointer(pointer)[:-1]:
            value = value[int(token)] if isinstance(value, list) else value[token]


def test_every_text_of_an_old_flow_is_in_the_new_one_in_each_language() -> None:
    """Texts without expressions come out byte for byte, right after the step as at the end."""
    for name, index in FLOWS:
        flow = old_flow(name, index)
        newest = json.dumps(migrate(locate(flow), start_of(flow)).flow, ensure_ascii=False)
        for text in said_in(flow):
            if not any(sign in text for sign in "@=|"):
                assert json.dumps(text, ensure_ascii=False)[1:-1] in newest, text


# Versions


@pytest.mark.parametrize(
    ("flow", "envelope", "version"),
    [
        ({"version": "11.12", "action_sets": []}, None, "11.12"),
        ({"version": 7, "action_sets": []}, None, "7"),
        ({"action_sets": []}, {"version": 10.4}, "10.4"),
        ({"definition": {"action_sets": []}}, {"version": 4}, "4"),
        ({"definition": {"action_sets": [], "version": 6}}, None, "6"),
        ({"action_sets": [], "version": "13.1"}, None, "unknown"),
        ({"action_sets": [], "version": True}, {"version": []}, "unknown"),
        ({"nodes": []}, {"version": 4}, None),
        ([], None, None),
    ],
)
def test_versions_stand_on_the_flow_or_round_it(
    flow: Any, envelope: dict[str, Any] | None, version: str | None
) -> None:
    assert legacy_version(flow, envelope) == version


@pytest.mark.parametrize(
    ("flow", "version"),
    [
        ({"definition": {"action_sets": [], "rule_sets": [{"ruleset_type": None}]}}, (3, 0, 0)),
        ({"definition": {"action_sets": [], "rule_sets": [{"ruleset_type": "wait_message"}]}}, (5, 0, 0)),
        ({"action_sets": [], "rule_sets": [{"webhook": None}]}, (7, 0, 0)),
        ({"action_sets": [{"uuid": "a"}], "rule_sets": []}, (10, 0, 0)),
        ({"action_sets": [{"uuid": "a", "exit_uuid": "e"}], "rule_sets": []}, (11, 12, 0)),
    ],
)
def test_a_flow_without_a_version_is_judged_by_its_shape(flow: dict[str, Any], version: tuple[int, int, int]) -> None:
    assert guess_version(locate(flow)) == version
