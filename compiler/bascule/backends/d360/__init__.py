"""Target ``d360``: 360dialog takes Meta's bodies unchanged, at its own address with its own key.

https://docs.360dialog.com/partner/messaging-and-calling/template-messages/create-and-manage-template-messages
"""

from __future__ import annotations

from typing import Any

from bascule.backends.base import EmitJob, Emitted, json_artefact
from bascule.backends.cloud import as_written, bindings_data, cloud_bodies
from bascule.backends.cloud.parts import upload_task, uploads
from bascule.backends.readme import call_steps, call_todo, readme_artefact
from bascule.backends.requests import Call, Setting, call_artefacts
from bascule.backends.sms import sms_artefacts
from bascule.ir.encode import encode_project

__all__ = ["emit"]

_BASE = "https://waba-v2.360dialog.io"
_HEADERS = (("D360-API-KEY", "{{D360_API_KEY}}"),)
_PHASES = {
    "submit": "submit the templates to WhatsApp",
    "send": "what each step says, once its template is approved",
}
_NOTES = (
    "`plan.json` has all calls in order; `requests.http` is the same for editors.",
    "The sample of a file is a handle, which an upload gives: see "
    "https://docs.360dialog.com/docs/resources/templates/template-elements.",
    "360dialog sends no SMS: `sms-fallback.csv` has the text for each template, with its segments.",
)
_SETTINGS = (Setting("D360_API_KEY", "the API key of the number, from the 360dialog hub", secret=True),)


def emit(job: EmitJob) -> Emitted:
    """Write template submissions, sends, their plan, and the SMS texts to fall back to: 360dialog sends none."""
    plan = as_written(job.project, job.plan)
    bodies = cloud_bodies(job.project, plan)
    calls: list[Call] = []
    for template in bodies.templates:
        calls.append(
            Call(
                id=f"templates/{template.stem}",
                title=f"submit the template {template.name} ({template.language})",
                phase="submit",
                method="POST",
                url=f"{_BASE}/v1/configs/templates",
                headers=_HEADERS,
                body=template.data,
                todo=_uploads(template.data),
            )
        )
    files: dict[tuple[str, str], list[dict[str, Any]]] = {(step.flow, step.node): [] for step in plan.steps}
    for send in bodies.sends:
        call = Call(
            id=f"messages/{send.stem}",
            title=f"say {send.step.node} of {send.step.flow}",
            phase="send",
            method="POST",
            url=f"{_BASE}/messages",
            headers=_HEADERS,
            body=send.data,
        )
        calls.append(call)
        path = f"d360/requests/{call.id}.json"
        listed = {"path": path, "kind": send.kind, "language": send.language, **send.about}
        files[(send.step.flow, send.step.node)].append(listed)
    artefacts = call_artefacts("d360", calls, _SETTINGS)
    artefacts.append(json_artefact("d360/bindings.json", bindings_data(job.project, plan, files)))
    artefacts.append(json_artefact("d360/scenario.json", encode_project(job.project)))
    artefacts.extend(sms_artefacts(job))
    artefacts.append(
        readme_artefact(
            "d360",
            "360dialog: what to send, and in which order",
            settings=_SETTINGS,
            todo=call_todo(calls),
            steps=call_steps(calls, _PHASES),
            notes=_NOTES,
        )
    )
    return Emitted(tuple(artefacts), tuple(bodies.findings), bodies.ledger)


def _uploads(body: dict[str, Any]) -> tuple[str, ...]:
    """What has to be done by hand before a template with a media sample is submitted."""
    return tuple(upload_task(where, sample) for where, sample in uploads(body))
