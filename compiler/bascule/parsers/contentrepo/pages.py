"""From rows to pages: which row begins a page, adds a message, or words one for some people only."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from bascule.language.locale_names import locale_of
from bascule.language.names import template_slug
from bascule.language.reading import Reading
from bascule.language.sheets import Grid
from bascule.parsers.contentrepo import losses, rules
from bascule.parsers.contentrepo.columns import BODIES, Columns
from bascule.source import Place

__all__ = ["Cell", "Line", "Message", "Page", "PageReader", "shown"]


def shown(text: str) -> str:
    """A text short enough for a message."""
    line = " ".join(text.split())
    return line if len(line) <= 40 else line[:40] + "…"


@dataclass(frozen=True, slots=True)
class Cell:
    """A filled cell: the column's known name (or its own), the text as it stands, its place."""

    name: str
    text: str
    place: Place

    @property
    def value(self) -> str:
        """The text without outer blanks, as the importer takes it."""
        return self.text.strip()

    def at(self, start: int, end: int) -> Place:
        """The place of a part of the text."""
        return self.place.within(start, end)


@dataclass(slots=True)
class Line:
    """A row: its filled cells by column, and those of columns without a meaning."""

    number: int
    cells: dict[str, Cell]
    other: list[Cell]
    place: Place

    def get(self, name: str) -> str:
        """The trimmed text of a column, ``""`` where it is empty."""
        cell = self.cells.get(name)
        return cell.value if cell is not None else ""

    @property
    def bodies(self) -> dict[str, Cell]:
        """The texts of the row by channel, the richest channel first."""
        return {channel: self.cells[name] for channel, name in BODIES.items() if name in self.cells}

    @property
    def says(self) -> bool:
        """Whether the row holds a message: a text for some channel, or the name of a template."""
        return bool(self.bodies) or "whatsapp_template_name" in self.cells


@dataclass(slots=True)
class Message:
    """One message of a page, with its wordings for some people only."""

    line: Line
    variations: list[Line] = field(default_factory=list)


@dataclass(slots=True)
class Page:
    """A page in one language. ``index``: it only holds a place in the menu."""

    line: Line
    slug: str
    locale: str
    tag: str
    index: bool
    messages: list[Message] = field(default_factory=list)
    strays: list[Line] = field(default_factory=list)

    @property
    def title(self) -> str:
        """The page's title."""
        return self.line.get("web_title")

    def lines(self) -> Iterator[Line]:
        """Every row of the page, in order of what they say."""
        yield self.line
        for message in self.messages:
            if message.line is not self.line:
                yield message.line
            yield from message.variations
        yield from self.strays


