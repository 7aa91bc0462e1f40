"""Training data: phrases with annotated entities, synonyms, regular expressions, lookup tables.

Source: https://legacy-docs-oss.rasa.com/docs/rasa/training-data-format#nlu-training-data
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from bascule.ir.expr import Ref
from bascule.ir.text import Hole, Literal, Segment, join_text
from bascule.language.reading import json_text
from bascule.parsers.rasa.located import At, keep_unknown, plain, refuse, sequence, text_of
from bascule.parsers.rasa.losses import TrainingFeature
from bascule.parsers.rasa.model import Scene
from bascule.parsers.rasa.rules import BrokenAnnotation, DeclaredTwice, ExampleLine
from bascule.source import Place

__all__ = [
    "Annotation",
    "Example",
    "Training",
    "lose_features",
    "note_example",
    "phrase_segments",
    "read_nlu",
    "split_phrase",
]

_ANNOTATION = re.compile(r"\[([^\[\]]+)\](?:\(([^()\n]+)\)|(\{[^{}\n]*\})|\[(\{[^\[\]\n]*\})\])")
_MEMBERS = ("intent", "examples", "synonym", "regex", "lookup", "metadata")
_DICT = re.compile(r"\{[^{}]*\}")


@dataclass(frozen=True, slots=True)
class Annotation:
    """Words of a phrase that are an entity; the range is that of the words in the phrase as it is said."""

    words: str
    entity: str
    role: str = ""
    group: str = ""
    value: str = ""


@dataclass(frozen=True, slots=True)
class Example:
    """A training phrase: texts and annotations in order."""

    parts: tuple[str | Annotation, ...]
    place: Place

    @property
    def said(self) -> str:
        """The words without annotations."""
        return "".join(part if isinstance(part, str) else part.words for part in self.parts)


@dataclass(slots=True)
class Training:
    """All training data. Values are ordered dictionaries so that output is stable."""

    examples: dict[str, list[Example]] = field(default_factory=dict)
    places: dict[str, Place] = field(default_factory=dict)
    facts: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    synonyms: dict[str, dict[str, None]] = field(default_factory=dict)
    synonym_places: dict[str, Place] = field(default_factory=dict)
    regexes: dict[str, list[tuple[str, Place]]] = field(default_factory=dict)
    lookups: dict[str, dict[str, None]] = field(default_factory=dict)
    lookup_places: dict[str, Place] = field(default_factory=dict)
    seen: dict[str, dict[str, dict[str, None]]] = field(default_factory=dict)
    roles: dict[str, dict[tuple[str, str], None]] = field(default_factory=dict)


def split_phrase(text: str) -> tuple[tuple[str | Annotation, ...], list[tuple[int, int]]]:
    """A phrase as texts and annotations; and the ranges of annotations that cannot be read (their words stay)."""
    parts: list[str | Annotation] = []
    broken: list[tuple[int, int]] = []
    last = 0
    for match in _ANNOTATION.finditer(text):
        words, name, one, many = match.groups()
        found = _named(words, name) if name else _from_json(words, one or many or "")
        if found is None and name is None:
            broken.append(match.span())
        parts.append(text[last : match.start()])
        parts.append(found if found is not None else words)
        last = match.end()
    parts.append(text[last:])
    return tuple(part for part in parts if part), broken


def _named(words: str, name: str) -> Annotation | None:
    """``[words](entity)`` or ``[words](entity:value)``."""
    entity, _, value = name.partition(":")
    return Annotation(words, entity.strip(), value=value.strip()) if entity.strip() else None


def _from_json(words: str, source: str) -> Annotation | None:
    """``[words]{"entity": …}``; of several entities on the same words the first."""
    first = _DICT.search(source)
    try:
        data = json.loads(first.group() if first is not None else source)
    except (ValueError, RecursionError):
        return None
    if not isinstance(data, dict) or not isinstance(data.get("entity"), str) or not data["entity"].strip():
        return None

    def word(key: str) -> str:
        value = data.get(key)
        return "" if value is None else value if isinstance(value, str) else json_text(value)

    return Annotation(words, data["entity"].strip(), word("role"), word("group"), word("value"))


def _lines(at: At) -> Iterator[tuple[str, Place, bool]]:
    """The lines of a block of examples with their places; False for those that do not begin with a hyphen."""
    start = 0
    for line in str(at.value).split("\n"):
        bare = line.strip()
        if bare:
            marked = bare.startswith("-")
            words = bare[1:].strip() if marked else bare
            begin = start + len(line) - len(line.lstrip())
            if marked:
                begin += len(bare) - len(bare[1:].lstrip())
            yield words, at.place.within(begin, begin + len(words)), marked
        start += len(line) + 1


def _examples(scene: Scene, at: At, construct: str) -> Iterator[tuple[str, Place]]:
    """The examples of an item: lines of a block, or a list of texts or mappings with ``text``."""
    book = scene.reading.book
    if isinstance(at.value, list):
        for item in at.items():
            inner = item.get("text") or item
            value = text_of(inner)
            if value is None:
                refuse(scene.reading, item, construct, "a text, or a mapping with `text`")
                continue
            book.open(construct, item.place)
            book.exact(item.place)
            yield value.strip().removeprefix("- "), inner.place
        return
    if text_of(at) is None:
        if not at.null:
            refuse(scene.reading, at, f"{construct} list", "a text with one example per line, each after `- `")
        return
    for words, place, marked in _lines(at):
        book.open(construct, place)
        if not marked:
            code = scene.reading.find_once(
                ExampleLine,
                at.place.pointer + at.place.file,
                place,
                lambda count: f"{count} line(s) of examples do not begin with `- `: Rasa skips them",
                help="write `- ` before each",
            )
            book.dropped(place, "Rasa skips the line", "write `- ` before it", code)
        elif not words:
            book.exact(place, "nothing stands there")
        else:
            book.exact(place)
            yield words, place


def note_example(scene: Scene, training: Training, intent: str, text: str, place: Place) -> None:
    """Add a training phrase to an intent, with its annotations."""
    parts, broken = split_phrase(text)
    base = place.sub[0] if place.sub else 0
    for start, end in broken:
        scene.reading.find(
            BrokenAnnotation,
            place.within(base + start, base + end),
            f"the annotation `{text[start:end][:60]}` cannot be read",
            help='write `[words](entity)` or `[words]{"entity": "name"}`',
        )
    example = Example(parts, place)
    training.examples.setdefault(intent, []).append(example)
    scene.phrases.add(intent)
    said = _key(example.said)
    if said:
        scene.verbatim.setdefault(said, set()).add(intent)
    for part in parts:
        if isinstance(part, Annotation):
            scene.annotated.add(part.entity)
            values = training.seen.setdefault(part.entity, {})
            values.setdefault(part.value or part.words, {})
            if part.value and part.value != part.words:
                values[part.value].setdefault(part.words)
            if part.role or part.group:
                training.roles.setdefault(part.entity, {}).setdefault((part.role, part.group))


def _key(text: str) -> str:
    return " ".join(text.casefold().strip(" .!?…").split())


def read_nlu(scene: Scene, training: Training, at: At) -> None:
    """The items of ``nlu``."""
    for item in sequence(scene.reading, at, "training data"):
        if not isinstance(item.value, dict):
            refuse(scene.reading, item, "training data item", "a mapping with `intent` and `examples`")
            continue
        kind = next((key for key in ("intent", "synonym", "regex", "lookup") if key in item.value), "")
        name = text_of(item.child(kind)) if kind else None
        if name is None:
            refuse(scene.reading, item, "training data item", "`intent`, `synonym`, `regex` or `lookup` with a name")
            continue
        construct = {"intent": "intent examples", "synonym": "synonym", "regex": "regex", "lookup": "lookup"}[kind]
        scene.reading.book.open(construct, item.place)
        scene.reading.book.exact(item.place)
        _item(scene, training, kind, name, item)


def _item(scene: Scene, training: Training, kind: str, name: str, item: At) -> None:
    book = scene.reading.book
    examples = item.get("examples")
    construct = {"intent": "training phrase", "synonym": "synonym word", "regex": "pattern", "lookup": "lookup value"}[
        kind
    ]
    found = list(_examples(scene, examples, construct)) if examples is not None else []
    if kind == "intent":
        training.places.setdefault(name, item.place)
        training.examples.setdefault(name, [])
        scene.phrases.add(name)
        if "/" in name:
            keys = scene.retrieval.setdefault(name.split("/", 1)[0], [])
            if name not in keys:
                keys.append(name)
        for text, place in found:
            note_example(scene, training, name, text, place)
    elif kind == "synonym":
        training.synonym_places.setdefault(name, item.place)
        training.synonyms.setdefault(name, {}).update(dict.fromkeys(text for text, _ in found))
    elif kind == "regex":
        if name in training.regexes and not found:
            book.exact(item.place, "declared before")
        training.regexes.setdefault(name, []).extend(found)
        training.lookup_places.setdefault(name, item.place)
    else:
        if name in training.lookups:
            scene.reading.find(
                DeclaredTwice,
                item.place,
                f"the lookup table `{name[:60]}` stands twice; both are joined",
                help="keep one of them",
            )
        training.lookups.setdefault(name, {}).update(dict.fromkeys(text for text, _ in found))
        training.lookup_places.setdefault(name, item.place)
    for key, extra in item.members():
        if key == "metadata":
            book.open("training data member", extra.place)
            book.exact(extra.place, "kept as a fact")
            training.facts.setdefault(name, []).append((key, json_text(plain(extra.value))))
        elif key not in (kind, "examples"):
            training.facts.setdefault(name, []).append(
                keep_unknown(scene.reading, extra, key, "training data", _MEMBERS, "training data member")
            )


def lose_features(scene: Scene, training: Training, entities: set[str]) -> list[tuple[str, str]]:
    """Regular expressions named after no entity: facts of the project."""
    facts: list[tuple[str, str]] = []
    for name, patterns in training.regexes.items():
        if name in entities:
            continue
        facts.append((f"regex {name}", json_text([pattern for pattern, _ in patterns])))
        for _, place in patterns:
            code = scene.reading.find_once(
                TrainingFeature,
                "regex",
                place,
                lambda count: f"{count} regular expression(s) are named after no entity: they only help the classifier",
                help="nothing, or name them after the entity they describe",
            )
            scene.reading.book.degraded(place, "kept as a fact; it extracts nothing", "name an entity", code)
    return facts


def phrase_segments(parts: tuple[str | Annotation, ...], parameter: Any) -> tuple[tuple[Segment, ...], tuple[str, ...]]:
    """The phrase as a text with a hole per annotation, and the words the holes covered. ``parameter`` names the
    variable of an annotation."""
    segments: list[Segment] = []
    samples: list[str] = []
    for part in parts:
        if isinstance(part, str):
            segments.append(Literal(part))
        else:
            segments.append(Hole(Ref((parameter(part),))))
            samples.append(part.words)
    return join_text(segments), tuple(samples)
