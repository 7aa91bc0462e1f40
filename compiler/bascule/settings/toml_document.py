"""TOML with places: values by ``tomllib``, positions by a scanner over text that is already known to be valid."""

from __future__ import annotations

import contextlib
import re
import tomllib
from typing import Any

from bascule.language.secrets import mask, secret_in_text
from bascule.source import Document, Place, Problem, join_pointer, split_pointer

__all__ = ["TomlDocument"]

_MAX_DEPTH = 60
_SPACE = re.compile(r"[ \t]*")
_BLANK = re.compile(r"(?:[ \t\r\n]+|#[^\n]*)*")
_BARE = re.compile(r"[A-Za-z0-9_-]+")
_SCALAR = re.compile(r"[^,\]}#\n]*")
_WHERE = re.compile(r"\s*\(at (?:line (\d+), column (\d+)|end of document)\)$")
_ESCAPE = re.compile(r"\\(?:([btnfre\"\\])|x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8}))")
_ESCAPES = {"b": "\b", "t": "\t", "n": "\n", "f": "\f", "r": "\r", "e": "\x1b", '"': '"', "\\": "\\"}


class TomlDocument(Document):
    """A TOML file. :attr:`value` is plain data (``{}`` when the text is not TOML: see :attr:`problem`).

    Values that look like secrets are covered in :attr:`text`, so that no snippet shows them.
    """

    def __init__(self, path: str, text: str) -> None:
        super().__init__(path, mask(text, secret_in_text(text)))
        self.value: dict[str, Any] = {}
        self.problem: Problem | None = None
        self._keys: dict[str, tuple[int, int]] = {}
        self._values: dict[str, tuple[int, int]] = {}
        try:
            self.value = tomllib.loads(text)
        except RecursionError:
            self.problem = Problem("too-deep", "nested too deeply", 0, 0)
            return
        except ValueError as error:
            self.problem = self._syntax(str(error))
            return
        scanner = _Scanner(text)
        with contextlib.suppress(_Lost, IndexError):  # without a position a finding stands at its parent's place
            scanner.document()
        self._keys, self._values = scanner.keys, scanner.values

    def _syntax(self, message: str) -> Problem:
        match = _WHERE.search(message)
        at = len(self.text)
        if match and match.group(1):
            starts = [0, *(hit.end() for hit in re.finditer("\n", self.text))]
            at = min(starts[min(int(match.group(1)), len(starts)) - 1] + int(match.group(2)) - 1, len(self.text))
        said = message[: match.start()] if match else message
        return Problem("config-syntax", said[:1].lower() + said[1:], at, min(at + 1, len(self.text)))

    def _range(self, place: Place) -> tuple[int, int]:
        tokens = split_pointer(place.pointer)
        while tokens:
            pointer = join_pointer("", *tokens)
            first, second = (self._keys, self._values) if place.key else (self._values, self._keys)
            found = first.get(pointer) or second.get(pointer)
            if found is not None:
                return found
            tokens.pop()
        return 0, 0


class _Lost(Exception):
    pass


class _Scanner:
    """Walks valid TOML and notes where each key and value stands."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.keys: dict[str, tuple[int, int]] = {}
        self.values: dict[str, tuple[int, int]] = {}
        self._tables: dict[str, int] = {}  # arrays of tables: pointer to the number of their last table

    def document(self) -> None:
        base = ""
        while True:
            self.at = _BLANK.match(self.text, self.at).end()  # type: ignore[union-attr]
            if self.at >= len(self.text):
                return
            if self.text[self.at] == "[":
                base = self._header()
            else:
                self._pair(base, 0)

    def _header(self) -> str:
        start = self.at
        many = self.text.startswith("[[", start)
        self.at += 2 if many else 1
        tokens = [token for token, _, _ in self._key()]
        self.at += 2 if many else 1
        pointer = ""
        for number, token in enumerate(tokens):
            pointer = join_pointer(pointer, token)
            last = number == len(tokens) - 1
            if last and many:
                self._tables[pointer] = self._tables.get(pointer, -1) + 1
            if pointer in self._tables:
                pointer = join_pointer(pointer, self._tables[pointer])
        self.keys[pointer] = (start, self.at)
        return pointer

    def _pair(self, base: str, depth: int) -> None:
        pointer = base
        for token, start, end in self._key():
            pointer = join_pointer(pointer, token)
            self.keys.setdefault(pointer, (start, end))
        self.at += 1  # the equals sign
        self._value(pointer, depth)

    def _key(self) -> list[tuple[str, int, int]]:
        """The parts of a dotted key; afterwards ``at`` stands on what follows it."""
        parts: list[tuple[str, int, int]] = []
        while True:
            self.at = _SPACE.match(self.text, self.at).end()  # type: ignore[union-attr]
            start = self.at
            if self.text[start] in "\"'":
                self._string()
                parts.append((_decoded(self.text[start : self.at]), start, self.at))
            else:
                match = _BARE.match(self.text, start)
                if match is None:
                    raise _Lost
                self.at = match.end()
                parts.append((match.group(), start, self.at))
            self.at = _SPACE.match(self.text, self.at).end()  # type: ignore[union-attr]
            if self.text[self.at : self.at + 1] != ".":
                return parts
            self.at += 1

    def _value(self, pointer: str, depth: int) -> None:
        if depth > _MAX_DEPTH:
            raise _Lost
        self.at = _BLANK.match(self.text, self.at).end()  # type: ignore[union-attr]
        start = self.at
        char = self.text[start]
        if char in "\"'":
            self._string()
        elif char in "[{":
            self._members(pointer, depth, "]" if char == "[" else "}")
        else:
            match = _SCALAR.match(self.text, start)
            self.at = start + len(match.group().rstrip()) if match else start
            if self.at == start:
                raise _Lost
        self.values[pointer] = (start, self.at)

    def _members(self, pointer: str, depth: int, closing: str) -> None:
        self.at += 1
        number = 0
        while True:
            self.at = _BLANK.match(self.text, self.at).end()  # type: ignore[union-attr]
            if self.text[self.at] == closing:
                self.at += 1
                return
            if self.text[self.at] == ",":
                self.at += 1
            elif closing == "]":
                self._value(join_pointer(pointer, number), depth + 1)
                number += 1
            else:
                self._pair(pointer, depth + 1)

    def _string(self) -> None:
        text, start = self.text, self.at
        quote = text[start]
        if text.startswith(quote * 3, start):
            at = start + 3
            while not text.startswith(quote * 3, at):
                if at >= len(text):
                    raise _Lost
                at += 2 if quote == '"' and text[at] == "\\" else 1
            at += 3
            while text[at : at + 1] == quote and at - start < len(text):
                at += 1
            self.at = at
            return
        at = start + 1
        while text[at] != quote:
            at += 2 if quote == '"' and text[at] == "\\" else 1
        self.at = at + 1


def _decoded(literal: str) -> str:
    if literal[0] == "'":
        return literal[1:-1]

    def character(hit: re.Match[str]) -> str:
        return _ESCAPES[hit.group(1)] if hit.group(1) else chr(int(hit.group(2) or hit.group(3) or hit.group(4), 16))

    return _ESCAPE.sub(character, literal[1:-1])
