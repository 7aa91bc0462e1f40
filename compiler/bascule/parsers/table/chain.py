"""What a row does before anything is said: its type, waits, consent, assignments, calls, what it expects and keeps."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from bascule.ir.expr import Opaque
from bascule.ir.nodes import Delay, Duration, Edge, HttpRequest, Node, ReplyKind, SetConsent, SetVariable, Validation
from bascule.language.reading import Reading, json_text
from bascule.parsers.table import rules
from bascule.parsers.table.answers import assignments_of, consent_of, expected_answer, request_of, variable_path
from bascule.parsers.table.conditions import LANGUAGE
from bascule.parsers.table.model import Block, Cell
from bascule.parsers.table.phrases import kind_of
from bascule.parsers.table.vocabulary import NO, YES, Role, is_word
from bascule.parsers.table.waits import Wait, read_wait
from bascule.source import Place

__all__ = ["Chain", "begin", "shown"]


def shown(text: str) -> str:
    """A text short enough for a message."""
    line = " ".join(text.split())
    return line if len(line) <= 40 else line[:40] + "…"


@dataclass(slots=True)
class Chain:
    """The nodes of a block before they have ids and edges, as (word, node), and what decides the last ones.

    ``pause`` is a wait after what is said, ``patience`` the longest wait for an answer, ``failure`` the way out of a
    call that fails.
    """

    pieces: list[tuple[str, Node]] = field(default_factory=list)
    kind: str = ""
    asks: bool = False
    into: tuple[str, ...] = ()
    reply: ReplyKind | None = None
    validation: Validation | None = None
    pause: Duration | None = None
    patience: Duration | None = None
    patience_at: Place | None = None
    ends: bool = False
    failure: Edge | None = None
    handover: tuple[str, Place] | None = None
    facts: list[tuple[str, str]] = field(default_factory=list)

    def add(self, word: str, node: Node) -> None:
        """Put a node at the end."""
        self.pieces.append((word, node))


def begin(reading: Reading, block: Block, worded: bool, known: Collection[str]) -> Chain:
    """The chain of a block up to what it says. ``worded``: it says something; ``known`` are the variables so far."""
    return _Beginning(reading, block, worded, known).chain


class _Beginning:
    def __init__(self, reading: Reading, block: Block, worded: bool, known: Collection[str]) -> None:
        self.reading = reading
        self.block = block
        self.worded = worded
        self.known = known
        self.chain = Chain()
        self._read(self.chain)

    def _read(self, chain: Chain) -> None:
        for cell in self.block.cells(Role.TYPE):
            chain.kind = self._type(cell) or chain.kind
        text_at = min((cell.column.index for cell in self.block.cells(Role.TEXT)), default=None)
        for cell in self.block.cells(Role.WAIT):
            self._wait(chain, cell, text_at)
        for cell in self.block.cells(Role.CONSENT):
            self._consent(chain, cell)
        for cell in self.block.cells(Role.SET):
            assignments = assignments_of(self.reading, cell, self.known)
            if assignments:
                chain.add("set", SetVariable(id="", assignments=assignments, at=cell.place))
            else:
                chain.facts.append((cell.column.name, json_text(cell.text)))
        for cell in self.block.cells(Role.SAVE):
            self.reading.book.exact(cell.place)
            chain.into = variable_path(self.reading, cell)
        for cell in self.block.cells(Role.HTTP):
            self._request(chain, cell)
        for cell in self.block.cells(Role.ANSWER):
            reply, chain.validation = expected_answer(self.reading, cell)
            chain.reply = reply or chain.reply
            chain.asks = chain.asks or reply is not None
            if reply is None:
                chain.facts.append((cell.column.name, json_text(cell.text)))

    def _type(self, cell: Cell) -> str:
        kind = kind_of(cell.text, "type")
        if kind:
            self.reading.book.exact(cell.place)
            return kind
        code = self.reading.find(
            rules.UnknownWord,
            cell.place,
            f"`{shown(cell.text)}` is no type of step that is known; the row is read by its other cells",
            help="the types are message, question, menu, wait, condition, set, call, handover, end …",
        )
        self.reading.book.degraded(cell.place, "kept as a fact", "write one of the known types", code)
        return ""

    def _wait(self, chain: Chain, cell: Cell, text_at: int | None) -> None:
        """A wait left of the text comes before it; right of it, after it (or as the patience for an answer)."""
        self.reading.book.exact(cell.place)
        if is_word(cell.text, NO):
            return
        wait = Wait(reply=True) if is_word(cell.text, YES) else read_wait(cell.text, cell.column.kind)
        chain.asks = chain.asks or wait.reply
        if wait.seconds is None and wait.reply and not wait.problem:
            return
        length = Duration(wait.seconds)
        if wait.seconds is None:
            code = self.reading.find(
                rules.UnreadWait,
                cell.place,
                f"`{shown(cell.text)}` is no waiting time: {wait.problem}",
                help="write `24h`, `2 jours`, `00:30` (hours and minutes) or `attendre une réponse`",
            )
            self.reading.book.degraded(cell.place, "a wait of unknown length", "write a length with its unit", code)
            length = Duration(expression=Opaque(LANGUAGE, cell.text.strip()))
        if wait.reply:
            chain.patience, chain.patience_at = length, cell.place
        elif text_at is not None and cell.column.index < text_at:
            chain.add("wait", Delay(id="", duration=length, at=cell.place))
        else:
            chain.pause, chain.patience_at = length, cell.place

    def _consent(self, chain: Chain, cell: Cell) -> None:
        state = consent_of(cell.text)
        if state:
            self.reading.book.exact(cell.place)
            chain.add("consent", SetConsent(id="", state=state, at=cell.place))
            return
        code = self.reading.find(
            rules.UnknownWord,
            cell.place,
            f"`{shown(cell.text)}` says neither opt-in nor opt-out; it is kept as a fact",
            help="write `opt-in` or `opt-out`",
        )
        self.reading.book.degraded(cell.place, "kept as a fact", "write `opt-in` or `opt-out`", code)
        chain.facts.append((cell.column.name, json_text(cell.text)))

    def _request(self, chain: Chain, cell: Cell) -> None:
        self.reading.book.exact(cell.place)
        found = request_of(cell.text)
        into = () if self.worded else chain.into
        if found is None:
            node = HttpRequest(id="", service="custom", name=cell.text.strip()[:200], into=into, at=cell.place)
        else:
            method, url, body = found
            at = cell.text.find(url)
            address = self.reading.text(url, cell.at(at, at + len(url)))
            said = self.reading.text(body, cell.at(cell.text.find(body), len(cell.text))) if body else ()
            node = HttpRequest(id="", method=method, url=address, body=said, into=into, at=cell.place)
        chain.add("http", node)
