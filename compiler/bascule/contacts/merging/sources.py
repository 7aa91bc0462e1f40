"""The snapshots that merging reads: finished imports and their Parquet parts, checked against their hashes."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bascule.contacts.tabular.problems import ContactsError

if TYPE_CHECKING:
    from bascule.contacts.store.store import Store
    from bascule.contacts.store.vault import Vault

__all__ = ["Part", "Source", "checked", "digest", "finished", "readable"]

_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class Part:
    """A Parquet file and what it must hash to."""

    path: Path
    sha256: str


@dataclass(frozen=True, slots=True)
class Source:
    """A finished import."""

    id: str
    ordinal: int
    profile: str
    file: str
    parts: tuple[Part, ...]


def finished(store: Store) -> tuple[list[Source], list[str]]:
    """The imports that are done, in order, and the base names of the files of those that are not."""
    from sqlalchemy import select

    from bascule.contacts.store.schema import import_parts, imports

    done: list[Source] = []
    waiting: list[str] = []
    with store.read() as connection:
        parts: dict[str, list[Part]] = {}
        for item in connection.execute(
            select(import_parts).order_by(import_parts.c.import_id, import_parts.c.part)
        ).mappings():
            parts.setdefault(item["import_id"], []).append(Part(store.place.data / item["file"], item["sha256"]))
        for item in connection.execute(select(imports).order_by(imports.c.ordinal)).mappings():
            if item["state"] != "done":
                waiting.append(item["file"])
                continue
            done.append(
                Source(item["id"], item["ordinal"], item["profile"], item["file"], tuple(parts.get(item["id"], ())))
            )
    return done, waiting


def checked(sources: list[Source]) -> list[Path]:
    """The files of all sources. Raises ContactsError ``contacts-snapshot-damaged`` where one is missing or not what was
    imported."""
    files = []
    for source in sources:
        for part in source.parts:
            try:
                same = digest(part.path) == part.sha256
            except OSError as error:
                raise _damaged(source, part, "cannot be read") from error
            if not same:
                raise _damaged(source, part, "is not what was imported")
            files.append(part.path)
    return files


def readable(files: Sequence[Path], vault: Vault, folder: Path) -> list[Path]:
    """The files as DuckDB can read them: of a sealed store, opened into a private folder."""
    if vault.name == "plain":
        return list(files)
    opened = []
    for number, path in enumerate(files):
        target = folder / f"part-{number:05d}.parquet"
        target.touch(mode=0o600)
        target.write_bytes(vault.open_file(path.read_bytes()))
        opened.append(target)
    return opened


def digest(path: Path) -> str:
    """SHA-256 of a file. Raises OSError."""
    found = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            found.update(block)
    return found.hexdigest()


def _damaged(source: Source, part: Part, what: str) -> ContactsError:
    return ContactsError(
        "contacts-snapshot-damaged",
        f"{part.path.parent.name}/{part.path.name}, imported from {source.file}, {what}",
        "take a backup back with `bascule contacts restore`, or import the file into a new store",
    )
