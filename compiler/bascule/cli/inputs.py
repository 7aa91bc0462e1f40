"""Arguments to files: walking folders, reading bytes, stable labels."""

from __future__ import annotations

import os
import re
import stat
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from bascule.diagnostics import Finding
from bascule.diagnostics.parse_rules import FileTooLarge, FileUnreadable
from bascule.source import DEFAULT_MAX_BYTES, Place, SourceFile
from bascule.workspace import InputFile

__all__ = ["SIZE", "read_inputs"]

_SKIPPED_FOLDERS = {"node_modules", "__pycache__", "venv"}


class SizeType(click.ParamType[int]):
    """``50M``, ``2G``, ``800k`` or a number of bytes."""

    name = "size"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Return bytes; fails with a usage error."""
        if isinstance(value, int):
            return value
        match = re.fullmatch(r"(\d+)\s*([kKmMgG]?)(?:i?[bB])?", str(value).strip())
        if not match:
            self.fail(f"{value!r} is not a size such as 50M", param, ctx)
        factor: int = 1024 ** " kmg".index((match.group(2) or " ").lower())
        return int(match.group(1)) * factor


SIZE = SizeType()


def _walk(folder: Path) -> list[Path]:
    """Regular files below a folder in a stable order; hidden folders, links to folders and tool folders left out."""
    found: list[Path] = []
    for base, folders, files in os.walk(folder, followlinks=False):
        folders[:] = sorted(name for name in folders if not name.startswith(".") and name not in _SKIPPED_FOLDERS)
        found.extend(Path(base) / name for name in sorted(files) if not name.startswith("."))
    return found


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
    except OSError as error:
        return FileUnreadable.at(Place(shown), f"cannot be read: {error.strerror or error}", help="check the path")


def read_inputs(
    sources: Sequence[str], *, stdin_name: str = "stdin", max_bytes: int = DEFAULT_MAX_BYTES
) -> tuple[list[InputFile], list[Finding]]:
    """Read what the user named. ``-`` is standard input. Unreadable paths become findings.

    Labels are relative to each named folder (file name only for a named file), so outputs do not depend on
    where the files lie; equal labels get a number.
    """
    inputs: list[InputFile] = []
    findings: list[Finding] = []
    labels: set[str] = set()
    seen: set[str] = set()

    def add(path: Path, label: str, explicit: bool) -> None:
        real = os.path.realpath(path)
        if real in seen:
            return
        seen.add(real)
        data = _read(path, max_bytes)
        if isinstance(data, Finding):
            findings.append(data)
            return
        inputs.append(InputFile(SourceFile(path.as_posix(), data), unique(label), explicit))

    def unique(label: str) -> str:
        name, number = label, 2
        while name in labels:
            name = f"{label}~{number}"
            number += 1
        labels.add(name)
        return name

    for source in sources:
        if source == "-":
            data = sys.stdin.buffer.read(max_bytes + 1)
            inputs.append(InputFile(SourceFile(stdin_name, data), unique(stdin_name), True))
            continue
        path = Path(source)
        if path.is_dir():
            for file in _walk(path):
                add(file, file.relative_to(path).as_posix(), False)
        else:
            add(path, path.name, True)
    return inputs, findings
