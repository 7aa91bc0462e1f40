"""``bascule contacts campaign``: ask people to come to WhatsApp."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bascule.cli.contacts.errors import Unreadable, contact_errors
from bascule.cli.contacts.options import DRY_RUN, opened, report, shown_failure, store_options

if TYPE_CHECKING:
    from bascule.contacts.campaign.campaign import Made


@click.command("campaign")
@click.option("-o", "--output", required=True, metavar="DIR", help="Folder for recipients, texts and flow.")
@click.option("--business", required=True, metavar="NAME", help="The name people know; consent must name it.")
@click.option("--whatsapp-number", required=True, metavar="+33…", help="The number people write to, in E.164.")
@click.option(
    "--provider", type=click.Choice(["generic", "twilio", "vonage", "plivo", "infobip", "bird"]), default="generic",
    show_default=True, help="Who sends the SMS: columns and spelling of numbers.",
)  # fmt: skip
@click.option(
    "--language", type=click.Choice(["ar", "de", "en", "es", "fr", "hi", "it", "pt", "ru"]), default="en",
    show_default=True, help="For people whose language neither the record nor the number tells.",
)  # fmt: skip
@click.option("--keyword", default="", metavar="WORD", help="What people answer.  [default: OUI, YES … by language]")
@click.option("--contact", default="", metavar="TEXT", help="How to reach a person: telephone number or mail address.")
@click.option(
    "--purpose", type=click.Choice(["marketing", "utility", "service"]), default="marketing", show_default=True,
    help="What people are asked to agree to.",
)  # fmt: skip
@DRY_RUN
@store_options
def command(
    output: str, business: str, whatsapp_number: str, provider: str, language: str, keyword: str, contact: str,
    purpose: str, dry_run: bool, store: str, data: str, shown: str, fail_on: str, colour: str,
) -> int:  # fmt: skip
    """Write an opt-in campaign for everyone whom `decide` wants to ask again.

    DIR gets a recipients file for the SMS provider, broadcasts for the Viber bot, the WhatsApp conversation that
    confirms (a scenario file, checked before it is written here), and campaign.json. Nothing is sent. The wording is
    kept in the store: it belongs to the proof of the consents that come back. Guide: docs/contacts/consent.md.

    Exit codes: 0 done; 1 the confirmation flow has findings that reach --fail-on; 2 nothing was written.
    """
    try:
        with opened(store, data) as open_, contact_errors(output):
            from bascule.contacts.campaign.campaign import make
            from bascule.contacts.campaign.texts import Campaign
            from bascule.contacts.counts import Counts
            from bascule.contacts.store.sealed_files import outside
            from bascule.contacts.tabular.problems import ContactsError

            outside(open_, output)
            number = _number(whatsapp_number)
            if not number:
                raise ContactsError("contacts-usage", "--whatsapp-number is no valid number", "write it in E.164: +33…")
            campaign = Campaign(
                " ".join(business.split()), number, language, " ".join(contact.split()), keyword.strip()
            )
            if dry_run:
                counts = Counts("campaign")
                made = make(open_, campaign, provider, purpose, output, counts, dry_run=True)
                counts.verify()
            else:
                with open_.run("campaign", provider) as counts:
                    made = make(open_, campaign, provider, purpose, output, counts)
    except Unreadable as error:
        return shown_failure(error, shown, colour)
    findings = [] if dry_run else _checked(Path(output) / "confirmation.yaml")
    return report([counts], findings, shown=shown, fail_on=fail_on, colour=colour, more=_data(made), text=_text(made))


def _number(text: str) -> str:
    """The number in E.164, empty when it is none."""
    from bascule.contacts.phones.normaliser import Engine, Normaliser

    return Normaliser(Engine.EXACT).read(text).e164


def _checked(path: Path) -> list[Any]:
    """What `bascule check` says of the confirmation flow."""
    from bascule.parsers import ParseOptions
    from bascule.source import SourceFile
    from bascule.workspace import InputFile, analyse, load

    workspace = load([InputFile(SourceFile(str(path), path.read_bytes()), str(path))], ParseOptions())
    return [*workspace.findings, *analyse(workspace).findings]


def _segments(text: str) -> tuple[str, int]:
    from bascule.language.gsm import count_segments

    found = count_segments(text)
    return found.encoding, found.segments


def _data(made: Made) -> dict[str, Any]:
    texts = []
    for channel, language, text, people in made.texts:
        encoding, segments = _segments(text)
        texts.append(
            {"channel": channel, "encoding": encoding, "language": language, "people": people, "segments": segments,
             "text": text}
        )  # fmt: skip
    return {"campaign": made.id, "texts": texts, "written": dict(made.files)}


def _text(made: Made) -> str:
    lines = []
    for channel, language, text, people in made.texts:
        encoding, segments = _segments(text)
        size = f", {segments} segment{'s' if segments > 1 else ''} {encoding}" if channel == "sms" else ""
        lines.append(f"  {channel} {language}: {people} people{size}\n    {text}")
    lines += [f"{rows:>10}  {path}" for path, rows in made.files]
    return "\n".join(lines)
