"""Contexts open ways for as many turns as the agent says: the graph agrees with a model of Dialogflow's own rules."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

import pytest

from bascule.ir.expr_text import print_expression
from bascule.ir.nodes import Ask, SetVariable, When
from bascule.ir.project import EntryKind
from bascule.parsers.base import Parsed
from tests.parsers.dialogflow_es_support import Run, agent, cases, found, intent, only_flow, read_files

ROUNDS = 150
TURNS = 12


def assignments(parsed: Parsed, node: str) -> list[tuple[str, str, str]]:
    item = only_flow(parsed).by_id[node]
    assert isinstance(item, SetVariable)
    return [
        (".".join(one.target), one.op, print_expression(one.value) if one.value is not None else "")
        for one in item.assignments
    ]


def test_a_context_is_open_until_a_turn() -> None:
    parsed = read_files(
        agent(intent("Menu", "Oui ?", outputs={"Choix": 3}), intent("Oui", "Bien.", contexts=["choix"]))
    )
    assert assignments(parsed, "menu") == [("turn", "set", "default(turn, 0) + 1"), ("until.choix", "set", "turn + 3")]
    assert [
        print_expression(edge.guard.condition)
        for edge in cases(only_flow(parsed)).edges
        if isinstance(edge.guard, When)
    ] == [
        'until.choix > turn and intent("oui")',
        'intent("menu")',
    ]


def test_what_follows_is_tried_first_and_everything_else_after() -> None:
    parsed = read_files(agent(intent("Menu", "Oui ?", outputs={"c": 2}), intent("Oui", "Bien.", contexts=["C"])))
    ask = only_flow(parsed).by_id["menu.say"]
    assert isinstance(ask, Ask)
    assert [edge.target for edge in ask.edges] == ["oui", "intents"]


def test_all_contexts_of_an_intent_must_be_open() -> None:
    files = agent(
        intent("A", "a", outputs={"x": 5}),
        intent("B", "b", outputs={"x": 5, "y": 5}),
        intent("C", "c", contexts=["x", "y"]),
    )
    flow = only_flow(read_files(files))
    assert flow.by_id["a.say"].edges[0].target == "listen"
    assert flow.by_id["b.say"].edges[0].target == "c"
    first = cases(flow).edges[0].guard
    assert isinstance(first, When)
    assert print_expression(first.condition) == 'until.x > turn and until.y > turn and intent("c")'


def test_contexts_are_closed_by_zero_and_all_by_a_reset() -> None:
    parsed = read_files(
        agent(
            intent("A", "#c.nom", outputs={"c": 5}, parameters=[{"name": "nom", "dataType": "@sys.any"}]),
            intent("B", "b", contexts=["c"], outputs={"c": 0}),
            intent("D", "d", reset=True, outputs={"autre": 5}),
        )
    )
    assert assignments(parsed, "a")[1:] == [("until.c", "set", "turn + 5"), ("contexts.c.nom", "set", "nom")]
    assert assignments(parsed, "b")[1:] == [("until.c", "clear", "")]
    assert assignments(parsed, "d")[1:] == [("until", "clear", ""), ("contexts", "clear", "")]


def test_an_agent_without_contexts_counts_no_turns() -> None:
    parsed = read_files(agent(intent("Menu", "Oui ?", outputs={"personne": 5})))
    assert [node.id for node in only_flow(parsed).nodes] == ["intents", "listen", "menu"]
    assert not found(parsed, "LOS509")


def test_fallbacks_of_a_context_come_after_all_intents_and_before_the_common_one() -> None:
    files = agent(
        intent("Menu", "Oui ?", outputs={"c": 2}),
        intent("Oui", "Bien.", contexts=["c"]),
        intent("Menu - repli", "Oui ou non ?", contexts=["c"], fallbackIntent=True),
        intent("Repli", "Pardon ?", fallbackIntent=True),
    )
    flow = only_flow(read_files(files))
    assert [edge.target for edge in cases(flow).edges] == ["oui", "menu", "menu_repli", "repli"]
    run = Run(flow, ["menu", "oui", "menu_repli", "repli"])
    assert [run.write(meant) for meant in ({"menu"}, set(), {"oui"}, {"oui"})] == [
        ["menu"],
        ["menu_repli"],
        ["oui"],
        ["repli"],
    ]


def test_a_context_that_nobody_opens_is_reported_with_all_its_users() -> None:
    parsed = read_files(agent(intent("A", "a", contexts=["x"]), intent("B", "b", contexts=["x"])))
    (finding,) = found(parsed, "PAR511")
    assert finding.message == "no intent opens the context `x`, which 2 intent(s) need"
    assert [entry.code for entry in parsed.ledger.losses()] == ["PAR511", "PAR511"]


def test_phrases_of_intents_that_compete_are_reported() -> None:
    names = {"A": ["oui", "ok"], "B": ["Oui !", "OK"], "C": ["oui"]}
    parsed = read_files(agent(intent("A", "a"), intent("B", "b"), intent("C", "c", contexts=["x"]), phrases=names))
    (finding,) = found(parsed, "PAR508")
    assert finding.message == "2 phrase(s) train both `A` and `B` (here: `oui`)"


@pytest.mark.parametrize(
    ("child", "message"),
    [
        ({"parentId": "rien"}, "the parent of `B` is not in the export"),
        ({"parentId": "id-A", "contexts": ["autre"]}, "`A` opens no context that its follow-up `B` needs"),
        ({"parentId": "id-A"}, "`B` follows `A`, but needs no context to come"),
    ],
)
def test_follow_ups_that_do_not_follow_are_reported(child: dict[str, Any], message: str) -> None:
    parsed = read_files(agent(intent("A", "a", outputs={"c": 2}), intent("B", "b", **child)))
    assert [finding.message for finding in found(parsed, "PAR509")] == [message]


def test_intents_that_are_switched_off_are_never_tried() -> None:
    parsed = read_files(
        agent(intent("A", "a"), intent("B", "b", priority=-1), intent("R", "r", fallbackIntent=True, priority=-1))
    )
    assert [edge.target for edge in cases(only_flow(parsed)).edges] == ["a", "listen"]
    assert len(found(parsed, "LOS514")) == 1


def test_a_context_of_the_whole_agent_draws_no_direct_ways() -> None:
    names = range(30)
    intents = [intent(f"I{number}", "…", contexts=["mode"] if number else [], outputs={"mode": 5}) for number in names]
    flow = only_flow(read_files(agent(*intents)))
    assert len(cases(flow).edges) == 31
    assert sum(len(node.edges) for node in flow.nodes) < 100
    run = Run(flow, [f"i{number}" for number in names])
    assert [run.write({"i5"}), run.write({"i0"}), run.write({"i5"})] == [[], ["i0"], ["i5"]]


class Model:
    """Dialogflow's rules as documented: contexts with turns left; every match takes a turn from the others."""

    def __init__(self, intents: Sequence[dict[str, Any]]) -> None:
        self.intents = intents
        self.open: dict[str, int] = {}

    def write(self, meant: str | None) -> list[str]:
        possible = [
            item for item in self.intents if all(self.open.get(name.lower(), 0) > 0 for name in item["contexts"])
        ]
        matched = [item for item in possible if not item["fallbackIntent"] and item["name"].lower() == meant]
        fallbacks = [item for item in possible if item["fallbackIntent"]]
        if not matched and fallbacks:
            matched = [max(fallbacks, key=lambda item: len(set(item["contexts"])))]
        if not matched:
            return []
        response = matched[0]["responses"][0]
        self.open = {name: turns - 1 for name, turns in self.open.items() if turns > 1}
        if response["resetContexts"]:
            self.open = {}
        for output in response["affectedContexts"]:
            self.open[output["name"].lower()] = output["lifespan"]
        return [matched[0]["name"].lower()]


