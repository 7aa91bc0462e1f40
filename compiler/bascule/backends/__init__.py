"""The targets: one line each in :data:`TARGETS`. A backend turns the plan into artefacts, nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import cast

from bascule.backends.base import Artefact, Backend, EmitJob, Emitted, SmsText, json_artefact

__all__ = [
    "TARGETS",
    "Artefact",
    "Backend",
    "EmitJob",
    "Emitted",
    "SmsText",
    "TargetInfo",
    "json_artefact",
    "load_backend",
]


@dataclass(frozen=True, slots=True)
class TargetInfo:
    """One target. ``module`` is imported when something is written for it; what it can do is in ``bascule.targets``."""

    name: str
    title: str
    module: str


TARGETS: tuple[TargetInfo, ...] = (
    TargetInfo("meta", "Meta Cloud API: template submissions, message bodies, bindings", "bascule.backends.meta"),
    TargetInfo("d360", "360dialog: template submissions and sends as requests", "bascule.backends.d360"),
    TargetInfo("twilio", "Twilio: Content, approvals and sends as requests", "bascule.backends.twilio"),
    TargetInfo("infobip", "Infobip: templates, sends with SMS failover as requests", "bascule.backends.infobip"),
    TargetInfo("vonage", "Vonage: templates, Messages API sends with SMS failover", "bascule.backends.vonage"),
    TargetInfo("bird", "Bird: channel templates, activations and sends as requests", "bascule.backends.bird"),
    TargetInfo("plivo", "Plivo: sends as requests, a checklist for its templates", "bascule.backends.plivo"),
    TargetInfo(
        "landbot", "Landbot: Bots API draft and a build brief per flow and language", "bascule.backends.landbot"
    ),
    TargetInfo("chatfuel", "Chatfuel: plan of API calls, flows, JSON API answers", "bascule.backends.chatfuel"),
    TargetInfo("typebot", "Typebot 6.1 import file per flow and language", "bascule.backends.typebot"),
    TargetInfo("scenario", "native scenario file (YAML) of the whole project", "bascule.backends.scenario"),
    TargetInfo("intents", "neutral list {intent, response, …} with rules to recognise it", "bascule.backends.intents"),
    TargetInfo("mermaid", "Mermaid flowchart per flow", "bascule.backends.diagrams.mermaid"),
    TargetInfo("dot", "Graphviz file per flow", "bascule.backends.diagrams.dot"),
)


def load_backend(name: str) -> Backend:
    """Import a target's module. Raises KeyError when no target has the name."""
    info = next((info for info in TARGETS if info.name == name), None)
    if info is None:
        raise KeyError(name)
    return cast(Backend, import_module(info.module))
