"""Languages and resources: one message in every language, mode and kind, as one content."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from bascule.diagnostics import Label
from bascule.ir.content import Content, Media, MediaKind, Variant
from bascule.ir.text import Localized, LocalizedText, Text, literal
from bascule.parsers.floip.catalogue import CHANNELS, MAIN_ORDER, media_kind
from bascule.parsers.floip.losses import LanguageVariant, UnknownMember, UnusedResource, VoiceOnly
from bascule.parsers.floip.reading import Facts, Reading, json_text, stripped
from bascule.parsers.floip.rules import ResourceTwice, UnknownLanguage
from bascule.source import Place

__all__ = ["Languages", "Library", "Resource", "Said", "Value", "is_uuid"]

_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_VALUE_MEMBERS = frozenset({"language_id", "content_type", "mime_type", "modes", "value"})
_LANGUAGE_MEMBERS = frozenset({"id", "label", "iso_639_3", "variant", "bcp_47"})
_MEDIA_MODES = ("RICH_MESSAGING", "TEXT", "", "SMS")
_SHOWN = 60


def is_uuid(text: str) -> bool:
    """Whether a text looks like a UUID, so like the name of a resource, block or flow."""
    return _UUID.fullmatch(text.strip()) is not None


@dataclass(frozen=True, slots=True)
class Value:
    """One wording or file of a resource. ``kind`` is None for words."""

    place: Place
    language: str
    kind: MediaKind | None
    mime: str
    modes: tuple[str, ...]
    text: str


@dataclass(slots=True)
class Resource:
    """The values of one resource in file order."""

    uuid: str
    place: Place
    values: list[Value] = field(default_factory=list)


@dataclass(slots=True)
class Said:
    """What a resource says. ``second`` are the second wordings of one language and mode (Turn writes the label of a
    list there); ``others`` the wordings of other modes, per locale."""

    content: Content = field(default_factory=Content)
    second: LocalizedText = Localized()
    others: tuple[tuple[str, str, Text], ...] = ()


class Languages:
    """The languages of a flow. The first one is the flow's own."""

    def __init__(self, reading: Reading, value: Any, place: Place, facts: Facts) -> None:
        self.reading = reading
        self.locales: dict[str, str] = {}
        self.copies: dict[str, None] = {}
        self._place = place
        if not isinstance(value, list):
            if value is not None:
                reading.misshapen(place, "`languages`", value, "a list", facts, "languages")
            return
        first: dict[str, Place] = {}
        for index, item in enumerate(value):
            self._add(item, place.child(index), first, facts, index)

    def _add(self, item: Any, place: Place, first: dict[str, Place], facts: Facts, index: int) -> None:
        book = self.reading.book
        book.open("language", place)
        if isinstance(item, str):
            item = {"id": item, "iso_639_3": item}
        if not isinstance(item, dict) or not isinstance(item.get("id"), (str, int)):
            self.reading.misshapen(place, "a language", item, "an object with an `id`", facts, f"languages/{index}")
            return
        book.exact(place)
        self.reading.unknown_members(item, place, _LANGUAGE_MEMBERS, "a language", facts, f"languages/{index}/")
        id_ = str(item["id"])
        locale = _locale(item)
        variant = stripped(item.get("variant")) or stripped(item.get("label"))
        if locale in first:
            code = self.reading.find(
                LanguageVariant,
                place,
                f"a second language has the code `{locale}`" + (f" (`{variant[:_SHOWN]}`)" if variant else ""),
                help="its wordings are kept as variants; give it a `bcp_47` code with a region if it has one",
                labels=[Label(first[locale], "the first one is here")],
            )
            book.degraded(place, "its wordings are kept as variants", "give it a code of its own", code)
            self.copies[id_] = None
        if locale:
            first.setdefault(locale, place)
        self.locales.setdefault(id_, locale)

    @property
    def main(self) -> str:
        """The locale of the first language, or ``""``."""
        return next(iter(self.locales.values()), "")

    def of(self, id_: str, place: Place) -> str:
        """The locale of a language id; an unknown id is reported once."""
        if id_ in self.locales:
            return self.locales[id_]
        locale = _locale({"iso_639_3": id_}) if len(id_) == 3 else ""
        if not (locale and len(locale) == 2):
            locale = ""
        self.reading.find_once(
            UnknownLanguage,
            id_,
            place,
            lambda count: (
                f"the language `{id_[:_SHOWN]}` is none of the flow's languages"
                + (f"; it is read as `{locale}`" if locale else "")
                + (f" ({count} values)" if count > 1 else "")
            ),
            help="add it to `languages`",
        )
        return locale


