"""Facts per numbering plan and the table of damage, by every engine."""

from __future__ import annotations

from tests.contacts.facts import CHECKED_WITH, DAMAGE, FACTS
from tests.contacts.support import Answer, answers_of, normaliser_of

from bascule.contacts.phones.metadata import metadata_version
from bascule.contacts.phones.normaliser import Engine
from bascule.contacts.phones.vocabulary import NumberType, unpack_place

VERSIONS = f"checked with phonenumbers {CHECKED_WITH}, run with {metadata_version()}"


def test_numbers_of_all_plans_are_read_as_known(answer: Answer) -> None:
    names = normaliser_of(Engine.EXACT).names
    found = []
    for reading in answer([(cell, region) for cell, region, *_ in FACTS]):
        region, kind = unpack_place(reading.place)
        shown = (names[region], NumberType(kind).name.lower()) if reading.valid else ("", "")
        found.append((reading.e164, *shown, reading.how.text))
    assert found == [tuple(rest) for _, _, *rest in FACTS], VERSIONS


def test_damage_is_undone_or_named(answer: Answer) -> None:
    found = [
        (reading.e164, reading.verdict.status.value, reading.verdict.reason)
        for reading in answer([(cell, region) for cell, region, *_ in DAMAGE])
    ]
    assert found == [tuple(rest) for _, _, *rest in DAMAGE], VERSIONS


def test_a_default_region_is_told_from_a_rows_own(engine: Engine) -> None:
    cells = [("0612345678", ""), ("0612345678", "FR"), ("+33612345678", ""), ("0612345678", "nowhere")]
    readings = answers_of(engine, cells, default="FR")
    assert [reading.how.text for reading in readings] == [
        "national_with_default",
        "national_with_hint",
        "explicit_plus",
        "",
    ]
    assert readings[3].verdict.reason == "region_unknown"


def test_all_numbers_of_a_cell_are_kept_for_who_asks() -> None:
    reading = normaliser_of(Engine.EXACT).read("0612345678 / +221 77 123 45 67 / 0612345678", "FR")
    assert (reading.e164, reading.others) == ("+33612345678", ("+221771234567",))
