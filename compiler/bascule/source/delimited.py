"""Delimited text (CSV, TSV and their cousins): guess the delimiter, read records, find cells again.

``csv`` of the standard library parses what is well formed. A scanner of our own takes over where
quotes are broken, and finds the offsets of cells late; both give the same values on well-formed
text (tested), as in :mod:`bascule.source.json`.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cache

from bascule.source.problem import Problem

__all__ = [
    "MAX_CELLS",
    "MAX_ROWS",
    "Cell",
    "Dialect",
    "Records",
    "capped",
    "read_records",
    "scan_cells",
    "sniff_dialect",
]

MAX_ROWS = 1_048_576
"""Most rows that are read, as many as a spreadsheet has."""

MAX_CELLS = 4_000_000
"""Most cells that are read; a file of bare delimiters is refused far below what it would cost."""

MAX_SAME_PROBLEMS = 20
_HUGE = 131_072
_SAMPLE = 65_536
_CANDIDATES = ("\t", ";", ",", "|")
_NEWLINE = re.compile(r"\r\n|\r|\n")
_SEP_LINE = re.compile(r'"?sep=([,;|\t])"?[ \t]*(\r\n|\r|\n|$)', re.IGNORECASE)
_NAME = re.compile(r"\w[\w .:()-]{0,59}")
_QUOTED = re.compile(r'[^"]*+(?:""[^"]*+)*+')
_AFTER_QUOTE = re.compile(r" *")


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a table is written. ``delimiter`` ``""`` means one column; ``start`` is where the table begins
    (after Excel's ``sep=`` line). ``skip_blanks`` drops blanks before a cell (``1, "a"``)."""

    delimiter: str
    start: int = 0
    skip_blanks: bool = False
    consistency: float = 1.0
    width: int = 1

    @property
    def name(self) -> str:
        """The delimiter as a person calls it."""
        return {"\t": "tab", "": "none"}.get(self.delimiter, self.delimiter)


@dataclass(frozen=True, slots=True)
class Cell:
    """Offsets of a cell's content (inside its quotes) and what the scanner thought of it.

    ``stray`` is the offset of a quote that neither closes the cell nor is doubled; ``closed`` is
    False when the opening quote is never answered.
    """

    start: int
    end: int
    quoted: bool = False
    closed: bool = True
    stray: int = -1

    def value(self, text: str) -> str:
        """The decoded text of the cell."""
        raw = text[self.start : self.end]
        return raw.replace('""', '"') if self.quoted and '"' in raw else raw

    def offset(self, text: str, index: int) -> int:
        """Source offset of the ``index``-th decoded character; past the end gives the cell's end."""
        if not self.quoted:
            return min(self.start + index, self.end)
        at = self.start
        for _ in range(index):
            if at >= self.end:
                break
            at += 2 if text.startswith('""', at) and at + 1 < self.end else 1
        return min(at, self.end)


