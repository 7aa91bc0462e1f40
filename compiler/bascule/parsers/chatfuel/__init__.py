"""Chatfuel: flows of its API, and answers of servers for its JSON API.

Format: https://github.com/chatfuel-lab/wizard, https://docs.chatfuel.com/en/articles/735122-json-api
"""

from __future__ import annotations

from typing import Any

from bascule.diagnostics import Finding
from bascule.diagnostics.parse_rules import findings_of
from bascule.ir.project import Project
from bascule.language.secrets import MaskedDocument
from bascule.parsers.base import CERTAIN, LIKELY, NEAR, Match, Parsed, ParseOptions
from bascule.parsers.chatfuel import losses, rules
from bascule.parsers.chatfuel.answers import find_answers, read_answers
from bascule.parsers.chatfuel.catalogue import SUFFIX, element_kind
from bascule.parsers.chatfuel.documents import is_flow
from bascule.parsers.chatfuel.flows import Result, read_flows
from bascule.parsers.chatfuel.reading import Reading
from bascule.source import Document, Place, SourceFile, TextDocument
from bascule.source.json import read_json

__all__ = ["losses", "parse", "rules", "sniff"]

_FORMAT = ("format", "chatfuel")
_SEEN = 50
_LOW = 20
_DEEPEST = 6
_BUTTONS = ("show_block", "json_plugin_url")


def sniff(file: SourceFile) -> Match | None:
    """Say whether a file holds a Chatfuel flow or a JSON API answer, and why (not)."""
    if file.json is None:
        return None
    value = file.json.value
    return _flows(value, 0) or _answers(value) or _near(value)


def _flows(value: Any, depth: int) -> Match | None:
    if isinstance(value, list):
        found = (match for item in value[:_SEEN] if (match := _flows(item, depth + 1)) is not None)
        return next(found, None) if depth < _DEEPEST else None
    if not isinstance(value, dict):
        return None
    if is_flow(value):
        blocks = [item for item in value["blocks"][:_SEEN] if isinstance(item, dict)]
        elements = [
            element
            for block in blocks
            if isinstance(block.get("blockElements"), list)
            for element in block["blockElements"][:_SEEN]
        ]
        kinds = [item.get("__typename") for item in elements if isinstance(item, dict)]
        known = sum(1 for kind in kinds if isinstance(kind, str) and kind.endswith(SUFFIX) and element_kind(kind))
        if known:
            return Match(CERTAIN, f"its `blocks` have `blockElements` of Chatfuel's types ({known} seen)")
        if any("blockElements" in block for block in blocks):
            return Match(LIKELY, "its `blocks` have `blockElements`, as Chatfuel's flows have")
    if depth < _DEEPEST:
        for name in ("data", "bot", "flow", "flows", "flowsWithoutGroup", "defaultReplyFlows", "flowGroups"):
            if isinstance(value.get(name), (dict, list)) and (match := _flows(value[name], depth + 1)) is not None:
                return match
    return None


def _answers(value: Any) -> Match | None:
    items = [value] if isinstance(value, dict) else value[:_SEEN] if isinstance(value, list) else []
    direct = next((match for item in items if (match := _answer(item)) is not None), None)
    if direct is not None or not isinstance(value, dict):
        return direct
    named = [match for item in list(value.values())[:_SEEN] if (match := _answer(item)) is not None]
    return max(named, key=lambda match: match.confidence, default=None)


def _answer(value: Any) -> Match | None:
    """How sure it is that a value is one answer."""
    if not isinstance(value, dict):
        return None
    messages = value.get("messages")
    items = [item for item in messages[:_SEEN] if isinstance(item, dict)] if isinstance(messages, list) else []
    fitting = [item for item in items if isinstance(item.get("text"), str) or isinstance(item.get("attachment"), dict)]
    if isinstance(value.get("redirect_to_blocks"), list) and (not items or fitting):
        return Match(CERTAIN, "it has `redirect_to_blocks`, as answers for Chatfuel's JSON API have")
    if not items or len(fitting) < len(items) or any(item.keys() & {"role", "id", "from", "type"} for item in items):
        return None
    if isinstance(value.get("set_attributes"), dict):
        return Match(CERTAIN, "it has `messages` and `set_attributes`, as answers for Chatfuel's JSON API have")
    buttons = [button for item in items for button in _buttons_of(item)]
    if any(button.get("type") in _BUTTONS or "block_names" in button for button in buttons):
        return Match(CERTAIN, "its messages have buttons that lead to blocks, as answers for Chatfuel's JSON API have")
    if any(isinstance(item.get("attachment"), dict) and "payload" in item["attachment"] for item in items):
        return Match(
            LIKELY, "its `messages` have attachments with a `payload`, as answers for Chatfuel's JSON API have"
        )
    if value.keys() == {"messages"}:
        return Match(NEAR, "its `messages` are texts only, which many tools write; name the format if it is Chatfuel's")
    return None


