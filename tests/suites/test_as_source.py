"""Suites among the sources: a named one says where it belongs, one in a folder is left out like other foreign files."""

from __future__ import annotations

import json

import pytest

from bascule.loading import InputFile, InputTree, load
from bascule.source import SourceFile
from bascule.source.tree import Tree
from tests.suites.support import SHOP
from tests.suites.test_botium import GOOD as BOTIUM
from tests.suites.test_dialogflow_cx import RECORDED
from tests.suites.test_goflow import RUN

NATIVE = "bascule-test: 1\nlocale: fr\ntests:\n  un client:\n    start: bonjour\n    steps: [{bot: Bonjour à vous et merci !}]\n"
E2E = "test_cases:\n  - test_case: a\n    steps:\n      - user: bonjour, ma commande ?\n      - bot: Votre commande arrive demain.\n"
SUITES = {
    "t.yaml": NATIVE,
    "t.json": json.dumps({"bascule-test": 1, "tests": {"a": {"steps": [{"bot": "Bonjour à vous et merci !"}]}}}),
    "achat.convo.txt": BOTIUM,
    "e2e.yml": E2E,
    "cas.json": json.dumps(RECORDED),
    "flux.test.json": json.dumps(RUN),
}


@pytest.mark.parametrize("name", sorted(SUITES))
def test_a_named_suite_says_where_it_belongs(name: str) -> None:
    workspace = load([InputFile(SourceFile.of_text(SUITES[name], name), name)])
    assert workspace.unreadable
    (finding,) = [finding for finding in workspace.findings if finding.code == "PAR003"]
    assert finding.message == "this is a test suite, not a scenario"
    assert "--suite" in finding.help
    assert [file.format for file in workspace.files] == [None]


def test_suites_in_a_folder_are_left_out_quietly() -> None:
    files = {**SUITES, "boutique.yaml": SHOP}
    tree = Tree("projet", {path: SourceFile.of_text(text, f"projet/{path}") for path, text in sorted(files.items())})
    workspace = load([InputTree(tree, "projet", {path: path for path in files})])
    assert not workspace.unreadable
    assert [finding.message for finding in workspace.findings if finding.code.startswith("PAR")] == []
    assert {file.label: file.format for file in workspace.files if file.format} == {"boutique.yaml": "scenario"}
    assert len(workspace.files) == len(files)


def test_a_format_that_is_named_is_believed() -> None:
    workspace = load([InputFile(SourceFile.of_text(BOTIUM, "a.convo.txt"), "a.convo.txt")], from_format="sms")
    assert [file.format for file in workspace.files] == ["sms"]
