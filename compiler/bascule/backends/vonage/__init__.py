"""Target ``vonage``: Meta's templates through Vonage's endpoint, sends through Messages API v1 with ``failover``.

``requests/templates/…`` submit, ``requests/statuses/…`` ask how the review went, ``requests/messages/…`` send; the
SMS of a template send stands in its ``failover``. https://developer.vonage.com/api/messages,
https://developer.vonage.com/messages/whatsapp-template-management/overview
"""

from __future__ import annotations

from typing import Any

from bascule.backends.base import Artefact, EmitJob, Emitted, SmsText, json_artefact
from bascule.backends.cloud import SendBody, TemplateBody, bindings_data, cloud_bodies
from bascule.backends.cloud.parts import Unfit, upload_task, uploads
from bascule.backends.cloud.recipient import MSISDN, with_msisdn
from bascule.backends.readme import call_steps, call_todo, readme_artefact
from bascule.backends.requests import Call, Setting, call_artefacts
from bascule.backends.rules import NotOnTarget
from bascule.backends.sms import fallback_of, price_of, sms_artefacts
from bascule.backends.vonage.message import message_of, template_of
from bascule.diagnostics import Finding
from bascule.ir.encode import encode_project
from bascule.ir.ledger import Ledger
from bascule.whatsapp.schema import validate

__all__ = ["emit"]

_TEMPLATES = "https://api.nexmo.com/v2/whatsapp-manager/wabas/{{VONAGE_WABA_ID}}/templates"
_SEND = "https://api.nexmo.com/v1/messages"
_AUTH = (("Authorization", "Bearer {{VONAGE_JWT}}"), ("Accept", "application/json"))
_SETTINGS = (
    Setting("VONAGE_JWT", "a token signed with the key of an application that the account is linked to", secret=True),
    Setting("VONAGE_WABA_ID", "the id of the WhatsApp Business Account"),
    Setting("VONAGE_TEMPLATE_NAMESPACE", "the namespace of its templates, as WhatsApp Manager shows it"),
    Setting("VONAGE_SENDER", "the WhatsApp sender's number: country code and digits, no plus sign"),
    Setting("VONAGE_SMS_SENDER", "the sender of the SMS that is sent when WhatsApp fails"),
)
_SPARE = ("failover", "client_ref")
_PHASES = {
    "submit": "submit the templates to WhatsApp",
    "check": "ask whether they are approved",
    "send": "what each step says, once its template is approved; a template has its SMS with it",
}
_NOTES = (
    "`plan.json` has all calls in order; `requests.http` is the same for editors.",
    "`{{contact.msisdn}}` is the person's number in digits, without a plus sign.",
    "The next message of `failover` goes out when WhatsApp rejects the one before, not when it stays unread. "
    "`sms-fallback.csv` has all texts with their segments.",
    "`custom` objects go to WhatsApp as they are: Vonage does not check them.",
    "`client_ref` names flow and step; every status brings it back.",
)


