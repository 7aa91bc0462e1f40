"""File names of artefacts: readable, safe on every file system, never twice the same."""

from __future__ import annotations

import re

__all__ = ["FileNames", "safe_name"]

_UNSAFE = re.compile(r"[^\w.-]+")
_MOST_BYTES = 120


def safe_name(name: str) -> str:
    """A name as one path segment: letters, digits, ``_ . -`` of any script; never empty or hidden."""
    clean = _UNSAFE.sub("_", name).strip("._") or "_"
    return clean.encode("utf-8")[:_MOST_BYTES].decode("utf-8", "ignore")


class FileNames:
    """Gives each key one path; paths that differ by case only get a number."""

    def __init__(self) -> None:
        self._given: dict[tuple[str, ...], str] = {}
        self._taken: set[str] = set()

    def of(self, *key: str) -> str:
        """The path of a key: its parts as folders and file name."""
        if key not in self._given:
            self._given[key] = self.another("/".join(safe_name(part) for part in key))
        return self._given[key]

    def another(self, wanted: str) -> str:
        """A path that was not given before: the wanted one, or with a number."""
        name, number = wanted, 2
        while name.casefold() in self._taken:
            name = f"{wanted}~{number}"
            number += 1
        self._taken.add(name.casefold())
        return name
