"""The tables of a contact store, the same in SQLite and PostgreSQL.

Moments are texts as :mod:`bascule.contacts.clock` makes them. Text that says who somebody is or what they wrote goes
through the store's vault (:mod:`bascule.contacts.store.vault`): columns marked *sealed* hold what the vault made of
it, columns named ``lookup`` what equality is tested on. Keys are never in the store, so a backup holds none.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    text,
)

__all__ = [
    "campaign_people",
    "check_batches",
    "check_items",
    "check_runs",
    "conflicts",
    "consents",
    "decisions",
    "deliveries",
    "erasures",
    "facts",
    "identities",
    "import_parts",
    "imports",
    "inbox",
    "metadata",
    "outbox",
    "persons",
    "registrations",
    "runs",
    "settings",
    "suppressions",
]

metadata = MetaData()
_BIG = BigInteger().with_variant(Integer, "sqlite")
_TEXT = Text().with_variant(Text(collation="C"), "postgresql")
"""Compared by code points in both databases, as Python does: streams sorted by the database are merged here."""

settings = Table(
    "settings",
    metadata,
    Column("name", _TEXT, primary_key=True),
    Column("value", _TEXT, nullable=False),
    comment="facts of the store itself: vault kind, key id, pseudonym key id",
)

runs = Table(
    "runs",
    metadata,
    Column("id", _BIG, primary_key=True, autoincrement=True),
    Column("step", _TEXT, nullable=False, comment="import, merge, check, decide, export ..."),
    Column("subject", _TEXT, nullable=False, comment="what the step worked on: an import id, a check run, a file name"),
    Column("started_at", _TEXT, nullable=False),
    Column("ended_at", _TEXT, comment="null: running, or killed"),
    Column("counts", _TEXT, comment="JSON of bascule.contacts.counts.Counts"),
    Column("outcome", _TEXT, comment="done, nothing_to_do, failed"),
)

imports = Table(
    "imports",
    metadata,
    Column("id", _TEXT, primary_key=True, comment="hash of the bytes and of how they were read: same again, same id"),
    Column("ordinal", Integer, nullable=False, unique=True, comment="1, 2, 3 ... in order of first import"),
    Column("file", _TEXT, nullable=False, comment="base name"),
    Column("profile", _TEXT, nullable=False),
    Column("reading", _TEXT, nullable=False, comment="JSON: container, encoding, delimiter, mapping, default region"),
    Column("bytes", _BIG, nullable=False),
    Column("state", _TEXT, nullable=False, comment="open, done"),
    Column("started_at", _TEXT, nullable=False),
    Column("ended_at", _TEXT),
    Column("counts", _TEXT, comment="JSON, when done"),
)

import_parts = Table(
    "import_parts",
    metadata,
    Column("import_id", _TEXT, ForeignKey("imports.id"), primary_key=True),
    Column("part", Integer, primary_key=True, comment="0, 1, 2 ... in file order"),
    Column("file", _TEXT, nullable=False, comment="Parquet file below the data folder"),
    Column("sha256", _TEXT, nullable=False),
    Column("first_row", _BIG, nullable=False),
    Column("last_row", _BIG, nullable=False),
    Column("counts", _TEXT, nullable=False, comment="JSON"),
    comment="written in the transaction that makes a part known: what is not here was not imported",
)

persons = Table(
    "persons",
    metadata,
    Column("id", _TEXT, primary_key=True, comment="p<ordinal of import>-<source row>, of the first row seen"),
    Column("name", _TEXT, comment="sealed"),
    Column("first_name", _TEXT, comment="sealed"),
    Column("last_name", _TEXT, comment="sealed"),
    Column("language", _TEXT),
    Column("region", _TEXT, comment="of the number that is messaged, else of the record"),
    Column("phone_type", _TEXT),
    Column("number_doubt", _TEXT, comment="null, or why the number may have a new owner"),
    Column("first_seen_at", _TEXT),
    Column("last_inbound_at", _TEXT, comment="on any channel"),
    Column("last_outbound_at", _TEXT, comment="on any channel"),
    Column("whatsapp_inbound_at", _TEXT, comment="opens the customer service window for 24 hours"),
    Column("merged_into", _TEXT, comment="another person, when later evidence joined two"),
    Column("updated_at", _TEXT, nullable=False),
)

identities = Table(
    "identities",
    metadata,
    Column("kind", _TEXT, primary_key=True, comment="phone, wa_id, bsuid, parent_bsuid, viber, crm, email"),
    Column("scope", _TEXT, primary_key=True, comment="bot, CRM or business portfolio; empty where ids are global"),
    Column("lookup", _TEXT, primary_key=True, comment="the value, or its keyed pseudonym where the store is encrypted"),
    Column("person_id", _TEXT, ForeignKey("persons.id"), nullable=False, index=True),
    Column("value", _TEXT, nullable=False, comment="sealed; E.164 with plus for phones"),
    Column("region", _TEXT),
    Column("number_type", _TEXT),
    Column("how", _TEXT, comment="how the country of a phone was decided"),
    Column("confidence", _TEXT, nullable=False, comment="sure, assumed, doubtful"),
    Column("source", _TEXT, nullable=False, comment="import id, or sync"),
    Column("source_row", _BIG),
    Column("first_seen_at", _TEXT),
    Column("last_seen_at", _TEXT),
    Column("replaced_at", _TEXT, comment="when the person gave it up (number or id changed)"),
    Index("identities_lookup", "lookup", "kind"),
)

facts = Table(
    "facts",
    metadata,
    Column("person_id", _TEXT, ForeignKey("persons.id"), primary_key=True),
    Column("field", _TEXT, primary_key=True, comment="email, tags, custom.<header> ..."),
    Column("value", _TEXT, nullable=False, comment="sealed"),
    Column("import_id", _TEXT, nullable=False),
    Column("source_row", _BIG, nullable=False),
    Column("seen_at", _TEXT),
    comment="what survived merging, field by field",
)

conflicts = Table(
    "conflicts",
    metadata,
    Column("person_id", _TEXT, ForeignKey("persons.id"), primary_key=True),
    Column("field", _TEXT, primary_key=True),
    Column("import_id", _TEXT, primary_key=True),
    Column("source_row", _BIG, primary_key=True),
    Column("part", Integer, primary_key=True, server_default=text("0"), comment="of a record that has several"),
    Column("value", _TEXT, nullable=False, comment="sealed: what another row says, and was not chosen"),
    Column("seen_at", _TEXT),
)

consents = Table(
    "consents",
    metadata,
    Column("id", _BIG, primary_key=True, autoincrement=True),
    Column("event_key", _TEXT, nullable=False, unique=True, comment="<import>:<row>:<part>:..., or a provider's event"),
    Column("person_id", _TEXT, nullable=False, index=True),
    Column("identity_kind", _TEXT, nullable=False),
    Column("identity_lookup", _TEXT, nullable=False, comment="empty once erased"),
    Column("channel", _TEXT, nullable=False),
    Column("purpose", _TEXT, nullable=False, comment="marketing, utility, service, or * where it is not said"),
    Column("action", _TEXT, nullable=False, comment="opt_in, opt_out, expired, imported, withdrawn, promoted"),
    Column("legal_basis", _TEXT),
    Column("source", _TEXT, comment="form, keyword, paper, api, import, blocked_send, platform_list, policy:<name>"),
    Column("method", _TEXT, comment="single, double"),
    Column("occurred_at", _TEXT, comment="null = unknown; never the time of import"),
    Column("recorded_at", _TEXT, nullable=False),
    Column("wording", _TEXT, comment="sealed"),
    Column("wording_version", _TEXT),
    Column("language", _TEXT),
    Column("names_business", Boolean),
    Column("names_whatsapp", Boolean),
    Column("proof", _TEXT, comment="sealed: reference to the proof"),
    Column("proof_hash", _TEXT),
    Column("controller", _TEXT),
    Column("jurisdiction", _TEXT),
    Column("expires_at", _TEXT),
    Column("import_id", _TEXT),
    Column("source_row", _BIG),
    Index("consents_identity", "identity_lookup", "identity_kind"),
    comment="append only: a trigger refuses changes",
)

suppressions = Table(
    "suppressions",
    metadata,
    Column("pseudonym", _TEXT, primary_key=True, comment="keyed pseudonym of an identifier: survives erasure"),
    Column("channel", _TEXT, primary_key=True, comment="sms, viber, whatsapp, or * for all"),
    Column("reason", _TEXT, nullable=False, comment="opt_out, erased, do_not_contact, blocked"),
    Column("since", _TEXT, comment="null = unknown"),
    Column("released_at", _TEXT, comment="a later opt-in on that channel"),
    Column("source", _TEXT, nullable=False),
)

check_runs = Table(
    "check_runs",
    metadata,
    Column("id", _TEXT, primary_key=True),
    Column("method", _TEXT, nullable=False, comment="contacts_endpoint, webhook_evidence, imported, simulator"),
    Column("settings", _TEXT, nullable=False, comment="JSON without secrets: URL, batch size, mode, rate"),
    Column("state", _TEXT, nullable=False, comment="open, done"),
    Column("discriminating", Boolean, comment="null: controls not answered yet; false: says yes to everyone"),
    Column("started_at", _TEXT, nullable=False),
    Column("ended_at", _TEXT),
    Column("counts", _TEXT),
)

check_batches = Table(
    "check_batches",
    metadata,
    Column("run_id", _TEXT, ForeignKey("check_runs.id"), primary_key=True),
    Column("batch", Integer, primary_key=True),
    Column("state", _TEXT, nullable=False, comment="open, claimed, polling, done, refused"),
    Column("claimed_by", _TEXT),
    Column("claimed_at", _TEXT),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    Column("error", _TEXT, comment="class of the last failure; no number, no body"),
    Column("done_at", _TEXT),
)

check_items = Table(
    "check_items",
    metadata,
    Column("run_id", _TEXT, ForeignKey("check_runs.id"), primary_key=True),
    Column("lookup", _TEXT, primary_key=True, comment="of the phone identity"),
    Column("batch", Integer, nullable=False),
    Column("control", Boolean, nullable=False, server_default=text("false")),
    Column("status", _TEXT, comment="null: no answer yet; active, inactive, processing, unverified, error"),
    Column("wa_id", _TEXT, comment="sealed"),
    Index("check_items_batch", "run_id", "batch"),
)

registrations = Table(
    "registrations",
    metadata,
    Column("lookup", _TEXT, primary_key=True, comment="of the phone identity"),
    Column("status", _TEXT, nullable=False, comment="active, inactive, processing, unverified, error"),
    Column("method", _TEXT, nullable=False),
    Column("checked_at", _TEXT, nullable=False),
    Column("confidence", _TEXT, nullable=False, comment="evidence, check, none"),
    Column("expires_at", _TEXT),
    Column("wa_id", _TEXT, comment="sealed"),
    Column("run_id", _TEXT),
)

decisions = Table(
    "decisions",
    metadata,
    Column("person_id", _TEXT, ForeignKey("persons.id"), primary_key=True),
    Column("action", _TEXT, nullable=False, comment="message, try, reengage, hold"),
    Column("reason", _TEXT, nullable=False),
    Column("channel", _TEXT, comment="whatsapp, sms, viber: the channel of the action"),
    Column("policy", _TEXT, nullable=False),
    Column("decided_at", _TEXT, nullable=False),
    Index("decisions_action", "action", "reason"),
)

campaign_people = Table(
    "campaign_people",
    metadata,
    Column("campaign", _TEXT, primary_key=True, comment="its texts are in the settings, as campaign:<id>"),
    Column("person_id", _TEXT, primary_key=True, index=True),
    Column("channel", _TEXT, nullable=False, comment="sms, viber"),
    Column("language", _TEXT, nullable=False, comment="of the text they were sent"),
    Column("asked_at", _TEXT, nullable=False, comment="when the recipients were first written to a file"),
    comment="who was asked what: an answer such as YES says something only together with its question",
)

inbox = Table(
    "inbox",
    metadata,
    Column("event_id", _TEXT, primary_key=True, comment="<provider>:<kind>:<provider's id>: the same again is a no-op"),
    Column("provider", _TEXT, nullable=False),
    Column("kind", _TEXT, nullable=False, comment="message, status, number_changed, bsuid_changed, preference ..."),
    Column("occurred_at", _TEXT, nullable=False),
    Column("received_at", _TEXT, nullable=False),
    Column("payload", _TEXT, nullable=False, comment="sealed: JSON of the canonical event"),
    Column("applied_at", _TEXT),
    Column("outcome", _TEXT, comment="applied, late, unknown_person, unsupported"),
    Column("person_id", _TEXT, index=True, comment="once applied; the payload is then sealed for that person"),
    Index("inbox_waiting", "applied_at", "occurred_at", "event_id"),
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("message_id", _TEXT, primary_key=True),
    Column("status", _TEXT, primary_key=True, comment="sent, delivered, read, played, failed"),
    Column("occurred_at", _TEXT, nullable=False),
    Column("person_id", _TEXT),
    Column("error_code", _TEXT),
    Column("category", _TEXT, comment="pricing category"),
    Column("channel", _TEXT, comment="whatsapp, sms, viber; null = whatsapp"),
    Column("lookup", _TEXT, comment="of the phone identity the message went to, where there is one"),
    Index("deliveries_lookup", "lookup"),
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", _BIG, primary_key=True, autoincrement=True),
    Column("change_key", _TEXT, nullable=False, unique=True),
    Column("person_id", _TEXT, nullable=False),
    Column("change", _TEXT, nullable=False, comment="consent, registration, number, window, erased"),
    Column("payload", _TEXT, nullable=False, comment="sealed: JSON"),
    Column("created_at", _TEXT, nullable=False),
    Column("delivered_at", _TEXT),
)

erasures = Table(
    "erasures",
    metadata,
    Column("receipt", _TEXT, primary_key=True),
    Column("pseudonym", _TEXT, nullable=False, index=True),
    Column("person_id", _TEXT, nullable=False),
    Column("erased_at", _TEXT, nullable=False),
    Column("counts", _TEXT, nullable=False, comment="JSON: rows per table, snapshots, backups"),
)
