"""Backups: the store as it is at one moment, and the snapshots that it names, in a folder with a manifest.

A backup is whole once its folder has its name: it is made under another one. Keys are never in it.
"""

from __future__ import annotations

import errno
import json
import os
import re
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from bascule.contacts.clock import instant, now
from bascule.contacts.merging.sources import digest
from bascule.contacts.tabular.problems import ContactsError

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from bascule.contacts.store.store import Store

__all__ = [
    "FORMAT",
    "MANIFEST",
    "Backup",
    "as_data",
    "back_up",
    "back_up_before",
    "backup_done",
    "is_complete",
    "key_name",
    "read_backup",
    "verify",
]

FORMAT = "bascule-contacts-backup"
MANIFEST = "manifest.json"
_VERSION = 1
PARTIAL = ".partial-"
_HASH = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup that is whole. ``backend``: sqlite or postgresql; ``store`` the file of the store, ``parts`` the
    snapshots, each by its path in the folder and its SHA-256; ``tables`` rows by table; ``key`` names the pseudonym
    key."""

    folder: Path
    backend: str
    revision: str
    made_at: str
    reason: str
    store: tuple[str, str]
    parts: Mapping[str, str]
    tables: Mapping[str, int]
    key: str


def back_up(store: Store, reason: str, folder: Path | None = None, *, lenient: bool = False) -> Backup:
    """Make a backup in a new folder, named by the moment, below ``folder`` or the store's backups.

    Snapshots are hard links where the file system has them: they never change. Raises ContactsError
    ``contacts-unwritable``, and ``contacts-snapshot-damaged`` for a snapshot that is missing; with ``lenient`` it is
    left out and the manifest says so.
    """
    parent = folder if folder is not None else store.place.backups
    try:
        parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        for left in parent.glob(f"{PARTIAL}*"):
            if _abandoned(left):
                shutil.rmtree(left, ignore_errors=True)
        work = Path(tempfile.mkdtemp(prefix=f"{PARTIAL}{os.getpid()}-", dir=parent))
        try:
            _fill(store, reason, work, lenient)
            target = _named(work, parent)
        finally:
            shutil.rmtree(work, ignore_errors=True)
        _sync_folder(parent)
    except OSError as error:
        raise ContactsError("contacts-unwritable", f"cannot write to {parent}: {error.strerror}") from error
    return read_backup(target)


def back_up_before(store: Store, step: str) -> str:
    """A backup of the store as it is before a step that writes; gives its folder. The one of a step of that name which
    was started and did not end (:func:`backup_done`) is as good. Empty where the store has nothing yet."""
    from sqlalchemy import select

    from bascule.contacts.store.schema import imports, settings

    known = store.setting(_pending(step))
    if known and is_complete(store.place.backups / known):
        return str(store.place.backups / known)
    with store.read() as connection:
        if connection.execute(select(imports.c.id).limit(1)).first() is None:
            return ""
    made = back_up(store, f"before {step}", lenient=True)
    with store.write() as connection:
        store.upsert(connection, settings, [{"name": _pending(step), "value": made.folder.name}])
    return str(made.folder)


def backup_done(connection: Connection, step: str) -> None:
    """The step has ended: its next run makes a backup of its own. In the step's last transaction."""
    from sqlalchemy import delete

    from bascule.contacts.store.schema import settings

    connection.execute(delete(settings).where(settings.c.name == _pending(step)))


def _pending(step: str) -> str:
    return f"{step}.backup"


def _fill(store: Store, reason: str, work: Path, lenient: bool) -> None:
    from bascule.contacts.merging.dump import dump_tables
    from bascule.contacts.store.migrate import copy_sqlite

    if store.place.file is not None:
        name, backend = "store.db", "sqlite"
        copy_sqlite(store.place.file, work / name)
    else:
        name, backend = "store.jsonl.gz", "postgresql"
        dump_tables(store.engine, work / name)
    tables, known, revision = _inventory(store, work / name)
    parts: dict[str, str] = {}
    missing: list[str] = []
    for file, sha256 in known:
        source, target = store.place.data / file, work / "data" / file
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            _link(source, target)
        except FileNotFoundError as error:
            if lenient:
                missing.append(f"data/{file}")
                continue
            raise ContactsError(
                "contacts-snapshot-damaged",
                f"{PurePosixPath(file).parent.name}/{PurePosixPath(file).name} is missing",
                "take a backup back with `bascule contacts restore`",
            ) from error
        parts[f"data/{file}"] = sha256
    manifest = {
        "backend": backend,
        "format": FORMAT,
        "key": key_name(store),
        "made_at": instant(now()),
        "missing": missing,
        "parts": parts,
        "reason": reason,
        "revision": revision,
        "store": {"file": name, "sha256": digest(work / name)},
        "tables": tables,
        "version": _VERSION,
    }
    path = work / MANIFEST
    with path.open("x", encoding="utf-8") as file_:
        json.dump(manifest, file_, ensure_ascii=False, indent=1, sort_keys=True)
        file_.write("\n")
        file_.flush()
        os.fsync(file_.fileno())


