"""Bringing a store's tables up to date with Alembic; one file per change in ``migrations/versions``."""

from __future__ import annotations

import sqlite3
from contextlib import closing, suppress
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError

from bascule.contacts.clock import now
from bascule.contacts.store.place import StorePlace
from bascule.contacts.store.schema import metadata
from bascule.contacts.tabular.problems import ContactsError

__all__ = ["copy_sqlite", "upgrade"]


def upgrade(engine: Engine, place: StorePlace) -> None:
    """Create the tables, or run the changes that the store does not have yet, in one transaction.

    A SQLite store with older tables is copied to ``backups/before-<revision>-<moment>.db`` first. Raises ContactsError
    ``contacts-store-newer`` for tables that this bascule does not know.
    """
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    head = ScriptDirectory.from_config(config).get_current_head()
    with engine.connect() as connection:
        current = MigrationContext.configure(connection).get_current_revision()
    if current == head:
        _whole(engine)
        return
    if current is not None and place.file is not None:
        stamp = now().strftime("%Y%m%dT%H%M%SZ")
        copy_sqlite(place.file, place.backups / f"before-{head}-{stamp}.db")
    try:
        with engine.begin() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    except CommandError as error:
        raise ContactsError(
            "contacts-store-newer",
            f"{place.shown} was made by a newer bascule (tables {current})",
            "upgrade bascule: pip install --upgrade 'bascule[contacts]'",
        ) from error


def _whole(engine: Engine) -> None:
    """Make indexes again that a killed merge left out."""
    if engine.dialect.name != "sqlite":
        return
    with engine.connect() as connection:
        there = set(connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'index'").scalars())
    for index in (index for table in metadata.sorted_tables for index in table.indexes if index.name not in there):
        # Where a merge is writing, the next one who opens the store makes it.
        with (
            suppress(OperationalError),
            engine.connect().execution_options(bascule_writing=True) as connection,
            connection.begin(),
        ):
            index.create(connection, checkfirst=True)


def copy_sqlite(source: Path, target: Path) -> None:
    """A consistent copy of a SQLite file that may be written to meanwhile. https://www.sqlite.org/backup.html"""
    target.touch(mode=0o600)
    with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(target)) as new:
        old.backup(new)
