"""Rules and stories become one flow: what is said when, after what, and where two of them disagree."""

from __future__ import annotations

from bascule.ir.content import ChoiceKind
from bascule.ir.expr_text import print_expression
from bascule.ir.nodes import (
    Ask,
    Case,
    Chosen,
    Edge,
    Handover,
    HttpRequest,
    Message,
    Otherwise,
    RunFlow,
    SetVariable,
    Unsupported,
    When,
)
from bascule.ir.project import EntryKind
from bascule.ir.text import plain_text
from bascule.parsers.base import Parsed
from tests.parsers.rasa_support import codes, find, fixture, flow, node, project, where

RESPONSES = """
responses:
  utter_bonjour:
  - text: Bonjour
  utter_content:
  - text: Tant mieux
  utter_triste:
  - text: Courage
  utter_fin:
  - text: Au revoir
"""
DOMAIN = "intents: [saluer, bien, mal, partir, nlu_fallback, oui, non]\n" + RESPONSES


def guard(edge: Edge) -> str:
    if isinstance(edge.guard, When):
        return print_expression(edge.guard.condition)
    if isinstance(edge.guard, Chosen):
        return f"chosen {','.join(edge.guard.choices)}"
    return type(edge.guard).__name__.lower()


def ways(parsed: Parsed, id_: str, flow_id: str = "") -> dict[str, str | None]:
    return {guard(edge): edge.target for edge in node(parsed, id_, flow_id).edges}


def entries(parsed: Parsed) -> list[tuple[str, str, str]]:
    """Kind, intent or name, and target of each entry."""
    here = flow(parsed)
    found = []
    for entry in here.entries:
        start = here.start_of(entry)
        found.append((entry.kind.value, entry.intent or entry.name, start.id if start else ""))
    return found


def test_a_rule_is_an_entry_with_what_it_says() -> None:
    parsed = project(
        domain=DOMAIN,
        data_rules="rules:\n- rule: saluer\n  steps:\n  - intent: saluer\n  - action: utter_bonjour\n",
    )
    assert entries(parsed) == [("intent", "saluer", "utter_bonjour")]
    said = node(parsed, "utter_bonjour")
    assert isinstance(said, Message)
    assert plain_text(said.content.text.first) == "Bonjour"
    assert [edge.target for edge in said.edges] == [None]


STORIES = """
stories:
- story: content
  steps:
  - intent: saluer
  - action: utter_bonjour
  - intent: bien
  - action: utter_content
- story: triste
  steps:
  - intent: saluer
  - action: utter_bonjour
  - intent: mal
  - action: utter_triste
  - action: utter_fin
"""


def test_stories_with_the_same_beginning_share_it_and_branch_where_they_part() -> None:
    parsed = project(domain=DOMAIN, data_stories=STORIES)
    assert entries(parsed) == [("intent", "saluer", "utter_bonjour")]
    asked = node(parsed, "utter_bonjour")
    assert isinstance(asked, Ask)
    assert ways(parsed, "utter_bonjour") == {
        'intent("bien")': "utter_content",
        'intent("mal")': "utter_triste",
        "otherwise": "hub",
    }
    assert [edge.target for edge in node(parsed, "utter_triste").edges] == ["utter_fin"]


def test_a_message_that_nobody_expects_goes_to_the_hub_and_from_there_to_the_fallback() -> None:
    rules = """
    rules:
    - rule: partir
      steps:
      - intent: partir
      - action: utter_fin
    - rule: pas compris
      steps:
      - intent: nlu_fallback
      - action: utter_triste
    """
    parsed = project(domain=DOMAIN, data_stories=STORIES, data_rules=rules)
    assert ways(parsed, "hub") == {
        'intent("partir")': "utter_fin",
        'intent("saluer")': "utter_bonjour",
        "otherwise": "utter_triste",
    }
    assert ("any_message", "", "utter_triste") in entries(parsed)


