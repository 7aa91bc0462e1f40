"""Target ``typebot``: one import file per flow and language, for Typebot 6.1, which runs it on WhatsApp.

https://docs.typebot.io/api-reference/typebot/import-a-typebot
"""

from __future__ import annotations

from typing import Any

from bascule.backends.base import Artefact, EmitJob, Emitted, json_artefact
from bascule.backends.layout import lay_out
from bascule.backends.paths import FileNames
from bascule.backends.typebot.blocks import Bot
from bascule.diagnostics import Finding, Rule
from bascule.ir.ledger import Ledger
from bascule.ir.project import Entry, EntryKind, Flow
from bascule.source import Place
from bascule.whatsapp.schema import validate

__all__ = ["emit"]

_VERSION = "6.1"
_RIGHT, _DOWN = 400, 350
_LONGEST_NAME = 255
_DAY_HOURS = 24


class TypebotInvalid(Rule):
    """A Typebot file would not be imported

    What it does: checks every file against bascule's schema of Typebot's import, and that edges lead somewhere.
    Why: the importer refuses the whole file, or shows a bot with loose ends.
    Example: an edge to a group that was left out.
    Use instead: look at the named part of the source; if nothing is wrong there, report it as a defect.
    Sources: https://docs.typebot.io/api-reference/typebot/import-a-typebot
    """

    code = "TPL093"
    name = "typebot-invalid"


def emit(job: EmitJob) -> Emitted:
    """Write ``typebot/<flow>[.<language>].json``."""
    names = FileNames()
    ledger = Ledger()
    artefacts: list[Artefact] = []
    findings: list[Finding] = []
    for number, (language, project) in enumerate(job.documents):
        for flow in project.flows:
            if not flow.nodes:
                continue
            stem = f"{flow.id}.{language}" if len(job.documents) > 1 else flow.id
            # Every language has the same constructs: they count once.
            bot, lost = _bot(flow, language, ledger if number == 0 else Ledger())
            problems = [*validate("typebot", bot), *_loose_ends(bot)]
            place = flow.at or Place("")
            findings.extend(TypebotInvalid.at(place, f"typebot, flow `{flow.id}`: {problem}") for problem in problems)
            if problems:
                ledger.dropped("flow", place, "its file would not be imported", "see the finding")
                continue
            artefacts.append(json_artefact(f"typebot/{names.of(stem)}.json", bot))
            if lost and number == 0:
                reason = "a bot has one way in: the other entries are not in it"
                ledger.degraded("entries", place, reason, "a bot of its own for each entry")
    return Emitted(tuple(artefacts), tuple(findings), ledger)


def _bot(flow: Flow, language: str, ledger: Ledger) -> tuple[dict[str, Any], bool]:
    """The import file of a flow, and whether entries were left out."""
    bot = Bot(flow, lay_out(flow, _RIGHT, _DOWN), ledger)
    start: dict[str, Any] = {
        "id": f"start{bot.group('start')[5:]}",
        "type": "start",
        "graphCoordinates": {"x": -_RIGHT, "y": 0},
    }
    first, others = _first_entry(flow)
    for node in flow.nodes:
        bot.add(node)
    bot.edge({"eventId": start["id"]}, first, start)
    name = " ".join((flow.title or flow.id).split())[:_LONGEST_NAME] or "bot"
    settings: dict[str, Any] = {"general": {"isInputPrefillEnabled": False}}
    keywords = _keywords(flow, language)
    whatsapp: dict[str, Any] = {"isEnabled": True, "sessionExpiryTimeout": _DAY_HOURS // 6}
    if keywords:
        whatsapp["startCondition"] = {
            "logicalOperator": "OR",
            "comparisons": [
                {"id": f"k{number}", "comparisonOperator": operator, "value": word}
                for number, (operator, word) in enumerate(keywords)
            ],
        }
    settings["whatsApp"] = whatsapp
    variables = [{"id": id_, "name": known} for known, id_ in bot.variables.items()]
    return {
        "version": _VERSION,
        "id": bot.group("bot"),
        "name": name,
        "events": [start],
        "groups": bot.groups,
        "edges": bot.edges,
        "variables": variables,
        "theme": {},
        "settings": settings,
        "selectedThemeTemplateId": None,
        "resultsTablePreferences": None,
        "icon": None,
        "folderId": None,
        "publicId": None,
        "customDomain": None,
    }, others


def _first_entry(flow: Flow) -> tuple[str | None, bool]:
    """The node that the bot starts with, and whether entries lead to other nodes."""
    order = {EntryKind.ANY_MESSAGE: 0, EntryKind.KEYWORD: 1, EntryKind.SUBFLOW: 3}
    entries: list[Entry] = sorted(flow.entries, key=lambda entry: order.get(entry.kind, 2))
    targets = dict.fromkeys(node.id for entry in entries if (node := flow.start_of(entry)) is not None)
    first = next(iter(targets), flow.nodes[0].id if flow.nodes else None)
    return first, len(targets) > 1


_MATCH = {"word": "Starts with", "contains": "Contains"}


def _keywords(flow: Flow, language: str) -> list[tuple[str, str]]:
    """The start condition: none when any message starts the bot."""
    if any(entry.kind is EntryKind.ANY_MESSAGE for entry in flow.entries):
        return []
    found: dict[tuple[str, str], None] = {}
    for entry in flow.entries:
        for word in (entry.keywords.best(language) or ()) if entry.kind is EntryKind.KEYWORD else ():
            found.setdefault((_MATCH.get(entry.match, "Equal to"), word))
    return list(found)


def _loose_ends(bot: dict[str, Any]) -> list[str]:
    """What the schema does not see: edges to nowhere, repeated ids, variables that are not declared."""
    groups = [group["id"] for group in bot["groups"]]
    ids = [*groups, *(block["id"] for group in bot["groups"] for block in group["blocks"])]
    ids += [edge["id"] for edge in bot["edges"]] + [variable["id"] for variable in bot["variables"]]
    problems = [f"the edge {edge['id']} leads to a group that is not there" for edge in bot["edges"]
                if edge["to"]["groupId"] not in groups]  # fmt: skip
    if len(set(ids)) != len(ids):
        problems.append("two parts have the same id")
    return problems