def random_agent(rng: random.Random) -> list[dict[str, Any]]:
    contexts = ["a", "B", "c", "d"][: rng.randint(1, 4)]
    intents = []
    for number in range(rng.randint(2, 7)):
        wanted = rng.sample(contexts, rng.randint(0, min(2, len(contexts)))) if number else []
        outputs = {
            name: rng.choice((0, 1, 1, 2, 2, 3, 5)) for name in rng.sample(contexts, rng.randint(0, len(contexts)))
        }
        intents.append(intent(f"i{number}", "…", contexts=wanted, outputs=outputs, reset=rng.random() < 0.15))
    # Two fallbacks of equally many contexts would be a draw; the common one counts turns like any intent.
    intents.append(intent("repli", "Pardon ?", fallbackIntent=True))
    if rng.random() < 0.6:
        intents.append(
            intent(
                "garde",
                "Pardon ?",
                fallbackIntent=True,
                contexts=[rng.choice(contexts)],
                outputs={rng.choice(contexts): 1},
            )
        )
    return intents


def test_conversations_go_as_the_model_says() -> None:
    rng = random.Random(20)
    followed = 0
    for _ in range(ROUNDS):
        intents = random_agent(rng)
        flow = only_flow(read_files(agent(*intents)))
        names = [item["name"].lower() for item in intents]
        run, model = Run(flow, names), Model(intents)
        for _ in range(TURNS):
            word = rng.choice([*names, None])
            expected = model.write(word)
            assert run.write({word} if word else set()) == expected
            followed += any(item["contexts"] for item in intents if [item["name"].lower()] == expected)
    assert followed > ROUNDS  # guarded intents were reached often enough to tell


def test_the_conversation_starts_before_any_turn() -> None:
    parsed = read_files(agent(intent("A", "a", contexts=["x"]), intent("B", "b", outputs={"x": 1})))
    flow = only_flow(parsed)
    assert [entry.kind for entry in flow.entries] == [EntryKind.ANY_MESSAGE]
    run = Run(flow, ["a", "b"])
    assert [run.write({"a"}), run.write({"b"}), run.write({"a"}), run.write({"a"})] == [[], ["b"], ["a"], []]
