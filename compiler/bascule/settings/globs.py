"""File patterns as in .gitignore: matched by walking, never by a regular expression that could explode."""

from __future__ import annotations

from functools import lru_cache

__all__ = ["fixed_folder", "matches"]


@lru_cache(maxsize=512)
def _parts(pattern: str) -> tuple[str, ...]:
    anchored = "/" in pattern.removeprefix("./").rstrip("/")
    parts = [part for part in pattern.split("/") if part and part != "."]
    if not anchored:
        parts.insert(0, "**")
    if parts and parts[-1] == "**":
        parts[-1] = "*"  # what stands for a folder stands for everything in it
    return tuple(part for number, part in enumerate(parts) if part != "**" or parts[number - 1 : number] != ["**"])


def matches(pattern: str, path: str) -> bool:
    """Whether a relative posix path, or a folder above it, fits the pattern.

    ``*`` is any text without ``/``, ``?`` one character, ``**`` any number of folders. A pattern without ``/``
    fits at any depth; a pattern that fits a folder, or an archive (``a.zip!/b.csv``), fits everything in it. Work is at
    most the product of the lengths.
    """
    wanted = _parts(pattern)
    alive = _reached({0}, wanted)
    for name in path.split("/"):
        names = (name, name[:-1]) if name.endswith("!") else (name,)
        stepped = {
            at + (wanted[at] != "**")
            for at in alive
            if wanted[at] == "**" or any(_fits(wanted[at], known) for known in names)
        }
        if len(wanted) in stepped:
            return True
        alive = _reached(stepped, wanted)
    return False


def _reached(alive: set[int], wanted: tuple[str, ...]) -> set[int]:
    """The positions, and those behind a ``**`` that stands for no folder at all."""
    return alive | {at + 1 for at in alive if at < len(wanted) and wanted[at] == "**"}


def _fits(pattern: str, name: str) -> bool:
    at = start = 0
    star = -1
    while at < len(name):
        if start < len(pattern) and pattern[start] in ("?", name[at]) and pattern[start] != "*":
            at += 1
            start += 1
        elif start < len(pattern) and pattern[start] == "*":
            star, mark = start, at
            start += 1
        elif star >= 0:
            mark += 1
            start, at = star + 1, mark
        else:
            return False
    return all(char == "*" for char in pattern[start:])


def fixed_folder(pattern: str) -> str:
    """The folder that every match of the pattern lies in: its parts before the first wildcard, without the last."""
    fixed: list[str] = []
    for part in _parts(pattern)[:-1]:
        if any(char in part for char in "*?"):
            break
        fixed.append(part)
    return "/".join(fixed)
