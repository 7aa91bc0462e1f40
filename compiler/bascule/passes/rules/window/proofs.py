"""What the window rules read out of the proof: arrivals outside the window, their cause, their witness as labels."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise

from bascule.diagnostics import Label
from bascule.diagnostics.render_text import clock_text
from bascule.ir.nodes import Ask, Delay, Failure, Guard, Handover, Node, RunFlow, Timeout
from bascule.ir.project import Initiator
from bascule.passes.rules import CheckContext
from bascule.passes.rules.interactive.sites import Site, sites
from bascule.passes.starts import called_flows
from bascule.passes.window import Arrival, Verdict
from bascule.passes.witness import Step
from bascule.source import Place

__all__ = [
    "Cause",
    "arrivals_outside",
    "cause_of",
    "last_steps",
    "late",
    "start_unknown",
    "started_by_user",
    "steps_outside",
    "witness_labels",
]

_MOST_LABELS = 10
_MOST_STEPS = 60
_ROUNDS_ALONE = 26
"""Rounds of a loop that stand in a witness one by one, at most, before it is run in one step."""
_MOST_WALKED = 600
_FAR = 10
"""The clocks of witnesses stop at this many windows: a clock there stands for any time."""


@dataclass(frozen=True, slots=True)
class Cause:
    """The step on which the clock passes the window's length. ``guard`` tells apart the ways out of one node."""

    flow: str
    node: str
    guard: Guard | None
    target: str | None


def steps_outside(context: CheckContext) -> Iterator[tuple[Site, tuple[Arrival, ...]]]:
    """The nodes whose sends are not surely inside the window, with the arrivals that show it."""
    for site in sites(context):
        if site.step is None or site.step.audience or site.content.empty:
            continue
        found = arrivals_outside(context, site)
        if found:
            yield site, found


def arrivals_outside(context: CheckContext, site: Site) -> tuple[Arrival, ...]:
    """The arrivals at a node that are not surely inside the window."""
    arrivals = context.window.arrivals.get((site.flow.id, site.node.id), ())
    return tuple(arrival for arrival in arrivals if arrival.verdict is not Verdict.INSIDE)


def start_unknown(context: CheckContext, flow: str, arrivals: tuple[Arrival, ...]) -> bool:
    """Nothing here says who gets into the flow on the ways that lead outside: it may well run in a conversation."""
    if flow in context.once(_called) or not arrivals:
        return False
    return all(arrival.entry is None or arrival.entry.initiator is Initiator.SUBFLOW for arrival in arrivals)


def _called(context: CheckContext) -> frozenset[str]:
    return called_flows(context.project)


def started_by_user(arrival: Arrival) -> bool:
    """The user began the conversation, so that the window was open at first."""
    return arrival.entry is not None and arrival.entry.initiator is Initiator.USER


def cause_of(arrival: Arrival) -> Cause | None:
    """The wait (or hand-over, or call) that leads past the window; a cause without a node when it may have been
    closed before the flow began; None when it was never open."""
    if arrival.interval.never or arrival.witnesses is None:
        return None
    step = arrival.witnesses.slowest(arrival.node)
    if step is None or step.edge is None:
        return Cause(arrival.flow, "", None, None)
    return Cause(step.flow, step.node, step.edge.guard, step.edge.target)


def late(arrival: Arrival, limit: float) -> str:
    """How late the send can be, in words."""
    steps = arrival.witnesses.to(arrival.node, 1) if arrival.witnesses is not None else ()
    last = steps[-1].clock if steps else math.inf
    known = last < _FAR * limit
    return f"{clock_text(last)} after the last reply" if known else "any time after the last reply"


def last_steps(arrival: Arrival) -> tuple[Step, ...]:
    """The witness; only the end of a very long one."""
    return arrival.witnesses.to(arrival.node, _MOST_STEPS) if arrival.witnesses is not None else ()


