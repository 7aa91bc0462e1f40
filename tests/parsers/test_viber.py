"""A collection of Viber messages becomes a flow: who says what, where answers lead, how it starts."""

from __future__ import annotations

import pytest

from bascule.ir.content import ChoiceKind, MediaKind
from bascule.ir.expr import Const, Ref
from bascule.ir.nodes import Always, Ask, Message, ReplyKind, SetVariable, Unsupported
from bascule.ir.project import EntryKind, Flow
from bascule.ir.text import holes
from bascule.parsers import viber
from bascule.parsers.base import Parsed
from tests.parsers.viber_support import codes, found, node, only_flow, parse_value, read, said, source_at, ways

KEYBOARD = {"Type": "keyboard", "Buttons": [{"ActionBody": "menu", "Text": "Menu"}]}


@pytest.fixture(scope="module")
def parsed() -> Parsed:
    return read(viber, "viber/boutique.json", locale="fr")


@pytest.fixture(scope="module")
def flow(parsed: Parsed) -> Flow:
    return only_flow(parsed)


def test_every_name_of_the_file_is_a_node(flow: Flow) -> None:
    ids = [item.id for item in flow.nodes]
    assert ids == [
        "conversation_started", "menu_data", "menu", "catalogue", "catalogue_2", "suivi_commande", "numero_commande",
        "boutiques", "boutiques_2", "boutiques_3", "guide_tailles", "film", "merci", "merci_2", "soldes_ete",
        "relance_panier",
    ]  # fmt: skip
    assert flow.id == "boutique"
    assert flow.locale == "fr"


def test_entries_follow_the_events_then_the_names_then_the_wires(flow: Flow) -> None:
    assert [(entry.kind, entry.target) for entry in flow.entries] == [
        (EntryKind.CHAT_OPENED, "conversation_started"),
        (EntryKind.BROADCAST, "soldes_ete"),
        (EntryKind.ANY_MESSAGE, "menu_data"),
        (EntryKind.API, "guide_tailles"),
        (EntryKind.API, "film"),
        (EntryKind.API, "merci"),
        (EntryKind.API, "relance_panier"),
    ]


def test_buttons_lead_to_the_message_they_name(flow: Flow) -> None:
    assert ways(node(flow, "menu")) == {
        "catalogue": "catalogue",  # the exact name
        "suivi_commande": "suivi_commande",  # the words in another spelling
        "nos_boutiques": "boutiques",  # a state key in a JSON payload
        "share_phone": None,
        "parler_conseillere": None,
    }


def test_a_payload_leads_to_the_message_whose_tracking_data_it_is() -> None:
    value = {
        "a": {"type": "text", "text": "A", "keyboard": {"Buttons": [{"ActionBody": "étape 7", "Text": "Sept"}]}},
        "b": {"type": "text", "text": "B", "tracking_data": "étape 7"},
    }
    flow = only_flow(parse_value(viber, value))
    assert ways(node(flow, "a")) == {"etape_7": "b"}


def test_unresolved_payloads_are_kept_and_counted(parsed: Parsed, flow: Flow) -> None:
    choice = next(item for item in node(flow, "menu").content.choices if item.id == "parler_conseillere")
    assert choice.payload == "parler_conseillere"
    (finding,) = found(parsed, "PAR412")
    assert finding.data["count"] == 4
    assert "4 button(s)" in finding.message


def test_titles_are_words_without_markup(flow: Flow) -> None:
    titles = [said(choice.title) for choice in node(flow, "menu").content.choices]
    assert titles == [
        "🛍️ Nos robes", "Suivre ma commande", "Nos boutiques", "Voir les soldes", "Partager mon numéro",
        "Une conseillère", "Ouvert de 9 h à 19 h",
    ]  # fmt: skip


def test_actions_become_kinds_of_choices(flow: Flow) -> None:
    kinds = [choice.kind for choice in node(flow, "menu").content.choices]
    assert kinds == [
        ChoiceKind.REPLY, ChoiceKind.REPLY, ChoiceKind.REPLY, ChoiceKind.URL, ChoiceKind.SHARE_PHONE, ChoiceKind.REPLY,
        ChoiceKind.NONE,
    ]  # fmt: skip
    link = node(flow, "menu").content.choices[3]
    assert said(link.url) == "https://maisonlune.example/soldes?c={code}"
    assert node(flow, "boutiques_3").content.choices[0].kind is ChoiceKind.SHARE_LOCATION


