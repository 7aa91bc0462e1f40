"""Intents with their training phrases, and entity types with their values, in every language of the agent."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from bascule.ir.expr import Ref
from bascule.ir.project import Entity, EntityValue, Intent, Phrase
from bascule.ir.text import Hole, Literal, Localized, Segment, join_text
from bascule.language.members import Facts, clip
from bascule.language.reading import json_text
from bascule.parsers.dialogflow_cx.losses import CompositeEntity, PhraseWeight, RecognitionSetting
from bascule.parsers.dialogflow_cx.reading import AgentMembers, AgentReading, Part, locale_tag, unpacked
from bascule.parsers.dialogflow_cx.rules import UnknownName, WrongShape
from bascule.source import Place

__all__ = ["NamedPart", "entity_name", "read_entity", "read_intent"]

_KINDS = {"KIND_MAP": "list", "KIND_LIST": "list", "KIND_REGEXP": "regex"}
_RECOGNITION = "how the old platform recognises; kept as a fact"


@dataclass
class NamedPart:
    """A part that others name, with its files per language (phrases, entries, excluded phrases)."""

    name: str
    part: Part
    phrases: list[tuple[str, Part]] = field(default_factory=list)
    excluded: list[tuple[str, Part]] = field(default_factory=list)


def entity_name(value: str) -> str:
    """The name of an entity type without its at sign; anything is taken where none is named."""
    return value.strip().lstrip("@") or "sys.any"


def _list_of(reading: AgentReading, part: Part, name: str, what: str) -> list[tuple[Any, Place]]:
    """The items of the one list that a file per language holds; other members are put down and kept nowhere else."""
    reading.file(part, what)
    members = AgentMembers(reading, part.value, part.place, what, [], (name,) if _is_list(part, name) else ())
    items = part.value.get(name) if _is_list(part, name) else members.items(name)
    members.close()
    return [(item, part.place.child(name, index)) for index, item in enumerate(items or [])]


def _is_list(part: Part, name: str) -> bool:
    return isinstance(part.value.get(name), list)


def _misshapen(reading: AgentReading, place: Place, what: str) -> None:
    reading.book.open(what, place)
    code = reading.find(WrongShape, place, f"{what}: no object; it is left out", help="export the agent again")
    reading.book.dropped(place, "no object", "export the agent again", code)


def read_intent(reading: AgentReading, named: NamedPart, entities: frozenset[str]) -> Intent:
    """One intent. Annotated parts of a phrase are holes with the parameter's name, and the words are its sample."""
    part = named.part
    facts: Facts = []
    reading.file(part, "intent")
    members = AgentMembers(reading, part.value, part.place, "intent", facts, _objects(part, "parameters"))
    members.skip("displayName")
    parameters = _parameters(reading, part, entities, facts)
    members.fact("name", "description", "labels", "isFallback", "priority", "numTrainingPhrases")
    members.lose(
        "skipAutoAnnotation",
        RecognitionSetting,
        "intent skipAutoAnnotation",
        "set how phrases are annotated",
        _RECOGNITION,
    )
    members.close()
    phrases: dict[str, list[Phrase]] = {}
    for language, file in named.phrases:
        for item, place in _list_of(reading, file, "trainingPhrases", "phrases"):
            if not isinstance(item, dict):
                _misshapen(reading, place, "training phrase")
                continue
            locale = locale_tag(item.get("languageCode")) or language
            phrases.setdefault(locale, []).append(_phrase(reading, item, place))
    for locale in phrases:
        reading.languages.setdefault(locale)
    return Intent(
        id=named.name,
        phrases=Localized(tuple((locale, tuple(items)) for locale, items in phrases.items())),
        parameters=tuple(parameters.items()),
        facts=tuple(facts),
        at=part.place,
    )


def _objects(part: Part, *names: str) -> tuple[str, ...]:
    """The members that hold a list of objects, as they should."""
    return tuple(
        name
        for name in names
        if isinstance(value := part.value.get(name), list) and all(isinstance(item, dict) for item in value)
    )


def _parameters(reading: AgentReading, part: Part, entities: frozenset[str], facts: Facts) -> dict[str, str]:
    found: dict[str, str] = {}
    if not _objects(part, "parameters"):
        return found
    for index, item in enumerate(part.value["parameters"]):
        place = part.place.child("parameters", index)
        kept: Facts = []
        members = AgentMembers(reading, item, place, "intent parameter", kept)
        name, entity = members.string("id"), entity_name(members.string("entityType"))
        members.fact("isList", "redact")
        members.close()
        found.setdefault(name or f"parameter_{index + 1}", entity)
        if kept:
            facts.append((f"parameters/{name}", json_text(unpacked(kept))))
        if not entity.startswith("sys.") and entity not in entities:
            guess = reading.nearest(entity, entities)
            reading.find(
                UnknownName,
                place.child("entityType"),
                f"there is no entity type `{clip(entity)}`",
                help=f"did you mean `{clip(guess)}`?" if guess else "export the whole agent",
            )
    return found