def _locale(item: dict[str, Any]) -> str:
    """The locale of a language: its BCP 47 tag, else its ISO 639-3 code in two letters where there are two."""
    from bascule.whatsapp.policy import load_policy

    policy = load_policy()
    tag = stripped(item.get("bcp_47"))[:40]
    if tag:
        return policy.match_language(tag) or tag.replace("-", "_")
    code = stripped(item.get("iso_639_3"))[:40]
    if code in ("", "mis", "und", "zxx"):
        return ""
    known = policy.match_language(code)
    return known.split("_")[0] if known else code


class Library:
    """The resources of a container, and of one flow of it, by UUID."""

    def __init__(self, reading: Reading, outer: Library | None = None) -> None:
        self.reading = reading
        self.outer = outer
        self.resources: dict[str, Resource] = {}

    def get(self, uuid: str) -> Resource | None:
        """The resource of that UUID: the flow's own first."""
        found = self.resources.get(uuid)
        return found if found is not None or self.outer is None else self.outer.get(uuid)

    def add(self, value: Any, place: Place, facts: Facts) -> None:
        """Read a list of resources."""
        if isinstance(value, dict):
            # Early files have an object from UUID to resource.
            for uuid, item in value.items():
                self._resource(item, uuid, place.child(uuid), facts, f"resources/{uuid}")
            return
        if not isinstance(value, list):
            if value is not None:
                self.reading.misshapen(place, "`resources`", value, "a list", facts, "resources")
            return
        for index, item in enumerate(value):
            self._resource(item, "", place.child(index), facts, f"resources/{index}")

    def _resource(self, item: Any, uuid: str, place: Place, facts: Facts, key: str) -> None:
        reading = self.reading
        reading.book.open("resource", place)
        if isinstance(item, list):
            item = {"uuid": uuid, "values": item}
            values_at = place
        else:
            values_at = place.child("values")
        if not isinstance(item, dict):
            reading.misshapen(place, "a resource", item, "an object", facts, key)
            return
        written = item.get("uuid", uuid)
        resource = Resource(written if isinstance(written, str) else uuid, place)
        reading.unknown_members(item, place, frozenset({"uuid", "values"}), "a resource", facts, key + "/")
        values = item.get("values")
        if isinstance(values, list):
            for index, data in enumerate(values):
                self._value(resource, data, values_at.child(index), facts, f"{key}/values/{index}")
        elif values is not None:
            reading.wrong_shape(values_at, "`values` of a resource", values, "a list", "kept as a fact")
            facts.append((f"{key}/values", json_text(reading.safe(values, values_at, "values"))))
        known = self.resources.get(resource.uuid)
        if known is None:
            self.resources[resource.uuid] = resource
            return
        code = reading.find(
            ResourceTwice,
            place,
            f"a second resource has the UUID `{resource.uuid[:_SHOWN]}`; the first one is used",
            labels=[Label(known.place, "the first one is here")],
        )
        for at in (place, *(value.place for value in resource.values)):
            reading.book.dropped(at, "another resource of this UUID is used", "give it a UUID of its own", code)
        facts.append((key, json_text(reading.safe(item, place))))

    def _value(self, resource: Resource, data: Any, place: Place, facts: Facts, key: str) -> None:
        reading = self.reading
        kind = data.get("content_type") if isinstance(data, dict) else None
        content_type = stripped(kind).upper() or "TEXT"
        reading.book.open(f"resource value {content_type[:_SHOWN]}", place)
        if not isinstance(data, dict):
            reading.misshapen(place, "a value of a resource", data, "an object", facts, key)
            return
        text = data.get("value")
        if text is not None and not isinstance(text, str):
            if isinstance(text, (dict, list)):
                reading.misshapen(place, "a value of a resource", text, "a text", facts, key)
                return
            reading.wrong_shape(place.child("value"), "a value of a resource", text, "a text", "read as text")
            text = json_text(text)
        reading.unknown_members(data, place, _VALUE_MEMBERS, "a resource value", facts, key + "/")
        modes = data.get("modes")
        names = [modes] if isinstance(modes, str) else modes if isinstance(modes, list) else []
        listed = tuple(dict.fromkeys(stripped(mode).upper() for mode in names if stripped(mode)))
        mime = stripped(data.get("mime_type"))
        language = data.get("language_id")
        language = str(language) if isinstance(language, (str, int)) else ""
        found = media_kind(content_type, mime)
        resource.values.append(Value(place, language, found, mime, listed or ("",), text or ""))

    def close(self) -> None:
        """Put down what no block used."""
        for resource in self.resources.values():
            if not self.reading.book.is_open(resource.place):
                continue
            code = self.reading.find_once(
                UnusedResource,
                "resource",
                resource.place,
                lambda count: f"{count} resource(s) are named by no block; they are left out",
            )
            for at in (resource.place, *(value.place for value in resource.values)):
                self.reading.book.dropped(at, "no block uses it", "", code)

    def use_raw(self, uuid: str) -> str | None:
        """The first words of a resource as they are written (settings that are no message), or None."""
        resource = self.get(uuid)
        if resource is None:
            return None
        for at in (resource.place, *(value.place for value in resource.values)):
            self.reading.book.exact(at, "kept with the block that names it")
        return next((value.text for value in resource.values if value.kind is None and value.text.strip()), "")

    def said(self, resource: Resource, languages: Languages) -> Said:
        """What a resource says: the rich wording as the message, those of other modes as variants."""
        return _Sayer(self.reading, resource, languages).read()


