"""Target ``twilio``: one Content per template and per interactive message, approvals, and sends.

``requests/contents/…`` create (``twilio/text`` beside the WhatsApp type is what an SMS says), ``requests/approvals/…``
submit to WhatsApp where approval exists, ``requests/statuses/…`` ask how the review went, ``requests/messages/…`` send;
``content-map.json`` is the table from node to Content.
https://www.twilio.com/docs/content, https://www.twilio.com/docs/messaging/api/message-resource
"""

from __future__ import annotations

import json
import re
from typing import Any

from bascule.backends.base import Artefact, EmitJob, Emitted, SmsText, json_artefact
from bascule.backends.cloud import SendBody, TemplateBody, bindings_data, cloud_bodies, reply_ids
from bascule.backends.cloud.parts import file_address
from bascule.backends.cloud.written import renumbered
from bascule.backends.paths import FileNames, safe_name
from bascule.backends.readme import call_steps, call_todo, readme_artefact
from bascule.backends.requests import Call, Setting, call_artefacts
from bascule.backends.rules import NotOnTarget, SampleByHand, file_setting
from bascule.backends.sms import fallback_of, sms_artefacts
from bascule.backends.twilio.content import Unfit, message_types, template_types
from bascule.backends.twilio.variables import Numbers
from bascule.diagnostics import Finding
from bascule.ir.encode import encode_project
from bascule.ir.ledger import Ledger
from bascule.ir.text import Hole, Literal
from bascule.source import Place
from bascule.whatsapp.plan import PlannedTemplate
from bascule.whatsapp.schema import validate

__all__ = ["emit"]

_CONTENT = "https://content.twilio.com/v1/Content"
_SEND = "https://api.twilio.com/2010-04-01/Accounts/{{TWILIO_ACCOUNT_SID}}/Messages.json"
_AUTH = (("Authorization", "Basic {{TWILIO_BASIC_AUTH}}"),)
_SETTINGS = (
    Setting("TWILIO_ACCOUNT_SID", "the account's SID (AC…)"),
    Setting("TWILIO_BASIC_AUTH", "base64 of API key SID, a colon, and the key's secret", secret=True),
    Setting("TWILIO_SENDER", "the sender: whatsapp:+…"),
)
_PHASES = {
    "create": "make a Content for each template and each message with buttons, lists or files",
    "approve": "submit the templates to WhatsApp",
    "check": "ask how WhatsApp's review went",
    "send": "what each step says, once its template is approved",
}
_NOTES = (
    "`plan.json` has all calls in order, and which answers later calls need; `requests.http` is the same for editors.",
    "The sample of a file is its public address, in `variables`: it is also sent where a send gives none.",
    "`content-map.json` says which Content each step sends. A Content has a `twilio/text` beside the WhatsApp type: "
    "that is what an SMS sender says; `sms-fallback.csv` has the same texts with their segments.",
)
_CODE = "whatsapp/authentication"
_NEW = ("", "UNSUBMITTED", "DRAFT")
"""Statuses of templates that nobody has submitted yet."""
_APPROVED = ("twilio/text", "twilio/media", "twilio/quick-reply", "twilio/call-to-action", "twilio/carousel",
             "whatsapp/card", _CODE, "whatsapp/flows")  # fmt: skip


