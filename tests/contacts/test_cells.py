"""Cells as text: repairs by their own examples, several numbers, and no text that takes long."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.contacts.support import normaliser_of

from bascule.contacts.phones import cells
from bascule.contacts.phones.cells import MAX_CHARACTERS, REPAIRS, Plan, Repair, plan
from bascule.contacts.phones.normaliser import Engine
from bascule.contacts.phones.vocabulary import Verdict


@pytest.mark.parametrize("repair", REPAIRS, ids=lambda repair: repair.name)
def test_a_repair_does_its_example(repair: Repair) -> None:
    damaged, whole = repair.example
    assert plan(damaged).whole == whole
    assert plan(whole).whole == whole, "what is repaired needs no repair"


@given(st.text("0123456789+eE.,='\"’@:/ acwme", max_size=30))
def test_the_quick_look_misses_no_repair(text: str) -> None:
    if not cells._DAMAGED.search(text):
        assert not any(repair.pattern.fullmatch(text) for repair in REPAIRS)


@given(st.text("0123456789E+.,", max_size=25))
def test_no_repair_invents_a_digit(text: str) -> None:
    digits = "".join(filter(str.isdigit, plan(text).whole))
    position = 0
    for digit in digits:
        position = text.find(digit, position) + 1
        assert position > 0, "every digit stands in the cell, in the same order"


@pytest.mark.parametrize(
    ("cell", "parts"),
    [
        ("0612345678 / 0687654321", ("0612345678", "0687654321")),
        ("0612345678,0687654321;+221771234567", ("0612345678", "0687654321", "+221771234567")),
        ("0612345678 или 0687654321", ("0612345678", "0687654321")),
        ("612345678.0 / 687654321.0", ("612345678", "687654321")),
        ("06 12 34 56 78", ()),
        ("0612345678 / 12", ("0612345678",)),
    ],
)
def test_a_cell_is_split_into_what_may_be_numbers(cell: str, parts: tuple[str, ...]) -> None:
    assert plan(cell).parts == parts


def test_a_plus_behind_a_digit_is_no_number_as_a_whole() -> None:
    assert plan("0612345678+221771234567") == Plan(parts=("0612345678", "+221771234567"))


def test_invisible_marks_are_no_text() -> None:
    assert plan("\u202a\u200f\ufeff ").verdict is Verdict.EMPTY


HOSTILE = [
    "tel:123;phone-context=" + "aa." * 75 + "!",
    "tel:123" + ";phone-context=" * 15 + "a.a.a.a.a!",
    "1" * (MAX_CHARACTERS - 1) + "!",
    "1 " * 124,
    "1-" * 120 + "x",
    "," * 249,
    "1" + "," * 248,
    "1" + " " * 247 + "x",
    "x1" * 124,
    "((((" * 60,
    "+" * 249,
    "1+" * 124,
    '="' * 120,
    "'" * 249,
    "0 " * 60 + "ext" * 40,
    "1e" * 120,
    "//" * 120,
    "🙂" * 249,
    "٣" * 249,
    "\u202e" * 249,
]


@pytest.mark.parametrize("cell", HOSTILE, ids=range(len(HOSTILE)))
def test_no_cell_takes_long(cell: str) -> None:
    """libphonenumber's own check of a phone-context takes exponential time on the first one."""
    started = time.process_time()
    for _ in range(3):
        normaliser_of(Engine.EXACT).read(cell, "FR")
    assert time.process_time() - started < 3


def test_a_longer_cell_is_not_looked_at() -> None:
    assert plan("1" * (MAX_CHARACTERS + 1)).verdict is Verdict.TOO_MANY_CHARACTERS
    assert plan(" " * 10_000_000).verdict is Verdict.EMPTY
