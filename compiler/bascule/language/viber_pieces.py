"""Values of a Viber body with their places, wherever the body stands: in JSON, or in a program that builds it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol

from bascule.ir.text import Text
from bascule.language.reading import Reading
from bascule.language.viber_markup import MarkupLoss, has_markup, read_markup
from bascule.source import Place, join_pointer
from bascule.source.json import read_json

__all__ = ["JsonPiece", "Piece", "embedded", "file_piece", "read_text"]


class Piece(Protocol):
    """One value. ``value`` is plain data for scalars; for a text with code in it, the text with a mark per hole."""

    @property
    def value(self) -> Any:
        """The scalar, or whatever stands for the object or list."""

    @property
    def place(self) -> Place:
        """Where it stands."""

    @property
    def is_object(self) -> bool:
        """It has members."""

    @property
    def is_list(self) -> bool:
        """It has items."""

    @property
    def fixed(self) -> bool:
        """Nothing in the value itself is computed at run time."""

    def members(self) -> Iterator[tuple[str, Piece]]:
        """Names and values of an object, in order; nothing for other values."""

    def items(self) -> Iterator[Piece]:
        """The items of a list; nothing for other values."""

    def plain(self) -> Any:
        """The value as JSON data; code as its source text."""

    def run(self, reading: Reading, text: str, start: int) -> Text:
        """Read a literal run of :attr:`value` (a text) that starts at ``start``: placeholders and code become holes."""


@dataclass(frozen=True, slots=True)
class JsonPiece:
    """A value of a JSON document. ``locate`` turns a pointer into a place (lazily: most are never asked for);
    ``within`` does so for a range of the text there, where its characters do not stand one by one in the file."""

    value: Any
    pointer: str
    locate: Callable[[str], Place]
    within: Callable[[str, int, int], Place] | None = None

    @property
    def place(self) -> Place:
        """Where it stands."""
        return self.locate(self.pointer)

    @property
    def is_object(self) -> bool:
        """It has members."""
        return isinstance(self.value, dict)

    @property
    def is_list(self) -> bool:
        """It has items."""
        return isinstance(self.value, list)

    @property
    def fixed(self) -> bool:
        """JSON computes nothing."""
        return True

    def members(self) -> Iterator[tuple[str, JsonPiece]]:
        """Names and values of an object."""
        if isinstance(self.value, dict):
            for name, item in self.value.items():
                yield name, JsonPiece(item, join_pointer(self.pointer, name), self.locate, self.within)

    def items(self) -> Iterator[JsonPiece]:
        """The items of a list."""
        if isinstance(self.value, list):
            for index, item in enumerate(self.value):
                yield JsonPiece(item, join_pointer(self.pointer, index), self.locate, self.within)

    def plain(self) -> Any:
        """The value itself."""
        return self.value

    def run(self, reading: Reading, text: str, start: int) -> Text:
        """Read a literal run with the placeholders of the file's syntax."""
        place, within = self.place, self.within
        if within is not None:
            return reading.moved_text(text, place, lambda at, end: within(self.pointer, start + at, start + end))
        base = start + (place.sub[0] if place.sub else 0)
        return reading.text(text, place.within(base, base + len(text)))


def file_piece(value: Any, path: str, pointer: str = "") -> JsonPiece:
    """A value of the JSON document of a file."""
    return JsonPiece(value, pointer, lambda at: Place(path, at))


def read_text(
    reading: Reading, piece: Piece, *, marks: bool = True, html: bool | None = None
) -> tuple[Text, list[MarkupLoss]]:
    """The text of a piece that is one. ``html``: read markup always, never, or (None) where a tag of it stands."""
    value = piece.value
    if html or (html is None and has_markup(value)):
        return read_markup(value, lambda text, start: piece.run(reading, text, start), marks=marks)
    return piece.run(reading, value, 0), []


class _Offsets:
    """Offsets in a decoded text to offsets of the place that holds it (``sub`` ranges count decoded characters)."""

    def __init__(self, text: str, place: Place) -> None:
        self.document = read_json(place.file, text)
        self.place = place
        self.base = place.sub[0] if place.sub else 0

    def locate(self, pointer: str) -> Place:
        span = self.document.locate(Place(self.place.file, pointer))
        start, end = span.start, span.end
        if self.document.text[start : start + 1] == '"' and end - start >= 2:
            start, end = start + 1, end - 1
        return self.place.within(self.base + start, self.base + end)

    def within(self, pointer: str, start: int, end: int) -> Place:
        span = self.document.locate(Place(self.place.file, pointer, (start, end)))
        return self.place.within(self.base + span.start, self.base + span.end)


def embedded(text: str, place: Place) -> JsonPiece | None:
    """The JSON value that a text value holds, with places inside that text; None when it holds none."""
    stripped = text.lstrip()
    if not stripped.startswith(("{", "[")) or len(text) > 1_000_000:
        return None
    offsets = _Offsets(text, place)
    if not offsets.document.usable or offsets.document.problems:
        return None
    return JsonPiece(offsets.document.value, "", offsets.locate, offsets.within)
