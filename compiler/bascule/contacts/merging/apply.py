"""Writing persons to the store: one transaction for each batch, and the same result however often it is done.

What others wrote since (webhooks, checks) stays: later moments, identities that no import brought, numbers that were
given up, doubts of other kinds.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, case, delete, literal_column, null, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from bascule.contacts.clock import instant, now
from bascule.contacts.consent.ledger import append
from bascule.contacts.merging.doubt import LONG_GAP, NAME_CONFLICT
from bascule.contacts.merging.shards import COLUMNS, Identity, Person
from bascule.contacts.store import schema
from bascule.contacts.store.store import batched

if TYPE_CHECKING:
    from sqlalchemy import Connection, Table

    from bascule.contacts.store.store import Store

__all__ = ["IDENTITY_COLUMNS", "sealed_identities", "write_identities", "write_people"]

_LOOKED_UP = 400
"""Values per query: below SQLite's limit of host parameters."""
_MOMENTS = ("last_inbound_at", "last_outbound_at", "whatsapp_inbound_at")
_OWN_DOUBTS = (LONG_GAP, NAME_CONFLICT, f"{LONG_GAP},{NAME_CONFLICT}")

_PERSON_COLUMNS = (
    "id", "name", "first_name", "last_name", "language", "region", "phone_type", "number_doubt", "first_seen_at",
    "last_inbound_at", "last_outbound_at", "whatsapp_inbound_at", "updated_at",
)  # fmt: skip

IDENTITY_COLUMNS = (
    "kind", "scope", "lookup", "person_id", "value", "region", "number_type", "how", "confidence", "source",
    "source_row", "first_seen_at", "last_seen_at",
)  # fmt: skip


def write_people(store: Store, people: Sequence[Person]) -> int:
    """Write persons with their facts, conflicts and consent events, and merge the persons that they were joined
    with, in one transaction. Gives the number of new consent events."""
    moment = instant(now())
    with store.write() as connection:
        for person in people:
            if person.joined:
                _take_over(store, connection, person)
        rows = [_person_row(store, person, moment) for person in people]
        _many(connection, _person_statement(connection.dialect.name), _PERSON_COLUMNS, rows)
        known = [person.id for person in people if person.known]
        for table in (schema.facts, schema.conflicts):
            for ids in batched(known, _LOOKED_UP):
                connection.execute(delete(table).where(table.c.person_id.in_(ids)))
        for table, which in ((schema.facts, "facts"), (schema.conflicts, "conflicts")):
            names = tuple(column.name for column in table.columns)
            _many(connection, table.insert(), names, _values(store, people, which, names))
        for person in people:
            if person.joined:
                _retire(store, connection, person, moment)
        return append(store, connection, [event for person in people for event in person.events])


def sealed_identities(store: Store, people: Iterable[Person]) -> list[tuple[Any, ...]]:
    """Identities as they are kept, in the order of :data:`IDENTITY_COLUMNS`."""
    return [_identity_row(store, person.id, item) for person in people for item in person.identities]


def write_identities(store: Store, rows: Sequence[Sequence[Any]]) -> None:
    """Write rows of :func:`sealed_identities` in one transaction. Their persons must be there. Give them sorted."""
    with store.write() as connection:
        _many(connection, _identity_statement(connection.dialect.name), IDENTITY_COLUMNS, rows)


def _identity_row(store: Store, person: str, item: Identity) -> tuple[Any, ...]:
    vault = store.vault
    lookup = vault.lookup(item.kind, item.scope, item.value)
    return (item.kind, item.scope, lookup, person, vault.seal(person, item.value), *item[3:])


def _person_row(store: Store, person: Person, moment: str) -> tuple[Any, ...]:
    seal, columns = store.vault.seal, person.columns
    return (
        person.id,
        seal(person.id, columns.get("name")),
        seal(person.id, columns.get("first_name")),
        seal(person.id, columns.get("last_name")),
        columns.get("language"),
        person.region,
        person.phone_type,
        person.number_doubt,
        person.first_seen_at,
        person.last_inbound_at,
        person.last_outbound_at,
        person.whatsapp_inbound_at,
        moment,
    )


def _values(store: Store, people: Iterable[Person], which: str, names: Sequence[str]) -> list[tuple[Any, ...]]:
    """Facts or conflicts in the order of the table's columns."""
    seal = store.vault.seal
    rows = []
    for person in people:
        for item in getattr(person, which):
            cells = {
                "person_id": person.id,
                "field": item.field,
                "value": seal(person.id, item.value),
                "import_id": item.import_id,
                "source_row": item.source_row,
                "seen_at": item.seen_at,
                "part": item.part,
            }
            rows.append(tuple(cells[name] for name in names))
    return rows


