"""No input makes the reader raise, and its time grows with the number of states, not faster."""

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
from bascule.parsers.base import Parsed, ParseOptions
from bascule.parsers.twilio_studio import losses, parse, rules, sniff
from bascule.source import SourceFile
from tests.work import lines_run

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures" / "studio"
SEEDS = [(path.suffix, path.read_text(encoding="utf-8")) for path in sorted(FIXTURES.rglob("*")) if path.is_file()]
PIECES = ["{", "}", "[", "]", '"', ",", ":", "\\", "\\u12", "\\ud83d", "${", "%{", "<<EOF\n", "/*", "#", "{{", "{%", "%}", "\0",
          "\x01\x02\x03", "é", "ع", "😀", "null", "1e999", "-", "'", "jsonencode(", "\n", "states", "definition"]  # fmt: skip


def survive(text: str, name: str) -> Parsed:
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
    assert parsed.unreadable == (not ids)
    if parsed.unreadable:
        assert parsed.findings
    return parsed


@settings(max_examples=200)
@given(st.data())
def test_damaged_text_never_raises(data: Any) -> None:
    suffix, text = data.draw(st.sampled_from(SEEDS))
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
    survive(text, f"x{suffix}")


@settings(max_examples=150)
@given(st.recursive(st.none() | st.booleans() | st.floats() | st.text(max_size=6),
                    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(
                        st.sampled_from(["states", "initial_state", "definition", "sid", "friendly_name", "name", "type",
                                         "transitions", "properties", "event", "next", "conditions", "values", "address",
                                         "resource", "twilio_studio_flows_v2"]), inner, max_size=5), max_leaves=25))  # fmt: skip
def test_any_json_never_raises(value: Any) -> None:
    survive(json.dumps(value), "x.json")


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "null",
        "{}",
        "[]",
        "[[]]",
        '{"states": null}',
        '{"states": "x", "initial_state": 3}',
        '{"states": {}}',
        '{"states": [], "initial_state": "Trigger"}',
        '{"definition": null}',
        '{"definition": "null"}',
        '{"definition": "[]"}',
        '{"definition": "{}"}',
        '{"definition": {"states": [1, "a", null, true, [], {}]}}',
        '{"states": [{"name": "a", "type": "trigger", "transitions": [{"event": "incomingMessage", "next": "a"}]}]}',
        '{"states":' * 300,
        "[" * 5000,
        '{"states": [' + '{"name": "a", "transitions": [{"conditions": [' * 90,
        'resource "twilio_studio_flows_v2" "a" {',
        'resource "twilio_studio_flows_v2" "a" {}' * 50,
        "\ufeff{}",
        "PK\x03\x04",
    ],
)
def test_degenerate_files_never_raise(text: str) -> None:
    survive(text, "x.json")


