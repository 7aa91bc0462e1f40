"""Taking a backup back: checked first, whole or not at all, and what people asked for since is not forgotten."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Mapping
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from bascule.contacts.clock import now
from bascule.contacts.merging.backup import Backup, back_up, key_name, read_backup, verify
from bascule.contacts.merging.engine import single
from bascule.contacts.merging.links import LINKING
from bascule.contacts.merging.sources import digest
from bascule.contacts.store.place import StorePlace, store_place
from bascule.contacts.tabular.problems import ContactsError, Remark

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from bascule.contacts.privacy.subject import Subject
    from bascule.contacts.store.store import Store

__all__ = ["Restored", "find_backup", "restore"]


@dataclass(frozen=True, slots=True)
class Restored:
    """``before`` and ``after``: rows by table; ``kept`` is where the store went that was there (empty: there was
    none); ``carried``: suppressions and erasures that are later than the backup and still hold."""

    backup: Backup
    before: Mapping[str, int]
    after: Mapping[str, int]
    kept: str
    carried: int
    remarks: tuple[Remark, ...] = ()


def find_backup(name: str, place: StorePlace) -> Backup:
    """A backup by its folder, or by its name among those of the store. Raises ContactsError
    ``contacts-backup-unreadable``."""
    folder = Path(name)
    if not folder.exists() and (place.backups / name).is_dir():
        folder = place.backups / name
    return read_backup(folder)


def restore(store: str, data: str, name: str, dry_run: bool = False) -> Restored:
    """Put a backup in the place of a store; where there is none, one is made.

    The files are compared with their hashes before anything is written, and the store that is there becomes a backup
    (one that cannot be opened is set aside). The store changes in one transaction: killed before it, the old one is
    there, killed after it, the new one. Suppressions and erasures made since the backup are carried over, and people
    erased since are left out: taking an old state back must not make anybody reachable who has said no.

    Raises ContactsError (``contacts-backup-unreadable``, ``contacts-backup-damaged``, ``contacts-backup-backend``,
    ``contacts-store-newer``, ``contacts-store-busy``, ``contacts-unwritable``, and what opening a store raises).
    """
    place = store_place(store, data)
    backup = find_backup(name, place)
    _fits(backup, place)
    verify(backup)
    exists = place.file is None or (place.file.exists() and place.file.stat().st_size > 0)
    if dry_run and not exists:
        return Restored(backup, {}, backup.tables, "", 0)
    with ExitStack() as stack:
        opened, kept = _open_present(store, data, place, dry_run)
        if opened is None:
            return Restored(backup, {}, backup.tables, kept, 0)
        stack.enter_context(opened)
        before = _rows(opened)
        carried = _carried(opened)
        if dry_run:
            return Restored(backup, before, backup.tables, "", _number(carried), _remarks(opened, backup, 0))
        stack.enter_context(single(opened, "merge"))
        if exists and not kept:
            # Lost snapshots may be why a backup is taken back.
            kept = str(back_up(opened, f"restore of {backup.folder.name}", lenient=True).folder)
        try:
            erased = _put(opened, backup, carried)
        except OSError as error:
            raise ContactsError("contacts-unwritable", f"cannot write to {place.data}: {error.strerror}") from error
        return Restored(backup, before, _rows(opened), kept, _number(carried), _remarks(opened, backup, erased))


def _fits(backup: Backup, place: StorePlace) -> None:
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    from bascule.contacts.store import migrate

    backend = "sqlite" if place.file is not None else "postgresql"
    if backup.backend != backend:
        raise ContactsError(
            "contacts-backup-backend",
            f"the backup is of a {backup.backend} store, this is a {backend} one",
            "restore it to a store of its kind",
        )
    config = Config()
    config.set_main_option("script_location", str(Path(migrate.__file__).parent / "migrations"))
    script = ScriptDirectory.from_config(config)
    revisions = {item.revision for item in script.walk_revisions()}
    if backend == "postgresql":
        # Its rows go into tables as they are now.
        revisions = {script.get_current_head() or ""}
    if backup.revision not in revisions:
        raise ContactsError(
            "contacts-store-newer",
            f"the backup was made by another bascule (tables {backup.revision})",
            "use the version of bascule that made it, then upgrade",
        )


def _open_present(store: str, data: str, place: StorePlace, dry_run: bool) -> tuple[Store | None, str]:
    """The store as it is; one that cannot be opened is set aside, with where it went."""
    from bascule.contacts.store.store import open_store

    try:
        return open_store(store, data), ""
    except ContactsError as error:
        if error.kind != "contacts-store-broken" or place.file is None:
            raise
        if dry_run:
            return None, ""
    target = place.backups / f"broken-{now().strftime('%Y%m%dT%H%M%SZ')}-{os.getpid()}"
    target.mkdir(mode=0o700, parents=True)
    for suffix in ("", "-wal", "-shm"):
        file = place.file.with_name(place.file.name + suffix)
        if file.exists():
            shutil.move(file, target / file.name)
    return open_store(store, data), str(target)


def _rows(store: Store) -> dict[str, int]:
    from sqlalchemy import func

    from bascule.contacts.store.schema import metadata

    with store.read() as connection:
        return {
            table.name: int(connection.execute(select(func.count()).select_from(table)).scalar_one())
            for table in sorted(metadata.sorted_tables, key=lambda table: table.name)
        }


def _carried(store: Store) -> dict[str, list[dict[str, Any]]]:
    """What must outlive the store's present state: suppressions that hold, and erasures."""
    from bascule.contacts.store.schema import erasures, suppressions

    with store.read() as connection:
        return {
            "suppressions": [
                dict(row)
                for row in connection.execute(
                    select(suppressions)
                    .where(suppressions.c.released_at.is_(None))
                    .order_by(suppressions.c.pseudonym, suppressions.c.channel)
                ).mappings()
            ],
            "erasures": [
                dict(row) for row in connection.execute(select(erasures).order_by(erasures.c.receipt)).mappings()
            ],
        }


