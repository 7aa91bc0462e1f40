"""Everyone in a store, one by one, with all that exports, audits and subject access say of them.

Each table is read once, in order of person ids, and the streams are joined here: memory does not grow with the store.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from bascule.contacts.clock import instant, now
from bascule.contacts.consent.state import Entry, Standing, by_person, standing
from bascule.contacts.store.streams import Groups, Reader

if TYPE_CHECKING:
    from bascule.contacts.store.store import Store

__all__ = ["Identity", "Person", "people"]


@dataclass(frozen=True, slots=True)
class Identity:
    """One identifier. ``status``: of a phone, what is known of it on WhatsApp."""

    kind: str
    scope: str
    value: str
    lookup: str
    region: str | None
    number_type: str | None
    confidence: str
    last_seen_at: str | None
    replaced_at: str | None
    status: str | None
    checked_at: str | None
    wa_id: str | None


@dataclass(frozen=True, slots=True)
class Person:
    """One person, personal text opened."""

    id: str
    name: str | None
    first_name: str | None
    last_name: str | None
    language: str | None
    region: str | None
    doubt: str | None
    first_seen_at: str | None
    last_inbound_at: str | None
    last_outbound_at: str | None
    whatsapp_inbound_at: str | None
    identities: tuple[Identity, ...]
    facts: dict[str, str]
    entries: tuple[Entry, ...]
    decision: tuple[str, str, str | None] | None
    standings: dict[str, Standing] = field(default_factory=dict)

    def values(self, kind: str) -> list[str]:
        """Current identifiers of a kind."""
        return [item.value for item in self.identities if item.kind == kind and item.replaced_at is None]

    @property
    def phone(self) -> Identity | None:
        """The number to use: one that is on WhatsApp, else a mobile, else the one seen last."""
        order = {"active": 0, "unverified": 1, None: 2, "processing": 3, "error": 4, "inactive": 5}
        phones = [item for item in self.identities if item.kind == "phone" and item.replaced_at is None]
        latest = sorted(phones, key=lambda item: (item.last_seen_at or "", item.lookup), reverse=True)
        return min(latest, key=lambda item: (order[item.status], item.number_type != "mobile"), default=None)


def people(store: Store, purpose: str = "marketing") -> Iterator[Person]:
    """Everyone who was not merged into another, in order of their ids."""
    from sqlalchemy import and_, select

    from bascule.contacts.store.schema import decisions, facts, identities, persons, registrations

    at = instant(now())
    open_ = store.vault.open

    columns = identities.c
    identified = (
        select(
            columns.person_id, columns.kind, columns.scope, columns.value, columns.lookup, columns.region,
            columns.number_type, columns.confidence, columns.last_seen_at, columns.replaced_at,
            registrations.c.status, registrations.c.checked_at, registrations.c.wa_id,
        )
        .select_from(
            identities.outerjoin(
                registrations, and_(columns.kind == "phone", registrations.c.lookup == columns.lookup)
            )
        )
        .order_by(columns.person_id, columns.kind, columns.scope, columns.lookup)
    )  # fmt: skip
    table = persons.c
    known = (
        select(
            table.id, table.name, table.first_name, table.last_name, table.language, table.region, table.number_doubt,
            table.first_seen_at, table.last_inbound_at, table.last_outbound_at, table.whatsapp_inbound_at,
        )
        .where(table.merged_into.is_(None))
        .order_by(table.id)
    )  # fmt: skip
    with ExitStack() as stack:
        reader = Reader(store, stack)
        named = reader.groups(identified)
        said = reader.groups(
            select(facts.c.person_id, facts.c.field, facts.c.value).order_by(facts.c.person_id, facts.c.field)
        )
        chosen = decisions.c
        done = reader.groups(
            select(chosen.person_id, chosen.action, chosen.reason, chosen.channel).order_by(chosen.person_id)
        )
        ledger: Groups[list[Entry]] = Groups(by_person(reader.connection()), [])
        for row in reader.rows(known):
            yield _person(row, named, said, done, ledger, open_, at, purpose)


def _person(
    row: tuple[Any, ...],
    named: Groups[Sequence[tuple[Any, ...]]],
    said: Groups[Sequence[tuple[Any, ...]]],
    done: Groups[Sequence[tuple[Any, ...]]],
    ledger: Groups[list[Entry]],
    open_: Callable[[str, str | None], str | None],
    at: str,
    purpose: str,
) -> Person:
    key, name, first, last, language, region, doubt, first_seen, inbound, outbound, whatsapp = row
    entries = tuple(ledger.take(key))
    chosen = [item[1:4] for item in done.take(key)]
    return Person(
        id=key,
        name=open_(key, name),
        first_name=open_(key, first),
        last_name=open_(key, last),
        language=language,
        region=region,
        doubt=doubt,
        first_seen_at=first_seen,
        last_inbound_at=inbound,
        last_outbound_at=outbound,
        whatsapp_inbound_at=whatsapp,
        identities=tuple(
            Identity(
                kind, scope, open_(key, value) or "", lookup, place, number_type, confidence, seen, replaced, status,
                checked, open_(key, wa_id),
            )
            for _, kind, scope, value, lookup, place, number_type, confidence, seen, replaced, status, checked, wa_id
            in named.take(key)
        ),
        facts={item[1]: open_(key, item[2]) or "" for item in said.take(key)},
        entries=entries,
        decision=(chosen[0][0], chosen[0][1], chosen[0][2]) if chosen else None,
        standings={channel: standing(entries, channel, purpose, at) for channel in ("sms", "viber", "whatsapp")},
    )  # fmt: skip
