"""CALM flows: steps, branches, questions, calls, patterns, conditions."""

from __future__ import annotations

import pytest

from bascule.ir.expr_text import print_expression
from bascule.ir.nodes import Ask, Case, Chosen, Handover, HttpRequest, Message, RunFlow, SetVariable, Unsupported, When
from bascule.ir.project import EntryKind
from bascule.ir.text import plain_text
from bascule.language.reading import Reading
from bascule.parsers.base import Parsed, ParseOptions
from bascule.parsers.rasa.model import Scene
from bascule.parsers.rasa.predicates import read_predicate
from tests.parsers.rasa_support import codes, find, fixture, flow, node, project, where

DOMAIN = """
slots:
  ville: {type: text, mappings: [{type: from_llm}]}
  nombre: {type: float, mappings: [{type: from_llm}]}
  accord: {type: bool, mappings: [{type: from_llm}]}
responses:
  utter_ask_ville:
  - text: Quelle ville ?
  utter_ask_nombre:
  - text: Combien ?
  utter_ask_accord:
  - text: D'accord ?
    buttons:
    - {title: Oui, payload: /SetSlots(accord=true)}
    - {title: Non, payload: "/SetSlots(accord=false, ville=null)"}
  utter_fin:
  - text: Merci {ville}
  utter_non:
  - text: Tant pis
actions: [action_chercher]
"""


def flows(text: str, domain: str = DOMAIN) -> Parsed:
    return project(domain=domain, data_flows=text)


def ways(parsed: Parsed, id_: str, flow_id: str = "") -> list[tuple[str, str | None]]:
    found = []
    for edge in node(parsed, id_, flow_id).edges:
        if isinstance(edge.guard, When):
            found.append((print_expression(edge.guard.condition), edge.target))
        elif isinstance(edge.guard, Chosen):
            found.append((",".join(edge.guard.choices), edge.target))
        else:
            found.append((type(edge.guard).__name__.lower(), edge.target))
    return found


@pytest.mark.parametrize(
    ("source", "printed"),
    [
        ('slots.ville = "Dakar"', 'ville = "Dakar"'),
        ("slots.ville == 'Dakar' and not slots.accord", 'ville = "Dakar" and not accord'),
        ("slots.ville is not null or (slots.nombre >= 3)", "not is_blank(ville) or nombre >= 3"),
        ('slots.nombre < "3"', "nombre < 3"),
        ("slots.accord is true", "accord = true"),
        ("slots.accord is not false", "accord != false"),
        ("'{{context.reason}}' = 'x'", 'context.reason = "x"'),
        ('slots.ville matches "^D.*r$"', 'has_pattern(ville, "^D.*r$")'),
        ('slots.ville contains "ak"', 'contains(ville, "ak")'),
        ('{"a" "b"} contains slots.ville', None),
        ('slots.ville contains {"a" "b"}', 'contains(ville, "a", "b")'),
        ("slots.ville = slots.autre", "ville = autre"),
        ("context.previous_flow_name == 'x'", 'context.previous_flow_name = "x"'),
        ("slots.{{context.collect}} is not null", 'not is_blank(opaque("rasa", "slots.{{context.collect}}"))'),
        ("slots.prénom-usuel = 'Élodie'", '`prénom-usuel` = "Élodie"'),
        ("slots.x is more than 5", None),
        ("slots.x >", None),
        ("", None),
        ("(" * 200 + "a" + ")" * 200, None),
        ("not " * 200 + "a", None),
    ],
)
def test_conditions(source: str, printed: str | None) -> None:
    found = read_predicate(Scene(Reading("x"), ParseOptions()), source)
    assert (print_expression(found) if found is not None else None) == printed


