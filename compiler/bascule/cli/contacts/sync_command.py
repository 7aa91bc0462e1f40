"""``bascule contacts sync``: webhooks in, changes out."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bascule.cli.contacts.errors import Unreadable, findings_of
from bascule.cli.contacts.options import DRY_RUN, opened, report, shown_failure, store_options

if TYPE_CHECKING:
    from bascule.contacts.counts import Counts
    from bascule.contacts.sync.signatures import Secrets

_PROVIDERS = ("meta", "d360", "twilio", "infobip", "vonage", "viber", "bird")


@click.group("sync")
def command() -> None:
    """Keep the store in step with what happens on WhatsApp, SMS and Viber.

    `serve` takes webhooks in, `replay` reads saved ones, `apply` works on them, `changes` hands on what changed.
    Guide: docs/contacts/sync.md.
    """


@command.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", type=click.IntRange(1, 65535), default=8080, show_default=True)
@click.option(
    "--public-url",
    default="",
    metavar="URL",
    help="Address that providers call, without path: Twilio and Bird sign it.",
)
@click.option(
    "--meta-secret-env", "meta", metavar="NAME", help="Variable of the app secret: POST /meta is listened to."
)
@click.option(
    "--verify-token-env", metavar="NAME", help="Variable of the token of the platform's challenge (GET /meta)."
)
@click.option("--d360-secret-env", "d360", metavar="NAME", help="Variable of the secret 360dialog sends: /d360.")
@click.option("--twilio-token-env", "twilio", metavar="NAME", help="Variable of Twilio's auth token: /twilio.")
@click.option("--infobip-secret-env", "infobip", metavar="NAME", help="Variable of the secret Infobip sends: /infobip.")
@click.option("--vonage-secret-env", "vonage", metavar="NAME", help="Variable of Vonage's signature secret: /vonage.")
@click.option("--viber-token-env", "viber", metavar="NAME", help="Variable of the Viber bot's token: /viber.")
@click.option("--bird-key-env", "bird", metavar="NAME", help="Variable of Bird's signing key: /bird.")
@click.option("--body-timeout", type=click.FloatRange(0.1, 60), default=10.0, show_default=True, help="Seconds a body.")
@store_options
def serve(
    store: str,
    data: str,
    shown: str,
    fail_on: str,
    colour: str,
    host: str,
    port: int,
    public_url: str,
    verify_token_env: str | None,
    body_timeout: float,
    **names: str | None,
) -> int:
    """Take webhooks in: genuine ones, once, answered when they are on disk. Needs the extra `serve`.

    Put a proxy with a certificate in front. A provider is listened to when its secret's variable is named; what is
    not signed with it is refused (401). Run `bascule contacts sync apply` to act on what came in.

    Exit codes: 0 stopped; 2 nothing was started.
    """
    try:
        with opened(store, data, create=True) as open_:
            from bascule.contacts.extra import require

            require("starlette", "uvicorn", extra="serve")
            import uvicorn

            from bascule.contacts.sync.server import Settings, application

            settings = Settings(
                _secrets(names),
                verify_token=_variable(verify_token_env) if verify_token_env else "",
                public_url=public_url,
                patience=body_timeout,
            )
            app = application(open_, settings)
            paths = ", ".join(f"/{name}" for name in _PROVIDERS if settings.secrets.of(name))
            click.echo(f"listening on http://{host}:{port}: {paths}", err=True)
            # No access log: addresses of requests hold tokens.
            uvicorn.run(app, host=host, port=port, log_level="warning", access_log=False, timeout_keep_alive=30)
            tally = app.state.tally
            click.echo(
                f"{tally.deliveries} deliveries, {tally.events} events, {tally.new} new; "
                f"{tally.forged} forged, {tally.refused} refused, {tally.failed} not kept",
                err=True,
            )
    except Unreadable as error:
        return shown_failure(error, shown, colour)
    return 0


def _secrets(names: dict[str, str | None]) -> Secrets:
    from bascule.contacts.sync.signatures import Secrets

    found = {name: _variable(variable) for name, variable in names.items() if variable}
    if not found:
        raise click.UsageError("no provider is listened to: name the variable of a secret, e.g. --meta-secret-env")
    return Secrets(**found)


def _variable(name: str) -> str:
    value = os.environ.get(name, "")
    if not value:
        raise click.UsageError(f"the environment variable {name} is not set")
    return value


@command.command("replay")
@click.argument("files", nargs=-1, required=True, metavar="FILE...", type=click.Path(path_type=Path))
@click.option(
    "--provider",
    type=click.Choice(["", "meta", "twilio", "infobip", "vonage", "viber", "bird"]),
    default="",
    help="Read all bodies as this provider's.  [default: told from their form]",
)
@DRY_RUN
@store_options
def replay(
    store: str,
    data: str,
    shown: str,
    fail_on: str,
    colour: str,
    files: tuple[Path, ...],
    provider: str,
    dry_run: bool,
) -> int:
    """Put saved webhooks into the inbox: JSON bodies, arrays of them, JSON lines, log entries that hold them.

    Nothing is checked against a signature: only replay logs that you trust. An event that the inbox has is not taken
    again. One without a time of its own opens no window and proves no registration.

    Exit codes: 0 done; 2 a file cannot be read.
    """
    from bascule.contacts.counts import Counts

    try:
        with opened(store, data, create=not dry_run) as open_:
            from bascule.contacts.sync.replay import replay as put

            all_counts: list[Counts] = []
            for file in files:
                if dry_run:
                    counts = Counts("sync replay")
                    put(open_, file, provider, counts, dry_run=True)
                    counts.verify()
                else:
                    with open_.run("sync replay", file.name) as counts:
                        put(open_, file, provider, counts)
                all_counts.append(counts)
    except Unreadable as error:
        return shown_failure(error, shown, colour)
    from bascule.contacts.sync.remarks import unknown_forms

    findings = findings_of(unknown_forms(all_counts), "sync")
    return report(all_counts, findings, shown=shown, fail_on=fail_on, colour=colour)


@command.command("apply")
@store_options
def apply(store: str, data: str, shown: str, fail_on: str, colour: str) -> int:
    """Act on the inbox, in the order in which things happened.

    Opens windows, records deliveries, registrations, consent and changed numbers. What is newer is never overwritten.
    Events of unknown people wait until an import brings them. Killed, it goes on where it was.

    Exit codes: 0 done; 2 the store cannot be opened.
    """
    try:
        with opened(store, data) as open_:
            from bascule.contacts.sync.apply import apply as work

            with open_.run("sync apply", "inbox") as counts:
                work(open_, counts)
    except Unreadable as error:
        return shown_failure(error, shown, colour)
    from bascule.contacts.sync.remarks import strangers

    return report([counts], findings_of(strangers(counts), "sync"), shown=shown, fail_on=fail_on, colour=colour)


@command.command("changes")
@click.option("-o", "--output", default="", metavar="FILE", help="CSV of the changes.")
@click.option("--since", type=click.IntRange(0), default=0, help="Cursor of the last time.")
@click.option("--post", "url", default="", metavar="URL", help="Send them here instead, signed, until they are taken.")
@click.option("--secret-env", default="", metavar="NAME", help="Variable of the secret that requests are signed with.")
@DRY_RUN
@store_options
def changes(
    dry_run: bool,
    store: str,
    data: str,
    shown: str,
    fail_on: str,
    colour: str,
    output: str,
    since: int,
    url: str,
    secret_env: str,
) -> int:
    """Hand on what changed: consent, registrations, numbers, windows, erasures.

    With -o all changes above --since are written to a CSV file, and the next cursor is printed. With --post those that
    no request has handed on are sent as JSON.

    Exit codes: 0 done; 1 the receiver did not take them all; 2 usage, or nothing could be read.
    """
    if bool(output) == bool(url):
        raise click.UsageError("say either -o FILE or --post URL")
    try:
        with opened(store, data) as open_:
            from bascule.contacts.extra import require
            from bascule.contacts.store.sealed_files import outside
            from bascule.contacts.sync.changes import post, read_changes, write_csv

            outside(open_, output)
            failed = ""
            if dry_run:
                waiting = [item for page in read_changes(open_, since, undelivered=bool(url)) for item in page]
                number, cursor = len(waiting), max((item.cursor for item in waiting), default=since)
            elif output:
                number, cursor = write_csv(open_, output, since)
            else:
                require("httpx", "stamina")
                posted = post(open_, url, os.environ.get(secret_env, "") if secret_env else "", since=since)
                number, cursor, failed = posted.changes, posted.cursor, posted.failed
    except Unreadable as error:
        return shown_failure(error, shown, colour)
    from bascule.contacts.sync.remarks import not_taken

    text = f"{number} changes; next cursor {cursor}"
    more = {"changes": number, "cursor": cursor}
    findings = findings_of(not_taken(failed), "sync")
    return report([], findings, shown=shown, fail_on=fail_on, colour=colour, more=more, text=text)
