"""Who is written to, in the form each provider reads."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from bascule.contacts.campaign.texts import Campaign

__all__ = ["PROVIDERS", "VIBER_RECEIVERS", "Recipient", "sms_header", "sms_row", "viber_broadcasts"]

PROVIDERS = {
    "generic": ("phone", "text", True),
    "twilio": ("To", "Body", True),
    "vonage": ("to", "text", False),
    "plivo": ("dst", "text", False),
    "infobip": ("to", "text", False),
    "bird": ("phonenumber", "text", True),
}
"""Column of the number, column of the text, and whether numbers have a plus: as each platform's data has them."""

VIBER_RECEIVERS = 300
"""https://developers.viber.com/docs/api/rest-bot-api/#broadcast-message"""


@dataclass(frozen=True, slots=True)
class Recipient:
    """One person to ask: ``address`` is an E.164 number or a Viber id."""

    person: str
    channel: str
    address: str
    language: str


def sms_header(provider: str) -> tuple[str, ...]:
    """The columns of a recipients file."""
    number, text, _ = PROVIDERS[provider]
    return (number, text, "language", "person_id")


def sms_row(recipient: Recipient, provider: str, campaign: Campaign) -> tuple[str, ...]:
    """One row of it."""
    address = recipient.address if PROVIDERS[provider][2] else recipient.address.lstrip("+")
    return (address, campaign.text("sms", recipient.language), recipient.language, recipient.person)


def viber_broadcasts(recipients: Iterable[Recipient], campaign: Campaign) -> Iterator[str]:
    """Bodies of `broadcast_message`, one JSON line each, at most 300 receivers, one language each."""
    ordered: Sequence[Recipient] = sorted(recipients, key=lambda item: (item.language, item.address))
    for language, group in groupby(ordered, key=lambda item: item.language):
        ids = [item.address for item in group]
        for start in range(0, len(ids), VIBER_RECEIVERS):
            body: dict[str, Any] = {
                "broadcast_list": ids[start : start + VIBER_RECEIVERS],
                "type": "text",
                "text": campaign.text("viber", language),
                "keyboard": {
                    "Type": "keyboard",
                    "Buttons": [
                        {
                            "ActionType": "open-url",
                            "ActionBody": campaign.link(language),
                            "Text": campaign.text("viber_button", language),
                        }
                    ],
                },
            }
            yield json.dumps(body, ensure_ascii=False) + "\n"
