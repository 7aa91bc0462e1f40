"""No input makes the FLOIP reader raise, and its time grows with the size of the file, not faster."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bascule.diagnostics import locate
from bascule.diagnostics.rules import registry
from bascule.ir.encode import encode_project
from bascule.parsers.base import Parsed, ParseOptions
from bascule.parsers.floip import losses, parse, rules, sniff
from bascule.source import SourceFile
from tests.parsers.floip import FIXTURES, block, container, way, words
from tests.work import lines_run

SEEDS = [path.read_text(encoding="utf-8") for path in sorted(FIXTURES.iterdir())]
PIECES = ["{", "}", "[", "]", '"', ",", ":", "\\", "\\u12", "\\ud83d", "@", "@(", "@a(", "@a[", "&1", "\0", "é", "ع", "😀",
          "null", "1e999", "-", "'", "\n", "flows", "blocks"]  # fmt: skip


def survive(text: str, name: str = "x.json") -> Parsed:
    """Read a text through the whole public surface of the parser."""
    file = SourceFile(name, text.encode("utf-8", "surrogatepass"))
    sniff(file)
    parsed = parse(file, ParseOptions())
    for finding in parsed.findings:
        assert finding.message
        assert locate(finding, {parsed.document.path: parsed.document}).span is not None
    ids = [flow.id for flow in parsed.project.flows]
    assert len(ids) == len(set(ids))
    for flow in parsed.project.flows:
        nodes = [node.id for node in flow.nodes]
        assert len(nodes) == len(set(nodes))
        assert all(nodes)
        assert flow.entries
    encode_project(parsed.project)
    assert parsed.unreadable == (not ids)
    if parsed.unreadable:
        assert parsed.findings
    return parsed


@settings(max_examples=250)
@given(st.data())
def test_damaged_text_never_raises(data: Any) -> None:
    text = data.draw(st.sampled_from(SEEDS))
    for _ in range(data.draw(st.integers(1, 5))):
        at = data.draw(st.integers(0, len(text)))
        action = data.draw(st.integers(0, 3))
        if action == 0:
            text = text[:at]
        elif action == 1:
            text = text[:at] + data.draw(st.sampled_from(PIECES)) + text[at:]
        elif action == 2:
            text = text[:at] + text[at + data.draw(st.integers(1, 40)) :]
        else:
            text = text[:at] + text[at : at + data.draw(st.integers(1, 400))] + text[at:]
    survive(text)


@settings(max_examples=150)
@given(st.recursive(st.none() | st.booleans() | st.floats() | st.text(max_size=6),
                    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(
                        st.sampled_from(["flows", "blocks", "resources", "specification_version", "uuid", "type", "exits",
                                         "config", "languages", "values", "first_block_id", "vendor_metadata"]),
                        inner, max_size=5), max_leaves=25))  # fmt: skip
def test_any_json_never_raises(value: Any) -> None:
    survive(json.dumps(value))


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "null",
        "{}",
        "[]",
        "[[]]",
        '{"specification_version": null, "flows": null}',
        '{"specification_version": "1.0.0-rc4", "flows": {}}',
        '{"flows": [null, 1, "a", [], {}]}',
        '{"flows": [{"blocks": [null, 1, "a", [], {}]}]}',
        '{"flows": [{"blocks": [{"uuid": "a", "exits": [{"destination_block": "a"}]}], "first_block_id": "a"}]}',
        '{"flows":' * 300,
        "[" * 5000,
        '{"flows": [{"blocks": [' + '{"config": {"prompt": [' * 90,
        "\ufeff{}",
        "PK\x03\x04",
    ],
)
def test_degenerate_files_never_raise(text: str) -> None:
    survive(text)


@pytest.mark.corpus
def test_damaged_corpus_files_never_raise(corpus: Path) -> None:
    for path in sorted((corpus / "floip").iterdir()):
        text = path.read_text(encoding="utf-8")
        for cut in range(0, len(text), max(len(text) // 6, 1)):
            survive(text[:cut], path.name)
            survive(text[cut:], path.name)


def chain(number: int) -> str:
    """A flow of ``number`` blocks: questions with choices, branches, requests, messages with expressions."""
    blocks: list[dict[str, Any]] = []
    resources: list[dict[str, Any]] = []
    for n in range(number // 4):
        blocks += [
            block(f"q{n}", "MobilePrimitives.SelectOneResponse", way(f"c{n}", f'block.value == "a{n}"'), way(f"q{n}"),
                  prompt=f"r{n}", choices=[{"name": f"a{n}", "prompt": "r0", "test": f'block.response == "x{n}"'}]),
            block(f"c{n}", "Core.Case", way(f"w{n}", f"q{n} > {n}"), way(f"q{n}")),
            block(f"w{n}", "Core.Webhook", way(f"m{n}"), url=f"https://exemple.invalid/{n}?q=@q{n}", headers=[["A", "@b"]]),
            block(f"m{n}", "MobilePrimitives.Message", way(f"q{n + 1}" if n + 1 < number // 4 else None), prompt=f"r{n}"),
        ]  # fmt: skip
        resources.append(words(f"r{n}", ("fra", "RICH_MESSAGING", f"Bonjour @q{n}"), ("fra", "SMS", f"Bjr {n}")))
    return json.dumps(container(*blocks, resources=resources))


def read_whole(text: str) -> None:
    assert parse(SourceFile.of_text(text, "x.json"), ParseOptions()).ledger.entries


def test_work_grows_with_the_number_of_blocks_only() -> None:
    read_whole(chain(40))
    small, large = (lines_run(lambda size=size: read_whole(chain(size))) for size in (100, 600))  # type: ignore[misc]
    assert large < 8 * small


RESOURCE = {"uuid": "r", "values": [{"value": "a"}]}
MESSAGE = block("a", "MobilePrimitives.Message", way("a"), prompt="r")


@pytest.mark.parametrize(
    "data",
    [
        container(*[MESSAGE] * 4000),
        container(MESSAGE, resources=[RESOURCE] * 4000),
        container(MESSAGE, languages=[{"id": str(n), "iso_639_3": "fra"} for n in range(2000)]),
        container(MESSAGE, resources=[words("r", *[("fra", "SMS", "@a(") for _ in range(4000)])]),
        container(MESSAGE, resources=[words("r", ("fra", "SMS", "@a[" * 30_000))]),
        container(MESSAGE, resources=[words("r", ("fra", "SMS", "@a.b @(c + " * 10_000))]),
        container(*[block(str(n), f"Zut{n}", way()) for n in range(2000)]),
        {"flows": [{"uuid": "f", "name": "a", "blocks": [MESSAGE]}] * 2000},
    ],
    ids=["one-block", "one-resource", "languages", "values", "brackets", "expressions", "types", "flows"],
)
def test_hostile_sizes_are_read_in_time(data: dict[str, Any]) -> None:
    read_whole(json.dumps(data))  # a pattern that backtracks would never come back


def test_the_grammar_is_not_loaded_to_recognise_a_file() -> None:
    code = (
        "import sys\n"
        "from bascule.parsers import floip\n"
        "from bascule.source import SourceFile\n"
        f"floip.sniff(SourceFile('x.json', open({str(FIXTURES / 'clinique.json')!r}, 'rb').read()))\n"
        "print([name for name in ('lark', 'networkx', 'jsonschema', 'yaml') if name in sys.modules])\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "lark" not in done.stdout
    assert "networkx" not in done.stdout


def test_every_code_has_a_page_and_is_shown_by_a_fixture() -> None:
    own = {code: rule for code, rule in registry().items() if rule.__module__ in (rules.__name__, losses.__name__)}
    assert len(own) == len(rules.__all__) + len(losses.__all__)
    shown = {
        finding.code for text in SEEDS for finding in parse(SourceFile.of_text(text, "x.json"), ParseOptions()).findings
    }
    for code, rule in own.items():
        assert code[:3] in ("PAR", "LOS")
        assert 450 <= int(code[3:]) <= 499
        for heading in ("What it does:", "Why:", "Example:", "Use instead:", "Sources:"):
            assert heading in rule.page(), (code, heading)
        assert code in shown, code
