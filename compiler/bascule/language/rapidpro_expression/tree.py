"""From the parse of a RapidPro expression to ``ir.expr``: called by the parser as it reduces, so iterative."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from bascule.ir.expr import Call, Const, Expression, Lambda, Ref

__all__ = ["FUNCTION", "MAX_DEPTH", "Part", "Refused", "TreeBuilder"]

FUNCTION = "()"
"""Prefix of the names of functions until they are settled, so that none passes for an operator."""

MAX_DEPTH = 100
"""Deepest expression that is read; the deepest seen in public exports has 8 levels."""

_ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|.)", re.DOTALL)
_LETTERS = {"n": "\n", "r": "\r", "t": "\t"}
_COMPARISONS = {"=": "eq", "!=": "ne", "<": "lt", "<=": "le", ">": "gt", ">=": "ge"}


class Refused(Exception):
    """The expression is not accepted: message, range in its text."""

    def __init__(self, message: str, start: int, end: int, deep: bool = False) -> None:
        super().__init__(message)
        self.message = message
        self.start = start
        self.end = end
        self.deep = deep


@dataclass(frozen=True, slots=True)
class Part:
    """A piece read so far with its range. ``bare`` is a name that may be a function's."""

    expression: Expression
    depth: int
    start: int
    end: int
    bare: str = ""


def _unquote(token: str) -> str:
    def replace(match: re.Match[str]) -> str:
        body = match.group(1)
        if len(body) > 1:
            code = int(body[1:], 16)
            return "\ufffd" if 0xD800 <= code <= 0xDFFF or code > 0x10FFFF else chr(code)
        # A backslash before anything else is a backslash: patterns are written that way.
        return _LETTERS.get(body) or (body if body in '"\\' else match.group())

    body = token[1:-1]
    return _ESCAPE.sub(replace, body) if "\\" in body else body


class TreeBuilder:
    """One method per alternative of ``grammars/rapidpro.lark``."""

    def start(self, items: list[Part]) -> Part:
        return items[0]

    def text(self, items: list[Any]) -> Part:
        return _leaf(Const(_unquote(items[0])), items[0])

    def number(self, items: list[Any]) -> Part:
        token = str(items[0])
        if len(token) > 400:
            raise Refused("the number has too many digits", items[0].start_pos, items[0].end_pos)
        return _leaf(Const(float(token) if "." in token else int(token)), items[0])

    def true(self, items: list[Any]) -> Part:
        return _leaf(Const(True), items[0])

    def false(self, items: list[Any]) -> Part:
        return _leaf(Const(False), items[0])

    def null(self, items: list[Any]) -> Part:
        return _leaf(Const(None), items[0])

    def name(self, items: list[Any]) -> Part:
        token = items[0]
        return Part(Ref((str(token),)), 1, token.start_pos, token.end_pos, str(token))

    def group(self, items: list[Part]) -> Part:
        inner = items[0]
        return Part(inner.expression, inner.depth, inner.start, inner.end)

    def arguments(self, items: list[Part]) -> list[Part]:
        return items

    def call0(self, items: list[Any]) -> Part:
        return self._call(items[0], [])

    def call(self, items: list[Any]) -> Part:
        return self._call(items[0], items[1])

    def _call(self, function: Part, arguments: list[Part]) -> Part:
        if not function.bare:
            raise Refused("only a function's name can stand before `(`", function.start, function.end)
        return _make(FUNCTION + function.bare, arguments, function.start, function.end)

    def member(self, items: list[Any]) -> Part:
        part, token = items
        return self._step(part, Const(str(token)), 1, token.end_pos)

    def item(self, items: list[Part]) -> Part:
        part, key = items
        return self._step(part, key.expression, key.depth, key.end + 1)

    def _step(self, part: Part, key: Expression, depth: int, end: int) -> Part:
        token = _token(key)
        if isinstance(part.expression, Ref) and token:
            return Part(Ref((*part.expression.path, token)), part.depth, part.start, end)
        return _checked(Part(Call("index", (part.expression, key)), 1 + max(part.depth, depth), part.start, end))

    def function(self, items: list[Any]) -> Part:
        body: Part = items[-1]
        names: list[str] = []
        parameters: list[Part] = []
        for item in items[:-1]:
            parameters += [item] if isinstance(item, Part) else item if isinstance(item, list) else []
        for part in parameters:
            if not part.bare:
                raise Refused("before `=>` stand names only", part.start, part.end)
            names.append(part.bare)
        return _checked(Part(Lambda(tuple(names), body.expression), body.depth + 1, parameters[0].start, body.end))

    def concatenation(self, items: list[Part]) -> Part:
        return _make("concat", items)

    def compare(self, items: list[Any]) -> Part:
        return _make(_COMPARISONS[str(items[1])], [items[0], items[2]])

    def add(self, items: list[Part]) -> Part:
        return _make("add", items)

    def sub(self, items: list[Part]) -> Part:
        return _make("sub", items)

    def mul(self, items: list[Part]) -> Part:
        return _make("mul", items)

    def div(self, items: list[Part]) -> Part:
        return _make("div", items)

    def pow(self, items: list[Part]) -> Part:
        return _make("pow", items)

    def neg(self, items: list[Part]) -> Part:
        inner = items[0]
        value = inner.expression.value if isinstance(inner.expression, Const) else None
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            return Part(Const(-value), 1, inner.start, inner.end)
        return _make("neg", items)


def _token(key: Expression) -> str:
    """A key as a step of a path; ``""`` for one that only a run can resolve, such as -1 for the last item."""
    value = key.value if isinstance(key, Const) else None
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else ""


def _leaf(expression: Expression, token: Any) -> Part:
    return Part(expression, 1, token.start_pos, token.end_pos)


def _make(name: str, parts: list[Part], start: int | None = None, end: int = 0) -> Part:
    first = start if start is not None else min(part.start for part in parts)
    last = max((part.end for part in parts), default=end)
    depth = 1 + max((part.depth for part in parts), default=0)
    return _checked(Part(Call(name, tuple(part.expression for part in parts)), depth, first, last))


def _checked(part: Part) -> Part:
    if part.depth > MAX_DEPTH:
        raise Refused(f"the expression is nested more than {MAX_DEPTH} levels deep", part.start, part.end, True)
    return part
