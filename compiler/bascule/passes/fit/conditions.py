"""Conditions that a target can test: other tests for the same thing, two ways out instead of many."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bascule.ir.expr import Call, Const, Expression, Opaque, Ref
from bascule.ir.nodes import Always, Case, Edge, Node, Otherwise, When
from bascule.passes.fit.context import ANSWER, FitContext, variable
from bascule.passes.fit.intents import meaning

__all__ = ["Fitted", "branches", "fit_condition", "same_answer"]


@dataclass(frozen=True, slots=True)
class Fitted:
    """A condition that the target can test; ``loss`` says how it differs from the source's (``""``: not at all)."""

    condition: Expression
    loss: str = ""


_NEGATED = {"eq": "ne", "ne": "eq", "lt": "ge", "ge": "lt", "gt": "le", "le": "gt", "is_blank": "has_text",
            "has_text": "is_blank", "contains": "not_contains", "not_contains": "contains"}  # fmt: skip

_NEAR: dict[str, tuple[tuple[str, str], ...]] = {
    "same_text": (("has_only_phrase", ""), ("eq", "upper and lower case count")),
    "has_only_phrase": (("same_text", ""), ("eq", "upper and lower case and punctuation count")),
    "has_only_text": (("eq", ""), ("same_text", "upper and lower case do not count")),
    "eq": (("same_text", "upper and lower case do not count"),),
    "has_phrase": (("contains", "parts of words count too"),),
    "has_beginning": (("starts_with", ""),),
    "has_any_word": (("contains", "parts of words count too"),),
    "has_value": (("has_text", ""),),
    "has_number_eq": (("eq", "the answer has to be the number alone"),),
    "has_number_lt": (("lt", "the answer has to be the number alone"),),
    "has_number_lte": (("le", "the answer has to be the number alone"),),
    "has_number_gt": (("gt", "the answer has to be the number alone"),),
    "has_number_gte": (("ge", "the answer has to be the number alone"),),
    "has_category": (("eq", ""),),
    "has_group": (("contains", ""),),
    "starts_with": (("has_pattern", ""),),
    "ends_with": (("has_pattern", ""),),
    "matches": (("has_pattern", ""),),
    "has_number": (("has_pattern", ""),),
    "has_email": (("has_pattern", ""),),
    "has_phone": (("has_pattern", ""),),
    "has_time": (("has_pattern", ""),),
    "has_date": (("has_pattern", "only dates in figures are seen"),),
}
_PATTERNS = {
    "has_number": r"\d",
    "has_email": r"[^\s@]+@[^\s@]+\.[^\s@]+",
    "has_phone": r"\+?[\d\s().-]{6,}",
    "has_time": r"\d{1,2}[:h]\d{2}",
    "has_date": r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}",
}
_SPLIT = frozenset({"same_text", "contains", "starts_with", "ends_with", "has_only_phrase", "has_category"})
_DEPTH = 40


def fit_condition(context: FitContext, condition: Expression) -> Fitted | None:
    """The condition in tests that the target has, or None when there is no way to say it."""
    return _fit(frozenset(context.target.items("condition")), condition, 0)


def same_answer(context: FitContext, value: Expression, words: tuple[str, ...]) -> Fitted | None:
    """The condition that an answer is one of these words."""
    return fit_condition(context, Call("same_text", (value, *(Const(word) for word in words))))


def _fit(tests: frozenset[str], condition: Expression, depth: int) -> Fitted | None:
    if depth > _DEPTH or isinstance(condition, Opaque):
        return None
    if isinstance(condition, Const):
        return Fitted(condition)
    if isinstance(condition, Ref):
        return _fit(tests, Call("eq", (condition, Const(True))), depth + 1)
    if not isinstance(condition, Call):
        return None
    if condition.name in ("and", "or"):
        parts = [_fit(tests, part, depth + 1) for part in condition.args]
        whole = [part for part in parts if part is not None]
        if len(whole) < len(parts) or not whole:
            return None
        loss = next((part.loss for part in whole if part.loss), "")
        return Fitted(Call(condition.name, tuple(part.condition for part in whole)), loss)
    if condition.name == "not" and len(condition.args) == 1:
        return _not(tests, condition.args[0], depth)
    return _test(tests, condition, depth)


def _not(tests: frozenset[str], inner: Expression, depth: int) -> Fitted | None:
    if isinstance(inner, Call):
        if inner.name == "not" and len(inner.args) == 1:
            return _fit(tests, inner.args[0], depth + 1)
        if inner.name in ("and", "or"):
            other = "or" if inner.name == "and" else "and"
            return _fit(tests, Call(other, tuple(Call("not", (part,)) for part in inner.args)), depth + 1)
        if inner.name in _NEGATED and _NEGATED[inner.name] in tests and len(inner.args) <= 2:
            return _fit(tests, Call(_NEGATED[inner.name], inner.args), depth + 1)
    fitted = _fit(tests, inner, depth + 1)
    if fitted is None:
        return None
    made = fitted.condition
    if isinstance(made, Call) and made.name in _NEGATED and _NEGATED[made.name] in tests:
        return Fitted(Call(_NEGATED[made.name], made.args), fitted.loss)
    return Fitted(Call("not", (made,)), fitted.loss)


