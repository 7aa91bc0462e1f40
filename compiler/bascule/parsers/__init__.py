"""The source formats: one line each in :data:`FORMATS`, found by sniffing or by name."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.metadata import entry_points
from typing import cast

from bascule.parsers.base import (
    CERTAIN,
    LIKELY,
    POSSIBLE,
    Claim,
    Match,
    Parsed,
    ParseOptions,
    Parser,
    ProjectParser,
    best_match,
)
from bascule.source import SourceFile, Tree

__all__ = [
    "CERTAIN",
    "FORMATS",
    "LIKELY",
    "POSSIBLE",
    "Claim",
    "FormatInfo",
    "Match",
    "ParseOptions",
    "Parsed",
    "Parser",
    "PluginBroken",
    "ProjectParser",
    "all_formats",
    "broken_plugins",
    "find_projects",
    "load_parser",
    "load_project_parser",
    "sniff",
]


@dataclass(frozen=True, slots=True)
class FormatInfo:
    """One source format. ``module`` is imported when a file has to be sniffed or read; ``projects`` says that it is
    a :class:`ProjectParser`; ``alone``, that files which are part of no project it finds are read one by one."""

    name: str
    title: str
    module: str
    suffixes: tuple[str, ...]
    projects: bool = False
    alone: bool = False


# Order breaks ties between equally sure sniffers.
FORMATS: tuple[FormatInfo, ...] = (
    FormatInfo("scenario", "bascule scenario file", "bascule.parsers.scenario", (".yaml", ".yml", ".json")),
    FormatInfo(
        "twilio-studio",
        "Twilio Studio flow",
        "bascule.parsers.twilio_studio",
        (".json", ".tf", ".tftpl", ".js", ".ts", ".py"),
    ),
    FormatInfo(
        "rapidpro",
        "RapidPro or TextIt flow, Glific flow",
        "bascule.parsers.rapidpro",
        (".json", ".js", ".ts", ".py"),
    ),
    FormatInfo("floip", "FLOIP container (Turn.io, Viamo)", "bascule.parsers.floip", (".json", ".flow")),
    FormatInfo("node-red", "Node-RED export (RedBot, Viber bots)", "bascule.parsers.node_red", (".json",)),
    FormatInfo(
        "viber",
        "Viber bot messages, business templates, survey workbook",
        "bascule.parsers.viber",
        (".json", ".jsonl", ".ndjson", ".txt", ".xlsx", ".js", ".ts", ".py"),
    ),
    FormatInfo("typebot", "Typebot bot (versions 3 to 6.1)", "bascule.parsers.typebot", (".json",)),
    FormatInfo("landbot", "Landbot draft (Bots API)", "bascule.parsers.landbot", (".json",)),
    FormatInfo("chatfuel", "Chatfuel flow or JSON API answers", "bascule.parsers.chatfuel", (".json",)),
    FormatInfo(
        "wa-templates",
        "WhatsApp templates and messages (Meta, Twilio, 360dialog, Infobip, Gupshup, Bird)",
        "bascule.parsers.wa_templates",
        (".json", ".jsonl", ".ndjson"),
    ),
    FormatInfo(
        "dialogflow-es",
        "Dialogflow ES agent (folder or zip of an export)",
        "bascule.parsers.dialogflow_es",
        (".json",),
        projects=True,
    ),
    FormatInfo(
        "dialogflow-cx",
        "Dialogflow CX agent (folder or zip of a JSON package)",
        "bascule.parsers.dialogflow_cx",
        (".json", ".blob"),
        projects=True,
    ),
    FormatInfo(
        "rasa",
        "Rasa project (Open Source 2 and 3, CALM flows)",
        "bascule.parsers.rasa",
        (".yml", ".yaml", ".md", ".json"),
        projects=True,
    ),
    FormatInfo(
        "contentrepo",
        "ContentRepo pages (WhatsApp, SMS, USSD, Messenger, Viber side by side)",
        "bascule.parsers.contentrepo",
        (".csv", ".xlsx"),
    ),
    FormatInfo(
        "table",
        "scenario table (CSV, XLSX, Markdown)",
        "bascule.parsers.table",
        (".csv", ".tsv", ".xlsx", ".md"),
    ),
    FormatInfo(
        "sms",
        "SMS templates (table, JSON, YAML, language files, text)",
        "bascule.parsers.sms",
        (
            *(".csv", ".tsv", ".xlsx", ".json", ".jsonl", ".ndjson", ".yaml", ".yml", ".properties", ".txt"),
            *(".php", ".po", ".xml", ".strings", ".resx", ".xliff"),
        ),
        projects=True,
        alone=True,
    ),
)


@cache
def all_formats() -> tuple[FormatInfo, ...]:
    """The built-in formats and those of installed plugins (entry point group ``bascule.parsers``)."""
    found = [
        FormatInfo(point.name, f"plugin {point.value}", point.value, (), projects=True)
        for point in sorted(entry_points(group="bascule.parsers"), key=lambda point: point.name)
        if point.name not in {info.name for info in FORMATS}
    ]
    return (*FORMATS, *found)


class PluginBroken(Exception):
    """A plugin cannot be imported. ``name`` is its format, ``reason`` what it raised."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(f"{name}: {reason}")
        self.name = name
        self.reason = reason