class _Writer:
    """Collects calls; a Content that several sends use stands once."""

    def __init__(self, job: EmitJob) -> None:
        self.job = job
        self.calls: list[Call] = []
        self.statuses: list[Call] = []
        self.sends: list[Call] = []
        self.findings: list[Finding] = []
        self.ledger = Ledger()
        self.contents: dict[tuple[str, str], tuple[str, Numbers]] = {}
        self.map: list[dict[str, Any]] = []
        self.settings = list(_SETTINGS)
        self.files: dict[tuple[str, str], list[dict[str, Any]]] = {
            (step.flow, step.node): [] for step in job.plan.steps
        }

    def template(self, template: TemplateBody) -> None:
        """A template's Content, and its approval."""
        numbers = Numbers()
        try:
            address = file_address(template.planned.slots) if template.planned else ""
            types, missing = template_types(template.data, numbers, reply_ids(self.job.plan, template), address)
        except Unfit as error:
            self._unfit(f"the template `{template.name}` ({template.language})", "template", template.place, error)
            return
        if _CODE in types:
            numbers.values["1"] = "body.1"  # what WhatsApp writes has one variable, which is not declared
        sms = fallback_of(self.job, template.name, template.language)
        text = _sms_text(template.planned, sms, numbers)
        if "twilio/text" not in types and text and _CODE not in types:
            types = {**types, "twilio/text": {"body": text}}
        bind = f"content_{template.stem}".replace(".", "_").replace("-", "_")
        id_ = f"contents/{template.stem}"
        body: dict[str, Any] = {"friendly_name": template.name, "language": template.language, "types": types}
        if numbers.samples:
            body["variables"] = dict(numbers.samples)
        if not self._valid(body, template.place, f"the Content of `{template.name}` ({template.language})"):
            return
        what = f"{template.name} ({template.language})"
        create = Call(id_, f"create the Content of {what}", "create", "POST", _CONTENT, _AUTH, body,
                      binds=((bind, "/sid"),), todo=tuple(item.task for item in missing))  # fmt: skip
        self.calls.append(create)
        for item in missing:
            kind = item.sample.kind.lower()
            self.settings.append(Setting(item.setting, f"the public address (https) of a sample {kind} for {what}"))
            help = file_setting(item.sample.source, kind)
            self.findings.append(SampleByHand.at(template.place, f"twilio, {what}: {item.task}", help=help))
        if next(iter(types)) in _APPROVED:
            self._approve(template.stem, what, template.name, template.data["category"], bind, id_)
        self.contents[(template.name, template.language)] = (bind, numbers)
        self.ledger.exact("template", template.place)
        self._left_out(template)
        self._numbers(template, numbers)

    def _left_out(self, template: TemplateBody) -> None:
        """What a Content has no member for. https://www.twilio.com/docs/content/whatsappauthentication"""
        if template.data.get("message_send_ttl_seconds") is not None:
            reason = "a Content has no time to live"
            self.ledger.dropped("time to live", template.place, reason, "WhatsApp's own for the category holds")
        buttons = [
            button
            for part in template.data.get("components", [])
            if str(part.get("type", "")).upper() == "BUTTONS"
            for button in part.get("buttons", [])
        ]
        for button in buttons:
            how = str(button.get("otp_type") or "").upper()
            if how not in ("", "COPY_CODE"):
                reason = f"{how.lower()} became a button that copies the code"
                self.ledger.degraded("one-time code button", template.place, reason, "people paste the code")

    def _numbers(self, template: TemplateBody, numbers: Numbers) -> None:
        """Tell about parameters that have another number here than in a definition of the source."""
        if template.planned is None:
            return
        given = {slot: number for number, slot in numbers.values.items()}
        for finding in renumbered(self.job.project, template.planned, lambda slot: given.get(slot.key, "")):
            self.findings.append(finding)
            self.ledger.emulated("parameter numbers", finding.place, "others than in the definition: TPL100")

    def _approve(self, stem: str, what: str, name: str, category: str, bind: str, after: str) -> None:
        approval = {"name": name, "category": category}
        url = f"{_CONTENT}/{{{{{bind}}}}}/ApprovalRequests/whatsapp"
        title = f"submit {what} to WhatsApp"
        submit = Call(f"approvals/{stem}", title, "approve", "POST", url, _AUTH, approval, after=(after,))
        self.calls.append(submit)
        self.statuses.append(
            Call(
                f"statuses/{stem}",
                f"ask whether {what} is approved",
                "check",
                "GET",
                f"{_CONTENT}/{{{{{bind}}}}}/ApprovalRequests",
                _AUTH,
                after=(submit.id,),
                notes=("send when `whatsapp.status` is approved; `rejection_reason` says why it is not",),
            )
        )

    def kept_whole(self) -> None:
        """Contents that a source brings along, were never submitted, and that the graph could not take apart. One that
        has a SID is made already."""
        steps = self.job.plan.steps
        sent = {(use.template, use.language) for step in steps for _, uses in step.templates for use in uses}
        names = FileNames()
        for asset in self.job.project.templates:
            key = (asset.name, asset.language)
            if asset.provider != "twilio" or asset.status not in _NEW or _is_content(asset.provider_id):
                continue
            if key not in sent or key in self.contents:
                continue
            body = json.loads(asset.definition or "{}")
            place, what = asset.at or Place(""), f"{asset.name} ({asset.language})"
            if not body.get("types") or not self._valid(body, place, f"the Content of {what}"):
                continue
            taken = {call.id for call in self.calls}
            stem = names.another(f"{safe_name(asset.name)}.{safe_name(asset.language)}")
            while f"contents/{stem}" in taken:
                stem = names.another(stem)
            bind = "content_" + "".join(char if char.isalnum() and char.isascii() else "_" for char in stem)
            while any(bind == known for known, _ in self.contents.values()):
                bind += "_"
            numbers = Numbers()
            declared = ["1"] if _CODE in body["types"] else list(body.get("variables") or {})
            numbers.values.update((number, f"body.{number}") for number in declared)
            id_ = f"contents/{stem}"
            self.calls.append(Call(id_, f"create the Content of {what}", "create", "POST", _CONTENT, _AUTH, body,
                                   binds=((bind, "/sid"),)))  # fmt: skip
            if asset.category and any(kind in _APPROVED for kind in body["types"]):
                self._approve(stem, what, asset.name, asset.category, bind, id_)
            self.contents[key] = (bind, numbers)
            self.ledger.exact("template definition", place, "as it stands in the source")

    def send(self, send: SendBody) -> None:
        """One send: by Content, or as a plain text."""
        if send.kind == "template":
            self._send_template(send)
            return
        numbers = Numbers()
        try:
            types = message_types(send.data, numbers)
        except Unfit as error:
            self._unfit(f"the message of `{send.step.node}`", "message", send.step.place, error)
            return
        if types is None:
            self._message(send, _plain(send.data), ())
            return
        bind = "content_" + "".join(char if char.isalnum() and char.isascii() else "_" for char in send.stem)
        while any(bind == known for known, _ in self.contents.values()):
            bind += "_"
        language = send.language or "en"
        name = f"{send.step.flow}.{send.step.node}"[:64]
        body = {"friendly_name": name, "language": language, "types": types}
        if numbers.samples:
            body["variables"] = dict(numbers.samples)
        if not self._valid(body, send.step.place, f"the Content of `{send.step.node}`"):
            return
        self._flat(send)
        id_ = f"contents/{send.stem}"
        title = f"create the Content of {send.step.node} in {send.step.flow}"
        self.calls.append(Call(id_, title, "create", "POST", _CONTENT, _AUTH, body, binds=((bind, "/sid"),)))
        self.contents[("", send.stem)] = (bind, numbers)
        self._content(send, bind, numbers.values, id_)

    def _flat(self, send: SendBody) -> None:
        """A list has no sections here."""
        interactive = send.data.get("interactive", {})
        if interactive.get("type") == "list":
            titles = [section.get("title") for section in interactive["action"]["sections"]]
            if any(titles):
                reason = "Twilio's list is flat: section titles are not shown"
                self.ledger.degraded("section titles", send.step.place, reason, "say the sections in the text")

    def _send_template(self, send: SendBody) -> None:
        name = send.data["template"]["name"]
        language = send.data["template"]["language"]["code"]
        if _is_content(name):
            self.ledger.exact("template", send.step.place, "by its SID")
            self._content(send, name, _by_number(send.data), None)
            return
        known = self.contents.get((name, language))
        if known is None:
            reason = "its Content is not in this folder: put its SID (HX…) in"
            self.ledger.emulated("template", send.step.place, reason)
            bind = f"content_{name}_{language}"
            todo = f"put the SID (HX…) of the Content of {name} ({language}) for {{{{{bind}}}}}: it is not made here"
            self._content(send, bind, _by_number(send.data), None, (todo,))
            return
        bind, numbers = known
        values = _given(send.data)
        self._content(send, bind, {number: values.get(slot, slot) for number, slot in numbers.values.items()}, None)

    def _content(
        self, send: SendBody, bind: str, values: dict[str, str], after: str | None, todo: tuple[str, ...] = ()
    ) -> None:
        form = [("ContentSid", bind if _is_content(bind) else "{{" + bind + "}}")]
        if values:
            form.append(("ContentVariables", json.dumps(values, ensure_ascii=False)))
        self.map.append({"flow": send.step.flow, "node": send.step.node, "language": send.language, "content": bind})
        self._message(send, tuple(form), (after,) if after else (), todo)

    def _message(
        self, send: SendBody, form: tuple[tuple[str, str], ...], after: tuple[str, ...], todo: tuple[str, ...] = ()
    ) -> None:
        whole = (("To", "whatsapp:{{contact.phone}}"), ("From", "{{TWILIO_SENDER}}"), *form)
        call = Call(f"messages/{send.stem}", f"say {send.step.node} of {send.step.flow}", "send", "POST", _SEND, _AUTH,
                    form=whole, after=after, todo=todo)  # fmt: skip
        self.sends.append(call)
        self.ledger.exact(send.kind, send.step.place)
        listed = {"path": f"twilio/requests/{call.id}.json", "kind": send.kind, "language": send.language, **send.about}
        self.files[(send.step.flow, send.step.node)].append(listed)

    def _valid(self, body: dict[str, Any], place: Any, what: str) -> bool:
        problems = validate("twilio_content", body)
        for problem in problems:
            self.findings.append(NotOnTarget.at(place, f"twilio: {what} would be refused: {problem}"))
        if problems:
            self.ledger.dropped("content", place, "it breaks a limit of the Content API", "mend the text")
        return not problems

    def _unfit(self, what: str, construct: str, place: Any, error: Unfit) -> None:
        help = "submit it at Meta directly, or say it with the types there are"
        self.findings.append(NotOnTarget.at(place, f"twilio: {what} has no type in Content: {error}", help=help))
        self.ledger.dropped(construct, place, f"Twilio Content has no type for {error}", help)


