"""The expressions of FLOIP flows (the specification's and Turn's), as ``ir.expr`` and texts with holes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any
from typing import Literal as OneOf

from bascule.diagnostics.finding import Finding
from bascule.ir.expr import Call, Const, Expression, Lambda, Opaque, Ref
from bascule.ir.text import Hole, Literal, Segment, Text, join_text, literal, text_expression
from bascule.language.floip_rules import FloipSyntax, FloipTooLarge, UnclosedFloip, UnknownFloipFunction
from bascule.language.floip_tree import Part, Refused, TreeBuilder
from bascule.source import Place

if TYPE_CHECKING:
    from lark import Lark

__all__ = ["FLOIP", "parse_floip_expression", "parse_floip_text"]

FLOIP = "floip"
"""Language name of the opaque pieces."""

_MAX_LENGTH = 10_000
"""Longest expression that is read; the longest seen in public containers has 80 characters."""
_MAX_QUOTED = 3
"""Templates in quoted texts of templates are read this deep; below that they stay text."""
_PATIENCE = 32
"""How many brackets without an end are looked for before the rest counts as text: keeps a hostile text linear."""

_NAME = re.compile(r"[^\W\d]\w*(?:\.\w+)*")
_MEMBER = re.compile(r"(?:\.\w+)+")
_BRACKET = re.compile(r"""[()\[\]"']""")
_QUOTED = re.compile(r""""[^"\\]*+(?:\\.[^"\\]*+)*+"|'[^'\\]*+(?:\\.[^'\\]*+)*+'""", re.DOTALL)
_PLAIN = re.compile(r"\s*([^\W\d]\w*(?:\.[^\W\d]\w*)*)\s*")
_KEYWORDS = frozenset({"true", "false", "null", "nil", "and", "or"})


@dataclass(frozen=True, slots=True)
class _Piece:
    kind: OneOf["text", "escape", "reference", "expression", "unclosed"]
    start: int
    end: int
    failed: bool = False


@dataclass(frozen=True, slots=True)
class _Reading:
    """An expression, or why there is none. ``error`` is (message, start, end), ``unknown`` are functions and ranges."""

    expression: Expression | None
    unknown: tuple[tuple[str, int, int], ...] = ()
    error: tuple[str, int, int] = ("", 0, 0)
    too_large: bool = False


def _cut(text: str) -> Iterator[_Piece]:
    """The pieces of a text in order, covering all of it. Linear."""
    at = done = failures = 0
    while (at := text.find("@", at)) >= 0:
        piece = _piece(text, at, failures < _PATIENCE)
        if piece is None:
            at += 1
            continue
        failures += piece.failed
        if at > done:
            yield _Piece("text", done, at)
        yield piece
        at = done = piece.end
    if done < len(text):
        yield _Piece("text", done, len(text))


def _piece(text: str, at: int, patient: bool) -> _Piece | None:
    following = text[at + 1 : at + 2]
    if following == "@":
        return _Piece("escape", at, at + 2)
    if following == "(":
        end = _closing(text, at + 1) if patient else -1
        return _Piece("expression", at, end) if end > 0 else _Piece("unclosed", at, at + 2, True)
    name = _NAME.match(text, at + 1)
    # A word right before the sign makes it an e-mail address.
    if name is None or (at and (text[at - 1].isalnum() or text[at - 1] in "._-+")):
        return None
    end = name.end()
    while (bracket := text[end : end + 1]) in ("(", "[") and bracket:
        # Only a function's name takes arguments: `@contact.name(e)` is a name and a parenthesis.
        if bracket == "(" and (end > name.end() or "." in name.group()):
            break
        closing = _closing(text, end) if patient else -1
        if closing < 0:
            kind: OneOf["unclosed", "reference"] = "unclosed" if bracket == "(" else "reference"
            return _Piece(kind, at, end + (bracket == "("), True)
        if text[end] == "[" and not text[end + 1 : closing - 1].strip():
            break
        end = closing
        member = _MEMBER.match(text, end)
        end = member.end() if member else end
    return _Piece("reference", at, end)


