"""Values of a project's YAML files with their places, and what is said when one has another shape than it should."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from bascule.language.reading import Reading
from bascule.parsers.rasa.rules import UnknownKey, WrongShape
from bascule.source import Place
from bascule.source.yaml import Plain, as_scalar

__all__ = ["At", "keep_unknown", "kind_of", "mapping", "plain", "refuse", "sequence", "text_of"]

_MOST_KEYS = 8


@dataclass(frozen=True, slots=True)
class At:
    """A value and where it stands. Unquoted scalars are :class:`~bascule.source.yaml.Plain` until somebody asks."""

    value: Any
    place: Place

    def child(self, key: str | int) -> At:
        """A member or item; the value must have it."""
        return At(self.value[key], self.place.child(key))

    def get(self, key: str) -> At | None:
        """A member, or None where there is none of this name (or no mapping)."""
        return self.child(key) if isinstance(self.value, dict) and key in self.value else None

    @property
    def null(self) -> bool:
        """Whether nothing stands there (``key:`` alone, ``null``, ``~``)."""
        return self.value is None or (isinstance(self.value, Plain) and as_scalar(self.value) is None)

    @property
    def scalar(self) -> Any:
        """The value with its YAML 1.2 type: Rasa reads YAML 1.2, where ``no`` is a word."""
        return as_scalar(self.value)

    def members(self) -> Iterator[tuple[str, At]]:
        """Names and values of a mapping, in order; nothing for other values."""
        if isinstance(self.value, dict):
            for key, value in self.value.items():
                yield key, At(value, self.place.child(key))

    def items(self) -> Iterator[At]:
        """The items of a list; nothing for other values."""
        if isinstance(self.value, list):
            for index, value in enumerate(self.value):
                yield At(value, self.place.child(index))


def kind_of(value: Any) -> str:
    """What a value is, for messages."""
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    value = as_scalar(value)
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    return "a number" if isinstance(value, (int, float)) else "a text"


def plain(value: Any) -> Any:
    """Plain data with its YAML 1.2 types, for facts. Bounded by the reader's own depth limit."""
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    return as_scalar(value)


_HELP = "Rasa refuses or ignores it: write it as its documentation shows, or take it out"


def refuse(reading: Reading, at: At, construct: str, wanted: str, help_: str = _HELP) -> None:
    """Report a value of another shape than Rasa reads; it is in the ledger as dropped."""
    reading.book.open(construct, at.place)
    code = reading.find(
        WrongShape,
        at.place,
        f"here stands {kind_of(at.value)} where Rasa reads {wanted}",
        help=help_,
    )
    reading.book.dropped(at.place, f"{kind_of(at.value)} instead of {wanted}", f"write {wanted}", code)


def mapping(reading: Reading, at: At, construct: str, wanted: str = "a mapping") -> list[tuple[str, At]]:
    """The members of a mapping; anything else but nothing is refused."""
    if isinstance(at.value, dict):
        return list(at.members())
    if not at.null:
        refuse(reading, at, construct, wanted)
    return []


def sequence(reading: Reading, at: At, construct: str, wanted: str = "a list") -> list[At]:
    """The items of a list; anything else but nothing is refused."""
    if isinstance(at.value, list):
        return list(at.items())
    if not at.null:
        refuse(reading, at, construct, wanted)
    return []


def text_of(at: At) -> str | None:
    """The text of a scalar as it is spelled; None for lists, mappings and nothing."""
    return str(at.value) if isinstance(at.value, str) and not at.null else None


def keep_unknown(
    reading: Reading, at: At, key: str, what: str, known: tuple[str, ...], construct: str = ""
) -> tuple[str, str]:
    """A member that is not known there: reported once per kind of holder, given back as a fact."""
    from bascule.language.reading import json_text

    meant = reading.close_to(key, known)
    shown = ", ".join(f"`{name}`" for name in known[:_MOST_KEYS])
    code = reading.find_once(
        UnknownKey,
        f"{what}:{key}",
        at.place.at_key(),
        lambda count: f"{what} has no member `{key[:60]}`{f' ({count} times)' if count > 1 else ''}; nothing reads it",
        help=f"did you mean `{meant}`?" if meant else f"what is read there: {shown}",
    )
    reading.book.open(construct or f"{what} member", at.place)
    reading.book.degraded(at.place, f"{what} has no member `{key[:60]}`; kept as a fact", "take it out", code)
    return key, json_text(reading.safe(plain(at.value), at.place, key))
