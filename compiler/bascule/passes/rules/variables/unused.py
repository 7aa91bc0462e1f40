"""``VAR015``: a value that is kept and never looked at."""

from __future__ import annotations

from collections.abc import Iterator

from bascule.diagnostics import Finding, Severity
from bascule.ir.expr import opaque_parts
from bascule.ir.nodes import HttpRequest, Node, RunFlow, SetVariable, Unsupported
from bascule.ir.parts import FILE, part_of
from bascule.passes.rules import CheckContext, CheckRule
from bascule.passes.rules.variables.uses import Path, dotted, expressions_of, uses
from bascule.source import Place

__all__ = ["KEPT_FOR_OTHERS", "SetNeverUsed", "seen_by_code"]

KEPT_FOR_OTHERS = frozenset({
    "contact", "groups", "labels", "fields", "globals", "results", "contexts", "user", "urns", "session", "channel",
})  # fmt: skip
"""First words of paths that reports, exports and the platform itself read."""


class SetNeverUsed(CheckRule):
    """A variable is set and never used

    What it does: reports variables of a flow that it computes (`set`) and that no text, condition or request uses.
    Left out are answers and results, which people read in reports, the contact's own data, and projects
    with code, requests or flows that may use the variable unseen.
    Why: often the name is misspelt where it should be used, so that the value never shows.
    Example:
        bascule: 1
        locale: fr
        flows:
          salut:
            entries: [{keyword: salut}]
            nodes:
              calcul: {set: {accueil: '"Bonjour"'}, then: debut}
              debut: {say: "Une question ? 01 70 18 00 00", then: end}
    Use instead:
        bascule: 1
        locale: fr
        flows:
          salut:
            entries: [{keyword: salut}]
            nodes:
              calcul: {set: {accueil: '"Bonjour"'}, then: debut}
              debut: {say: "{accueil} ! Une question ? 01 70 18 00 00", then: end}
    Sources: bascule's own rule.
    """

    code = "VAR015"
    name = "variable-set-never-used"
    severity = Severity.INFO

    @classmethod
    def check(cls, context: CheckContext) -> Iterator[Finding]:
        """Compare what is set with what is used."""
        if context.once(seen_by_code):
            return
        found = uses(context)
        used = {use.path for use in found.items if not use.own}
        above = {path[:size] for path in used for size in range(1, len(path) + 1)}
        declared = {variable.name for variable in context.project.variables if variable.description}
        told: set[Path] = set()
        for flow, node, place in context.nodes():
            if not isinstance(node, SetVariable) or part_of(flow) == FILE:
                continue
            for item in node.assignments:
                path = item.target
                if item.op == "clear" or not path or path[0] in KEPT_FOR_OTHERS or path in told:
                    continue
                prefixes = (path[:size] for size in range(1, len(path) + 1))
                if path in above or any(prefix in used for prefix in prefixes) or dotted(path) in declared:
                    continue
                told.add(path)
                yield cls.at(
                    item.at or place or flow.at or Place(""),
                    f"`{node.id}` sets `{dotted(path)}`, which nothing uses",
                    help="remove it, or check how it is spelt where it should stand",
                    data={"variable": dotted(path), "flow": flow.id, "node": node.id},
                )


def seen_by_code(context: CheckContext) -> bool:
    """Code, another program or a flow that was not read may look at any variable."""
    return any(_sees_all(node, context) for _, node, _ in context.nodes())


def _sees_all(node: Node, context: CheckContext) -> bool:
    """Code or another program that may look at any variable."""
    if isinstance(node, Unsupported):
        return True
    if isinstance(node, HttpRequest) and node.service != "http":
        return True
    if isinstance(node, RunFlow) and node.flow not in context.project.by_id:
        return True
    return any(True for expression, _ in expressions_of(node) for _ in opaque_parts(expression))
