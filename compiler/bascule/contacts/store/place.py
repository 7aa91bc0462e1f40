"""Where a store is: a SQLite file, or a PostgreSQL database with a folder for its snapshots."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from bascule.contacts.tabular.problems import ContactsError

__all__ = ["StorePlace", "store_place"]

_SCHEMES = re.compile(r"(?P<scheme>postgres(?:ql)?)(?:\+\w+)?://")
_CREDENTIALS = re.compile(r"//[^/@]*@")


@dataclass(frozen=True, slots=True)
class StorePlace:
    """``url`` for SQLAlchemy (it may hold a password: never print it), ``shown`` for people, ``data`` the folder of
    snapshots, rejects, keys and backups; ``file`` is the SQLite file, None for PostgreSQL."""

    url: str
    shown: str
    data: Path
    file: Path | None

    @property
    def snapshots(self) -> Path:
        """Parquet parts of imports: ``<import id>/part-00000.parquet``."""
        return self.data / "snapshots"

    @property
    def rejects(self) -> Path:
        """Rejects files, one per import."""
        return self.data / "rejects"

    @property
    def backups(self) -> Path:
        """Backups, one folder each, named by their moment."""
        return self.data / "backups"

    @property
    def secrets(self) -> Path:
        """Keys: never part of a backup. Mode 0700."""
        return self.data / "secrets"


def store_place(store: str, data: str = "") -> StorePlace:
    """Read ``--store`` and ``--data``. Raises ContactsError (``contacts-store-place``) for what is neither a path nor a
    PostgreSQL URL, and for PostgreSQL without a data folder."""
    match = _SCHEMES.match(store)
    if match is not None:
        if not data:
            raise ContactsError(
                "contacts-store-place",
                "a PostgreSQL store needs a folder for its snapshots",
                "name one with --data DIR (or BASCULE_DATA); all workers must see the same one",
            )
        rest = store[match.end() :]
        return StorePlace(f"postgresql+psycopg://{rest}", _CREDENTIALS.sub("//…@", store), Path(data), None)
    if "://" in store or not store:
        raise ContactsError(
            "contacts-store-place",
            "the store is neither a file nor a PostgreSQL URL",
            "write a path such as contacts.db, or postgresql://host/database",
        )
    file = Path(store)
    if file.is_dir():
        raise ContactsError("contacts-store-place", f"{store} is a folder", "name a file, e.g. contacts.db")
    return StorePlace(f"sqlite:///{file}", store, Path(data) if data else file.with_name(f"{file.name}.data"), file)
