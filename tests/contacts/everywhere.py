"""All that a store holds, anywhere, as one text: its tables, snapshots, rejects, lists and backups, sealed text opened."""

from __future__ import annotations

import gzip
import sqlite3
from contextlib import closing
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from tests.contacts.migrations import Migration

from bascule.contacts.store import schema
from bascule.contacts.store.sealed_files import SUFFIX, read_file
from bascule.contacts.store.store import Store

__all__ = ["everywhere"]


def everywhere(migration: Migration) -> str:
    """Bytes of files as Latin-1 beside what they mean."""
    found: list[str] = []
    with migration.opened() as store:
        with store.read() as connection:
            for table in schema.metadata.sorted_tables:
                found += [_shown(store, dict(row)) for row in connection.execute(table.select()).mappings()]
        for path in sorted(migration.folder.glob("contacts.db*")) + sorted(migration.data.rglob("*")):
            if not path.is_file() or path.parent.name == "secrets":
                continue
            data = path.read_bytes()
            found.append(data.decode("latin-1"))
            if path.suffix == ".parquet":
                found += map(repr, pq.read_table(pa.BufferReader(store.vault.open_file(data))).to_pylist())
            elif path.suffix == ".gz":
                found.append(gzip.decompress(data).decode())
            elif path.suffix == SUFFIX:
                found.append(read_file(store.vault, path).decode("utf-8", "replace"))
            elif path.name == "store.db":
                found += [_shown(store, row) for row in _rows(str(path))]
            else:
                found.append(data.decode("utf-8", "replace"))
    return "\n".join(found)


def _rows(path: str) -> list[dict[str, Any]]:
    found = []
    with closing(sqlite3.connect(path)) as connection:
        connection.row_factory = sqlite3.Row
        for table in schema.metadata.sorted_tables:
            found += [dict(row) for row in connection.execute(f'SELECT * FROM "{table.name}"')]
    return found


def _shown(store: Store, row: dict[str, Any]) -> str:
    owner = row.get("person_id") or row.get("id") or ""
    return repr([_opened(store, str(owner), value) for value in row.values()])


def _opened(store: Store, owner: str, value: Any) -> Any:
    return store.vault.open(owner, value) if isinstance(value, str) and value.startswith("s1:") else value
