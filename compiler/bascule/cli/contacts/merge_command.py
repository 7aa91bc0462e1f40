"""``bascule contacts merge``: from the rows of all imports to persons."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from bascule.cli.contacts.errors import Unreadable, contact_errors, findings_of
from bascule.cli.contacts.options import DRY_RUN, opened, report, shown_failure, store_options

if TYPE_CHECKING:
    from bascule.contacts.merging.merge import Merged


@click.command("merge")
@click.option(
    "--survivorship",
    default="",
    metavar="FILE",
    help="TOML: which value of a field survives.  [default: the latest that is not empty]",
)
@click.option("--memory-limit", default="1GB", show_default=True, metavar="SIZE", help="Memory for the rows at work.")
@click.option("--again", is_flag=True, help="Merge all imports anew, also those that are merged.")
@click.option("--batch", default=50_000, type=click.IntRange(min=1), hidden=True)
@DRY_RUN
@store_options
def command(
    survivorship: str,
    memory_limit: str,
    again: bool,
    batch: int,
    dry_run: bool,
    store: str,
    data: str,
    shown: str,
    fail_on: str,
    colour: str,
) -> int:
    """Make persons of the rows of all imports: the same number is the same person.

    Only what is new is worked on; without a new import there is nothing to do. Numbers, WhatsApp ids and, within their
    bot or CRM, Viber and CRM ids join rows; addresses never do. The store is backed up first. A merge that was killed
    is run again, and ends as if it had not been.

    Exit codes: 0 merged, or nothing to do; 1 a remark reaches --fail-on; 2 nothing was done.
    """
    try:
        with opened(store, data) as open_, contact_errors(open_.place.shown):
            from bascule.contacts.extra import require

            require("duckdb")
            from bascule.contacts.merging.merge import Options, merge
            from bascule.contacts.merging.survivorship import Survivorship, read_survivorship

            rules = read_survivorship(survivorship) if survivorship else Survivorship()
            found = merge(open_, Options(rules, memory_limit, dry_run, again, batch))
    except Unreadable as error:
        return shown_failure(error, shown, colour)
    return report(
        [found.counts],
        findings_of(found.remarks, open_.place.shown),
        shown=shown,
        fail_on=fail_on,
        colour=colour,
        more=_data(found, dry_run),
        text=_text(found, dry_run),
    )


def _data(found: Merged, dry_run: bool) -> dict[str, Any]:
    return {
        "backup": found.backup,
        "dry_run": dry_run,
        "nothing_to_do": found.nothing,
        "viber_invitations": found.invitations,
    }


def _text(found: Merged, dry_run: bool) -> str:
    lines = ["nothing to do: no import is new"] if found.nothing else []
    if dry_run:
        lines.append("dry run: nothing was written")
    if found.backup:
        lines.append(f"backup before: {found.backup}")
    if found.invitations:
        lines.append(f"Viber subscribers without a number, to be asked for one: {found.invitations}")
    return "\n".join(lines)
