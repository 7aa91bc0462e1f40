"""Texts of the lowering: markers, cutting, branches."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bascule.ir.expr import Call, Const, Expression, Opaque, Ref
from bascule.ir.text import Hole, Literal, Text, join_text
from bascule.passes.lower.texts import (
    HOLE,
    cut_range,
    flat,
    marker_of,
    marker_text,
    split_branches,
    split_text,
    tidy_template,
)


def text(*parts: str | Expression) -> Text:
    return join_text(Literal(part) if isinstance(part, str) else Hole(part) for part in parts)


NOM = Ref(("contact", "nom"))


def test_markers_name_what_is_bound_at_run_time() -> None:
    assert marker_text(text("Bonjour ", NOM, " !")) == "Bonjour {{contact.nom}} !"
    assert marker_text(text("n° ", Const(12))) == "n° 12"
    assert flat(text("a", NOM, "b")) == f"a{HOLE}b"


def test_the_marker_of_a_computed_value_comes_from_its_content() -> None:
    first = marker_of(Call("upper", (NOM,)))
    assert first == marker_of(Call("upper", (NOM,)))
    assert first.name.startswith("calc_")
    assert first.name != marker_of(Opaque("liquid", "{{ x | y }}")).name


def test_long_text_is_cut_at_a_sentence_end() -> None:
    source = text("Première phrase. Deuxième phrase un peu plus longue. Troisième.")
    assert [marker_text(piece) for piece in split_text(source, 55)] == [
        "Première phrase. Deuxième phrase un peu plus longue.",
        "Troisième.",
    ]


def test_paragraphs_arabic_and_hindi_sentences_are_seams_too() -> None:
    assert next(marker_text(piece) for piece in split_text(text("नमस्ते। आपका स्वागत है।"), 12)) == "नमस्ते।"
    assert next(marker_text(piece) for piece in split_text(text("كيف حالك؟ نحن هنا"), 12)) == "كيف حالك؟"
    assert next(marker_text(piece) for piece in split_text(text("un\ndeux trois"), 10)) == "un"


words = st.text(alphabet="abcdé. \n؟", max_size=40)


@given(st.lists(words | st.just(NOM), max_size=12), st.integers(20, 60))
def test_pieces_fit_and_nothing_but_blanks_is_lost(parts: list[str | Expression], limit: int) -> None:
    source = text(*parts)
    pieces = split_text(source, limit)
    assert all(len(marker_text(piece)) <= limit for piece in pieces)
    joined = "".join(marker_text(piece) for piece in pieces)
    assert joined.split() == marker_text(source).split() or "".join(joined.split()) == "".join(
        marker_text(source).split()
    )


def test_a_range_is_cut_with_its_holes_kept() -> None:
    source = text("Bonjour ", NOM, "\n1. Oui\n2. Non\nMerci ", NOM)
    line = flat(source)
    start = line.index("1.")
    end = line.index("Merci")
    assert marker_text(cut_range(source, start, end)) == "Bonjour {{contact.nom}}\nMerci {{contact.nom}}"
    assert marker_text(cut_range(source, start, len(line))) == "Bonjour {{contact.nom}}"


@pytest.mark.parametrize(
    ("before", "after", "changed"),
    [
        ("a\tb", "a b", True),
        ("a     b", "a   b", True),
        ("a\r\nb", "a\nb", True),
        ("a\n\n\n\nb", "a\n\nb", True),
        ("a\n\nb", "a\n\nb", False),
    ],
)
def test_white_space_is_made_as_templates_allow(before: str, after: str, changed: bool) -> None:
    assert tidy_template(text(before)) == (text(after), changed)


def test_conditional_wording_becomes_one_text_per_branch() -> None:
    late = Ref(("late",))
    source = text("Colis ", Call("if", (late, Const("en retard"), Const("à l'heure"))), ".")
    branches = split_branches(source, 4)
    assert branches is not None
    assert [(condition, marker_text(wording)) for condition, wording in branches] == [
        (late, "Colis en retard."),
        (Call("not", (late,)), "Colis à l'heure."),
    ]


def test_nested_and_missing_branches() -> None:
    inner = Call("if", (Ref(("b",)), Const("B"), Const("C")))
    branches = split_branches(text("x ", Call("if", (Ref(("a",)), inner))), 4)
    assert branches is not None
    assert sorted(marker_text(wording) for _, wording in branches) == ["x ", "x B", "x C"]
    many = text(*[Call("if", (Ref((str(index),)), Const("y"), Const("n"))) for index in range(3)])
    assert split_branches(many, 4) is None
