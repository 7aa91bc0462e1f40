"""The vendor's survey bot without code: a workbook with the sheets ``parameters``, ``questions`` and ``answers``.

The bot greets, waits for the start button, asks each question in order and thanks. Format:
https://github.com/Viber/build-a-bot-with-zero-coding
"""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import replace
from typing import Any

import bascule.diagnostics.table_rules  # noqa: F401  (the rules that problems of sheets are named after)
from bascule.diagnostics.parse_rules import findings_of
from bascule.ir.content import Choice, Content
from bascule.ir.nodes import Always, Ask, Chosen, Edge, Message, Node, Otherwise, ReplyKind, Validation
from bascule.ir.project import Entry, EntryKind, Flow, Project, Variable
from bascule.ir.text import EMPTY_TEXT, Localized, Text, literal
from bascule.language.names import template_slug
from bascule.language.reading import Reading, json_text, unique
from bascule.language.secrets import SecretInSource
from bascule.language.viber_fields import shown
from bascule.parsers.base import Parsed, ParseOptions
from bascule.parsers.viber.losses import AnswersSheet, ConversationStarted, SurveySetting
from bascule.parsers.viber.rules import NoMessages, SurveyParameter, SurveyQuestion
from bascule.source import Document, Place, Problem, SourceFile, join_pointer, split_pointer
from bascule.source.workbook import SheetDocument

__all__ = ["WorkbookDocument", "parse_workbook", "sheet_names"]

_SHEETS = ("parameters", "questions", "answers")
_SHEET_NAME = re.compile(r"<(?:\w+:)?sheet\b[^>]{0,400}?\bname=\"([^\"]{1,200})\"")
_MAX_LISTING = 1_000_000
_NUMBER = re.compile(r"-?\d{1,9}(?:\.\d{1,6})?")
_FILLED = re.compile(r"(?i)\s*(?:your[- _].*|votre.*|<.*>|x{3,}|\.{3})?\s*")

_PARAMETERS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("token", ("access token", "auth token", "jeton d'accès", "token")),
    ("avatar", ("avatar",)),
    ("name", ("bot name", "nom du bot")),
    ("random", ("random color", "random colour", "couleurs aléatoires")),
    ("colour", ("option color", "option colour", "couleur des options")),
    ("start", ("start button", "bouton de démarrage")),
    ("welcome", ("welcome", "message de bienvenue")),
    ("end", ("end survey", "end message", "message de fin")),
    ("misunderstood", ("not understand", "pas compris", "incompréhension")),
)
"""What a row of ``parameters`` is, by words of its label; the first that fits is it."""

_TYPES = {
    "keyboard": "keyboard",
    "choice": "keyboard",
    "range": "range",
    "text": "text",
    "open": "text",
}
_COLUMNS = {"type": ("type",), "question": ("question", "text", "texte"), "extras": ("extras", "options", "extra")}


