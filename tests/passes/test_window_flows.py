"""Written regressions of the window proof, as scenario files: what goes wrong in real migrations."""

from __future__ import annotations

import math
from textwrap import dedent, indent

import pytest

from bascule.diagnostics import Finding
from bascule.parsers import ParseOptions
from bascule.passes.interval import Interval
from bascule.passes.window import Verdict
from bascule.source import SourceFile
from bascule.workspace import Analysis, InputFile, analyse, load

HOUR = 3600.0


def proved(flows: str) -> Analysis:
    """The analysis of a scenario with these flows (YAML, one key per flow)."""
    text = "bascule: 1\nlocale: fr\nflows:\n" + indent(dedent(flows).strip("\n"), "  ") + "\n"
    workspace = load([InputFile(SourceFile("cas.yaml", text.encode()), "cas.yaml")], ParseOptions())
    result = analyse(workspace)
    assert [finding.message for finding in result.findings if finding.code.startswith("PAR")] == []
    return result


def verdicts(analysis: Analysis, *nodes: str, flow: str = "f") -> list[str]:
    found = [analysis.window.verdict(flow, node) for node in nodes]
    return [verdict.value if verdict is not None else "unreached" for verdict in found]


def clock(analysis: Analysis, node: str, flow: str = "f") -> Interval:
    (arrival,) = analysis.window.arrivals[flow, node]
    return arrival.interval


def coded(analysis: Analysis, code: str) -> list[Finding]:
    return [finding for finding in analysis.findings if finding.code == code]


def test_two_waits_of_13_hours_with_a_set_and_a_branch_between() -> None:
    analysis = proved("""
        f:
          entries: [{keyword: aide}]
          nodes:
            q: {say: "Oui ?", ask: {into: x, timeout: 13h}, then: fin, timeout: note}
            note: {set: {vu: '"oui"'}, then: tri}
            tri: {case: [{when: ville = "Dakar", then: p}, {else: p}]}
            p: {wait: 13h, then: dit}
            dit: {say: "Toujours là ?", then: end}
            fin: {say: "Merci.", then: end}
    """)
    assert verdicts(analysis, "q", "dit", "fin") == ["inside", "outside", "inside"]
    (arrival,) = analysis.window.arrivals["f", "dit"]
    assert [(step.node, step.clock / HOUR) for step in arrival.witness] == [
        ("q", 0), ("note", 13), ("tri", 13), ("p", 13), ("dit", 26),
    ]  # fmt: skip
    assert arrival.run == arrival.witness
    assert arrival.crossing is not None
    assert arrival.crossing.node == "p"


def test_a_question_that_is_repeated_every_300_seconds_for_ever() -> None:
    """An opt-in flow as it is often found: the prompt comes again until somebody answers."""
    analysis = proved("""
        f:
          entries: [{keyword: oui}]
          nodes:
            accord: {say: "Acceptez-vous nos messages ?", ask: {into: x, timeout: 5m}, then: merci, timeout: accord}
            merci: {consent: opt_in, say: "Merci, c'est noté.", then: end}
    """)
    assert verdicts(analysis, "accord", "merci") == ["either", "inside"]
    (arrival,) = analysis.window.arrivals["f", "accord"]
    assert arrival.interval == Interval(0, math.inf)
    assert arrival.witness[-1].clock == 24 * HOUR
    assert sum(step.repeat for step in arrival.witness[:-1]) == 24 * 12
    (nudge,) = coded(analysis, "GRF024")
    assert "288 messages a day" in nudge.message


@pytest.mark.parametrize(
    "entry", ["{broadcast: relance}", "{campaign: relance, offset: 1d}", '{schedule: "0 9 * * 1"}', "{api: relance}"]
)
def test_the_business_starts_and_the_answer_opens_the_window(entry: str) -> None:
    analysis = proved(f"""
        f:
          entries: [{entry}]
          nodes:
            a: {{say: "Bonjour, votre commande est prête à la boutique.", then: q}}
            q: {{say: "Venez-vous aujourd'hui ?", ask: {{into: x}}, then: b}}
            b: {{say: "Merci.", then: end}}
    """)
    assert verdicts(analysis, "a", "q", "b") == ["outside", "outside", "inside"]
    (arrival,) = analysis.window.arrivals["f", "q"]
    assert arrival.interval.never
    assert math.isinf(arrival.run[-1].clock)


def test_a_template_between_does_not_open_the_window() -> None:
    analysis = proved("""
        f:
          entries: [{keyword: aide}]
          nodes:
            q: {say: "Oui ?", ask: {into: x, timeout: 20h}, then: fin, timeout: t}
            t: {template: {name: rappel_commande}, then: p}
            p: {wait: 5h, then: dit}
            dit: {say: "Toujours là ?", then: end}
            fin: {say: "Merci.", then: end}
    """)
    assert clock(analysis, "t") == Interval(20 * HOUR, 20 * HOUR)
    assert verdicts(analysis, "dit") == ["outside"]


