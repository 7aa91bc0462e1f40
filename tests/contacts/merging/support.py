"""What the tests of merging ask of a store."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import select
from tests.contacts.snapshots import add_import

from bascule.contacts.merging.merge import Merged, Options, merge
from bascule.contacts.store import schema
from bascule.contacts.store.store import Store

__all__ = ["content", "joined", "merged", "owners", "people", "rows"]

_UNSTABLE = {
    "persons": {"updated_at"},
    "consents": {"id", "recorded_at"},
    "imports": {"started_at", "ended_at"},
    "erasures": {"erased_at"},
}


def rows(store: Store, table: str) -> list[dict[str, Any]]:
    """All rows of a table, in order of its primary key."""
    found = schema.metadata.tables[table]
    with store.read() as connection:
        return [dict(row) for row in connection.execute(select(found).order_by(*found.primary_key.columns)).mappings()]


def content(store: Store) -> str:
    """The store as text: everything but the log of runs, times of writing and numbers of ledger entries."""
    lines = []
    for table in schema.metadata.sorted_tables:
        if table.name == "runs":
            continue
        for row in rows(store, table.name):
            if table.name == "settings" and row["name"] == "merge.backup":
                continue
            kept = {name: value for name, value in row.items() if name not in _UNSTABLE.get(table.name, ())}
            lines.append(f"{table.name} {json.dumps(kept, ensure_ascii=False, sort_keys=True)}")
    return "\n".join(sorted(lines))


def merged(store: Store, *imports: Iterable[Mapping[str, Any]], **options: Any) -> Merged:
    """Add imports of these rows and merge."""
    for number, cells in enumerate(imports, 1):
        add_import(store, cells, file=f"import-{number}.csv")
    return merge(store, Options(**options))


def people(store: Store) -> dict[str, dict[str, Any]]:
    """Persons who were not merged into another, by id."""
    return {row["id"]: row for row in rows(store, "persons") if row["merged_into"] is None}


def owners(store: Store) -> dict[tuple[str, str], str]:
    """Kind and value of each identity to its person."""
    return {(row["kind"], row["value"]): row["person_id"] for row in rows(store, "identities")}


def joined(store: Store) -> dict[str, str]:
    """Persons who were merged into another, with whom."""
    return {row["id"]: row["merged_into"] for row in rows(store, "persons") if row["merged_into"] is not None}
