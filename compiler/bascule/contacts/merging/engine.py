"""DuckDB with a memory limit and a private folder to spill to, which is gone afterwards; one merge at a time."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING

from bascule.contacts.tabular.problems import ContactsError

if TYPE_CHECKING:
    import duckdb

__all__ = ["opened_engine", "single"]

_PREFIX = "merge-"


@contextmanager
def single(folder: Path, what: str) -> Iterator[None]:
    """Hold a lock in a folder; a process that dies gives it back. Raises ContactsError ``contacts-store-busy`` where
    another holds it."""
    path = folder / f"{what}.lock"
    with path.open("a") as file:
        if not _lock(file):
            raise ContactsError(
                "contacts-store-busy",
                f"another `bascule contacts {what}` works on this store",
                "wait until it is done; nothing was changed",
            )
        yield


def _lock(file: IO[str]) -> bool:
    try:
        if os.name == "nt":  # pragma: no cover
            import msvcrt

            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


@contextmanager
def opened_engine(folder: Path, memory_limit: str) -> Iterator[duckdb.DuckDBPyConnection]:
    """DuckDB over files of a private folder below ``folder``; what it holds is people's data, so the folder can be
    read by its owner alone and is removed, also what a killed run left behind.

    Hold the lock of :func:`single`. Raises ContactsError ``contacts-memory`` for a limit that is none and where the
    limit is too low, ``contacts-unwritable`` where the disk is full.
    """
    import duckdb

    folder.mkdir(mode=0o700, exist_ok=True)
    for left in folder.glob(f"{_PREFIX}*"):
        shutil.rmtree(left, ignore_errors=True)
    place = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=folder))
    try:
        connection = _connect(place, memory_limit)
        try:
            yield connection
        finally:
            connection.close()
    except duckdb.OutOfMemoryException as error:
        raise ContactsError(
            "contacts-memory", f"{memory_limit} of memory are not enough", "give more with --memory-limit, e.g. 2GB"
        ) from error
    except duckdb.IOException as error:
        if "space" not in str(error).lower():
            raise
        raise ContactsError(
            "contacts-unwritable", f"no room left in {folder}", "merging needs about twice the size of the snapshots"
        ) from error
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _connect(place: Path, memory_limit: str) -> duckdb.DuckDBPyConnection:
    import duckdb

    connection = duckdb.connect(
        str(place / "work.duckdb"),
        config={
            "temp_directory": str(place / "spill"),
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            "preserve_insertion_order": "false",
        },
    )
    try:
        connection.execute("SET memory_limit = $1", [memory_limit])
    except duckdb.Error as error:
        connection.close()
        raise ContactsError(
            "contacts-memory", f"`{memory_limit}` is no amount of memory", "write a number with MB or GB, e.g. 1GB"
        ) from error
    connection.execute("SET enable_progress_bar = false")
    return connection
