"""Values of a program as pieces: literals as they are, everything computed as holes with its own code."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any

from bascule.ir.expr import Expression, Opaque, Ref
from bascule.ir.text import Hole, Segment, Text, join_text
from bascule.language.reading import Reading
from bascule.parsers.node_red.js_tokens import Decoded, Kind, Program, Token, decode_string
from bascule.source import Place

__all__ = ["HOLE", "JsPiece", "ValueReader", "code_expression"]

HOLE = "\ufffc"
"""Stands for computed text inside a literal."""

_CONSTANTS = {"true": True, "false": False, "null": None, "undefined": None}
_CHAIN = (".", "?.", "(", "[")
_STOPS = frozenset({",", ";", ")", "]", "}"})
_MAX_DEPTH = 40
_CODE_WORDS = frozenset(
    {
        *("var", "let", "const", "if", "else", "for", "while", "do", "switch", "case", "default", "break", "continue"),
        *("return", "function", "new", "typeof", "delete", "void", "throw", "try", "catch", "finally", "class"),
        *("await", "async", "yield", "in", "of", "instanceof", "import", "export", "this"),
    }
)


@dataclass(slots=True)
class JsPiece:
    """One value of a program. ``kind`` is ``object``, ``list``, ``scalar``, ``text`` or ``code``.

    ``pieces`` of an object are by name, of a list under their numbers. ``runs`` of a text are its literal runs (with
    their position in ``value``) and ``holes`` the positions and code of what is computed.
    """

    kind: str
    place: Place
    source: str = ""
    value: Any = None
    pieces: dict[Any, JsPiece] = field(default_factory=dict)
    runs: list[tuple[int, Decoded]] = field(default_factory=list)
    holes: list[tuple[int, str, Place]] = field(default_factory=list)
    used: bool = False

    @property
    def is_object(self) -> bool:
        """It has members."""
        return self.kind == "object"

    @property
    def is_list(self) -> bool:
        """It has items."""
        return self.kind == "list"

    @property
    def fixed(self) -> bool:
        """Nothing in the value itself is computed."""
        return not self.holes

    def members(self) -> Iterator[tuple[str, JsPiece]]:
        """Names and values of an object."""
        if self.kind == "object":
            yield from list(self.pieces.items())

    def items(self) -> Iterator[JsPiece]:
        """The items of a list."""
        if self.kind == "list":
            yield from list(self.pieces.values())

    def plain(self) -> Any:
        """The value as data; code as its source. Cycles cannot arise: a piece is built before it is put anywhere."""
        if self.kind == "object":
            return {str(name): piece.plain() for name, piece in self.pieces.items()}
        if self.kind == "list":
            return [piece.plain() for piece in self.pieces.values()]
        if self.kind == "text" and not self.holes:
            return self.value
        return self.value if self.kind == "scalar" else self.source

    def run(self, reading: Reading, text: str, start: int) -> Text:
        """A literal run with the code inside it as holes. ``start`` counts characters of :attr:`value`."""
        segments: list[Segment] = []
        at, end = start, start + len(text)
        first = bisect_left(self.holes, start, key=lambda hole: hole[0])
        for position, source, place in islice(self.holes, first, None):
            if position >= end:
                break
            if position > at:
                segments.extend(self._literal(reading, text[at - start : position - start], at))
            expression = code_expression(source)
            segments.append(Hole(expression, place))
            reading.note(expression, place)
            at = position + 1
        if at < end:
            segments.extend(self._literal(reading, text[at - start :], at))
        return join_text(segments)

    def _literal(self, reading: Reading, text: str, start: int) -> Text:
        index = bisect_right(self.runs, start, key=lambda run: run[0]) - 1
        if index < 0:
            return reading.text(text, self.place)
        first, run = self.runs[index]
        base = start - first
        whole = self.place.within(run.offset(base), run.offset(base + len(text)))
        if not run.breaks:
            return reading.text(text, whole)
        return reading.moved_text(
            text, whole, lambda at, end: self.place.within(run.offset(base + at), run.offset(base + end))
        )


def code_expression(source: str) -> Expression:
    """Code as an expression: a plain dotted path is a reference, anything else stays opaque."""
    path = source.strip().replace("?.", ".").split(".")
    if all(part.isidentifier() and part not in _CODE_WORDS for part in path) and path[0] not in _CONSTANTS:
        return Ref(tuple(path))
    return Opaque("javascript", source.strip())


class ValueReader:
    """Reads values from tokens. ``known`` are the values of names assigned so far; ``base`` is the program's place.

    ``steps`` bounds the work: reading stops (values become code) when it is used up.
    """

    def __init__(self, program: Program, base: Place, known: dict[str, JsPiece]) -> None:
        self.program = program
        self.tokens = program.tokens
        self.base = base
        self.known = known
        self.steps = 20 * len(program.tokens) + 1000

    def place(self, start: int, end: int) -> Place:
        """The place of a range of the program."""
        return self.base.within(start, end)

    def sign(self, index: int) -> str:
        """The sign at an index; ``""`` for other tokens and past the end."""
        if index >= len(self.tokens) or self.tokens[index].kind is not Kind.SIGN:
            return ""
        return self.tokens[index].text

    def code(self, first: int, last: int) -> JsPiece:
        """The tokens ``first`` to ``last`` (exclusive) as code."""
        start = self.tokens[first].start if first < len(self.tokens) else len(self.program.source)
        end = max(self.tokens[last - 1].end if last > first else start, start)
        source = self.program.source[start:end]
        place = self.place(start, end)
        return JsPiece("code", place, source, HOLE, holes=[(0, source, place)])

    def skip(self, index: int) -> int:
        """The index after an expression: the next stop at this level."""
        while index < len(self.tokens):
            sign = self.sign(index)
            if sign in _STOPS and sign:
                return index
            index = self.program.partner[index] + 1 if sign in ("(", "[", "{") else index + 1
        return index

    def value(self, index: int, depth: int = 0) -> tuple[JsPiece, int]:
        """Read an expression at ``index``; returns it and the index after it."""
        first = index
        self.steps -= 1
        if depth > _MAX_DEPTH or self.steps < 0:
            end = self.skip(index)
            return self.code(first, max(end, first + 1)), max(end, first + 1)
        operands: list[JsPiece] = []
        while True:
            operand, index = self.operand(index, depth)
            operands.append(operand)
            sign = self.sign(index)
            if sign == "+":
                index += 1
                continue
            if self.ends(index):
                break
            end = max(self.skip(index), index + 1)
            return self.code(first, end), end
        if len(operands) == 1:
            return operands[0], index
        return self.join(operands, first, index), index

    def ends(self, index: int) -> bool:
        """Whether an expression is over: a stop, or a token that cannot go on with it."""
        if index >= len(self.tokens):
            return True
        token = self.tokens[index]
        if token.kind is Kind.SIGN:
            return token.text in _STOPS or token.text == ":"
        return token.text not in ("in", "of", "instanceof")

    def operand(self, index: int, depth: int) -> tuple[JsPiece, int]:
        """One operand: a literal, or a name with its calls."""
        if index >= len(self.tokens):
            return self.code(index, index), index
        token, first = self.tokens[index], index
        piece: JsPiece | None = None
        if token.kind is Kind.STRING:
            piece, index = self.string(token), index + 1
        elif token.kind is Kind.TEMPLATE:
            piece, index = self.template(token), index + 1
        elif token.kind is Kind.NUMBER:
            piece, index = self.number(token), index + 1
        elif token.text in _CONSTANTS and token.kind is Kind.NAME:
            piece = JsPiece("scalar", self.place(token.start, token.end), token.text, _CONSTANTS[token.text])
            index += 1
        elif self.sign(index) == "-" and index + 1 < len(self.tokens) and self.tokens[index + 1].kind is Kind.NUMBER:
            piece = self.number(self.tokens[index + 1])
            if isinstance(piece.value, (int, float)):
                piece.value = -piece.value
            index += 2
        elif self.sign(index) == "{":
            found = self.object(index, depth + 1)
            close = self.program.partner[index]
            piece, index = (found or self.code(index, close + 1)), close + 1
        elif self.sign(index) == "[":
            piece, index = self.list(index, depth + 1), self.program.partner[index] + 1
        elif self.sign(index) == "(":
            close = self.program.partner[index]
            inner, end = self.value(index + 1, depth + 1)
            piece, index = (inner if end == close else self.code(index, close + 1)), close + 1
            if self.sign(index) == "=>":
                end = self.function_end(index + 1)
                return self.code(first, end), end
        elif token.kind is Kind.NAME and token.text == "function":
            end = self.function_end(index + 1)
            return self.code(first, end), end
        elif token.kind is Kind.NAME:
            return self.name(index, depth)
        if piece is None:
            return self.code(first, index + 1), index + 1
        if self.sign(index) in _CHAIN and self.sign(index):
            end = self.chain(index)
            return self.code(first, end), end
        return piece, index

    def function_end(self, index: int) -> int:
        """The index after a function's body (or after the expression of an arrow)."""
        while index < len(self.tokens):
            sign = self.sign(index)
            if sign == "{":
                return self.program.partner[index] + 1
            if sign in _STOPS and sign:
                return max(index, 1)
            index = self.program.partner[index] + 1 if sign in ("(", "[") else index + 1
        return index

    def chain(self, index: int) -> int:
        """The index after calls, members and indexes."""
        while index < len(self.tokens):
            sign = self.sign(index)
            if sign in ("(", "["):
                index = self.program.partner[index] + 1
            elif sign in (".", "?."):
                index += 2
            elif self.tokens[index].kind is Kind.TEMPLATE:
                index += 1
            else:
                break
        return min(index, len(self.tokens))

    def name(self, index: int, depth: int) -> tuple[JsPiece, int]:
        """A name: a value assigned before, the argument of ``JSON.stringify``, or code."""
        first = index
        if self.tokens[index].text in ("new", "typeof", "await", "void", "delete"):
            index += 1
        index = min(index + 1, len(self.tokens))
        end = self.chain(index)
        path = self.path(first, end)
        piece = self.lookup(path) if path else None
        copied = self.copy(piece) if piece is not None and piece.kind != "code" else None
        if piece is not None and copied is not None:
            piece.used = True
            return copied, end
        whole = "".join(token.text for token in self.tokens[first : first + 3])
        if whole == "JSON.stringify" and self.sign(first + 3) == "(":
            close = self.program.partner[first + 3]
            inner, _ = self.value(first + 4, depth + 1)
            if close + 1 == end and inner.kind in ("object", "list"):
                return inner, end
        if self.sign(end) == "=>":
            end = self.function_end(end + 1)
        return self.code(first, end), end

    def lookup(self, path: str) -> JsPiece | None:
        """The value that a path was given, or that a member of a value on the way to it holds."""
        head, rest = path, ""
        while head:
            if head in self.known:
                piece: JsPiece | None = self.known[head]
                for name in rest.split(".") if rest else ():
                    piece = piece.pieces.get(name) if piece is not None and piece.kind == "object" else None
                return piece
            head, _, last = head.rpartition(".")
            rest = f"{last}.{rest}" if rest else last
        return None

    def copy(self, piece: JsPiece) -> JsPiece | None:
        """A copy as deep as the value goes, or None when that would be too much. What is built from values that hold
        each other therefore stays a tree, and its size is bounded."""
        copied = replace(piece, pieces=dict(piece.pieces))
        stack = [copied]
        while stack:
            item = stack.pop()
            self.steps -= 1 + len(item.pieces)
            if self.steps < 0:
                return None
            for name, part in item.pieces.items():
                item.pieces[name] = replace(part, pieces=dict(part.pieces))
                stack.append(item.pieces[name])
        return copied

    def path(self, first: int, end: int) -> str:
        """The dotted path that the tokens spell (``msg.payload``, ``msg["payload"]``), or ``""``."""
        if (
            end <= first
            or self.tokens[first].kind is not Kind.NAME
            or self.tokens[first].text in _CODE_WORDS - {"this"}
        ):
            return ""
        parts = [self.tokens[first].text]
        index = first + 1
        while index < end:
            sign = self.sign(index)
            if sign in (".", "?.") and index + 1 < end and self.tokens[index + 1].kind is Kind.NAME:
                parts.append(self.tokens[index + 1].text)
                index += 2
            elif sign == "[" and self.program.partner[index] == index + 2 and index + 2 < end:
                inner = self.tokens[index + 1]
                if inner.kind is not Kind.STRING:
                    return ""
                parts.append(inner.text[1:-1])
                index += 3
            else:
                return ""
        return ".".join(parts)

    def string(self, token: Token) -> JsPiece:
        """A quoted string."""
        decoded = decode_string(self.program.source, token.start + 1, token.end - 1)
        place = self.place(token.start + 1, token.end - 1)
        return JsPiece("text", place, token.text, decoded.text, runs=[(0, decoded)])

    def template(self, token: Token) -> JsPiece:
        """A template literal: its code becomes holes."""
        piece = JsPiece("text", self.place(token.start + 1, token.end - 1), token.text, "")
        for is_code, start, end in token.parts:
            if is_code:
                source = self.program.source[start:end]
                piece.holes.append((len(piece.value), source, self.place(start, end)))
                piece.value += HOLE
            else:
                decoded = decode_string(self.program.source, start, end)
                piece.runs.append((len(piece.value), decoded))
                piece.value += decoded.text
        return piece

    def number(self, token: Token) -> JsPiece:
        """A number; one that Python reads differently stays code."""
        text = token.text.replace("_", "").rstrip("n")
        try:
            value: Any = int(text, 0) if text[:1] == "0" and len(text) > 1 and text[1] in "xXoObB" else float(text)
        except ValueError:
            value = text
        if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
            value = int(value)
        return JsPiece("scalar", self.place(token.start, token.end), token.text, value)

    def join(self, operands: list[JsPiece], first: int, last: int) -> JsPiece:
        """Operands joined by ``+`` as one text; sums of numbers alone stay code."""
        if not any(operand.kind == "text" for operand in operands):
            return self.code(first, last)
        start, end = self.tokens[first].start, self.tokens[last - 1].end
        piece = JsPiece("text", self.place(start, end), self.program.source[start:end], "")
        parts: list[str] = []
        length = 0
        for operand in operands:
            if operand.kind == "text":
                piece.runs.extend((length + position, run) for position, run in operand.runs)
                piece.holes.extend((length + position, source, at) for position, source, at in operand.holes)
                parts.append(operand.value)
            elif operand.kind == "scalar" and operand.value is not None and not isinstance(operand.value, bool):
                parts.append(str(operand.value))
            else:
                piece.holes.append((length, operand.source, operand.place))
                parts.append(HOLE)
            length += len(parts[-1])
        piece.value = "".join(parts)
        return piece

    def object(self, index: int, depth: int = 0) -> JsPiece | None:
        """An object literal at a ``{``; None when the braces hold statements."""
        close = self.program.partner[index]
        start, end = self.tokens[index].start, self.tokens[close].end
        piece = JsPiece("object", self.place(start, end), self.program.source[start:end])
        if depth > _MAX_DEPTH or self.steps < 0:
            return None
        at = index + 1
        while at < close:
            self.steps -= 1
            token = self.tokens[at]
            if token.text == "..." and token.kind is Kind.SIGN:
                spread, at = self.value(at + 1, depth + 1)
                if spread.kind == "object":
                    piece.pieces.update(spread.pieces)
                else:
                    piece.pieces[f"...{spread.source[:60]}"] = spread
            else:
                name = self.key(token)
                if name is None:
                    return None
                after = self.sign(at + 1)
                if after == ":":
                    piece.pieces[name], at = self.value(at + 2, depth + 1)
                elif after in (",", "}") and token.kind is Kind.NAME:
                    piece.pieces[name], at = self.name(at, depth)
                else:
                    return None
            if at < close and self.sign(at) != ",":
                return None
            at += 1
        return piece

    def key(self, token: Token) -> str | None:
        """The name of a member."""
        if token.kind is Kind.NAME:
            return token.text
        if token.kind is Kind.STRING:
            return decode_string(self.program.source, token.start + 1, token.end - 1).text
        return token.text if token.kind is Kind.NUMBER else None

    def list(self, index: int, depth: int = 0) -> JsPiece:
        """A list literal at a ``[``."""
        close = self.program.partner[index]
        start, end = self.tokens[index].start, self.tokens[close].end
        piece = JsPiece("list", self.place(start, end), self.program.source[start:end])
        at = index + 1
        while at < close and depth <= _MAX_DEPTH and self.steps >= 0:
            self.steps -= 1
            if self.sign(at) == ",":
                at += 1
                continue
            if self.sign(at) == "...":
                spread, at = self.value(at + 1, depth + 1)
                for item in spread.items() if spread.kind == "list" else [spread]:
                    piece.pieces[len(piece.pieces)] = item
            else:
                piece.pieces[len(piece.pieces)], at = self.value(at, depth + 1)
            at = self.skip(at)
        return piece
