"""Studio flows where teams keep them: program modules, template files, chosen definitions; open menus."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bascule.ir.expr import Opaque
from bascule.ir.nodes import Ask, Timeout
from bascule.ir.text import holes, plain_text
from bascule.parsers.base import CERTAIN
from bascule.parsers.twilio_studio import sniff
from bascule.source import SourceFile
from tests.parsers.studio import flow_of, node, read, state

MODULE = """const VILLE = 'Lyon';
const definition = {
  description: 'Accueil',
  states: [
    { name: 'Trigger', type: 'trigger', transitions: [{ event: 'incomingMessage', next: 'a' }], properties: {} },
    {
      name: 'a', type: 'send-message', transitions: [{ event: 'sent' }],
      properties: { body: 'Bonjour, ici ' + process.env.BOUTIQUE + '.', from: '{{flow.channel.address}}' },
    },
  ],
  initial_state: 'Trigger',
};
module.exports = definition;
"""


def codes(parsed: Any) -> list[str]:
    return [finding.code for finding in parsed.findings]


@pytest.mark.parametrize("name", ["accueil.private.js", "accueil.ts", "accueil.mjs"])
def test_a_definition_in_a_module_is_read(name: str) -> None:
    match = sniff(SourceFile.of_text(MODULE, name))
    assert match is not None
    assert match.confidence == CERTAIN
    parsed = read(MODULE, name)
    assert codes(parsed) == ["PAR225", "PAR223"]
    content = node(parsed, "a").content  # type: ignore[attr-defined]
    assert plain_text(content.text.first, lambda _: "…") == "Bonjour, ici …."
    assert [hole.expression for hole in holes(content.text.first)] == [Opaque("script", "process.env.BOUTIQUE")]
    assert parsed.project.flows[0].title == "Accueil"
    assert dict(parsed.facts)["shape"] == "program"


def test_places_in_a_module_are_those_of_the_file() -> None:
    parsed = read(MODULE.replace("[{ event: 'sent' }]", "[{ event: 'sen' }]"), "a.js")
    finding = next(finding for finding in parsed.findings if finding.code == "PAR207")
    assert parsed.document.locate(finding.place).line == MODULE[: MODULE.index("event: 'sent'")].count("\n") + 1


@pytest.mark.parametrize(
    "text",
    ["const a = { states: [1], initial_state: 2 };", "export const states = []; // initial_state transitions", "x"],
)
def test_other_modules_are_none(text: str) -> None:
    assert sniff(SourceFile.of_text(text, "x.js")) is None


def test_a_template_of_jsonencode_is_read() -> None:
    flow = flow_of(state("a", "send-message", {"sent": None}, body="Bonjour {{contact.name}}"))
    text = "${\n  jsonencode(\n  " + json.dumps(flow).replace('"Bonjour {{contact.name}}"', "accueil") + "\n  )\n}\n"
    parsed = read(text, "accueil.tftpl")
    content = node(parsed, "a").content  # type: ignore[attr-defined]
    assert [hole.expression for hole in holes(content.text.first)] == [Opaque("hcl", "accueil")]
    assert codes(parsed) == ["PAR223"]


def test_a_json_template_keeps_its_values_as_holes() -> None:
    flow = flow_of(
        state("a", "send-and-wait-for-reply", {"incomingMessage": None}, body="Chez ${VILLE} 😀 ?", timeout="%%"),
        state("b", "send-message", {"sent": None}, body="Total : ${{flow.variables.prix}}"),
    )
    text = json.dumps(flow).replace('"%%"', "${DELAI}")
    match = sniff(SourceFile.of_text(text, "a.json"))
    assert match is not None
    assert match.confidence == CERTAIN
    parsed = read(text)
    ask = node(parsed, "a")
    assert isinstance(ask, Ask)
    assert plain_text(ask.content.text.first, lambda _: "…") == "Chez … 😀 ?"
    waits = [edge.guard.after for edge in ask.edges if isinstance(edge.guard, Timeout)]
    assert [wait.expression for wait in waits] == [Opaque("hcl", "DELAI")]
    said = node(parsed, "b").content.text.first  # type: ignore[attr-defined]
    assert plain_text(said, lambda _: "…") == "Total : $…"
    assert codes(parsed) == ["PAR223"]


def test_a_definition_that_terraform_chooses_is_read_where_it_is_written_out() -> None:
    flow = json.dumps(flow_of(state("a", "send-message", {"sent": None}, body="Bonjour")))
    text = f"""locals {{
  definition = var.autre != "" ? var.autre : jsonencode({flow})
}}
resource "twilio_studio_flows_v2" "accueil" {{
  friendly_name = "Accueil"
  definition = local.definition
}}
"""
    parsed = read(text, "main.tf")
    assert codes(parsed) == ["PAR224"]
    assert "Bonjour" in str(node(parsed, "a").content)  # type: ignore[attr-defined]
    nothing = read(text.replace("jsonencode(", "jsonencode2("), "main.tf")
    assert codes(nothing) == ["PAR212"]


def ask_of(body: str) -> Ask:
    parsed = read(flow_of(state("a", "send-and-wait-for-reply", {"incomingMessage": None}, body=body)))
    found = node(parsed, "a")
    assert isinstance(found, Ask)
    return found


def test_a_menu_that_asks_for_its_numbers_is_choices_without_a_split() -> None:
    ask = ask_of("Quelle langue ?\n1. Français\n2. العربية\n3. English\n\nRépondez 1, 2 ou 3")
    assert [(plain_text(choice.title.first), choice.payload) for choice in ask.content.choices] == [
        ("Français", "1"),
        ("العربية", "2"),
        ("English", "3"),
    ]
    assert plain_text(ask.content.text.first) == "Quelle langue ?\nRépondez 1, 2 ou 3"


@pytest.mark.parametrize(
    "body", ["Apportez :\n1. une pièce d'identité\n2. une photo\nQuel est votre nom ?", "Quel âge avez-vous ? (1 ou 2)"]
)
def test_a_list_that_asks_for_no_number_stays_text(body: str) -> None:
    ask = ask_of(body)
    assert not ask.content.choices
    assert plain_text(ask.content.text.first) == body
