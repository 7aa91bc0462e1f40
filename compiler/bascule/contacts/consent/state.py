"""What the ledger means for a person: granted, refused, expired, or nothing said."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from bascule.contacts.clock import instant, parse
from bascule.contacts.consent.order import Order, later, lifts

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from bascule.contacts.consent.policies import Policy

__all__ = ["GRADES", "Entry", "Standing", "by_person", "grade", "missing", "standing"]

GRADES = ("A", "B", "C", "D")
"""A: date, wording and proof. B: date and one of the two. C: the date alone, or wording and proof without a date.
D: less."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the ledger as far as it decides anything; of texts only whether they are there."""

    number: int
    channel: str
    purpose: str
    action: str
    occurred_at: str | None
    recorded_at: str
    wording: bool
    proof: bool
    names_business: bool
    names_whatsapp: bool
    double: bool
    expires_at: str | None
    jurisdiction: str | None
    source: str | None
    identity_kind: str
    identity_lookup: str
    language: str | None

    @property
    def order(self) -> Order:
        """When it was."""
        return Order(self.occurred_at, self.recorded_at, self.number)

    def covers(self, purpose: str) -> bool:
        """Whether it speaks of a purpose."""
        return self.purpose in ("*", purpose)


@dataclass(frozen=True, slots=True)
class Standing:
    """``status``: granted, refused, expired or none; ``entry`` the one it rests on; ``grade`` of a granted one."""

    status: str
    entry: Entry | None = None
    grade: str = field(default="")


def grade(entry: Entry) -> str:
    """How well an opt-in can be shown, :data:`GRADES`."""
    if entry.occurred_at is None:
        return "C" if entry.wording and entry.proof else "D"
    return "CBA"[entry.wording + entry.proof]


def standing(entries: Sequence[Entry], channel: str, purpose: str, at: str) -> Standing:
    """What holds for one channel and purpose at a moment.

    An opt-out on any channel refuses, until an opt-in that is known to be later, on that channel or on this one.
    Withdrawals are opt-outs. Promotions are opt-ins of the channel they were promoted to.
    """
    about = [entry for entry in entries if entry.covers(purpose)]
    given = [entry for entry in about if entry.action in ("opt_in", "promoted")]
    for out in about:
        if out.action not in ("opt_out", "withdrawn"):
            continue
        if not any(
            lifts(entry.order, out.order)
            for entry in given
            if entry.channel in (out.channel, channel) and entry.action == "opt_in"
        ):
            return Standing("refused", out)
    best: Entry | None = None
    for entry in given:
        if entry.channel == channel and (best is None or later(entry.order, best.order)):
            best = entry
    if best is None:
        return Standing("none")
    ended = any(
        entry.action == "expired" and entry.channel == channel and later(entry.order, best.order) for entry in about
    )
    if ended or (best.expires_at is not None and best.expires_at <= at):
        return Standing("expired", best)
    return Standing("granted", best, grade(best))


def missing(policy: Policy, entry: Entry, purpose: str, at: str) -> str:
    """What an opt-in lacks to be promoted, as a reason for a report; ``""`` when it may be."""
    checks = (
        (entry.channel not in policy.channels, "channel_not_covered"),
        (purpose not in policy.purposes, "purpose_not_covered"),
        (policy.date_known and entry.occurred_at is None, "date_unknown"),
        (policy.wording_known and not entry.wording, "wording_unknown"),
        (policy.proof_known and not entry.proof, "proof_missing"),
        (policy.names_business and not entry.names_business, "business_not_named"),
        (policy.names_whatsapp and not entry.names_whatsapp, "whatsapp_not_named"),
        (policy.double_opt_in and not entry.double, "single_opt_in"),
        (bool(policy.jurisdictions) and entry.jurisdiction not in policy.jurisdictions, "jurisdiction"),
        (_too_old(policy, entry, at), "too_old"),
    )
    return next((reason for failed, reason in checks if failed), "")


def _too_old(policy: Policy, entry: Entry, at: str) -> bool:
    if not policy.max_age_days:
        return False
    oldest = instant(parse(at) - timedelta(days=policy.max_age_days))
    return entry.occurred_at is None or entry.occurred_at < oldest


def by_person(connection: Connection) -> Iterator[tuple[str, list[Entry]]]:
    """All entries, person by person in order of their ids; those of a person who was merged are the other's."""
    from sqlalchemy import func, select

    from bascule.contacts.store.schema import consents, persons

    table = consents.c
    person = func.coalesce(persons.c.merged_into, table.person_id).label("person")
    rows = connection.execution_options(yield_per=5000).execute(
        select(
            person, table.id, table.channel, table.purpose, table.action, table.occurred_at, table.recorded_at,
            table.wording.is_not(None), table.proof.is_not(None), table.names_business, table.names_whatsapp,
            table.method, table.expires_at, table.jurisdiction, table.source, table.identity_kind,
            table.identity_lookup, table.language,
        )
        .select_from(consents.outerjoin(persons, persons.c.id == table.person_id))
        .order_by(person, table.id)
    )  # fmt: skip
    for key, group in itertools.groupby(rows, key=lambda row: str(row[0])):
        yield key, [_entry(tuple(row)[1:]) for row in group]


def _entry(values: tuple[Any, ...]) -> Entry:
    number, channel, purpose, action, occurred, recorded, wording, proof, business, whatsapp, method, *rest = values
    flags = (bool(wording), bool(proof), bool(business), bool(whatsapp), method == "double")
    return Entry(number, channel, purpose, action, occurred, recorded, *flags, *rest)
