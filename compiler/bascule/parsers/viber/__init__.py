"""Viber: bot messages in JSON (collections, logs, keyboards), business templates, the survey workbook.

Formats: https://developers.viber.com/docs/api/rest-bot-api/, https://developers.viber.com/docs/tools/keyboards/,
https://github.com/Viber/build-a-bot-with-zero-coding, https://www.infobip.com/docs/viber/business-messages
"""

from __future__ import annotations

import re
from typing import Any

from bascule.diagnostics.parse_rules import findings_of
from bascule.ir.project import Flow, Project
from bascule.language.names import template_slug
from bascule.language.placeholders import syntax_names
from bascule.language.reading import Reading, json_text, unique
from bascule.language.secrets import MaskedDocument
from bascule.language.viber_markup import strip_markup
from bascule.language.viber_pieces import JsonPiece, file_piece
from bascule.parsers.base import CERTAIN, LIKELY, POSSIBLE, Match, Parsed, ParseOptions
from bascule.parsers.viber import losses, rules
from bascule.parsers.viber.flow import read_flow
from bascule.parsers.viber.rules import BodiesInProgram, CallbackLog, NoMessages, NotAMessage, UnknownSyntax
from bascule.parsers.viber.shapes import Found, State, find_states, strong_bodies
from bascule.parsers.viber.templates import read_templates, template_list, template_score, template_texts
from bascule.parsers.viber.workbook import parse_workbook, sheet_names
from bascule.source import Document, Place, SourceFile, TextDocument
from bascule.source.json import JsonDocument, read_json
from bascule.source.json_lines import LinesDocument, looks_like_lines
from bascule.source.script import ScriptDocument

__all__ = ["losses", "parse", "rules", "sniff"]

_IN_PROGRAM = re.compile(r"\b(?:ActionType|ActionBody|min_api_version|tracking_data|rich_media)\b")
_NEAR = 20
_SAMPLE = 200
_FEW = 20
_TEXTS = ("text", "alttext")
_SETTINGS = frozenset({"url", "event_types", "send_name", "send_photo", "auth_token", "webhook"})
_FOREIGN = (
    "messaging_product",
    "initial_state",
    "action_sets",
    "wires",
    "fallbackIntent",
    "entryFulfillment",
    "transitionRoutes",
)


def _lines_of(file: SourceFile) -> LinesDocument | None:
    """The file as JSON lines, or None when it is not written so."""
    if file.is_zip or file.encoding == "binary":
        return None
    named = file.suffix in (".jsonl", ".ndjson") and file.text.lstrip("\ufeff \t\r\n").startswith(("{", "["))
    return LinesDocument(file.path, file.text) if named or looks_like_lines(file.text) else None


def sniff(file: SourceFile) -> Match | None:
    """Say whether a file holds Viber messages, templates or the survey workbook, and why (not)."""
    if file.is_zip:
        return _sniff_workbook(file)
    lines = _lines_of(file)
    if lines is not None:
        return _sniff_value(file, lines.value[:_SAMPLE], "a line")
    if file.json is not None:
        return _sniff_value(file, file.json.value, "it")
    if _program_of(file) is not None:
        return Match(CERTAIN, "it is a program module with bodies of Viber messages or keyboards written out in it")
    return None


def _program_of(file: SourceFile) -> ScriptDocument | None:
    """The module with its literals that are bodies, or None where it has none."""
    if _IN_PROGRAM.search(file.text) is None or file.script is None:
        return None
    document = file.script.keep(lambda value: strong_bodies(value)[0] > 0)
    return document if document.value else None


def _sniff_workbook(file: SourceFile) -> Match | None:
    names = {name.strip().casefold() for name in sheet_names(file.data)}
    if {"parameters", "questions"} <= names:
        return Match(CERTAIN, "it has the sheets `parameters` and `questions` of Viber's survey bot")
    if "questions" in names:
        return Match(_NEAR, "it has a sheet `questions` but no sheet `parameters`")
    return None


