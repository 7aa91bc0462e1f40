"""What an answer means: choices and intents, rung by rung, in several scripts."""

from __future__ import annotations

import pytest

from bascule.ir.content import Choice, Content
from bascule.ir.expr import Ref
from bascule.ir.project import Entity, EntityValue, Intent, Phrase
from bascule.ir.text import Hole, Literal, Localized, LocalizedText, literal
from bascule.simulator.matching import Meaning, fold, pick_choice, recognise, words


def content(*choices: Choice) -> Content:
    return Content(choices=choices)


def choice(name: str, title: str, **more: object) -> Choice:
    return Choice(name, LocalizedText.of(literal(title), "fr"), **more)  # type: ignore[arg-type]


def intent(name: str, *phrases: str, **more: object) -> Intent:
    spoken = tuple(Phrase(literal(text)) for text in phrases)
    return Intent(name, phrases=Localized.of(spoken, "fr"), **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("  OUI !", "oui"),
        ("ÉTÉ", "été"),
        ("E\u0301te\u0301", "été"),
        ("Straße", "strasse"),
        ("نعم؟", "نعم"),
        ("हाँ।", "हाँ"),
        ("?!", "?!"),
        ("👍", "👍"),
    ],
)
def test_folding(text: str, folded: str) -> None:
    assert fold(text) == folded


def test_words_keep_marks_with_their_letters() -> None:
    assert words("हाँ, मुझे चाहिए") == ["हाँ", "मुझे", "चाहिए"]
    assert words("مُوافِق على كلّ شيء") == ["مُوافِق", "على", "كلّ", "شيء"]
    assert words("Où est-ce ?") == ["où", "est", "ce"]


def test_a_choice_by_title_payload_spelling_id_and_number() -> None:
    menu = content(
        choice("suivre", "Suivre ma commande", payload="TRACK"),
        choice("annuler", "Annuler", accepts=Localized.of(("non", "2"), "fr")),
    )
    titles = ["Suivre ma commande", "Annuler"]
    assert pick_choice(menu, titles, "suivre MA commande !", tapped=False) == Meaning("suivre", "title")
    assert pick_choice(menu, titles, "track", tapped=True) == Meaning("suivre", "payload")
    assert pick_choice(menu, titles, "Non", tapped=False) == Meaning("annuler", "spelling")
    assert pick_choice(menu, titles, "suivre", tapped=True) == Meaning("suivre", "id")
    assert pick_choice(menu, titles, "suivre", tapped=False) is None, "nobody types an id"
    assert pick_choice(menu, titles, "1", tapped=True) == Meaning("suivre", "number")
    assert pick_choice(menu, titles, "1", tapped=False) is None
    assert pick_choice(menu, titles, "2", tapped=False) == Meaning("annuler", "spelling")
    assert pick_choice(menu, titles, "9" * 40, tapped=True) is None


def test_two_choices_with_one_title_are_told_apart_by_case_or_not_at_all() -> None:
    menu = content(choice("a", "Un"), choice("b", "un"))
    assert pick_choice(menu, ["Un", "un"], "un", tapped=True) == Meaning("b", "title")
    assert pick_choice(menu, ["Un", "un"], "UN", tapped=True) is None


def test_an_intent_by_phrase_by_part_and_by_likeness() -> None:
    listening = [
        intent("commander", "je voudrais commander", "commander un boubou"),
        intent("suivre", "où est ma commande", "suivi"),
        intent("saluer", "salut", "السلام عليكم", "नमस्ते"),
    ]
    assert recognise("Où est ma commande ?", listening).intents == (("suivre", 1.0),)
    assert recognise("नमस्ते !", listening).intents == (("saluer", 1.0),)
    part = recognise("bonjour, je voudrais commander ce soir", listening)
    assert (part.intents[0][0], part.how) == ("commander", "phrase inside the text")
    alike = recognise("ou est ma comande", listening)
    assert (alike.intents[0][0], alike.how) == ("suivre", "likeness")
    assert recognise("quel temps fait-il", listening).intents == ()
    assert recognise("", listening).intents == ()


def test_a_phrase_of_two_intents_is_told_with_both() -> None:
    listening = [intent("un", "oui"), intent("deux", "oui")]
    assert recognise("oui", listening).intents == (("un", 1.0), ("deux", 1.0))


def test_what_stands_in_the_holes_is_kept() -> None:
    phrase = Phrase((Literal("livrer à "), Hole(Ref(("ville",))), Literal(" demain")), ("Thiès",))
    listening = [Intent("livrer", phrases=Localized.of((phrase,), "fr"))]
    heard = recognise("Livrer à  Saint-Louis demain", listening)
    assert heard.intents == (("livrer", 0.95),)
    assert heard.parameters == (("ville", "Saint-Louis"),)
    assert recognise("livrer à Thiès demain", listening).how == "phrase"


def test_the_value_of_a_synonym() -> None:
    sizes = Entity("taille", values=(EntityValue("M", Localized.of(("moyen", "taille moyenne"), "fr")),))
    listening = [intent("choisir", "je prends le moyen", parameters=(("taille", "taille"),))]
    assert recognise("je prends le moyen", listening, [sizes]).parameters == (("taille", "M"),)
