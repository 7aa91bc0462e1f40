"""Target ``infobip``: templates with their ``structure``, sends with ``smsFailover``, the same through Messages API.

``requests/templates/…`` submit, ``requests/statuses/…`` ask how the review went, ``requests/messages/…`` send;
``requests/failover/…`` are the sends of templates through the Messages API, to be used instead: their failover works
over several channels. https://www.infobip.com/docs/api/channels/whatsapp
"""

from __future__ import annotations

import json
from typing import Any

from bascule.backends.base import Artefact, EmitJob, Emitted, SmsText, json_artefact
from bascule.backends.cloud import SendBody, TemplateBody, bindings_data, cloud_bodies
from bascule.backends.cloud.parts import Unfit, file_address
from bascule.backends.cloud.recipient import MSISDN, with_msisdn
from bascule.backends.infobip.message import content_of
from bascule.backends.infobip.parts import Registered, Tasks
from bascule.backends.infobip.send import SENDER, Values, failover_message, template_message, values_of
from bascule.backends.infobip.template import Submission, registered_of, submission
from bascule.backends.paths import FileNames, safe_name
from bascule.backends.readme import call_steps, call_todo, readme_artefact
from bascule.backends.requests import Call, Setting, call_artefacts
from bascule.backends.rules import NotOnTarget, SampleByHand, file_setting
from bascule.backends.sms import fallback_of, price_of, sms_artefacts
from bascule.diagnostics import Finding
from bascule.ir.encode import encode_project
from bascule.ir.ledger import Ledger
from bascule.source import Place
from bascule.whatsapp.schema import validate

__all__ = ["emit"]

_BASE = "{{INFOBIP_BASE_URL}}"
_TEMPLATES = f"{_BASE}/whatsapp/2/senders/{SENDER}/templates"
_AUTH = (("Authorization", "App {{INFOBIP_API_KEY}}"), ("Accept", "application/json"))
_SETTINGS = (
    Setting("INFOBIP_BASE_URL", "the account's own address, https://….api.infobip.com"),
    Setting("INFOBIP_API_KEY", "an API key with the scopes of WhatsApp and Messages API", secret=True),
    Setting("INFOBIP_SENDER", "the WhatsApp sender's number: country code and digits, no plus sign"),
    Setting("INFOBIP_SMS_SENDER", "the sender of the SMS that is sent when WhatsApp fails"),
)
_REPORTS = Call(
    "reports",
    "ask what became of the messages that went through the Messages API",
    "report",
    "GET",
    f"{_BASE}/messages-api/1/reports",
    _AUTH,
    notes=("each report is given once; `channel` says whether WhatsApp or the SMS reached the person",),
)
_PHASES = {
    "submit": "submit the templates to WhatsApp",
    "check": "ask whether they are approved",
    "send": "what each step says, once its template is approved; a template has its SMS with it",
    "alternative": "the same sends through the Messages API, to be used instead of those of `requests/messages/`",
    "report": "what became of the sends through the Messages API; the others are reported to the account's webhook",
}
_NOTES = (
    "`plan.json` has all calls in order, and which answers later calls need; `requests.http` is the same for editors.",
    "`{{contact.msisdn}}` is the person's number in digits, without a plus sign.",
    "Infobip sends the SMS by itself when WhatsApp fails: `smsFailover` in `requests/messages/`, `failover` in "
    "`requests/failover/`. "
    "`sms-fallback.csv` has all texts with their segments.",
    "`callbackData` names flow and step; every report brings it back.",
)