def _plain(data: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    """A text, or a location (https://www.twilio.com/docs/whatsapp/api#location-messages-with-whatsapp)."""
    if data["type"] == "text":
        return (("Body", str(data["text"]["body"])),)
    place = data["location"]
    label = str(place.get("name") or place.get("address") or "")
    action = f"geo:{place['latitude']},{place['longitude']}" + (f"|{label}" if label else "")
    return (("Body", label or "📍"), ("PersistentAction", action))


def _sms_text(planned: PlannedTemplate | None, sms: SmsText | None, numbers: Numbers) -> str:
    """The source's own words with the numbers of the template; ``""`` where a value of them is not in the template."""
    if planned is None or sms is None:
        return ""
    origin = planned.origins[0]
    slots = {expression: key for key, expression in origin.bindings}
    numbered = {slot: number for number, slot in numbers.values.items()}
    parts: list[str] = []
    for part in origin.text:
        if isinstance(part, Literal):
            parts.append(part.text)
        elif isinstance(part, Hole) and slots.get(part.expression) in numbered:
            parts.append("{{" + numbered[slots[part.expression]] + "}}")
        else:
            return ""
    return "".join(parts)


def _is_content(name: str) -> bool:
    """Whether a template is named by the SID of its Content."""
    return re.fullmatch(r"HX[0-9a-fA-F]{32}", name) is not None


def _given(data: dict[str, Any]) -> dict[str, str]:
    """The values of a Meta send by slot: ``body.1``, ``header.1``, ``button.0.1``."""
    values: dict[str, str] = {}
    for component in data["template"].get("components", []):
        part = component["type"]
        if part == "button":
            part = f"button.{component['index']}"
        for number, parameter in enumerate(component.get("parameters", []), start=1):
            name = parameter.get("parameter_name") or str(number)
            kind = parameter["type"]
            if kind in ("text", "coupon_code"):
                values[f"{part}.{name}"] = str(parameter[kind])
            elif kind in ("image", "video", "document"):
                values[f"{part}.{name}"] = str(parameter[kind].get("link", ""))
    return values


def _by_number(data: dict[str, Any]) -> dict[str, str]:
    """The values of a Content that is not made here: a source that knows it names its variables as Twilio does."""
    return {slot.removeprefix("body."): value for slot, value in _given(data).items()}


def emit(job: EmitJob) -> Emitted:
    """Write contents, approvals and sends, the table from node to Content, and the SMS texts."""
    bodies = cloud_bodies(job.project, job.plan, _is_content, numbers=False)
    writer = _Writer(job)
    for template in bodies.templates:
        writer.template(template)
    writer.kept_whole()
    for send in bodies.sends:
        writer.send(send)
    writer.ledger.extend(bodies.ledger.losses())
    calls = [*writer.calls, *writer.statuses, *writer.sends]
    settings = list({item.name: item for item in writer.settings}.values())
    artefacts: list[Artefact] = call_artefacts("twilio", calls, settings)
    artefacts.append(json_artefact("twilio/content-map.json", {"contents": writer.map}))
    artefacts.append(json_artefact("twilio/bindings.json", bindings_data(job.project, job.plan, writer.files)))
    artefacts.append(json_artefact("twilio/scenario.json", encode_project(job.project)))
    artefacts.extend(sms_artefacts(job))
    artefacts.append(
        readme_artefact(
            "twilio",
            "Twilio: what to send, and in which order",
            settings=settings,
            todo=call_todo(calls),
            steps=call_steps(calls, _PHASES),
            notes=_NOTES,
        )
    )
    return Emitted(tuple(artefacts), (*bodies.findings, *writer.findings), writer.ledger)
