"""Work on the inbox: events in the order in which they happened, whatever the order in which they came.

Nothing that is known to be newer is overwritten: moments only move forward, a registration is replaced by later
evidence alone, consent is a ledger that is read by its own dates, and an identifier is taken over only by an event that
is later than anything its owner did with it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bascule.contacts.clock import instant, now
from bascule.contacts.counts import Counts
from bascule.contacts.sync.effects import Effects
from bascule.contacts.sync.events import Event, encode
from bascule.contacts.sync.inbox import opened
from bascule.contacts.sync.people import People

if TYPE_CHECKING:
    from bascule.contacts.store.store import Store

__all__ = ["UNKNOWN", "apply"]

_BATCH = 250
_ROUNDS = 8
_SEEN = "sync.identities"
UNKNOWN = "unknown_person"
"""Outcome of events about people who are not in the store."""


@dataclass(frozen=True, slots=True)
class _Waiting:
    id: str
    occurred: str
    payload: str
    person: str | None


def apply(store: Store, counts: Counts, *, batch: int = _BATCH) -> None:
    """Apply all that waits; a batch is one transaction, so a killed run goes on where it was.

    Events of people who were unknown are looked at again when the store has learnt new identifiers since.
    ``counts``: kept = applied, merged = late (something newer is known), rejected = unknown person, not supported.
    """
    if _count_identities(store) != _seen(store):
        _open_again(store)
    for _ in range(_ROUNDS):
        linked = 0
        while (step := _step(store, counts, batch)) is not None:
            linked += step
        if not linked or not _open_again(store):
            break
        # They are counted once, by what becomes of them in the end.
        again = counts.reasons.pop(UNKNOWN, 0)
        counts.taken -= again
        counts.rejected -= again
    _remember(store)


def _step(store: Store, counts: Counts, size: int) -> int | None:
    """One batch; how many identifiers it taught, None where nothing waits."""
    from sqlalchemy import bindparam, select, update

    from bascule.contacts.store import schema

    table = schema.inbox
    with store.write() as connection:
        rows = [
            _Waiting(*row)
            for row in connection.execute(
                select(table.c.event_id, table.c.occurred_at, table.c.payload, table.c.person_id)
                .where(table.c.applied_at.is_(None))
                .order_by(table.c.occurred_at, table.c.event_id)
                .limit(size)
                .with_for_update()
            )
        ]
        if not rows:
            return None
        moment = instant(now())
        people = People(store, connection, moment)
        effects = Effects(store, connection, people, moment)
        events = [(row, opened(store, row.payload, row.person)) for row in rows]
        people.load(who for _, event in events if event is not None for who in _named(event))
        effects.prepare()
        outcomes = []
        for row, event in events:
            at = "" if event is None or event.data.get("undated") else event.at or row.occurred
            outcome, person = effects.of(row.id, event, at) if event is not None else ("erased", None)
            outcomes.append((row, event, outcome, person))
            _count(counts, outcome)
        people.save()
        effects.save()
        connection.execute(
            update(table)
            .where(table.c.event_id == bindparam("key"))
            .values(
                applied_at=moment,
                outcome=bindparam("new_outcome"),
                person_id=bindparam("new_person"),
                payload=bindparam("new_payload"),
            ),
            [
                {
                    "key": row.id,
                    "new_outcome": outcome,
                    "new_person": person or row.person,
                    "new_payload": _sealed(store, row, event, person),
                }
                for row, event, outcome, person in outcomes
            ],
        )
        counts.notes.update(effects.notes)
    return people.linked


def _sealed(store: Store, row: _Waiting, event: Event | None, person: str | None) -> str:
    """The payload, sealed for the person it is about as soon as that is known."""
    if event is None or not person or person == row.person:
        return row.payload
    return store.vault.seal(person, encode(event)) or ""


def _named(event: Event) -> Sequence[tuple[str, str, str]]:
    """All identifiers an event names: whose it is, and who they are now."""
    found = list(event.who)
    for item in event.data.get("new", ()):
        found.append((item[0], item[1], item[2]))
    if event.data.get("phone"):
        found.append(("phone", "", event.data["phone"]))
    return found


def _count(counts: Counts, outcome: str) -> None:
    counts.taken += 1
    if outcome == "applied":
        counts.kept += 1
    elif outcome == "late":
        counts.merged += 1
    else:
        counts.reject(outcome)


def _open_again(store: Store) -> int:
    """Let the events of unknown people be looked at again."""
    from sqlalchemy import update

    from bascule.contacts.store import schema

    table = schema.inbox
    with store.write() as connection:
        return int(
            connection.execute(
                update(table).where(table.c.outcome == UNKNOWN).values(applied_at=None, outcome=None)
            ).rowcount
        )


def _count_identities(store: Store) -> str:
    """What tells that identifiers were added."""
    from sqlalchemy import func, select

    from bascule.contacts.store import schema

    with store.read() as connection:
        return str(connection.execute(select(func.count()).select_from(schema.identities)).scalar_one())


def _seen(store: Store) -> str:
    return store.setting(_SEEN) or ""


def _remember(store: Store) -> None:
    from bascule.contacts.store import schema

    value = _count_identities(store)
    with store.write() as connection:
        store.upsert(connection, schema.settings, [{"name": _SEEN, "value": value}])