def test_a_question_is_skipped_when_its_slot_has_a_value_unless_it_is_always_asked() -> None:
    parsed = flows(
        "flows:\n  f:\n    description: d\n    steps:\n    - collect: ville\n    - collect: nombre\n      ask_before_filling: true\n    - action: utter_fin\n"
    )
    assert ways(parsed, "ville") == [("is_blank(ville)", "ville.ask"), ("otherwise", "nombre")]
    asked = node(parsed, "nombre")
    assert isinstance(asked, Ask)
    assert (asked.into, asked.reply.value) == (("nombre",), "number")


def test_what_a_flow_asks_for_is_forgotten_at_its_end_but_for_what_persists() -> None:
    text = """
    flows:
      f:
        description: d
        persisted_slots: [ville]
        steps:
        - collect: ville
        - collect: nombre
          reset_after_flow_ends: false
        - collect: accord
        - set_slots:
          - ville: Thiès
        - action: utter_fin
    """
    parsed = flows(text)
    reset = node(parsed, "reset")
    assert isinstance(reset, SetVariable)
    assert [item.target for item in reset.assignments] == [("accord",)]
    assert ways(parsed, "utter_fin") == [("always", "reset")]


def test_buttons_set_slots() -> None:
    parsed = flows("flows:\n  f:\n    description: d\n    steps:\n    - collect: accord\n    - action: utter_fin\n")
    asked = node(parsed, "accord.ask")
    assert isinstance(asked, Ask)
    values = [choice.value for choice in asked.content.choices]
    assert [print_expression(value) for value in values if value is not None] == ["true", "false"]
    assert ways(parsed, "accord.ask") == [("oui", "utter_fin"), ("non", "accord.ask.non"), ("otherwise", "utter_fin")]
    cleared = node(parsed, "accord.ask.non")
    assert isinstance(cleared, SetVariable)
    assert (cleared.assignments[0].target, cleared.assignments[0].op) == (("ville",), "clear")


BRANCHES = """
flows:
  f:
    description: d
    steps:
    - action: action_chercher
      next:
      - if: slots.accord
        then:
        - action: utter_fin
          next: END
      - if: slots.nombre > 3
        then: suite
      - else:
        - set_slots:
          - nombre: 0
          - ville: null
          next: suite
    - noop: true
      next:
      - if: slots.ville = "Dakar"
        then: suite
      - else: END
    - id: suite
      action: utter_non
"""


def test_branches_nested_steps_and_ids() -> None:
    parsed = flows(BRANCHES)
    assert ways(parsed, "action_chercher.next") == [
        ("accord", "utter_fin"),
        ("nombre > 3", "suite"),
        ("otherwise", "set_slots"),
    ]
    assert ways(parsed, "utter_fin") == [("always", "reset")]
    changed = node(parsed, "set_slots")
    assert isinstance(changed, SetVariable)
    assert [(item.target[0], item.op) for item in changed.assignments] == [("nombre", "set"), ("ville", "clear")]
    assert isinstance(node(parsed, "suite"), Message)


def test_refused_answers_are_told_why_and_asked_again() -> None:
    parsed = fixture("calm")
    assert ways(parsed, "boites.check", "demander_ordonnance") == [
        ("boites = 4", "utter_trop_de_boites"),
        ("boites < 1 or boites > 5", "utter_trop_de_boites_2"),
        ("otherwise", "action_verifier_stock"),
    ]
    assert ways(parsed, "utter_trop_de_boites", "demander_ordonnance") == [("always", "boites.again")]
    assert ways(parsed, "boites.again", "demander_ordonnance") == [("always", "boites.ask")]


def test_calls_come_back_and_links_do_not() -> None:
    text = """
    flows:
      a:
        description: d
        steps:
        - call: b
        - link: c
      b: {description: d, if: false, steps: [{action: utter_fin}]}
      c: {description: d, steps: [{action: utter_non}]}
    """
    parsed = flows(text)
    called, linked = node(parsed, "b"), node(parsed, "c")
    assert isinstance(called, RunFlow)
    assert isinstance(linked, RunFlow)
    assert (called.mode, called.edges[0].target) == ("call", "c")
    assert (linked.mode, linked.edges) == ("jump", ())
    assert [entry.kind for entry in flow(parsed, "b").entries] == [EntryKind.SUBFLOW]


