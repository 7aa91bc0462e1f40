from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.language.cases import load

from bascule.language.menus import find_menu

TABLE = load("menus")


@pytest.mark.parametrize("case", TABLE["menus"], ids=lambda case: case[0])
def test_a_menu_is_found_with_its_cue_keys_and_titles(case: list[object]) -> None:
    text, cue, *items = case
    menu = find_menu(str(text))
    assert menu is not None
    assert [[item.key, item.title] for item in menu.items] == items
    assert menu.cue == cue


@pytest.mark.parametrize("text", TABLE["none"])
def test_a_text_that_asks_for_no_choice_holds_no_menu(text: str) -> None:
    assert find_menu(text) is None


def test_there_are_cases_in_many_scripts() -> None:
    texts = "".join(case[0] for case in TABLE["menus"])
    assert len(TABLE["menus"]) >= 60
    assert len(TABLE["none"]) >= 30
    for letter in "éçяعहש①":
        assert letter in texts


def test_the_range_covers_the_options_and_nothing_else() -> None:
    text = "Bonjour.\nQue voulez-vous ?\n1. Suivre\n2. Annuler\nMerci"
    menu = find_menu(text)
    assert menu is not None
    assert text[menu.start : menu.end] == "1. Suivre\n2. Annuler"
    assert [text[item.start : item.end] for item in menu.items] == ["1. Suivre", "2. Annuler"]


def test_the_verb_belongs_to_the_first_option_of_a_sentence() -> None:
    text = "Merci ! Répondez 1 pour oui, 2 pour non."
    menu = find_menu(text)
    assert menu is not None
    assert text[menu.start : menu.end] == "Répondez 1 pour oui, 2 pour non"


def test_spellings_follow_the_language_and_the_script() -> None:
    french = find_menu("Que souhaitez-vous ?\n1. Suivre ma commande\n2. Annuler")
    assert french is not None
    assert french.items[1].spellings == ("2", "2.", "2)", "2-", "deux")
    hindi = find_menu("चुनें:\n१) हाँ\n२) नहीं")
    assert hindi is not None
    assert hindi.items[0].spellings == ("१", "१.", "१)", "१-", "1", "एक")
    letters = find_menu("Choisissez :\nA) Oui\nB) Non")
    assert letters is not None
    assert letters.items[0].spellings == ("A", "a", "A.", "A)")


def test_an_option_may_go_on_in_the_next_line() -> None:
    menu = find_menu("Votre choix ?\n1. Livraison\nà domicile\n2. Retrait")
    assert menu is not None
    assert [item.title for item in menu.items] == ["Livraison à domicile", "Retrait"]


def test_the_opt_out_word_is_never_an_option() -> None:
    menu = find_menu("Reply YES to confirm, NO to cancel, STOP to unsubscribe")
    assert menu is not None
    assert [item.key for item in menu.items] == ["YES", "NO"]


PIECES = st.sampled_from(
    [
        *"12345",
        "1.",
        "2)",
        "A)",
        "B)",
        "1️⃣",
        "٢",
        "२",
        "\n",
        " ",
        "?",
        "؟",
        ":",
        "-",
        ",",
        "Répondez",
        "reply",
        "pour",
        "for",
        "to",
        "أرسل",
        "دबाएं",
        "שלח 1 ל",
        "YES",
        "NO",
        "oui",
        "non",
        '"',
        "«",
        "*",
        "Oui",
        "или",
        "या",
        "के लिए",
        "STOP",
        "{nom}",
        "☃",
        "⓪",
    ]
)


@given(st.lists(PIECES | st.text(max_size=3), max_size=24).map(" ".join))
def test_any_menu_found_is_well_formed(text: str) -> None:
    menu = find_menu(text)
    if menu is None:
        return
    assert menu.cue
    assert len(menu.items) >= 2
    assert menu.start == menu.items[0].start
    assert menu.end == menu.items[-1].end <= len(text)
    position = 0
    for item in menu.items:
        assert position <= item.start < item.end
        position = item.end
        assert item.title.strip()
        assert item.key in item.spellings
    assert len({item.key for item in menu.items}) == len(menu.items)


def test_hostile_texts_are_searched_in_linear_time() -> None:
    for unit in (
        "1. ",
        "1 ",
        "pour a ",
        "reply ",
        "reply YES or ",
        "1. a\n",
        "A) b ",
        "के लिए 1 ",
        "لل 2 ",
        "1 for 2 ",
        "AB CD ",
        '"',
    ):
        find_menu(unit * (8_000 // len(unit)))
