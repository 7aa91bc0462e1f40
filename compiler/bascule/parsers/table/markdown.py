"""Markdown documents with pipe tables: https://github.github.com/gfm/#tables-extension-

A table is a header line, a line of dashes, and the lines after it. Inside cells ``\\|`` is a pipe, ``<br>`` a line
break, and a cell that is one code span is what stands between its backticks. Headings name the tables below them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from bascule.language.sheets import BookDocument, Grid, Opened
from bascule.source import Document
from bascule.source.delimited import MAX_CELLS, Dialect, Records
from bascule.source.problem import Problem
from bascule.source.table import TableDocument

__all__ = ["MarkdownOpened", "open_markdown", "rules_of_dashes"]

_DASHES = re.compile(r"[ \t]{0,3}\|?(?:[ \t]*:?-+:?[ \t]*\|)*[ \t]*:?-+:?[ \t]*\|?[ \t]*")
_FENCE = re.compile(r"[ \t]{0,3}(`{3,}|~{3,})")
_HEADING = re.compile(r"[ \t]{0,3}(#{1,6})[ \t]+(.*?)[ \t]*#*[ \t]*")
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n|$)")
_BREAK = re.compile(r"<br ?/?>", re.IGNORECASE)
_CODE = re.compile(r"(`+)([^`]+)\1")
_MARKS = re.compile(r"[*_`]{1,3}")
_MAX_TABLES = 200


class MarkdownTable(TableDocument):
    """One pipe table. Offsets are those of the whole document."""

    def _cell_range(self, record: int, column: int, sub: tuple[int, int] | None = None) -> tuple[int, int]:
        start, end = self._records.bounds[record]
        found = next(islice(_cells(self.text, start, end), column, None), None)
        if found is None:
            return self._record_range(record)
        left, right = _bare(self.text, *found)
        if sub is None:
            return left, right
        return _offset(self.text, left, right, sub[0]), _offset(self.text, left, right, sub[1])


class MarkdownOpened(Opened):
    """The tables of a document. ``blocks`` are the ranges of the prose between them."""

    def __init__(self, path: str, text: str) -> None:
        super().__init__(path, "markdown")
        self.text = text
        self.blocks: list[tuple[int, int]] = []

    def document(self) -> Document:
        """One document for all tables and the prose between them."""
        parts = [(grid.pointer[1:], grid.table, 0) for grid in self.grids]
        blocks = {f"prose{number}": block for number, block in enumerate(self.blocks)}
        return BookDocument(self.path, self.text, parts, blocks)


def rules_of_dashes(text: str) -> int:
    """How many lines of a text could be the line of dashes below a table's header."""
    return sum("|" in line and _DASHES.fullmatch(line) is not None for line in text[:200_000].splitlines())


def open_markdown(path: str, text: str) -> MarkdownOpened:
    """Find the tables of a Markdown document, with the headings above them. Never raises."""
    opened = MarkdownOpened(path, text)
    lines = list(_lines(text))
    fence = heading = ""
    prose: tuple[int, int] | None = None
    at = cells = 0
    while at < len(lines):
        start, end = lines[at]
        line = text[start:end]
        fenced = _FENCE.match(line)
        opens = fenced is not None and (not fence or line.strip().startswith(fence))
        if opens and fenced is not None:
            fence = "" if fence else fenced.group(1)
        if not fence and not opens and _starts_table(text, lines, at) and len(opened.grids) < _MAX_TABLES:
            if prose is not None:
                opened.blocks.append(prose)
                prose = None
            records, after = _table(text, lines, at)
            cells += sum(len(row) for row in records.rows)
            if cells > MAX_CELLS:
                records.problems.append(
                    Problem("table-too-big", f"the tables hold more than {MAX_CELLS} cells", start, end, "cut the file")
                )
            table = MarkdownTable(path, text, Dialect("|"), records, 0)
            opened.grids.append(Grid(heading, table, f"/{len(opened.grids)}"))
            at = after
            continue
        found = _HEADING.fullmatch(line) if not fence and not opens else None
        if found is not None:
            heading = _MARKS.sub("", found.group(2)).strip()
        if found is not None:
            opened.blocks.extend([prose, (start, end)] if prose is not None else [(start, end)])
            prose = None
        elif line.strip():
            prose = (prose[0] if prose is not None else start, end)
        elif prose is not None and not fence:
            opened.blocks.append(prose)
            prose = None
        at += 1
    if prose is not None:
        opened.blocks.append(prose)
    return opened


def _lines(text: str) -> Iterator[tuple[int, int]]:
    """Ranges of the lines without their ends."""
    for match in _LINE.finditer(text):
        if match.start() == match.end() == len(text):
            return
        yield match.start(), match.start() + len(match.group().rstrip("\r\n"))


def _starts_table(text: str, lines: list[tuple[int, int]], at: int) -> bool:
    if at + 1 >= len(lines) or "|" not in text[slice(*lines[at])]:
        return False
    below = text[slice(*lines[at + 1])]
    if "-" not in below or len(below) > 10_000 or not _DASHES.fullmatch(below):
        return False
    return sum(1 for _ in _cells(text, *lines[at])) == sum(1 for _ in _cells(text, *lines[at + 1]))


def _table(text: str, lines: list[tuple[int, int]], at: int) -> tuple[Records, int]:
    records = Records()
    number = at
    while number < len(lines):
        start, end = lines[number]
        line = text[start:end]
        if number == at + 1:
            number += 1
            continue
        if not line.strip() or (number > at and ("|" not in line or _FENCE.match(line) or _HEADING.fullmatch(line))):
            break
        row = [_decode(text[slice(*_bare(text, *cell))]) for cell in _cells(text, start, end)]
        if any(value.strip() for value in row):
            records.rows.append(row)
            records.bounds.append((start, end))
        number += 1
    return records, number


def _cells(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Ranges between the pipes of a line; pipes at its ends are fences. ``\\|`` does not part cells."""
    while start < end and text[start] in " \t":
        start += 1
    while end > start and text[end - 1] in " \t":
        end -= 1
    if text.startswith("|", start):
        start += 1
    left = at = start
    while at < end:
        if text[at] == "\\":
            at += 2
            continue
        if text[at] == "|":
            yield left, at
            left = at + 1
        at += 1
    if left < end:
        yield left, end


def _bare(text: str, left: int, right: int) -> tuple[int, int]:
    """A cell without outer blanks, and without the backticks when it is one code span."""
    while left < right and text[left] in " \t":
        left += 1
    while right > left and text[right - 1] in " \t":
        right -= 1
    code = _CODE.fullmatch(text, left, right) if text.startswith("`", left) else None
    return (code.start(2), code.end(2)) if code is not None else (left, right)


def _decode(raw: str) -> str:
    return _BREAK.sub("\n", raw.replace("\\|", "|"))


def _offset(text: str, left: int, right: int, index: int) -> int:
    """Source offset of the ``index``-th character of a decoded cell."""
    at = left
    for _ in range(index):
        if at >= right:
            break
        if text.startswith("\\|", at):
            at += 2
            continue
        found = _BREAK.match(text, at) if text[at] == "<" else None
        at = found.end() if found is not None else at + 1
    return min(at, right)
