"""Tabs become flows: entries, switches, chat nodes, functions, and where answers come back to."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bascule.ir.content import ChoiceKind
from bascule.ir.expr import Call, Const, Ref
from bascule.ir.nodes import (
    Ask,
    Case,
    Delay,
    Duration,
    HttpRequest,
    Message,
    ReplyKind,
    RunFlow,
    SetVariable,
    Unsupported,
)
from bascule.ir.project import EntryKind, Flow
from bascule.ir.text import holes
from bascule.parsers import node_red
from bascule.parsers.base import CERTAIN, LIKELY, POSSIBLE, Parsed
from bascule.source import SourceFile
from tests.parsers.viber_support import (
    FIXTURES,
    check_sound,
    codes,
    everything_shown,
    found,
    node,
    parse_value,
    read,
    said,
    source_at,
    ways,
)

TAB = {"id": "t", "type": "tab", "label": "Essai"}


@pytest.fixture(scope="module")
def parsed() -> Parsed:
    return read(node_red, "node-red/boutique.json", locale="fr")


@pytest.fixture(scope="module")
def shop(parsed: Parsed) -> Flow:
    return parsed.project.by_id["boutique_viber"]


@pytest.fixture(scope="module")
def survey(parsed: Parsed) -> Flow:
    return parsed.project.by_id["enquete_red_bot"]


def build(*nodes: dict[str, Any], **options: Any) -> Flow:
    """The flow of one tab with these nodes (``z`` and ``wires`` filled in)."""
    value = [TAB, *({"z": "t", "wires": [], **item} for item in nodes)]
    return parse_value(node_red, value, **options).project.flows[0]


def one(**fields: Any) -> Any:
    """The graph's node for one raw node."""
    return build(
        {"id": "n", "wires": [["m"]], **fields}, {"id": "m", "type": "chatbot-message", "message": "Suite"}
    ).by_id["n"]


def test_each_tab_and_subflow_is_a_flow(parsed: Parsed) -> None:
    assert [(flow.id, flow.title) for flow in parsed.project.flows] == [
        ("boutique_viber", "Boutique Viber"), ("enquete_red_bot", "Enquête RedBot"), ("essais", "Essais"),
        ("ticket", "Ticket"),
    ]  # fmt: skip
    assert all(flow.locale == "fr" for flow in parsed.project.flows)


def test_entries_come_from_what_receives_and_starts(shop: Flow, survey: Flow, parsed: Parsed) -> None:
    assert [(entry.kind, entry.target, entry.schedule) for entry in shop.entries] == [
        (EntryKind.ANY_MESSAGE, "w1", ""),
        (EntryKind.SCHEDULE, "q1", "cron 00 10 * * 1"),
        (EntryKind.API, "g1", ""),
    ]
    assert [(entry.kind, entry.target) for entry in survey.entries] == [
        (EntryKind.ANY_MESSAGE, "b3"), (EntryKind.SUBFLOW, "b2")
    ]  # fmt: skip
    assert len(found(parsed, "PAR429")) == 2


def test_a_disabled_tab_is_read_and_not_entered(parsed: Parsed) -> None:
    flow = parsed.project.by_id["essais"]
    assert flow.entries == ()
    assert [item.id for item in flow.nodes] == ["e2"]
    assert {entry.reason for entry in parsed.ledger if entry.code == "PAR435"} == {"switched off"}


