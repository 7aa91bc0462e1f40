"""What a policy pack holds once it is typed: facts, and the few records that are built from them."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass

from bascule.diagnostics.finding import Severity

__all__ = ["Alternative", "Confidence", "ErrorCode", "Fact", "Language", "MediaKind", "Source", "Value"]

Value = str | int | bool | tuple["Value", ...] | Mapping[str, "Value"]
"""A fact's value: a scalar, a list (as a tuple) or a mapping, nested at most as deep as the pack writes it."""


class Confidence(enum.Enum):
    """Who says so. The severity of a rule that rests on a fact follows from it."""

    PLATFORM = "platform"
    """The party that defines it: Meta's documentation, OpenAPI file or samples; a standard."""
    PROVIDER = "provider"
    """A solution provider; not found in Meta's text."""
    FIELD = "field"
    """Observed on live responses or approved templates; not documented."""
    JUDGEMENT = "judgement"
    """A reading of the rules by this project."""
    UNCONFIRMED = "unconfirmed"
    """Could not be confirmed."""

    @property
    def severity(self) -> Severity:
        """How bad it is to break a rule that rests on such a fact."""
        if self is Confidence.PLATFORM:
            return Severity.ERROR
        if self in (Confidence.PROVIDER, Confidence.FIELD):
            return Severity.WARNING
        return Severity.INFO


@dataclass(frozen=True, slots=True)
class Source:
    """A document that facts come from. ``date`` is ISO (``2025-11-21``, or the month it was read)."""

    key: str
    publisher: str
    url: str
    date: str
    confidence: Confidence


@dataclass(frozen=True, slots=True)
class Alternative:
    """What another document says about the same fact."""

    value: Value
    source: Source
    date: str
    confidence: Confidence
    note: str = ""

    def cite(self) -> str:
        """Publisher, date and URL in one line."""
        return f"{self.source.publisher}, {self.date}: {self.source.url}"


@dataclass(frozen=True, slots=True)
class Fact:
    """One dated statement about the platform, with the document it comes from."""

    key: str
    value: Value
    source: Source
    date: str
    confidence: Confidence
    note: str = ""
    alternatives: tuple[Alternative, ...] = ()

    @property
    def severity(self) -> Severity:
        """Severity of a finding that rests on this fact: platform error, provider or field warning, else info."""
        return self.confidence.severity

    def cite(self) -> str:
        """Publisher, date and URL in one line, usable as a note of a finding."""
        return f"{self.source.publisher}, {self.date}: {self.source.url}"


@dataclass(frozen=True, slots=True)
class Language:
    """A template language. ``listed`` is false for codes that libraries carry and Meta's page does not."""

    code: str
    name: str
    listed: bool
    right_to_left: bool

    @property
    def subtag(self) -> str:
        """The language without its region: ``pt`` of ``pt_BR``."""
        return self.code.partition("_")[0]


@dataclass(frozen=True, slots=True)
class MediaKind:
    """A kind of media: the MIME types that are accepted and the largest file, in bytes."""

    kind: str
    mime: tuple[str, ...]
    max_bytes: int


@dataclass(frozen=True, slots=True)
class ErrorCode:
    """An error code of the API. ``stage`` is ``create`` (templates) or ``send``; ``http`` is the status if known."""

    code: int
    meaning: str
    stage: str
    http: int | None
    fact: Fact
