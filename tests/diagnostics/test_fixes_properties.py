"""What holds for any fix: nothing is raised, only the edits change, and the text says what they ask."""

from __future__ import annotations

import json
from typing import Any

import yaml
from hypothesis import given
from hypothesis import strategies as st

from bascule.diagnostics import Applicability, Edit, Finding, Fix, Severity
from bascule.diagnostics.fixes import Fixed, apply_fixes, source_of
from bascule.diagnostics.literals import resolve, splice
from bascule.source import Document, Place
from bascule.source.json import read_json
from bascule.source.properties import read_properties
from bascule.source.table import read_table
from bascule.source.yaml import read_yaml

PATH = "f"
LETTERS = st.sampled_from("abé नم😀 \t\n\"'\\:#-,;{}[]|>&*!%@`=\r\u00a0\u2028\x07\u0301")
TEXTS = st.text(LETTERS, max_size=12)
VALUES = st.dictionaries(st.sampled_from(["a", "b", "c d", "é"]), TEXTS, min_size=1, max_size=4)
EDITS = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 12), st.integers(0, 12), TEXTS), min_size=1, max_size=4)


def findings(values: dict[str, str], edits: list[tuple[int, int, int, str]], at: str = "") -> list[Finding]:
    made = []
    for number, first, last, new in edits:
        key = list(values)[number % len(values)]
        start, end = sorted((min(first, len(values[key])), min(last, len(values[key]))))
        item = Edit(Place(PATH, f"{at}/{key}", (start, end)), new)
        made.append(Finding("TPL021", Severity.INFO, "m", item.place, fix=Fix("f", (item,), Applicability.SAFE)))
    return made


def check(document: Document, values: dict[str, str], found: list[Finding]) -> Fixed:
    source = source_of(document, document.text.encode())
    done = apply_fixes(found, {PATH: source})
    assert len(done.fixed) + len(done.refused) + len(done.waiting) == len(found)
    again = apply_fixes(list(reversed(found)), {PATH: source})
    assert again.texts == done.texts, "the order of findings must not matter"
    rest = document.text
    parts = [item.fix.edits[0] for item in done.fixed if item.fix is not None]
    splices = {splice(document, document.text, resolve(document, part)) for part in parts}
    at = 0
    made = done.texts.get(PATH, document.text)
    moved = 0
    for part in sorted(splices, key=lambda item: item.start):
        assert made[at + moved : part.start + moved] == rest[at : part.start], "a byte outside of the edits changed"
        moved += len(part.text) - (part.end - part.start)
        at = part.end
    assert made[at + moved :] == rest[at:]
    return done


def wanted(values: dict[str, str], done: Fixed) -> dict[str, str]:
    result = dict(values)
    edits = {item.fix.edits[0] for item in done.fixed if item.fix is not None}
    for item in sorted(edits, key=lambda edit: edit.place.sub or (0, 0), reverse=True):
        key = item.place.pointer.rsplit("/", 1)[1]
        start, end = item.place.sub or (0, 0)
        result[key] = result[key][:start] + item.replacement + result[key][end:]
    return result


@given(VALUES, EDITS, st.booleans())
def test_json(values: dict[str, str], edits: list[tuple[int, int, int, str]], ascii_only: bool) -> None:
    document = read_json(PATH, json.dumps(values, ensure_ascii=ascii_only, indent=2))
    done = check(document, values, findings(values, edits))
    assert not done.refused
    assert read_json(PATH, done.texts.get(PATH, document.text)).value == wanted(values, done)


@given(VALUES, EDITS, st.sampled_from([None, "'", '"', "|", ">"]), st.integers(8, 60), st.booleans())
def test_yaml(
    values: dict[str, str], edits: list[tuple[int, int, int, str]], style: Any, width: int, flow: bool
) -> None:
    text = yaml.dump(values, default_style=style, allow_unicode=True, width=width, default_flow_style=flow)
    document = read_yaml(PATH, f"# en tête\n{text}# fin\n")
    if document.value != values:
        return  # what the writer wrote is not what it was given (line breaks of other kinds)
    done = check(document, values, findings(values, edits))
    again = read_yaml(PATH, done.texts.get(PATH, document.text))
    assert again.value == wanted(values, done)
    assert "# en tête\n" in again.text
    assert again.text.endswith("# fin\n")


@given(st.text(LETTERS, max_size=60), EDITS)
def test_any_text_as_yaml(text: str, edits: list[tuple[int, int, int, str]]) -> None:
    document = read_yaml(PATH, text)
    values = {str(key): value for key, value in document.value.items()} if isinstance(document.value, dict) else {}
    texts = {
        key: value for key, value in values.items() if isinstance(value, str) and "/" not in key and "~" not in key
    }
    if document.usable and texts:
        done = check(document, texts, findings(texts, edits))
        made = read_yaml(PATH, done.texts.get(PATH, text)).value
        assert {**values, **wanted(texts, done)} == made


@given(VALUES, EDITS)
def test_properties(values: dict[str, str], edits: list[tuple[int, int, int, str]]) -> None:
    def escaped(text: str) -> str:
        return "".join(f"\\u{ord(char):04x}" if char in "\n\r\t\\ =:#!" else char for char in text)

    text = "".join(f"{escaped(key)} = {escaped(value)}\n" for key, value in values.items())
    document = read_properties(PATH, text)
    assert document.value == values
    done = check(document, values, findings(values, edits))
    assert read_properties(PATH, done.texts.get(PATH, text)).value == wanted(values, done)


@given(VALUES, EDITS, st.booleans())
def test_tables(values: dict[str, str], edits: list[tuple[int, int, int, str]], quote: bool) -> None:
    def cell(text: str) -> str:
        return f'"{text.replace(chr(34), chr(34) * 2)}"' if quote or set(text) & set('",\r\n') else text

    rows = [",".join(cell(key) for key in [*values, "z"]), ",".join(cell(value) for value in [*values.values(), "z"])]
    document = read_table(PATH, "\n".join(rows) + "\n", delimiter=",")
    if document.records != [[*values, "z"], [*values.values(), "z"]]:
        return
    done = check(document, values, findings(values, edits, "/0"))
    made = read_table(PATH, done.texts.get(PATH, document.text), delimiter=",")
    expected = {key: value.replace("\n", "\n") for key, value in wanted(values, done).items()}
    assert made.records[1][:-1] == list(expected.values())
