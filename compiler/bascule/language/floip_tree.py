"""From the parse of a FLOIP expression to ``ir.expr``: called by the parser as it reduces, so iterative."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from bascule.ir.expr import OPERATORS, TESTS, Call, Const, Expression, Lambda, Ref

__all__ = ["FUNCTIONS", "MAX_DEPTH", "Part", "Refused", "TreeBuilder"]

MAX_DEPTH = 100
"""Deepest expression that is read; the deepest seen in public containers has 4 levels."""

_ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|.)", re.DOTALL)
_LETTERS = {"n": "\n", "r": "\r", "t": "\t"}
_COMPARISONS = {"==": "eq", "=": "eq", "!=": "ne", "<>": "ne", "<": "lt", "<=": "le", ">": "gt", ">=": "ge"}

# The function's own name: (native name, least and most arguments for which it means the same).
_NATIVE: dict[str, tuple[str, int, int]] = {
    "and": ("and", 2, 99),
    "or": ("or", 2, 99),
    "not": ("not", 1, 1),
    "if": ("if", 3, 3),
    "upper": ("upper", 1, 1),
    "lower": ("lower", 1, 1),
    "proper": ("title", 1, 1),
    "trim": ("trim", 1, 1),
    "clean": ("trim", 1, 1),
    "len": ("length", 1, 1),
    "count": ("length", 1, 1),
    "concatenate": ("concat", 2, 99),
    "substitute": ("replace", 3, 3),
    "abs": ("abs", 1, 1),
    "min": ("min", 1, 99),
    "max": ("max", 1, 99),
    "round": ("round", 1, 2),
    "now": ("now", 0, 0),
    "today": ("today", 0, 0),
    "url_encode": ("url_encode", 1, 1),
    "json": ("json", 1, 1),
    "is_nil_or_empty": ("is_blank", 1, 1),
    "default": ("default", 2, 2),
    "join": ("join", 2, 2),
}

_OTHERS = """
    array capture char code date datedif datetime_add datevalue datetimevalue day days edate epoch find first_word fixed
    float hour int isbool isnumber isstring is_error is_date left map filter reduce reject with_index append delete
    has_member has_key keys values minute mod month parse_datevalue parse_json percent power rand randbetween
    rand_between read_digits regex_capture regex_named_capture remove_first_word rept right second slice sort_by sort
    split sum time timevalue unichar unicode uniq weekday word word_count word_slice year base64_encode base64_decode
    hmac_sha256 parse_float type_of attachment_parts length number text
