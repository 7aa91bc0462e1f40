"""Made-up users hold the same conversation with real files and with what they are converted to."""

from __future__ import annotations

from pathlib import Path

import pytest

from bascule.compiling import Compilation
from bascule.loading import InputFile, InputTree, load
from bascule.source import SourceFile, Tree
from bascule.trying import Trial
from bascule.workspace import analyse

pytestmark = pytest.mark.corpus

MESSAGES = {
    "twilio-studio": 200,
    "sms-templates": 140,
    "rapidpro-single-flow": 120,
    "glific": 150,
    "floip": 400,
    "dialogflow-es": 400,
    "parallel-content": 100,
}
"""Folders, with how many messages at least are compared."""


@pytest.mark.parametrize("folder", MESSAGES)
@pytest.mark.parametrize("target", ["meta", "plivo"])
def test_nothing_differs_that_the_ledger_did_not_announce(corpus: Path, folder: str, target: str) -> None:
    top = corpus / folder
    files = {
        path.relative_to(top).as_posix(): SourceFile(path.relative_to(corpus).as_posix(), path.read_bytes())
        for path in sorted(top.rglob("*"))
        if path.is_file() and path.stat().st_size < 3_000_000
    }
    inputs: list[InputFile | InputTree] = [InputTree(Tree(folder, files), folder, {name: name for name in files})]
    analysis = analyse(load(inputs))
    conversion = Trial(analysis, Compilation(analysis)).convert(target, 400)
    differences = [item for comparison in conversion.comparisons for item in comparison.unexplained]
    assert [(item.kind, item.flow, item.node, item.detail) for item in differences] == []
    assert conversion.bubbles >= MESSAGES[folder]
