"""A Dialogflow ES agent becomes one flow: who answers what, how it starts, what is asked, what is called."""

from __future__ import annotations

import json

import pytest

from bascule.ir.content import ChoiceKind
from bascule.ir.encode import encode_project, to_yaml
from bascule.ir.expr import Const, Ref
from bascule.ir.expr_text import print_expression, print_text
from bascule.ir.nodes import Ask, Case, End, HttpRequest, SetVariable, When
from bascule.ir.project import EntryKind, Flow
from bascule.ir.text import plain_text
from bascule.parsers import dialogflow_es, scenario
from bascule.parsers.base import CERTAIN, LIKELY, POSSIBLE, Parsed, ParseOptions
from bascule.source import SourceFile, Tree
from tests.parsers.dialogflow_es_support import (
    AGENT,
    FIXTURES,
    agent,
    cases,
    found,
    intent,
    only_flow,
    read,
    read_files,
    said,
    source_at,
    tree_from,
    tree_of,
)


@pytest.fixture(scope="module")
def parsed() -> Parsed:
    return read("librairie")


@pytest.fixture(scope="module")
def flow(parsed: Parsed) -> Flow:
    return only_flow(parsed)


# --- recognition ---


def test_an_export_is_found_with_all_its_files() -> None:
    tree = tree_of(FIXTURES / "librairie")
    (claim,) = dialogflow_es.find_projects(tree)
    assert (claim.root, claim.match.confidence) == ("", CERTAIN)
    assert set(claim.files) == set(tree.files)


@pytest.mark.parametrize(("left_out", "confidence"), [("agent.json", CERTAIN - 1), ("package.json", CERTAIN)])
def test_an_export_is_found_without_its_marker_files(left_out: str, confidence: int) -> None:
    files = {name: value for name, value in agent(intent("Menu", "Oui ?")).items() if name != left_out}
    (claim,) = dialogflow_es.find_projects(tree_from(files))
    assert claim.match.confidence == confidence


def test_intents_alone_are_found_with_less_certainty() -> None:
    files = {name: value for name, value in agent(intent("Menu", "Oui ?")).items() if name.startswith("intents/")}
    (claim,) = dialogflow_es.find_projects(tree_from(files))
    assert claim.match.confidence == LIKELY
    flat = {name.removeprefix("intents/"): value for name, value in files.items()}
    (claim,) = dialogflow_es.find_projects(tree_from(flat))
    assert (claim.root, claim.match.confidence, len(claim.files)) == ("", LIKELY, 2)


def test_agents_below_other_folders_are_found_and_programs_beside_them_are_not() -> None:
    inner = {f"bot/agent/{name}": value for name, value in agent(intent("Menu", "Oui ?")).items()}
    files = {
        **inner,
        "bot/package.json": {"name": "bot", "version": "1.0.0"},
        "README.md": "# Bot",
        "bot/index.js": "x",
    }
    (claim,) = dialogflow_es.find_projects(tree_from(files))
    assert claim.root == "bot/agent"
    assert set(claim.files) == set(inner)


def test_the_package_of_a_program_is_no_part_of_the_agent() -> None:
    files = {**agent(intent("Menu", "Oui ?")), "package.json": {"name": "bot", "version": "1.0.0"}}
    (claim,) = dialogflow_es.find_projects(tree_from(files))
    assert "package.json" not in claim.files


@pytest.mark.parametrize(
    "files",
    [
        {
            "agent.json": {"displayName": "x", "defaultLanguageCode": "fr", "startFlow": "y"},
            "intents/a/a.json": {"name": "a"},
        },
        {"intents/notes.json": {"responses": []}},
        {"package.json": {"version": "1.0.0"}},
        {"intents/menu.json": {"responses": {"fr": "oui"}, "name": "menu"}},
    ],
)
def test_other_folders_are_not_claimed(files: dict[str, object]) -> None:
    assert dialogflow_es.find_projects(tree_from(files)) == []


