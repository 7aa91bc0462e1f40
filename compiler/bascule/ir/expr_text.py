"""Print expressions and texts in the native notation that ``language.native`` reads back.

``name``, ``contact.name``, `` `first name`.x ``, ``"text"``, ``3``, ``2.5``, ``true``, ``null``,
``upper(name)``, the operators of :data:`bascule.ir.expr.OPERATORS`, ``(x) => x + 1`` and
``opaque("liquid", "…")``. Texts put expressions in braces: ``Bonjour {nom}``; ``{{`` and ``}}``
are braces that are said. Printing is iterative: no depth of a foreign tree exhausts the stack.
"""

from __future__ import annotations

import math
import re

from bascule.ir.expr import OPERATORS, Call, Const, Expression, Lambda, Opaque, Ref
from bascule.ir.text import Literal, Text

__all__ = ["IDENTIFIER", "KEYWORDS", "print_expression", "print_path", "print_string", "print_text"]

# \w leaves out the vowel signs without which no Hindi, Tamil or Thai word can be written, and the
# marks of pointed Arabic and Hebrew; the blocks below add them.
_MARKS = (
    "\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed\u0900-\u0963\u0966-\u0dff"
    "\u0e31-\u0e4e\u0eb1-\u0ecd\u1000-\u109f\u17b4-\u17d3\u200c\u200d"
)
IDENTIFIER = re.compile(rf"[^\W\d][\w{_MARKS}]*")
"""A name that needs no backquotes. The grammar's own pattern is the same (tested)."""

KEYWORDS = frozenset({"and", "or", "not", "true", "false", "null"})

_DIGITS = re.compile(r"[0-9]+")
_ESCAPES = {"\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_SPECIAL = re.compile("[\\\\\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff]")
_ATOM = 10
_LAMBDA = 0
_NEGATIVE = OPERATORS["neg"][1]
_NARY = ("and", "or", "concat")
_PREFIX = ("not", "neg")
_UNCHAINED = OPERATORS["eq"][1], OPERATORS["pow"][1]
"""Comparisons and powers never stand side by side without parentheses: readers disagree on their order."""


def print_string(text: str, quote: str = '"') -> str:
    """A quoted text with backslash escapes; nothing unprintable is left raw."""

    def escape(match: re.Match[str]) -> str:
        char = match.group()
        return _ESCAPES.get(char) or f"\\u{{{ord(char):x}}}"

    return quote + _SPECIAL.sub(escape, text).replace(quote, "\\" + quote) + quote


def print_path(path: tuple[str, ...]) -> str:
    """A variable path: tokens joined by dots, in backquotes where they are no plain names."""
    tokens: list[str] = []
    for position, token in enumerate(path):
        if IDENTIFIER.fullmatch(token):
            plain = position > 0 or token not in KEYWORDS
        else:
            plain = position > 0 and bool(_DIGITS.fullmatch(token))
        tokens.append(token if plain else print_string(token, "`"))
    return ".".join(tokens)


def print_expression(expression: Expression) -> str:
    """The expression in native notation, with no more parentheses than needed."""
    done: list[tuple[str, int]] = []
    work: list[tuple[Expression, bool]] = [(expression, False)]
    while work:
        item, ready = work.pop()
        parts = item.args if isinstance(item, Call) else (item.body,) if isinstance(item, Lambda) else ()
        if parts and not ready:
            work.append((item, True))
            work.extend((part, False) for part in reversed(parts))
            continue
        printed = done[len(done) - len(parts) :]
        del done[len(done) - len(parts) :]
        done.append(_join(item, printed))
    return done[0][0]


def _join(item: Expression, parts: list[tuple[str, int]]) -> tuple[str, int]:
    """One node from its printed parts: (text, binding strength)."""
    if isinstance(item, Const):
        return _constant(item)
    if isinstance(item, Ref):
        # A reference without a path has no name to print; it stays visible as what it is.
        return (print_path(item.path) if item.path else 'opaque("path", "")'), _ATOM
    if isinstance(item, Opaque):
        return f"opaque({print_string(item.language)}, {print_string(item.source)})", _ATOM
    if isinstance(item, Lambda):
        names = ", ".join(print_path((name,)) for name in item.parameters)
        return f"({names}) => {parts[0][0]}", _LAMBDA
    return _call(item, parts)


def _constant(item: Const) -> tuple[str, int]:
    value = item.value
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value], _ATOM
    if isinstance(value, str):
        return print_string(value), _ATOM
    if isinstance(value, float):
        if math.isnan(value):
            return 'opaque("number", "nan")', _ATOM
        text = repr(value) if math.isfinite(value) else "1e999" if value > 0 else "-1e999"
    else:
        text = str(value)
    return text, (_NEGATIVE if text.startswith("-") else _ATOM)


def _call(item: Call, parts: list[tuple[str, int]]) -> tuple[str, int]:
    symbol, strength = OPERATORS.get(item.name, ("", 0))
    if item.name == "not" and len(parts) == 1:
        return f"not {_operand(parts[0], strength)}", strength
    if item.name == "neg" and len(parts) == 1:
        argument = item.args[0]
        number = isinstance(argument, Const) and isinstance(argument.value, (int, float))
        return "-" + (f"({parts[0][0]})" if number else _operand(parts[0], strength)), strength
    if symbol and item.name not in _PREFIX and (len(parts) == 2 or (len(parts) > 2 and item.name in _NARY)):
        if item.name in _NARY or strength in _UNCHAINED:
            return f" {symbol} ".join(_operand(part, strength + 1) for part in parts), strength
        return f"{_operand(parts[0], strength)} {symbol} {_operand(parts[1], strength + 1)}", strength
    plain = IDENTIFIER.fullmatch(item.name) and item.name not in KEYWORDS and item.name != "opaque"
    name = item.name if plain else print_string(item.name, "`")
    return f"{name}({', '.join(text for text, _ in parts)})", _ATOM


def _operand(part: tuple[str, int], least: int) -> str:
    text, strength = part
    return text if strength >= least else f"({text})"


def print_text(text: Text) -> str:
    """A text with its expressions in braces; braces that are said are doubled."""
    return "".join(
        part.text.replace("{", "{{").replace("}", "}}")
        if isinstance(part, Literal)
        else "{" + print_expression(part.expression) + "}"
        for part in text
    )
