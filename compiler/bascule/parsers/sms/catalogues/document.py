"""Language files of frameworks as documents: a tree of texts, each with the ranges it was decoded from."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from typing import Any

from bascule.source import Document, Place, join_pointer, split_pointer

__all__ = ["CatalogueDocument", "Decoded", "Oddity"]


class Decoded:
    """A text put together from pieces of the source. Offsets are characters of the file."""

    __slots__ = ("_length", "_parts", "_pieces", "_starts", "_text")

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._text: str | None = ""
        self._length = 0
        self._starts: list[int] = []
        self._pieces: list[tuple[int, int, bool]] = []

    @property
    def text(self) -> str:
        """The decoded text."""
        if self._text is None:
            self._text = "".join(self._parts)
        return self._text

    def add(self, text: str, start: int, end: int) -> None:
        """Append ``text``, which stands at ``start`` to ``end``: literally when the lengths agree, else as a whole."""
        if not text:
            return
        self._starts.append(self._length)
        self._pieces.append((start, end, end - start == len(text)))
        self._parts.append(text)
        self._length += len(text)
        self._text = None

    def extend(self, other: Decoded) -> None:
        """Append another text with its pieces."""
        for part, (start, end, _) in zip(other._parts, other._pieces, strict=True):
            self.add(part, start, end)

    def strip(self) -> Decoded:
        """The same text without outer blanks."""
        text = self.text
        lead = len(text) - len(text.lstrip())
        return self if text == text.strip() else self.cut(lead, max(lead, len(text.rstrip())))

    def cut(self, start: int, end: int) -> Decoded:
        """A range of the text. Pieces that are cut through keep their exact offsets where they stand literally."""
        found = Decoded()
        index = max(bisect_right(self._starts, start) - 1, 0)
        while index < len(self._starts) and self._starts[index] < end:
            at, part, (low, high, literal) = self._starts[index], self._parts[index], self._pieces[index]
            left, right = max(start - at, 0), min(end - at, len(part))
            if left < right and literal:
                found.add(part[left:right], low + left, low + right)
            elif left < right:
                found.add(part[left:right], low, high)
            index += 1
        return found

    def source(self, offset: int, after: bool = False) -> int:
        """Where the character at ``offset`` stands in the file; with ``after``, where the one before it ends."""
        if not self._pieces:
            return 0
        index = max(bisect_right(self._starts, offset - 1 if after and offset else offset) - 1, 0)
        start, end, literal = self._pieces[index]
        if literal:
            return min(start + offset - self._starts[index], end)
        return end if after or offset >= self._length else start

    @property
    def span(self) -> tuple[int, int]:
        """The range of the file from the first piece to the last one."""
        return (self._pieces[0][0], self._pieces[-1][1]) if self._pieces else (0, 0)


@dataclass(frozen=True, slots=True)
class Oddity:
    """A part of the file that is no text: ``kind`` is ``code``, ``markup``, ``duplicate`` or ``syntax``."""

    kind: str
    pointer: str
    start: int
    end: int
    what: str = ""


class CatalogueDocument(Document):
    """A language file. ``value`` is a tree of texts (objects, lists, strings); pointers are RFC 6901 into it.

    ``locale`` is what the file says of its language, ``oddities`` what could not become a text, ``notes``
    what it remarks on a text, by the text's pointer.
    """

    def __init__(self, path: str, text: str, about: str) -> None:
        super().__init__(path, text)
        self.about = about
        self.value: dict[str, Any] = {}
        self.locale = ""
        self.oddities: list[Oddity] = []
        self.notes: dict[str, Decoded] = {}
        self._texts: dict[str, Decoded] = {}
        self._keys: dict[str, tuple[int, int]] = {}

    def put(self, path: tuple[str, ...], value: Decoded, key: tuple[int, int]) -> str:
        """Store a text under a path of names; a path that is taken gets a number. Returns the pointer."""
        level: dict[str, Any] = self.value
        pointer = ""
        for name in path[:-1]:
            inner = level.setdefault(name, {})
            if not isinstance(inner, dict):
                name = free_name(level, name)
                inner = level[name] = {}
            level, pointer = inner, join_pointer(pointer, name)
            self._keys.setdefault(pointer, key)
        name = path[-1]
        if name in level:
            name = free_name(level, name)
            self.oddities.append(Oddity("duplicate", join_pointer(pointer, name), *key, what=path[-1]))
        level[name] = value.text
        pointer = join_pointer(pointer, name)
        self.note(pointer, value, key)
        return pointer

    def note(self, pointer: str, value: Decoded | None, key: tuple[int, int]) -> None:
        """Remember where a value (a text, or a group when None) and its name stand."""
        self._keys[pointer] = key
        if value is not None:
            self._texts[pointer] = value

    @property
    def pointers(self) -> dict[str, Decoded]:
        """The texts by pointer."""
        return self._texts

    def mark(self, name: str, start: int, end: int) -> Place:
        """A place for a part of the file that is no text."""
        pointer = join_pointer("", name)
        self._keys[pointer] = (start, end)
        return Place(self.path, pointer)

    def _range(self, place: Place) -> tuple[int, int]:
        pointer = place.pointer
        tokens = split_pointer(pointer)
        while tokens and pointer not in self._keys:
            tokens.pop()
            pointer = join_pointer("", *tokens)
        if pointer not in self._keys:
            return 0, 0
        value = self._texts.get(pointer)
        if place.key or value is None:
            return self._keys[pointer]
        if not value.text:
            return self._keys[pointer]
        if place.sub is None:
            return value.span
        start = value.source(place.sub[0])
        return start, max(value.source(place.sub[1], after=True), start)


def free_name(level: dict[str, Any], name: str) -> str:
    """``name_2`` or the next number that is not taken."""
    number = 2
    while f"{name}_{number}" in level:
        number += 1
    return f"{name}_{number}"
