"""What a conversation remembers: variables as nested tables, with the habits of the platforms they come from."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from bascule.simulator.evaluation.values import DEFAULT, Fault, Value

__all__ = ["Memory"]

_OF_A_VALUE = frozenset({"value", "values", "input"})
"""What platforms call the plain value of a result."""


class Memory:
    """Variables by path. Names are found as written, else whatever their case.

    A value that is set below another value (``answer``, then ``answer.category``) makes the first one the value's
    default. Unset is None.
    """

    def __init__(self, values: Mapping[str, Any] | None = None) -> None:
        self._values: dict[str, Any] = {}
        for name, value in (values or {}).items():
            self.put(tuple(name.split(".")), value)

    def copy(self) -> Memory:
        """A memory of its own with the same values."""
        other = Memory()
        other._values = deepcopy(self._values)
        return other

    def snapshot(self, root: str) -> Any:
        """All that is kept below a first name."""
        return deepcopy(self._values.get(root))

    def restore(self, root: str, kept: Any) -> None:
        """Put back what :meth:`snapshot` gave."""
        if kept is None:
            self._values.pop(root, None)
        else:
            self._values[root] = kept

    def get(self, path: tuple[str, ...]) -> Value:
        """The value at a path. A table that stands for one value is given whole: the evaluator knows its default."""
        here: Any = self._values
        for number, token in enumerate(path):
            key = _key(here, token)
            if key is None:
                last = number == len(path) - 1
                if last and number and token.casefold() in _OF_A_VALUE and not isinstance(here, (dict, list)):
                    return here  # type: ignore[no-any-return]
                if isinstance(here, Fault):
                    return here
                return None
            here = here[key]
        return here  # type: ignore[no-any-return]

    def put(self, path: tuple[str, ...], value: Value) -> None:
        """Set the value at a path; tables on the way are made."""
        here: Any = self._values
        for token in path[:-1]:
            key = _key(here, token)
            inner = here[key] if key is not None else None
            if not isinstance(inner, dict) and not (isinstance(inner, list) and inner):
                inner = {} if inner is None else {DEFAULT: inner}
                key = key if key is not None else token
                here[key] = inner
            here = inner
        key = _key(here, path[-1])
        if isinstance(here, list):
            if key is not None:
                here[key] = value
            return
        here[key if key is not None else path[-1]] = value

    def drop(self, path: tuple[str, ...]) -> None:
        """Unset a path."""
        here: Any = self._values
        for token in path[:-1]:
            key = _key(here, token)
            if key is None:
                return
            here = here[key]
        key = _key(here, path[-1])
        if key is not None and isinstance(here, dict):
            del here[key]

    def dump(self) -> dict[str, Any]:
        """Everything, as plain tables of its own."""
        return deepcopy(self._values)


def _key(table: Any, token: str) -> Any:
    """The key or place of a token in a table or list; None: not there."""
    if isinstance(table, dict):
        if token in table:
            return token
        low = token.casefold()
        return next((key for key in table if isinstance(key, str) and key.casefold() == low), None)
    if isinstance(table, list):
        digits = token[1:] if token[:1] == "-" else token
        if digits.isascii() and digits.isdigit() and len(digits) < 7 and -len(table) <= int(token) < len(table):
            return int(token)
    return None
