"""No input makes the table parser raise, hang, or answer differently twice."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bascule.diagnostics import locate
from bascule.diagnostics.pages import HEADINGS, page_sections
from bascule.diagnostics.rules import registry
from bascule.ir.encode import encode_project
from bascule.ir.nodes import Ask, Chosen, Message, RunFlow
from bascule.parsers.base import Parsed, ParseOptions
from bascule.parsers.table import losses, parse, rules, sniff
from bascule.source import SourceFile
from tests.parsers.table_support import FIXTURES
from tests.work import lines_run

SEEDS = [(path.name, path.read_bytes()) for path in sorted(FIXTURES.rglob("*")) if path.is_file()]
PIECES = [b'"', b",", b";", b"\n", b"\r", b"\0", b"|", b"|---|", b"->", b": ", b"=", b"{", b"}", b"[", b"]", b"\xff", "é".encode(),
          "ع".encode(), "😀".encode(), "\u202e".encode(), b"# ", b"```\n", b"24h", b"fin", b"\xef\xbb\xbf", b"PK\x03\x04", b"<br>"]  # fmt: skip


def survive(data: bytes, name: str) -> Parsed:
    """Read bytes through the whole public surface of the parser and check what always holds."""
    file = SourceFile(name, data)
    match = sniff(file)
    assert match is None or (0 < match.confidence <= 100 and match.reason)
    parsed = parse(file, ParseOptions())
    known = registry()
    for finding in parsed.findings:
        assert finding.message
        assert finding.code in known
        span = locate(finding, {parsed.document.path: parsed.document}).span
        assert span is not None
        assert 0 <= span.start <= span.end
        assert span.line >= 1
    for flow in parsed.project.flows:
        assert flow.nodes
        assert flow.entries
        for node in flow.nodes:
            offered = {choice.id for choice in node.content.choices} if isinstance(node, (Ask, Message)) else set()
            for edge in node.edges:
                assert edge.target is None or edge.target in flow.by_id
                assert not isinstance(edge.guard, Chosen) or set(edge.guard.choices) <= offered
            assert not isinstance(node, RunFlow) or node.flow in parsed.project.by_id
            for _, value in node.facts:
                json.loads(value)
        assert len(flow.by_id) == len(flow.nodes)
        assert all(entry.target in flow.by_id for entry in flow.entries)
    encode_project(parsed.project, provenance=True)
    if not parsed.project.flows:
        assert parsed.findings
        assert parsed.unreadable
    return parsed


@settings(max_examples=100)
@given(st.binary(max_size=300), st.sampled_from(["a.csv", "a.md", "a.xlsx", "a", "a.txt"]))
def test_any_bytes_are_survived(data: bytes, name: str) -> None:
    survive(data, name)


@settings(max_examples=150)
@given(st.text(max_size=300), st.sampled_from(["a.csv", "a.md", "a.tsv", "a"]))
def test_any_text_below_a_header_is_survived(text: str, name: str) -> None:
    header = "|étape|texte|suivant|\n|---|---|---|\n" if name == "a.md" else "étape;texte;boutons;suivant\n"
    survive((header + text).encode("utf-8", "surrogatepass"), name)


@settings(max_examples=200)
@given(st.data())
def test_damaged_files_are_survived(data: Any) -> None:
    name, content = data.draw(st.sampled_from(SEEDS))
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(content)))
        action = data.draw(st.integers(0, 3))
        if action == 0:
            content = content[:at]
        elif action == 1:
            content = content[:at] + data.draw(st.sampled_from(PIECES)) + content[at:]
        elif action == 2:
            content = content[:at] + content[at + data.draw(st.integers(1, 60)) :]
        else:
            content = content[at:] + content[:at]
    survive(content, name)


FORMS = st.text(st.sampled_from(list("ab12 éع;|,:/=->[](){}\"'#.?\n")), max_size=40)


@settings(max_examples=300)
@given(FORMS, FORMS, FORMS, FORMS)
def test_any_text_in_the_cells_with_a_grammar_is_survived(buttons: str, following: str, wait: str, other: str) -> None:
    import csv

    out = io.StringIO()
    columns = [
        "étape",
        "texte",
        "boutons",
        "suivant",
        "attente",
        "condition",
        "définir",
        "déclencheur",
        "timeout",
        "exemple",
    ]
    rows = [
        ["a", "Bonjour ?", buttons, following, wait, other, other, other, following, other],
        ["b", "x", following, buttons],
    ]
    csv.writer(out).writerows([columns, *rows])
    survive(out.getvalue().encode(), "a.csv")


@pytest.mark.parametrize(("name", "content"), SEEDS, ids=[name for name, _ in SEEDS])
def test_every_fixture_reads_the_same_twice(name: str, content: bytes) -> None:
    first, second = survive(content, name), survive(content, name)
    assert repr(first.project) == repr(second.project)
    assert first.findings == second.findings


def growth(make: Any, small: int, large: int, name: str = "a.csv") -> float:
    """How much more work the larger file is, for each row."""

    def work(count: int) -> int:
        file = SourceFile.of_text(make(count), name)
        return lines_run(lambda: (sniff(file), parse(file, ParseOptions())))

    work(small)
    return (work(large) / large) / (work(small) / small)


@pytest.mark.parametrize(
    ("name", "make"),
    [
        ("a.csv", lambda n: "étape;texte;boutons;suivant\n" + "".join(f"e{i};Bonjour;Oui -> e{i + 1} | Non -> fin;\n" for i in range(n))),
        ("a.csv", lambda n: "étape;texte;suivant\n" + "".join(f"e{i};Bonjour {{nom}};suivant\n" for i in range(n))),
        ("a.csv", lambda n: "étape;texte;suivant\n" + "".join(f"e{i};Bonjour;perdu{i}\n" for i in range(n))),
        ("a.csv", lambda n: "étape;texte;suivant\n" + "a;Bonjour;fin\n" * n),
        ("a.csv", lambda n: "étape;texte;bouton\n" + "a;Bonjour;b\n" + ";;Oui\n" * n),
        ("a.csv", lambda n: "scénario;étape;texte;suivant\n" + "".join(f"f{i};a;Bonjour;f{i + 1}\n" for i in range(n))),
        ("a.csv", lambda n: "étape;texte;suivant\n# x\n" + "# note\n" * n + "a;b;fin\n"),
        ("a.csv", lambda n: "étape;texte;boutons\na;b;\"" + "Oui -> a\n" * n + "\"\n"),
        ("a.csv", lambda n: "étape;texte;suivant\na;b;\"" + "x: a; " * n + "\"\n"),
        ("a.csv", lambda n: "étape;texte;suivant\na;" + "?" * n + ";" + "->" * n + "\n"),
        ("a.md", lambda n: "|étape|texte|suivant|\n|---|---|---|\n" + "|a|b|fin|\n" * n),
        ("a.md", lambda n: "# T\n\n|étape|texte|suivant|\n|---|---|---|\n|a|b|fin|\n\n" + "texte\n\n" * n),
    ],
)  # fmt: skip
def test_work_grows_with_the_file_and_no_faster(name: str, make: Any) -> None:
    assert growth(make, 100, 800, name) < 2.5


@pytest.mark.parametrize(
    "piece",
    ["- ", "= ", "a:", "->", "[a", "(", "1. ", "si a ", "24h ", "{", "#", "**", "|", "/", " ", "a=1;", "# a\n", "--"],
)
@pytest.mark.parametrize(
    "column", ["boutons", "suivant", "attente", "condition", "définir", "réponse attendue", "api", "déclencheur"]
)
def test_repeated_pieces_in_a_cell_take_linear_time(piece: str, column: str) -> None:
    cell = (piece * (30_000 // len(piece))).replace('"', '""')
    survive(f'étape,texte,suivant,{column} \na,b,fin,"{cell}"\n'.encode(), "a.csv")


@pytest.mark.parametrize("module", [rules, losses])
def test_every_rule_has_its_page(module: Any) -> None:
    own = [getattr(module, name) for name in module.__all__]
    assert own
    for rule in own:
        assert registry()[rule.code] is rule
        sections = page_sections(rule)
        assert set(sections) >= {"What it does", "Why", "Example", "Use instead", "Sources"}, rule.code
        assert set(sections) <= set(HEADINGS)
