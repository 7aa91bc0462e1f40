"""The books of the SMS parser: every construct once, counted against a walk of our own."""

from __future__ import annotations

import contextlib
import csv
import dataclasses
import io
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from bascule.ir.ledger import Fate
from bascule.ir.text import Hole, Literal, plain_text
from bascule.parsers.base import Parsed, ParseOptions
from bascule.parsers.sms import parse
from bascule.source import SourceFile

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures" / "sms"


def read(path: Path) -> Parsed:
    return parse(SourceFile(path.name, path.read_bytes()), ParseOptions())


def tree_leaves(value: Any, pointer: str = "") -> Iterator[str]:
    """Pointers of all scalars and empty containers, found without any code of the parser."""
    if isinstance(value, dict) and value:
        for key, item in value.items():
            yield from tree_leaves(item, f"{pointer}/{str(key).replace('~', '~0').replace('/', '~1')}")
    elif isinstance(value, list) and value:
        for index, item in enumerate(value):
            yield from tree_leaves(item, f"{pointer}/{index}")
    else:
        yield pointer


def booked(parsed: Parsed) -> Counter[str]:
    """How often each pointer stands in the ledger (what lies outside the document left out)."""
    return Counter(entry.place.pointer for entry in parsed.ledger if entry.fate is not Fate.DROPPED)


def assert_tree_is_booked(value: Any, parsed: Parsed) -> None:
    assert booked(parsed) == Counter(tree_leaves(value))


def table_cells(path: Path) -> int:
    """Non-empty cells of a table, headers and titles included, read by other means than the parser's."""
    if path.suffix == ".xlsx":
        sheet = openpyxl.load_workbook(path).worksheets[0]
        return sum(cell.value not in (None, "") for row in sheet.iter_rows() for cell in row)
    text = path.read_bytes().decode(
        {"excel": "cp1252", "unicode": "utf-16", "cp1251": "cp1252"}.get(path.stem, "utf-8")
    )
    text = text.removeprefix("sep=;\r\n")
    delimiter = max(";,\t", key=text.split("\n")[0].count) if path.stem != "une_colonne" else "\x1f"
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    return sum(bool(cell.strip()) for row in rows for cell in row)


TREES = sorted(path for path in FIXTURES.glob("*") if path.suffix in (".json", ".yml"))
TABLES = sorted(path for path in FIXTURES.glob("*") if path.suffix in (".csv", ".tsv", ".xlsx"))


