"""Made-up users and the comparison: they walk what can be walked, and find what a conversion breaks."""

from __future__ import annotations

import dataclasses

from bascule.compiling import Compilation
from bascule.simulator.channels import SourceChannel, WhatsAppChannel
from bascule.simulator.compare import Kind, compare, explanations
from bascule.simulator.engine import Simulator
from bascule.simulator.explore import explore
from bascule.source import SourceFile
from bascule.trying import SOURCE, Trial
from bascule.whatsapp.plan import Plan
from bascule.whatsapp.policy import load_policy
from bascule.workspace import Analysis, InputFile, analyse, load

MENU = """
bascule: 1
locale: fr
flows:
  menu:
    entries: [{keyword: menu}]
    nodes:
      menu:
        say: "Choisissez le jour du rendez-vous"
        ask: jour
        choices: {Lundi: matin, Mardi: matin, Une autre date qui vous convient: date}
        timeout: {after: 1h, then: rappel}
        else: menu
      matin: {say: "Le {jour} au matin ?", choices: [Oui, Non], then: merci}
      date: {say: Quelle date ?, ask: {into: quand, reply: date}, then: tri}
      tri: {case: {'quand = "2026-03-14"': merci, else: menu}}
      merci: Merci et à bientôt.
      rappel: {say: Nous attendons votre choix., then: menu}
"""


def analysed(text: str) -> Analysis:
    return analyse(load([InputFile(SourceFile.of_text(text, "chat.yaml"), "chat.yaml")]))


def test_made_up_users_walk_every_way() -> None:
    analysis = analysed(MENU)
    found = explore(analysis.project, lambda: Simulator(analysis.project, SourceChannel()))
    assert found.coverage.missing == []
    assert not found.cut
    starts = {(script.start, script.steps[:size]) for script in found.scripts for size in range(len(script.steps))}
    assert not starts & {(script.start, script.steps) for script in found.scripts}, (
        "no user is the beginning of another"
    )


def test_the_same_project_gives_the_same_users() -> None:
    one, two = (
        explore(analysis.project, lambda analysis=analysis: Simulator(analysis.project, SourceChannel())).scripts  # type: ignore[misc]
        for analysis in (analysed(MENU), analysed(MENU))
    )
    assert one == two


def test_a_faithful_conversion_says_the_same() -> None:
    analysis = analysed(MENU)
    conversion = Trial(analysis, Compilation(analysis)).convert("meta", 100)
    assert conversion.bubbles > 10
    assert [item for comparison in conversion.comparisons for item in comparison.unexplained] == []


def broken(analysis: Analysis, change: object) -> list[Kind]:
    """The kinds of unannounced differences of a plan with one step changed."""
    plan: Plan = dataclasses.replace(analysis.plan, steps=tuple(change(step) for step in analysis.plan.steps))  # type: ignore[operator]
    users = explore(analysis.project, lambda: Simulator(analysis.project, SourceChannel())).scripts
    explain = explanations(analysis.project, analysis.plan.ledger)
    found = [
        difference.kind
        for script in users
        for difference in compare(
            script,
            lambda: Simulator(analysis.project, SourceChannel()),
            lambda: Simulator(analysis.project, WhatsAppChannel(plan, load_policy())),
            explain,
        ).unexplained
    ]
    return sorted(set(found), key=lambda kind: kind.name)


def test_a_message_that_was_lost_is_found() -> None:
    def change(step):  # type: ignore[no-untyped-def]
        return dataclasses.replace(step, messages=(), templates=()) if step.node == "merci" else step

    assert broken(analysed(MENU), change) == [Kind.SILENT]


def test_a_choice_that_nothing_listens_for_any_more_is_found() -> None:
    def change(step):  # type: ignore[no-untyped-def]
        return dataclasses.replace(step, routes=step.routes[1:]) if step.node == "menu" else step

    assert broken(analysed(MENU), change) == [Kind.PATH]


def test_words_of_another_message_are_found() -> None:
    analysis = analysed(MENU)
    other = next(step for step in analysis.plan.steps if step.node == "date")

    def change(step):  # type: ignore[no-untyped-def]
        return dataclasses.replace(step, messages=other.messages) if step.node == "merci" else step

    assert broken(analysis, change) == [Kind.WORDS]


def test_what_the_closed_window_keeps_back_is_found() -> None:
    late = MENU.replace("after: 1h", "after: 25h")
    analysis = analysed(late)

    def change(step):  # type: ignore[no-untyped-def]
        return dataclasses.replace(step, messages=other.messages, templates=()) if step.node == "rappel" else step

    other = next(step for step in analysis.plan.steps if step.node == "date")
    users = explore(analysis.project, lambda: Simulator(analysis.project, SourceChannel())).scripts
    plan = dataclasses.replace(analysis.plan, steps=tuple(change(step) for step in analysis.plan.steps))
    kinds = {
        difference.kind
        for script in users
        for difference in compare(
            script,
            lambda: Simulator(analysis.project, SourceChannel()),
            lambda: Simulator(analysis.project, WhatsAppChannel(plan, load_policy())),
            lambda flow, node: "",
        ).differences
    }
    assert Kind.BLOCKED in kinds


def test_a_picture_with_one_link_keeps_both() -> None:
    analysis = analysed(
        "bascule: 1\nlocale: fr\nflows:\n  f:\n    entries: [{keyword: f}]\n    nodes:\n      n:\n"
        "        {image: 'https://exemple.sn/a.jpg', choices: [{title: Le site, url: 'https://exemple.sn'}]}\n"
    )
    conversion = Trial(analysis, Compilation(analysis)).convert("meta", 10)
    assert conversion.bubbles
    assert [item for comparison in conversion.comparisons for item in comparison.differences] == []


def test_every_side_is_a_provider_or_the_source() -> None:
    analysis = analysed(MENU)
    trial = Trial(analysis, Compilation(analysis))
    for side in (SOURCE, "meta", "d360", "twilio", "infobip", "vonage", "bird", "plivo"):
        assert trial.simulator(side).channel.name in ("source", "whatsapp")
