"""The canonical row: what every import profile makes of a source record, and what merging reads.

A snapshot is a Parquet file of such rows. All columns are text (null = the source says nothing) except ``row`` and
``part``. A record of an address book is one row; so is a message of a log, which speaks of a person too. A cell with
two phone numbers gives two rows with one ``row`` and ``part`` 0 and 1.
"""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["CHANNELS", "COLUMNS", "IDENTIFIERS", "PURPOSES", "Kind", "snapshot_schema"]

CHANNELS = ("sms", "viber", "whatsapp", "voice", "email")
PURPOSES = ("marketing", "utility", "service")


class Kind(enum.StrEnum):
    """What a source record is about."""

    CONTACT = "contact"
    """A person in an address book or CRM."""
    MESSAGE = "message"
    """A message to or from a person."""
    CONSENT = "consent"
    """A record of an opt-in or opt-out."""
    SUPPRESSION = "suppression"
    """An entry of a do-not-contact list."""
    EVENT = "event"
    """Anything else that a person did: subscribed, shared a phone number, was seen."""


COLUMNS: tuple[tuple[str, str], ...] = (
    ("import_id", "the import the row belongs to"),
    ("row", "source record, 1 = the file's first line, element or sheet row (int64)"),
    ("part", "0, or the position of a further number of the same cell (int16)"),
    ("file", "path of the source file below what was imported"),
    ("kind", "contact, message, consent, suppression or event"),
    (
        "platform",
        "profile that read the row: twilio, vonage, plivo, bird, infobip, viber, hubspot, salesforce, generic",
    ),
    ("phone_raw", "the phone cell as it stands"),
    ("phone_e164", "E.164 with plus, only for valid numbers"),
    ("phone_region", "ISO 3166 region of the number"),
    ("phone_type", "libphonenumber's type in lower case"),
    ("phone_status", "valid, invalid, not_a_number, empty"),
    ("phone_reason", "why, or what to look at"),
    ("phone_how", "how the country was decided"),
    ("wa_id", "WhatsApp id as the platform returned it, digits; never derived from the number"),
    ("bsuid", "business-scoped user id"),
    ("parent_bsuid", "parent business-scoped user id"),
    ("bsuid_scope", "business portfolio of the business-scoped id"),
    ("viber_id", "Viber user id, scoped to one bot"),
    ("viber_scope", "bot or channel of the Viber id"),
    ("crm_id", "id of the record in the CRM or address book it comes from"),
    ("crm_scope", "which CRM or address book"),
    ("email", "address as it stands, trimmed"),
    ("first_name", "given name"),
    ("last_name", "family name"),
    ("name", "full name where the source has only one field"),
    ("language", "BCP 47 tag, as specific as the source"),
    ("country", "ISO 3166 region the record itself names"),
    ("tags", "JSON array of texts: lists, groups, segments"),
    ("custom", "JSON object of every further cell, by the source's header: nothing a source holds is dropped"),
    ("modified_at", "when the source says the record was last changed (ISO 8601 UTC, seconds)"),
    ("channel", "sms, viber, whatsapp: of a message or consent"),
    ("direction", "inbound or outbound, of a message"),
    ("occurred_at", "when the message or event happened (ISO 8601 UTC, seconds); null = unknown, never import time"),
    ("message_id", "the platform's id of the message"),
    ("message_status", "delivered, failed, read ... as the platform has it, lower case"),
    ("error_code", "the platform's error code"),
    ("consent_action", "opt_in or opt_out"),
    ("consent_purpose", "marketing, utility or service"),
    ("consent_basis", "consent, contract or legitimate_interest, as the controller declared it"),
    ("consent_source", "where it was given: form, keyword, paper, api, import, blocked_send, platform_list"),
    ("consent_keyword", "the word that was sent"),
    ("consent_double", "`true` for a confirmed double opt-in, `false` where the source denies it"),
    ("consent_wording", "the exact text the person saw"),
    ("consent_names_business", "`true` where the wording names the business"),
    ("consent_names_whatsapp", "`true` where the wording names WhatsApp"),
    ("consent_proof", "reference to the proof: URL, file, message or form id"),
    ("consent_expires_at", "when the consent ends (ISO 8601 UTC)"),
    ("rejected", "null, or why the row identifies nobody: the reason in the rejects file"),
)
"""Name and meaning of each column, in file order."""

IDENTIFIERS = ("phone_e164", "wa_id", "bsuid", "parent_bsuid", "viber_id", "crm_id", "email")
"""Columns that can say who a row is about. Without any of them a row is rejected, with its reason."""


def snapshot_schema() -> pa.Schema:
    """The Arrow schema of a snapshot."""
    import pyarrow as pa

    types = {"row": pa.int64(), "part": pa.int16()}
    return pa.schema([pa.field(name, types.get(name, pa.string())) for name, _ in COLUMNS])
