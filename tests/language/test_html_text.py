"""HTML in texts of web chats."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.work import lines_run

from bascule.ir.expr import Ref
from bascule.ir.text import Hole, Literal, Text, literal, plain_text
from bascule.language.html_text import has_html, without_html


def said(text: str) -> str:
    return plain_text(without_html(literal(text)).text)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("Un<br>Deux<br/>Trois", "Un\nDeux\nTrois"),
        ("<p>Un</p><p>Deux</p>", "Un\n\nDeux"),
        ("Choisissez :\n<ul>\n<li> Pain </li>\n<li>Lait</li></ul>Merci", "Choisissez :\n• Pain\n• Lait\nMerci"),
        ("<b>Attention </b>: <em>demain</em>", "*Attention* : _demain_"),
        ("<h2>Horaires</h2>De 9 h à 18 h", "*Horaires*\nDe 9 h à 18 h"),
        ("Voir <a href='https://exemple.fr/aide'>l'aide</a>.", "Voir l'aide: https://exemple.fr/aide."),
        ('Voir <a href="https://exemple.fr">https://exemple.fr</a>', "Voir https://exemple.fr"),
        ("Appelez le <a href='tel:+33123456789'>01 23 45 67 89</a>", "Appelez le 01 23 45 67 89"),
        ("Appelez <a href='tel:+33123456789'>Awa</a>", "Appelez Awa (+33123456789)"),
        ("Fin &amp; merci<br>", "Fin & merci"),
        ("मदद<br>यहाँ 😊", "मदद\nयहाँ 😊"),
    ],
)
def test_tags_become_what_whatsapp_writes(source: str, expected: str) -> None:
    assert said(source) == expected


def test_pictures_are_named_as_lost() -> None:
    plain = without_html(literal("Regardez <img src='a.png'><br>là"))
    assert plain.lost == ["img"]
    assert plain_text(plain.text) == "Regardez\nlà"


def test_placeholders_stay_in_words_and_addresses() -> None:
    name, code = Hole(Ref(("nom",))), Hole(Ref(("code",)))
    text: Text = (
        Literal("<b>Bonjour "),
        name,
        Literal("</b><br><a href='https://exemple.fr/"),
        code,
        Literal("'>ici</a>"),
    )
    found = without_html(text).text
    assert [part for part in found if isinstance(part, Hole)] == [name, code]
    assert plain_text(found) == "*Bonjour …*\nici: https://exemple.fr/…"


@pytest.mark.parametrize("source", ["a < b et c > d", "prix <prix>", "1 <2", "x<y", "<3"])
def test_what_is_no_html_stays(source: str) -> None:
    assert not has_html(literal(source))


@given(st.text(alphabet="<>/abpriuhl =\"'&;\n•*_ \ue000\x01", max_size=60))
def test_any_text_is_read(source: str) -> None:
    without_html(literal(source))


def test_long_texts_cost_their_length() -> None:
    text = "<p>a <b>b</b> <a href='https://exemple.fr'>c</a></p>"
    small, large = (lines_run(lambda count=count: said(text * count)) for count in (50, 200))
    assert large < 5 * small
