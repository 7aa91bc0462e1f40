"""The smallest scenario: ``{"intent": …, "response": …}``, one record or a list, as many bots keep it.

Such files come from other tools: placeholders are read in whatever syntax the file uses, and keys that
mean nothing here are kept as facts of the intent with a warning.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from bascule.diagnostics.finding import Severity
from bascule.ir.content import Choice, ChoiceKind, Content
from bascule.ir.nodes import Message
from bascule.ir.project import Entity, EntityValue, Entry, EntryKind, Flow, Intent, Phrase, Project
from bascule.ir.text import Localized, LocalizedText, Text, plain_text
from bascule.parsers.base import ParseOptions
from bascule.parsers.scenario.names import Ids, nearest
from bascule.parsers.scenario.reader import Reader, plain
from bascule.parsers.scenario.rules import UnknownKey
from bascule.source import Place

__all__ = ["is_seed", "read_seed"]

_KEYS = (
    "intent",
    "response",
    "phrases",
    "examples",
    "buttons",
    "quick_replies",
    "language",
    "locale",
    "entities",
    "title",
)
_BUTTON_KEYS = ("title", "text", "label", "payload", "value", "url", "phone")
NODE_ID = "response"


def is_seed(value: Any) -> bool:
    """Whether a document is one seed record or a list that starts with one."""
    first = value[0] if isinstance(value, list) and value else value
    return isinstance(first, dict) and "intent" in first and "response" in first


@dataclass(slots=True)
class _Gathered:
    """What the records of one intent say together."""

    place: Place
    title: str = ""
    phrases: list[tuple[str, list[Phrase]]] = field(default_factory=list)
    wordings: list[tuple[str, LocalizedText]] = field(default_factory=list)
    choices: list[Choice] = field(default_factory=list)
    parameters: list[tuple[str, str]] = field(default_factory=list)
    facts: list[tuple[str, str]] = field(default_factory=list)
    content_place: Place | None = None
    ids: Ids = field(default_factory=Ids)


class _Texts:
    """Reads texts with the one placeholder syntax of the file."""

    def __init__(self, r: Reader, records: list[tuple[Any, Place]], options: ParseOptions) -> None:
        from bascule.language.placeholders import choice_findings, choose_syntax, syntax_names

        self.r = r
        self.syntax: Any = options.placeholder
        if options.placeholder not in syntax_names():
            self.syntax = choose_syntax([text for record, _ in records for text in _response_texts(record)])
            r.language(choice_findings(self.syntax, Place(r.file)))

    def read(self, value: Any, place: Place) -> Text | None:
        """One text."""
        from bascule.language.placeholders import parse_text

        source = self.r.string(value, place)
        if source is None:
            return None
        text, findings = parse_text(source, self.syntax, place)
        self.r.language(findings)
        return text


def _response_texts(record: Any) -> Iterator[str]:
    """All texts of a record that a user may read, for the choice of the syntax."""
    if not isinstance(record, dict):
        return
    for key in ("response", "buttons", "quick_replies"):
        level = [record.get(key)]
        while level:
            yield from (str(item) for item in level if isinstance(item, str))
            level = [
                part
                for item in level
                if isinstance(item, (dict, list))
                for part in (item.values() if isinstance(item, dict) else item)
            ]


def read_seed(r: Reader, value: Any, place: Place, options: ParseOptions) -> Project:
    """The project of a seed document: one intent and one flow per intent named in it."""
    records = [(value, place)]
    if isinstance(value, list):
        records = [(item, place.child(index)) for index, item in enumerate(value)]
    texts = _Texts(r, records, options)
    gathered: dict[str, _Gathered] = {}
    entities: dict[str, Entity] = {}
    for record, at in records:
        _record(r, record, at, texts, gathered, entities)
    intents = tuple(_intent(id, item) for id, item in gathered.items())
    flows = tuple(_flow(id, item) for id, item in gathered.items() if item.wordings)
    spoken = (locale for item in gathered.values() for locale, _ in item.wordings if locale)
    return Project(
        flows=flows, locale=options.locale or next(spoken, ""), intents=intents, entities=tuple(entities.values())
    )


def _record(
    r: Reader,
    record: Any,
    place: Place,
    texts: _Texts,
    gathered: dict[str, _Gathered],
    entities: dict[str, Entity],
) -> None:
    if not isinstance(record, dict):
        r.wrong(record, place, "a mapping with `intent` and `response`")
        return
    if "intent" not in record:
        help = "write `intent: name`; every record names the intent it answers"
        r.missing(place, "the record has no `intent`", help, "record")
        return
    id = r.string(record["intent"], place.child("intent"))
    if id is None:
        return
    r.ledger.exact("record", place)
    item = gathered.setdefault(id, _Gathered(place))
    locale = _language(r, record, place)
    if "title" in record:
        item.title = r.string(record["title"], place.child("title")) or ""
    for key in ("phrases", "examples"):
        if key in record:
            _phrases(r, record[key], place.child(key), locale, texts, item)
    if "response" in record:
        where = place.child("response")
        item.content_place = item.content_place or where
        item.wordings.extend((locale, wording) for wording in _wordings(r, record["response"], where, locale, texts))
    else:
        r.missing(place, "the record has no `response`", "write `response: …`")
    for key in ("buttons", "quick_replies"):
        if key in record:
            _buttons(r, record[key], place.child(key), texts, item)
    if "entities" in record:
        _entities(r, record["entities"], place.child("entities"), item, entities)
    item.facts.extend(
        _keep(r, str(key), record[key], place.child(key), "a record", _KEYS) for key in record if key not in _KEYS
    )


def _keep(r: Reader, key: str, value: Any, place: Place, what: str, known: tuple[str, ...]) -> tuple[str, str]:
    """A key of another tool: said, and given back as a fact."""
    meant = nearest(key, known)
    help = f"did you mean `{meant}`?" if meant else f"the keys that are read: {', '.join(known)}"
    message = f"{what} has no key `{key[:60]}`; it is kept as a fact and changes nothing"
    r.report(UnknownKey, place.at_key(), message, help, severity=Severity.WARNING)
    r.ledger.degraded(f"key {key[:60]}", place, "kept as a fact; nothing reads it", help, UnknownKey.code)
    return key, json.dumps(plain(value), ensure_ascii=False)


def _language(r: Reader, record: dict[str, Any], place: Place) -> str:
    for key in ("language", "locale"):
        if key in record:
            return r.string(record[key], place.child(key)) or ""
    return ""


def _phrases(r: Reader, value: Any, place: Place, locale: str, texts: _Texts, item: _Gathered) -> None:
    if isinstance(value, dict):
        for name, part in value.items():
            _phrases(r, part, place.child(name), str(name), texts, item)
        return
    found = [(value, place)] if isinstance(value, str) else r.items(value, place, "phrases")
    phrases: list[Phrase] = []
    for phrase, at in found:
        if isinstance(phrase, dict) and isinstance(phrase.get("text"), str):
            phrase, at = phrase["text"], at.child("text")
        text = texts.read(phrase, at)
        if text is not None:
            phrases.append(Phrase(text, at=at))
    item.phrases.append((locale, phrases))


def _wordings(r: Reader, value: Any, place: Place, locale: str, texts: _Texts) -> list[LocalizedText]:
    """The wordings of a response: a text, texts per language, or a list of either."""
    if isinstance(value, (list, dict)) and not value:
        r.wrong(value, place, "at least one text")
        return []
    if isinstance(value, list):
        return [
            wording for item, at in r.items(value, place, "texts") for wording in _wordings(r, item, at, locale, texts)
        ]
    if isinstance(value, dict) and isinstance(value.get("text"), str):
        value, place = value["text"], place.child("text")
    if isinstance(value, dict):
        return [r.localized(value, place, texts.read)]
    text = texts.read(value, place)
    return [] if text is None else [Localized.of(text, locale)]


def _buttons(r: Reader, value: Any, place: Place, texts: _Texts, item: _Gathered) -> None:
    for button, at in r.items(value, place, "buttons"):
        members: dict[str, Any] = {"title": button} if isinstance(button, str) else button
        if not isinstance(members, dict):
            r.wrong(button, at, "a text or a mapping (a button)")
            continue
        key = next((name for name in ("title", "text", "label") if name in members), "")
        if not key:
            r.missing(at, "the button has no `title`", "write `title: …`", "choice")
            continue
        title = texts.read(members[key], at if isinstance(button, str) else at.child(key))
        if title is None:
            continue
        url = texts.read(members["url"], at.child("url")) if "url" in members else None
        phone = texts.read(members["phone"], at.child("phone")) if "phone" in members else None
        payload = next((members[name] for name in ("payload", "value") if name in members), "")
        hints = tuple(
            _keep(r, str(name), part, at.child(name), "a button", _BUTTON_KEYS)
            for name, part in members.items()
            if name not in _BUTTON_KEYS
        )
        kind = ChoiceKind.URL if url else ChoiceKind.CALL if phone else ChoiceKind.REPLY
        id = item.ids.derive(plain_text(title))
        r.ledger.exact("choice", at)
        item.choices.append(
            Choice(
                id,
                Localized.of(title),
                kind,
                payload=str(payload) if isinstance(payload, str) else json.dumps(plain(payload), ensure_ascii=False),
                url=url or (),
                phone=phone or (),
                hints=hints,
                at=at,
            )
        )


def _entities(r: Reader, value: Any, place: Place, item: _Gathered, entities: dict[str, Entity]) -> None:
    """Names, mappings from name to values, or mappings with ``name`` (or ``entity``) and ``values``."""
    found: list[tuple[str, Any, Place]] = []
    if isinstance(value, dict):
        found = [(str(name), values, place.child(name)) for name, values in value.items()]
    else:
        for entry, at in r.items(value, place, "entities"):
            if isinstance(entry, str):
                found.append((str(entry), None, at))
                continue
            members = r.fields(entry, at, ("name", "entity", "values", "value"), "an entity")
            name = next((members[key] for key in ("name", "entity") if key in members), None) if members else None
            if members is None or not isinstance(name, str):
                continue
            values = next((members[key] for key in ("values", "value") if key in members), None)
            found.append((str(name), values, at))
    for name, values, at in found:
        item.parameters.append((name, name))
        words = r.strings(values, at) if values is not None else ()
        known = entities[name].values if name in entities else ()
        new = [EntityValue(word) for word in words or () if word not in {entry.value for entry in known}]
        entities[name] = Entity(name, values=(*known, *new), at=at)
        r.ledger.exact("entity", at)


def _intent(id: str, item: _Gathered) -> Intent:
    by_locale: dict[str, list[Phrase]] = {}
    for locale, found in item.phrases:
        by_locale.setdefault(locale, []).extend(found)
    phrases = Localized(tuple((locale, tuple(found)) for locale, found in by_locale.items()))
    parameters = tuple(dict(item.parameters).items())
    return Intent(id, item.title, phrases, parameters, tuple(item.facts), item.place)


def _flow(id: str, item: _Gathered) -> Flow:
    """One message: texts in other languages are joined to the first wording, further wordings are alternatives."""
    wordings: list[list[tuple[str, Text]]] = []
    free: dict[str, int] = {}  # per language, the first wording that lacks it and all after it
    for _, wording in item.wordings:
        position = max((free.get(locale, 0) for locale in wording.locales), default=len(wordings))
        if position == len(wordings):
            wordings.append([])
        wordings[position].extend(wording.items)
        free.update((locale, position + 1) for locale in wording.locales)
    first, *others = (Localized(tuple(found)) for found in wordings)
    where = item.content_place or item.place
    content = Content(text=first, choices=tuple(item.choices), alternatives=tuple(others), at=where)
    return Flow(
        id,
        (Message(id=NODE_ID, content=content, at=item.place),),
        (Entry(EntryKind.INTENT, intent=id, at=item.place),),
        at=item.place,
    )
