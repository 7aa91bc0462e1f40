"""What an intent says: every kind of message, the choice of a channel, several languages, Viber and rich answers."""

from __future__ import annotations

from typing import Any

import pytest

from bascule.ir.content import ChoiceKind, MediaKind
from bascule.ir.nodes import Ask, Message, Unsupported
from bascule.ir.project import Flow
from bascule.ir.text import plain_text
from bascule.parsers.base import Parsed
from tests.parsers.dialogflow_es_support import (
    agent,
    everything_shown,
    found,
    intent,
    only_flow,
    read,
    read_files,
    said,
)


@pytest.fixture(scope="module")
def parsed() -> Parsed:
    return read("librairie")


@pytest.fixture(scope="module")
def flow(parsed: Parsed) -> Flow:
    return only_flow(parsed)


def says(*messages: Any, **members: Any) -> tuple[Parsed, list[Any]]:
    """The nodes of one intent that says these messages."""
    parsed = read_files(agent(intent("Menu", *messages, **members)))
    return parsed, [node for node in only_flow(parsed).nodes if node.id.split(".")[0] == "menu"]


def text(*speech: str, **more: Any) -> dict[str, Any]:
    return {"type": 0, "lang": "fr", "speech": list(speech), **more}


def quick(title: str, *replies: str, **more: Any) -> dict[str, Any]:
    return {"type": 2, "lang": "fr", "title": title, "replies": list(replies), **more}


def rich(*parts: dict[str, Any]) -> dict[str, Any]:
    return {"type": "4", "lang": "fr", "payload": {"richContent": [list(parts)]}}


def titles(node: Any) -> list[str]:
    return [plain_text(choice.title.first) for choice in node.content.choices]


# --- kinds ---


@pytest.mark.parametrize(
    "message",
    [
        {"type": 0, "lang": "fr", "speech": "Bonjour"},
        {"type": "0", "lang": "fr", "title": "", "textToSpeech": "", "speech": ["Bonjour"]},
        {"type": 0, "speech": ["Bonjour"]},
        {"text": {"text": ["Bonjour"]}, "platform": "PLATFORM_UNSPECIFIED"},
        {"type": "simple_response", "platform": "google", "lang": "fr", "textToSpeech": "Bonjour"},
        {"platform": "ACTIONS_ON_GOOGLE", "simpleResponses": {"simpleResponses": [{"ssml": "<speak>Bonjour</speak>"}]}},
        {"type": 4, "payload": {"viber": {"type": "text", "text": "Bonjour"}}},
        {"type": 4, "platform": "viber", "payload": {"type": "text", "text": "Bonjour"}},
        {"type": 4, "payload": {"richContent": [[{"type": "text", "text": "Bonjour"}]]}},
    ],
)
def test_every_spelling_of_a_text_is_a_text(message: dict[str, Any]) -> None:
    _, nodes = says(message)
    assert [said(node) for node in nodes] == ["Bonjour"]


def test_several_texts_are_wordings_of_one_message() -> None:
    _, (node,) = says(text("Bonjour", "Salut", " ", "Coucou"))
    assert said(node) == "Bonjour"
    assert [plain_text(wording.first) for wording in node.content.alternatives] == ["Salut", "Coucou"]


@pytest.mark.parametrize(
    "message", [text(), text("", " "), {"type": "0", "lang": "fr"}, {"type": 4, "payload": {}}, {"type": 3}]
)
def test_messages_that_say_nothing_are_no_messages(message: dict[str, Any]) -> None:
    parsed, (node,) = says(message)
    assert isinstance(node, Ask)
    assert node.content.empty
    assert len(found(parsed, "PAR519")) == 1
    assert not parsed.ledger.losses()


def test_quick_replies_are_choices() -> None:
    _, (node,) = says(quick("Où ?", "Dakar", "Thiès"))
    assert isinstance(node, Ask)
    assert (said(node), titles(node)) == ("Où ?", ["Dakar", "Thiès"])


