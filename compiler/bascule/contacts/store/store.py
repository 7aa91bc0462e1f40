"""An open store: its tables, its folder, its vault, and the log of what was done to it."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, Table, create_engine, event, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DatabaseError, OperationalError

from bascule.contacts.clock import instant, now
from bascule.contacts.counts import Counts
from bascule.contacts.store import schema
from bascule.contacts.store.place import StorePlace, store_place
from bascule.contacts.store.vault import PlainVault, Vault
from bascule.contacts.tabular.problems import ContactsError

__all__ = ["Store", "batched", "open_store"]

T = TypeVar("T")
_BUSY_SECONDS = 30
_WRITING = "bascule_writing"


def batched(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """Lists of at most ``size`` items."""
    source = iter(items)
    while batch := list(islice(source, size)):
        yield batch


class Store:
    """An open store. Close it, or use it in ``with``."""

    def __init__(self, place: StorePlace, engine: Engine, vault: Vault) -> None:
        self.place = place
        self.engine = engine
        self.vault = vault

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Give the connections back."""
        self.engine.dispose()

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """One transaction: all of it is on disk afterwards, or nothing. One writer at a time with SQLite."""
        with self.engine.connect().execution_options(**{_WRITING: True}) as connection, connection.begin():
            yield connection
            self.vault.flush()

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection for reading; it sees one moment of the store."""
        with self.engine.connect() as connection:
            yield connection

    def upsert(
        self, connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]], keep: Sequence[str] = ()
    ) -> None:
        """Insert rows (all with the same keys); where the primary key is there, overwrite all but it and ``keep``."""
        if not rows:
            return
        dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
        statement = dialect.insert(table)
        keys = [column.name for column in table.primary_key.columns]
        changed = {name: statement.excluded[name] for name in rows[0] if name not in keys and name not in keep}
        if changed:
            final = statement.on_conflict_do_update(index_elements=keys, set_=changed)
        else:
            final = statement.on_conflict_do_nothing(index_elements=keys)
        connection.execute(final, list(rows))

    def insert_new(
        self, connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]], unique: Sequence[str] = ()
    ) -> None:
        """Insert the rows that are not there yet, by the primary key or the ``unique`` columns."""
        if not rows:
            return
        dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
        keys = list(unique) or [column.name for column in table.primary_key.columns]
        connection.execute(dialect.insert(table).on_conflict_do_nothing(index_elements=keys), list(rows))

    def setting(self, name: str) -> str | None:
        """A fact of the store."""
        with self.read() as connection:
            return _setting(connection, name)

    @contextmanager
    def run(self, step: str, subject: str) -> Iterator[Counts]:
        """Log a step. The counts given out are filled by the caller, verified at the end and kept.

        A step that raises is logged as failed; one that is killed stays without an end. ``counts.notes`` may be used
        freely. Raises CountsError when they do not add up.
        """
        counts = Counts(step)
        with self.write() as connection:
            started = instant(now())
            result = connection.execute(insert(schema.runs).values(step=step, subject=subject, started_at=started))
            key = result.inserted_primary_key
            number = key[0] if key is not None else None
        try:
            yield counts
            counts.verify()
        except BaseException:
            self._end(number, "failed", counts)
            raise
        self._end(number, "done" if counts.taken or counts.notes else "nothing_to_do", counts)

    def _end(self, number: Any, outcome: str, counts: Counts) -> None:
        values = {
            "ended_at": instant(now()),
            "outcome": outcome,
            "counts": json.dumps(counts.data(), ensure_ascii=False, sort_keys=True),
        }
        with self.write() as connection:
            connection.execute(update(schema.runs).where(schema.runs.c.id == number).values(**values))


def _setting(connection: Connection, name: str) -> str | None:
    value: str | None = connection.execute(
        select(schema.settings.c.value).where(schema.settings.c.name == name)
    ).scalar()
    return value


def open_store(store: str, data: str = "", *, create: bool = True, key_file: str = "") -> Store:
    """Open the store, make it or bring its tables up to date.

    ``key_file`` opens a sealed store; without it BASCULE_KEY_FILE does. With ``create`` false a store that is not there
    is an error, and so is one that a newer bascule made. Before tables of an existing SQLite store change it is copied
    to the backups. Raises ContactsError (``contacts-store-place``, ``contacts-store-missing``,
    ``contacts-store-broken``, ``contacts-store-newer``, ``contacts-store-locked``, ``contacts-unwritable``).
    """
    from bascule.contacts.store.migrate import upgrade

    place = store_place(store, data)
    if not create and place.file is not None and not place.file.exists():
        raise ContactsError(
            "contacts-store-missing", f"there is no store {place.shown}", "make one with `bascule contacts import`"
        )
    try:
        _folders(place)
        engine = create_engine(place.url)
        if place.file is not None:
            event.listen(engine, "connect", _sqlite_settings)
            event.listen(engine, "begin", _sqlite_begin)
        upgrade(engine, place)
        vault = _vault(engine, place, key_file or os.environ.get("BASCULE_KEY_FILE", ""))
    except OSError as error:
        raise ContactsError("contacts-unwritable", f"cannot write to {place.data}: {error.strerror}") from error
    except (OperationalError, DatabaseError) as error:
        raise ContactsError(
            "contacts-store-broken",
            f"{place.shown} cannot be opened: {type(error.orig).__name__}",
            "check that it is a store of bascule and that its server answers; `contacts restore` takes a backup back",
        ) from error
    return Store(place, engine, vault)


def _folders(place: StorePlace) -> None:
    place.data.mkdir(parents=True, exist_ok=True)
    for folder in (place.snapshots, place.rejects, place.backups, place.secrets):
        folder.mkdir(mode=0o700, exist_ok=True)
    if place.file is not None:
        place.file.touch(mode=0o600)


def _sqlite_settings(connection: Any, _record: Any) -> None:
    """Write-ahead log, every commit on disk (the ledger must survive power loss), referential integrity."""
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {_BUSY_SECONDS * 1000}")
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.close()


def _sqlite_begin(connection: Connection) -> None:
    """Python's own transaction handling opens them late; this opens them where they begin. A writer takes the lock at
    once: one that reads first would be refused when another process has written since."""
    writing = connection.get_execution_options().get(_WRITING, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


def _vault(engine: Engine, place: StorePlace, path: str) -> Vault:
    """The vault the store was made with. Raises ContactsError ``contacts-store-locked`` for a sealed store without its
    key, and for a key where the store is not sealed: its data would not be."""
    with engine.connect() as connection:
        name, check = _setting(connection, "vault"), _setting(connection, "vault_check")
    if name in (None, "plain"):
        if path and name is not None:
            raise ContactsError(
                "contacts-store-locked",
                f"a key is given, but {place.shown} is not sealed",
                "unset BASCULE_KEY_FILE, or make a sealed store with `bascule contacts init --key-file`",
            )
        if not path:
            return PlainVault(pseudonym_key(place.secrets))
    if not path:
        raise ContactsError(
            "contacts-store-locked", f"{place.shown} is sealed", "name its key file in BASCULE_KEY_FILE"
        )
    from bascule.contacts.extra import require

    require("cryptography")
    from bascule.contacts.privacy.sealed import SCHEME, SealedVault, read_key

    vault = SealedVault(read_key(Path(path)), pseudonym_key(place.secrets), place.secrets / "keyring.db")
    if name is None:
        _new_vault(engine, SCHEME, vault.check())
    elif name != SCHEME or check is None:
        raise ContactsError("contacts-store-newer", f"{place.shown} is sealed as `{name}`", "upgrade bascule")
    else:
        vault.verify(check)
    return vault


def _new_vault(engine: Engine, name: str, check: str) -> None:
    """Note how a new store keeps personal text. One that holds people already is not sealed afterwards."""
    rows = [{"name": "vault", "value": name}, {"name": "vault_check", "value": check}]
    with engine.begin() as connection:
        if connection.execute(select(schema.imports.c.id).limit(1)).first() is not None:
            raise ContactsError(
                "contacts-store-locked",
                "a key is given, but the store has data that is not sealed",
                "unset BASCULE_KEY_FILE, or import into a new store",
            )
        connection.execute(insert(schema.settings), rows)


def pseudonym_key(folder: Path) -> bytes:
    """The key of pseudonyms, 32 bytes, made on first use and readable by its owner alone. Its loss makes the
    suppression list of erased people useless: keep a copy apart from the backups."""
    path = folder / "pseudonym.key"
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return bytes.fromhex(path.read_text("ascii").strip())
    with os.fdopen(handle, "w") as file:
        file.write(secrets.token_hex(32) + "\n")
    return bytes.fromhex(path.read_text("ascii").strip())
