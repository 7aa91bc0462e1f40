"""Read native expressions, variable paths and texts; the inverse of ``bascule.ir.expr_text``."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

from bascule.diagnostics.finding import Applicability, Edit, Finding, Fix
from bascule.ir.expr import Expression, Opaque, Ref
from bascule.ir.expr_text import IDENTIFIER, KEYWORDS
from bascule.ir.text import Hole, Literal, Segment, Text, join_text
from bascule.language.native_rules import (
    BadPath,
    DoubleBraces,
    EmptyHole,
    ExpressionSyntax,
    ExpressionTooDeep,
    StrayBrace,
    UnclosedHole,
)
from bascule.language.native_tree import Part, Refused, TreeBuilder, split_path
from bascule.source import Place

if TYPE_CHECKING:
    from lark import Lark

__all__ = ["NATIVE", "parse_expression", "parse_native_text", "parse_path"]

NATIVE = "bascule"
"""Language name of opaque pieces that come from the native notation itself."""

_NAME = re.compile(rf"\s*({IDENTIFIER.pattern}(?:\.{IDENTIFIER.pattern})*)\s*")
_HOLE = re.compile(
    r"""\{[^{}"'`]*+(?:(?:"[^"\\]*+(?:\\.[^"\\]*+)*+"|'[^'\\]*+(?:\\.[^'\\]*+)*+'|`[^`\\]*+(?:\\.[^`\\]*+)*+`)"""
    r"""[^{}"'`]*+)*+\}""",
    re.DOTALL,
)
_BRACE = re.compile(r"[{}]")
_DOUBLED = re.compile(r"\{\{\s*([^\W\d][\w.]{0,80})\s*\}\}")

_VALUE_STARTS = frozenset({"NUMBER", "STRING", "PATH", "LPAR", "TRUE", "FALSE", "NULL", "NOT", "MINUS"})
_OPERATOR_NAMES = {"OR": "`or`", "AND": "`and`", "COMPARE": "a comparison", "ARROW": "`=>`"}
_OPERATORS = frozenset({"OR", "AND", "COMPARE", "AMPERSAND", "PLUS", "MINUS", "STAR", "SLASH", "CIRCUMFLEX"})
_SIGNS = {"RPAR": "`)`", "COMMA": "`,`", "LPAR": "`(`", "$END": "the end of the expression"}
_CHAINED = {
    "COMPARE": "comparisons do not chain: write `a < b and b < c`",
    "CIRCUMFLEX": "powers do not chain: put one of them in parentheses",
    "ARROW": "put the names before `=>` in parentheses",
}
_MISTAKES = {
    "==": "write `=` to compare",
    "&&": "write `and`",
    "||": "write `or`",
    "<>": "write `!=` for `not equal`",
    "=<": "write `<=`",
    "!": "write `not` before a condition, `!=` for `not equal`",
    "[": "write `index(value, 0)` for an item",
    "%": "there is no remainder; call a function of the platform that has one",
    "{": "an expression inside braces needs no braces of its own",
    ":": "a condition has no `:`",
    "“": 'write straight quotes: "…"',
    "”": 'write straight quotes: "…"',
    "«": 'write straight quotes: "…"',
    "‘": "write straight quotes: '…'",
    "’": "write straight quotes: '…'",
}


@cache
def _parser() -> Lark:
    from lark import Lark

    from bascule.resources import read_text

    return Lark(
        read_text("grammars", "expression.lark"),
        parser="lalr",
        lexer="basic",
        transformer=TreeBuilder(),
        maybe_placeholders=False,
    )


@lru_cache(maxsize=4096)
def _tree(text: str) -> Expression:
    """The parsed expression; trees are immutable, so equal texts share one."""
    part = _parser().parse(text)
    assert isinstance(part, Part)
    return part.expression


def _offset(place: Place) -> int:
    return place.sub[0] if place.sub else 0


