"""Target ``mermaid``: a flowchart per flow, as GitHub, GitLab and many wikis show it."""

from __future__ import annotations

from bascule.backends.base import EmitJob, Emitted
from bascule.backends.diagrams import emit_diagrams
from bascule.ir.notation import to_mermaid

__all__ = ["emit"]


def emit(job: EmitJob) -> Emitted:
    """Write ``mermaid/<flow>.mmd``."""
    return emit_diagrams(job, "mmd", to_mermaid)
