"""No input makes the ContentRepo parser raise, hang, or answer differently twice."""

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
from bascule.ir.encode import encode_project
from bascule.ir.nodes import Ask, Chosen, Message
from bascule.parsers.base import Parsed, ParseOptions
from bascule.parsers.contentrepo import losses, parse, rules, sniff
from bascule.source import SourceFile
from tests.work import lines_run

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures" / "contentrepo"
SEEDS = [(path.name, path.read_bytes()) for path in sorted(FIXTURES.rglob("*")) if path.is_file()]
HEADER = "structure,message,page_id,slug,parent,web_title,whatsapp_body,sms_body,variation_title,variation_body,list_items,triggers,buttons,language_code\n"
PIECES = [b'"', b",", b"\n", b"\r", b"\0", b"[", b"]", b"{", b"}", b"\xff", "é".encode(), "ع".encode(), "😀".encode(), b"slug", b"[]",
          b'""type""', b"\xef\xbb\xbf", b"PK\x03\x04", b"{{1}}"]  # fmt: skip


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
    for flow in parsed.project.flows:
        assert flow.nodes
        assert flow.entries
        assert len(flow.by_id) == len(flow.nodes)
        for node in flow.nodes:
            offered = {choice.id for choice in node.content.choices} if isinstance(node, (Ask, Message)) else set()
            for edge in node.edges:
                assert edge.target is None or edge.target in flow.by_id
                assert not isinstance(edge.guard, Chosen) or set(edge.guard.choices) <= offered
            for _, value in node.facts:
                json.loads(value)
        assert all(entry.target in flow.by_id for entry in flow.entries)
    encode_project(parsed.project, provenance=True)
    if not parsed.project.flows:
        assert parsed.findings
    return parsed


@settings(max_examples=100)
@given(st.binary(max_size=300), st.sampled_from(["a.csv", "a.xlsx", "a"]))
def test_any_bytes_are_survived(data: bytes, name: str) -> None:
    survive(data, name)


@settings(max_examples=150)
@given(st.text(max_size=300))
def test_any_text_below_the_header_is_survived(text: str) -> None:
    survive((HEADER + text).encode("utf-8", "surrogatepass"), "a.csv")


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


@pytest.mark.parametrize(("name", "content"), SEEDS, ids=[name for name, _ in SEEDS])
def test_every_fixture_reads_the_same_twice(name: str, content: bytes) -> None:
    first, second = survive(content, name), survive(content, name)
    assert repr(first.project) == repr(second.project)
    assert first.findings == second.findings


@pytest.mark.corpus
def test_mutations_of_real_files_are_survived(corpus: Path) -> None:
    for path in sorted((corpus / "parallel-content").glob("*.csv"))[::3]:
        data = path.read_bytes()
        step = max(len(data) // 6, 1)
        for at in range(0, len(data), step):
            survive(data[:at], path.name)
            survive(data[:at] + data[at + 7 :], path.name)
            survive(data[:at] + b'"' + data[at:], path.name)
            survive(data[:at] + b"\xff\xfe" + data[at:], path.name)


def _page(number: int, **cells: str) -> str:
    values = {
        "slug": f"p{number}",
        "web_title": f"Page {number}",
        "parent": "Menu",
        "whatsapp_body": "Bonjour {nom} 12",
        "language_code": "fr",
    }
    columns = HEADER.strip().split(",")
    row = [(values | cells).get(name, "").replace('"', '""') for name in columns]
    return ",".join(f'"{cell}"' for cell in row) + "\n"


@pytest.mark.parametrize(
    "make",
    [
        lambda n: "".join(_page(i, sms_body="Bonjour https://a.org") for i in range(n)),
        lambda n: "".join(_page(i, buttons=f'[{{"type": "go_to_page", "title": "x", "slug": "p{i + 1}"}}]') for i in range(n)),
        lambda n: "".join(_page(0, slug="p", web_title="" if i else "Page") for i in range(n)),
        lambda n: "".join(_page(0) for _ in range(n)),
        lambda n: "".join(_page(i, slug="p", language_code=("fr", "ar", "en")[i % 3]) for i in range(n)),
        lambda n: _page(0, buttons="[" + ",".join('{"type": "next_message", "title": "x"}' for _ in range(n)) + "]"),
        lambda n: _page(0, list_items="a," * n),
        lambda n: _page(0) + "".join(_page(0, slug="", web_title="", parent="", whatsapp_body="", variation_body="x") for _ in range(n)),
    ],
)  # fmt: skip
def test_work_grows_with_the_file_and_no_faster(make: Any) -> None:
    def work(count: int) -> int:
        file = SourceFile.of_text(HEADER + make(count), "a.csv")
        return lines_run(lambda: (sniff(file), parse(file, ParseOptions())))

    work(50)
    assert (work(400) / 400) / (work(50) / 50) < 2.5


def test_deep_json_in_a_cell_is_survived() -> None:
    for depth in (300, 20_000):
        survive((HEADER + _page(0, buttons="[" * depth, list_items="[" * depth + "]" * depth)).encode(), "a.csv")


@pytest.mark.parametrize("module", [rules, losses])
def test_every_rule_has_its_page(module: Any) -> None:
    own = [getattr(module, name) for name in module.__all__]
    assert own
    for rule in own:
        assert registry()[rule.code] is rule
        sections = page_sections(rule)
        assert set(sections) >= {"What it does", "Why", "Example", "Use instead", "Sources"}, rule.code
        assert set(sections) <= set(HEADINGS)
