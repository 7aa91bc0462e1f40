"""Formulas: functions, fields, numbers and texts (``If(IsLess(ToFloat(@age), 18), "mineur", "majeur")``)."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from bascule.ir.expr import OPERATORS, Call, Const, Expression, Ref
from bascule.parsers.landbot.catalogue import FUNCTIONS

__all__ = ["NotAFormula", "read_formula"]

_LONGEST = 4000
_DEEPEST = 40
_TOKEN = re.compile(
    r"\s+|(?P<field>@\w+)|(?P<number>\d+(?:\.\d+)?)|(?P<string>\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*')"
    r"|(?P<name>[^\W\d]\w*)|(?P<sign><=|>=|!=|<>|==|[-+*/<>=(),])",
    re.DOTALL,
)
_BINARY = {"=": 1, "==": 1, "!=": 1, "<>": 1, "<": 1, "<=": 1, ">": 1, ">=": 1, "+": 2, "-": 2, "*": 3, "/": 3}
_NAMES = {
    "=": "eq", "==": "eq", "!=": "ne", "<>": "ne", "<": "lt", "<=": "le", ">": "gt", ">=": "ge", "+": "add", "-": "sub",
    "*": "mul", "/": "div",
}  # fmt: skip
_WORDS = {"true": True, "false": False, "none": None, "null": None}


class NotAFormula(Exception):
    """The text is no formula. ``args`` are a message and the offset where reading stopped."""


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    start: int


def read_formula(source: str, resolve: Callable[[str, int, int], Ref]) -> Expression:
    """Read a formula; ``resolve`` gives the reference of a field by its name and the offsets of ``@name``.

    Raises :class:`NotAFormula`. Length and depth are bounded.
    """
    if len(source) > _LONGEST:
        raise NotAFormula(f"it is longer than {_LONGEST} characters", 0)
    tokens: list[_Token] = []
    at = 0
    while at < len(source):
        match = _TOKEN.match(source, at)
        if match is None:
            raise NotAFormula(f"found `{source[at]}`", at)
        if match.lastgroup is not None:
            tokens.append(_Token(match.lastgroup, match.group(), at))
        at = match.end()
    reader = _Reader(tokens, resolve, len(source))
    value = reader.expression(0, 0)
    if reader.at < len(tokens):
        raise NotAFormula(f"found `{tokens[reader.at].text[:20]}` after the end", tokens[reader.at].start)
    return value


class _Reader:
    def __init__(self, tokens: list[_Token], resolve: Callable[[str, int, int], Ref], end: int) -> None:
        self.tokens = tokens
        self.resolve = resolve
        self.end = end
        self.at = 0

    def next(self) -> _Token:
        if self.at >= len(self.tokens):
            raise NotAFormula("it ends too early", self.end)
        self.at += 1
        return self.tokens[self.at - 1]

    def sign(self) -> str:
        known = self.at < len(self.tokens) and self.tokens[self.at].kind == "sign"
        return self.tokens[self.at].text if known else ""

    def expression(self, strength: int, depth: int) -> Expression:
        if depth > _DEEPEST:
            raise NotAFormula("it is nested too deep", self.tokens[self.at - 1].start)
        left = self.value(depth)
        while (sign := self.sign()) in _BINARY and _BINARY[sign] > strength:
            self.at += 1
            left = Call(_NAMES[sign], (left, self.expression(_BINARY[sign], depth + 1)))
        return left

    def value(self, depth: int) -> Expression:
        token = self.next()
        if token.kind == "field":
            return self.resolve(token.text[1:], token.start, token.start + len(token.text))
        if token.kind == "number":
            return Const(int(token.text) if token.text.isdecimal() and len(token.text) < 16 else float(token.text))
        if token.kind == "string":
            return Const(re.sub(r"\\(.)", r"\1", token.text[1:-1], flags=re.DOTALL))
        if token.kind == "name":
            if self.sign() != "(":
                if token.text.lower() in _WORDS:
                    return Const(_WORDS[token.text.lower()])
                raise NotAFormula(f"found `{token.text[:40]}`, which is no field: fields begin with `@`", token.start)
            self.at += 1
            return _call(token.text, self.arguments(depth), token.start)
        if token.text == "(":
            inner = self.expression(0, depth + 1)
            self.close()
            return inner
        if token.text == "-":
            if depth > _DEEPEST:
                raise NotAFormula("it is nested too deep", token.start)
            return Call("neg", (self.value(depth + 1),))
        raise NotAFormula(f"found `{token.text}`", token.start)

    def close(self) -> None:
        token = self.next()
        if token.text != ")":
            raise NotAFormula(f"found `{token.text[:20]}` where `)` closes", token.start)

    def arguments(self, depth: int) -> tuple[Expression, ...]:
        found: list[Expression] = []
        if self.sign() == ")":
            self.at += 1
            return ()
        while True:
            found.append(self.expression(0, depth + 1))
            if self.sign() == ",":
                self.at += 1
                continue
            self.close()
            return tuple(found)


def _call(name: str, arguments: tuple[Expression, ...], start: int) -> Expression:
    """A call under the graph's own name, where it has the right number of arguments."""
    known = FUNCTIONS.get(name.lower())
    if name.lower() == "regextest" and len(arguments) == 2:
        return Call("has_pattern", (arguments[1], arguments[0]))
    if known is None:
        known = name.lower()
    if known in ("add", "mul") and len(arguments) > 2:
        value = arguments[0]
        for item in arguments[1:]:
            value = Call(known, (value, item))
        return value
    if not _fits(known, len(arguments)):
        raise NotAFormula(f"`{name[:40]}` has {len(arguments)} argument(s)", start)
    return Call(known, arguments)


def _fits(name: str, count: int) -> bool:
    """Whether an operator of the graph can take so many arguments."""
    if name in ("and", "or", "concat"):
        return count > 1
    if name in ("not", "neg"):
        return count == 1
    return count == 2 if name in OPERATORS else True
