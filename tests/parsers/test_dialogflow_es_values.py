"""Values that an intent takes: asked, preset, referred to in texts, given by taps; and words in every script."""

from __future__ import annotations

import pytest

from bascule.ir.expr import Call, Ref
from bascule.ir.expr_text import print_expression, print_text
from bascule.ir.nodes import Ask, Case, Message, ReplyKind, SetVariable, When
from bascule.ir.project import Flow
from bascule.ir.text import plain_text
from bascule.parsers.base import Parsed
from tests.parsers.dialogflow_es_support import agent, found, intent, only_flow, read, read_files, said, source_at


@pytest.fixture(scope="module")
def parsed() -> Parsed:
    return read("librairie")


@pytest.fixture(scope="module")
def flow(parsed: Parsed) -> Flow:
    return only_flow(parsed)


# --- values ---


def test_required_values_are_asked_where_they_are_missing(flow: Flow) -> None:
    case = flow.by_id["reserver_un_livre.jour"]
    assert isinstance(case, Case)
    assert [edge.target for edge in case.edges] == ["reserver_un_livre.contexts", "reserver_un_livre.jour.ask"]
    assert case.edges[0].guard == When(Call("has_value", (Ref(("jour",)),)))
    ask = flow.by_id["reserver_un_livre.jour.ask"]
    assert isinstance(ask, Ask)
    assert (ask.into, ask.reply) == (("jour",), ReplyKind.DATE)
    assert ask.validation is not None
    assert (ask.validation.entity, ask.validation.error) == ("sys.date", ask.content)
    titre = flow.by_id["reserver_un_livre.titre.ask"]
    assert isinstance(titre, Ask)
    assert titre.validation is None
    assert said(titre, "ar") == "أي كتاب؟"


def test_several_prompts_of_a_language_are_wordings(flow: Flow) -> None:
    ask = flow.by_id["suivre_une_commande.numero.ask"]
    assert isinstance(ask, Ask)
    assert ask.content.text.locales == ("fr", "ar", "ru")
    assert [plain_text(text.first) for text in ask.content.alternatives] == [
        "Donnez-moi le numéro, par exemple A-1042."
    ]


def test_a_required_value_without_a_question_is_reported_and_not_asked(parsed: Parsed, flow: Flow) -> None:
    (finding,) = found(parsed, "PAR507")
    assert source_at(parsed, finding.place) == '"magasin"'
    assert "reserver_un_livre.magasin" not in flow.by_id


def test_defaults_and_values_from_elsewhere_are_set_first() -> None:
    parameters = [
        {"name": "nombre", "dataType": "@sys.number", "value": "$nombre", "defaultValue": "1"},
        {"name": "jour", "dataType": "@sys.date", "value": "$jour.original"},
        {"name": "ville", "dataType": "@sys.any", "value": "#lieu.ville", "required": True},
        {"name": "contact", "dataType": "@sys.any", "value": "$contact"},
    ]
    parsed = read_files(agent(intent("Réserver", "$contact : $nombre, $jour", parameters=parameters)))
    node = only_flow(parsed).by_id["reserver"]
    assert isinstance(node, SetVariable)
    assert [(".".join(item.target), print_expression(item.value)) for item in node.assignments if item.value] == [
        ("nombre", 'default(nombre, "1")'),
        ("jour", "jour.original"),
        ("ville", "contexts.lieu.ville"),
    ]
    # A parameter must not write into the contact's own data.
    assert said(only_flow(parsed).by_id["reserver.say"]) == "{parameters.contact} : {nombre}, {jour}"
    assert [finding.code for finding in parsed.findings] == ["PAR507", "PAR506"]


def test_parameters_are_variables_with_samples(parsed: Parsed) -> None:
    variables = {variable.name: variable for variable in parsed.project.variables}
    assert (variables["titre"].type, variables["titre"].sample.get("fr")) == ("text", "Une si longue lettre")
    assert variables["exemplaires"].type == "number"
    assert variables["magasin"].sample.first == "Dakar"
    assert variables["until.commande"].type == "number"


# --- references ---


