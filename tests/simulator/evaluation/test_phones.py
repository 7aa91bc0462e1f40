"""Telephone numbers, with the library that knows them and without."""

from __future__ import annotations

import pytest

from bascule.ir.expr import Call, Const
from bascule.simulator.evaluation import Plain, Unknown, evaluate, test
from bascule.simulator.evaluation.functions import phones
from bascule.simulator.evaluation.functions.phones import find_phone


@pytest.mark.parametrize(
    ("text", "region", "expected"),
    [
        ("appelez le 06 12 34 56 78 ce soir", "FR", "+33612345678"),
        ("+221 77 123 45 67", "", "+221771234567"),
        ("mon numéro:771234567", "SN", "+221771234567"),
        ("(202) 456-1111", "US", "+12024561111"),
        ("отвечу по +7 912 345-67-89", "FR", "+79123456789"),
        ("j'ai 12 ans", "FR", None),
        ("", "", None),
    ],
)
def test_a_number_is_found(text: str, region: str, expected: str | None) -> None:
    assert find_phone(text, region) == expected


@pytest.fixture
def without_library(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(phones, "_library", lambda: None)


@pytest.mark.usefixtures("without_library")
def test_without_the_library_only_what_is_certain_is_told() -> None:
    assert find_phone("c'est le +221 77 123 45 67.", "") == "+221771234567"
    assert find_phone("pas de numéro, 12 ans", "FR") is None
    assert isinstance(find_phone("06 12 34 56 78", "FR"), Unknown)
    scope = Plain()
    assert isinstance(test(Call("has_phone", (Const("06 12 34 56 78"),)), scope).held, Unknown)
    assert isinstance(evaluate(Call("is_phone_number", (Const("06 12 34 56 78"),)), scope), Unknown)
    assert isinstance(evaluate(Call("to_phone_number", (Const("06 12 34 56 78"),)), scope), Unknown)
    assert evaluate(Call("format_urn", (Const("tel:+221771234567"),)), scope) == "+221771234567"


def test_the_parts_of_a_number() -> None:
    parts = evaluate(Call("to_phone_number", (Const("+221 77 123 45 67"),)), Plain())
    assert parts == {"country-code": "221", "national-number": "771234567"}