def test_settings_without_intents_are_a_doubtful_project_that_says_what_is_missing() -> None:
    files = {"agent.json": AGENT, "package.json": {"version": "1.0.0"}}
    (claim,) = dialogflow_es.find_projects(tree_from(files))
    assert claim.match.confidence == POSSIBLE
    parsed = read_files(files)
    assert parsed.unreadable
    assert len(found(parsed, "PAR500")) == 1


def sniff(name: str, value: object) -> tuple[int, str]:
    match = dialogflow_es.sniff(SourceFile.of_text(json.dumps(value), name))
    return (match.confidence, match.reason) if match else (0, "")


def test_single_files_are_recognised_by_what_they_hold() -> None:
    assert sniff("x.json", intent("Menu", "Oui ?"))[0] > CERTAIN
    assert sniff("x.json", AGENT) == (
        POSSIBLE,
        "it holds the settings of a Dialogflow ES agent; what the agent says is in `intents/`",
    )
    assert sniff("x.json", [{"id": "1", "data": [{"text": "x"}], "isTemplate": False, "count": 0}])[0] == POSSIBLE
    assert sniff("x_entries_fr.json", [{"value": "a", "synonyms": ["a"]}])[0] == POSSIBLE
    assert sniff("x.json", {"name": "x", "isOverridable": True, "isEnum": False})[0] == POSSIBLE
    assert sniff("x.json", [{"value": "a", "synonyms": ["a"]}])[0] == 0
    assert sniff("agent.json", {"defaultLanguageCode": "fr", "startFlow": "x"}) == (
        20,
        "it is an agent of Dialogflow CX",
    )
    assert sniff("package.json", {"version": "1.0.0"})[0] == 0


def test_one_intent_alone_is_an_agent_of_one_intent() -> None:
    path = FIXTURES / "seul" / "Bonjour.json"
    parsed = dialogflow_es.parse(SourceFile("Bonjour.json", path.read_bytes()), ParseOptions())
    flow = only_flow(parsed)
    assert [(entry.kind, entry.target) for entry in flow.entries] == [
        (EntryKind.CHAT_OPENED, "bonjour"),
        (EntryKind.INTENT, "bonjour"),
    ]
    assert [node.id for node in flow.nodes] == ["bonjour", "bonjour.prenom.ask", "bonjour.say"]
    assert all(edge.target is None for edge in flow.by_id["bonjour.say"].edges)
    assert not parsed.unreadable
    assert not parsed.findings


@pytest.mark.parametrize("value", [AGENT, [{"value": "a", "synonyms": []}], {"name": "x", "isEnum": False}])
def test_other_parts_alone_are_refused_with_advice(value: object) -> None:
    parsed = dialogflow_es.parse(SourceFile.of_text(json.dumps(value), "x_entries_fr.json"), ParseOptions())
    assert parsed.unreadable
    assert "name the folder" in found(parsed, "PAR515")[0].help


# --- the flow ---


def test_an_agent_is_one_flow_in_its_language(parsed: Parsed, flow: Flow) -> None:
    assert (flow.id, flow.title, flow.locale) == ("librairie_baobab", "Librairie Baobab", "fr")
    assert parsed.project.locale == "fr"
    assert parsed.project.locales == ("fr", "ar", "ru", "hi")


def test_it_starts_with_the_welcome_any_message_and_events_of_programs(parsed: Parsed, flow: Flow) -> None:
    assert [(entry.kind, entry.target, entry.name) for entry in flow.entries] == [
        (EntryKind.CHAT_OPENED, "accueil", "VIBER_WELCOME"),
        (EntryKind.ANY_MESSAGE, "intents", "message"),
        (EntryKind.API, "colis_arrive", "colis_arrive"),
    ]  # `autre_conseil` is sent by a button
    (finding,) = found(parsed, "PAR517")
    assert finding.message == "1 event(s) of your own start intents; read as started by the business"


