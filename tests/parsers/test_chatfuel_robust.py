"""No input makes the Chatfuel reader raise, and its time grows with the size of the file, not faster."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bascule.diagnostics import locate
from bascule.diagnostics.rules import registry
from bascule.ir.encode import encode_project
from bascule.parsers.base import Parsed, ParseOptions
from bascule.parsers.chatfuel import losses, parse, rules, sniff
from bascule.source import SourceFile
from tests.parsers.chatfuel import FIXTURES, block, element, flow, reply, say, tap, then, words
from tests.work import lines_run

SEEDS = [path.read_text(encoding="utf-8") for path in sorted(FIXTURES.iterdir())]
PIECES = ["{", "}", "[", "]", '"', ",", ":", "\\", "\\u12", "\\ud83d", "{{", "{{a", "}}", "\0", "é", "ع", "😀",
          "null", "1e999", "-", "'", "\n", "blocks", "messages"]  # fmt: skip


def survive(written: str, name: str = "x.json") -> Parsed:
    """Read a text through the whole public surface of the parser."""
    file = SourceFile(name, written.encode("utf-8", "surrogatepass"))
    sniff(file)
    parsed = parse(file, ParseOptions())
    for finding in parsed.findings:
        assert finding.message
        assert locate(finding, {parsed.document.path: parsed.document}).span is not None
    ids = [item.id for item in parsed.project.flows]
    assert len(ids) == len(set(ids))
    for item in parsed.project.flows:
        nodes = [node.id for node in item.nodes]
        assert len(nodes) == len(set(nodes))
        assert all(nodes)
        leads = [edge.target for _, edge in item.edges()] + [entry.target for entry in item.entries]
        assert {target for target in leads if target is not None} <= set(nodes)
        assert item.entries
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
        '{"blocks": [{"blockElements": [{}]}]}',
        '{"data": {"bot": {"data": {"bot": {"data": {"bot": {"data": {"flow": {"blocks": [{}]}}}}}}}}}',
        '{"flowGroups": [1, {"flows": [2, {}]}], "keywordRules": [3, {}]}',
        '{"messages": [null, {}, {"attachment": {}}, {"quick_replies": [null, {}]}]}',
        '{"": {"messages": [{"text": "a"}]}, "b": {"messages": [{"attachment": {"type": "template"}}]}}',
        '{"blocks":' * 300,
        "[" * 5000,
        '[{"flow":' * 400,
        '{"blocks": [{"blockElements": [{"__typename": "SetConditionBlockElement", "segment": '
        + '{"filters": [{"byInFlightSegment": ' * 60,
        "\ufeff{}",
        "PK\x03\x04",
    ],
)
def test_degenerate_files_never_raise(written: str) -> None:
    survive(written)


def chain(number: int) -> str:
    """A flow of texts, lists, conditions and requests, each leading to the next."""
    blocks: list[dict[str, Any]] = []
    links: list[dict[str, str]] = []
    for n in range(number):
        by = {"attribute": {"name": f"v{n}"}, "defaultStrategy": {"operator": "GT", "comparableValues": ["3"]}}
        buttons = [{"id": "o", "title": words("Oui")}, {"id": "n", "title": words("Non")}]
        blocks += [
            block(f"q{n}", say(f"Bonjour {n} ?", f"q{n}", saveContactReply=True, savingToAttribute={"name": f"v{n}"})),
            block(f"b{n}", element("WhatsAppTextAndButtons", f"b{n}", bodyText=words("Oui ?"), buttons=buttons)),
            block(f"c{n}", element("SetCondition", f"c{n}", handleID="h", segment={"filters": [{"byAttribute": by}]})),
            block(f"w{n}", element("SendJson", f"w{n}", url=words("https://exemple.fr/", f"@v{n}"))),
        ]
        links += [then(f"q{n}", f"b{n}"), tap(f"b{n}", f"b{n}", "o", f"c{n}"), tap(f"c{n}", f"c{n}", "h", f"w{n}")]
        links += [then(f"c{n}", f"w{n}"), then(f"w{n}", f"q{(n + 1) % number}")]
    return json.dumps(flow(*blocks, links=tuple(links)))


def read_whole(written: str) -> None:
    parsed = parse(SourceFile.of_text(written, "x.json"), ParseOptions())
    assert parsed.ledger.entries


def test_work_grows_with_the_number_of_blocks_only() -> None:
    read_whole(chain(10))
    small, large = (lines_run(lambda size=size: read_whole(chain(size))) for size in (25, 150))  # type: ignore[misc]
    assert large < 8 * small


SAY = block("a", say("Bonjour"))
TAPS = [{"type": "show_block", "block_names": [f"b{n}"], "title": "Oui"} for n in range(3000)]


@pytest.mark.parametrize(
    "data",
    [
        flow(*[SAY] * 3000),
        flow(block("a", *[say("Bonjour")] * 3000)),
        flow(block("a", element("WhatsAppText", text="{{a}}" * 30_000))),
        flow(block("a", element("WhatsAppText", text="{{" * 60_000))),
        flow(block("a", element("WhatsAppText", text={"parts": [{"attribute": {"name": "a"}}] * 20_000}))),
        flow(block("a", *[element(f"Zut{n}", str(n)) for n in range(2000)])),
        flow(*[block(str(n)) for n in range(3000)], SAY, links=tuple(then(str(n), str(n + 1)) for n in range(2999))),
        flow(SAY, links=tuple(tap("a", "e", str(n), "a") for n in range(3000))),
        flow(SAY, links=tuple(then("a", "a") for _ in range(3000))),
        {"flows": [flow(SAY)] * 800},
        {"flowsWithoutGroup": [{"id": str(n), "name": "a"} for n in range(2000)]},
        reply({"text": "?", "quick_replies": TAPS}),
        reply(*[{"text": "Bonjour"}] * 3000),
        {f"b{n}": reply({"text": "a"}, redirect_to_blocks=[f"b{n + 1}"]) for n in range(1500)},
    ],
    ids=["blocks", "elements", "attributes", "signs", "parts", "kinds", "empty", "handles", "links", "flows", "names", "taps",
         "messages", "answers"],
)  # fmt: skip
def test_hostile_sizes_are_read_in_time(data: Any) -> None:
    read_whole(json.dumps(data))  # a pattern that backtracks would never come back


def test_no_grammar_is_loaded_to_read_a_file() -> None:
    code = (
        "import sys\n"
        "from bascule.parsers import chatfuel\n"
        "from bascule.parsers.base import ParseOptions\n"
        "from bascule.source import SourceFile\n"
        f"file = SourceFile('x.json', open({str(FIXTURES / 'boulangerie.json')!r}, 'rb').read())\n"
        "chatfuel.sniff(file), chatfuel.parse(file, ParseOptions())\n"
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
        assert 860 <= int(code[3:]) <= 889
        for heading in ("What it does:", "Why:", "Example:", "Use instead:", "Sources:"):
            assert heading in rule.page(), (code, heading)
        assert code in shown, code
