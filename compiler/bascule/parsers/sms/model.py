"""What the readers of all file shapes hand to :mod:`build`: templates with their wordings, and the books."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from bascule.diagnostics.finding import Finding, Label
from bascule.ir.content import ChoiceKind, MediaKind
from bascule.ir.ledger import Ledger
from bascule.ir.project import Variable
from bascule.parsers.sms.rules import DuplicateKey, EmptyText
from bascule.source import Document, Place, join_pointer
from bascule.source.yaml import as_scalar

__all__ = [
    "MAX_NESTING",
    "MediaFile",
    "Option",
    "Reading",
    "Template",
    "UniqueNames",
    "Wording",
    "fact_text",
    "leaves",
    "plain",
]

MAX_NESTING = 40
"""Levels of groups that are read; what lies deeper is kept as a fact."""


@dataclass(frozen=True, slots=True)
class Wording:
    """One text of a template. ``channel`` is ``""`` for the SMS itself."""

    text: str
    place: Place
    locale: str = ""
    channel: str = ""


@dataclass(frozen=True, slots=True)
class Option:
    """A quick reply or button that the file names."""

    title: str
    place: Place
    kind: ChoiceKind = ChoiceKind.REPLY
    url: str = ""
    phone: str = ""
    payload: str = ""
    accepts: tuple[str, ...] = ()
    locale: str = ""
    hints: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class MediaFile:
    """A media link that the file names."""

    kind: MediaKind
    url: str
    place: Place


@dataclass(slots=True)
class Template:
    """One template: a key and everything said about it. ``key`` is empty where the file gives none.

    Of each language and channel there is one wording; ``suffix`` is what tells facts of a second row or member of the
    same key apart (``@en``).
    """

    key: str
    place: Place
    title: str = ""
    facts: dict[str, str] = field(default_factory=dict)
    options: list[Option] = field(default_factory=list)
    media: list[MediaFile] = field(default_factory=list)
    variables: list[Variable] = field(default_factory=list)
    suffix: str = ""
    by_slot: dict[tuple[str, str], Wording] = field(default_factory=dict)

    @property
    def wordings(self) -> list[Wording]:
        """The wordings in the file's order."""
        return list(self.by_slot.values())

    def fact(self, name: str, value: Any) -> None:
        """Keep a value under a name; another value for a name that is taken gets the suffix, or a number."""
        text = fact_text(value)
        base = name
        if self.facts.get(name, text) != text and self.suffix:
            base = name = name + self.suffix
        number = 2
        while self.facts.get(name, text) != text:
            name = f"{base}#{number}"
            number += 1
        self.facts[name] = text


