"""Source records in chunks of columns: what every reader gives and :mod:`bascule.contacts.ingest.convert` takes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from json.encoder import encode_basestring
from typing import Any

from bascule.contacts.ingest.names import plain
from bascule.contacts.tabular.headers import unique_names

__all__ = ["CHUNK", "Broken", "Chunk", "Table", "member", "packed_rows"]

CHUNK = 12_500
"""Source record numbers per chunk. What a reader is asked for divides the rows of a part: no chunk is in two."""


@dataclass(frozen=True, slots=True)
class Broken:
    """A record that could not be read: its number, why, and its text."""

    number: int
    reason: str
    text: str


@dataclass(slots=True)
class Chunk:
    """Records by column. ``numbers`` are those of the source; ``cells`` the wanted columns by plain name, ``labels``
    their names in the source; ``rest[i]`` what else record ``i`` holds, as members of a JSON object. A record of
    ``broken`` is in none of them."""

    numbers: list[int] = field(default_factory=list)
    cells: dict[str, list[Any]] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)
    rest: list[str] = field(default_factory=list)
    broken: list[Broken] = field(default_factory=list)
    ragged: int = 0


def member(name: str, value: str) -> str:
    """One member of a JSON object."""
    return f"{encode_basestring(name)}:{encode_basestring(value)}"


class Table:
    """A header, and rows of cells turned into chunks. ``kept`` are wanted columns that stay in the rest too."""

    def __init__(self, header: Sequence[str], wanted: frozenset[str], kept: frozenset[str] = frozenset()) -> None:
        self.names = unique_names(header)
        self.keys = [plain(name) or f"column{number}" for number, name in enumerate(self.names, 1)]
        self.wanted: dict[str, int] = {}
        for index, key in enumerate(self.keys):
            if key in wanted:
                self.wanted.setdefault(key, index)
        used = {index for key, index in self.wanted.items() if key not in kept}
        self.others = [
            (index, f"{encode_basestring(name)}:") for index, name in enumerate(self.names) if index not in used
        ]
        self.labels = {key: self.names[index] for key, index in self.wanted.items()}

    def chunk(self, numbers: list[int], rows: list[list[str]]) -> Chunk:
        """Rows of any width; none of them blank."""
        width = len(self.names)
        ragged = [len(row) != width for row in rows]
        columns: list[Sequence[str]]
        extra: dict[int, list[str]] = {}
        if any(ragged):
            extra = {index: row[width:] for index, row in enumerate(rows) if len(row) > width}
            columns = list(zip_longest(*(row[:width] for row in rows), fillvalue=""))
            columns.extend([[""] * len(rows)] * (width - len(columns)))
        else:
            columns = list(zip(*rows, strict=True))
        found = Chunk(numbers, {key: list(columns[index]) for key, index in self.wanted.items()}, self.labels)
        found.rest = self._rest(columns, len(rows))
        for index, cells in extra.items():
            text = ",".join(map(encode_basestring, cells))
            found.rest[index] += f'{"," if found.rest[index] else ""}"extra_cells":[{text}]'
        found.ragged = sum(ragged)
        return found

    def _rest(self, columns: Sequence[Sequence[str]], rows: int) -> list[str]:
        filled = [(name, columns[index]) for index, name in self.others if any(columns[index])]
        if not filled:
            return [""] * rows
        encoded = []
        for name, cells in filled:
            # Few columns of a log hold many different cells: each is written once.
            distinct = {cell: name + encode_basestring(cell) if cell else "" for cell in set(cells)}
            encoded.append([distinct[cell] for cell in cells])
        if len(encoded) == 1:
            return encoded[0]
        return [",".join(filter(None, members)) for members in zip(*encoded, strict=True)]


def packed_rows(rows: Iterable[tuple[int, list[str]]], table: Table, size: int = CHUNK) -> Iterator[Chunk]:
    """Numbered rows as chunks; a chunk ends where the next one's numbers begin."""
    numbers: list[int] = []
    held: list[list[str]] = []
    last = -1
    for number, row in rows:
        at = (number - 1) // size
        if at != last and held:
            yield table.chunk(numbers, held)
            numbers, held = [], []
        last = at
        numbers.append(number)
        held.append(row)
    if held:
        yield table.chunk(numbers, held)
