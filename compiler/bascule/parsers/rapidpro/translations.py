"""The translations of a flow: who asks for one marks it as read; what nobody asked for is reported."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import Any

from bascule.ir.expr import Call, Const, Expression, Ref
from bascule.ir.text import Hole, Text, text_expression
from bascule.parsers.rapidpro.located import Arr, Obj
from bascule.parsers.rapidpro.losses import LeftOut
from bascule.parsers.rapidpro.reading import Reading, clip, json_text
from bascule.parsers.rapidpro.rules import BadLanguage, UnknownTranslation, UntranslatableProperty
from bascule.source import Place

__all__ = ["LANGUAGE", "Translations", "by_language", "text_by_language"]

LANGUAGE = Ref(("contact", "language"))
"""What decides which translation somebody gets."""

_MOST_LANGUAGES = 60
"""Each language is a level of the conditions that depend on it, and passes walk those."""

_UUID = re.compile(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")
_CODE = re.compile(r"[A-Za-z]{2,3}")
_PROPERTIES = frozenset(
    (
        *("text", "quick_replies", "attachments", "template_variables", "variables", "params", "subject", "body"),
        *("category", "arguments", "name", "audio_url"),
    )
)
"""Everything that any version translates."""


def by_language(base: Expression, others: Collection[tuple[str, Expression]]) -> Expression:
    """A value that depends on the contact's language: nested ``if`` calls, the flow's own value last."""
    result = base
    for language, value in reversed(list(others)):
        if value != base:
            result = Call("if", (Call("eq", (LANGUAGE, Const(language))), value, result))
    return result


def text_by_language(base: Text, others: Collection[tuple[str, Text]], place: Place) -> Text:
    """A text for a place that holds one text only, whatever the language."""
    value = by_language(text_expression(base), [(language, text_expression(text)) for language, text in others])
    return base if value == text_expression(base) else (Hole(value, place),)


class Translations:
    """The ``localization`` of one flow. ``facts`` collects what belongs to nothing that is said."""

    def __init__(self, reading: Reading, flow: Obj, locale: str) -> None:
        self.reading = reading
        self.facts: list[tuple[str, str]] = []
        self._languages: dict[str, Obj] = {}
        self._read: set[tuple[str, str, str]] = set()
        localization = flow.get("localization")
        if localization is None:
            return
        if not isinstance(localization, Obj):
            place = reading.at(flow, "localization")
            code = reading.wrong_shape(place, "`localization`", localization, "an object")
            reading.book.dropped(place, "not an object: nothing to read", "write an object per language", code)
            self.facts.append(("localization", json_text(localization)))
            return
        for language, things in localization.items():
            self._open_language(localization, language, things, locale)

    def _open_language(self, localization: Obj, language: str, things: Any, locale: str) -> None:
        reading = self.reading
        place = reading.at(localization, language)
        if not isinstance(things, Obj):
            code = reading.wrong_shape(place, f"`localization/{clip(language, 20)}`", things, "an object")
            reading.book.dropped(place, "not an object: nothing to read", "write an object per thing", code)
            self.facts.append((f"localization/{language}", json_text(things)))
            return
        if not things:
            reading.book.exact(place, "no translation")
            return
        if not _CODE.fullmatch(language):
            reading.find(
                BadLanguage,
                place.at_key(),
                f"`{clip(language, 20)}` is no language code; the translations are kept under it",
                help="write the three letters of ISO 639-3, such as `fra`",
            )
        if language == locale:
            code = reading.find(
                UnknownTranslation,
                place.at_key(),
                f"`{language}` is the flow's own language: translations into it are never shown",
                help="change the text itself, or remove them",
            )
            self._drop_language(things, place, "a translation into the flow's own language", code)
            self.facts.append((f"localization/{language}", json_text(things)))
            return
        if len(self._languages) == _MOST_LANGUAGES:
            code = reading.find_once(
                LeftOut,
                "languages",
                place.at_key(),
                lambda count: (
                    f"{count} language(s) more than the {_MOST_LANGUAGES} that are read; they are kept as facts"
                ),
                help="cut the flow into one per region",
            )
            self._drop_language(things, place, "one language too many; kept as a fact", code)
            self.facts.append((f"localization/{language}", json_text(things)))
            return
        self._languages[language] = things

    def _drop_language(self, things: Obj, place: Place, reason: str, code: str) -> None:
        """Decide all translations into a language: none is carried over."""
        for uuid, entry in things.items():
            inside = [self.reading.at(entry, key) for key in entry] if isinstance(entry, Obj) else []
            for at in inside or [self.reading.at(things, uuid)]:
                self.reading.book.dropped(at, reason, "change the text itself", code)

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages in the order of the file, without the flow's own."""
        return tuple(self._languages)

    def _entry(self, language: str, uuid: str, key: str) -> tuple[Obj, Any] | None:
        entry = self._languages[language].get(uuid)
        return (entry, entry[key]) if isinstance(entry, Obj) and key in entry else None

    def of(self, uuid: str, key: str) -> Iterator[tuple[str, Arr, Place]]:
        """The translations of a property: language, texts, place. Empty ones override nothing and are left out."""
        if not uuid:
            return
        for language in self._languages:
            found = self._entry(language, uuid, key)
            if found is None:
                continue
            entry, value = found
            self._read.add((language, uuid, key))
            place = self.reading.at(entry, key)
            if isinstance(value, str):
                self.reading.wrong_shape(place, f"a translation of `{key}`", value, "a list of texts")
                value = Arr([value], place.pointer, {0: place.pointer})
            if not isinstance(value, Arr) or not all(isinstance(item, str) for item in value):
                code = self.reading.wrong_shape(place, f"a translation of `{key}`", value, "a list of texts")
                self.reading.book.dropped(place, "not a list of texts; kept as a fact", "write a list of texts", code)
                self.facts.append((f"localization/{language}/{uuid}/{key}", json_text(value)))
                continue
            self.reading.book.exact(place, "" if any(value) else "overrides nothing")
            for pointer in value.moved.values():
                self.reading.book.exact(self.reading.place(pointer))
            if any(value):
                yield language, value, place

    def texts(self, uuid: str, key: str) -> list[tuple[str, str, Place]]:
        """The translations of a property that is one text: language, text, its place. Further texts have no effect."""
        result: list[tuple[str, str, Place]] = []
        for language, items, place in self.of(uuid, key):
            if len(items) > 1:
                code = self.reading.find(
                    UntranslatableProperty,
                    place,
                    f"`{key}` is one text, but its translation has {len(items)}; the first is read",
                    help="put them into one text",
                )
                self.reading.book.degraded(place, "texts after the first have no effect", "join them", code)
                self.facts.append((f"localization/{language}/{uuid}/{key}", json_text(items)))
            if items[0]:
                result.append((language, items[0], self.reading.at(items, 0)))
        return result

    def drop(self, uuid: str, reason: str, alternative: str, code: str) -> None:
        """Decide all translations of something that is not carried over; it keeps them with its source."""
        for language, things in self._languages.items():
            entry = things.get(uuid)
            if not isinstance(entry, Obj) or not entry:
                continue
            self.facts.append((f"localization/{language}/{uuid}", json_text(entry)))
            for key in entry:
                self._read.add((language, uuid, key))
                self.reading.book.dropped(self.reading.at(entry, key), reason, alternative, code)

    def finish(self, known: Collection[str]) -> None:
        """Report what nobody asked for. ``known`` are the ids of everything in the flow."""
        reading = self.reading
        for language, things in self._languages.items():
            for uuid, entry in things.items():
                place = reading.at(things, uuid)
                code = "" if uuid in known else self._unknown(language, uuid, place)
                if not isinstance(entry, Obj):
                    code = reading.wrong_shape(place, "the translations of a thing", entry, "an object")
                    reading.book.dropped(place, "not an object: nothing to read", "write an object", code)
                    self.facts.append((f"localization/{language}/{uuid}", json_text(entry)))
                    continue
                if not entry:
                    reading.book.exact(place, "no translation")
                for key, value in entry.items():
                    if (language, uuid, key) not in self._read:
                        self._leftover(language, uuid, key, value, reading.at(entry, key), code)

    def _unknown(self, language: str, uuid: str, place: Place) -> str:
        what = "names" if _UUID.fullmatch(uuid) else "is no uuid and names"
        return self.reading.find(
            UnknownTranslation,
            place.at_key(),
            f"`{clip(uuid, 40)}` in the translations into `{clip(language, 20)}` {what} nothing of this flow",
            help="remove it, or correct the uuid",
        )

    def _leftover(self, language: str, uuid: str, key: str, value: Any, place: Place, code: str) -> None:
        self.facts.append((f"localization/{language}/{uuid}/{key}", json_text(value)))
        reason = "it belongs to nothing in the flow; kept as a fact"
        if not code or key not in _PROPERTIES:
            reason = "the thing it belongs to has no such text; kept as a fact" if not code else reason
            code = self.reading.find(
                UntranslatableProperty,
                place.at_key(),
                f"`{clip(key, 40)}` is nothing that is translated there",
                help="the properties are text, quick_replies, attachments, template_variables, subject, body, category "
                "(actions), arguments (cases) and name (categories)",
            )
        self.reading.book.dropped(place, reason, "remove it, or file it under the right thing", code)