def test_utter_default_answers_what_no_rule_expects() -> None:
    domain = DOMAIN + "  utter_default:\n  - text: Pardon ?\n"
    parsed = project(domain=domain, data_stories=STORIES)
    assert entries(parsed)[-1] == ("any_message", "", "utter_default")
    assert ways(parsed, "hub")["otherwise"] == "utter_default"


def test_a_turn_that_a_rule_governs_is_the_rules_own_wherever_a_story_has_it() -> None:
    rules = "rules:\n- rule: partir\n  steps:\n  - intent: partir\n  - action: utter_fin\n"
    story = """
    stories:
    - story: long
      steps:
      - intent: saluer
      - action: utter_bonjour
      - intent: partir
      - action: utter_fin
      - intent: oui
      - action: utter_content
    """
    parsed = project(domain=DOMAIN, data_rules=rules, data_stories=story)
    assert isinstance(node(parsed, "utter_bonjour"), Message)
    assert ways(parsed, "utter_fin") == {'intent("oui")': "utter_content", "otherwise": "hub"}
    assert len(flow(parsed).nodes) == 4


def test_equal_endings_are_one_node() -> None:
    story = """
    stories:
    - story: un
      steps: [{intent: saluer}, {action: utter_bonjour}, {intent: oui}, {action: utter_fin}]
    - story: deux
      steps: [{intent: bien}, {action: utter_content}, {intent: oui}, {action: utter_fin}]
    """
    parsed = project(domain=DOMAIN, data_stories=story)
    assert [item.id for item in flow(parsed).nodes if item.id.startswith("utter_fin")] == ["utter_fin"]


def test_alternatives_are_several_ways_to_one_place() -> None:
    story = """
    stories:
    - story: ou
      steps:
      - intent: saluer
      - action: utter_bonjour
      - or:
        - intent: oui
        - intent: bien
      - action: utter_content
    """
    parsed = project(domain=DOMAIN, data_stories=story)
    assert ways(parsed, "utter_bonjour") == {
        'intent("oui")': "utter_content",
        'intent("bien")': "utter_content",
        "otherwise": "hub",
    }


def test_checkpoints_join_stories_and_may_lead_in_circles() -> None:
    story = """
    stories:
    - story: début
      steps:
      - intent: saluer
      - action: utter_bonjour
      - checkpoint: humeur
    - story: bien
      steps:
      - checkpoint: humeur
      - intent: bien
      - action: utter_content
    - story: mal
      steps:
      - checkpoint: humeur
      - intent: mal
      - action: utter_triste
      - checkpoint: humeur
    """
    parsed = project(domain=DOMAIN, data_stories=story)
    expected = {'intent("bien")': "utter_content", 'intent("mal")': "utter_triste", "otherwise": "hub"}
    assert ways(parsed, "utter_bonjour") == expected
    assert ways(parsed, "utter_triste") == expected
    assert not codes(parsed)


def test_a_checkpoint_with_one_side_is_reported_with_the_name_it_may_mean() -> None:
    story = """
    stories:
    - story: un
      steps: [{intent: saluer}, {action: utter_bonjour}, {checkpoint: humeur}]
    - story: deux
      steps:
      - checkpoint: humeurs
      - intent: bien
      - action: utter_content
    """
    parsed = project(domain=DOMAIN, data_stories=story)
    found = [finding for finding in parsed.findings if finding.code == "PAR612"]
    assert len(found) == 2
    assert "did you mean `humeur`?" in {finding.help for finding in found}


