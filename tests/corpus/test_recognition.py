"""The confusion matrix: which format the files of each folder are taken for, through folders as users name them."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from bascule.cli.inputs import read_inputs
from bascule.diagnostics import Severity
from bascule.workspace import load

pytestmark = pytest.mark.corpus

NONE = "(not read)"
FILES: dict[str, dict[str, int]] = {
    "dialogflow-cx": {"dialogflow-cx": 393, NONE: 6},
    "dialogflow-es": {"dialogflow-es": 396, NONE: 1},
    "floip": {"floip": 23, NONE: 1},
    "glific": {"rapidpro": 16},
    "goflow-broken": {"rapidpro": 15},
    "goflow-legacy-migration": {NONE: 2},
    "goflow-migrations": {NONE: 8},
    "goflow-runner": {"rapidpro": 14, NONE: 16},
    "node-red": {"node-red": 1},
    "openapi": {NONE: 23},
    "parallel-content": {"contentrepo": 31},
    "rapidpro-export": {"rapidpro": 30},
    "rapidpro-legacy": {"rapidpro": 21},
    "rapidpro-single-flow": {"rapidpro": 8},
    "rasa": {"rasa": 174, NONE: 14},
    "sms-templates": {"sms": 9},
    "targets": {"typebot": 26, "landbot": 1, NONE: 9},
    "twilio-studio": {"twilio-studio": 14},
    "viber-survey-sheet": {"viber": 1},
    "wa-flows": {NONE: 3},
    "wa-messages": {"wa-templates": 17, NONE: 2},
    "wa-templates": {"wa-templates": 6},
    "wa-webhooks": {NONE: 11},
}
"""Files by what they are read as. Not read are: pairs and transcripts of engine tests, API documents, Flows, webhooks,
other platforms (Blip, Botpress), settings, and files of a folder that hold no scenario."""


def test_the_matrix_covers_the_corpus(corpus: Path) -> None:
    assert set(FILES) == {path.name for path in corpus.iterdir() if path.is_dir()}


@pytest.mark.parametrize("folder", sorted(FILES))
def test_files_are_taken_for_what_they_are(corpus: Path, folder: str) -> None:
    inputs, findings = read_inputs([str(corpus / folder)])
    assert not findings
    workspace = load(inputs)
    counts: Counter[str] = Counter()
    for file in workspace.files:
        counts[file.format or NONE] += max(1, len(file.members))
        if file.parsed is not None:
            wrong = [entry for entry in file.parsed.ledger.losses() if not entry.reason]
            assert not wrong, file.path
    assert dict(counts) == FILES[folder]
    failed = [finding for finding in workspace.findings if finding.code == "PAR009"]
    assert not failed, [finding.message for finding in failed if finding.severity is Severity.ERROR]