def test_quick_replies_without_a_question_join_the_message_before() -> None:
    _, (node,) = says(text("Où ?"), quick("", "Dakar"))
    assert (said(node), titles(node)) == ("Où ?", ["Dakar"])


def test_a_text_that_repeats_the_question_is_said_once() -> None:
    for messages in ((text("Où  ?"), quick("Où ?", "Dakar")), (quick("Où ?", "Dakar"), text("Où ?"))):
        parsed, nodes = says(*messages)
        assert [said(node) for node in nodes] == ["Où ?"]
        assert [entry.fate.value for entry in parsed.ledger if entry.construct == "message"].count("emulated") == 1


def test_a_text_that_the_next_message_begins_with_is_said_once() -> None:
    _, nodes = says(
        text("Où ?"), rich({"type": "text", "text": ["Où ?"]}, {"type": "chips", "options": [{"text": "Ici"}]})
    )
    assert [(said(node), titles(node)) for node in nodes] == [("Où ?", ["Ici"])]


def test_choices_of_an_earlier_message_move_to_the_last_one() -> None:
    parsed, (first, last) = says(quick("Où ?", "Dakar", "Thiès"), text("Ou écrivez-nous."))
    assert isinstance(first, Message)
    assert (said(first), titles(first)) == ("Où ?", [])
    assert (said(last), titles(last)) == ("Ou écrivez-nous.", ["Dakar", "Thiès"])
    assert [
        entry.reason for entry in parsed.ledger if entry.fate.value == "emulated" and entry.construct == "message"
    ] == ["its buttons moved to the last message of the answer"]


def test_cards_in_a_row_are_one_carousel() -> None:
    card = {"type": 1, "lang": "fr", "title": "Dakar", "subtitle": "Au Plateau", "imageUrl": "https://exemple.fr/d.png"}
    buttons = [{"text": "Le plan", "postback": "https://exemple.fr/plan"}, {"text": "Choisir", "postback": "Dakar"}]
    _, (node,) = says({**card, "buttons": buttons}, {**card, "title": "Thiès", "buttons": []})
    assert [plain_text(item.title.first) for item in node.content.cards] == ["Dakar", "Thiès"]
    first = node.content.cards[0]
    assert plain_text(first.media.url.first) == "https://exemple.fr/d.png"
    assert [(choice.kind, choice.payload) for choice in first.choices] == [
        (ChoiceKind.URL, ""),
        (ChoiceKind.REPLY, "Dakar"),
    ]


def test_buttons_of_cards_before_a_question_take_the_cards_title_where_they_are_alike() -> None:
    card = {"type": 1, "lang": "fr", "buttons": [{"text": "Choisir", "postback": "x"}]}
    _, (cards, node) = says({**card, "title": "Dakar"}, {**card, "title": "Thiès"}, quick("Où ?", "dakar", "Ailleurs"))
    assert [len(item.choices) for item in cards.content.cards] == [0, 0]
    assert titles(node) == ["Thiès", "dakar", "Ailleurs"]


def test_images_are_media() -> None:
    _, nodes = says(
        {"type": 3, "lang": "fr", "imageUrl": "https://exemple.fr/a.gif?x=1"},
        {"image": {"imageUri": "https://exemple.fr/b.png"}},
    )
    assert [node.content.media[0].kind for node in nodes] == [MediaKind.GIF, MediaKind.IMAGE]


def test_custom_payloads_of_other_channels_are_kept_whole() -> None:
    parsed, (node, _) = says({"type": 4, "payload": {"telegram": {"text": "x", "reply_markup": {}}}}, text("Oui ?"))
    assert isinstance(node, Unsupported)
    assert node.source == '{"telegram": {"text": "x", "reply_markup": {}}}'
    assert len(found(parsed, "LOS508")) == 1


