"""Reading and checking grow with their input, not faster: four times the nodes, about four times the lines run.

Seconds and real sizes: `python benchmarks/check.py`.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bascule.source import SourceFile
from bascule.workspace import InputFile, analyse, load
from tests.work import lines_run

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "benchmarks"))
import flow_data

MADE: dict[str, Callable[[int], dict[str, Any]]] = {
    "chain": lambda times: flow_data.studio_flow(60 * times, 3, "chain"),
    "random": lambda times: flow_data.studio_flow(60 * times, 3, "random"),
    "calling": lambda times: flow_data.rapidpro_export(4 * times, 9, 3),
}


def read_and_check(value: dict[str, Any]) -> Callable[[], None]:
    data = flow_data.as_bytes(value)

    def run() -> None:
        workspace = load([InputFile(SourceFile("flow.json", data), "flow.json")])
        assert not workspace.unreadable
        assert analyse(workspace).project.flows

    return run


@pytest.mark.parametrize("made", list(MADE))
def test_four_times_the_nodes_take_about_four_times_the_work(made: str) -> None:
    read_and_check(MADE[made](1))()
    small, large = (lines_run(read_and_check(MADE[made](times))) for times in (1, 4))
    assert large < 4.6 * small, f"{small} lines for the small one, {large} for the large one: {large / small:.2f}"


@pytest.mark.parametrize("made", list(MADE))
def test_made_up_flows_are_the_same_every_time(made: str) -> None:
    assert flow_data.as_bytes(MADE[made](1)) == flow_data.as_bytes(MADE[made](1))
