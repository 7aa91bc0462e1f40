"""``GRF025``: flows that run each other and never come back."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

from bascule.diagnostics import Finding, Label, Severity
from bascule.ir.nodes import End, Failure, Node, RunFlow
from bascule.ir.project import Flow, Project
from bascule.passes.rules import CheckContext, CheckRule
from bascule.passes.rules.graph.network import Network, components, network, ways_out
from bascule.source import Place

__all__ = ["EndlessRecursion"]


def _finishing(net: Network) -> set[str]:
    """The flows with at least one way through to their end. A flow that no file defines is taken to end."""
    project = net.project
    callers: dict[str, list[str]] = {}
    for flow in project.flows:
        for node in flow.nodes:
            if isinstance(node, RunFlow) and node.mode != "start":
                callers.setdefault(node.flow, []).append(flow.id)
    finishing: set[str] = set()
    pending = deque(flow.id for flow in project.flows)
    waiting = set(pending)
    while pending:
        flow_id = pending.popleft()
        waiting.discard(flow_id)
        if flow_id in finishing or not _finishes(net, project.by_id[flow_id], finishing):
            continue
        finishing.add(flow_id)
        again = [caller for caller in dict.fromkeys(callers.get(flow_id, ())) if caller not in waiting]
        waiting.update(again)
        pending.extend(again)
    return finishing


def _finishes(net: Network, flow: Flow, finishing: set[str]) -> bool:
    first = net.starts.get(flow.id)
    if first is None:
        return True
    start = net.vertices[first].node
    seen, stack = {start.id}, [start]
    while stack:
        node = stack.pop()
        comes_back = _comes_back(node, net.project, finishing)
        if isinstance(node, End) or (not ways_out(node) and comes_back):
            return True
        for edge in ways_out(node):
            if not comes_back and not isinstance(edge.guard, Failure):
                continue
            if edge.target is None:
                return True
            if edge.target not in seen and edge.target in flow.by_id:
                seen.add(edge.target)
                stack.append(flow.by_id[edge.target])
    return False


def _comes_back(node: Node, project: Project, finishing: set[str]) -> bool:
    if not isinstance(node, RunFlow) or node.mode == "start":
        return True
    return node.flow not in project.by_id or node.flow in finishing


class EndlessRecursion(CheckRule):
    """Flows run each other and never come back

    What it does: reports flows that call themselves, or each other in a ring, when every way through them calls
    again: no call ever returns.
    Why: what stands after the calls never happens, and platforms limit how deep flows may call each other.
    Example:
        bascule: 1
        locale: fr
        flows:
          menu:
            entries: [{keyword: menu}]
            nodes:
              debut: {say: "Que voulez-vous ?", ask: choix, then: encore}
              encore: {call: menu, then: fin}
              fin: {say: "Merci et à bientôt."}
    Use instead:
        bascule: 1
        locale: fr
        flows:
          menu:
            entries: [{keyword: menu}]
            nodes:
              debut: {say: "Que voulez-vous ?", ask: choix, then: tri}
              tri: {case: {choix = "fin": fin, else: debut}}
              fin: {say: "Merci et à bientôt."}
    Sources: bascule's own rule.
    """

    code = "GRF025"
    name = "endless-recursion"
    severity = Severity.WARNING

    @classmethod
    def check(cls, context: CheckContext) -> Iterator[Finding]:
        """Look for rings of calls without a way out."""
        net = network(context)
        flows = context.project.flows
        numbers = {flow.id: number for number, flow in enumerate(flows)}
        runs = [[node for node in flow.nodes if isinstance(node, RunFlow) and node.mode != "start"] for flow in flows]
        rings = components(
            len(flows), lambda number: [numbers[node.flow] for node in runs[number] if node.flow in numbers]
        )
        finishing = _finishing(net) if rings else set()
        for ring in rings:
            inside = {flows[number].id for number in ring}
            calls = [
                (flows[number], node)
                for number in ring
                for node in runs[number]
                if node.mode == "call" and node.flow in inside and node.flow not in finishing
            ]
            if not calls:
                continue
            flow, call = calls[0]
            names = " → ".join(f"`{flows[number].id}`" for number in (*ring, ring[0]))
            yield cls.at(
                call.at or flow.at or Place(""),
                f"the call of `{call.flow}` never returns: every way through {names} calls again",
                help="lead back with `jump` or `then`, or give one of the flows a way to its end",
                labels=[
                    Label(node.at, f"`{node.flow}` is called here") for _, node in calls[1:6] if node.at is not None
                ],
                data={"flows": sorted(inside)},
            )
