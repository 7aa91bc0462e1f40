"""Encodings and line counting."""

from __future__ import annotations

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bascule.source import Document, SourceFile
from bascule.source.text import decode

FRENCH = "Réservé à vos invités : 12 € – « merci »"


@pytest.mark.parametrize(
    ("data", "name", "kinds"),
    [
        (FRENCH.encode(), "utf-8", []),
        (codecs.BOM_UTF8 + FRENCH.encode(), "utf-8", []),
        (codecs.BOM_UTF16_LE + FRENCH.encode("utf-16-le"), "utf-16-le", []),
        (codecs.BOM_UTF16_BE + FRENCH.encode("utf-16-be"), "utf-16-be", []),
        (codecs.BOM_UTF32_LE + FRENCH.encode("utf-32-le"), "utf-32-le", []),
        (FRENCH.encode("utf-16-le"), "utf-16-le", ["guessed-encoding"]),
        (FRENCH.encode("utf-16-be"), "utf-16-be", ["guessed-encoding"]),
        (FRENCH.encode("cp1252"), "cp1252", ["guessed-encoding"]),
    ],
)
def test_french_text_survives_each_encoding(data: bytes, name: str, kinds: list[str]) -> None:
    text, encoding, problems = decode(data)
    assert (text, encoding, [problem.kind for problem in problems]) == (FRENCH, name, kinds)


def test_bytes_that_contradict_their_mark_are_counted() -> None:
    text, _, problems = decode(codecs.BOM_UTF8 + b"caf\xe9 \xff")
    assert text == "caf\ufffd \ufffd"
    assert [problem.kind for problem in problems] == ["bad-encoding"]
    assert "2 character" in problems[0].message


def test_binary_is_not_text() -> None:
    assert [problem.kind for problem in decode(b"\x89PNG\r\n\x1a\n\x00\x00\x01\x02" * 9)[2]] == ["binary-file"]


@given(st.binary(max_size=200))
def test_any_bytes_decode(data: bytes) -> None:
    text, _, _ = decode(data)
    assert isinstance(text, str)
    file = SourceFile("x.json", data)
    assert file.json is None or file.json.usable


@given(st.text())
def test_utf8_is_kept_exactly(text: str) -> None:
    data = text.encode("utf-8", "ignore")
    if b"\0" in data or data.startswith((codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return
    assert decode(data)[0] == data.decode()


def test_lines_and_columns_count_code_points_over_all_line_ends() -> None:
    document = Document("f", "é😀x\r\nab\rc\n")
    assert document.line_column(2) == (1, 3)
    assert document.line_column(5) == (2, 1)
    assert document.line_column(8) == (3, 1)
    assert document.line_text(1) == "é😀x"
    assert document.line_text(9) == ""
