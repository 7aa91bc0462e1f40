"""Conversations over the source's channel and over WhatsApp: what is said, which way they go, what the clock does."""

from __future__ import annotations

import pytest

from bascule.compiling import Compilation
from bascule.simulator.events import (
    Blocked,
    Consented,
    Ended,
    Event,
    HandedOver,
    Heard,
    Kept,
    Question,
    Said,
    Status,
    Unanswered,
)
from bascule.simulator.inputs import Decide, Fail, Locate, Pass, Say, SendContact, Tap
from bascule.simulator.stubs import Stub
from bascule.source import SourceFile
from bascule.trying import SOURCE, Trial
from bascule.workspace import InputFile, analyse, load


def trial(text: str, stubs: tuple[Stub, ...] = ()) -> Trial:
    workspace = load([InputFile(SourceFile.of_text(text, "chat.yaml"), "chat.yaml")])
    analysis = analyse(workspace)
    assert not [finding for finding in workspace.findings if finding.severity >= 3], workspace.findings
    return Trial(analysis, Compilation(analysis), stubs=stubs)


def said(events: list[Event]) -> list[str]:
    return [event.bubble.text for event in events if isinstance(event, Said)]


def kinds(events: list[Event]) -> list[str]:
    return [event.bubble.kind for event in events if isinstance(event, Said)]


SHOP = """
bascule: 1
locale: fr
variables: {nom: Awa}
flows:
  menu:
    entries: [{keyword: [bonjour]}, {broadcast: relance}]
    nodes:
      menu:
        say: "Bonjour {nom}, que souhaitez-vous ?"
        ask: {into: choix, timeout: 2h}
        choices:
          Commander: commande
          Annuler: {then: adieu, accepts: [non]}
          Le site: {url: "https://exemple.sn"}
        timeout: rappel
        else: aide
      commande: {say: Combien ?, ask: {into: nombre, reply: number,
        validation: {minimum: 1, maximum: 9, retries: 1, error: De 1 à 9.}}, failure: adieu, then: tri}
      tri: {case: {nombre > 5: beaucoup, else: peu}}
      beaucoup: {say: "{nombre}, c'est beaucoup.", handover: equipe}
      peu: {consent: opt_in, say: "D'accord pour {nombre}."}
      aide: {say: Je n'ai pas compris., then: menu}
      adieu: Au revoir.
      rappel: {wait: 23h, say: "Toujours là ?", then: menu}
"""


@pytest.mark.parametrize("side", [SOURCE, "meta"])
def test_a_tap_a_number_and_a_branch(side: str) -> None:
    simulator = trial(SHOP).simulator(side)
    assert said(simulator.hear(Say("Bonjour !")))[0].startswith("Bonjour Awa, que souhaitez-vous ?")
    assert said(simulator.feed(Tap("Commander"))) == ["Combien ?"]
    events = simulator.feed(Say("3"))
    assert said(events) == ["D'accord pour 3."]
    assert Consented("opt_in", "", "") in events
    assert events[-1] == Ended("completed")
    assert simulator.session.memory.get(("choix",)) == "Commander"


@pytest.mark.parametrize("side", [SOURCE, "meta"])
def test_an_answer_out_of_bounds_is_asked_for_again_and_then_fails(side: str) -> None:
    simulator = trial(SHOP).simulator(side)
    simulator.hear(Say("bonjour"))
    simulator.feed(Tap("Commander"))
    assert said(simulator.feed(Say("12"))) == ["De 1 à 9."]
    assert said(simulator.feed(Say("beaucoup"))) == ["Au revoir."]


@pytest.mark.parametrize("side", [SOURCE, "meta"])
def test_typed_words_mean_a_choice_and_anything_else_takes_the_other_way(side: str) -> None:
    simulator = trial(SHOP).simulator(side)
    simulator.hear(Say("bonjour"))
    assert said(simulator.feed(Say("ANNULER.")))[0] == "Au revoir."
    simulator.hear(Say("bonjour"))
    assert said(simulator.feed(Say("Non")))[0] == "Au revoir."
    simulator.hear(Say("bonjour"))
    assert said(simulator.feed(Say("un chat")))[0] == "Je n'ai pas compris."


