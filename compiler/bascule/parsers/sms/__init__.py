"""SMS templates: tables, JSON, JSON lines, YAML, property files, language files of frameworks, plain text, as teams
keep them (no standard exists).

One template becomes one flow that the business starts through an API, with one message, or one question
where the file names quick replies or the text holds a menu. What each shape looks like, and how a
file is told from other files of the same suffix, is in ``docs/formats/sms.md``.
"""

from __future__ import annotations

from bascule.diagnostics.rules import registry
from bascule.parsers.base import Match, Parsed, ParseOptions
from bascule.parsers.sms.alphabets import misread_alphabet
from bascule.parsers.sms.build import build_project
from bascule.parsers.sms.files import open_file
from bascule.parsers.sms.losses import loss_findings
from bascule.parsers.sms.projects import find_projects, parse_project
from bascule.parsers.sms.sniffing import judge
from bascule.source import SourceFile
from bascule.source.table import TableDocument
from bascule.source.workbook import SheetDocument

__all__ = ["find_projects", "parse", "parse_project", "sniff"]


def sniff(file: SourceFile) -> Match | None:
    """How sure it is that a file holds SMS templates; near misses say what is missing."""
    return judge(file)


def parse(file: SourceFile, options: ParseOptions) -> Parsed:
    """Read a file of SMS templates. Never raises on content."""
    shape, reading, found = open_file(file, options.sheet)
    built = build_project(reading, file.path, options.locale, options.placeholder)
    misread = [] if isinstance(shape.document, SheetDocument) else misread_alphabet(file)
    findings = [*found, *misread, *reading.findings, *built.findings, *loss_findings(reading.lost)]
    rules = registry()
    facts = [("shape", reading.shape), ("templates", str(len(reading.templates)))]
    if isinstance(shape.document, SheetDocument):
        facts.append(("sheet", shape.document.sheet))
    elif isinstance(shape.document, TableDocument):
        facts.append(("delimiter", shape.document.dialect.name))
    if not isinstance(shape.document, SheetDocument):
        facts.append(("encoding", file.encoding))
    facts.append(("placeholder syntax", built.syntax or "none"))
    return Parsed(
        built.project,
        tuple(findings),
        reading.ledger,
        reading.document,
        not built.project.flows and any(rules[finding.code].unreadable for finding in findings),
        tuple(facts),
    )