def _number(carried: Mapping[str, list[dict[str, Any]]]) -> int:
    return sum(len(rows) for rows in carried.values())


def _remarks(store: Store, backup: Backup, erased: int) -> tuple[Remark, ...]:
    remarks = []
    if backup.key != key_name(store):
        remarks.append(
            Remark(
                "contacts-backup-key",
                "the store has another pseudonym key than the one the backup was made with",
                f"copy the old pseudonym.key to {store.place.secrets}: without it the suppression list of the backup "
                "knows nobody",
            )
        )
    if erased:
        remarks.append(
            Remark(
                "contacts-restore-erased",
                f"the backup held {erased} people who were erased since; they were left out of what was restored",
                f"delete the backup {backup.folder.name} if it is kept outside of the store's folder",
            )
        )
    return tuple(remarks)


def _put(store: Store, backup: Backup, carried: Mapping[str, list[dict[str, Any]]]) -> int:
    moved = _place_parts(store, backup)
    if store.place.file is None:
        from bascule.contacts.merging.dump import load_tables

        with store.write() as connection:
            load_tables(connection, backup.folder / backup.store[0])
            return _amend(store, connection, moved, carried)
    folder = Path(tempfile.mkdtemp(prefix="restore-", dir=store.place.data))
    try:
        return _replace_sqlite(store, backup, folder / "store.db", moved, carried)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _replace_sqlite(
    store: Store,
    backup: Backup,
    copy: Path,
    moved: Mapping[str, str],
    carried: Mapping[str, list[dict[str, Any]]],
) -> int:
    """Make the new state apart, then copy it over the store in one transaction of SQLite's own
    (https://www.sqlite.org/backup.html): other processes see the old state or the new one."""
    import sqlite3

    from sqlalchemy import create_engine

    from bascule.contacts.store.migrate import copy_sqlite, upgrade

    assert store.place.file is not None
    copy_sqlite(backup.folder / backup.store[0], copy)
    engine = create_engine(f"sqlite:///{copy}")
    try:
        # Without a file of its own there is no further copy before the tables change.
        upgrade(engine, replace(store.place, url=f"sqlite:///{copy}", file=None))
        with engine.begin() as connection:
            # What is deleted must not stay in free pages of the file.
            connection.exec_driver_sql("PRAGMA secure_delete = ON")
            erased = _amend(store, connection, moved, carried)
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        engine.dispose()
    store.engine.dispose()
    with closing(sqlite3.connect(copy)) as old, closing(sqlite3.connect(store.place.file, timeout=30)) as new:
        old.backup(new)
    return erased


