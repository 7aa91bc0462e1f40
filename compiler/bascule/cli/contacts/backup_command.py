"""``bascule contacts backup``: the store and its snapshots in a folder."""

from __future__ import annotations

import click

from bascule.cli.contacts.errors import Unreadable, contact_errors
from bascule.cli.contacts.options import opened, report, shown_failure, store_options


@click.command("backup")
@click.option(
    "-o",
    "--output",
    default="",
    metavar="DIR",
    help="Folder in which the backup gets a folder of its own.  [default: backups of the data folder]",
)
@store_options
def command(output: str, store: str, data: str, shown: str, fail_on: str, colour: str) -> int:
    """Keep a copy of the store and its snapshots, with a manifest of their hashes.

    It may run while others work on the store. Keys are never in a backup: keep `STORE.data/secrets` apart.

    Exit codes: 0 made; 2 there is no store, or the folder cannot be written to.
    """
    try:
        with opened(store, data) as open_, contact_errors(open_.place.shown):
            from pathlib import Path

            from bascule.contacts.merging.backup import as_data, back_up
            from bascule.contacts.merging.prune import prune_as_set

            made = back_up(open_, "asked for", Path(output) if output else None)
            removed = 0 if output else prune_as_set(open_)
    except Unreadable as error:
        return shown_failure(error, shown, colour)
    rows = sum(made.tables.values())
    text = f"{made.folder}\n  {rows} rows, {len(made.parts)} snapshot files; keys are not part of it"
    if removed:
        text += f"\n  {removed} old backups removed"
    more = {"backup": as_data(made), "removed": removed}
    return report([], [], shown=shown, fail_on=fail_on, colour=colour, more=more, text=text)
