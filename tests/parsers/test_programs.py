"""RapidPro flows and Viber keyboards that are written out in the code of a bot."""

from __future__ import annotations

import json
from typing import Any

from bascule.ir.nodes import Ask, Chosen
from bascule.ir.text import plain_text
from bascule.parsers import rapidpro, viber
from bascule.parsers.base import CERTAIN, POSSIBLE, ParseOptions
from bascule.source import SourceFile

FLOW: dict[str, Any] = {
    "name": "Accueil", "uuid": "f", "spec_version": "13.1.0", "language": "fra", "type": "messaging", "localization": {},
    "nodes": [{
        "uuid": "n", "exits": [{"uuid": "x", "destination_uuid": None}],
        "actions": [{"uuid": "a", "type": "send_msg", "text": "Bonjour @contact.name", "attachments": [], "quick_replies": []}],
    }],
}  # fmt: skip

BOT = """# -*- coding: utf-8 -*-
JETON = "x"
BOUTONS = [
    {"Columns": 3, "ActionType": "reply", "ActionBody": "CATALOGUE", "Text": "Каталог"},
    {"Columns": 3, "ActionType": "reply", "ActionBody": "AIDE", "Text": "<b>Aide</b>"},
]
MENU_KEYBOARD = {"Type": "keyboard", "Buttons": BOUTONS}
CATALOGUE_KEYBOARD = {
    "Type": "keyboard",
    "Buttons": [{"ActionType": "reply", "ActionBody": "MENU", "Text": "Retour"}],
}
COULEURS = {"fond": "#fff"}
AIDE = '''{"Type": "keyboard", "Buttons": [{"ActionType": "reply", "ActionBody": "MENU", "Text": "Menu"}]}'''

def accueil(bot):
    boutons = [{"ActionType": "reply", "ActionBody": "MENU", "Text": "Commencer"}]
    keyboard = {"Type": "keyboard", "Buttons": boutons}
    bot.send(keyboard)
"""


def test_flows_in_a_module_are_read_whole() -> None:
    export = {"version": "13", "flows": [FLOW], "campaigns": [], "triggers": []}
    text = f"/* tslint:disable */\nexport const conversation: Export[] = [\n{json.dumps(export)}\n]\n"
    file = SourceFile.of_text(text, "conversation.ts")
    match = rapidpro.sniff(file)
    assert match is not None
    assert match.confidence == CERTAIN
    parsed = rapidpro.parse(file, ParseOptions())
    plain = rapidpro.parse(SourceFile.of_text(json.dumps(export), "x.json"), ParseOptions())
    assert [flow.nodes for flow in parsed.project.flows] == [flow.nodes for flow in plain.project.flows]
    assert sorted(entry.fate.name for entry in parsed.ledger) == sorted(entry.fate.name for entry in plain.ledger)
    assert [finding.code for finding in parsed.findings] == ["PAR378", "PAR370"]
    assert parsed.document.locate(parsed.findings[0].place).line == 3


def test_a_list_of_exports_is_read() -> None:
    file = SourceFile.of_text(json.dumps([{"version": "13", "flows": [FLOW]}, {"flows": [FLOW]}]), "x.json")
    assert rapidpro.sniff(file) is not None
    assert [flow.id for flow in rapidpro.parse(file, ParseOptions()).project.flows] == ["accueil", "accueil_2"]


def test_keyboards_of_a_bots_code_are_states_by_their_names() -> None:
    file = SourceFile.of_text(BOT, "bot.py")
    match = viber.sniff(file)
    assert match is not None
    assert match.confidence == CERTAIN
    parsed = viber.parse(file, ParseOptions())
    flow = parsed.project.flows[0]
    assert [node.id for node in flow.nodes] == ["MENU_KEYBOARD", "CATALOGUE_KEYBOARD", "AIDE", "keyboard"]
    menu = flow.by_id["MENU_KEYBOARD"]
    assert isinstance(menu, Ask)
    assert [plain_text(choice.title.first) for choice in menu.content.choices] == ["Каталог", "*Aide*"] or [
        plain_text(choice.title.first) for choice in menu.content.choices
    ] == ["Каталог", "Aide"]
    targets = [edge.target for edge in menu.edges if isinstance(edge.guard, Chosen)]
    assert targets == ["CATALOGUE_KEYBOARD", "AIDE"]
    assert "PAR421" in [finding.code for finding in parsed.findings]


def test_other_modules_are_neither() -> None:
    for text in ("NODES = {'nodes': [1]}", "ActionType = {'a': 1}", "x = 1"):
        file = SourceFile.of_text(text, "x.py")
        assert rapidpro.sniff(file) is None
        assert viber.sniff(file) is None


def test_parts_of_an_export_are_told_by_name() -> None:
    for value, word in (
        (FLOW["nodes"][0], "node"),
        ({"uuid": "c", "name": "x", "group": {"name": "g"}, "events": []}, "campaign"),
    ):
        match = rapidpro.sniff(SourceFile.of_text(json.dumps(value), "x.json"))
        assert match is not None
        assert match.confidence < POSSIBLE
        assert word in match.reason