def test_messengers_quick_replies_and_buttons_are_choices() -> None:
    reply = {"content_type": "text", "title": "Oui, j'ai", "payload": "OUI"}
    where = {"content_type": "location"}
    parsed, (node,) = says(
        {
            "type": "4",
            "platform": "facebook",
            "payload": {"facebook": {"text": "De la fièvre ?", "quick_replies": [reply, where]}},
        }
    )
    assert isinstance(node, Ask)
    assert said(node) == "De la fièvre ?"
    assert titles(node)[0] == "Oui, j'ai"
    assert [choice.payload for choice in node.content.choices] == ["OUI", ""]
    assert node.content.choices[1].kind is ChoiceKind.SHARE_LOCATION
    assert not parsed.ledger.losses()
    buttons = [{"type": "web_url", "title": "Site", "url": "https://exemple.fr"},
               {"type": "phone_number", "title": "Appeler", "payload": "+33123456789"},
               {"type": "postback", "title": "Suite", "payload": "SUITE"}]  # fmt: skip
    template = {"template_type": "button", "text": "Que faire ?", "buttons": buttons}
    _, (node,) = says({"type": 4, "payload": {"facebook": {"attachment": {"type": "template", "payload": template}}}})
    assert [choice.kind for choice in node.content.choices] == [ChoiceKind.URL, ChoiceKind.CALL, ChoiceKind.REPLY]
    assert said(node) == "Que faire ?"


def test_messengers_cards_and_pictures_are_cards_and_pictures() -> None:
    element = {"title": "Roman", "subtitle": "Neuf", "image_url": "https://exemple.fr/a.png",
               "buttons": [{"type": "postback", "title": "Prendre", "payload": "P"}]}  # fmt: skip
    template = {"template_type": "generic", "elements": [element, {**element, "title": "Essai"}]}
    _, (node,) = says({"type": 4, "payload": {"facebook": {"attachment": {"type": "template", "payload": template}}}})
    assert [plain_text(card.title.first) for card in node.content.cards] == ["Roman", "Essai"]
    picture = {"type": "image", "payload": {"url": "https://exemple.fr/b.png"}}
    _, (node,) = says({"type": 4, "payload": {"facebook": {"attachment": picture}}})
    assert node.content.media[0].kind is MediaKind.IMAGE


def test_telegrams_keyboards_are_choices() -> None:
    keyboard = {
        "inline_keyboard": [[{"text": "Oui", "callback_data": "o"}], [{"text": "Site", "url": "https://exemple.fr"}]]
    }
    parsed, (node,) = says(
        {"type": 4, "platform": "telegram", "payload": {"text": "Alors ?", "reply_markup": keyboard}}
    )
    assert titles(node) == ["Oui", "Site"]
    assert [choice.kind for choice in node.content.choices] == [ChoiceKind.REPLY, ChoiceKind.URL]
    assert not parsed.ledger.losses()
    _, (node,) = says(
        {"type": 4, "payload": {"telegram": {"text": "Alors ?", "reply_markup": {"keyboard": [["A", "B"]]}}}}
    )
    assert titles(node) == ["A", "B"]


def test_a_kind_that_is_not_known_is_kept_whole() -> None:
    parsed, (node, _) = says({"type": 9, "lang": "fr", "x": "y"}, text("Oui ?"))
    assert isinstance(node, Unsupported)
    assert (
        found(parsed, "PAR504")[0].message == "a message of a kind that is not known (`9`); it is kept as unsupported"
    )


def test_a_condition_is_reported_and_kept() -> None:
    parsed, (node,) = says(text("Oui ?", condition="$x = 1"))
    assert dict(node.facts)["condition"] == '"$x = 1"'
    assert [entry.code for entry in parsed.ledger.losses()] == ["LOS506"]


# --- channels ---


def test_viber_comes_first_then_the_default_messages(parsed: Parsed, flow: Flow) -> None:
    assert titles(flow.by_id["accueil.say"]) == ["Suivre ma commande", "Réserver un livre", "Horaires"]
    (item,) = [item for item in parsed.project.intents if item.id == "accueil"]
    assert '"title": "La librairie"' in dict(item.facts)["messages.facebook"]
    lost = [entry for entry in parsed.ledger if entry.code == "LOS501"]
    assert [entry.place.pointer for entry in lost] == ["/responses/0/messages/2"]