@cache
def _import(info: FormatInfo) -> object:
    try:
        return import_module(info.module)
    except Exception as error:
        if info in FORMATS:
            raise
        # Somebody else's package: whatever it raises, the formats of this one go on.
        return PluginBroken(info.name, f"{type(error).__name__}: {error}")


def load_parser(info: FormatInfo) -> Parser:
    """Import a format's module. Raises PluginBroken when a plugin's module fails."""
    module = _import(info)
    if isinstance(module, PluginBroken):
        raise module
    return cast(Parser, module)


def broken_plugins() -> list[PluginBroken]:
    """The installed plugins that cannot be used, by name."""
    found = (_import(info) for info in all_formats() if info not in FORMATS)
    return [module for module in found if isinstance(module, PluginBroken)]


def _usable() -> list[FormatInfo]:
    broken = {plugin.name for plugin in broken_plugins()}
    return [info for info in all_formats() if info.name not in broken]


def load_project_parser(info: FormatInfo) -> ProjectParser | None:
    """Import a format's module; None when it reads single files only."""
    if not info.projects:
        return None
    parser = load_parser(info)
    return cast(ProjectParser, parser) if hasattr(parser, "find_projects") else None


def find_projects(tree: Tree, only: str | None = None) -> list[tuple[str, Claim]]:
    """The projects in a folder or archive by format, surest first. A file belongs to one project only.

    With ``only``, no other format is asked, and a doubtful claim counts too.
    """
    found: list[tuple[str, Claim]] = []
    for info in _usable():
        parser = load_project_parser(info) if only in (None, info.name) else None
        if parser is not None:
            found.extend((info.name, claim) for claim in parser.find_projects(tree))
    order = {info.name: number for number, info in enumerate(all_formats())}
    found.sort(key=lambda item: (-item[1].match.confidence, order[item[0]], item[1].root))
    taken: set[str] = set()
    accepted: list[tuple[str, Claim]] = []
    for name, claim in found:
        files = tuple(file for file in claim.files if file not in taken)
        # What is left of a project that another one owns is no project.
        if len(files) * 2 > len(claim.files) and (only is not None or claim.match.confidence >= POSSIBLE):
            taken.update(files)
            accepted.append((name, Claim(claim.root, files, claim.match)))
    return sorted(accepted, key=lambda item: item[1].root)


def sniff(file: SourceFile) -> tuple[tuple[str, Match] | None, list[tuple[str, Match]]]:
    """Ask every format; return the winner (or None) and all answers, surest first."""
    answers: list[tuple[str, Match]] = []
    for info in _usable():
        match = load_parser(info).sniff(file)
        if match is not None:
            answers.append((info.name, match))
    best = best_match(answers)
    return best, sorted(answers, key=lambda item: -item[1].confidence)