def test_a_switch_is_a_case_with_one_edge_per_rule(shop: Flow) -> None:
    case = node(shop, "w1")
    assert isinstance(case, Case)
    assert case.title == "Évènement"
    assert case.subject == Ref(("msg", "payload", "event"))
    assert ways(case) == {
        'msg.payload.event = "conversation_started"': "f1",
        'msg.payload.event = "message"': "f2",
        'opaque("jsonata", "$exists(payload.failed)")': None,
        "otherwise": None,
    }


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ({"t": "eq", "v": "oui", "vt": "str"}, 'msg.payload = "oui"'),
        ({"t": "neq", "v": "3", "vt": "num"}, "msg.payload != 3"),
        ({"t": "lt", "v": "2.5", "vt": "num"}, "msg.payload < 2.5"),
        ({"t": "lte", "v": "max", "vt": "flow"}, "msg.payload <= flow.max"),
        ({"t": "gt", "v": "a.b", "vt": "msg"}, "msg.payload > msg.a.b"),
        ({"t": "gte", "v": "1", "vt": "num"}, "msg.payload >= 1"),
        ({"t": "btwn", "v": "1", "vt": "num", "v2": "9", "v2t": "num"}, "msg.payload >= 1 and msg.payload <= 9"),
        ({"t": "cont", "v": "aide", "vt": "str"}, 'contains(msg.payload, "aide")'),
        ({"t": "regex", "v": "^\\d+$", "vt": "str"}, 'has_pattern(msg.payload, "^\\\\d+$")'),
        ({"t": "true"}, "msg.payload = true"),
        ({"t": "false"}, "msg.payload = false"),
        ({"t": "null"}, "is_blank(msg.payload)"),
        ({"t": "nnull"}, "not is_blank(msg.payload)"),
        ({"t": "empty"}, "is_blank(msg.payload)"),
        ({"t": "else"}, "otherwise"),
        ({"t": "jsonata_exp", "v": "x > 1", "vt": "jsonata"}, 'opaque("jsonata", "x > 1")'),
    ],
)
def test_rules_of_a_switch_are_conditions(rule: dict[str, Any], expected: str) -> None:
    assert ways(one(type="switch", property="payload", rules=[rule])) == {expected: "m"}


def test_otherwise_is_tried_last() -> None:
    rules = [{"t": "else"}, {"t": "eq", "v": "1", "vt": "num"}]
    nodes = [{"id": "n", "type": "switch", "property": "payload", "rules": rules, "wires": [["a"], ["b"]]}]
    messages = [{"id": name, "type": "chatbot-message", "message": name} for name in "ab"]
    assert list(ways(build(*nodes, *messages).by_id["n"])) == ["msg.payload = 1", "otherwise"]


@pytest.mark.parametrize(
    ("fields", "duration"),
    [
        ({"pauseType": "delay", "timeout": "15", "timeoutUnits": "minutes"}, Duration(900.0)),
        ({"pauseType": "delay", "timeout": 2, "timeoutUnits": "days"}, Duration(172800.0)),
        ({"pauseType": "delay", "timeout": "500", "timeoutUnits": "milliseconds"}, Duration(0.5)),
        ({"pauseType": "delayv"}, Duration(expression=Call("div", (Ref(("msg", "delay")), Const(1000))))),
    ],
)
def test_delays_have_their_units(fields: dict[str, Any], duration: Duration) -> None:
    item = one(type="delay", **fields)
    assert isinstance(item, Delay)
    assert item.duration == duration


def test_a_random_delay_is_bounded_and_a_rate_limit_is_not() -> None:
    random = one(type="delay", pauseType="random", randomFirst="1", randomLast="2", randomUnits="hours")
    assert (random.duration.low, random.duration.high) == (0.0, 7200.0)
    assert one(type="delay", pauseType="rate", rate="1").duration.high == float("inf")


def test_change_sets_replaces_clears_and_moves(shop: Flow) -> None:
    item = node(shop, "g1")
    assert isinstance(item, SetVariable)
    assert [(change.target, change.op) for change in item.assignments] == [
        (("flow", "langue"), "set"), (("msg", "payload", "text"), "set"), (("msg", "brouillon"), "clear"),
        (("msg", "sujet"), "set"), (("msg", "topic"), "clear"),
    ]  # fmt: skip
    assert item.assignments[0].value == Const("fr")


def test_a_request_keeps_its_url_and_leaves_its_secret(parsed: Parsed) -> None:
    item = node(parsed.project.by_id["ticket"], "s1a")
    assert isinstance(item, HttpRequest)
    assert (item.method, said(item.url)) == (
        "POST",
        "https://api.maisonlune.example/tickets?client={payload.sender.id}",
    )
    assert [(name, said(value)) for name, value in item.headers] == [("X-Api-Key", "{secrets.x_api_key}")]
    assert source_at(parsed, next(holes(item.url)).at) == "{{payload.sender.id}}"


