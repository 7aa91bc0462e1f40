"""Reading several tables side by side, in order of one key: memory does not grow with the store."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from itertools import groupby
from typing import TYPE_CHECKING, Any, Generic, TypeVar

if TYPE_CHECKING:
    from sqlalchemy import Connection, Select

    from bascule.contacts.store.store import Store

__all__ = ["Groups", "Reader"]

T = TypeVar("T")
_FETCHED = 5000


class Groups(Generic[T]):
    """Groups that come in order of a key, asked for in the same order."""

    def __init__(self, groups: Iterator[tuple[str, T]], empty: T) -> None:
        self._groups = groups
        self._empty = empty
        self._next = next(groups, None)

    def take(self, key: str) -> T:
        """The group of a key; the empty one when there is none."""
        while self._next is not None and self._next[0] < key:
            self._next = next(self._groups, None)
        if self._next is not None and self._next[0] == key:
            return self._next[1]
        return self._empty


class Reader:
    """Statements that are read at the same time. Each has its own connection: some drivers give one cursor only."""

    def __init__(self, store: Store, stack: ExitStack) -> None:
        self._store = store
        self._stack = stack

    def connection(self) -> Connection:
        """A further connection, open until the stack ends."""
        return self._stack.enter_context(self._store.read()).execution_options(yield_per=_FETCHED)

    def rows(self, statement: Select[Any]) -> Iterator[tuple[Any, ...]]:
        """The rows, a block at a time."""
        return (tuple(row) for row in self.connection().execute(statement))

    def groups(self, statement: Select[Any]) -> Groups[Sequence[tuple[Any, ...]]]:
        """The rows by their first column, which they must be ordered by."""
        grouped = groupby(self.rows(statement), key=lambda row: str(row[0]))
        empty: Sequence[tuple[Any, ...]] = ()
        return Groups(((key, list(group)) for key, group in grouped), empty)
