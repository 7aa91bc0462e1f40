"""Removing people from the tables of a store, or of a backup's copy of one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from bascule.contacts.store import schema
from bascule.contacts.store.store import batched

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from bascule.contacts.store.vault import Vault

from bascule.contacts.privacy.subject import Subject

__all__ = ["erase_rows", "mentions"]

_GROUP = 400


def erase_rows(connection: Connection, vault: Vault, subjects: Sequence[Subject]) -> Counter[str]:
    """Delete everything about people but their entries of the ledger, which lose who they speak of. Gives the number
    of rows per table."""
    from sqlalchemy import delete, or_, select, update

    removed: Counter[str] = Counter()
    ids = [name for subject in subjects for name in subject.ids]
    lookups = sorted({lookup for subject in subjects for kind, _, _, lookup in subject.identifiers if kind == "phone"})

    def count(name: str, rows: int) -> None:
        if rows > 0:
            removed[name] += rows

    for group in batched(lookups, _GROUP):
        for table in (schema.registrations, schema.check_items):
            count(table.name, connection.execute(delete(table).where(table.c.lookup.in_(group))).rowcount)
    for group in batched(ids, _GROUP):
        for table in (
            schema.facts, schema.conflicts, schema.decisions, schema.identities, schema.outbox, schema.campaign_people,
        ):  # fmt: skip
            count(table.name, connection.execute(delete(table).where(table.c.person_id.in_(group))).rowcount)
        deliveries = schema.deliveries
        count(
            "deliveries",
            connection.execute(
                update(deliveries).where(deliveries.c.person_id.in_(group)).values(person_id=None)
            ).rowcount,
        )
        consents = schema.consents
        count(
            "consents",
            connection.execute(
                update(consents)
                .where(
                    consents.c.person_id.in_(group),
                    or_(
                        consents.c.identity_lookup != "", consents.c.proof.is_not(None), consents.c.wording.is_not(None)
                    ),
                )
                .values(identity_lookup="", proof=None, wording=None, proof_hash=None)
            ).rowcount,
        )
        connection.execute(update(schema.persons).where(schema.persons.c.id.in_(group)).values(merged_into=None))
        count("persons", connection.execute(delete(schema.persons).where(schema.persons.c.id.in_(group))).rowcount)
    inbox = schema.inbox
    owners = frozenset(ids)
    found = [
        event
        for event, payload, person in connection.execute(
            select(inbox.c.event_id, inbox.c.payload, inbox.c.person_id)
        ).all()
        if person in owners or any(mentions(vault.open(person or "", payload) or "", subject) for subject in subjects)
    ]
    for group in batched(found, _GROUP):
        count("inbox", connection.execute(delete(inbox).where(inbox.c.event_id.in_(group))).rowcount)
    return removed


def mentions(text: str, subject: Subject) -> bool:
    """Whether a text names a person by one of their identifiers; numbers with or without their plus."""
    return any(
        value.lstrip("+") in text
        for kind, _, value, _ in subject.identifiers
        if kind not in _ELSEWHERE and len(value.lstrip("+")) >= _SHORTEST
    )


_ELSEWHERE = ("crm", "parent_bsuid")
"""Record ids are not in what people write, and are found in any number; a parent id is a whole business's."""
_SHORTEST = 5
"""Shorter identifiers would be found in any text."""
