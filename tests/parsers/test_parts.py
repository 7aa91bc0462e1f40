"""Flows that are parts of something that was not read say so, and survive the scenario file."""

from __future__ import annotations

from pathlib import Path

import pytest

from bascule.cli.inputs import read_inputs
from bascule.ir.encode import encode_project
from bascule.ir.parts import CONTENT, FILE, as_part, part_of
from bascule.ir.project import Flow, Project
from bascule.workspace import load

FIXTURES = Path(__file__).parents[2] / "fixtures"


def parts(*path: str) -> set[str]:
    inputs, _ = read_inputs([str(FIXTURES.joinpath(*path))])
    flows = [flow for file in load(inputs).files if file.parsed for flow in file.parsed.project.flows]
    assert flows, path
    return {part_of(flow) for flow in flows}


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        (("dialogflow-cx", "boulangerie"), ""),
        (("dialogflow-cx", "boulangerie", "flows", "Default Start Flow", "Default Start Flow.json"), FILE),
        (("dialogflow-es", "librairie"), ""),
        (("dialogflow-es", "librairie", "intents", "Horaires.json"), FILE),
        (("rasa", "boutique"), ""),
        (("rasa", "boutique", "domain", "reponses.yml"), FILE),
        (("rasa", "boutique", "data", "histoires.yml"), FILE),
        (("contentrepo", "langues.csv"), CONTENT),
    ],
)
def test_a_file_of_a_project_read_alone_is_a_part_and_the_project_is_not(path: tuple[str, ...], kind: str) -> None:
    assert parts(*path) == {kind}


def test_the_mark_is_a_fact_that_is_written_once() -> None:
    flow = as_part(as_part(Flow("a", facts=(("tag", '"x"'),)), FILE), CONTENT)
    assert flow.facts == (("tag", '"x"'), ("part", '"content"'))
    assert encode_project(Project(flows=(flow,)))["flows"]["a"]["facts"] == {"tag": "x", "part": "content"}
    assert part_of(Flow("a")) == ""
