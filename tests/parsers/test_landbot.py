"""What Landbot drafts become: messages, questions, branches, values, calls, and how the bot starts."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bascule.ir.content import ChoiceKind, MediaKind
from bascule.ir.expr import Opaque
from bascule.ir.expr_text import print_expression, print_text
from bascule.ir.nodes import Ask, Handover, HttpRequest, Message, ReplyKind, Unsupported, When
from bascule.ir.project import EntryKind
from bascule.parsers.base import CERTAIN, LIKELY, NEAR, POSSIBLE
from bascule.parsers.landbot import sniff
from bascule.source import SourceFile
from tests.parsers.landbot import FIXTURES, block, coded, draft, fixture, guards, link, node, read, said

SAY = block("a", "send_text", text="Bonjour")
NODES = {"welcome": {"id": "welcome", "template": "var_text", "params": {}}}


@pytest.mark.parametrize(
    ("data", "confidence"),
    [
        (draft(SAY), CERTAIN),
        (draft(SAY, links=(link("a", "a"),)), CERTAIN),
        ([draft(SAY)], CERTAIN),
        ({"diagram": {"nodes": NODES, "connections": {}}}, CERTAIN),
        ({"data": {"diagram": {"nodes": NODES, "connections": {}}, "save_state": "IS_PRESAVED"}}, CERTAIN),
        ({"nodes": {"x": {"id": "x"}}, "connections": {"a": link("x", "x")}}, CERTAIN),
        ({"blocks": [SAY]}, LIKELY),
        ({"blocks": [{"id": "a", "type": "zut"}], "connections": [link("a", "a")]}, POSSIBLE),
        ({"blocks": [SAY, {"type": "paragraph"}, {"type": "image"}]}, NEAR),
        ({"blocks": {"add": [SAY]}, "connections": {"add": []}}, 20),
        ({"channelToken": "H-1", "welcome": [], "brandID": 3}, 20),
        ({"5": {"function": "__send_message__", "responses": [], "next": {"success": "6"}}}, 20),
        ({"blocks": [{"type": "Core.Log", "exits": []}], "first_block_id": "a"}, None),
        ({"nodes": [], "connections": {}}, None),
        ([1, 2], None),
    ],
)
def test_a_draft_is_recognised_by_its_types_and_connections(data: Any, confidence: int | None) -> None:
    match = sniff(SourceFile.of_text(json.dumps(data), "x.json"))
    assert (match.confidence if match else None) == confidence


@pytest.mark.parametrize(("name", "words"), [("reglages.json", "settings"), ("changement.json", "change")])
def test_what_is_no_draft_says_what_it_is(name: str, words: str) -> None:
    path = FIXTURES / name
    match = sniff(SourceFile(path.name, path.read_bytes()))
    assert match is not None
    assert words in match.reason
    parsed = fixture(name)
    assert parsed.unreadable
    assert words in coded(parsed, "PAR830")[0].message


@pytest.mark.parametrize(
    ("name", "reply", "into"),
    [
        ("welcome", ReplyKind.TEXT, "prenom"),
        ("mail", ReplyKind.EMAIL, "mail"),
        ("tel", ReplyKind.PHONE, "tel"),
        ("age", ReplyKind.NUMBER, "age"),
        ("jour", ReplyKind.DATE, "jour"),
        ("lien", ReplyKind.TEXT, "ordonnance"),
    ],
)
def test_questions_ask_for_their_kind(name: str, reply: ReplyKind, into: str) -> None:
    asked = node(fixture("clinique.json"), name)
    assert isinstance(asked, Ask)
    assert (asked.reply, asked.into) == (reply, (into,))


def test_bounds_and_words_for_wrong_answers() -> None:
    parsed = fixture("clinique.json")
    first = node(parsed, "welcome")
    assert first.validation.max_length == 40
    assert said(first.validation.error.text) == "Encore une fois, s’il vous plaît."
    age = node(parsed, "age")
    assert (age.validation.minimum, age.validation.maximum) == (0, 120)
    assert node(parsed, "lien").validation.entity == "url"
    assert (first.title, first.position) == ("Prénom", (500, 200))


def test_buttons_are_choices_with_their_ways() -> None:
    menu = node(fixture("clinique.json"), "menu")
    assert [(item.id, item.payload, item.kind) for item in menu.content.choices] == [
        ("un_rendez_vous", "$rdv", ChoiceKind.REPLY),
        ("les_tarifs", "$prix", ChoiceKind.REPLY),
        ("le_site", "$site", ChoiceKind.URL),
        ("موظف", "$humain", ChoiceKind.REPLY),
    ]
    assert guards(menu) == [("Chosen", "mail"), ("Chosen", "agent"), ("Chosen", "humain"), ("Otherwise", "menu")]


def test_outputs_count_without_their_dollar_and_by_number() -> None:
    parsed = read(
        draft(block("a", "buttons", text="?", buttons=["Un", "Deux"]), SAY | {"id": "b"}, links=(link("a", "b", "1"),))
    )
    asked = node(parsed, "a")
    assert guards(asked) == [("Chosen", "b")]
    assert asked.edges[0].guard.choices == ("deux",)


def test_yes_or_no() -> None:
    asked = node(fixture("clinique.json"), "oui")
    assert [print_text(item.title.first) for item in asked.content.choices] == ["Yes", "No"]
    assert guards(asked) == [("Chosen", "majeur"), ("Chosen", "jour")]
    assert coded(fixture("clinique.json"), "LOS834")
    own = node(fixture("fautes.json"), "i")
    assert [print_text(item.title.first) for item in own.content.choices] == ["हाँ", "नहीं"]


def test_texts_stay_to_the_byte_and_addresses_are_no_fields() -> None:
    thanks = node(fixture("clinique.json"), "merci")
    assert isinstance(thanks, Message)
    assert said(thanks.content.text) == "À {heure}, धन्यवाद, спасибо ! Écrivez à salon@exemple.fr"
    (hole,) = [part for part in thanks.content.text.first if hasattr(part, "at")]
    assert hole.at is not None
    assert (hole.at.pointer, hole.at.sub) == ("/blocks/13/params/text", (2, 8))


def test_conditions_lead_two_ways() -> None:
    case = node(fixture("clinique.json"), "majeur")
    assert guards(case) == [("When", "nom"), ("Otherwise", "merci")]
    assert print_expression(case.edges[0].guard.condition) == 'age > 17 and not is_blank(mail) and prenom != "Test"'


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({"variable": "@age", "operator": "less than", "value": 18}, "age < 18"),
        ({"rules": [{"field": "a", "op": "equal", "value": "x"}, {"field": "b", "op": "contains", "value": "y"}], "logic": "OR"},
         'a = "x" or contains(b, "y")'),
        ({"conditions": {"rules": [{"left": "a", "operator": "isNotSet"}]}}, "is_blank(a)"),
        ({"conditions": [{"variable": {"name": "a"}, "operator": "does not contain", "value": "@b"}]}, "not contains(a, b)"),
    ],
)  # fmt: skip
def test_conditions_are_read_in_many_spellings(params: dict[str, Any], expected: str) -> None:
    blocks = (block("c", "conditions", **params), SAY)
    parsed = read(draft(*blocks, links=(link("c", "a", "true"),)))
    assert print_expression(node(parsed, "c").edges[0].guard.condition) == expected
    assert coded(parsed, "PAR842") == []


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ('Concat("M. ", @nom)', '"M. " & nom'),
        ("If(IsLess(ToFloat(@age), 18), 'mineur', 'majeur')", 'if(number(age) < 18, "mineur", "majeur")'),
        ("Sum(@a, @b, 3)", "a + b + 3"),
        ("Round(@prix * 1.2, 2)", "round(prix * 1.2, 2)"),
        ("(@a - 1) / 2", "(a - 1) / 2"),
        ('RegexTest("^0", @tel)', 'has_pattern(tel, "^0")'),
        ("Not(And(IsEqual(@a, 1), IsGreater(@b, 2)))", "not (a = 1 and b > 2)"),
        ("Inconnue(@a)", "inconnue(a)"),
        ("-@a", "-a"),
    ],
)
def test_formulas_are_expressions(formula: str, expected: str) -> None:
    parsed = read(draft(block("f", "formulas", formula=formula, destination="x")))
    assert print_expression(node(parsed, "f").assignments[0].value) == expected


@pytest.mark.parametrize("formula", ["Concat(@nom, ", "@a @b", "IsLess(1)", "nom", "a + #", "(" * 100])
def test_a_formula_that_cannot_be_read_is_kept_with_its_place(formula: str) -> None:
    parsed = read(draft(block("f", "formulas", formula=formula, destination="x")))
    assert node(parsed, "f").assignments[0].value == Opaque("landbot", formula)
    (finding,) = coded(parsed, "PAR843")
    assert finding.place.pointer == "/blocks/0/params/formula"
    assert finding.place.sub is not None


def test_fields_are_set_and_cleared() -> None:
    parsed = fixture("clinique.json")
    (assigned,) = node(parsed, "champ").assignments
    assert print_expression(assigned.value) == '"prise de " & nom & ", " & session.chat_uuid'
    assert [(item.target, item.op) for item in node(parsed, "vider").assignments] == [
        (("etape",), "clear"),
        (("langue",), "set"),
    ]


def test_a_request_keeps_its_parts_and_no_secret() -> None:
    parsed = fixture("clinique.json")
    call = node(parsed, "appel")
    assert isinstance(call, HttpRequest)
    assert (call.method, call.timeout, call.mapping) == ("POST", 10, (("data.heure", ("heure",)),))
    assert guards(call) == [("Success", "merci"), ("Failure", "humain")]
    headers = {name: print_text(value) for name, value in call.headers}
    assert set(headers["Authorization"]) == {"•"}
    assert "abcdefgh12345678" not in parsed.document.text
    assert "abcdefgh12345678" not in repr(parsed.project)


def test_people_agents_and_programs() -> None:
    parsed = fixture("clinique.json")
    assert said(node(parsed, "humain").content.text) == "Je vous passe quelqu’un."
    people = node(parsed, "humain_2")
    assert isinstance(people, Handover)
    assert people.to == "accueil"
    agent = node(parsed, "agent")
    assert isinstance(agent, Unsupported)
    assert agent.edges[0].guard == When(Opaque("landbot", "exit Escalade"))
    assert node(parsed, "script").language == "javascript"


def test_the_stored_form_is_read_too() -> None:
    parsed = fixture("brouillon.json")
    assert said(node(parsed, "q1").content.text) == "Votre *nom* complet ?"
    assert said(node(parsed, "q2").content.text) == "Votre ville ?"
    assert coded(parsed, "PAR837")[0].place.pointer.endswith("/q2/params/richText")
    first, picture, asked = (node(parsed, name) for name in ("m", "m_2", "m_3"))
    assert said(first.content.text) == "Bonjour {nom}"
    assert picture.content.media[0].kind is MediaKind.IMAGE
    assert guards(asked) == [("Chosen", "bye"), ("Chosen", "riche")]
    assert said(node(parsed, "riche").content.text) == "Gratuit et _sans attente_"


def test_what_the_platform_found_is_repeated() -> None:
    (finding,) = coded(fixture("brouillon.json"), "PAR839")
    assert "`param_required`" in finding.message
    assert finding.place.pointer == "/data/violations/0"


def test_how_a_bot_starts() -> None:
    (entry,) = fixture("brouillon.json").project.flows[0].entries
    assert (entry.kind, entry.target) == (EntryKind.ANY_MESSAGE, "q1")
    (entry,) = fixture("clinique.json").project.flows[0].entries
    assert (entry.kind, entry.target) == (EntryKind.ANY_MESSAGE, "welcome")
    (entry,) = fixture("graphe.json").project.flows[0].entries
    assert entry.kind is EntryKind.CHAT_OPENED
    guessed = read(draft(SAY, SAY | {"id": "b"}, links=(link("a", "b"),)))
    assert [item.target for item in guessed.project.flows[0].entries] == ["a"]
    assert coded(guessed, "PAR840")


def test_the_language_of_a_draft_is_the_flows() -> None:
    assert fixture("clinique.json").project.flows[0].locale == "fr"


def test_connections_that_do_not_fit_are_reported() -> None:
    parsed = fixture("fautes.json")
    assert [finding.place.pointer for finding in coded(parsed, "PAR835")] == ["/0/connections/1", "/0/connections/2"]
    assert guards(node(parsed, "b")) == [("Always", None)]
    assert coded(parsed, "PAR836")[0].place.pointer == "/0/connections/4"
    assert guards(node(parsed, "a_2")) == []


def test_a_block_that_public_text_does_not_name_is_read_by_its_members() -> None:
    parsed = fixture("fautes.json")
    assert node(parsed, "c").reply is ReplyKind.CHOICE
    assert node(parsed, "d").into == ("couleur",)
    assert node(parsed, "b").construct == "stripe"
    assert len(coded(parsed, "PAR833")) == 3


def test_a_calendar_that_is_refused_is_reported() -> None:
    (finding,) = coded(fixture("fautes.json"), "PAR838")
    assert '"%d/%m/%Y"' in finding.help
    assert coded(fixture("clinique.json"), "PAR838") == []


@pytest.mark.corpus
def test_the_corpus_graph_has_ways_but_no_words(corpus: Any) -> None:
    (path,) = (corpus / "targets" / "landbot").iterdir()
    file = SourceFile(path.name, path.read_bytes())
    match = sniff(file)
    assert match is not None
    assert match.confidence == CERTAIN
    parsed = read(file.text, path.name)
    assert len(parsed.project.flows[0].nodes) == 9
    assert coded(parsed, "PAR841")
    for folder in ("typebot", "blip", "botpress-v12"):
        for other in sorted((corpus / "targets" / folder).iterdir()):
            assert sniff(SourceFile(other.name, other.read_bytes())) is None, other
