"""What a finished batch teaches: registrations, WhatsApp ids, changes for the CRM. One transaction with the batch."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from bascule.contacts.checking.checker import Answer, Value
from bascule.contacts.clock import instant, now

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from bascule.contacts.checking.queue import Item, Queue
    from bascule.contacts.store.store import Store

__all__ = ["Lifetimes", "finish", "judge_controls", "revoke"]

_LOOKED_UP = 400
_TOLD = (Value.ACTIVE, Value.INACTIVE)


@dataclass(frozen=True, slots=True)
class Lifetimes:
    """Days until a result of a kind is asked for again. Errors and numbers still in process expire at once."""

    active: int = 30
    inactive: int = 30
    unverified: int = 30

    def expiry(self, value: Value, checked_at: str) -> str:
        """When a result of that moment ends."""
        from bascule.contacts.clock import parse

        days = {Value.ACTIVE: self.active, Value.INACTIVE: self.inactive, Value.UNVERIFIED: self.unverified}
        return instant(parse(checked_at) + timedelta(days=days.get(value, 0)))


def judge_controls(answers: Mapping[str, Answer], items: Mapping[str, Item]) -> tuple[bool | None, Counter[str]]:
    """Whether the checker can say no: false when it calls an unassigned number registered, None when it answers none
    of them. With the counts of what it said."""
    said = Counter(str(answers[lookup].value) for lookup, item in items.items() if item.control and lookup in answers)
    if said[Value.ACTIVE]:
        return False, said
    return (True if said[Value.INACTIVE] else None), said


def finish(
    queue: Queue,
    connection: Connection,
    items: Mapping[str, Item],
    answers: Mapping[str, Answer],
    *,
    trusted: bool,
    lifetimes: Lifetimes,
) -> Counter[str]:
    """Keep the final answers of a batch (by lookup) as registrations. Without trust a yes or no is ``unverified``.

    A result does not replace a newer one; but a yes or no that has not expired replaces what says nothing. What says
    nothing (unverified, error, processing) does not replace an unexpired yes or no, and a simulated result replaces
    nothing but a simulated one. Returns what was done, in numbers.
    """
    from sqlalchemy import select

    from bascule.contacts.store import schema

    store, method = queue.store, queue.run.method
    done: Counter[str] = Counter()
    moment = instant(now())
    lookups = sorted(lookup for lookup, item in items.items() if not item.control and item.person)
    table = schema.registrations
    known: dict[str, Mapping[Any, Any]] = {}
    for start in range(0, len(lookups), _LOOKED_UP):
        chunk = lookups[start : start + _LOOKED_UP]
        for found in connection.execute(select(table).where(table.c.lookup.in_(chunk))).mappings():
            known[found["lookup"]] = found
    rows: list[dict[str, Any]] = []
    changes: list[dict[str, Any]] = []
    ids: list[tuple[Item, str, str]] = []
    for lookup in lookups:
        item, answer = items[lookup], answers.get(lookup, Answer(Value.ERROR))
        value = answer.value if trusted or answer.value not in _TOLD else Value.UNVERIFIED
        checked_at = answer.at or moment
        row = _registration(store, queue, item, answer, value, checked_at, trusted, lifetimes)
        if answer.wa_id and value is Value.ACTIVE and method != "simulator":
            ids.append((item, answer.wa_id, checked_at))
        before = known.get(lookup)
        if before is not None and not _replaces(row, before, moment):
            done["results that a better one stands against"] += 1
            continue
        rows.append(row)
        if method != "simulator" and (before is None or before["status"] != row["status"]):
            changes.append(_change(store, queue.run.id, item, row, before))
    store.upsert(connection, table, rows)
    store.insert_new(connection, schema.outbox, changes, ["change_key"])
    _keep_ids(store, connection, ids, done)
    return done


def _registration(
    store: Store,
    queue: Queue,
    item: Item,
    answer: Answer,
    value: Value,
    checked_at: str,
    trusted: bool,
    lifetimes: Lifetimes,
) -> dict[str, Any]:
    method = queue.run.method
    confidence = {"webhook_evidence": "evidence", "simulator": "none"}.get(method, "check")
    return {
        "lookup": item.lookup,
        "status": str(value),
        "method": method,
        "checked_at": checked_at,
        "confidence": confidence if trusted and value in _TOLD else "none",
        "expires_at": lifetimes.expiry(value, checked_at),
        "wa_id": store.vault.seal(item.person, answer.wa_id) if answer.wa_id else None,
        "run_id": queue.run.id,
    }


def _replaces(row: Mapping[str, Any], before: Mapping[Any, Any], moment: str) -> bool:
    if before["method"] == "simulator":
        return True
    if row["method"] == "simulator":
        return False
    stands = before["status"] in _TOLD and (before["expires_at"] or "") > moment
    if row["status"] in _TOLD and before["status"] not in _TOLD:
        return bool(row["expires_at"] > moment)
    if row["checked_at"] < before["checked_at"]:
        return False
    return row["status"] in _TOLD or not stands


def _change(
    store: Store, run: str, item: Item, row: Mapping[str, Any], before: Mapping[Any, Any] | None
) -> dict[str, Any]:
    payload = {
        "checked_at": row["checked_at"],
        "method": row["method"],
        "phone": item.number,
        "status": row["status"],
        "was": before["status"] if before is not None else None,
    }
    return {
        "change_key": f"registration:{run}:{item.lookup}",
        "person_id": item.person,
        "change": "registration",
        "payload": store.vault.seal(item.person, json.dumps(payload, ensure_ascii=False, sort_keys=True)),
        "created_at": instant(now()),
    }


def _keep_ids(store: Store, connection: Connection, found: list[tuple[Item, str, str]], done: Counter[str]) -> None:
    """WhatsApp ids as they were returned: a webhook names people by them. One that is somebody else's stays theirs."""
    from sqlalchemy import select

    from bascule.contacts.store import schema

    table = schema.identities
    rows = {}
    for item, wa_id, at in found:
        lookup = store.vault.lookup("wa_id", "", wa_id)
        rows[lookup] = {
            "kind": "wa_id",
            "scope": "",
            "lookup": lookup,
            "person_id": item.person,
            "value": store.vault.seal(item.person, wa_id),
            "region": item.region,
            "confidence": "sure",
            "source": "check",
            "first_seen_at": at,
            "last_seen_at": at,
        }
    store.insert_new(connection, table, [rows[lookup] for lookup in sorted(rows)])
    lookups = sorted(rows)
    for start in range(0, len(lookups), _LOOKED_UP):
        chunk = lookups[start : start + _LOOKED_UP]
        owners = connection.execute(
            select(table.c.lookup, table.c.person_id).where(
                table.c.kind == "wa_id", table.c.scope == "", table.c.lookup.in_(chunk)
            )
        ).all()
        done["WhatsApp ids that belong to another person"] += sum(
            rows[lookup]["person_id"] != owner for lookup, owner in owners
        )
    done += Counter()


