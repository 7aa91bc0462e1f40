"""A user on paper: how a conversation starts and what happens in it, and running it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bascule.simulator.engine import Simulator
from bascule.simulator.events import Event
from bascule.simulator.inputs import Answer, Input, print_input

__all__ = ["Script", "Start", "play"]


@dataclass(frozen=True, slots=True)
class Start:
    """How a conversation starts: a flow by one of its entries (None: its first node), or a message that somebody hears.

    With ``flow`` empty, ``first`` goes to whatever listens for it.
    """

    flow: str = ""
    entry: int | None = None
    first: Answer | None = None

    def describe(self) -> str:
        """One line for people."""
        said = f" with “{print_input(self.first)}”" if self.first is not None else ""
        return (f"`{self.flow}`" if self.flow else "somebody writes") + said


@dataclass(frozen=True, slots=True)
class Script:
    """A start and what follows."""

    start: Start
    steps: tuple[Input, ...] = ()

    def then(self, step: Input) -> Script:
        """One step more."""
        return Script(self.start, (*self.steps, step))


def play(script: Script, make: Callable[[], Simulator]) -> tuple[Simulator, list[list[Event]]]:
    """Run a script on a new simulator; the events of the start, then of each step."""
    simulator = make()
    start = script.start
    if start.flow:
        groups = [simulator.start(start.flow, start.entry, start.first)]
    else:
        assert start.first is not None, "a start without a flow needs a message"
        groups = [simulator.hear(start.first)]
    groups.extend(simulator.feed(step) for step in script.steps)
    return simulator, groups
