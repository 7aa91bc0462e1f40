"""Lowering: which message or template each node becomes, and what the ledger says of it."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest

from bascule.ir.expr_text import print_expression
from bascule.report.artefacts import certificate_data
from bascule.resources import read_text
from bascule.source import SourceFile
from bascule.whatsapp.plan import Plan, PlannedStep
from bascule.workspace import Analysis, InputFile, analyse, load


def analysed(text: str, name: str = "f.yaml", locale: str = "fr") -> Analysis:
    workspace = load([InputFile(SourceFile(name, text.encode()), name)])
    assert not workspace.unreadable, workspace.findings
    return analyse(workspace, locale=locale)


def plan_of(nodes: str, entry: str = "{any_message: true}", head: str = "") -> Plan:
    text = f"bascule: 1\nlocale: fr\n{head}flows:\n  f:\n    entries: [{entry}]\n    nodes:\n"
    text += "\n".join("      " + line for line in nodes.strip("\n").splitlines())
    return analysed(text).plan


def step(plan: Plan, node: str) -> PlannedStep:
    return next(item for item in plan.steps if item.node == node)


def bodies(plan: Plan, node: str) -> list[dict[str, Any]]:
    return [message.message.to_json() for _, messages in step(plan, node).messages for message in messages]


def choices(*labels: str) -> str:
    return "menu:\n  say: Que souhaitez-vous ?\n  ask: {}\n  choices:\n" + "".join(
        f"    {json.dumps(label, ensure_ascii=False)}: end\n" for label in labels
    )


def interactive(plan: Plan, node: str = "menu") -> dict[str, Any]:
    (body,) = bodies(plan, node)
    return body["interactive"]


def test_a_plain_text_is_a_text_message_with_its_markers() -> None:
    plan = plan_of('a: "Bonjour {nom}, voici https://boutique.example/x"')
    assert bodies(plan, "a")[0]["text"] == {
        "body": "Bonjour {{nom}}, voici https://boutique.example/x",
        "preview_url": True,
    }
    (message,) = step(plan, "a").messages[0][1]
    assert [(name, print_expression(value)) for name, value in message.variables] == [("nom", "nom")]


def test_up_to_three_short_choices_are_buttons() -> None:
    made = interactive(plan_of(choices("Oui", "Non", "Plus tard")))
    assert made["type"] == "button"
    assert [button["reply"]["title"] for button in made["action"]["buttons"]] == ["Oui", "Non", "Plus tard"]


def test_a_long_label_prefers_a_list_and_keeps_its_full_text() -> None:
    made = interactive(plan_of(choices("Oui", "Parler à un conseiller de la boutique de Lyon")))
    assert made["type"] == "list"
    row = made["action"]["sections"][0]["rows"][1]
    assert len(row["title"]) <= 24
    assert row["description"] == "Parler à un conseiller de la boutique de Lyon"
    assert made["action"]["button"] == "Choisir"


@pytest.mark.parametrize(
    ("count", "kind", "pages"),
    [(3, "button", 1), (4, "list", 1), (10, "list", 1), (11, "list", 2), (19, "list", 2), (28, "list", 3)],
)
def test_the_form_follows_the_number_of_choices(count: int, kind: str, pages: int) -> None:
    plan = plan_of(choices(*[f"Choix {number}" for number in range(count)]))
    made = bodies(plan, "menu")
    assert [body["interactive"]["type"] for body in made] == [kind] * pages
    if kind == "list":
        rows = [
            row for body in made for section in body["interactive"]["action"]["sections"] for row in section["rows"]
        ]
        assert all(
            sum(len(section["rows"]) for section in body["interactive"]["action"]["sections"]) <= 10 for body in made
        )
        assert len([row for row in rows if ":page" not in row["id"]]) == count
    (_, messages), *_ = step(plan, "menu").messages
    assert [message.page for message in messages] == ([*range(1, pages + 1)] if pages > 1 else [0])
    for here, body in zip(messages, made, strict=True):
        assert not here.next_id or here.next_id in json.dumps(body)


def test_more_choices_than_pages_hold_are_numbers_in_the_text() -> None:
    plan = plan_of(choices(*[f"Choix {number}" for number in range(40)]))
    text = "".join(body["text"]["body"] for body in bodies(plan, "menu"))
    assert "40. Choix 39" in text
    assert step(plan, "menu").routes[39].accepts == ("40",)


def test_titles_that_become_equal_are_told_apart() -> None:
    plan = plan_of(choices("Abonnement mensuel formule premium famille", "Abonnement mensuel formule standard famille"))
    rows = interactive(plan)["action"]["sections"][0]["rows"]
    assert rows[0]["title"] != rows[1]["title"]


def test_reply_ids_come_from_content_and_do_not_move_when_a_choice_is_added() -> None:
    first = {route.choice: route.reply_ids for route in step(plan_of(choices("Oui", "Non")), "menu").routes}
    second = {
        route.choice: route.reply_ids for route in step(plan_of(choices("Peut-être", "Oui", "Non")), "menu").routes
    }
    assert all(second[choice] == ids for choice, ids in first.items())


MENU = """menu:
  say: |-
    Que souhaitez-vous ?
    1. Suivre ma commande
    2. Annuler
  ask: {}
  choices:
    - {title: Suivre ma commande, accepts: ["1", suivre], then: end}
    - {title: Annuler, accepts: ["2"], then: end}
