"""Chatfuel: the plan gives every id it uses, the flows read back, the answers cover what speaks, the ledger the rest."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bascule.backends.chatfuel.conditions import Untestable, decisions
from bascule.backends.chatfuel.words import Words, in_two, parts_of
from bascule.compiling import Compilation, Written
from bascule.ir.expr import Call, Const, Expression, Opaque, Ref
from bascule.ir.project import Project
from bascule.parsers import ParseOptions
from bascule.parsers.chatfuel import parse, sniff
from bascule.source import SourceFile
from bascule.workspace import InputFile, analyse, load

MENU = """bascule: 1
locale: fr
flows:
  menu:
    title: Menu de la boutique
    entries: [{keyword: [menu, "القائمة"]}, {type: any_message}]
    nodes:
      accueil:
        say: "Bonjour {contact.prénom} 👋 Que souhaitez-vous ?"
        ask: choix
        choices: {Suivi: numero, Agent: agent, Horaires: attente}
        else: accueil
      numero: {say: "Votre numéro ?", ask: commande, then: vip}
      vip:
        case:
          - when: contact.ville = "Brest" and commande > 10
            then: fin
          - else: agent
      attente: {wait: 10s, then: fin}
      fin: Merci !
      agent: {say: Un instant., handover: support}
"""


def compiled(text: str) -> Written:
    loaded = load([InputFile(SourceFile.of_text(text, "menu.yaml"), "menu.yaml")])
    assert all(file.parsed and not file.parsed.unreadable for file in loaded.files)
    written = Compilation(analyse(loaded)).write("chatfuel")
    assert not written.emitted.findings, written.emitted.findings
    return written


def files(text: str) -> dict[str, Any]:
    made = {artefact.path: artefact.text for artefact in compiled(text).emitted.artefacts}
    return {path: json.loads(body) if path.endswith(".json") else body for path, body in made.items()}


def test_every_id_is_bound_before_it_is_used() -> None:
    plan = files(MENU)["chatfuel/plan.json"]
    bound = {item["name"] for item in plan["settings"]}
    for step in plan["steps"]:
        assert set(step["uses"].values()) <= bound, step
        assert not bound & step.get("binds", {}).keys(), step
        bound |= step.get("binds", {}).keys()
        assert "operation" not in step or step["operation"] in plan["documents"]
    assert [step["id"] for step in plan["steps"]] == list(range(1, len(plan["steps"]) + 1))
    # Only what the account has to give is left open: nothing that looks like an id stands in the plan.
    assert {item["name"] for item in plan["settings"]} == {"token", "bot"}
    assert [item["secret"] for item in plan["settings"]] == [True, False]


def test_a_menu_is_one_block_and_its_buttons_lead_on() -> None:
    flow = files(MENU)["chatfuel/flows.json"]["data"]["bot"]["flowsWithoutGroup"][0]
    blocks = {block["id"]: block for block in flow["blocks"]}
    (menu,) = blocks["menu.accueil"]["blockElements"]
    assert menu["__typename"] == "WhatsAppTextAndButtonsBlockElement"
    assert [part["title"]["parts"][0]["text"] for part in menu["buttons"]] == ["Suivi", "Agent", "Horaires"]
    assert menu["bodyText"]["parts"][1] == {"__typename": "TemplateStrAttribute", "attribute": {"name": "prénom"}}
    assert (menu["waitForReplies"], menu["savingToAttribute"]) == (True, {"name": "choix"})
    ways = {item["sourceHandleID"]: item["targetBlockID"] for item in flow["connections"] if "sourceHandleID" in item}
    titles = {part["title"]["parts"][0]["text"]: ways[part["id"]] for part in menu["buttons"]}
    # Chatfuel does not wait: what follows the wait comes at once.
    assert titles == {"Suivi": "menu.numero", "Agent": "menu.agent", "Horaires": "menu.fin"}
    assert flow["startingPointBlock"] == {"id": "menu.accueil"}
    spots = [(block["positionX"], block["positionY"]) for block in flow["blocks"]]
    assert len(set(spots)) == len(spots)


def test_what_chatfuel_cannot_do_is_in_the_ledger_with_what_the_person_sees() -> None:
    written = compiled(MENU)
    (delay,) = [entry for entry in written.lowered.losses() if entry.construct == "delay"]
    assert "comes at once" in delay.reason
    (handover,) = [entry for entry in written.emitted.ledger.losses() if entry.construct == "handover"]
    assert "not passed on" in handover.reason


def test_keywords_are_rules_and_the_rest_is_on_the_checklist() -> None:
    made = files(MENU)
    operations = [step.get("operation") for step in made["chatfuel/plan.json"]["steps"]]
    assert operations.count("keywordRuleCreate") == 1
    (words,) = [
        step["variables"] for step in made["chatfuel/plan.json"]["steps"]
        if step.get("operation") == "keywordRuleUpdateKeywords"
    ]  # fmt: skip
    assert words == {"keywords": ["menu", "القائمة"]}
    checklist = made["chatfuel/checklist.md"]
    for line in (
        "- [ ] keywords “menu”, “القائمة”: choose the flow “Menu de la boutique”",
        "- [ ] any message starts “Menu de la boutique”",
        "who takes over: support",
        "- [ ] `prénom`: import it",
        "- [ ] block “vip”: if `ville` IS “Brest” AND `commande` GT “10”: “fin”; then “agent”",
    ):
        assert line in checklist, line


def test_the_answers_of_the_json_api_lead_to_blocks_by_name() -> None:
    made = files(MENU)
    answers = made["chatfuel/answers.json"]
    assert answers["fin"] == {"messages": [{"text": "Merci !"}]}
    assert answers["agent"] == {"messages": [{"text": "Un instant."}], "redirect_to_blocks": ["agent.handover"]}
    (menu,) = answers["accueil"]["messages"]
    payload = menu["attachment"]["payload"]
    assert payload["text"] == "Bonjour {{prénom}} 👋 Que souhaitez-vous ?"
    assert payload["buttons"][1] == {
        "type": "show_block", "title": "Agent", "block_names": ["agent"], "set_attributes": {"choix": "Agent"},
    }  # fmt: skip
    # No answer can wait for words or decide: these blocks are built by hand, and named.
    assert answers["numero"]["redirect_to_blocks"] == ["numero (commande)"]
    assert "vip" not in answers
    named = {name for answer in answers.values() for name in answer.get("redirect_to_blocks", [])}
    for name in named - answers.keys():
        assert f"block “{name}”" in made["chatfuel/checklist.md"], name
    file = SourceFile.of_text(json.dumps(answers, ensure_ascii=False), "answers.json")
    match = sniff(file)
    assert match is not None
    assert match.confidence >= 75
    assert {flow.title or flow.id for flow in parse(file, ParseOptions()).project.flows} == set(answers)


def test_each_language_is_a_bot_of_its_own() -> None:
    text = """bascule: 1
