"""What a response says: variants, conditions, channels, buttons, pictures, payloads of single channels."""

from __future__ import annotations

import pytest

from bascule.ir.content import ChoiceKind, Content, MediaKind
from bascule.ir.expr_text import print_expression, print_text
from bascule.ir.ledger import Fate
from bascule.ir.nodes import Ask, Case, Message, Unsupported, When
from bascule.ir.text import plain_text
from bascule.parsers.base import Parsed
from bascule.parsers.rasa.payloads import Payload, read_payload
from tests.parsers.rasa_support import codes, find, flow, node, project, single, where

RULE = "rules:\n- rule: r\n  steps: [{intent: a}, {action: utter_x}]\n"


def said(response: str, more: str = "", action: str = "utter_x") -> Parsed:
    """A project whose only rule says `utter_x`."""
    domain = f"intents: [a, b]\n{more}responses:\n  utter_x:\n{response}"
    return project(domain=domain, data_rules=RULE.replace("utter_x", action))


def content(parsed: Parsed, id_: str = "utter_x") -> Content:
    found = node(parsed, id_)
    assert isinstance(found, (Message, Ask))
    return found.content


def test_slots_are_filled_and_doubled_braces_are_said_once() -> None:
    parsed = said("  - text: 'Bonjour {nom}, voici {{ceci}} et {montant-total}'\n", "slots: {nom: {type: text}}\n")
    text = content(parsed).text.first
    assert print_text(text) == "Bonjour {nom}, voici {{ceci}} et {`montant-total`}"
    assert not codes(parsed)
    hole = next(part for part in text if hasattr(part, "expression"))
    assert hole.at is not None
    assert hole.at.sub == (8, 13)


def test_an_initial_value_stands_in_while_nobody_has_set_the_slot() -> None:
    parsed = said("  - text: '{montant} {devise}'\n", "slots: {devise: {type: text, initial_value: FCFA}}\n")
    assert print_text(content(parsed).text.first) == '{montant} {default(devise, "FCFA")}'
    assert parsed.project.variable["devise"].sample.first == "FCFA"


def test_half_a_placeholder_is_reported_at_its_character() -> None:
    parsed = said("  - text: 'Bonjour {nom'\n")
    finding = find(parsed, "VAR100")
    assert where(finding) == ("domain.yml", 4, 20)
    assert plain_text(content(parsed).text.first) == "Bonjour {nom"


@pytest.mark.parametrize(
    "text",
    [
        "مرحبا بكم في متجرنا 👋",
        "नमस्ते, आपका स्वागत है",
        "Здравствуйте, всё готово",
        "À bientôt, œuvre n° 5 !",
        "e\u0301te\u0301 \u200f",
    ],
)
def test_texts_come_out_as_they_stand(text: str) -> None:
    assert plain_text(content(said(f"  - text: '{text}'\n")).text.first) == text


def test_variants_are_wordings_of_one_message() -> None:
    found = content(said("  - text: un\n  - text: deux\n  - text: trois\n"))
    assert [plain_text(text.first) for text in (found.text, *found.alternatives)] == ["un", "deux", "trois"]


def test_variants_that_differ_in_more_than_words_are_picked_by_chance() -> None:
    parsed = said("  - text: un\n  - text: deux\n    image: https://x.example/a.png\n  - text: trois\n")
    case = node(parsed, "utter_x")
    assert isinstance(case, Case)
    tests = [print_expression(edge.guard.condition) for edge in case.edges if isinstance(edge.guard, When)]
    assert tests == ["chance(0.333333)", "chance(0.5)"]
    assert content(parsed, "utter_x.b").media[0].kind is MediaKind.IMAGE


