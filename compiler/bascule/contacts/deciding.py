"""Who may be messaged on WhatsApp, who is asked again by SMS or Viber, and who is left alone: each with its reason."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from bascule.contacts.clock import instant, now
from bascule.contacts.consent.state import GRADES, Entry, by_person, standing
from bascule.contacts.store.streams import Groups, Reader
from bascule.contacts.tabular.problems import Remark

if TYPE_CHECKING:
    from bascule.contacts.counts import Counts
    from bascule.contacts.store.store import Store

__all__ = ["ACTIONS", "MESSAGEABLE", "Decision", "Rules", "decide", "decided", "simulated"]

ACTIONS = ("message", "try", "reengage", "hold")
MESSAGEABLE = ("mobile", "fixed_line_or_mobile")
"""Types of numbers that WhatsApp accounts usually have. The second is no proof of a mobile, and is tried with care."""
_BATCH = 5000


@dataclass(frozen=True, slots=True)
class Rules:
    """What is asked of a person. ``grade`` the lowest that may be messaged; ``try_cap`` how many with an unverified
    number are tried in one go; ``numbers`` the types of numbers that count as phones."""

    purpose: str = "marketing"
    grade: str = "C"
    try_cap: int = 1000
    numbers: tuple[str, ...] = MESSAGEABLE

    @property
    def name(self) -> str:
        """As it is kept with each decision."""
        return f"{self.purpose},grade>={self.grade},try<={self.try_cap}"


@dataclass(frozen=True, slots=True)
class Phone:
    """A current number of a person, and what is known of it on WhatsApp."""

    lookup: str
    value: str
    region: str | None
    kind: str | None
    seen: str
    status: str | None
    expires: str | None


@dataclass(frozen=True, slots=True)
class Decision:
    """What to do with one person. ``phone`` is the number to use, ``viber`` the id on Viber: sealed, or empty."""

    person: str
    action: str
    reason: str
    channel: str
    phone: str = ""
    lookup: str = ""
    region: str | None = None
    language: str | None = None
    viber: str = ""


@dataclass(frozen=True, slots=True)
class Person:
    """A person as far as it matters here."""

    id: str
    language: str | None
    doubt: str | None
    viber: str
    phones: tuple[Phone, ...]


_STATES = {"active": 0, "unverified": 1, None: 2, "processing": 3, "error": 4, "inactive": 5}


def _phone(person: Person, rules: Rules, at: str) -> Phone | None:
    """The number to use: one that is on WhatsApp before others, then a mobile, then the one seen last."""

    def rank(phone: Phone) -> tuple[Any, ...]:
        status = phone.status if phone.expires is None or phone.expires > at else None
        return (
            phone.kind not in rules.numbers,
            _STATES[status],
            phone.kind != "mobile",
            _reversed(phone.seen),
            phone.lookup,
        )

    return min(person.phones, key=rank, default=None)


def _reversed(text: str) -> tuple[int, ...]:
    """Sorts later moments first."""
    return tuple(-ord(char) for char in text.ljust(20, "\0"))


def judge(person: Person, entries: Sequence[Entry], rules: Rules, at: str) -> Decision:
    """The decision on one person. Pure."""
    phone = _phone(person, rules, at)
    whatsapp = standing(entries, "whatsapp", rules.purpose, at)

    def say(action: str, reason: str, channel: str = "") -> Decision:
        used = phone or Phone("", "", None, None, "", None, None)
        return Decision(
            person.id, action, reason, channel, used.value, used.lookup, used.region, person.language, person.viber
        )

    def again(reason: str) -> Decision:
        """Ask on the channel they know, if they may be asked there at all."""
        if whatsapp.status == "refused":
            return say("hold", "opted_out")
        if person.viber and standing(entries, "viber", rules.purpose, at).status == "granted":
            return say("reengage", reason, "viber")
        if phone is not None and standing(entries, "sms", rules.purpose, at).status == "granted":
            return say("reengage", reason, "sms")
        return say("hold", f"{reason}_and_no_consent_to_ask")

    if whatsapp.status == "refused":
        return say("hold", "opted_out")
    if phone is None:
        return again("no_phone")
    if phone.kind not in rules.numbers:
        return say("hold", f"number_{phone.kind or 'unknown'}")
    if person.doubt:
        return say("hold", f"number_doubt_{person.doubt}")
    if whatsapp.status == "expired":
        return again("consent_expired")
    if whatsapp.status == "none":
        return again("no_whatsapp_consent")
    if GRADES.index(whatsapp.grade) > GRADES.index(rules.grade):
        return again(f"consent_grade_{whatsapp.grade}")
    if phone.status is None:
        return say("hold", "not_checked")
    if phone.expires is not None and phone.expires <= at:
        return say("hold", "check_expired")
    if phone.status == "active":
        return say("message", f"consent_grade_{whatsapp.grade}", "whatsapp")
    if phone.status == "unverified":
        return say("try", "registration_unverified", "whatsapp")
    return again("not_on_whatsapp") if phone.status == "inactive" else say("hold", f"check_{phone.status}")


def _persons(everyone: Iterable[tuple[Any, ...]], identities: Groups[Sequence[tuple[Any, ...]]]) -> Iterator[Person]:
    for key, language, doubt in everyone:
        found = identities.take(key)
        phones = tuple(
            Phone(lookup, value, region, number_type, seen or "", status, expires)
            for _, kind, lookup, value, region, number_type, seen, status, expires in found
            if kind == "phone"
        )
        viber = next((str(row[3]) for row in found if row[1] == "viber"), "")
        yield Person(key, language, doubt, viber, phones)


def decided(store: Store, rules: Rules) -> Iterator[Decision]:
    """The decision on everyone, in order of their ids, without the cap on trying."""
    from sqlalchemy import and_, select

    from bascule.contacts.store.schema import identities, persons, registrations

    at = instant(now())
    columns = identities.c
    named = (
        select(
            columns.person_id, columns.kind, columns.lookup, columns.value, columns.region, columns.number_type,
            columns.last_seen_at, registrations.c.status, registrations.c.expires_at,
        )
        .select_from(
            identities.outerjoin(
                registrations, and_(columns.kind == "phone", registrations.c.lookup == columns.lookup)
            )
        )
        .where(columns.kind.in_(("phone", "viber")), columns.replaced_at.is_(None))
        .order_by(columns.person_id, columns.kind, columns.lookup)
    )  # fmt: skip
    everyone = (
        select(persons.c.id, persons.c.language, persons.c.number_doubt)
        .where(persons.c.merged_into.is_(None))
        .order_by(persons.c.id)
    )
    with ExitStack() as stack:
        reader = Reader(store, stack)
        ledger: Groups[list[Entry]] = Groups(by_person(reader.connection()), [])
        for person in _persons(reader.rows(everyone), reader.groups(named)):
            yield judge(person, ledger.take(person.id), rules, at)


def decide(
    store: Store, rules: Rules, counts: Counts, dry_run: bool
) -> tuple[list[Decision], Counter[tuple[str, str]]]:
    """Decide on everyone and keep it. ``counts``: taken = people, kept = to message, try or ask again, rejected = on
    hold, by reason. Returns all decisions and how many there are of each action and reason."""
    from sqlalchemy import delete

    from bascule.contacts.store import schema

    decisions = _capped(store, list(decided(store, rules)), rules)
    sums = Counter((decision.action, decision.reason) for decision in decisions)
    counts.taken = len(decisions)
    for (action, reason), number in sums.items():
        if action == "hold":
            counts.reject(reason, number)
        else:
            counts.kept += number
            counts.notes[f"{action}: {reason}"] += number
    if dry_run:
        return decisions, sums
    moment = instant(now())
    with store.write() as connection:
        connection.execute(delete(schema.decisions))
        for start in range(0, len(decisions), _BATCH):
            store.upsert(
                connection,
                schema.decisions,
                [
                    {
                        "person_id": decision.person,
                        "action": decision.action,
                        "reason": decision.reason,
                        "channel": decision.channel or None,
                        "policy": rules.name,
                        "decided_at": moment,
                    }
                    for decision in decisions[start : start + _BATCH]
                ],
            )
    return decisions, sums


def _capped(store: Store, decisions: list[Decision], rules: Rules) -> list[Decision]:
    """Of those to try only as many as the cap lets; which ones follows from their pseudonyms, so it is the same every
    time and has nothing to do with the order of import."""
    trying = [number for number, decision in enumerate(decisions) if decision.action == "try"]
    if len(trying) <= rules.try_cap:
        return decisions
    chosen = set(
        sorted(trying, key=lambda number: store.vault.pseudonym("phone", "", decisions[number].lookup))[: rules.try_cap]
    )
    return [
        replace(item, action="hold", reason="try_cap_reached", channel="")
        if item.action == "try" and number not in chosen
        else item
        for number, item in enumerate(decisions)
    ]


def simulated(store: Store) -> list[Remark]:
    """A remark when what is known of accounts comes from the simulator: such lists are for rehearsals."""
    from sqlalchemy import func, select

    from bascule.contacts.store.schema import registrations

    with store.read() as connection:
        count = int(
            connection.execute(
                select(func.count()).select_from(registrations).where(registrations.c.method == "simulator")
            ).scalar_one()
        )
    if not count:
        return []
    return [
        Remark(
            "contacts-simulated",
            f"{count} numbers were checked by the simulator: who is on WhatsApp is made up",
            "check again with another --method before anybody is messaged",
        )
    ]
