"""SMS templates of every shape: what becomes of keys, texts, languages, choices and the rest."""

from __future__ import annotations

import json

import pytest

from bascule.ir.content import MediaKind
from bascule.ir.ledger import Fate
from bascule.ir.nodes import Message
from bascule.ir.project import EntryKind, Initiator
from bascule.ir.text import Hole, Literal, plain_text
from tests.parsers.sms import codes, facts, found, names, node, read, read_json, read_text, said, where

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
