"""Removing old backups: by number and by age, and never the last one that is good."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from bascule.contacts.clock import now, parse
from bascule.contacts.merging.backup import PARTIAL, Backup, read_backup, verify
from bascule.contacts.tabular.problems import ContactsError

if TYPE_CHECKING:
    from bascule.contacts.store.store import Store

__all__ = ["Judged", "Retention", "judge", "prune", "prune_as_set", "remember", "remembered"]

_SETTING = "backups.retention"
_PENDING = ("merge.backup", "import.backup")


@dataclass(frozen=True, slots=True)
class Retention:
    """How many of the newest backups stay, and for how many days every backup stays. None: the rule keeps none; a
    backup goes when no rule keeps it. At least one must be given."""

    keep: int | None = None
    days: int | None = None

    def __post_init__(self) -> None:
        if (self.keep is None and self.days is None) or min(self.keep or 1, self.days or 1) < 1 or self.keep == 0:
            raise ValueError("name a number of backups, or of days, above 0")


@dataclass(frozen=True, slots=True)
class Judged:
    """A backup, whether it ``goes``, and why."""

    folder: Path
    goes: bool
    reason: str


def judge(store: Store, retention: Retention) -> list[Judged]:
    """What becomes of each backup in the store's folder, the newest first.

    A folder without a readable manifest is no backup, and stays. Of the others at least one stays whose files are
    all as they were: where none of those to keep is, the newest that is.
    """
    found, strange = [], []
    for folder in sorted(path for path in store.place.backups.iterdir() if path.is_dir()):
        if folder.name.startswith(PARTIAL):
            continue
        try:
            found.append(read_backup(folder))
        except ContactsError:
            strange.append(Judged(folder, False, "not a backup that can be read"))
    found.sort(key=lambda item: (item.made_at, item.folder.name), reverse=True)
    pending = {store.setting(name) for name in _PENDING}
    limit = None if retention.days is None else now() - timedelta(days=retention.days)
    judged = []
    for place, backup in enumerate(found):
        if backup.folder.name in pending:
            reason = "of a step that has not ended"
        elif retention.keep is not None and place < retention.keep:
            reason = f"among the newest {retention.keep}"
        elif limit is not None and parse(backup.made_at) >= limit:
            reason = f"younger than {retention.days} days"
        else:
            reason = ""
        judged.append((backup, reason))
    if any(not reason for _, reason in judged) and not any(_good(backup) for backup, reason in judged if reason):
        judged = _with_a_good_one(judged)
    return [Judged(backup.folder, not reason, reason or "old") for backup, reason in judged] + strange


def _with_a_good_one(judged: list[tuple[Backup, str]]) -> list[tuple[Backup, str]]:
    """Keep the newest good one of those that would go; all of them where none is good."""
    good = next((backup for backup, reason in judged if not reason and _good(backup)), None)
    said = "the last good one" if good is not None else "no backup is good"
    return [(backup, reason or (said if good in (None, backup) else "")) for backup, reason in judged]


def _good(backup: Backup) -> bool:
    try:
        verify(backup)
    except ContactsError:
        return False
    return True


def prune(store: Store, retention: Retention) -> list[Judged]:
    """Remove the backups that go, oldest first; gives what became of each. Killed in between, a folder that is half
    removed is no backup any more, and the next backup clears it away. Raises ContactsError ``contacts-unwritable``."""
    judged = judge(store, retention)
    for item in reversed(judged):
        if not item.goes:
            continue
        away = item.folder.with_name(f"{PARTIAL}{os.getpid()}-{item.folder.name}")
        try:
            item.folder.rename(away)
            shutil.rmtree(away)
        except OSError as error:
            raise ContactsError(
                "contacts-unwritable", f"cannot remove {item.folder.name}: {error.strerror}", "look at its permissions"
            ) from error
    return judged


def remember(store: Store, retention: Retention | None) -> None:
    """Apply a retention after each backup from now on; None: no longer."""
    from sqlalchemy import delete

    from bascule.contacts.store.schema import settings

    with store.write() as connection:
        if retention is None:
            connection.execute(delete(settings).where(settings.c.name == _SETTING))
        else:
            value = json.dumps({"days": retention.days, "keep": retention.keep}, sort_keys=True)
            store.upsert(connection, settings, [{"name": _SETTING, "value": value}])


def remembered(store: Store) -> Retention | None:
    """The retention that is applied after each backup, None where there is none."""
    found = store.setting(_SETTING)
    return None if found is None else Retention(**json.loads(found))


def prune_as_set(store: Store) -> int:
    """Apply the retention that was set; gives how many backups were removed."""
    retention = remembered(store)
    return 0 if retention is None else sum(item.goes for item in prune(store, retention))
