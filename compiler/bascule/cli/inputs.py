"""Arguments to files: walking folders, reading bytes, stable labels."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path

from bascule.diagnostics import Finding
from bascule.diagnostics.parse_rules import FileTooLarge, FileUnreadable
from bascule.loading import InputFile, InputTree
from bascule.source import DEFAULT_MAX_BYTES, Place, SourceFile, Tree

__all__ = ["expand", "pattern_folder", "read_inputs", "walk"]

_SKIPPED_FOLDERS = {"node_modules", "__pycache__", "venv"}


def walk(folder: Path) -> list[Path]:
    """Regular files below a folder in a stable order; hidden folders, links to folders and tool folders left out."""
    found: list[Path] = []
    for base, folders, files in os.walk(folder, followlinks=False):
        folders[:] = sorted(name for name in folders if not name.startswith(".") and name not in _SKIPPED_FOLDERS)
        found.extend(Path(base) / name for name in sorted(files) if not name.startswith("."))
    return found


def pattern_folder(source: str) -> str:
    """The folder in which the matches of a pattern lie (``flows`` of ``flows/*.yaml``), or ``""`` for what is no
    pattern: a path without wildcards, or one that exists under just that name."""
    if not any(char in source for char in "*?") or os.path.lexists(source):
        return ""
    parts = Path(source).parts
    fixed = next(number for number, part in enumerate(parts) if "*" in part or "?" in part)
    return Path(*parts[:fixed]).as_posix() if fixed else "."


def expand(sources: Sequence[str]) -> list[str]:
    """Patterns (``flows/*.yaml``, ``**/*.csv``) replaced by the files they match, sorted: not every shell does it, and
    in the configuration none does. A pattern that matches nothing stays, to be reported."""
    from bascule.settings.globs import matches

    expanded: list[str] = []
    for source in sources:
        folder = pattern_folder(source)
        rest = Path(source).relative_to(folder).as_posix() if folder else ""
        found = [path.as_posix() for path in walk(Path(folder))] if folder else []
        fitting = [path for path in found if matches(f"/{rest}", Path(path).relative_to(folder).as_posix())]
        expanded += fitting or [source]
    return expanded


def _read(path: Path, max_bytes: int) -> bytes | Finding:
    shown = path.as_posix()
    try:
        info = path.stat()
        if not stat.S_ISREG(info.st_mode):
            return FileUnreadable.at(Place(shown), "this is not a regular file", help="name a file or a folder")
        if info.st_size > max_bytes:
            return FileTooLarge.at(
                Place(shown),
                f"the file has {info.st_size / 1048576:.1f} MiB, the limit is {max_bytes / 1048576:.0f} MiB",
                help="if this is a scenario export, raise the limit with `--max-size`",
            )
        return path.read_bytes()
    except FileNotFoundError as error:
        if pattern_folder(shown):
            return FileUnreadable.at(Place(shown), "no file fits this pattern", help="check the path")
        return FileUnreadable.at(Place(shown), f"cannot be read: {error.strerror or error}", help=_nearest(path))
    except OSError as error:
        return FileUnreadable.at(Place(shown), f"cannot be read: {error.strerror or error}", help="check the path")


def _nearest(path: Path) -> str:
    """What to do about a path that is not there: the nearest name in its folder, if one is near."""
    import difflib

    try:
        names = sorted(os.listdir(path.parent))[:2000]
    except OSError:
        return "check the path"
    close = difflib.get_close_matches(path.name, names, n=1, cutoff=0.75)
    return f"did you mean `{(path.parent / close[0]).as_posix()}`?" if close else "check the path"


def read_inputs(
    sources: Sequence[str],
    *,
    stdin_name: str = "stdin",
    max_bytes: int = DEFAULT_MAX_BYTES,
    left_out: Callable[[Path], bool] = lambda _: False,
    contents: Mapping[str, bytes] | None = None,
) -> tuple[list[InputFile | InputTree], list[Finding]]:
    """Read what the user named. ``-`` is standard input, a folder is a tree. Unreadable paths become findings.

    Labels are relative to each named folder (file name only for a named file), so outputs do not depend on
    where the files lie; equal labels get a number. A file is read once, however often it is named. Files that are
    ``left_out`` are not opened when they are found in a folder. ``contents`` stand for the bytes of files by real
    path, and for standard input under ``-``.
    """
    reading = _Inputs(max_bytes, left_out, contents or {})
    for source in sources:
        if source == "-":
            reading.stdin(stdin_name)
            continue
        path = Path(source)
        if "\0" in source:
            reading.findings.append(
                FileUnreadable.at(Place(source), "no file can have this name", help="take the NUL character out")
            )
        elif path.is_dir():
            reading.folder(path)
        elif (read := reading.read(path)) is not None:
            reading.inputs.append(InputFile(read, reading.unique(path.name), True))
    return reading.inputs, reading.findings


class _Inputs:
    """What was read so far."""

    def __init__(self, max_bytes: int, left_out: Callable[[Path], bool], contents: Mapping[str, bytes]) -> None:
        self.max_bytes = max_bytes
        self.contents = contents
        self.left_out = left_out
        self.inputs: list[InputFile | InputTree] = []
        self.findings: list[Finding] = []
        self._labels: set[str] = set()
        self._seen: set[str] = set()

    def unique(self, label: str) -> str:
        """The label, with a number where it is taken."""
        name, number = label, 2
        while name in self._labels:
            name = f"{label}~{number}"
            number += 1
        self._labels.add(name)
        return name

    def stdin(self, name: str) -> None:
        """Read standard input, once; a finding says where there is none."""
        if "-" in self._seen:
            return
        self._seen.add("-")
        data = self.contents.get("-")
        if data is None and sys.stdin is None:
            self.findings.append(
                FileUnreadable.at(Place(name), "standard input is closed", help="pipe a file into it, or name one")
            )
            return
        data = sys.stdin.buffer.read(self.max_bytes + 1) if data is None else data
        self.inputs.append(InputFile(SourceFile(name, data), self.unique(name), True))

    def read(self, path: Path) -> SourceFile | None:
        """The file, or None where it was read before or cannot be (a finding says so)."""
        real = os.path.realpath(path)
        if real in self._seen:
            return None
        self._seen.add(real)
        data = self.contents[real] if real in self.contents else _read(path, self.max_bytes)
        if isinstance(data, Finding):
            self.findings.append(data)
            return None
        return SourceFile(path.as_posix(), data)

    def folder(self, path: Path) -> None:
        """Read a folder as a tree. Large files that no format could want (models, videos) are not opened."""
        files: dict[str, SourceFile] = {}
        labels: dict[str, str] = {}
        skipped: dict[str, str] = {}
        for found in walk(path):
            name = found.relative_to(path).as_posix()
            if self.left_out(found):
                skipped[found.as_posix()] = "left out by the configuration"
                labels[found.as_posix()] = self.unique(name)
            elif found.suffix.lower() not in _suffixes() and _size(found) > self.max_bytes:
                skipped[found.as_posix()] = (
                    f"too large, and no format has files called *{found.suffix or 'without a dot'}"
                )
                labels[found.as_posix()] = self.unique(name)
            elif (file := self.read(found)) is not None:
                if _is_report(file.data):
                    skipped[found.as_posix()] = "a report of bascule"
                    labels[found.as_posix()] = self.unique(name)
                    continue
                files[name] = file
                labels[name] = self.unique(name)
        self.inputs.append(InputTree(Tree(path.as_posix(), files), path.resolve().name or ".", labels, skipped))


_REPORTS = (b'{\n  "findings": [', b'{\n  "bascule-baseline":')


def _is_report(data: bytes) -> bool:
    """Whether a file is a report or a baseline that ``check`` wrote: its JSON is full of texts, and no scenario."""
    return data.startswith(_REPORTS)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


@cache
def _suffixes() -> frozenset[str]:
    from bascule.parsers import all_formats

    return frozenset(suffix for info in all_formats() for suffix in info.suffixes) | {".zip"}
