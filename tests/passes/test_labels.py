"""Labels: they fit, they differ, they cut nothing in two."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bascule.passes.lower.labels import fit_labels, shorten


@pytest.mark.parametrize(
    ("text", "limit", "title"),
    [
        ("Oui", 20, "Oui"),
        ("  Suivre   ma commande ", 20, "Suivre ma commande"),
        ("Confirmer (recommandé pour tous)", 20, "Confirmer"),
        ("Oui, je le veux bien.", 20, "Oui, je le veux bien"),
        ("Parler à un conseiller clientèle", 20, "Parler à un…"),
        ("Anticonstitutionnellement", 20, "Anticonstitutionnel…"),
        ("مرحبا بكم في متجرنا الإلكتروني", 20, "مرحبا بكم في متجرنا…"),
        ("I'll be there! 🎉", 20, "I'll be there! 🎉"),
    ],
)
def test_rules_of_shortening(text: str, limit: int, title: str) -> None:
    assert shorten(text, limit)[0] == title


def test_labels_that_become_equal_are_numbered() -> None:
    labels = fit_labels(["Abonnement mensuel formule premium", "Abonnement mensuel formule standard"], 20)
    assert [label.title for label in labels] == ["1. Abonnement…", "2. Abonnement…"]
    assert [label.full for label in labels][1] == "Abonnement mensuel formule standard"


def test_equal_titles_of_the_source_are_told_apart() -> None:
    assert [label.title for label in fit_labels(["Oui", "oui", "Non"], 20)] == ["1. Oui", "2. oui", "Non"]


@given(st.lists(st.text(min_size=1, max_size=60), min_size=1, max_size=10), st.sampled_from([20, 24, 25]))
def test_labels_fit_and_differ(texts: list[str], limit: int) -> None:
    labels = fit_labels(texts, limit)
    assert all(0 < len(label.title) <= limit for label in labels)
    keys = [unicodedata.normalize("NFKC", label.title).casefold() for label in labels]
    assert len(set(keys)) == len(keys)


@given(st.text(alphabet="👩‍🚀🇫🇷e\u0301नमस्ते❤️ab ", max_size=60))
def test_no_mark_is_cut_from_its_letter(text: str) -> None:
    title, how = shorten(text, 20)
    if how.startswith("cut"):
        kept = title.removesuffix("…")
        rest = text.strip()
        at = rest.find(kept)
        after = rest[at + len(kept) : at + len(kept) + 1] if at >= 0 else ""
        assert not (after and unicodedata.combining(after))
        assert not kept.endswith("\u200d")