def test_the_request_that_delivers_to_viber_disappears(shop: Flow, parsed: Parsed) -> None:
    assert "p1" not in shop.by_id
    (entry,) = [
        item for item in parsed.ledger if item.construct == "node http request" and item.fate.value == "emulated"
    ]
    assert entry.reason == "the message node sends itself"


def test_a_body_in_a_function_is_a_message(shop: Flow, parsed: Parsed) -> None:
    welcome = node(shop, "f1")
    assert isinstance(welcome, Ask)
    assert said(welcome.content.text) == "Bienvenue chez *Maison Lune* !"
    assert json.loads(dict(welcome.facts)["function"]).startswith("msg.payload = {")
    assert source_at(parsed, welcome.content.at) == "Bienvenue chez *Maison Lune* !"


def test_branches_of_a_function_are_branches_of_the_flow(shop: Flow) -> None:
    case = node(shop, "f2")
    assert isinstance(case, Case)
    assert ways(case) == {
        'msg.payload.message.text = "menu" or msg.payload.message.text = "accueil"': "f2_1",
        'msg.payload.message.text = "horaires"': "f2_2",
        "otherwise": "f2_3",
    }
    assert said(node(shop, "f2_1").content.text) == "Bonjour {nom} 🌙, que souhaitez-vous ?"
    assert said(node(shop, "f2_2").content.text) == "Du lundi au samedi,\nde 9\u202fh à 19\u202fh."
    titles = [said(choice.title) for choice in node(shop, "f2_1").content.choices]
    assert titles == ["Mes commandes", "Horaires d'ouverture", "Le site"]


def test_answers_lead_to_the_branch_that_tests_them_else_to_the_receiver(shop: Flow) -> None:
    assert ways(node(shop, "f1")) == {"menu": "f2_1", "otherwise": "w1"}
    assert ways(node(shop, "f2_1")) == {"commandes": "w1", "horaires": "f2_2", "otherwise": "w1"}


def test_a_template_that_holds_a_body_is_a_message(shop: Flow, parsed: Parsed) -> None:
    item = node(shop, "m1")
    assert isinstance(item, Message)
    assert said(item.content.text) == "{client.prenom}, votre panier vous attend."
    assert said(item.content.media[0].url).endswith("panier.jpg")
    assert source_at(parsed, next(holes(item.content.text.first)).at) == "{{client.prenom}}"


def test_other_templates_set_a_variable() -> None:
    item = one(type="template", field="payload.texte", fieldType="msg", template="Bonjour {{nom}}")
    assert isinstance(item, SetVariable)
    assert item.assignments[0].target == ("msg", "payload", "texte")
    assert item.assignments[0].value == Call("concat", (Const("Bonjour "), Ref(("nom",))))


def test_databases_are_calls_of_something_outside(shop: Flow) -> None:
    item = node(shop, "q1")
    assert isinstance(item, HttpRequest)
    assert (item.service, item.name, said(item.body)) == ("custom", "sqlite", "SELECT id FROM clients WHERE panier > 0")


def test_an_unknown_node_is_kept_whole(shop: Flow, parsed: Parsed) -> None:
    item = node(shop, "u1")
    assert isinstance(item, Unsupported)
    assert item.construct == "ui_button"
    assert json.loads(item.source)["label"] == "Relancer"
    assert ways(item) == {"always": "m1"}
    assert len(found(parsed, "LOS431")) == 1


def test_comments_and_configuration_are_facts(shop: Flow, parsed: Parsed) -> None:
    assert ("comment", '"Webhook déclaré le 3 mars"') in shop.facts
    assert ("sqlitedb db1/db", '"/data/clients.db"') in parsed.project.facts