def test_conditions_are_a_branch_with_the_free_variant_last() -> None:
    response = """
  - text: toujours
  - text: fidèle
    condition:
    - {type: slot, name: fidele, value: true}
  - text: au nom d'or
    condition:
    - {type: slot, name: niveau, value: or}
    - {type: slot, name: nom, value: null}
"""
    parsed = said(response, "slots: {fidele: {type: bool}, niveau: {type: text}, nom: {type: text}}\n")
    case = node(parsed, "utter_x")
    assert [
        print_expression(edge.guard.condition) if isinstance(edge.guard, When) else "else" for edge in case.edges
    ] == ["fidele = true", 'niveau = "or" and is_blank(nom)', "else"]
    assert plain_text(content(parsed, "utter_x.else").text.first) == "toujours"


def test_channel_wordings_are_kept_beside_the_common_one() -> None:
    found = content(said("  - text: partout\n  - text: ici\n    channel: Telegram\n"))
    assert plain_text(found.text.first) == "partout"
    assert [(variant.channel, plain_text(variant.content.text.first)) for variant in found.variants] == [
        ("telegram", "ici")
    ]


def test_without_a_common_wording_that_of_the_nearest_channel_is_said() -> None:
    found = content(said("  - text: slack\n    channel: slack\n  - text: viber\n    channel: viber\n"))
    assert plain_text(found.text.first) == "viber"
    assert [variant.channel for variant in found.variants] == ["slack"]


def test_buttons_make_the_last_message_wait() -> None:
    response = """
  - text: choix
    button_type: vertical
    buttons:
    - {title: "Oui {nom}", payload: "/a"}
    - {title: Site, type: web_url, url: "https://x.example/{nom}"}
    - {title: Appeler, type: phone_number, payload: "+221338000000"}
    quick_replies:
    - {title: Où ?, content_type: location, payload: x}
"""
    found = content(said(response))
    assert [choice.kind for choice in found.choices] == [
        ChoiceKind.REPLY,
        ChoiceKind.URL,
        ChoiceKind.CALL,
        ChoiceKind.SHARE_LOCATION,
    ]
    assert print_text(found.choices[0].title.first) == "Oui {nom}"
    assert print_text(found.choices[1].url) == "https://x.example/{nom}"
    assert plain_text(found.choices[2].phone) == "+221338000000"
    assert dict(found.hints)["button_type"] == '"vertical"'


def test_ids_of_choices_come_from_their_titles() -> None:
    parsed = said("  - text: t\n    buttons:\n    - {title: Été, payload: /a}\n    - {title: été, payload: /b}\n")
    assert [choice.id for choice in content(parsed).choices] == ["ete", "ete_2"]


@pytest.mark.parametrize(
    ("text", "payload"),
    [
        ("/aller", Payload(intent="aller")),
        ("/faq/horaires", Payload(intent="faq/horaires")),
        ('/aller{"ville": "Dakar", "n": 2}', Payload(intent="aller", entities=(("ville", "Dakar"), ("n", 2)))),
        ('/aller{{"ville": "Dakar"}}', Payload(intent="aller", entities=(("ville", "Dakar"),))),
        ('/aller{"ville": "Dakar"}\'', Payload(intent="aller", entities=(("ville", "Dakar"),))),
        (
            "/SetSlots(ville=Dakar, n=2, ok=true, vide=null)",
            Payload(slots=(("ville", "Dakar"), ("n", 2), ("ok", True), ("vide", None))),
        ),
        ('/SetSlots(nom="Awa, Ba")', Payload(slots=(("nom", "Awa, Ba"),))),
        ("oui, volontiers", Payload(words="oui, volontiers")),
        ('/aller{"ville": ', Payload(intent="aller", broken=True)),
        ('/aller{"ville": "Dakar"', Payload(intent="aller", broken=True)),
        ("/SetSlots()", Payload(words="/SetSlots()", broken=True)),
        ("/", Payload(words="/", broken=True)),
    ],
)
def test_payloads(text: str, payload: Payload) -> None:
    assert read_payload(text) == payload


def test_a_broken_payload_is_reported_where_it_stands() -> None:
    parsed = said("  - text: t\n    buttons:\n    - title: Oui\n      payload: '/a{\"x\": '\n")
    assert where(find(parsed, "PAR615")) == ("domain.yml", 7, 16)


