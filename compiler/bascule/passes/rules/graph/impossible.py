"""``GRF031``: a condition that cannot hold."""

from __future__ import annotations

from collections.abc import Iterator

from bascule.diagnostics import Finding, Severity
from bascule.ir.expr import Const, Expression
from bascule.ir.expr_text import print_expression
from bascule.ir.nodes import When
from bascule.passes.rules import CheckContext, CheckRule
from bascule.passes.rules.graph.ranges import Range, conjuncts, range_of, words_of
from bascule.passes.rules.wording import shown
from bascule.source import Place

__all__ = ["ImpossibleCondition"]


class ImpossibleCondition(CheckRule):
    """A condition can never hold

    What it does: reports conditions of edges and entries whose parts exclude each other: ranges of numbers that
    have nothing in common (`age > 18 and age < 12`), one value that must equal two different texts, and conditions
    that are the constant `false`.
    Why: the way behind it is never taken, though somebody wrote it for a case that happens. Often `or` was meant.
    Example:
        bascule: 1
        locale: fr
        flows:
          age:
            entries: [{keyword: age}]
            nodes:
              question: {say: "Votre âge ?", ask: age, then: tri}
              tri: {case: [{when: age < 12 and age > 65, then: reduit}, {else: plein}]}
              reduit: {say: "Tarif réduit : 01 70 18 00 00", then: end}
              plein: {say: "Plein tarif : 01 70 18 00 00", then: end}
    Use instead:
        bascule: 1
        locale: fr
        flows:
          age:
            entries: [{keyword: age}]
            nodes:
              question: {say: "Votre âge ?", ask: age, then: tri}
              tri: {case: [{when: age < 12 or age > 65, then: reduit}, {else: plein}]}
              reduit: {say: "Tarif réduit : 01 70 18 00 00", then: end}
              plein: {say: "Plein tarif : 01 70 18 00 00", then: end}
    Sources: bascule's own rule.
    """

    code = "GRF031"
    name = "impossible-condition"
    severity = Severity.WARNING

    @classmethod
    def check(cls, context: CheckContext) -> Iterator[Finding]:
        """Look at the conditions of all edges and entries."""
        for flow in context.project.flows:
            for entry in flow.entries:
                if entry.condition is not None:
                    place = entry.at or flow.at or Place("")
                    yield from _judge(cls, entry.condition, place, f"the {entry.kind.value} entry of `{flow.id}`")
        for _, node, place in context.nodes():
            for edge in node.edges:
                if isinstance(edge.guard, When):
                    where = f"to `{edge.target}`" if edge.target is not None else "to the end"
                    yield from _judge(cls, edge.guard.condition, edge.at or place, f"the way from `{node.id}` {where}")


def _judge(rule: type[CheckRule], condition: Expression, place: Place, what: str) -> Iterator[Finding]:
    why = _contradiction(condition)
    if why:
        yield rule.at(
            place,
            f"{what} is never taken: {why}",
            help="compare with the right value, or remove the way"
            if isinstance(condition, Const)
            else "write `or` if either may hold, or remove the way",
            data={"condition": print_expression(condition)},
        )


def _contradiction(condition: Expression) -> str:
    """Why the condition cannot hold; empty when it may."""
    ranges: dict[tuple[str, Expression], Range] = {}
    texts: dict[Expression, frozenset[str]] = {}
    for part in conjuncts(condition):
        if isinstance(part, Const) and part.value is False:
            return "its condition is `false`"
        numbers, words = range_of(part), words_of(part)
        if numbers is not None:
            key, item = numbers
            ranges[key] = ranges.get(key, Range()).meet(item)
            if ranges[key].empty:
                return f"no number fits `{shown(print_expression(condition), 60)}`"
        elif words is not None:
            subject, allowed = words
            texts[subject] = texts.get(subject, allowed) & allowed
            if not texts[subject]:
                return f"`{shown(print_expression(subject))}` cannot be all the texts it is compared with"
    return ""
