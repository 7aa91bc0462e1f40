"""Bodies for the Cloud API, checked against the schemas of what it takes.

https://developers.facebook.com/documentation/business-messaging/whatsapp/templates/overview
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from bascule.backends.cloud.send import template_send
from bascule.backends.cloud.written import renumbered
from bascule.backends.paths import FileNames, safe_name
from bascule.backends.rules import NameRefused, name_setting
from bascule.diagnostics import Finding, Rule
from bascule.ir.ledger import Ledger
from bascule.ir.project import Project
from bascule.source import Place
from bascule.whatsapp.plan import Plan, PlannedMessage, PlannedStep, PlannedTemplate
from bascule.whatsapp.schema import validate
from bascule.whatsapp.templates import read_template

__all__ = ["ArtefactInvalid", "CloudBodies", "SendBody", "TemplateBody", "cloud_bodies", "reply_ids"]


class ArtefactInvalid(Rule):
    """A body does not fit the schema of what the API takes

    What it does: checks every template and message body against bascule's own JSON Schemas before writing.
    Why: a body that breaks a limit is refused by the API (100, 131009, 2388040 …); better here than there.
    Example: a button label that a run-time variable makes longer than 20 characters.
    Use instead: mend the source so that the named member fits.
    Sources: https://developers.facebook.com/documentation/business-messaging/whatsapp/messages/send-messages
    """

    code = "TPL090"
    name = "artefact-invalid"


@dataclass(frozen=True, slots=True)
class TemplateBody:
    """A body of ``POST /{WABA}/message_templates``. ``planned`` is None for a definition the source brought along;
    ``stem`` is its file's name without extension."""

    name: str
    language: str
    data: dict[str, Any]
    planned: PlannedTemplate | None
    place: Place
    stem: str


@dataclass(frozen=True, slots=True)
class SendBody:
    """A body of ``POST /{PHONE}/messages``. ``kind`` is ``message`` or ``template``; ``stem`` is its file's path
    without extension; ``about`` describes it for the bindings."""

    step: PlannedStep
    stem: str
    kind: str
    language: str
    data: dict[str, Any]
    about: dict[str, Any]


@dataclass
class CloudBodies:
    """All valid bodies of a plan; the others are findings and ledger entries."""

    templates: list[TemplateBody] = field(default_factory=list)
    sends: list[SendBody] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    ledger: Ledger = field(default_factory=Ledger)


def cloud_bodies(
    project: Project, plan: Plan, by_id: Callable[[str], bool] = lambda name: False, *, numbers: bool = True
) -> CloudBodies:
    """Every body of the plan, in its order. A body that fails its schema is reported and left out.

    ``by_id`` says which ids of templates the provider takes in place of a name. ``numbers``: the parameters have the
    numbers of the plan at the provider too, so that those that a definition numbers otherwise are told.
    """
    made = CloudBodies()
    names = FileNames()
    for template in plan.templates:
        body = template.template.to_json()
        what = f"the template `{template.name}` ({template.language})"
        if _valid(made, "template", body, template.place, what, "mend the text so that it fits"):
            stem = names.of(f"{safe_name(template.name)}.{safe_name(template.language)}")
            made.templates.append(TemplateBody(template.name, template.language, body, template, template.place, stem))
            made.ledger.exact("template", template.place)
            for finding in renumbered(project, template) if numbers else ():
                made.findings.append(finding)
                made.ledger.emulated("parameter numbers", finding.place, "others than in the definition: TPL100")
        else:
            made.ledger.dropped("template", template.place, "its body breaks a limit of the API", "mend the text")
    _kept_whole(project, plan, made, names)
    folders, paths = FileNames(), FileNames()
    templates = {template.template.key: template for template in plan.templates}
    told: set[str] = set()
    for step in plan.steps:
        for send in _sends(step, folders, paths, templates, by_id):
            what = f"the message of `{step.node}`"
            name = send.about.get("template", "")
            if not send.data:
                if name not in told:
                    message = f"{what} sends the template `{name}`: that is no name of a template here"
                    made.findings.append(NameRefused.at(step.place, message, help=name_setting(name)))
                told.add(name)
                reason = "the source calls its template by an id of another provider"
                made.ledger.dropped("template", step.place, reason, "name it in bascule.toml")
            elif (send.kind == "template" and by_id(name)) or _valid(
                made, "message", send.data, step.place, what, "mend the text so that it fits"
            ):
                made.sends.append(send)
                made.ledger.exact(send.kind, step.place)
            else:
                reason = "its body breaks a limit of the API"
                made.ledger.dropped(f"{send.kind} of {step.node}", step.place, reason, "mend it")
    return made


