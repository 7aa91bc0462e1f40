"""Parameters are found with their offsets; what only looks like one is told apart and why."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bascule.whatsapp.templates import PlaceholderKind, PlaceholderProblem, fill, parameters

P = PlaceholderProblem


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", []),
        ("Rien à dire.", []),
        ("Bonjour {{1}} !", [("{{1}}", "1", None)]),
        ("{{1}}{{2}}", [("{{1}}", "1", None), ("{{2}}", "2", None)]),
        (
            "مرحبا {{first_name}}، طلبك {{order_2}}",
            [("{{first_name}}", "first_name", None), ("{{order_2}}", "order_2", None)],
        ),
        ("नमस्ते 😀{{10}}😀", [("{{10}}", "10", None)]),
        ("a {{ 1 }}", [("{{ 1 }}", "1", P.SPACES)]),
        ("a {{Nom}}", [("{{Nom}}", "Nom", P.UPPER_CASE)]),
        ("a {{prénom}}", [("{{prénom}}", "prénom", P.CHARACTERS)]),
        ("a {{#1}} {{$x}}", [("{{#1}}", "#1", P.CHARACTERS), ("{{$x}}", "$x", P.CHARACTERS)]),
        ("a {{01}} {{١}}", [("{{01}}", "01", P.CHARACTERS), ("{{١}}", "١", P.CHARACTERS)]),
        ("a {{}} {{ }}", [("{{}}", "", P.EMPTY), ("{{ }}", "", P.EMPTY)]),
        ("a {1}", [("{1}", "1", P.BRACES)]),
        ("a {{1}", [("{{1}", "1", P.BRACES)]),
        ("a {{{1}}}", [("{{{1}}}", "1", P.BRACES)]),
        ("a {{1", [("{{", "", P.UNCLOSED)]),
        ("a 1}}", [("}}", "", P.UNOPENED)]),
        ("a {{1 {{2}}", [("{{", "", P.UNCLOSED), ("{{2}}", "2", None)]),
    ],
)
def test_placeholders(text: str, found: list[tuple[str, str, PlaceholderProblem | None]]) -> None:
    items = parameters(text)
    assert [(item.text, item.name, item.problem) for item in items] == found
    assert all(text[item.start : item.end] == item.text for item in items)
    assert all((item.kind is PlaceholderKind.MALFORMED) == (item.problem is not None) for item in items)


def test_numbers_and_names() -> None:
    position, name, broken = parameters("{{3}} {{nom}} {{4 }}")
    assert (position.kind, position.number) == (PlaceholderKind.POSITIONAL, 3)
    assert (name.kind, name.number) == (PlaceholderKind.NAMED, None)
    assert broken.number is None


@given(st.text(alphabet="{}1a_ é\n", max_size=60))
def test_every_brace_belongs_to_exactly_one_placeholder(text: str) -> None:
    items = parameters(text)
    assert list(items) == sorted(items, key=lambda item: item.start)
    covered = [offset for item in items for offset in range(item.start, item.end)]
    assert len(covered) == len(set(covered))
    assert {at for at, char in enumerate(text) if char in "{}"} <= set(covered)
    for item in items:
        if item.kind is not PlaceholderKind.MALFORMED:
            assert item.text == "{{" + item.name + "}}"


@given(st.text(alphabet="{}12ab é", max_size=40))
def test_filling_with_itself_changes_nothing(text: str) -> None:
    names = {item.name for item in parameters(text)}
    assert fill(text, {name: "{{" + name + "}}" for name in names}) == text
    assert fill(text, {}) == text


def test_fill_replaces_only_what_it_knows() -> None:
    text = "Bonjour {{nom}}, {{1}} et {{ nom }}"
    assert fill(text, {"nom": "Awa", "1": "{{nom}}"}) == "Bonjour Awa, {{nom}} et {{ nom }}"


@pytest.mark.parametrize("unit", ["{", "}", "{{", "{{a", "{{1}}", "{ ", "}{"])
def test_long_texts_take_linear_time(unit: str) -> None:
    text = unit * (200_000 // len(unit))
    parameters(text)