def test_the_common_branch_tries_every_intent_under_its_contexts(flow: Flow) -> None:
    ways = [
        (print_expression(edge.guard.condition), edge.target)
        for edge in cases(flow).edges
        if isinstance(edge.guard, When)
    ]
    assert ways == [
        ('until.réservation > turn and intent("reserver_un_livre_non")', "reserver_un_livre_non"),
        ('until.réservation > turn and intent("reserver_un_livre_oui")', "reserver_un_livre_oui"),
        ('until.commande > turn and intent("suivre_une_commande_annuler")', "suivre_une_commande_annuler"),
        ('intent("accueil")', "accueil"),
        ('intent("conseils")', "conseils"),
        ('intent("horaires")', "horaires"),
        ('intent("reserver_un_livre")', "reserver_un_livre"),
        ('intent("suivre_une_commande")', "suivre_une_commande"),
        ('intent("merci_2")', "merci_2"),
        ('intent("merci")', "merci"),  # a low priority comes later
        ("until.réservation > turn", "reserver_un_livre_repli"),
    ]
    assert cases(flow).edges[-1].target == "repli"


def test_buttons_lead_to_the_intents_that_their_words_train(flow: Flow) -> None:
    menu = flow.by_id["accueil.say"]
    assert isinstance(menu, Ask)
    assert all(choice.title.locales == ("fr", "ar", "ru") for choice in menu.content.choices)
    targets = [edge.target for edge in menu.edges]
    assert targets == ["accueil.say.suivre_ma_commande", "accueil.say.reserver_un_livre", "horaires", "intents"]
    tap = flow.by_id["accueil.say.suivre_ma_commande"]
    assert isinstance(tap, SetVariable)
    assert [(item.target, item.op) for item in tap.assignments] == [(("numero",), "clear")]
    assert tap.edges[0].target == "suivre_une_commande"


def test_a_tap_gives_the_values_that_its_words_hold() -> None:
    ask = intent("Menu", {"type": 2, "lang": "fr", "title": "Où ?", "replies": ["au Plateau", "ailleurs"]})
    place = intent(
        "Lieu", "D'accord, à $ville.", parameters=[{"name": "ville", "dataType": "@ville", "value": "$ville"}]
    )
    files = agent(
        ask,
        place,
        **{
            "entities/ville.json": {"name": "ville", "isEnum": False},
            "entities/ville_entries_fr.json": [{"value": "Dakar", "synonyms": ["Dakar", "Plateau"]}],
        },
    )
    files["intents/Lieu_usersays_fr.json"] = [
        {
            "data": [{"text": "au "}, {"text": "plateau", "alias": "ville", "meta": "@ville"}],
            "isTemplate": False,
            "count": 0,
        }
    ]
    parsed = read_files(files)
    tap = only_flow(parsed).by_id["menu.au_plateau"]
    assert isinstance(tap, SetVariable)
    assert [(item.target, item.value) for item in tap.assignments] == [(("ville",), Const("Dakar"))]
    (finding,) = found(parsed, "PAR513")
    assert source_at(parsed, finding.place) == '"ailleurs"'


def test_an_event_of_a_button_leads_to_the_intent_it_starts(flow: Flow) -> None:
    node = flow.by_id["conseils.say_3"]
    assert node.edges[0].target == "conseils"


def test_intents_without_phrases_are_not_tried() -> None:
    files = agent(intent("Menu", "Oui ?"), intent("Cachée", "…"), phrases={"Cachée": ()})
    targets = [edge.target for edge in cases(only_flow(read_files(files))).edges]
    assert targets == ["menu", "listen"]


def test_an_agent_without_a_fallback_waits_on() -> None:
    flow = only_flow(read_files(agent(intent("Menu", "Oui ?"))))
    assert [node.id for node in flow.nodes] == ["intents", "listen", "menu"]
    assert flow.by_id["listen"].edges[0].target == "intents"
    assert flow.by_id["menu"].edges[0].target == "listen"


def test_an_intent_that_ends_the_talk_ends_the_flow(flow: Flow) -> None:
    end = flow.by_id["reserver_un_livre_oui.end"]
    assert isinstance(end, End)
    assert flow.by_id["reserver_un_livre_oui.say"].edges[0].target == end.id


