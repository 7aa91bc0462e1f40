"""The JSON reader: same values as the standard one, places, and recovery."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bascule.source import Place, SourceFile
from bascule.source.json import JsonDocument, scan_json

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=30,
)


def kinds(text: str) -> list[str]:
    return [problem.kind for problem in scan_json(text).problems]


@given(json_values, st.booleans(), st.sampled_from([None, 1, "\t"]))
def test_scanner_and_standard_parser_agree(value: Any, ascii_only: bool, indent: Any) -> None:
    text = json.dumps([value], ensure_ascii=ascii_only, indent=indent)
    if ascii_only is False:
        text = text.encode("utf-8", "replace").decode("utf-8")
        value = json.loads(text)[0]
    scan = scan_json(text)
    assert scan.problems == ()
    assert scan.value == [value]
    assert JsonDocument("f", text).value == [value]


@given(st.text())
def test_any_text_is_read_without_an_exception(text: str) -> None:
    scan_json(text)
    JsonDocument("f", text)


@given(json_values, st.data())
def test_a_damaged_document_still_gives_a_value_or_a_problem(value: Any, data: st.DataObject) -> None:
    text = json.dumps({"a": value, "b": [value]})
    at = data.draw(st.integers(0, len(text) - 1))
    damaged = text[:at] + data.draw(st.sampled_from(["", ",", "}", "]", '"', ":", "\\", "x"])) + text[at + 1 :]
    scan = scan_json(damaged)
    try:
        assert scan.value == json.loads(damaged) or scan.problems
    except ValueError:
        assert scan.problems


@pytest.mark.parametrize(
    ("text", "value", "kind", "place"),
    [
        ('{"a": 1,}', {"a": 1}, "json-trailing-comma", 7),
        ('{"a": 1 "b": 2}', {"a": 1, "b": 2}, "json-missing-comma", 8),
        ('{"a": [1, 2', {"a": [1, 2]}, "json-truncated", 10),
        ('{"a": 1, "a": 2}', {"a": 2}, "json-duplicate-key", 9),
        ('// note\n{"a": 1}', {"a": 1}, "json-comment", 0),
        ('{"a": 1 /* x */}', {"a": 1}, "json-comment", 8),
        ('{"a": "x\ny"}', {"a": "x\ny"}, "json-control-character", 6),
        ("[1]]", [1], "json-extra-data", 3),
        ("{a: 1}", {"a": 1}, "json-syntax", 1),
        ('["\\ud83d"]', ["\ufffd"], "lone-surrogate", 1),
        ("[" * 300, None, "too-deep", 200),
        ("[True]", [True], "json-syntax", 1),
    ],
)
def test_each_defect_is_named_with_its_place_and_read_over(text: str, value: Any, kind: str, place: int) -> None:
    scan = scan_json(text)
    assert [(problem.kind, problem.start) for problem in scan.problems] == [(kind, place)]
    if value is not None:
        assert scan.value == value


def test_a_lone_surrogate_behind_the_fast_parser_is_seen() -> None:
    assert JsonDocument("f", '{"a": "\\ud83d\\ude00"}').problems == ()
    assert [p.kind for p in JsonDocument("f", '{"a": "x\\udc00"}').problems] == ["lone-surrogate"]


def test_deep_nesting_is_refused_by_the_fast_parser_too() -> None:
    document = JsonDocument("f", "[" * 5000 + "]" * 5000)
    assert [problem.kind for problem in document.problems] == ["too-deep"]


def test_places_follow_pointers() -> None:
    text = '{\n  "états": [\n    {"nom": "menu", "body": "é \\u00e9 {x}\\n"}\n  ]\n}'
    document = JsonDocument("f.json", text)

    def shown(place: Place) -> str:
        span = document.locate(place)
        return text[span.start : span.end]

    body = Place("f.json", "/états/0/body")
    assert shown(body) == '"é \\u00e9 {x}\\n"'
    assert shown(body.within(4, 7)) == "{x}"
    assert shown(Place("f.json", "/états/0/nom").at_key()) == '"nom"'
    assert shown(Place("f.json", "/états/0")) == "{"
    assert (document.locate(body).line, document.locate(body).column) == (3, 29)
    assert document.source_of("/états/0/nom") == '"menu"'
    assert shown(Place("f.json", "/états/7/x")) == "["


@given(st.text(min_size=1), st.booleans(), st.data())
def test_a_range_of_a_decoded_text_maps_to_its_literal(text: str, ascii_only: bool, data: st.DataObject) -> None:
    text = text.encode("utf-8", "replace").decode("utf-8")
    source = json.dumps({"k": text}, ensure_ascii=ascii_only)
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    document = JsonDocument("f", source)
    span = document.locate(Place("f", "/k", (start, end)))
    assert json.loads('"' + source[span.start : span.end] + '"') == text[start:end]


@pytest.mark.corpus
def test_all_json_files_of_the_corpus_read_alike(corpus: Path) -> None:
    seen = 0
    for path in sorted(corpus.rglob("*.json")):
        file = SourceFile(path.name, path.read_bytes())
        try:
            expected = json.loads(file.text)
        except ValueError:
            continue
        scan = scan_json(file.text)
        assert scan.value == expected, path
        seen += 1
    assert seen > 300
