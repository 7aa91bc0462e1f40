"""Read one RapidPro expression: parse, settle names, and say in words why one cannot be read."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

from bascule.ir.expr import Call, Const, Expression, Lambda, Ref
from bascule.language.rapidpro_expression.names import FUNCTIONS, ROOTS, canonical, native_call
from bascule.language.rapidpro_expression.tree import FUNCTION, Part, Refused, TreeBuilder

if TYPE_CHECKING:
    from lark import Lark

__all__ = ["Reading", "read_expression"]

_MAX_LENGTH = 10_000
"""Longest expression that is read; RapidPro's own limit for a whole message."""

_WORD = re.compile(r"\w+")
_STRING = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"', re.DOTALL)
_EXPECTED = {
    "LPAR": "`(`", "RPAR": "`)`", "LSQB": "`[`", "RSQB": "`]`", "COMMA": "`,`", "DOT": "`.`", "ARROW": "`=>`",
    "$END": "the end of the expression",
}  # fmt: skip
_OPERATORS = frozenset({"AMPERSAND", "EQUALITY", "ORDER", "PLUS", "MINUS", "STAR", "SLASH", "CIRCUMFLEX"})
_VALUES = frozenset({"NAME", "TEXT", "NUMBER", "TRUE", "FALSE", "NULL", "LPAR", "MINUS"})
_MISTAKES = {
    "==": "write `=` to compare",
    "<>": "write `!=`",
    "!": "write `!=`, or `if(…, false, true)`",
    "&&": "write `and(…, …)`",
    "||": "write `or(…, …)`",
    "'": 'write texts in double quotes: "…"',
    "“": 'write straight quotes: "…"',
    "”": 'write straight quotes: "…"',
    "«": 'write straight quotes: "…"',
    "’": "write straight quotes",
    "{": "an expression has no braces",
    "@": "inside `@(…)` names stand without `@`",
}


@dataclass(frozen=True, slots=True)
class Reading:
    """An expression read, or why not. ``unknown`` are (kind, name, start, end) of names that mean nothing:
    kind is ``function`` or ``name``. ``error`` is (message, start, end, help)."""

    expression: Expression | None
    unknown: tuple[tuple[str, str, int, int], ...] = ()
    error: tuple[str, int, int, str] | None = None
    too_large: bool = False


@cache
def _parser() -> Lark:
    from lark import Lark

    from bascule.resources import read_text

    return Lark(
        read_text("grammars", "rapidpro.lark"),
        parser="lalr",
        lexer="basic",
        transformer=TreeBuilder(),
        maybe_placeholders=False,
    )


@lru_cache(maxsize=4096)
def read_expression(source: str) -> Reading:
    """Read the inside of ``@(…)``. Never raises on content."""
    if len(source) > _MAX_LENGTH:
        message = f"the expression is longer than {_MAX_LENGTH} characters"
        return Reading(None, error=(message, 0, len(source), ""), too_large=True)
    from lark.exceptions import UnexpectedCharacters, UnexpectedToken, VisitError

    try:
        part = _parser().parse(source)
        assert isinstance(part, Part)
    except Refused as refused:
        return _refused(refused)
    except VisitError as wrapped:
        if not isinstance(wrapped.orig_exc, Refused):
            raise
        return _refused(wrapped.orig_exc)
    except UnexpectedToken as error:
        return Reading(None, error=_bad_token(source, error))
    except UnexpectedCharacters as error:
        return Reading(None, error=_bad_character(source, error.pos_in_stream or 0))
    settler = _Settler(source)
    expression = settler.settle(part.expression, frozenset())
    return Reading(expression, tuple(settler.unknown))


def _refused(refused: Refused) -> Reading:
    return Reading(None, error=(refused.message, refused.start, refused.end, ""), too_large=refused.deep)


class _Settler:
    """Gives names their meaning, from the outside in. Recursion is bounded by the depth that is read."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.unknown: list[tuple[str, str, int, int]] = []

    def settle(self, item: Expression, bound: frozenset[str]) -> Expression:
        if isinstance(item, Ref):
            return self.reference(item, bound)
        if isinstance(item, Lambda):
            return Lambda(item.parameters, self.settle(item.body, bound | frozenset(item.parameters)))
        if not isinstance(item, Call):
            return item
        args = tuple(self.settle(argument, bound) for argument in item.args)
        if not item.name.startswith(FUNCTION):
            return Call(item.name, args)
        name = item.name[len(FUNCTION) :]
        if name.lower() not in FUNCTIONS:
            self.note("function", name)
        return native_call(name, args)

    def reference(self, item: Ref, bound: frozenset[str]) -> Expression:
        root = item.path[0]
        if root in bound:
            return item
        if root.lower() in ROOTS:
            return Ref(canonical(item.path))
        if len(item.path) == 1 and root.lower() in FUNCTIONS:
            # `foreach(x, upper)` hands a function over by its name.
            return Call("function", (Const(root.lower()),))
        self.note("name", root)
        return item

    def note(self, kind: str, name: str) -> None:
        if any(known[1] == name for known in self.unknown):
            return
        bare = _STRING.sub(lambda match: " " * len(match.group()), self.source)
        start = next((match.start() for match in _WORD.finditer(bare) if match.group() == name), 0)
        self.unknown.append((kind, name, start, start + len(name)))


def _expected(names: set[str]) -> str:
    words: list[str] = []
    if names >= {"NAME", "TEXT", "NUMBER"}:
        words.append("a value")
        names = names - _VALUES
    if len(names & _OPERATORS) > 2:
        words.append("an operator")
        names = names - _OPERATORS
    words += [_EXPECTED[name] for name in sorted(names) if name in _EXPECTED]
    return " or ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words) or "something else"


def _bad_token(source: str, error: Any) -> tuple[str, int, int, str]:
    token = error.token
    expected = _expected(set(error.accepts or error.expected))
    if token.type == "$END":
        if not source.strip():
            return "the expression is empty", 0, len(source), "write a variable or a function"
        end = len(source.rstrip())
        return f"the expression ends where {expected} was expected", max(end - 1, 0), end, ""
    start = int(token.start_pos)
    end = start + len(token)
    shown = str(token) if len(token) < 30 else str(token)[:29] + "…"
    return f"found `{shown}` where {expected} was expected", start, end, _mistake(source, start)


def _bad_character(source: str, start: int) -> tuple[str, int, int, str]:
    char = source[start]
    if char == '"':
        return 'the `"` that opens here is never closed', start, len(source), 'add the closing `"`'
    shown = char if char.isprintable() else f"U+{ord(char):04X}"
    return f"found `{shown}`, which no expression has", start, start + 1, _mistake(source, start)


def _mistake(source: str, start: int) -> str:
    """The usual cure for what stands at ``start``: habits from other languages."""
    for at, size in ((start, 2), (start - 1, 2), (start, 1)):
        piece = source[max(at, 0) : at + size]
        if piece in _MISTAKES:
            return _MISTAKES[piece]
    return ""
