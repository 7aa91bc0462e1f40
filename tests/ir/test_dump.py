from __future__ import annotations

import json
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from tests.strategies import strings

from bascule.ir.dump import to_json, to_yaml
from bascule.source.yaml import as_scalar, read_yaml

_SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), strings()
)
_TREES = st.recursive(
    _SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(strings(), inner, max_size=3)),
    max_leaves=12,
)


def _typed(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _typed(item) for key, item in value.items()}
    return [_typed(item) for item in value] if isinstance(value, list) else as_scalar(value)


def _same(left: Any, right: Any) -> bool:
    """Equal with types: 1, 1.0 and True differ."""
    return json.dumps(left) == json.dumps(right)


@given(_TREES)
def test_our_yaml_reader_gives_the_tree_back(tree: Any) -> None:
    document = read_yaml("t.yaml", to_yaml(tree))
    assert document.usable
    assert document.problems == ()
    assert _same(_typed(document.value), tree)


@given(_TREES)
def test_any_yaml_1_1_reader_gives_the_tree_back(tree: Any) -> None:
    assert _same(yaml.load(to_yaml(tree), Loader=yaml.SafeLoader), tree)


@given(_TREES)
def test_json_gives_the_tree_back(tree: Any) -> None:
    text = to_json(tree)
    assert text.endswith("\n")
    assert _same(json.loads(text), tree)


@pytest.mark.parametrize(
    ("value", "printed"),
    [
        ("Bonjour {nom}, ça va ?", "Bonjour {nom}, ça va ?"),
        ("أهلا", "أهلا"),
        ("👍", "👍"),
        ("2h", "2h"),
        ("no", '"no"'),
        ("Oui", "Oui"),
        ("ON", '"ON"'),
        ("012", '"012"'),
        ("1:30", '"1:30"'),
        ("1_000", '"1_000"'),
        ("0x1F", '"0x1F"'),
        (".5", '".5"'),
        ("1e3", '"1e3"'),
        ("2024-01-01", '"2024-01-01"'),
        ("~", '"~"'),
        ("null", '"null"'),
        ("", '""'),
        (" a", '" a"'),
        ("a: b", '"a: b"'),
        ("a #b", '"a #b"'),
        ('statut = "ok"', 'statut = "ok"'),
        ('"ok"', "'\"ok\"'"),
        ("{nom}", '"{nom}"'),
        ("a\r\nb", '"a\\r\\nb"'),
        ("a\u2028b", '"a\\u2028b"'),
        ("a\u0085b", '"a\\x85b"'),
        ([1, 2.5], "[1, 2.5]"),
        (["suivi", "commande"], "[suivi, commande]"),
        (["oui", "no"], '[oui, "no"]'),
        (["le matin", "no"], '\n  - le matin\n  - "no"'),
        (1e16, "1.0e+16"),
        ({}, "{}"),
        ([], "[]"),
        (True, "true"),
    ],
)
def test_scalars_print_as_a_person_would_write_them(value: Any, printed: str) -> None:
    expected = f"k:{'' if printed[0] == chr(10) else ' '}{printed}\n"
    assert to_yaml({"k": value}) == expected


def test_texts_of_several_lines_are_literal_blocks() -> None:
    assert to_yaml({"a": {"b": "un\n\n  deux"}}) == "a:\n  b: |-\n    un\n\n      deux\n"
    assert to_yaml(["un\ndeux\n"]) == "- |\n  un\n  deux\n"
    assert to_yaml({"k": "un \ndeux"}) == 'k: "un \\ndeux"\n'


def test_keys_too_long_for_a_reader_are_written_out() -> None:
    tree = {"x" * 1100: {"a": ["b"]}, "y": 1}
    text = to_yaml([tree])
    assert text.startswith("- ? xxx")
    assert yaml.safe_load(text) == [tree]
