"""From tables to flows of steps: headers again and again, comments, empty step cells, translations row by row."""

from __future__ import annotations

import re
from dataclasses import replace

from bascule.diagnostics.finding import Severity
from bascule.language.locale_names import locale_of, plain_name
from bascule.language.names import template_slug
from bascule.language.reading import Reading, json_text, unique
from bascule.language.sheets import Grid
from bascule.parsers.table import rules
from bascule.parsers.table.columns import Layout, lay_out, read_name
from bascule.parsers.table.model import Block, Cell, FlowDraft, Row, Step, step_key
from bascule.parsers.table.vocabulary import CHANNELS, Role

__all__ = ["Collector"]

_COMMENT = re.compile(r"\s*(?://|#(?![\d\s]*$)(?!\d))")
_PLAIN_ID = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,59}")
_DEFAULT_SHEET = re.compile(r"(?i)(?:sheet|feuil|feuille|hoja|planilha|tabelle|лист|foglio|ورقة|table)\s?\d{0,3}")
# Cells that add to the message above when nothing else stands in their row.
_ADDING = frozenset(
    {Role.BUTTONS, Role.BUTTON, Role.BUTTON_NEXT, Role.BUTTON_ABOUT, Role.NEXT, Role.ELSE, Role.TIMEOUT, Role.SECTION,
     Role.LINK, Role.PHONE, Role.NOTE, Role.OTHER, Role.STEP, Role.TITLE, Role.LANGUAGE, Role.CHANNEL, Role.FLOW}
)  # fmt: skip
_WAYS = frozenset({Role.BUTTONS, Role.BUTTON, Role.BUTTON_NEXT, Role.NEXT, Role.ELSE, Role.TIMEOUT})
_TARGETS = (Role.NEXT, Role.BUTTON_NEXT)


