"""The native scenario file (YAML or JSON), in its short and its long form, and the seed form."""

from __future__ import annotations

import re
from typing import Any

from bascule.diagnostics.finding import Finding
from bascule.diagnostics.parse_rules import findings_of
from bascule.ir.encode import FORMAT_VERSION
from bascule.ir.project import Project
from bascule.language.secrets import MaskedDocument
from bascule.parsers.base import CERTAIN, LIKELY, Match, Parsed, ParseOptions
from bascule.parsers.scenario import assets, flows
from bascule.parsers.scenario.reader import Reader, scalar
from bascule.parsers.scenario.rules import NotAScenario, ScenarioVersion, SeveralDocuments
from bascule.parsers.scenario.seed import is_seed, read_seed
from bascule.source import Document, Place, SourceFile, TextDocument
from bascule.source.json import JsonDocument
from bascule.source.yaml import YamlDocument

__all__ = ["TOP_KEYS", "decode", "parse", "sniff"]

TOP_KEYS = (
    "bascule",
    "locale",
    "locales",
    "facts",
    "variables",
    "intents",
    "entities",
    "media",
    "templates",
    "flows",
    "at",
)
_NEAR_MISS = 20
# What a YAML file of ours has somewhere at the start of a line; most other files end here, unparsed.
_HEAD = re.compile(r"^(?:- ?)?[\"']?(?:bascule|flows|intent)[\"']?[ \t]*:", re.MULTILINE)
_YAML_SUFFIXES = (".yaml", ".yml")


def _document(file: SourceFile) -> JsonDocument | YamlDocument | None:
    """The file as the language its text is in; the suffix decides where both would do."""
    json = file.json
    if json is not None and (not json.problems or file.suffix == ".json"):
        return json
    if file.suffix == ".json":
        return None
    return file.yaml


def sniff(file: SourceFile) -> Match | None:
    """Certain with the key ``bascule``; likely with ``nodes`` in ``flows``, or ``intent`` with ``response``."""
    if file.is_zip or file.encoding == "binary":
        return None
    if file.json is None and not _HEAD.search(file.text):
        return None
    document = _document(file)
    value = document.value if document is not None else None
    if isinstance(value, dict) and "bascule" in value:
        return Match(CERTAIN, "it has the key `bascule`")
    if isinstance(value, dict) and _has_nodes(value.get("flows")):
        return Match(LIKELY, "its `flows` hold `nodes`")
    if is_seed(value):
        return Match(LIKELY, "it pairs `intent` with `response`")
    if isinstance(document, YamlDocument) and not document.usable and re.search(r"^bascule\s*:", file.text, re.M):
        return Match(CERTAIN, "it has the key `bascule`, though its YAML is broken")
    if isinstance(value, dict) and "flows" in value and set(value) <= set(TOP_KEYS) and _flows(value["flows"]):
        return Match(_NEAR_MISS, "it has `flows`, but neither `bascule: 1` nor `nodes` in them")
    return None


def _flows(value: Any) -> list[dict[str, Any]]:
    """The flows of a mapping, when all of them look like ours. (RapidPro keeps a list of flows with lists of
    nodes, Rasa a mapping of flows with steps.)"""
    items = list(value.values()) if isinstance(value, dict) else []
    ours = all(isinstance(flow, dict) and set(flow) <= set(flows.FLOW_KEYS) for flow in items)
    return items if ours else []


def _has_nodes(value: Any) -> bool:
    return any(isinstance(flow.get("nodes"), dict) for flow in _flows(value))


def parse(file: SourceFile, options: ParseOptions) -> Parsed:
    """Read a scenario file. Never raises; what cannot be read leaves findings and the rest goes on."""
    reader = Reader(file.path)
    document = _document(file)
    if document is None:
        text = TextDocument(file.path, "" if file.is_zip or file.encoding == "binary" else file.text)
        return _refused(reader, text, "the file is neither JSON nor YAML")
    findings = findings_of(document.problems, document)
    if not document.usable:
        return Parsed(Project(), tuple(findings), reader.ledger, document, unreadable=True)
    place = Place(file.path)
    value = document.value
    if isinstance(document, YamlDocument):
        _extra_documents(reader, document, place)
    if isinstance(value, dict) and ("bascule" in value or "flows" in value):
        project = _project(reader, value, place, options)
    elif is_seed(value) or (isinstance(value, dict) and "intent" in value):
        project = read_seed(reader, value, place, options)
    else:
        reader.findings[:0] = findings
        return _refused(reader, document, "the file has neither `flows` nor `intent` with `response`")
    shown: Document = MaskedDocument(document, reader.secrets) if reader.secrets else document
    return Parsed(project, (*findings, *reader.findings), reader.ledger, shown)


def decode(tree: Any, file: str = "") -> tuple[Project, tuple[Finding, ...]]:
    """The project of a plain tree, as ``ir.encode.encode_project`` gives it (or ``json.load`` of a printed
    file); places name ``file``. For programs that hold the tree already; files go through :func:`parse`."""
    reader = Reader(file)
    if not isinstance(tree, dict):
        reader.wrong(tree, Place(file), "a mapping (a scenario)")
        return Project(), tuple(reader.findings)
    return _project(reader, tree, Place(file), ParseOptions()), tuple(reader.findings)


def _refused(reader: Reader, document: Any, message: str) -> Parsed:
    help = "a scenario starts with `bascule: 1` and `flows:`, see docs/scenario.md"
    reader.report(NotAScenario, Place(reader.file), message, help, lost="file")
    return Parsed(Project(), tuple(reader.findings), reader.ledger, document, unreadable=True)


def _extra_documents(reader: Reader, document: YamlDocument, place: Place) -> None:
    extra = len(document.values) - 1
    if extra > 0:
        message = f"the file holds {extra + 1} YAML documents; only the first one is read"
        reader.report(SeveralDocuments, place, message, "put each into its own file, or all flows under one `flows`")
        for number in range(2, extra + 2):
            reader.ledger.dropped(f"document {number}", place, message, "its own file", SeveralDocuments.code)


def _project(r: Reader, value: dict[str, Any], place: Place, options: ParseOptions) -> Project:
    members = r.fields(value, place, TOP_KEYS, "a scenario") or {}
    _version(r, members, place)
    locale = options.locale
    if "locale" in members:
        locale = r.string(members["locale"], place.child("locale")) or locale
    locales = r.strings(members["locales"], place.child("locales")) if "locales" in members else ()

    def section(key: str, read: Any) -> Any:
        return read(r, members[key], place.child(key)) if key in members else ()

    return Project(
        flows=section("flows", flows.read_flows),
        locale=locale,
        locales=locales or (),
        variables=section("variables", assets.read_variables),
        intents=section("intents", assets.read_intents),
        entities=section("entities", assets.read_entities),
        media=section("media", assets.read_media_assets),
        templates=section("templates", assets.read_templates),
        facts=r.facts(members["facts"], place.child("facts")) if "facts" in members else (),
    )


def _version(r: Reader, members: dict[str, Any], place: Place) -> None:
    if "bascule" not in members:
        message = "the file does not say which version of the format it is"
        r.report(ScenarioVersion, place, message, f"write `bascule: {FORMAT_VERSION}` as its first line")
    elif scalar(members["bascule"]) != FORMAT_VERSION or scalar(members["bascule"]) is True:
        message = f"`bascule: {str(members['bascule'])[:20]}` is no version this program knows"
        r.report(ScenarioVersion, place.child("bascule"), message, f"write `bascule: {FORMAT_VERSION}`")