"""


def test_a_numbered_menu_becomes_buttons_and_typed_answers_still_count() -> None:
    plan = plan_of(MENU)
    made = interactive(plan)
    assert made["body"]["text"] == "Que souhaitez-vous ?"
    assert step(plan, "menu").routes[0].accepts == ("1", "suivre")
    assert any(entry.construct == "numbered menu" and entry.fate.value == "emulated" for entry in plan.ledger)


def test_text_over_the_body_limit_goes_before_the_buttons() -> None:
    long = " ".join(["Une phrase assez courte."] * 60)
    plan = plan_of(f"menu:\n  say: {json.dumps(long)}\n  ask: {{}}\n  choices: {{Oui: end, Non: end}}")
    first, second = bodies(plan, "menu")
    assert first["type"] == "text"
    assert second["interactive"]["type"] == "button"
    assert len(second["interactive"]["body"]["text"]) <= 1024
    assert (first["text"]["body"] + " " + second["interactive"]["body"]["text"]).split() == long.split()


def test_a_single_link_is_a_link_button_and_a_link_beside_replies_is_a_line() -> None:
    link = "{title: Voir, url: 'https://boutique.example/a'}"
    plan = plan_of(f"a:\n  say: Voici\n  choices: [{link}]\n")
    assert bodies(plan, "a")[0]["interactive"]["type"] == "cta_url"
    plan = plan_of(f"a:\n  say: Voici\n  ask: {{}}\n  choices: [{link}, {{title: Oui, then: end}}]\n")
    made = interactive(plan, "a")
    assert made["body"]["text"] == "Voici\nVoir : https://boutique.example/a"
    assert any(entry.construct == "link choice" and entry.fate.value == "emulated" for entry in plan.ledger)


def test_a_link_without_a_text_is_a_link_button_under_its_own_title() -> None:
    plan = plan_of("a:\n  choices: [{title: Voir, url: 'https://boutique.example/a'}]\n")
    made = bodies(plan, "a")[0]["interactive"]
    assert (made["type"], made["body"]["text"]) == ("cta_url", "Voir")
    assert not plan.ledger.losses()


def test_a_picture_takes_the_text_as_caption_or_heads_the_buttons() -> None:
    plan = plan_of("a: {say: Voici, image: 'https://boutique.example/a.jpg', then: end}")
    assert bodies(plan, "a")[0]["image"] == {"link": "https://boutique.example/a.jpg", "caption": "Voici"}
    plan = plan_of("a:\n  say: Voici\n  image: 'https://boutique.example/a.jpg'\n  ask: {}\n  choices: {Oui: end}\n")
    assert interactive(plan, "a")["header"] == {"type": "image", "image": {"link": "https://boutique.example/a.jpg"}}


def test_outside_the_window_a_template_says_it_with_samples_and_bindings() -> None:
    plan = plan_of('a: "Bonjour {nom}, votre commande {numero} est prête à partir."', "{api: commande}")
    (template,) = plan.templates
    assert template.name == "f"
    assert template.template.body_text == "Bonjour {{1}}, votre commande {{2}} est prête à partir."
    assert [slot.key for slot in template.slots] == ["body.1", "body.2"]
    assert all(slot.sample for slot in template.slots)
    assert template.template.to_json()["category"] == "UTILITY"
    assert step(plan, "a").delivery == "template"
    assert step(plan, "a").messages == ()


def test_a_declared_sample_is_used() -> None:
    plan = plan_of('a: "Bonjour {nom}, votre colis part."', "{api: x}", "variables: {nom: {sample: Awa}}\n")
    assert plan.templates[0].slots[0].sample == "Awa"
    assert plan.templates[0].slots[0].sample_how == "declared"


def test_a_node_that_may_be_outside_has_both_and_its_choices_route_either_way() -> None:
    nodes = """q:
  say: Toujours intéressé ?
  ask: {timeout: 13h}
  choices: {Oui: end, Non: end}
  timeout: q