def parse_expression(text: str, place: Place) -> tuple[Expression, list[Finding]]:
    """Read one expression. What cannot be read comes back whole as ``Opaque("bascule", text)`` with a
    finding at the word where reading stopped (``place`` narrowed to it). Never raises."""
    name = _NAME.fullmatch(text)
    if name is not None:
        path = tuple(name.group(1).split("."))
        if path[0] not in KEYWORDS:
            return Ref(path), []
    from lark.exceptions import UnexpectedCharacters, UnexpectedInput, UnexpectedToken, VisitError

    start = _offset(place)
    try:
        return _tree(text), []
    except Refused as refused:
        error = refused
    except VisitError as wrapped:
        if not isinstance(wrapped.orig_exc, Refused):
            raise
        error = wrapped.orig_exc
    except UnexpectedToken as unexpected:
        error = _unexpected_token(text, unexpected)
    except UnexpectedCharacters as unexpected:
        error = _unexpected_character(text, unexpected.pos_in_stream or 0)
    except UnexpectedInput as unexpected:
        error = Refused(f"found something unexpected: {type(unexpected).__name__}", 0, len(text))
    rule = ExpressionTooDeep if error.deep else ExpressionSyntax
    finding = rule.at(
        place.within(start + error.start, start + error.end),
        error.message,
        help=error.help,
        notes=(f"the expression is kept as text: `{_clip(text)}`",),
    )
    return Opaque(NATIVE, text), [finding]


def _clip(text: str, size: int = 60) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= size else flat[: size - 1] + "…"


def _expected(names: set[str]) -> str:
    """The terminals a reader could go on with, in words for people."""
    words: list[str] = []
    if names >= {"NUMBER", "STRING"}:
        words.append("a value")
        names = names - _VALUE_STARTS
    if len(names & _OPERATORS) > 2:
        words.append("an operator")
        names = names - _OPERATORS
    rest = sorted(names - {"$END"}) + sorted(names & {"$END"})
    words += [_SIGNS.get(name) or _OPERATOR_NAMES.get(name) or f"`{name.lower()}`" for name in rest]
    return " or ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words) or "nothing more"


def _unexpected_token(text: str, error: Any) -> Refused:
    token = error.token
    expected = _expected(set(error.accepts or error.expected))
    if token.type == "$END":
        if not text.strip():
            return Refused("the expression is empty", 0, len(text), "write a variable, a value or a condition")
        end = len(text.rstrip())
        return Refused(f"the expression ends where {expected} was expected", max(end - 1, 0), end)
    start = int(token.start_pos)
    end = start + len(token)
    help = _mistake(text, start) or _CHAINED.get(token.type, "") or _word_mistake(str(token), text, start)
    return Refused(f"found `{_clip(str(token), 30)}` where {expected} was expected", start, end, help)


def _unexpected_character(text: str, start: int) -> Refused:
    char = text[start]
    if char in "\"'`":
        return Refused(f"the {char} that opens here is never closed", start, len(text), f"add the closing {char}")
    shown = char if char.isprintable() else f"U+{ord(char):04X}"
    return Refused(f"found `{shown}`, which no expression has", start, start + 1, _mistake(text, start))


def _mistake(text: str, start: int) -> str:
    """The usual cure for what stands at ``start``: habits from other languages."""
    for at, size in ((start, 2), (start - 1, 2), (start, 1)):
        piece = text[max(at, 0) : at + size]
        if piece in _MISTAKES:
            return _MISTAKES[piece]
    return ""


def _word_mistake(token: str, text: str, start: int) -> str:
    if token.lower() in KEYWORDS and token not in KEYWORDS:
        return f"write `{token.lower()}` in small letters"
    if token in ("et", "ou", "non", "is", "est"):
        return "the words between conditions are `and`, `or`, `not` and `=`"
    before = text[start - 1 : start]
    if before.isdigit() and token[:1].isalpha():
        return "a number has no unit here; a duration is written in seconds, or as `wait: 2h`"
    if token[:1].isalpha() or token[:1] in "\"'":
        return 'join texts with `&`; quote words that are no variable: "…"'
    return ""


