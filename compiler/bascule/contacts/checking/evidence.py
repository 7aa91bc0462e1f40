"""What the store itself has seen: messages that arrived on WhatsApp, and messages that came from there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from bascule.contacts.checking.checker import Answer, Reply, Value
from bascule.contacts.clock import instant, now

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from bascule.contacts.store.store import Store

__all__ = ["ARRIVED", "NO_ACCOUNT", "Evidence"]

ARRIVED = ("delivered", "read", "played")
"""Statuses that only a WhatsApp client can cause. ``sent`` is not one of them."""

NO_ACCOUNT = ("131026",)
"""Undeliverable: no account, an old client, terms not accepted, or a block; the platform does not say which.
https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes"""

_CHUNK = 400


@dataclass(slots=True)
class _Seen:
    yes: str = ""
    no: str = ""


class Evidence:
    """Answers from deliveries and inbound messages of the last ``days``; ``unverified`` where there are none. Later
    evidence wins over earlier one."""

    method = "webhook_evidence"
    tested = False

    def __init__(self, store: Store, days: int = 90) -> None:
        self._store = store
        self._days = days

    async def ask(self, numbers: Sequence[str]) -> Reply:
        """Look it up."""
        since = instant(now() - timedelta(days=self._days))
        by_lookup = {self._store.vault.lookup("phone", "", number): number for number in numbers}
        lookups = sorted(by_lookup)
        answers: dict[str, Answer] = {}
        with self._store.read() as connection:
            for start in range(0, len(lookups), _CHUNK):
                chunk = lookups[start : start + _CHUNK]
                seen = _evidence(connection, chunk, since)
                answers |= {by_lookup[lookup]: _answer(seen.get(lookup)) for lookup in chunk}
        return Reply(answers)

    async def close(self) -> None:
        """Nothing to close."""


def _answer(seen: _Seen | None) -> Answer:
    if seen is None or not (seen.yes or seen.no):
        return Answer(Value.UNVERIFIED)
    if seen.yes >= seen.no:
        return Answer(Value.ACTIVE, at=seen.yes)
    return Answer(Value.INACTIVE, at=seen.no)


def _evidence(connection: Connection, lookups: Iterable[str], since: str) -> Mapping[str, _Seen]:
    """The latest evidence of each kind. An inbound message speaks for a number only where the person has one."""
    from sqlalchemy import func, or_, select

    from bascule.contacts.store import schema

    lookups = list(lookups)
    found: dict[str, _Seen] = {}
    table = schema.deliveries.c
    rows = connection.execute(
        select(table.lookup, table.status, table.error_code, func.max(table.occurred_at))
        .where(
            table.lookup.in_(lookups),
            or_(table.channel.is_(None), table.channel == "whatsapp"),
            table.occurred_at >= since,
        )
        .group_by(table.lookup, table.status, table.error_code)
    )
    for lookup, status, code, at in rows:
        seen = found.setdefault(lookup, _Seen())
        if status in ARRIVED:
            seen.yes = max(seen.yes, at)
        elif status == "failed" and code in NO_ACCOUNT:
            seen.no = max(seen.no, at)
    identities, persons = schema.identities, schema.persons
    phone = identities.alias("phone")
    counted = (
        select(func.count())
        .select_from(phone)
        .where(phone.c.person_id == persons.c.id, phone.c.kind == "phone", phone.c.replaced_at.is_(None))
        .scalar_subquery()
    )
    inbound = connection.execute(
        select(identities.c.lookup, persons.c.whatsapp_inbound_at)
        .join(persons, persons.c.id == identities.c.person_id)
        .where(
            identities.c.kind == "phone",
            identities.c.lookup.in_(lookups),
            persons.c.whatsapp_inbound_at >= since,
            counted == 1,
        )
    )
    for lookup, at in inbound:
        seen = found.setdefault(lookup, _Seen())
        seen.yes = max(seen.yes, at)
    return found