class _Sayer:
    def __init__(self, reading: Reading, resource: Resource, languages: Languages) -> None:
        self.reading = reading
        self.resource = resource
        self.languages = languages
        # (language, mode) to the values there, blank ones left out.
        self.words: dict[tuple[str, str], list[Value]] = {}
        self.files: dict[tuple[str, str], list[Value]] = {}

    def read(self) -> Said:
        book = self.reading.book
        book.exact(self.resource.place)
        for value in self.resource.values:
            if not value.text.strip():
                book.exact(value.place, "empty")
                continue
            # What has a place of its own below says so; the rest has the words of another value.
            book.exact(value.place)
            box = self.words if value.kind is None else self.files
            for mode in value.modes:
                box.setdefault((value.language, mode if mode in CHANNELS else ""), []).append(value)
        spoken = list(dict.fromkeys(value.language for value in self.resource.values if value.text.strip()))
        own = [id_ for id_ in self.languages.locales if id_ in spoken]
        spoken = [*own, *(id_ for id_ in spoken if id_ not in self.languages.locales)]
        main = [id_ for id_ in spoken if id_ not in self.languages.copies]
        chosen = {id_: self._main(id_) for id_ in main}
        text = self._localized((id_, self.words[id_, mode][0]) for id_, mode in chosen.items() if mode is not None)
        second = self._localized(
            (id_, self.words[id_, mode][1])
            for id_, mode in chosen.items()
            if mode is not None and len(self.words[id_, mode]) > 1
        )
        hints = self._further(chosen)
        told = [self.words[id_, mode][0].place.child("value") for id_, mode in chosen.items() if mode is not None]
        content = Content(
            text=text,
            media=self._media({id_: self._main_files(id_) for id_ in main}),
            variants=tuple(self._variants(main, chosen)) + tuple(self._copies(spoken)),
            hints=hints,
            at=told[0] if told else self.resource.place,
        )
        return Said(content, second, tuple(self._others(main, chosen)))

    def _main(self, language: str) -> str | None:
        return next((mode for mode in MAIN_ORDER if (language, mode) in self.words), None)

    def _main_files(self, language: str) -> list[Value]:
        return next((self.files[language, mode] for mode in _MEDIA_MODES if (language, mode) in self.files), [])

    def _text(self, value: Value) -> Text:
        return self.reading.text(value.text, value.place.child("value"))

    def _localized(self, values: Iterable[tuple[str, Value]]) -> LocalizedText:
        found: dict[str, Text] = {}
        for id_, value in values:
            found.setdefault(self.languages.of(id_, value.place), self._text(value))
        return Localized(tuple(found.items()))

    def _further(self, chosen: dict[str, str | None]) -> tuple[tuple[str, str], ...]:
        """Wordings that have no role: nobody knows what a third one in one language and mode is for."""
        told: set[int] = set()
        spare: list[Value] = []
        for (id_, mode), values in self.words.items():
            main = self._main(id_) == mode
            roles = (2 if main else 1) if id_ in chosen else int(main)
            told.update(id(value) for value in values[:roles])
            spare.extend(values[roles:])
        hints: Facts = []
        for value in {id(value): value for value in spare if id(value) not in told}.values():
            hints.append(("further wording", json_text(value.text)))
            code = self.reading.find_once(
                UnknownMember,
                "further wording",
                value.place,
                lambda count: f"{count} further wording(s) of one language and mode; they are kept as hints",
            )
            self.reading.book.degraded(value.place, "a further wording; kept as a hint", "look what it is for", code)
        return tuple(hints)

    def _media(self, files: dict[str, list[Value]]) -> tuple[Media, ...]:
        """One media per kind and position, with a URL per language."""
        found: dict[tuple[MediaKind, int], dict[str, Value]] = {}
        for id_, values in files.items():
            counts: dict[MediaKind, int] = {}
            for value in values:
                assert value.kind is not None
                number = counts.setdefault(value.kind, 0)
                counts[value.kind] += 1
                found.setdefault((value.kind, number), {}).setdefault(self.languages.of(id_, value.place), value)
        result: list[Media] = []
        for (kind, _), by_locale in found.items():
            first = next(iter(by_locale.values()))
            link = "://" in first.text or "@" in first.text
            linked = by_locale.items() if link else ()
            url = Localized(tuple((locale, self._file(value)) for locale, value in linked))
            # The MIME type of any bytes says nothing.
            mime = "" if first.mime == "application/octet-stream" else first.mime
            result.append(Media(kind, url=url, asset="" if link else first.text.strip(), mime=mime, at=first.place))
        return tuple(result)

    def _file(self, value: Value) -> Text:
        self.reading.check_secret(value.text, value.place.child("value"))
        text = self._text(value)
        return text if text else literal(value.text)

    def _variants(self, main: list[str], chosen: dict[str, str | None]) -> Iterable[Variant]:
        for mode in MAIN_ORDER:
            spoken = [id_ for id_ in main if (id_, mode) in self.words and chosen[id_] != mode]
            other = [
                id_ for id_ in spoken if self.words[id_, mode][0].text != self.words[id_, chosen[id_] or ""][0].text
            ]
            filed = {id_: self.files[id_, mode] for id_ in main if (id_, mode) in self.files}
            filed = {id_: values for id_, values in filed.items() if values is not self._main_files(id_)}
            known = {id_: {(item.kind, item.text) for item in self._main_files(id_)} for id_ in filed}
            filed = {id_: v for id_, v in filed.items() if any((item.kind, item.text) not in known[id_] for item in v)}
            if not other and not filed:
                continue
            text = self._localized((id_, self.words[id_, mode][0]) for id_ in (spoken if other else ()))
            at = self.words[other[0], mode][0].place.child("value") if other else None
            yield Variant(CHANNELS[mode], Content(text=text, media=self._media(filed), at=at))
            used = [self.words[id_, mode][0] for id_ in other] + [item for values in filed.values() for item in values]
            for value in used:
                self._account_variant(value, mode)

    def _account_variant(self, value: Value, mode: str) -> None:
        book = self.reading.book
        if mode != "IVR":
            book.exact(value.place, f"kept as the variant for `{CHANNELS[mode]}`")
            return
        code = self.reading.find_once(
            VoiceOnly,
            "values",
            value.place,
            lambda count: f"{count} recording(s) or wording(s) are for calls only; they are kept as variants",
            help="send them as audio messages if people should hear them",
        )
        book.degraded(value.place, "for calls only; kept as a variant", "send it as an audio message", code)

    def _copies(self, spoken: list[str]) -> Iterable[Variant]:
        """The wordings of a second language with the code of another."""
        for id_ in spoken:
            if id_ not in self.languages.copies:
                continue
            mode = self._main(id_)
            text = self._localized([(id_, self.words[id_, mode][0])] if mode is not None else [])
            files = {id(value): value for (known, _), values in self.files.items() if known == id_ for value in values}
            yield Variant(f"language {id_}", Content(text=text, media=self._media({id_: list(files.values())})))

    def _others(self, main: list[str], chosen: dict[str, str | None]) -> Iterable[tuple[str, str, Text]]:
        for id_ in main:
            for mode in MAIN_ORDER:
                if chosen[id_] is not None and mode not in (chosen[id_], "IVR") and (id_, mode) in self.words:
                    value = self.words[id_, mode][0]
                    if value.text != self.words[id_, chosen[id_] or ""][0].text:
                        yield CHANNELS[mode], self.languages.of(id_, value.place), self._text(value)
