"""Tables (CSV, TSV, sheets) to templates: a row is a template, or one language or channel of one."""

from __future__ import annotations

import re

from bascule.parsers.sms.columns import Column, Columns, assign, name_readings
from bascule.parsers.sms.evidence import Look, is_sentence, look_of, text_share
from bascule.parsers.sms.fields import read_field
from bascule.parsers.sms.model import Reading, Wording, fact_text
from bascule.parsers.sms.rules import FormulaText, GuessedColumn, SecondText
from bascule.parsers.sms.spoken import spoken_channel, spoken_locale
from bascule.parsers.sms.vocabulary import Role, normal, readings
from bascule.source.table import TableDocument

__all__ = ["TableView", "read_table_templates", "view_table"]

_SAMPLE = 200
_HEADER_ROWS = 6
_FORMULA = re.compile(r"[=@][A-Za-z(]|[+\-][A-Za-z(=]|=")


class TableView:
    """A table under the header that suits it, with the roles of its columns.

    ``guessed`` says how the text column was found when no name told it (empty otherwise).
    """

    def __init__(self, table: TableDocument, columns: Columns, guessed: str = "") -> None:
        self.table = table
        self.columns = columns
        self.guessed = guessed

    @property
    def texts(self) -> list[int]:
        """Positions of the text columns."""
        return [index for index, column in enumerate(self.columns.all) if column.role is Role.TEXT]


def view_table(table: TableDocument) -> TableView:
    """Find the header row (titles may stand above it, or there is none) and the roles of the columns."""
    for row in range(min(_HEADER_ROWS, len(table.records))):
        if not _named_texts(table.records[row]):
            continue
        view = table.with_header(row)
        columns = _assign(view)
        if columns.of(Role.TEXT):
            return TableView(view, columns)
    if _is_header(table):
        view = table.with_header(0)
        columns = _assign(view)
        if columns.of(Role.TEXT):
            return TableView(view, columns)
        return _guess(view, columns)
    view = table.with_header(None)
    return _guess(view, Columns(tuple(Column(name, Role.OTHER) for name in view.columns)))


def _named_texts(cells: list[str]) -> bool:
    """Whether a row can be the header: it names a text column and says nothing itself."""
    if any(len(cell) > 60 or is_sentence(cell) for cell in cells if cell.strip()):
        return False
    meanings = [name_readings(cell) for cell in cells if cell.strip()]
    texts = [found for found in meanings if any(column.role is Role.TEXT for column in found)]
    strong = any(
        column.role is Role.TEXT and column.strength > 1 and not column.bare for found in texts for column in found
    )
    keyed = any(column.role in (Role.KEY, Role.TITLE) for found in meanings for column in found)
    return strong or (keyed and len(texts) > 0 and len(meanings) > 1)


def _is_header(table: TableDocument) -> bool:
    """Whether the first row looks like names: short, no message among them, no numbers, all different."""
    cells = [cell.strip() for cell in table.records[0]] if table.records else []
    filled = [cell for cell in cells if cell]
    if not filled or len(set(filled)) < len(filled) or len(table.records) < 2:
        return False
    if any(len(cell) > 40 or is_sentence(cell) or cell[:1].isdigit() or "@" in cell for cell in filled):
        return False
    # The key of a template looks like a name as well: a header stands above cells of another look.
    if len(cells) == 2 and look_of(cells[1]) is Look.TEXT and not _assign(table.with_header(0)).of(Role.TEXT):
        return False
    return len(cells) > 1 or bool(readings(normal(filled[0])))


def _assign(table: TableDocument) -> Columns:
    samples: list[list[str]] = [[] for _ in table.columns]
    for cells in table.rows[:_SAMPLE]:
        for index, cell in enumerate(cells[: len(samples)]):
            if cell.strip():
                samples[index].append(cell)
    # A column without a name may be an overflow of its neighbour: it never is the text by name.
    return assign(table.columns, samples)


def _guess(table: TableDocument, columns: Columns) -> TableView:
    """Take the column of the longest texts, and one of short different cells before it for the key."""
    cells = [[row[index] for row in table.rows[:_SAMPLE] if index < len(row)] for index in range(len(table.columns))]
    best, longest = -1, 0.0
    for index, column in enumerate(columns.all):
        values = [cell for cell in cells[index] if cell.strip()]
        if column.role not in (Role.OTHER, Role.DESCRIPTION, Role.TITLE) or not values:
            continue
        mean = sum(map(len, values)) / len(values)
        if text_share(values) >= 0.5 and mean > longest:
            best, longest = index, mean
    if best < 0:
        return TableView(table, columns)
    found = list(columns.all)
    found[best] = Column(found[best].name, Role.TEXT)
    said = [f"`{found[best].name}` for the text (the longest texts, {round(longest)} characters on average)"]
    if not any(column.role is Role.KEY for column in found):
        key = next((index for index in range(len(found)) if index != best and _is_key(cells[index])), None)
        if key is not None and found[key].role is Role.OTHER:
            found[key] = Column(found[key].name, Role.KEY)
            said.append(f"`{found[key].name}` for the key")
    return TableView(table, Columns(tuple(found)), " and ".join(said))


