"""Erasing people: from the store, its snapshots and rejects, and every backup; with a receipt."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from bascule.contacts.clock import instant, now
from bascule.contacts.merging.backup import PARTIAL
from bascule.contacts.merging.engine import clear, single
from bascule.contacts.merging.invite import FILE as INVITATIONS
from bascule.contacts.privacy.files import (
    Snapshots,
    erase_from_backup,
    erase_from_invitations,
    erase_from_rejects,
    rewrite_sqlite,
    rows_in_part,
)
from bascule.contacts.privacy.tables import erase_rows
from bascule.contacts.store.sealed_files import kept_as
from bascule.contacts.tabular.problems import ContactsError

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Connection

    from bascule.contacts.counts import Counts
    from bascule.contacts.privacy.subject import Subject
    from bascule.contacts.store.store import Store

__all__ = ["Receipt", "erase", "finish", "preview"]

_UNFINISHED = "erase.unfinished"


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
    made again by the same call; what comes after the store is finished by :func:`finish`. ``counts``: taken = people
    asked for, kept = erased, rejected = nothing was known of. Raises ContactsError ``contacts-store-busy`` while the
    store is merged.
    """
    with single(store, "merge"):
        finish(store)
        done = _erase(store, subjects, reason, suppress)
        finish(store)
    unknown = sum(subject.unknown for subject in subjects)
    counts.taken, counts.kept = len(subjects), len(subjects) - unknown
    counts.reject("nothing_known", unknown)
    return done


def finish(store: Store) -> None:
    """What an erasure does after its last transaction: destroy the keys, and leave nothing in the log of SQLite."""
    from sqlalchemy import delete

    from bascule.contacts.store.schema import settings

    waiting = store.setting(_UNFINISHED)
    if waiting is None:
        return
    for name in json.loads(waiting):
        store.vault.forget(name)
    if store.place.file is not None:
        # What was deleted is still in the write-ahead log until it is folded in.
        with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    with store.write() as connection:
        connection.execute(delete(settings).where(settings.c.name == _UNFINISHED))


def _erase(store: Store, subjects: Sequence[Subject], reason: str, suppress: bool) -> Receipt:
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
    _files(store, subjects, removed, left)
    # Who may come back is named by nothing that an import would be compared with.
    shown = {
        subject: group[0] if suppress and group else store.vault.pseudonym("person", "", subject.id)
        for subject, group in names.items()
    }
    with store.write() as connection:
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("PRAGMA secure_delete = ON")
        removed.update(erase_rows(connection, store.vault, subjects))
        receipt = hashlib.blake2b(repr((moment, sorted(names.values()))).encode(), digest_size=8).hexdigest()
        entries = [
            {
                "receipt": f"{receipt}-{number}", "pseudonym": shown[subject], "person_id": subject.id,
                "erased_at": moment, "counts": json.dumps(dict(sorted(removed.items()))),
            }
            for number, subject in enumerate(names, 1)
        ]  # fmt: skip
        if entries:
            store.insert_new(connection, schema.erasures, entries)
        keys = sorted(name for subject in subjects for name in subject.ids)
        store.upsert(connection, schema.settings, [{"name": _UNFINISHED, "value": json.dumps(keys)}])
    return Receipt(receipt, moment, reason, tuple(sorted(shown.values())), dict(+removed), tuple(left))


def _files(store: Store, subjects: Sequence[Subject], removed: Counter[str], left: list[str]) -> None:
    """Everything that is not the store itself."""
    from sqlalchemy import update

    from bascule.contacts.store.schema import import_parts

    # What killed runs left behind: opened snapshots, half a backup.
    clear(store.place.data / "work")
    for half in store.place.backups.glob(f"{PARTIAL}*"):
        shutil.rmtree(half, ignore_errors=True)
    snapshots = Snapshots(store.vault, subjects)
    for import_id, part, path in _parts(store):
        if not path.exists():
            continue

        def announce(digest: str, import_id: str = import_id, part: int = part) -> None:
            with store.write() as connection:
                connection.execute(
                    update(import_parts)
                    .where(import_parts.c.import_id == import_id, import_parts.c.part == part)
                    .values(sha256=digest)
                )

        removed["snapshot rows"] += snapshots.erase(path, announce)
    for path in sorted(store.place.rejects.glob("[!.]*.csv*")):
        removed["reject rows"] += erase_from_rejects(path, store.vault, subjects)
    invitations = kept_as(store.vault, store.place.data / "lists" / INVITATIONS)
    if invitations.exists():
        removed["invitations"] += erase_from_invitations(invitations, store.vault, subjects)
    _backups(store, subjects, snapshots, removed, left)


def _backups(
    store: Store, subjects: Sequence[Subject], snapshots: Snapshots, removed: Counter[str], left: list[str]
) -> None:
    """Every backup below the store's folder; those elsewhere are the owner's to delete."""
    from pyarrow import ArrowException
    from sqlalchemy.exc import SQLAlchemyError

    unreadable = (OSError, ValueError, KeyError, SQLAlchemyError, ArrowException, ContactsError)
    for folder in sorted(path for path in store.place.backups.iterdir() if path.is_dir()):
        if not (folder / "manifest.json").is_file():
            continue
        try:
            found = erase_from_backup(folder, store.vault, subjects, snapshots)
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
