"""JSON lines: one JSON document per line, addressed as one list."""

from __future__ import annotations

import re
from functools import cached_property
from typing import Any

from bascule.source.json import JsonDocument, read_json
from bascule.source.place import Place, join_pointer, split_pointer
from bascule.source.problem import Problem
from bascule.source.text import Document

__all__ = ["LinesDocument", "looks_like_lines"]

_LINE = re.compile(r"[^\r\n]+")
_HEAD = 2_000_000
"""Characters in which the first lines have to end."""


class LinesDocument(Document):
    """A text with one JSON value per line. Pointer ``/N`` is the N-th line that is not blank, counted from 0.

    ``value`` lists the values, None for lines that are no JSON object or list; ``strays`` are the numbers of those.
    """

    def __init__(self, path: str, text: str) -> None:
        super().__init__(path, text)
        self.value: list[Any] = []
        self.strays: list[int] = []
        self._lines: list[tuple[int, JsonDocument]] = []
        for match in _LINE.finditer(text):
            line = match.group().lstrip("\ufeff \t")
            if not line.strip():
                continue
            document = read_json(path, line)
            if not document.usable:
                self.strays.append(len(self._lines))
            self._lines.append((match.end() - len(line), document))
            self.value.append(document.value if document.usable else None)

    @cached_property
    def problems(self) -> tuple[Problem, ...]:
        """What is wrong with the lines that are JSON at all, in offsets of the file."""
        return tuple(
            Problem(problem.kind, problem.message, problem.start + start, problem.end + start, problem.help)
            for start, document in self._lines
            if document.usable
            for problem in document.problems
        )

    def _range(self, place: Place) -> tuple[int, int]:
        tokens = split_pointer(place.pointer)
        if not tokens or not tokens[0].isdecimal() or int(tokens[0]) >= len(self._lines):
            return 0, 0
        start, document = self._lines[int(tokens[0])]
        span = document.locate(Place(place.file, join_pointer("", *tokens[1:]), place.sub, place.key))
        return start + span.start, start + span.end

    def source_of(self, pointer: str) -> str:
        """The exact text of the value at ``pointer``."""
        tokens = split_pointer(pointer)
        if not tokens or not tokens[0].isdecimal() or int(tokens[0]) >= len(self._lines):
            return ""
        return self._lines[int(tokens[0])][1].source_of(join_pointer("", *tokens[1:]))


def looks_like_lines(text: str, least: int = 2) -> bool:
    """Whether the first ``least`` lines that are not blank are JSON objects of their own."""
    seen = 0
    for match in _LINE.finditer(text, 0, _HEAD):
        line = match.group().strip("\ufeff \t")
        if not line:
            continue
        if not (line.startswith("{") and line.endswith("}")):
            return False
        document = read_json("", line)
        if not document.usable or document.problems:
            return False
        seen += 1
        if seen == least:
            return True
    return False