def test_how_flows_start() -> None:
    parsed = fixture("calm")
    kinds = {item.id: [(entry.kind.value, entry.intent) for entry in item.entries] for item in parsed.project.flows}
    assert kinds == {
        "demander_ordonnance": [("intent", "demander_ordonnance")],
        "adresse_livraison": [("subflow", "")],
        "parler_pharmacien": [("intent", "parler_pharmacien")],
        "pattern_session_start": [("chat_opened", "")],
        "pattern_cannot_handle": [("any_message", "")],
        "pattern_completed": [("subflow", "")],
    }
    guarded = flow(parsed, "parler_pharmacien").entries[0]
    assert guarded.condition is not None
    assert print_expression(guarded.condition) == 'context.channel = "whatsapp"'
    started = next(intent for intent in parsed.project.intents if intent.id == "parler_pharmacien")
    assert dict(started.facts)["description"] == '"La personne veut parler à un pharmacien."'
    assert where(find(parsed, "LOS606")) == ("flows.yml", 50, 18)
    assert where(find(parsed, "LOS607")) == ("flows.yml", 78, 3)


def test_the_hand_over_pattern_is_a_hand_over() -> None:
    assert isinstance(node(fixture("calm"), "pattern_human_handoff", "parler_pharmacien"), Handover)


def test_categorical_slots_are_kinds_of_things_to_say() -> None:
    parsed = fixture("calm")
    asked = node(parsed, "quand.ask", "demander_ordonnance")
    assert isinstance(asked, Ask)
    assert asked.validation is not None
    values = next(entity for entity in parsed.project.entities if entity.id == asked.validation.entity).values
    assert [value.value for value in values] == ["aujourd'hui", "demain", "semaine"]


def test_translations_and_languages_of_the_project() -> None:
    parsed = fixture("calm")
    asked = node(parsed, "medicament.ask", "demander_ordonnance")
    assert isinstance(asked, Ask)
    assert {locale: plain_text(text) for locale, text in asked.content.text} == {
        "": "Quel médicament ?",
        "en": "Which medicine?",
        "ar": "أي دواء؟",
    }
    assert (parsed.project.locale, parsed.project.locales) == ("fr", ("fr", "en", "ar"))


def test_names_that_do_not_exist_are_reported_with_what_they_may_mean() -> None:
    text = """
    flows:
      payer:
        description: d
        steps:
        - collect: vile
          next:
          - if: slots.nombr > 3
            then: sutie
          - else: END
        - id: suite
          link: paier
        - call: rien
    """
    parsed = flows(text)
    found = [(finding.message, finding.help) for finding in parsed.findings if finding.code in ("PAR608", "PAR616")]
    assert {help_ for _, help_ in found} == {
        "did you mean `ville`?",
        "did you mean `nombre`?",
        "did you mean `suite`?",
        "did you mean `payer`?",
        "add the file of that flow",
    }


def test_a_branch_that_says_not_where_it_goes_on() -> None:
    text = "flows:\n  f:\n    description: d\n    steps:\n    - action: utter_fin\n      next:\n      - if: slots.accord\n        then:\n        - action: utter_non\n      - else: END\n"
    assert where(find(flows(text), "PAR623")) == ("flows.yml", 9, 11)


def test_a_condition_that_cannot_be_read_is_kept() -> None:
    text = "flows:\n  f:\n    description: d\n    steps:\n    - action: utter_fin\n      next:\n      - if: slots.nombre is more than 3\n        then: END\n      - else: END\n"
    parsed = flows(text)
    assert where(find(parsed, "PAR617")) == ("flows.yml", 7, 13)
    assert ways(parsed, "utter_fin.next")[0][0] == 'opaque("rasa", "slots.nombre is more than 3")'


