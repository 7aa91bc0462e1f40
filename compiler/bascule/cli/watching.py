"""Waiting for changed files: compares sizes and times, twice a second, without any further package."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from bascule.cli.inputs import walk

__all__ = ["changes", "state_of"]

_PAUSE = 0.5

State = dict[str, tuple[int, int]]


def state_of(paths: Sequence[str], ours: Sequence[str] = ()) -> State:
    """Size and time of change of every file named or below a named folder; what cannot be seen is left out, and so are
    ``ours``: files that a round itself writes, and what standard output and error go to."""
    state: State = {}
    own = _own(ours)
    for path in paths:
        for file in walk(Path(path)) if os.path.isdir(path) else [Path(path)]:
            try:
                info = file.stat()
            except OSError:
                continue
            if (info.st_dev, info.st_ino) in own:
                continue
            state[file.as_posix()] = (info.st_size, info.st_mtime_ns)
    return state


def _own(ours: Sequence[str]) -> set[tuple[int, int]]:
    found: set[tuple[int, int]] = set()
    files: tuple[str | int, ...] = (*ours, 1, 2)
    for file in files:
        with contextlib.suppress(OSError):
            info = os.stat(file)
            found.add((info.st_dev, info.st_ino))
    return found


def changes(
    paths: Callable[[], Sequence[str]],
    ours: Sequence[str] = (),
    *,
    sleep: Callable[[float], None] = time.sleep,
) -> Iterator[list[str]]:
    """Yield once at the start, and then whenever files have changed, appeared or gone (their names).

    ``paths`` is asked before each round and again after it, since a changed configuration may name other files. What
    changes during a round is seen after it. ``ours`` are the files that a round writes. Never ends by itself.
    """
    before = {path: state_of([path], ours) for path in paths()}
    changed: list[str] = []
    while True:
        yield changed
        before = {path: before[path] if path in before else state_of([path], ours) for path in paths()}
        changed = []
        while not changed:
            sleep(_PAUSE)
            after = {path: state_of([path], ours) for path in before}
            changed = sorted({name for path in before for name in _different(before[path], after[path])})
        before = after


def _different(before: State, after: State) -> list[str]:
    return [name for name in {*before, *after} if before.get(name) != after.get(name)]
