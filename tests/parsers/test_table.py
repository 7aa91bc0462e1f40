"""What tables of steps become: rows, continuation rows, targets, waits, conditions, languages, entries."""

from __future__ import annotations

import pytest

from bascule.ir.content import ChoiceKind
from bascule.ir.nodes import Ask, Case, Delay, Handover, HttpRequest, Message, ReplyKind, RunFlow, SetConsent
from bascule.ir.project import EntryKind
from bascule.parsers.table.columns import read_name
from bascule.parsers.table.vocabulary import Role
from tests.parsers.table_support import codes, edges, found, node, nodes, read, read_text, said, titles, where


def test_a_row_is_a_step_with_its_text_buttons_and_targets() -> None:
    parsed = read("commande.csv")
    (flow,) = parsed.project.flows
    assert [item.id for item in flow.nodes if "." not in item.id] == [
        "accueil", "suivi", "etat", "adresse", "relance", "merci", "merci_2",
    ]  # fmt: skip
    assert titles(parsed, "accueil") == [
        "Suivre ma commande", "Modifier l'adresse", "Parler à un conseiller", "Voir le site",
    ]  # fmt: skip
    assert edges(parsed, "accueil") == [
        {"chosen": ["suivre_ma_commande"], "then": "suivi"},
        {"chosen": ["modifier_l_adresse"], "then": "adresse"},
        {"chosen": ["parler_a_un_conseiller"], "then": "accueil.handover"},
        {"timeout": "2h", "then": "relance"},
    ]
    handover = node(parsed, "accueil.handover")
    assert isinstance(handover, Handover)
    assert handover.to == "service client"
    link = node(parsed, "accueil").content.choices[3]  # type: ignore[union-attr]
    assert link.kind is ChoiceKind.URL
    assert codes(parsed) == []


def test_an_empty_step_cell_goes_on_with_the_step_above() -> None:
    parsed = read("commande.csv")
    assert edges(parsed, "merci") == [{"then": "merci.wait"}]
    wait = node(parsed, "merci.wait")
    assert isinstance(wait, Delay)
    assert wait.duration.seconds == 86_400
    assert edges(parsed, "merci.wait") == [{"then": "merci_2"}]
    assert said(parsed, "merci_2") == "Votre colis arrive demain."


def test_rows_with_only_a_button_add_it_to_the_message_above() -> None:
    parsed = read("fusion.csv")
    assert titles(parsed, "menu") == ["Suivre", "Annuler", "Autre chose"]
    assert [edge["then"] for edge in edges(parsed, "menu")] == ["statut", "annule", "menu.handover"]


def test_a_flow_column_cuts_the_table_into_flows() -> None:
    parsed = read("fusion.csv")
    assert [flow.id for flow in parsed.project.flows] == ["Livraison", "Retour"]
    jump = node(parsed, "statut.to_Retour")
    assert isinstance(jump, RunFlow)
    assert (jump.flow, jump.mode) == ("Retour", "jump")
    livraison, retour = parsed.project.flows
    assert [(entry.kind, entry.keywords.get("")) for entry in livraison.entries] == [
        (EntryKind.KEYWORD, ("livraison", "colis"))
    ]
    assert [(entry.kind, entry.name) for entry in retour.entries] == [(EntryKind.CAMPAIGN, "retours d'été")]
    assert where(parsed, "LOS701") == (6, 22, "Retour > motif")


def test_comments_are_facts_of_their_flow_and_say_nothing() -> None:
    (flow,) = read("commande.csv").project.flows
    assert dict(flow.facts)["comments"] == '["# brouillon : à relire avec le service client"]'
    assert read_text("étape,texte,suivant\n#1,Un,#2\n#2,Deux,fin\n").project.flows[0].nodes[0].id == "1"


def test_what_a_step_expects_and_keeps() -> None:
    parsed = read("commande.csv")
    ask = node(parsed, "suivi")
    assert isinstance(ask, Ask)
    assert ask.into == ("numero",)
    assert ask.validation is not None
    assert ask.validation.pattern == r"A-\d{4}"
    assert ask.validation.error is not None
    address = node(parsed, "adresse")
    assert isinstance(address, Ask)
    assert (address.into, address.reply) == (("contact", "adresse"), ReplyKind.TEXT)