def test_the_end_intents_of_google_assistant_end_the_flow_too() -> None:
    settings = {**AGENT, "googleAssistant": {"endIntentIds": ["id-Adieu"]}}
    flow = only_flow(read_files({**agent(intent("Adieu", "À bientôt.")), "agent.json": settings}))
    assert isinstance(flow.by_id["adieu.end"], End)


def test_one_intent_welcomes_and_those_of_other_channels_are_put_down() -> None:
    files = agent(
        intent("Slack", "a", events=["SLACK_WELCOME"]), intent("Tous", "b", events=["WELCOME", "KIK_WELCOME"])
    )
    parsed = read_files(files)
    entries = only_flow(parsed).entries
    assert [(entry.kind, entry.target) for entry in entries] == [
        (EntryKind.CHAT_OPENED, "tous"),
        (EntryKind.ANY_MESSAGE, "intents"),
    ]
    fates = {
        entry.place.pointer + entry.place.file[-10:]: entry.fate.value
        for entry in parsed.ledger
        if entry.construct == "event"
    }
    assert fates == {
        "/events/0Slack.json": "dropped",
        "/events/0/Tous.json": "exact",
        "/events/1/Tous.json": "emulated",
    }


def test_events_of_google_assistant_start_nothing() -> None:
    parsed = read_files(agent(intent("Choix", "a", events=["actions_intent_OPTION"])))
    assert [entry.kind for entry in only_flow(parsed).entries] == [EntryKind.ANY_MESSAGE]
    assert [entry.code for entry in parsed.ledger.losses()] == ["LOS513"]


def test_many_events_share_one_entry() -> None:
    flow = only_flow(read_files(agent(*(intent(f"E{number}", "a", events=[f"e{number}"]) for number in range(25)))))
    assert [(entry.kind, entry.target) for entry in flow.entries] == [
        (EntryKind.ANY_MESSAGE, "intents"),
        (EntryKind.API, "events"),
    ]
    branch = flow.by_id["events"]
    assert isinstance(branch, Case)
    assert branch.subject == Ref(("event", "name"))
    assert sorted(str(edge.target) for edge in branch.edges) == sorted(f"e{number}" for number in range(25))


# --- the webhook ---


def test_the_webhook_is_called_in_its_own_format(flow: Flow) -> None:
    node = flow.by_id["suivre_une_commande.webhook"]
    assert isinstance(node, HttpRequest)
    assert (node.service, node.method, node.name, node.into) == ("webhook", "POST", "commande.suivre", ("webhook",))
    assert node.headers == ()
    body = plain_text(node.body, lambda hole: f'"<{print_expression(hole.expression)}>"')
    assert json.loads(body) == {
        "queryResult": {
            "queryText": "<json(message)>",
            "action": "commande.suivre",
            "parameters": {"numero": "<json(numero)>"},
            "intent": {"displayName": "Suivre une commande"},
            "languageCode": "fr",
        },
        "session": "<json(contact.id)>",
    }
    assert [edge.target for edge in node.edges] == ["suivre_une_commande.answered", "suivre_une_commande.say"]
    assert said(flow.by_id["suivre_une_commande.answer"]) == "{webhook.fulfillmentText}"
    assert [edge.target for edge in flow.by_id["suivre_une_commande.answered"].edges] == [
        "suivre_une_commande.answer",
        "suivre_une_commande.say",
    ]


def test_an_intent_that_only_the_webhook_answers_says_its_answer() -> None:
    parsed = read_files(agent(intent("Menu", "", webhookUsed=True)))
    flow = only_flow(parsed)
    assert [node.id for node in flow.nodes] == ["intents", "listen", "menu", "menu.say"]
    assert said(flow.by_id["menu.say"]) == "{webhook.fulfillmentText}"
    assert [edge.target for edge in flow.by_id["menu"].edges] == ["menu.say", "listen"]
    assert len(found(parsed, "LOS502")) == 1
    assert not found(parsed, "PAR519")


