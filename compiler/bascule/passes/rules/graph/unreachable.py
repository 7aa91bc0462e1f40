"""``GRF020`` and ``GRF021``: nodes and flows that nobody gets to."""

from __future__ import annotations

from collections.abc import Iterator

from bascule.diagnostics import Finding, Label, Severity
from bascule.ir.nodes import Case, Edge, Node, RunFlow
from bascule.ir.parts import FILE, part_of
from bascule.ir.project import Flow
from bascule.passes.rules import CheckContext, CheckRule
from bascule.passes.rules.graph.network import ways_out
from bascule.source import Place

__all__ = ["FlowWithoutEntry", "UnreachableNode"]

_MOST_LABELS = 8
_MOST_GROUPS = 12
"""More groups than this are one finding: something leads past them all."""


def _before(flow: Flow, reached: set[str]) -> dict[str, tuple[Node, Edge]]:
    """Nodes that are not reached though a node that is has a way to them, with that node and way."""
    found: dict[str, tuple[Node, Edge]] = {}
    for node in flow.nodes:
        for edge in ways_out(node) if node.id in reached else ():
            if edge.target is not None and edge.target not in reached:
                found.setdefault(edge.target, (node, edge))
    return found


def _closed(node: Node) -> tuple[str, str]:
    """Why no way out of the node is taken, and what to do."""
    if isinstance(node, RunFlow):
        return f": the flow that `{node.id}` runs never comes back", "let that flow end, or remove the way"
    if isinstance(node, Case):
        help = "check what the counter is set to, moved by and compared with"
        return f": the counter that `{node.id}` tests never has a fitting value", help
    return f": `{node.id}` never goes on that way", "check its conditions, or remove the way"


def _islands(flow: Flow, reached: set[str]) -> Iterator[list[str]]:
    """The nodes that are not reached, in groups: first the node that leads to the others, then those."""
    lost = [node.id for node in flow.nodes if node.id not in reached]
    inside = set(lost)
    led_to = {
        edge.target
        for name in lost
        for edge in ways_out(flow.by_id[name])
        if edge.target in inside and edge.target != name
    }
    taken: set[str] = set()
    for head in [*(name for name in lost if name not in led_to), *lost]:
        if head in taken:
            continue
        group, stack = [], [head]
        taken.add(head)
        while stack:
            name = stack.pop()
            group.append(name)
            for edge in reversed(ways_out(flow.by_id[name])):
                if edge.target in inside and edge.target not in taken:
                    taken.add(edge.target)
                    stack.append(edge.target)
        yield group


class UnreachableNode(CheckRule):
    """No way leads to a node

    What it does: reports nodes that cannot be reached from any entry of their flow: one finding for the first of
    each group, the others as labels. A flow with many such groups has one finding for all. One file of an agent,
    read alone, is left out: what leads to its pages stands in the others.
    Why: nobody sees what they say; usually a transition was forgotten, or they are left over from an older version.
    Example:
        bascule: 1
        locale: fr
        flows:
          aide:
            entries: [{keyword: aide}]
            nodes:
              debut: {say: "Je vous passe une personne.", handover: equipe}
              ancien: {say: "Nos bureaux sont fermés.", then: end}
    Use instead:
        bascule: 1
        locale: fr
        flows:
          aide:
            entries: [{keyword: aide}, {keyword: horaires, then: ancien}]
            nodes:
              debut: {say: "Je vous passe une personne.", handover: equipe}
              ancien: {say: "Nos bureaux sont fermés.", then: end}
    Sources: bascule's own rule.
    """

    code = "GRF020"
    name = "unreachable-node"
    severity = Severity.WARNING

    @classmethod
    def check(cls, context: CheckContext) -> Iterator[Finding]:
        """Look for nodes without an arrival."""
        for flow in context.project.flows:
            reached = {node.id for node in flow.nodes if context.window.reached(flow.id, node.id)}
            if not reached or part_of(flow) == FILE:
                continue
            groups = list(_islands(flow, reached))
            if len(groups) > _MOST_GROUPS:
                yield _all_at_once(cls, flow, groups)
                continue
            before = _before(flow, reached)
            for group in groups:
                head, *others = [flow.by_id[name] for name in group]
                more = " and the node after it" if len(others) == 1 else f" and the {len(others)} nodes after it"
                labels = [Label(node.at, "only reached from there") for node in others if node.at is not None]
                why, help = "", "lead a transition or an entry to it, or remove it"
                if head.id in before:
                    last, edge = before[head.id]
                    labels.insert(0, Label(edge.at or last.at or Place(""), "this way is never taken"))
                    why, help = _closed(last)
                yield cls.at(
                    head.at or flow.at or Place(""),
                    f"no {'conversation gets' if why else 'way leads'} to `{head.id}`{more if others else ''}{why}",
                    help=help,
                    labels=labels[:_MOST_LABELS],
                    data={"flow": flow.id, "nodes": group},
                )


def _all_at_once(rule: type[CheckRule], flow: Flow, groups: list[list[str]]) -> Finding:
    heads = [flow.by_id[group[0]] for group in groups]
    lost = sum(map(len, groups))
    return rule.at(
        heads[0].at or flow.at or Place(""),
        f"no way leads to {lost} of the {len(flow.nodes)} nodes of `{flow.id}`; `{heads[0].id}` is the first",
        help="lead a transition or an entry to them, or remove them",
        labels=[Label(node.at, "nor to this one") for node in heads[1 : _MOST_LABELS + 1] if node.at is not None],
        data={"flow": flow.id, "nodes": [name for group in groups for name in group]},
    )


class FlowWithoutEntry(CheckRule):
    """Nothing starts a flow

    What it does: reports flows that have no entry and that no other flow runs.
    Why: nobody ever gets into them. Without knowing who starts it, bascule must assume that the business does, so
    that everything in it becomes a template.
    Example:
        bascule: 1
        locale: fr
        flows:
          aide:
            nodes:
              debut: {say: "Bonjour, je vous passe une personne.", handover: equipe}
    Use instead:
        bascule: 1
        locale: fr
        flows:
          aide:
            entries: [{keyword: aide}]
            nodes:
              debut: {say: "Bonjour, je vous passe une personne.", handover: equipe}
    Sources: bascule's own rule.
    """

    code = "GRF021"
    name = "flow-without-entry"
    severity = Severity.WARNING

    @classmethod
    def check(cls, context: CheckContext) -> Iterator[Finding]:
        """Look for flows that nobody enters or runs."""
        flows = context.project.flows
        run = {node.flow for flow in flows for node in flow.nodes if isinstance(node, RunFlow)}
        for flow in flows:
            if flow.nodes and not flow.entries and flow.id not in run and part_of(flow) != FILE:
                yield cls.at(
                    flow.at or flow.nodes[0].at or Place(""),
                    f"nothing starts the flow `{flow.id}`",
                    help="add an entry (`keyword`, `api`, `broadcast` …), or run it from another flow",
                    data={"flow": flow.id},
                )
