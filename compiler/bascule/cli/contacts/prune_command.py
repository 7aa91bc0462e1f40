"""``bascule contacts prune``: remove old backups."""

from __future__ import annotations

import click

from bascule.cli.contacts.errors import Unreadable, contact_errors
from bascule.cli.contacts.options import DRY_RUN, opened, report, shown_failure, store_options


@click.command("prune")
@click.option("--keep", type=click.IntRange(1), default=None, metavar="N", help="Keep the newest N backups.")
@click.option("--days", type=click.IntRange(1), default=None, metavar="N", help="Keep backups younger than N days.")
@click.option("--always", is_flag=True, help="Also do so after every later backup of this store.")
@click.option("--never", is_flag=True, help="No longer remove backups after a backup; remove none now.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@DRY_RUN
@store_options
def command(
    keep: int | None,
    days: int | None,
    always: bool,
    never: bool,
    yes: bool,
    dry_run: bool,
    store: str,
    data: str,
    shown: str,
    fail_on: str,
    colour: str,
) -> int:
    """Remove backups from the store's folder that neither --keep nor --days keeps.

    One that can be taken back always stays: files are compared with their hashes before the others go. So does the
    backup of a merge or import that has not ended. Backups made elsewhere (`backup -o`) are not touched. Look first:
    --dry-run. Guide: docs/contacts/store.md.

    Exit codes: 0 done; 2 usage, or a folder cannot be removed.
    """
    if never == (keep is not None or days is not None) or (never and always):
        raise click.UsageError("say --keep N, --days N or both; or --never")
    try:
        with opened(store, data) as open_, contact_errors(store):
            from bascule.contacts.merging.prune import Retention, judge, prune, remember

            if never:
                if not dry_run:
                    remember(open_, None)
                return report(
                    [],
                    [],
                    shown=shown,
                    fail_on=fail_on,
                    colour=colour,
                    more={"backups": []},
                    text="no retention is set",
                )
            retention = Retention(keep, days)
            judged = judge(open_, retention)
            going = sum(item.goes for item in judged)
            if not dry_run:
                if going and not yes:
                    click.confirm(f"Remove {going} backups for good?", abort=True, err=True)
                judged = prune(open_, retention)
                if always:
                    remember(open_, retention)
    except Unreadable as error:
        return shown_failure(error, shown, colour)
    gone = "would be removed" if dry_run else "removed"
    lines = [f"{item.folder.name}  {gone if item.goes else f'kept: {item.reason}'}" for item in judged]
    more = {"backups": [{"name": item.folder.name, "reason": item.reason, "removed": item.goes} for item in judged]}
    text = "\n".join(lines) or "no backups"
    return report([], [], shown=shown, fail_on=fail_on, colour=colour, more=more, text=text)
