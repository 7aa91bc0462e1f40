"""Every mistake is found at its place, with its cure, and reading goes on."""

from __future__ import annotations

from typing import Any

import pytest

from bascule.diagnostics.finding import Severity
from bascule.ir.nodes import Chosen, Otherwise
from bascule.parsers.base import Parsed, ParseOptions
from bascule.parsers.scenario import parse
from bascule.source import SourceFile


def read(text: str, name: str = "scenario.yaml") -> Parsed:
    return parse(SourceFile.of_text(text, name), ParseOptions())


def flow(nodes: str) -> str:
    return f"bascule: 1\nflows: {{f: {{nodes: {{{nodes}}}}}}}"


def marked(parsed: Parsed) -> list[tuple[str, str]]:
    """Code and marked text of each finding."""
    result = []
    for finding in parsed.findings:
        span = parsed.document.locate(finding.place)
        result.append((finding.code, parsed.document.text[span.start : span.end]))
    return result


CASES: list[tuple[str, str, str, str, str]] = [
    # the file, code, what is marked, in the message, in the help
    (flow("a: {say: x, thne: end}"), "PAR300", "thne", "a node has no key `thne`", "did you mean `then`"),
    (flow("a: {say: x, next: b}"), "PAR300", "next", "no key `next`", "did you mean `then`"),
    (flow("a: {say: x, buttons: [Oui]}"), "PAR300", "buttons", "no key", "did you mean `choices`"),
    (flow("a: {text: x, then: end}"), "PAR300", "text", "no key", "did you mean `say`"),
    (flow("a: {say: x, zzz: 1}"), "PAR300", "zzz", "no key", "the keys of a node are"),
    ("bascule: 1\nflow: {}", "PAR300", "flow", "a scenario has no key", "did you mean `flows`"),
    (flow("a: {type: message, say: x}"), "PAR300", "say", "a node of type message has no key", "keys of"),
    (flow("a: {type: message, content: x, then: b}"), "PAR300", "then", "no key `then`", "under `edges`"),
    (
        flow("a: {type: ask, content: {text: x, choices: [{title: Oui, then: b}]}}"),
        "PAR300",
        "then",
        "a choice has no key",
        "under `edges`",
    ),
    (flow("a: {say: {fr: [x]}}"), "PAR301", "fr", "found a list where text was expected", ""),
    (flow("a: {say: }"), "PAR301", "say", "found nothing where a value for `say`", "remove the key"),
    (flow("a: {say: x, then: [b]}"), "PAR301", "then", "found a list where the id of a node", ""),
    (flow("a: {say: x, choices: Oui}"), "PAR301", "Oui", "found the text `Oui` where a mapping (title: node)", ""),
    (flow("a: {say: x, position: [1]}"), "PAR301", "position", "two numbers", ""),
    (flow("a: {say: x, position: [1, deux]}"), "PAR301", "deux", "where a number was expected", ""),
    (flow("a: {type: case, edges: [{otherwise: yes, then: b}]}"), "PAR301", "yes", "`true` was expected", ""),
    ("bascule: 1\nflows: {f: Bonjour}", "PAR301", "Bonjour", "a mapping (a flow)", ""),
    ("bascule: 1\nflows: Bonjour", "PAR301", "Bonjour", "a mapping (flows)", ""),
    ("bascule: 1\nvariables: {n: [1]}", "PAR301", "n", "a mapping (a variable)", ""),
    ("bascule: 1\nvariables: {n: {max_length: long}}", "PAR301", "long", "a whole number", ""),
    (flow("a: {http: {into: x}}"), "PAR302", "http", "the request has no address", "get:"),
    (flow("a: {type: delay}"), "PAR302", "a", "no `duration`", "duration: 2h"),
    (flow("a: {type: run_flow}"), "PAR302", "a", "which `flow`", "flow: id"),
    (flow("a: {type: consent}"), "PAR302", "a", "which `state`", "opt_in"),
    (flow("a: {say: x, choices: [{then: b}]}"), "PAR302", "{then: b}", "no `title`", "title:"),
    (flow("a: {case: [{then: b}]}"), "PAR302", "{then: b}", "either `when` or `else`", "when:"),
    (flow("a: {wait: {}}"), "PAR302", "wait", "says nothing", "2h"),
    (flow("a: {say: x, location: {latitude: 1}}"), "PAR302", "location", "no `longitude`", ""),
    ("bascule: 1\ntemplates: [{language: fr}]", "PAR302", "{language: fr}", "no `name`", ""),
    ("bascule: 1\nflows: [{nodes: {}}]", "PAR302", "{nodes: {}}", "has no `id`", "id: …"),
    (flow("a: {say: x, content: y}"), "PAR303", "say", "`content` holds everything", "under `content`"),
    (flow("a: {say: x, call: f, jump: g}"), "PAR303", "jump", "`call` and `jump` exclude", "two nodes"),
    (flow("a: {http: {get: x, post: y}}"), "PAR303", "post", "one method", "remove one"),
    (flow("a: {http: {get: x, method: PUT}}"), "PAR303", "method", "one method", "remove one"),
    (
        flow("a: {type: case, edges: [{when: x, otherwise: true}]}"),
        "PAR303",
        "otherwise",
        "`when` and `otherwise` exclude",
        "two edges",
    ),
    (flow("a: {say: x, ask: y, audience: {groups: g}}"), "PAR303", "audience", "person in the conversation", ""),
    (flow("a: {say: x, ask: {timeout: 1h}, timeout: {after: 2h}}"), "PAR303", "timeout", "stands twice", "remove"),
    (flow("a: {case: {x: b, else: c}, else: d}"), "PAR303", "else", "stands twice", "remove one"),
    (
        "bascule: 1\nflows: {f: {entries: [{keyword: a, intent: b}], nodes: {a: x}}}",
        "PAR303",
        "intent",
        "one kind",
        "two entries",
    ),
    (flow("a: {type: mesage}"), "PAR304", "mesage", "no type of node", "did you mean `message`"),
    (flow("a: {say: x, ask: {reply: nombre}}"), "PAR304", "nombre", "no kind of reply", "did you mean `number`"),
    (flow("a: {consent: oui}"), "PAR304", "oui", "no state of consent", "write one of: opt_in, opt_out"),
    ("bascule: 1\nvariables: {n: {type: nummer}}", "PAR304", "nummer", "no type of variable", "`number`"),
    (flow("a: {wait: 23 heures}"), "PAR305", "23 heures", "`heures` is no unit", "`90s`"),
    (flow("a: {wait: 90}"), "PAR305", "90", "no unit: write `90s` for seconds", ""),
    (flow("a: {wait: -2h}"), "PAR305", "-2h", "lies in the past", "offset"),
    (flow("a: {wait: P1M}"), "PAR305", "P1M", "years and months", ""),
    (flow("a: {say: x, then: b}, b: {title: Vide}"), "PAR308", "b", "the node `b` does nothing", "say: …"),
    (flow("a: {say: x, then: b}, b: "), "PAR308", "b", "does nothing", ""),
    (flow("a: {say: x, choices: {Oui: b}, then: c}"), "PAR310", "then", "every choice has its own way", "`else`"),
    (flow("a: {say: x, ask: y, else: c}"), "PAR310", "else", "neither choices nor a `case`", "choices"),
    (flow("a: {say: x, else: c}"), "PAR310", "else", "neither choices", ""),
    (flow("a: {say: x, timeout: c}"), "PAR310", "timeout", "asks nothing", "ask: {timeout: 2h}"),
    (flow("a: {say: x, ask: y, timeout: c}"), "PAR310", "timeout", "has no length", "ask: {timeout: 2h}"),
    (flow("a: {jump: g, then: c}"), "PAR310", "then", "ends with `jump`", "remove"),
    (flow("a: {case: {x: b}, then: c}"), "PAR310", "then", "ends with `case`", "in the `case`"),
    (flow("a: {wait: 1h, failure: c}"), "PAR310", "failure", "can fail", "remove"),
    (flow("a: {say: x, choices: [{title: S, url: u, then: b}]}"), "PAR310", "b", "`url` does not come back", ""),
    (flow("a: {set: {n: 1}, audience: {groups: g}}"), "PAR310", "audience", "says nothing", "start"),
    (flow("a: {say: x, ask: nom, http: {get: 'https://a/{nom}'}}"), "PAR312", "http", "before this node asks", ""),
    (flow("a: {say: {texte: x}}"), "PAR313", "texte", "no language code", "fr: …"),
    (flow("a: 'Bonjour {{nom}}'"), "VAR114", "{{nom}}", "says the words", "`{nom}`"),
    (flow("a: 'Bonjour {nom +}'"), "VAR110", "+", "ends where a value", ""),
    (flow("a: {case: {'x = = 1': b}}"), "VAR110", "x = = 1", "where a value was expected", ""),
    (flow("a: {say: x, ask: 'a b'}"), "VAR116", "a b", "no variable name", "`a_b`"),
    (flow("a: {set: {'a b': 1}}"), "VAR116", "a b", "no variable name", "`a_b`"),
    ("bascule: 1\nintents: {i: [{samples: [a]}]}", "PAR302", "{samples: [a]}", "no `text`", ""),
    ("bascule: 1\nentities: {e: [{synonyms: [a]}]}", "PAR302", "{synonyms: [a]}", "no `value`", ""),
]


