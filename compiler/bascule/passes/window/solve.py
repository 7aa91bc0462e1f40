"""Exact bounds on a graph of effects: shortest and longest times, in time linear in the graph but for a heap.

Weights are never negative, so no widening is needed: the least time is a shortest path, and the greatest time is
infinite exactly where a cycle that takes time leads, and else a longest path through the graph of components.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Mapping, Sequence

from bascule.passes.interval import Interval

__all__ = ["Hops", "components", "spread"]

Hops = Sequence[Sequence[tuple[int, float, float]]]
"""Per vertex: target, least and most seconds on the way there."""


def components(successors: Sequence[Sequence[int]]) -> list[list[int]]:
    """The strongly connected components, each after all that lead to it (Tarjan, without recursion)."""
    count = len(successors)
    index = [-1] * count
    low = [0] * count
    on_stack = bytearray(count)
    stack: list[int] = []
    found: list[list[int]] = []
    clock = 0
    for root in range(count):
        if index[root] >= 0:
            continue
        index[root] = low[root] = clock
        clock += 1
        stack.append(root)
        on_stack[root] = 1
        work = [(root, iter(successors[root]))]
        while work:
            here, targets = work[-1]
            for target in targets:
                if index[target] < 0:
                    index[target] = low[target] = clock
                    clock += 1
                    stack.append(target)
                    on_stack[target] = 1
                    work.append((target, iter(successors[target])))
                    break
                if on_stack[target]:
                    low[here] = min(low[here], index[target])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[here])
                if low[here] == index[here]:
                    part: list[int] = []
                    while not part or part[-1] != here:
                        part.append(stack.pop())
                        on_stack[part[-1]] = 0
                    found.append(part)
    found.reverse()
    return found


def spread(hops: Hops, order: Sequence[Sequence[int]], sources: Mapping[int, Interval]) -> list[Interval | None]:
    """Per vertex the least interval that holds every time a path from a source can take; None where none leads.

    ``order`` is :func:`components` of the same graph. Both ends of each interval are reached by paths (infinity: there
    are paths as long as you like).
    """
    lows: list[float] = [math.inf] * len(hops)
    highs: list[float] = [-1.0] * len(hops)
    for vertex, interval in sources.items():
        lows[vertex] = min(lows[vertex], interval.low)
        highs[vertex] = max(highs[vertex], interval.high)
    for part in order:
        if len(part) > 1:
            _settle(hops, part, lows, highs)
        for here in part:
            high = highs[here]
            if high < 0:
                continue
            if len(part) == 1 and any(target == here and longest > 0 for target, _, longest in hops[here]):
                high = highs[here] = math.inf
            low = lows[here]
            for target, least, most in hops[here]:
                if low + least < lows[target]:
                    lows[target] = low + least
                if high + most > highs[target]:
                    highs[target] = high + most
    return [Interval(low, high) if high >= 0 else None for low, high in zip(lows, highs, strict=True)]


def _settle(hops: Hops, part: Sequence[int], lows: list[float], highs: list[float]) -> None:
    """The bounds inside one component of several vertices."""
    highest = max(highs[vertex] for vertex in part)
    if highest < 0:
        return
    inside = set(part)
    if any(most > 0 for vertex in part for target, _, most in hops[vertex] if target in inside):
        highest = math.inf
    for vertex in part:
        highs[vertex] = highest
    heap = [(lows[vertex], vertex) for vertex in part if lows[vertex] < math.inf]
    heapq.heapify(heap)
    while heap:
        low, here = heapq.heappop(heap)
        if low > lows[here]:
            continue
        for target, least, _ in hops[here]:
            if target in inside and low + least < lows[target]:
                lows[target] = low + least
                heapq.heappush(heap, (low + least, target))