class PageReader:
    """Reads the rows of page sheets. ``pages`` are all of them, in order; ``orphans`` rows that belong to none."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self.pages: list[Page] = []
        self.orphans: list[Line] = []
        self._by_key: dict[tuple[str, str], Page] = {}
        self._by_id: dict[str, Page] = {}

    def read(self, grid: Grid) -> None:
        """Read every row of a sheet under its header."""
        columns = Columns.of(grid)
        self._header(grid, columns)
        locale = ""
        for number in range(grid.height):
            line = self._line(grid, columns, number)
            if line is not None:
                locale = self._row(line, locale)

    def _header(self, grid: Grid, columns: Columns) -> None:
        known = {index: name for name, index in columns.at.items()}
        for index, header in enumerate(grid.table.headers):
            if header.strip():
                place = grid.header_place(index)
                self.reading.book.open("header", place)
                self.reading.book.exact(place, known.get(index, "not read by the importer; kept as facts"))
        named = [index for index in columns.unknown if grid.table.headers[index].strip()]
        named += [second for second, _ in columns.doubled]
        for number, cells in enumerate(grid.table.preamble):
            for index, cell in enumerate(cells):
                if cell.strip():
                    place = grid.preamble_place(number, index)
                    self.reading.book.open("cell above the header", place)
                    self.reading.book.exact(place, "above the header: no content")
        if named:
            listed = ", ".join(f"`{shown(grid.columns[index])}`" for index in named[:5])
            more = " …" if len(named) > 5 else ""
            self.reading.find(
                losses.UnknownColumns,
                grid.header_place(named[0]),
                f"{len(named)} column(s) are not read by ContentRepo: {listed}{more}; their cells are kept as facts",
                help="check that nothing in them is missing from the columns that are read",
                count=len(named),
            )

    def _line(self, grid: Grid, columns: Columns, number: int) -> Line | None:
        names = {index: name for name, index in columns.at.items()}
        line = Line(number, {}, [], grid.row_place(number))
        for index, text in enumerate(grid.table.rows[number]):
            if not text.strip():
                continue
            name = names.get(index, "")
            place = grid.place(number, index)
            self.reading.book.open(f"column {shown(name or grid.columns[index])}", place)
            safe = self.reading.safe(text, place, "" if name else grid.columns[index])
            cell = Cell(name or grid.columns[index], safe, place)
            if name:
                line.cells[name] = cell
            else:
                line.other.append(cell)
        return line if line.cells or line.other else None

    def _row(self, line: Line, before: str) -> str:
        """File a row; returns the language that rows without one have."""
        locale = self._locale(line, before)
        if line.get("web_title"):
            self._page(line, locale)
            return locale
        page = self._page_of(line, locale)
        if page is None:
            return locale
        for name in ("slug", "page_id", "message", "locale", "language_code", "structure"):
            if name in line.cells and self.reading.book.is_open(line.cells[name].place):
                self.reading.book.exact(line.cells[name].place, "says which message of the page it is")
        if line.get("variation_body"):
            if page.messages:
                page.messages[-1].variations.append(line)
            else:
                page.strays.append(line)
        elif line.says or line.get("web_body") or "buttons" in line.cells or "list_items" in line.cells:
            page.messages.append(Message(line))
        else:
            page.strays.append(line)
        return locale

    def _page(self, line: Line, locale: str) -> None:
        slug = line.get("slug")
        speaks = line.says or bool(line.get("web_body"))
        index = not line.get("parent") and not speaks
        if not slug:
            slug = template_slug(line.get("web_title"))
            self.reading.find(
                rules.MissingSlug,
                line.place,
                f"the page `{shown(line.get('web_title'))}` has no slug; it is called `{shown(slug)}`",
                help="give it a slug, unique in its language",
            )
        page = Page(line, slug, locale, line.get("translation_tag"), index)
        key = (slug, locale)
        if key in self._by_key:
            self.reading.find(
                rules.DuplicatePage,
                line.cells["slug"].place if "slug" in line.cells else line.place,
                f"there is a page `{shown(slug)}`" + (f" in `{locale}`" if locale else "") + " already",
                help="give this one another slug",
                slug=slug,
            )
        else:
            self._by_key[key] = page
        if line.get("page_id"):
            self._by_id.setdefault(line.get("page_id"), page)
        if speaks:
            page.messages.append(Message(line))
        self.pages.append(page)

    def _page_of(self, line: Line, locale: str) -> Page | None:
        """The page a row without a title belongs to."""
        slug = line.get("slug")
        page = self._by_key.get((slug, locale))
        if page is None and not slug and self.pages and not line.get("page_id"):
            return self.pages[-1]
        if page is not None:
            last = self.pages[-1]
            # A second page of the same slug takes the rows that follow it.
            return last if last.slug == slug and last.locale == locale else page
        page = self._by_id.get(line.get("page_id"))
        where = line.cells["slug"].place if "slug" in line.cells else line.place
        said = f"no page of the file has the slug `{shown(slug)}`" if slug else "the row names no page"
        if page is not None:
            self.reading.find(
                rules.OrphanRow,
                where,
                f"{said}; the row is read as part of `{shown(page.slug)}`, which has its `page_id`",
                help=f"write the slug `{shown(page.slug)}`",
            )
            if "slug" in line.cells:
                why = f"read as part of `{shown(page.slug)}`"
                self.reading.book.degraded(where, why, "write the slug of the page", rules.OrphanRow.code)
            return page
        code = self.reading.find(rules.OrphanRow, where, f"{said}; the row is left out", help="name its page")
        self.orphans.append(line)
        for cell in (*line.cells.values(), *line.other):
            if self.reading.book.is_open(cell.place):
                self.reading.book.dropped(cell.place, "it belongs to no page of the file", "name its page", code)
        return None

    def _locale(self, line: Line, before: str) -> str:
        """The language of a row: its code, else its name, else that of the row above."""
        found = ""
        for name in ("locale", "language_code"):
            cell = line.cells.get(name)
            if cell is None:
                continue
            locale = locale_of(cell.value)
            if locale:
                found = locale
                self.reading.book.exact(cell.place)
                if name == "language_code" and cell.value.replace("-", "_") not in (locale, locale.lower()):
                    self._loose(cell, locale)
                continue
            code = self.reading.find(
                rules.UnknownLocale,
                cell.place,
                f"`{shown(cell.text)}` names no language; the page is read without one",
                help="write the language's name in `locale`, or its code in `language_code`",
            )
            self.reading.book.degraded(cell.place, "no language that is known", "write its name or code", code)
        named = "locale" in line.cells or "language_code" in line.cells
        return found if named else before

    def _loose(self, cell: Cell, locale: str) -> None:
        self.reading.find(
            rules.LooseLocale,
            cell.place,
            f"`{shown(cell.text)}` is read as `{locale}`",
            help=f"ContentRepo's own importer wants the code `{locale}`",
        )
