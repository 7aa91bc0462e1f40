"""Conditions as Typebot's comparisons: items that are all or any of their comparisons."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import product
from typing import NamedTuple

from bascule.ir.expr import Call, Const, Expression, Ref

__all__ = ["Comparison", "Untestable", "items_of"]

_OPERATORS = {
    "eq": "Equal to",
    "ne": "Not equal",
    "contains": "Contains",
    "not_contains": "Does not contain",
    "gt": "Greater than",
    "ge": "Greater or equal to",
    "lt": "Less than",
    "le": "Less or equal to",
    "has_text": "Is set",
    "is_blank": "Is empty",
    "starts_with": "Starts with",
    "ends_with": "Ends with",
    "has_pattern": "Matches regex",
}
_MOST_ITEMS = 200


class Untestable(Exception):
    """A condition that no comparison says; the text says which part."""


class Comparison(NamedTuple):
    """A variable's name, the operator, and the text it is compared with."""

    variable: str
    operator: str
    value: str


def items_of(condition: Expression) -> list[list[Comparison]]:
    """The condition as alternatives, each of comparisons that all have to hold. Raises :class:`Untestable`."""
    alternatives = list(_alternatives(condition, 0))
    if len(alternatives) > _MOST_ITEMS:
        raise Untestable("a condition of more than 200 alternatives")
    return alternatives


def _alternatives(condition: Expression, depth: int) -> Iterator[list[Comparison]]:
    if depth > 50:
        raise Untestable("a condition that nests too deep")
    if isinstance(condition, Const):
        if condition.value:
            yield []
        return
    if isinstance(condition, Call) and condition.name == "or":
        for part in condition.args:
            yield from _alternatives(part, depth + 1)
        return
    if isinstance(condition, Call) and condition.name == "and":
        parts = [list(_alternatives(part, depth + 1)) for part in condition.args]
        size = 1
        for part_items in parts:
            size *= len(part_items)
        if size > _MOST_ITEMS:
            raise Untestable("a condition of more than 200 alternatives")
        for chosen in product(*parts):
            yield [comparison for piece in chosen for comparison in piece]
        return
    if isinstance(condition, Call) and condition.name == "not" and len(condition.args) == 1:
        yield [_negated(condition.args[0])]
        return
    yield [_comparison(condition)]


def _negated(inner: Expression) -> Comparison:
    made = _comparison(inner)
    if made.operator == "Matches regex":
        return made._replace(operator="Does not match regex")
    if made.operator in ("Starts with", "Ends with"):
        escaped = re.escape(made.value)
        pattern = f"^{escaped}" if made.operator == "Starts with" else f"{escaped}$"
        return Comparison(made.variable, "Does not match regex", pattern)
    raise Untestable(f"not {made.operator.lower()}")


def _comparison(condition: Expression) -> Comparison:
    if not isinstance(condition, Call) or condition.name not in _OPERATORS or not condition.args:
        raise Untestable(getattr(condition, "name", "this condition"))
    args = list(condition.args)
    if len(args) == 2 and isinstance(args[0], Const) and isinstance(args[1], Ref) and condition.name in ("eq", "ne"):
        args.reverse()
    if not isinstance(args[0], Ref):
        raise Untestable("a comparison without a variable")
    return Comparison(args[0].name, _OPERATORS[condition.name], _value(args[1]) if len(args) > 1 else "")


def _value(value: Expression) -> str:
    if isinstance(value, Ref):
        return "{{" + value.name + "}}"
    if isinstance(value, Const):
        if isinstance(value.value, bool):
            return "true" if value.value else "false"
        return "" if value.value is None else str(value.value)
    raise Untestable("a comparison with a computed value")
