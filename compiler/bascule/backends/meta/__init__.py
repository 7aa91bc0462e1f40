"""Target ``meta``: bodies for the Cloud API, exactly as it takes them, and the bindings a sender needs.

``templates/<name>.<lang>.json`` is the body of ``POST /{WABA}/message_templates``;
``messages/<flow>/<node>….json`` are bodies of ``POST /{PHONE}/messages`` with ``{{variable}}`` where a value
is bound at run time; ``bindings.json`` says what each variable is and where each answer leads;
``scenario.json`` is the whole graph (conditions, requests, waits) for the program that sends.

https://developers.facebook.com/documentation/business-messaging/whatsapp/templates/overview
"""

from __future__ import annotations

from typing import Any

from bascule.backends.base import Artefact, EmitJob, Emitted, json_artefact
from bascule.backends.cloud import bindings_data, cloud_bodies
from bascule.ir.encode import encode_project

__all__ = ["emit"]


def emit(job: EmitJob) -> Emitted:
    """Write the plan for the Cloud API. A body that fails its schema is reported and left out."""
    project, plan = job.project, job.plan
    bodies = cloud_bodies(project, plan)
    artefacts: list[Artefact] = [
        json_artefact(f"meta/templates/{template.stem}.json", template.data) for template in bodies.templates
    ]
    files: dict[tuple[str, str], list[dict[str, Any]]] = {(step.flow, step.node): [] for step in plan.steps}
    for send in bodies.sends:
        path = f"meta/messages/{send.stem}.json"
        artefacts.append(json_artefact(path, send.data))
        listed = {"path": path, "kind": send.kind, "language": send.language, **send.about}
        files[(send.step.flow, send.step.node)].append(listed)
    artefacts.append(json_artefact("meta/bindings.json", bindings_data(project, plan, files)))
    artefacts.append(json_artefact("meta/scenario.json", encode_project(project)))
    if plan.consolidation:
        artefacts.append(json_artefact("meta/consolidation.json", {"proposals": list(plan.consolidation)}))
    return Emitted(tuple(artefacts), tuple(bodies.findings), bodies.ledger)