@dataclass(slots=True)
class Records:
    """The records of a table without blank ones, with the offsets of each, and what was wrong.

    ``letters`` are offsets of opening quotes that nothing closes: they are skipped, their cells end at
    the next delimiter.
    """

    rows: list[list[str]] = field(default_factory=list)
    bounds: list[tuple[int, int]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    letters: frozenset[int] = frozenset()


def sniff_dialect(text: str) -> Dialect:
    """Guess how a table is written from its first 64 K characters.

    The delimiter that cuts most records (quotes respected) into as many cells as the first one wins;
    one that is mostly followed by a blank looks like prose and counts less. A file that no
    delimiter cuts consistently has one column. Excel's ``sep=;`` first line is obeyed.
    """
    named = _SEP_LINE.match(text)
    if named:
        start = named.end()
        return _measure(text, named.group(1), start)[1]
    if text and not text.strip("\t;,| \r\n\ufeff"):
        return Dialect(max(_CANDIDATES, key=text.count))
    best: tuple[float, Dialect] = (0.0, Dialect(""))
    for delimiter in _CANDIDATES:
        score, dialect = _measure(text, delimiter, 0)
        if score > best[0]:
            best = (score, dialect)
    return best[1]


def _measure(text: str, delimiter: str, start: int) -> tuple[float, Dialect]:
    """Score of a delimiter (0 = it is none) and the dialect it would give."""
    sample = text[start : start + _SAMPLE]
    skip = f'{delimiter} "' in sample or _header_of_names(sample, delimiter)
    records = []
    reader = csv.reader(_lines(sample), delimiter=delimiter, skipinitialspace=skip)
    try:
        for record in reader:
            if any(cell.strip() for cell in record):
                records.append(record)
            if len(records) == 300:
                break
    except csv.Error:
        pass
    if len(sample) == _SAMPLE and len(records) > 1:
        records.pop()
    widths = Counter(len(record) for record in records)
    usual, count = max(widths.items(), key=lambda item: (item[1], item[0]), default=(1, 1))
    consistency = count / len(records) if records else 1.0
    dialect = Dialect(delimiter, start, skip, consistency, usual)
    if usual < 2:
        return 0.0, dialect
    later = [cell for record in records for cell in record[1:] if cell]
    prose = sum(cell.startswith((" ", "\u00a0")) for cell in later) / len(later) if later else 0.0
    first = len(records[0])
    if prose > 0.9 and not skip:
        # `Bonjour, Awa` in every line is prose; four lines cut alike may still be a hand-made table.
        return (0.3 if consistency == 1 and len(records) > 3 else 0.0), dialect
    if first == 1 and prose > 0.5:
        return 0.0, dialect
    return consistency * (1 - 0.7 * prose) + (0.5 if first == usual else 0.0), dialect


def _header_of_names(sample: str, delimiter: str) -> bool:
    """Whether the first line is a header with a blank after each delimiter: `list_name, name, label::English`."""
    lines = [line for line in _lines(sample) if line.strip()][:1]
    cells = lines[0].strip("\ufeff \r\n").split(delimiter) if lines else []
    spaced = len(cells) > 2 and all(cell.startswith(" ") for cell in cells[1:])
    names = [cell.strip() for cell in cells]
    return spaced and all(map(_NAME.fullmatch, names)) and any("_" in name or "::" in name for name in names)


def _lines(text: str) -> Iterator[str]:
    """Lines with their ends; only CR, LF and CRLF end a line (``str.splitlines`` knows more)."""
    at = 0
    for match in _NEWLINE.finditer(text):
        yield text[at : match.end()]
        at = match.end()
    if at < len(text):
        yield text[at:]


def _unused_character(text: str) -> str:
    return next((char for char in "\x1f\x1e\x1d\x1c\x01\x02" if char not in text), "\x1f")


def read_records(text: str, dialect: Dialect) -> Records:
    """Read all records. Never raises: broken quotes are repaired and reported."""
    body = text[dialect.start :] if dialect.start else text
    delimiter = dialect.delimiter or _unused_character(body)
    records = Records()
    reader = csv.reader(_lines(body), delimiter=delimiter, skipinitialspace=dialect.skip_blanks, strict=True)
    starts = [0, *(match.end() for match in _NEWLINE.finditer(body))]
    if starts[-1] == len(body):
        starts.pop()
    before = cells = 0
    try:
        for row in reader:
            line = reader.line_num
            if any(cell.strip() for cell in row):
                end = starts[line] if line < len(starts) else len(body)
                records.rows.append(row)
                records.bounds.append((starts[before] + dialect.start, end + dialect.start))
                cells += len(row)
                if _too_big(records, cells):
                    break
            before = line
    except csv.Error:
        return _repair(text, dialect, delimiter)
    return records


def _too_big(records: Records, cells: int) -> bool:
    if len(records.rows) < MAX_ROWS and cells < MAX_CELLS:
        return False
    at = records.bounds[-1][0]
    message = f"the table holds more than {MAX_ROWS} rows or {MAX_CELLS} cells; the rest was not read"
    records.problems.append(Problem("table-too-big", message, at, at + 1, "cut the file into smaller ones"))
    return True


def _repair(text: str, dialect: Dialect, delimiter: str) -> Records:
    """The slow way, for text that ``csv`` refuses in strict mode."""
    records = Records()
    letters: set[int] = set()
    at, cells = dialect.start, 0
    width = 0
    while at < len(text):
        patience = 32 if len(records.problems) < 1000 else 2
        found, end = scan_cells(text, at, delimiter, dialect.skip_blanks, letters, patience)
        runaway = _runaway(text, found)
        if runaway is not None:
            quote = runaway.start - 1
            letters.add(quote)
            alone, alone_end = scan_cells(text, at, delimiter, dialect.skip_blanks, letters, patience)
            if runaway.closed and not (width and len(alone) == width and alone_end < end):
                letters.discard(quote)
            else:
                _note_unclosed(text, records, runaway)
                if _runaway(text, alone) is not None:
                    line_end = _past_line(text, at)
                    letters.update(match.start() + at for match in re.finditer('"', text[at:line_end]))
                    alone, alone_end = scan_cells(text, at, delimiter, dialect.skip_blanks, letters)
                found, end = alone, alone_end
        row = [cell.value(text) for cell in found]
        if any(value.strip() for value in row):
            records.rows.append(row)
            records.bounds.append((at, end))
            width = width or len(row)
            cells += len(row)
            _note_cells(text, records, found)
            if _too_big(records, cells):
                break
        at = end
    records.letters = frozenset(letters)
    records.problems = capped(records.problems)
    return records


def _runaway(text: str, cells: list[Cell]) -> Cell | None:
    """The first cell whose opening quote is never answered, or answered oddly on another line."""
    return next((cell for cell in cells if not cell.closed or (cell.stray >= 0 and _spans_lines(text, cell))), None)


def capped(problems: list[Problem]) -> list[Problem]:
    """At most :data:`MAX_SAME_PROBLEMS` of a kind; the last one kept says how many more there are."""
    totals = Counter(problem.kind for problem in problems)
    seen: Counter[str] = Counter()
    result = []
    for problem in problems:
        seen[problem.kind] += 1
        if seen[problem.kind] < MAX_SAME_PROBLEMS or totals[problem.kind] == MAX_SAME_PROBLEMS:
            result.append(problem)
        elif seen[problem.kind] == MAX_SAME_PROBLEMS:
            more = totals[problem.kind] - MAX_SAME_PROBLEMS
            result.append(replace(problem, message=f"{problem.message} (and {more} more like this)"))
    return result


def _spans_lines(text: str, cell: Cell) -> bool:
    return _NEWLINE.search(text, cell.start, cell.end) is not None


def _note_unclosed(text: str, records: Records, cell: Cell) -> None:
    shown = text[cell.start : min(cell.start + 30, _past_line(text, cell.start))].strip()
    records.problems.append(
        Problem(
            "table-unclosed-quote",
            f"the quote before `{shown}` is never closed",
            cell.start - 1,
            cell.start,
            'close the cell with `"`, or double the quote (`""`) if it is part of the text; the quote was left out',
        )
    )


def _note_cells(text: str, records: Records, found: list[Cell]) -> None:
    for cell in found:
        if cell.stray >= 0:
            records.problems.append(
                Problem(
                    "table-stray-quote",
                    "a quote stands inside a quoted cell and is not doubled",
                    cell.stray,
                    cell.stray + 1,
                    'write `""` for a quote inside a quoted cell',
                )
            )
        if cell.end - cell.start > _HUGE:
            records.problems.append(
                Problem(
                    "table-huge-cell",
                    f"a cell holds {cell.end - cell.start} characters",
                    cell.start,
                    cell.start + 1,
                    "a message is never this long: look for a missing quote before this cell",
                )
            )


@cache
def _plain(delimiter: str) -> re.Pattern[str]:
    return re.compile(rf"[^\r\n{re.escape(delimiter)}]*+")


def scan_cells(
    text: str,
    at: int,
    delimiter: str,
    skip_blanks: bool = False,
    letters: frozenset[int] | set[int] = frozenset(),
    patience: int = 32,
) -> tuple[list[Cell], int]:
    """Cells of the record that starts at ``at``, and the offset where the next record starts.

    An empty ``delimiter`` never matches. ``patience`` is how many lone quotes one cell may hold before
    its opening quote counts as never closed.
    """
    cells: list[Cell] = []
    plain = _plain(delimiter)
    size = len(text)
    if at < size and text[at] in "\r\n":
        return [], _past_newline(text, at)
    while True:
        if skip_blanks:
            at = _AFTER_QUOTE.match(text, at).end()  # type: ignore[union-attr]
        if text.startswith('"', at) and at not in letters:
            cell, at = _quoted_cell(text, at, delimiter, patience)
        else:
            at += text.startswith('"', at)
            end = plain.match(text, at).end()  # type: ignore[union-attr]
            cell, at = Cell(at, end), end
        cells.append(cell)
        if delimiter and text.startswith(delimiter, at):
            at += 1
            continue
        return cells, _past_newline(text, at)


def _past_line(text: str, at: int) -> int:
    newline = _NEWLINE.search(text, at)
    return newline.end() if newline else len(text)


def _past_newline(text: str, at: int) -> int:
    newline = _NEWLINE.match(text, at)
    return newline.end() if newline else len(text)


def _quoted_cell(text: str, opening: int, delimiter: str, patience: int) -> tuple[Cell, int]:
    """A quoted cell and the offset after it. A lone quote inside is kept as a character."""
    size = len(text)
    at = opening + 1
    stray = -1
    # The bound keeps a hostile file linear: without it each opening quote may run to the end of the file.
    for _ in range(patience):
        if stray < 0:
            at = _QUOTED.match(text, at).end()  # type: ignore[union-attr]
        else:
            at = text.find('"', at)
            at = size if at < 0 else at
        if at >= size:
            return Cell(opening + 1, size, True, False, stray), size
        after = _AFTER_QUOTE.match(text, at + 1).end()  # type: ignore[union-attr]
        if after >= size or text[after] in "\r\n" or text[after] == delimiter:
            return Cell(opening + 1, at, True, True, stray), after
        if stray >= 0 and text[at + 1] == '"':
            # `"he said "hi""` : the first quote is text, the second closes.
            ends = at + 2 >= size or text[at + 2] in "\r\n" or text[at + 2] == delimiter
            if ends:
                return Cell(opening + 1, at + 1, True, True, stray), at + 2
            at += 2
            continue
        stray = at if stray < 0 else stray
        at += 1
    return Cell(opening + 1, size, True, False, stray), size
