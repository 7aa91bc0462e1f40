"""SMS templates: questions and choices, variables, files that are no table, texts to the byte, the printed form."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from bascule.diagnostics.rules import registry
from bascule.ir.content import ChoiceKind
from bascule.ir.dump import to_yaml
from bascule.ir.encode import encode_project
from bascule.ir.ledger import Fate
from bascule.ir.nodes import Ask, Chosen, Message, ReplyKind
from bascule.ir.text import holes, plain_text
from bascule.parsers.base import ParseOptions
from bascule.parsers.scenario import parse as read_scenario
from bascule.parsers.sms import parse
from bascule.parsers.sms.columns import name_readings
from bascule.parsers.sms.vocabulary import Role
from bascule.source import SourceFile
from tests.parsers.sms import FIXTURES, codes, facts, found, names, node, read, read_json, read_text, said, where

# Schedules: one text in several languages as a list, groups with names


SCHEDULE = {
    "suivi": [
        {
            "name": "Suivi de vaccination",
            "form": "V",
            "summary": "",
            "start_from": "date",
            "messages": [
                {
                    "message": [
                        {"content": "Bonjour {{contact.name}}, le vaccin de {{enfant}} est dû.", "locale": "fr"},
                        {"content": "Hello {{contact.name}}, the vaccine of {{enfant}} is due.", "locale": "en"},
                    ],
                    "offset": "23 days",
                    "recipient": "parent",
                }
            ],
        }
    ]
}


def test_a_list_of_translations_is_one_template_and_what_stands_beside_it_is_none() -> None:
    parsed = read_json(SCHEDULE)
    [flow] = parsed.project.flows
    assert flow.title == "suivi.Suivi de vaccination"
    assert said(parsed, flow.id, "fr") == "Bonjour …, le vaccin de … est dû."
    assert said(parsed, flow.id, "en") == "Hello …, the vaccine of … is due."
    assert "23 days" in str(facts(flow).values())


def test_texts_in_a_list_that_share_a_language_are_no_translations() -> None:
    items = [{"text": "Bonjour Awa, merci", "lang": "fr"}, {"text": "Au revoir Awa, merci", "lang": "fr"}]
    assert len(read_json({"salut": items}).project.flows) == 2


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
    assert found(parsed, "PAR107").data["decided"] == "message"
    assert node(parsed, "a").content.choices == ()


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
