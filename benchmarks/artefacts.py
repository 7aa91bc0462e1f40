"""What each written file is held to: the schema of its kind, and for texts that a program can read them back.

The text of the file is judged, not what a backend had in hand, and a path that no rule knows is an error: a new kind of
file cannot pass unseen. Every JSON file has its schema in ``schemas/``.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import yaml
from jsonschema import Draft202012Validator

from bascule.parsers import ParseOptions
from bascule.parsers.scenario import parse
from bascule.resources import read_text
from bascule.source import SourceFile
from bascule.whatsapp.schema import KINDS, validate

__all__ = ["problems"]

CALLS = "d360|twilio|infobip|vonage|bird|plivo"
WHOLE = (
    (r"manifest\.json", "manifest"),
    (r"ledger\.json", "ledger"),
    (r"certificate\.json", "certificate"),
    (rf"(meta|{CALLS})/bindings\.json", "bindings"),
    (rf"(meta|{CALLS})/scenario\.json", "scenario"),
    (rf"({CALLS})/plan\.json", "request-plan"),
    (rf"({CALLS})/requests/.+\.json", "request"),
    (r"infobip/requests/.+\.json", "infobip"),
    (r"vonage/requests/.+\.json", "vonage"),
    (r"meta/templates/.+\.json", "template"),
    (r"meta/messages/.+\.json", "message"),
    (r"meta/consolidation\.json", "consolidation"),
    (r"twilio/content-map\.json", "content-map"),
    (r"typebot/.+\.json", "typebot"),
    (r"landbot/.+\.create\.json", "landbot-create"),
    (r"landbot/.+\.draft\.json", "landbot"),
    (r"chatfuel/(.+/)?plan\.json", "chatfuel-plan"),
    (r"chatfuel/(.+/)?flows\.json", "chatfuel-bot"),
    (r"chatfuel/(.+/)?answers\.json", "chatfuel-answers"),
    (r"intents/rules\.json", "intent-rules"),
)
"""Paths and the schema of the whole file; every line that fits counts."""

BODIES = (
    (r"d360/requests/templates/.+", "template"),
    (r"d360/requests/messages/.+", "message"),
    (r"twilio/requests/contents/.+", "twilio_content"),
    (r"bird/requests/channel-templates/.+", "bird_channel_template"),
    (r"bird/requests/templates/.+", "bird_template"),
    (r"bird/requests/messages/.+", "bird_message"),
    (r"plivo/requests/messages/.+", "plivo_message"),
)
"""Paths of calls and the kind of their body."""


@cache
def _schema(name: str) -> Draft202012Validator:
    return Draft202012Validator(json.loads(read_text("schemas", f"{name}.schema.json")))


def problems(path: str, text: str) -> list[str]:
    """What is wrong with a file, one line each; empty when nothing is."""
    return [f"{path}: {problem}" for problem in _found(path, text)]


def _found(path: str, text: str) -> Iterator[str]:
    if not text.endswith("\n") and text:
        yield "does not end with a line break: cut short?"
    if path.endswith(".json"):
        try:
            data = json.loads(text, parse_constant=_refuse, object_pairs_hook=_once)
        except ValueError as error:
            yield f"not JSON: {error}"
            return
        yield from _json(path, data, text)
    elif path == "scenario/scenario.yaml":
        try:
            data = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        except yaml.YAMLError as error:
            yield f"not YAML: {error}"
            return
        yield from _against("scenario", data)
        yield from _read_back(path, text)
    elif re.fullmatch(rf"({CALLS})/sms-fallback\.csv", path):
        try:
            rows = list(csv.reader(io.StringIO(text), strict=True))
        except csv.Error as error:
            yield f"not a table: {error}"
            return
        if any(len(row) != len(rows[0]) for row in rows) or "text" not in rows[0]:
            yield "rows of different lengths"
    elif re.fullmatch(rf"({CALLS})/requests\.http", path):
        if text.count("\n### ") != len(re.findall(r"^(?:GET|POST|PUT|PATCH|DELETE) \S+$", text, re.MULTILINE)):
            yield "a call without its line"
    elif path.endswith(".mmd"):
        if not text.startswith(("flowchart ", "---\n", "%%")):
            yield "not a flowchart"
    elif path.endswith(".dot"):
        if "digraph" not in text or text.rstrip()[-1:] != "}":
            yield "not a graph"
    elif path.endswith(".md"):
        if not text.startswith("# ") or not text.strip("# \n"):
            yield "not a finished page"
    else:
        yield "no rule says what this file is"


def _refuse(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    data = dict(pairs)
    if len(data) != len(pairs):
        raise ValueError("a member stands twice")
    return data


def _json(path: str, data: Any, text: str) -> Iterator[str]:
    known = False
    for pattern, name in WHOLE:
        if re.fullmatch(pattern, path):
            known = True
            yield from _against(name, data)
    for pattern, kind in BODIES:
        if re.fullmatch(pattern, path):
            yield from (f"body: {problem}" for problem in validate(kind, data.get("body")))
    if path == "intents/intents.json":
        known = True
        if data != []:  # a project without intents
            yield from _against("scenario", data)
            yield from _read_back(path, text)
    if not known:
        yield "no rule says what this file is"


def _against(name: str, data: Any) -> Iterator[str]:
    kind = name.replace("-", "_")
    if KINDS.get(kind) == (name, ""):
        yield from validate(kind, data)
    else:
        yield from (f"{error.json_path}: {error.message[:200]}" for error in _schema(name).iter_errors(data))


def _read_back(path: str, text: str) -> Iterator[str]:
    parsed = parse(SourceFile.of_text(text, path.rpartition("/")[2]), ParseOptions())
    if parsed.unreadable:
        yield "cannot be read back"
    yield from (f"read back: {item.message}" for item in parsed.findings if str(item.severity) == "error")
