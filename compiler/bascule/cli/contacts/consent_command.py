"""``bascule contacts consent``: what the ledger says, and promoting other channels' consent by policy."""

from __future__ import annotations

from typing import Any

import click

from bascule.cli.contacts.errors import Unreadable, contact_errors
from bascule.cli.contacts.options import DRY_RUN, opened, report, shown_failure, store_options

_POLICIES = click.option(
    "--policies", "path", default="", metavar="FILE", help="TOML file with further policies, [policy.NAME]."
)
_PURPOSE = click.option(
    "--purpose", type=click.Choice(["marketing", "utility", "service"]), default="marketing", show_default=True,
    help="What the consent is for.",
)  # fmt: skip


@click.group("consent")
def command() -> None:
    """Consent: an append-only ledger, named policies, no promotion by itself.

    bascule records facts and applies the policy that is named; whether it is lawful is for the controller to say.
    Guide: docs/contacts/consent.md.
    """


@command.command("policies")
@_POLICIES
def policies_command(path: str) -> int:
    """List the policies that `promote` knows."""
    try:
        with contact_errors(path):
            from bascule.contacts.consent.policies import policies

            for policy in policies(path).values():
                click.echo(f"{policy.name}\n  {policy.description}")
                if policy.source:
                    click.echo(f"  {policy.source}")
    except Unreadable as error:
        return shown_failure(error, "text", "auto")
    return 0


@command.command("promote")
@click.option("--policy", required=True, metavar="NAME", help="The policy to apply; see `consent policies`.")
@_POLICIES
@_PURPOSE
@DRY_RUN
@store_options
def promote_command(
    policy: str, path: str, purpose: str, dry_run: bool, store: str, data: str, shown: str, fail_on: str, colour: str
) -> int:
    """Let SMS or Viber consent count for WhatsApp where a named policy allows it.

    Every promotion is an entry of the ledger that names the policy and the entry it rests on. People whose consent
    lacks something are counted by what is missing. Running it again promotes nobody twice.
    """
    try:
        with contact_errors(path or store):
            from bascule.contacts.consent.policies import policy_named

            chosen = policy_named(policy, path)
        with opened(store, data) as open_:
            from bascule.contacts.consent.promote import promote

            if dry_run:
                from bascule.contacts.counts import Counts

                counts = Counts("promote")
                promote(open_, chosen, purpose, counts, True)
                counts.verify()
            else:
                with open_.run("promote", chosen.name) as counts:
                    promote(open_, chosen, purpose, counts, False)
    except Unreadable as error:
        return shown_failure(error, shown, colour)
    return report([counts], [], shown=shown, fail_on=fail_on, colour=colour)


@command.command("show")
@_PURPOSE
@store_options
def show_command(purpose: str, store: str, data: str, shown: str, fail_on: str, colour: str) -> int:
    """Count people by what they agreed to, per channel and grade."""
    try:
        with opened(store, data) as open_:
            from bascule.contacts.consent.overview import overview

            table = overview(open_, purpose)
    except Unreadable as error:
        return shown_failure(error, shown, colour)
    more: dict[str, Any] = {
        "standing": [
            {"channel": channel, "grade": grade, "people": people, "status": status}
            for (channel, status, grade), people in sorted(table.items())
        ]
    }
    lines = [f"{'channel':<10} {'status':<9} {'grade':<5} {'people':>10}"]
    lines += [
        f"{channel:<10} {status:<9} {grade or '-':<5} {people:>10}"
        for (channel, status, grade), people in sorted(table.items())
    ]
    return report([], [], shown=shown, fail_on=fail_on, colour=colour, more=more, text="\n".join(lines))
