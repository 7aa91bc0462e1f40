"""What flows refer to: variables, intents, entities, media files, templates."""

from __future__ import annotations

from typing import Any

from bascule.ir.project import Entity, EntityValue, Intent, MediaAsset, Phrase, TemplateAsset, Variable
from bascule.ir.text import Localized
from bascule.parsers.scenario.content import read_media
from bascule.parsers.scenario.reader import Reader, is_nothing
from bascule.source import Place

__all__ = [
    "ENTITY_WORDS",
    "SCOPE_WORDS",
    "TYPE_WORDS",
    "read_entities",
    "read_intents",
    "read_media_assets",
    "read_templates",
    "read_variables",
]

TYPE_WORDS = (
    "text",
    "number",
    "boolean",
    "date",
    "time",
    "datetime",
    "location",
    "media",
    "list",
    "object",
)
SCOPE_WORDS = ("contact", "flow", "session", "global")
ENTITY_WORDS = ("list", "regex", "lookup", "system")


def _word(r: Reader, members: dict[str, Any], place: Place, key: str) -> str:
    return (r.string(members[key], place.child(key)) or "") if key in members else ""


def read_variables(r: Reader, value: Any, place: Place) -> tuple[Variable, ...]:
    """The value of ``variables``; a text in place of a mapping is the sample."""
    result: list[Variable] = []
    for name, item, at in r.keyed(value, place, "name", "variables"):
        r.ledger.exact("variable", at)
        if is_nothing(item):
            result.append(Variable(name, at=at))
            continue
        if isinstance(item, str):
            result.append(Variable(name, sample=Localized.of(str(item)), at=at))
            continue
        keys = ("type", "sample", "description", "scope", "max_length", "at")
        members = r.fields(item, at, keys, "a variable") or {}
        kind = r.word(members["type"], at.child("type"), TYPE_WORDS, "type of variable") if "type" in members else ""
        scope = r.word(members["scope"], at.child("scope"), SCOPE_WORDS, "scope") if "scope" in members else ""
        sample: Localized[str] = Localized()
        if "sample" in members:
            sample = r.localized(members["sample"], at.child("sample"), r.string)
        result.append(
            Variable(
                name,
                kind or "",
                sample,
                _word(r, members, at, "description"),
                scope or "",
                r.integer(members["max_length"], at.child("max_length")) if "max_length" in members else None,
                at,
            )
        )
    return tuple(result)


def read_intents(r: Reader, value: Any, place: Place) -> tuple[Intent, ...]:
    """The value of ``intents``; a list in place of a mapping is the phrases."""
    result: list[Intent] = []
    for id, item, at in r.keyed(value, place, "id", "intents"):
        r.ledger.exact("intent", at)
        if isinstance(item, list):
            result.append(Intent(id, phrases=Localized.of(_phrases(r, item, at)), at=at))
            continue
        members: dict[str, Any] = {}
        if not is_nothing(item):
            members = r.fields(item, at, ("title", "phrases", "parameters", "facts", "at"), "an intent") or {}
        phrases: Localized[tuple[Phrase, ...]] = Localized()
        if "phrases" in members:
            phrases = r.localized(members["phrases"], at.child("phrases"), lambda part, where: _phrases(r, part, where))
        parameters: tuple[tuple[str, str], ...] = ()
        if "parameters" in members:
            parameters = r.pairs(members["parameters"], at.child("parameters"), r.string)
        facts = r.facts(members["facts"], at.child("facts")) if "facts" in members else ()
        result.append(Intent(id, _word(r, members, at, "title"), phrases, parameters, facts, at))
    return tuple(result)


