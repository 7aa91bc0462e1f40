"""Snapshots from plain rows, as an import would have left them: for tests of everything that comes after importing."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Iterable, Mapping
from typing import Any

import phonenumbers
import pyarrow as pa
from pyarrow import parquet
from sqlalchemy import func, insert, select

from bascule.contacts.clock import instant, now
from bascule.contacts.counts import Counts
from bascule.contacts.rows import COLUMNS, IDENTIFIERS, Kind, snapshot_schema
from bascule.contacts.store import schema
from bascule.contacts.store.store import Store

__all__ = ["add_import", "row"]

_TYPES = {value: name.lower() for name, value in vars(phonenumbers.PhoneNumberType).items() if isinstance(value, int)}


def row(**cells: Any) -> dict[str, Any]:
    """A canonical row of these cells. A valid ``phone_e164`` brings its region, type, status and ``explicit_plus``;
    ``tags`` and ``custom`` may be plain lists and dicts. Without any identifier the row is rejected as ``no_phone``."""
    unknown = set(cells) - {name for name, _ in COLUMNS}
    assert not unknown, f"no columns of a snapshot: {sorted(unknown)}"
    made: dict[str, Any] = dict.fromkeys(name for name, _ in COLUMNS) | {"part": 0, "kind": str(Kind.CONTACT)}
    number = cells.get("phone_e164")
    if number:
        parsed = phonenumbers.parse(number)
        made["phone_raw"] = number
        made["phone_status"] = "valid"
        made["phone_how"] = "explicit_plus"
        made["phone_region"] = phonenumbers.region_code_for_number(parsed)
        made["phone_type"] = _TYPES[phonenumbers.number_type(parsed)]
    for name in ("tags", "custom"):
        if name in cells and not isinstance(cells[name], str | None):
            cells[name] = json.dumps(cells[name], ensure_ascii=False)
    if cells.get("kind") is not None:
        cells["kind"] = str(cells["kind"])
    made.update(cells)
    if not any(made[name] for name in IDENTIFIERS) and "rejected" not in cells:
        made["rejected"] = "no_phone"
    return made


def add_import(
    store: Store,
    rows: Iterable[Mapping[str, Any]],
    *,
    file: str = "clients.csv",
    profile: str = "generic",
    parts: int = 1,
    import_id: str = "",
    state: str = "done",
) -> str:
    """Write an import of these rows into the store; gives its id.

    Rows are cells for :func:`row`; where they have no ``row`` they are numbered from 2 (line 1 is the header). ``parts``
    is the number of Parquet files, at most one per row. The id is a hash of the rows unless it is given; an import
    whose id is there is left as it is.
    """
    made = [row(**{"row": number, "file": file, "platform": profile, **cells}) for number, cells in enumerate(rows, 2)]
    text = json.dumps([file, profile, made], ensure_ascii=False, sort_keys=True, default=str)
    name = import_id or hashlib.sha256(text.encode()).hexdigest()[:16]
    for cells in made:
        cells["import_id"] = name
    folder = store.place.snapshots / name
    folder.mkdir(mode=0o700, exist_ok=True)
    size = max(1, -(-len(made) // parts))
    moment = instant(now())
    total = Counts("import")
    known: list[dict[str, Any]] = []
    for number, start in enumerate(range(0, max(1, len(made)), size)):
        chunk = made[start : start + size]
        counts = Counts("import", taken=len(chunk))
        for cells in chunk:
            if cells["rejected"]:
                counts.reject(cells["rejected"])
            else:
                counts.kept += 1
        total.add(counts)
        path = folder / f"part-{number:05d}.parquet"
        sink = io.BytesIO()
        parquet.write_table(pa.Table.from_pylist(chunk, schema=snapshot_schema()), sink)
        path.write_bytes(store.vault.seal_file(sink.getvalue()))
        known.append(
            {
                "import_id": name,
                "part": number,
                "file": path.relative_to(store.place.data).as_posix(),
                "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
                "first_row": min((cells["row"] for cells in chunk), default=0),
                "last_row": max((cells["row"] for cells in chunk), default=0),
                "counts": json.dumps(counts.data()),
            }
        )
    with store.write() as connection:
        if connection.execute(select(schema.imports.c.id).where(schema.imports.c.id == name)).scalar() is not None:
            return name
        ordinal = (connection.execute(select(func.max(schema.imports.c.ordinal))).scalar() or 0) + 1
        connection.execute(
            insert(schema.imports).values(
                id=name, ordinal=ordinal, file=file, profile=profile, reading="{}", bytes=len(text), state=state,
                started_at=moment, ended_at=moment if state == "done" else None, counts=json.dumps(total.data()),
            )
        )  # fmt: skip
        connection.execute(insert(schema.import_parts), known)
    return name
