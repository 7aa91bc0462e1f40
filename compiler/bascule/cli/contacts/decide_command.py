"""``bascule contacts decide``: message, try, ask again, or leave alone; and the lists."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bascule.cli.contacts.errors import Unreadable, contact_errors, findings_of
from bascule.cli.contacts.options import DRY_RUN, opened, report, shown_failure, store_options

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bascule.contacts.deciding import Decision
    from bascule.contacts.store.store import Store

_HEADER = ("person_id", "phone_e164", "viber_id", "region", "language", "action", "channel", "reason")


@click.command("decide")
@click.option("-o", "--output", default="", metavar="DIR", help="Write message.csv, try.csv, reengage-*.csv, hold.csv.")
@click.option(
    "--purpose", type=click.Choice(["marketing", "utility", "service"]), default="marketing", show_default=True,
    help="What people would be messaged for.",
)  # fmt: skip
@click.option(
    "--min-grade", type=click.Choice(["A", "B", "C", "D"]), default="C", show_default=True,
    help="Lowest grade of consent that may be messaged: A has date, wording and proof.",
)  # fmt: skip
@click.option(
    "--try-cap", type=click.IntRange(0), default=1000, show_default=True, metavar="N",
    help="How many unverified numbers may be tried at once.",
)  # fmt: skip
@click.option("--include-landlines", is_flag=True, help="Fixed lines count as numbers, too.")
@DRY_RUN
@store_options
def command(
    output: str, purpose: str, min_grade: str, try_cap: int, include_landlines: bool, dry_run: bool,
    store: str, data: str, shown: str, fail_on: str, colour: str,
) -> int:  # fmt: skip
    """Decide who is messaged on WhatsApp, who is asked again by SMS or Viber, and who is left alone.

    Everyone gets one decision with its reason: `message` (consent and an account), `try` (consent, account unverified),
    `reengage` (may be asked on the channel they know), `hold`. Consent decides first: without it nobody is messaged.
    Guide: docs/contacts/consent.md.

    Exit codes: 0 done; 2 there is no store, or a list cannot be written.
    """
    try:
        with opened(store, data) as open_, contact_errors(output or store):
            from bascule.contacts.deciding import MESSAGEABLE, Rules, decide, simulated
            from bascule.contacts.store.sealed_files import outside

            outside(open_, output)
            numbers = (*MESSAGEABLE, "fixed_line") if include_landlines else MESSAGEABLE
            rules = Rules(purpose, min_grade, try_cap, numbers)
            if dry_run:
                from bascule.contacts.counts import Counts

                counts = Counts("decide")
                decide(open_, rules, counts, True)
                counts.verify()
                written: dict[str, int] = {}
            else:
                with open_.run("decide", rules.name) as counts:
                    decisions, _ = decide(open_, rules, counts, False)
                    written = _lists(open_, decisions, output) if output else {}
            findings = findings_of(simulated(open_), open_.place.shown)
    except Unreadable as error:
        return shown_failure(error, shown, colour)
    text = "\n".join(f"{rows:>10}  {path}" for path, rows in written.items())
    return report([counts], findings, shown=shown, fail_on=fail_on, colour=colour, more={"written": written}, text=text)


def _lists(store: Store, decisions: list[Decision], output: str) -> dict[str, int]:
    from bascule.contacts.lists import write_list
    from bascule.contacts.tabular.problems import ContactsError

    folder = Path(output)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ContactsError("contacts-unwritable", f"cannot make the folder {output}: {error.strerror}") from error
    groups: dict[str, list[Decision]] = {
        "message.csv": [], "try.csv": [], "reengage-sms.csv": [], "reengage-viber.csv": [], "hold.csv": [],
    }  # fmt: skip
    for item in decisions:
        name = f"reengage-{item.channel}" if item.action == "reengage" else item.action
        groups[f"{name}.csv"].append(item)

    def rows(items: Iterable[Decision]) -> Iterable[list[Any]]:
        for item in items:
            phone, viber = (store.vault.open(item.person, value) for value in (item.phone, item.viber))
            yield [item.person, phone, viber, item.region, item.language, item.action, item.channel, item.reason]

    return {
        str(folder / name): write_list(str(folder / name), _HEADER, rows(items), ["phone_e164"])
        for name, items in groups.items()
    }
