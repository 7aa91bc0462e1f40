"""From the parse of a native expression to ``ir.expr``: called by the parser as it reduces, so iterative."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from bascule.ir.expr import OPERATORS, Call, Const, Expression, Lambda, Opaque, Ref
from bascule.ir.expr_text import IDENTIFIER, KEYWORDS

__all__ = ["MAX_DEPTH", "Part", "Refused", "TreeBuilder", "split_path", "unquote"]

MAX_DEPTH = 200
"""Deepest expression that is read, as deep as the JSON reader goes."""

_MAX_DIGITS = 4_000
_COMPARISONS = {symbol: name for name, (symbol, strength) in OPERATORS.items() if strength == OPERATORS["eq"][1]}
_QUOTED = r"`[^`\\]*(?:\\.[^`\\]*)*`"
_TOKEN = rf"(?:{IDENTIFIER.pattern}|{_QUOTED})"
_PATH = re.compile(rf"{_TOKEN}(?:\.(?:{_TOKEN}|[0-9]+))*", re.DOTALL)
_PIECE = re.compile(rf"{_QUOTED}|[^.`]+", re.DOTALL)
_ESCAPE = re.compile(r"\\(u\{([0-9a-fA-F]{1,6})\}|u([0-9a-fA-F]{4})|.)", re.DOTALL)
_LETTERS = {"n": "\n", "r": "\r", "t": "\t"}


class Refused(Exception):
    """The expression is not accepted: message, range in its text, help."""

    def __init__(self, message: str, start: int, end: int, help: str = "", deep: bool = False) -> None:
        super().__init__(message)
        self.message = message
        self.start = start
        self.end = end
        self.help = help
        self.deep = deep


@dataclass(frozen=True, slots=True)
class Part:
    """A piece read so far. ``bare`` marks a number without parentheses, which a minus sign joins;
    ``start`` and ``end`` are offsets in the expression's text."""

    expression: Expression
    depth: int
    start: int
    end: int
    bare: bool = False


def unquote(token: str, start: int = 0) -> str:
    """The text of a quoted token. Raises :class:`Refused` for an escape that means nothing."""

    def replace(match: re.Match[str]) -> str:
        code = match.group(2) or match.group(3)
        if code is not None:
            value = int(code, 16)
            if value <= 0x10FFFF and not 0xD800 <= value <= 0xDFFF:
                return chr(value)
        elif match.group(1) in _LETTERS:
            return _LETTERS[match.group(1)]
        elif not match.group(1).isalnum():
            return match.group(1)
        at = start + 1 + match.start()
        raise Refused(
            f"`{match.group()}` is no escape", at, at + len(match.group()), r"write `\\` for a backslash that is said"
        )

    body = token[1:-1]
    return _ESCAPE.sub(replace, body) if "\\" in body else body


def split_path(text: str) -> tuple[str, ...] | None:
    """The tokens of a path, or None when the text is not one."""
    match = _PATH.fullmatch(text.strip())
    if match is None or match.group().split(".", 1)[0] in KEYWORDS:
        return None
    try:
        return tuple(_tokens(match.group(), 0))
    except Refused:
        return None


def _tokens(path: str, start: int) -> list[str]:
    pieces = ((match.group(), match.start()) for match in _PIECE.finditer(path))
    return [unquote(piece, start + at) if piece[0] == "`" else piece for piece, at in pieces]