def _phrase(reading: AgentReading, item: dict[str, Any], place: Place) -> Phrase:
    reading.book.open("training phrase", place)
    reading.book.exact(place)
    segments: list[Segment] = []
    samples: list[str] = []
    parts = item.get("parts")
    for index, piece in enumerate(parts if isinstance(parts, list) else ()):
        text = piece.get("text") if isinstance(piece, dict) else piece
        if not isinstance(text, str):
            continue
        name = piece.get("parameterId") if isinstance(piece, dict) else None
        if isinstance(name, str) and name:
            segments.append(Hole(Ref((name,)), place.child("parts", index)))
            samples.append(text)
        else:
            segments.append(Literal(text))
    if not segments:
        code = reading.find(WrongShape, place, "a training phrase has no words", help="remove it")
        reading.book.degraded(place, "it has no words", "remove it", code)
    count = item.get("repeatCount")
    if isinstance(count, int) and not isinstance(count, bool) and count > 1:
        code = reading.find_once(
            PhraseWeight,
            "phrase",
            place.child("repeatCount"),
            lambda count: f"{count} training phrase(s) count more than once; each is kept once",
        )
        reading.book.degraded(place, "its weight is not kept", "", code)
    return Phrase(join_text(segments), tuple(samples), place)


def read_entity(reading: AgentReading, named: NamedPart) -> Entity:
    """One entity type. ``KIND_REGEXP`` has patterns, names starting with ``sys.`` extend a system type."""
    part = named.part
    facts: Facts = []
    reading.file(part, "entity type")
    members = AgentMembers(reading, part.value, part.place, "entity type", facts)
    members.skip("displayName")
    members.fact("name", "kind", "redact")
    for name in ("autoExpansionMode", "enableFuzzyExtraction"):
        members.lose(name, RecognitionSetting, f"entity {name}", f"set `{name}` of an entity type", _RECOGNITION)
    members.close()
    written = part.value.get("kind")
    kind = _KINDS.get(written, "list") if isinstance(written, str) else "list"
    values: dict[str, dict[str, list[str]]] = {}
    patterns: dict[str, list[str]] = {}
    for language, file in named.phrases:
        for item, place in _list_of(reading, file, "entities", "entries"):
            if not isinstance(item, dict):
                _misshapen(reading, place, "entity entry")
                continue
            reading.book.open("entity entry", place)
            reading.book.exact(place)
            locale = locale_tag(item.get("languageCode")) or language
            value, synonyms = _entry(item)
            if kind == "regex":
                patterns.setdefault(locale, []).extend(dict.fromkeys([value, *synonyms] if value else synonyms))
                continue
            known = values.setdefault(value, {}).setdefault(locale, [])
            known.extend(word for word in synonyms if word not in known)
            if any("@" in word and _refers(word) for word in (value, *synonyms)):
                _composite(reading, named.name, place)
    for language, file in named.excluded:
        listed = _excluded(reading, file)
        facts.append((f"excludedPhrases/{language}", json_text(listed)))
    for locale in (*patterns, *(locale for by_locale in values.values() for locale in by_locale)):
        reading.languages.setdefault(locale)
    if named.name.startswith("sys."):
        kind = "system"
    return Entity(
        id=named.name,
        kind=kind,
        values=tuple(
            EntityValue(value, Localized(tuple((locale, tuple(words)) for locale, words in by_locale.items())))
            for value, by_locale in values.items()
        ),
        patterns=Localized(tuple((locale, tuple(words)) for locale, words in patterns.items())),
        facts=tuple(facts),
        at=part.place,
    )


def _entry(item: dict[str, Any]) -> tuple[str, list[str]]:
    value, synonyms = item.get("value"), item.get("synonyms")
    plain = value if isinstance(value, str) else "" if value is None else json_text(value)
    words = [word for word in synonyms if isinstance(word, str)] if isinstance(synonyms, list) else []
    return plain, words


def _refers(word: str) -> bool:
    """A word of the form ``@name``: a reference to another entity type."""
    return any(piece.startswith("@") and len(piece) > 1 for piece in word.split())


def _composite(reading: AgentReading, name: str, place: Place) -> None:
    code = reading.find_once(
        CompositeEntity,
        name,
        place,
        lambda count: f"{count} value(s) of the entity type `{clip(name)}` refer to other entity types",
        help="ask for the parts one by one",
    )
    reading.book.degraded(place, "made of other entity types; kept as it is written", "ask for the parts", code)


def _excluded(reading: AgentReading, file: Part) -> list[str]:
    words = []
    for item, place in _list_of(reading, file, "excludedPhrases", "excluded phrases"):
        if not isinstance(item, dict):
            _misshapen(reading, place, "excluded phrase")
            continue
        reading.book.open("excluded phrase", place)
        reading.book.exact(place, "kept as a fact")
        value = item.get("value")
        words.append(value if isinstance(value, str) else json_text(value))
    return words
