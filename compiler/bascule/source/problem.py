"""What a reader of raw files found wrong, before anybody gave it a code."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Problem"]


@dataclass(frozen=True, slots=True)
class Problem:
    """One defect of the text itself. ``kind`` is the name of a ``PAR`` rule (kebab case).

    ``start`` and ``end`` are character offsets into the decoded text. ``source`` knows no
    finding codes; ``diagnostics.parse_rules`` turns each kind into its finding.
    """

    kind: str
    message: str
    start: int
    end: int
    help: str = ""