@pytest.mark.parametrize(("text", "code", "mark", "message", "help"), CASES)
def test_a_mistake_in_yaml(text: str, code: str, mark: str, message: str, help: str) -> None:
    parsed = read(text)
    assert [found for found, _ in marked(parsed)] == [code]
    assert marked(parsed)[0][1].strip("'") == mark
    assert message in parsed.findings[0].message
    assert help in parsed.findings[0].help


@pytest.mark.parametrize(
    ("text", "code", "mark"),
    [
        ('{"bascule": 1, "flows": {"f": {"nodes": {"a": {"say": "x", "thne": "b"}}}}}', "PAR300", '"thne"'),
        ('{"bascule": 1, "flows": {"f": {"nodes": {"a": {"say": 12}}}}}', "PAR301", "12"),
        ('{"bascule": 1, "flows": {"f": {"nodes": {"a": {"say": null}}}}}', "PAR301", '"say"'),
        ('{"bascule": 1, "flows": {"f": {"nodes": {"a": {"say": "\\u00e9 {nom +} x"}}}}}', "VAR110", "+"),
        ('{"bascule": 1, "locale": true, "flows": {}}', "PAR301", "true"),
        ('{"bascule": "1", "flows": {}}', "PAR306", '"1"'),
        ('{"bascule": true, "flows": {}}', "PAR306", "true"),
    ],
)
def test_a_mistake_in_json(text: str, code: str, mark: str) -> None:
    assert marked(read(text, "scenario.json")) == [(code, mark)]


