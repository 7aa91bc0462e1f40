"""What a backend is: a module with ``emit(job)``."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Protocol

from bascule.diagnostics import Finding
from bascule.ir.ledger import Ledger
from bascule.ir.project import Project
from bascule.ir.settings import ProjectSettings
from bascule.targets import Capabilities
from bascule.whatsapp.plan import Plan

__all__ = ["Artefact", "Backend", "EmitJob", "Emitted", "SmsText", "json_artefact"]


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


@dataclass(frozen=True, slots=True)
class SmsText:
    """The SMS that says what a template says: the source's words with ``{{name}}`` for values. ``segments`` counts the
    text as it stands, before values are filled in."""

    template: str
    language: str
    flow: str
    node: str
    text: str
    encoding: str
    segments: int


@dataclass(frozen=True, slots=True)
class EmitJob:
    """What a backend prints.

    ``project`` is the whole graph as the sources have it; ``plan`` says it in WhatsApp messages and templates within
    the target's limits (what a provider takes). For platforms, ``documents`` hold the graph with nothing in it that
    ``target`` cannot do, one per language (``""``: one for all), and ``renamed`` the variables whose names had to
    change; for others both are empty. ``sms`` are the texts to fall back to, one per template, language and origin.
    Paths of artefacts start with ``target.name``.
    """

    project: Project
    plan: Plan
    target: Capabilities
    settings: ProjectSettings
    documents: tuple[tuple[str, Project], ...] = ()
    renamed: tuple[tuple[str, str], ...] = ()
    sms: tuple[SmsText, ...] = ()


class Backend(Protocol):
    """The interface of a backend module."""

    def emit(self, job: EmitJob) -> Emitted:
        """Write one target. It prints and decides nothing that a user sees. Pure; never raises on content."""


def json_artefact(path: str, data: Any) -> Artefact:
    """JSON as every artefact has it: two spaces, Unicode kept, one line break at the end."""
    return Artefact(path, json.dumps(data, ensure_ascii=False, indent=2) + "\n")
