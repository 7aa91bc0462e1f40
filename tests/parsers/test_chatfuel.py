"""What Chatfuel's elements, conditions and entry points become."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bascule.ir.content import ChoiceKind, MediaKind
from bascule.ir.encode import encode_project
from bascule.ir.expr_text import print_expression, print_text
from bascule.ir.nodes import Ask, Chosen, End, Handover, HttpRequest, Message, ReplyKind, RunFlow, Unsupported, When
from bascule.ir.project import EntryKind
from bascule.parsers.base import CERTAIN, LIKELY, NEAR
from bascule.parsers.chatfuel import sniff
from bascule.source import SourceFile
from tests.parsers.chatfuel import (
    FIXTURES,
    block,
    coded,
    codes,
    element,
    fixture,
    flow,
    guards,
    node,
    read,
    said,
    say,
    tap,
    then,
    words,
)


def sniffed(data: Any) -> tuple[int, str]:
    match = sniff(SourceFile.of_text(json.dumps(data), "x.json"))
    return (match.confidence, match.reason) if match else (0, "")


@pytest.mark.parametrize("name", ["boulangerie.json", "toutes.json", "fautes.json", "reponse.json", "blocs.json"])
def test_fixtures_are_recognised(name: str) -> None:
    match = sniff(SourceFile(name, (FIXTURES / name).read_bytes()))
    assert match is not None
    assert match.confidence == CERTAIN
    assert match.reason


@pytest.mark.parametrize(
    ("data", "confidence", "words"),
    [
        (flow(block("a", say("Bonjour"))), CERTAIN, "blockElements"),
        ([flow(block("a", say("Bonjour")))], CERTAIN, "blockElements"),
        ({"data": {"bot": {"flow": flow(block("a", {"__typename": "New"}))}}}, LIKELY, "blockElements"),
        ({"messages": [{"text": "a"}], "set_attributes": {"a": 1}}, CERTAIN, "set_attributes"),
        ({"redirect_to_blocks": ["A"]}, CERTAIN, "redirect_to_blocks"),
        ({"messages": [{"text": "a", "quick_replies": [{"title": "b", "block_names": ["c"]}]}]}, CERTAIN, "blocks"),
        ({"messages": [{"attachment": {"type": "image", "payload": {"url": "u"}}}]}, LIKELY, "payload"),
        ({"messages": [{"text": "Bonjour"}]}, NEAR, "many tools"),
        ({"kind": "chatfuel.flow-plan", "steps": []}, 20, "plan"),
        ({"baseAutomations": [], "customAutomations": []}, 20, "automations"),
        ({"data": {"bot": {"flowsWithoutGroup": [{"id": "f"}]}}}, 20, "without their blocks"),
        ({"messages": [{"role": "user", "text": "a"}]}, 0, ""),
        ({"blocks": [{"type": "text"}]}, 0, ""),
        ({"blocks": "a", "messages": 3}, 0, ""),
    ],
)
def test_sniff_says_how_sure_it_is(data: Any, confidence: int, words: str) -> None:
    found, reason = sniffed(data)
    assert found == confidence
    assert words in reason


def test_the_bakery_is_read_whole() -> None:
    parsed = fixture("boulangerie.json")
    flow = parsed.project.flows[0]
    assert (flow.id, flow.title) == ("boulangerie_du_port", "Boulangerie du Port")
    assert dict(flow.facts)["sid"] == '"f-accueil"'
    assert [(entry.kind, entry.target) for entry in flow.entries] == [(EntryKind.ANY_MESSAGE, "bonjour")]
    assert said(node(parsed, "bonjour").content.text) == "Bonjour {contact.`first name`} 👋 Bienvenue à la boulangerie."
    assert node(parsed, "bonjour").position == (350, 0)
    picture = node(parsed, "bonjour_2").content.media[0]
    assert (picture.kind, picture.asset, picture.size) == (MediaKind.IMAGE, "file1", 48211)
    menu = node(parsed, "menu")
    assert (said(menu.content.header), said(menu.content.footer)) == ("Boulangerie du Port", "Ouvert de 7 h à 19 h")
    assert guards(menu) == [
        ("Chosen", "choisir_un_pain"),
        ("Chosen", "horaires"),
        ("Chosen", "un_conseiller"),
        ("Otherwise", "menu"),
    ]
    bread = node(parsed, "choisir_un_pain")
    assert bread.into == ("contact", "pain")
    assert [said(choice.description) for choice in bread.content.choices] == ["1,20 €", "2,80 €", ""]
    assert said(bread.content.list_label) == "Voir les pains"
    many = node(parsed, "grosse_commande").edges[0].guard.condition
    expected = 'contact.nombre > 20 and not (contact.ville = "Lyon" or contact.ville = "Paris")'
    assert print_expression(many) == expected
    link = node(parsed, "horaires").content.choices[0]
    assert (link.kind, print_text(link.url)) == (ChoiceKind.URL, "https://exemple.fr/plan?v={contact.ville}")
    assert isinstance(node(parsed, "un_conseiller"), Handover)
    ends = node(parsed, "vers_la_livraison")
    assert (ends.flow, ends.flow_title, ends.mode) == ("f-livraison", "Livraison", "jump")
    assert codes(parsed) == {"PAR405"}


def test_actions_set_clear_send_and_summarise() -> None:
    parsed = fixture("boulangerie.json")
    setting, clearing = node(parsed, "noter").assignments[0], node(parsed, "noter_2").assignments[0]
    assert setting.target == ("contact", "dernier achat")
    assert print_expression(setting.value) == 'contact.pain & " x " & contact.nombre'
    assert clearing.op == "clear"
    request = node(parsed, "noter_3")
    assert isinstance(request, HttpRequest)
    assert (request.method, print_text(request.url)) == ("POST", "https://api.exemple.fr/commandes/{contact.pain}")
    assert request.mapping == (("$.numero", ("contact", "numero de commande")),)
    summary = node(parsed, "noter_4")
    assert (summary.service, summary.mapping[0][1]) == ("llm", ("contact", "allergies"))


def test_secrets_of_requests_are_covered_and_reported() -> None:
    parsed = fixture("boulangerie.json")
    headers = dict(node(parsed, "noter_3").headers)
    assert set(print_text(headers["Authorization"])) == {"•"}
    assert print_text(headers["X-Client"]) == "{contact.`chatfuel user id`}"
    (finding,) = coded(parsed, "PAR405")
    assert finding.place.pointer.endswith("/headers/0/value/parts/0/text")
    everything = repr([encode_project(parsed.project), parsed.findings, list(parsed.ledger)])
    assert "4f9a8c7b" not in everything


def test_templates_keep_their_values_and_become_assets() -> None:
    parsed = fixture("boulangerie.json")
    ask = node(parsed, "confirmation")
    use = ask.content.template
    assert (use.name, use.provider_id) == ("commande_recue", "t-482")
    assert {slot: print_expression(value) for slot, value in use.parameters} == {
        "header.numero": "contact.`numero de commande`",
        "prenom": "contact.`first name`",
        "button.1": "contact.`numero de commande`",
        "button.2": '"PAIN10"',
    }
    assert guards(ask) == [("Chosen", "un_conseiller"), ("Otherwise", "vers_la_livraison")]
    (asset,) = parsed.project.templates
    assert (asset.name, asset.status, asset.provider) == ("commande_recue", "APPROVED", "chatfuel")
    assert said(asset.text) == "Merci {prenom}, votre commande sera prête à 7 h."


@pytest.mark.parametrize(("status", "expected"), [("InAppeal", "IN_APPEAL"), ("LimitExceeded", "LIMIT_EXCEEDED")])
def test_template_states_are_spelled_as_whatsapp_spells_them(status: str, expected: str) -> None:
    parsed = read(flow(block("a", element("WhatsAppTemplate", whatsAppTemplate={"name": "t", "status": status}))))
    assert parsed.project.templates[0].status == expected


def test_texts_of_all_scripts_come_through_byte_for_byte() -> None:
    parsed = fixture("toutes.json")
    texts = {item.id: said(item.content.text) for flow in parsed.project.flows for item in flow.nodes
             if isinstance(item, Message)}  # fmt: skip
    assert texts["مرحبا"] == "أهلاً بك في مخبز الميناء، كيف نساعدك؟"
    assert texts["याद"] == "नमस्ते, आपकी टोकरी में अभी भी रोटी है।"
    assert texts["акция"] == "Здравствуйте! Сегодня хлеб дешевле на 10 %."


def test_entry_points_become_entries() -> None:
    parsed = fixture("toutes.json")
    entries = {(flow.id, entry.kind): entry for flow in parsed.project.flows for entry in flow.entries}
    assert entries["الترحيب", EntryKind.CHAT_OPENED].target == "مرحبا"
    trigger = entries["स्वागत", EntryKind.CONTACT_EVENT]
    assert trigger.offset is not None
    assert trigger.offset.seconds == 3 * 3600
    assert trigger.condition is not None
    assert print_expression(trigger.condition) == (
        '(contains(contact.city, "Mumbai") or has_group(contact.tags, "ग्राहक")) and not is_blank(contact.panier)'
    )
    scheduled = entries["рассылка", EntryKind.SCHEDULE]
    assert scheduled.schedule == "2026-03-02T08:00:00Z"
    assert dict(scheduled.facts)["repeatOnWeekdays"] == '["Mon", "Thu"]'
    assert entries["рассылка", EntryKind.BROADCAST].name == "Один раз"
    keyword = entries["prix", EntryKind.KEYWORD]
    assert (keyword.keywords.first, keyword.match) == (("prix", "tarif"), "contains")
    assert dict(parsed.project.by_id["livraison"].facts)["group"] == '"Accueil"'
    assert [finding.code for finding in coded(parsed, "PAR867")] == ["PAR867"] * 2


def test_who_is_redirected_to_gets_an_entry() -> None:
    first = flow(block("a", element("RedirectToFlow", flow={"id": "g", "name": "Suite"})))
    second = {**flow(block("x", say("Bonjour")), block("y", say("Suite")), startingPointBlock={"id": "y"}), "id": "g"}
    parsed = read({"flows": [first, second]})
    assert [entry.kind for entry in parsed.project.flows[1].entries] == [EntryKind.SUBFLOW]
    assert parsed.project.flows[1].entries[0].target == "y"
    assert parsed.project.flows[0].entries[0].kind is EntryKind.ANY_MESSAGE
    assert "PAR866" in codes(parsed)


@pytest.mark.parametrize(
    ("kind", "condition"),
    [
        ("IS", 'contact.ville = "Brest"'),
        ("IS_NOT", 'not contact.ville = "Brest"'),
        ("STARTS_WITH", 'starts_with(contact.ville, "Brest")'),
        ("CONTAINS", 'contains(contact.ville, "Brest")'),
        ("LT", 'contact.ville < "Brest"'),
        ("GT", 'contact.ville > "Brest"'),
        ("IS_EMPTY", "is_blank(contact.ville)"),
        ("IS_NOT_EMPTY", "not is_blank(contact.ville)"),
    ],
)
def test_every_operator(kind: str, condition: str) -> None:
    strategy = {"operator": kind, "comparableValues": ["Brest"]}
    by = {"attribute": {"name": "ville"}, "defaultStrategy": strategy}
    segment = {"resultOperator": "AND", "filters": [{"byAttribute": by}]}
    parsed = read(
        flow(
            block("a", element("SetCondition", handleID="h", segment=segment)),
            block("b", say("Oui")),
            links=(tap("a", "e", "h", "b"),),
        )
    )
    edge = node(parsed, "a").edges[0]
    assert isinstance(edge.guard, When)
    assert print_expression(edge.guard.condition) == condition
    assert guards(node(parsed, "a")) == [("When", "b"), ("Otherwise", None)]


def test_filters_are_joined_and_groups_are_tested() -> None:
    by = {"attribute": {"name": "age"}, "defaultStrategy": {"operator": "LT", "comparableValues": ["18"]}}
    segment = {
        "resultOperator": "OR",
        "filters": [{"byAttribute": by}, {"byTag": {"operator": "IS_NOT", "tagNames": ["vip", "presse"]}}],
    }
    parsed = read(flow(block("a", element("SetCondition", handleID="h", segment=segment))))
    condition = node(parsed, "a").edges[0].guard.condition
    assert print_expression(condition) == (
        'contact.age < 18 or not (has_group(contact.tags, "vip") or has_group(contact.tags, "presse"))'
    )


def test_a_wait_that_nothing_follows_is_the_end() -> None:
    parsed = read(flow(block("a", say("Au revoir", waitForReplies=True))))
    assert isinstance(node(parsed, "a"), Message)
    parsed = read(flow(block("a", say("Votre nom ?", waitForReplies=True), say("Merci", "f"))))
    assert isinstance(node(parsed, "a"), Ask)
    assert guards(node(parsed, "a")) == [("Always", "a_2")]
    assert node(parsed, "a").reply is ReplyKind.ANY


def test_what_is_not_saved_is_kept_as_a_fact() -> None:
    parsed = read(flow(block("a", say("Nom ?", savingToAttribute={"name": "nom"}, saveContactReply=False))))
    assert "savingToAttribute" in dict(node(parsed, "a").facts)


def test_buttons_without_a_connection_go_on() -> None:
    buttons = [{"id": "o", "title": words("Oui")}, {"id": "n", "title": words("Non")}]
    ask = element(
        "WhatsAppTextAndButtons", waitForReplies=True, bodyText=words("Ça va, ", "@nom", " ?"), buttons=buttons
    )
    parsed = read(flow(block("a", ask), block("b", say("Bien")), links=(then("a", "b"), tap("a", "e", "n", "a"))))
    assert guards(node(parsed, "a")) == [("Chosen", "a"), ("Chosen", "b"), ("Otherwise", "b")]
    assert node(parsed, "a").edges[1].guard == Chosen(("oui",))
    assert said(node(parsed, "a").content.text) == "Ça va, {contact.nom} ?"


def test_widget_buttons_open_links_and_call() -> None:
    buttons = [
        {"__typename": "WidgetOpenURLButton", "id": "u", "title": words("Voir"), "url": words("https://a.fr/", "@x")},
        {"__typename": "WidgetCallPhoneButton", "id": "p", "title": words("Appeler"), "phone": "+33298000000"},
    ]
    parsed = read(flow(block("a", element("WidgetTextAndButton", text=words("Bonjour"), buttons=buttons))))
    item = node(parsed, "a")
    assert isinstance(item, Message)
    assert [choice.kind for choice in item.content.choices] == [ChoiceKind.URL, ChoiceKind.CALL]
    assert print_text(item.content.choices[1].phone) == "+33298000000"


def test_empty_blocks_are_passed_through() -> None:
    parsed = read(
        flow(block("a", say("Un")), block("b"), block("c", say("Trois")), links=(then("a", "b"), then("b", "c")))
    )
    assert guards(node(parsed, "a")) == [("Always", "c")]
    assert set(parsed.project.flows[0].by_id) == {"a", "c"}
    parsed = read(flow(block("a", say("Un")), block("b"), links=(then("a", "b"), then("b", "b"))))
    assert guards(node(parsed, "a")) == [("Always", None)]


@pytest.mark.parametrize(
    ("kind", "sent", "expected"),
    [
        ("ENCODED_URL", {"encodedURLPayload": [{"title": words("a"), "value": words("@b")}]}, {"a": "{contact.b}"}),
        ("ALL_PROPERTIES", {}, {}),
    ],
)
def test_payloads(kind: str, sent: dict[str, Any], expected: dict[str, str]) -> None:
    send = element("SendJson", httpMethod="GET", url=words("https://a.fr"), payloadType=kind, **sent)
    request = node(read(flow(block("a", send))), "a")
    assert {name: print_text(value) for name, value in request.parameters} == expected
    assert request.method == "GET"


def test_switched_off_rules_are_kept_as_facts() -> None:
    rules = [{"jsonPath": "$.a", "attribute": {"name": "b"}}]
    send = element("SendJson", url=words("https://a.fr"), responseParsingRulesEnabled=False, responseParsingRules=rules)
    request = node(read(flow(block("a", send))), "a")
    assert request.mapping == ()
    assert "responseParsingRules" in dict(request.facts)


def test_agents_and_unknown_elements_stay_with_their_ways() -> None:
    parsed = fixture("toutes.json")
    agent = next(flow for flow in parsed.project.flows if flow.id == "agent").nodes[0]
    assert isinstance(agent, Unsupported)
    assert agent.construct == "FuelyAIAgentBlockElement"
    assert guards(agent) == [("When", "humain")]
    parsed = read(flow(block("a", element("WhatsAppCarousel")), block("b", say("x")), links=(tap("a", "e", "h", "b"),)))
    assert guards(node(parsed, "a")) == [("When", "b")]
    assert coded(parsed, "PAR862")


def test_a_redirection_to_nothing_ends() -> None:
    parsed = read(flow(block("a", element("RedirectToFlow", flow=None))))
    assert isinstance(node(parsed, "a"), End)
    assert "PAR861" in codes(parsed)


def test_places_point_into_the_file() -> None:
    parsed = fixture("fautes.json")
    lines = (FIXTURES / "fautes.json").read_text(encoding="utf-8").splitlines()
    for finding in parsed.findings:
        assert finding.place is not None
    (finding,) = coded(parsed, "PAR863")
    assert finding.span is not None
    assert '"id": "a"' in lines[finding.span.line - 1]
    (finding,) = coded(parsed, "PAR862")
    assert finding.span is not None
    assert "WhatsAppCarousel" in lines[finding.span.line - 1]


def test_a_missing_target_is_reported_once() -> None:
    parsed = read(flow(block("a", say("Un")), links=(then("a", "z"),)))
    assert len(coded(parsed, "PAR864")) == 1
    assert guards(node(parsed, "a")) == [("Always", None)]


def test_lists_without_blocks_are_no_flows() -> None:
    parsed = fixture("liste.json")
    assert parsed.unreadable
    assert codes(parsed) == {"PAR860", "PAR873"}


def test_a_flow_of_the_list_that_is_read_elsewhere_is_said_once() -> None:
    whole = flow(block("a", say("Bonjour")))
    parsed = read({"data": {"bot": {"flow": whole, "defaultReplyFlows": [{"id": "f", "name": "Essai"}]}}})
    assert len(parsed.project.flows) == 1
    assert "PAR873" not in codes(parsed)


def test_a_jump_finds_its_flow_in_another_file() -> None:
    from bascule.passes.link import merge

    first = read(flow(block("a", element("RedirectToFlow", flow={"id": "g", "name": "Suite"}))))
    second = read({**flow(block("x", say("Bonjour"))), "id": "g", "name": "Suite"})
    linked = merge([first.project, second.project]).project
    run = linked.flows[0].nodes[0]
    assert isinstance(run, RunFlow)
    assert run.flow == "suite"
