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


@command.command("words")
@click.option("--opt-out", "leaving", multiple=True, metavar="WORD", help="A word that leaves. Repeat for several.")
@click.option("--opt-in", "joining", multiple=True, metavar="WORD", help="A word that joins. Repeat for several.")
@click.option("--clear", is_flag=True, help="Forget the words that were set.")
@DRY_RUN
@store_options
def words_command(
    leaving: tuple[str, ...],
    joining: tuple[str, ...],
    clear: bool,
    dry_run: bool,
    store: str,
    data: str,
    shown: str,
    fail_on: str,
    colour: str,
) -> int:
    """Show or set the words of your own that people leave or join with, beside those of every language.

    They count as a whole message, wherever messages are read: webhooks, replayed ones, imported logs, answers to
    campaigns. What is given takes the place of what was set. Set them before you import logs.

    Exit codes: 0 done; 2 a word cannot be one, or usage.
    """
    if clear and (leaving or joining):
        raise click.UsageError("--clear goes without words")
    try:
        with opened(store, data, create=not dry_run) as open_, contact_errors(store):
            from bascule.contacts.consent.own_words import set_words, words_set

            if (clear or leaving or joining) and not dry_run:
                set_words(open_, leaving, joining)
            with open_.read() as connection:
                found = words_set(connection)
    except Unreadable as error:
        return shown_failure(error, shown, colour)
    if dry_run and (clear or leaving or joining):
        found = (tuple(sorted(set(leaving))), tuple(sorted(set(joining))))
    more = {"opt_in": list(found[1]), "opt_out": list(found[0])}
    text = "\n".join(f"{name}: {', '.join(more[name]) or 'none of your own'}" for name in ("opt_out", "opt_in"))
    return report([], [], shown=shown, fail_on=fail_on, colour=colour, more={"words": more}, text=text)
