"""What a checker of registrations is, what it answers, and how it fails."""

from __future__ import annotations

import enum
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

__all__ = [
    "Answer",
    "Forbidden",
    "Refused",
    "RegistrationChecker",
    "Reply",
    "Throttled",
    "Unavailable",
    "Value",
]


class Value(enum.StrEnum):
    """What is known of a number on WhatsApp."""

    ACTIVE = "active"
    INACTIVE = "inactive"
    PROCESSING = "processing"
    """Asked, and not answered yet."""
    UNVERIFIED = "unverified"
    """Nobody who could know has said."""
    ERROR = "error"
    """Asked, and answered with a failure or not at all."""


@dataclass(frozen=True, slots=True)
class Answer:
    """``wa_id`` as it was returned, ``at`` the moment the answer is of (ISO 8601 UTC), empty for now."""

    value: Value
    wa_id: str = ""
    at: str = ""


@dataclass(frozen=True, slots=True)
class Reply:
    """Answers by the number that was asked (E.164 with plus). Numbers without an answer are left out. ``notes`` counts
    what was odd: answers to numbers nobody asked about, contradictions, unknown words."""

    answers: Mapping[str, Answer]
    notes: Counter[str] = field(default_factory=Counter)


class Throttled(Exception):
    """Too many requests. ``after`` = seconds the service asks to wait, 0 where it does not say."""

    def __init__(self, after: float = 0.0) -> None:
        super().__init__("too many requests")
        self.after = after


class Unavailable(Exception):
    """No usable answer, and trying again may help: a timeout, a 5xx, a broken body. The text names the class of failure
    and never holds a body. ``after`` as in :class:`Throttled`."""

    def __init__(self, what: str, after: float = 0.0) -> None:
        super().__init__(what)
        self.after = after


class Refused(Exception):
    """The batch as a whole was refused; a smaller one may not be. The text is the class of failure."""


class Forbidden(Exception):
    """Nothing can be asked here: wrong key, wrong address, a redirect. The text says what to look at."""


class RegistrationChecker(Protocol):
    """Whoever can say which numbers are registered."""

    @property
    def method(self) -> str:
        """``contacts_endpoint``, ``webhook_evidence``, ``imported`` or ``simulator``."""

    @property
    def tested(self) -> bool:
        """Whether control numbers are to be asked: true for whatever answers on its own authority."""

    async def ask(self, numbers: Sequence[str]) -> Reply:
        """Answer for E.164 numbers, at most a batch. Raises Throttled, Unavailable, Refused or Forbidden."""

    async def close(self) -> None:
        """Give connections back."""
