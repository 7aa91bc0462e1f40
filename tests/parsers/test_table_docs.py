"""The examples of docs/formats/table.md do what the page says, and the page names every code and only those."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from bascule.diagnostics.rules import registry
from bascule.ir.encode import encode_project
from bascule.parsers.base import Parsed, ParseOptions
from bascule.parsers.table import parse, sniff
from bascule.source import SourceFile

PAGE = Path(__file__).resolve().parents[2] / "docs" / "formats" / "table.md"
BLOCK = re.compile(r"^```(\w+) (\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def examples() -> Iterator[tuple[str, str, str]]:
    """Each table of the page with each block that says what it gives: (table, kind of block, block)."""
    table = ""
    for language, kind, body in BLOCK.findall(PAGE.read_text(encoding="utf-8")):
        if kind == "table":
            assert language == "csv"
            table = body
        else:
            yield table, kind, body


EXAMPLES = list(examples())


def read(table: str) -> Parsed:
    return parse(SourceFile.of_text(table, "exemple.csv"), ParseOptions())


def nodes_of(parsed: Parsed) -> dict[str, Any]:
    flows = encode_project(parsed.project)["flows"]
    return {name: node for flow in flows.values() for name, node in flow["nodes"].items()}


def test_the_page_has_examples_of_every_kind() -> None:
    kinds = [kind for _, kind, _ in EXAMPLES]
    assert kinds.count("nodes") >= 9
    assert set(kinds) == {"nodes", "entries"}


@pytest.mark.parametrize(
    ("table", "kind", "body"), EXAMPLES, ids=[table.split("\n")[1][:30] for table, _, _ in EXAMPLES]
)
def test_an_example_gives_what_stands_below_it(table: str, kind: str, body: str) -> None:
    parsed = read(table)
    if kind == "nodes":
        given = nodes_of(parsed)
        for name, node in yaml.safe_load(body).items():
            assert given[name] == node
    else:
        (flow,) = encode_project(parsed.project)["flows"].values()
        assert flow["entries"] == yaml.safe_load(body)


@pytest.mark.parametrize("table", sorted({table for table, _, _ in EXAMPLES}))
def test_every_example_is_taken_without_naming_the_format(table: str) -> None:
    match = sniff(SourceFile.of_text(table, "exemple.csv"))
    assert match is not None
    assert match.confidence >= 50


def test_the_page_names_every_code() -> None:
    text = PAGE.read_text(encoding="utf-8")
    own = {code for code in registry() if code[:4] in ("PAR7", "LOS7") and int(code[3:]) < 750}
    named = set(re.findall(r"\b(?:PAR|LOS)7[0-4]\d\b", text))
    for first, last in re.findall(r"(LOS7\d\d)–(LOS7\d\d)", text):
        named |= {f"LOS{number}" for number in range(int(first[3:]), int(last[3:]) + 1)}
    assert named == own


def test_every_column_name_of_the_page_is_known() -> None:
    from bascule.parsers.table.columns import read_name

    section = PAGE.read_text(encoding="utf-8").split("## Columns")[1].split("```")[0]
    names = [name for line in section.splitlines() if line.startswith("| ") for name in re.findall(r"`([^`]+)`", line)]
    assert len(names) > 100
    assert [name for name in names if read_name(name) is None] == []