def test_looks_are_hints_and_defaults_are_not_kept(flow: Flow) -> None:
    start = node(flow, "conversation_started").content
    assert dict(start.choices[0].hints) == {"TextSize": '"large"', "BgColor": '"#5B3A8C"'}
    assert dict(start.hints) == {"BgColor": '"#FFFFFF"', "InputFieldState": '"hidden"'}
    assert dict(node(flow, "menu").content.choices[4].hints) == {}  # Columns 6, Rows 1: the platform's defaults


def test_a_hidden_input_field_makes_the_question_closed(flow: Flow) -> None:
    assert node(flow, "conversation_started").reply is ReplyKind.CHOICE
    assert node(flow, "menu").reply is ReplyKind.ANY  # only minimized


def test_numbers_and_truth_values_may_be_texts(parsed: Parsed, flow: Flow) -> None:
    assert dict(node(flow, "menu").content.choices[1].hints) == {"Silent": '"true"', "Columns": "3"}
    assert node(flow, "guide_tailles").content.media[0].size == 34012
    assert node(flow, "boutiques").content.location.latitude == Const(48.8606)
    members = {finding.message.split("`")[1] for finding in found(parsed, "PAR401")}
    assert members == {"Columns", "Rows", "size"}


def test_a_misspelt_member_is_read_and_reported_at_its_key(parsed: Parsed, flow: Flow) -> None:
    (finding,) = found(parsed, "PAR402")
    assert finding.data["meant"] == "Columns"
    assert source_at(parsed, finding.place) == '"Coloumns"'
    assert dict(node(flow, "menu").content.choices[2].hints) == {"Columns": "3"}


def test_tracking_data_is_a_place_in_the_flow_and_variables(flow: Flow, parsed: Parsed) -> None:
    data = node(flow, "menu_data")
    assert isinstance(data, SetVariable)
    assert [(item.target, item.value) for item in data.assignments] == [(("tracking", "source"), Const("viber"))]
    assert ways(data) == {"always": "menu"}
    assert dict(node(flow, "suivi_commande").facts)["tracking_data"] == '"numero_commande"'
    assert found(parsed, "LOS411")[0].data["count"] == 3


def test_tracking_data_that_names_another_state_is_where_the_reply_is_read(flow: Flow) -> None:
    question = node(flow, "suivi_commande")
    assert isinstance(question, Ask)
    assert question.reply is ReplyKind.TEXT
    assert question.into == ("answers", "numero_commande")
    assert [(type(edge.guard), edge.target) for edge in question.edges] == [(Always, "numero_commande")]


def test_a_question_with_tracking_data_waits_even_when_nothing_is_known_of_the_answer() -> None:
    value = [
        {"type": "text", "text": "Votre nom ?", "tracking_data": "nom"},
        {"type": "text", "text": "Merci.", "tracking_data": "fin"},
    ]
    nodes = only_flow(parse_value(viber, value)).nodes
    assert [type(item) for item in nodes] == [Ask, Message]
    assert nodes[0].into == ("answers", "nom")  # type: ignore[union-attr]


def test_rich_media_becomes_cards_with_picture_words_and_button(flow: Flow) -> None:
    cards = node(flow, "catalogue_2").content.cards
    assert [said(card.title) for card in cards] == ["Robe Étoile", "Robe Comète"]
    assert said(cards[0].text) == "Coton bio\n*79 €*"
    assert cards[0].media.kind is MediaKind.IMAGE
    assert [(choice.kind, said(choice.title), choice.payload) for choice in cards[0].choices] == [
        (ChoiceKind.URL, "Robe Étoile", "https://maisonlune.example/r/1"),
        (ChoiceKind.REPLY, "Commander", "commander_1"),
    ]


def test_the_whole_card_may_be_one_button() -> None:
    same = {"ActionType": "reply", "ActionBody": "r1"}
    media = {
        "Type": "rich_media",
        "ButtonsGroupColumns": 6,
        "ButtonsGroupRows": 6,
        "Buttons": [
            {**same, "Columns": 6, "Rows": 4, "Image": "https://exemple.fr/r.jpg"},
            {**same, "Columns": 6, "Rows": 1, "Text": "Robe <b>rouge</b>"},
            {**same, "Columns": 6, "Rows": 1, "Text": "Choisir"},
        ],
    }
    (card,) = only_flow(parse_value(viber, {"type": "rich_media", "rich_media": media})).nodes[0].content.cards  # type: ignore[union-attr]
    assert said(card.text) == "Robe *rouge*"
    assert [(said(choice.title), choice.payload) for choice in card.choices] == [("Choisir", "r1")]


