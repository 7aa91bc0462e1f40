"""What stands inside Liquid's delimiters: expressions, conditions, assignments."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

from bascule.ir.expr import Call, Const, Expression, Ref
from bascule.language.liquid.filters import apply_filter, is_known_filter

if TYPE_CHECKING:
    from lark import Lark, Token, Tree
    from lark.exceptions import UnexpectedInput

__all__ = ["Failure", "Reading", "read_markup"]

_MAX_LINKS = 80
"""Filters, indexes and connectives in one expression; each is a level of the tree that passes walk."""


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a markup cannot be read: offsets in the markup, and words for people."""

    start: int
    end: int
    found: str
    expected: tuple[str, ...] = ()
    too_large: bool = False


@dataclass(frozen=True, slots=True)
class Reading:
    """A markup read: its value (by start rule: an expression, ``(name, expression)``, a name, or a tuple of
    expressions) and the filters that Liquid does not have, with their offsets."""

    value: Any
    unknown: tuple[tuple[str, int, int], ...] = ()


@cache
def _parser() -> Lark:
    from lark import Lark

    from bascule.resources import read_text

    return Lark(
        read_text("grammars", "liquid.lark"),
        parser="lalr",
        start=["output", "condition", "assignment", "target", "alternatives"],
        maybe_placeholders=False,
    )


@lru_cache(maxsize=4096)
def read_markup(start: str, source: str) -> Reading | Failure:
    """Read a markup with one of the grammar's start rules. Never raises on content."""
    from lark.exceptions import UnexpectedInput

    if source.count("|") + source.count("[") + source.count(" and ") + source.count(" or ") > _MAX_LINKS:
        return Failure(0, len(source), "more parts than can be read", too_large=True)
    try:
        tree = _parser().parse(source, start=start)
    except UnexpectedInput as error:
        return _failure(start, source, error)
    builder = _Builder()
    return Reading(builder.build(tree), tuple(builder.unknown))


_OPERATORS = {"==": "eq", "!=": "ne", "<>": "ne", "<": "lt", ">": "gt", "<=": "le", ">=": "ge", "contains": "contains"}
_CONSTANTS: dict[str, Const] = {
    "TRUE": Const(True),
    "FALSE": Const(False),
    "NIL": Const(None),
    "BLANK": Const(""),
    "EMPTY": Const(""),
}


class _Builder:
    """Turns a parse tree into a value. Recursion is bounded by the number of links in the markup."""

    def __init__(self) -> None:
        self.unknown: list[tuple[str, int, int]] = []

    def build(self, tree: Tree[Token]) -> Any:
        return getattr(self, str(tree.data))(tree.children)

    def output(self, children: list[Any]) -> Expression:
        return self.value(children[0])

    def value(self, tree: Tree[Token]) -> Expression:
        result: Expression = self.build(tree)
        return result

    def expression(self, children: list[Any]) -> Expression:
        result = self.value(children[0])
        for item in children[1:]:
            name, *arguments = item.children
            if not is_known_filter(name):
                self.unknown.append((str(name), name.start_pos, name.end_pos))
            result = apply_filter(str(name), result, [self.value(argument) for argument in arguments])
        return result

    def argument(self, children: list[Any]) -> Expression:
        return self.value(children[0])

    def named_argument(self, children: list[Any]) -> Expression:
        name, tree = children
        return Call("named", (Const(str(name)), self.value(tree)))

    def assignment(self, children: list[Any]) -> tuple[str, Expression]:
        return str(children[0]), self.value(children[1])

    def target(self, children: list[Any]) -> str:
        return str(children[0]).strip("\"'")

    def alternatives(self, children: list[Any]) -> tuple[Expression, ...]:
        return tuple(self.value(child) for child in children if not hasattr(child, "type"))

    def string(self, children: list[Any]) -> Const:
        return Const(str(children[0])[1:-1])

    def number(self, children: list[Any]) -> Const:
        text = str(children[0])
        return Const(float(text) if "." in text else int(text))

    def constant(self, children: list[Any]) -> Const:
        return _CONSTANTS[children[0].type]

    def range(self, children: list[Any]) -> Expression:
        low, _, high = children
        return Call("range", (self.value(low), self.value(high)))

    def path(self, children: list[Any]) -> Expression:
        return self.steps(Ref((str(children[0]),)), children[1:])

    def indirect(self, children: list[Any]) -> Expression:
        """``["name"].x``: a variable named by a value."""
        name = self.value(children[0])
        if isinstance(name, Const) and isinstance(name.value, str) and name.value:
            return self.steps(Ref((name.value,)), children[1:])
        return self.steps(Call("variable", (name,)), children[1:])

    def steps(self, result: Expression, steps: list[Any]) -> Expression:
        for step in steps:
            key: Expression
            if step.data == "member":
                key = Const(str(step.children[0]))
            else:
                key = self.value(step.children[0])
            if isinstance(result, Ref) and isinstance(key, Const) and _is_token(key.value):
                result = Ref((*result.path, str(key.value)))
            else:
                result = Call("index", (result, key))
        return result

    def condition(self, children: list[Any]) -> Expression:
        return self.value(children[0])

    def and_(self, children: list[Any]) -> Expression:
        return Call("and", (self.value(children[0]), self.value(children[-1])))

    def or_(self, children: list[Any]) -> Expression:
        return Call("or", (self.value(children[0]), self.value(children[-1])))

    def comparison(self, children: list[Any]) -> Expression:
        left = self.value(children[0])
        if len(children) == 1:
            return left
        operator, right = str(children[1]), self.value(children[2])
        blank = children[2].data == "constant" and children[2].children[0].type in ("NIL", "BLANK", "EMPTY")
        if blank and operator in ("==", "!=", "<>"):
            test = Call("is_blank", (left,))
            return test if operator == "==" else Call("not", (test,))
        return Call(_OPERATORS[operator], (left, right))


