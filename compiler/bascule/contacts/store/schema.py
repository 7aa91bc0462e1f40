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

settings = Table(
    "settings",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", Text, nullable=False),
    comment="facts of the store itself: vault kind, key id, pseudonym key id",
)

runs = Table(
    "runs",
    metadata,
    Column("id", _BIG, primary_key=True, autoincrement=True),
    Column("step", Text, nullable=False, comment="import, merge, check, decide, export ..."),
    Column("subject", Text, nullable=False, comment="what the step worked on: an import id, a check run, a file name"),
    Column("started_at", Text, nullable=False),
    Column("ended_at", Text, comment="null: running, or killed"),
    Column("counts", Text, comment="JSON of bascule.contacts.counts.Counts"),
    Column("outcome", Text, comment="done, nothing_to_do, failed"),
)

imports = Table(
    "imports",
    metadata,
    Column("id", Text, primary_key=True, comment="hash of the bytes and of how they were read: same again, same id"),
    Column("ordinal", Integer, nullable=False, unique=True, comment="1, 2, 3 ... in order of first import"),
    Column("file", Text, nullable=False, comment="base name"),
    Column("profile", Text, nullable=False),
    Column("reading", Text, nullable=False, comment="JSON: container, encoding, delimiter, mapping, default region"),
    Column("bytes", _BIG, nullable=False),
    Column("state", Text, nullable=False, comment="open, done"),
    Column("started_at", Text, nullable=False),
    Column("ended_at", Text),
    Column("counts", Text, comment="JSON, when done"),
)

import_parts = Table(
    "import_parts",
    metadata,
    Column("import_id", Text, ForeignKey("imports.id"), primary_key=True),
    Column("part", Integer, primary_key=True, comment="0, 1, 2 ... in file order"),
    Column("file", Text, nullable=False, comment="Parquet file below the data folder"),
    Column("sha256", Text, nullable=False),
    Column("first_row", _BIG, nullable=False),
    Column("last_row", _BIG, nullable=False),
    Column("counts", Text, nullable=False, comment="JSON"),
    comment="written in the transaction that makes a part known: what is not here was not imported",
)

persons = Table(
    "persons",
    metadata,
    Column("id", Text, primary_key=True, comment="p<ordinal of import>-<source row>, of the first row seen"),
    Column("name", Text, comment="sealed"),
    Column("first_name", Text, comment="sealed"),
    Column("last_name", Text, comment="sealed"),
    Column("language", Text),
    Column("region", Text, comment="of the number that is messaged, else of the record"),
    Column("phone_type", Text),
    Column("number_doubt", Text, comment="null, or why the number may have a new owner"),
    Column("first_seen_at", Text),
    Column("last_inbound_at", Text, comment="on any channel"),
    Column("last_outbound_at", Text, comment="on any channel"),
    Column("whatsapp_inbound_at", Text, comment="opens the customer service window for 24 hours"),
    Column("merged_into", Text, comment="another person, when later evidence joined two"),
    Column("updated_at", Text, nullable=False),
)

identities = Table(
    "identities",
    metadata,
    Column("kind", Text, primary_key=True, comment="phone, wa_id, bsuid, parent_bsuid, viber, crm, email"),
    Column("scope", Text, primary_key=True, comment="bot, CRM or business portfolio; empty where ids are global"),
    Column("lookup", Text, primary_key=True, comment="the value, or its keyed pseudonym where the store is encrypted"),
    Column("person_id", Text, ForeignKey("persons.id"), nullable=False, index=True),
    Column("value", Text, nullable=False, comment="sealed; E.164 with plus for phones"),
    Column("region", Text),
    Column("number_type", Text),
    Column("how", Text, comment="how the country of a phone was decided"),
    Column("confidence", Text, nullable=False, comment="sure, assumed, doubtful"),
    Column("source", Text, nullable=False, comment="import id, or sync"),
    Column("source_row", _BIG),
    Column("first_seen_at", Text),
    Column("last_seen_at", Text),
    Column("replaced_at", Text, comment="when the person gave it up (number or id changed)"),
)

facts = Table(
    "facts",
    metadata,
    Column("person_id", Text, ForeignKey("persons.id"), primary_key=True),
    Column("field", Text, primary_key=True, comment="email, tags, custom.<header> ..."),
    Column("value", Text, nullable=False, comment="sealed"),
    Column("import_id", Text, nullable=False),
    Column("source_row", _BIG, nullable=False),
    Column("seen_at", Text),
    comment="what survived merging, field by field",
)

conflicts = Table(
    "conflicts",
    metadata,
    Column("person_id", Text, ForeignKey("persons.id"), primary_key=True),
    Column("field", Text, primary_key=True),
    Column("import_id", Text, primary_key=True),
    Column("source_row", _BIG, primary_key=True),
    Column("value", Text, nullable=False, comment="sealed: what another row says, and was not chosen"),
    Column("seen_at", Text),
)