def test_wordings_of_other_channels_that_say_the_same_lose_nothing() -> None:
    parsed, (node,) = says(text("Oui ?", platform="viber"), text("Oui  ?"), text("oui ?", platform="slack"))
    assert said(node) == "Oui ?"
    assert not parsed.ledger.losses()
    assert "messages.slack" not in everything_shown(parsed)


def test_a_channel_that_wants_the_default_messages_too_gets_both() -> None:
    messages = (text("Un", platform="viber"), text("Deux"), text("un"))
    _, nodes = says(*messages, platforms={"viber": True, "slack": False})
    assert [said(node) for node in nodes] == ["Un", "Deux", "un"]
    _, nodes = says(*messages, platforms={"viber": False})
    assert [said(node) for node in nodes] == ["Un"]


def test_where_only_other_channels_speak_the_one_that_can_be_read_is_taken() -> None:
    _, (node,) = says(
        {"type": 4, "platform": "facebook", "lang": "fr", "payload": {"facebook": {"x": "y"}}},
        text("De Slack", platform="slack"),
        text("De Google", platform="google"),
        text(),
    )
    assert said(node) == "De Slack"


def test_messages_of_google_assistant_are_read_where_there_are_no_others() -> None:
    flow = only_flow(read("rest"))
    node = flow.by_id["assistant"]
    assert isinstance(node, Ask)
    assert (said(node), titles(node)) == ("Choisissez un rayon", ["romans", "Le site"])


# --- languages ---


def test_translations_stand_in_one_message(flow: Flow) -> None:
    node = flow.by_id["repli.say"]
    assert isinstance(node, Message)
    assert node.content.text.locales == ("fr", "ar", "ru")
    assert said(node, "ar") == "لم أفهم."
    assert node.content.alternatives[0].locales == ("fr",)


def test_languages_with_other_messages_keep_their_own() -> None:
    ru = {"lang": "ru"}
    _, nodes = says(
        text("Un"), quick("Où ?", "Ici"), text("Привет", **ru), text("Ещё", **ru), quick("Где?", "Здесь", "Там", **ru)
    )
    assert [(said(node, "fr"), said(node, "ru")) for node in nodes] == [
        ("Un", "Привет"),
        ("Ещё", "Ещё"),
        ("Où ?", "Где?"),
    ]
    last = nodes[-1]
    assert [choice.title.items for choice in last.content.choices][1][0][0] == "ru"
    assert len({choice.id for choice in last.content.choices}) == 2


def test_one_language_needs_no_name(parsed: Parsed) -> None:
    _, (node,) = says(text("Oui ?"))
    assert node.content.text.locales == ("",)


def test_a_language_that_is_no_tag_is_the_agents_own() -> None:
    parsed, (node,) = says({"type": 0, "lang": "français", "speech": "Oui ?"})
    assert node.content.text.locales == ("",)
    assert len(found(parsed, "PAR502")) == 1


# --- Viber and rich answers ---


def test_viber_payloads_are_viber_messages(flow: Flow) -> None:
    node = flow.by_id["horaires.say_3"]
    assert isinstance(node, Ask)
    assert said(node, "fr") == "Souhaitez-vous *venir* ?"
    assert [choice.kind for choice in node.content.choices] == [ChoiceKind.REPLY, ChoiceKind.URL]
    assert node.edges[0].target == "horaires.say_3.reserver_un_livre"


def test_a_viber_keyboard_alone_joins_the_message_before() -> None:
    keyboard = {"Type": "keyboard", "Buttons": [{"ActionBody": "oui", "Text": "Oui"}]}
    _, (node,) = says(text("D'accord ?"), {"type": 4, "payload": {"viber": {"keyboard": keyboard}}})
    assert (said(node), titles(node)) == ("D'accord ?", ["Oui"])


