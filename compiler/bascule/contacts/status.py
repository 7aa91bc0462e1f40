"""What a store holds, in numbers: no name and no phone number."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bascule.contacts.store.store import Store

__all__ = ["Status", "status"]


@dataclass(frozen=True, slots=True)
class Status:
    """``imports`` and ``runs`` as rows (their counts as data), ``tables`` as name and number of rows, ``unfinished``
    as sentences that say what to run."""

    store: str
    imports: tuple[Mapping[str, Any], ...]
    runs: tuple[Mapping[str, Any], ...]
    tables: tuple[tuple[str, int], ...]
    unfinished: tuple[str, ...]


def status(store: Store) -> Status:
    """Read it in one transaction."""
    from sqlalchemy import func, select

    from bascule.contacts.store import schema

    with store.read() as connection:
        imports = [
            {**row, "counts": json.loads(row["counts"] or "null"), "reading": json.loads(row["reading"])}
            for row in connection.execute(select(schema.imports).order_by(schema.imports.c.ordinal)).mappings()
        ]
        runs = [
            {**row, "counts": json.loads(row["counts"] or "null")}
            for row in connection.execute(select(schema.runs).order_by(schema.runs.c.id)).mappings()
        ]
        tables = [
            (table.name, int(connection.execute(select(func.count()).select_from(table)).scalar_one()))
            for table in schema.metadata.sorted_tables
        ]
        waiting = connection.execute(
            select(func.count()).select_from(schema.inbox).where(schema.inbox.c.applied_at.is_(None))
        ).scalar_one()
        checks = connection.execute(
            select(schema.check_runs.c.id).where(schema.check_runs.c.state == "open").order_by(schema.check_runs.c.id)
        ).scalars()
        unfinished = [
            *(f"import of {item['file']}: run the same import again" for item in imports if item["state"] == "open"),
            *(f"check {name}: run `bascule contacts check` again" for name in checks),
            *([f"{waiting} webhook events wait: run `bascule contacts sync apply`"] if waiting else []),
        ]
    return Status(store.place.shown, tuple(imports), tuple(runs), tuple(sorted(tables)), tuple(unfinished))
