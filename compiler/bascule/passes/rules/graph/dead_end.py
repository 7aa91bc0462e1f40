"""``GRF022``: a question whose answer is never used."""

from __future__ import annotations

from collections.abc import Iterator

from bascule.diagnostics import Finding, Severity
from bascule.ir.nodes import Ask, Failure, RunFlow, Timeout
from bascule.ir.parts import part_of
from bascule.ir.project import Flow, Initiator
from bascule.passes.rules import CheckContext, CheckRule

__all__ = ["DeadEnd"]


class DeadEnd(CheckRule):
    """Nothing follows the answer to a question

    What it does: reports asks after whose answer the flow is over: nothing is said, nothing is done. It is only a
    remark when the answer is kept in a variable. Left out are flows that other flows run, which go on there, single
    messages and pages that a program sends and reacts to itself (tables of SMS, ContentRepo), one file of an agent
    that was read alone, and ends after a message, which is how flows end.
    Why: the person answers and hears nothing.
    Example:
        bascule: 1
        locale: fr
        flows:
          avis:
            entries: [{keyword: avis}]
            nodes:
              question: {say: "Que pouvons-nous améliorer ?", ask: }
    Use instead:
        bascule: 1
        locale: fr
        flows:
          avis:
            entries: [{keyword: avis}]
            nodes:
              question: {say: "Que pouvons-nous améliorer ?", ask: remarque, then: merci}
              merci: {say: "Merci, c'est noté."}
    Sources: bascule's own rule.
    """

    code = "GRF022"
    name = "dead-end"
    severity = Severity.WARNING

    @classmethod
    def check(cls, context: CheckContext) -> Iterator[Finding]:
        """Look for asks without a way on."""
        flows = context.project.flows
        run = {node.flow for flow in flows for node in flow.nodes if isinstance(node, RunFlow)}
        for flow, node, place in context.nodes():
            if not isinstance(node, Ask) or flow.id in run or part_of(flow):
                continue
            if not context.window.reached(flow.id, node.id):
                continue
            if any(entry.initiator is Initiator.SUBFLOW for entry in flow.entries) or _single_send(flow):
                continue
            replies = [edge for edge in node.edges if not isinstance(edge.guard, (Timeout, Failure))]
            if any(edge.target is not None for edge in replies):
                continue
            kept = f", though it is kept in `{'.'.join(node.into)}`" if node.into else " and is not kept"
            yield cls.at(
                place,
                f"the answer to `{node.id}` leads nowhere{kept}",
                help="thank the person, or make it a message that does not wait",
                severity=Severity.INFO if node.into else Severity.WARNING,
                data={"flow": flow.id, "node": node.id},
            )


def _single_send(flow: Flow) -> bool:
    """One message that a program sends: the flow itself is not in the file."""
    return len(flow.nodes) == 1 and all(entry.initiator is Initiator.BUSINESS for entry in flow.entries)
