"""What rows become before they become nodes: cells with places, steps made of blocks, flows made of steps."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field

from bascule.language.sheets import Grid
from bascule.parsers.table.columns import Column, Layout
from bascule.parsers.table.vocabulary import Role
from bascule.source import Place

__all__ = ["Block", "Cell", "FlowDraft", "Row", "Step", "step_key"]

Voice = tuple[str, str]
"""Locale and channel of a row; ``""`` where its columns do not say."""


def step_key(name: str) -> str:
    """Names of equal key are one step: case, blanks and a sign at the end do not count (``1.`` is ``1``)."""
    folded = " ".join(unicodedata.normalize("NFKC", name).casefold().split())
    return folded.rstrip(".:) ") or folded


@dataclass(frozen=True, slots=True)
class Cell:
    """A filled cell. ``text`` is as written (secrets covered); ranges in it are ranges of ``place``."""

    column: Column
    text: str
    place: Place

    def at(self, start: int, end: int) -> Place:
        """The place of a part of the text."""
        return self.place.within(start, end)


@dataclass(slots=True)
class Row:
    """A row with its filled cells, in the order of the columns."""

    grid: Grid
    number: int
    layout: Layout
    cells: list[Cell]
    place: Place
    voice: Voice = ("", "")

    def get(self, role: Role, number: int = 0) -> Cell | None:
        """The first filled cell of a role (and number)."""
        return next((cell for cell in self.cells if cell.column.role is role and cell.column.number == number), None)

    def of(self, *roles: Role) -> list[Cell]:
        """All filled cells of some roles."""
        return [cell for cell in self.cells if cell.column.role in roles]

    def has(self, *roles: Role) -> bool:
        """Whether a cell of one of the roles is filled."""
        return any(cell.column.role in roles for cell in self.cells)


@dataclass(slots=True)
class Block:
    """One message of a step: the row that says it, the rows that say it in other languages and for other channels, and
    rows below that only add buttons or ways on."""

    rows: dict[Voice, Row]
    more: dict[Voice, list[Row]] = field(default_factory=dict)

    @property
    def main(self) -> Row:
        """The row that stands first: it decides where the step leads."""
        return next(iter(self.rows.values()))

    def rows_of(self, voice: Voice) -> list[Row]:
        """The row of a voice and those that add to it."""
        return [self.rows[voice], *self.more.get(voice, ())] if voice in self.rows else []

    def cells(self, role: Role) -> list[Cell]:
        """The cells of a role in the voice that stands first."""
        return [cell for row in self.rows_of(next(iter(self.rows))) for cell in row.of(role)]

    def all_rows(self) -> Iterator[Row]:
        """Every row of the block."""
        for voice in self.rows:
            yield from self.rows_of(voice)


@dataclass(slots=True)
class Step:
    """A step by its name as written. ``id`` is its first node's; ``labels`` are other cells that name it."""

    name: str
    id: str
    place: Place
    blocks: list[Block] = field(default_factory=list)
    labels: list[Cell] = field(default_factory=list)

    @property
    def aliases(self) -> list[str]:
        """Other names of the step."""
        return [cell.text.strip() for cell in self.labels]

    def last_block(self, voice: Voice) -> Block | None:
        """The last block that speaks in a voice."""
        return next((block for block in reversed(self.blocks) if voice in block.rows), None)

    def add(self, row: Row) -> None:
        """Put a row where it belongs: the block after the last of its voice, else one of its own."""
        spoken = [number for number, block in enumerate(self.blocks, 1) if row.voice in block.rows]
        following = spoken[-1] if spoken else 0
        if following < len(self.blocks):
            self.blocks[following].rows[row.voice] = row
        else:
            self.blocks.append(Block({row.voice: row}))


@dataclass(slots=True)
class FlowDraft:
    """A flow before its nodes. ``follows`` says that rows without a target go on to the next one: its tables have no
    column for targets."""

    name: str
    id: str
    place: Place
    steps: list[Step] = field(default_factory=list)
    by_key: dict[str, Step] = field(default_factory=dict)
    facts: list[tuple[str, str]] = field(default_factory=list)
    comments: list[str] = field(default_factory=list)
    ids: dict[str, int] = field(default_factory=dict)
    follows: bool = True
    start: Step | None = None
