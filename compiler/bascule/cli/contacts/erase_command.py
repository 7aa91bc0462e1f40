"""``bascule contacts erase``: forget people, and prove it."""

from __future__ import annotations

import json
from typing import Any

import click

from bascule.cli.contacts.errors import Unreadable, contact_errors
from bascule.cli.contacts.options import DRY_RUN, opened, report, shown_failure, store_options
from bascule.cli.contacts.selecting import selector_options, selectors


@click.command("erase")
@selector_options
@click.option("--receipt", default="", metavar="FILE", help="Write what was done as JSON; it names nobody.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@DRY_RUN
@store_options
def command(
    receipt: str, yes: bool, dry_run: bool, store: str, data: str, shown: str, fail_on: str, colour: str, **options: Any
) -> int:
    """Erase people from the store, its snapshots and rejects, and all backups in its folder.

    What stays is a keyed pseudonym on the suppression list, so that no import brings them back, and the ledger's
    entries without whom they speak of. In a sealed store their keys are destroyed, too. Somebody whom the store does
    not know is put on the suppression list. Files you exported yourself are yours to delete.
    Guide: docs/contacts/privacy.md.

    Exit codes: 0 done; 2 nothing was done.
    """
    try:
        with opened(store, data) as open_, contact_errors(store):
            from bascule.contacts.privacy.erase import erase, finish, preview
            from bascule.contacts.privacy.subject import subjects

            named = selectors(options)
            if not dry_run:
                finish(open_)
            with open_.read() as connection:
                found = subjects(open_, connection, named)
            would = dict(sorted(preview(open_, found).items()))
            if dry_run:
                text = "\n".join(f"{rows:>10}  {name}" for name, rows in would.items())
                return report(
                    [], [], shown=shown, fail_on=fail_on, colour=colour, more={"would_remove": would},
                    text=f"{len(found)} people would be erased\n{text}",
                )  # fmt: skip
            if not yes:
                click.confirm(f"Erase {len(found)} people ({sum(would.values())} rows) for good?", abort=True, err=True)
            with open_.run("erase", f"{len(found)} people") as counts:
                done = erase(open_, found, counts, reason="request", suppress=True)
            if receipt:
                from bascule.contacts.tabular.sinks import atomic

                with atomic(receipt) as file:
                    file.write((json.dumps(done.data(), ensure_ascii=False, indent=2) + "\n").encode())
    except Unreadable as error:
        return shown_failure(error, shown, colour)
    lines = [f"receipt {done.id}", *(f"{rows:>10}  {name}" for name, rows in sorted(done.removed.items()))]
    lines += [f"not rewritten: {name}" for name in done.left]
    code = report([counts], [], shown=shown, fail_on=fail_on, colour=colour, more=done.data(), text="\n".join(lines))
    return 1 if done.left else code
