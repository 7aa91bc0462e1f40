"""``entities/<name>.json`` and its entries: values with synonyms, regular expressions, composites.

Facts: https://cloud.google.com/dialogflow/es/docs/entities-overview
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from bascule.ir.project import Entity, EntityValue
from bascule.ir.text import Localized
from bascule.language.reading import json_text
from bascule.parsers.dialogflow_es.layout import Part
from bascule.parsers.dialogflow_es.losses import EntityMatching
from bascule.parsers.dialogflow_es.reading import Facts, Reading, shown
from bascule.parsers.dialogflow_es.rules import LooseParts
from bascule.parsers.dialogflow_es.tags import locale_tag
from bascule.source import Place

__all__ = ["Draft", "LocaleKey", "read_entities", "system_entities"]

LocaleKey = Callable[[str], str]
"""From a language tag of the export to the locale that a value stands under."""

_SYSTEM = "sys."
_MATCHING = ("automatedExpansion", "allowFuzzyExtraction")
_MOST_ODD = 50
"""Most entries of the wrong shape that are reported one by one."""


@dataclass(slots=True)
class Draft:
    """An entity while its files are read. ``values`` maps each value to its synonyms by language, in file order."""

    place: Place
    name: str = ""
    regex: bool = False
    enum: bool = False
    facts: Facts = field(default_factory=list)
    values: dict[str, dict[str, list[str]]] = field(default_factory=dict)
    odd: int = 0

    def finished(self, key: LocaleKey) -> Entity:
        """The entity of the graph."""
        facts = [*self.facts, *([("isEnum", "true")] if self.enum else [])]
        if self.regex:
            patterns: dict[str, dict[str, None]] = {}
            for value, by_locale in self.values.items():
                for locale, synonyms in by_locale.items():
                    patterns.setdefault(key(locale), {}).update(dict.fromkeys((value, *synonyms)))
            localized = Localized(tuple((locale, tuple(items)) for locale, items in patterns.items()))
            return Entity(self.name, "regex", patterns=localized, facts=tuple(facts), at=self.place)
        if any("@" in value for value in self.values):
            facts.append(("composite", "true"))
        values = tuple(EntityValue(value, _synonyms(value, found, key)) for value, found in self.values.items())
        return Entity(self.name, "list", values, facts=tuple(facts), at=self.place)


def _synonyms(value: str, by_locale: dict[str, list[str]], key: LocaleKey) -> Localized[tuple[str, ...]]:
    """The synonyms as they stand; none where the one language of the agent only repeats the value."""
    found = {key(locale): tuple(items) for locale, items in by_locale.items()}
    if all(not locale and set(items) <= {value} for locale, items in found.items()):
        return Localized()
    return Localized(tuple((locale, items) for locale, items in found.items() if items))


def read_entities(reading: Reading, heads: Iterable[Part], entries: Iterable[Part], language: str) -> list[Draft]:
    """Read all entities. Linear in the number of entries; entries whose entity is not there make one of their own."""
    drafts: dict[str, Draft] = {}
    for part in heads:
        drafts[part.stem] = _head(reading, part, language)
    for part in entries:
        draft = drafts.get(part.stem)
        if draft is None:
            draft = drafts[part.stem] = Draft(Place(part.file.path), part.stem.rpartition("/")[2])
            reading.find_once(
                LooseParts,
                "entries",
                Place(part.file.path),
                lambda count: f"{count} file(s) of entries have no entity beside them; they are carried as lists",
                help="give the entity's file the same name, or delete the entries",
            )
        value = reading.open_file(part.file, part.kind.value)
        if value is not None:
            _entries(reading, draft, value, Place(part.file.path), locale_tag(part.tag))
    return list(drafts.values())


def _head(reading: Reading, part: Part, language: str) -> Draft:
    place = Place(part.file.path)
    draft = Draft(place, part.stem.rpartition("/")[2])
    value = reading.open_file(part.file, part.kind.value)
    if value is None:
        return draft
    if not isinstance(value, dict):
        reading.misshapen(place, "the entity", value, "an object", draft.facts, "entity")
        return draft
    for name, item in value.items():
        at = place.child(name)
        reading.book.open(f"entity {shown(name)}", at)
        if name in _MATCHING:
            _matching(reading, draft, name, item, at)
        elif name in ("id", "name", "isEnum", "isRegexp", "entries"):
            reading.book.exact(at)
        elif name == "isOverridable":
            if item is False:
                draft.facts.append((name, "false"))
            reading.book.exact(at, "a setting of sessions; kept as a fact where it is not the usual")
        else:
            reading.unknown(at, "entity", name, item, draft.facts, open_=False)
    draft.name = reading.string(value, "name", place, "an entity").strip().lstrip("@") or draft.name
    draft.regex = reading.flag(value, "isRegexp", place, "an entity")
    draft.enum = reading.flag(value, "isEnum", place, "an entity")
    key = reading.string(value, "id", place, "an entity")
    if key:
        draft.facts.append(("id", json_text(key)))
    if value.get("entries") is not None:
        _entries(reading, draft, value["entries"], place.child("entries"), language)
    return draft


def _matching(reading: Reading, draft: Draft, name: str, value: Any, at: Place) -> None:
    reading.book.exact(at)
    if not reading.flag({name: value}, name, draft.place, "an entity"):
        return
    draft.facts.append((name, "true"))
    code = reading.find_once(
        EntityMatching,
        name,
        at,
        lambda count: f"`{name}` is on for {count} entit{'y' if count == 1 else 'ies'}: other words count too",
        help="list the values that occur",
    )
    reading.book.degraded(at, "only listed values are sure to be recognised; kept as a fact", "list the values", code)


def _entries(reading: Reading, draft: Draft, value: Any, place: Place, locale: str) -> None:
    if not isinstance(value, list):
        reading.misshapen(place, "the entries", value, "a list", draft.facts, f"entries.{locale}")
        return
    for index, item in enumerate(value):
        at = place.child(index)
        reading.book.open("entry", at)
        word = item.get("value") if isinstance(item, dict) else item
        if isinstance(word, (int, float)) and not isinstance(word, bool):
            word = json_text(word)
        if not isinstance(word, str) or not word:
            _odd(reading, draft, item, at, index)
            continue
        reading.book.exact(at)
        synonyms = item.get("synonyms") if isinstance(item, dict) else None
        words = [text for text in synonyms if isinstance(text, str)] if isinstance(synonyms, list) else []
        if synonyms is not None and (not isinstance(synonyms, list) or len(words) < len(synonyms)):
            draft.odd += 1
            if draft.odd <= _MOST_ODD:
                reading.wrong_shape(at.child("synonyms"), "the synonyms of an entry", synonyms, "a list of texts")
            reading.book.degraded(at, "some of its synonyms are no texts", "write texts", "PAR502")
        known = draft.values.setdefault(word, {}).setdefault(locale, [])
        known.extend(words)


def _odd(reading: Reading, draft: Draft, item: Any, at: Place, index: int) -> None:
    draft.odd += 1
    if draft.odd <= _MOST_ODD:
        reading.misshapen(at, "an entry", item, "an object with a `value`", draft.facts, f"entries/{index}")
    else:
        draft.facts.append((f"entries/{index}", json_text(reading.safe(item, at))))
        reading.book.degraded(at, "no value: kept as a fact", "write a value", "PAR502")


def system_entities(names: Iterable[str]) -> list[Entity]:
    """The system entities that parameters use, by name."""
    return [Entity(name, "system") for name in sorted({name for name in names if name.startswith(_SYSTEM)})]
