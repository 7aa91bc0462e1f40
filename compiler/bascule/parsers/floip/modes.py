"""Conditions that look at the channel: what is asked of a call never holds in a written conversation."""

from __future__ import annotations

from bascule.ir.expr import Call, Const, Expression, Ref

__all__ = ["in_writing"]

_MODE = ("channel", "mode")
_CALLS = frozenset({"ivr"})


def in_writing(condition: Expression) -> Expression:
    """The condition as it stands where nobody calls: ``channel.mode = "ivr"`` is false. Depth is bounded by what is
    read."""
    if not isinstance(condition, Call):
        return condition
    if condition.name in ("eq", "ne") and len(condition.args) == 2:
        if any(_is_mode(item) for item in condition.args) and any(_is_call(item) for item in condition.args):
            return Const(condition.name == "ne")
        return condition
    if condition.name in ("and", "or"):
        decides = condition.name == "or"
        args = [in_writing(item) for item in condition.args]
        if any(item == Const(decides) and isinstance(item, Const) for item in args):
            return Const(decides)
        kept: list[Expression] = []
        for item in args:
            if isinstance(item, Call) and item.name == condition.name:
                kept.extend(item.args)
            elif item != Const(not decides):
                kept.append(item)
        if not kept:
            return Const(not decides)
        return kept[0] if len(kept) == 1 else Call(condition.name, tuple(kept))
    if condition.name == "not" and len(condition.args) == 1:
        inner = in_writing(condition.args[0])
        return Const(not inner.value) if isinstance(inner, Const) and isinstance(inner.value, bool) else condition
    return condition


def _is_mode(expression: Expression) -> bool:
    while isinstance(expression, Call) and expression.name in ("lower", "upper", "trim") and expression.args:
        expression = expression.args[0]
    return isinstance(expression, Ref) and expression.path == _MODE


def _is_call(expression: Expression) -> bool:
    return isinstance(expression, Const) and str(expression.value).casefold() in _CALLS
