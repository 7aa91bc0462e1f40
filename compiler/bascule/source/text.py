"""Bytes to text: encodings, line index, and the plain-text document."""

from __future__ import annotations

import codecs
import re
from bisect import bisect_right
from functools import cached_property

from bascule.source.place import Place, Span
from bascule.source.problem import Problem

__all__ = ["DEFAULT_MAX_BYTES", "Document", "TextDocument", "decode"]

DEFAULT_MAX_BYTES = 32 * 1024 * 1024
"""Files above this size are refused with ``PAR002``; the largest public exports seen are about 3 MB."""

_BOMS: tuple[tuple[bytes, str], ...] = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# The five bytes that cp1252 leaves undefined; WHATWG maps them to C1 controls, and so do we.
_C1 = {byte: chr(byte) for byte in (0x81, 0x8D, 0x8F, 0x90, 0x9D)}
_NEWLINE = re.compile(r"\r\n|\r|\n")


def decode(data: bytes) -> tuple[str, str, list[Problem]]:
    """Decode file bytes; return the text, the encoding's name, and what was doubtful.

    Order: byte order mark, UTF-8, UTF-16 without a mark (judged by its NUL bytes), cp1252.
    The last two are guesses and each leaves a problem. Never raises: bytes that do not fit the
    encoding their mark promises become U+FFFD, and a problem says how many.
    """
    for bom, name in _BOMS:
        if data.startswith(bom):
            return _decode_marked(data[len(bom) :], name)
    try:
        text = data.decode("utf-8")
        if "\0" not in text[:4096]:
            return text, "utf-8", []
    except UnicodeDecodeError as error:
        return _guess(data, error.start)
    return _guess(data, data.index(b"\0"))


def _decode_marked(data: bytes, name: str) -> tuple[str, str, list[Problem]]:
    try:
        return data.decode(name), name, []
    except UnicodeDecodeError:
        text = data.decode(name, errors="replace")
        at = max(text.find("\ufffd"), 0)
        message = f"the file says it is {name} but {text.count(chr(0xFFFD))} character(s) do not decode"
        problem = Problem(
            "bad-encoding", message, at, at + 1, "save the file again as UTF-8; U+FFFD stands for what was lost"
        )
        return text, name, [problem]


def _guess(data: bytes, bad: int) -> tuple[str, str, list[Problem]]:
    head = data[:4096]
    for name, nuls in (("utf-16-le", head[1::2]), ("utf-16-be", head[0::2])):
        if len(head) >= 4 and nuls.count(0) * 2 > len(nuls):
            text = data.decode(name, errors="replace")
            problem = Problem(
                "guessed-encoding",
                f"read as {name}: the file has no byte order mark",
                0,
                0,
                "save the file as UTF-8",
            )
            return text, name, [problem]
    if b"\0" in head:
        text = data.decode("utf-8", errors="replace")
        at = text.find("\0")
        message = "the file holds NUL bytes: it is binary, not text"
        return text, "binary", [Problem("binary-file", message, at, at + 1, "export it as text or JSON")]
    text = (
        "".join(_C1.get(byte) or bytes([byte]).decode("cp1252") for byte in data)
        if _has_c1(data)
        else (data.decode("cp1252"))
    )
    problem = Problem(
        "guessed-encoding",
        f"read as Windows-1252: byte 0x{data[bad]:02X} is not valid UTF-8",
        bad,
        bad + 1,
        "save the file as UTF-8 if accents look wrong",
    )
    return text, "cp1252", [problem]


def _has_c1(data: bytes) -> bool:
    return any(bytes([byte]) in data for byte in _C1)


class Document:
    """A text whose structural places can be turned into spans. Subclasses override :meth:`_range`."""

    def __init__(self, path: str, text: str) -> None:
        self.path = path
        self.text = text

    @cached_property
    def _line_starts(self) -> list[int]:
        return [0, *(match.end() for match in _NEWLINE.finditer(self.text))]

    def line_column(self, offset: int) -> tuple[int, int]:
        """1-based line and column (code points) of a character offset."""
        offset = min(max(offset, 0), len(self.text))
        line = bisect_right(self._line_starts, offset)
        return line, offset - self._line_starts[line - 1] + 1

    def line_text(self, line: int) -> str:
        """The text of a 1-based line without its line break; ``""`` outside the file."""
        if not 1 <= line <= len(self._line_starts):
            return ""
        start = self._line_starts[line - 1]
        end = self._line_starts[line] if line < len(self._line_starts) else len(self.text)
        return self.text[start:end].rstrip("\r\n")

    def span(self, start: int, end: int) -> Span:
        """The span of a character range."""
        line, column = self.line_column(start)
        end_line, end_column = self.line_column(max(start, end))
        return Span(self.path, start, max(start, end), line, column, end_line, end_column)

    def locate(self, place: Place) -> Span:
        """Turn a place into a span; a pointer that is not there gives its nearest parent's span."""
        start, end = self._range(place)
        return self.span(start, end)

    def _range(self, place: Place) -> tuple[int, int]:
        return 0, 0


class TextDocument(Document):
    """Plain text: pointer ``/N`` is the N-th block that the parser registered, ``""`` the file."""

    def __init__(self, path: str, text: str, blocks: list[tuple[int, int]] | None = None) -> None:
        super().__init__(path, text)
        self.blocks = blocks or []

    def _range(self, place: Place) -> tuple[int, int]:
        token = place.pointer[1:].split("/", 1)[0]
        if token.isdigit() and int(token) < len(self.blocks):
            start, end = self.blocks[int(token)]
            if place.sub is not None:
                return min(start + place.sub[0], end), min(start + place.sub[1], end)
            return start, end
        if place.sub is not None:
            return place.sub
        return 0, 0
