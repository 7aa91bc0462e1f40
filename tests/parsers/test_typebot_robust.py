"""No input makes the Typebot reader raise, and its time grows with the size of the file, not faster."""

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
from bascule.parsers.typebot import losses, parse, rules, sniff
from bascule.source import SourceFile
from tests.parsers.typebot import FIXTURES, block, bot, text
from tests.work import lines_run

SEEDS = [path.read_text(encoding="utf-8") for path in sorted(FIXTURES.iterdir())]
PIECES = ["{", "}", "[", "]", '"', ",", ":", "\\", "\\u12", "\\ud83d", "{{", "}}", "{{=", "=}}", "\0", "é", "ع", "😀",
          "null", "1e999", "-", "'", "\n", "groups", "blocks"]  # fmt: skip


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
        '{"groups": null, "edges": null}',
        '{"version": 6, "groups": [{}], "edges": [{}], "events": [{}], "variables": [{}]}',
        '{"groups": [{"blocks": [null, 1, "a", [], {}]}], "edges": [null, 1, "a", []]}',
        '{"typebot": {"typebot": {"groups": []}}}',
        '{"groups":' * 300,
        '{"groups": [{"blocks": [{"type": "text", "content": {"richText": [{"type": "ul", "children": '
        '[{"type": {}, "children": [{"type": []}]}]}]}}]}], "edges": []}',
        "[" * 5000,
        '{"groups": [{"blocks": [{"type": "text", "content": {"richText": ' + '[{"children": ' * 80,
        "\ufeff{}",
        "PK\x03\x04",
    ],
)
def test_degenerate_files_never_raise(written: str) -> None:
    survive(written)


@pytest.mark.corpus
def test_damaged_corpus_files_never_raise(corpus: Path) -> None:
    for path in sorted((corpus / "targets" / "typebot").iterdir()):
        written = path.read_text(encoding="utf-8")
        for cut in range(0, len(written), max(len(written) // 5, 1)):
            survive(written[:cut], path.name)
            survive(written[cut:], path.name)


def chain(number: int) -> str:
    """A bot of ``number`` groups: texts, questions with choices, conditions, values, requests, jumps."""
    groups: list[dict[str, Any]] = []
    edges: list[dict[str, Any]] = [{"id": "e", "from": {"eventId": "ev"}, "to": {"groupId": "g0"}}]
    for n in range(number):
        groups.append(
            {"id": f"g{n}", "title": "Bloc", "blocks": [
                text(f"t{n}", f"Bonjour {{{{v{n}}}}}"),
                {"id": f"c{n}", "type": "choice input", "items": [{"id": "i", "content": "Oui", "outgoingEdgeId": f"e{n}"}]},
                {"id": f"d{n}", "type": "Condition", "items": [{"id": "j", "content": {"comparisons": [
                    {"variableId": f"v{n}", "comparisonOperator": "Equal to", "value": "{{v0}}"}]}}]},
                block(f"s{n}", "Set variable", variableId=f"v{n}", expressionToEvaluate="{{v0}} + 1"),
                block(f"w{n}", "Webhook", webhook={"url": "https://exemple.fr/{{v0}}"}),
                block(f"j{n}", "Jump", groupId=f"g{(n + 1) % number}"),
            ]}
        )  # fmt: skip
        edges.append(
            {"id": f"e{n}", "from": {"blockId": f"c{n}", "itemId": "i"}, "to": {"groupId": f"g{number - 1 - n}"}}
        )
    names = tuple(f"v{n}" for n in range(number))
    return json.dumps({**bot(variables=names), "groups": groups, "edges": edges})


def read_whole(written: str) -> None:
    assert parse(SourceFile.of_text(written, "x.json"), ParseOptions()).ledger.entries


def test_work_grows_with_the_number_of_groups_only() -> None:
    read_whole(chain(10))
    small, large = (lines_run(lambda size=size: read_whole(chain(size))) for size in (25, 150))  # type: ignore[misc]
    assert large < 8 * small


def jumps(number: int) -> dict[str, Any]:
    """A chain of jumps that ends in a ring."""
    groups = [{"id": f"g{n}", "blocks": [block(f"b{n}", "Jump", groupId=f"g{n + 1}")]} for n in range(number)]
    return {**bot(), "groups": [*groups, {"id": f"g{number}", "blocks": [block("z", "Jump", groupId="g0")]}]}


@pytest.mark.parametrize(
    "data",
    [
        bot(*[text("a", "Bonjour")] * 3000),
        bot(text("a", "{{=" * 20_000 + "=}}")),
        bot(text("a", "{{" * 60_000)),
        bot(text("a", "{{a}}" * 20_000)),
        bot(*[block(f"b{n}", f"zut{n}") for n in range(2000)]),
        bot(*[block(f"b{n}", "Set variable", variableId="v", expressionToEvaluate="(" * 900) for n in range(200)]),
        bot(block("b", "Set variable", variableId="v", expressionToEvaluate="-" * 1900), variables=("v",)),
        jumps(2000),
        {**bot(), "edges": [{"id": "e", "from": {"blockId": "a"}, "to": {"groupId": "g"}}] * 4000},
        {**bot(), "variables": [{"id": str(n), "name": "a"} for n in range(4000)]},
        {**bot(), "groups": [{"id": "g", "title": "Bloc", "blocks": [text("a", "b")]}] * 2000},
        bot({"id": "c", "type": "choice input", "items": [{"id": "i", "content": "Oui"}] * 3000}),
        [bot(text("a", "b"))] * 500,
    ],
    ids=["blocks", "code", "braces", "holes", "types", "brackets", "signs", "jumps", "edges", "variables", "groups",
         "choices", "bots"],
)  # fmt: skip
def test_hostile_sizes_are_read_in_time(data: Any) -> None:
    read_whole(json.dumps(data))  # a pattern that backtracks would never come back


def test_no_grammar_is_loaded_to_read_a_file() -> None:
    code = (
        "import sys\n"
        "from bascule.parsers import typebot\n"
        "from bascule.parsers.base import ParseOptions\n"
        "from bascule.source import SourceFile\n"
        f"file = SourceFile('x.json', open({str(FIXTURES / 'salon.json')!r}, 'rb').read())\n"
        "typebot.sniff(file), typebot.parse(file, ParseOptions())\n"
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
        assert 800 <= int(code[3:]) <= 829
        for heading in ("What it does:", "Why:", "Example:", "Use instead:", "Sources:"):
            assert heading in rule.page(), (code, heading)
        assert code in shown, code
