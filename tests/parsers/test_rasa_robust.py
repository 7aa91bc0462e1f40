"""No input makes the Rasa reader raise, read twice differently, or work more than in step with its size."""

from __future__ import annotations

import copy
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from bascule.compiling import Compilation
from bascule.diagnostics import registry
from bascule.ir.encode import encode_project, to_yaml
from bascule.ir.ledger import Fate
from bascule.parsers import rasa
from bascule.parsers.base import Parsed, ParseOptions
from bascule.parsers.scenario import parse as parse_scenario
from bascule.source import SourceFile, Tree
from bascule.testing import check_project_parser
from tests.parsers.rasa_support import FIXTURES, PROJECTS, checked, documents, fixture, folder
from tests.parsers.test_rasa_ledger import corpus_projects
from tests.work import lines_run

JUNK: list[Any] = [
    None,
    [],
    {},
    "",
    0,
    -1.5,
    True,
    "no",
    [[]],
    [{}],
    {"a": [{}]},
    "/intent{",
    "/SetSlots(",
    "{x",
    '[a]{"entity":',
    "END",
    "\u202e",
    "action_restart",
    {"or": [{"or": []}]},
    {"checkpoint": "c"},
    {"active_loop": "f"},
    {"active_loop": None},
    {"slot_was_set": [{"a": {"b": 1}}]},
    [{"text": "a", "channel": "viber"}],
    {"custom": {"type": "text", "text": {"body": "x"}}},
    {"if": "slots.a > ", "then": "END"},
    {"collect": "a", "next": [{"if": "a", "then": [{"collect": "b"}]}]},
]
TREES = {name: folder(FIXTURES / name) for name in PROJECTS}
VALUES = {
    (name, path): yaml.load(file.text, Loader=yaml.BaseLoader)
    for name, tree in TREES.items()
    for path, file in tree.files.items()
    if path.endswith(".yml")
}


def holds(parsed: Parsed, paths: set[str]) -> None:
    """What is true of every reading."""
    known = registry()
    shown = documents(parsed)
    for finding in parsed.findings:
        assert finding.code in known
        assert finding.place.file in paths | {"projet"}
        assert shown[finding.place.file].locate(finding.place).line >= 1
    places = [entry.place for entry in parsed.ledger]
    assert len(places) == len(set(places))
    for entry in parsed.ledger:
        assert entry.fate is Fate.EXACT or entry.reason, entry
        assert entry.fate in (Fate.EXACT, Fate.EMULATED) or entry.code in known, entry
    for flow in parsed.project.flows:
        ids = [node.id for node in flow.nodes]
        assert len(ids) == len(set(ids))
        targets = {edge.target for _, edge in flow.edges()} | {entry.target for entry in flow.entries}
        assert targets - {None} <= set(ids), flow.id
    encode_project(parsed.project)


def places_of(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [path]
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in children:
        found += places_of(item, (*path, key))
    return found


def at(value: Any, path: tuple[Any, ...]) -> Any:
    for key in path:
        value = value[key]
    return value


def mutated(value: Any, chance: random.Random) -> Any:
    value = copy.deepcopy(value)
    for _ in range(chance.randint(1, 3)):
        path = chance.choice(places_of(value))
        if not path:
            continue
        parent, key = at(value, path[:-1]), path[-1]
        kind = chance.randrange(5)
        if kind == 0:
            del parent[key]
        elif kind == 1:
            parent[key] = copy.deepcopy(chance.choice(JUNK))
        elif kind == 2:
            parent[key] = [parent[key]]
        elif kind == 3:
            parent[key] = {"x": parent[key]}
        elif isinstance(parent, list):
            parent.insert(key, copy.deepcopy(parent[key]))
        else:
            parent[f"{key}_"] = copy.deepcopy(parent[key])
    return value


@settings(max_examples=150)
@given(st.sampled_from(sorted(VALUES)), st.integers(0, 2**32))
def test_values_of_any_shape_anywhere(victim: tuple[str, str], seed: int) -> None:
    name, path = victim
    made = yaml.safe_dump(mutated(VALUES[victim], random.Random(seed)), allow_unicode=True, sort_keys=False)
    files = dict(TREES[name].files)
    files[path] = SourceFile(files[path].path, made.encode())
    tree = Tree(TREES[name].path, files)
    rasa.find_projects(tree)
    holds(rasa.parse_project(tree, ParseOptions()), {file.path for file in files.values()})


@settings(max_examples=100)
@given(st.sampled_from(sorted(VALUES)), st.data())
def test_files_that_are_cut_or_damaged(victim: tuple[str, str], data: st.DataObject) -> None:
    name, path = victim
    raw = TREES[name].files[path].data
    start = data.draw(st.integers(0, len(raw)))
    end = data.draw(st.integers(start, len(raw)))
    put = data.draw(st.sampled_from([b"", b"\xff", b"{", b"- ", b"\t", b": ", b"\0", "é".encode(), b"&a *a", b"---\n"]))
    file = SourceFile(TREES[name].files[path].path, raw[:start] + put + raw[end:])
    files = {**TREES[name].files, path: file}
    rasa.sniff(file)
    holds(rasa.parse_project(Tree(TREES[name].path, files), ParseOptions()), {item.path for item in files.values()})
    holds(rasa.parse(file, ParseOptions()), {file.path})


@settings(max_examples=60)
@given(st.sampled_from(PROJECTS), st.data())
def test_projects_that_lack_files(name: str, data: st.DataObject) -> None:
    names = sorted(TREES[name].files)
    kept = data.draw(st.lists(st.sampled_from(names), unique=True))
    tree = TREES[name].only(kept)
    rasa.find_projects(tree)
    holds(rasa.parse_project(tree, ParseOptions()), {TREES[name].files[item].path for item in names} | {name})


@settings(max_examples=150)
@given(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=60),
    st.sampled_from(["text", "payload", "example", "if"]),
)
def test_any_words_in_texts_payloads_phrases_and_conditions(words: str, where: str) -> None:
    variant: dict[str, Any] = {"text": words if where == "text" else "x"}
    if where == "payload":
        variant["buttons"] = [{"title": words, "payload": words}]
    value = {
        "intents": ["a"],
        "responses": {"utter_x": [variant]},
        "nlu": [{"intent": "a", "examples": f"- {words}" if where == "example" else "- x"}],
        "flows": {
            "f": {"steps": [{"action": "utter_x", "next": [{"if": words if where == "if" else "a", "then": "END"}]}]}
        },
    }
    file = SourceFile("x.yml", yaml.safe_dump(value, allow_unicode=True).encode())
    parsed = rasa.parse(file, ParseOptions())
    holds(parsed, {"x.yml"})
    checked(parsed)