"""
    plan = plan_of(nodes)
    here = step(plan, "q")
    assert here.delivery == "message-or-template"
    (template,) = plan.templates
    assert [button.text for button in template.template.buttons] == ["Oui", "Non"]  # type: ignore[union-attr]
    ids = [button["reply"]["id"] for button in bodies(plan, "q")[0]["interactive"]["action"]["buttons"]]
    assert [route.reply_ids[0] for route in here.routes] == ids


def test_equal_messages_share_one_template_and_each_stays_derivable() -> None:
    nodes = 'a: {say: "Bonjour {nom}, votre colis est parti.", then: b}\nb: "Bonjour {client}, votre colis est parti."'
    plan = plan_of(nodes, "{api: x}")
    (template,) = plan.templates
    assert [
        (origin.node, [print_expression(value) for _, value in origin.bindings]) for origin in template.origins
    ] == [
        ("a", ["nom"]),
        ("b", ["client"]),
    ]
    assert step(plan, "b").templates[0][1][0].template == step(plan, "a").templates[0][1][0].template


def test_near_equal_templates_are_proposed_not_merged() -> None:
    nodes = (
        'a: {say: "Bonjour {nom}, votre commande {n} est maintenant expédiée, merci de votre confiance.", then: b}\n'
        'b: "Bonjour {nom}, votre commande {n} est maintenant livrée, merci de votre confiance."'
    )
    plan = plan_of(nodes, "{api: x}")
    assert len(plan.templates) == 2
    (proposal,) = plan.consolidation
    members = proposal["members"]
    assert isinstance(members, list)
    assert sorted(member["value"] for member in members) == ["expédiée,", "livrée,"]
    texts = {template.name: template.template.body_text for template in plan.templates}
    for member in members:
        assert str(proposal["text"]).replace("{{value}}", member["value"]) == texts[member["template"]]


def test_languages_of_one_message_share_a_name() -> None:
    plan = plan_of(
        'a: {say: {fr: "Bonjour {nom}, votre colis part.", en: "Hello {nom}, your parcel leaves."}}', "{api: x}"
    )
    assert [template.template.key for template in plan.templates] == [("f", "en"), ("f", "fr")]


def test_conditional_wording_becomes_one_template_per_branch() -> None:
    plan = plan_of('a: "Votre colis {if(retard, \\"a du retard\\", \\"est à l\'heure\\")}, cher client."', "{api: x}")
    assert sorted(template.template.body_text for template in plan.templates) == [
        "Votre colis a du retard, cher client.",
        "Votre colis est à l'heure, cher client.",
    ]
    (sends,) = [uses for _, uses in step(plan, "a").templates]
    assert {print_expression(send.condition) for send in sends if send.condition} == {"retard", "not retard"}


def test_opt_out_wording_becomes_the_quick_reply_that_ends_promotions() -> None:
    plan = plan_of('a: "Soldes : -30 % sur toute la boutique samedi, venez nombreux ! STOP au 36180"', "{api: x}")
    (template,) = plan.templates
    assert "36180" not in template.template.body_text
    assert [button.text for button in template.template.buttons] == ["Arrêter les promos"]  # type: ignore[union-attr]


def test_a_one_time_code_becomes_an_authentication_template() -> None:
    plan = plan_of('a: "{code} est votre code de vérification."', "{api: x}")
    (template,) = plan.templates
    body = template.template.to_json()
    assert body["category"] == "AUTHENTICATION"
    assert body["components"][0] == {"type": "BODY", "add_security_recommendation": True}
    assert body["components"][1]["buttons"][0]["otp_type"] == "COPY_CODE"
    assert any(entry.fate.value == "degraded" for entry in plan.ledger)


def test_the_certificate_has_a_line_for_each_way_to_each_send() -> None:
    nodes = "a: {say: Bonjour et bienvenue, then: q}\nq: {say: Ça va ?, ask: {}, then: b}\nb: Merci"
    plan = plan_of(nodes, "{any_message: true}, {broadcast: relance}")
    assert [(record.node, record.initiator, record.verdict) for record in plan.records] == [
        ("a", "user", "inside"),
        ("a", "business", "outside"),
        ("q", "user", "inside"),
        ("q", "business", "outside"),
        ("b", "user", "inside"),
        ("b", "business", "inside"),
    ]
    assert all(record.reason for record in plan.records)


def test_a_language_nobody_knows_is_an_error_at_the_message() -> None:
    analysis = analysed("id,texte\na,Zzz qqq\n", "x.csv", locale="")
    assert [finding.code for finding in analysis.findings if finding.severity.name == "ERROR"] == ["LOC010"]
    analysis = analysed("id,texte\na,Zzz qqq\n", "x.csv", locale="tlh")
    assert any("tlh" in finding.message for finding in analysis.findings)


def test_every_graph_construct_has_exactly_one_fate_in_lowering() -> None:
    nodes = "a: {say: Bonjour, then: q}\nq: {say: Ça va ?, ask: {}, choices: {Oui: b, Non: end}}\nb: {handover: equipe}"
    ledger = plan_of(nodes).ledger
    constructs = [entry.construct for entry in ledger]
    assert constructs.count("choice") == 2
    assert [name for name in constructs if name in ("message", "ask", "handover")] == ["message", "ask", "handover"]
    assert "entry any_message" in constructs


def test_a_subflow_named_by_its_vendor_id_is_found_among_the_files() -> None:
    child = '{"sid": "FW01", "friendly_name": "Enfant", "definition": {"states": [{"name": "Trigger", "type": "trigger", "transitions": [{"event": "incomingParent", "next": "a"}]}, {"name": "a", "type": "send-message", "properties": {"body": "Bonjour et bienvenue chez nous"}, "transitions": []}], "initial_state": "Trigger"}}'
    parent = '{"states": [{"name": "Trigger", "type": "trigger", "transitions": [{"event": "incomingMessage", "next": "r"}]}, {"name": "r", "type": "run-subflow", "properties": {"flow_sid": "FW01", "flow_revision": "LatestPublished"}, "transitions": []}], "initial_state": "Trigger"}'
    files = [InputFile(SourceFile(name, text.encode()), name) for name, text in (("p.json", parent), ("c.json", child))]
    analysis = analyse(load(files), locale="fr")
    assert "GRF012" not in [finding.code for finding in analysis.findings]
    assert [(record.node, record.verdict) for record in analysis.plan.records] == [("a", "inside")]


def test_what_a_template_cannot_carry_is_in_the_ledger() -> None:
    nodes = """a:
  type: message
  content:
    text: "Bonjour, votre commande vous attend à la boutique du centre."
    location: {latitude: 1.5, longitude: 2.5}
    cards: [{title: A, text: b}]
    media: [{kind: image, url: 'https://boutique.example/a.jpg', thumbnail: 'https://boutique.example/t.jpg'}]
    choices: [{title: Oui}, {title: Où, kind: share_location}]
  edges: []
