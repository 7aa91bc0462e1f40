"""Diagrams: one file per flow, for Mermaid (https://mermaid.js.org) and Graphviz (https://graphviz.org)."""

from __future__ import annotations

from collections.abc import Callable

from bascule.backends.base import Artefact, EmitJob, Emitted
from bascule.backends.paths import FileNames
from bascule.ir.drawing import Drawing, draw_flow
from bascule.ir.ledger import Ledger
from bascule.source import Place

__all__ = ["emit_diagrams"]


def emit_diagrams(job: EmitJob, suffix: str, printed: Callable[[Drawing], str]) -> Emitted:
    """One diagram per flow, in the flow's own language."""
    names = FileNames()
    ledger = Ledger()
    artefacts: list[Artefact] = []
    for flow in job.project.flows:
        drawing = draw_flow(flow, flow.locale or job.project.locale)
        artefacts.append(Artefact(f"{job.target.name}/{names.of(flow.id)}.{suffix}", printed(drawing)))
        ledger.exact("flow", flow.at or Place(""))
    return Emitted(tuple(artefacts), (), ledger)
