"""How sure it is that a file is a table of steps: it needs a column for steps and one for ways on."""

from __future__ import annotations

from collections.abc import Iterator

from bascule.language.sheets import Grid, is_workbook, open_tables
from bascule.parsers.base import CERTAIN, LIKELY, POSSIBLE, Match
from bascule.parsers.table.cells import arrow
from bascule.parsers.table.columns import Layout, header_row, lay_out
from bascule.parsers.table.markdown import open_markdown, rules_of_dashes
from bascule.parsers.table.model import step_key
from bascule.parsers.table.options import is_address, read_options
from bascule.parsers.table.vocabulary import Role
from bascule.source import SourceFile

__all__ = ["grids_of", "judge", "settled"]

_NEAR, _FAR = 40, 20
_ROWS = 200
_HEADERS = 5
_TABLES = (".csv", ".tsv", ".tab", ".txt", "")
_MARKDOWN = (".md", ".markdown", ".mdown", ".txt", "")
_WAYS = frozenset({Role.NEXT, Role.BUTTON_NEXT, Role.ELSE, Role.TIMEOUT})
_CHOICES = frozenset({Role.BUTTONS, Role.BUTTON})
_HINTS = frozenset({Role.WAIT, Role.SAVE, Role.CONDITION, Role.HANDOVER, Role.FLOW, Role.KEYWORD, Role.ENTRY, Role.END,
                    Role.TYPE, Role.ANSWER, Role.SET, Role.HTTP})  # fmt: skip
# Headers of tables that other readers know: a page of a content system, a list of people.
_FOREIGN = (
    frozenset({"slug", "whatsapp_body"}),
    frozenset({"structure", "page_id"}),
    frozenset({"question", "answers", "scores"}),
)


def grids_of(file: SourceFile, sheet: str = "", max_rows: int | None = None) -> Iterator[Grid]:
    """The tables of a file under their headers; tables without a header of steps are left out."""
    if not is_workbook(file) and file.suffix in _MARKDOWN and rules_of_dashes(file.text):
        yield from settled(open_markdown(file.path, file.text).grids)
        return
    yield from settled(open_tables(file, sheet, max_rows).grids)


def settled(grids: list[Grid]) -> Iterator[Grid]:
    """Tables that have a header of steps, under it."""
    for grid in grids:
        row = header_row(grid.table)
        if row is not None:
            found = grid if grid.table.header_row == row else grid.with_header(row)
            if is_steps(lay_out(found.columns, found.table.headers, False)):
                yield found


def is_steps(layout: Layout) -> bool:
    """Whether columns are those of steps: one that names or numbers them or says something, and one more that leads
    on or is known to steps only."""
    roles = layout.roles
    said = Role.TEXT in roles or Role.MEDIA in roles
    leads = bool(roles & (_WAYS | _CHOICES))
    return (Role.STEP in roles and (said or leads) and len(roles) > 1) or (said and leads)


def judge(file: SourceFile) -> Match | None:
    """The sniffer's answer. Never raises; reads the first rows only."""
    if file.encoding == "binary" and not file.is_zip:
        return None
    if not is_workbook(file):
        if file.suffix not in {*_TABLES, *_MARKDOWN} or not file.text.strip():
            return None
        if file.text.lstrip("\ufeff \t\r\n").startswith(("{", "[", "<")):
            return None
    best: Match | None = None
    for grid in grids_of(file, max_rows=_ROWS):
        match = _judge_grid(grid)
        if match is not None and (best is None or match.confidence > best.confidence):
            best = match
    return best


def _judge_grid(grid: Grid) -> Match | None:
    layout = lay_out(grid.columns, grid.table.headers, False)
    for cells in grid.table.records[:_HEADERS]:
        names = frozenset(name.casefold().strip() for name in cells)
        if any(foreign <= names for foreign in _FOREIGN):
            return None
    roles = layout.roles
    steps, leads = layout.first(Role.STEP), layout.of(*_WAYS)
    choices = layout.of(*_CHOICES)
    listed = ", ".join(f"`{column.name[:24]}`" for column in layout.columns if column.role is not Role.OTHER)
    if steps is None or not (Role.TEXT in roles or Role.MEDIA in roles or choices):
        if leads or choices:
            return Match(_NEAR, f"a table with {listed}, but without a column that names its steps")
        return None
    if not leads and not choices:
        return Match(_FAR, f"a table with {listed}, but without a column for buttons or for what comes next")
    led = _share_led(grid, layout)
    hints = len(roles & _HINTS)
    if leads and led > 0.3:
        return Match(CERTAIN, f"its columns are those of a scenario ({listed}), and its rows lead to each other")
    if leads and (choices or hints):
        return Match(LIKELY, f"its columns are those of a scenario ({listed})")
    if led > 0.3:
        return Match(LIKELY + 10, f"its buttons lead to its other rows ({listed})")
    if leads:
        return Match(POSSIBLE + 10, f"it has columns for steps and for what comes next ({listed})")
    if hints >= 2:
        return Match(POSSIBLE, f"it has columns for steps, buttons and more of a scenario ({listed})")
    return Match(_NEAR, f"a table with {listed}; its buttons lead nowhere, as in a list of templates")


def _share_led(grid: Grid, layout: Layout) -> float:
    """Share of the filled target cells and buttons with a target that name a row of the table."""
    columns = layout.of(Role.STEP, Role.TITLE)
    height = min(grid.height, _ROWS)
    names = {step_key(grid.cell(row, column.index)) for column in columns for row in range(height)} - {""}
    total = hits = 0
    for column in layout.of(*_WAYS):
        for row in range(height):
            cell = grid.cell(row, column.index).strip()
            if not cell:
                continue
            total += 1
            found = arrow(cell)
            words = [cell, cell[found[1] :] if found else "", *cell.replace(";", ":").replace("\n", ":").split(":")]
            hits += any(step_key(word.strip()) in names for word in words if word.strip())
    for column in layout.of(*_CHOICES):
        for row in range(height):
            cell = grid.cell(row, column.index)
            if not cell.strip():
                continue
            targets = [
                option.target.text
                for option in read_options(cell[:2000], lambda text: step_key(text) in names)
                if option.target is not None and not is_address(option.target.text)
            ]
            total += bool(targets)
            hits += any(step_key(target) in names for target in targets)
    return hits / total if total else 0.0
