"""``bascule contacts restore``: take a backup back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from bascule.cli.contacts.errors import Unreadable, contact_errors, findings_of
from bascule.cli.contacts.options import DRY_RUN, report, shown_failure, store_options

if TYPE_CHECKING:
    from bascule.contacts.merging.restore import Restored


@click.command("restore")
@click.argument("backup")
@DRY_RUN
@store_options
def command(backup: str, dry_run: bool, store: str, data: str, shown: str, fail_on: str, colour: str) -> int:
    """Put the backup BACKUP (a folder, or its name among the store's backups) in the place of the store.

    Its files are compared with their hashes first, the present store becomes a backup, and the change is whole or does
    not happen. Opt-outs and erasures since the backup stay on the suppression list.

    Exit codes: 0 restored; 1 a remark reaches --fail-on; 2 nothing was changed.
    """
    try:
        with contact_errors(store if "://" not in store else "store"):
            from bascule.contacts.extra import require

            require("sqlalchemy", "alembic")
            from bascule.contacts.merging.restore import restore

            found = restore(store, data, backup, dry_run)
    except Unreadable as error:
        return shown_failure(error, shown, colour)
    from bascule.contacts.merging.backup import as_data

    more = {
        "after": dict(found.after),
        "backup": as_data(found.backup),
        "before": dict(found.before),
        "carried_over": found.carried,
        "dry_run": dry_run,
        "kept": found.kept,
    }
    remarks = findings_of(found.remarks, backup)
    text = _text(found, dry_run)
    return report([], remarks, shown=shown, fail_on=fail_on, colour=colour, more=more, text=text)


def _text(found: Restored, dry_run: bool) -> str:
    source = found.backup
    done = "would restore" if dry_run else "restored"
    lines = [f"{done} {source.folder} of {source.made_at} ({source.reason})"]
    lines += [
        f"  {name:<16} {found.before.get(name, 0):>10} -> {rows:>10}"
        for name, rows in sorted(found.after.items())
        if rows or found.before.get(name)
    ]
    if found.carried:
        lines.append(f"  {found.carried} suppressions and erasures of the present store stay")
    if found.kept:
        lines.append(f"the store that was there: {found.kept}")
    return "\n".join(lines)
