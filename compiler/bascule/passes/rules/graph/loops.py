"""``GRF023`` and ``GRF024``: loops that go on without anybody answering."""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bascule.diagnostics import Finding, Label, Severity
from bascule.diagnostics.render_text import clock_text
from bascule.ir.nodes import Case, Otherwise, Timeout
from bascule.passes.rules import CheckContext, CheckRule
from bascule.passes.rules.graph.network import (
    Arc,
    Network,
    Vertex,
    Way,
    components,
    leads_out,
    network,
    ways_out,
)
from bascule.passes.rules.graph.rounds import Rounds, counted_by, counted_rounds
from bascule.passes.rules.wording import plural

__all__ = ["EndlessLoop", "UnboundedNudge"]

_SPANS = (("day", 86_400.0), ("week", 604_800.0), ("month", 2_592_000.0), ("year", 31_536_000.0))
_MOST_STARTS = 8
_MOST_LABELS = 8


@dataclass(frozen=True, slots=True)
class _Loop:
    """A strongly connected part of the network. ``leaves`` says that a condition may lead out of it; ``rounds`` are the
    counters that do not end it."""

    members: tuple[int, ...]
    sends: tuple[int, ...]
    leaves: bool
    rounds: Rounds | None = None

    @property
    def notes(self) -> tuple[str, ...]:
        """Why the counters do not end it."""
        if self.rounds is None:
            return ()
        names = ", ".join(f"`{name}`" for name in self.rounds.set_anew or self.rounds.counters)
        if self.rounds.set_anew:
            return (f"{names} does not end the loop: each round sets it anew",)
        return (f"{names} does not end the loop: no value it takes there meets a condition that leads out",)


def _leaves(vertex: Vertex, inside: frozenset[int], net: Network) -> bool:
    """Whether a condition (no reply, no failed send) may lead out of the loop at this vertex."""
    edges = ways_out(vertex.node)
    if isinstance(vertex.node, Case) and not any(isinstance(edge.guard, Otherwise) for edge in edges):
        return True  # no condition holds: the flow is over
    for edge in edges:
        target = net.number(vertex.flow.id, edge.target) if edge.target is not None else None
        if (target is None or target not in inside) and leads_out(vertex.node, edge):
            return True
    return False


def _loops(context: CheckContext, most: Way, ways: frozenset[Way]) -> list[_Loop]:
    """The loops that nothing is known to end. What a loop sets or requests and tests as well may end it: counters are
    followed, the others left out."""
    net = network(context)

    def successors(number: int) -> list[int]:
        return [arc.target for arc in net.vertices[number].arcs if arc.way in ways and arc.way <= most]

    found: list[_Loop] = []
    for members in components(len(net.vertices), successors):
        by = counted_by(net, members)
        if by:
            for rounds in counted_rounds(context, net, members, by, most, ways):
                found.append(_Loop(rounds.members, _senders(net, rounds.members), rounds.leaves, rounds))
            continue
        inside = frozenset(members)
        leaves = any(_leaves(net.vertices[number], inside, net) for number in members)
        found.append(_Loop(tuple(members), _senders(net, members), leaves))
    return found


def _senders(net: Network, members: Sequence[int]) -> tuple[int, ...]:
    return tuple(number for number in members if net.vertices[number].sends)


_AT_ONCE = frozenset({Way.FREE})
_EVEN_FAILING = frozenset({Way.FREE, Way.FAILED})
_WITHOUT_REPLY = frozenset({Way.FREE, Way.TIMED})


def _endless(context: CheckContext) -> tuple[list[_Loop], list[_Loop]]:
    """Loops that run at once, and loops that run at once when every send fails."""
    free = _loops(context, Way.FREE, _AT_ONCE)
    taken = {number for loop in free for number in loop.members}
    failing = [
        loop
        for loop in _loops(context, Way.FAILED, _EVEN_FAILING)
        if loop.sends and not loop.leaves and taken.isdisjoint(loop.members)
    ]
    return free, failing


def _reached(context: CheckContext, vertex: Vertex) -> bool:
    return context.window.reached(vertex.flow.id, vertex.node.id)


