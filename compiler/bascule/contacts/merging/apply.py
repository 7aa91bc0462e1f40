"""Writing persons to the store: one transaction for each batch, and the same result however often it is done.

What others wrote since (webhooks, checks) stays: later moments, identities that no import brought, numbers that were
given up, doubts of other kinds.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, case, delete, literal_column, null, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from bascule.contacts.clock import instant, now
from bascule.contacts.consent.ledger import append
from bascule.contacts.merging.doubt import LONG_GAP, NAME_CONFLICT
from bascule.contacts.merging.shard_sql import COLUMNS
from bascule.contacts.merging.shards import PERSON_CELLS, People
from bascule.contacts.store import schema
from bascule.contacts.store.bulk import execute_many, roomy
from bascule.contacts.store.store import batched

if TYPE_CHECKING:
    from sqlalchemy import Connection, Table

    from bascule.contacts.store.store import Store

__all__ = ["IDENTITY_COLUMNS", "late_index", "sealed_identities", "write_identities", "write_people"]

_LOOKED_UP = 400
"""Values per query: below SQLite's limit of host parameters."""
_MOMENTS = ("last_inbound_at", "last_outbound_at", "whatsapp_inbound_at")
_OWN_DOUBTS = (LONG_GAP, NAME_CONFLICT, f"{LONG_GAP},{NAME_CONFLICT}")

_PERSON_COLUMNS = (*PERSON_CELLS, "updated_at")
_SEALED = tuple(PERSON_CELLS.index(name) for name in ("name", "first_name", "last_name"))
_FACT_COLUMNS = tuple(column.name for column in schema.facts.columns)
_CONFLICT_COLUMNS = tuple(column.name for column in schema.conflicts.columns)

IDENTITY_COLUMNS = (
    "kind", "scope", "lookup", "person_id", "value", "region", "number_type", "how", "confidence", "source",
    "source_row", "first_seen_at", "last_seen_at",
)  # fmt: skip


def write_people(store: Store, people: People) -> int:
    """Write persons with their facts, conflicts and consent events, and merge the persons that they were joined
    with, in one transaction. Gives the number of new consent events."""
    moment = instant(now())
    with store.write() as connection:
        roomy(connection)
        rows = people.rows
        if people.joined:
            rows = [
                _taken_over(store, connection, row, people.joined[row[0]]) if row[0] in people.joined else row
                for row in rows
            ]
        rows = [(*row, moment) for row in _sealed(store, rows, _SEALED)]
        execute_many(connection, _person_statement(connection.dialect.name), _PERSON_COLUMNS, rows)
        for table in (schema.facts, schema.conflicts):
            for ids in batched(people.known, _LOOKED_UP):
                connection.execute(delete(table).where(table.c.person_id.in_(ids)))
        for table, names, found in (
            (schema.facts, _FACT_COLUMNS, people.facts),
            (schema.conflicts, _CONFLICT_COLUMNS, people.conflicts),
        ):
            execute_many(connection, table.insert(), names, _sealed(store, found, (names.index("value"),)))
        for person, gone in people.joined.items():
            _retire(store, connection, person, gone, moment)
        return append(store, connection, [event for row in rows for event in people.events.get(row[0], ())])


def sealed_identities(store: Store, people: People) -> list[tuple[Any, ...]]:
    """The identities of :class:`People` as they are kept."""
    lookup, seal = store.vault.lookup, store.vault.seal
    return [
        (kind, scope, lookup(kind, scope, value), person, seal(person, value), *rest)
        for kind, scope, _, person, value, *rest in people.identities
    ]


@contextmanager
def late_index(store: Store) -> Iterator[None]:
    """Do without the index of identities by person while a first merge writes them: they come in another order, so
    that each transaction would write most of its pages. :func:`bascule.contacts.store.store.open_store` makes it again
    after a kill."""
    index = next(index for index in schema.identities.indexes if list(index.columns) == [schema.identities.c.person_id])
    with store.write() as connection:
        first = connection.dialect.name == "sqlite" and not connection.execute(select(schema.identities.c.kind)).first()
        if first:
            index.drop(connection, checkfirst=True)
    try:
        yield
    finally:
        if first:
            with store.write() as connection:
                index.create(connection, checkfirst=True)


