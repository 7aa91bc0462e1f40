"""Intents and entities of the project, out of the domain and the training data."""

from __future__ import annotations

from bascule.ir.project import Entity, EntityValue, Intent, Phrase
from bascule.ir.text import Localized
from bascule.language.reading import json_text
from bascule.parsers.rasa.model import MappingKind, Scene, SlotMapping
from bascule.parsers.rasa.nlu import Annotation, Training, phrase_segments
from bascule.source import Place

__all__ = ["Filler", "build_entities", "build_intents"]

_SYSTEM = {
    "duckling": (
        *("time", "number", "amount-of-money", "distance", "duration", "email", "ordinal", "phone-number"),
        *("quantity", "temperature", "url", "volume", "credit-card-number"),
    ),
    "spacy": (*("PERSON", "GPE", "LOC", "ORG", "DATE", "TIME", "MONEY", "CARDINAL", "ORDINAL", "NORP"),),
}
"""Entities that a ready-made extractor finds: https://legacy-docs-oss.rasa.com/docs/rasa/components#entity-extractors"""

SYNONYMS = "synonyms"


class Filler:
    """Which slots an entity fills. Rasa 3 says it in mappings; in Rasa 2 an entity fills the slot of its name."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self._by_entity: dict[str, list[tuple[str, SlotMapping]]] = {}
        for slot in scene.domain.slots.values():
            for one in slot.mappings:
                if one.kind == MappingKind.ENTITY:
                    self._by_entity.setdefault(one.entity, []).append((slot.name, one))
        for form in scene.domain.forms.values():
            for needed in form.needed:
                for one in needed.mappings:
                    if one.kind == MappingKind.ENTITY:
                        self._by_entity.setdefault(one.entity, []).append((needed.slot, one))

    def slots(self, entity: str, role: str = "", group: str = "", intent: str = "") -> list[str]:
        """The slots it fills, the one of its own name first, then those without conditions."""
        found: dict[str, int] = {}
        for slot, one in self._by_entity.get(entity, ()):
            if one.role in ("", role) and one.group in ("", group) and (not intent or one.takes(intent)):
                exact = (one.role, one.group) == (role, group)
                rank = (0 if exact else 4) + (0 if slot == entity else 2) + (1 if one.conditions else 0)
                found[slot] = min(rank, found.get(slot, 9))
        own = self.scene.domain.slots.get(entity)
        if own is not None and not own.mapped and own.auto_fill and self.scene.domain.stores_entities:
            found.setdefault(entity, 0)
        return sorted(found, key=lambda slot: found[slot])

    def variable(self, entity: str, role: str = "", group: str = "", intent: str = "") -> str:
        """The variable that holds an entity: the first slot it fills, else its own name (with role and group)."""
        slots = self.slots(entity, role, group, intent)
        return slots[0] if slots else "_".join(part for part in (entity, role, group) if part)


def build_intents(scene: Scene, training: Training, filler: Filler) -> list[Intent]:
    """The intents in the order of the domain, then those that only have phrases. A retrieval intent has the phrases of
    all its keys, which are intents as well."""
    names = dict.fromkeys((*scene.domain.intents, *scene.retrieval, *training.examples))
    intents: list[Intent] = []
    for name in names:
        parameters: dict[str, str] = {}

        def variable(annotation: Annotation, name: str = name, parameters: dict[str, str] = parameters) -> str:
            found = filler.variable(annotation.entity, annotation.role, annotation.group, name)
            parameters.setdefault(found, annotation.entity)
            return found

        phrases: list[Phrase] = []
        keys = scene.retrieval.get(name, [])
        for example in (one for key in (name, *keys) for one in training.examples.get(key, ())):
            text, samples = phrase_segments(example.parts, variable)
            phrases.append(Phrase(text, samples, at=example.place))
        facts = [*scene.domain.intent_facts.get(name, ()), *training.facts.get(name, ())]
        facts += [("keys", json_text(keys))] if keys else []
        place = scene.domain.intents.get(name) or training.places.get(name)
        intents.append(
            Intent(
                name,
                phrases=Localized.of(tuple(phrases)) if phrases else Localized(),
                parameters=tuple(parameters.items()),
                facts=tuple(dict(facts).items()),
                at=place,
            )
        )
    return intents


def build_entities(scene: Scene, training: Training, extractors: set[str]) -> list[Entity]:
    """The entities in the order of the domain, then those of the training data, categorical slots, loose synonyms."""
    names = dict.fromkeys((*scene.domain.entities, *training.seen, *training.lookups))
    categorical = {slot.name: slot for slot in scene.domain.slots.values() if slot.values}
    owners = _owners(training)
    synonyms: dict[str, list[str]] = {}
    for value, found in owners.items():
        for entity in sorted(found):
            synonyms.setdefault(entity, []).append(value)
    entities = [_entity(scene, training, name, synonyms.get(name, []), extractors) for name in names]
    for slot in categorical.values():
        if slot.name not in names:
            values = tuple(EntityValue(_said(value)) for value in slot.values if value is not None)
            entities.append(Entity(slot.name, values=values, facts=(("slot", "true"),), at=slot.place))
    loose = [value for value in training.synonyms if value not in owners]
    if loose:
        taken = {entity.id for entity in entities}
        name = SYNONYMS
        while name in taken:
            name += "_"
        values = tuple(EntityValue(value, _words(training.synonyms[value])) for value in loose)
        entities.append(Entity(name, values=values, at=training.synonym_places[loose[0]]))
    return entities


def _said(value: object) -> str:
    return value if isinstance(value, str) else json_text(value)


def _words(words: dict[str, None]) -> Localized[tuple[str, ...]]:
    return Localized.of(tuple(words)) if words else Localized()


def _owners(training: Training) -> dict[str, set[str]]:
    """Which entities a synonym belongs to: those whose values or words it names."""
    by_word: dict[str, set[str]] = {}
    for entity, values in training.seen.items():
        for value, words in values.items():
            for word in (value, *words):
                by_word.setdefault(word.casefold(), set()).add(entity)
    for entity, found in training.lookups.items():
        for value in found:
            by_word.setdefault(value.casefold(), set()).add(entity)
    owners: dict[str, set[str]] = {}
    for value, words in training.synonyms.items():
        named = {entity for word in (value, *words) for entity in by_word.get(word.casefold(), ())}
        if named:
            owners[value] = named
    return owners


def _entity(scene: Scene, training: Training, name: str, synonyms: list[str], extractors: set[str]) -> Entity:
    values: dict[str, dict[str, None]] = {}
    for value in training.lookups.get(name, ()):
        values.setdefault(value, {})
    synonym_of = {word: value for value in synonyms for word in training.synonyms[value]}
    for value, words in training.seen.get(name, {}).items():
        target = synonym_of.get(value, value)
        kept = values.setdefault(target, {})
        kept.update(words)
        if target != value:
            kept.setdefault(value)
    for value in synonyms:
        values.setdefault(value, {}).update(training.synonyms[value])
    slot = scene.domain.slots.get(name)
    for value in slot.values if slot is not None else ():
        if value is not None:
            values.setdefault(_said(value), {})
    patterns = tuple(pattern for pattern, _ in training.regexes.get(name, ()))
    kind = "lookup" if name in training.lookups else "list"
    if patterns and not values:
        kind = "regex"
    if not values and not patterns and any(name in _SYSTEM[one] for one in extractors):
        kind = "system"
    facts = list(scene.domain.entity_facts.get(name, ()))
    if name in training.roles and not any(key == "roles" for key, _ in facts):
        pairs = [{"role": role, "group": group} for role, group in training.roles[name]]
        facts.append(("seen", json_text(pairs)))
    return Entity(
        name,
        kind,
        tuple(EntityValue(value, _words(words)) for value, words in values.items()),
        Localized.of(patterns) if patterns else Localized(),
        tuple(facts),
        _place(scene, training, name),
    )


def _place(scene: Scene, training: Training, name: str) -> Place | None:
    return scene.domain.entities.get(name) or training.lookup_places.get(name)
