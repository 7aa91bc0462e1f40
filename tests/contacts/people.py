"""People put straight into a store, for tests of what comes after merging."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from bascule.contacts.consent.ledger import ConsentEvent, append
from bascule.contacts.store import schema
from bascule.contacts.store.store import Store

STAMP = "2026-11-01T08:00:00Z"


def person(store: Store, name: str, phone: str = "", viber: str = "", **columns: Any) -> str:
    """A person with at most one number and one Viber id. ``number_type``, ``status`` (registration) and ``expires_at`` may
    be given; other columns are those of the table ``persons``."""
    kind = columns.pop("number_type", "mobile")
    status, expires = columns.pop("status", None), columns.pop("expires_at", "2027-01-01T00:00:00Z")
    with store.write() as connection:
        store.upsert(connection, schema.persons, [{"id": name, "updated_at": STAMP} | columns])
        for what, value in (("phone", phone), ("viber", viber)):
            if value:
                store.upsert(
                    connection,
                    schema.identities,
                    [
                        {
                            "kind": what, "scope": "", "lookup": store.vault.lookup(what, "", value), "person_id": name,
                            "value": store.vault.seal(name, value), "region": columns.get("region"),
                            "number_type": kind if what == "phone" else None, "confidence": "sure", "source": "i1",
                            "last_seen_at": STAMP,
                        }
                    ],
                )  # fmt: skip
        if status:
            row = {
                "lookup": store.vault.lookup("phone", "", phone), "status": status, "method": "simulator",
                "checked_at": STAMP, "confidence": "check", "expires_at": expires,
            }  # fmt: skip
            store.upsert(connection, schema.registrations, [row])
    return name


def said(store: Store, who: str, phone: str, action: str, channel: str = "sms", **fields: Any) -> None:
    """An entry of the ledger."""
    key = fields.pop("key", f"{who}:{channel}:{action}:{fields.get('occurred_at')}")
    event = ConsentEvent(key, who, fields.pop("kind", "phone"), phone, channel, action, **fields)
    with store.write() as connection:
        append(store, connection, [event])


def rows(store: Store, table: Any, columns: Iterable[str]) -> list[tuple[Any, ...]]:
    """Some columns of a table, sorted."""
    from sqlalchemy import select

    with store.read() as connection:
        found = [tuple(row) for row in connection.execute(select(*(table.c[name] for name in columns)))]
    return sorted(found, key=lambda row: [(value is not None, value) for value in row])
