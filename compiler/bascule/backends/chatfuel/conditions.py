"""Conditions as segments, one way for those that fit and one for all others.

A segment joins comparisons with AND or OR and may hold one more level of them. What a segment cannot say (a negated
comparison, deeper nesting) becomes several conditions one after another: same way out, more blocks.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bascule.backends.chatfuel.words import Words, constant
from bascule.ir.expr import Call, Const, Expression, Ref

__all__ = ["Decision", "Untestable", "decisions", "segment_shown"]

_OPERATORS = {"eq": "IS", "ne": "IS_NOT", "starts_with": "STARTS_WITH", "contains": "CONTAINS", "lt": "LT", "gt": "GT",
              "is_blank": "IS_EMPTY", "has_text": "IS_NOT_EMPTY"}  # fmt: skip
_OPPOSITE = {"IS": "IS_NOT", "IS_NOT": "IS", "IS_EMPTY": "IS_NOT_EMPTY", "IS_NOT_EMPTY": "IS_EMPTY"}
_MIRRORED = {"eq": "eq", "ne": "ne", "lt": "gt", "gt": "lt", "ge": "le", "le": "ge"}
_DEEPEST = 60
_SPACE = uuid.UUID("8b9f1f0e-5d0c-5c7e-9f39-3a4b5a0f6f10")


class Untestable(Exception):
    """A condition that no segment says; the text names the part."""


@dataclass(frozen=True, slots=True)
class Decision:
    """One condition block. ``yes`` and ``no`` are block ids or None (nothing follows)."""

    id: str
    segment: dict[str, Any]
    yes: str | None
    no: str | None


Target = str | None
_Filter = tuple[str, str, tuple[str, ...]]
"""An attribute, the operator, the texts it is compared with."""


def decisions(
    condition: Expression, yes: Target, no: Target, words: Words, head: str, fresh: Callable[[str], str]
) -> tuple[list[Decision], Target]:
    """The condition blocks, the first one with the id ``head``, and where the decision starts.

    No blocks at all where the condition is always or never true. Raises :class:`Untestable`.
    """
    made: list[Decision] = []

    def build(part: Expression, yes: Target, no: Target, id_: str) -> Target:
        filters = _segment(part, words)
        if filters is not None:
            operator, items = filters
            made.append(Decision(id_, _written(operator, items, id_), yes, no))
            return id_
        if isinstance(part, Const):
            return yes if part.value else no
        if isinstance(part, Call) and part.name == "not":
            return build(part.args[0], no, yes, id_)
        if isinstance(part, Call) and part.name in ("and", "or") and part.args:
            following = yes if part.name == "and" else no
            for piece in reversed(part.args[1:]):
                target = build(piece, following, no, fresh(head)) if part.name == "and" else build(
                    piece, yes, following, fresh(head)
                )  # fmt: skip
                following = target
            ways = (following, no) if part.name == "and" else (yes, following)
            return build(part.args[0], *ways, id_)
        raise Untestable(getattr(part, "name", "this condition"))

    start = build(_plain(condition, 0), yes, no, head)
    return list(reversed(made)), start


def _plain(condition: Expression, depth: int) -> Expression:
    """The condition with the tests that segments have, constants worked out, ``not`` only where it is needed."""
    if depth > _DEEPEST:
        raise Untestable("a condition that nests too deep")
    if isinstance(condition, Ref):
        return _plain(Call("eq", (condition, Const(True))), depth + 1)
    if not isinstance(condition, Call):
        if isinstance(condition, Const):
            return Const(bool(condition.value))
        raise Untestable("this condition")
    if condition.name in ("and", "or"):
        return _joined(condition.name, [_plain(part, depth + 1) for part in condition.args])
    if condition.name == "not" and len(condition.args) == 1:
        inner = _plain(condition.args[0], depth + 1)
        if isinstance(inner, Const):
            return Const(not inner.value)
        return inner.args[0] if isinstance(inner, Call) and inner.name == "not" else Call("not", (inner,))
    return _test(condition, depth)


def _joined(name: str, parts: list[Expression]) -> Expression:
    """``and`` or ``or`` without constants."""
    ends = name == "or"
    if any(isinstance(part, Const) and bool(part.value) is ends for part in parts):
        return Const(ends)
    left = tuple(part for part in parts if not isinstance(part, Const))
    return Const(not ends) if not left else left[0] if len(left) == 1 else Call(name, left)


def _test(test: Call, depth: int) -> Expression:
    name, args = test.name, test.args
    if len(args) == 2 and isinstance(args[0], Const) and isinstance(args[1], Ref) and name in _MIRRORED:
        return _plain(Call(_MIRRORED[name], (args[1], args[0])), depth + 1)
    if name in ("ge", "le") and len(args) == 2:
        # What is not set is neither less nor more: only a value that is there may fit.
        inner = Call("lt" if name == "ge" else "gt", args)
        return _plain(Call("not", (Call("or", (inner, Call("is_blank", args[:1]))),)), depth + 1)
    if name == "not_contains" and len(args) == 2:
        return _plain(Call("not", (Call("contains", args),)), depth + 1)
    if name in ("eq", "ne") and len(args) == 2 and isinstance(args[0], Const) and isinstance(args[1], Const):
        return Const((constant(args[0].value) == constant(args[1].value)) is (name == "eq"))
    if name in ("is_blank", "has_text") and args and isinstance(args[0], Const):
        return Const((not constant(args[0].value).strip()) is (name == "is_blank"))
    if name not in _OPERATORS or not args or not isinstance(args[0], Ref):
        raise Untestable(name)
    if name in ("eq", "ne") and isinstance(args[1], Const) and constant(args[1].value) == "":
        return Call("is_blank" if name == "eq" else "has_text", args[:1])
    return test


def _segment(part: Expression, words: Words, depth: int = 0) -> tuple[str, list[Any]] | None:
    """The condition as one segment: its operator and filters; None where it takes several."""
    single = _filter(part, words)
    if single is not None:
        return "AND", [single]
    if not isinstance(part, Call) or part.name not in ("and", "or") or depth > 1:
        return None
    items: list[Any] = []
    for inner in part.args:
        found = _filter(inner, words) or (_segment(inner, words, depth + 1) if depth == 0 else None)
        if found is None:
            return None
        items.append(found)
    return part.name.upper(), items


def _filter(part: Expression, words: Words) -> _Filter | None:
    negated = isinstance(part, Call) and part.name == "not"
    test = part.args[0] if negated and isinstance(part, Call) else part
    if not isinstance(test, Call) or test.name not in _OPERATORS or not isinstance(test.args[0], Ref):
        return None
    operator = _OPERATORS[test.name]
    if negated:
        if operator not in _OPPOSITE:
            return None
        operator = _OPPOSITE[operator]
    values = tuple(words.value(value) for value in test.args[1:])
    return words.attribute(test.args[0].path), operator, values


def _id(*parts: str) -> str:
    return str(uuid.uuid5(_SPACE, "\x1f".join(parts)))


def _written(operator: str, items: list[Any], owner: str) -> dict[str, Any]:
    """``SegmentInput``; ids come from what the segment says."""
    filters: list[dict[str, Any]] = []
    for index, item in enumerate(items):
        path = f"{owner}/{index}"
        if len(item) == 2:
            filters.append({"id": _id("filter", path), "byInFlightSegment": _written(item[0], item[1], path)})
            continue
        name, test, values = item
        strategy = {"operator": test, "comparableValues": list(values)}
        filters.append({"id": _id("filter", path), "byAttribute": {"name": name, "defaultStrategy": strategy}})
    return {"id": _id("segment", owner), "resultOperator": operator, "filters": filters}


def segment_shown(segment: dict[str, Any]) -> str:
    """A segment in words, for the checklist."""
    shown = []
    for item in segment["filters"]:
        if "byInFlightSegment" in item:
            shown.append(f"({segment_shown(item['byInFlightSegment'])})")
            continue
        test = item["byAttribute"]
        strategy = test["defaultStrategy"]
        words = " / ".join(f"“{value}”" for value in strategy["comparableValues"])
        shown.append(" ".join(part for part in (f"`{test['name']}`", strategy["operator"], words) if part))
    return f" {segment['resultOperator']} ".join(shown)
