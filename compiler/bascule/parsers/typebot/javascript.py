"""The values of ``Set variable`` and of ``{{= … =}}``: JavaScript expressions, read as far as they are expressions.

Nothing is run. A value that is no JavaScript at all is text, as it is for the vendor's engine, which falls back to the
text when the program fails; a program that is more than an expression is kept as it is.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bascule.ir.expr import Call, Const, Expression, Opaque, Ref, opaque_parts

__all__ = ["LANGUAGE", "NotCode", "TooMuchCode", "opaque", "read_javascript"]

LANGUAGE = "javascript"

_LONGEST = 2000
_DEEPEST = 40

_TOKEN = re.compile(
    r"\s+|(?P<variable>\$?\{\{[^{}]+\}\})|(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d{1,3})?)"
    r"|(?P<string>\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*')|(?P<template>`(?:[^`\\]|\\.)*`)"
    r"|(?P<name>[^\W\d][\w$]*|\$[\w$]*)|(?P<sign>===|!==|==|!=|<=|>=|&&|\|\||\?\?|\?\.|\*\*|[-+*/%<>!?:.,()\[\]])",
    re.DOTALL,
)
_LINK = re.compile(r"\s*(?:https?|mailto|tel|data|whatsapp):\S*\s*")
_PROGRAM = re.compile(
    r"^\s*return\b|\b(?:const|let|var)\s+[\w$\[{]|\b(?:for|if|while|switch|catch)\s*\(|\bfunction\b[^\n]{0,80}\("
    r"|=>|\btry\s*\{|\bthrow\s+new\b|\bnew\s+[A-Z]\w*\b|\bawait\s+\w|[A-Za-z_$][\w$]*\(|^\s*[\w$.]{1,80}\s*[-+*/]?=[^=]",
    re.MULTILINE,
)
_INSIDE = re.compile(r"\$\{\{\{([^{}]+)\}\}\}|\{\{([^{}]+)\}\}")
_BROWSER = frozenset({"document", "window", "location", "navigator", "localStorage", "sessionStorage", "globalThis"})
_ROOTS = _BROWSER | {
    "Math",
    "Date",
    "JSON",
    "Object",
    "Array",
    "Number",
    "String",
    "Intl",
    "crypto",
    "fetch",
    "Typebot",
}
_CONSTANTS: dict[str, Any] = {"true": True, "false": False, "null": None, "undefined": None}
_BINARY = {
    "??": 1, "||": 1, "&&": 2, "===": 3, "!==": 3, "==": 3, "!=": 3,
    "<": 4, "<=": 4, ">": 4, ">=": 4, "+": 5, "-": 5, "*": 6, "/": 6, "%": 6, "**": 7,
}  # fmt: skip
_COMPARE = {"===": "eq", "==": "eq", "!==": "ne", "!=": "ne", "<": "lt", "<=": "le", ">": "gt", ">=": "ge"}
_ARITHMETIC = {"-": "sub", "*": "mul", "/": "div", "%": "mod", "**": "pow"}
_METHODS = {
    "toUpperCase": ("upper", 0),
    "toLowerCase": ("lower", 0),
    "toLocaleUpperCase": ("upper", 0),
    "toLocaleLowerCase": ("lower", 0),
    "trim": ("trim", 0),
    "toString": ("text", 0),
    "split": ("split", 1),
    "join": ("join", 1),
}
_FUNCTIONS = {
    "Number": "number",
    "parseFloat": "number",
    "String": "text",
    "encodeURIComponent": "url_encode",
    "JSON.stringify": "json",
    "Math.round": "round",
    "Math.abs": "abs",
    "Math.min": "min",
    "Math.max": "max",
    "Math.floor": "floor",
    "Math.ceil": "ceil",
}
_TEXTS = frozenset({"concat", "upper", "lower", "trim", "text", "join", "url_encode", "json"})
_NUMBERS = frozenset({"add", "sub", "mul", "div", "mod", "pow", "neg", "number", "round", "abs", "floor", "ceil"})
_TESTS = frozenset({*_COMPARE.values(), "and", "or", "not"})

Resolve = Callable[[str, int, int], Ref]
"""Gives the reference of a variable by its name; the offsets are those of ``{{name}}`` in the source."""


class NotCode(Exception):
    """The source is no JavaScript, or names something that does not exist: the engine takes it as text."""


class TooMuchCode(Exception):
    """The source is a program, or uses what has no counterpart: it is kept as it is."""


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    start: int
    end: int


def read_javascript(source: str, resolve: Resolve) -> Expression:
    """Read an expression, with or without ``return`` before and ``;`` after it.

    Raises :class:`NotCode` where the source is text, :class:`TooMuchCode` where it is more than can be read. Length and
    depth are bounded; the result may hold no opaque part.
    """
    if _LINK.fullmatch(source[: _LONGEST + 1]):
        raise NotCode
    if len(source) > _LONGEST:
        raise TooMuchCode
    body, offset = _body(source)
    if body.lstrip().startswith("{") and not body.lstrip().startswith("{{"):
        return _object(body)
    try:
        reader = _Reader(_tokens(body, offset), resolve)
        expression = reader.expression(0)
        if reader.left():
            raise NotCode
    except NotCode:
        if _PROGRAM.search(source):
            raise TooMuchCode from None
        raise
    if any(True for _ in opaque_parts(expression)):
        raise TooMuchCode
    return expression


def _body(source: str) -> tuple[str, int]:
    """The source without ``return`` and without the semicolon at its end, and where it starts."""
    match = re.match(r"\s*return\b[ \t]*", source)
    start = match.end() if match else 0
    return source[start:].rstrip().removesuffix(";"), start


def _object(body: str) -> Expression:
    """A literal object is shown as its JSON text."""
    if "{{" in body:
        raise NotCode
    try:
        return Const(json.dumps(json.loads(body), ensure_ascii=False))
    except (ValueError, RecursionError):
        raise TooMuchCode from None


def _tokens(body: str, offset: int) -> list[_Token]:
    tokens: list[_Token] = []
    at = 0
    while at < len(body):
        match = _TOKEN.match(body, at)
        if match is None:
            raise NotCode
        if match.lastgroup is not None:
            tokens.append(_Token(match.lastgroup, match.group(), match.start() + offset, match.end() + offset))
        at = match.end()
    return tokens


def _is_text(value: Expression) -> bool:
    if isinstance(value, Const):
        return isinstance(value.value, str)
    return isinstance(value, Call) and value.name in _TEXTS


def _is_number(value: Expression) -> bool:
    if isinstance(value, Const):
        return isinstance(value.value, (int, float)) and not isinstance(value.value, bool)
    return isinstance(value, Call) and value.name in _NUMBERS


def _is_test(value: Expression) -> bool:
    if isinstance(value, Const):
        return isinstance(value.value, bool)
    return isinstance(value, Call) and value.name in _TESTS


class _Reader:
    def __init__(self, tokens: list[_Token], resolve: Resolve) -> None:
        self.tokens = tokens
        self.resolve = resolve
        self.at = 0
        self.depth = 0

    def left(self) -> bool:
        return self.at < len(self.tokens)

    def sign(self) -> str:
        """The sign that comes next, ``""`` for anything else."""
        if self.at < len(self.tokens) and self.tokens[self.at].kind == "sign":
            return self.tokens[self.at].text
        return ""

    def expect(self, sign: str) -> None:
        if self.sign() != sign:
            raise NotCode
        self.at += 1

    def expression(self, strength: int) -> Expression:
        self.depth += 1
        if self.depth > _DEEPEST:
            raise TooMuchCode
        left = self.unary()
        while (sign := self.sign()) in _BINARY and _BINARY[sign] > strength:
            self.at += 1
            right = self.expression(_BINARY[sign] - (sign == "**"))
            left = _binary(sign, left, right)
        if strength == 0 and self.sign() == "?":
            self.at += 1
            yes = self.expression(0)
            self.expect(":")
            left = Call("if", (left, yes, self.expression(0)))
        self.depth -= 1
        return left

    def unary(self) -> Expression:
        sign = self.sign()
        if sign in ("-", "+", "!"):
            self.at += 1
            self.depth += 1
            if self.depth > _DEEPEST:
                raise TooMuchCode
            value = self.unary()
            self.depth -= 1
            if sign == "!":
                return Call("not", (value,))
            if sign == "+":
                return Call("number", (value,))
            if isinstance(value, Const) and isinstance(value.value, (int, float)) and not isinstance(value.value, bool):
                return Const(-value.value)
            return Call("neg", (value,))
        return self.chain(self.primary())

    def primary(self) -> Expression:
        if not self.left():
            raise NotCode
        token = self.tokens[self.at]
        self.at += 1
        if token.kind == "variable":
            return self.variable(token)
        if token.kind == "number":
            plain = token.text.isdecimal()
            if plain and len(token.text) > 1 and token.text[0] == "0":
                raise NotCode  # the engine keeps 0612… as the text it is
            return Const(int(token.text) if plain and len(token.text) < 16 else float(token.text))
        if token.kind in ("string", "template"):
            return self.pieces(_unescape(token.text[1:-1]), token)
        if token.kind == "name":
            return self.named(token)
        if token.text == "(":
            value = self.expression(0)
            self.expect(")")
            return value
        if token.text == "[":
            return Call("array", self.arguments("]"))
        raise NotCode

    def variable(self, token: _Token) -> Expression:
        if token.text.startswith("$"):
            raise NotCode
        return self.resolve(token.text[2:-2], token.start, token.end)

    def pieces(self, text: str, token: _Token) -> Expression:
        """A text with variables in it (``${{{name}}}`` in a template literal, ``{{name}}`` in any)."""
        parts: list[Expression] = []
        at = 0
        if token.kind == "template" and "${" in _INSIDE.sub("", text):
            raise TooMuchCode
        for match in _INSIDE.finditer(text):
            if match.start() > at:
                parts.append(Const(text[at : match.start()]))
            parts.append(self.resolve(match.group(1) or match.group(2), token.start, token.end))
            at = match.end()
        if at < len(text) or not parts:
            parts.append(Const(text[at:]))
        return parts[0] if len(parts) == 1 else Call("concat", tuple(parts))

    def named(self, token: _Token) -> Expression:
        if token.text in _CONSTANTS:
            return Const(_CONSTANTS[token.text])
        name = token.text
        while self.sign() == "." and self.at + 1 < len(self.tokens) and self.tokens[self.at + 1].kind == "name":
            name += "." + self.tokens[self.at + 1].text
            self.at += 2
        if self.sign() == "(" and name in _FUNCTIONS:
            self.at += 1
            return Call(_FUNCTIONS[name], self.arguments(")"))
        if name.split(".")[0] in _ROOTS or self.sign() in ("(", "["):
            raise TooMuchCode
        raise NotCode

    def arguments(self, closer: str) -> tuple[Expression, ...]:
        found: list[Expression] = []
        while self.sign() != closer:
            found.append(self.expression(0))
            if self.sign() != closer:
                self.expect(",")
        self.at += 1
        return tuple(found)

    def chain(self, value: Expression) -> Expression:
        """Members, indexes and calls after a value."""
        while (sign := self.sign()) in (".", "?.", "["):
            self.at += 1
            if sign == "[":
                index = self.expression(0)
                self.expect("]")
                value = _item(value, index)
                continue
            if not self.left() or self.tokens[self.at].kind != "name":
                raise NotCode
            name = self.tokens[self.at].text
            self.at += 1
            value = self.member(value, name)
        if self.sign() == "(":
            raise TooMuchCode
        return value

    def member(self, value: Expression, name: str) -> Expression:
        if self.sign() != "(":
            if name == "length":
                return Call("length", (value,))
            if isinstance(value, Ref):
                return Call("index", (value, Const(name)))
            raise TooMuchCode
        self.at += 1
        arguments = self.arguments(")")
        if name == "at" and len(arguments) == 1:
            return _item(value, arguments[0])
        known = _METHODS.get(name)
        if known is None or len(arguments) != known[1]:
            raise TooMuchCode
        return Call(known[0], (value, *arguments))


def _item(value: Expression, index: Expression) -> Expression:
    if index == Const(0):
        return Call("first", (value,))
    if index == Const(-1):
        return Call("last", (value,))
    return Call("index", (value, index))


def _binary(sign: str, left: Expression, right: Expression) -> Expression:
    if sign in _COMPARE:
        return Call(_COMPARE[sign], (left, right))
    if sign in _ARITHMETIC:
        return Call(_ARITHMETIC[sign], (left, right))
    if sign == "+":
        if _is_text(left) or _is_text(right):
            return Call("concat", (*_parts(left), *_parts(right)))
        if _is_number(left) or _is_number(right):
            return Call("add", (left, right))
        raise TooMuchCode  # sum or text: only the values decide
    if sign == "&&":
        if _is_test(left) and _is_test(right):
            return Call("and", (left, right))
        raise TooMuchCode
    if _is_test(left) and _is_test(right) and sign == "||":
        return Call("or", (left, right))
    return Call("default", (left, right))


def _parts(value: Expression) -> tuple[Expression, ...]:
    return value.args if isinstance(value, Call) and value.name == "concat" else (value,)


_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "0": "\0", "b": "\b", "f": "\f", "v": "\v", "\n": ""}


def _unescape(text: str) -> str:
    def one(match: re.Match[str]) -> str:
        code = match.group(1) or match.group(2) or match.group(3)
        if code:
            number = int(code, 16)
            return chr(number) if number < 0x110000 and not 0xD800 <= number < 0xE000 else "\ufffd"
        return _ESCAPES.get(match.group(4), match.group(4))

    return re.sub(r"\\(?:u\{([0-9a-fA-F]{1,6})\}|u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(.))", one, text, flags=re.DOTALL)


def opaque(source: str) -> Opaque:
    """A program kept as it is."""
    return Opaque(LANGUAGE, source)
