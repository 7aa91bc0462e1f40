"""TOML with places: what tomllib reads, where it stands, and that nothing makes it raise."""

from __future__ import annotations

import json
import tomllib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bascule.settings.toml_document import TomlDocument
from bascule.source import Place, join_pointer

TEXT = '''# réglages
select = ["TPL", 'WIN'] # deux
"clé à part" = """
plusieurs
lignes"""
nombre = -1.5e3
jour = 2026-03-14

[project]
business = "Boutique \\"Awa\\""
samples = {nom = "Awa", "order.id" = {fr = "A-1", en = "A-2"}}
opt-out.fr = "Stop promos"

[[overrides]]
file = "a.json" # un
codes = [
  "TPL020", # le premier
  "WIN010",
]
[[overrides]]
file = 'b.json'
[overrides.sub]
x = true
'''


def shown(document: TomlDocument, pointer: str, key: bool = False) -> str:
    span = document.locate(Place(document.path, pointer, None, key))
    return document.text[span.start : span.end]


@pytest.mark.parametrize(
    ("pointer", "text"),
    [
        ("/select", "[\"TPL\", 'WIN']"),
        ("/select/1", "'WIN'"),
        ("/clé à part", '"""\nplusieurs\nlignes"""'),
        ("/nombre", "-1.5e3"),
        ("/jour", "2026-03-14"),
        ("/project/business", '"Boutique \\"Awa\\""'),
        ("/project/samples/order.id/en", '"A-2"'),
        ("/project/opt-out/fr", '"Stop promos"'),
        ("/overrides/0/codes/1", '"WIN010"'),
        ("/overrides/1/file", "'b.json'"),
        ("/overrides/1/sub/x", "true"),
    ],
)
def test_where_a_value_stands(pointer: str, text: str) -> None:
    assert shown(TomlDocument("bascule.toml", TEXT), pointer) == text


def test_where_keys_and_tables_stand_and_what_is_not_there() -> None:
    document = TomlDocument("bascule.toml", TEXT)
    assert shown(document, "/project/opt-out/fr", key=True) == "fr"
    assert shown(document, "/clé à part", key=True) == '"clé à part"'
    assert shown(document, "/overrides/1") == "[[overrides]]"
    assert document.locate(Place("f", "/overrides/1")).line == 20
    assert shown(document, "/project/missing") == "[project]"
    assert document.locate(Place("f", "/nowhere")).line == 1


def test_values_are_those_of_tomllib() -> None:
    assert TomlDocument("f", TEXT).value == tomllib.loads(TEXT)
    assert TomlDocument("f", TEXT.replace("\n", "\r\n")).value == tomllib.loads(TEXT)


def test_a_syntax_error_has_its_place() -> None:
    document = TomlDocument("f", 'select = ["TPL"]\nignore = [WIN]\n')
    assert document.problem is not None
    assert document.line_column(document.problem.start) == (2, 11)
    assert "line" not in document.problem.message
    assert TomlDocument("f", "a = ").problem is not None


def test_deep_nesting_and_long_numbers_are_problems_not_tracebacks() -> None:
    for text in ("a = " + "[" * 5000, "a = " + "[" * 5000 + "]" * 5000, "a = " + "9" * 10_000, "\0", "a" * 100_000):
        document = TomlDocument("f", text)
        assert document.problem is not None
        assert document.value == {}
    nested = TomlDocument("f", "a = " + "[" * 80 + "]" * 80)
    assert nested.locate(Place("f", "/a" + "/0" * 79)).line == 1


def test_secrets_are_covered_in_what_is_shown() -> None:
    document = TomlDocument("pyproject.toml", 'token = "ghp_abcdefghijklmnopqrstuvwxyz012345"\nx = [\n')
    assert "ghp_" not in document.line_text(1)
    assert len(document.line_text(1)) == len('token = "ghp_abcdefghijklmnopqrstuvwxyz012345"')


KEYS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), min_size=1, max_size=6)
SCALARS = st.one_of(st.integers(-9999, 9999), st.booleans(), KEYS)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(KEYS, inner, max_size=3)),
    max_leaves=8,
)


def toml(value: Any) -> str:
    if isinstance(value, dict):
        return (
            "{ "
            + ", ".join(f"{json.dumps(key, ensure_ascii=False)} = {toml(item)}" for key, item in value.items())
            + " }"
        )
    if isinstance(value, list):
        return "[ # liste\n" + ", ".join(toml(item) for item in value) + " ]"
    return json.dumps(value, ensure_ascii=False)


def leaves(value: Any, pointer: str = "") -> list[tuple[str, Any]]:
    if isinstance(value, dict):
        return [leaf for key, item in value.items() for leaf in leaves(item, join_pointer(pointer, key))]
    if isinstance(value, list):
        return [leaf for number, item in enumerate(value) for leaf in leaves(item, join_pointer(pointer, number))]
    return [(pointer, value)]


@given(st.dictionaries(KEYS, VALUES, max_size=4))
def test_every_value_of_any_document_is_found_where_it_stands(data: dict[str, Any]) -> None:
    text = "".join(f"{json.dumps(key, ensure_ascii=False)} = {toml(value)}\n" for key, value in data.items())
    document = TomlDocument("f", text)
    assert document.problem is None
    if document.text != text:  # something looked like a secret and is covered
        return
    for pointer, value in leaves(data):
        assert json.loads(shown(document, pointer)) == value


@given(st.text("[]{}\"'=#.\\ab1\n ,", max_size=60))
def test_no_text_raises(text: str) -> None:
    document = TomlDocument("f", text)
    document.locate(Place("f", "/a/b/0"))
    assert (document.problem is None) or document.value == {}