"""
    fates = {entry.construct: entry.fate.value for entry in plan_of(nodes, "{api: x}").ledger}
    assert fates["location in a template"] == "dropped"
    assert fates["card in a template"] == "dropped"
    assert fates["share_location choice in a template"] == "dropped"
    assert fates["thumbnail"] == "dropped"
    assert fates["template quick reply"] == "exact"


CALLER = """bascule: 1
locale: fr
flows:
  accueil:
    entries: [{keyword: aide}]
    nodes:
      bonjour: {say: "Bonjour et bienvenue.", then: pause}
      pause: {call: attente, then: rappel}
      rappel: {say: "Votre commande vous attend à la boutique.", then: end}
  attente:
    entries: [{subflow: true}]
    nodes:
      jour: {wait: 26h, then: mot}
      mot: {say: "Encore un instant, s'il vous plaît.", then: end}
"""


def certified(text: str, flow: str, node: str) -> dict[str, Any]:
    sends = certificate_data(analysed(text))["sends"]
    (found,) = [item for item in sends if (item["flow"], item["node"]) == (flow, node)]
    jsonschema.validate({"policy": "", "window_seconds": 1, "sends": [found]}, CERTIFICATE)
    return found


CERTIFICATE = json.loads(read_text("schemas", "certificate.schema.json"))


def test_the_witness_of_the_certificate_names_the_flows_it_goes_through() -> None:
    hour = 3600.0
    assert certified(CALLER, "accueil", "rappel")["witness"] == [
        {"flow": "accueil", "node": "bonjour", "clock": 0.0},
        {"flow": "accueil", "node": "pause", "clock": 0.0},
        {"flow": "attente", "node": "jour", "clock": 0.0},
        {"flow": "attente", "node": "mot", "clock": 26 * hour},
        {"flow": "accueil", "node": "rappel", "clock": 26 * hour},
    ]
    within = certified(CALLER, "attente", "mot")["witness"]
    assert [(step["flow"], step["node"]) for step in within] == [
        ("accueil", "bonjour"), ("accueil", "pause"), ("attente", "jour"), ("attente", "mot"),
    ]  # fmt: skip


@pytest.mark.parametrize("size", [38, 39, 120])
def test_a_long_witness_says_how_many_steps_it_leaves_out(size: int) -> None:
    nodes = [f"      n{index}: {{wait: 1h, then: n{index + 1}}}" for index in range(size)]
    text = "bascule: 1\nlocale: fr\nflows:\n  f:\n    entries: [{keyword: aide}]\n    nodes:\n" + "\n".join(nodes)
    found = certified(f"{text}\n      n{size}: {{say: 'Votre commande vous attend.', then: end}}\n", "f", f"n{size}")
    left_out = found.get("witness_steps_left_out", 0)
    assert left_out == max(0, size + 1 - 40)
    assert len(found["witness"]) + left_out == size + 1
    assert found["witness"][-1] == {"flow": "f", "node": f"n{size}", "clock": size * 3600.0}


def test_a_loop_in_a_witness_is_one_step_with_its_rounds() -> None:
    found = certified(
        """bascule: 1