def test_attachments_elements_and_pictures() -> None:
    response = """
  - text: tout
    image: "https://x.example/{ville}.png"
    attachment: {type: video, payload: {src: https://x.example/v.mp4}}
    elements:
    - title: Carte
      subtitle: détail
      image_url: https://x.example/c.jpg
      buttons:
      - {type: web_url, title: Voir, url: https://x.example}
      - {type: postback, title: Prendre, payload: /b}
    - 12
"""
    parsed = said(response)
    found = content(parsed)
    assert [media.kind for media in found.media] == [MediaKind.IMAGE, MediaKind.VIDEO]
    assert print_text(found.media[0].url.first) == "https://x.example/{ville}.png"
    assert [choice.kind for choice in found.cards[0].choices] == [ChoiceKind.URL, ChoiceKind.REPLY]
    assert "PAR602" in codes(parsed)
    asked = node(parsed, "utter_x")
    assert isinstance(asked, Ask)
    assert asked.edges[0].target == "hub"


CUSTOM = {
    "whatsapp": '{"type": "interactive", "interactive": {"type": "button", "body": {"text": "Oui ?"}, "action": {"buttons": [{"type": "reply", "reply": {"id": "/b", "title": "Oui"}}]}}}',
    "telegram": '{"text": "Oui ?", "reply_markup": {"inline_keyboard": [[{"text": "Oui", "callback_data": "/b"}]]}}',
    "facebook": '{"attachment": {"type": "template", "payload": {"template_type": "button", "text": "Oui ?", "buttons": [{"type": "postback", "title": "Oui", "payload": "/b"}]}}}',
    "viber": '{"type": "text", "text": "Oui ?", "min_api_version": 3, "keyboard": {"Type": "keyboard", "Buttons": [{"Columns": 6, "Rows": 1, "ActionType": "reply", "ActionBody": "/b", "Text": "Oui"}]}}',
}


@pytest.mark.parametrize("channel", sorted(CUSTOM))
@pytest.mark.parametrize("wrapped", [False, True])
def test_payloads_of_single_channels_are_read_as_what_they_show(channel: str, wrapped: bool) -> None:
    body = CUSTOM[channel]
    parsed = said(f"  - custom: {'{' + channel + ': ' + body + '}' if wrapped else body}\n")
    found = content(parsed)
    assert plain_text(found.text.first) == "Oui ?"
    assert [(plain_text(choice.title.first), choice.payload) for choice in found.choices] == [("Oui", "/b")]
    assert "LOS605" not in codes(parsed)
    fates = {entry.construct: entry.fate for entry in parsed.ledger}
    assert fates["custom payload"] is Fate.EMULATED


def test_a_payload_that_nobody_knows_is_kept_whole() -> None:
    parsed = said("  - custom: {widget: carte, zoom: 3}\n")
    kept = node(parsed, "utter_x")
    assert isinstance(kept, Unsupported)
    assert kept.source == '{"widget": "carte", "zoom": 3}'
    assert where(find(parsed, "LOS605")) == ("domain.yml", 4, 5)


def test_an_unknown_payload_beside_a_text_is_a_fact_of_the_message() -> None:
    parsed = said("  - text: Quand ?\n    custom: {widget: date}\n")
    found = node(parsed, "utter_x")
    assert isinstance(found, Message)
    assert dict(found.facts)["custom"] == '{"widget": "date"}'


def test_a_location() -> None:
    found = content(said("  - custom: {latitude: 14.7, longitude: -17.4, title: Dakar}\n"))
    assert found.location is not None
    assert print_expression(found.location.latitude) == "14.7"


def test_two_texts_are_two_messages() -> None:
    parsed = said("  - text: un\n    custom: {whatsapp: {type: text, text: {body: deux}}}\n")
    assert plain_text(content(parsed).text.first) == "un"
    assert plain_text(content(parsed, "utter_x.more").text.first) == "deux"


