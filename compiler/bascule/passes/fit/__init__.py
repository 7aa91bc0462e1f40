"""Fitting: the graph with nothing in it that a platform cannot do.

Providers take WhatsApp messages (``passes.lower``); platforms take a flow. Here the flow is rewritten until every
node, test, message and name is one the target has, by its column of the capability matrix alone. What changes for
the person in the chat is in the ledger.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from bascule.diagnostics import Finding
from bascule.ir.ledger import Ledger
from bascule.ir.nodes import Ask, Message, Node, RunFlow
from bascule.ir.project import Entry, EntryKind, Flow, Initiator, Project
from bascule.ir.text import Localized
from bascule.ir.walk import KEEP, rewrite
from bascule.passes.fit.context import FitContext
from bascule.passes.fit.inline import inline_calls
from bascule.passes.fit.intents import intent_words
from bascule.passes.fit.names import rename_variables
from bascule.passes.fit.nodes import fit_node, fit_text
from bascule.source import Place
from bascule.targets import Capabilities

__all__ = ["FitResult", "fit"]


@dataclass(frozen=True)
class FitResult:
    """One project per language (``""``: one for all), the fate of everything, and the rename table of variables."""

    documents: tuple[tuple[str, Project], ...]
    ledger: Ledger
    findings: tuple[Finding, ...]
    renamed: tuple[tuple[str, str], ...]


def fit(project: Project, target: Capabilities) -> FitResult:
    """Fit a linked project to a platform. Pure and deterministic; linear in the graph and its written-out calls."""
    languages = ("",) if target.has("languages") else _languages(project)
    documents: list[tuple[str, Project]] = []
    ledger = Ledger()
    renamed: dict[str, str] = {}
    for number, language in enumerate(languages):
        context = FitContext(project, target, language)
        made = _fit(context, _one_language(project, language) if language else project)
        made, table = rename_variables(made, target.text("variable.name"))
        renamed.update(table)
        documents.append((language, made))
        if number == 0:
            ledger.extend(context.ledger.entries)
            if len(languages) > 1:
                place = next((flow.at for flow in project.flows if flow.at), Place(""))
                reason = f"{len(languages)} documents: {target.name} holds one language each"
                ledger.emulated("languages", place, reason)
    return FitResult(tuple(documents), ledger, (), tuple(sorted(renamed.items())))


def _languages(project: Project) -> tuple[str, ...]:
    """The languages that something is said in, the project's own first."""
    found: dict[str, None] = {}

    def change(part: object) -> object:
        if isinstance(part, Localized):
            found.update(dict.fromkeys(locale for locale, _ in part.items if locale))
            return part
        return KEEP

    for flow in project.flows:
        rewrite(flow.nodes, change)
    own = [tag for tag in (project.locale, *(flow.locale for flow in project.flows)) if tag]
    ordered = dict.fromkeys([*(tag for tag in own if tag in found or not found), *found])
    return tuple(ordered) or ("",)


def _one_language(project: Project, language: str) -> Project:
    """The project with every text in one language; training phrases keep all of theirs."""

    def change(part: object) -> object:
        if isinstance(part, Localized):
            value = part.best(language)
            return Localized.of(value, language) if value is not None else part
        return KEEP

    return replace(project, flows=rewrite(project.flows, change), templates=rewrite(project.templates, change))


def _fit(context: FitContext, project: Project) -> Project:
    target = context.target
    context.project = project
    flows: list[Flow] = []
    written_out: set[str] = set()
    for flow in project.flows:
        if not target.has("flow.call"):
            flow, count = inline_calls(project, flow)
            if count:
                place = flow.at or Place("")
                context.note("emulated", "calls of flows", place, f"{count} written out in place")
        flows.append(_flow(context, flow))
    if not target.has("flow.call"):
        called = {edge.id for edge in project.flows if not edge.entries}
        written_out = {flow.id for flow in project.flows if flow.id in called and len(project.flows) > 1}
        written_out -= _still_called(flows, written_out)
    kept = [flow for flow in flows if flow.id not in written_out] or flows
    return replace(project, flows=tuple(kept))


