"""Many rows through one statement: compiled once and handed to the driver."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sqlalchemy import Connection

__all__ = ["execute_many", "roomy"]

_CACHE_KIB = 64 * 1024
_LOG_PAGES = 16_384


def execute_many(connection: Connection, statement: Any, names: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Run a statement for many rows, whose values stand in the order of ``names``.

    All values are texts, whole numbers and truth values, which need no conversion, and taking each row apart again
    costs more than writing it. The statement has no other parameters.
    """
    if not rows:
        return
    compiled = statement.compile(dialect=connection.dialect, column_keys=list(names))
    order = compiled.positiontup if compiled.positional else None
    if order is None:
        connection.exec_driver_sql(str(compiled), [dict(zip(names, row, strict=True)) for row in rows])
        return
    places = [names.index(name) for name in order]
    if places != list(range(len(names))):
        rows = [tuple(row[place] for place in places) for row in rows]
    connection.exec_driver_sql(str(compiled), [row if type(row) is tuple else tuple(row) for row in rows])


def roomy(connection: Connection) -> None:
    """Give a connection that writes many rows room for them: indexes in random order would else be read and written
    a page at a time. Nothing to do for a server."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(f"PRAGMA cache_size = -{_CACHE_KIB}")
        connection.exec_driver_sql(f"PRAGMA wal_autocheckpoint = {_LOG_PAGES}")