def sheet_names(data: bytes) -> list[str]:
    """The sheet names of a workbook from its own listing, without opening the sheets. Empty for anything else."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            info = archive.getinfo("xl/workbook.xml")
            if info.file_size > _MAX_LISTING or info.flag_bits & 1:
                return []
            with archive.open(info) as member:
                listing = member.read(_MAX_LISTING).decode("utf-8", "replace")
    except Exception:  # a damaged archive raises whatever zlib and zipfile raise
        return []
    return _SHEET_NAME.findall(listing)


class WorkbookDocument(Document):
    """The sheets of a workbook under one text, one after the other; pointers start with the sheet's name.

    The row of ``questions`` number N is line N; rows of the other sheets come after it.
    """

    def __init__(self, path: str, sheets: dict[str, SheetDocument]) -> None:
        self.sheets = sheets
        self.starts: dict[str, int] = {}
        text = ""
        for name in ("questions", "parameters", "answers"):
            if name in sheets:
                self.starts[name] = len(text)
                text += sheets[name].text
        super().__init__(path, text)

    def problems(self, read: dict[str, SheetDocument]) -> list[Problem]:
        """What is wrong with the sheets that are read, in offsets of the whole text. Answers are not looked at."""
        found: list[Problem] = []
        for name, sheet in read.items():
            start = self.starts.get(name, 0)
            if name != "answers":
                found.extend(
                    replace(problem, start=problem.start + start, end=problem.end + start) for problem in sheet.problems
                )
        return found

    def _range(self, place: Place) -> tuple[int, int]:
        tokens = split_pointer(place.pointer)
        sheet = self.sheets.get(tokens[0]) if tokens else None
        if sheet is None:
            return 0, 0
        span = sheet.locate(Place(place.file, join_pointer("", *tokens[1:]), place.sub, place.key))
        start = self.starts[tokens[0]]
        return start + span.start, start + span.end


class _Survey:
    def __init__(self, reading: Reading, document: WorkbookDocument, options: ParseOptions) -> None:
        self.reading = reading
        self.document = document
        self.options = options
        self.path = document.path
        self.facts: list[tuple[str, str]] = []
        self.texts: dict[str, tuple[str, Place]] = {}
        self.taken: dict[str, int] = {}

    def place(self, sheet: str, row: int, column: int) -> Place:
        inner = self.document.sheets[sheet].place(row, column)
        return Place(self.path, f"/{sheet}{inner.pointer}")

    def parameters(self) -> None:
        sheet = self.document.sheets["parameters"]
        for row, cells in enumerate(sheet.rows):
            label = sheet.cell(row, 0).strip()
            value = sheet.cell(row, 1)
            line = self.place("parameters", row, 1)
            self.reading.book.open(f"parameter {shown(label)}", line)
            extra = [cell for cell in cells[2:] if cell.strip()]
            if extra:
                self.facts.append((f"parameters/{label}", json_text(extra)))
            role = next((role for role, words in _PARAMETERS if any(word in label.casefold() for word in words)), "")
            self.parameter(role, label, value, line)

    def parameter(self, role: str, label: str, value: str, place: Place) -> None:
        book = self.reading.book
        if role == "token":
            if not _FILLED.fullmatch(value):
                self.reading.secrets.append(place)
                code = self.reading.find(
                    SecretInSource,
                    place,
                    f"the cell `{shown(label)}` of the sheet `parameters` holds the bot's access token",
                    help="replace the token at its owner, and hand over the workbook with an empty cell",
                    sensitive=True,
                )
                book.dropped(place, "the new platform has its own", "use its secret store", code)
            else:
                book.exact(place, "not filled in, as it should be")
        elif role in ("random", "colour"):
            self.facts.append((role, json_text(value)))
            code = self.reading.find_once(
                SurveySetting, "colour", place, lambda count: f"{count} setting(s) colour the keyboards; kept as facts"
            )
            book.degraded(place, "WhatsApp draws buttons itself; kept as a fact", "nothing", code)
        elif role in ("name", "avatar"):
            self.facts.append((role, json_text(value)))
            book.exact(place, "kept as a fact")
        elif role:
            self.texts[role] = (value, place)
            book.exact(place)
        else:
            self.facts.append((f"parameters/{label}", json_text(self.reading.safe(value, place, label))))
            code = self.reading.find(
                SurveyParameter,
                place,
                f"the survey bot has no parameter `{shown(label)}`; the row is kept as a fact",
                help="use the labels of the vendor's workbook",
            )
            book.degraded(place, "the survey bot does not read it; kept as a fact", "remove the row", code)

    def text(self, role: str, needed: bool = True) -> Text:
        value, place = self.texts.get(role, ("", Place(self.path, "/parameters")))
        if not value.strip():
            if needed:
                self.reading.find(
                    SurveyParameter,
                    place,
                    f"the text for `{role}` is missing",
                    help="fill in the cell, or say it yourself",
                )
            return EMPTY_TEXT
        return self.reading.text(value, place)

    def questions(self) -> list[Node]:
        sheet = self.document.sheets["questions"]
        columns: dict[str, int] = {}
        for role, names in _COLUMNS.items():
            for index, column in enumerate(sheet.columns):
                if column.casefold() in names:
                    columns.setdefault(role, index)
        if "question" not in columns:
            columns = {"type": 0, "question": 1, "extras": 2}
        nodes: list[Node] = []
        for row in range(len(sheet.rows)):
            node = self.question(row, columns, len(nodes) + 1)
            if node is not None:
                nodes.append(node)
        return nodes

    def question(self, row: int, columns: dict[str, int], number: int) -> Node | None:
        sheet, book = self.document.sheets["questions"], self.reading.book
        for index, cell in enumerate(sheet.rows[row]):
            if cell.strip():
                place = self.place("questions", row, index)
                book.open(f"question {shown(sheet.columns[index])}", place)
                known = index in columns.values()
                if not known:
                    self.facts.append((f"questions/{number}/{sheet.columns[index]}", json_text(cell)))
                book.exact(place, "" if known else "kept as a fact")
        at = self.place("questions", row, columns["question"])
        words = sheet.cell(row, columns["question"])
        kind = _TYPES.get(sheet.cell(row, columns.get("type", 0)).strip().casefold(), "")
        extras = sheet.cell(row, columns["extras"]) if "extras" in columns else ""
        line = f"row {row + 2} of the sheet `questions`"
        if not words.strip():
            code = self.reading.find(SurveyQuestion, at, f"{line} has no question", help="write it, or remove the row")
            for index, cell in enumerate(sheet.rows[row]):
                if cell.strip():
                    book.dropped(self.place("questions", row, index), "a row without a question", "write it", code)
            return None
        written = sheet.cell(row, columns.get("type", 0)).strip()
        if not kind:
            kind = "keyboard" if ";" in extras else "text"
            self.reading.find(
                SurveyQuestion,
                at,
                f"{line} has the type `{shown(written)}`; it is read as `{kind}`",
                help="the types are keyboard, range and text",
            )
        node_id = unique(f"question_{number}", self.taken)
        name = f"answers.{node_id}"
        self.reading.variables[name] = Variable(name, description=words[:200], scope="session", at=at)
        content = Content(text=Localized.of(self.reading.text(words, at)), at=at)
        common: dict[str, Any] = {"id": node_id, "into": ("answers", node_id), "at": at}
        if kind == "text":
            return Ask(**common, content=content, reply=ReplyKind.TEXT)
        options = self.options_of(extras, row, columns)
        if not options:
            self.reading.find(
                SurveyQuestion,
                at,
                f"{line} is a `{kind}` without options; it is asked as an open question",
                help="write the options in `extras`, joined by `;`",
            )
            return Ask(**common, content=content, reply=ReplyKind.TEXT)
        if kind == "range" and all(_NUMBER.fullmatch(choice.payload) for choice in options):
            numbers = [float(choice.payload) for choice in options]
            return self.scale(common, content, options, min(numbers), max(numbers))
        asked = replace(content, choices=tuple(options))
        return Ask(**common, content=asked, reply=ReplyKind.CHOICE, validation=self.validation())

    def scale(self, common: dict[str, Any], content: Content, options: list[Choice], low: float, high: float) -> Ask:
        """A question answered by a number of a range."""
        error = self.validation()
        bounds = Validation(minimum=low, maximum=high, error=error.error if error else None)
        asked = replace(content, choices=tuple(options))
        return Ask(**common, content=asked, reply=ReplyKind.CHOICE, validation=bounds)

    def validation(self) -> Validation | None:
        """What is said to an answer that is none of the options."""
        value, place = self.texts.get("misunderstood", ("", Place(self.path)))
        if not value.strip():
            return None
        return Validation(error=Content(text=Localized.of(self.reading.text(value, place)), at=place))

    def options_of(self, extras: str, row: int, columns: dict[str, int]) -> list[Choice]:
        place = self.place("questions", row, columns["extras"]) if "extras" in columns else Place(self.path)
        taken: dict[str, int] = {}
        options: list[Choice] = []
        at = 0
        for part in extras.split(";"):
            words = part.strip()
            start = at + len(part) - len(part.lstrip())
            at += len(part) + 1
            if words:
                here = place.within(start, start + len(words))
                id_ = unique(template_slug(words)[:60] or "option", taken)
                options.append(Choice(id_, Localized.of(literal(words)), payload=words, at=here))
        return options

    def flow(self, stem: str) -> Flow:
        self.parameters()
        welcome = self.text("welcome")
        start = self.text("start", needed=False)
        nodes = self.questions()
        end = self.text("end")
        last = "end" if end else None
        first = nodes[0].id if nodes else last
        place = self.texts.get("welcome", ("", Place(self.path, "/parameters")))[1]
        content = Content(text=Localized.of(welcome) if welcome else Localized(), at=place)
        result: list[Node] = []
        if start:
            at = self.texts["start"][1]
            choice = Choice("start", Localized.of(start), payload=self.texts["start"][0], at=at)
            edges = (Edge(Chosen(("start",)), first, at=at), Edge(Otherwise(), "welcome", at=at))
            greeting = Content(text=content.text, choices=(choice,), at=place)
            result.append(Ask(id="welcome", content=greeting, edges=edges, reply=ReplyKind.CHOICE, at=place))
        elif welcome:
            result.append(Message(id="welcome", content=content, edges=(Edge(Always(), first),), at=place))
        ids = [*(node.id for node in nodes[1:]), last]
        for node, target in zip(nodes, ids, strict=False):
            assert isinstance(node, Ask)
            result.append(_with_edges(node, target))
        if end:
            closing = self.texts["end"][1]
            said = Content(text=Localized.of(end), at=closing)
            result.append(Message(id="end", content=said, at=closing))
        if result:
            self.reading.find(
                ConversationStarted,
                place,
                "the welcome is shown before the user wrote; on WhatsApp the user writes first",
                help="let it answer the first message: a click-to-chat link with a prefilled text, or ice breakers",
            )
        entry = Entry(EntryKind.CHAT_OPENED, result[0].id, name="conversation_started", at=place) if result else None
        return Flow(
            id=template_slug(stem) or "survey",
            nodes=tuple(result),
            entries=(entry,) if entry else (),
            locale=self.options.locale,
            facts=tuple(self.facts),
            at=Place(self.path, "/questions"),
        )

    def answers(self) -> None:
        sheet = self.document.sheets.get("answers")
        if sheet is None or not sheet.rows:
            return
        place = Place(self.path, "/answers/0")
        self.reading.book.open("answers", place)
        code = self.reading.find(
            AnswersSheet,
            place,
            f"the sheet `answers` holds {len(sheet.rows)} row(s) of what people said; they are not read",
            help="hand over the workbook with an empty sheet",
        )
        self.reading.book.dropped(place, "what people answered is no scenario", "keep it with your results", code)
        self.reading.secrets.extend(Place(self.path, f"/answers/{row}") for row in range(len(sheet.rows)))


def _with_edges(node: Ask, target: str | None) -> Ask:
    if not node.content.choices:
        return replace(node, edges=(Edge(Always(), target, at=node.at),))
    picked = Edge(Chosen(tuple(choice.id for choice in node.content.choices)), target, at=node.at)
    return replace(node, edges=(picked, Edge(Otherwise(), node.id, at=node.at)))


def parse_workbook(file: SourceFile, options: ParseOptions) -> tuple[Reading, Parsed]:
    """Read a survey workbook. The caller masks the document's secrets."""
    reading = Reading(file.path)
    by_name = {name.strip().casefold(): name for name in sheet_names(file.data)}
    sheets: dict[str, SheetDocument] = {}
    for name in _SHEETS:
        if name in by_name:
            sheets[name] = file.sheet(by_name[name])
    document = WorkbookDocument(file.path, {name: sheet for name, sheet in sheets.items() if sheet.usable})
    problems = findings_of(document.problems(sheets), document)
    reading.findings.extend(problems)
    facts = (("format", "viber"), ("shape", "survey workbook"))
    if "parameters" not in document.sheets or "questions" not in document.sheets:
        if not any(finding.code for finding in problems):
            reading.find(
                NoMessages,
                Place(file.path),
                "the workbook has no sheets `parameters` and `questions` to read",
                help="hand over the workbook of the vendor's survey bot, or save the messages as JSON",
            )
        return reading, Parsed(Project(), reading.finish(), reading.book.close(), document, True, facts)
    survey = _Survey(reading, document, options)
    texts = [sheet.cell(row, column) for sheet in sheets.values() for row in range(len(sheet.rows)) for column in (1,)]
    reading.choose(texts, options.placeholder)
    flow = survey.flow(file.stem)
    survey.answers()
    project = Project(
        flows=(flow,) if flow.nodes else (),
        locale=options.locale,
        locales=(options.locale,) if options.locale else (),
        variables=tuple(reading.variables.values()),
    )
    return reading, Parsed(project, reading.finish(), reading.book.close(), document, not flow.nodes, facts)
