"""Real files nobody here wrote go through inspect, check and compile: sniffed right, no crash, valid output."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from bascule.compiling import Compilation
from bascule.report.artefacts import common_artefacts
from bascule.report.inventory import inventory_data
from bascule.resources import read_text
from bascule.source import SourceFile
from bascule.workspace import InputFile, Workspace, analyse, load

pytestmark = pytest.mark.corpus

FOLDERS = {
    "twilio-studio": "twilio-studio",
    "sms-templates": "sms",
    "floip": "floip",
    "wa-templates": "wa-templates",
    "rapidpro-single-flow": "rapidpro",
    "rapidpro-export": "rapidpro",
    "rapidpro-legacy": "rapidpro",
    "glific": "rapidpro",
    "node-red": "node-red",
    "viber-survey-sheet": "viber",
    "parallel-content": "contentrepo",
}
AT_LEAST = {
    "twilio-studio": 14,
    "sms-templates": 9,
    "floip": 23,
    "wa-templates": 6,
    "glific": 16,
    "parallel-content": 31,
}
NOT_READ = (
    "praekeltfoundation__platform-mnch__HelpCentre__stacks_config.yaml",  # settings, no scenario
)
SCHEMAS = {
    "manifest.json": "manifest",
    "ledger.json": "ledger",
    "certificate.json": "certificate",
    "meta/bindings.json": "bindings",
    "meta/consolidation.json": "consolidation",
    "meta/scenario.json": "scenario",
}


def read(path: Path) -> Workspace:
    return load([InputFile(SourceFile(path.name, path.read_bytes()), path.name)])


def files(corpus: Path, folder: str) -> list[Path]:
    found = sorted(path for path in (corpus / folder).rglob("*") if path.is_file() and path.name not in NOT_READ)
    assert len(found) >= AT_LEAST.get(folder, 1)
    return found


def validators() -> dict[str, Draft202012Validator]:
    names = [*SCHEMAS.values(), "template", "message", "inspect", "findings"]
    return {name: Draft202012Validator(json.loads(read_text("schemas", f"{name}.schema.json"))) for name in names}


@pytest.mark.parametrize("folder", sorted(FOLDERS))
def test_every_file_compiles_and_every_artefact_is_valid(corpus: Path, folder: str) -> None:
    check = validators()
    written = 0
    for path in files(corpus, folder):
        workspace = read(path)
        assert [file.format for file in workspace.files] == [FOLDERS[folder]], path
        assert not workspace.unreadable, path
        analysis = analyse(workspace)
        assert not [finding for finding in analysis.findings if finding.code == "PAR009"], path
        assert all(finding.span is not None for finding in analysis.findings), path
        made = Compilation(analysis).write("meta")
        emitted = made.emitted
        errors = [finding for finding in analysis.findings if str(finding.severity) == "error"]
        # A file that calls a template by another provider's id cannot say its name at Meta.
        found = [finding for finding in emitted.findings if finding.code != "TPL095"]
        assert errors or not found, (path, found)
        for artefact in [*emitted.artefacts, *common_artefacts(workspace, analysis, [made])]:
            name = SCHEMAS.get(artefact.path) or ("template" if "/templates/" in artefact.path else "message")
            if artefact.path == "meta/README.md":
                continue
            check[name].validate(json.loads(artefact.text))
            written += 1
        check["inspect"].validate(inventory_data(workspace))
    assert written > 0


@pytest.mark.parametrize("folder", sorted(FOLDERS))
def test_two_readings_give_the_same_bytes(corpus: Path, folder: str) -> None:
    for path in files(corpus, folder):
        first, second = (
            [artefact.text for artefact in Compilation(made).write("meta").emitted.artefacts]
            for made in (analyse(read(path)), analyse(read(path)))
        )
        assert first == second, path


def test_other_formats_are_not_taken_for_ours(corpus: Path) -> None:
    """Files of formats that are not read yet are refused or read as what they are, and never crash."""
    wrong = []
    for path in sorted(corpus.rglob("*")):
        if not path.is_file() or path.stat().st_size > 400_000 or path.suffix not in (".json", ".yml", ".yaml", ".csv"):
            continue
        folder = path.relative_to(corpus).parts[0]
        if folder in FOLDERS or folder == "wa-messages" or folder.startswith(("goflow", "rapidpro")):
            continue
        file = SourceFile(path.name, path.read_bytes())
        workspace = load([InputFile(file, path.name, explicit=False)])
        assert not [finding for finding in workspace.findings if finding.code == "PAR009"], path
        taken = workspace.files[0].format
        if taken in FOLDERS.values() or taken == "scenario":
            wrong.append((folder, path.name, taken, workspace.files[0].reason))
    assert not wrong, wrong
