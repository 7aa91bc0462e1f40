"""Finding one person in a store, by whatever identifies them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bascule.contacts.tabular.problems import ContactsError

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from bascule.contacts.store.store import Store

__all__ = ["Selector", "Subject", "normalised", "subject_of", "subjects"]

COLUMNS = {
    "phone": "phone_e164", "wa_id": "wa_id", "bsuid": "bsuid", "parent_bsuid": "parent_bsuid", "viber": "viber_id",
    "crm": "crm_id", "email": "email",
}  # fmt: skip
"""Kinds of identifiers and the columns of a snapshot that hold them."""


@dataclass(frozen=True, slots=True)
class Selector:
    """``kind``: person, or a kind of identifier; ``value`` as the user wrote it, normalised for phones."""

    kind: str
    value: str


@dataclass(frozen=True, slots=True)
class Subject:
    """A person: their id, the ids of those merged into them, and all their identifiers (kind, scope, value, lookup).

    ``unknown``: the store has nobody like that; the identifiers are those that were asked for.
    """

    id: str
    ids: tuple[str, ...]
    identifiers: tuple[tuple[str, str, str, str], ...]
    unknown: bool = False

    def values(self, kind: str) -> set[str]:
        """Identifiers of a kind."""
        return {value for of, _, value, _ in self.identifiers if of == kind}


def normalised(kind: str, value: str, region: str = "") -> Selector:
    """A selector; phones in any spelling. Raises ContactsError ``contacts-usage`` for a phone that is none."""
    if kind == "email":
        return Selector(kind, value.strip().lower())
    if kind != "phone":
        return Selector(kind, value.strip())
    from bascule.contacts.phones.normaliser import Engine, Normaliser

    found = Normaliser(Engine.EXACT).read(value, region)
    if not found.e164:
        raise ContactsError(
            "contacts-usage",
            "a phone number cannot be read",
            "write it with its country code, or give --default-region",
        )
    return Selector("phone", found.e164)


def subject_of(store: Store, connection: Connection, selector: Selector) -> Subject:
    """Who a selector means. Someone the store does not know is a subject, too: they can be put on the suppression list.

    Raises ContactsError ``contacts-person-unknown`` for a person's id that is not there, and
    ``contacts-person-several`` where an identifier without its scope means several people.
    """
    from sqlalchemy import or_, select

    from bascule.contacts.store.schema import identities, persons

    if selector.kind == "person":
        row = connection.execute(
            select(persons.c.id, persons.c.merged_into).where(persons.c.id == selector.value)
        ).first()
        if row is None:
            raise ContactsError(
                "contacts-person-unknown", f"there is no person `{selector.value}`", "ids are as exports have them"
            )
        return _whole(store, connection, row[1] or row[0])
    columns = identities.c
    lookup = store.vault.lookup(selector.kind, "", selector.value)
    found = set(
        connection.execute(
            select(columns.person_id).where(columns.kind == selector.kind, or_(columns.lookup == lookup))
        ).scalars()
    )
    if not found:
        # Ids that have a scope are looked up with it, and in a sealed store that makes another name.
        scopes = (
            connection.execute(select(columns.scope).where(columns.kind == selector.kind).distinct()).scalars().all()
        )
        lookups = [store.vault.lookup(selector.kind, scope, selector.value) for scope in scopes if scope]
        found = set(
            connection.execute(
                select(columns.person_id).where(columns.kind == selector.kind, columns.lookup.in_(lookups))
            ).scalars()
        )
    if len(found) > 1:
        raise ContactsError(
            "contacts-person-several", f"{len(found)} people have this {selector.kind}", "name one by --person"
        )
    if not found:
        return Subject("", (), ((selector.kind, "", selector.value, lookup),), unknown=True)
    return _whole(store, connection, found.pop())


def _whole(store: Store, connection: Connection, person: str) -> Subject:
    from sqlalchemy import select

    from bascule.contacts.store.schema import identities, persons

    merged = connection.execute(select(persons.c.id).where(persons.c.merged_into == person)).scalars().all()
    ids = (person, *sorted(merged))
    rows = connection.execute(
        select(identities.c.kind, identities.c.scope, identities.c.value, identities.c.lookup, identities.c.person_id)
        .where(identities.c.person_id.in_(ids))
        .order_by(identities.c.kind, identities.c.scope, identities.c.lookup)
    )
    found = tuple(
        (kind, scope, store.vault.open(owner, value) or "", lookup) for kind, scope, value, lookup, owner in rows
    )
    return Subject(person, ids, found)


def subjects(store: Store, connection: Connection, selectors: Sequence[Selector]) -> list[Subject]:
    """Who is meant by each, without repetition, in order."""
    found: dict[tuple[str, ...], Subject] = {}
    for selector in selectors:
        subject = subject_of(store, connection, selector)
        found.setdefault((subject.id,) if subject.id else (selector.kind, selector.value), subject)
    return list(found.values())
