"""Target ``meta``: bodies for the Cloud API, exactly as it takes them, and the bindings a sender needs.

``templates/<name>.<lang>.json`` is the body of ``POST /{WABA}/message_templates``;
``messages/<flow>/<node>….json`` are bodies of ``POST /{PHONE}/messages`` with ``{{variable}}`` where a value
is bound at run time; ``bindings.json`` says what each variable is and where each answer leads;
``scenario.json`` is the whole graph (conditions, requests, waits) for the program that sends.

https://developers.facebook.com/documentation/business-messaging/whatsapp/templates/overview
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from bascule.backends.base import Artefact, EmitJob, Emitted, json_artefact
from bascule.backends.meta.bindings import bindings_data
from bascule.backends.meta.send import template_send
from bascule.backends.paths import FileNames, safe_name
from bascule.diagnostics import Finding, Rule
from bascule.ir.encode import encode_project
from bascule.ir.ledger import Ledger
from bascule.ir.project import Project
from bascule.source import Place
from bascule.whatsapp.plan import Plan, PlannedMessage, PlannedStep, PlannedTemplate
from bascule.whatsapp.schema import validate

__all__ = ["emit"]


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


def emit(job: EmitJob) -> Emitted:
    """Write the plan for the Cloud API. A body that fails its schema is reported and left out."""
    project, plan = job.project, job.plan
    artefacts: list[Artefact] = []
    findings: list[Finding] = []
    ledger = Ledger()
    for template in plan.templates:
        body = template.template.to_json()
        path = f"meta/templates/{template.name}.{template.language}.json"
        problems = validate("template", body)
        if problems:
            for problem in problems:
                findings.append(
                    ArtefactInvalid.at(
                        template.place,
                        f"the template `{template.name}` ({template.language}) would be refused: {problem}",
                        help="mend the text so that it fits",
                    )
                )
            ledger.dropped("template", template.place, "its body breaks a limit of the API", "mend the text")
            continue
        artefacts.append(json_artefact(path, body))
        ledger.exact("template", template.place)
    _kept_whole(project, plan, artefacts, findings, ledger)
    paths = FileNames()
    templates = {template.template.key: template for template in plan.templates}
    files: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for step in plan.steps:
        listed: list[dict[str, Any]] = []
        for path, kind, language, body, variables in _bodies(step, paths, templates):
            problems = validate("message", body)
            for problem in problems:
                findings.append(
                    ArtefactInvalid.at(
                        step.place,
                        f"the message of `{step.node}` would be refused: {problem}",
                        help="mend the text so that it fits",
                    )
                )
            if problems:
                ledger.dropped(f"{kind} of {step.node}", step.place, "its body breaks a limit of the API", "mend it")
                continue
            artefacts.append(json_artefact(path, body))
            ledger.exact(kind, step.place)
            listed.append({"path": path, "kind": kind, "language": language, **variables})
        files[(step.flow, step.node)] = listed
    artefacts.append(json_artefact("meta/bindings.json", bindings_data(project, plan, files)))
    artefacts.append(json_artefact("meta/scenario.json", encode_project(project)))
    if plan.consolidation:
        artefacts.append(json_artefact("meta/consolidation.json", {"proposals": list(plan.consolidation)}))
    return Emitted(tuple(artefacts), tuple(findings), ledger)


def _kept_whole(
    project: Project, plan: Plan, artefacts: list[Artefact], findings: list[Finding], ledger: Ledger
) -> None:
    """Definitions that a source brings along, were never submitted, and that the graph could not take apart."""
    planned = {template.template.key for template in plan.templates}
    for asset in project.templates:
        if asset.status or not asset.definition or asset.provider not in ("", "meta"):
            continue
        body = json.loads(asset.definition)
        if not isinstance(body, dict) or (asset.name, asset.language) in planned or not body.get("components"):
            continue
        place = asset.at or Place("")
        problems = validate("template", body)
        findings.extend(
            ArtefactInvalid.at(
                place,
                f"the template `{asset.name}` ({asset.language}) would be refused: {problem}",
                help="mend the definition so that it fits",
            )
            for problem in problems
        )
        if problems:
            ledger.dropped("template definition", place, "its body breaks a limit of the API", "mend it")
            continue
        name = f"{safe_name(asset.name)}.{safe_name(asset.language)}"
        artefacts.append(json_artefact(f"meta/templates/{name}.json", body))
        ledger.exact("template definition", place, "as it stands in the source")


def _bodies(
    step: PlannedStep, paths: FileNames, templates: Mapping[tuple[str, str], PlannedTemplate]
) -> Iterator[tuple[str, str, str, dict[str, Any], dict[str, Any]]]:
    """Each send body of a step: path, kind, language, body, and its description for the bindings."""
    stem = f"meta/messages/{paths.of(step.flow, step.node)}"
    many = len(step.messages) > 1
    for language, messages in step.messages:
        tag = f".{safe_name(language)}" if many and language else ""
        for number, message in enumerate(messages, start=1):
            count = f".{number}" if len(messages) > 1 else ""
            yield f"{stem}{tag}{count}.json", "message", language, message.message.to_json(), _describe(message)
    sends = [(language, send) for language, uses in step.templates for send in uses]
    for language, send in sends:
        tag = f".{safe_name(language)}" if len(step.templates) > 1 else ""
        branch = f".{send.template}" if sum(1 for other, _ in sends if other == language) > 1 else ""
        body = template_send(step, send, templates)
        if body is not None:
            yield f"{stem}.template{tag}{branch}.json", "template", language, body, {"template": send.template}


def _describe(message: PlannedMessage) -> dict[str, Any]:
    data: dict[str, Any] = {"role": message.role}
    if message.variables:
        data["variables"] = [name for name, _ in message.variables]
    if message.page:
        data["page"] = message.page
    if message.next_id:
        data["next_page_reply_id"] = message.next_id
    return data
