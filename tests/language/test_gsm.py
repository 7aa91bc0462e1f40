from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bascule.language.gsm import GSM_BASIC, GSM_EXTENSION, Segments, count_segments


@pytest.mark.parametrize(
    ("text", "encoding", "units", "segments", "forcing"),
    [
        ("", "GSM-7", 0, 0, ""),
        ("a" * 160, "GSM-7", 160, 1, ""),
        ("a" * 161, "GSM-7", 161, 2, ""),
        ("a" * 306, "GSM-7", 306, 2, ""),
        ("a" * 307, "GSM-7", 307, 3, ""),
        ("€" * 80, "GSM-7", 160, 1, ""),
        ("a" * 152 + "€" + "a" * 152, "GSM-7", 306, 3, ""),
        ("a" * 151 + "€" + "a" * 153, "GSM-7", 306, 2, ""),
        ("Où êtes-vous ?", "UCS-2", 14, 1, "ê"),
        ("Ça va à l'école", "GSM-7", 15, 1, ""),
        ("ça", "UCS-2", 2, 1, "ç"),
        ("l’été", "UCS-2", 5, 1, "’"),
        ("à" * 71, "GSM-7", 71, 1, ""),
        ("я" * 70, "UCS-2", 70, 1, "я"),
        ("я" * 71, "UCS-2", 71, 2, "я"),
        ("я" * 134, "UCS-2", 134, 2, "я"),
        ("я" * 135, "UCS-2", 135, 3, "я"),
        ("😀" * 35, "UCS-2", 70, 1, "😀"),
        ("😀" * 36, "UCS-2", 72, 2, "😀"),
        ("я" * 66 + "😀" + "я" * 66, "UCS-2", 134, 3, "я"),
        ("👨‍👩‍👧", "UCS-2", 8, 1, "👨"),
        ("नमस्ते", "UCS-2", 6, 1, "न"),
        ("`", "UCS-2", 1, 1, "`"),
    ],
)
def test_segments(text: str, encoding: str, units: int, segments: int, forcing: str) -> None:
    assert count_segments(text) == Segments(encoding, units, segments, forcing)  # type: ignore[arg-type]


def test_the_tables_have_the_size_of_the_standard() -> None:
    assert len(GSM_BASIC) == 127  # 128 codes, one of them the escape
    assert len(GSM_EXTENSION) == 10
    assert not GSM_BASIC & GSM_EXTENSION


@given(st.text(alphabet="ab€{я😀’", max_size=400))
def test_filling_segments_one_by_one_gives_the_same_count(text: str) -> None:
    result = count_segments(text)
    wide = GSM_EXTENSION if result.encoding == "GSM-7" else frozenset("😀")
    single, part = (160, 153) if result.encoding == "GSM-7" else (70, 67)
    units = [2 if char in wide else 1 for char in text]
    assert result.units == sum(units)
    if sum(units) <= single:
        assert result.segments == (1 if text else 0)
        return
    filled: list[int] = [0]
    for unit in units:
        if filled[-1] + unit > part:
            filled.append(0)
        filled[-1] += unit
    assert result.segments == len(filled)


@given(st.text(max_size=200), st.text(max_size=5))
def test_adding_words_never_saves_segments(text: str, more: str) -> None:
    assert count_segments(text + more).segments >= count_segments(text).segments