class _Writer:
    """Collects calls in the order of the plan."""

    def __init__(self, job: EmitJob) -> None:
        self.job = job
        self.submits: list[Call] = []
        self.statuses: list[Call] = []
        self.sends: list[Call] = []
        self.instead: list[Call] = []
        self.findings: list[Finding] = []
        self.ledger = Ledger()
        self.registered: dict[tuple[str, str], tuple[Registered, str]] = {}
        self.files: dict[tuple[str, str], list[dict[str, Any]]] = {
            (step.flow, step.node): [] for step in job.plan.steps
        }
        self.stems = FileNames()
        self.settings = list(_SETTINGS)

    def template(self, template: TemplateBody) -> None:
        """Submit a template of the plan, or one that a source brought along in Meta's form."""
        what = f"the template `{template.name}` ({template.language})"
        try:
            address = file_address(template.planned.slots) if template.planned else ""
            made = submission(template.data, address)
        except Unfit as error:
            self._unfit(what, "template", template.place, error)
            return
        self._submit(made, template.place, self.stems.another(template.stem))

    def own_templates(self) -> None:
        """Definitions in Infobip's own form that were never submitted and that the plan sends as they are."""
        uses = [use for step in self.job.plan.steps for _, told in step.templates for use in told]
        wanted = {(use.template, use.language) for use in uses}
        wanted -= {template.template.key for template in self.job.plan.templates}
        for asset in self.job.project.templates:
            if asset.provider != "infobip" or asset.status or (asset.name, asset.language) not in wanted:
                continue
            body = json.loads(asset.definition) if asset.definition else None
            if not isinstance(body, dict) or not isinstance(body.get("structure"), dict):
                continue
            place = asset.at or Place("")
            what = f"the template `{asset.name}` ({asset.language})"
            if problems := validate("infobip", _submit_call("x", "x", body).data()):
                self._refused(what, "template", place, problems)
                continue
            stem = self.stems.another(f"{safe_name(asset.name)}.{safe_name(asset.language)}")
            self._submit(Submission(body, registered_of(body), Tasks()), place, stem)

    def _submit(self, made: Submission, place: Place, stem: str) -> None:
        name, language = made.body["name"], made.body["language"]
        what = f"{name} ({language})"
        todo = (*(item.task for item in made.tasks.missing), *made.tasks.todo)
        call = _submit_call(f"templates/{stem}", f"submit the template {what}", made.body, f"template.{stem}", todo)
        if problems := validate("infobip", call.data()):
            self._refused(f"the template `{name}` ({language})", "template", place, problems)
            return
        self.submits.append(call)
        self.statuses.append(
            Call(
                f"statuses/{stem}",
                f"ask whether {what} is approved",
                "check",
                "GET",
                f"{_TEMPLATES}/{{{{template.{stem}}}}}",
                _AUTH,
                binds=((f"status.{stem}", "/status"),),
                after=(call.id,),
                notes=("send when the status is APPROVED or REINSTATED; REJECTED says why in the portal",),
            )
        )
        for item in made.tasks.missing:
            kind = item.sample.kind.lower()
            self.settings.append(Setting(item.setting, f"the public address (https) of a sample {kind} for {what}"))
            help = file_setting(item.sample.source, kind)
            self.findings.append(SampleByHand.at(place, f"infobip, {what}: {item.task}", help=help))
        self._losses(made.tasks, place)
        self.registered.setdefault((name, language), (made.registered, f"statuses/{stem}"))
        self.ledger.exact("template", place)

    def send(self, send: SendBody) -> None:
        """One send: of a template, or free-form."""
        if send.kind == "template":
            self._send_template(send)
            return
        tasks = Tasks()
        try:
            path, content = content_of(send.data, tasks)
        except Unfit as error:
            self._unfit(f"the message of `{send.step.node}`", "message", send.step.place, error)
            return
        body = {"from": SENDER, "to": MSISDN, "content": content, "callbackData": _data(send)}
        call = _send_call(send, "messages", f"/whatsapp/1/message/{path}", body, todo=tuple(tasks.todo))
        if problems := validate("infobip", call.data()):
            self._refused(f"the message of `{send.step.node}`", "message", send.step.place, problems)
            return
        self._losses(tasks, send.step.place)
        self._sent(send, call)

    def _send_template(self, send: SendBody) -> None:
        template = send.data["template"]
        name, language = template["name"], template["language"]["code"]
        registered, status = self.registered.get((name, language), (None, ""))
        values = values_of(template, registered)
        after = (status,) if status else ()
        sms = fallback_of(self.job, name, language, send.step.flow, send.step.node)
        call = _template_call(send, values, sms, after)
        problems = validate("infobip", call.data())
        if sms and problems and all(problem.startswith("$.body.messages[0].smsFailover") for problem in problems):
            # The template can be sent; only its SMS cannot.
            self.ledger.degraded("sms fallback", send.step.place, problems[0], "shorten the text of the SMS")
            sms, call = None, _template_call(send, values, None, after)
            problems = validate("infobip", call.data())
        if problems:
            self._refused(f"the template send of `{send.step.node}`", "template", send.step.place, problems)
            return
        self._sent(send, call)
        if sms and not (registered and registered.by_hand):
            notes = (f"instead of requests/messages/{send.stem}.json, not beside it", price_of(sms))
            body = failover_message(values, _data(send), sms.text)
            call = _send_call(send, "failover", "/messages-api/1/messages", body, after, notes, values.todo)
            if problems := validate("infobip", call.data()):
                self._refused(f"the Messages API send of `{send.step.node}`", "failover", send.step.place, problems)
                return
            self.instead.append(call)
            self._list(send, call, "failover")

    def _sent(self, send: SendBody, call: Call) -> None:
        self.sends.append(call)
        self.ledger.exact(send.kind, send.step.place)
        self._list(send, call, send.kind)

    def _list(self, send: SendBody, call: Call, kind: str) -> None:
        path = f"infobip/requests/{call.id}.json"
        listed = {"path": path, "kind": kind, "language": send.language, **send.about}
        self.files[(send.step.flow, send.step.node)].append(listed)

    def _losses(self, tasks: Tasks, place: Place) -> None:
        for construct, reason, alternative in tasks.losses:
            self.ledger.degraded(construct, place, reason, alternative)

    def _unfit(self, what: str, construct: str, place: Place, error: Unfit) -> None:
        help = "submit it at Meta directly, or say it with the parts there are"
        self.findings.append(NotOnTarget.at(place, f"infobip: {what} cannot be said: {error}", help=help))
        self.ledger.dropped(construct, place, f"Infobip has nothing for {error}", help)

    def _refused(self, what: str, construct: str, place: Place, problems: list[str]) -> None:
        help = "mend the text so that it fits"
        self.findings.extend(
            NotOnTarget.at(place, f"infobip: {what} would be refused: {problem}", help=help) for problem in problems
        )
        self.ledger.dropped(construct, place, f"Infobip would refuse it: {problems[0]}", help)