def test_a_story_that_begins_with_an_action_follows_it_everywhere() -> None:
    rules = """
    rules:
    - rule: saluer
      steps: [{intent: saluer}, {action: utter_bonjour}, {action: utter_content}]
    - rule: bien
      steps: [{intent: bien}, {action: utter_content}]
    """
    story = "stories:\n- story: après\n  steps:\n  - action: utter_content\n  - intent: oui\n  - action: utter_fin\n"
    parsed = project(domain=DOMAIN, data_rules=rules, data_stories=story)
    asks = [item.id for item in flow(parsed).nodes if isinstance(item, Ask)]
    assert asks == ["utter_content"]
    assert [edge.target for edge in node(parsed, "utter_bonjour").edges] == ["utter_content"]
    assert ways(parsed, "utter_content")['intent("oui")'] == "utter_fin"


def test_two_stories_that_disagree_are_reported_and_the_first_one_is_in_the_graph() -> None:
    story = """
    stories:
    - story: un
      steps:
      - intent: saluer
      - action: utter_bonjour
    - story: deux
      steps:
      - intent: saluer
      - action: utter_content
    """
    parsed = project(domain=DOMAIN, data_stories=story)
    finding = find(parsed, "PAR611")
    assert where(finding) == ("stories.yml", 9, 5)
    assert finding.labels[0].span is not None
    assert finding.labels[0].span.line == 5
    assert entries(parsed) == [("intent", "saluer", "utter_bonjour")]


def test_a_rule_goes_before_a_story() -> None:
    story = "stories:\n- story: s\n  steps: [{intent: saluer}, {action: utter_content}]\n"
    rules = "rules:\n- rule: r\n  steps: [{intent: saluer}, {action: utter_bonjour}]\n"
    parsed = project(domain=DOMAIN, data_a=story, data_b=rules)
    assert entries(parsed) == [("intent", "saluer", "utter_bonjour")]
    assert find(parsed, "PAR611").labels[0].place.file.endswith("b.yml")


SLOTS = """
slots:
  fidele:
    type: bool
  nom:
    type: text
  niveau:
    type: categorical
    values: [or, argent]
  muet:
    type: text
    influence_conversation: false
actions: [action_chercher]
"""


def test_values_after_an_action_branch_when_stories_differ_by_them() -> None:
    story = """
    stories:
    - story: fidèle
      steps:
      - intent: saluer
      - action: action_chercher
      - slot_was_set:
        - fidele: true
        - muet: x
      - action: utter_content
    - story: nouveau
      steps:
      - intent: saluer
      - action: action_chercher
      - slot_was_set:
        - fidele: false
      - action: utter_bonjour
    """
    parsed = project(domain=DOMAIN + SLOTS, data_stories=story)
    called = node(parsed, "action_chercher")
    assert isinstance(called, HttpRequest)
    assert called.mapping == (("fidele", ("fidele",)),)
    assert ways(parsed, "if_fidele") == {"fidele = true": "utter_content", "fidele = false": "utter_bonjour"}


def test_a_single_value_of_a_story_is_no_branch() -> None:
    story = """
    stories:
    - story: s
      steps:
      - intent: saluer
      - action: action_chercher
      - slot_was_set:
        - nom: Awa
      - action: utter_content
    """
    parsed = project(domain=DOMAIN + SLOTS, data_stories=story)
    assert not any(isinstance(item, Case) for item in flow(parsed).nodes)


def test_conditions_of_rules_are_always_tested() -> None:
    rules = """
    rules:
    - rule: fidèle
      condition:
      - slot_was_set:
        - fidele: true
        - nom: Awa
      steps:
      - intent: saluer
      - action: utter_content
    - rule: les autres
      steps:
      - intent: saluer
      - action: utter_bonjour
    """
    parsed = project(domain=DOMAIN + SLOTS, data_rules=rules)
    first, second = flow(parsed).entries
    assert first.condition is not None
    assert print_expression(first.condition) == "fidele = true and not is_blank(nom)"
    assert second.condition is None


