"""Training data: phrases with their entities, synonyms, expressions, lookup tables, and where each stands."""

from __future__ import annotations

import pytest

from bascule.ir.expr_text import print_text
from bascule.ir.project import Entity, Intent
from bascule.parsers.base import Parsed
from bascule.parsers.rasa.nlu import Annotation, split_phrase
from tests.parsers.rasa_support import codes, documents, find, fixture, located, project, single, where


def intent(parsed: Parsed, name: str) -> Intent:
    return next(item for item in parsed.project.intents if item.id == name)


def entity(parsed: Parsed, name: str) -> Entity:
    return next(item for item in parsed.project.entities if item.id == name)


def phrases(parsed: Parsed, name: str) -> list[str]:
    return [print_text(phrase.text) for phrase in intent(parsed, name).phrases.first]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("à [Dakar](ville) demain", ("à ", Annotation("Dakar", "ville"), " demain")),
        ("[demain](date:2026-03-14)", (Annotation("demain", "date", value="2026-03-14"),)),
        (
            '[Dakar]{"entity": "ville", "role": "depart", "group": "1", "value": "DKR"}',
            (Annotation("Dakar", "ville", "depart", "1", "DKR"),),
        ),
        ('[deux]{"entity": "n", "value": 2}', (Annotation("deux", "n", value="2"),)),
        ('[Paris][{"entity": "ville"}, {"entity": "pays"}]', (Annotation("Paris", "ville"),)),
        ("un [crochet] seul", ("un [crochet] seul",)),
        ("[غدا](يوم) إن شاء الله", (Annotation("غدا", "يوم"), " إن شاء الله")),
    ],
)
def test_annotations(text: str, parts: tuple[object, ...]) -> None:
    assert split_phrase(text) == (parts, [])


def test_annotated_words_are_holes_of_the_intent_with_the_words_kept() -> None:
    parsed = single(
        """
        nlu:
        - intent: voyager
          examples: |
            - de [Dakar]{"entity": "ville", "role": "depart"} à [Thiès]{"entity": "ville", "role": "arrivee"}
            - أريد السفر إلى [دكار](ville) 🚌
            - मुझे [डकार](ville) जाना है
        """,
        "nlu.yml",
    )
    assert phrases(parsed, "voyager") == [
        "de {ville_depart} à {ville_arrivee}",
        "أريد السفر إلى {ville} 🚌",
        "मुझे {ville} जाना है",
    ]
    first = intent(parsed, "voyager").phrases.first[0]
    assert first.samples == ("Dakar", "Thiès")
    assert dict(intent(parsed, "voyager").parameters) == {
        "ville_depart": "ville",
        "ville_arrivee": "ville",
        "ville": "ville",
    }
    assert [value.value for value in entity(parsed, "ville").values] == ["Dakar", "Thiès", "دكار", "डकार"]


def test_every_phrase_has_the_place_of_its_own_line() -> None:
    parsed = single("nlu:\n- intent: a\n  examples: |\n    - un\n    -   deux [x](e)\n\n    - trois\n", "nlu.yml")
    document = documents(parsed)["nlu.yml"]
    spans = [document.locate(phrase.at) for phrase in intent(parsed, "a").phrases.first if phrase.at is not None]
    assert [(span.line, span.column) for span in spans] == [(4, 7), (5, 9), (7, 7)]
    assert document.text[spans[1].start : spans[1].end] == "deux [x](e)"


@pytest.mark.parametrize("header", ["|", "|-", "|+", "|2-  # note"])
def test_places_in_every_kind_of_literal_block(header: str) -> None:
    text = f"nlu:\r\n- intent: a\r\n  examples: {header}\r\n    - un\r\n    - deux\r\n"
    if header.startswith("|2"):
        text = text.replace("    - ", "    - ")
    parsed = single(text, "nlu.yml")
    document = documents(parsed)["nlu.yml"]
    spans = [document.locate(phrase.at) for phrase in intent(parsed, "a").phrases.first if phrase.at is not None]
    assert [document.text[span.start : span.end] for span in spans] == ["un", "deux"]


