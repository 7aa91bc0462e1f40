"""Graph texts to WhatsApp texts: run-time markers, white space, cutting at sentence ends."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from bascule.ir.expr import Call, Const, Expression, Ref
from bascule.ir.expr_text import print_expression
from bascule.ir.text import Hole, Literal, Segment, Text, join_text

__all__ = [
    "HOLE",
    "Marker",
    "cut_range",
    "flat",
    "marker_of",
    "marker_text",
    "markers_of",
    "split_branches",
    "split_text",
    "tidy_template",
]

HOLE = "\ufffc"
"""Stands for one hole in a flat text, so that offsets map back to segments (U+FFFC, object replacement)."""

_SENTENCE_END = re.compile(r"(?<=[.!?…。！？؟।۔])[\"'»”)\]]*\s+|\n+")
_BLANKS = re.compile(r" {4,}")
_BREAKS = re.compile(r"\n[ \t]*(?:\n[ \t]*){2,}")


@dataclass(frozen=True, slots=True)
class Marker:
    """A value bound at run time: its name in ``{{…}}`` and what it stands for."""

    name: str
    expression: Expression


def marker_of(expression: Expression) -> Marker:
    """The marker of an expression: a reference keeps its dotted name, anything else gets one from its content."""
    if isinstance(expression, Ref):
        return Marker(expression.name.replace("{", "(").replace("}", ")"), expression)
    printed = print_expression(expression)
    digest = hashlib.sha256(printed.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return Marker(f"calc_{digest}", expression)


def markers_of(text: Text) -> Iterator[Marker]:
    """The markers of a text, in order."""
    return (marker_of(part.expression) for part in text if isinstance(part, Hole))


def marker_text(text: Text) -> str:
    """The text with ``{{name}}`` for each hole; a constant hole is its own text."""
    parts = []
    for part in text:
        if isinstance(part, Literal):
            parts.append(part.text)
        elif isinstance(part.expression, Const):
            parts.append("" if part.expression.value is None else str(part.expression.value))
        else:
            parts.append("{{" + marker_of(part.expression).name + "}}")
    return "".join(parts)


def flat(text: Text) -> str:
    """One string with :data:`HOLE` for each hole."""
    return "".join(part.text.replace(HOLE, " ") if isinstance(part, Literal) else HOLE for part in text)


def slice_text(text: Text, start: int, end: int) -> Text:
    """The part of a text between two offsets of its flat form."""
    result: list[Segment] = []
    at = 0
    for part in text:
        size = len(part.text) if isinstance(part, Literal) else 1
        low, high = max(start - at, 0), min(end - at, size)
        if low < high:
            result.append(Literal(part.text[low:high]) if isinstance(part, Literal) else part)
        at += size
    return join_text(result)


def cut_range(text: Text, start: int, end: int) -> Text:
    """The text without a range of its flat form; what is left at the seam is tidied.

    Punctuation that closed the range (the point after "2 pour reporter.") goes with it.
    """
    before = _strip_end(slice_text(text, 0, start))
    after = slice_text(text, end, len(flat(text)))
    if all(isinstance(part, Literal) and all(map(_is_punctuation, part.text)) for part in after):
        return before
    return _strip_end(join_text([*before, Literal("\n" if before else ""), *_strip_start(after)]))


def _is_punctuation(char: str) -> bool:
    return unicodedata.category(char)[0] in "PZC"


def _strip_end(text: Text) -> Text:
    if text and isinstance(text[-1], Literal):
        return join_text([*text[:-1], Literal(text[-1].text.rstrip())])
    return text


def _strip_start(text: Text) -> Text:
    if text and isinstance(text[0], Literal):
        return join_text([Literal(text[0].text.lstrip()), *text[1:]])
    return text


def strip_text(text: Text) -> Text:
    """The text without blanks at both ends."""
    return _strip_start(_strip_end(text))


def split_text(text: Text, limit: int) -> list[Text]:
    """Cut a text into pieces of at most ``limit`` characters of marker text, at the best place.

    Paragraph ends come first, then sentence ends, then blanks; a hole is never cut. Joining the pieces
    gives the text up to the white space at the seams.
    """
    pieces: list[Text] = []
    rest = strip_text(text)
    while len(marker_text(rest)) > limit:
        cut = _best_cut(rest, limit)
        pieces.append(strip_text(slice_text(rest, 0, cut)))
        rest = strip_text(slice_text(rest, cut, len(flat(rest))))
    if rest or not pieces:
        pieces.append(rest)
    return [piece for piece in pieces if piece] or [()]


def _best_cut(text: Text, limit: int) -> int:
    """Offset in the flat text: the last good seam whose piece fits ``limit`` characters."""
    line = flat(text)
    room = _flat_room(text, limit)
    for low in (room // 2, 1):
        ends = [match.end() for match in _SENTENCE_END.finditer(line, 0, room + 1) if low <= match.start() <= room]
        if ends:
            return ends[-1]
    blank = line.rfind(" ", 1, room + 1)
    return blank if blank > 0 else max(room, 1)


def _flat_room(text: Text, limit: int) -> int:
    """How many flat characters fit ``limit`` characters of marker text."""
    used = at = 0
    for part in text:
        if isinstance(part, Literal):
            if used + len(part.text) > limit:
                return at + limit - used
            used += len(part.text)
            at += len(part.text)
        else:
            size = len(marker_text((part,)))
            if used + size > limit:
                return at
            used += size
            at += 1
    return at


def tidy_template(text: Text, max_breaks: int = 2) -> tuple[Text, bool]:
    """White space as template review wants it: no tab, no run of four blanks, no third line break.

    Returns the text and whether anything changed.
    """
    result: list[Segment] = []
    for part in text:
        if isinstance(part, Literal):
            tidy = part.text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
            tidy = _BREAKS.sub("\n" * max_breaks, _BLANKS.sub("   ", tidy))
            result.append(Literal(tidy))
        else:
            result.append(part)
    tidied = strip_text(join_text(result))
    return tidied, tidied != text


def split_branches(text: Text, limit: int) -> list[tuple[Expression | None, Text]] | None:
    """One text per branch of its ``if`` holes, with the condition under which it is said.

    A template cannot hold conditional wording, so each branch becomes a template of its own. None
    when there would be more than ``limit`` of them.
    """
    branches: list[tuple[Expression | None, list[Segment]]] = [(None, [])]
    for part in text:
        expression = part.expression if isinstance(part, Hole) else None
        if isinstance(expression, Call) and expression.name == "if" and len(expression.args) in (2, 3):
            condition, then, *other = expression.args
            negated = Call("not", (condition,))
            grown: list[tuple[Expression | None, list[Segment]]] = []
            for known, parts in branches:
                grown.append((_both(known, condition), parts + _segments(then, part)))
                grown.append((_both(known, negated), parts + (_segments(other[0], part) if other else [])))
            branches = grown
            if len(branches) > limit:
                return None
        else:
            for _, parts in branches:
                parts.append(part)
    result: list[tuple[Expression | None, Text]] = []
    for known, parts in branches:
        joined = join_text(parts)
        inner = split_branches(joined, limit) if joined != text and len(branches) > 1 else [(None, joined)]
        if inner is None:
            return None
        result.extend((_both(known, extra) if extra is not None else known, piece) for extra, piece in inner)
    return result if len(result) <= limit else None


def _both(first: Expression | None, second: Expression | None) -> Expression | None:
    if first is None or second is None:
        return first if second is None else second
    return Call("and", (first, second))


def _segments(expression: Expression, hole: Segment) -> list[Segment]:
    """A branch's expression as text: constants and ``concat`` of them become literals."""
    if isinstance(expression, Const):
        return [Literal("" if expression.value is None else str(expression.value))]
    if isinstance(expression, Call) and expression.name == "concat":
        return [segment for argument in expression.args for segment in _segments(argument, hole)]
    return [Hole(expression, hole.at if isinstance(hole, Hole) else None)]
