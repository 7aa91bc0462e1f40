"""When two names cannot be one person's, and when a silence is too long."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bascule.contacts.merging.doubt import Naming, doubt_of, names_agree

A, B, C = "2021-01-01T00:00:00Z", "2024-01-01T00:00:00Z", "2025-01-01T00:00:00Z"


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("Élodie Dupont", "DUPONT Elodie"),
        ("Marie Dupont", "Marie Martin"),
        ("M. Dupont", "Marie Dupont"),
        ("Jean-Pierre", "Jean Pierre"),
        ("Jean Pierre", "JeanPierre"),
        ("Moh", "Mohamed"),
        ("Fatima Hassan", "فاطمة حسن"),
        ("Мария", "Maria"),
        ("أحمد", "أَحْمَد"),
        ("Anita", "अनीता"),
        ("Awa 🌺", "awa"),
        ("🌺", "Paul"),
        ("", "Paul"),
    ],
)
def test_names_of_one_person(left: str, right: str) -> None:
    assert names_agree(left, right)
    assert names_agree(right, left)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("Moussa Traoré", "Claire Petit"),
        ("Мария Иванова", "Пётр Смирнов"),
        ("أحمد", "ليلى"),
        ("अनीता", "राहुल"),
        ("João Silva", "Paulo Souza"),
        ("A. Diop", "A. Traoré"),
    ],
)
def test_names_of_two_persons(left: str, right: str) -> None:
    assert not names_agree(left, right)
    assert not names_agree(right, left)


@given(st.text(max_size=30), st.text(max_size=30))
def test_agreeing_goes_both_ways_and_every_name_agrees_with_itself(left: str, right: str) -> None:
    assert names_agree(left, right) == names_agree(right, left)
    assert names_agree(left, left)


@pytest.mark.parametrize(
    ("names", "gap", "doubt"),
    [
        ([], None, None),
        ([], (A, C), "long_gap"),
        ([Naming("Awa", A, A)], (A, C), "long_gap"),
        ([Naming("Awa Diop", A, C)], (A, C), None),
        ([Naming("Awa Diop", A, A), Naming("Awa", C, C)], (A, C), None),
        ([Naming("Awa", None, None)], (A, C), "long_gap"),
        ([Naming("Awa", A, A), Naming("Paul", C, C)], (A, C), "long_gap,name_conflict"),
        ([Naming("Awa", A, A), Naming("Paul", B, B)], None, "name_conflict"),
        ([Naming("Awa", A, A), Naming("Awa Diop", B, B)], None, None),
    ],
)
def test_why_a_number_is_doubted(names: list[Naming], gap: tuple[str, str] | None, doubt: str | None) -> None:
    assert doubt_of(names, gap) == doubt
