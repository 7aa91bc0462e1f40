"""Target ``meta``: bodies for the Cloud API, exactly as it takes them, and the bindings a sender needs.

``templates/<name>.<lang>.json`` is the body of ``POST /{WABA}/message_templates``;
``messages/<flow>/<node>….json`` are bodies of ``POST /{PHONE}/messages`` with ``{{variable}}`` where a value
is bound at run time; ``bindings.json`` says what each variable is and where each answer leads;
``scenario.json`` is the whole graph (conditions, requests, waits) for the program that sends.

https://developers.facebook.com/documentation/business-messaging/whatsapp/templates/overview
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bascule.backends.base import Artefact, EmitJob, Emitted, json_artefact
from bascule.backends.cloud import as_written, bindings_data, cloud_bodies
from bascule.backends.cloud.parts import upload_task, uploads
from bascule.backends.readme import readme_artefact
from bascule.backends.requests import Setting
from bascule.ir.encode import encode_project

__all__ = ["emit"]

_SETTINGS = (
    Setting("WABA", "the id of the WhatsApp Business Account: templates are submitted to it"),
    Setting("PHONE", "the id of the phone number (not the number itself): messages are sent from it"),
    Setting("APP", "the id of the app, for uploads of samples"),
    Setting("ACCESS_TOKEN", "a token of a system user, as `Authorization: Bearer …`", secret=True),
)


def emit(job: EmitJob) -> Emitted:
    """Write the plan for the Cloud API. A body that fails its schema is reported and left out."""
    project, plan = job.project, as_written(job.project, job.plan)
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
    todo = [
        (f"templates/{template.stem}.json", upload_task(where, sample))
        for template in bodies.templates
        for where, sample in uploads(template.data)
    ]
    artefacts.append(_readme(len(bodies.templates), len(bodies.sends), todo))
    if plan.consolidation:
        artefacts.append(json_artefact("meta/consolidation.json", {"proposals": list(plan.consolidation)}))
    return Emitted(tuple(artefacts), tuple(bodies.findings), bodies.ledger)


def _readme(templates: int, sends: int, todo: Sequence[tuple[str, str]]) -> Artefact:
    """What to send where, and the samples that have to be uploaded before."""
    return readme_artefact(
        "meta",
        "Meta Cloud API: what to send, and in which order",
        settings=_SETTINGS,
        todo=todo,
        steps=(
            (f"templates ({templates})", "each file of `templates/` is a body of `POST /{WABA}/message_templates`"),
            (f"messages ({sends})", "each file of `messages/` is a body of `POST /{PHONE}/messages`, once approved"),
        ),
        notes=(
            "The sample of a file is a handle of the Resumable Upload API, not a link and not a media id: "
            "`POST /{APP}/uploads`, then the bytes to the id of its answer; `h` is the handle. "
            "https://developers.facebook.com/docs/graph-api/guides/upload",
        ),
    )