@pytest.mark.parametrize(
    ("cell", "reply"),
    [
        ("nombre", "number"), ("Date", "date"), ("e-mail", "email"), ("téléphone", "phone"), ("photo", "image"),
        ("رقم", "number"), ("तारीख", "date"), ("число", "number"), ("1-10", "number"), (">= 18", "number"),
        ("/^A/", "text"), ("max 20 caractères", "text"),
    ],
)  # fmt: skip
def test_expected_answers_are_read_in_many_words(cell: str, reply: str) -> None:
    ask = node(read_text(f"étape\ttexte\tréponse attendue\tsuivant\na\tDites\t{cell}\tfin\n"), "a")
    assert isinstance(ask, Ask)
    assert ask.reply.value == reply


def test_conditions_guard_rows_and_choose_between_targets() -> None:
    parsed = read("conditions.csv")
    assert edges(parsed, "tri") == [{"when": "age >= 18", "then": "adulte"}, {"otherwise": True, "then": "mineur"}]
    assert edges(parsed, "dispo") == [
        {"when": "has_text(reponse)", "then": "dispo.say"},
        {"otherwise": True, "then": "dakar"},
    ]
    assert edges(parsed, "dispo.case") == [
        {"when": 'same_text(ville, "Dakar")', "then": "dakar"},
        {"otherwise": True, "then": "ailleurs"},
    ]
    assert isinstance(node(parsed, "tri"), Case)


def test_a_call_fails_to_its_else() -> None:
    parsed = read("conditions.csv")
    call = node(parsed, "stock")
    assert isinstance(call, HttpRequest)
    assert (call.method, call.into) == ("GET", ("reponse",))
    assert edges(parsed, "stock") == [{"success": True, "then": "dispo"}, {"failure": True, "then": "indisponible"}]


def test_assignments_and_consent_come_before_the_text() -> None:
    parsed = read("conditions.csv")
    assert edges(parsed, "adulte") == [{"then": "adulte.set"}]
    assert isinstance(node(parsed, "adulte"), SetConsent)
    assert nodes(parsed)["relance"]["assignments"] == [{"target": "essais", "value": "essais + 1"}]


def test_answers_in_the_next_cell_become_choices() -> None:
    parsed = read("conditions.csv")
    assert titles(parsed, "relance.ask") == ["oui", "non"]
    assert edges(parsed, "relance.ask") == [
        {"chosen": ["oui"], "then": "end"},
        {"chosen": ["non"], "then": "relance.handover"},
        {"otherwise": True, "then": "relance"},
    ]
    choices = nodes(parsed)["relance.ask"]["content"]["choices"]
    assert choices[1]["accepts"] == ["pas vraiment"]
    assert codes(parsed).count("PAR714") == 1


def test_a_list_in_the_text_gives_answers_their_titles() -> None:
    parsed = read_text("étape,texte,suivant\na,Choisissez : 1. Oui 2. Non,1: b; 2: fin\nb,Merci,fin\n")
    assert titles(parsed, "a") == ["Oui", "Non"]
    assert edges(parsed, "a") == [{"chosen": ["oui"], "then": "b"}, {"chosen": ["non"], "then": "end"}]


def test_a_question_mark_that_leads_on_waits_for_an_answer() -> None:
    parsed = read_text("étape;texte;suivant\na;Votre nom ?;b\nb;Merci.;fin\n")
    ask = node(parsed, "a")
    assert isinstance(ask, Ask)
    assert ask.into == ("answers", "a")
    assert "PAR719" in codes(parsed)
    typed = read_text("étape;texte;type;suivant\na;Vous savez quoi ?;message;b\nb;Merci.;message;fin\n")
    assert isinstance(node(typed, "a"), Message)


def test_a_wait_stands_before_or_after_the_text_as_its_column_does() -> None:
    left = read_text("étape;attente;texte;suivant\na;2h;Bonjour;fin\n")
    right = read_text("étape;texte;attente;suivant\na;Bonjour;2h;fin\n")
    assert [item.kind for item in left.project.flows[0].nodes] == ["delay", "message"]
    assert [item.kind for item in right.project.flows[0].nodes] == ["message", "delay"]
    asked = read_text("étape;texte;attente;boutons;suivant\na;Bonjour;2h;Oui -> fin;\n")
    assert edges(asked, "a")[-1] == {"timeout": "2h", "then": "end"}


