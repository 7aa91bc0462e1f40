"""Where messages stand in a file: lists, lines, names, logs, languages, templates; and what is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bascule.ir.project import EntryKind
from bascule.parsers import viber
from bascule.parsers.base import CERTAIN, LIKELY, POSSIBLE
from bascule.source import SourceFile
from tests.parsers.viber_support import (
    FIXTURES,
    codes,
    everything_shown,
    found,
    node,
    only_flow,
    parse_value,
    read,
    said,
    source_at,
    ways,
)

BODY = {"type": "text", "text": "Bonjour", "min_api_version": 1}


def sniff(value: Any, name: str = "essai.json") -> Any:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return viber.sniff(SourceFile.of_text(text, name))


def test_json_lines_are_read_with_their_places() -> None:
    parsed = read(viber, "viber/journal.jsonl")
    flow = only_flow(parsed)
    assert [item.id for item in flow.nodes] == ["accueil", "horaires", "subscribed"]
    assert ways(node(flow, "accueil")) == {"horaires": "horaires", "accueil": "accueil"}
    assert said(node(flow, "accueil").content.text) == "Bonjour {prenom}, que puis-je faire ?"
    place = node(flow, "subscribed").content.at
    assert source_at(parsed, place) == '"Merci de votre abonnement !"'
    assert parsed.document.locate(place).line == 4
    assert dict(parsed.facts)["shape"] == "JSON lines"


def test_a_line_that_is_no_json_is_reported_and_dropped() -> None:
    parsed = read(viber, "viber/journal.jsonl")
    (finding,) = found(parsed, "PAR414")
    assert parsed.document.locate(finding.place).line == 5
    assert [entry.construct for entry in parsed.ledger.losses()] == ["line"]


def test_a_json_text_inside_json_is_read() -> None:
    parsed = read(viber, "viber/journal.jsonl")
    message = node(only_flow(parsed), "horaires")
    assert said(message.content.text) == "De 9 h à 19 h, {prenom}."
    assert parsed.document.locate(message.content.at).line == 3


@pytest.mark.parametrize("name", ["essai.txt", "essai.json", "essai.jsonl", "essai.ndjson"])
def test_lines_are_known_by_their_look(name: str) -> None:
    text = "\n".join(json.dumps({**BODY, "tracking_data": str(index)}) for index in range(3))
    assert sniff(text, name).confidence == CERTAIN
    assert len(only_flow(parse_value(viber, text, name)).nodes) == 3


def test_a_single_body_and_a_keyboard_alone() -> None:
    assert said(only_flow(parse_value(viber, BODY)).nodes[0].content.text) == "Bonjour"  # type: ignore[union-attr]
    flow = only_flow(read(viber, "viber/clavier.json"))
    assert [said(choice.title) for choice in flow.nodes[0].content.choices] == ["oui", "Non"]  # type: ignore[union-attr]
    assert ways(flow.nodes[0]) == {"oui": None, "non": None}


def test_languages_at_the_top_are_one_flow_each() -> None:
    parsed = read(viber, "viber/langues.json")
    assert [(flow.id, flow.locale) for flow in parsed.project.flows] == [
        ("langues_fr", "fr"), ("langues_ar", "ar"), ("langues_ru", "ru")
    ]  # fmt: skip
    russian = parsed.project.flows[2]
    assert [item.title for item in russian.nodes] == ["Главное меню", "часы работы"]
    assert ways(russian.nodes[0]) == {"chasy_raboty": "chasy_raboty"}
    assert parsed.project.locales == ("fr", "ar", "ru")


@pytest.mark.parametrize(
    "value",
    [
        [BODY, BODY],
        {"messages": [BODY, BODY]},
        {"bot": {"messages": {"a": BODY, "b": BODY}}},
        {"a": [BODY, BODY]},
        [{"name": "a", "message": BODY}, {"name": "b", "body": BODY}],
        [{"url": "https://chatapi.viber.com/pa/send_message", "method": "POST", "body": json.dumps(BODY)}, BODY],
        {"version": 3, "a": BODY, "b": {"keyboard": {"Buttons": [{"ActionBody": "a", "Text": "A"}]}}},
    ],
)
def test_wrappers_and_groups_hold_two_messages(value: Any) -> None:
    parsed = parse_value(viber, value)
    assert len(only_flow(parsed).nodes) == 2
    assert not parsed.ledger.losses()


def test_names_of_records_are_names_of_states() -> None:
    value = [
        {"state": "menu", "message": {**BODY, "keyboard": {"Buttons": [{"ActionBody": "aide", "Text": "Aide"}]}}},
        {"id": "aide", "messages": [BODY, {"type": "url", "media": "https://exemple.fr/aide"}], "note": "à revoir"},
    ]
    flow = only_flow(parse_value(viber, value))
    assert ways(node(flow, "menu")) == {"aide": "aide"}
    assert ("aide/note", '"à revoir"') in flow.facts


@pytest.mark.parametrize("key", ["response", "reply", "message"])
def test_the_answer_to_conversation_started_is_the_welcome(key: str) -> None:
    value = [{"event": "conversation_started", "timestamp": 1, "user": {"id": "x", "name": "Awa"}, key: BODY}]
    parsed = parse_value(viber, value)
    assert [entry.kind for entry in only_flow(parsed).entries] == [EntryKind.CHAT_OPENED]
    assert "Awa" not in json.dumps(list(only_flow(parsed).facts))


def test_a_log_of_callbacks_is_refused_and_nothing_of_it_is_shown() -> None:
    file = SourceFile("rappels.json", (FIXTURES / "viber/hostile/rappels.json").read_bytes())
    match = viber.sniff(file)
    assert match is not None
    assert match.confidence == LIKELY
    assert "callbacks" in match.reason
    parsed = read(viber, "viber/hostile/rappels.json")
    assert parsed.unreadable
    assert codes(parsed) == ["PAR411"]
    shown = everything_shown(parsed)
    assert "Awa" not in shown
    assert "commande" not in shown
    assert "Xa1b" not in shown


def test_callbacks_between_messages_are_dropped() -> None:
    value = [BODY, BODY, {"event": "delivered", "timestamp": 1, "user_id": "x"}]
    parsed = parse_value(viber, value)
    assert len(only_flow(parsed).nodes) == 2
    assert [entry.construct for entry in parsed.ledger.losses()] == ["callback"]


def test_business_templates_are_one_flow_each() -> None:
    parsed = read(viber, "viber/modeles.json", locale="fr")
    flows = {flow.id: flow for flow in parsed.project.flows}
    assert list(flows) == ["code_connexion", "expedition", "soldes", "suite", "autre"]
    kinds = {id_: (flow.entries[0].kind, dict(flow.facts).get("category_hint")) for id_, flow in flows.items()}
    assert kinds == {
        "code_connexion": (EntryKind.API, "authentication"),
        "expedition": (EntryKind.API, "utility"),
        "soldes": (EntryKind.BROADCAST, "marketing"),
        "suite": (EntryKind.ANY_MESSAGE, None),
        "autre": (EntryKind.API, None),
    }
    assert {"PAR419", "PAR420"} == {code for code in codes(parsed) if code.startswith("PAR4")}


def test_a_template_keeps_its_languages_button_picture_and_sms() -> None:
    parsed = read(viber, "viber/modeles.json")
    code, parcel, sale = parsed.project.flows[:3]
    assert [(locale, said(text)) for locale, text in code.nodes[0].content.text] == [  # type: ignore[union-attr]
        ("fr", "Votre code Maison Lune est {pin}."), ("en", "Your Maison Lune code is {pin}.")
    ]  # fmt: skip
    assert parsed.project.variable["pin"].sample.first == "482913"
    (variant,) = parcel.nodes[0].content.variants  # type: ignore[union-attr]
    assert (variant.channel, said(variant.content.text)) == ("sms", "Colis {numero} parti. Maison Lune")
    content = sale.nodes[0].content  # type: ignore[union-attr]
    assert (said(content.choices[0].title), said(content.choices[0].url)) == (
        "J'en profite", "https://maisonlune.example/soldes"
    )  # fmt: skip
    assert said(content.media[0].url).endswith("soldes.jpg")
    assert said(content.text) == "*-20 %* sur les robes jusqu'à dimanche"


@pytest.mark.parametrize(
    ("value", "confidence"),
    [
        (BODY, CERTAIN),
        ({"menu": {"keyboard": {"Buttons": [{"ActionBody": "x", "Text": "X"}]}}}, CERTAIN),
        ({"channel": "viber", "messages": [{"type": "text", "text": "Bonjour"}]}, LIKELY),
        ({"kind": "PROMOTIONAL", "text": "Soldes", "buttonUrl": "https://exemple.fr"}, POSSIBLE),
    ],
)
def test_sniff_claims_what_is_vibers(value: Any, confidence: int) -> None:
    match = sniff(value)
    assert match is not None
    assert match.confidence == confidence
    assert match.reason


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ([{"type": "text", "text": "Bonjour"}], "no member that only Viber has"),
        ({"url": "https://exemple.fr", "event_types": ["delivered"], "auth_token": "x"}, "settings of a Viber webhook"),
        ([{"name": "a", "category": "TRANSACTIONAL", "text": "Votre colis {#var#}"}], "nothing says so"),
    ],
)
def test_near_misses_say_what_is_missing(value: Any, words: str) -> None:
    match = sniff(value)
    assert match is not None
    assert match.confidence < POSSIBLE
    assert words in match.reason


@pytest.mark.parametrize(
    "value",
    [
        {},
        [],
        {"name": "app", "dependencies": {"viber-bot": "1.0"}},
        {"messaging_product": "whatsapp", "to": "x", "type": "text", "text": {"body": "Bonjour"}},
        {"messaging_product": "whatsapp", "type": "location", "location": {"latitude": 1, "longitude": 2}},
        {"chat_id": 1, "text": "Bonjour", "reply_markup": {"keyboard": [["Oui"]]}},
        [{"id": "1", "type": "debug", "z": "2", "wires": []}],
        {"states": [], "initial_state": "Trigger"},
        {"components": [{"type": "BODY", "text": "Bonjour"}]},
        [{"speaker": "bot", "text": "Bonjour", "sender": "bot"}],
        "intents:\n  - salut\n",
        "",
    ],
)
def test_sniff_claims_nothing_else(value: Any) -> None:
    match = sniff(value)
    assert match is None or match.confidence < POSSIBLE


def test_no_other_fixture_is_claimed() -> None:
    claimed = []
    for path in sorted(FIXTURES.rglob("*")):
        if path.is_file() and path.relative_to(FIXTURES).parts[0] not in ("viber", "contacts"):
            match = viber.sniff(SourceFile(path.name, path.read_bytes()))
            if match is not None and match.confidence >= POSSIBLE:
                claimed.append(path.name)
    assert not claimed


@pytest.mark.corpus
def test_no_other_corpus_file_is_claimed(corpus: Path) -> None:
    claimed = []
    for path in sorted(corpus.rglob("*")):
        if path.is_file() and path.suffix in (".json", ".csv", ".xlsx") and "viber-survey-sheet" not in path.parts:
            match = viber.sniff(SourceFile(path.name, path.read_bytes()))
            if match is not None and match.confidence >= POSSIBLE:
                claimed.append(path.name)
    assert not claimed


def test_a_file_without_messages_is_refused() -> None:
    for value in ({"a": 1}, [], "[", "Bonjour", {"components": []}):
        parsed = parse_value(viber, value)
        assert parsed.unreadable
        assert "PAR410" in codes(parsed)


def test_an_unknown_placeholder_syntax_is_reported_and_the_texts_decide() -> None:
    parsed = parse_value(viber, {"menu": {**BODY, "text": "Bonjour %prenom%"}}, placeholder="moustache")
    assert "PAR416" in codes(parsed)
    assert said(only_flow(parsed).nodes[0].content.text) == "Bonjour {prenom}"  # type: ignore[union-attr]
    asked = parse_value(viber, {"menu": {**BODY, "text": "Bonjour [prenom]"}}, placeholder="bracket")
    assert said(only_flow(asked).nodes[0].content.text) == "Bonjour {prenom}"  # type: ignore[union-attr]
