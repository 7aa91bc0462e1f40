"""What a run has come to: its numbers, and the end of it."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING

from bascule.contacts.checking.checker import Value
from bascule.contacts.clock import instant, now
from bascule.contacts.counts import Counts

if TYPE_CHECKING:
    from bascule.contacts.checking.plan import Run
    from bascule.contacts.store.store import Store

__all__ = ["close", "fill"]


def fill(store: Store, run: Run, counts: Counts) -> Counter[str]:
    """Put the state of the run into ``counts``: considered = asked and answered + held, failed or waiting, by reason.
    Returns the statuses of the numbers."""
    from sqlalchemy import func, select

    from bascule.contacts.store import schema

    items, batches = schema.check_items.c, schema.check_batches.c
    with store.read() as connection:
        rows = connection.execute(
            select(batches.state, items.status, func.count())
            .join(schema.check_batches, (batches.run_id == items.run_id) & (batches.batch == items.batch))
            .where(items.run_id == run.id, items.control.is_(False))
            .group_by(batches.state, items.status)
        ).all()
    statuses: Counter[str] = Counter()
    counts.taken += run.considered
    for reason, number in sorted(run.held.items()):
        counts.reject(reason, number)
    for state, status, number in rows:
        if state != "done" or status is None:
            counts.reject("waiting to be asked", number)
        elif status == Value.ERROR:
            counts.reject("failed, or never answered", number)
            statuses[status] += number
        else:
            counts.kept += number
            statuses[status] += number
    counts.notes.update(statuses)
    return statuses


def close(store: Store, run: Run, counts: Counts) -> bool:
    """Mark the run as done, if it is. True where it is."""
    from sqlalchemy import func, select, update

    from bascule.contacts.store import schema

    runs, batches = schema.check_runs, schema.check_batches
    with store.write() as connection:
        left = connection.execute(
            select(func.count()).select_from(batches).where(batches.c.run_id == run.id, batches.c.state != "done")
        ).scalar_one()
        if left:
            return False
        kept = {"considered": run.considered, "held": dict(sorted(run.held.items())), "counts": counts.data()}
        connection.execute(
            update(runs)
            .where(runs.c.id == run.id, runs.c.state == "open")
            .values(state="done", ended_at=instant(now()), counts=json.dumps(kept, sort_keys=True))
        )
    return True