def test_chat_buttons_become_a_question(survey: Flow) -> None:
    ask = node(survey, "b2")
    assert isinstance(ask, Ask)
    assert [(said(choice.title), choice.kind, choice.payload) for choice in ask.content.choices] == [
        ("Très bien", ChoiceKind.REPLY, "/bien"), ("Peut mieux faire", ChoiceKind.REPLY, "/mieux"),
        ("Donner un avis", ChoiceKind.URL, ""),
    ]  # fmt: skip
    assert ask.content.hints == (("newline", "1"),)
    assert ways(ask) == {"bien": "b3", "mieux": "b3", "otherwise": "b3"}


def test_several_wordings_are_alternatives(survey: Flow) -> None:
    content = node(survey, "b6").content
    assert [said(wording) for wording in content.alternatives] == ["Tapez /enquete.", "Pour commencer : /enquete"]


def test_parse_tests_and_stores_the_answer(survey: Flow) -> None:
    assert ways(node(survey, "b4")) == {"has_email(msg.payload.content)": "b4_store", "otherwise": "b8"}
    store = node(survey, "b4_store")
    assert [(change.target, change.value) for change in store.assignments] == [
        (("email",), Ref(("msg", "payload", "content")))
    ]
    assert ways(store) == {"always": "b7"}


def test_a_sender_that_tracks_waits_for_the_answer(survey: Flow) -> None:
    ask = node(survey, "b8")
    assert isinstance(ask, Ask)
    assert ask.reply is ReplyKind.ANY
    assert ways(ask) == {"always": "b4"}


def test_subflows_are_called_and_links_jump(survey: Flow, shop: Flow) -> None:
    call, jump = node(survey, "b7"), node(shop, "o1")
    assert isinstance(call, RunFlow)
    assert (call.flow, call.mode) == ("ticket", "call")
    assert isinstance(jump, RunFlow)
    assert (jump.flow, jump.mode) == ("enquete_red_bot", "jump")


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ({"type": "command", "command": "aide"}, 'same_text(msg.payload.content, "/aide")'),
        ({"type": "anyCommand"}, 'starts_with(msg.payload.content, "/")'),
        ({"type": "messageType", "messageType": "photo"}, 'msg.payload.type = "photo"'),
        ({"type": "isTopic", "topic": "avis"}, 'topic = "avis"'),
        ({"type": "isTopicEmpty"}, "is_blank(topic)"),
        ({"type": "hasNotVariable", "variable": "email"}, "is_blank(email)"),
        ({"type": "isVariable", "variable": "ville", "value": "Paris"}, 'ville = "Paris"'),
        ({"type": "transport", "transport": "viber"}, 'msg.originalMessage.transport = "viber"'),
        ({"type": "inbound"}, "msg.payload.inbound = true"),
        ({"type": "catchAll"}, "otherwise"),
    ],
)
def test_rules_of_the_chat_are_conditions(rule: dict[str, Any], expected: str) -> None:
    assert ways(one(type="chatbot-rules", rules=[rule])) == {expected: "m"}


def test_media_location_card_and_request_nodes() -> None:
    image = one(type="chatbot-image", image="https://exemple.fr/{{id}}.png", caption="Voilà {{nom}}")
    assert said(image.content.media[0].url) == "https://exemple.fr/{id}.png"
    assert said(image.content.text) == "Voilà {nom}"
    document = one(type="chatbot-document", filename="/data/cgv.pdf")
    assert document.content.media[0].filename == "cgv.pdf"
    place = one(type="chatbot-location", latitude="48.85", longitude=2.35, place="Paris")
    assert (place.content.location.latitude, said(place.content.location.name)) == (Const(48.85), "Paris")
    card = one(type="chatbot-generic-template", title="Robe", subtitle="Lin", imageUrl="https://exemple.fr/r.png",
               buttons=[{"type": "postback", "label": "Acheter", "value": "/acheter"}])  # fmt: skip
    assert said(card.content.cards[0].title) == "Robe"
    request = build({"id": "n", "type": "chatbot-request", "requestType": "location", "message": "Où ?"}).by_id["n"]
    assert isinstance(request, Ask)
    assert request.content.choices[0].kind is ChoiceKind.SHARE_LOCATION


