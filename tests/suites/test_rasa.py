"""Tests of Rasa projects: stories, alternatives, checkpoints, end-to-end cases, and broken ones."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import pytest

from bascule.simulator.inputs import Say
from bascule.suites.model import Case, What
from bascule.suites.rasa_text import read_message
from bascule.trying import Trial
from tests.suites.support import lines_of, read, run_all, trial_of_tree, wrong

DOMAIN = """
version: "3.1"
intents: [saluer, acheter, adieu]
entities: [produit]
slots:
  produit: {type: text, mappings: [{type: from_entity, entity: produit}]}
responses:
  utter_saluer: [{text: "Bonjour ! Que cherchez-vous ?"}, {text: "Nanga def !"}]
  utter_adieu: [{text: "À bientôt 👋", buttons: [{title: Revenir, payload: /saluer}]}]
  utter_achat: [{text: "Un {produit}, c'est noté."}]
actions: [action_stock]
"""
NLU = """
version: "3.1"
nlu:
  - intent: saluer
    examples: |
      - bonjour
      - salut
      - السلام عليكم
  - intent: adieu
    examples: |
      - au revoir
      - до свидания
  - intent: acheter
    examples: |
      - je veux un [boubou](produit)
      - un [pagne](produit) s'il vous plaît
"""
RULES = """
version: "3.1"
rules:
  - rule: saluer
    steps: [{intent: saluer}, {action: utter_saluer}]
  - rule: adieu
    steps: [{intent: adieu}, {action: utter_adieu}]
  - rule: acheter
    steps: [{intent: acheter}, {action: action_stock}, {action: utter_achat}]
"""


@lru_cache(maxsize=1)
def shop() -> Trial:
    return trial_of_tree({"domain.yml": DOMAIN, "data/nlu.yml": NLU, "data/rules.yml": RULES})


def cases_of(text: str, name: str = "test_histoires.yml") -> list[Case]:
    suite, findings = read(shop(), name, text)
    assert suite is not None
    assert findings == []
    return suite.cases


STORY = """version: "3.1"
stories:
  - story: bonjour et au revoir
    steps:
      - user: |
          salut
        intent: saluer
      - action: utter_saluer
      - user: "au revoir"
        intent: adieu
      - action: utter_adieu
"""


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_a_story_passes_on_both_sides(ending: str, mark: str) -> None:
    (result,) = run_all(shop(), "test_histoires.yml", mark + STORY.replace("\n", ending))
    assert result.case.name == "bonjour et au revoir"
    assert result.passed
    assert result.mismatches == []
    assert result.checked == 2


def test_a_story_fails_at_its_line() -> None:
    text = STORY.replace("      - action: utter_adieu", "      - action: utter_saluer")
    (result,) = run_all(shop(), "test_histoires.yml", text)
    assert wrong(result) == [("“Bonjour ! Que cherchez-vous ?” or “Nanga def !”", "“À bientôt 👋” [Revenir]")]
    suite, _ = read(shop(), "test_histoires.yml", text)
    assert suite is not None
    assert lines_of(suite, result) == [11]


def test_any_wording_of_a_response_is_right() -> None:
    (case,) = cases_of(STORY)
    assert case.turns[0].expect[0].texts == ("Bonjour ! Que cherchez-vous ?", "Nanga def !")


def test_code_is_not_checked_and_its_slots_are_believed() -> None:
    text = """stories:
  - story: acheter
    steps:
      - user: |
          je veux un [boubou]{"entity": "produit", "value": "grand boubou"}
        intent: acheter
      - action: action_stock
      - slot_was_set:
          - produit: grand boubou
      - action: utter_achat
      - user: au revoir
        intent: adieu
      - action: utter_adieu
