"""A range of persons, worked out: what survives of each field, identities, moments, doubts and consent events."""

from __future__ import annotations

import itertools
import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from bascule.contacts.consent.ledger import ConsentEvent
from bascule.contacts.merging import shard_sql
from bascule.contacts.merging.consents import event_of
from bascule.contacts.merging.doubt import Naming, doubt_of
from bascule.contacts.merging.links import KINDS
from bascule.contacts.merging.people import Shard

if TYPE_CHECKING:
    import duckdb

    from bascule.contacts.merging.survivorship import Survivorship

__all__ = ["COLUMNS", "Identity", "Person", "Value", "read_shard"]

COLUMNS = ("name", "first_name", "last_name", "language")
"""Fields that are columns of a person; where nothing contradicts them they need no line of their own."""

_MESSAGED = ("mobile", "fixed_line_or_mobile")
_SUREST_ASSUMED = 6
_CONFIDENCES = ("sure", "assumed", "doubtful")


class Value(NamedTuple):
    """What a row says of a field."""

    field: str
    value: str
    import_id: str
    source_row: int
    seen_at: str | None
    part: int


class Identity(NamedTuple):
    """An identifier of a person. ``confidence``: sure, assumed or doubtful."""

    kind: str
    scope: str
    value: str
    region: str | None
    number_type: str | None
    how: str | None
    confidence: str
    source: str
    source_row: int
    first_seen_at: str | None
    last_seen_at: str | None


@dataclass(slots=True)
class Person:
    """A person as merging leaves them. ``known``: the store has them already. ``facts`` survived, ``conflicts`` did
    not; ``joined`` are the ids of persons that were found to be this one."""

    id: str
    known: bool = False
    first_seen_at: str | None = None
    last_inbound_at: str | None = None
    last_outbound_at: str | None = None
    whatsapp_inbound_at: str | None = None
    columns: dict[str, str] = field(default_factory=dict)
    region: str | None = None
    phone_type: str | None = None
    number_doubt: str | None = None
    facts: list[Value] = field(default_factory=list)
    conflicts: list[Value] = field(default_factory=list)
    identities: list[Identity] = field(default_factory=list)
    events: list[ConsentEvent] = field(default_factory=list)
    joined: list[str] = field(default_factory=list)
    words: list[dict[str, Any]] = field(default_factory=list)
    """Rows with a word that may be the answer to a question."""


def read_shard(connection: duckdb.DuckDBPyConnection, shard: Shard, rules: Survivorship) -> list[Person]:
    """The persons of a shard, in order of their ids."""
    run = connection.execute
    limits = [shard.first, shard.last]
    run(shard_sql.ROWS, limits)
    people: dict[int, Person] = {}
    for pno, name, *moments in run(shard_sql.MOMENTS, limits).fetchall():
        people[pno] = Person(name, *moments)
    for pno, gone in run(shard_sql.JOINED, limits).fetchall():
        people[pno].joined.append(gone)
    run(shard_sql.CUSTOM)
    _fields(run(shard_sql.FIELDS_SQL, limits).fetchall(), rules, people)
    doubts = _doubts(connection, rules)
    _identities(connection, limits, people, doubts)
    for pno, *cells in run(shard_sql.CONSENT).fetchall():
        row = dict(zip(shard_sql.CONSENT_COLUMNS, cells, strict=True))
        event = event_of(row, people[pno].id)
        if event is not None:
            people[pno].events.append(event)
        if row["consent_keyword"] is not None and row["consent_action"] != "opt_out":
            people[pno].words.append(row)
    run("DROP TABLE w")
    run("DROP TABLE customs")
    return list(people.values())


