from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bascule.language.names import template_slug, unique_name, variable_slug


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("nom", "nom"),
        ("Prénom du client", "prenom_du_client"),
        ("firstName", "first_name"),
        ("ZIPCode", "zip_code"),
        ("order-id", "order_id"),
        ("contact.first_name", "contact_first_name"),
        ("n° de commande", "n_de_commande"),
        ("Œuvre", "oeuvre"),
        ("Straße", "strasse"),
        ("ığdır", "igdir"),
        ("имя клиента", "imya_klienta"),
        ("прізвище", "prizvishche"),
        ("όνομα", "onoma"),
        ("الاسم", "alasm"),
        ("المبلغ ٣", "almblgh_3"),
        ("नाम", "nam"),
        ("ग्राहक का नाम", "grahak_ka_nam"),
        ("תאריך", "taryk"),
        ("1er rappel", "v_1er_rappel"),
    ],
)
def test_names_in_any_script_become_variable_names(name: str, slug: str) -> None:
    assert variable_slug(name) == slug


def test_letters_without_a_spelling_are_stood_for_by_a_stable_hash() -> None:
    assert variable_slug("姓名") == "v_50b5b1"
    assert variable_slug("客户 name") == "name_137023"
    assert variable_slug("🎉").startswith("v_")
    assert variable_slug("") == variable_slug("")


def test_template_names_join_their_parts() -> None:
    assert template_slug("Suivi", "Commande expédiée", "v2") == "suivi_commande_expediee_v2"
    assert template_slug("2e rappel") == "2e_rappel"
    assert template_slug("", "") == template_slug("", "")


def test_long_names_are_cut_at_a_word_and_stay_distinct() -> None:
    first = template_slug("mot " * 100 + "a")
    second = template_slug("mot " * 100 + "b")
    assert first != second
    assert len(first) <= 120
    assert re.fullmatch(r"mot(_mot)*_[0-9a-f]{6}", first)


def test_a_taken_name_gets_the_first_free_number() -> None:
    assert unique_name("a", set()) == "a"
    assert unique_name("a", {"a", "a_2"}) == "a_3"


@given(st.text(max_size=300))
def test_any_text_gives_a_valid_name(text: str) -> None:
    assert re.fullmatch(r"[a-z][a-z0-9_]*", variable_slug(text))
    assert re.fullmatch(r"[a-z0-9_]+", template_slug(text, text[:5]))
    assert len(variable_slug(text)) <= 130
    assert len(template_slug(text)) <= 130
