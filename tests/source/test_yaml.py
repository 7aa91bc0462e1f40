"""The YAML reader: words stay words, places, limits."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from bascule.source import Place
from bascule.source.yaml import Plain, YamlDocument, as_scalar, read_yaml


def test_plain_scalars_keep_the_words_a_person_wrote() -> None:
    document = read_yaml("f", "a: [yes, no, on, 012, 1:30, 1e3, ~, '12', 2026-01-01]")
    assert document.value == {"a": ["yes", "no", "on", "012", "1:30", "1e3", "~", "12", "2026-01-01"]}
    assert [type(item) for item in document.value["a"]][:2] == [Plain, Plain]
    assert type(document.value["a"][7]) is str


@pytest.mark.parametrize(
    ("text", "value"),
    [("true", True), ("12", 12), ("-1.5", -1.5), ("~", None), ("", None), ("no", "no"), ("012", "012"), ("x", "x")],
)
def test_the_core_schema_types_a_plain_scalar(text: str, value: Any) -> None:
    result = as_scalar(Plain(text))
    assert result == value
    assert type(result) is type(value)
    assert as_scalar(text) == text


def test_places_point_at_keys_values_and_ranges() -> None:
    text = 'flows:\n  menu:\n    say: "Bonjour {nom}"\n    then: fin\n'
    document = read_yaml("f", text)
    say = document.locate(Place("f", "/flows/menu/say", (8, 13)))
    assert text[say.start : say.end] == "{nom}"
    assert (say.line, say.column) == (3, 19)
    assert text[slice(*_offsets(document, Place("f", "/flows/menu")))] == "menu"
    assert text[slice(*_offsets(document, Place("f", "/flows/menu/then").at_key()))] == "then"


def _offsets(document: YamlDocument, place: Place) -> tuple[int, int]:
    span = document.locate(place)
    return span.start, span.end


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("a: [1, 2\nb: }", "yaml-syntax"),
        ("a: *x", "yaml-syntax"),
        ("&a [*a]", "yaml-syntax"),
        ("a: 1\na: 2", "yaml-duplicate-key"),
        ("{[1]: 2}", "yaml-key"),
        ("[" * 5000, "too-deep"),
        ("a: \x07", "yaml-syntax"),
    ],
)
def test_each_defect_is_named(text: str, kind: str) -> None:
    assert [problem.kind for problem in read_yaml("f", text).problems] == [kind]


def test_an_alias_bomb_is_refused_before_it_is_built() -> None:
    bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
        f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 10)
    )
    assert [problem.kind for problem in read_yaml("f", bomb).problems] == ["yaml-alias-limit"]


def test_merge_keys_fill_what_is_missing() -> None:
    document = read_yaml("f", "base: &b {x: 1, y: 2}\nfull:\n  <<: *b\n  y: 3\n")
    assert document.value["full"] == {"y": "3", "x": "1"}


@given(st.text())
def test_any_text_is_read_without_an_exception(text: str) -> None:
    read_yaml("f", text)


plain = st.recursive(
    st.text(st.characters(blacklist_categories=("Cs", "Cc")), max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(st.characters(whitelist_categories=("L",)), min_size=1), inner, max_size=3)
    ),
    max_leaves=12,
)


@given(plain)
def test_what_pyyaml_writes_is_read_back(value: Any) -> None:
    text = yaml.safe_dump({"k": value}, allow_unicode=True)
    expected = yaml.load(text, Loader=yaml.BaseLoader)
    assert read_yaml("f", text).value == expected
