"""Literals of program modules: their values, their places, and work that stays linear."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.work import lines_run

from bascule.source import Place, SourceFile
from bascule.source.script import read_script

MODULE = """// Menus de la boutique : { "non": 1 }
import { Flux } from './types';
const EXPEDITEUR = "{{flow.channel.address}}";
/* const ancien = { a: 1 }; */
const motif = /a"{[}]/g;
export const menus: Record<string, Flux[]> = {
  fr: [{ titre: 'L\\'été', 'clé-2': `Bonjour`, n: -2.5, vide: null, oui: true, }],
  ar: "مرحبا" + ' ' + nom + "\\u00e9\\ud83d\\ude00",
  de: EXPEDITEUR, délai: 60 * 60, suite: JSON.stringify({ a: [1] }), autre: f({ x: 1 }, [2]),
} as const;
function envoyer(to) { if (to) { return { texte: `Bonjour ${to.nom}` }; } }
module.exports = { menus, envoyer };
"""


def value_of(text: str, name: str = "x.js") -> Any:
    return read_script(name, text).value


def test_the_literals_of_a_module_have_the_names_they_are_given() -> None:
    value = value_of(MODULE)
    assert list(value) == ["menus", "literal", "exports"]
    assert value["menus"]["fr"] == [{"titre": "L'été", "clé-2": "Bonjour", "n": -2.5, "vide": None, "oui": True}]
    assert value["literal"] == {"texte": "Bonjour ${to.nom}"}


def test_what_is_computed_stays_as_it_is_written() -> None:
    menus = value_of(MODULE)["menus"]
    assert menus["ar"] == "مرحبا ${nom}é😀"
    assert menus["de"] == "{{flow.channel.address}}"
    assert menus["délai"] == 3600
    assert menus["suite"] == {"a": [1]}
    assert menus["autre"] == "${f({ x: 1 }, [2])}"


def test_python_modules_have_their_own_comments_texts_and_words() -> None:
    text = """# "{
MENU = {'Type': "keyboard", 'Ok': True, "rien": None, "t": ("Oui "
    "ou non"), 'f': f"Bonjour {nom}", 'r': r"\\d", **autres}
TEXTE = '''{"a": "é"}'''
def envoyer(qui, sujet: str = "x"):
    boutons = [{"Text": "Да"}]
    clavier: dict[str, object] = {"Buttons": boutons}
"""
    document = read_script("bot.py", text)
    assert document.value["MENU"] == {
        "Type": "keyboard",
        "Ok": True,
        "rien": None,
        "t": "Oui ou non",
        "f": "Bonjour {nom}",
        "r": "\\d",
        "**": "${**autres}",
    }
    assert document.value["clavier"] == {"Buttons": [{"Text": "Да"}]}
    assert json.loads(document.value["TEXTE"]) == {"a": "é"}


def test_places_lead_to_the_character() -> None:
    document = read_script("x.js", MODULE)
    span = document.locate(Place("x.js", "/menus/fr/0/titre", (2, 5)))
    assert MODULE[span.start : span.end] == "été"
    key = document.locate(Place("x.js", "/menus/fr/0/clé-2", key=True))
    assert MODULE[key.start : key.end] == "'clé-2'"
    assert document.source_of("/menus/délai") == "60 * 60"
    text = 'A = """{"b": "c"}"""\n'
    span = read_script("a.py", text).locate(Place("a.py", "/A", (2, 3)))
    assert text[span.start] == "b"


def test_a_literal_named_in_another_stands_at_its_own_place() -> None:
    text = "const b = [{ t: 'Oui' }];\nconst k = { Buttons: b };\n"
    document = read_script("x.js", text)
    assert document.value["k"] == {"Buttons": [{"t": "Oui"}]}
    assert document.locate(Place("x.js", "/k/Buttons/0/t")).line == 1


def test_copies_of_copies_are_bounded() -> None:
    lines = ["const a0 = [1, 2];", *(f"const a{n} = [{', '.join([f'a{n - 1}'] * 9)}];" for n in range(1, 30))]
    document = read_script("x.js", "\n".join(lines))
    assert len(json.dumps(document.value["a29"])) < 3_000_000


@pytest.mark.parametrize(
    "text", ["const a = {", "x = {a: }", "({", "= [", "`${", "{a:1}", "", "= { ...", "= {[", "= {a b}"]
)
def test_what_is_no_literal_is_left_out(text: str) -> None:
    assert not read_script("x.js", text).usable


@pytest.mark.parametrize(
    "piece", ["({a:", "= {a: [", "`${", "/", "= {'", "const a = {b: 1};\n", "'", "= ((((", "a = b + "]
)
def test_work_grows_with_the_text(piece: str) -> None:
    small, large = (lines_run(lambda n=n: read_script("x.js", piece * n)) for n in (200, 800))
    assert large < 6 * small + 2000


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet="ab{}[]()'\"`$:,+=\\/*#.\n é", max_size=80), st.sampled_from(["x.js", "x.py"]))
def test_any_text_is_read_without_raising(text: str, name: str) -> None:
    document = read_script(name, "const a = " + text)
    document.locate(Place(name, "/a/0", (0, 2)))


def test_only_modules_are_looked_into() -> None:
    assert SourceFile.of_text("a = {b: 1}", "x.txt").script is None
    assert SourceFile.of_text("a = 1", "x.js").script is None
    script = SourceFile.of_text("a = {b: 1}", "x.mjs").script
    assert script is not None
    assert script.value == {"a": {"b": 1}}
