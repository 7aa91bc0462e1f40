"""The append-only record of consent, and the suppression list that follows from it."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from bascule.contacts.clock import instant, now
from bascule.contacts.consent.order import Order, later

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from bascule.contacts.store.store import Store

__all__ = ["ACTIONS", "ConsentEvent", "append"]

ACTIONS = ("opt_in", "opt_out", "expired", "withdrawn", "promoted")
_SAYING = ("opt_in", "opt_out", "withdrawn")
"""Actions that may change the suppression list."""
_LOOKED_UP = 400
"""Identifiers per query: below SQLite's limit of host parameters."""


@dataclass(frozen=True, slots=True)
class ConsentEvent:
    """One entry. ``identity_value`` is the identifier used, as it stands (E.164 for phones); ``purpose`` is ``*`` where
    the source does not say; ``occurred_at`` is None where it is unknown, never the time of import. ``event_key`` makes
    recording it again a no-op."""

    event_key: str
    person_id: str
    identity_kind: str
    identity_value: str
    channel: str
    action: str
    purpose: str = "*"
    identity_scope: str = ""
    legal_basis: str | None = None
    source: str | None = None
    method: str | None = None
    occurred_at: str | None = None
    wording: str | None = None
    wording_version: str | None = None
    language: str | None = None
    names_business: bool | None = None
    names_whatsapp: bool | None = None
    proof: str | None = None
    proof_hash: str | None = None
    controller: str | None = None
    jurisdiction: str | None = None
    expires_at: str | None = None
    import_id: str | None = None
    source_row: int | None = None


_COPIED = tuple(
    field.name
    for field in dataclasses.fields(ConsentEvent)
    if field.name not in ("identity_value", "identity_scope", "wording", "proof")
)


_WRITTEN = (*_COPIED, "identity_lookup", "wording", "proof", "recorded_at")


@cache
def _statement(dialect: str) -> Any:
    from sqlalchemy.dialects import postgresql, sqlite

    from bascule.contacts.store import schema

    insert = (postgresql if dialect == "postgresql" else sqlite).insert(schema.consents)
    return insert.on_conflict_do_nothing(index_elements=["event_key"])


def append(store: Store, connection: Connection, events: Sequence[ConsentEvent]) -> int:
    """Record the events that are not there yet, and bring the suppression list up to date.

    Returns how many were new. Raises ValueError for an unknown action or a person without an id.
    """
    from sqlalchemy import func, select

    from bascule.contacts.store import schema
    from bascule.contacts.store.bulk import execute_many

    if not events:
        return 0
    recorded = instant(now())
    vault, copied = store.vault, attrgetter(*_COPIED)
    rows: list[tuple[Any, ...]] = []
    for event in events:
        if event.action not in ACTIONS or not event.person_id:
            raise ValueError(f"{event.event_key}: action {event.action!r}")
        rows.append(
            (
                *copied(event),
                vault.lookup(event.identity_kind, event.identity_scope, event.identity_value),
                vault.seal(event.person_id, event.wording),
                vault.seal(event.person_id, event.proof),
                recorded,
            )
        )
    # Numbers only grow: counting those after the last one does not read the whole ledger.
    number = schema.consents.c.id
    last = connection.execute(select(func.max(number))).scalar() or 0
    execute_many(connection, _statement(connection.dialect.name), _WRITTEN, rows)
    added = int(connection.execute(select(func.count()).where(number > last)).scalar_one())
    if added:
        _suppress(store, connection, events)
    return added


def _suppress(store: Store, connection: Connection, events: Iterable[ConsentEvent]) -> None:
    """Work the suppression list out again for the identifiers of the events, from all the ledger knows of them."""
    from sqlalchemy import select

    from bascule.contacts.store import schema
    from bascule.contacts.store.store import batched

    table = schema.consents.c
    named = {
        (
            event.identity_kind,
            store.vault.lookup(event.identity_kind, event.identity_scope, event.identity_value),
        ): event
        for event in events
        if event.identity_value and event.action in _SAYING
    }
    for looked_up in batched(sorted({lookup for _, lookup in named}), _LOOKED_UP):
        # Most never said no: of them nothing is to be read.
        refused = connection.execute(
            select(table.identity_lookup)
            .where(table.identity_lookup.in_(looked_up), table.action.in_(("opt_out", "withdrawn")))
            .distinct()
        ).scalars()
        group = sorted(refused)
        if not group:
            continue
        states: dict[tuple[str, str, str], tuple[Order, str | None, str]] = {}
        found = connection.execute(
            select(
                table.identity_kind, table.identity_lookup, table.channel, table.action, table.purpose,
                table.occurred_at, table.recorded_at, table.id, table.source,
            )
            .where(table.identity_lookup.in_(group))
            .order_by(table.id)
        )  # fmt: skip
        released: dict[tuple[str, str, str], str | None] = {}
        for kind, lookup, channel, action, purpose, occurred, recorded, number, source in found:
            if purpose not in ("*", "marketing") or (kind, lookup) not in named:
                continue
            key, order = (kind, lookup, channel), Order(occurred, recorded, number)
            if action in ("opt_out", "withdrawn"):
                if key not in states or later(order, states[key][0]):
                    states[key] = (order, occurred, source or "ledger")
            elif action == "opt_in":
                released[key] = max(released.get(key) or "", occurred or "") or None
        rows = []
        for (kind, lookup, channel), (order, since, source) in sorted(states.items(), key=lambda item: item[0]):
            event = named[(kind, lookup)]
            opened = released.get((kind, lookup, channel))
            rows.append(
                {
                    "pseudonym": store.vault.pseudonym(kind, event.identity_scope, event.identity_value),
                    "channel": channel,
                    "reason": "opt_out",
                    "since": since,
                    "released_at": opened if opened and opened > (order.occurred or order.recorded) else None,
                    "source": source,
                }
            )
        store.upsert(connection, schema.suppressions, rows)