@pytest.mark.corpus
def test_damaged_corpus_files_never_raise(corpus: Path) -> None:
    for path in sorted((corpus / "twilio-studio").glob("*.json")):
        text = path.read_text(encoding="utf-8")
        for cut in range(0, len(text), max(len(text) // 12, 1)):
            survive(text[:cut], path.name)
            survive(text[cut:], path.name)


def chain(number: int) -> str:
    """A flow of ``number`` states: asks with menus, splits, counters, messages with Liquid, retries."""
    states: list[dict[str, Any]] = [
        {"name": "Trigger", "type": "trigger", "transitions": [{"event": "incomingMessage", "next": "q0"}]}
    ]
    for n in range(number // 4):
        reply = f"{{{{widgets.q{n}.inbound.Body}}}}"
        states += [
            {"name": f"q{n}", "type": "send-and-wait-for-reply", "properties": {"body": "Choix :\n1. Oui\n2. Non"},
             "transitions": [{"event": "incomingMessage", "next": f"s{n}"}, {"event": "timeout"}]},
            {"name": f"s{n}", "type": "split-based-on", "properties": {"input": reply}, "transitions": [
                {"event": "noMatch", "next": f"v{n}"},
                {"event": "match", "next": f"m{n}", "conditions": [
                    {"type": "equal_to", "arguments": [reply], "value": "1"}]}]},
            {"name": f"v{n}", "type": "set-variables", "transitions": [{"event": "next", "next": f"q{n}"}],
             "properties": {"variables": [{"key": f"n{n}", "value": "{{flow.variables.n | plus: 1}}"}]}},
            {"name": f"m{n}", "type": "send-message", "transitions": [{"event": "sent", "next": f"q{n + 1}"}],
             "properties": {"body": f"Merci {reply}", "zut": n}},
        ]  # fmt: skip
    return json.dumps({"states": states, "initial_state": "Trigger"})


def work(text: str) -> int:
    return lines_run(lambda: survive(text, "x.json"))


def test_work_grows_with_the_number_of_states_only() -> None:
    work(chain(40))
    small, large = work(chain(100)), work(chain(600))
    assert large < 8 * small


@pytest.mark.parametrize(
    "text",
    [
        json.dumps({"states": [{"name": "a", "type": "send-message"}] * 6000, "initial_state": "a"}),
        json.dumps([{"sid": "FW1", "friendly_name": "a"}] * 4000),
        json.dumps([{"sid": "FW1", "friendly_name": "a", "definition": '{"states": [{"name": "a"}]}'}] * 1500),
        json.dumps({"states": {str(n): {"type": f"t{n}"} for n in range(1500)}, "initial_state": "0"}),
        json.dumps({"resources": [{"type": "twilio_studio_flows_v2", "name": "a", "values": {"definition": '{"states": []}'}}] * 1500}),
        'resource "twilio_studio_flows_v2" "a" {' * 3000,
        'resource "twilio_studio_flows_v2" "a" {\n a = "' + "${" * 50_000,
        'resource "twilio_studio_flows_v2" "a" {\n a = <<E\n' + "<<E\n" * 50_000,
        'resource "twilio_studio_flows_v2" "a" {\n' + "a = 1\n" * 20_000 + "}",
    ],
    ids=["one-name", "listed", "texts", "types", "copies", "open-blocks", "interpolations", "heredocs", "attributes"],
)  # fmt: skip
def test_hostile_sizes_are_read(text: str) -> None:
    survive(text, "x.json")  # a pattern that backtracks would never come back


def test_the_grammar_is_not_loaded_for_json() -> None:
    path = FIXTURES / "conditions.json"
    code = (
        "import sys\n"
        "from bascule.parsers import twilio_studio\n"
        "from bascule.source import SourceFile\n"
        f"twilio_studio.sniff(SourceFile('x.json', open({str(path)!r}, 'rb').read()))\n"
        "print([name for name in ('lark', 'networkx', 'jsonschema') if name in sys.modules])\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_every_code_has_a_page_with_all_headings() -> None:
    own = {code: rule for code, rule in registry().items() if rule.__module__ in (rules.__name__, losses.__name__)}
    assert len(own) == len(rules.__all__) + len(losses.__all__)
    for code, rule in own.items():
        assert code[:3] in ("PAR", "LOS")
        assert 200 <= int(code[3:]) <= 249
        page = rule.page()
        for heading in ("What it does:", "Why:", "Example:", "Use instead:", "Sources:"):
            assert heading in page, (code, heading)


def test_every_code_is_shown_by_a_fixture_or_a_test() -> None:
    tests = "".join(path.read_text(encoding="utf-8") for path in Path(__file__).parent.glob("test_twilio_studio*.py"))
    shown = {
        finding.code
        for suffix, text in SEEDS
        for finding in parse(SourceFile.of_text(text, f"x{suffix}"), ParseOptions()).findings
    }
    for name in rules.__all__ + losses.__all__:
        rule = getattr(rules, name, None) or getattr(losses, name)
        assert rule.code in shown or f'"{rule.code}"' in tests, rule.code
