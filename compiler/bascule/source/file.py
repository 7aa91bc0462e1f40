"""One input file as it came: bytes, decoded and parsed once on demand, shared by all sniffers."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from bascule.source.json import JsonDocument, read_json
from bascule.source.problem import Problem
from bascule.source.text import decode
from bascule.source.yaml import YamlDocument, read_yaml

if TYPE_CHECKING:
    from bascule.source.script import ScriptDocument
    from bascule.source.workbook import SheetDocument

__all__ = ["MAX_KEPT", "MAX_SHEETS_KEPT", "SourceFile"]

MAX_KEPT = 32_000_000
"""Characters of the sheets of one workbook that are kept for further readers."""

MAX_SHEETS_KEPT = 128
"""Sheets of one workbook that are kept, the last ones read."""


class SourceFile:
    """A display path (posix, as the user gave it) and the file's bytes.

    Nothing here raises on bad content: look at :attr:`encoding_problems` and at the documents' own
    ``problems`` and ``usable``.
    """

    def __init__(self, path: str, data: bytes) -> None:
        self.path = path
        self.data = data
        self._sheets: list[tuple[str, int, SheetDocument]] = []

    @classmethod
    def of_text(cls, text: str, path: str = "input") -> SourceFile:
        """A file made from text (tests, standard input)."""
        return cls(path, text.encode("utf-8", "surrogatepass"))

    @cached_property
    def _decoded(self) -> tuple[str, str, list[Problem]]:
        return decode(self.data)

    @property
    def text(self) -> str:
        """The decoded text without its byte order mark."""
        return self._decoded[0]

    @property
    def encoding(self) -> str:
        """Name of the encoding used; ``binary`` when the bytes are no text."""
        return self._decoded[1]

    @property
    def encoding_problems(self) -> tuple[Problem, ...]:
        """What was doubtful about the encoding."""
        return tuple(self._decoded[2])

    @cached_property
    def is_zip(self) -> bool:
        """Whether the bytes start as a zip archive (XLSX, exports)."""
        return self.data[:4] in (b"PK\x03\x04", b"PK\x05\x06")

    @cached_property
    def json(self) -> JsonDocument | None:
        """The JSON document, or None when the text does not start as one (``{``, ``[`` or a comment)."""
        if self.is_zip or self.encoding == "binary":
            return None
        head = self.text.lstrip("\ufeff \t\r\n")
        if not head.startswith(("{", "[", "//", "/*")):
            return None
        document = read_json(self.path, self.text)
        return document if document.usable else None

    @cached_property
    def script(self) -> ScriptDocument | None:
        """The literals of a program module (by its extension), or None where there are none. Ask only where the text
        names what is sought: most modules hold no scenario."""
        from bascule.source.script import SUFFIXES, read_script

        if self.suffix not in SUFFIXES or self.is_zip or self.encoding == "binary":
            return None
        document = read_script(self.path, self.text)
        return document if document.usable else None

    @cached_property
    def yaml(self) -> YamlDocument | None:
        """The YAML document, or None for binary files. Also reads what is JSON; prefer :attr:`json` there."""
        if self.is_zip or self.encoding == "binary":
            return None
        return read_yaml(self.path, self.text)

    def sheet(self, name: str = "", max_rows: int | None = None) -> SheetDocument:
        """One sheet of a workbook (:func:`~bascule.source.workbook.read_workbook`), read once for all who ask.

        Sheets are kept up to :data:`MAX_KEPT` characters; past that they are read again. Never raises.
        """
        from bascule.source.delimited import MAX_ROWS
        from bascule.source.workbook import read_workbook

        rows = MAX_ROWS if max_rows is None else max_rows
        for asked, wanted, known in self._sheets:
            same = asked == name or (name and known.sheet == name)
            # Fewer rows than were asked for: it is the whole sheet, and as good for any other request it fits.
            if same and (wanted == rows or known.height < min(wanted, rows)):
                return known
        sheet = read_workbook(self.path, self.data, name, rows)
        if sum(len(known.text) for _, _, known in self._sheets) + len(sheet.text) <= MAX_KEPT:
            self._sheets = [*self._sheets[1 - MAX_SHEETS_KEPT :], (name, rows, sheet)]
        return sheet

    @property
    def name(self) -> str:
        """File name without folder."""
        return self.path.rsplit("/", 1)[-1]

    @property
    def suffix(self) -> str:
        """Lower-case last extension with its dot, or ``""``."""
        return "." + self.name.rsplit(".", 1)[1].lower() if "." in self.name[1:] else ""

    @property
    def stem(self) -> str:
        """File name without folder and last extension."""
        return self.name.rsplit(".", 1)[0] if "." in self.name[1:] else self.name
