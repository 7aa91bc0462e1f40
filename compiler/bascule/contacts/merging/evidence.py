"""What the engine reads: the snapshots, and what the store knows that they do not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bascule.contacts.merging.links import KINDS, LINKING, MENTION, ROW_BITS, node
from bascule.contacts.rows import snapshot_schema
from bascule.contacts.store.store import batched

if TYPE_CHECKING:
    import duckdb

    from bascule.contacts.merging.sources import Source
    from bascule.contacts.merging.survivorship import Survivorship
    from bascule.contacts.store.store import Store

__all__ = ["STRANGERS", "insert_rows", "load_evidence"]

STRANGERS = 1 << 22 << ROW_BITS
"""Persons of other origin are numbered from here: they sort behind all imports."""

_TEXTS = (
    "phone_e164", "phone_region", "phone_type", "phone_reason", "phone_how", "wa_id", "bsuid", "parent_bsuid",
    "bsuid_scope", "viber_id", "viber_scope", "crm_id", "crm_scope", "email", "first_name", "last_name", "name",
    "language", "country", "tags", "channel", "direction", "message_status", "consent_action", "consent_purpose",
    "consent_basis", "consent_source", "consent_keyword", "consent_double", "consent_wording",
    "consent_names_business", "consent_names_whatsapp", "consent_proof", "consent_expires_at",
)  # fmt: skip
"""Columns that merging reads; blank cells are as good as none."""


def load_evidence(
    connection: duckdb.DuckDBPyConnection,
    store: Store,
    sources: Sequence[Source],
    files: Sequence[Path],
    rules: Survivorship,
) -> None:
    """Make the tables and views that everything else reads:

    ``imports (id, ordinal)`` and ``priority (ordinal, rule, place)``;
    ``known (node, id, gone, into)`` persons of the store, and ``bonds (a, b)`` those that were joined;
    ``learnt (node, kind, scope, value, ...)`` identities that no import brought or that were given up;
    ``learnt_facts (node, field, value, import_id, source_row, seen_at)`` likewise;
    ``refused (rid, reason)`` rows of erased people; ``snap`` the other rows, and ``mentions`` their identifiers.
    """
    run = connection.execute
    run("CREATE TABLE imports (id VARCHAR, ordinal BIGINT)")
    insert_rows(connection, "imports", [(source.id, source.ordinal) for source in sources])
    _priorities(connection, sources, rules)
    strangers = _known(connection, store)
    _learnt(connection, store, strangers)
    # PostgreSQL keeps no NUL, which JSON can spell.
    cells = ", ".join(f"nullif(trim(replace(s.{name}, chr(0), '')), '') AS {name}" for name in _TEXTS)
    listed = ", ".join("'" + str(path).replace("'", "''") + "'" for path in files)
    if not files:
        connection.register("no_rows", snapshot_schema().empty_table())
    base = f"read_parquet([{listed}], hive_partitioning = false)" if files else "no_rows"
    run(
        f"""CREATE VIEW all_rows AS SELECT (i.ordinal << {ROW_BITS}) | s."row" AS rid, s.part, i.ordinal, s.import_id,
        s."row" AS source_row, s.kind, {cells}, s.custom, s.modified_at, s.occurred_at,
        CASE WHEN s.kind = 'contact' THEN coalesce(s.modified_at, s.occurred_at)
        ELSE coalesce(s.occurred_at, s.modified_at) END AS seen,
        epoch(try_strptime(seen, '%Y-%m-%dT%H:%M:%SZ'))::BIGINT AS seconds
        FROM {base} s JOIN imports i ON i.id = s.import_id WHERE s.rejected IS NULL"""
    )
    run("CREATE TABLE refused (rid BIGINT, reason VARCHAR)")
    _refuse_erased(connection, store)
    _mentions(connection)
    _refuse_given_up(connection)
    run("CREATE VIEW snap AS SELECT * FROM all_rows r ANTI JOIN refused ON refused.rid = r.rid")


def insert_rows(connection: duckdb.DuckDBPyConnection, table: str, rows: Iterable[Sequence[Any]]) -> None:
    """Append rows, in the order of the table's columns, a batch at a time."""
    import pyarrow as pa

    names = [item[0] for item in connection.execute(f"DESCRIBE {table}").fetchall()]
    for batch in batched(rows, 50_000):
        columns = zip(*batch, strict=True)
        arrow = pa.table({name: pa.array(column) for name, column in zip(names, columns, strict=True)})
        connection.register("batch_rows", arrow)
        connection.execute(f"INSERT INTO {table} SELECT * FROM batch_rows")
        connection.unregister("batch_rows")


