"""Webhooks as the providers send them, and a store they are about."""

from __future__ import annotations

import hashlib
import hmac
import json
from pathlib import Path
from typing import Any

from sqlalchemy import select

from bascule.contacts.counts import Counts
from bascule.contacts.store import schema
from bascule.contacts.store.store import Store, open_store
from bascule.contacts.sync.apply import apply
from bascule.contacts.sync.inbox import append, rows_of
from bascule.contacts.sync.providers import read_events

SECRET = "app-secret"
T = 1_767_225_600
"""2026-01-01T00:00:00Z"""


def at(offset: int) -> str:
    """The text of a moment."""
    from datetime import UTC, datetime

    return datetime.fromtimestamp(T + offset, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def meta(
    *, messages: Any = None, statuses: Any = None, contacts: Any = None, field: str = "messages", **more: Any
) -> dict[str, Any]:
    """The envelope of the platform."""
    given = {"contacts": contacts, "messages": messages, "statuses": statuses, **more}
    frame = {"messaging_product": "whatsapp", "metadata": {"display_phone_number": "33100000000"}}
    value: dict[str, Any] = {**frame, **{name: items for name, items in given.items() if items is not None}}
    return {
        "object": "whatsapp_business_account",
        "entry": [{"id": "1", "changes": [{"field": field, "value": value}]}],
    }


def text(sender: str, body: str, offset: int, name: str = "") -> dict[str, Any]:
    """A text message."""
    return meta(
        messages=[
            {
                "from": sender, "id": f"wamid.{name or f'{sender}-{offset}'}", "timestamp": str(T + offset),
                "type": "text", "text": {"body": body},
            }
        ]
    )  # fmt: skip


def status(to: str, value: str, offset: int, code: int = 0, name: str = "m1", **more: Any) -> dict[str, Any]:
    """What became of a message."""
    item: dict[str, Any] = {
        "id": f"wamid.{name}",
        "status": value,
        "timestamp": str(T + offset),
        "recipient_id": to,
        **more,
    }
    if code:
        item["errors"] = [{"code": code, "title": "x"}]
    return meta(statuses=[item])


def changed_number(old: str, new: str, offset: int) -> dict[str, Any]:
    """A change of number."""
    return meta(
        messages=[
            {
                "from": old, "id": f"wamid.change-{old}-{new}", "timestamp": str(T + offset), "type": "system",
                "system": {"body": f"User A changed from {old} to {new}", "wa_id": new, "type": "user_changed_number"},
            }
        ]
    )  # fmt: skip


def sign(body: bytes, secret: str = SECRET) -> dict[str, str]:
    """The platform's signature."""
    digest = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return {"X-Hub-Signature-256": f"sha256={digest}", "Content-Type": "application/json"}


def store_with(path: Path, *numbers: str, language: str = "fr") -> Store:
    """A store of persons ``p1-1``, ``p1-2``, … with a number each."""
    store = open_store(str(path / "c.db"))
    add(store, *numbers, language=language)
    return store


def add(store: Store, *numbers: str, language: str = "fr", first: int = 1) -> None:
    """More persons."""
    with store.write() as connection:
        for index, number in enumerate(numbers, first):
            person = f"p1-{index}"
            store.insert_new(
                connection, schema.persons, [{"id": person, "language": language, "updated_at": at(-9_000_000)}]
            )
            store.insert_new(
                connection,
                schema.identities,
                [
                    {
                        "kind": "phone", "scope": "", "lookup": store.vault.lookup("phone", "", number),
                        "person_id": person, "value": store.vault.seal(person, number), "region": "FR",
                        "number_type": "mobile", "confidence": "sure", "source": "i1", "last_seen_at": at(-8_000_000),
                    }
                ],
            )  # fmt: skip


def take(store: Store, provider: str, *bodies: Any) -> int:
    """Put bodies into the inbox; how many events were new."""
    new = 0
    for body in bodies:
        with store.write() as connection:
            new += append(store, connection, rows_of(store, read_events(provider, body), at(500_000)))
    return new


def work(store: Store) -> Counts:
    """Apply, and verify the counts."""
    counts = Counts("sync apply")
    apply(store, counts)
    return counts.verify()


def rows(store: Store, table: str, *columns: str) -> list[tuple[Any, ...]]:
    """Rows of a table, in the order of its columns."""
    found = schema.metadata.tables[table]
    with store.read() as connection:
        return sorted(
            (tuple(row) for row in connection.execute(select(*(found.c[name] for name in columns)))), key=repr
        )


def person(store: Store, name: str) -> dict[str, Any]:
    """A person's row."""
    with store.read() as connection:
        found = connection.execute(select(schema.persons).where(schema.persons.c.id == name)).mappings().one()
    return dict(found)


def outbox(store: Store) -> list[tuple[str, dict[str, Any]]]:
    """Changes in their order."""
    with store.read() as connection:
        found = connection.execute(select(schema.outbox).order_by(schema.outbox.c.id)).mappings().all()
    return [(row["change"], json.loads(row["payload"])) for row in found]
