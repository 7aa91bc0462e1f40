"""ContentRepo's page sheets: one row per message and variation, with the wordings for all channels side by side.

Format: https://github.com/praekeltfoundation/contentrepo (exports of content pages as CSV and XLSX). A page becomes a
flow; its WhatsApp wording is the message, those for other channels are kept beside it and compared.
"""

from __future__ import annotations

from dataclasses import replace

from bascule.ir.project import Project
from bascule.language.placeholders import syntax_names
from bascule.language.reading import Reading
from bascule.language.secrets import MaskedDocument
from bascule.language.sheets import Grid, Opened, is_workbook, open_tables, sheet_notes
from bascule.parsers.base import CERTAIN, LIKELY, Match, Parsed, ParseOptions
from bascule.parsers.contentrepo import losses, rules
from bascule.parsers.contentrepo.columns import BODIES, header_row, meaning, score
from bascule.parsers.contentrepo.flows import FlowMaker
from bascule.parsers.contentrepo.groups import group_pages
from bascule.parsers.contentrepo.messages import NUMBERED, Scribe
from bascule.parsers.contentrepo.pages import PageReader
from bascule.source import Place, SourceFile

__all__ = ["losses", "parse", "rules", "sniff"]

_NEAR = 40
_ROWS = 50
_TEXTUAL = (".csv", ".tsv", ".tab", ".txt", "")
_TELLING = frozenset({"web_title", "translation_tag", "page_id", "variation_body", "structure", "web_body"})
_OTHER_SHEETS: tuple[tuple[frozenset[str], str], ...] = (
    (frozenset({"question", "answers", "scores", "question_type"}), "assessments"),
    (frozenset({"page slugs", "profile fields"}), "ordered content sets"),
    (frozenset({"page_slugs", "profile_field"}), "ordered content sets"),
    (frozenset({"submission_name", "submission_status", "message"}), "WhatsApp templates"),
)


def sniff(file: SourceFile) -> Match | None:
    """How sure it is that a file is a sheet of content pages; near misses say what is missing."""
    if not is_workbook(file):
        if file.encoding == "binary" or file.suffix not in _TEXTUAL:
            return None
        head = file.text[:2000].casefold()
        if not any(
            name in head
            for name in ("whatsapp_body", "web_title", "page slugs", "page_slugs", "answers", "submission_")
        ):
            return None
    best: Match | None = None
    for grid in open_tables(file, max_rows=_ROWS).grids:
        match = _judge(grid)
        if match is not None and (best is None or match.confidence > best.confidence):
            best = match
    return best


def _judge(grid: Grid) -> Match | None:
    row = header_row(grid)
    cells = grid.table.records[row or 0]
    names = {meaning(cell) for cell in cells} - {""}
    plain = {cell.strip().casefold() for cell in cells}
    other = _other_sheet(plain)
    if other:
        return Match(_NEAR, f"a sheet of ContentRepo's {other}, which is not read: only its content pages are")
    if row is None:
        return None
    bodies = [name for name in BODIES.values() if name in names]
    named = f"{score(cells)} of its columns are those of ContentRepo's pages"
    if "slug" in names and bodies and len(names & _TELLING) >= 1 and score(cells) >= 8:
        return Match(CERTAIN, f"{named} (`slug`, {', '.join(f'`{name}`' for name in bodies[:3])} …)")
    if "slug" in names and bodies and score(cells) >= 6:
        return Match(LIKELY, f"{named} (`slug`, `{bodies[0]}`)")
    lacking = "a column `slug`" if "slug" not in names else "a body for any channel"
    return Match(_NEAR, f"{named}, but it lacks {lacking}")


def _other_sheet(names: set[str]) -> str:
    """Which other export of ContentRepo has these columns, or ``""``."""
    return next((what for needed, what in _OTHER_SHEETS if needed <= names), "")


def _what_else(opened: Opened) -> str:
    for grid in opened.grids:
        for cells in grid.table.records[:1]:
            other = _other_sheet({cell.strip().casefold() for cell in cells})
            if other:
                return f"a sheet of ContentRepo's {other} is not read, only its content pages are"
    return ""


