"""Places inside block scalars: Rasa keeps its training phrases as the lines of one text."""

from __future__ import annotations

import re

from bascule.source import Document, Place, Span
from bascule.source.yaml import YamlDocument

__all__ = ["BlockDocument"]

_HEADER = re.compile(r"\|[0-9+-]{0,2}[ \t]*(?:#[^\n]*)?\r?\n")
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n|$)")


class BlockDocument(Document):
    """A YAML document that finds a range of a literal block's text (``|``) in its own line.

    Everything else is located by the document inside.
    """

    def __init__(self, inner: YamlDocument) -> None:
        super().__init__(inner.path, inner.text)
        self.inner = inner
        self._maps: dict[str, list[tuple[int, int]] | None] = {}

    def locate(self, place: Place) -> Span:
        """The span of a place; a range inside a literal block becomes the range of the line it stands in."""
        if place.sub is not None and not place.key:
            lines = self._maps.get(place.pointer, ())
            if lines == ():
                lines = self._maps[place.pointer] = self._lines(place.pointer)
            if lines:
                start, end = self._at(lines, place.sub[0]), self._at(lines, place.sub[1])
                return self.span(start, max(start, end))
        return self.inner.locate(place)

    def line_column(self, offset: int) -> tuple[int, int]:
        """As in the document inside."""
        return self.inner.line_column(offset)

    def _lines(self, pointer: str) -> list[tuple[int, int]] | None:
        """Offset in the text and in the file of each line of a literal block; None for other values."""
        start = self.inner.locate(Place(self.path, pointer)).start
        source = self.inner.source_of(pointer)
        header = _HEADER.match(source)
        if header is None:
            return None
        indent: int | None = None
        lines: list[tuple[int, int]] = []
        decoded, at = 0, header.end()
        while at < len(source):
            line = _LINE.match(source, at)
            raw = line.group() if line is not None else source[at:]
            body = raw.rstrip("\r\n")
            blank = not body.strip(" ")
            if indent is None and not blank:
                indent = len(body) - len(body.lstrip(" "))
            cut = min(indent or 0, len(body))
            lines.append((decoded, start + at + cut))
            decoded += len(body) - cut + 1
            at += max(len(raw), 1)
        return lines

    def _at(self, lines: list[tuple[int, int]], offset: int) -> int:
        from bisect import bisect_right

        index = max(bisect_right(lines, offset, key=lambda line: line[0]) - 1, 0)
        decoded, raw = lines[index]
        return min(raw + offset - decoded, len(self.text))
