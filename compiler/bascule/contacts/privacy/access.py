"""Subject access: everything a store has of one person, as it stands."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from bascule.contacts.clock import instant, now
from bascule.contacts.privacy.files import rows_in_part
from bascule.contacts.privacy.subject import Subject
from bascule.contacts.privacy.tables import mentions

if TYPE_CHECKING:
    from sqlalchemy import Table

    from bascule.contacts.store.store import Store

__all__ = ["subject_data"]

_SEALED = {
    "persons": ("name", "first_name", "last_name"), "identities": ("value",), "facts": ("value",),
    "conflicts": ("value",), "consents": ("wording", "proof"), "registrations": ("wa_id",), "outbox": ("payload",),
}  # fmt: skip
_HIDDEN = ("lookup", "identity_lookup")
"""Columns that mean nothing to the person."""


def subject_data(store: Store, subject: Subject) -> dict[str, Any]:
    """All rows about a person, per table, the source rows they come from, and the webhook events that name them."""
    from sqlalchemy import select

    from bascule.contacts.store import schema

    found: dict[str, Any] = {"made_at": instant(now()), "person": subject.id, "merged": list(subject.ids[1:])}

    def rows(table: Table, where: Any) -> list[dict[str, Any]]:
        listed = []
        for row in connection.execute(select(table).where(where).order_by(*table.primary_key.columns)).mappings():
            owner = row.get("person_id") or row.get("id") or subject.id
            values = {name: value for name, value in row.items() if value is not None and name not in _HIDDEN}
            for name in _SEALED.get(table.name, ()):
                if values.get(name) is not None:
                    values[name] = store.vault.open(str(owner), values[name])
            listed.append(values)
        return listed

    with store.read() as connection:
        found["persons"] = rows(schema.persons, schema.persons.c.id.in_(subject.ids))
        for table in (
            schema.identities, schema.facts, schema.conflicts, schema.consents, schema.decisions, schema.deliveries,
            schema.outbox, schema.campaign_people,
        ):  # fmt: skip
            found[table.name] = rows(table, table.c.person_id.in_(subject.ids))
        lookups = [lookup for kind, _, _, lookup in subject.identifiers if kind == "phone"]
        found["registrations"] = rows(schema.registrations, schema.registrations.c.lookup.in_(lookups))
        inbox = schema.inbox
        found["events"] = [
            {"event_id": row["event_id"], "kind": row["kind"], "occurred_at": row["occurred_at"], "payload": payload}
            for row in connection.execute(select(inbox).order_by(inbox.c.occurred_at, inbox.c.event_id)).mappings()
            if mentions(payload := store.vault.open(row["person_id"] or "", row["payload"]) or row["payload"], subject)
            or row["person_id"] in subject.ids
        ]
        parts = connection.execute(
            select(schema.import_parts.c.file).order_by(schema.import_parts.c.file)
        ).scalars().all()  # fmt: skip
    sources = []
    for file in parts:
        path = store.place.data / file
        if path.exists():
            for row in rows_in_part(path, store.vault, [subject]):
                values = {name: value for name, value in row.items() if value is not None}
                if "custom" in values:
                    values["custom"] = json.loads(values["custom"])
                sources.append(values)
    found["source_rows"] = sources
    return found
