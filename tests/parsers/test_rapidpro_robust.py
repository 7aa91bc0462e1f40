"""Defects are named where they are, no input makes the reader raise, and its time grows with the input, not faster."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bascule.diagnostics import Severity, locate
from bascule.diagnostics.pages import HEADINGS, page_sections
from bascule.diagnostics.rules import Rule, registry
from bascule.ir.encode import encode_project
from bascule.ir.nodes import Unsupported
from bascule.parsers.base import POSSIBLE, Parsed, ParseOptions
from bascule.parsers.rapidpro import graph, losses, parse, rules, services, sniff
from bascule.parsers.rapidpro.catalogue import TRIGGERS
from bascule.parsers.rapidpro.migrations import steps
from bascule.parsers.rapidpro.secrets import secrets_of
from bascule.source import SourceFile
from tests.work import lines_run

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures" / "rapidpro"
SEEDS = [path.read_text(encoding="utf-8") for path in sorted(FIXTURES.rglob("*.json"))]
PIECES = ["{", "}", "[", "]", '"', ",", ":", "\\", "\\u12", "\\ud83d", "@(", "@", "@@", ")", "<extra>", "<url>", "\0", "\x01\x02", "é",
          "ع", "हाँ", "😀", "null", "1e999", "-", "\n", "flows", "nodes", "definition", "\ufeff"]  # fmt: skip


def survive(text: str | bytes, name: str = "x.json") -> Parsed:
    """Read a file through the whole public surface of the parser."""
    file = SourceFile(name, text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text)
    sniff(file)
    parsed = parse(file, ParseOptions())
    for finding in parsed.findings:
        assert finding.message
        assert locate(finding, {parsed.document.path: parsed.document}).span is not None
    ids = [flow.id for flow in parsed.project.flows]
    assert len(ids) == len(set(ids))
    for flow in parsed.project.flows:
        nodes = [node.id for node in flow.nodes]
        assert len(nodes) == len(set(nodes))
        assert all(nodes)
    assert parsed.unreadable == (not ids)
    if parsed.unreadable:
        assert parsed.findings
    encode_project(parsed.project)
    return parsed


def messages(parsed: Parsed, code: str) -> list[str]:
    return [finding.message for finding in parsed.findings if finding.code == code]


# One defect each


@pytest.mark.corpus
@pytest.mark.parametrize(
    ("name", "code", "pointer", "words"),
    [
        ("duplicate_node_uuid", "PAR355", "/flows/0/nodes/1/uuid", "a second node has the uuid"),
        ("exitless_node", "PAR356", "/flows/0/nodes/0", "has no exit"),
        ("invalid_action_by_method", "PAR363", '/flows/0/nodes/0/actions/0/headers/"$?', "no name of a header"),
        ("invalid_action_by_method", "PAR363", "/flows/0/nodes/0/actions/0/body", "a GET request has a body"),
        ("invalid_case_arguments", "PAR365", "/flows/0/nodes/0/router/cases/0/arguments", "but here are 11"),
        ("invalid_default_exit", "PAR357", "/flows/0/nodes/0/router/default_category_uuid", "37d8813f"),
        ("invalid_flow_type", "PAR359", "/flows/0/type", "`whispers`"),
        ("invalid_flow_type", "LOS350", "/flows/0/nodes/0/actions/0", "`say_msg`"),
        ("invalid_localization_item_uuid", "PAR360", "/flows/0/localization/spa/heh?", "`heh?`"),
        ("invalid_localization_prop_key", "PAR361", None, "nothing that is translated"),
        ("invalid_subflow", "PAR362", "/flows/1/nodes/0/actions/0", "the message has no text"),
        ("invalid_timeout_category", "PAR357", "/flows/0/nodes/0/router/wait/timeout/category_uuid", "the timeout"),
        ("missing_assets", "PAR366", None, "group `Registered`; template `affirmation`"),
        ("null_exit", "PAR352", "/flows/0/nodes/0/exits/1", "exit 2 is not an object"),
        ("too_many_actions", "PAR364", "/flows/0/nodes/0/actions", "has 101 actions"),
        ("too_many_categories", "PAR364", "/flows/0/nodes/0/router/categories", "has 101 categories"),
        ("too_many_nodes", "PAR364", "/flows/0/nodes", "has 1001 nodes"),
    ],
)
def test_each_defect_is_named_at_its_place(corpus: Path, name: str, code: str, pointer: str | None, words: str) -> None:
    parsed = survive((corpus / "goflow-broken" / f"{name}.json").read_bytes(), f"{name}.json")
    found = [item for item in parsed.findings if item.code == code and words in item.message]
    assert len(found) == 1, [(item.code, item.message) for item in parsed.findings]
    assert pointer is None or found[0].place.pointer == pointer
    assert found[0].help


@pytest.mark.corpus
def test_no_broken_file_is_left_without_a_finding_about_it(corpus: Path) -> None:
    expected = {"PAR366", "PAR370", "LOS353"}
    for path in sorted((corpus / "goflow-broken").glob("*.json")):
        found = {item.code for item in survive(path.read_bytes(), path.name).findings}
        assert found - expected or path.stem == "missing_assets", path.name


@pytest.mark.corpus
def test_sound_files_have_no_errors(corpus: Path) -> None:
    seen = 0
    for folder in ("rapidpro-export", "rapidpro-single-flow", "rapidpro-legacy", "goflow-runner", "glific"):
        for path in sorted((corpus / folder).rglob("*.json")):
            file = SourceFile(path.name, path.read_bytes())
            match = sniff(file)
            if match is None or match.confidence < POSSIBLE:
                continue
            seen += 1
            errors = [item for item in parse(file, ParseOptions()).findings if item.severity is Severity.ERROR]
            assert errors == [], path.name
    assert seen > 75


@pytest.mark.parametrize(
    ("name", "codes"),
    [
        ("formes", {"PAR352", "PAR353", "PAR354", "PAR355", "PAR356", "PAR357", "PAR358"}),
        ("expressions", {"VAR130", "VAR131", "VAR132", "VAR133", "VAR135"}),
        ("secrets", {"PAR376"}),
        ("reponses", {"PAR367", "PAR372"}),
        ("ancien_format", {"PAR350"}),
        ("ancien_abime", {"PAR350", "PAR352", "PAR353", "PAR354", "PAR356", "PAR375", "PAR377", "VAR130"}),
        ("melange", {"PAR350"}),
        ("vide", {"PAR351"}),
    ],
)
def test_hostile_files_get_their_findings(name: str, codes: set[str]) -> None:
    parsed = survive((FIXTURES / "hostile" / f"{name}.json").read_bytes())
    assert codes <= {finding.code for finding in parsed.findings}


def test_passwords_are_reported_and_shown_nowhere() -> None:
    """Not in messages, and not in the lines of the file that are shown with them."""
    parsed = survive((FIXTURES / "hostile" / "secrets.json").read_bytes())
    told = [locate(item, {parsed.document.path: parsed.document}) for item in parsed.findings if item.code == "PAR376"]
    assert len(told) == 2
    for secret in ("motdepasse123", "abcdef123456", "8f2c9a7b6d5e4f3a2b1c"):
        assert secret not in parsed.document.text
        assert not any(secret in item.message + item.help for item in told)
    assert "https://user:" in parsed.document.text


def test_passwords_beside_old_expressions_are_covered_where_they_stand() -> None:
    action = {
        "type": "api",
        "webhook": "https://exemple.fr/@(UPPER(contact.ville))?api_key=abcdef123456",
        "action": "GET",
    }
    flow = {
        "version": "11.12",
        "base_language": "fra",
        "rule_sets": [],
        "action_sets": [{"uuid": "a", "actions": [action]}],
    }
    source = json.dumps(flow)
    parsed = survive(source)
    assert "PAR376" in {item.code for item in parsed.findings}
    assert parsed.document.text == source.replace("abcdef123456", "•" * 12)


@pytest.mark.parametrize(
    ("name", "value", "covered"),
    [
        ("Authorization", "Token 8f2c9a7b6d5e4f3a2b1c", ["8f2c9a7b6d5e4f3a2b1c"]),
        ("Authorization", "8f2c9a7b6d5e4f3a2b1c", ["8f2c9a7b6d5e4f3a2b1c"]),
        ("Authorization", "Token @globals.cle", []),
        ("X-Api-Key", "@globals.cle", []),
        ("X-Api-Key", "<votre clé>", []),
        ("X-Couleur", "bleu roi", []),
        ("", "https://exemple.fr/?api_key=@globals.cle", []),
        ("", "https://u:secret99@exemple.fr/?token=abcdef123456", ["secret99", "abcdef123456"]),
    ],
)
def test_secrets_are_told_from_expressions_and_blanks(name: str, value: str, covered: list[str]) -> None:
    assert [value[hit.start : hit.end] for hit in secrets_of(name, value)] == covered


def test_what_cannot_be_read_is_kept_whole() -> None:
    data = {
        "spec_version": "14.4.2", "name": "Essai", "language": "fra", "nodes": [
            {"uuid": "a", "actions": [{"uuid": "b", "type": "send_fax", "to": "+33123456789", "pages": [1, 2]}], "exits": [{"uuid": "c"}]}
        ]
    }  # fmt: skip
    parsed = survive(json.dumps(data))
    (node,) = parsed.project.flows[0].nodes
    assert isinstance(node, Unsupported)
    assert json.loads(node.source) == data["nodes"][0]["actions"][0]  # type: ignore[index]
    assert messages(parsed, "PAR353")


# Never raises


@settings(max_examples=150)
@given(st.data())
def test_damaged_text_never_raises(data: Any) -> None:
    text = data.draw(st.sampled_from(SEEDS))
    for _ in range(data.draw(st.integers(1, 5))):
        at = data.draw(st.integers(0, len(text)))
        action = data.draw(st.integers(0, 3))
        if action == 0:
            text = text[:at]
        elif action == 1:
            text = text[:at] + data.draw(st.sampled_from(PIECES)) + text[at:]
        elif action == 2:
            text = text[:at] + text[at + data.draw(st.integers(1, 40)) :]
        else:
            text = text[:at] + text[at : at + data.draw(st.integers(1, 400))] + text[at:]
    survive(text)


KEYS = [
    "flows", "nodes", "actions", "exits", "router", "cases", "categories", "wait", "timeout", "localization", "fra", "type", "uuid",
    "text", "quick_replies", "attachments", "templating", "spec_version", "triggers", "campaigns", "events", "definition", "results",
    "_ui", "operand", "arguments", "category_uuid", "exit_uuid", "groups", "fields", "flow", "name", "states", "metadata",
]  # fmt: skip
WORDS = [
    "send_msg", "switch", "random", "msg", "K", "M", "13.0.0", "14.1.0", "11", "13", "@input.text", "@(", "@contact..name", "1. a\n2. b",
    "has_any_word", "has_group", "enter_flow", "call_webhook", "send_interactive_msg", "set_run_result", "open_ticket", "", "a",
]  # fmt: skip


@settings(max_examples=150)
@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.integers() | st.sampled_from(WORDS) | st.text(max_size=6),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=6),
        max_leaves=30,
    )
)
def test_any_json_never_raises(value: Any) -> None:
    survive(json.dumps(value))


@settings(max_examples=60)
@given(st.binary(max_size=60), st.integers(0, 4000))
def test_damaged_bytes_never_raise(noise: bytes, at: int) -> None:
    whole = SEEDS[-1].encode() if len(SEEDS[-1]) > 4000 else max(SEEDS, key=len).encode()
    survive(whole[:at] + noise + whole[at + len(noise) :])


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "null",
        "{}",
        "[]",
        "[[]]",
        '{"flows": null}',
        '{"flows": {}}',
        '{"flows": [null, 1, "a", [], {}]}',
        '{"version": "13", "flows": [{"nodes": [null]}]}',
        '{"version": 13, "site": 5, "flows": [], "triggers": [1], "campaigns": [{"events": {}}]}',
        '{"definition": {"definition": {"nodes": []}}}',
        '{"results": [{"definition": null}, {"definition": {"nodes": [], "spec_version": "13.1"}}]}',
        '{"nodes": [], "spec_version": "99999999999999999999.0.0"}',
        '{"nodes": [], "spec_version": "13.0"}',
        '{"nodes": [], "spec_version": 13}',
        '{"nodes": [], "spec_version": "14.x"}',
        '{"nodes": [{}], "spec_version": "13.0.0", "_ui": []}',
        '{"nodes": [{"uuid": "a", "exits": [{"uuid": "b", "destination_uuid": "a"}]}], "spec_version": "13.0.0"}',
        '{"flows": ' * 300,
        "[" * 5000,
        '{"spec_version": "13.0.0", "nodes": [' + '{"actions": [' * 90,
        "\ufeff{}",
        "PK\x03\x04",
        "---\nflows: []\n",
        "uuid,name\n1,2\n",
    ],
)
def test_degenerate_files_never_raise(text: str) -> None:
    survive(text)


def test_archives_and_other_encodings_are_not_claimed() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("flows.json", "{}")
    for data in (packed.getvalue(), '{"flows": []}'.encode("utf-16"), b"\xff\xfe\x00", bytes(range(256))):
        survive(data)
    assert sniff(SourceFile("a.zip", packed.getvalue())) is None


@pytest.mark.corpus
def test_damaged_corpus_files_never_raise(corpus: Path) -> None:
    for folder in ("rapidpro-export", "goflow-runner", "glific"):
        for path in sorted((corpus / folder).rglob("*.json"))[:12]:
            text = path.read_text(encoding="utf-8")
            for cut in range(0, len(text), max(len(text) // 4, 1)):
                survive(text[:cut], path.name)
                survive(text[:cut] + text[cut + 50 :], path.name)


# Growth


def chain(number: int) -> str:
    """A flow of ``number`` questions with menus, replies, translations, webhooks and a way back from each."""
    nodes: list[dict[str, Any]] = []
    localization: dict[str, Any] = {"eng": {}, "ara": {}}
    for n in range(number):
        nodes.append(
            {
                "uuid": f"q{n}",
                "actions": [
                    {
                        "uuid": f"w{n}",
                        "type": "call_webhook",
                        "method": "GET",
                        "url": f"https://exemple.fr/@contact.uuid/{n}",
                    },
                    {"uuid": f"m{n}", "type": "send_msg", "text": "Choix @(upper(contact.name)) :\n1. Oui\n2. Non"},
                ],
                "router": {
                    "type": "switch",
                    "operand": "@input.text",
                    "result_name": f"Choix {n}",
                    "wait": {"type": "msg", "timeout": {"seconds": 60, "category_uuid": f"k{n}c"}},
                    "cases": [
                        {"uuid": f"c{n}a", "type": "has_any_word", "arguments": ["1 oui"], "category_uuid": f"k{n}a"},
                        {"uuid": f"c{n}b", "type": "has_any_word", "arguments": ["2 non"], "category_uuid": f"k{n}b"},
                    ],
                    "categories": [
                        {"uuid": f"k{n}{letter}", "name": letter, "exit_uuid": f"e{n}{letter}"} for letter in "abc"
                    ],
                    "default_category_uuid": f"k{n}c",
                },
                "exits": [
                    {"uuid": f"e{n}a", "destination_uuid": f"q{n + 1}" if n + 1 < number else None},
                    {"uuid": f"e{n}b", "destination_uuid": "q0"},
                    {"uuid": f"e{n}c", "destination_uuid": f"q{n}"},
                ],
            }
        )
        localization["eng"][f"m{n}"] = {"text": ["Choice @results.choix_0.category:\n1. Yes\n2. No"]}
        localization["ara"][f"c{n}a"] = {"arguments": ["1 نعم"]}
    flow = {"name": "Long", "spec_version": "13.1.0", "language": "fra", "localization": localization, "nodes": nodes}
    return json.dumps({"version": "13", "flows": [flow]}, ensure_ascii=False)


def old_sets(number: int, name: str = "Vieux") -> dict[str, Any]:
    """A flow of before 13: questions with replies, translations, webhooks, copied rules and a way back from each."""
    action_sets: list[dict[str, Any]] = []
    rule_sets: list[dict[str, Any]] = []
    for n in range(number):
        said = {
            "fra": "Choix @flow.pr_nom_0 :\n1. Oui\n2. Non",
            "eng": "Choice @(UPPER(flow.pr_nom_0)):\n1. Yes\n2. No",
        }
        actions: list[dict[str, Any]] = [
            {"type": "add_group", "groups": [{"id": n, "name": f"G{n}"}]},
            {"type": "reply", "msg": said, "quick_replies": [{"fra": "Oui", "eng": "Yes"}]},
            {"type": "api", "webhook": "https://exemple.fr/@flow.pr_nom_0", "action": "POST"},
        ]
        action_sets.append({"uuid": f"a{n}", "x": 0, "y": n * 2, "destination": f"r{n}", "actions": actions})
        onward = f"a{n + 1}" if n + 1 < number else None
        rules = [
            {
                "uuid": "x",
                "category": {"fra": "Oui", "eng": "Yes"},
                "destination": onward,
                "test": {"type": kind, "test": test},
            }
            for kind, test in (("contains_any", {"fra": "oui 1"}), ("eq", 1))
        ]
        rules.append({"uuid": "x", "category": {"fra": "Autre"}, "destination": "a0", "test": {"type": "true"}})
        rule_set = {"uuid": f"r{n}", "y": n * 2 + 1, "label": f"Prénom {n}", "operand": "@step.value", "rules": rules}
        rule_sets.append({**rule_set, "ruleset_type": "wait_message", "config": {}})
    metadata = {"name": name, "uuid": name}
    sets = {"action_sets": action_sets, "rule_sets": rule_sets}
    return {"flow_type": "F", "base_language": "fra", "metadata": metadata, "entry": "a0", **sets}


def old_chain(number: int) -> str:
    return json.dumps({"version": 9, "flows": [old_sets(number)]}, ensure_ascii=False)


def old_waits(number: int) -> str:
    """Version 4: each rule set waits, calls and splits."""
    flow = old_sets(number)
    for item in flow["rule_sets"]:
        item.update({"ruleset_type": None, "response_type": "C", "webhook": "https://exemple.fr"})
    return json.dumps({"version": 4, "flows": [{"name": "Vieux", "id": 1, "definition": flow}]})


def old_flows(number: int) -> str:
    found = [old_sets(2, f"Flux {n}") for n in range(number)]
    for n, flow in enumerate(found):
        flow["rule_sets"][0]["label"] = f"Été {n}"
    return json.dumps({"version": "11.12", "flows": found})


def old_rules(number: int) -> str:
    flow = old_sets(1)
    rule = {"uuid": "x", "category": {"fra": "Oui"}, "destination": None}
    tests = [{"type": "contains", "test": {"fra": f"mot{n}"}} for n in range(number)]
    flow["rule_sets"][0]["rules"] = [{**rule, "test": test} for test in tests]
    flow["rule_sets"][0]["rules"].append({**rule, "test": {"type": "and", "tests": tests}})
    return json.dumps(flow)


def one_text(text: str) -> str:
    action = {"uuid": "b", "type": "send_msg", "text": text}
    return json.dumps(
        {"spec_version": "13.0.0", "nodes": [{"uuid": "a", "actions": [action], "exits": [{"uuid": "c"}]}]}
    )


def flows(number: int) -> str:
    return json.dumps(
        {
            "version": "13",
            "flows": [
                {"uuid": f"f{n}", "name": "Même nom", "spec_version": "13.0.0", "nodes": []} for n in range(number)
            ],
            "triggers": [{"trigger_type": "K", "keyword": "mot", "flow": {"uuid": f"f{n}"}} for n in range(number)],
        }
    )


def same_uuids(number: int) -> str:
    node = {"uuid": "a", "actions": [], "exits": [{"uuid": "b", "destination_uuid": "a"}]}
    return json.dumps({"spec_version": "13.0.0", "nodes": [node] * number})


@pytest.mark.parametrize(
    "make",
    [
        chain,
        flows,
        same_uuids,
        old_chain,
        old_waits,
        old_flows,
        old_rules,
        lambda number: one_text("@(" * number),
        lambda number: one_text("@contact.name " * number),
        lambda number: one_text('@(upper("a)")) ' * number),
        lambda number: one_text("1. Oui\n" * number),
        lambda number: one_text("@contact." * number),
    ],
    ids=[
        "questions",
        "flows",
        "uuids",
        "old",
        "old waits",
        "old flows",
        "old rules",
        "unclosed",
        "references",
        "expressions",
        "menu",
        "dots",
    ],
)
def test_work_grows_with_the_input_only(make: Callable[[int], str]) -> None:
    lines_run(lambda: survive(make(20)))
    few, many = (20, 120) if make.__name__.startswith("old") else (60, 360)
    small, large = lines_run(lambda: survive(make(few))), lines_run(lambda: survive(make(many)))
    assert large < 8 * small


@pytest.mark.parametrize("make", [lambda n: '"' + "@(" * n + '"', lambda n: "[" * n], ids=["text", "nesting"])
def test_large_nonsense_is_read_in_no_time(make: Callable[[int], str]) -> None:
    survive('{"spec_version": "13.0.0", "nodes": ' + make(200_000) + "}")


# Rules


def test_every_rule_has_a_complete_page_and_a_code_of_its_range() -> None:
    own = [item for module in (rules, losses) for item in vars(module).values() if _is_own(item)]
    assert len(own) >= 30
    for rule in own:
        assert rule.code[:3] in ("PAR", "LOS")
        assert 350 <= int(rule.code[3:]) <= 399
        assert registry()[rule.code] is rule
        sections = page_sections(rule)
        missing = [heading for heading in HEADINGS if heading != "Fix safety" and not sections.get(heading)]
        assert missing == [], rule.code


def test_no_rule_is_left_unused() -> None:
    folder = Path(rules.__file__).parent
    sources = "".join(
        path.read_text(encoding="utf-8") for path in folder.rglob("*.py") if path.name not in ("rules.py", "losses.py")
    )
    names = {name for module in (rules, losses) for name, item in vars(module).items() if _is_own(item)}
    assert {name for name in names if not re.search(rf"\b{name}\b", sources)} == set()


def _is_own(item: Any) -> bool:
    return isinstance(item, type) and issubclass(item, Rule) and item is not Rule


def test_the_page_of_the_format_names_every_finding_and_action() -> None:
    page = (Path(__file__).resolve().parents[2] / "docs" / "formats" / "rapidpro.md").read_text(encoding="utf-8")
    own = [item for module in (rules, losses) for item in vars(module).values() if _is_own(item)]
    assert [rule.code for rule in own if rule.code not in page] == []
    actions = {*graph._BUILDERS, *services._ADVICE, *services._KNOWN}
    assert sorted(action for action in actions if f"`{action}`" not in page) == []
    assert sorted(letter for letter in TRIGGERS if f"`{letter}`" not in page) == []
    assert [step.name for step in steps() if step.name not in page] == []