def revoke(queue: Queue, connection: Connection) -> int:
    """Take back what the run has said so far: a control number turned out to be `registered` on the way. Returns how
    many results became unverified; each is a change for the CRM again."""
    from sqlalchemy import and_, select, update

    from bascule.contacts.store import schema

    store, run = queue.store, queue.run.id
    runs, table, items, identities = (
        schema.check_runs, schema.registrations, schema.check_items, schema.identities,
    )  # fmt: skip
    connection.execute(update(runs).where(runs.c.id == run).values(discriminating=False))
    mine = and_(table.c.run_id == run, table.c.status.in_(_TOLD))
    told = connection.execute(
        select(table.c.lookup, table.c.status, table.c.checked_at, identities.c.person_id, identities.c.value)
        .join(identities, and_(identities.c.kind == "phone", identities.c.lookup == table.c.lookup))
        .where(mine)
        .order_by(table.c.lookup)
    ).all()
    changes = []
    for lookup, status, checked_at, person, value in told:
        payload = {
            "checked_at": checked_at,
            "method": queue.run.method,
            "phone": store.vault.open(person, value),
            "status": str(Value.UNVERIFIED),
            "was": status,
        }
        changes.append(
            {
                "change_key": f"registration:{run}:{lookup}:revoked",
                "person_id": person,
                "change": "registration",
                "payload": store.vault.seal(person, json.dumps(payload, ensure_ascii=False, sort_keys=True)),
                "created_at": instant(now()),
            }
        )
    if queue.run.method != "simulator":
        for start in range(0, len(changes), 1000):
            store.insert_new(connection, schema.outbox, changes[start : start + 1000], ["change_key"])
    connection.execute(update(table).where(mine).values(status=str(Value.UNVERIFIED), confidence="none", wa_id=None))
    connection.execute(
        update(items)
        .where(items.c.run_id == run, items.c.status.in_(_TOLD), items.c.control.is_(False))
        .values(status=str(Value.UNVERIFIED))
    )
    return len(told)
