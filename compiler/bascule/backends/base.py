"""What a backend is: a module with ``emit(project, plan)``."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Protocol

from bascule.diagnostics import Finding
from bascule.ir.ledger import Ledger
from bascule.ir.project import Project
from bascule.whatsapp.plan import Plan

__all__ = ["Artefact", "Backend", "Emitted", "json_artefact"]


@dataclass(frozen=True, slots=True)
class Artefact:
    """One file to write: posix path below the output folder, and its text (UTF-8, ``\\n``)."""

    path: str
    text: str


@dataclass(frozen=True, slots=True)
class Emitted:
    """What a backend wrote, found, and lost of the graph."""

    artefacts: tuple[Artefact, ...]
    findings: tuple[Finding, ...]
    ledger: Ledger


class Backend(Protocol):
    """The interface of a backend module."""

    def emit(self, project: Project, plan: Plan) -> Emitted:
        """Write the plan for one target. Pure; never raises on content."""


def json_artefact(path: str, data: Any) -> Artefact:
    """JSON as every artefact has it: two spaces, Unicode kept, one line break at the end."""
    return Artefact(path, json.dumps(data, ensure_ascii=False, indent=2) + "\n")
