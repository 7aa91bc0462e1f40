"""Keeping the compiled tables: one file per metadata and compiler version in the user's cache folder, in which
:mod:`bascule.contacts.phones.jit` keeps its machine code too.

``BASCULE_CACHE_DIR`` names another folder, for images and clusters that are warmed before use. A file is written
whole beside its name and moved into place, so processes that start together at worst do the work twice. A file that
another user could have written, or that does not pass its checks, is left alone and the tables are compiled anew.
"""

from __future__ import annotations

import os
import stat
import sys
import tempfile
import threading
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bascule.contacts.phones.tables import Tables

__all__ = ["cache_folder", "load_tables", "only_ours", "table_file"]

_lock = threading.Lock()
_loaded: dict[Path, Tables] = {}


def cache_folder() -> Path:
    """Where compiled tables and machine code are kept."""
    named = os.environ.get("BASCULE_CACHE_DIR")
    if named:
        return Path(named)
    if sys.platform == "darwin":
        return _home() / "Library" / "Caches" / "bascule"
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or _home() / "AppData" / "Local") / "bascule" / "Cache"
    base = os.environ.get("XDG_CACHE_HOME", "")
    return (Path(base) if os.path.isabs(base) else _home() / ".cache") / "bascule"


def _home() -> Path:
    try:
        return Path.home()
    except RuntimeError:
        # A container's user without an entry and without HOME.
        return Path(tempfile.gettempdir()) / f"user-{os.getuid() if hasattr(os, 'getuid') else 0}"


def table_file() -> Path:
    """The file of the installed metadata."""
    from bascule.contacts.phones.metadata import metadata_version
    from bascule.contacts.phones.tables import COMPILER_VERSION

    return cache_folder() / f"phones-{metadata_version()}-{COMPILER_VERSION}.tables"


def load_tables() -> Tables:
    """The tables of the installed metadata: from memory, from the cache, or compiled now. Never raises for a cache
    that cannot be read or written."""
    path = table_file()
    with _lock:
        tables = _loaded.get(path)
        if tables is None:
            tables = _loaded[path] = _read(path) or _compiled(path)
        return tables


def _read(path: Path) -> Tables | None:
    from bascule.contacts.phones.metadata import metadata_version
    from bascule.contacts.phones.tables import Tables, TablesDamaged

    try:
        with path.open("rb") as file:
            info = os.fstat(file.fileno())
            if not (stat.S_ISREG(info.st_mode) and only_ours(info)):
                return None
            tables = Tables.from_bytes(file.read())
    except (OSError, TablesDamaged):
        return None
    return tables if tables.metadata == metadata_version() else None


def only_ours(info: os.stat_result) -> bool:
    """Whether nobody else could have written a file, or into a folder. Windows keeps no such bits; its cache is in the
    profile."""
    return not hasattr(os, "getuid") or (info.st_uid in (os.getuid(), 0) and not info.st_mode & 0o022)


def _compiled(path: Path) -> Tables:
    from bascule.contacts.phones.compiler import compile_tables

    tables = compile_tables()
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(tables.to_bytes())
            os.chmod(temporary, 0o644)
            os.replace(temporary, path)
        except OSError:
            os.unlink(temporary)
    except OSError:
        pass
    return tables