def test_a_tap_between_starts_the_clock_anew() -> None:
    analysis = proved("""
        f:
          entries: [{keyword: aide}]
          nodes:
            a: {wait: 20h, then: menu}
            menu: {say: "Que voulez-vous ?", choices: {Suivre: b, Arrêter: end}}
            b: {wait: 20h, say: "Votre commande arrive.", then: end}
    """)
    assert verdicts(analysis, "menu", "b") == ["inside", "inside"]


LOOP = """
    f:
      entries: [{{keyword: aide}}]
      nodes:
        zero: {{set: {{n: 0}}, then: q}}
        q: {{say: "Toujours là ?", ask: {{into: x, timeout: 5h}}, then: fin, timeout: plus}}
        plus: {{set: {{n: {step}}}, then: tri}}
        tri: {{case: [{{when: "{test}", then: adieu}}, {{else: q}}]}}
        adieu: {{say: "À bientôt.", then: end}}
        fin: {{say: "Merci.", then: end}}
"""


@pytest.mark.parametrize(
    ("step", "test", "last"),
    [
        ("n + 1", "n >= 3", 15),
        ("n + 1", "n > 3", 20),
        ("n + 2", "n >= 3", 10),
        ("n + 1", "n = 2", 10),
        ("n + 1", "not (n < 4)", 20),
        ("1 + n", "2 <= n", 10),
        ("n + 1", 'n >= 3 or ville = \\"Dakar\\"', 15),
        ("n - 1", "n <= -2", 10),
    ],
)
def test_a_counter_bounds_a_loop(step: str, test: str, last: int) -> None:
    analysis = proved(LOOP.format(step=step, test=test))
    assert verdicts(analysis, "q", "adieu", "fin") == ["inside"] * 3
    assert clock(analysis, "adieu").high == last * HOUR
    assert clock(analysis, "q").high == (last - 5) * HOUR
    assert coded(analysis, "WIN011") == []


@pytest.mark.parametrize(
    ("step", "test"),
    [
        ("n + 0", "n >= 3"),
        ("n + x", "n >= 3"),
        ("n + 1", "n >= x"),
        ("n - 1", "n >= 3"),
        ("n + 2", "n = 3"),
        ("n + 1", "m >= 3"),
        ("n * 2", "n >= 3"),
        ("n + 1", 'n >= 3 and ville = \\"Dakar\\"'),
        ("n + 1", "N >= 3"),
        ("n + 1", "n >= 100000"),
    ],
)
def test_what_is_not_surely_a_counter_bounds_nothing(step: str, test: str) -> None:
    analysis = proved(LOOP.format(step=step, test=test))
    assert clock(analysis, "q") == Interval(0, math.inf)
    assert verdicts(analysis, "q") == ["either"]


def test_a_counter_that_bounds_too_late_is_found_with_its_rounds() -> None:
    analysis = proved(LOOP.format(step="n + 1", test="n >= 6"))
    assert clock(analysis, "adieu") == Interval(30 * HOUR, 30 * HOUR)
    assert clock(analysis, "q") == Interval(0, 25 * HOUR)
    (arrival,) = analysis.window.arrivals["f", "q"]
    assert [step.clock / HOUR for step in arrival.witness if step.node == "q"] == [0, 5, 10, 15, 20, 25]


@pytest.mark.parametrize(
    "between",
    [
        "{set: {n: 0}, then: tri}",
        "{call: autre, then: tri}",
        "{call: absent, then: tri}",
        "{handover: equipe, then: tri}",
    ],
)
def test_a_counter_that_something_else_may_change_bounds_nothing(between: str) -> None:
    flows = LOOP.format(step="n + 1", test="n >= 3").replace("then: tri}", "then: entre}")
    flows = flows.replace("    tri:", f"    entre: {between}\n        tri:")
    analysis = proved(flows + "    autre: {entries: [{subflow: true}], nodes: {a: {set: {n: 0}, then: end}}}\n")
    assert clock(analysis, "q").high == math.inf


def test_a_counter_of_the_contact_is_shared_with_other_flows_and_bounds_nothing() -> None:
    flows = LOOP.format(step="contact.n + 1", test="contact.n >= 3").replace("{n: ", "{contact.n: ")
    assert clock(proved(flows), "q").high == math.inf


CALLED_TWICE = """
    f:
      entries: [{keyword: aide}]
      nodes:
        a: {call: pause, then: b}
        b: {say: "Bonjour.", then: w}
        w: {wait: 23h, then: c}
        c: {call: pause, then: d}
        d: {say: "Toujours là ?", then: end}
    g:
      entries: [{broadcast: relance}]
      nodes:
        a: {call: pause, then: b}
        b: {say: "Votre commande vous attend à la boutique.", then: end}
    pause:
      entries: [{subflow: true}]
      nodes:
        w: {wait: 2h, then: dit}
        dit: {say: "Un instant, s'il vous plaît.", then: end}
"""


def test_a_subflow_gives_each_caller_its_own_clock_back() -> None:
    analysis = proved(CALLED_TWICE)
    assert clock(analysis, "b") == Interval(2 * HOUR, 2 * HOUR)
    assert clock(analysis, "d") == Interval(27 * HOUR, 27 * HOUR)
    assert clock(analysis, "b", "g").never
    assert clock(analysis, "dit", "pause") == Interval(2 * HOUR, math.inf)


