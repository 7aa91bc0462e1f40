from __future__ import annotations

import contextlib
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bascule.ir.durations import DurationError, parse_duration, print_duration

READ = {
    "90s": 90,
    "2h": 7200,
    "23h": 82800,
    "1d12h": 129600,
    "1d 12h": 129600,
    "15min": 900,
    "15m": 900,
    "500ms": 0.5,
    "2w": 1209600,
    "3j": 259200,
    "1.5h": 5400,
    "1,5h": 5400,
    "-3d": -259200,
    "PT2H": 7200,
    "pt2h": 7200,
    "P1DT12H": 129600,
    "P1W": 604800,
    "PT0.5S": 0.5,
    "forever": math.inf,
    "0s": 0,
}


@pytest.mark.parametrize(("text", "seconds"), list(READ.items()))
def test_reads_what_people_write(text: str, seconds: float) -> None:
    assert parse_duration(text) == seconds


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "empty"),
        ("90", "no unit"),
        ("1h30", "not a number with a unit"),
        ("2 heures", "`heures` is no unit"),
        ("2x", "no unit: the units"),
        ("1h2h", "twice"),
        ("P1M", "no fixed length"),
        ("P1Y", "no fixed length"),
        ("P", "ISO 8601"),
        ("P1DT", "ISO 8601"),
        ("PT", "ISO 8601"),
        ("demain", "not a number"),
        ("1" * 400 + "w", "too long"),
        ("٣h", "not a number"),
    ],
)
def test_says_why_a_text_is_no_duration(text: str, why: str) -> None:
    with pytest.raises(DurationError, match=why):
        parse_duration(text)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0s"), (90, "1min30s"), (7200, "2h"), (129600, "1d12h"), (0.5, "500ms"), (1.5, "1.5s"), (-86400.0, "-1d")],
)
def test_prints_the_largest_units_first(seconds: float, text: str) -> None:
    assert print_duration(seconds) == text


@given(st.floats(allow_nan=False) | st.integers(-(10**9), 10**9).map(float))
def test_every_float_survives_printing(seconds: float) -> None:
    assert parse_duration(print_duration(seconds)) == seconds


@given(st.text(max_size=30))
def test_no_text_raises_anything_else(text: str) -> None:
    with contextlib.suppress(DurationError):
        assert isinstance(parse_duration(text), float)
