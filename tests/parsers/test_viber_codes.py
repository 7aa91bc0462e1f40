"""Every code of the Viber and Node-RED readers is raised by something; a code that nothing raises is a defect."""

from __future__ import annotations

import json
from types import ModuleType
from typing import Any

import pytest

from bascule.diagnostics.rules import Rule
from bascule.language import secrets, viber_rules
from bascule.parsers import node_red, viber
from tests.parsers.viber_support import codes, parse_value, read

TAB = {"id": "t", "type": "tab"}
BODY = {"type": "text", "text": "Bonjour", "min_api_version": 1}
KEYBOARD = {"Buttons": [{"ActionBody": "a", "Text": "A"}]}


def flow(*nodes: dict[str, Any]) -> list[Any]:
    return [TAB, *({"z": "t", "wires": [[]], **node} for node in nodes)]


def program(source: str) -> list[Any]:
    return flow({"id": "f", "type": "function", "func": source})


CASES: dict[str, tuple[ModuleType, Any]] = {
    "PAR400": (viber, {"keyboard": {"Type": "keyboard", "Buttons": "x"}, "type": "text", "text": "x", "receiver": "y"}),
    "PAR401": (viber, {"type": "video", "media": "https://exemple.fr/v.mp4", "size": "12", "min_api_version": 1}),
    "PAR402": (viber, {**BODY, "traking_data": "x"}),
    "PAR403": (viber, {**BODY, "type": "hologram"}),
    "PAR404": (viber, {**BODY, "text": ""}),
    "PAR405": (viber, {**BODY, "auth_token": "4453b6ac12345678-0123456789abcdef-fedcba9876543210"}),
    "PAR406": (viber, {"Buttons": [{"ActionBody": "oui", "Image": "https://exemple.fr/oui.png"}]}),
    "PAR407": (node_red, program("msg.payload = {type:'text', text:'x', keyboard:{Buttons:[{ActionBody:'v'+i, Text:n}]}}")),
    "LOS400": (viber, {"Buttons": [{"ActionBody": "oui", "Text": "Oui", "TextSize": "large"}]}),
    "LOS401": (viber, {**BODY, "text": "<font size=3>x</font>"}),
    "LOS402": (viber, {"type": "sticker", "sticker_id": 1}),
    "LOS403": (viber, {**BODY, "keyboard": {**KEYBOARD, "InputFieldState": "hidden"}}),
    "LOS404": (viber, {**BODY, "broadcast_list": []}),
    "LOS405": (viber, {**BODY, "note": "à revoir"}),
    "LOS406": (viber, {"Buttons": [{"ActionBody": "oui", "Text": "Oui", "Silent": True}]}),
    "PAR410": (viber, {"a": 1}),
    "PAR411": (viber, [{"event": "seen", "timestamp": 1, "user_id": "x"}]),
    "PAR412": (viber, {**BODY, "keyboard": KEYBOARD}),
    "PAR413": (viber, BODY),
    "PAR414": (viber, [BODY, "x"]),
    "PAR415": (viber, {"Mes infos": BODY, "b": {**BODY, "keyboard": {"Buttons": [{"ActionBody": "mes_infos", "Text": "A"}]}}}),
    "PAR419": (viber, [{"kind": "OTP", "text": "", "buttonUrl": "x"}]),
    "PAR420": (viber, [{"kind": "OTP", "text": "x", "sms": "y"}, {"kind": "DIVERS", "text": "x", "sms": "y"}]),
    "LOS410": (viber, {"conversation_started": BODY}),
    "LOS411": (viber, {**BODY, "tracking_data": "x"}),
    "LOS412": (viber, {"unsubscribed": BODY}),
    "LOS413": (viber, {"a": [{**BODY, "keyboard": KEYBOARD}, {**BODY, "keyboard": KEYBOARD}]}),
    "PAR425": (node_red, [TAB]),
    "PAR426": (node_red, [TAB, None]),
    "PAR427": (node_red, flow({"id": "c", "type": "change", "wires": [["absent"]]})),
    "PAR428": (node_red, [TAB, TAB]),
    "PAR429": (node_red, flow({"id": "h", "type": "http in", "url": "/bot", "method": "post"})),
    "PAR430": (node_red, flow({"id": "c", "type": "change", "wires": [["d", "e"]]}, {"id": "d", "type": "delay"}, {"id": "e", "type": "delay"})),
    "PAR431": (node_red, program("msg.payload = {type:'text', text:'x'}")),
    "PAR432": (node_red, program("msg.payload = {")),
    "PAR433": (node_red, flow({"id": "a", "type": "chatbot-ask", "message": "?", "buttons": [{"label": "x"}], "wires": [["b"]]}, {"id": "b", "type": "chatbot-message", "message": "y"})),
    "PAR434": (node_red, flow({"id": "s", "type": "switch", "property": "payload", "rules": [{"t": "istype", "v": "x"}]})),
    "PAR435": (node_red, flow({"id": "c", "type": "change", "d": True})),
    "PAR436": (node_red, flow({"id": "d", "type": "delay", "timeout": "bientôt"})),
    "LOS430": (node_red, program("return msg;")),
    "LOS431": (node_red, flow({"id": "u", "type": "ui_chart"})),
    "LOS432": (node_red, flow({"id": "a", "type": "chatbot-ask", "message": "?", "buttons": [{"type": "share", "label": "x"}]})),
    "LOS433": (node_red, flow({"id": "a", "type": "chatbot-ask", "message": "?", "buttons": [{"label": "x"}], "wires": [["b"]]}, {"id": "b", "type": "sqlite", "sql": "x"})),
    "LOS434": (node_red, flow({"id": "a", "type": "chatbot-conversation", "chatId": "12345"})),
}  # fmt: skip

ELSEWHERE = {
    "PAR416": "test_viber_shapes.py: the placeholder syntax is an option",
    "PAR417": "test_viber_workbook.py",
    "PAR418": "test_viber_workbook.py",
    "PAR421": "test_programs.py",
    "LOS414": "test_viber_workbook.py",
    "LOS415": "test_viber_workbook.py",
}


def own_codes() -> set[str]:
    modules = (viber_rules, secrets, viber.rules, viber.losses, node_red.rules, node_red.losses)
    rules = [
        item
        for module in modules
        for item in vars(module).values()
        if isinstance(item, type) and issubclass(item, Rule)
    ]
    return {rule.code for rule in rules if rule.code}


def test_the_table_has_every_code() -> None:
    assert own_codes() == CASES.keys() | ELSEWHERE.keys()


@pytest.mark.parametrize("code", CASES)
def test_the_code_is_raised(code: str) -> None:
    module, value = CASES[code]
    assert code in codes(parse_value(module, value))


def test_the_shop_raises_no_error() -> None:
    for module, name in ((viber, "viber/boutique.json"), (node_red, "node-red/boutique.json")):
        assert all(str(finding.severity) != "error" for finding in read(module, name).findings)


def test_results_are_the_same_every_time() -> None:
    from bascule.ir.encode import encode_project

    for module, name in ((viber, "viber/boutique.json"), (node_red, "node-red/boutique.json")):
        first, second = (json.dumps(encode_project(read(module, name).project, provenance=True)) for _ in range(2))
        assert first == second
