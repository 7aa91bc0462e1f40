"""The ledger counts what the file holds: an independent walk agrees, every loss has its reason, no secret is shown."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from bascule.parsers import viber
from tests.parsers.viber_support import FIXTURES, everything_shown, found, parse_value, read, source_at

TOKEN = "4453b6ac12345678-0123456789abcdef-fedcba9876543210"


def walk_body(body: dict[str, Any], at: str) -> Iterator[str]:
    """Pointers of a body and of everything in it that the format knows: members, and those of keyboards and buttons."""
    yield at
    if "Buttons" in body:
        yield from walk_keyboard(body, at)
        return
    for name, value in body.items():
        yield f"{at}/{name}"
        if name in ("keyboard", "rich_media"):
            yield from walk_keyboard(value, f"{at}/{name}")


def walk_keyboard(keyboard: dict[str, Any], at: str) -> Iterator[str]:
    for name, value in keyboard.items():
        yield f"{at}/{name}"
        if name == "Buttons":
            for index, button in enumerate(value):
                yield f"{at}/Buttons/{index}"
                yield from (f"{at}/Buttons/{index}/{member}" for member in button)


def walk_states(states: dict[str, Any], at: str = "") -> Iterator[str]:
    for name, value in states.items():
        if isinstance(value, list):
            yield f"{at}/{name}"
            for index, body in enumerate(value):
                yield from walk_body(body, f"{at}/{name}/{index}")
        else:
            yield from walk_body(value, f"{at}/{name}")


def test_every_construct_of_the_shop_ends_in_the_ledger_once() -> None:
    value = json.loads((FIXTURES / "viber/boutique.json").read_text(encoding="utf-8"))
    expected = list(walk_states(value))
    entries = [entry.place.pointer for entry in read(viber, "viber/boutique.json").ledger]
    assert Counter(entries) == Counter(expected)
    assert len(entries) == 198


def test_every_construct_of_a_file_by_language_ends_in_the_ledger_once() -> None:
    value = json.loads((FIXTURES / "viber/langues.json").read_text(encoding="utf-8"))
    expected = [
        pointer for locale, states in value.items() for pointer in (f"/{locale}", *walk_states(states, f"/{locale}"))
    ]
    assert Counter(entry.place.pointer for entry in read(viber, "viber/langues.json").ledger) == Counter(expected)


def test_every_member_of_a_template_ends_in_the_ledger_once() -> None:
    value = json.loads((FIXTURES / "viber/modeles.json").read_text(encoding="utf-8"))
    expected = []
    for index, template in enumerate(value["templates"]):
        expected += [f"/templates/{index}", *(f"/templates/{index}/{name}" for name in template)]
    entries = [entry.place.pointer for entry in read(viber, "viber/modeles.json").ledger]
    assert Counter(entries) == Counter([*expected, "/provider"])


def test_losses_have_a_reason_a_code_and_a_finding() -> None:
    parsed = read(viber, "viber/boutique.json")
    losses = parsed.ledger.losses()
    assert len(losses) == 22
    reported = {finding.code for finding in parsed.findings}
    for entry in losses:
        assert entry.reason
        assert entry.code in reported
    by_code = Counter(entry.code for entry in losses)
    assert by_code == {"LOS400": 12, "LOS401": 4, "LOS403": 2, "LOS402": 1, "LOS404": 1, "LOS406": 2}


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"type": "text", "text": "<u>Bonjour</u>", "min_api_version": 1}, "LOS401"),
        ({"type": "sticker", "sticker_id": 5}, "LOS402"),
        ({"keyboard": {"InputFieldState": "hidden", "Buttons": [{"ActionBody": "a", "Text": "A"}]}}, "LOS403"),
        ({"type": "text", "text": "x", "broadcast_list": ["a"]}, "LOS404"),
        ({"type": "text", "text": "x", "min_api_version": 1, "quatre": 4}, "LOS405"),
        ({"keyboard": {"Buttons": [{"ActionBody": "a", "Text": "A", "Silent": True}]}}, "LOS406"),
        ({"keyboard": {"Buttons": [{"ActionBody": "a", "Text": "A", "BgColor": "#fff"}]}}, "LOS400"),
    ],
)
def test_each_loss_is_reported_and_counted(body: dict[str, Any], code: str) -> None:
    parsed = parse_value(viber, body)
    assert found(parsed, code)
    assert [entry.code for entry in parsed.ledger.losses()] == [code]


def test_settings_that_are_the_platforms_defaults_lose_nothing() -> None:
    button = {
        "ActionBody": "a",
        "Text": "A",
        "Columns": 6,
        "Rows": "1",
        "TextSize": "regular",
        "TextVAlign": "middle",
        "Silent": False,
    }
    keyboard = {"Type": "keyboard", "DefaultHeight": False, "InputFieldState": "regular", "Buttons": [button]}
    parsed = parse_value(viber, {"type": "text", "text": "x", "keyboard": keyboard})
    assert not parsed.ledger.losses()


def test_findings_point_at_what_they_are_about() -> None:
    parsed = read(viber, "viber/boutique.json")
    assert source_at(parsed, found(parsed, "LOS402")[0].place) == "46105"
    assert source_at(parsed, found(parsed, "LOS401")[0].place).startswith('"<font')
    assert source_at(parsed, found(parsed, "LOS403")[0].place) == '"hidden"'


def test_secrets_are_reported_and_shown_nowhere() -> None:
    parsed = read(viber, "viber/hostile/secrets.json")
    shown = everything_shown(parsed)
    for secret in (TOKEN, "MotDePasse9", "s3cr3t-de-la-boutique", "Tournesol77", "Xa1bC2dE3fG4hI5jK6lM7n"):
        assert secret not in shown
    assert len(found(parsed, "PAR405")) == 6
    assert all(finding.data["sensitive"] for finding in found(parsed, "PAR405"))


def test_covering_a_secret_moves_no_other_place() -> None:
    parsed = read(viber, "viber/hostile/secrets.json")
    raw = (FIXTURES / "viber/hostile/secrets.json").read_text(encoding="utf-8")
    assert len(parsed.document.text) == len(raw)
    assert source_at(parsed, parsed.project.flows[0].nodes[0].content.at) == '"Menu"'  # type: ignore[union-attr]


def test_receivers_are_counted_and_not_kept() -> None:
    parsed = read(viber, "viber/boutique.json")
    assert "Xa1bC2dE3fG4hI5jK6lM7n" not in everything_shown(parsed)
    assert dict(parsed.project.flows[0].by_id["soldes_ete"].facts)["broadcast_list"] == '{"receivers": 2}'
