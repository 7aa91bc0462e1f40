"""What the tests of the Rasa reader share: projects made in a few lines, fixtures, places as lines."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import Any

from bascule.diagnostics import Finding, locate
from bascule.ir.nodes import Node
from bascule.ir.project import Flow
from bascule.parsers import rasa
from bascule.parsers.base import Parsed, ParseOptions
from bascule.source import Document, SourceFile, Tree
from bascule.workspace import Analysis, LoadedFile, Workspace, analyse

FIXTURES = Path(__file__).resolve().parent.parent.parent / "fixtures" / "rasa"
PROJECTS = ("boutique", "calm", "restaurant")
SINGLE = ("domaine_seul/assistant.yml", "nlu_seul/nlu.yml", "histoires_seules/stories.yml")


def tree_of(files: dict[str, str | bytes], path: str = "projet") -> Tree:
    """A folder made of texts."""
    made = {}
    for name, text in files.items():
        data = text if isinstance(text, bytes) else textwrap.dedent(text).lstrip("\n").encode()
        made[name] = SourceFile(f"{path}/{name}", data)
    return Tree(path, made)


def folder(root: Path, path: str = "") -> Tree:
    """A folder of the disk."""
    files = {item.relative_to(root).as_posix(): item for item in sorted(root.rglob("*")) if item.is_file()}
    shown = path or root.name
    return Tree(shown, {name: SourceFile(f"{shown}/{name}", item.read_bytes()) for name, item in files.items()})


def project(**files: str) -> Parsed:
    """Read a project; the names of its files are `domain`, `data_nlu` (for `data/nlu.yml`) and so on."""
    named = {name.replace("__", ".").replace("_", "/", 1) + ".yml": text for name, text in files.items()}
    return rasa.parse_project(tree_of(named), ParseOptions())


def single(text: str, name: str = "domain.yml", **options: Any) -> Parsed:
    """Read one file."""
    data = textwrap.dedent(text).lstrip("\n").encode()
    return rasa.parse(SourceFile(name, data), ParseOptions(**options))


def fixture(name: str) -> Parsed:
    """Read a project of the fixtures."""
    return rasa.parse_project(folder(FIXTURES / name), ParseOptions())


def documents(parsed: Parsed) -> dict[str, Document]:
    return {document.path: document for document in (parsed.document, *parsed.documents)}


def located(parsed: Parsed) -> list[Finding]:
    return [locate(finding, documents(parsed)) for finding in parsed.findings]


def codes(parsed: Parsed) -> list[str]:
    return [finding.code for finding in parsed.findings]


def find(parsed: Parsed, code: str) -> Finding:
    """The only finding of a code, located."""
    found = [finding for finding in located(parsed) if finding.code == code]
    assert len(found) == 1, [(finding.code, finding.message) for finding in parsed.findings]
    return found[0]


def where(finding: Finding) -> tuple[str, int, int]:
    assert finding.span is not None
    return finding.span.file.rsplit("/", 1)[-1], finding.span.line, finding.span.column


def flow(parsed: Parsed, id_: str = "") -> Flow:
    return parsed.project.by_id[id_] if id_ else parsed.project.flows[0]


def node(parsed: Parsed, id_: str, flow_id: str = "") -> Node:
    return flow(parsed, flow_id).by_id[id_]


def checked(parsed: Parsed) -> Analysis:
    """The whole pipeline behind the reader."""
    workspace = Workspace(files=[LoadedFile("projet", "projet", "rasa", "", parsed)])
    workspace.documents.update(documents(parsed))
    return analyse(workspace)
