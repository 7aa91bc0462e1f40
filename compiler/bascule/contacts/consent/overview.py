"""How many people agreed to what."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from bascule.contacts.clock import instant, now
from bascule.contacts.consent.state import by_person, standing

if TYPE_CHECKING:
    from bascule.contacts.store.store import Store

__all__ = ["overview"]


def overview(store: Store, purpose: str) -> Counter[tuple[str, str, str]]:
    """People by channel, standing and grade. People whom no entry speaks of are `none` on each channel."""
    from sqlalchemy import func, select

    from bascule.contacts.store.schema import persons

    at = instant(now())
    channels = ("sms", "viber", "whatsapp")
    table: Counter[tuple[str, str, str]] = Counter()
    with store.read() as connection:
        everyone = connection.execute(
            select(func.count()).select_from(persons).where(persons.c.merged_into.is_(None))
        ).scalar_one()
        heard = 0
        for _, entries in by_person(connection):
            heard += 1
            for channel in channels:
                found = standing(entries, channel, purpose, at)
                table[(channel, found.status, found.grade)] += 1
    for channel in channels:
        table[(channel, "none", "")] += max(0, int(everyone) - heard)
    return +table
