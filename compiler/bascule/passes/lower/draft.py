"""Messages of one content while they are gathered, with the markers each one uses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bascule.diagnostics import Severity
from bascule.ir.text import LocalizedText, Text
from bascule.passes.lower.context import LowerContext, Site
from bascule.passes.lower.texts import Marker, strip_text
from bascule.whatsapp.messages import read_message
from bascule.whatsapp.plan import PlannedMessage

__all__ = ["RECIPIENT", "Draft", "localized_text", "send_body"]

RECIPIENT = "{{contact.phone}}"
"""Run-time marker of the receiver in every send body."""


@dataclass
class Draft:
    """Messages gathered so far, with the markers each one uses."""

    context: LowerContext
    site: Site
    locale: str
    messages: list[PlannedMessage] = field(default_factory=list)

    def text(self, localized: LocalizedText) -> Text:
        """The text in the draft's language."""
        return localized_text(localized, self.locale)

    def add(
        self, body: Mapping[str, Any], used: Sequence[Marker], *, role: str = "main", page: int = 0, next_id: str = ""
    ) -> None:
        """Add a message body (without its envelope). A body that does not read back is a defect: ValueError."""
        message, findings = read_message(send_body(body), self.site.place)
        if message is None or any(finding.severity is Severity.ERROR for finding in findings):
            raise ValueError(f"lowering made a message that does not read back: {body!r}: {findings!r}")
        variables = tuple({marker.name: marker.expression for marker in used}.items())
        self.messages.append(PlannedMessage(message, variables, page, next_id, role, self.site.place))

    def note(self, fate: str, construct: str, reason: str = "", alternative: str = "", place: Any = None) -> None:
        """Write a construct's fate to the ledger."""
        self.context.note(fate, construct, place or self.site.place, reason, alternative)


def send_body(body: Mapping[str, Any]) -> dict[str, Any]:
    """A message body with its envelope: the exact body of ``POST /{PHONE}/messages``."""
    return {"messaging_product": "whatsapp", "recipient_type": "individual", "to": RECIPIENT, **body}


def localized_text(localized: LocalizedText, locale: str) -> Text:
    """The text for a locale (or the best there is), without blanks at its ends."""
    return strip_text(localized.best(locale) or ())
