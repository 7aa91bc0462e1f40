"""JSON values that know where they stand, so that a migrated flow still points into the file it came from.

Objects and lists are plain ``dict`` and ``list`` to everybody who compares or prints them. Changes make new ones
(copy on write): a migration cannot spoil the tree it was given.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bascule.language.rapidpro_expression import Change
from bascule.source import join_pointer

__all__ = [
    "Arr",
    "Broken",
    "Obj",
    "Rewritten",
    "inner_of",
    "listed",
    "locate",
    "made_at",
    "pointers",
    "rewritten",
    "text_of",
]


class Obj(dict[str, Any]):
    """A JSON object with its pointer. ``moved`` maps members that came from elsewhere to where they stood."""

    __slots__ = ("moved", "pointer")

    def __init__(self, items: Mapping[str, Any], pointer: str = "", moved: Mapping[str, str] | None = None) -> None:
        super().__init__(items)
        self.pointer = pointer
        self.moved: dict[str, str] = dict(moved or {})

    def at(self, key: str) -> str:
        """The pointer of a member."""
        return self.moved.get(key) or join_pointer(self.pointer, key)

    def having(self, changes: Mapping[str, Any], moved: Mapping[str, str] | None = None) -> Obj:
        """A copy with some members set; ``moved`` says where new ones came from."""
        return Obj({**self, **changes}, self.pointer, {**self.moved, **(moved or {})})

    def beside(self, other: Obj) -> Obj:
        """A copy with the members of another object that this one does not have; objects of one name are joined."""
        new = {key: value for key, value in other.items() if key not in self}
        for key, value in other.items():
            mine = self.get(key)
            if isinstance(mine, Obj) and isinstance(value, Obj):
                new[key] = mine.beside(value)
        return Obj({**self, **new}, self.pointer, {**{key: other.at(key) for key in other}, **self.moved})

    def lacking(self, *keys: str) -> Obj:
        """A copy without some members."""
        return Obj({key: value for key, value in self.items() if key not in keys}, self.pointer, self.moved)


def made_at(items: Mapping[str, Any], pointer: str) -> Obj:
    """An object that an upgrade made up: its members stand where it does."""
    return Obj(items, pointer, dict.fromkeys(items, pointer))


def inner_of(owner: Obj, key: str) -> Obj:
    """The object that a member is; an empty one, where the member or else its owner stands, when it is none."""
    value = owner.get(key)
    return value if isinstance(value, Obj) else Obj({}, owner.at(key) if key in owner else owner.pointer)


class Arr(list[Any]):
    """A JSON list with its pointer, and the pointers of items that came from elsewhere."""

    __slots__ = ("moved", "pointer")

    def __init__(self, items: Any = (), pointer: str = "", moved: Mapping[int, str] | None = None) -> None:
        super().__init__(items)
        self.pointer = pointer
        self.moved: dict[int, str] = dict(moved or {})

    def at(self, index: int) -> str:
        """The pointer of an item."""
        return self.moved.get(index) or join_pointer(self.pointer, index)

    def mapped(self, change: Callable[[Any], Any]) -> Arr:
        """The list with each item changed; itself when no item is."""
        items = [change(item) for item in self]
        same = all(new is old for new, old in zip(items, self, strict=True))
        return self if same else Arr(items, self.pointer, self.moved)


def listed(value: Any) -> Arr:
    """The list, or an empty one."""
    return value if isinstance(value, Arr) else Arr()


def text_of(value: Any) -> str:
    """The text, or an empty one."""
    return value if isinstance(value, str) else ""


@dataclass(frozen=True, slots=True)
class Broken:
    """An expression that a migration could not read: itself, its range in the text of the file, and why, with the
    range where it stops making sense."""

    source: str
    start: int
    end: int
    message: str
    at: int
    at_end: int


class Rewritten(str):
    """A text that a migration changed. :meth:`original` turns a range of it into the file's own."""

    __slots__ = ("_base", "_broken", "_changes", "_starts")

    _base: str
    _broken: tuple[Broken, ...]
    _changes: list[tuple[int, int, int]]
    _starts: list[int]

    @property
    def broken(self) -> tuple[Broken, ...]:
        """What could not be read, in the file's own characters."""
        return (*(self._base.broken if isinstance(self._base, Rewritten) else ()), *self._broken)

    def original(self, start: int, end: int) -> tuple[int, int]:
        """The range of the text in the file that ``start`` to ``end`` of this one stand for."""
        before = self._back(start, False), self._back(end, True)
        return self._base.original(*before) if isinstance(self._base, Rewritten) else before

    def _back(self, offset: int, ending: bool) -> int:
        at = bisect_right(self._starts, offset - ending) - 1
        if at < 0:
            return offset
        old_start, old_end, size = self._changes[at]
        after = offset - self._starts[at] - size
        if after >= 0:
            return old_end + after
        return old_end if ending else old_start


def rewritten(old: str, new: str, changes: list[Change], broken: tuple[Broken, ...] = ()) -> str:
    """``new`` as a text that knows the way back to ``old``, and what of it could not be read."""
    if not changes and not broken:
        return old
    result = Rewritten(new)
    result._base, result._broken, result._changes, result._starts = old, broken, [], []
    shift = 0
    for change in changes:
        result._starts.append(change.start + shift)
        result._changes.append((change.start, change.end, len(change.replacement)))
        shift += len(change.replacement) - (change.end - change.start)
    return result


def locate(value: Any, pointer: str = "") -> Any:
    """A copy of a JSON value whose objects and lists know their pointers. Recursion is bounded by the depth the
    JSON reader accepts."""
    if isinstance(value, dict):
        return Obj({key: locate(item, join_pointer(pointer, key)) for key, item in value.items()}, pointer)
    if isinstance(value, list):
        return Arr([locate(item, join_pointer(pointer, index)) for index, item in enumerate(value)], pointer)
    return value


def pointers(value: Any) -> Iterator[str]:
    """The pointers in the file of everything that a tree holds."""
    stack: list[tuple[Any, str]] = [(value, getattr(value, "pointer", ""))]
    while stack:
        item, pointer = stack.pop()
        yield pointer
        if isinstance(item, Obj):
            stack.extend((child, item.at(key)) for key, child in item.items())
        elif isinstance(item, Arr):
            stack.extend((child, item.at(index)) for index, child in enumerate(item))
