"""Target ``bird``: templates as Bird (MessageBird) takes them, sends through its 2026 API.

A template is a project of the 2023 platform, with one channel template for all its languages, which is then
activated (``requests/projects``, ``channel-templates``, ``activations``). What its blocks have no published form for
(one-time and coupon codes, carousels) is made with the 2026 API (``requests/templates``, ``submissions``).
``requests/messages`` send. https://docs.bird.com/api/touchpoints-api, https://bird.com/docs/api
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from bascule.backends.base import Artefact, EmitJob, Emitted, json_artefact
from bascule.backends.bird.authored import authored_template
from bascule.backends.bird.blocks import channel_template
from bascule.backends.bird.sends import message_body
from bascule.backends.cloud import SendBody, TemplateBody, bindings_data, cloud_bodies, reply_ids
from bascule.backends.cloud.parts import Missing, Unfit
from bascule.backends.cloud.written import renumbered
from bascule.backends.paths import FileNames, safe_name
from bascule.backends.readme import call_steps, call_todo, readme_artefact
from bascule.backends.requests import Call, Setting, call_artefacts
from bascule.backends.rules import NotOnTarget, SampleByHand, file_setting, refused_name
from bascule.backends.sms import sms_artefacts
from bascule.diagnostics import Finding
from bascule.ir.encode import encode_project
from bascule.ir.ledger import Ledger
from bascule.source import Place
from bascule.whatsapp.schema import validate

__all__ = ["emit"]

_PLATFORM = "https://api.bird.com/workspaces/{{BIRD_WORKSPACE_ID}}"
_KEY = (("Authorization", "AccessKey {{BIRD_ACCESS_KEY}}"),)
_API = "{{BIRD_API_URL}}/v1/whatsapp"
_BEARER = (("Authorization", "Bearer {{BIRD_API_KEY}}"),)
_OLD_SETTINGS = (
    Setting("BIRD_WORKSPACE_ID", "the id of the workspace (UUID), in the address of the dashboard"),
    Setting("BIRD_ACCESS_KEY", "an access key of the workspace that may write projects", secret=True),
    Setting(
        "BIRD_CHANNEL_GROUP_ID",
        "the id of the channel group of the WhatsApp account: `requests/lookups/channel-groups.json` lists them",
    ),
)
_NEW_SETTINGS = (
    Setting("BIRD_API_URL", "https://REGION.platform.bird.com; the region stands in the API key (`bk_REGION_…`)"),
    Setting("BIRD_API_KEY", "the API key (`bk_…`)", secret=True),
    Setting("BIRD_SENDER", "the number to send from, as +… with the country code"),
)
_WABA = Setting("BIRD_WABA_ID", "the id of the WhatsApp Business Account at Meta (digits)")
_PHASES = {
    "lookup": "find the id of the channel group; nothing is written",
    "project": "make a project for each template",
    "template": "make the template in it, all languages at once",
    "activate": "submit it to WhatsApp",
    "create": "make the templates of the 2026 API as drafts",
    "submit": "submit these to WhatsApp",
    "check": "see whether the API that sends knows each template, and how its parameters are called",
    "send": "what each step says, once its template is approved",
}


class _Writer:
    """Collects calls, group by group."""

    def __init__(self, job: EmitJob) -> None:
        self.job = job
        self.ids = FileNames()
        self.made: list[Call] = []
        self.checks: list[Call] = []
        self.sends: list[Call] = []
        self.settings: dict[str, Setting] = {}
        self.findings: list[Finding] = []
        self.ledger = Ledger()
        self.names: dict[tuple[str, str], dict[str, str]] = {}
        self.codes: set[str] = set()
        self.checked: dict[str, str] = {}
        self.refused: set[str] = set()
        self.files: dict[tuple[str, str], list[dict[str, Any]]] = {
            (step.flow, step.node): [] for step in job.plan.steps
        }

    def template(self, bodies: Sequence[TemplateBody]) -> None:
        """One template in all its languages: the first way that has a form for all of it."""
        name = bodies[0].name
        if self._refused(name, bodies[0].place, "template"):
            return
        bodies = sorted(bodies, key=lambda template: not self._is_first(template))
        stem = self.ids.another(safe_name(name))
        try:
            calls = self._channel_template(bodies, stem)
        except Unfit as first:
            try:
                calls = self._authored(bodies, stem)
            except Unfit as second:
                self._unfit(f"the template `{name}`", "template", bodies, second if "code" in str(first) else first)
                return
        if not calls:
            return
        self.made += calls
        ttl = [template for template in bodies if "message_send_ttl_seconds" in template.data]
        for template in ttl:
            reason = "how long a message is tried is not a part of Bird's templates"
            self.ledger.degraded("time to live", template.place, reason, "set it in WhatsApp Manager")
        for template in bodies:
            self.ledger.exact("template", template.place)
            if template.planned is None or (name, template.language) in self.names:
                continue  # values are sent by name
            for finding in renumbered(self.job.project, template.planned):
                self.findings.append(finding)
                self.ledger.emulated("parameter numbers", finding.place, "others than in the definition: TPL100")
        if name not in self.checked:
            self._check(name, stem, calls[-1].id)

    def _channel_template(self, bodies: Sequence[TemplateBody], stem: str) -> list[Call]:
        replies = {template.language: reply_ids(self.job.plan, template) for template in bodies}
        made = channel_template(bodies, stem, replies)
        name, place = bodies[0].name, bodies[0].place
        if not self._valid("bird_channel_template", made.body, place, f"the template `{name}`"):
            return []
        for template in made.reordered:
            reason = "Bird shows links first, then calls, then replies"
            self.ledger.degraded("order of buttons", template.place, reason, "put them in this order")
        for template in bodies:
            self.names[name, template.language] = made.keys.slots(template.language)
        todo = self._missing(made.missing, place, name)
        self.use(_OLD_SETTINGS)
        taken = set(made.keys.examples)
        project, written = _bind("project", stem, taken), _bind("channel_template", stem, taken)
        body = {"name": name, "description": "", "type": "channelTemplate"}
        first = Call(f"projects/{stem}", f"make the project of {name}", "project", "POST", f"{_PLATFORM}/projects",
                     _KEY, body, binds=((project, "/id"),), after=(_LOOKUP,))  # fmt: skip
        url = f"{_PLATFORM}/projects/{{{{{project}}}}}/channel-templates"
        second = Call(f"channel-templates/{stem}", f"make the template {name}", "template", "POST", url, _KEY,
                      made.body, binds=((written, "/id"),), after=(first.id,), todo=tuple(todo))  # fmt: skip
        third = Call(f"activations/{stem}", f"submit {name} to WhatsApp", "activate", "PUT",
                     f"{url}/{{{{{written}}}}}/activate", _KEY, {}, after=(second.id,))  # fmt: skip
        return [first, second, third]

    def _authored(self, bodies: Sequence[TemplateBody], stem: str) -> list[Call]:
        made = authored_template(bodies, stem)
        name, place = bodies[0].name, bodies[0].place
        if not self._valid("bird_template", made.body, place, f"the template `{name}`"):
            return []
        if made.body.get("category") == "authentication":
            self.codes.add(name)
        todo = self._missing(made.missing, place, name)
        self.use((_WABA,))
        draft = _bind("draft", stem, set())
        first = Call(f"templates/{stem}", f"make the template {name} as a draft", "create", "POST", f"{_API}/templates",
                     _BEARER, made.body, binds=((draft, "/draft_version_id"),), todo=tuple(todo))  # fmt: skip
        second = Call(f"submissions/{stem}", f"submit {name} to WhatsApp", "submit", "POST",
                      f"{_API}/templates/{name}/versions/{{{{{draft}}}}}/submit", _BEARER, {},
                      after=(first.id,))  # fmt: skip
        return [first, second]

    def _is_first(self, template: TemplateBody) -> bool:
        """Whether a language is the one that is sent when none is named."""
        known = self.job.settings.default_locale
        if not known and template.planned is not None:
            known = self.job.project.by_id[template.planned.origins[0].flow].locale
        return bool(known) and template.language.replace("-", "_").lower() == known.replace("-", "_").lower()

    def _check(self, name: str, stem: str, after: str) -> None:
        note = (
            "404: the workspace of this key does not have the template; connect the WhatsApp account there, or make "
            "the template in it, before anything is sent"
        )
        self.checked[name] = id_ = f"checks/{stem}"
        self.checks.append(
            Call(id_, f"see whether {name} can be sent", "check", "GET", f"{_API}/templates/{name}", _BEARER,
                 after=(after,), notes=(note,))
        )  # fmt: skip

    def _missing(self, missing: Iterable[Missing], place: Place, name: str) -> list[str]:
        """Settings, findings and things to do for samples without a public address."""
        todo = []
        for item in missing:
            kind = item.sample.kind.lower()
            self.settings[item.setting] = Setting(
                item.setting, f"the public address (https) of a sample {kind} for {name}"
            )
            todo.append(item.task)
            help = file_setting(item.sample.source, kind)
            self.findings.append(SampleByHand.at(place, f"bird, {name}: {item.task}", help=help))
        return todo

    def send(self, send: SendBody) -> None:
        """One send."""
        template = send.data.get("template", {})
        name, language = str(template.get("name", "")), str(template.get("language", {}).get("code", ""))
        if name and self._refused(name, send.step.place, send.kind):
            return
        try:
            body = message_body(send.data, self.names.get((name, language), {}), name in self.codes)
        except Unfit as error:
            what = f"the message of `{send.step.node}`"
            self.findings.append(
                NotOnTarget.at(send.step.place, f"bird: {what} has no form in its API: {error}", help=_INSTEAD)
            )
            self.ledger.dropped(send.kind, send.step.place, f"Bird's API has no form for {error}", _INSTEAD)
            return
        if not self._valid("bird_message", body, send.step.place, f"the message of `{send.step.node}`"):
            return
        self._note_losses(send)
        call = Call(f"messages/{send.stem}", f"say {send.step.node} of {send.step.flow}", "send", "POST",
                    f"{_API}/messages", _BEARER, body,
                    after=(self.checked[name],) if name in self.checked else ())  # fmt: skip
        self.sends.append(call)
        self.ledger.exact(send.kind, send.step.place)
        listed = {"path": f"bird/requests/{call.id}.json", "kind": send.kind, "language": send.language, **send.about}
        self.files[(send.step.flow, send.step.node)].append(listed)

    def _note_losses(self, send: SendBody) -> None:
        """What a body cannot say: payloads of a template's replies, sections without a title."""
        components = send.data.get("template", {}).get("components", [])
        if any(str(item.get("sub_type", "")).lower() == "quick_reply" for item in components):
            reason = "a tap says the button's words: there is no payload (titles are in bindings.json)"
            self.ledger.emulated("reply payload", send.step.place, reason)
        interactive = send.data.get("interactive", {})
        if interactive.get("type") == "list" and not all(
            section.get("title") for section in interactive["action"]["sections"]
        ):
            self.ledger.emulated("list without sections", send.step.place, "its section has the button's words")

    def _refused(self, name: str, place: Place, construct: str) -> bool:
        """Whether the API takes no such name; said once for each."""
        finding = refused_name(self.job.target, name, place)
        if finding is None:
            return False
        if name not in self.refused:
            self.refused.add(name)
            self.findings.append(finding)
        self.ledger.dropped(construct, place, "Bird takes no such name", "give it another name in bascule.toml")
        return True

    def _valid(self, kind: str, body: dict[str, Any], place: Place, what: str) -> bool:
        problems = validate(kind, body)
        help = "mend the source so that the named member fits"
        for problem in problems:
            self.findings.append(NotOnTarget.at(place, f"bird: {what} would be refused: {problem}", help=help))
        if problems:
            self.ledger.dropped("request", place, "it breaks a limit of Bird's API", "mend the text")
        return not problems

    def _unfit(self, what: str, construct: str, bodies: Sequence[TemplateBody], error: Unfit) -> None:
        for template in bodies:
            told = f"bird: {what} ({template.language}) has no form in its API: {error}"
            self.findings.append(NotOnTarget.at(template.place, told, help=_INSTEAD))
            self.ledger.dropped(construct, template.place, f"Bird has no form for {error}", _INSTEAD)

    def use(self, settings: Iterable[Setting]) -> None:
        """Name settings in the plan."""
        for item in settings:
            self.settings.setdefault(item.name, item)

    def calls(self) -> list[Call]:
        """All calls in their order: by phase, as far as possible."""
        calls = [*self.made, *self.checks, *self.sends]
        if any(call.phase == "project" for call in calls):
            note = "take the id of the group whose channels are the WhatsApp account's, as BIRD_CHANNEL_GROUP_ID"
            lookup = Call(_LOOKUP, "list the channel groups", "lookup", "GET", f"{_PLATFORM}/channel-groups", _KEY,
                          notes=(note,))  # fmt: skip
            calls.insert(0, lookup)
        order = list(_PHASES)
        return sorted(calls, key=lambda call: order.index(call.phase))


