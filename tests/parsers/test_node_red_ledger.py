"""The ledger of an export counts its nodes, members and wires: an independent walk agrees."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bascule.parsers import node_red
from bascule.parsers.base import Parsed
from tests.parsers.viber_support import FIXTURES, codes, everything_shown, found, parse_value, read, source_at

LISTS = ("rules", "buttons", "message", "elements", "props", "headers")


def walk(nodes: list[Any], at: str = "") -> Iterator[str]:
    """Pointers of nodes, their members, the objects of their lists, and their wires."""
    for index, item in enumerate(nodes):
        here = f"{at}/{index}"
        yield here
        for name, value in item.items():
            if name == "wires":
                yield from (
                    f"{here}/wires/{port}/{place}" for port, row in enumerate(value) for place in range(len(row))
                )
            elif name not in ("id", "type"):
                yield f"{here}/{name}"
                if name in LISTS and isinstance(value, list):
                    yield from (f"{here}/{name}/{place}" for place in range(len(value)))


def outside_programs(parsed: Parsed) -> Counter[str]:
    """Entries but those of literals inside programs and JSON texts, which no walk of the JSON sees."""
    return Counter(entry.place.pointer for entry in parsed.ledger if entry.place.sub is None)


def test_every_construct_of_the_shop_ends_in_the_ledger_once() -> None:
    value = json.loads((FIXTURES / "node-red/boutique.json").read_text(encoding="utf-8"))
    parsed = read(node_red, "node-red/boutique.json")
    assert outside_programs(parsed) == Counter(walk(value))


def test_nothing_is_left_to_the_end_of_the_shop() -> None:
    reasons = {entry.reason for entry in read(node_red, "node-red/boutique.json").ledger}
    assert "kept with its node" not in reasons


@pytest.mark.corpus
def test_every_construct_of_the_products_own_example_ends_in_the_ledger_once(corpus: Path) -> None:
    (path,) = (corpus / "node-red").glob("*.json")
    text = path.read_text(encoding="utf-8")
    parsed = parse_value(node_red, text, path.name)
    assert outside_programs(parsed) == Counter(walk(json.loads(text)))


def test_literals_in_programs_are_constructs_at_their_own_place() -> None:
    parsed = read(node_red, "node-red/boutique.json")
    inside = [
        entry for entry in parsed.ledger if entry.place.sub is not None and entry.construct == "message in a program"
    ]
    assert len(inside) == 4
    assert all(source_at(parsed, entry.place).startswith("{") for entry in inside)


def test_losses_have_a_reason_and_a_code() -> None:
    for name in ("node-red/boutique.json", "node-red/hostile/desordre.json"):
        parsed = read(node_red, name)
        reported = {finding.code for finding in parsed.findings}
        for entry in parsed.ledger.losses():
            assert entry.reason
            assert entry.code in reported


def test_defects_of_an_export_are_each_reported() -> None:
    parsed = read(node_red, "node-red/hostile/desordre.json")
    assert {"PAR426", "PAR427", "PAR428", "PAR430", "PAR432", "PAR434", "PAR435", "PAR436", "PAR405"} <= set(
        codes(parsed)
    )
    assert {"LOS430", "LOS431", "LOS432"} <= set(codes(parsed))
    assert '"bientôt"' in {source_at(parsed, finding.place) for finding in found(parsed, "PAR436")}


def test_secrets_are_reported_and_shown_nowhere() -> None:
    program = (
        "var jeton = '4453b6ac12345678-0123456789abcdef-fedcba9876543210';\n"
        "msg.headers = {'X-Viber-Auth-Token': 'un-autre-jeton-77'};\n"
        "msg.payload = {auth_token: 'encore-un-jeton-5', type: 'text', text: 'Bonjour'};"
    )
    value = [
        {"id": "t", "type": "tab", "label": "T"},
        {"id": "f", "type": "function", "z": "t", "func": program, "initialize": "var password = 'Tournesol-77';", "wires": [["h"]]},
        {"id": "h", "type": "http request", "z": "t", "url": "https://bot:Secret99@api.exemple.fr/?api_key=k4k4k4k4",
         "headers": {"Authorization": "Bearer abcdefghij0123"}, "wires": [["u"]]},
        {"id": "u", "type": "inconnu", "z": "t", "password": "hunter2hunter2", "wires": [[]]},
        {"id": "c", "type": "chatbot-viber-node", "token": "9f8e7d6c5b4a", "credentials": {"secret": "tres-secret-1"}},
    ]  # fmt: skip
    parsed = parse_value(node_red, value)
    shown = everything_shown(parsed)
    for secret in ("4453b6ac12345678", "un-autre-jeton-77", "encore-un-jeton-5", "Tournesol-77", "Secret99", "k4k4k4k4",
                   "abcdefghij0123", "hunter2hunter2", "9f8e7d6c5b4a", "tres-secret-1"):  # fmt: skip
        assert secret not in shown, secret
    assert len(found(parsed, "PAR405")) >= 9
