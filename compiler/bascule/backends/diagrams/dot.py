"""Target ``dot``: a Graphviz file per flow."""

from __future__ import annotations

from bascule.backends.base import EmitJob, Emitted
from bascule.backends.diagrams import emit_diagrams
from bascule.ir.notation import to_dot

__all__ = ["emit"]


def emit(job: EmitJob) -> Emitted:
    """Write ``dot/<flow>.dot``."""
    return emit_diagrams(job, "dot", to_dot)
