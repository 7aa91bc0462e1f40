"""A check run: made once, in one transaction, and taken up again until it is done."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from bascule.contacts.checking.candidates import Candidates, Wanted, find_candidates
from bascule.contacts.checking.controls import FIRST, choose_controls
from bascule.contacts.clock import instant, now
from bascule.contacts.tabular.problems import ContactsError

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from bascule.contacts.store.store import Store

__all__ = ["LARGEST_BATCH", "Estimate", "Run", "estimate", "find_open", "give_up", "make_run", "survey"]

LARGEST_BATCH = 1000
_SENTINEL_EVERY = 10
"""Every tenth batch holds one more control number: a checker may start to say yes to everyone on the way."""
_TEMPORARY = "bascule_check_seed"
_CHUNK = 5000


_PLACE = "i / :size"
_PLACE_WITH_CONTROLS = "((i + :lead) / :block) * :every + ((i + :lead) - ((i + :lead) / :block) * :block + 1) / :size"
"""Batch of the candidate number ``i``: the first batch keeps places for the control numbers, every tenth one for one
more. No batch is larger than what a request may hold. The same as :func:`_batch`."""


def _batch(i: int, first: int, size: int) -> int:
    if not first:
        return i // size
    block, within = divmod(i + first - 1, size * _SENTINEL_EVERY - 1)
    return block * _SENTINEL_EVERY + (within + 1) // size


@dataclass(frozen=True, slots=True)
class Run:
    """A row of ``check_runs``. ``settings`` as kept: method, address, batch size, mode, control numbers."""

    id: str
    method: str
    settings: Mapping[str, Any]
    discriminating: bool | None
    considered: int
    held: Counter[str] = field(default_factory=Counter)

    @property
    def controls(self) -> tuple[str, ...]:
        """Control numbers, E.164; they are nobody's."""
        return tuple(self.settings.get("controls", ()))


@dataclass(frozen=True, slots=True)
class Estimate:
    """``numbers`` to ask about in ``batches``, at ``rate`` requests a second (0 = as fast as it goes)."""

    numbers: int
    batches: int
    rate: float

    @property
    def seconds(self) -> float:
        """How long the provider's rate makes it take, without answers that are asked again."""
        return self.batches / self.rate if self.rate else 0.0

    def text(self) -> str:
        """One line for people."""
        line = f"{self.numbers} numbers in {self.batches} batches"
        if not self.rate:
            return f"{line}, no limit on the rate"
        return f"{line}; at {self.rate:g} requests a second about {_span(self.seconds)}"


def _span(seconds: float) -> str:
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    if seconds < 90 * 60:
        return f"{seconds / 60:.1f} min"
    return f"{seconds / 3600:.1f} h"


def estimate(numbers: int, size: int, rate: float, tested: bool) -> Estimate:
    """What a run would take."""
    return Estimate(numbers, _batch(numbers - 1, min(FIRST, size) if tested else 0, size) + 1 if numbers else 0, rate)


def survey(store: Store, wanted: Wanted) -> Candidates:
    """Count what a run would ask about, writing nothing."""
    found = Candidates()
    with store.read() as connection:
        for _ in find_candidates(store, connection, wanted, found):
            pass
    return found


def find_open(store: Store) -> Run | None:
    """The run that is not done. There is one at most."""
    from sqlalchemy import select

    from bascule.contacts.store import schema

    table = schema.check_runs
    with store.read() as connection:
        row = connection.execute(select(table).where(table.c.state == "open").order_by(table.c.id)).mappings().first()
    return None if row is None else _run(row)


def _run(row: Mapping[Any, Any]) -> Run:
    counts = json.loads(row["counts"] or "{}")
    return Run(
        row["id"],
        row["method"],
        json.loads(row["settings"]),
        row["discriminating"],
        counts.get("considered", 0),
        Counter(counts.get("held", {})),
    )


def give_up(store: Store, run: Run) -> None:
    """Close a run without asking what it has not asked yet. What it learnt stays."""
    from sqlalchemy import update

    from bascule.contacts.store import schema

    table = schema.check_runs
    with store.write() as connection:
        connection.execute(update(table).where(table.c.id == run.id).values(state="abandoned", ended_at=instant(now())))