def test_the_run_of_a_witness_goes_through_the_subflow() -> None:
    analysis = proved(CALLED_TWICE)
    (arrival,) = analysis.window.arrivals["f", "d"]
    assert [(step.node, step.clock / HOUR) for step in arrival.witness][-2:] == [("c", 25), ("d", 27)]
    assert [(step.flow, step.node, step.clock / HOUR) for step in arrival.run] == [
        ("f", "a", 0), ("pause", "w", 0), ("pause", "dit", 2), ("f", "b", 2), ("f", "w", 2), ("f", "c", 25),
        ("pause", "w", 25), ("pause", "dit", 27), ("f", "d", 27),
    ]  # fmt: skip
    (inside,) = analysis.window.arrivals["pause", "dit"]
    assert inside.run[0].flow in ("f", "g")


def test_recursion_adds_up() -> None:
    analysis = proved("""
        f:
          entries: [{keyword: aide}]
          nodes:
            w: {wait: 5h, then: tri}
            tri: {case: [{when: ville = "Dakar", then: encore}, {else: dit}]}
            encore: {call: f, then: dit}
            dit: {say: "Toujours là ?", then: end}
    """)
    by_user, called = analysis.window.arrivals["f", "dit"]
    assert by_user.interval == Interval(5 * HOUR, math.inf)
    assert called.interval == Interval(10 * HOUR, math.inf)
    assert by_user.run[-1].clock >= 24 * HOUR
    assert {step.flow for step in by_user.run} == {"f"}


def test_a_handover_and_the_way_back() -> None:
    """While somebody has the conversation nothing is known: it may come back after days, or after a reply."""
    analysis = proved("""
        f:
          entries: [{keyword: aide}]
          nodes:
            q: {say: "Un instant.", handover: equipe, then: retour}
            retour: {say: "Merci de noter votre échange avec nous.", ask: note, then: fin}
            fin: {say: "Merci.", then: end}
    """)
    assert verdicts(analysis, "q", "retour", "fin") == ["inside", "either", "inside"]
    assert clock(analysis, "retour") == Interval(0, math.inf)


def test_a_flow_that_ends_with_a_person_gives_its_caller_an_unknown_clock() -> None:
    analysis = proved("""
        f:
          entries: [{keyword: aide}]
          nodes:
            a: {call: agent, then: b}
            b: {say: "Autre chose ?", then: end}
        agent: {entries: [{subflow: true}], nodes: {h: {handover: equipe}}}
    """)
    assert clock(analysis, "b") == Interval(0, math.inf)


def test_a_failed_send_is_reported_soon() -> None:
    """Not after the whole day that the question waits for an answer."""
    from bascule.ir.content import Content
    from bascule.ir.nodes import Ask, Duration, Edge, Failure, Message, Otherwise, Timeout
    from bascule.ir.project import Entry, EntryKind, Flow, Project
    from bascule.ir.text import LocalizedText, literal
    from bascule.passes.window import FAILURE_BOUND, analyse_window

    said = Content(text=LocalizedText.of(literal("Bonjour")))
    edges = (Edge(Otherwise(), None), Edge(Timeout(Duration(24 * HOUR)), None), Edge(Failure(), "b"))
    flow = Flow("f", (Ask(id="a", content=said, edges=edges), Message(id="b", content=said)), (Entry(EntryKind.CALL),))
    report = analyse_window(Project(flows=(flow,)), 24 * HOUR)
    assert report.arrivals["f", "b"][0].interval == Interval(0, FAILURE_BOUND)
    assert report.verdict("f", "b") is Verdict.INSIDE


def test_one_long_wait_before_ten_sends_is_one_finding() -> None:
    sends = "\n".join(
        f'            n{index}: {{say: "Votre dossier numéro {index} sera fermé dans une semaine.", then: n{index + 1}}}'
        for index in range(10)
    )
    analysis = proved(f"""
        f:
          entries: [{{keyword: aide}}]
          nodes:
            q: {{say: "Oui ?", ask: {{into: x, timeout: 25h}}, then: end, timeout: n0}}
{sends}
            n10: {{handover: equipe}}
    """)
    (finding,) = coded(analysis, "WIN011")
    assert "and 9 more after it" in finding.message
    assert len(finding.data["sends"]) == 10
    assert sum(label.text == "needs a template as well" for label in finding.labels) >= 3


def test_a_witness_is_told_without_its_calls_when_no_search_may_be_paid(monkeypatch: pytest.MonkeyPatch) -> None:
    from bascule.passes.window import analysis as module
    from bascule.passes.window.runs import Purse

    monkeypatch.setattr(module, "Purse", lambda: Purse(0))
    (arrival,) = proved(CALLED_TWICE).window.arrivals["f", "d"]
    assert arrival.run == ()
    steps, left_out = arrival.told(2)
    assert [(step.node, step.clock / HOUR) for step in steps] == [("c", 25), ("d", 27)]
    assert left_out == len(arrival.witness) - 2
