"""Local variables of a template: their values are put where their names stand."""

from __future__ import annotations

from bascule.ir.expr import Call, Const, Expression, Lambda, Ref

__all__ = ["Scope", "fits", "in_place", "nested_if"]

Scope = dict[str, Expression]

_MAX_NODES, _MAX_HEIGHT = 600, 120
"""Largest expression that putting values in place may give: passes walk expressions recursively."""


def in_place(expression: Expression, scope: Scope) -> Expression:
    """The expression with local variables replaced by their values.

    Recurses to the height of the expression, which :func:`fits` bounds for everything in a scope.
    """
    if not scope:
        return expression
    if isinstance(expression, Ref):
        value = scope.get(expression.path[0])
        if value is None:
            return expression
        for key in expression.path[1:]:
            value = Ref((*value.path, key)) if isinstance(value, Ref) else Call("index", (value, Const(key)))
        return value
    if isinstance(expression, Call):
        args = tuple(in_place(arg, scope) for arg in expression.args)
        if expression.name == "index" and isinstance(args[0], Ref) and isinstance(args[1], Const):
            return Ref((*args[0].path, str(args[1].value)))
        return Call(expression.name, args)
    return expression


def nested_if(arms: list[tuple[Expression | None, Expression]], default: Expression) -> Expression:
    """Conditions with their values, in order, as ``if`` calls; a condition None is the ``else``."""
    result = default
    for condition, value in reversed(arms):
        result = value if condition is None else Call("if", (condition, value, result))
    return result


def fits(expression: Expression) -> bool:
    """Whether the tree is small and flat enough for those who walk it."""
    stack: list[tuple[Expression, int]] = [(expression, 1)]
    nodes = 0
    while stack:
        item, height = stack.pop()
        nodes += 1
        if nodes > _MAX_NODES or height > _MAX_HEIGHT:
            return False
        if isinstance(item, Call):
            stack.extend((arg, height + 1) for arg in item.args)
        elif isinstance(item, Lambda):
            stack.append((item.body, height + 1))
    return True
