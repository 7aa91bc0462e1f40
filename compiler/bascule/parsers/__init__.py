"""The source formats: one line each in :data:`FORMATS`, found by sniffing or by name."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.metadata import entry_points
from typing import cast

from bascule.parsers.base import CERTAIN, LIKELY, POSSIBLE, Match, Parsed, ParseOptions, Parser, best_match
from bascule.source import SourceFile

__all__ = [
    "CERTAIN",
    "FORMATS",
    "LIKELY",
    "POSSIBLE",
    "FormatInfo",
    "Match",
    "ParseOptions",
    "Parsed",
    "Parser",
    "all_formats",
    "load_parser",
    "sniff",
]


@dataclass(frozen=True, slots=True)
class FormatInfo:
    """One source format. ``module`` is imported when a file has to be sniffed or read."""

    name: str
    title: str
    module: str
    suffixes: tuple[str, ...]


# Order breaks ties between equally sure sniffers.
FORMATS: tuple[FormatInfo, ...] = (
    FormatInfo("scenario", "bascule scenario file", "bascule.parsers.scenario", (".yaml", ".yml", ".json")),
    FormatInfo("twilio-studio", "Twilio Studio flow", "bascule.parsers.twilio_studio", (".json", ".tf")),
    FormatInfo("rapidpro", "RapidPro or TextIt flow, Glific flow", "bascule.parsers.rapidpro", (".json",)),
    FormatInfo("floip", "FLOIP container (Turn.io, Viamo)", "bascule.parsers.floip", (".json", ".flow")),
    FormatInfo("node-red", "Node-RED export (RedBot, Viber bots)", "bascule.parsers.node_red", (".json",)),
    FormatInfo(
        "viber",
        "Viber bot messages, business templates, survey workbook",
        "bascule.parsers.viber",
        (".json", ".jsonl", ".ndjson", ".txt", ".xlsx"),
    ),
    FormatInfo(
        "wa-templates",
        "WhatsApp templates and messages (Meta, Twilio, 360dialog, Infobip, Gupshup)",
        "bascule.parsers.wa_templates",
        (".json", ".jsonl"),
    ),
    FormatInfo(
        "sms",
        "SMS templates (table, JSON, YAML, properties, text)",
        "bascule.parsers.sms",
        (".csv", ".tsv", ".xlsx", ".json", ".yaml", ".yml", ".properties", ".txt"),
    ),
)


@cache
def all_formats() -> tuple[FormatInfo, ...]:
    """The built-in formats and those of installed plugins (entry point group ``bascule.parsers``)."""
    found = [
        FormatInfo(point.name, f"plugin {point.value}", point.value, ())
        for point in sorted(entry_points(group="bascule.parsers"), key=lambda point: point.name)
        if point.name not in {info.name for info in FORMATS}
    ]
    return (*FORMATS, *found)


def load_parser(info: FormatInfo) -> Parser:
    """Import a format's module."""
    return cast(Parser, import_module(info.module))


def sniff(file: SourceFile) -> tuple[tuple[str, Match] | None, list[tuple[str, Match]]]:
    """Ask every format; return the winner (or None) and all answers, surest first."""
    answers: list[tuple[str, Match]] = []
    for info in all_formats():
        match = load_parser(info).sniff(file)
        if match is not None:
            answers.append((info.name, match))
    best = best_match(answers)
    return best, sorted(answers, key=lambda item: -item[1].confidence)