def stories(count: int) -> str:
    return "stories:\n" + "".join(
        f"- story: s{i}\n  steps: [{{intent: i{i}}}, {{action: utter_{i}}}, {{intent: j}}, {{action: utter_z}}]\n"
        for i in range(count)
    )


def long_story(count: int) -> str:
    steps = "".join(f"  - or: [{{intent: i{i}}}, {{intent: j{i}}}]\n  - action: utter_{i}\n" for i in range(count))
    return f"stories:\n- story: s\n  steps:\n{steps}"


def checkpoints(count: int) -> str:
    return "stories:\n- story: z\n  steps: [{intent: z}, {action: utter_z}, {checkpoint: c0}]\n" + "".join(
        f"- story: s{i}\n  steps: [{{checkpoint: c{i}}}, {{intent: a}}, {{action: utter_{i}}}, {{checkpoint: c{(i + 1) % count}}}]\n"
        for i in range(count)
    )


def floating(count: int) -> str:
    return "rules:\n- rule: z\n  steps: [{intent: z}, {action: utter_0}]\n" + "".join(
        f"- rule: r{i}\n  steps: [{{action: utter_{i}}}, {{intent: a}}, {{action: utter_{i + 1}}}]\n"
        for i in range(count)
    )


def outcomes(count: int) -> str:
    return "slots: {s: {type: categorical, values: [a]}}\nstories:\n" + "".join(
        f"- story: s{i}\n  steps: [{{intent: a}}, {{action: action_x}}, {{slot_was_set: [{{s: v{i}}}]}}, {{action: utter_{i}}}]\n"
        for i in range(count)
    )


def form(count: int) -> str:
    slots = "".join(
        f"  s{i}: {{type: text, mappings: [{{type: from_intent, intent: a{i}, value: x}}]}}\n" for i in range(count)
    )
    needed = ", ".join(f"s{i}" for i in range(count))
    rule = "rules:\n- rule: r\n  steps: [{intent: go}, {action: f}, {active_loop: f}]\n"
    return f"forms: {{f: {{required_slots: [{needed}]}}}}\nslots:\n{slots}{rule}"


def phrases(count: int) -> str:
    return "nlu:\n" + "".join(
        f'- intent: i{i}\n  examples: |\n    - dire [mot{i}](e{i % 7}) et [x]{{"entity": "e{i}", "value": "v"}}\n- synonym: v{i}\n  examples: |\n    - w{i}\n'
        for i in range(count)
    )


def brackets(count: int) -> str:
    return (
        "nlu:\n- intent: a\n  examples: |\n    - "
        + "[a]{" * count
        + "\n    - "
        + "[" * count
        + "\n    - "
        + "[a](b)" * count
    )


def responses(count: int) -> str:
    return "intents: [a]\nresponses:\n" + "".join(
        f"  utter_{i}:\n  - text: 'dire {{x}} {{{{y}}}} {i}'\n    buttons: [{{title: t, payload: /a}}]\n  - text: autre\n"
        for i in range(count)
    )