def parse_path(text: str, place: Place) -> tuple[tuple[str, ...], list[Finding]]:
    """Read a variable path (``contact.name``); ``""`` is the empty path. A text that is no path comes back
    as a path of one token with a finding. Never raises."""
    if not text:
        return (), []
    path = split_path(text)
    if path is not None:
        return path, []
    start = _offset(place)
    message = f"`{_clip(text)}` is no variable name"
    suggestion = "_".join(re.findall(r"\w+", text))
    help = "names are words joined by dots; put any other name in backquotes"
    if suggestion and split_path(suggestion):
        help = f"write `{suggestion}`, or put the name in backquotes"
    return (text,), [BadPath.at(place.within(start, start + len(text)), message, help=help)]


def parse_native_text(text: str, place: Place) -> tuple[Text, list[Finding]]:
    """Read a text with ``{expression}`` holes; ``{{`` and ``}}`` are braces that are said.

    Each hole's ``at`` is ``place`` narrowed to it. Defects leave findings and keep the characters.
    Never raises; linear in the length of the text.
    """
    if "{" not in text and "}" not in text:
        return ((Literal(text),) if text else ()), []
    segments: list[Segment] = []
    findings: list[Finding] = []
    base = _offset(place)
    at = 0
    while (brace := _BRACE.search(text, at)) is not None:
        start = brace.start()
        segments.append(Literal(text[at:start]))
        pair = text[start : start + 2]
        if pair == "{{":
            doubled = _DOUBLED.match(text, start)
            if doubled is not None:
                findings.append(_double(doubled, place, base))
            segments.append(Literal("{"))
            at = start + 2
        elif pair == "}}":
            segments.append(Literal("}"))
            at = start + 2
        elif pair[0] == "}":
            findings.append(_stray(place.within(base + start, base + start + 1)))
            segments.append(Literal("}"))
            at = start + 1
        else:
            at = _hole(text, start, place, base, segments, findings)
    segments.append(Literal(text[at:]))
    return join_text(segments), findings


def _hole(text: str, start: int, place: Place, base: int, segments: list[Segment], findings: list[Finding]) -> int:
    """Read the hole that opens at ``start``; return where the text goes on."""
    match = _HOLE.match(text, start)
    if match is None:
        findings.append(
            UnclosedHole.at(
                place.within(base + start, base + start + 1),
                "the `{` that opens here is never closed",
                help="add the `}` after the variable; write `{{` for a brace that is said",
            )
        )
        segments.append(Literal("{"))
        return start + 1
    end = match.end()
    where = place.within(base + start, base + end)
    source = text[start + 1 : end - 1]
    if not source.strip():
        findings.append(
            EmptyHole.at(
                where, "nothing stands between the braces", help="write a variable, or `{{}}` for braces that are said"
            )
        )
        segments.append(Literal(text[start:end]))
        return end
    expression, problems = parse_expression(source, place.within(base + start + 1, base + end - 1))
    findings.extend(problems)
    segments.append(Hole(expression, where))
    return end


def _double(match: re.Match[str], place: Place, base: int) -> Finding:
    where = place.within(base + match.start(), base + match.end())
    name = match.group(1)
    return DoubleBraces.at(
        where,
        f"`{match.group()}` says the words `{{{name}}}`: it fills in nothing",
        help=f"write `{{{name}}}` for the variable",
        fix=Fix("use one brace", (Edit(where, f"{{{name}}}"),), Applicability.UNSAFE),
    )


def _stray(where: Place) -> Finding:
    return StrayBrace.at(
        where,
        "a `}` closes nothing",
        help="open the variable with `{`; write `}}` for a brace that is said",
        fix=Fix("double the brace", (Edit(where, "}}"),), Applicability.UNSAFE),
    )