def _many(connection: Connection, statement: Any, names: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Run a statement for many rows, whose values stand in the order of ``names``.

    It is compiled once and handed to the driver: all values are texts and whole numbers, which need no conversion, and
    taking each row apart again costs more than writing it.
    """
    if not rows:
        return
    compiled = statement.compile(dialect=connection.dialect, column_keys=list(names))
    order = compiled.positiontup if compiled.positional else None
    if order is None:
        connection.exec_driver_sql(str(compiled), [dict(zip(names, row, strict=True)) for row in rows])
    else:
        places = [names.index(name) for name in order]
        same = places == list(range(len(names)))
        values = rows if same else [tuple(row[place] for place in places) for row in rows]
        connection.exec_driver_sql(str(compiled), [tuple(row) for row in values])


def _dialect(name: str) -> Any:
    return postgresql if name == "postgresql" else sqlite


def _latest(table: Table, new: Any, name: str) -> ColumnElement[Any]:
    return case((or_(table.c[name].is_(None), new[name] > table.c[name]), new[name]), else_=table.c[name])


def _earliest(table: Table, new: Any, name: str) -> ColumnElement[Any]:
    return case((or_(table.c[name].is_(None), new[name] < table.c[name]), new[name]), else_=table.c[name])


@cache
def _person_statement(dialect: str) -> Any:
    """Insert or bring up to date: moments only move forward, and what imports do not say stays."""
    table = schema.persons
    statement = _dialect(dialect).insert(table)
    new = statement.excluded
    kept = {
        name: case((new[name].is_(None), table.c[name]), else_=new[name]) for name in (*COLUMNS, "region", "phone_type")
    }
    # Nothing but the row's own values may be a parameter.
    doubt = table.c.number_doubt
    own_doubt = or_(doubt.is_(None), *(doubt == literal_column(f"'{reason}'") for reason in _OWN_DOUBTS))
    return statement.on_conflict_do_update(
        index_elements=["id"],
        set_={
            **kept,
            **{name: _latest(table, new, name) for name in _MOMENTS},
            "first_seen_at": _earliest(table, new, "first_seen_at"),
            "number_doubt": case((own_doubt, new.number_doubt), else_=doubt),
            "merged_into": null(),
            "updated_at": new.updated_at,
        },
    )


@cache
def _identity_statement(dialect: str) -> Any:
    """Insert or bring up to date. An identity that no import brought keeps its origin, one that was given up stays so,
    and one that is another person's stays theirs: an address that several share, a number that webhooks say was
    taken over. Those of persons who were joined have moved before."""
    table = schema.identities
    statement = _dialect(dialect).insert(table)
    new = statement.excluded
    imported = table.c.source.in_(select(schema.imports.c.id))
    own = {
        name: case((imported, new[name]), else_=table.c[name])
        for name in ("region", "number_type", "how", "confidence", "source", "source_row")
    }
    return statement.on_conflict_do_update(
        index_elements=["kind", "scope", "lookup"],
        set_={
            **own,
            "value": new.value,
            "first_seen_at": _earliest(table, new, "first_seen_at"),
            "last_seen_at": _latest(table, new, "last_seen_at"),
        },
        where=table.c.person_id == new.person_id,
    )


def _take_over(store: Store, connection: Connection, person: Person) -> None:
    """What the store holds of the joined persons and no import says: later moments, a name, another doubt."""
    table = schema.persons
    for ids in batched(person.joined, _LOOKED_UP):
        for row in connection.execute(select(table).where(table.c.id.in_(ids)).order_by(table.c.id)).mappings():
            for name in _MOMENTS:
                if row[name] is not None and row[name] > (getattr(person, name) or ""):
                    setattr(person, name, row[name])
            if row["number_doubt"] is not None and row["number_doubt"] not in _OWN_DOUBTS:
                person.number_doubt = row["number_doubt"]
            for name in COLUMNS:
                value = row[name] if name == "language" else store.vault.open(row["id"], row[name])
                if value and name not in person.columns:
                    person.columns[name] = value


def _retire(store: Store, connection: Connection, person: Person, moment: str) -> None:
    """Leave of the joined persons only where they went. The ledger keeps its entries as they are: it is read by way
    of ``merged_into``."""
    table, held = schema.persons, schema.identities
    for ids in batched(person.joined, _LOOKED_UP):
        for row in connection.execute(select(held).where(held.c.person_id.in_(ids))).mappings().all():
            value = store.vault.seal(person.id, store.vault.open(row["person_id"], row["value"]))
            connection.execute(
                update(held)
                .where(held.c.kind == row["kind"], held.c.scope == row["scope"], held.c.lookup == row["lookup"])
                # What was sealed with a key that is gone stays as it is: nobody can read it.
                .values(person_id=person.id, value=row["value"] if value is None else value)
            )
        for other in (schema.facts, schema.conflicts, schema.decisions):
            connection.execute(delete(other).where(other.c.person_id.in_(ids)))
        told = schema.deliveries
        connection.execute(update(told).where(told.c.person_id.in_(ids)).values(person_id=person.id))
        for sealed in (schema.inbox, schema.outbox):
            (key,) = sealed.primary_key.columns
            rows = select(key, sealed.c.person_id, sealed.c.payload).where(sealed.c.person_id.in_(ids))
            for name, owner, payload in connection.execute(rows).all():
                text = store.vault.seal(person.id, store.vault.open(owner, payload))
                if text is not None:
                    connection.execute(update(sealed).where(key == name).values(person_id=person.id, payload=text))
        connection.execute(update(table).where(table.c.merged_into.in_(ids)).values(merged_into=person.id))
        connection.execute(
            update(table)
            .where(table.c.id.in_(ids))
            .values(merged_into=person.id, number_doubt=None, updated_at=moment, **dict.fromkeys((*COLUMNS, *_MOMENTS)))
        )