def _still_called(flows: list[Flow], written_out: set[str]) -> set[str]:
    """The flows among those written out that a call which is left (of a flow that calls itself) leads to."""
    calls = {flow.id: {node.flow for node in flow.nodes if isinstance(node, RunFlow)} & written_out for flow in flows}
    found: set[str] = set()
    waiting = [id_ for id_ in calls if id_ not in written_out]
    while waiting:
        more = calls.get(waiting.pop(), set()) - found
        found |= more
        waiting.extend(sorted(more))
    return found


def _flow(context: FitContext, flow: Flow) -> Flow:
    context.enter(flow)
    nodes: list[Node] = []
    for node in flow.nodes:
        for made in fit_node(context, node):
            nodes.append(_texts(context, made))
    nodes = [_relinked(context, node) for node in nodes]
    entries = tuple(made for entry in flow.entries for made in _entry(context, flow, entry))
    return replace(flow, nodes=tuple(nodes), entries=entries)


def _stands_for(context: FitContext, target: str | None) -> str | None:
    """The node that an edge to a node that is gone leads to."""
    seen: set[str] = set()
    while target is not None and target in context.skipped and target not in seen:
        seen.add(target)
        target = context.skipped[target]
    return None if target in seen else target


def _relinked(context: FitContext, node: Node) -> Node:
    edges = tuple(replace(edge, target=_stands_for(context, edge.target)) for edge in node.edges)
    return replace(node, edges=edges) if edges != node.edges else node


def _texts(context: FitContext, node: Node) -> Node:
    """All texts of a node with values that the target can show."""
    if not isinstance(node, (Message, Ask)):
        return node

    def change(part: object) -> object:
        if isinstance(part, Localized) and part.items and isinstance(part.items[0][1], tuple):
            return part.map(lambda text: fit_text(context, text, node) if _is_text(text) else text)
        return KEEP

    return replace(node, content=rewrite(node.content, change))


def _is_text(value: object) -> bool:
    return isinstance(value, tuple) and not any(isinstance(part, str) for part in value)


_ENTRY_KEYS = {
    EntryKind.KEYWORD: "entry.keyword",
    EntryKind.INTENT: "entry.intent",
    EntryKind.ANY_MESSAGE: "entry.any_message",
    EntryKind.CHAT_OPENED: "entry.any_message",
    EntryKind.AD_REFERRAL: "entry.any_message",
    EntryKind.BUTTON: "entry.any_message",
}


def _entry(context: FitContext, flow: Flow, entry: Entry) -> list[Entry]:
    place = entry.at or flow.at or Place("")
    target = _stands_for(context, entry.target) if entry.target else None
    moved = replace(entry, target=target)
    construct = f"entry {entry.kind.value}"
    if entry.kind is EntryKind.SUBFLOW:
        context.note("exact", construct, place)
        return [moved]
    if entry.kind is EntryKind.INTENT and not context.has("entry.intent") and context.has("entry.keyword"):
        return _intent_entry(context, moved, construct, place)
    key = _ENTRY_KEYS.get(entry.kind, "entry.business")
    if context.has(key):
        fate = "exact" if entry.kind not in (EntryKind.CHAT_OPENED, EntryKind.AD_REFERRAL) else "emulated"
        context.note(fate, construct, place, "" if fate == "exact" else "the person's first message starts it")
        return [moved]
    who = "the business starts it" if entry.initiator is Initiator.BUSINESS else "it starts in another way"
    context.note("dropped", construct, place, f"{who}: {context.target.name} cannot", "start the flow from elsewhere")
    return []


def _intent_entry(context: FitContext, entry: Entry, construct: str, place: Place) -> list[Entry]:
    intents = context.project.intents
    intent = next((item for item in intents if entry.intent in (item.id, item.title)), None)
    words = intent_words(context.project, intent, context.language) if intent is not None else ()
    if not words:
        context.note("dropped", construct, place, f"`{entry.intent}` has no phrases of its own", "write keywords")
        return []
    context.note("degraded", construct, place, "only its training phrases start it", "add more phrases")
    made = replace(
        entry, kind=EntryKind.KEYWORD, keywords=Localized.of(words, context.language), match="exact", intent=""
    )
    return [made]