def test_entities_tell_two_ways_of_one_intent_apart() -> None:
    story = """
    stories:
    - story: avec
      steps:
      - intent: partir
        entities:
        - ville: Dakar
      - action: utter_content
    - story: sans
      steps:
      - intent: partir
      - action: utter_fin
    """
    parsed = project(domain="entities: [ville]\n" + DOMAIN, data_stories=story)
    first, second = flow(parsed).entries
    assert first.condition is not None
    assert print_expression(first.condition) == "not is_blank(ville)"
    assert second.condition is None
    lone = story.split("- story: sans")[0]
    assert flow(project(domain="entities: [ville]\n" + DOMAIN, data_stories=lone)).entries[0].condition is None


def test_conversation_start_holds_where_a_conversation_is_entered() -> None:
    rules = """
    rules:
    - rule: début
      conversation_start: true
      steps: [{intent: saluer}, {action: utter_bonjour}]
    - rule: ensuite
      steps: [{intent: saluer}, {action: utter_content}]
    - rule: bien
      steps: [{intent: bien}, {action: utter_triste}]
    """
    story = (
        "stories:\n- story: s\n  steps: [{intent: bien}, {action: utter_triste}, {intent: oui}, {action: utter_fin}]\n"
    )
    parsed = project(domain=DOMAIN, data_rules=rules, data_stories=story)
    assert entries(parsed)[0] == ("intent", "saluer", "utter_bonjour")
    assert ways(parsed, "hub")['intent("saluer")'] == "utter_content"


def test_literal_messages_become_intents_and_literal_answers_messages() -> None:
    story = """
    stories:
    - story: mots
      steps:
      - intent: saluer
      - action: utter_bonjour
      - user: "je cherche un [boubou](produit)"
      - bot: "Voici nos boubous, नमस्ते"
    """
    parsed = project(domain="entities: [produit]\n" + DOMAIN, data_stories=story)
    intent = next(intent for intent in parsed.project.intents if intent.id.startswith("text_"))
    assert intent.phrases.first[0].samples == ("boubou",)
    assert ways(parsed, "utter_bonjour")[f'intent("{intent.id}")'] == "bot"
    said = node(parsed, "bot")
    assert isinstance(said, Message)
    assert plain_text(said.content.text.first) == "Voici nos boubous, नमस्ते"


def test_intents_that_programs_trigger_are_business_initiated() -> None:
    rules = "rules:\n- rule: r\n  steps: [{intent: EXTERNAL_colis}, {action: utter_bonjour}]\n"
    parsed = project(domain=DOMAIN.replace("[saluer", "[EXTERNAL_colis, saluer"), data_rules=rules)
    entry = flow(parsed).entries[0]
    assert (entry.kind, entry.name) == (EntryKind.API, "EXTERNAL_colis")


def test_a_hand_over_ends_what_the_bot_does() -> None:
    rules = """
    rules:
    - rule: r
      steps: [{intent: partir}, {action: utter_fin}, {action: action_human_handoff}]
    """
    parsed = project(domain=DOMAIN, data_rules=rules)
    handed = node(parsed, "action_human_handoff")
    assert isinstance(handed, Handover)
    assert handed.to == "human_handoff"
    assert [edge.target for edge in handed.edges] == [None]


def test_restart_forgets_everything_and_says_so() -> None:
    rules = "rules:\n- rule: r\n  steps: [{intent: partir}, {action: action_restart}]\n"
    domain = DOMAIN + "  utter_restart:\n  - text: On recommence\n" + SLOTS
    parsed = project(domain=domain, data_rules=rules)
    cleared = node(parsed, "action_restart.clear")
    assert isinstance(cleared, SetVariable)
    assert [(item.op, item.target[0]) for item in cleared.assignments] == [
        ("clear", name) for name in ("fidele", "nom", "niveau", "muet", "active_loop")
    ]
    assert isinstance(node(parsed, "action_restart"), Message)


