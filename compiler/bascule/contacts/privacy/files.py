"""Removing people from files: snapshots, rejects, and what backups hold."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bascule.contacts.privacy.subject import COLUMNS, Subject
from bascule.contacts.privacy.tables import erase_rows
from bascule.contacts.store import schema
from bascule.contacts.store.sealed_files import piece, read_file, start

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from bascule.contacts.store.vault import Vault

__all__ = [
    "Snapshots",
    "erase_from_backup",
    "erase_from_invitations",
    "erase_from_part",
    "erase_from_rejects",
    "rewrite_sqlite",
    "rows_in_part",
]


def _replace(path: Path, data: bytes) -> str:
    """Put other bytes in the place of a file, in one step; gives their SHA-256. Hard links keep the old bytes."""
    handle, temporary = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    with os.fdopen(handle, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    os.replace(temporary, path)
    return hashlib.sha256(data).hexdigest()


_SCOPES = {"bsuid": "bsuid_scope", "parent_bsuid": "bsuid_scope", "viber": "viber_scope", "crm": "crm_scope"}
_SHARED = ("email", "parent_bsuid")
"""Identifiers that several people may have: they say whose a row is where it holds no other. As merging has it."""


def _mask(table: Any, subjects: Sequence[Subject]) -> Any:
    """Which rows of a snapshot are about the people: one boolean per row.

    An id means what it means in its scope; record ids without one are counted up in every file.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    def cells(name: str) -> Any:
        plain = pc.utf8_trim(pc.replace_substring(table[name], "\0", ""), characters=" ")
        return pc.if_else(pc.equal(plain, ""), pa.scalar(None, pa.string()), plain)

    def any_of(masks: list[Any]) -> Any:
        found = pa.array([False] * len(table))
        for mask in masks:
            found = pc.or_(found, mask)
        return found

    mask = any_of([])
    alone = pc.invert(any_of([pc.is_valid(cells(name)) for kind, name in COLUMNS.items() if kind not in _SHARED]))
    for kind, column in COLUMNS.items():
        named = [
            (scope, value, subject.unknown)
            for subject in subjects
            for of, scope, value, _ in subject.identifiers
            if of == kind
        ]
        if not named:
            continue
        held = pc.utf8_lower(cells(column)) if kind == "email" else cells(column)
        values = sorted({value for _, value, unknown in named if kind not in _SCOPES or (unknown and kind != "crm")})
        found = pc.is_in(held, value_set=pa.array(values, pa.string()))
        if kind in _SCOPES:
            scope = pc.fill_null(cells(_SCOPES[kind]), "")
            if kind == "crm":
                own = pc.binary_join_element_wise(pa.scalar("import"), table["import_id"], ":")
                scope = pc.if_else(pc.equal(scope, ""), own, scope)
            pairs = pa.array(sorted({f"{scope}\0{value}" for scope, value, _ in named}), pa.string())
            whole = pc.binary_join_element_wise(scope, held, "\0")
            found = pc.or_(found, pc.and_(pc.is_valid(held), pc.is_in(whole, value_set=pairs)))
        mask = pc.or_(mask, pc.and_(found, alone) if kind in _SHARED else found)
    return mask


