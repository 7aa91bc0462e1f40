"""Scenario tables: what a designer writes by hand, in a spreadsheet or a Markdown document.

One row is a step: its name, what is said, buttons, where it goes on, waits, media, languages. The grammar is in
``docs/formats/table.md``.
"""

from __future__ import annotations

from dataclasses import replace

from bascule.ir.project import Flow, Project
from bascule.language.placeholders import syntax_names
from bascule.language.reading import Reading, json_text
from bascule.language.secrets import MaskedDocument
from bascule.language.sheets import Grid, Opened, is_workbook, open_tables, sheet_notes
from bascule.parsers.base import Match, Parsed, ParseOptions
from bascule.parsers.table import losses, rules
from bascule.parsers.table.build import FlowBuilder
from bascule.parsers.table.columns import lay_out
from bascule.parsers.table.content import Speaker
from bascule.parsers.table.entries import guess_entries, read_entries
from bascule.parsers.table.markdown import MarkdownOpened, open_markdown, rules_of_dashes
from bascule.parsers.table.model import FlowDraft
from bascule.parsers.table.sniffing import judge, settled
from bascule.parsers.table.steps import Collector
from bascule.parsers.table.targets import Targets
from bascule.parsers.table.vocabulary import Role
from bascule.source import Place, SourceFile

__all__ = ["losses", "parse", "rules", "sniff"]


def sniff(file: SourceFile) -> Match | None:
    """How sure it is that a file is a table of steps; near misses say what is missing."""
    return judge(file)


def parse(file: SourceFile, options: ParseOptions) -> Parsed:
    """Read the steps of a table file. Never raises on content."""
    reading = Reading(file.path)
    opened = _open(file, options.sheet)
    every = opened.grids
    read = list(settled(every))
    pointers = {grid.pointer for grid in read}
    by_pointer = {grid.pointer: grid for grid in read}
    opened.grids = [by_pointer.get(grid.pointer, grid) for grid in every]
    document = opened.document()
    reading.findings.extend(opened.findings(document))
    _other_tables(reading, opened, pointers)
    facts = _prose(reading, opened) if read else []
    _choose(reading, read, options)
    collector = Collector(reading, file.stem, len(read) > 1)
    for grid in read:
        collector.read(grid)
    project = _build(reading, collector, options, facts)
    shape = ("shape", opened.kind if opened.kind != "delimited" else "table")
    if not project.flows:
        _nothing(reading, file, bool(read))
    unreadable = not project.flows
    reading.book.drop_rest("not read", "write it as a step", rules.NoSteps.code)
    parsed = Parsed(
        project,
        sheet_notes(reading.finish(), document),
        reading.book.close(),
        document,
        unreadable,
        (("format", "table"), shape, ("tables", str(len(read))), ("placeholder syntax", reading.syntax.name or "none")),
    )
    if reading.secrets:
        parsed = replace(parsed, document=MaskedDocument(document, reading.secrets))
    return parsed


def _open(file: SourceFile, sheet: str) -> Opened:
    textual = not is_workbook(file) and file.encoding != "binary"
    if textual and rules_of_dashes(file.text) and (file.suffix in (".md", ".markdown", ".mdown", ".txt", "")):
        return open_markdown(file.path, file.text)
    return open_tables(file, sheet)


def _other_tables(reading: Reading, opened: Opened, read: set[str]) -> None:
    """Sheets and tables without steps are named, one construct each."""
    others = [(grid.whole, grid.name) for grid in opened.grids if grid.pointer not in read]
    others += [(Place(opened.path, f"/{name}"), name) for name in opened.skipped]
    if not read:
        return
    what = "sheet" if opened.kind == "workbook" else "table"
    for place, name in others:
        reading.book.open(f"{what} {name[:40]}".strip(), place)
        code = reading.find_once(
            losses.SheetNotRead,
            "sheet",
            place,
            lambda count: f"{count} {what}(s) hold no steps and were not read; the first is `{others[0][1][:40]}`",
            help="name its columns `étape`, `texte`, `boutons`, `suivant` if it holds steps",
        )
        reading.book.dropped(place, "it holds no steps", "name its columns", code)


def _prose(reading: Reading, opened: Opened) -> list[tuple[str, str]]:
    """The text round the tables of a Markdown document, kept as facts."""
    if not isinstance(opened, MarkdownOpened) or not opened.grids:
        return []
    facts = []
    for number, (start, end) in enumerate(opened.blocks):
        place = Place(opened.path, f"/prose{number}")
        reading.book.open("text beside the tables", place)
        reading.book.exact(place, "kept as a fact")
        facts.append((f"prose.{number}", json_text(reading.safe(opened.text[start:end], place))))
    return facts


def _choose(reading: Reading, grids: list[Grid], options: ParseOptions) -> None:
    texts: list[str] = []
    for grid in grids:
        layout = lay_out(grid.columns, grid.table.headers, False)
        for column in layout.of(Role.TEXT, Role.HEADER, Role.FOOTER, Role.ERROR, Role.LINK):
            cells = (grid.cell(row, column.index) for row in range(grid.height))
            texts.extend(cell for cell in cells if cell.strip())
    if not reading.choose(texts, options.placeholder):
        names = ", ".join(f"`{name}`" for name in syntax_names())
        what = f"there is no placeholder syntax `{options.placeholder[:40]}`"
        reading.find(rules.UnknownSyntax, Place(reading.path), what, help=f"the syntaxes are {names}")


def _build(reading: Reading, collector: Collector, options: ParseOptions, facts: list[tuple[str, str]]) -> Project:
    locales = list(collector.locales)
    many = len(locales) > 1
    default = options.locale or (locales[0] if locales else "")
    drafts = [flow for flow in collector.flows.values() if flow.steps]
    targets = Targets.of_all(drafts)
    speaker = Speaker(reading, many)
    builders = {draft.id: FlowBuilder(reading, speaker, draft, targets[draft.id], []) for draft in drafts}
    for builder in builders.values():
        builder.prepare()
    flows: list[Flow] = []
    assets = []
    for draft in drafts:
        entries = read_entries(reading, draft, many)
        builder = builders[draft.id]
        nodes = builder.build()
        assets.extend(builder.assets)
        flows.append(
            Flow(
                id=draft.id,
                nodes=nodes,
                entries=tuple(entries),
                title=draft.name if draft.name != draft.id else "",
                locale=default,
                facts=_flow_facts(draft),
                at=draft.place,
            )
        )
    return Project(
        flows=tuple(guess_entries(reading, drafts, flows)),
        locale=default,
        locales=tuple(dict.fromkeys(locale for locale in (default, *locales) if locale)),
        variables=tuple(reading.variables.values()),
        templates=tuple(assets),
        facts=(*facts, *collector.facts),
    )


def _flow_facts(draft: FlowDraft) -> tuple[tuple[str, str], ...]:
    comments = (("comments", json_text(draft.comments)),) if draft.comments else ()
    return (*draft.facts, *comments)


def _nothing(reading: Reading, file: SourceFile, headed: bool) -> None:
    what = "no row stands below the header" if headed else "no row names columns such as `étape`, `texte`, `suivant`"
    reading.find(
        rules.NoSteps,
        Place(file.path),
        f"no table of steps was found in the file: {what}",
        help="name the columns in the first row; `docs/formats/table.md` lists the names",
    )
