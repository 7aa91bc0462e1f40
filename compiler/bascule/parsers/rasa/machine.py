"""From the network to one state machine: every state does one thing, or waits for the user.

States are sets of network nodes (a moment can be in several stories at once). Where two stories want different things
at one moment, rules win over stories, then the first one; the loser is reported. States with the same future are one.
"""

from __future__ import annotations

from collections.abc import Iterator

from bascule.parsers.rasa.merging import merge
from bascule.parsers.rasa.moves import Conflict, Kind, Machine, Move
from bascule.parsers.rasa.network import Act, Arc, Bot, Enter, Network, Rank, Slots, Symbol, Test, User
from bascule.source import Place

__all__ = ["build_machine"]

Subset = frozenset[tuple[int, bool]]
"""Nodes of the network; True where the slots of this moment are decided already."""

_ROOM = 4
"""States per node of the network, above which moments are no longer told apart by what happened before."""

_LEAST_ROOM = 2000
_FLOATING, _ANCHORED = 1, 0


def build_machine(network: Network) -> Machine:
    """Decide every state, then merge those with equal futures."""
    builder = _Builder(network)
    start = builder.state(builder.closure([network.root("start")]))
    done = {name: builder.state(builder.closure([network.root("done", name)])) for name in network.loops}
    builder.run()
    merged = merge(builder.moves, start, done)
    merged.conflicts = builder.conflicts
    merged.crowded = builder.crowded
    return merged


def _shown(symbol: Symbol | None) -> str:
    if isinstance(symbol, Act):
        return f"`{symbol.name[:60]}`"
    if isinstance(symbol, Bot):
        return f"“{symbol.words[:40]}”"
    if isinstance(symbol, Enter):
        return f"the form `{symbol.form[:60]}`"
    return "a message of the user"


