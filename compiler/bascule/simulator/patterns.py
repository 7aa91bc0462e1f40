"""Patterns of test files, with the evaluator's guard against those that never come to an end."""

from __future__ import annotations

from bascule.ir.expr import Call, Const
from bascule.simulator.evaluation import Plain, holds

__all__ = ["fits_pattern"]


def fits_pattern(pattern: str, text: str) -> bool:
    """Whether some part of a text fits a regular expression, whatever the case. One that cannot be run fits nothing."""
    return holds(Call("has_pattern", (Const(text), Const(pattern))), Plain()) is True
