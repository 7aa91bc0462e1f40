"""Botium conversations: what is read of them, what is compared, and what is said of the rest."""

from __future__ import annotations

import pytest

from bascule.simulator.inputs import Pass, Say, SendMedia, Tap
from bascule.suites.model import Case, What
from tests.suites.support import lines_of, read, run_all, trial_of, wrong

GOOD = """Un client achète un boubou
avec une description

#me
bonjour

#bot
Bonjour *, que cherchez-vous ?
BUTTONS Boubou|Pagne

#me
BUTTON Boubou

#bot
un BOUBOU !

#bot
TEXT_CONTAINS_ANY merci|gracias
"""


def case_of(text: str, name: str = "achat.convo.txt") -> Case:
    suite, findings = read(trial_of(), name, text)
    assert suite is not None
    assert findings == []
    assert len(suite.cases) == 1
    return suite.cases[0]


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_a_conversation_passes_on_both_sides(ending: str, mark: str) -> None:
    (result,) = run_all(trial_of(), "achat.convo.txt", mark + GOOD.replace("\n", ending))
    assert result.case.name == "Un client achète un boubou"
    assert result.mismatches == []
    assert result.passed
    assert result.checked == 3


@pytest.mark.parametrize(
    ("part", "wanted", "came"),
    [
        ("Bonsoir*", "“Bonsoir*”", "“Bonjour client, que cherchez-vous ?” [Boubou] [Pagne]"),
        ("!Bonjour*", "not “Bonjour*”", "“Bonjour client, que cherchez-vous ?” [Boubou] [Pagne]"),
        ("BUTTONS Chapeau", "a message [Chapeau]", "“Bonjour client, que cherchez-vous ?” [Boubou] [Pagne]"),
        ("TEXT_REGEXP_ANY ^Salut", "“^Salut”", "“Bonjour client, que cherchez-vous ?” [Boubou] [Pagne]"),
        ("!TEXT_CONTAINS_ANY_IC cherchez", "not “cherchez”", "“Bonjour client, que cherchez-vous ?” [Boubou] [Pagne]"),
        ("TEXT_EQUALS bonjour", "“bonjour”", "“Bonjour client, que cherchez-vous ?” [Boubou] [Pagne]"),
    ],
)
def test_a_conversation_fails_at_its_line(part: str, wanted: str, came: str) -> None:
    text = f"t\n\n#me\nbonjour\n\n#bot\n{part}\n"
    suite, _ = read(trial_of(), "t.convo.txt", text)
    assert suite is not None
    (result,) = run_all(trial_of(), "t.convo.txt", text)
    assert wrong(result) == [(wanted, came)]
    assert lines_of(suite, result) == [7]


@pytest.mark.parametrize(
    "part",
    [
        "BUTTONS Pagne",
        "?Un mot que le bot ne dit pas",
        "TEXT_REGEXP_ANY_IC ^bonjour",
        "TEXT_WILDCARD_ANY_IC bon*cherchez*",
        "TEXT_EQUALS_IC bonjour client, que cherchez-vous ?",
        "TEXT_CONTAINS_ALL que cherchez",
        "$salut client, que cherchez-vous ?",
        "!INTENT adieu",
        "WAITFORBOT 1000",
    ],
)
def test_a_conversation_may_say(part: str) -> None:
    (result,) = run_all(trial_of(), "t.convo.txt", f"t\n#me\nbonjour\n#bot\n{part}\n")
    assert result.mismatches == []
    assert result.passed


def test_an_intent_is_compared() -> None:
    text = "t\n#me\nvos horaires\n#bot\nINTENT {}\n"
    assert run_all(trial_of(), "t.convo.txt", text.format("horaires"))[0].passed
    result = run_all(trial_of(), "t.convo.txt", text.format("adieu"))[0]
    assert wrong(result) == [("the intent adieu", "horaires")]
    result = run_all(trial_of(), "t.convo.txt", text.replace("INTENT", "!INTENT").format("horaires"))[0]
    assert wrong(result) == [("not the intent horaires", "it is so")]


def test_time_goes_by_after_what_is_said() -> None:
    text = "t\n#me\nbonjour\nPAUSE 7200000\n#bot\nToujours là ?\n"
    case = case_of(text)
    assert [turn.input for turn in case.turns] == [None, Pass(7200.0)]
    assert case.start.first == Say("bonjour")
    assert run_all(trial_of(), "t.convo.txt", text)[0].passed
    waited = "t\n#me\nbonjour\n#bot\nBonjour*\nPAUSE 7200000\n#bot\nToujours là ?\n"
    assert run_all(trial_of(), "t.convo.txt", waited)[0].passed