@pytest.mark.parametrize(
    ("written", "read_as"),
    [
        ("$nom", "{nom}"),
        ("$nom.", "{nom}."),
        ("$nom.original !", "{nom.original} !"),
        ("$nom.Et", "{nom}.Et"),
        ("$nom-client", "{`nom-client`}"),
        ("$nom-demain", "{nom}-demain"),
        ("$nom$ville", "{nom}{ville}"),
        ("Prix : 5 $ et $5", "Prix : 5 $ et $5"),
        ("#commande.numero", "{contexts.commande.numero}"),
        ("#Commande.numero.original", "{contexts.commande.numero.original}"),
        ("# 1 et #2.3", "# 1 et #2.3"),
        ("{nom} {{x}}", "{{nom}} {{{{x}}}}"),
        ("$prénom · اسم $nom 🌙", "{prénom} · اسم {nom} 🌙"),
    ],
)
def test_references_become_holes(written: str, read_as: str) -> None:
    names = ["nom", "nom-client", "ville", "prénom"]
    parameters = [{"name": name, "dataType": "@sys.any", "value": f"${name}"} for name in names]
    parsed = read_files(agent(intent("Menu", written, parameters=parameters, outputs={"Commande": 5})))
    node = only_flow(parsed).by_id["menu"]
    say = node if isinstance(node, Message) else only_flow(parsed).by_id["menu.say"]
    assert isinstance(say, Message)
    assert print_text(say.content.text.first) == read_as


def test_holes_stand_at_their_reference() -> None:
    parsed = read_files(
        agent(intent("Menu", "Bonjour 👋 $nom !", parameters=[{"name": "nom", "dataType": "@sys.any"}]))
    )
    node = only_flow(parsed).by_id["menu"]
    assert isinstance(node, Message)
    hole = node.content.text.first[1]
    assert source_at(parsed, hole.at) == "$nom"  # type: ignore[union-attr]


def test_an_unknown_parameter_is_reported_with_the_nearest_one() -> None:
    parsed = read_files(
        agent(intent("Menu", "Bonjour $prenon.", parameters=[{"name": "prenom", "dataType": "@sys.any"}]))
    )
    (finding,) = found(parsed, "PAR505")
    assert finding.help == "did you mean `$prenom`?"
    assert source_at(parsed, finding.place) == "$prenon"


def test_parameters_of_events_are_given_by_the_program(parsed: Parsed) -> None:
    (finding,) = found(parsed, "PAR506")
    assert source_at(parsed, finding.place) == "#colis_arrive.numero"


# --- words ---


@pytest.mark.parametrize(
    "words",
    [
        "Je voudrais un « café », s’il vous plaît : 2 €",
        "أهلاً وسهلاً! كم الثمن؟ ١٢٣",
        "नमस्ते, आपका ऑर्डर रास्ते में है।",
        "Здравствуйте, ваш заказ №5 — в пути…",
        "Olá! Até amanhã, às 9h 👋🏽",
        "👩‍👩‍👧‍👦 e\u0301 \u200f\u200bx\tfin",
    ],
)
def test_words_survive_byte_for_byte(words: str) -> None:
    reply = {"type": 2, "lang": "fr", "title": words, "replies": [words]}
    other = {"type": 0, "lang": "fr", "speech": [f"1 {words}", f"2 {words}"]}
    parameter = {"name": "p", "dataType": "@e", "required": True, "prompts": [{"lang": "fr", "value": words}]}
    files = agent(intent("Menu", other, reply, parameters=[parameter]), phrases={"Menu": [words]})
    files["entities/e.json"] = {"name": "e", "isEnum": False}
    files["entities/e_entries_fr.json"] = [{"value": words, "synonyms": [words, f"3 {words}"]}]
    project = read_files(files).project
    flow = project.flows[0]
    first, last, ask = (flow.by_id[name] for name in ("menu.say", "menu.say_2", "menu.p.ask"))
    assert isinstance(first, Message)
    assert isinstance(last, Ask)
    assert [said(first), plain_text(first.content.alternatives[0].first)] == [f"1 {words}", f"2 {words}"]
    assert [said(last), plain_text(last.content.choices[0].title.first), said(ask)] == [words] * 3
    assert plain_text(project.intents[0].phrases.first[0].text) == words
    value = project.entities[0].values[0]
    assert (value.value, value.synonyms.first) == (words, (words, f"3 {words}"))
