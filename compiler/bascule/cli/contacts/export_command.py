"""``bascule contacts export``: files for a CRM or a messaging provider."""

from __future__ import annotations

import click

from bascule.cli.contacts.errors import Unreadable, contact_errors, findings_of
from bascule.cli.contacts.options import DRY_RUN, opened, report, shown_failure, store_options

_PROFILES = ("bird", "generic", "hubspot", "hubspot-api", "infobip", "meta", "plivo", "salesforce", "salesforce-mobile",
             "twilio", "vonage")  # fmt: skip


@click.command("export")
@click.argument("profile", type=click.Choice(_PROFILES))
@click.option("-o", "--output", required=True, metavar="DIR", help="Folder for the files.")
@click.option(
    "--min-grade", type=click.Choice(["A", "B", "C", "D"]), default="C", show_default=True,
    help="Audiences leave out people whose consent has a lower grade.",
)  # fmt: skip
@click.option("--pseudonymise", is_flag=True, help="Keyed pseudonyms for numbers and ids; no names, no free text.")
@click.option("--rows", type=click.IntRange(1), default=None, metavar="N", help="At most N people per file.")
@DRY_RUN
@store_options
def command(
    profile: str, output: str, min_grade: str, pseudonymise: bool, rows: int | None, store: str, data: str, shown: str,
    fail_on: str, colour: str, dry_run: bool,
) -> int:  # fmt: skip
    """Write the contacts as PROFILE wants them.

    CRM profiles (generic, hubspot, hubspot-api, salesforce, salesforce-mobile) hold everyone with consent and decision;
    audiences (twilio, vonage, plivo, meta, infobip, bird) hold only people whom `decide` lets be messaged and whose
    consent still stands. Everyone left out is counted with the reason. Guide: docs/contacts/export.md.

    Exit codes: 0 done; 2 there is no store, or a file cannot be written.
    """
    try:
        with opened(store, data) as open_, contact_errors(output):
            from bascule.contacts.deciding import simulated
            from bascule.contacts.export.export import export, export_counts
            from bascule.contacts.export.profiles import export_profiles
            from bascule.contacts.store.sealed_files import outside

            outside(open_, output)
            chosen = export_profiles()[profile]
            if dry_run:
                counts = export_counts(open_, chosen, min_grade)
                written = []
            else:
                with open_.run("export", profile) as counts:
                    written = export(
                        open_, chosen, output, counts,
                        grade=min_grade, pseudonymise=pseudonymise, rows=rows or 0,
                    )  # fmt: skip
            remarks = simulated(open_) if chosen.people == "messageable" else []
            findings = findings_of(remarks, open_.place.shown)
    except Unreadable as error:
        return shown_failure(error, shown, colour)
    text = "\n".join(f"{people:>10}  {path}" for path, people in written)
    return report(
        [counts], findings, shown=shown, fail_on=fail_on, colour=colour, more={"written": dict(written)}, text=text
    )
