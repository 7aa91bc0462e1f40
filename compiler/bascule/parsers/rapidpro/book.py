"""The constructs of a file, each with the one fate it ends with: the worst that was said of it."""

from __future__ import annotations

from bascule.ir.ledger import Fate
from bascule.language import reading
from bascule.source import Place

__all__ = ["Book"]

_ORDER = {Fate.EXACT: 0, Fate.EMULATED: 1, Fate.DEGRADED: 2, Fate.DROPPED: 3}


class Book(reading.Book):
    """A book that keeps the worst fate of each construct.

    A place inside a construct speaks for the construct: the fate of ``quick_replies/2`` is a fate of
    ``quick_replies``.
    """

    def _decide(self, place: Place, fate: Fate, reason: str, alternative: str, code: str) -> None:
        here = Place(place.file, place.pointer)
        while not self.has(here):
            if not here.pointer:
                return
            here = Place(place.file, here.pointer[: here.pointer.rfind("/")])
        known = self.fate(here)
        if known is None or _ORDER[fate] > _ORDER[known]:
            super()._decide(here, fate, reason, alternative, code)
