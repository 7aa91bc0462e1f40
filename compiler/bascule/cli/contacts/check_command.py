"""``bascule contacts check``: who is on WhatsApp, asked of whoever claims to know."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bascule.cli.contacts.errors import Unreadable, findings_of
from bascule.cli.contacts.options import DRY_RUN, opened, report, shown_failure, store_options

if TYPE_CHECKING:
    from collections.abc import Callable

    from bascule.contacts.check import Planned, Request, Result

_METHODS = ("contacts_endpoint", "webhook_evidence", "imported", "simulator")
_TYPES = (
    "mobile", "fixed_line_or_mobile", "fixed_line", "voip", "personal_number", "pager", "uan", "toll_free",
    "shared_cost", "premium_rate", "voicemail", "unknown",
)  # fmt: skip


@click.command("check")
@click.option(
    "--method",
    type=click.Choice(_METHODS),
    default="contacts_endpoint",
    show_default=True,
    help="Who is asked.",
)
@click.option("--url", default="", envvar="BASCULE_CHECK_URL", help="Contacts endpoint.  [env: BASCULE_CHECK_URL]")
@click.option(
    "--auth",
    type=click.Choice(["key", "bearer", "none"]),
    default="key",
    show_default=True,
    help="How the key is sent: as it is in --auth-header, or as a bearer token.",
)
@click.option("--auth-header", default="D360-Api-Key", show_default=True, help="Header of --auth key.")
@click.option("--auth-env", default="", metavar="NAME", help="Environment variable that holds the key.")
@click.option(
    "--blocking",
    type=click.Choice(["wait", "no_wait"]),
    default="wait",
    show_default=True,
    help="With no_wait numbers that are still in process are asked again.",
)
@click.option("--batch-size", type=click.IntRange(1, 1000), default=1000, show_default=True)
@click.option(
    "--rate", type=click.FloatRange(0.001, 1000), default=5.0, show_default=True, help="Requests a second, at most."
)
@click.option(
    "--concurrency",
    type=click.IntRange(1, 64),
    default=1,
    show_default=True,
    help="Batches in flight. A killed run asks about these again, and about no others.",
)
@click.option(
    "--retry-wait",
    type=click.FloatRange(0, 600),
    default=0.5,
    show_default=True,
    help="Seconds before a failed request is made again; twice as long each time.",
)
@click.option(
    "--poll-wait",
    type=click.FloatRange(0, 600),
    default=2.0,
    show_default=True,
    help="Seconds before numbers in process or without an answer are asked again; twice as long each time.",
)
@click.option("--timeout", type=click.FloatRange(0.1, 600), default=60.0, show_default=True, help="Seconds a request.")
@click.option(
    "--types",
    "types",
    multiple=True,
    type=click.Choice(_TYPES),
    help="Types of numbers to ask about.  [default: mobile, fixed_line_or_mobile]",
)
@click.option("--refresh", is_flag=True, help="Ask again about numbers whose result is still fresh.")
@click.option("--ttl", type=click.IntRange(1, 3650), default=30, show_default=True, help="Days a result is fresh.")
@click.option("--results", type=click.Path(path_type=Path), help="--method imported: CSV, JSON or JSON lines.")
@click.option("--days", type=click.IntRange(1, 3650), default=90, show_default=True, help="Age of webhook evidence.")
@click.option("--seed", type=int, default=1, show_default=True, help="--method simulator.")
@click.option("--active", type=click.IntRange(0, 100), default=80, show_default=True, help="Simulator: per cent.")
@click.option("--lies", is_flag=True, help="Simulator: say yes to everyone.")
@click.option(
    "--control",
    "controls",
    multiple=True,
    metavar="E164",
    help="A number that is assigned to nobody, instead of the built-in ones. Repeatable.",
)
@click.option("--abandon", is_flag=True, help="Close the unfinished check and begin a new one.")
@click.option("--yes", is_flag=True, help="Begin without asking.")
@DRY_RUN
@store_options
def command(
    store: str,
    data: str,
    shown: str,
    fail_on: str,
    colour: str,
    yes: bool,
    dry_run: bool,
    **options: Any,
) -> int:
    """Check which phone numbers are registered on WhatsApp.

    Asks about current numbers of a messageable type whose owner has not opted out, in batches, and keeps each answer
    with its method, moment, confidence and expiry. Killed or stopped, the same command goes on where it was.

    WARNING: the platform's own contacts endpoint answers "valid" for EVERY number since client v2.43, and the
    on-premises product ended in October 2025. Every endpoint is therefore tested with numbers that are assigned to
    nobody; one that calls them registered is not believed: its numbers become `unverified`, never `active`. Bulk
    checking has also cost senders their number: ask your provider first. Guide: docs/contacts/check.md.

    Exit codes: 0 done (an unverified result is no failure unless --fail-on warning); 1 stopped before the end, or a
    remark reaches --fail-on; 2 nothing was asked.
    """
    try:
        with opened(store, data) as open_:
            from bascule.contacts.extra import require

            require("httpx", "stamina", "aiolimiter")
            from bascule.contacts.check import execute, plan

            request = _request(options)
            planned = plan(open_, request)
            if dry_run:
                return _dry(planned, shown, fail_on, colour)
            if request.method == "contacts_endpoint" and planned.found.asked and not yes:
                _confirm(planned)
            with _progress(planned) as progress:
                result = execute(open_, request, planned, progress)
    except Unreadable as error:
        return shown_failure(error, shown, colour)
    return _report(result, shown, fail_on, colour)


def _request(options: dict[str, Any]) -> Request:
    from bascule.contacts.check import Request
    from bascule.contacts.checking.candidates import MESSAGEABLE
    from bascule.contacts.checking.results import Lifetimes
    from bascule.contacts.checking.runner import Pace

    ttl = options.pop("ttl")
    pace = Pace(**{name: options.pop(name) for name in ("rate", "concurrency", "retry_wait", "poll_wait")})
    types = tuple(sorted(options.pop("types"))) or MESSAGEABLE
    controls = tuple(_control(number) for number in options.pop("controls"))
    return Request(pace=pace, lifetimes=Lifetimes(ttl, ttl, ttl), types=types, controls=controls, **options)


def _control(number: str) -> str:
    digits = number.removeprefix("+")
    if not digits.isascii() or not digits.isdecimal() or not 7 <= len(digits) <= 15:
        raise click.UsageError("--control is not a number in E.164, such as +46701740605")
    return f"+{digits}"


def _confirm(planned: Planned) -> None:
    """Ask a person; without one, --yes is needed."""
    click.echo(_estimate(planned), err=True)
    if not sys.stdin.isatty():
        raise click.UsageError("this asks an outside service about people: say --yes, or look first with --dry-run")
    click.confirm("Begin?", abort=True, err=True)


def _estimate(planned: Planned) -> str:
    what = "goes on" if planned.run is not None else "new check"
    held = sum(planned.found.held.values())
    line = f"{what}: {planned.estimate.text()}"
    return f"{line}; {held} numbers are not asked about" if held else line


def _dry(planned: Planned, shown: str, fail_on: str, colour: str) -> int:
    from bascule.contacts.counts import Counts

    counts = Counts("check")
    counts.taken = planned.found.considered
    for reason, number in sorted(planned.found.held.items()):
        counts.reject(reason, number)
    if planned.run is None:
        counts.kept = planned.found.asked
    else:
        counts.reject("waiting to be asked", planned.found.asked)
        counts.kept = counts.taken - counts.rejected
    counts.verify()
    estimate = planned.estimate
    data = {
        "estimate": {
            "batches": estimate.batches,
            "numbers": estimate.numbers,
            "rate": estimate.rate,
            "seconds": round(estimate.seconds, 1),
        },
        "run": planned.run.id if planned.run is not None else None,
    }
    return report(
        [counts], [], shown=shown, fail_on=fail_on, colour=colour, more=data, text=f"dry run: {_estimate(planned)}"
    )


@contextmanager
def _progress(planned: Planned) -> Iterator[Callable[[int], None]]:
    """A bar with rate and time left, on a terminal."""
    if not sys.stderr.isatty() or not planned.found.asked:
        yield lambda settled: None
        return
    import time

    begun = time.monotonic()
    with click.progressbar(
        length=planned.found.asked, file=sys.stderr, label="check", show_eta=True, show_pos=True, item_show_func=str
    ) as bar:

        def settle(settled: int) -> None:
            seconds = max(time.monotonic() - begun, 0.001)
            bar.update(settled, current_item=f"{(bar.pos + settled) / seconds:.0f}/s")

        yield settle


def _report(result: Result, shown: str, fail_on: str, colour: str) -> int:
    findings = findings_of(result.remarks, "check")
    data = {
        "asked": result.outcome.asked,
        "discriminating": result.outcome.discriminating,
        "finished": result.finished,
        "requests": result.outcome.requests,
        "run": result.run,
        "statuses": dict(sorted(result.statuses.items())),
    }
    state = "finished" if result.finished else "not finished"
    text = f"check {result.run} {state}: {result.outcome.requests} requests about {result.outcome.asked} numbers"
    code = report([result.counts], findings, shown=shown, fail_on=fail_on, colour=colour, more=data, text=text)
    return code or int(not result.finished)
