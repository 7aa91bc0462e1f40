"""``bascule contacts audit``: the inventory of a customer base."""

from __future__ import annotations

import click

from bascule.cli.contacts.errors import Unreadable, contact_errors
from bascule.cli.contacts.options import opened, report, shown_failure, store_options


@click.command("audit")
@click.option("--html", default="", metavar="FILE", help="Also write the tables as a page.")
@click.option(
    "--purpose", type=click.Choice(["marketing", "utility", "service"]), default="marketing", show_default=True,
    help="The purpose whose consent is counted.",
)  # fmt: skip
@store_options
def command(html: str, purpose: str, store: str, data: str, shown: str, fail_on: str, colour: str) -> int:
    """Count what there is: numbers by region and type, consent, last interaction, duplicates, what blocks whom.

    Counts only; no name and no number is shown. Guide: docs/contacts/privacy.md.

    Exit codes: 0 shown; 2 there is no store, or the page cannot be written.
    """
    try:
        with opened(store, data) as open_, contact_errors(html or store):
            from bascule.contacts.audit.collect import audit
            from bascule.contacts.audit.render import page, text

            found = audit(open_, purpose)
            if html:
                from bascule.contacts.tabular.sinks import atomic

                with atomic(html) as file:
                    file.write(page(found).encode())
    except Unreadable as error:
        return shown_failure(error, shown, colour)
    return report([], [], shown=shown, fail_on=fail_on, colour=colour, more={"audit": found.data()}, text=text(found))
