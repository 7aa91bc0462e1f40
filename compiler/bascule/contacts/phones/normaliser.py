"""A batch of phone cells to answers: evaluator, tail, and Arrow columns. Pure: no files, no clock, no global state."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Lock
from typing import TYPE_CHECKING, Protocol

import numpy as np

from bascule.contacts.extra import installed
from bascule.contacts.phones.cache import load_tables
from bascule.contacts.phones.hints import UNKNOWN_HINT, Hints
from bascule.contacts.phones.slots import Answers
from bascule.contacts.phones.tables import CALLING_WIDTH, Tables
from bascule.contacts.phones.tail import read_cell, read_cells
from bascule.contacts.phones.vocabulary import How, Reading, Verdict

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Engine", "Normaliser", "pick_engine"]

_MEMORY = 100_000
"""Most cells whose answer the tail remembers."""

_LONGEST_KNOWN = 1_000
"""Bytes of the longest of them."""


class Engine(enum.Enum):
    """How rows are evaluated. All give the same answers; ``EXACT`` asks the library for every row."""

    AUTO = "auto"
    EXACT = "exact"
    NUMPY = "numpy"
    NUMBA = "numba"


def pick_engine(engine: Engine) -> Engine:
    """The engine that ``AUTO`` stands for here."""
    if engine is not Engine.AUTO:
        return engine
    return Engine.NUMBA if installed("numba") else Engine.NUMPY


class Evaluator(Protocol):
    """Fills answers for rows ``first`` to ``last``; leaves ``UNDECIDED`` what it is not sure of.

    With ``single`` every text is one number, repaired and not to be split, so more of them can be refused.
    """

    def __call__(
        self,
        data: NDArray[np.uint8],
        offsets: NDArray[np.int32],
        hints: NDArray[np.int16],
        first: int,
        last: int,
        tables: Tables,
        answers: Answers,
        single: bool = False,
        /,
    ) -> None: ...


def _load(engine: Engine) -> Evaluator | None:
    if engine is Engine.NUMBA:
        from bascule.contacts.phones.numba_engine import evaluate as compiled

        return compiled
    if engine is Engine.NUMPY:
        from bascule.contacts.phones.numpy_engine import evaluate as vectorised

        return vectorised
    return None


class Normaliser:
    """Answers batches of cells. Safe to use from several threads; holds no more than the tables and a bounded memory
    of cells that the library had to read."""

    def __init__(self, engine: Engine = Engine.AUTO, threads: int = 1, tables: Tables | None = None) -> None:
        self.engine = pick_engine(engine)
        self.threads = max(threads, 1)
        self.tables = tables or load_tables()
        self.names = self.tables.names
        self.rows = {name: row for row, name in reversed(list(enumerate(self.names)))}
        calling = self.tables.calling.reshape(-1, CALLING_WIDTH)
        self.hints = Hints(self.names, {int(row[3]): int(row[2]) for row in calling if row[1]})
        self._evaluate = _load(self.engine)
        self._known: dict[tuple[bytes, int], Reading] = {}
        self._lock = Lock()

    def read(self, cell: str, region: str = "") -> Reading:
        """One cell, by the definition; ``others`` are further numbers in it."""
        row = self.hints.row(region)
        reading = read_cell(cell, row, self.names, self.rows)
        if row == UNKNOWN_HINT and reading.verdict is Verdict.NO_COUNTRY:
            return Reading(Verdict.REGION_UNKNOWN)
        return reading

    def answer(
        self,
        data: NDArray[np.uint8],
        offsets: NDArray[np.int32],
        hints: NDArray[np.int16],
        defaulted: NDArray[np.bool_] | None = None,
    ) -> Answers:
        """Answer the cells ``data[offsets[i]:offsets[i + 1]]`` (UTF-8).

        ``hints`` are rows of regions or the constants of :mod:`~bascule.contacts.phones.hints`; ``defaulted`` marks
        those that come from a default for the whole file.
        """
        rows = len(offsets) - 1
        answers = Answers.empty(rows)
        known = np.maximum(hints, 0).astype(np.int16)
        if self._evaluate is not None:
            self._spread(data, offsets, known, answers)
        self._finish(data, offsets, known, answers)
        verdicts = answers.verdicts
        verdicts[(verdicts == Verdict.NO_COUNTRY) & (hints == UNKNOWN_HINT)] = Verdict.REGION_UNKNOWN
        if defaulted is not None:
            hows = answers.hows
            hows[(hows == How.NATIONAL_WITH_HINT) & defaulted] = How.NATIONAL_WITH_DEFAULT
        return answers

    def _spread(
        self, data: NDArray[np.uint8], offsets: NDArray[np.int32], hints: NDArray[np.int16], answers: Answers
    ) -> None:
        evaluate, rows = self._evaluate, len(answers)
        assert evaluate is not None
        if self.threads == 1 or rows < 1024 * self.threads:
            evaluate(data, offsets, hints, 0, rows, self.tables, answers)
            return
        cuts = [rows * part // self.threads for part in range(self.threads + 1)]
        with ThreadPoolExecutor(self.threads) as pool:
            list(
                pool.map(
                    lambda part: evaluate(data, offsets, hints, cuts[part], cuts[part + 1], self.tables, answers),
                    range(self.threads),
                )
            )

    def _finish(
        self, data: NDArray[np.uint8], offsets: NDArray[np.int32], hints: NDArray[np.int16], answers: Answers
    ) -> None:
        """The tail: each distinct open cell is read once."""
        waiting: dict[tuple[bytes, int], list[int]] = {}
        view = data.data
        for row in np.flatnonzero(answers.verdicts == Verdict.UNDECIDED).tolist():
            key = (bytes(view[offsets[row] : offsets[row + 1]]), int(hints[row]))
            reading = self._known.get(key)
            if reading is None:
                waiting.setdefault(key, []).append(row)
            else:
                answers.put(row, reading)
        if not waiting:
            return
        cells = [text.decode("utf-8", "replace") for text, _ in waiting]
        readings = read_cells(cells, [hint for _, hint in waiting], self._evaluate_texts, self.names, self.rows)
        with self._lock:
            if len(self._known) > _MEMORY:
                self._known.clear()
            for (key, places), reading in zip(waiting.items(), readings, strict=True):
                if len(key[0]) <= _LONGEST_KNOWN:
                    self._known[key] = reading
                for row in places:
                    answers.put(row, reading)

    def _evaluate_texts(self, texts: Sequence[str], hints: Sequence[int]) -> list[Reading]:
        if self._evaluate is None:
            return [Reading(Verdict.UNDECIDED)] * len(texts)
        encoded = [text.encode("utf-8", "replace") for text in texts]
        offsets = np.zeros(len(texts) + 1, np.int32)
        np.cumsum([len(text) for text in encoded], out=offsets[1:])
        answers = Answers.empty(len(texts))
        data = np.frombuffer(b"".join(encoded) or b" ", np.uint8)
        self._evaluate(data, offsets, np.array(hints, np.int16), 0, len(texts), self.tables, answers, True)
        return answers.all()