@pytest.mark.parametrize(
    ("cell", "seconds"),
    [
        ("24h", 86_400), ("2 jours", 172_800), ("1h30", 5_400), ("00:30", 1_800), ("1:02:03", 3_723), ("90 s", 90), ("1 j", 86_400),
        ("une heure", 3_600), ("1 heure et 30 minutes", 5_400), ("PT2H", 7_200), ("٢٤ ساعة", 86_400), ("يومين", 172_800),
        ("24 घंटे", 86_400), ("2 дня", 172_800), ("3 semanas", 1_814_400), ("après 2 jours", 172_800), ("1,5 h", 5_400),
    ],
)  # fmt: skip
def test_lengths_of_time_are_read_as_people_write_them(cell: str, seconds: int) -> None:
    parsed = read_text(f'étape;texte;attente;suivant\na;Bonjour;"{cell}";fin\n')
    wait = node(parsed, "a.wait")
    assert isinstance(wait, Delay)
    assert wait.duration.seconds == seconds


def test_a_bare_number_takes_the_unit_of_its_column() -> None:
    parsed = read_text("étape;texte;attente (jours);suivant\na;Bonjour;2;fin\n")
    wait = node(parsed, "a.wait")
    assert isinstance(wait, Delay)
    assert wait.duration.seconds == 172_800


def test_one_column_for_each_language() -> None:
    parsed = read("langues_en_colonnes.csv")
    assert parsed.project.locales == ("fr", "ar", "en")
    assert [said(parsed, "accueil", locale)[:5] for locale in ("fr", "ar", "en")] == ["Bonjo", "مرحبا", "Hello"]
    assert [titles(parsed, "accueil", locale) for locale in ("fr", "ar", "en")] == [
        ["Oui", "Non"], ["نعم", "لا"], ["Yes", "No"],
    ]  # fmt: skip
    assert [edge["then"] for edge in edges(parsed, "accueil")] == ["suite", "end"]


def test_one_row_for_each_language_and_channel() -> None:
    parsed = read("langues_en_lignes.csv")
    item = node(parsed, "accueil")
    assert isinstance(item, Ask)
    assert item.content.text.locales == ("fr", "ar")
    assert [variant.channel for variant in item.content.variants] == ["sms"]
    assert [edge["then"] for edge in edges(parsed, "accueil")] == ["suite", "end"]
    assert said(parsed, "suite", "ar") == "شكرا."


def test_texts_of_several_channels_are_kept_beside_the_whatsapp_one() -> None:
    parsed = read_text("étape,sms,texte whatsapp,viber,suivant\na,court,long,autre,fin\n")
    item = node(parsed, "a")
    assert isinstance(item, Message)
    assert said(parsed, "a") == "long"
    assert [variant.channel for variant in item.content.variants] == ["sms", "viber"]


@pytest.mark.parametrize(
    ("name", "first", "keywords"),
    [
        ("arabe.csv", "albdaya", ("مرحبا", "طلب")), ("hindi.tsv", "shuruat", ("नमस्ते",)), ("russe.csv", "start", ("заказ", "привет")),
        ("portugais.csv", "inicio", ("oi", "pedido")), ("espagnol.csv", "inicio", ("hola",)),
    ],
)  # fmt: skip
def test_tables_in_other_languages_are_read_alike(name: str, first: str, keywords: tuple[str, ...]) -> None:
    parsed = read(name)
    (flow,) = parsed.project.flows
    assert flow.nodes[0].id == first
    assert flow.entries[0].keywords.get("") == keywords
    assert "PAR701" not in codes(parsed)
    assert "PAR702" not in codes(parsed)
    assert any(isinstance(item, Handover) for item in flow.nodes) or name == "russe.csv"


def test_arrows_of_arabic_point_to_the_left() -> None:
    parsed = read("arabe.csv")
    assert edges(parsed, "albdaya")[0] == {"chosen": ["ttba_altlb"], "then": "altlb"}
    assert edges(parsed, "altlb") == [{"then": "altlb.wait"}]
    assert edges(parsed, "tdhkyr")[-1] == {"timeout": "2d", "then": "end"}


