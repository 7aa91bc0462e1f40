"""``bascule contacts retain``: erase people of whom nothing was heard for too long."""

from __future__ import annotations

import click

from bascule.cli.contacts.errors import Unreadable, contact_errors
from bascule.cli.contacts.options import DRY_RUN, opened, report, shown_failure, store_options


@click.command("retain")
@click.option(
    "--days", type=click.IntRange(1), required=True, metavar="N", help="How long people are kept without a sign."
)
@click.option("--keep-consented", is_flag=True, help="Keep everyone who agreed to anything.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@DRY_RUN
@store_options
def command(
    days: int,
    keep_consented: bool,
    yes: bool,
    dry_run: bool,
    store: str,
    data: str,
    shown: str,
    fail_on: str,
    colour: str,
) -> int:
    """Erase people whose last interaction, consent or record is older than N days.

    They are not put on the suppression list, unless they had left; people without any date are kept and counted.
    Look first: --dry-run.

    Exit codes: 0 done; 2 nothing was done.
    """
    try:
        with opened(store, data) as open_, contact_errors(store):
            from bascule.contacts.privacy.erase import erase, finish
            from bascule.contacts.privacy.retain import overdue
            from bascule.contacts.privacy.subject import Selector, subjects

            if not dry_run:
                finish(open_)
            found, kept = overdue(open_, days, keep_consented)
            notes = "\n".join(f"{number:>10}  kept: {reason}" for reason, number in sorted(kept.items()))
            text = f"{len(found):>10}  without a sign for {days} days\n{notes}"
            more = {"kept": dict(sorted(kept.items())), "overdue": len(found)}
            if dry_run or not found:
                return report([], [], shown=shown, fail_on=fail_on, colour=colour, more=more, text=text)
            if not yes:
                click.confirm(f"Erase {len(found)} people for good?", abort=True, err=True)
            with open_.read() as connection:
                people = subjects(open_, connection, [Selector("person", name) for name in found])
            with open_.run("retain", f"{days} days") as counts:
                done = erase(open_, people, counts, reason=f"retention, {days} days", suppress=False)
    except Unreadable as error:
        return shown_failure(error, shown, colour)
    return report(
        [counts], [], shown=shown, fail_on=fail_on, colour=colour, more=more | {"receipt": done.data()}, text=text
    )