def test_a_webhook_that_is_off_is_not_called() -> None:
    files = {
        **agent(intent("Menu", "Oui ?", webhookUsed=True)),
        "agent.json": {**AGENT, "webhook": {"url": "https://x.fr", "available": False}},
    }
    parsed = read_files(files)
    assert not any(isinstance(node, HttpRequest) for node in only_flow(parsed).nodes)
    assert not found(parsed, "LOS502")


def test_the_first_protocol_has_its_own_body() -> None:
    flow = only_flow(read("ancien"))
    node = flow.by_id["appeler_un_taxi.webhook"]
    assert isinstance(node, HttpRequest)
    body = json.loads(plain_text(node.body, lambda _: "null"))
    assert body["result"]["metadata"]["intentName"] == "Appeler un taxi"
    assert said(flow.by_id["appeler_un_taxi.answer"]) == "{webhook.speech}"


# --- intents and entities ---


def test_phrases_carry_their_annotations(parsed: Parsed) -> None:
    intents = {item.id: item for item in parsed.project.intents}
    phrase = (intents["reserver_un_livre"].phrases.get("fr") or ())[1]
    assert print_text(phrase.text) == "je voudrais réserver {titre} pour {jour}"
    assert phrase.samples == ("Une si longue lettre", "demain")
    assert intents["reserver_un_livre"].parameters[:2] == (("titre", "sys.any"), ("jour", "sys.date"))
    assert [print_text(item.text) for item in intents["reserver_un_livre"].phrases.get("hi") or ()] == [
        "किताब बुक करनी है"
    ]
    assert dict(intents["repli"].facts)["fallback"] == "true"


def test_ignored_annotations_are_plain_words() -> None:
    files = agent(intent("Menu", "Oui ?"))
    data = [{"text": "le "}, {"text": "menu", "alias": "x", "meta": "@sys.ignore"}]
    files["intents/Menu_usersays_fr.json"] = [{"data": data, "isTemplate": False, "count": 0}]
    (item,) = read_files(files).project.intents
    assert [print_text(phrase.text) for phrase in item.phrases.first] == ["le menu"]


def test_old_phrases_and_templates_are_read() -> None:
    intents = {item.id: item for item in read("ancien").project.intents}
    assert [print_text(phrase.text) for phrase in intents["appeler_un_taxi"].phrases.first] == [
        "il me faut un taxi",
        "taxi à {heure}",
        "un taxi pour {ville}",
        "taxi",
    ]


def test_entities_carry_synonyms_patterns_and_composites(parsed: Parsed) -> None:
    entities = {item.id: item for item in parsed.project.entities}
    dakar = entities["magasin"].values[0]
    assert (dakar.value, dakar.synonyms.items) == (
        "Dakar",
        (("ar", ("داكار",)), ("fr", ("Dakar", "Plateau")), ("hi", ("डकार",))),
    )
    assert entities["commande"].kind == "regex"
    assert entities["commande"].patterns.get("fr") == ("[A-Z]-[0-9]{4}", "[0-9]{6}")
    assert dict(entities["quantite"].facts)["composite"] == "true"
    assert [item.id for item in parsed.project.entities if item.kind == "system"] == [
        "sys.any",
        "sys.date",
        "sys.number",
    ]


def test_an_entity_that_is_not_exported_is_reported_once() -> None:
    parameters = [{"name": name, "dataType": "@pizza"} for name in ("a", "b")]
    (finding,) = found(read_files(agent(intent("Menu", "$a $b", parameters=parameters))), "PAR518")
    assert finding.message == "2 parameter(s) are of the entity `@pizza`, which is not exported"


# --- names ---


def test_equal_names_stay_two_intents_and_are_reported() -> None:
    files = agent(intent("Menu", "a"), intent("menu", "b"))
    files["intents/Menu 2.json"] = {**intent("Menu", "c"), "id": "autre"}
    parsed = read_files(files)
    assert sorted(item.id for item in parsed.project.intents) == ["menu", "menu_2", "menu_3"]
    assert [finding.message for finding in found(parsed, "PAR510")] == [
        "two intents have one name: `Menu` and `Menu`",
        "two intents have one name but for its case: `Menu` and `menu`",
    ]