def _is_key(cells: list[str]) -> bool:
    values = [cell.strip() for cell in cells]
    if not values or not all(values) or len(set(values)) < len(values) or max(map(len, values)) > 60:
        return False
    return sum(value.count(" ") > 3 or value.endswith(("?", "؟", "？")) for value in values) * 4 <= len(values)


def read_table_templates(view: TableView) -> Reading:
    """Read every row. Every non-empty cell, header cells included, is in the ledger exactly once."""
    table, columns = view.table, view.columns
    reading = Reading(table)
    _read_frame(reading, view)
    key_at = columns.index(Role.KEY)
    title_at = columns.index(Role.TITLE)
    for row in range(len(table.rows)):
        wordings = _wordings(reading, view, row)
        key, place = "", table.row_place(row)
        for index in (key_at, title_at):
            if index is not None and table.cell(row, index).strip():
                key, place = table.cell(row, index).strip(), table.place(row, index)
                break
        values = {column.name: table.cell(row, index) for index, column in enumerate(columns.all)}
        filled = {name: cell for name, cell in values.items() if cell.strip()}
        if not wordings:
            at = table.place(row, view.texts[0])
            reading.empty(at, f"`{key[:60]}`" if key else "the row")
            reading.facts.append((f"template.{key or row}", fact_text(filled)))
            for index, column in enumerate(columns.all):
                if column.name in filled:
                    cell = filled[column.name]
                    reading.account(
                        cell, table.place(row, index), f"column {column.name}", "kept as a fact of the project"
                    )
            continue
        template = reading.open(key, place, wordings)
        for index, column in enumerate(columns.all):
            if column.name in filled:
                cell = filled[column.name]
                if column.role is Role.TEXT:
                    _note_formula(reading, table, row, index, cell)
                read_field(reading, template, column, cell, table.place(row, index), "column")
    return reading


def _read_frame(reading: Reading, view: TableView) -> None:
    """The header, what stands above it, and how the columns were told apart."""
    table, columns = view.table, view.columns
    if table.header_row is not None:
        for index, header in enumerate(table.headers):
            if header.strip():
                reading.account(header, table.header_place(index), "header", f"read as {columns.all[index].role.value}")
    for row, cells in enumerate(table.preamble):
        for index, cell in enumerate(cells):
            if cell.strip():
                place = table.preamble_place(row, index)
                reading.keep(f"preamble.{row}.{index}", cell, place, "cell above the header")
    first = table.place(0, view.texts[0]) if table.rows else table.header_place(view.texts[0])
    if view.guessed:
        why = "the table has no header" if table.header_row is None else "no column is named like a text"
        reading.findings.append(
            GuessedColumn.at(
                table.header_place(view.texts[0]) if table.header_row is not None else first,
                f"{why}: {view.guessed}",
                help="name the columns in a first line: `key`, `text`, `language` …",
            )
        )
    if columns.rivals:
        taken = columns.all[view.texts[0]].name
        listed = ", ".join(f"`{name[:40]}`" for name in columns.rivals)
        rival = next(index for index, column in enumerate(columns.all) if column.name == columns.rivals[0])
        reading.findings.append(
            SecondText.at(
                table.header_place(rival),
                f"`{taken[:40]}` was read as the message; {listed} was kept as a fact",
                help="rename the column that is not sent",
            )
        )


def _wordings(reading: Reading, view: TableView, row: int) -> list[Wording]:
    table, columns = view.table, view.columns
    locale = channel = ""
    at = columns.index(Role.LOCALE)
    if at is not None:
        locale = spoken_locale(reading, table.cell(row, at), table.place(row, at))
    at = columns.index(Role.CHANNEL)
    if at is not None:
        channel = spoken_channel(table.cell(row, at))
    found: list[Wording] = []
    for index in view.texts:
        column = columns.all[index]
        cell = table.cell(row, index)
        if not cell.strip():
            continue
        own = "" if column.channel == "sms" else column.channel
        wording = Wording(cell, table.place(row, index), column.locale or locale, own or channel)
        if all((wording.locale, wording.channel) != (old.locale, old.channel) for old in found):
            found.append(wording)
        else:
            # Two columns for one language (`content`, `content_fr` in a French row): the later is a variant.
            found.append(Wording(cell, wording.place, wording.locale, normal(column.name)))
    return found


def _note_formula(reading: Reading, table: TableDocument, row: int, index: int, cell: str) -> None:
    if table.delimiter and _FORMULA.match(cell):
        reading.findings.append(
            FormulaText.at(
                table.place(row, index).within(0, 1),
                f"the text begins with `{cell[0]}`: a spreadsheet would calculate it; it was read as text",
                help="check where the row comes from",
            )
        )
