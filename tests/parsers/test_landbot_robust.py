"""No input makes the Landbot reader raise, and its time grows with the size of the file, not faster."""

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
from bascule.parsers.landbot import losses, parse, rules, sniff
from bascule.source import SourceFile
from tests.parsers.landbot import FIXTURES, block, draft, link
from tests.work import lines_run

SEEDS = [path.read_text(encoding="utf-8") for path in sorted(FIXTURES.iterdir())]
PIECES = ["{", "}", "[", "]", '"', ",", ":", "\\", "\\u12", "\\ud83d", "@", "@a", "${", "<p>", "\0", "é", "ع", "😀",
          "null", "1e999", "-", "'", "\n", "blocks", "nodes"]  # fmt: skip


def survive(written: str, name: str = "x.json") -> Parsed:
    """Read a text through the whole public surface of the parser."""
    file = SourceFile(name, written.encode("utf-8", "surrogatepass"))
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
        leads = [edge.target for _, edge in flow.edges()] + [entry.target for entry in flow.entries]
        assert {target for target in leads if target is not None} <= set(nodes)
        assert flow.entries
    encode_project(parsed.project)
    assert parsed.unreadable == (not ids)
    if parsed.unreadable:
        assert parsed.findings
    return parsed


@settings(max_examples=250)
@given(st.data())
def test_damaged_text_never_raises(data: Any) -> None:
    written = data.draw(st.sampled_from(SEEDS))
    for _ in range(data.draw(st.integers(1, 5))):
        at = data.draw(st.integers(0, len(written)))
        action = data.draw(st.integers(0, 3))
        if action == 0:
            written = written[:at]
        elif action == 1:
            written = written[:at] + data.draw(st.sampled_from(PIECES)) + written[at:]
        elif action == 2:
            written = written[:at] + written[at + data.draw(st.integers(1, 40)) :]
        else:
            written = written[:at] + written[at : at + data.draw(st.integers(1, 400))] + written[at:]
    survive(written)


@pytest.mark.parametrize(
    "written",
    [
        "",
        " ",
        "null",
        "{}",
        "[]",
        "[[]]",
        '{"blocks": null, "connections": null}',
        '{"blocks": [null, 1, "a", [], {}], "connections": [null, {}]}',
        '{"data": {"data": {"data": {"data": {"data": {"blocks": [{}]}}}}}}',
        '{"nodes": {"": {"id": "", "params": {"text": ""}}}, "connections": {"": {}}}',
        '{"blocks":' * 300,
        "[" * 5000,
        '{"blocks": [{"type": "conditions", "params": {"conditions": ' + "[" * 150,
        "\ufeff{}",
        "PK\x03\x04",
    ],
)
def test_degenerate_files_never_raise(written: str) -> None:
    survive(written)


@pytest.mark.corpus
def test_damaged_corpus_files_never_raise(corpus: Path) -> None:
    for path in sorted((corpus / "targets" / "landbot").iterdir()):
        written = path.read_text(encoding="utf-8")
        for cut in range(0, len(written), max(len(written) // 12, 1)):
            survive(written[:cut], path.name)
            survive(written[cut:], path.name)


def chain(number: int) -> str:
    """A draft of questions, buttons, conditions, formulas and requests, each leading to the next."""
    blocks: list[dict[str, Any]] = []
    links: list[dict[str, str]] = []
    for n in range(number):
        blocks += [
            block(f"q{n}", "ask_question", text=f"Bonjour @v{n} ?", destination=f"v{n}"),
            block(f"b{n}", "buttons", text="Oui ?", buttons=[{"id": "$0", "text": "Oui"}, {"id": "$1", "text": "Non"}]),
            block(f"c{n}", "conditions", conditions=[{"variable": f"v{n}", "operator": ">", "value": n}]),
            block(f"f{n}", "formulas", formula=f"Concat(@v{n}, 'a')", destination="total"),
            block(f"w{n}", "webhook", url="https://exemple.fr/@total", method="POST", headers={"X": "@total"}),
        ]
        links += [link(f"q{n}", f"b{n}"), link(f"b{n}", f"c{n}", "$0"), link(f"c{n}", f"f{n}", "true")]
        links += [link(f"f{n}", f"w{n}"), link(f"w{n}", f"q{(n + 1) % number}")]
    return json.dumps(draft(*blocks, links=tuple(links)))


def read_whole(written: str) -> None:
    assert parse(SourceFile.of_text(written, "x.json"), ParseOptions()).ledger.entries


def test_work_grows_with_the_number_of_blocks_only() -> None:
    read_whole(chain(10))
    small, large = (lines_run(lambda size=size: read_whole(chain(size))) for size in (25, 150))  # type: ignore[misc]
    assert large < 8 * small


SAY = block("a", "send_text", text="Bonjour")


@pytest.mark.parametrize(
    "data",
    [
        draft(*[SAY] * 3000),
        draft(block("a", "send_text", text="@a" * 40_000)),
        draft(block("a", "send_text", text="@" * 80_000)),
        draft(block("a", "send_text", text="${" * 40_000)),
        draft(block("a", "send_text", richText="<p><b>a</b></p>" * 4000)),
        draft(block("a", "send_text", richText="<" * 50_000)),
        draft(*[block(str(n), f"zut{n}") for n in range(2000)]),
        draft(block("a", "formulas", formula="If(" * 1200)),
        draft(*[block(f"f{n}", "formulas", formula="(" * 900) for n in range(200)]),
        draft(SAY, links=tuple(link("a", "a", f"$x{n}") for n in range(2000))),
        draft(SAY, links=tuple(link("z", "a") for _ in range(2000))),
        draft(block("a", "buttons", text="?", buttons=["Oui"] * 3000)),
        [draft(SAY)] * 500,
    ],
    ids=["blocks", "fields", "signs", "system", "rich", "tags", "types", "calls", "brackets", "outputs", "sources",
         "buttons", "drafts"],
)  # fmt: skip
def test_hostile_sizes_are_read_in_time(data: Any) -> None:
    read_whole(json.dumps(data))  # a pattern that backtracks would never come back


def test_no_grammar_is_loaded_to_read_a_file() -> None:
    code = (
        "import sys\n"
        "from bascule.parsers import landbot\n"
        "from bascule.parsers.base import ParseOptions\n"
        "from bascule.source import SourceFile\n"
        f"file = SourceFile('x.json', open({str(FIXTURES / 'clinique.json')!r}, 'rb').read())\n"
        "landbot.sniff(file), landbot.parse(file, ParseOptions())\n"
        "print([name for name in ('lark', 'networkx', 'jsonschema', 'openpyxl') if name in sys.modules])\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_every_code_has_a_page_and_is_shown_by_a_fixture() -> None:
    own = {code: rule for code, rule in registry().items() if rule.__module__ in (rules.__name__, losses.__name__)}
    assert len(own) == len(rules.__all__) + len(losses.__all__)
    shown = {
        finding.code
        for written in SEEDS
        for finding in parse(SourceFile.of_text(written, "x.json"), ParseOptions()).findings
    }
    for code, rule in own.items():
        assert code[:3] in ("PAR", "LOS")
        assert 830 <= int(code[3:]) <= 859
        for heading in ("What it does:", "Why:", "Example:", "Use instead:", "Sources:"):
            assert heading in rule.page(), (code, heading)
        assert code in shown, code