"""
FUNCTIONS = frozenset((*_NATIVE, *TESTS, *_OTHERS.split()))
"""Functions of the specification (https://floip.gitbook.io/flow-specification/expressions) and of Turn
(https://whatsapp.turn.io/docs/build/stacks_and_journeys/expressions)."""

_VOCABULARY = "split first last index slice format number text function opaque date time format_date length"
_TAKEN = frozenset((*OPERATORS, *TESTS, *(name for name, _, _ in _NATIVE.values()), *_VOCABULARY.split()))
"""Names of the native vocabulary: a function that means something else must not pass for one."""


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
    """A piece read so far with its range; ``functions`` are the names called in it that are not known."""

    expression: Expression
    depth: int
    start: int
    end: int
    functions: tuple[tuple[str, int, int], ...] = ()


def _unquote(token: str) -> str:
    def replace(match: re.Match[str]) -> str:
        body = match.group(1)
        if len(body) == 5:
            char = chr(int(body[1:], 16))
            return "\ufffd" if "\ud800" <= char <= "\udfff" else char
        # A backslash before anything else is a backslash: patterns are written that way.
        return _LETTERS.get(body) or (body if body in "\"'\\" else match.group())

    body = token[1:-1]
    return _ESCAPE.sub(replace, body) if "\\" in body else body


class TreeBuilder:
    """One method per alternative of ``grammars/floip_expression.lark``."""

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
        return _leaf(Ref((_captured(str(items[0])),)), items[0])

    def group(self, items: list[Part]) -> Part:
        inner = items[0]
        return Part(inner.expression, inner.depth, inner.start, inner.end, inner.functions)

    def arguments(self, items: list[Part]) -> list[Part]:
        return items

    def call0(self, items: list[Any]) -> Part:
        return self._call(items[0], [])

    def call(self, items: list[Any]) -> Part:
        return self._call(items[0], items[1])

    def _call(self, token: Any, arguments: list[Part]) -> Part:
        name = str(token).lower()
        native, least, most = _NATIVE.get(name, ("", 1, 0))
        if least <= len(arguments) <= most:
            called = native
        else:
            called = f"floip_{name}" if name in _TAKEN and name not in TESTS else name
        part = _make(called, arguments, token.start_pos, token.end_pos)
        if name in FUNCTIONS:
            return part
        unknown = (*part.functions, (str(token), token.start_pos, token.end_pos))
        return Part(part.expression, part.depth, part.start, part.end, unknown)

    def array0(self, items: list[Any]) -> Part:
        return Part(Call("array"), 1, 0, 0)

    def array(self, items: list[Any]) -> Part:
        return _make("array", items[0])

    def member(self, items: list[Any]) -> Part:
        part: Part = items[0]
        token = items[1]
        # `a.0.1` comes as the number 0.1.
        keys = tuple(str(token).split("."))
        if isinstance(part.expression, Ref):
            return Part(Ref((*part.expression.path, *keys)), part.depth, part.start, token.end_pos, part.functions)
        for key in keys:
            call = Call("index", (part.expression, Const(key)))
            part = _checked(Part(call, part.depth + 1, part.start, token.end_pos, part.functions))
        return part

    def item(self, items: list[Part]) -> Part:
        part, key = items
        value = key.expression.value if isinstance(key.expression, Const) else None
        fixed = isinstance(value, (str, int)) and not isinstance(value, bool) and value != ""
        if isinstance(part.expression, Ref) and fixed:
            return Part(Ref((*part.expression.path, str(value))), part.depth, part.start, key.end + 1, part.functions)
        return _make("index", [part, key])

    def capture(self, items: list[Part]) -> Part:
        body = items[0]
        names = sorted(set(_captures(body.expression)), key=lambda name: int(name[8:]))
        return _checked(
            Part(Lambda(tuple(names), body.expression), body.depth + 1, body.start, body.end, body.functions)
        )

    def either(self, items: list[Any]) -> Part:
        return _chain("or", items[0], items[-1])

    def both(self, items: list[Any]) -> Part:
        return _chain("and", items[0], items[-1])

    def compare(self, items: list[Any]) -> Part:
        return _make(_COMPARISONS[str(items[1])], [items[0], items[2]])

    def concat(self, items: list[Part]) -> Part:
        return _chain("concat", items[0], items[1])

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


def _captured(name: str) -> str:
    """The name of ``&1`` in the graph: names have no ampersand."""
    return f"captured{name[1:]}" if name.startswith("&") else name


def _captures(expression: Expression) -> list[str]:
    """The captured names of a body, those of lambdas inside it left out."""
    found: list[str] = []
    stack: list[Expression] = [expression]
    while stack:
        item = stack.pop()
        if isinstance(item, Call):
            stack.extend(item.args)
        elif isinstance(item, Ref) and re.fullmatch(r"captured[0-9]{1,2}", item.path[0]):
            found.append(item.path[0])
    return found


def _leaf(expression: Expression, token: Any) -> Part:
    return Part(expression, 1, token.start_pos, token.end_pos)


def _chain(name: str, left: Part, right: Part) -> Part:
    """Two operands as one call of many: ``a & b & c`` is one ``concat``."""
    known = left.expression
    if isinstance(known, Call) and known.name == name and len(known.args) > 1:
        functions = (*left.functions, *right.functions)
        depth = max(left.depth, right.depth + 1)
        return _checked(Part(Call(name, (*known.args, right.expression)), depth, left.start, right.end, functions))
    return _make(name, [left, right])


def _make(name: str, parts: list[Part], start: int | None = None, end: int = 0) -> Part:
    first = start if start is not None else min(part.start for part in parts)
    last = max((part.end for part in parts), default=end)
    depth = 1 + max((part.depth for part in parts), default=0)
    functions = tuple(item for part in parts for item in part.functions)
    return _checked(Part(Call(name, tuple(part.expression for part in parts)), depth, first, last, functions))


def _checked(part: Part) -> Part:
    if part.depth > MAX_DEPTH:
        raise Refused(f"the expression is nested more than {MAX_DEPTH} levels deep", part.start, part.end, True)
    return part