def _closing(text: str, opening: int) -> int:
    """The offset after the bracket that closes the one at ``opening``, or -1. Brackets in quotes do not count."""
    depth, at = 0, opening
    while (found := _BRACKET.search(text, at)) is not None:
        char = found.group()
        at = found.end()
        if char in "([":
            depth += 1
        elif char in ")]":
            depth -= 1
            if depth == 0:
                return at
        else:
            quoted = _QUOTED.match(text, found.start())
            if quoted is not None:
                at = quoted.end()
    return -1


@cache
def _parser() -> Lark:
    from lark import Lark

    from bascule.resources import read_text

    return Lark(
        read_text("grammars", "floip_expression.lark"),
        parser="lalr",
        transformer=TreeBuilder(),
        maybe_placeholders=False,
    )


@lru_cache(maxsize=4096)
def _read(source: str, quoted: int = 0) -> _Reading:
    """Read one expression. Never raises on content."""
    plain = _PLAIN.fullmatch(source)
    if plain is not None and plain.group(1).lower() not in _KEYWORDS:
        return _Reading(Ref(tuple(plain.group(1).split("."))))
    if len(source) > _MAX_LENGTH:
        message = f"the expression is longer than {_MAX_LENGTH} characters"
        return _Reading(None, error=(message, 0, len(source)), too_large=True)
    from lark.exceptions import UnexpectedCharacters, UnexpectedToken, VisitError

    try:
        part = _parser().parse(source)
    except Refused as refused:
        return _refused(refused)
    except VisitError as wrapped:
        if not isinstance(wrapped.orig_exc, Refused):
            raise
        return _refused(wrapped.orig_exc)
    except UnexpectedToken as error:
        return _Reading(None, error=_bad_token(source, error.token))
    except UnexpectedCharacters as error:
        start = error.pos_in_stream or 0
        char = source[start : start + 1]
        shown = char if char.isprintable() else f"U+{ord(char):04X}"
        unclosed = char in ('"', "'")
        message = f"the `{char}` that opens here is never closed" if unclosed else f"found `{shown}`, which none has"
        return _Reading(None, error=(message, start, len(source) if unclosed else start + 1))
    assert isinstance(part, Part)
    return _Reading(_fill(part.expression, quoted), part.functions)


def _refused(refused: Refused) -> _Reading:
    return _Reading(None, error=(refused.message, refused.start, refused.end), too_large=refused.deep)


def _bad_token(source: str, token: Any) -> tuple[str, int, int]:
    if token.type == "$END":
        end = len(source.rstrip())
        message = "the expression ends too early" if end else "the expression is empty"
        return message, max(end - 1, 0), max(end, 1)
    start = int(token.start_pos)
    shown = str(token) if len(token) < 30 else str(token)[:29] + "…"
    return f"found `{shown}` where something else was expected", start, start + len(token)


def _fill(expression: Expression, quoted: int) -> Expression:
    """Quoted texts are templates themselves (``"@contact.name"``): fill them. Depth is bounded by what is read."""
    if isinstance(expression, Const) and isinstance(expression.value, str) and "@" in expression.value:
        if quoted >= _MAX_QUOTED:
            return expression
        return text_expression(_segments(expression.value, quoted + 1))
    if isinstance(expression, Call):
        literal_at = _looked_for(expression)
        args = (item if index == literal_at else _fill(item, quoted) for index, item in enumerate(expression.args))
        return Call(expression.name, tuple(args))
    if isinstance(expression, Lambda):
        return Lambda(expression.parameters, _fill(expression.body, quoted))
    return expression


def _looked_for(call: Call) -> int:
    """Which argument is a text that is looked for as it is: what ``replace`` takes out, unless it is a reference
    alone. ``"{@username}"`` there is the placeholder of another text; filled, it could never be found. Else -1."""
    if call.name != "replace" or len(call.args) < 2:
        return -1
    old = call.args[1]
    if not isinstance(old, Const) or not isinstance(old.value, str):
        return -1
    pieces = list(_cut(old.value))
    return -1 if len(pieces) == 1 and pieces[0].kind in ("reference", "expression", "escape") else 1


