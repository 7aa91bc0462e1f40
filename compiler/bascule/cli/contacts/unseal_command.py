"""``bascule contacts unseal``: read a sealed file of a store's folder."""

from __future__ import annotations

import click

from bascule.cli.contacts.errors import Unreadable, contact_errors
from bascule.cli.contacts.options import opened, report, shown_failure, store_options


@click.command("unseal")
@click.argument("file", metavar="FILE")
@click.option("-o", "--output", required=True, metavar="OUT", help="Where to write; `-` is stdout.")
@store_options
def command(file: str, output: str, store: str, data: str, shown: str, fail_on: str, colour: str) -> int:
    """Open a file of a sealed store's folder: rejects, the list of Viber ids to invite, a snapshot.

    What is written is not sealed: keep it on an encrypted disk, and delete it after use. A file that is not sealed is
    copied. Needs BASCULE_KEY_FILE. Guide: docs/contacts/privacy.md.

    Exit codes: 0 done; 2 the file cannot be read or opened with this key, or OUT lies in the store's folder.
    """
    try:
        with opened(store, data) as open_, contact_errors(file):
            from pathlib import Path

            from bascule.contacts.store.sealed_files import outside, pieces
            from bascule.contacts.tabular.sinks import atomic

            outside(open_, output)
            with atomic(output) as out:
                size = sum(out.write(piece) for piece in pieces(open_.vault, Path(file)))
    except Unreadable as error:
        return shown_failure(error, shown, colour)
    if output == "-":
        return 0
    more = {"bytes": size, "written": output}
    return report([], [], shown=shown, fail_on=fail_on, colour=colour, more=more, text=f"{output}: {size} bytes")