def _inventory(store: Store, copy: Path) -> tuple[dict[str, int], list[tuple[str, str]], str]:
    """Rows by table, snapshots with their hashes, and the revision of the tables: of the copy, not of the store, which
    may have moved on."""
    if store.place.file is None:
        from bascule.contacts.merging.dump import read_tables

        tables: dict[str, int] = {}
        parts: list[tuple[str, str]] = []
        revision = ""
        for name, rows in read_tables(copy):
            tables[name] = tables.get(name, 0) + len(rows)
            if name == "import_parts":
                parts += [(row["file"], row["sha256"]) for row in rows]
            elif name == "alembic_version":
                revision = str(rows[0]["version_num"])
        tables.pop("alembic_version", None)
        return dict(sorted(tables.items())), sorted(parts), revision
    import sqlite3
    from contextlib import closing

    from bascule.contacts.store.schema import metadata

    with closing(sqlite3.connect(f"file:{copy}?mode=ro", uri=True)) as connection:
        count = {
            table.name: int(connection.execute(f'SELECT count(*) FROM "{table.name}"').fetchone()[0])
            for table in metadata.sorted_tables
        }
        found = connection.execute("SELECT file, sha256 FROM import_parts ORDER BY file").fetchall()
        version = connection.execute("SELECT version_num FROM alembic_version").fetchone()[0]
    return dict(sorted(count.items())), found, str(version)


def key_name(store: Store) -> str:
    """A name of the pseudonym key that does not give it away."""
    return store.vault.pseudonym("key", "", FORMAT)


def _link(source: Path, target: Path) -> None:
    try:
        os.link(source, target)
    except FileNotFoundError:
        raise
    except OSError:
        shutil.copyfile(source, target)
        target.chmod(0o600)


def _named(work: Path, parent: Path) -> Path:
    """Give a finished backup its name: the moment, and a number where another one has it."""
    name = now().strftime("%Y%m%dT%H%M%SZ")
    number = 1
    while True:
        target = parent / (name if number == 1 else f"{name}-{number}")
        if not target.exists():
            try:
                return work.rename(target)
            except OSError as error:
                # Another process was first: a folder that is not empty is never replaced.
                if error.errno not in (errno.ENOTEMPTY, errno.EEXIST):
                    raise
        number += 1


def _abandoned(folder: Path) -> bool:
    """Whether the process that was making a backup is gone; when in doubt, no."""
    owner = folder.name.removeprefix(PARTIAL).split("-")[0]
    if not owner.isdecimal() or os.name == "nt":
        return False
    try:
        os.kill(int(owner), 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return False


def _sync_folder(folder: Path) -> None:
    if os.name == "nt":  # pragma: no cover
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def is_complete(folder: Path) -> bool:
    """Whether a folder is a backup that was made to its end."""
    return (folder / MANIFEST).is_file()


def read_backup(folder: Path) -> Backup:
    """Read the manifest of a backup. Raises ContactsError ``contacts-backup-unreadable`` for a folder that is none."""
    try:
        data = json.loads((folder / MANIFEST).read_text("utf-8"))
    except OSError as error:
        raise _unreadable(folder, "has no manifest: it is no backup, or was not made to its end") from error
    except (ValueError, RecursionError) as error:
        raise _unreadable(folder, "has a manifest that is no JSON") from error
    try:
        if data["format"] != FORMAT or data["version"] != _VERSION:
            raise _unreadable(folder, "was made by another program, or by a newer bascule")
        parts = {str(name): str(value) for name, value in data["parts"].items()}
        store = (str(data["store"]["file"]), str(data["store"]["sha256"]))
        found = Backup(
            folder, str(data["backend"]), str(data["revision"]), str(data["made_at"]), str(data["reason"]), store,
            parts, {str(name): int(value) for name, value in data["tables"].items()}, str(data["key"]),
        )  # fmt: skip
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise _unreadable(folder, "has a manifest that is not one of bascule's") from error
    for name, sha256 in (*parts.items(), store):
        path = PurePosixPath(name)
        inside = not path.is_absolute() and ".." not in path.parts and "\\" not in name and ":" not in name
        if not inside or not _HASH.fullmatch(sha256) or (name in parts and path.parts[:2] != ("data", "snapshots")):
            raise _unreadable(folder, "names files outside of itself")
    return found


def verify(backup: Backup) -> None:
    """Compare every file with its hash. Raises ContactsError ``contacts-backup-damaged`` for the first that differs."""
    for name, sha256 in (backup.store, *backup.parts.items()):
        try:
            same = digest(backup.folder / name) == sha256
        except OSError as error:
            raise _damaged(backup, name, "cannot be read") from error
        if not same:
            raise _damaged(backup, name, "is not what was backed up")


def _unreadable(folder: Path, what: str) -> ContactsError:
    return ContactsError(
        "contacts-backup-unreadable", f"{folder} {what}", "name a folder that `bascule contacts backup` made"
    )


def _damaged(backup: Backup, name: str, what: str) -> ContactsError:
    return ContactsError(
        "contacts-backup-damaged", f"{name} of the backup {backup.folder.name} {what}", "take another backup"
    )


def as_data(backup: Backup) -> dict[str, Any]:
    """For `--format json`."""
    return {
        "folder": str(backup.folder),
        "made_at": backup.made_at,
        "reason": backup.reason,
        "snapshots": len(backup.parts),
        "tables": dict(backup.tables),
    }