def _fields(rows: list[tuple[Any, ...]], rules: Survivorship, people: dict[int, Person]) -> None:
    """Give out rows of person, field, value, import, source row, moment, part and whether the store learnt it
    elsewhere; those of one field stand together, the one that survives first."""
    for (pno, name), group in itertools.groupby(rows, key=lambda row: (row[0], row[1])):
        person = people[pno]
        (best, learnt), *others = [(Value(*row[1:7]), row[7]) for row in group]
        if rules.rule(name).rule == "union":
            best, others = best._replace(value=_together([best, *(value for value, _ in others)])), []
        if name in COLUMNS:
            person.columns[name] = best.value
        if name not in COLUMNS or others or learnt:
            person.facts.append(best)
        person.conflicts += [value for value, _ in others]


def _together(values: Iterable[Value]) -> str:
    """One sorted JSON array of the texts of all."""
    found: set[str] = set()
    for value in values:
        try:
            items = json.loads(value.value)
        except (ValueError, RecursionError):
            items = [value.value]
        found.update(str(item) for item in (items if isinstance(items, list) else [items]))
    return json.dumps(sorted(found), ensure_ascii=False)


def _doubts(connection: duckdb.DuckDBPyConnection, rules: Survivorship) -> dict[tuple[int, str], str]:
    """Person and number to why it may have a new owner."""
    run = connection.execute
    run(shard_sql.GAPS, [rules.gap_days])
    gaps = {(pno, phone): (before, after) for pno, phone, before, after in run("SELECT * FROM gaps").fetchall()}
    names: dict[tuple[int, str], list[Naming]] = defaultdict(list)
    for pno, phone, *naming in run(shard_sql.NAMINGS).fetchall():
        names[(pno, phone)].append(Naming(*naming))
    found = {key: doubt_of(names.get(key, []), gaps.get(key)) for key in {*gaps, *names}}
    return {key: reason for key, reason in found.items() if reason}


def _identities(
    connection: duckdb.DuckDBPyConnection,
    limits: list[int],
    people: dict[int, Person],
    doubts: dict[tuple[int, str], str],
) -> None:
    run = connection.execute
    learnt: dict[int, list[tuple[Any, ...]]] = defaultdict(list)
    given_up: set[tuple[int, int, str]] = set()
    for pno, kind, scope, value, *rest in run(shard_sql.LEARNT, limits).fetchall():
        if rest[-1] is not None:
            given_up.add((pno, kind, value))
        elif kind == 0:
            learnt[pno].append((scope, value, *rest))
    for pno, kind, scope, value, region, number_type, how, rank, source, number, first, last in run(
        shard_sql.IDENTITIES
    ).fetchall():
        confidence = "sure" if rank < _SUREST_ASSUMED else "assumed"
        if kind == 0 and (pno, value) in doubts:
            confidence = "doubtful"
        people[pno].identities.append(
            Identity(KINDS[kind], scope, value, region, number_type, how, confidence, source, number, first, last)
        )
    for pno, person in people.items():
        phones = [
            (item.number_type, item.confidence, item.last_seen_at, item.value, item.region)
            for item in person.identities
            if item.kind == "phone" and (pno, 0, item.value) not in given_up
        ]
        phones += [(kind, sure, seen, value, region) for _, value, region, kind, sure, seen, _ in learnt[pno]]
        doubtful = sorted({part for phone in phones for part in doubts.get((pno, phone[3]), "").split(",") if part})
        person.number_doubt = ",".join(doubtful) or None
        if phones:
            # The number that would be messaged: a mobile, a sure one, the one seen last.
            phones.sort(key=lambda item: item[3])
            phones.sort(key=lambda item: item[2] or "", reverse=True)
            phones.sort(key=lambda item: (item[0] not in _MESSAGED, _place(item[1])))
            person.phone_type, person.region = phones[0][0], phones[0][4]
        if person.region is None:
            person.region = next((item.value for item in person.facts if item.field == "country"), None)


def _place(confidence: str) -> int:
    return _CONFIDENCES.index(confidence) if confidence in _CONFIDENCES else len(_CONFIDENCES)