def _buttons_of(message: dict[str, Any]) -> list[dict[str, Any]]:
    """The first buttons of a message."""
    found = _objects(message.get("quick_replies"))
    attachment = message.get("attachment")
    payload = attachment.get("payload") if isinstance(attachment, dict) else None
    if isinstance(payload, dict):
        found += _objects(payload.get("buttons"))
        for element in _objects(payload.get("elements")):
            found += _objects(element.get("buttons"))
    return found


def _objects(value: Any) -> list[dict[str, Any]]:
    return [item for item in value[:_SEEN] if isinstance(item, dict)] if isinstance(value, list) else []


def _near(value: Any) -> Match | None:
    """Other documents of the vendor, which have no flow."""
    if not isinstance(value, dict):
        return None
    what = _other(value)
    return Match(_LOW, what) if what else None


def _other(value: dict[str, Any]) -> str:
    """What a document of the vendor without a flow is; ``""`` for anything else."""
    if value.get("kind") == "chatfuel.flow-plan":
        return "it is a plan of operations that build a flow; read the flow it builds from the API"
    if (
        isinstance(value.get("fuelyAutomationTemplate"), dict)
        or {"baseAutomations", "customAutomations"} <= value.keys()
    ):
        return "it is a template of automations: settings of the AI agent, without a flow"
    at: Any = value
    for name in ("data", "bot"):
        at = at[name] if isinstance(at, dict) and isinstance(at.get(name), dict) else at
    if isinstance(at, dict) and at.keys() & {"flowsWithoutGroup", "flowGroups", "defaultReplyFlows"}:
        return "it lists flows without their blocks; ask the API for `bot { flow(flowID: …) { blocks … } }`"
    return ""


def parse(file: SourceFile, options: ParseOptions) -> Parsed:
    """Read the flows or answers of a file. Never raises on content."""
    document = file.json
    if document is None:
        return _unreadable(file)
    findings: list[Finding] = list(findings_of((*file.encoding_problems, *document.problems), document))
    reading = Reading(file.path)
    value, root = document.value, Place(file.path)
    result = Result()
    if _flows(value, 0) is None and find_answers(value):
        result.flows = read_answers(reading, value, root, file.stem, options.locale, result.facts)
    else:
        result = read_flows(reading, value, root, file.stem, options.locale)
    if not result.flows:
        _no_flow(reading, root, value)
        reading.book.drop_rest("nothing of it could be read", "read the flow from the API", rules.NoFlow.code)
    project = Project(
        flows=tuple(result.flows),
        locale=options.locale,
        locales=(options.locale,) if options.locale else (),
        variables=tuple(reading.variables.values()),
        templates=tuple(result.templates),
        facts=tuple(dict(result.facts).items()),
    )
    shown: Document = MaskedDocument(document, reading.secrets) if reading.secrets else document
    found = (*findings, *reading.finish())
    facts = (_FORMAT, ("flows", str(len(result.flows))))
    return Parsed(project, found, reading.book.close(), shown, not result.flows, facts)


def _no_flow(reading: Reading, place: Place, value: Any) -> None:
    what = _other(value) if isinstance(value, dict) else ""
    reading.find(
        rules.NoFlow,
        place,
        f"no flow to read: {what or 'there are neither blocks nor messages in it'}",
        help="save the answer of the query `bot { flow(flowID: …) { blocks … connections … } }`",
    )


def _unreadable(file: SourceFile) -> Parsed:
    text = "" if file.encoding == "binary" or file.is_zip else file.text
    document = TextDocument(file.path, text)
    problems = list(file.encoding_problems)
    if text.lstrip("\ufeff \t\r\n").startswith(("{", "[", "//", "/*")):
        problems.extend(read_json(file.path, text).problems)
    reading = Reading(file.path)
    _no_flow(reading, Place(file.path), None)
    findings = (*findings_of(problems, document), *reading.finish())
    return Parsed(Project(), findings, reading.book.close(), document, True, (_FORMAT,))