consents = Table(
    "consents",
    metadata,
    Column("id", _BIG, primary_key=True, autoincrement=True),
    Column("event_key", Text, nullable=False, unique=True, comment="<import>:<row>:<part>:..., or a provider's event"),
    Column("person_id", Text, nullable=False, index=True),
    Column("identity_kind", Text, nullable=False),
    Column("identity_lookup", Text, nullable=False, comment="empty once erased"),
    Column("channel", Text, nullable=False),
    Column("purpose", Text, nullable=False, comment="marketing, utility, service"),
    Column("action", Text, nullable=False, comment="opt_in, opt_out, expired, imported, withdrawn, promoted"),
    Column("legal_basis", Text),
    Column("source", Text, comment="form, keyword, paper, api, import, blocked_send, platform_list, policy:<name>"),
    Column("method", Text, comment="single, double"),
    Column("occurred_at", Text, comment="null = unknown; never the time of import"),
    Column("recorded_at", Text, nullable=False),
    Column("wording", Text, comment="sealed"),
    Column("wording_version", Text),
    Column("language", Text),
    Column("names_business", Boolean),
    Column("names_whatsapp", Boolean),
    Column("proof", Text, comment="sealed: reference to the proof"),
    Column("proof_hash", Text),
    Column("controller", Text),
    Column("jurisdiction", Text),
    Column("expires_at", Text),
    Column("import_id", Text),
    Column("source_row", _BIG),
    comment="append only: a trigger refuses changes",
)

suppressions = Table(
    "suppressions",
    metadata,
    Column("pseudonym", Text, primary_key=True, comment="keyed pseudonym of an identifier: survives erasure"),
    Column("channel", Text, primary_key=True, comment="sms, viber, whatsapp, or * for all"),
    Column("reason", Text, nullable=False, comment="opt_out, erased, do_not_contact, blocked"),
    Column("since", Text, comment="null = unknown"),
    Column("released_at", Text, comment="a later opt-in on that channel"),
    Column("source", Text, nullable=False),
)

check_runs = Table(
    "check_runs",
    metadata,
    Column("id", Text, primary_key=True),
    Column("method", Text, nullable=False, comment="contacts_endpoint, webhook_evidence, imported, simulator"),
    Column("settings", Text, nullable=False, comment="JSON without secrets: URL, batch size, mode, rate"),
    Column("state", Text, nullable=False, comment="open, done"),
    Column("discriminating", Boolean, comment="null: controls not answered yet; false: says yes to everyone"),
    Column("started_at", Text, nullable=False),
    Column("ended_at", Text),
    Column("counts", Text),
)

check_batches = Table(
    "check_batches",
    metadata,
    Column("run_id", Text, ForeignKey("check_runs.id"), primary_key=True),
    Column("batch", Integer, primary_key=True),
    Column("state", Text, nullable=False, comment="open, claimed, polling, done, refused"),
    Column("claimed_by", Text),
    Column("claimed_at", Text),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    Column("error", Text, comment="class of the last failure; no number, no body"),
    Column("done_at", Text),
)

check_items = Table(
    "check_items",
    metadata,
    Column("run_id", Text, ForeignKey("check_runs.id"), primary_key=True),
    Column("lookup", Text, primary_key=True, comment="of the phone identity"),
    Column("batch", Integer, nullable=False),
    Column("control", Boolean, nullable=False, server_default=text("false")),
    Column("status", Text, comment="null: no answer yet; active, inactive, processing, unverified, error"),
    Column("wa_id", Text, comment="sealed"),
    Index("check_items_batch", "run_id", "batch"),
)

registrations = Table(
    "registrations",
    metadata,
    Column("lookup", Text, primary_key=True, comment="of the phone identity"),
    Column("status", Text, nullable=False, comment="active, inactive, processing, unverified, error"),
    Column("method", Text, nullable=False),
    Column("checked_at", Text, nullable=False),
    Column("confidence", Text, nullable=False, comment="evidence, check, none"),
    Column("expires_at", Text),
    Column("wa_id", Text, comment="sealed"),
    Column("run_id", Text),
)

decisions = Table(
    "decisions",
    metadata,
    Column("person_id", Text, ForeignKey("persons.id"), primary_key=True),
    Column("action", Text, nullable=False, comment="message, try, reengage, hold"),
    Column("reason", Text, nullable=False),
    Column("channel", Text, comment="whatsapp, sms, viber: the channel of the action"),
    Column("policy", Text, nullable=False),
    Column("decided_at", Text, nullable=False),
    Index("decisions_action", "action", "reason"),
)

inbox = Table(
    "inbox",
    metadata,
    Column("event_id", Text, primary_key=True, comment="<provider>:<kind>:<provider's id>: the same again is a no-op"),
    Column("provider", Text, nullable=False),
    Column("kind", Text, nullable=False, comment="message, status, number_changed, bsuid_changed, preference ..."),
    Column("occurred_at", Text, nullable=False),
    Column("received_at", Text, nullable=False),
    Column("payload", Text, nullable=False, comment="sealed: JSON of the canonical event"),
    Column("applied_at", Text),
    Column("outcome", Text, comment="applied, late, unknown_person, duplicate, unsupported"),
    Index("inbox_waiting", "applied_at", "occurred_at", "event_id"),
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("message_id", Text, primary_key=True),
    Column("status", Text, primary_key=True, comment="sent, delivered, read, played, failed"),
    Column("occurred_at", Text, nullable=False),
    Column("person_id", Text),
    Column("error_code", Text),
    Column("category", Text, comment="pricing category"),
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", _BIG, primary_key=True, autoincrement=True),
    Column("change_key", Text, nullable=False, unique=True),
    Column("person_id", Text, nullable=False),
    Column("change", Text, nullable=False, comment="consent, registration, number, window, erased"),
    Column("payload", Text, nullable=False, comment="sealed: JSON"),
    Column("created_at", Text, nullable=False),
    Column("delivered_at", Text),
)

erasures = Table(
    "erasures",
    metadata,
    Column("receipt", Text, primary_key=True),
    Column("pseudonym", Text, nullable=False, index=True),
    Column("person_id", Text, nullable=False),
    Column("erased_at", Text, nullable=False),
    Column("counts", Text, nullable=False, comment="JSON: rows per table, snapshots, backups"),
)
