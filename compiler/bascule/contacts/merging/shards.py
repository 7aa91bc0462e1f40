"""A range of persons, worked out: what survives of each field, identities, moments, doubts and consent events.

The engine works it out, and gives rows as the store has them; what only Python can say (whether two names agree, what
a word means, sealed text) is asked for the few rows that need it.
"""

from __future__ import annotations

import itertools
import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from bascule.contacts.consent.ledger import ConsentEvent
from bascule.contacts.consent.own_words import OwnWords
from bascule.contacts.merging import shard_sql
from bascule.contacts.merging.consents import event_of
from bascule.contacts.merging.doubt import Naming, doubt_of
from bascule.contacts.merging.evidence import insert_rows
from bascule.contacts.merging.people import Shard

if TYPE_CHECKING:
    import duckdb

    from bascule.contacts.merging.survivorship import Survivorship

__all__ = ["IDENTITY_TABLE", "PERSON_CELLS", "People", "read_shard"]

PERSON_CELLS = (
    "id", "name", "first_name", "last_name", "language", "region", "phone_type", "number_doubt", "first_seen_at",
    "last_inbound_at", "last_outbound_at", "whatsapp_inbound_at",
)  # fmt: skip
"""The cells of :attr:`People.rows`, in order."""

IDENTITY_TABLE = (
    "CREATE TABLE identity_rows (kind VARCHAR, scope VARCHAR, lookup VARCHAR, person_id VARCHAR, value VARCHAR,"
    " region VARCHAR, number_type VARCHAR, how VARCHAR, confidence VARCHAR, source VARCHAR, source_row BIGINT,"
    " first_seen_at VARCHAR, last_seen_at VARCHAR, node BIGINT)"
)
"""Identities as they are kept, sealed where the store is, and the node of their person."""


@dataclass(slots=True)
class People:
    """Persons as merging leaves them, nothing sealed. ``known``: those that the store has already; ``facts`` and
    ``conflicts`` in the order of their tables' columns; ``joined``: ids of persons that were found to be another one,
    by that one; ``identities``: as ``identity_rows``, if they are still to be sealed; ``words``: person and row, where
    a row has a word that may be the answer to a question."""

    rows: list[tuple[Any, ...]]
    known: list[str]
    facts: list[tuple[Any, ...]]
    conflicts: list[tuple[Any, ...]]
    joined: dict[str, list[str]]
    identities: list[tuple[Any, ...]]
    events: dict[str, list[ConsentEvent]] = field(default_factory=dict)
    words: list[tuple[str, dict[str, Any]]] = field(default_factory=list)


def read_shard(
    connection: duckdb.DuckDBPyConnection, shard: Shard, rules: Survivorship, sealed: bool, own: OwnWords
) -> People:
    """The persons of a shard, in order of their ids. Their identities go to ``identity_rows``, or are given out where
    they have to be ``sealed`` first."""
    run = connection.execute
    limits = [shard.first, shard.last]
    run(shard_sql.ROWS, limits)
    run(shard_sql.CUSTOM)
    run(shard_sql.FIELDS_SQL, limits)
    if rules.rule("tags").rule == "union":
        _unite(connection)
    _doubt(connection, rules)
    run(shard_sql.IDENTITIES)
    run(shard_sql.NUMBERS, limits)
    identities = []
    if sealed:
        identities = run(shard_sql.IDENTITY_ROWS, limits).fetchall()
    else:
        run(f"INSERT INTO identity_rows {shard_sql.IDENTITY_ROWS}", limits)
    joined: dict[str, list[str]] = {}
    for person, gone in run(shard_sql.JOINED, limits).fetchall():
        joined.setdefault(person, []).append(gone)
    rows = run(shard_sql.PEOPLE, limits).fetchall()
    people = People(
        [row[:-1] for row in rows],
        [row[0] for row in rows if row[-1]],
        run(shard_sql.FACTS, limits).fetchall(),
        run(shard_sql.CONFLICTS, limits).fetchall(),
        joined,
        identities,
    )
    for person, *cells in run(shard_sql.CONSENT).fetchall():
        row = dict(zip(shard_sql.CONSENT_COLUMNS, cells, strict=True))
        event = event_of(row, person, own)
        if event is not None:
            people.events.setdefault(person, []).append(event)
        if row["consent_keyword"] is not None and row["consent_action"] != "opt_out":
            people.words.append((person, row))
    for table in shard_sql.TAKEN_TABLES:
        run(f"DROP TABLE {table}")
    return people


def _unite(connection: duckdb.DuckDBPyConnection) -> None:
    """Put all tags of a person in the place of those that survive."""
    run = connection.execute
    found = run("SELECT pno, value FROM chosen WHERE field = 'tags' ORDER BY pno, place").fetchall()
    united = [
        (pno, _together(value for _, value in group)) for pno, group in itertools.groupby(found, key=lambda row: row[0])
    ]
    if not united:
        return
    run("CREATE OR REPLACE TEMP TABLE united (pno BIGINT, value VARCHAR)")
    insert_rows(connection, "united", united)
    run("DELETE FROM chosen WHERE field = 'tags' AND place > 1")
    run("UPDATE chosen SET value = united.value FROM united WHERE united.pno = chosen.pno AND field = 'tags'")
    run("DROP TABLE united")


def _together(values: Iterable[str]) -> str:
    """One sorted JSON array of the texts of all."""
    found: set[str] = set()
    for value in values:
        try:
            items = json.loads(value)
        except (ValueError, RecursionError):
            items = [value]
        found.update(str(item) for item in (items if isinstance(items, list) else [items]))
    return json.dumps(sorted(found), ensure_ascii=False)


def _doubt(connection: duckdb.DuckDBPyConnection, rules: Survivorship) -> None:
    """Make ``doubts``: person and number, and why it may have a new owner."""
    run = connection.execute
    run(shard_sql.GAPS, [rules.gap_days])
    gaps = {(pno, phone): (before, after) for pno, phone, before, after in run("SELECT * FROM gaps").fetchall()}
    names: dict[tuple[int, str], list[Naming]] = defaultdict(list)
    for pno, phone, *naming in run(shard_sql.NAMINGS).fetchall():
        names[(pno, phone)].append(Naming(*naming))
    reasons = ((*key, doubt_of(names.get(key, []), gaps.get(key))) for key in {*gaps, *names})
    run(shard_sql.DOUBTS)
    insert_rows(connection, "doubts", [row for row in reasons if row[2]])
