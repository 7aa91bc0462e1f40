"""Deterministic automata over ten digits, shared and minimised as they are built.

:class:`States` holds all states of all automata. Equal states (same label, same ten ways on) are one state, so what is
built from the leaves up is minimal. State 0 is dead: label 0, every digit leads back to it.

A number language is built from *positions* (the Glushkov construction): each digit class of each pattern is a bit, a
set of patterns is simulated as sets of bits, and the label of a state is computed from the tags whose patterns end
there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from bascule.contacts.phones.pattern import Alternation, Digit, End, Group, Node, Repeat, Sequence, UnsupportedPattern

__all__ = ["DEAD", "Language", "States"]

DEAD = 0


class States:
    """A pool of states: ``delta[state][digit]`` and ``label[state]``."""

    def __init__(self) -> None:
        self.delta: list[tuple[int, ...]] = [(DEAD,) * 10]
        self.label: list[int] = [0]
        self._known: dict[tuple[tuple[int, ...], int], int] = {((DEAD,) * 10, 0): DEAD}
        self._sinks: dict[int, int] = {0: DEAD}

    def __len__(self) -> int:
        return len(self.label)

    def add(self, ways: tuple[int, ...], label: int) -> int:
        """The state with these ways on and this label."""
        sink = self._sinks.get(label)
        if sink is not None and ways == (sink,) * 10:
            return sink
        key = (ways, label)
        state = self._known.get(key)
        if state is None:
            state = self._known[key] = len(self.label)
            self.delta.append(ways)
            self.label.append(label)
        return state

    def sink(self, label: int) -> int:
        """The state that keeps its label whatever follows."""
        state = self._sinks.get(label)
        if state is None:
            state = self._sinks[label] = len(self.label)
            self.delta.append((state,) * 10)
            self.label.append(label)
        return state


def _bits(mask: int) -> Iterator[int]:
    while mask:
        low = mask & -mask
        yield low.bit_length() - 1
        mask ^= low


class Language:
    """A set of tagged patterns. Tags are small numbers; ``prefix`` tags hold from where they end onwards."""

    def __init__(self) -> None:
        self._classes: list[int] = []
        self._follow: list[int] = []
        self._first = 0
        self._ends: dict[int, int] = {}
        self._prefix_tags = 0

    def add(self, node: Node, tag: int, *, prefix: bool = False) -> None:
        """Add a pattern. Raises UnsupportedPattern for one that matches nothing at all, or holds ``$``."""
        first, last, empty = self._build(node)
        if empty:
            raise UnsupportedPattern("a pattern that matches the empty number")
        self._first |= first
        self._ends[tag] = self._ends.get(tag, 0) | last
        if prefix:
            self._prefix_tags |= 1 << tag

    def _build(self, node: Node) -> tuple[int, int, bool]:
        """Positions that may come first and last, and whether the node may be empty."""
        match node:
            case Digit(mask):
                position = 1 << len(self._classes)
                self._classes.append(mask)
                self._follow.append(0)
                return position, position, False
            case Group(item, _):
                return self._build(item)
            case Alternation(options):
                first = last = 0
                empty = False
                for option in options:
                    head, tail, may_be_empty = self._build(option)
                    first, last, empty = first | head, last | tail, empty or may_be_empty
                return first, last, empty
            case Sequence(items):
                return self._concatenated([self._build(item) for item in items])
            case Repeat(item, least, most):
                copies = [self._build(item) for _ in range(most)]
                return self._concatenated(
                    [(head, tail, empty or number >= least) for number, (head, tail, empty) in enumerate(copies)]
                )
            case End():
                raise UnsupportedPattern("an end mark in a number pattern")

    def _concatenated(self, parts: list[tuple[int, int, bool]]) -> tuple[int, int, bool]:
        first, last, empty = 0, 0, True
        for head, tail, may_be_empty in parts:
            for position in _bits(last):
                self._follow[position] |= head
            first |= head if empty else 0
            last = tail | (last if may_be_empty else 0)
            empty = empty and may_be_empty
        return first, last, empty

    def compile(self, states: States, label: Callable[[int, int], int], deepest: int) -> int:
        """Build the automaton into ``states`` and return its root.

        ``label(length, tags)`` gives the label for a text of that length; ``tags`` has a bit for each
        tag that matches exactly, and for each prefix tag that matched on the way. Longer texts than
        ``deepest`` are dead.
        """
        return _Compilation(self._classes, self._follow, self._ends, self._prefix_tags, states, label, deepest).state(
            0, 0, self._first, 0
        )


class _Compilation:
    def __init__(
        self,
        classes: list[int],
        follow: list[int],
        ends: dict[int, int],
        prefix_tags: int,
        states: States,
        label: Callable[[int, int], int],
        deepest: int,
    ) -> None:
        self.follow = follow
        self.ends = list(ends.items())
        self.prefix_tags = prefix_tags
        self.states = states
        self.label = label
        self.deepest = deepest
        self.by_digit = [sum(1 << at for at, mask in enumerate(classes) if mask >> digit & 1) for digit in range(10)]
        self.followers: dict[int, int] = {}
        self.matching: dict[int, int] = {}
        self.done: dict[tuple[int, int, int], int] = {}

    def state(self, length: int, consumed: int, candidates: int, kept: int) -> int:
        """The state after ``length`` digits: ``consumed`` are the positions just taken, ``candidates`` the next."""
        key = (length, consumed, kept)
        known = self.done.get(key)
        if known is not None:
            return known
        tags = self.tags_at(consumed)
        kept |= tags & self.prefix_tags
        label = self.label(length, tags | kept) if length else 0
        ways = [DEAD] * 10
        if length < self.deepest:
            for digit in range(10):
                taken = candidates & self.by_digit[digit]
                if taken or kept:
                    ways[digit] = self.state(length + 1, taken, self.after(taken), kept)
        result = self.done[key] = self.states.add(tuple(ways), label)
        return result

    def after(self, taken: int) -> int:
        found = self.followers.get(taken)
        if found is None:
            found = 0
            for position in _bits(taken):
                found |= self.follow[position]
            self.followers[taken] = found
        return found

    def tags_at(self, taken: int) -> int:
        found = self.matching.get(taken)
        if found is None:
            found = 0
            for tag, ends in self.ends:
                if taken & ends:
                    found |= 1 << tag
            self.matching[taken] = found
        return found
