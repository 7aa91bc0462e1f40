"""What a target can do, as dated statements: the capability matrix."""

from __future__ import annotations

import enum
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from bascule.whatsapp.policy import Confidence, Fact, Policy, Source

__all__ = ["Capabilities", "Capability", "Support", "TargetPolicy"]


class Support(enum.Enum):
    """How far a target goes with something."""

    FULL = "full"
    PARTIAL = "partial"
    """With a limit, a detour or a loss that the note names."""
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Capability:
    """One line of the matrix. ``value`` is what the vocabulary says: a number, a pattern, a list, or None."""

    key: str
    support: Support
    value: int | str | tuple[str, ...] | None
    source: Source
    confidence: Confidence
    note: str = ""

    def cite(self) -> str:
        """Publisher, date and URL in one line."""
        return f"{self.source.publisher}, {self.source.date}: {self.source.url}"


@dataclass(frozen=True)
class Capabilities:
    """A target's column of the matrix. ``kind`` is ``provider`` (takes WhatsApp messages and templates), ``platform``
    (takes a flow) or ``document`` (a file for people and programs). ``limits`` replace facts of the policy pack."""

    name: str
    title: str
    kind: str
    entries: Mapping[str, Capability]
    limits: Mapping[str, Fact]

    def of(self, key: str) -> Capability:
        """One capability. Raises KeyError for a key that is not in the vocabulary."""
        return self.entries[key]

    def has(self, key: str) -> bool:
        """The target can do it, if only in part."""
        return self.entries[key].support is not Support.NONE

    def count(self, key: str) -> int:
        """A number; 0 where the target cannot do it. Raises TypeError where the matrix holds no number."""
        entry = self.entries[key]
        if entry.support is Support.NONE:
            return 0
        if not isinstance(entry.value, int):
            raise TypeError(f"target {self.name}: {key} has no number")
        return entry.value

    def items(self, key: str) -> tuple[str, ...]:
        """A list; empty where the target cannot do it. Raises TypeError where the matrix holds no list."""
        entry = self.entries[key]
        if entry.support is Support.NONE:
            return ()
        if not isinstance(entry.value, tuple):
            raise TypeError(f"target {self.name}: {key} has no list")
        return entry.value

    def text(self, key: str) -> str:
        """A text such as a pattern. Raises TypeError where the matrix holds none."""
        value = self.entries[key].value
        if not isinstance(value, str):
            raise TypeError(f"target {self.name}: {key} has no text")
        return value

    @cached_property
    def plan_class(self) -> str:
        """Targets with the same class share one lowering to WhatsApp messages: they differ in no limit."""
        told = repr(sorted((key, fact.value) for key, fact in self.limits.items()))
        return hashlib.sha256(told.encode("utf-8")).hexdigest()[:12] if self.limits else "platform"

    @cached_property
    def graph_class(self) -> str:
        """Targets with the same class share one fitted graph: they can do the same."""
        told = repr(sorted((key, entry.support.value, entry.value) for key, entry in self.entries.items()))
        return hashlib.sha256(told.encode("utf-8")).hexdigest()[:12]

    def policy(self, base: Policy) -> Policy:
        """The policy pack with this target's own limits."""
        return TargetPolicy(base, self) if self.limits else base


class TargetPolicy(Policy):
    """A policy pack seen through a target: where the target's limit differs, the target's counts."""

    def __init__(self, base: Policy, target: Capabilities) -> None:
        super().__init__(base.date)
        self._base = base
        self._target = target
        for key in target.limits:
            base.fact(key)  # a limit of a target has to be one of the pack's

    def fact(self, key: str) -> Fact:
        """The target's fact, else the pack's. Raises KeyError for an unknown key."""
        return self._target.limits.get(key) or self._base.fact(key)
