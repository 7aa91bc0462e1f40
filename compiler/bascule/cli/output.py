"""Writing a folder whole or not at all."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

import click

from bascule.backends import Artefact
from bascule.cli.streams import WriteError

__all__ = ["write_folder", "write_text"]

_OURS = "manifest.json"


def write_folder(folder: Path, artefacts: Sequence[Artefact], *, force: bool = False) -> None:
    """Write all artefacts into ``folder``; it appears complete or stays as it was.

    The files are written beside it first and moved into place at the end. An existing folder is
    replaced only when bascule made it (it holds a manifest), when it is empty, or with ``force``;
    otherwise a usage error says so. Raises WriteError (exit code 2) when the disk refuses.
    """
    folder = folder.absolute()
    if folder.exists() and not folder.is_dir():
        raise click.UsageError(f"{folder.name!r} exists and is not a folder: choose another -o.")
    if folder.is_dir() and any(folder.iterdir()) and not (folder / _OURS).is_file() and not force:
        raise click.UsageError(
            f"the folder {folder.name!r} holds files that bascule did not write; choose another -o, or use --force "
            "to replace the whole folder."
        )
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        staging = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    except OSError as error:
        raise WriteError(f"cannot write next to {folder.name!r}: {error.strerror}") from error
    try:
        new = staging / "new"
        new.mkdir()
        for artefact in artefacts:
            relative = PurePosixPath(artefact.path)
            if relative.is_absolute() or ".." in relative.parts:
                raise ValueError(f"artefact path {artefact.path!r} leaves the output folder")
            path = new / relative
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(artefact.text, encoding="utf-8", newline="\n")
        if folder.exists():
            os.replace(folder, staging / "old")
        try:
            os.replace(new, folder)
        except OSError:
            if (staging / "old").exists():
                os.replace(staging / "old", folder)
            raise
    except OSError as error:
        raise WriteError(f"cannot write {folder.name!r}: {error.strerror}") from error
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def write_text(path: Path, text: str) -> None:
    """Write one file whole or not at all. Raises WriteError (exit code 2) when the disk refuses."""
    try:
        handle, temporary = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.absolute().parent)
        try:
            with os.fdopen(handle, "w", encoding="utf-8", errors="backslashreplace", newline="\n") as stream:
                stream.write(text)
            os.replace(temporary, path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise WriteError(f"cannot write {path.name!r}: {error.strerror}") from error
