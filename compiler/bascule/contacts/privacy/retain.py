"""Retention: people of whom nothing was heard for longer than they may be kept."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING

from bascule.contacts.clock import instant, now
from bascule.contacts.people import people

if TYPE_CHECKING:
    from bascule.contacts.store.store import Store

__all__ = ["overdue"]


def overdue(store: Store, days: int, keep_consented: bool) -> tuple[list[str], Counter[str]]:
    """Ids of people whose last sign of life is older than ``days``, and how many are kept for which reason.

    A sign of life is an interaction, an entry of the ledger with a date, or a record of a source. People without any
    date are kept and counted: how old they are is not known. With ``keep_consented`` so is whoever agreed to anything.
    """
    limit = instant(now() - timedelta(days=days))
    found: list[str] = []
    kept: Counter[str] = Counter()
    for person in people(store):
        signs = [person.last_inbound_at, person.last_outbound_at, person.whatsapp_inbound_at]
        signs += [entry.occurred_at for entry in person.entries]
        signs += [item.last_seen_at for item in person.identities]
        dated = [sign for sign in signs if sign]
        if not dated:
            kept["no date is known"] += 1
        elif max(dated) >= limit:
            kept["recent"] += 1
        elif keep_consented and any(held.status == "granted" for held in person.standings.values()):
            kept["consent"] += 1
        else:
            found.append(person.id)
    return found, kept
