"""Rich text of the builder's editor to a text with WhatsApp's marks, with exact places.

The tree is Slate's (https://docs.slatejs.org/concepts/02-nodes); the marks are WhatsApp's
(https://faq.whatsapp.com/539178204879377).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from bascule.ir.text import Literal, Segment, Text, join_text
from bascule.language.members import as_text
from bascule.source import Place

__all__ = ["RichText", "read_rich_text"]

_MARKS = {"bold": "*", "italic": "_", "strikethrough": "~", "strikeThrough": "~", "code": "```"}
_LOST = {"underline": "underlining", "color": "colour", "backgroundColor": "colour", "fontSize": "size"}
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_BLOCKS = _HEADINGS | {"p", "blockquote", "code_block", "code_line", "hr", "ul", "ol", "li", "lic"}
_LISTS = frozenset({"ul", "ol"})
_DEEPEST = 40
_WORD = re.compile(r"\w")


@dataclass(frozen=True, slots=True)
class RichText:
    """The text, what of its markup is lost (what, and where), and whether anything was written otherwise."""

    text: Text
    losses: tuple[tuple[str, Place], ...] = ()
    emulated: bool = False
    broken: bool = False


@dataclass(frozen=True, slots=True)
class _Run:
    """A run of one line. ``place`` is its leaf, or None for text that is made up here (list signs)."""

    text: str
    marks: tuple[str, ...] = ()
    place: Place | None = None
    start: int = 0


@dataclass(slots=True)
class _Builder:
    lines: list[list[_Run]] = field(default_factory=lambda: [[]])
    losses: list[tuple[str, Place]] = field(default_factory=list)
    emulated: bool = False
    broken: bool = False

    def newline(self) -> None:
        self.lines.append([])

    def add(self, run: _Run) -> None:
        """Put a run at the end; a line break inside it begins a new line."""
        start = run.start
        for number, part in enumerate(run.text.split("\n")):
            if number:
                self.newline()
            if part:
                self.lines[-1].append(_Run(part, run.marks, run.place, start))
            start += len(part) + 1


def read_rich_text(value: list[Any], place: Place, read: Callable[[str, Place], Text]) -> RichText:
    """Read the elements of a rich text; ``read`` gets each literal run with its own place.

    Blocks are lines. Bold, italic, struck out and code get WhatsApp's signs, per line and outside the blanks at their
    ends; list items, quotes and links are written as WhatsApp writes them. Never raises on content.
    """
    builder = _Builder()
    for index, item in enumerate(value):
        if index:
            builder.newline()
        _element(builder, item, place.child(index), (), "", 0)
    segments: list[Segment] = []
    lines = builder.lines
    while lines and not lines[-1]:
        lines.pop()
    while lines and not lines[0]:
        lines.pop(0)
    for number, line in enumerate(lines):
        if number:
            segments.append(Literal("\n"))
        segments.extend(_line(builder, line, read))
    return RichText(join_text(segments), tuple(builder.losses), builder.emulated, builder.broken)


def _element(builder: _Builder, item: Any, place: Place, marks: tuple[str, ...], lead: str, depth: int) -> None:
    """Put an element's runs at the end of the last line. ``lead`` stands before the items of the list it is in."""
    if not isinstance(item, dict) or depth > _DEEPEST:
        builder.broken = True
        return
    if "text" in item and "children" not in item:
        _leaf(builder, item, place, marks)
        return
    kind = item.get("type")
    kind = kind if isinstance(kind, str) else ""
    children = item.get("children")
    if not isinstance(children, list):
        if kind != "hr":
            builder.broken = True
            return
        builder.losses.append(("a rule", place))
        return
    if kind == "a":
        _link(builder, item, children, place, marks, depth)
        return
    if kind in _HEADINGS:
        marks = _with(marks, "*")
        builder.losses.append(("a heading", place))
    if kind == "blockquote":
        builder.add(_Run("> "))
        builder.emulated = True
    if kind in ("code_block", "code_line"):
        marks = _with(marks, "```")
    after_block = False
    for number, (index, child) in enumerate(_children(children)):
        inner = place.child("children", index)
        block = isinstance(child, dict) and as_text(child.get("type")) in _BLOCKS
        if number and (block or after_block):
            builder.newline()
        after_block = block
        if kind in _LISTS and isinstance(child, dict):
            sign = f"{number + 1}. " if kind == "ol" else "- "
            builder.add(_Run(lead + sign))
            builder.emulated = True
            _element(builder, child, inner, marks, lead + "  ", depth + 1)
        else:
            _element(builder, child, inner, marks, lead, depth + 1)


