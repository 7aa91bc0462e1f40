"""No input makes the reader raise, and time grows with the export, not faster."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bascule.parsers import node_red
from bascule.parsers.base import ParseOptions
from bascule.source import SourceFile
from tests.parsers.viber_support import FIXTURES, check_sound, damaged, mutated, parse_value
from tests.work import lines_run

FILES = sorted(path for path in (FIXTURES / "node-red").rglob("*.json"))
ROUNDS = 150
"""Mutations and damages per fixture."""


def survive(text: str, name: str) -> None:
    file = SourceFile(name, text.encode("utf-8", "surrogatepass"))
    node_red.sniff(file)
    check_sound(node_red.parse(file, ParseOptions(locale="fr")))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_changed_values_never_raise(path: Any) -> None:
    rng = random.Random(path.name)
    value = json.loads(path.read_text(encoding="utf-8"))
    for _ in range(ROUNDS):
        survive(json.dumps(mutated(rng, value), ensure_ascii=rng.random() < 0.5), path.name)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_damaged_text_never_raises(path: Any) -> None:
    rng = random.Random(path.name)
    text = path.read_text(encoding="utf-8")
    for _ in range(ROUNDS):
        survive(damaged(rng, text), path.name)


def test_damaged_programs_never_raise() -> None:
    rng = random.Random(7)
    nodes = json.loads((FIXTURES / "node-red/boutique.json").read_text(encoding="utf-8"))
    program = next(node for node in nodes if node["id"] == "f2")
    source = program["func"]
    for _ in range(300):
        survive(json.dumps([nodes[0], {**program, "func": damaged(rng, source)}]), "flows.json")


JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=6), st.sampled_from(("a", "b", "t"))),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(
                ("id", "type", "z", "wires", "rules", "func", "buttons", "message", "url", "links", "in", "d")
            ),
            inner,
            max_size=5,
        ),
    ),
    max_leaves=12,
)
TYPES = st.sampled_from(
    ("switch", "change", "delay", "function", "template", "http in", "http request", "link in", "link out", "link call",
     "subflow:a", "subflow", "tab", "chatbot-rules", "chatbot-ask", "chatbot-dialog", "chatbot-parse", "chatbot-viber-send", "inject", "x")
)  # fmt: skip


@settings(max_examples=200)
@given(st.lists(st.fixed_dictionaries({"id": st.sampled_from("abcd"), "type": TYPES, "z": st.sampled_from(("t", "a", ""))},
                                      optional={"wires": JSON, "rules": JSON, "links": JSON, "func": st.text(max_size=20), "in": JSON,
                                                "buttons": JSON, "elements": JSON, "message": JSON, "d": st.booleans()}), max_size=6))  # fmt: skip
def test_any_nodes_survive(nodes: list[Any]) -> None:
    survive(json.dumps([{"id": "t", "type": "tab"}, *nodes]), "flows.json")


def work(copies: int) -> int:
    base = json.loads((FIXTURES / "node-red/boutique.json").read_text(encoding="utf-8"))
    ids = {node["id"] for node in base}

    def renamed(value: Any, number: int) -> Any:
        if isinstance(value, dict):
            return {key: renamed(item, number) for key, item in value.items()}
        if isinstance(value, list):
            return [renamed(item, number) for item in value]
        return f"{value}_{number}" if isinstance(value, str) and value in ids else value

    text = json.dumps([node for number in range(copies) for node in renamed(base, number)])
    return lines_run(lambda: parse_value(node_red, text))


def test_work_grows_with_the_number_of_nodes() -> None:
    work(2)
    small, large = work(8), work(40)
    assert large < 7 * small


@pytest.mark.parametrize(
    "program",
    [
        "x={a:" * 30_000,
        "[" * 5000 + "]" * 5000,
        "(" * 3000 + ")" * 3000,
        "{a:" * 3000 + "1" + "}" * 3000,
        "x='a'" + "+'a'" * 40_000,
        "if(a){" * 2000 + "}" * 2000,
        "if(a){msg.payload={text:'a',type:'text'}}" + "else if(b){msg.payload={text:'a',type:'text'}}" * 1000,
        "if(" + "!" * 5000 + "a){}",
        "if(" + "a==1&&" * 5000 + "b){}",
        "x=`" + "${a}" * 20_000 + "`",
        "x=/" + "a" * 50_000,
        "/*" * 100_000,
        "'" * 50_001,
        "msg.payload={type:'text',text:'" + "<b>x</b>&amp;" * 10_000 + "'}",
        "msg.payload={type:'text',text:`" + "<b>${x}</b>" * 10_000 + "`}",
        "switch(a){" + "".join(f"case 'x{i}': msg.payload={{type:'text',text:'a'}};break;" for i in range(1000)) + "}",
        "password='aaaaaa1';" * 3000,
    ],
)
def test_hostile_programs_are_read_in_time(program: str) -> None:
    nodes = [{"id": "t", "type": "tab"}, {"id": "f", "type": "function", "z": "t", "func": program, "wires": [[]]}]
    check_sound(parse_value(node_red, nodes))


def test_long_chains_of_passing_nodes_are_followed_once() -> None:
    nodes: list[dict[str, Any]] = [{"id": "t", "type": "tab"}]
    for number in range(3000):
        nodes.append({"id": f"p{number}", "type": "junction", "z": "t", "wires": [[f"p{number + 1}"]]})
        nodes.append(
            {"id": f"m{number}", "type": "chatbot-message", "z": "t", "message": "x", "wires": [[f"p{number}"]]}
        )
    check_sound(parse_value(node_red, nodes))