def test_what_a_person_does() -> None:
    case = case_of("t\n#me\nbonjour\n#me\nBUTTON Pagne\n#me\nMEDIA photo.JPG\n#me\nun\ndeux\n")
    inputs = [turn.input for turn in case.turns]
    assert inputs[1] == Tap("Pagne")
    assert isinstance(inputs[2], SendMedia)
    assert inputs[2].kind.value == "image"
    assert inputs[3] == Say("un\ndeux")
    assert case_of("t\n#me\nBUTTON bonjour\n").start.first == Say("bonjour")


@pytest.mark.parametrize("command", ["CARDS a", "JSON_PATH $.x|y", "ENTITIES ville", "!BUTTONS Boubou", "MEDIA a.png"])
def test_what_is_not_checked_is_said(command: str) -> None:
    (result,) = run_all(trial_of(), "t.convo.txt", f"t\n#me\nbonjour\n#bot\nBonjour*\n{command}\n#end\nFORMS x\n")
    assert [item.weight.value for item in result.mismatches] == ["unchecked", "unchecked"]
    assert command.lstrip("!").split()[0] in result.mismatches[0].came
    assert "`FORMS`" in result.mismatches[1].came


def test_words_in_capitals_that_are_no_command_are_words() -> None:
    case = case_of("t\n#me\nSTOP MAINTENANT\n#bot\nOK\n")
    assert case.start.first == Say("STOP MAINTENANT")
    assert case.turns[0].expect[0].texts == ("OK",)


@pytest.mark.parametrize(
    ("text", "reason", "line"),
    [
        ("t\n#me\nbonjour\n#include autre\n", "`#include autre` is not followed", 4),
        ("t\n#me\nbonjour\n#bot\nINCLUDE autre\n", "`INCLUDE` is not followed", 5),
        ("t\n\n#me\nUTT_SALUT\n", "names a list of utterances", 4),
        ("t\n#me\nje suis $nom\n", "fills in while it runs", 3),
        ("t\n#me\n#bot\nBonjour\n", "nothing says which flow starts", 2),
    ],
)
def test_what_needs_botium_is_skipped_at_its_place(text: str, reason: str, line: int) -> None:
    suite, findings = read(trial_of(), "t.convo.txt", text)
    assert suite is not None
    assert suite.document is not None
    assert findings == []
    assert reason in suite.cases[0].skipped
    assert suite.document.locate(suite.cases[0].at).line == line
    assert trial_of().run_suite(suite, "source").results[0].status == "skipped"


def test_a_bot_that_begins_starts_the_only_flow() -> None:
    case = case_of("#bot\nBonjour*\n#me\nPagne\n#bot\nUn pagne !\n", "sans_nom.convo.txt")
    assert case.name == "sans_nom.convo.txt"
    assert case.start.flow == "boutique"
    assert run_all(trial_of(), "t.convo.txt", "#bot\nBonjour*\n#me\nPagne\n#bot\nUn pagne !\n")[0].passed


@pytest.mark.parametrize("text", ["", "\ufeff", "t\n", "# me\nbonjour\n", "\x00\x01#me", "#bottom\n#mean\n"])
def test_a_file_without_parts_cannot_be_read(text: str) -> None:
    suite, findings = read(trial_of(), "t.convo.txt", text)
    assert suite is not None
    assert suite.cases == []
    assert "TST001" in [finding.code for finding in findings]


def test_other_text_files_are_none() -> None:
    assert read(trial_of(), "t.txt", GOOD) == (None, [])


def test_many_expectations_are_of_the_right_kind() -> None:
    kinds = [item.what for turn in case_of(GOOD).turns for item in turn.expect]
    assert kinds == [What.SAID] * 3


def test_links_that_whatsapp_says_below_the_text_are_no_other_words() -> None:
    scenario = """
bascule: 1
locale: fr
flows:
  a:
    entries: [{keyword: salut}]
    nodes:
      menu: {say: Bonjour !, ask: {}, choices: {Oui: fin, Non: fin, Voir le site: {url: "https://exemple.sn/a"}}, else: menu}
      fin: {say: Fin.}
"""
    trial = trial_of(scenario, "a.yaml")
    assert run_all(trial, "t.convo.txt", "t\n#me\nsalut\n#bot\nBonjour !\n")[0].passed
    assert not run_all(trial, "t.convo.txt", "t\n#me\nsalut\n#bot\nBonsoir !\n")[0].passed
