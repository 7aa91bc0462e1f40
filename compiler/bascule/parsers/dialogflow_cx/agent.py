"""A whole agent: its settings, its parts, its flows, and the project they make."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bascule.ir.ledger import Ledger
from bascule.ir.project import Flow, Project
from bascule.language.members import Facts, clip
from bascule.language.names import template_slug
from bascule.language.reading import unique
from bascule.parsers.base import ParseOptions
from bascule.parsers.dialogflow_cx.calls import Agent, settle_results
from bascule.parsers.dialogflow_cx.flows import build_flow, bury_routes
from bascule.parsers.dialogflow_cx.losses import AgentSetting, GenerativePart, RecognitionSetting, TestCases, VoiceOnly
from bascule.parsers.dialogflow_cx.model import Route
from bascule.parsers.dialogflow_cx.nlu import read_entity, read_intent
from bascule.parsers.dialogflow_cx.package import FlowPart, Package, open_package
from bascule.parsers.dialogflow_cx.pages import FlowReader, Names, silence
from bascule.parsers.dialogflow_cx.reading import AgentMembers, AgentReading, Part, hollow, locale_tag
from bascule.parsers.dialogflow_cx.rules import NoAgent, NoFlows, StartUnknown
from bascule.parsers.dialogflow_cx.services import Services
from bascule.source import Document, Place, Tree

__all__ = ["AgentRead", "read_agent"]

_DEFAULT_START = "Default Start Flow"
_DEFAULT_START_ID = "00000000-0000-0000-0000-000000000000"
_VOICE = ("speechToTextSettings", "textToSpeechSettings", "speakerIdSettings", "duplexSettings", "advancedSettings")
_RECOGNITION = ("enableSpellCorrection", "enableMultiLanguageTraining")
_CLIENTS = (
    "answerFeedbackSettings",
    "bigqueryExportSettings",
    "callCompanionSettings",
    "clientCertificateSettings",
    "customPayloadTemplates",
    "enableLogging",
    "enableStackdriverLogging",
    "gitIntegrationSettings",
    "personalizationSettings",
    "securitySettings",
    "webClientSettings",
)
_GENERATIVE = ("genAppBuilderSettings", "startPlaybook")


@dataclass
class AgentRead:
    """What reading an agent gives. ``empty`` says that there is no flow to convert."""

    project: Project
    ledger: Ledger
    documents: list[Document]
    package: Package
    empty: bool


def read_agent(reading: AgentReading, tree: Tree, options: ParseOptions) -> AgentRead:
    """Read the files of an agent. Never raises on content."""
    package = open_package(reading, tree)
    facts: Facts = []
    start = _settings(reading, package, options, facts)
    names = Names(package.flows, package.intents, package.entities)
    services = Services(reading, package)
    known = frozenset(package.entities)
    intents = [read_intent(reading, named, known) for named in package.intents.values()]
    entities = [read_entity(reading, named) for named in package.entities.values()]
    shared = _agent_groups(reading, services, names, package)
    ids: dict[str, str] = {}
    taken: dict[str, int] = {}
    for number, name in enumerate(package.flows, 1):
        ids[name] = unique(template_slug(name) or f"flow_{number}", taken)
    models = {name: FlowReader(reading, services, names, flow).read(ids[name]) for name, flow in package.flows.items()}
    agent = Agent(models, _start_flow(reading, package, start), silence_of(package))
    agent.learn(intents, entities)
    settle_results(agent)
    flows: list[Flow] = []
    used: set[int] = set()
    for name in sorted(models, key=lambda name: name != agent.start):
        flow, reached = build_flow(reading, agent, models[name], ids, {id(route) for route in shared})
        flows.append(flow)
        used |= reached
    bury_routes(reading, shared, used, facts)
    services.finish(facts)
    _rest(reading, package)
    empty = not any(model.pages or model.all_routes() for model in models.values())
    if empty:
        place = package.agent.place if package.agent is not None else Place(reading.path)
        reading.find(
            NoFlows,
            place,
            "no flow of the agent has a page or a route: there is nothing to convert",
            help="export an agent with flows; what playbooks say is decided by a language model",
        )
    tags = [reading.language, *(locale_tag(tag) for tag in _supported(package)), *reading.languages]
    project = Project(
        flows=() if empty else tuple(flows),
        locale=reading.language,
        locales=tuple(dict.fromkeys(tag for tag in tags if tag)),
        variables=tuple(reading.variables.values()),
        intents=tuple(intents),
        entities=tuple(entities),
        facts=tuple(facts),
    )
    return AgentRead(project, reading.close(), package.documents, package, empty)


def _supported(package: Package) -> list[Any]:
    listed = package.agent.value.get("supportedLanguageCodes") if package.agent is not None else None
    return listed if isinstance(listed, list) else []


def silence_of(package: Package) -> float | None:
    """Seconds of silence that the agent's settings allow."""
    return silence(package.agent.value.get("advancedSettings")) if package.agent is not None else None


