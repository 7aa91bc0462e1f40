"""``agent.json`` and what stands beside it: languages, webhook, settings, small talk."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from bascule.ir.text import Text, literal
from bascule.language.reading import json_text
from bascule.parsers.dialogflow_es.layout import Part
from bascule.parsers.dialogflow_es.losses import Classifier, GoogleAction, KnowledgeBase, SmallTalk
from bascule.parsers.dialogflow_es.reading import Facts, Reading, shown
from bascule.parsers.dialogflow_es.rules import AgentFileMissing, LanguageUndeclared
from bascule.parsers.dialogflow_es.tags import locale_tag
from bascule.source import Place

__all__ = ["Agent", "check_languages", "missing_agent", "read_agent", "read_small_talk"]

_LOOKED_AT = 200
_NOTES = frozenset({
    "description", "shortDescription", "examples", "linkToDocs", "defaultTimezone", "isPrivate",
    "disableInteractionLogs", "disableStackdriverLogs", "analyzeQueryTextSentiment", "dialogBuilderMode",
    "baseActionPackagesUrl", "onePlatformApiVersion", "enableOnePlatformApi", "avatarUri",
})  # fmt: skip
"""Settings without an effect on what is said."""

_CLASSIFIER = frozenset({"customClassifierMode", "mlMinConfidence", "enableSpellCorrection"})
_KNOWLEDGE = frozenset({"enabledKnowledgeBaseNames"})
_CREDENTIALS = frozenset({"secondaryKey", "primaryKey", "apiKey"})
_WEBHOOK_NOTES = frozenset({
    "available", "useForDomains", "cloudFunctionsEnabled", "cloudFunctionsInitialized",
})  # fmt: skip
_WEBHOOK_CREDENTIALS = frozenset({"username", "password"})
_V1 = "v1"


@dataclass(slots=True)
class Agent:
    """The settings that matter to a conversation. ``known``: there is an ``agent.json``. ``webhook`` is the address,
    with secrets in it covered; ``protocol`` is ``v1`` or ``v2``."""

    place: Place
    known: bool = False
    language: str = ""
    languages: tuple[str, ...] = ()
    title: str = ""
    webhook: Text = ()
    webhook_on: bool = True
    protocol: str = "v2"
    ends: frozenset[str] = frozenset()
    facts: Facts = field(default_factory=list)


def read_agent(reading: Reading, part: Part) -> Agent:
    """Read ``agent.json``: each member ends in the ledger."""
    place = Place(part.file.path)
    agent = Agent(place)
    value = reading.open_file(part.file, part.kind.value)
    if value is None:
        return agent
    if not isinstance(value, dict):
        code = reading.wrong_shape(place, "the agent", value, "an object")
        reading.book.dropped(place, "no settings", "export the agent again", code)
        return agent
    agent.known = True
    for name, item in value.items():
        at = place.child(name)
        reading.book.open(f"agent {shown(name)}", at)
        _member(reading, agent, name, item, at)
    if str(value.get("onePlatformApiVersion")).lower().startswith(_V1) or (
        value.get("enableOnePlatformApi") is False and "onePlatformApiVersion" not in value
    ):
        agent.protocol = _V1
    return agent


def _member(reading: Reading, agent: Agent, name: str, value: Any, at: Place) -> None:
    if name in ("language", "displayName"):
        reading.book.exact(at)
        if name == "language":
            agent.language = reading.locale(value, at)
        else:
            agent.title = reading.string({name: value}, name, agent.place, "the agent")
    elif name == "supportedLanguages":
        reading.book.exact(at)
        tags = reading.list_of({name: value}, name, agent.place, "the agent", agent.facts)
        agent.languages = tuple(dict.fromkeys(tag for tag in map(locale_tag, tags) if tag))
    elif name == "webhook":
        _webhook(reading, agent, value, at)
    elif name == "googleAssistant":
        _google(reading, agent, value, at)
    elif name in _CREDENTIALS:
        reading.credential(at, name, value)
    elif name in _CLASSIFIER:
        reading.lose(Classifier, at, name, value, agent.facts, f"`{name}` sets how intents are recognised")
    elif name in _KNOWLEDGE:
        reading.lose(KnowledgeBase, at, name, value, agent.facts, "knowledge bases answer too; they are not here")
    elif name == "knowledgeServiceConfidenceAdjustment":
        reading.keep(at, name, value, agent.facts)
    elif name == "activeAssistantAgents":
        reading.lose(SmallTalk, at, name, value, agent.facts, "small talk of the old platform is switched on")
    elif name in _NOTES:
        reading.keep(at, name, value, agent.facts)
    else:
        reading.unknown(at, "agent", name, value, agent.facts, open_=False)


def _webhook(reading: Reading, agent: Agent, value: Any, at: Place) -> None:
    if not isinstance(value, dict):
        if value is None:
            reading.book.exact(at, "empty")
        else:
            reading.misshapen(at, "`webhook` of the agent", value, "an object", agent.facts, "webhook")
        return
    reading.book.exact(at)
    notes: dict[str, Any] = {}
    for name, item in value.items():
        here = at.child(name)
        reading.book.open(f"webhook {shown(name)}", here)
        if name == "url":
            url = reading.string(value, name, at, "the webhook")
            agent.webhook = literal(str(reading.safe(url, here, "url")).strip())
            reading.book.exact(here, "of its requests; a fact where no intent makes one")
        elif name == "headers":
            _headers(reading, item, here)
        elif name in _WEBHOOK_CREDENTIALS:
            reading.credential(here, name, item)
        elif name in _WEBHOOK_NOTES:
            notes[name] = reading.safe(item, here, name)
            reading.book.exact(here, "kept as a fact" if name != "available" else "")
        else:
            reading.unknown(here, "webhook", name, item, agent.facts, open_=False)
    agent.webhook_on = value.get("available") is not False
    if notes:
        agent.facts.append(("webhook", json_text(notes)))


def _headers(reading: Reading, value: Any, at: Place) -> None:
    """Headers are dropped whatever they say: most of them are keys."""
    if isinstance(value, dict) and not any(str(item).strip() for item in value.values()):
        reading.book.exact(at, "empty")
        return
    reading.credential(at, "webhook headers", value)


def _google(reading: Reading, agent: Agent, value: Any, at: Place) -> None:
    if not isinstance(value, dict):
        reading.keep(at, "googleAssistant", value, agent.facts)
        return
    ends = value.get("endIntentIds")
    items = ends if isinstance(ends, list) else []
    ids = [item.get("intentId") if isinstance(item, dict) else item for item in items]
    agent.ends = frozenset(item for item in ids if isinstance(item, str))
    if value.get("googleAssistantCompatible") or value.get("startIntents") or value.get("systemIntents"):
        code = reading.find(GoogleAction, at, "the agent is an action of Google Assistant; its settings are left out")
        reading.book.dropped(at, "settings of another channel", "nothing on WhatsApp", code)
    else:
        reading.book.exact(at, "not in use; only the intents that end the talk are read")


def missing_agent(reading: Reading, tags: Iterable[str], asked: str, path: str, alone: bool) -> Agent:
    """The settings of an export without ``agent.json``: the language that most texts have."""
    counts = Counter(tag for tag in tags if tag)
    language = counts.most_common(1)[0][0] if counts else asked
    agent = Agent(Place(path), language=language)
    if not alone:
        what = f"its language is taken to be `{language}`" if language else "its language is unknown"
        reading.find(
            AgentFileMissing,
            Place(path),
            f"the agent has no `agent.json`: {what}, and the address of its webhook is unknown",
            help="put the file back, or give `--locale`; the address can be written into the converted flow",
        )
    return agent


def check_languages(reading: Reading, agent: Agent, said: Iterable[str]) -> tuple[str, ...]:
    """Compare the languages of the texts with those declared; returns all of them, the agent's own first."""
    spoken = [tag for tag in dict.fromkeys(said) if tag]
    declared = [tag for tag in dict.fromkeys((agent.language, *agent.languages)) if tag]
    place = agent.place.child("supportedLanguages") if agent.languages else agent.place
    extra = [tag for tag in spoken if tag not in declared]
    silent = [tag for tag in declared if tag not in spoken]
    if agent.known and extra:
        names = ", ".join(f"`{shown(tag)}`" for tag in extra[:8])
        reading.find(
            LanguageUndeclared,
            place,
            f"texts are written in {names}, which `agent.json` does not name",
            help="they are carried; add the language to the agent, or remove the texts",
        )
    if agent.known and silent and spoken:
        names = ", ".join(f"`{shown(tag)}`" for tag in silent[:16])
        reading.find(LanguageUndeclared, place, f"nothing is said in {names}, which `agent.json` names")
    return (*declared, *extra)


def read_small_talk(reading: Reading, part: Part, facts: Facts) -> None:
    """Answers of the agent's own to small talk: kept as facts, as the questions are not in the export."""
    place = Place(part.file.path)
    value = reading.open_file(part.file, part.kind.value)
    if value is None:
        return
    if not isinstance(value, list):
        reading.misshapen(place, "small talk", value, "a list", facts, f"smallTalk.{part.tag}")
        return
    for index in range(len(value)):
        at = place.child(index)
        reading.book.open("small talk answer", at)
        code = reading.find_once(
            SmallTalk,
            "answers",
            at,
            lambda count: f"{count} answer(s) to small talk whose questions only the old platform knows; kept as facts",
            help="write intents of your own for the small talk that matters",
        )
        reading.book.dropped(at, "the questions are not in the export; kept as a fact", "an intent of its own", code)
    if value:
        facts.append((f"smallTalk.{part.tag}", json_text(reading.safe(value, place, "smallTalk"))))