def reply_ids(plan: Plan, template: TemplateBody) -> dict[str, str]:
    """The reply ids of the node that a template says first, by button text, for providers that fix them with it."""
    if template.planned is None:
        return {}
    origin = template.planned.origins[0]
    routes = next((step.routes for step in plan.steps if (step.flow, step.node) == (origin.flow, origin.node)), ())
    return {title: route.reply_ids[0] for route in routes for title in route.titles}


def _valid(made: CloudBodies, kind: str, body: dict[str, Any], place: Place, what: str, help: str) -> bool:
    problems = validate(kind, body)
    made.findings.extend(
        ArtefactInvalid.at(place, f"{what} would be refused: {problem}", help=help) for problem in problems
    )
    return not problems


def _kept_whole(project: Project, plan: Plan, made: CloudBodies, names: FileNames) -> None:
    """Definitions that a source brings along, were never submitted, and that the graph could not take apart."""
    planned = {template.template.key for template in plan.templates}
    sent = {(use.template, use.language) for step in plan.steps for _, uses in step.templates for use in uses}
    seen: list[tuple[str, str]] = []
    for asset in project.templates:
        if asset.status or not asset.definition or asset.provider not in ("", "meta"):
            continue
        body = json.loads(asset.definition)
        if not isinstance(body, dict) or (asset.name, asset.language) in planned or not body.get("components"):
            continue
        place = asset.at or Place("")
        if (asset.name, asset.language) not in sent:
            made.ledger.exact("template definition", place, "written anew under another name")
            continue
        what = f"the template `{asset.name}` ({asset.language})"
        known, _ = read_template(body, place)
        if known is not None and known.to_json() == body:
            body = known.to_json()  # the same, with its members in the order of all other bodies
        if _valid(made, "template", body, place, what, "mend the definition so that it fits"):
            stem = f"{safe_name(asset.name)}.{safe_name(asset.language)}"
            if (stem, asset.definition) in seen:
                made.ledger.exact("template definition", place, "the same as another one")
                continue
            # Another definition of the same name gets a file of its own, so that neither is lost.
            seen.append((stem, asset.definition))
            stem = names.another(stem)
            made.templates.append(TemplateBody(asset.name, asset.language, body, None, place, stem))
            made.ledger.exact("template definition", place, "as it stands in the source")
        else:
            made.ledger.dropped("template definition", place, "its body breaks a limit of the API", "mend it")


def _sends(
    step: PlannedStep,
    folders: FileNames,
    paths: FileNames,
    templates: Mapping[tuple[str, str], PlannedTemplate],
    by_id: Callable[[str], bool],
) -> Iterator[SendBody]:
    """Each send body of a step; ``{}`` stands for one that has no usable name."""
    stem = folders.of(step.flow, step.node)
    many = len(step.messages) > 1
    for language, messages in step.messages:
        tag = f".{safe_name(language)}" if many and language else ""
        for number, message in enumerate(messages, start=1):
            count = f".{number}" if len(messages) > 1 else ""
            data, about = message.message.to_json(), _describe(message)
            yield SendBody(step, paths.another(f"{stem}{tag}{count}"), "message", language, data, about)
    sends = [(language, send) for language, uses in step.templates for send in uses]
    for language, send in sends:
        tag = f".{safe_name(language)}" if len(step.templates) > 1 else ""
        branch = f".{safe_name(send.template)}" if sum(1 for other, _ in sends if other == language) > 1 else ""
        body = template_send(step, send, templates, by_id)
        path = paths.another(f"{stem}.template{tag}{branch}")
        yield SendBody(step, path, "template", language, body or {}, {"template": send.template})


def _describe(message: PlannedMessage) -> dict[str, Any]:
    data: dict[str, Any] = {"role": message.role}
    if message.variables:
        data["variables"] = [name for name, _ in message.variables]
    if message.page:
        data["page"] = message.page
    if message.next_id:
        data["next_page_reply_id"] = message.next_id
    return data
