"""Writing a folder whole or not at all."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

import click

from bascule.backends import Artefact

__all__ = ["write_folder"]

_OURS = "manifest.json"


def write_folder(folder: Path, artefacts: Sequence[Artefact], *, force: bool = False) -> None:
    """Write all artefacts into ``folder``; it appears complete or stays as it was.

    The files are written beside it first and moved into place at the end. An existing folder is
    replaced only when bascule made it (it holds a manifest), when it is empty, or with ``force``;
    otherwise a usage error says so. Raises click.ClickException when the disk refuses.
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
        raise click.ClickException(f"cannot write next to {folder.name!r}: {error.strerror}") from error
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
        raise click.ClickException(f"cannot write {folder.name!r}: {error.strerror}") from error
    finally:
        shutil.rmtree(staging, ignore_errors=True)
