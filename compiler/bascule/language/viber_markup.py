"""The HTML subset of Viber buttons (``<b> <i> <u> <br> <font>``) to WhatsApp's marks, with exact places.

Viber: https://developers.viber.com/docs/tools/keyboards/#buttons-parameters. WhatsApp:
https://faq.whatsapp.com/539178204879377 (``*bold*``, ``_italic_``, ``~strike~``).
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from dataclasses import dataclass

from bascule.ir.text import Hole, Literal, Segment, Text, join_text

__all__ = ["MarkupLoss", "has_markup", "read_markup", "strip_markup"]

_TAG = re.compile(
    r"<(?P<close>/)?(?P<name>b|strong|i|em|u|s|strike|del|br|font|span|p|div)\b(?P<rest>[^<>]{0,300})/?>", re.IGNORECASE
)
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});")
_TOKEN = re.compile(f"{_TAG.pattern}|(?P<entity>{_ENTITY.pattern})", re.IGNORECASE)
_MARKS = {"b": "*", "strong": "*", "i": "_", "em": "_", "s": "~", "strike": "~", "del": "~"}
_BLOCKS = ("p", "div")
_LOST = {"u": "underlining", "font": "colour or size", "span": "style"}
_WORD = re.compile(r"\w")


@dataclass(frozen=True, slots=True)
class MarkupLoss:
    """Something of the markup that WhatsApp cannot show: ``what`` and the tag's half-open range in the text."""

    what: str
    start: int
    end: int


@dataclass(slots=True)
class _Piece:
    """A run of text with the marks it stands under. ``start`` is its offset in the source, -1 for made-up text."""

    text: str
    start: int
    marks: tuple[str, ...]


def has_markup(text: str) -> bool:
    """Whether a text holds a tag of Viber's HTML subset."""
    return "<" in text and _TAG.search(text) is not None


def read_markup(value: str, read: Callable[[str, int], Text], *, marks: bool = True) -> tuple[Text, list[MarkupLoss]]:
    """Read a text with markup; ``read`` gets each literal run with its offset in ``value``.

    With ``marks`` bold, italic and struck text get WhatsApp's signs, per line and outside the blanks at their
    ends; without, every tag disappears and a line break becomes a blank (button titles). Underlining, colours and
    sizes are lost, and so is bold inside a word. Unknown tags stay text. Linear; never raises on content.
    """
    pieces, losses = _pieces(value)
    segments: list[Segment] = []
    open_marks: tuple[str, ...] = ()
    lines = _lines(pieces) if marks else pieces
    for index, piece in enumerate(lines):
        wanted = piece.marks if marks else ()
        if wanted != open_marks:
            losses.extend(_switch(segments, open_marks, wanted, lines, index))
            open_marks = wanted
        if piece.start < 0:
            segments.append(Literal(piece.text if marks else piece.text.replace("\n", " ")))
        else:
            segments.extend(read(piece.text, piece.start))
    if open_marks:
        segments.append(Literal("".join(reversed(open_marks))))
    text = join_text(segments)
    return (text if marks else _one_line(text)), sorted(losses, key=lambda loss: loss.start)


def strip_markup(value: str) -> str:
    """The words of a text: no tags, entities decoded, a blank for each line break."""
    pieces, _ = _pieces(value)
    return " ".join("".join(piece.text for piece in pieces).split())


def _pieces(value: str) -> tuple[list[_Piece], list[MarkupLoss]]:
    """Runs between tags and entities, each with the marks that are open there."""
    pieces: list[_Piece] = []
    losses: list[MarkupLoss] = []
    depth = {"*": 0, "_": 0, "~": 0}
    at = 0

    def marks() -> tuple[str, ...]:
        return tuple(mark for mark in "*_~" if depth[mark])

    for match in _TOKEN.finditer(value):
        if match.start() > at:
            pieces.append(_Piece(value[at : match.start()], at, marks()))
        at = match.end()
        if match.group("entity"):
            decoded = html.unescape(match.group("entity")).replace("\u00a0", " ")
            pieces.append(_Piece(decoded, -1, marks()))
            continue
        name = match.group("name").lower()
        closing = bool(match.group("close"))
        if name == "br":
            pieces.append(_Piece("\n", -1, marks()))
        elif name in _MARKS:
            depth[_MARKS[name]] = max(0, depth[_MARKS[name]] + (-1 if closing else 1))
        elif name in _BLOCKS:
            if closing:
                pieces.append(_Piece("\n", -1, marks()))
        elif not closing:
            losses.append(MarkupLoss(_LOST[name], match.start(), match.end()))
    if at < len(value):
        pieces.append(_Piece(value[at:], at, marks()))
    return pieces, losses


def _lines(pieces: list[_Piece]) -> list[_Piece]:
    """Pieces cut so that marks hold no line break and touch no blank at a line's or a run's edge."""
    cut: list[_Piece] = []
    for piece in pieces:
        at = 0
        for part in re.split(r"(\n)", piece.text) if piece.marks else [piece.text]:
            start = piece.start + at if piece.start >= 0 else -1
            at += len(part)
            if part == "\n" and piece.marks:
                cut.append(_Piece(part, -1, ()))
            elif part:
                cut.append(_Piece(part, start, piece.marks))
    runs: list[_Piece] = []
    for index, piece in enumerate(cut):
        if not piece.marks:
            runs.append(piece)
            continue
        text, start = piece.text, piece.start
        opens = index == 0 or cut[index - 1].marks != piece.marks
        ends = index + 1 == len(cut) or cut[index + 1].marks != piece.marks
        lead = len(text) - len(text.lstrip()) if opens else 0
        tail = len(text) - len(text.rstrip()) if ends and lead < len(text) else 0
        if lead:
            runs.append(_Piece(text[:lead], start, ()))
        if lead < len(text) - tail:
            inner = start + lead if start >= 0 else -1
            runs.append(_Piece(text[lead : len(text) - tail], inner, piece.marks))
        if tail:
            outer = start + len(text) - tail if start >= 0 else -1
            runs.append(_Piece(text[len(text) - tail :], outer, ()))
    return runs


def _switch(
    segments: list[Segment], closed: tuple[str, ...], opened: tuple[str, ...], lines: list[_Piece], index: int
) -> list[MarkupLoss]:
    """Write the signs between two runs. WhatsApp takes a sign as one only at the edge of a word."""
    sign = "".join(reversed(closed)) + "".join(opened)
    before = lines[index - 1].text[-1:] if index else ""
    after = lines[index].text[:1]
    segments.append(Literal(sign))
    if _WORD.match(before or " ") and _WORD.match(after or " "):
        at = max(lines[index].start, 0)
        return [MarkupLoss("bold or italic inside a word", at, at)]
    return []


def _one_line(text: Text) -> Text:
    """A text on one line, without blanks at its ends."""
    parts: list[Segment] = []
    for part in text:
        parts.append(part if isinstance(part, Hole) else Literal(re.sub(r"\s+", " ", part.text)))
    if parts and isinstance(parts[0], Literal):
        parts[0] = Literal(parts[0].text.lstrip())
    if parts and isinstance(parts[-1], Literal):
        parts[-1] = Literal(parts[-1].text.rstrip())
    return join_text(parts)
