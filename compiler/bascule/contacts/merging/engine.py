"""DuckDB with a memory limit and a private folder to spill to, which is gone afterwards; one merge at a time."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING

from sqlalchemy import text

from bascule.contacts.tabular.problems import ContactsError

if TYPE_CHECKING:
    import duckdb

    from bascule.contacts.store.store import Store

__all__ = ["clear", "opened_engine", "single"]

_PREFIX = "merge-"
_AMOUNT = re.compile(r"\s*\d{1,9}(\.\d{1,3})?\s*([KMGT]i?B)\s*", re.IGNORECASE)


@contextmanager
def single(store: Store, what: str) -> Iterator[None]:
    """Hold a lock on a store; a process that dies gives it back. Raises ContactsError ``contacts-store-busy`` where
    another holds it."""
    with (store.place.data / f"{what}.lock").open("a") as file, store.engine.connect() as connection:
        # The folder of a PostgreSQL store may be mounted where file locks do not reach.
        shared = connection.dialect.name == "postgresql"
        if not _lock(file) or (
            shared
            and not connection.execute(text("SELECT pg_try_advisory_lock(hashtext(:name))"), _named(what)).scalar()
        ):
            raise ContactsError(
                "contacts-store-busy",
                f"another `bascule contacts {what}` works on this store",
                "wait until it is done; nothing was changed",
            )
        connection.commit()
        try:
            yield
        finally:
            if shared:
                connection.execute(text("SELECT pg_advisory_unlock(hashtext(:name))"), _named(what))


def _named(what: str) -> dict[str, str]:
    return {"name": f"bascule contacts {what}"}


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


def clear(folder: Path) -> None:
    """Remove what killed runs left in the folder of :func:`opened_engine`. Hold the lock of :func:`single`."""
    for left in folder.glob(f"{_PREFIX}*"):
        shutil.rmtree(left, ignore_errors=True)


@contextmanager
def opened_engine(folder: Path, memory_limit: str) -> Iterator[tuple[duckdb.DuckDBPyConnection, Path]]:
    """DuckDB over files of a private folder below ``folder``; what it holds is people's data, so the folder can be
    read by its owner alone and is removed, also what a killed run left behind. Gives the connection and that folder.

    Hold the lock of :func:`single`. Raises ContactsError ``contacts-memory`` for a limit that is none and where the
    limit is too low, ``contacts-unwritable`` where the disk is full.
    """
    import duckdb

    if _AMOUNT.fullmatch(memory_limit) is None:
        raise ContactsError(
            "contacts-memory", f"`{memory_limit[:20]}` is no amount of memory", "write a number with MB or GB, e.g. 1GB"
        )
    folder.mkdir(mode=0o700, exist_ok=True)
    clear(folder)
    place = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=folder))
    try:
        connection = _connect(place, memory_limit)
        try:
            yield connection, place
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
    connection.execute("SET memory_limit = $1", [memory_limit])
    connection.execute("SET enable_progress_bar = false")
    return connection
