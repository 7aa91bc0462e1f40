"""All files of an agent to one project: settings, intents with phrases, entities, then the flow."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from bascule.ir import project as ir
from bascule.ir.expr_text import print_text
from bascule.ir.parts import FILE, as_part
from bascule.ir.project import Entity, Flow, Project
from bascule.ir.text import Localized
from bascule.language.names import template_slug
from bascule.language.reading import json_text, unique
from bascule.parsers.base import Parsed, ParseOptions
from bascule.parsers.dialogflow_es.agent import Agent, check_languages, missing_agent, read_agent, read_small_talk
from bascule.parsers.dialogflow_es.answers import read_answer, read_question
from bascule.parsers.dialogflow_es.contexts import Contexts
from bascule.parsers.dialogflow_es.entities import Draft as EntityDraft
from bascule.parsers.dialogflow_es.entities import read_entities, system_entities
from bascule.parsers.dialogflow_es.entries import read_entries
from bascule.parsers.dialogflow_es.graph import EVENTS, INTENTS, LISTEN, Builder, Draft
from bascule.parsers.dialogflow_es.intents import read_intent
from bascule.parsers.dialogflow_es.layout import Kind, Part
from bascule.parsers.dialogflow_es.model import Intent
from bascule.parsers.dialogflow_es.phrases import read_phrases
from bascule.parsers.dialogflow_es.questions import declare_parameters, note_missing_prompt, preset
from bascule.parsers.dialogflow_es.reading import Facts, Reading, counted, shown
from bascule.parsers.dialogflow_es.references import Scope
from bascule.parsers.dialogflow_es.rules import (
    FollowUpWithoutParent,
    ForeignFile,
    IntentTwice,
    LooseParts,
    NoIntents,
    PartAlone,
)
from bascule.parsers.dialogflow_es.tags import locale_tag
from bascule.source import Document, Place, TextDocument

__all__ = ["read_parts"]


class _Run:
    """One run over the files of an agent."""

    def __init__(self, parts: Sequence[Part], options: ParseOptions, path: str, name: str, alone: bool) -> None:
        self.parts = parts
        self.options = options
        self.path = path
        self.name = name
        self.alone = alone
        self.reading = Reading(path)
        self.facts: Facts = []
        self.agent = Agent(Place(path))
        self.intents: list[Intent] = []
        self.loose: list[Intent] = []
        self.entities: list[EntityDraft] = []
        self.tags: list[str] = []

    def _of(self, kind: Kind) -> list[Part]:
        return [part for part in self.parts if part.kind is kind]

    def run(self) -> Project:
        """Read everything."""
        self._files()
        said = [tag for tag in dict.fromkeys(tag or self.agent.language for tag in self.tags) if tag]
        single = len(set(said) | {self.agent.language}) <= 1
        reading, language = self.reading, self.agent.language

        def key(tag: str) -> str:
            return "" if single else (tag or language)

        self._name_intents()
        locales = check_languages(reading, self.agent, said) if not self.alone else (language, *said)
        entities = [draft.finished(key) for draft in self.entities]
        first_values = {draft.name: next(iter(draft.values), "") for draft in self.entities}
        declare_parameters(reading, self.intents, first_values, key)
        contexts = Contexts.of(self.intents)
        drafts = self._drafts(contexts, key)
        contexts.declare(reading)
        flows = self._flow(contexts, drafts) if self.intents else ()
        if not self.alone:
            contexts.check(reading)
            self._relations()
        reading.unset_contexts(contexts.left())
        used = {parameter.entity for intent in self.intents for parameter in intent.parameters}
        if self.agent.webhook and not (self.agent.webhook_on and any(intent.webhook for intent in self.intents)):
            self.facts.append(("webhook url", json_text(print_text(self.agent.webhook))))
        return Project(
            flows=tuple(as_part(flow, FILE) for flow in flows) if self.alone else tuple(flows),
            locale=language,
            locales=tuple(dict.fromkeys(tag for tag in locales if tag)),
            variables=tuple(reading.variables.values()),
            intents=tuple(self._intent(draft.intent, draft.answer.facts, key) for draft in drafts)
            + tuple(self._intent(intent, [], key) for intent in self.loose),
            entities=tuple(self._all_entities(entities, used)),
            facts=tuple(self.facts),
        )

    def _files(self) -> None:
        """Read every file, the settings first; each is put down."""
        reading = self.reading
        settings = self._of(Kind.AGENT)
        for part in settings[:1]:
            self.agent = read_agent(reading, part)
        heads = self._of(Kind.INTENT)
        if not self.agent.language:
            known, place, facts = self.agent.known, self.agent.place, self.agent.facts
            tags = [*_message_tags(heads), *(locale_tag(part.tag) for part in self._of(Kind.PHRASES))]
            guess = missing_agent(reading, tags, self.options.locale, self.path, self.alone or known)
            self.agent = guess if not known else self.agent
            self.agent.language, self.agent.place, self.agent.facts = guess.language, place, facts
        self.tags.extend(_message_tags(heads))
        for part in heads:
            intent = read_intent(reading, part, self.agent.language)
            if intent is not None:
                self.intents.append(intent)
        self._phrases()
        self.tags.extend(locale_tag(part.tag) for part in self._of(Kind.ENTRIES))
        self.entities = read_entities(reading, self._of(Kind.ENTITY), self._of(Kind.ENTRIES), self.agent.language)
        for part in self._of(Kind.SMALL_TALK):
            read_small_talk(reading, part, self.facts)
        for part in self._of(Kind.PACKAGE):
            reading.open_file(part.file, part.kind.value)
        self._others([*self._of(Kind.OTHER), *settings[1:]])

    def _phrases(self) -> None:
        by_stem = {intent.stem: intent for intent in self.intents}
        for part in self._of(Kind.PHRASES):
            self.tags.append(locale_tag(part.tag))
            intent = by_stem.get(part.stem)
            if intent is None:
                place = Place(part.file.path)
                intent = by_stem[part.stem] = Intent(place, name=part.stem.rpartition("/")[2], stem=part.stem)
                self.loose.append(intent)
                self.reading.find_once(
                    LooseParts,
                    "phrases",
                    place,
                    counted("", " file(s) of training phrases have no intent beside them; nothing answers them"),
                    help="give the intent's file the same name, or delete the phrases",
                )
            read_phrases(self.reading, part, intent)

    def _others(self, parts: Iterable[Part]) -> None:
        """Files that exports do not have: named, and not read."""
        for part in parts:
            place = Place(part.file.path)
            self.reading.book.open("file other", place)
            self.reading.documents.setdefault(part.file.path, TextDocument(part.file.path, ""))
            code = self.reading.find_once(
                ForeignFile,
                "file",
                place,
                lambda count: f"{count} file(s) beside the agent are no part of its export; they are not read",
                help="name a file on its own if it is a scenario",
            )
            self.reading.book.dropped(place, "no part of an export", "name it on its own", code)

    def _name_intents(self) -> None:
        self.taken: dict[str, int] = {INTENTS: 1, LISTEN: 1, EVENTS: 1}
        for intent in (*self.intents, *self.loose):
            intent.id = unique(template_slug(intent.name or "intent"), self.taken)

    def _drafts(self, contexts: Contexts, key: Any) -> list[Draft]:
        """The words of all intents. All of them are read before a node is made: what they use decides what is kept."""
        reading = self.reading
        names = frozenset((*contexts.needed, *contexts.opened)) | {
            name for intent in self.intents for name in (*(item.name for item in intent.outputs), *_events(intent))
        }
        drafts: list[Draft] = []
        for intent in self.intents:
            own = frozenset((*(parameter.name for parameter in intent.parameters), *intent.aliases))
            reading.scope = Scope(intent.id, own, names)
            draft = Draft(intent, read_answer(reading, intent, self.agent.language, key))
            for parameter in intent.parameters:
                question = read_question(reading, parameter, self.agent.language, key, draft.answer.facts)
                if not parameter.required:
                    continue
                if question is not None:
                    draft.questions.append((parameter, question))
                    reading.book.emulated(parameter.place, "asked where the person has not said it")
                else:
                    note_missing_prompt(reading, intent, parameter)
            draft.preset = preset(reading, intent)
            drafts.append(draft)
        reading.scope = Scope()
        return drafts

    def _flow(self, contexts: Contexts, drafts: Sequence[Draft]) -> tuple[Flow, ...]:
        builder = Builder(
            self.reading, self.agent, contexts, tuple(self.reading.context_uses), self._synonyms(), self.alone
        )
        builder.taken = self.taken
        nodes = [] if self.alone else builder.common()
        for draft in drafts:
            nodes.extend(builder.intent(draft))
        sent = {event.casefold() for draft in drafts for event in draft.sends()}
        entries, more = read_entries(self.reading, self.intents, sent, self.alone)
        nodes.extend(more)
        title = self.agent.title or self.name
        return (
            Flow(
                id=template_slug(title) or "agent",
                nodes=tuple(nodes),
                entries=tuple(entries),
                title=title,
                locale=self.agent.language,
                facts=tuple(self.agent.facts),
                at=self.agent.place,
            ),
        )

    def _synonyms(self) -> dict[str, dict[str, str]]:
        """Each entity's values by their synonyms, without case."""
        found: dict[str, dict[str, str]] = {}
        for entity in self.entities:
            words = found.setdefault(entity.name, {}) if not entity.regex else {}
            for value, by_locale in entity.values.items():
                for word in (value, *(word for synonyms in by_locale.values() for word in synonyms)):
                    words.setdefault(word.strip().casefold(), value)
        return found

    def _intent(self, intent: Intent, more: Facts, key: Any) -> ir.Intent:
        flags = [("fallback", "true")] if intent.fallback else []
        own = {parameter.name: parameter.entity for parameter in intent.parameters}
        required = [parameter.name for parameter in intent.parameters if parameter.required]
        if required:
            flags.append(("required", json_text(required)))
        phrases = {key(locale): tuple(items) for locale, items in intent.phrases.items()}
        return ir.Intent(
            id=intent.id,
            title=intent.name,
            phrases=Localized(tuple(phrases.items())),
            parameters=tuple((own | {name: kind for name, kind in intent.aliases.items() if name not in own}).items()),
            facts=(*intent.facts, *flags, *more),
            at=intent.place,
        )

    def _all_entities(self, entities: list[Entity], used: set[str]) -> list[Entity]:
        known = {entity.id for entity in entities}
        return [*entities, *(entity for entity in system_entities(used) if entity.id not in known)]

    def _relations(self) -> None:
        """Report intents under one name or id, and follow-ups that do not follow."""
        reading = self.reading
        by_key: dict[str, Intent] = {}
        by_name: dict[str, Intent] = {}
        for intent in self.intents:
            for table, word, what in (
                (by_key, intent.key, "id"),
                (by_name, intent.name.casefold(), "name"),
            ):
                first = table.setdefault(word, intent) if word else intent
                if first is not intent:
                    same = what if what == "id" or first.name == intent.name else "name but for its case"
                    reading.find(
                        IntentTwice,
                        intent.place.child(what),
                        f"two intents have one {same}: `{shown(first.name)}` and `{shown(intent.name)}`",
                        help="give each its own, or delete the copy",
                    )
        for intent in self.intents:
            parent = by_key.get(intent.parent)
            if not intent.parent or (parent is not None and parent.opens.keys() & intent.names):
                continue
            place = intent.place.child("parentId")
            if parent is None:
                message = f"the parent of `{shown(intent.name)}` is not in the export"
            elif not intent.inputs:
                message = f"`{shown(intent.name)}` follows `{shown(parent.name)}`, but needs no context to come"
            else:
                message = f"`{shown(parent.name)}` opens no context that its follow-up `{shown(intent.name)}` needs"
            reading.find(FollowUpWithoutParent, place, message, help="repair the contexts of both")
            reading.book.emulated(place, "only contexts count: kept as a fact")


