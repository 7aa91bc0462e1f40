"""Counting an SMS or Viber opt-in for WhatsApp: by a named policy, and written into the ledger."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from bascule.contacts.clock import instant, now
from bascule.contacts.consent.ledger import ConsentEvent, append
from bascule.contacts.consent.state import Entry, by_person, missing, standing
from bascule.contacts.store.store import batched

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from bascule.contacts.consent.policies import Policy
    from bascule.contacts.counts import Counts
    from bascule.contacts.store.store import Store

__all__ = ["promote"]

_BATCH = 5000
_LOOKED_UP = 400
"""Identifiers per query: below SQLite's limit of host parameters."""


def promote(store: Store, policy: Policy, purpose: str, counts: Counts, dry_run: bool) -> None:
    """Promote every opt-in that the policy lets through, once. ``counts``: taken = people with an opt-in on a channel
    of the policy and none on WhatsApp; kept = promoted; rejected with what was missing."""
    at = instant(now())
    found: list[tuple[str, Entry]] = []
    with store.read() as connection:
        for person, entries in by_person(connection):
            if standing(entries, "whatsapp", purpose, at).status in ("granted", "expired"):
                continue
            candidates = [
                entry
                for entry in entries
                if entry.action == "opt_in" and entry.channel in policy.channels and entry.covers(purpose)
            ]
            if not candidates:
                continue
            counts.taken += 1
            lacks: Counter[str] = Counter()
            for entry in sorted(candidates, key=lambda item: (item.occurred_at or "", item.number), reverse=True):
                held = standing(entries, entry.channel, purpose, at).status
                lack = f"consent_{held}" if held != "granted" else missing(policy, entry, purpose, at)
                if not lack:
                    found.append((person, entry))
                    counts.kept += 1
                    break
                lacks[lack] += 1
            else:
                counts.reject(next(iter(lacks)))
    if dry_run:
        return
    for start in range(0, len(found), _BATCH):
        with store.write() as connection:
            events = []
            chosen = found[start : start + _BATCH]
            named = _identifiers(connection, [entry for _, entry in chosen])
            for person, entry in chosen:
                owner, value, scope = named.get((entry.identity_kind, entry.identity_lookup), (person, None, ""))
                events.append(
                    ConsentEvent(
                        event_key=f"promoted:{policy.name}:{purpose}:{entry.number}",
                        person_id=person,
                        identity_kind=entry.identity_kind,
                        identity_value=store.vault.open(owner, value) or "",
                        identity_scope=scope,
                        channel="whatsapp",
                        action="promoted",
                        purpose=purpose,
                        source=f"policy:{policy.name}",
                        method="double" if entry.double else None,
                        occurred_at=entry.occurred_at,
                        language=entry.language,
                        names_business=entry.names_business,
                        names_whatsapp=entry.names_whatsapp,
                        jurisdiction=entry.jurisdiction,
                        expires_at=entry.expires_at,
                        # The wording and proof stay with the entry that was promoted.
                        proof=f"ledger:{entry.number}" if entry.proof else None,
                        wording=f"ledger:{entry.number}" if entry.wording else None,
                    )
                )
            append(store, connection, events)


def _identifiers(connection: Connection, entries: Sequence[Entry]) -> dict[tuple[str, str], tuple[str, str, str]]:
    """Owner, sealed value and scope of the identifiers of entries, by kind and lookup."""
    from sqlalchemy import select

    from bascule.contacts.store.schema import identities

    table = identities.c
    lookups = sorted({entry.identity_lookup for entry in entries})
    return {
        (kind, lookup): (owner, value, scope)
        for group in batched(lookups, _LOOKED_UP)
        for kind, lookup, owner, value, scope in connection.execute(
            select(table.kind, table.lookup, table.person_id, table.value, table.scope)
            .where(table.lookup.in_(group))
            .order_by(table.scope.desc())
        )
    }