def parse(file: SourceFile, options: ParseOptions) -> Parsed:
    """Read the pages of a sheet or workbook. Never raises on content."""
    reading = Reading(file.path)
    opened = open_tables(file, options.sheet)
    pages = _settle(opened)
    document = opened.document()
    reading.findings.extend(opened.findings(document))
    _other_sheets(reading, opened, {grid.pointer for grid in pages})
    _choose(reading, pages, options)
    reader = PageReader(reading)
    for grid in pages:
        reader.read(grid)
    project = _project(reading, reader, options)
    if not reader.pages:
        what = "its rows hold none" if pages else _what_else(opened) or "no sheet has the columns of content pages"
        reading.find(
            rules.NoPages, Place(file.path), f"no page was found: {what}", help="export the content pages again"
        )
    elif not project.flows:
        reading.find(
            rules.NoMessages,
            reader.pages[0].line.place,
            f"none of the {len(reader.pages)} page(s) has a text for any channel",
            help="export the pages below them as well",
        )
    reading.book.drop_rest("not read", "export the content pages again", rules.NoPages.code)
    parsed = Parsed(
        project,
        sheet_notes(reading.finish(), document),
        reading.book.close(),
        document,
        not reader.pages,
        (
            ("format", "contentrepo"),
            ("pages", str(len(reader.pages))),
            ("placeholder syntax", reading.syntax.name or "none"),
        ),
    )
    if reading.secrets:
        parsed = replace(parsed, document=MaskedDocument(document, reading.secrets))
    return parsed


def _settle(opened: Opened) -> list[Grid]:
    """Put the sheets of pages under their headers; return them."""
    found = []
    for number, grid in enumerate(opened.grids):
        row = header_row(grid)
        if row is not None:
            settled = grid if grid.table.header_row == row else grid.with_header(row)
            opened.grids[number] = settled
            found.append(settled)
    return found


def _other_sheets(reading: Reading, opened: Opened, read: set[str]) -> None:
    if not read:
        return
    others = [(grid.whole, grid.name) for grid in opened.grids if grid.pointer not in read]
    others += [(Place(opened.path, f"/{name}"), name) for name in opened.skipped]
    for place, name in others:
        reading.book.open(f"sheet {name[:40]}", place)
        code = reading.find_once(
            losses.SheetNotRead,
            "sheet",
            place,
            lambda count: f"{count} sheet(s) hold no pages and were not read; the first is `{others[0][1][:40]}`",
            help="read it alone with `--sheet` if it holds pages",
        )
        reading.book.dropped(place, "its columns are not those of pages", "--sheet", code)


def _choose(reading: Reading, grids: list[Grid], options: ParseOptions) -> None:
    texts: list[str] = []
    for grid in grids:
        wanted = [
            index
            for index, name in enumerate(grid.table.headers)
            if meaning(name).endswith("_body") or meaning(name) == "footer"
        ]
        for row in range(grid.height):
            cells = (NUMBERED.sub(" ", grid.cell(row, index)) for index in wanted)
            texts.extend(cell for cell in cells if cell.strip())
    if not reading.choose(texts, options.placeholder):
        names = ", ".join(f"`{name}`" for name in syntax_names())
        what = f"there is no placeholder syntax `{options.placeholder[:40]}`"
        reading.find(rules.UnknownSyntax, Place(reading.path), what, help=f"the syntaxes are {names}")


def _project(reading: Reading, reader: PageReader, options: ParseOptions) -> Project:
    locales = list(dict.fromkeys(page.locale for page in reader.pages if page.locale and page.messages))
    default = options.locale if options.locale in locales or not locales else locales[0]
    scribe = Scribe(reading, len(locales) > 1)
    groups = group_pages(reading, scribe, reader.pages)
    maker = FlowMaker(reading, scribe, groups, reader.pages)
    flows = maker.make()
    silent = maker.silent()
    return Project(
        flows=tuple(flows),
        locale=default,
        locales=tuple(dict.fromkeys(locale for locale in (default, *locales) if locale)),
        variables=tuple(reading.variables.values()),
        templates=tuple(scribe.assets),
        facts=tuple(silent),
    )
