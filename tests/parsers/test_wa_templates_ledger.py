"""The books of the template reader: every construct once, counted against a walk of our own."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bascule.ir.ledger import Fate
from bascule.parsers.base import Parsed, ParseOptions
from bascule.parsers.wa_templates import parse
from bascule.source import SourceFile

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures" / "wa-templates"
JSON = sorted(path for path in FIXTURES.rglob("*.json") if path.parent.name != "near")


def read(path: Path) -> Parsed:
    return parse(SourceFile(path.name, path.read_bytes()), ParseOptions())


def leaves(value: Any, pointer: str = "") -> Iterator[str]:
    """Pointers of all scalars and empty containers, found without any code of the parser."""
    if isinstance(value, dict) and value:
        for key, item in value.items():
            yield from leaves(item, f"{pointer}/{str(key).replace('~', '~0').replace('/', '~1')}")
    elif isinstance(value, list) and value:
        for index, item in enumerate(value):
            yield from leaves(item, f"{pointer}/{index}")
    else:
        yield pointer


def objects(value: Any, pointer: str = "") -> Iterator[tuple[str, str, dict[str, Any]]]:
    """All objects with the member that holds them (or holds their list)."""
    if isinstance(value, dict):
        parts = [part for part in pointer.split("/") if not part.isdecimal()]
        yield parts[-1] if parts else "", pointer, value
        for key, item in value.items():
            yield from objects(item, f"{pointer}/{str(key).replace('~', '~0').replace('/', '~1')}")
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from objects(item, f"{pointer}/{index}")


def assert_booked(value: Any, parsed: Parsed) -> None:
    """Each leaf stands in the ledger once; nothing stands there twice; what is lost says why and what to do."""
    places = Counter((entry.place.pointer, entry.place.sub, entry.place.key) for entry in parsed.ledger)
    assert not places or max(places.values()) == 1
    pointers = Counter(entry.place.pointer for entry in parsed.ledger)
    missing = [pointer for pointer in leaves(value) if pointers[pointer] != 1]
    assert not missing
    for entry in parsed.ledger.losses():
        assert entry.reason
        assert entry.code


@pytest.mark.parametrize("path", JSON, ids=lambda path: path.name)
def test_every_leaf_of_a_file_is_booked_once(path: Path) -> None:
    assert_booked(json.loads(path.read_text(encoding="utf-8")), read(path))


@pytest.mark.parametrize("name", ["meta_liste.json", "brouillons.json", "par_nom.json", "dialog360.json"])
def test_templates_components_buttons_and_cards_are_counted(name: str) -> None:
    value = json.loads((FIXTURES / name).read_text(encoding="utf-8"))
    wanted: Counter[str] = Counter()
    for holder, _, item in objects(value):
        if holder in ("components", "buttons"):
            wanted[f"{holder[:-1]} {item['type']}"] += 1
        elif holder == "cards":
            wanted["card"] += 1
        elif "language" in item:
            wanted["template"] += 1
    booked = Counter(entry.construct for entry in read(FIXTURES / name).ledger)
    assert {construct: booked[construct] for construct in wanted} == dict(wanted)
    assert (
        wanted["template"]
        == {"meta_liste.json": 11, "brouillons.json": 5, "par_nom.json": 5, "dialog360.json": 2}[name]
    )


def test_nothing_of_a_template_is_lost() -> None:
    for name in ("meta_liste.json", "brouillons.json", "par_nom.json", "dialog360.json", "infobip.json"):
        assert read(FIXTURES / name).ledger.losses() == []


def test_every_member_of_a_listed_template_is_in_the_asset() -> None:
    value = json.loads((FIXTURES / "meta_liste.json").read_text(encoding="utf-8"))
    assets = {one.provider_id: one for one in read(FIXTURES / "meta_liste.json").project.templates}
    for item in value["data"]:
        asset = assets[item["id"]]
        kept = json.loads(asset.definition) | {name: json.loads(text) for name, text in asset.facts}
        assert kept | {"id": asset.provider_id, "status": asset.status} == item


def test_recipients_and_receipts_are_dropped_with_a_reason() -> None:
    parsed = read(FIXTURES / "envois.json")
    dropped = {entry.place.pointer for entry in parsed.ledger if entry.fate is Fate.DROPPED}
    assert {f"/{index}/to" for index in (*range(12), 13)} <= dropped
    assert {"/12", "/12/status", "/13", "/13/reaction/emoji"} <= dropped


@pytest.mark.corpus
def test_every_leaf_of_the_corpus_is_booked_once(corpus: Path) -> None:
    seen = 0
    for folder in ("wa-templates", "wa-messages"):
        for path in sorted((corpus / folder).glob("*.json")):
            assert_booked(json.loads(path.read_text(encoding="utf-8-sig")), read(path))
            seen += 1
    assert seen == 25


NAMES = st.sampled_from(
    ["data", "paging", "next", "name", "language", "category", "status", "components", "type", "format", "text", "example",
     "body_text", "header_text", "header_handle", "buttons", "url", "phone_number", "cards", "id", "waba_templates", "contents",
     "templates", "types", "twilio/quick-reply", "twilio/list-picker", "body", "actions", "title", "items", "item", "variables",
     "structure", "header", "footer", "examples", "elementName", "content", "example", "messaging_product", "interactive",
     "action", "sections", "rows", "reply", "parameters", "template", "to", "image", "link", "contacts", "x/y", "a~b", "",
     "code", "index", "approval_requests", "friendly_name", "limited_time_offer"]
)  # fmt: skip
SCALARS = st.one_of(
    st.sampled_from(
        ["Bonjour {{1}}", "{{2}}{{1}}", "fr", "HEADER", "BODY", "FOOTER", "BUTTONS", "CAROUSEL", "TEXT", "IMAGE", "QUICK_REPLY",
         "URL", "PHONE_NUMBER", "OTP", "UTILITY", "APPROVED", "REJECTED", "whatsapp", "text", "interactive", "template", "button",
         "list", "carousel", "flow", "https://x.example/{{1}}", "مرحبا {{1}}", "", "12", "{{contact.name}}", "[]"]
    ),
    st.none(), st.booleans(), st.integers(-3, 3), st.just(1.5),
)  # fmt: skip
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(NAMES, inner, max_size=5)),
    max_leaves=20,
)
COMPONENT = st.one_of(
    VALUES,
    st.fixed_dictionaries(
        {"type": st.sampled_from(["HEADER", "BODY", "FOOTER", "BUTTONS", "CAROUSEL", "LIMITED_TIME_OFFER", "body"])},
        optional={"text": VALUES, "format": SCALARS, "example": VALUES, "cards": VALUES,
                  "buttons": st.lists(st.dictionaries(NAMES, SCALARS, max_size=5), max_size=4)},
    ),
)  # fmt: skip
TEMPLATES = st.fixed_dictionaries(
    {"name": st.sampled_from(["a", "Rappel RDV", "promo"]), "components": st.lists(COMPONENT, max_size=5)},
    optional={"language": SCALARS, "category": SCALARS, "status": SCALARS, "id": VALUES},
)
SENDS = st.fixed_dictionaries(
    {"messaging_product": st.just("whatsapp"), "type": SCALARS},
    optional={
        "text": VALUES,
        "interactive": VALUES,
        "template": VALUES,
        "image": VALUES,
        "contacts": VALUES,
        "to": VALUES,
    },
)
CONTENTS = st.fixed_dictionaries(
    {"types": st.fixed_dictionaries({}, optional={"twilio/quick-reply": VALUES, "twilio/list-picker": VALUES,
                                                  "twilio/carousel": VALUES, "whatsapp/card": VALUES})},
    optional={"friendly_name": SCALARS, "language": SCALARS, "variables": VALUES, "approval_requests": VALUES},
)  # fmt: skip
PARTS = st.fixed_dictionaries(
    {"name": SCALARS, "language": SCALARS, "structure": st.dictionaries(NAMES, VALUES, max_size=5)},
    optional={"category": SCALARS, "status": SCALARS},
)
ITEMS = st.one_of(TEMPLATES, SENDS, CONTENTS, PARTS, VALUES)
ROOTS = st.one_of(
    VALUES,
    ITEMS,
    st.lists(ITEMS, max_size=4),
    st.dictionaries(NAMES, st.one_of(ITEMS, st.lists(ITEMS, max_size=3)), max_size=4),
    st.fixed_dictionaries({"data": st.lists(TEMPLATES, max_size=4), "paging": VALUES}),
)


@settings(max_examples=800)
@given(ROOTS)
def test_every_leaf_of_any_tree_is_booked_once(value: Any) -> None:
    if isinstance(value, (dict, list)):
        parsed = parse(SourceFile.of_text(json.dumps(value, ensure_ascii=False), "t.json"), ParseOptions())
        assert_booked(value, parsed)
