"""Target ``scenario``: the whole project as one native scenario file (docs/scenario.md).

Nothing is lowered: the file reads back to the same graph.
"""

from __future__ import annotations

from bascule.backends.base import Artefact, EmitJob, Emitted
from bascule.ir.encode import encode_project, to_yaml
from bascule.ir.ledger import Ledger
from bascule.source import Place

__all__ = ["emit"]


def emit(job: EmitJob) -> Emitted:
    """Write ``scenario/scenario.yaml``."""
    ledger = Ledger()
    for flow in job.project.flows:
        ledger.exact("flow", flow.at or Place(""))
    text = to_yaml(encode_project(job.project))
    return Emitted((Artefact(f"{job.target.name}/scenario.yaml", text),), (), ledger)