"""
    (result,) = run_all(shop(), "test_histoires.yml", text)
    assert wrong(result) == []
    assert result.case.turns[0].sets == (("produit", "grand boubou"),)
    assert result.case.start.first == Say("je veux un boubou")
    assert result.case.turns[1].sets == (("produit", "grand boubou"),)
    assert "`action_stock` is code" in " ".join(item.came for item in result.mismatches)


@pytest.mark.parametrize(
    ("written", "words", "intent", "entities"),
    [
        ("bonjour", "bonjour", "", ()),
        ("un [boubou](produit)", "un boubou", "", (("produit", "boubou"),)),
        ("un [nu-pieds](produit:sandales) et [M](taille)", "un nu-pieds et M", "",
         (("produit", "sandales"), ("taille", "M"))),
        ('à [Thiès]{"entity": "ville", "role": "arrivee"}', "à Thiès", "", (("ville", "Thiès"),)),
        ('[nu-pieds]{"entity": "produit", "value": "sandales"}', "nu-pieds", "", (("produit", "sandales"),)),
        ('[Рим][{"entity": "ville", "value": "Rome"}, {"entity": "lieu"}]', "Рим", "",
         (("ville", "Rome"), ("lieu", "Рим"))),
        ("[x]{pas du json}", "x", "", ()),
        ("/acheter", "/acheter", "acheter", ()),
        ('/acheter{"produit": "pagne", "n": 2}', '/acheter{"produit": "pagne", "n": 2}', "acheter",
         (("produit", "pagne"), ("n", "2"))),
        ("/faq/horaires", "/faq/horaires", "faq/horaires", ()),
        ("[" * 300, "[" * 300, "", ()),
    ],
)  # fmt: skip
def test_what_a_message_says(written: str, words: str, intent: str, entities: tuple[tuple[str, str], ...]) -> None:
    assert read_message(written) == (words, intent, entities)


def test_alternatives_are_cases_of_their_own() -> None:
    text = """stories:
  - story: au choix
    steps:
      - or:
          - user: bonjour
            intent: saluer
          - user: السلام عليكم
            intent: saluer
      - action: utter_saluer
"""
    results = run_all(shop(), "t.yml", text)
    assert [(item.case.name, item.case.start.first) for item in results] == [
        ("au choix (1)", Say("bonjour")),
        ("au choix (2)", Say("السلام عليكم")),
    ]
    assert [item.passed for item in results] == [True, True]


def test_checkpoints_join_stories() -> None:
    text = """stories:
  - story: avant
    steps:
      - user: salut
        intent: saluer
      - action: utter_saluer
      - checkpoint: salue
  - story: après
    steps:
      - checkpoint: salue
      - user: au revoir
        intent: adieu
      - action: utter_adieu
  - story: perdu
    steps:
      - checkpoint: nulle_part
      - user: salut
  - story: sans fin
    steps:
      - checkpoint: rond
      - user: salut
      - checkpoint: rond
"""
    results = run_all(shop(), "t.yml", text)
    assert [(item.case.name, item.status) for item in results] == [
        ("avant", "passed"), ("après", "passed"), ("perdu", "skipped"), ("sans fin", "skipped"),
    ]  # fmt: skip
    assert results[1].checked == 2
    assert "no story of this file leads to the checkpoint `nulle_part`" in results[2].case.skipped


def test_an_intent_alone_is_said_as_a_payload() -> None:
    (case,) = cases_of("stories:\n- story: s\n  steps: [{intent: saluer}, {action: utter_saluer}]\n")
    assert case.start.first == Say("/saluer")


E2E = """fixtures:
  - achat: [{produit: pagne}]
stub_custom_actions:
  action_stock:
    events: [{event: slot, name: produit, value: boubou bleu}]
    responses: []
test_cases:
  - test_case: au revoir
    steps:
      - user: до свидания
      - utter: utter_adieu
      - bot: "À bientôt 👋"
  - test_case: achat
    fixtures: [achat]
    steps:
      - user: un pagne s'il vous plaît
      - slot_was_set: [{produit: boubou bleu}]
      - slot_was_not_set: [{produit: chapeau}]
      - bot: "Un boubou bleu, c'est noté."