@pytest.mark.parametrize(
    "cell",
    [
        "Oui -> b | Non -> fin", "Oui → b\nNon ⇒ fin", "1. Oui -> b\n2. Non -> fin", "[Oui](b) [Non](fin)", "[Oui] -> b ; [Non] -> fin",
        "Oui: b, Non: fin", "Oui = b / Non = fin", "Oui (b), Non (fin)", "- Oui -> b\n- Non -> fin", "1️⃣ Oui -> b\n2️⃣ Non -> fin",
        '[{"title": "Oui", "next": "b"}, {"title": "Non", "next": "fin"}]', "1. Oui -> b 2. Non -> fin", "Oui -> étape b | Non -> FIN",
    ],
)  # fmt: skip
def test_buttons_and_their_targets_are_read_in_many_forms(cell: str) -> None:
    quoted = cell.replace('"', '""')
    parsed = read_text(f'étape\ttexte\tboutons\na\tBonjour\t"{quoted}"\nb\tMerci\t\n')
    assert titles(parsed, "a") == ["Oui", "Non"]
    assert edges(parsed, "a") == [{"chosen": ["oui"], "then": "b"}, {"chosen": ["non"], "then": "end"}]


def test_titles_keep_what_only_looks_like_a_separator() -> None:
    parsed = read_text(
        "étape\ttexte\tboutons\tsuivant\na\tQuand ?\tLe 12/05/2026 | Heure : matin | Oui, merci -> a\tfin\n"
    )
    assert titles(parsed, "a") == ["Le 12/05/2026", "Heure : matin", "Oui, merci"]


def test_sections_descriptions_footers_and_locations() -> None:
    parsed = read("sections.csv")
    content = nodes(parsed)["choix"]["content"]
    assert content["list_label"] == "Choisir un quartier"
    assert content["footer"] == "Ouvert de 8 h à 18 h"
    assert [choice.get("section") for choice in content["choices"]] == ["Dakar", "Dakar", "Thiès", "Thiès"]
    assert content["choices"][0]["description"] == "rue Pompidou"
    assert content["choices"][3]["kind"] == "share_location"


def test_numbered_columns_belong_to_one_button() -> None:
    parsed = read("support.csv")
    assert titles(parsed, "start") == ["Track an order", "Talk to us", "Visit our site"]
    assert edges(parsed, "start")[-1] == {"otherwise": True, "then": "start"}
    team = node(parsed, "human.handover")
    assert isinstance(team, Handover)
    assert team.to == "second line"
    assert edges(parsed, "track") == [{"then": "end"}]


def test_a_second_header_begins_another_flow_with_other_columns() -> None:
    parsed = read("deux_entetes.csv")
    assert [(flow.id, [item.id for item in flow.nodes]) for flow in parsed.project.flows] == [
        ("Accueil", ["a", "b", "b.to_Sortie"]),
        ("Sortie", ["c"]),
    ]
    assert edges(parsed, "c") == [{"then": "end"}]
    assert dict(node(parsed, "c").facts)["note"] == '"dernier message"'


def test_without_any_target_rows_follow_each_other() -> None:
    parsed = read("sans_suivant.csv")
    assert edges(parsed, "1") == [{"then": "2"}]
    assert edges(parsed, "2") == [{"then": "3"}]
    assert isinstance(node(parsed, "2"), Ask)


def test_every_sheet_with_steps_is_a_flow() -> None:
    parsed = read("classeur.xlsx")
    assert [flow.id for flow in parsed.project.flows] == ["Commande", "Retours"]
    assert said(parsed, "accueil") == "Bonjour … !\nQue voulez-vous ?"
    assert edges(parsed, "suivi") == [{"then": "suivi.wait"}]
    assert said(parsed, "suivi_2") == "Elle arrive demain."
    assert [(flow.entries[0].kind) for flow in parsed.project.flows] == [EntryKind.KEYWORD, EntryKind.SUBFLOW]
    assert said(parsed, "total").startswith("=CONCATENATE")
    assert {"PAR048", "LOS700"} <= set(codes(parsed))
    assert [flow.id for flow in read("classeur.xlsx", sheet="Retours").project.flows] == ["Retours"]


def test_findings_of_a_workbook_name_the_sheet_and_its_row() -> None:
    parsed = read("classeur.xlsx")
    finding = found(parsed, "PAR713")
    assert finding.notes == ("sheet `Commande`, row 6",)