def make_run(
    store: Store, wanted: Wanted, settings: Mapping[str, Any], *, tested: bool, own_controls: tuple[str, ...] = ()
) -> Run:
    """Find the candidates and keep them as items of batches, all in one transaction.

    ``settings`` hold ``batch_size``. Control numbers fill the first places of the first batch; they are the user's own
    or those that the numbering plans keep free and nobody in the store has. Raises ContactsError
    ``contacts-check-setup`` where no control number is left.
    """
    from sqlalchemy import func, insert, select, text

    from bascule.contacts.store import schema

    runs, batches, items = schema.check_runs, schema.check_batches, schema.check_items
    size = int(settings["batch_size"])
    found = Candidates()
    with store.write() as connection:
        number = int(connection.execute(select(func.count()).select_from(runs)).scalar_one()) + 1
        identity = f"c{number}"
        temporary = "TEMPORARY TABLE" if connection.dialect.name == "sqlite" else "TEMPORARY TABLE IF NOT EXISTS"
        connection.execute(text(f"DROP TABLE IF EXISTS {_TEMPORARY}"))
        connection.execute(text(f"CREATE {temporary} {_TEMPORARY} (lookup TEXT NOT NULL)"))
        rows: list[dict[str, str]] = []
        with store.read() as reading:
            for lookup in find_candidates(store, reading, wanted, found):
                rows.append({"lookup": lookup})
                if len(rows) == _CHUNK:
                    connection.execute(text(f"INSERT INTO {_TEMPORARY} VALUES (:lookup)"), rows)
                    rows.clear()
        if rows:
            connection.execute(text(f"INSERT INTO {_TEMPORARY} VALUES (:lookup)"), rows)
        controls: list[str] = []
        if tested and found.asked:
            controls = _controls(store, connection, identity, own_controls, found.asked, size)
        first = min(len(controls) if own_controls else FIRST, len(controls), size)
        connection.execute(
            insert(runs).values(
                id=identity,
                method=wanted.method,
                settings=json.dumps({**settings, "controls": controls}, sort_keys=True),
                state="open",
                started_at=instant(now()),
                counts=json.dumps({"considered": found.considered, "held": dict(sorted(found.held.items()))}),
            )
        )
        total = _batch(found.asked - 1, first, size) + 1 if found.asked else 0
        place = _PLACE_WITH_CONTROLS if first else _PLACE
        connection.execute(
            text(
                "INSERT INTO check_items (run_id, lookup, batch, control) "
                f"SELECT :run, lookup, {place}, :no "
                f"FROM (SELECT lookup, row_number() OVER (ORDER BY lookup) - 1 AS i FROM {_TEMPORARY}) AS seed "
                "ORDER BY lookup"
            ),
            {"run": identity, "no": False}
            | ({"lead": first - 1, "block": size * _SENTINEL_EVERY - 1, "every": _SENTINEL_EVERY} if first else {})
            | {"size": size},
        )
        for start in range(0, total, _CHUNK):
            connection.execute(
                insert(batches),
                [
                    {"run_id": identity, "batch": batch, "state": "open", "attempts": 0}
                    for batch in range(start, min(total, start + _CHUNK))
                ],
            )
        placed = [
            {
                "run_id": identity,
                "lookup": store.vault.lookup("phone", "", control),
                "batch": 0 if position < first else (position - first + 1) * _SENTINEL_EVERY,
                "control": True,
            }
            for position, control in enumerate(controls)
            if position < first or (position - first + 1) * _SENTINEL_EVERY < total
        ]
        if placed:
            connection.execute(insert(items), placed)
        connection.execute(text(f"DROP TABLE {_TEMPORARY}"))
    return Run(identity, wanted.method, {**settings, "controls": controls}, None, found.considered, Counter(found.held))


def _controls(
    store: Store, connection: Connection, seed: str, own: tuple[str, ...], numbers: int, size: int
) -> list[str]:
    """Control numbers that nobody in the store has: for the first batch, and one for every tenth."""
    from sqlalchemy import select

    from bascule.contacts.store import schema

    wanted = FIRST + _batch(numbers - 1, min(FIRST, size), size) // _SENTINEL_EVERY
    offered = list(dict.fromkeys(own)) or choose_controls(seed, wanted)
    table = schema.identities.c
    taken: set[str] = set()
    for start in range(0, len(offered), 500):
        lookups = [store.vault.lookup("phone", "", number) for number in offered[start : start + 500]]
        taken.update(
            connection.execute(select(table.lookup).where(table.kind == "phone", table.lookup.in_(lookups))).scalars()
        )
    left = [number for number in offered if store.vault.lookup("phone", "", number) not in taken]
    if not left:
        raise ContactsError(
            "contacts-check-setup",
            "every control number belongs to a contact",
            "give numbers that are assigned to nobody with --control",
        )
    return left
