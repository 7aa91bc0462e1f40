"""The reconciliation of a step: what went in is what was kept, merged and rejected, to the row."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

__all__ = ["Counts", "CountsError"]


class CountsError(AssertionError):
    """A step lost rows or made some: a defect of bascule. The step must not be committed."""


@dataclass(slots=True)
class Counts:
    """``taken`` = ``kept`` + ``merged`` + ``rejected``. ``reasons`` split the rejected ones, ``notes`` is anything else
    worth a line (kept apart: its numbers may overlap)."""

    step: str
    taken: int = 0
    kept: int = 0
    merged: int = 0
    rejected: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    notes: Counter[str] = field(default_factory=Counter)

    def add(self, other: Counts) -> None:
        """Add a part of the same step."""
        self.taken += other.taken
        self.kept += other.kept
        self.merged += other.merged
        self.rejected += other.rejected
        self.reasons.update(other.reasons)
        self.notes.update(other.notes)

    def reject(self, reason: str, rows: int = 1) -> None:
        """Count rejected rows with their reason."""
        if rows:
            self.rejected += rows
            self.reasons[reason] += rows

    def verify(self) -> Counts:
        """The counts themselves. Raises CountsError when they do not add up."""
        if self.taken != self.kept + self.merged + self.rejected or self.rejected != sum(self.reasons.values()):
            raise CountsError(
                f"{self.step}: {self.taken} in, {self.kept} kept, {self.merged} merged, {self.rejected} rejected "
                f"({sum(self.reasons.values())} with a reason)"
            )
        return self

    def data(self) -> dict[str, Any]:
        """As JSON, keys sorted."""
        return {
            "in": self.taken,
            "kept": self.kept,
            "merged": self.merged,
            "notes": dict(sorted(self.notes.items())),
            "reasons": dict(sorted(self.reasons.items())),
            "rejected": self.rejected,
            "step": self.step,
        }

    @classmethod
    def of(cls, data: dict[str, Any]) -> Counts:
        """The inverse of :meth:`data`."""
        return cls(
            data["step"], data["in"], data["kept"], data["merged"], data["rejected"],
            Counter(data["reasons"]), Counter(data["notes"]),
        )  # fmt: skip

    def text(self) -> str:
        """The lines a user sees."""
        lines = [
            f"{self.step:<12} {self.taken:>10} in = {self.kept} kept + {self.merged} merged + {self.rejected} rejected"
        ]
        for title, group in (("rejected", self.reasons), ("", self.notes)):
            for name, number in sorted(group.items(), key=lambda item: (-item[1], item[0])):
                lines.append(f"  {f'{title}: ' if title else ''}{name:<40} {number:>10}")
        return "\n".join(lines)
