"""``GRF028``: an edge that an earlier one always takes the place of."""

from __future__ import annotations

from collections.abc import Iterator

from bascule.diagnostics import Finding, Label, Severity
from bascule.ir.expr import Call, Const, Expression
from bascule.ir.expr_text import print_expression
from bascule.ir.nodes import Chosen, Edge, Message, Node, Otherwise, Unsupported, When
from bascule.ir.project import Flow
from bascule.passes.rules import CheckContext, CheckRule
from bascule.passes.rules.graph.ranges import Covered, range_of
from bascule.passes.rules.wording import shown
from bascule.source import Place

__all__ = ["ShadowedEdge"]

_ANY_OF = frozenset({"same_text"})


def _word(expression: Expression) -> str | None:
    value = expression.value if isinstance(expression, Const) else None
    return " ".join(value.casefold().split()) if isinstance(value, str) else None


class _Seen:
    """What the edges of one node tested so far."""

    def __init__(self) -> None:
        self.conditions: dict[Expression, Edge] = {}
        self.words: dict[tuple[str, Expression], dict[str, Edge]] = {}
        self.choices: dict[str, Edge] = {}
        self.numbers: dict[tuple[str, Expression], tuple[Covered, Edge]] = {}
        self.otherwise: Edge | None = None
        self.always: Edge | None = None

    def shadow(self, edge: Edge) -> tuple[Edge, str] | None:
        """The earlier edge that always wins over this one, with what both test; then remember this one."""
        guard = edge.guard
        if isinstance(guard, Otherwise):
            return self._otherwise(edge)
        if not isinstance(guard, (When, Chosen)):
            return None
        if self.otherwise is not None:
            return self.otherwise, "`else` comes before it"
        if self.always is not None:
            return self.always, "the condition before it always holds"
        return self._chosen(edge, guard) if isinstance(guard, Chosen) else self._when(edge, guard.condition)

    def _otherwise(self, edge: Edge) -> tuple[Edge, str] | None:
        if self.always is not None:
            return self.always, "the condition before it always holds"
        known = self.otherwise
        self.otherwise = known or edge
        return (known, "there is an `else` already") if known is not None else None

    def _chosen(self, edge: Edge, guard: Chosen) -> tuple[Edge, str] | None:
        before = [self.choices.get(choice) for choice in guard.choices]
        for choice in guard.choices:
            self.choices.setdefault(choice, edge)
        first = before[0] if before else None
        if first is not None and None not in before:
            return first, f"`{shown(', '.join(guard.choices))}` is taken already"
        return None

    def _when(self, edge: Edge, condition: Expression) -> tuple[Edge, str] | None:
        known = self.conditions.setdefault(condition, edge)
        if known is not edge:
            return known, f"`{shown(print_expression(condition), 60)}` was tested already"
        if isinstance(condition, Const) and condition.value is True:
            self.always = self.always or edge
            return None
        if range_of(condition) is not None:
            return self._number(edge, condition)
        if not isinstance(condition, Call) or condition.name not in _ANY_OF or len(condition.args) < 2:
            return None
        words = [_word(argument) for argument in condition.args[1:]]
        seen = self.words.setdefault((condition.name, condition.args[0]), {})
        before = [seen.get(word) if word is not None else None for word in words]
        for word in words:
            if word is not None:
                seen.setdefault(word, edge)
        first = before[0]
        if first is not None and None not in before:
            return first, f"`{shown(', '.join(word or '' for word in words))}` is taken already"
        return None

    def _number(self, edge: Edge, condition: Expression) -> tuple[Edge, str] | None:
        """The numbers of a comparison, when the ones before it take them all."""
        found = range_of(condition)
        if found is None:
            return None
        key, item = found
        covered, first = self.numbers.setdefault(key, (Covered(), edge))
        if not item.empty and covered.holds(item):
            return first, f"every number of `{shown(print_expression(condition), 60)}` is taken already"
        covered.add(item)
        return None


class ShadowedEdge(CheckRule):
    """An edge can never be taken

    What it does: reports an edge whose condition, words or choices were all tested by an earlier edge of the same
    node, whose numbers (`age < 12` after `age < 18`) earlier ones take all, and edges that stand after `else` or after
    a condition that always holds. It is only a remark when both lead to the same node or the same words.
    Why: edges are tried in order; the author expects something to happen that never will.
    Example:
        bascule: 1
        locale: fr
        flows:
          age:
            entries: [{keyword: age}]
            nodes:
              question: {say: "Votre âge ?", ask: age, then: tri}
              tri: {case: [{when: age < 18, then: jeune}, {when: age < 18, then: adulte}, {else: adulte}]}
              jeune: {say: "Demandez à vos parents.", then: end}
              adulte: {say: "Merci, une personne vous appelle.", handover: equipe}
    Use instead:
        bascule: 1
        locale: fr
        flows:
          age:
            entries: [{keyword: age}]
            nodes:
              question: {say: "Votre âge ?", ask: age, then: tri}
              tri: {case: [{when: age < 18, then: jeune}, {else: adulte}]}
              jeune: {say: "Demandez à vos parents.", then: end}
              adulte: {say: "Merci, une personne vous appelle.", handover: equipe}
    Sources: bascule's own rule.
    """

    code = "GRF028"
    name = "shadowed-edge"
    severity = Severity.WARNING

    @classmethod
    def check(cls, context: CheckContext) -> Iterator[Finding]:
        """Go through the edges of every node in order."""
        for flow, node, place in context.nodes():
            yield from _of_node(cls, flow, node, place)


def _says_the_same(flow: Flow, one: str | None, other: str | None) -> bool:
    """Both ways lead to the same node, or to the same words."""
    if one == other:
        return True
    first, second = flow.by_id.get(one or ""), flow.by_id.get(other or "")
    if isinstance(first, Message) and isinstance(second, Message):
        return first.content == second.content
    if isinstance(first, Unsupported) and isinstance(second, Unsupported):
        return (first.construct, first.source) == (second.construct, second.source)
    return False


def _of_node(rule: type[CheckRule], flow: Flow, node: Node, place: Place) -> Iterator[Finding]:
    if len(node.edges) < 2:
        return
    seen = _Seen()
    for edge in node.edges:
        found = seen.shadow(edge)
        if found is None:
            continue
        first, why = found
        where = f"to `{edge.target}`" if edge.target is not None else "to the end"
        same = first.target == edge.target
        yield rule.at(
            edge.at or place,
            f"the way from `{node.id}` {where} is never taken: {why}",
            help="remove it" if same else "change its condition, or put it before the other one",
            labels=[Label(first.at, "this one is taken")] if first.at is not None else (),
            severity=Severity.INFO if _says_the_same(flow, first.target, edge.target) else Severity.WARNING,
            data={"node": node.id, "target": edge.target or ""},
        )