def test_going_back_has_no_counterpart() -> None:
    rules = "rules:\n- rule: r\n  steps: [{intent: partir}, {action: action_back}]\n"
    parsed = project(domain=DOMAIN, data_rules=rules)
    assert isinstance(node(parsed, "action_back"), Unsupported)
    assert where(find(parsed, "LOS610")) == ("rules.yml", 3, 38)


def test_the_two_stage_fallback_asks_to_rephrase_once() -> None:
    domain = DOMAIN + "  utter_ask_rephrase:\n  - text: Autrement ?\n  utter_default:\n  - text: Désolé\n"
    rules = """
    rules:
    - rule: r
      steps:
      - intent: nlu_fallback
      - action: action_two_stage_fallback
      - active_loop: action_two_stage_fallback
    """
    parsed = project(domain=domain, data_rules=rules)
    assert codes(parsed) == ["LOS604"]
    asked = node(parsed, "action_two_stage_fallback")
    assert isinstance(asked, Ask)
    assert plain_text(asked.content.text.first) == "Autrement ?"
    assert ways(parsed, "action_two_stage_fallback") == {'intent("nlu_fallback")': "utter_default", "otherwise": "hub"}


def test_triggers_of_rasa_one_are_rules() -> None:
    parsed = project(domain="intents:\n- saluer: {triggers: utter_bonjour}\n" + RESPONSES)
    assert entries(parsed) == [("intent", "saluer", "utter_bonjour")]


def test_unknown_names_are_reported_where_they_stand_with_the_name_they_may_mean() -> None:
    story = """
    stories:
    - story: fautes
      steps:
      - intent: salluer
      - action: utter_bonjours
      - intent: bien
        entities: [vile]
      - action: action_cherche
      - slot_was_set:
        - fidel: true
      - action: utter_fin
    """
    parsed = project(domain="entities: [ville]\n" + DOMAIN + SLOTS, data_stories=story)
    expected = {
        "PAR605": (("stories.yml", 4, 13), "did you mean `saluer`?"),
        "PAR607": (("stories.yml", 5, 13), "did you mean `utter_bonjour`?"),
        "PAR610": (("stories.yml", 7, 16), "did you mean `ville`?"),
        "PAR606": (("stories.yml", 8, 13), "did you mean `action_chercher`?"),
        "PAR608": (("stories.yml", 10, 7), "did you mean `fidele`?"),
    }
    for code, (place, help_) in expected.items():
        finding = find(parsed, code)
        assert (where(finding), finding.help) == (place, help_), code


FORM = """
intents: [reserver, stop, oui, non, question, nlu_fallback]
entities: [ville, number]
slots:
  ville:
    type: text
    mappings: [{type: from_entity, entity: ville}]
  nombre:
    type: float
    mappings: [{type: from_entity, entity: number}]
  fenetre:
    type: bool
    mappings:
    - type: from_intent
      intent: oui
      value: true
      conditions: [{active_loop: voyage_form, requested_slot: fenetre}]
    - type: from_intent
      intent: non
      value: no
      conditions: [{active_loop: voyage_form, requested_slot: fenetre}]
  note:
    type: text
    mappings:
    - type: from_text
      not_intent: stop
      conditions: [{active_loop: voyage_form, requested_slot: note}]
  source:
    type: text
    mappings: [{type: from_trigger_intent, intent: reserver, value: chat}]
forms:
  voyage_form:
    ignored_intents: question
    required_slots: [ville, nombre, fenetre, note, source]
responses:
  utter_ask_ville:
  - text: Où allez-vous ?
  utter_ask_voyage_form_nombre:
  - text: Combien de places ?
  utter_ask_nombre:
  - text: jamais dit
  utter_ask_fenetre:
  - text: Côté fenêtre ?
    buttons:
    - {title: Oui, payload: /oui}
    - {title: Peu importe, payload: "/non"}
  utter_ask_note:
  - text: Une remarque ?
  utter_ask_source:
  - text: D'où venez-vous ?
  utter_fait:
  - text: C'est réservé.
  utter_sur:
  - text: Arrêter vraiment ?
  utter_reponse:
  - text: Voici la réponse.
"""
FORM_RULES = """
rules:
- rule: lancer
  steps: [{intent: reserver}, {action: voyage_form}, {active_loop: voyage_form}]
- rule: finir
  condition: [{active_loop: voyage_form}]
  steps: [{action: voyage_form}, {active_loop: null}, {slot_was_set: [{requested_slot: null}]}, {action: utter_fait}]
- rule: question
  condition: [{active_loop: voyage_form}]
  steps: [{intent: question}, {action: utter_reponse}, {action: voyage_form}, {active_loop: voyage_form}]
- rule: pourquoi cette question
  condition: [{active_loop: voyage_form}, {slot_was_set: [{requested_slot: ville}]}]
  steps: [{intent: oui}, {action: utter_sur}, {action: voyage_form}]
"""


