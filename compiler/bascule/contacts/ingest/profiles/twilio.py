"""Twilio: the message log (console CSV, REST pages, bulk export) and records of the Consent API."""

from __future__ import annotations

from bascule.contacts.ingest.profile import Field, Log, Profile, fields
from bascule.contacts.rows import Kind

PROFILES = (
    Profile(
        name="twilio-messages",
        platform="twilio",
        title="Twilio message log",
        kind=Kind.MESSAGE,
        required=(("sid",), ("from",), ("to",), ("direction",)),
        typical=("accountsid", "numsegments", "datesent", "sentdate", "apiversion", "priceunit", "messagingservicesid"),
        foreign=("messageuuid",),
        fields=fields(
            direction="direction",
            occurred_at=("date_sent", "SentDate", "date_created", "date_updated"),
            message_id="sid",
            message_status="status",
            error_code="error_code",
        ),
        log=Log(body=("body",), blocked=("21610",)),
        constants={"channel": "sms"},
        source="https://www.twilio.com/docs/messaging/api/message-resource",
    ),
    Profile(
        name="twilio-consents",
        platform="twilio",
        title="Twilio Consent API records",
        kind=Kind.CONSENT,
        required=(("contactid",), ("senderid",), ("status",)),
        typical=("correlationid", "dateofconsent", "source"),
        fields=fields(
            phone_raw="contact_id",
            consent_action=Field(("status",)),
            consent_source=Field(
                ("source",),
                {
                    "website": "form",
                    "offline": "paper",
                    "opt-in-message": "keyword",
                    "opt-out-message": "keyword",
                    "others": "import",
                },
            ),
            consent_proof="correlation_id",
            occurred_at="date_of_consent",
        ),
        constants={"channel": "sms"},
        source="https://www.twilio.com/docs/messaging/features/consent-api",
    ),
)
