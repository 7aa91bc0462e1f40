"""check: what it says about waits, loops and counters, from small scenarios, as a user reads it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest

from tests.cli.conftest import Run

START = """bascule: 1
locale: fr
flows:
  suivi:
    entries: [{ENTRY}]
    nodes:
"""
BONJOUR = '      recu: {say: "Votre demande est enregistrée. Une question ? 01 70 18 00 00", then: SUITE}\n'
NOUVELLE = '      nouvelle: {say: "Votre demande avance, nous revenons vers vous.", then: end}\n'
AGENT = "      agent: {handover: equipe}\n"
QUESTION = '{say: "Que voulez-vous ?", ask: {into: choix, timeout: LIMITE}, then: agent, timeout: SUITE}'


def scenario(*lines: str, entry: str = "keyword: suivi") -> str:
    return START.replace("ENTRY", entry) + "".join(lines)


def begin(following: str) -> str:
    return BONJOUR.replace("SUITE", following)


def ask(name: str, limit: str, following: str) -> str:
    return f"      {name}: {QUESTION.replace('LIMITE', limit).replace('SUITE', following)}\n"


def counted(start: str, step: str, test: str, back: str) -> str:
    return scenario(
        f"      debut: {{set: {{n: {start}}}, then: menu}}\n",
        ask("menu", "300s", "compte"),
        f"      compte: {{set: {{n: {step}}}, then: tri}}\n",
        f"      tri: {{case: [{{when: {test}, then: {back}}}, {{else: agent}}]}}\n",
        AGENT,
    )


LATE = "`nouvelle` may be sent {} after the last reply: it becomes a template"
AGAIN = "`menu` is sent again every {} as long as nobody answers: about {} messages a day"
BY_LOOP = "`menu` may be sent 24 h after the last reply: it becomes a template"

CASES = {
    "two waits of thirteen hours": (
        scenario(
            begin("nuit"),
            "      nuit: {wait: 13h, then: jour}\n",
            "      jour: {wait: 13h, then: nouvelle}\n",
            NOUVELLE,
        ),
        ["10:23: warning[WIN011] " + LATE.format("26 h")],
    ),
    "a variable set between the wait and the message": (
        scenario(
            begin("nuit"),
            "      nuit: {wait: 25h, then: note}\n",
            "      note: {set: {etat: '\"relance\"'}, then: nouvelle}\n",
            NOUVELLE.replace("avance,", "avance ({etat}),"),
        ),
        ["10:23: warning[WIN011] " + LATE.format("25 h")],
    ),
    "a branch between": (
        scenario(
            begin("tri"),
            "      tri: {case: [{when: contact.pro, then: court}, {else: long}]}\n",
            "      court: {wait: 2h, then: nouvelle}\n",
            "      long: {wait: 25h, then: nouvelle}\n",
            NOUVELLE,
        ),
        ["11:23: warning[WIN011] " + LATE.format("25 h")],
    ),
    "a question asked again every twelve hours": (
        scenario(ask("menu", "12h", "menu"), AGENT),
        ["7:7: error[GRF024] " + AGAIN.format("12 h", 2), "7:19: warning[WIN011] " + BY_LOOP],
    ),
    "a question asked again every 300 seconds": (
        scenario(ask("menu", "300s", "menu"), AGENT),
        ["7:7: error[GRF024] " + AGAIN.format("5 min", 288), "7:19: warning[WIN011] " + BY_LOOP],
    ),
    "two messages every 300 seconds": (
        scenario(ask("menu", "300s", "rappel"), '      rappel: {say: "Vous êtes là ?", then: menu}\n', AGENT),
        [
            "7:7: error[GRF024] " + AGAIN.format("5 min", 576),
            "7:19: warning[WIN011] " + BY_LOOP + ", and 1 more after it",
        ],
    ),
    "a campaign begins": (
        scenario(begin("nuit"), "      nuit: {wait: 1h, then: nouvelle}\n", NOUVELLE, entry="campaign: suivi"),
        ["5:15: info[WIN013] the campaign entry `suivi` of `suivi` begins with a template to people who did not write"],
    ),
    "a called flow between": (
        scenario(
            begin("pause"),
            "      pause: {call: attente, then: nouvelle}\n",
            NOUVELLE,
            "  attente:\n    nodes: {un: {wait: 13h, then: deux}, deux: {wait: 13h}}\n",
        ),
        ["9:23: warning[WIN011] " + LATE.format("26 h")],
    ),
    "a tap between opens the window again": (
        scenario(
            "      nuit: {wait: 13h, then: question}\n",
            '      question: {say: "Toujours intéressé ?", choices: {Oui: jour, Non: agent}, else: agent}\n',
            "      jour: {wait: 13h, then: nouvelle}\n",
            NOUVELLE,
            AGENT,
        ),
        [],
    ),
    "a template between does not": (
        scenario(
            "      nuit: {wait: 25h, then: modele}\n",
            "      modele: {template: {name: suivi_demande, language: fr}, then: nouvelle}\n",
            NOUVELLE,
            AGENT,
        ),
        ["9:23: warning[WIN011] " + LATE.format("25 h"), "10:7: warning[GRF020] no way leads to `agent`"],
    ),
    "a counter that ends the loop after three rounds": (counted("0", "n + 1", "n < 3", "menu"), []),
    "a counter that is set back in each round": (
        counted("0", "n + 1", "n < 3", "debut"),
        ["8:7: error[GRF024] " + AGAIN.format("5 min", 288), "8:19: warning[WIN011] " + BY_LOOP],
    ),
    "a counter that never gets there": (
        counted("3", "n - 1", "n < 9", "menu"),
        ["8:7: error[GRF024] " + AGAIN.format("5 min", 288), "8:19: warning[WIN011] " + BY_LOOP],
    ),
}


def lines(out: str, families: Iterable[str] = ("GRF", "WIN")) -> list[str]:
    """The findings of those families, without the file's name."""
    found = [line.partition(":")[2] for line in out.splitlines() if line.startswith("flux.yaml:")]
    return [line for line in found if any(f"[{family}" in line for family in families)]


@pytest.mark.parametrize("name", CASES)
def test_what_check_says_about_a_flow_in_time(
    name: str, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, expected = CASES[name]
    monkeypatch.chdir(tmp_path)
    Path("flux.yaml").write_text(source, encoding="utf-8")
    result = run("check", "flux.yaml", "--format", "concise")
    assert lines(result.out) == expected, result.out + result.err
    assert result.code == (1 if any(" error[" in f" {line}" for line in expected) else 0)


def test_the_text_explains_a_counter_that_is_no_use(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("flux.yaml").write_text(CASES["a counter that is set back in each round"][0], encoding="utf-8")
    out = run("check", "flux.yaml").out
    assert "note: `n` does not end the loop: each round sets it anew" in out
    assert "no answer for 5 min, 288 times [+24 h]" in out
    assert "help: shorten the waits below 24 h in total, or accept the template" in out