def test_rich_answers_become_texts_pictures_and_choices(flow: Flow) -> None:
    first, second, third = (flow.by_id[name] for name in ("conseils.say", "conseils.say_2", "conseils.say_3"))
    assert isinstance(first, Message)
    assert said(first) == "Le livre du mois\nUne si longue lettre, de Mariama Bâ"
    assert plain_text(first.content.media[0].url.first) == "https://librairie.example.sn/mois.jpg"
    assert said(second) == "Pourquoi\nUn roman par lettres.\nParu en 1979."
    assert isinstance(third, Ask)
    assert titles(third) == ["Un autre conseil", "Réserver un livre", "Nous appeler", "Le catalogue"]
    assert plain_text(third.content.choices[2].phone) == "+221338210000"


def test_texts_of_one_card_are_one_message_and_a_picture_starts_the_next() -> None:
    parts = [
        {"type": "description", "title": "Un", "text": ["a", "b"]},
        {"type": "text", "text": "c"},
        {"type": "image", "rawUrl": "https://exemple.fr/x.png"},
        {"type": "accordion", "title": "Deux", "text": "d"},
    ]
    _, (first, second) = says(rich(*parts))
    assert said(first) == "Un\na\nb\n\nc"
    assert (said(second), len(second.content.media)) == ("Deux\nd", 1)


def test_items_of_a_list_are_choices_with_their_events() -> None:
    item = {"type": "list", "title": "Dakar", "subtitle": "Au Plateau", "event": {"name": "dakar"}}
    parsed = read_files(
        agent(intent("Menu", rich({"type": "text", "text": "Où ?"}, item, {"type": "divider"}, {**item, "title": "Thiès", "event": {"name": "rien"}})),
              intent("Dakar", "D'accord.", events=["DAKAR"]))
    )  # fmt: skip
    node = only_flow(parsed).by_id["menu"]
    assert isinstance(node, Ask)
    assert titles(node) == ["Dakar", "Thiès"]
    assert plain_text(node.content.choices[0].description.first) == "Au Plateau"
    assert [edge.target for edge in node.edges] == ["dakar", "intents", "intents"]


def test_parts_that_are_not_known_are_kept_whole() -> None:
    parsed, nodes = says(rich({"type": "video", "source": "x"}, {"type": "text", "text": "Oui ?"}))
    assert isinstance(nodes[0], Unsupported)
    assert [entry.code for entry in parsed.ledger.losses()] == ["LOS508"]


def test_looks_are_hints_and_counted() -> None:
    parsed, (node,) = says(
        rich({"type": "text", "text": "Oui ?"}, {"type": "button", "text": "Oui", "icon": {"type": "x"}, "link": ""})
    )
    assert dict(node.content.hints) == {"icon": '{"type": "x"}'}
    assert [entry.code for entry in parsed.ledger.losses()] == ["LOS515"]


def test_prompts_written_as_messages_are_asked() -> None:
    parameter = {
        "name": "ville",
        "dataType": "@sys.any",
        "required": True,
        "promptMessages": [text("Une question."), quick("Où ?", "Dakar")],
        "noMatchPromptMessages": [text("Une ville, s'il vous plaît.")],
        "noInputPromptMessages": [text("Vous êtes là ?")],
    }
    parsed, nodes = says(text("Merci, $ville."), parameters=[parameter])
    assert [node.id for node in nodes] == ["menu", "menu.ville.ask.before_1", "menu.ville.ask", "menu.say"]
    ask = nodes[2]
    assert isinstance(ask, Ask)
    assert (said(ask), titles(ask), ask.into) == ("Où ?", ["Dakar"], ("ville",))
    assert ask.validation is not None
    assert ask.validation.error is not None
    assert plain_text(ask.validation.error.text.first) == "Une ville, s'il vous plaît."
    assert [edge.target for edge in ask.edges] == ["menu.say", "menu.say"]
    assert [entry.code for entry in parsed.ledger.losses()] == ["LOS512"]