def _inner(text: str, piece: _Piece) -> tuple[str, int]:
    """The expression of a piece and where it starts."""
    if piece.kind == "expression":
        return text[piece.start + 2 : piece.end - 1], piece.start + 2
    return text[piece.start + 1 : piece.end], piece.start + 1


def _segments(text: str, quoted: int) -> Text:
    parts: list[Segment] = []
    for piece in _cut(text):
        source = text[piece.start : piece.end]
        if piece.kind == "escape":
            parts.append(Literal("@"))
        elif piece.kind in ("reference", "expression"):
            reading = _read(_inner(text, piece)[0], quoted)
            parts.append(Hole(reading.expression if reading.expression is not None else Opaque(FLOIP, source)))
        else:
            parts.append(Literal(source))
    return join_text(parts)


def _offset(place: Place) -> int:
    return place.sub[0] if place.sub else 0


def parse_floip_text(text: str, place: Place) -> tuple[Text, list[Finding]]:
    """Read a text; ``place`` is the text's own place, holes are narrowed to their ranges.

    ``@name``, ``@name.member[0]``, ``@function(…)`` and ``@(…)`` become holes, ``@@`` is an at sign, everything else,
    e-mail addresses too, is said. What cannot be read becomes an opaque hole with its source, and a finding.
    Never raises; linear in the text.
    """
    if "@" not in text:
        return literal(text), []
    parts: list[Segment] = []
    findings: list[Finding] = []
    base = _offset(place)
    for piece in _cut(text):
        source = text[piece.start : piece.end]
        at = place.within(base + piece.start, base + piece.end)
        if piece.kind == "escape":
            parts.append(Literal("@"))
        elif piece.kind in ("reference", "expression"):
            inner, start = _inner(text, piece)
            parts.append(Hole(_expression(inner, source, place, base + start, findings), at))
        else:
            parts.append(Literal(source))
            if piece.kind == "unclosed":
                findings.append(
                    UnclosedFloip.at(
                        at,
                        f"the `{source[:40]}` that opens here is never closed; it stays text",
                        help="close the parenthesis, or write `@@` for an at sign that is said",
                    )
                )
    return join_text(parts), findings


def parse_floip_expression(source: str, place: Place) -> tuple[Expression, list[Finding]]:
    """Read an expression without its ``@(…)``; what cannot be read is ``Opaque("floip", source)``.

    A source that begins with an at sign is a text: its value is the text's own.
    """
    if source.lstrip().startswith("@"):
        start = len(source) - len(source.lstrip())
        base = _offset(place) + start
        stripped = source.strip()
        text, findings = parse_floip_text(stripped, place.within(base, base + len(stripped)))
        return text_expression(text), findings
    if not source.strip():
        return Const(""), []
    findings = []
    return _expression(source, source, place, _offset(place), findings), findings


def _expression(inner: str, whole: str, place: Place, base: int, findings: list[Finding]) -> Expression:
    """The expression ``inner``, which starts at ``base``; ``whole`` is kept when it cannot be read."""
    reading = _read(inner)
    if reading.expression is None:
        message, start, end = reading.error
        rule = FloipTooLarge if reading.too_large else FloipSyntax
        flat = " ".join(whole.split())
        shown = flat if len(flat) <= 60 else flat[:59] + "…"
        findings.append(
            rule.at(
                place.within(base + start, base + end),
                message,
                help="write it again on the new platform",
                notes=(f"the expression is kept as text: `{shown}`",),
            )
        )
        return Opaque(FLOIP, whole)
    for name, start, end in reading.unknown:
        findings.append(
            UnknownFloipFunction.at(
                place.within(base + start, base + end),
                f"`{name[:60]}` is no function that is known here; it is kept as a call",
                help="look the name up, or put the variable in parentheses: `@(name)`",
                data={"function": name[:200]},
            )
        )
    return reading.expression
