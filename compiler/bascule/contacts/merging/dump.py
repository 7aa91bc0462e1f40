"""A PostgreSQL store as one compressed file of JSON lines, and back: no client program of the server is needed.

Each line is ``{"table": ..., "rows": [...]}`` with rows as objects, tables in an order in which no row names one that
comes later.
"""

from __future__ import annotations

import gzip
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Column, MetaData, Table, Text, text

from bascule.contacts.store import schema
from bascule.contacts.store.store import batched

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

__all__ = ["dump_tables", "load_tables", "read_tables"]

_ROWS = 2000
_VERSION = Table("alembic_version", MetaData(), Column("version_num", Text, primary_key=True))


def dump_tables(engine: Engine, path: Path) -> None:
    """Write all tables as they are at one moment. The file can be read by its owner alone."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with (
        os.fdopen(handle, "wb") as raw,
        engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection,
    ):
        # Without a time the same rows give the same bytes.
        with gzip.GzipFile(fileobj=raw, mode="wb", mtime=0, filename="", compresslevel=6) as packed:
            for table in (_VERSION, *schema.metadata.sorted_tables):
                found = connection.execution_options(yield_per=_ROWS).execute(
                    table.select().order_by(*table.primary_key.columns)
                )
                for rows in batched((dict(row) for row in found.mappings()), _ROWS):
                    line = json.dumps({"rows": rows, "table": table.name}, ensure_ascii=False, sort_keys=True)
                    packed.write(line.encode() + b"\n")
        raw.flush()
        os.fsync(raw.fileno())


def read_tables(path: Path) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Names of tables with some of their rows, in file order."""
    with gzip.open(path, "rb") as packed:
        for line in packed:
            data = json.loads(line)
            yield data["table"], data["rows"]


def load_tables(connection: Connection, path: Path) -> None:
    """Put the tables of a dump in the place of those of the store, in the caller's transaction.

    A column that the dump does not have takes its default; one that the store does not have raises KeyError.
    """
    tables = {table.name: table for table in (_VERSION, *schema.metadata.sorted_tables)}
    names = ", ".join(f'"{name}"' for name in tables)
    # The ledger's trigger refuses that rows are deleted one by one; this takes the whole table.
    connection.execute(text(f"TRUNCATE {names} RESTART IDENTITY CASCADE"))
    for name, rows in read_tables(path):
        connection.execute(tables[name].insert(), rows)
    for table in schema.metadata.sorted_tables:
        for column in table.primary_key.columns:
            if column.autoincrement is True:
                connection.execute(
                    text(
                        f"SELECT setval(pg_get_serial_sequence('{table.name}', '{column.name}'),"
                        f' (SELECT coalesce(max("{column.name}"), 0) + 1 FROM "{table.name}"), false)'
                    )
                )
