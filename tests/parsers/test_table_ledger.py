"""The books of the table parser: every filled cell once, counted by other means; every text in the graph."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bascule.ir.content import Content
from bascule.ir.ledger import Fate
from bascule.ir.nodes import Ask, Message
from bascule.ir.text import plain_text
from bascule.parsers.base import Parsed, ParseOptions
from bascule.parsers.table import parse
from bascule.parsers.table.rules import NoSteps
from bascule.source import SourceFile
from tests.parsers.table_support import FIXTURES, read

FILES = sorted(path for path in [*FIXTURES.glob("*"), *(FIXTURES / "hostile").glob("*")] if path.is_file())
MARKDOWN_ROW = re.compile(r"(?<!\\)\|")


def cells(path: Path) -> list[str]:
    """The filled cells of a file, headers and titles included, read by other means than the parser's."""
    if path.suffix == ".xlsx":
        book = openpyxl.load_workbook(path)
        sheets = [sheet for sheet in book.worksheets if sheet.title != "listes"]
        return [
            str(cell.value) for sheet in sheets for row in sheet.iter_rows() for cell in row if cell.value is not None
        ]
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".md":
        inside = re.sub(r"```.*?```", "", text, flags=re.DOTALL)
        rows = [line for line in inside.splitlines() if line.startswith("|") and not set(line) <= set("|-: ")]
        return [cell for row in rows for cell in MARKDOWN_ROW.split(row) if cell.strip()]
    delimiter = "\t" if path.suffix == ".tsv" else max(";,", key=text.split("\n")[0].count)
    return [
        cell for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter) for cell in row if cell.strip()
    ]


def assert_booked_once(parsed: Parsed) -> None:
    counted = Counter((entry.place.pointer, entry.place.sub, entry.place.key) for entry in parsed.ledger)
    assert not counted or max(counted.values()) == 1
    assert not [entry for entry in parsed.ledger if entry.code == NoSteps.code]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_filled_cell_is_booked_once(path: Path) -> None:
    parsed = parse(SourceFile(path.name, path.read_bytes()), ParseOptions())
    if parsed.unreadable or path.stem == "quote_ouverte":
        return
    assert_booked_once(parsed)
    own = [
        entry
        for entry in parsed.ledger
        if entry.construct not in ("text beside the tables",) and entry.fate is not Fate.DROPPED
    ]
    assert len(own) == len(cells(path))


def test_sheets_without_steps_are_booked_as_dropped() -> None:
    (entry,) = [entry for entry in read("classeur.xlsx").ledger if entry.fate is Fate.DROPPED]
    assert (entry.construct, entry.code) == ("sheet listes", "LOS700")


def test_prose_of_markdown_is_booked_to_the_last_line() -> None:
    parsed = read("rendez-vous.md")
    text = (FIXTURES / "rendez-vous.md").read_text(encoding="utf-8")
    covered = ""
    for entry in parsed.ledger:
        if entry.construct == "text beside the tables":
            span = parsed.document.locate(entry.place)
            covered += text[span.start : span.end]
    outside = re.sub(r"```.*?```", lambda match: match.group().replace("|", "¦"), text, flags=re.DOTALL)
    prose = [line.replace("¦", "|") for line in outside.splitlines() if not line.startswith("|")]
    assert "".join(covered.split()) == "".join("".join(prose).split())


def contents(parsed: Parsed) -> Iterator[Content]:
    for flow in parsed.project.flows:
        for node in flow.nodes:
            if isinstance(node, (Ask, Message)):
                yield node.content
                yield from (variant.content for variant in node.content.variants)


@pytest.mark.parametrize(
    "path", [path for path in FILES if path.suffix in (".csv", ".tsv")], ids=lambda path: path.name
)
def test_every_text_is_said_byte_for_byte(path: Path) -> None:
    parsed = parse(SourceFile(path.name, path.read_bytes()), ParseOptions())
    if parsed.unreadable:
        return
    said = set()
    for content in contents(parsed):
        for _, text in content.text:
            said.add(plain_text(text, lambda hole: "{" + str(hole.expression.path[0]) + "}"))  # type: ignore[union-attr]
    texts = [entry for entry in parsed.ledger if entry.construct.startswith("column text") and entry.fate is Fate.EXACT]
    for entry in texts:
        span = parsed.document.locate(entry.place)
        written = parsed.document.text[span.start : span.end].replace('""', '"')
        assert written.replace("{{", "{").replace("}}", "}") in said


HEADERS = st.sampled_from(
    ["étape", "texte", "texte_ar", "message 2", "boutons", "button 1", "next 1", "suivant", "sinon", "timeout", "attente", "type",
     "enregistrer dans", "réponse attendue", "définir", "condition", "image", "lien", "langue", "canal", "scénario", "mot-clé",
     "déclencheur", "campagne", "conseiller", "fin", "modèle", "catégorie", "exemple", "consentement", "note", "truc", "titre",
     "section", "description 1", "api", "sms", "erreur", "pied de page", ""]
)  # fmt: skip
CELLS = st.sampled_from(
    ["", "", "menu", "a", "b", "1", "fin", "Bonjour {nom}", "Ça va ?", "1. Oui\n2. Non", "Oui -> a | Non -> b", "Oui/Non", "[Oui](a)",
     "oui: a; non: b; sinon: menu", "24h -> relance", "24h", "demain", "age >= 18", "x = 1; y += 2", "nombre", "https://e.fr/a.jpg", "fr",
     "ar", "klingon", "sms", "oui", "non", "-", "question", "opt-in", "POST https://api.fr/x", "# note", "// x", "B > a", "répéter",
     "si age > 3 alors a sinon b", "مرحبا {nom}", "نعم ← a | لا ← b", "हाँ | नहीं", "position", "=HYPERLINK(\"x\")", "a, b", "👍"]
)  # fmt: skip


@settings(max_examples=400)
@given(
    st.lists(HEADERS, min_size=2, max_size=7),
    st.lists(st.lists(CELLS, max_size=8), max_size=7),
    st.sampled_from(",;\t"),
)
def test_every_cell_of_any_table_is_booked_once(header: list[str], rows: list[list[str]], delimiter: str) -> None:
    out = io.StringIO()
    csv.writer(out, quoting=csv.QUOTE_ALL, delimiter=delimiter).writerows([["étape", "texte", *header], *rows])
    parsed = parse(SourceFile.of_text(out.getvalue(), "t.csv"), ParseOptions())
    if parsed.unreadable:
        return
    assert_booked_once(parsed)
    assert len(parsed.ledger) == 2 + sum(bool(cell.strip()) for row in [header, *rows] for cell in row)
