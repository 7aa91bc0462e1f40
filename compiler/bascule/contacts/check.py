"""``bascule contacts check``, without its command line: begin or take up a run, and say what came of it."""

from __future__ import annotations

import asyncio
import os
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bascule.contacts.checking.candidates import MESSAGEABLE, Candidates, Wanted
from bascule.contacts.checking.checker import RegistrationChecker
from bascule.contacts.checking.plan import LARGEST_BATCH, Estimate, Run, estimate, find_open, give_up, make_run, survey
from bascule.contacts.checking.queue import Queue
from bascule.contacts.checking.results import Lifetimes
from bascule.contacts.checking.runner import Outcome, Pace, Runner
from bascule.contacts.checking.summary import close, fill
from bascule.contacts.clock import instant, now
from bascule.contacts.counts import Counts
from bascule.contacts.tabular.problems import ContactsError, Remark

if TYPE_CHECKING:
    from bascule.contacts.store.store import Store

__all__ = ["METHODS", "Planned", "Request", "Result", "execute", "plan"]

METHODS = ("contacts_endpoint", "webhook_evidence", "imported", "simulator")
_NO_TO_EVERYONE = 100


@dataclass(frozen=True, slots=True)
class Request:
    """What was asked for. ``auth_env`` names the environment variable of the key; the key itself is nowhere kept."""

    method: str = "contacts_endpoint"
    url: str = ""
    auth: str = "key"
    auth_header: str = "D360-Api-Key"
    auth_env: str = ""
    blocking: str = "wait"
    timeout: float = 60.0
    batch_size: int = LARGEST_BATCH
    types: tuple[str, ...] = MESSAGEABLE
    refresh: bool = False
    results: Path | None = None
    seed: int = 1
    active: int = 80
    lies: bool = False
    days: int = 90
    controls: tuple[str, ...] = ()
    abandon: bool = False
    pace: Pace = field(default_factory=Pace)
    lifetimes: Lifetimes = field(default_factory=Lifetimes)

    def settings(self) -> dict[str, Any]:
        """What makes one run different from another, without secrets."""
        shared: dict[str, Any] = {"batch_size": self.batch_size, "method": self.method, "types": list(self.types)}
        own: dict[str, Mapping[str, Any]] = {
            "contacts_endpoint": {"blocking": self.blocking, "url": self.url},
            "imported": {"results": self.results.name if self.results else ""},
            "simulator": {"active": self.active, "lies": self.lies, "seed": self.seed},
            "webhook_evidence": {"days": self.days},
        }
        return {**shared, **own[self.method]}


@dataclass(frozen=True, slots=True)
class Planned:
    """What would be done: ``run`` is the open one that is taken up, None where a new one is made from ``found`` and
    ``abandoned``, if any, is closed."""

    checker: RegistrationChecker
    run: Run | None
    abandoned: Run | None
    found: Candidates
    estimate: Estimate


@dataclass(frozen=True, slots=True)
class Result:
    """What was done. ``finished`` false: the same command again takes the run up."""

    run: str
    counts: Counts
    outcome: Outcome
    statuses: Counter[str]
    finished: bool
    remarks: tuple[Remark, ...]


def plan(store: Store, request: Request) -> Planned:
    """Find the open run, or count what a new one would ask. Writes nothing.

    Raises ContactsError (``contacts-check-setup``, ``contacts-check-other-run``, ``contacts-check-results``).
    """
    checker = _checker(store, request)
    run = find_open(store)
    abandoned = run if request.abandon else None
    if abandoned is not None:
        run = None
    if run is not None:
        _same(run, request)
        left = Counts("check")
        fill(store, run, left)
        waiting = left.reasons["waiting to be asked"]
        found = Candidates(run.considered, waiting, run.held)
        return Planned(checker, run, None, found, Estimate(waiting, _open_batches(store, run), _rate(checker, request)))
    if not 1 <= request.batch_size <= LARGEST_BATCH:
        raise ContactsError("contacts-check-setup", f"--batch-size is not between 1 and {LARGEST_BATCH}")
    found = survey(store, _wanted(request, checker))
    expected = estimate(found.asked, request.batch_size, _rate(checker, request), checker.tested)
    return Planned(checker, None, abandoned, found, expected)


def execute(
    store: Store, request: Request, planned: Planned, progress: Callable[[int], None] = lambda settled: None
) -> Result:
    """Ask, and keep the answers batch by batch."""
    checker = planned.checker
    run = planned.run
    if planned.abandoned is not None:
        give_up(store, planned.abandoned)
    if run is None:
        wanted = _wanted(request, checker)
        run = make_run(store, wanted, request.settings(), tested=checker.tested, own_controls=tuple(request.controls))
    queue = Queue(store, run)
    with store.run("check", run.id) as counts:
        if _untrusted(checker):
            with store.write() as connection:
                queue.decide(connection, False)
        outcome = asyncio.run(_drive(queue, checker, request, progress))
        statuses = fill(store, run, counts)
        finished = close(store, run, counts)
        if isinstance(getattr(checker, "notes", None), Counter):
            outcome.notes.update(checker.notes)  # type: ignore[attr-defined]
        counts.notes.update({f"({name})": number for name, number in outcome.notes.items() if number})
    return Result(run.id, counts, outcome, statuses, finished, _remarks(run, checker, outcome, statuses, finished))


