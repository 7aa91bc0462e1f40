"""What came first, where a moment may be unknown."""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["Order", "later", "lifts"]


class Order(NamedTuple):
    """When something happened (None = unknown), when it was recorded, and its number in the ledger."""

    occurred: str | None
    recorded: str
    number: int


def later(left: Order, right: Order) -> bool:
    """Whether ``left`` is the one to go by among two of a kind: known moments by moment, unknown ones by record."""
    return (left.occurred or left.recorded, left.number) > (right.occurred or right.recorded, right.number)


def lifts(opt_in: Order, opt_out: Order) -> bool:
    """Whether an opt-in is known to be later than an opt-out.

    An opt-in of unknown date lifts nothing. An opt-out of unknown date happened at the latest when it was recorded.
    """
    return opt_in.occurred is not None and opt_in.occurred > (opt_out.occurred or opt_out.recorded)