def _settings(reading: AgentReading, package: Package, options: ParseOptions, facts: Facts) -> str:
    """``agent.json``: languages and facts; returns the name of the start flow."""
    part = package.agent
    if part is None:
        reading.language = locale_tag(options.locale)
        if package.flows and not reading.alone:
            reading.find(
                NoAgent,
                Place(reading.path),
                "the agent's own file `agent.json` is missing; its language and start flow are guessed",
                help="name the folder of the whole export",
            )
        return ""
    reading.file(part, "agent")
    members = AgentMembers(reading, part.value, part.place, "agent", facts)
    reading.language = locale_tag(members.string("defaultLanguageCode")) or locale_tag(options.locale)
    members.texts("supportedLanguageCodes")
    start = members.string("startFlow")
    members.fact("name", "displayName", "description", "avatarUri", "timeZone", "projectNumber", "startFlow")
    groups = (
        (_VOICE, VoiceOnly, "have settings for calls", "for calls and logs; kept as a fact"),
        (_RECOGNITION, RecognitionSetting, "set how the old platform recognises", "how it recognises; kept as a fact"),
        (
            _CLIENTS,
            AgentSetting,
            "have settings of logs, accounts or other clients",
            "of no conversation on WhatsApp; kept as a fact",
        ),
        (_GENERATIVE, GenerativePart, "are for a language model", "a language model decides; kept as a fact"),
    )
    for listed, rule, what, reason in groups:
        for name in listed:
            if hollow(members.data.get(name)):
                members.skip(name)
            else:
                members.lose(name, rule, f"agent {rule.__name__}", what, reason)
    members.close()
    return start


def _agent_groups(reading: AgentReading, services: Services, names: Names, package: Package) -> list[Route]:
    """Read the agent's own route groups, once for all flows."""
    found: list[Route] = []
    for name, part in package.groups.items():
        names.groups[name] = FlowReader(reading, services, names, FlowPart("agent", part.place)).group(part)
        found += names.groups[name]
    return found


def _start_flow(reading: AgentReading, package: Package, start: str) -> str:
    """The display name of the flow that starts."""
    flows = package.flows
    if start in flows or not flows:
        return start
    default = next(
        (
            name
            for name, flow in flows.items()
            if flow.part is not None and flow.part.value.get("name") == _DEFAULT_START_ID
        ),
        _DEFAULT_START if _DEFAULT_START in flows else next(iter(flows)),
    )
    if package.agent is not None:
        place = package.agent.place
        guess = reading.nearest(start, flows)
        what = f"the start flow `{clip(start)}` is not in the export" if start else "the agent names no start flow"
        reading.find(
            StartUnknown,
            place.child("startFlow") if start else place,
            f"{what}; `{clip(default)}` is taken",
            help=f"did you mean `{clip(guess)}`?" if guess else "export the whole agent",
        )
    return default


def _rest(reading: AgentReading, package: Package) -> None:
    """Files that are no part of a conversation: test cases, and what a language model speaks for."""
    for part in package.tests:
        code = reading.find_once(
            TestCases,
            "tests",
            part.place,
            lambda count: f"{count} recorded test case(s) are not converted",
            help="keep the files: replayed against the converted flow they show what changed",
        )
        reading.drop_file(part, "test case", "no part of the conversation", "keep the file", code)
    for part in package.generative:
        what = {"playbooks": "playbook", "tools": "tool"}.get(part.name.split("/", 1)[0], "generative setting")
        # Tools of older exports hold credentials: nothing of them may show.
        reading.safe(part.value, part.place)
        code = _generative(reading, part, what)
        reading.drop_file(part, what, "a language model decides", "a service of the new platform", code)


def _generative(reading: AgentReading, part: Part, what: str) -> str:
    return reading.find_once(
        GenerativePart,
        what,
        part.place,
        lambda count: f"{count} {what}(s) belong to a language model",
        help="rebuild it with a service of the new platform",
    )
