"""Flows before version 13 read: actions, rule sets, tests, languages, places, what stands round the flows."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bascule.diagnostics import locate
from bascule.ir.content import Content
from bascule.ir.encode import encode_project
from bascule.ir.expr import Opaque
from bascule.ir.nodes import Ask, HttpRequest, Message, RunFlow
from bascule.ir.project import EntryKind, Flow
from bascule.ir.text import Hole, Literal, holes, literal
from bascule.parsers.base import Parsed, ParseOptions
from bascule.parsers.rapidpro import parse
from bascule.parsers.rapidpro.legacy.actions import ACTIONS
from bascule.parsers.rapidpro.legacy.cases import NO_CASE, TESTS
from bascule.parsers.rapidpro.legacy.rule_sets import RULE_SETS
from bascule.source import SourceFile
from tests.parsers.rapidpro_walk import check, read

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures" / "rapidpro"


def load(name: str) -> Parsed:
    path = FIXTURES / name
    return parse(SourceFile(path.name, path.read_bytes()), ParseOptions())


def action(kind: str, **members: Any) -> dict[str, Any]:
    return {"type": kind, "uuid": f"{kind}-uuid", **members}


def rule(kind: str, category: str = "Vu", to: str | None = None, **members: Any) -> dict[str, Any]:
    test = {"type": kind, **members}
    return {"uuid": f"{kind}-{category}", "category": {"fra": category}, "destination": to, "test": test}


OTHER = rule("true", "Autre")


def rule_set(kind: str, *rules: dict[str, Any], **members: Any) -> dict[str, Any]:
    return {
        "uuid": "w", "x": 0, "y": 100, "label": "Avis", "ruleset_type": kind, "operand": "@step.value", "config": {},
        "rules": list(rules), **members,
    }  # fmt: skip


def old(*actions: dict[str, Any], sets: tuple[dict[str, Any], ...] = (), **members: Any) -> dict[str, Any]:
    """A flow of version 11.12: one set of actions that leads to the first rule set."""
    first = sets[0]["uuid"] if sets else None
    drawn = [{"uuid": "a", "x": 0, "y": 0, "destination": first, "actions": list(actions)}] if actions else []
    return {
        "version": "11.12", "flow_type": "F", "base_language": "fra", "metadata": {"name": "Essai", "uuid": "f"},
        "entry": "a" if actions else first, "action_sets": drawn, "rule_sets": list(sets), **members,
    }  # fmt: skip


def nodes(data: dict[str, Any], flow: str = "essai") -> dict[str, Any]:
    """The nodes of a flow read, as a plain tree; its ledger holds as well."""
    parsed = read(data)
    check(data, parsed)
    found: dict[str, Any] = encode_project(parsed.project)["flows"][flow]["nodes"]
    return found


def only(parsed: Parsed) -> Flow:
    (found,) = parsed.project.flows
    return found


def codes(parsed: Parsed) -> set[str]:
    return {finding.code for finding in parsed.findings}


def content(parsed: Parsed, at: str) -> Content:
    found: Content = getattr(only(parsed).by_id[at], "content")  # noqa: B009 - several kinds of nodes have it
    return found


# Actions

PLAIN: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "reply": ({"msg": {"fra": "Été"}}, {"type": "message", "content": {"text": {"fra": "Été"}}}),
    "end_ussd": ({"msg": {"fra": "Fin"}}, {"type": "message", "content": {"text": {"fra": "Fin"}}}),
    "send": (
        {"msg": {"fra": "x"}, "contacts": [], "groups": [{"uuid": "g", "name": "VIP"}], "variables": [{"id": "@contact.chef"}]},
        {"type": "message", "audience": {"contacts": ["fields.chef"], "groups": ["VIP"]}},
    ),
    "add_group": (
        {"groups": [{"uuid": "g", "name": "VIP"}, "@contact.ville"]},
        {"assignments": [{"target": "groups", "op": "add", "value": '"VIP"'}, {"target": "groups", "op": "add", "value": "fields.ville"}]},
    ),
    "del_group": ({"groups": []}, {"assignments": [{"target": "groups", "op": "clear"}]}),
    "save": (
        {"field": "ville", "label": "[_NEW_]Ville", "value": "@(UPPER(flow.lieu))"},
        {"assignments": [{"target": "fields.ville", "value": "upper(results.lieu)"}]},
    ),
    "lang": ({"lang": "fra", "name": "Français"}, {"assignments": [{"target": "contact.language", "value": '"fra"'}]}),
    "channel": ({"channel": "c", "name": "C"}, {"assignments": [{"target": "contact.channel", "value": '"C"'}]}),
    "add_label": ({"labels": [{"uuid": "l", "name": "L"}]}, {"assignments": [{"target": "labels", "op": "add", "value": '"L"'}]}),
    "email": (
        {"emails": ["a@exemple.fr"], "subject": "Aide @contact", "msg": "Il dit @step.value"},
        {"service": "email", "parameters": {"to": "a@exemple.fr", "subject": "Aide {contact}"}, "body": "Il dit {input}"},
    ),
    "trigger-flow": ({"flow": {"uuid": "g", "name": "G"}, "contacts": [], "groups": [], "variables": [{"id": "@new_contact"}]}, {"type": "run_flow", "flow": "g", "mode": "start"}),
    "flow": ({"flow": {"uuid": "g", "name": "G"}}, {"type": "run_flow", "flow": "g", "mode": "jump"}),
    "api": (
        {"webhook": "https://exemple.fr/@contact.ville", "action": "GET"},
        {"type": "http", "method": "GET", "url": "https://exemple.fr/{url_encode(fields.ville)}"},
    ),
    "say": ({"msg": {"fra": "x"}}, {"type": "unsupported", "construct": "action say_msg"}),
    "play": ({"url": "https://exemple.fr/a.mp3"}, {"type": "unsupported", "construct": "action play_audio"}),
}  # fmt: skip


def test_every_action_is_tried() -> None:
    assert set(PLAIN) >= set(ACTIONS) - {"ussd"}


@pytest.mark.parametrize("kind", PLAIN)
def test_actions_do_what_they_did(kind: str) -> None:
    members, expected = PLAIN[kind]
    node = nodes(old(action(kind, **members)))["a"]
    assert {key: node[key] for key in expected} == expected


@pytest.mark.parametrize(
    ("field", "target", "value"),
    [
        ("name", "contact.name", "results.nom"),
        ("first_name", "contact.name", 'results.nom & " " & word_slice(contact.name, 1, -1)'),
        ("tel_e164", "urns.tel", "results.nom"),
        ("mailto", "urns.mailto", "results.nom"),
        ("ville", "fields.ville", "results.nom"),
    ],
)
def test_saving_writes_names_addresses_and_fields(field: str, target: str, value: str) -> None:
    (made,) = nodes(old(action("save", field=field, label="L", value="@flow.nom")))["a"]["assignments"]
    assert (made["target"], made["value"]) == (target, value)


def test_replies_carry_media_and_quick_replies_in_each_language() -> None:
    made = action(
        "reply",
        msg={"fra": "Choisir", "ara": "اختر", "hin": "चुनें"},
        media={"fra": "image/jpeg:https://exemple.fr/fr.jpg", "ara": "video/mp4:https://exemple.fr/ar.mp4"},
        quick_replies=[{"fra": "Oui", "ara": "نعم"}, {"fra": "Non", "hin": "नहीं"}],
    )
    said = nodes(old(made))["a"]["content"]
    assert said["text"] == {"fra": "Choisir", "ara": "اختر", "hin": "चुनें"}
    assert [choice["title"] for choice in said["choices"]] == [
        {"fra": "Oui", "ara": "نعم"},
        {"fra": "Non", "hin": "नहीं"},
    ]
    assert "https://exemple.fr/fr.jpg" in json.dumps(said["media"])
    assert "https://exemple.fr/ar.mp4" in json.dumps(said["media"])


def test_texts_come_out_byte_for_byte_in_every_language() -> None:
    texts = {
        "fra": "Œuvre — « déjà » l’été\u00a0!",
        "ara": "مرحبا، كيف حالك؟",
        "hin": "नमस्ते, आप कैसे हैं?",
        "por": "Você não está só",
        "rus": "Привет, ёж!\nВторая строка",
        "eng": "👩‍👩‍👧 family \t tab  two blanks",
    }
    assert nodes(old(action("reply", msg=texts)))["a"]["content"]["text"] == texts


def test_media_in_the_store_of_the_old_platform_are_reported() -> None:
    flow = old(action("reply", msg={"fra": "x"}, media={"fra": "image/jpeg:attachments/2/7/photo.jpg"}))
    parsed = read(flow)
    check(flow, parsed)
    (finding,) = [item for item in parsed.findings if item.code == "LOS362"]
    assert finding.place.pointer == "/action_sets/0/actions/0/media/fra"
    assert "attachments/2/7/photo.jpg" in finding.message


# Rule sets

WAITS = {
    "wait_message": "number", "wait_gps": "location", "wait_photo": "image", "wait_audio": "audio", "wait_video": "video",
    "wait_digit": "digits", "wait_digits": "digits", "wait_recording": "audio", "wait_menu": "number", "wait_ussd": "number",
}  # fmt: skip


@pytest.mark.parametrize("kind", WAITS)
def test_rule_sets_that_wait_ask_for_what_they_waited_for(kind: str) -> None:
    config = {"ussd_message": {"fra": "Dites", "eng": "Say"}} if kind in ("wait_menu", "wait_ussd") else {}
    node = nodes(old(sets=(rule_set(kind, rule("number"), OTHER, config=config),)))["w"]
    assert (node["type"], node["reply"], node["into"]) == ("ask", WAITS[kind], "results.avis")
    assert node.get("content", {}).get("text") == config.get("ussd_message")
    assert [edge["label"] for edge in node["edges"]] == ["Vu", "Autre"]


SPLITS: dict[str, tuple[dict[str, Any], tuple[dict[str, Any], ...], list[str]]] = {
    "group": (
        {},
        (rule("in_group", test={"uuid": "g", "name": "VIP"}), OTHER),
        ['has_group(contact.groups, "VIP", "g")'],
    ),
    "contact_field": ({"operand": "@contact.age"}, (rule("gt", test="18"), OTHER), ["has_number_gt(fields.age, 18)"]),
    "flow_field": ({"operand": "@flow.âge"}, (rule("not_empty"), OTHER), ["has_text(results.âge)"]),
    "expression": (
        {"operand": "@(contact.age / 2)"},
        (rule("lt", test=3), OTHER),
        ["has_number_lt(fields.age / 2, 3)"],
    ),
    "form_field": (
        {"operand": "@flow.fiche", "config": {"field_index": 1, "field_delimiter": ";"}},
        (rule("not_empty"), OTHER),
        ['has_text(field(results.fiche, 1, ";"))'],
    ),
    "random": (
        {"operand": "@(RAND())"},
        (rule("between", "Peu", min="0", max="0.2"), rule("between", "Trop", min="0.2", max="1")),
        ["has_number_between(results.avis, 0, 0.2)", "has_number_between(results.avis, 0.2, 1)"],
    ),
}
CALLS: dict[str, tuple[dict[str, Any], tuple[dict[str, Any], ...], dict[str, Any]]] = {
    "subflow": (
        {"config": {"flow": {"uuid": "g", "name": "G"}}},
        (rule("subflow", "Fini", exit_type="completed"), rule("subflow", "Trop tard", exit_type="expired")),
        {"type": "run_flow", "flow": "g"},
    ),
    "webhook": (
        {"config": {"webhook": "https://exemple.fr/x", "webhook_action": "GET", "webhook_headers": [{"name": "X-A", "value": "@contact.b"}]}},
        (rule("webhook_status", "Fini", status="success"), rule("webhook_status", "Raté", status="failure")),
        {"type": "http", "method": "GET", "headers": {"X-A": "{fields.b}"}},
    ),
    "resthook": (
        {"config": {"resthook": "inscription"}},
        (rule("webhook_status", "Fini", status="success"), rule("webhook_status", "Raté", status="failure")),
        {"type": "http", "service": "webhook", "name": "inscription", "mapping": {"status": "results.avis", "json": "results.avis.extra"}},
    ),
    "airtime": (
        {"config": {"RW": {"currency_code": "RWF", "amount": 100}}},
        (rule("airtime_status", "Fini", exit_status="success"), rule("airtime_status", "Raté", exit_status="failed")),
        {"type": "unsupported", "construct": "action transfer_airtime"},
    ),
}  # fmt: skip


def test_every_type_of_rule_set_is_tried() -> None:
    assert {*WAITS, *SPLITS, *CALLS} == RULE_SETS


@pytest.mark.parametrize("kind", SPLITS)
def test_rule_sets_that_do_not_wait_branch_on_data(kind: str) -> None:
    members, rules, conditions = SPLITS[kind]
    node = nodes(old(sets=(rule_set(kind, *rules, **members),)))["w.2"]
    assert node["type"] == "case"
    assert [edge["when"] for edge in node["edges"] if "when" in edge] == conditions


def test_what_is_drawn_by_lot_is_drawn_once() -> None:
    """Each rule of a random split whose shares differ looks at the same number."""
    members, rules, _ = SPLITS["random"]
    made = nodes(old(sets=(rule_set("random", *rules, **members),)))
    assert made["w"]["assignments"] == [{"target": "results.avis", "value": "rand()"}]
    unnamed = nodes(old(sets=(rule_set("random", *rules, **{**members, "label": None}),)))
    assert unnamed["w"]["assignments"] == [{"target": "locals._drawn", "value": "rand()"}]
    assert unnamed["w.2"]["edges"][0]["when"] == "has_number_between(locals._drawn, 0, 0.2)"


def test_random_ways_of_one_share_become_chances() -> None:
    thirds = [("0", "0.3333"), ("0.3333", "0.6667"), ("0.6667", "1")]
    rules = [rule("between", f"N{number}", min=low, max=high) for number, (low, high) in enumerate(thirds)]
    node = nodes(old(sets=(rule_set("random", *rules, operand="@(RAND())"),)))["w"]
    assert [edge.get("when", "otherwise") for edge in node["edges"]] == ["chance(0.333333)", "chance(0.5)", "otherwise"]


@pytest.mark.parametrize("kind", CALLS)
def test_rule_sets_that_call_something_branch_on_how_it_went(kind: str) -> None:
    members, rules, expected = CALLS[kind]
    node = nodes(old(sets=(rule_set(kind, *rules, **members),)))["w"]
    assert {key: node[key] for key in expected} == expected
    assert node["edges"][0]["success"] is True
    assert "failure" in node["edges"][1]


def test_a_rule_set_of_no_known_type_is_reported_and_read_by_its_operand() -> None:
    for operand, kind in (("@step.value", "ask"), ("@contact.age", "set")):
        flow = old(sets=(rule_set("wait_msg", rule("number"), OTHER, operand=operand),))
        parsed = read(flow)
        check(flow, parsed)
        (finding,) = [item for item in parsed.findings if item.code == "PAR377"]
        assert finding.place.pointer == "/rule_sets/0/ruleset_type"
        assert nodes(flow)["w"]["type"] == kind


# Tests

CASES: list[tuple[dict[str, Any], str]] = [
    ({"type": "contains", "test": {"fra": "oui bien"}}, 'has_all_words(results.avis, "oui bien")'),
    ({"type": "contains", "test": {"fra": "oui", "eng": "yes"}}, 'if(contact.language = "eng", has_all_words(results.avis, "yes"), has_all_words(results.avis, "oui"))'),
    ({"type": "contains_any", "test": {"fra": "oui نعم हाँ"}}, 'has_any_word(results.avis, "oui نعم हाँ")'),
    ({"type": "contains_phrase", "test": {"fra": "non merci"}}, 'has_phrase(results.avis, "non merci")'),
    ({"type": "contains_only_phrase", "test": {"fra": "non"}}, 'has_only_phrase(results.avis, "non")'),
    ({"type": "starts", "test": {"fra": "rdv"}}, 'has_beginning(results.avis, "rdv")'),
    ({"type": "regex", "test": {"fra": r"^@(\d+)$"}}, 'has_pattern(results.avis, "^@(\\\\d+)$")'),
    ({"type": "number"}, "has_number(results.avis)"),
    ({"type": "eq", "test": "5"}, "has_number_eq(results.avis, 5)"),
    ({"type": "lt", "test": 5}, "has_number_lt(results.avis, 5)"),
    ({"type": "lte", "test": "@contact.max"}, "has_number_lte(results.avis, fields.max)"),
    ({"type": "gt", "test": "5"}, "has_number_gt(results.avis, 5)"),
    ({"type": "gte", "test": "5"}, "has_number_gte(results.avis, 5)"),
    ({"type": "between", "min": "1", "max": "@contact.max"}, "has_number_between(results.avis, 1, fields.max)"),
    ({"type": "date"}, "has_date(results.avis)"),
    ({"type": "date_before", "test": "@date.today"}, "has_date_lt(results.avis, today())"),
    ({"type": "date_after", "test": "@(date.today + 7)"}, 'has_date_gt(results.avis, datetime_add(today(), 7, "D"))'),
    ({"type": "date_equal", "test": "@date.today"}, "has_date_eq(results.avis, today())"),
    ({"type": "phone"}, "has_phone(results.avis)"),
    ({"type": "has_email"}, "has_email(results.avis)"),
    ({"type": "not_empty"}, "has_text(results.avis)"),
    ({"type": "state"}, "has_state(results.avis)"),
    ({"type": "district", "test": "@flow.region"}, "has_district(results.avis, results.region)"),
    ({"type": "district", "test": ""}, "has_district(results.avis)"),
    ({"type": "ward", "state": "@flow.r", "district": "@flow.d"}, "has_ward(results.avis, results.d, results.r)"),
    ({"type": "ward"}, "has_ward(results.avis)"),
    ({"type": "and", "tests": [{"type": "number"}, {"type": "gt", "test": "3"}]}, "has_number(results.avis) and has_number_gt(results.avis, 3)"),
    (
        {"type": "and", "tests": [{"type": "or", "tests": [{"type": "number"}, {"type": "phone"}]}, {"type": "not_empty"}]},
        "(has_number(results.avis) or has_phone(results.avis)) and has_text(results.avis)",
    ),
]  # fmt: skip


def test_every_kind_of_test_is_tried() -> None:
    tried = {test["type"] for test, _ in CASES} - {"and"}
    elsewhere = {"in_group", "subflow", "webhook_status", "airtime_status"}
    assert tried | elsewhere == set(TESTS)
    assert {"true", "false", "timeout", "interrupted_status"} == NO_CASE


@pytest.mark.parametrize(("test", "condition"), CASES, ids=[f"{test['type']}-{index}" for index, (test, _) in enumerate(CASES)])  # fmt: skip
def test_tests_become_conditions(test: dict[str, Any], condition: str) -> None:
    one = {"uuid": "x", "category": {"fra": "Vu"}, "destination": None, "test": test}
    edges = nodes(old(sets=(rule_set("wait_message", one, OTHER),)))["w"]["edges"]
    assert (edges[0]["when"], edges[0]["label"]) == (condition, "Vu")
    assert edges[1]["otherwise"] is True


def labels(*rules: dict[str, Any]) -> list[str]:
    return [edge["label"] for edge in nodes(old(sets=(rule_set("wait_message", *rules),)))["w"]["edges"]]


def test_alternatives_are_ways_of_their_own_to_one_place() -> None:
    either = rule("or", tests=[{"type": "number"}, {"type": "phone"}])
    assert labels(either, OTHER) == ["Vu", "Vu", "Autre"]


@pytest.mark.parametrize(
    ("test", "expected"),
    [
        ({"type": "true"}, ["Vu"]),
        ({"type": "false"}, ["Autre"]),
        ({"type": "interrupted_status"}, ["Autre"]),
        ({"type": "or", "tests": [{"type": "number"}, {"type": "true"}]}, ["Vu"]),
        ({"type": "and", "tests": [{"type": "true"}, {"type": "true"}]}, ["Vu"]),
        ({"type": "and", "tests": [{"type": "number"}, {"type": "false"}]}, ["Autre"]),
        ({"type": "and", "tests": [{"type": "number"}, {"type": "true"}]}, ["Vu", "Autre"]),
        ({"type": "or", "tests": []}, ["Autre"]),
    ],
)
def test_tests_that_are_always_or_never_met_are_no_conditions(test: dict[str, Any], expected: list[str]) -> None:
    assert labels({**rule("x"), "test": test}, OTHER) == expected


def test_rules_after_the_one_that_takes_all_are_never_tried_but_kept() -> None:
    flow = old(sets=(rule_set("wait_message", OTHER, rule("contains", "Jamais", test={"fra": "oui", "ara": "نعم"})),))
    node = nodes(flow)["w"]
    assert [edge["label"] for edge in node["edges"]] == ["Autre"]
    assert "نعم" in json.dumps(node["facts"], ensure_ascii=False)


def test_silence_is_a_timeout() -> None:
    made = nodes(old(sets=(rule_set("wait_message", OTHER, rule("timeout", "Silence", minutes=5)),)))["w"]
    assert made["edges"][-1] == {"timeout": "5min", "then": "end", "label": "Silence"}


def test_rules_of_one_name_share_their_category_only_where_they_lead_to_one_place() -> None:
    here, there = rule("number", "Oui", "a"), rule("phone", "Oui", None)
    flow = old(action("reply", msg={"fra": "x"}), sets=(rule_set("wait_message", here, there, OTHER),))
    edges = nodes(flow)["a"]["edges"]
    assert [(edge["label"], edge["then"]) for edge in edges] == [("Oui", "a"), ("Oui", "end"), ("Autre", "end")]


def test_results_are_called_what_version_13_calls_them() -> None:
    asked = rule_set("wait_message", rule("true", "Tout", "b"), label="Prénom de l’enfant")
    flow = old(sets=(asked,))
    flow["action_sets"] = [
        {
            "uuid": "b",
            "y": 200,
            "destination": None,
            "actions": [action("reply", msg={"fra": "@flow.pr_nom_de_l_enfant"})],
        }
    ]
    made = nodes(flow)
    assert made["b"]["content"]["text"] == {"fra": "{" + made["w"]["into"] + "}"}


# Menus


def test_a_menu_of_two_nodes_becomes_one_choice() -> None:
    """What is sent and the wait after it are two sets in an old flow, and one question here."""
    menu = action("reply", msg={"fra": "Choisir :\n1. Solde\n2. Aide", "ara": "اختر:\n1. رصيد\n2. مساعدة"})
    asked = rule_set("wait_message", rule("eq", "Solde", test=1), rule("eq", "Aide", test=2), OTHER)
    flow = old(menu, sets=(asked,))
    made = nodes(flow)
    assert list(made) == ["a"]
    assert made["a"]["type"] == "ask"
    assert [choice["title"]["fra"] for choice in made["a"]["content"]["choices"]] == ["Solde", "Aide"]
    assert [choice["title"]["ara"] for choice in made["a"]["content"]["choices"]] == ["رصيد", "مساعدة"]
    ids = [[choice["id"]] for choice in made["a"]["content"]["choices"]]
    assert [edge["chosen"] for edge in made["a"]["edges"] if "chosen" in edge] == ids


def test_quick_replies_of_the_message_are_the_choices_of_the_wait() -> None:
    parsed = load("ancienne_v11.json")
    first = parsed.project.flows[0].nodes[0]
    assert isinstance(first, Ask)
    assert first.content is not None
    assert len(first.content.choices) == 2


def test_a_wait_that_several_sets_lead_to_stays_a_node_of_its_own() -> None:
    asked = rule_set("wait_message", rule("number", "Encore", "b"), OTHER)
    flow = old(action("reply", msg={"fra": "Un chiffre ?"}), sets=(asked,))
    flow["action_sets"].append(
        {"uuid": "b", "y": 300, "destination": "w", "actions": [action("reply", msg={"fra": "Non, encore ?"})]}
    )
    parsed = read(flow)
    check(flow, parsed)
    assert {"a", "b"} <= {node.id for node in only(parsed).nodes}
    assert sum(isinstance(node, Ask) for node in only(parsed).nodes) >= 1


def test_a_ussd_menu_offers_the_labels_of_its_rules_by_their_numbers() -> None:
    parsed = load("ancienne_voix.json")
    menu = parsed.project.flows[1].nodes[0]
    assert isinstance(menu, Ask)
    assert menu.content is not None
    assert [choice.title.get("eng") for choice in menu.content.choices] == [literal("My balance"), literal("Help me")]
    assert "LOS361" in codes(parsed)


# Places


def pointed(parsed: Parsed, place: Any) -> str:
    """The text that a place covers in the file."""
    span = parsed.document.locate(place)
    text: str = parsed.document.text[span.start : span.end]
    return text


@pytest.mark.parametrize("name", ["ancienne_v4.json", "ancienne_v11.json", "ancienne_seule.json", "ancienne_voix.json"])
def test_holes_point_at_the_old_expression(name: str) -> None:
    parsed = load(name)
    seen = 0
    for flow in parsed.project.flows:
        for node in flow.nodes:
            said = getattr(node, "content", None)
            for _, text in said.text if said else ():
                for hole in holes(text):
                    assert hole.at is not None
                    covered = pointed(parsed, hole.at)
                    assert covered.startswith(("@", "=")), covered
                    assert "\n" not in covered
                    seen += 1
    assert seen > 0


def test_contents_point_at_the_old_texts() -> None:
    data = (FIXTURES / "ancienne_v11.json").read_text(encoding="utf-8")
    parsed = load("ancienne_v11.json")
    flow = parsed.project.flows[0]
    first = flow.nodes[0]
    assert isinstance(first, Ask)
    assert first.content is not None
    assert first.content.at is not None
    assert first.content.at.pointer == "/flows/0/action_sets/0/actions/0/msg/fra"
    line = data[: parsed.document.locate(first.content.at).start].count("\n") + 1
    assert "Bonjour @contact.first_name" in data.splitlines()[line - 1]


@pytest.mark.parametrize(
    ("text", "column", "words"),
    [
        ("Été 👋 @(contact.a!) fin", "!", "`!`"),
        ("نعم @(LEFT(flow.b)) fin", "LEFT", "`LEFT` takes 2"),
        ('dit \\"oui\\" @(1 + ) fin', "+", "ends where"),
    ],
)
def test_broken_expressions_are_reported_at_their_line_and_column(text: str, column: str, words: str) -> None:
    source = json.dumps(old(action("reply", msg={"fra": "ICI"})), indent=1).replace('"ICI"', f'"{text}"')
    parsed = parse(SourceFile.of_text(source, "vieux.json"), ParseOptions())
    (finding,) = [item for item in parsed.findings if item.code == "VAR130"]
    assert words in finding.message
    span = locate(finding, {parsed.document.path: parsed.document}).span
    assert span is not None
    line = source.splitlines()[span.line - 1]
    assert text in line
    assert line[span.column - 1 :].startswith(column)
    said = content(parsed, "a").text.first
    assert said[-1] == Literal(" fin")
    assert isinstance(said[1], Hole)
    assert isinstance(said[1].expression, Opaque)


def test_findings_in_upgraded_parts_point_at_what_was_written() -> None:
    flow = old(sets=(rule_set("wait_message", rule("contains_all", test={"fra": "x"}), OTHER),))
    (finding,) = [item for item in read(flow).findings if item.code == "PAR354"]
    assert finding.place.pointer == "/rule_sets/0/rules/0/test/type"


def test_destinations_that_are_not_there_are_kept_for_the_linker() -> None:
    flow = old(sets=(rule_set("wait_message", rule("true", "Tout", "perdu")),))
    assert nodes(flow)["w"]["edges"][0]["then"] == "perdu"


# What stands round the flows


def test_campaigns_and_triggers_of_the_first_exports_meet_their_flows() -> None:
    parsed = load("ancienne_v4.json")
    first, second = parsed.project.flows[:2]
    assert [entry.kind for entry in first.entries] == [EntryKind.KEYWORD]
    assert first.entries[0].keywords.first == ("avis",)
    assert second.entries
    assert second.entries[0].facts[-1] == ("trigger_type", '"F"')


def test_what_campaigns_of_the_first_exports_say_is_json_in_a_text() -> None:
    """Each language is read out of it; expressions in it point at their characters in the file."""
    parsed = load("ancienne_v4.json")
    flow = encode_project(parsed.project)["flows"]["rappels_2_days_after_visite"]
    assert flow["nodes"]["message"]["content"]["text"] == {
        "": 'Rappel pour {fields.pr_nom} "vite"',
        "fra": "Été {fields.ville}",
    }
    (entry,) = flow["entries"]
    assert (entry["type"], entry["schedule"], entry["offset"]) == ("campaign", "2 days after Visite", "2d")
    said = content_of(parsed, "rappels_2_days_after_visite")
    places = [hole.at for _, text in said.text for hole in holes(text)]
    assert [pointed(parsed, place) for place in places] == ["@contact.pr_nom", "@contact.ville"]


def content_of(parsed: Parsed, flow: str) -> Content:
    found = next(item for item in parsed.project.flows if item.id == flow)
    said = next(node for node in found.nodes if isinstance(node, Message)).content
    assert said is not None
    return said


def test_flows_of_one_file_call_each_other_by_number() -> None:
    first, second = load("ancienne_v4.json").project.flows[:2]
    (jump,) = [node for node in first.nodes if isinstance(node, RunFlow)]
    assert (jump.flow, jump.flow_title) == (second.id, "Suite")


def test_a_webhook_of_version_4_is_called_when_the_answer_is_there() -> None:
    flow = load("ancienne_v4.json").project.flows[0]
    calls = [node for node in flow.nodes if isinstance(node, HttpRequest)]
    assert {call.method for call in calls} == {"GET", "POST"}


def test_the_version_is_told_once_with_how_many_flows_have_it() -> None:
    parsed = load("ancienne_v4.json")
    (note,) = [item for item in parsed.findings if item.code == "PAR350"]
    assert note.message == "2 flow(s) of version 4, the first is `Ancien sondage`: they are upgraded as they are read"


@pytest.mark.parametrize("version", [None, "x", True, [], "99"])
def test_a_version_that_says_nothing_is_guessed_and_told(version: Any) -> None:
    flow = old(action("reply", msg={"fra": "Été @flow.x"}), version=version)
    parsed = read(flow)
    assert nodes(flow)["a"]["content"]["text"] == {"fra": "Été {results.x}"}
    (note,) = [item for item in parsed.findings if item.code == "PAR368"]
    assert note.message == "a flow carries no version; by its shape it is read as version 10.0"


@pytest.mark.corpus
def test_recorded_runs_of_the_engine_are_refused_in_so_many_words(corpus: Path) -> None:
    for path in sorted((corpus / "goflow-runner").glob("*.*.json")):
        parsed = parse(SourceFile(path.name, path.read_bytes()), ParseOptions())
        assert parsed.unreadable, path.name
        (refusal,) = [item for item in parsed.findings if item.code == "PAR351"]
        assert "recorded run" in refusal.message
