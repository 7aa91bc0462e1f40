"""Drive a run: workers, the rate, retries, what is asked again, and the verdict on the checker itself."""

from __future__ import annotations

import asyncio
import heapq
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from bascule.contacts.checking.breaker import Breaker, GaveUp
from bascule.contacts.checking.checker import (
    Answer,
    Forbidden,
    Refused,
    RegistrationChecker,
    Reply,
    Throttled,
    Unavailable,
    Value,
)
from bascule.contacts.checking.queue import LEASE_SECONDS, Batch, Item, Queue
from bascule.contacts.checking.results import Lifetimes, finish, judge_controls, revoke

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from aiolimiter import AsyncLimiter

__all__ = ["Outcome", "Pace", "Progress", "Runner"]

T = TypeVar("T")

Progress = Callable[[int], None]
"""Called with the number of contacts that a batch has settled."""

_FRUITLESS = 3
"""Batches put back in a row: the service answers nobody, so the run is left for later."""

_ONLY_REFUSALS = 25
"""Single numbers refused in a row, none answered: the endpoint refuses everything, so bisecting ends."""


@dataclass(frozen=True, slots=True)
class Pace:
    """``rate`` requests a second (0 = no limit), ``concurrency`` batches in flight, ``attempts`` per request; ``polls``
    more requests for numbers that are in process or were not answered, ``poll_wait`` seconds apart, twice as long each
    time; ``retry_wait`` seconds before the second attempt; ``cooldown`` seconds without a request after many failures.
    """

    rate: float = 5.0
    concurrency: int = 1
    attempts: int = 8
    retry_wait: float = 0.5
    retry_longest: float = 30.0
    polls: int = 5
    poll_wait: float = 2.0
    cooldown: float = 15.0


@dataclass(slots=True)
class Outcome:
    """``stopped`` says why the run is not finished; empty where it is. ``discriminating`` false: the method cannot
    tell, and nothing it said was kept as a yes or no."""

    requests: int = 0
    asked: int = 0
    stopped: str = ""
    forbidden: bool = False
    discriminating: bool | None = None
    notes: Counter[str] = field(default_factory=Counter)


@dataclass(slots=True)
class _Job:
    """A claimed batch on its way: answers so far, by lookup."""

    batch: Batch
    items: dict[str, Item]
    answers: dict[str, Answer]
    polls: int = 0

    def unsettled(self) -> list[Item]:
        return [
            item
            for lookup, item in self.items.items()
            if lookup not in self.answers or self.answers[lookup].value is Value.PROCESSING
        ]


