"""What JSON API answers become."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bascule.ir.content import ChoiceKind, MediaKind
from bascule.ir.encode import encode_project
from bascule.ir.expr import Const
from bascule.ir.expr_text import print_expression, print_text
from bascule.ir.nodes import Ask, HttpRequest, Message, ReplyKind, RunFlow, SetVariable, Unsupported
from bascule.ir.project import EntryKind
from tests.parsers.chatfuel import coded, codes, fixture, guards, node, read, reply, said, template


def test_an_answer_is_a_flow_of_its_messages() -> None:
    parsed = fixture("reponse.json")
    (flow,) = parsed.project.flows
    assert flow.id == "reponse"
    assert [(entry.kind, entry.target) for entry in flow.entries] == [(EntryKind.ANY_MESSAGE, "attributs")]
    assert said(node(parsed, "message").content.text) == "Bonjour {contact.`first name`}, voici nos douceurs."
    assert guards(node(parsed, "message")) == [("Always", "message_2")]
    last = node(parsed, "au_revoir")
    assert isinstance(last, RunFlow)
    assert (last.flow, last.mode) == ("Au revoir", "jump")


def test_attributes_are_set_first() -> None:
    parsed = fixture("reponse.json")
    found = {item.target[1]: item for item in node(parsed, "attributs").assignments}
    assert print_expression(found["dernière visite"].value) == '"2026-03-02"'
    assert (found["points"].value, found["fidèle"].value) == (Const(12), Const(True))
    assert found["panier"].op == "clear"


def test_galleries_become_cards() -> None:
    ask = node(fixture("reponse.json"), "message_2")
    assert isinstance(ask, Ask)
    first, second = ask.content.cards
    assert (said(first.title), said(first.text)) == ("Kouign-amann", "4,50 €")
    assert first.media is not None
    assert said(first.media.url) == "https://cdn.exemple.fr/kouign.jpg"
    assert [choice.kind for choice in first.choices] == [ChoiceKind.REPLY, ChoiceKind.URL]
    assert [choice.id for choice in second.choices] == ["commander_2"]
    assert guards(ask) == [("Chosen", "attributs_2"), ("Chosen", "commander"), ("Otherwise", "message_3")]


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("image", MediaKind.IMAGE),
        ("video", MediaKind.VIDEO),
        ("audio", MediaKind.AUDIO),
        ("file", MediaKind.DOCUMENT),
    ],
)
def test_attachments(kind: str, expected: MediaKind) -> None:
    parsed = read(reply({"attachment": {"type": kind, "payload": {"url": "https://a.fr/{{x}}"}}}))
    (media,) = node(parsed, "message").content.media
    assert media.kind is expected
    assert said(media.url) == "https://a.fr/{contact.x}"


def test_media_templates_and_lists() -> None:
    parsed = fixture("reponse.json")
    film = node(parsed, "message_5").content
    assert film.media[0].kind is MediaKind.VIDEO
    assert print_text(film.choices[0].phone) == "+33298000000"
    items = node(parsed, "message_6").content
    assert [said(card.title) for card in items.cards] == ["Baguette", "Pain complet"]
    assert items.choices[0].kind is ChoiceKind.URL
    assert dict(items.hints)["top_element_style"] == '"compact"'


def test_quick_replies_save_a_typed_answer() -> None:
    ask = node(fixture("reponse.json"), "message_9")
    assert ask.into == ("contact", "souhait")
    assert guards(ask) == [
        ("Chosen", "menu"),
        ("Chosen", "attributs_3"),
        ("Chosen", "appel_2"),
        ("Otherwise", "au_revoir"),
    ]
    parsed = read(reply({"text": "Nom ?", "quick_reply_options": {"text_attribute_name": "nom"}}))
    assert node(parsed, "message").reply is ReplyKind.TEXT
    assert guards(node(parsed, "message")) == [("Always", None)]


def test_a_button_sets_its_attributes_before_it_leads_on() -> None:
    parsed = fixture("reponse.json")
    setting = node(parsed, "attributs_2")
    assert isinstance(setting, SetVariable)
    assert setting.assignments[0].target == ("contact", "gâteau")
    assert guards(setting) == [("Always", "commander")]


def test_a_button_that_asks_a_server_is_a_request() -> None:
    parsed = fixture("reponse.json")
    call = node(parsed, "appel")
    assert isinstance(call, HttpRequest)
    assert call.method == "GET"
    assert len(coded(parsed, "LOS865")) == 1
    everything = repr([encode_project(parsed.project), parsed.findings, list(parsed.ledger)])
    assert "4f9a8c7b" not in everything


def test_named_answers_lead_to_each_other() -> None:
    parsed = fixture("blocs.json")
    assert [flow.id for flow in parsed.project.flows] == ["القائمة", "цены", "समय"]
    kinds = [flow.entries[0].kind for flow in parsed.project.flows]
    assert kinds == [EntryKind.ANY_MESSAGE, EntryKind.SUBFLOW, EntryKind.SUBFLOW]
    first = parsed.project.flows[0].nodes[0]
    assert guards(first) == [("Chosen", "цены"), ("Chosen", "समय"), ("Otherwise", None)]
    run = parsed.project.flows[0].by_id["цены"]
    assert isinstance(run, RunFlow)
    assert (run.flow, run.flow_title) == ("цены", "Цены")
    assert said(node(parsed, "message", 2).content.text) == "हम सुबह 7 बजे खुलते हैं।"
    assert said(node(parsed, "message", 1).content.text) == "Батон стоит 1,20 €."
    assert "PAR871" not in codes(parsed)


def test_a_list_of_answers_is_a_list_of_flows() -> None:
    parsed = read([reply({"text": "Un"}), reply({"text": "Deux"}), 3])
    assert [flow.id for flow in parsed.project.flows] == ["bot", "bot_2"]
    assert "PAR861" in codes(parsed)


@pytest.mark.parametrize(
    ("message", "where"),
    [
        ({"attachment": {"type": "template", "payload": {"template_type": "receipt"}}}, "receipt"),
        ({"attachment": {"type": "hologramme"}}, "hologramme"),
        ({"attachment": {"payload": {}}}, "names no type"),
        ({}, "neither a text nor an attachment"),
    ],
)
def test_unknown_messages_stay_as_unsupported(message: Any, where: str) -> None:
    parsed = read(reply({"text": "Bonjour"}, message))
    kept = node(parsed, "message_2")
    assert isinstance(kept, Unsupported)
    assert json.loads(kept.source) == message
    (finding,) = coded(parsed, "PAR870")
    assert where in finding.message


def test_several_blocks_are_reported_and_the_first_is_taken() -> None:
    parsed = read(reply({"text": "a"}, redirect_to_blocks=["Un", "Deux"]))
    run = node(parsed, "un")
    assert (run.flow, dict(run.facts)["block_names"]) == ("Un", '["Un", "Deux"]')
    (finding,) = coded(parsed, "PAR872")
    assert finding.place.pointer == "/redirect_to_blocks"


@pytest.mark.parametrize("count", [1, 3])
def test_buttons_of_one_block_share_its_jump(count: int) -> None:
    buttons = [{"type": "show_block", "block_names": ["Menu"], "title": str(n)} for n in range(count)]
    parsed = read(reply(template("button", text="?", buttons=buttons)))
    assert [item.id for item in parsed.project.flows[0].nodes] == ["message", "menu"]
    assert len(coded(parsed, "PAR871")) == 1


def test_an_empty_answer_says_nothing() -> None:
    parsed = read({"messages": []})
    assert parsed.unreadable
    assert "PAR860" in codes(parsed)
    parsed = read({"messages": [], "redirect_to_blocks": ["Menu"]})
    assert [type(item) for item in parsed.project.flows[0].nodes] == [RunFlow]


def test_a_text_and_its_buttons_in_one_message() -> None:
    message = {"text": "Bonjour", **template("button", text="Et ?", buttons=[{"title": "Oui", "block_name": "Oui"}])}
    assert said(node(read(reply(message)), "message").content.text) == "Bonjour\nEt ?"


def test_a_message_without_buttons_that_answer_does_not_wait() -> None:
    parsed = read(
        reply(template("button", text="Voir", buttons=[{"type": "web_url", "url": "https://a.fr", "title": "Ici"}]))
    )
    assert isinstance(node(parsed, "message"), Message)