def test_markdown_tables_are_flows_named_by_their_headings() -> None:
    parsed = read("rendez-vous.md")
    assert [(flow.id, flow.title) for flow in parsed.project.flows] == [
        ("prise_de_rendez_vous", "Prise de rendez-vous"),
        ("Rappel", ""),
    ]
    assert said(parsed, "debut") == "Bonjour !\nVoulez-vous un rendez-vous ?"
    assert titles(parsed, "debut") == ["Oui", "Non"]
    assert titles(parsed, "jour") == ["Lundi", "Mardi", "Mercredi"]
    assert edges(parsed, "jour") == [{"chosen": ["lundi", "mardi", "mercredi"], "then": "motif"}]
    assert edges(parsed, "pause") == [{"then": "envoi"}]
    facts = dict(parsed.project.facts)
    assert "Écrit avec l'équipe d'accueil" in facts["prose.1"]
    assert "ceci est du code" in "".join(facts.values())


def test_places_inside_markdown_cells_follow_escapes_and_breaks() -> None:
    text = "| étape | texte | boutons |\n|---|---|---|\n| a | x<br>y {nom} | Oui -> ici \\| Non -> là |\n"
    parsed = read_text(text, "t.md")
    assert where(parsed, "PAR702") == (3, 29, "ici")
    second = [finding for finding in parsed.findings if finding.code == "PAR702"][1]
    span = parsed.document.locate(second.place)
    assert text[span.start : span.end] == "là"


def test_places_inside_quoted_cells_of_several_lines() -> None:
    text = 'étape;texte;boutons\na;Bonjour;"Oui -> a\nNon -> ""nulle part"""\n'
    assert where(read_text(text), "PAR702") == (3, 8, '""nulle part""')


@pytest.mark.parametrize(
    ("header", "role", "number", "locale"),
    [
        ("Étape", Role.STEP, 0, ""), ("N°", Role.STEP, 0, ""), ("Bouton n° 2", Role.BUTTON, 2, ""), ("next_2", Role.BUTTON_NEXT, 2, ""),
        ("bouton 1 vers", Role.BUTTON_NEXT, 1, ""), ("texte (ar)", Role.TEXT, 0, "ar"), ("Text-pt-BR", Role.TEXT, 0, "pt_BR"),
        ("bouton 1 (ar)", Role.BUTTON, 1, "ar"), ("الأزرار", Role.BUTTONS, 0, ""), ("संदेश", Role.TEXT, 0, ""), ("далее", Role.NEXT, 0, ""),
        ("→", Role.NEXT, 0, ""), ("description 1", Role.BUTTON_ABOUT, 1, ""), ("Palavra-chave", Role.KEYWORD, 0, ""),
    ],
)  # fmt: skip
def test_columns_are_known_by_their_names(header: str, role: Role, number: int, locale: str) -> None:
    column = read_name(header)
    assert column is not None
    assert (column.role, column.number, column.locale) == (role, number, locale)


def test_the_language_and_placeholders_that_the_user_names_are_used() -> None:
    parsed = read_text("étape;texte;suivant\na;Bonjour [nom];fin\n", locale="fr", placeholder="bracket")
    assert parsed.project.locale == "fr"
    assert parsed.project.flows[0].locale == "fr"
    assert "nom" in parsed.project.variable
    assert "PAR717" in codes(read_text("étape;texte;suivant\na;Bonjour;fin\n", placeholder="moustache"))


def test_flows_that_only_lead_to_each_other_have_a_beginning() -> None:
    text = "scénario,étape,texte,suivant\nA,a,Un,B\nB,b,Deux,A\n"
    first, second = read_text(text).project.flows
    assert first.entries[0].kind is not EntryKind.SUBFLOW
    assert second.entries[0].kind is EntryKind.SUBFLOW


def test_secrets_in_calls_are_covered() -> None:
    parsed = read("hostile/jeton.csv")
    assert "k3Yv9Qp2Lm7Xw1Zt" not in repr(parsed.project)
    assert "k3Yv9Qp2Lm7Xw1Zt" not in parsed.document.text
    assert "PAR405" in codes(parsed)