def test_a_carousel_joins_the_question_after_it(flow: Flow) -> None:
    question = node(flow, "catalogue_2")
    assert said(question.content.text) == "Touchez une robe, ou revenez au menu."
    assert ways(question) == {"commander_1": None, "commander_2": None, "menu": "menu_data"}
    assert dict(question.content.hints)["ButtonsGroupRows"] == "7"
    assert dict(question.facts)["alt_text"].startswith('"Nos robes')


def test_a_keyboard_in_the_middle_of_a_run_moves_to_its_end() -> None:
    value = {"accueil": [{"type": "text", "text": "Un", "keyboard": KEYBOARD}, {"type": "text", "text": "Deux"}]}
    first, second = only_flow(parse_value(viber, value)).nodes
    assert isinstance(first, Message)
    assert isinstance(second, Ask)
    assert [choice.payload for choice in second.content.choices] == ["menu"]


def test_every_kind_of_message_is_carried(flow: Flow) -> None:
    assert node(flow, "catalogue").content.media[0].thumbnail == "https://cdn.maisonlune.example/ete-400.jpg"
    film = node(flow, "film").content.media[0]
    assert (film.kind, film.size, film.duration) == (MediaKind.VIDEO, 1200345, 24.0)
    guide = node(flow, "guide_tailles").content.media[0]
    assert (guide.kind, guide.filename) == (MediaKind.DOCUMENT, "tailles.pdf")
    assert said(node(flow, "boutiques_2").content.contacts[0].phone) == "+33 1 70 00 00 00"
    assert said(node(flow, "boutiques_3").content.text) == "https://maisonlune.example/boutiques"
    assert node(flow, "merci").content.media[0].asset == "viber:46105"


def test_the_platforms_own_placeholders_are_the_contact(flow: Flow) -> None:
    text = node(flow, "soldes_ete").content.text.first
    assert next(hole.expression for hole in holes(text)) == Ref(("contact", "name"))
    assert said(text).endswith("/u/{url_encode(contact.id)}")


def test_marks_of_a_text_stay_and_html_becomes_marks(flow: Flow) -> None:
    assert said(node(flow, "catalogue").content.text) == "*Collection* d'été"
    assert said(node(flow, "numero_commande").content.text) == (
        "Merci ! Votre commande {numero} est _en route_ : livraison jeudi."
    )


def test_places_of_holes_and_choices_are_exact(parsed: Parsed, flow: Flow) -> None:
    menu = node(flow, "menu")
    (hole,) = holes(menu.content.text.first)
    assert source_at(parsed, hole.at) == "{{prenom}}"
    (name,) = holes(node(flow, "conversation_started").content.text.first)
    assert source_at(parsed, name.at) == "replace_me_with_user_name"
    assert source_at(parsed, menu.content.at).startswith('"Que souhaitez-vous')
    span = parsed.document.locate(menu.content.choices[1].at)
    assert parsed.document.line_text(span.line).count("Suivi commande") == 1


def test_sender_and_api_version_are_facts(flow: Flow) -> None:
    facts = dict(node(flow, "conversation_started").facts)
    assert facts["min_api_version"] == "7"
    assert '"Maison Lune"' in facts["sender"]


def test_an_unknown_message_type_is_kept_whole() -> None:
    parsed = parse_value(viber, [{"type": "hologram", "text": "Bonjour", "receiver": "x"}])
    (item,) = only_flow(parsed).nodes
    assert isinstance(item, Unsupported)
    assert "hologram" in item.source
    assert "PAR403" in codes(parsed)


def test_names_in_a_ring_get_one_entry() -> None:
    value = {
        "a": {"type": "text", "text": "A", "keyboard": {"Buttons": [{"ActionBody": "b", "Text": "B"}]}},
        "b": {"type": "text", "text": "B", "keyboard": {"Buttons": [{"ActionBody": "a", "Text": "A"}]}},
    }
    flow = only_flow(parse_value(viber, value))
    assert [(entry.kind, entry.target) for entry in flow.entries] == [(EntryKind.API, "a")]


def test_a_message_for_people_who_left_has_no_entry() -> None:
    parsed = parse_value(viber, {"unsubscribed": {"type": "text", "text": "Revenez", "min_api_version": 1}})
    assert only_flow(parsed).entries == ()
    assert "LOS412" in codes(parsed)


@pytest.mark.parametrize(
    "name", ["start", "Bienvenue", "Главное меню", "menu principal", "Boas-vindas", "welcome_message"]
)
def test_usual_names_of_a_first_message_start_with_any_message(name: str) -> None:
    flow = only_flow(parse_value(viber, {name: {"type": "text", "text": "Bonjour", "min_api_version": 1}}))
    assert [entry.kind for entry in flow.entries] == [EntryKind.ANY_MESSAGE]
