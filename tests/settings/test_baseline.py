"""Baselines and the keys they hold: what an edit changes, what it does not."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bascule.diagnostics import Finding, locate
from bascule.diagnostics.parse_rules import JsonSyntax
from bascule.language.secrets import MaskedDocument
from bascule.settings.baseline import Baseline, baseline_text, prune, read_baseline
from bascule.settings.structure import Key, finding_key, structural_path
from bascule.source import Place
from bascule.source.json import read_json
from bascule.source.table import read_table
from bascule.source.yaml import read_yaml

FLOW: dict[str, Any] = {
    "states": [
        {"name": "menu", "properties": {"body": "Bonjour {nom}"}},
        {"name": "fin", "properties": {"body": "Merci {nom}"}},
    ]
}


def key(data: Any, pointer: str, sub: tuple[int, int] | None = None, *, indent: int | None = None) -> Key:
    document = read_json("f.json", json.dumps(data, ensure_ascii=False, indent=indent))
    finding = locate(JsonSyntax.at(Place("f.json", pointer, sub), "m"), {"f.json": document})
    return finding_key(finding, {"f.json": document}, "f.json")


def test_moved_lines_and_states_put_before_do_not_change_the_key() -> None:
    before = key(FLOW, "/states/1/properties/body", (6, 11))
    assert before.path == "/states/name=fin/properties/body"
    assert key(FLOW, "/states/1/properties/body", (6, 11), indent=4) == before
    longer = {"version": 2, "states": [{"name": "accueil"}, *FLOW["states"]]}
    assert key(longer, "/states/2/properties/body", (6, 11)) == before


def test_another_text_another_code_another_state_is_another_key() -> None:
    before = key(FLOW, "/states/0/properties/body")
    edited = {"states": [{"name": "menu", "properties": {"body": "Bonsoir {nom}"}}]}
    renamed = {"states": [{"name": "choix", "properties": {"body": "Bonjour {nom}"}}]}
    assert key(edited, "/states/0/properties/body").hash != before.hash
    assert key(renamed, "/states/0/properties/body").path != before.path
    assert before.digest() != before.digest(1)


def test_a_finding_on_a_whole_object_outlives_changes_in_it() -> None:
    moved = {"states": [{"name": "menu", "offset": {"x": 90, "y": 10}, "properties": {}}]}
    assert key(FLOW, "/states/0") == key(moved, "/states/0")


def test_items_without_a_name_are_known_by_their_text() -> None:
    items = {"texts": ["Bonjour {nom}", "Merci {nom}"]}
    assert key(items, "/texts/1").path == "/texts/*"
    assert key(items, "/texts/1") == key({"texts": ["Nouveau", *items["texts"]]}, "/texts/2")
    assert key(items, "/texts/0") != key(items, "/texts/1")


def test_rows_of_a_table_are_known_by_their_text() -> None:
    def at(text: str, pointer: str) -> Key:
        document = read_table("sms.csv", text)
        finding = locate(JsonSyntax.at(Place("sms.csv", pointer), "m"), {"sms.csv": document})
        return finding_key(finding, {"sms.csv": document}, "sms.csv")

    assert at("id,texte\na,Bonjour\nb,Merci\n", "/1/texte") == at("id,texte\nb,Merci\n", "/0/texte")
    assert at("id,texte\nb,Merci\n", "/0/texte").path == "/*/texte"


def test_yaml_and_names_that_look_like_secrets_or_are_long() -> None:
    document = read_yaml("f.yaml", "items:\n  - {id: a/b, x: 1}\n")
    assert structural_path("/items/0/x", document) == ("/items/id=a~1b/x", True)
    secret = read_json(
        "f.json", '[{"key": "ghp_abcdefghijklmnopqrstuvwxyz0123456789", "x": 1}, {"id": "' + "x" * 500 + '"}]'
    )
    assert structural_path("/0/x", secret)[0] == "/*/x"
    assert structural_path("/1", secret)[0] == "/*"


def test_the_hash_of_a_covered_secret_does_not_depend_on_the_secret() -> None:
    def at(secret: str) -> Key:
        inner = read_json("f.json", json.dumps({"token": secret}))
        document = MaskedDocument(inner, [Place("f.json", "/token")])
        finding = locate(JsonSyntax.at(Place("f.json", "/token"), "m"), {"f.json": document})
        return finding_key(finding, {"f.json": document}, "f.json")

    assert at("abcdefgh12345") == at("zyxwvuts98765")


K1, K2, K3 = (
    Key("a.json", "/x", "TPL020", "0" * 16),
    Key("a.json", "/y", "TPL020", "1" * 16),
    Key("b.json", "", "WIN010", "2" * 16),
)


def read(text: str) -> Baseline:
    baseline, findings = read_baseline("baseline.json", text)
    assert baseline is not None, findings
    return baseline


def test_a_baseline_is_sorted_one_line_each_and_reads_back() -> None:
    text = baseline_text([K3, K1, K1, K2])
    assert read(text).counts == {K1: 2, K2: 1, K3: 1}
    assert text == baseline_text([K1, K2, K1, K3])
    assert [line.count("{") for line in text.splitlines()[3:-2]] == [1, 1, 1]
    assert read(baseline_text([])).counts == {}


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", 1),
        ("[]", 1),
        ("{", 1),
        ('{"findings": []}', 1),
        ('{\n"bascule-baseline": 2,\n"findings": []}', 2),
        ('{"bascule-baseline": 1}', 1),
        ('{"bascule-baseline": 1,\n"findings": [\n{"file": "a"}]}', 3),
        (
            '{"bascule-baseline": 1,\n"findings": [\n{"file": "a", "path": "", "code": "TPL020", "hash": "0", "count": 0}]}',
            3,
        ),
        ('{"bascule-baseline": 1, "findings": [], "findings": []}', 1),
    ],
)
def test_what_is_no_baseline_is_an_error_with_a_place(text: str, line: int) -> None:
    baseline, findings = read_baseline("b.json", text)
    assert baseline is None
    (finding,) = findings
    assert finding.code == "CFG020"
    assert read_json("b.json", text).locate(finding.place).line == line


def test_stale_entries_are_reported_for_files_that_were_read() -> None:
    baseline = read(baseline_text([K1, K1, K2, K3]))

    def stale(found: dict[Key, int], files: set[str]) -> list[tuple[str, int]]:
        findings: list[Finding] = baseline.stale(found, files)
        return [
            (finding.message, locate(finding, {"baseline.json": baseline.document}).span.line) for finding in findings
        ]  # type: ignore[union-attr]

    assert stale({K1: 2, K2: 1}, {"a.json"}) == []
    ((message, line),) = stale({K1: 1, K2: 1}, {"a.json"})
    assert "only 1 is left" in message
    assert line == 4
    assert len(stale({}, {"a.json", "b.json"})) == 3


def test_pruning_lowers_counts_keeps_files_that_were_not_read_and_drops_those_that_are_gone() -> None:
    baseline = read(baseline_text([K1, K1, K2, K3]))
    assert prune(baseline, {K1: 1}, {"a.json"}, set()) == {K1: 1, K3: 1}
    assert prune(baseline, {K1: 5, K2: 5}, {"a.json"}, {"b.json"}) == {K1: 2, K2: 1}


KEYS = st.builds(
    Key,
    st.text(max_size=5),
    st.text(max_size=5),
    st.sampled_from(["TPL020", "WIN010"]),
    st.text("0123456789abcdef", max_size=4),
)


@given(st.dictionaries(KEYS, st.integers(1, 9), max_size=6))
def test_any_baseline_survives_the_round_trip(counts: dict[Key, int]) -> None:
    text = baseline_text(counts)
    assert dict(read(text).counts) == counts
    assert baseline_text(dict(reversed(counts.items()))) == text
