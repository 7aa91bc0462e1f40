"""Conditions of CALM flows: ``slots.amount > 3 and not slots.confirmed``, ``context.reason is "timeout"``.

Source: https://rasa.com/docs/reference/primitives/conditions/ (the language of https://github.com/armon/pypred)
"""

from __future__ import annotations

import re

from bascule.ir.expr import Call, Const, Expression, Opaque, Ref
from bascule.parsers.rasa.model import Scene

__all__ = ["read_predicate"]

_TOKEN = re.compile(
    r"""\s*(?:
      (?P<string>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')
    | (?P<number>-?[0-9]{1,30}(?:\.[0-9]{1,30})?(?![\w.]))
    | (?P<sign>==|!=|<=|>=|=|<|>|\(|\)|\{(?!\{)|\}(?!\}))
    | (?P<name>(?:[^\W\d]|\{\{[\w.\s]{1,80}\}\})(?:[\w.\-]|\{\{[\w.\s]{1,80}\}\})*)
    )""",
    re.VERBOSE | re.DOTALL,
)
_DEPTH = 50
_COMPARE = {"=": "eq", "==": "eq", "is": "eq", "!=": "ne", "<": "lt", "<=": "le", ">": "gt", ">=": "ge"}
_ORDER = ("lt", "le", "gt", "ge")
_NOTHING = ("null", "undefined", "empty", "none")
_TEMPLATE = re.compile(r"\{\{\s*([\w.]+)\s*\}\}")


class _Refused(Exception):
    pass


def read_predicate(scene: Scene, source: str) -> Expression | None:
    """The condition as an expression; None when it is not in the language of predicates."""
    try:
        parser = _Parser(scene, _tokens(source))
        found = parser.either(0)
        if parser.peek() is not None:
            raise _Refused
    except _Refused:
        return None
    return found


def _tokens(source: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    position, end = 0, len(source.rstrip())
    while position < end:
        match = _TOKEN.match(source, position)
        if match is None or match.end() == position:
            raise _Refused
        found.append((match.lastgroup or "", match.group(match.lastgroup or 0)))
        position = match.end()
    return found


class _Parser:
    def __init__(self, scene: Scene, tokens: list[tuple[str, str]]) -> None:
        self.scene = scene
        self.tokens = tokens
        self.position = 0

    def peek(self) -> str | None:
        """The next token's text, in lower case when it is a word."""
        if self.position >= len(self.tokens):
            return None
        kind, text = self.tokens[self.position]
        return text.lower() if kind == "name" else text if kind == "sign" else ""

    def take(self, *words: str) -> bool:
        if self.peek() in words:
            self.position += 1
            return True
        return False

    def either(self, depth: int) -> Expression:
        parts = [self.both(depth)]
        while self.take("or"):
            parts.append(self.both(depth))
        return Call("or", tuple(parts)) if len(parts) > 1 else parts[0]

    def both(self, depth: int) -> Expression:
        parts = [self.denied(depth)]
        while self.take("and"):
            parts.append(self.denied(depth))
        return Call("and", tuple(parts)) if len(parts) > 1 else parts[0]

    def denied(self, depth: int) -> Expression:
        if depth > _DEPTH:
            raise _Refused
        if self.take("not"):
            return Call("not", (self.denied(depth + 1),))
        return self.compared(depth)

    def compared(self, depth: int) -> Expression:
        if self.take("("):
            left = self.either(depth + 1)
            if not self.take(")"):
                raise _Refused
            if self.peek() not in (*_COMPARE, "contains", "matches"):
                return left
        else:
            left = self.value()
        if self.take("contains"):
            return Call("contains", (left, *self.values()))
        if self.take("matches"):
            return Call("has_pattern", (left, self.value()))
        operator = next((sign for sign in _COMPARE if self.take(sign)), "")
        if not operator:
            return left
        denied = operator == "is" and self.take("not")
        kind = _COMPARE[operator]
        if self.peek() in _NOTHING:
            self.position += 1
            blank: Expression = Call("is_blank", (left,))
            return Call("not", (blank,)) if denied or kind == "ne" else blank
        if self.take("true", "false"):
            wanted = self.tokens[self.position - 1][1].lower() == "true"
            kind = "ne" if denied else kind
            return Call(kind, (left, Const(wanted)))
        right = self.value()
        if kind in _ORDER:
            right = _number(right)
        return Call("ne" if denied else kind, (left, right))

    def values(self) -> tuple[Expression, ...]:
        """A value, or a set of them in braces."""
        if not self.take("{"):
            return (self.value(),)
        found: list[Expression] = []
        while not self.take("}"):
            found.append(self.value())
        return tuple(found) or (Const(""),)

    def value(self) -> Expression:
        if self.position >= len(self.tokens):
            raise _Refused
        kind, text = self.tokens[self.position]
        self.position += 1
        if kind == "string":
            inner = re.sub(r"\\(.)", r"\1", text[1:-1], flags=re.DOTALL)
            template = _TEMPLATE.fullmatch(inner)
            return self.named(template.group(1)) if template is not None else Const(inner)
        if kind == "number":
            return Const(float(text)) if "." in text else Const(int(text))
        if kind == "name":
            if text.lower() in ("and", "or", "not", "is", "contains", "matches"):
                raise _Refused
            if text.lower() in ("true", "false"):
                return Const(text.lower() == "true")
            if text.lower() in _NOTHING:
                return Const(None)
            return self.named(text)
        raise _Refused

    def named(self, name: str) -> Expression:
        """A slot, or something of the flow's context."""
        if "{{" in name:
            return Opaque("rasa", name)
        if name.startswith("slots."):
            return self.scene.slot(name[6:])
        if name in self.scene.domain.slots:
            return self.scene.slot(name)
        parts = tuple(part for part in name.split(".") if part)
        if not parts:
            raise _Refused
        return Ref(parts)


def _number(value: Expression) -> Expression:
    """Numbers in quotes are compared as numbers."""
    if isinstance(value, Const) and isinstance(value.value, str):
        text = value.value.strip()
        if re.fullmatch(r"-?[0-9]{1,30}", text):
            return Const(int(text))
        if re.fullmatch(r"-?[0-9]{1,30}\.[0-9]{1,30}", text):
            return Const(float(text))
    return value
