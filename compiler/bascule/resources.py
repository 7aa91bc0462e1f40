"""Find the data files (grammars, schemas) in a checkout and in an installed wheel."""

from __future__ import annotations

from functools import cache
from pathlib import Path

__all__ = ["data_dir", "read_text"]

_PACKAGE = Path(__file__).resolve().parent


@cache
def data_dir(kind: str) -> Path:
    """Return the folder that holds ``kind`` (``grammars`` or ``schemas``).

    A wheel carries the folders under ``bascule/_data``; a checkout has them at its root.
    Raises FileNotFoundError when neither is there, which means a broken installation.
    """
    for base in (_PACKAGE / "_data", _PACKAGE.parent.parent):
        folder = base / kind
        if folder.is_dir():
            return folder
    raise FileNotFoundError(f"bascule was installed without its {kind!r} folder")


def read_text(kind: str, name: str) -> str:
    """Return the text of the data file ``name`` of ``kind`` (UTF-8)."""
    return (data_dir(kind) / name).read_text(encoding="utf-8")
