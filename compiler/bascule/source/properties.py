r"""Java property files with places: ``key = text``, ``\uXXXX`` escapes, continued lines.

The grammar is that of ``java.util.Properties.load``
(https://docs.oracle.com/en/java/javase/21/docs/api/java.base/java/util/Properties.html): ``=``, ``:`` or
blanks end the key, ``#`` and ``!`` start a comment, an odd number of backslashes at the end of a
line continues it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from bascule.source.place import Place, split_pointer
from bascule.source.problem import Problem
from bascule.source.text import Document

__all__ = ["PropertiesDocument", "read_properties"]

_LINE = re.compile(r"[^\r\n]*+(\r\n|\r|\n|$)")
_BLANKS = " \t\f"
_ESCAPES = {"t": "\t", "n": "\n", "r": "\r", "f": "\f"}
_HEX = re.compile(r"[0-9a-fA-F]{4}")


@dataclass(frozen=True, slots=True)
class _Decoded:
    """Decoded text and, for each of its characters, where it starts in the source; ``offsets[-1]`` is the end."""

    text: str
    offsets: tuple[int, ...]


class PropertiesDocument(Document):
    """A property file. :attr:`value` maps keys to texts in the file's order; pointers are ``/KEY``."""

    def __init__(self, path: str, text: str) -> None:
        super().__init__(path, text)
        self.value: dict[str, str] = {}
        self._starts: dict[str, int] = {}
        problems: list[Problem] = []
        at = 0
        while at < len(text):
            logical, after = _logical_line(text, at)
            if logical:
                key, value = _split(text, logical, problems)
                if key.text in self.value:
                    message = f"the key `{key.text[:60]}` stands twice"
                    help = "the last one is used: remove or rename the other"
                    problems.append(Problem("properties-duplicate-key", message, logical[0], key.offsets[-1], help))
                self.value[key.text] = value.text
                self._starts[key.text] = at
            at = after
        self.problems = tuple(problems)
        self.usable = bool(self.value)

    def _range(self, place: Place) -> tuple[int, int]:
        tokens = split_pointer(place.pointer)
        at = self._starts.get(tokens[0]) if tokens else None
        if at is None:
            return 0, 0
        key, value = _split(self.text, _logical_line(self.text, at)[0], [])
        if place.key:
            return key.offsets[0], key.offsets[-1]
        last = len(value.offsets) - 1
        start, end = place.sub or (0, last)
        return value.offsets[min(start, last)], value.offsets[min(end, last)]


def _logical_line(text: str, at: int) -> tuple[list[int], int]:
    """Offsets of the characters of the logical line at ``at`` (none for a comment), and where the next starts."""
    logical: list[int] = []
    while True:
        match = _LINE.match(text, at)
        assert match is not None
        end = match.start(1)
        first = at
        while first < end and text[first] in _BLANKS:
            first += 1
        at = match.end()
        if not logical and (first == end or text[first] in "#!"):
            return [], at
        slashes = 0
        while end - slashes > first and text[end - slashes - 1] == "\\":
            slashes += 1
        continued = slashes % 2 == 1
        logical.extend(range(first, end - continued))
        if not continued or at >= len(text):
            return logical, at


def _split(text: str, logical: list[int], problems: list[Problem]) -> tuple[_Decoded, _Decoded]:
    """Cut a logical line (offsets of its characters) into key and value."""
    size = len(logical)
    at = 0
    while at < size and text[logical[at]] not in "=:" + _BLANKS:
        at += 2 if text[logical[at]] == "\\" else 1
    at = min(at, size)
    key = _decode(text, logical[:at], problems)
    while at < size and text[logical[at]] in _BLANKS:
        at += 1
    if at < size and text[logical[at]] in "=:":
        at += 1
        while at < size and text[logical[at]] in _BLANKS:
            at += 1
    after = logical[-1] + 1
    return key, _decode(text, logical[at:], problems, after)


def _decode(text: str, logical: list[int], problems: list[Problem], empty_at: int = 0) -> _Decoded:
    characters: list[str] = []
    offsets: list[int] = []
    at, size = 0, len(logical)
    while at < size:
        offset = logical[at]
        character = text[offset]
        step = 1
        if character == "\\" and at + 1 < size:
            letter = text[logical[at + 1]]
            step = 2
            character = _ESCAPES.get(letter, letter)
            if letter == "u":
                digits = "".join(text[index] for index in logical[at + 2 : at + 6])
                if _HEX.fullmatch(digits):
                    character, step = chr(int(digits, 16)), 6
                else:
                    message = r"`\u` is not followed by four hexadecimal digits"
                    problems.append(Problem("properties-escape", message, offset, offset + 2, "write the whole escape"))
        elif character == "\\":
            character = ""
        if character:
            characters.append(character)
            offsets.append(offset)
        at += step
    end = logical[-1] + 1 if logical else empty_at
    return _join_surrogates(characters, [*offsets, end], problems)


def _join_surrogates(characters: list[str], offsets: list[int], problems: list[Problem]) -> _Decoded:
    """Pairs of escaped surrogates become one character; a lone one becomes U+FFFD."""
    if not any("\ud800" <= character <= "\udfff" for character in characters):
        return _Decoded("".join(characters), tuple(offsets))
    joined: list[str] = []
    starts: list[int] = []
    at = 0
    while at < len(characters):
        character = characters[at]
        starts.append(offsets[at])
        low = characters[at + 1] if at + 1 < len(characters) else ""
        if "\ud800" <= character <= "\udbff" and "\udc00" <= low <= "\udfff":
            joined.append(chr(0x10000 + ((ord(character) - 0xD800) << 10) + ord(low) - 0xDC00))
            at += 2
            continue
        if "\ud800" <= character <= "\udfff":
            message = "half of a surrogate pair: this is not a character"
            help = "write the whole emoji; it is read as U+FFFD"
            problems.append(Problem("properties-escape", message, offsets[at], offsets[at + 1], help))
            character = "\ufffd"
        joined.append(character)
        at += 1
    return _Decoded("".join(joined), (*starts, offsets[-1]))


def read_properties(path: str, text: str) -> PropertiesDocument:
    """Read a property file. Never raises; look at ``problems`` and ``usable``."""
    return PropertiesDocument(path, text)
