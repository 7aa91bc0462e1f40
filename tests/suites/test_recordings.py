"""Recordings that the platforms and the authors of real projects made: how many of them our engine agrees with.

The counts are exact, so that they change knowingly. What passes on the source passes on Meta's messages, too.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from bascule.cli.inputs import read_inputs
from bascule.compiling import Compilation
from bascule.source import SourceFile
from bascule.suites.model import Weight
from bascule.suites.read import read_suites
from bascule.suites.run import CaseResult
from bascule.trying import SOURCE, Trial
from bascule.workspace import InputFile, analyse, load

pytestmark = pytest.mark.corpus

OTHERWISE = {
    "extra": "the variable `legacy_extra` gathers what a request answered",
    "smart_groups": "groups that are a query of the workspace are worked out by the server",
    "webhook_results": "the engine keeps no answer beyond a limit in the result's extra",
}
"""Recordings of goflow that our engine does not follow, with what it lacks."""

PLACES = "the states, districts and wards of the workspace are not in the file"

RASA = {
    # folder: passed, failed, unchecked, skipped; expectations that were looked at
    "RasaHQ__financial-demo": ((9, 0, 39, 0), 18),
    "RasaHQ__rasa-examples/formbot": ((3, 0, 0, 0), 4),
    "AlexSischin__PizzaBot": ((5, 0, 0, 0), 10),
    "CrossEyedCat__clinic-chatbot": ((4, 0, 0, 0), 6),
    "RasaHQ__carbon-bot": ((6, 1, 0, 0), 21),
    "RasaHQ__rasa-examples/e2ebot": ((8, 0, 0, 0), 24),
}


def held(trial: Trial, suites: Path) -> tuple[list[CaseResult], list[CaseResult]]:
    """The results on the source and on Meta's messages."""
    read, findings = read_suites([str(suites)], trial.analysis.project)
    assert [finding.message for finding in findings] == []
    source = [result for suite in read for result in trial.run_suite(suite, SOURCE).results]
    target = [result for suite in read for result in trial.run_suite(suite, "meta").results]
    return source, target


def trial_of(folder: Path) -> Trial:
    inputs, _ = read_inputs([str(folder)])
    analysis = analyse(load(inputs))
    return Trial(analysis, Compilation(analysis))


def test_goflow_agrees_with_its_engine(corpus: Path) -> None:
    agreed: list[str] = []
    differing: list[str] = []
    for path in sorted((corpus / "goflow-runner").glob("*.*.json")):
        assets = path.with_name(f"{path.name.split('.')[0]}.json")
        analysis = analyse(load([InputFile(SourceFile(str(assets), assets.read_bytes()), assets.name)]))
        source, target = held(Trial(analysis, Compilation(analysis)), path)
        assert len(source) == 1, path.name
        assert [item.status for item in source] == [item.status for item in target], path.name
        unchecked = {item.came for item in source[0].mismatches if item.weight is Weight.UNCHECKED}
        assert unchecked == ({PLACES} if path.name.startswith("router_tests.") else set()), path.name
        (agreed if source[0].passed else differing).append(path.name.split(".")[0])
    assert differing == sorted(OTHERWISE)
    assert len(agreed) == 13


def test_dialogflow_cx_agrees_with_its_recordings(corpus: Path) -> None:
    folder = corpus / "dialogflow-cx" / "Onurzkan__qatar-airways"
    source, target = held(trial_of(folder), folder / "testCases")
    assert Counter(item.status for item in source) == {"passed": 17}
    assert Counter(item.status for item in target) == {"passed": 17}
    assert sum(item.checked for item in source) == 535
    assert sum(item.weight is Weight.WORDING for result in source for item in result.mismatches) == 21


@pytest.mark.parametrize("name", sorted(RASA))
def test_rasa_agrees_with_its_stories(corpus: Path, name: str) -> None:
    folder = corpus / "rasa" / name
    source, target = held(trial_of(folder), folder)
    found = Counter(item.status for item in source)
    counts = (found["passed"], found["failed"], found["unchecked"], found["skipped"])
    assert (counts, sum(item.checked for item in source)) == RASA[name]
    assert [item.status for item in source] == [item.status for item in target]