def _shown(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 40 else line[:40] + "…"


def _is_header(cells: list[str]) -> bool:
    """Whether a row among the data names columns again."""
    roles = set()
    filled = 0
    for cell in cells:
        if not cell.strip():
            continue
        column = read_name(cell) if len(cell) <= 40 else None
        if column is None:
            return False
        filled += 1
        roles.add(column.role)
    return filled > 2 and len(roles) > 2 and Role.STEP in roles and bool(roles & {Role.TEXT, Role.NEXT, Role.BUTTONS})


class Collector:
    """Gathers the rows of all tables of a file into flows. ``stem`` names the flow where nothing else does."""

    def __init__(self, reading: Reading, stem: str, many: bool) -> None:
        self.reading = reading
        self.stem = stem
        self.many = many
        self.flows: dict[str, FlowDraft] = {}
        self.ids: dict[str, int] = {}
        self.facts: list[tuple[str, str]] = []
        self.locales: dict[str, None] = {}

    def read(self, grid: Grid) -> None:
        """Read every row of a table whose header is settled."""
        layout = self._header(grid)
        heading = self._preamble(grid)
        rows = grid.table.rows
        headers = [_is_header(cells) for cells in rows]
        again = any(headers)
        named = bool(grid.name) and (self.many or not _DEFAULT_SHEET.fullmatch(grid.name))
        flow_name = heading if heading and (again or not named) else grid.name if named else self.stem
        state = _State(layout, flow_name)
        for number, cells in enumerate(rows):
            if headers[number]:
                state.layout = self._header_again(grid, number, cells, layout)
                state.step = None
                continue
            filled = [index for index, cell in enumerate(cells) if cell.strip()]
            if len(filled) == 1 and number + 1 < len(rows) and headers[number + 1]:
                place = grid.place(number, filled[0])
                self.reading.book.open("heading", place)
                self.reading.book.exact(place, "the name of the flow below")
                state.flow_name, state.flow, state.step = cells[filled[0]].strip(), None, None
                continue
            if filled and _COMMENT.match(cells[filled[0]]):
                self._comment(grid, number, filled, state)
                continue
            if filled:
                self._row(self._cells(grid, number, state.layout), state)

    def _header(self, grid: Grid) -> Layout:
        layout = lay_out(grid.columns, grid.table.headers)
        for column in layout.columns:
            if grid.table.headers[column.index].strip():
                place = grid.header_place(column.index)
                self.reading.book.open("header", place)
                self.reading.book.exact(place, f"read as {column.label}")
        self._report_columns(grid, layout)
        return layout

    def _report_columns(self, grid: Grid, layout: Layout) -> None:
        for column, near in layout.unknown:
            help = f"did you mean `{near}`?" if near else "nothing to do, if it is a note of your own"
            self.reading.find(
                rules.UnknownColumn,
                grid.header_place(column.index),
                f"the column `{_shown(column.name)}` is not known; its cells are kept as facts",
                help=help,
                column=column.name,
                near=near,
            )
        for second, first in layout.doubled:
            self.reading.find(
                rules.DoubledColumn,
                grid.header_place(second.index),
                f"`{_shown(second.name)}` says the same as `{_shown(first.name)}` ({first.label}); it is kept as facts",
                help="keep one of the two, or number them if they belong to buttons",
            )

    def _preamble(self, grid: Grid) -> str:
        """Keep what stands above the header; a lone cell right above it may name the flow."""
        heading = ""
        for number, cells in enumerate(grid.table.preamble):
            filled = [index for index, cell in enumerate(cells) if cell.strip()]
            for index in filled:
                place = grid.preamble_place(number, index)
                self.reading.book.open("cell above the header", place)
                self.facts.append((f"preamble{grid.pointer}.{number}.{index}", json_text(cells[index])))
                self.reading.book.exact(place, "kept as a fact")
            heading = cells[filled[0]].strip() if len(filled) == 1 and len(cells[filled[0]]) <= 80 else ""
        return heading

    def _header_again(self, grid: Grid, number: int, cells: list[str], first: Layout) -> Layout:
        written = [*cells, *[""] * (len(grid.columns) - len(cells))]
        layout = lay_out([name.strip() or f"column{index}" for index, name in enumerate(written, 1)], written, False)
        for column in layout.columns:
            if written[column.index].strip():
                place = grid.place(number, column.index)
                self.reading.book.open("header", place)
                self.reading.book.exact(place, f"read as {column.label}")
        return first if layout.columns == first.columns else layout

    def _comment(self, grid: Grid, number: int, filled: list[int], state: _State) -> None:
        for index in filled:
            place = grid.place(number, index)
            self.reading.book.open("comment", place)
            self.reading.book.exact(place, "a comment, kept as a fact of the flow")
            text = self.reading.safe(grid.cell(number, index), place)
            if state.flow is not None:
                state.flow.comments.append(text)
            else:
                state.comments.append(text)

    def _cells(self, grid: Grid, number: int, layout: Layout) -> Row:
        cells = []
        for column in layout.columns:
            text = grid.cell(number, column.index)
            if text.strip():
                place = grid.place(number, column.index)
                self.reading.book.open(f"column {column.label}", place)
                safe = self.reading.safe(text, place, column.name if column.role is Role.OTHER else "")
                cells.append(Cell(column, safe, place))
        return Row(grid, number, layout, cells, grid.row_place(number))

    def _row(self, row: Row, state: _State) -> None:
        self._voice(row, state)
        flow = self._flow(row, state)
        flow.follows = flow.follows and not row.layout.has(*_TARGETS)
        named = row.get(Role.STEP)
        current = state.step
        if named is None:
            if current is None:
                current = self._made_up(flow, row)
            self._go_on(current, row)
        else:
            self.reading.book.exact(named.place)
            current = self._named(flow, row, named, current)
        state.step = current
        for cell in row.of(Role.STEP, Role.TITLE):
            if cell is not named:
                current.labels.append(cell)
                self.reading.book.exact(cell.place, "another name of the step")

    def _voice(self, row: Row, state: _State) -> None:
        """The language and the channel of a row; an empty cell repeats the one above."""
        locale, channel = state.voice
        cell = row.get(Role.LANGUAGE)
        if cell is not None:
            found = locale_of(cell.text)
            if found:
                locale = found
                self.locales.setdefault(found)
                self.reading.book.exact(cell.place)
            else:
                code = self.reading.find(
                    rules.UnknownLanguage,
                    cell.place,
                    f"`{_shown(cell.text)}` names no language" + (f"; the row is read as `{locale}`" if locale else ""),
                    help="write a code (`fr`, `pt_BR`, `ar`) or the name of the language",
                )
                self.reading.book.degraded(cell.place, "no language that is known", "write its code", code)
        cell = row.get(Role.CHANNEL)
        if cell is not None:
            named = CHANNELS.get(plain_name(cell.text))
            if named is None:
                named = template_slug(cell.text)
                self.reading.find(
                    rules.UnknownWord,
                    cell.place,
                    f"`{_shown(cell.text)}` is no channel that is known; its name is kept",
                    help=f"the channels are {', '.join(sorted(set(CHANNELS.values())))}",
                )
            channel = named
            self.reading.book.exact(cell.place)
        elif row.has(Role.STEP):
            channel = ""
        for column in row.layout.of(Role.TEXT, Role.BUTTONS, Role.BUTTON):
            if column.locale:
                self.locales.setdefault(column.locale)
        row.voice = state.voice = (locale, channel)

    def _flow(self, row: Row, state: _State) -> FlowDraft:
        cell = row.get(Role.FLOW)
        if cell is not None:
            self.reading.book.exact(cell.place)
            name = cell.text.strip()
            if state.flow is None or step_key(state.flow.name) != step_key(name):
                state.flow, state.step = self._open(name, row), None
        elif state.flow is None:
            state.flow = self._open(state.flow_name, row)
        flow = state.flow
        flow.comments.extend(state.comments)
        state.comments.clear()
        return flow

    def _open(self, name: str, row: Row) -> FlowDraft:
        key = step_key(name)
        if key not in self.flows:
            short = name if _PLAIN_ID.fullmatch(name) else template_slug(name)[:60]
            self.flows[key] = FlowDraft(name, unique(short or "flow", self.ids), row.place)
        return self.flows[key]

    def _new_step(self, flow: FlowDraft, name: str, row: Row) -> Step:
        short = name if _PLAIN_ID.fullmatch(name) else template_slug(name)[:60]
        step = Step(name, unique(short or "step", flow.ids), row.place)
        flow.steps.append(step)
        return step

    def _made_up(self, flow: FlowDraft, row: Row) -> Step:
        self.reading.find_once(
            rules.MadeUpStep,
            flow.id,
            row.place,
            lambda count: f"{count} row(s) name no step; they are called by their position",
            help="name each step in the first column",
        )
        name = str(len(flow.steps) + 1)
        while step_key(name) in flow.by_key:
            name += "_"
        step = self._new_step(flow, name, row)
        flow.by_key[step_key(name)] = step
        return step

    def _named(self, flow: FlowDraft, row: Row, named: Cell, current: Step | None) -> Step:
        name = named.text.strip()
        key = step_key(name)
        if current is not None and step_key(current.name) == key:
            before = current.last_block(row.voice)
            if before is not None and not self._adds(row, before):
                message = f"the step `{_shown(name)}` stands in several rows; they are read as one step that goes on"
                finding = rules.DuplicateStep.at(named.place, message, help="leave the cell empty below the first row")
                self.reading.findings.append(replace(finding, severity=Severity.INFO))
            self._go_on(current, row)
            return current
        known = flow.by_key.get(key)
        if known is not None and known.blocks and row.voice not in known.blocks[0].rows:
            known.add(row)
            return known
        step = self._new_step(flow, name, row)
        if known is not None:
            self.reading.find(
                rules.DuplicateStep,
                named.place,
                f"there is a step `{_shown(name)}` already; ways to it lead to the first one",
                help="give this one another name",
                first=known.id,
                id=step.id,
            )
        else:
            flow.by_key[key] = step
        step.add(row)
        return step

    def _go_on(self, step: Step, row: Row) -> None:
        """A further row of a step: more ways on for its message, or a message of its own."""
        before = step.last_block(row.voice)
        if before is not None and self._adds(row, before):
            before.more.setdefault(row.voice, []).append(row)
        else:
            step.add(row)

    @staticmethod
    def _adds(row: Row, before: Block) -> bool:
        """Whether a row only adds buttons or targets to the message above (its text may stand there again)."""
        said = {cell.text.strip() for cell in before.rows[row.voice].of(Role.TEXT)}
        own = [
            cell
            for cell in row.cells
            if cell.column.role not in _ADDING and not (cell.column.role is Role.TEXT and cell.text.strip() in said)
        ]
        return not own and row.has(*_WAYS)


class _State:
    """Where reading a table stands."""

    def __init__(self, layout: Layout, flow_name: str) -> None:
        self.layout = layout
        self.flow_name = flow_name
        self.flow: FlowDraft | None = None
        self.step: Step | None = None
        self.voice: tuple[str, str] = ("", "")
        self.comments: list[str] = []