def _place_parts(store: Store, backup: Backup) -> dict[str, str]:
    """Bring the snapshots back that are missing; gives those that got another name, because a different file has
    theirs. Nothing that the present state names is touched."""
    moved: dict[str, str] = {}
    for name, sha256 in backup.parts.items():
        file = PurePosixPath(name).relative_to("data")
        for candidate in (file, file.with_name(f"{file.stem}-{sha256[:16]}{file.suffix}")):
            target = store.place.data / candidate
            if not target.exists():
                _copy(backup.folder / name, target)
            elif digest(target) != sha256:
                continue
            if candidate != file:
                moved[str(file)] = str(candidate)
            break
        else:
            raise ContactsError(
                "contacts-snapshot-damaged",
                f"{file.parent.name}/{file.name} is there already, with another content",
                f"move {store.place.snapshots / file.parent.name} away and restore again",
            )
    return moved


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    try:
        with os.fdopen(handle, "wb") as out, source.open("rb") as file:
            shutil.copyfileobj(file, out, 1 << 20)
            out.flush()
            os.fsync(out.fileno())
        os.replace(temporary, target)
    except BaseException:
        os.unlink(temporary)
        raise


def _amend(
    store: Store, connection: Connection, moved: Mapping[str, str], carried: Mapping[str, list[dict[str, Any]]]
) -> int:
    """Make the restored rows what they must be, in the transaction that restores them. Gives how many people were
    erased again."""
    from sqlalchemy import update

    from bascule.contacts.store.schema import erasures, import_parts, suppressions

    for old, new in sorted(moved.items()):
        connection.execute(update(import_parts).where(import_parts.c.file == old).values(file=new))
    store.upsert(connection, suppressions, carried["suppressions"])
    store.insert_new(connection, erasures, carried["erasures"])
    subjects = _erased(store, connection, carried)
    if subjects:
        from bascule.contacts.privacy.files import erase_from_part
        from bascule.contacts.privacy.tables import erase_rows

        erase_rows(connection, store.vault, subjects)
        for file in connection.execute(select(import_parts.c.file).order_by(import_parts.c.file)).scalars().all():
            rows, sha256 = erase_from_part(store.place.data / file, store.vault, subjects)
            if rows:
                connection.execute(update(import_parts).where(import_parts.c.file == file).values(sha256=sha256))
    return len(subjects)


def _erased(store: Store, connection: Connection, carried: Mapping[str, list[dict[str, Any]]]) -> list[Subject]:
    """People in the restored tables who were erased in the store that was there. An address alone tells nobody from
    those who share it."""
    from bascule.contacts.privacy.subject import Selector, subject_of
    from bascule.contacts.store.schema import identities

    names = {row["pseudonym"] for row in carried["suppressions"] if row["reason"] == "erased"}
    names |= {row["pseudonym"] for row in carried["erasures"]}
    if not names:
        return []
    table, found, others = identities.c, set(), set()
    for person, kind, scope, value in connection.execute(
        select(table.person_id, table.kind, table.scope, table.value).order_by(table.person_id)
    ):
        opened = store.vault.open(person, value)
        if kind in LINKING:
            others.add(person)
        if opened is not None and store.vault.pseudonym(kind, scope, opened) in names:
            found.add((person, kind))
    ids = sorted({person for person, kind in found if kind in LINKING or person not in others})
    return [subject_of(store, connection, Selector("person", person)) for person in ids]