CASES = {
    "PAR700": "nom,ville\nAwa,Dakar\n",
    "PAR701": "étape,texte,boutns,suivant\na,b,c,fin\n",
    "PAR702": "étape,texte,suivant\na,b,nulle part\n",
    "PAR703": "étape,texte,suivant\na,b,fin\nc,d,fin\na,e,fin\n",
    "PAR704": "étape,texte,attente,suivant\na,b,24,fin\n",
    "PAR705": "étape,texte,condition,suivant\na,b,si le client est content,fin\n",
    "PAR706": "étape,texte,suivant\na,b,fin\n",
    "PAR707": "étape,texte,suivant\n,b,fin\n",
    "PAR708": "étape,texte_fr,texte_ar,boutons_fr,boutons_ar,suivant\na,b,ت,Oui|Non,نعم,fin\n",
    "PAR709": "étape,texte,suivant,next\na,b,fin,fin\n",
    "PAR710": "étape,texte,langue,suivant\na,b,klingon,fin\n",
    "PAR711": "étape,texte,type,suivant\na,b,quizz,fin\n",
    "PAR712": "étape,texte,boutons\na,b,Oui -> a | Non\n",
    "PAR713": "étape,texte,suivant\na,b,c\nc,d,\n",
    "PAR714": "étape,texte,suivant\na,b,oui: fin; non: a\n",
    "PAR715": "étape,texte,boutons,suivant\na,b,,fin\nc,,,\n",
    "PAR716": 'étape,texte,suivant\na,"=SUM(1,2)",fin\n',
    "PAR718": "étape,texte,suivant\na,b,\"a, fin\"\n",
    "PAR719": "étape,texte,suivant\na,Ça va ?,a\n",
    "LOS701": "scénario,étape,texte,suivant\nA,a,Un,B > c\nB,b,Deux,fin\nB,c,Trois,fin\n",
    "LOS702": "étape,texte,canal,image,suivant\na,b,,,fin\na,c,viber,https://e.fr/i.jpg,\n",
    "LOS703": "étape,texte,description 3,suivant\na,b,c,fin\n",
}  # fmt: skip


@pytest.mark.parametrize("code", sorted(CASES))
def test_every_code_is_raised_by_something(code: str) -> None:
    parsed = read_text(CASES[code])
    assert code in codes(parsed)
    finding = found(parsed, code)
    assert finding.message
    assert finding.span is not None


def test_every_code_has_a_case() -> None:
    from bascule.diagnostics.rules import registry

    own = {code for code in registry() if code[:4] in ("PAR7", "LOS7") and int(code[3:]) < 750}
    assert own - set(CASES) == {"PAR717", "LOS700"}  # both are tested above


def test_a_title_and_a_number_both_name_a_step() -> None:
    parsed = read_text("n°,titre,texte,suivant\n1,Accueil,Bonjour,Fin de parcours\n2,Fin de parcours,Merci,1\n")
    assert (node(parsed, "1").title, node(parsed, "2").title) == ("Accueil", "Fin de parcours")
    assert edges(parsed, "1") == [{"then": "2"}]
    assert edges(parsed, "2") == [{"then": "1"}]
    both = read_text("id,étape,texte,suivant\n17,accueil,Bonjour,18\n18,suite,Merci,accueil\n")
    assert [edges(both, name) for name in ("accueil", "suite")] == [[{"then": "suite"}], [{"then": "accueil"}]]
    assert dict(node(both, "accueil").facts)["id"] == '"17"'


def test_brackets_round_buttons_are_no_placeholders() -> None:
    parsed = read_text("étape,texte,boutons\na,Bonjour {nom},[Oui] [Non]\nb,Bonjour,[A] [B] [C]\n")
    assert list(parsed.project.variable) == ["nom"]


def test_a_misspelt_target_is_reported_with_the_nearest_step() -> None:
    finding = found(read("hostile/cibles_perdues.csv"), "PAR702")
    parsed = read_text("étape,texte,suivant\nconfirmation,b,fin\na,c,confirmtion\n")
    assert found(parsed, "PAR702").help == "did you mean `confirmation`?"
    assert finding.data["target"] == "confirmation"


def test_an_unknown_column_is_kept_and_its_nearest_name_is_said() -> None:
    parsed = read_text("étape,texte,boutns,suivant\na,b,Oui,fin\n")
    assert dict(node(parsed, "a").facts)["boutns"] == '"Oui"'
    assert found(parsed, "PAR701").help == "did you mean `boutons`?"
