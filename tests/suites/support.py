"""Small projects to hold conversations with, and reading and running a suite of them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from bascule.compiling import Compilation
from bascule.diagnostics import Finding, locate
from bascule.source import SourceFile
from bascule.source.tree import Tree
from bascule.suites.model import Suite, Weight
from bascule.suites.read import read_suite
from bascule.suites.run import CaseResult
from bascule.trying import SOURCE, Trial
from bascule.workspace import InputFile, InputTree, analyse, load

__all__ = ["SHOP", "lines_of", "read", "run_all", "trial_of", "trial_of_tree", "wrong"]

SHOP = """
bascule: 1
locale: fr
intents:
  horaires: [vos horaires, c'est ouvert ?]
  adieu: [au revoir, вы закрыты?]
flows:
  boutique:
    entries: [{keyword: bonjour}, {intent: horaires}, {intent: adieu}]
    nodes:
      menu:
        say: "Bonjour {default(nom, \\"client\\")}, que cherchez-vous ?"
        ask: {into: choix, timeout: 1h}
        choices: {Boubou: boubou, Pagne: pagne}
        timeout: rappel
        else: menu
      boubou: {say: [Un boubou !, Merci 🙏]}
      pagne: {say: Un pagne !}
      rappel: {say: Toujours là ?}
"""


@lru_cache(maxsize=8)
def trial_of(text: str = SHOP, name: str = "boutique.yaml") -> Trial:
    """A trial of a project in one file."""
    analysis = analyse(load([InputFile(SourceFile.of_text(text, name), name)]))
    assert analysis.project.flows, [finding.message for finding in analysis.workspace.findings]
    return Trial(analysis, Compilation(analysis))


def trial_of_tree(files: Mapping[str, str]) -> Trial:
    """A trial of a project in several files."""
    tree = Tree("projet", {path: SourceFile.of_text(text, f"projet/{path}") for path, text in files.items()})
    analysis = analyse(load([InputTree(tree, "projet", {path: path for path in files})]))
    assert analysis.project.flows, [finding.message for finding in analysis.workspace.findings]
    return Trial(analysis, Compilation(analysis))


def read(trial: Trial, name: str, text: str | bytes) -> tuple[Suite | None, list[Finding]]:
    """A suite and its findings, located; (None, []) where no reader knows the file."""
    data = text if isinstance(text, bytes) else text.encode()
    made = read_suite(SourceFile(name, data), trial.analysis.project)
    if made is None:
        return None, []
    suite, findings = made
    documents = {name: suite.document} if suite is not None and suite.document is not None else {}
    return suite, [locate(finding, documents) for finding in findings]


def run_all(trial: Trial, name: str, text: str | bytes) -> list[CaseResult]:
    """The results of a suite without mistakes, the same on the source and on Meta's messages."""
    suite, findings = read(trial, name, text)
    assert findings == []
    assert suite is not None
    source = trial.run_suite(suite, SOURCE).results
    target = trial.run_suite(suite, "meta").results
    assert [item.status for item in source] == [item.status for item in target]
    return source


def wrong(result: CaseResult) -> list[tuple[str, str]]:
    """What was wanted and what came, for each thing that is wrong."""
    return [(item.wanted, item.came) for item in result.mismatches if item.weight is Weight.WRONG]


def lines_of(suite: Suite, result: CaseResult) -> list[int]:
    """The lines of what is not as expected."""
    assert suite.document is not None
    return [suite.document.locate(item.at).line for item in result.mismatches if item.at is not None]