def _events(intent: Intent) -> list[str]:
    return [event.name.lower() for event in intent.events]


def _message_tags(parts: Iterable[Part]) -> list[str]:
    """The languages of all messages and prompts, as often as they stand there."""
    found: list[str] = []
    for part in parts:
        document = part.file.json
        value = document.value if document is not None else None
        responses = value.get("responses") if isinstance(value, dict) else None
        for response in responses if isinstance(responses, list) else ():
            if isinstance(response, dict):
                found.extend(_tags(response.get("messages")))
                parameters = response.get("parameters")
                for parameter in parameters if isinstance(parameters, list) else ():
                    if isinstance(parameter, dict):
                        found.extend(_tags(parameter.get("prompts")))
                        found.extend(_tags(parameter.get("promptMessages")))
    return found


def _tags(items: Any) -> list[str]:
    return [
        locale_tag(item.get("lang", item.get("languageCode")))
        for item in (items if isinstance(items, list) else ())
        if isinstance(item, dict)
    ]


def read_parts(parts: Sequence[Part], options: ParseOptions, path: str, name: str, alone: bool) -> Parsed:
    """Read an agent. ``path`` is its display path, ``name`` what it is called where it does not say; ``alone``: one
    file was named, and the rest of its agent is not there."""
    order = (Kind.AGENT, Kind.INTENT, Kind.PACKAGE)
    ranked = sorted(parts, key=lambda part: order.index(part.kind) if part.kind in order else len(order))
    main = ranked[0] if ranked else None
    file = main.file.path if main is not None else path
    run = _Run(parts, options, file, name, alone)
    project = run.run()
    reading = run.reading
    if not project.flows:
        if alone:
            reading.find(
                PartAlone,
                Place(file),
                "the file is a part of an export of Dialogflow ES; nothing is said in it",
                help="name the folder or the zip of the export",
            )
        else:
            reading.find(
                NoIntents, Place(file), "the agent has no intent that answers", help="name the whole folder or zip"
            )
    documents: dict[str, Document] = reading.masked()
    document = documents.pop(file, None) or TextDocument(file, "")
    counts = (("intents", len(project.intents)), ("entities", len(project.entities)))
    facts = (("format", "dialogflow-es"), *((word, str(count)) for word, count in counts))
    return Parsed(
        project,
        reading.finish(),
        reading.book.close(),
        document,
        unreadable=not project.flows,
        facts=facts,
        documents=tuple(documents[known] for known in sorted(documents)),
    )