def test_the_slot_that_an_entity_fills_names_the_hole() -> None:
    domain = """
    entities: [ville, produit]
    slots:
      arrivee: {type: text, mappings: [{type: from_entity, entity: ville, role: vers}]}
      articles: {type: list, mappings: [{type: from_entity, entity: produit}]}
    """
    nlu = 'nlu:\n- intent: a\n  examples: |\n    - [un](produit) pour [Thiès]{"entity": "ville", "role": "vers"}\n'
    parsed = project(domain=domain, data_nlu=nlu)
    assert phrases(parsed, "a") == ["{articles} pour {arrivee}"]
    assert dict(intent(parsed, "a").parameters) == {"articles": "produit", "arrivee": "ville"}
    assert parsed.project.variable["articles"].sample.first == "un"


def test_examples_may_be_a_list_of_texts_or_mappings() -> None:
    parsed = single(
        "nlu:\n- intent: a\n  examples:\n  - un\n  - text: |\n      - deux\n    metadata: {x: 1}\n", "nlu.yml"
    )
    assert phrases(parsed, "a") == ["un", "deux"]


def test_yes_and_no_stay_words() -> None:
    parsed = single(
        "nlu:\n- intent: non\n  examples: |\n    - no\n    - off\n- intent: no\n  examples:\n  - yes\n  - 012\n",
        "nlu.yml",
    )
    assert phrases(parsed, "non") == ["no", "off"]
    assert phrases(parsed, "no") == ["yes", "012"]


def test_lines_without_a_hyphen_are_counted_as_rasa_skips_them() -> None:
    parsed = single("nlu:\n- intent: a\n  examples: |\n    un\n    - deux\n    trois\n", "nlu.yml")
    assert phrases(parsed, "a") == ["deux"]
    finding = find(parsed, "PAR613")
    assert (where(finding), finding.data["count"]) == (("nlu.yml", 4, 5), 2)


def test_a_broken_annotation_is_reported_at_its_own_characters() -> None:
    parsed = single('nlu:\n- intent: a\n  examples: |\n    - à [Dakar]{"entity" "ville"} vite\n', "nlu.yml")
    finding = find(parsed, "PAR614")
    assert where(finding) == ("nlu.yml", 4, 9)
    assert phrases(parsed, "a") == ["à Dakar vite"]


def test_synonyms_expressions_and_tables_belong_to_their_entities() -> None:
    parsed = fixture("boutique")
    product = entity(parsed, "produit")
    assert product.kind == "lookup"
    assert [(value.value, value.synonyms.first if value.synonyms else ()) for value in product.values] == [
        ("boubou", ()),
        ("pagne", ()),
        ("sandales", ("nu-pieds", "claquettes")),
    ]
    assert entity(parsed, "numero_commande").patterns.first == ("[A-Z]-\\d{4}",)
    assert entity(parsed, "synonyms").values[0].synonyms.first == ("tout à l'heure",)
    assert entity(parsed, "time").kind == "system"
    assert dict(parsed.project.facts)["regex politesse"] == '["s\'il (te|vous) pla[iî]t"]'
    assert "LOS611" in codes(parsed)


def test_phrases_alone_are_carried_over_without_a_flow() -> None:
    parsed = fixture("nlu_seul")
    assert codes(parsed) == ["PAR620"]
    assert not parsed.unreadable
    assert not parsed.project.flows
    assert phrases(parsed, "payer") == ["je veux payer ma facture", "payer {montant} francs", "أريد دفع الفاتورة"]


def test_values_of_another_shape_are_refused_where_they_stand() -> None:
    parsed = single("nlu:\n- intent: a\n  examples: {un: deux}\n- 12\n- {autre: x}\n", "nlu.yml")
    assert [(finding.code, finding.span.line if finding.span else 0) for finding in located(parsed)] == [
        ("PAR602", 3),
        ("PAR602", 4),
        ("PAR602", 5),
        ("PAR620", 1),
    ]
