"""What Typebots become: messages, questions, branches, values, calls, and how the bot starts."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bascule.ir.content import ChoiceKind, MediaKind
from bascule.ir.expr import Const, Opaque, Ref
from bascule.ir.expr_text import print_expression, print_text
from bascule.ir.nodes import (
    Ask,
    Case,
    Chosen,
    Delay,
    End,
    Handover,
    HttpRequest,
    Message,
    Otherwise,
    ReplyKind,
    RunFlow,
    SetVariable,
    Unsupported,
    When,
)
from bascule.ir.project import EntryKind
from bascule.ir.text import plain_text
from bascule.parsers.base import CERTAIN, LIKELY, NEAR, Parsed
from bascule.parsers.typebot import sniff
from bascule.source import SourceFile
from tests.parsers.typebot import FIXTURES, block, bot, coded, fixture, guards, node, read, said, said_by, text

BLOCKS = [{"id": "g", "blocks": [{"type": "text"}]}]


@pytest.mark.parametrize(
    ("data", "confidence"),
    [
        ({"version": "6.1", "groups": BLOCKS, "edges": []}, CERTAIN),
        ({"groups": BLOCKS, "edges": [], "variables": []}, CERTAIN),
        ([{"version": "3", "groups": BLOCKS, "edges": []}], CERTAIN),
        ({"typebot": {"version": "6", "groups": BLOCKS, "edges": []}, "workspaceId": "w"}, CERTAIN),
        ({"groups": BLOCKS, "edges": []}, LIKELY),
        ({"version": "6", "groups": [], "edges": [], "events": []}, LIKELY),
        ({"groups": BLOCKS}, NEAR),
        ({"version": "2", "blocks": [{"id": "a", "steps": []}], "edges": []}, NEAR),
        ({"groups": [{"id": "g", "name": "Équipe"}], "edges": []}, None),
        ({"blocks": [{"type": "text"}], "connections": []}, None),
        ({"version": "13", "flows": []}, None),
        ([1, 2], None),
    ],
)
def test_a_bot_is_recognised_by_its_groups_and_edges(data: Any, confidence: int | None) -> None:
    match = sniff(SourceFile.of_text(json.dumps(data), "x.json"))
    assert (match.confidence if match else None) == confidence


def test_a_refused_generation_says_what_it_is() -> None:
    path = FIXTURES / "premiere_generation.json"
    match = sniff(SourceFile(path.name, path.read_bytes()))
    assert match is not None
    assert "first generations" in match.reason
    assert coded(fixture(path.name), "PAR804")


def test_rich_text_gets_whatsapp_marks_and_texts_stay_to_the_byte() -> None:
    hello = node(fixture("salon.json"), "accueil")
    assert isinstance(hello, Message)
    assert said(hello.content.text) == (
        "Bonjour {Prénom} 👋, bienvenue au *Salon des Lilas* !\n\n_مرحبا بكم_, नमस्ते, здравствуйте"
    )
    assert (hello.title, hello.position) == ("Accueil", (250, 60))


@pytest.mark.parametrize(
    ("leaves", "expected"),
    [
        ([{"text": " gras ", "bold": True}, {"text": "suite"}], " *gras* suite"),
        ([{"text": "a", "bold": True, "italic": True}], "*_a_*"),
        ([{"text": "un\ndeux", "bold": True}], "*un*\n*deux*"),
        ([{"text": "barré", "strikethrough": True}], "~barré~"),
        ([{"type": "a", "url": "https://a.fr", "children": [{"text": "https://a.fr"}]}], "https://a.fr"),
        ([{"type": "a", "url": "{{Lien}}", "children": [{"text": "ici"}]}], "ici ({Lien})"),
        ([{"type": "inline-variable", "children": [{"text": "{{Nom}}"}]}, {"text": " !"}], "{Nom} !"),
    ],
)
def test_markup_of_one_line(leaves: list[Any], expected: str) -> None:
    one = {"id": "a", "type": "text", "content": {"richText": [{"type": "p", "children": leaves}]}}
    assert said(node(read(bot(one, variables=("Lien", "Nom"))), "bloc").content.text) == expected


def test_lists_are_written_as_whatsapp_writes_them() -> None:
    def item(*children: Any) -> dict[str, Any]:
        return {"type": "li", "children": list(children)}

    def words(value: str) -> dict[str, Any]:
        return {"type": "lic", "children": [{"text": value}]}

    inner = {"type": "ol", "children": [item(words("un")), item(words("deux"))]}
    rich = [*said_by("Jours"), {"type": "ul", "children": [item(words("lundi"), inner), item(words("mardi"))]}]
    parsed = read(bot({"id": "a", "type": "text", "content": {"richText": rich}}))
    assert said(node(parsed, "bloc").content.text) == "Jours\n- lundi\n  1. un\n  2. deux\n- mardi"


def test_a_hole_stands_where_its_placeholder_stands() -> None:
    parsed = read(bot(text("a", "Bonjour", "chère {{Nom}} !"), variables=("Nom",)))
    (hole,) = [part for part in node(parsed, "bloc").content.text.first if hasattr(part, "at")]
    assert hole.at is not None
    assert hole.at.pointer == "/groups/0/blocks/0/content/richText/1/children/0/text"
    assert hole.at.sub == (6, 13)


def test_names_count_to_the_letter() -> None:
    parsed = read(bot(text("a", "{{ Nom }} {{Inconnue}} {{Nom}"), variables=("Nom",)))
    assert [finding.place.sub for finding in coded(parsed, "PAR809")] == [(0, 9), (10, 22)]
    assert {finding.message.split("`")[1] for finding in coded(parsed, "PAR809")} == {"{{ Nom }}", "{{Inconnue}}"}
    assert len(coded(parsed, "VAR100")) == 1
    assert said(node(parsed, "bloc").content.text) == "{Nom} {Inconnue} {{{{Nom}}"


def test_a_text_just_before_an_input_is_what_the_question_says() -> None:
    parsed = read(bot(text("a", "Bonjour"), text("b", "Votre nom ?"), block("c", "text input", variableId="Nom"),
                      text("d", "Merci"), variables=("Nom",)))  # fmt: skip
    first, ask, thanks = parsed.project.flows[0].nodes
    assert isinstance(first, Message)
    assert isinstance(ask, Ask)
    assert (said(ask.content.text), ask.into, ask.reply) == ("Votre nom ?", ("Nom",), ReplyKind.TEXT)
    assert [item.id for item in (first, ask, thanks)] == ["bloc", "bloc_2", "bloc_3"]
    assert guards(ask) == [("Always", "bloc_3")]


def test_an_input_that_something_leads_to_keeps_its_own_node() -> None:
    parsed = read(
        bot(text("a", "Votre nom ?"), block("b", "text input"), block("c", "Jump", groupId="g1", blockId="b"))
    )
    said_first, asked = parsed.project.flows[0].nodes
    assert isinstance(said_first, Message)
    assert guards(asked) == [("Always", "bloc_2")]


def test_buttons_lead_on_and_a_wrong_answer_is_asked_again() -> None:
    one = {"id": "c", "type": "choice input", "options": {"variableId": "Choix"}, "items": [
        {"id": "i", "content": "Oui", "outgoingEdgeId": "e1"}, {"id": "j", "content": "Non", "value": "n"}]}  # fmt: skip
    parsed = read({**bot(one, text("t", "fin"), variables=("Choix",)),
                   "edges": [{"id": "e0", "from": {"eventId": "ev"}, "to": {"groupId": "g1"}},
                             {"id": "e1", "from": {"blockId": "c", "itemId": "i"}, "to": {"groupId": "g1", "blockId": "t"}}]})  # fmt: skip
    asked = node(parsed, "bloc")
    assert asked.reply is ReplyKind.CHOICE
    assert [(item.id, print_text(item.title.first), item.value) for item in asked.content.choices] == [
        ("oui", "Oui", None),
        ("non", "Non", Const("n")),
    ]
    assert guards(asked) == [("Chosen", "bloc_2"), ("Chosen", "bloc_2"), ("Otherwise", "bloc")]


def test_the_words_of_the_bot_are_said_after_a_wrong_answer() -> None:
    mail = node(fixture("salon.json"), "rendez_vous_2")
    assert mail.reply is ReplyKind.EMAIL
    assert said(mail.validation.error.text) == "Cette adresse n’est pas juste, {Prénom}."
    assert guards(mail) == [("When", "rendez_vous_3"), ("Otherwise", "invalidreply")]
    phone = node(fixture("salon.json"), "rendez_vous_3")
    assert said(phone.validation.error.text) == "Je n’ai pas compris. Encore une fois ?"


def test_without_an_event_for_wrong_answers_they_are_asked_again_by_themselves() -> None:
    asked = node(read(bot(block("a", "number input", min=1, max="8"))), "bloc")
    assert (asked.validation.minimum, asked.validation.maximum) == (1, 8)
    assert guards(asked) == [("Always", None)]


@pytest.mark.parametrize(
    ("kind", "reply"),
    [("text input", "text"), ("email input", "email"), ("url input", "text"), ("date input", "date"), ("time input", "time"),
     ("phone number input", "phone"), ("rating input", "number"), ("file input", "file")],
)  # fmt: skip
def test_inputs_ask_for_their_kind(kind: str, reply: str) -> None:
    assert node(read(bot(block("a", kind))), "bloc").reply.value == reply


def test_a_file_input_asks_for_the_kind_it_allows() -> None:
    parsed = fixture("salon.json")
    assert node(parsed, "rendez_vous_9").reply is ReplyKind.IMAGE
    assert coded(parsed, "LOS805")


def test_cards_lead_on_and_save_what_was_chosen() -> None:
    parsed = fixture("salon.json")
    cards = node(parsed, "tarifs_2")
    assert cards.into == ("Bouton",)
    first, second = cards.content.cards
    assert (said(first.title), said(first.text), len(first.choices)) == ("Forfait Lilas", "Coupe et brushing", 2)
    assert dict(second.hints) == {"displayCondition": '"not is_blank(Ouvert)"'}
    saved = node(parsed, "tarifs_2_choix")
    assert isinstance(saved, SetVariable)
    assert [(item.target, item.value) for item in saved.assignments] == [
        (("Choix",), Const("Forfait Lilas")),
        (("Forfait",), Const("lilas")),
    ]
    assert guards(saved) == [("Always", "rendez_vous")]


def test_conditions_use_every_operator() -> None:
    branch = node(fixture("salon.json"), "reponse")
    assert isinstance(branch, Case)
    conditions = [edge.guard.condition for edge in branch.edges if isinstance(edge.guard, When)]
    assert print_expression(conditions[0]) == (
        'Personnes >= 3 and starts_with(Prénom, "a") and has_pattern(`E-mail`, "@exemple\\\\.fr$") '
        'and not has_pattern(`E-mail`, "^test") and not contains(Choix, Prénom) and Note != null'
    )
    assert conditions[1] == Const(False)
    assert isinstance(conditions[2], Opaque)
    assert guards(branch)[-1] == ("Otherwise", "reponse_2")


@pytest.mark.parametrize(
    ("operator", "expected"),
    [
        ("Equal to", 'A = "2"'),
        ("Not equal", 'A != "2"'),
        ("Contains", 'contains(A, "2")'),
        ("Greater than", "A > 2"),
        ("Less than", "A < 2"),
        ("Less or equal to", "A <= 2"),
        ("Is set", "not is_blank(A)"),
        ("Is empty", "is_blank(A)"),
        ("Ends with", 'ends_with(A, "2")'),
    ],
)
def test_an_operator(operator: str, expected: str) -> None:
    item = {"id": "i", "content": {"comparisons": [{"variableId": "A", "comparisonOperator": operator, "value": "2"}]}}
    parsed = read(bot({"id": "c", "type": "Condition", "items": [item]}, variables=("A",)))
    assert print_expression(node(parsed, "bloc").edges[0].guard.condition) == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("10", "10"),
        ("{{A}}", "A"),
        ("{{A}} + 5", "A + 5"),
        ("return {{A}} * 2 - 1;", "A * 2 - 1"),
        ('"M. " + {{A}}', '"M. " & A'),
        ("`Bonjour ${{{A}}} !`", '"Bonjour " & A & " !"'),
        ("{{A}}.trim().toLowerCase()", "lower(trim(A))"),
        ("{{A}}[0]", "first(A)"),
        ("{{A}}.at(-1)", "last(A)"),
        ("{{A}}.length > 3 ? 'long' : 'court'", 'if(length(A) > 3, "long", "court")'),
        ("Math.round({{A}} / 3)", "round(A / 3)"),
        ('return ["un", "deux"]', 'array("un", "deux")'),
        ("{{A}} || 'rien'", 'default(A, "rien")'),
        ("0612345678", '"0612345678"'),
        ("Thanks for your order", '"Thanks for your order"'),
        ("https://exemple.fr/?a=b&c=d", '"https://exemple.fr/?a=b&c=d"'),
        ("Chère {{A}}, à demain", '"Chère " & A & ", à demain"'),
        ("Jean", '"Jean"'),
        ("😅", '"😅"'),
        ("مرحبا {{A}}", '"مرحبا " & A'),
    ],
)
def test_values_are_read_as_the_old_engine_takes_them(source: str, expected: str) -> None:
    parsed = read(bot(block("a", "Set variable", variableId="A", expressionToEvaluate=source), variables=("A",)))
    (assignment,) = node(parsed, "bloc").assignments
    assert print_expression(assignment.value) == expected
    assert coded(parsed, "LOS804") == []


@pytest.mark.parametrize(
    "source", ["{{A}} + {{B}}", "new Date().getHours()", "const a = 1\nreturn a", "location.href", "{{A}}.map(x => x)"]
)
def test_programs_are_kept_and_never_run(source: str) -> None:
    names = ("A", "B")
    parsed = read(bot(block("a", "Set variable", variableId="A", expressionToEvaluate=source), variables=names))
    assert node(parsed, "bloc").assignments[0].value == Opaque("javascript", source)
    assert len(coded(parsed, "LOS804")) == 1


def test_inline_code_is_an_expression_in_a_text() -> None:
    parsed = read(bot(text("a", "Total : {{={{A}}.toUpperCase()=}} !"), variables=("A",)))
    assert said(node(parsed, "bloc").content.text) == "Total : {upper(A)} !"


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"type": "Empty"}, [("A", "clear", None)]),
        ({"type": "Append value(s)", "item": "{{B}}"}, [("A", "add", "B")]),
        ({"type": "Shift", "saveItemInVariableId": "B"}, [("B", "set", "first(A)"), ("A", "set", "shift(A)")]),
        ({"type": "Now"}, [("A", "set", "now()")]),
        ({"type": "Contact name"}, [("A", "set", "contact.name")]),
        ({"type": "Environment name"}, [("A", "set", '"whatsapp"')]),
        ({"type": "Random ID"}, [("A", "set", "random_id()")]),
        ({}, [("A", "clear", None)]),
    ],
)
def test_kinds_of_values(options: dict[str, Any], expected: list[Any]) -> None:
    parsed = read(bot(block("a", "Set variable", variableId="A", **options), variables=("A", "B")))
    found = node(parsed, "bloc").assignments
    shown = [(item.target[0], item.op, None if item.value is None else print_expression(item.value)) for item in found]
    assert shown == expected


def test_waits_jumps_chances_and_scripts() -> None:
    parsed = fixture("salon.json")
    chance = node(parsed, "reponse_2")
    assert print_expression(chance.edges[0].guard.condition) == "chance(0.3)"
    short, computed = node(parsed, "reponse_3"), node(parsed, "reponse_4")
    assert isinstance(short, Delay)
    assert short.duration.seconds == 3
    assert computed.duration.expression == Ref(("Attente",))
    script = node(parsed, "reponse_17")
    assert isinstance(script, Unsupported)
    assert (script.language, script.source) == ("javascript", "window.dataLayer.push({e: 1})")
    link = node(parsed, "reponse_18")
    assert said(link.content.text) == "https://exemple.fr/merci?c={Choix}"
    assert guards(link) == [("Always", "services")], "the jump after it is what it leads to"


def test_a_request_keeps_its_parts_and_no_secret() -> None:
    parsed = fixture("salon.json")
    call = node(parsed, "services")
    assert isinstance(call, HttpRequest)
    assert (call.method, call.timeout, call.mapping) == ("PUT", 20, (("nom", ("Nom",)),))
    headers = {name: print_text(value) for name, value in call.headers}
    assert headers["X-Langue"] == "fr"
    assert set(headers["Authorization"]) == {"•"}
    assert "abcdefgh12345678" not in parsed.document.text
    assert "abcdef123456" not in parsed.document.text
    whole = json.dumps([repr(flow) for flow in parsed.project.flows])
    for secret in ("abcdefgh12345678", "abcdef123456", "jeton-secret-123456", "cred-1", "px1", "wa-1"):
        assert secret not in whole, secret
    assert len(coded(parsed, "LOS810")) == 1


def test_services_are_calls_with_their_settings() -> None:
    parsed = fixture("salon.json")
    model = node(parsed, "services_3")
    assert (model.service, model.name) == ("llm", "openai: Create chat completion")
    assert dict(model.mapping) == {"Message content": ("Nom",)}
    assert '"dialogueVariableId": "Liste"' in print_text(dict(model.parameters)["messages"])
    assert node(parsed, "services_5").service == "email"
    people = node(parsed, "services_8")
    assert isinstance(people, Handover)
    assert people.to == "Chatwoot"


def test_what_a_chat_cannot_do_is_kept() -> None:
    parsed = fixture("salon.json")
    payment = node(parsed, "services_11")
    assert isinstance(payment, Unsupported)
    assert "{{Total}}" in payment.source
    waits = node(parsed, "services_12")
    assert isinstance(waits, Delay)
    assert waits.duration.seconds is None
    assert node(parsed, "services_12_data").assignments[0].value == Ref(("webhook", "client", "nom"))
    assert node(parsed, "adieu_7").construct == "carousel"


def test_links_to_bots_are_flows() -> None:
    parsed = fixture("salon.json")
    other = node(parsed, "services_13")
    assert isinstance(other, RunFlow)
    assert (other.flow, other.mode) == ("avis000001", "call")
    assert dict(fixture("avis.json").project.flows[0].facts)["sid"] == '"avis000001"'
    assert guards(node(parsed, "services_14")) == [("Always", "adieu")]


def test_media_and_players() -> None:
    parsed = fixture("salon.json")
    picture = node(parsed, "accueil_2").content
    assert picture.media[0].kind is MediaKind.IMAGE
    assert (picture.choices[0].kind, print_text(picture.choices[0].title.first)) == (ChoiceKind.URL, "Voir le site")
    assert said(node(parsed, "adieu").content.text) == "https://www.youtube.com/watch?v=abc123"
    assert node(parsed, "adieu_2").content.media[0].kind is MediaKind.VIDEO
    assert node(parsed, "adieu_4").content.media[0].kind is MediaKind.DOCUMENT


def test_the_start_condition_of_whatsapp_is_keywords() -> None:
    flow = fixture("salon.json").project.flows[0]
    start, other, command, reply = flow.entries
    assert (start.kind, start.match, start.keywords.first) == (EntryKind.KEYWORD, "contains", ("rendez-vous",))
    assert (other.match, other.keywords.first) == ("exact", ("موعد",))
    assert (command.kind, command.name) == (EntryKind.API, "rappel")
    assert isinstance(reply.condition, Opaque)
    assert flow.expires is not None
    assert flow.expires.seconds == 7200


def test_a_start_condition_that_is_more_than_words_stays_a_condition() -> None:
    (entry,) = fixture("condition.json").project.flows[0].entries
    assert entry.kind is EntryKind.ANY_MESSAGE
    assert entry.condition is not None
    assert print_expression(entry.condition) == (
        'contains(message.text, "commande") and has_pattern(message.text, "[0-9]+")'
    )


def test_a_web_bot_speaks_first() -> None:
    parsed = read({**bot(text("a", "Bonjour")), "settings": {}})
    assert parsed.project.flows[0].entries[0].kind is EntryKind.CHAT_OPENED
    assert coded(parsed, "LOS801")
    assert parsed.project.flows[0].expires is None


def test_on_whatsapp_the_first_message_may_be_an_answer() -> None:
    parsed = fixture("avis.json")
    assert parsed.project.flows[0].entries[0].kind is EntryKind.ANY_MESSAGE
    assert coded(parsed, "PAR813")


def test_version_4_starts_with_its_start_block() -> None:
    parsed = fixture("ancien.json")
    flow = parsed.project.flows[0]
    assert flow.entries[0].target == "ouverture"
    assert said(node(parsed, "ouverture").content.text) == "Comment allez-vous ?"
    assert [item.id for item in node(parsed, "ouverture").content.choices] == ["bien", "नमस्ते_ठीक_नहीं"]
    assert coded(parsed, "PAR814")


def test_a_return_ends_the_flow() -> None:
    parsed = fixture("salon.json")
    assert isinstance(node(parsed, "evenements_2"), End)
    assert len(coded(parsed, "LOS812")) == 1


def test_edges_that_do_not_fit_are_reported_with_their_place() -> None:
    parsed = fixture("fragment.json")
    assert coded(parsed, "PAR811")
    assert len(coded(parsed, "PAR812")) == 2
    (unnamed,) = coded(parsed, "PAR808")
    assert unnamed.span is not None
    assert len(unnamed.labels) == 1
    assert coded(fixture("salon.json"), "PAR807")[0].place.pointer == "/edges/13"


def test_the_samples_of_variables_are_their_values() -> None:
    variables = fixture("salon.json").project.variable
    assert variables["Ville"].sample.first == "Dakar"
    assert (variables["Choix"].scope, variables["Prénom"].scope) == ("session", "flow")


@pytest.mark.corpus
def test_corpus_files_are_recognised(corpus: Any) -> None:
    for path in sorted((corpus / "targets" / "typebot").iterdir()):
        match = sniff(SourceFile(path.name, path.read_bytes()))
        assert match is not None
        assert match.confidence == CERTAIN
    for folder in ("landbot", "blip", "botpress-v12"):
        for path in sorted((corpus / "targets" / folder).iterdir()):
            assert sniff(SourceFile(path.name, path.read_bytes())) is None, path


def condition(id: str, *values: str, variable: str = "option", **members: Any) -> dict[str, Any]:
    items = [
        {"id": f"i{value}", "outgoingEdgeId": f"x{value}",
         "content": {"comparisons": [{"id": "c", "variableId": variable, "comparisonOperator": "Equal to", "value": value}]}}
        for value in values
    ]  # fmt: skip
    return {"id": id, "type": "Condition", "items": items, **members}


def menu_bot(lines: tuple[str, ...], asked: dict[str, Any], tested: dict[str, Any]) -> Parsed:
    made = bot(text("t", *lines), asked, tested, text("sinon", "Un chiffre, merci."), variables=("option", "autre"))
    for value in ("1", "2"):
        made["groups"].append(
            {"id": f"g{value}x", "title": f"Suite {value}", "blocks": [text(f"s{value}", f"Suite {value}.")]}
        )
        made["edges"].append(
            {"id": f"x{value}", "from": {"blockId": "c", "itemId": f"i{value}"}, "to": {"groupId": f"g{value}x"}}
        )
    return read(made)


def test_a_numbered_list_that_a_condition_tells_apart_becomes_choices() -> None:
    lines = ("Que voulez-vous ?", "1 - Acheter", "2 - Parler à quelqu'un")
    parsed = menu_bot(lines, block("q", "number input", variableId="option"), condition("c", "1", "2"))
    asked = node(parsed, "bloc")
    assert asked.reply is ReplyKind.CHOICE
    assert [plain_text(choice.title.first) for choice in asked.content.choices] == ["Acheter", "Parler à quelqu'un"]
    assert [choice.value for choice in asked.content.choices] == [Const("1"), Const("2")]
    assert "2" in asked.content.choices[1].accepts.first
    assert asked.into == ("option",)
    assert [(type(edge.guard), edge.target) for edge in asked.edges] == [(Chosen, "bloc_2"), (Otherwise, "bloc_3")]
    assert [edge.target for edge in node(parsed, "bloc_2").edges] == ["suite_1", "suite_2", "bloc_3"]
    assert len(coded(parsed, "PAR815")) == 1


@pytest.mark.parametrize(
    ("lines", "asked", "tested"),
    [
        (("Votre âge ?",), {"variableId": "option"}, condition("c", "1", "2")),
        (("Que voulez-vous ?", "1 - Acheter", "2 - Vendre"), {"variableId": "autre"}, condition("c", "1", "2")),
        (("Que voulez-vous ?", "1 - Acheter", "2 - Vendre"), {"variableId": "option"}, condition("c", "18", "21")),
        (("Que voulez-vous ?", "1 - Acheter", "2 - Vendre"), {}, condition("c", "1", "2")),
    ],
)
def test_other_questions_stay_typed(lines: tuple[str, ...], asked: dict[str, Any], tested: dict[str, Any]) -> None:
    parsed = menu_bot(lines, block("q", "number input", **asked), tested)
    assert node(parsed, "bloc").reply is ReplyKind.NUMBER
    assert not coded(parsed, "PAR815")
