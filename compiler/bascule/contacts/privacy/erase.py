"""Erasing people: from the store, its snapshots and rejects, and every backup; with a receipt."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from bascule.contacts.clock import instant, now
from bascule.contacts.privacy.files import (
    erase_from_backup,
    erase_from_part,
    erase_from_rejects,
    rewrite_sqlite,
    rows_in_part,
)
from bascule.contacts.privacy.tables import erase_rows
from bascule.contacts.tabular.problems import ContactsError

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Connection

    from bascule.contacts.counts import Counts
    from bascule.contacts.privacy.subject import Subject
    from bascule.contacts.store.store import Store

__all__ = ["Receipt", "erase", "preview"]


@dataclass(frozen=True, slots=True)
class Receipt:
    """What was done, without saying to whom: ``people`` by their pseudonyms, rows removed per place, and what could not
    be rewritten."""

    id: str
    erased_at: str
    reason: str
    people: tuple[str, ...]
    removed: dict[str, int]
    left: tuple[str, ...]

    def data(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "erased_at": self.erased_at,
            "left": list(self.left),
            "people": list(self.people),
            "reason": self.reason,
            "receipt": self.id,
            "removed": dict(sorted(self.removed.items())),
        }


def _parts(store: Store) -> list[tuple[str, int, Path]]:
    from sqlalchemy import select

    from bascule.contacts.store.schema import import_parts

    with store.read() as connection:
        rows = connection.execute(
            select(import_parts.c.import_id, import_parts.c.part, import_parts.c.file).order_by(import_parts.c.file)
        ).all()
    return [(str(name), int(part), store.place.data / file) for name, part, file in rows]


def preview(store: Store, subjects: Sequence[Subject]) -> Counter[str]:
    """What an erasure would remove, nothing changed."""
    from sqlalchemy import func, select

    from bascule.contacts.store import schema

    ids = [name for subject in subjects for name in subject.ids]
    found: Counter[str] = Counter()
    with store.read() as connection:
        for table in (
            schema.persons,
            schema.identities,
            schema.facts,
            schema.conflicts,
            schema.consents,
            schema.decisions,
        ):
            column = table.c.id if table is schema.persons else table.c.person_id
            found[table.name] += int(
                connection.execute(select(func.count()).select_from(table).where(column.in_(ids))).scalar_one()
            )
    for _, _, path in _parts(store):
        if path.exists():
            found["snapshot rows"] += len(rows_in_part(path, store.vault, subjects))
    return +found


def erase(store: Store, subjects: Sequence[Subject], counts: Counts, *, reason: str, suppress: bool) -> Receipt:
    """Erase people. ``suppress`` puts their pseudonyms on the suppression list, so that no import brings them back.

    Order: the suppression list, snapshots, backups, and the store last, so that an erasure which was interrupted is
    made again by the same call. ``counts``: taken = people asked for, kept = erased, rejected = nothing was known of.
    """
    from sqlalchemy import insert, update

    from bascule.contacts.store import schema

    moment = instant(now())
    removed: Counter[str] = Counter()
    left: list[str] = []
    names = {
        subject: sorted(store.vault.pseudonym(kind, scope, value) for kind, scope, value, _ in subject.identifiers)
        for subject in subjects
    }
    if suppress:
        rows = [
            {
                "pseudonym": pseudonym, "channel": "*", "reason": "erased", "since": moment, "released_at": None,
                "source": "erase",
            }
            for pseudonym in sorted({name for group in names.values() for name in group})
        ]  # fmt: skip
        with store.write() as connection:
            store.upsert(connection, schema.suppressions, rows)
    for import_id, part, path in _parts(store):
        if not path.exists():
            continue
        rows_removed, digest = erase_from_part(path, store.vault, subjects)
        if rows_removed:
            removed["snapshot rows"] += rows_removed
            with store.write() as connection:
                table = schema.import_parts
                connection.execute(
                    update(table).where(table.c.import_id == import_id, table.c.part == part).values(sha256=digest)
                )
    for path in sorted(store.place.rejects.glob("*.csv")):
        removed["reject rows"] += erase_from_rejects(path, subjects)
    _backups(store, subjects, removed, left)
    with store.write() as connection:
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("PRAGMA secure_delete = ON")
        removed.update(erase_rows(connection, store.vault, subjects))
        receipt = hashlib.blake2b(repr((moment, sorted(names.values()))).encode(), digest_size=8).hexdigest()
        entries = [
            {
                "receipt": f"{receipt}-{number}", "pseudonym": (group or [""])[0], "person_id": subject.id,
                "erased_at": moment, "counts": json.dumps(dict(sorted(removed.items()))),
            }
            for number, (subject, group) in enumerate(names.items(), 1)
        ]  # fmt: skip
        connection.execute(insert(schema.erasures), entries)
    for subject in subjects:
        for name in subject.ids:
            store.vault.forget(name)
    if store.place.file is not None:
        # What was deleted is still in the write-ahead log until it is folded in.
        with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    unknown = sum(subject.unknown for subject in subjects)
    counts.taken, counts.kept = len(subjects), len(subjects) - unknown
    counts.reject("nothing_known", unknown)
    people = tuple(sorted((group or [""])[0] for group in names.values()))
    return Receipt(receipt, moment, reason, people, dict(+removed), tuple(left))


def _backups(store: Store, subjects: Sequence[Subject], removed: Counter[str], left: list[str]) -> None:
    """Every backup below the store's folder; those elsewhere are the owner's to delete."""
    from pyarrow import ArrowException
    from sqlalchemy.exc import SQLAlchemyError

    unreadable = (OSError, ValueError, KeyError, SQLAlchemyError, ArrowException, ContactsError)
    for folder in sorted(path for path in store.place.backups.iterdir() if path.is_dir()):
        if not (folder / "manifest.json").is_file():
            continue
        try:
            found = erase_from_backup(folder, store.vault, subjects)
        except unreadable as error:
            left.append(f"backup {folder.name}: {type(error).__name__}")
            continue
        removed["backup rows"] += sum(found.values())
    for path in sorted(store.place.backups.glob("before-*.db")):
        try:
            rewrite_sqlite(path, partial(_change, store, subjects, removed))
        except unreadable as error:
            left.append(f"backup {path.name}: {type(error).__name__}")


def _change(store: Store, subjects: Sequence[Subject], removed: Counter[str], connection: Connection) -> None:
    removed["backup rows"] += sum(erase_rows(connection, store.vault, subjects).values())