def witness_labels(context: CheckContext, arrival: Arrival) -> list[Label]:
    """What moves the clock after the last reply, in order, each with the clock after it."""
    witness = last_steps(arrival)
    longest = max((step.loop for step in witness if step.repeat > 1), default=0)
    if arrival.witnesses is not None and longest > 1:
        witness = arrival.witnesses.to(arrival.node, min(_MOST_STEPS + _ROUNDS_ALONE * longest, _MOST_WALKED))
    times = _times(witness)
    labels: list[Label] = []
    rounds: dict[tuple[Place, str], int] = {}
    entry = arrival.entry
    if witness and witness[0].clock == 0 and entry is not None and entry.at is not None:
        labels.append(Label(entry.at, "the person writes: the clock starts", clock=0.0))
    for (step, after), (repeat, clock) in zip(pairwise(witness), times, strict=True):
        if step.edge is None or (after.clock == step.clock and after.clock > 0):
            continue
        flow = context.project.by_id.get(step.flow)
        node = flow.by_id.get(step.node) if flow is not None else None
        place = step.edge.at or (node.at if node is not None else None)
        if place is None or node is None:
            continue
        if isinstance(node, Ask) and after.clock == 0 and not isinstance(step.edge.guard, (Timeout, Failure)):
            labels, rounds = [Label(place, "the last reply: the clock starts", clock=0.0)], {}
            continue
        what, place = _what_passes(step, after.clock, node, place, _FAR * context.window.limit)
        if what:
            known = clock < _FAR * context.window.limit
            labels.append(Label(place, what, clock=clock if known else None))
            rounds[place, what] = rounds.get((place, what), 0) + repeat
    return _once_each(labels, rounds)[-_MOST_LABELS:]


def _times(witness: tuple[Step, ...]) -> list[tuple[int, float]]:
    """For each step but the last: how often it is taken, and the clock after the last time."""
    times = [(1, after.clock) for after in witness[1:]]
    for number, step in enumerate(witness[:-1]):
        if step.repeat > 1:
            first = max(0, number - step.loop + 1)
            for inner in range(first, number + 1):
                # The steps after it in the last round have yet to pass.
                rest = witness[number + 1].clock - _own(witness, first, number, step)
                times[inner] = (step.repeat, rest + _own(witness, first, inner, step))
    return times


def _own(witness: tuple[Step, ...], first: int, last: int, closing: Step) -> float:
    """The time that one round takes up to the end of a step."""
    if last - first + 1 < closing.loop:
        return witness[last + 1].clock - witness[first].clock
    return (witness[last + 1].clock - witness[first].clock) / closing.repeat


def _once_each(labels: list[Label], rounds: Mapping[tuple[Place, str], int]) -> list[Label]:
    """Each step of a loop once, with how often it is taken and the clock after the last time."""
    last = {(label.place, label.text): label for label in labels}
    return [
        replace(label, text=f"{text}, {rounds[place, text]} times") if rounds.get((place, text), 1) > 1 else label
        for (place, text), label in last.items()
    ]


def _what_passes(step: Step, after: float, node: Node, place: Place, far: float) -> tuple[str, Place]:
    """Why time passes on a step, and where that stands; ``""`` when it is not worth a label."""
    guard = step.edge.guard if step.edge is not None else None
    if isinstance(guard, Timeout):
        return f"no answer for {clock_text(guard.after.high)}", place
    if isinstance(node, Delay):
        return f"a wait of {clock_text(node.duration.high)}", node.at or place
    if isinstance(guard, Failure) and isinstance(node, Ask):
        return f"sending fails, within {clock_text(after - step.clock)}", place
    if isinstance(node, Handover):
        return "a person has the conversation, nobody knows for how long", place
    if isinstance(node, RunFlow):
        spent = f"may take {clock_text(after - step.clock)}" if after < far else "may take any time"
        return f"the flow `{node.flow_title or node.flow}` {spent}", node.at or place
    return "", place
