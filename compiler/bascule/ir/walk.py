"""Rewriting a graph: one walk over all its dataclasses, for changes that do not care where a thing stands."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, is_dataclass, replace
from functools import cache
from typing import Any, TypeVar, cast

from bascule.ir.expr import Call, Const, Expression, Lambda, Opaque, Ref
from bascule.ir.nodes import Ask, Assignment, HttpRequest
from bascule.source import Place

__all__ = ["KEEP", "map_expressions", "rewrite"]

T = TypeVar("T")
KEEP = object()
"""What a change answers to say: not mine, look inside."""


@cache
def _names(kind: Any) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind) if field.name != "at")


def rewrite(value: T, change: Callable[[Any], Any]) -> T:
    """The value with every part replaced that ``change`` answers for; it answers :data:`KEEP` for the others.

    Looks into dataclasses and tuples, outermost first; a part that was replaced is not looked into again.
    Parts that did not change stay the same objects.
    """
    return cast(T, _rewrite(value, change))


def _rewrite(value: Any, change: Callable[[Any], Any]) -> Any:
    if isinstance(value, (str, int, float, Place)) or value is None:
        return value
    made = change(value)
    if made is not KEEP:
        return made
    if isinstance(value, tuple):
        items = tuple(_rewrite(item, change) for item in value)
        return items if any(new is not old for new, old in zip(items, value, strict=True)) else value
    if is_dataclass(value):
        changed = {}
        for name in _names(cast(Any, type(value))):
            old = getattr(value, name)
            new = _rewrite(old, change)
            if new is not old:
                changed[name] = new
        return replace(cast(Any, value), **changed) if changed else value
    return value


def map_expressions(
    value: T, expression: Callable[[Expression], Expression], path: Callable[[tuple[str, ...]], tuple[str, ...]]
) -> T:
    """The value with every expression replaced, and every variable path that something is kept in."""

    def change(part: Any) -> Any:
        if isinstance(part, (Ref, Call, Const, Lambda, Opaque)):
            return expression(part)
        if isinstance(part, Assignment):
            made = expression(part.value) if part.value is not None else None
            target = path(part.target)
            return part if made is part.value and target == part.target else replace(part, value=made, target=target)
        if isinstance(part, Ask) and part.into:
            into = path(part.into)
            inner = _rewrite(replace(part, into=()), change)
            return replace(inner, into=into)
        if isinstance(part, HttpRequest) and (part.into or part.mapping):
            mapping = tuple((where, path(target)) for where, target in part.mapping)
            inner = _rewrite(replace(part, into=(), mapping=()), change)
            return replace(inner, into=path(part.into) if part.into else (), mapping=mapping)
        return KEEP

    return rewrite(value, change)
