"""Trunk, carrier and international prefixes: what ``re.match`` would take, as an automaton.

A prefix pattern is enumerated into its ways (:func:`~bascule.contacts.phones.pattern.paths`), each with a fixed number
of digits. The first way that fits wins, as in a backtracking matcher, so an automaton that keeps the ways still
possible and the best one finished gives the same answer after one walk over the number: the label of the state where
the input ends is the *action*.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from bascule.contacts.phones.automaton import DEAD, States
from bascule.contacts.phones.pattern import Path, UnsupportedPattern, parse_pattern, paths

__all__ = ["MAX_LITERAL", "NO_ACTION", "Action", "compile_prefix", "national_action", "skip_action"]

MAX_LITERAL = 4
"""Most digits a transform rule puts in front of a number."""


@dataclass(frozen=True, slots=True)
class Action:
    """What becomes of a number: ``literal``, then its digits ``keep[0]:keep[1]``, then those from ``skip`` on."""

    literal: str = ""
    keep: tuple[int, int] = (0, 0)
    skip: int = 0


NO_ACTION = Action()


def compile_prefix(pattern: str, action: Callable[[Path], int], states: States) -> int:
    """Build the automaton of a prefix pattern and return its root.

    ``action(path)`` numbers what a way does; 0 means nothing. Raises UnsupportedPattern.
    """
    ways = paths(parse_pattern(pattern))
    return _Prefix(ways, [action(path) for path in ways], states).state(0, tuple(range(len(ways))), len(ways))


class _Prefix:
    """``alive`` are the ways that fit so far, ``best`` the first finished one (their number = none)."""

    def __init__(self, ways: list[Path], actions: list[int], states: States) -> None:
        self.ways = ways
        self.actions = [*actions, 0]
        self.states = states
        self.done: dict[tuple[int, tuple[int, ...], int], int] = {}

    def state(self, length: int, alive: tuple[int, ...], best: int) -> int:
        for index in alive:
            if len(self.ways[index].masks) == length and not self.ways[index].at_end:
                best = min(best, index)
        alive = tuple(index for index in alive if index < best)
        ending = min((i for i in alive if len(self.ways[i].masks) == length and self.ways[i].at_end), default=best)
        longer = tuple(index for index in alive if len(self.ways[index].masks) > length)
        key = (length, alive, best)
        known = self.done.get(key)
        if known is not None:
            return known
        after = self.states.sink(self.actions[best])
        ways = [after] * 10
        for digit in range(10):
            fitting = tuple(index for index in longer if self.ways[index].masks[length] >> digit & 1)
            if fitting:
                ways[digit] = self.state(length + 1, fitting, best)
        result = self.done[key] = self.states.add(tuple(ways), self.actions[ending])
        return result


def skip_action(path: Path) -> int:
    """For international prefixes: how many digits to drop."""
    return len(path.masks)


def national_action(path: Path, groups: int, transform: str | None) -> Action:
    """What a national prefix does, by libphonenumber's rule.

    The transform applies when the pattern's last group took part; otherwise the prefix is dropped.
    ``groups`` is the number of groups of the pattern. Raises UnsupportedPattern for a rule that is more
    than digits and one group.
    """
    spans = {number: (start, end) for number, start, end in path.groups}
    if not transform or groups not in spans:
        return Action(skip=len(path.masks))
    rule = re.fullmatch(r"(\d*)\\(\d)", transform)
    if rule is None or len(rule.group(1)) > MAX_LITERAL or int(rule.group(2)) not in spans:
        raise UnsupportedPattern(f"transform rule {transform!r}")
    return Action(rule.group(1), spans[int(rule.group(2))], len(path.masks))


assert DEAD == 0, "the state after a failed prefix must be the one whose action is nothing"