def _priorities(connection: duckdb.DuckDBPyConnection, sources: Sequence[Source], rules: Survivorship) -> None:
    """``rules (field, rule, number)`` with the default as the empty field; ``priority`` by number of a rule."""
    run = connection.execute
    run("CREATE TABLE rules (field VARCHAR, rule VARCHAR, number INTEGER)")
    run("CREATE TABLE priority (ordinal BIGINT, number INTEGER, place INTEGER)")
    named = [("", rules.default), *sorted(rules.fields.items())]
    insert_rows(connection, "rules", [(name, rule.rule, number) for number, (name, rule) in enumerate(named)])
    places = []
    for number, (_, rule) in enumerate(named):
        for source in sources:
            found = [rule.sources.index(name) for name in (source.profile, source.file) if name in rule.sources]
            places.append((source.ordinal, number, min(found, default=len(rule.sources))))
    insert_rows(connection, "priority", places)


def _known(connection: duckdb.DuckDBPyConnection, store: Store) -> dict[str, int]:
    """Persons of the store; gives the nodes of those whose ids merging did not make."""
    from sqlalchemy import select

    from bascule.contacts.store.schema import persons

    strangers: dict[str, int] = {}

    def numbered(person: str) -> int:
        found = node(person)
        if found is None:
            found = strangers.setdefault(person, STRANGERS + len(strangers))
        return found

    def rows() -> Iterator[tuple[int, str, bool, int | None]]:
        with store.read() as reading:
            for person, into in reading.execution_options(yield_per=20_000).execute(
                select(persons.c.id, persons.c.merged_into).order_by(persons.c.id)
            ):
                yield numbered(person), person, into is not None, numbered(into) if into is not None else None

    connection.execute('CREATE TABLE known (node BIGINT, id VARCHAR, gone BOOLEAN, "into" BIGINT)')
    insert_rows(connection, "known", rows())
    connection.execute('CREATE TABLE bonds AS SELECT node AS a, "into" AS b FROM known WHERE gone')
    return strangers


def _learnt(connection: duckdb.DuckDBPyConnection, store: Store, strangers: dict[str, int]) -> None:
    from sqlalchemy import or_, select

    from bascule.contacts.store.schema import conflicts, facts, identities, imports

    imported = select(imports.c.id)

    def numbered(person: str) -> int | None:
        """None for a person who was added since the persons were read."""
        found = node(person)
        return strangers.get(person) if found is None else found

    def held() -> Iterator[tuple[Any, ...]]:
        table = identities.c
        with store.read() as reading:
            for item in reading.execution_options(yield_per=20_000).execute(
                select(
                    table.person_id, table.kind, table.scope, table.value, table.region, table.number_type,
                    table.confidence, table.last_seen_at, table.replaced_at,
                )
                .where(or_(table.source.not_in(imported), table.replaced_at.is_not(None)))
                .order_by(table.kind, table.scope, table.lookup)
            ):  # fmt: skip
                person, kind, scope, value, *rest = item
                opened = store.vault.open(person, value)
                owner = numbered(person)
                if opened is not None and owner is not None and kind in KINDS:
                    yield owner, KINDS.index(kind), scope, opened, *rest

    def facts_of(table: Any) -> Iterator[tuple[Any, ...]]:
        with store.read() as reading:
            for person, field, value, source, number, seen in reading.execution_options(yield_per=20_000).execute(
                select(table.person_id, table.field, table.value, table.import_id, table.source_row, table.seen_at)
                .where(table.import_id.not_in(imported))
                .order_by(table.person_id, table.field)
            ):
                opened = store.vault.open(person, value)
                owner = numbered(person)
                if opened is not None and owner is not None:
                    yield owner, field, opened, source, number, seen

    connection.execute(
        "CREATE TABLE learnt (node BIGINT, kind TINYINT, scope VARCHAR, value VARCHAR, region VARCHAR, type VARCHAR,"
        " confidence VARCHAR, last_seen VARCHAR, replaced VARCHAR)"
    )
    insert_rows(connection, "learnt", held())
    connection.execute(
        "CREATE TABLE learnt_facts (node BIGINT, field VARCHAR, value VARCHAR, import_id VARCHAR, source_row BIGINT,"
        " seen VARCHAR)"
    )
    insert_rows(connection, "learnt_facts", facts_of(facts.c))
    # What it lost against an import: it may win when the rules change.
    insert_rows(connection, "learnt_facts", facts_of(conflicts.c))


