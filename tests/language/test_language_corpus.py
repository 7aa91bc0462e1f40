from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.language.cases import ranges

from bascule.ir.text import holes
from bascule.language.liquid import parse_liquid
from bascule.language.menus import find_menu
from bascule.language.optout import find_opt_out
from bascule.language.placeholders import choose_syntax, parse_text
from bascule.source import Place

pytestmark = pytest.mark.corpus

# Chosen syntax and number of holes of each file.
SMS = {
    "AgentJarvis92__maitreo__sms-templates.json": ("double-brace", 43),
    "D3C0D1__Software-Politico-SMS__sms_templates.csv": ("brace", 1),
    "DorAvidan2132__RSVPWA__message_templates.json": ("brace", 5),
    "Gibson-Gichuru__E-wallet__sms_template.json": ("python-positional", 14),
    "SamagraX-Stencil__stencil__packages__user-service__src__api__sms__cdac__templates.json.sample": ("dlt", 1),
    "adrieljose__ECOPULSE__data__sms_templates.json": (None, 0),
    "kcjarque__bosslabs__data__sms_templates.json": ("double-brace", 15),
    "noplanb__livingpic__config__sms_templates.yml": ("erb", 43),
    "yairMoshkovitz__Gmarasmsystem__sms_templates.json": ("brace", 54),
}


def strings(value: Any, pointer: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield pointer, value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from strings(item, f"{pointer}/{key}")
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from strings(item, f"{pointer}/{number}")


def texts(path: Path) -> list[str]:
    content = path.read_text(encoding="utf-8")
    if path.suffix == ".csv":
        return [row["content"] for row in csv.DictReader(content.splitlines())]
    data = yaml.safe_load(content) if path.suffix == ".yml" else json.loads(content)
    keys = ("template", "text", "content", "body")
    found = [text for pointer, text in strings(data) if pointer.rsplit("/", 1)[-1] in keys]
    return found or [text for _, text in strings(data)]


@pytest.mark.parametrize("name", sorted(SMS))
def test_template_files_are_read_with_their_syntax(corpus: Path, name: str) -> None:
    messages = texts(corpus / "sms-templates" / name)
    choice = choose_syntax(messages)
    read = [parse_text(text, choice, Place(name)) for text in messages]
    assert (choice.name, sum(len(list(holes(result))) for result, _ in read)) == SMS[name]
    codes = Counter(finding.code for _, findings in read for finding in findings)
    assert set(codes) <= {"VAR102", "VAR104", "VAR100"}
    assert codes["VAR100"] == (1 if choice.name == "erb" else 0)


def test_menus_of_template_files(corpus: Path) -> None:
    found = [
        len(menu.items)
        for name in sorted(SMS)
        for text in texts(corpus / "sms-templates" / name)
        if (menu := find_menu(text)) is not None
    ]
    assert found == [3, 3, 3, 2, 4, 8, 2, 3]


def test_studio_flows_are_read_as_liquid(corpus: Path) -> None:
    codes: Counter[str] = Counter()
    menus, outs, count = [], 0, 0
    for path in sorted((corpus / "twilio-studio").glob("*.json")):
        for pointer, text in strings(json.loads(path.read_text(encoding="utf-8"))):
            result, findings = parse_liquid(text, Place(path.name, pointer))
            assert ranges(result) == sorted(ranges(result))
            codes.update(finding.code for finding in findings)
            count += len(list(holes(result)))
            outs += find_opt_out(text) is not None
            if pointer.endswith(("/body", "/say")) and (menu := find_menu(text)) is not None:
                menus.append(tuple(item.key for item in menu.items))
    assert codes == {"VAR100": 1, "VAR106": 2, "VAR122": 1}
    assert count > 250
    assert outs == 2
    assert sorted(menus) == [
        ("1", "2"),
        ("Booking", "New"),
        ("CONFIRM APPT", "CANCEL APPT"),
        ("Comment", "Cancel", "Agent"),
        ("Yes", "No"),
    ]
