"""``LOS100``-``LOS149``: what SMS templates have and WhatsApp has not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bascule.diagnostics.finding import Finding, Label, Severity
from bascule.diagnostics.rules import Rule
from bascule.source import Place

__all__ = [
    "CodeNotRead",
    "DocumentNotRead",
    "FlashClass",
    "LinkShortening",
    "MarkupLost",
    "RegistryIds",
    "SenderName",
    "SheetNotRead",
    "loss_findings",
]


class SenderName(Rule):
    """The sender id has no counterpart

    What it does: says that a sender id, alphanumeric header or short code is kept as a fact only.
    Why: on WhatsApp people see the verified name of the business behind the number; it cannot change per message.
    Example: `expediteur` = `MABANQUE`
    Use instead: choose the number that sends; give its account the display name.
    Sources: https://developers.facebook.com/docs/whatsapp/cloud-api/phone-numbers
    """

    code = "LOS100"
    name = "sms-sender-id"
    severity = Severity.INFO


class FlashClass(Rule):
    """Flash messages do not exist on WhatsApp

    What it does: says that a template is marked as a flash SMS (class 0), and that it becomes an ordinary message.
    Why: WhatsApp has no message that opens by itself on the screen.
    Example: `flash` = `1`
    Use instead: an authentication template for codes, an ordinary one for alerts.
    Sources: https://www.etsi.org/deliver/etsi_gts/03/0338/05.00.00_60/gsmts_0338v050000p.pdf (section 4)
    """

    code = "LOS101"
    name = "sms-flash-class"
    severity = Severity.WARNING


class RegistryIds(Rule):
    """Registry ids do not apply to WhatsApp

    What it does: says that ids of the Indian registry of commercial SMS (template, entity and header ids) are kept as
    facts only.
    Why: WhatsApp templates are approved by Meta under names of their own; the registry covers SMS and voice.
    Example: `templateId` = `1107161234567890123`
    Use instead: nothing: a WhatsApp template is submitted instead.
    Sources: https://www.trai.gov.in/what-commercial-communication
    """

    code = "LOS102"
    name = "sms-registry-ids"
    severity = Severity.INFO


class LinkShortening(Rule):
    """Link shortening is not done on WhatsApp

    What it does: says that a template asks the gateway to shorten its links, and that this is kept as a fact only.
    Why: WhatsApp sends links as they are; click counts come from URL buttons and their own insights.
    Example: `shorten_urls` = `true`
    Use instead: a URL button.
    Sources: https://developers.facebook.com/docs/whatsapp/business-management-api/message-templates/components
    """

    code = "LOS103"
    name = "sms-link-shortening"
    severity = Severity.INFO


class SheetNotRead(Rule):
    """Other sheets of the workbook were not read

    What it does: names the sheets with content that were not read: one run reads one sheet.
    Why: templates on another sheet would be missing without anybody noticing.
    Example: a workbook with the sheets `SMS FR` and `SMS EN`
    Use instead: name the sheet with `--sheet`, once for each.
    Sources: bascule's own rule.
    """

    code = "LOS104"
    name = "sms-sheet-not-read"
    severity = Severity.WARNING


class DocumentNotRead(Rule):
    """Only the first YAML document was read

    What it does: reports a YAML file with several documents (`---`); those after the first are not read.
    Why: one file of templates is one document; templates after the mark would be missing.
    Example: two lists of templates with `---` between them
    Use instead: one document, or one file for each.
    Sources: https://yaml.org/spec/1.2.2/#92-streams
    """

    code = "LOS105"
    name = "sms-document-not-read"
    severity = Severity.WARNING


class CodeNotRead(Rule):
    """Code among the texts was not read

    What it does: names statements and values of a PHP file that are code: a call, a condition, a constant of another
    file.
    Why: nothing is run; a text that only code puts together would be missing without anybody noticing.
    Example: `'contact' => view('sms.contact')->render(),`
    Use instead: write the text in the file, with a placeholder for what changes.
    Sources: bascule's own rule.
    """

    code = "LOS106"
    name = "sms-code-not-read"
    severity = Severity.WARNING


class MarkupLost(Rule):
    """Markup in a text of a string file

    What it does: names markup in texts of Android, .resx or XLIFF files that WhatsApp cannot show (`<a>`, `<font>`);
    the words stay. Bold, italic and struck out words get WhatsApp's signs.
    Why: a link whose address stood in the markup only is gone from the message.
    Example: `<string name="aide">Voir <a href="https://exemple.fr">l'aide</a></string>`
    Use instead: write the address into the text.
    Sources: https://faq.whatsapp.com/539178204879377
    """

    code = "LOS107"
    name = "sms-markup-lost"
    severity = Severity.WARNING


_SAID: tuple[tuple[type[Rule], str, str], ...] = (
    (SenderName, "a sender id is kept as a fact only", "choose the display name of the number that sends"),
    (FlashClass, "a flash SMS becomes an ordinary message", "check whether it must be seen at once"),
    (RegistryIds, "an id of the Indian SMS registry is kept as a fact only", "submit a WhatsApp template instead"),
    (LinkShortening, "links are not shortened on WhatsApp", "use a URL button to count taps"),
)


def loss_findings(lost: Mapping[str, Sequence[Place]]) -> list[Finding]:
    """One finding for each kind of loss, at its first place; the ledger names them all."""
    found = []
    for rule, message, help in _SAID:
        places = lost.get(rule.code, ())
        if places:
            more = f" ({len(places)} times in the file)" if len(places) > 1 else ""
            labels = [Label(places[1], "and here")] if len(places) > 1 else []
            found.append(rule.at(places[0], message + more, help=help, labels=labels, data={"count": len(places)}))
    return found
