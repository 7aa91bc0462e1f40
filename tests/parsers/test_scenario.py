"""The scenario file: what is recognised, where things stand, what happens to damaged files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bascule.diagnostics.finding import Finding, locate
from bascule.ir.content import ChoiceKind, MediaKind
from bascule.ir.encode import encode_project, to_json, to_yaml
from bascule.ir.expr import Call, Const, Ref
from bascule.ir.nodes import (
    Always,
    Ask,
    Chosen,
    Delay,
    Duration,
    Edge,
    Failure,
    Message,
    Otherwise,
    ReplyKind,
    Success,
    Timeout,
    Unsupported,
)
from bascule.ir.project import EntryKind, Initiator, Project
from bascule.ir.text import Localized, literal
from bascule.parsers.base import CERTAIN, LIKELY, Parsed, ParseOptions
from bascule.parsers.scenario import parse, sniff
from bascule.source import SourceFile


def read(text: str, name: str = "scenario.yaml") -> Parsed:
    return parse(SourceFile.of_text(text, name), ParseOptions())


def node(text: str) -> Any:
    """The first graph node of a flow whose nodes are the given flow-style mapping."""
    parsed = read(f"bascule: 1\nflows: {{f: {{nodes: {{{text}}}}}}}")
    assert parsed.findings == ()
    return parsed.project.flows[0].nodes[0]


@pytest.fixture
def design(root: Path) -> Parsed:
    path = root / "fixtures" / "scenarios" / "suivi_commande.yaml"
    return parse(SourceFile("suivi_commande.yaml", path.read_bytes()), ParseOptions())


def test_the_order_tracking_scenario_is_the_graph_it_describes(design: Parsed) -> None:
    assert design.findings == ()
    (flow,) = design.project.flows
    assert [entry.initiator for entry in flow.entries] == [Initiator.USER, Initiator.BUSINESS]
    menu = flow.by_id["menu"]
    assert isinstance(menu, Ask)
    assert menu.into == ("choix",)
    assert menu.reply is ReplyKind.CHOICE
    assert [choice.kind for choice in menu.content.choices] == [ChoiceKind.REPLY, ChoiceKind.REPLY, ChoiceKind.URL]
    assert [(edge.guard, edge.target) for edge in menu.edges] == [
        (Chosen(("suivre_ma_commande",)), "recherche"),
        (Chosen(("annuler",)), "annulation"),
        (Timeout(Duration(7200.0)), "rappel"),
        (Otherwise(), "menu"),
    ]
    assert flow.by_id["recherche"].edges == (Edge(Success(), "recherche.say"), Edge(Failure(), "annulation"))
    assert flow.by_id["rappel"] == Delay(id="rappel", duration=Duration(82800.0), edges=(Edge(Always(), "rappel.say"),))
    merci = flow.by_id["merci"]
    assert isinstance(merci, Message)
    assert merci.content.media[0].kind is MediaKind.IMAGE
    assert merci.edges == ()


@pytest.mark.parametrize("name", ["suivi_commande", "rendez_vous", "livraison"])
def test_fixtures_print_and_read_back(root: Path, name: str) -> None:
    source = (root / "fixtures" / "scenarios" / f"{name}.yaml").read_text(encoding="utf-8")
    parsed = read(source)
    assert parsed.findings == ()
    for printed, suffix in ((to_yaml(encode_project(parsed.project)), "yaml"), (None, "json")):
        text = printed or to_json(encode_project(parsed.project))
        again = read(text, f"x.{suffix}")
        assert again.findings == ()
        assert again.project == parsed.project


def test_the_long_fixture_is_what_is_printed(root: Path) -> None:
    source = (root / "fixtures" / "scenarios" / "livraison.yaml").read_text(encoding="utf-8")
    comment, _, body = source.partition("\n")
    assert comment.startswith("#")
    assert to_yaml(encode_project(read(source).project)) == body


def test_every_element_of_the_graph_has_the_place_it_was_written_at(design: Parsed) -> None:
    (flow,) = design.project.flows

    def line(place: Any) -> int:
        return design.document.locate(place).line

    def text(place: Any) -> str:
        span = design.document.locate(place)
        return design.document.text[span.start : span.end]

    menu = flow.by_id["menu"]
    assert isinstance(menu, Ask)
    assert text(menu.at) == "menu"
    assert text(menu.edges[0].at) == "recherche"
    assert text(menu.content.choices[0].at) in ("Suivre ma commande", "recherche")
    assert text(menu.content.text.first[1].at) == "{nom}"
    assert line(flow.by_id["rappel.say"].at) == line(flow.by_id["rappel"].at)
    assert text(flow.entries[1].at).startswith("{broadcast")


@pytest.mark.parametrize(
    ("name", "text", "confidence"),
    [
        ("a.yaml", "bascule: 1\nflows: {}\n", CERTAIN),
        ("a.yaml", "# note\nlocale: fr\nbascule: 1\n", CERTAIN),
        ("a.yml", '{"bascule": 1}', CERTAIN),
        ("a.json", '{"bascule": 1}', CERTAIN),
        ("a.txt", "{bascule: 1, flows: {}}", CERTAIN),
        ("a.yaml", "flows: {f: {nodes: {a: Bonjour}}}", LIKELY),
        ("a.json", '{"bascule": 1, "flows": [{"id": "f", "nodes": []}]}', CERTAIN),
        ("a.json", '{"version": "13", "flows": [{"uuid": "f", "nodes": [{"uuid": "n"}]}]}', None),
        ("a.yaml", "flows: {f: {title: Sans nœuds}}", 20),
        ("a.json", '{"intent": "a", "response": "b"}', LIKELY),
        ("a.yaml", "- intent: a\n  response: b\n", LIKELY),
        ("a.yaml", "flows: {f: {steps: [{action: utter}]}}", None),
        ("a.yaml", "bascule: 1\n  broken: [", CERTAIN),
        ("a.json", '{"states": [], "initial_state": "Trigger"}', None),
        ("a.yaml", "intents: [a]\nresponses: {}\n", None),
        ("a.csv", "key,text\na,b\n", None),
        ("a.json", "[1, 2]", None),
        ("a.json", "", None),
        ("a.yaml", "", None),
    ],
)
def test_sniffing(name: str, text: str, confidence: int | None) -> None:
    match = sniff(SourceFile.of_text(text, name))
    assert (match.confidence if match else None) == confidence


def test_binary_files_are_not_ours() -> None:
    assert sniff(SourceFile("a.xlsx", b"PK\x03\x04rest")) is None
    assert sniff(SourceFile("a.bin", b"\0\1\2bascule: 1")) is None


@pytest.mark.corpus
def test_no_foreign_file_is_taken_for_a_scenario(corpus: Path) -> None:
    seen = 0
    for path in sorted(corpus.rglob("*")):
        if path.suffix in (".json", ".yml", ".yaml") and path.stat().st_size < 300_000:
            seen += 1
            match = sniff(SourceFile(path.name, path.read_bytes()))
            assert match is None, path
    assert seen > 100


@pytest.mark.corpus
def test_no_foreign_file_makes_the_reader_fail(corpus: Path) -> None:
    for path in sorted(corpus.rglob("*"))[::7]:
        if path.is_file() and path.stat().st_size < 300_000:
            parsed = parse(SourceFile(path.name, path.read_bytes()), ParseOptions())
            assert parsed.findings


def test_words_that_yaml_reads_as_something_else_stay_words() -> None:
    text = "bascule: 1\nflows: {f: {entries: [{keyword: [yes, no, on, 012, 1:30, null, ~]}], nodes: {a: no}}}"
    (flow,) = read(text).project.flows
    assert flow.entries[0].keywords == Localized.of(("yes", "no", "on", "012", "1:30", "null", "~"))
    first = flow.nodes[0]
    assert isinstance(first, Message)
    assert first.content.text == Localized.of(literal("no"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: {set: {n: 3}}", Const(3)),
        ("a: {set: {n: 3.5}}", Const(3.5)),
        ("a: {set: {n: true}}", Const(True)),
        ("a: {set: {n: '\"oui\"'}}", Const("oui")),
        ("a: {set: {n: oui}}", Ref(("oui",))),
        ("a: {set: {n: n + 1}}", Call("add", (Ref(("n",)), Const(1)))),
    ],
)
def test_values_of_set_are_expressions(text: str, expected: Any) -> None:
    assert node(text).assignments[0].value == expected


def test_json_numbers_stand_for_themselves_too() -> None:
    parsed = read('{"bascule": 1, "flows": {"f": {"nodes": {"a": {"set": {"n": 3, "b": null}}}}}}', "a.json")
    first: Any = parsed.project.flows[0].nodes[0]
    assert [item.value for item in first.assignments] == [Const(3), Const(None)]


@pytest.mark.parametrize(
    ("title", "id"),
    [
        ("Suivre ma commande", "suivre_ma_commande"),
        ("Récapitulatif !", "recapitulatif"),
        ("Oui 👍", "oui"),
        ("👍", "choice"),
        ("نعم", "نعم"),
        ("हाँ जी", "हाँ_जी"),
        ("N° 12", "n_12"),
    ],
)
def test_ids_of_choices_are_made_from_titles(title: str, id: str) -> None:
    parsed = read(f'bascule: 1\nflows: {{f: {{nodes: {{a: {{say: x, choices: ["{title}"]}}}}}}}}')
    first: Any = parsed.project.flows[0].nodes[0]
    assert first.content.choices[0].id == id


def test_derived_ids_keep_clear_of_written_ones() -> None:
    first = node("a: {say: x, choices: [Oui, {title: Non, id: oui}, Oui !]}")
    assert [choice.id for choice in first.content.choices] == ["oui_2", "oui", "oui_3"]


def test_a_derived_node_id_that_is_taken_is_reported_and_kept_apart() -> None:
    parsed = read("bascule: 1\nflows: {f: {nodes: {a: {wait: 1h, say: x}, a.say: y}}}")
    assert [finding.code for finding in parsed.findings] == ["PAR309"]
    assert [item.id for item in parsed.project.flows[0].nodes] == ["a", "a.say_2", "a.say"]


def test_a_node_that_cannot_be_read_stays_a_node() -> None:
    parsed = read('bascule: 1\nflows: {f: {nodes: {a: {say: x, then: b}, b: [1, "deux"], c: {type: mesage, x: 1}}}}')
    assert [finding.code for finding in parsed.findings] == ["PAR301", "PAR304"]
    _, second, third = parsed.project.flows[0].nodes
    assert isinstance(second, Unsupported)
    assert second.source == '[1, "deux"]'
    assert isinstance(third, Unsupported)
    assert third.construct == "mesage"
    assert third.source == '{"type": "mesage", "x": 1}'


def test_media_kinds_follow_the_ending_of_the_address() -> None:
    first = node(
        "a: {media: [plan.PNG, 'https://x.sn/a.mp4?t=1', voix.ogg, bon.pdf, inconnu, {url: x, mime: image/gif}]}"
    )
    kinds = [item.kind.value for item in first.content.media]
    assert kinds == ["image", "video", "audio", "document", "file", "gif"]


def test_entries_know_who_starts() -> None:
    kinds = ", ".join(f"{{{kind.value}: true}}" for kind in EntryKind)
    parsed = read(f"bascule: 1\nflows: {{f: {{entries: [{kinds}], nodes: {{a: x}}}}}}")
    assert parsed.findings == ()
    assert [entry.kind for entry in parsed.project.flows[0].entries] == list(EntryKind)


def test_unreadable_files_say_so() -> None:
    for text, name, code in (
        ("a: [", "a.yaml", "PAR030"),
        ('{"bascule": 1, "flows": {', "a.json", "PAR021"),
        ("- un\n- deux\n", "a.yaml", "PAR314"),
        ("", "a.yaml", "PAR314"),
        ("pas du JSON", "a.json", "PAR314"),
    ):
        parsed = read(text, name)
        assert code in {finding.code for finding in parsed.findings}
        if code != "PAR021":
            assert parsed.unreadable
            assert parsed.project == Project()


def test_json_that_can_be_mended_is_read() -> None:
    parsed = read('{"bascule": 1, "flows": {"f": {"nodes": {"a": "x" "b": "y",}}}}', "a.json")
    assert [finding.code for finding in parsed.findings] == ["PAR022", "PAR023"]
    assert [item.id for item in parsed.project.flows[0].nodes] == ["a", "b"]


def test_duplicate_keys_are_reported() -> None:
    parsed = read("bascule: 1\nflows: {f: {nodes: {a: x, a: y}}}")
    assert [finding.code for finding in parsed.findings] == ["PAR031"]


def test_other_documents_of_the_file_are_in_the_ledger() -> None:
    parsed = read("bascule: 1\nflows: {f: {nodes: {a: x}}}\n---\na: 1\n---\nb: 2\n")
    assert [finding.code for finding in parsed.findings] == ["PAR307"]
    assert parsed.ledger.counts()["dropped"] == 2


def test_aliases_and_merge_keys_work() -> None:
    text = "bascule: 1\nflows:\n  f:\n    nodes:\n      a: &a {say: Bonjour, then: b}\n      b: {<<: *a, then: end}\n"
    parsed = read(text)
    assert parsed.findings == ()
    assert [item.edges[0].target for item in parsed.project.flows[0].nodes] == ["b", None]


_WORDS = st.sampled_from(
    ("bascule", "flows", "nodes", "type", "ask", "say", "then", "choices", "edges", "content", "media", "wait", "case",
     "http", "set", "else", "timeout", "id", "title", "message", "variants", "intents", "variables", "entries", "when",
     "keyword", "templates", "entities", "phrases", "node", "end", "intent", "response", "buttons", "position")
)  # fmt: skip
_ANYTHING = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-5, 5), st.floats(-9, 9), _WORDS, st.text(max_size=4)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(st.one_of(_WORDS, _WORDS, st.text(max_size=3)), inner, max_size=5)
    ),
    max_leaves=30,
)


@given(st.dictionaries(_WORDS, _ANYTHING, max_size=6), _ANYTHING)
@settings(max_examples=120)
def test_no_tree_makes_the_reader_fail(flow: dict[str, Any], other: Any) -> None:
    for tree in ({"bascule": 1, "flows": {"f": flow, "g": {"nodes": flow}}, "variables": other}, other):
        json = read(to_json(tree), "a.json")
        yaml = read(to_yaml(tree), "a.yaml")
        for parsed in (json, yaml):
            for finding in parsed.findings:
                located: Finding = locate(finding, {finding.place.file: parsed.document})
                assert located.span is not None
                assert finding.message


@given(st.text(max_size=80))
@settings(max_examples=200)
def test_no_text_makes_the_reader_fail(text: str) -> None:
    for name in ("a.json", "a.yaml", "a.txt"):
        read("bascule: 1\nflows: " + text, name)
        sniff(SourceFile.of_text(text, name))
        read(text, name)


@pytest.mark.parametrize("levels", [30, 90])
def test_variants_inside_variants_end(levels: int) -> None:
    text = '{"bascule": 1, "flows": {"f": {"nodes": {"a": {"content": '
    text += '{"variants": {"sms": ' * levels + '"x"' + "}}" * levels + "}}}}}"
    parsed = read(text, "a.json")
    assert [finding.code for finding in parsed.findings] == ["PAR315"]


def test_a_large_scenario_is_read_in_time() -> None:
    nodes = {f"n{i}": {"say": f"Bonjour {{nom}} {i}", "choices": {"Oui": f"n{i}", "Non": "n0"}} for i in range(3000)}
    text = to_json({"bascule": 1, "flows": {"f": {"nodes": nodes}}})
    parsed = read(text, "a.json")
    printed = to_yaml(encode_project(parsed.project))
    assert len(parsed.project.flows[0].nodes) == 3000
    assert printed.count("chosen:") == 6000
