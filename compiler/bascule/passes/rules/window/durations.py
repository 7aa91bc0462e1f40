"""``WIN012``: a wait without a bound."""

from __future__ import annotations

import math
from collections.abc import Iterator

from bascule.diagnostics import Finding, Severity
from bascule.ir.expr_text import print_expression
from bascule.ir.nodes import Delay, Duration, Timeout
from bascule.passes.rules import CheckContext, CheckRule
from bascule.passes.rules.wording import shown
from bascule.source import Place

__all__ = ["UnboundedWait"]


class UnboundedWait(CheckRule):
    """Nobody knows how long a wait takes

    What it does: reports waits and timeouts whose length is computed at run time, or is not known, and that have
    no upper bound.
    Why: bascule must assume that any time can pass, so every message after it needs a template.
    Example:
        bascule: 1
        locale: fr
        flows:
          rappel:
            entries: [{keyword: rappel}]
            nodes:
              attente: {wait: {seconds: delai}, say: "Bonjour, c'est l'heure de votre rappel, à bientôt !", then: end}
    Use instead:
        bascule: 1
        locale: fr
        flows:
          rappel:
            entries: [{keyword: rappel}]
            nodes:
              attente:
                wait: {seconds: delai, at_most: 12h}
                say: "Bonjour, c'est l'heure de votre rappel, à bientôt !"
                then: end
    Sources: bascule's own rule.
    """

    code = "WIN012"
    name = "unbounded-wait"
    severity = Severity.WARNING

    @classmethod
    def check(cls, context: CheckContext) -> Iterator[Finding]:
        """Look at every wait and timeout."""
        for flow, node, place in context.nodes():
            waits: list[tuple[Duration, Place, str]] = []
            if isinstance(node, Delay):
                waits.append((node.duration, place, f"the wait `{node.id}`"))
            for edge in node.edges:
                if isinstance(edge.guard, Timeout):
                    waits.append((edge.guard.after, edge.at or place, f"the timeout of `{node.id}`"))
            for duration, where, what in waits:
                if math.isfinite(duration.high):
                    continue
                how = "of unknown length"
                if duration.expression is not None:
                    how = f"computed (`{shown(print_expression(duration.expression))}`) and has no bound"
                elif duration.seconds is not None:
                    how = "without end"
                yield cls.at(
                    where,
                    f"{what} is {how}",
                    help="write the longest it can take: `at_most: 12h`",
                    data={"flow": flow.id, "node": node.id},
                )