def test_a_variant_that_says_nothing_is_reported_and_left_out() -> None:
    parsed = said("  - text: ''\n  - text: quelque chose\n")
    assert where(find(parsed, "PAR618")) == ("domain.yml", 4, 5)
    assert not content(parsed).alternatives


def test_a_response_without_variants() -> None:
    parsed = said("")
    assert where(find(parsed, "PAR618")) == ("domain.yml", 3, 3)


def test_a_bare_text_is_read_as_its_text() -> None:
    parsed = said("  - bonjour\n")
    assert plain_text(content(parsed).text.first) == "bonjour"
    assert codes(parsed) == ["PAR602"]


def test_two_definitions_of_a_response() -> None:
    nlu = "responses:\n  utter_x:\n  - text: autre\n"
    parsed = project(domain="intents: [a]\nresponses:\n  utter_x:\n  - text: un\n", data_rules=RULE, data_r=nlu)
    finding = find(parsed, "PAR604")
    assert where(finding) == ("r.yml", 2, 3)
    assert finding.labels[0].place.file.endswith("domain.yml")
    assert plain_text(content(parsed).text.first) == "un"
    lost = [entry for entry in parsed.ledger if entry.fate is Fate.DROPPED]
    assert [entry.construct for entry in lost] == ["response", "response variant", "response text"]


def test_translations() -> None:
    response = """
  - text: Bonjour {nom}
    translation: {en: "Hello {nom}", ar: "مرحبا {nom}"}
    buttons:
    - {title: Oui, payload: /a, translation: {en: {title: "Yes"}}}
"""
    found = content(said(response))
    assert {locale: print_text(text) for locale, text in found.text} == {
        "": "Bonjour {nom}",
        "en": "Hello {nom}",
        "ar": "مرحبا {nom}",
    }
    assert {locale: plain_text(text) for locale, text in found.choices[0].title} == {"": "Oui", "en": "Yes"}


def test_a_misspelt_member_is_reported_with_what_it_may_mean() -> None:
    finding = find(said("  - text: un\n    buttton_type: inline\n"), "PAR603")
    assert finding.help == "did you mean `button_type`?"
    assert where(finding) == ("domain.yml", 5, 5)


def test_words_of_a_model_are_said_as_written() -> None:
    parsed = said("  - text: un\n    metadata: {rephrase: true}\n")
    assert codes(parsed) == ["LOS613"]
    assert plain_text(content(parsed).text.first) == "un"


def test_a_domain_alone_is_a_flow_of_its_responses() -> None:
    parsed = single("intents: [a]\nresponses:\n  utter_un:\n  - text: un\n  utter_deux:\n  - text: deux\n")
    assert flow(parsed).id == "responses"
    assert [entry.kind.value for entry in flow(parsed).entries] == ["subflow", "subflow"]
    assert not codes(parsed)


def test_members_with_nothing_in_them_are_accounted_for() -> None:
    names = (
        "buttons",
        "quick_replies",
        "elements",
        "condition",
        "custom",
        "attachment",
        "image",
        "translation",
        "metadata",
    )
    parsed = said("  - text: un\n" + "".join(f"    {name}:\n" for name in (*names, "channel", "button_type")))
    assert not codes(parsed)
    assert {entry.fate for entry in parsed.ledger} == {Fate.EXACT}


def test_html_is_written_as_whatsapp_writes_it() -> None:
    parsed = said("  - text: \"Bonjour <b>{nom}</b><br>Appelez le <a href='tel:+33123456789'>01 23 45 67 89</a>\"\n")
    text = content(parsed).text.first
    assert print_text(text) == "Bonjour *{nom}*\nAppelez le 01 23 45 67 89"
    hole = next(part for part in text if hasattr(part, "expression"))
    assert hole.at is not None
    assert hole.at.sub == (11, 16)
    assert codes(parsed).count("LOS615") == 1
    assert not [entry for entry in parsed.ledger if entry.fate is Fate.DROPPED]
