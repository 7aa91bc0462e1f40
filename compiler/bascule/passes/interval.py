"""The domain of the window analysis: times since the user last wrote, and what a path does to them."""

from __future__ import annotations

import math
from dataclasses import dataclass

__all__ = ["IDENTITY", "NEVER", "UNREACHED", "Effect", "Interval", "hull"]


@dataclass(frozen=True, slots=True)
class Interval:
    """Seconds since the user last wrote: at least ``low``, at most ``high`` (both may be infinite).

    ``[inf, inf]`` is *never, as far as anybody knows*: a business-initiated start.
    """

    low: float
    high: float

    def plus(self, low: float, high: float) -> Interval:
        """The interval after between ``low`` and ``high`` more seconds."""
        return Interval(self.low + low, self.high + high)

    @property
    def never(self) -> bool:
        """The user is not known to have written at all."""
        return math.isinf(self.low)


NEVER = Interval(math.inf, math.inf)


def hull(first: Interval | None, second: Interval | None) -> Interval | None:
    """Least interval that holds both; None is the empty one."""
    if first is None or second is None:
        return first or second
    if first == second:
        return first
    return Interval(min(first.low, second.low), max(first.high, second.high))


@dataclass(frozen=True, slots=True)
class Effect:
    """What the paths to a point do to the clock: some reset it to ``reset``, some only add ``added``.

    Pairs are closed under :meth:`then` (composition) and :meth:`join`, so a flow is summarised once
    and applied wherever it is called. ``Effect(None, None)`` means the point is not reached.
    """

    reset: Interval | None
    added: Interval | None

    @property
    def reached(self) -> bool:
        """Some path gets here."""
        return self.reset is not None or self.added is not None

    def plus(self, low: float, high: float) -> Effect:
        """Time passes on every path."""
        if low == 0 and high == 0:
            return self
        return Effect(
            self.reset.plus(low, high) if self.reset else None, self.added.plus(low, high) if self.added else None
        )

    def written(self) -> Effect:
        """The user writes: every path that gets here starts the clock anew."""
        return Effect(Interval(0, 0), None) if self.reached else self

    def join(self, other: Effect) -> Effect:
        """Either of the two."""
        return Effect(hull(self.reset, other.reset), hull(self.added, other.added))

    def then(self, after: Effect) -> Effect:
        """This, and then ``after``."""
        if not self.reached or not after.reached:
            return Effect(None, None)
        reset = after.reset
        if after.added is not None and self.reset is not None:
            reset = hull(reset, self.reset.plus(after.added.low, after.added.high))
        added = None
        if after.added is not None and self.added is not None:
            added = self.added.plus(after.added.low, after.added.high)
        return Effect(reset, added)

    def apply(self, start: Interval) -> Interval | None:
        """The clock here when it read ``start`` at the beginning; None when the point is not reached."""
        moved = start.plus(self.added.low, self.added.high) if self.added is not None else None
        return hull(self.reset, moved)


IDENTITY = Effect(None, Interval(0, 0))

UNREACHED = Effect(None, None)