def rows_in_part(path: Path, vault: Vault, subjects: Sequence[Subject]) -> list[dict[str, Any]]:
    """The rows of a snapshot that are about people."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pq.read_table(pa.BufferReader(vault.open_file(path.read_bytes())))
    rows: list[dict[str, Any]] = table.filter(_mask(table, subjects)).to_pylist()
    return rows


class Snapshots:
    """Removing people from snapshots, of the store and of its backups: hard links of each other, so that each file is
    read once and rewritten once."""

    def __init__(self, vault: Vault, subjects: Sequence[Subject]) -> None:
        self._vault = vault
        self._subjects = subjects
        self._known: dict[tuple[int, int], tuple[int, str, Path]] = {}

    def erase(self, path: Path, announce: Callable[[str], None]) -> int:
        """Rewrite a snapshot without the people; gives the number of rows removed.

        ``announce`` is told the new SHA-256 before the file is replaced: who is killed in between finds the people in
        it the next time, and does it again.
        """
        status = path.stat()
        key = (status.st_dev, status.st_ino)
        if key in self._known:
            removed, digest, copy = self._known[key]
            if removed:
                announce(digest)
                self._link(copy, path)
            return removed
        data, removed = self._without(path.read_bytes())
        digest = hashlib.sha256(data).hexdigest()
        if removed:
            announce(digest)
            _replace(path, data)
        if status.st_nlink > 1 or not removed:
            self._known[key] = (removed, digest, path)
        return removed

    def _without(self, data: bytes) -> tuple[bytes, int]:
        import pyarrow as pa
        import pyarrow.compute as pc
        import pyarrow.parquet as pq

        table = pq.read_table(pa.BufferReader(self._vault.open_file(data)))
        mask = _mask(table, self._subjects)
        removed = int(pc.sum(mask).as_py() or 0)
        if not removed:
            return data, 0
        sink = io.BytesIO()
        pq.write_table(table.filter(pc.invert(mask)), sink, compression="zstd")
        return self._vault.seal_file(sink.getvalue()), removed

    @staticmethod
    def _link(copy: Path, path: Path) -> None:
        temporary = path.with_name(f".{path.name}.{os.getpid()}")
        temporary.unlink(missing_ok=True)
        try:
            os.link(copy, temporary)
        except OSError:
            _replace(path, copy.read_bytes())
        else:
            os.replace(temporary, path)


def erase_from_part(path: Path, vault: Vault, subjects: Sequence[Subject]) -> tuple[int, str]:
    """Rewrite one snapshot without the people. Gives the number of rows removed and the file's new SHA-256, which is
    ``""`` when nothing was changed."""
    digests = [""]
    return Snapshots(vault, subjects).erase(path, digests.append), digests[-1]


def erase_from_rejects(path: Path, vault: Vault, subjects: Sequence[Subject]) -> int:
    """Rewrite a rejects file without rows that name the people; gives how many were removed."""
    raw = read_file(vault, path)
    text = raw.decode("utf-8-sig", "surrogateescape")
    digits = [value.lstrip("+") for subject in subjects for value in subject.values("phone")]
    others = [
        value
        for subject in subjects
        for kind, _, value, _ in subject.identifiers
        if kind != "phone" and len(value) >= 5
    ]

    def named(row: list[str]) -> bool:
        for cell in row:
            plain = "".join(char for char in cell if char.isdigit())
            # The last nine digits are the same in every spelling, national or international.
            if any(number[-9:] in plain for number in digits) or any(value in cell for value in others):
                return True
        return False

    rows = list(csv.reader(io.StringIO(text, newline="")))
    kept = [row for number, row in enumerate(rows) if number == 0 or not named(row)]
    if len(kept) == len(rows):
        return 0
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\r\n" if "\r\n" in text else "\n").writerows(kept)
    mark = b"\xef\xbb\xbf" if raw.startswith(b"\xef\xbb\xbf") else b""
    _replace(path, start(vault) + piece(vault, mark + out.getvalue().encode("utf-8", "surrogateescape")))
    return len(rows) - len(kept)


def erase_from_invitations(path: Path, vault: Vault, subjects: Sequence[Subject]) -> int:
    """Rewrite the list of Viber ids to be invited without the people; gives how many lines were removed."""
    people = {name for subject in subjects for name in subject.ids}
    ids = {value for subject in subjects for value in subject.values("viber")}
    lines = read_file(vault, path).splitlines(keepends=True)
    found = [json.loads(line) for line in lines]
    gone = [item["person"] in people or item["viber_id"] in ids for item in found]
    kept = [line for line, named in zip(lines, gone, strict=True) if not named]
    if len(kept) < len(lines):
        _replace(path, start(vault) + piece(vault, b"".join(kept)))
    return len(lines) - len(kept)


def erase_from_backup(folder: Path, vault: Vault, subjects: Sequence[Subject], snapshots: Snapshots) -> Counter[str]:
    """Remove people from a whole backup: its copy of the store, its snapshots, and the hashes in its manifest.

    Raises OSError and ValueError for a backup that is damaged.
    """
    manifest_path = folder / "manifest.json"
    manifest = json.loads(manifest_path.read_text("utf-8"))
    removed: Counter[str] = Counter()

    def save() -> None:
        _replace(manifest_path, (json.dumps(manifest, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode())

    for name in sorted(manifest["parts"]):

        def announce(digest: str, name: str = name) -> None:
            manifest["parts"][name] = digest
            save()

        removed["snapshot rows"] += snapshots.erase(folder / name, announce)

    def change(connection: Connection) -> None:
        from sqlalchemy import func, select, update

        removed.update(erase_rows(connection, vault, subjects))
        for name, digest in manifest["parts"].items():
            file = name.removeprefix("data/")
            connection.execute(
                update(schema.import_parts).where(schema.import_parts.c.file == file).values(sha256=digest)
            )
        for table in schema.metadata.sorted_tables:
            rows = connection.execute(select(func.count()).select_from(table)).scalar_one()
            if table.name in manifest["tables"]:
                manifest["tables"][table.name] = int(rows)

    copy = folder / manifest["store"]["file"]
    rewrite_sqlite(copy, change) if manifest["backend"] == "sqlite" else _rewrite_dump(copy, change)
    manifest["store"]["sha256"] = hashlib.sha256(copy.read_bytes()).hexdigest()
    save()
    return +removed


def rewrite_sqlite(path: Path, change: Callable[[Connection], None]) -> None:
    """Change a SQLite file so that nothing of what is deleted stays in it."""
    from sqlalchemy import create_engine

    engine = create_engine(f"sqlite:///{path}", isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA secure_delete = ON")
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            try:
                change(connection)
            except BaseException:
                connection.exec_driver_sql("ROLLBACK")
                raise
            connection.exec_driver_sql("COMMIT")
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            connection.exec_driver_sql("VACUUM")
    finally:
        engine.dispose()


def _rewrite_dump(path: Path, change: Callable[[Connection], None]) -> None:
    """Change a dump: through a database in memory."""
    import gzip

    from sqlalchemy import create_engine

    from bascule.contacts.merging.dump import read_tables

    engine = create_engine("sqlite://")
    schema.metadata.create_all(engine)
    tables = {table.name: table for table in schema.metadata.sorted_tables}
    others: list[tuple[str, list[dict[str, Any]]]] = []
    with engine.begin() as connection:
        for name, rows in read_tables(path):
            if name in tables:
                connection.execute(tables[name].insert(), rows)
            else:
                others.append((name, rows))
        change(connection)
        sink = io.BytesIO()
        with gzip.GzipFile(fileobj=sink, mode="wb", mtime=0, filename="", compresslevel=6) as packed:

            def write(name: str, rows: list[dict[str, Any]]) -> None:
                line = json.dumps({"rows": rows, "table": name}, ensure_ascii=False, sort_keys=True)
                packed.write(line.encode() + b"\n")

            for name, rows in others:
                write(name, rows)
            for table in schema.metadata.sorted_tables:
                found = connection.execute(table.select().order_by(*table.primary_key.columns)).mappings()
                for group in found.partitions(2000):
                    write(table.name, [dict(row) for row in group])
    engine.dispose()
    _replace(path, sink.getvalue())
