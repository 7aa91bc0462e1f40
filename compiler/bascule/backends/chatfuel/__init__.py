"""Target ``chatfuel``: the calls that build the flows, the flows as the API reads them back, JSON API answers.

Chatfuel imports no flow file. https://github.com/chatfuel-lab/wizard
"""

from __future__ import annotations

from bascule.backends.base import Artefact, EmitJob, Emitted, json_artefact
from bascule.backends.chatfuel.answers import answers_of
from bascule.backends.chatfuel.blocks import Builder
from bascule.backends.chatfuel.checklist import checklist_text
from bascule.backends.chatfuel.document import document_of_flows
from bascule.backends.chatfuel.model import Canvas
from bascule.backends.chatfuel.plan import plan_of
from bascule.backends.chatfuel.words import Words
from bascule.diagnostics import Finding, Rule
from bascule.ir.ledger import Ledger
from bascule.ir.nodes import RunFlow
from bascule.ir.project import Entry, EntryKind, Flow, Initiator, Project
from bascule.source import Place
from bascule.targets import Capabilities
from bascule.whatsapp.schema import validate

__all__ = ["emit"]

_MATCH = {"word": "similarTo", "contains": "contains"}


class ChatfuelInvalid(Rule):
    """A Chatfuel document would not be taken

    What it does: checks the plan, the flows and the answers against bascule's schemas.
    Why: a call with a member that is missing stops the plan half way.
    Example: a step that uses an id that no step before it gives.
    Use instead: look at the named part of the source; if nothing is wrong there, report it as a defect.
    Sources: https://github.com/chatfuel-lab/wizard
    """

    code = "TPL097"
    name = "chatfuel-invalid"


def emit(job: EmitJob) -> Emitted:
    """Write ``chatfuel/[<language>/]plan.json``, ``flows.json``, ``answers.json`` and ``checklist.md``."""
    ledger = Ledger()
    artefacts: list[Artefact] = []
    findings: list[Finding] = []
    for number, (language, project) in enumerate(job.documents):
        # Every language has the same constructs: they count once.
        own = ledger if number == 0 else Ledger()
        words = Words(project)
        canvases, by_hand = _canvases(project, language, words, job.target, own)
        if not canvases:
            continue
        folder = f"chatfuel/{language}/" if len(job.documents) > 1 else "chatfuel/"
        plan = plan_of(canvases, language, by_hand)
        flows = document_of_flows(canvases)
        answers, for_answers = answers_of(canvases)
        checked = (("plan", plan), ("bot", flows), ("answers", answers))
        problems = [f"{kind}: {told}" for kind, data in checked for told in validate(f"chatfuel_{kind}", data)]
        place = next((flow.at for flow in project.flows if flow.at), Place(""))
        findings.extend(ChatfuelInvalid.at(place, f"chatfuel, {problem}") for problem in problems)
        if problems:
            own.dropped("flows", place, "the plan would not be taken", "see the finding")
            continue
        artefacts += [
            json_artefact(f"{folder}plan.json", plan),
            json_artefact(f"{folder}flows.json", flows),
            json_artefact(f"{folder}answers.json", answers),
        ]
        settings = [(item["name"], item["means"]) for item in plan["settings"]]
        text = checklist_text(
            f"{folder}plan.json", f"{folder}answers.json", settings, by_hand, for_answers, _unfilled(canvases)
        )
        artefacts.append(Artefact(f"{folder}checklist.md", text))
    return Emitted(tuple(artefacts), tuple(findings), ledger)


class _Names:
    """Names of blocks: no two of a bot are the same, since answers of the JSON API lead to them by name."""

    def __init__(self, longest: int) -> None:
        self.longest = longest
        self.taken: set[str] = set()

    def __call__(self, wanted: str) -> str:
        plain = wanted[: self.longest - 6].strip() or "Block"
        name, number = plain, 2
        while name.casefold() in self.taken:
            name = f"{plain} {number}"
            number += 1
        self.taken.add(name.casefold())
        return name


def _canvases(
    project: Project, language: str, words: Words, target: Capabilities, ledger: Ledger
) -> tuple[list[Canvas], list[str]]:
    names = _Names(target.count("name"))
    titles = _Names(target.count("name"))
    by_hand: list[str] = []
    canvases: list[Canvas] = []
    speaking = {flow.id for flow in project.flows if flow.nodes}
    for flow in project.flows:
        if not flow.nodes:
            continue
        canvas = Canvas(flow.id, titles(" ".join((flow.title or flow.id).split())))
        builder = Builder(flow, words, target, ledger, names, by_hand, canvas, speaking)
        first = _first_entry(flow, ledger)
        builder.build(first)
        _entries(flow, language, canvas, ledger, by_hand)
        canvases.append(canvas)
    called = {node.flow for flow in project.flows for node in flow.nodes if isinstance(node, RunFlow)}
    return [canvas for canvas in canvases if canvas.blocks or canvas.id in called], by_hand


def _first_entry(flow: Flow, ledger: Ledger) -> str:
    """The node that the flow starts with; a flow has one start."""
    order = {EntryKind.ANY_MESSAGE: 0, EntryKind.KEYWORD: 1, EntryKind.SUBFLOW: 3}
    entries: list[Entry] = sorted(flow.entries, key=lambda entry: order.get(entry.kind, 2))
    targets = dict.fromkeys(node.id for entry in entries if (node := flow.start_of(entry)) is not None)
    if len(targets) > 1:
        reason = "a flow has one start: the other entries are not in it"
        ledger.degraded("entries", flow.at or Place(""), reason, "a flow of its own for each entry")
    return next(iter(targets), flow.nodes[0].id)


def _entries(flow: Flow, language: str, canvas: Canvas, ledger: Ledger, by_hand: list[str]) -> None:
    """How the flow is started: keywords are in the plan, the rest is left to a person."""
    first = _start_of(flow)
    for entry in flow.entries:
        start = flow.start_of(entry)
        if start is None or start.id != first:
            continue
        if entry.kind is EntryKind.KEYWORD:
            words = tuple(word for word in entry.keywords.best(language) or () if word.strip())
            if words:
                canvas.keywords.append((_MATCH.get(entry.match, "matches"), words))
                shown = ", ".join(f"“{word}”" for word in words)
                by_hand.append(f"keywords {shown}: choose the flow “{canvas.name}” (the API has no call for it)")
        elif entry.initiator is Initiator.USER:
            if not canvas.default_reply:
                by_hand.append(f"any message starts “{canvas.name}”: redirect the bot's default reply to it")
            canvas.default_reply = True
        elif entry.initiator is Initiator.BUSINESS:
            reason = "set up by hand: a message of the business needs a template first"
            ledger.degraded(
                f"start {entry.kind.value}", entry.at or flow.at or Place(""), reason, "a scheduled message"
            )
            by_hand.append(f"`{entry.kind.value}` starts “{canvas.name}”: set up a scheduled or triggered message")


def _start_of(flow: Flow) -> str:
    return _first_entry(flow, Ledger())


def _unfilled(canvases: list[Canvas]) -> list[str]:
    """Attributes that texts or conditions use and no block fills."""
    from bascule.backends.chatfuel.words import attributes_of

    used: set[str] = set()
    filled: set[str] = set()
    for canvas in canvases:
        for block in canvas.blocks:
            if block.kind in ("SetContactProperty", "ClearContactProperty"):
                filled.add(block.values["attribute"])
            filled.update(attribute for _, attribute in block.values.get("rules", ()))
            filled.add(block.saves)
            used.update(attributes_of([block.values, [handle.title for handle in block.handles]]))
    return sorted(used - filled)