locale: fr
flows:
  f:
    entries: [{keyword: oui}]
    nodes:
      accord: {say: "Acceptez-vous nos messages ?", ask: {into: x, timeout: 5m}, then: end, timeout: accord}
""",
        "f",
        "accord",
    )
    rounds = sum(step.get("repeat", 1) for step in found["witness"][:-1])
    assert rounds == 24 * 12
    assert any(step.get("loop") == 1 for step in found["witness"])


def test_a_header_that_was_uploaded_already_keeps_its_handle() -> None:
    from bascule.source import SourceFile
    from bascule.workspace import InputFile, analyse, load

    template = (
        '{"name": "plan_acces", "language": "fr", "category": "UTILITY", "components": ['
        '{"type": "HEADER", "format": "IMAGE", "example": {"header_handle": ["%s"]}},'
        '{"type": "BODY", "text": "Le plan d\'accès de votre rendez-vous est joint à ce message."}]}'
    )

    def handles(handle: str) -> tuple[list[str], set[str]]:
        analysis = analyse(load([InputFile(SourceFile.of_text(template % handle, "t.json"), "t.json")]))
        (planned,) = analysis.plan.templates
        body = planned.template.to_json()
        return body["components"][0]["example"]["header_handle"], {finding.code for finding in analysis.findings}

    kept, codes = handles("4::aW1hZ2UvanBlZw==:ARZ")
    assert kept == ["4::aW1hZ2UvanBlZw==:ARZ"]
    assert "MED010" not in codes
    waiting, codes = handles("https://exemple.sn/plan.jpg")
    assert waiting == ["<upload https://exemple.sn/plan.jpg>"]
    assert "MED010" in codes


@pytest.mark.parametrize(
    ("text", "locale", "left"),
    [
        ("Êtes-vous là ?\n\nRépondez :\n1. Oui\n2. Non\n\nMerci à vous.", "fr", "Êtes-vous là ?\nMerci à vous."),
        (
            "Are you sure?\n\nReply YES to confirm, or HELP to see other options.\n\nThanks.",
            "en",
            "Are you sure?\nThanks.",
        ),
        ("Votre rendez-vous est demain. Répondez 1 pour confirmer, 2 pour annuler. Merci.", "fr", None),
    ],
)
def test_a_menu_that_becomes_buttons_leaves_no_loose_ends(text: str, locale: str, left: str | None) -> None:
    import json

    from bascule.source import SourceFile
    from bascule.workspace import InputFile, analyse, load

    source = json.dumps({"message": text}, ensure_ascii=False)
    analysis = analyse(load([InputFile(SourceFile.of_text(source, "t.json"), "t.json")]), locale=locale)
    (planned,) = analysis.plan.templates
    body = next(part["text"] for part in planned.template.to_json()["components"] if part["type"] == "BODY")
    assert body == (left or "Votre rendez-vous est demain.\nMerci.")
    assert "numbered menu" in [entry.construct for entry in analysis.plan.ledger.entries], "the ledger says it"
