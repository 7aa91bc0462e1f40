"""From a file to its reading: which shape it has, by suffix first and by content where the suffix says nothing."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from bascule.diagnostics.finding import Finding
from bascule.diagnostics.parse_rules import findings_of
from bascule.diagnostics.table_rules import TableEmpty
from bascule.parsers.sms.catalogues import open_catalogue, read_catalogue
from bascule.parsers.sms.catalogues.document import CatalogueDocument
from bascule.parsers.sms.losses import DocumentNotRead, SheetNotRead
from bascule.parsers.sms.model import Reading
from bascule.parsers.sms.plain_text import other_format, read_plain_text, read_properties_templates
from bascule.parsers.sms.rules import NoTexts, OtherFormat
from bascule.parsers.sms.tables import TableView, read_table_templates, view_table
from bascule.parsers.sms.trees import read_tree
from bascule.source import Document, Place, Problem, SourceFile
from bascule.source.delimited import sniff_dialect
from bascule.source.json_lines import LinesDocument, looks_like_lines
from bascule.source.properties import read_properties
from bascule.source.table import TableDocument, read_table
from bascule.source.workbook import SheetDocument

__all__ = ["Shape", "open_file", "read_shape", "shape_of"]

_OLE = b"\xd0\xcf\x11\xe0"
_EXTRA = (".sample", ".example", ".dist", ".tpl", ".template", ".bak", ".orig")
_LINES = (".jsonl", ".ndjson")
_TEXTUAL = (".csv", ".tsv", ".tab", ".txt", ".sms")
_JSON_HEAD = re.compile(r'\s*[\[{]\s*[\]}{\["]')
_PROPERTY = re.compile(r"[\w][\w.\-]{0,120}[ \t]*=")
_YAML_HEAD = re.compile(
    r"(?:---[ \t\r]*\n|\s|#[^\n]*\n){0,50}+(?:- )?[\"']?[\w.-]{1,80}[\"']?[ \t]*:(?:[ \t]|\r?$)", re.MULTILINE
)


@dataclass(slots=True)
class Shape:
    """A file as a document, before its templates are read. ``kind`` is ``tree``, ``table``, ``properties``,
    ``catalogue``, ``plain`` or ``""`` (not readable: ``findings`` say why)."""

    kind: str
    document: Document
    problems: tuple[Problem, ...] = ()
    findings: list[Finding] = field(default_factory=list)
    view: TableView | None = None
    about: str = ""


def suffix_of(file: SourceFile) -> str:
    """The suffix that says what the file is: `.json` for `templates.json.sample`."""
    name = file.name.lower()
    for extra in _EXTRA:
        name = name.removesuffix(extra)
    return "." + name.rsplit(".", 1)[1] if "." in name[1:] else ""


def shape_of(file: SourceFile, sheet: str = "", max_rows: int | None = None) -> Shape:
    """Find out what the file is. ``max_rows`` bounds what is read of a workbook (for sniffing)."""
    suffix = suffix_of(file)
    if file.is_zip or file.data.startswith(_OLE) or suffix in (".xlsx", ".xlsm", ".xls"):
        return _table(file.sheet(sheet, max_rows))
    if file.encoding == "binary":
        return Shape("", Document(file.path, file.text), tuple(file.encoding_problems))
    if suffix == ".properties":
        return _properties(file)
    if looks_like_lines(file.text, 1 if suffix in _LINES else 2):
        lines = LinesDocument(file.path, file.text)
        return Shape("tree", lines, lines.problems, about="a file of JSON lines")
    document = file.json
    if document is not None and (
        suffix == ".json" or not document.problems or (suffix not in _TEXTUAL and _JSON_HEAD.match(file.text))
    ):
        return Shape("tree", document, document.problems, about="a JSON file")
    catalogue = open_catalogue(file.path, file.text)
    if catalogue is not None and catalogue.value:
        return Shape("catalogue", catalogue, about=catalogue.about)
    other = other_format(file.text)
    if other is not None:
        name, advice = other
        finding = OtherFormat.at(Place(file.path), f"{name} is not read", help=advice.replace("FILE", file.name))
        return Shape("", Document(file.path, file.text), findings=[finding], about=name)
    if suffix in (".yaml", ".yml"):
        return _yaml(file)
    if suffix == ".json":
        finding = NoTexts.at(Place(file.path), "the file is no JSON object or list", help="export it again")
        return Shape("", Document(file.path, file.text), findings=[finding], about="no JSON")
    if suffix in (".csv", ".tsv", ".tab"):
        return _table(read_table(file.path, file.text))
    return _by_content(file)


def _by_content(file: SourceFile) -> Shape:
    lines = [line for line in file.text[:200_000].splitlines() if line.strip() and line.lstrip()[0] not in "#!"]
    if lines and sum(_PROPERTY.match(line) is not None for line in lines) >= 0.8 * len(lines):
        return _properties(file)
    dialect = sniff_dialect(file.text)
    if dialect.width > 1 and dialect.consistency >= 0.9 and len(lines) > 1:
        shape = _table(read_table(file.path, file.text))
        if shape.view is not None and shape.view.texts and not shape.view.guessed:
            return shape
    if _YAML_HEAD.match(file.text) and file.yaml is not None and file.yaml.usable and isinstance(file.yaml.value, dict):
        return _yaml(file)
    return Shape("plain", Document(file.path, file.text), about="a text")


def _properties(file: SourceFile) -> Shape:
    document = read_properties(file.path, file.text)
    return Shape("properties", document, document.problems, about="a property file")


def _yaml(file: SourceFile) -> Shape:
    document = file.yaml
    assert document is not None
    shape = Shape("tree" if document.usable else "", document, document.problems, about="a YAML file")
    if len(document.values) > 1:
        message = f"the file holds {len(document.values)} documents; only the first was read"
        shape.findings.append(DocumentNotRead.at(Place(file.path), message, help="make one file of each document"))
    return shape


def _table(table: TableDocument) -> Shape:
    about = "a sheet" if isinstance(table, SheetDocument) else f"a table (delimiter {table.dialect.name})"
    if not table.usable:
        return Shape("", table, table.problems, about=about)
    view = view_table(table)
    return Shape("table", view.table, view.table.problems, view=view, about=about)


def read_shape(shape: Shape, stem: str) -> Reading:
    """Read the templates of a file whose shape is known. Never raises; an unreadable one gives no templates."""
    document = shape.document
    if shape.kind == "tree":
        reading = read_tree(document, document.value)  # type: ignore[attr-defined]
        _other_documents(reading, shape)
    elif shape.kind == "table" and shape.view is not None and shape.view.texts:
        reading = read_table_templates(shape.view)
        _other_sheets(reading, shape)
    elif isinstance(document, CatalogueDocument):
        reading = read_catalogue(document)
    elif shape.kind == "properties":
        reading = read_properties_templates(document)  # type: ignore[arg-type]
    elif shape.kind == "plain":
        reading = read_plain_text(document.path, document.text, stem)
    else:
        reading = Reading(document)
        if shape.view is not None:
            _keep_table(reading, shape.view.table)
    reading.shape = reading.shape or shape.about
    reading.findings[:0] = shape.findings
    return reading


def _keep_table(reading: Reading, table: TableDocument) -> None:
    names = ", ".join(f"`{name[:30]}`" for name in table.columns[:12])
    reading.findings.append(
        NoTexts.at(
            table.header_place(0) if table.header_row is not None else Place(table.path),
            f"the table has no column of texts; its columns are {names}",
            help="name the column of the texts `text`, `texte` or `message`",
        )
    )


def _other_documents(reading: Reading, shape: Shape) -> None:
    values = getattr(shape.document, "values", [])
    for _ in values[1:]:
        reading.ledger.dropped(
            "document",
            Place(shape.document.path),
            "only the first document of a YAML file is read",
            "one file for each document",
            DocumentNotRead.code,
        )


def _other_sheets(reading: Reading, shape: Shape) -> None:
    table = shape.document
    if not isinstance(table, SheetDocument) or not table.others:
        return
    listed = ", ".join(f"`{name}`" for name in table.others)
    reading.findings.append(
        SheetNotRead.at(
            Place(table.path),
            f"the sheet `{table.sheet}` was read; not read: {listed}",
            help="name a sheet with `--sheet`",
        )
    )
    for name in table.others:
        reading.ledger.dropped(
            f"sheet {name}", Place(table.path), "one run reads one sheet", f"--sheet {name}", SheetNotRead.code
        )


def open_file(file: SourceFile, sheet: str = "") -> tuple[Shape, Reading, list[Finding]]:
    """Read a file to its templates, with the findings about the file itself."""
    shape = shape_of(file, sheet)
    reading = read_shape(shape, file.stem)
    problems = [*shape.problems]
    if not isinstance(shape.document, SheetDocument):
        problems.extend(problem for problem in file.encoding_problems if problem not in problems)
    found = findings_of(problems, shape.document)
    readable = not any(problem.kind == "table-header-only" for problem in problems) and not any(
        finding.code in (NoTexts.code, OtherFormat.code, TableEmpty.code) for finding in reading.findings
    )
    if not reading.templates and readable and not any(_unreadable(finding) for finding in found):
        what = "every text in it is empty" if reading.empty_texts else "nothing in it looks like a message"
        reading.findings.append(
            NoTexts.at(
                Place(file.path),
                f"no message text was found in {shape.about or 'the file'}: {what}",
                help="name the format with `--from` if it is another one",
            )
        )
    return shape, reading, found


def _unreadable(finding: Finding) -> bool:
    from bascule.diagnostics.rules import registry

    return registry()[finding.code].unreadable