class _Writer:
    """Collects calls in the order of the plan."""

    def __init__(self, job: EmitJob) -> None:
        self.job = job
        self.submits: list[Call] = []
        self.statuses: list[Call] = []
        self.sends: list[Call] = []
        self.findings: list[Finding] = []
        self.ledger = Ledger()
        self.status: dict[tuple[str, str], str] = {}
        self.files: dict[tuple[str, str], list[dict[str, Any]]] = {
            (step.flow, step.node): [] for step in job.plan.steps
        }

    def template(self, template: TemplateBody) -> None:
        """Submit a template, and ask for its status."""
        what = f"{template.name} ({template.language})"
        todo = tuple(upload_task(where, sample) for where, sample in uploads(template.data))
        call = Call(
            f"templates/{template.stem}",
            f"submit the template {what}",
            "submit",
            "POST",
            _TEMPLATES,
            _AUTH,
            template.data,
            todo=todo,
        )
        if problems := validate("vonage", call.data()):
            self._refused(f"the template `{template.name}` ({template.language})", "template", template.place, problems)
            return
        self.submits.append(call)
        check = Call(
            f"statuses/{template.stem}",
            f"ask whether {what} is approved",
            "check",
            "GET",
            f"{_TEMPLATES}?name_or_content={template.name}&language={template.language}",
            _AUTH,
            after=(call.id,),
            notes=("send when the entry with exactly this name has the status APPROVED",),
        )
        self.statuses.append(check)
        self.status.setdefault((template.name, template.language), check.id)
        self.ledger.exact("template", template.place)

    def send(self, send: SendBody) -> None:
        """One send. A template's SMS goes along as its failover."""
        losses: list[tuple[str, str, str]] = []
        sms, after = None, ""
        try:
            if send.kind == "template":
                template = send.data["template"]
                name, language = template["name"], template["language"]["code"]
                told = template_of(send.data)
                sms = fallback_of(self.job, name, language, send.step.flow, send.step.node)
                after = self.status.get((name, language), "")
            else:
                told = message_of(send.data, lambda *loss: losses.append(loss))
        except Unfit as error:
            self._unfit(send, error)
            return
        reference = f"{send.step.flow}/{send.step.node}"
        call = _call(send, told, sms, after, reference)
        problems = validate("vonage", call.data())
        # The message can be sent without them: its SMS, and what comes back with its statuses.
        too_long = {name: item for item in problems for name in _SPARE if item.startswith(f"$.body.{name}")}
        if too_long:
            if "failover" in too_long:
                losses.append(("sms fallback", too_long["failover"], "shorten the text of the SMS"))
                sms = None
            call = _call(send, told, sms, after, "" if "client_ref" in too_long else reference)
            problems = validate("vonage", call.data())
        if problems:
            self._refused(f"the message of `{send.step.node}`", send.kind, send.step.place, problems)
            return
        self.sends.append(call)
        for construct, reason, alternative in losses:
            self.ledger.degraded(construct, send.step.place, reason, alternative)
        self.ledger.exact(send.kind, send.step.place)
        path = f"vonage/requests/{call.id}.json"
        listed = {"path": path, "kind": send.kind, "language": send.language, **send.about}
        self.files[(send.step.flow, send.step.node)].append(listed)

    def _unfit(self, send: SendBody, error: Unfit) -> None:
        help = "give the file a public address"
        what = f"vonage: the message of `{send.step.node}` cannot be said: {error}"
        self.findings.append(NotOnTarget.at(send.step.place, what, help=help))
        self.ledger.dropped("message", send.step.place, f"Vonage has nothing for {error}", help)

    def _refused(self, what: str, construct: str, place: Any, problems: list[str]) -> None:
        help = "mend the text so that it fits"
        self.findings.extend(
            NotOnTarget.at(place, f"vonage: {what} would be refused: {problem}", help=help) for problem in problems
        )
        self.ledger.dropped(construct, place, f"Vonage would refuse it: {problems[0]}", help)


def _call(send: SendBody, told: dict[str, Any], sms: SmsText | None, after: str, reference: str) -> Call:
    body = {"to": MSISDN, "from": "{{VONAGE_SENDER}}", "channel": "whatsapp", **told}
    if reference:
        body["client_ref"] = reference
    if sms:
        body["failover"] = [
            {
                "to": MSISDN,
                "from": "{{VONAGE_SMS_SENDER}}",
                "channel": "sms",
                "message_type": "text",
                "text": sms.text,
            }
        ]
    return Call(
        f"messages/{send.stem}",
        f"say {send.step.node} of {send.step.flow}",
        "send",
        "POST",
        _SEND,
        _AUTH,
        body,
        after=(after,) if after else (),
        notes=(price_of(sms),) if sms else (),
    )


def emit(job: EmitJob) -> Emitted:
    """Write submissions, checks and sends, and the SMS texts."""
    bodies = cloud_bodies(job.project, job.plan)
    writer = _Writer(job)
    for template in bodies.templates:
        writer.template(template)
    for send in bodies.sends:
        writer.send(send)
    writer.ledger.extend(bodies.ledger.losses())
    calls = [*writer.submits, *writer.statuses, *writer.sends]
    artefacts: list[Artefact] = call_artefacts("vonage", calls, _SETTINGS)
    bindings = with_msisdn(bindings_data(job.project, job.plan, writer.files))
    artefacts.append(json_artefact("vonage/bindings.json", bindings))
    artefacts.append(json_artefact("vonage/scenario.json", encode_project(job.project)))
    artefacts.extend(sms_artefacts(job))
    artefacts.append(
        readme_artefact(
            "vonage",
            "Vonage: what to send, and in which order",
            settings=_SETTINGS,
            todo=call_todo(calls),
            steps=call_steps(calls, _PHASES),
            notes=_NOTES,
        )
    )
    return Emitted(tuple(artefacts), (*bodies.findings, *writer.findings), writer.ledger)