def _refuse_erased(connection: duckdb.DuckDBPyConnection, store: Store) -> None:
    """Rows of people who were erased: known by their pseudonyms alone. An address counts only where a row has nothing
    else, as it may be shared."""
    from sqlalchemy import select

    from bascule.contacts.store.schema import erasures, suppressions

    with store.read() as reading:
        erased = {
            *reading.execute(select(suppressions.c.pseudonym).where(suppressions.c.reason == "erased")).scalars(),
            *reading.execute(select(erasures.c.pseudonym)).scalars(),
        }
    if not erased:
        return
    run = connection.execute
    for kind, (column, scope) in MENTION.items():
        alone = "" if kind in LINKING else f"AND {' AND '.join(f'{MENTION[name][0]} IS NULL' for name in LINKING)}"
        run(
            f"CREATE OR REPLACE TABLE distinct_values AS SELECT DISTINCT {scope} AS scope, {column} AS value"
            f" FROM all_rows WHERE {column} IS NOT NULL {alone}"
        )
        run("CREATE OR REPLACE TABLE erased_values (scope VARCHAR, value VARCHAR)")
        cursor = connection.cursor()
        values = cursor.execute("SELECT scope, value FROM distinct_values")
        found = []
        while batch := values.fetchmany(50_000):
            found += [item for item in batch if store.vault.pseudonym(kind, item[0], item[1]) in erased]
        cursor.close()
        insert_rows(connection, "erased_values", found)
        run(
            f"INSERT INTO refused SELECT DISTINCT rid, 'erased' FROM all_rows r SEMI JOIN erased_values e"
            f" ON e.value = {column} AND e.scope = {scope} WHERE TRUE {alone}"
        )
    run("CREATE OR REPLACE TABLE refused AS SELECT DISTINCT rid, reason FROM refused")
    run("DROP TABLE distinct_values")
    run("DROP TABLE erased_values")


def _mentions(connection: duckdb.DuckDBPyConnection) -> None:
    """``mentions``: what links rows, with what the store has learnt. A number that its person gave up says nothing of
    whom later rows are."""
    after = (
        " WHERE NOT EXISTS (SELECT 1 FROM learnt g WHERE g.replaced IS NOT NULL AND g.kind = m.kind"
        " AND g.scope = m.scope AND g.value = m.value AND m.seen > g.replaced)"
    )
    given_up = connection.execute("SELECT count(*) FROM learnt WHERE replaced IS NOT NULL").fetchone()
    parts = [
        f"SELECT rid, {KINDS.index(kind)}::TINYINT AS kind, {scope} AS scope, {column} AS value, seen"
        f" FROM all_rows r ANTI JOIN refused ON refused.rid = r.rid WHERE {column} IS NOT NULL"
        for kind, (column, scope) in MENTION.items()
        if kind in LINKING
    ]
    numbers = ", ".join(str(KINDS.index(kind)) for kind in LINKING)
    connection.execute(
        f"CREATE VIEW mentions AS SELECT rid, kind, scope, value FROM ({' UNION ALL '.join(parts)}) m"
        f"{after if given_up and given_up[0] else ''}"
        f" UNION ALL SELECT node, kind, scope, value FROM learnt WHERE kind IN ({numbers})"
    )


def _refuse_given_up(connection: duckdb.DuckDBPyConnection) -> None:
    """Rows of which nothing is left that says whose they are."""
    if connection.execute("SELECT 1 FROM learnt WHERE replaced IS NOT NULL LIMIT 1").fetchone() is None:
        return
    connection.execute(
        f"""INSERT INTO refused SELECT DISTINCT r.rid, 'number_given_up'
        FROM all_rows r SEMI JOIN learnt g ON g.replaced IS NOT NULL AND g.kind = {KINDS.index("phone")}
        AND g.value = r.phone_e164 AND r.seen > g.replaced
        WHERE r.rid NOT IN (SELECT rid FROM mentions) AND r.rid NOT IN (SELECT rid FROM refused)"""
    )