locale: fr
flows:
  salut:
    entries: [{type: any_message}]
    nodes:
      un: {say: {fr: "Bonjour", ar: "مرحبًا", hi: "नमस्ते"}}
"""
    made = files(text)
    assert {path.split("/")[1] for path in made} == {"fr", "ar", "hi"}
    said = [
        step["variables"]["text"] for path in ("fr", "ar", "hi") for step in made[f"chatfuel/{path}/plan.json"]["steps"]
        if step.get("operation") == "whatsAppTextSetText"
    ]  # fmt: skip
    assert said == ["Bonjour", "مرحبًا", "नमस्ते"]


def test_output_is_the_same_to_the_byte() -> None:
    first, second = compiled(MENU).emitted.artefacts, compiled(MENU).emitted.artefacts
    assert first == second


A, B = Ref(("a",)), Ref(("b",))


@pytest.mark.parametrize(
    ("condition", "blocks", "start"),
    [
        (Call("eq", (A, Const("x"))), 1, "head"),
        (Call("not", (Call("eq", (A, Const("x"))),)), 1, "head"),
        (Call("not", (Call("contains", (A, Const("x"))),)), 1, "head"),
        (Call("and", (Call("eq", (A, Const("x"))), Call("not", (Call("contains", (B, Const("y"))),)))), 2, "head"),
        (Call("ge", (A, Const(3))), 1, "head"),
        (Const(True), 0, "yes"),
        (Call("and", (Const(False), Call("eq", (A, Const("x"))))), 0, "no"),
        (Call("eq", (Const("x"), Const("x"))), 0, "yes"),
    ],
)
def test_a_condition_is_as_many_blocks_as_it_takes(condition: Expression, blocks: int, start: str) -> None:
    fresh = iter(f"more{number}" for number in range(9))
    made, first = decisions(condition, "yes", "no", Words(Project()), "head", lambda _: next(fresh))
    assert (len(made), first) == (blocks, start)
    ids = [decision.id for decision in made]
    assert {way for decision in made for way in (decision.yes, decision.no)} <= {"yes", "no", *ids}
    assert ids[:1] == (["head"] if blocks else [])


def test_a_condition_that_cannot_be_said_is_refused() -> None:
    for condition in (Opaque("js", "x()"), Call("has_phrase", (A, Const("x"))), Call("lt", (Const(1), Const(2)))):
        with pytest.raises(Untestable):
            decisions(condition, None, None, Words(Project()), "head", str)


def test_a_text_is_parted_between_words_and_never_inside_an_attribute() -> None:
    text = "Premier paragraphe\n\nSecond {{nom de famille}} ici"
    assert in_two(text, 30) == ("Premier paragraphe", "Second {{nom de famille}} ici")
    assert in_two(text, 200) == ("", text)
    for limit in range(22, len(text)):
        before, after = in_two(text, limit)
        assert (before + after).replace("\n", "").replace(" ", "") == text.replace("\n", "").replace(" ", "")
        assert ("{{nom de famille}}" in before) != ("{{nom de famille}}" in after), limit
        assert len(after) <= limit


def test_a_text_is_read_back_in_parts() -> None:
    parts = parts_of("Bonjour {{first name}} !")["parts"]
    assert [part.get("text", part.get("attribute")) for part in parts] == ["Bonjour ", {"name": "first name"}, " !"]
    assert parts_of("")["parts"] == [{"__typename": "TemplateStrText", "text": ""}]
