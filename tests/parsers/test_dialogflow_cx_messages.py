"""Dialogflow CX: what a fulfillment says. Languages, wordings, rich answers, payloads of channels, people, voice."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bascule.ir.content import ChoiceKind, Content
from bascule.ir.expr import Call, Const, Ref
from bascule.ir.nodes import Ask, Chosen, End, Handover, Message, Node, Unsupported
from bascule.ir.text import Hole
from bascule.parsers.base import Parsed
from tests.parsers.dialogflow_cx_support import (
    START,
    Run,
    agent,
    chips,
    entry_at,
    found,
    only_flow,
    page,
    payload,
    read,
    read_files,
    rich,
    route,
    said,
    say,
    source_at,
    text,
    words,
)

AT = "/transitionRoutes/0/triggerFulfillment/messages"


def spoken(*messages: Any) -> tuple[Parsed, list[Node]]:
    """The nodes that a fulfillment with these messages becomes, in order, before the flow waits again."""
    parsed = read_files(agent(route("Aller", to="Suite", does=say(*messages)), pages={"Suite": page()}))
    flow = only_flow(parsed)
    nodes: list[Node] = []
    here = next(entry.target for entry in flow.entries if entry.intent == "Aller")
    while here != "suite":
        node = flow.by_id[here]
        nodes.append(node)
        if not node.edges or node.edges[0].target is None:
            break
        here = node.edges[0].target
    return parsed, nodes


def contents(*messages: Any) -> list[Content]:
    _, nodes = spoken(*messages)
    assert all(isinstance(node, (Message, Ask)) for node in nodes)
    return [node.content for node in nodes if isinstance(node, (Message, Ask))]


def content(*messages: Any) -> Content:
    (only,) = contents(*messages)
    return only


def worded(value: Content) -> str:
    return words(value.text.best("fr") or ())


# --- texts ---


def test_messages_of_one_language_follow_each_other() -> None:
    assert [worded(one) for one in contents("Un.", "Deux.")] == ["Un.", "Deux."]


def test_texts_of_one_message_are_wordings_of_it() -> None:
    only = content(text("Bonjour !", "Salut !", "Bien le bonjour !"))
    assert worded(only) == "Bonjour !"
    assert [words(one.first) for one in only.alternatives] == ["Salut !", "Bien le bonjour !"]


def test_messages_of_other_languages_are_translations_by_their_order() -> None:
    first, second = contents(
        "Un.", text("один", lang="ru"), "Deux.", text("واحد", lang="ar"), text("два", lang="ru"), text("एक", lang="hi")
    )
    assert {locale: words(value) for locale, value in first.text} == {
        "fr": "Un.",
        "ru": "один",
        "ar": "واحد",
        "hi": "एक",
    }
    assert {locale: words(value) for locale, value in second.text} == {"fr": "Deux.", "ru": "два"}


def test_wordings_are_translated_by_their_order_too() -> None:
    only = content(text("Oui", "D’accord"), text("Sim", "Tudo bem", "Claro", lang="pt-br"))
    assert {locale: words(value) for locale, value in only.alternatives[0]} == {"fr": "D’accord", "pt-BR": "Tudo bem"}
    assert {locale: words(value) for locale, value in only.alternatives[1]} == {"pt-BR": "Claro"}


def test_a_message_without_a_language_is_in_the_agent_s_own() -> None:
    only = content({"text": {"text": ["Bonjour"]}}, text("Привет", lang="ru"))
    assert {locale: words(value) for locale, value in only.text} == {"fr": "Bonjour", "ru": "Привет"}


def test_empty_texts_say_nothing_and_are_accounted_for() -> None:
    parsed, nodes = spoken(text(""), text(" "), {"text": {}}, text("", "Oui."))
    assert [said(node) for node in nodes] == ["Oui."]
    assert entry_at(parsed, f"{AT}/0/text").fate.value == "exact"


@pytest.mark.parametrize(
    ("written", "parts"),
    [
        ("Bonjour $session.params.nom !", ["Bonjour ", Ref(("session", "params", "nom")), " !"]),
        ("$session.params.prix.", [Ref(("session", "params", "prix")), "."]),
        ("$session.params.villeà voir", [Ref(("session", "params", "ville")), "à voir"]),
        ("مرحبا $session.params.nom، أهلا", ["مرحبا ", Ref(("session", "params", "nom")), "، أهلا"]),
        ("$session.params.nomजी", [Ref(("session", "params", "nom")), "जी"]),
        ("$page.params.n", [Ref(("session", "params", "n"))]),
        ("$flow.n $request.user-utterance $event.a", [Ref(("flow", "n")), " ", Ref(("request", "user-utterance")), " ", Ref(("event", "a"))]),
        ("$intent.params.ville.original", [Ref(("intent", "params", "ville", "original"))]),
        ("$session.params.jour.year[0]", [Ref(("session", "params", "jour", "year", "0"))]),
        ("$sys.func.UPPER($session.params.nom)😀", [Call("upper", (Ref(("session", "params", "nom")),)), "😀"]),
        ('$sys.func.ADD(1, $sys.func.LEN(")"))', [Call("add", (Const(1), Call("length", (Const(")"),))))]),
        ("50 $ ou $prix, $session, $sys.func.X", ["50 $ ou $prix, $session, $sys.func.X"]),
        ("{accolade} {{x}}", ["{accolade} {{x}}"]),
    ],
)  # fmt: skip
def test_references_and_functions_in_texts_are_holes(written: str, parts: list[Any]) -> None:
    parsed, (node,) = spoken(written)
    assert isinstance(node, (Message, Ask))
    value = node.content.text.first
    assert [part.expression if isinstance(part, Hole) else part.text for part in value] == parts
    for part in value:
        if isinstance(part, Hole):
            assert part.at is not None
            assert source_at(parsed, part.at).startswith("$")


def test_a_reference_that_runs_into_the_next_word_is_doubted() -> None:
    parsed, _ = spoken("Merci $session.params.nom.Bonne journée")
    (finding,) = found(parsed, "PAR558")
    assert "nom.Bonne" in finding.message


def test_variables_are_declared_once_with_their_scope() -> None:
    parsed, _ = spoken("$session.params.a $session.params.a $flow.b $request.c")
    declared = {one.name: one.scope for one in parsed.project.variables}
    assert declared == {"session.params.a": "session", "flow.b": "flow", "request.c": "session"}


# --- rich answers ---


def test_chips_are_choices_of_the_words_before_them() -> None:
    only = content("Alors ?", chips("Oui", "Non"))
    assert worded(only) == "Alors ?"
    assert [(choice.id, words(choice.title.first)) for choice in only.choices] == [("oui", "Oui"), ("non", "Non")]


def test_chips_are_translated_by_their_order() -> None:
    only = content("Alors ?", text("И?", lang="ru"), chips("Oui", "Non"), chips("Да", "Нет", "Может быть", lang="ru"))
    titles = [{locale: words(title) for locale, title in choice.title} for choice in only.choices]
    assert titles == [{"fr": "Oui", "ru": "Да"}, {"fr": "Non", "ru": "Нет"}, {"ru": "Может быть"}]


def test_a_tap_on_a_chip_with_the_words_of_an_intent_takes_its_route() -> None:
    files = agent(
        route("Aller", to="Page"),
        pages={"Page": page(route("Oui", does=say("Bien.")), entry=say("Alors ?", chips("OUI !", "Autre")))},
    )
    parsed = read_files(files)
    talk = Run(parsed.project)
    talk.start("Aller")
    node = talk.waiting
    assert node is not None
    assert [edge.guard.choices for edge in node.edges if isinstance(edge.guard, Chosen)] == [("oui",)]
    assert talk.tap("oui") == ["Bien."]


def test_a_tap_that_raises_an_event_calls_its_handler() -> None:
    button = {"type": "button", "text": "Carte", "event": {"event": "montrer-carte", "languageCode": "fr"}}
    files = agent(
        route("Aller", to="Page"),
        pages={"Page": page(entry=say("Alors ?", rich([button])))},
        handlers=[{"event": "montrer-carte", "triggerFulfillment": say("Voici la carte.")}],
    )
    talk = Run(read_files(files).project)
    talk.start("Aller")
    assert talk.tap("carte") == ["Voici la carte."]


ITEMS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "description": ({"type": "description", "title": "T", "text": ["a", "b"]}, {"header": "T", "text": "a\nb"}),
    "text": ({"type": "text", "text": "a"}, {"text": "a"}),
    "title only": ({"type": "info", "title": "T"}, {"text": "T"}),
    "info": (
        {"type": "info", "title": "T", "subtitle": "S", "image": {"rawUrl": "https://e.fr/a.png"}, "actionLink": "https://e.fr"},
        {"header": "T", "text": "S", "media": ["https://e.fr/a.png"], "links": [("T", "https://e.fr")]},
    ),
    "info of the console": (
        {"type": "info", "title": "T", "image": {"src": {"rawUrl": "https://e.fr/a.png"}}},
        {"text": "T", "media": ["https://e.fr/a.png"]},
    ),
    "image": (
        {"type": "image", "rawUrl": "https://e.fr/a.png", "accessibilityText": "A"},
        {"media": ["https://e.fr/a.png"]},
    ),
    "button": ({"type": "button", "text": "B", "link": "https://e.fr"}, {"text": "B", "links": [("B", "https://e.fr")]}),
    "anchor": ({"type": "button", "text": "B", "anchor": {"href": "https://e.fr"}}, {"text": "B", "links": [("B", "https://e.fr")]}),
    "list": ({"type": "list", "title": "L", "subtitle": "S"}, {"replies": [("L", "S")]}),
    "accordion": ({"type": "accordion", "title": "T", "subtitle": "S", "text": "a"}, {"header": "T", "text": "S\na"}),
    "video": (
        {"type": "video", "title": "V", "source": {"youtube": {"videoId": "x1"}}},
        {"text": "V", "links": [("V", "https://www.youtube.com/watch?v=x1")]},
    ),
    "chips": (
        {"type": "chips", "options": [{"text": "C"}, {"text": "D", "link": "https://e.fr"}]},
        {"replies": [("C", "")], "links": [("D", "https://e.fr")]},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", list(ITEMS))
def test_each_kind_of_rich_item_is_carried(name: str) -> None:
    item, expected = ITEMS[name]
    only = content(rich([item]))
    found_: dict[str, Any] = {
        "header": words(only.header.best("fr") or ()),
        "text": worded(only),
        "media": [words(media.url.first) for media in only.media],
        "links": [(words(one.title.first), words(one.url)) for one in only.choices if one.kind is ChoiceKind.URL],
        "replies": [
            (words(one.title.first), words(one.description.first) if one.description else "")
            for one in only.choices
            if one.kind is ChoiceKind.REPLY
        ],
    }
    assert {key: value for key, value in found_.items() if value} == expected


def test_a_divider_says_nothing() -> None:
    parsed, nodes = spoken("Un.", rich([{"type": "divider"}]))
    assert len(nodes) == 1
    assert entry_at(parsed, f"{AT}/1/payload/richContent/0/0").fate.value == "exact"


def test_the_look_of_an_item_is_a_hint() -> None:
    item = {"type": "button", "text": "B", "link": "https://e.fr", "icon": {"type": "star", "color": "#fff"}}
    parsed, (node,) = spoken(rich([item]))
    assert isinstance(node, Message)
    assert json.loads(dict(node.content.hints)["its look"]) == {"icon": {"type": "star", "color": "#fff"}}
    assert found(parsed, "LOS566")
    assert entry_at(parsed, f"{AT}/0/payload/richContent/0/0").fate.value == "degraded"


def test_an_item_of_an_unknown_kind_is_unsupported() -> None:
    parsed, nodes = spoken("Un.", rich([{"type": "carte_magique", "valeur": 1}]))
    assert any(isinstance(node, Unsupported) and "valeur" in node.source for node in nodes)
    assert found(parsed, "LOS555")


# --- payloads of channels ---

KEYBOARD = {"Type": "keyboard", "Buttons": [{"ActionType": "reply", "ActionBody": "oui", "Text": "Oui, merci"}]}


def test_a_viber_keyboard_belongs_to_the_words_before_it() -> None:
    only = content("Alors ?", payload({"viber": {"keyboard": KEYBOARD, "type": "text", "text": "Alors ?"}}))
    assert worded(only) == "Alors ?"
    assert [(words(one.title.first), one.payload) for one in only.choices] == [("Oui, merci", "oui")]


def test_a_tap_on_a_viber_button_sends_its_action_body() -> None:
    entry = say("Alors ?", payload({"viber": KEYBOARD}))
    files = agent(route("Aller", to="Page"), pages={"Page": page(route("Oui", does=say("Bien.")), entry=entry)})
    talk = Run(read_files(files).project)
    talk.start("Aller")
    assert talk.tap("oui_merci") == ["Bien."]


def test_a_viber_payload_is_said_and_other_channels_are_variants() -> None:
    facebook = {
        "facebook": {
            "text": "Sur Messenger",
            "quick_replies": [{"content_type": "text", "title": "Oui", "payload": "OUI"}],
        }
    }
    first, second = contents("Bonjour.", payload({"viber": {"type": "text", "text": "Sur Viber"}}), payload(facebook))
    assert worded(first) == "Bonjour."
    assert worded(second) == "Sur Viber"
    (variant,) = second.variants
    assert variant.channel == "facebook"
    assert worded(variant.content) == "Sur Messenger"
    assert variant.content.choices[0].payload == "OUI"


def test_variants_are_counted_as_degraded() -> None:
    parsed, _ = spoken("Bonjour.", payload({"facebook": {"text": "Sur Messenger"}}))
    entry = entry_at(parsed, f"{AT}/1/payload/facebook/text")
    assert (entry.fate.value, entry.code) == ("degraded", "LOS569")


def test_a_messenger_payload_is_said_where_nothing_else_is_worded() -> None:
    elements = [
        {"title": "Pain", "subtitle": "1 €", "image_url": "https://e.fr/p.jpg", "buttons": [{"type": "postback", "title": "Un", "payload": "un"}]},
        {"title": "Brioche", "buttons": [{"type": "web_url", "title": "Voir", "url": "https://e.fr"}]},
    ]  # fmt: skip
    only = content(
        payload(
            {
                "facebook": {
                    "attachment": {"type": "template", "payload": {"template_type": "generic", "elements": elements}}
                }
            }
        )
    )
    assert [words(card.title.first) for card in only.cards] == ["Pain", "Brioche"]
    assert only.cards[0].choices[0].payload == "un"
    assert only.cards[1].choices[0].kind is ChoiceKind.URL


def test_cards_in_several_languages_are_laid_side_by_side() -> None:
    def cards(lang: str, *titles: str) -> dict[str, Any]:
        elements = [{"title": title} for title in titles]
        return payload({"facebook": {"attachment": {"type": "template", "payload": {"elements": elements}}}}, lang)

    only = content(cards("fr", "Pain", "Brioche"), cards("ar", "خبز"))
    titles = [{locale: words(title) for locale, title in card.title} for card in only.cards]
    assert titles == [{"fr": "Pain", "ar": "خبز"}, {"fr": "Brioche"}]


WHATSAPP: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "text": ({"type": "text", "text": {"body": "Bonjour", "preview_url": True}}, {"text": "Bonjour"}),
    "image": ({"type": "image", "image": {"link": "https://e.fr/a.png", "caption": "A"}}, {"media": 1}),
    "location": ({"type": "location", "location": {"latitude": 48.8, "longitude": 2.3}}, {"location": True}),
    "buttons": (
        {"type": "interactive", "interactive": {
            "type": "button", "body": {"text": "Alors ?"}, "header": {"type": "image", "image": {"link": "https://e.fr/a.png"}},
            "action": {"buttons": [{"type": "reply", "reply": {"id": "oui", "title": "Oui"}}]}}},
        {"text": "Alors ?", "choices": ["Oui"], "media": 1},
    ),
    "list": (
        {"type": "interactive", "interactive": {
            "type": "list", "body": {"text": "Choisissez"}, "footer": {"text": "Merci"},
            "action": {"button": "Voir", "sections": [{"title": "Pains", "rows": [{"id": "b", "title": "Baguette"}, {"id": "s", "title": "Seigle"}]}]}}},
        {"text": "Choisissez", "choices": ["Baguette", "Seigle"], "footer": "Merci"},
    ),
    "link": (
        {"type": "interactive", "interactive": {
            "type": "cta_url", "body": {"text": "Le site"}, "action": {"name": "cta_url", "parameters": {"display_text": "Ouvrir", "url": "https://e.fr"}}}},
        {"text": "Le site", "choices": ["Ouvrir"]},
    ),
    "where": (
        {"type": "interactive", "interactive": {"type": "location_request_message", "body": {"text": "Où ?"}, "action": {"name": "send_location"}}},
        {"text": "Où ?", "choices": [""]},
    ),
}  # fmt: skip


@pytest.mark.parametrize("wrapped", [True, False])
@pytest.mark.parametrize("name", list(WHATSAPP))
def test_a_whatsapp_payload_is_what_is_said(name: str, wrapped: bool) -> None:
    body, expected = WHATSAPP[name]
    value = {"whatsapp": body} if wrapped else {"messaging_product": "whatsapp", **body}
    parsed, (node,) = spoken(payload(value))
    assert isinstance(node, (Message, Ask))
    only = node.content
    seen = {
        "text": worded(only) if only.text else "",
        "media": len(only.media),
        "location": only.location is not None,
        "choices": [words(one.title.first) if one.title else "" for one in only.choices],
        "footer": words(only.footer.first) if only.footer else "",
    }
    assert {key: value for key, value in seen.items() if value} == expected
    assert not parsed.ledger.losses()


@pytest.mark.parametrize(
    "value",
    [
        {"whatsapp": {"type": "interactive", "interactive": {"type": "flow", "body": {"text": "x"}}}},
        {"whatsapp": {"type": "template", "template": {"name": "x"}}},
        {"viber": {"couleur": "vert"}},
        {"facebook": {"attachment": {"type": "template", "payload": {"template_type": "receipt"}}}},
        {"slack": {"blocks": []}, "x": 1},
        {"kiosque": {"imprimer": True}},
    ],
)
def test_payloads_that_no_reader_knows_are_kept_whole(value: dict[str, Any]) -> None:
    parsed, nodes = spoken("Bonjour.", payload(value))
    (node,) = (one for one in nodes if isinstance(one, Unsupported))
    inner = next(iter(value.values())) if next(iter(value)) in ("whatsapp", "viber", "facebook") else value
    assert json.loads(node.source) == inner
    assert found(parsed, "LOS555")
    assert "dropped" in {
        entry.fate.value for entry in parsed.ledger if entry.place.pointer.startswith(f"{AT}/1/payload")
    }


def test_what_a_channel_message_holds_besides_is_kept_as_a_fact() -> None:
    parsed, (node,) = spoken(payload({"facebook": {"text": "Bonjour", "nouveau": [1]}}))
    assert dict(node.facts)["nouveau"] == "[1]"
    assert found(parsed, "LOS550")


def test_messages_for_one_channel_stand_instead_of_the_common_ones() -> None:
    viber = {**text("Sur Viber."), "channel": "VIBER"}
    (only,) = contents("Partout.", viber)
    assert worded(only) == "Sur Viber."
    assert [(one.channel, worded(one.content)) for one in only.variants] == [("default", "Partout.")]
    web = {**text("Sur le site.", "Sur notre site."), "channel": "DF_MESSENGER"}
    (only,) = contents("Partout.", web)
    assert worded(only) == "Partout."
    assert only.variants[0].channel == "df_messenger"
    assert len(only.variants[0].content.alternatives) == 1
    assert worded(content(web)) == "Sur le site."


# --- people, ends, voice ---


def test_a_handoff_is_a_handover_with_its_metadata_after_the_words() -> None:
    parsed, nodes = spoken(
        {"liveAgentHandoff": {"metadata": {"file": "ventes", "client": "$session.params.nom", "n": 3}}}, "Un instant."
    )
    assert said(nodes[0]) == "Un instant."
    handover = nodes[1]
    assert isinstance(handover, Handover)
    assert {name: words(value) for name, value in handover.parameters} == {
        "file": "ventes",
        "client": "{session.params.nom}",
        "n": "3",
    }
    assert entry_at(parsed, f"{AT}/0/liveAgentHandoff").fate.value == "exact"


def test_the_end_of_the_interaction_ends_the_talk() -> None:
    _, nodes = spoken("Au revoir.", {"endInteraction": {}})
    assert isinstance(nodes[-1], End)


def test_success_marks_are_facts() -> None:
    parsed, (node,) = spoken("Bien.", {"conversationSuccess": {"metadata": {"a": 1}}})
    assert found(parsed, "LOS567")
    kept = {**dict(node.facts), **dict(only_flow(parsed).facts)}
    assert json.loads(kept["conversationSuccess"]) == {"metadata": {"a": 1}}


def test_what_is_spoken_is_left_out_beside_its_text_and_said_without_it() -> None:
    parsed, nodes = spoken("Merci.", {"outputAudioText": {"text": "Merci beaucoup"}})
    assert [said(node) for node in nodes] == ["Merci."]
    assert entry_at(parsed, f"{AT}/1/outputAudioText").fate.value == "dropped"
    parsed, nodes = spoken(
        {"outputAudioText": {"ssml": "<speak>Merci &amp; <b>au revoir</b>, $session.params.nom</speak>"}}
    )
    assert [said(node) for node in nodes] == ["Merci & au revoir , {session.params.nom}"]
    assert entry_at(parsed, f"{AT}/0/outputAudioText").fate.value == "degraded"
    assert found(parsed, "LOS553")


def test_a_call_transfer_is_a_handover() -> None:
    parsed, nodes = spoken({"telephonyTransferCall": {"phoneNumber": "+33155500000"}})
    assert isinstance(nodes[0], Handover)
    assert nodes[0].to == "+33155500000"
    assert found(parsed, "LOS553")


# --- the bakery ---


def test_the_bakery_s_list_for_viber_leads_where_its_taps_mean() -> None:
    parsed = read("boulangerie")
    flow = next(one for one in parsed.project.flows if one.title == START)
    node = next(one for one in flow.nodes if isinstance(one, Ask) and "grosse commande" in said(one))
    chosen = {edge.guard.choices: edge.target for edge in node.edges if isinstance(edge.guard, Chosen)}
    assert chosen == {("etre_rappele",): "end_flow_after_2_30", ("parler_a_quelqu_un",): "grosse_commande.humain"}
    assert [variant.channel for variant in node.content.variants] == ["facebook"]
