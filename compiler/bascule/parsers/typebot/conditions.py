"""Comparisons of condition blocks, display conditions and start conditions as expressions."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from bascule.ir.expr import Call, Const, Expression, Opaque, Ref
from bascule.ir.text import text_expression
from bascule.language.members import as_text, clip
from bascule.language.reading import json_text
from bascule.parsers.typebot.catalogue import NOT_OPERATORS, OPERATORS
from bascule.parsers.typebot.reading import Reading
from bascule.parsers.typebot.rules import IncompleteComparison, WrongShape
from bascule.source import Place

__all__ = ["LANGUAGE", "Condition", "read_condition"]

LANGUAGE = "typebot"

_ORDER = ("gt", "ge", "lt", "le")
_REGEX = re.compile(r"/(.+)/([a-z]{0,6})", re.DOTALL)
_MEMBERS = frozenset({"logicalOperator", "comparisons"})


class Condition:
    """A condition that was read: the expression, and what of it is not the same (``""`` for nothing)."""

    def __init__(self, expression: Expression, remark: str = "", code: str = "") -> None:
        self.expression = expression
        self.remark = remark
        self.code = code


def read_condition(
    reading: Reading, value: Any, place: Place, subject: Callable[[dict[str, Any], Place], Ref | None] | None = None
) -> Condition:
    """Read ``{logicalOperator, comparisons}``. ``subject`` gives what a comparison looks at where it names no variable
    (start conditions compare the first message)."""
    if not isinstance(value, dict) or not isinstance(value.get("comparisons", []), list):
        code = reading.find(WrongShape, place, "the condition is no list of comparisons; it is taken as never true")
        return Condition(Const(False), "no comparisons can be read", code)
    comparisons = value.get("comparisons") or []
    operator = value.get("logicalOperator")
    name = "or" if operator == "OR" else "and"
    remark, code = "", ""
    if operator not in (None, "AND", "OR") or value.keys() - _MEMBERS:
        code = reading.find(
            WrongShape, place, "a condition has members or an operator that are not known; AND is taken for `or`, `and`"
        )
        remark = "parts of it are not known"
    parts: list[Expression] = []
    for index, item in enumerate(comparisons):
        part = _comparison(reading, item, place.child("comparisons", index), subject)
        parts.append(part.expression)
        remark, code = remark or part.remark, code or part.code
    if not parts:
        code = reading.find(
            IncompleteComparison,
            place,
            "a condition has no comparison: it is never true",
            help="add one in the editor, or remove the branch",
        )
        return Condition(Const(False), "never true: it has no comparison", code)
    return Condition(parts[0] if len(parts) == 1 else Call(name, tuple(parts)), remark, code)


def _comparison(
    reading: Reading, item: Any, place: Place, subject: Callable[[dict[str, Any], Place], Ref | None] | None
) -> Condition:
    data = item if isinstance(item, dict) else {}
    operator = data.get("comparisonOperator")
    looked_at = subject(data, place) if subject is not None else _variable(reading, data, place)
    if looked_at is None or not isinstance(operator, str) or not operator:
        missing = "a variable" if looked_at is None else "an operator"
        code = reading.find(
            IncompleteComparison,
            place,
            f"a comparison lacks {missing}: it is never true",
            help="complete it in the editor",
        )
        return Condition(Const(False), "never true: it is incomplete", code)
    test = OPERATORS.get(operator)
    if test is None:
        code = reading.find(
            IncompleteComparison,
            place.child("comparisonOperator"),
            f"`{clip(operator)}` is no operator that is known; the comparison is kept as it is",
            help="write the condition on the new platform",
        )
        kept = json_text(reading.safe(data, place, report=False))
        return Condition(Opaque(LANGUAGE, kept), "an operator that is not known", code)
    if test == "is_blank":
        tested: Expression = Call(test, (looked_at,))
        return Condition(Call("not", (tested,)) if operator in NOT_OPERATORS else tested)
    value = as_text(data.get("value"))
    at = place.child("value")
    if test == "has_pattern":
        return _pattern(reading, looked_at, value, at, operator)
    if value in ("undefined", "null"):
        right: Expression = Const(None)
    elif test in _ORDER:
        right = reading.number_value(value, at)
    else:
        right = text_expression(reading.text(value, at))
    tested = Call(test, (looked_at, right))
    return Condition(Call("not", (tested,)) if operator in NOT_OPERATORS else tested)


def _variable(reading: Reading, data: dict[str, Any], place: Place) -> Ref | None:
    path = reading.variable(data.get("variableId"), place.child("variableId"))
    return Ref(path) if path else None


def _pattern(reading: Reading, looked_at: Ref, value: str, place: Place, operator: str) -> Condition:
    """A regular expression, bare or as ``/pattern/flags``."""
    match = _REGEX.fullmatch(value)
    pattern, flags = (match.group(1), match.group(2)) if match else (value, "")
    right = text_expression(reading.text(pattern, place)) if "{{" in pattern else Const(pattern)
    tested: Expression = Call("has_pattern", (looked_at, right))
    remark = "" if "i" in flags else "the pattern is compared without regard to case"
    return Condition(Call("not", (tested,)) if operator in NOT_OPERATORS else tested, remark)
