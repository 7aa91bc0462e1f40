"""Target ``landbot``: the request bodies of the Bots API (create a bot, write its draft), and a build brief in words.

Landbot imports no file; the API is switched on per account. https://github.com/landbot-org/landbot-ai-skills
"""

from __future__ import annotations

from bascule.backends.base import Artefact, EmitJob, Emitted, json_artefact
from bascule.backends.landbot.blocks import Draft
from bascule.backends.landbot.brief import brief_text
from bascule.backends.layout import lay_out
from bascule.backends.paths import FileNames
from bascule.diagnostics import Finding, Rule
from bascule.ir.ledger import Ledger
from bascule.ir.project import EntryKind, Flow
from bascule.source import Place
from bascule.whatsapp.schema import validate

__all__ = ["emit"]

_RIGHT, _DOWN = 350, 250
_LONGEST_NAME = 50


class LandbotInvalid(Rule):
    """A Landbot draft would not be taken

    What it does: checks every draft against bascule's schema, and that its connections join blocks that are there.
    Why: the API answers with violations, and a draft that has some cannot be published.
    Example: a bot whose name has more than 50 characters.
    Use instead: look at the named part of the source; if nothing is wrong there, report it as a defect.
    Sources: https://github.com/landbot-org/landbot-ai-skills
    """

    code = "TPL094"
    name = "landbot-invalid"


def emit(job: EmitJob) -> Emitted:
    """Write ``landbot/<flow>.create.json``, ``.draft.json`` and ``.brief.md`` for each flow and language."""
    names = FileNames()
    ledger = Ledger()
    artefacts: list[Artefact] = []
    findings: list[Finding] = []
    for number, (language, project) in enumerate(job.documents):
        for flow in project.flows:
            if not flow.nodes:
                continue
            own = ledger if number == 0 else Ledger()
            draft = Draft(flow, lay_out(flow, _RIGHT, _DOWN), own)
            head = draft.onward(_first(flow))
            if head is None:
                own.exact("flow", flow.at or Place(""), "it says nothing: there is no bot to build")
                continue
            draft.head(head)
            for node in flow.nodes:
                draft.add(node)
            _words(flow, draft)
            _other_entries(flow, own)
            body = {"blocks": draft.blocks, "connections": draft.connections}
            title = " ".join((flow.title or flow.id).split())[:_LONGEST_NAME] or "bot"
            place = flow.at or Place("")
            problems = [*validate("landbot", body), *_loose(body)]
            findings.extend(LandbotInvalid.at(place, f"landbot, flow `{flow.id}`: {problem}") for problem in problems)
            if problems:
                own.dropped("flow", place, "its draft would not be taken", "see the finding")
                continue
            stem = f"landbot/{names.of(f'{flow.id}.{language}' if len(job.documents) > 1 else flow.id)}"
            artefacts.append(json_artefact(f"{stem}.create.json", {"name": title, "channel_family": "whatsapp"}))
            artefacts.append(json_artefact(f"{stem}.draft.json", body))
            brief = brief_text(title, draft.blocks, draft.connections, draft.by_hand, language)
            artefacts.append(Artefact(f"{stem}.brief.md", brief))
    return Emitted(tuple(artefacts), tuple(findings), ledger)


def _first(flow: Flow) -> str:
    """The node that the bot starts with: where any message leads, before words and other ways in."""
    order = {EntryKind.ANY_MESSAGE: 0, EntryKind.KEYWORD: 1, EntryKind.SUBFLOW: 3}
    entries = sorted(flow.entries, key=lambda entry: order.get(entry.kind, 2))
    start = next((node for entry in entries if (node := flow.start_of(entry)) is not None), None)
    return start.id if start is not None else flow.nodes[0].id


def _other_entries(flow: Flow, ledger: Ledger) -> None:
    """A bot has one head: what starts elsewhere, and is no keyword, is lost."""
    first = _first(flow)
    for entry in flow.entries:
        start = flow.start_of(entry)
        if start is not None and start.id != first and entry.kind not in (EntryKind.KEYWORD, EntryKind.SUBFLOW):
            reason = "a bot has one start: this way in is not in it"
            place = entry.at or flow.at or Place("")
            ledger.degraded(f"start {entry.kind.value}", place, reason, "a bot of its own for it")


def _words(flow: Flow, draft: Draft) -> None:
    """Keywords are set by hand: the blocks that route on them have no published names."""
    for entry in flow.entries:
        words = [word for _, items in entry.keywords for word in items] if entry.kind is EntryKind.KEYWORD else []
        start = flow.start_of(entry)
        end = draft.onward(start.id) if start is not None else None
        if words and end is not None:
            draft.by_hand.append(f"global keywords {', '.join(words)} lead to `{draft.id(end)}`")


def _loose(body: dict[str, list[dict[str, str]]]) -> list[str]:
    ids = [block["id"] for block in body["blocks"]]
    problems = ["two blocks have the same id"] if len(set(ids)) != len(ids) else []
    ends = {end for item in body["connections"] for end in (item["sourcePath"], item["targetPath"])}
    problems += [f"a connection names the block {end}, which is not there" for end in sorted(ends - set(ids))]
    return problems
