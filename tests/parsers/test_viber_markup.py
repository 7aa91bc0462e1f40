"""Viber's HTML subset becomes WhatsApp's marks, with every piece of text at its own place."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bascule.ir.text import Literal, Text, literal, plain_text
from bascule.language.viber_markup import has_markup, read_markup, strip_markup


def marked(value: str, marks: bool = True) -> tuple[str, list[str]]:
    text, losses = read_markup(value, lambda run, start: literal(run), marks=marks)
    return plain_text(text), [loss.what for loss in losses]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("<b>Bonjour</b> Awa", "*Bonjour* Awa"),
        ("<b>Bonjour </b>Awa", "*Bonjour* Awa"),
        ("<i>en route</i>", "_en route_"),
        ("<strong>a</strong> <em>b</em> <s>c</s>", "*a* _b_ ~c~"),
        ("<b><i>x</i> y</b>", "*_x_* *y*"),
        ("<b>a<br>b</b>", "*a*\n*b*"),
        ("a<br/>b<BR >c", "a\nb\nc"),
        ("Prix &lt; 10 &amp; &eacute;t&#233; &#x1F600;&nbsp;!", "Prix < 10 & été 😀 !"),
        ("<b></b>vide<b> </b>", "vide "),
        ("<b>jamais fermé", "*jamais fermé*"),
        ("jamais ouvert</b>", "jamais ouvert"),
        ("a < b > c <x> <bold>", "a < b > c <x> <bold>"),
        ("<b>مرحبا</b> بك", "*مرحبا* بك"),
        ("<b>नमस्ते</b> दोस्त", "*नमस्ते* दोस्त"),
        ("<b>👍</b>", "*👍*"),
        ("x &copy=1 y", "x &copy=1 y"),
    ],
)
def test_marks(value: str, expected: str) -> None:
    assert marked(value)[0] == expected


@pytest.mark.parametrize(
    ("value", "losses"),
    [
        ("<u>x</u>", ["underlining"]),
        ('<font color="#fff" size=12>x</font>', ["colour or size"]),
        ("im<b>por</b>tant", ["bold or italic inside a word", "bold or italic inside a word"]),
        ("<b>x</b>", []),
    ],
)
def test_what_is_lost_is_said(value: str, losses: list[str]) -> None:
    assert marked(value)[1] == losses


def test_a_title_is_one_line_without_marks() -> None:
    assert marked("<font color=#fff><b>Voir</b><br>le  panier</font> ", marks=False)[0] == "Voir le panier"


def test_only_known_tags_are_markup() -> None:
    assert has_markup("<b>x</b>")
    assert has_markup("x<br>")
    assert not has_markup("a < b, <nom>, {{x}}")


def test_runs_are_read_with_their_offsets() -> None:
    value = "<b>Bonjour {{nom}}</b> &amp; <i>à bientôt</i>"
    runs: list[tuple[str, int]] = []

    def read(run: str, start: int) -> Text:
        runs.append((run, start))
        return literal(run)

    read_markup(value, read)
    assert runs == [("Bonjour {{nom}}", 3), (" ", 22), (" ", 28), ("à bientôt", 32)]
    assert all(value[start : start + len(run)] == run for run, start in runs)


@given(
    st.lists(
        st.sampled_from(["<b>", "</b>", "<i>", "</i>", "<br>", "<u>", "&amp;", "a", " ", "\n", "*", "é", "{{x}}", "<"])
    ).map("".join)
)
def test_no_word_is_lost_and_every_run_stands_where_it_says(value: str) -> None:
    runs: list[tuple[str, int]] = []

    def read(run: str, start: int) -> Text:
        runs.append((run, start))
        return literal(run)

    text, _ = read_markup(value, read)
    assert all(value[start : start + len(run)] == run for run, start in runs)
    assert all(isinstance(part, Literal) for part in text)
    letters = re.compile(r"[aé{}x]")
    assert letters.findall(plain_text(text)) == letters.findall(re.sub(r"</?[biu]>|<br>|&amp;", " ", value))


@given(st.text(max_size=200))
def test_any_text_survives(value: str) -> None:
    marked(value)
    marked(value, marks=False)
    assert "\n" not in strip_markup(value)