def _children(children: list[Any]) -> Iterator[tuple[int, Any]]:
    """Children without the empty leaves that the editor puts round links."""
    for index, child in enumerate(children):
        empty = isinstance(child, dict) and child.get("text") == "" and "children" not in child
        if not empty or len(children) == 1:
            yield index, child


def _with(marks: tuple[str, ...], mark: str) -> tuple[str, ...]:
    return marks if mark in marks else (*marks, mark)


def _leaf(builder: _Builder, item: dict[str, Any], place: Place, marks: tuple[str, ...]) -> None:
    text = item.get("text")
    if not isinstance(text, str):
        builder.broken = True
        return
    for name, value in item.items():
        if name == "text" or not value or name in ("id", "type"):
            continue
        if name in _MARKS:
            marks = _with(marks, _MARKS[name])
        elif text.strip():
            builder.losses.append((_LOST.get(name, f"`{name[:40]}`"), place))
    order = [mark for mark in ("*", "_", "~", "```") if mark in marks]
    builder.add(_Run(text, tuple(order), place.child("text")))


def _link(
    builder: _Builder, item: dict[str, Any], children: list[Any], place: Place, marks: tuple[str, ...], depth: int
) -> None:
    """A link is its words with the address behind them; an address alone where they are the same."""
    words = "".join(
        child["text"] for child in children if isinstance(child, dict) and isinstance(child.get("text"), str)
    )
    for index, child in _children(children):
        _element(builder, child, place.child("children", index), marks, "", depth + 1)
    url = item.get("url")
    if not isinstance(url, str) or not url or url == words:
        return
    builder.emulated = True
    if words.strip():
        builder.add(_Run(" ("))
    builder.add(_Run(url, (), place.child("url")))
    if words.strip():
        builder.add(_Run(")"))


def _line(builder: _Builder, line: list[_Run], read: Callable[[str, Place], Text]) -> list[Segment]:
    """The segments of a line, with a sign wherever the marks change."""
    segments: list[Segment] = []
    opened: tuple[str, ...] = ()
    runs = _trimmed(line)
    for number, run in enumerate(runs):
        if run.marks != opened:
            segments.append(Literal("".join(reversed(opened)) + "".join(run.marks)))
            before = runs[number - 1].text[-1:] if number else ""
            if _WORD.match(before or " ") and _WORD.match(run.text[:1] or " "):
                at = run.place or runs[number - 1].place
                if at is not None:
                    builder.losses.append(("bold or italic inside a word", at))
            opened = run.marks
        if run.place is None:
            segments.append(Literal(run.text))
        else:
            segments.extend(read(run.text, run.place.within(run.start, run.start + len(run.text))))
    if opened:
        segments.append(Literal("".join(reversed(opened))))
    return segments


def _trimmed(line: list[_Run]) -> list[_Run]:
    """Runs cut so that a sign never touches a blank on its inner side."""
    cut: list[_Run] = []
    for number, run in enumerate(line):
        if not run.marks:
            cut.append(run)
            continue
        first = number == 0 or line[number - 1].marks != run.marks
        last = number + 1 == len(line) or line[number + 1].marks != run.marks
        lead = len(run.text) - len(run.text.lstrip()) if first else 0
        tail = len(run.text) - len(run.text.rstrip()) if last and lead < len(run.text) else 0
        end = len(run.text) - tail
        for start, stop, marks in ((0, lead, ()), (lead, end, run.marks), (end, len(run.text), ())):
            if start < stop:
                cut.append(_Run(run.text[start:stop], marks, run.place, run.start + start))
    return cut