def test_a_question_left_alone_runs_into_its_timeouts_again_and_again() -> None:
    simulator = trial(SHOP).simulator(SOURCE)
    simulator.hear(Say("bonjour"))
    assert said(simulator.feed(Pass(3_600))) == []
    events = simulator.feed(Pass(3 * 86_400))
    assert [text for text in said(events) if text == "Toujours là ?"] == ["Toujours là ?"] * 3
    assert simulator.session.status is Status.WAITING


def test_on_whatsapp_a_closed_window_takes_the_template_and_an_answer_opens_it_again() -> None:
    simulator = trial(SHOP).simulator("meta")
    assert kinds(simulator.start("menu", 1)) == ["template"], "nobody has written yet"
    assert kinds(simulator.feed(Tap("Commander"))) == ["text"], "the tap opened the window"
    simulator.hear(Say("bonjour"))
    assert kinds(simulator.feed(Pass(26 * 3_600))) == ["template", "template"]
    assert kinds(simulator.feed(Say("commander"))) == ["text"]


def test_a_template_button_comes_back_with_its_title() -> None:
    simulator = trial(SHOP).simulator("meta")
    simulator.start("menu", 1)
    events = simulator.feed(Tap("2"))
    assert said(events) == ["Au revoir."]
    assert next(event for event in events if isinstance(event, Heard)).choice == "annuler"


def test_a_message_without_a_template_is_kept_back_when_the_window_is_closed() -> None:
    text = SHOP.replace("flows:", "flows:\n  carte:\n    entries: [{broadcast: plan}]\n    nodes:\n      plan: "
                        "{location: {latitude: 14.7, longitude: -17.4}, say: Le plan}\n")  # fmt: skip
    simulator = trial(text).simulator("meta")
    events = simulator.start("carte", 0)
    assert any(isinstance(event, (Blocked, Said)) for event in events)
    source = trial(text).simulator(SOURCE).start("carte", 0)
    assert kinds(source) == ["location", "text"]


def test_words_that_nothing_listens_for_start_nothing() -> None:
    simulator = trial(SHOP).simulator(SOURCE)
    assert simulator.hear(Say("xyz"))[-1] == Unanswered("", "")


SERVER = """
bascule: 1
locale: fr
flows:
  suivi:
    entries: [{keyword: suivi}]
    nodes:
      demande:
        http: {get: "https://api.exemple.sn/{numero}", into: reponse}
        say: "Elle est {reponse.etat}."
        failure: panne
      panne: Réessayez plus tard.
"""


def test_a_stub_answers_and_a_failure_takes_its_way() -> None:
    fine = trial(SERVER, (Stub("https://api.exemple.sn/*", body={"etat": "en route"}),)).simulator(SOURCE)
    assert said(fine.hear(Say("suivi"))) == ["Elle est en route."]
    broken = trial(SERVER, (Stub("*", status=503),)).simulator(SOURCE)
    assert said(broken.hear(Say("suivi"))) == ["Réessayez plus tard."]


def test_without_a_stub_nobody_guesses() -> None:
    simulator = trial(SERVER).simulator(SOURCE)
    events = simulator.hear(Say("suivi"))
    question = events[-1]
    assert isinstance(question, Question)
    assert question.edges == (0, 1)
    assert simulator.session.status is Status.ASKING
    assert said(simulator.feed(Decide(1))) == ["Réessayez plus tard."]


def test_an_unknown_answer_shows_as_unknown() -> None:
    simulator = trial(SERVER).simulator(SOURCE)
    simulator.hear(Say("suivi"))
    assert said(simulator.feed(Decide(0))) == ["Elle est …."]


