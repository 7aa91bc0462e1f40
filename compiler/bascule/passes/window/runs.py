"""Runs: witnesses from an entry of the project on, into the flows that are called and back, step by step."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from bascule.ir.nodes import Edge, RunFlow
from bascule.ir.project import Project
from bascule.passes.interval import IDENTITY, NEVER, Effect
from bascule.passes.window.calls import Prover, first_node
from bascule.passes.window.steps import ANYTHING
from bascule.passes.window.unfold import END
from bascule.passes.witness import Move, Search, Step, steps_of

__all__ = ["Purse", "Root", "Runs"]

_DEEPEST = 40
_SIZE = 4_000
"""About the number of positions in which runs are looked for; beyond it none is found."""

_Frames = tuple["_Frame", ...]


@dataclass(frozen=True, slots=True)
class Root:
    """Where runs begin: a flow's entry with the latest clock there. ``entered`` says that a caller not seen enters."""

    flow: str
    start: str
    clock: float
    entered: bool


@dataclass(frozen=True, slots=True)
class _Frame:
    """A caller that waits: where it goes on (a state of the flow unfolded from ``start``, or its end)."""

    flow: str
    start: str
    state: int
    entered: bool


@dataclass(frozen=True, slots=True)
class _Position:
    """Where a run stands. ``entered`` is false in the flow in which the run began, unless it is run once more."""

    flow: str
    start: str
    state: int
    frames: _Frames
    entered: bool


@dataclass(slots=True)
class Purse:
    """The states that all searches for runs of a project may keep; past it no further run is looked for."""

    left: int = 100_000


class Runs:
    """The runs from some roots, searched once for all nodes, when the first is asked for.

    ``entered`` says that the flow has been run by another (or itself) on the way.
    """

    def __init__(self, prover: Prover, roots: Sequence[Root], limit: float, purse: Purse, *, entered: bool) -> None:
        self._prover = prover
        self._purse = purse
        self._roots = roots
        self._limit = limit
        self._entered = entered
        self._search: Search[_Position] | None = None

    def to(self, flow: str, node: str, most: int | None = None) -> tuple[Step, ...]:
        """A run to a node with a clock at or past the limit; empty when none is found.

        ``most`` keeps only that many last steps.
        """
        return steps_of(self._made().path((self._entered, flow, node), most), partial(_place, self._prover))

    def length(self, flow: str, node: str) -> int:
        """The number of steps of the whole run to a node; 0 when none is found."""
        return self._made().length((self._entered, flow, node))

    def _made(self) -> Search[_Position]:
        if self._search is None:
            prover = self._prover
            roots = self._roots if self._purse.left > 0 else ()
            self._search = Search(
                [(_Position(root.flow, root.start, 0, (), root.entered), root.clock) for root in roots],
                self._limit,
                partial(_moves, prover, prover.project),
                lambda position: (position.entered, *_place(prover, position)),
                size=_SIZE,
            )
            self._purse.left -= self._search.states
        return self._search


def _place(prover: Prover, position: _Position) -> tuple[str, str]:
    unfolded = prover.unfolded(prover.project.by_id[position.flow], position.start)
    return position.flow, unfolded.nodes[position.state].id


def _moves(prover: Prover, project: Project, position: _Position) -> Iterator[Move[_Position]]:
    flow = project.by_id[position.flow]
    unfolded = prover.unfolded(flow, position.start)
    node = unfolded.nodes[position.state]
    begin = _begins(project, node.flow) if isinstance(node, RunFlow) else None
    if isinstance(node, RunFlow) and node.mode == "start" and begin is not None:
        yield Move(None, _Position(*begin, 0, (), True), Effect(NEVER, None))
    for hop in unfolded.hops[position.state]:
        if isinstance(hop.effect, Effect):
            yield from _on(position, hop.edge, hop.target, hop.effect)
        elif begin is None or hop.effect not in prover.summaries:
            yield from _on(position, hop.edge, hop.target, ANYTHING)
        elif len(position.frames) < _DEEPEST:
            frames = position.frames
            if hop.edge is not None or not (isinstance(node, RunFlow) and node.mode == "jump"):
                frames = (*frames, _Frame(position.flow, position.start, hop.target, position.entered))
            yield Move(hop.edge, _Position(*begin, 0, frames, True), IDENTITY)


def _begins(project: Project, callee: str) -> tuple[str, str] | None:
    flow = project.by_id.get(callee)
    start = first_node(flow) if flow is not None else None
    return (callee, start) if start is not None else None


def _on(position: _Position, edge: Edge | None, target: int, effect: Effect) -> Iterator[Move[_Position]]:
    """Go on in the flow, or in the first caller that does not end too."""
    flow, start, frames, entered = position.flow, position.start, position.frames, position.entered
    while target == END and frames:
        frame = frames[-1]
        flow, start, target, entered = frame.flow, frame.start, frame.state, frame.entered
        frames = frames[:-1]
    if target != END:
        yield Move(edge, _Position(flow, start, target, frames, entered), effect)
