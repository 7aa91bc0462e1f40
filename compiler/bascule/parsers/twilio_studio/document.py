"""Places inside a text inside a file: a definition written as a JSON string, in JSON or in Terraform."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import replace
from functools import cached_property
from typing import Any, Protocol

from bascule.source import Document, Place, Problem
from bascule.source.json import JsonDocument, read_json

__all__ = ["HCL_STRING", "JSON_STRING", "Escapes", "Mount", "Offsets", "Outer", "StudioDocument"]

JSON_STRING = re.compile(r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|.)", re.DOTALL)
HCL_STRING = re.compile(
    r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|.)|\$\$(?=\{)|%%(?=\{)",
    re.DOTALL,
)


class Outer(Protocol):
    """What holds the text: a JSON or Terraform document."""

    path: str
    text: str

    def locate(self, place: Place) -> Any: ...

    def source_of(self, pointer: str) -> str: ...


class Escapes:
    """Maps offsets of a decoded text to offsets of its literal, whose content stands at ``text[start:end]``.

    Each escape (a match of ``pattern``) stands for one character. Only escapes are stored.
    """

    def __init__(self, text: str, start: int, end: int, pattern: re.Pattern[str]) -> None:
        self.start = start
        self.end = end
        self._decoded = [0]
        self._raw = [start]
        shift = 0
        for match in pattern.finditer(text, start, end):
            shift += match.end() - match.start() - 1
            self._decoded.append(match.end() - start - shift)
            self._raw.append(match.end())

    def offset(self, decoded: int) -> int:
        """The offset in the file of the ``decoded``-th character."""
        at = bisect_right(self._decoded, decoded) - 1
        return min(self._raw[at] + decoded - self._decoded[at], self.end)


class Offsets(Protocol):
    """Turns offsets of a decoded text into offsets of the file."""

    def offset(self, decoded: int) -> int: ...


class Mount:
    """A JSON text that is a value of another document, at ``pointer``. ``offsets`` is asked for once, late."""

    def __init__(self, path: str, pointer: str, text: str, offsets: Callable[[], Offsets]) -> None:
        self.pointer = pointer
        self.document: JsonDocument = read_json(path, text)
        self._make = offsets

    @cached_property
    def offsets(self) -> Offsets:
        """The map from the inner text to the file."""
        return self._make()

    def problems(self) -> tuple[Problem, ...]:
        """What is wrong with the inner text, in offsets of the file."""
        return tuple(
            replace(problem, start=self.offsets.offset(problem.start), end=self.offsets.offset(problem.end))
            for problem in self.document.problems
        )


class StudioDocument(Document):
    """A document whose pointers go on into the JSON texts mounted on it.

    ``/definition/states/0`` names the first state although ``/definition`` is a string.
    """

    def __init__(self, outer: Outer, mounts: list[Mount]) -> None:
        super().__init__(outer.path, outer.text)
        self.outer = outer
        self.mounts = {mount.pointer: mount for mount in mounts}

    def _inside(self, pointer: str) -> tuple[Mount, str] | None:
        """The mount that a pointer goes into, and the rest of it. The mount itself belongs to the outer text."""
        end = len(pointer)
        while end > 0:
            end = pointer.rfind("/", 0, end)
            mount = self.mounts.get(pointer[:end]) if end >= 0 else None
            if mount is not None:
                return mount, pointer[end:]
        return None

    def _range(self, place: Place) -> tuple[int, int]:
        inside = self._inside(place.pointer)
        if inside is None:
            span = self.outer.locate(place)
            return span.start, span.end
        mount, rest = inside
        span = mount.document.locate(Place(place.file, rest, place.sub, place.key))
        return mount.offsets.offset(span.start), mount.offsets.offset(span.end)

    def language_of(self, pointer: str) -> str:
        """The language of :meth:`source_of`: ``json`` or ``hcl``."""
        return "json" if self._inside(pointer) else getattr(self.outer, "language", "json")

    def source_of(self, pointer: str) -> str:
        """The exact text of the value at ``pointer``; inside a mounted text, its decoded JSON."""
        inside = self._inside(pointer)
        return inside[0].document.source_of(inside[1]) if inside else self.outer.source_of(pointer)
