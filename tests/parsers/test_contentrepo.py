"""ContentRepo's pages: rows, languages, variations, buttons, templates, and what the channels do not share."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from bascule.diagnostics import Finding, locate
from bascule.diagnostics.rules import registry
from bascule.ir.encode import encode_project
from bascule.ir.nodes import Ask, Case, Message, RunFlow
from bascule.ir.project import EntryKind
from bascule.ir.text import Literal, Text, literal, plain_text
from bascule.parsers import contentrepo, sms, table
from bascule.parsers.base import CERTAIN, POSSIBLE, Parsed, ParseOptions
from bascule.parsers.contentrepo import parse, sniff
from bascule.parsers.contentrepo.compare import facts_of
from bascule.source import SourceFile

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures" / "contentrepo"
PAGE = Path(__file__).resolve().parents[2] / "docs" / "formats" / "contentrepo.md"
COLUMNS = "structure,message,page_id,slug,parent,web_title,web_body,whatsapp_title,whatsapp_body,sms_body,ussd_body,viber_body"
MORE = "variation_title,variation_body,list_items,translation_tag,quick_replies,triggers,next_prompt,buttons,footer,language_code"


def read(name: str, **options: str) -> Parsed:
    path = FIXTURES / name
    return parse(SourceFile(path.name, path.read_bytes()), ParseOptions(**options))


def sheet(*rows: dict[str, str]) -> Parsed:
    """A sheet out of rows by column name; a page in French unless they say otherwise."""
    import csv
    import io

    columns = [*COLUMNS.split(","), *MORE.split(",")]
    extra = [name for row in rows for name in row if name not in columns]
    columns += list(dict.fromkeys(extra))
    out = io.StringIO()
    writer = csv.DictWriter(out, columns)
    writer.writeheader()
    for row in rows:
        writer.writerow({"slug": "page", "language_code": "fr", **row})
    return parse(SourceFile.of_text(out.getvalue(), "pages.csv"), ParseOptions())


def page(body: str = "Bonjour", **cells: str) -> dict[str, str]:
    return {"web_title": "Page", "parent": "Menu", "whatsapp_body": body, **cells}


def nodes(parsed: Parsed, flow: str) -> dict[str, Any]:
    return dict(encode_project(parsed.project)["flows"][flow]["nodes"])


def codes(parsed: Parsed) -> list[str]:
    return [finding.code for finding in parsed.findings]


def found(parsed: Parsed, code: str) -> Finding:
    finding = next(finding for finding in parsed.findings if finding.code == code)
    return locate(finding, {parsed.document.path: parsed.document})


def where(parsed: Parsed, code: str) -> str:
    span = found(parsed, code).span
    assert span is not None
    return parsed.document.text[span.start : span.end]


def test_a_page_is_a_flow_and_its_rows_are_messages() -> None:
    parsed = read("pages.csv")
    assert [flow.id for flow in parsed.project.flows] == ["grossesse", "urgences", "rappel_rdv"]
    flow = parsed.project.by_id["grossesse"]
    assert flow.title == "Grossesse"
    assert flow.locale == "fr"
    facts = dict(flow.facts)
    assert json.loads(facts["tags"]) == ["grossesse", "suivi"]
    assert json.loads(facts["related_pages"]) == ["urgences"]
    assert flow.entries[0].kind is EntryKind.KEYWORD
    assert flow.entries[0].keywords.get("") == ("grossesse", "bébé")
    assert "menu.sante@fr" in dict(parsed.project.facts)


def test_the_wordings_of_all_channels_stay_together() -> None:
    first = read("pages.csv").project.by_id["grossesse"].nodes[0]
    assert isinstance(first, Ask)
    assert plain_text(first.content.text.first).startswith("Bonjour … 👋")
    assert [variant.channel for variant in first.content.variants] == ["messenger", "viber", "sms", "ussd", "web"]
    assert plain_text(first.content.footer.first) == "Ministère de la Santé"
    assert [media.kind.value for media in first.content.media] == ["image"]


def test_buttons_lead_to_the_next_message_to_pages_and_to_forms() -> None:
    parsed = read("pages.csv")
    first = nodes(parsed, "grossesse")["message_1"]
    assert first["edges"] == [
        {"chosen": ["continuer"], "then": "message_2"},
        {"chosen": ["urgences"], "then": "to_urgences"},
        {"chosen": ["questionnaire"], "then": "to_risques"},
    ]
    jump = parsed.project.by_id["grossesse"].by_id["to_urgences"]
    assert isinstance(jump, RunFlow)
    assert (jump.flow, jump.mode) == ("urgences", "jump")
    assert where(parsed, "LOS753") == '""Questionnaire""'


def test_variations_branch_on_profile_fields() -> None:
    parsed = read("pages.csv")
    flow = parsed.project.by_id["grossesse"]
    assert isinstance(flow.by_id["message_2"], Case)
    assert nodes(parsed, "grossesse")["message_2"]["edges"] == [
        {"when": 'same_text(contact.gender, "male")', "then": "message_2.variation_1"},
        {
            "when": 'same_text(contact.age, "15-18") and same_text(contact.relationship, "single")',
            "then": "message_2.variation_2",
        },
        {"otherwise": True, "then": "message_2.main"},
    ]
    variation, main = flow.by_id["message_2.variation_1"], flow.by_id["message_2.main"]
    assert isinstance(variation, Ask)
    assert isinstance(main, Ask)
    assert variation.edges == main.edges
    assert plain_text(variation.content.text.first) == "Votre compagne a-t-elle des saignements ?"


def test_list_items_and_the_prompt_for_the_next_message_are_choices() -> None:
    main = nodes(read("pages.csv"), "grossesse")["message_2.main"]
    assert [choice["title"] for choice in main["content"]["choices"]] == [
        "Oui, un peu", "Oui, beaucoup", "Non", "Plus tard",
    ]  # fmt: skip
    assert main["content"]["list_label"] == "Choisir"
    assert main["edges"][0] == {"chosen": ["oui_un_peu", "non", "plus_tard"], "then": "message_3"}


def test_numbered_placeholders_belong_to_their_page_with_their_examples() -> None:
    parsed = read("pages.csv")
    assert parsed.project.variable["rappel_rdv.1"].sample.get("") == "Awa"
    assert parsed.project.variable["rappel_rdv.2"].sample.get("") == "14 mars"
    (asset,) = parsed.project.templates
    assert (asset.name, asset.language, asset.category) == ("rappel_rdv_1", "fr", "UTILITY")
    node = parsed.project.by_id["rappel_rdv"].nodes[0]
    assert isinstance(node, Message)
    assert node.content.template is not None
    assert [slot for slot, _ in node.content.template.parameters] == ["1", "2"]


def test_translations_of_one_tag_are_one_flow() -> None:
    parsed = read("langues.csv")
    first = parsed.project.by_id["bienvenue"].nodes[0]
    assert isinstance(first, Ask)
    assert first.content.text.locales == ("fr", "ar")
    assert [plain_text(text) for _, text in first.content.choices[0].title] == ["Aide", "مساعدة"]
    entry = parsed.project.by_id["bienvenue"].entries[0]
    assert (entry.keywords.get("fr"), entry.keywords.get("ar")) == (("bonjour",), ("مرحبا",))
    facts = dict(parsed.project.by_id["bienvenue"].facts)
    assert facts["slug@ar"] == '"bienvenue-ar"'


def test_translations_of_another_build_stay_alone() -> None:
    parsed = read("langues.csv")
    assert {"bem-vindo", "autre", "autre_ar"} <= set(parsed.project.by_id)
    assert parsed.project.by_id["bem-vindo"].locale == "pt"
    assert codes(parsed).count("PAR761") == 2


def test_a_translation_without_its_tag_is_found_by_its_slug() -> None:
    parsed = sheet(
        page(translation_tag="t", slug="a"),
        page("Olá", slug="a", language_code="pt"),
    )
    (flow,) = parsed.project.flows
    node = flow.nodes[0]
    assert isinstance(node, Message)
    assert node.content.text.locales == ("fr", "pt")
    assert "PAR760" in codes(parsed)


def test_sheets_of_older_versions_are_read() -> None:
    parsed = read("ancien.csv")
    first = nodes(parsed, "choix")["message_1"]
    assert [choice["title"] for choice in first["content"]["choices"]] == [
        "Vaccins, enfants", "Nutrition", "Hygiène", "Vaccins💉", "Nutrition",
    ]  # fmt: skip
    assert first["edges"][1] == {"chosen": ["vaccins"], "then": "to_vaccins"}
    menu = nodes(parsed, "vaccins")["message_1"]
    assert [choice["accepts"][0] for choice in menu["content"]["choices"]] == ["1", "2"]
    assert where(parsed, "PAR776") == "1. Calendrier\n2. Centres"
    assert dict(parsed.project.by_id["site"].nodes[0].facts)["channel"] == '"web"'


def test_a_workbook_gives_what_the_csv_gives() -> None:
    first, second = read("pages.csv"), read("pages.xlsx")
    assert encode_project(first.project) == encode_project(second.project)
    assert sorted(code for code in codes(second) if code != "LOS752") == sorted(codes(first))
    notes = found(second, "PAR769").notes
    assert notes == ("sheet `Sheet`, row 3",)


@pytest.mark.parametrize(
    ("code", "place"),
    [
        ("PAR754", "double"), ("PAR756", "[“un”, “deux”]"), ("PAR757", '""nouveau""'), ("PAR763", "pour les hommes"),
        ("PAR764", "mauvais"), ("PAR751", "klingon"),
    ],
)  # fmt: skip
def test_findings_stand_where_the_mistake_is(code: str, place: str) -> None:
    parsed = read("hostile/casse.csv")
    texts = []
    for finding in parsed.findings:
        if finding.code == code:
            span = parsed.document.locate(finding.place)
            texts.append(parsed.document.text[span.start : span.end])
    assert any(place in text or text in place for text in texts)


def test_a_button_that_is_no_json_is_kept_as_a_fact() -> None:
    parsed = sheet(page(buttons="Broken Button"))
    assert dict(parsed.project.flows[0].nodes[0].facts)["buttons"] == '"Broken Button"'
    assert [entry.code for entry in parsed.ledger.losses()] == ["PAR756"]


@pytest.mark.parametrize(
    ("whatsapp", "other", "code"),
    [
        ("Bonjour {prenom}", "Bonjour", "PAR769"),
        ("Voir https://a.org/1", "Voir https://a.org/2", "PAR770"),
        ("Voir www.a.org", "Voir https://a.org/", ""),
        ("Appelez le +221 33 800 00 00", "Appelez le 33 801 00 00", "PAR770"),
        ("Appelez le +221 33 800 00 00", "Appelez le 33 800 00 00", ""),
        ("Il vous doit 500 F", "Il vous doit 5000 F", "PAR771"),
        ("Tapez 1️⃣ pour oui", "Tapez 1 pour oui", ""),
        ("مرحبا ٥", "مرحبا 5", ""),
        ("*Bonjour* 🌍", "Bonjour", ""),
        ("Прочтите https://sante.org", "Прочтите sante.org", ""),
    ],
)
def test_wordings_are_compared_by_what_they_state(whatsapp: str, other: str, code: str) -> None:
    parsed = sheet(page(whatsapp, viber_body=other))
    compared = [item for item in codes(parsed) if item in ("PAR769", "PAR770", "PAR771")]
    assert compared == ([code] if code else [])


def test_a_list_in_another_wording_is_compared_with_the_buttons() -> None:
    buttons = json.dumps([{"type": "next_message", "title": title} for title in ("Oui", "Non", "Plus tard")])
    parsed = sheet(page("Venez-vous ?", ussd_body="Venez-vous ?\n1. Oui\n2. Non", buttons=buttons))
    finding = found(parsed, "PAR772")
    assert finding.message == "the list for ussd has 2 options, the message 3 buttons"


def test_a_channel_that_a_message_lacks_is_counted_once() -> None:
    parsed = sheet(page(sms_body="Bonjour"), {"whatsapp_body": "Suite"}, {"whatsapp_body": "Fin"})
    finding = found(parsed, "PAR768")
    assert finding.data == {"channel": "sms", "count": 2}


def test_facts_of_a_text_leave_list_numbers_out() -> None:
    text: Text = literal("1. Oui\n2) Non\nRépondez avant 18:30, www.a.fr/x.")
    facts = facts_of(text)
    assert facts.numbers == {"18:30"}
    assert facts.links == {"a.fr/x"}
    assert all(isinstance(part, Literal) for part in text)


CASES: dict[str, list[dict[str, str]]] = {
    "PAR751": [page(language_code="klingon")],
    "PAR752": [page(language_code="FR")],
    "PAR753": [page(slug="")],
    "PAR754": [page(), page()],
    "PAR755": [page(), {"slug": "autre", "whatsapp_body": "x"}],
    "PAR756": [page(buttons="Bouton")],
    "PAR757": [page(buttons='[{"type": "x", "title": "y"}]')],
    "PAR758": [page(buttons='[{"type": "go_to_page", "title": "y"}]')],
    "PAR759": [page()],
    "PAR760": [page(slug="a"), page(slug="a", language_code="pt")],
    "PAR761": [page(slug="a"), page(slug="a", language_code="pt"), {"slug": "a", "language_code": "pt", "whatsapp_body": "x"}],
    "PAR762": [page(), page("", slug="b")],
    "PAR763": [page(), {"variation_title": "hommes", "variation_body": "x"}],
    "PAR764": [page(whatsapp_template_category="bad")],
    "PAR765": [page("Bonjour {{1}}", example_values="a, b")],
    "PAR766": [page(buttons='[{"type": "next_message", "title": "y"}]')],
    "PAR767": [page()],
    "PAR768": [page(sms_body="x"), {"whatsapp_body": "y"}],
    "PAR769": [page("{a}", sms_body="x")],
    "PAR770": [page("https://a.org", sms_body="x")],
    "PAR771": [page("12", sms_body="x")],
    "PAR772": [page(buttons='[{"type": "next_message", "title": "y"}]', ussd_body="Répondez : 1. Oui 2. Non")],
    "PAR773": [page(sms_body="é" * 200)],
    "PAR775": [{"web_title": "Menu"}],
    "PAR776": [page("Répondez : 1. Oui 2. Non")],
    "LOS750": [page(**{"A json code": "x"})],
    "LOS751": [page("", web_body="x")],
    "LOS753": [page(buttons='[{"type": "go_to_form", "title": "y", "slug": "f"}]')],
}  # fmt: skip


@pytest.mark.parametrize("code", sorted(CASES))
def test_every_code_is_raised_by_something(code: str) -> None:
    parsed = sheet(*CASES[code])
    assert code in codes(parsed)
    assert found(parsed, code).span is not None


def test_every_code_has_a_case_and_a_line_in_the_docs() -> None:
    own = {code for code in registry() if code[:4] in ("PAR7", "LOS7") and int(code[3:]) >= 750}
    assert own - set(CASES) == {"PAR750", "PAR774", "LOS752"}
    assert codes(read("hostile/entete_seul.csv")) == ["PAR041", "PAR750"]
    assert "PAR774" in codes(read("pages.csv", placeholder="moustache"))
    assert "LOS752" in codes(read("pages.xlsx"))
    named = set(re.findall(r"\b(?:PAR|LOS)7[5-9]\d\b", PAGE.read_text(encoding="utf-8"))) | {"LOS751", "LOS752"}
    assert named == own


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("evaluations.csv", "assessments is not read"),
        ("ensembles.csv", "ordered content sets is not read"),
        ("presque.csv", "its rows hold none"),
    ],
)
def test_other_sheets_are_near_misses_and_say_what_they_are(name: str, said: str) -> None:
    path = FIXTURES / "hostile" / name
    match = sniff(SourceFile(path.name, path.read_bytes()))
    assert match is not None
    assert match.confidence < POSSIBLE
    parsed = read(f"hostile/{name}")
    assert parsed.unreadable
    assert said in found(parsed, "PAR750").message


@pytest.mark.parametrize("name", ["pages.csv", "pages.xlsx", "langues.csv", "ancien.csv", "hostile/casse.csv"])
def test_sheets_of_pages_are_taken_for_certain(name: str) -> None:
    file = SourceFile(name.rpartition("/")[2], (FIXTURES / name).read_bytes())
    match = sniff(file)
    assert match is not None
    assert match.confidence == CERTAIN
    for other in (sms, table):
        answer = other.sniff(file)
        assert answer is None or answer.confidence < CERTAIN


def test_a_menu_alone_is_readable_and_says_so() -> None:
    parsed = read("hostile/menu_seul.csv")
    assert not parsed.unreadable
    assert codes(parsed) == ["PAR775"]
    assert contentrepo.rules.NoMessages.unreadable is False