class EndlessLoop(CheckRule):
    """A loop runs without waiting for anybody

    What it does: reports loops of nodes in which neither an answer nor time is waited for. With a message in it
    and no condition that leads out it is an error; with such a condition, or when the loop only runs while
    sending fails, a warning. Counters are followed: a loop that one ends is fine, one whose counter is set anew in each
    round or never fits what it is compared with is reported. What else a loop sets and tests may end it. What a called
    flow says counts as said in the loop.
    Why: the same message is sent as fast as the machine can until somebody stops it; WhatsApp limits and blocks
    the number.
    Example:
        bascule: 1
        locale: fr
        flows:
          aide:
            entries: [{keyword: aide}]
            nodes:
              menu: {say: "Répondez 1 ou 2.", then: rappel}
              rappel: {say: "Je n'ai pas compris.", then: menu}
    Use instead:
        bascule: 1
        locale: fr
        flows:
          aide:
            entries: [{keyword: aide}]
            nodes:
              menu: {say: "Répondez 1 ou 2.", ask: choix, then: rappel}
              rappel: {say: "Je n'ai pas compris.", then: menu}
    Sources: https://developers.facebook.com/documentation/business-messaging/whatsapp/support/error-codes
    """

    code = "GRF023"
    name = "endless-loop"

    @classmethod
    def check(cls, context: CheckContext) -> Iterator[Finding]:
        """Look for loops that need nothing to go on."""
        net = network(context)
        free, failing = context.once(_endless)
        for loop, fails in (*((loop, False) for loop in free), *((loop, True) for loop in failing)):
            if not loop.sends and loop.leaves:
                continue
            head = net.vertices[(loop.sends or loop.members)[0]]
            if not _reached(context, head):
                continue
            severity = Severity.WARNING if loop.leaves or fails or not loop.sends else Severity.ERROR
            path = _cycle(net, (loop.sends or loop.members)[0], frozenset(loop.members), _EVEN_FAILING)
            yield cls.at(
                head.place,
                _endless_message(head, loop, fails),
                help="wait for an answer or some time in the loop, or end the flow",
                labels=_labels(net, path),
                notes=loop.notes,
                severity=severity,
                data={"flow": head.flow.id, "nodes": [net.vertices[number].node.id for number in loop.members]},
            )


def _endless_message(head: Vertex, loop: _Loop, fails: bool) -> str:
    if not loop.sends:
        return f"the loop through `{head.node.id}` never ends"
    if fails:
        return f"{head.name} is sent again and again, without a pause, while sending fails"
    until = " until a condition in the loop changes" if loop.leaves else ""
    return f"{head.name} is sent again and again without waiting for an answer{until}"


class UnboundedNudge(CheckRule):
    """Reminders go on for ever

    What it does: reports loops that send a message, wait for time only, and go round again though nobody answers,
    and that no counter ends (see `GRF023`). The finding says how many messages a day that is, what called flows say
    included. Where a condition may lead out of the loop it is a warning, else an error. Flows that expire are left out.
    Why: somebody who stopped answering gets the same message for the rest of their life; after 24 hours each one
    is a paid template, and people block senders for less.
    Example:
        bascule: 1
        locale: fr
        flows:
          aide:
            entries: [{keyword: aide}]
            nodes:
              menu: {say: "Que voulez-vous ?", ask: {into: choix, timeout: 2h}, then: fin, timeout: rappel}
              rappel: {wait: 23h, say: "Toujours là ?", then: menu}
              fin: {say: "Merci, c'est noté."}
    Use instead:
        bascule: 1
        locale: fr
        flows:
          aide:
            entries: [{keyword: aide}]
            nodes:
              menu: {say: "Que voulez-vous ?", ask: {into: choix, timeout: 2h}, then: fin, timeout: rappel}
              rappel: {wait: 23h, say: "Toujours là ? Répondez quand vous voulez.", then: end}
              fin: {say: "Merci, c'est noté."}
    Sources: bascule's own rule; https://developers.facebook.com/documentation/business-messaging/whatsapp/pricing
    """

    code = "GRF024"
    name = "unbounded-nudge"

    @classmethod
    def check(cls, context: CheckContext) -> Iterator[Finding]:
        """Look for loops that need nothing but time."""
        net = network(context)
        at_once = {number for loop in context.once(_endless)[0] for number in loop.members}
        for loop in _loops(context, Way.TIMED, _WITHOUT_REPLY):
            inside = frozenset(loop.members)
            if not loop.sends or not at_once.isdisjoint(inside):
                continue
            if any(net.vertices[number].flow.expires is not None for number in loop.members):
                continue
            if not _reached(context, net.vertices[loop.sends[0]]):
                continue
            cycle = _busiest(net, loop, inside)
            head = net.vertices[cycle[0][0]]
            sent = sum(net.vertices[number].messages for number, _ in cycle)
            seconds = sum(arc.seconds for _, arc in cycle)
            until = ", until a condition in the loop changes," if loop.leaves else ""
            yield cls.at(
                head.place,
                f"{head.name} is sent again {_every(seconds)}{until} as long as nobody answers: {_rate(sent, seconds)}",
                help="count the rounds in a variable and stop after one or two, or end the flow after the reminder",
                labels=_labels(net, cycle),
                notes=loop.notes,
                severity=Severity.WARNING if loop.leaves else Severity.ERROR,
                data={
                    "flow": head.flow.id,
                    "nodes": [net.vertices[number].node.id for number, _ in cycle],
                    "messages": sent,
                    "seconds": seconds,
                },
            )


