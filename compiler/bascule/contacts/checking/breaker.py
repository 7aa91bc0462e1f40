"""When to leave a service alone: what it asked for, and what its failures say."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

__all__ = ["Breaker", "GaveUp"]


class GaveUp(Exception):
    """The service did not recover, or asks to be left alone for longer than somebody waits."""


class Breaker:
    """Opens after ``threshold`` failures in a row and lets one request through after ``cooldown`` seconds, twice as
    long each time. After ``openings`` without a success in between it gives up. ``patience`` is the longest pause that
    a service may ask for."""

    def __init__(
        self,
        *,
        threshold: int = 5,
        cooldown: float = 15.0,
        openings: int = 4,
        patience: float = 900.0,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._threshold = threshold
        self._cooldown = cooldown
        self._openings = openings
        self._patience = patience
        self._clock = clock
        self._sleep = sleep
        self._failures = 0
        self._opened = 0
        self._until = 0.0
        self._probe = asyncio.Lock()

    @property
    def open(self) -> bool:
        """Whether requests wait."""
        return self._clock() < self._until

    async def pass_through(self) -> None:
        """Wait until a request may be made. While the service is on probation, one at a time."""
        while (left := self._until - self._clock()) > 0:
            await self._sleep(left)

    @property
    def on_probation(self) -> bool:
        """Whether the last thing known of the service is that it failed."""
        return self._opened > 0

    @property
    def probe(self) -> asyncio.Lock:
        """Held by the one request on probation."""
        return self._probe

    def succeeded(self) -> None:
        """The service answered."""
        self._failures = 0
        self._opened = 0

    def pause(self, seconds: float) -> None:
        """The service asked to wait. Raises GaveUp where that is too long."""
        if seconds > self._patience:
            raise GaveUp(f"the service asks to wait {seconds:.0f} seconds")
        self._until = max(self._until, self._clock() + seconds)

    def failed(self, what: str) -> None:
        """A request failed. Raises GaveUp when it is the last straw."""
        self._failures += 1
        if self._failures < self._threshold and not self._opened:
            return
        self._failures = 0
        self._opened += 1
        if self._opened > self._openings:
            raise GaveUp(f"the service does not recover ({what})")
        self._until = max(self._until, self._clock() + self._cooldown * 2 ** (self._opened - 1))