"""


def test_end_to_end_cases_with_fixtures_and_stubs() -> None:
    suite, findings = read(shop(), "e2e.yml", E2E)
    assert suite is not None
    assert findings == []
    first, second = run_all(shop(), "e2e.yml", E2E)
    assert first.case.turns[0].expect[0].what is What.SAID
    assert second.case.variables == {"produit": "pagne"}
    assert wrong(second) == []
    assert second.passed
    assert second.checked == 3


def test_assertions() -> None:
    text = """test_cases:
  - test_case: affirmations
    steps:
      - user: au revoir
        assertions:
          - bot_uttered: {utter_name: utter_adieu, buttons: [{title: Revenir}]}
          - slot_was_not_set: [{name: produit, value: boubou}, produit]
          - flow_started: adieu
      - utter: utter_saluer
  - test_case: motif
    steps:
      - user: bonjour
        assertions: [{bot_uttered: {text_matches: "^(Bonjour|Nanga)"}}]
      - user: au revoir
        assertions: [{bot_uttered: {text_matches: "^Bonjour"}}]
"""
    first, second = run_all(shop(), "e2e.yml", text)
    assert wrong(first) == []
    assert first.checked == 3, "the plain step is ignored beside assertions"
    assert [item.came for item in first.mismatches] == ["`flow_started` looks inside the platform"]
    assert wrong(second) == [("“^Bonjour”", "“À bientôt 👋” [Revenir]")]


@pytest.mark.parametrize(
    ("steps", "reason", "line"),
    [
        ("[{user: chat, intent: chitchat}]", "the intent `chitchat` is not in the project", 4),
        ("[{user: salut}, pas un pas]", "a step is of no known kind: no mapping", 4),
        ("[{user: salut}, {usr: x}]", "a step is of no known kind: `usr`", 4),
        ("[{user: salut}, {}]", "a step is of no known kind: it is empty", 4),
        ("[{action: utter_saluer}]", "it holds no message of a user", 3),
        ("[{user: null}]", "it holds no message of a user", 3),
        ("{a: b}", "it holds no message of a user", 3),
    ],
)
def test_what_cannot_be_held_is_skipped_with_a_reason(steps: str, reason: str, line: int) -> None:
    text = f"test_cases:\n# ----\n  - test_case: odd\n    steps: {steps}\n"
    suite, findings = read(shop(), "e2e.yml", text)
    assert suite is not None
    assert suite.document is not None
    assert findings == []
    (case,) = suite.cases
    assert reason in case.skipped
    assert suite.document.locate(case.at).line == line


def test_a_fixture_that_is_not_there_is_said() -> None:
    (case,) = cases_of("test_cases: [{test_case: a, fixtures: [loin], steps: [{user: salut}]}]")
    assert case.skipped == "the fixture `loin` is not in the file"


@pytest.mark.parametrize("text", ["", "\ufeff", "stories:", "stories: {a: b}", "test_cases: 7", "[stories:]", "- a"])
def test_other_files_are_none(text: str) -> None:
    assert read(shop(), "t.yml", text) == (None, [])


def test_training_stories_are_no_tests() -> None:
    assert read(shop(), "data/stories.yml", "stories: [{story: a, steps: [{intent: saluer}]}]") == (None, [])
    assert read(shop(), "stories.json", STORY) == (None, [])


def test_a_question_for_an_entity_is_not_answered_by_other_words() -> None:
    folder = Path(__file__).parents[2] / "fixtures" / "rasa" / "restaurant"
    files = {path.relative_to(folder).as_posix(): path.read_text("utf-8") for path in sorted(folder.rglob("*.yml"))}
    text = """stories:
  - story: conversar no meio
    steps:
      - {user: quero reservar, intent: reservar}
      - bot: Que cozinha?
      - {user: que tempo faz em Lisboa, intent: conversa}
      - action: utter_conversa
"""
    (result,) = run_all(trial_of_tree(files), "t.yml", text)
    assert result.case.turns[1].fills == (("cozinha", None), ("pessoas", None))
    assert wrong(result) == []
