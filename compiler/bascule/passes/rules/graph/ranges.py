"""What a condition says about one value: a range of numbers, or a few words."""

from __future__ import annotations

import bisect
import math
from collections.abc import Iterator
from dataclasses import dataclass

from bascule.ir.expr import Call, Const, Expression

__all__ = ["Covered", "Range", "conjuncts", "range_of", "words_of"]

_COMPARED = {"lt": "lt", "le": "le", "gt": "gt", "ge": "ge", "eq": "eq"}
_FOUND = {
    "has_number_lt": "lt",
    "has_number_lte": "le",
    "has_number_gt": "gt",
    "has_number_gte": "ge",
    "has_number_eq": "eq",
}
_MOST_PARTS = 100


@dataclass(frozen=True, slots=True)
class Range:
    """Numbers from ``low`` to ``high``. An end is a number and 0 or ±1: just at it, just after it or just before it."""

    low: tuple[float, int] = (-math.inf, 0)
    high: tuple[float, int] = (math.inf, 0)

    @property
    def empty(self) -> bool:
        """No number is in it."""
        return self.low > self.high

    def meet(self, other: Range) -> Range:
        """The numbers in both."""
        return Range(max(self.low, other.low), min(self.high, other.high))


def conjuncts(condition: Expression) -> Iterator[Expression]:
    """The parts of a condition that must all hold."""
    stack = [condition]
    for _ in range(_MOST_PARTS):
        if not stack:
            return
        part = stack.pop()
        if isinstance(part, Call) and part.name == "and":
            stack.extend(reversed(part.args))
        else:
            yield part
    yield from stack


def range_of(part: Expression) -> tuple[tuple[str, Expression], Range] | None:
    """What a comparison with a constant says: how and what is compared, and the numbers for which it holds."""
    if not isinstance(part, Call) or not part.args or isinstance(part.args[0], Const):
        return None
    subject = part.args[0]
    if part.name == "has_number_between" and len(part.args) == 3:
        low, high = _number(part.args[1], True), _number(part.args[2], True)
        return (("found", subject), Range((low, 0), (high, 0))) if low is not None and high is not None else None
    how, text = (_COMPARED.get(part.name), False) if part.name in _COMPARED else (_FOUND.get(part.name), True)
    value = _number(part.args[1], text) if how is not None and len(part.args) == 2 else None
    if value is None or how is None:
        return None
    return ("found" if text else "compared", subject), _BOUNDS[how](value)


_BOUNDS = {
    "lt": lambda value: Range(high=(value, -1)),
    "le": lambda value: Range(high=(value, 0)),
    "gt": lambda value: Range(low=(value, 1)),
    "ge": lambda value: Range(low=(value, 0)),
    "eq": lambda value: Range((value, 0), (value, 0)),
}


def _number(expression: Expression, text: bool) -> float | None:
    value = expression.value if isinstance(expression, Const) else None
    if isinstance(value, str) and text:
        try:
            value = float(value.strip())
        except ValueError:
            return None
    if isinstance(value, bool) or not isinstance(value, (int, float)) or abs(value) > 1e300:
        return None
    return float(value)


def words_of(part: Expression) -> tuple[Expression, frozenset[str]] | None:
    """What a comparison of whole texts says: the value, and the words of which it is one (case ignored)."""
    if not isinstance(part, Call) or part.name not in ("eq", "same_text") or len(part.args) < 2:
        return None
    words = [argument.value for argument in part.args[1:] if isinstance(argument, Const)]
    if len(words) < len(part.args) - 1 or not all(isinstance(word, str) for word in words):
        return None
    return part.args[0], frozenset(" ".join(str(word).casefold().split()) for word in words)


class Covered:
    """A growing union of ranges: disjoint, sorted, with no gap between neighbours that touch."""

    def __init__(self) -> None:
        self._lows: list[tuple[float, int]] = []
        self._highs: list[tuple[float, int]] = []

    def holds(self, item: Range) -> bool:
        """All numbers of the range are in the union."""
        at = bisect.bisect_right(self._lows, item.low) - 1
        return at >= 0 and self._highs[at] >= item.high

    def add(self, item: Range) -> None:
        """Take a range in; ranges that touch it become one."""
        if item.empty:
            return
        low, high = item.low, item.high
        first = bisect.bisect_left(self._highs, _before(low))
        last = bisect.bisect_right(self._lows, _after(high))
        if first < last:
            low, high = min(low, self._lows[first]), max(high, self._highs[last - 1])
        self._lows[first:last] = [low]
        self._highs[first:last] = [high]


def _before(end: tuple[float, int]) -> tuple[float, int]:
    """The end that a range may have to touch one that begins here; numbers may be broken, so no whole step."""
    return end[0], end[1] - 1


def _after(end: tuple[float, int]) -> tuple[float, int]:
    return end[0], end[1] + 1