def _submit_call(id: str, title: str, body: dict[str, Any], bind: str = "", todo: tuple[str, ...] = ()) -> Call:
    return Call(id, title, "submit", "POST", _TEMPLATES, _AUTH, body, binds=((bind, "/id"),), todo=todo)


def _template_call(send: SendBody, values: Values, sms: SmsText | None, after: tuple[str, ...]) -> Call:
    body = template_message(values, _data(send), sms.text if sms else "")
    notes = (price_of(sms),) if sms else ()
    return _send_call(send, "messages", "/whatsapp/1/message/template", body, after, notes, values.todo)


def _send_call(
    send: SendBody,
    folder: str,
    path: str,
    body: dict[str, Any],
    after: tuple[str, ...] = (),
    notes: tuple[str, ...] = (),
    todo: tuple[str, ...] = (),
) -> Call:
    """``messages`` are the sends of the plan, ``failover`` the same to be used instead."""
    phase = "send" if folder == "messages" else "alternative"
    id_, title = f"{folder}/{send.stem}", f"say {send.step.node} of {send.step.flow}"
    return Call(id_, title, phase, "POST", f"{_BASE}{path}", _AUTH, body, after=after, notes=notes, todo=todo)


def _data(send: SendBody) -> str:
    """What comes back with every report: which step it is about."""
    return f"{send.step.flow}/{send.step.node}"


def emit(job: EmitJob) -> Emitted:
    """Write submissions, checks and sends, the sends through the Messages API, and the SMS texts."""
    bodies = cloud_bodies(job.project, job.plan)
    writer = _Writer(job)
    for template in bodies.templates:
        writer.template(template)
    writer.own_templates()
    for send in bodies.sends:
        writer.send(send)
    writer.ledger.extend(bodies.ledger.losses())
    calls = [*writer.submits, *writer.statuses, *writer.sends, *writer.instead]
    if writer.instead:
        calls.append(_REPORTS)
    settings = list({item.name: item for item in writer.settings}.values())
    artefacts: list[Artefact] = call_artefacts("infobip", calls, settings)
    bindings = with_msisdn(bindings_data(job.project, job.plan, writer.files))
    artefacts.append(json_artefact("infobip/bindings.json", bindings))
    artefacts.append(json_artefact("infobip/scenario.json", encode_project(job.project)))
    artefacts.extend(sms_artefacts(job))
    artefacts.append(
        readme_artefact(
            "infobip",
            "Infobip: what to send, and in which order",
            settings=settings,
            todo=call_todo(calls),
            steps=call_steps(calls, _PHASES),
            notes=_NOTES,
        )
    )
    return Emitted(tuple(artefacts), (*bodies.findings, *writer.findings), writer.ledger)