def _sniff_value(file: SourceFile, value: Any, what: str) -> Match | None:
    first = value[:_FEW] if isinstance(value, list) else [value]
    if any(name in item for item in first if isinstance(item, dict) for name in _FOREIGN):
        return None
    certain, possible, callbacks = strong_bodies(value)
    named = "viber" in file.text[:200_000].casefold() or "viber" in file.name.casefold()
    if certain:
        return Match(CERTAIN, f"{what} has bodies of Viber messages or keyboards ({certain} seen)")
    if callbacks:
        return Match(LIKELY, f"{what} has callbacks that Viber sent ({callbacks} seen), which are no scenario")
    score = _template_scores(value)
    if score == 2:
        return Match(CERTAIN if named else POSSIBLE, "it lists templates of Viber Business Messages")
    if possible and named:
        return Match(LIKELY, "it has message bodies and names Viber")
    if possible:
        return Match(_NEAR, "its messages could be Viber's, but have no member that only Viber has")
    if score:
        if named:
            return Match(POSSIBLE, "it lists templates and names Viber")
        return Match(_NEAR, "its templates could be Viber's, but nothing says so")
    if isinstance(value, dict) and "event_types" in value and value.keys() <= _SETTINGS:
        return Match(_NEAR, "it holds the settings of a Viber webhook, no messages")
    return None


def _template_scores(value: Any) -> int:
    items = template_list(file_piece(value, ""))
    if not items:
        return 0
    scores = [template_score(item.plain()) for _, item in items[:_SAMPLE]]
    return max(scores) if sum(1 for score in scores if score) * 2 > len(scores) else 0


def parse(file: SourceFile, options: ParseOptions) -> Parsed:
    """Read the Viber messages of a file. Never raises on content."""
    if file.is_zip:
        reading, parsed = parse_workbook(file, options)
        return _masked(parsed, reading)
    lines = _lines_of(file)
    document: JsonDocument | LinesDocument | None = lines if lines is not None else file.json or _program_of(file)
    if document is None:
        return _unreadable(file)
    reading = Reading(file.path)
    if isinstance(document, ScriptDocument):
        reading.find(
            BodiesInProgram,
            Place(file.path).child(next(iter(document.value))),
            f"{len(document.value)} message(s) or keyboard(s) are read from literals of this program; it is not run",
            help="what the program says in calls, and which keyboard goes with which text, is not in the graph",
        )
    reading.findings.extend(findings_of((*file.encoding_problems, *document.problems), document))
    piece = file_piece(document.value, file.path)
    if lines is not None:
        _stray_lines(reading, lines)
    certain, possible, callbacks = strong_bodies(document.value)
    if callbacks and callbacks >= certain + possible:
        return _refused(reading, document, callbacks)
    items = template_list(piece) if not certain else None
    kept: list[tuple[str, str]] = []
    shape = "templates" if items and not possible else "messages"
    if items and shape == "templates":
        _choose(reading, template_texts(items), options)
        kept = _around(reading, piece, {item.place.pointer for _, item in items})
        flows = read_templates(reading, items, options.locale)
    else:
        flows = _messages(reading, piece, file, options, isinstance(document, ScriptDocument))
    if not flows:
        reading.book.drop_rest("nothing of it is a message", "", NoMessages.code)
        reading.find(
            NoMessages,
            Place(file.path),
            "no Viber message was found in the file",
            help="collect the bodies that the bot sends: as a list, one per line, or by name",
        )
    project = Project(
        flows=tuple(flows),
        locale=options.locale,
        locales=tuple(dict.fromkeys(locale for locale in (options.locale, *(flow.locale for flow in flows)) if locale)),
        variables=tuple(reading.variables.values()),
        facts=tuple(kept),
    )
    if isinstance(document, ScriptDocument):
        shape = "program"
    facts = (("format", "viber"), ("shape", "JSON lines" if lines is not None else shape))
    return _masked(Parsed(project, reading.finish(), reading.book.close(), document, not flows, facts), reading)


def _choose(reading: Reading, texts: list[str], options: ParseOptions) -> None:
    if not reading.choose(texts, options.placeholder):
        names = ", ".join(f"`{name}`" for name in syntax_names())
        what = f"there is no placeholder syntax `{options.placeholder[:40]}`"
        reading.find(UnknownSyntax, Place(reading.path), what, help=f"the syntaxes are {names}")