_LOOKUP = "lookups/channel-groups"
_INSTEAD = "submit it at Meta directly, or say it with the kinds there are"


def _bind(kind: str, stem: str, taken: set[str]) -> str:
    """A name for an id of an answer that is no variable of the template."""
    name = f"{kind}_" + "".join(char if char.isalnum() and char.isascii() else "_" for char in stem)
    while name in taken:
        name += "_"
    return name


def _groups(bodies: Sequence[TemplateBody]) -> list[list[TemplateBody]]:
    """Templates by name, each language once; a second wording of a language is a group of its own."""
    groups: dict[str, list[dict[str, TemplateBody]]] = {}
    for template in bodies:
        rows = groups.setdefault(template.name, [])
        row = next((row for row in rows if template.language not in row), None)
        if row is None:
            rows.append(row := {})
        row[template.language] = template
    return [list(row.values()) for rows in groups.values() for row in rows]


def emit(job: EmitJob) -> Emitted:
    """Write projects, channel templates, activations and sends, their plan, and the SMS texts: Bird sends none."""
    bodies = cloud_bodies(job.project, job.plan, numbers=False)
    writer = _Writer(job)
    for group in _groups(bodies.templates):
        writer.template(group)
    for send in bodies.sends:
        writer.send(send)
    writer.ledger.extend(bodies.ledger.losses())
    calls = writer.calls()
    if any(call.headers == _BEARER for call in calls):
        writer.use(_NEW_SETTINGS)
    settings = sorted(writer.settings.values(), key=lambda item: (item.name.startswith("SAMPLE_"), item.name))
    artefacts = call_artefacts("bird", calls, settings)
    artefacts.append(json_artefact("bird/bindings.json", bindings_data(job.project, job.plan, writer.files)))
    artefacts.append(json_artefact("bird/scenario.json", encode_project(job.project)))
    artefacts.extend(sms_artefacts(job))
    artefacts.append(_readme(calls, settings))
    return Emitted(tuple(artefacts), (*bodies.findings, *writer.findings), writer.ledger)


def _readme(calls: Sequence[Call], settings: Sequence[Setting]) -> Artefact:
    notes = [
        "`plan.json` has all calls in order, and which answers later calls need; `requests.http` is the same for "
        "editors.",
        "Templates are made on the 2023 platform (`api.bird.com`); messages go out through the 2026 API, by the "
        "template's name. Run the checks before the first send.",
        "Bird has no SMS in the same call: `sms-fallback.csv` has the text for each template, with its segments.",
    ]
    return readme_artefact(
        "bird",
        "Bird: what to send, and in which order",
        settings=settings,
        todo=call_todo(calls),
        steps=call_steps(calls, _PHASES),
        notes=notes,
    )
