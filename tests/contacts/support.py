"""Engines and readings for the contacts tests."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence

import numpy as np

from bascule.contacts.extra import installed
from bascule.contacts.normalize import packed
from bascule.contacts.phones.normaliser import Engine, Normaliser
from bascule.contacts.phones.vocabulary import Reading

FAST = [Engine.NUMPY, *([Engine.NUMBA] if installed("numba") else [])]
ENGINES = [Engine.EXACT, *FAST]

Answer = Callable[[Sequence[tuple[str, str]]], list[Reading]]


@functools.cache
def normaliser_of(engine: Engine) -> Normaliser:
    """One normaliser per engine for all tests."""
    return Normaliser(engine)


def answers_of(engine: Engine, cells: Sequence[tuple[str, str]], default: str = "") -> list[Reading]:
    """Readings of pairs of cell and region, by one engine."""
    one = normaliser_of(engine)
    hints = np.array([one.hints.row(region) for _, region in cells], np.int16)
    defaulted = None
    if default:
        defaulted = hints == 0
        hints = np.where(defaulted, one.hints.row(default), hints).astype(np.int16)
    return one.answer(*packed([text for text, _ in cells]), hints, defaulted).all()
