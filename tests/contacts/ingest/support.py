"""Importing in tests: rows that came out, and a store to put them in."""

from __future__ import annotations

import functools
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from bascule.contacts.ingest.convert import Converter
from bascule.contacts.ingest.importer import Imported, import_paths
from bascule.contacts.ingest.reading import Options, Source, open_source
from bascule.contacts.phones.normaliser import Engine, Normaliser
from bascule.contacts.store.store import Store, open_store

FIXTURES = Path(__file__).parents[3] / "fixtures" / "contacts" / "profiles"


@functools.cache
def normaliser() -> Normaliser:
    """One for all tests."""
    return Normaliser(Engine.NUMPY)


def converted(path: Path, **options: Any) -> tuple[list[dict[str, Any]], Source]:
    """Canonical rows of a file, without its null cells."""
    source = open_source(path, Options(**options))
    rows: list[dict[str, Any]] = []
    for chunk in source.chunks():
        batch = Converter(source.plan, normaliser(), "import", path.name).convert(chunk).batch
        rows.extend({name: value for name, value in row.items() if value is not None} for row in batch.to_pylist())
    return rows, source


def imported(store: Store | None, *names: object, **options: Any) -> list[Imported]:
    """What became of the files."""
    return list(import_paths(store, [str(name) for name in names], Options(**options)))


def new_store(folder: Path) -> Store:
    """A store in a folder."""
    return open_store(str(folder / "contacts.db"))


def snapshot(store: Store, done: Imported) -> pa.Table:
    """All parts of an import."""
    folder = store.place.snapshots / done.import_id
    return pa.concat_tables([pq.read_table(path) for path in sorted(folder.glob("*.parquet"))])


def write_csv(path: Path, header: Sequence[str], rows: Sequence[Sequence[str]]) -> Path:
    """A CSV file."""
    import csv

    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *rows])
    return path


def write_lines(path: Path, records: Sequence[object]) -> Path:
    """JSON lines."""
    path.write_text("".join(f"{json.dumps(record, ensure_ascii=False)}\n" for record in records), "utf-8")
    return path


def custom(row: dict[str, Any]) -> dict[str, Any]:
    """What no column holds."""
    found: dict[str, Any] = json.loads(row.get("custom", "{}"))
    return found
