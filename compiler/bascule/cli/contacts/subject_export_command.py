"""``bascule contacts subject-export``: everything the store has of one person."""

from __future__ import annotations

import json
from typing import Any

import click

from bascule.cli.contacts.errors import Unreadable, contact_errors
from bascule.cli.contacts.options import opened, report, shown_failure, store_options
from bascule.cli.contacts.selecting import selector_options, selectors


@click.command("subject-export")
@selector_options
@click.option("-o", "--output", required=True, metavar="FILE", help="JSON file, readable by its owner alone.")
@store_options
def command(output: str, store: str, data: str, shown: str, fail_on: str, colour: str, **options: Any) -> int:
    """Write everything the store has of one person: for their request of access.

    Tables, consents with wording and proof, webhook events, and the source rows as they were imported.

    Exit codes: 0 done; 2 nobody is known under what was given, or nothing was written.
    """
    try:
        with opened(store, data) as open_, contact_errors(output):
            from bascule.contacts.privacy.access import subject_data
            from bascule.contacts.privacy.subject import subjects
            from bascule.contacts.store.sealed_files import outside
            from bascule.contacts.tabular.problems import ContactsError
            from bascule.contacts.tabular.sinks import atomic

            outside(open_, output)
            with open_.read() as connection:
                found = subjects(open_, connection, selectors(options))
            if len(found) != 1:
                raise ContactsError("contacts-person-several", f"{len(found)} people are named", "name one")
            if found[0].unknown:
                raise ContactsError(
                    "contacts-person-unknown", "the store knows nobody like that", "check the number or id"
                )
            content = subject_data(open_, found[0])
            with atomic(output) as file:
                file.write((json.dumps(content, ensure_ascii=False, indent=2) + "\n").encode())
    except Unreadable as error:
        return shown_failure(error, shown, colour)
    rows = {name: len(value) for name, value in content.items() if isinstance(value, list) and value}
    text = "\n".join([output, *(f"{count:>10}  {name}" for name, count in rows.items())])
    return report(
        [], [], shown=shown, fail_on=fail_on, colour=colour, more={"rows": rows, "written": output}, text=text
    )
