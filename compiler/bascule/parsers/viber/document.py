"""JSON lines: one JSON document per line, addressed as one list."""

from __future__ import annotations

import re
from functools import cached_property
from typing import Any

from bascule.source import Document, Place, Problem, join_pointer, split_pointer
from bascule.source.json import JsonDocument, read_json

__all__ = ["LinesDocument", "looks_like_lines"]

_LINE = re.compile(r"[^\r\n]+")
_LOOKED_AT = 2_000_000
"""Characters in which the first two lines have to end."""


class LinesDocument(Document):
    """A text with one JSON value per line. Pointer ``/N`` is the N-th line that is not blank, counted from 0.

    ``value`` lists the values; lines that are no JSON object or list are in ``strays`` (index and range).
    """

    def __init__(self, path: str, text: str) -> None:
        super().__init__(path, text)
        self.lines: list[tuple[int, JsonDocument]] = []
        self.value: list[Any] = []
        self.strays: list[int] = []
        for match in _LINE.finditer(text):
            line = match.group().lstrip("\ufeff \t")
            if not line.strip():
                continue
            document = read_json(path, line)
            if not document.usable:
                self.strays.append(len(self.lines))
            self.lines.append((match.end() - len(line), document))
            self.value.append(document.value if document.usable else None)

    @cached_property
    def problems(self) -> tuple[Problem, ...]:
        """What is wrong with the lines that are JSON at all, in offsets of the file."""
        return tuple(
            Problem(problem.kind, problem.message, problem.start + start, problem.end + start, problem.help)
            for start, document in self.lines
            if document.usable
            for problem in document.problems
        )

    def _range(self, place: Place) -> tuple[int, int]:
        tokens = split_pointer(place.pointer)
        if not tokens or not tokens[0].isdecimal() or int(tokens[0]) >= len(self.lines):
            return 0, 0
        start, document = self.lines[int(tokens[0])]
        span = document.locate(Place(place.file, join_pointer("", *tokens[1:]), place.sub, place.key))
        return start + span.start, start + span.end

    def source_of(self, pointer: str) -> str:
        """The exact text of the value at ``pointer``."""
        tokens = split_pointer(pointer)
        if not tokens or not tokens[0].isdecimal() or int(tokens[0]) >= len(self.lines):
            return ""
        return self.lines[int(tokens[0])][1].source_of(join_pointer("", *tokens[1:]))


def looks_like_lines(text: str) -> bool:
    """Whether the first two lines that are not blank each begin and end as JSON objects of their own."""
    first: list[str] = []
    for match in _LINE.finditer(text, 0, _LOOKED_AT):
        line = match.group().strip("\ufeff \t")
        if line:
            if not (line.startswith("{") and line.endswith("}")):
                return False
            first.append(line)
        if len(first) == 2:
            documents = [read_json("", line) for line in first]
            return all(document.usable for document in documents) and not documents[0].problems
    return False
