"""What every part of the lowering shares: facts, languages, ledger, findings, names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from importlib.resources import files
from typing import Any

import yaml

from bascule.diagnostics import Finding
from bascule.ir.content import Content
from bascule.ir.ledger import Ledger
from bascule.ir.nodes import Node
from bascule.ir.project import Flow, Project
from bascule.ir.settings import ProjectSettings
from bascule.passes.starts import unknown_starts
from bascule.source import Place
from bascule.whatsapp.policy import Policy

__all__ = ["LowerContext", "Site", "phrase"]


@cache
def _phrases() -> Mapping[str, Mapping[str, str]]:
    text = files("bascule.passes.lower").joinpath("data/phrases.yaml").read_text(encoding="utf-8")
    data: Mapping[str, Mapping[str, str]] = yaml.safe_load(text)
    return data


def phrase(key: str, language: str) -> str:
    """A text of bascule's own in the language (``pt_BR``, ``fr``), English when it has none."""
    table = _phrases()
    entry = table.get(language) or table.get(language.split("_")[0].split("-")[0]) or table["en"]
    return entry[key]


@dataclass(frozen=True, slots=True)
class Site:
    """Where a content is said: its flow, node, place, and the id stem its reply ids start with."""

    flow: Flow
    node: Node
    content: Content
    place: Place
    stem: str


@dataclass
class LowerContext:
    """Mutable state of one lowering run."""

    project: Project
    policy: Policy
    locale: str
    settings: ProjectSettings = field(default_factory=ProjectSettings)
    ledger: Ledger = field(default_factory=Ledger)
    findings: list[Finding] = field(default_factory=list)
    _noted: set[tuple[str, str, str, str]] = field(default_factory=set)

    @cached_property
    def unknown_starts(self) -> frozenset[str]:
        """The flows that nobody in the project starts."""
        return unknown_starts(self.project)

    def limit(self, key: str) -> int:
        """A numeric limit of the platform."""
        return self.policy.limit(key)

    def language(self, flow: Flow, locale: str) -> str:
        """The locale a value stands in: its own, its flow's, the project's, the user's; may be ``""``."""
        return locale or flow.locale or self.project.locale or self.locale

    def code(self, flow: Flow, locale: str) -> str | None:
        """The WhatsApp language code of a locale, or None when it is unknown or missing."""
        tag = self.language(flow, locale)
        return self.policy.match_language(tag) if tag else None

    def note(self, fate: str, construct: str, place: Place, reason: str = "", alternative: str = "") -> None:
        """Write one construct's fate, once per place (the same content is lowered per language)."""
        key = (construct, place.file, place.pointer, fate if fate != "exact" else "")
        if key in self._noted:
            return
        self._noted.add(key)
        if fate == "exact":
            self.ledger.exact(construct, place, reason)
        else:
            getattr(self.ledger, fate)(construct, place, reason, alternative)

    def text_of(self, localized: Any, locale: str) -> Any:
        """The value of a localized field for a locale, ``()`` when there is none."""
        value = localized.best(locale)
        return value if value is not None else ()
