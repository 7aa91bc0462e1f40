"""SMS templates of every shape: what becomes of keys, texts, languages, choices and the rest."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from bascule.diagnostics import Finding, locate
from bascule.diagnostics.rules import registry
from bascule.ir.content import ChoiceKind, MediaKind
from bascule.ir.dump import to_yaml
from bascule.ir.encode import encode_project
from bascule.ir.expr import Ref
from bascule.ir.ledger import Fate
from bascule.ir.nodes import Ask, Chosen, Message, ReplyKind
from bascule.ir.project import EntryKind, Flow, Initiator
from bascule.ir.text import Hole, Literal, Text, holes, plain_text
from bascule.parsers.base import Parsed, ParseOptions
from bascule.parsers.scenario import parse as read_scenario
from bascule.parsers.sms import parse
from bascule.parsers.sms.columns import name_readings
from bascule.parsers.sms.vocabulary import Role
from bascule.source import SourceFile

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures" / "sms"


def read(name: str, **options: str) -> Parsed:
    path = FIXTURES / name
    return parse(SourceFile(path.name, path.read_bytes()), ParseOptions(**options))


def read_text(text: str, name: str = "sms.csv", **options: str) -> Parsed:
    return parse(SourceFile.of_text(text, name), ParseOptions(**options))


def read_json(value: Any, name: str = "sms.json", **options: str) -> Parsed:
    return read_text(json.dumps(value, ensure_ascii=False), name, **options)


def node(parsed: Parsed, flow_id: str) -> Message | Ask:
    found = parsed.project.by_id[flow_id].nodes[0]
    assert isinstance(found, (Message, Ask))
    return found


def names(text: Text) -> list[str]:
    return [hole.expression.name for hole in holes(text) if isinstance(hole.expression, Ref)]


def said(parsed: Parsed, flow_id: str, locale: str = "") -> str:
    text = node(parsed, flow_id).content.text.get(locale)
    assert text is not None
    return plain_text(text)


def facts(flow: Flow) -> dict[str, Any]:
    return {name: json.loads(value) for name, value in flow.nodes[0].facts}


def codes(parsed: Parsed) -> list[str]:
    return [finding.code for finding in parsed.findings]


def found(parsed: Parsed, code: str) -> Finding:
    finding = next(finding for finding in parsed.findings if finding.code == code)
    return locate(finding, {parsed.document.path: parsed.document})


def where(parsed: Parsed, code: str) -> tuple[int, int, str]:
    span = found(parsed, code).span
    assert span is not None
    return span.line, span.column, parsed.document.text[span.start : span.end]


# One row of a table


def test_a_row_with_placeholders_becomes_a_message_with_holes() -> None:
    parsed = read_text('texte\n"Bonjour [nom], votre rendez-vous est à [heure]."\n', "modeles.csv")
    (flow,) = parsed.project.flows
    assert parsed.project.locale == flow.locale == "fr"
    assert isinstance(flow.nodes[0], Message)
    text = flow.nodes[0].content.text.first
    assert [part.text for part in text if isinstance(part, Literal)] == ["Bonjour ", ", votre rendez-vous est à ", "."]
    assert names(text) == ["nom", "heure"]
    assert set(parsed.project.variable) == {"nom", "heure"}


def test_a_template_is_a_flow_that_the_business_starts_by_api() -> None:
    parsed = read("rappels.csv")
    flow = parsed.project.by_id["rdv_confirmation"]
    (entry,) = flow.entries
    assert (entry.kind, entry.name, entry.initiator) == (EntryKind.API, "rdv_confirmation", Initiator.BUSINESS)
    assert flow.title == "Confirmation de rendez-vous"
    assert flow.nodes[0].edges == ()


def test_cells_around_the_text_are_kept_as_facts() -> None:
    flow = read("rappels.csv").project.by_id["rdv_confirmation"]
    kept = facts(flow)
    assert kept["category_hint"] == "utility"
    assert kept["source.catégorie"] == "transactionnel"
    assert kept["sender_id"] == "CLINIQUE"
    assert kept["description"] == "Envoyé à la prise de rendez-vous"
    assert kept["source.créé le"] == "2026-03-01"


@pytest.mark.parametrize(
    ("word", "hint"),
    [("OTP", "authentication"), ("Promotionnel", "marketing"), ("SMS transactionnel", "utility"), ("реклама", "marketing"),
     ("خدمة", "utility"), ("विपणन", "marketing"), ("divers", None)],
)  # fmt: skip
def test_words_for_categories_become_hints(word: str, hint: str | None) -> None:
    (flow,) = read_text(f"clé;texte;catégorie\na;Bonjour à vous;{word}\n").project.flows
    assert facts(flow).get("category_hint") == hint
    assert facts(flow)["source.catégorie"] == word


def test_segments_are_counted_without_the_placeholders() -> None:
    parsed = read_text("clé;texte\na;Votre code est {façade}\nb;Ça va, {nom} ? Voilà le reçu\n")
    assert {name: value for name, value in facts(parsed.project.by_id["a"]).items() if name.startswith("sms.")} == {
        "sms.encoding": "GSM-7",
        "sms.segments": 1,
        "sms.units": 15,
    }
    assert facts(parsed.project.by_id["b"])["sms.encoding"] == "UCS-2"
    assert facts(parsed.project.by_id["b"])["sms.forcing"] == "ç"


def test_opt_out_wording_is_a_fact_and_a_finding_at_its_words() -> None:
    parsed = read("rappels.csv")
    assert facts(parsed.project.by_id["promo_rentree"])["opt_out"] == "STOP"
    line, _, text = where(parsed, "PAR108")
    assert line == 5
    assert text == "STOP au 36111"


def test_a_brand_in_brackets_at_the_start_is_no_placeholder() -> None:
    parsed = read("rappels.csv")
    assert said(parsed, "rdv_rappel").startswith("[Clinique du Lac] Rappel")
    assert names(node(parsed, "rdv_rappel").content.text.first) == ["heure", "médecin"]


def test_holes_of_a_multi_line_cell_point_at_their_place_in_the_file() -> None:
    parsed = read("rappels.csv")
    hole = [part for part in node(parsed, "rdv_rappel").content.text.first if isinstance(part, Hole)][1]
    assert hole.at is not None
    span = parsed.document.locate(hole.at)
    assert parsed.document.text[span.start : span.end] == "[médecin]"
    assert span.line == 3


# Headers of several languages, and none


@pytest.mark.parametrize(
    ("header", "key", "text"),
    [
        ("clé;texte", "a", "Bonjour à vous tous"),
        ("Modèle;Libellé", "a", "Bonjour à vous tous"),
        ("CODE_SMS;Corps du message", "a", "Bonjour à vous tous"),
        ("Identifiant ;  CONTENU", "a", "Bonjour à vous tous"),
        ("clave;mensaje", "a", "Hola a todos ustedes"),
        ("chave;conteúdo", "a", "Olá a todos vocês"),
        ("Schlüssel;Nachricht", "a", "Guten Tag an alle"),
        ("المفتاح;نص الرسالة", "a", "مرحبا بكم جميعا"),
        ("ключ;текст сообщения", "a", "Здравствуйте все"),
        ("कुंजी;संदेश", "a", "आप सभी को नमस्ते"),
        ("מפתח;תוכן ההודעה", "a", "שלום לכולם"),
        ("template_key;template", "a", "Hello to all of you"),
        ("template;body", "a", "Hello to all of you"),
        ("name;message", "a", "Hello to all of you"),
    ],
)
def test_columns_are_known_by_their_names_in_many_languages(header: str, key: str, text: str) -> None:
    parsed = read_text(f"{header}\n{key};{text}\n")
    (flow,) = parsed.project.flows
    assert (flow.id, flow.title) == (key, key)
    assert plain_text(parsed.project.flows[0].nodes[0].content.text.first) == text  # type: ignore[union-attr]
    assert "PAR115" not in codes(parsed)


def test_a_table_without_a_header_is_read_by_its_cells_and_says_so() -> None:
    parsed = read("sans_entete.csv")
    assert [flow.id for flow in parsed.project.flows] == ["bienvenue", "merci"]
    assert "no header" in found(parsed, "PAR115").message
    assert where(parsed, "PAR115")[:2] == (1, 11)
    parsed = read("une_colonne.csv")
    assert [flow.id for flow in parsed.project.flows] == [
        "bonjour_awa_votre_commande_est_prete",
        "merci_de_votre_visite_a_bientot",
    ]
    assert found(parsed, "PAR103").data["count"] == 2


def test_a_readable_name_is_preferred_to_a_number_as_key() -> None:
    parsed = read_text("id,name,label,content\n7,bienvenue,Bienvenue chez nous,Bonjour à vous tous\n")
    (flow,) = parsed.project.flows
    assert (flow.id, flow.title, facts(flow)["source.id"]) == ("bienvenue", "Bienvenue chez nous", "7")


def test_a_second_text_column_is_kept_and_reported() -> None:
    parsed = read_text("id;text;message\na;Bonjour à vous tous;Une autre version du texte\n")
    assert said(parsed, "a") == "Bonjour à vous tous"
    assert facts(parsed.project.flows[0])["source.message"] == "Une autre version du texte"
    assert where(parsed, "PAR106") == (1, 9, "message")


def test_a_title_above_the_header_is_kept() -> None:
    parsed = read("classeur.xlsx")
    assert dict(parsed.project.facts)["preamble.0.0"] == '"Modèles de SMS – à jour au 1er mars"'
    assert set(parsed.project.by_id) == {"bienvenue", "calcul"}


# Languages


def test_one_column_a_language_gives_localised_texts() -> None:
    parsed = read("langues_en_colonnes.csv")
    assert (parsed.project.locale, parsed.project.locales) == ("fr", ("fr", "en", "ar", "hi"))
    content = node(parsed, "colis_expedie").content
    assert content.text.locales == ("fr", "en", "ar", "hi")
    assert said(parsed, "colis_expedie", "ar") == "طردك … في الطريق إليك 📦"
    assert node(parsed, "colis_livre").content.text.locales == ("fr", "en", "ar")
    assert "PAR104" not in codes(parsed)


def test_rows_of_one_key_and_several_languages_are_one_message() -> None:
    parsed = read("langues_en_lignes.csv")
    assert list(parsed.project.by_id) == ["bienvenue", "au_revoir"]
    content = node(parsed, "bienvenue").content
    assert content.text.locales == ("fr", "en", "pt_BR")
    assert [(variant.channel, plain_text(variant.content.text.first)) for variant in content.variants] == [
        ("whatsapp", "*Bienvenue* chez nous, … 👋")
    ]
    kept = facts(parsed.project.by_id["bienvenue"])
    assert (kept["source.id"], kept["source.id@en"], kept["source.id@fr.whatsapp"]) == ("1", "2", "4")


def test_an_unknown_language_is_reported_at_its_cell() -> None:
    parsed = read("langues_en_lignes.csv")
    assert where(parsed, "PAR105") == (7, 13, "klingon")
    assert "und_klingon" in parsed.project.locales


@pytest.mark.parametrize(
    ("name", "options", "locale", "guessed"),
    [
        ("sms_fr.csv", {}, "fr", False),
        ("messages_pt_BR.csv", {}, "pt_BR", False),
        ("sms.csv", {"locale": "de"}, "de", False),
        ("sms_it.csv", {"locale": "de"}, "it", False),
        ("sms.csv", {}, "en", True),
    ],
)
def test_the_language_comes_from_the_name_then_the_option_then_a_guess(
    name: str, options: dict[str, str], locale: str, guessed: bool
) -> None:
    parsed = read_text("key;text\na;Hello, your order is on its way\n", name, **options)
    assert parsed.project.locale == locale
    assert ("PAR104" in codes(parsed)) is guessed


def test_a_language_that_cannot_be_told_is_left_open() -> None:
    parsed = read_text("key;text\na;OK OK\n")
    assert parsed.project.locale == ""
    assert "could not be told" in found(parsed, "PAR104").message


def test_the_guess_points_at_texts_in_another_language() -> None:
    french = "\n".join(f"k{n};Bonjour, votre commande numéro {n} est prête pour vous" for n in range(5))
    parsed = read_text(f"key;text\n{french}\nz;Hello, your order is ready and you can pick it up\n")
    (label,) = found(parsed, "PAR104").labels
    assert "`en`" in label.text
    assert label.span is not None
    assert label.span.line == 7


# Channels, services, versions


def test_columns_for_other_channels_become_variants() -> None:
    parsed = read("canaux.csv")
    ask = node(parsed, "avis")
    assert [variant.channel for variant in ask.content.variants] == ["whatsapp"]
    assert plain_text(ask.content.text.first).startswith("Votre avis")
    assert [(item.kind, plain_text(item.url.first)) for item in ask.content.media] == [
        (MediaKind.IMAGE, "https://exemple.fr/avis.png")
    ]


def test_services_below_defaults_become_variants() -> None:
    parsed = read("services.json")
    assert list(parsed.project.by_id) == ["rappel", "merci"]
    assert [variant.channel for variant in node(parsed, "rappel").content.variants] == ["coiffeur", "dentiste"]
    assert said(parsed, "merci") == "Merci de votre visite."


def test_channels_as_groups_are_variants_of_the_sms() -> None:
    parsed = read_json(
        {"sms": {"rdv": "À demain {nom}"}, "email": {"rdv": "Cher {nom}, à demain", "news": "La lettre du mois"}}
    )
    assert said(parsed, "rdv") == "À demain …"
    assert [variant.channel for variant in node(parsed, "rdv").content.variants] == ["email"]
    assert facts(parsed.project.by_id["news"])["channel"] == "email"


def test_each_version_is_a_flow_of_its_own() -> None:
    parsed = read("versions.yml")
    assert list(parsed.project.by_id) == ["invitation_2", "invitation_1", "rappel_1"]
    assert facts(parsed.project.by_id["invitation_2"])["version"] == "2"
    assert where(parsed, "PAR109") == (2, 1, "invitation")
    assert codes(parsed).count("PAR109") == 1


# JSON and YAML


def test_a_map_of_texts_is_read_by_key() -> None:
    parsed = read("textes.json")
    assert list(parsed.project.by_id) == ["commande_recue", "commande_expediee", "famille", "insecable"]


def test_objects_in_a_wrapper_keep_what_is_said_about_them() -> None:
    parsed = read("objets.json")
    assert list(parsed.project.by_id) == ["relance_facture", "choix_creneau"]
    variables = parsed.project.variable
    assert {name: variable.type for name, variable in variables.items()} == {
        "nom": "text",
        "numero": "text",
        "montant": "number",
        "date": "date",
    }
    assert variables["numero"].sample.first == "F-2041"
    assert variables["numero"].max_length == 20
    assert variables["numero"].description == "Numéro de la facture"
    assert variables["date"].sample.first == "12/05/2026"
    assert json.loads(dict(parsed.project.facts)["consignes"])["longueur"] == 160
    assert "`consignes`" in read_json({"templates": {"a": "Bonjour {n}"}, "consignes": {
        "x": "Toujours vouvoyer le client.", "y": "Rester bref et poli partout."}}).findings[0].message  # fmt: skip


def test_groups_give_dotted_keys() -> None:
    parsed = read("groupes.json")
    assert [flow.entries[0].name for flow in parsed.project.flows] == [
        "commandes.expediee",
        "commandes.retard",
        "compte.ouvert",
    ]
    assert dict(parsed.project.facts) == {"compte.lien_aide": '"https://exemple.fr/aide"', "longueur_max": "160"}


def test_language_members_are_languages_of_one_message() -> None:
    parsed = read("langues.json")
    assert node(parsed, "otp").content.text.locales == ("en", "ar", "he")
    assert said(parsed, "otp", "he") == "הקוד שלך הוא …"


def test_a_locale_root_of_a_framework_is_the_language() -> None:
    parsed = read("rails.fr.yml")
    assert parsed.project.locale == "fr"
    assert list(parsed.project.by_id) == ["bienvenue", "commandes_expediee", "oui"]
    assert said(parsed, "oui") == "oui"
    assert names(node(parsed, "bienvenue").content.text.first) == ["prenom"]
    two = read_text("fr:\n  sms:\n    a: Bonjour à toi\nen:\n  sms:\n    a: Hello to you\n", "sms.yml")
    assert node(two, "a").content.text.locales == ("fr", "en")


def test_ids_of_the_indian_registry_are_facts_and_the_sender_is_a_loss() -> None:
    parsed = read("registre_hi.json")
    (flow,) = parsed.project.flows
    assert flow.entries[0].name == "SCHOOL14"
    assert facts(flow)["dlt.templateId"] == "1107161234567890123"
    assert facts(flow)["sender_id"] == "HPGOVT"
    assert [(entry.construct, entry.fate, entry.code) for entry in parsed.ledger.losses()] == [
        ("member header", Fate.DEGRADED, "LOS100")
    ]
    assert {"LOS100", "LOS102"} <= set(codes(parsed))
    assert parsed.project.locale == "hi"


def test_an_item_without_a_text_is_kept_and_named() -> None:
    parsed = read_json([{"id": "a", "text": "Bonjour à vous"}, {"id": "b", "contenu_v2": 3}])
    assert where(parsed, "PAR112")[0] == 1
    assert "`contenu_v2`" in found(parsed, "PAR112").message
    assert len(parsed.project.flows) == 1


def test_empty_texts_make_no_flow_and_are_reported_at_their_place() -> None:
    parsed = read("liste.json")
    assert list(parsed.project.by_id) == ["invitation", "plan"]
    assert where(parsed, "PAR101") == (34, 13, '""')
    assert json.loads(dict(parsed.project.facts)["template.vide"])["title"] == "Sans texte"


# Questions


def test_quick_replies_make_a_question_with_choices() -> None:
    parsed = read("liste.json")
    ask = node(parsed, "invitation")
    assert isinstance(ask, Ask)
    assert ask.reply is ReplyKind.CHOICE
    assert [plain_text(choice.title.first) for choice in ask.content.choices] == ["Je viens 🎉", "Je ne peux pas"]
    assert [(edge.guard, edge.target) for edge in ask.edges] == [
        (Chosen((choice.id,)), None) for choice in ask.content.choices
    ]
    assert found(parsed, "PAR107").data["decided"] == "ask"


def test_link_and_call_buttons_do_not_make_a_question() -> None:
    plan = node(read("liste.json"), "plan")
    assert isinstance(plan, Message)
    assert [choice.kind for choice in plan.content.choices] == [ChoiceKind.URL, ChoiceKind.CALL]
    assert names(plan.content.choices[0].url) == ["lien"]
    assert plain_text(plan.content.choices[1].phone) == "+33123456789"


def test_a_menu_after_a_question_makes_choices_with_their_spellings() -> None:
    parsed = read("objets.json")
    ask = node(parsed, "choix_creneau")
    assert isinstance(ask, Ask)
    assert [plain_text(choice.title.first) for choice in ask.content.choices] == ["Matin", "Après-midi", "Soir"]
    assert {"1", "1.", "un"} <= set(ask.content.choices[0].accepts.first)
    assert plain_text(ask.content.text.first) == "Quel créneau vous convient ?\n1. Matin\n2. Après-midi\n3. Soir"
    menu = facts(parsed.project.by_id["choix_creneau"])["sms.menu"]
    assert plain_text(ask.content.text.first)[menu["start"] : menu["end"]].startswith("1. Matin")
    assert where(parsed, "PAR107")[2].startswith("1. Matin")


def test_a_list_that_nobody_asks_about_is_only_pointed_out() -> None:
    parsed = read_text('clé;texte\na;"Nos agences du centre\n1. Lyon\n2. Paris\n3. Lille"\n')
    assert isinstance(node(parsed, "a"), Message)
    if "PAR107" in codes(parsed):
        assert found(parsed, "PAR107").data["decided"] == "message"


def test_titles_of_menus_keep_their_holes() -> None:
    parsed = read_text('clé;texte\na;"Quel jour, {nom} ?\n1. Le {jour1}\n2. Le {jour2}"\n')
    ask = node(parsed, "a")
    assert [names(choice.title.first) for choice in ask.content.choices] == [["jour1"], ["jour2"]]
    hole = next(holes(ask.content.choices[1].title.first))
    assert hole.at is not None
    span = parsed.document.locate(hole.at)
    assert parsed.document.text[span.start : span.end] == "{jour2}"


def test_menus_of_several_languages_are_titles_of_the_same_choices() -> None:
    parsed = read_json([{"key": "a", "fr": "Venez-vous ?\n1. Oui\n2. Non", "en": "Will you come?\n1. Yes\n2. No"}])
    choices = node(parsed, "a").content.choices
    assert [plain_text(choice.title.get("en") or ()) for choice in choices] == ["Yes", "No"]
    assert "two" in (choices[1].accepts.get("en") or ())


def test_choices_in_a_cell_are_parted_and_located() -> None:
    parsed = read("canaux.csv")
    choices = node(parsed, "avis").content.choices
    assert [choice.id for choice in choices] == ["oui", "non", "plus_tard"]
    assert choices[2].at is not None
    span = parsed.document.locate(choices[2].at)
    assert parsed.document.text[span.start : span.end] == "Plus tard"


def test_a_button_without_a_title_is_kept_as_a_fact() -> None:
    parsed = read("hostile/boutons.json")
    assert found(parsed, "PAR119").place.pointer == "/0/buttons/0"
    assert facts(parsed.project.flows[0])["source.buttons"] == {"payload": "OUI"}
    assert [plain_text(choice.title.first) for choice in node(parsed, "a").content.choices] == ["Oui", "3", "Non"]
    assert node(parsed, "a").content.choices[2].hints == (("couleur", '"rouge"'),)


# Variables


def test_declared_and_used_names_are_compared() -> None:
    parsed = read_json([{"id": "a", "text": "Bonjour {prenom}, à {heure}", "variables": ["prénom", "heure"]}])
    messages = [finding.message for finding in parsed.findings if finding.code == "PAR114"]
    assert len(messages) == 2
    assert "`prénom` is declared but" in messages[0]
    helps = [finding.help for finding in parsed.findings if finding.code == "PAR114"]
    assert helps == ["is `prenom` meant?", "is `prénom` meant?"]


def test_one_variable_of_two_types_is_reported() -> None:
    parsed = read_json({
        "a": {"text": "Total {n}", "variables": {"n": "integer"}}, "b": {"text": "Code {n}", "variables": {"n": "string"}}
    })  # fmt: skip
    assert "as text here and as number before" in found(parsed, "PAR114").message
    assert parsed.project.variable["n"].type == "number"


@pytest.mark.parametrize(
    "cell", ["prenom, heure", "prenom:string|heure:time", '["prenom", "heure"]', "{prenom} {heure}"]
)
def test_variables_in_a_cell_are_names(cell: str) -> None:
    quoted = cell.replace('"', '""')
    parsed = read_text(f'clé;texte;variables\na;Bonjour {{prenom}}, à {{heure}};"{quoted}"\n')
    if cell.startswith("{"):
        assert "PAR114" in codes(parsed)  # blanks part no names
    else:
        assert "PAR114" not in codes(parsed)
        assert {"prenom", "heure"} == set(parsed.project.variable)


def test_the_placeholder_syntax_can_be_said() -> None:
    text = "clé;texte\na;Bonjour {nom} et %nom%\n"
    assert names(node(read_text(text, placeholder="percent"), "a").content.text.first) == ["nom"]
    parsed = read_text(text, placeholder="curly")
    assert "`brace`" in found(parsed, "PAR110").help


# Other files


def test_property_files_keep_unicode_escapes_and_continued_lines() -> None:
    parsed = read("messages_pt_BR.properties")
    assert parsed.project.locale == "pt_BR"
    assert said(parsed, "boas_vindas") == "Olá …, seja bem-vindo(a)! Responda SAIR para não receber mais."
    assert said(parsed, "pedido_enviado").endswith("🚚")
    assert dict(parsed.project.facts)["prazo"] == '"30"'
    assert where(parsed, "PAR101") == (5, 1, "vazio")
    assert where(parsed, "PAR108")[0] == 3
    latin = read("messages_fr.properties")
    assert said(latin, "bienvenue") == "Bienvenue …, votre espace est prêt à être utilisé."


@pytest.mark.parametrize(
    ("name", "ids", "how"),
    [
        ("rappel_rdv.txt", ["rappel_rdv"], "one template of several paragraphs"),
        (
            "paragraphes.txt",
            ["bonjour_votre_colis_est_arrive_en", "votre_colis_vous_attend_encore_3", "votre_colis_a_ete_renvoye_a"],
            "empty lines",
        ),
        ("titres.txt", ["bienvenue", "merci"], "headings (`[name]`)"),
        ("tirets.txt", ["premier_message", "deuxieme_message"], "lines of dashes"),
    ],
)
def test_plain_text_is_cut_by_a_rule_that_is_said(name: str, ids: list[str], how: str) -> None:
    parsed = read(name)
    assert list(parsed.project.by_id) == ids
    assert how in found(parsed, "PAR117").message


def test_empty_lines_below_a_heading_belong_to_the_text() -> None:
    parsed = read("titres.txt")
    assert said(parsed, "bienvenue") == "Bonjour …, bienvenue !\n\nRépondez AIDE pour en savoir plus."
    assert where(parsed, "PAR101")[2] == "[a_ecrire]"


@pytest.mark.parametrize("style", ["[{}]", "# {}", "## {}", "{}:"])
def test_headings_come_in_several_styles(style: str) -> None:
    text = "\n".join(f"{style.format(name)}\nBonjour {{nom}}, ceci est {name}\n" for name in ("un", "deux"))
    assert list(read_text(text, "sms.txt").project.by_id) == ["un", "deux"]


def test_only_one_sheet_is_read_and_the_others_are_in_the_ledger() -> None:
    parsed = read("classeur.xlsx")
    assert node(parsed, "bienvenue").content.text.locales == ("fr", "ar")
    assert [(entry.construct, entry.fate, entry.alternative) for entry in parsed.ledger.losses()] == [
        ("sheet Anciens", Fate.DROPPED, "--sheet Anciens")
    ]
    assert "LOS104" in codes(parsed)
    hole = next(holes(node(parsed, "bienvenue").content.text.first))
    assert hole.at is not None
    span = parsed.document.locate(hole.at)
    assert (span.line, span.column) == (4, 2)
    assert "PAR048" in codes(parsed)
    other = read("classeur.xlsx", sheet="Anciens")
    assert list(other.project.by_id) == ["vieux"]
    unknown = read("classeur.xlsx", sheet="Rien")
    assert unknown.unreadable
    assert "PAR056" in codes(unknown)


def test_a_flash_message_and_short_links_are_losses() -> None:
    parsed = read_text("clé;texte;flash;shorten_urls\na;Bonjour à vous;1;true\nb;Bonsoir à vous;0;false\n")
    assert [(entry.place.pointer, entry.code) for entry in parsed.ledger.losses()] == [
        ("/0/flash", "LOS101"),
        ("/0/shorten_urls", "LOS103"),
    ]
    assert facts(parsed.project.by_id["b"])["flash"] == "0"


def test_two_yaml_documents_are_not_silently_one() -> None:
    parsed = read("hostile/deux_documents.yml")
    assert "LOS105" in codes(parsed)
    assert parsed.ledger.counts()["dropped"] == 1


# Texts to the byte


@pytest.mark.parametrize(
    "text",
    [
        "Bonjour\u00a0! 25\u202f€",
        "cafe\u0301 ≠ café",
        "👨‍👩‍👧‍👦 🏳️‍🌈 👍🏽",
        "مرحبا \u200fبكم\u200e جميعا، 100٪",
        "नमस्ते क्‍ष हिन्दी",
        "שָׁלוֹם לכולם",
        "Ligne 1\r\nLigne 2\n\n Ligne 4 ",
        "Tab\tici \\n là \"cité\" 'aussi'",
    ],
)
def test_texts_survive_to_the_byte_in_every_shape(text: str) -> None:
    quoted = text.replace('"', '""')
    shapes = {
        "t.csv": f'clé;texte\nk;"{quoted}"\nz;"Bonjour à tous les amis"\n',
        "t.json": json.dumps({"k": text, "z": "Bonjour à tous les amis"}),
        "u.json": json.dumps([{"key": "k", "text": text}], ensure_ascii=False),
        "t.yml": f"k: {json.dumps(text, ensure_ascii=False)}\nz: Bonjour à tous les amis\n",
    }
    for name, source in shapes.items():
        parsed = read_text(source, name)
        flow = next(flow for flow in parsed.project.flows if flow.title == "k")
        content = flow.nodes[0].content  # type: ignore[union-attr]
        assert plain_text(content.text.first) == text, name


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_encodings_of_spreadsheets_are_read(encoding: str) -> None:
    data = "clé;texte\nà;Ça va être prêt à Noël, œuvre à 5 €\n".encode(encoding)
    parsed = parse(SourceFile("sms.csv", data), ParseOptions())
    assert plain_text(parsed.project.flows[0].nodes[0].content.text.first) == "Ça va être prêt à Noël, œuvre à 5 €"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("cp1251", "Здравствуйте, ваш заказ готов к выдаче"),
        ("cp1253", "Καλημέρα σας, η παραγγελία είναι έτοιμη"),
        ("cp1255", "שלום לכם ההזמנה שלכם מוכנה לאיסוף"),
        ("cp1256", "مرحبا بكم طلبكم جاهز للاستلام"),
    ],
)
def test_another_code_page_is_recognised_and_shown(encoding: str, text: str) -> None:
    parsed = parse(SourceFile("sms.csv", f"key;text\na;{text}\n".encode(encoding)), ParseOptions())
    finding = found(parsed, "PAR118")
    assert finding.data["encoding"] == encoding
    assert any(word in finding.message for word in text.replace(",", "").split())


def test_french_in_its_code_page_is_no_other_alphabet() -> None:
    parsed = read("excel.csv")
    assert "PAR118" not in codes(parsed)
    assert said(parsed, "relance") == "Il vous reste 2 jours, … : n’oubliez pas !"


def test_parsing_twice_gives_the_same() -> None:
    first, second = read("rappels.csv"), read("rappels.csv")
    assert repr(first.project) == repr(second.project)
    assert first.findings == second.findings
    assert first.ledger.entries == second.ledger.entries


# The page and the printed form


def test_the_page_names_every_code_and_no_other(root: Path) -> None:
    page = (root / "docs" / "formats" / "sms.md").read_text(encoding="utf-8")
    own = {code for code in registry() if code[:4] in ("PAR1", "LOS1") and int(code[3:]) < 150}
    named = set(re.findall(r"\b(?:PAR|LOS)1\d\d\b", page))
    assert named <= own
    assert {code for code in own if code.startswith("PAR")} <= named
    assert {code for code in own if code.startswith("LOS")} == named & {f"LOS10{number}" for number in range(10)}


def test_names_on_the_page_mean_what_it_says(root: Path) -> None:
    page = (root / "docs" / "formats" / "sms.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| ([a-z, ]+) \| (`[^|]+) \|", page.replace("\\|", "¦"), re.MULTILINE))
    roles = {"text": Role.TEXT, "key": Role.KEY, "title": Role.TITLE, "language": Role.LOCALE, "channel": Role.CHANNEL,
             "category": Role.CATEGORY, "media": Role.MEDIA, "quick replies, buttons": Role.CHOICES}  # fmt: skip
    for row, role in roles.items():
        for name in re.findall(r"`([^`]+)`", rows[row]):
            assert role in [column.role for column in name_readings(name)], (row, name)


@pytest.mark.parametrize(
    "path", sorted(path for path in FIXTURES.rglob("*") if path.is_file()), ids=lambda path: path.name
)
def test_every_project_prints_as_a_scenario_that_reads_back(path: Path) -> None:
    project = parse(SourceFile(path.name, path.read_bytes()), ParseOptions()).project
    printed = to_yaml(encode_project(project))
    again = read_scenario(SourceFile.of_text(printed, "s.yaml"), ParseOptions())
    assert again.findings == ()
    assert again.project == project
