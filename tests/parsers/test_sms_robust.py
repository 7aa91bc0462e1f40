"""No input makes the SMS parser raise, hang, or answer differently twice."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bascule.diagnostics import locate
from bascule.diagnostics.pages import HEADINGS, page_sections
from bascule.diagnostics.rules import registry
from bascule.diagnostics.table_rules import TableEmpty
from bascule.ir.nodes import Ask, Message
from bascule.parsers.base import Parsed, ParseOptions
from bascule.parsers.sms import losses, parse, rules, sniff
from bascule.source import SourceFile

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures" / "sms"
SEEDS = [(path.name, path.read_bytes()) for path in sorted(FIXTURES.rglob("*")) if path.is_file()]
NAMES = st.sampled_from(
    ["a.csv", "a.tsv", "a.json", "a.yml", "a.properties", "a.txt", "a", "a.xlsx", "sms_fr.csv", "a.json.sample"]
)
PIECES = [b'"', b",", b";", b"\n", b"\r", b"\0", b"{", b"}", b"[", b"]", b"{{", b"%", b"#", b"---\n", b": ", b"\\u12", b"\xff",
          b"\xc3", "é".encode(), "ع".encode(), "😀".encode(), b"text", b"fr", b"id", b"sep=;\n", b"null", b"\xef\xbb\xbf", b"=", b"\\",
          b"PK\x03\x04", b"<?php", b"1. a 2. b", b"STOP"]  # fmt: skip


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
        if finding.code >= "PAR040" or finding.code[:3] != "PAR":
            assert span.end <= len(parsed.document.text)
        assert span.line >= 1
    ids = [flow.id for flow in parsed.project.flows]
    assert len(ids) == len(set(ids))
    for flow in parsed.project.flows:
        (node,) = flow.nodes
        assert isinstance(node, (Message, Ask))
        assert node.content.text
        choices = [choice.id for choice in node.content.choices]
        assert len(choices) == len(set(choices))
        for _, value in node.facts:
            json.loads(value)
    for _, value in parsed.project.facts:
        json.loads(value)
    if parsed.unreadable:
        assert not ids
    if not ids:
        assert parsed.findings
    return parsed


@settings(max_examples=150)
@given(st.binary(max_size=300), NAMES)
def test_any_bytes_are_survived(data: bytes, name: str) -> None:
    survive(data, name)


@settings(max_examples=300)
@given(st.text(max_size=300), NAMES)
def test_any_text_is_survived(text: str, name: str) -> None:
    survive(text.encode("utf-8", "surrogatepass"), name)


@settings(max_examples=300)
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
    survive(content, data.draw(st.sampled_from([name, "a.txt", "a"])))


WORDS = st.sampled_from(
    ["texte", "text", "fr", "id", "x", "Bonjour {nom}", "1. Oui\n2. Non ?", "", " ", "é", "\u202e", "a,b;c", '"']
)


@settings(max_examples=150)
@given(st.lists(st.lists(WORDS, max_size=5), max_size=6), st.sampled_from([",", ";", "\t", "|"]))
def test_any_table_is_survived(rows: list[list[str]], delimiter: str) -> None:
    survive("\n".join(delimiter.join(row) for row in rows).encode(), "t.csv")


@pytest.mark.parametrize(("name", "content"), SEEDS, ids=[name for name, _ in SEEDS])
def test_every_fixture_reads_the_same_twice(name: str, content: bytes) -> None:
    first, second = survive(content, name), survive(content, name)
    assert repr(first.project) == repr(second.project)
    assert first.findings == second.findings


@pytest.mark.corpus
def test_mutations_of_real_files_are_survived(corpus: Path) -> None:
    for path in sorted((corpus / "sms-templates").glob("*")):
        data = path.read_bytes()
        step = max(len(data) // 12, 1)
        for at in range(0, len(data), step):
            survive(data[:at], path.name)
            survive(data[:at] + data[at + 7 :], path.name)
            survive(data[:at] + b'"' + data[at:], path.name)
            survive(data[:at] + b"\xff\xfe" + data[at:], path.name)


def test_deep_nesting_is_kept_as_a_fact() -> None:
    parsed = survive((FIXTURES / "hostile" / "profond.json").read_bytes(), "profond.json")
    assert "Bonjour tout au fond" in dict(parsed.project.facts).popitem()[1]


def test_a_cell_of_nested_json_is_survived() -> None:
    survive(f'cle;texte;variables\na;Bonjour à vous;"{"[" * 5000}{"]" * 5000}"\n'.encode(), "a.csv")
    survive(f'cle;texte;variables\na;Bonjour à vous;"{"[" * 300}1{"]" * 300}"\n'.encode(), "a.csv")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("rows.csv", "clé;texte\n" + "".join(f'k{n};"Bonjour {{nom}}, commande {n} prête. STOP au 36111"\n' for n in range(3000))),
        ("quotes.csv", 'clé;texte\n' + 'a;"b "c" d\n' * 3000),
        ("map.json", json.dumps({f"k{n}": f"Bonjour {{nom}}, commande {n}" for n in range(3000)})),
        ("twice.csv", "clé;texte\n" + "a;Bonjour à vous tous\n" * 2000),
        ("blocks.txt", "Bonjour {nom}, à bientôt.\n\n" * 2000),
        ("same.properties", "".join(f"a.{n}=Bonjour {{0}}, numéro {n}\n" for n in range(3000))),
        ("brackets.txt", "[" * 20_000),
        ("wide.csv", ";".join(f"c{n}" for n in range(2000)) + "\n" + ";".join("Bonjour" for _ in range(2000)) + "\n"),
        ("keys.json", json.dumps([{"id": "a", "text": f"Bonjour {n} à vous"} for n in range(2000)])),
    ],
)  # fmt: skip
def test_large_files_take_seconds_not_minutes(name: str, text: str) -> None:
    file = SourceFile.of_text(text, name)
    sniff(file)
    parse(file, ParseOptions())


@pytest.mark.parametrize("suffix", [".txt", ".csv", ".properties", ""])
@pytest.mark.parametrize(
    "piece",
    [
        " ",
        '"a\\',
        "{",
        "%a",
        "a@",
        "[a",
        "---\n\n",
        "name:\n",
        "# x\n",
        "\n \n",
        "<!--",
        'msgid "',
        "1. ",
        "stop ",
        "é",
        "\\\n",
        "a=b\n",
    ],
)
def test_repeated_pieces_take_linear_time(piece: str, suffix: str) -> None:
    file = SourceFile.of_text(piece * (100_000 // len(piece)), f"a{suffix}")
    sniff(file)
    parse(file, ParseOptions())


def test_every_rule_has_its_page() -> None:
    own = [rule for code, rule in registry().items() if code[:4] in ("PAR1", "LOS1") and int(code[3:]) < 150]
    assert len(own) > 20
    tables = [rule for code, rule in registry().items() if "PAR040" <= code <= "PAR059"]
    assert TableEmpty in tables
    for rule in (*own, *tables):
        sections = page_sections(rule)
        assert set(sections) >= {"What it does", "Why", "Example", "Use instead", "Sources"}, rule.code
        assert set(sections) <= set(HEADINGS)
        assert rule.title()
    assert {rule.__module__ for rule in own} == {rules.__name__, losses.__name__}