def _phrases(r: Reader, value: Any, place: Place) -> tuple[Phrase, ...]:
    result: list[Phrase] = []
    for item, at in r.items(value, place, "phrases"):
        if isinstance(item, str):
            text = r.text(item, at)
            result.append(Phrase(text or (), at=at))
            continue
        members = r.fields(item, at, ("text", "samples", "at"), "a phrase")
        if members is None:
            continue
        if "text" not in members:
            r.missing(at, "the phrase has no `text`", "write `text: …`", "phrase")
            continue
        samples = r.strings(members["samples"], at.child("samples")) if "samples" in members else ()
        result.append(Phrase(r.text(members["text"], at.child("text")) or (), samples or (), at))
    return tuple(result)


def read_entities(r: Reader, value: Any, place: Place) -> tuple[Entity, ...]:
    """The value of ``entities``; a list in place of a mapping is the values."""
    result: list[Entity] = []
    for id, item, at in r.keyed(value, place, "id", "entities"):
        r.ledger.exact("entity", at)
        if isinstance(item, list):
            result.append(Entity(id, values=_values(r, item, at), at=at))
            continue
        members: dict[str, Any] = {}
        if not is_nothing(item):
            members = r.fields(item, at, ("kind", "values", "patterns", "facts", "at"), "an entity") or {}
        kind = r.word(members["kind"], at.child("kind"), ENTITY_WORDS, "kind of entity") if "kind" in members else None
        patterns: Localized[tuple[str, ...]] = Localized()
        if "patterns" in members:
            patterns = r.localized(members["patterns"], at.child("patterns"), r.strings)
        values = _values(r, members["values"], at.child("values")) if "values" in members else ()
        facts = r.facts(members["facts"], at.child("facts")) if "facts" in members else ()
        result.append(Entity(id, "list" if kind is None else kind, values, patterns, facts, at))
    return tuple(result)


def _values(r: Reader, value: Any, place: Place) -> tuple[EntityValue, ...]:
    result: list[EntityValue] = []
    for item, at in r.items(value, place, "values"):
        if isinstance(item, str):
            result.append(EntityValue(str(item)))
            continue
        members = r.fields(item, at, ("value", "synonyms"), "a value of an entity")
        if members is None:
            continue
        if "value" not in members:
            r.missing(at, "this one has no `value`", "write `value: …`", "entity value")
            continue
        synonyms: Localized[tuple[str, ...]] = Localized()
        if "synonyms" in members:
            synonyms = r.localized(members["synonyms"], at.child("synonyms"), r.strings)
        result.append(EntityValue(_word(r, members, at, "value"), synonyms))
    return tuple(result)


def read_media_assets(r: Reader, value: Any, place: Place) -> tuple[MediaAsset, ...]:
    """The value of ``media``; a text in place of a mapping is the address."""
    result: list[MediaAsset] = []
    for id, item, at in r.keyed(value, place, "id", "media files"):
        media = read_media(r, item, at)
        if media is not None:
            r.ledger.exact("media", at)
            result.append(MediaAsset(id, media))
    return tuple(result)


def read_templates(r: Reader, value: Any, place: Place) -> tuple[TemplateAsset, ...]:
    """The value of ``templates``: a list (several languages may share a name), or a mapping by name."""
    found: list[tuple[Any, Place]]
    if isinstance(value, dict):
        named = r.keyed(value, place, "name", "templates")
        found = [({"name": name, **item} if isinstance(item, dict) else item, at) for name, item, at in named]
    else:
        found = r.items(value, place, "templates")
    keys = ("name", "language", "provider", "provider_id", "category", "status", "text", "definition", "facts", "at")
    result: list[TemplateAsset] = []
    for item, at in found:
        members = r.fields(item, at, keys, "a template")
        if members is None:
            continue
        if "name" not in members:
            r.missing(at, "the template has no `name`", "write `name: …`", "template")
            continue
        r.ledger.exact("template", at)
        words = {key: _word(r, members, at, key) for key in (*keys[:6], "definition")}
        text = r.localized_text(members["text"], at.child("text")) if "text" in members else Localized()
        facts = r.facts(members["facts"], at.child("facts")) if "facts" in members else ()
        result.append(TemplateAsset(**words, text=text, facts=facts, at=at))
    return tuple(result)