def test_phrases_find_their_intent_by_file_name_and_names_come_from_the_file() -> None:
    files = {
        "intents/╨▓╤Ц.json": intent("вітання", "Привіт!"),
        "intents/╨▓╤Ц_usersays_uk.json": [{"data": [{"text": "добрий день"}], "isTemplate": False, "count": 0}],
        "agent.json": {**AGENT, "language": "uk"},
    }
    parsed = read_files(files)
    (item,) = parsed.project.intents
    assert (item.title, print_text(item.phrases.first[0].text)) == ("вітання", "добрий день")
    assert not found(parsed, "PAR512")


def test_phrases_and_entries_without_their_partner_are_kept_and_reported() -> None:
    files = agent(intent("Menu", "a"))
    files["intents/Perdue_usersays_fr.json"] = [{"data": [{"text": "où ?"}], "isTemplate": False, "count": 0}]
    files["entities/perdue_entries_fr.json"] = [{"value": "a", "synonyms": ["b"]}]
    parsed = read_files(files)
    assert [item.id for item in parsed.project.intents] == ["menu", "perdue"]
    assert [item.id for item in parsed.project.entities] == ["perdue"]
    assert len(found(parsed, "PAR512")) == 2


# --- settings ---


def test_without_settings_the_language_is_that_of_most_texts() -> None:
    files = agent(
        intent("Menu", {"type": 0, "lang": "ar", "speech": "نعم"}, {"type": 0, "lang": "ar", "speech": "لا"}, "oui")
    )
    del files["agent.json"]
    parsed = read_files(files)
    assert parsed.project.locale == "ar"
    assert "`ar`" in found(parsed, "PAR501")[0].message
    alone = {"intents/Menu.json": intent("Menu", {"type": 0, "speech": "Oui ?"})}
    assert read_files(alone, locale="fr").project.locale == "fr"


def test_languages_that_differ_from_the_settings_are_named() -> None:
    settings = {**AGENT, "supportedLanguages": ["en", "pt-br"]}
    files = {**agent(intent("Menu", "Oui ?", {"type": 0, "lang": "ru", "speech": "Да?"})), "agent.json": settings}
    parsed = read_files(files)
    assert [finding.message for finding in found(parsed, "PAR514")] == [
        "texts are written in `ru`, which `agent.json` does not name",
        "nothing is said in `en`, `pt-BR`, which `agent.json` names",
    ]
    assert parsed.project.locales == ("fr", "en", "pt-BR", "ru")


def test_small_talk_and_foreign_files_are_put_down(parsed: Parsed) -> None:
    assert dict(parsed.project.facts)["smallTalk.fr"].startswith('[{"action": "smalltalk.agent.age"')
    lost = {entry.place.file.rsplit("/", 1)[-1]: entry.code for entry in parsed.ledger if entry.fate.value == "dropped"}
    assert lost["customSmalltalkResponses_fr.json"] == "LOS504"
    assert lost["LISEZMOI.txt"] == "PAR516"


def test_an_empty_tree_is_refused() -> None:
    parsed = dialogflow_es.parse_project(Tree("vide", {}), ParseOptions())
    assert parsed.unreadable
    assert len(found(parsed, "PAR500")) == 1


def test_links_and_calls_are_no_answers(flow: Flow) -> None:
    kinds = {choice.id: choice.kind for choice in flow.by_id["conseils.say_3"].content.choices}  # type: ignore[union-attr]
    assert kinds == {
        "un_autre_conseil": ChoiceKind.REPLY,
        "reserver_un_livre": ChoiceKind.REPLY,
        "nous_appeler": ChoiceKind.CALL,
        "le_catalogue": ChoiceKind.URL,
    }


@pytest.mark.parametrize("name", ["librairie", "ancien", "rest", "hostile"])
def test_the_converted_scenario_reads_back_as_it_is(name: str) -> None:
    tree = encode_project(read(name).project)
    again = scenario.parse(SourceFile.of_text(to_yaml(tree), "scenario.yaml"), ParseOptions())
    assert encode_project(again.project) == tree
    assert not again.findings