def _messages(reading: Reading, piece: JsonPiece, file: SourceFile, options: ParseOptions, program: bool) -> list[Flow]:
    found = find_states(reading, piece, program)
    if not found.states:
        return []
    texts = [text for state in found.states for body in state.bodies for text in _strings(body.plain())]
    _choose(reading, texts, options)
    taken: dict[str, int] = {}
    flows: list[Flow] = []
    for locale, states in _by_locale(found).items():
        stem = template_slug(file.stem) or "viber"
        id_ = unique(f"{stem}_{template_slug(locale)}" if locale else stem, taken)
        facts = found.facts if not flows else []
        flows.append(read_flow(reading, states, id_, locale or options.locale, facts))
    return flows


def _around(reading: Reading, piece: JsonPiece, read: set[str]) -> list[tuple[str, str]]:
    """What stands beside the templates of a file, as facts."""
    kept: list[tuple[str, str]] = []
    holders = {"/".join(pointer.split("/")[:2]) for pointer in read}
    for name, item in piece.members() if piece.pointer not in read else ():
        if item.pointer not in holders:
            reading.book.open(f"file member {name[:40]}", item.place)
            kept.append((name, json_text(reading.safe(item.plain(), item.place, name))))
            reading.book.exact(item.place, "kept as a fact")
    return kept


def _by_locale(found: Found) -> dict[str, list[State]]:
    groups: dict[str, list[State]] = {}
    for state in found.states:
        groups.setdefault(state.locale, []).append(state)
    return groups


def _strings(value: Any) -> list[str]:
    """The texts of a body, without markup."""
    found: list[str] = []
    stack = [value]
    while stack:
        item = stack.pop()
        if isinstance(item, list):
            stack.extend(reversed(item))
        elif isinstance(item, dict):
            for name, inner in item.items():
                if isinstance(inner, str) and name.casefold().replace("_", "") in _TEXTS:
                    found.append(strip_markup(inner))
                elif isinstance(inner, (dict, list)):
                    stack.append(inner)
    return found


def _stray_lines(reading: Reading, lines: LinesDocument) -> None:
    for number in lines.strays:
        place = Place(reading.path, f"/{number}")
        reading.book.open("line", place)
        code = reading.find_once(
            NotAMessage,
            "line",
            place,
            lambda count: f"{count} line(s) hold no JSON",
            help="one JSON object per line",
        )
        reading.book.dropped(place, "no JSON", "one JSON object per line", code)


def _refused(reading: Reading, document: Document, callbacks: int) -> Parsed:
    place = Place(reading.path)
    reading.book.open("callback log", place)
    code = reading.find(
        CallbackLog,
        place,
        f"the file holds {callbacks} callback(s) that Viber sent to a bot: what people wrote, not what the bot says",
        help="`bascule contacts` takes the people; a scenario needs the bodies that the bot sends",
    )
    reading.book.dropped(place, "events of people are no scenario", "move people with `bascule contacts`", code)
    covered = TextDocument(document.path, "")
    facts = (("format", "viber"), ("shape", "callback log"))
    return Parsed(Project(), reading.finish(), reading.book.close(), covered, True, facts)


def _masked(parsed: Parsed, reading: Reading) -> Parsed:
    """The result with a document that shows no secret and no id of a person."""
    from dataclasses import replace

    if not reading.secrets:
        return parsed
    return replace(parsed, document=MaskedDocument(parsed.document, reading.secrets))


def _unreadable(file: SourceFile) -> Parsed:
    text = "" if file.encoding == "binary" else file.text
    document = TextDocument(file.path, text)
    problems = list(file.encoding_problems)
    if text.lstrip("\ufeff \t\r\n").startswith(("{", "[", "//", "/*")):
        problems.extend(read_json(file.path, text).problems)
    findings = [
        *findings_of(problems, document),
        NoMessages.at(Place(file.path), "the file is no JSON and no workbook", help="name a file of message bodies"),
    ]
    reading = Reading(file.path)
    return Parsed(Project(), tuple(findings), reading.book.close(), document, True, (("format", "viber"),))