def test_all_mistakes_of_a_file_are_reported() -> None:
    parsed = read(
        "bascule: 1\nlocal: fr\nflows:\n  f:\n    nodes:\n      a: {say: 'x {y', then: b, zzz: 1}\n"
        "      b: {wait: demain, say: ok}\n      c: {say: [[x]], else: a}\n"
    )
    assert [code for code, _ in marked(parsed)] == ["PAR300", "PAR300", "VAR112", "PAR305", "PAR301", "PAR310"]
    assert [node.id for node in parsed.project.flows[0].nodes] == ["a", "b", "c"]


def test_what_is_left_out_is_in_the_ledger_with_its_code() -> None:
    parsed = read(flow("a: {say: 'x {y +}', thne: b, wait: demain}"))
    lost = [(entry.fate.value, entry.construct, entry.code) for entry in parsed.ledger.losses()]
    assert sorted(lost) == [
        ("degraded", "expression", "VAR110"),
        ("dropped", "duration", "PAR305"),
        ("dropped", "key", "PAR300"),
    ]


def test_an_error_that_leaves_something_out_says_so_in_the_ledger() -> None:
    kept = {"PAR304", "PAR308", "PAR309", "PAR312"}
    for text, code, *_ in CASES:
        parsed = read(text)
        if (
            parsed.findings[0].severity is Severity.ERROR
            and code not in kept
            and "past" not in parsed.findings[0].message
        ):
            assert parsed.ledger.losses(), text


def test_the_fix_of_a_misspelt_key_renames_the_key() -> None:
    parsed = read(flow("a: {say: x, thne: end}"))
    fix = parsed.findings[0].fix
    assert fix is not None
    (edit,) = fix.edits
    span = parsed.document.locate(edit.place)
    text = parsed.document.text[: span.start] + edit.replacement + parsed.document.text[span.end :]
    assert read(text).findings == ()


def test_wrong_words_are_kept_as_they_are_written() -> None:
    node: Any = read(flow("a: {consent: oui}")).project.flows[0].nodes[0]
    assert node.state == "oui"


def test_the_first_of_two_conflicting_keys_counts() -> None:
    nodes = read(flow("a: {say: x, call: f, jump: g}")).project.flows[0].nodes
    assert [(node.kind, node.id) for node in nodes] == [("message", "a"), ("run_flow", "a.call")]


def test_a_dangling_way_is_left_to_the_linker() -> None:
    parsed = read(flow("a: {say: x, then: nulle_part}"))
    assert parsed.findings == ()
    assert parsed.project.flows[0].nodes[0].edges[0].target == "nulle_part"


def test_choices_with_and_without_their_own_way() -> None:
    parsed = read(flow("a: {say: x, choices: {Oui: b, Non: , Peut-être: }, then: c, else: a}"))
    assert parsed.findings == ()
    assert [(edge.guard, edge.target) for edge in parsed.project.flows[0].nodes[0].edges] == [
        (Chosen(("oui",)), "b"),
        (Chosen(("non", "peut_etre")), "c"),
        (Otherwise(), "a"),
    ]