def write_identities(store: Store, rows: Sequence[Sequence[Any]]) -> None:
    """Write rows in the order of :data:`IDENTITY_COLUMNS`, sealed, in one transaction. Their persons must be there.
    Give them sorted."""
    with store.write() as connection:
        roomy(connection)
        execute_many(connection, _identity_statement(connection.dialect.name), IDENTITY_COLUMNS, rows)


def _sealed(store: Store, rows: Sequence[tuple[Any, ...]], places: Iterable[int]) -> Sequence[tuple[Any, ...]]:
    """Rows whose first cell is the person with the cells at ``places`` as they are kept."""
    if store.vault.name == "plain":
        return rows
    seal, made = store.vault.seal, []
    for row in rows:
        cells = list(row)
        for place in places:
            cells[place] = seal(row[0], row[place])
        made.append(tuple(cells))
    return made


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


def _taken_over(store: Store, connection: Connection, row: tuple[Any, ...], gone: Sequence[str]) -> tuple[Any, ...]:
    """A person with what the store holds of the joined ones and no import says: later moments, a name, another
    doubt."""
    table = schema.persons
    person = dict(zip(PERSON_CELLS, row, strict=True))
    for ids in batched(gone, _LOOKED_UP):
        for other in connection.execute(select(table).where(table.c.id.in_(ids)).order_by(table.c.id)).mappings():
            for name in _MOMENTS:
                if other[name] is not None and other[name] > (person[name] or ""):
                    person[name] = other[name]
            if other["number_doubt"] is not None and other["number_doubt"] not in _OWN_DOUBTS:
                person["number_doubt"] = other["number_doubt"]
            for name in COLUMNS:
                value = other[name] if name == "language" else store.vault.open(other["id"], other[name])
                if value and person[name] is None:
                    person[name] = value
    return tuple(person.values())


def _retire(store: Store, connection: Connection, person: str, gone: Sequence[str], moment: str) -> None:
    """Leave of the joined persons only where they went. The ledger keeps its entries as they are: it is read by way
    of ``merged_into``."""
    table, held = schema.persons, schema.identities
    for ids in batched(gone, _LOOKED_UP):
        for row in connection.execute(select(held).where(held.c.person_id.in_(ids))).mappings().all():
            value = store.vault.seal(person, store.vault.open(row["person_id"], row["value"]))
            connection.execute(
                update(held)
                .where(held.c.kind == row["kind"], held.c.scope == row["scope"], held.c.lookup == row["lookup"])
                # What was sealed with a key that is gone stays as it is: nobody can read it.
                .values(person_id=person, value=row["value"] if value is None else value)
            )
        for other in (schema.facts, schema.conflicts, schema.decisions):
            connection.execute(delete(other).where(other.c.person_id.in_(ids)))
        told = schema.deliveries
        connection.execute(update(told).where(told.c.person_id.in_(ids)).values(person_id=person))
        for sealed in (schema.inbox, schema.outbox):
            (key,) = sealed.primary_key.columns
            rows = select(key, sealed.c.person_id, sealed.c.payload).where(sealed.c.person_id.in_(ids))
            for name, owner, payload in connection.execute(rows).all():
                text = store.vault.seal(person, store.vault.open(owner, payload))
                if text is not None:
                    connection.execute(update(sealed).where(key == name).values(person_id=person, payload=text))
        connection.execute(update(table).where(table.c.merged_into.in_(ids)).values(merged_into=person))
        connection.execute(
            update(table)
            .where(table.c.id.in_(ids))
            .values(merged_into=person, number_doubt=None, updated_at=moment, **dict.fromkeys((*COLUMNS, *_MOMENTS)))
        )
