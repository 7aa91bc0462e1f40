"""Training phrases: ``_usersays_`` files, phrases inside an intent, and the templates of old exports.

Facts: https://cloud.google.com/dialogflow/es/docs/intents-training-phrases
"""

from __future__ import annotations

import re
from typing import Any

from bascule.ir.expr import Ref
from bascule.ir.project import Phrase
from bascule.ir.text import Hole, Literal, Segment, join_text
from bascule.parsers.dialogflow_es.layout import Part
from bascule.parsers.dialogflow_es.model import Intent
from bascule.parsers.dialogflow_es.reading import Reading
from bascule.parsers.dialogflow_es.references import parameter_path
from bascule.parsers.dialogflow_es.tags import entity_name, locale_tag
from bascule.source import Place

__all__ = ["add_phrases", "add_templates", "read_phrases"]

_IGNORED = "sys.ignore"
_TEMPLATE = re.compile(r"@([^\W\d][\w.-]{0,80})(?::([^\W\d][\w-]{0,80}))?")


def read_phrases(reading: Reading, part: Part, intent: Intent) -> None:
    """Add the phrases of a file to their intent."""
    value = reading.open_file(part.file, part.kind.value)
    if value is not None:
        add_phrases(reading, intent, value, Place(part.file.path), locale_tag(part.tag))


def add_phrases(reading: Reading, intent: Intent, value: Any, place: Place, locale: str) -> None:
    """Add a list of phrases: parts with an ``alias`` become holes, with the words they covered as samples."""
    if reading.book.is_open(place):
        reading.book.exact(place)
    if not isinstance(value, list):
        if value is not None:
            reading.misshapen(place, "the training phrases", value, "a list", intent.facts, "phrases")
        return
    for index, item in enumerate(value):
        at = place.child(index)
        reading.book.open("phrase", at)
        data = item.get("data") if isinstance(item, dict) else None
        if not isinstance(data, list):
            if isinstance(item, str):
                _add_template(reading, intent, item, at, locale)
            else:
                key = f"phrases/{index}"
                reading.misshapen(at, "a training phrase", item, "an object with `data`", intent.facts, key)
            continue
        if item.get("isTemplate") is True:
            texts = [part.get("text") for part in data if isinstance(part, dict)]
            words = "".join(text for text in texts if isinstance(text, str))
            _add_template(reading, intent, words, at, locale)
            continue
        _add(reading, intent, data, at, locale)


def _add(reading: Reading, intent: Intent, data: list[Any], at: Place, locale: str) -> None:
    segments: list[Segment] = []
    samples: list[str] = []
    words: list[str] = []
    for number, part in enumerate(data):
        text = part.get("text") if isinstance(part, dict) else None
        if not isinstance(text, str):
            reading.wrong_shape(at.child("data", number), "a part of a phrase", part, "an object with `text`")
            continue
        words.append(text)
        alias, meta = part.get("alias"), part.get("meta")
        ignored = isinstance(meta, str) and meta.lstrip("@") == _IGNORED
        if isinstance(alias, str) and alias.strip() and not ignored:
            segments.append(Hole(Ref(parameter_path(alias.strip())), at.child("data", number, "text")))
            samples.append(text)
            intent.aliases.setdefault(alias.strip(), entity_name(meta))
        else:
            segments.append(Literal(text))
    reading.book.exact(at)
    _put(intent, Phrase(join_text(segments), tuple(samples), at), "".join(words), locale)


def add_templates(reading: Reading, intent: Intent, value: Any, place: Place, locale: str) -> None:
    """Add the templates of an old export: texts in which ``@entity:name`` stands for a value."""
    items = reading.list_of({"templates": value}, "templates", intent.place, "an intent", intent.facts)
    if isinstance(value, list) or value is None:
        reading.book.exact(place)
    for index, item in enumerate(items):
        at = place.child(index)
        reading.book.open("template", at)
        if isinstance(item, str):
            _add_template(reading, intent, item, at, locale)
        else:
            reading.misshapen(at, "a template", item, "a text", intent.facts, f"templates/{index}")


def _add_template(reading: Reading, intent: Intent, text: str, at: Place, locale: str) -> None:
    segments: list[Segment] = []
    end = 0
    for match in _TEMPLATE.finditer(text):
        name = match.group(2) or match.group(1).removeprefix("sys.")
        segments.append(Literal(text[end : match.start()]))
        segments.append(Hole(Ref(parameter_path(name)), at))
        intent.aliases.setdefault(name, match.group(1))
        end = match.end()
    segments.append(Literal(text[end:]))
    reading.book.exact(at)
    _put(intent, Phrase(join_text(segments), (), at), "" if end else text, locale)


def _put(intent: Intent, phrase: Phrase, words: str, locale: str) -> None:
    intent.phrases.setdefault(locale, []).append(phrase)
    if words.strip() or phrase.text:
        intent.plain.append((words, phrase))