def _test(tests: frozenset[str], condition: Call, depth: int) -> Fitted | None:
    name, args = condition.name, condition.args
    if name in _SPLIT and len(args) > 2:
        parts = tuple(Call(name, (args[0], word)) for word in args[1:])
        return _fit(tests, Call("or", parts), depth + 1)
    if name == "has_number_between" and len(args) == 3:
        bounds = (Call("has_number_gte", args[:2]), Call("has_number_lte", (args[0], args[2])))
        return _fit(tests, Call("and", bounds), depth + 1)
    if name in ("has_any_word", "has_all_words") and len(args) == 2 and name not in tests:
        words = args[1]
        if isinstance(words, Const) and isinstance(words.value, str) and words.value.split():
            tested = tuple(Call("has_phrase", (args[0], Const(word))) for word in words.value.split())
            joined: Expression = tested[0] if len(tested) == 1 else Call("or" if "any" in name else "and", tested)
            return _fit(tests, joined, depth + 1)
    if not all(isinstance(arg, (Const, Ref)) for arg in args):
        return None
    if name in tests:
        return Fitted(condition)
    for other, loss in _NEAR.get(name, ()):
        if other in tests:
            made = _as_pattern(name, condition) if other == "has_pattern" else Call(other, args)
            if made is not None:
                return Fitted(made, loss)
    if name in ("is_blank", "has_text", "has_value") and "eq" in tests and "ne" in tests:
        return Fitted(Call("eq" if name == "is_blank" else "ne", (args[0], Const(""))))
    return None


def _as_pattern(name: str, condition: Call) -> Call | None:
    import re

    if name in _PATTERNS:
        return Call("has_pattern", (condition.args[0], Const(_PATTERNS[name])))
    word = condition.args[1] if len(condition.args) == 2 else None
    if not isinstance(word, Const) or not isinstance(word.value, str):
        return None
    text = word.value if name == "matches" else re.escape(word.value)
    made = {"starts_with": f"^{text}", "ends_with": f"{text}$", "matches": f"^(?:{text})$"}[name]
    return Call("has_pattern", (condition.args[0], Const(made)))


def branches(context: FitContext, node: Case, following: Callable[[str], str]) -> list[Node]:
    """A case as the target's conditions: one node, or a chain of nodes with two ways each.

    The first node keeps the id. Conditions that cannot be tested are left out and put down as lost. ``following``
    makes an id for a further node of the chain.
    """
    tests: list[tuple[Expression, Edge]] = []
    rest: Edge | None = None
    place = context.place(node)
    for edge in node.edges:
        if isinstance(edge.guard, When):
            condition = meaning(context.project, edge.guard.condition, variable(ANSWER), context.language)
            fitted = fit_condition(context, condition)
            where = edge.at or place
            if fitted is None:
                context.note(
                    "dropped", "condition", where, f"{context.target.name} cannot test it", "rebuild it by hand"
                )
            elif fitted.loss:
                context.note("degraded", "condition", where, fitted.loss, "look at the test")
                tests.append((fitted.condition, edge))
            else:
                context.note("exact", "condition", where)
                tests.append((fitted.condition, edge))
        elif isinstance(edge.guard, (Otherwise, Always)) and rest is None:
            rest = edge
    if not context.has("condition.combined"):
        tests = [piece for test, edge in tests for piece in _flat(test, edge)]
    ways = context.target.count("condition.ways")
    last = Edge(Otherwise(), rest.target if rest else None, rest.label if rest else "", rest.at if rest else None)
    per_node = max(1, ways - 1)
    chunks = [tests[start : start + per_node] for start in range(0, len(tests), per_node)] or [[]]
    ids = [node.id, *(following(f"{node.id}_{number}") for number in range(2, len(chunks) + 1))]
    made: list[Node] = []
    for index, chunk in enumerate(chunks):
        edges = [Edge(When(test), edge.target, edge.label, edge.at) for test, edge in chunk]
        edges.append(Edge(Otherwise(), ids[index + 1]) if index + 1 < len(chunks) else last)
        made.append(Case(id=ids[index], edges=tuple(edges), title=node.title, subject=node.subject, at=node.at))
    if len(made) > 1:
        context.note("emulated", "case", place, f"{len(made)} conditions in a row: each has {ways} ways out")
    else:
        context.note("exact", "case", place)
    return made


def _flat(test: Expression, edge: Edge) -> list[tuple[Expression, Edge]]:
    """A condition joined with ``or`` as several that lead to the same node."""
    if isinstance(test, Call) and test.name == "or":
        return [piece for part in test.args for piece in _flat(part, edge)]
    return [(test, edge)]
