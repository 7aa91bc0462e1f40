"""Viber bodies in a program: the object literals it builds, and under which conditions it gets to them.

Nothing is run. Assignments are followed in the order of the text; ``if``, ``else`` and ``switch`` round a literal
are its conditions.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from bascule.ir.expr import Call, Expression
from bascule.language.viber_message import is_body, is_keyboard
from bascule.parsers.node_red.js_conditions import both, negated, read_condition, same_value
from bascule.parsers.node_red.js_tokens import Kind, Program, tokenize
from bascule.parsers.node_red.js_values import JsPiece, ValueReader
from bascule.source import Place

__all__ = ["FoundBody", "bodies_of"]

_LONGEST = 60
"""Longest chain of conditions whose opposite is spelled out. Branches are tried in order, so nothing is lost."""

_DECLARES = ("var", "let", "const")
_KEEPS = ("payload", "body", "message", "msg", "messages", "data", "json", "response")


@dataclass(frozen=True, slots=True)
class FoundBody:
    """A body and the condition under which the program gets to it (None: always). ``branch`` numbers the branch."""

    piece: JsPiece
    guard: Expression | None
    branch: int


@dataclass(slots=True)
class _Frame:
    """A block that is open: where it ends, its own condition, and what its ``else`` or next ``case`` needs."""

    end: int
    guard: Expression | None = None
    subject: str = ""
    labels: list[Expression] = field(default_factory=list)
    others: list[Expression] = field(default_factory=list)
    default: bool = False
    fresh: bool = False
    branch: int = 0


@dataclass(slots=True)
class _Root:
    piece: JsPiece
    guard: Expression | None
    branch: int


class _Walker:
    def __init__(self, program: Program, base: Place) -> None:
        self.program = program
        self.known: dict[str, JsPiece] = {}
        self.chains: dict[str, tuple[int, ...]] = {}
        self.reader = ValueReader(program, base, self.known)
        self.frames: list[_Frame] = []
        self.roots: list[_Root] = []
        self.branches = 0
        self.before: dict[int, list[Expression]] = {}

    def walk(self) -> list[_Root]:
        tokens, index = self.program.tokens, 0
        while index < len(tokens):
            while self.frames and index >= self.frames[-1].end:
                self.frames.pop()
            index = max(self.step(index), index + 1)
        return self.roots

    def step(self, index: int) -> int:
        """Look at the token at ``index``; returns the next one to look at."""
        token = self.program.tokens[index]
        if token.kind is Kind.NAME:
            if token.text in ("if", "switch", "else", "case", "default", "break", "return"):
                return self.keyword(index, token.text)
            return self.statement(index)
        if token.kind is Kind.SIGN and token.text == "{":
            return self.braces(index)
        return index + 1

    def keyword(self, index: int, word: str) -> int:
        reader = self.reader
        level = len(self.frames)
        if word == "if" and reader.sign(index + 1) == "(":
            close = self.program.partner[index + 1]
            condition = read_condition(self.program, index + 2, close)
            chain = self.before.pop(level, []) if self.chained(index) else []
            guard: Expression | None = condition
            guard = both(self.otherwise(chain), guard)
            self.before[level] = [*chain, condition]
            return self.open(close + 1, guard)
        if word == "else" and self.before.get(level):
            if index + 1 < len(self.program.tokens) and self.program.tokens[index + 1].text == "if":
                return index + 1
            return self.open(index + 1, self.otherwise(self.before.pop(level)))
        if word == "switch" and reader.sign(index + 1) == "(":
            close = self.program.partner[index + 1]
            if reader.sign(close + 1) == "{":
                subject = self.slice(index + 2, close)
                self.branches += 1
                self.frames.append(_Frame(self.program.partner[close + 1], subject=subject, branch=self.branches))
                return close + 2
            return close + 1
        frame = self.frames[-1] if self.frames else None
        if frame is not None and frame.subject:
            return self.label(index, word, frame)
        return index + 1

    @staticmethod
    def otherwise(chain: list[Expression]) -> Expression | None:
        """The condition that none of these held."""
        if len(chain) > _LONGEST:
            return None
        guard: Expression | None = None
        for earlier in chain:
            guard = both(guard, negated(earlier))
        return guard

    def chained(self, index: int) -> bool:
        """Whether an ``if`` stands right after an ``else``."""
        return index > 0 and self.program.tokens[index - 1].text == "else"

    def open(self, index: int, guard: Expression | None) -> int:
        """Open a block, or the single statement that stands for one."""
        self.branches += 1
        if self.reader.sign(index) == "{":
            self.frames.append(_Frame(self.program.partner[index], guard, branch=self.branches))
            return index + 1
        end = index
        while end < len(self.program.tokens) and self.reader.sign(end) not in (";", "}", ")"):
            end = self.program.partner[end] + 1 if self.reader.sign(end) in ("(", "[", "{") else end + 1
            if end > index and self.newline(end):
                break
        self.frames.append(_Frame(end, guard, branch=self.branches))
        return index

    def newline(self, index: int) -> bool:
        """Whether a new line begins before the token, after a token that can end a statement."""
        tokens = self.program.tokens
        if index >= len(tokens):
            return False
        last = tokens[index - 1]
        over = last.kind is not Kind.SIGN or last.text in (")", "]", "}")
        joins = tokens[index].kind is Kind.SIGN
        return over and not joins and "\n" in self.program.source[last.end : tokens[index].start]

    def label(self, index: int, word: str, frame: _Frame) -> int:
        if word == "break" or word == "return":
            if word == "break":
                frame.labels, frame.fresh = [], True
            return index + 1
        end = index + 1
        while end < len(self.program.tokens) and self.reader.sign(end) != ":":
            end = self.program.partner[end] + 1 if self.reader.sign(end) in ("(", "[", "{") else end + 1
        if word == "default":
            frame.labels, frame.default = [], True
        else:
            value, _ = self.reader.value(index + 1)
            test = same_value(frame.subject, value)
            previous = self.program.tokens[index - 1]
            falls = previous.text == ":" and not frame.default
            frame.labels = [*frame.labels, test] if falls else [test]
            frame.others.append(test)
            frame.default = False
        self.branches += 1
        frame.branch = self.branches
        return end + 1

    def statement(self, index: int) -> int:
        """An assignment, a ``push``, or something else that may hold literals."""
        reader, tokens = self.reader, self.program.tokens
        if tokens[index].text in _DECLARES:
            return index + 1
        end = reader.chain(index + 1)
        path = reader.path(index, end)
        if path and reader.sign(end) == "=":
            return self.assign(path, end + 1)
        if path and reader.sign(end) == "+=":
            return self.append(path, end + 1)
        if path.endswith(".push") is False and reader.sign(end) == ":" and end == index + 1:
            return index + 1
        called = reader.path(index, index + 1)
        for at in range(index + 1, end):
            if reader.sign(at) == "(":
                called = reader.path(index, at)
                break
        if called.endswith(".push"):
            return self.push(called.removesuffix(".push"), at, end)
        return index + 1

    def assign(self, path: str, index: int) -> int:
        """A value given to a path. Bodies that are put together member by member are one body per branch."""
        end = self.reader.chain(index + 1) if index < len(self.program.tokens) else index
        alias = self.reader.path(index, end)
        if alias in self.known and self.reader.ends(end) and self.known[alias].kind in ("object", "list"):
            known = self.known[alias]
            inside = self.parent(path.rpartition(".")[0], known) if "." in path else None
            copied = self.reader.copy(known) if inside is not None else None
            if inside is not None and copied is not None:
                known.used = True
                inside.pieces[path.rpartition(".")[2]] = copied
            self.give(path, known)
            return end
        piece, end = self.reader.value(index)
        if piece.kind == "code":
            self.known.pop(path, None)
            return index
        owner, _, name = path.rpartition(".")
        parent = self.parent(owner, piece) if owner else None
        if parent is not None:
            parent.pieces[name] = piece
        elif piece.kind in ("object", "list"):
            self.root(piece)
        self.give(path, piece)
        return end

    def append(self, path: str, index: int) -> int:
        """``text += …``: the text goes on, where this is surely reached; else it is code from here on."""
        known = self.reader.lookup(path)
        piece, end = self.reader.value(index)
        if known is None or known.kind not in ("text", "scalar"):
            return index
        same = self.chains.get(path, ()) == self.chain()
        joined = self.reader.join([known, piece], index, end) if same else self.reader.code(index, end)
        owner, _, name = path.rpartition(".")
        inside = self.reader.lookup(owner) if owner else None
        if inside is not None and inside.kind == "object":
            inside.pieces[name] = joined
        if path in self.known or inside is None:
            self.give(path, joined)
        return end

    def give(self, path: str, piece: JsPiece) -> None:
        self.known[path] = piece
        self.chains[path] = self.chain()

    def chain(self) -> tuple[int, ...]:
        """The branches that are open."""
        return tuple(frame.branch for frame in self.frames if frame.branch)

    def parent(self, owner: str, piece: JsPiece) -> JsPiece | None:
        """The object that a member goes into: the one that is there; in another branch a copy or a new one."""
        known = self.reader.lookup(owner)
        now, then = self.chain(), self.chains.get(owner, ())
        if known is not None and known.kind == "object":
            if now == then or owner not in self.chains:
                return known
            copied = self.reader.copy(known) if now[: len(then)] == then else None
            made = copied or JsPiece("object", piece.place, piece.source)
        elif owner.rpartition(".")[2] in _KEEPS and owner != "msg":
            made = JsPiece("object", piece.place, piece.source)
        else:
            return None
        self.give(owner, made)
        self.root(made)
        return made

    def push(self, path: str, opening: int, end: int) -> int:
        target = self.reader.lookup(path)
        at, close = opening + 1, self.program.partner[opening]
        while at < close:
            piece, at = self.reader.value(at)
            if target is not None and target.kind == "list":
                target.pieces[len(target.pieces)] = piece
            elif piece.kind == "object":
                self.root(piece)
            at = self.reader.skip(at) + 1
        return max(end, close + 1)

    def braces(self, index: int) -> int:
        """An object literal in an expression, or a block."""
        piece = self.reader.object(index)
        if piece is not None and piece.pieces:
            self.root(piece)
            return self.program.partner[index] + 1
        return index + 1

    def slice(self, first: int, last: int) -> str:
        tokens = self.program.tokens
        return self.program.source[tokens[first].start : tokens[last - 1].end] if last > first else ""

    def root(self, piece: JsPiece) -> None:
        """A literal that may be or hold a body, with the conditions that stand round it."""
        guard: Expression | None = None
        branch = 0
        for frame in self.frames:
            own = frame.guard
            if frame.subject and frame.labels:
                own = frame.labels[0] if len(frame.labels) == 1 else Call("or", tuple(frame.labels))
            elif frame.subject and frame.default:
                own = self.otherwise(frame.others)
            guard = both(guard, own)
            branch = frame.branch or branch
        self.roots.append(_Root(piece, guard, branch))


def bodies_of(source: str, base: Place, wanted: Callable[[Any], bool] = is_body) -> list[FoundBody] | None:
    """The bodies of messages (what is ``wanted``, as plain data) that a program builds, in the order of the text; None
    when it cannot be read at all.

    ``base`` is the place of the program's text. A keyboard that another body uses is not reported by itself.
    """
    program = tokenize(source)
    if program is None:
        return None
    walker = _Walker(program, base)
    found: list[FoundBody] = []
    seen: set[int] = set()
    for root in walker.walk():
        for piece in _inside(root.piece, wanted):
            if id(piece) in seen:
                continue
            seen.add(id(piece))
            if not (piece.used and is_keyboard(piece.plain())):
                found.append(FoundBody(piece, root.guard, root.branch))
    return found


def _inside(root: JsPiece, wanted: Callable[[Any], bool]) -> list[JsPiece]:
    """The outermost bodies in a value."""
    found: list[JsPiece] = []
    stack = [root]
    while stack:
        piece = stack.pop()
        if piece.kind == "object" and wanted(piece.plain()):
            found.append(piece)
        elif piece.kind in ("object", "list"):
            stack.extend(reversed(list(piece.pieces.values())))
    return found