def test_a_form_asks_for_the_first_slot_without_a_value_until_none_is_left() -> None:
    parsed = project(domain=FORM, data_rules=FORM_RULES)
    assert ways(parsed, "voyage_form.next") == {
        "is_blank(ville)": "voyage_form.ville",
        "is_blank(nombre)": "voyage_form.nombre",
        "is_blank(fenetre)": "voyage_form.fenetre",
        "is_blank(note)": "voyage_form.note",
        "is_blank(source)": "voyage_form.source",
        "otherwise": "voyage_form.done",
    }
    assert [edge.target for edge in node(parsed, "voyage_form.done").edges] == ["utter_fait"]


def test_the_prompt_of_the_form_goes_before_that_of_the_slot() -> None:
    asked = node(project(domain=FORM, data_rules=FORM_RULES), "voyage_form.nombre")
    assert isinstance(asked, Ask)
    assert plain_text(asked.content.text.first) == "Combien de places ?"
    assert asked.reply.value == "number"
    assert asked.into == ("nombre",)


def test_an_entity_fills_the_slot_and_anything_else_is_left_to_the_hub() -> None:
    parsed = project(domain=FORM, data_rules=FORM_RULES)
    asked = node(parsed, "voyage_form.ville")
    assert isinstance(asked, Ask)
    assert asked.validation is not None
    assert asked.validation.entity == "ville"
    assert ways(parsed, "voyage_form.ville") == {
        'intent("oui")': "utter_sur",
        "not is_blank(ville)": "voyage_form.next",
        "otherwise": "hub",
    }


def test_intents_and_buttons_set_a_slot_and_no_stays_a_word() -> None:
    parsed = project(domain=FORM, data_rules=FORM_RULES)
    found = ways(parsed, "voyage_form.fenetre")
    assert found["chosen oui"] == found['intent("oui")']
    assert found["chosen peu_importe"] == found['intent("non")']
    refused = node(parsed, str(found['intent("non")']))
    assert isinstance(refused, SetVariable)
    assert print_expression(refused.assignments[0].value) == '"no"'  # type: ignore[arg-type]


def test_any_words_fill_a_slot_but_for_the_intents_that_must_not() -> None:
    parsed = project(domain=FORM, data_rules=FORM_RULES)
    assert ways(parsed, "voyage_form.note") == {
        'intent("stop")': "hub",
        'intent("question")': "hub",
        "otherwise": "voyage_form.next",
    }


def test_the_intent_that_starts_a_form_sets_what_it_says() -> None:
    parsed = project(domain=FORM, data_rules=FORM_RULES)
    start = flow(parsed).start_of(flow(parsed).entries[0])
    assert isinstance(start, SetVariable)
    assert start.assignments[0].target == ("source",)
    assert [edge.target for edge in start.edges] == ["voyage_form"]