class _Builder:
    def __init__(self, network: Network) -> None:
        self.network = network
        self.moves: list[Move] = []
        self.ids: dict[Subset, int] = {}
        self.queue: list[tuple[int, Subset]] = []
        self.conflicts: list[Conflict] = []
        self.room = max(_LEAST_ROOM, _ROOM * len(network.nodes))
        self.crowded = False

    def closure(self, nodes: list[int]) -> Subset:
        """The nodes and all that they are as well."""
        found: dict[int, None] = {}
        stack = list(nodes)
        while stack:
            node = stack.pop()
            if node not in found:
                found[node] = None
                stack.extend(self.network.nodes[node].leads)
        return frozenset((node, False) for node in found)

    def state(self, subset: Subset) -> int:
        """The number of a state; it is decided later."""
        if subset not in self.ids:
            if len(self.ids) >= self.room and len(subset) > 1:
                self.crowded = True
                subset = frozenset([min(subset)])
                if subset in self.ids:
                    return self.ids[subset]
            self.ids[subset] = len(self.moves)
            self.moves.append(Move(Kind.IDLE))
            self.queue.append((self.ids[subset], subset))
        return self.ids[subset]

    def run(self) -> None:
        while self.queue:
            number, subset = self.queue.pop()
            self.moves[number] = self._decide(self._past_slots(subset))

    def _tests(self, subset: Subset) -> Iterator[tuple[Slots, Arc]]:
        """The slots that stories note at this moment, unless they are decided."""
        for node, decided in sorted(subset):
            if not decided:
                yield from self.network.nodes[node].slots.items()

    def _rest(self, subset: Subset) -> Subset:
        """What else is there at this moment, whatever the slots are."""
        nodes = self.network.nodes
        return frozenset((node, True) for node, _ in subset if nodes[node].arcs or nodes[node].stop is not None)

    def _past_slots(self, subset: Subset) -> Subset:
        """Go through slots that a story only notes: one possibility, nothing beside it."""
        seen = {subset}
        while True:
            slots = list(self._tests(subset))
            symbols = {symbol for symbol, _ in slots}
            if len(symbols) != 1 or any(arc.rank[0] == 0 for _, arc in slots) or self._rest(subset):
                return subset
            for _, arc in slots:
                arc.used = True
            after = self.closure([arc.target for _, arc in slots])
            if after in seen:
                return self._rest(subset)
            seen.add(after)
            subset = after

    def _decide(self, subset: Subset) -> Move:
        by_test: dict[tuple[Test, ...], list[Arc]] = {}
        acts: dict[Act | Bot | Enter, list[tuple[Arc, bool]]] = {}
        users: dict[User, list[tuple[Arc, bool]]] = {}
        for tested, arc in self._tests(subset):
            by_test.setdefault(tested.tests, []).append(arc)
        if by_test:
            return self._case(subset, by_test)
        for node, _ in sorted(subset):
            data = self.network.nodes[node]
            for symbol, arc in data.arcs.items():
                if isinstance(symbol, User):
                    users.setdefault(symbol, []).append((arc, data.floating))
                else:
                    acts.setdefault(symbol, []).append((arc, data.floating))
        stops = [
            (data.stop[0], _FLOATING if data.floating else _ANCHORED, data.stop)
            for node, _ in sorted(subset)
            if (data := self.network.nodes[node]).stop is not None
        ]
        best: tuple[tuple[int, int, int], Act | Bot | Enter] | None = None
        for action, arcs in acts.items():
            key = min((arc.rank[0], int(floating), arc.rank[1]) for arc, floating in arcs)
            if best is None or key < best[0]:
                best = (key, action)
        waiting = [
            *((arc.rank[0], int(floating), arc.rank[1]) for arcs in users.values() for arc, floating in arcs),
            *((rank[0], floating, rank[1]) for rank, floating, _ in stops),
        ]
        if best is not None and (not waiting or best[0] < min(waiting)):
            return self._act(best[1], acts, users, stops)
        return self._listen(users, acts, stops)

    def _case(self, subset: Subset, by_test: dict[tuple[Test, ...], list[Arc]]) -> Move:
        rest = self._rest(subset)
        ordered = sorted(by_test.items(), key=lambda item: (-len(item[0]), min(arc.rank for arc in item[1])))
        move = Move(Kind.CASE, place=ordered[0][1][0].place)
        for tests, arcs in ordered:
            for arc in arcs:
                arc.used = True
            target = self.closure([arc.target for arc in arcs]) | rest
            move.tests.append((tests, self.state(target)))
        move.next = self.state(rest) if rest else -1
        return move

    def _act(
        self,
        chosen: Act | Bot | Enter,
        acts: dict[Act | Bot | Enter, list[tuple[Arc, bool]]],
        users: dict[User, list[tuple[Arc, bool]]],
        stops: list[tuple[Rank, int, tuple[Rank, Place, str]]],
    ) -> Move:
        arcs = [arc for arc, _ in acts[chosen]]
        first = min(arcs, key=lambda arc: arc.rank)
        for arc in arcs:
            arc.used = True
        for symbol, others in acts.items():
            if symbol != chosen:
                self._refuse(others, symbol, chosen, first)
        for user, others in users.items():
            self._refuse(others, user, chosen, first)
        for _, floating, (_, place, story) in stops:
            if floating == _ANCHORED:
                self.conflicts.append(
                    Conflict(place, story, "a message of the user", first.place, _shown(chosen), first.story)
                )
        move = Move(Kind.ENTER if isinstance(chosen, Enter) else Kind.ACT, chosen, place=first.place, title=first.story)
        if not isinstance(chosen, Enter):
            nodes = [arc.target for arc in arcs]
            name = chosen.name if isinstance(chosen, Act) else f"bot {chosen.words}"
            root = self.network.roots.get(("after", name))
            move.next = self.state(self.closure([*nodes, *([root] if root is not None else [])]))
        return move

    def _refuse(
        self, arcs: list[tuple[Arc, bool]], symbol: Symbol, chosen: Act | Bot | Enter | None, winner: Arc | None
    ) -> None:
        for arc, floating in arcs:
            if not floating and not arc.refused:
                arc.refused = True
                if winner is not None:
                    self.conflicts.append(
                        Conflict(arc.place, arc.story, _shown(symbol), winner.place, _shown(chosen), winner.story, arc)
                    )

    def _listen(
        self,
        users: dict[User, list[tuple[Arc, bool]]],
        acts: dict[Act | Bot | Enter, list[tuple[Arc, bool]]],
        stops: list[tuple[Rank, int, tuple[Rank, Place, str]]],
    ) -> Move:
        waiting = [(arc.rank, arc.place, arc.story) for arcs in users.values() for arc, _ in arcs]
        waiting += [stop for _, _, stop in stops]
        if acts and waiting:
            rank, place, story = min(waiting, key=lambda item: item[0])
            winner = Arc(-1, rank, place, story)
            for symbol, others in acts.items():
                self._refuse(others, symbol, None, winner)
        ordered = sorted(users.items(), key=lambda item: (-item[0].weight, min(arc.rank for arc, _ in item[1])))
        move = Move(Kind.LISTEN if ordered else Kind.IDLE)
        for user, found in ordered:
            for arc, _ in found:
                arc.used = True
            first = min((arc for arc, _ in found), key=lambda arc: arc.rank)
            target = self.state(self.closure([arc.target for arc, _ in found]))
            move.users.append((user, target, first.place))
        move.place = move.users[0][2] if move.users else None
        return move
