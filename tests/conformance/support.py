"""What the conformance tests compile: the project's own fixtures and the real files of the corpus."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from bascule.compiling import Compilation
from bascule.source import SourceFile
from bascule.workspace import InputFile, analyse, load

FIXTURES = ("boutique", "scenarios", "studio", "sms", "rapidpro", "floip", "viber", "wa-templates")
CORPUS = ("twilio-studio", "sms-templates", "wa-templates", "wa-messages", "glific", "floip")


@cache
def compilations(root: Path, corpus: Path) -> tuple[tuple[str, Compilation], ...]:
    """One compilation per file."""
    folders = [root / "fixtures" / name for name in FIXTURES] + [corpus / name for name in CORPUS]
    made = []
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if path.is_file() and path.stat().st_size < 1_500_000:
                workspace = load([InputFile(SourceFile(path.name, path.read_bytes()), path.name)])
                if any(file.parsed and file.parsed.project.flows for file in workspace.files):
                    made.append(
                        (f"{folder.name}/{path.relative_to(folder).as_posix()}", Compilation(analyse(workspace)))
                    )
    assert len(made) > 60
    return tuple(made)


def requests(root: Path, corpus: Path, target: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Every call that a target writes: file, path, the call."""
    for name, compilation in compilations(root, corpus):
        for artefact in compilation.write(target).emitted.artefacts:
            if artefact.path.startswith(f"{target}/requests/") and artefact.path.endswith(".json"):
                yield name, artefact.path, json.loads(artefact.text)
