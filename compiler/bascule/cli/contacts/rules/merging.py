"""``CON070``-``CON079``: merging, backups."""

from __future__ import annotations

from bascule.diagnostics import Severity
from bascule.diagnostics.rules import Rule


class SurvivorshipWrong(Rule):
    """The survivorship file is wrong

    What it does: reports a `--survivorship` file that cannot be read, an unknown key, field or rule.
    Why: a misspelt rule would let another value survive than the one that was meant.
    Example: `default = "newest"` (not run)
    Use instead: the keys and rules of docs/contacts/merge.md.
    Sources: bascule's own rule.
    """

    code = "CON070"
    name = "contacts-survivorship"
    unreadable = True


class MergeOpen(Rule):
    """An import that is not finished is left out of merging

    What it does: names an import that was stopped before its end.
    Why: half a file would make persons whose other rows are missing.
    Example: an import that was killed (not run)
    Use instead: run the same import again, then merge.
    Sources: bascule's own rule.
    """

    code = "CON071"
    name = "contacts-merge-open"
    severity = Severity.WARNING


class SnapshotDamaged(Rule):
    """A snapshot is missing or changed

    What it does: reports a Parquet part of an import that is not what the import wrote.
    Why: merging reads all imports again; rows that are missing would be people who are missing.
    Example: a snapshots folder that was cleaned up by hand (not run)
    Use instead: `bascule contacts restore` takes the last backup back.
    Sources: bascule's own rule.
    """

    code = "CON072"
    name = "contacts-snapshot-damaged"
    unreadable = True


class MemoryLimit(Rule):
    """The memory limit is wrong or too low

    What it does: reports a `--memory-limit` that is no amount, or with which merging cannot end.
    Why: nothing was written; what needs more memory than there is goes to disk, but not all of it can.
    Example: `bascule contacts merge --memory-limit lots` (not run)
    Use instead: an amount such as `1GB` or `512MB`.
    Sources: https://duckdb.org/docs/stable/guides/performance/how_to_tune_workloads
    """

    code = "CON073"
    name = "contacts-memory"
    unreadable = True


class StoreBusy(Rule):
    """Another command works on the store

    What it does: reports that merging, or taking a backup back, goes on in another process.
    Why: two of them at once would undo each other's work.
    Example: two merges started at the same time (not run)
    Use instead: wait for the first one.
    Sources: bascule's own rule.
    """

    code = "CON074"
    name = "contacts-store-busy"
    unreadable = True


class BackupUnreadable(Rule):
    """A folder is not a backup

    What it does: reports a folder without a manifest, or with one that bascule did not write.
    Why: a backup gets its manifest last; without it the backup was not made to its end.
    Example: `bascule contacts restore some-folder` (not run)
    Use instead: a folder that `bascule contacts backup` named, or one below `STORE.data/backups`.
    Sources: bascule's own rule.
    """

    code = "CON075"
    name = "contacts-backup-unreadable"
    unreadable = True


class BackupDamaged(Rule):
    """A backup does not have the content it was made with

    What it does: reports a file of a backup whose hash differs from the manifest's.
    Why: the store is left as it is rather than replaced by a damaged one.
    Example: a backup on a failing disk (not run)
    Use instead: an older backup.
    Sources: bascule's own rule.
    """

    code = "CON076"
    name = "contacts-backup-damaged"
    unreadable = True


class BackupBackend(Rule):
    """The backup is of another kind of store

    What it does: reports a backup of a SQLite store that is to go to PostgreSQL, or the other way round.
    Why: a backup holds the store as its database keeps it.
    Example: `bascule contacts restore 20261123T093000Z --store postgresql://host/base --data dir` (not run)
    Use instead: restore to a store of the kind the backup was made of.
    Sources: bascule's own rule.
    """

    code = "CON077"
    name = "contacts-backup-backend"
    unreadable = True


class BackupKey(Rule):
    """The pseudonym key is another one

    What it does: says that the backup was made with another pseudonym key than the store has.
    Why: keys are never in a backup. The suppression list names people by keyed pseudonyms; with another key it does
    not know them, and somebody who was erased could come back.
    Example: a backup that is restored on a new machine (not run)
    Use instead: copy the old `secrets/pseudonym.key` first.
    Sources: https://www.rfc-editor.org/rfc/rfc7693
    """

    code = "CON078"
    name = "contacts-backup-key"
    severity = Severity.WARNING


class RestoreErased(Rule):
    """The backup held people who were erased since

    What it does: counts people who are in the backup and were erased after it was made. They are not restored: neither
    to the tables nor to the snapshots.
    Why: a backup is older than the promise; taking it back must not undo it.
    Example: a restore of a backup on another disk after an erasure (not run)
    Use instead: delete old backups that are kept elsewhere; those in the store's folder are rewritten by erasing.
    Sources: https://eur-lex.europa.eu/eli/reg/2016/679/oj (Article 17)
    """

    code = "CON079"
    name = "contacts-restore-erased"
    severity = Severity.WARNING