async def _drive(
    queue: Queue, checker: RegistrationChecker, request: Request, progress: Callable[[int], None]
) -> Outcome:
    runner = Runner(queue, checker, _pace(checker, request), request.lifetimes, progress=progress)
    try:
        return await runner.run()
    finally:
        await checker.close()


def _offline(checker: RegistrationChecker) -> bool:
    return checker.method != "contacts_endpoint"


def _rate(checker: RegistrationChecker, request: Request) -> float:
    return 0.0 if _offline(checker) else request.pace.rate


def _pace(checker: RegistrationChecker, request: Request) -> Pace:
    return Pace(rate=0.0, concurrency=1, polls=0) if _offline(checker) else request.pace


def _wanted(request: Request, checker: RegistrationChecker) -> Wanted:
    from bascule.contacts.checking.imported import Imported

    only = checker.answers if isinstance(checker, Imported) else None
    return Wanted(request.method, instant(now()), request.types, request.refresh, only)


def _untrusted(checker: RegistrationChecker) -> bool:
    from bascule.contacts.checking.imported import Imported

    return isinstance(checker, Imported) and not checker.says_no


def _checker(store: Store, request: Request) -> RegistrationChecker:
    if request.method == "contacts_endpoint":
        from bascule.contacts.checking.endpoint import ContactsEndpoint, headers_of

        if not request.url:
            raise ContactsError("contacts-check-setup", "--method contacts_endpoint needs --url")
        if request.auth != "none" and not request.auth_env:
            raise ContactsError(
                "contacts-check-setup",
                "--auth-env is missing: the name of the environment variable that holds the key",
                "or --auth none",
            )
        headers = headers_of(request.auth, request.auth_header, os.environ.get(request.auth_env, ""))
        return ContactsEndpoint(request.url, headers, blocking=request.blocking, timeout=request.timeout)
    if request.method == "imported":
        from bascule.contacts.checking.imported import read_results

        if request.results is None:
            raise ContactsError("contacts-check-setup", "--method imported needs --results FILE")
        return read_results(request.results)
    if request.method == "simulator":
        from bascule.contacts.checking.simulator import Simulator

        return Simulator(request.seed, request.active, lies=request.lies)
    from bascule.contacts.checking.evidence import Evidence

    return Evidence(store, request.days)


def _same(run: Run, request: Request) -> None:
    """Refuse to go on with a run under other settings: half of its answers would mean something else."""
    ours = request.settings()
    different = sorted(name for name in ours if run.settings.get(name) != ours[name])
    if different:
        raise ContactsError(
            "contacts-check-other-run",
            f"check {run.id} ({run.method}) is not finished and differs in: {', '.join(different)}",
            "run it with its own options, or give it up with --abandon (what it learnt stays)",
        )


def _open_batches(store: Store, run: Run) -> int:
    from sqlalchemy import func, select

    from bascule.contacts.store import schema

    table = schema.check_batches.c
    with store.read() as connection:
        return int(
            connection.execute(
                select(func.count())
                .select_from(schema.check_batches)
                .where(table.run_id == run.id, table.state != "done")
            ).scalar_one()
        )


def _remarks(
    run: Run, checker: RegistrationChecker, outcome: Outcome, statuses: Counter[str], finished: bool
) -> tuple[Remark, ...]:
    remarks = []
    if outcome.discriminating is False or _untrusted(checker):
        remarks.append(
            Remark(
                "contacts-check-says-yes",
                f"{run.method} cannot tell who is on WhatsApp: {_why(checker, outcome)}; "
                f"{statuses['unverified']} numbers are unverified, none is active",
                "do not use this method; let webhooks be the evidence, or send to a few and learn (`try`)",
            )
        )
    if outcome.stopped:
        kind = "contacts-check-forbidden" if outcome.forbidden else "contacts-check-stopped"
        remarks.append(
            Remark(kind, f"the check stopped: {outcome.stopped}", "run the same command again: it goes on where it was")
        )
    elif not finished:
        remarks.append(
            Remark(
                "contacts-check-stopped",
                "other workers still hold batches of this check",
                "run the same command again when they have ended",
            )
        )
    if run.method == "simulator":
        remarks.append(
            Remark("contacts-check-simulated", "these results are made up", "never message anybody because of them")
        )
    elif not statuses["active"] and statuses["inactive"] >= _NO_TO_EVERYONE:
        remarks.append(
            Remark(
                "contacts-check-says-no",
                f"{run.method} calls all {statuses['inactive']} numbers inactive",
                "ask it about a number that you know is on WhatsApp before you believe it",
            )
        )
    return tuple(remarks)


def _why(checker: RegistrationChecker, outcome: Outcome) -> str:
    if not checker.tested:
        return "no number in the results is inactive, or an unassigned one is active"
    yes = outcome.notes["control numbers active"]
    if yes:
        return f"it called {yes} numbers registered that are assigned to nobody"
    if outcome.notes["control numbers inactive"]:
        return "an earlier control number was called registered"
    return "it called none of the unassigned control numbers unregistered"