def test_an_answer_given_inside_a_form_leads_back_into_it() -> None:
    parsed = project(domain=FORM, data_rules=FORM_RULES)
    condition = 'intent("question") and active_loop = "voyage_form"'
    assert ways(parsed, "hub")[condition] == "utter_reponse"
    assert [edge.target for edge in node(parsed, "utter_reponse").edges] == ["voyage_form"]
    assert ways(parsed, "hub")["otherwise"] == "resume"
    assert ways(parsed, "resume") == {'active_loop = "voyage_form"': "voyage_form.next", "otherwise": None}


def test_answers_that_an_interactive_story_records_are_the_forms_business() -> None:
    story = """
    stories:
    - story: enregistrée
      steps:
      - intent: reserver
      - action: voyage_form
      - active_loop: voyage_form
      - slot_was_set: [{requested_slot: ville}]
      - intent: oui
        entities: [{ville: Dakar}]
      - slot_was_set: [{ville: Dakar}]
      - action: voyage_form
      - slot_was_set: [{requested_slot: null}]
      - active_loop: null
      - action: utter_fait
      - intent: oui
      - action: utter_reponse
    """
    rules = FORM_RULES.split("- rule: pourquoi")[0]
    parsed = project(domain=FORM, data_rules=rules, data_stories=story)
    assert 'intent("oui")' not in ways(parsed, "voyage_form.ville")
    assert ways(parsed, "utter_fait")['intent("oui")'] == "utter_reponse"


def test_a_mapping_without_conditions_sets_its_slot_whenever_the_intent_is_recognised() -> None:
    domain = DOMAIN + SLOTS.replace(
        "    type: bool", "    type: bool\n    mappings: [{type: from_intent, intent: oui, value: true}]"
    )
    rules = "rules:\n- rule: r\n  steps: [{intent: oui}, {action: utter_fin}]\n"
    start = flow(parsed := project(domain=domain, data_rules=rules)).nodes[0]
    assert isinstance(start, SetVariable)
    assert start.assignments[0].target == ("fidele",)
    assert [edge.target for edge in start.edges] == ["utter_fin"]
    assert not codes(parsed)


def test_leaving_a_form_clears_it() -> None:
    story = """
    stories:
    - story: arrêter
      steps:
      - intent: reserver
      - action: voyage_form
      - active_loop: voyage_form
      - intent: stop
      - action: utter_sur
      - intent: oui
      - action: action_deactivate_loop
      - active_loop: null
      - action: utter_reponse
    """
    parsed = project(domain=FORM, data_rules=FORM_RULES, data_stories=story)
    assert ways(parsed, "hub")['intent("stop") and active_loop = "voyage_form"'] == "utter_sur_2"
    left = node(parsed, "action_deactivate_loop")
    assert isinstance(left, SetVariable)
    assert (left.assignments[0].target, left.assignments[0].op) == (("active_loop",), "clear")


def test_a_loop_without_declaration_is_a_custom_action_and_an_open_question() -> None:
    rules = "rules:\n- rule: r\n  steps: [{intent: reserver}, {action: voyage_from}, {active_loop: voyage_from}]\n"
    parsed = project(domain=FORM, data_rules=rules)
    finding = find(parsed, "PAR609")
    assert finding.help == "did you mean `voyage_form`?"
    assert isinstance(node(parsed, "voyage_from.next"), HttpRequest)
    assert isinstance(node(parsed, "voyage_from.ask"), Ask)


def test_questions_that_code_asks_are_reported() -> None:
    domain = FORM + "actions: [action_ask_ville, action_ask_voyage_form_note, validate_voyage_form]\n"
    domain = domain.replace("  utter_ask_note:\n  - text: Une remarque ?\n", "")
    parsed = project(domain=domain, data_rules=FORM_RULES)
    assert codes(parsed).count("LOS601") == 2
    assert isinstance(node(parsed, "voyage_form.note"), HttpRequest)
    assert isinstance(node(parsed, "voyage_form.note.ask"), Ask)
    asked = node(parsed, "voyage_form.ville")
    assert isinstance(asked, Ask)
    assert plain_text(asked.content.text.first) == "Où allez-vous ?"
    assert ways(parsed, "voyage_form.note.ask")["otherwise"] == "voyage_form.validate"