CALLS = """
bascule: 1
locale: fr
flows:
  un:
    entries: [{keyword: un}]
    nodes:
      debut: {say: Début, call: {flow: deux, parameters: {x: 2}}, then: fin}
      fin: "Fin {x}"
  deux:
    nodes:
      question: {say: "Deux : {x} ?", ask: y, then: suite}
      suite: {case: {y = "saut": saute, else: rien}}
      saute: {jump: trois}
      rien: {end: true}
  trois: {nodes: {la: Trois.}}
"""


def test_a_call_comes_back_and_a_jump_does_too_when_it_was_called() -> None:
    simulator = trial(CALLS).simulator(SOURCE)
    assert said(simulator.hear(Say("un"))) == ["Début", "Deux : 2 ?"]
    assert said(simulator.feed(Say("rien"))) == ["Fin 2"]
    simulator.hear(Say("un"))
    assert said(simulator.feed(Say("saut"))) == ["Trois.", "Fin 2"]


def test_a_flow_that_calls_itself_ends() -> None:
    text = (
        "bascule: 1\nlocale: fr\nflows:\n  a:\n    entries: [{keyword: a}]\n    nodes:\n      n: {call: a, then: n}\n"
    )
    events = trial(text).simulator(SOURCE).hear(Say("a"))
    assert isinstance(events[-1], Ended)
    assert events[-1].status == "failed"


@pytest.mark.parametrize("side", [SOURCE, "meta"])
def test_places_cards_and_failures(side: str) -> None:
    text = """
bascule: 1
locale: fr
flows:
  lieu:
    entries: [{keyword: lieu}]
    nodes:
      ou:
        say: Où êtes-vous ?
        ask: {into: ou, reply: location}
        choices: [{title: Ma position, kind: share_location, then: merci}]
        failure: perdu
        else: merci
      merci: "Merci : {ou.latitude}"
      perdu: Perdu.
"""
    simulator = trial(text).simulator(side)
    simulator.hear(Say("lieu"))
    events = simulator.feed(Locate(14.5, -17.0))
    assert said(events) == ["Merci : 14.5"]
    simulator.hear(Say("lieu"))
    assert said(simulator.feed(Fail())) == ["Perdu."]
    simulator.hear(Say("lieu"))
    assert said(simulator.feed(SendContact("Awa", "+221"))) == ["Merci : "]


def test_a_copied_session_goes_its_own_way() -> None:
    simulator = trial(SHOP).simulator(SOURCE)
    simulator.hear(Say("bonjour"))
    kept = simulator.session.copy()
    simulator.feed(Tap("Commander"))
    simulator.session = kept
    assert said(simulator.feed(Tap("Annuler"))) == ["Au revoir."]
    assert not any(isinstance(event, Kept) and event.value == "Commander" for event in simulator.session.events)


def test_a_person_takes_over() -> None:
    simulator = trial(SHOP).simulator(SOURCE)
    simulator.hear(Say("bonjour"))
    simulator.feed(Tap("Commander"))
    assert HandedOver("equipe", "") in simulator.feed(Say("8"))


def test_time_stands_still_while_nobody_knows_the_way() -> None:
    text = """
bascule: 1
locale: fr
flows:
  f:
    entries: [{keyword: f}]
    nodes:
      q: {say: Alors ?, ask: x, timeout: {after: 6h, then: appel}, then: fin}
      appel: {http: {get: "https://api.exemple.sn/a"}, say: Fini., failure: panne, then: attend}
      panne: Panne.
      attend: {say: Encore là ?, ask: y, timeout: {after: 10h, then: fin}, then: fin}
      fin: Fin.
"""
    simulator = trial(text).simulator(SOURCE)
    simulator.hear(Say("f"))
    start = simulator.session.now
    simulator.feed(Pass(30 * 3_600))
    assert simulator.session.status is Status.ASKING
    assert (simulator.session.now - start).total_seconds() == 6 * 3_600
    events = simulator.feed(Decide(0))
    assert said(events) == ["Fini.", "Encore là ?", "Fin."], "the other 24 hours go by then"
    assert (simulator.session.now - start).total_seconds() == 30 * 3_600
