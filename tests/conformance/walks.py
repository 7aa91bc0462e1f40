"""Paths through graphs, as what is said on them; written against the files, not against the emitters."""

from __future__ import annotations

from collections.abc import Callable, Iterable

LENGTH = 12
BUDGET = 4000


def walks(
    start: str | None, says: Callable[[str], list[str]], onward: Callable[[str], Iterable[str | None]]
) -> set[tuple[str, ...]] | None:
    """What is said on every path of at most :data:`LENGTH` messages; None when there are too many paths to try all.

    ``None`` among the ways on is an end. A place is not looked at twice with the same words behind it: what can follow is the same.
    """
    found: set[tuple[str, ...]] = set()
    seen: set[tuple[str, tuple[str, ...]]] = set()
    stack: list[tuple[str | None, tuple[str, ...]]] = [(start, ())]
    while stack:
        node, said = stack.pop()
        if node is None or len(said) >= LENGTH:
            found.add(said[:LENGTH])
            continue
        if (node, said) in seen:
            continue
        seen.add((node, said))
        if len(seen) > BUDGET:
            return None
        told = (*said, *says(node))
        following = set(onward(node))
        if not following:
            found.add(told[:LENGTH])
        stack.extend((target, told) for target in following)
    return found
