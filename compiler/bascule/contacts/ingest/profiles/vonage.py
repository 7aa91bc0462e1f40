"""Vonage (Nexmo): records of the Reports API, products SMS and MESSAGES, as CSV (in a zip) or JSON."""

from __future__ import annotations

from bascule.contacts.ingest.profile import Field, Log, Profile, fields
from bascule.contacts.rows import Kind

_SOURCE = "https://developer.vonage.com/en/reports/overview"

PROFILES = (
    Profile(
        name="vonage-reports",
        platform="vonage",
        title="Vonage report (SMS or MESSAGES)",
        kind=Kind.MESSAGE,
        required=(("accountid",), ("messageid",), ("direction",), ("from",), ("to",), ("datereceived",)),
        typical=("networkname", "provider", "totalprice", "currency", "datefinalized", "countryname", "latency"),
        fields=fields(
            direction="direction",
            occurred_at="date_received",
            message_id="message_id",
            message_status="status",
            error_code=Field(("error_code",), {"0": ""}),
            country="country",
            channel=Field(
                ("provider", "channel"),
                {
                    "viber_service_msg": "viber",
                    "viber_service": "viber",
                    "viber": "viber",
                    "whatsapp": "whatsapp",
                    "sms": "sms",
                    "mms": "sms",
                },
            ),
        ),
        log=Log(body=("messagebody",), blocked=("9",)),
        constants={"channel": "sms"},
        international=True,
        source=_SOURCE,
    ),
)
