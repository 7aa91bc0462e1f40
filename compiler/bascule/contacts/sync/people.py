"""Whom events are about: the persons of a batch, what is known of them, and the identifiers that are learnt."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from bascule.contacts.phones.wa_id import e164_of
from bascule.contacts.sync.events import Who

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from bascule.contacts.store.store import Store

__all__ = ["Identity", "People", "Person", "spellings"]

_CHUNK = 300
_MOMENTS = ("last_inbound_at", "last_outbound_at", "whatsapp_inbound_at")


@dataclass(slots=True)
class Identity:
    """A row of the identities. ``replaced`` empty = current."""

    kind: str
    scope: str
    lookup: str
    value: str
    person: str
    seen: str
    replaced: str


@dataclass(slots=True)
class Person:
    """What events may change of a person; ``moments`` by column."""

    id: str
    language: str
    moments: dict[str, str]
    phones: dict[str, Identity] = field(default_factory=dict)
    changed: dict[str, Any] = field(default_factory=dict)

    def later(self, column: str, at: str) -> bool:
        """Move a moment forward; false where it is not later than what is known."""
        if not at or at <= self.moments[column]:
            return False
        self.moments[column] = self.changed[column] = at
        return True

    def current_phone(self, at: str) -> Identity | None:
        """The number in use at a moment, if it is the only one."""
        current = [item for item in self.phones.values() if not item.replaced or (at and at <= item.replaced)]
        return current[0] if len(current) == 1 else None


def spellings(who: Who) -> Iterator[Who]:
    """The identifier, and the numbers that a WhatsApp id may be: that is how a webhook finds an imported contact."""
    yield who
    kind, _, value = who
    if kind == "wa_id":
        for number in e164_of(value):
            yield "phone", "", number


class People:
    """Persons and identities that a batch of events names. ``save`` writes what changed."""

    def __init__(self, store: Store, connection: Connection, moment: str) -> None:
        self._store = store
        self._connection = connection
        self._moment = moment
        self._identities: dict[tuple[str, str, str], Identity] = {}
        self._new: dict[tuple[str, str, str], Identity] = {}
        self._touched: dict[tuple[str, str, str], Identity] = {}
        self._asked: set[tuple[str, str, str]] = set()
        self.persons: dict[str, Person] = {}
        self.linked = 0

    def key(self, who: Who) -> tuple[str, str, str]:
        """The primary key of an identifier."""
        kind, scope, value = who
        return kind, scope, self._store.vault.lookup(kind, scope, value)

    def load(self, named: Iterable[Who]) -> None:
        """Read what is known of all these identifiers and their owners."""
        from sqlalchemy import select

        from bascule.contacts.store import schema

        keys = {self.key(spelled) for who in named for spelled in spellings(who)} - self._asked
        self._asked |= keys
        by_kind: dict[str, list[str]] = {}
        for kind, _, lookup in sorted(keys):
            by_kind.setdefault(kind, []).append(lookup)
        table = schema.identities
        for kind, lookups in by_kind.items():
            for start in range(0, len(lookups), _CHUNK):
                self._take(
                    self._connection.execute(
                        select(table).where(table.c.kind == kind, table.c.lookup.in_(lookups[start : start + _CHUNK]))
                    ).mappings()
                )
        self._load_persons()

    def _take(self, rows: Iterable[Any]) -> None:
        for row in rows:
            key = (row["kind"], row["scope"], row["lookup"])
            if key in self._identities:
                continue
            value = self._store.vault.open(row["person_id"], row["value"]) or ""
            seen = row["last_seen_at"] or row["first_seen_at"] or ""
            self._identities[key] = Identity(*key, value, row["person_id"], seen, row["replaced_at"] or "")

    def _load_persons(self) -> None:
        from sqlalchemy import select

        from bascule.contacts.store import schema

        persons, identities = schema.persons, schema.identities
        wanted = {item.person for item in self._identities.values()} - set(self.persons)
        for _ in range(16):
            if not wanted:
                break
            names, merged = sorted(wanted), {}
            wanted = set()
            for start in range(0, len(names), _CHUNK):
                chunk = names[start : start + _CHUNK]
                for row in self._connection.execute(select(persons).where(persons.c.id.in_(chunk))).mappings():
                    if row["merged_into"]:
                        merged[row["id"]] = row["merged_into"]
                        continue
                    moments = {column: row[column] or "" for column in _MOMENTS}
                    self.persons[row["id"]] = Person(row["id"], row["language"] or "", moments)
                self._take(
                    self._connection.execute(
                        select(identities).where(identities.c.kind == "phone", identities.c.person_id.in_(chunk))
                    ).mappings()
                )
            for item in self._identities.values():
                item.person = merged.get(item.person, item.person)
            wanted = {item.person for item in self._identities.values()} - set(self.persons) - set(names)
        for item in self._identities.values():
            owner = self.persons.get(item.person)
            if item.kind == "phone" and owner is not None:
                owner.phones[item.lookup] = item

    def identity(self, who: Who) -> Identity | None:
        """The row of an identifier, if it is known."""
        return self._identities.get(self.key(who))

    def find(self, named: Sequence[Who], at: str) -> Person | None:
        """The person who had one of these identifiers at that moment. After a number was given up it is somebody
        else's."""
        for who in named:
            for spelled in spellings(who):
                found = self.identity(spelled)
                if found is not None and (not found.replaced or not at or at <= found.replaced):
                    person = self.persons.get(found.person)
                    if person is not None:
                        return person
        return None

    def phone_for(self, person: Person, named: Sequence[Who], at: str) -> Identity | None:
        """The person's number that an event is about: one of those it names, else the only one they have."""
        for who in named:
            for spelled in spellings(who):
                found = self.identity(spelled)
                if found is not None and found.kind == "phone" and found.person == person.id:
                    return found
        return person.current_phone(at)

    def link(self, person: Person, named: Iterable[Who], at: str) -> None:
        """Keep identifiers of a person. One that belongs to somebody else stays theirs."""
        for who in named:
            if self.key(who) not in self._identities:
                self.add(person, who, at)
            for spelled in spellings(who):
                known = self.identity(spelled)
                if known is not None and known.person == person.id and at > known.seen:
                    known.seen = at
                    self._touched[(known.kind, known.scope, known.lookup)] = known

    def add(self, person: Person, who: Who, at: str) -> None:
        """A new identifier."""
        key = self.key(who)
        item = Identity(*key, who[2], person.id, at, "")
        self._identities[key] = self._new[key] = item
        self.linked += 1
        if item.kind == "phone":
            person.phones[item.lookup] = item

    def give_up(self, item: Identity, at: str) -> None:
        """The identifier is not its person's any more."""
        if not item.replaced or at < item.replaced:
            item.replaced = at
            self._touched[(item.kind, item.scope, item.lookup)] = item

    def take_over(self, item: Identity, person: Person, at: str) -> None:
        """An identifier of somebody else is this person's from now on: numbers are given out again."""
        before = self.persons.get(item.person)
        if before is not None:
            before.phones.pop(item.lookup, None)
            before.changed["number_doubt"] = f"number taken over by another person on {at[:10]}"
        item.person, item.seen, item.replaced = person.id, at, ""
        self._touched[(item.kind, item.scope, item.lookup)] = item
        self.linked += 1
        if item.kind == "phone":
            person.phones[item.lookup] = item

    def save(self) -> None:
        """Write persons and identities that changed."""
        from sqlalchemy import bindparam, update

        from bascule.contacts.store import schema

        table, persons = schema.identities, schema.persons
        self._store.insert_new(self._connection, table, [self._row(self._new[key]) for key in sorted(self._new)])
        touched = [
            {
                "k": key[0], "s": key[1], "l": key[2],
                "new_person": item.person, "new_seen": item.seen or None, "new_replaced": item.replaced or None,
                "new_value": self._store.vault.seal(item.person, item.value),
            }
            for key, item in sorted(self._touched.items())
            if key not in self._new
        ]  # fmt: skip
        if touched:
            self._connection.execute(
                update(table)
                .where(
                    table.c.kind == bindparam("k"), table.c.scope == bindparam("s"), table.c.lookup == bindparam("l")
                )
                .values(
                    person_id=bindparam("new_person"),
                    last_seen_at=bindparam("new_seen"),
                    replaced_at=bindparam("new_replaced"),
                    value=bindparam("new_value"),
                ),
                touched,
            )
        changed: dict[tuple[str, ...], list[dict[str, Any]]] = {}
        for person in sorted(self.persons.values(), key=lambda found: found.id):
            if person.changed:
                values = {f"new_{name}": value for name, value in person.changed.items()}
                changed.setdefault(tuple(sorted(person.changed)), []).append({"key": person.id, **values})
        for names, group in sorted(changed.items()):
            self._connection.execute(
                update(persons)
                .where(persons.c.id == bindparam("key"))
                .values(updated_at=self._moment, **{name: bindparam(f"new_{name}") for name in names}),
                group,
            )

    def _row(self, item: Identity) -> dict[str, Any]:
        region, number_type = _facts_of(item.value) if item.kind == "phone" else (None, None)
        return {
            "kind": item.kind,
            "scope": item.scope,
            "lookup": item.lookup,
            "person_id": item.person,
            "value": self._store.vault.seal(item.person, item.value),
            "region": region,
            "number_type": number_type,
            "confidence": "assumed" if item.kind == "phone" else "sure",
            "source": "sync",
            "first_seen_at": item.seen or None,
            "last_seen_at": item.seen or None,
            "replaced_at": item.replaced or None,
        }


def _facts_of(number: str) -> tuple[str | None, str | None]:
    """Region and type of a number, as libphonenumber has them."""
    import phonenumbers

    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return None, None
    names = {
        value: name.lower() for name, value in vars(phonenumbers.PhoneNumberType).items() if isinstance(value, int)
    }
    kind = names.get(phonenumbers.number_type(parsed))
    return phonenumbers.region_code_for_number(parsed), None if kind == "unknown" else kind
