"""States of the machine with the same future become one."""

from __future__ import annotations

from bascule.parsers.rasa.moves import Kind, Machine, Move
from bascule.parsers.rasa.network import User

__all__ = ["merge"]


def _targets(move: Move) -> list[int]:
    found = [target for _, target in move.tests] + [target for _, target, _ in move.users]
    return [*found, move.next] if move.next >= 0 else found


def merge(moves: list[Move], start: int, done: dict[str, int]) -> Machine:
    """States with the same future become one, from the ends backwards; states on cycles stay as they are.

    A message that leads from a state where it leads from the start anyway is left to the start: what nobody expects
    here is handled there.
    """
    order, cyclic = _backwards(moves, start, done)
    kept: list[Move] = []
    number: dict[int, int] = {}
    known: dict[object, int] = {}
    for old in order:
        if old in cyclic:
            number[old] = len(kept)
            kept.append(moves[old])
    first = {user: target for user, target, _ in moves[start].users}
    alone: dict[tuple[str, str], int] = {}
    for user in first:
        alone[(user.intent, user.words)] = alone.get((user.intent, user.words), 0) + 1
    for old in order:
        if old in cyclic:
            continue
        move = moves[old]
        made = Move(move.kind, move.symbol, number.get(move.next, -1), place=move.place, title=move.title)
        made.tests = [(tests, number[target]) for tests, target in move.tests]
        users = move.users
        if old != start:
            here: dict[tuple[str, str], int] = {}
            for user, _, _ in users:
                here[(user.intent, user.words)] = here.get((user.intent, user.words), 0) + 1
            users = [
                (user, target, place)
                for user, target, place in users
                if not (
                    user in first
                    and number.get(first[user], -1) == number[target]
                    and alone[(user.intent, user.words)] == 1
                    and here[(user.intent, user.words)] == 1
                )
            ]
        made.users = [(user, number[target], place) for user, target, place in users]
        if made.kind == Kind.LISTEN and not made.users and old != start:
            made.kind = Kind.IDLE
        if made.kind == Kind.CASE and old != start and {target for _, target in made.tests} == {made.next}:
            number[old] = made.next
            continue
        key = (
            made.kind,
            made.symbol,
            made.next,
            tuple((tuple(test[:3] for test in tests), target) for tests, target in made.tests),
            tuple((_key(user), target) for user, target, _ in made.users),
        )
        if old != start and key in known:
            number[old] = known[key]
            continue
        number[old] = len(kept)
        if old != start:
            known[key] = number[old]
        kept.append(made)
    for old in cyclic:
        move = kept[number[old]]
        kept[number[old]] = Move(
            move.kind,
            move.symbol,
            number[move.next] if move.next >= 0 else -1,
            [(tests, number[target]) for tests, target in move.tests],
            [(user, number[target], place) for user, target, place in move.users],
            move.place,
            move.title,
        )
    return Machine(kept, number[start], {name: number[old] for name, old in done.items()}, [])


def _key(user: User) -> tuple[object, ...]:
    tests = tuple(test[:3] for test in user.tests)
    return (user.intent, user.words, user.entities, tests, user.loop, user.requested, user.start)


def _backwards(moves: list[Move], start: int, done: dict[str, int]) -> tuple[list[int], list[int]]:
    """The states, targets before sources, and those that lie on a cycle (Tarjan's components, without recursion).

    What the start leads to comes shortest futures first, so that the others can be compared with it.
    """
    depth = _depths(moves)
    roots = [target for _, target, _ in sorted(moves[start].users, key=lambda user: depth[user[1]])]
    order: list[int] = []
    cyclic: list[int] = []
    index: dict[int, int] = {}
    low: dict[int, int] = {}
    stack: list[int] = []
    on_stack: set[int] = set()
    for root in (*roots, *done.values(), start, *range(len(moves))):
        if root in index:
            continue
        work: list[tuple[int, int]] = [(root, 0)]
        while work:
            node, position = work.pop()
            if position == 0:
                index[node] = low[node] = len(index)
                stack.append(node)
                on_stack.add(node)
            targets = _targets(moves[node])
            advanced = False
            for next_position in range(position, len(targets)):
                target = targets[next_position]
                if target not in index:
                    work.append((node, next_position + 1))
                    work.append((target, 0))
                    advanced = True
                    break
                if target in on_stack:
                    low[node] = min(low[node], index[target])
            if advanced:
                continue
            for target in targets:
                if target in on_stack:
                    low[node] = min(low[node], low[target])
            if low[node] == index[node]:
                component = []
                while True:
                    member = stack.pop()
                    on_stack.discard(member)
                    component.append(member)
                    if member == node:
                        break
                order.extend(component)
                if len(component) > 1 or node in _targets(moves[node]):
                    cyclic.extend(component)
    return order, cyclic


def _depths(moves: list[Move]) -> list[int]:
    """About how long the future of each state is: the length of its longest way, cycles cut."""
    depth = [-1] * len(moves)
    for root in range(len(moves)):
        if depth[root] >= 0:
            continue
        work: list[tuple[int, bool]] = [(root, False)]
        while work:
            node, done = work.pop()
            targets = _targets(moves[node])
            if done:
                depth[node] = 1 + max((depth[target] for target in targets), default=0)
            elif depth[node] < 0:
                depth[node] = 0
                work.append((node, True))
                work.extend((target, False) for target in targets if depth[target] < 0)
    return depth