def steps(count: int) -> str:
    return "flows:\n  f:\n    steps:\n" + "".join(
        f"    - collect: s{i}\n      next:\n      - if: slots.s{i} = 'x' and not slots.y\n        then: [{{action: utter_x, next: END}}]\n      - else: END\n"
        for i in range(count)
    )


@pytest.mark.parametrize(
    "make",
    [stories, long_story, checkpoints, floating, outcomes, form, phrases, brackets, responses, steps],
    ids=lambda make: make.__name__,
)
def test_work_grows_with_the_size(make: Callable[[int], str]) -> None:
    def run(count: int) -> int:
        file = SourceFile("domain.yml", make(count).encode())
        assert file.yaml is not None
        return lines_run(lambda: rasa.parse(file, ParseOptions()))

    small, large = run(60), run(240)
    assert large < small * 6, (small, large)


def test_paths_that_multiply_are_bounded() -> None:
    steps = "".join("  - or: [{intent: x}, {intent: y}]\n  - action: utter_a\n" for _ in range(30))
    text = f"stories:\n- story: s\n  steps:\n  - action: utter_a\n  - intent: x\n  - action: utter_a\n{steps}  - intent: z\n  - action: utter_b\n- story: t\n  steps: [{{intent: z}}, {{action: utter_a}}]\n"
    parsed = rasa.parse(SourceFile("s.yml", text.encode()), ParseOptions())
    assert "PAR622" in [finding.code for finding in parsed.findings]
    assert sum(len(flow.nodes) for flow in parsed.project.flows) < 10_000


def test_deep_nesting_is_refused_by_the_reader() -> None:
    deep = "flows:\n  f:\n    steps: " + "[{action: a, next: [{else: " * 30 + "END" + "}]}]" * 30 + "\n"
    holds(rasa.parse(SourceFile("f.yml", deep.encode()), ParseOptions()), {"f.yml"})


def test_the_fixtures_hold_to_the_contract_of_project_parsers() -> None:
    check_project_parser("rasa", rasa, [folder(FIXTURES / name) for name in PROJECTS], damaged=12)


@pytest.mark.parametrize("name", PROJECTS)
def test_a_converted_project_reads_back_as_it_was(name: str) -> None:
    parsed = fixture(name)
    printed = to_yaml(encode_project(parsed.project))
    again = parse_scenario(SourceFile("converti.yaml", printed.encode()), ParseOptions())
    assert to_yaml(encode_project(again.project)) == printed
    assert not [finding for finding in again.findings if str(finding.severity) == "error"]


@pytest.mark.parametrize("name", PROJECTS)
def test_people_who_write_first_are_answered_without_templates(name: str) -> None:
    analysis = checked(fixture(name))
    outside = {(step.flow, step.node) for step in analysis.plan.steps if step.verdict != "inside"}
    expected = {
        "boutique": {("boutique", "utter_colis_arrive")},
        "calm": {("pattern_completed", "utter_bonjour")},
        "restaurant": {("opiniao_form", "opiniao_form.observacao")},
    }
    assert outside == expected[name]


@pytest.mark.corpus
def test_real_projects_go_through_the_pipeline(corpus: Path) -> None:
    steps = 0
    for name, parsed, tree in corpus_projects(corpus):
        holds(parsed, {file.path for file in tree.files.values()})
        analysis = checked(parsed)
        assert all(finding.span is not None for finding in analysis.findings), name
        assert not [finding for finding in analysis.findings if finding.code.startswith("GRF01")], name
        written = Compilation(analysis).write("meta")
        assert written.emitted.artefacts or not analysis.plan.steps, name
        steps += len(analysis.plan.steps)
        printed = to_yaml(encode_project(parsed.project))
        again = parse_scenario(SourceFile("converti.yaml", printed.encode()), ParseOptions())
        assert to_yaml(encode_project(again.project)) == printed, name
    assert steps > 400


@pytest.mark.corpus
def test_most_of_real_projects_is_carried_over(corpus: Path) -> None:
    counts: dict[str, int] = {}
    for _, parsed, _ in corpus_projects(corpus):
        for fate, count in parsed.ledger.counts().items():
            counts[fate] = counts.get(fate, 0) + count
    carried = counts["exact"] + counts["emulated"]
    assert carried > 0.92 * sum(counts.values()), counts


def test_every_rule_has_its_page_and_its_range() -> None:
    own = [rule for rule in registry().values() if rule.__module__.startswith("bascule.parsers.rasa")]
    assert len(own) == len(rasa.rules.__all__) + len(rasa.losses.__all__)
    for rule in own:
        assert rule.code[:3] in ("PAR", "LOS")
        assert 600 <= int(rule.code[3:]) < 650
        for heading in ("What it does:", "Why:", "Example:", "Use instead:", "Sources:"):
            assert heading in rule.page(), (rule.code, heading)
        assert "](" not in rule.page(), rule.code
