"""RapidPro texts to texts with holes."""

from __future__ import annotations

from bascule.diagnostics.finding import Applicability, Edit, Finding, Fix
from bascule.ir.expr import Const, Expression, Opaque, Ref
from bascule.ir.text import Hole, Literal, Segment, Text, join_text, literal, text_expression
from bascule.language.rapidpro_expression.names import canonical
from bascule.language.rapidpro_expression.read import Reading, read_expression
from bascule.language.rapidpro_expression.scan import Piece, cut
from bascule.language.rapidpro_rules import (
    AddressLikeReference,
    RapidProSyntax,
    RapidProTooLarge,
    UnclosedRapidPro,
    UnknownRapidProFunction,
    UnknownRapidProName,
)
from bascule.source import Place

__all__ = ["RAPIDPRO", "parse_rapidpro_expression", "parse_rapidpro_text"]

RAPIDPRO = "rapidpro"
"""Language name of the opaque pieces."""


def _offset(place: Place) -> int:
    return place.sub[0] if place.sub else 0


def parse_rapidpro_text(text: str, place: Place) -> tuple[Text, list[Finding]]:
    """Read a RapidPro text; ``place`` is the text's own place, holes are narrowed to their ranges.

    ``@contact.name`` (known roots only) and ``@(…)`` become holes, ``@@`` is an at sign, everything else,
    e-mail addresses too, is said. An expression that cannot be read becomes an opaque hole with its source, and a
    finding. Never raises; linear in the text.
    """
    if "@" not in text:
        return literal(text), []
    segments: list[Segment] = []
    findings: list[Finding] = []
    base = _offset(place)
    for piece in cut(text):
        source = text[piece.start : piece.end]
        at = place.within(base + piece.start, base + piece.end)
        if piece.kind == "escape":
            segments.append(Literal("@"))
        elif piece.kind == "reference":
            segments.append(Hole(Ref(canonical(tuple(source[1:].split(".")))), at))
        elif piece.kind == "expression":
            inner = place.within(base + piece.start + 2, base + piece.end - 1)
            segments.append(Hole(_expression(source[2:-1], source, inner, findings), at))
        else:
            segments.append(Literal(source))
            _note(piece, text, at, findings)
    return join_text(segments), findings


def parse_rapidpro_expression(source: str, place: Place) -> tuple[Expression, list[Finding]]:
    """Read an expression without its ``@(…)``; what cannot be read is ``Opaque("rapidpro", source)``.

    A source that has an at sign is a text: its value is the text's own (an operand such as ``@input.text``).
    """
    if "@" in source:
        text, findings = parse_rapidpro_text(source.strip(), _stripped(source, place))
        return text_expression(text), findings
    if not source.strip():
        return Const(""), []
    findings = []
    return _expression(source, source, place.within(_offset(place), _offset(place) + len(source)), findings), findings


def _stripped(source: str, place: Place) -> Place:
    start = len(source) - len(source.lstrip())
    base = _offset(place) + start
    return place.within(base, base + len(source.strip()))


def _expression(inner: str, whole: str, place: Place, findings: list[Finding]) -> Expression:
    """The expression ``inner`` at ``place``; ``whole`` is kept when it cannot be read."""
    reading = read_expression(inner)
    base = _offset(place)
    if reading.expression is None:
        findings.append(_failure(reading, place, base, whole))
        return Opaque(RAPIDPRO, whole)
    for kind, name, start, end in reading.unknown:
        at = place.within(base + start, base + end)
        if kind == "function":
            message = f"`{name[:60]}` is not a function of RapidPro"
            help_ = "look the name up: an unknown function prints nothing"
            findings.append(UnknownRapidProFunction.at(at, message, help=help_, data={"function": name}))
        else:
            message = f"`{name[:60]}` is no name that an expression can see"
            help_ = "begin with `contact`, `fields`, `results` or another root"
            findings.append(UnknownRapidProName.at(at, message, help=help_, data={"name": name}))
    return reading.expression


def _failure(reading: Reading, place: Place, base: int, whole: str) -> Finding:
    assert reading.error is not None
    message, start, end, help_ = reading.error
    rule = RapidProTooLarge if reading.too_large else RapidProSyntax
    flat = " ".join(whole.split())
    shown = flat if len(flat) <= 60 else flat[:59] + "…"
    note = f"the expression is kept as text: `{shown}`"
    return rule.at(place.within(base + start, base + end), message, help=help_, notes=(note,))


def _note(piece: Piece, text: str, at: Place, findings: list[Finding]) -> None:
    """Findings of pieces that stay text."""
    if piece.kind == "unclosed":
        findings.append(
            UnclosedRapidPro.at(
                at,
                "the `@(` that opens here is never closed; it stays text",
                help="close the parenthesis, or write `@@(` for an at sign that is said",
            )
        )
    elif piece.kind == "address":
        source = text[piece.start : piece.end]
        findings.append(
            AddressLikeReference.at(
                at,
                f"`{source[:60]}` ends an e-mail address; it stays text",
                help="write `@@` in addresses",
                fix=Fix("double the at sign", (Edit(at, "@" + source),), Applicability.SAFE),
            )
        )
