"""WhatsApp's spelling is compared with, never made from, E.164."""

from __future__ import annotations

import pytest
from tests.contacts.support import Answer

from bascule.contacts.phones.wa_id import e164_of, may_be_same, wa_ids_of


@pytest.mark.parametrize(
    ("e164", "wa_id"),
    [
        ("+5511987654321", "5511987654321"),
        ("+5511987654321", "551187654321"),
        ("+525512345678", "5215512345678"),
        ("+525512345678", "525512345678"),
        ("+5491123456789", "541123456789"),
        ("+5491123456789", "5491123456789"),
        ("+33612345678", "33612345678"),
    ],
)
def test_forms_of_one_subscriber_are_found(e164: str, wa_id: str) -> None:
    assert may_be_same(e164, wa_id)
    assert wa_id in wa_ids_of(e164)
    assert e164 in e164_of(wa_id)


@pytest.mark.parametrize(
    ("e164", "wa_id"),
    [
        ("+5511987654321", "551187654322"),
        ("+5511987654321", "5521987654321"),
        ("+525512345678", "5225512345678"),
        ("+33612345678", "3312345678"),
        ("+551123456789", "55112345678"),
    ],
)
def test_other_subscribers_are_not(e164: str, wa_id: str) -> None:
    assert not may_be_same(e164, wa_id)


def test_the_plain_digits_come_first() -> None:
    assert wa_ids_of("+33612345678") == ("33612345678",)
    assert e164_of("5215512345678") == ("+5215512345678", "+525512345678")


def test_a_number_is_never_rewritten_to_an_id(answer: Answer) -> None:
    cells = [("+5511987654321", ""), ("+525512345678", ""), ("+5491123456789", ""), ("+551187654321", "")]
    readings = answer(cells)
    assert [reading.e164 for reading in readings] == ["+5511987654321", "+525512345678", "+5491123456789", ""]
    assert readings[3].verdict.reason == "wa_id_form"
