"""Broken copies of a JSON document, for schemas to refuse: each differs from it in one place."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

__all__ = ["broken_copies", "changed"]

_OTHERS: tuple[Any, ...] = (None, True, 7.5, "\n", [None], {"inconnu": 1})


def changed(data: Any, path: tuple[str | int, ...], value: Any) -> Any:
    """A copy with another value at a path."""
    made = copy.deepcopy(data)
    if not path:
        return value
    part = made
    for step in path[:-1]:
        part = part[step]
    part[path[-1]] = value
    return made


def broken_copies(data: Any) -> Iterator[tuple[str, str, Any]]:
    """What was done, where (members as ``.name``, items as ``[]``) and the copy: each object without each of its members
    and with one too many, each value of another kind."""
    yield from _broken(data, data, ())


def _broken(whole: Any, part: Any, path: tuple[str | int, ...]) -> Iterator[tuple[str, str, Any]]:
    where = "".join("[]" if isinstance(step, int) else f".{step}" for step in path)
    for other in _OTHERS:
        if _kind(other) != _kind(part):
            yield f"{_kind(other)} instead", where, changed(whole, path, other)
    if isinstance(part, dict):
        yield "one member too many", where, changed(whole, path, {**part, "inconnu": 1})
        for name, value in part.items():
            rest = {key: item for key, item in part.items() if key != name}
            yield "a member is missing", f"{where}.{name}", changed(whole, path, rest)
            yield from _broken(whole, value, (*path, name))
    elif isinstance(part, list):
        for index, item in enumerate(part[:8]):
            yield from _broken(whole, item, (*path, index))


def _kind(value: Any) -> str:
    kinds = {
        int: "a number",
        float: "a number",
        str: "a text",
        list: "a list",
        dict: "an object",
        bool: "a truth value",
    }
    return kinds.get(type(value), "null")
