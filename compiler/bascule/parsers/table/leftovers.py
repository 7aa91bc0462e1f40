"""The cells of a block that nothing has used: examples, notes, columns without a meaning, rows of another language."""

from __future__ import annotations

from bascule.ir.expr import references
from bascule.ir.text import holes
from bascule.language.reading import json_text
from bascule.parsers.table import losses
from bascule.parsers.table.answers import read_samples
from bascule.parsers.table.content import Said, Speaker
from bascule.parsers.table.model import Block, Cell, Row
from bascule.parsers.table.phrases import kind_of
from bascule.parsers.table.vocabulary import Role

__all__ = ["keep_rest"]


def keep_rest(speaker: Speaker, block: Block, said: Said, facts: list[tuple[str, str]]) -> None:
    """Decide every cell of a block that nothing has used: an example, a fact, the same again, or without effect."""
    for row in block.all_rows():
        for cell in row.cells:
            _left(speaker, block, said, row, cell, facts)


def _left(speaker: Speaker, block: Block, said: Said, row: Row, cell: Cell, facts: list[tuple[str, str]]) -> None:
    role, first = cell.column.role, block.main
    reading, book = speaker.reading, speaker.reading.book
    if role is Role.SAMPLES and book.is_open(cell.place):
        names = list(_mentioned(said))
        if read_samples(reading, cell, speaker.locale(cell, row), names):
            book.exact(cell.place)
            return
    if role is Role.TYPE and kind_of(cell.text, "type") and book.is_open(cell.place):
        book.exact(cell.place, "as in the first language")
        return
    if not book.is_open(cell.place):
        if book.fate(cell.place) is not None and role in (Role.TYPE,) and not kind_of(cell.text, "type"):
            facts.append((cell.column.name, json_text(cell.text)))
        return
    whose = row.voice[0] or row.voice[1] or str(row.number + 1)
    name = cell.column.name if row is first else f"{cell.column.name}@{whose}"
    facts.append((name, json_text(cell.text)))
    if role in (Role.OTHER, Role.NOTE, Role.SAMPLES):
        book.exact(cell.place, "kept as a fact")
        return
    if row is not first and any(cell.text == other.text for other in first.of(role)):
        book.exact(cell.place, "as in the first row")
        facts.pop()
        return
    if row is not first and row.voice[1] != first.voice[1]:
        code = reading.find_once(
            losses.ChannelDropped,
            row.voice[1],
            cell.place,
            lambda count: f"{count} cell(s) of rows for another channel are kept as facts",
            help="the first row of a step decides its buttons and media",
        )
        book.degraded(cell.place, "of another channel; kept as a fact", "the first row decides", code)
        return
    code = reading.find_once(
        losses.UnreachedRow,
        role.value,
        cell.place,
        lambda count: f"{count} cell(s) `{cell.column.label}` have no effect in their rows; kept as facts",
        help="remove them, or add what they belong to",
    )
    book.degraded(cell.place, "without effect in its row; kept as a fact", "remove it", code)


def _mentioned(said: Said) -> dict[str, None]:
    """Names of the variables that a block shows."""
    names: dict[str, None] = {}
    for content in (*said.before, said.content):
        for _, text in content.text:
            for hole in holes(text):
                names.update((reference.name, None) for reference in references(hole.expression))
    return names
