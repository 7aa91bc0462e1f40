"""Which numbers a check asks about, and why not the others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterator
from dataclasses import dataclass, field
from itertools import groupby
from typing import TYPE_CHECKING

from bascule.contacts.checking.checker import Value

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from bascule.contacts.store.store import Store

__all__ = ["MESSAGEABLE", "Candidates", "Wanted", "find_candidates"]

MESSAGEABLE = ("mobile", "fixed_line_or_mobile")
"""Types of numbers, as libphonenumber names them, that can hold a WhatsApp account more often than by exception."""

_CHUNK = 20_000


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to ask about: ``types`` of numbers, answers of ``method``, as of ``now``. ``refresh`` asks again what is
    known; ``only`` leaves out numbers that are not in it."""

    method: str
    now: str
    types: tuple[str, ...] = MESSAGEABLE
    refresh: bool = False
    only: Container[str] | None = None


@dataclass(slots=True)
class Candidates:
    """``considered`` = those asked about + the ones ``held``, by reason."""

    considered: int = 0
    asked: int = 0
    held: Counter[str] = field(default_factory=Counter)

    def hold(self, reason: str) -> None:
        """Count a number that is not asked about."""
        self.held[reason] += 1


@dataclass(frozen=True, slots=True)
class _Identity:
    person: str
    kind: str
    scope: str
    lookup: str
    value: str
    number_type: str | None
    replaced: str | None
    merged: str | None
    status: str | None
    method: str | None
    expires: str | None


def find_candidates(store: Store, connection: Connection, wanted: Wanted, into: Candidates) -> Iterator[str]:
    """Lookups of the phone identities to ask about, one person after the other; the others are counted in ``into``.

    A person is left out with all numbers when any identifier of theirs is on the suppression list, for any channel:
    who said no once is not looked up either.
    """
    from sqlalchemy import and_, select

    from bascule.contacts.store import schema

    identities, persons, known = schema.identities, schema.persons, schema.registrations
    rows = connection.execution_options(yield_per=_CHUNK).execute(
        select(
            identities.c.person_id,
            identities.c.kind,
            identities.c.scope,
            identities.c.lookup,
            identities.c.value,
            identities.c.number_type,
            identities.c.replaced_at,
            persons.c.merged_into,
            known.c.status,
            known.c.method,
            known.c.expires_at,
        )
        .join(persons, persons.c.id == identities.c.person_id)
        .outerjoin(known, and_(identities.c.kind == "phone", known.c.lookup == identities.c.lookup))
        .order_by(identities.c.person_id, identities.c.kind, identities.c.scope, identities.c.lookup)
    )
    suppressed = _suppressed(connection)
    for _, group in groupby((_Identity(*row) for row in rows), key=lambda item: item.person):
        yield from _of_person(store, list(group), wanted, suppressed, into)


def _of_person(
    store: Store, held: list[_Identity], wanted: Wanted, suppressed: frozenset[str], into: Candidates
) -> Iterator[str]:
    phones = [item for item in held if item.kind == "phone"]
    if not phones:
        return
    values = {id(item): store.vault.open(item.person, item.value) for item in held} if suppressed else {}
    blocked = any(
        value is not None and store.vault.pseudonym(item.kind, item.scope, value) in suppressed
        for item in held
        for value in (values[id(item)] if suppressed else None,)
    )
    for item in phones:
        into.considered += 1
        value = values[id(item)] if suppressed else store.vault.open(item.person, item.value)
        reason = _reason(item, value, blocked, wanted)
        if reason:
            into.hold(reason)
        else:
            into.asked += 1
            yield item.lookup


def _reason(item: _Identity, value: str | None, blocked: bool, wanted: Wanted) -> str:
    """Why a number is not asked about; empty where it is."""
    if value is None:
        return "erased"
    if item.merged is not None:
        return "person merged into another"
    if item.replaced is not None:
        return "number given up"
    if blocked:
        return "suppressed"
    if item.number_type not in wanted.types:
        return f"number type {item.number_type or 'unknown'}"
    if not wanted.refresh and _is_fresh(item, wanted):
        return "result still fresh"
    if wanted.only is not None and value not in wanted.only:
        return "not in the results"
    return ""


def _suppressed(connection: Connection) -> frozenset[str]:
    """Pseudonyms on the suppression list, not released."""
    from sqlalchemy import select

    from bascule.contacts.store import schema

    table = schema.suppressions.c
    return frozenset(connection.execute(select(table.pseudonym).where(table.released_at.is_(None))).scalars())


def _is_fresh(item: _Identity, wanted: Wanted) -> bool:
    """Whether the last result has not expired. One of another method counts when it says yes or no; one of the same
    method counts in any case: asking a checker again that cannot tell would tell nothing. What a simulator said counts
    for nobody but itself."""
    if (item.expires or "") <= wanted.now:
        return False
    told = item.status in (Value.ACTIVE, Value.INACTIVE) and item.method != "simulator"
    return told or item.method == wanted.method