def test_forms_of_rasa_two_keep_their_mappings_in_the_form() -> None:
    parsed = fixture("restaurant")
    assert ways(parsed, "reserva_form.observacao")['intent("conversa")'] == "hub"
    asked = node(parsed, "reserva_form.cozinha")
    assert isinstance(asked, Ask)
    assert asked.validation is not None
    assert asked.validation.error is not None
    assert plain_text(asked.validation.error.text.first) == "Não conheço essa cozinha."
    assert codes(parsed).count("PAR625") == 1
    assert parsed.project.by_id["opiniao_form"].entries[0].kind is EntryKind.SUBFLOW


def test_retrieval_intents_answer_by_their_key() -> None:
    parsed = fixture("boutique")
    called = node(parsed, "utter_faq")
    assert isinstance(called, RunFlow)
    answers = parsed.project.by_id[called.flow]
    assert [guard(edge) for edge in answers.nodes[0].edges] == ['intent("faq/horaires")', 'intent("faq/paiement")']
    assert ("intent", "faq", "utter_faq") in entries(parsed)
    assert ways(parsed, "hub")['intent("faq")'] == "utter_faq"
    phrases = {intent.id: len(intent.phrases.first) for intent in parsed.project.intents if intent.id.startswith("faq")}
    assert phrases == {"faq": 4, "faq/horaires": 2, "faq/paiement": 2}


def test_what_only_code_says_is_run_after_each_custom_action() -> None:
    parsed = fixture("boutique")
    said = parsed.project.by_id["said_by_actions"]
    assert [guard(edge) for edge in said.nodes[0].edges] == [
        'action.response = "utter_catalogue"',
        'action.response = "utter_horloge"',
    ]
    called = node(parsed, "action_statut_commande")
    assert isinstance(called, HttpRequest)
    assert plain_text(called.url) == "https://actions.boutique-teranga.example/webhook"
    assert called.into == ("action",)
    after = node(parsed, called.edges[0].target or "")
    assert isinstance(after, RunFlow)
    assert after.flow == "said_by_actions"


def test_buttons_lead_where_the_message_they_send_would() -> None:
    parsed = fixture("boutique")
    found = ways(parsed, "utter_saluer")
    assert found["chosen suivre_ma_commande"] == "action_statut_commande"
    kept = node(parsed, str(found["chosen commander_un_boubou"]))
    assert isinstance(kept, SetVariable)
    assert kept.assignments[0].target == ("produit",)
    asked = node(parsed, "utter_saluer")
    assert isinstance(asked, Ask)
    assert [choice.kind for choice in asked.content.choices] == [ChoiceKind.REPLY, ChoiceKind.REPLY, ChoiceKind.URL]
    assert isinstance(asked.edges[-1].guard, Otherwise)


def test_a_button_that_sends_words_leads_where_the_only_intent_with_them_leads() -> None:
    domain = """
    intents: [oui, partir]
    responses:
      utter_question:
      - text: On y va ?
        buttons:
        - {title: Oui, payload: "Oui !"}
        - {title: Non, payload: nope}
      utter_bien:
      - text: Allons
    """
    nlu = "nlu:\n- intent: oui\n  examples: |\n    - oui\n    - yes\n"
    rules = """
    rules:
    - rule: q
      steps: [{intent: partir}, {action: utter_question}]
    - rule: o
      steps: [{intent: oui}, {action: utter_bien}]
    """
    parsed = project(domain=domain, data_nlu=nlu, data_rules=rules)
    assert ways(parsed, "utter_question") == {"chosen oui": "utter_bien", "chosen non": "hub", "otherwise": "hub"}
    assert find(parsed, "PAR624").data["count"] == 2
