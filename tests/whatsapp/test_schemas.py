"""The published schemas say what the policy says, and their errors point at the right place."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from bascule.whatsapp.policy import Confidence, load_policy
from bascule.whatsapp.schema import KINDS, validate

NAMES = ("message", "policy", "template")
LIMITS = frozenset({"maxLength", "maxItems", "maxContains", "maximum", "minimum", "const", "minProperties"})
# Shape, not policy: an index counts from nought, one buttons component holds the buttons, and fixed words of the API.
SHAPE = {
    ("minimum", 0),
    ("maxContains", 1),
    ("maxItems", 1),
    ("const", "whatsapp"),
    ("const", "read"),
    ("const", "text"),
}


def load(root: Path, name: str) -> dict[str, Any]:
    schema: dict[str, Any] = json.loads((root / "schemas" / f"{name}.schema.json").read_text(encoding="utf-8"))
    return schema


def walk(schema: Any, pointer: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    if isinstance(schema, dict):
        yield pointer, schema
        for key, value in schema.items():
            if key not in ("x-policy", "enum", "const"):
                yield from walk(value, f"{pointer}/{key}")
    elif isinstance(schema, list):
        for position, value in enumerate(schema):
            yield from walk(value, f"{pointer}/{position}")


@pytest.mark.parametrize("name", NAMES)
def test_schema_is_valid_and_stands_alone(root: Path, name: str) -> None:
    schema = load(root, name)
    Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    for pointer, part in walk(schema):
        reference = part.get("$ref")
        if isinstance(reference, str):
            assert reference.startswith("#/$defs/"), pointer
            assert reference.removeprefix("#/$defs/") in schema["$defs"], pointer


@pytest.mark.parametrize("name", ["message", "template"])
def test_every_annotated_keyword_equals_the_policy(root: Path, name: str) -> None:
    policy = load_policy()
    checked = 0
    for pointer, part in walk(load(root, name)):
        for keyword, key in part.get("x-policy", {}).items():
            keys = [key] if isinstance(key, str) else key
            values: list[Any] = []
            for item in keys:
                value = policy.fact(item).value
                values += value if isinstance(value, (tuple, Mapping)) else [value]
            if keyword == "enum":
                assert {item.upper() for item in part["enum"]} == {item.upper() for item in values}, pointer
            else:
                assert [part[keyword]] == values, pointer
            checked += 1
    assert checked >= {"message": 60, "template": 50}[name]


@pytest.mark.parametrize("name", ["message", "template"])
def test_only_what_the_platform_states_is_enforced(root: Path, name: str) -> None:
    policy = load_policy()
    for pointer, part in walk(load(root, name)):
        for key in part.get("x-policy", {}).values():
            for item in [key] if isinstance(key, str) else key[:1]:
                assert policy.fact(item).confidence is Confidence.PLATFORM, (pointer, item)


@pytest.mark.parametrize("name", ["message", "template"])
def test_every_limit_names_its_fact(root: Path, name: str) -> None:
    for pointer, part in walk(load(root, name)):
        for keyword in LIMITS & part.keys():
            if pointer.endswith("/properties") or isinstance(part[keyword], dict):
                continue
            if (keyword, part[keyword]) not in SHAPE:
                assert keyword in part.get("x-policy", {}), f"{pointer}: {keyword} {part[keyword]!r}"


TEMPLATE: dict[str, Any] = {
    "name": "suivi_commande",
    "language": "fr",
    "category": "UTILITY",
    "components": [
        {"type": "HEADER", "format": "TEXT", "text": "Commande {{1}}", "example": {"header_text": ["A-1042"]}},
        {"type": "BODY", "text": "Bonjour {{1}}, tout va bien.", "example": {"body_text": [["Awa"]]}},
        {"type": "FOOTER", "text": "Boutique"},
        {"type": "BUTTONS", "buttons": [{"type": "URL", "text": "Suivre", "url": "https://example.com/{{1}}"}]},
    ],
}
LIST: dict[str, Any] = {
    "messaging_product": "whatsapp",
    "to": "+221770000000",
    "type": "interactive",
    "interactive": {
        "type": "list",
        "body": {"text": "Que souhaitez-vous ?"},
        "action": {"button": "Choisir", "sections": [{"rows": [{"id": "1", "title": "Solde"}]}]},
    },
}


def changed(value: Any, path: list[Any], new: Any) -> Any:
    copy = json.loads(json.dumps(value))
    target = copy
    for step in path[:-1]:
        target = target[step]
    if new is ...:
        del target[path[-1]]
    else:
        target[path[-1]] = new
    return copy


def test_good_ones_pass() -> None:
    assert validate("template", TEMPLATE) == []
    assert validate("message", LIST) == []
    assert validate("template_list", {"data": [{**TEMPLATE, "id": "1", "status": "APPROVED"}], "paging": {}}) == []
    assert validate("template_list", [TEMPLATE]) == []


CARD = {"components": [{"type": "HEADER", "format": "PRODUCT"}]}


@pytest.mark.parametrize(
    ("path", "new", "error"),
    [
        (["components", 1, "text"], "é" * 1025, "$.components[1].text: 1025 characters, at most 1024 are allowed"),
        (["components", 0, "text"], "é" * 61, "$.components[0].text: 61 characters, at most 60 are allowed"),
        (["components", 0, "format"], "AUDIO", "$.components[0].format: 'AUDIO' is not one of"),
        (["components", 0, "format"], "IMAGE", "$.components[0].example: 'header_handle' is a required property"),
        (["components", 1, "text"], ..., "$.components[1]: 'text' is a required property"),
        (["components", 1], {"type": "BOTTOM"}, "$.components[1].type: 'BOTTOM' is not one of"),
        (["components", 3, "buttons", 0, "url"], ..., "$.components[3].buttons[0]: 'url' is a required property"),
        (["components", 3, "buttons", 0, "url"], "ftp://x", "$.components[3].buttons[0].url: 'ftp://x' does not match"),
        (
            ["components", 3, "buttons"],
            [{"type": "PHONE_NUMBER", "text": "Appeler", "phone_number": "+221"}] * 2,
            "$.components[3].buttons: at most 1 of type PHONE_NUMBER may stand here",
        ),
        (
            ["components", 3, "buttons"],
            [{"type": "QUICK_REPLY", "text": "Oui"}] * 11,
            "$.components[3].buttons: 11 items, at most 10 are allowed",
        ),
        (
            ["components", 3, "buttons", 0],
            {"type": "CATALOG", "text": "Voir"},
            "$.components[3].buttons[0].text: 'View catalog' was expected",
        ),
        (
            ["components", 3, "buttons", 0],
            {"type": "OTP", "otp_type": "ONE_TAP"},
            "$.components[3].buttons[0]: 'supported_apps' is a required property",
        ),
        (["components", 3], {"type": "CAROUSEL", "cards": [CARD]}, "$.components[3].cards: 1 items, at least 2"),
        (["components"], TEMPLATE["components"][:1], "$.components: nothing of type BODY stands here"),
        (["name"], "Suivi", "$.name: 'Suivi' does not match"),
        (["language"], "fr-FR", "$.language: 'fr-FR' is not one of"),
        (["category"], ..., "$: 'category' is a required property"),
        (["category"], "OTP", "$.category: 'OTP' is not one of"),
        (["message_send_ttl_seconds"], 5, "$.message_send_ttl_seconds: 5 is less than the minimum of 30"),
    ],
)
def test_template_errors_point_at_the_leaf(path: list[Any], new: Any, error: str) -> None:
    found = validate("template", changed(TEMPLATE, path, new))
    assert any(line.startswith(error) for line in found), found


@pytest.mark.parametrize(
    ("path", "new", "error"),
    [
        (["interactive", "action", "button"], "é" * 21, "$.interactive.action.button: 21 characters, at most 20"),
        (["interactive", "action", "sections", 0, "rows", 0, "title"], "", "rows[0].title: must not be empty"),
        (
            ["interactive", "action", "sections", 0, "rows"],
            [{"id": "1", "title": "x"}] * 11,
            "sections[0].rows: 11 items, at most 10",
        ),
        (
            ["interactive", "action", "sections"],
            [{"rows": [{"id": "1", "title": "x"}]}] * 2,
            "sections[0]: 'title' is a required property",
        ),
        (["interactive", "type"], "buttons", "$.interactive.type: 'buttons' is not one of"),
        (["interactive", "body"], ..., "$.interactive: 'body' is a required property"),
        (["type"], "text", "$: 'text' is a required property"),
        (["messaging_product"], "sms", "$.messaging_product: 'whatsapp' was expected"),
    ],
)
def test_message_errors_point_at_the_leaf(path: list[Any], new: Any, error: str) -> None:
    found = validate("message", changed(LIST, path, new))
    assert any(error in line for line in found), found


def test_other_values_are_refused_without_a_traceback() -> None:
    deep: Any = []
    for _ in range(5000):
        deep = [deep]
    for kind in KINDS:
        for value in (None, 3, "x", [1], {"data": 1}, deep):
            assert validate(kind, value), (kind, type(value))
    with pytest.raises(KeyError):
        validate("nothing", {})