def test_steps_that_are_computed_or_worded_by_a_model() -> None:
    text = """
    flows:
      f:
        description: d
        steps:
        - action: "validate_{{context.collect}}"
        - generation_prompt: "Réponds à {ville}"
    """
    parsed = flows(text)
    assert isinstance(flow(parsed).nodes[0], Unsupported)
    asked = node(parsed, "Réponds à {ville}")
    assert isinstance(asked, HttpRequest)
    assert asked.service == "llm"
    assert {"LOS614", "LOS613"} <= set(codes(parsed))


def test_the_last_message_of_a_flow_leads_to_the_flows_that_its_buttons_start() -> None:
    domain = DOMAIN + "intents: [payer]\n"
    domain = domain.replace(
        "  - text: Tant pis\n", "  - text: Tant pis\n    buttons:\n    - {title: Payer, payload: /payer}\n"
    )
    text = "flows:\n  a:\n    description: d\n    steps:\n    - action: utter_non\n  b:\n    nlu_trigger:\n    - intent: payer\n    steps:\n    - action: utter_fin\n"
    parsed = flows(text, domain)
    assert ways(parsed, "utter_non", "a") == [("payer", "utter_non.payer"), ("otherwise", None)]
    started = node(parsed, "utter_non.payer", "a")
    assert isinstance(started, RunFlow)
    assert (started.mode, started.flow) == ("jump", "b")


def test_a_flow_without_steps_is_an_empty_flow() -> None:
    parsed = flows("flows:\n  f: {description: d, steps: []}\n  g: {description: d, steps: [{noop: true}]}\n")
    assert [len(item.nodes) for item in parsed.project.flows if item.id in "fg"] == [0, 0]


def test_cases_only_where_something_is_decided() -> None:
    assert not any(isinstance(item, Case) for item in flow(fixture("calm"), "pattern_session_start").nodes)


def test_a_flow_that_listens_waits_there() -> None:
    parsed = flows(
        """
flows:
  boucle:
    description: demande jusqu'au bout
    steps:
    - id: debut
      action: action_chercher
      next:
      - if: slots.accord
        then: fini
      - else:
        - action: action_listen
          next: debut
    - id: fini
      action: utter_fin
    - action: action_listen
"""
    )
    waits = [one for one in flow(parsed, "boucle").nodes if isinstance(one, Ask)]
    assert [[edge.target for edge in one.edges] for one in waits] == [["debut"]]
    assert ways(parsed, "fini", "boucle") == [("always", None)]


def test_slots_of_a_flow_that_goes_over_to_another_one_are_not_cleared_by_a_node_nobody_reaches() -> None:
    parsed = flows(
        """
flows:
  un:
    description: x
    steps:
    - collect: ville
    - link: deux
  deux:
    description: y
    steps:
    - action: utter_fin
"""
    )
    assert "reset" not in [one.id for one in flow(parsed, "un").nodes]


def test_flows_outside_the_domain_come_before_those_in_it() -> None:
    own = "flows:\n  salut:\n    description: ancien\n    steps:\n    - action: utter_non\n"
    parsed = flows("flows:\n  salut:\n    description: nouveau\n    steps:\n    - action: utter_fin\n", DOMAIN + own)
    assert [one.id for one in flow(parsed, "salut").nodes] == ["utter_fin"]
    assert "outside the domain" in find(parsed, "PAR604").message


def test_a_condition_among_the_steps_is_refused_with_its_right_place() -> None:
    parsed = flows("""
flows:
  devis:
    description: un devis
    steps:
    - collect: ville
    - if: slots.ville == "Dakar"
      then:
      - action: utter_non
    - action: utter_fin
""")
    finding = next(item for item in parsed.findings if item.code == "PAR602")
    assert "noop: true" in finding.help
