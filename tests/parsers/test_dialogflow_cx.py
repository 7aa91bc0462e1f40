"""Dialogflow CX: which files are an agent, what is read of its settings, intents and entities, and what is refused."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

import pytest

from bascule.ir.encode import encode_project, to_yaml
from bascule.ir.nodes import Message
from bascule.ir.text import Hole
from bascule.parsers import dialogflow_cx
from bascule.parsers.base import CERTAIN, POSSIBLE, Parsed, ParseOptions
from bascule.source import SourceFile, Tree
from bascule.source.archive import read_archive
from bascule.workspace import LoadedFile, Workspace, analyse
from tests.parsers.dialogflow_cx_support import (
    AGENT,
    FIXTURES,
    START,
    Run,
    agent,
    everything_shown,
    flow_files,
    found,
    only_flow,
    page,
    read,
    read_files,
    route,
    said,
    say,
    source_at,
    tree_from,
    tree_of,
    words,
)


@pytest.fixture(scope="module")
def bakery() -> Parsed:
    return read("boulangerie")


def zipped(files: dict[str, bytes], name: str = "agent.zip") -> SourceFile:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for path, content in files.items():
            archive.writestr(path, content)
    return SourceFile(name, data.getvalue())


# --- which files ---


def test_a_folder_is_found_as_one_agent() -> None:
    tree = tree_of(FIXTURES / "boulangerie")
    (claim,) = dialogflow_cx.find_projects(tree)
    assert claim.root == ""
    assert set(claim.files) == set(tree.files)
    assert claim.match.confidence == CERTAIN


def test_agents_below_a_folder_are_found_each_with_its_own_files() -> None:
    files = {f"a/b/{path}": value for path, value in agent(route("Oui", to="End Session")).items()}
    files |= {f"c/{path}": value for path, value in agent(route("Non", to="End Session")).items()}
    files |= {"a/notes.txt": "x", "a/b/README.md": "x"}
    claims = dialogflow_cx.find_projects(tree_from(files))
    assert [claim.root for claim in claims] == ["c", "a/b"]
    assert "a/b/README.md" not in claims[1].files
    assert all(name.startswith("a/b/") for name in claims[1].files)


def test_an_agent_without_its_own_file_is_found_by_its_flows() -> None:
    files = flow_files("Accueil", {"transitionRoutes": [route("Bonjour", does=say("Bonjour !"))]})
    tree = tree_from(files)
    (claim,) = dialogflow_cx.find_projects(tree)
    assert POSSIBLE <= claim.match.confidence < CERTAIN
    parsed = dialogflow_cx.parse_project(tree, ParseOptions(locale="fr"))
    assert [finding.code for finding in parsed.findings if finding.code == "PAR551"] == ["PAR551"]
    assert parsed.project.locale == "fr"


@pytest.mark.parametrize(
    "files",
    [
        {"agent.json": {"language": "fr", "webhook": {}, "googleAssistant": {}}, "package.json": {"version": "1.0.0"}},
        {"agent.json": {"name": "robot", "model": "x"}, "flows/a/a.json": {"nodes": []}},
        {"flows/a/b.json": {"displayName": "a", "transitionRoutes": [], "eventHandlers": []}},
        {"agent.json": [1, 2]},
        {"agent.json": {"defaultLanguageCode": "fr"}},
    ],
)
def test_folders_of_others_are_not_claimed(files: dict[str, Any]) -> None:
    assert dialogflow_cx.find_projects(tree_from(files)) == []


def test_a_zip_holds_an_agent_too() -> None:
    folder = tree_of(FIXTURES / "boulangerie")
    file = zipped({f"export/{path}": item.data for path, item in folder.files.items()})
    tree, problems = read_archive(file)
    assert not problems
    (claim,) = dialogflow_cx.find_projects(tree)
    assert claim.root == "export"
    parsed = dialogflow_cx.parse_project(tree.only(claim.files).within(claim.root), ParseOptions())
    alone = dialogflow_cx.parse(file, ParseOptions())
    folder_result = read("boulangerie")
    for other in (parsed, alone):
        assert to_yaml(encode_project(other.project)) == to_yaml(encode_project(folder_result.project))
        assert other.ledger.counts() == folder_result.ledger.counts()


def test_a_zip_without_an_agent_is_refused_with_advice() -> None:
    parsed = dialogflow_cx.parse(zipped({"a.txt": b"x"}), ParseOptions())
    assert parsed.unreadable
    assert found(parsed, "PAR552")


def test_the_binary_export_is_claimed_and_refused_with_advice() -> None:
    path = FIXTURES / "binaire" / "boulangerie.blob"
    file = SourceFile("boulangerie.blob", path.read_bytes())
    match = dialogflow_cx.sniff(file)
    assert match is not None
    assert match.confidence == CERTAIN
    parsed = dialogflow_cx.parse(file, ParseOptions())
    assert parsed.unreadable
    (finding,) = parsed.findings
    assert finding.code == "PAR550"
    assert "JSON package" in finding.help
    assert parsed.ledger.counts()["dropped"] == 1


@pytest.mark.parametrize(
    "data",
    [b"", b"\x0a", b"\x0a\x10\x0a\x0eprojects/a", b"projects/a/b", b"\x0a\x05\x0a\x03abc/", bytes(range(256))],
)
def test_other_binaries_are_not_taken_for_the_export(data: bytes) -> None:
    match = dialogflow_cx.sniff(SourceFile("x.blob", data))
    assert match is None or match.confidence < POSSIBLE


def test_one_flow_alone_is_read_and_said_to_be_a_part() -> None:
    file = SourceFile("Accueil.json", (FIXTURES / "seule" / "Accueil.json").read_bytes())
    match = dialogflow_cx.sniff(file)
    assert match is not None
    assert POSSIBLE <= match.confidence < CERTAIN
    parsed = dialogflow_cx.parse(file, ParseOptions(locale="fr"))
    assert not parsed.unreadable
    assert found(parsed, "PAR563")
    assert not found(parsed, "PAR551")
    assert Run(parsed.project).start("Bonjour") == ["Bonjour !"]


@pytest.mark.parametrize(
    "value",
    [
        {"trainingPhrases": [{"parts": [{"text": "bonjour"}]}]},
        {"displayName": "x", "genericWebService": {"uri": "https://exemple.fr"}},
        {"displayName": "x", "testCaseConversationTurns": []},
        {"displayName": "x", "transitionRoutes": []},
        AGENT,
    ],
)
def test_other_parts_alone_are_near_misses_that_say_what_to_name(value: dict[str, Any]) -> None:
    match = dialogflow_cx.sniff(SourceFile.of_text(json.dumps(value), "x.json"))
    assert match is not None
    assert match.confidence < POSSIBLE
    assert "name the agent's folder or zip" in match.reason


@pytest.mark.parametrize("text", ["", "[]", "3", "{}", '{"flows": []}', '{"displayName": "x"}', "bonjour", "{"])
def test_files_of_nobody_are_not_claimed(text: str) -> None:
    assert dialogflow_cx.sniff(SourceFile.of_text(text, "x.json")) is None
    parsed = dialogflow_cx.parse(SourceFile.of_text(text, "x.json"), ParseOptions())
    assert parsed.unreadable
    assert parsed.findings


def test_an_empty_tree_is_unreadable() -> None:
    assert dialogflow_cx.parse_project(Tree("rien", {}), ParseOptions()).unreadable


# --- names ---


def test_the_display_name_counts_not_the_file_name() -> None:
    files = agent(route("Aller", to="Page  à blanc "), pages={})
    files[f"flows/{START}/pages/autre nom.json"] = {"displayName": "Page  à blanc ", **page(entry="Ici.")}
    assert Run(read_files(files).project).start("Aller") == ["Ici."]


def test_percent_escapes_and_blanks_at_the_end_of_file_names_belong_to_the_name() -> None:
    files = agent(route("Aller", to="Fin 2:30 "), route("Autre", to="Autre "))
    files[f"flows/{START}/pages/Fin 2%3A30 .json"] = page(entry="Ici.")
    files[f"flows/{START}/pages/Autre%20.json"] = page(entry="Là.")
    parsed = read_files(files)
    assert not found(parsed, "PAR554")
    assert Run(parsed.project).start("Aller") == ["Ici."]
    assert Run(parsed.project).start("Autre") == ["Là."]


def test_a_second_file_of_a_name_is_reported_and_kept() -> None:
    files = agent(route("Aller", to="Page"), pages={"Page": page(entry="Une."), "Page2": page(entry="Deux.")})
    files[f"flows/{START}/pages/Page2.json"]["displayName"] = "Page"
    parsed = read_files(files)
    assert len(found(parsed, "PAR561")) == 1
    assert Run(parsed.project).start("Aller") == ["Une."]
    assert "Deux." in everything_shown(parsed)


def test_a_dangling_name_is_reported_with_the_name_that_is_meant() -> None:
    parsed = read_files(agent(route("Aller", to="Comande"), pages={"Commande": page(entry="Oui ?")}))
    (finding,) = found(parsed, "PAR554")
    assert finding.help == "did you mean `Commande`?"
    assert source_at(parsed, finding.place) == '"Comande"'
    assert finding.severity.name == "ERROR"


def test_the_start_flow_is_the_one_that_the_agent_names() -> None:
    other = flow_files("Autre", {"transitionRoutes": [route("Aller", does=say("Autre."))]})
    files = agent(route("Aller", does=say("Début.")), more=other)
    assert Run(read_files(files).project).start("Aller") == ["Début."]
    files["agent.json"] = {**AGENT, "startFlow": "Autre"}
    assert Run(read_files(files).project).start("Aller") == ["Autre."]
    files["agent.json"] = {**AGENT, "startFlow": "Autr"}
    parsed = read_files(files)
    assert [finding.help for finding in found(parsed, "PAR565")] == ["did you mean `Autre`?"]
    assert Run(parsed.project).start("Aller") == ["Début."]


# --- languages ---


def test_texts_in_several_languages_survive_byte_for_byte(bakery: Parsed) -> None:
    flow = next(flow for flow in bakery.project.flows if flow.id == "default_start_flow")
    welcome = next(node for node in flow.nodes if isinstance(node, Message) and "bienvenue à la" in said(node, "fr"))
    source = tree_of(FIXTURES / "boulangerie").files[f"flows/{START}/{START}.json"]
    messages = source.json.value["transitionRoutes"][0]["triggerFulfillment"]["messages"]  # type: ignore[union-attr]
    written = {one["languageCode"]: one["text"]["text"][0] for one in messages if "text" in one}
    assert written.keys() == {"fr", "ar", "hi", "pt-br", "ru"}
    for language, value in written.items():
        locale = {"pt-br": "pt-BR"}.get(language, language)
        assert said(welcome, locale).encode() == value.encode()
    assert bakery.project.locale == "fr"
    assert bakery.project.locales == ("fr", "ar", "hi", "pt-BR", "ru")
    assert all(flow.locale == "fr" for flow in bakery.project.flows)


def test_every_text_of_the_bakery_is_in_the_graph(bakery: Parsed) -> None:
    shown = json.dumps(encode_project(bakery.project), ensure_ascii=False)
    missing = []
    for path, file in tree_of(FIXTURES / "boulangerie").files.items():
        if path.startswith(("flows/", "intents/", "entityTypes/")) and path.endswith(".json"):
            missing += [piece for piece in _pieces(json.loads(file.data)) if piece not in shown]
    # Only what is spoken is not said.
    assert missing == ['<speak>Merci <break time="1s"/> et à bientôt</speak>']


def _pieces(value: Any) -> list[str]:
    """The plain pieces of every text and phrase, with the words between references."""
    found_: list[str] = []
    if isinstance(value, dict):
        for name, item in value.items():
            if name in ("text", "ssml") and isinstance(item, str):
                found_.append(item)
            elif name == "text" and isinstance(item, list):
                found_ += [piece for one in item for piece in str(one).split("$")[:1]]
            else:
                found_ += _pieces(item)
    elif isinstance(value, list):
        for item in value:
            found_ += _pieces(item)
    return found_


# --- intents and entities ---


def test_intents_keep_their_phrases_in_every_language(bakery: Parsed) -> None:
    intent = next(one for one in bakery.project.intents if one.id == "Accueil")
    phrases = {locale: [words(phrase.text) for phrase in listed] for locale, listed in intent.phrases}
    assert phrases == {
        "fr": ["bonjour", "salut 👋"],
        "ar": ["مرحبا", "السلام عليكم"],
        "hi": ["नमस्ते"],
        "pt-BR": ["olá", "bom dia"],
        "ru": ["привет"],
    }
    assert dict(intent.facts)["labels"] == '{"sys-head": ""}'


def test_annotated_words_are_holes_with_their_samples(bakery: Parsed) -> None:
    intent = next(one for one in bakery.project.intents if one.id == "Commander")
    phrase = (intent.phrases.get("fr") or ())[1]
    assert words(phrase.text) == "je voudrais {quantite} {produit}"
    assert phrase.samples == ("deux", "baguettes")
    assert intent.parameters == (("produit", "produit"), ("quantite", "sys.number-integer"))
    hole = next(part for part in phrase.text if isinstance(part, Hole))
    assert hole.at is not None
    assert source_at(bakery, hole.at).startswith("{")


def test_entities_keep_kind_values_and_synonyms_in_every_language(bakery: Parsed) -> None:
    entities = {one.id: one for one in bakery.project.entities}
    product = entities["produit"]
    assert product.kind == "list"
    baguette = next(one for one in product.values if one.value == "baguette")
    assert dict(baguette.synonyms.items) == {
        "fr": ("baguette", "baguettes", "pain"),
        "ar": ("خبز", "رغيف"),
        "hi": ("रोटी",),
        "pt-BR": ("pão", "pães"),
    }
    assert dict(product.facts)["excludedPhrases/fr"] == '["pain de mie"]'
    number = entities["numero"]
    assert number.kind == "regex"
    assert dict(number.patterns.items) == {"fr": ("CMD-[0-9]{4}",)}
    assert entities["sys.color"].kind == "system"
    assert found(bakery, "LOS561")[0].data["count"] == 1


def test_phrases_without_words_and_weights_are_reported() -> None:
    files = agent(route("Aller", to="End Session"))
    files["intents/Aller/trainingPhrases/fr.json"] = {
        "trainingPhrases": [{"parts": []}, {"parts": [{"text": "aller"}], "repeatCount": 4, "languageCode": "fr-ca"}]
    }
    parsed = read_files(files)
    assert len(found(parsed, "PAR553")) == 1
    assert len(found(parsed, "LOS565")) == 1
    assert parsed.project.intents[0].phrases.locales == ("fr", "fr-CA")


def test_an_unknown_intent_or_entity_is_reported_with_the_one_that_is_meant() -> None:
    files = agent(route("Aller", to="End Session"))
    files[f"flows/{START}/{START}.json"]["transitionRoutes"][0]["intent"] = "Alller"
    files["intents/Aller/Aller.json"]["parameters"] = [{"id": "a", "entityType": "@vile"}]
    files["entityTypes/ville/ville.json"] = {"displayName": "ville", "kind": "KIND_MAP"}
    parsed = read_files(files)
    assert sorted(finding.help for finding in found(parsed, "PAR555")) == [
        "did you mean `Aller`?",
        "did you mean `ville`?",
    ]


# --- the whole ---


def test_the_bakery_is_analysed_and_its_canonical_file_reads_back(bakery: Parsed) -> None:
    from bascule.parsers import scenario

    workspace = Workspace(files=[LoadedFile("boulangerie", "boulangerie", "dialogflow-cx", "", bakery)])
    workspace.documents.update({one.path: one for one in (bakery.document, *bakery.documents)})
    analysis = analyse(workspace)
    assert analysis.plan.steps
    text = to_yaml(encode_project(bakery.project))
    again = scenario.parse(SourceFile.of_text(text, "boulangerie.yaml"), ParseOptions())
    assert not again.findings
    assert to_yaml(encode_project(again.project)) == text


def test_reading_twice_gives_the_same(bakery: Parsed) -> None:
    again = read("boulangerie")
    assert to_yaml(encode_project(again.project, provenance=True)) == to_yaml(
        encode_project(bakery.project, provenance=True)
    )
    assert again.findings == bakery.findings
    assert list(again.ledger) == list(bakery.ledger)


def test_an_agent_of_playbooks_has_nothing_to_convert() -> None:
    files = {"agent.json": {**AGENT, "startPlaybook": "Avis"}, "playbooks/Avis/Avis.json": {"displayName": "Avis"}}
    parsed = read_files(files)
    assert parsed.unreadable
    assert found(parsed, "PAR562")
    assert len(found(parsed, "LOS556")) == 2


def test_the_settings_of_the_agent_are_facts(bakery: Parsed) -> None:
    facts = dict(bakery.project.facts)
    assert facts["displayName"] == '"Boulangerie du Marché"'
    assert json.loads(facts["advancedSettings"])["speechSettings"] == {"noSpeechTimeout": {"seconds": 8}}
    assert facts["genAppBuilderSettings"] == '{"engine": "projects/boulangerie/engines/pain"}'


def test_a_flow_without_start_page_routes_still_has_an_entry() -> None:
    flow = only_flow(read_files(agent(pages={"Page": page(entry="Ici.")})))
    assert [entry.kind.value for entry in flow.entries] == ["any_message"]
