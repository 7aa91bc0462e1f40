"""One older expression in terms of version 13, or in words why it cannot be read."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

from bascule.parsers.rapidpro.legacy.functions import (
    CONCATENATION,
    POWER,
    SUM,
    UNARY,
    WHOLE,
    BadCall,
    Code,
    call,
    number_of,
)
from bascule.parsers.rapidpro.legacy.references import Keys, translate

if TYPE_CHECKING:
    from lark import Lark, Token, Tree

__all__ = ["Failure", "read"]

_MAX_LENGTH = 10_000
"""Longest expression that is read, and longest that it may become."""

_SHORT = 200
"""Longest expression whose parse is remembered."""

_EQUALITY, _ORDER, _PRODUCT = 2, 3, 5
_KINDS = {
    **dict.fromkeys(("abs", "max", "mean", "min", "mod", "sum", "rand", "round", "round_down", "round_up"), "number"),
    **dict.fromkeys(("datetime_add", "datetime_from_parts", "datetime", "now"), "datetime"),
    **dict.fromkeys(("date", "format_date", "today"), "date"),
    **dict.fromkeys(("time", "time_from_parts"), "time"),
}
"""What a call gives, as far as sums of dates and times need to know (https://github.com/nyaruka/goflow, legacy
expressions). ``format_date`` counts as a date: that is how ``date.today`` is written."""

_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
_ESCAPING = re.compile(r'\\(?=[nrtu"\\]|$)')
_CALL = re.compile(r"(\w+)\(")
_EXPECTED = {
    "LPAR": "`(`", "RPAR": "`)`", "COMMA": "`,`", "NAME": "a name", "TEXT": "a text", "NUMBER": "a number",
    "MINUS": "`-`", "$END": "the end of the expression",
}  # fmt: skip
_OPERATORS = frozenset({"AMPERSAND", "EQUALITY", "ORDER", "PLUS", "STAR", "SLASH", "CIRCUMFLEX"})


@dataclass(frozen=True, slots=True)
class Failure(Exception):
    """Why an expression cannot be read, with the range in its text where it stops making sense."""

    message: str
    start: int
    end: int


@cache
def _parser() -> Lark:
    from lark import Lark

    from bascule.resources import read_text

    return Lark(read_text("grammars", "rapidpro_legacy.lark"), parser="lalr", lexer="basic", maybe_placeholders=False)


def read(source: str, raw_dates: bool, keys: Keys) -> str | Failure:
    """The inside of ``@(…)`` in terms of version 13; see :func:`bascule.parsers.rapidpro.legacy.references.translate`.
    Never raises on content."""
    if len(source) > _MAX_LENGTH:
        return Failure(f"the expression is longer than {_MAX_LENGTH} characters", 0, len(source))
    tree = _known(source) if len(source) <= _SHORT else _parse(source)
    if isinstance(tree, Failure):
        return tree
    try:
        return _Translator(raw_dates, keys).translate(tree)
    except Failure as failure:
        return failure


@lru_cache(maxsize=2048)
def _known(source: str) -> Tree[Token] | Failure:
    return _parse(source)


def _parse(source: str) -> Tree[Token] | Failure:
    from lark.exceptions import UnexpectedCharacters, UnexpectedToken

    try:
        return _parser().parse(source)
    except UnexpectedToken as error:
        return _bad_token(source, error)
    except UnexpectedCharacters as error:
        return _bad_character(source, error.pos_in_stream or 0)


def _bad_token(source: str, error: Any) -> Failure:
    names = set(error.accepts or error.expected)
    words = ["an operator"] if len(names & _OPERATORS) > 2 else []
    words += [_EXPECTED[name] for name in sorted(names) if name in _EXPECTED]
    expected = " or ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words) or "something else"
    if error.token.type == "$END":
        if not source.strip():
            return Failure("the expression is empty", 0, len(source))
        end = len(source.rstrip())
        return Failure(f"the expression ends where {expected} was expected", max(end - 1, 0), end)
    start = int(error.token.start_pos)
    shown = str(error.token) if len(error.token) < 30 else str(error.token)[:29] + "…"
    return Failure(f"found `{shown}` where {expected} was expected", start, start + len(error.token))


def _bad_character(source: str, start: int) -> Failure:
    char = source[start]
    if char == '"':
        return Failure('the `"` that opens here is never closed', start, len(source))
    shown = char if char.isprintable() else f"U+{ord(char):04X}"
    return Failure(f"found `{shown}`, which no expression of this version has", start, start + 1)


class _Translator:
    """Turns the parse of an older expression into the text of a newer one, from the inside out, without recursion."""

    def __init__(self, raw_dates: bool, keys: Keys) -> None:
        self.raw_dates = raw_dates
        self.keys = keys

    def translate(self, tree: Any) -> str:
        done: dict[int, Any] = {}
        for part in tree.iter_subtrees():
            children = [done.get(id(child), child) for child in part.children]
            made = children if part.data == "arguments" else getattr(self, part.data)(children)
            if isinstance(made, Code) and len(made.text) > _MAX_LENGTH:
                raise Failure("the expression becomes too long", 0, 1)
            done[id(part)] = made
        result: Code = done[id(tree)]
        return result.text

    def start(self, items: list[Code]) -> Code:
        return items[0]

    def name(self, items: list[Any]) -> Code:
        token = items[0]
        if str(token).lower() in ("true", "false"):
            return Code(str(token).lower())
        if str(token).endswith(".") or ".." in token:
            raise Failure("a name ends with a dot", token.start_pos, token.end_pos)
        return Code(translate(str(token), self.raw_dates, self.keys))

    def text(self, items: list[Any]) -> Code:
        # A backslash is itself in an older text; in a newer one it says what the next character means.
        inner = _ESCAPING.sub(r"\\\\", str(items[0])[1:-1]).replace('""', '\\"')
        return Code(f'"{inner}"')

    def number(self, items: list[Any]) -> Code:
        return Code(str(items[0]))

    def call0(self, items: list[Any]) -> Code:
        return self.call([items[0], []])

    def call(self, items: list[Any]) -> Code:
        token, arguments = items
        try:
            return call(str(token), arguments)
        except BadCall as error:
            raise Failure(str(error), token.start_pos, token.end_pos) from None

    def group(self, items: list[Code]) -> Code:
        return Code(f"({items[0].text})")

    def neg(self, items: list[Code]) -> Code:
        return Code(f"-{items[0].within(UNARY)}", WHOLE if number_of(items[0]) is not None else UNARY)

    def pow(self, items: list[Code]) -> Code:
        return _operation(items[0], "^", items[1], POWER)

    def product(self, items: list[Any]) -> Code:
        return _operation(items[0], str(items[1]), items[2], _PRODUCT)

    def comparison(self, items: list[Any]) -> Code:
        return _operation(items[0], str(items[1]), items[2], _ORDER)

    def equality(self, items: list[Any]) -> Code:
        return _operation(items[0], "!=" if items[1] == "<>" else "=", items[2], _EQUALITY)

    def concatenation(self, items: list[Code]) -> Code:
        return _operation(items[0], "&", items[1], CONCATENATION)

    def add(self, items: list[Code]) -> Code:
        return self._sum(items[0], "+", items[1])

    def sub(self, items: list[Code]) -> Code:
        return self._sum(items[0], "-", items[1])

    def _sum(self, left: Code, sign: str, right: Code) -> Code:
        """A sum of numbers stays one; numbers are days when they are added to a date, and a time is a time of day when
        it is added to one. What neither shows is left to run time, as the engine does."""
        kinds = _kind(left.text), _kind(right.text)
        minus = "-" if sign == "-" else ""
        if kinds == ("number", "number"):
            return _operation(left, sign, right, SUM)
        if kinds in (("datetime", "number"), ("date", "number")):
            moved = f'datetime_add({left.text}, {minus}{right.within(UNARY) if minus else right.text}, "D")'
            return Code(f"format_date({moved})" if kinds[0] == "date" and not self.raw_dates else moved)
        if kinds == ("datetime", "time"):
            minutes = f'format_time({right.text}, "tt") * 60 + format_time({right.text}, "m")'
            return Code(f'datetime_add({left.text}, {f"-({minutes})" if minus else minutes}, "m")')
        if kinds[1] == "time" and sign == "+":
            return Code(f"replace_time({left.text}, {right.text})")
        return Code(f"legacy_add({left.text}, {minus}{right.within(UNARY) if minus else right.text})")


def _operation(left: Code, sign: str, right: Code, binds: int) -> Code:
    return Code(f"{left.within(binds)} {sign} {right.within(binds + 1)}", binds)


def _kind(text: str) -> str:
    """What an expression gives, judged by how it begins, as the engine does."""
    if _NUMBER.fullmatch(text):
        return "number"
    found = _CALL.match(text)
    return _KINDS.get(found.group(1), "") if found else ""
