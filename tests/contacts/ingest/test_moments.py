"""Dates as other programs and people write them."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bascule.contacts.ingest.moments import Moments, Order, evidence

SAME = "2026-11-23T09:30:00Z"
SPELLINGS = [
    "2026-11-23T09:30:00Z",
    "2026-11-23 09:30:00",
    "2026-11-23T10:30:00+01:00",
    "2026-11-23T10:30:00.123+0100",
    "2026-11-23 09:30 UTC",
    "Mon, 23 Nov 2026 09:30:00 +0000",
    "23 Nov 2026 11:30:00 +0200",
    "1795426200",
    "1795426200000",
    "1795426200000000",
    "1795426200.5",
    "23/11/2026 09:30",
    "23.11.2026 09:30",
    "23-11-2026 9h30",
    "11/23/2026 9:30 AM",
    "11/23/26, 9:30:00 a.m.",
    "2026/11/23 09:30:00",
    "23 novembre 2026 à 09:30",
    "November 23, 2026 09:30",
    "23 de novembro de 2026 09:30",
    "lunes, 23 de noviembre de 2026 09:30",
    "23. November 2026 um 09:30",
    "23 ноября 2026 г. в 09:30",
    "23 نوفمبر 2026 09:30",
    "२३ नवंबर २०२६ 09:30",
    "٢٣/١١/٢٠٢٦ ٠٩:٣٠",
]


@pytest.mark.parametrize("text", SPELLINGS)
def test_one_moment_in_many_spellings(text: str) -> None:
    assert Moments().read(text) == SAME


@pytest.mark.parametrize(
    "text",
    ["", "  ", "yesterday", "0", "20261123", "32/01/2026", "2026-02-30", "00:10", "33612345678", "x" * 100, "99/99/99"],
)
def test_what_is_no_moment_is_unknown(text: str) -> None:
    assert Moments(Order.DAY).read(text) is None


def test_a_date_of_two_readings_needs_the_files_order() -> None:
    text = "03/04/2026"
    assert Moments().read(text) is None
    assert Moments(Order.DAY).read(text) == "2026-04-03T00:00:00Z"
    assert Moments(Order.MONTH).read(text) == "2026-03-04T00:00:00Z"
    assert Moments().read("04/04/2026") == "2026-04-04T00:00:00Z"
    assert Moments(Order.MONTH).read("03.04.2026") == "2026-04-03T00:00:00Z"


@pytest.mark.parametrize(
    ("texts", "found"),
    [
        (["03/04/2026", "25/04/2026"], (Order.DAY, True)),
        (["03/04/2026", "04/25/26 10:00 PM"], (Order.MONTH, True)),
        (["03/04/2026", "25/04/2026", "04/25/2026"], (Order.UNKNOWN, True)),
        (["03/04/2026"], (Order.UNKNOWN, True)),
        (["2026-04-03", "03.04.2026", "n/a"], (Order.UNKNOWN, False)),
    ],
)
def test_a_file_says_its_order_by_its_own_dates(texts: list[str], found: tuple[Order, bool]) -> None:
    assert evidence(texts) == found


def test_times_without_a_zone_are_in_the_one_that_is_named() -> None:
    paris = Moments(zone=ZoneInfo("Europe/Paris"))
    assert paris.read("2026-07-01 12:00") == "2026-07-01T10:00:00Z"
    assert paris.read("2026-12-01 12:00") == "2026-12-01T11:00:00Z"
    assert paris.read("2026-07-01 12:00Z") == "2026-07-01T12:00:00Z"


def test_a_format_of_ones_own_comes_first() -> None:
    assert Moments(form="%Y%m%d-%H%M").read("20261123-0930") == SAME
    assert Moments(form="%Y%m%d-%H%M").read("2026-11-23T09:30:00Z") == SAME


@given(st.text(max_size=80))
def test_no_text_is_too_odd(text: str) -> None:
    for order in Order:
        found = Moments(order).read(text)
        assert found is None or (len(found) == 20 and found.endswith("Z"))
