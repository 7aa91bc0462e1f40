"""Java property files: the grammar of java.util.Properties, with places."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bascule.source import Place
from bascule.source.properties import PropertiesDocument, read_properties


def shown(document: PropertiesDocument, place: Place) -> str:
    span = document.locate(place)
    return document.text[span.start : span.end]


@pytest.mark.parametrize(
    ("line", "key", "value"),
    [
        ("a=b", "a", "b"),
        ("a = b ", "a", "b "),
        ("a:b", "a", "b"),
        ("a b", "a", "b"),
        ("  a\t:\tb", "a", "b"),
        ("a=", "a", ""),
        ("a", "a", ""),
        ("a==b", "a", "=b"),
        (r"a\=b=c", "a=b", "c"),
        (r"a\ b=c", "a b", "c"),
        (r"a=\u00e9t\u00E9", "a", "été"),
        (r"a=\uD83D\uDE00", "a", "😀"),
        (r"a=\t\n\\\"", "a", '\t\n\\"'),
        ("a=b\\\n   c", "a", "bc"),
        ("a=b\\\r\n\tc", "a", "bc"),
        ("a=b\\\\", "a", "b\\"),
        ("a=b\\", "a", "b"),
        ("clé=été", "clé", "été"),
        ("a=# no comment", "a", "# no comment"),
    ],
)
def test_the_grammar_of_java_is_read(line: str, key: str, value: str) -> None:
    assert read_properties("f", line).value == {key: value}


def test_comments_and_empty_lines_hold_nothing() -> None:
    document = read_properties("f", "# a=b\n! c=d\n\n   # e\nx=y\n")
    assert document.value == {"x": "y"}
    assert not read_properties("f", "# only\n").usable


def test_places_follow_escapes_and_continued_lines() -> None:
    text = "un = 1\nsms = Caf\\u00e9 {0} \\\n      et {1}\n"
    document = read_properties("f", text)
    assert document.value["sms"] == "Café {0} et {1}"
    assert shown(document, Place("f", "/sms", (3, 4))) == "\\u00e9"
    assert shown(document, Place("f", "/sms", (5, 8))) == "{0}"
    assert shown(document, Place("f", "/sms", (12, 15))) == "{1}"
    assert document.locate(Place("f", "/sms", (12, 15))).line == 3
    assert shown(document, Place("f", "/sms", None, True)) == "sms"
    assert document.locate(Place("f", "/rien")).start == 0


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("a=\\u00e", "properties-escape", "u00e"),
        ("a=\\ud83d!", "properties-escape", "\ufffd!"),
        ("a=1\na=2", "properties-duplicate-key", "2"),
    ],
)
def test_defects_are_reported_where_they_stand(text: str, kind: str, value: str) -> None:
    document = read_properties("f", text)
    assert [problem.kind for problem in document.problems] == [kind]
    assert document.value["a"] == value
    problem = document.problems[0]
    assert text[problem.start : problem.end]


def escaped(text: str, key: bool) -> str:
    """A text as Java's ``store`` would write it."""
    special = "\\#!=:" + (" " if key else "")
    named = {"\n": "\\n", "\r": "\\r", "\t": "\\t", "\f": "\\f"}
    out = "".join(named.get(char) or (f"\\{char}" if char in special else char) for char in text)
    return f"\\{out}" if out[:1] == " " else out


WORDS = st.text(st.characters(exclude_categories=("Cs",)), max_size=20)


@given(st.dictionaries(WORDS.filter(bool), WORDS, max_size=5))
def test_what_java_writes_is_read_back(values: dict[str, str]) -> None:
    text = "".join(f"{escaped(key, True)}={escaped(value, False)}\n" for key, value in values.items())
    document = read_properties("f", text)
    assert document.value == values
    assert document.problems == ()
    for key, value in values.items():
        for index, char in enumerate(value):
            place = Place("f").child(key).within(index, index + 1)
            assert shown(document, place) in (char, f"\\{char}", escaped(char, False))


@given(st.text(max_size=200))
def test_any_text_is_read_without_an_exception(text: str) -> None:
    document = read_properties("f", text)
    for key in document.value:
        span = document.locate(Place("f").child(key))
        assert 0 <= span.start <= span.end <= len(text)