def _is_token(key: object) -> bool:
    """Whether a constant index names a member or counts from the start, and so can be part of a path."""
    return (isinstance(key, str) and bool(key)) or (type(key) is int and key >= 0)


_EXPECTED = {
    "PIPE": "`|` and a filter",
    "VBAR": "`|` and a filter",
    "FILTER_NAME": "the name of a filter",
    "COLON": "`:` before the filter's values",
    "COMMA": "`,`",
    "COMPARE": "a comparison such as `==`",
    "AND": "`and`",
    "OR": "`or`",
    "NAME": "a variable",
    "STRING": "a text in quotes",
    "NUMBER": "a number",
    "SEGMENT": "a name after the dot",
    "DOT": "`.`",
    "TO": "`..` and the end of a range",
    "LSQB": "`[`",
    "RSQB": "`]`",
    "LPAR": "`(`",
    "RPAR": "`)`",
    "EQUAL": "`=`",
    "$END": "the end",
}
_VALUE = frozenset({"NAME", "STRING", "NUMBER", "TRUE", "FALSE", "NIL", "BLANK", "EMPTY", "LPAR", "LSQB"})


def _failure(rule: str, source: str, error: UnexpectedInput) -> Failure:
    from lark.exceptions import UnexpectedToken

    start = error.pos_in_stream or 0
    end = start + 1
    if isinstance(error, UnexpectedToken):
        end = start + max(len(error.token), 1)
        if error.token.type == "$END":
            start = len(source.rstrip())
    written = len(source.rstrip())
    if start >= written:
        # The end is shown by its last character.
        return Failure(max(written - 1, 0), written, "the end", _words(_accepted(rule, source)))
    return Failure(start, end, f"`{source[start:end]}`", _words(_accepted(rule, source[:start])))


def _accepted(rule: str, read: str) -> set[str]:
    """The terminals that may follow what was read; the lexer's own list is wider than the grammar."""
    parser = _parser().parse_interactive(read, start=rule)
    parser.exhaust_lexer()
    return set(parser.accepts())  # type: ignore[no-untyped-call]


def _words(expected: set[str]) -> tuple[str, ...]:
    """Names for people; all the ways a value can begin are one word."""
    names = set(expected)
    result = []
    if names >= {"NAME", "STRING", "NUMBER"}:
        names -= _VALUE
        result.append("a variable, a text in quotes or a number")
    result += [_EXPECTED[name] for name in sorted(names) if name in _EXPECTED]
    return tuple(sorted(set(result)))