def test_a_form_is_asked_field_by_field() -> None:
    elements = [
        {"type": "text", "name": "nom", "label": "Votre nom ?"},
        {"type": "text", "subtype": "email", "name": "email", "label": "Votre e-mail ?"},
        {
            "type": "select",
            "name": "taille",
            "label": "Taille ?",
            "options": [{"label": "S"}, {"label": "M", "value": "m"}],
        },
    ]
    flow = build({"id": "n", "type": "chatbot-dialog", "title": "Inscription", "elements": elements})
    assert [(item.id, item.into, item.reply) for item in flow.nodes] == [  # type: ignore[union-attr]
        ("n", ("nom",), ReplyKind.TEXT), ("n_2", ("email",), ReplyKind.EMAIL), ("n_3", ("taille",), ReplyKind.CHOICE)
    ]  # fmt: skip
    assert ways(flow.nodes[0]) == {"always": "n_2"}


def test_existing_templates_are_named_with_their_parameters() -> None:
    item = one(type="chatbot-whatsapp-template", template="colis", language="fr",
               paramsHeader=[{"type": "image", "image": "https://exemple.fr/a.png"}],
               paramsBody=[{"type": "text", "text": "{{nom}}"}])  # fmt: skip
    use = item.content.template
    assert (use.name, use.language) == ("colis", "fr")
    assert use.parameters == (("header.1", Const("https://exemple.fr/a.png")), ("1", Ref(("nom",))))


def test_the_chat_of_one_person_is_left_out() -> None:
    value = [TAB, {"id": "i", "type": "inject", "z": "t", "repeat": "", "wires": [["c"]]},
             {"id": "c", "type": "chatbot-conversation", "z": "t", "chatId": "246093853", "wires": [["m"]]},
             {"id": "m", "type": "chatbot-message", "z": "t", "message": "Bonjour", "wires": [[]]}]  # fmt: skip
    parsed = parse_value(node_red, value)
    assert "246093853" not in everything_shown(parsed)
    assert "LOS434" in codes(parsed)
    assert [(entry.kind, entry.target) for entry in parsed.project.flows[0].entries] == [(EntryKind.API, "m")]


def test_wires_to_several_nodes_are_kept_in_order_and_reported() -> None:
    messages = [{"id": name, "type": "chatbot-message", "message": name} for name in "ab"]
    value = [TAB, *({"z": "t", "wires": [[]], **item} for item in messages),
             {"id": "n", "type": "change", "z": "t", "rules": [], "wires": [["a", "b"]]}]  # fmt: skip
    parsed = parse_value(node_red, value)
    assert [edge.target for edge in parsed.project.flows[0].by_id["n"].edges] == ["a", "b"]
    (finding,) = found(parsed, "PAR430")
    assert [entry.place.pointer for entry in parsed.ledger.losses()] == ["/3/wires/0/1"]
    assert source_at(parsed, finding.place) == '"b"'


def test_a_wire_to_nowhere_is_reported() -> None:
    parsed = parse_value(node_red, [TAB, {"id": "n", "type": "change", "z": "t", "rules": [], "wires": [["absent"]]}])
    assert source_at(parsed, found(parsed, "PAR427")[0].place) == '"absent"'


def test_programs_beside_a_question_are_not_in_its_way() -> None:
    flow = build(
        {"id": "r", "type": "chatbot-viber-receive", "wires": [["q"]]},
        {"id": "q", "type": "chatbot-ask", "message": "Oui ?", "buttons": [{"type": "keyboardButton", "label": "Oui"}],
         "wires": [["f"]]},
        {"id": "f", "type": "function", "func": "flow.set('n', 1);", "wires": [[]]},
    )  # fmt: skip
    assert isinstance(flow.by_id["q"], Ask)
    assert ways(flow.by_id["q"]) == {"oui": "q", "otherwise": "q"}


