"""The inbox: every event once, as it was told."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from bascule.contacts.clock import instant, now
from bascule.contacts.sync.events import Event, decode, encode

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from bascule.contacts.store.store import Store

__all__ = ["SUBJECT", "append", "event_id", "opened", "rows_of"]

SUBJECT = ""
"""Whom a payload is sealed for until it is known whom it is about."""
_LONGEST_ID = 400
_LOOKED_UP = 400


def event_id(store: Store, event: Event) -> str:
    """The key: providers' ids hold phone numbers (a ``wamid`` does), so they are what the vault makes of them."""
    native = event.native if len(event.native) <= _LONGEST_ID else event.native[:_LONGEST_ID]
    return f"{event.provider}:{event.kind}:{store.vault.lookup('event', event.provider, native)}"


def rows_of(store: Store, events: Iterable[Event], received: str, *, live: bool = True) -> list[dict[str, Any]]:
    """Rows for events that came at ``received``. Where an event has no time of its own, that is it, if it came
    ``live``; one that is read from a file stays undated (``data.undated``), and only sorts there."""
    return [
        {
            "event_id": event_id(store, event),
            "provider": event.provider,
            "kind": event.kind,
            "occurred_at": event.at or received,
            "received_at": received,
            "payload": store.vault.seal(SUBJECT, encode(event if event.at or live else _undated(event))),
        }
        for event in events
    ]


def _undated(event: Event) -> Event:
    return dataclasses.replace(event, data={**event.data, "undated": True})


def append(store: Store, connection: Connection, rows: Sequence[dict[str, Any]]) -> int:
    """Keep the events that are not there yet; returns how many were new."""
    from sqlalchemy import select

    from bascule.contacts.store import schema

    table = schema.inbox
    unique = {row["event_id"]: row for row in reversed(rows)}
    keys = sorted(unique)
    known: set[str] = set()
    for start in range(0, len(keys), _LOOKED_UP):
        known.update(
            connection.execute(
                select(table.c.event_id).where(table.c.event_id.in_(keys[start : start + _LOOKED_UP]))
            ).scalars()
        )
    store.insert_new(connection, table, [unique[key] for key in keys if key not in known])
    return len(keys) - len(known)


def opened(store: Store, payload: str, person: str | None) -> Event | None:
    """The event of a row; None where its person's key was destroyed."""
    text = store.vault.open(person or SUBJECT, payload)
    return None if text is None else decode(text)


def received_now() -> str:
    """The moment an event comes in."""
    return instant(now())
