"""Target ``plivo``: sends as requests; templates, which only Plivo's console makes, as a checklist.

https://www.plivo.com/docs/messaging/api/messages/, https://github.com/plivo/plivo-python
"""

from __future__ import annotations

from typing import Any

from bascule.backends.base import Artefact, EmitJob, Emitted, json_artefact
from bascule.backends.cloud import SendBody, bindings_data, cloud_bodies
from bascule.backends.cloud.parts import MediaSample, Unfit, components_of, media_sample
from bascule.backends.plivo.checklist import checklist_text
from bascule.backends.plivo.message import message_body
from bascule.backends.readme import call_steps, readme_artefact
from bascule.backends.requests import Call, Setting, call_artefacts
from bascule.backends.rules import NotOnTarget
from bascule.backends.sms import sms_artefacts
from bascule.diagnostics import Finding
from bascule.ir.encode import encode_project
from bascule.ir.ledger import Ledger
from bascule.whatsapp.schema import validate

__all__ = ["emit"]

_URL = "https://api.plivo.com/v1/Account/{{PLIVO_AUTH_ID}}/Message/"
_AUTH = (("Authorization", "Basic {{PLIVO_BASIC_AUTH}}"),)
_SETTINGS = (
    Setting("PLIVO_AUTH_ID", "the Auth ID of the account, from the console"),
    Setting("PLIVO_BASIC_AUTH", "base64 of Auth ID, a colon, and Auth Token", secret=True),
    Setting("PLIVO_SENDER", "the WhatsApp number to send from, as +… with the country code"),
)
_INSTEAD = "say it with the kinds there are, or send it through a provider that has it"


class _Writer:
    """Collects the sends."""

    def __init__(self, job: EmitJob) -> None:
        self.calls: list[Call] = []
        self.findings: list[Finding] = []
        self.ledger = Ledger()
        self.files: dict[tuple[str, str], list[dict[str, Any]]] = {
            (step.flow, step.node): [] for step in job.plan.steps
        }

    def send(self, send: SendBody) -> None:
        """One send."""
        what = f"the message of `{send.step.node}`"
        try:
            body = message_body(send.data)
        except Unfit as error:
            told = f"plivo: {what} has no form in its API: {error}"
            self.findings.append(NotOnTarget.at(send.step.place, told, help=_INSTEAD))
            self.ledger.dropped(send.kind, send.step.place, f"Plivo's API has no form for {error}", _INSTEAD)
            return
        problems = validate("plivo_message", body)
        for problem in problems:
            help = "mend the source so that the named member fits"
            told = f"plivo: {what} would be refused: {problem}"
            self.findings.append(NotOnTarget.at(send.step.place, told, help=help))
        if problems:
            self.ledger.dropped(send.kind, send.step.place, "it breaks a limit of Plivo's API", "mend the text")
            return
        if send.data.get("document", {}).get("filename"):
            reason = "Plivo takes no file name: people see the address's"
            self.ledger.degraded("file name", send.step.place, reason, "name the file as people should see it")
        if send.data.get("interactive", {}).get("type") == "location_request_message":
            reason = "Plivo has no button that sends a place: the words ask for it"
            self.ledger.degraded("location request", send.step.place, reason, "say how to attach a place")
        title = f"say {send.step.node} of {send.step.flow}"
        call = Call(f"messages/{send.stem}", title, "send", "POST", _URL, _AUTH, body)
        self.calls.append(call)
        self.ledger.exact(send.kind, send.step.place)
        listed = {"path": f"plivo/requests/{call.id}.json", "kind": send.kind, "language": send.language, **send.about}
        self.files[(send.step.flow, send.step.node)].append(listed)


def emit(job: EmitJob) -> Emitted:
    """Write sends, their plan, the checklist of templates, and the SMS texts to fall back to."""
    bodies = cloud_bodies(job.project, job.plan)
    writer = _Writer(job)
    for send in bodies.sends:
        writer.send(send)
    for template in bodies.templates:
        writer.ledger.emulated("template", template.place, "made by hand from checklist.md")
    writer.ledger.extend(bodies.ledger.losses())
    artefacts = call_artefacts("plivo", writer.calls, _SETTINGS if writer.calls else ())
    artefacts.append(json_artefact("plivo/bindings.json", bindings_data(job.project, job.plan, writer.files)))
    artefacts.append(json_artefact("plivo/scenario.json", encode_project(job.project)))
    todo: list[tuple[str, str]] = []
    if bodies.templates:
        artefacts.append(Artefact("plivo/checklist.md", checklist_text(job, bodies.templates)))
        count = len(bodies.templates)
        todo.append(("checklist.md", f"make {count} template{'' if count == 1 else 's'} in the console"))
        for template in bodies.templates:
            todo += [("checklist.md", _upload(template.name, sample)) for sample in _samples(template.data)]
    artefacts.extend(sms_artefacts(job))
    artefacts.append(
        readme_artefact(
            "plivo",
            "Plivo: what to make by hand, and what to send",
            settings=_SETTINGS if writer.calls else (),
            todo=todo,
            steps=call_steps(writer.calls, {"send": "what each step says, once its template is approved"}),
            notes=(
                "`plan.json` has all calls in order; `requests.http` is the same for editors.",
                "Plivo has no SMS in the same call: `sms-fallback.csv` has the text for each template, with its "
                "segments; send it with the same request and `type` `sms`.",
            ),
        )
    )
    return Emitted(tuple(artefacts), (*bodies.findings, *writer.findings), writer.ledger)


def _samples(data: dict[str, Any]) -> list[MediaSample]:
    """The samples of a template's headers, those of its cards too."""
    parts = components_of(data)
    cards = [components_of(card) for card in parts.get("CAROUSEL", {}).get("cards", [])]
    headers = [inner["HEADER"] for inner in (parts, *cards) if "HEADER" in inner]
    files = ("IMAGE", "VIDEO", "GIF", "DOCUMENT")
    return [media_sample(header) for header in headers if str(header.get("format", "")).upper() in files]


def _upload(name: str, sample: MediaSample) -> str:
    told = f", `{sample.source}`" if sample.source else ""
    return f"upload a sample {sample.kind.lower()} for {name}{told}"
