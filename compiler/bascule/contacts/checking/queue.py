"""The batches of a run, shared by workers: claimed one by one, committed whole, never lost with a worker."""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from bascule.contacts.checking.checker import Answer, Value
from bascule.contacts.clock import instant, now
from bascule.contacts.tabular.problems import ContactsError

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from bascule.contacts.checking.plan import Run
    from bascule.contacts.store.store import Store

__all__ = ["LEASE_SECONDS", "Batch", "Item", "Queue", "Remaining", "worker_name"]

LEASE_SECONDS = 180
"""A claim of a worker that has not been heard of for so long is taken from it."""


def worker_name() -> str:
    """``host:process:start``: the start tells a process from a later one with the same number."""
    return f"{socket.gethostname()}:{os.getpid()}:{_started(os.getpid())}"


def _started(process: int) -> str:
    """When a process began, in clock ticks, where the system says so; empty where it does not or there is none."""
    try:
        stat = Path(f"/proc/{process}/stat").read_text("ascii", errors="replace")
    except OSError:
        return ""
    fields = stat.rpartition(")")[2].split()
    # One that has ended and that nobody has asked about yet is not running.
    return "" if fields[0] in ("Z", "X") else fields[19]


def _is_gone(worker: str) -> bool:
    """Whether a worker of this machine has ended. Of another machine nothing is known."""
    host, _, rest = worker.rpartition(":")[0].rpartition(":")
    started = worker.rpartition(":")[2]
    if host != socket.gethostname() or not rest.isdecimal():
        return False
    if Path("/proc/self/stat").exists():
        return _started(int(rest)) != started
    try:
        os.kill(int(rest), 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return False


@dataclass(frozen=True, slots=True)
class Item:
    """A number of a batch. ``person`` and ``number`` are empty where the identity is not in the store any more."""

    lookup: str
    control: bool
    person: str
    number: str
    region: str | None
    status: str | None
    wa_id: str | None


@dataclass(frozen=True, slots=True)
class Batch:
    """A claimed batch: ``waiting`` has no final answer yet, ``settled`` has one from an earlier attempt."""

    number: int
    attempts: int
    waiting: tuple[Item, ...]
    settled: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Remaining:
    """Batches that are open, and claimed by others."""

    open: int
    others: int


def _opened(store: Store, person: str, wa_id: str | None) -> str | None:
    """A returned id; None where its person was joined with another one since, who has another key."""
    try:
        return store.vault.open(person, wa_id)
    except ContactsError:
        return None


class Queue:
    """The batches of one run, as one worker sees them."""

    def __init__(self, store: Store, run: Run, worker: str = "") -> None:
        self.store = store
        self.run = run
        self.worker = worker or worker_name()
        self._control_numbers = {store.vault.lookup("phone", "", number): number for number in run.controls}

    def discriminating(self) -> bool | None:
        """What the control numbers have shown so far."""
        from sqlalchemy import select

        from bascule.contacts.store import schema

        table = schema.check_runs.c
        with self.store.read() as connection:
            found: bool | None = connection.execute(
                select(table.discriminating).where(table.id == self.run.id)
            ).scalar_one()
        return found

    def verdict(self, connection: Connection) -> bool | None:
        """The same within a transaction; nobody can change it before that ends."""
        from sqlalchemy import select

        from bascule.contacts.store import schema

        table = schema.check_runs.c
        found: bool | None = connection.execute(
            select(table.discriminating).where(table.id == self.run.id).with_for_update(read=True)
        ).scalar_one()
        return found

    def decide(self, connection: Connection, discriminating: bool) -> None:
        """Keep what the control numbers have shown."""
        from sqlalchemy import update

        from bascule.contacts.store import schema

        table = schema.check_runs
        connection.execute(update(table).where(table.c.id == self.run.id).values(discriminating=discriminating))

    def claim(self, *, first_only: bool = False) -> Batch | None:
        """Take the next batch that nobody works on. With ``first_only`` only the one of the control numbers."""
        from sqlalchemy import select, update

        from bascule.contacts.store import schema

        table = schema.check_batches
        mine = table.c.run_id == self.run.id
        with self.store.write() as connection:
            query = select(table.c.batch, table.c.attempts).where(mine, table.c.state == "open").order_by(table.c.batch)
            if first_only:
                query = query.where(table.c.batch == 0)
            row = connection.execute(query.limit(1).with_for_update(skip_locked=True)).first()
            if row is None:
                return None
            connection.execute(
                update(table)
                .where(mine, table.c.batch == row.batch)
                .values(
                    state="claimed",
                    claimed_by=self.worker,
                    claimed_at=instant(now()),
                    attempts=table.c.attempts + 1,
                )
            )
            items = self._items(connection, row.batch)
        return Batch(
            row.batch,
            row.attempts + 1,
            tuple(item for item in items if item.status is None or item.status == Value.PROCESSING),
            tuple(item for item in items if item.status is not None and item.status != Value.PROCESSING),
        )

    def _items(self, connection: Connection, batch: int) -> list[Item]:
        from sqlalchemy import and_, select

        from bascule.contacts.store import schema

        items, identities = schema.check_items, schema.identities
        rows = connection.execute(
            select(
                items.c.lookup,
                items.c.control,
                identities.c.person_id,
                identities.c.value,
                identities.c.region,
                items.c.status,
                items.c.wa_id,
            )
            .outerjoin(
                identities,
                and_(identities.c.kind == "phone", identities.c.scope == "", identities.c.lookup == items.c.lookup),
            )
            .where(items.c.run_id == self.run.id, items.c.batch == batch)
            .order_by(items.c.control.desc(), items.c.lookup)
        ).all()
        found = []
        for lookup, control, person, value, region, status, wa_id in rows:
            if control:
                number: str | None = self._control_numbers.get(lookup, "")
                found.append(Item(lookup, True, "", number or "", None, status, None))
                continue
            number = self.store.vault.open(person, value) if person else None
            known = _opened(self.store, person, wa_id) if person else None
            found.append(Item(lookup, False, person or "", number or "", region, status, known))
        return found

    def renew(self, batches: Sequence[int]) -> None:
        """Say that this worker still works on them."""
        from sqlalchemy import update

        from bascule.contacts.store import schema

        table = schema.check_batches
        with self.store.write() as connection:
            connection.execute(
                update(table)
                .where(table.c.run_id == self.run.id, table.c.batch.in_(batches), table.c.claimed_by == self.worker)
                .values(claimed_at=instant(now()))
            )

    def reclaim(self) -> int:
        """Open the batches whose workers have ended or have not been heard of. Returns how many."""
        from sqlalchemy import select, update

        from bascule.contacts.store import schema

        table = schema.check_batches
        limit = instant(now() - timedelta(seconds=LEASE_SECONDS))
        taken = table.c.state.in_(("claimed", "polling"))
        with self.store.write() as connection:
            rows = connection.execute(
                select(table.c.batch, table.c.claimed_by, table.c.claimed_at)
                .where(table.c.run_id == self.run.id, taken, table.c.claimed_by != self.worker)
                .with_for_update(skip_locked=True)
            ).all()
            lost = [row.batch for row in rows if (row.claimed_at or "") < limit or _is_gone(row.claimed_by or "")]
            for start in range(0, len(lost), 500):
                connection.execute(
                    update(table)
                    .where(table.c.run_id == self.run.id, table.c.batch.in_(lost[start : start + 500]), taken)
                    .values(state="open", claimed_by=None, claimed_at=None)
                )
        return len(lost)

    def release(self, batch: int, error: str) -> None:
        """Put a batch back that could not be asked about."""
        from sqlalchemy import update

        from bascule.contacts.store import schema

        table = schema.check_batches
        with self.store.write() as connection:
            connection.execute(
                update(table)
                .where(table.c.run_id == self.run.id, table.c.batch == batch, table.c.claimed_by == self.worker)
                .values(state="open", claimed_by=None, claimed_at=None, error=error)
            )

    def keep(
        self, connection: Connection, batch: int, items: Mapping[str, Item], answers: Mapping[str, Answer]
    ) -> bool:
        """Write answers (by lookup) of a batch that is still this worker's; false where it is not."""
        from sqlalchemy import bindparam, update

        from bascule.contacts.store import schema

        table, batches = schema.check_items, schema.check_batches
        held = connection.execute(
            update(batches)
            .where(batches.c.run_id == self.run.id, batches.c.batch == batch, batches.c.claimed_by == self.worker)
            .values(state="polling", claimed_at=instant(now()))
        ).rowcount
        if not held:
            return False
        if answers:
            connection.execute(
                update(table)
                .where(table.c.run_id == self.run.id, table.c.lookup == bindparam("key"))
                .values(status=bindparam("new_status"), wa_id=bindparam("new_wa_id")),
                [
                    {
                        "key": lookup,
                        "new_status": str(answer.value),
                        "new_wa_id": (
                            self.store.vault.seal(items[lookup].person, answer.wa_id)
                            if answer.wa_id and items[lookup].person
                            else None
                        ),
                    }
                    for lookup, answer in sorted(answers.items())
                ],
            )
        return True

    def done(self, connection: Connection, batch: int) -> None:
        """Mark a batch as done."""
        from sqlalchemy import update

        from bascule.contacts.store import schema

        table = schema.check_batches
        connection.execute(
            update(table)
            .where(table.c.run_id == self.run.id, table.c.batch == batch)
            .values(state="done", claimed_by=None, claimed_at=None, error=None, done_at=instant(now()))
        )

    def remaining(self) -> Remaining:
        """What is left to do, but for this worker's own."""
        from sqlalchemy import func, select

        from bascule.contacts.store import schema

        table = schema.check_batches.c
        with self.store.read() as connection:
            rows = connection.execute(
                select(table.state, func.count())
                .where(table.run_id == self.run.id, table.claimed_by.is_distinct_from(self.worker))
                .group_by(table.state)
            ).all()
        states = {state: int(number) for state, number in rows}
        return Remaining(states.get("open", 0), states.get("claimed", 0) + states.get("polling", 0))
