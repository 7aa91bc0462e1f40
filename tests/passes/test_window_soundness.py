"""Brute force against the proof, derandomised: the first graphs of `benchmarks/window_soundness.py`."""

from __future__ import annotations

from collections import Counter

import pytest
from benchmarks.window_soundness import check
from tests.passes.window_graphs import random_project

from bascule.passes.window import Verdict, analyse_window

BLOCKS = 8
GRAPHS = 2_000


@pytest.mark.parametrize("block", range(BLOCKS))
def test_no_run_leaves_its_interval_and_every_witness_replays(block: int) -> None:
    counts: Counter[str] = Counter()
    size = GRAPHS // BLOCKS
    wrong = [line for seed in range(block * size, (block + 1) * size) for line in check(seed, counts)]
    assert wrong == []
    assert counts["graphs"] == size
    assert counts["witnesses replayed"] > size
    assert counts["either shown both"] >= 0.95 * counts["either"] > 0


@pytest.mark.parametrize("seed", [1086, 2615, 26134, 50377, 56589])
def test_graphs_that_once_were_wrong(seed: int) -> None:
    """Counters that go both ways and far, and a call that fails between a counter and its test."""
    assert check(seed, Counter()) == []


def test_the_check_can_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    """A proof that believes a hand-over to take no time is found out."""
    from bascule.passes.interval import IDENTITY
    from bascule.passes.window import steps, unfold

    true = steps.step_effect
    monkeypatch.setattr(
        unfold, "step_effect", lambda node, edge: IDENTITY if node.kind == "handover" else true(node, edge)
    )
    assert any(check(seed, Counter(), witnesses=False) for seed in range(100))


def test_the_graphs_hold_what_they_are_to_hold() -> None:
    kinds = Counter(node.kind for seed in range(300) for flow in random_project(seed).flows for node in flow.nodes)
    assert set(kinds) >= {"ask", "case", "delay", "end", "handover", "http", "message", "run_flow", "set"}
    verdicts = Counter(
        arrival.verdict
        for seed in range(300)
        for arrivals in analyse_window(random_project(seed), 86_400).arrivals.values()
        for arrival in arrivals
    )
    assert min(verdicts[verdict] for verdict in Verdict) > 200
