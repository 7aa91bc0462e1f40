"""The regular expressions of libphonenumber's metadata, parsed: finite languages over ten digits.

Only what the metadata uses is understood: digits, ``\\d``, classes, alternation, groups, bounded repeats, and ``$`` at
the end of a branch. Anything else raises :class:`UnsupportedPattern`, and the region that holds it is always left to
the library; nothing is guessed.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

__all__ = [
    "ANY_DIGIT",
    "Alternation",
    "Digit",
    "End",
    "Group",
    "Node",
    "Path",
    "Repeat",
    "Sequence",
    "UnsupportedPattern",
    "parse_pattern",
    "paths",
]

ANY_DIGIT = 0b11_1111_1111
_MAX_REPEAT = 40
_MAX_PATHS = 20_000


class UnsupportedPattern(ValueError):
    """A construct the compiler does not rely on understanding."""


@dataclass(frozen=True, slots=True)
class Digit:
    """One digit out of ``mask`` (bit n stands for digit n)."""

    mask: int


@dataclass(frozen=True, slots=True)
class Sequence:
    """Items one after the other."""

    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Alternation:
    """The first option that leads to a match."""

    options: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Repeat:
    """``item`` at least ``least`` and at most ``most`` times, as often as possible."""

    item: Node
    least: int
    most: int


@dataclass(frozen=True, slots=True)
class Group:
    """A capturing group; the first is number 1."""

    item: Node
    number: int


@dataclass(frozen=True, slots=True)
class End:
    """The end of the input."""


Node = Digit | Sequence | Alternation | Repeat | Group | End


def parse_pattern(pattern: str) -> Node:
    """Parse a metadata pattern. Raises UnsupportedPattern on anything outside the subset."""
    parser = _Parser(pattern)
    node = parser.alternation()
    if parser.at != len(pattern):
        raise parser.refuse("unbalanced bracket")
    return node


class _Parser:
    def __init__(self, pattern: str) -> None:
        self.pattern = pattern
        self.at = 0
        self.groups = 0

    def refuse(self, what: str) -> UnsupportedPattern:
        return UnsupportedPattern(f"{what} at {self.at} of {self.pattern!r}")

    def peek(self) -> str:
        return self.pattern[self.at : self.at + 1]

    def take(self, text: str) -> bool:
        if self.pattern.startswith(text, self.at):
            self.at += len(text)
            return True
        return False

    def alternation(self) -> Node:
        options = [self.sequence()]
        while self.take("|"):
            options.append(self.sequence())
        return options[0] if len(options) == 1 else Alternation(tuple(options))

    def sequence(self) -> Node:
        items: list[Node] = []
        while self.peek() not in ("", "|", ")"):
            items.append(self.repeated(self.atom()))
        return items[0] if len(items) == 1 else Sequence(tuple(items))

    def atom(self) -> Node:
        if self.take("(?:"):
            return self.closed(self.alternation())
        if self.take("(?"):
            raise self.refuse("special group")
        if self.take("("):
            self.groups += 1
            number = self.groups
            return Group(self.closed(self.alternation()), number)
        if self.take("\\d"):
            return Digit(ANY_DIGIT)
        if self.take("["):
            return Digit(self.digit_class())
        if self.take("$"):
            return End()
        character = self.peek()
        if not _is_digit(character):
            raise self.refuse(f"character {character!r}")
        self.at += 1
        return Digit(1 << int(character))

    def closed(self, node: Node) -> Node:
        if not self.take(")"):
            raise self.refuse("unbalanced bracket")
        return node

    def digit_class(self) -> int:
        mask = 0
        while not self.take("]"):
            first = self.peek()
            if not _is_digit(first):
                raise self.refuse(f"class member {first!r}")
            self.at += 1
            last = first
            if self.take("-"):
                last = self.peek()
                if not _is_digit(last) or last < first:
                    raise self.refuse("class range")
                self.at += 1
            for digit in range(int(first), int(last) + 1):
                mask |= 1 << digit
        if not mask:
            raise self.refuse("empty class")
        return mask

    def repeated(self, item: Node) -> Node:
        if self.take("?"):
            bounds = (0, 1)
        elif self.take("{"):
            closing = self.pattern.find("}", self.at)
            least, comma, most = self.pattern[self.at : closing].partition(",")
            if closing < 0 or not least.isdigit() or (comma and not most.isdigit()):
                raise self.refuse("repeat")
            self.at = closing + 1
            bounds = (int(least), int(most or least))
        else:
            return item
        if bounds[1] > _MAX_REPEAT or bounds[0] > bounds[1] or self.peek() in ("?", "+", "*", "{"):
            raise self.refuse("repeat")
        return Repeat(item, *bounds)


def _is_digit(character: str) -> bool:
    return "0" <= character <= "9" and len(character) == 1


@dataclass(frozen=True, slots=True)
class Path:
    """One way through a pattern: the digits it takes, where its groups lie, whether the input must end there."""

    masks: tuple[int, ...] = ()
    groups: tuple[tuple[int, int, int], ...] = ()
    at_end: bool = False


def paths(node: Node) -> list[Path]:
    """All ways through a pattern, in the order in which a backtracking matcher tries them.

    The first one that fits the start of a text is what ``re.match`` finds. Raises UnsupportedPattern
    where there are too many, or where something follows ``$``.
    """
    match node:
        case Digit(mask):
            return [Path((mask,))]
        case End():
            return [Path(at_end=True)]
        case Alternation(options):
            return _bounded([path for option in options for path in paths(option)])
        case Group(item, number):
            return [Path(path.masks, (*path.groups, (number, 0, len(path.masks))), path.at_end) for path in paths(item)]
        case Sequence(items):
            return _chain([paths(item) for item in items])
        case Repeat(item, least, most):
            inner = paths(item)
            return _bounded(
                [path for count in range(most, least - 1, -1) for path in _chain(list(itertools.repeat(inner, count)))]
            )


def _chain(parts: list[list[Path]]) -> list[Path]:
    result = [Path()]
    for part in parts:
        result = _bounded([_join(before, after) for before in result for after in part])
    return result


def _join(before: Path, after: Path) -> Path:
    if before.at_end:
        raise UnsupportedPattern("something follows the end of the input")
    shift = len(before.masks)
    moved = tuple((number, start + shift, end + shift) for number, start, end in after.groups)
    return Path(before.masks + after.masks, before.groups + moved, after.at_end)


def _bounded(found: list[Path]) -> list[Path]:
    if len(found) > _MAX_PATHS:
        raise UnsupportedPattern(f"more than {_MAX_PATHS} ways through a prefix pattern")
    return found
