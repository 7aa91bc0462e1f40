"""An endpoint that is not one: answers made from a seed, for rehearsals without a network."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from bascule.contacts.checking.checker import Answer, Reply, Value
from bascule.contacts.checking.controls import is_control

__all__ = ["Simulator"]


class Simulator:
    """The same seed and number, the same answer. ``active`` is the share that is, in per cent; reserved numbers are
    not, unless it ``lies``."""

    method = "simulator"
    tested = True

    def __init__(self, seed: int, active: int = 80, *, lies: bool = False) -> None:
        self._key = str(seed).encode()
        self._active = active
        self._lies = lies

    async def ask(self, numbers: Sequence[str]) -> Reply:
        """Answer at once."""
        return Reply({number: self._answer(number) for number in numbers})

    def _answer(self, number: str) -> Answer:
        if self._lies:
            return Answer(Value.ACTIVE, number.removeprefix("+"))
        if is_control(number):
            return Answer(Value.INACTIVE)
        draw = int.from_bytes(hashlib.blake2b(number.encode(), digest_size=8, key=self._key).digest(), "big") % 100
        return Answer(Value.ACTIVE, number.removeprefix("+")) if draw < self._active else Answer(Value.INACTIVE)

    async def close(self) -> None:
        """Nothing to close."""