Cycle = list[tuple[int, Arc]]


def _every(seconds: float) -> str:
    return f"every {clock_text(seconds)}" if 0 < seconds < math.inf else "after each wait"


def _rate(sent: int, seconds: float) -> str:
    """How many messages that is, in the least unit of time with at least one."""
    if not 0 < seconds < math.inf:
        return f"{plural(sent, 'message')} each time"
    for name, span in _SPANS:
        number = round(sent * span / seconds)
        if number >= 1:
            return f"about {plural(number, 'message')} a {name}"
    return f"{plural(sent, 'message')} each time"


def _busiest(net: Network, loop: _Loop, inside: frozenset[int]) -> Cycle:
    """The round with the most messages per time among the shortest rounds through the first few sends."""
    best: tuple[float, Cycle] | None = None
    for start in loop.sends[:_MOST_STARTS]:
        cycle = _cycle(net, start, inside, _WITHOUT_REPLY)
        seconds = sum(arc.seconds for _, arc in cycle)
        sent = sum(net.vertices[number].messages for number, _ in cycle)
        rate = sent / seconds if seconds > 0 else math.inf
        if best is None or rate > best[0]:
            best = (rate, cycle)
    return best[1] if best is not None else []


def _cycle(net: Network, start: int, inside: frozenset[int], ways: frozenset[Way]) -> Cycle:
    """The quickest round from a vertex back to itself (Dijkstra): each vertex with the arc taken out of it."""
    arrived: dict[int, tuple[int, Arc]] = {}
    order = 0
    heap: list[tuple[float, int, int, int, Arc]] = []

    def leave(here: int, cost: float) -> None:
        nonlocal order
        for arc in net.vertices[here].arcs:
            if arc.way in ways and arc.target in inside and arc.target not in arrived:
                order += 1
                heapq.heappush(heap, (cost + arc.seconds, order, arc.target, here, arc))

    leave(start, 0.0)
    while heap and start not in arrived:
        cost, _, here, before, arc = heapq.heappop(heap)
        if here not in arrived:
            arrived[here] = (before, arc)
            leave(here, cost)
    found: Cycle = []
    here = start
    while here in arrived and (not found or here != start):
        here, arc = arrived[here]
        found.append((here, arc))
    return found[::-1]


def _labels(net: Network, cycle: Cycle) -> list[Label]:
    """The ways of a round in order, with the clock."""
    labels: list[Label] = []
    clock = 0.0
    for number, arc in cycle:
        vertex = net.vertices[number]
        clock += arc.seconds
        edge = arc.edge
        if edge is None or edge.at is None:
            continue
        what = "no answer" if isinstance(edge.guard, Timeout) else f"then `{net.vertices[arc.target].node.id}`"
        labels.append(Label(edge.at, f"`{vertex.node.id}`: {what}", clock=clock))
    return labels[:_MOST_LABELS]
