"""Studio flows in Terraform: plan, state and ``.tf.json`` documents, and ``.tf`` text."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bascule.diagnostics import Finding, locate
from bascule.ir.expr import Opaque, Ref
from bascule.ir.nodes import Ask, Message, RunFlow, Timeout, Unsupported
from bascule.ir.text import Hole, plain_text
from bascule.parsers.base import Parsed, ParseOptions
from bascule.parsers.twilio_studio import parse
from bascule.parsers.twilio_studio.hcl import read_hcl
from bascule.source import Place, SourceFile

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures" / "studio"


def fixture(name: str) -> Parsed:
    return parse(SourceFile(name, (FIXTURES / name).read_bytes()), ParseOptions())


def text_of(text: str, name: str = "main.tf") -> Parsed:
    return parse(SourceFile.of_text(text, name), ParseOptions())


def coded(parsed: Parsed, code: str) -> list[Finding]:
    return [locate(f, {parsed.document.path: parsed.document}) for f in parsed.findings if f.code == code]


def resource(definition: str, name: str = "f") -> str:
    return f'resource "twilio_studio_flows_v2" "{name}" {{\n  friendly_name = "Flux {name}"\n  definition = {definition}\n}}\n'


class TestDocuments:
    def test_a_plan_gives_the_planned_flow_once_and_names_the_other_version(self) -> None:
        parsed = fixture("terraform_plan.json")
        flow = parsed.project.flows[0]
        assert [flow.id for flow in parsed.project.flows] == ["satisfaction_client"]
        assert flow.at is not None
        assert flow.at.pointer.startswith("/planned_values/")
        assert dict(flow.facts)["terraform"] == '"twilio_studio_flows_v2.support"'
        copies = [entry for entry in parsed.ledger if entry.construct == "terraform copy of a flow"]
        assert sorted((entry.fate.value, entry.code) for entry in copies) == [("dropped", "LOS214"), ("exact", "")]
        assert "aws_s3_bucket" in coded(parsed, "PAR221")[0].message

    def test_a_state_file_gives_the_flow_with_its_sid(self) -> None:
        flow = fixture("terraform_state.json").project.flows[0]
        assert dict(flow.facts)["sid"].startswith('"FW')

    def test_a_tf_json_file_gives_literal_definitions_only(self) -> None:
        parsed = fixture("flux.tf.json")
        assert [flow.title for flow in parsed.project.flows] == ["Satisfaction client"]
        assert [finding.span.line for finding in coded(parsed, "PAR212")] == [13]

    def test_places_go_through_the_text_of_the_definition(self) -> None:
        parsed = fixture("terraform_state.json")
        ask = parsed.project.flows[0].by_id["noter"]
        assert ask.at is not None
        span = parsed.document.locate(ask.at.child("properties", "timeout"))
        assert parsed.document.text[span.start : span.end] == '\\"900\\"'

    def test_the_source_of_an_unsupported_state_is_its_own_json(self) -> None:
        voice = {"name": "v", "type": "say-play", "transitions": [], "properties": {"say": "é\n"}}
        flow = {"states": [voice], "initial_state": "v"}
        parsed = text_of(json.dumps({"sid": "FW1", "friendly_name": "x", "definition": json.dumps(flow)}), "x.json")
        kept = parsed.project.flows[0].by_id["v"]
        assert isinstance(kept, Unsupported)
        assert (json.loads(kept.source), kept.language) == (voice, "json")


class TestText:
    def test_every_resource_with_a_literal_definition_is_a_flow(self) -> None:
        parsed = fixture("flux.tf")
        assert [(flow.id, flow.title) for flow in parsed.project.flows] == [
            ("avis_clients", "Avis clients"),
            ("accueil", "Accueil ${var.boutique}"),
            ("ancien_format", "Ancien format"),
        ]

    def test_a_local_value_is_followed(self) -> None:
        ask = fixture("flux.tf").project.flows[0].by_id["noter"]
        assert isinstance(ask, Ask)
        assert ask.at is not None
        assert ask.at.pointer == "/locals/flux_avis/states/1"
        assert [edge.guard.after.seconds for edge in ask.edges if isinstance(edge.guard, Timeout)] == [900.0]

    def test_heredocs_lose_their_indentation_and_keep_their_places(self) -> None:
        parsed = fixture("flux.tf")
        ask = parsed.project.flows[0].by_id["noter"]
        assert isinstance(ask, Ask)
        text = ask.content.text.first
        assert plain_text(text) == "Votre avis sur … ?\n  Écrivez-nous librement.\n"
        hole = next(part for part in text if isinstance(part, Hole))
        assert hole.at is not None
        span = parsed.document.locate(hole.at)
        assert parsed.document.text[span.start : span.end] == "{{flow.variables.boutique}}"

    def test_escapes_are_read_and_places_skip_them(self) -> None:
        parsed = fixture("flux.tf")
        message = parsed.project.flows[0].by_id["merci"]
        assert isinstance(message, Message)
        assert plain_text(message.content.text.first) == 'Merci à bientôt, … !\nL\'équipe "Baobab"'
        hole = next(part for part in message.content.text.first if isinstance(part, Hole))
        assert hole.at is not None
        span = parsed.document.locate(hole.at)
        assert parsed.document.text[span.start : span.end] == "{{flow.variables.prenom}}"

    def test_terraform_values_are_opaque_holes_and_reported(self) -> None:
        parsed = fixture("flux.tf")
        message = parsed.project.flows[1].by_id["bonjour"]
        assert isinstance(message, Message)
        parts = [part.expression for part in message.content.text.first if isinstance(part, Hole)]
        assert parts == [Opaque("hcl", "var.boutique")]
        assert len(coded(parsed, "PAR223")) == 1

    def test_a_call_of_a_flow_in_the_same_file_is_linked(self) -> None:
        call = fixture("flux.tf").project.flows[1].by_id["avis"]
        assert isinstance(call, RunFlow)
        assert call.flow == "avis_clients"

    def test_the_source_of_an_unsupported_state_is_terraform(self) -> None:
        kept = fixture("flux.tf").project.flows[1].by_id["appel"]
        assert isinstance(kept, Unsupported)
        assert kept.language == "hcl"
        assert kept.source.startswith("{")
        assert '"say" : "Au revoir"' in kept.source

    def test_json_in_a_heredoc_has_places_in_the_file(self) -> None:
        parsed = fixture("flux.tf")
        message = parsed.project.flows[2].by_id["dire"]
        assert isinstance(message, Message)
        hole = next(part for part in message.content.text.first if isinstance(part, Hole))
        assert hole.expression == Ref(("contact", "channel", "address"))
        assert hole.at is not None
        span = parsed.document.locate(hole.at)
        assert parsed.document.text[span.start : span.end] == "{{contact.channel.address}}"

    def test_json_in_a_quoted_text_is_read(self) -> None:
        flow = {
            "states": [{"name": "a", "type": "send-message", "properties": {"body": "Ça va ?"}}],
            "initial_state": "a",
        }
        parsed = text_of(resource(json.dumps(json.dumps(flow, ensure_ascii=False), ensure_ascii=False)))
        message = parsed.project.flows[0].by_id["a"]
        assert message.at is not None
        span = parsed.document.locate(message.at.child("properties", "body").within(0, 2))
        assert parsed.document.text[span.start : span.end] == "Ça"

    @pytest.mark.parametrize(
        "definition",
        [
            'file("flow.json")',
            'templatefile("flow.tpl", { a = 1 })',
            "var.flow",
            "data.twilio_studio_flow.x.definition",
        ],
    )
    def test_definitions_that_only_terraform_knows_are_refused_with_a_way_out(self, definition: str) -> None:
        parsed = text_of(resource(definition))
        assert parsed.unreadable
        found = coded(parsed, "PAR212")
        assert found[0].span.line == 3
        assert "terraform show -json" in found[0].help

    def test_a_resource_without_definition_is_reported(self) -> None:
        parsed = text_of('resource "twilio_studio_flows_v2" "f" {\n  status = "draft"\n}\n')
        assert coded(parsed, "PAR200")[0].span.line == 1

    @pytest.mark.parametrize(
        ("text", "line", "said"),
        [
            (resource("jsonencode({ states = [ }"), 3, "found `}`"),
            (resource("jsonencode({"), 1, "never closed"),
            (resource('"never closed'), 3, "never closed"),
            (resource("<<EOF\n{}"), 3, "never closed"),
        ],
    )
    def test_broken_text_is_a_finding_with_a_place(self, text: str, line: int, said: str) -> None:
        parsed = text_of(text)
        found = [*coded(parsed, "PAR213")]
        assert said in " ".join(finding.message for finding in found)
        assert line in [finding.span.line for finding in found]

    def test_a_broken_resource_does_not_hide_the_next(self) -> None:
        good = '"{\\"states\\": [{\\"name\\": \\"a\\", \\"type\\": \\"send-message\\"}], \\"initial_state\\": \\"a\\"}"'
        parsed = text_of(resource("jsonencode({ states 5 })", "bad") + resource(good, "good"))
        assert [flow.title for flow in parsed.project.flows] == ["Flux good"]
        assert coded(parsed, "PAR213")

    def test_a_syntax_error_never_prints_the_inside_of_a_text(self) -> None:
        parsed = text_of(resource('jsonencode({ a = "x" "s3cr3t-value" : })'))
        assert "s3cr3t" not in " ".join(finding.message for finding in parsed.findings)

    def test_two_resources_of_one_local_are_one_flow(self) -> None:
        shared = 'locals {\n d = jsonencode({states = [{name = "a", type = "send-message"}], initial_state = "a"})\n}\n'
        parsed = text_of(shared + resource("local.d", "one") + resource("local.d", "two"))
        assert [flow.title for flow in parsed.project.flows] == ["Flux one"]
        assert "terraform copy of a flow" in [entry.construct for entry in parsed.ledger]

    def test_nesting_without_end_is_refused(self) -> None:
        parsed = text_of(resource("jsonencode(" + "[" * 300 + "]" * 300 + ")"))
        assert coded(parsed, "PAR029")


values: st.SearchStrategy[Any] = st.recursive(
    st.one_of(st.booleans(), st.integers(-(10**6), 10**6), st.text(max_size=12), st.none()),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(min_size=1, max_size=6), inner, max_size=3),
    max_leaves=12,
)


def hcl(value: Any) -> str:
    """A value as Terraform writes it."""
    if isinstance(value, dict):
        return "{\n" + "".join(f"{hcl(key)} = {hcl(item)}\n" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(hcl(item) for item in value) + "]"
    if isinstance(value, str):
        return written(value)
    return json.dumps(value)


def written(text: str) -> str:
    """A quoted text: Terraform has neither JSON's `\\b` and `\\f`, nor surrogate pairs."""
    escapes = {"\n": "\\n", "\r": "\\r", "\t": "\\t", '"': '\\"', "\\": "\\\\"}
    quoted = "".join(escapes.get(char, char if char >= " " else f"\\u{ord(char):04x}") for char in text)
    return '"' + quoted.replace("${", "$${").replace("%{", "%%{") + '"'


@settings(max_examples=200)
@given(values)
def test_a_literal_reads_back_as_it_was_written(value: Any) -> None:
    text = resource(f"jsonencode({hcl({'v': value})})")
    document = read_hcl("x.tf", text)
    node = document.find("/resource/twilio_studio_flows_v2/f/definition")
    assert node is not None, document.problems
    assert node.plain() == {"v": value}


@settings(max_examples=150)
@given(st.text(alphabet='Aé😀\n\\"{}$% ', max_size=30), st.integers(0, 30))
def test_offsets_of_a_text_lead_back_to_the_character(text: str, at: int) -> None:
    document = read_hcl("x.tf", "locals {\n  v = " + written(text) + "\n}\n")
    node = document.find("/locals/v")
    assert node is not None
    assert node.value == text
    if at < len(text) and text[at] not in '\n\\"$%{':
        span = document.locate(Place("x.tf", "/locals/v", (at, at + 1)))
        assert document.text[span.start] == text[at]
