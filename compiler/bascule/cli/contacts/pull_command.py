"""``bascule contacts pull``: records of a platform's API into the store."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from bascule.cli.contacts.errors import Unreadable, contact_errors, findings_of
from bascule.cli.contacts.options import opened, report, shown_failure, store_options

if TYPE_CHECKING:
    from bascule.contacts.ingest.pull.providers import Provider, Resource
    from bascule.contacts.ingest.pull.puller import Pulled

_PROVIDERS = ("infobip", "plivo", "twilio", "vonage")


@click.command("pull")
@click.argument("provider", type=click.Choice(_PROVIDERS))
@click.option(
    "--since", required=True, metavar="DATE", help="From when, e.g. 2026-01-31; `last`: where the last pull ended."
)
@click.option(
    "--what",
    "names",
    multiple=True,
    metavar="NAME",
    help="messages, people, blocklist, inbox.  [default: all but inbox]",
)
@click.option("--base-url", default="", metavar="URL", help="Another address of the platform, e.g. of a region.")
@click.option(
    "--rate", type=click.FloatRange(0.01, 100), default=5.0, show_default=True, metavar="N", help="Requests a second."
)
@click.option("--default-region", default="", metavar="FR", help="Country of numbers that name none.")
@click.option("--keep-pages", is_flag=True, help="Keep the raw pages, which `contacts erase` does not reach.")
@store_options
def command(
    provider: str,
    since: str,
    names: tuple[str, ...],
    base_url: str,
    rate: float,
    default_region: str,
    keep_pages: bool,
    store: str,
    data: str,
    shown: str,
    fail_on: str,
    colour: str,
) -> int:
    """Fetch records from a platform's API, and import them.

    Credentials come from the environment alone: TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN, VONAGE_API_KEY and
    VONAGE_API_SECRET, PLIVO_AUTH_ID and PLIVO_AUTH_TOKEN, INFOBIP_API_KEY and INFOBIP_BASE_URL. A pull that was
    interrupted goes on where it was when the same command is run again. Guide: docs/contacts/import.md.

    Exit codes: 0 done; 1 a remark reaches --fail-on; 2 the platform did not answer, or something could not be read.
    """
    import os

    try:
        with contact_errors(provider):
            from bascule.contacts.extra import require

            require("httpx", "stamina", "pyarrow", "phonenumbers")
            from bascule.contacts.ingest.pull.client import Pace
            from bascule.contacts.ingest.pull.providers import PROVIDERS
            from bascule.contacts.ingest.pull.puller import Pull, account_of, moment_of, pull

            one = PROVIDERS[provider]
            wanted = Pull(
                one, _resources(one, names), moment_of(since), base_url, Pace(rate), default_region, keep_pages
            )
            account_of(one, os.environ)
        with opened(store, data, create=True) as open_, contact_errors(provider):
            return _finish(list(pull(open_, wanted, os.environ)), shown, fail_on, colour)
    except Unreadable as error:
        return shown_failure(error, shown, colour)


def _resources(provider: Provider, names: tuple[str, ...]) -> tuple[Resource, ...]:
    from bascule.contacts.tabular.problems import ContactsError

    known = {resource.name: resource for resource in provider.resources}
    unknown = sorted(set(names) - set(known))
    if unknown:
        raise ContactsError(
            "contacts-usage", f"{provider.name} has no {unknown[0]!r}", f"it has {', '.join(sorted(known))}"
        )
    return tuple(known[name] for name in dict.fromkeys(names)) or tuple(
        resource for resource in provider.resources if not resource.once
    )


def _finish(done: list[Pulled], shown: str, fail_on: str, colour: str) -> int:
    from bascule.contacts.ingest.importer import data_of
    from bascule.contacts.tabular.problems import Remark

    findings = []
    failed = False
    for pulled in done:
        for one in pulled.imported:
            remarks = list(one.remarks)
            if one.error is not None:
                failed = True
                remarks.append(Remark(one.error.kind, one.error.message, one.error.help))
            findings.extend(findings_of(remarks, one.name))
    counts = [one.counts for pulled in done for one in pulled.imported if one.state == "done"]
    more = {"pulls": [_data(pulled, data_of) for pulled in done]}
    code = report(counts, findings, shown=shown, fail_on=fail_on, colour=colour, more=more, text=_text(done))
    return 2 if failed else code


def _data(pulled: Pulled, data_of: Any) -> dict[str, Any]:
    from bascule.contacts.clock import instant

    return {
        "again": pulled.again,
        "files": [data_of(one) for one in pulled.imported],
        "pages": pulled.pages,
        "records": pulled.records,
        "resource": pulled.resource,
        "resumed_pages": pulled.resumed,
        "since": instant(pulled.span.since),
        "until": instant(pulled.span.until),
    }


def _text(done: list[Pulled]) -> str:
    from bascule.contacts.clock import instant

    lines = []
    for pulled in done:
        span = f"{instant(pulled.span.since)} to {instant(pulled.span.until)}"
        lines.append(f"{pulled.resource}: {pulled.records} records on {pulled.pages} pages, {span}")
        if pulled.resumed:
            lines.append(f"  {pulled.resumed} pages were there from an earlier run")
        if pulled.again:
            lines.append(f"  {pulled.again} requests were made again")
        lines += [f"  {one.name}: {one.state} {one.import_id}".rstrip() for one in pulled.imported]
    return "\n".join(lines)