def test_a_question_after_which_the_flow_goes_on_is_not_awaited() -> None:
    value = [TAB, {"id": "q", "type": "chatbot-ask", "z": "t", "message": "Oui ?", "buttons": [{"label": "Oui"}], "wires": [["m"]]},
             {"id": "m", "type": "chatbot-message", "z": "t", "message": "Suite", "wires": [[]]}]  # fmt: skip
    parsed = parse_value(node_red, value)
    assert isinstance(parsed.project.flows[0].by_id["q"], Message)
    assert "PAR433" in codes(parsed)


def test_a_function_without_messages_is_kept_as_a_call(parsed: Parsed) -> None:
    program = "var a = 1;\nmsg.total = a;\nreturn msg;"
    item = one(type="function", name="Total", func=program)
    assert isinstance(item, HttpRequest)
    assert (item.service, item.name, said(item.body)) == ("function", "Total", program)


def test_the_admin_api_and_a_lone_flow_are_read() -> None:
    nodes = [TAB, {"id": "m", "type": "chatbot-message", "z": "t", "message": "Bonjour", "wires": [[]]}]
    parsed = parse_value(node_red, {"rev": "1a", "flows": nodes})
    assert len(parsed.project.flows) == 1
    assert parsed.project.facts == (("rev", '"1a"'),)
    assert parsed.project.flows[0].nodes[0].at.pointer == "/flows/1"  # type: ignore[union-attr]


def test_sniff_says_how_sure_it_is_and_why() -> None:
    def sniff(value: Any) -> Any:
        return node_red.sniff(SourceFile.of_text(json.dumps(value), "flows.json"))

    wired = {"id": "a", "type": "debug", "wires": [[]]}
    assert sniff([TAB, {**wired, "z": "t"}]).confidence == CERTAIN
    assert sniff([wired]).confidence == LIKELY
    assert sniff([TAB]).confidence == LIKELY
    near = sniff({"$": "0a1b2c"})
    assert near.confidence < POSSIBLE
    assert "credentials" in near.reason
    for other in ([{"id": "a", "type": "text"}], [], {}, {"flows": []}, [1], [{"id": 1, "type": 2, "wires": []}], "x"):
        match = sniff(other)
        assert match is None or match.confidence < POSSIBLE


def test_no_other_fixture_is_claimed() -> None:
    for path in sorted(FIXTURES.rglob("*.json")):
        if path.relative_to(FIXTURES).parts[0] != "node-red":
            match = node_red.sniff(SourceFile(path.name, path.read_bytes()))
            assert match is None or match.confidence < POSSIBLE, path


@pytest.mark.corpus
def test_no_other_corpus_file_is_claimed(corpus: Path) -> None:
    for path in sorted(corpus.rglob("*.json")):
        if "node-red" not in path.relative_to(corpus).parts:
            match = node_red.sniff(SourceFile(path.name, path.read_bytes()))
            assert match is None or match.confidence < POSSIBLE, path


@pytest.mark.corpus
def test_the_products_own_example(corpus: Path) -> None:
    (path,) = (corpus / "node-red").glob("*.json")
    parsed = parse_value(node_red, path.read_text(encoding="utf-8"), path.name)
    check_sound(parsed)
    (flow,) = parsed.project.flows
    assert [(entry.kind, entry.target) for entry in flow.entries] == [
        (EntryKind.ANY_MESSAGE, "4554cf7c.cd7cb"), (EntryKind.API, "c1280d64.a36b5")
    ]  # fmt: skip
    assert ways(flow.by_id["4554cf7c.cd7cb"]) == {
        'starts_with(msg.payload.content, "/")': "89ea8b97.d165f8", "otherwise": "8c762069.f532f"
    }  # fmt: skip
    assert ways(flow.by_id["8c762069.f532f"]) == {
        "test": "4554cf7c.cd7cb", "another": "4554cf7c.cd7cb", "otherwise": "4554cf7c.cd7cb"
    }  # fmt: skip
    assert said(flow.by_id["89ea8b97.d165f8"].content.text) == "comando {message}"  # type: ignore[union-attr]
    assert "246093853" not in everything_shown(parsed)
    assert len(parsed.ledger) == 167
