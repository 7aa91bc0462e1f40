"""Counting a customer base, in one pass over everyone."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from bascule.contacts.clock import instant, now, parse
from bascule.contacts.people import Person, people

if TYPE_CHECKING:
    from bascule.contacts.store.store import Store

__all__ = ["RECENCY", "Audit", "audit"]

RECENCY = (("24 hours", 1), ("7 days", 7), ("30 days", 30), ("90 days", 90), ("1 year", 365), ("2 years", 730))
"""Upper bounds of the classes of last interaction, in days."""


@dataclass(slots=True)
class Audit:
    """All counts. Keys of counters are what a line of the report is about."""

    made_at: str
    people: int = 0
    identifiers: Counter[str] = field(default_factory=Counter)
    reach: Counter[str] = field(default_factory=Counter)
    numbers: Counter[tuple[str, str]] = field(default_factory=Counter)
    confidence: Counter[str] = field(default_factory=Counter)
    doubts: Counter[str] = field(default_factory=Counter)
    languages: Counter[str] = field(default_factory=Counter)
    consent: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    recency: Counter[str] = field(default_factory=Counter)
    registrations: Counter[str] = field(default_factory=Counter)
    decisions: Counter[tuple[str, str]] = field(default_factory=Counter)
    conflicts: Counter[str] = field(default_factory=Counter)
    imports: list[dict[str, Any]] = field(default_factory=list)
    merges: dict[str, Any] | None = None

    def data(self) -> dict[str, Any]:
        """As JSON; order of keys is fixed."""
        return {
            "conflicts": dict(sorted(self.conflicts.items())),
            "consent": [
                {"channel": channel, "grade": grade, "people": number, "status": status}
                for (channel, status, grade), number in sorted(self.consent.items())
            ],
            "decisions": [
                {"action": action, "people": number, "reason": reason}
                for (action, reason), number in sorted(self.decisions.items())
            ],
            "identifiers": dict(sorted(self.identifiers.items())),
            "imports": self.imports,
            "languages": dict(sorted(self.languages.items())),
            "last_interaction": {name: self.recency[name] for name in recency_names()},
            "made_at": self.made_at,
            "merge": self.merges,
            "number_confidence": dict(sorted(self.confidence.items())),
            "number_doubts": dict(sorted(self.doubts.items())),
            "numbers": [
                {"numbers": number, "region": region, "type": kind}
                for (region, kind), number in sorted(self.numbers.items())
            ],
            "people": self.people,
            "reach": dict(sorted(self.reach.items())),
            "registrations": dict(sorted(self.registrations.items())),
        }


def recency_names() -> list[str]:
    """The classes of last interaction, latest first."""
    return [*(f"within {name}" for name, _ in RECENCY), "longer ago", "never, or unknown"]


def audit(store: Store, purpose: str = "marketing") -> Audit:
    """Count everyone in the store, and what imports and merging said."""
    from sqlalchemy import func, select

    from bascule.contacts.store.schema import conflicts, imports, runs

    moment = now()
    found = Audit(instant(moment))
    for person in people(store, purpose):
        _count(found, person, moment)
    with store.read() as connection:
        for row in connection.execute(select(imports).order_by(imports.c.ordinal)).mappings():
            counts = json.loads(row["counts"] or "null")
            found.imports.append(
                {"counts": counts, "file": row["file"], "profile": row["profile"], "state": row["state"]}
            )
        last = connection.execute(
            select(runs.c.counts)
            .where(runs.c.step == "merge", runs.c.outcome == "done")
            .order_by(runs.c.id.desc())
            .limit(1)
        ).scalar()
        found.merges = json.loads(last) if last else None
        by_field = connection.execute(
            select(conflicts.c.field, func.count()).group_by(conflicts.c.field).order_by(conflicts.c.field)
        )
        found.conflicts.update({str(name): int(number) for name, number in by_field})
    return found


def _count(found: Audit, person: Person, moment: datetime) -> None:
    found.people += 1
    kinds = {item.kind for item in person.identities if item.replaced_at is None}
    phone, viber = "phone" in kinds, "viber" in kinds
    found.reach[
        "phone and Viber" if phone and viber else "phone" if phone else "Viber only" if viber else "neither"
    ] += 1
    for item in person.identities:
        if item.replaced_at is not None:
            continue
        found.identifiers[item.kind] += 1
        if item.kind == "phone":
            found.numbers[(item.region or "?", item.number_type or "?")] += 1
            found.confidence[item.confidence] += 1
            found.registrations[item.status or "not checked"] += 1
    if person.doubt:
        found.doubts[person.doubt] += 1
    found.languages[(person.language or "?").replace("_", "-").split("-")[0].lower()] += 1
    for channel, held in person.standings.items():
        found.consent[(channel, held.status, held.grade)] += 1
    found.recency[_recency(person, moment)] += 1
    if person.decision is not None:
        found.decisions[person.decision[:2]] += 1


def _recency(person: Person, moment: datetime) -> str:
    last = max(filter(None, (person.last_inbound_at, person.last_outbound_at)), default="")
    if not last:
        return recency_names()[-1]
    days = (moment - parse(last)).total_seconds() / 86400
    return next((f"within {name}" for name, bound in RECENCY if days <= bound), "longer ago")