@pytest.mark.parametrize("path", TREES, ids=lambda path: path.name)
def test_every_leaf_of_a_tree_is_booked_once(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    value = json.loads(text) if path.suffix == ".json" else yaml.load(text, Loader=yaml.BaseLoader)
    assert_tree_is_booked(value, read(path))


@pytest.mark.parametrize("path", TABLES, ids=lambda path: path.name)
def test_every_filled_cell_of_a_table_is_booked_once(path: Path) -> None:
    parsed = read(path)
    entries = [entry for entry in parsed.ledger if entry.fate is not Fate.DROPPED]
    assert len(entries) == table_cells(path)
    assert max(Counter((entry.place.pointer, entry.place.key) for entry in entries).values()) == 1


@pytest.mark.parametrize("name", ["doublons.csv", "bancal.csv", "nul.csv", "cp1251.csv", "entete_seul.csv"])
def test_tables_with_defects_are_booked_to_the_last_cell(name: str) -> None:
    path = FIXTURES / "hostile" / name
    assert len(read(path).ledger) == table_cells(path)


@pytest.mark.corpus
def test_every_leaf_of_the_corpus_is_booked_once(corpus: Path) -> None:
    seen = 0
    for path in sorted((corpus / "sms-templates").glob("*")):
        text = path.read_text(encoding="utf-8")
        parsed = read(path)
        if path.suffix == ".csv":
            assert len(parsed.ledger) == sum(bool(cell) for row in csv.reader(io.StringIO(text)) for cell in row)
        else:
            value = yaml.load(text, Loader=yaml.BaseLoader) if path.suffix == ".yml" else json.loads(text)
            assert_tree_is_booked(value, parsed)
        seen += 1
    assert seen == 9


@pytest.mark.corpus
def test_every_string_of_the_corpus_is_somewhere_in_the_project(corpus: Path) -> None:
    for path in sorted((corpus / "sms-templates").glob("*.json*")):
        value = json.loads(path.read_text(encoding="utf-8"))
        originals = dict(strings(value))
        project = read(path).project
        said = set(said_strings(project, originals))
        for pointer, text in originals.items():
            if "/variables/" in pointer and text.split()[0] in ("string", "integer"):
                declared = project.variable[pointer.rpartition("/")[2]]
                rest = text.partition(" ")[2].strip("()")
                assert declared.type in ("text", "number")
                assert rest in declared.description
            else:
                assert text in said or not text.strip(), (path.name, pointer)


def strings(value: Any, pointer: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield from strings(item, f"{pointer}/{key}")
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from strings(item, f"{pointer}/{index}")
    elif isinstance(value, str):
        yield pointer, value


def said_strings(value: Any, originals: dict[str, str]) -> Iterator[str]:
    """Every string below a part of the graph; facts are opened, and texts are put together with their holes."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple) and any(isinstance(part, (Literal, Hole)) for part in value):
        yield plain_text(value, lambda hole: spelled(hole, originals))
    elif isinstance(value, tuple) and len(value) == 2 and all(isinstance(part, str) for part in value):
        yield value[1]
        with contextlib.suppress(ValueError):
            yield from (text for _, text in strings(json.loads(value[1])))
    elif isinstance(value, (tuple, list)):
        for item in value:
            yield from said_strings(item, originals)
    elif dataclasses.is_dataclass(value):
        for field in dataclasses.fields(value):
            yield from said_strings(getattr(value, field.name), originals)


def spelled(hole: Hole, originals: dict[str, str]) -> str:
    assert hole.at is not None
    assert hole.at.sub is not None
    return originals[hole.at.pointer][slice(*hole.at.sub)]


# Members and keys of all roles, so that hypothesis builds objects the parser has opinions on.
NAMES = st.sampled_from(
    ["text", "template", "body", "content_fr", "content_ar", "fr", "en", "id", "key", "name", "title", "label", "sms",
     "email", "viber", "default", "defaults", "services", "templates", "messages", "version", "1", "2", "v3", "variables",
     "quick_replies", "buttons", "image_url", "sender", "flash", "category", "language", "channel", "description", "note",
     "welcome", "otp", "orders", "x/y", "a~b", "", "shorten_urls", "templateId", "header", "example", "items"]
)  # fmt: skip
STRINGS = st.sampled_from(
    ["Bonjour {nom}, bienvenue", "Your code is {{code}}", "oui", "fr", "klingon", "", "  ", "https://x.fr", "12", "STOP au 36111",
     "Choisissez : 1. Oui 2. Non", "مرحبا {nom}", "[\"a\", {\"title\": \"b\"}]", "a|b", "true", "sms", "👨‍👩‍👧"]
)  # fmt: skip
SCALARS = st.one_of(STRINGS, st.none(), st.booleans(), st.integers(-3, 3), st.just(1.5))
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(NAMES, inner, max_size=5)),
    max_leaves=25,
)
ROOTS = st.one_of(st.lists(VALUES, max_size=4), st.dictionaries(NAMES, VALUES, max_size=6))


@settings(max_examples=600)
@given(ROOTS)
def test_every_leaf_of_any_tree_is_booked_once(value: Any) -> None:
    parsed = parse(SourceFile.of_text(json.dumps(value), "t.json"), ParseOptions())
    assert_tree_is_booked(value, parsed)


HEADERS = st.sampled_from(
    ["clé", "texte", "text", "message", "langue", "content_fr", "content_en", "fr", "en", "canal", "sms_text", "viber_text",
     "catégorie", "expéditeur", "quick_replies", "variables", "notes", "id", "", "flash", "créé le", "texte"]
)  # fmt: skip
CELLS = st.one_of(STRINGS, st.text(st.sampled_from(list('ab é"\n;,{}')), max_size=6))


@settings(max_examples=300)
@given(st.lists(HEADERS, min_size=2, max_size=5), st.lists(st.lists(CELLS, max_size=6), max_size=6))
def test_every_cell_of_any_table_is_booked_once(header: list[str], rows: list[list[str]]) -> None:
    out = io.StringIO()
    csv.writer(out, quoting=csv.QUOTE_ALL, delimiter=";").writerows([header, *rows])
    parsed = parse(SourceFile.of_text(out.getvalue(), "t.csv"), ParseOptions())
    filled = sum(bool(cell.strip()) for row in [header, *rows] for cell in row)
    if parsed.project.flows and ("delimiter", ";") in parsed.facts:
        assert len(parsed.ledger) == filled
        assert max(Counter((entry.place.pointer, entry.place.key) for entry in parsed.ledger).values()) == 1


@given(
    st.lists(st.sampled_from(["Bonjour {nom}", "[titre]", "", "---", "# note", "nom:", "Fin du texte,"]), max_size=12)
)
def test_every_block_of_a_text_is_booked_once(lines: list[str]) -> None:
    text = "\n".join(lines)
    parsed = parse(SourceFile.of_text(text, "t.txt"), ParseOptions())
    if not dict(parsed.facts)["shape"].startswith("a text"):
        return  # `nom:` alone is YAML
    entries = list(parsed.ledger)
    assert len({entry.place.pointer for entry in entries}) == len(entries)
    spans = sorted((parsed.document.locate(entry.place) for entry in entries), key=lambda span: span.start)
    covered = "".join(text[span.start : span.end] for span in spans)
    assert "".join(covered.split()) == "".join(text.split())