class Reading:
    """The templates of one file in order, with findings and ledger."""

    def __init__(self, document: Document, shape: str = "") -> None:
        self.document = document
        self.shape = shape
        self.templates: list[Template] = []
        self.facts: list[tuple[str, str]] = []
        self.findings: list[Finding] = []
        self.ledger = Ledger()
        self.empty_texts = 0
        self.lost: dict[str, list[Place]] = {}
        self._by_key: dict[str, Template] = {}
        self._last_number: dict[str, int] = {}

    def open(self, key: str, place: Place, wordings: list[Wording], what: str = "key") -> Template:
        """The template that takes these wordings: the known one of that key when it has none in the same
        language and channel, else a new one."""
        known = self._by_key.get(key) if key else None
        if known is not None:
            clash = next((known.by_slot[_slot(new)] for new in wordings if _slot(new) in known.by_slot), None)
            if clash is None:
                known.suffix = _suffix(wordings)
                known.by_slot.update((_slot(wording), wording) for wording in wordings)
                return known
            key = self._renamed(key, place, clash, what)
        template = Template(key, place, by_slot={_slot(wording): wording for wording in wordings})
        self.templates.append(template)
        if key:
            self._by_key[key] = template
        return template

    def _renamed(self, key: str, place: Place, clash: Wording, what: str) -> str:
        number = self._last_number.get(key, 1) + 1
        while f"{key}_{number}" in self._by_key:
            number += 1
        self._last_number[key] = number
        again = f"{key}_{number}"
        spoken = f" in `{clash.locale}`" if clash.locale else ""
        self.findings.append(
            DuplicateKey.at(
                place,
                f"the {what} `{_clip(key)}` stands twice{spoken}",
                help=f"the second one was called `{_clip(again)}`: remove it or give it its own {what}",
                labels=[Label(clash.place, "the first one")],
            )
        )
        return again

    def empty(self, place: Place, name: str) -> None:
        """Report a template whose text is empty."""
        self.empty_texts += 1
        self.findings.append(EmptyText.at(place, f"{name} has no text", help="write the text, or remove the template"))

    def lose(self, code: str, place: Place) -> None:
        """Note where something without a counterpart on WhatsApp stands; one finding tells them all."""
        self.lost.setdefault(code, []).append(place)

    def keep(self, name: str, value: Any, place: Place, construct: str = "", reason: str = "") -> None:
        """Keep a value that belongs to no template as a fact of the project."""
        self.facts.append((name, fact_text(value)))
        self.account(value, place, construct or f"member {_last(place)}", reason or "kept as a fact of the project")

    def account(
        self,
        value: Any,
        place: Place,
        construct: str,
        reason: str = "",
        book: Callable[..., None] | None = None,
        **more: str,
    ) -> None:
        """Enter every leaf of a value in the ledger (exact, unless ``book`` is another method of it)."""
        for leaf, inner in leaves(value):
            at = Place(place.file, place.pointer + leaf, place.sub, place.key) if leaf else place
            if inner in ("", None) or inner == [] or inner == {}:
                self.ledger.exact(construct, at, "empty in the source")
            elif book is None:
                self.ledger.exact(construct, at, reason)
            else:
                book(construct, at, reason, **more)


class UniqueNames:
    """Names that are all different: ``a``, ``a_2``, ``a_3`` … Thousands of equal ones stay cheap."""

    def __init__(self) -> None:
        self._taken: set[str] = set()
        self._last: dict[str, int] = {}

    def take(self, base: str) -> str:
        """``base``, or with the first number that makes it new."""
        number = self._last.get(base, 0) + 1
        name = base if number == 1 else f"{base}_{number}"
        while name in self._taken:
            number += 1
            name = f"{base}_{number}"
        self._last[base] = number
        self._taken.add(name)
        return name


def _slot(wording: Wording) -> tuple[str, str]:
    return wording.locale, wording.channel


def _suffix(wordings: list[Wording]) -> str:
    if not wordings:
        return ""
    named = ".".join(part for part in _slot(wordings[0]) if part)
    return f"@{named}" if named else ""


def _clip(text: str) -> str:
    return text if len(text) <= 60 else text[:59] + "…"


def _last(place: Place) -> str:
    return place.pointer.rpartition("/")[2].replace("~1", "/").replace("~0", "~")


def plain(value: Any) -> Any:
    """A value with the types of JSON: plain YAML scalars get theirs. The depth is bounded by the readers."""
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    return as_scalar(value)


def fact_text(value: Any) -> str:
    """A value as JSON text, as facts are kept."""
    return json.dumps(plain(value), ensure_ascii=False, separators=(", ", ": "))


def leaves(value: Any) -> Iterator[tuple[str, Any]]:
    """Pointer below the value, and value, of every scalar and empty container, in order. Iterative."""
    stack: list[tuple[str, Any]] = [("", value)]
    while stack:
        pointer, item = stack.pop()
        if isinstance(item, dict) and item:
            stack.extend((join_pointer(pointer, key), item[key]) for key in reversed(item))
        elif isinstance(item, list) and item:
            stack.extend((join_pointer(pointer, index), item[index]) for index in range(len(item) - 1, -1, -1))
        else:
            yield pointer, as_scalar(item)
