"""A Liquid text cut into pieces, with its block tags matched. Iterative; linear in the text."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field, replace

from bascule.language.placeholders.syntaxes import grammar

__all__ = ["Block", "Piece", "cut", "match_blocks"]

_TAG = re.compile(r"\{%-?\s*(#|\w*)")
_NESTING = frozenset({"if", "unless", "case", "for", "tablerow", "capture", "ifchanged"})
_VERBATIM = ("raw", "comment", "doc")
_MIDDLES = {
    "else": ("if", "unless", "case", "for", "tablerow"),
    "elsif": ("if", "unless"),
    "elseif": ("if", "unless"),
    "when": ("case",),
}


@dataclass(frozen=True, slots=True)
class Piece:
    """One token: ``kind`` is the grammar's, ``tag`` the tag's name. ``markup`` is what stands inside the
    delimiters (after the tag's name), from ``inner`` on. ``shown`` is a TEXT after blank control."""

    kind: str
    start: int
    end: int
    tag: str = ""
    markup: str = ""
    inner: int = 0
    shown: str = ""
    trims_before: bool = False
    trims_after: bool = False


@dataclass(slots=True)
class Block:
    """A matched block: piece numbers of its first tag, of its ``else``/``elsif``/``when`` tags, of its last."""

    opener: int
    closer: int
    middles: list[int] = field(default_factory=list)


def cut(text: str) -> list[Piece]:
    """The pieces of a text in order, covering all of it."""
    pieces: list[Piece] = []
    for token in grammar("placeholders_liquid.lark").parse(text, start="start").children:
        kind: str = token.type  # type: ignore[union-attr]
        start, end = token.start_pos or 0, token.end_pos or 0  # type: ignore[union-attr]
        if kind == "TEXT":
            if pieces and pieces[-1].kind == "TEXT":
                pieces[-1] = replace(pieces[-1], end=end)
            else:
                pieces.append(Piece("TEXT", start, end))
        elif kind == "BROKEN":
            pieces.append(Piece(kind, start, end))
        else:
            pieces.append(_delimited(text, kind, start, end))
    for number, piece in enumerate(pieces):
        if piece.kind == "TEXT":
            shown = text[piece.start : piece.end]
            if number and pieces[number - 1].trims_after:
                shown = shown.lstrip()
            if number + 1 < len(pieces) and pieces[number + 1].trims_before:
                shown = shown.rstrip()
            pieces[number] = replace(piece, shown=shown)
    return pieces


def _delimited(text: str, kind: str, start: int, end: int) -> Piece:
    before = text[start + 2] == "-"
    after = end - start > 5 and text[end - 3] == "-"
    inner, stop, tag = start + 2 + before, end - 2 - after, ""
    if kind == "TAG":
        match = _TAG.match(text, start)
        if match is not None:
            tag, inner = match.group(1), min(match.end(), stop)
    else:
        kind = "OUTPUT" if kind == "FILTERED" else kind
    return Piece(kind, start, end, tag, text[inner:stop], inner, "", before, after)


def match_blocks(pieces: list[Piece]) -> tuple[dict[int, Block], set[int]]:
    """Blocks by the number of their first piece, and the tags that have no other end.

    Any tag is a block's beginning when the text has its ``end…``; those of Liquid are so in any case.
    """
    ends = {piece.tag[3:]: number for number, piece in enumerate(pieces) if piece.tag.startswith("end")}
    openers = _NESTING | ends.keys()
    blocks: dict[int, Block] = {}
    stray: set[int] = set()
    stack: list[Block] = []
    open_names: Counter[str] = Counter()
    verbatim = ""
    for number, piece in enumerate(pieces):
        tag = piece.tag
        if piece.kind != "TAG" or (verbatim and tag != f"end{verbatim}"):
            continue
        if tag in _VERBATIM:
            if ends.get(tag, -1) < number:
                stray.add(number)
                continue
            verbatim = tag
        if tag in openers:
            stack.append(Block(number, -1))
            open_names[tag] += 1
        elif tag in _MIDDLES:
            if stack and pieces[stack[-1].opener].tag in _MIDDLES[tag]:
                stack[-1].middles.append(number)
            else:
                stray.add(number)
        elif tag.startswith("end") and tag[3:] in openers:
            name = tag[3:]
            if not open_names[name]:
                stray.add(number)
                continue
            while pieces[stack[-1].opener].tag != name:
                _abandon(stack.pop(), pieces, stray, open_names)
            block = stack.pop()
            open_names[name] -= 1
            block.closer = number
            blocks[block.opener] = block
            verbatim = ""
    while stack:
        _abandon(stack.pop(), pieces, stray, open_names)
    return blocks, stray


def _abandon(block: Block, pieces: list[Piece], stray: set[int], open_names: Counter[str]) -> None:
    stray.add(block.opener)
    stray.update(block.middles)
    open_names[pieces[block.opener].tag] -= 1
