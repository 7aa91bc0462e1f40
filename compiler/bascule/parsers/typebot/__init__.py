"""Typebot: exports of the builder, versions 3 to 6.1, and answers of its API.

Format: https://docs.typebot.io/api-reference/typebot/import, https://github.com/baptisteArno/typebot.io
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bascule.diagnostics import Finding
from bascule.diagnostics.parse_rules import findings_of
from bascule.ir.project import Flow, Project
from bascule.language.members import EMPTY, Facts, clip, type_name
from bascule.language.reading import json_text
from bascule.language.secrets import MaskedDocument
from bascule.parsers.base import CERTAIN, LIKELY, NEAR, Match, Parsed, ParseOptions
from bascule.parsers.typebot import losses, rules
from bascule.parsers.typebot.catalogue import OLD_VERSIONS, TYPES, VERSIONS
from bascule.parsers.typebot.flow import read_bot
from bascule.parsers.typebot.reading import BotMembers, Reading
from bascule.source import Document, Place, SourceFile, TextDocument
from bascule.source.json import read_json

__all__ = ["losses", "parse", "rules", "sniff"]

_SEEN = 50
_FORMAT = ("format", "typebot")
_WRAPPERS = ("typebot", "publicTypebot")


def sniff(file: SourceFile) -> Match | None:
    """Say whether a file holds a Typebot, and why (not)."""
    if file.json is None:
        return None
    value = file.json.value
    if isinstance(value, list):
        return next((match for item in value[:_SEEN] if (match := _sniff(item)) is not None), None)
    return _sniff(value)


def _sniff(value: Any) -> Match | None:
    if not isinstance(value, dict):
        return None
    for name in _WRAPPERS:
        if isinstance(value.get(name), dict) and (match := _sniff(value[name])) is not None:
            return Match(match.confidence, f"in `{name}`: {match.reason}")
    groups, version = value.get("groups"), value.get("version")
    named = isinstance(version, str) and version in (*VERSIONS, *OLD_VERSIONS)
    if isinstance(value.get("blocks"), list) and any(_has(item, "steps") for item in value["blocks"][:_SEEN]):
        return Match(NEAR, "it is a Typebot of the first generations (`steps`), which is no longer read")
    if not isinstance(groups, list):
        return None
    kinds = [
        block.get("type")
        for group in groups[:_SEEN]
        if isinstance(group, dict) and isinstance(group.get("blocks"), list)
        for block in group["blocks"][:_SEEN]
        if isinstance(block, dict)
    ]
    known = sum(1 for kind in kinds if isinstance(kind, str) and kind in TYPES)
    edges = isinstance(value.get("edges"), list)
    if edges and known * 2 > len(kinds) and (named or "variables" in value):
        version_text = f"`version` {version}" if named else "`variables`"
        return Match(CERTAIN, f"it has {version_text}, `edges`, and `groups` of Typebot blocks ({known} seen)")
    if edges and known:
        return Match(LIKELY, f"its `groups` have Typebot blocks ({known} seen)")
    if edges and named and "events" in value:
        return Match(LIKELY, f"it has `version` {version}, `events`, `groups` and `edges` as a Typebot has")
    if known:
        return Match(NEAR, "it has `groups` of Typebot blocks but no `edges`: export the whole bot")
    return None


def _has(value: Any, name: str) -> bool:
    return isinstance(value, dict) and name in value


def parse(file: SourceFile, options: ParseOptions) -> Parsed:
    """Read the bots of a file. Never raises on content."""
    document = file.json
    if document is None:
        return _unreadable(file)
    findings: list[Finding] = list(findings_of((*file.encoding_problems, *document.problems), document))
    reading = Reading(file.path)
    facts: Facts = []
    flows: list[Flow] = []
    taken: dict[str, int] = {}
    variables: dict[str, Any] = {}
    for bot, place in _bots(reading, document.value, Place(file.path), facts):
        reading.variables, reading.names, reading.bot = {}, {}, ""
        flow = read_bot(reading, bot, place, file.stem, taken, options.locale)
        if flow is not None:
            flows.append(flow)
        else:
            reading.book.drop_rest("nothing of it could be read", "export the bot again", reading.findings[-1].code)
        for name, variable in reading.variables.items():
            variables.setdefault(name, variable)
    codes = {finding.code for finding in reading.findings}
    if not flows and not codes & {rules.NoBot.code, rules.OldGeneration.code}:
        _no_bot(reading, Place(file.path))
    project = Project(
        flows=tuple(flows),
        locale=options.locale,
        locales=(options.locale,) if options.locale else (),
        variables=tuple(variables.values()),
        facts=tuple(dict(facts).items()),
    )
    shown: Document = MaskedDocument(document, reading.secrets) if reading.secrets else document
    found = (*findings, *reading.finish())
    return Parsed(project, found, reading.book.close(), shown, not flows, (_FORMAT, ("bots", str(len(flows)))))


def _bots(reading: Reading, value: Any, place: Place, facts: Facts) -> Iterator[tuple[dict[str, Any], Place]]:
    """The bots of a file: the file itself, inside an answer of the API, or a list of these."""
    if isinstance(value, list):
        for index, item in enumerate(value):
            at = place.child(index)
            reading.book.open("list item", at)
            if isinstance(item, dict):
                reading.book.exact(at)
                yield from _wrapped(reading, item, at, facts)
                continue
            message = f"item {index + 1} of the list is {type_name(item)}, not a bot; kept as a fact"
            code = reading.find(rules.WrongShape, at, message)
            reading.book.degraded(at, "not a bot: kept as a fact", "write a bot", code)
            facts.append((at.pointer, json_text(reading.safe(item, at))))
    elif isinstance(value, dict):
        yield from _wrapped(reading, value, place, facts)


def _wrapped(
    reading: Reading, value: dict[str, Any], place: Place, facts: Facts
) -> Iterator[tuple[dict[str, Any], Place]]:
    name = next((name for name in _WRAPPERS if isinstance(value.get(name), dict)), "")
    if not name or "groups" in value:
        yield value, place
        return
    members = BotMembers(reading, value, place, "answer", facts)
    members.skip(name)
    for other in value:
        if other != name and value[other] not in EMPTY:
            members.fact(other, reason=f"`{clip(other)}` stands beside the bot; kept as a fact")
    members.close()
    yield value[name], place.child(name)


def _no_bot(reading: Reading, place: Place) -> None:
    reading.find(
        rules.NoBot,
        place,
        "there is no bot with groups of blocks in the file",
        help="export the bot again from the menu of the editor",
    )


def _unreadable(file: SourceFile) -> Parsed:
    text = "" if file.encoding == "binary" or file.is_zip else file.text
    document = TextDocument(file.path, text)
    problems = list(file.encoding_problems)
    if text.lstrip("\ufeff \t\r\n").startswith(("{", "[", "//", "/*")):
        problems.extend(read_json(file.path, text).problems)
    reading = Reading(file.path)
    _no_bot(reading, Place(file.path))
    findings = (*findings_of(problems, document), *reading.finish())
    return Parsed(Project(), findings, reading.book.close(), document, True, (_FORMAT,))