class Runner:
    """One worker process of a run."""

    def __init__(
        self,
        queue: Queue,
        checker: RegistrationChecker,
        pace: Pace,
        lifetimes: Lifetimes,
        *,
        progress: Progress = lambda settled: None,
        breaker: Breaker | None = None,
    ) -> None:
        self.outcome = Outcome()
        self._queue = queue
        self._checker = checker
        self._pace = pace
        self._lifetimes = lifetimes
        self._progress = progress
        self._breaker = breaker or Breaker(cooldown=pace.cooldown)
        self._database = asyncio.Lock()
        self._later: list[tuple[float, int, _Job]] = []
        self._held: set[int] = set()
        self._refused = 0
        self._fruitless = 0
        self._limiter: AsyncLimiter | None = None
        self._ended = asyncio.Event()

    async def run(self) -> Outcome:
        """Work until nothing is left for this worker, or nothing can be done. What was answered is in the store in
        either case."""
        from aiolimiter import AsyncLimiter

        if self._pace.rate:
            self._limiter = AsyncLimiter(1, 1 / self._pace.rate)
        await self._in_store(self._queue.reclaim)
        self.outcome.discriminating = await self._in_store(self._queue.discriminating)
        beat = asyncio.create_task(self._heartbeat())
        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(max(1, self._pace.concurrency)):
                    group.create_task(self._work())
        except BaseExceptionGroup as errors:
            raise errors.exceptions[0] from errors
        finally:
            beat.cancel()
        return self.outcome

    async def _heartbeat(self) -> None:
        while True:
            await asyncio.sleep(LEASE_SECONDS / 4)
            if self._held:
                await self._in_store(partial(self._queue.renew, sorted(self._held)))

    async def _in_store(self, call: Callable[[], T]) -> T:
        """Database work, one piece at a time and not on the event loop."""
        async with self._database:
            return await asyncio.to_thread(call)

    async def _work(self) -> None:
        while not self._ended.is_set():
            job = await self._next()
            if job is None:
                return
            try:
                await self._process(job)
            except (Forbidden, GaveUp) as error:
                self.outcome.forbidden = isinstance(error, Forbidden)
                await self._stop(job, str(error))
            except (Throttled, Unavailable) as error:
                await self._put_back(job, str(error))

    async def _next(self) -> _Job | None:
        """A batch to ask about again, a new one, or None where there is nothing left to wait for."""
        loop = asyncio.get_running_loop()
        while not self._ended.is_set():
            if self._later and self._later[0][0] <= loop.time():
                return heapq.heappop(self._later)[2]
            job = await self._claim()
            if job is not None:
                return job
            if self._held:
                due = self._later[0][0] - loop.time() if self._later else 0.05
                await asyncio.sleep(min(max(due, 0.005), 0.25))
                continue
            await self._in_store(self._queue.reclaim)
            left = await self._in_store(self._queue.remaining)
            undecided = self._checker.tested and self.outcome.discriminating is None
            if not left.open and not (left.others and undecided):
                self.outcome.notes["batches with other workers"] = left.others
                self.outcome.notes += Counter()
                return None
            await asyncio.sleep(0.25)
        return None

    async def _claim(self) -> _Job | None:
        """Claim a batch. The first one, with the control numbers, is finished before any other is begun."""
        async with self._database:
            if self._checker.tested and self.outcome.discriminating is None:
                self.outcome.discriminating = await asyncio.to_thread(self._queue.discriminating)
            undecided = self._checker.tested and self.outcome.discriminating is None
            batch = await asyncio.to_thread(lambda: self._queue.claim(first_only=undecided))
            if batch is None:
                return None
            self._held.add(batch.number)
        items = {item.lookup: item for item in (*batch.settled, *batch.waiting)}
        answers = {item.lookup: Answer(Value(item.status), item.wa_id or "") for item in batch.settled if item.status}
        answers |= {item.lookup: Answer(Value.ERROR) for item in batch.waiting if not item.number}
        return _Job(batch, items, answers)

    async def _process(self, job: _Job) -> None:
        waiting = job.unsettled()
        if self._checker.tested and self.outcome.discriminating is False:
            job.answers |= {item.lookup: Answer(Value.UNVERIFIED) for item in waiting}
            self.outcome.notes["numbers not asked: the method cannot tell"] += sum(not item.control for item in waiting)
            waiting = []
        if waiting:
            by_number = {item.number: item.lookup for item in waiting}
            self.outcome.asked += len(by_number) if not job.polls else 0
            async for reply in self._ask(list(by_number)):
                self.outcome.notes.update(reply.notes)
                fresh = {by_number[number]: answer for number, answer in reply.answers.items()}
                job.answers |= fresh
            waiting = job.unsettled()
        if waiting and job.polls < self._pace.polls:
            await self._poll_later(job)
            return
        for item in waiting:
            if item.lookup not in job.answers:
                job.answers[item.lookup] = Answer(Value.ERROR)
                self.outcome.notes["numbers never answered"] += 1
        await self._commit(job)

    async def _poll_later(self, job: _Job) -> None:
        """Keep what was answered and ask for the rest later."""

        def keep() -> None:
            with self._queue.store.write() as connection:
                self._queue.keep(connection, job.batch.number, job.items, job.answers)

        await self._in_store(keep)
        wait = self._pace.poll_wait * 2**job.polls
        job.polls += 1
        heapq.heappush(self._later, (asyncio.get_running_loop().time() + wait, job.batch.number, job))

    async def _commit(self, job: _Job) -> None:
        """Everything a batch has taught, in one transaction."""

        kept, notes, verdict = await self._in_store(partial(self._kept, job))
        self._held.discard(job.batch.number)
        self.outcome.notes.update(notes)
        if kept:
            self.outcome.discriminating = verdict
            self._progress(sum(not item.control for item in job.items.values()))

    def _kept(self, job: _Job) -> tuple[bool, Counter[str], bool | None]:
        """Whether the batch was still this worker's, what was done, and the verdict on the checker."""
        queue, tested = self._queue, self._checker.tested
        with queue.store.write() as connection:
            before = queue.verdict(connection)
            shown, said = judge_controls(job.answers, job.items) if tested else (None, Counter[str]())
            verdict = before
            if tested and before is None:
                verdict = bool(shown)
            elif tested and shown is False:
                verdict = False
            trusted = verdict is not False
            answers = {
                lookup: _as_kept(answer, trusted or job.items[lookup].control) for lookup, answer in job.answers.items()
            }
            if not queue.keep(connection, job.batch.number, job.items, answers):
                return False, Counter({"batches another worker took over": 1}), None
            done = finish(queue, connection, job.items, answers, trusted=trusted, lifetimes=self._lifetimes)
            if verdict is False and before is True:
                done["results taken back"] += revoke(queue, connection)
            elif verdict is not before:
                queue.decide(connection, bool(verdict))
            queue.done(connection, job.batch.number)
        done.update({f"control numbers {value}": count for value, count in said.items()})
        return True, done, verdict

    async def _put_back(self, job: _Job, error: str) -> None:
        self._fruitless += 1
        if self._fruitless >= _FRUITLESS:
            await self._stop(job, f"the service does not answer ({error})")
            return
        await self._in_store(partial(self._release, job, error))
        self._held.discard(job.batch.number)
        self.outcome.notes["batches put back"] += 1

    async def _stop(self, job: _Job, why: str) -> None:
        self.outcome.stopped = self.outcome.stopped or why
        self._ended.set()
        waiting = [later[2] for later in self._later]
        self._later.clear()
        for held in (job, *waiting):
            await self._in_store(partial(self._release, held, why))
            self._held.discard(held.batch.number)

    def _release(self, job: _Job, error: str) -> None:
        """Keep what was answered, and give the batch back."""
        with self._queue.store.write() as connection:
            self._queue.keep(connection, job.batch.number, job.items, job.answers)
        self._queue.release(job.batch.number, error)

    async def _ask(self, numbers: Sequence[str]) -> AsyncIterator[Reply]:
        """Answers for the numbers; a batch that is refused as a whole is asked in halves."""
        waiting = [list(numbers)]
        while waiting:
            part = waiting.pop()
            try:
                yield await self._request(part)
                self._refused = 0
            except Refused as error:
                if len(part) > 1:
                    self.outcome.notes["requests refused and halved"] += 1
                    middle = len(part) // 2
                    waiting += [part[middle:], part[:middle]]
                    continue
                self._refused += 1
                if self._refused >= _ONLY_REFUSALS:
                    raise Forbidden(f"the endpoint refuses every request ({error})") from error
                self.outcome.notes["numbers refused"] += 1
                yield Reply({part[0]: Answer(Value.ERROR)})

    async def _request(self, numbers: Sequence[str]) -> Reply:
        """One request, again after failures that may pass. Raises Refused, Forbidden, GaveUp, and the last failure."""
        import stamina

        pace = self._pace
        async for attempt in stamina.retry_context(
            on=(Throttled, Unavailable),
            attempts=pace.attempts,
            timeout=None,
            wait_initial=pace.retry_wait,
            wait_max=pace.retry_longest,
            wait_jitter=pace.retry_wait,
        ):
            with attempt:
                if not self._breaker.on_probation:
                    return await self._once(numbers)
                async with self._breaker.probe:
                    return await self._once(numbers)
        raise AssertionError("a retry context ends with a result or an error")

    async def _once(self, numbers: Sequence[str]) -> Reply:
        await self._breaker.pass_through()
        if self._limiter is not None:
            await self._limiter.acquire()
        if self._ended.is_set():
            raise GaveUp(self.outcome.stopped)
        self.outcome.requests += 1
        try:
            reply = await self._checker.ask(numbers)
        except Throttled as error:
            self.outcome.notes["requests throttled"] += 1
            self._breaker.pause(error.after)
            raise
        except Unavailable as error:
            self.outcome.notes["requests failed"] += 1
            self._breaker.failed(str(error))
            self._breaker.pause(error.after)
            raise
        except Refused:
            self._breaker.succeeded()
            raise
        self._breaker.succeeded()
        self._fruitless = 0
        return reply


def _as_kept(answer: Answer, trusted: bool) -> Answer:
    """What is written to the items: without trust a yes or no is none."""
    if trusted or answer.value not in (Value.ACTIVE, Value.INACTIVE):
        return answer
    return Answer(Value.UNVERIFIED, answer.wa_id, answer.at)
