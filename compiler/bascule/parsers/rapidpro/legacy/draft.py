"""Objects of version 13 in the making, out of older ones: nothing of the older one gets lost on the way.

What is moved knows where it stood; what is known but has no place in version 13 is kept beside (``_legacy``), exact;
what is not known stays under its own name, so that the reader reports it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from bascule.language.rapidpro_expression import Change
from bascule.parsers.rapidpro.legacy.references import Keys
from bascule.parsers.rapidpro.legacy.templates import escaped, migrate_template
from bascule.parsers.rapidpro.located import Arr, Obj, rewritten

__all__ = ["KEPT", "Context", "Draft", "Localization", "is_empty", "own_language", "prefixed"]

KEPT = "_legacy"
"""The member that holds what version 13 has no place for."""


def is_empty(value: Any) -> bool:
    """Whether a member holds nothing: older files write every member, used or not."""
    return value is None or value is False or (isinstance(value, (str, list, dict)) and not value)


def own_language(texts: Obj, base: str) -> str:
    """The key of the text in the flow's own language; `base` is the language of flows that have none."""
    return base if base in texts else "base"


class Draft:
    """An object in the making. ``own`` are members of the source that count with it and need no place."""

    def __init__(self, source: Obj, own: Iterable[str] = ()) -> None:
        self.source = source
        self._used = set(own)
        self._parts: dict[str, Any] = {}
        self._moved: dict[str, str] = {}
        self._kept: list[str] = []

    def put(self, key: str, value: Any, at: str = "") -> None:
        """Set a member; ``at`` is where its value stands."""
        self._parts[key] = value
        if at:
            self._moved[key] = at

    def move(self, old: str, new: str = "", value: Any = None) -> None:
        """Set a member from one of the source, with another value if one is given."""
        if old in self.source:
            self._used.add(old)
            self.put(new or old, self.source[old] if value is None else value, self.source.at(old))

    def use(self, *keys: str) -> None:
        """Count members of the source as used."""
        self._used.update(keys)

    def keep(self, *keys: str) -> None:
        """Keep members of the source beside, where they hold anything."""
        self._used.update(keys)
        self._kept += [key for key in keys if key not in self._kept and not is_empty(self.source.get(key))]

    def done(self) -> Obj:
        """The object, with what nobody used."""
        rest = {key: value for key, value in self.source.items() if key not in self._used and not is_empty(value)}
        rest = {key: value for key, value in rest.items() if key not in self._parts}
        parts = {**self._parts, **rest}
        moved = {**{key: self.source.at(key) for key in rest}, **self._moved}
        if self._kept:
            places = {key: self.source.at(key) for key in self._kept}
            parts[KEPT] = Obj({key: self.source[key] for key in self._kept}, self.source.pointer, places)
            moved[KEPT] = self.source.pointer
        return Obj(parts, self.source.pointer, moved)


class Localization:
    """The ``localization`` of a flow, gathered from translations that stand beside the texts."""

    def __init__(self) -> None:
        self._languages: dict[str, dict[str, dict[str, Arr]]] = {}

    def add(self, language: str, uuid: str, key: str, texts: Arr) -> None:
        """File the texts of a property in a language."""
        self._languages.setdefault(language, {}).setdefault(uuid, {})[key] = texts

    def find(self, language: str, uuid: str, key: str) -> Arr | None:
        """The texts that are filed."""
        return self._languages.get(language, {}).get(uuid, {}).get(key)

    def done(self, pointer: str) -> Obj:
        """The object; languages and things point at the first text under them."""
        languages: dict[str, Obj] = {}
        places: dict[str, str] = {}
        for language, things in self._languages.items():
            made: dict[str, Obj] = {}
            at: dict[str, str] = {}
            for uuid, entry in things.items():
                moved = {key: texts.pointer for key, texts in entry.items()}
                first = next(iter(moved.values()))
                made[uuid] = Obj(entry, first, moved)
                at[uuid] = first
            first = next(iter(at.values()))
            languages[language] = Obj(made, first, at)
            places[language] = first
        return Obj(languages, pointer, places)


@dataclass(slots=True)
class Context:
    """What the parts of one flow share. ``language`` is its own; ``keys`` are results with another key in version
    13; ``taken`` counts uuids per kind, so that no two of a kind are the same."""

    language: str
    keys: Keys
    localization: Localization = field(default_factory=Localization)
    taken: dict[tuple[str, str], int] = field(default_factory=dict)

    def unique(self, kind: str, uuid: str) -> str:
        """``uuid``, or one made from it where something of that kind already has it."""
        name = uuid
        while (kind, name) in self.taken:
            self.taken[kind, uuid] += 1
            name = f"{uuid}-{self.taken[kind, uuid]}"
        self.taken[kind, name] = 1
        return name

    def text(self, value: Any, *, raw_dates: bool = False, url_encode: bool = False) -> Any:
        """A text with its expressions in terms of version 13; anything else as it is."""
        if not isinstance(value, str):
            return value
        return migrate_template(value, self.keys, raw_dates=raw_dates, url_encode=url_encode)

    def said(self, value: Any, at: str, uuid: str, key: str, as_it_is: bool = False) -> tuple[Any, str]:
        """The text of the flow's own language and where it stands; its translations are filed under ``uuid`` and
        ``key``. None when that language has none. ``as_it_is`` is for texts without expressions."""
        change = _plain if as_it_is else self.text
        if not isinstance(value, Obj):
            return change(value), at
        own = own_language(value, self.language)
        for language, text in value.items():
            if language != own and language != "base" and not is_empty(text):
                pointer = value.at(language)
                self.localization.add(language, uuid, key, Arr([change(text)], pointer, {0: pointer}))
        return (change(value[own]), value.at(own)) if own in value else (None, at)


def _plain(value: Any) -> Any:
    return escaped(value) if isinstance(value, str) else value


def prefixed(text: str, prefix: str) -> str:
    """A text with something put in front of it."""
    return rewritten(text, prefix + text, [Change(0, 0, prefix)])
