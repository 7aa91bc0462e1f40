"""The seed form: ``{"intent": …, "response": …}``."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bascule.diagnostics.finding import Severity
from bascule.ir.content import ChoiceKind
from bascule.ir.encode import encode_project, to_yaml
from bascule.ir.expr import Ref
from bascule.ir.nodes import Message
from bascule.ir.project import EntryKind
from bascule.ir.text import Hole, Literal, Localized, literal
from bascule.parsers.base import Parsed, ParseOptions
from bascule.parsers.scenario import parse
from bascule.source import SourceFile

STATUS = (Literal("Votre statut de commande est "), Hole(Ref(("status",))), Literal("."))


def read(data: Any, name: str = "seed.json", **options: str) -> Parsed:
    text = data if isinstance(data, str) else json.dumps(data, ensure_ascii=False)
    return parse(SourceFile.of_text(text, name), ParseOptions(**options))


def message(parsed: Parsed, index: int = 0) -> Message:
    node = parsed.project.flows[index].nodes[0]
    assert isinstance(node, Message)
    return node


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ('{"intent": "order_track", "response": "Votre statut de commande est {{status}}."}', "a.json"),
        ('[{"intent": "order_track", "response": "Votre statut de commande est {{status}}."}]', "a.json"),
        ('intent: order_track\nresponse: "Votre statut de commande est {{status}}."\n', "a.yaml"),
        ('- intent: order_track\n  response: "Votre statut de commande est {{status}}."\n', "a.yaml"),
    ],
)
def test_one_record_or_a_list_in_json_or_yaml(text: str, name: str) -> None:
    parsed = read(text, name)
    assert parsed.findings == ()
    (flow,) = parsed.project.flows
    assert flow.id == "order_track"
    assert [(entry.kind, entry.intent) for entry in flow.entries] == [(EntryKind.INTENT, "order_track")]
    assert message(parsed).content.text == Localized.of(STATUS)
    assert [intent.id for intent in parsed.project.intents] == ["order_track"]
    assert parsed.ledger.counts() == {"exact": 1, "emulated": 0, "degraded": 0, "dropped": 0}


@pytest.mark.parametrize(
    ("response", "name"),
    [
        ("Bonjour {nom}, commande {numero}.", "nom"),
        ("Bonjour %nom%, commande %numero%.", "nom"),
        ("Bonjour {{nom}}, commande {{numero}}.", "nom"),
    ],
)
def test_placeholders_are_read_in_the_syntax_of_the_file(response: str, name: str) -> None:
    text = message(read({"intent": "a", "response": response})).content.text.first
    assert [part.expression for part in text if isinstance(part, Hole)] == [Ref((name,)), Ref(("numero",))]


def test_the_user_may_say_which_syntax_it_is() -> None:
    parsed = read({"intent": "a", "response": "Taux : 5 {pourcent} %nom%"}, placeholder="percent")
    holes = [part for part in message(parsed).content.text.first if isinstance(part, Hole)]
    assert [hole.expression for hole in holes] == [Ref(("nom",))]
    assert read({"intent": "a", "response": "x"}, placeholder="inconnue").findings == ()


def test_holes_have_their_place_in_the_file() -> None:
    parsed = read('{"intent": "a", "response": "\\u00c9tat : {{status}}"}')
    hole = message(parsed).content.text.first[1]
    assert isinstance(hole, Hole)
    assert hole.at is not None
    span = parsed.document.locate(hole.at)
    assert parsed.document.text[span.start : span.end] == "{{status}}"


def test_languages_of_one_intent_are_translations() -> None:
    parsed = read(
        [
            {"intent": "salut", "language": "fr", "response": "Bonjour"},
            {"intent": "salut", "language": "ar", "response": "مرحبا"},
            {"intent": "adieu", "locale": "fr", "response": {"fr": "Au revoir", "hi": "अलविदा"}},
        ]
    )
    assert parsed.findings == ()
    assert parsed.project.locale == "fr"
    assert message(parsed).content.text == Localized((("fr", literal("Bonjour")), ("ar", literal("مرحبا"))))
    assert message(parsed, 1).content.text.locales == ("fr", "hi")


def test_other_wordings_of_one_intent_are_alternatives() -> None:
    parsed = read([{"intent": "salut", "response": ["Bonjour", "Salut"]}, {"intent": "salut", "response": "Coucou"}])
    content = message(parsed).content
    assert content.text == Localized.of(literal("Bonjour"))
    assert content.alternatives == (Localized.of(literal("Salut")), Localized.of(literal("Coucou")))


def test_each_language_fills_its_own_wordings_in_order() -> None:
    languages = ("fr", "fr", "ar", "fr", "ar")
    parsed = read([{"intent": "a", "language": name, "response": f"{i}"} for i, name in enumerate(languages)])
    content = message(parsed).content
    found = [dict(wording.items) for wording in (content.text, *content.alternatives)]
    assert found == [
        {"fr": literal("0"), "ar": literal("2")},
        {"fr": literal("1"), "ar": literal("4")},
        {"fr": literal("3")},
    ]


@pytest.mark.parametrize("key", ["response", "buttons", "phrases"])
def test_long_lists_of_equal_texts_are_read_in_time(key: str) -> None:
    read({"intent": "a", "response": "b", key: ["Oui"] * 20_000})


def test_phrases_buttons_and_entities_are_read() -> None:
    parsed = read(
        {
            "intent": "suivi",
            "title": "Suivi",
            "phrases": ["où est ma commande ?", {"text": "suivi"}],
            "examples": {"en": ["where is my order?"]},
            "response": "Laquelle ?",
            "quick_replies": ["La dernière", {"title": "Aide", "payload": "/aide"}],
            "buttons": [{"text": "Site", "url": "https://exemple.sn"}, {"label": "Appeler", "phone": "+221331234567"}],
            "entities": ["numero", {"name": "ville", "values": ["Dakar", "Thiès"]}],
        }
    )
    assert parsed.findings == ()
    (intent,) = parsed.project.intents
    assert intent.title == "Suivi"
    assert [phrase.text for phrase in intent.phrases.get("") or ()] == [
        literal("où est ma commande ?"),
        literal("suivi"),
    ]
    assert intent.phrases.locales == ("", "en")
    assert intent.parameters == (("numero", "numero"), ("ville", "ville"))
    assert [(choice.id, choice.kind, choice.payload) for choice in message(parsed).content.choices] == [
        ("site", ChoiceKind.URL, ""),
        ("appeler", ChoiceKind.CALL, ""),
        ("la_derniere", ChoiceKind.REPLY, ""),
        ("aide", ChoiceKind.REPLY, "/aide"),
    ]
    assert [value.value for value in parsed.project.entities[1].values] == ["Dakar", "Thiès"]


def test_keys_of_other_tools_are_kept_as_facts_with_a_warning() -> None:
    parsed = read({"intent": "a", "response": "b", "confidence": 0.7, "reponse": "c"})
    assert [(finding.code, finding.severity) for finding in parsed.findings] == [("PAR300", Severity.WARNING)] * 2
    assert "did you mean `response`?" in parsed.findings[1].help
    assert parsed.project.intents[0].facts == (("confidence", "0.7"), ("reponse", '"c"'))
    assert parsed.ledger.counts()["degraded"] == 2


@pytest.mark.parametrize(
    ("data", "code"),
    [
        ([{"intent": "a", "response": "b"}, {"response": "c"}], "PAR302"),
        ([{"intent": "a", "response": "b"}, {"intent": "c"}], "PAR302"),
        ([{"intent": "a", "response": "b"}, "c"], "PAR301"),
        ({"intent": 1, "response": "b"}, "PAR301"),
        ({"intent": "a", "response": 3}, "PAR301"),
        ({"intent": "a", "response": []}, "PAR301"),
        ({"intent": "a", "response": {}}, "PAR301"),
        ({"intent": "a", "response": "b", "buttons": [3]}, "PAR301"),
        ({"intent": "a", "response": "b", "buttons": [{}]}, "PAR302"),
        ({"intent": "a", "response": "b", "phrases": 1}, "PAR301"),
        ({"intent": "a", "response": "b", "entities": [1]}, "PAR301"),
    ],
)
def test_records_that_do_not_fit_are_reported_and_the_others_read(data: Any, code: str) -> None:
    parsed = read(data)
    assert [finding.code for finding in parsed.findings] == [code]
    assert not parsed.unreadable


def test_a_seed_file_prints_as_a_scenario_that_reads_the_same() -> None:
    parsed = read([{"intent": "a", "response": "{{x}} {{y.z}}", "buttons": ["Oui"], "phrases": ["p {q"]}])
    again = parse(SourceFile.of_text(to_yaml(encode_project(parsed.project)), "b.yaml"), ParseOptions())
    assert again.findings == ()
    assert again.project == parsed.project
