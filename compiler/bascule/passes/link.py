"""Linking: many files to one project, and every name checked against what it names."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from bascule.diagnostics import Finding, Label, Rule, Severity
from bascule.ir.nodes import Chosen, Edge, Node, RunFlow
from bascule.ir.project import Entry, Flow, Project, Variable
from bascule.source import Place

__all__ = ["Linked", "check_links", "merge"]


class DanglingEdge(Rule):
    """An edge leads to a node that does not exist

    What it does: reports a transition whose target is not a node of its flow.
    Why: a user who gets there is left without an answer, and the vendor's importer refuses the flow.
    Example: a Studio transition with `"next": "confirmation"` in a flow without a state `confirmation`.
    Use instead: name an existing node, or remove the target so that the flow ends there.
    Sources: DESIGN §6; https://www.twilio.com/docs/studio/flow-definition
    """

    code = "GRF010"
    name = "dangling-edge"


class DanglingEntry(Rule):
    """An entry leads to a node that does not exist

    What it does: reports a trigger, keyword or other entry whose target is not a node of its flow.
    Why: nobody can enter the flow that way; the message or call would be ignored.
    Example: a trigger whose `incomingMessage` leads to a deleted state.
    Use instead: lead it to an existing node, or remove the entry.
    Sources: bascule's own rule.
    """

    code = "GRF011"
    name = "dangling-entry"


class UnresolvedFlow(Rule):
    """A subflow that is not among the files

    What it does: reports a call of a flow that no file on the command line defines.
    Why: what that flow says cannot be converted or checked, and whether the window is still open after it
    is unknown: everything after the call is judged as if any time could have passed.
    Example: Studio's `run-subflow` names its child by a SID (`FW…`) only.
    Use instead: add the file of the child flow; Studio flows are matched by `sid`, so export them with their envelope.
    Sources: bascule's own rule.
    """

    code = "GRF012"
    name = "unresolved-flow"
    severity = Severity.WARNING


class FlowIdTaken(Rule):
    """Two flows have one id

    What it does: reports flows of the same id in the files compiled together; the later ones get a new id.
    Why: a call that names the id means the first one; the other stays reachable only by its own entries.
    Example: two exports of the same flow in one folder.
    Use instead: remove the older export, or rename one flow.
    Sources: bascule's own rule.
    """

    code = "GRF013"
    name = "flow-id-taken"
    severity = Severity.WARNING


class UnknownChoice(Rule):
    """An edge waits for a choice that its node does not offer

    What it does: reports an edge guarded by a choice id that the node's content does not have.
    Why: the edge can never be taken; the answer the user gives instead goes nowhere.
    Example: `choices: {Oui: a}` with an edge `chosen: [non]`.
    Use instead: name one of the node's choices.
    Sources: bascule's own rule.
    """

    code = "GRF014"
    name = "unknown-choice"


@dataclass(frozen=True, slots=True)
class Linked:
    """The merged project and what linking found."""

    project: Project
    findings: tuple[Finding, ...]


def _unique(name: str, taken: set[str]) -> str:
    number = 2
    while f"{name}_{number}" in taken:
        number += 1
    return f"{name}_{number}"


def merge(projects: Sequence[Project]) -> Linked:
    """Put the files' projects together in order.

    Flow ids are made unique, variables of one name are one variable (the first declaration's facts win,
    later ones fill gaps), the locale of a file stays with its flows. What a file runs by an id of its own stays that
    flow, also where the id had to change.
    """
    flows: list[Flow] = []
    seen: dict[str, Flow] = {}
    findings: list[Finding] = []
    variables: dict[str, Variable] = {}
    locales: dict[str, None] = {}
    for project in projects:
        renamed: dict[str, str] = {}
        own: set[str] = set()
        from_here = len(flows)
        for flow in project.flows:
            kept = replace(flow, locale=flow.locale or project.locale)
            if flow.id in seen:
                new_id = _unique(flow.id, set(seen))
                findings.append(_taken(flow, seen[flow.id], new_id))
                kept = replace(kept, id=new_id, title=flow.title or flow.id)
                if flow.id not in own:
                    renamed[flow.id] = new_id
            own.add(flow.id)
            seen[kept.id] = kept
            flows.append(kept)
        flows[from_here:] = [_following(flow, renamed) for flow in flows[from_here:]]
        for variable in project.variables:
            variables[variable.name] = _join(variables.get(variable.name), variable)
        for locale in (project.locale, *project.locales):
            if locale:
                locales[locale] = None
    first = next((project.locale for project in projects if project.locale), "")
    merged = Project(
        flows=tuple(_by_vendor_id(flows)),
        locale=first,
        locales=tuple(locales),
        variables=tuple(variables.values()),
        intents=tuple(intent for project in projects for intent in project.intents),
        entities=tuple(entity for project in projects for entity in project.entities),
        media=tuple(asset for project in projects for asset in project.media),
        templates=tuple(template for project in projects for template in project.templates),
        facts=tuple(dict(fact for project in projects for fact in project.facts).items()),
    )
    return Linked(merged, tuple(findings))


def _following(flow: Flow, renamed: Mapping[str, str]) -> Flow:
    """The flow with its runs of renamed flows under their new names."""
    if not any(isinstance(node, RunFlow) and node.flow in renamed for node in flow.nodes):
        return flow
    nodes = (
        replace(node, flow=renamed[node.flow]) if isinstance(node, RunFlow) and node.flow in renamed else node
        for node in flow.nodes
    )
    return replace(flow, nodes=tuple(nodes))


def _by_vendor_id(flows: Sequence[Flow]) -> list[Flow]:
    """Calls that name a flow by its vendor's id (Studio's ``FW…``) lead to the file that carries that id."""
    known: dict[str, str] = {}
    for flow in flows:
        sid = dict(flow.facts).get("sid", "").strip('"')
        if sid:
            known.setdefault(sid, flow.id)
    ids = {flow.id for flow in flows}

    def linked(node: Node) -> Node:
        if isinstance(node, RunFlow) and node.flow not in ids and node.flow in known:
            return replace(node, flow=known[node.flow], flow_title=node.flow_title or node.flow)
        return node

    if not known:
        return list(flows)
    return [replace(flow, nodes=tuple(map(linked, flow.nodes))) for flow in flows]


def _join(known: Variable | None, new: Variable) -> Variable:
    if known is None:
        return new
    return replace(
        known,
        type=known.type or new.type,
        sample=known.sample or new.sample,
        description=known.description or new.description,
        scope=known.scope or new.scope,
        max_length=known.max_length if known.max_length is not None else new.max_length,
    )


def _taken(flow: Flow, first: Flow, new_id: str) -> Finding:
    place = flow.at or Place("")
    labels = [Label(first.at, "the first one is here")] if first.at else []
    return FlowIdTaken.at(
        place,
        f"the flow id `{flow.id}` is already taken; this one becomes `{new_id}`",
        labels=labels,
        help="remove one of the files if they are two exports of the same flow",
    )


def _suggest(name: str, known: Iterable[str]) -> str:
    close = difflib.get_close_matches(name, list(known), n=1, cutoff=0.75)
    return f"did you mean `{close[0]}`?" if close else ""


def check_links(project: Project) -> list[Finding]:
    """Check every name that leads somewhere: edges, entries, choices, subflows."""
    findings: list[Finding] = []
    for flow in project.flows:
        fallback = flow.at or Place("")
        ids = flow.by_id
        for entry in flow.entries:
            if entry.target is not None and entry.target not in ids:
                findings.append(_dangling_entry(flow, entry, fallback))
        for node in flow.nodes:
            offered = _offered(node)
            for edge in node.edges:
                place = edge.at or node.at or fallback
                if edge.target is not None and edge.target not in ids:
                    findings.append(
                        DanglingEdge.at(
                            place,
                            f"`{node.id}` leads to `{edge.target}`, which is not a node of this flow",
                            help=_suggest(edge.target, ids)
                            or "name an existing node, or remove the target to end here",
                            data={"flow": flow.id, "node": node.id, "target": edge.target},
                        )
                    )
                findings.extend(_unknown_choices(node, edge, offered, place))
            if isinstance(node, RunFlow) and node.flow not in project.by_id:
                findings.append(
                    UnresolvedFlow.at(
                        node.at or fallback,
                        f"`{node.id}` runs the flow `{node.flow_title or node.flow}`, which is in none of the files",
                        help=_suggest(node.flow, project.by_id) or "add the file of that flow to the command line",
                        data={"flow": flow.id, "node": node.id, "target": node.flow},
                    )
                )
    return findings


def _dangling_entry(flow: Flow, entry: Entry, fallback: Place) -> Finding:
    target = entry.target or ""
    return DanglingEntry.at(
        entry.at or fallback,
        f"the entry `{entry.name or entry.kind.value}` leads to `{target}`, which is not a node of this flow",
        help=_suggest(target, flow.by_id) or "lead it to an existing node, or remove the entry",
        data={"flow": flow.id, "target": target},
    )


def _offered(node: Node) -> frozenset[str]:
    content = getattr(node, "content", None)
    if content is None:
        return frozenset()
    ids = [choice.id for choice in content.choices]
    ids += [choice.id for card in content.cards for choice in card.choices]
    ids += [choice.id for variant in content.variants for choice in variant.content.choices]
    return frozenset(ids)


def _unknown_choices(node: Node, edge: Edge, offered: frozenset[str], place: Place) -> list[Finding]:
    if not isinstance(edge.guard, Chosen):
        return []
    return [
        UnknownChoice.at(
            place,
            f"`{node.id}` has no choice `{choice}`",
            help=_suggest(choice, offered) or f"the choices are: {', '.join(sorted(offered)) or 'none'}",
        )
        for choice in edge.guard.choices
        if choice not in offered
    ]