class TreeBuilder:
    """One method per alternative of ``grammars/expression.lark``."""

    def start(self, items: list[Part]) -> Part:
        return items[0]

    def number(self, items: list[Any]) -> Part:
        token = items[0]
        text = str(token)
        if text.isdigit():
            if len(text) > _MAX_DIGITS:
                raise Refused("the number has too many digits", token.start_pos, token.end_pos)
            return Part(Const(int(text)), 1, token.start_pos, token.end_pos, True)
        return Part(Const(float(text)), 1, token.start_pos, token.end_pos, True)

    def string(self, items: list[Any]) -> Part:
        token = items[0]
        return Part(Const(unquote(token, token.start_pos)), 1, token.start_pos, token.end_pos)

    def reference(self, items: list[Any]) -> Part:
        token = items[0]
        return Part(Ref(_path(token)), 1, token.start_pos, token.end_pos)

    def true(self, items: list[Any]) -> Part:
        return Part(Const(True), 1, 0, 0)

    def false(self, items: list[Any]) -> Part:
        return Part(Const(False), 1, 0, 0)

    def null(self, items: list[Any]) -> Part:
        return Part(Const(None), 1, 0, 0)

    def group(self, items: list[Part]) -> Part:
        inner = items[0]
        return Part(inner.expression, inner.depth, inner.start, inner.end)

    def arguments(self, items: list[Part]) -> list[Part]:
        return items

    def call0(self, items: list[Any]) -> Part:
        return self._function(items[0], [])

    def call(self, items: list[Any]) -> Part:
        return self._function(items[0], items[1])

    def _function(self, token: Any, arguments: list[Part]) -> Part:
        path = _path(token)
        if len(path) != 1:
            raise Refused(
                f"`{token}` is called, but a function has one name without dots",
                token.start_pos,
                token.end_pos,
                "put the name in backquotes if it really has a dot",
            )
        if str(token) != "opaque":
            return _make(path[0], arguments, token.start_pos, token.end_pos)
        values = [part.expression.value for part in arguments if isinstance(part.expression, Const)]
        if len(arguments) != 2 or len(values) != 2 or not all(isinstance(value, str) for value in values):
            raise Refused(
                "`opaque` takes two quoted texts", token.start_pos, token.end_pos, 'write `opaque("liquid", "…")`'
            )
        return Part(Opaque(str(values[0]), str(values[1])), 1, token.start_pos, token.end_pos)

    def function0(self, items: list[Any]) -> Part:
        return self._lambda([], items[-1])

    def function(self, items: list[Any]) -> Part:
        body: Part = items[-1]
        names: list[Part] = []
        for item in items[:-1]:
            if isinstance(item, Part):
                names.append(item)
            elif isinstance(item, list):
                names.extend(item)
        return self._lambda(names, body)

    def _lambda(self, parameters: list[Part], body: Part) -> Part:
        names: list[str] = []
        for part in parameters:
            if not isinstance(part.expression, Ref) or len(part.expression.path) != 1:
                raise Refused("before `=>` stand names only", part.start, part.end, "write `(x) => …`")
            names.append(part.expression.path[0])
        start = parameters[0].start if parameters else body.start
        return _checked(Part(Lambda(tuple(names), body.expression), body.depth + 1, start, body.end))

    def disjunction(self, items: list[Part]) -> Part:
        return _make("or", items)

    def conjunction(self, items: list[Part]) -> Part:
        return _make("and", items)

    def concatenation(self, items: list[Part]) -> Part:
        return _make("concat", items)

    def not_(self, items: list[Part]) -> Part:
        return _make("not", items)

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
        if inner.bare and isinstance(value, (int, float)):
            return Part(Const(-value), 1, inner.start, inner.end)
        return _make("neg", items)


def _path(token: Any) -> tuple[str, ...]:
    """The tokens of a PATH terminal."""
    return tuple(_tokens(str(token), token.start_pos))


def _make(name: str, parts: list[Part], start: int | None = None, end: int | None = None) -> Part:
    first = start if start is not None else min((part.start for part in parts), default=0)
    last = max((part.end for part in parts), default=end or 0)
    depth = 1 + max((part.depth for part in parts), default=0)
    return _checked(Part(Call(name, tuple(part.expression for part in parts)), depth, first, last))


def _checked(part: Part) -> Part:
    if part.depth > MAX_DEPTH:
        raise Refused(
            f"nested more than {MAX_DEPTH} levels deep", part.start, part.end, "compute a part with `set` first", True
        )
    return part
